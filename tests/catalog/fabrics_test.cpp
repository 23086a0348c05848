// SPDX-License-Identifier: Apache-2.0
#include <foretrain/catalog/fabrics.hpp>
#include <foretrain/collective/select.hpp>

#include <array>

#include <doctest/doctest.h>

using namespace foretrain;
using namespace foretrain::literals;

namespace {

constexpr std::array scale_up = {catalog::nvlink2_mesh,   catalog::nvlink2_switched, catalog::nvlink3,
                                 catalog::nvlink3_a800,   catalog::nvlink4,          catalog::nvlink4_h800,
                                 catalog::nvlink4_bridge, catalog::nvlink5,          catalog::nvlink5_rack};

constexpr bool follows_rules(const FabricTier& tier) {
    AnyViolation any;
    check_rules(Fabric{.tiers = 1, .tier = {{tier}}}, any);
    return any.empty() && !tier.name.empty() && !tier.provenance.source.empty() && !tier.provenance.as_of.empty();
}
static_assert([] {
    for (const FabricTier& tier : scale_up)
        if (!follows_rules(tier)) return false;
    return true;
}());

/// Bus bandwidth of 16 GiB with NCCL, by the ring, GB/s.
double reached(const FabricTier& tier, Collective collective, std::int64_t ranks) {
    const Group group = make_group(Fabric{.tiers = 1, .tier = {{tier}}}, ranks, ranks, 1, libraries::nccl);
    return raw(bus_bandwidth(collective, ranks, 16_GiB, Ring::time(collective, group, 16_GiB))) * 1e-9;
}

} // namespace

TEST_CASE("every scale-up fabric follows the rules and is sourced") {
    for (const FabricTier& tier : scale_up) {
        CAPTURE(tier.name);
        CHECK(follows_rules(tier));
    }
}

// Vendors print both directions together; a fabric has one.
TEST_CASE("NVLink in one direction is half of what is printed on the box") {
    CHECK(catalog::nvlink2_switched.link.bandwidth == BidirectionalBandwidth{300_GB_per_s}.per_direction());
    CHECK(catalog::nvlink3.link.bandwidth == BidirectionalBandwidth{600_GB_per_s}.per_direction());
    CHECK(catalog::nvlink3_a800.link.bandwidth == BidirectionalBandwidth{400_GB_per_s}.per_direction());
    CHECK(catalog::nvlink4.link.bandwidth == BidirectionalBandwidth{900_GB_per_s}.per_direction());
    CHECK(catalog::nvlink4_h800.link.bandwidth == BidirectionalBandwidth{400_GB_per_s}.per_direction());
    CHECK(catalog::nvlink5.link.bandwidth == BidirectionalBandwidth{1800_GB_per_s}.per_direction());
}

// Bus bandwidth of large messages, GB/s: public nccl-tests logs (V100, B200), stas00/ml-engineering (A100),
// MooreThreads/SimuMax (H100), DeepSeek-V3 (H800).
TEST_CASE("large collectives reach what has been measured") {
    CHECK(reached(catalog::nvlink2_mesh, Collective::all_reduce, 8) == doctest::Approx(129.1).epsilon(0.06));
    CHECK(reached(catalog::nvlink2_switched, Collective::all_reduce, 12) == doctest::Approx(123.6).epsilon(0.06));
    CHECK(reached(catalog::nvlink3, Collective::all_reduce, 8) == doctest::Approx(234.6).epsilon(0.06));
    CHECK(reached(catalog::nvlink4, Collective::reduce_scatter, 8) == doctest::Approx(358.9).epsilon(0.06));
    CHECK(reached(catalog::nvlink4, Collective::all_gather, 8) == doctest::Approx(343.6).epsilon(0.06));
    CHECK(reached(catalog::nvlink4_h800, Collective::all_gather, 8) == doctest::Approx(160.0).epsilon(0.06));
    CHECK(reached(catalog::nvlink5, Collective::reduce_scatter, 8) == doctest::Approx(695.0).epsilon(0.06));
    CHECK(reached(catalog::nvlink5, Collective::all_gather, 8) == doctest::Approx(672.4).epsilon(0.06));
}

TEST_CASE("switches add from Hopper on") {
    CHECK_FALSE(catalog::nvlink2_switched.in_network_reduction);
    CHECK_FALSE(catalog::nvlink3.in_network_reduction);
    CHECK(catalog::nvlink4.in_network_reduction);
    CHECK(catalog::nvlink5.in_network_reduction);
    CHECK(catalog::nvlink5_rack.in_network_reduction);
    CHECK_FALSE(catalog::nvlink4_bridge.in_network_reduction); // a bridge is a cable
    CHECK(catalog::nvlink5_rack.size == 72);
}

TEST_CASE("a network carries all NICs of a unit") {
    const Node node{.name = "n",
                    .accelerators = 8,
                    .nics = 4,
                    .nic_bandwidth = 25_GB_per_s,
                    .host_power = 1_kW,
                    .provenance = {"test", "2026", Evidence::assumed}};
    const Provenance source{"test", "2026", Evidence::assumed};
    const FabricTier nodes = catalog::detail::network("net", node, 8, 5_us, 0.9, source);
    CHECK(nodes.link.bandwidth == 100_GB_per_s);
    CHECK(nodes.link.latency == 5_us);
    CHECK(nodes.size % 8 == 0);
    CHECK(nodes.size >= 1'000'000);
    // nine nodes in a rack that is the unit
    const FabricTier racks = catalog::detail::network("net", node, 72, 5_us, 0.9, source);
    CHECK(racks.link.bandwidth == 900_GB_per_s);
    CHECK(racks.size % 72 == 0);
    CHECK(racks.size >= 1'000'000);
    // a unit so large that a million accelerators would be few of them
    CHECK(catalog::detail::widest(1'000'000) == 16'000'000);
    CHECK(catalog::detail::widest(0) == 0);
}
