// SPDX-License-Identifier: Apache-2.0
#include <foretrain/catalog/systems_workstation.hpp>

#include <doctest/doctest.h>

#include "../relative.hpp"

using namespace foretrain;
using namespace foretrain::literals;

namespace {

constexpr std::array systems = {
    catalog::p100_pcie_node,
    catalog::v100_pcie_node,
    catalog::t4_node,
    catalog::a100_pcie_node,
    catalog::a100_pcie_40gb_node,
    catalog::a30_node,
    catalog::a40_node,
    catalog::a10_node,
    catalog::l4_node,
    catalog::l40_node,
    catalog::h200_nvl_node,
    catalog::rtx_3090_workstation,
    catalog::rtx_a5000_workstation,
    catalog::rtx_a6000_workstation,
    catalog::rtx_4090_workstation,
    catalog::rtx_6000_ada_workstation,
    catalog::rtx_5090_workstation,
    catalog::mi210_node,
    catalog::mi250_node,
    catalog::mi300a_node,
    catalog::mi308x_node,
    catalog::mi350x_node,
    catalog::gaudi1_node,
    catalog::ascend_910a_node,
    catalog::ascend_910b_node,
    catalog::dgx_p100,
    catalog::gh200_node,
    catalog::l40s_node,
    catalog::rtx_pro_6000_node,
};

} // namespace

TEST_CASE("every system obeys the rules at every size, and refuses none") {
    for (const auto make : systems)
        for (const std::int64_t count : {1, 4, 8, 64, 1024}) {
            const Cluster cluster = make(count);
            CAPTURE(cluster.name);
            AnyViolation any;
            check_rules(cluster, any);
            CHECK(any.empty());
            CHECK(cluster.accelerators == count);
            AnyViolation bad;
            check_rules(make(0), bad);
            CHECK_FALSE(bad.empty());
        }
}

TEST_CASE("the network carries the NICs of a node, each once") {
    for (const auto make : systems) {
        const Cluster cluster = make(8);
        CAPTURE(cluster.name);
        REQUIRE(cluster.fabric.tiers == 2);
        CHECK(raw(cluster.fabric.tier[1].link.bandwidth) ==
              relative(raw(cluster.node.nic_bandwidth) * static_cast<double>(cluster.node.nics)));
        CHECK(cluster.fabric.tier[0].size == cluster.node.accelerators);
    }
}

TEST_CASE("published links") {
    // PCIe 4 x16: 16 GT/s x 16 lanes x 128/130 in bytes, one direction.
    CHECK(raw(catalog::a100_pcie_node(8).fabric.tier[0].link.bandwidth) ==
          doctest::Approx(16e9 * 16 * 128 / 130 / 8).epsilon(0.001));
    CHECK(catalog::dgx_p100(8).fabric.tier[0].link.bandwidth == 80_GB_per_s);
    CHECK(catalog::mi350x_node(8).accelerator.name == "mi350x");
}
