// SPDX-License-Identifier: Apache-2.0
#include <foretrain/math/smooth.hpp>

#include <cmath>

#include <doctest/doctest.h>

#include <foretrain/math/dual.hpp>

#include "reference.hpp"

namespace ft = foretrain;
using reference::bits, reference::opaque, reference::Points;

namespace {

constexpr double fourth_root_of_two = 0x1.306fe0a31b715p0;

struct SmoothCase {
    double a;
    double b;
    double expected;
};
constexpr SmoothCase cases[] = {
    {0, 0, 0},
    {0, 3, 3},
    {3, 0, 3},
    {1, 1, fourth_root_of_two},
    {1e-200, 1, 1},
    {1e300, 1e-300, 1e300},
    {2, 2, 2 * fourth_root_of_two},
    {1e-320, 0, 1e-320},
};

constexpr bool all_hold() {
    for (const auto& c : cases) {
        if (bits(ft::smooth_maximum(c.a, c.b)) != bits(c.expected)) return false;
    }
    return true;
}
static_assert(all_hold());
static_assert(ft::smooth_maximum<2>(3.0, 4.0) == 5.0);
static_assert(ft::smooth_maximum(0.0F, 2.0F) == 2.0F);

constexpr auto pair = [](Points& p) {
    const double a = p.across_magnitudes(1e-3, 1e3);
    const double b = p.across_magnitudes(1e-3, 1e3);
    return std::array<double, 2>{a, b};
};
constexpr auto smooth = [](const std::array<double, 2>& p) { return ft::smooth_maximum(p[0], p[1]); };
constexpr auto inputs = reference::table<200>(1, pair);
constexpr auto outputs = reference::map(inputs, smooth);

static_assert(ft::harmonic_ramp(0.0, 2.0) == 0 && ft::harmonic_ramp(2.0, 2.0) == 0.5 &&
              ft::harmonic_ramp(6.0, 2.0) == 0.75);

} // namespace

TEST_CASE("smooth_maximum: same bits at compile time and at run time") {
    for (const auto& c : cases) CHECK(bits(ft::smooth_maximum(opaque(c.a), opaque(c.b))) == bits(c.expected));
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        CHECK(bits(ft::smooth_maximum(opaque(inputs[i][0]), opaque(inputs[i][1]))) == bits(outputs[i]));
    }
}

TEST_CASE("smooth_maximum: between the maximum and 2^(1/P) of it, symmetric, rising, close to the norm") {
    Points points(2);
    bool bounded = true;
    bool symmetric = true;
    bool rising = true;
    double largest = 0;
    for (int i = 0; i < 100000; ++i) {
        const auto [a, b] = pair(points);
        const double m = ft::maximum(a, b);
        const double y = ft::smooth_maximum(a, b);
        bounded = bounded && y >= m && y <= m * fourth_root_of_two && ft::smooth_maximum<8>(a, b) <= y &&
                  ft::smooth_maximum<2>(a, b) >= y;
        symmetric = symmetric && bits(y) == bits(ft::smooth_maximum(b, a));
        rising = rising && ft::smooth_maximum(a * (1 + 1e-9), b) >= y;
        const long double sum = std::pow(static_cast<long double>(a), 4) + std::pow(static_cast<long double>(b), 4);
        const long double exact = std::pow(sum, 0.25L);
        const auto error = static_cast<double>(reference::error_in_ulp(y, exact));
        largest = error > largest ? error : largest;
    }
    CHECK(bounded);
    CHECK(symmetric);
    CHECK(rising);
    CHECK(largest <= 3); // measured over 1e6 points: 2.22 ulp
}

TEST_CASE("smooth_maximum: gradient is the norm's own") {
    const double a = 3;
    const double b = 2;
    const auto y = ft::smooth_maximum(ft::variable<2>(a, 0), ft::variable<2>(b, 1));
    const double by_a = std::pow(a / y.value, 3); // d (a^4 + b^4)^(1/4) / da = (a/y)^3
    const double by_b = std::pow(b / y.value, 3);
    CHECK(y.gradient[0] == doctest::Approx(by_a).epsilon(1e-14));
    CHECK(y.gradient[1] == doctest::Approx(by_b).epsilon(1e-14));
    // no kink at a tie: both sides give 2^(-3/4)
    const auto tie = ft::smooth_maximum(ft::variable<2>(a, 0), ft::variable<2>(a, 1));
    CHECK(tie.gradient[0] == doctest::Approx(std::pow(2, -0.75)).epsilon(1e-14));
    CHECK(tie.gradient[1] == doctest::Approx(std::pow(2, -0.75)).epsilon(1e-14));
    const auto edge = ft::smooth_maximum(ft::variable<2>(a, 0), ft::variable<2>(0.0, 1));
    CHECK(edge.gradient[0] == 1);
    CHECK(edge.gradient[1] == 0);
}

TEST_CASE("harmonic_ramp: rises and saturates") {
    CHECK(ft::harmonic_ramp(opaque(1e300), 1.0) == 1);
    const auto y = ft::harmonic_ramp(ft::variable<2>(1.0, 0), ft::variable<2>(3.0, 1));
    CHECK(y.gradient[0] == doctest::Approx(3.0 / 16));
    CHECK(y.gradient[1] == doctest::Approx(-1.0 / 16));
}
