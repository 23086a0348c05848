// SPDX-License-Identifier: Apache-2.0
#include <foretrain/report/validate_bandwidth.hpp>

#include <cmath>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "../import/temporary_file.hpp"
#include "../relative.hpp"

using namespace foretrain;

namespace {

std::vector<PredictedRow> predict(const std::string& lines) {
    return predict_bandwidth_table(TemporaryFile{"hardware,bytes,bandwidth_GBps,note,source\n" + lines}.path());
}

} // namespace

TEST_CASE("a large copy runs at the measured bandwidth, a small one slower") {
    // AI-Hypercomputer/tpu-recipes@c8cfe2f, microbenchmarks/ironwood/hbm/hbm.md
    const std::vector<PredictedRow> rows =
        predict("TPU v7x,8589934592,6420.96,copy,recipes\nTPU v7x,8388608,4492.26,copy,recipes\n");
    REQUIRE(rows.size() == 2);
    CHECK(*rows[0].measured == relative(2.0 * 8589934592 / 6420.96e9));
    CHECK(std::abs(*rows[0].error()) < 0.03);
    CHECK(std::abs(*rows[1].error()) < 0.15);
    CHECK(*rows[1].predicted / 8388608 > 1.2 * *rows[0].predicted / 8589934592);
    CHECK(rows[0].source == "recipes");
    CHECK(rows[0].complete);
    CHECK(rows[0].configuration != rows[1].configuration);
}

TEST_CASE("rows that make no sense are refused by name, unknown accelerators too") {
    const std::vector<PredictedRow> rows =
        predict("TPU v7x,0,100,,\nTPU v7x,nan,100,,\nTPU v7x,1024,-3,,\nTPU v7x,1024,fast,,\nAbacus,1024,100,,\n");
    REQUIRE(rows.size() == 5);
    for (const PredictedRow& row : rows) {
        CHECK_FALSE(row.predicted.has_value());
        CHECK_FALSE(row.error().has_value());
        CHECK(row.refusal.find(row.reason) == 0);
    }
    CHECK(rows[0].reason == "bytes is not a number above 0");
    CHECK(rows[1].reason == rows[0].reason);
    CHECK(rows[2].reason == "bandwidth_GBps is not a number above 0");
    CHECK(rows[3].refusal.find("fast") != std::string::npos);
    CHECK(rows[4].reason == "accelerator 'Abacus' is not in the catalogue");
}

TEST_CASE("a file that is no table throws") {
    CHECK_THROWS_AS((void)predict_bandwidth_table("/no/such/file.csv"), UnreadableTable);
    CHECK_THROWS_AS((void)predict("TPU v7x,1\n"), UnreadableTable);
}

TEST_CASE("accelerators are found under the names that tables use") {
    const auto name = [](std::string_view text) -> std::string_view {
        const Accelerator* found = detail::kernel_table_accelerator(text);
        return found == nullptr ? "none" : found->name;
    };
    CHECK(name("h100_sxm") == "h100-sxm");
    CHECK(name("H100-SXM5-80GB") == "h100-sxm");
    CHECK(name("NVIDIA H100 80GB HBM3") == "h100-sxm");
    CHECK(name("NVIDIA H100 PCIe") == "h100-pcie");
    CHECK(name("8xA100-SXM4-40GB") == "a100-sxm-40gb");
    CHECK(name("a100_sxm") == "a100-sxm-80gb");
    CHECK(name("gb200") == "gb200");
    CHECK(name("B200-SXM") == "b200-sxm");
    CHECK(name("h200_sxm") == "h200-sxm");
    CHECK(name("AMD Instinct MI300X") == "mi300x");
    CHECK(name("TPU v6e") == "tpu-v6e");
    CHECK(name("TPUv5p") == "tpu-v5p");
    CHECK(name("TPU v7x (per device = 1 of 2 TensorCores)") == "tpu-v7x");
    CHECK(name("Intel Gaudi 2") == "gaudi2");
    CHECK(name("Abacus 9000") == "none");
    CHECK(name("th100") == "none");
    CHECK(name("") == "none");
}
