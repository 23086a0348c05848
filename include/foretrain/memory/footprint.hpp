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

/// What one stage holds and keeps of a micro-batch: of a footprint, what does not depend on sharding, offloading or the
/// number of micro-batches.
template <class Real>
struct StageLoad {
    StageEnds ends{};
    StageParameters parameters{}; ///< of layers
    HeldParameters edges{};       ///< beside layers
    double layers = 0;
    double modules = 0;            ///< of multi-token prediction
    BasicBytes<Real> kept{};       ///< by layers, of one micro-batch
    BasicBytes<Real> recomputed{}; ///< of one layer
    BasicBytes<Real> gradients{};  ///< of the activations of the widest operation
    double layer_parameters = 0;   ///< of all layers
    double largest_layer = 0;      ///< parameters of a layer with every part
    double staged = 0;             ///< weights whose gradients are made at once: of one layer, one expert at a time
    double staged_shared = 0;      ///< the same with parameters sharded: all experts of the layer
};

template <class Real>
[[nodiscard, gnu::always_inline]] constexpr StageLoad<Real>
stage_load(const Transformer& model, const BasicParallelPlan<Real>& plan, const StageMemory<Real>& m,
           std::int64_t stage) noexcept {
    using Size = BasicBytes<Real>;
    const auto number = [](double count) { return Real(count); };
    const auto layers_of = [&](std::int64_t s) {
        return static_cast<double>(m.layers.of(stage_kind(s, plan.pipeline)));
    };
    StageLoad<Real> load;
    load.ends = stage_ends(plan.schedule, stage, plan.pipeline);
    load.layers = layers_of(stage);
    PartCounts counts = stage_parts(m, load.layers, stage);
    add_layers(load.parameters, m, counts);
    if (parameter_copies(plan.schedule) > 1 && plan.pipeline > 1) {
        const std::int64_t mirrored = plan.pipeline - 1 - stage; // the layers of the other direction
        add_layers(load.parameters, m, stage_parts(m, layers_of(mirrored), mirrored));
    }
    if (load.ends.embedding) load.edges += m.embedding;
    if (load.ends.head) load.edges += m.head;

    // A module of multi-token prediction is a layer more on the last stage; its parameters count beside the layers.
    if (load.ends.head && model.prediction_layers > 0) {
        load.modules = static_cast<double>(model.prediction_layers);
        counts[static_cast<std::size_t>(LayerPart::attention)] += load.modules;
        counts[static_cast<std::size_t>(model.has_experts() ? LayerPart::experts : LayerPart::feed_forward)] +=
            load.modules;
    }
    Size mixer{}, block{};
    for (std::size_t i = 0; i < part_kinds; ++i) {
        if (counts[i] <= 0) continue;
        if (plan.recomputation != Recomputation::full) load.kept += m.kept[i] * number(counts[i]);
        Size& of_layer = i < static_cast<std::size_t>(LayerPart::feed_forward) ? mixer : block;
        of_layer = maximum(of_layer, m.recomputed[i]);
        load.gradients = maximum(load.gradients, m.gradients[i]);
        const HeldParameters& part = plan.adapter_rank > 0 ? m.adapters[i] : m.held[i];
        const double one_expert = part.experts == 0 ? part.experts
                                                    : part.experts * static_cast<double>(plan.expert) /
                                                          static_cast<double>(model.experts.routed);
        load.staged += part.dense + one_expert;
        load.staged_shared += part.dense + part.experts;
        load.layer_parameters += m.held[i].total() * counts[i];
        load.largest_layer += m.held[i].total();
    }
    if (plan.recomputation == Recomputation::full) load.kept = m.layer_input * number(load.layers + load.modules);
    load.recomputed = mixer + block;
    return load;
}

/// A footprint before any share of it is moved off the accelerator, and what would be moved.
template <class Real>
struct StageRoom {
    BasicFootprint<Real> whole{};    ///< without what depends on shares: activations, buffers, fragmentation
    BasicBytes<Real> weights_here{}; ///< weights that stay whatever is moved: adapters, tables of short formats
    BasicBytes<Real> tables_here{};
    BasicBytes<Real> kept{};           ///< by layers, of one micro-batch
    BasicBytes<Real> kept_in_flight{}; ///< of all micro-batches in flight
    BasicBytes<Real> embedding{};      ///< activations beside layers
    BasicBytes<Real> head{};
    BasicBytes<Real> fetched{}; ///< weights of the layers at work, if weights are elsewhere
    BasicBytes<Real> sends{};   ///< buffers of the pipeline
    BasicBytes<Real> lesser_moment{};
    Real buffered{}; ///< of `kept`, that passes through buffers if it is moved

    /// The footprint under an offload.
    [[nodiscard, gnu::always_inline]] constexpr BasicFootprint<Real>
    under(const BasicOffload<Real>& moved, const BasicMemoryConstants<Real>& constants) const noexcept {
        BasicFootprint<Real> f = whole;
        const Real optimizer_here = Real(1.0) - moved.optimizer;
        f.weights = whole.weights * (Real(1.0) - moved.weights) + weights_here + tables_here;
        f.master_weights = whole.master_weights * optimizer_here;
        f.optimizer_states = whole.optimizer_states * optimizer_here;
        // Offloaded activations pass through buffers of two layers, one on its way and one at work.
        f.activations =
            kept_in_flight * (Real(1.0) - moved.activations) + kept * (buffered * moved.activations) + embedding + head;
        f.communication_buffers = whole.communication_buffers + fetched * moved.weights + sends;
        f.fragmentation = (f.allocated() - f.states() - f.weight_casts) * constants.fragmentation +
                          lesser_moment * constants.moment_overlap;
        return f;
    }
};

template <class Real>
[[nodiscard, gnu::always_inline]] constexpr StageRoom<Real>
stage_room(const BasicParallelPlan<Real>& plan, const StageMemory<Real>& m, const StageLoad<Real>& load,
           std::int64_t stage, const BasicMemoryConstants<Real>& constants) noexcept {
    using Size = BasicBytes<Real>;
    const auto number = [](double count) { return Real(count); };
    const auto [first, last] = load.ends;
    HeldParameters all = load.parameters.layers;
    all += load.edges;
    const double beside = load.edges.total();
    const HeldParameters& trained = plan.adapter_rank > 0 ? load.parameters.adapters : all;
    const bool shared = plan.sharding == Sharding::parameters;
    const double staged = shared ? load.staged_shared : load.staged;

    StageRoom<Real> room;
    BasicFootprint<Real>& f = room.whole;
    const WholeStates<Real> states{all, plan, load.parameters.adapters, m.state_share, m.expert_state_share};
    f.weights = states.all.weights;
    room.weights_here = states.adapters;
    f.gradients = states.all.gradients;
    f.master_weights = states.all.master_weights;
    f.optimizer_states = states.all.optimizer_states;
    if (m.table_bytes > 0)
        room.tables_here = make<Size>(number(beside * m.table_bytes / static_cast<double>(shared ? plan.shards() : 1)));
    f.weight_casts = make<Size>(number(load.parameters.layers.total() * m.cast_bytes));

    const double in_flight = static_cast<double>(
        foretrain::in_flight(plan.schedule, stage, plan.pipeline, plan.micro_batches(), plan.virtual_stages));
    room.kept = load.kept;
    room.kept_in_flight = load.kept * number(in_flight);
    const double depth = maximum(load.layers + load.modules, 1.0);
    room.buffered = number(minimum(2.0, depth) / depth);
    if (first) room.embedding = m.boundary.embedding * number(in_flight);
    // The head's backward pass follows its forward pass at once, except where all forward passes come first.
    const double heads = plan.schedule == Schedule::gpipe ? in_flight : 1.0;
    Size head_moment{};
    if (last) {
        room.head = m.boundary.head * number(heads);
        f.logits = m.boundary.logits * number(heads);
        head_moment = f.logits + m.head_gradient;
    }
    const Size& recomputed = load.recomputed;
    f.recomputation = maximum(recomputed - head_moment, Size{});
    f.activation_gradients = maximum(load.gradients - maximum(head_moment - recomputed, Size{}), Size{});

    f.gradient_staging =
        make<Size>(number(m.staged_bytes * (plan.stack.memory.staged_whole ? trained.total() : staged)));
    if (last && !plan.stack.memory.staged_whole) f.gradient_staging += m.head_gradient;

    // FSDP gathers the weights of the layer at work, of those fetched ahead, and of what is no layer. Offloaded weights
    // are fetched likewise.
    const double at_once = minimum(load.layers, 1.0 + static_cast<double>(plan.gathered_ahead()));
    const double fetched = load.layers > 0 ? minimum(load.largest_layer, load.layer_parameters) * at_once : 0.0;
    const double weight = raw(size_of(plan.precision.weights));
    if (shared) {
        f.communication_buffers = make<Size>(number((fetched + beside) * weight));
    } else {
        if (plan.sharding == Sharding::gradients) {
            // Within a pipeline a layer's gradients leave while those of the next are made.
            const double reduced = plan.pipeline > 1 ? minimum(staged, trained.total()) : trained.total();
            const Size bytes = make<Size>(number(reduced * raw(size_of(plan.precision.gradient_reduction))));
            f.communication_buffers = minimum(constants.reduction_bucket, bytes);
        }
        room.fetched = make<Size>(number(fetched * weight));
    }
    if (plan.pipeline > 1) room.sends = m.stream * number(first || last ? 2.0 : 4.0);

    f.workspace = constants.library_workspace;
    f.framework = constants.context;
    if (plan.data * plan.tensor * plan.pipeline * plan.context > 1) f.framework += constants.communicators;
    room.lesser_moment = minimum(head_moment, recomputed + load.gradients);
    return room;
}

template <class Real>
[[nodiscard]] constexpr BasicFootprint<Real>
footprint_of_stage(const BasicParallelPlan<Real>& plan, const StageMemory<Real>& m, const StageLoad<Real>& load,
                   std::int64_t stage, const BasicMemoryConstants<Real>& constants) noexcept {
    return stage_room(plan, m, load, stage, constants).under(plan.offload, constants);
}

/// Calls `consider(stage)` for the stages that decide the peak: at most five, whatever the depth (`peak_footprint`).
template <class Real, class Consider>
constexpr void for_each_full_stage(const BasicParallelPlan<Real>& plan, const StageMemory<Real>& memory,
                                   const Consider& consider) noexcept {
    consider(std::int64_t{0});
    if (plan.pipeline > 2) consider(std::int64_t{1});
    if (plan.schedule == Schedule::zero_bubble_v && plan.pipeline > 3) consider(plan.pipeline - 2);
    if (memory.leading > memory.chunk && memory.chunk > 0) {
        const std::int64_t later = static_cast<std::int64_t>(memory.leading / memory.chunk) + 1;
        if (later < plan.pipeline - 1) consider(later);
    }
    if (plan.pipeline > 1) consider(plan.pipeline - 1);
}

} // namespace detail

/// Memory at the peak on an accelerator of stage `stage`; 0 <= stage < plan.pipeline. The plan must be valid
/// (parallel/plan.hpp); nothing is checked here.
template <class Real>
[[nodiscard]] constexpr BasicFootprint<Real>
footprint(const Transformer& model, const BasicParallelPlan<Real>& plan, std::int64_t stage,
          const BasicMemoryConstants<Real>& constants = memory_constants<Real>()) noexcept {
    const detail::StageMemory<Real> memory = detail::stage_memory(model, plan);
    return detail::footprint_of_stage(plan, memory, detail::stage_load(model, plan, memory, stage), stage, constants);
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
    const PartParameters parts{model};
    return peak_footprint(model, parts, plan, held_parts(model, parts, plan), constants);
}
/// The same with `held`, which is `held_parts(model, parts, plan)`.
template <class Real>
[[nodiscard]] constexpr BasicPeakFootprint<Real>
peak_footprint(const Transformer& model, const PartParameters& parts, const BasicParallelPlan<Real>& plan,
               const HeldParts& held, const BasicMemoryConstants<Real>& constants = memory_constants<Real>()) noexcept {
    const detail::StageMemory<Real> memory = detail::stage_memory(model, parts, plan, held);
    BasicPeakFootprint<Real> peak;
    BasicBytes<Real> most{};
    detail::for_each_full_stage(plan, memory, [&](std::int64_t stage) {
        const BasicFootprint<Real> other =
            detail::footprint_of_stage(plan, memory, detail::stage_load(model, plan, memory, stage), stage, constants);
        const BasicBytes<Real> total = other.total();
        if (stage != 0 && !(most < total)) return;
        most = total;
        peak = {stage, other};
    });
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
