// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <foretrain/planner/constraint.hpp>
#include <foretrain/step/estimate.hpp>

#include "../relative.hpp"
#include "../step/random_plans.hpp"

using namespace foretrain;

static_assert(name_of(Constraint::memory_capacity) == "memory capacity");
static_assert(name_of(Constraint::software) == "software");
static_assert(constraint_of(StepKnob::scale_out) == Constraint::interconnect_bandwidth);

namespace {

[[nodiscard]] StepEstimate slowed(const random_plans::Configuration& c, const Slowdowns& by) {
    Cluster cluster = c.cluster;
    ParallelPlan plan = c.plan;
    slow_down(cluster, plan, by);
    const BasicRooflineKernels<double> kernels{cluster.accelerator, plan.precision.compute, Load::sustained,
                                               plan.stack.kernels};
    return estimate_checked_step<double>(*c.model, cluster, plan, kernels);
}

} // namespace

TEST_CASE("every knob k times as slow: a step takes k times as long, so the knobs are all there is") {
    Slowdowns twice;
    for (double& factor : twice.factor) factor = 2.0;
    int exact = 0;
    for (int i = 0; i < 300; ++i) {
        CAPTURE(i);
        const random_plans::Configuration c = random_plans::configuration(static_cast<std::uint64_t>(i), 4096);
        const double before = raw(slowed(c, {}).time), after = raw(slowed(c, twice).time);
        // The latency of an inner step of the matrix units is no input; it binds where products are tiny.
        CHECK(after <= 2.0 * before * (1.0 + 1e-3));
        CHECK(after >= 1.5 * before);
        exact += after == relative(2.0 * before).epsilon(1e-9);
    }
    CHECK(exact > 200);
}

TEST_CASE("each knob slows steps down, none makes one faster by more than a share of hiding shifts") {
    for (std::size_t k = 0; k < step_knobs; ++k) {
        int slower = 0;
        for (int i = 0; i < 300; ++i) {
            CAPTURE(i);
            const random_plans::Configuration c = random_plans::configuration(static_cast<std::uint64_t>(i), 4096);
            Slowdowns by;
            by.factor[k] = 3.0;
            const double before = raw(slowed(c, {}).time), after = raw(slowed(c, by).time);
            CHECK(after >= before * 0.95);
            slower += after > before * 1.000001;
        }
        CAPTURE(k);
        CHECK(slower > 10);
    }
}

TEST_CASE("times by constraint sum in order, and the largest is named") {
    ConstraintTimes times;
    times[Constraint::power] = make<Seconds>(2.0);
    times[Constraint::software] = make<Seconds>(0.5);
    CHECK(times.total() == make<Seconds>(2.5));
    CHECK(times.largest() == Constraint::power);
}
