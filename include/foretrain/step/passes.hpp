// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>

#include "../parallel/plan.hpp"
#include "../roofline/kernel.hpp"
#include "../workload/layer.hpp"
#include "breakdown.hpp"

// Compute time of a layer, the embedding and the head for one micro-batch on one accelerator, by kind of operation.

namespace foretrain::inline v0 {

/// Time of a sequence of operations by kind, the kernels it launches, and what binds each kind.
template <class Real>
struct BasicPassTimes {
    std::array<BasicSeconds<Real>, operation_kinds> time{};
    std::array<BasicSeconds<Real>, operation_kinds> largest{}; ///< of one operation of the kind
    std::array<Resource, operation_kinds> bound{};             ///< of that operation
    std::int64_t kernels = 0;

    [[nodiscard]] constexpr BasicSeconds<Real> total() const noexcept {
        BasicSeconds<Real> sum{};
        for (const BasicSeconds<Real>& part : time) sum += part;
        return sum;
    }
};

namespace detail {

/// Takes operations one by one and adds up their times under a kernel model.
template <class Real, KernelModel<Real> Kernels>
struct Stopwatch {
    const Kernels& kernels;
    BasicPassTimes<Real>& times;

    constexpr void add(const Operation& operation) const noexcept {
        if (operation.kernels == 0) return;
        const BasicKernelTime<Real> kernel = kernels.time(operation);
        const std::size_t kind = static_cast<std::size_t>(operation.kind);
        times.time[kind] += kernel.time;
        times.kernels += operation.kernels;
        if (kernel.time > times.largest[kind]) {
            times.largest[kind] = kernel.time;
            times.bound[kind] = kernel.bound;
        }
    }
};

} // namespace detail

/// Compute of one micro-batch: one layer, the embedding and the head, each pass; what recomputation repeats of a layer.
template <class Real>
struct BasicPasses {
    BasicPassTimes<Real> layer_forward{};
    BasicPassTimes<Real> layer_backward{};
    BasicPassTimes<Real> recomputed{}; ///< of one layer, in its backward pass
    BasicPassTimes<Real> embedding_forward{};
    BasicPassTimes<Real> embedding_backward{};
    BasicPassTimes<Real> head_forward{};
    BasicPassTimes<Real> head_backward{};
};

/// One accelerator's share of a micro-batch under a plan.
template <class Real>
[[nodiscard]] constexpr Share share_of(const BasicParallelPlan<Real>& plan) noexcept {
    return {.samples = plan.micro_batch,
            .sequence = plan.sequence,
            .tensor = plan.tensor,
            .context = plan.context,
            .sequence_parallel = plan.sequence_parallel,
            .fused_attention = plan.attention == AttentionKernel::fused,
            .fused_elementwise = plan.stack.fused_elementwise,
            .element = size_of(plan.precision.activations),
            .operand = size_of(plan.precision.compute)};
}

/// All passes of a checked configuration.
template <class Real, KernelModel<Real> Kernels>
[[nodiscard]] constexpr BasicPasses<Real> time_passes(const Kernels& kernels, const Transformer& model,
                                                      const BasicParallelPlan<Real>& plan) noexcept {
    const Share share = share_of(plan);
    const LayerSizes sizes{model, share};
    BasicPasses<Real> passes;
    const auto watch = [&kernels](BasicPassTimes<Real>& times) {
        return detail::Stopwatch<Real, Kernels>{kernels, times};
    };
    add_layer(watch(passes.layer_forward), model, share, sizes, Pass::forward);
    add_layer(watch(passes.layer_backward), model, share, sizes, Pass::backward);
    if (plan.recomputation == Recomputation::full) passes.recomputed = passes.layer_forward;
    if (plan.recomputation == Recomputation::elementwise) {
        for (const OperationKind kind : {OperationKind::norm, OperationKind::elementwise})
            passes.recomputed.time[static_cast<std::size_t>(kind)] =
                passes.layer_forward.time[static_cast<std::size_t>(kind)];
        passes.recomputed.kernels = 2 * model.norms_per_layer;
    }
    // A fused attention kernel computes its scores again by itself: selective recomputation adds nothing to it.
    if (plan.recomputation == Recomputation::selective && plan.attention == AttentionKernel::unfused)
        add_layer(watch(passes.recomputed), model, share, sizes, Pass::forward, true);
    add_embedding(watch(passes.embedding_forward), model, share, sizes, Pass::forward);
    add_embedding(watch(passes.embedding_backward), model, share, sizes, Pass::backward);
    add_head(watch(passes.head_forward), model, share, sizes, Pass::forward);
    add_head(watch(passes.head_backward), model, share, sizes, Pass::backward);
    return passes;
}

} // namespace foretrain::inline v0
