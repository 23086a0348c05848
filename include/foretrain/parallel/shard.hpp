// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "../workload/parameters.hpp"
#include "plan.hpp"
#include "stage.hpp"

// Which parameters an accelerator holds before data parallelism shares them out.
//
// Tensor parallelism cuts the matrices of attention and of dense feed-forward blocks; expert parallelism deals out
// routed experts, each cut over the ranks of expert tensor parallelism. Norms, routers, narrow projections of latent
// attention, the biases after row-parallel products, learned positions and segments are whole on every rank; so is a
// key-value head where ranks outnumber key-value heads (Shoeybi et al. 2019, section 3; Megatron-Core). Layers of
// different kinds count as equally spread over the stages.

namespace foretrain::inline v0 {

/// Parameters an accelerator holds, by the group that sums their gradients: all replicas, or the replicas of an expert.
struct HeldParameters {
    double dense = 0;
    double experts = 0;

    [[nodiscard]] constexpr double total() const noexcept { return dense + experts; }
    constexpr HeldParameters& operator+=(const HeldParameters& other) noexcept {
        dense += other.dense;
        experts += other.experts;
        return *this;
    }
    [[nodiscard]] friend constexpr HeldParameters operator*(const HeldParameters& held, double times) noexcept {
        return {held.dense * times, held.experts * times};
    }
    constexpr bool operator==(const HeldParameters&) const noexcept = default;
};

/// Parameters by what model parallelism does with them.
struct ParameterBuckets {
    double tensor_split = 0; ///< cut into `tensor` equal parts; heads that must be kept several times count so often
    double replicated = 0;   ///< whole on every rank
    double experts = 0;      ///< dealt out over `expert` x `expert_tensor` ranks

    /// What one rank holds of them.
    template <class Real>
    [[nodiscard]] constexpr HeldParameters held(const BasicParallelPlan<Real>& plan) const noexcept {
        return {tensor_split / static_cast<double>(plan.tensor) + replicated,
                experts / static_cast<double>(plan.expert * plan.expert_tensor)};
    }
    constexpr bool operator==(const ParameterBuckets&) const noexcept = default;
};

namespace detail {

/// The buckets of `p`, which has attention in `attending` of its layers and dense blocks in `feeding`.
[[nodiscard]] constexpr ParameterBuckets buckets_of(const Transformer& model, const LayerParameters& p,
                                                    std::int64_t attending, std::int64_t feeding,
                                                    std::int64_t tensor) noexcept {
    const std::int64_t output_biases = (model.attention_output_bias ? attending * model.hidden : 0) +
                                       (model.feed_forward_bias ? feeding * model.hidden : 0);
    std::int64_t copies = 0; // of key-value heads, beyond the first
    if (tensor > model.kv_heads && !model.has_latent_attention()) {
        const std::int64_t key_value =
            2 * model.key_value_width() * (model.hidden + static_cast<std::int64_t>(model.qkv_bias));
        copies = attending * (key_value / model.kv_heads * (tensor - model.kv_heads));
    }
    return {static_cast<double>(p.attention + p.feed_forward - output_biases + copies),
            static_cast<double>(p.norms + p.router + output_biases), static_cast<double>(p.experts)};
}

} // namespace detail

/// The buckets of one layer cut over `tensor` ranks; of models whose layers differ, of the average layer.
[[nodiscard]] constexpr ParameterBuckets layer_buckets(const Transformer& model, const PartParameters& parts,
                                                       std::int64_t tensor) noexcept {
    const std::int64_t attending = parts.count(LayerPart::attention) + parts.count(LayerPart::windowed_attention);
    const ParameterBuckets all =
        detail::buckets_of(model, all_layer_parameters(parts), attending, parts.count(LayerPart::feed_forward), tensor);
    const double layers = static_cast<double>(model.layers);
    return {all.tensor_split / layers, all.replicated / layers, all.experts / layers};
}
[[nodiscard]] constexpr ParameterBuckets layer_buckets(const Transformer& model, std::int64_t tensor) noexcept {
    return layer_buckets(model, PartParameters{model}, tensor);
}

/// The buckets of what a stage holds beside layers: tables on the first stage; final norm, head and modules of
/// multi-token prediction on the last. A tied embedding is on both ends of a pipeline, as two copies; with
/// multi-token prediction so is any.
[[nodiscard]] constexpr ParameterBuckets boundary_buckets(const Transformer& model, const PartParameters& parts,
                                                          std::int64_t tensor, std::int64_t pipeline,
                                                          std::int64_t stage) noexcept {
    const auto number = [](std::int64_t count) { return static_cast<double>(count); };
    const std::int64_t norm = norm_parameters(model.norm, model.hidden);
    const double projection = number(model.vocabulary * model.hidden);
    ParameterBuckets result;
    if (stage == 0) {
        result.tensor_split += projection;
        result.replicated +=
            number((model.position_rows + model.segment_rows) * model.hidden + (model.embedding_norm ? norm : 0));
    }
    if (stage == pipeline - 1) {
        if (!model.tied_embeddings || pipeline > 1) result.tensor_split += projection;
        const std::int64_t beside = head_parameters_beside_projection(model);
        const std::int64_t bias = model.head == Head::language_model ? beside : model.vocabulary;
        result.tensor_split += number(bias);
        result.replicated += number((model.final_norm ? norm : 0) + beside - bias);
        if (model.prediction_layers > 0) {
            const ParameterBuckets modules =
                detail::buckets_of(model, prediction_parameters(model, parts), model.prediction_layers,
                                   model.has_experts() ? 0 : model.prediction_layers, tensor);
            result.tensor_split += modules.tensor_split;
            result.replicated += modules.replicated;
            result.experts += modules.experts;
            if (pipeline > 1 && !model.tied_embeddings) result.tensor_split += projection;
        }
    }
    return result;
}
[[nodiscard]] constexpr ParameterBuckets boundary_buckets(const Transformer& model, std::int64_t tensor,
                                                          std::int64_t pipeline, std::int64_t stage) noexcept {
    return boundary_buckets(model, PartParameters{model}, tensor, pipeline, stage);
}

/// Parameters one accelerator of stage `stage` holds before sharding over data parallelism. Where layers do not come
/// out even, a middle stage counts as one of the fullest (parallel/stage.hpp).
template <class Real>
[[nodiscard]] constexpr HeldParameters held_parameters(const Transformer& model, const BasicParallelPlan<Real>& plan,
                                                       std::int64_t stage) noexcept {
    const PartParameters parts{model};
    const StageLayers layers = stage_layers(model.layers, plan);
    HeldParameters held = layer_buckets(model, parts, plan.tensor).held(plan) *
                          static_cast<double>(layers.of(stage_kind(stage, plan.pipeline)));
    held += boundary_buckets(model, parts, plan.tensor, plan.pipeline, stage).held(plan);
    return held;
}

/// What an accelerator holds before data parallelism shares it out: of the average layer, beside layers where the model
/// begins, and beside layers where it ends (none with one stage, where `edge` has both ends).
struct HeldParts {
    HeldParameters layer{};
    HeldParameters edge{};
    HeldParameters head{};

    /// All of the first stage, which has so many layers.
    [[nodiscard]] constexpr HeldParameters first_stage(std::int64_t layers) const noexcept {
        HeldParameters held = layer * static_cast<double>(layers);
        held += edge;
        return held;
    }
};

/// The parts of a plan. They depend on the degrees of tensor and expert parallelism and on whether there is a pipeline.
template <class Real>
[[nodiscard]] constexpr HeldParts held_parts(const Transformer& model, const PartParameters& parts,
                                             const BasicParallelPlan<Real>& plan) noexcept {
    HeldParts held{layer_buckets(model, parts, plan.tensor).held(plan),
                   boundary_buckets(model, parts, plan.tensor, plan.pipeline, 0).held(plan), HeldParameters{}};
    if (plan.pipeline > 1)
        held.head = boundary_buckets(model, parts, plan.tensor, plan.pipeline, plan.pipeline - 1).held(plan);
    return held;
}
template <class Real>
[[nodiscard]] constexpr HeldParts held_parts(const Transformer& model, const BasicParallelPlan<Real>& plan) noexcept {
    return held_parts(model, PartParameters{model}, plan);
}

/// Parameters of the adapters of LoRA on all products of one part of a layer, on one accelerator; none without LoRA.
/// The narrow side of an adapter is on every tensor rank, its side along a cut dimension is cut.
template <class Real>
[[nodiscard]] constexpr HeldParameters adapter_parameters(const Transformer& model, const BasicParallelPlan<Real>& plan,
                                                          LayerPart part) noexcept {
    if (plan.adapter_rank == 0) return {};
    const double rank = static_cast<double>(plan.adapter_rank);
    const double hidden = static_cast<double>(model.hidden);
    const double matrices = static_cast<double>(model.feed_forward_matrices());
    const auto cut = [&](std::int64_t width) { return static_cast<double>(width) / static_cast<double>(plan.tensor); };
    switch (part) {
    case LayerPart::attention:
    case LayerPart::windowed_attention: {
        if (!model.has_latent_attention())
            return {rank * (4.0 * hidden + 2.0 * cut(model.query_width()) + 2.0 * cut(model.key_value_width())), 0.0};
        const LatentAttention& latent = model.latent;
        const std::int64_t values = model.heads * latent.value_dimension;
        const std::int64_t expanded =
            model.query_width() + model.heads * (model.head_dimension - latent.rotary_dimension);
        const double narrow =
            static_cast<double>(2 * latent.query_rank + 2 * latent.key_value_rank + latent.rotary_dimension);
        return {rank * (3.0 * hidden + narrow + cut(expanded + 2 * values)), 0.0};
    }
    case LayerPart::state_space: {
        const StateSpace& block = model.state_space;
        const std::int64_t inner = block.heads * block.head_dimension;
        return {rank * (2.0 * hidden + cut(3 * inner + 2 * block.groups * block.state + block.heads)), 0.0};
    }
    case LayerPart::feed_forward: return {rank * matrices * (hidden + cut(model.feed_forward)), 0.0};
    case LayerPart::experts: {
        const Experts& experts = model.experts;
        const double width = experts.latent > 0 ? static_cast<double>(experts.latent) : hidden;
        const double here = static_cast<double>(experts.routed) / static_cast<double>(plan.expert);
        const double inner = static_cast<double>(experts.width) / static_cast<double>(plan.expert_tensor);
        const double shared = experts.shared_width > 0 ? hidden + cut(experts.shared_width) : 0.0;
        return {rank * matrices * shared, rank * matrices * here * (width + inner)};
    }
    }
    return {};
}

/// The same of all layers of stage `stage`, parts as often as the average layer has them. Embedding and head have none.
template <class Real>
[[nodiscard]] constexpr HeldParameters
adapters_on_accelerator(const Transformer& model, const BasicParallelPlan<Real>& plan, std::int64_t stage) noexcept {
    const double layers = static_cast<double>(stage_layers(model.layers, plan).of(stage_kind(stage, plan.pipeline)));
    HeldParameters held;
    for (const LayerPart part : layer_parts)
        held += adapter_parameters(model, plan, part) *
                (layers * static_cast<double>(model.count(part)) / static_cast<double>(model.layers));
    return held;
}

} // namespace foretrain::inline v0
