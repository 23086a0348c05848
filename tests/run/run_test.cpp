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
constexpr Site place = site(1.2);

RunEstimate run_of(double tokens, const Faults& faults = no_faults, const Prices& paid = prices,
                   const Site& where = place) {
    return estimate_run(step, cluster, TokenBudget{make<Tokens>(tokens)}, faults, paid, where);
}

constexpr RunEstimate at_compile_time = estimate_run(step, cluster, TokenBudget{1_B_tokens}, no_faults, prices, place);
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
        estimate_run(step, cluster, SampleBudget{make<Samples>(50.0 * 64.0)}, no_faults, prices, place);
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
    CHECK(run.power == job_power(step, cluster, place, measured_boards).total());
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
    const auto refused = [](double tokens, const Faults& faults, const Prices& paid, const Site& where) {
        return try_estimate_run(step, cluster, TokenBudget{make<Tokens>(tokens)}, faults, paid, where);
    };
    CHECK_FALSE(refused(0, no_faults, prices, place).has_value());
    CHECK_FALSE(refused(-1e9, no_faults, prices, place).has_value());
    CHECK_FALSE(refused(1e30, no_faults, prices, place).has_value());
    CHECK_FALSE(refused(std::numeric_limits<double>::quiet_NaN(), no_faults, prices, place).has_value());
    CHECK_FALSE(refused(std::numeric_limits<double>::infinity(), no_faults, prices, place).has_value());
    CHECK_FALSE(refused(1e9, {.effective_share = 0}, prices, place).has_value());
    CHECK_FALSE(refused(1e9, {.effective_share = 1.01}, prices, place).has_value());
    CHECK_FALSE(refused(1e9, {.effective_share = std::numeric_limits<double>::quiet_NaN()}, prices, place).has_value());
    CHECK_FALSE(refused(1e9, no_faults, {.accelerator = make<AcceleratorPrice>(-1.0)}, place).has_value());
    CHECK_FALSE(refused(1e9, no_faults, prices, {}).has_value());
    CHECK(refused(1e9, no_faults, prices, place).has_value());

    const auto all =
        refused(0, {.effective_share = 2}, {.energy = make<EnergyPrice>(-1.0)}, {0.5, -1, make<Watts>(0.0)});
    REQUIRE_FALSE(all.has_value());
    CHECK(all.violations().size() == 5);
    CHECK_THROWS_AS((void)run_of(0), InvalidConfiguration);
}

TEST_CASE("the cluster is the one of the step") {
    const auto on = [](const Cluster& other) {
        return try_estimate_run(step, other, TokenBudget{1_B_tokens}, no_faults, prices, place);
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
                                       paid, over_scalar<Number>(place));
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

namespace {

constexpr RunConditions plain{.faults = no_faults, .site = place, .prices = prices, .power = measured_boards};

RunEstimate run_under(const RunConditions& conditions, double tokens = 1e12) {
    return estimate_run(step, cluster, TokenBudget{make<Tokens>(tokens)}, conditions);
}
double sum_of_parts(const auto& run) {
    double sum = 0;
    for (const auto& part : parts_of(run)) sum += raw(part.time);
    return sum;
}

constexpr InputPipeline slow_input{.sample_size = make<BytesPerSample>(16e3),
                                   .storage = make<Bandwidth>(1e5),
                                   .node_network = make<Bandwidth>(1e9),
                                   .core_decodes = make<SampleRate>(1e6),
                                   .cores = 8,
                                   .nodes = 8,
                                   .prefetch = 2,
                                   .variation = 0.0,
                                   .cache = {},
                                   .data_set = make<Bytes>(1e15)};

/// A failure a day and a minute for a checkpoint.
constexpr Reliability reliability() {
    Checkpointing checkpointing{.interval = make<Seconds>(1800.0), .tier = {}, .tiers = 1};
    checkpointing.tier[0] = {
        .name = "disk", .stall = make<Seconds>(60.0), .load = make<Seconds>(60.0), .survives = 1.0};
    return {.failures = ExponentialFailures{.mtbf = make<AcceleratorTime>(64.0 * 86400.0)},
            .checkpointing = checkpointing,
            .recovery = {.detection = make<Seconds>(300.0), .restart = make<Seconds>(600.0)}};
}

} // namespace

TEST_CASE("conditions that say nothing change nothing") {
    const RunEstimate bare = run_of(1e12), same = run_under(plain);
    CHECK(same.wall_clock == bare.wall_clock);
    CHECK(same.energy == bare.energy);
    CHECK(same.cost.known == bare.cost.known);
    CHECK_FALSE(same.carbon.has_value()); // no grid was given: unknown, not zero
    CHECK(same.effective_share() == 1.0);
}

TEST_CASE("the parts of a run sum to its wall clock, whatever it meets") {
    RunConditions all = plain;
    all.faults = {.effective_share = 0.9};
    all.overheads = {.start_up = make<Seconds>(1200.0),
                     .warm_up_steps = 100,
                     .warm_up_slowdown = 3.0,
                     .evaluation_interval = 1000,
                     .evaluation = make<Seconds>(90.0),
                     .checkpoint_interval = 500,
                     .checkpoint_stall = make<Seconds>(20.0),
                     .shut_down = make<Seconds>(60.0)};
    all.input = slow_input;
    const RunEstimate run = run_under(all);
    CHECK(sum_of_parts(run) == relative(raw(run.wall_clock)));
    CHECK(raw(run.input_wait) > 0.0);
    CHECK(run.effective_share() < 0.9);
    for (const auto& part : parts_of(run)) CHECK(raw(part.time) >= 0.0);

    const auto modelled = estimate_run(
        step, cluster, TokenBudget{1_T_tokens},
        BasicRunConditions<double, Reliability>{
            .faults = reliability(), .site = place, .prices = prices, .power = measured_boards, .input = slow_input});
    CHECK(sum_of_parts(modelled) == relative(raw(modelled.wall_clock)));
    CHECK(modelled.wall_clock > modelled.training_time + modelled.input_wait);
    CHECK(raw(modelled.faults[WallClockPart::rework]) > 0.0);
}

TEST_CASE("each condition lengthens the run by its own part") {
    const RunEstimate bare = run_under(plain);
    RunConditions conditions = plain;
    conditions.overheads.start_up = make<Seconds>(3600.0);
    CHECK(raw(run_under(conditions).wall_clock - bare.wall_clock) == doctest::Approx(3600.0));
    conditions = plain;
    conditions.overheads.evaluation_interval = 100;
    conditions.overheads.evaluation = make<Seconds>(10.0);
    const double evaluations = static_cast<double>(static_cast<int>(bare.steps / 100.0));
    CHECK(raw(run_under(conditions).wall_clock - bare.wall_clock) == doctest::Approx(10.0 * evaluations));
    conditions = plain;
    conditions.input = slow_input;
    const InputStall stall = input_stall(slow_input, make<Samples>(64.0), step.time, true);
    CHECK(raw(run_under(conditions).input_wait) == relative(raw(stall.total()) * bare.steps));
}

TEST_CASE("a cache helps from the second pass over the data on") {
    RunConditions conditions = plain;
    conditions.input = slow_input;
    conditions.input->data_set = make<Bytes>(16e3 * 64.0 * 100.0); // a hundred steps
    const RunEstimate without = run_under(conditions);
    conditions.input->cache = make<Bytes>(1e15);
    const RunEstimate with = run_under(conditions);
    CHECK(raw(with.input_wait) < 0.1 * raw(without.input_wait));
    CHECK(raw(with.input_wait) > 0.0); // the first pass finds nothing
}

TEST_CASE("a band lies about the median, which rare long losses leave below the expectation") {
    const Band exact{{step.time, step.time, step.time}, 0.0, true, {}};
    const BasicRunConditions<double, Reliability> rare{
        .faults = {.failures = ExponentialFailures{.mtbf = make<AcceleratorTime>(64.0 * 20.0 * 86400.0)},
                   .recovery = {.restart = make<Seconds>(1e6)}},
        .site = place,
        .power = measured_boards};
    const double a_day = 86400.0 / raw(step.time) * tokens_a_step;
    const auto run = estimate_run(step, cluster, TokenBudget{make<Tokens>(a_day)}, rare);
    const RunBand band = run_band(run, exact);
    CHECK(run.wall_clock > run.training_time * 1.2); // in the mean
    CHECK(raw(band.wall_clock.p50) == relative(raw(run.training_time)));
    CHECK(raw(band.wall_clock.p90) == relative(raw(run.faults.wall_clock.p90)));
}

TEST_CASE("waiting draws less than training, rework as much") {
    const RunEstimate bare = run_under(plain);
    CHECK(bare.idle_power < bare.power);
    RunConditions waits = plain;
    waits.overheads.start_up = make<Seconds>(1e6);
    CHECK(raw(run_under(waits).energy - bare.energy) == relative(raw(bare.idle_power) * 1e6).epsilon(1e-6));
    waits = plain;
    waits.overheads.evaluation_interval = 1;
    waits.overheads.evaluation = step.time;
    CHECK(raw(run_under(waits).energy) == relative(2.0 * raw(bare.energy)));
}

TEST_CASE("a power limit slows steps down and saves energy, and one above the rated power changes nothing") {
    const RunEstimate bare = run_under(plain);
    RunConditions conditions = plain;
    conditions.power_limit = make<Watts>(700.0);
    const RunEstimate rated = run_under(conditions);
    CHECK(rated.wall_clock == bare.wall_clock);
    CHECK(rated.energy == bare.energy);
    conditions.power_limit = make<Watts>(500.0);
    const RunEstimate limited = run_under(conditions);
    CHECK(limited.slowdown == limit_power(step, cluster, 500_W, measured_boards, measured_clocks).slowdown);
    CHECK(limited.slowdown > 1.0);
    CHECK(raw(limited.training_time) == relative(raw(bare.training_time) * limited.slowdown));
    CHECK(limited.power < bare.power);
    CHECK(limited.energy < bare.energy);
    CHECK(limited.cost.known > bare.cost.known); // rent is by the hour
    conditions.power_limit = make<Watts>(10.0);
    CHECK(try_estimate_run(step, cluster, TokenBudget{1_T_tokens}, conditions).violations().contains("above_idle"));
    const auto simple =
        try_estimate_run(step, cluster, TokenBudget{1_T_tokens},
                         BasicRunConditions<double, Faults, ActivityPower>{.faults = no_faults,
                                                                           .site = place,
                                                                           .power = {.computing = 0.9, .waiting = 0.4},
                                                                           .power_limit = make<Watts>(500.0)});
    REQUIRE_FALSE(simple.has_value());
    CHECK(simple.violations().contains("limit_needs_component_power"));
}

TEST_CASE("carbon is that of the grid, and nothing on a clean one") {
    RunConditions conditions = plain;
    conditions.grid = make<CarbonIntensity>(400.0 / 3.6e6);
    const RunEstimate run = run_under(conditions);
    REQUIRE(run.carbon.has_value());
    CHECK(raw(*run.carbon) == relative(raw(run.energy) / 3.6e6 * 400.0));
    conditions.grid = make<CarbonIntensity>(0.0);
    CHECK(raw(*run_under(conditions).carbon) == 0.0);
}

TEST_CASE("the bill has an item for each thing paid, and storage that has no price makes it incomplete") {
    RunConditions conditions = plain;
    conditions.besides.stored = make<ByteTime>(1e12 * 86400.0);
    const RunEstimate run = run_under(conditions);
    CHECK_FALSE(run.cost.complete);
    CHECK(run.cost.unknown.has(CostItem::storage));
    CHECK_FALSE(run.bill[CostItem::storage].has_value());
    conditions.prices.storage = make<StoragePrice>(0.02 / 1e9 / 2629800.0);
    const RunEstimate paid = run_under(conditions);
    CHECK(paid.cost.complete);
    double sum = 0;
    for (const Usd& amount : paid.bill.known) sum += raw(amount);
    CHECK(sum == relative(raw(paid.cost.known)));
    CHECK(raw(paid.cost.known - run.cost.known) == doctest::Approx(1e3 * 0.02 / 30.4375).epsilon(1e-6));
    CHECK(raw(*paid.bill[CostItem::accelerators]) == relative(2.5 * raw(paid.accelerator_time) / 3600.0));
}

TEST_CASE("a network that is paid apart is paid for all of the accelerator time") {
    RunConditions conditions = plain;
    conditions.prices.network = 0.5_usd_per_accelerator_hour;
    const RunEstimate run = run_under(conditions);
    CHECK(raw(*run.bill[CostItem::network]) == relative(0.5 * raw(run.accelerator_time) / 3600.0));
}

TEST_CASE("of a run with failures, steps and rework draw the power of training, all else that of waiting") {
    const auto run = estimate_run(step, cluster, TokenBudget{1_T_tokens}, reliability(), prices, place);
    REQUIRE(raw(run.faults[WallClockPart::checkpoints]) > 0.0);
    const double busy = raw(run.training_time) + raw(run.faults[WallClockPart::rework]);
    CHECK(raw(run.energy) == relative(raw(run.power) * busy + raw(run.idle_power) * (raw(run.wall_clock) - busy)));
}

TEST_CASE("failures modelled and failures reported agree where the model says what would be reported") {
    const auto modelled = estimate_run(step, cluster, TokenBudget{1_T_tokens}, reliability(), prices, place);
    const double share = modelled.effective_share();
    CHECK(share > 0.8);
    CHECK(share < 0.99);
    const RunEstimate reported = run_of(1e12, {.effective_share = share});
    CHECK(raw(reported.wall_clock) == relative(raw(modelled.wall_clock)));
    CHECK(modelled.energy < reported.energy); // restarts and detection wait
}

TEST_CASE("chance widens the band of a run beyond that of its step") {
    const Band band = estimate_uncertainty(step, catalog::llama3_8b, cluster, plan, catalog::step_errors);
    const auto modelled = estimate_run(step, cluster, TokenBudget{1_T_tokens}, reliability(), prices, place);
    const RunBand bands = run_band(modelled, band), of_step = run_band(run_of(1e12), band);
    CHECK(bands.wall_clock.p90 / bands.wall_clock.p50 > of_step.wall_clock.p90 / of_step.wall_clock.p50);
    CHECK(bands.wall_clock.p10 / bands.wall_clock.p50 < of_step.wall_clock.p10 / of_step.wall_clock.p50);
    CHECK(bands.training_time.p90 / bands.training_time.p50 ==
          relative(of_step.training_time.p90 / of_step.training_time.p50));
}

namespace {
/// A library's user knows that every run of theirs loses two days.
struct TwoDays {};
[[nodiscard]] constexpr Result<Goodput> try_goodput(const Seconds& productive, std::int64_t, const TwoDays&) noexcept {
    Goodput result;
    result.time[static_cast<std::size_t>(WallClockPart::productive)] = productive;
    result.time[static_cast<std::size_t>(WallClockPart::reported)] = make<Seconds>(2.0 * 86400.0);
    const Seconds all = result.total();
    result.wall_clock = {all, all, all};
    return result;
}
static_assert(LossModel<TwoDays, double>);
} // namespace

TEST_CASE("a user's own losses drop in") {
    const auto run = estimate_run(step, cluster, TokenBudget{1_T_tokens}, TwoDays{}, prices, place);
    CHECK(raw(run.wall_clock - run.training_time) == doctest::Approx(2.0 * 86400.0));
}

TEST_CASE("conditions that contradict each other are refused") {
    const auto refusals = [](const auto& conditions) {
        const auto run = try_estimate_run(step, cluster, TokenBudget{1_T_tokens}, conditions);
        return run ? Violations{} : run.violations();
    };
    BasicRunConditions<double, Reliability> twice{
        .faults = reliability(), .site = place, .prices = prices, .power = measured_boards};
    twice.overheads.checkpoint_interval = 100;
    CHECK(refusals(twice).contains("one_checkpoint_model"));
    RunConditions counted = plain;
    counted.besides.energy = make<Joules>(1e9);
    CHECK(refusals(counted).contains("counted_by_the_run"));
    RunConditions broken = plain;
    broken.input = slow_input;
    broken.input->cores = 0;
    broken.grid = make<CarbonIntensity>(-1.0);
    broken.faults.effective_share = 2;
    CHECK(refusals(broken).size() == 3);
    RunConditions elsewhere = plain;
    elsewhere.input = slow_input;
    elsewhere.input->nodes = 9; // of eight
    CHECK(refusals(elsewhere).contains("nodes_of_the_cluster"));
    // Faults that a job of this length can bear are not blamed for what is wrong beside them.
    BasicRunConditions<double, Reliability> short_run{
        .faults = {.failures = ExponentialFailures{.mtbf = make<AcceleratorTime>(64.0 * 2e4)}},
        .site = place,
        .power = measured_boards};
    short_run.site.power_usage_effectiveness = 0.5;
    const auto only = refusals(short_run);
    CHECK(only.size() == 1);
    CHECK_FALSE(only.contains("progress_possible"));
}
