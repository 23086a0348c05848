// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <limits>

#include <foretrain/catalog/models.hpp>
#include <foretrain/catalog/systems.hpp>
#include <foretrain/planner/search_question.hpp>

using namespace foretrain;

namespace {

constexpr Cluster cluster = catalog::dgx_h100(64);

Violations wrong(const SearchSpace& space, const SearchQuestion& question) {
    Violations violations;
    check_rules(catalog::llama3_8b, space, question, violations);
    return violations;
}
SearchSpace small() {
    SearchSpace space;
    space.base.sequence = 4096;
    space.clusters = {&cluster};
    space.global_batch = {128};
    return space;
}

} // namespace

TEST_CASE("a question about steps needs nothing else") { CHECK(wrong(small(), {}).empty()); }

TEST_CASE("what is asked for must follow from what is given") {
    CHECK(wrong(small(), {.goal = SearchGoal::run_time}).contains("goal_needs_tokens"));
    SearchQuestion dear{.goal = SearchGoal::cost};
    dear.run.tokens = make<Tokens>(1e12);
    CHECK(wrong(small(), dear).contains("cost_needs_price"));
    dear.run.prices = {std::nullopt};
    CHECK(wrong(small(), dear).contains("cost_needs_price"));
    dear.run.prices = {make<AcceleratorPrice>(1e-3)};
    CHECK(wrong(small(), dear).empty());
    SearchQuestion limited;
    limited.limits.deadline = make<Seconds>(1e6);
    CHECK(wrong(small(), limited).contains("limit_needs_tokens"));
    SearchQuestion hungry;
    hungry.limits.power = make<Watts>(1e6);
    CHECK(wrong(small(), hungry).contains("energy_needs_site"));
    hungry.run.site = site(1.1);
    CHECK(wrong(small(), hungry).empty());
}

TEST_CASE("empty and overfull lists are refused") {
    SearchSpace space = small();
    space.global_batch = {};
    CHECK(wrong(space, {}).contains("every_list_has_a_value"));
    space = small();
    for (std::int64_t i = 1; i < 40; ++i) space.tensor.add(i);
    CHECK(wrong(space, {}).contains("lists_have_room"));
    CHECK(wrong(small(), {.top = 65}).contains("range"));
}

TEST_CASE("numbers that are none, negative or out of any range are refused") {
    constexpr double none = std::numeric_limits<double>::quiet_NaN();
    SearchQuestion full;
    full.run.tokens = make<Tokens>(1e12);
    full.run.prices = {make<AcceleratorPrice>(1e-3)};
    full.run.energy_price = make<EnergyPrice>(1e-8);
    full.run.site = site(1.1);
    full.limits = {.deadline = make<Seconds>(1e6), .budget = make<Usd>(1e6), .power = make<Watts>(1e6)};
    REQUIRE(wrong(small(), full).empty());
    for (const double bad : {none, -1.0, std::numeric_limits<double>::infinity()}) {
        CAPTURE(bad);
        SearchQuestion question = full;
        question.limits.deadline = make<Seconds>(bad);
        CHECK(wrong(small(), question).contains("range"));
        question = full;
        question.limits.budget = make<Usd>(bad);
        CHECK(wrong(small(), question).contains("range"));
        question = full;
        question.limits.power = make<Watts>(bad);
        CHECK(wrong(small(), question).contains("range"));
        question = full;
        question.run.prices = {make<AcceleratorPrice>(bad)};
        CHECK(wrong(small(), question).contains("range"));
        question = full;
        question.run.energy_price = make<EnergyPrice>(bad);
        CHECK(wrong(small(), question).contains("range"));
        SearchSpace space = small();
        space.offload = {{}, {.optimizer = bad}};
        CHECK(wrong(space, {}).contains("range"));
    }
    // Products of such degrees would overflow.
    SearchSpace space = small();
    space.largest_batch = true;
    space.micro_batch = {std::int64_t{1} << 61};
    CHECK(wrong(space, {}).contains("range"));
    space = small();
    space.tensor = space.context = {std::int64_t{1} << 32};
    CHECK(wrong(space, {}).contains("range"));
    // One that is only too large for a plan is counted as a broken rule.
    space = small();
    space.tensor = {0, -1, 2048};
    CHECK(wrong(space, {}).empty());
}

TEST_CASE("a cluster that is not there, and lists of choices that are too long, are refused") {
    SearchSpace space = small();
    space.clusters = {&cluster, nullptr};
    CHECK(wrong(space, {}).contains("clusters_exist"));
    space = small();
    for (int i = 0; i < 8; ++i) space.schedule.add(Schedule::gpipe);
    CHECK(wrong(space, {}).contains("lists_have_room"));
}

TEST_CASE("progress knows its rate and what is left") {
    constexpr SearchProgress half{.done = 50, .total = 100};
    static_assert(half.rate(make<Seconds>(5.0)) == 10.0);
    CHECK(raw(*half.remaining(make<Seconds>(5.0))) == 5.0);
    CHECK(!SearchProgress{.done = 0, .total = 100}.remaining(make<Seconds>(5.0)));
}
