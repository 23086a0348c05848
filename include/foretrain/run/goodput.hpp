// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "../step/error_model.hpp"
#include "../units/result.hpp"
#include "interval.hpp"
#include "recovery.hpp"
#include "spread.hpp"

// What faults, checkpoints and interruptions make of a time that would train without them: wall clock, in parts.
//
//   T = (work (1 + p s) + stalls + rework + restarts + n_f (detection + wait for a spare)) / (1 - planned share)
//   work (1 + p s): stragglers (recovery.hpp); stalls, rework, restarts, n_f failures: expected_time.hpp
//   planned share = (duration + restart + warm-up) / interval
//   goodput = work / T, also called effective training time or ETTR
//
//   P10 and P90: run/spread.hpp
//
// The band holds chance alone: it takes rates and times as known.

namespace foretrain::inline v0 {

/// How reliable a job's machines are, and what it does about that.
template <class Real, class Failures = BasicExponentialFailures<Real>>
struct BasicReliability {
    std::optional<Failures> failures{};                      ///< absent: nobody knows how often it fails
    std::optional<BasicCheckpointing<Real>> checkpointing{}; ///< absent: it never checkpoints
    BasicRecovery<Real> recovery{};
};
using Reliability = BasicReliability<double>;

/// Where wall clock goes.
enum class WallClockPart : unsigned char {
    productive,    ///< steps that count
    checkpoints,   ///< standing still for checkpoints
    rework,        ///< steps done again
    detection,     ///< until a failure is noticed
    restart,       ///< restarting, reading the checkpoint, warming up
    waiting,       ///< for a spare node
    stragglers,    ///< steps slowed by one that nobody has found
    interruptions, ///< that were planned
    reported,      ///< lost to some of these, where only a share of the wall clock is known
};
inline constexpr std::size_t wall_clock_parts = 9;

[[nodiscard]] constexpr std::string_view name_of(WallClockPart part) noexcept {
    switch (part) {
    case WallClockPart::productive: return "productive";
    case WallClockPart::checkpoints: return "checkpoints";
    case WallClockPart::rework: return "rework";
    case WallClockPart::detection: return "detection";
    case WallClockPart::restart: return "restart";
    case WallClockPart::waiting: return "waiting for spares";
    case WallClockPart::stragglers: return "stragglers";
    case WallClockPart::interruptions: return "planned interruptions";
    case WallClockPart::reported: return "losses as reported";
    }
    return "productive";
}

/// Expected wall clock of a run by parts, and its band.
template <class Real>
struct BasicGoodput {
    std::array<BasicSeconds<Real>, wall_clock_parts> time{};
    Real failures{};                           ///< expected
    BasicSeconds<Real> interval{};             ///< of training between two checkpoints; all of it without checkpoints
    Real no_spare{};                           ///< probability that a failure has to wait for a spare
    Interval<BasicSeconds<Real>> wall_clock{}; ///< eight runs in ten lie inside

    [[nodiscard]] constexpr const BasicSeconds<Real>& operator[](WallClockPart part) const noexcept {
        return time[static_cast<std::size_t>(part)];
    }
    /// Expected wall clock: the sum of all parts, added in the order of `WallClockPart`.
    [[nodiscard]] constexpr BasicSeconds<Real> total() const noexcept {
        BasicSeconds<Real> sum{};
        for (const BasicSeconds<Real>& part : time) sum += part;
        return sum;
    }
    /// Share of wall clock that trains.
    [[nodiscard]] constexpr Real share() const noexcept { return (*this)[WallClockPart::productive] / total(); }
};
using Goodput = BasicGoodput<double>;

namespace detail {

/// More failures than this in a stretch that must go without one: no progress in any useful time.
inline constexpr double most_failures_in_a_stretch = 30.0;

/// Share of work that stragglers add.
template <class Real>
[[nodiscard]] constexpr Real straggler_share(const BasicRecovery<Real>& recovery, std::int64_t accelerators) noexcept {
    if (!recovery.stragglers) return Real(0.0);
    const BasicStragglers<Real>& stragglers = *recovery.stragglers;
    const Real present = Real(static_cast<double>(accelerators)) * raw(stragglers.detection) / raw(stragglers.mtbf);
    return Real(-expm1(Real(-present))) * stragglers.slowdown;
}

/// A failure model over another scalar, as one of plain numbers.
template <class Real, class Failures>
struct PlainFailures {
    static constexpr std::string_view name = Failures::name;
    static constexpr bool memoryless = detail::memoryless<Failures>();
    Failures failures;
    [[nodiscard]] constexpr Frequency rate(std::int64_t accelerators) const noexcept {
        return over_scalar<double>(failures.rate(accelerators));
    }
    [[nodiscard]] constexpr double survival(std::int64_t accelerators, const Seconds& time) const noexcept {
        return as_scalar<double>(failures.survival(accelerators, over_scalar<Real>(time)));
    }
};

template <class Real>
struct JobShape {
    Renewal<Real> renewal{};
    Real straggling{};
};

/// The job between failures, at the policy's interval or the best one; `failures` decide only what is best.
template <class Real, class Failures>
[[nodiscard]] constexpr JobShape<Real> job_shape(const BasicSeconds<Real>& productive, std::int64_t accelerators,
                                                 const std::optional<BasicCheckpointing<Real>>& checkpointing,
                                                 const BasicRecovery<Real>& recovery,
                                                 const Failures& failures) noexcept {
    const Real straggling = straggler_share(recovery, accelerators);
    const Real work = raw(productive) * (Real(1.0) + straggling);
    const Real restart = raw(recovery.restart) + raw(recovery.warm_up);
    // Nobody checkpoints what never fails.
    const bool never = !checkpointing || (!checkpointing->interval && !(raw(failures.rate(accelerators)) > Real(0.0)));
    if (never) return {renewal(work, restart), straggling};
    Real interval = work;
    if (checkpointing->interval) {
        interval = minimum(raw(*checkpointing->interval), work);
    } else {
        // The optimum is flat: what the time owes to inputs by way of the interval is nothing.
        Checkpointing plain;
        plain.tiers = checkpointing->tiers;
        for (std::size_t i = 0; i < plain.tiers; ++i) {
            const BasicCheckpointTier<Real>& tier = checkpointing->tier[i];
            plain.tier[i] = {tier.name,
                             tier.every,
                             over_scalar<double>(tier.stall),
                             over_scalar<double>(tier.write),
                             over_scalar<double>(tier.load),
                             as_scalar<double>(tier.survives)};
        }
        const PlainFailures<Real, Failures> same{failures};
        interval = Real(best_interval(as_scalar<double>(work), as_scalar<double>(restart), plain, same, accelerators));
    }
    return {renewal(work, restart, *checkpointing, interval), straggling};
}

template <class Real, class Failures>
[[nodiscard]] constexpr BasicGoodput<Real> goodput_of(const BasicSeconds<Real>& productive, std::int64_t accelerators,
                                                      const JobShape<Real>& shape, const Failures& failures,
                                                      const BasicRecovery<Real>& recovery) noexcept {
    const Renewal<Real>& job = shape.renewal;
    const BasicExpectedTime<Real> expected = expected_time(job, failures, accelerators);
    const BasicFrequency<Real> rate = failures.rate(accelerators);
    const BasicSpareWait<Real> spare = spare_wait(recovery, rate);
    const BasicSeconds<Real> waiting = spare.expected() * expected.failures;
    const BasicSeconds<Real> detection = recovery.detection * expected.failures;
    const BasicSeconds<Real> straggling = productive * shape.straggling;
    const BasicSeconds<Real> unplanned = expected.running + detection + waiting;
    Real beside(0.0); // planned interruptions over all the rest
    if (recovery.planned) {
        const Real share =
            (recovery.planned->duration + recovery.restart + recovery.warm_up) / recovery.planned->interval;
        beside = share / (Real(1.0) - share);
    }
    BasicGoodput<Real> result;
    result.time = {productive,       expected.stalls, expected.rework, detection,
                   expected.restart, waiting,         straggling,      BasicSeconds<Real>(unplanned * beside)};
    result.failures = expected.failures;
    result.interval = make<BasicSeconds<Real>>(job.interval);
    result.no_spare = spare.probability;

    const BasicSeconds<Real> least = make<BasicSeconds<Real>>(job.work) + expected.stalls;
    const Real stretched = Real(1.0) + beside;
    const BasicSeconds<Real> floor = least * stretched;
    result.wall_clock = {floor, floor, floor};
    if (!(expected.failures > Real(0.0))) return result;
    const Real variance =
        stretched * stretched *
        wall_clock_variance(job, expected, failures, accelerators, Real(raw(recovery.detection)), spare);
    const Real none = failures.survival(accelerators, least);
    const Real mean = raw(unplanned) * stretched - raw(floor);
    const auto at = [&](double p) { return floor + make<BasicSeconds<Real>>(loss_quantile(p, mean, variance, none)); };
    result.wall_clock = {at(0.1), at(0.5), at(0.9)};
    return result;
}

/// Failures that are expected in the longest stretch that must go without one; where they depend on the time since the
/// last one, also the logarithm of failures for each checkpoint that can be restored.
template <class Real, class Failures>
[[nodiscard]] constexpr double hopeless_stretch(const Renewal<Real>& job, const Failures& failures,
                                                std::int64_t accelerators) noexcept {
    const Real rate = raw(failures.rate(accelerators));
    const double stretch = job.failures_in_a_stretch(rate);
    if constexpr (memoryless<Failures>()) {
        return stretch;
    } else {
        if (!(rate > Real(0.0)) || stretch > most_failures_in_a_stretch) return stretch;
        const double kept = static_cast<double>(value_of(restorable(job, failures, accelerators)));
        return maximum(stretch, kept > 1e-300 ? -log(kept) : 1000.0);
    }
}

template <class Real, class Failures>
constexpr void check_goodput(const BasicSeconds<Real>& productive, std::int64_t accelerators,
                             const BasicReliability<Real, Failures>& reliability, Violations& violations) noexcept {
    require_range(violations, "productive", productive, 1.0, 1e11, "s", "time the steps take");
    require_range(violations, "accelerators", accelerators, 1, 10000000);
    if (reliability.checkpointing) check_rules(*reliability.checkpointing, violations);
    check_rules(reliability.recovery, violations);
    if (reliability.failures) {
        if constexpr (requires { check_rules(*reliability.failures, violations); })
            check_rules(*reliability.failures, violations);
        if (!memoryless<Failures>() && reliability.checkpointing)
            require(violations, reliability.checkpointing->tiers <= 1, "tiers_need_a_constant_rate",
                    "checkpointing.tiers", static_cast<std::int64_t>(reliability.checkpointing->tiers),
                    "1 where the failure rate depends on the time since the last one", 0,
                    "use exponential failures, or one tier");
    }
}

} // namespace detail

/// The goodput of a job whose steps take `productive` on `accelerators`, or everything wrong with the inputs. Rules:
/// `failures_known`; `progress_possible`: fewer than 30 failures are expected in a restart and an interval;
/// `tiers_need_a_constant_rate`.
template <class Real, class Failures>
[[nodiscard]] constexpr Result<BasicGoodput<Real>>
try_goodput(const BasicSeconds<Real>& productive, std::int64_t accelerators,
            const BasicReliability<Real, Failures>& reliability) noexcept {
    static_assert(FailureModel<Failures, Real>);
    Violations violations;
    detail::check_goodput(productive, accelerators, reliability, violations);
    detail::require(violations, reliability.failures.has_value(), "failures_known", "reliability.failures", 0.0,
                    "given", 0, "take a fleet's of the catalogue, or ask try_goodput_outlook for what can be said");
    if (!violations.empty()) return violations;
    const auto shape = detail::job_shape(productive, accelerators, reliability.checkpointing, reliability.recovery,
                                         *reliability.failures);
    const double stretch = detail::hopeless_stretch(shape.renewal, *reliability.failures, accelerators);
    detail::require(violations, stretch <= detail::most_failures_in_a_stretch, "progress_possible",
                    "failures in a restart and an interval", stretch, "at most {}", detail::most_failures_in_a_stretch,
                    "checkpoint more often, restart faster, or use fewer accelerators");
    if (!violations.empty()) return violations;
    return detail::goodput_of(productive, accelerators, shape, *reliability.failures, reliability.recovery);
}

#if defined(__cpp_exceptions)
/// The same; throws `InvalidConfiguration` on bad input.
template <class Real, class Failures>
[[nodiscard]] constexpr BasicGoodput<Real> goodput(const BasicSeconds<Real>& productive, std::int64_t accelerators,
                                                   const BasicReliability<Real, Failures>& reliability) {
    return detail::value_or_throw(try_goodput(productive, accelerators, reliability));
}
#endif

} // namespace foretrain::inline v0
