// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

#include "../math/log.hpp"
#include "optimum.hpp"

// How far more accelerators help, what one more is worth, and what ends it.
//
//   elasticity from n to n'   e = ln(T / T') / ln(n' / n)      1: twice the accelerators, half the time; 0: no gain
//   what is lost              1 - e = [ln(E' / E) + ln(w' / w)] / ln(n' / n)       w = n t / B accelerator-time a
//   sample
//
// E' / E is the samples' worth (critical batch); w' / w is the hardware's, split over the parts of a step that take
// more accelerator-time for a sample than before. The largest part names the limit. Where no plan exists for more
// accelerators, what refuses it is the limit.

namespace foretrain::inline v0 {

/// What keeps more accelerators from helping.
enum class ScalingLimit : unsigned char {
    none,
    critical_batch, ///< larger batches need more samples
    communication,  ///< what is exposed of it grows
    fixed_time,     ///< launches, bubbles, the optimizer: what does not shrink with the work
    kernels,        ///< less work an accelerator runs less efficiently
    memory,         ///< no plan fits
    divisibility,   ///< no plan divides the model or the batch
    range,          ///< nothing: the search ends here
};
inline constexpr std::size_t scaling_limits = 8;

/// `critical batch`, `communication`, ...
[[nodiscard]] constexpr std::string_view name_of(ScalingLimit limit) noexcept {
    switch (limit) {
    case ScalingLimit::none: return "none";
    case ScalingLimit::critical_batch: return "critical batch";
    case ScalingLimit::communication: return "communication";
    case ScalingLimit::fixed_time: return "fixed time of a step";
    case ScalingLimit::kernels: return "kernel efficiency";
    case ScalingLimit::memory: return "memory";
    case ScalingLimit::divisibility: return "divisibility";
    case ScalingLimit::range: return "end of the range";
    }
    return "none";
}

/// The best step on a number of accelerators, with the parts that may not scale, or why there is none.
template <class Real>
struct BasicScaledStep {
    BasicSamples<Real> batch{};
    BasicSeconds<Real> time{};
    BasicSeconds<Real> communication{};        ///< exposed, part of `time`
    BasicSeconds<Real> fixed{};                ///< launches, bubbles, optimizer; part of `time`
    ScalingLimit refused = ScalingLimit::none; ///< memory or divisibility: there is no plan, the rest does not count
};
using ScaledStep = BasicScaledStep<double>;

/// A number of accelerators, what it does, and what the next number adds.
template <class Real>
struct BasicScalingPoint {
    BasicBatchChoice<Real> choice{};
    BasicSeconds<Real> communication{};
    BasicSeconds<Real> fixed{};
    Real elasticity{};                       ///< to the next; 0 for the last
    BasicSeconds<Real> saved_each{};         ///< time that each accelerator up to the next saves; may be below 0
    BasicAcceleratorTime<Real> paid_extra{}; ///< what the next costs more; below 0 if it is cheaper
    ScalingLimit limit = ScalingLimit::none; ///< the largest part of what is lost on the way to the next
};

/// How a run scales.
template <class Real>
struct BasicBatchScaling {
    static constexpr std::size_t capacity = 64;
    std::array<BasicScalingPoint<Real>, capacity> point{};
    std::size_t points = 0;                        ///< those with a plan
    std::size_t fastest = 0;                       ///< of the least time: past it, more do not help at all
    std::size_t last_worth = 0;                    ///< the last before the elasticity falls below the threshold
    ScalingLimit limit = ScalingLimit::none;       ///< what ends the gain at `fastest`
    ScalingLimit worth_limit = ScalingLimit::none; ///< what ends it at `last_worth`
};
using BatchScaling = BasicBatchScaling<double>;

namespace detail {

/// The largest part of what is lost from one point to the next.
template <class Real>
[[nodiscard]] constexpr ScalingLimit largest_loss(const BasicScalingPoint<Real>& from,
                                                  const BasicScalingPoint<Real>& to) noexcept {
    const auto each = [](const BasicScalingPoint<Real>& point, const BasicSeconds<Real>& part) {
        return plain(part) * plain(point.choice.accelerators) / plain(point.choice.batch);
    };
    const auto rest = [](const BasicScalingPoint<Real>& point) {
        return BasicSeconds<Real>(point.choice.step_time - point.communication - point.fixed);
    };
    const double before = each(from, from.choice.step_time), after = each(to, to.choice.step_time);
    const std::array<double, 3> grown{each(to, to.communication) - each(from, from.communication),
                                      each(to, to.fixed) - each(from, from.fixed),
                                      each(to, rest(to)) - each(from, rest(from))};
    double positive = 0;
    for (const double part : grown) positive += maximum(part, 0.0);
    const double hardware = log(after / before);
    const double worth = log(plain(to.choice.samples) / plain(from.choice.samples));
    if (!(hardware + worth > 1e-9)) return ScalingLimit::none; // as many times faster as there are more
    ScalingLimit limit = ScalingLimit::none;
    double largest = 0;
    const auto consider = [&](double loss, ScalingLimit cause) {
        if (loss > largest) {
            largest = loss;
            limit = cause;
        }
    };
    consider(worth, ScalingLimit::critical_batch);
    if (hardware > 0 && positive > 0) {
        consider(hardware * grown[0] / positive, ScalingLimit::communication);
        consider(hardware * grown[1] / positive, ScalingLimit::fixed_time);
        consider(hardware * grown[2] / positive, ScalingLimit::kernels);
    }
    return limit;
}

} // namespace detail

/// How a run to a target scales over numbers of accelerators, which rise; or everything wrong with the inputs.
/// `best_at(n)` gives the best `BasicScaledStep` on n accelerators for this model of convergence. `worth` is the
/// elasticity below which another accelerator is not worth having, 0.5 say: three quarters of the price for half.
template <class Real, ConvergenceModel<Real> Model, class Counts, class BestAt>
[[nodiscard]] constexpr Result<BasicBatchScaling<Real>> try_scaling(const Model& model, const Counts& counts,
                                                                    double worth, const BestAt& best_at) noexcept {
    Violations violations;
    detail::require_range(violations, "worth", worth, 0.0, 1.0, {}, "elasticity: 1 is perfect, 0 no gain");
    detail::require_range(violations, "counts", static_cast<double>(counts.size()), 1.0,
                          static_cast<double>(BasicBatchScaling<Real>::capacity), {},
                          "numbers of accelerators to look at");
    detail::check_model(model, violations);
    if (!violations.empty()) return violations;
    BasicBatchScaling<Real> scaling;
    ScalingLimit refused = ScalingLimit::none; // of the first number after the last with a plan
    double before = 0;
    for (const auto& count : counts) {
        const double n = static_cast<double>(count);
        detail::require_range(violations, "accelerators", n, 1.0, 1e9);
        detail::require(violations, before < n, "counts_rise", "accelerators", n, "more than the number before, {}",
                        before, "sort the numbers of accelerators");
        before = n;
        if (!violations.empty()) return violations;
        const BasicScaledStep<Real> step = best_at(count);
        if (step.refused != ScalingLimit::none) {
            if (refused == ScalingLimit::none) refused = step.refused;
            continue;
        }
        detail::check_batch(step.batch, violations);
        detail::require_range(violations, "step.time", step.time, 1e-12, 1e9, "s");
        if (!violations.empty()) return violations;
        refused = ScalingLimit::none;
        BasicScalingPoint<Real>& point = scaling.point[scaling.points++];
        point.choice = batch_choice<Real>(model, step.batch, {Real(n), step.time});
        detail::check_choice(point.choice, violations);
        if (!violations.empty()) return violations;
        point.communication = step.communication;
        point.fixed = step.fixed;
    }
    detail::require(violations, scaling.points > 0, "a_plan_exists", "counts", 0.0, "numbers of which one has a plan",
                    0.0, "none fits or divides: give other numbers of accelerators");
    if (!violations.empty()) return violations;
    const std::size_t last = scaling.points - 1;
    for (std::size_t i = 0; i < last; ++i) {
        BasicScalingPoint<Real>& from = scaling.point[i];
        const BasicScalingPoint<Real>& to = scaling.point[i + 1];
        const Real more = to.choice.accelerators - from.choice.accelerators;
        from.elasticity = log(Real(raw(from.choice.time) / raw(to.choice.time))) /
                          log(Real(to.choice.accelerators / from.choice.accelerators));
        from.saved_each = (from.choice.time - to.choice.time) / more;
        from.paid_extra = to.choice.accelerator_time - from.choice.accelerator_time;
        from.limit = detail::largest_loss(from, to);
    }
    const ScalingLimit end = refused != ScalingLimit::none ? refused : ScalingLimit::range;
    scaling.point[last].limit = end;
    for (std::size_t i = 1; i <= last; ++i)
        if (scaling.point[i].choice.time < scaling.point[scaling.fastest].choice.time) scaling.fastest = i;
    while (scaling.last_worth < last && !(scaling.point[scaling.last_worth].elasticity < Real(worth)))
        ++scaling.last_worth;
    scaling.limit = scaling.point[scaling.fastest].limit;
    scaling.worth_limit = scaling.point[scaling.last_worth].limit;
    return scaling;
}

#if defined(__cpp_exceptions)
/// How a run scales; throws `InvalidConfiguration` on bad input.
template <class Real, ConvergenceModel<Real> Model, class Counts, class BestAt>
[[nodiscard]] constexpr BasicBatchScaling<Real> scaling_of(const Model& model, const Counts& counts, double worth,
                                                           const BestAt& best_at) {
    return detail::value_or_throw(try_scaling<Real>(model, counts, worth, best_at));
}
#endif

} // namespace foretrain::inline v0
