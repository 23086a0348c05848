// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "../memory/footprint.hpp"
#include "../step/combine.hpp"
#include "search_figures.hpp"

// Bounds of branch and bound: no plan of a kind is faster than this, none needs less memory.
//
//   a layer's key   T >= G t c / (N b) (L l + e + h) s        whatever pipeline, schedule, sharding
//   a pipeline      T >= (m t_slowest + k (t_all - t_slowest)) s     k = 1: GPipe, 1F1B; 1/v: interleaved; 0: others
//   memory          states shared out as far as they can be + activations + logits + what is always there
//
// G samples a step, b a micro-batch, N accelerators, t and c tensor and context ranks, L layers; l, e, h: a layer,
// embedding and head on the roofline with what tensor, context and expert groups cannot hide, but without the exchange
// of sharded parameters and gradients; s: what stragglers add. With the two directions of DualPipe all of an exchange
// with experts may hide. The slowest of p stages takes no less than the average one, and both grow when parameters are
// gathered besides, hence the second bound. Both are scaled by 1 - 1e-12 so that no rounding makes them exceed.

namespace foretrain::inline v0::detail {

/// What roundings of sums may make of a bound.
inline constexpr double bound_margin = 1.0 - 1e-12;

/// Of a micro-batch, what of a layer no schedule hides: with DualPipe none of the exchange with experts is sure to
/// show.
[[nodiscard]] constexpr double least_layer(const LayerTimes<double>& layer, bool two_ways) noexcept {
    const double all = raw(layer.layer.total());
    if (!two_ways) return all;
    const double expert = raw(layer.forward.expert.exposed) + raw(layer.forward.expert.cost) +
                          raw(layer.backward.expert.exposed) + raw(layer.backward.expert.cost);
    return maximum(all - expert, 0.0);
}

/// Of a micro-batch, all that a replica does: layers, embedding and head.
[[nodiscard]] constexpr double least_replica(const Transformer& model, const LayerTimes<double>& layer,
                                             bool two_ways) noexcept {
    const double layers = static_cast<double>(model.layers) * least_layer(layer, two_ways);
    return two_ways ? layers : layers + raw(layer.embedding.total()) + raw(layer.head.total());
}

/// The least time of a step of `micro_batches` on these stages, whatever is sharded. `growth`: 1 + what stragglers add.
[[nodiscard]] constexpr double least_step(const ParallelPlan& plan, const LayerTimes<double>& layer,
                                          const StageTimes<double>& stages, double micro_batches,
                                          double growth) noexcept {
    const double slowest = raw(stages.slowest.total());
    double busy = micro_batches * slowest, bubble = 0;
    switch (plan.schedule) {
    case Schedule::gpipe:
    case Schedule::one_f_one_b: bubble = maximum(raw(stages.all) - slowest, 0.0); break;
    case Schedule::interleaved:
        bubble = maximum(raw(stages.all) - slowest, 0.0) / static_cast<double>(plan.virtual_stages);
        break;
    case Schedule::dual_pipe:
        busy = micro_batches * static_cast<double>(stages.slowest.depth) * least_layer(layer, true);
        break;
    default: break;
    }
    return (busy + bubble + raw(plan.stack.step_overhead)) * growth * bound_margin;
}

/// The least memory of a stage under any sharding up to `most_shared` over all data-parallel ranks, and any offloading
/// up to `most_moved` of each kind.
[[nodiscard]] constexpr double least_memory(const ParallelPlan& plan, const StageMemory<double>& m,
                                            const StageLoad<double>& load, std::int64_t stage, Sharding most_shared,
                                            const BasicOffload<double>& most_moved,
                                            const BasicMemoryConstants<double>& constants) noexcept {
    ParallelPlan best = plan;
    best.sharding = most_shared;
    best.sharding_group = 0;
    best.offload = most_moved;
    HeldParameters all = load.parameters.layers;
    all += load.edges;
    const double states = raw(training_states<double>(all, best, load.parameters.adapters).total());
    const double flight = in_flight(plan.schedule, stage, plan.pipeline, plan.micro_batches(), plan.virtual_stages);
    // Linear in the share that is offloaded: the least is at one of the ends.
    const double depth = maximum(load.layers + load.modules, 1.0);
    const double kept = raw(load.kept) * flight;
    const double moved =
        kept * (1.0 - most_moved.activations) + raw(load.kept) * (minimum(2.0, depth) / depth) * most_moved.activations;
    double bytes = states + minimum(kept, moved);
    const double heads = plan.schedule == Schedule::gpipe ? flight : 1.0;
    if (load.ends.embedding) bytes += raw(m.boundary.embedding) * flight;
    if (load.ends.head) bytes += raw(m.boundary.head + m.boundary.logits) * heads;
    return (bytes + raw(constants.library_workspace) + raw(constants.context)) * bound_margin;
}

} // namespace foretrain::inline v0::detail
