// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "transformer.hpp"

// Exact parameter counts of a transformer, in the parts that parallelism and memory treat apart.
//
//   layer    = h(2 q + 2 k) + biases      q = heads x head dimension, k = key-value heads x head dimension
//            + m h f + biases             m = 2, or 3 gated; f = inner width of the feed-forward block
//            + norms x n                  n = h, or 2 h with a bias
//   total    = V h + table of positions + segments + norm of the embedding + L layers + final norm + head
//   head     = V h unless tied, + V with a bias; BERT's: dense, norm, decoder bias, pooler and next-sentence classifier
//
// For GPT with tied embeddings this is 12 L h^2 (1 + 13/(12 h) + (V + s)/(12 L h)) (Narayanan et al. 2021, eq. 2) plus
// the 2 h of the final norm, which that paper leaves out. Counts are of trained parameters: weights that two places
// share count once, rotary tables and masks not at all. Valid for models that `check_rules` accepts.

namespace foretrain::inline v0 {

/// Parameters of one layer. Tensor parallelism cuts `attention` and `feed_forward`; `norms` are on every rank.
struct LayerParameters {
    std::int64_t attention = 0;    ///< query, key, value and output projections with their biases
    std::int64_t feed_forward = 0; ///< two or three matrices with their biases
    std::int64_t norms = 0;        ///< of the layer and, where present, of queries and keys
    [[nodiscard]] constexpr std::int64_t total() const noexcept { return attention + feed_forward + norms; }
    constexpr bool operator==(const LayerParameters&) const noexcept = default;
};

/// Parameters of a whole model, part by part.
struct ParameterCounts {
    std::int64_t embedding = 0;      ///< the table of tokens; also the head's projection where they are tied
    std::int64_t positions = 0;      ///< learned positions
    std::int64_t segments = 0;       ///< BERT's sentence A or B
    std::int64_t embedding_norm = 0; ///< norm after the embedding
    std::int64_t layers = 0;         ///< all of them
    std::int64_t final_norm = 0;     ///< norm before the head
    std::int64_t head = 0;           ///< what the head has of its own: no projection where it is the embedding's
    [[nodiscard]] constexpr std::int64_t total() const noexcept {
        return embedding + positions + segments + embedding_norm + layers + final_norm + head;
    }
    constexpr bool operator==(const ParameterCounts&) const noexcept = default;
};

/// Parameters of one norm over `width` numbers: a scale each, and a bias each for `Norm::layer_norm`.
[[nodiscard]] constexpr std::int64_t norm_parameters(Norm norm, std::int64_t width) noexcept {
    return norm == Norm::layer_norm ? 2 * width : width;
}

/// Parameters of one layer.
[[nodiscard]] constexpr LayerParameters layer_parameters(const Transformer& model) noexcept {
    const std::int64_t queries = model.query_width();
    const std::int64_t keys = model.key_value_width();
    const bool gated = model.feed_forward_kind == FeedForward::gated;

    std::int64_t attention = model.hidden * (2 * queries + 2 * keys);
    if (model.qkv_bias) attention += queries + 2 * keys;
    if (model.attention_output_bias) attention += model.hidden;

    std::int64_t feed_forward = model.feed_forward_matrices() * model.hidden * model.feed_forward;
    if (model.feed_forward_bias) feed_forward += (gated ? 2 : 1) * model.feed_forward + model.hidden;

    std::int64_t norms = model.norms_per_layer * norm_parameters(model.norm, model.hidden);
    if (model.query_key_norm) norms += 2 * norm_parameters(model.norm, model.head_dimension);
    return {attention, feed_forward, norms};
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
[[nodiscard]] constexpr ParameterCounts count_parameters(const Transformer& model) noexcept {
    const std::int64_t projection = model.vocabulary * model.hidden;
    const std::int64_t norm = norm_parameters(model.norm, model.hidden);
    return {.embedding = projection,
            .positions = model.position_rows * model.hidden,
            .segments = model.segment_rows * model.hidden,
            .embedding_norm = model.embedding_norm ? norm : 0,
            .layers = model.layers * layer_parameters(model).total(),
            .final_norm = model.final_norm ? norm : 0,
            .head = (model.tied_embeddings ? 0 : projection) + head_parameters_beside_projection(model)};
}

/// All trained parameters of a model.
[[nodiscard]] constexpr std::int64_t parameters(const Transformer& model) noexcept {
    return count_parameters(model).total();
}

/// Parameters without the tables that are only looked up (tokens, positions, segments) but with the projection to the
/// vocabulary, tied or not: what a token is multiplied with. The N that makes 6 N the matrix products of a step.
[[nodiscard]] constexpr std::int64_t parameters_without_input_embedding(const Transformer& model) noexcept {
    const ParameterCounts counts = count_parameters(model);
    const std::int64_t projection = model.tied_embeddings ? counts.embedding : 0;
    return counts.embedding_norm + counts.layers + counts.final_norm + counts.head + projection;
}

/// Parameters with neither the tables nor the projection to the vocabulary: the N of Kaplan et al. 2020 and of the
/// "non-embedding" column of many model cards.
[[nodiscard]] constexpr std::int64_t parameters_without_embedding(const Transformer& model) noexcept {
    return parameters_without_input_embedding(model) - model.vocabulary * model.hidden;
}

} // namespace foretrain::inline v0
