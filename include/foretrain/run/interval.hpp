// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "../math/minimum.hpp"
#include "../math/root.hpp"
#include "../math/sqrt.hpp"
#include "expected_time.hpp"

// The best interval between checkpoints, by the formulas of the literature and by the library's own expected time.
//
//   Young          tau = sqrt(2 d M)                      d: what training loses to one checkpoint, M: MTBF of the job
//   Daly, first    tau = sqrt(2 d (M + R))                R: restart
//   Daly, higher   tau = sqrt(2 d M) (1 + sqrt(d / 2M) / 3 + d / 18 M) - d  for d < 2 M, else M
//   exact          the root of 1 - r tau = e^(-r (tau + d)), where r = 1 / M: the expected time of one tier at a
//   constant
//                  rate is least; R and the write behind training do not move it, but the write bounds it from below
//   otherwise      the least expected time on a grid of intervals, then by golden sections
//   first order    goodput = 1 - d / tau - tau / 2M - R / M
//
// Sources: J. W. Young, "A first order approximation to the optimum checkpoint interval", Comm. ACM 17 (1974) 530; J.
// T. Daly, "A model for predicting the optimum checkpoint interval for restart dumps", ICCS 2003; J. T. Daly, FGCS 22
// (2006) 303-312, equation 37. Work that is lost, tau / 2 for each failure in the mean, is as large as the stalls at
// the optimum: a goodput without it is wrong by half of what it promises to tell.

namespace foretrain::inline v0 {

/// Young 1974. Arguments above 0.
template <class Real>
[[nodiscard]] constexpr BasicSeconds<Real> young_interval(const BasicSeconds<Real>& stall,
                                                          const BasicSeconds<Real>& mtbf) noexcept {
    return make<BasicSeconds<Real>>(Real(sqrt(Real(raw(stall) * raw(mtbf) * Real(2.0)))));
}

/// Daly 2003, first order. Arguments above 0.
template <class Real>
[[nodiscard]] constexpr BasicSeconds<Real> daly_interval(const BasicSeconds<Real>& stall,
                                                         const BasicSeconds<Real>& mtbf,
                                                         const BasicSeconds<Real>& restart) noexcept {
    return young_interval(stall, BasicSeconds<Real>(mtbf + restart));
}

/// Daly 2006, higher order. Arguments above 0.
template <class Real>
[[nodiscard]] constexpr BasicSeconds<Real> daly_higher_interval(const BasicSeconds<Real>& stall,
                                                                const BasicSeconds<Real>& mtbf) noexcept {
    if (!(stall < mtbf * Real(2.0))) return mtbf;
    const Real ratio = stall / mtbf * Real(0.5);
    const Real factor = Real(1.0) + Real(sqrt(ratio)) / Real(3.0) + ratio / Real(9.0);
    return young_interval(stall, mtbf) * factor - stall;
}

/// Goodput to first order, rework counted; may be negative where first order means nothing.
template <class Real>
[[nodiscard]] constexpr Real first_order_goodput(const BasicSeconds<Real>& interval, const BasicSeconds<Real>& stall,
                                                 const BasicSeconds<Real>& mtbf,
                                                 const BasicSeconds<Real>& restart) noexcept {
    return Real(1.0) - Real(stall / interval) - Real(interval / (mtbf * Real(2.0))) - Real(restart / mtbf);
}

/// The interval of one tier at a constant rate whose expected time is least, in plain numbers; both above 0.
[[nodiscard]] constexpr Seconds exact_interval(const Seconds& stall, const Seconds& mtbf) noexcept {
    const double rate = 1.0 / raw(mtbf), delta = raw(stall) * rate;
    // In units of the MTBF. Where failures are so rare that the root has no digits left, its series: sqrt(2 delta) is
    // Young's interval.
    if (delta < 1e-10) return mtbf * (sqrt(2.0 * delta) - delta * (2.0 / 3.0));
    // u + e^-(u + delta) - 1 without loss of digits where both are small
    const auto slope = [&](double u) { return u + expm1(-(u + delta)); };
    const RootResult<double> root = find_root(slope, 0.0, 1.0, 1e-13);
    return mtbf * root.root;
}

namespace detail {

inline constexpr double least_interval = 1.0; ///< s; where a checkpoint costs nothing, the best would be none at all

/// The best interval of a policy, in plain numbers.
template <class Failures>
[[nodiscard]] constexpr double best_interval(double work, double restart, const Checkpointing& policy,
                                             const Failures& failures, std::int64_t accelerators) noexcept {
    const double rate = raw(failures.rate(accelerators));
    if (!(rate > 0)) return work;
    const double least = minimum(least_interval, work);
    if (policy.tiers == 1 && memoryless<Failures>()) {
        const double stall = raw(policy.tier[0].stall);
        double best = stall > 0 ? raw(exact_interval(policy.tier[0].stall, make<Seconds>(1.0 / rate))) : least;
        best = maximum(best, raw(policy.tier[0].write));
        return limit(best, least, work);
    }
    const auto cost = [&](double log_interval) {
        const auto job = renewal(work, restart, policy, double(exp(log_interval)));
        if (job.failures_in_a_stretch(rate) > 30.0) return 1e300;
        const double running = raw(expected_time(job, failures, accelerators).running);
        return running < 1e300 ? running : 1e300; // nothing is ever kept
    };
    const double from = log(least), to = log(work);
    constexpr int steps = 32;
    const double width = (to - from) / steps;
    int lowest = 0;
    double lowest_cost = cost(from);
    for (int i = 1; i <= steps; ++i)
        if (const double here = cost(from + width * i); here < lowest_cost) {
            lowest = i;
            lowest_cost = here;
        }
    const double lo = maximum(from, from + width * (lowest - 1)), hi = minimum(to, from + width * (lowest + 1));
    return exp(golden_section(cost, lo, hi, 1e-5));
}

} // namespace detail

} // namespace foretrain::inline v0
