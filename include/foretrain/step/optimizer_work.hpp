// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "../parallel/shard.hpp"
#include "../roofline/kernel.hpp"

// What the optimizer does once a step on one accelerator, and how long it takes.

namespace foretrain::inline v0::detail {

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

/// The update of what one accelerator of the first stage owns after sharding.
template <class Real>
struct OptimizerWork {
    HeldParameters whole{}; ///< held before sharding, frozen ones included
    double owned = 0;       ///< trained parameters after sharding
    BasicKernelTime<Real> time{};
};

/// `held`: `held_parts(model, plan)`. It depends on degrees, stages, sharding and formats, not on batches.
template <class Real, KernelModel<Real> Kernels>
[[nodiscard]] constexpr OptimizerWork<Real> optimizer_work(const Transformer& model,
                                                           const BasicParallelPlan<Real>& plan, const HeldParts& parts,
                                                           const StageLayers& layers, const Kernels& kernels) noexcept {
    OptimizerWork<Real> work;
    work.whole = parts.first_stage(layers.first);
    const HeldParameters held = plan.adapter_rank > 0 ? adapters_on_accelerator(model, plan, 0) : work.whole;
    work.owned =
        held.dense / static_cast<double>(plan.shards()) + held.experts / static_cast<double>(plan.expert_shards());
    work.time = kernels.time(stream(OperationKind::elementwise, Pass::forward,
                                    make<Bytes>(work.owned * optimizer_bytes(plan.precision, plan.optimizer)),
                                    make<Flops>(work.owned * 16.0), 8));
    return work;
}

} // namespace foretrain::inline v0::detail
