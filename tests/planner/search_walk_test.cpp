// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <limits>

#include <foretrain/planner/search.hpp>

#include "random_spaces.hpp"

using namespace foretrain;

namespace {

/// A user's own objective: the least memory, and among equals the shortest step.
struct LeastMemory {
    [[nodiscard]] double value(const SearchCandidate& candidate) const {
        return candidate.figures.memory + raw(candidate.breakdown[StepPart::bubble]) * 1e-3;
    }
};
/// One of the user's that has a bound: time and money together.
struct TimeAndMoney {
    [[nodiscard]] double value(const SearchCandidate& candidate) const {
        return candidate.figures.run_time * 2.0 + candidate.figures.cost;
    }
    [[nodiscard]] double bound(const SearchFigures& least, std::int64_t) const {
        return least.run_time * 2.0 + least.cost;
    }
};
static_assert(!BoundedObjective<LeastMemory> && BoundedObjective<TimeAndMoney>);

template <class Objective>
SearchTop by_hand(const random_spaces::Case& c, const Objective& objective) {
    SearchTop top;
    top.wanted = c.question.top;
    for (std::int64_t i = 0; i < c.space.size(); ++i)
        if (const SearchVerdict v = judge_plan(*c.model, c.space, c.question, objective, i);
            v.outcome == SearchOutcome::feasible)
            top.add(v.hit);
    return top;
}

} // namespace

TEST_CASE("a user's own objective is searched, with its bound or, without one, plan by plan") {
    int found = 0;
    for (std::uint64_t seed = 0; seed < 60; ++seed) {
        random_spaces::Case c = random_spaces::draw(seed);
        c.question.front = {};
        const SearchResult memory = *try_search(*c.model, c.space, c.question, LeastMemory{}, SearchShard{}, NoWatch{});
        CHECK(memory.count(SearchOutcome::bounded) == 0);
        CHECK(memory.top == by_hand(c, LeastMemory{}));
        const SearchResult both = *try_search(*c.model, c.space, c.question, TimeAndMoney{}, SearchShard{}, NoWatch{});
        CHECK(both.top == by_hand(c, TimeAndMoney{}));
        if (both.found()) ++found;
    }
    CHECK(found > 15);
}

TEST_CASE("an objective that has no number for a plan puts it last") {
    /// Known only of plans whose step is short enough.
    struct Known {
        double most = 0;
        [[nodiscard]] double value(const SearchCandidate& candidate) const {
            const double time = candidate.figures.step_time;
            return time < most ? time : std::numeric_limits<double>::quiet_NaN();
        }
    };
    int mixed = 0;
    for (std::uint64_t seed = 0; seed < 60; ++seed) {
        random_spaces::Case c = random_spaces::draw(seed);
        c.question.front = {};
        c.question.goal = SearchGoal::step_time;
        c.question.top = 4;
        const SearchTop times = by_hand(c, GoalObjective{SearchGoal::step_time});
        if (times.count < 4) continue;
        const Known known{times.hit[2].figures.step_time};
        if (!(known.most > times.hit[0].figures.step_time)) continue; // all alike
        const SearchResult found = *try_search(*c.model, c.space, c.question, known, SearchShard{}, NoWatch{});
        REQUIRE(found.top.count == 4);
        CHECK(found.best().index == times.hit[0].index);
        CHECK(found.top == by_hand(c, known));
        for (const SearchHit& hit : found.top.hit) CHECK(hit.figures.value == hit.figures.value);
        if (times.hit[0].index > 0) ++mixed;
    }
    CHECK(mixed > 5);
}

TEST_CASE("a search that is cancelled says so and claims nothing") {
    const random_spaces::Case c = random_spaces::draw(3);
    int calls = 0;
    const auto stop = [&calls](const SearchProgress&) { return ++calls < 1; };
    random_spaces::Case large = c;
    large.space.virtual_stages = {1, 2, 3, 4, 5, 6, 7, 8};
    large.space.prefetch = {1, 0, 2, 3, 4, 5, 6, 7};
    large.space.tensor = {1, 2, 4, 8};
    large.space.pipeline = {1, 2, 4, 8};
    large.space.micro_batch = {1, 2, 4, 8};
    const auto result =
        try_search(*large.model, large.space, large.question, GoalObjective{large.question.goal}, SearchShard{}, stop);
    REQUIRE(result.has_value());
    CHECK(calls >= 1);
    CHECK(result->cancelled);
    CHECK(!result->complete());
}

TEST_CASE("every plan ends in exactly one count") {
    for (std::uint64_t seed = 0; seed < 100; ++seed) {
        const random_spaces::Case c = random_spaces::draw(seed);
        const SearchResult result = *try_search(*c.model, c.space, c.question);
        std::int64_t sum = 0;
        for (const std::int64_t count : result.outcome) sum += count;
        CHECK(sum == result.done);
        CHECK(sum == c.space.size());
    }
}

TEST_CASE("a tiny space is searched by the compiler") {
    static constexpr Cluster cluster = catalog::dgx_h100(8);
    static constexpr auto best = [] {
        SearchSpace space;
        space.base.sequence = 4096;
        space.base.stack = catalog::megatron_core;
        space.clusters = {&cluster};
        space.tensor = {1, 8};
        space.sharding = {Sharding::none, Sharding::optimizer};
        space.global_batch = {32};
        const auto result = try_search(catalog::llama3_8b, space, {.method = SearchMethod::exhaustive});
        return std::array<std::int64_t, 3>{result->best().index, result->count(SearchOutcome::feasible),
                                           result->count(SearchOutcome::memory)};
    }();
    static_assert(best[1] + best[2] == 4);
    static_assert(best[2] >= 1, "8 B parameters with Adam do not fit without sharding");
    CHECK(best[0] >= 0);
}
