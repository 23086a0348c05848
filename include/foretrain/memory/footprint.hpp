// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

#include "../hardware/accelerator.hpp"
#include "../math/scalar.hpp"
#include "../parallel/plan.hpp"
#include "../parallel/schedule.hpp"
#include "../parallel/stage.hpp"
#include "activations.hpp"
#include "constants.hpp"
#include "states.hpp"

// Peak memory of one accelerator, item by item, on any stage of the pipeline.
//
//   peak = states + n_f (L_stage A + A_embedding) + A_head + staging + max(head moment, layer moment)
//        + buffers + library workspace + framework + fragmentation
//   n_f  micro-batches in flight;  A what a layer keeps of one;  staging: weight gradients of one layer before they are
//        accumulated or reduced
//   head moment (last stage): FP32 logits become their gradient, then the gradient of the head's weight is made
//   layer moment: what one layer recomputes, and gradients of the activations of its widest operation
//
// The two moments never coincide, so the smaller hides in what the larger leaves behind. Sources: states.hpp and
// activations.hpp; which parts coincide, from runs whose allocator was read (docs/memory.md).

namespace foretrain::inline v0 {

/// Memory of one accelerator at the peak of a step. Parts sum to `total()` in the order of `items()`, bit for bit.
template <class Real>
struct BasicFootprint {
    BasicBytes<Real> weights{};
    BasicBytes<Real> gradients{};
    BasicBytes<Real> master_weights{};
    BasicBytes<Real> optimizer_states{};
    BasicBytes<Real> activations{};           ///< of all micro-batches in flight
    BasicBytes<Real> logits{};                ///< last stage: logits, FP32 copy that becomes the gradient
    BasicBytes<Real> recomputation{};         ///< what one layer recomputes, beyond what freed logits leave room for
    BasicBytes<Real> activation_gradients{};  ///< of one layer's widest operation, beyond the same
    BasicBytes<Real> gradient_staging{};      ///< weight gradients of one layer (and the head) before accumulation
    BasicBytes<Real> communication_buffers{}; ///< gathered weights of FSDP, reduction buckets, sends between stages
    BasicBytes<Real> workspace{};             ///< of the matrix and attention libraries
    BasicBytes<Real> framework{};             ///< driver and context, communicator buffers
    BasicBytes<Real> fragmentation{};         ///< what the allocator holds and cannot use

    static constexpr std::size_t size = 13;

    [[nodiscard]] constexpr std::array<BasicMemoryItem<Real>, size> items() const noexcept {
        return {{{"weights", weights},
                 {"gradients", gradients},
                 {"master weights", master_weights},
                 {"optimizer states", optimizer_states},
                 {"activations", activations},
                 {"logits", logits},
                 {"recomputation", recomputation},
                 {"activation gradients", activation_gradients},
                 {"gradient staging", gradient_staging},
                 {"communication buffers", communication_buffers},
                 {"workspace", workspace},
                 {"framework", framework},
                 {"fragmentation", fragmentation}}};
    }
    /// Weights, gradients, master weights and optimizer states.
    [[nodiscard]] constexpr BasicBytes<Real> states() const noexcept {
        return weights + gradients + master_weights + optimizer_states;
    }
    /// What the framework's allocator reports as its largest allocation (torch.cuda.max_memory_allocated).
    [[nodiscard]] constexpr BasicBytes<Real> allocated() const noexcept {
        return states() + activations + logits + recomputation + activation_gradients + gradient_staging +
               communication_buffers + workspace;
    }
    /// What the driver reports as used (nvidia-smi), and what must fit.
    [[nodiscard]] constexpr BasicBytes<Real> total() const noexcept { return allocated() + framework + fragmentation; }
};
using Footprint = BasicFootprint<double>;

namespace detail {

/// What all stages of a plan have in common, computed once.
template <class Real>
struct StageMemory {
    BasicLayerActivations<Real> layer{};
    BasicBoundaryActivations<Real> boundary{};
    BasicBytes<Real> kept{}; ///< of one layer and micro-batch
    BasicBytes<Real> recomputed{};
    BasicBytes<Real> activation_gradients{};
    BasicBytes<Real> stream{};        ///< one token-by-hidden tensor, as sent between stages
    BasicBytes<Real> head_gradient{}; ///< of the projection to the vocabulary, beyond freed FP32 logits
    ParameterBuckets layer_parameters{};
    StageLayers layers{};
    double layer_parameters_here = 0; ///< of one layer on one tensor rank
    double staged_bytes = 0;          ///< of one staged weight gradient; 0: none are staged
};

template <class Real>
[[nodiscard]] constexpr StageMemory<Real> stage_memory(const Transformer& model, const BasicParallelPlan<Real>& plan,
                                                       const BasicMemoryConstants<Real>& constants) noexcept {
    StageMemory<Real> m;
    m.layer = layer_activations(model, plan);
    m.boundary = boundary_activations(model, plan, constants.loss);
    m.kept = m.layer.kept(plan.recomputation);
    m.recomputed = m.layer.recomputed(plan.recomputation);
    m.layers = stage_layers(model.layers, plan.pipeline, plan.virtual_stages);
    m.layer_parameters_here = layer_buckets(model, plan.tensor).per_accelerator(plan.tensor);

    const ActivationShape shape = activation_shape(model, plan);
    const auto bytes = [](double count) { return make<BasicBytes<Real>>(Real(count)); };
    // Gradients of what goes in and out (whole sequence: gathered where sequence parallelism cuts), and of the widest
    // operation between: the activation of the feed-forward block, or the softmax of unfused attention.
    const double whole = 2.0 * shape.tokens * static_cast<double>(model.hidden) * shape.element;
    const double inner = shape.tokens * static_cast<double>(model.feed_forward) * shape.tensor_share * shape.element *
                         static_cast<double>(model.feed_forward_matrices());
    double scores = 0;
    if (plan.attention == AttentionKernel::unfused)
        scores = 2.0 * shape.element * shape.tokens * static_cast<double>(plan.sequence) *
                 static_cast<double>(model.heads) * shape.tensor_share;
    m.activation_gradients = bytes(whole + maximum(inner, scores));
    m.stream = bytes(shape.stream * shape.element);

    // A product makes the gradient of a weight in the format of the weights; it is added up in another format, or
    // reduced over the shards first. In one format for both, frameworks add in place.
    const Precision& precision = plan.precision;
    const bool staged = plan.sharding == Sharding::parameters || precision.gradients != precision.weights;
    m.staged_bytes = staged ? raw(size_of(precision.weights)) : 0.0;
    const double projection = static_cast<double>(model.vocabulary) * shape.tensor_share;
    const double head = projection * static_cast<double>(model.hidden) * m.staged_bytes;
    const double freed =
        static_cast<double>(value_of(raw(m.boundary.logits))) - projection * shape.tokens * shape.element;
    m.head_gradient = bytes(maximum(head - freed, 0.0));
    return m;
}

template <class Real>
[[nodiscard]] constexpr BasicFootprint<Real>
footprint_of_stage(const Transformer& model, const BasicParallelPlan<Real>& plan, const StageMemory<Real>& m,
                   std::int64_t stage, const BasicMemoryConstants<Real>& constants) noexcept {
    using Size = BasicBytes<Real>;
    const auto number = [](double count) { return Real(count); };
    const bool first = stage == 0;
    const bool last = stage == plan.pipeline - 1;
    const double layers = static_cast<double>(m.layers.of(stage_kind(stage, plan.pipeline)));
    const double beside = boundary_buckets(model, plan.pipeline, stage).per_accelerator(plan.tensor);
    const double held = layers * m.layer_parameters_here + beside;

    BasicFootprint<Real> f;
    const BasicTrainingStates<Real> states = training_states<Real>(held, plan);
    f.weights = states.weights;
    f.gradients = states.gradients;
    f.master_weights = states.master_weights;
    f.optimizer_states = states.optimizer_states;

    const double in_flight = static_cast<double>(
        foretrain::in_flight(plan.schedule, stage, plan.pipeline, plan.micro_batches(), plan.virtual_stages));
    f.activations = m.kept * number(layers * in_flight);
    if (first) f.activations += m.boundary.embedding * number(in_flight);
    // The head's backward pass follows its forward pass at once, except where all forward passes come first.
    const double heads = plan.schedule == Schedule::gpipe ? in_flight : 1.0;
    Size head_moment{};
    if (last) {
        f.activations += m.boundary.head * number(heads);
        f.logits = m.boundary.logits * number(heads);
        head_moment = f.logits + m.head_gradient;
    }
    const Size recomputed = layers > 0 ? m.recomputed : Size{};
    const Size gradients = layers > 0 ? m.activation_gradients : Size{};
    f.recomputation = maximum(recomputed - head_moment, Size{});
    f.activation_gradients = maximum(gradients - maximum(head_moment - recomputed, Size{}), Size{});

    f.gradient_staging = make<Size>(number(m.staged_bytes * (layers > 0 ? m.layer_parameters_here : 0.0)));
    if (last) f.gradient_staging += m.head_gradient;

    // FSDP gathers the weights of the layer at work, of those fetched ahead, and of what is no layer.
    if (plan.sharding == Sharding::parameters) {
        const double gathered = raw(size_of(plan.precision.weights));
        const double at_once = minimum(layers, static_cast<double>(constants.gathered_layers));
        f.communication_buffers = make<Size>(number((at_once * m.layer_parameters_here + beside) * gathered));
    } else if (plan.sharding == Sharding::gradients) {
        const Size whole = make<Size>(number(held * raw(size_of(plan.precision.gradient_reduction))));
        f.communication_buffers = minimum(constants.reduction_bucket, whole);
    }
    if (plan.pipeline > 1) f.communication_buffers += m.stream * number(first || last ? 2.0 : 4.0);

    f.workspace = constants.library_workspace;
    f.framework = constants.context;
    if (plan.data * plan.tensor * plan.pipeline * plan.context > 1) f.framework += constants.communicators;
    f.fragmentation = (f.allocated() - f.states()) * constants.fragmentation;
    return f;
}

} // namespace detail

/// Memory at the peak on an accelerator of stage `stage`; 0 <= stage < plan.pipeline. The plan must be valid
/// (parallel/plan.hpp); nothing is checked here.
template <class Real>
[[nodiscard]] constexpr BasicFootprint<Real>
footprint(const Transformer& model, const BasicParallelPlan<Real>& plan, std::int64_t stage,
          const BasicMemoryConstants<Real>& constants = memory_constants<Real>()) noexcept {
    return detail::footprint_of_stage(model, plan, detail::stage_memory(model, plan, constants), stage, constants);
}

/// The stage that needs most, and what it needs.
template <class Real>
struct BasicPeakFootprint {
    std::int64_t stage = 0;
    BasicFootprint<Real> footprint{};
};
using PeakFootprint = BasicPeakFootprint<double>;

/// The footprint of the fullest stage. Three stages decide, whatever the depth: the first (embedding, most
/// micro-batches in flight), the second (no stage after it but the last differs, or keeps more micro-batches in flight)
/// and the last (head, logits).
template <class Real>
[[nodiscard]] constexpr BasicPeakFootprint<Real>
peak_footprint(const Transformer& model, const BasicParallelPlan<Real>& plan,
               const BasicMemoryConstants<Real>& constants = memory_constants<Real>()) noexcept {
    const detail::StageMemory<Real> memory = detail::stage_memory(model, plan, constants);
    BasicPeakFootprint<Real> peak{0, detail::footprint_of_stage(model, plan, memory, 0, constants)};
    const auto consider = [&](std::int64_t stage) {
        const BasicFootprint<Real> other = detail::footprint_of_stage(model, plan, memory, stage, constants);
        if (peak.footprint.total() < other.total()) peak = {stage, other};
    };
    if (plan.pipeline > 2) consider(1);
    if (plan.pipeline > 1) consider(plan.pipeline - 1);
    return peak;
}

/// True if a footprint fits into an accelerator's memory.
template <class Real>
[[nodiscard]] constexpr bool fits(const BasicFootprint<Real>& footprint,
                                  const BasicAccelerator<Real>& accelerator) noexcept {
    return footprint.total() <= accelerator.memory.capacity;
}

} // namespace foretrain::inline v0
