// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include "plan.hpp"

// Rank placement: which accelerators form each group of a plan.
//
//   rank = i_tensor + t (i_context + c (i_data + d i_pipeline))
//
// Tensor-parallel ranks are neighbours, then come context, data and pipeline (Megatron-LM's default order
// tp-cp-ep-dp-pp). Groups that talk most thereby sit on the innermost fabric tiers. Layers of experts number the same
// ranks of a stage anew, rank = i_expert_tensor + t_e (i_expert + e i_expert_data) (Megatron-Core's parallel folding,
// Liu et al. 2025). Every group is an arithmetic progression: `ranks` accelerators, `stride` apart.

namespace foretrain::inline v0 {

/// The groups of a plan. `shard` and `replicate` split what sums up gradients (data x context ranks): states are shared
/// out within a shard group and copied across a replicate group (HSDP; FSDP and ZeRO have one shard group, plain data
/// parallelism one replicate group).
enum class ParallelGroup : unsigned char {
    tensor,
    context,
    data,
    pipeline,
    shard,
    replicate,
    embedding,     ///< first and last stage: they sum the gradients of tied embeddings
    expert,        ///< ranks that hold different experts and exchange tokens
    expert_tensor, ///< ranks that each hold a part of the same experts
    expert_data,   ///< ranks that hold the same experts and sum up their gradients
};

[[nodiscard]] constexpr std::string_view name_of(ParallelGroup group) noexcept {
    switch (group) {
    case ParallelGroup::tensor: return "tensor";
    case ParallelGroup::context: return "context";
    case ParallelGroup::data: return "data";
    case ParallelGroup::pipeline: return "pipeline";
    case ParallelGroup::shard: return "shard";
    case ParallelGroup::replicate: return "replicate";
    case ParallelGroup::embedding: return "embedding";
    case ParallelGroup::expert: return "expert";
    case ParallelGroup::expert_tensor: return "expert_tensor";
    case ParallelGroup::expert_data: return "expert_data";
    }
    return "tensor";
}

/// One kind of group: accelerators first, first + stride, ..., first + (ranks - 1) stride.
struct GroupShape {
    std::int64_t ranks = 1;
    std::int64_t stride = 1;

    /// Place of an accelerator within its group, from 0 (for `pipeline`: its stage).
    [[nodiscard]] constexpr std::int64_t position(std::int64_t accelerator) const noexcept {
        return accelerator / stride % ranks;
    }
    /// The group's first accelerator, given any of its members.
    [[nodiscard]] constexpr std::int64_t first(std::int64_t accelerator) const noexcept {
        return accelerator - position(accelerator) * stride;
    }
    /// Member `index` (from 0) of the group that an accelerator belongs to.
    [[nodiscard]] constexpr std::int64_t member(std::int64_t accelerator, std::int64_t index) const noexcept {
        return first(accelerator) + index * stride;
    }
    constexpr bool operator==(const GroupShape&) const noexcept = default;
};

/// The shapes of all groups. The embedding group exists only for accelerators of the first and the last stage.
struct Placement {
    GroupShape tensor{};
    GroupShape context{};
    GroupShape data{};
    GroupShape pipeline{};
    GroupShape shard{};
    GroupShape replicate{};
    GroupShape embedding{};
    GroupShape expert{};
    GroupShape expert_tensor{};
    GroupShape expert_data{};

    [[nodiscard]] constexpr const GroupShape& of(ParallelGroup group) const noexcept {
        switch (group) {
        case ParallelGroup::tensor: return tensor;
        case ParallelGroup::context: return context;
        case ParallelGroup::data: return data;
        case ParallelGroup::pipeline: return pipeline;
        case ParallelGroup::shard: return shard;
        case ParallelGroup::replicate: return replicate;
        case ParallelGroup::embedding: return embedding;
        case ParallelGroup::expert: return expert;
        case ParallelGroup::expert_tensor: return expert_tensor;
        case ParallelGroup::expert_data: return expert_data;
        }
        return tensor;
    }
};

/// The groups of a checked plan.
template <class Real>
[[nodiscard]] constexpr Placement placement_of(const BasicParallelPlan<Real>& plan) noexcept {
    const std::int64_t outside_context = plan.tensor * plan.context;
    const std::int64_t outside_data = outside_context * plan.data;
    const std::int64_t shards = plan.shards();
    return {.tensor = {plan.tensor, 1},
            .context = {plan.context, plan.tensor},
            .data = {plan.data, outside_context},
            .pipeline = {plan.pipeline, outside_data},
            .shard = {shards, plan.tensor},
            .replicate = {plan.data * plan.context / shards, plan.tensor * shards},
            .embedding =
                plan.pipeline > 1 ? GroupShape{2, (plan.pipeline - 1) * outside_data} : GroupShape{1, outside_data},
            .expert = {plan.expert, plan.expert_tensor},
            .expert_tensor = {plan.expert_tensor, 1},
            .expert_data = {plan.expert_data(), plan.expert_tensor * plan.expert}};
}

} // namespace foretrain::inline v0
