// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <foretrain/catalog/models.hpp>
#include <foretrain/catalog/stacks.hpp>
#include <foretrain/catalog/systems.hpp>
#include <foretrain/planner/run_measurement.hpp>

#include "../relative.hpp"

using namespace foretrain;

static_assert(name_of(RunComponent::pauses) == "pauses");
static_assert((entries_of(RunComponent::compute) & entries_of(RunComponent::communication)) == 0);

namespace {

[[nodiscard]] StepEstimate step() {
    return estimate_step(catalog::llama3_8b, catalog::dgx_h100(64),
                         ParallelPlan{.data = 64,
                                      .sharding = Sharding::parameters,
                                      .global_batch = 128,
                                      .micro_batch = 1,
                                      .sequence = 8192,
                                      .stack = catalog::megatron_core});
}

[[nodiscard]] Violations wrong(const RunMeasurement& m) {
    Violations violations;
    check_rules(m, step(), violations);
    return violations;
}

} // namespace

TEST_CASE("step time, throughput and utilisation of one run are one time") {
    const StepEstimate s = step();
    const Seconds expected = make<Seconds>(7.0);
    RunMeasurement tokens, samples, mfu, hfu;
    tokens.tokens_per_second = s.tokens / expected;
    samples.samples_per_second = s.samples / expected;
    const double ratio = s.time / expected;
    mfu.utilization = {s.model_flops_utilization() * ratio, FlopConvention::six_n_attention};
    hfu.utilization = {s.hardware_flops_utilization() * ratio, FlopConvention::hardware};
    for (const RunMeasurement& m : {tokens, samples, mfu, hfu}) {
        CHECK(wrong(m).empty());
        CHECK(raw(measured_time(m, s)) == relative(7.0).epsilon(1e-12));
    }
}

TEST_CASE("no time is in two parts of a whole, and every part of a step is in some component") {
    std::uint32_t all = 0;
    for (std::size_t i = 0; i < run_components; ++i) all |= entries_of(static_cast<RunComponent>(i));
    CHECK(all == (std::uint32_t{1} << StepProfile::entries) - 1);
    const auto inside = [](RunComponent part, RunComponent whole) {
        return (entries_of(part) & ~entries_of(whole)) == 0;
    };
    for (const RunComponent part :
         {RunComponent::products, RunComponent::attention, RunComponent::memory_bound, RunComponent::recomputation})
        CHECK(inside(part, RunComponent::compute));
    for (const RunComponent part : {RunComponent::tensor_communication, RunComponent::pipeline_communication})
        CHECK(inside(part, RunComponent::communication));
}

TEST_CASE("what is wrong with a measurement is told, all of it") {
    CHECK(wrong({}).contains("one_speed"));

    RunMeasurement two;
    two.step_time = make<Seconds>(2.0);
    two.samples_per_second = make<SampleRate>(32.0); // 4 s
    CHECK(wrong(two).contains("speeds_agree"));
    two.samples_per_second = make<SampleRate>(65.0);
    CHECK(wrong(two).empty());

    RunMeasurement twice = two;
    twice[RunComponent::compute] = make<Seconds>(1.0);
    twice[RunComponent::attention] = make<Seconds>(0.1);
    CHECK(wrong(twice).contains("components_apart"));

    RunMeasurement long_parts = two;
    long_parts[RunComponent::compute] = make<Seconds>(1.5);
    long_parts[RunComponent::communication] = make<Seconds>(0.6);
    CHECK(wrong(long_parts).contains("components_in_step"));

    RunMeasurement ranges;
    ranges.step_time = make<Seconds>(-1.0);
    ranges.utilization = {40.0, FlopConvention::six_n};
    ranges.clock = 1.5;
    ranges[RunComponent::bubble] = make<Seconds>(-0.1);
    const Violations violations = wrong(ranges);
    CHECK(violations.size() == 4);
}
