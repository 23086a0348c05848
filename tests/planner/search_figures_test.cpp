// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <foretrain/planner/search_figures.hpp>

#include "random_spaces.hpp"

using namespace foretrain;

TEST_CASE("run time, energy and cost are those of `estimate_run`") {
    int compared = 0;
    for (std::uint64_t seed = 0; seed < 200 && compared < 200; ++seed) {
        random_spaces::Case c = random_spaces::draw(seed);
        c.question.limits = {};
        c.question.goal = SearchGoal::energy;
        c.question.run.energy_price = make<EnergyPrice>(0.1 / 3.6e6);
        c.question.run.prices = {make<AcceleratorPrice>(2.0 / 3600.0), make<AcceleratorPrice>(1.0 / 3600.0)};
        const std::int64_t size = c.space.size();
        for (std::int64_t i = 0; i < size; i += 1 + size / 40) {
            const SearchVerdict verdict = judge_plan(*c.model, c.space, c.question, GoalObjective{c.question.goal}, i);
            if (verdict.outcome != SearchOutcome::feasible) continue;
            const SearchDigits at = c.space.digits(i);
            const Cluster cluster = c.space.cluster_of(at);
            const StepEstimate step = estimate_step(*c.model, cluster, c.space.plan_of(at));
            const RunEstimate run =
                estimate_run(step, cluster, TokenBudget{c.question.run.tokens},
                             Faults{.effective_share = c.question.run.effective_share},
                             Prices{.accelerator = c.question.run.prices[static_cast<std::size_t>(at[0])],
                                    .energy = c.question.run.energy_price},
                             *c.question.run.site);
            const SearchFigures& f = verdict.hit.figures;
            CHECK(f.run_time == doctest::Approx(raw(run.wall_clock)).epsilon(1e-12));
            CHECK(f.energy == doctest::Approx(raw(run.energy)).epsilon(1e-12));
            CHECK(f.power == doctest::Approx(raw(run.power)).epsilon(1e-12));
            CHECK(f.cost == doctest::Approx(raw(run.cost.known)).epsilon(1e-12));
            CHECK(f.value == f.energy);
            ++compared;
        }
    }
    CHECK(compared > 50);
}

TEST_CASE("each limit refuses what exceeds it and keeps what equals it") {
    SearchFigures f;
    f.run_time = 100, f.cost = 10, f.power = 5;
    SearchQuestion q;
    CHECK(detail::outcome_of(f, q) == SearchOutcome::feasible);
    q.limits.deadline = make<Seconds>(100.0);
    CHECK(detail::outcome_of(f, q) == SearchOutcome::feasible);
    q.limits.deadline = make<Seconds>(99.9);
    CHECK(detail::outcome_of(f, q) == SearchOutcome::deadline);
    q.limits.deadline.reset();
    q.limits.budget = make<Usd>(9.0);
    CHECK(detail::outcome_of(f, q) == SearchOutcome::budget);
    q.limits.budget.reset();
    q.limits.power = make<Watts>(4.0);
    CHECK(detail::outcome_of(f, q) == SearchOutcome::power);
}

TEST_CASE("groups that must stay within a node do or do not") {
    const Cluster cluster = catalog::dgx_h100(64);
    SearchLimits limits;
    limits.within_innermost = {ParallelGroup::tensor};
    CHECK(detail::keeps_groups(limits, cluster, placement_of(ParallelPlan{.tensor = 8, .data = 8})));
    CHECK(!detail::keeps_groups(limits, cluster, placement_of(ParallelPlan{.tensor = 16, .data = 4})));
    limits.within_innermost = {ParallelGroup::context};
    CHECK(!detail::keeps_groups(limits, cluster, placement_of(ParallelPlan{.tensor = 8, .data = 4, .context = 2})));
}
