// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>

#include "../run/run.hpp"
#include "growth.hpp"
#include "solve.hpp"

// Inverse questions about whole runs, for a deadline (wall clock) or for a budget (money): the fewest accelerators, the
// most tokens, the highest price of an accelerator-hour.
//
//   fewest accelerators   n* = min { n : T(n) <= deadline }              a scan: T may rise again with n
//   most tokens           D* = b max { k : T or C of k steps <= limit }  b tokens a step; T and C never fall with k
//   highest price         p* = max { p : C(p) <= budget }                C never falls with p
//
// T and C are those of run/run.hpp, with everything a run meets beside its steps.

namespace foretrain::inline v0 {

/// What a limit on a run may be: a deadline or a budget.
template <class Limit, class Real>
concept RunLimit = std::same_as<Limit, BasicSeconds<Real>> || std::same_as<Limit, BasicUsd<Real>>;

namespace detail {

/// The wall clock or the cost of a run; it cannot be had where a price is unknown or the run is refused.
template <class Limit, class Real>
[[nodiscard]] constexpr Tried<Limit> limited_quantity(const Result<BasicRunEstimate<Real>>& run) noexcept {
    if (!run) return {};
    if constexpr (std::same_as<Limit, BasicSeconds<Real>>) return Tried<Limit>{run->wall_clock};
    else return run->cost.complete ? Tried<Limit>{run->cost.known} : Tried<Limit>{};
}

/// A limit outside its range; money with a price that is not known.
template <class Limit, class Real, class Losses, class Power>
constexpr void check_limit(const Limit& limit, const BasicRunConditions<Real, Losses, Power>& conditions,
                           Violations& violations) noexcept {
    check_rules(conditions, violations);
    if constexpr (std::same_as<Limit, BasicSeconds<Real>>) {
        require_range(violations, "solve.deadline", limit, 1.0, 1e10, "s", "of the whole run");
    } else {
        require_range(violations, "solve.budget", limit, 1e-3, 1e15, "USD", "of the whole run");
        require(violations, conditions.prices.accelerator.has_value(), "budget_needs_prices", "prices.accelerator", 0.0,
                "known where money is the limit", 0.0, "give the price of an accelerator-hour");
        require(violations, conditions.prices.energy.has_value(), "budget_needs_prices", "prices.energy", 0.0,
                "known where money is the limit", 0.0, "0 where the price of accelerators includes energy");
    }
}

} // namespace detail

/// The fewest accelerators from `fewest` to `most` on which a run over a budget of tokens or samples ends in time;
/// every number of them on which `growth` has a job that fits is looked at from below. `conditions_at(n)` gives what a
/// run on n accelerators meets (checkpoints are written by as many nodes). Or everything wrong with the inputs.
template <class Real, JobGrowth<Real> Growth, class Budget, std::invocable<std::int64_t> ConditionsAt>
[[nodiscard]] constexpr Result<Solution<std::int64_t, BasicSeconds<Real>>>
try_fewest_accelerators(const Transformer& model, const Growth& growth, const Budget& budget,
                        const ConditionsAt& conditions_at, const BasicSeconds<Real>& deadline, std::int64_t fewest,
                        std::int64_t most) noexcept {
    using Time = BasicSeconds<Real>;
    Violations violations;
    check_rules(model, violations);
    detail::require_range(violations, "solve.lowest", fewest, 1, 10000000, {}, "accelerators");
    detail::require_range(violations, "solve.highest", most, 1, 10000000, {}, "accelerators");
    detail::check_limit<Time, Real>(deadline, conditions_at(fewest > 0 ? fewest : 1), violations);
    if (!violations.empty()) return violations;
    return try_solve(Aim::least, SolveBy::scan, fewest, most, Goal<Time>{deadline},
                     [&](std::int64_t accelerators) noexcept {
                         const BasicSizedStep<Real> sized = step_on<Real>(model, growth, accelerators);
                         if (sized.missing == NoStep::memory) return Tried<Time>{};
                         if (!sized.runs()) return Tried<Time>::absent();
                         return detail::limited_quantity<Time>(
                             try_estimate_run(*sized.step, sized.job->cluster, budget, conditions_at(accelerators)));
                     });
}
/// The same where every run meets the same.
template <class Real, JobGrowth<Real> Growth, class Budget, class Losses, class Power>
    requires LossModel<Losses, Real> && PowerModel<Power, Real>
[[nodiscard]] constexpr Result<Solution<std::int64_t, BasicSeconds<Real>>>
try_fewest_accelerators(const Transformer& model, const Growth& growth, const Budget& budget,
                        const BasicRunConditions<Real, Losses, Power>& conditions, const BasicSeconds<Real>& deadline,
                        std::int64_t fewest, std::int64_t most) noexcept {
    const auto same = [&](std::int64_t) -> const BasicRunConditions<Real, Losses, Power>& { return conditions; };
    return try_fewest_accelerators<Real>(model, growth, budget, same, deadline, fewest, most);
}

/// The most steps that a run may take in a deadline or for a budget of money, and so the most tokens: steps times
/// `step.tokens`. Or everything wrong with the inputs.
template <class Real, class Losses, class Power, RunLimit<Real> Limit>
    requires LossModel<Losses, Real> && PowerModel<Power, Real>
[[nodiscard]] constexpr Result<Solution<std::int64_t, Limit>>
try_most_steps(const BasicStepEstimate<Real>& step, const BasicCluster<Real>& cluster,
               const BasicRunConditions<Real, Losses, Power>& conditions, const Limit& limit) noexcept {
    Violations violations = check(step, cluster, 1.0, conditions);
    detail::check_limit(limit, conditions, violations);
    if (!violations.empty()) return violations;
    const auto run = [&](std::int64_t steps) noexcept {
        return try_estimate_run(step, cluster, SampleBudget{step.samples * static_cast<double>(steps)}, conditions);
    };
    if (const auto shortest = run(1); !shortest) return shortest.violations();
    // No run of more steps than this is in time; of money, none of more than it pays for the accelerators alone.
    double bound = 1e12;
    if constexpr (std::same_as<Limit, BasicSeconds<Real>>)
        bound = minimum(bound, static_cast<double>(detail::plain(limit / step.time)) + 2.0);
    return try_solve(Aim::most, SolveBy::bracket, 1, static_cast<std::int64_t>(bound), Goal<Limit>{limit},
                     [&](std::int64_t steps) noexcept { return detail::limited_quantity<Limit>(run(steps)); });
}

/// The highest price of an accelerator-hour at which a run costs no more than a budget; what `conditions` has for it
/// does not matter. Or everything wrong with the inputs.
template <PlainReal Real, class Budget, class Losses, class Power>
    requires LossModel<Losses, Real> && PowerModel<Power, Real>
[[nodiscard]] constexpr Result<Solution<BasicAcceleratorPrice<Real>, BasicUsd<Real>>>
try_highest_price(const BasicStepEstimate<Real>& step, const BasicCluster<Real>& cluster, const Budget& budget,
                  const BasicRunConditions<Real, Losses, Power>& conditions, const BasicUsd<Real>& money) noexcept {
    using Price = BasicAcceleratorPrice<Real>;
    const auto run = [&](const Price& price) noexcept {
        BasicRunConditions<Real, Losses, Power> at = conditions;
        at.prices.accelerator = price;
        return try_estimate_run(step, cluster, budget, at);
    };
    const Price least = make<Price>(Real(1e-6 / 3600.0)), most = make<Price>(Real(1e5 / 3600.0));
    Violations violations;
    detail::require_range(violations, "solve.budget", money, 1e-3, 1e15, "USD", "of the whole run");
    detail::require(violations, conditions.prices.energy.has_value(), "budget_needs_prices", "prices.energy", 0.0,
                    "known where money is the limit", 0.0, "0 where the price of accelerators includes energy");
    const auto cheapest = run(least);
    if (!cheapest)
        for (const Violation& violation : cheapest.violations()) violations.add(violation);
    if (!violations.empty()) return violations;
    return try_solve(Aim::most, least, most, Goal<BasicUsd<Real>>{money},
                     [&](const Price& price) noexcept { return detail::limited_quantity<BasicUsd<Real>>(run(price)); });
}

#if defined(__cpp_exceptions)
/// The same; throws `InvalidConfiguration` on bad input.
template <class Real, JobGrowth<Real> Growth, class Budget, class Losses, class Power>
    requires LossModel<Losses, Real> && PowerModel<Power, Real>
[[nodiscard]] constexpr Solution<std::int64_t, BasicSeconds<Real>>
fewest_accelerators(const Transformer& model, const Growth& growth, const Budget& budget,
                    const BasicRunConditions<Real, Losses, Power>& conditions, const BasicSeconds<Real>& deadline,
                    std::int64_t fewest, std::int64_t most) {
    return detail::value_or_throw(try_fewest_accelerators(model, growth, budget, conditions, deadline, fewest, most));
}
template <class Real, class Losses, class Power, RunLimit<Real> Limit>
    requires LossModel<Losses, Real> && PowerModel<Power, Real>
[[nodiscard]] constexpr Solution<std::int64_t, Limit>
most_steps(const BasicStepEstimate<Real>& step, const BasicCluster<Real>& cluster,
           const BasicRunConditions<Real, Losses, Power>& conditions, const Limit& limit) {
    return detail::value_or_throw(try_most_steps(step, cluster, conditions, limit));
}
template <PlainReal Real, class Budget, class Losses, class Power>
    requires LossModel<Losses, Real> && PowerModel<Power, Real>
[[nodiscard]] constexpr Solution<BasicAcceleratorPrice<Real>, BasicUsd<Real>>
highest_price(const BasicStepEstimate<Real>& step, const BasicCluster<Real>& cluster, const Budget& budget,
              const BasicRunConditions<Real, Losses, Power>& conditions, const BasicUsd<Real>& money) {
    return detail::value_or_throw(try_highest_price(step, cluster, budget, conditions, money));
}
#endif

} // namespace foretrain::inline v0
