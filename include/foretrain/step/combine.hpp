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

/// What a plan may move to host memory or drives: whole tensors of one accelerator on a stage of `depth` layers.
/// `kept`: `kept_activations(model, plan)`. The passes that hide transfers are not in it yet.
template <class Real>
[[nodiscard]] constexpr BasicOffloadLoad<Real> offload_load(const BasicParallelPlan<Real>& plan,
                                                            const OptimizerWork<Real>& optimizer,
                                                            const BasicBytes<Real>& kept, std::int64_t depth) noexcept {
    const auto bytes = [](double count) { return make<BasicBytes<Real>>(Real(count)); };
    const Precision& precision = plan.precision;
    const double state = (precision.master_weights ? 4.0 : 0.0) +
                         static_cast<double>(states_of(plan.optimizer)) * raw(size_of(precision.optimizer_state));
    return {.weights = bytes(optimizer.whole.total() * raw(size_of(precision.weights))),
            .gradients = bytes(optimizer.owned * raw(size_of(precision.gradients))),
            .states = bytes(optimizer.owned * state),
            .activations = kept * Real(static_cast<double>(depth)),
            .micro_batches = 1,
            .forward = {},
            .backward = {}};
}

/// What happens once a step, after the pipeline, and the time of the step.
template <class Real>
struct OnceTimes {
    BasicSeconds<Real> optimizer{};
    BasicSeconds<Real> stragglers{};
    BasicSeconds<Real> time{};

    /// `before`: the sum of all parts that come before; `offload`: what shows of it.
    constexpr OnceTimes(const BasicSeconds<Real>& before, const BasicParallelPlan<Real>& plan,
                        const OptimizerWork<Real>& work, const BasicSeconds<Real>& offload,
                        const Real& doublings) noexcept {
        // States that are elsewhere are updated there.
        optimizer = work.time.time * (Real(1.0) - plan.offload.optimizer);
        const BasicSeconds<Real> sum = before + optimizer + offload + plan.stack.step_overhead;
        stragglers = sum * (plan.stack.straggler * doublings);
        time = sum + stragglers;
    }
};

/// The sum of the parts that come before the optimizer, in their order.
template <class Real>
[[nodiscard]] constexpr BasicSeconds<Real>
time_before_optimizer(const std::array<BasicSeconds<Real>, step_parts>& parts) noexcept {
    BasicSeconds<Real> sum{};
    for (std::size_t i = 0; i < static_cast<std::size_t>(StepPart::optimizer); ++i) sum += parts[i];
    return sum;
}

/// Sets the parts of a step up to the bubble, and returns all forward and all backward passes with their waits, under
/// which transfers run. `parts`: a breakdown, or a type with its `time`, `bound` and `set`.
template <class Real, class Breakdown>
constexpr StageWork<Real> add_work(Breakdown& parts, const BasicParallelPlan<Real>& plan,
                                   const BasicPasses<Real>& passes, const BasicCommunication<Real>& send,
                                   const LayerTimes<Real>& of_layer, const StageTimes<Real>& stages) noexcept {
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
    // Transfers run while a pass computes, waits for the host, or waits for gradients and weights.
    const StageWork<Real> all_passes{slowest_forward * times(micro_batches) + weights.exposed + weights.cost,
                                     (stage.total() - slowest_forward) * times(micro_batches) -
                                         paired.saving * (paired.share * times(micro_batches)) + gradients.exposed +
                                         gradients.cost};
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
    return all_passes;
}

/// Puts the parts of a step together into `result`, a `StepTimes` or an estimate, whose times are zero before.
/// `doublings`: `node_doublings(cluster)`.
template <class Real, class Times>
constexpr void add_times(Times& result, const Transformer& model, const BasicCluster<Real>& cluster,
                         const BasicParallelPlan<Real>& plan, const BasicPasses<Real>& passes,
                         const BasicCommunication<Real>& send, const LayerTimes<Real>& of_layer,
                         const StageTimes<Real>& stages, const OptimizerWork<Real>& optimizer,
                         const Real& doublings) noexcept {
    BasicStepBreakdown<Real>& parts = result.breakdown;
    const StageWork<Real> all_passes = add_work(parts, plan, passes, send, of_layer, stages);
    const Real moved = plan.offload.weights + plan.offload.optimizer + plan.offload.activations;
    if (moved > Real(0.0)) {
        BasicOffloadLoad<Real> load =
            offload_load(plan, optimizer, kept_activations(model, plan), stages.slowest.depth);
        load.micro_batches = plan.micro_batches();
        load.forward = all_passes.forward;
        load.backward = all_passes.backward;
        result.offload = offload_time(plan.offload, load, host_path(cluster.node, plan.offload.to_drives));
    }
    const BasicSeconds<Real> offload = result.offload.exposed();
    const OnceTimes<Real> once{time_before_optimizer<Real>(parts.time), plan, optimizer, offload, doublings};
    parts.set(StepPart::optimizer, once.optimizer, optimizer.time.bound);
    parts.set(StepPart::offload, offload, Resource::host);
    parts.set(StepPart::overhead, plan.stack.step_overhead, Resource::software);
    parts.set(StepPart::stragglers, once.stragglers, Resource::scale_out);
    result.time = once.time;
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
