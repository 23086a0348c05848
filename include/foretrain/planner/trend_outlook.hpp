// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <concepts>
#include <cstddef>

#include "../math/minimum.hpp"
#include "trend_wait.hpp"

// Start now or wait, for any idea of what is to come: a smooth trend, a list of announced chips, or a type of your own.
//
//   finish  F(s) = s + T / f(s),   0 <= s < T,   f(0) = 1
//
// T: duration if started now, s; f: speed of what can be had at s over that of today, as the outlook has it. An
// outlook that jumps says where: only those moments and now can be best, since between them F rises with slope 1.
// Others are tried on a grid of 256 and refined by golden section in the best cell, to 1e-6 of T: exact where F has one
// valley a cell. No start after T can be better than now.

namespace foretrain::inline v0 {

/// What can be had when: `speed_at(time)`, over the speed of today, above 0.
template <class Outlook, class Real>
concept SpeedOutlook = requires(const Outlook& outlook, const BasicSeconds<Real>& time) {
    { outlook.speed_at(time) } -> std::convertible_to<Real>;
};

/// An outlook that jumps, at `jumps()` moments `jump(i)` from now.
template <class Outlook, class Real>
concept JumpingOutlook = SpeedOutlook<Outlook, Real> && requires(const Outlook& outlook, std::size_t i) {
    { outlook.jumps() } -> std::convertible_to<std::size_t>;
    { outlook.jump(i) } -> std::convertible_to<BasicSeconds<Real>>;
};

/// Exponential growth.
template <class Real>
struct BasicTrendOutlook {
    BasicGrowth<Real> speed{};
    [[nodiscard]] constexpr Real speed_at(const BasicSeconds<Real>& time) const noexcept {
        return growth_over(speed, time);
    }
};
using TrendOutlook = BasicTrendOutlook<double>;

/// A chip that is to come.
template <class Real>
struct BasicRelease {
    BasicSeconds<Real> in{}; ///< from now until one can train on it
    Real speed{};            ///< over that of today
};
using Release = BasicRelease<double>;

/// Announced chips, in any order; unused places have a speed of 0.
template <class Real>
struct BasicReleaseOutlook {
    std::array<BasicRelease<Real>, 8> releases{};

    [[nodiscard]] constexpr Real speed_at(const BasicSeconds<Real>& time) const noexcept {
        Real best(1);
        for (const BasicRelease<Real>& release : releases)
            if (!(release.in > time) && release.speed > best) best = release.speed;
        return best;
    }
    [[nodiscard]] constexpr std::size_t jumps() const noexcept { return releases.size(); }
    [[nodiscard]] constexpr BasicSeconds<Real> jump(std::size_t i) const noexcept { return releases[i].in; }
};
using ReleaseOutlook = BasicReleaseOutlook<double>;

/// The start that ends a run earliest, as an outlook has it.
template <class Real, class Outlook>
    requires SpeedOutlook<Outlook, Real>
[[nodiscard]] constexpr Result<BasicStart<Real>> try_start_or_wait_for(const BasicSeconds<Real>& duration,
                                                                       const Outlook& outlook) noexcept {
    Violations violations;
    detail::check_duration(duration, violations);
    detail::require_range(violations, "outlook.speed_at(0)", Real(outlook.speed_at(detail::zero<BasicSeconds<Real>>())),
                          0.999, 1.001, {}, "speeds are over that of today");
    if (!violations.empty()) return violations;
    const auto finish = [&](const BasicSeconds<Real>& start) {
        return start + duration / Real(outlook.speed_at(start));
    };
    BasicStart<Real> best{detail::zero<BasicSeconds<Real>>(), duration, duration, duration};
    const auto try_at = [&](const BasicSeconds<Real>& start) {
        if (!(raw(start) > Real(0)) || !(start < duration)) return;
        const BasicSeconds<Real> end = finish(start);
        // The negated comparison of the finish also refuses what is not a number.
        if (!(end < best.finish)) return;
        best.wait = start;
        best.duration = end - start;
        best.finish = end;
    };
    if constexpr (JumpingOutlook<Outlook, Real>) {
        for (std::size_t i = 0; i < outlook.jumps(); ++i) try_at(outlook.jump(i));
    } else {
        constexpr int cells = 256;
        const auto point = [&](double cell) { return duration * Real(cell / cells); };
        int nearest = 0;
        for (int i = 1; i < cells; ++i) {
            const BasicSeconds<Real> before = best.finish;
            try_at(point(i));
            if (best.finish < before) nearest = i;
        }
        const double low = maximum(nearest - 1, 0), high = nearest + 1;
        try_at(point(golden_section([&](double cell) { return finish(point(cell)); }, low, high, 1e-4)));
    }
    return best;
}

/// What a chip that is to come offers.
template <class Real>
struct BasicNextChip {
    BasicRelease<Real> release{};
    Real price{}; ///< of a time on it over that of today's
};
using NextChip = BasicNextChip<double>;

/// A way to run, with its end and its cost over that of staying.
template <class Real>
struct BasicChipOption {
    BasicSeconds<Real> finish{};
    Real cost{};
};

/// Is it worth waiting for the next chip: stay with today's, wait, or start now and move.
template <class Real>
struct BasicNextChipChoice {
    BasicChipOption<Real> stay{};
    BasicChipOption<Real> wait{};
    BasicChipOption<Real> move{}; ///< as `stay` if the run is over before the chip comes
};
using NextChipChoice = BasicNextChipChoice<double>;

/// The three ways, for a run of the given duration on today's chips; `standstill`: what a move costs in time.
template <class Real>
[[nodiscard]] constexpr Result<BasicNextChipChoice<Real>> try_next_chip(const BasicSeconds<Real>& duration,
                                                                        const BasicNextChip<Real>& chip,
                                                                        const BasicSeconds<Real>& standstill) noexcept {
    Violations violations;
    detail::check_duration(duration, violations);
    detail::require_range(violations, "chip.release.in", chip.release.in, 0.0, 1e12, "s", "0 if it can be had now");
    detail::require_range(violations, "chip.release.speed", chip.release.speed, 1e-3, 1e6, {}, "over that of today");
    detail::require_range(violations, "chip.price", chip.price, 0.0, 1e6, {}, "over that of today");
    detail::require_range(violations, "standstill", standstill, 0.0, 1e12, "s");
    if (!violations.empty()) return violations;
    const Real speed = chip.release.speed, each = chip.price / speed;
    BasicNextChipChoice<Real> choice{
        {duration, Real(1)}, {chip.release.in + duration / speed, each}, {duration, Real(1)}};
    if (chip.release.in < duration) {
        const BasicSeconds<Real> left = duration - chip.release.in;
        choice.move.finish = chip.release.in + standstill + left / speed;
        // The new machines are paid for while they stand still.
        choice.move.cost = Real((chip.release.in + left * each + standstill * chip.price) / duration);
    }
    return choice;
}

#if defined(__cpp_exceptions)
/// The start that ends a run earliest, as an outlook has it; throws `InvalidConfiguration`.
template <class Real, class Outlook>
    requires SpeedOutlook<Outlook, Real>
[[nodiscard]] constexpr BasicStart<Real> start_or_wait_for(const BasicSeconds<Real>& duration, const Outlook& outlook) {
    return detail::value_or_throw(try_start_or_wait_for(duration, outlook));
}
/// Stay, wait or move; throws `InvalidConfiguration`.
template <class Real>
[[nodiscard]] constexpr BasicNextChipChoice<Real>
next_chip(const BasicSeconds<Real>& duration, const BasicNextChip<Real>& chip, const BasicSeconds<Real>& standstill) {
    return detail::value_or_throw(try_next_chip(duration, chip, standstill));
}
#endif

} // namespace foretrain::inline v0
