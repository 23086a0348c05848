// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>

#include "../math/scalar.hpp"
#include "../units/quantity.hpp"
#include "../units/result.hpp"

// Samples and steps to a target against batch size.
//
//   samples  E(B) = E_min (1 + B / B_crit)         steps  S(B) = E(B) / B = S_min (1 + B_crit / B)
//   (E / E_min - 1) (S / S_min - 1) = 1            B_crit = E_min / S_min
//
// B batch, E_min the fewest samples (tiny batches), S_min the fewest steps (huge ones), B_crit the critical batch:
// there the target costs twice the samples of the first and twice the steps of the second. The learning rate is taken
// as tuned for each batch. Source: McCandlish et al. 2018, arXiv:1812.06162, equations 2.11 and 2.12.

namespace foretrain::inline v0 {

/// A model of convergence answers one question: how many samples to the target at a batch. More samples at larger
/// batches, and not more steps.
template <class Model, class Real = double>
concept ConvergenceModel = requires(const Model& model, const BasicSamples<Real>& batch) {
    { model.samples_to_target(batch) } noexcept -> std::convertible_to<BasicSamples<Real>>;
};

/// The trade-off between steps and samples, by its two constants.
template <class Real>
struct BasicConvergence {
    BasicSamples<Real> least_samples{};  ///< E_min
    BasicSamples<Real> critical_batch{}; ///< B_crit

    /// E(B).
    [[nodiscard]] constexpr BasicSamples<Real> samples_to_target(const BasicSamples<Real>& batch) const noexcept {
        return least_samples * Real(Real(1.0) + raw(batch) / raw(critical_batch));
    }
    /// S_min: what no batch goes below.
    [[nodiscard]] constexpr Real least_steps() const noexcept { return Real(raw(least_samples) / raw(critical_batch)); }
    /// E_min / E(B), 1 for tiny batches, 1/2 at the critical batch: what the samples are worth.
    [[nodiscard]] constexpr Real data_efficiency(const BasicSamples<Real>& batch) const noexcept {
        return Real(Real(1.0) / (Real(1.0) + raw(batch) / raw(critical_batch)));
    }
    /// The largest batch that takes no more than `overhead` times extra samples (0.2 for 20%).
    [[nodiscard]] constexpr BasicSamples<Real> batch_of_overhead(const Real& overhead) const noexcept {
        return critical_batch * overhead;
    }
};
using Convergence = BasicConvergence<double>;

/// What a target takes at a batch.
template <class Real>
struct BasicTargetEffort {
    BasicSamples<Real> samples{};
    Real steps{}; ///< samples over batch, not rounded up
};
using TargetEffort = BasicTargetEffort<double>;

/// Tells `sink` of every constant outside its range.
template <class Real, class Sink>
constexpr void check_rules(const BasicConvergence<Real>& convergence, Sink& sink) noexcept {
    detail::require_range(sink, "convergence.least_samples", convergence.least_samples, 1.0, 1e18, "samples");
    detail::require_range(sink, "convergence.critical_batch", convergence.critical_batch, 1e-3, 1e18, "samples",
                          "the batch that needs twice the samples of tiny batches");
}

namespace detail {
template <class Real, class Sink>
constexpr void check_batch(const BasicSamples<Real>& batch, Sink& sink) noexcept {
    require_range(sink, "batch", batch, 1e-3, 1e15, "samples", "of one optimizer step, over all accelerators");
}
} // namespace detail

/// Steps to the target at a batch, by any model; not rounded up.
template <class Real, ConvergenceModel<Real> Model>
[[nodiscard]] constexpr Real steps_to_target(const Model& model, const BasicSamples<Real>& batch) noexcept {
    const BasicSamples<Real> samples = model.samples_to_target(batch);
    return Real(raw(samples) / raw(batch));
}

/// The constants of a curve of which one point and the critical batch are known.
template <class Real>
[[nodiscard]] constexpr BasicConvergence<Real> convergence_through(const BasicSamples<Real>& batch,
                                                                   const BasicSamples<Real>& samples,
                                                                   const BasicSamples<Real>& critical_batch) noexcept {
    return {BasicSamples<Real>(samples / Real(Real(1.0) + raw(batch) / raw(critical_batch))), critical_batch};
}

/// Samples and steps at a batch, or everything wrong with the inputs.
template <class Real>
[[nodiscard]] constexpr Result<BasicTargetEffort<Real>> try_target_effort(const BasicConvergence<Real>& convergence,
                                                                          const BasicSamples<Real>& batch) noexcept {
    Violations violations;
    check_rules(convergence, violations);
    detail::check_batch(batch, violations);
    if (!violations.empty()) return violations;
    return BasicTargetEffort<Real>{convergence.samples_to_target(batch), steps_to_target(convergence, batch)};
}

#if defined(__cpp_exceptions)
/// Samples and steps at a batch; throws `InvalidConfiguration` on bad input.
template <class Real>
[[nodiscard]] constexpr BasicTargetEffort<Real> target_effort(const BasicConvergence<Real>& convergence,
                                                              const BasicSamples<Real>& batch) {
    return detail::value_or_throw(try_target_effort(convergence, batch));
}
#endif

} // namespace foretrain::inline v0
