// SPDX-License-Identifier: Apache-2.0
#include <foretrain/planner/trend_upgrade.hpp>
#include <foretrain/units/literals.hpp>

#include <doctest/doctest.h>

using namespace foretrain;
using namespace foretrain::literals;
using doctest::Approx;

namespace {

constexpr Migration free_of_charge{0_s, 0_usd, make<MoneyRate>(1.0)};
constexpr Upgrade two_years = mid_run_upgrade(2_years, growth_per_year(1.5), free_of_charge);
static_assert(two_years.worthwhile && two_years.finish() < 2_years);

Seconds finish(Seconds at, Seconds duration, const Growth& speed, Seconds standstill) {
    return at + standstill + (duration - at) / growth_over(speed, at);
}

} // namespace

TEST_CASE("no moment of change ends the run earlier, by trying them") {
    for (const Seconds& duration : {1_days, 90_days, 1_years, 3_years, 20_years})
        for (const double factor : {1.05, 1.5, 4.0}) {
            const Growth speed = growth_per_year(factor);
            const Migration migration{3_days, 0_usd, make<MoneyRate>(1.0)};
            const Upgrade upgrade = mid_run_upgrade(duration, speed, migration);
            CHECK(raw(upgrade.finish()) == Approx(raw(finish(upgrade.at, duration, speed, 3_days))));
            double best = 1e300;
            for (int i = 0; i <= 4000; ++i) {
                const double tried = raw(finish(duration * (1.0 * i / 4000), duration, speed, 3_days));
                best = best < tried ? best : tried;
            }
            CHECK(raw(upgrade.finish()) <= best * (1 + 1e-12));
            CHECK(raw(upgrade.finish()) == Approx(best).epsilon(1e-4));
            CHECK(upgrade.worthwhile == (best < raw(duration)));
            CHECK(raw(upgrade.break_even - 3_days) == Approx(raw(upgrade.stay - upgrade.finish())).epsilon(1e-6));
        }
}

TEST_CASE("nothing new, nothing to move to") {
    for (const double factor : {1.0, 0.8}) {
        const Upgrade upgrade = mid_run_upgrade(5_years, growth_per_year(factor), free_of_charge);
        CHECK_FALSE(upgrade.worthwhile);
        CHECK(upgrade.finish() == 5_years);
    }
}

TEST_CASE("faster growth moves the change forward and saves more, a short run changes at its middle") {
    Seconds at = 100_years, end = 100_years;
    for (const double factor : {1.1, 1.5, 2.0, 4.0}) {
        const Upgrade upgrade = mid_run_upgrade(2_years, growth_per_year(factor), free_of_charge);
        CHECK(upgrade.at < at);
        CHECK(upgrade.finish() < end);
        at = upgrade.at;
        end = upgrade.finish();
    }
    // g T -> 0: u -> T / 2, saved -> g T^2 / 4.
    const Growth slow = growth_per_year(1.2);
    const Upgrade brief = mid_run_upgrade(1_days, slow, free_of_charge);
    CHECK(raw(brief.at) == Approx(raw(0.5_days)).epsilon(1e-3));
    CHECK(raw(brief.break_even) == Approx(raw(slow.rate) * 86400.0 * 86400.0 / 4).epsilon(1e-3));
}

TEST_CASE("the break-even standstill is where the decision turns") {
    const Growth speed = growth_per_year(1.6);
    const Seconds edge = mid_run_upgrade(1_years, speed, free_of_charge).break_even;
    CHECK(mid_run_upgrade(1_years, speed, Migration{edge * 0.999, 0_usd, make<MoneyRate>(1.0)}).worthwhile);
    CHECK_FALSE(mid_run_upgrade(1_years, speed, Migration{edge * 1.001, 0_usd, make<MoneyRate>(1.0)}).worthwhile);
    // In money: what is saved is worth that many dollars.
    const Migration paid{0_s, edge * make<MoneyRate>(2.0) * 1.001, make<MoneyRate>(2.0)};
    CHECK_FALSE(mid_run_upgrade(1_years, speed, paid).worthwhile);
    CHECK(mid_run_upgrade(1_years, speed, Migration{0_s, paid.cost * 0.99, paid.worth_of_time}).worthwhile);
}

TEST_CASE("the derivatives of the moment are those of differences") {
    using Number = Dual<double, 1>;
    const auto at = [](auto time) {
        using Real = decltype(time);
        const BasicGrowth<Real> speed{BasicFrequency<Real>::from_value(Real(1e-8)), {}};
        return raw(mid_run_upgrade(BasicSeconds<Real>::from_value(time), speed, BasicMigration<Real>{}).at);
    };
    const Number dual = at(variable<1>(1e8, 0));
    CHECK(dual.gradient[0] == Approx((at(1.001e8) - at(0.999e8)) / 2e5).epsilon(1e-5));
    CHECK(at(1e8F) == Approx(at(1e8)).epsilon(1e-4));
}

TEST_CASE("bad input is refused, all of it") {
    const auto bad = try_mid_run_upgrade(0_s, growth_per_year(1.3), Migration{-1_s, -1_usd, make<MoneyRate>(-1.0)});
    REQUIRE_FALSE(bad);
    CHECK(bad.violations().size() == 4);
}
