// SPDX-License-Identifier: Apache-2.0
#include <foretrain/collective/direct.hpp>

#include <cstdint>
#include <doctest/doctest.h>
#include <foretrain/units/literals.hpp>

#include "groups.hpp"

using namespace foretrain;
using namespace foretrain::literals;

static_assert(CollectiveAlgorithm<Direct>);
static_assert(raw(Direct::time(Collective::all_to_all, Group{}, 1_GB)) == 0.0);

TEST_CASE("one step to everybody at once") {
    CHECK(raw(Direct::time(Collective::all_to_all, flat(8), 0_B)) == relative(2e-6));
    CHECK(raw(Direct::time(Collective::all_to_all, flat(8), 800_GB)) == relative(7.0 + 2e-6));
    CHECK(raw(Direct::time(Collective::all_gather, flat(8), 800_GB)) == relative(7.0 + 2e-6));
    CHECK(raw(Direct::time(Collective::broadcast, flat(8), 100_GB)) == relative(7.0 + 2e-6));
    CHECK(raw(Direct::time(Collective::point_to_point, flat(8), 100_GB)) == relative(1.0 + 2e-6));
}

TEST_CASE("an all-reduce takes one shot when small and two when large") {
    CHECK(raw(Direct::time(Collective::all_reduce, flat(8), 0_B)) == relative(2e-6));
    CHECK(raw(Direct::time(Collective::all_reduce, flat(8), 1_kB)) == relative(2e-6 + 7e3 / 1e11));
    CHECK(raw(Direct::time(Collective::all_reduce, flat(8), 800_GB)) == relative(14.0 + 4e-6));
}

TEST_CASE("a node's ports carry what each of its ranks sends outside") {
    // 8 ranks behind a port, 24 of 32 partners outside: 8 x 24/32 S at 100 GB/s.
    CHECK(raw(Direct::time(Collective::all_to_all, two_tiers(8, 4), 100_GB)) == relative(6.0 + 1e-5));
    // One node: only the inner wires.
    CHECK(raw(Direct::time(Collective::all_to_all, two_tiers(8, 1), 400_GB)) == relative(7.0 / 8.0).epsilon(1e-4));
}

TEST_CASE("a lone message uses one pair's wires of the outermost tier") {
    Group mesh = flat(8);
    mesh.tier[0].pair_share = 1.0 / 7.0;
    CHECK(raw(Direct::time(Collective::point_to_point, mesh, 100_GB)) == relative(7.0).epsilon(1e-4));
    CHECK(raw(Direct::time(Collective::point_to_point, two_tiers(2, 4), 100_GB)) == relative(1.0 + 1e-5));
}

TEST_CASE("on a torus all-to-all is held back by the bisection, a ring's neighbours are not") {
    Group torus = flat(64);
    torus.tier[0].exchange_share = 0.25;
    CHECK(raw(Direct::time(Collective::all_to_all, torus, 100_GB)) == relative(4 * 63.0 / 64.0).epsilon(1e-4));
}
