// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include <foretrain/catalog/error_model.hpp>
#include <foretrain/catalog/models.hpp>
#include <foretrain/catalog/stacks.hpp>
#include <foretrain/catalog/systems.hpp>
#include <foretrain/math/dual.hpp>
#include <foretrain/run/run.hpp>
#include <foretrain/units/literals.hpp>

#include "../relative.hpp"

using namespace foretrain;
using namespace foretrain::literals;

namespace {

constexpr Cluster cluster = catalog::dgx_h100(64);
constexpr ParallelPlan plan{
    .tensor = 2, .data = 32, .global_batch = 64, .micro_batch = 1, .sequence = 8192, .stack = catalog::megatron_core};
constexpr StepEstimate step = estimate_step(catalog::llama3_8b, cluster, plan);
constexpr double tokens_a_step = 64.0 * 8192.0;
constexpr Faults no_faults{.effective_share = 1.0};
constexpr Prices prices{.accelerator = 2.5_usd_per_accelerator_hour, .energy = 0.08_usd_per_kWh};
constexpr Facility facility{.power_usage_effectiveness = 1.2, .waiting_power = 0.3};

RunEstimate run_of(double tokens, const Faults& faults = no_faults, const Prices& paid = prices,
                   const Facility& place = facility) {
    return estimate_run(step, cluster, TokenBudget{make<Tokens>(tokens)}, faults, paid, place);
}

constexpr RunEstimate at_compile_time =
    estimate_run(step, cluster, TokenBudget{1_B_tokens}, no_faults, prices, facility);
static_assert(at_compile_time.steps == 1908); // 1e9 / 524288 = 1907.3
static_assert(at_compile_time.cost.complete);

} // namespace

TEST_CASE("a budget takes whole steps") {
    CHECK(run_of(1e9).steps == 1908.0);
    CHECK(run_of(tokens_a_step).steps == 1.0);
    CHECK(run_of(10 * tokens_a_step).steps == 10.0);
    CHECK(run_of(10 * tokens_a_step + 1).steps == 11.0);
    CHECK(run_of(10 * tokens_a_step - 1).steps == 10.0);
    CHECK(run_of(tokens_a_step).training_time == step.time);
}

TEST_CASE("tokens times k take time times k, cost times k, energy times k") {
    const RunEstimate once = run_of(100 * tokens_a_step);
    const RunEstimate many = run_of(700 * tokens_a_step);
    CHECK(many.steps == 7.0 * once.steps);
    CHECK(raw(many.training_time) == relative(7.0 * raw(once.training_time)));
    CHECK(raw(many.wall_clock) == relative(7.0 * raw(once.wall_clock)));
    CHECK(raw(many.energy) == relative(7.0 * raw(once.energy)));
    CHECK(raw(many.cost.known) == relative(7.0 * raw(once.cost.known)));
    CHECK(many.power == once.power);
}

TEST_CASE("samples and tokens of the same steps are the same run") {
    const RunEstimate tokens = run_of(50 * tokens_a_step);
    const RunEstimate samples =
        estimate_run(step, cluster, SampleBudget{make<Samples>(50.0 * 64.0)}, no_faults, prices, facility);
    CHECK(samples.steps == tokens.steps);
    CHECK(samples.wall_clock == tokens.wall_clock);
    CHECK(samples.cost.known == tokens.cost.known);
}

TEST_CASE("what is lost lengthens the wall clock and the bill, not the training") {
    const RunEstimate ideal = run_of(1e9);
    CHECK(ideal.wall_clock == ideal.training_time);
    double last = raw(ideal.wall_clock);
    for (const double effective : {0.95, 0.9, 0.5, 0.1}) {
        const RunEstimate run = run_of(1e9, {.effective_share = effective});
        CHECK(run.training_time == ideal.training_time);
        CHECK(raw(run.wall_clock) == relative(raw(ideal.wall_clock) / effective));
        CHECK(raw(run.wall_clock) > last);
        CHECK(raw(run.cost.known) == relative(raw(ideal.cost.known) / effective));
        last = raw(run.wall_clock);
    }
}

TEST_CASE("accelerator time is accelerators times wall clock, energy is power times wall clock") {
    const RunEstimate run = run_of(1e10, {.effective_share = 0.9});
    CHECK(raw(run.accelerator_time) == relative(64.0 * raw(run.wall_clock)));
    CHECK(raw(run.energy) == relative(raw(run.power) * raw(run.wall_clock)));
    CHECK(raw(run.power) == raw(average_power(step, cluster, facility)));
}

TEST_CASE("the bill is rent and energy, each proportional to its price") {
    const RunEstimate both = run_of(1e10);
    const double rent = 2.5 * raw(both.accelerator_time) / 3600.0;
    const double energy = 0.08 * raw(both.energy) / 3.6e6;
    CHECK(raw(both.cost.known) == relative(rent + energy));
    const RunEstimate rent_only = run_of(1e10, no_faults, {.accelerator = prices.accelerator, .energy = 0_usd_per_kWh});
    CHECK(raw(rent_only.cost.known) == relative(rent));
    CHECK(rent_only.cost.complete);
    const RunEstimate dear =
        run_of(1e10, no_faults, {.accelerator = 7.5_usd_per_accelerator_hour, .energy = 0_usd_per_kWh});
    CHECK(raw(dear.cost.known) == relative(3.0 * rent));
}

TEST_CASE("an unknown price leaves the bill incomplete, not free") {
    const RunEstimate no_energy = run_of(1e10, no_faults, {.accelerator = prices.accelerator});
    CHECK_FALSE(no_energy.cost.complete);
    CHECK(raw(no_energy.cost.known) > 0.0);
    CHECK_FALSE(no_energy.cost < 1_B_usd);
    const RunEstimate nothing = run_of(1e10, no_faults, {});
    CHECK_FALSE(nothing.cost.complete);
    CHECK(nothing.cost.known == 0_usd);
    CHECK_FALSE(nothing.cost < 1_B_usd);
}

TEST_CASE("the size of published runs") {
    // Llama 3 8B: 1.46 M H100-hours for 15 T tokens (model card of Llama 3.1); the model without any loss on a
    // small cluster must be near and below.
    const RunEstimate run = run_of(15e12);
    const double hours = raw(run.accelerator_time) / 3600.0;
    CHECK(hours < 1.46e6);
    CHECK(hours > 0.4e6);
}

TEST_CASE("impossible runs are refused with every reason") {
    const auto refused = [](double tokens, const Faults& faults, const Prices& paid, const Facility& place) {
        return try_estimate_run(step, cluster, TokenBudget{make<Tokens>(tokens)}, faults, paid, place);
    };
    CHECK_FALSE(refused(0, no_faults, prices, facility).has_value());
    CHECK_FALSE(refused(-1e9, no_faults, prices, facility).has_value());
    CHECK_FALSE(refused(1e30, no_faults, prices, facility).has_value());
    CHECK_FALSE(refused(std::numeric_limits<double>::quiet_NaN(), no_faults, prices, facility).has_value());
    CHECK_FALSE(refused(std::numeric_limits<double>::infinity(), no_faults, prices, facility).has_value());
    CHECK_FALSE(refused(1e9, {.effective_share = 0}, prices, facility).has_value());
    CHECK_FALSE(refused(1e9, {.effective_share = 1.01}, prices, facility).has_value());
    CHECK_FALSE(
        refused(1e9, {.effective_share = std::numeric_limits<double>::quiet_NaN()}, prices, facility).has_value());
    CHECK_FALSE(refused(1e9, no_faults, {.accelerator = make<AcceleratorPrice>(-1.0)}, facility).has_value());
    CHECK_FALSE(refused(1e9, no_faults, prices, {}).has_value());
    CHECK(refused(1e9, no_faults, prices, facility).has_value());

    const auto all = refused(0, {.effective_share = 2}, {.energy = make<EnergyPrice>(-1.0)}, {0.5, -1});
    REQUIRE_FALSE(all.has_value());
    CHECK(all.violations().size() == 5);
    CHECK_THROWS_AS((void)run_of(0), InvalidConfiguration);
}

TEST_CASE("the cluster is the one of the step") {
    const auto on = [](const Cluster& other) {
        return try_estimate_run(step, other, TokenBudget{1_B_tokens}, no_faults, prices, facility);
    };
    const auto smaller = on(catalog::dgx_h100(32));
    REQUIRE_FALSE(smaller.has_value());
    CHECK(smaller.violations().contains("cluster_of_the_step"));
    Cluster broken = cluster;
    broken.accelerator.power = make<Watts>(std::numeric_limits<double>::quiet_NaN());
    CHECK_FALSE(on(broken).has_value());
}

TEST_CASE("a run has derivatives") {
    using Number = Dual<double, 2>;
    const auto c = over_scalar<Number>(cluster);
    const auto s = *try_estimate_step(catalog::llama3_8b, c, over_scalar<Number>(plan));
    const BasicPrices<Number> paid{.accelerator = make<BasicAcceleratorPrice<Number>>(variable<2>(2.5 / 3600.0, 0)),
                                   .energy = make<BasicEnergyPrice<Number>>(Number(0.0))};
    const auto run = *try_estimate_run(s, c, TokenBudget{1_B_tokens}, BasicFaults<Number>{variable<2>(0.9, 1), {}},
                                       paid, BasicFacility<Number>{Number(1.2), Number(0.3), {}});
    CHECK(raw(run.cost.known).gradient[0] == relative(raw(run.accelerator_time).value));
    // d(T / e)/de = -T / e^2
    CHECK(raw(run.wall_clock).gradient[1] == relative(-raw(run.wall_clock).value / 0.9));
    CHECK(raw(run.cost.known).gradient[1] < 0.0);
}

TEST_CASE("a run is as uncertain as its step: the same factors on time, energy and bill, none on power") {
    const auto run = run_of(1e12);
    const Band band = estimate_uncertainty(step, catalog::llama3_8b, cluster, plan, catalog::step_errors);
    const RunBand bands = run_band(run, band);
    const double factor = band.p90 / band.p50;
    CHECK(factor > 1.0);
    CHECK(bands.wall_clock.p50 == run.wall_clock);
    CHECK(bands.wall_clock.p90 / run.wall_clock == relative(factor));
    CHECK(bands.training_time.p10 * factor / run.training_time == relative(1.0));
    CHECK(bands.accelerator_time.p90 / run.accelerator_time == relative(factor));
    CHECK(raw(bands.energy.p90 / bands.wall_clock.p90) == relative(raw(run.power)));
    CHECK(bands.known_cost.p90 / run.cost.known == relative(factor));
}
