// SPDX-License-Identifier: Apache-2.0
#include <foretrain/collective/double_binary_tree.hpp>

#include <cstdint>
#include <doctest/doctest.h>
#include <foretrain/units/literals.hpp>

#include "groups.hpp"

using namespace foretrain;
using namespace foretrain::literals;

static_assert(CollectiveAlgorithm<DoubleBinaryTree>);
static_assert(raw(DoubleBinaryTree::time(Collective::all_reduce, Group{}, 1_GB)) == 0.0);

TEST_CASE("an all-reduce moves twice the data out of each rank, two ranks just swap") {
    const Bytes size = 1e16 * byte;
    const auto in_sizes = [size](Collective collective, const Group& group) {
        return raw(DoubleBinaryTree::time(collective, group, size)) * 1e11 / raw(size);
    };
    CHECK(in_sizes(Collective::all_reduce, flat(2)) == relative(1.0).epsilon(1e-3));
    CHECK(in_sizes(Collective::all_reduce, flat(3)) == relative(2.0).epsilon(1e-3));
    CHECK(in_sizes(Collective::all_reduce, flat(100)) == relative(2.0).epsilon(1e-3));
    CHECK(in_sizes(Collective::broadcast, flat(100)) == relative(1.0).epsilon(1e-3));
    CHECK(in_sizes(Collective::all_reduce, two_tiers(8, 2)) == relative(1.0).epsilon(1e-3));
    CHECK(in_sizes(Collective::all_reduce, two_tiers(8, 9)) == relative(2.0).epsilon(1e-3));
}

TEST_CASE("latency grows with the logarithm of the ranks, between nodes, inside them is a chain") {
    CHECK(raw(DoubleBinaryTree::time(Collective::reduce, flat(2), 0_B)) == relative(2e-6));
    CHECK(raw(DoubleBinaryTree::time(Collective::reduce, flat(1023), 0_B)) == relative(10 * 2e-6));
    CHECK(raw(DoubleBinaryTree::time(Collective::all_reduce, two_tiers(8, 16), 0_B)) ==
          relative(2 * (7 * 1e-6 + 5 * 10e-6)));
}

TEST_CASE("a third tier's traffic passes the ports of the second") {
    Group group{.ranks = 8, .tiers = 3};
    group.tier[0] = {.members = 2, .units = 8, .link = {400_GB_per_s, 0_s}};
    group.tier[1] = {.members = 2, .units = 4, .link = {100_GB_per_s, 0_s}};
    group.tier[2] = {.members = 2, .units = 2, .link = {200_GB_per_s, 0_s}};
    // Each node swaps S with its neighbour and half of S on behalf of its pod: four nodes' optimum, 2 (4-1)/4.
    CHECK(raw(DoubleBinaryTree::time(Collective::all_reduce, group, 100_GB)) == relative(1.5));
}

TEST_CASE("no trees for pieces") {
    CHECK_FALSE(DoubleBinaryTree::supports(Collective::reduce_scatter));
    CHECK(DoubleBinaryTree::supports(Collective::all_reduce));
}
