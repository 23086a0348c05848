// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "../cost/energy.hpp"
#include "../cost/price.hpp"
#include "../step/uncertainty.hpp"

// From a step to a whole run: wall clock, accelerator-hours, energy and bill of a budget of tokens or samples.
//
//   steps = ceil(budget / tokens a step)      training time = steps x step time
//   wall clock = training time / effective share      accelerator time = accelerators x wall clock
//
// A run is as uncertain as its steps, all of which err alike: its band has the factors of theirs. What faults take is
// stated, or modelled apart, and is not in it.
//
// How faults and checkpoints make up the effective share, and how many tokens a target needs, are models of their own.

namespace foretrain::inline v0 {

/// So many tokens to train on.
struct TokenBudget {
    Tokens tokens{};
};
/// So many samples to train on (encoders, images).
struct SampleBudget {
    Samples samples{};
};

/// What is lost to faults, restarts and checkpoints: the share of wall clock that trains, as a fleet reports it.
template <class Real>
struct BasicFaults {
    Real effective_share{}; ///< 0.01 to 1; Llama 3 405B reports more than 0.90 over 54 days
    Provenance provenance{};
};
using Faults = BasicFaults<double>;

/// A whole run.
template <class Real>
struct BasicRunEstimate {
    double steps = 0;
    BasicSeconds<Real> training_time{}; ///< steps alone
    BasicSeconds<Real> wall_clock{};    ///< with what is lost
    BasicAcceleratorTime<Real> accelerator_time{};
    BasicWatts<Real> power{};   ///< while it trains, building included
    BasicJoules<Real> energy{}; ///< over the wall clock
    BasicCost<Real> cost{};
};
using RunEstimate = BasicRunEstimate<double>;

/// The bands of a run: eight runs in ten lie inside, if faults take what was said.
template <class Real>
struct BasicRunBand {
    Interval<BasicSeconds<Real>> training_time{};
    Interval<BasicSeconds<Real>> wall_clock{};
    Interval<BasicAcceleratorTime<Real>> accelerator_time{};
    Interval<BasicJoules<Real>> energy{};
    Interval<BasicUsd<Real>> known_cost{}; ///< of what has a price
};
using RunBand = BasicRunBand<double>;

/// Everything wrong with the inputs of a run of `steps` steps. Rule `cluster_of_the_step`: power and bill are of the
/// cluster that the step was estimated on.
template <class Real>
[[nodiscard]] constexpr Violations check(const BasicStepEstimate<Real>& step, const BasicCluster<Real>& cluster,
                                         double steps, const BasicFaults<Real>& faults, const BasicPrices<Real>& prices,
                                         const BasicFacility<Real>& facility) noexcept {
    Violations violations;
    check_rules(cluster, violations);
    detail::require(violations, cluster.accelerators == step.accelerators, "cluster_of_the_step",
                    "cluster.accelerators", cluster.accelerators, "those of the step, {}",
                    static_cast<double>(step.accelerators), "give the cluster that the step was estimated on");
    detail::require_range(violations, "budget.steps", steps, 1.0, 1e12, {},
                          "tokens or samples of the run over those of a step");
    detail::require_range(violations, "faults.effective_share", faults.effective_share, 0.01, 1.0, {},
                          "1 if nothing is ever lost");
    check_rules(prices, violations);
    check_rules(facility, violations);
    return violations;
}

namespace detail {

[[nodiscard]] constexpr double whole_steps(double budget, double each) noexcept {
    const double steps = budget / each;
    if (!(steps >= 0 && steps < 1e15)) return steps; // left to `check`
    const double floor = static_cast<double>(static_cast<std::int64_t>(steps));
    return floor < steps ? floor + 1.0 : floor;
}

template <class Real>
[[nodiscard]] constexpr Result<BasicRunEstimate<Real>>
run_of_steps(const BasicStepEstimate<Real>& step, const BasicCluster<Real>& cluster, double steps,
             const BasicFaults<Real>& faults, const BasicPrices<Real>& prices,
             const BasicFacility<Real>& facility) noexcept {
    const Violations violations = check(step, cluster, steps, faults, prices, facility);
    if (!violations.empty()) return violations;
    BasicRunEstimate<Real> run;
    run.steps = steps;
    run.training_time = step.time * Real(steps);
    run.wall_clock = run.training_time / faults.effective_share;
    run.accelerator_time = make<BasicAccelerators<Real>>(Real(static_cast<double>(step.accelerators))) * run.wall_clock;
    run.power = average_power(step, cluster, facility);
    run.energy = run.power * run.wall_clock;
    run.cost.complete = prices.accelerator.has_value() && prices.energy.has_value();
    if (prices.accelerator) run.cost.known += *prices.accelerator * run.accelerator_time;
    if (prices.energy) run.cost.known += *prices.energy * run.energy;
    return run;
}

} // namespace detail

/// A run over a budget of tokens, or everything wrong with its inputs.
template <class Real>
[[nodiscard]] constexpr Result<BasicRunEstimate<Real>>
try_estimate_run(const BasicStepEstimate<Real>& step, const BasicCluster<Real>& cluster, const TokenBudget& budget,
                 const BasicFaults<Real>& faults, const BasicPrices<Real>& prices,
                 const BasicFacility<Real>& facility) noexcept {
    return detail::run_of_steps(step, cluster, detail::whole_steps(raw(budget.tokens), raw(step.tokens)), faults,
                                prices, facility);
}
/// The same over a budget of samples.
template <class Real>
[[nodiscard]] constexpr Result<BasicRunEstimate<Real>>
try_estimate_run(const BasicStepEstimate<Real>& step, const BasicCluster<Real>& cluster, const SampleBudget& budget,
                 const BasicFaults<Real>& faults, const BasicPrices<Real>& prices,
                 const BasicFacility<Real>& facility) noexcept {
    return detail::run_of_steps(step, cluster, detail::whole_steps(raw(budget.samples), raw(step.samples)), faults,
                                prices, facility);
}

/// The bands of a run by that of its step, at the same power: longer steps cost and draw in proportion.
template <class Real>
[[nodiscard]] constexpr BasicRunBand<Real> run_band(const BasicRunEstimate<Real>& run,
                                                    const BasicBand<Real>& step) noexcept {
    return {interval_of(run.training_time, step.width), interval_of(run.wall_clock, step.width),
            interval_of(run.accelerator_time, step.width), interval_of(run.energy, step.width),
            interval_of(run.cost.known, step.width)};
}

#if defined(__cpp_exceptions)
/// A run over a budget of tokens or samples; throws `InvalidConfiguration` on bad input.
template <class Real, class Budget>
[[nodiscard]] constexpr BasicRunEstimate<Real>
estimate_run(const BasicStepEstimate<Real>& step, const BasicCluster<Real>& cluster, const Budget& budget,
             const BasicFaults<Real>& faults, const BasicPrices<Real>& prices, const BasicFacility<Real>& facility) {
    return detail::value_or_throw(try_estimate_run(step, cluster, budget, faults, prices, facility));
}
#endif

} // namespace foretrain::inline v0
