// SPDX-License-Identifier: Apache-2.0
#include <foretrain/collective/bound.hpp>

#include <cstdint>
#include <doctest/doctest.h>
#include <foretrain/collective/select.hpp>
#include <foretrain/units/literals.hpp>

#include "groups.hpp"

using namespace foretrain;
using namespace foretrain::literals;

namespace {

/// The groups to try: one tier, tiers with and without switches that add, straddling, meshes and a torus.
constexpr std::array<Group, 16> groups() {
    Fabric fabric{.tiers = 3};
    fabric.tier[0] = {.name = "node",
                      .size = 8,
                      .link = {450_GB_per_s, 1_us},
                      .oversubscription = 1.0,
                      .efficiency = 0.8,
                      .in_network_reduction = true};
    fabric.tier[1] = {
        .name = "pod", .size = 256, .link = {400_GB_per_s, 12_us}, .oversubscription = 1.0, .efficiency = 0.95};
    fabric.tier[2] = {
        .name = "spine", .size = 1 << 20, .link = {6400_GB_per_s, 15_us}, .oversubscription = 3.0, .efficiency = 0.9};
    Fabric mesh{.tiers = 2};
    mesh.tier[0] = {.name = "mesh",
                    .size = 8,
                    .link = {448_GB_per_s, 2_us},
                    .oversubscription = 1.0,
                    .efficiency = 0.7,
                    .topology = Topology::mesh};
    mesh.tier[1] = {.name = "net",
                    .size = 8 << 12,
                    .link = {400_GB_per_s, 12_us},
                    .oversubscription = 1.0,
                    .efficiency = 0.9,
                    .in_network_reduction = true};
    Fabric torus{.tiers = 1};
    torus.tier[0] = {.name = "torus",
                     .size = 4096,
                     .link = {300_GB_per_s, 1_us},
                     .oversubscription = 1.0,
                     .efficiency = 0.8,
                     .topology = Topology::torus,
                     .torus_dimensions = 3};
    return {make_group(fabric, 8, 2, 1),
            make_group(fabric, 16384, 8, 1),
            make_group(fabric, 16384, 64, 8),
            make_group(fabric, 16384, 16, 1),
            make_group(fabric, 16384, 16384, 1),
            make_group(fabric, 16384, 64, 256),
            make_group(fabric, 480, 6, 1),
            make_group(fabric, 480, 12, 5),
            make_group(fabric, 960, 5, 3),
            make_group(mesh, 512, 4, 1),
            make_group(mesh, 512, 48, 1),
            make_group(mesh, 512, 2, 64),
            make_group(torus, 4096, 4096, 1),
            make_group(torus, 4096, 16, 16),
            make_group(fabric, 16384, 2, 8192, libraries::nccl),
            make_group(fabric, 16384, 512, 32, libraries::nccl)};
}

template <class A>
void obeys_physics() {
    CAPTURE(A::name);
    for (const Group& group : groups())
        for (const Collective collective : every_collective) {
            if (!A::supports(collective)) continue;
            CAPTURE(name_of(collective));
            CAPTURE(group.ranks);
            double last = 0.0;
            for (const double bytes : {0.0, 1.0, 1e3, 1e5, 1e6, 1e7, 1e8, 1e9, 1e12}) {
                const Bytes size = make<Bytes>(bytes);
                const double time = raw(A::time(collective, group, size));
                CHECK(time < 1e6); // finite, and no NaN
                CHECK(time >= last);
                CHECK(time >= raw(latency_bound(group)));
                CHECK(time >= raw(bandwidth_bound(collective, group, size)) * (1 - 1e-12));
                last = time;
                for (std::size_t k = 0; k < static_cast<std::size_t>(group.tiers); ++k) {
                    Group better = group;
                    better.tier[k].link.bandwidth *= 1.5;
                    CHECK(raw(A::time(collective, better, size)) <= time);
                    Group farther = group;
                    farther.tier[k].link.latency += 1_us;
                    CHECK(raw(A::time(collective, farther, size)) >= time);
                }
            }
            CHECK(raw(A::time(collective, Group{}, 1_GB)) == 0.0);
        }
}

} // namespace

static_assert(raw(bandwidth_bound(Collective::all_reduce, Group{}, 1_GB)) == 0.0);
static_assert(raw(latency_bound(Group{})) == 0.0);

TEST_CASE("no algorithm beats the bounds, and all of them obey physics") {
    obeys_physics<Ring>();
    obeys_physics<Tree>();
    obeys_physics<DoubleBinaryTree>();
    obeys_physics<HalvingDoubling>();
    obeys_physics<Direct>();
    obeys_physics<Hierarchical>();
    obeys_physics<InNetwork>();
}

TEST_CASE("the ring meets the bound in bandwidth") {
    for (const Collective collective : {Collective::all_reduce, Collective::all_gather, Collective::reduce_scatter})
        CHECK(raw(Ring::time(collective, flat(16), 1e17 * byte)) ==
              relative(raw(bandwidth_bound(collective, flat(16), 1e17 * byte))).epsilon(1e-6));
}

TEST_CASE("switches that add halve the bound of an all-reduce of many ranks") {
    Group group = flat(1000);
    const double without = raw(bandwidth_bound(Collective::all_reduce, group, 100_GB));
    group.tier[0].in_network_reduction = true;
    CHECK(without == relative(2 * 0.999));
    CHECK(raw(bandwidth_bound(Collective::all_reduce, group, 100_GB)) == relative(1.0));
}

TEST_CASE("the bound of a group of nodes is that of the nodes' ports") {
    CHECK(raw(bandwidth_bound(Collective::all_gather, two_tiers(8, 4), 100_GB)) == relative(0.75));
    CHECK(raw(bandwidth_bound(Collective::all_to_all, two_tiers(8, 4), 100_GB)) == relative(6.0));
    CHECK(raw(latency_bound(two_tiers(8, 4))) == relative(1e-6));
    CHECK(raw(latency_bound(two_tiers(1, 4))) == relative(1e-5));
}
