// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "../math/exp.hpp"
#include "../math/log.hpp"
#include "../math/normal.hpp"
#include "../math/sqrt.hpp"
#include "expected_time.hpp"
#include "recovery.hpp"

// How much the wall clock of a run differs by chance from its expectation.
//
//   one tier, constant rate: intervals are independent. With f(t) = 1 - e^(-rt), first try c, later tries a = R + w +
//   c, h = detection + wait, t_c and t_a times to a failure that comes within c and a, G tries that fail, geometric
//   with f(a):
//     X = c, or with probability f(c): t_c + h + sum over G of (t_a + h) + a
//     Var T = (work / tau) (f Var X_f + f (1 - f) (E X_f - c)^2)
//   else: a failure at work costs Z = an episode of restarts + what came after the checkpoint, even over 0 to c, and
//   what is done again can fail again: Var T = n (Var Z + v (E Z)^2) (1 + rework / (work + stalls))^2, as the busy
//   period of a queue (L. Takacs 1962); v: squared variation of the gaps between failures; at most what independent
//   periods of the deepest tier give, of which each comes to lose an exponentially distributed time as failures crowd:
//     Var T <= L^2 ((Var Z / (E Z)^2 + v) / n_0 + (1 + v) / periods)     L: all that is lost, n_0: n without rework
//   quantiles: without a failure nothing is lost, with the probability S(work + stalls); else what is lost is taken as
//   gamma distributed with mean and variance as they are, its quantiles by Wilson & Hilferty (1931); where the spread
//   is so large that their median is 0, not below those of a lognormal distribution

namespace foretrain::inline v0::detail {

/// Mean and variance of something.
template <class Real>
struct Moments {
    Real mean{};
    Real variance{};
};

/// Of a time to a failure that comes within `limit`, and the probability that one does.
template <class Real>
struct EarlyFailure : Moments<Real> {
    Real probability{};
};

template <class Real>
[[nodiscard]] constexpr EarlyFailure<Real> early_failure(const Real& rate, const Real& limit) noexcept {
    const Real x = rate * limit;
    const Real f = -expm1(Real(-x));
    if (!(x > Real(1e-3)))
        return {{limit * Real(0.5), limit * limit / Real(12.0)}, f}; // to first order; digits would be lost
    const Real left = (Real(1.0) - f) / f;
    const Real mean = Real(1.0) / rate - limit * left;
    const Real square = Real(2.0) / (rate * rate) - left * limit * (limit + Real(2.0) / rate);
    return {{mean, maximum(Real(square - mean * mean), Real(0.0))}, f};
}

/// Of tries that fail before one of `limit` succeeds, each with what follows a failure.
template <class Real>
[[nodiscard]] constexpr Moments<Real> failed_tries(const Real& rate, const Real& limit,
                                                   const Moments<Real>& after) noexcept {
    const EarlyFailure<Real> early = early_failure(rate, limit);
    const Real succeeds = Real(1.0) - early.probability;
    const Real count = early.probability / succeeds;
    const Real each = early.mean + after.mean;
    return {count * each, count * (early.variance + after.variance) + count / succeeds * each * each};
}

/// Squared coefficient of variation of the gaps between failures.
template <class Real, class Failures>
[[nodiscard]] constexpr Real gap_variation(const Failures& failures, std::int64_t accelerators) noexcept {
    if constexpr (memoryless<Failures>()) {
        return Real(1.0);
    } else {
        const Real mean = Real(1.0) / raw(failures.rate(accelerators));
        const auto moment = [&](const Real& t) {
            return Real(t * failures.survival(accelerators, make<BasicSeconds<Real>>(t)));
        };
        Real from(0.0), to = mean / Real(64.0), sum(0.0);
        for (int panel = 0; panel < 24; ++panel) {
            sum += integral(from, to, moment);
            from = to;
            to = to * Real(2.0);
        }
        return maximum(Real(sum * Real(2.0) / (mean * mean) - Real(1.0)), Real(0.0));
    }
}

/// Variance of the wall clock of a job that fails at some rate.
template <class Real, class Failures>
[[nodiscard]] constexpr Real wall_clock_variance(const Renewal<Real>& job, const BasicExpectedTime<Real>& expected,
                                                 const Failures& failures, std::int64_t accelerators,
                                                 const Real& detection, const BasicSpareWait<Real>& spare) noexcept {
    const Real rate = raw(failures.rate(accelerators));
    const Real wait = raw(spare.wait);
    const Moments<Real> after{detection + raw(spare.expected()),
                              spare.probability * (Real(2.0) - spare.probability) * wait * wait};
    const Real intervals = job.work / job.interval;
    if (job.tiers == 1 && memoryless<Failures>()) {
        const Real cycle = job.interval + job.stall[0];
        const Real again = cycle + job.restart[0] + job.write[0];
        const EarlyFailure<Real> first = early_failure(rate, cycle);
        const Moments<Real> tries = failed_tries(rate, again, after);
        const Real excess = first.mean + after.mean + tries.mean + again - cycle;
        return intervals * first.probability *
               (first.variance + after.variance + tries.variance + (Real(1.0) - first.probability) * excess * excess);
    }
    Real mean(0.0), square(0.0);
    for (std::size_t k = 0; k < job.tiers; ++k) {
        const Real cycle = (job.interval + job.mean_stall()) * Real(static_cast<double>(job.every[k]));
        const Moments<Real> tries = failed_tries(rate, job.restart[k], after);
        const Real cost = after.mean + tries.mean + job.restart[k] + job.write[k] + cycle * Real(0.5);
        mean += job.share[k] * cost;
        square += job.share[k] * (after.variance + tries.variance + cycle * cycle / Real(12.0) + cost * cost);
    }
    const Real base = job.work + raw(expected.stalls);
    const Real working = base + raw(expected.rework);
    const Real gaps = gap_variation<Real>(failures, accelerators);
    const Real inflation = working / base;
    const Real each = square + (gaps - Real(1.0)) * mean * mean;
    const Real variance = rate * working * each * inflation * inflation;
    // Rework that is done again many times over makes failures in one period depend on each other; periods do not.
    const Real deepest = minimum(job.work, Real(job.interval * Real(static_cast<double>(job.every[job.tiers - 1]))));
    const Real lost = raw(expected.rework) + raw(expected.restart) + expected.failures * after.mean;
    const Real most = lost * lost * (each / (rate * base * mean * mean) + (Real(1.0) + gaps) * deepest / job.work);
    return most < variance ? most : variance;
}

/// Quantile p of what is lost to failures, given its mean and variance and the probability that there is none.
template <class Real>
[[nodiscard]] constexpr Real loss_quantile(double p, const Real& mean, const Real& variance,
                                           const Real& none) noexcept {
    const double atom = static_cast<double>(value_of(none));
    if (p <= atom || !(mean > Real(0.0))) return Real(0.0);
    const Real some = Real(1.0) - none;
    const Real mean_if = mean / some;
    const Real variance_if = (variance + mean * mean) / some - mean_if * mean_if;
    if (!(variance_if > Real(0.0))) return mean_if;
    const Real spread = variance_if / (mean_if * mean_if * Real(9.0)); // 1 / 9k of a gamma distribution of shape k
    const Real root = Real(1.0) - spread + Real(sqrt(spread)) * Real(normal_quantile((p - atom) / (1.0 - atom)));
    const Real quantile = root > Real(0.0) ? Real(mean_if * root * root * root) : Real(0.0);
    if (!(spread > Real(1.0))) return quantile;
    const Real sigma_squared = log(Real(Real(1.0) + spread * Real(9.0)));
    const Real normal = Real(normal_quantile((p - atom) / (1.0 - atom)));
    return maximum(quantile, Real(mean_if * exp(Real(Real(sqrt(sigma_squared)) * normal - sigma_squared * Real(0.5)))));
}

} // namespace foretrain::inline v0::detail
