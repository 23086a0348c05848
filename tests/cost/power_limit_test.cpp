// SPDX-License-Identifier: Apache-2.0
#include <foretrain/cost/power_limit.hpp>

#include <doctest/doctest.h>

#include <limits>

#include <foretrain/catalog/accelerators.hpp>
#include <foretrain/catalog/models.hpp>
#include <foretrain/catalog/stacks.hpp>
#include <foretrain/catalog/systems.hpp>
#include <foretrain/math/dual.hpp>
#include <foretrain/units/literals.hpp>

#include "../relative.hpp"

using namespace foretrain;
using namespace foretrain::literals;

namespace {

constexpr Accelerator h100 = catalog::h100_sxm;
constexpr Utilization trains{.matrix = 0.7, .memory = 0.15, .kernels = 0.05, .link = 0.05};
constexpr Cluster cluster = catalog::dgx_h100(64);
constexpr StepEstimate step = estimate_step(catalog::llama3_8b, cluster,
                                            ParallelPlan{.tensor = 2,
                                                         .data = 32,
                                                         .global_batch = 64,
                                                         .micro_batch = 1,
                                                         .sequence = 8192,
                                                         .stack = catalog::megatron_core});

LimitedPower at(Watts limit, const Utilization& busy = trains, NumberFormat format = NumberFormat::bf16) {
    return limit_power(busy, h100, format, limit, measured_boards, measured_clocks);
}

// A policy that a test can hold: 500 W a GPU saves energy and costs this step less than a fifth of its speed.
constexpr LimitedPower saving = limit_power(step, cluster, 500_W, measured_boards, measured_clocks);
static_assert(saving.slowdown < 1.2);
static_assert(saving.energy_ratio(measured_boards.power(utilization_of(step, h100), h100).total()) < 0.95);

} // namespace

TEST_CASE("a limit at or above the rated power changes nothing, to the bit") {
    const AcceleratorPower free = measured_boards.power(trains, h100);
    for (const Watts& limit : {h100.power, 701_W, 1_kW, 100_kW}) {
        const LimitedPower l = at(limit);
        CHECK(l.slowdown == 1.0);
        CHECK(l.clock == 1.0);
        CHECK(l.power.total() == free.total());
        CHECK(l.power.matrix == free.matrix);
        CHECK(l.utilization.matrix == trains.matrix);
    }
    // And just below it changes next to nothing.
    CHECK(at(699.99_W).slowdown == doctest::Approx(1.0).epsilon(1e-4));
    CHECK(raw(at(699.99_W).power.total()) == doctest::Approx(raw(free.total())).epsilon(1e-4));
}

TEST_CASE("the lower the limit the slower and the less power, and the limit is kept down to the lowest clock") {
    double slowdown = 1.0;
    double drawn = 1e9;
    for (int limit = 700; limit >= 100; limit -= 10) {
        const LimitedPower l = at(make<Watts>(limit));
        CHECK(l.slowdown >= slowdown);
        CHECK(raw(l.power.total()) <= drawn);
        CHECK(raw(l.power.total()) >= raw(h100.idle_power));
        if (limit >= 180) CHECK(raw(l.power.total()) <= limit);
        slowdown = l.slowdown;
        drawn = raw(l.power.total());
        const Utilization& u = l.utilization;
        CHECK(u.matrix + u.memory + u.kernels + u.link <= 1.0 + 1e-12);
    }
    CHECK(slowdown > 2.0);
}

TEST_CASE("compute slows down, memory hardly, communication and waits not at all") {
    const double compute = at(400_W, {.matrix = 1.0}).slowdown;
    const double memory = at(400_W, {.memory = 1.0}).slowdown;
    CHECK(compute > 1.2);
    CHECK(memory == 1.0);
    CHECK(at(200_W, {.memory = 1.0}).slowdown > 1.0);
    CHECK(at(200_W, {.memory = 1.0}).slowdown < at(200_W, {.matrix = 1.0}).slowdown);
    CHECK(at(200_W, {.link = 1.0}).slowdown == 1.0);
    CHECK(at(200_W, {}).slowdown == 1.0);
    CHECK(at(200_W, {}).power.total() == h100.idle_power);
    // Half of the time in products: the other half stays.
    CHECK(at(400_W, {.matrix = 0.5}).slowdown == relative(0.5 * compute + 0.5));
}

TEST_CASE("the clock follows the board's power by about the power that the roofline takes between boards") {
    // sustained_share: clock ~ power^(3/4).
    const double wide = at(560_W, {.matrix = 1.0}).clock;
    const double exponent = (1.0 - wide) / (1.0 - 560.0 / 700.0);
    CHECK(exponent > 0.55);
    CHECK(exponent < 0.85);
}

TEST_CASE("clock and power are each other's inverse between the lowest clock and boost") {
    for (double clock = measured_clocks.lowest; clock <= 1.0; clock += 0.0625)
        CHECK(measured_clocks.clock_at(measured_clocks.power_at(clock)) == relative(clock));
    CHECK(measured_clocks.clock_at(0.0) == measured_clocks.lowest);
    CHECK(measured_clocks.clock_at(7.0) == 1.0);
    CHECK(measured_clocks.power_at(1.0) == relative(1.0));
}

TEST_CASE("V100 under limits slows down as Zeus measured") {
    // ml-energy/zeus, trace/summary_power_v100.csv: ResNet-50, batch 128, s an epoch at 250, 175 and 125 W. The time is
    // mostly memory's: half and half is what the fit has.
    const Accelerator v100 = catalog::v100_pcie_16gb;
    const Utilization resnet{.matrix = 0.65, .memory = 0.35};
    const auto slowdown = [&](Watts limit) {
        return limit_power(resnet, v100, NumberFormat::fp32, limit, measured_boards, measured_clocks).slowdown;
    };
    CHECK(slowdown(175_W) == doctest::Approx(3945.8 / 3603.6).epsilon(0.1));
    CHECK(slowdown(125_W) == doctest::Approx(5158.9 / 3603.6).epsilon(0.1));
}

TEST_CASE("the limit that saves most lies between, rises with what is paid beside the board, and is the best") {
    const auto best = [&](Watts others) {
        return energy_optimal_limit(trains, h100, NumberFormat::bf16, others, measured_boards, measured_clocks);
    };
    CHECK(best(0_W) < h100.power);
    CHECK(best(0_W) > 0.25 * h100.power);
    CHECK(best(300_W) > best(0_W));
    CHECK(best(100_kW) == h100.power);
    const auto energy = [&](Watts limit) { return raw((at(limit).power.total() + 100_W) * at(limit).slowdown); };
    for (int limit = 180; limit <= 700; limit += 10)
        CHECK(energy(best(100_W)) <= energy(make<Watts>(limit)) * (1.0 + 1e-4));
}

TEST_CASE("a slowdown has a derivative with respect to the limit") {
    using Number = Dual<double, 1>;
    const auto limit = make<BasicWatts<Number>>(variable<1>(500.0, 0));
    const BasicUtilization<Number> busy{Number(0.7), Number(0.15), Number(0.05), Number(0.05)};
    const auto l = limit_power(busy, over_scalar<Number>(h100), NumberFormat::bf16, limit,
                               over_scalar<Number>(measured_boards), over_scalar<Number>(measured_clocks));
    CHECK(l.slowdown.value == relative(at(500_W).slowdown));
    const double difference = (at(500.001_W).slowdown - at(499.999_W).slowdown) / 0.002;
    CHECK(l.slowdown.gradient[0] == doctest::Approx(difference).epsilon(1e-4));
    CHECK(l.slowdown.gradient[0] < 0.0);
}

TEST_CASE("limits and curves that cannot be are refused") {
    const auto refused = [](Watts limit, const Utilization& busy, const ClockCurve& curve) {
        const auto result = try_limit_power(busy, h100, NumberFormat::bf16, limit, measured_boards, curve);
        return result ? Violations{} : result.violations();
    };
    CHECK(refused(300_W, trains, measured_clocks).empty());
    CHECK(refused(60_W, trains, measured_clocks).contains("above_idle"));
    CHECK(refused(make<Watts>(std::numeric_limits<double>::quiet_NaN()), trains, measured_clocks).contains("range"));
    CHECK(refused(300_W, {.matrix = 2.0}, measured_clocks).contains("shares_of_a_step"));
    ClockCurve curve = measured_clocks;
    curve.lowest = 0.0;
    CHECK(refused(300_W, trains, curve).contains("range"));
    curve = measured_clocks;
    curve.linear = 1.1;
    CHECK(refused(300_W, trains, curve).contains("range"));
    CHECK_THROWS_AS(at(10_W), InvalidConfiguration);
}

TEST_CASE("just below the rated power nothing jumps, whichever part of the work draws most") {
    const ComponentPower streaming{.matrix = 0.4, .memory = 0.9, .kernels = 0.7, .link = 0.6};
    const auto limited = [&](const Watts& limit) {
        return limit_power(trains, h100, NumberFormat::bf16, limit, streaming, measured_clocks);
    };
    CHECK(limited(699.99_W).slowdown == doctest::Approx(1.0).epsilon(1e-4));
    CHECK(raw(limited(699.99_W).power.total()) == doctest::Approx(raw(limited(700_W).power.total())).epsilon(1e-4));
    CHECK(limited(300_W).slowdown > limited(699.99_W).slowdown);
}
