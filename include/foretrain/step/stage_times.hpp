// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "../parallel/schedule.hpp"
#include "../parallel/stage.hpp"
#include "../roofline/launch.hpp"
#include "layer_times.hpp"

// One micro-batch on the kinds of stage that a pipeline has: the slowest of them, and all together.
//
// The third of the parts that `estimate_step` is composed of. It depends on the layer (layer_times.hpp), on the degree
// of the pipeline and on its schedule, not on the number of micro-batches.

namespace foretrain::inline v0::detail {

/// At most three kinds of stage, of which the step follows the slowest.
template <class Real>
struct StageTimes {
    StageLayers layers{};
    Stage<Real> first{};
    Stage<Real> slowest{};
    BasicSeconds<Real> all{};         ///< one micro-batch through all stages
    BasicSeconds<Real> all_weights{}; ///< the gradients of weights in it
    BasicSeconds<Real> edge_data{};   ///< of sharded parameters beside layers, what shows: where the model begins
    BasicSeconds<Real> head_data{};   ///< and where it ends
    BasicSeconds<Real> edge_cost{};   ///< of hiding the rest
    BasicSeconds<Real> head_cost{};
    double edge_share = 1.0; ///< of micro-batches for which a stage that holds an end serves it
    bool each_pass = false;  ///< of a stage of a pipeline: gradients or parameters cross every micro-batch
};

template <class Real>
[[nodiscard]] constexpr StageTimes<Real>
stage_times(const Transformer& model, const BasicParallelPlan<Real>& plan, const BasicPasses<Real>& passes,
            const BasicCommunication<Real>& send, const LayerTimes<Real>& of_layer) noexcept {
    using Time = BasicSeconds<Real>;
    const auto times = [](std::int64_t count) { return Real(static_cast<double>(count)); };
    const BasicSoftwareStack<Real>& stack = plan.stack;
    StageTimes<Real> result;
    const StageLayers layers = result.layers = stage_layers(model.layers, plan);
    // What is no layer: gathered when it is needed, or under layers where more than one is gathered ahead.
    Time& edge_data = result.edge_data = of_layer.edge_sent;
    Time& head_data = result.head_data = of_layer.head_sent;
    Time& edge_cost = result.edge_cost;
    Time& head_cost = result.head_cost;
    if (const std::int64_t ahead = plan.gathered_ahead(); ahead > 1) {
        const Real under = times(minimum(ahead, layers.first + 1) - 1);
        const auto hide = [&](const Time& gather, Time& shown, Time& cost) {
            const auto one = hidden_ahead(gather, of_layer.forward_pass, of_layer.forward, under, stack);
            const auto other = hidden_ahead(gather, of_layer.backward_pass, of_layer.backward, under, stack);
            shown -= one.hidden + other.hidden;
            cost = one.cost + other.cost;
        };
        hide(send.gather_edge, edge_data, edge_cost);
        hide(send.gather_head, head_data, head_cost);
    }
    const bool each_pass = result.each_pass = plan.pipeline > 1 && plan.sharding >= Sharding::gradients;

    // With two directions, an end of the model is on two stages and serves half of the micro-batches on each.
    const double edge_share = result.edge_share = plan.schedule == Schedule::dual_pipe ? 0.5 : 1.0;

    // A stage takes what the device needs, and no less than the host needs to issue it.
    const double layer_kernels =
        passes.layer_forward.kernels + passes.layer_backward.kernels + passes.recomputed.kernels;
    const auto stage_of = [&](StageKind kind) {
        Stage<Real> stage;
        const std::int64_t index = kind == StageKind::first || kind == StageKind::only ? 0
                                   : kind == StageKind::last                           ? plan.pipeline - 1
                                                                                       : 1;
        const StageEnds ends = stage_ends(plan.schedule, index, plan.pipeline);
        stage.has_embedding = ends.embedding;
        stage.has_head = ends.head;
        stage.depth = layers.of(kind);
        stage.work = {of_layer.layer.forward * times(stage.depth), of_layer.layer.backward * times(stage.depth)};
        stage.weight_gradients = passes.layer_backward.weight_gradients * times(stage.depth);
        double issued = static_cast<double>(stage.depth) * layer_kernels;
        if (stage.has_embedding) {
            stage.work.forward += of_layer.embedding.forward * Real(edge_share);
            stage.work.backward += of_layer.embedding.backward * Real(edge_share);
            issued += edge_share * (passes.embedding_forward.kernels + passes.embedding_backward.kernels);
        }
        if (stage.has_head) {
            stage.work.forward += of_layer.head.forward * Real(edge_share);
            stage.work.backward += of_layer.head.backward * Real(edge_share);
            stage.weight_gradients += passes.head_backward.weight_gradients * Real(edge_share);
            issued += edge_share * (passes.head_forward.kernels + passes.head_backward.kernels);
        }
        if (kind == StageKind::only) stage.work.backward += edge_data + edge_cost;
        if (each_pass && stage.has_embedding) stage.work.backward += (edge_data + edge_cost) * Real(edge_share);
        if (each_pass && stage.has_head) stage.work.backward += (head_data + head_cost) * Real(edge_share);
        stage.kernels = issued;
        stage.waited = host_wait(stack.execution, stage.work.total(), issued, stack.host_per_kernel);
        stage.weight_gradients = stage.weight_gradients * (stage.total() / stage.work.total());
        return stage;
    };

    const bool single = plan.pipeline == 1;
    const Stage<Real> first = result.first = stage_of(single ? StageKind::only : StageKind::first);
    result.slowest = first;
    result.all = first.total();
    result.all_weights = first.weight_gradients;
    if (single) return result;
    const Stage<Real> last = stage_of(StageKind::last);
    result.all += last.total();
    result.all_weights += last.weight_gradients;
    if (last.total() >= first.total()) result.slowest = last;
    if (plan.pipeline > 2) {
        const Stage<Real> middle = stage_of(StageKind::middle);
        const std::int64_t between = model.layers - first.depth - last.depth;
        const Real stages = Real(static_cast<double>(between) / static_cast<double>(middle.depth));
        result.all += middle.total() * stages;
        result.all_weights += middle.weight_gradients * stages;
        if (middle.total() > result.slowest.total()) result.slowest = middle;
    }
    return result;
}

} // namespace foretrain::inline v0::detail
