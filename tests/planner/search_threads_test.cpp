// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <foretrain/planner/search_threads.hpp>

#include "random_spaces.hpp"

using namespace foretrain;

TEST_CASE("threads find what one thread finds, bit for bit") {
    for (std::uint64_t seed = 0; seed < 30; ++seed) {
        const random_spaces::Case c = random_spaces::draw(seed);
        const auto one = try_search(*c.model, c.space, c.question);
        REQUIRE(one.has_value());
        for (const int threads : {1, 2, 5}) {
            const auto many = search_on_threads(*c.model, c.space, c.question, threads);
            REQUIRE(many.has_value());
            CHECK(*many == *one);
        }
    }
}

TEST_CASE("progress of all threads adds up, and any call may cancel") {
    const random_spaces::Case c = random_spaces::draw(3);
    std::int64_t last = 0, total = 0;
    const auto watch = [&](const SearchProgress& progress) {
        CHECK(progress.done >= last);
        last = progress.done;
        total = progress.total;
        return true;
    };
    const GoalObjective goal{c.question.goal};
    CHECK(search_on_threads(*c.model, c.space, c.question, goal, 3, watch)->complete());
    CHECK(last == c.space.size());
    CHECK(total == c.space.size());
    const auto stopped =
        search_on_threads(*c.model, c.space, c.question, goal, 3, [](const SearchProgress&) { return false; });
    CHECK(stopped->cancelled);
    CHECK(!stopped->complete());
}

TEST_CASE("a bad question is refused before any thread starts") {
    random_spaces::Case c = random_spaces::draw(3);
    c.question.top = 0;
    CHECK(search_on_threads(*c.model, c.space, c.question, 2).violations().contains("range"));
}
