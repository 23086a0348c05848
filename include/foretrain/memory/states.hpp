// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "../parallel/shard.hpp"

// Training state of one accelerator: weights, gradients, master weights and optimizer states.
//
//   N = (split / t + replicated) of the layers and tables on the pipeline stage; E = experts / (e t_e)   parameters
//   bytes = N (w / z3 + (g + c w) / z2 + 4 m / z1 + n_o o / z1), and E the same over the replicas of an expert
//           w, g, o: bytes of a weight, a gradient, a moment; m: 1 with master weights; n_o: moments; zi: the ranks
//           that share from ZeRO stage i on, else 1; t: tensor parallel; c: flat copies of gradients the software keeps
//   LoRA: frozen parameters have weights only; r (in + out) trained ones for each product of a layer have all four
//   offloaded shares of weights, and of master weights and moments, are on the host
//
// Sources: Rajbhandari et al. 2020 (ZeRO, arXiv 1910.02054), section 3.1 and figure 1; experts over their own replicas:
// Megatron-Core; Hu et al. 2021 (LoRA), section 4.1. What model parallelism cuts: parallel/shard.hpp.

namespace foretrain::inline v0 {

/// What training keeps between steps, on one accelerator.
template <class Real>
struct BasicTrainingStates {
    BasicBytes<Real> weights{};          ///< the copy that forward and backward read
    BasicBytes<Real> gradients{};        ///< accumulated
    BasicBytes<Real> master_weights{};   ///< FP32 copy that the optimizer updates; zero without one
    BasicBytes<Real> optimizer_states{}; ///< moments

    [[nodiscard]] constexpr BasicBytes<Real> total() const noexcept {
        return weights + gradients + master_weights + optimizer_states;
    }
};
using TrainingStates = BasicTrainingStates<double>;

namespace detail {

/// Training states before any share of them is moved off the accelerator.
template <class Real>
struct WholeStates {
    BasicTrainingStates<Real> all{};
    BasicBytes<Real> adapters{}; ///< weights that are never moved

    /// `share`, `expert_share`: the parts of one rank, 1 / `plan.shards()` and 1 / `plan.expert_shards()`.
    constexpr WholeStates(const HeldParameters& held, const BasicParallelPlan<Real>& plan,
                          const HeldParameters& adapted, double share, double expert_share) noexcept {
        const auto bytes = [&](const HeldParameters& parameters, double each, Sharding shared_from) {
            const double kept = plan.sharding >= shared_from
                                    ? parameters.dense * share + parameters.experts * expert_share
                                    : parameters.total();
            return make<BasicBytes<Real>>(Real(kept * each));
        };
        const Precision& precision = plan.precision;
        const double weight = raw(size_of(precision.weights));
        const double copies = static_cast<double>(plan.stack.memory.gradient_copies);
        const double moments = static_cast<double>(states_of(plan.optimizer)) * raw(size_of(precision.optimizer_state));
        const HeldParameters& trained = plan.adapter_rank > 0 ? adapted : held;
        all.weights = bytes(held, weight, Sharding::parameters);
        if (plan.adapter_rank > 0) adapters = bytes(adapted, weight, Sharding::parameters);
        all.gradients = bytes(trained, raw(size_of(precision.gradients)) + copies * weight, Sharding::gradients);
        if (precision.master_weights) all.master_weights = bytes(trained, 4.0, Sharding::optimizer);
        all.optimizer_states = bytes(trained, moments, Sharding::optimizer);
    }
};

/// As `training_states` below, given the parts of one rank.
template <class Real>
[[nodiscard]] constexpr BasicTrainingStates<Real>
states_of_share(const HeldParameters& held, const BasicParallelPlan<Real>& plan, const HeldParameters& adapters,
                double share, double expert_share) noexcept {
    const WholeStates<Real> whole{held, plan, adapters, share, expert_share};
    const Real optimizer_here = Real(1.0) - plan.offload.optimizer;
    BasicTrainingStates<Real> states = whole.all;
    states.weights = whole.all.weights * (Real(1.0) - plan.offload.weights) + whole.adapters;
    states.master_weights = whole.all.master_weights * optimizer_here;
    states.optimizer_states = whole.all.optimizer_states * optimizer_here;
    return states;
}

} // namespace detail

/// States of the parameters an accelerator holds before sharding, under a plan's precision, optimizer and sharding;
/// with LoRA `held` is frozen and `adapters` are trained. Shares are exact fractions: the padding of flat buffers
/// (below 0.1%) is left out.
template <class Real>
[[nodiscard]] constexpr BasicTrainingStates<Real> training_states(const HeldParameters& held,
                                                                  const BasicParallelPlan<Real>& plan,
                                                                  const HeldParameters& adapters = {}) noexcept {
    return detail::states_of_share(held, plan, adapters, 1.0 / static_cast<double>(plan.shards()),
                                   held.experts > 0 ? 1.0 / static_cast<double>(plan.expert_shards()) : 1.0);
}

/// States of everything trained on an accelerator of stage `stage`, 0 <= stage < plan.pipeline, with layers of
/// different kinds spread evenly (parallel/shard.hpp) and without LoRA.
template <class Real>
[[nodiscard]] constexpr BasicTrainingStates<Real>
training_states(const Transformer& model, const BasicParallelPlan<Real>& plan, std::int64_t stage) noexcept {
    return training_states<Real>(held_parameters(model, plan, stage), plan);
}

} // namespace foretrain::inline v0
