// SPDX-License-Identifier: Apache-2.0
#include <foretrain/report/advice.hpp>

#include <algorithm>
#include <set>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include "example.hpp"

using namespace foretrain;

namespace {

double saved(const std::vector<Lever>& all, std::string_view resource) {
    for (const Lever& lever : all)
        if (lever.resource == resource) return lever.saved;
    return -1;
}

} // namespace

static_assert(is_model_work(StepPart::loss) && !is_model_work(StepPart::recomputation));

TEST_CASE("every part that is not the model's own work has advice of its own") {
    std::set<std::string_view> seen;
    for (std::size_t i = operation_kinds; i < step_parts; ++i) {
        const auto part = static_cast<StepPart>(i);
        CAPTURE(name_of(part));
        CHECK(advice(part) != advice(StepPart::feed_forward));
        CHECK(seen.insert(advice(part)).second);
    }
}

TEST_CASE("levers say which hardware a step waits for") {
    const Report r = example::report();
    const std::vector<Lever> all = levers(r.model, r.cluster, r.plan, r.step);
    for (const Lever& lever : all) {
        CAPTURE(lever.resource);
        CHECK(lever.saved > -1e-9);                  // better hardware never costs time
        CHECK(lever.saved < 1.0 - 1.0 / 1.1 + 1e-9); // and never saves more than if all of the step waited for it
    }
    CHECK(std::is_sorted(all.begin(), all.end(), [](const Lever& a, const Lever& b) { return a.saved > b.saved; }));
    CHECK(all.front().resource == "matrix rate");
    CHECK(saved(all, "scale-out bandwidth") >= 0);
}

TEST_CASE("a slow network becomes the strongest lever, and is none on one node") {
    Report r = example::report();
    r.cluster.fabric.tier[1].link.bandwidth = make<Bandwidth>(1e8);
    r.step = estimate_step(r.model, r.cluster, r.plan);
    CHECK(levers(r.model, r.cluster, r.plan, r.step).front().resource == "scale-out bandwidth");
    r.cluster = catalog::dgx_h100(8);
    r.plan.data = 2;
    r.step = estimate_step(r.model, r.cluster, r.plan);
    CHECK(saved(levers(r.model, r.cluster, r.plan, r.step), "scale-out bandwidth") == -1);
}

TEST_CASE("ways to fit do fit, the fastest first") {
    Report r = example::report();
    r.plan = {.data = 64, .global_batch = 512, .micro_batch = 4, .sequence = 8192, .stack = catalog::fsdp};
    r.step = estimate_step(r.model, r.cluster, r.plan);
    REQUIRE(r.step.memory.peak > r.cluster.accelerator.memory.capacity);
    CHECK(ways_to_fit(r.model, r.cluster, r.plan).empty()); // 144 GB of states alone
    r.plan.sharding = Sharding::parameters;
    r.step = estimate_step(r.model, r.cluster, r.plan);
    REQUIRE(r.step.memory.peak > r.cluster.accelerator.memory.capacity);
    const std::vector<Alternative> ways = ways_to_fit(r.model, r.cluster, r.plan);
    REQUIRE(ways.size() == 2); // full recomputation, smaller micro-batches
    for (const Alternative& way : ways) CHECK(way.peak <= r.cluster.accelerator.memory.capacity);
    CHECK(ways[0].time <= ways[1].time);
    CHECK(ways[0].change == "micro-batches of 1");
}

TEST_CASE("the largest losses leave out the model's own work and what is small") {
    StepBreakdown parts;
    parts.set(StepPart::feed_forward, make<Seconds>(90), Resource::matrix);
    parts.set(StepPart::optimizer, make<Seconds>(0.5), Resource::memory);
    parts.set(StepPart::bubble, make<Seconds>(3), Resource::dependency);
    parts.set(StepPart::data_communication, make<Seconds>(5), Resource::scale_out);
    CHECK(largest_losses(parts, 3) == std::vector{StepPart::data_communication, StepPart::bubble});
    CHECK(largest_losses(parts, 1) == std::vector{StepPart::data_communication});
    CHECK(largest_losses(StepBreakdown{}, 0).empty());
}
