// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "../memory/footprint.hpp"
#include "../parallel/check.hpp"
#include "../units/result.hpp"
#include "../workload/flops.hpp"
#include "combine.hpp"

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

/// The estimate for a configuration that `check` accepts; `kernels` times the operations.
template <class Real, KernelModel<Real> Kernels>
[[nodiscard]] constexpr BasicStepEstimate<Real>
estimate_checked_step(const Transformer& model, const BasicCluster<Real>& cluster, const BasicParallelPlan<Real>& plan,
                      const Kernels& kernels) noexcept {
    const PartParameters parts{model};
    const HeldParts held = held_parts(model, parts, plan);
    const BasicPasses<Real> passes = time_passes<Real>(kernels, model, plan);
    // The backward pass ends on the first stage, so its gradients are the last to be reduced.
    const BasicCommunication<Real> send = time_communication(model, cluster, plan, held);
    const detail::LayerTimes<Real> layer =
        detail::layer_times(model, plan, passes, detail::PassTotals<Real>{passes}, send);
    const detail::StageTimes<Real> stages = detail::stage_times(model, plan, passes, send, layer);
    const detail::OptimizerWork<Real> optimizer = detail::optimizer_work(model, plan, held, stages.layers, kernels);
    BasicStepEstimate<Real> step;
    detail::add_times(step, model, cluster, plan, passes, send, layer, stages, optimizer,
                      detail::node_doublings(cluster));
    step.samples = make<Samples>(static_cast<double>(plan.global_batch));
    step.tokens = make<Tokens>(static_cast<double>(plan.global_batch) * static_cast<double>(plan.sequence));
    step.accelerators = cluster.accelerators;
    step.peak = cluster.accelerator.matrix.of(plan.precision.compute);
    const RecomputedShare again = plan.recomputation == Recomputation::full           ? RecomputedShare::layers
                                  : plan.recomputation == Recomputation::feed_forward ? RecomputedShare::feed_forward
                                  : plan.recomputation == Recomputation::selective    ? RecomputedShare::attention_core
                                                                                      : RecomputedShare::nothing;
    step.flops = every_model_flops(model, parts, plan.sequence, again);
    for (Flops& flops : step.flops) flops *= static_cast<double>(plan.global_batch);
    const BasicPeakFootprint<Real> peak = peak_footprint(model, parts, plan, held);
    step.memory = {peak.footprint.total(), peak.stage, peak.footprint};
    return step;
}

/// The estimate, or everything that is wrong with the configuration. Never throws, works without exceptions.
template <class Real>
[[nodiscard]] constexpr Result<BasicStepEstimate<Real>>
try_estimate_step(const Transformer& model, const BasicCluster<Real>& cluster,
                  const BasicParallelPlan<Real>& plan) noexcept {
    using Estimate = Result<BasicStepEstimate<Real>>;
    if (!is_valid(model, cluster, plan)) return Estimate::made_by([&] { return check(model, cluster, plan); });
    return Estimate::made_by([&] {
        return estimate_checked_step<Real>(model, cluster, plan,
                                           BasicRooflineKernels<Real>{cluster.accelerator, plan.precision.compute,
                                                                      Load::sustained, plan.stack.kernels});
    });
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
