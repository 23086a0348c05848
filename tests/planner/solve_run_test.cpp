// SPDX-License-Identifier: Apache-2.0
#include <foretrain/planner/solve_run.hpp>

#include <cstdint>

#include <doctest/doctest.h>

#include <foretrain/catalog/models.hpp>
#include <foretrain/catalog/stacks.hpp>
#include <foretrain/catalog/systems.hpp>
#include <foretrain/run/goodput.hpp>
#include <foretrain/units/literals.hpp>

using namespace foretrain;
using namespace foretrain::literals;

namespace {

constexpr const Transformer& model = catalog::llama3_70b;
constexpr Cluster cluster = catalog::dgx_h100(256);
constexpr ParallelPlan plan{.tensor = 8,
                            .pipeline = 4,
                            .data = 8,
                            .sequence_parallel = true,
                            .sharding = Sharding::optimizer,
                            .global_batch = 960,
                            .micro_batch = 1,
                            .sequence = 8192,
                            .stack = catalog::megatron_core};
constexpr DataParallelGrowth growth{cluster, plan};
constexpr TokenBudget budget{200e9 * token};
constexpr RunConditions conditions{.faults = {.effective_share = 0.9},
                                   .site = site(1.2),
                                   .prices = {.accelerator = 2_usd_per_accelerator_hour, .energy = 0.08_usd_per_kWh},
                                   .power = measured_boards};
constexpr StepEstimate step = estimate_step(model, cluster, plan);

/// The wall clock on n accelerators, by a plain estimate; nothing where there is no such job.
std::optional<Seconds> wall_clock(std::int64_t n, const auto& with) {
    const auto job = growth.on(n);
    if (!job) return std::nullopt;
    const auto at = try_estimate_step(model, job->cluster, job->plan);
    if (!at || at->memory.peak > job->cluster.accelerator.memory.capacity) return std::nullopt;
    return try_estimate_run(*at, job->cluster, budget, with)->wall_clock;
}
RunEstimate run_of(std::int64_t steps, const RunConditions& with = conditions) {
    return estimate_run(step, cluster, TokenBudget{step.tokens * static_cast<double>(steps)}, with);
}

// At compile time: a run of a week.
constexpr auto week = most_steps(step, cluster, conditions, 7_days);
static_assert(week.found() && week.answer.measure <= 7_days && week.neighbour.measure > 7_days);

} // namespace

TEST_CASE("the fewest accelerators for a deadline: no fewer do, by plain estimates of all of them") {
    for (const double days : {12.0, 20.0, 45.0, 90.0}) {
        const Seconds deadline = days * 86400.0 * second;
        const auto fewest = fewest_accelerators(model, growth, budget, conditions, deadline, 1, 4096);
        REQUIRE(fewest.found());
        CHECK(*wall_clock(fewest.answer.at, conditions) == fewest.answer.measure);
        CHECK(fewest.answer.measure <= deadline);
        std::int64_t below = 0;
        for (std::int64_t n = 1; n < fewest.answer.at; ++n)
            if (const auto time = wall_clock(n, conditions)) {
                CHECK(*time > deadline);
                below = n;
            }
        if (below > 0) REQUIRE(fewest.has_neighbour);
        if (fewest.has_neighbour && fewest.neighbour.known) {
            CHECK(fewest.neighbour.at == below);
            CHECK(*wall_clock(below, conditions) == fewest.neighbour.measure);
        } else {
            CHECK(below == 0); // a smaller one does not fit in memory, or there is none
        }
    }
}

TEST_CASE("a tighter deadline never takes fewer accelerators, and more work never either") {
    std::int64_t before = 1 << 30;
    for (double days = 8; days < 100; days *= 1.3) {
        const Seconds deadline = days * 86400.0 * second;
        const auto fewest = fewest_accelerators(model, growth, budget, conditions, deadline, 1, 10000);
        if (!fewest.found()) continue;
        CHECK(fewest.answer.at <= before);
        before = fewest.answer.at;
        const auto more =
            fewest_accelerators(model, growth, TokenBudget{250e9 * token}, conditions, deadline, 1, 10000);
        if (more.found()) CHECK(more.answer.at >= fewest.answer.at);
    }
    CHECK(before < 1 << 30);
}

TEST_CASE("a deadline that nothing meets tells by how much the best misses it") {
    const auto none = fewest_accelerators(model, growth, budget, conditions, 1_hours, 1, 4096);
    CHECK(none.status == SolveStatus::none);
    CHECK(none.missed_by() > 1.0);
    CHECK(*wall_clock(none.answer.at, conditions) == none.answer.measure);
    for (std::int64_t n = 8; n <= 4096; n += 8)
        if (const auto time = wall_clock(n, conditions)) CHECK(*time >= none.answer.measure);
    // Where nothing fits there is not even a miss.
    const auto nothing = fewest_accelerators(catalog::llama3_405b, growth, budget, conditions, 90_days, 8, 32);
    CHECK(nothing.status == SolveStatus::none);
    CHECK_FALSE(nothing.answer.known);
}

TEST_CASE("fewer that do not fit in memory are a certificate too") {
    DataParallelGrowth tight = growth;
    tight.cluster.accelerator.memory.capacity = step_on<double>(model, growth, 64).step->memory.peak;
    const auto fewest = fewest_accelerators(model, tight, budget, conditions, 3000_days, 1, 4096);
    REQUIRE((fewest.found() && fewest.has_neighbour));
    CHECK(fewest.answer.at == 64);
    CHECK(fewest.neighbour.at == 32);
    CHECK_FALSE(fewest.neighbour.known);
}

TEST_CASE("faults count: with failures the same deadline takes more accelerators") {
    const auto ideal =
        fewest_accelerators(model, growth, budget,
                            BasicRunConditions<double, Faults>{
                                .faults = {.effective_share = 1.0}, .site = site(1.0), .power = measured_boards},
                            13_days, 1, 4096);
    const auto half =
        fewest_accelerators(model, growth, budget,
                            BasicRunConditions<double, Faults>{
                                .faults = {.effective_share = 0.5}, .site = site(1.0), .power = measured_boards},
                            13_days, 1, 4096);
    REQUIRE((ideal.found() && half.found()));
    CHECK(half.answer.at > ideal.answer.at);
}

TEST_CASE("what a run meets may depend on its size") {
    // Half of the time of more than 100 accelerators is lost.
    const auto at = [](std::int64_t n) {
        RunConditions with = conditions;
        with.faults.effective_share = n > 100 ? 0.5 : 1.0;
        return with;
    };
    const auto fewest = try_fewest_accelerators<double>(model, growth, budget, at, 16_days, 1, 4096);
    REQUIRE((fewest && fewest->found()));
    CHECK(*wall_clock(fewest->answer.at, at(fewest->answer.at)) == fewest->answer.measure);
    const auto without = fewest_accelerators(model, growth, budget, at(1), 16_days, 1, 4096);
    CHECK(without.answer.at < fewest->answer.at);
}

TEST_CASE("the most steps for time and for money: one more is too many") {
    for (const double days : {0.5, 7.0, 33.3}) {
        const auto most = most_steps(step, cluster, conditions, days * 86400.0 * second);
        REQUIRE((most.found() && most.has_neighbour));
        CHECK(most.neighbour.at == most.answer.at + 1);
        CHECK(run_of(most.answer.at).wall_clock == most.answer.measure);
        CHECK(run_of(most.answer.at).wall_clock <= most.goal.limit);
        CHECK(run_of(most.answer.at + 1).wall_clock > most.goal.limit);
    }
    for (const double dollars : {1e4, 1e6, 12345678.0}) {
        const auto most = most_steps(step, cluster, conditions, make<Usd>(dollars));
        REQUIRE((most.found() && most.has_neighbour));
        CHECK(most.neighbour.at == most.answer.at + 1);
        CHECK(raw(run_of(most.answer.at).cost.known) <= dollars);
        CHECK(raw(run_of(most.answer.at + 1).cost.known) > dollars);
    }
    // What happens beside the steps leaves less for them; a time in which it has not begun leaves nothing.
    RunConditions slow = conditions;
    slow.overheads.start_up = 2_hours;
    CHECK(most_steps(step, cluster, slow, 7_days).answer.at < week.answer.at);
    CHECK(most_steps(step, cluster, slow, 1_hours).status == SolveStatus::none);
    CHECK(most_steps(step, cluster, slow, 1_hours).missed_by() > 1.0);
}

TEST_CASE("the highest price by a budget: a cent more breaks it") {
    for (const double dollars : {2e5, 1e6, 5e7}) {
        const auto price = highest_price(step, cluster, budget, conditions, make<Usd>(dollars));
        REQUIRE((price.found() && price.has_neighbour));
        const auto cost = [&](const AcceleratorPrice& at) {
            RunConditions with = conditions;
            with.prices.accelerator = at;
            return raw(estimate_run(step, cluster, budget, with).cost.known);
        };
        CHECK(cost(price.answer.at) <= dollars);
        CHECK(cost(price.answer.at) > dollars * (1 - 2e-6));
        CHECK(cost(price.neighbour.at) > dollars);
        CHECK(raw(price.neighbour.at) <= raw(price.answer.at) * (1 + 1e-6));
    }
    // Energy alone costs more than this.
    CHECK(highest_price(step, cluster, budget, conditions, 1_usd).status == SolveStatus::none);
}

TEST_CASE("what is wrong with a question is told at once") {
    RunConditions unpriced = conditions;
    unpriced.prices = {};
    unpriced.faults.effective_share = 0.9;
    const auto money = try_most_steps(step, cluster, unpriced, make<Usd>(-1.0));
    REQUIRE_FALSE(money);
    CHECK(money.violations().size() == 3);
    CHECK(money.violations().contains("budget_needs_prices"));
    const auto time = try_fewest_accelerators(model, growth, budget, conditions, 0_s, 0, 100'000'000);
    REQUIRE_FALSE(time);
    CHECK(time.violations().size() == 3);
    CHECK_THROWS_AS(static_cast<void>(fewest_accelerators(model, growth, budget, conditions, 0_s, 1, 8)),
                    InvalidConfiguration);
    CHECK_FALSE(try_highest_price(step, cluster, budget, unpriced, 1_usd));
    Transformer odd = model;
    odd.heads = 0;
    const auto no_model = try_fewest_accelerators(odd, growth, budget, conditions, 7_days, 8, 64);
    REQUIRE_FALSE(no_model); // not: nothing is fast enough
    CHECK(no_model.violations().contains("range"));
}
