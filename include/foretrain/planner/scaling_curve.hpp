// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "../math/log.hpp"
#include "growth.hpp"

// How a step scales over numbers of accelerators: speed-up, efficiency, where the rest goes, and the knee.
//
//   S_i = (tau_i / t_i) / (tau_0 / t_0)      speed-up over the first point; tau tokens of a step, t its time
//   E_i = S_i n_0 / n_i = a_0 / a_i          efficiency; a = n t / tau accelerator-time a token
//   1 - E_i = sum over parts p of (a_ip - a_0p) / a_i         a_ip = n_i t_ip / tau_i
//   e_i = ln(S_{i+1} / S_i) / ln(n_{i+1} / n_i)               elasticity to the next point
//   knee = the point with the largest E / T, which is that of S^2 / n
//
// So the loss of efficiency is told part by part (step/breakdown.hpp), and the parts sum to it; a part below 0 is a
// gain. Strong scaling keeps the global batch, weak scaling grows it (planner/growth.hpp); a growth may also choose
// another plan at each n. The knee balances what the machines lose against what the job gains: D. L. Eager,
// J. Zahorjan, E. D. Lazowska, "Speedup Versus Efficiency in Parallel Systems", IEEE Transactions on Computers 38
// (1989) 408-423. At it the elasticity passes through 1/2: twice the machines for 1.41 times the speed.

namespace foretrain::inline v0 {

/// A number of accelerators on a scaling curve. Where no step runs, only `accelerators` and `missing` count.
template <class Real>
struct BasicScalePoint {
    std::int64_t accelerators = 0;
    NoStep missing = NoStep::no_plan;
    BasicParallelPlan<Real> plan{};
    BasicSeconds<Real> time{}; ///< of a step
    BasicTokens<Real> tokens{};
    Real speed_up{};
    Real efficiency{};
    Real communication{};                ///< share of the step that is exposed communication
    Real utilization{};                  ///< of the dense peak, model FLOPs (6 N and attention)
    Real elasticity{};                   ///< to the next point that runs; 0 for the last
    std::array<Real, step_parts> loss{}; ///< shares of the accelerator-time; they sum to 1 - `efficiency`
    StepPart dominant =
        StepPart::embedding; ///< the largest loss; of the first point, its largest part that computes nothing

    [[nodiscard]] constexpr bool runs() const noexcept { return missing == NoStep::none; }
    [[nodiscard]] constexpr const Real& operator[](StepPart part) const noexcept {
        return loss[static_cast<std::size_t>(part)];
    }
};
using ScalePoint = BasicScalePoint<double>;

/// A scaling curve.
template <class Real>
struct BasicScalingCurve {
    static constexpr std::size_t capacity = 64;
    std::array<BasicScalePoint<Real>, capacity> point{};
    std::size_t points = 0;       ///< asked for, in rising order
    std::size_t first = 0;        ///< that runs: what the others are relative to
    std::size_t last = 0;         ///< that runs
    std::size_t knee = 0;         ///< the largest E / T
    std::size_t below = capacity; ///< the first whose efficiency is below the threshold; `capacity`: none

    /// The best ratio is at the end of what was looked at: the knee lies there or beyond.
    [[nodiscard]] constexpr bool knee_is_last() const noexcept { return knee == last; }
    [[nodiscard]] constexpr std::span<const BasicScalePoint<Real>> all() const noexcept {
        return {point.data(), points};
    }
};
using ScalingCurve = BasicScalingCurve<double>;

/// Numbers of accelerators, each twice the one before, from `from` to at most `to`.
struct AcceleratorCounts {
    std::array<std::int64_t, ScalingCurve::capacity> number{};
    std::size_t size = 0;

    [[nodiscard]] constexpr std::span<const std::int64_t> all() const noexcept { return {number.data(), size}; }
};
[[nodiscard]] constexpr AcceleratorCounts doubled(std::int64_t from, std::int64_t to) noexcept {
    AcceleratorCounts counts;
    for (std::int64_t n = from; n >= 1 && n <= to && counts.size < counts.number.size(); n *= 2)
        counts.number[counts.size++] = n;
    return counts;
}

namespace detail {

/// Fills in what a point owes to the first one.
template <class Real>
constexpr void relate(BasicScalePoint<Real>& point, const BasicStepBreakdown<Real>& parts,
                      const BasicScalePoint<Real>& first, const BasicStepBreakdown<Real>& first_parts) noexcept {
    const auto each = [](const BasicScalePoint<Real>& at, const BasicSeconds<Real>& time) {
        return Real(raw(time) * Real(static_cast<double>(at.accelerators)) / raw(at.tokens));
    };
    const Real now = each(point, point.time), before = each(first, first.time);
    point.efficiency = before / now;
    point.speed_up =
        point.efficiency * Real(static_cast<double>(point.accelerators) / static_cast<double>(first.accelerators));
    for (std::size_t p = 0; p < step_parts; ++p)
        point.loss[p] = (each(point, parts.time[p]) - each(first, first_parts.time[p])) / now;
    const bool is_first = point.accelerators == first.accelerators;
    double largest = 0;
    for (std::size_t p = 0; p < step_parts; ++p) {
        const double loss = is_first ? plain(parts.time[p]) : plain(point.loss[p]);
        if ((is_first && p < operation_kinds) || !(loss > largest)) continue;
        largest = loss;
        point.dominant = static_cast<StepPart>(p);
    }
}

} // namespace detail

/// The curve of a job over numbers of accelerators, which rise, or everything wrong with the inputs. At least one of
/// them must run. `threshold` is the efficiency below which more accelerators are not worth having.
template <class Real, JobGrowth<Real> Growth>
[[nodiscard]] constexpr Result<BasicScalingCurve<Real>>
try_scaling_curve(const Transformer& model, const Growth& growth, std::span<const std::int64_t> counts,
                  double threshold = 0.5) noexcept {
    Violations violations;
    using Curve = BasicScalingCurve<Real>;
    check_rules(model, violations);
    detail::require_range(violations, "threshold", threshold, 0.0, 1.0, {}, "efficiency that is still worth having");
    detail::require_range(violations, "counts", static_cast<double>(counts.size()), 1.0,
                          static_cast<double>(Curve::capacity), {}, "numbers of accelerators to look at");
    if (counts.size() <= Curve::capacity)
        for (std::size_t i = 0; i < counts.size(); ++i) {
            detail::require_range(violations, "accelerators", counts[i], 1, 10000000);
            if (i > 0)
                detail::require(violations, counts[i - 1] < counts[i], "counts_rise", "accelerators", counts[i],
                                "more than the number before, {}", static_cast<double>(counts[i - 1]),
                                "sort the numbers of accelerators");
        }
    if (!violations.empty()) return violations;
    Curve curve;
    BasicStepBreakdown<Real> first_parts;
    bool any = false;
    double best = 0;
    std::size_t before = 0;
    for (const std::int64_t accelerators : counts) {
        const std::size_t at = curve.points++;
        BasicScalePoint<Real>& point = curve.point[at];
        const BasicSizedStep<Real> sized = step_on<Real>(model, growth, accelerators);
        point.accelerators = accelerators;
        point.missing = sized.missing;
        if (!sized.runs()) continue;
        point.plan = sized.job->plan;
        point.time = sized.step->time;
        point.tokens = BasicTokens<Real>(sized.step->tokens);
        point.communication = sized.step->breakdown.communication() / point.time;
        point.utilization = sized.step->model_flops_utilization();
        if (!any) {
            curve.first = before = at;
            first_parts = sized.step->breakdown;
        }
        detail::relate(point, sized.step->breakdown, curve.point[curve.first], first_parts);
        if (any)
            curve.point[before].elasticity =
                log(Real(point.speed_up / curve.point[before].speed_up)) /
                Real(log(static_cast<double>(accelerators) / static_cast<double>(curve.point[before].accelerators)));
        const double value = detail::plain(point.speed_up) * detail::plain(point.efficiency);
        if (value > best) {
            best = value;
            curve.knee = at;
        }
        if (curve.below == Curve::capacity && detail::plain(point.efficiency) < threshold) curve.below = at;
        curve.last = before = at;
        any = true;
    }
    detail::require(violations, any, "a_plan_exists", "counts", static_cast<double>(counts.size()),
                    "numbers of which one has a plan that fits", 0.0,
                    "none divides or fits: give other numbers of accelerators or another plan");
    if (!violations.empty()) return violations;
    return curve;
}

#if defined(__cpp_exceptions)
/// The same; throws `InvalidConfiguration` on bad input.
template <class Real, JobGrowth<Real> Growth>
[[nodiscard]] constexpr BasicScalingCurve<Real> scaling_curve(const Transformer& model, const Growth& growth,
                                                              std::span<const std::int64_t> counts,
                                                              double threshold = 0.5) {
    return detail::value_or_throw(try_scaling_curve<Real>(model, growth, counts, threshold));
}
#endif

} // namespace foretrain::inline v0
