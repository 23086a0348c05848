// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <optional>

#include <foretrain/run/break_even.hpp>
#include <foretrain/units/literals.hpp>

#include "../relative.hpp"

using namespace foretrain;
using namespace foretrain::literals;

namespace {

constexpr Storage shared{.name = "shared",
                         .node_write = 2_GB_per_s,
                         .node_read = 2_GB_per_s,
                         .shared_write = 1_TB_per_s,
                         .shared_read = 1_TB_per_s,
                         .latency = 0_s};
constexpr Reliability unknown{
    .failures = {},
    .checkpointing = blocking_checkpoints(shared, 5.7_TB, 2048),
    .recovery = {.detection = 60_s, .restart = 300_s, .warm_up = 30_s},
};
constexpr Reliability known{ExponentialFailures{50'000_accelerator_hours, {}}, unknown.checkpointing, unknown.recovery};

} // namespace

TEST_CASE("at the break-even MTBF the wanted goodput is reached, above it exceeded") {
    for (const double wanted : {0.5, 0.9, 0.95, 0.99, 0.999}) {
        const auto mtbf = break_even_mtbf(54_days, 16'384, unknown, wanted);
        REQUIRE(mtbf.has_value());
        Reliability job = known;
        job.failures->mtbf = *mtbf;
        CHECK(goodput(54_days, 16'384, job).share() == relative(wanted).epsilon(1e-5));
        job.failures->mtbf = *mtbf * 1.1;
        CHECK(goodput(54_days, 16'384, job).share() > wanted);
    }
}

TEST_CASE("the break-even MTBF of an accelerator grows with the cluster and with what is wanted") {
    double last = 0;
    for (const std::int64_t accelerators : {64, 1024, 16'384, 131'072}) {
        const std::optional<AcceleratorTime> now = break_even_mtbf(54_days, accelerators, unknown, 0.95);
        REQUIRE(now.has_value());
        CHECK(raw(*now) > last);
        last = raw(*now);
    }
    const auto high = break_even_mtbf(54_days, 1024, unknown, 0.99),
               low = break_even_mtbf(54_days, 1024, unknown, 0.95);
    REQUIRE(high.has_value());
    REQUIRE(low.has_value());
    CHECK(*high > *low);
}

TEST_CASE("what cannot be had even without failures has no break-even") {
    Reliability slow = unknown;
    slow.recovery.planned = Planned{.interval = 10_hours, .duration = 2_hours};
    CHECK_FALSE(break_even_mtbf(54_days, 16'384, slow, 0.9).has_value());
    CHECK(break_even_mtbf(54_days, 16'384, slow, 0.7).has_value());
    CHECK_FALSE(break_even_mtbf(54_days, 16'384, unknown, 1.01).has_value());
}

TEST_CASE("an unknown MTBF stays unknown, the outlook says what it must be") {
    const Result<GoodputOutlook> outlook = try_goodput_outlook(54_days, 16'384, unknown);
    REQUIRE(outlook.has_value());
    CHECK_FALSE(outlook->expected.has_value());
    CHECK(outlook->without_failures.share() == 1.0); // nobody checkpoints what never fails
    for (const ReliabilityBreakEven& at : outlook->break_even) {
        REQUIRE(at.mtbf.has_value());
        CHECK(at.goodput == relative(at.share));
        CHECK(raw(*at.job_mtbf) == relative(raw(*at.mtbf) / 16'384));
    }
    CHECK(*outlook->break_even[0].mtbf > *outlook->break_even[1].mtbf);
    CHECK(*outlook->break_even[1].mtbf > *outlook->break_even[2].mtbf);

    const Result<GoodputOutlook> more = try_goodput_outlook(54_days, 16'384, known);
    REQUIRE(more->expected.has_value());
    CHECK(more->expected->share() == goodput(54_days, 16'384, known).share());
    CHECK(more->break_even[0].mtbf == outlook->break_even[0].mtbf); // whatever the rate turns out to be
}

TEST_CASE("the outlook refuses what goodput refuses, but not an unknown rate") {
    Reliability bad = unknown;
    bad.recovery.restart = make<Seconds>(-1.0);
    CHECK_FALSE(try_goodput_outlook(54_days, 16'384, bad).has_value());
    bad.failures = ExponentialFailures{0_accelerator_hours, {}};
    CHECK(try_goodput_outlook(0_s, 16'384, bad).violations().size() == 3); // all at once
    Reliability hopeless = known;
    hopeless.checkpointing.reset();
    CHECK(try_goodput_outlook(54_days, 16'384, hopeless).violations().contains("progress_possible"));
}
