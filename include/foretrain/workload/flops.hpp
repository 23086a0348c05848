// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "../units/quantity.hpp"
#include "parameters.hpp"

// How many floating-point operations a training step is said to take: every convention in use, by name.
//
// Published utilisations differ by what they count. Per sample of s tokens, forward and backward, with L layers of
// width h, H heads of dimension Q, vocabulary V and N parameters; one multiply-add is two operations:
//
//   function                      operations                              counts
//   six_n_flops                   6 N s                                   every parameter, no attention
//   six_n_flops_without_embedding 6 N s                                   layers and norms, no attention
//   palm_flops                    s (6 N + 12 L H Q s)                    + projection to V, + full attention
//   causal_flops                  s (6 N + 6 L H Q s)                     + projection to V, + half the attention
//   megatron_flops                72 s L h^2 (1 + s/(6 h) + V/(12 h L))   matrix products, full attention
//   hardware_flops                96 s L h^2 (1 + s/(6 h) + V/(16 h L))   the same, layers run forward again
//   matrix_flops                  6 x multiply-adds of each product       matrix products, BERT's head too
//
// Full attention counts all s^2 scores, causal attention half of them (exactly (s + 1)/(2 s), which all conventions
// round to 1/2). Models without causal attention have nothing to halve: both counts agree for them.
//
// Sources: Kaplan et al. 2020, section 2.1 (6N); Chowdhery et al. 2022, appendix B (PaLM); Narayanan et al. 2021,
// appendix, and Korthikanti et al. 2022, appendix A (Megatron, hardware); Megatron-LM, `num_floating_point_operations`
// (the form for grouped queries and gated feed-forward blocks). Valid for models that `check_rules` accepts and
// sequences of 1 to 1e9 tokens; all results are for the whole model, not for one accelerator.

namespace foretrain::inline v0 {

/// What "model FLOPs" means.
enum class FlopConvention : unsigned char {
    six_n,                  ///< 6 N, N = all parameters
    six_n_attention,        ///< 6 N + 12 L H Q s, N without the input embedding (PaLM): full attention
    six_n_causal_attention, ///< the same with half the attention
    megatron,               ///< all matrix products, full attention
    hardware,               ///< as `megatron`, and what is computed again
};

/// What the backward pass computes a second time.
enum class RecomputedShare : unsigned char {
    nothing,
    attention_core, ///< scores and context: selective recomputation
    feed_forward,   ///< feed-forward blocks and experts, with what else their products read
    layers,         ///< every layer's forward pass: full recomputation
};

/// Which scores of the attention are counted.
enum class AttentionCount : unsigned char {
    full,   ///< all s^2
    causal, ///< half of them, if the model is causal
};

[[nodiscard]] constexpr std::string_view name_of(FlopConvention convention) noexcept {
    switch (convention) {
    case FlopConvention::six_n: return "6n";
    case FlopConvention::six_n_attention: return "6n+attention";
    case FlopConvention::six_n_causal_attention: return "6n+causal-attention";
    case FlopConvention::megatron: return "megatron";
    case FlopConvention::hardware: return "hardware";
    }
    return "6n";
}
[[nodiscard]] constexpr std::string_view name_of(RecomputedShare share) noexcept {
    switch (share) {
    case RecomputedShare::nothing: return "nothing";
    case RecomputedShare::attention_core: return "attention_core";
    case RecomputedShare::feed_forward: return "feed_forward";
    case RecomputedShare::layers: return "layers";
    }
    return "nothing";
}
[[nodiscard]] constexpr std::string_view name_of(AttentionCount count) noexcept {
    return count == AttentionCount::causal ? "causal" : "full";
}

namespace detail {

/// 6 N s.
[[nodiscard]] constexpr double six_n(std::int64_t count, std::int64_t sequence) noexcept {
    return 6.0 * static_cast<double>(count) * static_cast<double>(sequence);
}

/// Width of a query and of a value together, all heads: what each score costs twice.
[[nodiscard]] constexpr double score_width(const Transformer& model) noexcept {
    const std::int64_t value = model.has_latent_attention() ? model.latent.value_dimension : model.head_dimension;
    return static_cast<double>(model.heads * (model.head_dimension + value));
}

/// Scores a query has: s, or s/2 on average if `count` halves them; within a window w of s, w (1 - w/(2 s)) or w.
[[nodiscard]] constexpr double scores_of_query(const Transformer& model, LayerPart part, std::int64_t sequence,
                                               AttentionCount count) noexcept {
    const double s = static_cast<double>(sequence);
    const bool halved = count == AttentionCount::causal && model.causal;
    if (part == LayerPart::windowed_attention && model.window < sequence) {
        const double w = static_cast<double>(model.window);
        return halved ? w * (1.0 - 0.5 * w / s) : w;
    }
    return halved ? 0.5 * s : s;
}

/// Forward operations of scores and context of all layers: two products of 2 H Q s^2, halved where `count` says so;
/// a state-space block's scan counts as 2 H Q (2 n) s with n numbers of state.
[[nodiscard]] constexpr double attention_core(const Transformer& model, std::int64_t sequence,
                                              AttentionCount count) noexcept {
    const double s = static_cast<double>(sequence);
    double scores = static_cast<double>(model.count(LayerPart::attention) + model.prediction_layers) *
                    scores_of_query(model, LayerPart::attention, sequence, count);
    if (model.windowed_layers > 0)
        scores += static_cast<double>(model.windowed_layers) *
                  scores_of_query(model, LayerPart::windowed_attention, sequence, count);
    const StateSpace& block = model.state_space;
    const double scan = 4.0 * static_cast<double>(block.layers * block.heads * block.head_dimension * block.state) * s;
    return 2.0 * score_width(model) * scores * s + scan;
}

/// Numbers that a token is multiplied with in all layers: the matrices of the projections and of the feed-forward
/// blocks it visits, the modules of multi-token prediction included; or those of the feed-forward blocks alone.
[[nodiscard]] constexpr double layer_matrices(const Transformer& model, const PartParameters& parts,
                                              bool blocks_alone = false) noexcept {
    double sum = 0;
    const auto add = [&](LayerPart part, double count) {
        if (count == 0 || (blocks_alone && part != LayerPart::feed_forward && part != LayerPart::experts)) return;
        const double hidden = static_cast<double>(model.hidden);
        const double matrices = static_cast<double>(model.feed_forward_matrices());
        double one = 0;
        switch (part) {
        case LayerPart::attention:
        case LayerPart::windowed_attention: {
            const double queries = static_cast<double>(model.query_width());
            if (model.has_latent_attention()) {
                const LayerParameters& p = parts.of(part);
                one = static_cast<double>(p.attention - (model.attention_output_bias ? model.hidden : 0) + p.router);
            } else {
                one = hidden * (2.0 * queries + 2.0 * static_cast<double>(model.key_value_width()));
            }
            break;
        }
        case LayerPart::state_space: {
            const StateSpace& b = model.state_space;
            one = hidden * static_cast<double>(3 * b.heads * b.head_dimension + 2 * b.groups * b.state + b.heads);
            break;
        }
        case LayerPart::feed_forward: one = matrices * hidden * static_cast<double>(model.feed_forward); break;
        case LayerPart::experts: {
            const Experts& e = model.experts;
            const double width = static_cast<double>(e.latent > 0 ? e.latent : model.hidden);
            one = matrices *
                      (width * static_cast<double>(e.active * e.width) + hidden * static_cast<double>(e.shared_width)) +
                  hidden * static_cast<double>(e.routed + 2 * e.latent);
            break;
        }
        }
        sum += count * one;
    };
    for (const LayerPart part : layer_parts) add(part, static_cast<double>(parts.count(part)));
    const double modules = static_cast<double>(model.prediction_layers);
    if (modules > 0) {
        add(LayerPart::attention, modules);
        add(model.has_experts() ? LayerPart::experts : LayerPart::feed_forward, modules);
        if (!blocks_alone) sum += modules * 2.0 * static_cast<double>(model.hidden * model.hidden);
    }
    return sum;
}

[[nodiscard]] constexpr double layer_matrices(const Transformer& model, bool blocks_alone = false) noexcept {
    return layer_matrices(model, PartParameters{model}, blocks_alone);
}

/// Forward operations of the projections and the feed-forward blocks of all layers.
[[nodiscard]] constexpr double layer_products(const Transformer& model, std::int64_t sequence) noexcept {
    return 2.0 * static_cast<double>(sequence) * layer_matrices(model);
}

/// Projections to the vocabulary: one, and one more for each module of multi-token prediction.
[[nodiscard]] constexpr double projections(const Transformer& model) noexcept {
    return static_cast<double>((1 + model.prediction_layers) * model.hidden * model.vocabulary);
}

} // namespace detail

/// 6 N s with N = all parameters: no attention, embedding tables counted as if they were multiplied with.
[[nodiscard]] constexpr Flops six_n_flops(const Transformer& model, std::int64_t sequence) noexcept {
    return make<Flops>(detail::six_n(parameters(model), sequence));
}

/// 6 N s with N = parameters without embedding and without projection to the vocabulary (Kaplan et al. 2020).
[[nodiscard]] constexpr Flops six_n_flops_without_embedding(const Transformer& model, std::int64_t sequence) noexcept {
    return make<Flops>(detail::six_n(parameters_without_embedding(model), sequence));
}

/// s (6 N + 12 L H Q s), full attention; N leaves out tables that are only looked up. PaLM's own N, all parameters, is
/// the same number for PaLM, whose only table is tied to the projection.
[[nodiscard]] constexpr Flops palm_flops(const Transformer& model, std::int64_t sequence) noexcept {
    return make<Flops>(detail::six_n(parameters_without_input_embedding(model), sequence) +
                       3.0 * detail::attention_core(model, sequence, AttentionCount::full));
}

/// As `palm_flops` with half the attention, s (6 N + 6 L H Q s), where the model is causal.
[[nodiscard]] constexpr Flops causal_flops(const Transformer& model, std::int64_t sequence) noexcept {
    return make<Flops>(detail::six_n(parameters_without_input_embedding(model), sequence) +
                       3.0 * detail::attention_core(model, sequence, AttentionCount::causal));
}

/// Megatron's model FLOPs: 12 s L h^2 ((1 + k/H + s/h) H Q/h + g f/h + V/(2 L h)), k key-value heads, g = 1 or 3/2
/// gated. For GPT-3's shape, 72 s L h^2 (1 + s/(6 h) + V/(12 h L)). Full attention; no norms, biases nor other vector
/// work.
[[nodiscard]] constexpr Flops megatron_flops(const Transformer& model, std::int64_t sequence) noexcept {
    const double attention = detail::attention_core(model, sequence, AttentionCount::full);
    const double logits = 2.0 * static_cast<double>(sequence) * detail::projections(model);
    return make<Flops>(3.0 * (detail::layer_products(model, sequence) + attention + logits));
}

/// Model FLOPs and what `recomputed` adds to them: the forward pass of the attention core, of the feed-forward blocks
/// (experts, with their router, too), or of all layers. The
/// projection to the vocabulary is never run again. For GPT and `layers`, 96 s L h^2 (1 + s/(6 h) + V/(16 h L)).
[[nodiscard]] constexpr Flops hardware_flops(const Transformer& model, std::int64_t sequence,
                                             RecomputedShare recomputed) noexcept {
    double again = 0;
    if (recomputed == RecomputedShare::attention_core || recomputed == RecomputedShare::layers)
        again += detail::attention_core(model, sequence, AttentionCount::full);
    if (recomputed == RecomputedShare::layers) again += detail::layer_products(model, sequence);
    if (recomputed == RecomputedShare::feed_forward)
        again += 2.0 * static_cast<double>(sequence) * detail::layer_matrices(model, true);
    return megatron_flops(model, sequence) + make<Flops>(again);
}

/// Twice the multiply-adds of every matrix product of the forward pass, three times over for forward and backward.
/// BERT's head counts as projecting every token; trained on masked tokens only, it does less.
[[nodiscard]] constexpr Flops matrix_flops(const Transformer& model, std::int64_t sequence,
                                           AttentionCount attention) noexcept {
    const double s = static_cast<double>(sequence);
    const double hidden = static_cast<double>(model.hidden);
    double head = 2.0 * s * detail::projections(model);
    if (model.head == Head::masked_language_model)
        head += 2.0 * hidden * (s * hidden + hidden + 2.0); // dense of every token; pooler and classifier of the first
    return make<Flops>(
        3.0 * (detail::layer_products(model, sequence) + detail::attention_core(model, sequence, attention) + head));
}

/// FLOPs of one sample of `sequence` tokens, forward and backward, by `convention`; `recomputed` counts only for
/// `FlopConvention::hardware`, which is what distinguishes it.
[[nodiscard]] constexpr Flops model_flops(FlopConvention convention, const Transformer& model, std::int64_t sequence,
                                          RecomputedShare recomputed = RecomputedShare::nothing) noexcept {
    switch (convention) {
    case FlopConvention::six_n: return six_n_flops(model, sequence);
    case FlopConvention::six_n_attention: return palm_flops(model, sequence);
    case FlopConvention::six_n_causal_attention: return causal_flops(model, sequence);
    case FlopConvention::megatron: return megatron_flops(model, sequence);
    case FlopConvention::hardware: return hardware_flops(model, sequence, recomputed);
    }
    return six_n_flops(model, sequence);
}

/// `model_flops` by every convention, in the order of `FlopConvention`: what they share is computed once.
[[nodiscard]] constexpr std::array<Flops, 5> every_model_flops(const Transformer& model, const PartParameters& parts,
                                                               std::int64_t sequence,
                                                               RecomputedShare recomputed) noexcept {
    const double s = static_cast<double>(sequence);
    const double six_n = detail::six_n(parameters_without_input_embedding(model, parts), sequence);
    const double attention = detail::attention_core(model, sequence, AttentionCount::full);
    const double halved = detail::attention_core(model, sequence, AttentionCount::causal);
    const double layers = 2.0 * s * detail::layer_matrices(model, parts);
    const double logits = 2.0 * s * detail::projections(model);
    const double products = 3.0 * (layers + attention + logits);
    double again = 0;
    switch (recomputed) {
    case RecomputedShare::nothing: break;
    case RecomputedShare::attention_core: again = attention; break;
    case RecomputedShare::feed_forward: again = 2.0 * s * detail::layer_matrices(model, parts, true); break;
    case RecomputedShare::layers: again = attention + layers; break;
    }
    return {make<Flops>(detail::six_n(count_parameters(model, parts).total(), sequence)),
            make<Flops>(six_n + 3.0 * attention), make<Flops>(six_n + 3.0 * halved), make<Flops>(products),
            make<Flops>(products + again)};
}

/// The same for one token of such a sample.
[[nodiscard]] constexpr FlopsPerToken flops_per_token(FlopConvention convention, const Transformer& model,
                                                      std::int64_t sequence,
                                                      RecomputedShare recomputed = RecomputedShare::nothing) noexcept {
    return model_flops(convention, model, sequence, recomputed) / make<Tokens>(static_cast<double>(sequence));
}

} // namespace foretrain::inline v0
