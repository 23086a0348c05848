// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "../math/scalar.hpp"
#include "../parallel/plan.hpp"
#include "../workload/parameters.hpp"

// Activations that a layer keeps for its backward pass: one micro-batch on one accelerator, operation by operation.
//
//   GPT (plain feed-forward block, dropout, multi-head, 16-bit, unfused attention), bytes a layer:
//     s b h (10 + 24 / t + 5 a s / (h t))      tensor parallel
//     s b h / t (34 + 5 a s / h)               with sequence parallel
//     without 5 a s / h                        selective recomputation;  2 s b h with full recomputation
//     elementwise recomputation drops outputs of norms and of activation functions
//   s sequence, b micro-batch, h hidden, a heads, t tensor parallel.
//   experts: tokens x active x (h + 3 w) elements, w the width of one (gated); the busiest rank by `expert_imbalance`
//
// Source: Korthikanti et al. 2022 (arXiv 2205.05198), section 4 and table 2, which this reproduces exactly, and from
// the same reasoning (what must each backward read?): gated blocks, grouped queries, no dropout, fused attention,
// latent attention (DeepSeek-V2, section 2.1), experts (tokens as dispatched, Megatron-Core), state-space blocks,
// products in short formats, which keep the cast operand (Transformer Engine). Neglected: statistics of norms (8 bytes
// a token), tables of angles and masks that all layers share.

namespace foretrain::inline v0 {

/// One named part of a memory breakdown.
template <class Real>
struct BasicMemoryItem {
    std::string_view name;
    BasicBytes<Real> bytes{};
};
using MemoryItem = BasicMemoryItem<double>;

/// What one layer, or a part of it, keeps of one micro-batch without recomputation.
template <class Real>
struct BasicLayerActivations {
    BasicBytes<Real> norm_inputs{};          ///< all norms of the layer; of queries and keys too
    BasicBytes<Real> attention_input{};      ///< what the query, key and value (or state-space) projections multiply
    BasicBytes<Real> latents{};              ///< compressed queries, keys and values, before and after their norms
    BasicBytes<Real> queries_keys_values{};  ///< operands of attention, or of a state-space block
    BasicBytes<Real> scores{};               ///< unfused: softmax output, dropout mask, dropped-out copy
    BasicBytes<Real> attention_statistics{}; ///< fused: FP32 log-sum-exp of every row; states of a state-space block
    BasicBytes<Real> attention_output{};     ///< what the output projection multiplies
    BasicBytes<Real> feed_forward_input{};   ///< what the first matrix of a dense block or of shared experts multiplies
    BasicBytes<Real> feed_forward_inner{};   ///< outputs of the first matrix (of up and gate): inputs of the activation
    BasicBytes<Real> feed_forward_activated{}; ///< what the last matrix multiplies
    BasicBytes<Real> expert_input{};           ///< the router's probabilities and the tokens dispatched to experts here
    BasicBytes<Real> expert_inner{};           ///< of routed experts here
    BasicBytes<Real> expert_activated{};       ///< of routed experts here
    BasicBytes<Real> dropout_masks{};          ///< one byte an element, of both residual branches
    BasicBytes<Real> layer_input{};            ///< all that full recomputation keeps; not a part of `total()`

    static constexpr std::size_t size = 14;

    /// All parts in a fixed order; their sum is `total()`, bit for bit.
    [[nodiscard]] constexpr std::array<BasicMemoryItem<Real>, size> items() const noexcept {
        return {{{"norm inputs", norm_inputs},
                 {"attention input", attention_input},
                 {"latents", latents},
                 {"queries, keys, values", queries_keys_values},
                 {"attention scores", scores},
                 {"attention statistics", attention_statistics},
                 {"attention output", attention_output},
                 {"feed-forward input", feed_forward_input},
                 {"feed-forward inner", feed_forward_inner},
                 {"feed-forward activated", feed_forward_activated},
                 {"expert input", expert_input},
                 {"expert inner", expert_inner},
                 {"expert activated", expert_activated},
                 {"dropout masks", dropout_masks}}};
    }
    [[nodiscard]] constexpr BasicBytes<Real> total() const noexcept {
        return norm_inputs + attention_input + latents + queries_keys_values + scores + attention_statistics +
               attention_output + feed_forward_input + feed_forward_inner + feed_forward_activated + expert_input +
               expert_inner + expert_activated + dropout_masks;
    }
    /// What stays until the backward pass.
    [[nodiscard]] constexpr BasicBytes<Real> kept(Recomputation recomputation) const noexcept {
        switch (recomputation) {
        case Recomputation::none: return total();
        case Recomputation::elementwise:
        case Recomputation::feed_forward:
        case Recomputation::selective: return total() - recomputed(recomputation);
        case Recomputation::full: return layer_input;
        }
        return total();
    }
    /// What comes back, of one layer at a time, when the backward pass computes it again.
    [[nodiscard]] constexpr BasicBytes<Real> recomputed(Recomputation recomputation) const noexcept {
        // Latent attention keeps its narrow latents, not what they expand to.
        const BasicBytes<Real> expanded = latents > BasicBytes<Real>{} ? queries_keys_values : BasicBytes<Real>{};
        switch (recomputation) {
        case Recomputation::none: return {};
        case Recomputation::elementwise:
            return attention_input + feed_forward_input + feed_forward_activated + expert_activated + expanded;
        case Recomputation::feed_forward:
            return attention_input + feed_forward_input + feed_forward_inner + feed_forward_activated + expert_input +
                   expert_inner + expert_activated + expanded;
        case Recomputation::selective: return scores + attention_statistics + expanded;
        case Recomputation::full: return total() - minimum(layer_input, norm_inputs); // the norm reads what was kept
        }
        return {};
    }
    /// Two parts of one layer: its mixer and its feed-forward block.
    [[nodiscard]] constexpr BasicLayerActivations operator+(const BasicLayerActivations& other) const noexcept {
        return {norm_inputs + other.norm_inputs,
                attention_input + other.attention_input,
                latents + other.latents,
                queries_keys_values + other.queries_keys_values,
                scores + other.scores,
                attention_statistics + other.attention_statistics,
                attention_output + other.attention_output,
                feed_forward_input + other.feed_forward_input,
                feed_forward_inner + other.feed_forward_inner,
                feed_forward_activated + other.feed_forward_activated,
                expert_input + other.expert_input,
                expert_inner + other.expert_inner,
                expert_activated + other.expert_activated,
                dropout_masks + other.dropout_masks,
                maximum(layer_input, other.layer_input)};
    }
};
using LayerActivations = BasicLayerActivations<double>;

namespace detail {

/// Bytes of an element of a short format with its share of the scale factors: FP32 for 128 values, 8 bits for 32 or 16.
[[nodiscard]] constexpr double scaled_size(NumberFormat format, Scaling scaling) noexcept {
    const double scales = scaling == Scaling::block   ? 1.0 / 32.0
                          : scaling != Scaling::micro ? 0.0
                                                      : (format == NumberFormat::fp4 ? 1.0 / 16.0 : 1.0 / 32.0);
    return raw(size_of(format)) + scales;
}

/// Elements that several parts share. Counts are integers of the configuration: plain doubles for every scalar.
template <class Real>
struct ActivationShape {
    double element = 0;      ///< bytes of a stored activation
    double operand = 0;      ///< bytes of an activation kept only because a product reads it again
    double tokens = 0;       ///< of one micro-batch, of this context rank
    double tensor_share = 0; ///< 1 / t
    double stream = 0;       ///< elements of a token-by-hidden tensor where sequence parallelism cuts it
    double inputs = 0;       ///< the same of inputs of products
    double hidden = 0;
    Real slots{}; ///< tokens times experts they visit that the busiest accelerator computes
};

template <class Real>
[[nodiscard]] constexpr ActivationShape<Real> activation_shape(const Transformer& model,
                                                               const BasicParallelPlan<Real>& plan) noexcept {
    ActivationShape<Real> shape;
    const Precision& precision = plan.precision;
    shape.element = raw(size_of(precision.activations));
    shape.operand = precision.casts_kept ? scaled_size(precision.compute, precision.scaling) : shape.element;
    shape.tokens = static_cast<double>(plan.micro_batch * plan.sequence) / static_cast<double>(plan.context);
    shape.tensor_share = 1.0 / static_cast<double>(plan.tensor);
    shape.hidden = static_cast<double>(model.hidden);
    const double whole = shape.tokens * shape.hidden;
    shape.stream = plan.sequence_parallel ? whole * shape.tensor_share : whole;
    shape.inputs = plan.stack.memory.gathered_inputs ? whole : shape.stream;
    if (model.has_experts()) {
        const double mean = shape.stream / shape.hidden * static_cast<double>(model.experts.active) *
                            static_cast<double>(plan.expert_tensor);
        shape.slots = Real(mean) * (plan.expert_capacity > Real(0.0) ? plan.expert_capacity : plan.expert_imbalance);
    }
    return shape;
}

template <class Real>
[[nodiscard]] constexpr BasicLayerActivations<Real>
part_activations(const Transformer& model, const BasicParallelPlan<Real>& plan, const ActivationShape<Real>& shape,
                 LayerPart part) noexcept {
    const auto bytes = [](const Real& count) { return make<BasicBytes<Real>>(count); };
    const auto plain = [](double count) { return make<BasicBytes<Real>>(Real(count)); };
    const double element = shape.element;
    const double norm_element = element + static_cast<double>(plan.stack.memory.norm_copies);
    const bool gated = model.feed_forward_kind == FeedForward::gated;
    // A chain of framework kernels keeps the activated gate besides gate and up.
    const double inner_tensors = gated ? (plan.stack.fused_elementwise ? 2.0 : 3.0) : 1.0;
    const double local = shape.tokens * shape.tensor_share;

    BasicLayerActivations<Real> a;
    a.layer_input = plain(shape.stream * element);
    a.norm_inputs = plain(static_cast<double>(norms_of(model, part)) * shape.stream * norm_element);
    if (model.dropout) a.dropout_masks = plain(shape.stream);

    switch (part) {
    case LayerPart::attention:
    case LayerPart::windowed_attention: {
        const double queries = local * static_cast<double>(model.query_width());
        double keys = 0, values = 0, output = queries;
        if (model.has_latent_attention()) {
            const LatentAttention& latent = model.latent;
            keys = queries;
            values = output = local * static_cast<double>(model.heads * latent.value_dimension);
            const double normed = static_cast<double>(latent.query_rank + latent.key_value_rank);
            a.latents = plain(
                shape.stream / shape.hidden *
                (normed * (norm_element + shape.operand) + static_cast<double>(latent.rotary_dimension) * element));
        } else {
            const std::int64_t ranks = plan.tensor < model.kv_heads ? plan.tensor : model.kv_heads;
            keys = values = shape.tokens * static_cast<double>(model.key_value_width()) / static_cast<double>(ranks);
        }
        if (model.query_key_norm) a.norm_inputs += plain((queries + keys) * norm_element);
        a.attention_input = plain(shape.inputs * shape.operand);
        a.queries_keys_values = plain((queries + keys + values) * element);
        const double rows = static_cast<double>(model.heads) * local;
        if (plan.attention == AttentionKernel::unfused) {
            const double copies = static_cast<double>(plan.stack.memory.softmax_copies);
            a.scores = plain(rows * static_cast<double>(plan.sequence) *
                             ((model.dropout ? 2.0 * element + 1.0 : element) + copies));
        } else {
            a.attention_statistics = plain(rows * 4.0);
        }
        // Fused attention reads its output again, a short product its own cast of it.
        a.attention_output = plain(output * (element + (plan.precision.casts_kept ? shape.operand : 0.0)));
        break;
    }
    case LayerPart::state_space: {
        // The projections' output, the scan's output and its gated norm; FP32 states at each 256 tokens (Mamba-2).
        const StateSpace& block = model.state_space;
        const double inner = local * static_cast<double>(block.heads * block.head_dimension);
        const double maps = local * static_cast<double>(2 * block.groups * block.state + block.heads);
        a.attention_input = plain(shape.inputs * shape.operand);
        a.queries_keys_values = plain((2.0 * inner + maps) * element);
        a.attention_output = plain(inner * (element + shape.operand));
        a.attention_statistics = plain(inner * static_cast<double>(block.state) * 4.0 / 256.0);
        break;
    }
    case LayerPart::feed_forward: {
        const double inner = local * static_cast<double>(model.feed_forward);
        // Side by side, attention and feed-forward read the output of one norm.
        a.feed_forward_input = plain(model.norms_per_layer == 1 ? 0.0 : shape.inputs * shape.operand);
        a.feed_forward_inner = plain(inner_tensors * inner * element);
        a.feed_forward_activated = plain(inner * shape.operand);
        break;
    }
    case LayerPart::experts: {
        const Experts& experts = model.experts;
        const double shared = local * static_cast<double>(experts.shared_width);
        a.feed_forward_input = plain(shape.inputs * shape.operand);
        a.feed_forward_inner = plain(inner_tensors * shared * element);
        a.feed_forward_activated = plain(shared * shape.operand);
        const double width = experts.latent > 0 ? static_cast<double>(experts.latent) : shape.hidden;
        const double inner = static_cast<double>(experts.width) / static_cast<double>(plan.expert_tensor);
        const double router = shape.stream / shape.hidden * static_cast<double>(experts.routed) * 4.0; // FP32
        a.expert_input = bytes(Real(router) + shape.slots * Real(width * shape.operand));
        a.expert_inner = bytes(shape.slots * Real(inner_tensors * inner * element));
        a.expert_activated = bytes(shape.slots * Real(inner * shape.operand));
        break;
    }
    }
    return a;
}

} // namespace detail

/// Activations of one part of a layer (workload/transformer.hpp) with its norms and its residual branch.
template <class Real>
[[nodiscard]] constexpr BasicLayerActivations<Real>
layer_activations(const Transformer& model, const BasicParallelPlan<Real>& plan, LayerPart part) noexcept {
    return detail::part_activations(model, plan, detail::activation_shape(model, plan), part);
}

/// Activations of one plain layer: attention and a dense feed-forward block.
template <class Real>
[[nodiscard]] constexpr BasicLayerActivations<Real> layer_activations(const Transformer& model,
                                                                      const BasicParallelPlan<Real>& plan) noexcept {
    return layer_activations(model, plan, LayerPart::attention) +
           layer_activations(model, plan, LayerPart::feed_forward);
}

/// What a stage keeps of one micro-batch beside layers.
template <class Real>
struct BasicBoundaryActivations {
    BasicBytes<Real> embedding{}; ///< first stage: dropout mask, input of the embedding's norm
    BasicBytes<Real> head{}; ///< last stage: inputs of final norm and projection; a masked language model's dense layer
    BasicBytes<Real> logits{}; ///< last stage: all that is live between the projection's forward and backward product
};
using BoundaryActivations = BasicBoundaryActivations<double>;

/// Activations of embedding and head (Korthikanti et al. 2022, section 4.3: s b h / t of mask; 4 s b h / t (1 + v / h)
/// of head, of which `logits` has 4 s b v / t). A vocabulary-parallel loss holds a logit in the activations' format and
/// in FP32, where softmax and gradient replace each other; framework kernels hold FP32 copy, log-softmax and the
/// gradients of both, and the gathered pieces and their concatenation where t > 1. Each module of multi-token
/// prediction has inputs of its projection, norms and head, and logits of its own.
template <class Real>
[[nodiscard]] constexpr BasicBoundaryActivations<Real>
boundary_activations(const Transformer& model, const BasicParallelPlan<Real>& plan,
                     const detail::ActivationShape<Real>& shape) noexcept {
    const auto bytes = [](double count) { return make<BasicBytes<Real>>(Real(count)); };
    const double stream = shape.stream * shape.element;
    const double modules = static_cast<double>(model.prediction_layers);
    BasicBoundaryActivations<Real> a;
    a.embedding = bytes((model.dropout ? shape.stream : 0.0) + (model.embedding_norm ? stream : 0.0));
    const double head = (model.final_norm ? 2.0 : 1.0) + (model.head == Head::language_model ? 0.0 : 3.0);
    a.head = bytes((head + modules * (head + 4.0)) * stream);
    const double logits = shape.tokens * static_cast<double>(model.vocabulary) * (1.0 + modules);
    if (plan.stack.memory.loss == Loss::vocabulary_parallel)
        a.logits = bytes(logits * shape.tensor_share * (shape.element + 4.0));
    else a.logits = bytes(logits * (16.0 + (plan.tensor > 1 ? 4.0 : 2.0) * shape.element));
    return a;
}

template <class Real>
[[nodiscard]] constexpr BasicBoundaryActivations<Real>
boundary_activations(const Transformer& model, const BasicParallelPlan<Real>& plan) noexcept {
    return boundary_activations(model, plan, detail::activation_shape(model, plan));
}

/// What the average layer keeps of one micro-batch until its backward pass.
template <class Real>
[[nodiscard]] constexpr BasicBytes<Real> kept_activations(const Transformer& model,
                                                          const BasicParallelPlan<Real>& plan) noexcept {
    BasicBytes<Real> kept{};
    for (const LayerPart part : layer_parts)
        if (const std::int64_t count = model.count(part); count > 0)
            kept += layer_activations(model, plan, part).kept(plan.recomputation) *
                    Real(static_cast<double>(count) / static_cast<double>(model.layers));
    return kept;
}

} // namespace foretrain::inline v0
