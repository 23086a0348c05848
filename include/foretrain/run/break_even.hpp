// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>

#include "goodput.hpp"

// How reliable machines must be: the MTBF at which a job reaches a wanted goodput; and what can be said of a job whose
// MTBF nobody knows.
//
//   M*: goodput(M*) = wanted, by a bracketed root in the logarithm of M, with the best interval at each M unless the
//   policy fixes one. Goodput grows with M from 0 to what is reached without failures.

namespace foretrain::inline v0 {

/// The accelerator-time for each failure, at a constant rate, at which a job's goodput is `wanted`; absent where it is
/// not reached without failures either. Inputs other than the failures must be valid (`try_goodput_outlook`).
template <class Failures, class Real = double> // Real: nothing is instantiated before somebody calls it
[[nodiscard]] constexpr std::optional<AcceleratorTime>
break_even_mtbf(const Seconds& productive, std::int64_t accelerators,
                const BasicReliability<double, Failures>& reliability, double wanted) noexcept {
    const auto above = [&](double log_mtbf) {
        const BasicExponentialFailures<Real> failures{make<AcceleratorTime>(exp(log_mtbf)), {}};
        const Result<Goodput> reached = try_goodput(productive, accelerators,
                                                    BasicReliability<Real, BasicExponentialFailures<Real>>{
                                                        failures, reliability.checkpointing, reliability.recovery});
        return (reached ? reached->share() : 0.0) - wanted;
    };
    const double from = log(2.0 * detail::least_mtbf), to = log(detail::most_mtbf / 2.0);
    if (!(wanted > 0.0) || above(to) < 0.0) return std::nullopt;
    if (above(from) >= 0.0) return make<AcceleratorTime>(exp(from));
    const RootResult<double> root = find_root(above, from, to, 1e-7);
    if (!root.converged()) return std::nullopt;
    return make<AcceleratorTime>(exp(root.root));
}

/// An MTBF at which a job reaches a share of what it would reach without failures.
struct ReliabilityBreakEven {
    double share = 0;   ///< of the goodput without failures
    double goodput = 0; ///< that is wanted
    std::optional<AcceleratorTime> mtbf{};
    std::optional<Seconds> job_mtbf{}; ///< the same between two failures of the job
};

/// What can be said of a job: its goodput if its failure rate is known; in any case the goodput without failures, which
/// is an upper bound, and how rare failures must be to cost 1%, 5% and 10% of it.
struct GoodputOutlook {
    std::optional<Goodput> expected{}; ///< absent: failure rate unknown
    Goodput without_failures{};
    std::array<ReliabilityBreakEven, 3> break_even{};
};

/// The outlook of a job, or everything wrong with the inputs; an unknown failure rate is not wrong.
template <class Failures, class Real = double>
[[nodiscard]] constexpr Result<GoodputOutlook>
try_goodput_outlook(const Seconds& productive, std::int64_t accelerators,
                    const BasicReliability<double, Failures>& reliability) noexcept {
    Violations violations; // all of them at once, those of the failures too
    detail::check_goodput(productive, accelerators, reliability, violations);
    if (!violations.empty()) return violations;
    GoodputOutlook outlook;
    const BasicReliability<Real, BasicNoFailures<Real>> ideal{BasicNoFailures<Real>{}, reliability.checkpointing,
                                                              reliability.recovery};
    const Result<Goodput> best = try_goodput(productive, accelerators, ideal);
    if (!best) return best.violations();
    outlook.without_failures = *best;
    if (reliability.failures) {
        const Result<Goodput> expected = try_goodput(productive, accelerators, reliability);
        if (!expected) return expected.violations();
        outlook.expected = *expected;
    }
    constexpr std::array<double, 3> shares{0.99, 0.95, 0.9};
    for (std::size_t i = 0; i < shares.size(); ++i) {
        ReliabilityBreakEven& at = outlook.break_even[i];
        at.share = shares[i];
        at.goodput = shares[i] * best->share();
        at.mtbf = break_even_mtbf(productive, accelerators, reliability, at.goodput);
        if (at.mtbf) at.job_mtbf = *at.mtbf / make<Accelerators>(static_cast<double>(accelerators));
    }
    return outlook;
}

} // namespace foretrain::inline v0
