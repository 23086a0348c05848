// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "allocation.hpp"

// What a training that is not compute-optimal costs: a smaller model for longer, to be cheap to serve, or a larger one.
//
//   extra compute = C / C_opt(L) - 1      quality-adjusted compute = C_opt(L)      loss forgone = L - L_opt(C)
//
// L: the loss it reaches. C_opt(L): the least compute for that loss. L_opt(C): the least loss for its compute. C_opt(L)
// / C is the factor by which MIRI's compute thresholds discount a training ("quality-adjusted compute").

namespace foretrain::inline v0 {

/// A training beside the two optimal ones it could have been.
template <class Real>
struct BasicOverTraining {
    BasicAllocation<Real> chosen{};
    BasicAllocation<Real> same_compute{}; ///< the optimum at its compute
    BasicAllocation<Real> same_loss{};    ///< the optimum that reaches its loss

    /// Share of compute spent beyond what its loss takes; 0 at the optimum.
    [[nodiscard]] constexpr Real extra_compute() const noexcept {
        return maximum(Real(raw(chosen.compute) / raw(same_loss.compute) - Real(1.0)), Real(0.0));
    }
    /// What a compute-optimal training of the same loss would have taken, over what this one takes.
    [[nodiscard]] constexpr Real quality() const noexcept {
        return minimum(Real(raw(same_loss.compute) / raw(chosen.compute)), Real(1.0));
    }
    /// Loss above that of the optimum at the same compute; 0 at the optimum.
    [[nodiscard]] constexpr BasicCrossEntropy<Real> loss_forgone() const noexcept {
        return maximum(chosen.loss.total() - same_compute.loss.total(), BasicCrossEntropy<Real>{});
    }
    /// Whether the model is smaller than is optimal at its compute.
    [[nodiscard]] constexpr bool smaller() const noexcept { return chosen.parameters < same_compute.parameters; }
};
using OverTraining = BasicOverTraining<double>;

/// What training N parameters on D tokens costs beyond the optimum.
template <ScalingLaw Law, class Real = typename Law::Number>
[[nodiscard]] constexpr Result<BasicOverTraining<Real>>
try_over_training(const Law& law, const BasicParameters<Real>& parameters, const BasicTokens<Real>& tokens) noexcept {
    const Result<BasicLossParts<Real>> loss = try_estimate_loss(law, parameters, tokens);
    if (!loss) return loss.violations();
    BasicOverTraining<Real> result;
    result.chosen = detail::allocation_of(law, parameters, tokens);
    const auto same_compute = try_optimal_allocation(law, result.chosen.compute);
    if (!same_compute) return same_compute.violations();
    const auto same_loss = try_least_compute(law, result.chosen.loss.total());
    if (!same_loss) return same_loss.violations();
    result.same_compute = *same_compute;
    result.same_loss = *same_loss;
    return result;
}

/// The same for a model with `share` of the optimum's parameters, trained until it has the loss of the optimum at
/// `compute`; or why it never does.
template <ScalingLaw Law, class Real = typename Law::Number>
[[nodiscard]] constexpr Result<BasicOverTraining<Real>>
try_model_of_share(const Law& law, const BasicFlops<Real>& compute, const Real& share) noexcept {
    Violations violations;
    detail::require_range(violations, "share", share, 1e-6, 1e6, {}, "parameters over those of the optimum");
    if (!violations.empty()) return violations;
    const auto optimum = try_optimal_allocation(law, compute);
    if (!optimum) return optimum.violations();
    const BasicParameters<Real> parameters = optimum->parameters * share;
    const auto tokens = try_tokens_to_loss(law, parameters, optimum->loss.total());
    if (!tokens) return tokens.violations();
    return try_over_training(law, parameters, *tokens);
}

#if defined(__cpp_exceptions)
/// What training N parameters on D tokens costs beyond the optimum; throws `InvalidConfiguration` on bad input.
template <ScalingLaw Law, class Real = typename Law::Number>
[[nodiscard]] constexpr BasicOverTraining<Real> over_training(const Law& law, const BasicParameters<Real>& parameters,
                                                              const BasicTokens<Real>& tokens) {
    return detail::value_or_throw(try_over_training(law, parameters, tokens));
}
#endif

} // namespace foretrain::inline v0
