// SPDX-License-Identifier: Apache-2.0
#include <foretrain/cost/power.hpp>

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

constexpr Cluster cluster = catalog::dgx_h100(64);
constexpr ParallelPlan plan{
    .tensor = 2, .data = 32, .global_batch = 64, .micro_batch = 1, .sequence = 8192, .stack = catalog::megatron_core};
constexpr StepEstimate step = estimate_step(catalog::llama3_8b, cluster, plan);
constexpr Utilization busy = utilization_of(step, cluster.accelerator);
constexpr Accelerator h100 = catalog::h100_sxm;

// A budget that a unit test can hold: this step keeps its GPUs below their rated power, and above half of it.
static_assert(measured_boards.power(busy, h100).total() < h100.power);
static_assert(measured_boards.power(busy, h100).total() > 0.5 * h100.power);

/// A power model the library has never seen: a curve that somebody measured, which knows nothing of units.
struct Curve {
    template <class Real>
    constexpr BasicAcceleratorPower<Real> power(const BasicUtilization<Real>& u,
                                                const BasicAccelerator<Real>& a) const noexcept {
        const Real worked = Real(1.0) - u.waiting();
        return {.idle = a.power * Real(0.25), .kernels = a.power * (Real(0.75) * worked)};
    }
};
struct Watts1 {
    constexpr Watts power(const Utilization&, const Accelerator& a) const noexcept { return a.power; }
};

double watts(const Utilization& u) { return raw(measured_boards.power(u, h100).total()); }

template <class Thing>
bool accepted(const Thing& thing) {
    Violations violations;
    check_rules(thing, violations);
    return violations.empty();
}

} // namespace

static_assert(PowerModel<ComponentPower, double>);
static_assert(PowerModel<BasicComponentPower<Dual<double, 2>>, Dual<double, 2>>);
static_assert(PowerModel<ActivityPower, double>);
static_assert(PowerModel<Curve, double>);
static_assert(PowerModel<Curve, float>);
static_assert(!PowerModel<Watts1, double>, "a model says what the power is for");
static_assert(!PowerModel<int, double>);

TEST_CASE("nothing to do draws idle power, all units full draw the rated one, everything else lies between") {
    CHECK(watts({}) == raw(h100.idle_power));
    const double full = watts({.matrix = 1.0});
    CHECK(full > 0.9 * raw(h100.power));
    CHECK(full < raw(h100.power));
    ComponentPower ungoverned = measured_boards;
    ungoverned.matrix = 1.0;
    CHECK(raw(ungoverned.power(Utilization{.matrix = 1.0}, h100).total()) == relative(raw(h100.power)));
    for (const Accelerator& a : catalog::all_accelerators)
        for (double m = 0.0; m <= 1.0; m += 0.25)
            for (double b = 0.0; b <= 1.0 - m; b += 0.25)
                for (double k = 0.0; k <= 1.0 - m - b; k += 0.25) {
                    const Utilization u{m, b, k, 1.0 - m - b - k};
                    REQUIRE(accepted(u));
                    const Watts power = measured_boards.power(u, a).total();
                    CHECK(power >= a.idle_power);
                    CHECK(raw(power) <= raw(a.power) * (1.0 + 1e-12));
                }
}

TEST_CASE("each unit adds power in proportion to its time, matrix units most") {
    CHECK(watts({.matrix = 0.5}) - watts({}) == relative(0.5 * (watts({.matrix = 1.0}) - watts({}))));
    CHECK(watts({.matrix = 0.5}) > watts({.memory = 0.5}));
    CHECK(watts({.matrix = 0.5}) > watts({.kernels = 0.5}));
    CHECK(watts({.memory = 0.5}) > watts({.link = 0.5}));
    CHECK(watts({.kernels = 0.5}) > watts({.link = 0.5}));
    CHECK(watts({.link = 0.5}) > watts({}));
}

TEST_CASE("the parts sum, and are energies of FLOPs and bytes times their rates") {
    const AcceleratorPower power = measured_boards.power(busy, h100);
    CHECK(raw(power.total()) ==
          relative(raw(power.idle) + raw(power.matrix) + raw(power.memory) + raw(power.kernels) + raw(power.link)));
    REQUIRE(busy.kernels > 0.0); // products take longer than the FLOPs alone, so `matrix` is what the FLOPs say
    const Watts matrix = measured_boards.flop_energy(h100, NumberFormat::bf16) * step.rate(FlopConvention::hardware);
    CHECK(raw(power.matrix) == relative(raw(matrix)));
    const Bandwidth moved = h100.memory.bandwidth * (h100.kernel.memory_efficiency * busy.memory);
    CHECK(raw(power.memory) == relative(raw(Watts(measured_boards.byte_energy(h100) * moved))));
    const Link& nvlink = cluster.fabric.tier[0].link;
    const Bandwidth sent = nvlink.bandwidth * busy.link;
    CHECK(raw(power.link) == relative(raw(Watts(measured_boards.link_energy(h100, nvlink) * sent))));
}

TEST_CASE("a FLOP in fewer bits takes less energy, and every generation less than the one before") {
    const auto picojoules = [](const Accelerator& a, NumberFormat format) {
        return 1e12 * raw(measured_boards.flop_energy(a, format));
    };
    CHECK(picojoules(h100, NumberFormat::fp8) < picojoules(h100, NumberFormat::bf16));
    CHECK(picojoules(catalog::b200_sxm, NumberFormat::bf16) < picojoules(h100, NumberFormat::bf16));
    CHECK(picojoules(h100, NumberFormat::bf16) < picojoules(catalog::a100_sxm_80gb, NumberFormat::bf16));
    CHECK(picojoules(catalog::a100_sxm_80gb, NumberFormat::bf16) < picojoules(catalog::v100_32gb, NumberFormat::fp16));
    // Volta to Blackwell: 3 to below 1 pJ, the order that circuit papers give.
    CHECK(picojoules(catalog::v100_32gb, NumberFormat::fp16) == doctest::Approx(2.9).epsilon(0.2));
    CHECK(picojoules(h100, NumberFormat::bf16) == doctest::Approx(1.0).epsilon(0.2));
}

TEST_CASE("what a step does with its time is read off its breakdown") {
    CHECK(accepted(busy));
    CHECK(busy.matrix == relative(step.hardware_flops_utilization() /
                                  (h100.kernel.matrix_efficiency * sustained_share(h100, NumberFormat::bf16))));
    CHECK(busy.link == relative(raw(step.breakdown.communication() + step.breakdown[StepPart::bubble] +
                                    step.breakdown[StepPart::stragglers]) /
                                raw(step.time)));
    CHECK(busy.matrix + busy.memory + busy.kernels + busy.link + busy.waiting() == doctest::Approx(1.0));
    StepEstimate waits;
    waits.accelerators = 64;
    waits.peak = step.peak;
    waits.breakdown.set(StepPart::host_wait, 1_s, Resource::host);
    waits.time = 1_s;
    CHECK(utilization_of(waits, h100).waiting() == 1.0);
    // FLOPs that adapters leave out of the backward pass must not count as work beyond the time of the products.
    StepEstimate overcounted = waits;
    overcounted.breakdown.set(StepPart::feed_forward, 1_s, Resource::matrix);
    overcounted.time = 2_s;
    overcounted.flops.fill(1000_EFLOP);
    CHECK(utilization_of(overcounted, h100).matrix == 0.5);
}

TEST_CASE("power has derivatives with respect to the hardware") {
    using Number = Dual<double, 2>;
    auto a = over_scalar<Number>(h100);
    a.power = make<BasicWatts<Number>>(variable<2>(700.0, 0));
    a.idle_power = make<BasicWatts<Number>>(variable<2>(70.0, 1));
    const BasicUtilization<Number> u{Number(0.5), Number(0.2), Number(0.1), Number(0.1)};
    const Number power = raw(over_scalar<Number>(measured_boards).power(u, a).total());
    const double drawn = 0.5 * measured_boards.matrix + 0.2 * measured_boards.memory + 0.1 * measured_boards.kernels +
                         0.1 * measured_boards.link;
    CHECK(power.gradient[0] == relative(drawn));
    CHECK(power.gradient[1] == relative(1.0 - drawn));
}

TEST_CASE("a model of your own, and the simplest one, drop in") {
    const Utilization half{.matrix = 0.25, .memory = 0.25};
    CHECK(raw(Curve{}.power(half, h100).total()) == relative(0.625 * raw(h100.power)));
    constexpr ActivityPower simple{.computing = 1.0, .waiting = 0.3};
    const double range = raw(h100.power - h100.idle_power);
    CHECK(raw(simple.power(half, h100).total()) == relative(raw(h100.idle_power) + range * (0.5 + 0.5 * 0.3)));
}

TEST_CASE("shares and constants that cannot be are refused") {
    CHECK(accepted(measured_boards));
    CHECK(accepted(ActivityPower{1.0, 0.3}));
    CHECK_FALSE(accepted(ActivityPower{1.1, 0.3}));
    CHECK_FALSE(accepted(ActivityPower{1.0, -0.1}));
    ComponentPower wrong = measured_boards;
    wrong.memory = 1.01;
    CHECK_FALSE(accepted(wrong));
    wrong = measured_boards;
    wrong.link = std::numeric_limits<double>::quiet_NaN();
    CHECK_FALSE(accepted(wrong));
    wrong = measured_boards;
    wrong.kernels = -0.01;
    CHECK_FALSE(accepted(wrong));
    CHECK_FALSE(accepted(Utilization{.matrix = -0.1}));
    CHECK_FALSE(accepted(Utilization{.memory = 1.1}));
    Violations violations;
    check_rules(Utilization{.matrix = 0.6, .memory = 0.6}, violations);
    CHECK(violations.contains("shares_of_a_step"));
}
