// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "../math/pow.hpp"
#include "../math/sqrt.hpp"
#include "critical_batch.hpp"

// What learning rate to try when the batch changes. Advice, not a model: nothing else in the library depends on it.
//
//   linear        eta B / B_0                       plain and momentum SGD below the critical batch
//   square root   eta sqrt(B / B_0)                 Adam and its kin
//   noise scale   eta (1 + N / B_0) / (1 + N / B)   N noise scale: linear far below it, constant far above
//   by compute    0.3118 C^-0.1250                  Adam, the rate of least loss at the batch of `deepseek_batch`
//
// Sources: Goyal et al. 2017, arXiv:1706.02677; Krizhevsky 2014, arXiv:1404.5997, and Malladi et al. 2022,
// arXiv:2205.10287; McCandlish et al. 2018, arXiv:1812.06162 (2.6); DeepSeek LLM 2024, arXiv:2401.02954 (equation 1).

namespace foretrain::inline v0 {

/// A rate that was tuned at a batch.
template <class Real>
struct BasicTunedRate {
    Real rate{};
    BasicSamples<Real> batch{};
};
using TunedRate = BasicTunedRate<double>;

/// Rates to try at another batch.
template <class Real>
struct BasicLearningRateAdvice {
    Real linear{};
    Real square_root{};
    Real noise_scale{};           ///< between the two others' extremes: what the curve of McCandlish et al. has
    bool beyond_critical = false; ///< the batch is past the critical one: the linear rule is likely to diverge
};
using LearningRateAdvice = BasicLearningRateAdvice<double>;

/// Tells `sink` of a rate that cannot be.
template <class Real, class Sink>
constexpr void check_rules(const BasicTunedRate<Real>& tuned, Sink& sink) noexcept {
    detail::require_range(sink, "tuned.rate", tuned.rate, 1e-12, 1e6, {}, "the rate found best at tuned.batch");
    detail::require_range(sink, "tuned.batch", tuned.batch, 1e-3, 1e15, "samples");
}

/// Rates to try at a batch, or everything wrong with the inputs. The critical batch stands for the noise scale.
template <class Real>
[[nodiscard]] constexpr Result<BasicLearningRateAdvice<Real>>
try_learning_rate(const BasicTunedRate<Real>& tuned, const BasicSamples<Real>& batch,
                  const BasicSamples<Real>& critical_batch) noexcept {
    Violations violations;
    check_rules(tuned, violations);
    detail::check_batch(batch, violations);
    detail::require_range(violations, "critical_batch", critical_batch, 1e-3, 1e18, "samples");
    if (!violations.empty()) return violations;
    const Real ratio = raw(batch) / raw(tuned.batch), noise = raw(critical_batch);
    BasicLearningRateAdvice<Real> advice;
    advice.linear = tuned.rate * ratio;
    advice.square_root = tuned.rate * sqrt(ratio);
    advice.noise_scale = tuned.rate * (Real(1.0) + noise / raw(tuned.batch)) / (Real(1.0) + noise / raw(batch));
    advice.beyond_critical = critical_batch < batch;
    return advice;
}

/// The peak rate of DeepSeek LLM's fit for a run of that compute; made from 1e17 to 2e19 FLOP.
template <class Real>
[[nodiscard]] constexpr Real learning_rate_of_compute(const BasicFlops<Real>& compute) noexcept {
    return Real(0.3118) * pow(raw(compute), -0.1250);
}

#if defined(__cpp_exceptions)
/// Rates to try at a batch; throws `InvalidConfiguration` on bad input.
template <class Real>
[[nodiscard]] constexpr BasicLearningRateAdvice<Real> learning_rate(const BasicTunedRate<Real>& tuned,
                                                                    const BasicSamples<Real>& batch,
                                                                    const BasicSamples<Real>& critical_batch) {
    return detail::value_or_throw(try_learning_rate(tuned, batch, critical_batch));
}
#endif

} // namespace foretrain::inline v0
