// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "../parallel/plan.hpp"
#include "../parallel/stage.hpp"
#include "../workload/parameters.hpp"

// Training state of one accelerator: weights, gradients, master weights and optimizer states.
//
//   N = (split / t + replicated) of the layers and tables on the pipeline stage          parameters
//   bytes = N (w / z3 + g / z2 + 4 m / z1 + n_o o / z1)     w, g, o: bytes of a weight, a gradient, a moment; m: 1 with
//           master weights; n_o: moments; zi: the ranks that share from ZeRO stage i on, else 1; t: tensor parallel
//
// Source: Rajbhandari et al. 2020 (ZeRO, arXiv 1910.02054), section 3.1 and figure 1; what tensor parallelism cuts:
// Shoeybi et al. 2019 (arXiv 1909.08053), section 3. Norms, the biases after row-parallel products, learned positions
// and segments are whole on every rank; so is a key-value head where ranks outnumber key-value heads.

namespace foretrain::inline v0 {

/// Parameters by what tensor parallelism does with them.
struct ParameterBuckets {
    std::int64_t tensor_split =
        0; ///< cut into `tensor` equal parts; heads that must be kept several times count so often
    std::int64_t replicated = 0; ///< whole on every rank

    /// Parameters one rank of a tensor-parallel group holds.
    [[nodiscard]] constexpr double per_accelerator(std::int64_t tensor) const noexcept {
        return static_cast<double>(tensor_split) / static_cast<double>(tensor) + static_cast<double>(replicated);
    }
    constexpr bool operator==(const ParameterBuckets&) const noexcept = default;
};

/// The buckets of one layer cut over `tensor` ranks.
[[nodiscard]] constexpr ParameterBuckets layer_buckets(const Transformer& model, std::int64_t tensor) noexcept {
    const LayerParameters layer = layer_parameters(model);
    const std::int64_t output_biases =
        (model.attention_output_bias ? model.hidden : 0) + (model.feed_forward_bias ? model.hidden : 0);
    std::int64_t copies = 0; // of key-value heads, beyond the first
    if (tensor > model.kv_heads) {
        const std::int64_t key_value =
            2 * model.key_value_width() * (model.hidden + static_cast<std::int64_t>(model.qkv_bias));
        copies = key_value / model.kv_heads * (tensor - model.kv_heads);
    }
    return {layer.attention + layer.feed_forward - output_biases + copies, layer.norms + output_biases};
}

/// The buckets of what a stage holds beside layers: tables on the first stage, final norm and head on the last. A tied
/// embedding is on both ends of a pipeline, as two copies.
[[nodiscard]] constexpr ParameterBuckets boundary_buckets(const Transformer& model, std::int64_t pipeline,
                                                          std::int64_t stage) noexcept {
    const ParameterCounts counts = count_parameters(model);
    ParameterBuckets result;
    if (stage == 0) {
        result.tensor_split += counts.embedding;
        result.replicated += counts.positions + counts.segments + counts.embedding_norm;
    }
    if (stage == pipeline - 1) {
        if (!model.tied_embeddings || pipeline > 1) result.tensor_split += counts.embedding;
        const std::int64_t beside = head_parameters_beside_projection(model);
        const std::int64_t bias = model.head == Head::language_model ? beside : model.vocabulary;
        result.tensor_split += bias;
        result.replicated += counts.final_norm + beside - bias;
    }
    return result;
}

/// Parameters one accelerator of stage `stage` holds before sharding over data parallelism. Where layers do not come
/// out even, a middle stage counts as one of the fullest (parallel/stage.hpp).
template <class Real>
[[nodiscard]] constexpr double parameters_on_accelerator(const Transformer& model, const BasicParallelPlan<Real>& plan,
                                                         std::int64_t stage) noexcept {
    const StageLayers layers = stage_layers(model.layers, plan.pipeline, plan.virtual_stages);
    return static_cast<double>(layers.of(stage_kind(stage, plan.pipeline))) *
               layer_buckets(model, plan.tensor).per_accelerator(plan.tensor) +
           boundary_buckets(model, plan.pipeline, stage).per_accelerator(plan.tensor);
}

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

/// States of `parameters` parameters (those of one accelerator before sharding) under a plan's precision, optimizer
/// and sharding. Shares are exact fractions: the padding of flat buffers (below 0.1%) is left out.
template <class Real>
[[nodiscard]] constexpr BasicTrainingStates<Real> training_states(double parameters,
                                                                  const BasicParallelPlan<Real>& plan) noexcept {
    const double share = 1.0 / static_cast<double>(plan.shards());
    const auto bytes = [&](NumberFormat format, Sharding shared_from) {
        const double kept = plan.sharding >= shared_from ? parameters * share : parameters;
        return make<BasicBytes<Real>>(Real(kept * raw(size_of(format))));
    };
    BasicTrainingStates<Real> states;
    states.weights = bytes(plan.precision.weights, Sharding::parameters);
    states.gradients = bytes(plan.precision.gradients, Sharding::gradients);
    if (plan.precision.master_weights) states.master_weights = bytes(NumberFormat::fp32, Sharding::optimizer);
    states.optimizer_states = bytes(plan.precision.optimizer_state, Sharding::optimizer) *
                              Real(static_cast<double>(states_of(plan.optimizer)));
    return states;
}

/// States on an accelerator of stage `stage`; 0 <= stage < plan.pipeline.
template <class Real>
[[nodiscard]] constexpr BasicTrainingStates<Real>
training_states(const Transformer& model, const BasicParallelPlan<Real>& plan, std::int64_t stage) noexcept {
    return training_states<Real>(parameters_on_accelerator(model, plan, stage), plan);
}

} // namespace foretrain::inline v0
