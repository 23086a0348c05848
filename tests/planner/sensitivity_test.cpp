// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <optional>
#include <string>

#include <foretrain/planner/sensitivity.hpp>

#include "../relative.hpp"
#include "../step/random_plans.hpp"

using namespace foretrain;

namespace {

constexpr Cluster cluster = catalog::dgx_h100(256);
constexpr ParallelPlan plan{.tensor = 4,
                            .pipeline = 4,
                            .data = 16,
                            .sequence_parallel = true,
                            .sharding = Sharding::optimizer,
                            .global_batch = 128,
                            .micro_batch = 1,
                            .sequence = 8192,
                            .stack = catalog::megatron_core};

constexpr EstimateInput hbm{InputField::memory_bandwidth};
constexpr EstimateInput matrix{InputField::sixteen_bit_rate};

// Derivatives asked of the compiler: more bandwidth and more FLOP/s make a step shorter, and no lighter.
constexpr auto slope_at_compile_time = [](std::size_t input) {
    const auto step = try_differentiate<2>(catalog::llama3_70b, cluster, plan, {hbm, matrix});
    return raw(step->time).gradient[input];
};
static_assert(slope_at_compile_time(0) < 0 && slope_at_compile_time(1) < 0);

/// Step time with an input at a value; nothing if that is invalid.
std::optional<double> time_at(const random_plans::Configuration& c, const EstimateInput& input, double value) {
    Cluster machine = c.cluster;
    ParallelPlan layout = c.plan;
    set_value(input, machine, layout, value);
    const Result<StepEstimate> step = try_estimate_step(*c.model, machine, layout);
    if (!step) return std::nullopt;
    return raw(step->time);
}

/// Experts over ranks that the tier of the number joins, of four.
random_plans::Configuration on_tier(std::size_t outermost) {
    random_plans::Configuration c{&catalog::deepseek_v3, catalog::dgx_h100(4096), plan};
    c.cluster.fabric.tiers = 4;
    const std::array<std::int64_t, 4> sizes{8, 16, 64, 4096}, ranks{8, 16, 64, 256};
    for (std::size_t tier = 1; tier < 4; ++tier) {
        c.cluster.fabric.tier[tier] = c.cluster.fabric.tier[1];
        c.cluster.fabric.tier[tier].size = sizes[tier];
    }
    c.cluster.accelerators = c.plan.data = c.plan.expert = ranks[outermost];
    c.plan.tensor = c.plan.pipeline = 1;
    c.plan.sequence_parallel = false;
    c.plan.global_batch = c.plan.data;
    return c;
}

} // namespace

TEST_CASE("derivatives are central differences, on random plans and by every input") {
    constexpr double h = 1e-6;
    int compared = 0, kinks = 0;
    for (std::uint64_t number = 0; number < 150; ++number) {
        const auto c = random_plans::configuration(number);
        const auto all = try_sensitivity(*c.model, c.cluster, c.plan);
        REQUIRE(all);
        const double time = raw(try_estimate_step(*c.model, c.cluster, c.plan)->time);
        CHECK(raw(all->time) == time); // the value is that of the plain estimate, bit for bit
        for (const InputSensitivity& each : *all) {
            if (each.value == 0) continue;
            const auto above = time_at(c, each.input, each.value * (1 + h));
            const auto below = time_at(c, each.input, each.value * (1 - h));
            const double right = above ? (*above - time) / (h * time) : 0,
                         left = below ? (time - *below) / (h * time) : 0;
            const double e = each.elasticity;
            ++compared;
            const double tolerance = 2e-5 * (1 + std::abs(e)); // of one-sided differences: rounding and curvature
            const double central = 0.5 * (left + right);
            if (above && below && std::abs(left - right) < tolerance) {
                CHECK_MESSAGE(std::abs(e - central) < 1e-6 * (1 + std::abs(e)), name_of(each.input.field), " of plan ",
                              number, ": ", e, " and ", central);
                continue;
            }
            // At the end of a range, or at a kink: one of the sides.
            if (above && below) ++kinks;
            const bool matches =
                (above && std::abs(e - right) < tolerance) || (below && std::abs(e - left) < tolerance);
            CHECK_MESSAGE(matches, name_of(each.input.field), " of plan ", number, ": ", e, ", left ", left, ", right ",
                          right);
        }
    }
    CHECK(compared > 6000);
    CHECK(kinks < compared / 100);
}

TEST_CASE("shares of all inputs sum to the whole step, but for the rest where products are tiny") {
    int whole = 0;
    for (std::uint64_t number = 0; number < 300; ++number) {
        const auto c = random_plans::configuration(number);
        const auto all = try_sensitivity(*c.model, c.cluster, c.plan);
        REQUIRE(all);
        double by_constraint = 0;
        for (std::size_t i = 0; i < constraints; ++i) by_constraint += all->share(static_cast<Constraint>(i));
        CHECK(by_constraint == relative(1.0));
        CHECK_MESSAGE(all->rest() > -1e-6, "plan ", number);
        CHECK_MESSAGE(all->rest() < 0.5, "plan ", number);
        if (std::abs(all->rest()) < 1e-9) ++whole;
    }
    CHECK(whole > 150);
    // Large products leave no rest.
    const auto large = try_sensitivity(catalog::llama3_405b, catalog::dgx_h100(1024),
                                       {.tensor = 8,
                                        .pipeline = 16,
                                        .data = 8,
                                        .sequence_parallel = true,
                                        .global_batch = 128,
                                        .micro_batch = 1,
                                        .sequence = 8192,
                                        .stack = catalog::megatron_core});
    REQUIRE(large);
    CHECK(std::abs(large->rest()) < 1e-9);
}

TEST_CASE("every input of the table matters somewhere") {
    std::array<bool, most_inputs> matters{};
    const auto note = [&](const random_plans::Configuration& c) {
        const auto all = try_sensitivity(*c.model, c.cluster, c.plan);
        REQUIRE(all);
        for (std::size_t i = 0; i < most_inputs; ++i)
            if (all->of(all_inputs[i]).matters()) matters[i] = true;
    };
    for (std::uint64_t number = 0; number < 300; ++number) note(random_plans::configuration(number));
    const auto with = [&](random_plans::Configuration c, auto change) {
        change(c);
        note(c);
    };
    const random_plans::Configuration one{&catalog::llama3_8b,
                                          catalog::dgx_h100(8),
                                          {.data = 8,
                                           .sharding = Sharding::parameters,
                                           .global_batch = 8,
                                           .micro_batch = 1,
                                           .sequence = 2048,
                                           .stack = catalog::fsdp}};
    with(one, [](auto& c) { c.plan.precision = precision::fp32; });
    with(one, [](auto& c) { c.plan.precision = precision::tf32; });
    with(one,
         [](auto& c) { c.plan.offload = {.weights = 0.5, .optimizer = 1.0, .activations = 0.25, .to_drives = true}; });
    for (std::size_t tier = 0; tier < 4; ++tier) note(on_tier(tier));
    for (std::size_t i = 0; i < most_inputs; ++i)
        if (is_smooth(all_inputs[i].field))
            CHECK_MESSAGE(matters[i], name_of(all_inputs[i].field), " of tier ", int{all_inputs[i].tier});
}

TEST_CASE("inputs come with the strongest first, each once, without those of absent tiers") {
    const auto all = try_sensitivity(catalog::llama3_70b, cluster, plan);
    REQUIRE(all);
    CHECK(all->size == most_inputs - 2 - (4 - static_cast<std::size_t>(cluster.fabric.tiers)) * 5);
    for (std::size_t i = 0; i < all->size; ++i) {
        if (i > 0) CHECK(std::abs(all->ranked[i].elasticity) <= std::abs(all->ranked[i - 1].elasticity));
        for (std::size_t j = 0; j < i; ++j) CHECK_FALSE(all->ranked[i].input == all->ranked[j].input);
        CHECK(static_cast<std::int64_t>(all->ranked[i].input.tier) < cluster.fabric.tiers);
    }
    const InputSensitivity bandwidth = all->of(hbm);
    CHECK(bandwidth.value == raw(cluster.accelerator.memory.bandwidth));
    CHECK(bandwidth.time_slope == relative(slope_at_compile_time(0)));
    CHECK(bandwidth.elasticity < 0);
    CHECK(bandwidth.share() > 0);
}

TEST_CASE("backwards, forwards and without room for the way back the same") {
    for (std::uint64_t number = 0; number < 40; ++number) {
        const auto c = random_plans::configuration(number);
        const auto all = try_sensitivity(*c.model, c.cluster, c.plan);
        const auto slowly = try_sensitivity<1>(*c.model, c.cluster, c.plan);
        REQUIRE(all);
        REQUIRE(slowly);
        CHECK(all->time == slowly->time);
        CHECK(all->peak == slowly->peak);
        for (const InputSensitivity& each : *all) {
            const InputSensitivity other = slowly->of(each.input);
            CHECK(each.elasticity == doctest::Approx(other.elasticity).epsilon(1e-9).scale(1e-3));
            CHECK(each.peak_elasticity == doctest::Approx(other.peak_elasticity).epsilon(1e-9).scale(1e-3));
        }
    }
}

TEST_CASE("no step comes near the end of the tape") {
    // Most nodes: half of the room is enough for every random plan.
    for (std::uint64_t number = 0; number < 300; ++number) {
        const auto c = random_plans::configuration(number);
        StepSensitivity result;
        for (const EstimateInput& input : all_inputs)
            if (!input.of_tier() || input.tier < c.cluster.fabric.tiers)
                result.ranked[result.size++] = {.input = input, .value = value_of(input, c.cluster, c.plan)};
        CHECK_MESSAGE(detail::trace_step<detail::step_nodes / 2>(*c.model, c.cluster, c.plan, result), number);
    }
}

TEST_CASE("the constraint that binds is the one whose relief helps most") {
    const auto binding = [](auto change) {
        random_plans::Configuration c{&catalog::llama3_70b, cluster, plan};
        change(c);
        return try_sensitivity(*c.model, c.cluster, c.plan)->binding();
    };
    CHECK(binding([](auto& c) { c.cluster.accelerator.memory.capacity = make<Bytes>(1e9); }) ==
          Constraint::memory_capacity);
    const auto roomy = [](auto& c) { c.cluster.accelerator.memory.capacity = make<Bytes>(1e13); };
    CHECK(binding([&](auto& c) {
              roomy(c);
              c.cluster.accelerator.kernel.sustained_energy = {};
          }) == Constraint::matrix_throughput);
    CHECK(binding([&](auto& c) {
              roomy(c);
              c.cluster.accelerator.memory.bandwidth = make<Bandwidth>(1e11);
          }) == Constraint::memory_bandwidth);
    CHECK(binding([&](auto& c) {
              roomy(c);
              for (auto& tier : c.cluster.fabric.tier) tier.link.bandwidth = tier.link.bandwidth * 0.01;
          }) == Constraint::interconnect_bandwidth);
    CHECK(binding([&](auto& c) {
              roomy(c);
              for (auto& tier : c.cluster.fabric.tier) tier.link.latency = make<Seconds>(0.1);
          }) == Constraint::interconnect_latency);
    CHECK(binding([&](auto& c) {
              roomy(c);
              c.plan.stack.host_per_kernel = make<Seconds>(0.01);
              c.plan.stack.execution = Execution::eager;
          }) == Constraint::software);
    CHECK(binding([&](auto& c) {
              roomy(c);
              c.cluster.accelerator.kernel.fixed_time = make<Seconds>(0.01);
          }) == Constraint::software);
}

TEST_CASE("the 16-bit rate moves both formats, in proportion") {
    Cluster machine = cluster;
    ParallelPlan layout = plan;
    const auto fp16 = machine.accelerator.matrix.fp16 * 0.5;
    machine.accelerator.matrix.fp16 = fp16;
    set_value(matrix, machine, layout, 2.0 * raw(cluster.accelerator.matrix.bf16));
    CHECK(raw(machine.accelerator.matrix.bf16) == relative(2.0 * raw(cluster.accelerator.matrix.bf16)));
    CHECK(raw(machine.accelerator.matrix.fp16) == relative(2.0 * raw(fp16)));
}

TEST_CASE("a configuration that is refused has no sensitivities, but says why") {
    ParallelPlan wrong = plan;
    wrong.tensor = 3;
    CHECK_FALSE(try_sensitivity(catalog::llama3_70b, cluster, wrong));
    CHECK(try_sensitivity(catalog::llama3_70b, cluster, wrong).violations().size() > 0);
    CHECK_THROWS_AS((void)sensitivity(catalog::llama3_70b, cluster, wrong), InvalidConfiguration);
}

TEST_CASE("a chip without BF16 owes its step to the FP16 rate, and the input says so") {
    const random_plans::Configuration c{
        &catalog::gpt2_124m,
        catalog::dgx_v100(8),
        {.data = 8, .global_batch = 64, .micro_batch = 8, .sequence = 1024, .precision = precision::mixed_fp16}};
    REQUIRE(raw(c.cluster.accelerator.matrix.bf16) == 0);
    const EstimateInput rate{InputField::sixteen_bit_rate};
    const double fp16 = raw(c.cluster.accelerator.matrix.fp16);
    CHECK(value_of(rate, c.cluster, c.plan) == fp16);
    const InputSensitivity found = try_sensitivity(*c.model, c.cluster, c.plan)->of(rate);
    constexpr double h = 1e-6;
    const auto above = time_at(c, rate, fp16 * (1 + h)), below = time_at(c, rate, fp16 * (1 - h));
    REQUIRE((above && below));
    CHECK(found.elasticity < -0.05);
    CHECK(found.time_slope == relative((*above - *below) / (2 * h * fp16)).epsilon(1e-4));
    const auto forward = try_differentiate<1>(*c.model, c.cluster, c.plan, {rate});
    CHECK(raw(forward->time).gradient[0] == relative(found.time_slope).epsilon(1e-9));
}
