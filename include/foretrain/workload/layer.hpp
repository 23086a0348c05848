// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "operation.hpp"
#include "transformer.hpp"

// A transformer as the sequence of operations one accelerator executes for its share of a micro-batch.
//
// Layer, forward: norm; queries, keys and values = one product of hidden x (heads + 2 kv heads) d; rotary; attention
// core 4 s^2 d FLOPs a head (half of it if causal and fused); output projection; dropout and residual; norm;
// feed-forward in; activation; feed-forward out; dropout and residual. Backward: two products for each forward one
// (gradient of the input, gradient of the weights), attention 2.5 x its forward when fused (the scores are computed
// again; Dao 2023, section 3.1), streams read what they saved. Sources: Vaswani et al. 2017; Narayanan et al. 2021,
// appendix; Korthikanti et al. 2022, section 3.

namespace foretrain::inline v0 {

/// One accelerator's share of a model and a micro-batch.
struct Share {
    std::int64_t samples = 0;       ///< of one micro-batch
    std::int64_t sequence = 0;      ///< tokens a sample, all of them
    std::int64_t tensor = 1;        ///< accelerators over which heads, inner width and vocabulary are cut
    std::int64_t context = 1;       ///< accelerators over which the sequence is cut
    bool sequence_parallel = false; ///< norms, dropout, residuals cut over the tensor group
    bool fused_attention = true;    ///< scores never reach memory
    bool fused_elementwise = false; ///< bias + activation and bias + dropout + residual in one kernel each
    Bytes element{};                ///< a stored activation
    Bytes operand{};                ///< an operand of a matrix product
};

/// Sizes that all operations of a layer share.
struct LayerSizes {
    double tokens;      ///< per accelerator where matrix products run
    double norm_tokens; ///< per accelerator where norms run
    double hidden;
    double query_width; ///< this accelerator's heads x head dimension
    double kv_width;    ///< this accelerator's key (or value) heads x head dimension
    double inner_width; ///< this accelerator's columns of the feed-forward block
    std::int64_t rows, qkv_columns, query_columns, feed_forward_columns, heads;

    constexpr LayerSizes(const Transformer& m, const Share& share) noexcept
        : rows{share.samples * share.sequence / share.context} {
        // Key-value heads fewer than the tensor group are replicated.
        const std::int64_t kv_heads = m.kv_heads >= share.tensor ? m.kv_heads / share.tensor : 1;
        heads = m.heads / share.tensor;
        query_columns = heads * m.head_dimension;
        qkv_columns = query_columns + 2 * kv_heads * m.head_dimension;
        feed_forward_columns = m.feed_forward / share.tensor;
        tokens = static_cast<double>(rows);
        norm_tokens = share.sequence_parallel ? tokens / static_cast<double>(share.tensor) : tokens;
        hidden = static_cast<double>(m.hidden);
        query_width = static_cast<double>(query_columns);
        kv_width = static_cast<double>(kv_heads * m.head_dimension);
        inner_width = static_cast<double>(feed_forward_columns);
    }
};

namespace detail {

template <class Sink>
constexpr void add_product(Sink&& list, OperationKind kind, Pass pass, std::int64_t rows, std::int64_t columns,
                           std::int64_t inner, Bytes operand) noexcept {
    if (pass == Pass::forward) {
        list.add(matrix_product(kind, pass, rows, columns, inner, 1, operand));
    } else {
        list.add(matrix_product(kind, pass, rows, inner, columns, 1, operand)); // gradient of the input
        list.add(matrix_product(kind, pass, inner, columns, rows, 1, operand)); // gradient of the weights
    }
}

/// A stream that reads `reads` and writes `writes` elements per place, over `places` places.
template <class Sink>
constexpr void add_stream(Sink&& list, OperationKind kind, Pass pass, double places, double bytes_per_place,
                          double flops_per_place, std::int64_t kernels = 1) noexcept {
    list.add(stream(kind, pass, make<Bytes>(places * bytes_per_place), make<Flops>(places * flops_per_place), kernels));
}

template <class Sink>
constexpr void add_attention_core(Sink&& list, const Transformer& m, const Share& share, const LayerSizes& z,
                                  Pass pass) noexcept {
    const double e = raw(share.element);
    const double s = static_cast<double>(share.sequence);
    const double head_dimension = static_cast<double>(m.head_dimension);
    const double heads = static_cast<double>(z.heads);
    const std::int64_t sequences = share.samples * z.heads;
    if (m.positions == Positions::rotary || m.query_key_norm) {
        const double passes = (m.positions == Positions::rotary ? 1.0 : 0.0) + (m.query_key_norm ? 1.0 : 0.0);
        add_stream(list, OperationKind::attention, pass, z.tokens * (z.query_width + z.kv_width) * passes, 2 * e, 6,
                   share.fused_elementwise ? 1 : 4);
    }
    if (share.fused_attention) {
        // A causal kernel skips blocks above the diagonal.
        const double forward = 4.0 * z.tokens * s * head_dimension * heads * (m.causal ? 0.5 : 1.0);
        const double tensors = z.tokens * (2 * z.query_width + 2 * z.kv_width) * e; // q, o; k, v
        list.add({.kind = OperationKind::attention,
                  .form = OperationForm::fused_attention,
                  .pass = pass,
                  .rows = share.sequence / share.context,
                  .columns = share.sequence,
                  .inner = m.head_dimension,
                  .batch = sequences,
                  .flops = make<Flops>(pass == Pass::forward ? forward : 2.5 * forward),
                  .bytes = make<Bytes>(pass == Pass::forward ? tensors : 2.5 * tensors),
                  .kernels = pass == Pass::forward ? 1 : 3});
        return;
    }
    const std::int64_t rows = share.sequence / share.context;
    const double scores = z.tokens * s * heads; // elements
    const auto product = [&](std::int64_t a, std::int64_t b, std::int64_t c) {
        list.add(matrix_product(OperationKind::attention, pass, a, b, c, sequences, share.operand));
    };
    const double dropout = m.dropout ? 1.0 : 0.0;
    if (pass == Pass::forward) {
        product(rows, share.sequence, m.head_dimension); // scores
        // Scale, mask and softmax fused: read and write once; separate: four times. Dropout: read, write, mask.
        add_stream(list, OperationKind::attention, pass, scores,
                   (share.fused_elementwise ? 2 : 6) * e + dropout * (2 * e + 1), 8, share.fused_elementwise ? 2 : 5);
        product(rows, m.head_dimension, share.sequence); // weighted sum
    } else {
        product(rows, share.sequence, m.head_dimension);
        product(share.sequence, m.head_dimension, rows);
        add_stream(list, OperationKind::attention, pass, scores,
                   (share.fused_elementwise ? 3 : 6) * e + dropout * (2 * e + 1), 8, share.fused_elementwise ? 2 : 5);
        product(rows, m.head_dimension, share.sequence);
        product(share.sequence, m.head_dimension, rows);
    }
}

} // namespace detail

/// Tells `list` (anything with `add(Operation)`) of the operations of one layer in one pass; `z` are the sizes of
/// `share`. `core_only`: the attention core alone, which is what selective recomputation repeats.
template <class Sink>
constexpr void add_layer(Sink&& list, const Transformer& m, const Share& share, const LayerSizes& z, Pass pass,
                         bool core_only = false) noexcept {
    if (core_only) {
        detail::add_attention_core(list, m, share, z, pass);
        return;
    }
    const double e = raw(share.element);
    const bool forward = pass == Pass::forward;
    const bool gated = m.feed_forward_kind == FeedForward::gated;

    // Norms read and write once forward; backward they read input and gradient and write one gradient.
    const double norms = static_cast<double>(m.norms_per_layer);
    detail::add_stream(list, OperationKind::norm, pass, norms * z.norm_tokens * z.hidden, (forward ? 2 : 3) * e, 6,
                       m.norms_per_layer * (forward ? 1 : 2));

    detail::add_product(list, OperationKind::attention_projection, pass, z.rows, z.qkv_columns, m.hidden,
                        share.operand);
    detail::add_attention_core(list, m, share, z, pass);
    detail::add_product(list, OperationKind::attention_projection, pass, z.rows, m.hidden, z.query_columns,
                        share.operand);
    detail::add_product(list, OperationKind::feed_forward, pass, z.rows, (gated ? 2 : 1) * z.feed_forward_columns,
                        m.hidden, share.operand);
    detail::add_product(list, OperationKind::feed_forward, pass, z.rows, m.hidden, z.feed_forward_columns,
                        share.operand);

    // Activation: plain reads one and writes one inner vector, gated reads two; a bias added by its own kernel is one
    // more read and write. Backward reads one more vector.
    const bool own_bias = m.feed_forward_bias && !share.fused_elementwise;
    const double inner_passes = (gated ? 3.0 : 2.0) + (forward ? 0.0 : gated ? 2.0 : 1.0) + (own_bias ? 2.0 : 0.0);
    detail::add_stream(list, OperationKind::elementwise, pass, z.tokens * z.inner_width, inner_passes * e, 12,
                       1 + (own_bias ? 1 : 0) + (gated && !share.fused_elementwise ? 1 : 0));

    // Two residual additions: read two, write one; dropout adds a mask byte, and its own pass when not fused.
    const double mask = m.dropout ? 1.0 : 0.0;
    const double unfused = m.dropout && !share.fused_elementwise ? 2.0 : 0.0;
    detail::add_stream(list, OperationKind::elementwise, pass, 2.0 * z.norm_tokens * z.hidden,
                       (forward ? 3.0 + unfused : 2.0 * mask + unfused) * e + mask, 4,
                       forward ? (share.fused_elementwise ? 2 : 4) : (m.dropout ? 2 : 0));
}

/// The embedding in one pass: gather forward, scatter-add of gradients backward.
template <class Sink>
constexpr void add_embedding(Sink&& list, const Transformer& m, const Share& share, const LayerSizes& z,
                             Pass pass) noexcept {
    const double tables = 1.0 + (m.position_rows > 0 ? 1.0 : 0.0) + (m.segment_rows > 0 ? 1.0 : 0.0);
    const double mask = m.dropout ? 1.0 : 0.0;
    const double e = raw(share.element);
    detail::add_stream(list, OperationKind::embedding, pass, z.tokens * z.hidden,
                       (1.0 + tables) * e + mask * (2.0 * e + 1.0), 1.0 + tables, 3);
    if (m.embedding_norm)
        detail::add_stream(list, OperationKind::norm, pass, z.tokens * z.hidden, (pass == Pass::forward ? 2 : 3) * e,
                           6);
}

/// Share of the tokens that BERT's masked-language-model head projects (Devlin et al. 2019: 15% are masked).
inline constexpr double masked_share = 0.15;

/// Final norm, projection to the vocabulary and loss in one pass. Logits are kept in FP32 by the loss.
template <class Sink>
constexpr void add_head(Sink&& list, const Transformer& m, const Share& share, const LayerSizes& z,
                        Pass pass) noexcept {
    const double e = raw(share.element);
    const bool forward = pass == Pass::forward;
    const bool masked = m.head == Head::masked_language_model;
    if (m.final_norm)
        detail::add_stream(list, OperationKind::norm, pass, z.norm_tokens * z.hidden, (forward ? 2 : 3) * e, 6);
    const std::int64_t rows = masked ? static_cast<std::int64_t>(masked_share * z.tokens) + 1 : z.rows;
    if (masked) {
        detail::add_product(list, OperationKind::head, pass, rows, m.hidden, m.hidden, share.operand); // transform
        detail::add_stream(list, OperationKind::norm, pass, static_cast<double>(rows) * z.hidden, 5 * e, 12, 2);
    }
    const std::int64_t columns = (m.vocabulary + share.tensor - 1) / share.tensor;
    detail::add_product(list, OperationKind::head, pass, rows, columns, m.hidden, share.operand);
    // Forward: to FP32, maximum, exponential and sum. Backward: softmax minus one-hot, back to the stored format.
    const double logits = static_cast<double>(rows) * static_cast<double>(columns);
    detail::add_stream(list, OperationKind::loss, pass, logits, forward ? e + 16.0 : e + 8.0, 6, forward ? 5 : 3);
}

/// The operations of one layer in one pass, as a list.
[[nodiscard]] constexpr Operations layer_operations(const Transformer& m, const Share& share, Pass pass,
                                                    bool core_only = false) noexcept {
    Operations list;
    add_layer(list, m, share, LayerSizes{m, share}, pass, core_only);
    return list;
}
/// The same of the embedding.
[[nodiscard]] constexpr Operations embedding_operations(const Transformer& m, const Share& share, Pass pass) noexcept {
    Operations list;
    add_embedding(list, m, share, LayerSizes{m, share}, pass);
    return list;
}
/// The same of the head.
[[nodiscard]] constexpr Operations head_operations(const Transformer& m, const Share& share, Pass pass) noexcept {
    Operations list;
    add_head(list, m, share, LayerSizes{m, share}, pass);
    return list;
}

} // namespace foretrain::inline v0
