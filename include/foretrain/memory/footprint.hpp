// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

#include "../hardware/accelerator.hpp"
#include "../parallel/schedule.hpp"
#include "constants.hpp"
#include "stage_memory.hpp"

// Peak memory of one accelerator, item by item, on any stage of the pipeline.
//
//   peak = states + casts + n_f (L_stage A + A_embedding) + A_head + staging + max(head moment, layer moment)
//        + buffers + library workspace + framework + fragmentation
//   n_f  micro-batches in flight;  A what a layer keeps of one, in the mix of layers on the stage
//   casts: copies of weights in the short format that products read, and their transposes (Transformer Engine)
//   staging: weight gradients of one layer before they are accumulated or reduced
//   head moment (last stage): FP32 logits become their gradient, then the gradient of the head's weight is made
//   layer moment: what one layer recomputes, and gradients of the activations of its widest operation
//   fragmentation: a share of what comes and goes, and a share of the lesser moment
//
// The two moments never coincide, so the smaller hides in what the larger leaves behind, as far as the allocator can
// cut that to size. Dense layers of a model of experts come first where they are few (DeepSeek), else they alternate.
// Sources: states.hpp and activations.hpp; which parts coincide, from runs whose allocator was read (docs/memory.md).

namespace foretrain::inline v0 {

/// Memory of one accelerator at the peak of a step. Parts sum to `total()` in the order of `items()`, bit for bit.
template <class Real>
struct BasicFootprint {
    BasicBytes<Real> weights{};
    BasicBytes<Real> gradients{};
    BasicBytes<Real> master_weights{};
    BasicBytes<Real> optimizer_states{};
    BasicBytes<Real> weight_casts{};          ///< weights of products in a short format, and transposed
    BasicBytes<Real> activations{};           ///< of all micro-batches in flight
    BasicBytes<Real> logits{};                ///< last stage: logits, FP32 copy that becomes the gradient
    BasicBytes<Real> recomputation{};         ///< what one layer recomputes, beyond what freed logits leave room for
    BasicBytes<Real> activation_gradients{};  ///< of one layer's widest operation, beyond the same
    BasicBytes<Real> gradient_staging{};      ///< weight gradients of one layer (and the head) before accumulation
    BasicBytes<Real> communication_buffers{}; ///< gathered weights of FSDP, reduction buckets, sends between stages
    BasicBytes<Real> workspace{};             ///< of the matrix and attention libraries
    BasicBytes<Real> framework{};             ///< driver and context, communicator buffers
    BasicBytes<Real> fragmentation{};         ///< what the allocator holds and cannot use

    static constexpr std::size_t size = 14;

    [[nodiscard]] constexpr std::array<BasicMemoryItem<Real>, size> items() const noexcept {
        return {{{"weights", weights},
                 {"gradients", gradients},
                 {"master weights", master_weights},
                 {"optimizer states", optimizer_states},
                 {"weight casts", weight_casts},
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
        return states() + weight_casts + activations + logits + recomputation + activation_gradients +
               gradient_staging + communication_buffers + workspace;
    }
    /// What must fit.
    [[nodiscard]] constexpr BasicBytes<Real> total() const noexcept { return allocated() + framework + fragmentation; }
};
using Footprint = BasicFootprint<double>;

namespace detail {

template <class Real>
[[nodiscard]] constexpr BasicFootprint<Real>
footprint_of_stage(const Transformer& model, const BasicParallelPlan<Real>& plan, const StageMemory<Real>& m,
                   std::int64_t stage, const BasicMemoryConstants<Real>& constants) noexcept {
    using Size = BasicBytes<Real>;
    const auto number = [](double count) { return Real(count); };
    const auto layers_of = [&](std::int64_t s) {
        return static_cast<double>(m.layers.of(stage_kind(s, plan.pipeline)));
    };
    const auto [first, last] = stage_ends(plan.schedule, stage, plan.pipeline);
    const double layers = layers_of(stage);
    PartCounts counts = stage_parts(m, layers, stage);
    StageParameters parameters;
    add_layers(parameters, m, counts);
    if (parameter_copies(plan.schedule) > 1 && plan.pipeline > 1) {
        const std::int64_t mirrored = plan.pipeline - 1 - stage; // the layers of the other direction
        add_layers(parameters, m, stage_parts(m, layers_of(mirrored), mirrored));
    }
    HeldParameters edges;
    if (first) edges += m.embedding;
    if (last) edges += m.head;
    HeldParameters all = parameters.layers;
    all += edges;
    const double beside = edges.total();
    const HeldParameters& trained = plan.adapter_rank > 0 ? parameters.adapters : all;

    BasicFootprint<Real> f;
    const BasicTrainingStates<Real> states = training_states<Real>(all, plan, parameters.adapters);
    f.weights = states.weights;
    f.gradients = states.gradients;
    f.master_weights = states.master_weights;
    f.optimizer_states = states.optimizer_states;
    if (m.table_bytes > 0)
        f.weights += make<Size>(number(beside * m.table_bytes /
                                       static_cast<double>(plan.sharding == Sharding::parameters ? plan.shards() : 1)));
    f.weight_casts = make<Size>(number(parameters.layers.total() * m.cast_bytes));

    // A module of multi-token prediction is a layer more on the last stage; its parameters count beside the layers.
    double modules = 0;
    if (last && model.prediction_layers > 0) {
        modules = static_cast<double>(model.prediction_layers);
        counts[static_cast<std::size_t>(LayerPart::attention)] += modules;
        counts[static_cast<std::size_t>(model.has_experts() ? LayerPart::experts : LayerPart::feed_forward)] += modules;
    }
    Size kept{}, mixer{}, block{}, gradients{};
    double layer_parameters = 0, largest_layer = 0, staged = 0;
    for (std::size_t i = 0; i < part_kinds; ++i) {
        if (counts[i] <= 0) continue;
        if (plan.recomputation != Recomputation::full) kept += m.kept[i] * number(counts[i]);
        Size& of_layer = i < static_cast<std::size_t>(LayerPart::feed_forward) ? mixer : block;
        of_layer = maximum(of_layer, m.recomputed[i]);
        gradients = maximum(gradients, m.gradients[i]);
        const HeldParameters& part = plan.adapter_rank > 0 ? m.adapters[i] : m.held[i];
        const double one_expert =
            part.experts == 0 || plan.sharding == Sharding::parameters
                ? part.experts
                : part.experts * static_cast<double>(plan.expert) / static_cast<double>(model.experts.routed);
        staged += part.dense + one_expert;
        layer_parameters += m.held[i].total() * counts[i];
        largest_layer += m.held[i].total();
    }
    if (plan.recomputation == Recomputation::full) kept = m.layer_input * number(layers + modules);
    const double in_flight = static_cast<double>(
        foretrain::in_flight(plan.schedule, stage, plan.pipeline, m.micro_batches, plan.virtual_stages));
    // Offloaded activations pass through buffers of two layers, one on its way and one at work.
    const Size on_device = kept * number(in_flight) * (Real(1.0) - plan.offload.activations);
    const double depth = maximum(layers + modules, 1.0);
    f.activations = on_device + kept * (number(minimum(2.0, depth) / depth) * plan.offload.activations);
    if (first) f.activations += m.boundary.embedding * number(in_flight);
    // The head's backward pass follows its forward pass at once, except where all forward passes come first.
    const double heads = plan.schedule == Schedule::gpipe ? in_flight : 1.0;
    Size head_moment{};
    if (last) {
        f.activations += m.boundary.head * number(heads);
        f.logits = m.boundary.logits * number(heads);
        head_moment = f.logits + m.head_gradient;
    }
    const Size recomputed = mixer + block;
    f.recomputation = maximum(recomputed - head_moment, Size{});
    f.activation_gradients = maximum(gradients - maximum(head_moment - recomputed, Size{}), Size{});

    f.gradient_staging =
        make<Size>(number(m.staged_bytes * (plan.stack.memory.staged_whole ? trained.total() : staged)));
    if (last && !plan.stack.memory.staged_whole) f.gradient_staging += m.head_gradient;

    // FSDP gathers the weights of the layer at work, of those fetched ahead, and of what is no layer. Offloaded weights
    // are fetched likewise.
    const double at_once = minimum(layers, 1.0 + static_cast<double>(plan.gathered_ahead()));
    const double fetched = layers > 0 ? minimum(largest_layer, layer_parameters) * at_once : 0.0;
    const double weight = raw(size_of(plan.precision.weights));
    if (plan.sharding == Sharding::parameters) {
        f.communication_buffers = make<Size>(number((fetched + beside) * weight));
    } else if (plan.sharding == Sharding::gradients) {
        // Within a pipeline a layer's gradients leave while those of the next are made.
        const double reduced = plan.pipeline > 1 ? minimum(staged, trained.total()) : trained.total();
        const Size whole = make<Size>(number(reduced * raw(size_of(plan.precision.gradient_reduction))));
        f.communication_buffers = minimum(constants.reduction_bucket, whole);
    }
    if (plan.sharding != Sharding::parameters && plan.offload.weights > Real(0.0))
        f.communication_buffers += make<Size>(number(fetched * weight) * plan.offload.weights);
    if (plan.pipeline > 1) f.communication_buffers += m.stream * number(first || last ? 2.0 : 4.0);

    f.workspace = constants.library_workspace;
    f.framework = constants.context;
    if (plan.data * plan.tensor * plan.pipeline * plan.context > 1) f.framework += constants.communicators;
    f.fragmentation = (f.allocated() - f.states() - f.weight_casts) * constants.fragmentation +
                      minimum(head_moment, recomputed + gradients) * constants.moment_overlap;
    return f;
}

} // namespace detail

/// Memory at the peak on an accelerator of stage `stage`; 0 <= stage < plan.pipeline. The plan must be valid
/// (parallel/plan.hpp); nothing is checked here.
template <class Real>
[[nodiscard]] constexpr BasicFootprint<Real>
footprint(const Transformer& model, const BasicParallelPlan<Real>& plan, std::int64_t stage,
          const BasicMemoryConstants<Real>& constants = memory_constants<Real>()) noexcept {
    return detail::footprint_of_stage(model, plan, detail::stage_memory(model, plan), stage, constants);
}

/// The stage that needs most, and what it needs.
template <class Real>
struct BasicPeakFootprint {
    std::int64_t stage = 0;
    BasicFootprint<Real> footprint{};
};
using PeakFootprint = BasicPeakFootprint<double>;

/// The footprint of the fullest stage. Four stages decide, whatever the depth: the first (embedding, most micro-batches
/// in flight), the second (no stage after it keeps more micro-batches in flight), the first without dense layers in a
/// model of experts, and the last (head, logits); with ZB-V also the last but one, which keeps more micro-batches.
template <class Real>
[[nodiscard]] constexpr BasicPeakFootprint<Real>
peak_footprint(const Transformer& model, const BasicParallelPlan<Real>& plan,
               const BasicMemoryConstants<Real>& constants = memory_constants<Real>()) noexcept {
    const detail::StageMemory<Real> memory = detail::stage_memory(model, plan);
    BasicPeakFootprint<Real> peak{0, detail::footprint_of_stage(model, plan, memory, 0, constants)};
    const auto consider = [&](std::int64_t stage) {
        const BasicFootprint<Real> other = detail::footprint_of_stage(model, plan, memory, stage, constants);
        if (peak.footprint.total() < other.total()) peak = {stage, other};
    };
    if (plan.pipeline > 2) consider(1);
    if (plan.schedule == Schedule::zero_bubble_v && plan.pipeline > 3) consider(plan.pipeline - 2);
    if (memory.leading > memory.chunk && memory.chunk > 0) {
        const std::int64_t later = static_cast<std::int64_t>(memory.leading / memory.chunk) + 1;
        if (later < plan.pipeline - 1) consider(later);
    }
    if (plan.pipeline > 1) consider(plan.pipeline - 1);
    return peak;
}

/// What the framework's allocator reports as reserved at most (torch.cuda.max_memory_reserved) while memory is not
/// short. What it merely caches it gives back before it runs out, so this is more than what must fit.
template <class Real>
[[nodiscard]] constexpr BasicBytes<Real>
reserved(const BasicFootprint<Real>& footprint,
         const BasicMemoryConstants<Real>& constants = memory_constants<Real>()) noexcept {
    const BasicBytes<Real> transient = footprint.allocated() - footprint.states() - footprint.weight_casts;
    return footprint.allocated() + maximum(footprint.fragmentation, transient * constants.cached);
}

/// What the driver reports as used (nvidia-smi) on an accelerator: with what the allocator caches, at most its capacity
/// unless even `total()` exceeds that.
template <class Real>
[[nodiscard]] constexpr BasicBytes<Real>
device_reading(const BasicFootprint<Real>& footprint, const BasicAccelerator<Real>& accelerator,
               const BasicMemoryConstants<Real>& constants = memory_constants<Real>()) noexcept {
    const BasicBytes<Real> most = maximum(accelerator.memory.capacity, footprint.total());
    return minimum(reserved(footprint, constants) + footprint.framework, most);
}

/// True if a footprint fits into an accelerator's memory.
template <class Real>
[[nodiscard]] constexpr bool fits(const BasicFootprint<Real>& footprint,
                                  const BasicAccelerator<Real>& accelerator) noexcept {
    return footprint.total() <= accelerator.memory.capacity;
}

} // namespace foretrain::inline v0
