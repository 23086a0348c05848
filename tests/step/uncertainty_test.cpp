// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <array>
#include <cmath>

#include <foretrain/catalog/error_model.hpp>
#include <foretrain/catalog/models.hpp>
#include <foretrain/catalog/stacks.hpp>
#include <foretrain/catalog/systems.hpp>
#include <foretrain/step/uncertainty.hpp>

#include "../relative.hpp"
#include "random_plans.hpp"

using namespace foretrain;

namespace {

struct Case {
    Transformer model = catalog::llama3_8b;
    Cluster cluster = catalog::dgx_h100(64);
    ParallelPlan plan{.tensor = 2,
                      .data = 32,
                      .sequence_parallel = true,
                      .sharding = Sharding::optimizer,
                      .global_batch = 512,
                      .micro_batch = 1,
                      .sequence = 8192,
                      .recomputation = Recomputation::full,
                      .stack = catalog::megatron_core};
    std::int64_t assumptions = 0;

    [[nodiscard]] constexpr StepEstimate estimate() const {
        const Result<StepEstimate> step = try_estimate_step(model, cluster, plan);
        return *step;
    }
    [[nodiscard]] constexpr Band band(const StepErrorModel& errors = catalog::step_errors) const {
        return estimate_uncertainty(estimate(), model, cluster, plan, errors, assumptions);
    }
    [[nodiscard]] constexpr Band band(std::span<const InputRange> ranges) const {
        return estimate_uncertainty(estimate(), model, cluster, plan, catalog::step_errors, ranges, assumptions);
    }
};

} // namespace

TEST_CASE("a case on calibrated ground: a band around the estimate, of equal factors, in the domain") {
    const Case usual;
    const Band band = usual.band();
    CHECK(band.in_domain);
    CHECK(band.p50 == usual.estimate().time);
    CHECK(band.p10 < band.p50);
    CHECK(band.p50 < band.p90);
    CHECK(band.p90 / band.p50 == relative(band.p50 / band.p10));
    CHECK(std::log(band.p90 / band.p50) == relative(band.width));
    // Never better than the best sources, never useless.
    CHECK(band.width > 0.05);
    CHECK(band.width < 0.5);
    CHECK(covered(band, band.p50));
    CHECK(covered(band, band.p10));
    CHECK_FALSE(covered(band, band.p90 * 1.001));
    CHECK_FALSE(covered(band, band.p10 * 0.999));
}

TEST_CASE("bands are computed at compile time") {
    constexpr Case usual;
    constexpr Band band = usual.band();
    static_assert(band.in_domain && band.p10 < band.p50 && band.p50 < band.p90);
}

TEST_CASE("what is not calibrated widens the band, is named, and leaves the domain where it should") {
    const Case usual;
    const double width = usual.band().width;
    const auto check = [&](const Case& other, Doubt doubt, bool in_domain) {
        CAPTURE(name_of(doubt));
        const Band band = other.band();
        CHECK_FALSE(usual.band().reasons.has(doubt));
        CHECK(band.reasons.has(doubt));
        CHECK(band.in_domain == in_domain);
        CHECK(band.width > width);
    };
    Case other = usual;
    other.plan.stack = catalog::generic_stack;
    check(other, Doubt::software, false);

    other = usual;
    other.plan.stack.name = "mine";
    check(other, Doubt::software, false);

    other = usual;
    other.cluster.accelerator.name = "next year's";
    check(other, Doubt::accelerator, false);
    const double timed = other.band().width;
    other.cluster.accelerator.kernel.provenance.evidence = Evidence::assumed;
    check(other, Doubt::kernels, false);
    CHECK(other.band().width > timed);

    other = usual;
    other.plan.stack = catalog::torch_model_parallel; // calibrated on A100 alone
    check(other, Doubt::combination, true);

    other = usual;
    other.assumptions = 3;
    check(other, Doubt::assumptions, true);

    other = usual;
    other.plan.precision = precision::fp8;
    CHECK(other.band().reasons.has(Doubt::short_format));
}

TEST_CASE("more assumptions, wider bands") {
    Case guessed;
    double before = 0;
    for (guessed.assumptions = 0; guessed.assumptions < 10; ++guessed.assumptions) {
        const double width = guessed.band().width;
        CHECK(width > before);
        before = width;
    }
}

TEST_CASE("sizes outside the calibrated range: the farther, the wider") {
    Case large;
    large.model.hidden =
        2 * static_cast<std::int64_t>(catalog::step_errors.ranges[static_cast<std::size_t>(Extent::hidden)].high);
    const Band twice = large.band();
    CHECK_FALSE(twice.in_domain);
    CHECK(twice.reasons.has(Doubt::hidden));
    large.model.hidden *= 8;
    CHECK(large.band().width > twice.width);
}

TEST_CASE("a job that does not fit in memory is outside the domain") {
    Case small;
    CHECK_FALSE(small.band().reasons.has(Doubt::memory));
    small.cluster.accelerator.memory.capacity = make<Bytes>(1e9);
    CHECK(small.band().reasons.has(Doubt::memory));
    CHECK_FALSE(small.band().in_domain);
}

TEST_CASE("short layers are less certain: the host decides, unless programs are compiled ahead") {
    Case tiny;
    tiny.model = catalog::gpt2_124m;
    tiny.plan.tensor = 1;
    tiny.plan.sequence_parallel = false;
    tiny.plan.data = 64;
    tiny.plan.sequence = 1024;
    CHECK(tiny.band().reasons.has(Doubt::short_layers));
    CHECK(tiny.band().width > Case{}.band().width);
    tiny.plan.stack.execution = Execution::captured;
    CHECK_FALSE(tiny.band().reasons.has(Doubt::short_layers));
}

TEST_CASE("a share of exposed communication adds in proportion") {
    StepErrorModel errors = catalog::step_errors;
    errors.base = errors.short_layers = errors.assumption = errors.bubble = 0;
    Case usual;
    const StepEstimate step = usual.estimate();
    const double share = step.breakdown.communication() / step.time;
    REQUIRE(share > 0);
    CHECK(usual.band(errors).width == relative(errors.communication * share));
}

TEST_CASE("stated ranges of inputs: exact derivatives against re-estimated steps, combined in quadrature") {
    const Case usual;
    const double model = usual.band().width;
    const auto check = [&](StepInput input, auto change) {
        CAPTURE(static_cast<int>(input));
        const std::array ranges{InputRange{input, 0.01}};
        const double width = input_width(usual.model, usual.cluster, usual.plan, ranges);
        Case above = usual;
        change(above, 1.005);
        Case below = usual;
        change(below, 1 / 1.005);
        const double moved = std::fabs(std::log(above.estimate().time / below.estimate().time));
        CHECK(std::fabs(width - moved) < 0.02 * moved + 1e-9);
        const Band band = usual.band(ranges);
        CHECK(band.width == relative(std::sqrt(model * model + width * width)));
        CHECK(band.p50 == usual.estimate().time);
        CHECK(band.reasons.has(Doubt::inputs) == (width > 0));
        CHECK(band.in_domain);
        return width;
    };
    CHECK(check(StepInput::matrix_rate, [](Case& c, double x) { c.cluster.accelerator.kernel.sustained_clock *= x; }) >
          0.003);
    CHECK(check(StepInput::memory_bandwidth, [](Case& c, double x) { c.cluster.accelerator.memory.bandwidth *= x; }) >
          0);
    CHECK(check(StepInput::inner_bandwidth, [](Case& c, double x) { c.cluster.fabric.tier[0].link.bandwidth *= x; }) >
          0);
    check(StepInput::network_bandwidth, [](Case& c, double x) {
        for (std::size_t i = 1; i < 4; ++i) c.cluster.fabric.tier[i].link.bandwidth *= x;
    });
    check(StepInput::network_latency, [](Case& c, double x) {
        for (std::size_t i = 1; i < 4; ++i) c.cluster.fabric.tier[i].link.latency *= x;
    });
    check(StepInput::host_time, [](Case& c, double x) { c.plan.stack.host_per_kernel *= x; });
    CHECK(check(StepInput::step_overhead, [](Case& c, double x) { c.plan.stack.step_overhead *= x; }) > 0);

    // Independent ranges add their squares; no range leaves the band as it is.
    const std::array both{InputRange{StepInput::matrix_rate, 0.1}, InputRange{StepInput::memory_bandwidth, 0.2}};
    const double by_rate = input_width(usual.model, usual.cluster, usual.plan, std::span{both}.first(1));
    const double by_memory = input_width(usual.model, usual.cluster, usual.plan, std::span{both}.last(1));
    CHECK(input_width(usual.model, usual.cluster, usual.plan, both) == relative(std::hypot(by_rate, by_memory)));
    CHECK(usual.band(std::span<const InputRange>{}).width == model);
}

TEST_CASE("no contribution narrows a band, on random plans") {
    const StepErrorModel all = catalog::step_errors;
    const auto none = [](double StepErrorModel::* member) {
        StepErrorModel errors = catalog::step_errors;
        errors.*member = 0;
        return errors;
    };
    for (std::uint64_t i = 0; i < 200; ++i) {
        CAPTURE(i);
        const random_plans::Configuration c = random_plans::configuration(i);
        const Result<StepEstimate> step = try_estimate_step(*c.model, c.cluster, c.plan);
        REQUIRE(step.has_value());
        const auto width = [&](const StepErrorModel& errors) {
            return estimate_uncertainty(*step, *c.model, c.cluster, c.plan, errors).width;
        };
        CHECK(std::isfinite(width(all)));
        CHECK(width(all) >= all.base);
        CHECK(width(none(&StepErrorModel::short_layers)) <= width(all));
        CHECK(width(none(&StepErrorModel::communication)) <= width(all));
        CHECK(width(none(&StepErrorModel::extrapolation)) <= width(all));
    }
}

TEST_CASE("the band of a dual number carries its gradient in proportion") {
    using Number = Dual<double, 1>;
    const Case usual;
    auto cluster = over_scalar<Number>(usual.cluster);
    cluster.accelerator.memory.bandwidth *= variable<1>(1.0, 0);
    const auto plan = over_scalar<Number>(usual.plan);
    const auto step = try_estimate_step(usual.model, cluster, plan);
    REQUIRE(step.has_value());
    const BasicBand<Number> band = estimate_uncertainty(*step, usual.model, cluster, plan, catalog::step_errors);
    CHECK(raw(band.p50).value == relative(raw(usual.band().p50)).epsilon(1e-12));
    CHECK(raw(band.p90).value == relative(raw(usual.band().p90)).epsilon(1e-12));
    CHECK(raw(band.p90).gradient[0] / raw(band.p90).value ==
          relative(raw(band.p50).gradient[0] / raw(band.p50).value).epsilon(1e-12));
}

TEST_CASE("each input that may be a range has a name of its own") {
    for (std::size_t i = 0; i < step_inputs; ++i)
        for (std::size_t j = 0; j < i; ++j)
            CHECK(name_of(static_cast<StepInput>(i)) != name_of(static_cast<StepInput>(j)));
    CHECK(name_of(StepInput::inner_bandwidth) == "scale-up bandwidth");
}
