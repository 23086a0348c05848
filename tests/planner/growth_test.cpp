// SPDX-License-Identifier: Apache-2.0
#include <foretrain/planner/growth.hpp>

#include <cstdint>
#include <optional>

#include <doctest/doctest.h>

#include <foretrain/catalog/models.hpp>
#include <foretrain/catalog/stacks.hpp>
#include <foretrain/catalog/systems.hpp>
#include <foretrain/math/dual.hpp>

using namespace foretrain;

namespace {

constexpr ParallelPlan plan{.tensor = 4,
                            .pipeline = 2,
                            .data = 8,
                            .sequence_parallel = true,
                            .sharding = Sharding::optimizer,
                            .global_batch = 96,
                            .micro_batch = 1,
                            .sequence = 4096,
                            .stack = catalog::megatron_core};
constexpr DataParallelGrowth strong{catalog::dgx_h100(64), plan};
constexpr DataParallelGrowth weak{catalog::dgx_h100(64), plan, BatchGrowth::with_the_job};

static_assert(JobGrowth<DataParallelGrowth, double> && JobGrowth<BasicDataParallelGrowth<float>, float>);
static_assert(whole_nodes(4, 8) && whole_nodes(24, 8) && !whole_nodes(6, 8) && !whole_nodes(12, 8) &&
              !whole_nodes(0, 8));
static_assert(strong.on(24)->plan.data == 3 && strong.on(24)->cluster.accelerators == 24);
static_assert(!strong.on(40)); // 96 samples do not divide by 5
static_assert(weak.on(40)->plan.global_batch == 60);

/// A growth the library has never seen: tensor parallelism takes what is there.
struct TensorGrowth {
    [[nodiscard]] constexpr std::optional<SizedJob> on(std::int64_t accelerators) const noexcept {
        if (accelerators > 8) return std::nullopt;
        SizedJob job{catalog::dgx_h100(accelerators), plan};
        job.plan.pipeline = job.plan.data = 1;
        job.plan.tensor = accelerators;
        job.plan.sequence_parallel = accelerators > 1;
        return job;
    }
};

} // namespace

TEST_CASE("a grown job is the job itself at its own size") {
    for (const DataParallelGrowth& growth : {strong, weak}) {
        const auto sized = step_on<double>(catalog::llama2_13b, growth, 64);
        REQUIRE(sized.runs());
        CHECK(sized.step->time == estimate_step(catalog::llama2_13b, growth.cluster, plan).time);
    }
}

TEST_CASE("the batch stays, or the work of an accelerator does") {
    for (std::int64_t n = 8; n <= 512; n += 8) {
        const auto fixed = strong.on(n), grown = weak.on(n);
        REQUIRE(grown);
        CHECK(grown->plan.micro_batches() == plan.micro_batches());
        CHECK(is_valid(catalog::llama2_13b, grown->cluster, grown->plan));
        if (!fixed) continue;
        CHECK(fixed->plan.global_batch == plan.global_batch);
        CHECK(is_valid(catalog::llama2_13b, fixed->cluster, fixed->plan));
    }
}

TEST_CASE("it is told why there is no step") {
    CHECK(step_on<double>(catalog::llama2_13b, strong, 40).missing == NoStep::no_plan);
    CHECK(step_on<double>(catalog::llama2_13b, strong, 12).missing == NoStep::no_plan); // no whole nodes
    const auto large = step_on<double>(catalog::llama3_405b, strong, 8);
    CHECK(large.missing == NoStep::memory);
    CHECK(large.step->memory.peak > strong.cluster.accelerator.memory.capacity);
    CHECK_FALSE(large.runs());
    DataParallelGrowth broken = strong;
    broken.plan.tensor = 3; // 40 heads
    CHECK(step_on<double>(catalog::llama2_13b, broken, 24).missing == NoStep::refused);
    CHECK(name_of(NoStep::memory) == "does not fit in memory");
}

TEST_CASE("a growth of the user's own works") {
    const auto two = step_on<double>(catalog::llama2_7b, TensorGrowth{}, 2);
    REQUIRE(two.job);
    CHECK(two.job->plan.tensor == 2);
    CHECK(two.step.has_value());
    CHECK_FALSE(step_on<double>(catalog::llama2_7b, TensorGrowth{}, 16).job);
}

TEST_CASE("steps of grown jobs have derivatives") {
    using D = Dual<double, 1>;
    const BasicDataParallelGrowth<D> growth{over_scalar<D>(strong.cluster), over_scalar<D>(plan)};
    const auto sized = step_on<D>(catalog::llama2_13b, growth, 32);
    REQUIRE(sized.runs());
    CHECK(value_of(raw(sized.step->time)) == raw(step_on<double>(catalog::llama2_13b, strong, 32).step->time));
}
