// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "parameters.hpp"
#include "share.hpp"

// What works on each token alone: dense feed-forward blocks, and experts.
//
// Experts, forward: router; tokens sorted by expert and sent; one grouped product in and one out over this rank's
// experts; tokens sent back and summed with their weights. Shared experts are a dense block beside (Lepikhin et al.
// 2020, GShard; Gale et al. 2022, MegaBlocks, for products without capacity; Dai et al. 2024, DeepSeekMoE).
// A rank of a group of E expert ranks, each expert cut over T_e, receives  t k T_e / T  token copies of the t tokens of
// its micro-batch, T its tensor group, k active experts, times the load of the busiest rank.

namespace foretrain::inline v0 {

/// A dense feed-forward block with its norms and residual.
template <class Sink>
constexpr void add_feed_forward(Sink&& list, const Transformer& m, const Share& share, const LayerSizes& z,
                                Pass pass) noexcept {
    const bool gated = m.feed_forward_kind == FeedForward::gated;
    constexpr OperationKind kind = OperationKind::feed_forward;
    detail::add_norms(list, m, norms_of(m, LayerPart::feed_forward), share, z, pass);
    detail::add_linear(list, kind, pass, z.rows, (gated ? 2 : 1) * z.feed_forward_columns, m.hidden, share);
    detail::add_linear(list, kind, pass, z.rows, m.hidden, z.feed_forward_columns, share);
    detail::add_activation(list, m, share, z.tokens * z.inner_width, pass);
    detail::add_residual(list, m, share, z, pass);
}

/// Tokens an accelerator sends to experts and receives for its own, copies counted; and its experts.
struct ExpertSizes {
    double sent;              ///< copies of this accelerator's own tokens
    double received;          ///< by the busiest accelerator
    std::int64_t experts;     ///< on this accelerator
    std::int64_t tokens_each; ///< rows of each expert's product, at least 1
    std::int64_t groups;      ///< experts that have a token
    std::int64_t columns;     ///< of one expert on this accelerator
    std::int64_t width;       ///< of a token as experts see it
    std::int64_t router_rows; ///< tokens whose experts this accelerator chooses
    double router_tokens;

    constexpr ExpertSizes(const Transformer& m, const Share& share, const LayerSizes& z) noexcept {
        const Experts& e = m.experts;
        router_tokens = z.tokens / static_cast<double>(share.tensor);
        router_rows = z.rows > share.tensor ? z.rows / share.tensor : 1;
        sent = router_tokens * static_cast<double>(e.active);
        received = sent * static_cast<double>(share.expert_tensor) * share.expert_load;
        experts = e.routed / share.expert;
        const auto copies = static_cast<std::int64_t>(received);
        groups = copies < experts ? (copies > 1 ? copies : 1) : experts;
        // Padded to the alignment of matrix units where there are many.
        const std::int64_t each = copies / groups > 1 ? copies / groups : 1;
        tokens_each = each > 64 ? (each + 15) / 16 * 16 : each;
        columns = e.width / share.expert_tensor;
        width = e.latent > 0 ? e.latent : m.hidden;
    }
};

/// A feed-forward block of experts with its norms and residual, without the exchange of tokens.
template <class Sink>
constexpr void add_experts(Sink&& list, const Transformer& m, const Share& share, const LayerSizes& z,
                           Pass pass) noexcept {
    const Experts& e = m.experts;
    const ExpertSizes x{m, share, z};
    const bool gated = m.feed_forward_kind == FeedForward::gated;
    const bool forward = pass == Pass::forward;
    const double element = raw(share.element);
    constexpr OperationKind kind = OperationKind::feed_forward;
    detail::add_norms(list, m, norms_of(m, LayerPart::experts), share, z, pass);

    // Router: scores in FP32, top-k, and the index of every copy: some thirty small kernels unless they are fused.
    const Share whole = [&] {
        Share s = share;
        s.adapter_rank = 0;
        return s;
    }();
    detail::add_linear(list, kind, pass, x.router_rows, e.routed, m.hidden, whole, 1, true);
    detail::add_stream(list, OperationKind::elementwise, pass, x.router_tokens * static_cast<double>(e.routed), 16.0, 8,
                       share.grouped_experts ? (forward ? 6 : 3) : (forward ? 30 : 15));
    if (e.latent > 0) {
        detail::add_linear(list, kind, pass, x.router_rows, e.latent, m.hidden, share);
        detail::add_linear(list, kind, pass, x.router_rows, m.hidden, e.latent, share);
    }
    // Copies are laid out by rank before they are sent and by expert where they arrive, and back again. Dispatchers
    // made for grouped products do so on the way; what is left is the sum of the copies of each token.
    const double width = static_cast<double>(x.width);
    const double sorted_on_arrival = x.experts > 1 && share.expert > 1 ? x.received : 0.0;
    const double moved = share.grouped_experts ? x.sent : 2.0 * (x.sent + sorted_on_arrival);
    detail::add_stream(list, OperationKind::elementwise, pass, moved * width, 2.0 * element, 2,
                       share.grouped_experts   ? 1
                       : sorted_on_arrival > 0 ? 4
                                               : 2);
    detail::add_linear(list, kind, pass, x.tokens_each, (gated ? 2 : 1) * x.columns, x.width, share, x.groups);
    detail::add_linear(list, kind, pass, x.tokens_each, x.width, x.columns, share, x.groups);
    detail::add_activation(list, m, share, x.received * static_cast<double>(x.columns), pass);

    if (e.shared_width > 0) {
        const std::int64_t columns = e.shared_width / share.tensor;
        detail::add_linear(list, kind, pass, z.rows, (gated ? 2 : 1) * columns, m.hidden, share);
        detail::add_linear(list, kind, pass, z.rows, m.hidden, columns, share);
        detail::add_activation(list, m, share, z.tokens * static_cast<double>(columns), pass);
        detail::add_stream(list, OperationKind::elementwise, pass, z.norm_tokens * z.hidden, 3.0 * element, 1);
    }
    detail::add_residual(list, m, share, z, pass);
}

} // namespace foretrain::inline v0
