// SPDX-License-Identifier: Apache-2.0
#include <foretrain/run/conditions.hpp>

#include <limits>

#include <doctest/doctest.h>

#include <foretrain/math/dual.hpp>

#include "../relative.hpp"

using namespace foretrain;

namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
constexpr Seconds day = make<Seconds>(86400.0);

static_assert(LossModel<Faults, double>);
static_assert(LossModel<Reliability, double>);
static_assert(!LossModel<int, double>);
static_assert(try_goodput(day, 8, Faults{.effective_share = 0.5})->total() == day * 2.0);

constexpr RunConditions fine{.faults = {.effective_share = 0.9}, .site = site(1.1), .power = measured_boards};

Violations judged(const RunConditions& conditions) {
    Violations violations;
    check_rules(conditions, violations);
    return violations;
}

} // namespace

TEST_CASE("a reported share is the time that trains over wall clock, and the loss is one part") {
    const Goodput run = *try_goodput(day, 1024, Faults{.effective_share = 0.8});
    CHECK(run.share() == relative(0.8));
    CHECK(raw(run.total()) == relative(86400.0 / 0.8));
    CHECK(raw(run[WallClockPart::productive]) == 86400.0);
    CHECK(raw(run[WallClockPart::reported]) == relative(86400.0 * 0.25));
    CHECK(run.wall_clock.p10 == run.wall_clock.p90); // nothing is known of chance
    CHECK(try_goodput(day, 1024, Faults{.effective_share = 1.0})->total() == day);
    for (const double share : {0.0, -1.0, 1.01, not_a_number})
        CHECK_FALSE(try_goodput(day, 1024, Faults{.effective_share = share}).has_value());
}

TEST_CASE("its derivative is that of a quotient") {
    using Number = Dual<double, 1>;
    const auto run = *try_goodput(over_scalar<Number>(day), 8, BasicFaults<Number>{variable<1>(0.8, 0), {}});
    CHECK(raw(run.total()).gradient[0] == relative(-86400.0 / (0.8 * 0.8)));
}

TEST_CASE("each condition is judged by its own rules") {
    CHECK(judged(fine).empty());
    RunConditions bad = fine;
    bad.site.power_usage_effectiveness = 0.9;
    bad.prices.accelerator = make<AcceleratorPrice>(-1.0);
    bad.overheads.warm_up_slowdown = 0.5;
    bad.power.link = 2.0;
    const Violations all = judged(bad);
    CHECK(all.size() == 4);
    RunConditions grid = fine;
    grid.grid = make<CarbonIntensity>(not_a_number);
    CHECK(judged(grid).contains("range"));
    RunConditions counted = fine;
    counted.besides.network_time = make<AcceleratorTime>(1.0);
    CHECK(judged(counted).contains("counted_by_the_run"));
}
