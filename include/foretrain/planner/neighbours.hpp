// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "../step/estimate.hpp"

// The next values of what is counted: a degree of parallelism, a batch, the accelerators. They have no derivative; what
// the next larger and the next smaller valid value do to speed and memory is estimated anew.
//
//   speed = tokens / time over that of the plan as it is
//
// Another degree of model parallelism leaves the accelerators as they are: data parallelism takes what is left. More or
// fewer accelerators are more or fewer data-parallel ranks, on a fabric whose outermost tier joins them all.

namespace foretrain::inline v0 {

/// A whole number of a plan.
enum class PlanCount : unsigned char {
    tensor,
    pipeline,
    context,
    expert,
    virtual_stages,
    micro_batch,
    global_batch,
    prefetch,
    accelerators,
};
inline constexpr std::size_t plan_counts = 9;

[[nodiscard]] constexpr std::string_view name_of(PlanCount count) noexcept {
    constexpr std::array<std::string_view, plan_counts> names{"tensor",       "pipeline",       "context",
                                                              "expert",       "virtual stages", "micro-batch",
                                                              "global batch", "prefetch",       "accelerators"};
    return names[static_cast<std::size_t>(count)];
}

/// The value of a count.
template <class Real>
[[nodiscard]] constexpr std::int64_t value_of(PlanCount count, const BasicParallelPlan<Real>& plan) noexcept {
    switch (count) {
    case PlanCount::tensor: return plan.tensor;
    case PlanCount::pipeline: return plan.pipeline;
    case PlanCount::context: return plan.context;
    case PlanCount::expert: return plan.expert;
    case PlanCount::virtual_stages: return plan.virtual_stages;
    case PlanCount::micro_batch: return plan.micro_batch;
    case PlanCount::global_batch: return plan.global_batch;
    case PlanCount::prefetch: return plan.prefetch;
    case PlanCount::accelerators: return plan.replica() * plan.data;
    }
    return 0;
}

/// Gives a count another value, with what has to follow it; false if nothing can follow. Whether the plan is valid
/// then, `is_valid` says.
template <class Real>
[[nodiscard]] constexpr bool set_count(PlanCount count, std::int64_t value, BasicCluster<Real>& cluster,
                                       BasicParallelPlan<Real>& plan) noexcept {
    const auto share_out = [&] {
        const std::int64_t replica = plan.replica();
        if (replica < 1 || cluster.accelerators % replica != 0) return false;
        plan.data = cluster.accelerators / replica;
        return true;
    };
    if (value < (count == PlanCount::prefetch ? 0 : 1)) return false;
    switch (count) {
    case PlanCount::tensor: plan.tensor = value; return share_out();
    case PlanCount::pipeline: plan.pipeline = value; return share_out();
    case PlanCount::context: plan.context = value; return share_out();
    case PlanCount::expert: plan.expert = value; return true;
    case PlanCount::virtual_stages:
        plan.virtual_stages = value;
        if (value > 1) plan.schedule = Schedule::interleaved;
        else if (plan.schedule == Schedule::interleaved) plan.schedule = Schedule::one_f_one_b;
        return true;
    case PlanCount::micro_batch: plan.micro_batch = value; return true;
    case PlanCount::global_batch: plan.global_batch = value; return true;
    case PlanCount::prefetch: plan.prefetch = value; return true;
    case PlanCount::accelerators: {
        if (value % plan.replica() != 0) return false;
        plan.data = value / plan.replica();
        cluster.accelerators = value;
        const std::int64_t tiers = cluster.fabric.tiers;
        if (tiers < 1 || tiers > BasicFabric<Real>::most_tiers) return false;
        BasicFabricTier<Real>& outermost = cluster.fabric.tier[static_cast<std::size_t>(tiers - 1)];
        const std::int64_t inner = tiers > 1 ? cluster.fabric.tier[static_cast<std::size_t>(tiers - 2)].size : 1;
        if (tiers > 1 && inner > 0 && outermost.size < value) outermost.size = (value + inner - 1) / inner * inner;
        return true;
    }
    }
    return false;
}

/// A neighbour of a plan.
template <class Real>
struct BasicPlanNeighbour {
    PlanCount count{};
    std::int64_t before = 0;
    std::int64_t value = 0;
    Real speed{}; ///< tokens a second over those of the plan as it is
    BasicSeconds<Real> time{};
    BasicBytes<Real> peak{};
    bool fits = false;
};
using PlanNeighbour = BasicPlanNeighbour<double>;

/// The next larger and smaller valid values of every count, in the order of `PlanCount`, smaller first.
template <class Real>
struct BasicPlanNeighbours {
    std::array<BasicPlanNeighbour<Real>, 2 * plan_counts> list{};
    std::size_t size = 0;

    [[nodiscard]] constexpr const BasicPlanNeighbour<Real>* begin() const noexcept { return list.data(); }
    [[nodiscard]] constexpr const BasicPlanNeighbour<Real>* end() const noexcept { return list.data() + size; }
};
using PlanNeighbours = BasicPlanNeighbours<double>;

/// Neighbours of a plan, or everything wrong with it. Values are tried up to eight times the present one, at most 512.
template <class Real>
[[nodiscard]] constexpr Result<BasicPlanNeighbours<Real>> try_neighbours(const Transformer& model,
                                                                         const BasicCluster<Real>& cluster,
                                                                         const BasicParallelPlan<Real>& plan) noexcept {
    const Result<BasicStepEstimate<Real>> here = try_estimate_step(model, cluster, plan);
    if (!here) return here.violations();
    BasicPlanNeighbours<Real> result;
    const auto look = [&](PlanCount count, int direction) {
        const std::int64_t before = value_of(count, plan);
        // Only multiples of these can be valid.
        const std::int64_t stride = count == PlanCount::global_batch   ? plan.data * plan.micro_batch
                                    : count == PlanCount::accelerators ? plan.replica()
                                                                       : 1;
        const std::int64_t most = maximum(std::int64_t{8}, 8 * (before / stride));
        for (std::int64_t i = 1; i <= minimum(most, std::int64_t{512}); ++i) {
            const std::int64_t value = before + direction * i * stride;
            if (value < 0) return;
            BasicCluster<Real> machine = cluster;
            BasicParallelPlan<Real> layout = plan;
            if (!set_count(count, value, machine, layout) || !is_valid(model, machine, layout)) continue;
            const Result<BasicStepEstimate<Real>> step = try_estimate_step(model, machine, layout);
            if (!step) continue;
            result.list[result.size++] = {count,
                                          before,
                                          value,
                                          step->tokens_per_second() / here->tokens_per_second(),
                                          step->time,
                                          step->memory.peak,
                                          !(step->memory.peak > cluster.accelerator.memory.capacity)};
            return;
        }
    };
    for (std::size_t i = 0; i < plan_counts; ++i)
        for (const int direction : {-1, 1}) look(static_cast<PlanCount>(i), direction);
    return result;
}

} // namespace foretrain::inline v0
