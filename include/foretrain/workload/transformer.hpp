// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "../units/evidence.hpp"
#include "../units/violation.hpp"

// The architecture of a transformer: the integers and choices a model card or a `config.json` states.
//
// Parameters and floating-point operations follow from it exactly (workload/parameters.hpp, workload/flops.hpp).
// A layer is a mixer (attention, or a state-space block) followed by a feed-forward block (dense, or experts). Layers
// of one model may differ in kind but not in shape; how many there are of each kind is stated, not their order. Not
// expressible, hence absent from the catalogue: embeddings narrower than the model (OPT-350M), layers of unequal width.

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

/// What layers are made of, each with its norms and its residual addition.
enum class LayerPart : unsigned char { attention, windowed_attention, state_space, feed_forward, experts };
inline constexpr std::array layer_parts = {LayerPart::attention, LayerPart::windowed_attention, LayerPart::state_space,
                                           LayerPart::feed_forward, LayerPart::experts};

/// Feed-forward blocks made of experts, of which a router picks a few for each token (Shazeer et al. 2017; GShard,
/// Lepikhin et al. 2020; shared experts: DeepSeekMoE, Dai et al. 2024). Every expert has the model's kind of block.
struct Experts {
    std::int64_t routed = 0;       ///< experts a layer has to choose from; 0: the model is dense
    std::int64_t active = 0;       ///< of which each token visits so many
    std::int64_t width = 0;        ///< inner width of one routed expert
    std::int64_t shared_width = 0; ///< inner width of all shared experts together, which every token visits; 0: none
    std::int64_t dense_layers = 0; ///< layers whose feed-forward block is dense, of inner width `feed_forward`
    std::int64_t latent = 0; ///< width that tokens are projected to before they are sent to routed experts; 0: none
    constexpr bool operator==(const Experts&) const noexcept = default;
};

/// Multi-head latent attention (DeepSeek-V2, 2024, section 2.1): queries, keys and values pass through narrow
/// projections. `Transformer::head_dimension` is that of queries and keys, rotated part included.
struct LatentAttention {
    std::int64_t query_rank = 0;       ///< 0: queries are projected directly
    std::int64_t key_value_rank = 0;   ///< 0: the model has no latent attention
    std::int64_t rotary_dimension = 0; ///< part of each query and key that is rotated; one such key serves all heads
    std::int64_t value_dimension = 0;  ///< of one head
    constexpr bool operator==(const LatentAttention&) const noexcept = default;
};

/// State-space blocks in place of attention (Mamba-2, Dao and Gu 2024).
struct StateSpace {
    std::int64_t layers = 0; ///< that have such a block; 0: none
    std::int64_t heads = 0;
    std::int64_t head_dimension = 0;
    std::int64_t groups = 0; ///< that share input and output maps
    std::int64_t state = 0;  ///< numbers of state for each channel
    constexpr bool operator==(const StateSpace&) const noexcept = default;
};

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
    bool embedding_norm = false;       ///< a norm after the embedding (BLOOM, BERT)
    bool final_norm = true;            ///< a norm before the head (all pre-norm models; not BERT)
    bool query_key_norm = false;       ///< norms of queries and keys, of one head's width, shared by all heads (Qwen 3)
    bool dropout = false;              ///< trained with dropout (GPT-2, OPT, Megatron, BERT)
    std::int64_t window = 0;           ///< tokens that windowed layers look back; 0: none has a window
    std::int64_t windowed_layers = 0;  ///< layers whose attention has that window; the others see all
    std::int64_t attention_layers = 0; ///< layers with attention; 0: all that have no state-space block
    std::int64_t feed_forward_layers = 0; ///< layers with a feed-forward block, dense or experts; 0: all
    std::int64_t prediction_layers = 0;   ///< multi-token prediction: modules of one layer, projection and head each
    Experts experts{};
    LatentAttention latent{};
    StateSpace state_space{};
    Provenance provenance{};

    [[nodiscard]] constexpr bool has_experts() const noexcept { return experts.routed > 0; }
    [[nodiscard]] constexpr bool has_latent_attention() const noexcept { return latent.key_value_rank > 0; }
    /// Width of all queries together, also of the attention's output; not always `hidden` (PaLM 540B, Qwen 3).
    [[nodiscard]] constexpr std::int64_t query_width() const noexcept { return heads * head_dimension; }
    /// Width of all keys together, and of all values.
    [[nodiscard]] constexpr std::int64_t key_value_width() const noexcept { return kv_heads * head_dimension; }
    /// Matrices of the feed-forward block, each `hidden` x `feed_forward`.
    [[nodiscard]] constexpr std::int64_t feed_forward_matrices() const noexcept {
        return feed_forward_kind == FeedForward::gated ? 3 : 2;
    }
    /// Layers that have a part of one kind. Mixers of all layers together: the first three; feed-forward blocks: the
    /// rest.
    [[nodiscard]] constexpr std::int64_t count(LayerPart part) const noexcept {
        const std::int64_t attending = attention_layers > 0 ? attention_layers : layers - state_space.layers;
        const std::int64_t feeding = feed_forward_layers > 0 ? feed_forward_layers : layers;
        switch (part) {
        case LayerPart::attention: return attending - windowed_layers;
        case LayerPart::windowed_attention: return windowed_layers;
        case LayerPart::state_space: return state_space.layers;
        case LayerPart::feed_forward: return has_experts() ? experts.dense_layers : feeding;
        case LayerPart::experts: return has_experts() ? feeding - experts.dense_layers : 0;
        }
        return 0;
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
    require_range(sink, "model.window", m.window, 0, 1e9, "tokens", "0: no layer has an attention window");
    require_range(sink, "model.windowed_layers", m.windowed_layers, 0, 10000);
    require_range(sink, "model.attention_layers", m.attention_layers, 0, 10000, {}, "0: all but state-space layers");
    require_range(sink, "model.feed_forward_layers", m.feed_forward_layers, 0, 10000, {}, "0: all layers");
    require_range(sink, "model.prediction_layers", m.prediction_layers, 0, 64, {}, "multi-token prediction modules");
    require_range(sink, "model.experts.routed", m.experts.routed, 0, 1e5, {}, "0: a dense model");
    require_range(sink, "model.experts.active", m.experts.active, m.has_experts() ? 1 : 0,
                  static_cast<double>(m.experts.routed), {}, "routed experts that each token visits");
    require_range(sink, "model.experts.width", m.experts.width, m.has_experts() ? 1 : 0, m.has_experts() ? 1e7 : 0.0,
                  {}, "inner width of one routed expert");
    require_range(sink, "model.experts.shared_width", m.experts.shared_width, 0, m.has_experts() ? 1e7 : 0.0);
    require_range(sink, "model.experts.latent", m.experts.latent, 0, m.has_experts() ? 1e6 : 0.0);
    require_range(sink, "model.experts.dense_layers", m.experts.dense_layers, 0, m.has_experts() ? 10000.0 : 0.0, {},
                  "a model without experts is dense anyway");
    const bool latent = m.has_latent_attention();
    require_range(sink, "model.latent.key_value_rank", m.latent.key_value_rank, 0, 1e6);
    require_range(sink, "model.latent.query_rank", m.latent.query_rank, 0, latent ? 1e6 : 0.0);
    require_range(sink, "model.latent.rotary_dimension", m.latent.rotary_dimension, 0,
                  latent ? static_cast<double>(m.head_dimension) : 0.0);
    require_range(sink, "model.latent.value_dimension", m.latent.value_dimension, latent ? 1 : 0, latent ? 1e4 : 0.0);
    const StateSpace& ss = m.state_space;
    const double most = ss.layers > 0 ? 1e5 : 0.0;
    require_range(sink, "model.state_space.layers", ss.layers, 0, 10000);
    require_range(sink, "model.state_space.heads", ss.heads, ss.layers > 0 ? 1 : 0, most);
    require_range(sink, "model.state_space.head_dimension", ss.head_dimension, ss.layers > 0 ? 1 : 0, most);
    require_range(sink, "model.state_space.groups", ss.groups, ss.layers > 0 ? 1 : 0, most);
    require_range(sink, "model.state_space.state", ss.state, ss.layers > 0 ? 1 : 0, most);
    require(sink, (m.window > 0) == (m.windowed_layers > 0), "window_needs_layers", "model.windowed_layers",
            m.windowed_layers, "above 0 exactly where model.window is", 0, "a window belongs to some of the layers");
    for (const LayerPart part : layer_parts)
        require(sink, m.count(part) >= 0 && m.count(part) <= m.layers, "parts_within_layers", "model.layers", m.layers,
                "enough for the layers of every kind; of one kind they are {}", static_cast<double>(m.count(part)),
                "windowed, attention, state-space, feed-forward and dense layers are counted among all layers");
    require(sink,
            m.count(LayerPart::attention) + m.count(LayerPart::windowed_attention) + m.count(LayerPart::state_space) <=
                m.layers,
            "one_mixer_a_layer", "model.state_space.layers", ss.layers,
            "at most model.layers = {} together with the attention layers", static_cast<double>(m.layers),
            "a layer has attention or a state-space block");
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
