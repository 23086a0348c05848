// SPDX-License-Identifier: Apache-2.0
#include <foretrain/batch/convergence.hpp>

#include <limits>

#include <doctest/doctest.h>
#include <foretrain/math/dual.hpp>
#include <foretrain/units/literals.hpp>

#include "../relative.hpp"

using namespace foretrain;
using namespace foretrain::literals;

namespace {

// The fit of arXiv:1812.06162 to ImageNet has a critical batch of 15,000 images on average (table 1).
constexpr Convergence imagenet{.least_samples = 45_M_samples, .critical_batch = 15_k_samples};

/// A model that the library has never seen: no gain at all above a largest useful batch (Shallue et al. 2019 call it
/// maximal data parallelism).
struct PerfectUpTo {
    Samples samples{};
    Samples largest{};
    [[nodiscard]] constexpr Samples samples_to_target(const Samples& batch) const noexcept {
        return batch < largest ? samples : Samples(samples * (raw(batch) / raw(largest)));
    }
};
struct CountsSteps {
    [[nodiscard]] constexpr double samples_to_target(const Samples&) const noexcept { return 1; }
};

} // namespace

static_assert(ConvergenceModel<Convergence>);
static_assert(ConvergenceModel<BasicConvergence<float>, float>);
static_assert(ConvergenceModel<BasicConvergence<Dual<double, 2>>, Dual<double, 2>>);
static_assert(ConvergenceModel<PerfectUpTo>);
static_assert(!ConvergenceModel<CountsSteps>); // a bare number has no unit
static_assert(!ConvergenceModel<int>);

// The critical batch costs twice the samples and twice the steps of the two extremes.
static_assert(imagenet.samples_to_target(15_k_samples) == 90_M_samples);
static_assert(imagenet.least_steps() == 3000.0);
static_assert(steps_to_target(imagenet, 15_k_samples) == 6000.0);

TEST_CASE("tiny batches need the fewest samples, huge batches the fewest steps") {
    CHECK(raw(imagenet.samples_to_target(1e-3 * sample)) == doctest::Approx(45e6).epsilon(1e-6));
    CHECK(steps_to_target(imagenet, 1e15 * sample) == doctest::Approx(3000).epsilon(1e-6));
    double samples = 0, steps = std::numeric_limits<double>::infinity();
    for (double batch = 1; batch < 1e9; batch *= 1.7) {
        const TargetEffort effort = target_effort(imagenet, batch * sample);
        CHECK(raw(effort.samples) > samples);
        CHECK(effort.steps < steps);
        samples = raw(effort.samples);
        steps = effort.steps;
        // The hyperbola of McCandlish et al., equation 2.11.
        CHECK((samples / 45e6 - 1.0) * (steps / 3000.0 - 1.0) == doctest::Approx(1.0).epsilon(1e-6));
    }
}

TEST_CASE("what the samples are worth falls from one to a half at the critical batch") {
    CHECK(imagenet.data_efficiency(1e-3 * sample) == doctest::Approx(1.0).epsilon(1e-6));
    CHECK(imagenet.data_efficiency(15_k_samples) == 0.5);
    // Zhang et al. 2024 call critical the batch that takes 20% more: a fifth of this one.
    const Samples fifth = imagenet.batch_of_overhead(0.2);
    CHECK(raw(imagenet.samples_to_target(fifth)) == relative(1.2 * 45e6));
}

TEST_CASE("a curve goes through the point it is made from") {
    const Convergence curve = convergence_through(512_samples, 10_M_samples, 2_k_samples);
    CHECK(raw(curve.samples_to_target(512_samples)) == relative(10e6));
    CHECK(curve.least_samples < 10_M_samples);
}

TEST_CASE("any model of samples gives steps") {
    const PerfectUpTo model{.samples = 1_M_samples, .largest = 1_k_samples};
    CHECK(steps_to_target(model, 500_samples) == 2000.0);
    CHECK(steps_to_target(model, 1_k_samples) == 1000.0);
    CHECK(steps_to_target(model, 4_k_samples) == 1000.0);
}

TEST_CASE("the derivative by the batch is the slope of the line") {
    using Real = Dual<double, 1>;
    const BasicConvergence<Real> curve{make<BasicSamples<Real>>(Real(45e6)), make<BasicSamples<Real>>(Real(15e3))};
    Real batch(1000.0);
    batch.gradient[0] = 1.0;
    const BasicSamples<Real> samples = curve.samples_to_target(make<BasicSamples<Real>>(batch));
    CHECK(raw(samples).gradient[0] == relative(3000.0)); // E_min / B_crit
    CHECK(steps_to_target(curve, make<BasicSamples<Real>>(batch)).gradient[0] < 0);
}

TEST_CASE("bad constants and batches are all told") {
    constexpr double nan = std::numeric_limits<double>::quiet_NaN();
    const auto broken =
        try_target_effort(Convergence{.least_samples = 0.0 * sample, .critical_batch = nan * sample}, -1.0 * sample);
    REQUIRE_FALSE(broken.has_value());
    CHECK(broken.violations().size() == 3);
    CHECK_THROWS_AS((void)target_effort(imagenet, nan * sample), InvalidConfiguration);
    CHECK(try_target_effort(imagenet, 1_samples).has_value());
}
