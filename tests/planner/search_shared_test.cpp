// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <foretrain/planner/search.hpp>

#include "random_spaces.hpp"

using namespace foretrain;

TEST_CASE("what plans share never leaks from one to the next: any order of values gives the same plans") {
    for (std::uint64_t seed = 0; seed < 60; ++seed) {
        random_spaces::Case c = random_spaces::draw(seed);
        c.question.method = SearchMethod::exhaustive;
        c.question.front = {};
        c.question.top = 1;
        random_spaces::Case turned = c;
        const auto turn = [](auto& list) {
            for (std::size_t i = 0; 2 * i + 1 < list.size(); ++i)
                std::swap(list.values[i], list.values[list.size() - 1 - i]);
        };
        turn(turned.space.sharding), turn(turned.space.offload), turn(turned.space.global_batch);
        turn(turned.space.schedule), turn(turned.space.virtual_stages), turn(turned.space.pipeline);
        turn(turned.space.recomputation), turn(turned.space.prefetch), turn(turned.space.tensor);
        const SearchResult one = *try_search(*c.model, c.space, c.question);
        const SearchResult other = *try_search(*turned.model, turned.space, turned.question);
        CAPTURE(seed);
        CHECK(one.outcome == other.outcome);
        CHECK(one.found() == other.found());
        if (one.found()) CHECK(one.best().figures.value == other.best().figures.value);
        CHECK(one.closest.excess == other.closest.excess);
    }
}
