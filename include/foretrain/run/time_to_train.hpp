// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "overheads.hpp"

// Time to train: from samples to a target to steps, and from steps to wall clock.
//
//   steps to target  n = ceil(S / B)                        S samples to target, B batch
//   checked only at evaluations:  n = ceil(e_k / B), the first point e_k = first + k every >= S, k = 0, 1, ...
//   T = phases_of(t, n, overheads), the last evaluation included (run/overheads.hpp)
//
// A benchmark that looks at its target only when it evaluates stops at an evaluation (MLPerf Training rules, section
// "Run results"); a run to a budget stops at its last step.

namespace foretrain::inline v0 {

/// When a run evaluates, counted in samples trained on.
struct EvaluationCadence {
    Samples first{};        ///< up to the first evaluation
    Samples every{};        ///< from one to the next
    bool ends_there = true; ///< whether the run can only end at an evaluation
};

/// Tells `sink` of every part of a cadence outside its range.
template <class Sink>
constexpr void check_rules(const EvaluationCadence& cadence, Sink& sink) noexcept {
    detail::require_range(sink, "cadence.first", cadence.first, 0.0, 1e15, "samples");
    detail::require_range(sink, "cadence.every", cadence.every, 1e-3, 1e15, "samples");
}

/// Steps to a target and the evaluations on the way.
struct StepsToTarget {
    double steps = 0;
    double evaluations = 0;
};

namespace detail {

/// The least whole number not below `x`, which is 0 to 1e15; a hair above a whole number is that number.
[[nodiscard]] constexpr double whole_above(double x) noexcept {
    const double floor = static_cast<double>(static_cast<std::int64_t>(x));
    return x - floor <= 1e-9 * maximum(x, 1.0) ? floor : floor + 1.0;
}

} // namespace detail

/// Steps of `batch` samples until `target` samples are trained on, and the evaluations up to then. Arguments within
/// the ranges of `check_rules`; target at most 1e15, batch at least 1.
[[nodiscard]] constexpr StepsToTarget steps_to_target(const Samples& target, const Samples& batch,
                                                      const EvaluationCadence& cadence) noexcept {
    const double samples = raw(target), first = raw(cadence.first), every = raw(cadence.every);
    const double later = samples > first ? (samples - first) / every : 0.0;
    if (cadence.ends_there) {
        const double after = detail::whole_above(later);
        return {detail::whole_above((first + after * every) / raw(batch)), 1.0 + after};
    }
    const double passed = samples < first ? 0.0 : 1.0 + static_cast<double>(static_cast<std::int64_t>(later));
    return {detail::whole_above(samples / raw(batch)), passed};
}

/// Everything wrong with the inputs of a time to train.
template <class Real>
[[nodiscard]] constexpr Violations check(const BasicSeconds<Real>& step, const Samples& target, const Samples& batch,
                                         const EvaluationCadence& cadence,
                                         const BasicRunOverheads<Real>& overheads) noexcept {
    Violations violations;
    detail::require_range(violations, "step", step, 0.0, 1e9, "s");
    detail::require_range(violations, "batch", batch, 1.0, 1e12, "samples");
    detail::require_range(violations, "target", target, 1.0, 1e15, "samples", "samples until the target is met");
    check_rules(cadence, violations);
    check_rules(overheads, violations);
    return violations;
}

/// The time to train up to a target, by phases. The cadence says when evaluations come; the interval of the overheads
/// is not used, their time of one is. What is left of `Result` on bad input are its violations.
template <class Real>
[[nodiscard]] constexpr Result<BasicRunPhases<Real>>
try_time_to_train(const BasicSeconds<Real>& step, const Samples& target, const Samples& batch,
                  const EvaluationCadence& cadence, const BasicRunOverheads<Real>& overheads) noexcept {
    const Violations violations = check(step, target, batch, cadence, overheads);
    if (!violations.empty()) return violations;
    const StepsToTarget run = steps_to_target(target, batch, cadence);
    BasicRunPhases<Real> phases = phases_of(step, run.steps, overheads);
    phases.evaluations = run.evaluations;
    phases.time[static_cast<std::size_t>(RunPhase::evaluation)] = overheads.evaluation * Real(run.evaluations);
    return phases;
}

#if defined(__cpp_exceptions)
/// The time to train up to a target, by phases; throws `InvalidConfiguration` on bad input.
template <class Real>
[[nodiscard]] constexpr BasicRunPhases<Real> time_to_train(const BasicSeconds<Real>& step, const Samples& target,
                                                           const Samples& batch, const EvaluationCadence& cadence,
                                                           const BasicRunOverheads<Real>& overheads) {
    return detail::value_or_throw(try_time_to_train(step, target, batch, cadence, overheads));
}
#endif

} // namespace foretrain::inline v0
