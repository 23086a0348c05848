// SPDX-License-Identifier: Apache-2.0
#include <foretrain/math/minimum.hpp>

#include <initializer_list>

#include <doctest/doctest.h>

using namespace foretrain;

namespace {

constexpr double parabola(double x) noexcept { return (x - 0.3) * (x - 0.3); }
static_assert(golden_section([](double x) { return parabola(x); }, -1.0, 2.0, 1e-6) > 0.3 - 1e-6);
static_assert(golden_section([](double x) { return parabola(x); }, -1.0, 2.0, 1e-6) < 0.3 + 1e-6);

} // namespace

TEST_CASE("the bottom of a valley is found, wherever it lies in the bracket") {
    for (const double bottom : {-3.0, -0.999, 0.0, 0.5, 4.0}) {
        const auto valley = [&](double x) { return x < bottom ? 2.0 * (bottom - x) : x - bottom; };
        CHECK(golden_section(valley, -3.0, 4.0, 1e-7) == doctest::Approx(bottom).epsilon(1e-7));
    }
}

TEST_CASE("a slope has its least value at an end") {
    CHECK(golden_section([](double x) { return x; }, 2.0, 5.0, 1e-6) == doctest::Approx(2.0).epsilon(1e-6));
    CHECK(golden_section([](double x) { return -x; }, 2.0, 5.0, 1e-6) == doctest::Approx(5.0).epsilon(1e-6));
}

TEST_CASE("it stops at the tolerance, and in time where numbers end") {
    int evaluations = 0;
    const auto counted = [&](double x) {
        ++evaluations;
        return parabola(x);
    };
    (void)golden_section(counted, -1.0, 2.0, 1e-2);
    CHECK(evaluations < 16); // 3 x 0.618^n < 0.01
    evaluations = 0;
    CHECK(golden_section(counted, -1.0, 2.0, 0.0) == doctest::Approx(0.3).epsilon(1e-7));
    CHECK(evaluations == 100);
    CHECK(golden_section([](float x) { return (x - 1.5F) * (x - 1.5F); }, 0.0F, 4.0F, 1e-4F) ==
          doctest::Approx(1.5).epsilon(1e-3));
}
