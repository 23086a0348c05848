// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "../math/log.hpp"
#include "../memory/footprint.hpp"
#include "../parallel/check.hpp"
#include "../parallel/offload.hpp"
#include "../parallel/schedule.hpp"
#include "../units/result.hpp"
#include "../workload/flops.hpp"
#include "communication.hpp"
#include "layer_overlap.hpp"
#include "passes.hpp"
#include "stage_work.hpp"

// The estimator: one optimizer step of a model on a cluster under a plan, as a breakdown that sums.
//
// The slowest pipeline stage is followed through its micro-batches: compute from the roofline of every operation,
// recomputation, exposed communication, then the bubble, the reduction of gradients, the optimizer, and what
// software and stragglers add. Nothing is looked up: each number follows from the model, the hardware and named
// constants.

namespace foretrain::inline v0 {

/// Memory of the fullest accelerator.
template <class Real>
struct BasicStepMemory {
    BasicBytes<Real> peak{};
    std::int64_t stage = 0; ///< the pipeline stage it belongs to, from 0
    BasicFootprint<Real> footprint{};
};

/// One optimizer step.
template <class Real>
struct BasicStepEstimate {
    BasicSeconds<Real> time{}; ///< equals `breakdown.total()`
    BasicStepBreakdown<Real> breakdown{};
    BasicStepMemory<Real> memory{};
    BasicOffloadTime<Real> offload{}; ///< transfers of a step and the bandwidth that would hide them
    Samples samples{};                ///< of one step
    Tokens tokens{};                  ///< of one step
    std::int64_t accelerators = 0;
    BasicFlopRate<Real> peak{};   ///< dense peak of one accelerator in the format of the matrix products
    std::array<Flops, 5> flops{}; ///< of one step by `FlopConvention`

    [[nodiscard]] constexpr BasicTokenRate<Real> tokens_per_second() const noexcept {
        return BasicTokens<Real>(tokens) / time;
    }
    /// Achieved rate of one accelerator, counted by a convention.
    [[nodiscard]] constexpr BasicFlopRate<Real> rate(FlopConvention convention) const noexcept {
        return BasicFlops<Real>(flops[static_cast<std::size_t>(convention)]) / time *
               Real(1.0 / static_cast<double>(accelerators));
    }
    /// Model FLOPs utilisation, by default 6 N and full attention (PaLM); published figures differ in their convention.
    [[nodiscard]] constexpr Real
    model_flops_utilization(FlopConvention convention = FlopConvention::six_n_attention) const noexcept {
        return rate(convention) / peak;
    }
    /// Hardware FLOPs utilisation: what is computed again counts too.
    [[nodiscard]] constexpr Real hardware_flops_utilization() const noexcept {
        return rate(FlopConvention::hardware) / peak;
    }
    /// The resource that most of the step waits for.
    [[nodiscard]] constexpr Resource bottleneck() const noexcept {
        Resource best = Resource::matrix;
        for (std::size_t i = 1; i < resources; ++i) {
            const Resource candidate = static_cast<Resource>(i);
            if (breakdown.waiting_for(candidate) > breakdown.waiting_for(best)) best = candidate;
        }
        return best;
    }
};
using StepMemory = BasicStepMemory<double>;
using StepEstimate = BasicStepEstimate<double>;

namespace detail {

/// Bytes the optimizer moves for each parameter it owns: gradient read for its norm and for the update, moments and
/// master weight read and written, weight written and, for a short compute format, cast twice, gradient cleared.
[[nodiscard]] constexpr double optimizer_bytes(const Precision& precision, Optimizer optimizer) noexcept {
    const double gradient = raw(size_of(precision.gradients));
    const double weight = raw(size_of(precision.weights));
    const double state = raw(size_of(precision.optimizer_state));
    return 3.0 * gradient + 2.0 * state * static_cast<double>(states_of(optimizer)) +
           (precision.master_weights ? 8.0 : weight) + weight +
           (precision.scaling == Scaling::none ? 0.0 : weight + 2.0 * raw(size_of(precision.compute)));
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

} // namespace detail

/// The estimate for a configuration that `check` accepts; `kernels` times the operations.
template <class Real, KernelModel<Real> Kernels>
[[nodiscard]] constexpr BasicStepEstimate<Real>
estimate_checked_step(const Transformer& model, const BasicCluster<Real>& cluster, const BasicParallelPlan<Real>& plan,
                      const Kernels& kernels) noexcept {
    using Time = BasicSeconds<Real>;
    const auto times = [](std::int64_t count) { return Real(static_cast<double>(count)); };
    const BasicSoftwareStack<Real>& stack = plan.stack;
    const StageLayers layers = stage_layers(model.layers, plan);
    const BasicPasses<Real> passes = time_passes<Real>(kernels, model, plan);
    // The backward pass ends on the first stage, so its gradients are the last to be reduced.
    const BasicCommunication<Real> send = time_communication(model, cluster, plan);

    // One layer, one micro-batch: compute, then what of its communication stays exposed. A second of compute hides a
    // second of communication once.
    const Time forward_compute = passes.layer_forward.total();
    const Time recomputed = passes.recomputed.total();
    const Time backward_compute = passes.layer_backward.total() + recomputed;
    const bool full = plan.recomputation == Recomputation::full;
    const Time tensor_backward = send.tensor_layer * Real(full ? 2.0 : 1.0);
    const bool blocks = plan.recomputation == Recomputation::feed_forward;
    const Time expert_backward = send.expert_backward + (full || blocks ? send.expert_forward : Time{});
    const Time data_backward = send.gather_layer + send.scatter_layer;
    const bool two_ways = plan.schedule == Schedule::dual_pipe; // one direction computes while the other exchanges
    const std::int64_t ahead = plan.gathered_ahead();
    // Keys and values that pass around a ring hide under the attention of the block before; other exchanges wait.
    const bool ring = plan.context_exchange == ContextExchange::ring;
    constexpr std::size_t attention = static_cast<std::size_t>(OperationKind::attention);
    const auto under_attention = [&](Time exchange, const BasicPassTimes<Real>& pass) {
        return ring ? minimum(exchange, pass.time[attention]) : Time{};
    };
    const Time repeated_exchange = full ? send.context_forward : Time{};
    const Time hidden_forward = under_attention(send.context_forward, passes.layer_forward);
    const Time hidden_backward = under_attention(send.context_backward, passes.layer_backward) +
                                 under_attention(repeated_exchange, passes.recomputed);
    const Time context_forward = send.context_forward - hidden_forward;
    const Time context_backward = send.context_backward + repeated_exchange - hidden_backward;
    detail::LayerTraffic<Real> forward_pass{send.tensor_layer, send.expert_forward, send.gather_layer, Time{},
                                            forward_compute - hidden_forward};
    detail::LayerTraffic<Real> backward_pass{tensor_backward, expert_backward, data_backward, Time{},
                                             backward_compute - hidden_backward};
    if (ahead == 0) {
        forward_pass.data = Time{};
        backward_pass.data = send.scatter_layer;
        forward_pass.at_once = backward_pass.at_once = send.gather_layer;
    }
    const detail::LayerOverlap<Real> forward = detail::hidden_in_pass(forward_pass, stack);
    const detail::LayerOverlap<Real> backward = detail::hidden_in_pass(backward_pass, stack);
    const detail::StageWork<Real> layer{forward_compute + forward.exposed_and_cost() + context_forward,
                                        backward_compute + backward.exposed_and_cost() + context_backward};

    // Embedding and head, with their own communication.
    const detail::StageWork<Real> embedding{passes.embedding_forward.total() + send.tensor_edge,
                                            passes.embedding_backward.total()};
    // A module of multi-token prediction exchanges what a layer does, and hides as much of it.
    const Real modules = times(model.prediction_layers);
    const detail::StageWork<Real> head{
        passes.head_forward.total() + (plan.sequence_parallel ? send.tensor_edge : Time{}) +
            (forward.exchange() + context_forward) * modules,
        passes.head_backward.total() + send.tensor_edge + (backward.exchange() + context_backward) * modules};
    // What is no layer: gathered when it is needed, or under layers where more than one is gathered ahead.
    const Time edge_sent = send.gather_edge * Real(2.0) + send.scatter_edge;
    const Time head_sent = send.gather_head * Real(2.0) + send.scatter_head;
    Time edge_data = edge_sent, head_data = head_sent; // shown
    Time edge_cost{}, head_cost{};
    if (ahead > 1) {
        const Real under = times(minimum(ahead, layers.first + 1) - 1);
        const auto hide = [&](const Time& gather, Time& shown, Time& cost) {
            const auto one = detail::hidden_ahead(gather, forward_pass, forward, under, stack);
            const auto other = detail::hidden_ahead(gather, backward_pass, backward, under, stack);
            shown -= one.hidden + other.hidden;
            cost = one.cost + other.cost;
        };
        hide(send.gather_edge, edge_data, edge_cost);
        hide(send.gather_head, head_data, head_cost);
    }
    // Of a stage of a pipeline, if gradients or parameters cross every micro-batch.
    const bool each_pass = plan.pipeline > 1 && plan.sharding >= Sharding::gradients;

    // With two directions, an end of the model is on two stages and serves half of the micro-batches on each.
    const double edge_share = two_ways ? 0.5 : 1.0;

    // A stage takes what the device needs, and no less than the host needs to issue it.
    const double layer_kernels =
        passes.layer_forward.kernels + passes.layer_backward.kernels + passes.recomputed.kernels;
    const auto stage_of = [&](StageKind kind) {
        detail::Stage<Real> stage;
        const std::int64_t index = kind == StageKind::first || kind == StageKind::only ? 0
                                   : kind == StageKind::last                           ? plan.pipeline - 1
                                                                                       : 1;
        const StageEnds ends = stage_ends(plan.schedule, index, plan.pipeline);
        stage.has_embedding = ends.embedding;
        stage.has_head = ends.head;
        stage.depth = layers.of(kind);
        stage.work = {layer.forward * times(stage.depth), layer.backward * times(stage.depth)};
        stage.weight_gradients = passes.layer_backward.weight_gradients * times(stage.depth);
        double issued = static_cast<double>(stage.depth) * layer_kernels;
        if (stage.has_embedding) {
            stage.work.forward += embedding.forward * Real(edge_share);
            stage.work.backward += embedding.backward * Real(edge_share);
            issued += edge_share * (passes.embedding_forward.kernels + passes.embedding_backward.kernels);
        }
        if (stage.has_head) {
            stage.work.forward += head.forward * Real(edge_share);
            stage.work.backward += head.backward * Real(edge_share);
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

    // The slowest of at most three kinds of stage, and all stages together.
    const bool single = plan.pipeline == 1;
    const detail::Stage<Real> first = stage_of(single ? StageKind::only : StageKind::first);
    detail::Stage<Real> stage = first;
    Time all_stages = first.total();
    Time all_weights = first.weight_gradients;
    if (!single) {
        const detail::Stage<Real> last = stage_of(StageKind::last);
        all_stages += last.total();
        all_weights += last.weight_gradients;
        if (last.total() >= first.total()) stage = last;
        if (plan.pipeline > 2) {
            const detail::Stage<Real> middle = stage_of(StageKind::middle);
            const std::int64_t between = model.layers - first.depth - last.depth;
            const Real stages = Real(static_cast<double>(between) / static_cast<double>(middle.depth));
            all_stages += middle.total() * stages;
            all_weights += middle.weight_gradients * stages;
            if (middle.total() > stage.total()) stage = middle;
        }
    }
    const std::int64_t depth = stage.depth;

    const auto of_stage = [&](const Time& edge, const Time& head_part) {
        if (single) return edge;
        if (!each_pass) return Time{};
        return (stage.has_embedding ? edge : Time{}) + (stage.has_head ? head_part : Time{});
    };

    // Two directions: a pass of one hides the exchange with experts of the other, in pairs. A host that issues both
    // no faster than before lets them save nothing.
    const std::int64_t micro_batches = plan.micro_batches();
    detail::PairedStage<Real> paired;
    if (two_ways)
        paired = detail::paired_stage(forward_pass, forward, backward_pass, backward, stage, plan,
                                      stage.has_head ? modules * Real(edge_share) : Real(0.0));

    // The pipeline: every stage once, the slowest for every micro-batch.
    const Real forward_share = stage.work.forward / stage.work.total();
    const Time slowest_forward = stage.total() * forward_share;
    const Time all_forward = all_stages * forward_share;
    const BasicPipelineTime<Real> pipeline =
        pipeline_time(plan.schedule, BasicPipelineLoad<Real>{.stages = plan.pipeline,
                                                             .micro_batches = micro_batches,
                                                             .chunks = plan.virtual_stages,
                                                             .slowest_forward = slowest_forward,
                                                             .slowest_backward = stage.total() - slowest_forward,
                                                             .all_forward = all_forward,
                                                             .all_backward = all_stages - all_forward,
                                                             .slowest_weights = stage.weight_gradients,
                                                             .all_weights = all_weights,
                                                             .pair_saving = paired.saving,
                                                             .send = send.send,
                                                             .send_overlap = stack.pipeline_overlap});

    // Once a step: gradients under the last backward pass, weights under the first forward pass of the first stage, in
    // the time that its other communication leaves (a wait for the host counts). Backward passes are two thirds of it,
    // three quarters with all or most of the forward pass computed again.
    const Time exchanges = send.tensor_layer + tensor_backward + send.expert_forward + expert_backward +
                           send.context_forward + send.context_backward + repeated_exchange;
    const Time layer_sends = exchanges + send.gather_layer + data_backward;
    const Time head_sends = send.tensor_edge * Real(plan.sequence_parallel ? 2.0 : 1.0);
    Time edge_sends = send.tensor_edge + (single ? head_sends + edge_sent : Time{});
    if (each_pass) // the first stage's
        edge_sends += (edge_sent + (first.has_head ? head_sent : Time{})) * Real(edge_share);
    const Time module_sends = exchanges * (first.has_head ? modules * Real(edge_share) : Real(0.0));
    const Time left = first.total() - layer_sends * times(first.depth) - module_sends - edge_sends;
    const Time window = maximum(left, Time{});
    const Real backward_share = Real(full || blocks ? 3.0 / 4.0 : 2.0 / 3.0);
    const auto gradients =
        detail::overlapped(send.gradients_step, window * backward_share, stack.data_overlap, stack.contention);
    const auto weights = detail::overlapped(send.weights_step, window * (Real(1.0) - backward_share),
                                            stack.data_overlap, stack.contention);
    const HeldParameters whole = held_parameters(model, plan, 0);
    const HeldParameters held = plan.adapter_rank > 0 ? adapters_on_accelerator(model, plan, 0) : whole;
    const double owned =
        held.dense / static_cast<double>(plan.shards()) + held.experts / static_cast<double>(plan.expert_shards());
    const BasicKernelTime<Real> optimizer = kernels.time(stream(
        OperationKind::elementwise, Pass::forward,
        make<Bytes>(owned * detail::optimizer_bytes(plan.precision, plan.optimizer)), make<Flops>(owned * 16.0), 8));
    const Real moved = plan.offload.weights + plan.offload.optimizer + plan.offload.activations;
    // Transfers run while a pass computes, waits for the host, or waits for gradients and weights.
    const detail::StageWork<Real> all_passes{slowest_forward * times(micro_batches) + weights.exposed + weights.cost,
                                             (stage.total() - slowest_forward) * times(micro_batches) -
                                                 paired.saving * (paired.share * times(micro_batches)) +
                                                 gradients.exposed + gradients.cost};
    BasicStepEstimate<Real> step;
    if (moved > Real(0.0))
        step.offload = detail::offload_of_step(model, cluster, plan, whole, owned, depth, all_passes);
    BasicStepBreakdown<Real>& parts = step.breakdown;
    const Real per_layer = times(micro_batches * depth);
    const Real per_edge = times(micro_batches) * Real(edge_share);
    const Real per_exchange = per_layer + (stage.has_head ? modules * per_edge : Real(0.0));
    detail::set_compute(parts, passes, stage, per_layer, per_edge);
    const Time tensor_edges =
        (stage.has_embedding ? send.tensor_edge : Time{}) + (stage.has_head ? head_sends : Time{});
    const OperationKind repeated = full                                               ? OperationKind::feed_forward
                                   : blocks                                           ? OperationKind::feed_forward
                                   : plan.recomputation == Recomputation::elementwise ? OperationKind::elementwise
                                                                                      : OperationKind::attention;
    parts.set(StepPart::recomputation, recomputed * per_layer, parts.bound[static_cast<std::size_t>(repeated)]);
    parts.set(StepPart::host_wait, (stage.waited + paired.waited) * times(micro_batches), Resource::host);
    parts.set(StepPart::tensor_communication,
              (forward.tensor.exposed + backward.tensor.exposed) * per_exchange + tensor_edges * per_edge,
              send.tensor_resource);
    parts.set(StepPart::context_communication, (context_forward + context_backward) * per_exchange,
              send.context_resource);
    parts.set(StepPart::expert_communication,
              (forward.expert.exposed + backward.expert.exposed - paired.expert_shown) * per_exchange,
              send.expert_resource);
    parts.set(StepPart::data_communication,
              (forward.data.exposed + backward.data.exposed + paired.data_shown) * per_layer +
                  of_stage(edge_data, head_data) * per_edge + gradients.exposed + weights.exposed,
              send.data_resource);
    parts.set(StepPart::pipeline_communication, pipeline.exposed_send, send.pipeline_resource);
    parts.set(StepPart::overlap_cost,
              (forward.exchange_cost() + backward.exchange_cost() + paired.exchange_cost) * per_exchange +
                  (forward.data.cost + backward.data.cost - paired.data_cost) * per_layer +
                  of_stage(edge_cost, head_cost) * per_edge + gradients.cost + weights.cost,
              Resource::memory);
    parts.set(StepPart::bubble, pipeline.bubble, Resource::dependency);
    // States that are elsewhere are updated there.
    parts.set(StepPart::optimizer, optimizer.time * (Real(1.0) - plan.offload.optimizer), optimizer.bound);
    parts.set(StepPart::offload, step.offload.exposed(), Resource::host);
    parts.set(StepPart::overhead, stack.step_overhead, Resource::software);
    const std::int64_t nodes = (cluster.accelerators + cluster.node.accelerators - 1) / cluster.node.accelerators;
    const Real doublings = Real(nodes > 1 ? log2(static_cast<double>(nodes)) : 0.0);
    parts.set(StepPart::stragglers, parts.total() * (stack.straggler * doublings), Resource::scale_out);

    step.time = parts.total();
    step.samples = make<Samples>(static_cast<double>(plan.global_batch));
    step.tokens = make<Tokens>(static_cast<double>(plan.global_batch) * static_cast<double>(plan.sequence));
    step.accelerators = cluster.accelerators;
    step.peak = cluster.accelerator.matrix.of(plan.precision.compute);
    const RecomputedShare again = full                                             ? RecomputedShare::layers
                                  : blocks                                         ? RecomputedShare::feed_forward
                                  : plan.recomputation == Recomputation::selective ? RecomputedShare::attention_core
                                                                                   : RecomputedShare::nothing;
    for (std::size_t i = 0; i < step.flops.size(); ++i)
        step.flops[i] = model_flops(static_cast<FlopConvention>(i), model, plan.sequence, again) *
                        static_cast<double>(plan.global_batch);
    const BasicPeakFootprint<Real> peak = peak_footprint(model, plan);
    step.memory = {peak.footprint.total(), peak.stage, peak.footprint};
    return step;
}

/// The estimate, or everything that is wrong with the configuration. Never throws, works without exceptions.
template <class Real>
[[nodiscard]] constexpr Result<BasicStepEstimate<Real>>
try_estimate_step(const Transformer& model, const BasicCluster<Real>& cluster,
                  const BasicParallelPlan<Real>& plan) noexcept {
    if (!is_valid(model, cluster, plan)) return check(model, cluster, plan);
    return estimate_checked_step<Real>(
        model, cluster, plan,
        BasicRooflineKernels<Real>{cluster.accelerator, plan.precision.compute, Load::sustained, plan.stack.kernels});
}

#if defined(__cpp_exceptions)
/// The estimate; throws `InvalidConfiguration` with every violation (in a constant expression: a compile error).
template <class Real>
[[nodiscard]] constexpr BasicStepEstimate<Real>
estimate_step(const Transformer& model, const BasicCluster<Real>& cluster, const BasicParallelPlan<Real>& plan) {
    return detail::value_or_throw(try_estimate_step(model, cluster, plan));
}
#endif

} // namespace foretrain::inline v0
