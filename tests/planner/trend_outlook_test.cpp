// SPDX-License-Identifier: Apache-2.0
#include <foretrain/planner/trend_outlook.hpp>
#include <foretrain/units/literals.hpp>

#include <doctest/doctest.h>

using namespace foretrain;
using namespace foretrain::literals;
using doctest::Approx;

namespace {

/// A shop that sells twice the speed in summer, which the library has never seen.
struct Shop {
    [[nodiscard]] constexpr double speed_at(const Seconds& time) const noexcept { return time < 100_days ? 1.0 : 2.0; }
    [[nodiscard]] constexpr std::size_t jumps() const noexcept { return 1; }
    [[nodiscard]] constexpr Seconds jump(std::size_t) const noexcept { return 100_days; }
};
/// Progress that saturates: smooth, not exponential.
struct Saturating {
    [[nodiscard]] constexpr double speed_at(const Seconds& time) const noexcept {
        return 1 + 9 * (1 - exp(-(time / 2_years)));
    }
};
static_assert(SpeedOutlook<Shop, double> && JumpingOutlook<Shop, double>);
static_assert(SpeedOutlook<Saturating, double> && !JumpingOutlook<Saturating, double>);

// Half the work of 300 days is worth a wait of 100 days, that of 150 days is not.
static_assert(start_or_wait_for(300_days, Shop{}).finish == 250_days);
static_assert(start_or_wait_for(150_days, Shop{}).wait == 0_s);

} // namespace

TEST_CASE("an exponential outlook gives the closed form") {
    for (const Seconds& duration : {1_years, 2_years, 5_years, 20_years})
        for (const double factor : {0.8, 1.0, 1.3, 2.0}) {
            const Growth speed = growth_per_year(factor);
            const Start closed = start_or_wait(duration, speed);
            const Start tried = start_or_wait_for(duration, TrendOutlook{speed});
            CHECK(raw(tried.finish) == Approx(raw(closed.finish)).epsilon(1e-6));
            CHECK(raw(tried.finish) >= raw(closed.finish) * (1 - 1e-12));
        }
}

TEST_CASE("a type of one's own: no start in fine steps is better") {
    for (const Seconds& duration : {0.2_years, 1_years, 6_years}) {
        const Start best = start_or_wait_for(duration, Saturating{});
        for (int i = 0; i < 5000; ++i) {
            const Seconds start = duration * (i / 5000.0);
            CHECK(raw(best.finish) <= raw(start + duration / Saturating{}.speed_at(start)) * (1 + 1e-6));
        }
    }
}

TEST_CASE("of announced chips the one that ends the run first, not the fastest") {
    ReleaseOutlook outlook;
    outlook.releases[0] = {2_years, 10.0};
    outlook.releases[1] = {0.25_years, 2.0};
    CHECK(start_or_wait_for(1_years, outlook).wait == 0.25_years);
    CHECK(start_or_wait_for(30_years, outlook).wait == 2_years);
    CHECK(start_or_wait_for(0.3_years, outlook).wait == 0_s);
    CHECK(start_or_wait_for(30_years, ReleaseOutlook{}).wait == 0_s);
}

TEST_CASE("the next chip: when waiting, moving and staying end alike") {
    // Twice as fast in 100 days: waiting pays for runs of more than 200.
    const NextChip chip{{100_days, 2.0}, 1.5};
    CHECK(raw(next_chip(200_days, chip, 0_s).wait.finish) == Approx(raw(200_days)));
    CHECK(next_chip(201_days, chip, 0_s).wait.finish < 201_days);
    CHECK(next_chip(199_days, chip, 0_s).wait.finish > 199_days);
    // Moving without standstill is never later than either, and costs in between.
    for (const double days : {120.0, 200.0, 500.0}) {
        const NextChipChoice choice = next_chip(days * 1_days, chip, 0_s);
        CHECK(choice.move.finish < choice.stay.finish);
        CHECK(choice.move.finish < choice.wait.finish);
        CHECK(choice.move.cost < choice.stay.cost);
        CHECK(choice.move.cost > choice.wait.cost);
        CHECK(choice.wait.cost == Approx(0.75));
    }
    // A standstill as long as what is saved.
    CHECK(raw(next_chip(200_days, chip, 50_days).move.finish) == Approx(raw(200_days)));
    // 100 days at 1, 100 of work at 1.5 over twice the speed, 50 of standstill at 1.5: 250 where staying costs 200.
    CHECK(next_chip(200_days, chip, 50_days).move.cost == Approx(1.25));
    // Over before it comes.
    const NextChipChoice brief = next_chip(90_days, chip, 7_days);
    CHECK(brief.move.finish == brief.stay.finish);
    CHECK(brief.move.cost == 1.0);
}

TEST_CASE("derivatives come through") {
    using Number = Dual<double, 1>;
    const BasicNextChip<Number> chip{{BasicSeconds<Number>::from_value(Number(1e6)), variable<1>(2.0, 0)}, Number(1)};
    const auto choice =
        next_chip(BasicSeconds<Number>::from_value(Number(1e7)), chip, BasicSeconds<Number>::from_value(Number(0)));
    CHECK(raw(choice.wait.finish).gradient[0] == Approx(-1e7 / 4));
}

TEST_CASE("outlooks that do not start at today's speed, and bad chips, are refused") {
    struct Tomorrow {
        [[nodiscard]] double speed_at(const Seconds&) const noexcept { return 3; }
    };
    CHECK(try_start_or_wait_for(1_years, Tomorrow{}).violations()[0].field == "outlook.speed_at(0)");
    CHECK(try_next_chip(0_s, NextChip{{-1_s, 0.0}, -1.0}, -1_s).violations().size() == 5);
}
