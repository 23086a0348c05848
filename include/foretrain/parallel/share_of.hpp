// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "../workload/layer.hpp"
#include "plan.hpp"

// From a plan to what one accelerator computes of a micro-batch.

namespace foretrain::inline v0 {

/// One accelerator's share of a micro-batch under a plan.
template <class Real>
[[nodiscard]] constexpr Share share_of(const BasicParallelPlan<Real>& plan) noexcept {
    const double capacity = static_cast<double>(value_of(plan.expert_capacity));
    return {.samples = plan.micro_batch,
            .sequence = plan.sequence,
            .tensor = plan.tensor,
            .context = plan.context,
            .expert = plan.expert,
            .expert_tensor = plan.expert_tensor,
            .expert_load = capacity > 0 ? capacity : static_cast<double>(value_of(plan.expert_imbalance)),
            .adapter_rank = plan.adapter_rank,
            .heads_for_tokens = plan.context_exchange == ContextExchange::all_to_all,
            .contiguous_context = plan.context_balance == ContextBalance::contiguous,
            .sequence_parallel = plan.sequence_parallel,
            .fused_attention = plan.attention == AttentionKernel::fused,
            .chained_norms = plan.stack.memory.norm_copies > 2,
            .fused_elementwise = plan.stack.fused_elementwise,
            .grouped_experts = plan.stack.experts.grouped,
            .swizzled_scales = plan.precision.scaling == Scaling::micro,
            .fused_casts = plan.stack.fused_elementwise &&
                           (plan.precision.scaling == Scaling::per_tensor || plan.stack.experts.grouped),
            .element = size_of(plan.precision.activations),
            .operand = size_of(plan.precision.compute)};
}

} // namespace foretrain::inline v0
