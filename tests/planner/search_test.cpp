// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <foretrain/planner/search.hpp>

#include "random_spaces.hpp"

using namespace foretrain;

namespace {

/// Every plan on its own, by a check and an estimate of it alone.
template <class Objective>
SearchResult brute_force(const random_spaces::Case& c, const Objective& objective) {
    SearchResult result;
    result.plans = c.space.size();
    result.top.wanted = c.question.top;
    result.front.axes = c.question.front;
    for (std::int64_t i = 0; i < result.plans; ++i) {
        const SearchVerdict verdict = judge_plan(*c.model, c.space, c.question, objective, i);
        ++result.done;
        ++result.outcome[static_cast<std::size_t>(verdict.outcome)];
        result.closest.consider(verdict.miss);
        if (verdict.outcome != SearchOutcome::feasible) continue;
        result.top.add(verdict.hit);
        if (c.question.front.any())
            result.front.add({verdict.hit.index, verdict.hit.accelerators, verdict.hit.figures});
    }
    return result;
}

} // namespace

TEST_CASE("an exhaustive search equals brute force, bit for bit, in every count") {
    std::int64_t feasible = 0, plans = 0;
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
        random_spaces::Case c = random_spaces::draw(seed);
        c.question.method = SearchMethod::exhaustive;
        const SearchResult expected = brute_force(c, GoalObjective{c.question.goal});
        const auto found = try_search(*c.model, c.space, c.question);
        REQUIRE(found.has_value());
        CAPTURE(seed);
        for (std::size_t i = 0; i < search_outcomes; ++i) CHECK(found->outcome[i] == expected.outcome[i]);
        CHECK(found->top == expected.top);
        CHECK(found->closest == expected.closest);
        CHECK(*found == expected);
        feasible += expected.count(SearchOutcome::feasible);
        plans += expected.plans;
    }
    MESSAGE(plans << " plans, " << feasible << " feasible");
    CHECK(feasible > 1000);
}

TEST_CASE("branch and bound finds the same best plans as brute force") {
    std::int64_t bounded = 0;
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
        random_spaces::Case c = random_spaces::draw(seed);
        c.question.front = {};
        const SearchResult expected = brute_force(c, GoalObjective{c.question.goal});
        const auto found = try_search(*c.model, c.space, c.question);
        REQUIRE(found.has_value());
        CAPTURE(seed);
        CHECK(found->complete());
        CHECK(found->top == expected.top);
        const SearchLimits& limits = c.question.limits;
        const bool only_memory = !limits.deadline && !limits.budget && !limits.power;
        if (!expected.found() && only_memory) CHECK(found->closest == expected.closest);
        bounded += found->count(SearchOutcome::bounded);
    }
    CHECK(bounded > 10000);
}

TEST_CASE("shards merge to the whole, bit for bit, in any order and number") {
    for (std::uint64_t seed = 0; seed < 40; ++seed) {
        const random_spaces::Case c = random_spaces::draw(seed);
        const auto whole = try_search(*c.model, c.space, c.question);
        REQUIRE(whole.has_value());
        CAPTURE(seed);
        for (const std::int64_t shards : {2, 3, 7}) {
            SearchResult merged = *try_search(*c.model, c.space, c.question, SearchShard{shards - 1, shards});
            for (std::int64_t i = shards - 1; i-- > 0;)
                merge(merged, *try_search(*c.model, c.space, c.question, SearchShard{i, shards}));
            CHECK(merged == *whole);
        }
    }
}

TEST_CASE("a plan that a search passes over as repeated equals another of its space, bit for bit") {
    int groups = 0, exchanges = 0;
    for (std::uint64_t seed = 0; seed < 120; ++seed) {
        random_spaces::Case c = random_spaces::draw(seed);
        c.space.sharding = {Sharding::parameters};
        c.space.sharding_group = {0, 4, 8, 16, 32, 64};
        if (c.space.size() > 20000) continue;
        CAPTURE(seed);
        for (std::int64_t i = 0; i < c.space.size(); ++i) {
            SearchDigits at = c.space.digits(i);
            const ParallelPlan plan = c.space.plan_of(at);
            const bool exchange = c.space.repeats_exchange(at), group = c.space.repeats_group(*c.model, at, plan);
            if (!exchange && !group) continue;
            const auto step = try_estimate_step(*c.model, c.space.cluster_of(at), plan);
            if (!step) continue;
            at[static_cast<std::size_t>(exchange ? SearchKnob::context_exchange : SearchKnob::sharding_group)] = 0;
            const auto other = try_estimate_step(*c.model, c.space.cluster_of(at), c.space.plan_of(at));
            REQUIRE(other);
            CHECK(other->time == step->time);
            CHECK(other->memory.peak == step->memory.peak);
            ++(exchange ? exchanges : groups);
        }
    }
    CHECK(groups > 100);
    CHECK(exchanges > 100);
}
