// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

#include "checkpoint.hpp"
#include "failures.hpp"

// The expected time of work that fails, restarts and loses what came after its last checkpoint.
//
//   c = tau + stall       tau: work between two checkpoints
//   w: from then until a checkpoint can be restored from; a write longer than tau makes the next checkpoint wait:
//   stall += write - tau, w = tau, as the first one after a restart need not wait
//   after a failure: restart R (reading the checkpoint included), during which it may fail again, then on from there
//   one tier, any S(t):  E[K] = sum over k >= 1 of S(R + k c + w)       checkpoints that can be restored, per failure
//                        failures n_f = (work / tau) / E[K]             running time n_f / rate
//   one tier, constant rate r, n = work / tau intervals, the last of which is over without a write:
//                running = e^(r R) tried     tried = ((n - 1) e^(r w) + 1) (e^(r c) - 1) / r     rework = tried - n c
//   several tiers, constant rate: tier k serves the share p_k of failures, which fall back to the last multiple of
//   every_k checkpoints. With x_j the expected time from checkpoint j to j + 1, y_kj the same after a restart of kind
//   k, X_i..j the sum of x_l for i <= l < j, A(t) = (1 - e^(-rt))/r, F(t) = 1 - e^(-rt) and b = every_k
//   floor(j/every_k):
//       G_j = sum of p_k (w_k + (b = j ? y_kj : y_kb + X_b+1..j + x_j))     still to go after a failure
//       x_j = A(c_j) + F(c_j) G_j,     y_kj = A(R_k + c_j) + F(R_k + c_j) G_j
//   which is linear in G_j alone; w_k, the work since what is still being written, is exact to first order.
//
// Renewal reward: age starts anew at each failure. One tier is J. T. Daly, "A higher order estimate of the optimum
// checkpoint interval for restart dumps", Future Generation Computer Systems 22 (2006) 303-312, equation 17 with R.
// Time from a failure to the restart (detection, waiting) is not running: nothing fails in it (goodput.hpp adds it).

namespace foretrain::inline v0 {

/// What running takes, beside what follows a failure before the restart. Parts sum to `running`.
template <class Real>
struct BasicExpectedTime {
    BasicSeconds<Real> stalls{};  ///< for checkpoints that served
    BasicSeconds<Real> rework{};  ///< done again, with the stalls in it
    BasicSeconds<Real> restart{}; ///< restarting and reading checkpoints
    BasicSeconds<Real> running{}; ///< with the work itself
    Real failures{};
};
using ExpectedTime = BasicExpectedTime<double>;

namespace detail {

/// A job between failures, in plain seconds.
template <class Real>
struct Renewal {
    static constexpr std::size_t most = BasicCheckpointing<Real>::most_tiers;
    Real work{};
    Real interval{}; ///< tau
    std::size_t tiers = 1;
    std::array<std::int64_t, most> every{1, 1, 1};
    std::array<Real, most> stall{};   ///< with what a slow write stretches
    std::array<Real, most> write{};   ///< w, at most the time to the next checkpoint of the tier
    std::array<Real, most> restart{}; ///< R
    std::array<Real, most> share{Real(1.0), Real(0.0), Real(0.0)}; ///< p

    /// Stalls for each interval, in the mean.
    [[nodiscard]] constexpr Real mean_stall() const noexcept {
        Real sum(0.0);
        for (std::size_t i = 0; i < tiers; ++i) sum += stall[i] / Real(static_cast<double>(every[i]));
        return sum;
    }
    /// Failures that, at `rate`, come in the longest stretch that must go without one.
    [[nodiscard]] constexpr double failures_in_a_stretch(const Real& rate) const noexcept {
        Real deeper(1.0), sum(0.0), stalls(0.0), longest(0.0);
        for (std::size_t i = 0; i < tiers; ++i) {
            const Real period = (interval + mean_stall()) * Real(static_cast<double>(every[i]));
            sum += deeper * ((i == 0 ? Real(0.0) : period) + write[i]);
            deeper -= share[i];
            stalls += stall[i];
            longest = maximum(longest, restart[i]);
        }
        sum += interval + stalls; // where all tiers are due
        return static_cast<double>(value_of(Real(rate * (sum + longest))));
    }
};

/// The job of a checkpoint policy at an interval; `restart` without loading. Without a policy: one stretch.
template <class Real>
[[nodiscard]] constexpr Renewal<Real> renewal(const Real& work, const Real& restart) noexcept {
    Renewal<Real> job;
    job.work = job.interval = work;
    job.restart[0] = restart;
    return job;
}
template <class Real>
[[nodiscard]] constexpr Renewal<Real> renewal(const Real& work, const Real& restart,
                                              const BasicCheckpointing<Real>& policy, const Real& interval) noexcept {
    Renewal<Real> job;
    job.work = work;
    job.interval = interval;
    job.tiers = policy.tiers;
    Real served(0.0);
    for (std::size_t i = 0; i < policy.tiers; ++i) {
        const BasicCheckpointTier<Real>& tier = policy.tier[i];
        job.every[i] = tier.every;
        job.write[i] = raw(tier.write);
        job.stall[i] = raw(tier.stall);
        const Real left = raw(tier.write) - interval * Real(static_cast<double>(tier.every));
        if (!(interval < work)) { // nothing is ever restored
            job.write[i] = Real(0.0);
        } else if (left > Real(0.0)) {
            job.stall[i] += left;
            job.write[i] -= left;
        }
        job.restart[i] = restart + raw(tier.load);
        job.share[i] = tier.survives - served;
        served = tier.survives;
    }
    return job;
}

// Gauss-Legendre, eight points on [-1, 1].
inline constexpr std::array<double, 4> legendre_node{0.1834346424956498, 0.5255324099163290, 0.7966664774136267,
                                                     0.9602898564975363};
inline constexpr std::array<double, 4> legendre_weight{0.3626837833783620, 0.3137066458778873, 0.2223810344533745,
                                                       0.1012285362903763};

template <class Real, class Function>
[[nodiscard]] constexpr Real integral(const Real& from, const Real& to, Function f) noexcept {
    const Real middle = (from + to) * Real(0.5), half = (to - from) * Real(0.5);
    Real sum(0.0);
    for (std::size_t i = 0; i < legendre_node.size(); ++i)
        sum += (f(Real(middle - half * Real(legendre_node[i]))) + f(Real(middle + half * Real(legendre_node[i])))) *
               Real(legendre_weight[i]);
    return sum * half;
}

/// Checkpoints that can be restored from, between two failures: the sum of S(R + k c + w), the first 64 terms one by
/// one, the rest as an integral with the first correction of the midpoint rule.
template <class Real, class Failures>
[[nodiscard]] constexpr Real restorable(const Renewal<Real>& job, const Failures& failures,
                                        std::int64_t accelerators) noexcept {
    const Real cycle = job.interval + job.stall[0], start = job.restart[0] + job.write[0];
    const auto survival = [&](const Real& t) {
        return Real(failures.survival(accelerators, make<BasicSeconds<Real>>(t)));
    };
    constexpr int terms = 64;
    Real sum(0.0);
    for (int k = 1; k <= terms; ++k) {
        const Real term = survival(Real(start + cycle * Real(static_cast<double>(k))));
        sum += term;
        if (term < Real(1e-18)) return sum;
    }
    Real from = start + cycle * Real(terms + 0.5), width = cycle * Real(16.0);
    const Real slope = survival(Real(from + cycle * Real(0.5))) - survival(Real(from - cycle * Real(0.5)));
    Real tail(0.0);
    for (int panel = 0; panel < 200; ++panel) {
        tail += integral(from, Real(from + width), survival);
        from += width;
        width *= Real(1.5);
        if (survival(from) < Real(1e-18)) break;
    }
    return sum + tail / cycle + slope / Real(24.0);
}

/// The mean of the smaller of a time to failure and `limit`.
template <class Real, class Failures>
[[nodiscard]] constexpr Real mean_up_to(const Real& limit, const Failures& failures,
                                        std::int64_t accelerators) noexcept {
    Real sum(0.0), from(0.0);
    for (int panel = 12; panel >= 0; --panel) { // finer towards 0, where a hazard may be infinite
        const Real to = limit / Real(static_cast<double>(1 << panel));
        sum += integral(from, to, [&](const Real& t) {
            return Real(failures.survival(accelerators, make<BasicSeconds<Real>>(t)));
        });
        from = to;
    }
    return sum;
}

/// Running time of one period of the outermost of several tiers, at a constant rate.
template <class Real>
[[nodiscard]] constexpr Real tiered_period(const Renewal<Real>& job, const Real& rate) noexcept {
    constexpr std::size_t most = Renewal<Real>::most;
    // Intervals differ by the tiers that are due at their end.
    std::array<Real, most> time{}, failing{};                               // A(c), F(c)
    std::array<std::array<Real, most>, most> time_after{}, failing_after{}; // A(R_k + c), F(R_k + c)
    Real cycle = job.interval;
    for (std::size_t due = 0; due < job.tiers; ++due) {
        cycle += job.stall[due];
        failing[due] = -expm1(Real(-(rate * cycle)));
        time[due] = failing[due] / rate;
        for (std::size_t k = 0; k < job.tiers; ++k) {
            failing_after[due][k] = -expm1(Real(-(rate * (job.restart[k] + cycle))));
            time_after[due][k] = failing_after[due][k] / rate;
        }
    }
    std::array<Real, most> back{}; // y_kb + X_b+1..j of the block that j is in
    const std::int64_t period = job.every[job.tiers - 1];
    Real total(0.0);
    for (std::int64_t j = 0; j < period; ++j) {
        std::size_t due = 0;
        for (std::size_t i = 1; i < job.tiers; ++i)
            if ((j + 1) % job.every[i] == 0) due = i;
        // G_j = constant + slope G_j
        Real constant(0.0), slope(0.0);
        for (std::size_t k = 0; k < job.tiers; ++k) {
            if (j % job.every[k] == 0) {
                constant += job.share[k] * (job.write[k] + time_after[due][k]);
                slope += job.share[k] * failing_after[due][k];
            } else {
                constant += job.share[k] * (job.write[k] + back[k] + time[due]);
                slope += job.share[k] * failing[due];
            }
        }
        const Real after = constant / (Real(1.0) - slope);
        const Real advance = time[due] + failing[due] * after;
        for (std::size_t k = 0; k < job.tiers; ++k)
            back[k] = j % job.every[k] == 0 ? Real(time_after[due][k] + failing_after[due][k] * after)
                                            : Real(back[k] + advance);
        total += advance;
    }
    return total;
}

/// The expected time of a job; it must be able to make progress (`failures_in_a_stretch`).
template <class Real, class Failures>
[[nodiscard]] constexpr BasicExpectedTime<Real> expected_time(const Renewal<Real>& job, const Failures& failures,
                                                              std::int64_t accelerators) noexcept {
    const Real rate = raw(failures.rate(accelerators));
    const Real intervals = job.work / job.interval;
    const Real stalls = intervals * job.mean_stall();
    Real rework(0.0), restart(0.0), count(0.0);
    if (rate > Real(0.0) && job.tiers == 1) {
        const Real cycle = job.interval + job.stall[0];
        if constexpr (memoryless<Failures>()) {
            // The last checkpoint need not be restored from: the run is over.
            const Real once = Real(expm1(Real(rate * cycle))) / rate;
            const Real later = maximum(Real(intervals - Real(1.0)), Real(0.0));
            const Real tried = once * (later * Real(exp(Real(rate * job.write[0]))) + (intervals - later));
            rework = maximum(Real(tried - intervals * cycle), Real(0.0));
            count = exp(Real(rate * job.restart[0])) * tried * rate;
            restart = tried * Real(expm1(Real(rate * job.restart[0])));
        } else {
            count = intervals / restorable(job, failures, accelerators);
            restart = count * mean_up_to(job.restart[0], failures, accelerators);
            rework = maximum(Real(count / rate - job.work - stalls - restart), Real(0.0));
        }
    } else if (rate > Real(0.0)) {
        const Real periods = intervals / Real(static_cast<double>(job.every[job.tiers - 1]));
        const Real running = periods * tiered_period(job, rate);
        count = rate * running;
        for (std::size_t k = 0; k < job.tiers; ++k)
            restart += running * job.share[k] * -Real(expm1(Real(-(rate * job.restart[k]))));
        rework = maximum(Real(running - job.work - stalls - restart), Real(0.0));
    }
    const auto seconds = [](const Real& x) { return make<BasicSeconds<Real>>(x); };
    return {seconds(stalls), seconds(rework), seconds(restart), seconds(Real(job.work + stalls + rework + restart)),
            count};
}

} // namespace detail

} // namespace foretrain::inline v0
