// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include <foretrain/math/dual.hpp>
#include <foretrain/run/goodput.hpp>
#include <foretrain/units/literals.hpp>

#include "../relative.hpp"
#include "fault_simulator.hpp"

using namespace foretrain;
using namespace foretrain::literals;

namespace {

constexpr Storage shared{.name = "shared",
                         .node_write = 2_GB_per_s,
                         .node_read = 2_GB_per_s,
                         .shared_write = 1_TB_per_s,
                         .shared_read = 1_TB_per_s,
                         .latency = 0_s};
constexpr Recovery recovery{.detection = 60_s, .restart = 300_s, .warm_up = 30_s};
constexpr Reliability usual{
    .failures = ExponentialFailures{50'000_accelerator_hours, {}},
    .checkpointing = blocking_checkpoints(shared, 5.7_TB, 2048, std::optional{600_s}),
    .recovery = recovery,
};
constexpr Goodput at_compile_time = goodput(54_days, 16'384, usual);
static_assert(at_compile_time.share() > 0.9 && at_compile_time.share() < 0.95);
static_assert(goodput(54_days, 16'384,
                      Reliability{usual.failures, blocking_checkpoints(shared, 5.7_TB, 2048), recovery})
                  .share() > at_compile_time.share()); // the best interval

/// Fails every so often on the dot: a model the library has never seen.
struct Clockwork {
    static constexpr std::string_view name = "clockwork";
    Seconds period{};
    [[nodiscard]] constexpr Frequency rate(std::int64_t) const noexcept { return make<Frequency>(1.0 / raw(period)); }
    [[nodiscard]] constexpr double survival(std::int64_t, const Seconds& time) const noexcept {
        return time < period ? 1.0 : 0.0;
    }
};
static_assert(FailureModel<Clockwork>);

void sums(const Goodput& result) {
    double sum = 0;
    for (const Seconds& part : result.time) {
        CHECK(raw(part) >= 0.0);
        sum += raw(part);
    }
    CHECK(raw(result.total()) == relative(sum).epsilon(1e-15));
    CHECK(result.share() > 0.0);
    CHECK(result.share() <= 1.0);
    CHECK(result.wall_clock.p10 <= result.wall_clock.p50);
    CHECK(result.wall_clock.p50 <= result.wall_clock.p90);
    CHECK(result.wall_clock.p10 >= result[WallClockPart::productive]);
}

} // namespace

TEST_CASE("no failures and no checkpoints: all of the wall clock trains, exactly") {
    const BasicReliability<double, NoFailures> never{NoFailures{}, {}, recovery};
    CHECK(goodput(54_days, 16'384, never).share() == 1.0);
    CHECK(goodput(54_days, 16'384, never).total() == 54_days);
    // and as the limit of ever rarer failures
    double last = 0.0;
    for (const double hours : {1e6, 1e9, 1e12, 1e15, 1e18}) {
        const Reliability rare{ExponentialFailures{make<AcceleratorTime>(3600 * hours), {}}, {}, recovery};
        const Result<Goodput> result = try_goodput(54_days, 1, rare);
        CHECK(result->share() >= last);
        last = result->share();
    }
    CHECK(last == doctest::Approx(1.0).epsilon(1e-12));
}

TEST_CASE("parts sum to the wall clock, none is negative, over all sorts of jobs") {
    for (const double days : {0.01, 1.0, 100.0})
        for (const std::int64_t accelerators : {8, 1024, 100'000})
            for (const double hours : {5'000.0, 50'000.0, 1e7})
                for (const bool every_extra : {false, true}) {
                    Reliability job = usual;
                    job.failures->mtbf = make<AcceleratorTime>(3600 * hours);
                    job.checkpointing->interval.reset();
                    if (every_extra) {
                        job.checkpointing = tiered_checkpoints(shared, 5.7_TB, 2048, 1_s, 0.8, 10);
                        job.recovery.spares = Spares{.nodes = 4, .repair = 24_hours, .share = 0.3};
                        job.recovery.stragglers =
                            Stragglers{.mtbf = 1_M_accelerator_hours, .slowdown = 0.2, .detection = 4_hours};
                        job.recovery.planned = Planned{.interval = 24_hours, .duration = 30_min};
                    }
                    const Result<Goodput> result = try_goodput(make<Seconds>(86'400 * days), accelerators, job);
                    if (result) sums(*result);
                    else CHECK(result.violations().contains("progress_possible"));
                }
}

TEST_CASE("goodput falls with scale, failure rate, detection, restart and checkpoint size") {
    const double base = at_compile_time.share();
    double last = 1.0;
    for (const std::int64_t accelerators : {8, 64, 512, 4096, 16'384, 65'536, 131'072}) {
        const double now = goodput(54_days, accelerators, usual).share();
        CHECK(now < last);
        last = now;
    }
    Reliability worse = usual;
    worse.failures->mtbf = 25'000_accelerator_hours;
    CHECK(goodput(54_days, 16'384, worse).share() < base);
    worse = usual;
    worse.recovery.detection = 600_s;
    CHECK(goodput(54_days, 16'384, worse).share() < base);
    worse = usual;
    worse.recovery.restart = 900_s;
    CHECK(goodput(54_days, 16'384, worse).share() < base);
    worse = usual;
    worse.checkpointing = blocking_checkpoints(shared, 20_TB, 2048, std::optional{600_s});
    CHECK(goodput(54_days, 16'384, worse).share() < base);
    Reliability better = usual;
    better.checkpointing = asynchronous_checkpoints(shared, 5.7_TB, 2048, 50_ms, std::optional{600_s});
    CHECK(goodput(54_days, 16'384, better).share() > base);
    better.checkpointing = tiered_checkpoints(shared, 5.7_TB, 2048, 50_ms, 0.9, 10, std::optional{60_s});
    CHECK(goodput(54_days, 16'384, better).share() > base + 0.025);
}

TEST_CASE("a run's length and cluster do not matter by themselves, only failures") {
    // Twice the accelerators at twice the MTBF is the same job; twice the work is twice the wall clock.
    Reliability twice = usual;
    twice.failures->mtbf = 100'000_accelerator_hours;
    CHECK(raw(goodput(54_days, 32'768, twice).total()) == relative(raw(at_compile_time.total())));
    CHECK(raw(goodput(108_days, 16'384, usual).total()) == relative(2.0 * raw(at_compile_time.total())));
    // while the relative width of its band shrinks
    const auto width = [](const Goodput& g) {
        return raw(g.wall_clock.p90 - g.wall_clock.p10) / raw(g.wall_clock.p50);
    };
    CHECK(width(goodput(216_days, 16'384, usual)) == relative(0.5 * width(at_compile_time)).epsilon(0.02));
}

TEST_CASE("mean and P10 to P90 against the simulator, over regimes") {
    for (const double cycle : {0.01, 0.1, 0.5, 1.5}) {     // interval over MTBF
        for (const double restart : {0.0, 0.05, 0.5}) {    // restart over MTBF
            for (const double length : {0.5, 5.0, 40.0}) { // work over MTBF
                const double mtbf = 10'000, interval = cycle * mtbf;
                const double intervals = std::ceil(length / cycle);
                const simulator::Job job{.work = intervals * interval,
                                         .interval = interval,
                                         .mtbf = mtbf,
                                         .tiers = {{1, 0.05 * interval, 0.3 * interval, 0.1 * restart * mtbf, 1}},
                                         .restart = 0.9 * restart * mtbf,
                                         .detection = 300};
                const int runs = 4000;
                const simulator::Sample simulated = simulator::sample(job, runs, 11);
                Reliability reliability{.failures = ExponentialFailures{make<AcceleratorTime>(mtbf), {}},
                                        .checkpointing =
                                            Checkpointing{.interval = make<Seconds>(interval), .tier = {}, .tiers = 1},
                                        .recovery = {.detection = 300_s, .restart = make<Seconds>(job.restart)}};
                reliability.checkpointing->tier[0] = {"",
                                                      1,
                                                      make<Seconds>(0.05 * interval),
                                                      make<Seconds>(0.3 * interval),
                                                      make<Seconds>(0.1 * restart * mtbf),
                                                      1.0};
                const Goodput result = goodput(make<Seconds>(job.work), 1, reliability);
                CAPTURE(cycle);
                CAPTURE(restart);
                CAPTURE(length);
                CHECK(std::abs(raw(result.total()) - simulated.mean) < 4 * simulated.error + 1e-3 * simulated.mean);
                const double below = simulator::share_within(simulated, raw(result.wall_clock.p10) * (1 - 1e-9));
                const double within = simulator::share_within(simulated, raw(result.wall_clock.p90) * (1 + 1e-9));
                CHECK(below < 0.14);
                CHECK(within > 0.87);
                if (result.failures > 3 && intervals > 1) { // else the lower end is often the run without failures
                    CHECK(below > 0.04);
                    CHECK(within < 0.94);
                }
            }
        }
    }
}

TEST_CASE("bands of tiers and of bursts hold the simulator's runs, too") {
    const double mtbf = 10'000;
    Reliability tiers{.failures = ExponentialFailures{make<AcceleratorTime>(mtbf), {}},
                      .checkpointing = Checkpointing{.interval = 100_s, .tier = {}, .tiers = 2},
                      .recovery = {.detection = 100_s, .restart = 300_s}};
    tiers.checkpointing->tier[0] = {"memory", 1, 2_s, 0_s, 10_s, 0.8};
    tiers.checkpointing->tier[1] = {"disk", 20, 0_s, 200_s, 200_s, 1.0};
    simulator::Job job{.work = 2e5,
                       .interval = 100,
                       .mtbf = mtbf,
                       .tiers = {{1, 2, 0, 10, 0.8}, {20, 0, 200, 200, 1}},
                       .restart = 300,
                       .detection = 100};
    const Goodput of_tiers = goodput(make<Seconds>(job.work), 1, tiers);
    simulator::Sample simulated = simulator::sample(job, 4000, 5);
    CHECK(std::abs(raw(of_tiers.total()) - simulated.mean) < 4 * simulated.error + 2e-3 * simulated.mean);
    double inside = simulator::share_within(simulated, raw(of_tiers.wall_clock.p90)) -
                    simulator::share_within(simulated, raw(of_tiers.wall_clock.p10));
    CHECK(inside == doctest::Approx(0.8).epsilon(0.06));

    BasicReliability<double, WeibullFailures> bursts{.failures = WeibullFailures{make<AcceleratorTime>(mtbf), 0.7, {}},
                                                     .checkpointing = tiers.checkpointing,
                                                     .recovery = tiers.recovery};
    bursts.checkpointing->tiers = 1;
    bursts.checkpointing->tier[0] = {"disk", 1, 10_s, 0_s, 200_s, 1.0};
    job.tiers = {{1, 10, 0, 200, 1}};
    job.shape = 0.7;
    job.work = 1e6;
    const Goodput of_bursts = goodput(make<Seconds>(job.work), 1, bursts);
    simulated = simulator::sample(job, 2000, 6);
    CHECK(raw(of_bursts.total()) == relative(simulated.mean).epsilon(5e-3));
    inside = simulator::share_within(simulated, raw(of_bursts.wall_clock.p90)) -
             simulator::share_within(simulated, raw(of_bursts.wall_clock.p10));
    CHECK(inside > 0.75);
    CHECK(inside < 0.92);
}

TEST_CASE("waiting for spares against the simulator: Erlang's formula with the job's own failures") {
    for (const int spares : {0, 1, 3}) {
        const simulator::Job job{.work = 3e6,
                                 .interval = 500,
                                 .mtbf = 10'000,
                                 .tiers = {{1, 5, 0, 50, 1}},
                                 .restart = 100,
                                 .detection = 0,
                                 .spares_matter = true,
                                 .spares = spares,
                                 .repair = 30'000,
                                 .node_share = 0.4};
        const simulator::Sample simulated = simulator::sample(job, 150, 17);
        Reliability reliability{
            .failures = ExponentialFailures{make<AcceleratorTime>(10'000.0), {}},
            .checkpointing = Checkpointing{.interval = 500_s, .tier = {}, .tiers = 1},
            .recovery = {.restart = 100_s, .spares = Spares{.nodes = spares, .repair = 30'000_s, .share = 0.4}}};
        reliability.checkpointing->tier[0] = {"", 1, 5_s, 0_s, 50_s, 1.0};
        const Goodput result = goodput(make<Seconds>(job.work), 1, reliability);
        CAPTURE(spares);
        CHECK(result.no_spare == relative(simulated.waited).epsilon(0.08));
        CHECK(raw(result[WallClockPart::waiting]) == relative(simulated.waiting).epsilon(0.08));
        CHECK(raw(result.total()) == relative(simulated.mean).epsilon(0.02));
    }
}

TEST_CASE("stragglers against a simulation of their coming and going") {
    // One begins every 40 h of the job and stays 10 h; while any is there, steps take 1.3 times as long.
    simulator::Random random(23);
    double slow = 0, end = 0, t = 0;
    const double total = 4e6;
    while (t < total) {
        t += random.exponential(40.0);
        const double until = std::min(t + 10.0, total);
        if (t < total) {
            slow += std::max(until - std::max(t, end), 0.0);
            end = std::max(end, until);
        }
    }
    Reliability reliability{.failures = usual.failures, .checkpointing = usual.checkpointing, .recovery = recovery};
    reliability.recovery.stragglers =
        Stragglers{.mtbf = 40'000_accelerator_hours, .slowdown = 0.3, .detection = 10_hours};
    const Goodput result = goodput(10_days, 1000, reliability);
    CHECK(raw(result[WallClockPart::stragglers]) / raw(10_days) == relative(0.3 * slow / total).epsilon(0.01));
    // slowed steps are exposed to failures for longer
    const Reliability without{usual.failures, usual.checkpointing, recovery};
    const double longer = 1.0 + raw(result[WallClockPart::stragglers]) / raw(10_days);
    CHECK(result.failures == relative(longer * goodput(10_days, 1000, without).failures));
    // found at once, or never slow: as without
    reliability.recovery.stragglers->detection = 0_s;
    CHECK(raw(goodput(10_days, 1000, reliability)[WallClockPart::stragglers]) == 0.0);
}

TEST_CASE("planned interruptions take their share of wall clock") {
    Reliability daily = usual;
    daily.recovery.planned = Planned{.interval = 24_hours, .duration = 30_min};
    const Goodput result = goodput(54_days, 16'384, daily);
    const double days = raw(result.total()) / 86'400;
    CHECK(raw(result[WallClockPart::interruptions]) == relative(days * (1800 + 330)));
    CHECK(result.share() < at_compile_time.share());
}

TEST_CASE("where progress is impossible, that is said") {
    Reliability hopeless = usual;
    hopeless.checkpointing.reset(); // 54 days without a checkpoint, a failure every three hours
    const Result<Goodput> none = try_goodput(54_days, 16'384, hopeless);
    REQUIRE_FALSE(none.has_value());
    CHECK(none.violations().contains("progress_possible"));
    // a few failures in a stretch are expensive, not impossible
    const Result<Goodput> dear = try_goodput(12_hours, 16'384, hopeless);
    REQUIRE(dear.has_value());
    sums(*dear);
    CHECK(dear->share() < 0.15);
    Reliability slow = usual;
    slow.recovery.restart = 100_hours;
    CHECK(try_goodput(54_days, 16'384, slow).violations().contains("progress_possible"));
}

TEST_CASE("whatever is accepted gives finite times, none negative, and a share between 0 and 1") {
    simulator::Random random(1);
    const auto between = [&](double low, double high) { // ends included now and then
        const double u = random.uniform();
        return u < 0.05 ? low : u > 0.95 ? high : low * std::pow(high / low, u);
    };
    const auto or_zero = [&](double high) {
        const double u = random.uniform();
        return u < 0.15 ? make<Seconds>(0.0) : make<Seconds>(between(1e-6, high));
    };
    int accepted = 0;
    for (int i = 0; i < 6000; ++i) {
        Checkpointing policy;
        const double tiers = random.uniform();
        policy.tiers = tiers < 0.5 ? 1u : tiers < 0.8 ? 2u : 3u;
        if (tiers > 0.3) policy.interval = make<Seconds>(between(1e-3, 1e9));
        std::int64_t every = 1;
        double survives = 0;
        for (std::size_t k = 0; k < policy.tiers; ++k) {
            if (k > 0) every *= static_cast<std::int64_t>(between(1, 12));
            survives += (1 - survives) * random.uniform();
            const Seconds stall = or_zero(1e6), write = or_zero(1e6), load = or_zero(1e6);
            policy.tier[k] = {"", every, stall, write, load, k + 1 == policy.tiers ? 1.0 : survives};
        }
        Recovery after;
        after.detection = or_zero(1e6);
        after.restart = or_zero(1e6);
        if (random.uniform() < 0.5) after.spares = Spares{.nodes = 3, .repair = or_zero(1e8), .share = 0.5};
        const Seconds work = make<Seconds>(between(1, 1e11));
        const auto accelerators = static_cast<std::int64_t>(between(1, 1e7));
        const AcceleratorTime mtbf = make<AcceleratorTime>(between(3600, 1e30));
        const double shape = between(0.4, 5);
        Result<Goodput> result =
            try_goodput(work, accelerators, Reliability{ExponentialFailures{mtbf, {}}, policy, after});
        if (result) sums(*result);
        accepted += result ? 1 : 0;
        if (i % 10 != 0) continue;
        policy.tiers = 1;
        policy.tier[0].survives = 1.0;
        result =
            try_goodput(work, accelerators,
                        BasicReliability<double, WeibullFailures>{WeibullFailures{mtbf, shape, {}}, policy, after});
        if (result) sums(*result);
        accepted += result ? 1 : 0;
    }
    CHECK(accepted > 3000);
}

TEST_CASE("an unknown failure rate is not zero: there is no goodput then") {
    const Result<Goodput> unknown = try_goodput(54_days, 16'384, Reliability{{}, usual.checkpointing, usual.recovery});
    REQUIRE_FALSE(unknown.has_value());
    CHECK(unknown.violations().size() == 1);
    CHECK(unknown.violations().contains("failures_known"));
}

TEST_CASE("bad input is refused, all of it") {
    Reliability bad = usual;
    bad.failures->mtbf = make<AcceleratorTime>(-1.0);
    bad.checkpointing->tier[0].stall = make<Seconds>(std::numeric_limits<double>::quiet_NaN());
    bad.recovery.restart = make<Seconds>(-1.0);
    const Result<Goodput> result = try_goodput(0_s, 0, bad);
    REQUIRE_FALSE(result.has_value());
    CHECK(result.violations().size() == 5);
    BasicReliability<double, WeibullFailures> tiers{WeibullFailures{50'000_accelerator_hours, 0.7, {}},
                                                    tiered_checkpoints(shared, 5.7_TB, 2048, 1_s, 0.9, 10), recovery};
    CHECK(try_goodput(54_days, 16'384, tiers).violations().contains("tiers_need_a_constant_rate"));
    CHECK_THROWS_AS((void)goodput(0_s, 16'384, usual), InvalidConfiguration);
}

TEST_CASE("a failure model of the user's own: failures on the dot") {
    // One each 3,700 s of running: restart 300 s and 100 s of load, then three intervals of 1,000 + 10 s fit.
    Checkpointing policy{.interval = 1000_s, .tier = {}, .tiers = 1};
    policy.tier[0] = {"", 1, 10_s, 0_s, 100_s, 1.0};
    const BasicReliability<double, Clockwork> clockwork{Clockwork{3700_s}, policy, Recovery{.restart = 300_s}};
    const Goodput result = goodput(make<Seconds>(3e6), 8, clockwork);
    CHECK(result.share() == relative(3000.0 / 3700.0).epsilon(1e-3));
    CHECK(result.failures == relative(1000.0));
}

TEST_CASE("derivatives with respect to MTBF and restart, the interval being best") {
    using Number = Dual<double, 2>;
    const auto share = [](auto mean, auto restart) {
        using Real = decltype(mean);
        const auto seconds = [](double x) { return make<BasicSeconds<Real>>(Real(x)); };
        BasicCheckpointing<Real> policy{.interval = {}, .tier = {}, .tiers = 1};
        policy.tier[0] = {"", 1, seconds(20), seconds(0), seconds(20), Real(1.0)};
        BasicReliability<Real> job{
            BasicExponentialFailures<Real>{make<BasicAcceleratorTime<Real>>(mean), {}}, policy, {}};
        job.recovery.restart = make<BasicSeconds<Real>>(restart);
        return try_goodput(seconds(1e6), 1000, job)->share();
    };
    const Number dual = share(variable<2>(1e8, 0), variable<2>(300.0, 1));
    CHECK(dual.value == relative(share(1e8, 300.0)));
    CHECK(dual.gradient[0] == relative((share(1.001e8, 300.0) - share(0.999e8, 300.0)) / 2e5).epsilon(1e-3));
    CHECK(dual.gradient[1] == relative((share(1e8, 300.3) - share(1e8, 299.7)) / 0.6).epsilon(1e-3));
    CHECK(dual.gradient[0] > 0.0);
    CHECK(dual.gradient[1] < 0.0);
    CHECK(static_cast<double>(share(1e8F, 300.0F)) == relative(dual.value).epsilon(1e-4));
}

TEST_CASE("every part has a name of its own") {
    for (std::size_t i = 0; i < wall_clock_parts; ++i)
        for (std::size_t j = 0; j < i; ++j)
            CHECK(name_of(static_cast<WallClockPart>(i)) != name_of(static_cast<WallClockPart>(j)));
}

TEST_CASE("quantiles of a job that fails many times in a period are of the order of its mean") {
    const auto ordered = [](const Goodput& result) {
        CHECK(result.wall_clock.p10 < result.wall_clock.p50);
        CHECK(result.wall_clock.p50 < result.wall_clock.p90);
        CHECK(result.wall_clock.p50 > 0.3 * result.total());
        CHECK(result.wall_clock.p50 < 1.5 * result.total());
        CHECK(result.wall_clock.p10 > 0.1 * result.total());
    };
    Checkpointing policy{.interval = 6_hours, .tier = {}, .tiers = 2};
    policy.tier[0] = {"", 1, 1_s, 0_s, 1_s, 0.9};
    policy.tier[1] = {"", 2, 1_s, 0_s, 1_s, 1.0};
    ordered(goodput(make<Seconds>(1e6), 1, Reliability{ExponentialFailures{1_accelerator_hours, {}}, policy, {}}));
    policy.tiers = 1;
    policy.tier[0].survives = 1.0;
    policy.interval = 8_hours;
    ordered(
        goodput(make<Seconds>(1e6), 1,
                BasicReliability<double, WeibullFailures>{WeibullFailures{1_accelerator_hours, 0.7, {}}, policy, {}}));
}
