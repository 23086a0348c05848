// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string_view>

#include "../planner/trend_curve.hpp"
#include "../planner/trend_factors.hpp"

// How fast things move, written by tests/accuracy/fit_trends.cpp: do not edit. The fits are in
// calibrate/growth.hpp, the data in tests/accuracy/data, the story in docs/trend.md.

namespace foretrain::inline v0::catalog {

namespace detail {
/// A rate and its standard error, both in the logarithm a year.
[[nodiscard]] constexpr Growth yearly(double rate, double error) noexcept {
    return {make<Frequency>(rate / raw(julian_year)), make<Frequency>(error / raw(julian_year))};
}
} // namespace detail

/// x1.5328 a year.
inline constexpr Trend chip_peak_trend{
    .name = "chip_peak",
    .quantity = "dense 16-bit peak of an accelerator, FLOP/s",
    .growth = detail::yearly(0.42713, 0.034931),
    .scatter = 0.42673,
    .points = 49,
    .from = calendar_date(2016, 4, 5),
    .to = calendar_date(2025, 8, 15),
    .provenance = {"datasheets in catalog/accelerators.hpp", "2026-11", Evidence::fitted}};

/// x1.8098 a year.
inline constexpr Trend chip_peak_any_format_trend{
    .name = "chip_peak_any_format",
    .quantity = "dense peak in the fastest format, FLOP/s",
    .growth = detail::yearly(0.59322, 0.045662),
    .scatter = 0.81046,
    .points = 51,
    .from = calendar_date(2014, 11, 17),
    .to = calendar_date(2025, 8, 15),
    .provenance = {"datasheets in catalog/accelerators.hpp", "2026-11", Evidence::fitted}};

/// x1.3284 a year.
inline constexpr Trend memory_bandwidth_trend{
    .name = "memory_bandwidth",
    .quantity = "memory bandwidth of an accelerator, B/s",
    .growth = detail::yearly(0.28398, 0.020941),
    .scatter = 0.39067,
    .points = 51,
    .from = calendar_date(2014, 11, 17),
    .to = calendar_date(2025, 8, 15),
    .provenance = {"datasheets in catalog/accelerators.hpp", "2026-11", Evidence::fitted}};

/// x1.3351 a year.
inline constexpr Trend memory_capacity_trend{
    .name = "memory_capacity",
    .quantity = "memory of an accelerator, B",
    .growth = detail::yearly(0.28897, 0.015903),
    .scatter = 0.34319,
    .points = 51,
    .from = calendar_date(2014, 11, 17),
    .to = calendar_date(2025, 8, 15),
    .provenance = {"datasheets in catalog/accelerators.hpp", "2026-11", Evidence::fitted}};

/// x1.1616 a year.
inline constexpr Trend chip_power_trend{
    .name = "chip_power",
    .quantity = "rated power of an accelerator, W",
    .growth = detail::yearly(0.1498, 0.017454),
    .scatter = 0.34802,
    .points = 51,
    .from = calendar_date(2014, 11, 17),
    .to = calendar_date(2025, 8, 15),
    .provenance = {"datasheets in catalog/accelerators.hpp", "2026-11", Evidence::fitted}};

/// x1.2837 a year.
inline constexpr Trend energy_efficiency_trend{
    .name = "energy_efficiency",
    .quantity = "16-bit peak over rated power, FLOP/J",
    .growth = detail::yearly(0.24973, 0.026078),
    .scatter = 0.36682,
    .points = 49,
    .from = calendar_date(2016, 4, 5),
    .to = calendar_date(2025, 8, 15),
    .provenance = {"datasheets in catalog/accelerators.hpp", "2026-11", Evidence::fitted}};

/// x1.3114 a year.
inline constexpr Trend bought_performance_per_price_trend{
    .name = "bought_performance_per_price",
    .quantity = "16-bit peak over purchase price of new accelerators, FLOP/s/USD",
    .growth = detail::yearly(0.27112, 0.076449),
    .scatter = 0.55249,
    .points = 27,
    .from = calendar_date(2014, 10, 1),
    .to = calendar_date(2026, 4, 1),
    .provenance = {"Epoch AI, training-cost-trends@263c40a, and cloud price lists; datasheet peaks", "2026-11",
                   Evidence::fitted}};

/// x1.371 a year.
inline constexpr Trend rented_performance_per_price_trend{
    .name = "rented_performance_per_price",
    .quantity = "16-bit peak over rent on demand, FLOP/USD",
    .growth = detail::yearly(0.31557, 0.054713),
    .scatter = 0.65112,
    .points = 88,
    .from = calendar_date(2017, 4, 1),
    .to = calendar_date(2026, 4, 1),
    .provenance = {"Epoch AI, training-cost-trends@263c40a, and cloud price lists; datasheet peaks", "2026-11",
                   Evidence::fitted}};

/// x1.0637 a year.
inline constexpr Trend rent_of_same_chip_trend{
    .name = "rent_of_same_chip",
    .quantity = "accelerator-hours a dollar rents, of the same accelerator",
    .growth = detail::yearly(0.061782, 0.017233),
    .scatter = 0.18166,
    .points = 84,
    .from = calendar_date(2017, 4, 1),
    .to = calendar_date(2026, 4, 1),
    .provenance = {"Epoch AI, training-cost-trends@263c40a, and cloud price lists; datasheet peaks", "2026-11",
                   Evidence::fitted}};

/// x1.1004 a year.
inline constexpr Trend software_trend{
    .name = "software",
    .quantity = "speed of MLPerf with the same number of the same accelerator",
    .growth = detail::yearly(0.095652, 0.017351),
    .scatter = 0.065414,
    .points = 479,
    .from = calendar_date(2018, 12, 12),
    .to = calendar_date(2025, 6, 4),
    .provenance = {"MLPerf Training v0.5 to v5.0, closed division (mlcommons/training_results)", "2026-11",
                   Evidence::fitted}};

/// x1.4756 a year.
inline constexpr Trend largest_submission_trend{
    .name = "largest_submission",
    .quantity = "accelerators of the largest submission of a round",
    .growth = detail::yearly(0.38908, 0.086047),
    .scatter = 0.46993,
    .points = 12,
    .from = calendar_date(2018, 12, 12),
    .to = calendar_date(2025, 6, 4),
    .provenance = {"MLPerf Training v0.5 to v5.0, closed division (mlcommons/training_results)", "2026-11",
                   Evidence::fitted}};

/// x4.5063 a year.
inline constexpr Trend compute_trend{
    .name = "compute",
    .quantity = "training compute of the ten largest runs yet, FLOP",
    .growth = detail::yearly(1.5055, 0.065817),
    .scatter = 1.6638,
    .points = 91,
    .from = calendar_date(2012, 6, 3),
    .to = calendar_date(2025, 4, 14),
    .provenance = {"Epoch AI, training-cost-trends@263c40a", "2026-11", Evidence::fitted}};

/// x3.0425 a year.
inline constexpr Trend parameters_trend{
    .name = "parameters",
    .quantity = "parameters of the ten largest language models yet",
    .growth = detail::yearly(1.1127, 0.1054),
    .scatter = 1.7899,
    .points = 51,
    .from = calendar_date(2013, 12, 11),
    .to = calendar_date(2025, 5, 7),
    .provenance = {"Epoch AI, training-cost-trends@263c40a", "2026-11", Evidence::fitted}};

/// x3.0462 a year.
inline constexpr Trend training_data_trend{
    .name = "training_data",
    .quantity = "training data of the ten largest language models yet, tokens",
    .growth = detail::yearly(1.1139, 0.063699),
    .scatter = 0.83071,
    .points = 96,
    .from = calendar_date(2013, 1, 16),
    .to = calendar_date(2025, 4, 14),
    .provenance = {"Epoch AI, training-cost-trends@263c40a", "2026-11", Evidence::fitted}};

/// x2.0287 a year.
inline constexpr Trend accelerators_trend{
    .name = "accelerators",
    .quantity = "accelerators of the ten largest runs yet",
    .growth = detail::yearly(0.70737, 0.061276),
    .scatter = 0.7449,
    .points = 54,
    .from = calendar_date(2013, 1, 16),
    .to = calendar_date(2025, 4, 10),
    .provenance = {"Epoch AI, training-cost-trends@263c40a", "2026-11", Evidence::fitted}};

/// x2.3618 a year.
inline constexpr Trend power_trend{
    .name = "power",
    .quantity = "power of the ten largest runs yet, W",
    .growth = detail::yearly(0.85944, 0.058247),
    .scatter = 1.2097,
    .points = 67,
    .from = calendar_date(2014, 9, 4),
    .to = calendar_date(2025, 4, 14),
    .provenance = {"Epoch AI, training-cost-trends@263c40a", "2026-11", Evidence::fitted}};

/// x2.7353 a year.
inline constexpr Trend cost_trend{
    .name = "cost",
    .quantity = "cost of the ten most expensive runs yet, hardware amortised and energy, USD",
    .growth = detail::yearly(1.0062, 0.11429),
    .scatter = 1.0805,
    .points = 36,
    .from = calendar_date(2016, 1, 27),
    .to = calendar_date(2025, 2, 17),
    .provenance = {"Epoch AI, training-cost-trends@263c40a", "2026-11", Evidence::fitted}};

/// x3.7505 a year.
inline constexpr Trend energy_trend{
    .name = "energy",
    .quantity = "energy of the ten hungriest runs yet, power x duration, J",
    .growth = detail::yearly(1.3219, 0.072326),
    .scatter = 1.9073,
    .points = 60,
    .from = calendar_date(2014, 9, 4),
    .to = calendar_date(2025, 2, 24),
    .provenance = {"Epoch AI, training-cost-trends@263c40a", "2026-11", Evidence::fitted}};

/// x1.2893 a year.
inline constexpr Trend duration_trend{
    .name = "duration",
    .quantity = "duration of the ten longest runs yet, h",
    .growth = detail::yearly(0.25407, 0.024384),
    .scatter = 0.4983,
    .points = 54,
    .from = calendar_date(2012, 6, 3),
    .to = calendar_date(2025, 2, 17),
    .provenance = {"Epoch AI, training-cost-trends@263c40a", "2026-11", Evidence::fitted}};

/// In the order of docs/trend.md.
inline constexpr std::array all_trends = {
    chip_peak_trend,
    chip_peak_any_format_trend,
    memory_bandwidth_trend,
    memory_capacity_trend,
    chip_power_trend,
    energy_efficiency_trend,
    bought_performance_per_price_trend,
    rented_performance_per_price_trend,
    rent_of_same_chip_trend,
    software_trend,
    largest_submission_trend,
    compute_trend,
    parameters_trend,
    training_data_trend,
    accelerators_trend,
    power_trend,
    cost_trend,
    energy_trend,
    duration_trend,
};

/// The trend of this name, or null.
[[nodiscard]] constexpr const Trend* find_trend(std::string_view name) noexcept {
    for (const Trend& trend : all_trends)
        if (trend.name == name) return &trend;
    return nullptr;
}

/// Best times of MLPerf against the number of accelerators, within a round, benchmark and chip.
inline constexpr ScalingElasticity scaling_elasticity{
    .value = 0.7141,
    .error = 0.024158,
    .scatter = 0.19996,
    .points = 634,
    .provenance = {"MLPerf Training v0.5 to v5.0, closed division (mlcommons/training_results)", "2026-11",
                   Evidence::fitted}};

/// How best times of MLPerf fall with the age of their benchmark.
inline constexpr RecordCurve record_curve{
    .exponent = 0.70082,
    .learning_time = make<Seconds>(0.58889 * raw(julian_year)),
    .width = 0.44249,
    .exponent_error = 0.088398,
    .provenance = {"MLPerf Training v0.5 to v5.0, closed division (mlcommons/training_results)", "2026-11",
                   Evidence::fitted}};

} // namespace foretrain::inline v0::catalog
