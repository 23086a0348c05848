// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <foretrain/planner/fault.hpp>

#include "../relative.hpp"
#include "../step/random_plans.hpp"

using namespace foretrain;

static_assert(name_of(Fault::overlap) == "lost overlap");
static_assert(constraint_of(Fault::clock) == Constraint::power);
static_assert(constraint_of(Fault::pauses) == Constraint::software);

TEST_CASE("a factor of one is no fault, and worse ones take longer") {
    for (int i = 0; i < 60; ++i) {
        CAPTURE(i);
        const random_plans::Configuration c = random_plans::configuration(static_cast<std::uint64_t>(i), 4096);
        const StepConditions conditions;
        const HealthyJob job{*c.model, c.cluster, c.plan, conditions};
        const StepProfile healthy = healthy_profile(job);
        for (std::size_t k = 0; k < fault_kinds; ++k) {
            const Fault fault = static_cast<Fault>(k);
            CAPTURE(name_of(fault));
            CHECK(faulty_profile(job, healthy, fault, 1.0).total() == relative(healthy.total()).epsilon(1e-9));
            double last = healthy.total();
            for (const double factor : {1.2, 1.6, 2.0}) {
                const double now = faulty_profile(job, healthy, fault, factor).total();
                CHECK(now >= last * 0.98); // hiding shifts a little
                last = now;
            }
        }
    }
}

TEST_CASE("a fault shows where it must, and nowhere else") {
    const Cluster cluster = catalog::dgx_h100(64);
    const ParallelPlan plan{.tensor = 8,
                            .data = 8,
                            .sequence_parallel = true,
                            .sharding = Sharding::optimizer,
                            .global_batch = 64,
                            .micro_batch = 1,
                            .sequence = 8192,
                            .stack = catalog::megatron_core};
    const StepConditions conditions;
    const HealthyJob job{catalog::llama3_8b, cluster, plan, conditions};
    const StepProfile healthy = healthy_profile(job);
    const auto changed = [&](Fault fault, RunComponent component) {
        const StepProfile faulty = faulty_profile(job, healthy, fault, 2.0);
        return time_of(faulty, entries_of(component)) / time_of(healthy, entries_of(component));
    };
    CHECK(changed(Fault::matrix_rate, RunComponent::products) > 1.7);
    CHECK(changed(Fault::matrix_rate, RunComponent::memory_bound) == relative(1.0));
    CHECK(changed(Fault::memory_bandwidth, RunComponent::memory_bound) > 1.7);
    CHECK(changed(Fault::memory_bandwidth, RunComponent::optimizer) > 1.7);
    CHECK(changed(Fault::scale_up, RunComponent::tensor_communication) > 1.5);
    CHECK(changed(Fault::scale_out, RunComponent::tensor_communication) == relative(1.0));
    CHECK(changed(Fault::scale_out, RunComponent::data_communication) > 1.0);
    // Waiting for input is no less than the step is longer.
    const StepProfile starved = faulty_profile(job, healthy, Fault::input, 1.5);
    CHECK(time_of(starved, entries_of(RunComponent::input_wait)) == relative(0.5 * healthy.total()));
    // All of the forward pass again: a third of compute without it.
    const StepProfile again = faulty_profile(job, healthy, Fault::recomputation, 2.0);
    CHECK(time_of(again, entries_of(RunComponent::recomputation)) /
              time_of(healthy, entries_of(RunComponent::compute)) ==
          doctest::Approx(1.0 / 3.0).epsilon(0.15));
}

TEST_CASE("priors out of range are refused") {
    FaultPriors priors = usual_faults;
    Violations violations;
    check_rules(priors, violations);
    CHECK(violations.empty());
    priors.fault[0].rate = 0;
    priors.fault[1].spread = -1;
    priors.fault[2].most = 0.5;
    check_rules(priors, violations);
    CHECK(violations.size() == 3);
}
