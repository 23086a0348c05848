// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <foretrain/planner/search.hpp>

#include "random_spaces.hpp"

using namespace foretrain;

TEST_CASE("what is to beat is no better than the plan wanted last, and often it is that plan") {
    int exact = 0, known = 0;
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        random_spaces::Case c = random_spaces::draw(seed);
        c.question.front = {};
        c.question.top = 1;
        const GoalObjective goal{c.question.goal};
        const detail::SearchCutoff cutoff =
            detail::SearchSeed<GoalObjective>{*c.model, c.space, c.question, goal}.cutoff();
        const SearchResult found = *try_search(*c.model, c.space, c.question);
        if (!found.found()) {
            CHECK(cutoff.value == std::numeric_limits<double>::infinity());
            continue;
        }
        CHECK(cutoff.value >= found.best().figures.value);
        if (cutoff.value < std::numeric_limits<double>::infinity()) ++known;
        if (cutoff.value == found.best().figures.value) ++exact;
    }
    CHECK(known > 30);
    CHECK(exact > 15);
}
