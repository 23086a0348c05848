// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "../batch/convergence.hpp"
#include "../batch/critical_batch.hpp"
#include "../batch/tokens_to_loss.hpp"
#include "run.hpp"

// Time and cost to a target loss: a scaling law says how many tokens, the batch how many more, the run what they take.
//
//   tokens = D(N, loss) x penalty      penalty = E(B) / E(B_0) = (1 + B / B_crit) / (1 + B_0 / B_crit)
//   wall clock, energy and bill of that budget: run/run.hpp
//
// D(N, loss): batch/tokens_to_loss.hpp. B: batch of the step; B_0: that of the runs behind the law, 0 where they were
// far below the critical batch; E(B): batch/convergence.hpp. A law is fitted to runs whose learning rate decays to the
// end of each, so the loss is that of a run planned for this budget, not a point on the way of a longer one.

namespace foretrain::inline v0 {

/// How many more tokens a batch takes than one far below the critical batch: 1 + B / B_crit.
template <class Real>
[[nodiscard]] constexpr Real batch_penalty(const BasicTokens<Real>& batch,
                                           const BasicTokens<Real>& critical_batch) noexcept {
    return Real(1.0) + raw(batch) / raw(critical_batch);
}
/// How many more samples a batch takes than a reference, by any model of convergence.
template <class Real, ConvergenceModel<Real> Model>
[[nodiscard]] constexpr Real batch_penalty(const Model& model, const BasicSamples<Real>& batch,
                                           const BasicSamples<Real>& reference) noexcept {
    return Real(raw(model.samples_to_target(batch)) / raw(model.samples_to_target(reference)));
}

/// The penalty of a batch by a law of critical batches (batch/critical_batch.hpp), at the compute, tokens and loss of
/// the target; or what is wrong with them. `sparsity`: total over active parameters.
template <class Critical, ScalingLaw Law, class Real>
    requires CriticalBatchLaw<Critical, Real>
[[nodiscard]] constexpr Result<Real>
try_batch_penalty(const Critical& critical, const Law& law, const BasicParameters<Real>& parameters,
                  const BasicCrossEntropy<Real>& target, const BasicTokens<Real>& batch,
                  const Real& sparsity = Real(1.0)) noexcept {
    const Result<BasicTokens<Real>> tokens = try_tokens_to_loss(law, parameters, target);
    if (!tokens) return tokens.violations();
    const BasicTrainingScale<Real> scale{training_compute(parameters, *tokens), *tokens, sparsity, target};
    const Result<BasicTokens<Real>> size = try_critical_batch(critical, scale);
    if (!size) return size.violations();
    return batch_penalty(batch, as_double_samples(*size, critical.meaning));
}

/// A run to a loss.
template <class Real>
struct BasicRunToLoss {
    BasicParameters<Real> parameters{};
    BasicLossParts<Real> loss{};        ///< at the end
    BasicTokens<Real> law_tokens{};     ///< by the law, at the batch it was fitted at
    BasicTokens<Real> penalty_tokens{}; ///< more, because of the batch
    BasicTokens<Real> tokens{};         ///< the budget: the sum of both
    BasicRunEstimate<Real> run{};
};
using RunToLoss = BasicRunToLoss<double>;

/// A run until N parameters have the loss, with what `try_estimate_run` takes after the budget (faults, prices, site,
/// or conditions of the user's own); or why there is none. `penalty`: tokens at the step's batch over those of the law.
template <ScalingLaw Law, class Real, class... Conditions>
[[nodiscard]] constexpr Result<BasicRunToLoss<Real>>
try_run_to_loss(const Law& law, const BasicParameters<Real>& parameters, const BasicCrossEntropy<Real>& target,
                const Real& penalty, const BasicStepEstimate<Real>& step, const BasicCluster<Real>& cluster,
                const Conditions&... conditions) noexcept {
    const Result<BasicTokens<Real>> tokens = try_tokens_to_loss(law, parameters, target);
    Violations violations = tokens ? Violations{} : tokens.violations();
    detail::require_range(violations, "batch_penalty", penalty, 1.0, 1e6, {}, "1 + batch / critical batch");
    if (!violations.empty()) return violations;
    BasicRunToLoss<Real> result;
    result.parameters = parameters;
    result.law_tokens = *tokens;
    result.tokens = *tokens * penalty;
    result.penalty_tokens = result.tokens - result.law_tokens;
    result.loss = law.loss(parameters, result.law_tokens);
    const TokenBudget budget{make<Tokens>(detail::plain(result.tokens))};
    const Result<BasicRunEstimate<Real>> run = try_estimate_run(step, cluster, budget, conditions...);
    if (!run) return run.violations();
    result.run = *run;
    return result;
}

#if defined(__cpp_exceptions)
/// The same; throws `InvalidConfiguration` on bad input and where the loss is never reached.
template <ScalingLaw Law, class Real, class... Conditions>
[[nodiscard]] constexpr BasicRunToLoss<Real>
run_to_loss(const Law& law, const BasicParameters<Real>& parameters, const BasicCrossEntropy<Real>& target,
            const Real& penalty, const BasicStepEstimate<Real>& step, const BasicCluster<Real>& cluster,
            const Conditions&... conditions) {
    return detail::value_or_throw(try_run_to_loss(law, parameters, target, penalty, step, cluster, conditions...));
}
#endif

} // namespace foretrain::inline v0
