// SPDX-License-Identifier: Apache-2.0
#include <foretrain/cost/off_peak.hpp>

#include <doctest/doctest.h>

#include <foretrain/math/dual.hpp>
#include <foretrain/units/literals.hpp>

#include "../relative.hpp"

using namespace foretrain;
using namespace foretrain::literals;

namespace {

constexpr PausedRun run{
    .training_time = 30_days, .running = 1_MW, .paused = 200_kW, .resume = 10_min, .accelerators = 1000_accelerators};

constexpr auto day_prices = [](double night, double day) {
    std::array<EnergyPrice, 24> prices{};
    for (std::size_t i = 0; i < 24; ++i) prices[i] = make<EnergyPrice>((i < 8 ? night : day) / 3.6e6);
    return prices;
};
constexpr auto intensity_of = [](double night, double day) {
    std::array<CarbonIntensity, 24> hours{};
    for (std::size_t i = 0; i < 24; ++i) hours[i] = make<CarbonIntensity>((i < 8 ? night : day) / 3.6e6);
    return hours;
};
constexpr Hours hours{.price = day_prices(0.03, 0.12), .intensity = intensity_of(100, 500)};
constexpr DayHours nights = lowest_hours(*hours.price, 8);

// Off-peak takes three times as long and a little more.
constexpr OffPeakRun slow = off_peak(run, nights, hours);
static_assert(slow.stretch > 3.0 && slow.stretch < 3.1);

Violations wrong(const PausedRun& r, const DayHours& day, const Hours& h = {}) {
    const auto result = try_off_peak(r, day, h);
    return result ? Violations{} : result.violations();
}

} // namespace

TEST_CASE("around the clock nothing changes") {
    const OffPeakRun all = off_peak(run, every_hour, hours);
    CHECK(all.stretch == 1.0);
    CHECK(all.wall_clock == run.training_time);
    CHECK(raw(all.energy) == relative(raw(run.running) * raw(run.training_time)));
    CHECK(raw(*all.energy_cost) == relative(raw(all.energy) * (8 * 0.03 + 16 * 0.12) / 24.0 / 3.6e6));
    CHECK(raw(*all.carbon) == relative(raw(all.energy) * (8 * 100.0 + 16 * 500.0) / 24.0 / 3.6e6));
}

TEST_CASE("the cheapest hours are chosen, and their blocks counted, over midnight too") {
    CHECK(nights.hours() == 8);
    CHECK(nights.pauses() == 1);
    CHECK(nights.works[0]);
    CHECK_FALSE(nights.works[8]);
    CHECK(lowest_hours(*hours.price, 0).hours() == 0);
    CHECK(lowest_hours(*hours.price, 99).hours() == 24);
    CHECK(every_hour.pauses() == 0);
    DayHours around;
    around.works[23] = around.works[0] = around.works[12] = true;
    CHECK(around.pauses() == 2);
}

TEST_CASE("pausing stretches the run, saves what differs by the hour, and pays for idle machines") {
    const OffPeakRun all = off_peak(run, every_hour, hours);
    CHECK(raw(slow.wall_clock) == relative(raw(run.training_time) * 24.0 / (8.0 - 1.0 / 6.0)));
    CHECK(raw(slow.accelerator_time) == relative(1000.0 * raw(slow.wall_clock)));
    CHECK(*slow.carbon < *all.carbon);
    CHECK(slow.energy > all.energy); // idle machines draw
    PausedRun off = run;
    off.paused = 0_W;
    off.resume = 0_s;
    const OffPeakRun free = off_peak(off, nights, hours);
    CHECK(raw(free.energy) == relative(raw(all.energy)));
    CHECK(raw(*free.energy_cost) == relative(raw(all.energy) * 0.03 / 3.6e6));
    CHECK(raw(*free.carbon) == relative(raw(all.energy) * 100.0 / 3.6e6));
    CHECK(free.stretch == relative(3.0));
}

TEST_CASE("idle power can eat the saving") {
    PausedRun hungry = run;
    hungry.paused = 1_MW;
    CHECK(*off_peak(hungry, nights, hours).carbon > *off_peak(hungry, every_hour, hours).carbon);
}

TEST_CASE("what has no price or intensity by the hour stays unknown") {
    const OffPeakRun result = off_peak(run, nights);
    CHECK_FALSE(result.energy_cost.has_value());
    CHECK_FALSE(result.carbon.has_value());
    const Grid average{.name = "average only", .average = 400_gCO2e_per_kWh};
    CHECK_FALSE(intensities(average).has_value());
    Grid flat = average;
    flat.profile = std::array<double, 24>{};
    flat.profile->fill(1.0);
    REQUIRE(intensities(flat).has_value());
    CHECK((*intensities(flat))[5] == *flat.average);
}

TEST_CASE("a schedule has a derivative with respect to the power of paused machines") {
    using Number = Dual<double, 1>;
    BasicPausedRun<Number> r;
    r.training_time = make<BasicSeconds<Number>>(Number(86400.0));
    r.running = make<BasicWatts<Number>>(Number(1000.0));
    r.paused = make<BasicWatts<Number>>(variable<1>(100.0, 0));
    r.accelerators = make<BasicAccelerators<Number>>(Number(8.0));
    const auto result = off_peak(r, nights);
    CHECK(raw(result.energy).gradient[0] == relative(3.0 * 16.0 * 3600.0));
}

TEST_CASE("schedules that leave no time, and runs that cannot be, are refused") {
    CHECK(wrong(run, nights, hours).empty());
    CHECK(wrong(run, DayHours{}).contains("work_in_a_day"));
    PausedRun r = run;
    r.resume = 8_hours;
    CHECK(wrong(r, nights).contains("work_in_a_day"));
    r = run;
    r.running = -1_W;
    CHECK(wrong(r, nights).contains("range"));
    r = run;
    r.accelerators = 0_accelerators;
    CHECK(wrong(r, nights).contains("range"));
    Hours negative = hours;
    (*negative.price)[3] = -1.0 * (*negative.price)[3];
    CHECK(wrong(run, nights, negative).contains("range"));
    CHECK_THROWS_AS((void)off_peak(run, DayHours{}), InvalidConfiguration);
}
