// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "../math/log.hpp"
#include "../parallel/offload.hpp"
#include "optimizer_work.hpp"
#include "stage_times.hpp"

// The step from its parts: the pipeline, what happens once a step, and the breakdown that sums.
//
// The last of the parts that `estimate_step` is composed of. All of them are functions of few fields of a plan, so that
// a search computes once what plans share:
//
//   time_passes, PassTotals     micro-batch, degrees within a layer, recomputation, formats
//   add_layer_exchanges         the same without recomputation
//   add_pipeline_send           all degrees
//   add_data_communication      all degrees and sharding
//   layer_times                 the above
//   stage_times                 the layer, pipeline, schedule
//   optimizer_work              degrees, stages, sharding
//   combine_times               all of it, and the number of micro-batches

namespace foretrain::inline v0::detail {

/// Time of a step, in its parts, and what offloading moves meanwhile.
template <class Real>
struct StepTimes {
    BasicSeconds<Real> time{};
    BasicStepBreakdown<Real> breakdown{};
    BasicOffloadTime<Real> offload{};
};

/// How often the number of nodes that synchronise doubles, from one.
template <class Real>
[[nodiscard]] constexpr Real node_doublings(const BasicCluster<Real>& cluster) noexcept {
    const std::int64_t nodes = (cluster.accelerators + cluster.node.accelerators - 1) / cluster.node.accelerators;
    return Real(nodes > 1 ? log2(static_cast<double>(nodes)) : 0.0);
}

/// A plan's transfers to and from host memory or drives, and the update there. `passes`: all
/// forward and all backward passes of a step on a stage of `depth` layers, waits included.
template <class Real>
[[nodiscard]] constexpr BasicOffloadTime<Real>
offload_of_step(const Transformer& model, const BasicCluster<Real>& cluster, const BasicParallelPlan<Real>& plan,
                const HeldParameters& held, double owned, std::int64_t depth, const StageWork<Real>& passes) noexcept {
    const auto bytes = [](double count) { return make<BasicBytes<Real>>(Real(count)); };
    const Precision& precision = plan.precision;
    const double state = (precision.master_weights ? 4.0 : 0.0) +
                         static_cast<double>(states_of(plan.optimizer)) * raw(size_of(precision.optimizer_state));
    const BasicOffloadLoad<Real> load{.weights = bytes(held.total() * raw(size_of(precision.weights))),
                                      .gradients = bytes(owned * raw(size_of(precision.gradients))),
                                      .states = bytes(owned * state),
                                      .activations = kept_activations(model, plan) * Real(static_cast<double>(depth)),
                                      .micro_batches = plan.micro_batches(),
                                      .forward = passes.forward,
                                      .backward = passes.backward};
    return offload_time(plan.offload, load, host_path(cluster.node, plan.offload.to_drives));
}

/// Puts the parts of a step together into `result`, a `StepTimes` or an estimate, whose times are zero before.
/// `doublings`: `node_doublings(cluster)`.
template <class Real, class Times>
constexpr void add_times(Times& result, const Transformer& model, const BasicCluster<Real>& cluster,
                         const BasicParallelPlan<Real>& plan, const BasicPasses<Real>& passes,
                         const BasicCommunication<Real>& send, const LayerTimes<Real>& of_layer,
                         const StageTimes<Real>& stages, const OptimizerWork<Real>& optimizer,
                         const Real& doublings) noexcept {
    using Time = BasicSeconds<Real>;
    const auto times = [](std::int64_t count) { return Real(static_cast<double>(count)); };
    const BasicSoftwareStack<Real>& stack = plan.stack;
    const Stage<Real>& first = stages.first;
    const Stage<Real>& stage = stages.slowest;
    const LayerOverlap<Real>& forward = of_layer.forward;
    const LayerOverlap<Real>& backward = of_layer.backward;
    const Real& modules = of_layer.modules;
    const double edge_share = stages.edge_share;
    const bool single = plan.pipeline == 1;
    const bool full = plan.recomputation == Recomputation::full;
    const bool blocks = plan.recomputation == Recomputation::feed_forward;
    const auto of_stage = [&](const Time& edge, const Time& head_part) {
        if (single) return edge;
        if (!stages.each_pass) return Time{};
        return (stage.has_embedding ? edge : Time{}) + (stage.has_head ? head_part : Time{});
    };

    // Two directions: a pass of one hides the exchange with experts of the other, in pairs. A host that issues both
    // no faster than before lets them save nothing.
    const std::int64_t micro_batches = plan.micro_batches();
    PairedStage<Real> paired;
    if (plan.schedule == Schedule::dual_pipe)
        paired = paired_stage(of_layer.forward_pass, forward, of_layer.backward_pass, backward, stage, plan,
                              stage.has_head ? modules * Real(edge_share) : Real(0.0));

    // The pipeline: every stage once, the slowest for every micro-batch.
    const Real forward_share = stage.work.forward / stage.work.total();
    const Time slowest_forward = stage.total() * forward_share;
    const Time all_forward = stages.all * forward_share;
    const BasicPipelineTime<Real> pipeline =
        pipeline_time(plan.schedule, BasicPipelineLoad<Real>{.stages = plan.pipeline,
                                                             .micro_batches = micro_batches,
                                                             .chunks = plan.virtual_stages,
                                                             .slowest_forward = slowest_forward,
                                                             .slowest_backward = stage.total() - slowest_forward,
                                                             .all_forward = all_forward,
                                                             .all_backward = stages.all - all_forward,
                                                             .slowest_weights = stage.weight_gradients,
                                                             .all_weights = stages.all_weights,
                                                             .pair_saving = paired.saving,
                                                             .send = send.send,
                                                             .send_overlap = stack.pipeline_overlap});

    // Once a step: gradients under the last backward pass, weights under the first forward pass of the first stage, in
    // the time that its other communication leaves (a wait for the host counts). Backward passes are two thirds of it,
    // three quarters with all or most of the forward pass computed again.
    const Time layer_sends = of_layer.exchanges + send.gather_layer + of_layer.data_backward;
    const Time head_sends = send.tensor_edge * Real(plan.sequence_parallel ? 2.0 : 1.0);
    Time edge_sends = send.tensor_edge + (single ? head_sends + of_layer.edge_sent : Time{});
    if (stages.each_pass) // the first stage's
        edge_sends += (of_layer.edge_sent + (first.has_head ? of_layer.head_sent : Time{})) * Real(edge_share);
    const Time module_sends = of_layer.exchanges * (first.has_head ? modules * Real(edge_share) : Real(0.0));
    const Time left = first.total() - layer_sends * times(first.depth) - module_sends - edge_sends;
    const Time window = maximum(left, Time{});
    const Real backward_share = Real(full || blocks ? 3.0 / 4.0 : 2.0 / 3.0);
    const auto gradients =
        overlapped(send.gradients_step, window * backward_share, stack.data_overlap, stack.contention);
    const auto weights =
        overlapped(send.weights_step, window * (Real(1.0) - backward_share), stack.data_overlap, stack.contention);
    const Real moved = plan.offload.weights + plan.offload.optimizer + plan.offload.activations;
    // Transfers run while a pass computes, waits for the host, or waits for gradients and weights.
    const StageWork<Real> all_passes{slowest_forward * times(micro_batches) + weights.exposed + weights.cost,
                                     (stage.total() - slowest_forward) * times(micro_batches) -
                                         paired.saving * (paired.share * times(micro_batches)) + gradients.exposed +
                                         gradients.cost};
    if (moved > Real(0.0))
        result.offload =
            offload_of_step(model, cluster, plan, optimizer.whole, optimizer.owned, stage.depth, all_passes);
    BasicStepBreakdown<Real>& parts = result.breakdown;
    const Real per_layer = times(micro_batches * stage.depth);
    const Real per_edge = times(micro_batches) * Real(edge_share);
    const Real per_exchange = per_layer + (stage.has_head ? modules * per_edge : Real(0.0));
    set_compute(parts, passes, stage, per_layer, per_edge);
    const Time tensor_edges =
        (stage.has_embedding ? send.tensor_edge : Time{}) + (stage.has_head ? head_sends : Time{});
    const OperationKind repeated = full                                               ? OperationKind::feed_forward
                                   : blocks                                           ? OperationKind::feed_forward
                                   : plan.recomputation == Recomputation::elementwise ? OperationKind::elementwise
                                                                                      : OperationKind::attention;
    parts.set(StepPart::recomputation, of_layer.recomputed * per_layer,
              parts.bound[static_cast<std::size_t>(repeated)]);
    parts.set(StepPart::host_wait, (stage.waited + paired.waited) * times(micro_batches), Resource::host);
    parts.set(StepPart::tensor_communication,
              (forward.tensor.exposed + backward.tensor.exposed) * per_exchange + tensor_edges * per_edge,
              send.tensor_resource);
    parts.set(StepPart::context_communication, (of_layer.context_forward + of_layer.context_backward) * per_exchange,
              send.context_resource);
    parts.set(StepPart::expert_communication,
              (forward.expert.exposed + backward.expert.exposed - paired.expert_shown) * per_exchange,
              send.expert_resource);
    parts.set(StepPart::data_communication,
              (forward.data.exposed + backward.data.exposed + paired.data_shown) * per_layer +
                  of_stage(stages.edge_data, stages.head_data) * per_edge + gradients.exposed + weights.exposed,
              send.data_resource);
    parts.set(StepPart::pipeline_communication, pipeline.exposed_send, send.pipeline_resource);
    parts.set(StepPart::overlap_cost,
              (forward.exchange_cost() + backward.exchange_cost() + paired.exchange_cost) * per_exchange +
                  (forward.data.cost + backward.data.cost - paired.data_cost) * per_layer +
                  of_stage(stages.edge_cost, stages.head_cost) * per_edge + gradients.cost + weights.cost,
              Resource::memory);
    parts.set(StepPart::bubble, pipeline.bubble, Resource::dependency);
    // States that are elsewhere are updated there.
    parts.set(StepPart::optimizer, optimizer.time.time * (Real(1.0) - plan.offload.optimizer), optimizer.time.bound);
    parts.set(StepPart::offload, result.offload.exposed(), Resource::host);
    parts.set(StepPart::overhead, stack.step_overhead, Resource::software);
    parts.set(StepPart::stragglers, parts.total() * (stack.straggler * doublings), Resource::scale_out);
    result.time = parts.total();
}

/// The same as a value.
template <class Real>
[[nodiscard]] constexpr StepTimes<Real>
combine_times(const Transformer& model, const BasicCluster<Real>& cluster, const BasicParallelPlan<Real>& plan,
              const BasicPasses<Real>& passes, const BasicCommunication<Real>& send, const LayerTimes<Real>& of_layer,
              const StageTimes<Real>& stages, const OptimizerWork<Real>& optimizer, const Real& doublings) noexcept {
    StepTimes<Real> result;
    add_times(result, model, cluster, plan, passes, send, of_layer, stages, optimizer, doublings);
    return result;
}

} // namespace foretrain::inline v0::detail
