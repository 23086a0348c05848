// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <limits>

#include <foretrain/catalog/models.hpp>
#include <foretrain/catalog/stacks.hpp>
#include <foretrain/catalog/systems.hpp>
#include <foretrain/cost/energy.hpp>
#include <foretrain/math/dual.hpp>
#include <foretrain/units/literals.hpp>

#include "../relative.hpp"

using namespace foretrain;
using namespace foretrain::literals;

namespace {

constexpr Cluster cluster = catalog::dgx_h100(64);
constexpr StepEstimate step = estimate_step(catalog::llama3_8b, cluster,
                                            ParallelPlan{.tensor = 2,
                                                         .data = 32,
                                                         .global_batch = 64,
                                                         .micro_batch = 1,
                                                         .sequence = 8192,
                                                         .stack = catalog::megatron_core});
constexpr Facility machine_room{.power_usage_effectiveness = 1.0, .waiting_power = 0.3};

double watts(const StepEstimate& s, const Cluster& c, const Facility& f) { return raw(average_power(s, c, f)); }
double active(const StepEstimate& s) {
    return raw(s.breakdown.compute() + s.breakdown[StepPart::recomputation]) / raw(s.time);
}

/// A step that does nothing but compute, or nothing but wait.
StepEstimate all_in(StepPart part) {
    StepEstimate s;
    s.accelerators = step.accelerators;
    s.breakdown.set(part, 1_s, Resource::matrix);
    s.time = 1_s;
    return s;
}

bool accepted(const Facility& facility) {
    Violations violations;
    check_rules(facility, violations);
    return violations.empty();
}

} // namespace

TEST_CASE("accelerators that compute all the time draw their rated power, with the host and the building on top") {
    const double hosts = 8.0 * raw(cluster.node.host_power);
    const double rated = 64.0 * raw(cluster.accelerator.power);
    for (const StepPart part : {StepPart::feed_forward, StepPart::attention, StepPart::recomputation}) {
        CHECK(watts(all_in(part), cluster, machine_room) == relative(rated + hosts));
        Facility building = machine_room;
        building.power_usage_effectiveness = 1.4;
        CHECK(watts(all_in(part), cluster, building) == relative(1.4 * (rated + hosts)));
    }
}

TEST_CASE("accelerators that wait draw the floor, and no less than idle") {
    const double hosts = 8.0 * raw(cluster.node.host_power);
    const double idle = 64.0 * raw(cluster.accelerator.idle_power);
    const double rated = 64.0 * raw(cluster.accelerator.power);
    for (const StepPart part :
         {StepPart::bubble, StepPart::data_communication, StepPart::overhead, StepPart::host_wait}) {
        Facility none = machine_room;
        none.waiting_power = 0;
        CHECK(watts(all_in(part), cluster, none) == relative(idle + hosts));
        CHECK(watts(all_in(part), cluster, machine_room) == relative(idle + 0.3 * (rated - idle) + hosts));
        Facility full = machine_room;
        full.waiting_power = 1;
        CHECK(watts(all_in(part), cluster, full) == relative(rated + hosts));
    }
}

TEST_CASE("a real step lies between, the busier the higher") {
    REQUIRE(active(step) > 0.1);
    REQUIRE(active(step) < 1.0);
    CHECK(watts(step, cluster, machine_room) < watts(all_in(StepPart::attention), cluster, machine_room));
    CHECK(watts(step, cluster, machine_room) > watts(all_in(StepPart::bubble), cluster, machine_room));
    // A DGX H100 is rated at 10.2 kW.
    CHECK(watts(step, cluster, machine_room) / 8.0 < 10.2e3);
    CHECK(watts(step, cluster, machine_room) / 8.0 > 4e3);
}

TEST_CASE("half a node pays for half of its host") {
    Cluster none = cluster;
    none.node.host_power = 0_W;
    Cluster half = cluster;
    half.accelerators = 4;
    Cluster half_none = none;
    half_none.accelerators = 4;
    CHECK(watts(step, half, machine_room) - watts(step, half_none, machine_room) ==
          relative(0.5 * raw(cluster.node.host_power)));
    CHECK(watts(step, cluster, machine_room) - watts(step, none, machine_room) ==
          relative(8.0 * raw(cluster.node.host_power)));
}

TEST_CASE("facilities that cannot be are refused") {
    CHECK(accepted({1.0, 0.0}));
    CHECK(accepted({3.0, 1.0}));
    CHECK_FALSE(accepted({0.99, 0.3}));
    CHECK_FALSE(accepted({3.01, 0.3}));
    CHECK_FALSE(accepted({1.1, -0.01}));
    CHECK_FALSE(accepted({1.1, 1.01}));
    CHECK_FALSE(accepted({std::numeric_limits<double>::quiet_NaN(), 0.3}));
    CHECK_FALSE(accepted({1.1, std::numeric_limits<double>::infinity()}));
    Violations both;
    check_rules(Facility{}, both); // zero PUE: a facility must be given
    CHECK(both.size() == 1);
}

TEST_CASE("power has the derivatives of its parts") {
    using Number = Dual<double, 2>;
    auto c = over_scalar<Number>(cluster);
    c.accelerator.power = make<BasicWatts<Number>>(variable<2>(700.0, 0));
    c.accelerator.kernel.sustained_energy = make<BasicFlopEnergy<Number>>(Number(0.0)); // a clock that holds anyway
    c.node.host_power = make<BasicWatts<Number>>(variable<2>(2000.0, 1));
    const auto plan = over_scalar<Number>(ParallelPlan{.tensor = 2,
                                                       .data = 32,
                                                       .global_batch = 64,
                                                       .micro_batch = 1,
                                                       .sequence = 8192,
                                                       .stack = catalog::megatron_core});
    const auto s = *try_estimate_step(catalog::llama3_8b, c, plan);
    const Number power = raw(average_power(s, c, BasicFacility<Number>{Number(1.2), Number(0.25), {}}));
    CHECK(power.gradient[0] == relative(1.2 * 64.0 * (0.25 + 0.75 * active(step))));
    CHECK(power.gradient[1] == relative(1.2 * 8.0));
}
