// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <foretrain/catalog/models.hpp>
#include <foretrain/catalog/stacks.hpp>
#include <foretrain/catalog/systems.hpp>
#include <foretrain/planner/hypothesis.hpp>

#include "../relative.hpp"

using namespace foretrain;
using namespace foretrain::detail;

namespace {

struct Job {
    Cluster cluster = catalog::dgx_h100(64);
    ParallelPlan plan{.tensor = 2,
                      .data = 32,
                      .sequence_parallel = true,
                      .sharding = Sharding::optimizer,
                      .global_batch = 512,
                      .micro_batch = 1,
                      .sequence = 8192,
                      .stack = catalog::megatron_core};
    StepConditions conditions{};
    [[nodiscard]] HealthyJob healthy() const { return {catalog::llama3_8b, cluster, plan, conditions}; }
};

} // namespace

// Worse is less likely, and beyond what is credible much less; a fault that is more common is more likely.
static_assert(prior_score({0.1, 0.5, 3.0}, 1.5) > prior_score({0.1, 0.5, 3.0}, 2.5));
static_assert(prior_score({0.1, 0.5, 3.0}, 2.9) > prior_score({0.1, 0.5, 3.0}, 3.1) + 1.5);
static_assert(prior_score({0.2, 0.5, 3.0}, 1.5) > prior_score({0.1, 0.5, 3.0}, 1.5));

TEST_CASE("what was measured and the rest of the step sum to the gap") {
    const Job job;
    const StepProfile healthy = healthy_profile(job.healthy());
    RunMeasurement m;
    m[RunComponent::compute] = make<Seconds>(5.0);
    m[RunComponent::input_wait] = make<Seconds>(1.0);
    const double measured = healthy.total() * 1.5;
    const Observations observed = observe(m, measured, healthy);
    REQUIRE(observed.count == 3);
    double sum = 0;
    std::uint32_t entries = 0;
    for (std::size_t c = 0; c < observed.count; ++c) {
        sum += observed.gap[c];
        CHECK((entries & observed.entries[c]) == 0);
        entries |= observed.entries[c];
    }
    CHECK(sum == relative(measured - healthy.total()).epsilon(1e-9));
    CHECK(observed.gap[1] == relative(1.0));
}

TEST_CASE("a fault is made so bad that it explains the gap, or all it can") {
    const Job job;
    const StepProfile healthy = healthy_profile(job.healthy());
    const double gap = 0.5 * healthy.total();
    const Observations observed = observe({}, healthy.total() + gap, healthy);
    const FaultEffect products = effect_of(job.healthy(), healthy, Fault::matrix_rate, gap, observed);
    CHECK(products.reaches);
    CHECK(products.total == relative(gap).epsilon(1e-3));
    CHECK(products.on[0] == relative(products.total));
    const FaultEffect again = effect_of(job.healthy(), healthy, Fault::recomputation, gap, observed);
    CHECK_FALSE(again.reaches); // a forward pass is a third of compute
    CHECK(again.total > 0.2 * healthy.total());
    CHECK(again.total < gap);
}

TEST_CASE("two effects that differ are told apart, two that look the same are not") {
    Observations observed;
    observed.count = 2;
    observed.weight = {1.0, 1.0};
    FaultEffect a, b;
    a.on = {1.0, 0.0};
    b.on = {0.0, 2.0};
    observed.gap = {0.5, 3.0};
    const Hypothesis h = both(observed, a, b);
    CHECK(h.holds);
    CHECK(h.of_first == relative(0.5));
    CHECK(h.of_second == relative(1.5));
    CHECK(misfit(observed, a, h.of_first, b, h.of_second) < 1e-20);
    b.on = {3.0, 0.0};
    CHECK_FALSE(both(observed, a, b).holds);
    // One that is not needed takes no part.
    b.on = {0.0, 2.0};
    observed.gap = {0.5, 0.0};
    CHECK_FALSE(both(observed, a, b).holds);
}
