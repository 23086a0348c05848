// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "../step/error_model.hpp"
#include "trend_wait.hpp"

// When will a model train within so many days for so much money?
//
//   time   T(t) = C / (n r) exp(-(gH + gS + gN) t) <= Y      cost   K(t) = C P / r exp(-(gP + gS) t) <= Z
//   wait   t* = max(0, ln(T(0)/Y) / (gH+gS+gN), ln(K(0)/Z) / (gP+gS))
//
// C: compute at today's algorithms, FLOP; n: accelerators, growing by gN; r: sustained speed of one, FLOP/s, growing
// by gH; P: price of one, USD/s; gP: growth of what a dollar buys, FLOP/USD; gS: growth by which the work to the same
// quality shrinks. Without n the number is free: then it follows from Y and only money binds.
//
// The band: with L = ln(T(0)/Y), known to s, and a rate g, known to e, the dates at which the target is met with
// probability 10% and 90% solve g t -+ z sqrt(s^2 + e^2 t^2) = L, a quadratic in t (Fieller's theorem). If e is so
// large that the later one does not exist, the target may never be met: the band is open. Source: E. C. Fieller, "Some
// problems in interval estimation", J. R. Stat. Soc. B 16 (1954) 175-185.

namespace foretrain::inline v0 {

/// A wait and the band that holds eight in ten.
template <class Real>
struct BasicWaitBand {
    BasicSeconds<Real> p10{};                ///< as early as that in one of ten cases
    std::optional<BasicSeconds<Real>> p50{}; ///< nothing: not on this trend
    std::optional<BasicSeconds<Real>> p90{}; ///< nothing: perhaps never
};
using WaitBand = BasicWaitBand<double>;

/// The time until something that is `excess` too large in the logarithm (0 or less: already met), give or take a
/// standard deviation of `doubt`, has shrunk by that much.
template <class Real>
[[nodiscard]] constexpr BasicWaitBand<Real> time_until(const Real& excess, const Real& doubt,
                                                       const BasicGrowth<Real>& growth) noexcept {
    using S = BasicSeconds<Real>;
    // The first t >= 0 with rate t - offset(t) >= excess, offset = z sqrt(doubt^2 + error^2 t^2) with the sign of z.
    const Real rate = raw(growth.rate), error = raw(growth.error);
    const auto first = [&](const Real& z) -> std::optional<S> {
        if (!(excess + z * doubt > Real(0))) return detail::zero<S>();
        // (rate t - excess)^2 = z^2 (doubt^2 + error^2 t^2)
        const Real a = rate * rate - z * z * error * error;
        const Real c = excess * excess - z * z * doubt * doubt;
        const Real half = rate * excess;
        const Real inside = half * half - a * c;
        if (z > Real(0)) {
            // The line must outrun its own band.
            if (!(rate > Real(0)) || !(a > Real(0)) || inside < Real(0)) return std::nullopt;
            const Real root = inside > Real(0) ? Real(sqrt(inside)) : Real(0);
            return make<S>((half + root) / a);
        }
        if (!(rate > Real(0)) && !(a < Real(0))) return std::nullopt;
        const Real root = inside > Real(0) ? Real(sqrt(inside)) : Real(0);
        const Real denominator = half + root; // the smaller root, without cancellation
        if (!(denominator > Real(0))) return std::nullopt;
        return make<S>(c / denominator);
    };
    BasicWaitBand<Real> band;
    if (!(excess > Real(0))) band.p50 = detail::zero<S>();
    else if (rate > Real(0)) band.p50 = make<S>(excess / rate);
    const auto late = first(Real(eight_in_ten));
    const auto early = first(Real(-eight_in_ten));
    band.p90 = late;
    if (early) band.p10 = *early;
    else if (band.p50) band.p10 = *band.p50;
    else band.p10 = make<S>(Real(1e18)); // never, also in the best of cases
    // Beyond 30 billion years a number says no more than never does.
    if (band.p50 && !(*band.p50 < make<S>(Real(1e18)))) band.p50.reset();
    if (band.p90 && !(*band.p90 < make<S>(Real(1e18)))) band.p90.reset();
    return band;
}

/// What a training takes today.
template <class Real>
struct BasicTrainingToday {
    BasicFlops<Real> compute{};                            ///< to the quality wanted, with the algorithms of today
    BasicFlopRate<Real> sustained{};                       ///< of one accelerator in such a run, faults included
    std::optional<BasicAccelerators<Real>> accelerators{}; ///< that one has; nothing: as many as it takes
    std::optional<BasicAcceleratorPrice<Real>> price{};    ///< of one for a time; nothing: unknown
    Real doubt{}; ///< standard deviation of `compute / sustained` in the logarithm; 0: taken as known
};
using TrainingToday = BasicTrainingToday<double>;

/// What moves, and how fast. Leave at zero what is to stand still.
template <class Real>
struct BasicProgress {
    BasicGrowth<Real> chip{};                  ///< speed of one accelerator
    BasicGrowth<Real> software{};              ///< of the same chip, and fewer operations to the same quality
    BasicGrowth<Real> scale{};                 ///< number of accelerators one has
    BasicGrowth<Real> performance_per_price{}; ///< speed of an accelerator over its price
};
using Progress = BasicProgress<double>;

/// What is wanted. At least one of the two.
template <class Real>
struct BasicTrainingTarget {
    std::optional<BasicSeconds<Real>> within{}; ///< duration of the run
    std::optional<BasicUsd<Real>> budget{};
};
using TrainingTarget = BasicTrainingTarget<double>;

/// What binds a projection.
enum class TrendBound : unsigned char { nothing, time, money };

/// `nothing`, `time` or `money`.
[[nodiscard]] constexpr std::string_view name_of(TrendBound bound) noexcept {
    switch (bound) {
    case TrendBound::nothing: return "nothing";
    case TrendBound::time: return "time";
    case TrendBound::money: return "money";
    }
    return "nothing";
}

/// When a target is met.
template <class Real>
struct BasicProjection {
    std::optional<BasicSeconds<Real>> duration_now{};    ///< with the accelerators one has
    std::optional<BasicAccelerators<Real>> needed_now{}; ///< to meet the time today
    std::optional<BasicUsd<Real>> cost_now{};            ///< nothing: unknown price
    BasicWaitBand<Real> wait_for_time{};
    BasicWaitBand<Real> wait_for_money{};
    BasicWaitBand<Real> wait{};                           ///< until both are met: of each quantile the later
    TrendBound bound = TrendBound::nothing;               ///< what the middle of `wait` is of
    std::optional<BasicAccelerators<Real>> needed_then{}; ///< to meet the time at the middle of `wait`
};
using Projection = BasicProjection<double>;

/// When a training meets a target.
template <class Real>
[[nodiscard]] constexpr Result<BasicProjection<Real>> try_project(const BasicTrainingToday<Real>& today,
                                                                  const BasicProgress<Real>& progress,
                                                                  const BasicTrainingTarget<Real>& target) noexcept {
    using detail::require_range;
    Violations violations;
    require_range(violations, "today.compute", today.compute, 1.0, 1e36, "FLOP",
                  "6 x parameters x tokens of a decoder");
    require_range(violations, "today.sustained", today.sustained, 1e6, 1e18, "FLOP/s", "peak x utilization");
    if (today.accelerators) require_range(violations, "today.accelerators", *today.accelerators, 1.0, 1e9);
    if (today.price)
        require_range(violations, "today.price", raw(*today.price) * Real(3600), 1e-9, 1e5, "USD/accelerator-hour",
                      "leave it out if it is not known");
    require_range(violations, "today.doubt", today.doubt, 0.0, 5.0, "in the logarithm");
    check_rules(progress.chip, "progress.chip", violations);
    check_rules(progress.software, "progress.software", violations);
    check_rules(progress.scale, "progress.scale", violations);
    check_rules(progress.performance_per_price, "progress.performance_per_price", violations);
    if (target.within) require_range(violations, "target.within", *target.within, 1.0, 1e12, "s");
    if (target.budget) require_range(violations, "target.budget", *target.budget, 1e-3, 1e15, "USD");
    detail::require(violations, target.within || target.budget, "has_target", "target", 0, "a time, a budget or both",
                    0, "say what is wanted");
    detail::require(violations, !target.budget || today.price, "budget_needs_price", "today.price", 0,
                    "known where a budget is given", 0, "an unknown price makes an unknown cost, not a free one");
    detail::require(violations, target.budget || today.accelerators, "time_needs_accelerators", "today.accelerators", 0,
                    "known where time alone is the target", 0, "with any number of them every time can be met");
    if (!violations.empty()) return violations;

    const BasicAcceleratorTime<Real> work = make<BasicAcceleratorTime<Real>>(raw(today.compute) / raw(today.sustained));
    const BasicSeconds<Real> at_once = detail::zero<BasicSeconds<Real>>();
    BasicProjection<Real> result;
    result.wait_for_time = result.wait_for_money = {at_once, at_once, at_once};
    if (today.accelerators) result.duration_now = work / *today.accelerators;
    if (target.within) result.needed_now = work / *target.within;
    if (today.price) result.cost_now = work * *today.price;
    const BasicGrowth<Real> speed = progress.chip + progress.software;
    if (today.accelerators && target.within)
        result.wait_for_time =
            time_until(Real(log(Real(*result.duration_now / *target.within))), today.doubt, speed + progress.scale);
    if (target.budget)
        result.wait_for_money = time_until(Real(log(Real(*result.cost_now / *target.budget))), today.doubt,
                                           progress.performance_per_price + progress.software);
    const auto later_of = [](const std::optional<BasicSeconds<Real>>& a, const std::optional<BasicSeconds<Real>>& b) {
        if (!a || !b) return std::optional<BasicSeconds<Real>>{};
        return std::optional<BasicSeconds<Real>>{*a < *b ? *b : *a};
    };
    const BasicWaitBand<Real>&time = result.wait_for_time, &money = result.wait_for_money;
    result.wait = {time.p10 < money.p10 ? money.p10 : time.p10, later_of(time.p50, money.p50),
                   later_of(time.p90, money.p90)};
    if (!time.p50 || (money.p50 && *money.p50 < *time.p50)) result.bound = TrendBound::time;
    else if (!money.p50 || *money.p50 > at_once) result.bound = TrendBound::money;
    if (target.within && result.wait.p50) {
        using Count = BasicAccelerators<Real>;
        const Count needed = *result.needed_now * Real(Real(1) / growth_over(speed, *result.wait.p50));
        // The wait may be that of money; over ages at another rate the number leaves all that can be written.
        if (detail::plain(needed) < 1e300) result.needed_then = maximum(needed, make<Count>(Real(1)));
    }
    return result;
}

#if defined(__cpp_exceptions)
/// When a training meets a target; throws `InvalidConfiguration` on bad input.
template <class Real>
[[nodiscard]] constexpr BasicProjection<Real> project(const BasicTrainingToday<Real>& today,
                                                      const BasicProgress<Real>& progress,
                                                      const BasicTrainingTarget<Real>& target) {
    return detail::value_or_throw(try_project(today, progress, target));
}
#endif

} // namespace foretrain::inline v0
