// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <cmath>

#include <foretrain/catalog/models.hpp>
#include <foretrain/catalog/stacks.hpp>
#include <foretrain/catalog/systems.hpp>
#include <foretrain/math/dual.hpp>
#include <foretrain/planner/compare.hpp>
#include <foretrain/units/literals.hpp>

#include "../relative.hpp"

using namespace foretrain;
using namespace foretrain::literals;

namespace {

constexpr Cluster cluster = catalog::dgx_h100(256);
constexpr ParallelPlan deep{.tensor = 4,
                            .pipeline = 8,
                            .data = 8,
                            .sequence_parallel = true,
                            .sharding = Sharding::optimizer,
                            .global_batch = 128,
                            .micro_batch = 1,
                            .sequence = 8192,
                            .stack = catalog::megatron_core};
constexpr ParallelPlan changed(auto change) {
    ParallelPlan plan = deep;
    change(plan);
    return plan;
}
constexpr ParallelPlan flat = changed([](ParallelPlan& plan) { plan.pipeline = 1, plan.data = 64; });

constexpr StepEstimate step_of(const ParallelPlan& plan, const Cluster& on = cluster) {
    return estimate_step(catalog::llama3_70b, on, plan);
}

constexpr StepComparison at_compile_time = compare(step_of(deep), step_of(flat));
static_assert(at_compile_time.largest_decrease().part == StepPart::bubble);
static_assert(at_compile_time.terms[0].difference() < 0_s || at_compile_time.terms[0].difference() > 0_s);

} // namespace

TEST_CASE("terms sum to the difference, the largest first, and swapping the two swaps the sign") {
    const StepEstimate a = step_of(deep);
    for (const ParallelPlan& other :
         {flat, changed([](ParallelPlan& plan) { plan.recomputation = Recomputation::full; }),
          changed([](ParallelPlan& plan) { plan.stack = catalog::generic_stack; }),
          changed([](ParallelPlan& plan) { plan.micro_batch = 4; }),
          changed([](ParallelPlan& plan) { plan.sharding = Sharding::none; })}) {
        const StepEstimate b = step_of(other);
        const StepComparison there = compare(a, b), back = compare(b, a);
        CHECK(raw(there.difference()) == doctest::Approx(raw(b.time) - raw(a.time)).epsilon(1e-12).scale(raw(a.time)));
        CHECK(raw(there.memory_difference()) ==
              doctest::Approx(raw(b.memory.peak) - raw(a.memory.peak)).epsilon(1e-12).scale(raw(a.memory.peak)));
        std::array<bool, step_parts> seen{};
        for (std::size_t i = 0; i < step_parts; ++i) {
            CHECK(there.terms[i].difference() == -back.terms[i].difference());
            CHECK(there.terms[i].bound_before == back.terms[i].bound_after);
            if (i > 0)
                CHECK(std::abs(raw(there.terms[i].difference())) <= std::abs(raw(there.terms[i - 1].difference())));
            seen[static_cast<std::size_t>(there.terms[i].part)] = true;
            CHECK(there.terms[i].name == name_of(there.terms[i].part));
        }
        for (const bool part : seen) CHECK(part);
        CHECK(there.speed_up() == relative(1 / back.speed_up()));
        CHECK(there.bottleneck_before == back.bottleneck_after);
    }
}

TEST_CASE("a change is found in its own term") {
    const StepEstimate plain = step_of(deep);
    const StepComparison full =
        compare(plain, step_of(changed([](ParallelPlan& plan) { plan.recomputation = Recomputation::full; })));
    CHECK(full.largest_increase().part == StepPart::recomputation);
    CHECK(full.memory[0].name == "activations");
    CHECK(raw(full.memory[0].difference()) < 0);

    const StepComparison unsharded =
        compare(plain, step_of(changed([](ParallelPlan& plan) { plan.sharding = Sharding::none; })));
    CHECK(raw(unsharded.terms[0].difference()) > 0);
    CHECK(unsharded.memory[0].name == "optimizer states");
    CHECK(raw(unsharded.memory_difference()) > 0);

    Cluster slow = cluster;
    slow.fabric.tier[0].link.bandwidth = slow.fabric.tier[0].link.bandwidth * 0.1;
    CHECK(compare(plain, step_of(deep, slow)).largest_increase().part == StepPart::tensor_communication);

    Cluster weak = cluster;
    weak.accelerator.matrix.bf16 = weak.accelerator.matrix.bf16 * 0.05;
    weak.accelerator.matrix.fp16 = weak.accelerator.matrix.fp16 * 0.05;
    const StepComparison attention = compare(plain, step_of(deep, weak));
    CHECK(attention.largest_increase().part == StepPart::feed_forward);
    CHECK(attention.largest_increase().bound_after == Resource::matrix);
}

TEST_CASE("nothing differs from itself") {
    const StepComparison same = compare(step_of(deep), step_of(deep));
    CHECK(same.difference() == 0_s);
    CHECK(same.memory_difference() == Bytes{});
    CHECK(same.speed_up() == 1.0);
    for (const StepTerm& term : same.terms) CHECK(term.difference() == 0_s);
    CHECK(same.terms[0].part == StepPart::embedding); // equal ones stay in order
}

TEST_CASE("steps of different batches are compared for equal work") {
    const ParallelPlan twice = changed([](ParallelPlan& plan) { plan.global_batch = 256; });
    const StepEstimate one = step_of(deep), two = step_of(twice);
    CHECK(compare(one, two).scale == 1.0);
    const StepComparison work = compare(one, two, ComparedWork::tokens);
    CHECK(work.scale == 0.5);
    CHECK(work.speed_up() == relative(raw(two.tokens_per_second()) / raw(one.tokens_per_second())));
    CHECK(work.speed_up() > 1.0); // the bubble is shared out over more micro-batches
    CHECK(work.largest_decrease().part == StepPart::bubble);
    CHECK(raw(work.difference()) == relative(0.5 * raw(two.time) - raw(one.time)));
}

namespace {

constexpr Prices prices{.accelerator = 2.5_usd_per_accelerator_hour, .energy = 0.08_usd_per_kWh};

RunEstimate run_of(const ParallelPlan& plan, double effective_share, const Prices& paid = prices) {
    return estimate_run(step_of(plan), cluster, TokenBudget{1_T_tokens}, Faults{.effective_share = effective_share},
                        paid, site(1.2));
}

template <class Terms>
const auto& term_of(const Terms& terms, std::string_view name) {
    for (const auto& term : terms)
        if (term.name == name) return term;
    FAIL("no such term");
    return terms[0];
}

} // namespace

TEST_CASE("terms of runs sum to wall clock, energy and cost") {
    const RunEstimate a = run_of(deep, 0.9), b = run_of(flat, 0.8);
    const RunComparison runs = compare(a, b);
    const auto close = [](double value, double scale) { return doctest::Approx(value).epsilon(1e-12).scale(scale); };
    CHECK(raw(runs.difference()) == close(raw(b.wall_clock) - raw(a.wall_clock), raw(a.wall_clock)));
    CHECK(raw(runs.energy_difference()) == close(raw(b.energy) - raw(a.energy), raw(a.energy)));
    CHECK(raw(runs.cost_difference()) == close(raw(b.cost.known) - raw(a.cost.known), raw(a.cost.known)));
    CHECK(runs.cost_known);
    CHECK(raw(term_of(runs.terms, "steps").difference()) ==
          close(raw(b.training_time) - raw(a.training_time), raw(a.training_time)));
    CHECK(raw(term_of(runs.terms, "losses as reported").difference()) ==
          close(raw(b.wall_clock) * 0.2 - raw(a.wall_clock) * 0.1, raw(a.wall_clock)));
    CHECK(runs.bill[0].name == "accelerators");
    CHECK(runs.speed_up() == relative(a.wall_clock / b.wall_clock));
}

TEST_CASE("what has no price in one of two runs is no difference of cost") {
    Prices without = prices;
    without.energy.reset();
    const RunEstimate a = run_of(deep, 0.9), b = run_of(deep, 0.8, without);
    const RunComparison runs = compare(a, b);
    CHECK_FALSE(runs.cost_known);
    CHECK_FALSE(term_of(runs.bill, "energy").known);
    CHECK(raw(runs.cost_difference()) == relative(2.5 / 3600 * raw(b.accelerator_time - a.accelerator_time)));
}

TEST_CASE("comparisons work in float and with derivatives") {
    const auto a = estimate_step(catalog::llama3_70b, over_scalar<float>(cluster), over_scalar<float>(deep));
    const auto b = estimate_step(catalog::llama3_70b, over_scalar<float>(cluster), over_scalar<float>(flat));
    CHECK(static_cast<double>(raw(compare(a, b).difference())) ==
          doctest::Approx(raw(at_compile_time.difference())).epsilon(1e-3));
    using Number = Dual<double, 1>;
    auto on = over_scalar<Number>(cluster);
    on.accelerator.memory.bandwidth *= variable<1>(1.0, 0);
    const auto c = estimate_step(catalog::llama3_70b, on, over_scalar<Number>(deep));
    const auto d = estimate_step(catalog::llama3_70b, on, over_scalar<Number>(flat));
    CHECK(raw(compare(c, d).difference()).gradient[0] ==
          doctest::Approx(raw(d.time).gradient[0] - raw(c.time).gradient[0]));
}
