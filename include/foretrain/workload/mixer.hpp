// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "flops.hpp"
#include "share.hpp"

// What mixes tokens: attention with whole or latent keys and values, with or without a window, and state-space blocks.
//
// Attention: queries, keys and values = one product of hidden x (heads + 2 kv heads) d; rotary; core of 4 s^2 d FLOPs a
// head (half of it if causal and fused); output projection. Latent: down- and up-projections instead, the core over
// d of queries and d_v of values (DeepSeek-V2, section 2.1). Backward 2.5 x the forward core when fused (the scores are
// computed again; Dao 2023, section 3.1). State space: one projection in, a short convolution, the scan in chunks as
// small attention-like products on the vector units (Mamba-2, Dao and Gu 2024, section 6), gate and norm, one
// projection out.

namespace foretrain::inline v0 {

namespace detail {

/// The same of the last of c ranks that cut a causal sequence of s tokens in order: s (1 - 1/(2 c)), 2 - 1/c times the
/// mean; of a window w no more than w, which its first queries may not fill.
[[nodiscard]] constexpr double scores_of_last_rank(const Transformer& m, const Share& share, LayerPart part) noexcept {
    const double s = static_cast<double>(share.sequence);
    const double c = static_cast<double>(share.context);
    if (part != LayerPart::windowed_attention || m.window >= share.sequence) return s * (1.0 - 0.5 / c);
    const double w = static_cast<double>(m.window);
    const double unfilled = w - s * (1.0 - 1.0 / c); // queries of the rank that see less than the window
    return unfilled > 0.0 ? w - 0.5 * unfilled * unfilled * c / s : w;
}

/// Scores that each query of this accelerator has: the whole sequence, a window of it, or half if causal and fused.
/// Where a context group cuts the sequence in order, those of its last rank, which all others wait for.
[[nodiscard]] constexpr double scores_a_query(const Transformer& m, const Share& share, LayerPart part) noexcept {
    if (share.contiguous_context && share.context > 1 && share.fused_attention && m.causal && !share.heads_for_tokens)
        return scores_of_last_rank(m, share, part);
    return scores_of_query(m, part, share.sequence,
                           share.fused_attention ? AttentionCount::causal : AttentionCount::full);
}

/// Attention between projections. An accelerator attends with all of its heads over its part of the sequence or, where
/// heads are exchanged for tokens, with a part of its heads over the whole sequence: the same work.
template <class Sink>
constexpr void add_attention_core(Sink&& list, const Transformer& m, const Share& share, const LayerSizes& z, Pass pass,
                                  LayerPart part = LayerPart::attention) noexcept {
    const double e = raw(share.element);
    const double heads = static_cast<double>(z.heads);
    const bool within = part == LayerPart::windowed_attention && m.window < share.sequence;
    const std::int64_t span = within ? m.window : share.sequence;
    if (m.positions == Positions::rotary || m.query_key_norm) {
        const double passes = (m.positions == Positions::rotary ? 1.0 : 0.0) + (m.query_key_norm ? 1.0 : 0.0);
        // Framework kernels halve, negate and join, multiply twice and add: five passes.
        add_stream(list, OperationKind::attention, pass, z.tokens * (z.query_width + z.kv_width) * passes,
                   (share.fused_elementwise ? 2.0 : 11.0) * e, 6, share.fused_elementwise ? 1 : 5);
    }
    // Tokens of each query block and blocks, however the context group splits the work.
    const bool by_heads = share.heads_for_tokens && z.heads >= share.context;
    const std::int64_t rows = by_heads ? share.sequence : share.sequence / share.context;
    const std::int64_t sequences = share.samples * (by_heads ? z.heads / share.context : z.heads);
    if (share.fused_attention) {
        // A causal kernel skips blocks above the diagonal.
        const double forward = 2.0 * z.tokens * scores_a_query(m, share, part) * (z.query_width + z.value_width);
        const double tensors = z.tokens * (z.query_width + z.value_width + 2 * z.kv_width) * e; // q, o; k, v
        list.add({.kind = OperationKind::attention,
                  .form = OperationForm::fused_attention,
                  .pass = pass,
                  .rows = rows,
                  .columns = span,
                  .inner = m.head_dimension,
                  .batch = sequences,
                  .flops = make<Flops>(pass == Pass::forward ? forward : 2.5 * forward),
                  .bytes = make<Bytes>(pass == Pass::forward ? tensors : 2.5 * tensors),
                  .kernels = pass == Pass::forward ? 1 : 3,
                  .wide = true});
        return;
    }
    const double scores = z.tokens * static_cast<double>(span) * heads; // elements
    const std::int64_t value = m.has_latent_attention() ? m.latent.value_dimension : m.head_dimension;
    const auto product = [&](std::int64_t a, std::int64_t b, std::int64_t c) {
        add_single_product(list, OperationKind::attention, pass, a, b, c, sequences, share, true);
    };
    const double dropout = m.dropout ? 1.0 : 0.0;
    if (pass == Pass::forward) {
        product(rows, span, m.head_dimension); // scores
        // Scale, mask and softmax fused: read and write once; separate: four times. Dropout: read, write, mask.
        add_stream(list, OperationKind::attention, pass, scores,
                   (share.fused_elementwise ? 2 : 6) * e + dropout * (2 * e + 1), 8, share.fused_elementwise ? 2 : 5);
        product(rows, value, span); // weighted sum
    } else {
        product(rows, span, value);
        product(span, value, rows);
        add_stream(list, OperationKind::attention, pass, scores,
                   (share.fused_elementwise ? 3 : 6) * e + dropout * (2 * e + 1), 8, share.fused_elementwise ? 2 : 5);
        product(rows, m.head_dimension, span);
        product(span, m.head_dimension, rows);
    }
}

} // namespace detail

/// Attention with its projections, norms and residual. `core_only`: what selective recomputation repeats.
template <class Sink>
constexpr void add_attention(Sink&& list, const Transformer& m, const Share& share, const LayerSizes& z, Pass pass,
                             LayerPart part, bool core_only = false) noexcept {
    constexpr OperationKind projection = OperationKind::attention_projection;
    if (!core_only) {
        detail::add_norms(list, m, norms_of(m, part), share, z, pass);
        if (m.has_latent_attention()) {
            const LatentAttention& latent = m.latent;
            // Narrow projections are not cut: each rank of a tensor group takes its share of the tokens.
            std::int64_t query_inner = m.hidden;
            double latent_width = static_cast<double>(latent.key_value_rank);
            if (latent.query_rank > 0) {
                detail::add_linear(list, projection, pass, z.norm_rows, latent.query_rank, m.hidden, share);
                query_inner = latent.query_rank;
                latent_width += static_cast<double>(latent.query_rank);
            }
            detail::add_linear(list, projection, pass, z.norm_rows, latent.key_value_rank + latent.rotary_dimension,
                               m.hidden, share);
            detail::add_stream(list, OperationKind::norm, pass, z.norm_tokens * latent_width,
                               (pass == Pass::forward ? 2 : 3) * raw(share.element), 6, pass == Pass::forward ? 2 : 4);
            detail::add_linear(list, projection, pass, z.rows, z.query_columns, query_inner, share);
            const std::int64_t plain = m.head_dimension - latent.rotary_dimension;
            detail::add_linear(list, projection, pass, z.rows, z.heads * plain + z.value_columns, latent.key_value_rank,
                               share);
        } else {
            detail::add_linear(list, projection, pass, z.rows, z.qkv_columns, m.hidden, share);
        }
    }
    detail::add_attention_core(list, m, share, z, pass, part);
    if (core_only) return;
    detail::add_linear(list, projection, pass, z.rows, m.hidden, z.value_columns, share);
    detail::add_residual(list, m, share, z, pass);
}

/// Tokens of a chunk of the state-space scan (Mamba-2's kernels).
inline constexpr std::int64_t scan_chunk = 256;

/// A state-space block with its norm and residual. Its scan counts as attention.
template <class Sink>
constexpr void add_state_space(Sink&& list, const Transformer& m, const Share& share, const LayerSizes& z,
                               Pass pass) noexcept {
    const StateSpace& b = m.state_space;
    const double e = raw(share.element);
    const bool forward = pass == Pass::forward;
    const std::int64_t heads = (b.heads + share.tensor - 1) / share.tensor;
    const std::int64_t inner = heads * b.head_dimension;
    const std::int64_t groups = (b.groups + share.tensor - 1) / share.tensor;
    const std::int64_t maps = 2 * groups * b.state;
    constexpr OperationKind projection = OperationKind::attention_projection;
    detail::add_norms(list, m, norms_of(m, LayerPart::state_space), share, z, pass);
    detail::add_linear(list, projection, pass, z.rows, 2 * inner + maps + heads, m.hidden, share);
    const double inner_width = static_cast<double>(inner);
    const double channels = inner_width + static_cast<double>(maps);
    detail::add_stream(list, OperationKind::attention, pass, z.tokens * channels, (forward ? 2 : 5) * e, 10,
                       forward ? 1 : 2); // convolution
    // Within a chunk every position sees those before it; between chunks the state is written and read once.
    const double state = static_cast<double>(b.state);
    const double chunk = static_cast<double>(scan_chunk < share.sequence ? scan_chunk : share.sequence);
    const double within = 0.5 * chunk * 2.0 * (static_cast<double>(groups) * state + inner_width);
    const double flops = z.tokens * (within + 4.0 * state * inner_width);
    const double tensors =
        z.tokens * ((2.0 * inner_width + static_cast<double>(maps)) * e + 2.0 * 4.0 * state * inner_width / chunk);
    // Its kernels run at the rate of the vector units, not of the matrix units (Megatron-Bridge's hybrid models).
    const double passes = forward ? 1.0 : 2.5;
    list.add(stream(OperationKind::attention, pass, make<Bytes>(passes * tensors), make<Flops>(passes * flops),
                    forward ? 5 : 8));
    detail::add_stream(list, OperationKind::elementwise, pass, z.tokens * inner_width, (forward ? 3 : 5) * e, 16,
                       forward ? 1 : 2); // gate and norm
    detail::add_linear(list, projection, pass, z.rows, m.hidden, inner, share);
    detail::add_residual(list, m, share, z, pass);
}

} // namespace foretrain::inline v0
