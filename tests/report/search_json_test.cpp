// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <foretrain/report/search_json.hpp>

#include "../planner/random_spaces.hpp"

using namespace foretrain;

TEST_CASE("a result that is written and read again has every bit, and shards merge to the whole through JSON") {
    int found = 0;
    for (std::uint64_t seed = 0; seed < 25; ++seed) {
        const random_spaces::Case c = random_spaces::draw(seed);
        const auto written = [&](const SearchResult& result, const SearchShard& shard) {
            SearchReport report{
                .model = *c.model, .space = c.space, .question = c.question, .result = result, .shard = shard};
            return Json::parse(search_json(report).dump());
        };
        const SearchResult whole = *try_search(*c.model, c.space, c.question);
        CHECK(search_result_from(written(whole, {}), c.question) == whole);
        SearchResult merged = search_result_from(
            written(*try_search(*c.model, c.space, c.question, SearchShard{0, 2}), {0, 2}), c.question);
        merge(merged, search_result_from(written(*try_search(*c.model, c.space, c.question, SearchShard{1, 2}), {1, 2}),
                                         c.question));
        CHECK(merged == whole);
        CHECK(written(merged, {}).dump() == written(whole, {}).dump());
        if (whole.found()) ++found;
    }
    CHECK(found > 5);
}

TEST_CASE("what is not a search is refused") {
    CHECK_THROWS_AS((void)search_result_from(Json::parse("{}"), SearchQuestion{}), Json::exception);
}
