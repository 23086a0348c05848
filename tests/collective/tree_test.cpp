// SPDX-License-Identifier: Apache-2.0
#include <foretrain/collective/tree.hpp>

#include <cstdint>
#include <doctest/doctest.h>
#include <foretrain/units/literals.hpp>

#include "groups.hpp"

using namespace foretrain;
using namespace foretrain::literals;

static_assert(CollectiveAlgorithm<Tree>);
static_assert(raw(Tree::time(Collective::all_reduce, Group{}, 1_GB)) == 0.0);

TEST_CASE("latency grows with the logarithm of the ranks") {
    CHECK(raw(Tree::time(Collective::broadcast, flat(2), 0_B)) == relative(2e-6));
    CHECK(raw(Tree::time(Collective::broadcast, flat(1024), 0_B)) == relative(10 * 2e-6));
    CHECK(raw(Tree::time(Collective::all_reduce, flat(1024), 0_B)) == relative(20 * 2e-6));
    CHECK(raw(Tree::time(Collective::all_reduce, two_tiers(8, 16), 0_B)) == relative(2 * (3 * 1e-6 + 4 * 10e-6)));
}

TEST_CASE("large sizes pay for two children and a parent") {
    const Bytes size = 1e16 * byte;
    const auto in_sizes = [size](Collective collective, std::int64_t ranks) {
        return raw(Tree::time(collective, flat(ranks), size)) * 1e11 / raw(size);
    };
    CHECK(in_sizes(Collective::all_reduce, 2) == relative(1.0).epsilon(1e-3));
    CHECK(in_sizes(Collective::all_reduce, 3) == relative(2.0).epsilon(1e-3));
    CHECK(in_sizes(Collective::all_reduce, 5) == relative(3.0).epsilon(1e-3));
    CHECK(in_sizes(Collective::all_reduce, 4) == relative(2.0).epsilon(1e-3));
    CHECK(in_sizes(Collective::all_reduce, 64) == relative(3.0).epsilon(1e-3));
    CHECK(in_sizes(Collective::broadcast, 64) == relative(2.0).epsilon(1e-3));
}

TEST_CASE("the closed form lies at most one hop above the best number of chunks") {
    // Chunk by chunk: k chunks down h hops take (h - 1 + k) (a + W / k), W = 2 S / B at an inner rank.
    for (const double bytes : {1e4, 1e6, 1e8, 1e10}) {
        const double transfer = 2.0 * bytes / 1e11;
        double least = 1e300;
        for (int chunks = 1; chunks < 100000; ++chunks) {
            const double time = (5 + chunks) * (2e-6 + transfer / chunks);
            least = time < least ? time : least;
        }
        const double closed = raw(Tree::time(Collective::broadcast, flat(64), make<Bytes>(bytes)));
        CHECK(closed >= least * (1 - 1e-12));
        CHECK(closed <= least + 2.01e-6);
    }
}

TEST_CASE("no tree for pieces") {
    CHECK_FALSE(Tree::supports(Collective::all_gather));
    CHECK_FALSE(Tree::supports(Collective::all_to_all));
    CHECK(Tree::supports(Collective::reduce));
}
