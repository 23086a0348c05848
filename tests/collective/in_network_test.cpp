// SPDX-License-Identifier: Apache-2.0
#include <foretrain/collective/in_network.hpp>

#include <cstdint>
#include <doctest/doctest.h>
#include <foretrain/collective/ring.hpp>
#include <foretrain/units/literals.hpp>

#include "groups.hpp"

using namespace foretrain;
using namespace foretrain::literals;

namespace {
constexpr Group switched(std::int64_t ranks) {
    Group group = flat(ranks);
    group.tier[0].in_network_reduction = true;
    return group;
}
} // namespace

static_assert(CollectiveAlgorithm<InNetwork>);
static_assert(raw(InNetwork::time(Collective::all_reduce, Group{}, 1_GB)) == 0.0);
static_assert(InNetwork::available(switched(8)) && !InNetwork::available(flat(8)) && !InNetwork::available(Group{}));

TEST_CASE("data crosses a link once, and the latency does not grow with the ranks") {
    CHECK(raw(InNetwork::time(Collective::all_reduce, switched(8), 0_B)) == relative(4e-6));
    CHECK(raw(InNetwork::time(Collective::all_reduce, switched(512), 0_B)) == relative(4e-6));
    CHECK(raw(InNetwork::time(Collective::all_reduce, switched(8), 800_GB)) == relative(9.0).epsilon(1e-4));
    CHECK(raw(InNetwork::time(Collective::broadcast, switched(8), 100_GB)) == relative(1.0).epsilon(1e-4));
    CHECK(raw(InNetwork::time(Collective::all_gather, switched(8), 800_GB)) == relative(7.0).epsilon(1e-4));
}

TEST_CASE("measured all-reduces of 6, 7 and 8 B200 by the switch differ by the rank's own share only") {
    // Bus bandwidths of 8 GiB with NVLS: 778, 811 and 838 GB/s (stas00/ml-engineering, network/README.md).
    const auto bus = [](std::int64_t ranks) {
        Group group = switched(ranks);
        group.tier[0].link.bandwidth = 540_GB_per_s; // one number for the three
        return raw(bus_bandwidth(Collective::all_reduce, ranks, 8_GiB,
                                 InNetwork::time(Collective::all_reduce, group, 8_GiB))) /
               1e9;
    };
    CHECK(bus(6) == relative(778.0).epsilon(0.01));
    CHECK(bus(7) == relative(811.0).epsilon(0.01));
    CHECK(bus(8) == relative(838.0).epsilon(0.01));
}

TEST_CASE("tiers whose switches cannot add use trees between the nodes, all tiers at once") {
    Group group = two_tiers(8, 16);
    group.tier[0].in_network_reduction = true;
    CHECK(raw(InNetwork::time(Collective::all_reduce, group, 1e16 * byte)) == relative(2e5).epsilon(1e-3));
    group.tier[1].members = 2;
    group.tier[1].units = 2;
    group.ranks = 16;
    CHECK(raw(InNetwork::time(Collective::all_reduce, group, 1e16 * byte)) == relative(1e5).epsilon(1e-3));
    group.tier[1].in_network_reduction = true;
    CHECK(raw(InNetwork::time(Collective::all_reduce, group, 0_B)) == relative(2 * 1e-6 + 2 * 10e-6));
}

TEST_CASE("set-up time and relative efficiency are the library's") {
    Group group = switched(8);
    group.in_network_latency = 10_us;
    group.in_network_efficiency = 0.5;
    CHECK(raw(InNetwork::time(Collective::all_reduce, group, 0_B)) == relative(14e-6));
    CHECK(raw(InNetwork::time(Collective::all_reduce, group, 800_GB)) == relative(18.0).epsilon(1e-4));
}
