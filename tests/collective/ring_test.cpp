// SPDX-License-Identifier: Apache-2.0
#include <foretrain/collective/ring.hpp>

#include <array>
#include <cstdint>
#include <doctest/doctest.h>
#include <foretrain/units/literals.hpp>
#include <vector>

#include "groups.hpp"

using namespace foretrain;
using namespace foretrain::literals;

namespace {

/// Sends real pieces around a ring, message by message, and tells when the last rank holds every sum.
double simulate(std::size_t n, double bytes, double latency, double bandwidth, bool gather) {
    using Sums = std::vector<std::uint64_t>; // for each piece, the set of ranks summed in it
    std::vector<Sums> held(n, Sums(n));
    std::vector<double> ready(n, 0.0);
    std::vector<double> link_free(n, 0.0);
    for (std::size_t rank = 0; rank < n; ++rank)
        for (std::size_t piece = 0; piece < n; ++piece) held[rank][piece] = std::uint64_t{1} << rank;
    const double sending = bytes / static_cast<double>(n) / bandwidth;
    const std::size_t steps = gather ? 2 * (n - 1) : n - 1;
    for (std::size_t step = 0; step < steps; ++step) {
        const std::vector<Sums> before = held;
        const std::vector<double> ready_before = ready;
        for (std::size_t rank = 0; rank < n; ++rank) {
            const std::size_t to = (rank + 1) % n;
            const std::size_t piece = (rank + 2 * n - step) % n;
            const double start = ready_before[rank] > link_free[rank] ? ready_before[rank] : link_free[rank];
            link_free[rank] = start + sending;
            const double arrival = start + sending + latency;
            ready[to] = arrival > ready_before[to] ? arrival : ready_before[to];
            held[to][piece] = before[rank][piece] | (step < n - 1 ? before[to][piece] : 0);
        }
    }
    const std::uint64_t all = (std::uint64_t{1} << n) - 1;
    double last = 0.0;
    std::size_t complete = 0;
    for (std::size_t rank = 0; rank < n; ++rank) {
        for (const std::uint64_t sum : held[rank]) complete += sum == all;
        last = ready[rank] > last ? ready[rank] : last;
    }
    CHECK(complete == (gather ? n * n : n)); // the schedule really is an all-reduce, or a reduce-scatter
    return last;
}

} // namespace

static_assert(CollectiveAlgorithm<Ring>);
static_assert(raw(Ring::time(Collective::all_reduce, Group{}, 1_GB)) == 0.0);
// 2 x 7 hops of 2 us and 2 x 7/8 x 800 MB at 100 GB/s
static_assert(raw(Ring::time(Collective::all_reduce, flat(8), 800_MB)) > 14.0279e-3 &&
              raw(Ring::time(Collective::all_reduce, flat(8), 800_MB)) < 14.0281e-3);

TEST_CASE("the formula equals a simulation of every message") {
    for (const std::size_t n : {2U, 3U, 5U, 8U, 16U, 33U})
        for (const double bytes : {0.0, 1e3, 1e6, 1e9}) {
            const Group group = flat(static_cast<std::int64_t>(n));
            CHECK(raw(Ring::time(Collective::all_reduce, group, make<Bytes>(bytes))) ==
                  relative(simulate(n, bytes, 2e-6, 1e11, true)).epsilon(1e-12));
            CHECK(raw(Ring::time(Collective::reduce_scatter, group, make<Bytes>(bytes))) ==
                  relative(simulate(n, bytes, 2e-6, 1e11, false)).epsilon(1e-12));
        }
}

TEST_CASE("the bus bandwidth of large sizes is that of the slowest link") {
    const Bytes size = 1e18 * byte;
    for (const std::int64_t n : {2, 7, 64, 1000})
        for (const Collective collective : {Collective::all_reduce, Collective::all_gather, Collective::broadcast}) {
            const Seconds one_tier = Ring::time(collective, flat(n), size);
            CHECK(raw(bus_bandwidth(collective, n, size, one_tier)) == relative(100e9).epsilon(1e-3));
            const Seconds across = Ring::time(collective, two_tiers(8, n), size);
            CHECK(raw(bus_bandwidth(collective, 8 * n, size, across)) == relative(100e9).epsilon(1e-3));
        }
}

TEST_CASE("small sizes pay every hop, most of them inside the nodes") {
    // 4 nodes of 8: 28 hops inside and 3 between in one pass.
    CHECK(raw(Ring::time(Collective::all_gather, two_tiers(8, 4), 0_B)) == relative(28 * 1e-6 + 3 * 10e-6));
    CHECK(raw(Ring::time(Collective::all_reduce, two_tiers(8, 4), 0_B)) == relative(2 * (28 * 1e-6 + 3 * 10e-6)));
}

TEST_CASE("no ring for all-to-all and point to point") {
    CHECK_FALSE(Ring::supports(Collective::all_to_all));
    CHECK_FALSE(Ring::supports(Collective::point_to_point));
    CHECK(Ring::supports(Collective::reduce));
}

TEST_CASE("the library's base latency and ramp add as documented") {
    Group group = flat(8);
    const double plain = raw(Ring::time(Collective::all_gather, group, 1_MB));
    group.base_latency = 5_us;
    CHECK(raw(Ring::time(Collective::all_gather, group, 1_MB)) == relative(plain + 5e-6));
    group.base_latency = 0_s;
    group.ramp = 2.0; // L = 14 us, W = 8.75 us: (sqrt(L) + sqrt(W))^2
    CHECK(raw(Ring::time(Collective::all_gather, group, 1_MB)) == relative(14e-6 + 8.75e-6 + 2 * 11.0680e-6));
}
