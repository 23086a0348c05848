// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "../math/scalar.hpp"
#include "../parallel/plan.hpp"

// Activations that a layer keeps for its backward pass: one micro-batch on one accelerator, operation by operation.
//
//   GPT (plain feed-forward block, dropout, multi-head, 16-bit, unfused attention), bytes a layer:
//     s b h (10 + 24 / t + 5 a s / (h t))      tensor parallel
//     s b h / t (34 + 5 a s / h)               with sequence parallel
//     without 5 a s / h                        selective recomputation;  2 s b h with full recomputation
//     elementwise recomputation drops outputs of norms and of activation functions
//   s sequence, b micro-batch, h hidden, a heads, t tensor parallel.
//
// Source: Korthikanti et al. 2022 (arXiv 2205.05198), section 4 and table 2, which this reproduces exactly, and from
// the same reasoning (what must each backward read?): gated blocks, grouped queries, no dropout, fused attention, other
// formats. Neglected: statistics of norms (8 bytes a token), tables of angles and masks that all layers share.

namespace foretrain::inline v0 {

/// One named part of a memory breakdown.
template <class Real>
struct BasicMemoryItem {
    std::string_view name;
    BasicBytes<Real> bytes{};
};
using MemoryItem = BasicMemoryItem<double>;

/// What one layer keeps of one micro-batch without recomputation.
template <class Real>
struct BasicLayerActivations {
    BasicBytes<Real> norm_inputs{};          ///< all norms of the layer; of queries and keys too
    BasicBytes<Real> attention_input{};      ///< what the query, key and value projections multiply
    BasicBytes<Real> queries_keys_values{};  ///< operands of attention
    BasicBytes<Real> scores{};               ///< unfused: softmax output, dropout mask, dropped-out copy
    BasicBytes<Real> attention_statistics{}; ///< fused: FP32 log-sum-exp of every row
    BasicBytes<Real> attention_output{};     ///< what the output projection multiplies
    BasicBytes<Real> feed_forward_input{};   ///< what the first matrix multiplies
    BasicBytes<Real> feed_forward_inner{};   ///< outputs of the first matrix (of up and gate): inputs of the activation
    BasicBytes<Real> feed_forward_activated{}; ///< what the last matrix multiplies
    BasicBytes<Real> dropout_masks{};          ///< one byte an element, of both residual branches
    BasicBytes<Real> layer_input{};            ///< all that full recomputation keeps; not a part of `total()`

    static constexpr std::size_t size = 10;

    /// All parts in a fixed order; their sum is `total()`, bit for bit.
    [[nodiscard]] constexpr std::array<BasicMemoryItem<Real>, size> items() const noexcept {
        return {{{"norm inputs", norm_inputs},
                 {"attention input", attention_input},
                 {"queries, keys, values", queries_keys_values},
                 {"attention scores", scores},
                 {"attention statistics", attention_statistics},
                 {"attention output", attention_output},
                 {"feed-forward input", feed_forward_input},
                 {"feed-forward inner", feed_forward_inner},
                 {"feed-forward activated", feed_forward_activated},
                 {"dropout masks", dropout_masks}}};
    }
    [[nodiscard]] constexpr BasicBytes<Real> total() const noexcept {
        return norm_inputs + attention_input + queries_keys_values + scores + attention_statistics + attention_output +
               feed_forward_input + feed_forward_inner + feed_forward_activated + dropout_masks;
    }
    /// What stays until the backward pass.
    [[nodiscard]] constexpr BasicBytes<Real> kept(Recomputation recomputation) const noexcept {
        switch (recomputation) {
        case Recomputation::none: return total();
        case Recomputation::elementwise:
            return norm_inputs + queries_keys_values + scores + attention_statistics + attention_output +
                   feed_forward_inner + dropout_masks;
        case Recomputation::selective:
            return norm_inputs + attention_input + queries_keys_values + attention_output + feed_forward_input +
                   feed_forward_inner + feed_forward_activated + dropout_masks;
        case Recomputation::full: return layer_input;
        }
        return total();
    }
    /// What comes back, of one layer at a time, when the backward pass computes it again.
    [[nodiscard]] constexpr BasicBytes<Real> recomputed(Recomputation recomputation) const noexcept {
        switch (recomputation) {
        case Recomputation::none: return {};
        case Recomputation::elementwise: return attention_input + feed_forward_input + feed_forward_activated;
        case Recomputation::selective: return scores + attention_statistics;
        case Recomputation::full: return total() - minimum(layer_input, norm_inputs); // the norm reads what was kept
        }
        return {};
    }
};
using LayerActivations = BasicLayerActivations<double>;

namespace detail {

/// Elements that several parts share. Counts are integers of the configuration: plain doubles for every scalar.
struct ActivationShape {
    double element = 0;      ///< bytes of a stored activation
    double tokens = 0;       ///< of one micro-batch, of this context rank
    double tensor_share = 0; ///< 1 / t
    double stream = 0;       ///< elements of a token-by-hidden tensor where sequence parallelism cuts it
};

template <class Real>
[[nodiscard]] constexpr ActivationShape activation_shape(const Transformer& model,
                                                         const BasicParallelPlan<Real>& plan) noexcept {
    ActivationShape shape;
    shape.element = raw(size_of(plan.precision.activations));
    shape.tokens = static_cast<double>(plan.micro_batch * plan.sequence) / static_cast<double>(plan.context);
    shape.tensor_share = 1.0 / static_cast<double>(plan.tensor);
    shape.stream =
        shape.tokens * static_cast<double>(model.hidden) * (plan.sequence_parallel ? shape.tensor_share : 1.0);
    return shape;
}

} // namespace detail

/// Activations of one layer. `plan.stack.fused_elementwise` false: an RMS norm and a gated activation are chains of
/// framework kernels, which keep an FP32 copy of the norm's input and the activated gate besides.
template <class Real>
[[nodiscard]] constexpr BasicLayerActivations<Real> layer_activations(const Transformer& model,
                                                                      const BasicParallelPlan<Real>& plan) noexcept {
    const detail::ActivationShape shape = detail::activation_shape(model, plan);
    const auto bytes = [](double count) { return make<BasicBytes<Real>>(Real(count)); };
    const double element = shape.element;
    const double stream = shape.stream * element;
    const bool fused = plan.stack.fused_elementwise;
    const bool gated = model.feed_forward_kind == FeedForward::gated;

    const double queries = shape.tokens * static_cast<double>(model.query_width()) * shape.tensor_share * element;
    const std::int64_t key_value_ranks = plan.tensor < model.kv_heads ? plan.tensor : model.kv_heads;
    const double keys =
        shape.tokens * static_cast<double>(model.key_value_width()) * element / static_cast<double>(key_value_ranks);
    const double inner = shape.tokens * static_cast<double>(model.feed_forward) * shape.tensor_share * element;

    // An RMS norm of framework kernels: FP32 copy of the input, and the normalised value that the scale multiplies.
    const bool norm_chain = !fused && model.norm == Norm::rms_norm;
    const double norm_factor = norm_chain ? (element + 4.0) / element : 1.0;

    BasicLayerActivations<Real> a;
    a.layer_input = bytes(stream);
    a.norm_inputs =
        bytes((static_cast<double>(model.norms_per_layer) * stream + (model.query_key_norm ? queries + keys : 0.0)) *
              norm_factor);
    a.attention_input = bytes(stream);
    a.queries_keys_values = bytes(queries + 2.0 * keys);
    const double rows = static_cast<double>(model.heads) * shape.tensor_share * shape.tokens;
    if (plan.attention == AttentionKernel::unfused) {
        const double bytes_each = model.dropout ? 2.0 * element + 1.0 : element;
        a.scores = bytes(rows * static_cast<double>(plan.sequence) * bytes_each);
    } else {
        a.attention_statistics = bytes(rows * 4.0);
    }
    a.attention_output = bytes(queries);
    // Side by side, attention and feed-forward read the output of one norm.
    a.feed_forward_input = bytes(model.norms_per_layer == 1 ? 0.0 : stream);
    a.feed_forward_inner = bytes(gated ? (fused ? 2.0 : 3.0) * inner : inner);
    a.feed_forward_activated = bytes(inner);
    if (model.dropout) a.dropout_masks = bytes(2.0 * shape.stream);
    return a;
}

/// How the loss treats logits.
enum class Loss : unsigned char {
    vocabulary_parallel, ///< each tensor rank its part of the vocabulary, FP32 softmax in place (Megatron-LM, fused
                         ///< kernels)
    whole_vocabulary, ///< framework kernels on logits that are gathered first: a new FP32 tensor each step of the way
};

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
/// gradients of both, and the gathered pieces and their concatenation where t > 1.
template <class Real>
[[nodiscard]] constexpr BasicBoundaryActivations<Real>
boundary_activations(const Transformer& model, const BasicParallelPlan<Real>& plan,
                     Loss loss = Loss::vocabulary_parallel) noexcept {
    const detail::ActivationShape shape = detail::activation_shape(model, plan);
    const auto bytes = [](double count) { return make<BasicBytes<Real>>(Real(count)); };
    const double stream = shape.stream * shape.element;
    BasicBoundaryActivations<Real> a;
    a.embedding = bytes((model.dropout ? shape.stream : 0.0) + (model.embedding_norm ? stream : 0.0));
    a.head = bytes((model.final_norm ? 2.0 : 1.0) * stream + (model.head == Head::language_model ? 0.0 : 3.0 * stream));
    const double logits = shape.tokens * static_cast<double>(model.vocabulary);
    if (loss == Loss::vocabulary_parallel) a.logits = bytes(logits * shape.tensor_share * (shape.element + 4.0));
    else a.logits = bytes(logits * (16.0 + (plan.tensor > 1 ? 3.0 : 1.0) * shape.element));
    return a;
}

} // namespace foretrain::inline v0
