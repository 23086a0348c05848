// SPDX-License-Identifier: Apache-2.0
#include <foretrain/planner/trend.hpp>
#include <foretrain/units/literals.hpp>

#include <doctest/doctest.h>

using namespace foretrain;
using namespace foretrain::literals;
using doctest::Approx;

static_assert(factor_per_year(growth_per_year(1.0)) == 1.0);

TEST_CASE("a growth is the same in every way of saying it") {
    // Epoch: price-performance of GPUs, 0.14 orders of magnitude a year, which they give as 1.38x.
    CHECK(factor_per_year(growth_in_orders_of_magnitude(0.14)) == Approx(1.38).epsilon(0.001));
    // Epoch: installed computing power, 2.3x a year, a doubling of 10 months.
    CHECK(factor_per_year(growth_doubling_in(julian_year * (10.0 / 12.0))) == Approx(2.3).epsilon(0.01));
    CHECK(growth_over(growth_per_year(3.0), 2_years) == Approx(9.0));
    CHECK(growth_over(growth_per_year(3.0), 0_s) == 1.0);
    CHECK(factor_per_year(-growth_per_year(4.0)) == Approx(0.25));
}

TEST_CASE("rates add, independent errors add in squares") {
    const Growth a = growth_per_year(2.0, 1.8, 2.2), b = growth_per_year(1.5, 1.2, 1.9);
    const Growth both = a + b;
    CHECK(factor_per_year(both) == Approx(3.0));
    CHECK(raw(both.error) * raw(both.error) == Approx(raw(a.error) * raw(a.error) + raw(b.error) * raw(b.error)));
    CHECK(raw((a + growth_per_year(1.1)).error) == raw(a.error));
    // The bounds that were given come back: 5% and 95% are 1.645 standard errors away.
    CHECK(factor_per_year(growth_at(b, 1.6448536269514722)) / factor_per_year(growth_at(b, -1.6448536269514722)) ==
          Approx(1.9 / 1.2));
}

TEST_CASE("a band opens with time, and starts as wide as the scatter") {
    const Growth growth = growth_per_year(1.4, 1.3, 1.5);
    CHECK(growth_width(growth, 0_s, 0.0) == 0.0);
    CHECK(growth_width(growth, 0_s, 0.3) == Approx(0.3 * eight_in_ten));
    double before = growth_width(growth, 0_s, 0.3);
    for (int year = 1; year < 20; ++year) {
        const double width = growth_width(growth, julian_year * double(year), 0.3);
        CHECK(width > before);
        before = width;
    }
    // Far off, only the rate matters.
    CHECK(growth_width(growth, 1000_years, 0.3) == Approx(growth_width(growth, 1000_years, 0.0)).epsilon(1e-4));
}

TEST_CASE("a trend's factor is its line within its band") {
    const Trend trend{"x", "things", growth_per_year(1.4, 1.3, 1.5), 0.2, 10, {}, {}, {}};
    const TrendFactor line = trend_over(trend, 3_years, false), single = trend_over(trend, 3_years, true);
    CHECK(line.p50 == Approx(1.4 * 1.4 * 1.4));
    CHECK(single.p10 < line.p10);
    CHECK(line.p10 < line.p50);
    CHECK(line.p90 < single.p90);
    CHECK(line.p10 * line.p90 == Approx(line.p50 * line.p50));
}

TEST_CASE("a growth has exact derivatives") {
    using Number = Dual<double, 1>;
    const auto growth = growth_per_year(variable<1>(1.4, 0));
    const Number factor = growth_over(growth, BasicSeconds<Number>::from_value(Number(raw(3_years))));
    CHECK(factor.gradient[0] == Approx(3 * 1.4 * 1.4));
}

TEST_CASE("absurd rates are refused") {
    Violations violations;
    check_rules(growth_per_year(1e9), "growth", violations);
    CHECK(violations.contains("range"));
    Violations negative;
    check_rules(Growth{{}, make<Frequency>(-1e-9)}, "growth", negative);
    CHECK(negative.size() == 1);
    Violations nothing;
    check_rules(growth_per_year(0.3), "growth", nothing);
    CHECK(nothing.empty());
}
