// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>

#include "ownership.hpp"

// Own the base load, burst to the cloud: the number of accelerators to own for a demand that varies.
//
//   cost(K) = f K sum(t) + r sum(min(d, K) t) + b sum(max(0, d - K) t)
//
// d accelerators are wanted for t; an accelerator costs f owned whether it works or not, r more while it works, b
// rented in the cloud. The cost is convex and piecewise linear in K, so the best K is a level of the demand: the least
// that is exceeded during no more than the share f / (b - r) of the time, because one accelerator more saves b - r
// while it works and costs f always. It is the newsvendor's quantile: Arrow, Harris and Marschak 1951, Optimal
// inventory policy.

namespace foretrain::inline v0 {

/// So many accelerators wanted for so long. A demand curve is an array of these, in any order.
template <class Real>
struct BasicDemand {
    BasicAccelerators<Real> accelerators{};
    BasicSeconds<Real> time{};
};
using Demand = BasicDemand<double>;

/// Prices of both ways. A reservation is owned with `running` = 0.
template <class Real>
struct BasicHybridPrices {
    BasicOwnedPrice<Real> owned{};
    BasicAcceleratorPrice<Real> burst{}; ///< rent on demand, energy included
};
using HybridPrices = BasicHybridPrices<double>;

/// A base and what the demand costs with it.
template <class Real>
struct BasicHybridCost {
    BasicAccelerators<Real> base{};
    BasicUsd<Real> owned{};   ///< of the base, working or not
    BasicUsd<Real> running{}; ///< of the hours in which it works
    BasicUsd<Real> burst{};
    BasicAcceleratorTime<Real> base_time{};  ///< of owned accelerators that work
    BasicAcceleratorTime<Real> burst_time{}; ///< rented
    Real utilisation{};                      ///< of the base, 1 for none

    [[nodiscard]] constexpr BasicUsd<Real> total() const noexcept { return owned + running + burst; }
};
using HybridCost = BasicHybridCost<double>;

/// What a demand costs with a base of `base` accelerators; of prices and demand that were checked.
template <class Real>
[[nodiscard]] constexpr BasicHybridCost<Real> hybrid_cost(std::span<const BasicDemand<Real>> demand,
                                                          const BasicHybridPrices<Real>& prices,
                                                          const BasicAccelerators<Real>& base) noexcept {
    BasicHybridCost<Real> cost{.base = base};
    BasicAcceleratorTime<Real> there{};
    for (const BasicDemand<Real>& wanted : demand) {
        there += base * wanted.time;
        cost.base_time += minimum(base, wanted.accelerators) * wanted.time;
        if (wanted.accelerators > base) cost.burst_time += (wanted.accelerators - base) * wanted.time;
    }
    cost.owned = prices.owned.fixed * there;
    cost.running = prices.owned.running * cost.base_time;
    cost.burst = prices.burst * cost.burst_time;
    cost.utilisation = raw(there) > Real(0.0) ? Real(cost.base_time / there) : Real(1.0);
    return cost;
}

namespace detail {

/// The share of the time during which more than `level` are wanted.
template <class Real>
[[nodiscard]] constexpr Real exceeded(std::span<const BasicDemand<Real>> demand,
                                      const BasicAccelerators<Real>& level) noexcept {
    BasicSeconds<Real> above{};
    BasicSeconds<Real> all{};
    for (const BasicDemand<Real>& wanted : demand) {
        all += wanted.time;
        if (wanted.accelerators > level) above += wanted.time;
    }
    return above / all;
}

/// The least level among zero and those of the demand that is exceeded for at most `share` of the time. No allocation
/// and no sorting: the levels between the bounds are halved.
template <class Real>
[[nodiscard]] constexpr BasicAccelerators<Real> quantile(std::span<const BasicDemand<Real>> demand,
                                                         const Real& share) noexcept {
    BasicAccelerators<Real> low{}; // exceeded for too long
    if (exceeded(demand, low) <= share) return low;
    BasicAccelerators<Real> high{}; // not
    for (const BasicDemand<Real>& wanted : demand) high = maximum(high, wanted.accelerators);
    while (true) {
        const BasicAccelerators<Real> middle = (low + high) * Real(0.5);
        bool between = false;
        BasicAccelerators<Real> pivot{};
        BasicAccelerators<Real> nearest{};
        for (const BasicDemand<Real>& wanted : demand) {
            const BasicAccelerators<Real>& level = wanted.accelerators;
            if (!(low < level && level < high)) continue;
            const BasicAccelerators<Real> off = level < middle ? middle - level : level - middle;
            if (between && !(off < nearest)) continue;
            between = true;
            pivot = level;
            nearest = off;
        }
        if (!between) return high;
        (exceeded(demand, pivot) <= share ? high : low) = pivot;
    }
}

} // namespace detail

/// Tells `sink` of everything wrong with a demand curve.
template <class Real, class Sink>
constexpr void check_rules(std::span<const BasicDemand<Real>> demand, Sink& sink) noexcept {
    detail::require_range(sink, "demand.size", static_cast<double>(demand.size()), 1.0, 1e6, {},
                          "periods of the curve");
    for (const BasicDemand<Real>& wanted : demand) {
        detail::require_range(sink, "demand.accelerators", wanted.accelerators, 0.0, 1e8);
        detail::require_range(sink, "demand.time", wanted.time, 1e-3, 1e10, "s");
    }
}
/// Tells `sink` of everything wrong with the prices of a hybrid.
template <class Real, class Sink>
constexpr void check_rules(const BasicHybridPrices<Real>& prices, Sink& sink) noexcept {
    const auto range = [&](std::string_view field, const auto& price) {
        detail::require_range(sink, field, raw(price) * Real(3600.0), 0.0, 1e5, "USD/accelerator-hour");
    };
    range("prices.owned.fixed", prices.owned.fixed);
    range("prices.owned.running", prices.owned.running);
    range("prices.burst", prices.burst);
}

/// The cheapest base for a demand, and what the demand costs with it, or everything wrong.
template <class Real>
[[nodiscard]] constexpr Result<BasicHybridCost<Real>> try_best_hybrid(std::span<const BasicDemand<Real>> demand,
                                                                      const BasicHybridPrices<Real>& prices) noexcept {
    Violations violations;
    check_rules(demand, violations);
    check_rules(prices, violations);
    if (!violations.empty()) return violations;
    const BasicAcceleratorPrice<Real> saved = prices.burst - prices.owned.running;
    BasicAccelerators<Real> base{};
    if (saved > prices.owned.fixed) base = detail::quantile(demand, Real(prices.owned.fixed / saved));
    return hybrid_cost(demand, prices, base);
}

#if defined(__cpp_exceptions)
/// The cheapest base for a demand; throws `InvalidConfiguration` on bad input.
template <class Real>
[[nodiscard]] constexpr BasicHybridCost<Real> best_hybrid(std::span<const BasicDemand<Real>> demand,
                                                          const BasicHybridPrices<Real>& prices) {
    return detail::value_or_throw(try_best_hybrid(demand, prices));
}
#endif

} // namespace foretrain::inline v0
