// SPDX-License-Identifier: Apache-2.0
#include <foretrain/math/sqrt.hpp>

#include <cmath>
#include <limits>

#include <doctest/doctest.h>

#include "reference.hpp"

namespace ft = foretrain;
using reference::bits, reference::Case, reference::opaque, reference::Points;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
constexpr auto root = [](auto x) { return ft::sqrt(x); };

constexpr Case<double> cases[] = {
    {0.0, 0.0},
    {-0.0, -0.0},
    {1.0, 1.0},
    {4.0, 2.0},
    {2.0, 0x1.6a09e667f3bcdp0},
    {0x1p-1074, 0x1p-537},
    {0x1p-1022, 0x1p-511},
    {0x1.fffffffffffffp1023, 0x1.fffffffffffffp511},
    {0x1.fffffffffffffp-1, 0x1.fffffffffffffp-1},
    {0x1.0000000000001p0, 1.0},
    {1e10, 1e5},
    {infinity, infinity},
    {-1.0, not_a_number},
    {-infinity, not_a_number},
    {not_a_number, not_a_number},
};
static_assert(reference::all_hold(cases, root));

constexpr auto positive = [](Points& p) { return p.across_magnitudes(0x1p-1074, infinity); };
constexpr auto inputs = reference::table<256>(1, positive);
constexpr auto outputs = reference::map(inputs, root);
constexpr auto float_inputs =
    reference::map(reference::table<256>(2, [](Points& p) { return p.across_magnitudes(0x1p-140, 0x1p127); }),
                   [](double x) { return static_cast<float>(x); });
constexpr auto float_outputs = reference::map(float_inputs, root);

} // namespace

TEST_CASE("sqrt: same bits at compile time and at run time") {
    for (const auto& c : cases) CHECK(bits(ft::sqrt(opaque(c.x))) == bits(c.expected));
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        CHECK(bits(ft::sqrt(opaque(inputs[i]))) == bits(outputs[i]));
        CHECK(bits(ft::sqrt(opaque(float_inputs[i]))) == bits(float_outputs[i]));
    }
}

TEST_CASE("sqrt: the compile-time algorithm agrees with the processor at every point tried") {
    Points points(3);
    int mismatches = 0;
    for (int i = 0; i < 1000000; ++i) {
        const double x = positive(points);
        if (bits(ft::detail::sqrt_positive(x)) != bits(std::sqrt(x))) ++mismatches;
        const double square = points.uniform(1, 2) * points.uniform(1, 2); // about exact squares and half-way cases
        const double near = square * square;
        if (bits(ft::detail::sqrt_positive(near)) != bits(std::sqrt(near))) ++mismatches;
    }
    CHECK(mismatches == 0);
}

TEST_CASE("sqrt: correctly rounded") {
    const auto error = reference::largest_error(4, 200000, positive, root,
                                                [](double x) { return std::sqrt(static_cast<long double>(x)); });
    CHECK(error <= 0.5001); // measured 0.5000; the reference is rounded to 64 bits
}
