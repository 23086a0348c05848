// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <foretrain/planner/search_question.hpp>

#include "../step/random_plans.hpp"

// Spaces and questions drawn at random, the same ones everywhere: case number i is a pure function of i.

namespace random_spaces {

using namespace foretrain;

inline constexpr Cluster h100 = catalog::dgx_h100(64);
inline constexpr Cluster a100 = catalog::dgx_a100(96);
inline constexpr Cluster v100 = catalog::dgx_v100(64);
inline constexpr Cluster b200 = catalog::dgx_b200(32);

struct Case {
    const Transformer* model = nullptr;
    SearchSpace space{};
    SearchQuestion question{};
};

inline Case draw(std::uint64_t seed) {
    random_plans::Random random{seed * 7919 + 17};
    Case c;
    c.model = random.of(random_plans::models);
    SearchSpace& s = c.space;
    const auto ints = [&](auto... values) {
        const std::array<std::int64_t, sizeof...(values)> all{std::int64_t{values}...};
        SearchSpace::Counts list;
        const std::int64_t most = 1 + random.below(4);
        for (const std::int64_t value : all)
            if (static_cast<std::int64_t>(list.size()) < most && random.coin()) list.add(value);
        if (list.size() == 0) list.add(random.of(all));
        return list;
    };
    s.base.sequence = std::int64_t{512} << random.below(4);
    if (c.model->position_rows > 0 && random.below(8) > 0)
        while (s.base.sequence > c.model->position_rows) s.base.sequence /= 2;
    s.base.stack = *random.of(catalog::all_stacks);
    if (random.coin()) {
        s.base.stack.data_overlap = random.share();
        s.base.stack.tensor_overlap = random.share();
        s.base.stack.pipeline_overlap = random.share();
        s.base.stack.expert_overlap = random.share();
        s.base.stack.contention = 0.3 * random.share();
        s.base.stack.straggler = 0.1 * random.share();
    }
    s.base.optimizer = static_cast<Optimizer>(random.below(5));
    s.base.expert_imbalance = 1.25;
    if (random.below(8) == 0) s.base.adapter_rank = 16;
    if (random.below(10) == 0) s.base.gathered_layers = 1 + random.below(2);
    if (random.below(12) == 0) s.base.first_stage_layers = c.model->layers % 3 + 1;
    const std::array<const Cluster*, 4> clusters{&h100, &a100, &v100, &b200};
    s.clusters = {random.of(clusters)};
    if (random.below(3) == 0) s.clusters.add(random.of(clusters));
    if (random.below(3) == 0) s.accelerators = {16, 64, 48};
    s.precision = {random.coin() ? precision::mixed_bf16 : precision::mixed_fp16};
    if (random.below(3) == 0) s.precision.add(precision::fp8);
    if (random.below(4) == 0) s.attention = {AttentionKernel::fused, AttentionKernel::unfused};
    s.tensor = ints(1, 2, 4, 8, 3);
    s.sequence_parallel = {random.coin()};
    if (random.coin()) s.sequence_parallel = {false, true};
    if (random.below(3) == 0) {
        s.context = ints(1, 2, 4);
        s.context_exchange = {ContextExchange::ring, ContextExchange::all_gather};
        if (random.coin()) s.context_exchange.add(ContextExchange::all_to_all);
    }
    if (c.model->has_experts() || random.below(10) == 0) {
        s.expert = ints(1, 2, 4, 8, 16);
        s.expert_tensor = ints(1, 2);
    }
    s.micro_batch = ints(1, 2, 4);
    s.recomputation = {static_cast<Recomputation>(random.below(5))};
    if (random.coin()) s.recomputation = {Recomputation::none, Recomputation::selective, Recomputation::full};
    s.pipeline = ints(1, 2, 4, 8, 6);
    s.schedule = {static_cast<Schedule>(random.below(7))};
    if (random.coin())
        s.schedule = {Schedule::one_f_one_b, Schedule::interleaved, static_cast<Schedule>(random.below(7))};
    s.virtual_stages = ints(1, 2, 3, 4);
    s.sharding = {static_cast<Sharding>(random.below(4))};
    if (random.coin()) s.sharding = {Sharding::optimizer, Sharding::parameters, Sharding::gradients};
    if (random.below(3) == 0) s.sharding_group = ints(0, 4, 8, 16);
    if (random.below(3) == 0) s.prefetch = ints(1, 0, 2, 3);
    if (random.below(3) == 0)
        s.offload = {BasicOffload<double>{},
                     BasicOffload<double>{.weights = random.share(), .optimizer = 1.0, .activations = random.share()},
                     BasicOffload<double>{.optimizer = random.share(), .to_drives = random.coin()}};
    s.largest_batch = random.coin();
    s.global_batch = s.largest_batch ? ints(100, 250, 517) : ints(64, 96, 192, 256, 512);

    SearchQuestion& q = c.question;
    q.goal = static_cast<SearchGoal>(random.below(5));
    q.top = 1 + random.below(12);
    q.run.tokens = make<Tokens>(1e9);
    q.run.effective_share = 0.9;
    q.run.prices = {make<AcceleratorPrice>(2.5 / 3600.0)};
    if (random.coin()) q.run.prices.add(make<AcceleratorPrice>(1.0 / 3600.0));
    if (random.coin()) q.run.energy_price = make<EnergyPrice>(0.1 / 3.6e6);
    q.run.site = site(1.1);
    if (random.below(4) == 0) q.limits.memory_share = 0.3 + 0.7 * random.share();
    if (random.below(8) == 0) q.limits.memory_share = 0.05;
    if (random.below(4) == 0) q.limits.deadline = make<Seconds>(3e5 * (0.1 + random.share()));
    if (random.below(5) == 0) q.limits.budget = make<Usd>(2e4 * (0.05 + random.share()));
    if (random.below(5) == 0) q.limits.power = make<Watts>(6e4 * (0.3 + random.share()));
    if (random.below(4) == 0) q.limits.within_innermost = {ParallelGroup::tensor, ParallelGroup::expert};
    if (random.below(4) == 0) q.front = {.time = true, .cost = true, .energy = random.coin(), .accelerators = true};
    return c;
}

} // namespace random_spaces
