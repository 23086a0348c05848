// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "../math/scalar.hpp"
#include "../parallel/plan.hpp"
#include "../parallel/schedule.hpp"
#include "../roofline/launch.hpp"
#include "stage_work.hpp"

// What of a layer's communication hides, in one pass, in a pair of passes, and ahead of the layer.
//
//   pass   h_T = min(o_T T, C)    h_E = min(o_E E, C - h_T)    h_D = min(o_D D, C - h_T - h_E)
//   pair   h_E = min(E_f + E_b, C_f + C_b - h_T)               h_D = min(o_D (D_f + D_b), C_f + C_b - h_T - h_E)
//   ahead  h   = min(o_D G, (k - 1) (C - h_T - h_E - h_D))     k >= 1 layers gathered ahead; 0: gathers of layers show
//
// T, E, D: what tensor groups, experts and sharded parameters send; C: compute that hides nothing else; o: shares that
// the software may overlap. Of a pair, the forward pass of one micro-batch and the backward pass of another on the same
// stage, one computes while the other exchanges tokens with experts (DeepSeek-V3, arXiv 2412.19437, section 3.2.1,
// figure 4): all of the exchange may hide, under the compute of both. With k = 1 a layer is gathered under the one
// before it; what is no layer (embedding, head: G) is gathered under a layer's compute only from k = 2 on, in what
// k - 1 of them leave.

namespace foretrain::inline v0::detail {

/// What a layer sends in one pass, and the compute it may hide under.
template <class Real>
struct LayerTraffic {
    BasicSeconds<Real> tensor{};
    BasicSeconds<Real> expert{};
    BasicSeconds<Real> data{};    ///< sharded parameters and their gradients
    BasicSeconds<Real> at_once{}; ///< of sharded parameters, what the layer itself waits for: nothing is prefetched
    BasicSeconds<Real> compute{};
};

/// A pass on its own.
template <class Real>
[[nodiscard]] constexpr LayerOverlap<Real> hidden_in_pass(const LayerTraffic<Real>& pass,
                                                          const BasicSoftwareStack<Real>& stack) noexcept {
    LayerOverlap<Real> result;
    result.tensor = overlapped(pass.tensor, pass.compute, stack.tensor_overlap, stack.contention);
    BasicSeconds<Real> window = pass.compute - result.tensor.hidden;
    result.expert = overlapped(pass.expert, window, stack.expert_overlap, stack.contention);
    window -= result.expert.hidden;
    result.data = overlapped(pass.data, window, stack.data_overlap, stack.contention);
    result.data.exposed += pass.at_once;
    return result;
}

/// Both passes of a pair together; `forward` and `backward`: each on its own.
template <class Real>
[[nodiscard]] constexpr LayerOverlap<Real>
hidden_in_pair(const LayerTraffic<Real>& forward_pass, const LayerOverlap<Real>& forward,
               const LayerTraffic<Real>& backward_pass, const LayerOverlap<Real>& backward,
               const BasicSoftwareStack<Real>& stack) noexcept {
    LayerOverlap<Real> pair;
    pair.tensor = {forward.tensor.hidden + backward.tensor.hidden, forward.tensor.exposed + backward.tensor.exposed,
                   forward.tensor.cost + backward.tensor.cost};
    BasicSeconds<Real> window = forward_pass.compute + backward_pass.compute - pair.tensor.hidden;
    pair.expert = overlapped(forward_pass.expert + backward_pass.expert, window, Real(1.0), stack.contention);
    window -= pair.expert.hidden;
    pair.data = overlapped(forward_pass.data + backward_pass.data, window, stack.data_overlap, stack.contention);
    pair.data.exposed += forward_pass.at_once + backward_pass.at_once;
    return pair;
}

/// What pairs change on a stage, a micro-batch: the mean over those that run in pairs and those that do not.
template <class Real>
struct PairedStage {
    BasicSeconds<Real> saving{};        ///< of one pair, over its passes one by one
    Real share{};                       ///< of the micro-batches that run in pairs
    BasicSeconds<Real> expert_shown{};  ///< of a layer's exchange, less
    BasicSeconds<Real> exchange_cost{}; ///< of hiding it, more
    BasicSeconds<Real> data_shown{};    ///< of a layer's sharded parameters, more, for the exchange comes first
    BasicSeconds<Real> data_cost{};     ///< of hiding them, less
    BasicSeconds<Real> waited{};        ///< for the host, more
};

/// Pairs of DualPipe on a stage with `modules` modules of multi-token prediction. Passes that hide more than the host
/// can issue meanwhile wait for it.
template <class Real>
[[nodiscard]] constexpr PairedStage<Real>
paired_stage(const LayerTraffic<Real>& forward_pass, const LayerOverlap<Real>& forward,
             const LayerTraffic<Real>& backward_pass, const LayerOverlap<Real>& backward, const Stage<Real>& stage,
             const BasicParallelPlan<Real>& plan, const Real& modules) noexcept {
    const BasicSoftwareStack<Real>& stack = plan.stack;
    const LayerOverlap<Real> pair = hidden_in_pair(forward_pass, forward, backward_pass, backward, stack);
    const BasicSeconds<Real> shown = forward.expert.exposed + backward.expert.exposed - pair.expert.exposed;
    const BasicSeconds<Real> cost = pair.expert.cost - (forward.expert.cost + backward.expert.cost);
    const BasicSeconds<Real> data_shown = pair.data.exposed - (forward.data.exposed + backward.data.exposed);
    const BasicSeconds<Real> data_cost = forward.data.cost + backward.data.cost - pair.data.cost;
    const BasicSeconds<Real> of_layer = shown - cost - data_shown + data_cost;
    const BasicSeconds<Real> less = of_layer * Real(static_cast<double>(stage.depth)) + (shown - cost) * modules;
    const BasicSeconds<Real> device = stage.work.total() - maximum(less, BasicSeconds<Real>{});
    const BasicSeconds<Real> waited = host_wait(stack.execution, device, stage.kernels, stack.host_per_kernel);

    PairedStage<Real> result;
    const std::int64_t micro_batches = plan.micro_batches();
    result.share =
        Real(static_cast<double>(DualPipe::pairs(plan.pipeline, micro_batches)) / static_cast<double>(micro_batches));
    result.saving = maximum(stage.total() - (device + waited), BasicSeconds<Real>{});
    result.expert_shown = shown * result.share;
    result.exchange_cost = cost * result.share;
    result.data_shown = data_shown * result.share;
    result.data_cost = data_cost * result.share;
    result.waited = (waited - stage.waited) * result.share;
    return result;
}

/// A gather that is no layer's, under what `layers` layers leave of their compute in a pass.
template <class Real>
[[nodiscard]] constexpr Overlapped<Real> hidden_ahead(const BasicSeconds<Real>& gather, const LayerTraffic<Real>& pass,
                                                      const LayerOverlap<Real>& layer, const Real& layers,
                                                      const BasicSoftwareStack<Real>& stack) noexcept {
    const BasicSeconds<Real> left = pass.compute - layer.tensor.hidden - layer.expert.hidden - layer.data.hidden;
    return overlapped(gather, maximum(left, BasicSeconds<Real>{}) * layers, stack.data_overlap, stack.contention);
}

} // namespace foretrain::inline v0::detail
