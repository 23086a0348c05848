// SPDX-License-Identifier: Apache-2.0
#include <foretrain/import/cluster.hpp>

#include <doctest/doctest.h>

#include <foretrain/parallel/check.hpp>

#include "published_row.hpp"

using namespace foretrain;

TEST_CASE("hardware is found by how tables name it") {
    const auto name = [](const char* hardware) {
        return imported([&](PublishedStep& r) { r.hardware = hardware; }).cluster.accelerator.name;
    };
    CHECK(name("A100-SXM-40GB") == "a100-sxm-40gb");
    CHECK(name("H100-SXM-80GB") == "h100-sxm");
    CHECK(name("H100-PCIe") == "h100-pcie");
    CHECK(name("V100-SXM2-16GB") == "v100-16gb");
    CHECK(name("V100-SXM3-32GB (DGX-2H 450W)") == "v100-sxm3-32gb-450w");
    CHECK(name("TPUv5p") == "tpu-v5p");
    CHECK(name("GB200-NVL72") == "gb200");
    CHECK(imported([](PublishedStep& r) { r.hardware = "Abacus"; }).refusal ==
          "accelerator not in the catalogue: Abacus");
}

TEST_CASE("the network of a node is what the row states") {
    CHECK(raw(imported().cluster.fabric.tier[1].link.bandwidth) == 200e9); // 8 x 200 Gbit/s
    const ImportedStep silent = imported([](PublishedStep& r) { r.interconnect = ""; });
    CHECK(assumes(silent, "interconnect of dgx-a100"));
    // Within a node nothing is assumed about a network that is not used.
    const ImportedStep single = imported([](PublishedStep& r) {
        r.interconnect = "";
        r.gpus = "8";
    });
    CHECK_FALSE(assumes(single, "interconnect"));
}

TEST_CASE("smaller nodes than usual share the same ports") {
    const ImportedStep step = imported([](PublishedStep& r) { r.gpus_per_node = "4"; });
    CHECK(step.cluster.node.accelerators == 4);
    CHECK(step.cluster.fabric.tier[0].size == 4);
    CHECK(check(step.model, step.cluster, step.plan).contains("tiers_nest") == false);
}

TEST_CASE("the number of accelerators follows from the degrees where it is left open") {
    const ImportedStep step = imported([](PublishedStep& r) {
        r.gpus = "";
        r.data = "2";
    });
    CHECK(step.cluster.accelerators == 128);
    CHECK(assumes(step, "gpus = 128"));
    CHECK(imported([](PublishedStep& r) { r.gpus = r.tensor = ""; }).refusal == "gpus not published");
    CHECK(imported([](PublishedStep& r) {
              r.gpus = "";
              r.tensor = r.pipeline = r.data = "100000";
          }).refusal == "gpus not published");
}
