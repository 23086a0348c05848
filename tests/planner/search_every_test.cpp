// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <foretrain/catalog/models.hpp>
#include <foretrain/catalog/stacks.hpp>
#include <foretrain/catalog/systems.hpp>
#include <foretrain/planner/search.hpp>
#include <foretrain/planner/search_every.hpp>

using namespace foretrain;

namespace {
constexpr Cluster cluster = catalog::dgx_h100(128);

ParallelPlan base() {
    ParallelPlan plan;
    plan.sequence = 8192;
    plan.stack = catalog::fsdp;
    return plan;
}
} // namespace

TEST_CASE("every list has values that some valid plan has") {
    for (const Transformer* model : {&catalog::llama3_8b, &catalog::mixtral_8x7b}) {
        const SearchSpace space = every_plan(*model, cluster, base(), 256);
        for (std::size_t knob = 0; knob < search_knobs; ++knob) CHECK(space.length(static_cast<SearchKnob>(knob)) > 0);
        for (const std::int64_t t : space.tensor) CHECK(model->heads % t == 0);
        for (const std::int64_t p : space.pipeline) CHECK(p <= model->layers);
        for (const std::int64_t c : space.context) CHECK(8192 / c >= 2048);
        for (const std::int64_t b : space.micro_batch) CHECK(256 % b == 0);
        const SearchResult found = *try_search(*model, space, {});
        CHECK(found.complete());
        CHECK(found.found());
    }
}

TEST_CASE("the best of every plan is no slower than the best of a few") {
    const SearchSpace all = every_plan(catalog::llama3_8b, cluster, base(), 256);
    SearchSpace few = all;
    few.tensor = {1, 2};
    few.pipeline = {1};
    few.virtual_stages = {1};
    few.schedule = {Schedule::one_f_one_b};
    const SearchResult best = *try_search(catalog::llama3_8b, all, {}),
                       of_few = *try_search(catalog::llama3_8b, few, {});
    REQUIRE(of_few.found());
    CHECK(best.best().figures.step_time <= of_few.best().figures.step_time);
}

TEST_CASE("a dense model has no experts to divide") {
    static_assert(every_expert(catalog::llama3_8b).size() == 1);
    CHECK(every_expert(catalog::mixtral_8x7b).size() == 4); // 1, 2, 4, 8
    CHECK(every_expert_tensor(catalog::mixtral_8x7b).size() == 4);
}
