// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

#include "../units/evidence.hpp"
#include "../units/result.hpp"
#include "../units/violation.hpp"

// Carbon of electricity and of making the machines.
//
//   operational = energy x intensity of the grid          at hour h: average x profile(h), a profile averages to 1
//   embodied    = accelerator-time x carbon of making one, with its share of the node / years of service
//
// Location-based: what the grid emits where the machines stand, whatever certificates were bought. An intensity or a
// profile that nobody published stays unknown, and so does every figure made of it.

namespace foretrain::inline v0 {

/// Hours of a day, from midnight local time.
inline constexpr std::size_t hours_of_day = 24;

/// Electricity of a place.
template <class Real>
struct BasicGrid {
    std::string_view name;
    std::optional<BasicCarbonIntensity<Real>> average{}; ///< over a year, gCO2e/kWh
    std::optional<std::array<Real, 24>> profile{};       ///< of a typical day, over the average; nothing: unknown
    Provenance provenance{};

    /// Intensity in an hour of the day, 0 to 23; nothing if average or profile is unknown.
    [[nodiscard]] constexpr std::optional<BasicCarbonIntensity<Real>> at(std::size_t hour) const noexcept {
        if (!average || !profile || hour >= hours_of_day) return std::nullopt;
        return *average * (*profile)[hour];
    }
};
using Grid = BasicGrid<double>;

/// Carbon of making an accelerator with its share of the node, and how long it serves.
template <class Real>
struct BasicEmbodiedCarbon {
    BasicGramsCo2e<Real> accelerator{}; ///< of one, node included
    BasicSeconds<Real> service{};       ///< over which it is spread
    Provenance provenance{};
};
using EmbodiedCarbon = BasicEmbodiedCarbon<double>;

/// What published estimates say of a node of eight H100: no maker states it.
inline constexpr EmbodiedCarbon h100_embodied{
    .accelerator = make<GramsCo2e>(463e3),
    .service = make<Seconds>(4.0 * 365.25 * 86400.0),
    .provenance = {"Morrison et al. 2025 (arXiv:2503.05804) section 4.1: 3700 kg a node of eight, four years", "2025",
                   Evidence::assumed}};

/// Carbon of a job by its causes; what is unknown is absent.
template <class Real>
struct BasicCarbon {
    std::optional<BasicGramsCo2e<Real>> operational{};
    std::optional<BasicGramsCo2e<Real>> embodied{};

    /// The sum of what is known.
    [[nodiscard]] constexpr BasicGramsCo2e<Real> known() const noexcept {
        return operational.value_or(BasicGramsCo2e<Real>{}) + embodied.value_or(BasicGramsCo2e<Real>{});
    }
    [[nodiscard]] constexpr bool complete() const noexcept { return operational && embodied; }
};
using Carbon = BasicCarbon<double>;

/// Tells `sink` of every field of a grid outside its range, and of a profile that does not average to 1 (rule
/// `profile_of_one`).
template <class Real, class Sink>
constexpr void check_rules(const BasicGrid<Real>& grid, Sink& sink) noexcept {
    if (grid.average)
        detail::require_range(sink, "grid.average", raw(*grid.average) * Real(3.6e6), 0.0, 5000.0, "gCO2e/kWh",
                              "leave it out if it is not known");
    if (!grid.profile) return;
    double sum = 0;
    for (const Real& hour : *grid.profile) {
        detail::require_range(sink, "grid.profile", hour, 0.0, 24.0, {}, "over the average of the day");
        sum += detail::plain(hour);
    }
    detail::require(sink, 23.76 <= sum && sum <= 24.24, "profile_of_one", "grid.profile", sum / 24.0,
                    "an average of {} over the day", 1.0, "divide the hours by their mean");
}
/// The same of embodied carbon.
template <class Real, class Sink>
constexpr void check_rules(const BasicEmbodiedCarbon<Real>& embodied, Sink& sink) noexcept {
    detail::require_range(sink, "embodied.accelerator", embodied.accelerator, 0.0, 1e9, "gCO2e", "of one accelerator");
    detail::require_range(sink, "embodied.service", embodied.service, 86400.0, 1e10, "s", "years of service");
}

/// Carbon of electricity on a grid at any hour; nothing if the grid's average is unknown.
template <class Real>
[[nodiscard]] constexpr std::optional<BasicGramsCo2e<Real>> operational_carbon(const BasicJoules<Real>& energy,
                                                                               const BasicGrid<Real>& grid) noexcept {
    if (!grid.average) return std::nullopt;
    return *grid.average * energy;
}

/// Carbon of a job: of its energy and, where `embodied` is known, of its part of making the machines.
template <class Real>
[[nodiscard]] constexpr BasicCarbon<Real>
carbon_of(const BasicJoules<Real>& energy, const BasicAcceleratorTime<Real>& accelerator_time,
          const BasicGrid<Real>& grid, const std::optional<BasicEmbodiedCarbon<Real>>& embodied = {}) noexcept {
    BasicCarbon<Real> carbon;
    carbon.operational = operational_carbon(energy, grid);
    if (embodied) {
        const Real share = accelerator_time / (make<BasicAccelerators<Real>>(Real(1.0)) * embodied->service);
        carbon.embodied = embodied->accelerator * share;
    }
    return carbon;
}

} // namespace foretrain::inline v0
