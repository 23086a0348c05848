// SPDX-License-Identifier: Apache-2.0
#include <foretrain/batch/optimum.hpp>

#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include <doctest/doctest.h>
#include <foretrain/math/dual.hpp>
#include <foretrain/units/literals.hpp>

#include "../relative.hpp"

using namespace foretrain;
using namespace foretrain::literals;

namespace {

constexpr Convergence curve{.least_samples = 10_M_samples, .critical_batch = 4_k_samples};

/// 64 accelerators; a step has a fixed part and one in proportion to the batch.
constexpr auto fixed_machine = [](const Samples& batch) noexcept { return StepOption{64, 100_ms + raw(batch) * 1_ms}; };
/// As many accelerators as samples, all steps the same.
constexpr auto growing_machine = [](const Samples& batch) noexcept { return StepOption{raw(batch), 200_ms}; };

BatchChoice best(BatchObjective objective, auto machine, double least = 1, double most = 1e7) {
    return optimal_batch(curve, least * sample, most * sample, objective, machine);
}

} // namespace

static_assert(try_optimal_batch(curve, 1_samples, 1_M_samples, BatchObjective::time, fixed_machine).has_value());

TEST_CASE("steps with a fixed part: least time at the root of critical batch times a over b") {
    const BatchChoice choice = best(BatchObjective::time, fixed_machine);
    CHECK(raw(choice.batch) == doctest::Approx(std::sqrt(4000.0 * 0.100 / 0.001)).epsilon(1e-4));
    // A fixed number of accelerators: the cheapest is the fastest.
    CHECK(raw(best(BatchObjective::cost, fixed_machine).batch) == doctest::Approx(raw(choice.batch)).epsilon(1e-4));
}

TEST_CASE("accelerators in proportion to the batch: time x cost is least at the critical batch") {
    CHECK(raw(best(BatchObjective::time_times_cost, growing_machine).batch) == doctest::Approx(4000.0).epsilon(1e-4));
    // Time alone asks for the largest batch, cost alone for the smallest.
    CHECK(raw(best(BatchObjective::time, growing_machine).batch) == doctest::Approx(1e7).epsilon(1e-6));
    CHECK(raw(best(BatchObjective::cost, growing_machine).batch) == doctest::Approx(1.0).epsilon(1e-6));
}

TEST_CASE("the optimum is not above brute force, for smooth steps and for stairs") {
    // Whole waves of 96 samples and a communication that grows with the logarithm.
    const auto stairs = [](const Samples& batch) noexcept {
        const double waves = static_cast<double>(static_cast<long long>(raw(batch) / 96.0) + 1);
        return StepOption{8.0 + raw(batch) / 50.0, make<Seconds>(0.02 * waves + 0.01 * log(2.0 + raw(batch)))};
    };
    for (const BatchObjective objective :
         {BatchObjective::time, BatchObjective::cost, BatchObjective::time_times_cost}) {
        CAPTURE(name_of(objective));
        const auto against_force = [&](auto machine, double tolerance) {
            const double found = best(objective, machine, 10, 1e6).value(objective);
            double least = std::numeric_limits<double>::infinity();
            for (double x = std::log(10.0); x <= std::log(1e6); x += 1e-3) {
                const Samples batch = std::exp(x) * sample;
                least = std::min(least, batch_choice<double>(curve, batch, machine(batch)).value(objective));
            }
            CHECK(found <= least * (1 + tolerance));
        };
        against_force(fixed_machine, 1e-6);
        against_force(growing_machine, 1e-6);
        against_force(stairs, 0.05); // between two stairs of the scan a lower one may hide
    }
}

TEST_CASE("the best of a list is the best of a list") {
    std::vector<BatchChoice> choices;
    for (const double batch : {100.0, 400.0, 632.0, 1000.0, 5000.0})
        choices.push_back(batch_choice<double>(curve, batch * sample, fixed_machine(batch * sample)));
    CHECK(raw(choices[best_choice(choices, BatchObjective::time)].batch) == 632.0);
}

TEST_CASE("a choice multiplies out") {
    const BatchChoice choice = batch_choice<double>(curve, 4_k_samples, fixed_machine(4_k_samples));
    CHECK(raw(choice.samples) == relative(20e6));
    CHECK(choice.steps == relative(5000));
    CHECK(raw(choice.time) == relative(5000 * 4.1));
    CHECK(raw(choice.accelerator_time) == relative(64 * 5000 * 4.1));
}

TEST_CASE("the least time has the derivative of the fixed part") {
    using Real = Dual<double, 1>;
    const BasicConvergence<Real> dual{make<BasicSamples<Real>>(Real(10e6)), make<BasicSamples<Real>>(Real(4e3))};
    const auto machine = [](const BasicSamples<Real>& batch) noexcept {
        Real fixed(0.1);
        fixed.gradient[0] = 1.0;
        return BasicStepOption<Real>{Real(64.0), make<BasicSeconds<Real>>(Real(fixed + raw(batch) * 0.001))};
    };
    const BasicBatchChoice<Real> choice = optimal_batch(
        dual, make<BasicSamples<Real>>(Real(1.0)), make<BasicSamples<Real>>(Real(1e7)), BatchObjective::time, machine);
    // The envelope theorem: only the direct effect, one more second for each step.
    CHECK(raw(choice.time).gradient[0] == relative(choice.steps.value).epsilon(1e-9));
}

TEST_CASE("bad ranges and impossible steps are refused") {
    CHECK(try_optimal_batch(curve, 10_samples, 1_samples, BatchObjective::time, fixed_machine)
              .violations()
              .contains("bounds_in_order"));
    CHECK(try_optimal_batch(curve, 1_samples, 2_samples, BatchObjective::time,
                            [](const Samples&) noexcept { return StepOption{1, 0_s}; })
              .violations()
              .contains("range"));
    CHECK_THROWS_AS((void)best(BatchObjective::time, fixed_machine, 0, 1), InvalidConfiguration);
}

namespace {
/// A model of convergence the library has never seen, without rules of its own.
struct Answers {
    double samples{};
    [[nodiscard]] constexpr Samples samples_to_target(const Samples&) const noexcept { return make<Samples>(samples); }
};
} // namespace

TEST_CASE("models of convergence that cannot be are refused") {
    const auto with = [](const auto& model) {
        return try_optimal_batch(model, 1_samples, 1_M_samples, BatchObjective::time, fixed_machine);
    };
    CHECK(with(Answers{1e7}));
    CHECK_FALSE(with(Convergence{}));
    CHECK_FALSE(with(Convergence{make<Samples>(-1e6), 100_samples}));
    CHECK_FALSE(with(Answers{-1e6}));
    CHECK_FALSE(with(Answers{std::numeric_limits<double>::quiet_NaN()}));
}

TEST_CASE("the batch stays within its bounds, and what the search finds is checked") {
    CHECK(raw(best(BatchObjective::time, fixed_machine, 8, 8).batch) == 8.0);
    CHECK(raw(best(BatchObjective::cost, growing_machine, 8, 24).batch) >= 8.0);
    CHECK(raw(best(BatchObjective::time, growing_machine, 8, 24).batch) <= 24.0);
    // Steps of less than no time, between two points of the scan of 1 to e^32.
    const auto broken = [](const Samples& batch) noexcept {
        const double x = std::log(raw(batch));
        return StepOption{64,
                          make<Seconds>(1e-9 * raw(batch) * (x > 10.6 && x < 10.9 ? -1.0 : 0.1 + std::abs(x - 10.75)))};
    };
    CHECK_FALSE(try_optimal_batch(Convergence{10_M_samples, 1e15 * sample}, 1_samples, std::exp(32.0) * sample,
                                  BatchObjective::time, broken));
}
