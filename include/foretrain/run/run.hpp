// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <optional>
#include <string_view>

#include "../cost/power_limit.hpp"
#include "../cost/price_model.hpp"
#include "../step/uncertainty.hpp"
#include "conditions.hpp"

// From a step to a whole run: wall clock, accelerator-hours, energy, carbon and bill of a budget of tokens or samples.
//
//   step = estimated step x slowdown under the power limit (cost/power_limit.hpp)
//   steps = ceil(budget / tokens a step)          productive = steps x (step + input stall) + phases beside the steps
//   wall clock = productive + what faults take    accelerator time = accelerators x wall clock
//   energy = training power x (productive + rework + stragglers - t_idle) + idle power x (the rest)
//   carbon = intensity x energy                   bill = sum of price x use
//
// While it waits for input, starts up, saves, detects, restarts or waits for spares (t_idle), a job draws the power of
// accelerators that do nothing. Losses that are only reported as a share count at training power: most are rework.
//
// Every part has a model of its own, usable alone: run/overheads.hpp, run/input_pipeline.hpp, run/goodput.hpp,
// cost/job_power.hpp, cost/price.hpp. This composes them.

namespace foretrain::inline v0 {

/// A whole run.
template <class Real>
struct BasicRunEstimate {
    double steps = 0;
    Real slowdown{1.0};                 ///< of a step, by the power limit
    BasicSeconds<Real> training_time{}; ///< steps alone
    BasicSeconds<Real> input_wait{};    ///< of all steps, for their samples
    BasicRunPhases<Real> phases{};      ///< steps, start-up, evaluations, ...; without input waits and faults
    BasicGoodput<Real> faults{};        ///< what they add; its productive time is that of phases and input waits
    BasicSeconds<Real> wall_clock{}; ///< the sum of `phases`, `input_wait` and all parts of `faults` but the productive
    BasicAcceleratorTime<Real> accelerator_time{};
    BasicWatts<Real> power{};      ///< while it trains, building included
    BasicWatts<Real> idle_power{}; ///< while accelerators wait
    BasicJoules<Real> energy{};    ///< over the wall clock
    std::optional<BasicGramsCo2e<Real>> carbon{};
    BasicBill<Real> bill{};
    BasicCost<Real> cost{}; ///< the sum of the bill

    /// Share of the wall clock in which steps that count run.
    [[nodiscard]] constexpr Real effective_share() const noexcept { return training_time / wall_clock; }
    /// What ways to pay (cost/price_model.hpp) ask about.
    [[nodiscard]] constexpr BasicJob<Real> job() const noexcept {
        return {accelerator_time / wall_clock, wall_clock, energy};
    }
};
using RunEstimate = BasicRunEstimate<double>;

/// A part of the wall clock of a run.
template <class Real>
struct BasicRunPart {
    std::string_view name;
    BasicSeconds<Real> time{};
};

/// Where the wall clock of a run goes: parts that sum to it.
template <class Real>
[[nodiscard]] constexpr auto parts_of(const BasicRunEstimate<Real>& run) noexcept {
    using Part = BasicRunPart<Real>;
    const auto phase = [&](RunPhase which) { return Part{name_of(which), run.phases[which]}; };
    const auto lost = [&](WallClockPart which) { return Part{name_of(which), run.faults[which]}; };
    Part checkpoints = phase(RunPhase::checkpoint);
    checkpoints.time += run.faults[WallClockPart::checkpoints];
    return std::array{phase(RunPhase::start_up),       phase(RunPhase::steps),
                      phase(RunPhase::warm_up),        Part{"waiting for input", run.input_wait},
                      phase(RunPhase::evaluation),     checkpoints,
                      lost(WallClockPart::rework),     lost(WallClockPart::detection),
                      lost(WallClockPart::restart),    lost(WallClockPart::waiting),
                      lost(WallClockPart::stragglers), lost(WallClockPart::interruptions),
                      lost(WallClockPart::reported),   phase(RunPhase::shut_down)};
}

/// The bands of a run: eight runs in ten lie inside.
template <class Real>
struct BasicRunBand {
    Interval<BasicSeconds<Real>> training_time{};
    Interval<BasicSeconds<Real>> wall_clock{};
    Interval<BasicAcceleratorTime<Real>> accelerator_time{};
    Interval<BasicJoules<Real>> energy{};
    Interval<BasicUsd<Real>> known_cost{}; ///< of what has a price
};
using RunBand = BasicRunBand<double>;

/// Everything wrong with the inputs of a run of `steps` steps, but for its faults. Rule `cluster_of_the_step`: power
/// and bill are of the cluster that the step was estimated on.
template <class Real, class Losses, class Power>
[[nodiscard]] constexpr Violations check(const BasicStepEstimate<Real>& step, const BasicCluster<Real>& cluster,
                                         double steps,
                                         const BasicRunConditions<Real, Losses, Power>& conditions) noexcept {
    Violations violations;
    check_rules(cluster, violations);
    detail::require(violations, cluster.accelerators == step.accelerators, "cluster_of_the_step",
                    "cluster.accelerators", cluster.accelerators, "those of the step, {}",
                    static_cast<double>(step.accelerators), "give the cluster that the step was estimated on");
    detail::require_range(violations, "budget.steps", steps, 1.0, 1e12, {},
                          "tokens or samples of the run over those of a step");
    check_rules(conditions, violations);
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
[[nodiscard]] constexpr double steps_of(const BasicStepEstimate<Real>& step, const TokenBudget& budget) noexcept {
    return whole_steps(raw(budget.tokens), raw(step.tokens));
}
template <class Real>
[[nodiscard]] constexpr double steps_of(const BasicStepEstimate<Real>& step, const SampleBudget& budget) noexcept {
    return whole_steps(raw(budget.samples), raw(step.samples));
}

/// Time in which accelerators do nothing.
template <class Real>
[[nodiscard]] constexpr BasicSeconds<Real> idle_time(const BasicRunEstimate<Real>& run) noexcept {
    BasicSeconds<Real> idle = run.input_wait + run.phases[RunPhase::start_up] + run.phases[RunPhase::checkpoint] +
                              run.phases[RunPhase::shut_down];
    for (const WallClockPart part : {WallClockPart::checkpoints, WallClockPart::detection, WallClockPart::restart,
                                     WallClockPart::waiting, WallClockPart::interruptions})
        idle += run.faults[part];
    return idle;
}

/// What all steps wait for their samples. Samples are read once for each pass over the data set.
template <class Real>
[[nodiscard]] constexpr BasicSeconds<Real> input_wait(const BasicInputPipeline<Real>& input,
                                                      const BasicStepEstimate<Real>& step,
                                                      const BasicSeconds<Real>& each, double steps) noexcept {
    const BasicSamples<Real> batch = make<BasicSamples<Real>>(Real(raw(step.samples)));
    const Real epochs = batch * Real(steps) * input.sample_size / input.data_set;
    return mean_input_stall(input, batch, each, epochs) * Real(steps);
}

/// A power that is known already, as a model.
template <class Real>
struct KnownPower {
    BasicAcceleratorPower<Real> known{};
    [[nodiscard]] constexpr BasicAcceleratorPower<Real> power(const BasicUtilization<Real>&,
                                                              const BasicAccelerator<Real>&) const noexcept {
        return known;
    }
};

/// What a step does under the power limit; without one, no slower and at the power of the model.
template <class Real, class Losses, class Power>
[[nodiscard]] constexpr Result<BasicLimitedPower<Real>>
limited(const BasicStepEstimate<Real>& step, const BasicCluster<Real>& cluster,
        const BasicRunConditions<Real, Losses, Power>& conditions) noexcept {
    if constexpr (std::same_as<Power, BasicComponentPower<Real>>)
        if (conditions.power_limit)
            return try_limit_power(step, cluster, *conditions.power_limit, conditions.power,
                                   over_scalar<Real>(measured_clocks));
    const BasicUtilization<Real> busy = utilization_of(step, cluster.accelerator);
    return BasicLimitedPower<Real>{Real(1.0), Real(1.0), busy, conditions.power.power(busy, cluster.accelerator)};
}

/// Power, energy, carbon and bill of a run whose times are known, at this power of an accelerator that trains.
template <class Real, class Losses, class Power>
constexpr void pay(BasicRunEstimate<Real>& run, const BasicStepEstimate<Real>& step, const BasicCluster<Real>& cluster,
                   const BasicRunConditions<Real, Losses, Power>& conditions,
                   const BasicLimitedPower<Real>& training) noexcept {
    run.accelerator_time = make<BasicAccelerators<Real>>(Real(static_cast<double>(step.accelerators))) * run.wall_clock;
    run.power = job_power(training.utilization, cluster, conditions.site, KnownPower<Real>{training.power}).total();
    run.idle_power = job_power(BasicUtilization<Real>{}, cluster, conditions.site, conditions.power).total();
    const BasicSeconds<Real> idle = idle_time(run);
    run.energy = run.power * (run.wall_clock - idle) + run.idle_power * idle;
    if (conditions.grid) run.carbon = *conditions.grid * run.energy;
    BasicUsage<Real> usage = conditions.besides;
    usage.accelerator_time = run.accelerator_time;
    usage.energy = run.energy;
    if (conditions.prices.network) usage.network_time = run.accelerator_time;
    run.bill = bill_of(conditions.prices, usage);
    run.cost = run.bill.total();
}

} // namespace detail

/// A run over a budget of tokens or samples, or everything wrong with its inputs.
template <class Real, class Budget, class Losses, class Power>
    requires LossModel<Losses, Real> && PowerModel<Power, Real>
[[nodiscard]] constexpr Result<BasicRunEstimate<Real>>
try_estimate_run(const BasicStepEstimate<Real>& step, const BasicCluster<Real>& cluster, const Budget& budget,
                 const BasicRunConditions<Real, Losses, Power>& conditions) noexcept {
    const double steps = detail::steps_of(step, budget);
    Violations violations = check(step, cluster, steps, conditions);
    if (conditions.input) {
        const double nodes = static_cast<double>(cluster.accelerators) / static_cast<double>(cluster.node.accelerators);
        detail::require(violations, static_cast<double>(conditions.input->nodes) <= maximum(nodes, 1.0),
                        "nodes_of_the_cluster", "input.nodes", conditions.input->nodes,
                        "at most those of the cluster, {}", nodes, "the nodes that read are those that train");
    }
    const Result<BasicLimitedPower<Real>> power = detail::limited(step, cluster, conditions);
    if (!power)
        for (const Violation& violation : power.violations()) violations.add(violation);
    BasicRunEstimate<Real> run;
    run.steps = steps;
    // Of a time that is not known, faults are judged all the same, at the shortest that they take.
    BasicSeconds<Real> productive = make<BasicSeconds<Real>>(Real(1.0));
    if (violations.empty()) {
        run.slowdown = power->slowdown;
        const BasicSeconds<Real> each = step.time * run.slowdown;
        run.training_time = each * Real(steps);
        if (conditions.input) run.input_wait = detail::input_wait(*conditions.input, step, each, steps);
        run.phases = phases_of(each, steps, conditions.overheads);
        productive = run.phases.total() + run.input_wait;
    }
    const Result<BasicGoodput<Real>> faults = try_goodput(productive, step.accelerators, conditions.faults);
    if (!faults)
        for (const Violation& violation : faults.violations()) violations.add(violation);
    if (!violations.empty()) return violations;
    run.faults = *faults;
    run.wall_clock = run.faults.total();
    detail::pay(run, step, cluster, conditions, *power);
    return run;
}

/// A run of which only faults, prices and the site are stated.
template <class Real, class Budget, class Losses>
    requires LossModel<Losses, Real>
[[nodiscard]] constexpr Result<BasicRunEstimate<Real>>
try_estimate_run(const BasicStepEstimate<Real>& step, const BasicCluster<Real>& cluster, const Budget& budget,
                 const Losses& faults, const BasicPrices<Real>& prices, const BasicSite<Real>& site) noexcept {
    return try_estimate_run(
        step, cluster, budget,
        BasicRunConditions<Real, Losses>{
            .faults = faults, .site = site, .prices = prices, .power = over_scalar<Real>(measured_boards)});
}

/// The bands of a run by that of its step, at the same power: longer steps cost and draw in proportion. What faults do
/// by chance is independent of it, and moves the middle from the expectation to the median.
template <class Real>
[[nodiscard]] constexpr BasicRunBand<Real> run_band(const BasicRunEstimate<Real>& run,
                                                    const BasicBand<Real>& step) noexcept {
    const Interval<BasicSeconds<Real>>& chance = run.faults.wall_clock;
    const auto widened = [&](const BasicSeconds<Real>& longer, const BasicSeconds<Real>& shorter) {
        const double spread = log(value_of(Real(longer / shorter)));
        return sqrt(step.width * step.width + spread * spread);
    };
    const Real middle = chance.p50 / run.wall_clock;
    const Real low = Real(exp(-widened(chance.p50, chance.p10))), high = Real(exp(widened(chance.p90, chance.p50)));
    const auto band = [&](const auto& expected) {
        return Interval{expected * (middle * low), expected * middle, expected * (middle * high)};
    };
    return {interval_of(run.training_time, step.width), band(run.wall_clock), band(run.accelerator_time),
            band(run.energy), band(run.cost.known)};
}

#if defined(__cpp_exceptions)
/// A run over a budget of tokens or samples; throws `InvalidConfiguration` on bad input.
template <class Real, class Budget, class Losses, class Power>
[[nodiscard]] constexpr BasicRunEstimate<Real> estimate_run(const BasicStepEstimate<Real>& step,
                                                            const BasicCluster<Real>& cluster, const Budget& budget,
                                                            const BasicRunConditions<Real, Losses, Power>& conditions) {
    return detail::value_or_throw(try_estimate_run(step, cluster, budget, conditions));
}
/// The same of a run of which only faults, prices and the site are stated.
template <class Real, class Budget, class Losses>
[[nodiscard]] constexpr BasicRunEstimate<Real>
estimate_run(const BasicStepEstimate<Real>& step, const BasicCluster<Real>& cluster, const Budget& budget,
             const Losses& faults, const BasicPrices<Real>& prices, const BasicSite<Real>& site) {
    return detail::value_or_throw(try_estimate_run(step, cluster, budget, faults, prices, site));
}
#endif

} // namespace foretrain::inline v0
