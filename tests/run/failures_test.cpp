// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <array>
#include <cmath>

#include <foretrain/math/dual.hpp>
#include <foretrain/run/failures.hpp>
#include <foretrain/units/literals.hpp>

#include "../relative.hpp"

using namespace foretrain;
using namespace foretrain::literals;

namespace {

static_assert(FailureModel<NoFailures>);
static_assert(FailureModel<ExponentialFailures>);
static_assert(FailureModel<WeibullFailures>);
static_assert(FailureModel<BasicExponentialFailures<Dual<double, 1>>, Dual<double, 1>>);
static_assert(FailureModel<BasicWeibullFailures<float>, float>);
static_assert(!FailureModel<FailureBreakdown>);

constexpr ExponentialFailures failures{50'000_accelerator_hours, {}};
static_assert(raw(failures.rate(50'000)) * 3600 > 0.99 && raw(failures.rate(50'000)) * 3600 < 1.01);

double mean_of(const auto& model, std::int64_t accelerators) {
    const double expected = 1.0 / raw(model.rate(accelerators));
    double sum = 0;
    const double step = expected / 2000;
    for (double t = step / 2; t < 60 * expected; t += step)
        sum += step * model.survival(accelerators, make<Seconds>(t));
    return sum / expected;
}

} // namespace

TEST_CASE("rates add: N accelerators fail N times as often, components together as the sum of their rates") {
    CHECK(raw(failures.rate(16'000)) == relative(16.0 * raw(failures.rate(1000))));
    const FailureBreakdown two =
        failure_breakdown(std::array{ComponentFailures{Component::accelerator, 30'000_accelerator_hours},
                                     ComponentFailures{Component::network, 60'000_accelerator_hours}});
    CHECK(raw(*two.mtbf()) == relative(raw(20'000_accelerator_hours)));
    CHECK(*two.share(Component::accelerator) == relative(2.0 / 3.0));
    CHECK(*two.share(Component::host) == 0.0);
    CHECK(raw(exponential_failures(two)->rate(20'000)) == relative(1.0 / 3600.0));
}

TEST_CASE("one unknown component leaves the whole unknown, never free of failures") {
    const FailureBreakdown some =
        failure_breakdown(std::array{ComponentFailures{Component::accelerator, 30'000_accelerator_hours},
                                     ComponentFailures{Component::software, {}}});
    CHECK_FALSE(some.mtbf().has_value());
    CHECK_FALSE(some.share(Component::accelerator).has_value());
    CHECK_FALSE(exponential_failures(some).has_value());
    CHECK(raw(*some.mtbf_of_known()) == relative(raw(30'000_accelerator_hours)));
    CHECK_FALSE(FailureBreakdown{}.mtbf().has_value());
}

TEST_CASE("components fewer than accelerators fail less often each accelerator") {
    CHECK(raw(component_mtbf(10'000_hours, 1.0 / 8.0)) == relative(raw(80'000_accelerator_hours)));
    CHECK(raw(component_mtbf(10'000_hours, 2.0)) == relative(raw(5'000_accelerator_hours)));
}

TEST_CASE("what was observed: Llama 3 405B, 419 interruptions of 16,384 H100 in 54 days") {
    // arXiv 2407.21783, section 3.3.4 and table 5: one in 3.09 hours.
    const AcceleratorTime mtbf = observed_mtbf(16'384, 54_days, 419.0);
    CHECK(1.0 / raw(ExponentialFailures{mtbf, {}}.rate(16'384)) / 3600 == relative(3.093).epsilon(1e-3));
    CHECK(raw(mtbf) / 3600 == relative(50'676.0).epsilon(1e-3));
}

TEST_CASE("survival starts at 1, falls, and has the mean that the rate says") {
    CHECK(mean_of(failures, 1000) == relative(1.0).epsilon(1e-4));
    for (const double shape : {0.7, 1.0, 1.5, 3.0}) {
        const WeibullFailures weibull{50'000_accelerator_hours, shape, {}};
        CAPTURE(shape);
        CHECK(weibull.survival(1000, 0_s) == 1.0);
        CHECK(mean_of(weibull, 1000) == relative(1.0).epsilon(2e-3));
        double last = 1.0;
        for (int hour = 1; hour < 200; hour += 10) {
            const double now = weibull.survival(1000, make<Seconds>(3600.0 * hour));
            CHECK(now < last);
            last = now;
        }
    }
}

TEST_CASE("Weibull of shape 1 is exponential, a lower shape fails early more often") {
    const WeibullFailures plain{50'000_accelerator_hours, 1.0, {}}, bursts{50'000_accelerator_hours, 0.7, {}};
    for (const double hours : {0.1, 1.0, 10.0, 100.0})
        CHECK(plain.survival(1000, make<Seconds>(3600 * hours)) ==
              relative(failures.survival(1000, make<Seconds>(3600 * hours))).epsilon(1e-12));
    CHECK(bursts.survival(1000, 1_hours) < plain.survival(1000, 1_hours));
    CHECK(bursts.survival(1000, 500_hours) > plain.survival(1000, 500_hours));
}

TEST_CASE("the gamma function") {
    CHECK(detail::gamma_function(1.0) == relative(1.0).epsilon(1e-13));
    CHECK(detail::gamma_function(2.5) == relative(1.3293403881791370).epsilon(1e-13));
    CHECK(detail::gamma_function(3.5) == relative(3.3233509704478426).epsilon(1e-13));
    for (double x = 1.0; x < 6.0; x += 0.13)
        CHECK(detail::gamma_function(x) == relative(std::tgamma(x)).epsilon(1e-13));
}

TEST_CASE("derivatives go through, and ranges are told") {
    using Number = Dual<double, 1>;
    const BasicExponentialFailures<Number> model{make<BasicAcceleratorTime<Number>>(variable<1>(1e8, 0)), {}};
    CHECK(raw(model.rate(100)).gradient[0] == relative(-100.0 / 1e16));
    Violations violations;
    check_rules(WeibullFailures{0_accelerator_hours, 9.0, {}}, violations);
    CHECK(violations.size() == 2);
    check_rules(ExponentialFailures{make<AcceleratorTime>(NAN), {}}, violations);
    CHECK(violations.size() == 3);
    check_rules(failure_breakdown(std::array{ComponentFailures{Component::host, 0_accelerator_hours}}), violations);
    CHECK(violations.size() == 4);
    Violations none;
    check_rules(failures, none);
    check_rules(NoFailures{}, none);
    CHECK(none.empty());
    for (std::size_t i = 0; i < components; ++i) CHECK_FALSE(name_of(static_cast<Component>(i)).empty());
}
