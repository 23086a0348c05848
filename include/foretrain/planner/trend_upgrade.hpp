// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "trend_wait.hpp"

// The upgrade in mid-run: start now, move what is left at u to what there is then, stand still for m meanwhile.
//
//   finish  F(u) = u + m + (T - u) exp(-g u)
//   best    F'(u) = 0:  exp(g u) = 1 + g (T - u), one root in (0, T)
//   saves   S = T - F(u*) = (T - u*) (1 - exp(-g u*)) - m:  upgrade iff what it is worth exceeds what it costs
//
// T: duration without upgrade, s; g: growth of the speed of such runs, 1/s; m: standstill, s. The best u does not
// depend on m. Migration money is paid if (rent + worth of time) S exceeds it: the rent is for the time that the run
// takes, old and new machines alike. F' is one line of algebra away from Gottbrath et al., arXiv:astro-ph/9912202,
// who let a computation move only once it is done; the bound is our own.

namespace foretrain::inline v0 {

/// What moving a run costs, and what its time costs.
template <class Real>
struct BasicMigration {
    BasicSeconds<Real> standstill{};      ///< from the last step on the old machines to the first on the new ones
    BasicUsd<Real> cost{};                ///< of moving: engineering, transfer, idle machines
    BasicMoneyRate<Real> worth_of_time{}; ///< rent of the machines and what an earlier finish is worth
};
using Migration = BasicMigration<double>;

/// Where a run changes machines.
template <class Real>
struct BasicUpgrade {
    bool worthwhile = false; ///< if not, the rest says what the upgrade would bring
    BasicSeconds<Real> at{}; ///< from the start, on the old machines
    BasicSeconds<Real> standstill{};
    BasicSeconds<Real> rest{};       ///< on the new machines
    BasicSeconds<Real> stay{};       ///< the run without upgrade
    BasicSeconds<Real> break_even{}; ///< standstill with which it would take as long as staying, were moving free

    /// When the run with the upgrade ends: its three parts.
    [[nodiscard]] constexpr BasicSeconds<Real> finish() const noexcept { return at + standstill + rest; }
};
using Upgrade = BasicUpgrade<double>;

/// The best moment to change machines, and whether to.
template <class Real>
[[nodiscard]] constexpr Result<BasicUpgrade<Real>> try_mid_run_upgrade(const BasicSeconds<Real>& duration,
                                                                       const BasicGrowth<Real>& speed,
                                                                       const BasicMigration<Real>& migration) noexcept {
    Violations violations;
    detail::check_duration(duration, violations);
    check_rules(speed, "speed", violations);
    detail::require_range(violations, "migration.standstill", migration.standstill, 0.0, 1e12, "s");
    detail::require_range(violations, "migration.cost", migration.cost, 0.0, 1e15, "USD");
    detail::require_range(violations, "migration.worth_of_time", migration.worth_of_time, 0.0, 1e12, "USD/s",
                          "rent and worth of an earlier finish");
    if (!violations.empty()) return violations;
    constexpr auto nothing = detail::zero<BasicSeconds<Real>>;
    BasicUpgrade<Real> upgrade{false, nothing(), migration.standstill, duration, duration, nothing()};
    const Real rate = raw(speed.rate), time = raw(duration);
    const Real gain = rate * time; // ln of the growth in a run
    if (!(gain > Real(0))) return upgrade;
    // x = g u solves e^x - 1 - gain + x = 0, which rises from -gain at 0 to e^gain - 1 at gain; ln(1 + gain) bounds it.
    using Plain = decltype(value_of(gain));
    const Plain plain = value_of(gain);
    const RootResult<Plain> root = find_root([&](Plain x) { return Plain(expm1(x) - plain + x); }, Plain(0),
                                             Plain(log1p(plain)), plain * Plain(1e-7));
    if (!root.converged()) return upgrade;
    const Real at(root.root);
    const Real x =
        at - (Real(expm1(root.root)) - gain + at) / (exp(at) + Real(1)); // Newton: the exact derivatives of the root
    upgrade.at = make<BasicSeconds<Real>>(x / rate);
    const BasicSeconds<Real> left = duration - upgrade.at;
    upgrade.rest = left * Real(exp(-x));
    const Real fold = rate * raw(left); // exp(x) - 1 at the best moment
    upgrade.break_even = left * Real(fold / (Real(1) + fold));
    const BasicSeconds<Real> saved = upgrade.break_even - migration.standstill;
    upgrade.worthwhile = raw(saved) > Real(0) && !(migration.worth_of_time * saved < migration.cost);
    return upgrade;
}

#if defined(__cpp_exceptions)
/// The best moment to change machines; throws `InvalidConfiguration` on bad input.
template <class Real>
[[nodiscard]] constexpr BasicUpgrade<Real> mid_run_upgrade(const BasicSeconds<Real>& duration,
                                                           const BasicGrowth<Real>& speed,
                                                           const BasicMigration<Real>& migration) {
    return detail::value_or_throw(try_mid_run_upgrade(duration, speed, migration));
}
#endif

} // namespace foretrain::inline v0
