// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "feed_forward.hpp"
#include "mixer.hpp"

// A transformer as the sequence of operations one accelerator executes for its share of a micro-batch: the parts of a
// layer (mixer.hpp, feed_forward.hpp), the embedding, the head.
//
// Sources: Vaswani et al. 2017; Narayanan et al. 2021, appendix; Korthikanti et al. 2022, section 3.

namespace foretrain::inline v0 {

/// Tells `list` (anything with `add(Operation)`) of the operations of one part of a layer in one pass; `z` are the
/// sizes of `share`.
template <class Sink>
constexpr void add_part(Sink&& list, const Transformer& m, const Share& share, const LayerSizes& z, Pass pass,
                        LayerPart part) noexcept {
    switch (part) {
    case LayerPart::attention:
    case LayerPart::windowed_attention: add_attention(list, m, share, z, pass, part); break;
    case LayerPart::state_space: add_state_space(list, m, share, z, pass); break;
    case LayerPart::feed_forward: add_feed_forward(list, m, share, z, pass); break;
    case LayerPart::experts: add_experts(list, m, share, z, pass); break;
    }
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
    const bool wide = true; // the head stays in the format of the activations
    Share whole = share;
    whole.adapter_rank = 0;
    if (masked) {
        detail::add_linear(list, OperationKind::head, pass, rows, m.hidden, m.hidden, whole, 1, wide); // transform
        detail::add_stream(list, OperationKind::norm, pass, static_cast<double>(rows) * z.hidden, 5 * e, 12, 2);
    }
    const std::int64_t columns = (m.vocabulary + share.tensor - 1) / share.tensor;
    // With adapters the projection is frozen: no gradient of its weights.
    if (share.adapter_rank > 0 && !forward)
        detail::add_single_product(list, OperationKind::head, pass, rows, m.hidden, columns, 1, share, wide);
    else detail::add_linear(list, OperationKind::head, pass, rows, columns, m.hidden, whole, 1, wide);
    // Forward: to FP32, maximum, exponential and sum. Backward: softmax minus one-hot, back to the stored format.
    const double logits = static_cast<double>(rows) * static_cast<double>(columns);
    detail::add_stream(list, OperationKind::loss, pass, logits, forward ? e + 16.0 : e + 8.0, 6, forward ? 5 : 3);
}

/// What a module of multi-token prediction has of its own: two norms and a projection of 2 h to h. A layer of attention
/// and `PartParameters::module_block` follows, and a head like the model's (DeepSeek-V3, section 2.2).
template <class Sink>
constexpr void add_prediction_entry(Sink&& list, const Transformer& m, const Share& share, const LayerSizes& z,
                                    Pass pass) noexcept {
    detail::add_norms(list, m, 2, share, z, pass);
    detail::add_linear(list, OperationKind::feed_forward, pass, z.norm_rows, m.hidden, 2 * m.hidden, share);
}

/// Tells `list` of all modules of multi-token prediction.
template <class Sink>
constexpr void add_prediction(Sink&& list, const Transformer& m, const Share& share, const LayerSizes& z,
                              Pass pass) noexcept {
    for (std::int64_t module = 0; module < m.prediction_layers; ++module) {
        add_prediction_entry(list, m, share, z, pass);
        add_part(list, m, share, z, pass, LayerPart::attention);
        add_part(list, m, share, z, pass, PartParameters::module_block(m));
        add_head(list, m, share, z, pass);
    }
}

/// The operations of one part of a layer in one pass, as a list.
[[nodiscard]] constexpr Operations part_operations(const Transformer& m, const Share& share, Pass pass,
                                                   LayerPart part) noexcept {
    Operations list;
    add_part(list, m, share, LayerSizes{m, share}, pass, part);
    return list;
}
/// The same of a layer with attention and a dense block or, if the model has them, experts.
[[nodiscard]] constexpr Operations layer_operations(const Transformer& m, const Share& share, Pass pass) noexcept {
    Operations list;
    const LayerSizes z{m, share};
    add_part(list, m, share, z, pass, LayerPart::attention);
    add_part(list, m, share, z, pass, m.has_experts() ? LayerPart::experts : LayerPart::feed_forward);
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
