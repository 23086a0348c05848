// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

#include "../math/log.hpp"
#include "../math/sqrt.hpp"
#include "../units/evidence.hpp"
#include "convergence.hpp"

// How a named benchmark converges: its two constants, the batches they were fitted to, and how sure a prediction is.
//
//   80% band of ln E:  +- 1.28 sqrt(spread^2 + (beyond ln(B / B_last) / ln 2)^2)    second term only for B > B_last
//
// `spread` is the root mean square residual of the fit, `beyond` what a doubling past the largest batch fitted adds,
// from fits without each benchmark's largest batch. A benchmark of a single point has the critical batch of all others:
// ln(B_crit / smallest batch) is drawn from one normal distribution, since references start at a batch well below the
// critical one.

namespace foretrain::inline v0 {

/// What all benchmarks have in common, for those of which little is known.
struct PooledConvergence {
    double critical_over_smallest = 0; ///< exp of the median of ln(B_crit / smallest batch)
    double deviation = 0;              ///< of that logarithm: the width of the prior of each fit
    double noise = 0;                  ///< of ln E, about the curve: what one point weighs
    double beyond = 0;                 ///< error of ln E for each doubling past the largest batch fitted
    Provenance provenance{};
};

/// A benchmark's convergence, fitted.
struct BenchmarkConvergence {
    std::string_view name{};
    std::array<std::string_view, 3> aliases{}; ///< what else tables call it
    int since_round = 0;                       ///< the first major round that an alias means this reference in
    int before_round = 1000;                   ///< the first in which it means another again
    Convergence convergence{};
    Samples smallest_batch{};                       ///< of the points fitted to
    Samples largest_batch{};                        ///< of the points fitted to
    int points = 0;                                 ///< batches that were fitted to
    double spread = 0;                              ///< of ln E about the curve
    std::optional<Samples> epoch{};                 ///< samples of an epoch, where results count epochs
    std::optional<TokensPerSample> sample_tokens{}; ///< where a sample is a sequence of one length
    Provenance provenance{};

    /// E(B).
    [[nodiscard]] constexpr Samples samples_to_target(const Samples& batch) const noexcept {
        return convergence.samples_to_target(batch);
    }
    /// Whether points at this batch or beyond it were fitted.
    [[nodiscard]] constexpr bool covers(const Samples& batch) const noexcept {
        return smallest_batch <= batch && batch <= largest_batch;
    }
};

/// The major number of a round, `v2.1.0` or `2.1`; 0 if it has none.
[[nodiscard]] constexpr int major_round(std::string_view round) noexcept {
    int number = 0;
    for (std::size_t i = round.starts_with('v') ? 1 : 0; i < round.size() && '0' <= round[i] && round[i] <= '9'; ++i)
        if (number < 1000) number = 10 * number + (round[i] - '0');
    return number;
}

/// Whether a table means this benchmark by a name in a round; without a round, the newest of that name.
[[nodiscard]] constexpr bool is_called(const BenchmarkConvergence& benchmark, std::string_view name,
                                       std::string_view round = {}) noexcept {
    if (name.empty()) return false;
    if (benchmark.name == name) return true;
    for (std::size_t i = 0; i < benchmark.aliases.size(); ++i) {
        if (benchmark.aliases[i] != name) continue;
        if (round.empty()) return benchmark.before_round >= 1000;
        const int major = major_round(round);
        if (benchmark.since_round <= major && major < benchmark.before_round) return true;
    }
    return false;
}

/// Half of the 80% band of ln E at a batch.
[[nodiscard]] constexpr double half_width(const BenchmarkConvergence& benchmark, const PooledConvergence& pool,
                                          const Samples& batch) noexcept {
    const double doublings =
        maximum(log(raw(batch) / raw(benchmark.largest_batch)), 0.0) * 1.4426950408889634; // 1 / ln 2
    const double further = pool.beyond * doublings;
    return 1.2815515655446004 * sqrt(benchmark.spread * benchmark.spread + further * further);
}

/// A benchmark that nothing is known of but what one batch took: the curve through that point with the critical batch
/// that the others have.
template <class Real>
[[nodiscard]] constexpr BasicConvergence<Real> pooled_convergence(const PooledConvergence& pool,
                                                                  const BasicSamples<Real>& batch,
                                                                  const BasicSamples<Real>& samples) noexcept {
    return convergence_through(batch, samples, BasicSamples<Real>(batch * Real(pool.critical_over_smallest)));
}

} // namespace foretrain::inline v0
