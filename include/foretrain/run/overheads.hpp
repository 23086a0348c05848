// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "../step/estimate.hpp"

// What a run does beside its steps: start-up, slow first steps, evaluations, stalls for checkpoints, shut-down.
//
//   T = start_up + n t + w (s - 1) t + floor(n / n_e) t_e + floor(n / n_c) t_c + shut_down
//   n  steps;  t  time of a step;  w  first steps that take s times as long (w <= n)
//   n_e, t_e  steps between evaluations and the time of one;  n_c, t_c  the same for checkpoints; interval 0: never
//   forward pass of a step: t_f = (compute + bubble + host) / (1 + b) + (tensor, expert, context, pipeline
//   communication) / 2; b = 2 backward products for a forward one, 1 where the base is frozen
//
// Faults, and the checkpoint interval that is best under them, are models of their own. Bookkeeping, no source needed;
// the forward share counts products (Kaplan et al. 2020, section 2.1: 2 N forward, 4 N backward).

namespace foretrain::inline v0 {

/// What a run does beside its steps. Times are of the whole job, during which all accelerators wait or serve it.
template <class Real>
struct BasicRunOverheads {
    BasicSeconds<Real> start_up{};         ///< before the first step: processes, communicators, weights, compilation
    std::int64_t warm_up_steps = 0;        ///< first steps that are slower: kernels tuned, graphs captured, caches cold
    Real warm_up_slowdown{1.0};            ///< such a step takes this many times a later one, 1 or more
    std::int64_t evaluation_interval{};    ///< steps from one evaluation to the next; 0: never
    BasicSeconds<Real> evaluation{};       ///< of one evaluation, while which no step runs
    std::int64_t checkpoint_interval{};    ///< steps from one checkpoint to the next; 0: never
    BasicSeconds<Real> checkpoint_stall{}; ///< what one checkpoint holds training up
    BasicSeconds<Real> shut_down{};        ///< after the last step
};
using RunOverheads = BasicRunOverheads<double>;

/// Where the wall clock of a run goes, faults apart.
enum class RunPhase : unsigned char { start_up, steps, warm_up, evaluation, checkpoint, shut_down };
inline constexpr std::size_t run_phases = 6;

[[nodiscard]] constexpr std::string_view name_of(RunPhase phase) noexcept {
    switch (phase) {
    case RunPhase::start_up: return "start-up";
    case RunPhase::steps: return "steps";
    case RunPhase::warm_up: return "slow first steps";
    case RunPhase::evaluation: return "evaluation";
    case RunPhase::checkpoint: return "checkpoints";
    case RunPhase::shut_down: return "shut-down";
    }
    return "steps";
}

/// Time of each phase; sums to `total()`.
template <class Real>
struct BasicRunPhases {
    std::array<BasicSeconds<Real>, run_phases> time{};
    double steps = 0;
    double evaluations = 0;
    double checkpoints = 0;

    [[nodiscard]] constexpr const BasicSeconds<Real>& operator[](RunPhase phase) const noexcept {
        return time[static_cast<std::size_t>(phase)];
    }
    /// The sum of all phases, added in the order of `RunPhase`.
    [[nodiscard]] constexpr BasicSeconds<Real> total() const noexcept {
        BasicSeconds<Real> sum{};
        for (const BasicSeconds<Real>& phase : time) sum += phase;
        return sum;
    }
    /// All but the steps at their usual speed.
    [[nodiscard]] constexpr BasicSeconds<Real> beside_steps() const noexcept {
        BasicSeconds<Real> sum{};
        for (std::size_t i = 0; i < run_phases; ++i)
            if (static_cast<RunPhase>(i) != RunPhase::steps) sum += time[i];
        return sum;
    }
};
using RunPhases = BasicRunPhases<double>;

/// Tells `sink` of every overhead outside its range.
template <class Real, class Sink>
constexpr void check_rules(const BasicRunOverheads<Real>& overheads, Sink& sink) noexcept {
    using detail::require_range;
    constexpr double year = 3.2e7;
    require_range(sink, "overheads.start_up", overheads.start_up, 0.0, year, "s");
    require_range(sink, "overheads.warm_up_steps", overheads.warm_up_steps, 0, 1e9);
    require_range(sink, "overheads.warm_up_slowdown", overheads.warm_up_slowdown, 1.0, 1e4, {},
                  "1 if first steps are as fast as later ones");
    require_range(sink, "overheads.evaluation_interval", overheads.evaluation_interval, 0, 1e12, {},
                  "steps between evaluations; 0 if there are none");
    require_range(sink, "overheads.evaluation", overheads.evaluation, 0.0, year, "s");
    require_range(sink, "overheads.checkpoint_interval", overheads.checkpoint_interval, 0, 1e12, {},
                  "steps between checkpoints; 0 if there are none");
    require_range(sink, "overheads.checkpoint_stall", overheads.checkpoint_stall, 0.0, year, "s",
                  "only what training waits for");
    require_range(sink, "overheads.shut_down", overheads.shut_down, 0.0, year, "s");
}

namespace detail {

/// How often something that follows every `interval` steps happens in `steps` of them.
[[nodiscard]] constexpr double times_within(double steps, std::int64_t interval) noexcept {
    if (interval <= 0) return 0;
    return static_cast<double>(static_cast<std::int64_t>(steps) / interval);
}

} // namespace detail

/// The phases of a run of `steps` steps (0 to 1e15) whose overheads `check_rules` accepts.
template <class Real>
[[nodiscard]] constexpr BasicRunPhases<Real> phases_of(const BasicSeconds<Real>& step, double steps,
                                                       const BasicRunOverheads<Real>& overheads) noexcept {
    BasicRunPhases<Real> run;
    const auto set = [&](RunPhase phase, const BasicSeconds<Real>& time) {
        run.time[static_cast<std::size_t>(phase)] = time;
    };
    run.steps = steps;
    run.evaluations = detail::times_within(steps, overheads.evaluation_interval);
    run.checkpoints = detail::times_within(steps, overheads.checkpoint_interval);
    const double slow = minimum(static_cast<double>(overheads.warm_up_steps), steps);
    set(RunPhase::start_up, overheads.start_up);
    set(RunPhase::steps, step * Real(steps));
    set(RunPhase::warm_up, step * (Real(slow) * (overheads.warm_up_slowdown - Real(1.0))));
    set(RunPhase::evaluation, overheads.evaluation * Real(run.evaluations));
    set(RunPhase::checkpoint, overheads.checkpoint_stall * Real(run.checkpoints));
    set(RunPhase::shut_down, overheads.shut_down);
    return run;
}

/// The forward pass alone of a step that was estimated, over the samples of that step: a third of what computes, half
/// of it where the base is frozen (`frozen_base`: adapters are trained), and half of what is exchanged both ways.
template <class Real>
[[nodiscard]] constexpr BasicSeconds<Real> forward_time(const BasicStepEstimate<Real>& step,
                                                        bool frozen_base = false) noexcept {
    const BasicStepBreakdown<Real>& parts = step.breakdown;
    const BasicSeconds<Real> computed =
        parts.compute() + parts[StepPart::bubble] + parts[StepPart::host_wait] + parts[StepPart::overlap_cost];
    const BasicSeconds<Real> exchanged =
        parts[StepPart::tensor_communication] + parts[StepPart::context_communication] +
        parts[StepPart::expert_communication] + parts[StepPart::pipeline_communication];
    return computed * Real(frozen_base ? 1.0 / 2.0 : 1.0 / 3.0) + exchanged * Real(0.5);
}

/// The time of an evaluation over `samples`: forward passes of the batch and the plan of a step.
template <class Real>
[[nodiscard]] constexpr BasicSeconds<Real> evaluation_time(const BasicStepEstimate<Real>& step, const Samples& samples,
                                                           bool frozen_base = false) noexcept {
    return forward_time(step, frozen_base) * Real(raw(samples) / raw(step.samples));
}

} // namespace foretrain::inline v0
