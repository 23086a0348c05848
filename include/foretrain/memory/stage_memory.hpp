// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

#include "../math/scalar.hpp"
#include "../parallel/plan.hpp"
#include "../parallel/shard.hpp"
#include "../parallel/stage.hpp"
#include "activations.hpp"
#include "states.hpp"

// What the stages of a plan have in common: parameters, activations and passing gradients of each part of a layer, on
// one accelerator, and how the parts of a model spread over its stages. footprint.hpp puts them together.

namespace foretrain::inline v0 {

namespace detail {

inline constexpr std::size_t part_kinds = layer_parts.size();

/// Layers of a stage that have each part, in the order of `layer_parts`; fractions where kinds are spread evenly.
using PartCounts = std::array<double, part_kinds>;

/// What all stages of a plan have in common, computed once.
template <class Real>
struct StageMemory {
    std::array<HeldParameters, part_kinds> held{};     ///< of one layer's part, on one accelerator
    std::array<HeldParameters, part_kinds> adapters{}; ///< of LoRA
    std::array<BasicBytes<Real>, part_kinds> kept{};   ///< of one layer's part and micro-batch
    std::array<BasicBytes<Real>, part_kinds> recomputed{};
    std::array<BasicBytes<Real>, part_kinds> gradients{}; ///< of the activations of the part's widest operation
    std::array<double, part_kinds> share{};               ///< of all layers, that have the part
    std::array<unsigned char, part_kinds> present{};      ///< indices of the parts that layers or modules have
    std::size_t parts = 0;                                ///< of them
    bool adapted = false;                                 ///< LoRA: adapters are trained, the rest is frozen
    HeldParameters embedding{}; ///< beside layers where the model begins; with one stage also where it ends
    HeldParameters head{};      ///< the same where it ends
    BasicBoundaryActivations<Real> boundary{};
    BasicBytes<Real> layer_input{};   ///< one layer's, which full recomputation keeps
    BasicBytes<Real> stream{};        ///< one token-by-hidden tensor, as sent between stages
    BasicBytes<Real> head_gradient{}; ///< of the projection to the vocabulary, beyond freed FP32 logits
    StageLayers layers{};
    double staged_bytes = 0; ///< of one staged weight gradient; 0: none are staged
    double table_bytes = 0;  ///< of a weight that no product of a layer reads, beyond a short format of the others
    double cast_bytes = 0;   ///< of the short copies of one weight that a product reads
    double leading = -1;     ///< dense layers that come first; below 0: they are spread
    double chunk = 0;        ///< layers of a stage's first chunk
    double state_share = 1;  ///< one rank's part of states that are shared out
    double expert_state_share = 1; ///< the same of the states of experts
};

/// Gradients that the widest operation of a part holds at once: of what goes in and out (whole sequence: gathered where
/// sequence parallelism cuts), and of the activation of a feed-forward block, of dispatched tokens and the activation
/// of experts, or of the softmax of unfused attention. Context parallelism adds keys and values of other ranks and
/// their gradients.
template <class Real>
[[nodiscard]] constexpr BasicBytes<Real> moment_gradients(const Transformer& model, const BasicParallelPlan<Real>& plan,
                                                          const ActivationShape<Real>& shape, LayerPart part) noexcept {
    const double element = shape.element;
    const double local = shape.tokens * shape.tensor_share;
    const double matrices = static_cast<double>(model.feed_forward_matrices());
    Real inner{};
    switch (part) {
    case LayerPart::attention:
    case LayerPart::windowed_attention: {
        double bytes = 0;
        if (plan.attention == AttentionKernel::unfused)
            bytes = 2.0 * element * local * static_cast<double>(plan.sequence) * static_cast<double>(model.heads);
        if (plan.context > 1) {
            const double widths = static_cast<double>(
                model.has_latent_attention() ? model.query_width() + model.heads * model.latent.value_dimension
                                             : 2 * model.key_value_width());
            const double keys_values = local * widths * element;
            bytes += plan.context_exchange == ContextExchange::all_gather
                         ? 2.0 * keys_values * static_cast<double>(plan.context)
                     : plan.context_exchange == ContextExchange::ring
                         ? 4.0 * keys_values
                         : keys_values + 2.0 * local * static_cast<double>(model.query_width()) * element;
        }
        inner = Real(bytes);
        break;
    }
    case LayerPart::state_space:
        inner = Real(3.0 * local * static_cast<double>(model.state_space.heads * model.state_space.head_dimension) *
                     element);
        break;
    case LayerPart::feed_forward:
        inner = Real(local * static_cast<double>(model.feed_forward) * element * matrices);
        break;
    case LayerPart::experts: {
        const Experts& experts = model.experts;
        const double width = experts.latent > 0 ? static_cast<double>(experts.latent) : shape.hidden;
        const double one =
            static_cast<double>(experts.width) / static_cast<double>(plan.expert_tensor) * matrices + width;
        inner = Real(local * static_cast<double>(experts.shared_width) * element * matrices) +
                shape.slots * Real(one * element);
        break;
    }
    }
    return make<BasicBytes<Real>>(Real(2.0 * shape.tokens * shape.hidden * element) + inner);
}

/// What layers and the ends of the model keep: everything of `m` that the micro-batch, the degrees inside a layer and
/// recomputation decide. `shape`: `activation_shape(model, plan)`.
template <class Real>
constexpr void add_layer_memory(StageMemory<Real>& m, const Transformer& model, const PartParameters& parts,
                                const BasicParallelPlan<Real>& plan, const ActivationShape<Real>& shape) noexcept {
    m.boundary = boundary_activations(model, plan, shape);
    m.adapted = plan.adapter_rank > 0;
    m.parts = 0;
    const double all_layers = static_cast<double>(model.layers);
    for (std::size_t i = 0; i < part_kinds; ++i) {
        const LayerPart part = layer_parts[i];
        const bool module = model.prediction_layers > 0 && (part == LayerPart::attention || part == LayerPart::experts);
        const std::int64_t count = parts.count(part);
        if (count == 0 && !module) continue;
        m.present[m.parts++] = static_cast<unsigned char>(i);
        m.share[i] = static_cast<double>(count) / all_layers;
        const bool attends = part == LayerPart::attention || part == LayerPart::windowed_attention;
        m.held[i] =
            buckets_of(model, parts.of(part), attends ? 1 : 0, part == LayerPart::feed_forward ? 1 : 0, plan.tensor)
                .held(plan);
        if (plan.adapter_rank > 0) m.adapters[i] = adapter_parameters(model, plan, part);
        const BasicLayerActivations<Real> a = part_activations(model, plan, shape, part);
        m.kept[i] = a.kept(plan.recomputation);
        m.recomputed[i] = a.recomputed(plan.recomputation);
        m.gradients[i] = moment_gradients(model, plan, shape, part);
        m.layer_input = a.layer_input;
    }
    const std::int64_t dense = parts.count(LayerPart::feed_forward);
    if (model.has_experts() && 4 * dense <= model.layers) m.leading = static_cast<double>(dense);
    m.stream = make<BasicBytes<Real>>(Real(shape.stream * shape.element));
}

template <class Real>
constexpr void add_layer_memory(StageMemory<Real>& m, const Transformer& model, const BasicParallelPlan<Real>& plan,
                                const ActivationShape<Real>& shape) noexcept {
    add_layer_memory(m, model, PartParameters{model}, plan, shape);
}

/// How layers lie on stages: what pipeline and schedule decide. `held`: `held_parts(model, plan)`.
template <class Real>
constexpr void add_stage_layout(StageMemory<Real>& m, const Transformer& model, const BasicParallelPlan<Real>& plan,
                                const HeldParts& held) noexcept {
    m.layers = stage_layers(model.layers, plan);
    m.embedding = held.edge;
    m.head = held.head;
    const std::int64_t chunks = model_chunks(plan);
    m.chunk = static_cast<double>((m.layers.first + chunks - 1) / chunks);
}

/// Copies of weights and of their gradients: what formats and sharding decide, after `add_layer_memory`.
template <class Real>
constexpr void add_staging(StageMemory<Real>& m, const Transformer& model, const BasicParallelPlan<Real>& plan,
                           const ActivationShape<Real>& shape) noexcept {
    // A product makes the gradient of a weight in the format of the weights; it is added up in another format, or
    // reduced over the shards first. In one format for both, frameworks add in place.
    const Precision& precision = plan.precision;
    const bool short_weights = size_of(precision.weights) < size_of(precision.activations);
    const NumberFormat product = short_weights ? precision.activations : precision.weights;
    const bool staged = plan.sharding == Sharding::parameters || precision.gradients != product;
    m.staged_bytes = staged ? raw(size_of(product)) : 0.0;
    m.table_bytes = short_weights ? raw(size_of(product)) - raw(size_of(precision.weights)) : 0.0;
    // Sharded weights are cast when they are gathered, one layer at a time.
    m.cast_bytes = 0.0;
    if (precision.casts_kept && plan.sharding != Sharding::parameters) {
        const bool transposed = plan.stack.memory.transposed_casts || precision.scaling != Scaling::per_tensor;
        m.cast_bytes = scaled_size(precision.compute, precision.scaling) *
                       ((transposed ? 1.0 : 0.0) + (precision.weights == precision.compute ? 0.0 : 1.0));
    }
    m.state_share = 1.0 / static_cast<double>(plan.shards());
    if (model.has_experts()) m.expert_state_share = 1.0 / static_cast<double>(plan.expert_shards());
    m.head_gradient = {};
    if (plan.adapter_rank == 0) {
        const double projection = static_cast<double>(model.vocabulary) * shape.tensor_share;
        const double head = projection * shape.hidden * m.staged_bytes;
        const double freed =
            static_cast<double>(value_of(raw(m.boundary.logits))) - projection * shape.tokens * shape.element;
        m.head_gradient = make<BasicBytes<Real>>(Real(maximum(head - freed, 0.0)));
    }
}

/// All of it. `held`: `held_parts(model, plan)`.
template <class Real>
[[nodiscard]] constexpr StageMemory<Real> stage_memory(const Transformer& model, const PartParameters& parts,
                                                       const BasicParallelPlan<Real>& plan,
                                                       const HeldParts& held) noexcept {
    StageMemory<Real> m;
    const ActivationShape<Real> shape = activation_shape(model, plan);
    add_layer_memory(m, model, parts, plan, shape);
    add_stage_layout(m, model, plan, held);
    add_staging(m, model, plan, shape);
    return m;
}
template <class Real>
[[nodiscard]] constexpr StageMemory<Real> stage_memory(const Transformer& model,
                                                       const BasicParallelPlan<Real>& plan) noexcept {
    const PartParameters parts{model};
    return stage_memory(model, parts, plan, held_parts(model, parts, plan));
}

/// The layers of a stage by their parts.
template <class Real>
[[nodiscard]] constexpr PartCounts stage_parts(const StageMemory<Real>& m, double layers, std::int64_t stage) noexcept {
    PartCounts counts{};
    for (std::size_t k = 0; k < m.parts; ++k) counts[m.present[k]] = layers * m.share[m.present[k]];
    if (m.leading >= 0) {
        constexpr std::size_t dense = static_cast<std::size_t>(LayerPart::feed_forward);
        constexpr std::size_t experts = static_cast<std::size_t>(LayerPart::experts);
        const double blocks = counts[dense] + counts[experts];
        const double left = maximum(m.leading - static_cast<double>(stage) * m.chunk, 0.0);
        counts[dense] = minimum(left, minimum(m.chunk, blocks));
        counts[experts] = blocks - counts[dense];
    }
    return counts;
}

/// Parameters of a stage: of its layers, and of LoRA's adapters on them.
struct StageParameters {
    HeldParameters layers{};
    HeldParameters adapters{};
};

template <class Real>
constexpr void add_layers(StageParameters& p, const StageMemory<Real>& m, const PartCounts& counts) noexcept {
    for (std::size_t k = 0; k < m.parts; ++k) {
        const std::size_t i = m.present[k];
        if (counts[i] <= 0) continue;
        p.layers += m.held[i] * counts[i];
        if (m.adapted) p.adapters += m.adapters[i] * counts[i];
    }
}

} // namespace detail

} // namespace foretrain::inline v0
