// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "../math/scalar.hpp"
#include "../units/quantity.hpp"
#include "../units/result.hpp"

// The gradient noise scale: a critical batch that a training run can measure while it runs.
//
//   B_simple = tr(Sigma) / |G|^2          G true gradient, Sigma covariance of the gradient of one sample
//
// Neither is seen, but |g_B|^2 of a mean over B samples is |G|^2 + tr(Sigma) / B in expectation, so that two batches
// give both without bias:
//
//   |G|^2 = (b |g_b|^2 - a |g_a|^2) / (b - a)      tr(Sigma) = (|g_a|^2 - |g_b|^2) / (1/a - 1/b)      a < b
//
// Data parallelism has them at hand: a is the batch of a rank, b that of all. Average both over many steps before they
// are divided: the ratio of averages is what has little bias. B_simple is B_crit if the Hessian is a multiple of the
// identity; measured ratios of average B_simple to average B_crit lie between 0.05 and 8 (table 1 of the source).
// Source: McCandlish et al. 2018, arXiv:1812.06162, equations 2.9 and A.1 to A.4.

namespace foretrain::inline v0 {

/// Squared lengths of gradients averaged over a small and a large batch, each the mean over steps.
template <class Real>
struct BasicGradientNorms {
    BasicSamples<Real> small_batch{};
    BasicSamples<Real> large_batch{};
    Real small_square{}; ///< |g|^2 over the small batch
    Real large_square{}; ///< |g|^2 over the large batch
};
using GradientNorms = BasicGradientNorms<double>;

/// What they tell of the gradient.
template <class Real>
struct BasicGradientNoise {
    Real gradient_square{};           ///< |G|^2
    Real noise{};                     ///< tr(Sigma)
    BasicSamples<Real> noise_scale{}; ///< B_simple
};
using GradientNoise = BasicGradientNoise<double>;

/// Tells `sink` of what cannot be: equal batches, or lengths whose estimates of |G|^2 or tr(Sigma) are not above 0
/// (average over more steps).
template <class Real, class Sink>
constexpr void check_rules(const BasicGradientNorms<Real>& norms, Sink& sink) noexcept {
    const Real a = raw(norms.small_batch), b = raw(norms.large_batch);
    detail::require_range(sink, "norms.small_batch", a, 1e-3, 1e15, "samples", "batch of one rank or micro-batch");
    detail::require_range(sink, "norms.large_batch", b, 1e-3, 1e15, "samples", "batch of all ranks");
    detail::require_range(sink, "norms.small_square", norms.small_square, 1e-100, 1e100);
    detail::require_range(sink, "norms.large_square", norms.large_square, 1e-100, 1e100);
    detail::require(sink, a * Real(1.001) < b, "batches_differ", "norms.large_batch", b,
                    "larger than norms.small_batch, {}", detail::plain(a),
                    "compare the gradient of one rank with that of all");
    detail::require(sink, norms.large_square < norms.small_square, "noise_shrinks", "norms.large_square",
                    norms.large_square, "below norms.small_square, {}", detail::plain(norms.small_square),
                    "average over more steps: a larger batch has less noise");
    detail::require(sink, a * norms.small_square < b * norms.large_square, "gradient_is_seen", "norms.large_square",
                    norms.large_square, "more than small_square small_batch / large_batch, {}",
                    detail::plain(Real(a * norms.small_square / b)),
                    "average over more steps: the noise drowns the gradient");
}

/// The noise scale, or everything wrong with the inputs.
template <class Real>
[[nodiscard]] constexpr Result<BasicGradientNoise<Real>>
try_gradient_noise(const BasicGradientNorms<Real>& norms) noexcept {
    Violations violations;
    check_rules(norms, violations);
    if (!violations.empty()) return violations;
    const Real a = raw(norms.small_batch), b = raw(norms.large_batch);
    BasicGradientNoise<Real> result;
    result.gradient_square = (b * norms.large_square - a * norms.small_square) / (b - a);
    result.noise = (norms.small_square - norms.large_square) / (Real(1.0) / a - Real(1.0) / b);
    result.noise_scale = make<BasicSamples<Real>>(Real(result.noise / result.gradient_square));
    return result;
}

#if defined(__cpp_exceptions)
/// The noise scale; throws `InvalidConfiguration` on bad input.
template <class Real>
[[nodiscard]] constexpr BasicGradientNoise<Real> gradient_noise(const BasicGradientNorms<Real>& norms) {
    return detail::value_or_throw(try_gradient_noise(norms));
}
#endif

} // namespace foretrain::inline v0
