// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string_view>

#include "../step/estimate.hpp"

// A job at other sizes: the cluster and the plan on n accelerators, and its step there.
//
//   data parallelism grows     d = n / (tensor x pipeline x context)
//   the same batch             global batch B, where d x micro-batch divides it       (strong scaling)
//   the batch grows            B = d x micro-batch x (micro-batches a replica)        (weak scaling)
//
// Machines come in whole nodes: n is a divisor of a node or a multiple of it.

namespace foretrain::inline v0 {

/// A job on some number of accelerators.
template <class Real>
struct BasicSizedJob {
    BasicCluster<Real> cluster{};
    BasicParallelPlan<Real> plan{};
};
using SizedJob = BasicSizedJob<double>;

/// What a job is on n accelerators; nothing where there is no such job. A user's own may choose the best plan at each
/// n.
template <class G, class Real>
concept JobGrowth = requires(const G& growth, std::int64_t accelerators) {
    { growth.on(accelerators) } noexcept -> std::same_as<std::optional<BasicSizedJob<Real>>>;
};

/// Whether machines of this many accelerators a node come in this number: part of a node, or whole nodes.
[[nodiscard]] constexpr bool whole_nodes(std::int64_t accelerators, std::int64_t node) noexcept {
    if (accelerators < 1 || node < 1) return false;
    return accelerators < node ? node % accelerators == 0 : accelerators % node == 0;
}

/// Which batch a grown job has.
enum class BatchGrowth : unsigned char {
    fixed,       ///< strong scaling: the same global batch
    with_the_job ///< weak scaling: the same batch an accelerator
};

/// A plan whose data-parallel degree grows. Groups of hybrid sharding stay as large as they are.
template <class Real>
struct BasicDataParallelGrowth {
    BasicCluster<Real> cluster{};
    BasicParallelPlan<Real> plan{};
    BatchGrowth batch = BatchGrowth::fixed;

    [[nodiscard]] constexpr std::optional<BasicSizedJob<Real>> on(std::int64_t accelerators) const noexcept {
        const std::int64_t replica = plan.replica();
        if (!whole_nodes(accelerators, cluster.node.accelerators) || replica < 1 || accelerators % replica != 0)
            return std::nullopt;
        const std::int64_t data = accelerators / replica;
        std::int64_t samples = plan.global_batch;
        if (batch == BatchGrowth::with_the_job) {
            if (plan.data < 1 || plan.global_batch % plan.data != 0) return std::nullopt;
            samples = plan.global_batch / plan.data * data;
        } else if (plan.micro_batch < 1 || samples % (data * plan.micro_batch) != 0) {
            return std::nullopt;
        }
        BasicSizedJob<Real> job{cluster, plan};
        job.cluster.accelerators = accelerators;
        job.plan.data = data;
        job.plan.global_batch = samples;
        return job;
    }
};
using DataParallelGrowth = BasicDataParallelGrowth<double>;

/// Why there is no step.
enum class NoStep : unsigned char {
    none,    ///< there is one
    no_plan, ///< nothing divides: there is no such job
    refused, ///< the job breaks a rule
    memory,  ///< it does not fit
};
[[nodiscard]] constexpr std::string_view name_of(NoStep reason) noexcept {
    switch (reason) {
    case NoStep::none: return "none";
    case NoStep::no_plan: return "no plan divides";
    case NoStep::refused: return "no valid plan";
    case NoStep::memory: return "does not fit in memory";
    }
    return "none";
}

/// A job at some size and the estimate of its step, or why there is none.
template <class Real>
struct BasicSizedStep {
    std::optional<BasicSizedJob<Real>> job{};
    std::optional<BasicStepEstimate<Real>> step{}; ///< also of a job that does not fit
    NoStep missing = NoStep::no_plan;

    [[nodiscard]] constexpr bool runs() const noexcept { return missing == NoStep::none; }
};
using SizedStep = BasicSizedStep<double>;

/// The step of a job.
template <class Real>
[[nodiscard]] constexpr BasicSizedStep<Real> sized_step(const Transformer& model,
                                                        const std::optional<BasicSizedJob<Real>>& job) noexcept {
    BasicSizedStep<Real> sized{.job = job};
    if (!job) return sized;
    const Result<BasicStepEstimate<Real>> step = try_estimate_step(model, job->cluster, job->plan);
    sized.missing = NoStep::refused;
    if (!step) return sized;
    sized.step = *step;
    sized.missing = step->memory.peak > job->cluster.accelerator.memory.capacity ? NoStep::memory : NoStep::none;
    return sized;
}

/// The step of a job on n accelerators.
template <class Real, JobGrowth<Real> Growth>
[[nodiscard]] constexpr BasicSizedStep<Real> step_on(const Transformer& model, const Growth& growth,
                                                     std::int64_t accelerators) noexcept {
    return sized_step<Real>(model, growth.on(accelerators));
}

} // namespace foretrain::inline v0
