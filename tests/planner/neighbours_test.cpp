// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <foretrain/catalog/models.hpp>
#include <foretrain/catalog/stacks.hpp>
#include <foretrain/catalog/systems.hpp>
#include <foretrain/planner/neighbours.hpp>

#include "../relative.hpp"
#include "../step/random_plans.hpp"

using namespace foretrain;

namespace {

constexpr Cluster cluster = catalog::dgx_h100(256);
constexpr ParallelPlan plan{.tensor = 4,
                            .pipeline = 4,
                            .data = 16,
                            .sequence_parallel = true,
                            .sharding = Sharding::optimizer,
                            .global_batch = 128,
                            .micro_batch = 2,
                            .sequence = 8192,
                            .stack = catalog::megatron_core};

const PlanNeighbour* neighbour(const PlanNeighbours& all, PlanCount count, std::int64_t value) {
    for (const PlanNeighbour& each : all)
        if (each.count == count && each.value == value) return &each;
    return nullptr;
}

} // namespace

TEST_CASE("the next valid values of every count, with the accelerators kept") {
    const auto all = try_neighbours(catalog::llama3_70b, cluster, plan);
    REQUIRE(all);
    for (const auto& [count, value] : {std::pair{PlanCount::tensor, 2},
                                       {PlanCount::tensor, 8},
                                       {PlanCount::pipeline, 2},
                                       {PlanCount::pipeline, 8},
                                       {PlanCount::context, 2},
                                       {PlanCount::virtual_stages, 2},
                                       {PlanCount::micro_batch, 1},
                                       {PlanCount::micro_batch, 4},
                                       {PlanCount::global_batch, 96},
                                       {PlanCount::global_batch, 160},
                                       {PlanCount::accelerators, 128},
                                       {PlanCount::accelerators, 512}})
        CHECK_MESSAGE(neighbour(*all, count, value) != nullptr, name_of(count), ' ', value);
    CHECK(neighbour(*all, PlanCount::expert, 2) == nullptr); // there are none
    const PlanNeighbour& wide = *neighbour(*all, PlanCount::tensor, 8);
    ParallelPlan same = plan;
    same.tensor = 8;
    same.data = 8;
    const StepEstimate there = estimate_step(catalog::llama3_70b, cluster, same);
    CHECK(wide.time == there.time);
    CHECK(wide.peak == there.memory.peak);
    CHECK(wide.speed == relative(raw(estimate_step(catalog::llama3_70b, cluster, plan).time) / raw(there.time)));
    CHECK(wide.before == 4);
    // Twice the accelerators on the same batch: faster, not twice as fast. A larger batch: faster by the token.
    CHECK(neighbour(*all, PlanCount::accelerators, 512)->speed > 1.0);
    CHECK(neighbour(*all, PlanCount::accelerators, 512)->speed < 2.0);
    CHECK(neighbour(*all, PlanCount::global_batch, 160)->speed > 1.0);
    CHECK(neighbour(*all, PlanCount::global_batch, 96)->speed < 1.0);
    CHECK(neighbour(*all, PlanCount::micro_batch, 4)->peak > neighbour(*all, PlanCount::micro_batch, 1)->peak);
}

TEST_CASE("no valid value lies between a plan and its neighbour, on random plans") {
    int found = 0;
    for (std::uint64_t number = 0; number < 60; ++number) {
        const auto c = random_plans::configuration(number);
        const auto all = try_neighbours(*c.model, c.cluster, c.plan);
        REQUIRE(all);
        for (const PlanNeighbour& each : *all) {
            ++found;
            const auto at = [&](std::int64_t value) {
                Cluster machine = c.cluster;
                ParallelPlan layout = c.plan;
                return set_count(each.count, value, machine, layout) && is_valid(*c.model, machine, layout);
            };
            CHECK(each.before == value_of(each.count, c.plan));
            CHECK(each.value != each.before);
            CHECK(at(each.value));
            const std::int64_t direction = each.value > each.before ? 1 : -1;
            for (std::int64_t value = each.before + direction; value != each.value; value += direction)
                CHECK_MESSAGE(!at(value), name_of(each.count), ' ', value, " of plan ", number);
            CHECK(raw(each.time) > 0);
            CHECK(each.speed > 0);
        }
    }
    CHECK(found > 300);
}

TEST_CASE("a plan that is refused has no neighbours") {
    ParallelPlan wrong = plan;
    wrong.tensor = 3;
    CHECK_FALSE(try_neighbours(catalog::llama3_70b, cluster, wrong));
}
