// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "communication.hpp"
#include "layer_overlap.hpp"
#include "passes.hpp"
#include "stage_work.hpp"

// One layer, one micro-batch: compute, then what of its communication stays exposed; embedding and head with theirs.
//
// The second of the parts that `estimate_step` is composed of (passes, layer, stages, breakdown). A search computes it
// once for all plans that share a micro-batch, the degrees inside a layer and recomputation: with sharded parameters
// also what `add_data_communication` depends on.

namespace foretrain::inline v0::detail {

/// Sums over the kinds of operation of `BasicPasses`.
template <class Real>
struct PassTotals {
    BasicSeconds<Real> layer_forward{};
    BasicSeconds<Real> layer_backward{};
    BasicSeconds<Real> recomputed{};
    BasicSeconds<Real> embedding_forward{};
    BasicSeconds<Real> embedding_backward{};
    BasicSeconds<Real> head_forward{};
    BasicSeconds<Real> head_backward{};

    PassTotals() = default;
    constexpr explicit PassTotals(const BasicPasses<Real>& passes) noexcept
        : layer_forward{passes.layer_forward.total()}, layer_backward{passes.layer_backward.total()},
          recomputed{passes.recomputed.total()}, embedding_forward{passes.embedding_forward.total()},
          embedding_backward{passes.embedding_backward.total()}, head_forward{passes.head_forward.total()},
          head_backward{passes.head_backward.total()} {}
};

/// What one micro-batch costs by layer, embedding and head, on the device.
template <class Real>
struct LayerTimes {
    LayerTraffic<Real> forward_pass{};
    LayerTraffic<Real> backward_pass{};
    LayerOverlap<Real> forward{};
    LayerOverlap<Real> backward{};
    StageWork<Real> layer{};
    StageWork<Real> embedding{};
    StageWork<Real> head{};
    BasicSeconds<Real> recomputed{};       ///< of a layer
    BasicSeconds<Real> context_forward{};  ///< exposed
    BasicSeconds<Real> context_backward{}; ///< exposed, with the exchange that full recomputation repeats
    BasicSeconds<Real> exchanges{};        ///< of a layer with tensor, context and expert ranks, hidden or not
    BasicSeconds<Real> data_backward{};    ///< of a layer's sharded parameters and gradients
    BasicSeconds<Real> edge_sent{};        ///< of sharded parameters where the model begins
    BasicSeconds<Real> head_sent{};        ///< and where it ends
    Real modules{};                        ///< of multi-token prediction
};

/// Puts passes and communication together under a plan.
template <class Real>
[[nodiscard]] constexpr LayerTimes<Real> layer_times(const Transformer& model, const BasicParallelPlan<Real>& plan,
                                                     const BasicPasses<Real>& passes, const PassTotals<Real>& totals,
                                                     const BasicCommunication<Real>& send) noexcept {
    using Time = BasicSeconds<Real>;
    const BasicSoftwareStack<Real>& stack = plan.stack;
    LayerTimes<Real> result;
    // A second of compute hides a second of communication once.
    const Time forward_compute = totals.layer_forward;
    const Time recomputed = result.recomputed = totals.recomputed;
    const Time backward_compute = totals.layer_backward + recomputed;
    const bool full = plan.recomputation == Recomputation::full;
    const Time tensor_backward = send.tensor_layer * Real(full ? 2.0 : 1.0);
    const bool blocks = plan.recomputation == Recomputation::feed_forward;
    const Time expert_backward = send.expert_backward + (full || blocks ? send.expert_forward : Time{});
    result.data_backward = send.gather_layer + send.scatter_layer;
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
    result.context_forward = send.context_forward - hidden_forward;
    result.context_backward = send.context_backward + repeated_exchange - hidden_backward;
    result.forward_pass = {send.tensor_layer, send.expert_forward, send.gather_layer, Time{},
                           forward_compute - hidden_forward};
    result.backward_pass = {tensor_backward, expert_backward, result.data_backward, Time{},
                            backward_compute - hidden_backward};
    if (plan.gathered_ahead() == 0) {
        result.forward_pass.data = Time{};
        result.backward_pass.data = send.scatter_layer;
        result.forward_pass.at_once = result.backward_pass.at_once = send.gather_layer;
    }
    const LayerOverlap<Real> forward = result.forward = hidden_in_pass(result.forward_pass, stack);
    const LayerOverlap<Real> backward = result.backward = hidden_in_pass(result.backward_pass, stack);
    result.layer = {forward_compute + forward.exposed_and_cost() + result.context_forward,
                    backward_compute + backward.exposed_and_cost() + result.context_backward};

    // Embedding and head, with their own communication.
    result.embedding = {totals.embedding_forward + send.tensor_edge, totals.embedding_backward};
    // A module of multi-token prediction exchanges what a layer does, and hides as much of it.
    const Real modules = result.modules = Real(static_cast<double>(model.prediction_layers));
    result.head = {totals.head_forward + (plan.sequence_parallel ? send.tensor_edge : Time{}) +
                       (forward.exchange() + result.context_forward) * modules,
                   totals.head_backward + send.tensor_edge + (backward.exchange() + result.context_backward) * modules};
    result.edge_sent = send.gather_edge * Real(2.0) + send.scatter_edge;
    result.head_sent = send.gather_head * Real(2.0) + send.scatter_head;
    result.exchanges = send.tensor_layer + tensor_backward + send.expert_forward + expert_backward +
                       send.context_forward + send.context_backward + repeated_exchange;
    return result;
}

} // namespace foretrain::inline v0::detail
