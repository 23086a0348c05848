// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <foretrain/catalog/models.hpp>
#include <foretrain/catalog/systems.hpp>
#include <foretrain/planner/search_space.hpp>

using namespace foretrain;

namespace {

constexpr Cluster cluster = catalog::dgx_h100(64);

SearchSpace space_of() {
    SearchSpace space;
    space.base.sequence = 4096;
    space.clusters = {&cluster};
    space.tensor = {1, 2, 4};
    space.sequence_parallel = {false, true};
    space.context = {1, 2};
    space.context_exchange = {ContextExchange::all_gather, ContextExchange::ring};
    space.pipeline = {1, 2, 3};
    space.sharding = {Sharding::none, Sharding::parameters};
    space.sharding_group = {0, 8, 32};
    space.global_batch = {100, 128};
    return space;
}

} // namespace

TEST_CASE("an index names one combination, and each combination has one index") {
    const SearchSpace space = space_of();
    CHECK(space.size() == 3 * 2 * 2 * 2 * 3 * 2 * 3 * 2);
    for (std::int64_t i = 0; i < space.size(); ++i) {
        const SearchDigits digits = space.digits(i);
        for (std::size_t knob = 0; knob < search_knobs; ++knob) {
            CHECK(digits[knob] >= 0);
            CHECK(digits[knob] < space.length(static_cast<SearchKnob>(knob)));
        }
        CHECK(space.index(digits) == i);
    }
}

TEST_CASE("data-parallel ranks are what the other degrees leave") {
    const SearchSpace space = space_of();
    int refused = 0;
    for (std::int64_t i = 0; i < space.size(); ++i) {
        const ParallelPlan plan = space.plan_of(space.digits(i));
        const bool divides = 64 % (plan.tensor * plan.context * plan.pipeline) == 0;
        CHECK((plan.replica() * plan.data == 64) == divides);
        if (!divides) ++refused;
    }
    CHECK(refused == space.size() / 3); // three stages
}

TEST_CASE("the largest batch is a multiple of data times micro-batch and no other multiple lies between") {
    SearchSpace space = space_of();
    space.largest_batch = true;
    space.micro_batch = {1, 3};
    for (std::int64_t i = 0; i < space.size(); ++i) {
        const SearchDigits digits = space.digits(i);
        const ParallelPlan plan = space.plan_of(digits);
        const std::int64_t most = space.global_batch[static_cast<std::size_t>(digits[search_knobs - 1])];
        const std::int64_t samples = plan.data * plan.micro_batch;
        CHECK(plan.global_batch % samples == 0);
        CHECK(plan.global_batch <= most);
        CHECK(plan.global_batch + samples > most);
    }
}

TEST_CASE("plans that equal another are told from it") {
    const SearchSpace space = space_of();
    for (std::int64_t i = 0; i < space.size(); ++i) {
        const SearchDigits digits = space.digits(i);
        const ParallelPlan plan = space.plan_of(digits);
        const bool exchange = plan.context == 1 && plan.context_exchange == ContextExchange::ring;
        const bool group = plan.sharding_group > 0 && plan.sharding_group == plan.data * plan.context;
        CHECK(space.repeats_exchange(digits) == exchange);
        CHECK(space.repeats_group(catalog::llama3_8b, digits, plan) == group);
        // Without ranks of their own, experts are shared out over the tensor group too.
        CHECK(space.repeats_group(catalog::mixtral_8x7b, digits, plan) == (group && plan.tensor == 1));
    }
}

TEST_CASE("a list that is given too much says so") {
    static_assert(Choices<int, 2>{1, 2}.size() == 2 && !Choices<int, 2>{1, 2}.overflowed);
    const Choices<int, 2> full{1, 2, 3};
    CHECK(full.overflowed);
    CHECK(full.size() == 2);
}
