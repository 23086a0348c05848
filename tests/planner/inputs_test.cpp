// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <string_view>

#include <foretrain/catalog/models.hpp>
#include <foretrain/catalog/stacks.hpp>
#include <foretrain/catalog/systems.hpp>
#include <foretrain/math/dual.hpp>
#include <foretrain/parallel/check.hpp>
#include <foretrain/planner/inputs.hpp>

#include "../relative.hpp"

using namespace foretrain;

namespace {

constexpr Cluster cluster = catalog::dgx_h100(64);
constexpr ParallelPlan plan{
    .data = 64, .global_batch = 64, .micro_batch = 1, .sequence = 2048, .stack = catalog::megatron_core};

constexpr double hbm = value_of(EstimateInput{InputField::memory_bandwidth}, cluster, plan);
static_assert(hbm == raw(cluster.accelerator.memory.bandwidth));
static_assert(all_inputs.size() == most_inputs);

} // namespace

TEST_CASE("every input is listed once, under a name of its own") {
    for (std::size_t i = 0; i < most_inputs; ++i)
        for (std::size_t j = 0; j < i; ++j) {
            CHECK_FALSE(all_inputs[i] == all_inputs[j]);
            if (all_inputs[i].field != all_inputs[j].field)
                CHECK(name_of(all_inputs[i].field) != name_of(all_inputs[j].field));
        }
    CHECK(name_of(InputField::memory_bandwidth) == "memory bandwidth");
    CHECK(EstimateInput{InputField::exchange, 2}.of_tier());
    CHECK_FALSE(EstimateInput{InputField::offload_activations}.of_tier());
}

TEST_CASE("what is set is what is there, and nothing else moves") {
    for (const EstimateInput& input : all_inputs) {
        Cluster machine = cluster;
        ParallelPlan layout = plan;
        set_value(input, machine, layout, 0.123);
        CHECK(value_of(input, machine, layout) == 0.123);
        for (const EstimateInput& other : all_inputs)
            if (!(other == input)) CHECK(value_of(other, machine, layout) == value_of(other, cluster, plan));
    }
}

TEST_CASE("ranges are those that the rules of the library have") {
    // Just outside is refused; in the range of a field that the rules tie to another, nothing is said.
    const auto refused = [](const EstimateInput& input, double value) {
        Cluster machine = cluster;
        ParallelPlan layout = plan;
        set_value(input, machine, layout, value);
        return !is_valid(catalog::llama3_8b, machine, layout);
    };
    REQUIRE(is_valid(catalog::llama3_8b, cluster, plan));
    for (const EstimateInput& input : all_inputs) {
        if (input.tier >= cluster.fabric.tiers) continue;
        const double low = lowest_of(input.field), high = highest_of(input.field);
        CHECK(low < high);
        CHECK_MESSAGE(refused(input, high * 1.001), name_of(input.field));
        CHECK_MESSAGE(refused(input, low > 0 ? low * 0.999 : -1e-9), name_of(input.field));
    }
}

TEST_CASE("two peaks of one set of units move in proportion") {
    Cluster machine = cluster;
    ParallelPlan layout = plan;
    machine.accelerator.matrix.fp16 = cluster.accelerator.matrix.bf16 * 0.5;
    const double before = raw(cluster.accelerator.matrix.bf16);
    set_value(EstimateInput{InputField::sixteen_bit_rate}, machine, layout, 3.0 * before);
    CHECK(raw(machine.accelerator.matrix.bf16) == relative(3.0 * before));
    CHECK(raw(machine.accelerator.matrix.fp16) == relative(1.5 * before));
}

TEST_CASE("inputs are those of clusters over any scalar") {
    using Number = Dual<double, 1>;
    auto machine = over_scalar<Number>(cluster);
    auto layout = over_scalar<Number>(plan);
    const EstimateInput input{InputField::host_per_kernel};
    set_value(input, machine, layout, variable<1>(2e-5, 0));
    CHECK(value_of(input, machine, layout).value == 2e-5);
    CHECK(raw(layout.stack.host_per_kernel).gradient[0] == 1.0);
}
