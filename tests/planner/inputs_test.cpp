// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include <foretrain/catalog/models.hpp>
#include <foretrain/catalog/stacks.hpp>
#include <foretrain/catalog/systems.hpp>
#include <foretrain/math/dual.hpp>
#include <foretrain/parallel/check.hpp>
#include <foretrain/planner/inputs.hpp>
#include <foretrain/step/estimate.hpp>

#include "../relative.hpp"
#include "../step/random_plans.hpp"

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

namespace {

constexpr std::array more_is_faster = {
    InputField::vector_rate,       InputField::memory_bandwidth,      InputField::power,
    InputField::matrix_efficiency, InputField::sustained_clock,       InputField::memory_efficiency,
    InputField::attention_forward, InputField::attention_backward,    InputField::data_overlap,
    InputField::tensor_overlap,    InputField::pipeline_overlap,      InputField::expert_overlap,
    InputField::matrix_quality,    InputField::attention_quality,     InputField::in_network_efficiency,
    InputField::link_bandwidth,    InputField::network_quick_rate,    InputField::exchange,
    InputField::link_efficiency,   InputField::host_memory_bandwidth, InputField::host_link,
};
constexpr std::array more_is_slower = {InputField::launch_overhead,
                                       InputField::fixed_time,
                                       InputField::attention_softmax,
                                       InputField::host_per_kernel,
                                       InputField::step_overhead,
                                       InputField::contention,
                                       InputField::straggler,
                                       InputField::stream_traffic,
                                       InputField::base_latency,
                                       InputField::link_latency,
                                       InputField::oversubscription,
                                       InputField::peer_latency,
                                       InputField::ramp,
                                       InputField::attention_tile,
                                       InputField::inner_dimension_half,
                                       InputField::bulk_latency,
                                       InputField::in_network_latency};

/// Neither: rates of formats that a plan may not use or that others are measured by, what capacity and load decide in
/// steps, factors between protocols, and what a plan moves to the host.
constexpr std::array no_direction = {InputField::fp32_rate,
                                     InputField::tf32_rate,
                                     InputField::sixteen_bit_rate,
                                     InputField::fp8_rate,
                                     InputField::fp4_rate,
                                     InputField::int8_rate,
                                     InputField::memory_capacity,
                                     InputField::sustained_energy,
                                     InputField::fp32_efficiency,
                                     InputField::drive_bandwidth,
                                     InputField::eight_bit_efficiency,
                                     InputField::four_bit_efficiency,
                                     InputField::quick_bytes,
                                     InputField::attention_on_newer,
                                     InputField::network_bulk_latency,
                                     InputField::own_copy,
                                     InputField::local_copy,
                                     InputField::start,
                                     InputField::expert_capacity,
                                     InputField::expert_imbalance,
                                     InputField::offload_weights,
                                     InputField::offload_optimizer,
                                     InputField::offload_activations};

template <std::size_t N>
[[nodiscard]] bool has(const std::array<InputField, N>& fields, InputField field) {
    return std::find(fields.begin(), fields.end(), field) != fields.end();
}

/// Two simplifications of the model that a better resource may trip over; docs/step.md names both. Where the host
/// cannot keep up, zero-bubble schedules and DualPipe see waiting as part of each pass, so that a faster pass may move
/// it into the bubble. And what is offloaded is that of the slowest kind of stage, which a better resource may change.
[[nodiscard]] bool plainly_scheduled(const ParallelPlan& p) {
    const bool in_turn =
        p.schedule == Schedule::gpipe || p.schedule == Schedule::one_f_one_b || p.schedule == Schedule::interleaved;
    return in_turn && !(p.offload.weights + p.offload.optimizer + p.offload.activations > 0);
}

struct Tally {
    int compared = 0;
    int moved = 0;
};

template <std::size_t N>
Tally hold(const std::array<InputField, N>& fields, double sign) {
    Tally tally;
    for (std::uint64_t number = 0; number < 500; ++number) {
        const auto c = random_plans::configuration(number);
        if (!plainly_scheduled(c.plan)) continue;
        const auto before = try_estimate_step(*c.model, c.cluster, c.plan);
        REQUIRE(before.has_value());
        for (const InputField field : fields) {
            const bool of_tier = EstimateInput{field}.of_tier();
            // The low-latency protocol of an all-to-all is timed by the narrowest tier, which another may relieve.
            const bool network = of_tier || field == InputField::network_quick_rate;
            if (network && c.plan.expert > 1) continue;
            // Gradients hide under waits of the first stage even where another one sets the pace.
            if (field == InputField::host_per_kernel && c.plan.pipeline > 1) continue;
            for (unsigned char tier = 0; tier < (of_tier ? c.cluster.fabric.tiers : 1); ++tier) {
                const EstimateInput input{field, tier};
                const double value = value_of(input, c.cluster, c.plan);
                for (const double factor : {1.01, 2.0}) {
                    if (!(value > 0) || value * factor > highest_of(field)) continue;
                    Cluster better_cluster = c.cluster;
                    ParallelPlan better_plan = c.plan;
                    set_value(input, better_cluster, better_plan, value * factor);
                    const auto after = try_estimate_step(*c.model, better_cluster, better_plan);
                    if (!after.has_value()) continue; // a rule between two inputs
                    const double change = sign * (raw(after->time) / raw(before->time) - 1.0);
                    INFO("plan " << number << ", " << std::string{name_of(field)} << " of tier " << int{tier} << " x "
                                 << factor);
                    CHECK(change < 1e-6);
                    ++tally.compared;
                    tally.moved += change < -1e-9 ? 1 : 0;
                }
            }
        }
    }
    return tally;
}

} // namespace

TEST_CASE("more of a resource never slows a step") {
    const Tally tally = hold(more_is_faster, 1.0);
    CHECK(tally.compared > 3000);
    CHECK(tally.moved > tally.compared / 4);
}

TEST_CASE("less latency, overhead or traffic never slows a step") {
    const Tally tally = hold(more_is_slower, -1.0);
    CHECK(tally.compared > 3000);
    CHECK(tally.moved > tally.compared / 4);
}

TEST_CASE("every input of a step has a direction, or is known to have none") {
    for (const EstimateInput& input : all_inputs) {
        INFO(std::string{name_of(input.field)});
        CHECK(int{has(more_is_faster, input.field)} + int{has(more_is_slower, input.field)} +
                  int{has(no_direction, input.field)} ==
              1);
    }
}
