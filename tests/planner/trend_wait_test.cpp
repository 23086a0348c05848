// SPDX-License-Identifier: Apache-2.0
#include <foretrain/planner/trend_wait.hpp>
#include <foretrain/units/literals.hpp>

#include <doctest/doctest.h>

#include <array>

using namespace foretrain;
using namespace foretrain::literals;
using doctest::Approx;

static_assert(start_or_wait(1_years, growth_per_year(1.5)).wait == 0_s, "a year is shorter than 1/ln(1.5) = 2.5 years");
static_assert(start_or_wait(4_years, growth_per_year(1.5)).wait > 0_s);
static_assert(longest_sensible_run(growth_per_year(2.0)) < 1.45_years);

namespace {

constexpr std::array durations{10_days, 0.5_years, 1_years, 2_years, 3_years, 5_years, 12_years, 40_years};
constexpr std::array factors{1.0, 1.05, 1.3, 1.6, 2.5, 4.0};

Seconds finish(Seconds start, Seconds duration, const Growth& speed) {
    return start + duration / growth_over(speed, start);
}

Usd total(Seconds start, const RunToday& run, const Growth& speed, const Growth& value) {
    return run.cost / growth_over(value, start) + run.worth_of_time * finish(start, run.duration, speed);
}

} // namespace

TEST_CASE("without growth nobody waits, and nobody waits for what gets slower") {
    for (const Seconds& duration : durations)
        for (const double factor : {1.0, 0.7}) {
            const Start start = start_or_wait(duration, growth_per_year(factor));
            CHECK(start.wait == 0_s);
            CHECK(start.finish == duration);
            CHECK(start.saved() == 0_s);
        }
}

TEST_CASE("no start date ends a run earlier, by trying them") {
    for (const Seconds& duration : durations)
        for (const double factor : factors) {
            const Growth speed = growth_per_year(factor);
            const Start start = start_or_wait(duration, speed);
            CHECK(start.finish <= duration);
            CHECK(raw(finish(start.wait, duration, speed)) == Approx(raw(start.finish)));
            double best = raw(duration);
            for (int i = 0; i <= 4000; ++i) {
                const Seconds tried = duration * (1.0 * i / 4000);
                best = best < raw(finish(tried, duration, speed)) ? best : raw(finish(tried, duration, speed));
            }
            CHECK(raw(start.finish) <= best * (1 + 1e-12));
            CHECK(raw(start.finish) == Approx(best).epsilon(1e-4)); // and the trials come near it
        }
}

TEST_CASE("waiting starts where the run is longer than the longest sensible one") {
    for (const double factor : {1.1, 1.5, 3.0}) {
        const Growth speed = growth_per_year(factor);
        const Seconds longest = longest_sensible_run(speed);
        CHECK(start_or_wait(longest * 0.999, speed).wait == 0_s);
        const Start late = start_or_wait(longest * 1.5, speed);
        CHECK(late.wait > 0_s);
        CHECK(raw(late.duration) == Approx(raw(longest)));
    }
}

TEST_CASE("faster growth makes the longest sensible run shorter") {
    Seconds before = 1000_years;
    for (const double factor : {1.01, 1.1, 1.5, 2.0, 4.0, 10.0}) {
        const Seconds longest = longest_sensible_run(growth_per_year(factor));
        CHECK(longest < before);
        before = longest;
    }
    // The rates of hardware, software and investment of Sevilla et al. together, in orders of magnitude a year.
    const Growth all =
        growth_in_orders_of_magnitude(0.14) + growth_in_orders_of_magnitude(0.2) + growth_in_orders_of_magnitude(0.4);
    CHECK(raw(longest_sensible_run(all)) == Approx(raw(julian_year) / (0.74 * 2.302585092994046)));
}

TEST_CASE("Gottbrath et al.: with a doubling of 18 months, only runs beyond 26 months are worth slacking for") {
    const Growth moore = growth_doubling_in(julian_year * 1.5);
    const double months = raw(longest_sensible_run(moore)) / raw(julian_year) * 12;
    CHECK(months == Approx(26).epsilon(0.01));
}

TEST_CASE("no start date costs less, by trying them") {
    for (const Seconds& duration : {30_days, 2_years, 10_years})
        for (const double worth : {0.01, 1.0, 100.0})
            for (const double speed_factor : {1.0, 1.3, 2.5})
                for (const double price_factor : {1.0, 1.2, 2.0}) {
                    const RunToday run{duration, 100_M_usd, make<MoneyRate>(worth)};
                    const Growth speed = growth_per_year(speed_factor), value = growth_per_year(price_factor);
                    const PricedStart start = start_or_wait(run, speed, value);
                    const double least = raw(start.total());
                    CHECK(least == Approx(raw(total(start.wait, run, speed, value))));
                    for (int i = 0; i <= 3000; ++i) {
                        const Seconds tried = 60_years * (1.0 * i / 3000);
                        REQUIRE(least <= raw(total(tried, run, speed, value)) * (1 + 1e-12));
                    }
                }
}

TEST_CASE("the more an earlier finish is worth, the less one waits for lower prices") {
    const Growth speed = growth_per_year(1.3), value = growth_per_year(1.4);
    Seconds before = 1000_years;
    for (const double worth : {0.001, 0.01, 0.1, 1.0, 10.0}) {
        const PricedStart start = start_or_wait(RunToday{90_days, 50_M_usd, make<MoneyRate>(worth)}, speed, value);
        CHECK(start.wait <= before);
        CHECK(start.cost <= start.cost_now);
        before = start.wait;
    }
    CHECK(before == 0_s);
}

TEST_CASE("a free run waits as if there were no money") {
    const Growth speed = growth_per_year(1.7);
    const PricedStart priced =
        start_or_wait(RunToday{8_years, 0_usd, make<MoneyRate>(1.0)}, speed, growth_per_year(1.4));
    CHECK(raw(priced.wait) == Approx(raw(start_or_wait(8_years, speed).wait)));
}

TEST_CASE("the derivatives of the root are those of differences") {
    using Number = Dual<double, 1>;
    const auto wait = [](auto rate) {
        using Real = decltype(rate);
        const BasicGrowth<Real> speed{BasicFrequency<Real>::from_value(rate), {}};
        const BasicGrowth<Real> value{BasicFrequency<Real>::from_value(Real(8e-9)), {}};
        const BasicRunToday<Real> run{BasicSeconds<Real>::from_value(Real(2e8)), BasicUsd<Real>::from_value(Real(1e8)),
                                      BasicMoneyRate<Real>::from_value(Real(0.7))};
        return raw(start_or_wait(run, speed, value).wait);
    };
    const double slope = wait(variable<1>(1e-8, 0)).gradient[0];
    CHECK(slope == Approx((wait(1.001e-8) - wait(0.999e-8)) / 2e-11).epsilon(1e-4));
    // Of the closed form: d/dg (ln(g T) / g) = (1 - ln(g T)) / g^2.
    const BasicGrowth<Number> growth{BasicFrequency<Number>::from_value(variable<1>(1e-8, 0)), {}};
    const Number closed = raw(start_or_wait(BasicSeconds<Number>::from_value(Number(3e8)), growth).wait);
    CHECK(closed.gradient[0] == Approx((1 - 1.0986122886681098) / 1e-16));
}

TEST_CASE("single precision decides the same") {
    const auto start = start_or_wait(BasicSeconds<float>::from_value(3e8F), growth_per_year(1.5F));
    CHECK(raw(start.wait) == Approx(raw(start_or_wait(make<Seconds>(3e8), growth_per_year(1.5)).wait)).epsilon(1e-4));
    const auto priced =
        start_or_wait(BasicRunToday<float>{BasicSeconds<float>::from_value(3e7F), BasicUsd<float>::from_value(1e8F),
                                           BasicMoneyRate<float>::from_value(0.5F)},
                      growth_per_year(1.5F), growth_per_year(1.3F));
    const PricedStart same = start_or_wait(RunToday{make<Seconds>(3e7), 100_M_usd, make<MoneyRate>(0.5)},
                                           growth_per_year(1.5), growth_per_year(1.3));
    CHECK(raw(priced.wait) == Approx(raw(same.wait)).epsilon(1e-3));
}

TEST_CASE("what makes no sense is refused, all of it") {
    CHECK_FALSE(try_longest_sensible_run(growth_per_year(1.0)));
    CHECK(try_longest_sensible_run(growth_per_year(0.9)).violations().contains("speed_grows"));
    const auto bad =
        try_start_or_wait(RunToday{-1_s, -1_usd, make<MoneyRate>(0.0)}, growth_per_year(1e9), growth_per_year(1.0));
    REQUIRE_FALSE(bad);
    CHECK(bad.violations().size() == 4);
    CHECK_THROWS_AS(static_cast<void>(start_or_wait(0_s, growth_per_year(1.5))), InvalidConfiguration);
}

TEST_CASE("falling prices are waited for also where runs get no faster, or slower") {
    const auto per_year = [](double rate) { return Growth{make<Frequency>(rate / raw(1_years)), {}}; };
    const RunToday run{1_days, 1e9 * usd, make<MoneyRate>(0.01)};
    const PricedStart still = start_or_wait(run, per_year(0.0), per_year(0.5));
    CHECK(raw(still.wait) == Approx(14.7 * raw(1_years)).epsilon(0.01));
    CHECK(raw(start_or_wait(run, per_year(-1e-12), per_year(0.5)).wait) == Approx(raw(still.wait)).epsilon(1e-9));
    // Slower by far: sooner, and where the bill is least.
    for (const double slower : {-0.1, -0.5, -3.0}) {
        const PricedStart start = start_or_wait(run, per_year(slower), per_year(0.5));
        CHECK(start.wait > 0_s);
        CHECK(start.wait < still.wait);
        for (const double factor : {0.0, 0.9, 1.1})
            CHECK(start.total() <= total(start.wait * factor, run, per_year(slower), per_year(0.5)));
    }
    // Faster runs that get dearer.
    const RunToday urgent{40_years, 1000_usd, make<MoneyRate>(1.0)};
    const PricedStart dearer = start_or_wait(urgent, per_year(0.5), per_year(-0.01));
    CHECK(dearer.wait > 0_s);
    for (const double factor : {0.0, 0.9, 1.1})
        CHECK(dearer.total() <= total(dearer.wait * factor, urgent, per_year(0.5), per_year(-0.01)));
    CHECK(start_or_wait(run, per_year(-0.1), per_year(-0.1)).wait == 0_s);
}
