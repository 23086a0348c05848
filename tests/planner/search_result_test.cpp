// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <algorithm>
#include <type_traits>
#include <vector>

#include <foretrain/planner/search_result.hpp>

#include "../step/random_plans.hpp"

using namespace foretrain;

namespace {

SearchPoint point(std::int64_t index, double time, double cost) {
    SearchPoint one{.index = index, .accelerators = 8, .figures = {}};
    one.figures.token_time = time;
    one.figures.cost = cost;
    return one;
}

} // namespace

TEST_CASE("results can be sent byte by byte") { static_assert(std::is_trivially_copyable_v<SearchResult>); }

TEST_CASE("the best so many are those that sorting finds, whatever order they come in") {
    random_plans::Random random{7};
    for (int round = 0; round < 50; ++round) {
        std::vector<SearchHit> hits;
        for (std::int64_t i = 0; i < 200; ++i) {
            SearchHit hit{.index = i, .accelerators = 1, .figures = {}, .parts = {}};
            hit.figures.value = static_cast<double>(random.below(40)); // many are equal
            hits.push_back(hit);
        }
        SearchTop forth, back;
        forth.wanted = back.wanted = 1 + random.below(64);
        for (const SearchHit& hit : hits) forth.add(hit);
        for (std::size_t i = hits.size(); i-- > 0;) back.add(hits[i]);
        CHECK(forth == back);
        std::sort(hits.begin(), hits.end(), [](const SearchHit& a, const SearchHit& b) { return a.before(b); });
        REQUIRE(forth.count == forth.wanted);
        for (std::size_t i = 0; i < static_cast<std::size_t>(forth.count); ++i) CHECK(forth.hit[i] == hits[i]);
    }
}

TEST_CASE("a front holds what nothing beats, whatever order points come in") {
    random_plans::Random random{11};
    for (int round = 0; round < 50; ++round) {
        std::vector<SearchPoint> all;
        for (std::int64_t i = 0; i < 120; ++i) {
            const double time = static_cast<double>(random.below(30)), cost = static_cast<double>(random.below(30));
            all.push_back(point(i, time, cost));
        }
        const SearchAxes axes{.time = true, .cost = true};
        SearchFront forth{.axes = axes}, back{.axes = axes};
        for (const SearchPoint& one : all) forth.add(one);
        for (std::size_t i = all.size(); i-- > 0;) back.add(all[i]);
        CHECK(forth == back);
        std::int64_t unbeaten = 0;
        for (const SearchPoint& one : all)
            if (std::none_of(all.begin(), all.end(), [&](const SearchPoint& o) { return o.beats(one, axes); }))
                ++unbeaten;
        CHECK(forth.count == unbeaten);
        CHECK(forth.dropped == 0);
    }
}

TEST_CASE("a front that has no room says how many it left out") {
    SearchFront front{.axes = {.time = true, .cost = true}};
    for (std::int64_t i = 0; i < 300; ++i) front.add(point(i, static_cast<double>(i), static_cast<double>(300 - i)));
    CHECK(front.count == 256);
    CHECK(front.dropped == 44);
}

TEST_CASE("merged results count what their parts count and keep the closest miss") {
    SearchResult one{.plans = 10, .done = 4}, other{.plans = 10, .done = 6};
    one.outcome[0] = 4, other.outcome[5] = 6;
    one.closest = {.index = 3, .memory = 9, .excess = 0.5};
    other.closest = {.index = 2, .memory = 8, .excess = 0.5};
    SearchResult both = one;
    merge(both, other);
    CHECK(both.complete());
    CHECK(!one.complete());
    CHECK(both.count(SearchOutcome::memory) == 6);
    CHECK(both.closest.index == 2);
    SearchResult turned = other;
    merge(turned, one);
    CHECK(both == turned);
}
