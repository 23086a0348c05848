// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "../cost/power_limit.hpp"
#include "../math/dual.hpp"
#include "../run/input_pipeline.hpp"
#include "constraint.hpp"

// Where the time of a modelled step goes by constraint, and what lifting each constraint would save.
//
//   T = sum over parts of t_p,   t_p = sum over knobs of x_i dt_p / dx_i      (Euler; constraint.hpp)
//
// Each part of a step is split over the knobs it waits for in proportion to its positive terms; negative ones say what
// hides it. Of the time of the matrix units, the share that their clock lies below boost is power's. Recomputation and
// offload are memory capacity's where the step would not fit without them, else software's: a choice of the plan. The
// pipeline's bubble (schedule, micro-batches) and stragglers are software's. A power limit and waiting for input come
// on top. What lifting a constraint saves is estimated anew, each alone: savings overlap and do not sum.

namespace foretrain::inline v0 {

/// What a job meets that a step alone does not know.
template <class Real>
struct BasicStepConditions {
    std::optional<BasicWatts<Real>> power_limit{};   ///< of each accelerator; absent: its rated power
    std::optional<BasicInputPipeline<Real>> input{}; ///< absent: no step waits for samples
};
using StepConditions = BasicStepConditions<double>;

/// Tells `sink` of conditions outside their ranges.
template <class Real, class Sink>
constexpr void check_rules(const BasicStepConditions<Real>& conditions, Sink& sink) noexcept {
    if (conditions.input) check_rules(*conditions.input, sink);
}

/// A step under its conditions: time with everything a step waits for.
template <class Real>
struct BasicConditionedStep {
    BasicStepEstimate<Real> step{};
    BasicSeconds<Real> power{}; ///< longer for a power limit
    BasicSeconds<Real> input{}; ///< stall

    [[nodiscard]] constexpr BasicSeconds<Real> time() const noexcept { return step.time + power + input; }
};
using ConditionedStep = BasicConditionedStep<double>;

namespace detail {

/// A step of a job that `check` accepts, under conditions that are in range.
template <class Real>
[[nodiscard]] constexpr BasicConditionedStep<Real>
conditioned_step(const Transformer& model, const BasicCluster<Real>& cluster, const BasicParallelPlan<Real>& plan,
                 const BasicStepConditions<Real>& conditions) noexcept {
    const BasicAccelerator<Real>& chip = cluster.accelerator;
    const BasicRooflineKernels<Real> kernels{chip, plan.precision.compute, Load::sustained, plan.stack.kernels};
    BasicConditionedStep<Real> result;
    result.step = estimate_checked_step<Real>(model, cluster, plan, kernels);
    if (conditions.power_limit && *conditions.power_limit < chip.power) {
        const BasicLimitedPower<Real> limited = limit_checked_power(
            utilization_of(result.step, chip), chip, format_of_peak(chip, result.step.peak), *conditions.power_limit,
            over_scalar<Real>(measured_boards), over_scalar<Real>(measured_clocks));
        result.power = result.step.time * (limited.slowdown - Real(1.0));
    }
    if (conditions.input)
        result.input = input_stall(*conditions.input, BasicSamples<Real>(result.step.samples),
                                   result.step.time + result.power, false)
                           .total();
    return result;
}

/// The plan with nothing computed again and nothing moved away.
template <class Real>
[[nodiscard]] constexpr BasicParallelPlan<Real> roomy(const BasicParallelPlan<Real>& plan) noexcept {
    BasicParallelPlan<Real> result = plan;
    result.recomputation = Recomputation::none;
    result.offload = {};
    return result;
}

template <class Real>
[[nodiscard]] constexpr bool saves_memory(const BasicParallelPlan<Real>& plan) noexcept {
    const BasicOffload<Real>& o = plan.offload;
    return plan.recomputation != Recomputation::none || o.weights > Real(0.0) || o.optimizer > Real(0.0) ||
           o.activations > Real(0.0);
}

} // namespace detail

/// Where the time of a step goes, and what each constraint costs.
template <class Real>
struct BasicStepConstraints {
    BasicConditionedStep<Real> step{};
    BasicConstraintTimes<Real> spent{}; ///< sums to `step.time()`
    BasicConstraintTimes<Real> saved{}; ///< by lifting each alone; they overlap, so they do not sum
    bool fits_without_saving = true;    ///< neither recomputation nor offload would be needed
};
using StepConstraints = BasicStepConstraints<double>;

/// How the parts of a step divide into constraints: rows by `StepPart`; each row sums to the part.
template <class Real>
using BasicPartConstraints = std::array<BasicConstraintTimes<Real>, step_parts>;

/// Divides every part of a step, on a job that `check` accepts. `room`: it would fit without saving memory.
template <class Real>
[[nodiscard]] constexpr BasicPartConstraints<Real>
divide_parts(const Transformer& model, const BasicCluster<Real>& cluster, const BasicParallelPlan<Real>& plan,
             bool room) noexcept {
    using Number = Dual<Real, step_knobs>;
    auto machine = over_scalar<Number>(cluster);
    auto layout = over_scalar<Number>(plan);
    BasicSlowdowns<Number> ones;
    for (std::size_t i = 0; i < step_knobs; ++i) ones.factor[i] = variable<step_knobs>(Real(1.0), i);
    slow_down(machine, layout, ones);
    const BasicRooflineKernels<Number> kernels{machine.accelerator, layout.precision.compute, Load::sustained,
                                               layout.stack.kernels};
    const BasicStepEstimate<Number> step = estimate_checked_step<Number>(model, machine, layout, kernels);
    const Real clock = sustained_share(cluster.accelerator, plan.precision.compute);

    BasicPartConstraints<Real> parts{};
    for (std::size_t p = 0; p < step_parts; ++p) {
        const Number time = raw(step.breakdown.time[p]);
        BasicConstraintTimes<Real>& row = parts[p];
        const auto whole = [&](Constraint constraint) { row[constraint] = make<BasicSeconds<Real>>(time.value); };
        switch (static_cast<StepPart>(p)) {
        case StepPart::bubble:
        case StepPart::stragglers: whole(Constraint::software); continue;
        case StepPart::recomputation:
        case StepPart::offload: whole(room ? Constraint::software : Constraint::memory_capacity); continue;
        default: break;
        }
        std::array<Real, constraints> terms{};
        Real positive(0.0), sum(0.0);
        for (std::size_t i = 0; i < step_knobs; ++i) {
            const Real& term = time.gradient[i];
            sum += term;
            if (!(term > Real(0.0))) continue;
            positive += term;
            const StepKnob knob = static_cast<StepKnob>(i);
            const Real throttled = knob == StepKnob::matrix ? Real(Real(1.0) - clock) : Real(0.0);
            terms[static_cast<std::size_t>(Constraint::power)] += term * throttled;
            terms[static_cast<std::size_t>(constraint_of(knob))] += term * (Real(1.0) - throttled);
        }
        // What no knob explains is the latency of the matrix units.
        if (time.value > sum * Real(1.000001)) {
            positive += time.value - sum;
            terms[static_cast<std::size_t>(Constraint::matrix_throughput)] += time.value - sum;
        }
        if (positive > Real(0.0))
            for (std::size_t k = 0; k < constraints; ++k)
                row.time[k] = make<BasicSeconds<Real>>(time.value * (terms[k] / positive));
        else whole(Constraint::software);
    }
    return parts;
}

/// A job without one of its constraints; the others stay. Input is lifted by its condition, not here.
template <class Real>
constexpr void lift(Constraint constraint, BasicCluster<Real>& cluster, BasicParallelPlan<Real>& plan,
                    BasicStepConditions<Real>& conditions) noexcept {
    const Real nothing = Real(1e-9); // of the time a unit of work takes
    BasicSlowdowns<Real> by;
    switch (constraint) {
    case Constraint::memory_capacity: plan = detail::roomy(plan); break;
    case Constraint::memory_bandwidth: by[StepKnob::memory] = nothing; break;
    case Constraint::matrix_throughput: by[StepKnob::matrix] = by[StepKnob::vector] = nothing; break;
    case Constraint::interconnect_bandwidth: by[StepKnob::scale_up] = by[StepKnob::scale_out] = nothing; break;
    case Constraint::interconnect_latency: by[StepKnob::latency] = nothing; break;
    case Constraint::power:
        cluster.accelerator.kernel.sustained_clock = Real(1.0);
        cluster.accelerator.kernel.sustained_energy = {};
        conditions.power_limit.reset();
        break;
    case Constraint::input_pipeline: conditions.input.reset(); break;
    case Constraint::software:
        by[StepKnob::launch] = by[StepKnob::host] = by[StepKnob::step_overhead] = nothing;
        plan.stack.straggler = Real(0.0);
        break;
    }
    slow_down(cluster, plan, by);
}

/// Where the time of a step goes, of a job that `check` accepts and conditions in range.
template <class Real>
[[nodiscard]] constexpr BasicStepConstraints<Real>
step_constraints_checked(const Transformer& model, const BasicCluster<Real>& cluster,
                         const BasicParallelPlan<Real>& plan, const BasicStepConditions<Real>& conditions) noexcept {
    BasicStepConstraints<Real> result;
    result.step = detail::conditioned_step(model, cluster, plan, conditions);
    const BasicBytes<Real>& capacity = cluster.accelerator.memory.capacity;
    const auto without = peak_footprint(model, detail::roomy(plan));
    result.fits_without_saving = !detail::saves_memory(plan) || !(without.footprint.total() > capacity);
    for (const BasicConstraintTimes<Real>& part : divide_parts(model, cluster, plan, result.fits_without_saving))
        for (std::size_t k = 0; k < constraints; ++k) result.spent.time[k] += part.time[k];
    result.spent[Constraint::power] += result.step.power;
    result.spent[Constraint::input_pipeline] += result.step.input;

    for (std::size_t k = 0; k < constraints; ++k) {
        const Constraint constraint = static_cast<Constraint>(k);
        BasicCluster<Real> machine = cluster;
        BasicParallelPlan<Real> layout = plan;
        BasicStepConditions<Real> left = conditions;
        lift(constraint, machine, layout, left);
        const BasicConditionedStep<Real> freed = detail::conditioned_step(model, machine, layout, left);
        BasicSeconds<Real> time = freed.time();
        if (constraint == Constraint::software) time -= freed.step.breakdown[StepPart::bubble];
        if (time < result.step.time()) result.saved.time[k] = result.step.time() - time;
    }
    return result;
}

/// Where the time of a step goes, or everything that is wrong.
template <class Real>
[[nodiscard]] constexpr Result<BasicStepConstraints<Real>>
try_step_constraints(const Transformer& model, const BasicCluster<Real>& cluster, const BasicParallelPlan<Real>& plan,
                     const BasicStepConditions<Real>& conditions = {}) noexcept {
    Violations violations = check(model, cluster, plan);
    check_rules(conditions, violations);
    if (conditions.power_limit) {
        detail::require_range(violations, "conditions.power_limit", *conditions.power_limit,
                              detail::plain(cluster.accelerator.idle_power), 1e5, "W",
                              "of one accelerator, at least its idle power");
    }
    if (!violations.empty()) return violations;
    return step_constraints_checked(model, cluster, plan, conditions);
}

#if defined(__cpp_exceptions)
/// As `try_step_constraints`; throws `InvalidConfiguration` on bad input.
template <class Real>
[[nodiscard]] constexpr BasicStepConstraints<Real>
step_constraints(const Transformer& model, const BasicCluster<Real>& cluster, const BasicParallelPlan<Real>& plan,
                 const BasicStepConditions<Real>& conditions = {}) {
    return detail::value_or_throw(try_step_constraints(model, cluster, plan, conditions));
}
#endif

} // namespace foretrain::inline v0
