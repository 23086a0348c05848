// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <optional>

#include "carbon.hpp"

// A run that pauses in expensive or dirty hours: how much longer it takes against what it saves.
//
//   work of a day = 3600 s x hours - pauses x resume          stretch = 86400 s / work of a day
//   energy of a day = P_running x hours + P_paused x other hours, each hour at its own price and intensity
//
// The run lasts training time x stretch, in days that repeat. Machines that are rented or owned are paid through the
// pauses: the accelerator-time counts them. Hourly prices and intensities are the user's; none that is unknown is
// guessed.

namespace foretrain::inline v0 {

/// Hours of the day in which a run works.
struct DayHours {
    std::array<bool, 24> works{};

    [[nodiscard]] constexpr std::size_t hours() const noexcept {
        std::size_t count = 0;
        for (const bool hour : works)
            if (hour) ++count;
        return count;
    }
    /// Times a day that it starts again; the day repeats.
    [[nodiscard]] constexpr std::size_t pauses() const noexcept {
        std::size_t count = 0;
        for (std::size_t i = 0; i < works.size(); ++i)
            if (works[i] && !works[(i + 23) % 24]) ++count;
        return count;
    }
};

/// Around the clock.
inline constexpr DayHours every_hour = [] {
    DayHours day;
    day.works.fill(true);
    return day;
}();

/// The `count` hours of the day with the least of something (price, intensity); earlier ones among equals.
template <class Quantity>
[[nodiscard]] constexpr DayHours lowest_hours(const std::array<Quantity, 24>& of, std::size_t count) noexcept {
    DayHours day;
    for (std::size_t chosen = 0; chosen < count && chosen < of.size(); ++chosen) {
        std::size_t best = of.size();
        for (std::size_t i = 0; i < of.size(); ++i)
            if (!day.works[i] && (best == of.size() || of[i] < of[best])) best = i;
        day.works[best] = true;
    }
    return day;
}

/// What a run pays for electricity and emits by the hour of the day; what is unknown is absent.
template <class Real>
struct BasicHours {
    std::optional<std::array<BasicEnergyPrice<Real>, 24>> price{};
    std::optional<std::array<BasicCarbonIntensity<Real>, 24>> intensity{};
};
using Hours = BasicHours<double>;

/// Intensities of a grid by the hour; nothing if its average or profile is unknown.
template <class Real>
[[nodiscard]] constexpr std::optional<std::array<BasicCarbonIntensity<Real>, 24>>
intensities(const BasicGrid<Real>& grid) noexcept {
    if (!grid.average || !grid.profile) return std::nullopt;
    std::array<BasicCarbonIntensity<Real>, 24> hours{};
    for (std::size_t i = 0; i < hours.size(); ++i) hours[i] = *grid.at(i);
    return hours;
}

/// A run that is scheduled by the hour of the day.
template <class Real>
struct BasicPausedRun {
    BasicSeconds<Real> training_time{}; ///< that it works
    BasicWatts<Real> running{};         ///< of the whole job, building included
    BasicWatts<Real> paused{};          ///< the same while it pauses: idle machines, or 0 if they are off
    BasicSeconds<Real> resume{};        ///< lost each time it starts again
    BasicAccelerators<Real> accelerators{};
};
using PausedRun = BasicPausedRun<double>;

/// What a schedule makes of a run.
template <class Real>
struct BasicOffPeakRun {
    Real stretch{}; ///< wall clock over training time, at least 1
    BasicSeconds<Real> wall_clock{};
    BasicAcceleratorTime<Real> accelerator_time{}; ///< pauses included
    BasicJoules<Real> energy{};                    ///< pauses included
    std::optional<BasicUsd<Real>> energy_cost{};
    std::optional<BasicGramsCo2e<Real>> carbon{};
};
using OffPeakRun = BasicOffPeakRun<double>;

/// Everything wrong with a run and its schedule. Rule `work_in_a_day`: starting again must not take all hours.
template <class Real>
[[nodiscard]] constexpr Violations check(const BasicPausedRun<Real>& run, const DayHours& day,
                                         const BasicHours<Real>& hours) noexcept {
    Violations violations;
    detail::require_range(violations, "run.training_time", run.training_time, 0.0, 1e11, "s");
    detail::require_range(violations, "run.running", run.running, 0.0, 1e12, "W");
    detail::require_range(violations, "run.paused", run.paused, 0.0, 1e12, "W", "0 if the machines are off");
    detail::require_range(violations, "run.resume", run.resume, 0.0, 86400.0, "s");
    detail::require_range(violations, "run.accelerators", run.accelerators, 1.0, 1e9);
    const double lost = detail::plain(run.resume) * static_cast<double>(day.pauses());
    detail::require(violations, 3600.0 * static_cast<double>(day.hours()) > lost, "work_in_a_day", "run.resume",
                    run.resume, "so short that {} hours leave time to work", static_cast<double>(day.hours()),
                    "give more hours, in fewer blocks");
    if (hours.price)
        for (const BasicEnergyPrice<Real>& price : *hours.price)
            detail::require_range(violations, "hours.price", raw(price) * Real(3.6e6), 0.0, 100.0, "USD/kWh",
                                  "0 in hours that are given away");
    if (hours.intensity)
        for (const BasicCarbonIntensity<Real>& intensity : *hours.intensity)
            detail::require_range(violations, "hours.intensity", raw(intensity) * Real(3.6e6), 0.0, 5000.0,
                                  "gCO2e/kWh");
    return violations;
}

/// A run under a schedule, or everything wrong with it.
template <class Real>
[[nodiscard]] constexpr Result<BasicOffPeakRun<Real>> try_off_peak(const BasicPausedRun<Real>& run, const DayHours& day,
                                                                   const BasicHours<Real>& hours = {}) noexcept {
    const Violations violations = check(run, day, hours);
    if (!violations.empty()) return violations;
    const auto seconds = [](double number) { return make<BasicSeconds<Real>>(Real(number)); };
    const BasicSeconds<Real> work =
        seconds(3600.0 * static_cast<double>(day.hours())) - run.resume * Real(static_cast<double>(day.pauses()));
    BasicOffPeakRun<Real> result;
    result.stretch = seconds(86400.0) / work;
    result.wall_clock = run.training_time * result.stretch;
    result.accelerator_time = run.accelerators * result.wall_clock;
    const Real days = run.training_time / work;
    BasicUsd<Real> cost{};
    BasicGramsCo2e<Real> carbon{};
    for (std::size_t i = 0; i < day.works.size(); ++i) {
        const BasicJoules<Real> energy = (day.works[i] ? run.running : run.paused) * seconds(3600.0) * days;
        result.energy += energy;
        if (hours.price) cost += (*hours.price)[i] * energy;
        if (hours.intensity) carbon += (*hours.intensity)[i] * energy;
    }
    if (hours.price) result.energy_cost = cost;
    if (hours.intensity) result.carbon = carbon;
    return result;
}

#if defined(__cpp_exceptions)
/// As `try_off_peak`; throws `InvalidConfiguration` on bad input.
template <class Real>
[[nodiscard]] constexpr BasicOffPeakRun<Real> off_peak(const BasicPausedRun<Real>& run, const DayHours& day,
                                                       const BasicHours<Real>& hours = {}) {
    return detail::value_or_throw(try_off_peak(run, day, hours));
}
#endif

} // namespace foretrain::inline v0
