// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "../math/scalar.hpp"
#include "../units/evidence.hpp"
#include "../units/violation.hpp"

// What a failure costs beside the work it destroys, and what is lost without one: detection, spare nodes, restart,
// planned interruptions, stragglers.
//
//   spares: nodes fail at rate r_n, each is repaired in T_r; s spares. A failure finds none with probability
//           B(s, r_n T_r), Erlang's loss formula, and then waits T_r / (s + 1) in the mean for the first repair
//           B(0, a) = 1,  B(s, a) = a B(s-1, a) / (s + a B(s-1, a))
//   stragglers: one begins each M_s of accelerator-time and stays T_d until it is found: some accelerator is slow for
//           the share p = 1 - e^(-N T_d / M_s) of the time, during which the whole job takes 1 + slowdown as long
//   planned interruptions take their duration and a restart, once each interval of wall clock, after a checkpoint
//
// The chain of spares: states are nodes in repair; no node fails while the job waits, so the chain ends at s + 1, and a
// failure sees state s with the probability of a loss system of s servers (A. K. Erlang 1917).

namespace foretrain::inline v0 {

/// Spare nodes.
template <class Real>
struct BasicSpares {
    std::int64_t nodes = 0;      ///< idle, ready to take the place of one that failed
    BasicSeconds<Real> repair{}; ///< until a node that failed is a spare again
    Real share{};                ///< of failures, that take a node out
};
using Spares = BasicSpares<double>;

/// Silent stragglers: nothing fails, but one accelerator or link is slow and all wait for it.
template <class Real>
struct BasicStragglers {
    BasicAcceleratorTime<Real> mtbf{}; ///< accelerator-time for each one that begins
    Real slowdown{};                   ///< a step takes 1 + slowdown times as long
    BasicSeconds<Real> detection{};    ///< until it is found and replaced
};
using Stragglers = BasicStragglers<double>;

/// Interruptions that are planned: maintenance, new software, other data.
template <class Real>
struct BasicPlanned {
    BasicSeconds<Real> interval{}; ///< wall clock from one to the next
    BasicSeconds<Real> duration{}; ///< of one, without the restart
};
using Planned = BasicPlanned<double>;

/// What happens after a failure. What is left out does not happen.
template <class Real>
struct BasicRecovery {
    BasicSeconds<Real> detection{}; ///< from the failure until the job is stopped
    BasicSeconds<Real> restart{};   ///< processes, communicators, compilation; without loading the checkpoint
    BasicSeconds<Real> warm_up{};   ///< lost while steps are slow after a restart
    std::optional<BasicSpares<Real>> spares{}; ///< absent: a healthy node is always at hand
    std::optional<BasicStragglers<Real>> stragglers{};
    std::optional<BasicPlanned<Real>> planned{};
    Provenance provenance{};
};
using Recovery = BasicRecovery<double>;

/// Tells `sink` of every field of a recovery outside its range.
template <class Real, class Sink>
constexpr void check_rules(const BasicRecovery<Real>& recovery, Sink& sink) noexcept {
    using detail::require_range;
    require_range(sink, "recovery.detection", recovery.detection, 0.0, 1e6, "s");
    require_range(sink, "recovery.restart", recovery.restart, 0.0, 1e6, "s");
    require_range(sink, "recovery.warm_up", recovery.warm_up, 0.0, 1e6, "s");
    if (recovery.spares) {
        require_range(sink, "recovery.spares.nodes", recovery.spares->nodes, 0, 100000);
        require_range(sink, "recovery.spares.repair", recovery.spares->repair, 0.0, 1e8, "s");
        require_range(sink, "recovery.spares.share", recovery.spares->share, 0.0, 1.0, {},
                      "of failures, that take a node out");
    }
    if (recovery.stragglers) {
        require_range(sink, "recovery.stragglers.mtbf", recovery.stragglers->mtbf, 3600.0, 1e30, "accelerator-seconds",
                      "leave stragglers out if it is not known");
        require_range(sink, "recovery.stragglers.slowdown", recovery.stragglers->slowdown, 0.0, 100.0);
        require_range(sink, "recovery.stragglers.detection", recovery.stragglers->detection, 0.0, 1e7, "s");
    }
    if (recovery.planned) {
        require_range(sink, "recovery.planned.interval", recovery.planned->interval, 60.0, 1e10, "s");
        const double most = 0.9 * detail::plain(recovery.planned->interval);
        const double taken = detail::plain(recovery.planned->duration) + detail::plain(recovery.restart) +
                             detail::plain(recovery.warm_up);
        detail::require(sink, 0.0 <= detail::plain(recovery.planned->duration) && taken <= most, "planned_leaves_time",
                        "recovery.planned.duration", recovery.planned->duration,
                        "at least 0 and, with the restart, at most {} s", most, "nine tenths of the interval");
    }
}

/// Probability that a failure which takes a node out finds no spare: Erlang's loss formula of `spares` servers and
/// `load` nodes in repair, were there enough spares.
template <class Real>
[[nodiscard]] constexpr Real no_spare_left(std::int64_t spares, const Real& load) noexcept {
    Real blocked(1.0);
    for (std::int64_t s = 1; s <= spares; ++s) {
        const Real carried = load * blocked;
        blocked = carried / (Real(static_cast<double>(s)) + carried);
    }
    return blocked;
}

/// Waiting for a spare: how likely after any failure, and how long then.
template <class Real>
struct BasicSpareWait {
    Real probability{};
    BasicSeconds<Real> wait{};
    [[nodiscard]] constexpr BasicSeconds<Real> expected() const noexcept { return wait * probability; }
};

/// The wait for a spare of a job that fails at `rate`.
template <class Real>
[[nodiscard]] constexpr BasicSpareWait<Real> spare_wait(const BasicRecovery<Real>& recovery,
                                                        const BasicFrequency<Real>& rate) noexcept {
    if (!recovery.spares) return {};
    const BasicSpares<Real>& spares = *recovery.spares;
    const Real load = raw(rate) * spares.share * raw(spares.repair);
    return {Real(spares.share * no_spare_left(spares.nodes, load)),
            spares.repair * Real(1.0 / static_cast<double>(spares.nodes + 1))};
}

} // namespace foretrain::inline v0
