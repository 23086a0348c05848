// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "../math/root.hpp"
#include "trend.hpp"

// Start now or wait? A run that starts at s uses what there is at s until it ends: it takes T exp(-g s).
//
//   finish     F(s) = s + T exp(-g s)              F' = 1 - g T exp(-g s)
//   best start s* = ln(g T) / g if g T > 1, else 0:  wait iff T > 1 / g
//   best run   T exp(-g s*) = 1 / g = L              the longest sensible run
//
// T: duration if started now, s; g: growth of the speed of such runs, 1/s: hardware, software and money together,
// L = 1 / ((gH + gS + gI) ln 10) years for rates in orders of magnitude a year. With prices:
//
//   bill       J(s) = C exp(-p s) + v (s + T exp(-g s)),   J'' > 0: one minimum, J'(s*) = 0 or s* = 0
//
// C: cost if started now, USD; p: growth of what a dollar buys, 1/s; v: worth of an earlier finish, USD/s.
// Sources: C. Gottbrath, J. Bailin, C. Meakin, T. Thompson, J. Charfman, "The Effects of Moore's Law and Slacking on
// Large Computations", arXiv:astro-ph/9912202; J. Sevilla et al., "The longest training run", Epoch, 2022.

namespace foretrain::inline v0 {

/// When to start, and what follows.
template <class Real>
struct BasicStart {
    BasicSeconds<Real> wait{};       ///< from now to the best start; 0: start now
    BasicSeconds<Real> duration{};   ///< of the run that starts then
    BasicSeconds<Real> finish{};     ///< `wait` and `duration`
    BasicSeconds<Real> finish_now{}; ///< of the run that starts now

    /// How much earlier the run ends that starts at the best time.
    [[nodiscard]] constexpr BasicSeconds<Real> saved() const noexcept { return finish_now - finish; }
};
using Start = BasicStart<double>;

/// A run that waits, with its money.
template <class Real>
struct BasicPricedStart : BasicStart<Real> {
    BasicUsd<Real> cost{};     ///< of the run that starts then
    BasicUsd<Real> delay{};    ///< worth of the time until it ends
    BasicUsd<Real> cost_now{}; ///< of the run that starts now

    /// What is minimised.
    [[nodiscard]] constexpr BasicUsd<Real> total() const noexcept { return cost + delay; }
};
using PricedStart = BasicPricedStart<double>;

/// A run as it would be if it started now.
template <class Real>
struct BasicRunToday {
    BasicSeconds<Real> duration{};
    BasicUsd<Real> cost{};
    BasicMoneyRate<Real> worth_of_time{}; ///< what an earlier finish is worth, above 0
};
using RunToday = BasicRunToday<double>;

namespace detail {

template <class Real, class Sink>
constexpr void check_duration(const BasicSeconds<Real>& duration, Sink& sink) noexcept {
    require_range(sink, "duration", duration, 1.0, 1e12, "s", "of the run, if it starts now");
}

/// J'(s) / v and J''(s) / v at s >= 0, both over the scalar of the inputs.
template <class Real>
struct BillSlope {
    Real speed{}, price{};   // g, p
    Real duration{}, bill{}; // T, C / v
    constexpr Real slope(const Real& s) const noexcept {
        return Real(1) - speed * duration * exp(-speed * s) - price * bill * exp(-price * s);
    }
    constexpr Real curvature(const Real& s) const noexcept {
        return speed * speed * duration * exp(-speed * s) + price * price * bill * exp(-price * s);
    }
};

} // namespace detail

/// The longest run that is worth starting: any longer one that starts later ends earlier. Growth above 0 is required.
template <class Real>
[[nodiscard]] constexpr Result<BasicSeconds<Real>> try_longest_sensible_run(const BasicGrowth<Real>& speed) noexcept {
    Violations violations;
    check_rules(speed, "speed", violations);
    detail::require(violations, raw(speed.rate) > Real(0), "speed_grows", "speed", speed.rate, "above 0", 0,
                    "where nothing gets faster, a run of any length should start now");
    if (!violations.empty()) return violations;
    // From bounds of a rate that is as good as zero follows a run longer than anything: still finite.
    const Real rate = maximum(raw(speed.rate), Real(1e-18));
    return make<BasicSeconds<Real>>(Real(1) / rate);
}

/// The start that ends a run earliest.
template <class Real>
[[nodiscard]] constexpr Result<BasicStart<Real>> try_start_or_wait(const BasicSeconds<Real>& duration,
                                                                   const BasicGrowth<Real>& speed) noexcept {
    Violations violations;
    detail::check_duration(duration, violations);
    check_rules(speed, "speed", violations);
    if (!violations.empty()) return violations;
    BasicStart<Real> start{detail::zero<BasicSeconds<Real>>(), duration, duration, duration};
    const Real rate = raw(speed.rate);
    const Real growth = rate * raw(duration);
    if (!(growth > Real(1))) return start;
    start.wait = make<BasicSeconds<Real>>(log(growth) / rate);
    start.duration = make<BasicSeconds<Real>>(Real(1) / rate);
    start.finish = start.wait + start.duration;
    return start;
}

/// The start that costs least, the time until the end included.
template <class Real>
[[nodiscard]] constexpr Result<BasicPricedStart<Real>> try_start_or_wait(const BasicRunToday<Real>& run,
                                                                         const BasicGrowth<Real>& speed,
                                                                         const BasicGrowth<Real>& value) noexcept {
    Violations violations;
    detail::check_duration(run.duration, violations);
    detail::require_range(violations, "cost", run.cost, 0.0, 1e15, "USD", "of the run, if it starts now");
    detail::require_range(violations, "worth_of_time", run.worth_of_time, 1e-6, 1e12, "USD/s",
                          "without it the cheapest run is the one that never starts");
    check_rules(speed, "speed", violations);
    check_rules(value, "value", violations);
    if (!violations.empty()) return violations;
    const detail::BillSlope<Real> bill{raw(speed.rate), raw(value.rate), raw(run.duration),
                                       raw(run.cost) / raw(run.worth_of_time)};
    Real wait{0};
    // The bill is convex also where one rate is below zero: the other may still be worth waiting for.
    if (bill.slope(Real(0)) < Real(0)) {
        using Plain = decltype(value_of(wait));
        const detail::BillSlope<Plain> plain{value_of(bill.speed), value_of(bill.price), value_of(bill.duration),
                                             value_of(bill.bill)};
        // Each term that waits falls below a half at a time of its own; beyond both the slope is positive.
        const auto until_half = [](Plain rate, Plain amount) {
            return rate * amount > Plain(0.5) ? Plain(log(Plain(2) * rate * amount) / rate) : Plain(0);
        };
        // A term that grows meets at last what the other fell from; so far and no further, for it may overflow.
        const auto until_met = [](Plain rate, Plain amount, Plain other, Plain at_most) {
            const Plain ratio = rate < Plain(0) ? Plain(other / (-rate * amount)) : Plain(0);
            return ratio > Plain(1) && finite(ratio) ? minimum(Plain(log(ratio) / -rate), at_most) : at_most;
        };
        Plain end = maximum(until_half(plain.speed, plain.duration), until_half(plain.price, plain.bill));
        end = until_met(plain.speed, plain.duration, plain.price * plain.bill, end);
        end = until_met(plain.price, plain.bill, plain.speed * plain.duration, end);
        const RootResult<Plain> root =
            find_root([&](Plain s) { return plain.slope(s); }, Plain(0), end * Plain(1.001) + Plain(1), Plain(1e-3));
        // One step of Newton over the inputs' scalar has the exact derivatives of the root.
        if (root.converged()) {
            const Real at(root.root);
            wait = maximum(Real(at - bill.slope(at) / bill.curvature(at)), Real(0));
        }
    }
    BasicPricedStart<Real> start;
    start.wait = make<BasicSeconds<Real>>(wait);
    start.duration = run.duration * Real(exp(-bill.speed * wait));
    start.finish = start.wait + start.duration;
    start.finish_now = run.duration;
    start.cost = run.cost * Real(exp(-bill.price * wait));
    start.delay = run.worth_of_time * start.finish;
    start.cost_now = run.cost;
    return start;
}

#if defined(__cpp_exceptions)
/// The longest run that is worth starting; throws `InvalidConfiguration`, as the twins below do.
template <class Real>
[[nodiscard]] constexpr BasicSeconds<Real> longest_sensible_run(const BasicGrowth<Real>& speed) {
    return detail::value_or_throw(try_longest_sensible_run(speed));
}
/// The start that ends a run earliest.
template <class Real>
[[nodiscard]] constexpr BasicStart<Real> start_or_wait(const BasicSeconds<Real>& duration,
                                                       const BasicGrowth<Real>& speed) {
    return detail::value_or_throw(try_start_or_wait(duration, speed));
}
/// The start that costs least.
template <class Real>
[[nodiscard]] constexpr BasicPricedStart<Real>
start_or_wait(const BasicRunToday<Real>& run, const BasicGrowth<Real>& speed, const BasicGrowth<Real>& value) {
    return detail::value_or_throw(try_start_or_wait(run, speed, value));
}
#endif

} // namespace foretrain::inline v0
