// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>

#include "../math/exp.hpp"
#include "../units/quantity.hpp"
#include "../units/violation.hpp"

// What hardware loses in value while it ages.
//
//   straight line   value = 1 - (1 - residual) age / life, then residual
//   economic        value = 10^(-d age)
//
// value is the share of the purchase price that is left, d the orders of magnitude a year by which a price for the same
// performance falls. The loss from age a over a time t is value(a) - value(a + t).
// Source of the second: Epoch AI, Cottier et al. 2024, The rising costs of training frontier AI models: d = 0.14 (90%
// CI 0.10 to 0.18), which is 28% in the first year. Their hourly cost, price x 0.14 ln 10 / 8766, is its slope at age
// 0.

namespace foretrain::inline v0 {

/// A rule of depreciation: the share of the purchase price left at an age, and the share lost from there over a time.
template <class Rule, class Real = double>
concept Depreciation = requires(const Rule& rule, const BasicSeconds<Real>& time) {
    { rule.value(time) } noexcept -> std::same_as<Real>;
    { rule.loss(time, time) } noexcept -> std::same_as<Real>;
};

/// As accountants write it off.
template <class Real>
struct BasicStraightLine {
    BasicSeconds<Real> life{};
    Real residual{}; ///< share of the price that a buyer pays at the end of the life, or later

    [[nodiscard]] constexpr Real value(const BasicSeconds<Real>& age) const noexcept {
        if (age >= life) return residual;
        return Real(1.0) - (Real(1.0) - residual) * Real(age / life);
    }
    [[nodiscard]] constexpr Real loss(const BasicSeconds<Real>& age, const BasicSeconds<Real>& time) const noexcept {
        if (age >= life) return Real(0.0);
        return (Real(1.0) - residual) * Real(minimum(time, BasicSeconds<Real>(life - age)) / life);
    }
};
using StraightLine = BasicStraightLine<double>;

/// As the market for computing does: what the same performance costs newly bought.
template <class Real>
struct BasicEconomicDecline {
    Real decades_per_year{}; ///< orders of magnitude a year: 0.14

    [[nodiscard]] constexpr Real value(const BasicSeconds<Real>& age) const noexcept {
        return exp(Real(-decades(age)));
    }
    [[nodiscard]] constexpr Real loss(const BasicSeconds<Real>& age, const BasicSeconds<Real>& time) const noexcept {
        return -(value(age) * Real(expm1(Real(-decades(time)))));
    }

private:
    /// Natural logarithm of the decline over a time.
    [[nodiscard]] constexpr Real decades(const BasicSeconds<Real>& time) const noexcept {
        return decades_per_year * Real(0x1.26bb1bbb55516p1) * Real(raw(time) * Real(1.0 / 31557600.0)); // ln 10
    }
};
using EconomicDecline = BasicEconomicDecline<double>;

/// Tells `sink` of everything wrong with straight-line depreciation.
template <class Real, class Sink>
constexpr void check_rules(const BasicStraightLine<Real>& rule, Sink& sink) noexcept {
    detail::require_range(sink, "depreciation.life", rule.life, 86400.0, 1e10, "s");
    detail::require_range(sink, "depreciation.residual", rule.residual, 0.0, 1.0, {},
                          "share of the price; 0 for scrap");
}
/// Tells `sink` of everything wrong with an economic decline.
template <class Real, class Sink>
constexpr void check_rules(const BasicEconomicDecline<Real>& rule, Sink& sink) noexcept {
    detail::require_range(sink, "depreciation.decades_per_year", rule.decades_per_year, 0.0, 10.0, {},
                          "orders of magnitude a year; 0.14 by Epoch AI");
}

} // namespace foretrain::inline v0
