// SPDX-License-Identifier: Apache-2.0
#include <foretrain/catalog/systems_nvidia.hpp>

#include <doctest/doctest.h>

using namespace foretrain;
using namespace foretrain::literals;

namespace {

constexpr double rated_power(const Cluster& c) {
    return raw(c.node.host_power) + static_cast<double>(c.node.accelerators) * raw(c.accelerator.power);
}

static_assert(catalog::dgx_h100(16'384).accelerators == 16'384);
static_assert(catalog::dgx_h100(16'384).fabric.tier[0].link.bandwidth == 450_GB_per_s);

} // namespace

// NVIDIA datasheets, kW a system at most; GB200 and GB300 per rack of 18 trays.
TEST_CASE("host and accelerators draw what the datasheet says") {
    CHECK(rated_power(catalog::dgx_v100(8)) == doctest::Approx(3500));
    CHECK(rated_power(catalog::dgx2_v100(16)) == doctest::Approx(10000));
    CHECK(rated_power(catalog::dgx2h_v100(16)) == doctest::Approx(12000));
    CHECK(rated_power(catalog::dgx_a100(8)) == doctest::Approx(6500));
    CHECK(rated_power(catalog::dgx_h100(8)) == doctest::Approx(10200));
    CHECK(rated_power(catalog::hgx_h200(8)) == doctest::Approx(10200));
    CHECK(rated_power(catalog::dgx_b200(8)) == doctest::Approx(14300));
    CHECK(rated_power(catalog::hgx_b300(8)) == doctest::Approx(14000));
    CHECK(18.0 * rated_power(catalog::gb200_nvl72(72)) == doctest::Approx(132000).epsilon(0.01));
    CHECK(18.0 * rated_power(catalog::gb300_nvl72(72)) == doctest::Approx(142000).epsilon(0.01));
}

// GB/s of a node in one direction; vendor pages, and stas00/ml-engineering network/README.md.
TEST_CASE("scale-out bandwidth of a node") {
    const auto node = [](const Cluster& c) { return raw(c.fabric.tier[1].link.bandwidth) * 1e-9; };
    CHECK(node(catalog::dgx_v100(8)) == doctest::Approx(50));
    CHECK(node(catalog::dgx2h_v100(16)) == doctest::Approx(100));
    CHECK(node(catalog::dgx_a100(8)) == doctest::Approx(200));
    CHECK(node(catalog::aws_p4d(8)) == doctest::Approx(50));
    CHECK(node(catalog::jean_zay_a100(8)) == doctest::Approx(50));
    CHECK(node(catalog::dgx_h100(8)) == doctest::Approx(400));
    CHECK(node(catalog::aws_p5(8)) == doctest::Approx(400));
    CHECK(node(catalog::gcp_a3_mega(8)) == doctest::Approx(200));
    CHECK(node(catalog::dgx_b200(8)) == doctest::Approx(400));
    CHECK(node(catalog::hgx_b300(8)) == doctest::Approx(800));
    // 72 GPUs of a rack, a port each
    CHECK(node(catalog::gb200_nvl72(72)) == doctest::Approx(72 * 50));
    CHECK(node(catalog::gb300_nvl72(72)) == doctest::Approx(72 * 100));
}

TEST_CASE("each system has its accelerator") {
    CHECK(catalog::dgx_v100(8).accelerator.name == "v100-32gb");
    CHECK(catalog::dgx2h_v100(8).accelerator.power == 450_W);
    CHECK(catalog::dgx_a100(8).accelerator.memory.capacity == 80_GiB);
    CHECK(catalog::dgx_a100_40gb(8).accelerator.memory.capacity == 40_GiB);
    CHECK(catalog::aws_p4d(8).accelerator.memory.capacity == 40_GiB);
    CHECK(catalog::hgx_a800(8).accelerator.name == "a800-sxm-80gb");
    CHECK(catalog::dgx_h800(8).accelerator.name == "h800-sxm");
    CHECK(catalog::hgx_h20(8).accelerator.name == "h20");
    CHECK(catalog::gb300_nvl72(8).accelerator.name == "gb300");
}

TEST_CASE("NVLink reaches as far as it does") {
    CHECK(catalog::jean_zay_v100(4).fabric.tier[0].size == 4);
    CHECK(catalog::jean_zay_v100(4).node.accelerators == 4);
    CHECK(catalog::dgx2_v100(16).fabric.tier[0].size == 16);
    CHECK(catalog::dgx_h100(8).fabric.tier[0].size == 8);
    CHECK(catalog::gb200_nvl72(72).fabric.tier[0].size == 72);
    CHECK(catalog::gb200_nvl72(72).node.accelerators == 4);
    // the cut-down links of the export models
    CHECK(catalog::hgx_a800(8).fabric.tier[0].link.bandwidth < catalog::dgx_a100(8).fabric.tier[0].link.bandwidth);
    CHECK(catalog::dgx_h800(8).fabric.tier[0].link.bandwidth < catalog::dgx_h100(8).fabric.tier[0].link.bandwidth);
    CHECK(catalog::hgx_h20(8).fabric.tier[0].link.bandwidth == 450_GB_per_s);
}

TEST_CASE("an H100 PCIe server has bridges inside PCIe inside the network") {
    const Fabric fabric = catalog::h100_pcie_node(64).fabric;
    CHECK(fabric.tiers == 3);
    CHECK(fabric.tier[0].size == 2);
    CHECK(fabric.tier[1].size == 8);
    CHECK(fabric.tier[2].link.bandwidth == 200_GB_per_s);
    CHECK(fabric.tier[0].link.bandwidth > fabric.tier[1].link.bandwidth);
}
