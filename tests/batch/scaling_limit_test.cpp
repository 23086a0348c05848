// SPDX-License-Identifier: Apache-2.0
#include <foretrain/batch/scaling_limit.hpp>

#include <array>
#include <cmath>

#include <doctest/doctest.h>
#include <foretrain/math/dual.hpp>
#include <foretrain/units/literals.hpp>

#include "../relative.hpp"

using namespace foretrain;
using namespace foretrain::literals;

namespace {

constexpr Convergence small_critical{.least_samples = 10_M_samples, .critical_batch = 1_k_samples};
constexpr Convergence no_critical{.least_samples = 10_M_samples, .critical_batch = 1e15 * sample};
constexpr std::array counts{8, 16, 32, 64, 128, 256, 512, 1024, 2048};

/// 16 samples an accelerator, a step of 100 ms: hardware that scales perfectly.
constexpr auto perfect = [](int n) noexcept { return ScaledStep{16.0 * n * sample, 100_ms}; };
/// The same batch for all, work divided, communication that grows with the accelerators.
constexpr auto chatty = [](int n) noexcept {
    const Seconds communication = make<Seconds>(1e-4 * n);
    return ScaledStep{4_k_samples, make<Seconds>(10.0 / n) + communication, communication};
};

BatchScaling of(const Convergence& model, auto machine, double worth = 0.5) {
    return scaling_of<double>(model, counts, worth, machine);
}

} // namespace

static_assert(try_scaling<double>(no_critical, counts, 0.5, perfect)->points == 9);

TEST_CASE("perfect hardware without a critical batch scales without end") {
    constexpr Convergence endless{.least_samples = 10_M_samples, .critical_batch = 1e18 * sample};
    const BatchScaling scaling = of(endless, perfect);
    CHECK(scaling.points == counts.size());
    CHECK(scaling.fastest == counts.size() - 1);
    CHECK(scaling.last_worth == counts.size() - 1);
    CHECK(scaling.limit == ScalingLimit::range);
    for (std::size_t i = 0; i + 1 < scaling.points; ++i) {
        CHECK(scaling.point[i].elasticity == doctest::Approx(1.0).epsilon(1e-6));
        CHECK(scaling.point[i].limit == ScalingLimit::none);
        CHECK(std::abs(raw(scaling.point[i].paid_extra)) < 1e-6 * raw(scaling.point[i].choice.accelerator_time));
        CHECK(raw(scaling.point[i].saved_each) > 0);
    }
}

TEST_CASE("past the critical batch accelerators still help, but ever less, and that is the cause") {
    const BatchScaling scaling = of(small_critical, perfect);
    CHECK(scaling.fastest == counts.size() - 1); // steps never rise with the batch
    CHECK(scaling.worth_limit == ScalingLimit::critical_batch);
    double before = 1;
    for (std::size_t i = 0; i + 1 < scaling.points; ++i) {
        CHECK(scaling.point[i].elasticity < before);
        CHECK(scaling.point[i].elasticity > 0);
        CHECK(scaling.point[i].limit == ScalingLimit::critical_batch);
        before = scaling.point[i].elasticity;
        // The elasticity of S(B) between two batches: half at the critical one.
    }
    // 32 accelerators have 512 samples, 64 have 1024, 128 have 2048: the elasticity passes 1/2 at the critical batch.
    CHECK(scaling.point[2].elasticity > 0.5);
    CHECK(scaling.point[4].elasticity < 0.5);
    CHECK(raw(scaling.point[scaling.last_worth].choice.batch) == doctest::Approx(1024.0).epsilon(0.51));
}

TEST_CASE("communication that grows has a fastest number of accelerators, at least as fast as all others") {
    const BatchScaling scaling = of(no_critical, chatty);
    // 10 / n + 1e-4 n is least at n = 316.
    CHECK(scaling.point[scaling.fastest].choice.accelerators == 256.0);
    CHECK(scaling.limit == ScalingLimit::communication);
    CHECK(scaling.worth_limit == ScalingLimit::communication);
    CHECK(scaling.last_worth <= scaling.fastest);
    for (std::size_t i = 0; i < scaling.points; ++i)
        CHECK(scaling.point[i].choice.time >= scaling.point[scaling.fastest].choice.time);
    CHECK(raw(scaling.point[scaling.fastest].saved_each) < 0); // the next ones cost time
}

TEST_CASE("a fixed part of the step and kernels that grow slower are told apart") {
    const BatchScaling fixed = of(
        no_critical, [](int n) noexcept { return ScaledStep{4_k_samples, make<Seconds>(10.0 / n + 0.05), {}, 50_ms}; });
    CHECK(fixed.worth_limit == ScalingLimit::fixed_time);
    const BatchScaling kernels =
        of(no_critical, [](int n) noexcept { return ScaledStep{4_k_samples, make<Seconds>(10.0 / n + 0.05)}; });
    CHECK(kernels.worth_limit == ScalingLimit::kernels);
}

TEST_CASE("where no plan exists, what refuses it is the limit") {
    for (const ScalingLimit cause : {ScalingLimit::memory, ScalingLimit::divisibility}) {
        const BatchScaling scaling = of(no_critical, [cause](int n) noexcept {
            ScaledStep step = perfect(n);
            if (n > 128) step.refused = cause;
            return step;
        });
        CHECK(scaling.points == 5);
        CHECK(scaling.limit == cause);
    }
    // A gap in between is no end.
    const BatchScaling gap = of(no_critical, [](int n) noexcept {
        ScaledStep step = perfect(n);
        if (n == 64) step.refused = ScalingLimit::divisibility;
        return step;
    });
    CHECK(gap.points == counts.size() - 1);
    CHECK(gap.limit == ScalingLimit::range);
}

TEST_CASE("nothing to look at is refused") {
    CHECK(try_scaling<double>(no_critical, std::array<int, 0>{}, 0.5, perfect).violations().contains("range"));
    CHECK(try_scaling<double>(no_critical, std::array{8, 8}, 0.5, perfect).violations().contains("counts_rise"));
    CHECK(try_scaling<double>(no_critical, counts, 2.0, perfect).violations().contains("range"));
    CHECK(try_scaling<double>(no_critical, counts, 0.5,
                              [](int) noexcept { return ScaledStep{.refused = ScalingLimit::memory}; })
              .violations()
              .contains("a_plan_exists"));
    CHECK_THROWS_AS((void)of(no_critical, perfect, -1.0), InvalidConfiguration);
}

TEST_CASE("elasticities carry derivatives") {
    using Real = Dual<double, 1>;
    const BasicConvergence<Real> model{make<BasicSamples<Real>>(Real(1e7)), make<BasicSamples<Real>>([] {
                                           Real critical(1000.0);
                                           critical.gradient[0] = 1.0;
                                           return critical;
                                       }())};
    const BasicBatchScaling<Real> scaling = scaling_of<Real>(model, counts, 0.5, [](int n) noexcept {
        return BasicScaledStep<Real>{make<BasicSamples<Real>>(Real(16.0 * n)), make<BasicSeconds<Real>>(Real(0.1))};
    });
    CHECK(scaling.point[3].elasticity.gradient[0] > 0); // a larger critical batch scales further
}

TEST_CASE("models of convergence that cannot be are refused") {
    CHECK_FALSE(try_scaling<double>(Convergence{}, counts, 0.5, perfect));
    CHECK_FALSE(try_scaling<double>(Convergence{make<Samples>(-1e6), 100_samples}, counts, 0.5, perfect));
    struct Answers {
        [[nodiscard]] constexpr Samples samples_to_target(const Samples&) const noexcept { return make<Samples>(-1.0); }
    };
    CHECK_FALSE(try_scaling<double>(Answers{}, counts, 0.5, perfect));
}
