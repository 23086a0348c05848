// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "../units/evidence.hpp"
#include "../units/violation.hpp"

// Prices and money. An unknown price is unknown, never zero: a total says whether it is complete.

namespace foretrain::inline v0 {

/// What a job pays for. Leave out what is not known; give 0 for what is free, such as energy within a rent.
template <class Real>
struct BasicPrices {
    std::optional<BasicAcceleratorPrice<Real>> accelerator{}; ///< rent of one accelerator, node and network included
    std::optional<BasicEnergyPrice<Real>> energy{};           ///< 0 where the rent includes it
    Provenance provenance{};
};
using Prices = BasicPrices<double>;

/// A sum of money of which some part may be unknown.
template <class Real>
struct BasicCost {
    BasicUsd<Real> known{};
    bool complete = false; ///< false: some price was not given, the total is more than `known`

    /// True only if the whole cost is known and below `limit`.
    friend constexpr bool operator<(const BasicCost& cost, const BasicUsd<Real>& limit) noexcept {
        return cost.complete && cost.known < limit;
    }
    /// True if even the known part is above `limit`.
    friend constexpr bool operator>(const BasicCost& cost, const BasicUsd<Real>& limit) noexcept {
        return cost.known > limit;
    }
};
using Cost = BasicCost<double>;

/// Tells `sink` of every price outside its range.
template <class Real, class Sink>
constexpr void check_rules(const BasicPrices<Real>& prices, Sink& sink) noexcept {
    if (prices.accelerator)
        detail::require_range(sink, "prices.accelerator", raw(*prices.accelerator) * Real(3600.0), 0.0, 1e5,
                              "USD/accelerator-hour", "leave it out if it is not known");
    if (prices.energy)
        detail::require_range(sink, "prices.energy", raw(*prices.energy) * Real(3.6e6), 0.0, 100.0, "USD/kWh",
                              "leave it out if it is not known");
}

} // namespace foretrain::inline v0
