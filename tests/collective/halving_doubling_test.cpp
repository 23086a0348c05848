// SPDX-License-Identifier: Apache-2.0
#include <foretrain/collective/halving_doubling.hpp>

#include <cstdint>
#include <doctest/doctest.h>
#include <foretrain/units/literals.hpp>
#include <vector>

#include "groups.hpp"

using namespace foretrain;
using namespace foretrain::literals;

namespace {

/// Plays recursive halving and doubling with real pieces on any number of ranks, extra ranks folded into partners,
/// and tells when the last rank holds every sum.
double simulate(std::size_t n, double bytes, double latency, double bandwidth) {
    std::size_t power = 1;
    while (2 * power <= n) power *= 2;
    using Sums = std::vector<std::uint64_t>; // for each of `power` pieces, the set of ranks summed in it
    std::vector<Sums> held(n, Sums(power));
    for (std::size_t rank = 0; rank < n; ++rank)
        for (std::uint64_t& sum : held[rank]) sum = std::uint64_t{1} << rank;
    double now = 0.0;
    if (n > power) { // all extra ranks hand over everything at once
        for (std::size_t extra = power; extra < n; ++extra)
            for (std::size_t piece = 0; piece < power; ++piece) held[extra - power][piece] |= held[extra][piece];
        now += latency + bytes / bandwidth;
    }
    double part = bytes;
    for (std::size_t distance = 1; distance < power; distance *= 2) {
        const std::vector<Sums> before = held;
        part /= 2;
        for (std::size_t rank = 0; rank < power; ++rank)
            for (std::size_t piece = 0; piece < power; ++piece)
                if (piece % (2 * distance) == rank % (2 * distance)) // the half this rank keeps
                    held[rank][piece] = before[rank][piece] | before[rank ^ distance][piece];
        now += latency + part / bandwidth;
    }
    for (std::size_t distance = power / 2; distance >= 1; distance /= 2) {
        const std::vector<Sums> before = held;
        for (std::size_t rank = 0; rank < power; ++rank)
            for (std::size_t piece = 0; piece < power; ++piece)
                if (piece % (2 * distance) == (rank ^ distance) % (2 * distance))
                    held[rank][piece] = before[rank ^ distance][piece];
        now += latency + part / bandwidth;
        part *= 2;
    }
    if (n > power) {
        for (std::size_t extra = power; extra < n; ++extra) held[extra] = held[extra - power];
        now += latency + bytes / bandwidth;
    }
    const std::uint64_t all = (std::uint64_t{1} << n) - 1;
    bool complete = true;
    for (const Sums& sums : held)
        for (const std::uint64_t sum : sums) complete = complete && sum == all;
    CHECK(complete); // the schedule really is an all-reduce
    return now;
}

} // namespace

static_assert(CollectiveAlgorithm<HalvingDoubling>);
static_assert(raw(HalvingDoubling::time(Collective::all_reduce, Group{}, 1_GB)) == 0.0);

TEST_CASE("the formula equals a simulation of every exchange") {
    for (const std::size_t n : {2U, 3U, 4U, 6U, 8U, 16U, 23U, 32U})
        for (const double bytes : {0.0, 1e3, 1e6, 1e9})
            CHECK(raw(HalvingDoubling::time(Collective::all_reduce, flat(static_cast<std::int64_t>(n)),
                                            make<Bytes>(bytes))) ==
                  relative(simulate(n, bytes, 2e-6, 1e11)).epsilon(1e-12));
}

TEST_CASE("a reduce-scatter and an all-gather make an all-reduce of a power of two") {
    for (const std::int64_t n : {2, 16, 512}) {
        const Seconds whole = HalvingDoubling::time(Collective::all_reduce, flat(n), 1_MB);
        const Seconds halves = HalvingDoubling::time(Collective::reduce_scatter, flat(n), 1_MB) +
                               HalvingDoubling::time(Collective::all_gather, flat(n), 1_MB);
        CHECK(raw(whole) == relative(raw(halves)));
    }
}

TEST_CASE("over tiers each node moves the whole array once, in few steps") {
    // 3 steps inside and 4 between; 7/8 of S inside and 15/16 of S through each node's ports.
    const double expected = 3 * 1e-6 + 4 * 10e-6 + 7.0 / 8.0 * 1e9 / 400e9 + 15.0 / 16.0 * 1e9 / 100e9;
    CHECK(raw(HalvingDoubling::time(Collective::reduce_scatter, two_tiers(8, 16), 1_GB)) == relative(expected));
}

TEST_CASE("on a mesh a step has only one wire of each rank") {
    Group mesh = flat(8);
    mesh.tier[0].pair_share = 1.0 / 7.0;
    const Seconds bytes_only = HalvingDoubling::time(Collective::all_reduce, mesh, 100_GB) -
                               HalvingDoubling::time(Collective::all_reduce, mesh, 0_B);
    CHECK(raw(bytes_only) == relative(7 * 1.75));
}

TEST_CASE("Bruck's all-to-all sends half of everything in each of log2 n steps") {
    CHECK(raw(HalvingDoubling::time(Collective::all_to_all, flat(16), 100_GB)) == relative(4 * 0.5 + 4 * 2e-6));
}
