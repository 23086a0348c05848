// SPDX-License-Identifier: Apache-2.0
#include <foretrain/batch/benchmark.hpp>

#include <cmath>

#include <doctest/doctest.h>
#include <foretrain/math/dual.hpp>
#include <foretrain/units/literals.hpp>

#include "../relative.hpp"

using namespace foretrain;
using namespace foretrain::literals;

namespace {

constexpr BenchmarkConvergence old_one{.name = "first",
                                       .aliases = {"shared", "", ""},
                                       .before_round = 2,
                                       .convergence = {1_M_samples, 1_k_samples},
                                       .smallest_batch = 100_samples,
                                       .largest_batch = 400_samples,
                                       .points = 3,
                                       .spread = 0.03};
constexpr BenchmarkConvergence new_one{.name = "second", .aliases = {"shared", "", ""}, .since_round = 2};
constexpr PooledConvergence pool{.critical_over_smallest = 8, .deviation = 1, .noise = 0.04, .beyond = 0.1};

} // namespace

static_assert(ConvergenceModel<BenchmarkConvergence>);
static_assert(major_round("v2.1.0") == 2 && major_round("4.0") == 4 && major_round("v12.3") == 12);
static_assert(major_round("") == 0 && major_round("next") == 0);

TEST_CASE("a name that two references had means the one of the round") {
    CHECK(is_called(old_one, "shared", "v1.1"));
    CHECK_FALSE(is_called(new_one, "shared", "v1.1"));
    CHECK(is_called(new_one, "shared", "v2.0.0"));
    CHECK_FALSE(is_called(old_one, "shared", "v2.0.0"));
    CHECK(is_called(new_one, "shared"));
    CHECK_FALSE(is_called(old_one, "shared"));  // the newest
    CHECK(is_called(old_one, "first", "v5.0")); // its own name always
    CHECK_FALSE(is_called(old_one, ""));        // aliases that are left empty are none
    CHECK_FALSE(is_called(old_one, "third"));
}

TEST_CASE("predictions are as sure as the fit where there were points, and less the further beyond") {
    CHECK(half_width(old_one, pool, 100_samples) == relative(1.2815515655446004 * 0.03));
    CHECK(half_width(old_one, pool, 400_samples) == half_width(old_one, pool, 100_samples));
    double before = half_width(old_one, pool, 400_samples);
    for (const double batch : {500.0, 800.0, 1600.0, 6400.0}) {
        const double width = half_width(old_one, pool, batch * sample);
        CHECK(width > before);
        before = width;
    }
    // A doubling adds what it was fitted to add.
    CHECK(half_width(old_one, pool, 800_samples) == doctest::Approx(1.28155 * std::sqrt(0.03 * 0.03 + 0.1 * 0.1)));
    CHECK(old_one.covers(250_samples));
    CHECK_FALSE(old_one.covers(401_samples));
}

TEST_CASE("one point of an unknown benchmark gives a curve through it") {
    const Convergence curve = pooled_convergence(pool, 64_samples, 9_M_samples);
    CHECK(raw(curve.samples_to_target(64_samples)) == relative(9e6));
    CHECK(raw(curve.critical_batch) == 512.0);
    CHECK(raw(curve.samples_to_target(512_samples)) == relative(16e6)); // 9 / (1 + 1/8) * 2
    using Real = Dual<double, 1>;
    Real samples(9e6);
    samples.gradient[0] = 1.0;
    const BasicConvergence<Real> dual =
        pooled_convergence(pool, make<BasicSamples<Real>>(Real(64.0)), make<BasicSamples<Real>>(samples));
    CHECK(raw(dual.least_samples).gradient[0] == relative(8.0 / 9.0));
}
