// SPDX-License-Identifier: Apache-2.0
#include <foretrain/catalog/trends.hpp>

#include <doctest/doctest.h>

using namespace foretrain;

namespace {

constexpr bool all_are_sourced_and_plausible() {
    for (const Trend& trend : catalog::all_trends) {
        if (trend.provenance.source.empty() || trend.provenance.evidence != Evidence::fitted) return false;
        if (trend.points < 8 || !(trend.from < trend.to) || !(raw(trend.growth.error) > 0)) return false;
        if (catalog::find_trend(trend.name)->points != trend.points) return false;
    }
    return true;
}
static_assert(all_are_sourced_and_plausible());
static_assert(catalog::find_trend("nothing") == nullptr);

/// Whether the 95% intervals of ours and of a published rate, bounds at 5% and 95%, meet.
bool agrees(const Trend& trend, double low, double high) {
    return factor_per_year(growth_at(trend.growth, -1.96)) <= high &&
           low <= factor_per_year(growth_at(trend.growth, 1.96));
}

} // namespace

TEST_CASE("what others published of the same things lies within the bands") {
    // Epoch AI, trends, 2024: training compute of notable models 4.6x a year (4.2x a year before).
    CHECK(agrees(catalog::compute_trend, 4.2, 4.6));
    // Cottier et al. 2024: cost 2.4x (2.0-2.9), power 2.2x (1.9-2.6), price-performance 0.14 (0.10-0.18) orders a year.
    CHECK(agrees(catalog::cost_trend, 2.0, 2.9));
    CHECK(agrees(catalog::power_trend, 1.9, 2.6));
    CHECK(agrees(catalog::bought_performance_per_price_trend, 1.26, 1.51));
    CHECK(agrees(catalog::rented_performance_per_price_trend, 1.26, 1.51));
    // Epoch AI, 2023: parameters 2.8x a year, duration of runs 1.2x.
    CHECK(agrees(catalog::parameters_trend, 2.8, 2.8));
    CHECK(agrees(catalog::duration_trend, 1.2, 1.3));
}

TEST_CASE("what must hold between the rates does") {
    const auto rate = [](const Trend& trend) { return raw(trend.growth.rate); };
    // Faster formats come on top of faster chips; energy efficiency is what speed gains beyond power.
    CHECK(rate(catalog::chip_peak_any_format_trend) > rate(catalog::chip_peak_trend));
    CHECK(rate(catalog::energy_efficiency_trend) ==
          doctest::Approx(rate(catalog::chip_peak_trend) - rate(catalog::chip_power_trend)).epsilon(0.25));
    // The memory wall: bandwidth grows more slowly than peak.
    CHECK(rate(catalog::memory_bandwidth_trend) < rate(catalog::chip_peak_trend));
    // Compute grows faster than what a dollar buys: the difference is spending.
    CHECK(rate(catalog::compute_trend) > rate(catalog::bought_performance_per_price_trend));
    CHECK(catalog::scaling_elasticity.value > 0.5);
    CHECK(catalog::scaling_elasticity.value < 1.0);
}

TEST_CASE("the curve of best times is one of learning") {
    CHECK(catalog::record_curve.exponent > 0);
    CHECK(catalog::record_curve.width > 0);
    CHECK(raw(catalog::record_curve.learning_time) > 0.4 * raw(julian_year));
    CHECK(raw(catalog::record_curve.learning_time) < 1.0 * raw(julian_year));
}
