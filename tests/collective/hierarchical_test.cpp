// SPDX-License-Identifier: Apache-2.0
#include <foretrain/collective/hierarchical.hpp>

#include <cstdint>
#include <doctest/doctest.h>
#include <foretrain/collective/ring.hpp>
#include <foretrain/units/literals.hpp>

#include "groups.hpp"

using namespace foretrain;
using namespace foretrain::literals;

static_assert(CollectiveAlgorithm<Hierarchical>);
static_assert(raw(Hierarchical::time(Collective::all_reduce, Group{}, 1_GB)) == 0.0);

TEST_CASE("in one tier it is the ring") {
    for (const Collective collective : {Collective::all_reduce, Collective::reduce_scatter, Collective::all_gather,
                                        Collective::broadcast, Collective::reduce})
        for (const std::int64_t n : {2, 8, 100})
            CHECK(raw(Hierarchical::time(collective, flat(n), 3_MB)) ==
                  relative(raw(Ring::time(collective, flat(n), 3_MB))));
}

TEST_CASE("an all-reduce is a reduce-scatter inside, an all-reduce across and an all-gather inside") {
    Group inside = two_tiers(8, 16);
    inside.tiers = 1;
    inside.ranks = 8;
    inside.tier[0].units = 8;
    Group across{.ranks = 16, .tiers = 1};
    across.tier[0] = two_tiers(8, 16).tier[1];
    const Seconds parts = Ring::time(Collective::reduce_scatter, inside, 1_GB) +
                          Ring::time(Collective::all_reduce, across, 1_GB) +
                          Ring::time(Collective::all_gather, inside, 1_GB);
    CHECK(raw(Hierarchical::time(Collective::all_reduce, two_tiers(8, 16), 1_GB)) == relative(raw(parts)));
}

TEST_CASE("it has fewer hops than the flat ring, but its phases do not overlap") {
    const Group group = two_tiers(8, 64);
    CHECK(Hierarchical::time(Collective::all_reduce, group, 1_kB) < Ring::time(Collective::all_reduce, group, 1_kB));
    CHECK(Hierarchical::time(Collective::all_reduce, group, 100_GB) >
          Ring::time(Collective::all_reduce, group, 100_GB));
}

TEST_CASE("all-to-all swaps inside first, then between nodes on everybody's behalf") {
    // 7/8 S inside at 400 GB/s, then 8 x 3/4 S through each node's ports.
    const double expected = 7.0 / 8.0 * 100e9 / 400e9 + 8 * 0.75 * 100e9 / 100e9 + 1e-6 + 10e-6;
    CHECK(raw(Hierarchical::time(Collective::all_to_all, two_tiers(8, 4), 100_GB)) == relative(expected));
}
