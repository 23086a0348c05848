// SPDX-License-Identifier: Apache-2.0
#include <foretrain/parallel/plan.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <cstdint>

#include <foretrain/math/dual.hpp>

using namespace foretrain;

namespace {

constexpr ParallelPlan llama{.tensor = 8,
                             .pipeline = 16,
                             .data = 128,
                             .sharding = Sharding::optimizer,
                             .global_batch = 2048,
                             .micro_batch = 1,
                             .sequence = 8192};

constexpr ParallelPlan changed() {
    ParallelPlan plan;
    plan.tensor = 2;
    plan.pipeline = 3;
    plan.data = 5;
    plan.context = 7;
    plan.expert = 11;
    plan.expert_tensor = 12;
    plan.virtual_stages = 13;
    plan.first_stage_layers = 14;
    plan.last_stage_layers = 15;
    plan.context_exchange = ContextExchange::ring;
    plan.schedule = Schedule::interleaved;
    plan.sequence_parallel = true;
    plan.sharding = Sharding::parameters;
    plan.sharding_group = 17;
    plan.prefetch = 3;
    plan.gathered_layers = 2;
    plan.context_balance = ContextBalance::contiguous;
    plan.global_batch = 19;
    plan.micro_batch = 23;
    plan.sequence = 29;
    plan.recomputation = Recomputation::selective;
    plan.attention = AttentionKernel::unfused;
    plan.precision = precision::fp8_block;
    plan.optimizer = Optimizer::lion;
    plan.expert_capacity = 1.25;
    plan.expert_imbalance = 1.5;
    plan.adapter_rank = 31;
    plan.offload = {.weights = 0.25, .optimizer = 0.5, .activations = 0.75, .to_drives = true};
    plan.stack.name = "some stack";
    plan.stack.data_overlap = 0.25;
    return plan;
}

constexpr bool same(const ParallelPlan& a, const ParallelPlan& b) {
    return a.tensor == b.tensor && a.pipeline == b.pipeline && a.data == b.data && a.context == b.context &&
           a.expert == b.expert && a.expert_tensor == b.expert_tensor && a.virtual_stages == b.virtual_stages &&
           a.schedule == b.schedule && a.first_stage_layers == b.first_stage_layers &&
           a.last_stage_layers == b.last_stage_layers && a.context_exchange == b.context_exchange &&
           a.sequence_parallel == b.sequence_parallel && a.sharding == b.sharding &&
           a.sharding_group == b.sharding_group && a.prefetch == b.prefetch && a.gathered_layers == b.gathered_layers &&
           a.context_balance == b.context_balance && a.global_batch == b.global_batch &&
           a.micro_batch == b.micro_batch && a.sequence == b.sequence && a.recomputation == b.recomputation &&
           a.attention == b.attention && a.precision == b.precision && a.optimizer == b.optimizer &&
           a.expert_capacity == b.expert_capacity && a.expert_imbalance == b.expert_imbalance &&
           a.adapter_rank == b.adapter_rank && a.offload.weights == b.offload.weights &&
           a.offload.optimizer == b.offload.optimizer && a.offload.activations == b.offload.activations &&
           a.offload.to_drives == b.offload.to_drives && a.stack.name == b.stack.name &&
           a.stack.data_overlap == b.stack.data_overlap;
}

static_assert(llama.replica() == 128);
static_assert(llama.micro_batches() == 16); // 2048 samples over 128 replicas, one at a time
static_assert(llama.shards() == 128);
static_assert(same(over_scalar<double>(changed()), changed()));
static_assert(same(over_scalar<double>(over_scalar<float>(changed())), changed())); // 0.25 is exact in float
static_assert(over_scalar<Dual<double, 2>>(changed()).stack.data_overlap.value == 0.25);

template <class Enum, std::size_t N>
bool names_are_unique(const std::array<Enum, N>& values) {
    for (std::size_t i = 0; i < N; ++i) {
        if (name_of(values[i]).empty()) return false;
        for (std::size_t j = 0; j < i; ++j)
            if (name_of(values[i]) == name_of(values[j])) return false;
    }
    return true;
}

} // namespace

TEST_CASE("each choice has a name of its own") {
    CHECK(names_are_unique(std::array{Schedule::gpipe, Schedule::one_f_one_b, Schedule::interleaved,
                                      Schedule::zero_bubble_h1, Schedule::zero_bubble_h2, Schedule::zero_bubble_v,
                                      Schedule::dual_pipe}));
    CHECK(
        names_are_unique(std::array{ContextExchange::all_gather, ContextExchange::ring, ContextExchange::all_to_all}));
    CHECK(names_are_unique(std::array{Sharding::none, Sharding::optimizer, Sharding::gradients, Sharding::parameters}));
    CHECK(names_are_unique(std::array{Recomputation::none, Recomputation::elementwise, Recomputation::feed_forward,
                                      Recomputation::selective, Recomputation::full}));
    CHECK(names_are_unique(std::array{AttentionKernel::fused, AttentionKernel::unfused}));
    CHECK(name_of(Schedule::one_f_one_b) == "1f1b");
    CHECK(name_of(Sharding::parameters) == "zero3");
    CHECK(name_of(Recomputation::full) == "full");
    CHECK(name_of(AttentionKernel::unfused) == "unfused");
    CHECK(names_are_unique(std::array{ContextBalance::zigzag, ContextBalance::contiguous}));
    CHECK(name_of(ContextBalance::contiguous) == "contiguous");
}

TEST_CASE("degrees that are not named are absent, batch and sequence must be given") {
    constexpr ParallelPlan plan{};
    CHECK(plan.replica() * plan.data == 1);
    CHECK(plan.expert == 1);
    CHECK(plan.virtual_stages == 1);
    CHECK(plan.global_batch == 0);
    CHECK(plan.micro_batch == 0);
    CHECK(plan.sequence == 0);
    CHECK(plan.shards() == 1);
}

TEST_CASE("shards: one copy each, one copy for all, or one copy a sharding group") {
    ParallelPlan plan = llama;
    plan.sharding = Sharding::none;
    CHECK(plan.shards() == 1);
    plan.sharding = Sharding::parameters;
    CHECK(plan.shards() == 128);
    plan.context = 2; // ranks of a context group hold the same parameters
    CHECK(plan.shards() == 256);
    plan.sharding_group = 8;
    CHECK(plan.shards() == 8);
}

TEST_CASE("micro-batches account for every sample of the batch") {
    for (const std::int64_t data : {1, 2, 16})
        for (const std::int64_t micro : {1, 2, 8}) {
            ParallelPlan plan = llama;
            plan.data = data;
            plan.micro_batch = micro;
            CHECK(plan.micro_batches() * plan.data * plan.micro_batch == plan.global_batch);
        }
}

TEST_CASE("copies of an expert: the ranks of a stage over those that share out one set") {
    ParallelPlan plan{.tensor = 4, .pipeline = 2, .data = 16, .context = 2, .expert = 8, .expert_tensor = 2};
    CHECK(plan.expert_data() == 8);
    CHECK(plan.expert_shards() == 1); // nothing is shared out
    plan.sharding = Sharding::optimizer;
    CHECK(plan.expert_shards() == 8);
    plan.sharding = Sharding::parameters;
    plan.sharding_group = 4; // a hybrid group shares out no further than it reaches
    CHECK(plan.expert_shards() == 4);
    plan.sharding_group = 32;
    CHECK(plan.expert_shards() == 8);
}

TEST_CASE("layers gathered ahead: what the plan asks for, as far as its limit leaves room") {
    ParallelPlan plan = llama;
    CHECK(plan.gathered_ahead() == 1); // as FSDP does by default
    for (const std::int64_t ahead : {0, 1, 4}) {
        plan.prefetch = ahead;
        plan.gathered_layers = 0;
        CHECK(plan.gathered_ahead() == ahead);
        for (const std::int64_t limit : {1, 2, 5, 9}) {
            plan.gathered_layers = limit;
            CHECK(plan.gathered_ahead() + 1 <= limit);
            CHECK(plan.gathered_ahead() == (ahead < limit ? ahead : limit - 1));
        }
    }
}
