// SPDX-License-Identifier: Apache-2.0
#include <foretrain/planner/trend_projection.hpp>
#include <foretrain/units/literals.hpp>

#include <doctest/doctest.h>

using namespace foretrain;
using namespace foretrain::literals;
using doctest::Approx;

namespace {

// 1e26 FLOP on 16,384 accelerators of 400 TFLOP/s at 2 USD an hour.
constexpr TrainingToday frontier{make<Flops>(1e26), 400_TFLOP_per_s, make<Accelerators>(16384),
                                 2.0 * usd / (one_accelerator * 1_hours), 0.0};
constexpr Progress progress{
    growth_per_year(1.4, 1.3, 1.5), growth_per_year(1.2, 1.0, 1.4), {}, growth_per_year(1.3, 1.2, 1.4)};
constexpr Projection affordable = project(frontier, progress, TrainingTarget{30_days, 20_M_usd});
static_assert(affordable.wait.p50 && *affordable.wait.p50 > 0_s);

} // namespace

TEST_CASE("at the date of the projection the target is just met") {
    const Growth speed = progress.chip + progress.software, value = progress.performance_per_price + progress.software;
    const Projection time = project(frontier, progress, TrainingTarget{30_days, {}});
    CHECK(time.bound == TrendBound::time);
    CHECK(raw(*time.duration_now) / growth_over(speed, *time.wait.p50) == Approx(raw(30_days)));
    CHECK(raw(*time.needed_then) == Approx(16384.0));
    const Projection money = project(frontier, progress, TrainingTarget{{}, 20_M_usd});
    CHECK(money.bound == TrendBound::money);
    CHECK(raw(*money.cost_now) / growth_over(value, *money.wait.p50) == Approx(20e6));
    // Both: the later of the two.
    CHECK(*affordable.wait.p50 == (*time.wait.p50 < *money.wait.p50 ? *money.wait.p50 : *time.wait.p50));
    CHECK(raw(*affordable.cost_now) == Approx(1e26 / 4e14 / 3600 * 2));
}

TEST_CASE("what can be had today does not wait, and standing still never gets there") {
    const Projection now = project(frontier, progress, TrainingTarget{1_years, 1e12 * usd});
    CHECK(now.bound == TrendBound::nothing);
    CHECK(*now.wait.p50 == 0_s);
    CHECK(*now.wait.p90 == 0_s);
    const Projection never = project(frontier, Progress{}, TrainingTarget{30_days, {}});
    CHECK_FALSE(never.wait.p50);
    CHECK_FALSE(never.wait.p90);
    CHECK_FALSE(never.needed_then);
    CHECK(never.bound == TrendBound::time);
}

TEST_CASE("more growth, more time or more money never make it later") {
    Seconds before = 1000_years;
    for (const double factor : {1.1, 1.3, 1.8, 3.0}) {
        const Progress faster{growth_per_year(factor), {}, {}, growth_per_year(factor)};
        const Projection projection = project(frontier, faster, TrainingTarget{30_days, 20_M_usd});
        CHECK(*projection.wait.p50 < before);
        before = *projection.wait.p50;
    }
    before = 1000_years;
    for (const double days : {5.0, 10.0, 30.0, 100.0, 300.0}) {
        const Projection projection = project(frontier, progress, TrainingTarget{days * 1_days, {}});
        CHECK(*projection.wait.p50 <= before);
        before = *projection.wait.p50;
    }
}

TEST_CASE("the band is what Fieller's theorem says: at its ends the target lies 1.28 deviations off") {
    for (const double doubt : {0.0, 0.2, 0.6})
        for (const double excess : {0.05, 0.5, 2.0}) {
            const Growth growth = growth_per_year(1.5, 1.3, 1.7);
            const WaitBand band = time_until(excess, doubt, growth);
            REQUIRE(band.p50);
            REQUIRE(band.p90);
            CHECK(raw(*band.p50) == Approx(excess / raw(growth.rate)));
            CHECK(band.p10 <= *band.p50);
            CHECK(*band.p50 <= *band.p90);
            const double late = raw(*band.p90), drift = raw(growth.error) * late;
            CHECK(raw(growth.rate) * late - eight_in_ten * sqrt(doubt * doubt + drift * drift) == Approx(excess));
            if (excess > eight_in_ten * doubt) {
                const double early = raw(band.p10), less = raw(growth.error) * early;
                CHECK(raw(growth.rate) * early + eight_in_ten * sqrt(doubt * doubt + less * less) == Approx(excess));
            } else {
                CHECK(band.p10 == 0_s);
            }
        }
}

TEST_CASE("a rate that may be zero leaves the band open, one that is known closes it") {
    const Growth unsure{make<Frequency>(1e-9), make<Frequency>(1e-9)};
    CHECK(time_until(1.0, 0.0, unsure).p50);
    CHECK_FALSE(time_until(1.0, 0.0, unsure).p90);
    const WaitBand sure = time_until(1.0, 0.0, Growth{make<Frequency>(1e-9), {}});
    CHECK(sure.p10 == *sure.p50);
    CHECK(raw(*sure.p90) == Approx(raw(*sure.p50)));
    // What falls on average can still rise in one case of ten, if its rate is that uncertain.
    const WaitBand against = time_until(1.0, 0.0, Growth{make<Frequency>(-1e-9), make<Frequency>(2e-9)});
    CHECK_FALSE(against.p50);
    CHECK(raw(against.p10) == Approx(1.0 / (2e-9 * eight_in_ten - 1e-9)));
}

TEST_CASE("simulated rates and starts meet the target where the band says") {
    // An even sample of both unknowns.
    const Growth growth = growth_per_year(1.5, 1.25, 1.8);
    const double doubt = 0.15, excess = 1.2;
    const WaitBand band = time_until(excess, doubt, growth);
    int early = 0, middle = 0, late = 0, count = 0;
    const auto normal = [](double p) { // the logistic distribution comes within 0.01 of it
        const double t = log(p / (1 - p));
        return t / 1.702;
    };
    for (int i = 0; i < 400; ++i)
        for (int j = 0; j < 50; ++j, ++count) {
            const double rate = raw(growth.rate) + raw(growth.error) * normal((i + 0.5) / 400);
            const double start = excess + doubt * normal((j + 0.5) / 50);
            early += rate * raw(band.p10) >= start;
            middle += rate * raw(*band.p50) >= start;
            late += rate * raw(*band.p90) >= start;
        }
    CHECK(1.0 * early / count == Approx(0.10).epsilon(0.15));
    CHECK(1.0 * middle / count == Approx(0.50).epsilon(0.02));
    CHECK(1.0 * late / count == Approx(0.90).epsilon(0.02));
}

TEST_CASE("with any number of accelerators the time is met and the number follows") {
    TrainingToday free_scale = frontier;
    free_scale.accelerators.reset();
    const Projection projection = project(free_scale, progress, TrainingTarget{30_days, 20_M_usd});
    CHECK(projection.bound == TrendBound::money);
    CHECK_FALSE(projection.duration_now);
    CHECK(raw(*projection.needed_now) == Approx(1e26 / 4e14 / raw(30_days)));
    CHECK(*projection.needed_then < *projection.needed_now);
}

TEST_CASE("derivatives: ten percent more compute delays by its logarithm over the rate") {
    using Number = Dual<double, 1>;
    const auto growth = [](double rate) {
        return BasicGrowth<Number>{BasicFrequency<Number>::from_value(Number(rate)), {}};
    };
    const BasicTrainingToday<Number> today{
        BasicFlops<Number>::from_value(variable<1>(1e26, 0)), BasicFlopRate<Number>::from_value(Number(4e14)),
        BasicAccelerators<Number>::from_value(Number(16384.0)), std::nullopt, Number(0)};
    const auto projection = project(today, BasicProgress<Number>{growth(1e-8), growth(4e-9), {}, {}},
                                    BasicTrainingTarget<Number>{BasicSeconds<Number>::from_value(Number(2.6e6)), {}});
    CHECK(raw(*projection.wait.p50).gradient[0] == Approx(1e-26 / 1.4e-8));
}

TEST_CASE("a projection without a target, a budget without a price, a time without machines") {
    TrainingToday bare = frontier;
    bare.price.reset();
    bare.accelerators.reset();
    CHECK(try_project(bare, progress, TrainingTarget{}).violations().contains("has_target"));
    const auto both = try_project(bare, progress, TrainingTarget{30_days, 20_M_usd});
    REQUIRE_FALSE(both);
    CHECK(both.violations().contains("budget_needs_price"));
    CHECK(try_project(bare, progress, TrainingTarget{30_days, {}}).violations().contains("time_needs_accelerators"));
    bare.compute = make<Flops>(0);
    bare.sustained = make<FlopRate>(0);
    bare.doubt = -1;
    CHECK(try_project(bare, progress, TrainingTarget{}).violations().size() == 5);
}

TEST_CASE("the number needed then is a number, and at least one") {
    // Money comes within reach in a billion years, chips get faster all the while or slower.
    Progress slow{};
    slow.performance_per_price = Growth{make<Frequency>(1e-9 / raw(1_years)), {}};
    slow.chip = growth_per_year(1.4);
    const Projection faster = project(frontier, slow, TrainingTarget{30_days, 20_M_usd});
    REQUIRE(faster.wait.p50);
    REQUIRE(faster.needed_then);
    CHECK(raw(*faster.needed_then) == 1.0);
    slow.chip = growth_per_year(0.7);
    TrainingToday any = frontier;
    any.accelerators.reset();
    const Projection slower = project(any, slow, TrainingTarget{30_days, 20_M_usd});
    CHECK(slower.wait.p50);
    CHECK_FALSE(slower.needed_then);
}
