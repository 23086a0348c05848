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
    gpipe,          ///< all forward, then all backward (Huang et al. 2019)
    one_f_one_b,    ///< one forward, one backward in turn; at most `pipeline` micro-batches in flight (PipeDream-flush)
    interleaved,    ///< 1F1B over `virtual_stages` model chunks a stage (Narayanan et al. 2021)
    zero_bubble_h1, ///< 1F1B with weight gradients put off into the bubble, memory of 1F1B (Qi et al. 2023)
    zero_bubble_h2, ///< the same without a bubble, for about twice the activations
    zero_bubble_v,  ///< two chunks a stage laid out as a V, memory of 1F1B (Qi et al. 2024)
    dual_pipe,      ///< two directions at once, twice the weights, expert communication under compute (DeepSeek-V3)
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
    elementwise,  ///< norms and activation functions: cheap, and about a third of what a gated layer keeps
    feed_forward, ///< as `elementwise`, and feed-forward blocks whole, with the exchange of tokens among experts
    selective,    ///< the attention core (scores, softmax, dropout, context)
    full,         ///< each layer from its input
};

/// The attention kernel: one fused kernel that never stores the scores (FlashAttention), or separate ones that do.
enum class AttentionKernel : unsigned char { fused, unfused };

/// How ranks of a context-parallel group let every query see the keys of others.
enum class ContextExchange : unsigned char {
    all_gather, ///< keys and values of all ranks before attention (Llama 3, 3.3.2)
    ring,       ///< keys and values pass around the ring under the attention of the block before (Liu et al. 2023)
    all_to_all, ///< heads for tokens: each rank attends with some heads over the whole sequence (DeepSpeed-Ulysses)
};

/// Which part of a causal sequence a rank of a context-parallel group holds.
enum class ContextBalance : unsigned char {
    zigzag,     ///< one piece from each end of the sequence: all ranks see equally many keys (Llama 3, Megatron-Core)
    contiguous, ///< one piece: the last rank sees almost twice the keys of the average one, and all wait for it
};

/// Training state and activations moved to the memory of the host or to its drives, as shares from 0 to 1.
template <class Real>
struct BasicOffload {
    Real weights{};         ///< of the weights that forward and backward read; fetched for each pass
    Real optimizer{};       ///< of master weights and moments; the update runs where they are
    Real activations{};     ///< of what layers keep for the backward pass
    bool to_drives = false; ///< to NVMe drives of the node instead of host memory
};

/// How a training step is laid out. Degrees of parallelism that are not named are 1, i.e. absent; batch and sequence
/// must be given. `data` x `tensor` x `pipeline` x `context` must equal the cluster's accelerators.
template <class Real>
struct BasicParallelPlan {
    std::int64_t tensor = 1;
    std::int64_t pipeline = 1;
    std::int64_t data = 1;
    std::int64_t context = 1;
    std::int64_t expert = 1;         ///< ranks over which the experts of a layer are dealt out
    std::int64_t expert_tensor = 1;  ///< ranks over which each expert is cut
    std::int64_t virtual_stages = 1; ///< model chunks a stage; above 1 exactly with `Schedule::interleaved`
    Schedule schedule = Schedule::one_f_one_b;
    std::int64_t first_stage_layers = 0; ///< layers of the first stage; 0: an even share
    std::int64_t last_stage_layers = 0;  ///< the same of the last stage
    ContextExchange context_exchange = ContextExchange::all_gather;
    ContextBalance context_balance = ContextBalance::zigzag;
    bool sequence_parallel = false; ///< norms, dropout and residuals cut along the sequence over the tensor group
    Sharding sharding = Sharding::none;
    std::int64_t sharding_group = 0;  ///< ranks that share one copy; 0: all data-parallel ranks; less than `data`: HSDP
    std::int64_t prefetch = 1;        ///< ZeRO-3, FSDP: layers whose weights are gathered ahead of the one at work
    std::int64_t gathered_layers = 0; ///< most layers whose gathered weights are held at once; 0: 1 + `prefetch`
    std::int64_t global_batch = 0;    ///< samples an optimizer step
    std::int64_t micro_batch = 0;     ///< samples an accelerator group processes at once
    std::int64_t sequence = 0;        ///< tokens a sample
    Recomputation recomputation = Recomputation::none;
    AttentionKernel attention = AttentionKernel::fused;
    Precision precision{};
    Optimizer optimizer = Optimizer::adam;
    Real expert_capacity{};        ///< slots of an expert over its even share of tokens; 0: dropless
    Real expert_imbalance{1.0};    ///< tokens of the busiest expert rank over the mean, without a capacity; 1: even
    std::int64_t adapter_rank = 0; ///< LoRA: rank of the adapters on all linear layers, the rest frozen; 0: all trained
    BasicOffload<Real> offload{};
    BasicSoftwareStack<Real> stack{};

    /// Model-parallel accelerators of one replica.
    [[nodiscard]] constexpr std::int64_t replica() const noexcept { return tensor * pipeline * context; }
    /// Micro-batches a replica processes in one step; exact on checked plans.
    [[nodiscard]] constexpr std::int64_t micro_batches() const noexcept { return global_batch / (data * micro_batch); }
    /// Ranks over which the states of experts are shared out; a hybrid group shares out no further than it reaches.
    [[nodiscard]] constexpr std::int64_t expert_shards() const noexcept {
        if (sharding == Sharding::none) return 1;
        const std::int64_t ranks = expert_data();
        return sharding_group > 0 && sharding_group < ranks ? sharding_group : ranks;
    }
    /// Ranks that hold different training data for the same experts: the data-parallel group of expert parameters.
    [[nodiscard]] constexpr std::int64_t expert_data() const noexcept {
        return tensor * context * data / (expert * expert_tensor);
    }
    /// Layers that are gathered ahead in fact: no more than the limit on gathered layers leaves room for.
    [[nodiscard]] constexpr std::int64_t gathered_ahead() const noexcept {
        return gathered_layers > 0 && gathered_layers <= prefetch ? gathered_layers - 1 : prefetch;
    }
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
    case Schedule::zero_bubble_h1: return "zb-h1";
    case Schedule::zero_bubble_h2: return "zb-h2";
    case Schedule::zero_bubble_v: return "zb-v";
    case Schedule::dual_pipe: return "dualpipe";
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
    case Recomputation::feed_forward: return "feed_forward";
    case Recomputation::selective: return "selective";
    case Recomputation::full: return "full";
    }
    return "none";
}
[[nodiscard]] constexpr std::string_view name_of(ContextExchange exchange) noexcept {
    switch (exchange) {
    case ContextExchange::all_gather: return "all_gather";
    case ContextExchange::ring: return "ring";
    case ContextExchange::all_to_all: return "all_to_all";
    }
    return "all_gather";
}
[[nodiscard]] constexpr std::string_view name_of(ContextBalance balance) noexcept {
    return balance == ContextBalance::contiguous ? "contiguous" : "zigzag";
}
[[nodiscard]] constexpr std::string_view name_of(AttentionKernel kernel) noexcept {
    return kernel == AttentionKernel::fused ? "fused" : "unfused";
}

/// The same plan over another scalar.
template <class To, class From>
[[nodiscard]] constexpr BasicParallelPlan<To> over_scalar(const BasicParallelPlan<From>& plan) noexcept {
    const BasicOffload<From>& o = plan.offload;
    return {.tensor = plan.tensor,
            .pipeline = plan.pipeline,
            .data = plan.data,
            .context = plan.context,
            .expert = plan.expert,
            .expert_tensor = plan.expert_tensor,
            .virtual_stages = plan.virtual_stages,
            .schedule = plan.schedule,
            .first_stage_layers = plan.first_stage_layers,
            .last_stage_layers = plan.last_stage_layers,
            .context_exchange = plan.context_exchange,
            .context_balance = plan.context_balance,
            .sequence_parallel = plan.sequence_parallel,
            .sharding = plan.sharding,
            .sharding_group = plan.sharding_group,
            .prefetch = plan.prefetch,
            .gathered_layers = plan.gathered_layers,
            .global_batch = plan.global_batch,
            .micro_batch = plan.micro_batch,
            .sequence = plan.sequence,
            .recomputation = plan.recomputation,
            .attention = plan.attention,
            .precision = plan.precision,
            .optimizer = plan.optimizer,
            .expert_capacity = detail::as_scalar<To>(plan.expert_capacity),
            .expert_imbalance = detail::as_scalar<To>(plan.expert_imbalance),
            .adapter_rank = plan.adapter_rank,
            .offload = {.weights = detail::as_scalar<To>(o.weights),
                        .optimizer = detail::as_scalar<To>(o.optimizer),
                        .activations = detail::as_scalar<To>(o.activations),
                        .to_drives = o.to_drives},
            .stack = over_scalar<To>(plan.stack)};
}

} // namespace foretrain::inline v0
