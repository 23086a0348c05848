// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include "../units/evidence.hpp"
#include "../units/violation.hpp"

// The architecture of a transformer: the integers and choices a model card or a `config.json` states.
//
// Parameters and floating-point operations follow from it exactly (workload/parameters.hpp, workload/flops.hpp).
// Not expressible, hence absent from the catalogue: encoder-decoders, mixtures of experts, attention windows,
// embeddings narrower than the model (OPT-350M), layers that differ in shape from one another.

namespace foretrain::inline v0 {

/// The feed-forward block: two matrices with an activation between (GPT), or three, gated (SwiGLU, GeGLU; Llama).
enum class FeedForward : unsigned char { plain, gated };

/// Normalisation and the parameters of each: scale and bias, scale only (without bias), scale only of RMS.
enum class Norm : unsigned char { layer_norm, layer_norm_without_bias, rms_norm };

/// How positions enter: a learned table, rotations of queries and keys, or a bias on scores.
enum class Positions : unsigned char { none, learned, rotary, alibi };

/// What stands on top of the last layer.
enum class Head : unsigned char {
    language_model,        ///< final norm, projection to the vocabulary, cross-entropy of every token
    masked_language_model, ///< BERT: dense + activation + norm, decoder with bias, next-sentence pooler and classifier
};

[[nodiscard]] constexpr std::string_view name_of(FeedForward kind) noexcept {
    return kind == FeedForward::gated ? "gated" : "plain";
}
[[nodiscard]] constexpr std::string_view name_of(Norm norm) noexcept {
    switch (norm) {
    case Norm::layer_norm: return "layer_norm";
    case Norm::layer_norm_without_bias: return "layer_norm_without_bias";
    case Norm::rms_norm: return "rms_norm";
    }
    return "layer_norm";
}
[[nodiscard]] constexpr std::string_view name_of(Positions positions) noexcept {
    switch (positions) {
    case Positions::none: return "none";
    case Positions::learned: return "learned";
    case Positions::rotary: return "rotary";
    case Positions::alibi: return "alibi";
    }
    return "none";
}
[[nodiscard]] constexpr std::string_view name_of(Head head) noexcept {
    return head == Head::masked_language_model ? "masked_language_model" : "language_model";
}

/// A transformer. Every field is what the model's authors published; zero in a dimension is refused.
struct Transformer {
    std::string_view name;
    std::int64_t layers = 0;
    std::int64_t hidden = 0;       ///< model width
    std::int64_t feed_forward = 0; ///< inner width of the feed-forward block
    std::int64_t heads = 0;        ///< query heads
    std::int64_t kv_heads = 0;     ///< key-value heads: equal to `heads` for multi-head, 1 for multi-query attention
    std::int64_t head_dimension = 0;
    std::int64_t vocabulary = 0;    ///< rows of the embedding as trained, padding included
    std::int64_t position_rows = 0; ///< rows of the learned position table; 0 unless `positions` is `learned`
    std::int64_t segment_rows = 0;  ///< rows of a segment (token type) table; 0 for none
    FeedForward feed_forward_kind = FeedForward::plain;
    Norm norm = Norm::layer_norm;
    Positions positions = Positions::none;
    Head head = Head::language_model;
    std::int64_t norms_per_layer =
        2;              ///< 1 where attention and feed-forward run side by side (PaLM), 4 with post-norms too (Gemma 2)
    bool causal = true; ///< decoder; false: encoder, every token sees every token
    bool tied_embeddings = false; ///< the projection to the vocabulary shares the embedding's weights
    bool head_bias = false;       ///< the language model's projection has a bias (GPT-J, Phi-2); BERT's always has
    bool qkv_bias = false;
    bool attention_output_bias = false;
    bool feed_forward_bias = false;
    bool embedding_norm = false; ///< a norm after the embedding (BLOOM, BERT)
    bool final_norm = true;      ///< a norm before the head (all pre-norm models; not BERT)
    bool query_key_norm = false; ///< norms of queries and keys, of one head's width, shared by all heads (Qwen 3)
    bool dropout = false;        ///< trained with dropout (GPT-2, OPT, Megatron, BERT)
    Provenance provenance{};

    /// Width of all queries together, also of the attention's output; not always `hidden` (PaLM 540B, Qwen 3).
    [[nodiscard]] constexpr std::int64_t query_width() const noexcept { return heads * head_dimension; }
    /// Width of all keys together, and of all values.
    [[nodiscard]] constexpr std::int64_t key_value_width() const noexcept { return kv_heads * head_dimension; }
    /// Matrices of the feed-forward block, each `hidden` x `feed_forward`.
    [[nodiscard]] constexpr std::int64_t feed_forward_matrices() const noexcept {
        return feed_forward_kind == FeedForward::gated ? 3 : 2;
    }
};

/// Tells `sink` of every field outside its range and of every contradiction. Within these ranges no parameter count
/// overflows 64 bits.
template <class Sink>
constexpr void check_rules(const Transformer& m, Sink& sink) noexcept {
    using detail::require;
    using detail::require_range;
    require_range(sink, "model.layers", m.layers, 1, 10000, {}, "transformer layers");
    require_range(sink, "model.hidden", m.hidden, 1, 1e6, {}, "model width");
    require_range(sink, "model.feed_forward", m.feed_forward, 1, 1e7, {}, "inner width of the feed-forward block");
    require_range(sink, "model.heads", m.heads, 1, 1e4, {}, "query heads");
    require_range(sink, "model.kv_heads", m.kv_heads, 1, 1e4, {}, "equal to heads for multi-head attention");
    require_range(sink, "model.head_dimension", m.head_dimension, 1, 1e4, {}, "usually hidden / heads");
    require_range(sink, "model.vocabulary", m.vocabulary, 1, 1e8, {}, "rows of the embedding");
    require_range(sink, "model.position_rows", m.position_rows, 0, 1e8);
    require_range(sink, "model.segment_rows", m.segment_rows, 0, 1e6);
    require_range(sink, "model.norms_per_layer", m.norms_per_layer, 0, 8);
    require(sink, m.kv_heads > 0 && m.heads % m.kv_heads == 0, "kv_heads_divide_heads", "model.kv_heads", m.kv_heads,
            "a divisor of model.heads = {}", static_cast<double>(m.heads),
            "each key-value head serves equally many query heads");
    require(sink, (m.positions == Positions::learned) == (m.position_rows > 0), "position_table", "model.position_rows",
            m.position_rows, "above 0 exactly when model.positions is learned", 0,
            "learned positions are a table of parameters");
    require(sink, m.head != Head::masked_language_model || !m.causal, "masked_head_sees_both_ways", "model.causal",
            m.causal, "false where model.head is masked_language_model", 0,
            "a masked token is predicted from both sides");
    require(sink, m.head == Head::language_model || !m.head_bias, "head_bias_of_language_model", "model.head_bias",
            m.head_bias, "false where model.head is masked_language_model", 0, "that head's bias is counted already");
}

} // namespace foretrain::inline v0
