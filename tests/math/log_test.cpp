// SPDX-License-Identifier: Apache-2.0
#include <foretrain/math/log.hpp>

#include <cmath>
#include <limits>

#include <doctest/doctest.h>

#include "reference.hpp"

namespace ft = foretrain;
using reference::bits, reference::Case, reference::opaque, reference::Points;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
constexpr int many = 100000;

constexpr auto our_log = [](auto x) { return ft::log(x); };
constexpr auto our_log2 = [](auto x) { return ft::log2(x); };
constexpr auto our_log1p = [](auto x) { return ft::log1p(x); };

constexpr Case<double> log_cases[] = {
    {1.0, 0.0},
    {2.0, 0x1.62e42fefa39efp-1},
    {0x1.5bf0a8b145769p1, 1.0},
    {10.0, 0x1.26bb1bbb55516p1},
    {0x1p-1074, -0x1.74385446d71c3p9},
    {0x1.fffffffffffffp1023, 0x1.62e42fefa39efp9},
    {0x1.0000000000001p0, 0x1.fffffffffffffp-53},
    {0x1.fffffffffffffp-1, -0x1p-53},
    {0.0, -infinity},
    {-0.0, -infinity},
    {infinity, infinity},
    {-1.0, not_a_number},
    {-infinity, not_a_number},
    {not_a_number, not_a_number},
};
static_assert(reference::all_hold(log_cases, our_log));

constexpr Case<double> log2_cases[] = {
    {1.0, 0.0},
    {2.0, 1.0},
    {0.5, -1.0},
    {1024.0, 10.0},
    {0x1p-1074, -1074.0},
    {0x1p1023, 1023},
    {0.0, -infinity},
    {infinity, infinity},
    {-1.0, not_a_number},
    {3.0, 0x1.95c01a39fbd68p0},
    {not_a_number, not_a_number},
};
static_assert(reference::all_hold(log2_cases, our_log2));

constexpr Case<double> log1p_cases[] = {
    {0.0, 0.0},
    {-0.0, -0.0},
    {1e-300, 1e-300},
    {-1e-17, -1e-17},
    {-1.0, -infinity},
    {infinity, infinity},
    {-2.0, not_a_number},
    {not_a_number, not_a_number},
    {1.0, 0x1.62e42fefa39efp-1},
};
static_assert(reference::all_hold(log1p_cases, our_log1p));

constexpr Case<float> float_cases[] = {
    {1.0F, 0.0F},
    {10.0F, 0x1.26bb1cp1F},
    {0x1p-149F, -0x1.9d1dap6F},
    {0.0F, -std::numeric_limits<float>::infinity()},
    {-1.0F, std::numeric_limits<float>::quiet_NaN()},
};
static_assert(reference::all_hold(float_cases, our_log));

constexpr auto positive = [](Points& p) { return p.across_magnitudes(0x1p-1074, infinity); };
constexpr auto octave = [](Points& p) { return p.uniform(0.5, 2); };
constexpr auto near_one = [](Points& p) {
    const double distance = p.across_magnitudes(1e-16, 0.1);
    return p.next() & 1 ? 1 + distance : 1 - distance;
};
constexpr auto tiny = [](Points& p) {
    const double x = p.across_magnitudes(1e-300, 1);
    return p.next() & 1 ? x : -x;
};
constexpr auto small = [](Points& p) {
    const double x = p.across_magnitudes(1e-17, 0.9);
    return p.next() & 1 ? x : -x;
};

constexpr auto log_inputs = reference::table<256>(1, positive);
constexpr auto log_outputs = reference::map(log_inputs, our_log);
constexpr auto log2_outputs = reference::map(log_inputs, our_log2);
constexpr auto near_inputs = reference::table<256>(2, near_one);
constexpr auto near_outputs = reference::map(near_inputs, our_log);
constexpr auto log1p_inputs = reference::table<256>(3, small);
constexpr auto log1p_outputs = reference::map(log1p_inputs, our_log1p);

} // namespace

TEST_CASE("log, log2, log1p: same bits at compile time and at run time") {
    for (const auto& c : log_cases) CHECK(bits(ft::log(opaque(c.x))) == bits(c.expected));
    for (const auto& c : log2_cases) CHECK(bits(ft::log2(opaque(c.x))) == bits(c.expected));
    for (const auto& c : log1p_cases) CHECK(bits(ft::log1p(opaque(c.x))) == bits(c.expected));
    for (const auto& c : float_cases) CHECK(bits(ft::log(opaque(c.x))) == bits(c.expected));
    for (std::size_t i = 0; i < log_inputs.size(); ++i) {
        CHECK(bits(ft::log(opaque(log_inputs[i]))) == bits(log_outputs[i]));
        CHECK(bits(ft::log2(opaque(log_inputs[i]))) == bits(log2_outputs[i]));
        CHECK(bits(ft::log(opaque(near_inputs[i]))) == bits(near_outputs[i]));
        CHECK(bits(ft::log1p(opaque(log1p_inputs[i]))) == bits(log1p_outputs[i]));
    }
}

// See exp_test.cpp on fingerprints.
TEST_CASE("log, log2, log1p: same bits on all compilers") {
    CHECK(reference::fingerprint(11, many, positive, our_log) == 17733448497103842005u);
    CHECK(reference::fingerprint(12, many, near_one, our_log) == 6575515573456528538u);
    CHECK(reference::fingerprint(13, many, positive, our_log2) == 18125168375868456493u);
    CHECK(reference::fingerprint(14, many, small, our_log1p) == 11595910309684363501u);
}

TEST_CASE("log, log2, log1p: accuracy") {
    const auto exact_log = [](double x) { return std::log(static_cast<long double>(x)); };
    const auto exact_log2 = [](double x) { return std::log2(static_cast<long double>(x)); };
    const auto exact_log1p = [](double x) { return std::log1p(static_cast<long double>(x)); };
    // measured over 1e6 points: log 0.500, log2 0.500, log1p 0.660
    CHECK(reference::largest_error(21, many, positive, our_log, exact_log) <= 0.51);
    CHECK(reference::largest_error(22, many, octave, our_log, exact_log) <= 0.51);
    CHECK(reference::largest_error(23, many, near_one, our_log, exact_log) <= 0.51);
    CHECK(reference::largest_error(24, many, positive, our_log2, exact_log2) <= 0.51);
    CHECK(reference::largest_error(25, many, octave, our_log2, exact_log2) <= 0.51);
    CHECK(reference::largest_error(26, many, near_one, our_log2, exact_log2) <= 0.51);
    CHECK(reference::largest_error(27, many, tiny, our_log1p, exact_log1p) <= 0.8);
    CHECK(reference::largest_error(28, many, small, our_log1p, exact_log1p) <= 0.8);
    CHECK(reference::largest_error(29, many, positive, our_log1p, exact_log1p) <= 0.8);
}

TEST_CASE("log: the table is -ln c") {
    for (const auto& entry : ft::detail::log_table) {
        const auto high = static_cast<long double>(entry.minus_log);
        const auto low = static_cast<long double>(entry.minus_log_low);
        CHECK(std::fabs(high + low + std::log(static_cast<long double>(entry.reciprocal))) < 0x1p-63L);
        CHECK(std::ldexp(entry.minus_log, 42) == std::nearbyint(std::ldexp(entry.minus_log, 42)));
        CHECK(entry.reciprocal * 512 == std::nearbyint(entry.reciprocal * 512));
    }
}

TEST_CASE("log: rises, also where the table changes its entry") {
    bool rising = true;
    for (std::uint64_t i = 0; i < 256; ++i) {
        const double boundary = std::bit_cast<double>(ft::detail::log_table_origin + (i << 46));
        double x = boundary;
        for (int k = 0; k < 50; ++k) x = std::nextafter(x, 0.0);
        double last = ft::log(x);
        for (int k = 0; k < 100; ++k) {
            x = std::nextafter(x, infinity);
            rising = rising && ft::log(x) >= last;
            last = ft::log(x);
        }
    }
    CHECK(rising);
}

TEST_CASE("log and exp undo each other") {
    Points points(31);
    double largest = 0;
    for (int i = 0; i < many; ++i) {
        const double x = points.uniform(-700, 700);
        // e^x is rounded, which moves its logarithm by 2^-53 at most
        const double error = std::fabs(ft::log(ft::exp(x)) - x) / (std::fabs(x) + 1);
        largest = error > largest ? error : largest;
    }
    CHECK(largest <= 0x1p-52);
}

TEST_CASE("log2 is exact for powers of two") {
    for (int k = -1074; k <= 1023; ++k) CHECK(ft::log2(std::ldexp(1.0, k)) == k);
}
