// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "../step/estimate.hpp"

// What would shorten a step: in words for each part, in numbers for each resource of the hardware.
//
//   saved = 1 - t(resource 10% faster) / t        from a second estimate of the same model and plan

namespace foretrain::inline v0 {

/// What makes a part of a step shorter.
[[nodiscard]] constexpr std::string_view advice(StepPart part) noexcept {
    switch (part) {
    case StepPart::attention: return "fused attention, shorter sequences";
    case StepPart::norm:
    case StepPart::elementwise: return "fused kernels; sequence parallelism where tensor parallelism is used";
    case StepPart::recomputation: return "recompute less (selective, none) where memory allows";
    case StepPart::host_wait: return "larger micro-batches, fused kernels, captured graphs";
    case StepPart::tensor_communication:
        return "a smaller tensor degree, kept inside the scale-up domain, or software that overlaps it";
    case StepPart::context_communication: return "a smaller context degree, or a ring under long attention";
    case StepPart::expert_communication:
        return "expert ranks kept inside the scale-up domain, dispatch in 8 bits, or software that overlaps it";
    case StepPart::data_communication: return "a larger global batch, less sharding, or software that overlaps it";
    case StepPart::pipeline_communication: return "fewer stages or chunks, or software that overlaps sends";
    case StepPart::overlap_cost: return "less communication beside the compute";
    case StepPart::bubble: return "more micro-batches a replica, more virtual stages, or fewer stages";
    case StepPart::optimizer: return "shard optimizer states (zero1)";
    case StepPart::offload: return "less moved off the accelerator, or more micro-batches a step";
    case StepPart::overhead: return "larger steps";
    case StepPart::stragglers: return "fewer nodes, or replacing slow ones";
    default: return "a higher matrix rate; nothing in the plan removes the model's own products";
    }
}

/// Whether a part is the model's own work, as opposed to what training it this way adds.
[[nodiscard]] constexpr bool is_model_work(StepPart part) noexcept {
    return static_cast<std::size_t>(part) < operation_kinds;
}

/// A property of the hardware or the host, and the share of the step that 10% more of it saves.
struct Lever {
    std::string_view resource;
    double saved = 0;
};

/// All levers, the strongest first; `step` is the estimate of the three.
[[nodiscard]] inline std::vector<Lever> levers(const Transformer& model, const Cluster& cluster,
                                               const ParallelPlan& plan, const StepEstimate& step) {
    static constexpr double more = 1.1;
    std::vector<Lever> result;
    const auto consider = [&](std::string_view resource, auto&& improve) {
        Cluster better = cluster;
        ParallelPlan same = plan;
        improve(better, same);
        const Result<StepEstimate> estimate = try_estimate_step(model, better, same);
        if (estimate) result.push_back({resource, 1.0 - raw(estimate->time) / raw(step.time)});
    };
    consider("matrix rate", [](Cluster& c, ParallelPlan&) {
        MatrixPeaks& m = c.accelerator.matrix;
        for (FlopRate* peak : {&m.fp32, &m.tf32, &m.fp16, &m.bf16, &m.fp8, &m.fp4, &m.int8}) *peak *= more;
        c.accelerator.power *= more; // what holds the rate down
    });
    consider("memory bandwidth", [](Cluster& c, ParallelPlan&) { c.accelerator.memory.bandwidth *= more; });
    consider("scale-up bandwidth", [](Cluster& c, ParallelPlan&) { c.fabric.tier[0].link.bandwidth *= more; });
    if (cluster.fabric.tiers > 1 && cluster.accelerators > cluster.fabric.tier[0].size)
        consider("scale-out bandwidth", [](Cluster& c, ParallelPlan&) {
            for (std::size_t i = 1; i < c.fabric.tier.size(); ++i) c.fabric.tier[i].link.bandwidth *= more;
        });
    consider("network latency", [](Cluster& c, ParallelPlan& p) {
        for (FabricTier& tier : c.fabric.tier) tier.link.latency /= more;
        p.stack.library.base_latency /= more;
    });
    consider("host speed", [](Cluster& c, ParallelPlan& p) {
        p.stack.host_per_kernel /= more;
        c.accelerator.launch_overhead /= more;
    });
    std::sort(result.begin(), result.end(), [](const Lever& a, const Lever& b) {
        return a.saved > b.saved || (a.saved == b.saved && a.resource < b.resource);
    });
    return result;
}

/// A change of the plan with which the model fits, and what it then takes.
struct Alternative {
    std::string_view change;
    Bytes peak{};
    Seconds time{};
};

/// Single changes of recomputation, sharding or micro-batch with which a plan fits, the fastest first.
[[nodiscard]] inline std::vector<Alternative> ways_to_fit(const Transformer& model, const Cluster& cluster,
                                                          const ParallelPlan& plan) {
    std::vector<Alternative> result;
    const auto consider = [&](std::string_view change, auto&& apply) {
        ParallelPlan other = plan;
        apply(other);
        const Result<StepEstimate> estimate = try_estimate_step(model, cluster, other);
        if (estimate && estimate->memory.peak <= cluster.accelerator.memory.capacity)
            result.push_back({change, estimate->memory.peak, estimate->time});
    };
    if (plan.recomputation == Recomputation::none && plan.attention == AttentionKernel::unfused)
        consider("selective recomputation", [](ParallelPlan& p) { p.recomputation = Recomputation::selective; });
    if (plan.recomputation == Recomputation::none)
        consider("elementwise recomputation", [](ParallelPlan& p) { p.recomputation = Recomputation::elementwise; });
    if (plan.recomputation != Recomputation::full)
        consider("full recomputation", [](ParallelPlan& p) { p.recomputation = Recomputation::full; });
    if (plan.attention == AttentionKernel::unfused)
        consider("fused attention", [](ParallelPlan& p) { p.attention = AttentionKernel::fused; });
    if (plan.sharding == Sharding::none) consider("zero1", [](ParallelPlan& p) { p.sharding = Sharding::optimizer; });
    if (plan.sharding != Sharding::parameters)
        consider("zero3", [](ParallelPlan& p) { p.sharding = Sharding::parameters; });
    if (plan.tensor > 1 && !plan.sequence_parallel)
        consider("sequence parallelism", [](ParallelPlan& p) { p.sequence_parallel = true; });
    if (plan.micro_batch > 1) consider("micro-batches of 1", [](ParallelPlan& p) { p.micro_batch = 1; });
    if (plan.schedule != Schedule::one_f_one_b)
        consider("1f1b schedule", [](ParallelPlan& p) {
            p.schedule = Schedule::one_f_one_b;
            p.virtual_stages = 1;
        });
    std::sort(result.begin(), result.end(), [](const Alternative& a, const Alternative& b) {
        return a.time < b.time || (a.time == b.time && a.change < b.change);
    });
    return result;
}

/// Parts that are not the model's own work, the longest first; at most `count`, each at least 1% of the step.
[[nodiscard]] inline std::vector<StepPart> largest_losses(const StepBreakdown& breakdown, std::size_t count) {
    std::vector<StepPart> parts;
    for (std::size_t i = operation_kinds; i < step_parts; ++i)
        if (raw(breakdown.time[i]) >= 0.01 * raw(breakdown.total())) parts.push_back(static_cast<StepPart>(i));
    std::sort(parts.begin(), parts.end(), [&](StepPart a, StepPart b) {
        return breakdown[a] > breakdown[b] || (breakdown[a] == breakdown[b] && a < b);
    });
    if (parts.size() > count) parts.resize(count);
    return parts;
}

} // namespace foretrain::inline v0
