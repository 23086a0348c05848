// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "power.hpp"

// What a power limit does to clocks, to the time of a step and to its energy.
//
//   P_dynamic / P_dynamic(boost) = g(f) = s f + (1 - s) f^3       f = clock over boost clock
//
// is f V^2 with a voltage that falls with the clock, down to a floor. A sustained product that is limited by power
// holds the clock f_0 of the roofline at the rated power; below it, at a limit C, the clock f solves
//
//   g(f) = g(f_0) (C - P_idle) / (P_rated - P_idle)
//
// Products and other kernels then take f_0 / f as long. A kernel bound by memory draws less: it feels a limit only
// below its own power, of which a share h no clock lowers, and slows down once its clock is below a share r of the
// boost clock. Communication and waits keep their time. No board clocks lower than its lowest clock, so that a limit
// below what it draws there is exceeded. Around f = 0.8 the law is P ~ f^1.4, close to the 3/4th power by which the
// roofline scales clocks between boards. s, h, r and the lowest clock were fitted to four boards under limits from
// 100 to 300 W (docs/energy.md); shares hold for others as far as voltage curves are alike.

namespace foretrain::inline v0 {

/// How power follows the clock of a board.
template <class Real>
struct BasicClockCurve {
    Real linear{};       ///< share s of dynamic power that falls with the clock alone, 0 to 1
    Real memory_floor{}; ///< share h of the power of a kernel bound by memory that the clock does not lower, 0 to 0.9
    Real memory_clock{}; ///< clock r over boost below which such a kernel slows down, 0 to 1
    Real lowest{};       ///< lowest clock over boost, 0.01 to 1
    Provenance provenance{};

    /// Dynamic power at a clock, both over those at boost.
    [[nodiscard]] constexpr Real power_at(const Real& clock) const noexcept {
        return clock * (linear + (Real(1.0) - linear) * clock * clock);
    }
    /// The clock, between the lowest and boost, that draws this share of the dynamic power at boost. Newton's steps on
    /// a convex rise converge from above.
    [[nodiscard]] constexpr Real clock_at(const Real& power) const noexcept {
        if (!(power < Real(1.0))) return Real(1.0);
        if (!(power > power_at(lowest))) return lowest;
        Real clock(1.0);
        for (int i = 0; i < 12; ++i) {
            const Real slope = linear + (Real(1.0) - linear) * Real(3.0) * clock * clock;
            clock = clock - (power_at(clock) - power) / slope;
        }
        return clock;
    }
};
using ClockCurve = BasicClockCurve<double>;

/// Fitted to V100, P100, A40 and Quadro RTX 6000.
inline constexpr ClockCurve measured_clocks{
    .linear = 0.330,
    .memory_floor = 0.228,
    .memory_clock = 0.621,
    .lowest = 0.227,
    .provenance = {"fit to power traces of ml-energy/zeus (NSDI 2023) under power limits", "2026-11",
                   Evidence::fitted}};

/// An accelerator under a power limit, beside the same work without one.
template <class Real>
struct BasicLimitedPower {
    Real slowdown{};                      ///< time over time without limit, at least 1
    Real clock{};                         ///< of full matrix units over theirs without limit, at most 1
    BasicUtilization<Real> utilization{}; ///< of the longer time
    BasicAcceleratorPower<Real> power{};  ///< average over the longer time
    /// Energy over energy without limit, of the accelerator alone: `others` is what runs beside it and is paid longer.
    [[nodiscard]] constexpr Real energy_ratio(const BasicWatts<Real>& unlimited,
                                              const BasicWatts<Real>& others = {}) const noexcept {
        return (power.total() + others) / (unlimited + others) * slowdown;
    }
};
using LimitedPower = BasicLimitedPower<double>;

/// Tells `sink` of every field of a clock curve outside its range.
template <class Real, class Sink>
constexpr void check_rules(const BasicClockCurve<Real>& curve, Sink& sink) noexcept {
    detail::require_range(sink, "clocks.linear", curve.linear, 0.0, 1.0);
    detail::require_range(sink, "clocks.memory_floor", curve.memory_floor, 0.0, 0.9);
    detail::require_range(sink, "clocks.memory_clock", curve.memory_clock, 0.0, 1.0);
    detail::require_range(sink, "clocks.lowest", curve.lowest, 0.01, 1.0);
}

/// The same curve over another scalar.
template <class To, class From>
[[nodiscard]] constexpr BasicClockCurve<To> over_scalar(const BasicClockCurve<From>& curve) noexcept {
    return {detail::as_scalar<To>(curve.linear), detail::as_scalar<To>(curve.memory_floor),
            detail::as_scalar<To>(curve.memory_clock), detail::as_scalar<To>(curve.lowest), curve.provenance};
}

/// Everything wrong with a limit for this accelerator and its inputs. Rule `above_idle`: a limit below what the board
/// draws without work cannot be kept.
template <class Real>
[[nodiscard]] constexpr Violations check(const BasicUtilization<Real>& busy, const BasicAccelerator<Real>& accelerator,
                                         const BasicWatts<Real>& limit, const BasicComponentPower<Real>& model,
                                         const BasicClockCurve<Real>& curve) noexcept {
    Violations violations;
    check_rules(busy, violations);
    check_rules(accelerator, violations);
    check_rules(model, violations);
    check_rules(curve, violations);
    detail::require_range(violations, "power_limit", limit, 0.0, 1e5, "W", "of one accelerator");
    detail::require(violations, !(limit < accelerator.idle_power), "above_idle", "power_limit", limit,
                    "at least the idle power, {} W", detail::plain(accelerator.idle_power),
                    "raise the limit, or turn the accelerator off");
    return violations;
}

/// So busy an accelerator under a power limit, on inputs that `check` accepts. `format` is that of its products.
template <class Real>
[[nodiscard]] constexpr BasicLimitedPower<Real>
limit_checked_power(const BasicUtilization<Real>& busy, const BasicAccelerator<Real>& a, NumberFormat format,
                    const BasicWatts<Real>& limit, const BasicComponentPower<Real>& model,
                    const BasicClockCurve<Real>& curve) noexcept {
    const Real one(1.0);
    if (!(limit < a.power)) return {one, one, busy, model.power(busy, a)};
    const BasicWatts<Real> range = a.power - a.idle_power;
    const Real left = (limit - a.idle_power) / range; // of the range
    const auto longer = [&](const Real& before, const Real& after) { return before > after ? before / after : one; };

    // Products: at the rated power they hold f_0.
    const Real held = held_clock(a, format);
    const Real products = curve.clock_at(curve.power_at(held) * left);
    const Real product_time = longer(held, products);
    const Real product_power =
        product_time > one ? model.matrix * (curve.power_at(products) / curve.power_at(held)) : model.matrix;
    // Other kernels at boost clock, as long as the limit lets them; communication spends power, not time.
    const Real most = maximum(maximum(model.matrix, model.memory), maximum(model.kernels, model.link)) * left;
    const auto clock_of = [&](const Real& share) { return share > most ? curve.clock_at(most / share) : one; };
    const Real kernels = clock_of(model.kernels), link = clock_of(model.link);
    const Real moving = one - curve.memory_floor;
    const Real memory = model.memory > most
                            ? curve.clock_at(maximum((most / model.memory - curve.memory_floor) / moving, Real(0.0)))
                            : one;
    const Real memory_time = memory < one ? longer(curve.memory_clock, memory) : one;
    const Real memory_power = model.memory * (curve.memory_floor + moving * curve.power_at(memory));

    BasicUtilization<Real> now{busy.matrix * product_time, busy.memory * memory_time, busy.kernels / kernels,
                               busy.link};
    const Real slowdown = now.matrix + now.memory + now.kernels + now.link + busy.waiting();
    now = {now.matrix / slowdown, now.memory / slowdown, now.kernels / slowdown, now.link / slowdown};
    BasicLimitedPower<Real> result;
    result.slowdown = slowdown;
    result.clock = one / product_time;
    result.utilization = now;
    result.power = {a.idle_power, range * (product_power * now.matrix), range * (memory_power * now.memory),
                    range * (model.kernels * curve.power_at(kernels) * now.kernels),
                    range * (model.link * curve.power_at(link) * now.link)};
    return result;
}

/// So busy an accelerator under a power limit, or everything wrong with the inputs.
template <class Real>
[[nodiscard]] constexpr Result<BasicLimitedPower<Real>>
try_limit_power(const BasicUtilization<Real>& busy, const BasicAccelerator<Real>& accelerator, NumberFormat format,
                const BasicWatts<Real>& limit, const BasicComponentPower<Real>& model,
                const BasicClockCurve<Real>& curve) noexcept {
    const Violations violations = check(busy, accelerator, limit, model, curve);
    if (!violations.empty()) return violations;
    return limit_checked_power(busy, accelerator, format, limit, model, curve);
}

/// A step on a cluster whose accelerators are limited to a power each: what `slowdown` says holds for the step time.
template <class Real>
[[nodiscard]] constexpr Result<BasicLimitedPower<Real>>
try_limit_power(const BasicStepEstimate<Real>& step, const BasicCluster<Real>& cluster, const BasicWatts<Real>& limit,
                const BasicComponentPower<Real>& model, const BasicClockCurve<Real>& curve) noexcept {
    const BasicAccelerator<Real>& a = cluster.accelerator;
    return try_limit_power(utilization_of(step, a), a, detail::format_of_peak(a, step.peak), limit, model, curve);
}

/// The limit, between a quarter of the rated power and all of it, at which the work takes the least energy, what runs
/// `others` beside the accelerator (its part of host, network and building) included. On inputs that `check` accepts.
template <class Real>
[[nodiscard]] constexpr BasicWatts<Real>
energy_optimal_limit(const BasicUtilization<Real>& busy, const BasicAccelerator<Real>& a, NumberFormat format,
                     const BasicWatts<Real>& others, const BasicComponentPower<Real>& model,
                     const BasicClockCurve<Real>& curve) noexcept {
    const auto energy = [&](const BasicWatts<Real>& limit) {
        const BasicLimitedPower<Real> at = limit_checked_power(busy, a, format, limit, model, curve);
        return (at.power.total() + others) * at.slowdown;
    };
    // Not convex where kinds of kernels begin to feel the limit: all percents of the range are looked at.
    const BasicWatts<Real> lowest = maximum(a.idle_power, a.power * Real(0.25));
    BasicWatts<Real> best = a.power;
    BasicWatts<Real> least = energy(best);
    for (int percent = 99; percent >= 0; --percent) {
        const BasicWatts<Real> limit = lowest + (a.power - lowest) * Real(0.01 * percent);
        const BasicWatts<Real> candidate = energy(limit);
        if (candidate < least) {
            least = candidate;
            best = limit;
        }
    }
    return best;
}

#if defined(__cpp_exceptions)
/// As `try_limit_power`; throws `InvalidConfiguration` on bad input.
template <class Real>
[[nodiscard]] constexpr BasicLimitedPower<Real>
limit_power(const BasicUtilization<Real>& busy, const BasicAccelerator<Real>& accelerator, NumberFormat format,
            const BasicWatts<Real>& limit, const BasicComponentPower<Real>& model, const BasicClockCurve<Real>& curve) {
    return detail::value_or_throw(try_limit_power(busy, accelerator, format, limit, model, curve));
}
/// The same of a step.
template <class Real>
[[nodiscard]] constexpr BasicLimitedPower<Real>
limit_power(const BasicStepEstimate<Real>& step, const BasicCluster<Real>& cluster, const BasicWatts<Real>& limit,
            const BasicComponentPower<Real>& model, const BasicClockCurve<Real>& curve) {
    return detail::value_or_throw(try_limit_power(step, cluster, limit, model, curve));
}
#endif

} // namespace foretrain::inline v0
