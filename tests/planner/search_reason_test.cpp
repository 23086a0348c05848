// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <foretrain/planner/search.hpp>
#include <foretrain/planner/search_reason.hpp>

#include "random_spaces.hpp"

using namespace foretrain;

TEST_CASE("reasons are ordered and sum to what the loser takes longer, for equal work") {
    int losers = 0;
    for (std::uint64_t seed = 0; seed < 60; ++seed) {
        random_spaces::Case c = random_spaces::draw(seed);
        c.question.goal = SearchGoal::token_time;
        c.question.top = 12;
        const SearchResult found = *try_search(*c.model, c.space, c.question);
        for (std::int64_t i = 1; i < found.top.count; ++i) {
            const SearchHit& loser = found.top.hit[static_cast<std::size_t>(i)];
            const auto reasons = reasons_of(loser, found.best());
            double sum = 0;
            for (std::size_t k = 0; k < step_parts; ++k) {
                sum += reasons[k].difference;
                if (k > 0) CHECK(reasons[k].difference <= reasons[k - 1].difference);
            }
            const double tokens = found.best().figures.step_time / found.best().figures.token_time;
            const double longer = (loser.figures.token_time - found.best().figures.token_time) * tokens;
            CHECK(sum == doctest::Approx(longer).epsilon(1e-9).scale(found.best().figures.step_time));
            ++losers;
        }
    }
    CHECK(losers > 50);
}

TEST_CASE("the winner has no reason against itself") {
    SearchHit hit;
    hit.figures.step_time = 2.0;
    hit.figures.token_time = 1e-6;
    hit.parts[3] = 1.5;
    for (const SearchReason& reason : reasons_of(hit, hit)) CHECK(reason.difference == 0.0);
}
