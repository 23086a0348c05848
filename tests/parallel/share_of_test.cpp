// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <foretrain/math/dual.hpp>
#include <foretrain/parallel/share_of.hpp>

using namespace foretrain;

TEST_CASE("a share follows the plan") {
    ParallelPlan plan;
    plan.tensor = 4;
    plan.micro_batch = 3;
    plan.sequence = 1024;
    plan.sequence_parallel = true;
    plan.attention = AttentionKernel::unfused;
    plan.precision = precision::tf32;
    plan.stack.fused_elementwise = true;
    const Share share = share_of(plan);
    CHECK(share.samples == 3);
    CHECK(share.sequence == 1024);
    CHECK(share.tensor == 4);
    CHECK(share.context == 1);
    CHECK(share.sequence_parallel);
    CHECK_FALSE(share.fused_attention);
    CHECK(share.fused_elementwise);
    CHECK(raw(share.element) == 4.0);
    CHECK(raw(share.operand) == 4.0);
}

TEST_CASE("the sequence is cut over the context group, and heads with it where they are exchanged") {
    ParallelPlan plan{.context = 8, .micro_batch = 2, .sequence = 65536};
    for (const ContextExchange exchange :
         {ContextExchange::all_gather, ContextExchange::ring, ContextExchange::all_to_all}) {
        plan.context_exchange = exchange;
        const Share share = share_of(plan);
        CHECK(share.context == 8);
        CHECK(share.sequence == 65536); // of the sample: attention sees all of it
        CHECK(share.heads_for_tokens == (exchange == ContextExchange::all_to_all));
    }
}

TEST_CASE("the load of the busiest expert rank is the capacity, if there is one") {
    ParallelPlan plan{.expert = 16, .expert_tensor = 2};
    CHECK(share_of(plan).expert_load == 1.0);
    plan.expert_imbalance = 1.5;
    CHECK(share_of(plan).expert_load == 1.5);
    plan.expert_capacity = 1.25;
    CHECK(share_of(plan).expert_load == 1.25);
    CHECK(share_of(plan).expert == 16);
    CHECK(share_of(plan).expert_tensor == 2);
    CHECK(share_of(over_scalar<Dual<double, 1>>(plan)).expert_load == 1.25);
}

TEST_CASE("operands are in the short format, activations are not, and casts ride along where kernels are fused") {
    ParallelPlan plan;
    plan.precision = precision::fp8;
    CHECK(raw(share_of(plan).element) == 2.0);
    CHECK(raw(share_of(plan).operand) == 1.0);
    CHECK_FALSE(share_of(plan).fused_casts);
    plan.stack.fused_elementwise = true;
    CHECK(share_of(plan).fused_casts);
    // A scale for each block is known only once the block is there: a kernel of its own.
    plan.precision = precision::fp8_block;
    CHECK_FALSE(share_of(plan).fused_casts);
    plan.precision = precision::nvfp4;
    CHECK(raw(share_of(plan).operand) == 0.5);
}

TEST_CASE("adapters come with their rank") {
    CHECK(share_of(ParallelPlan{}).adapter_rank == 0);
    CHECK(share_of(ParallelPlan{.adapter_rank = 32}).adapter_rank == 32);
}
