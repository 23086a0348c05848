// SPDX-License-Identifier: Apache-2.0
#include <foretrain/planner/layout_growth.hpp>

#include <cstdint>

#include <doctest/doctest.h>

#include <foretrain/catalog/models.hpp>
#include <foretrain/catalog/stacks.hpp>
#include <foretrain/catalog/systems.hpp>

using namespace foretrain;

namespace {

constexpr ParallelPlan plan{.tensor = 4,
                            .pipeline = 2,
                            .data = 8,
                            .sequence_parallel = true,
                            .sharding = Sharding::optimizer,
                            .global_batch = 256,
                            .micro_batch = 1,
                            .sequence = 4096,
                            .stack = catalog::megatron_core};
const LayoutGrowth layouts{catalog::llama2_13b, catalog::dgx_h100(64), plan};
constexpr DataParallelGrowth fixed{catalog::dgx_h100(64), plan};

static_assert(JobGrowth<LayoutGrowth, double>);

} // namespace

TEST_CASE("no plan of the list is faster, and the plan as it is never beats it") {
    for (const std::int64_t n : {8, 16, 64, 256, 1024}) {
        const auto best = step_on<double>(catalog::llama2_13b, layouts, n);
        REQUIRE(best.runs());
        const auto as_it_is = step_on<double>(catalog::llama2_13b, fixed, n);
        if (as_it_is.runs()) CHECK(best.step->time <= as_it_is.step->time);
        // Every other degree of tensor parallelism and depth, tried by hand.
        for (std::int64_t tensor = 1; tensor <= 8; tensor *= 2)
            for (std::int64_t pipeline = 1; pipeline <= 32; pipeline *= 2) {
                ParallelPlan other = plan;
                other.tensor = tensor;
                other.pipeline = pipeline;
                other.sequence_parallel = tensor > 1;
                other.data = n / (tensor * pipeline);
                if (other.data < 1) continue;
                const auto step = try_estimate_step(catalog::llama2_13b, best.job->cluster, other);
                if (!step || step->memory.peak > best.job->cluster.accelerator.memory.capacity) continue;
                CHECK(step->time >= best.step->time);
            }
    }
}

TEST_CASE("what the plan has is kept where that is asked, and never faster than where it is not") {
    const auto any = step_on<double>(catalog::llama2_13b, layouts, 64);
    REQUIRE(any.runs());
    bool differ = false;
    for (const std::int64_t micro_batch : {1, 2, 8}) {
        LayoutGrowth kept = layouts;
        kept.plan.micro_batch = micro_batch;
        kept.same_micro_batch = true;
        const auto step = step_on<double>(catalog::llama2_13b, kept, 64);
        REQUIRE(step.runs());
        CHECK(step.job->plan.micro_batch == micro_batch);
        if (micro_batch <= 4) CHECK(step.step->time >= any.step->time);
        differ = differ || step.step->time > any.step->time;
    }
    CHECK(differ);
}

TEST_CASE("a larger cluster goes where the plan as it is cannot") {
    CHECK_FALSE(fixed.on(4096)); // 512 replicas for 256 samples
    const auto best = layouts.on(4096);
    REQUIRE(best);
    CHECK(best->plan.replica() >= 16);
    CHECK(best->plan.global_batch == 256);
    CHECK_FALSE(layouts.on(12)); // no whole nodes
}

TEST_CASE("the batch grows with the accelerators where it is asked to") {
    LayoutGrowth weak = layouts;
    weak.batch = BatchGrowth::with_the_job;
    CHECK(weak.on(64)->plan.global_batch == 256);
    CHECK(weak.on(512)->plan.global_batch == 2048);
    CHECK(weak.on(8)->plan.global_batch == 32);
}

TEST_CASE("what is computed again is chosen too, unless it is to stay") {
    LayoutGrowth tight = layouts;
    tight.cluster.accelerator.memory.capacity = 14e9 * make<Bytes>(1);
    LayoutGrowth stays = tight;
    stays.same_recomputation = true;
    const auto chosen = step_on<double>(catalog::llama2_13b, tight, 64),
               kept = step_on<double>(catalog::llama2_13b, stays, 64);
    REQUIRE((chosen.runs() && kept.runs()));
    CHECK(kept.job->plan.recomputation == Recomputation::none);
    CHECK(chosen.job->plan.recomputation != Recomputation::none);
    CHECK(chosen.step->time < kept.step->time);
}

TEST_CASE("where nothing fits, memory is why") {
    LayoutGrowth large = layouts;
    large.model = catalog::llama3_405b;
    const auto sized = step_on<double>(catalog::llama3_405b, large, 8);
    CHECK(sized.missing == NoStep::memory);
}
