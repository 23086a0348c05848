// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include "../hardware/cluster.hpp"
#include "../workload/transformer.hpp"
#include "recipe.hpp"
#include "stack.hpp"

// The parallel plan: how a model, a batch and the training state are cut over the accelerators of a cluster.

namespace foretrain::inline v0 {

/// Order in which a stage runs forward and backward passes of micro-batches.
enum class Schedule : unsigned char {
    gpipe,       ///< all forward, then all backward (Huang et al. 2019)
    one_f_one_b, ///< one forward, one backward in turn; at most `pipeline` micro-batches in flight (PipeDream-flush)
    interleaved, ///< 1F1B over `virtual_stages` model chunks a stage (Narayanan et al. 2021)
};

/// What the data-parallel ranks share out among themselves instead of keeping copies (ZeRO, Rajbhandari et al. 2020).
enum class Sharding : unsigned char {
    none,       ///< plain data parallelism
    optimizer,  ///< ZeRO-1, distributed optimizer
    gradients,  ///< ZeRO-2
    parameters, ///< ZeRO-3, FSDP; with `sharding_group` below the data-parallel degree: HSDP
};

/// What is computed again in the backward pass instead of being kept (Korthikanti et al. 2022).
enum class Recomputation : unsigned char {
    none,
    elementwise, ///< norms and activation functions: cheap, and about a third of what a gated layer keeps
    selective,   ///< the attention core (scores, softmax, dropout, context)
    full,        ///< each layer from its input
};

/// The attention kernel: one fused kernel that never stores the scores (FlashAttention), or separate ones that do.
enum class AttentionKernel : unsigned char { fused, unfused };

/// How a training step is laid out. Degrees of parallelism that are not named are 1, i.e. absent; batch and sequence
/// must be given. `data` x `tensor` x `pipeline` x `context` must equal the cluster's accelerators.
template <class Real>
struct BasicParallelPlan {
    std::int64_t tensor = 1;
    std::int64_t pipeline = 1;
    std::int64_t data = 1;
    std::int64_t context = 1;        ///< only 1 so far
    std::int64_t expert = 1;         ///< only 1 so far
    std::int64_t virtual_stages = 1; ///< model chunks a stage; above 1 exactly with `Schedule::interleaved`
    Schedule schedule = Schedule::one_f_one_b;
    bool sequence_parallel = false; ///< norms, dropout and residuals cut along the sequence over the tensor group
    Sharding sharding = Sharding::none;
    std::int64_t sharding_group = 0; ///< ranks that share one copy; 0: all data-parallel ranks; less than `data`: HSDP
    std::int64_t global_batch = 0;   ///< samples an optimizer step
    std::int64_t micro_batch = 0;    ///< samples an accelerator group processes at once
    std::int64_t sequence = 0;       ///< tokens a sample
    Recomputation recomputation = Recomputation::none;
    AttentionKernel attention = AttentionKernel::fused;
    Precision precision{};
    Optimizer optimizer = Optimizer::adam;
    BasicSoftwareStack<Real> stack{};

    /// Model-parallel accelerators of one replica.
    [[nodiscard]] constexpr std::int64_t replica() const noexcept { return tensor * pipeline * context; }
    /// Micro-batches a replica processes in one step; exact on checked plans.
    [[nodiscard]] constexpr std::int64_t micro_batches() const noexcept { return global_batch / (data * micro_batch); }
    /// Ranks over which parameters, gradients or states are shared out.
    [[nodiscard]] constexpr std::int64_t shards() const noexcept {
        return sharding == Sharding::none ? 1 : sharding_group == 0 ? data * context : sharding_group;
    }
};
using ParallelPlan = BasicParallelPlan<double>;

[[nodiscard]] constexpr std::string_view name_of(Schedule schedule) noexcept {
    switch (schedule) {
    case Schedule::gpipe: return "gpipe";
    case Schedule::one_f_one_b: return "1f1b";
    case Schedule::interleaved: return "interleaved";
    }
    return "1f1b";
}
[[nodiscard]] constexpr std::string_view name_of(Sharding sharding) noexcept {
    switch (sharding) {
    case Sharding::none: return "none";
    case Sharding::optimizer: return "zero1";
    case Sharding::gradients: return "zero2";
    case Sharding::parameters: return "zero3";
    }
    return "none";
}
[[nodiscard]] constexpr std::string_view name_of(Recomputation recomputation) noexcept {
    switch (recomputation) {
    case Recomputation::none: return "none";
    case Recomputation::elementwise: return "elementwise";
    case Recomputation::selective: return "selective";
    case Recomputation::full: return "full";
    }
    return "none";
}
[[nodiscard]] constexpr std::string_view name_of(AttentionKernel kernel) noexcept {
    return kernel == AttentionKernel::fused ? "fused" : "unfused";
}

/// The same plan over another scalar.
template <class To, class From>
[[nodiscard]] constexpr BasicParallelPlan<To> over_scalar(const BasicParallelPlan<From>& plan) noexcept {
    return {plan.tensor,       plan.pipeline,
            plan.data,         plan.context,
            plan.expert,       plan.virtual_stages,
            plan.schedule,     plan.sequence_parallel,
            plan.sharding,     plan.sharding_group,
            plan.global_batch, plan.micro_batch,
            plan.sequence,     plan.recomputation,
            plan.attention,    plan.precision,
            plan.optimizer,    over_scalar<To>(plan.stack)};
}

} // namespace foretrain::inline v0
