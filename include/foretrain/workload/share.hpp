// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>

#include "operation.hpp"
#include "transformer.hpp"

// One accelerator's share of a layer, and the pieces that operations of all kinds of layer are made of.
//
// A linear layer forward is one product; backward it is two, the gradient of the input and that of the weights. In a
// format shorter than the activations' its operands are cast first, forward the input, backward the gradient, each
// also transposed for the product that needs it so (Micikevicius et al. 2022; NVIDIA Transformer Engine). Frozen
// weights with an adapter of rank r (LoRA, Hu et al. 2021) have no gradient of their own; the adapter's two thin
// products run beside theirs.

namespace foretrain::inline v0 {

/// One accelerator's share of a model and a micro-batch.
struct Share {
    std::int64_t samples = 0;        ///< of one micro-batch
    std::int64_t sequence = 0;       ///< tokens a sample, all of them
    std::int64_t tensor = 1;         ///< accelerators over which heads, inner width and vocabulary are cut
    std::int64_t context = 1;        ///< accelerators over which the sequence is cut
    std::int64_t expert = 1;         ///< accelerators over which the experts of a layer are dealt out
    std::int64_t expert_tensor = 1;  ///< accelerators over which each expert is cut
    double expert_load = 1.0;        ///< tokens of the busiest expert rank over the mean
    std::int64_t adapter_rank = 0;   ///< LoRA: all linear layers frozen beside adapters of this rank; 0: all trained
    bool heads_for_tokens = false;   ///< the context group exchanges heads for tokens (Ulysses) before attention
    bool contiguous_context = false; ///< the context group cuts a causal sequence in order: this is its last rank
    bool sequence_parallel = false;  ///< norms, dropout, residuals cut over the tensor group
    bool fused_attention = true;     ///< scores never reach memory
    bool chained_norms = false;      ///< an RMS norm is a chain of framework kernels that pass FP32 copies on
    bool fused_elementwise = false;  ///< bias + activation and bias + dropout + residual in one kernel each
    bool grouped_experts = false;    ///< experts of a rank in one product; else one after another
    bool swizzled_scales = false; ///< scales of both operands are laid out anew before each short product (MX formats)
    bool fused_casts = false;     ///< casts to a short format ride on the kernel before
    Bytes element{};              ///< a stored activation
    Bytes operand{};              ///< an operand of a matrix product
};

/// Sizes that all operations of a layer share.
struct LayerSizes {
    double tokens;      ///< per accelerator where matrix products run
    double norm_tokens; ///< per accelerator where norms run
    double hidden;
    double query_width; ///< this accelerator's heads x head dimension
    double value_width; ///< this accelerator's heads x dimension of a value
    double kv_width;    ///< this accelerator's key heads x head dimension
    double inner_width; ///< this accelerator's columns of the feed-forward block
    std::int64_t rows, norm_rows, qkv_columns, query_columns, value_columns, feed_forward_columns, heads;

    constexpr LayerSizes(const Transformer& m, const Share& share) noexcept
        : rows{share.samples * share.sequence / share.context} {
        // Key-value heads fewer than the tensor group are replicated.
        const std::int64_t kv_heads = m.kv_heads >= share.tensor ? m.kv_heads / share.tensor : 1;
        heads = m.heads / share.tensor;
        query_columns = heads * m.head_dimension;
        value_columns = heads * (m.has_latent_attention() ? m.latent.value_dimension : m.head_dimension);
        qkv_columns = query_columns + 2 * kv_heads * m.head_dimension;
        feed_forward_columns = m.feed_forward / share.tensor;
        norm_rows = share.sequence_parallel && rows > share.tensor ? rows / share.tensor : rows;
        tokens = static_cast<double>(rows);
        norm_tokens = share.sequence_parallel ? tokens / static_cast<double>(share.tensor) : tokens;
        hidden = static_cast<double>(m.hidden);
        query_width = static_cast<double>(query_columns);
        value_width = static_cast<double>(value_columns);
        kv_width = static_cast<double>((m.has_latent_attention() ? heads : kv_heads) * m.head_dimension);
        inner_width = static_cast<double>(feed_forward_columns);
    }
};

namespace detail {

/// A stream that reads and writes `bytes_per_place` over `places` places.
template <class Sink>
constexpr void add_stream(Sink&& list, OperationKind kind, Pass pass, double places, double bytes_per_place,
                          double flops_per_place, std::int64_t kernels = 1) noexcept {
    list.add(stream(kind, pass, make<Bytes>(places * bytes_per_place), make<Flops>(places * flops_per_place), kernels));
}

/// One product of a linear layer, or `batch` of them at once.
template <class Sink>
[[gnu::always_inline]] constexpr void add_single_product(Sink&& list, OperationKind kind, Pass pass, std::int64_t rows,
                                                         std::int64_t columns, std::int64_t inner, std::int64_t batch,
                                                         const Share& share, bool wide, bool weight_gradient = false,
                                                         std::int64_t repeats = 1) noexcept {
    Operation product = matrix_product(kind, pass, rows, columns, inner, batch, wide ? share.element : share.operand);
    product.repeats = repeats;
    if (share.swizzled_scales && !wide) product.kernels += 2;
    product.wide = wide;
    product.weight_gradient = weight_gradient;
    list.add(product);
}

/// The products of `count` linear layers (experts) of `inner` inputs and `columns` outputs, `rows` tokens each: one
/// after another, or grouped. `wide` ones run in the format of the activations.
template <class Sink>
constexpr void add_linear(Sink&& list, OperationKind kind, Pass pass, std::int64_t rows, std::int64_t columns,
                          std::int64_t inner, const Share& share, std::int64_t count = 1, bool wide = false) noexcept {
    const std::int64_t batch = share.grouped_experts ? count : 1;
    const std::int64_t repeats = share.grouped_experts ? 1 : count;
    const double places = static_cast<double>(rows * count);
    const double e = raw(share.element);
    const bool forward = pass == Pass::forward;
    if (!wide && raw(share.operand) < e) {
        // Read unless the kernel before hands the values over; written twice, once transposed.
        const double read = share.fused_casts ? 0.0 : e;
        const double width = static_cast<double>(forward ? inner : columns);
        add_stream(list, OperationKind::elementwise, pass, places * width, read + 2.0 * raw(share.operand), 4,
                   share.fused_casts ? 0 : repeats);
    }
    struct Product {
        std::int64_t rows, columns, inner;
        bool thin, weight_gradient; // of an adapter; of weights
    };
    std::array<Product, 5> products;
    std::size_t size = 0;
    const std::int64_t r = share.adapter_rank;
    if (forward) {
        products[size++] = {rows, columns, inner, false, false};
        if (r > 0) {
            products[size++] = {rows, r, inner, true, false};
            products[size++] = {rows, columns, r, true, false};
        }
    } else {
        products[size++] = {rows, inner, columns, false, false}; // gradient of the input
        if (r == 0) {
            products[size++] = {inner, columns, rows, false, true}; // gradient of the weights
        } else {
            products[size++] = {rows, r, columns, true, false};
            products[size++] = {rows, inner, r, true, false};
            products[size++] = {r, columns, rows, true, true};
            products[size++] = {inner, r, rows, true, true};
        }
    }
    for (std::size_t i = 0; i < size; ++i) {
        const Product& p = products[i];
        add_single_product(list, kind, pass, p.rows, p.columns, p.inner, batch, share, wide || p.thin,
                           p.weight_gradient, repeats);
    }
    // Outputs of adapters are summed up by their second product where kernels are fused.
    if (r > 0 && !share.fused_elementwise)
        add_stream(list, OperationKind::elementwise, pass, places * static_cast<double>(forward ? columns : inner),
                   3.0 * e, 2, 2);
}

/// `count` norms over the residual stream. Forward they read and write once; backward they read input and gradient and
/// write one gradient. A chain of framework kernels (cast, square, mean, scale, cast, weight) moves 6 times 2 bytes and
/// 6 times 4 an element forward, twice that backward.
template <class Sink>
constexpr void add_norms(Sink&& list, const Transformer& m, std::int64_t count, const Share& share, const LayerSizes& z,
                         Pass pass) noexcept {
    if (count == 0) return;
    const bool forward = pass == Pass::forward;
    const double places = static_cast<double>(count) * z.norm_tokens * z.hidden;
    if (share.chained_norms && m.norm == Norm::rms_norm) {
        add_stream(list, OperationKind::norm, pass, places, (forward ? 1.0 : 2.0) * 36.0, 6,
                   count * (forward ? 6 : 12));
        return;
    }
    add_stream(list, OperationKind::norm, pass, places, (forward ? 2 : 3) * raw(share.element), 6,
               count * (forward ? 1 : 2));
}

/// The addition of a block's output to the residual stream: reads two, writes one; dropout adds a mask byte, and a
/// pass of its own when not fused.
template <class Sink>
constexpr void add_residual(Sink&& list, const Transformer& m, const Share& share, const LayerSizes& z,
                            Pass pass) noexcept {
    const bool forward = pass == Pass::forward;
    const double mask = m.dropout ? 1.0 : 0.0;
    const double unfused = m.dropout && !share.fused_elementwise ? 2.0 : 0.0;
    if (!forward && !m.dropout) return;
    add_stream(list, OperationKind::elementwise, pass, z.norm_tokens * z.hidden,
               (forward ? 3.0 + unfused : 2.0 * mask + unfused) * raw(share.element) + mask, 4,
               forward ? (share.fused_elementwise ? 1 : 2) : 1);
}

/// The activation function over `places` inner elements: plain reads one and writes one, gated reads two; a bias added
/// by its own kernel is one more read and write. Backward reads one more. A gated one in two kernels passes one on.
template <class Sink>
constexpr void add_activation(Sink&& list, const Transformer& m, const Share& share, double places,
                              Pass pass) noexcept {
    const bool forward = pass == Pass::forward;
    const bool gated = m.feed_forward_kind == FeedForward::gated;
    const bool own_bias = m.feed_forward_bias && !share.fused_elementwise;
    const double passes = (gated ? 3.0 : 2.0) +
                          (forward ? 0.0
                           : gated ? 2.0
                                   : 1.0) +
                          (own_bias ? 2.0 : 0.0) + (gated && !share.fused_elementwise ? 2.0 : 0.0);
    add_stream(list, OperationKind::elementwise, pass, places, passes * raw(share.element), 12,
               1 + (own_bias ? 1 : 0) + (gated && !share.fused_elementwise ? 1 : 0));
}

} // namespace detail

} // namespace foretrain::inline v0
