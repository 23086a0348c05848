// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "transformer.hpp"

// Exact parameter counts of a transformer, in the parts that parallelism and memory treat apart.
//
//   attention  = h(2 q + 2 k) + biases    q = heads x head dimension, k = key-value heads x head dimension
//   latent     = h r_q + r_q q + h (r_kv + d_r) + r_kv H (d - d_r + d_v) + H d_v h + norms r_q + r_kv (DeepSeek-V2)
//   state space = h (2 e + 2 g s + H) + 4 (e + 2 g s) + 3 H + e + e h, e = H x head dimension (Mamba-2)
//   feed-forward = m h f + biases         m = 2, or 3 gated; f = inner width
//   experts    = E m h w + h E + m h w_s  E routed of width w, the router, shared experts of width w_s together
//   norms      = n each, n = h, or 2 h with a bias
//   total    = V h + table of positions + segments + norm of the embedding + layers + final norm + head
//   head     = V h unless tied, + V with a bias; BERT's: dense, norm, decoder bias, pooler and next-sentence classifier
//   a module of multi-token prediction = a layer, a projection 2 h x h and three norms (DeepSeek-V3, section 2.2)
//
// For GPT with tied embeddings this is 12 L h^2 (1 + 13/(12 h) + (V + s)/(12 L h)) (Narayanan et al. 2021, eq. 2) plus
// the 2 h of the final norm, which that paper leaves out. Counts are of trained parameters: weights that two places
// share count once, rotary tables and masks not at all. Valid for models that `check_rules` accepts.

namespace foretrain::inline v0 {

/// Parameters of one layer or of a part of it. Tensor parallelism cuts `attention` and `feed_forward`; expert
/// parallelism deals out `experts`; `router` and `norms` are on every rank.
struct LayerParameters {
    std::int64_t attention = 0;    ///< projections of attention or of a state-space block, with their biases
    std::int64_t feed_forward = 0; ///< matrices of a dense block or of shared experts, with their biases
    std::int64_t experts = 0;      ///< all routed experts
    std::int64_t router = 0;       ///< choice of experts; narrow projections that tensor parallelism does not cut
    std::int64_t norms = 0;        ///< of the layer and, where present, of queries and keys
    [[nodiscard]] constexpr std::int64_t total() const noexcept {
        return attention + feed_forward + experts + router + norms;
    }
    constexpr LayerParameters& operator+=(const LayerParameters& other) noexcept {
        attention += other.attention;
        feed_forward += other.feed_forward;
        experts += other.experts;
        router += other.router;
        norms += other.norms;
        return *this;
    }
    constexpr bool operator==(const LayerParameters&) const noexcept = default;
};

/// Parameters of a whole model, part by part.
struct ParameterCounts {
    std::int64_t embedding = 0;      ///< the table of tokens; also the head's projection where they are tied
    std::int64_t positions = 0;      ///< learned positions
    std::int64_t segments = 0;       ///< BERT's sentence A or B
    std::int64_t embedding_norm = 0; ///< norm after the embedding
    std::int64_t layers = 0;         ///< all of them
    std::int64_t prediction = 0;     ///< modules of multi-token prediction
    std::int64_t final_norm = 0;     ///< norm before the head
    std::int64_t head = 0;           ///< what the head has of its own: no projection where it is the embedding's
    [[nodiscard]] constexpr std::int64_t total() const noexcept {
        return embedding + positions + segments + embedding_norm + layers + prediction + final_norm + head;
    }
    constexpr bool operator==(const ParameterCounts&) const noexcept = default;
};

/// Parameters of one norm over `width` numbers: a scale each, and a bias each for `Norm::layer_norm`.
[[nodiscard]] constexpr std::int64_t norm_parameters(Norm norm, std::int64_t width) noexcept {
    return norm == Norm::layer_norm ? 2 * width : width;
}

/// Norms of the mixer, and of the feed-forward block, of a layer: the first gets the odd one.
[[nodiscard]] constexpr std::int64_t norms_of(const Transformer& model, LayerPart part) noexcept {
    const bool mixer = part != LayerPart::feed_forward && part != LayerPart::experts;
    return (model.norms_per_layer + (mixer ? 1 : 0)) / 2;
}

/// Parameters of one part of a layer, its norms included.
[[nodiscard]] constexpr LayerParameters layer_parameters(const Transformer& model, LayerPart part) noexcept {
    LayerParameters result;
    result.norms = norms_of(model, part) * norm_parameters(model.norm, model.hidden);
    const bool gated = model.feed_forward_kind == FeedForward::gated;
    const std::int64_t matrices = model.feed_forward_matrices();
    switch (part) {
    case LayerPart::attention:
    case LayerPart::windowed_attention: {
        const std::int64_t queries = model.query_width();
        if (model.has_latent_attention()) {
            const LatentAttention& latent = model.latent;
            const std::int64_t plain = model.head_dimension - latent.rotary_dimension;
            result.attention = (latent.query_rank > 0 ? latent.query_rank : model.hidden) * queries +
                               latent.key_value_rank * model.heads * (plain + latent.value_dimension) +
                               model.heads * latent.value_dimension * model.hidden;
            result.router = model.hidden * (latent.query_rank + latent.key_value_rank + latent.rotary_dimension);
            result.norms += latent.query_rank + latent.key_value_rank;
        } else {
            const std::int64_t keys = model.key_value_width();
            result.attention = model.hidden * (2 * queries + 2 * keys);
            if (model.qkv_bias) result.attention += queries + 2 * keys;
        }
        if (model.attention_output_bias) result.attention += model.hidden;
        if (model.query_key_norm) result.norms += 2 * norm_parameters(model.norm, model.head_dimension);
        break;
    }
    case LayerPart::state_space: {
        const StateSpace& block = model.state_space;
        const std::int64_t inner = block.heads * block.head_dimension;
        const std::int64_t maps = 2 * block.groups * block.state;
        constexpr std::int64_t convolution = 4; // taps of each channel
        result.attention = model.hidden * (2 * inner + maps + block.heads) + (convolution + 1) * (inner + maps) +
                           3 * block.heads + inner + inner * model.hidden;
        break;
    }
    case LayerPart::feed_forward:
        result.feed_forward = matrices * model.hidden * model.feed_forward;
        if (model.feed_forward_bias) result.feed_forward += (gated ? 2 : 1) * model.feed_forward + model.hidden;
        break;
    case LayerPart::experts: {
        const Experts& experts = model.experts;
        const std::int64_t width = experts.latent > 0 ? experts.latent : model.hidden;
        std::int64_t one = matrices * width * experts.width;
        if (model.feed_forward_bias) one += (gated ? 2 : 1) * experts.width + width;
        result.experts = experts.routed * one;
        result.feed_forward = matrices * model.hidden * experts.shared_width;
        result.router = model.hidden * experts.routed + 2 * model.hidden * experts.latent;
        break;
    }
    }
    return result;
}

/// Parameters of one plain layer: attention and a dense feed-forward block.
[[nodiscard]] constexpr LayerParameters layer_parameters(const Transformer& model) noexcept {
    LayerParameters result = layer_parameters(model, LayerPart::attention);
    result += layer_parameters(model, LayerPart::feed_forward);
    return result;
}

/// Layers of a model that have each part, and the parameters of one such layer's part, in the order of `layer_parts`.
/// What a plan's memory, communication and FLOPs all ask for: computed once for a model. Parts that neither a layer nor
/// a module of multi-token prediction has are zero.
struct PartParameters {
    std::array<std::int64_t, layer_parts.size()> layers{};
    std::array<LayerParameters, layer_parts.size()> one{};

    constexpr explicit PartParameters(const Transformer& model) noexcept {
        for (std::size_t i = 0; i < layer_parts.size(); ++i) {
            const LayerPart part = layer_parts[i];
            layers[i] = model.count(part);
            const bool in_module =
                model.prediction_layers > 0 && (part == LayerPart::attention || part == module_block(model));
            if (layers[i] != 0 || in_module) one[i] = layer_parameters(model, part);
        }
    }
    [[nodiscard]] constexpr std::int64_t count(LayerPart part) const noexcept {
        return layers[static_cast<std::size_t>(part)];
    }
    [[nodiscard]] constexpr const LayerParameters& of(LayerPart part) const noexcept {
        return one[static_cast<std::size_t>(part)];
    }
    /// The feed-forward block of a module of multi-token prediction.
    [[nodiscard]] static constexpr LayerPart module_block(const Transformer& model) noexcept {
        return model.has_experts() ? LayerPart::experts : LayerPart::feed_forward;
    }
};

/// Parameters of all layers, without the modules of multi-token prediction.
[[nodiscard]] constexpr LayerParameters all_layer_parameters(const PartParameters& parts) noexcept {
    LayerParameters all;
    for (std::size_t i = 0; i < layer_parts.size(); ++i) {
        const std::int64_t count = parts.layers[i];
        if (count == 0) continue;
        const LayerParameters& one = parts.one[i];
        all += {count * one.attention, count * one.feed_forward, count * one.experts, count * one.router,
                count * one.norms};
    }
    return all;
}
[[nodiscard]] constexpr LayerParameters all_layer_parameters(const Transformer& model) noexcept {
    return all_layer_parameters(PartParameters{model});
}

/// Parameters of the modules of multi-token prediction. Each has a layer like the last: attention, and experts if the
/// model has any.
[[nodiscard]] constexpr LayerParameters prediction_parameters(const Transformer& model,
                                                              const PartParameters& parts) noexcept {
    LayerParameters one;
    if (model.prediction_layers == 0) return one;
    one = parts.of(LayerPart::attention);
    one += parts.of(PartParameters::module_block(model));
    one.feed_forward += 2 * model.hidden * model.hidden;
    one.norms += 3 * norm_parameters(model.norm, model.hidden);
    const std::int64_t count = model.prediction_layers;
    return {count * one.attention, count * one.feed_forward, count * one.experts, count * one.router,
            count * one.norms};
}
[[nodiscard]] constexpr LayerParameters prediction_parameters(const Transformer& model) noexcept {
    return prediction_parameters(model, PartParameters{model});
}

/// Parameters of the head that are no projection to the vocabulary: none for a language model without a bias.
[[nodiscard]] constexpr std::int64_t head_parameters_beside_projection(const Transformer& model) noexcept {
    if (model.head == Head::language_model) return model.head_bias ? model.vocabulary : 0;
    const std::int64_t dense = model.hidden * model.hidden + model.hidden;
    const std::int64_t pooler = dense;
    const std::int64_t next_sentence = 2 * model.hidden + 2;
    return dense + norm_parameters(model.norm, model.hidden) + model.vocabulary + pooler + next_sentence;
}

/// All parts of a model. A masked language model counts its training heads, which checkpoints of the encoder alone
/// lack.
[[nodiscard]] constexpr ParameterCounts count_parameters(const Transformer& model,
                                                         const PartParameters& parts) noexcept {
    const std::int64_t projection = model.vocabulary * model.hidden;
    const std::int64_t norm = norm_parameters(model.norm, model.hidden);
    return {.embedding = projection,
            .positions = model.position_rows * model.hidden,
            .segments = model.segment_rows * model.hidden,
            .embedding_norm = model.embedding_norm ? norm : 0,
            .layers = all_layer_parameters(parts).total(),
            .prediction = prediction_parameters(model, parts).total(),
            .final_norm = model.final_norm ? norm : 0,
            .head = (model.tied_embeddings ? 0 : projection) + head_parameters_beside_projection(model)};
}
[[nodiscard]] constexpr ParameterCounts count_parameters(const Transformer& model) noexcept {
    return count_parameters(model, PartParameters{model});
}

/// All trained parameters of a model.
[[nodiscard]] constexpr std::int64_t parameters(const Transformer& model) noexcept {
    return count_parameters(model).total();
}

/// Routed experts' parameters that a token does not visit.
[[nodiscard]] constexpr std::int64_t idle_parameters(const Transformer& model, const PartParameters& parts) noexcept {
    if (!model.has_experts()) return 0;
    const std::int64_t all = all_layer_parameters(parts).experts + prediction_parameters(model, parts).experts;
    return all / model.experts.routed * (model.experts.routed - model.experts.active);
}
[[nodiscard]] constexpr std::int64_t idle_parameters(const Transformer& model) noexcept {
    return idle_parameters(model, PartParameters{model});
}

/// Parameters that take part in the computation of one token: all of a dense model.
[[nodiscard]] constexpr std::int64_t active_parameters(const Transformer& model) noexcept {
    const PartParameters parts{model};
    return count_parameters(model, parts).total() - idle_parameters(model, parts);
}

/// Active parameters without the tables that are only looked up (tokens, positions, segments) but with the projection
/// to the vocabulary, tied or not: what a token is multiplied with. The N that makes 6 N the matrix products of a step,
/// so modules of multi-token prediction count the projection once more each, though they share its weights.
[[nodiscard]] constexpr std::int64_t parameters_without_input_embedding(const Transformer& model,
                                                                        const PartParameters& parts) noexcept {
    const ParameterCounts counts = count_parameters(model, parts);
    const std::int64_t shared = model.prediction_layers + (model.tied_embeddings ? 1 : 0);
    return counts.embedding_norm + counts.layers + counts.prediction + counts.final_norm + counts.head +
           shared * counts.embedding - idle_parameters(model, parts);
}
[[nodiscard]] constexpr std::int64_t parameters_without_input_embedding(const Transformer& model) noexcept {
    return parameters_without_input_embedding(model, PartParameters{model});
}

/// Active parameters with neither the tables nor the projection to the vocabulary: the N of Kaplan et al. 2020 and of
/// the "non-embedding" column of many model cards.
[[nodiscard]] constexpr std::int64_t parameters_without_embedding(const Transformer& model) noexcept {
    return parameters_without_input_embedding(model) - (1 + model.prediction_layers) * model.vocabulary * model.hidden;
}

} // namespace foretrain::inline v0
