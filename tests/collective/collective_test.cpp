// SPDX-License-Identifier: Apache-2.0
#include <foretrain/collective/collective.hpp>

#include <doctest/doctest.h>
#include <foretrain/math/dual.hpp>
#include <foretrain/units/literals.hpp>

#include "../relative.hpp"

using namespace foretrain;
using namespace foretrain::literals;

// The factors of nccl-tests, doc/PERFORMANCE.md, as exact fractions.
static_assert(bus_factor(Collective::all_reduce, 8) == 1.75);
static_assert(bus_factor(Collective::all_reduce, 1) == 0.0);
static_assert(bus_factor(Collective::reduce_scatter, 8) == 0.875);
static_assert(bus_factor(Collective::all_gather, 4) == 0.75);
static_assert(bus_factor(Collective::all_to_all, 2) == 0.5);
static_assert(bus_factor(Collective::broadcast, 7) == 1.0);
static_assert(bus_factor(Collective::reduce, 7) == 1.0);
static_assert(bus_factor(Collective::point_to_point, 2) == 1.0);
static_assert(bus_factor<float>(Collective::all_reduce, 16) == 1.875F);

TEST_CASE("bandwidths of a published nccl-tests row: 8 GiB all-reduce on 8 A100 in 64.07 ms") {
    const Bytes size = 8_GiB;
    const Seconds time = 64.074_ms;
    CHECK(raw(algorithm_bandwidth(size, time)) == relative(134.06e9).epsilon(1e-3));
    CHECK(raw(bus_bandwidth(Collective::all_reduce, 8, size, time)) == relative(234.6e9).epsilon(1e-3));
}

TEST_CASE("an all-reduce is a reduce-scatter and an all-gather, bytes and all") {
    for (std::int64_t n = 2; n <= 100; ++n)
        CHECK(bus_factor(Collective::all_reduce, n) ==
              relative(bus_factor(Collective::reduce_scatter, n) + bus_factor(Collective::all_gather, n)));
}

TEST_CASE("the bus bandwidth carries derivatives") {
    using Number = Dual<double, 1>;
    const auto size = make<BasicBytes<Number>>(Number{1e9});
    const auto time = make<BasicSeconds<Number>>(Number{0.01, {1.0}});
    const Number bus = raw(bus_bandwidth(Collective::all_gather, 4, size, time));
    CHECK(bus.value == relative(75e9));
    CHECK(bus.gradient[0] == relative(-75e9 / 0.01));
}

TEST_CASE("every collective has a name of its own") {
    for (const Collective a : every_collective) {
        CHECK_FALSE(name_of(a).empty());
        for (const Collective b : every_collective) CHECK((a == b) == (name_of(a) == name_of(b)));
    }
}
