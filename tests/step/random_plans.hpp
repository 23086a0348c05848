// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

#include <foretrain/catalog/models.hpp>
#include <foretrain/catalog/stacks.hpp>
#include <foretrain/catalog/systems.hpp>
#include <foretrain/parallel/plan.hpp>

// Configurations drawn at random, the same ones everywhere: plan number i is a pure function of i, at compile time too.
// They are valid by construction (a test holds every one of them against `check`).

namespace random_plans {

using namespace foretrain;

struct Configuration {
    const Transformer* model = nullptr;
    Cluster cluster{};
    ParallelPlan plan{};
};

/// Knuth's MMIX generator, seeded through a mixer so that neighbouring numbers have nothing in common.
class Random {
public:
    constexpr explicit Random(std::uint64_t number) noexcept {
        std::uint64_t z = number * 0x9e3779b97f4a7c15U + 0x9e3779b97f4a7c15U;
        z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
        z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
        state_ = z ^ (z >> 31U);
    }
    /// 0 to `count` - 1.
    constexpr std::int64_t below(std::int64_t count) noexcept {
        state_ = state_ * 6364136223846793005U + 1442695040888963407U;
        return static_cast<std::int64_t>((state_ >> 33U) % static_cast<std::uint64_t>(count));
    }
    constexpr bool coin() noexcept { return below(2) == 1; }
    template <class T, std::size_t N>
    constexpr const T& of(const std::array<T, N>& choices) noexcept {
        return choices[static_cast<std::size_t>(below(static_cast<std::int64_t>(N)))];
    }
    /// 0 to 1, both of which come up on their own now and then.
    constexpr double share() noexcept {
        const std::int64_t n = below(1100);
        return n < 50 ? 0.0 : n >= 1050 ? 1.0 : static_cast<double>(n - 50) / 1000.0;
    }

private:
    std::uint64_t state_ = 0;
};

/// One of each shape: multi-head, grouped and single key-value heads, plain and gated, parallel blocks, every way of
/// marking positions, encoders, norms of queries and keys, tied and untied, small and large; latent attention, windows,
/// state-space blocks, experts with and without shared ones, multi-token prediction.
inline constexpr std::array models = {
    &catalog::gpt2_124m,      &catalog::gpt3_6_7b,    &catalog::gpt3_175b,        &catalog::bloom_7_1b,
    &catalog::bloom_176b,     &catalog::gpt_j_6b,     &catalog::palm_8b,          &catalog::palm_540b,
    &catalog::mpt_30b,        &catalog::megatron_22b, &catalog::megatron_1t,      &catalog::nemotron4_15b,
    &catalog::llama2_7b,      &catalog::llama2_70b,   &catalog::llama3_8b,        &catalog::llama3_405b,
    &catalog::llama3_2_1b,    &catalog::qwen2_5_7b,   &catalog::qwen3_8b,         &catalog::bert_large,
    &catalog::megatron_145b,  &catalog::mixtral_8x7b, &catalog::deepseek_v2_lite, &catalog::deepseek_v3,
    &catalog::qwen3_30b_a3b,  &catalog::gpt_oss_20b,  &catalog::llama4_maverick,  &catalog::nemotron3_nano,
    &catalog::nemotron3_super};

inline constexpr std::array recomputations = {Recomputation::none, Recomputation::elementwise,
                                              Recomputation::feed_forward, Recomputation::selective,
                                              Recomputation::full};

using MakeCluster = Cluster (*)(std::int64_t) noexcept;
inline constexpr std::array<MakeCluster, 8> systems = {catalog::dgx_v100,    catalog::dgx_a100,    catalog::dgx_h100,
                                                       catalog::dgx_b200,    catalog::gb200_nvl72, catalog::tpu_v5p_pod,
                                                       catalog::mi300x_node, catalog::trn2};

/// Whether heads, key-value heads, inner widths and shared experts come out even over `tensor` ranks.
constexpr bool cuts_evenly(const Transformer& m, std::int64_t tensor) noexcept {
    return m.heads % tensor == 0 && m.feed_forward % tensor == 0 && m.experts.shared_width % tensor == 0 &&
           (m.kv_heads % tensor == 0 || tensor % m.kv_heads == 0);
}

/// Stages, their order and their layers; returns how many micro-batches a replica may have: a multiple of the first
/// number, at least the second.
struct MicroBatches {
    std::int64_t multiple = 1;
    std::int64_t least = 1;
};
constexpr MicroBatches draw_pipeline(Random& random, const Transformer& m, ParallelPlan& plan) noexcept {
    constexpr std::array<std::int64_t, 10> depths = {1, 1, 1, 2, 2, 3, 4, 6, 8, 16};
    plan.pipeline = random.of(depths);
    while (plan.pipeline > m.layers) plan.pipeline /= 2;
    if (plan.pipeline == 1) return {};
    plan.schedule = static_cast<Schedule>(random.below(7));
    if (plan.schedule == Schedule::interleaved) {
        plan.virtual_stages = 2 + random.below(3);
        while (plan.virtual_stages > 1 && plan.virtual_stages * plan.pipeline > m.layers) --plan.virtual_stages;
        if (plan.virtual_stages == 1) plan.schedule = Schedule::one_f_one_b;
        else return {plan.pipeline, plan.pipeline};
    }
    if (plan.schedule == Schedule::zero_bubble_v && 2 * plan.pipeline > m.layers) plan.schedule = Schedule::gpipe;
    if (plan.schedule == Schedule::dual_pipe) {
        if (plan.pipeline % 2 == 0) return {2, 2 * plan.pipeline};
        plan.schedule = Schedule::one_f_one_b;
    }
    // A first stage of its own size, if the others come out even.
    const std::int64_t first = m.layers % (plan.pipeline - 1);
    if (first > 0 && random.below(4) == 0) plan.first_stage_layers = first;
    return {};
}

/// Ranks over which sequences are cut and experts dealt out, after all other degrees are known.
constexpr void draw_context_and_experts(Random& random, const Transformer& m, ParallelPlan& plan,
                                        std::int64_t most_accelerators) noexcept {
    constexpr std::array<std::int64_t, 6> contexts = {1, 1, 1, 2, 4, 8};
    plan.context = random.of(contexts);
    plan.context_exchange = static_cast<ContextExchange>(random.below(3));
    while (plan.context > 1 &&
           (plan.replica() * plan.data > most_accelerators ||
            (plan.context_exchange == ContextExchange::all_to_all && m.heads / plan.tensor % plan.context != 0)))
        plan.context /= 2;
    if (!m.has_experts()) return;
    plan.expert_tensor = random.below(4) == 0 ? 2 : 1;
    plan.expert = std::int64_t{1} << random.below(7);
    const std::int64_t ranks = plan.tensor * plan.context * plan.data;
    if (ranks % plan.expert_tensor != 0 || m.experts.width % plan.expert_tensor != 0) plan.expert_tensor = 1;
    while (m.experts.routed % plan.expert != 0 || ranks % (plan.expert * plan.expert_tensor) != 0) plan.expert /= 2;
    // Quarters, which every scalar holds exactly.
    if (random.below(3) == 0) plan.expert_capacity = 1.25;
    plan.expert_imbalance = 1.0 + 0.25 * static_cast<double>(random.below(5));
}

/// A precision the accelerator can multiply in.
constexpr Precision draw_precision(Random& random, const Accelerator& accelerator) noexcept {
    const std::int64_t draw = random.below(10);
    if (raw(accelerator.matrix.bf16) <= 0) return precision::mixed_fp16;
    const auto or_long = [&](const Precision& p) {
        return raw(accelerator.matrix.of(p.compute)) > 0 ? p : precision::mixed_bf16;
    };
    switch (draw) {
    case 0: return or_long(precision::fp8);
    case 1: return or_long(precision::fp8_block);
    case 2: return or_long(precision::mxfp8);
    case 3: return or_long(precision::nvfp4);
    case 4: return or_long(precision::int8);
    case 5:
    case 6: return precision::mixed_bf16_reduced;
    default: return precision::mixed_bf16;
    }
}

/// Configuration `number`, on at most (about) so many accelerators.
constexpr Configuration configuration(std::uint64_t number, std::int64_t most_accelerators = 16384) noexcept {
    Random random{number};
    Configuration c;
    c.model = random.of(models);
    const Transformer& m = *c.model;
    const MakeCluster make_cluster = random.of(systems);
    ParallelPlan& plan = c.plan;

    plan.tensor = std::int64_t{1} << random.below(5);
    while (!cuts_evenly(m, plan.tensor)) plan.tensor /= 2;
    const MicroBatches allowed = draw_pipeline(random, m, plan);
    plan.data = std::int64_t{1} << random.below(9);
    if (random.coin()) plan.data *= 3;
    while (plan.data > 1 && plan.tensor * plan.pipeline * plan.data > most_accelerators) plan.data /= 2;
    draw_context_and_experts(random, m, plan, most_accelerators);

    plan.sequence_parallel = plan.tensor > 1 && random.coin();
    plan.sharding = static_cast<Sharding>(random.below(plan.pipeline == 1 ? 4 : 2));
    if (plan.sharding == Sharding::parameters && plan.data % 4 == 0 && random.coin())
        plan.sharding_group = plan.data * plan.context / 4;

    plan.micro_batch = std::int64_t{1} << random.below(4);
    std::int64_t micro_batches = allowed.multiple * (1 + random.below(24) / allowed.multiple);
    if (micro_batches < allowed.least) micro_batches = allowed.least;
    plan.global_batch = plan.data * plan.micro_batch * micro_batches;
    plan.sequence = std::int64_t{256} << random.below(7);
    if (m.position_rows > 0)
        while (plan.sequence > m.position_rows) plan.sequence /= 2;

    plan.recomputation = random.of(recomputations);
    plan.attention = static_cast<AttentionKernel>(random.below(2));
    plan.optimizer = static_cast<Optimizer>(random.below(5));
    if (random.below(8) == 0) plan.adapter_rank = 16;
    c.cluster = make_cluster(plan.replica() * plan.data);
    plan.precision = draw_precision(random, c.cluster.accelerator);
    if (random.below(6) == 0 && raw(c.cluster.node.host_link) > 0)
        plan.offload = {.weights = random.share(), .optimizer = random.share(), .activations = random.share()};
    plan.stack = *random.of(catalog::all_stacks);
    if (random.coin()) {
        plan.stack.data_overlap = random.share();
        plan.stack.tensor_overlap = random.share();
        plan.stack.pipeline_overlap = random.share();
        plan.stack.expert_overlap = random.share();
        plan.stack.contention = 0.3 * random.share();
    }
    return c;
}

} // namespace random_plans
