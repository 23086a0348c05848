// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <foretrain/catalog/models.hpp>
#include <foretrain/catalog/stacks.hpp>
#include <foretrain/catalog/systems.hpp>
#include <foretrain/planner/step_constraints.hpp>

#include "../relative.hpp"
#include "../step/random_plans.hpp"

using namespace foretrain;

namespace {

constexpr ParallelPlan usual_plan{.tensor = 8,
                                  .pipeline = 16,
                                  .data = 64,
                                  .virtual_stages = 1,
                                  .sequence_parallel = true,
                                  .sharding = Sharding::optimizer,
                                  .global_batch = 2048,
                                  .micro_batch = 1,
                                  .sequence = 8192,
                                  .recomputation = Recomputation::none,
                                  .stack = catalog::megatron_core};

/// One node and no network, so that nothing but the chip matters.
constexpr ParallelPlan alone{.global_batch = 8, .micro_batch = 8, .sequence = 2048, .stack = catalog::megatron_core};

[[nodiscard]] StepConstraints of(const random_plans::Configuration& c) {
    return step_constraints_checked(*c.model, c.cluster, c.plan, StepConditions{});
}

} // namespace

TEST_CASE("what is spent sums to the step and is never negative, part by part") {
    for (int i = 0; i < 300; ++i) {
        CAPTURE(i);
        const random_plans::Configuration c = random_plans::configuration(static_cast<std::uint64_t>(i), 4096);
        const StepConstraints all = of(c);
        CHECK(raw(all.spent.total()) == relative(raw(all.step.time())).epsilon(1e-9));
        for (std::size_t k = 0; k < constraints; ++k) {
            CHECK(raw(all.spent.time[k]) >= 0.0);
            CHECK(raw(all.saved.time[k]) >= 0.0);
            CHECK(raw(all.saved.time[k]) <= raw(all.step.time()));
        }
        const auto parts = divide_parts(*c.model, c.cluster, c.plan, all.fits_without_saving);
        for (std::size_t p = 0; p < step_parts; ++p)
            CHECK(raw(parts[p].total()) == relative(raw(all.step.step.breakdown.time[p])).epsilon(1e-9));
    }
}

TEST_CASE("one accelerator never waits for an interconnect, and lifting it saves nothing") {
    const StepConstraints all = step_constraints(catalog::llama3_2_1b, catalog::dgx_h100(1), alone);
    CHECK(raw(all.spent[Constraint::interconnect_bandwidth]) == 0.0);
    CHECK(raw(all.spent[Constraint::interconnect_latency]) == 0.0);
    CHECK(raw(all.saved[Constraint::interconnect_bandwidth]) == 0.0);
    CHECK(raw(all.spent[Constraint::memory_capacity]) == 0.0);
    CHECK(raw(all.spent[Constraint::input_pipeline]) == 0.0);
    CHECK(all.spent[Constraint::matrix_throughput] > Seconds{});
    CHECK(all.spent[Constraint::memory_bandwidth] > Seconds{});
}

TEST_CASE("a constraint that is lifted is no longer spent, and one that is tightened is spent more") {
    const Cluster cluster = catalog::dgx_h100(8192);
    const StepConstraints before = step_constraints(catalog::llama3_405b, cluster, usual_plan);
    Cluster slow = cluster;
    for (std::size_t i = 1; i < slow.fabric.tier.size(); ++i)
        slow.fabric.tier[i].link.bandwidth = slow.fabric.tier[i].link.bandwidth * 0.1;
    const StepConstraints network = step_constraints(catalog::llama3_405b, slow, usual_plan);
    CHECK(network.spent[Constraint::interconnect_bandwidth] > before.spent[Constraint::interconnect_bandwidth] * 1.5);
    CHECK(network.saved[Constraint::interconnect_bandwidth] > before.saved[Constraint::interconnect_bandwidth] * 1.5);

    // Boards with all the power they want: no clock below boost.
    Cluster cool = cluster;
    cool.accelerator.kernel.sustained_clock = 1.0;
    cool.accelerator.kernel.sustained_energy = {};
    const StepConstraints power = step_constraints(catalog::llama3_405b, cool, usual_plan);
    CHECK(before.spent[Constraint::power] > Seconds{});
    CHECK(raw(power.spent[Constraint::power]) == 0.0);
    CHECK(raw(power.step.time()) == relative(raw(before.step.time() - before.saved[Constraint::power])));
}

TEST_CASE("recomputation is memory's where the step would not fit without it, software's where it would") {
    ParallelPlan full = usual_plan;
    full.recomputation = Recomputation::full;
    const Cluster cluster = catalog::dgx_h100(8192);
    Cluster large = cluster;
    large.accelerator.memory.capacity = large.accelerator.memory.capacity * 4.0;
    Cluster small = cluster;
    small.accelerator.memory.capacity = small.accelerator.memory.capacity * 0.25;
    const StepConstraints with_room = step_constraints(catalog::llama3_405b, large, full);
    const StepConstraints without = step_constraints(catalog::llama3_405b, small, full);
    CHECK(with_room.fits_without_saving);
    CHECK_FALSE(without.fits_without_saving);
    const Seconds again = without.step.step.breakdown[StepPart::recomputation];
    CHECK(raw(without.spent[Constraint::memory_capacity]) == relative(raw(again)));
    CHECK(raw(with_room.spent[Constraint::memory_capacity]) == 0.0);
    CHECK(raw(with_room.spent[Constraint::software] - without.spent[Constraint::software]) ==
          relative(raw(again)).epsilon(1e-9));
    // A forward pass is a quarter of a step that computes everything twice.
    CHECK(without.saved[Constraint::memory_capacity] / without.step.time() > 0.15);
    CHECK(without.saved[Constraint::memory_capacity] / without.step.time() < 0.35);
}

TEST_CASE("conditions: a power limit is power's, a slow loader is the input's, and what they add is what they save") {
    const Cluster cluster = catalog::dgx_h100(8);
    ParallelPlan plan = alone;
    plan.data = 8;
    plan.global_batch = 64;
    StepConditions conditions;
    conditions.power_limit = make<Watts>(400.0);
    const StepConstraints limited = step_constraints(catalog::gpt3_6_7b, cluster, plan, conditions);
    const StepConstraints free = step_constraints(catalog::gpt3_6_7b, cluster, plan);
    CHECK(limited.step.power > Seconds{});
    CHECK(raw(limited.spent[Constraint::power] - free.spent[Constraint::power]) ==
          relative(raw(limited.step.power)).epsilon(1e-9));

    conditions = {};
    conditions.input = InputPipeline{.sample_size = make<BytesPerSample>(1e6),
                                     .storage = make<Bandwidth>(64e6 / (2.0 * raw(free.step.time()))),
                                     .node_network = make<Bandwidth>(1e11),
                                     .core_decodes = make<SampleRate>(1e9),
                                     .cores = 8,
                                     .nodes = 1,
                                     .prefetch = 4,
                                     .data_set = make<Bytes>(1e15)};
    const StepConstraints starved = step_constraints(catalog::gpt3_6_7b, cluster, plan, conditions);
    CHECK(raw(starved.step.time()) == relative(2.0 * raw(free.step.time())).epsilon(1e-6));
    CHECK(raw(starved.spent[Constraint::input_pipeline]) == relative(raw(free.step.time())).epsilon(1e-6));
    CHECK(raw(starved.saved[Constraint::input_pipeline]) == relative(raw(free.step.time())).epsilon(1e-6));
    CHECK(starved.spent.largest() == Constraint::input_pipeline);
}

TEST_CASE("over other scalars: float close to double, a dual number with the slope of the whole") {
    const Cluster cluster = catalog::dgx_h100(8192);
    const StepConstraints exact = step_constraints(catalog::llama3_405b, cluster, usual_plan);
    const auto single = step_constraints_checked(catalog::llama3_405b, over_scalar<float>(cluster),
                                                 over_scalar<float>(usual_plan), BasicStepConditions<float>{});
    for (std::size_t k = 0; k < constraints; ++k)
        CHECK(static_cast<double>(raw(single.spent.time[k])) ==
              doctest::Approx(raw(exact.spent.time[k])).epsilon(1e-3));

    using Number = Dual<double, 1>;
    BasicCluster<Number> machine = over_scalar<Number>(cluster);
    machine.accelerator.memory.bandwidth *= variable<1>(1.0, 0);
    const auto slope = step_constraints_checked(catalog::llama3_405b, machine, over_scalar<Number>(usual_plan),
                                                BasicStepConditions<Number>{});
    CHECK(raw(slope.spent.total()).gradient[0] == doctest::Approx(raw(slope.step.time()).gradient[0]).epsilon(1e-6));
    CHECK(raw(slope.spent[Constraint::memory_bandwidth]).gradient[0] < 0.0);
}

TEST_CASE("everything wrong is told at once") {
    StepConditions conditions;
    conditions.power_limit = make<Watts>(1.0);
    conditions.input = InputPipeline{};
    ParallelPlan plan = usual_plan;
    plan.micro_batch = 0;
    const auto result = try_step_constraints(catalog::llama3_405b, catalog::dgx_h100(8192), plan, conditions);
    REQUIRE_FALSE(result);
    bool power = false, input = false, micro = false;
    for (const Violation& v : result.violations()) {
        power = power || v.field == "conditions.power_limit";
        input = input || v.field == "input.storage";
        micro = micro || v.field == "plan.micro_batch";
    }
    CHECK(power);
    CHECK(input);
    CHECK(micro);
    CHECK_THROWS_AS((void)step_constraints(catalog::llama3_405b, catalog::dgx_h100(8192), plan, conditions),
                    InvalidConfiguration);
}
