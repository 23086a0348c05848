// SPDX-License-Identifier: Apache-2.0
#include <foretrain/cost/price_model.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <random>

#include <foretrain/math/dual.hpp>
#include <foretrain/units/literals.hpp>

#include "../relative.hpp"

using namespace foretrain;
using namespace foretrain::literals;

namespace {

constexpr Job job{.accelerators = 1024_accelerators, .time = 20_days, .energy = 500_MWh};
constexpr OnDemand cloud{.price = 3_usd_per_accelerator_hour, .energy = 0_usd_per_kWh};
constexpr Reserved year{
    .price = 2_usd_per_accelerator_hour, .energy = 0_usd_per_kWh, .accelerators = 1024_accelerators, .term = 30_days};
constexpr Spot market{.price = 1_usd_per_accelerator_hour,
                      .energy = 0_usd_per_kWh,
                      .interruptions = 0.02_per_day,
                      .instance = 8,
                      .interval = 30_min,
                      .restart = 10_min,
                      .wait = 15_min};

/// A way to pay that the library has never seen: so much a job, however long it takes.
struct FlatFee {
    static constexpr std::string_view name = "flat fee";
    Usd fee{};
    Provenance provenance{};
    [[nodiscard]] constexpr Charge charge(const Job& asked) const noexcept {
        Charge charged{.wall_clock = asked.time, .paid = asked.accelerator_time()};
        charged.bill.add(CostItem::accelerators, fee);
        return charged;
    }
};
struct NoName {
    Provenance provenance{};
    [[nodiscard]] constexpr Charge charge(const Job&) const noexcept { return {}; }
};
struct RawMoney {
    static constexpr std::string_view name = "gives a double for money";
    Provenance provenance{};
    [[nodiscard]] constexpr double charge(const Job&) const noexcept { return 1.0; }
};

static_assert(PriceModel<OnDemand> && PriceModel<Reserved> && PriceModel<Spot>);
static_assert(PriceModel<BasicSpot<float>, float> && PriceModel<BasicReserved<Dual<double, 2>>, Dual<double, 2>>);
static_assert(PriceModel<FlatFee> && !PriceModel<NoName> && !PriceModel<RawMoney> && !PriceModel<int>);

static_assert(charge(cloud, job).bill.total() < 1.5_M_usd && charge(cloud, job).bill.total() > 1.47_M_usd);
static_assert(charge(market, job).bill.total() < charge(cloud, job).bill.total().known);

double paid(const auto& model, const Job& asked = job) { return raw(charge(model, asked).bill.total().known); }

/// Days that a job holds and waits for spot instances, interruption by interruption.
struct Held {
    double held = 0;
    double wall_clock = 0;
};
Held simulated(const Spot& spot, const Job& asked) {
    std::mt19937_64 generator(7);
    std::exponential_distribution<double> until(raw(spot.rate(asked.accelerators)));
    Held sum;
    double done = 0;
    double next = until(generator); // time held until the next interruption
    const auto hold = [&](double time) {
        const double lasted = std::min(time, next);
        sum.held += lasted;
        sum.wall_clock += lasted;
        next -= lasted;
        return next > 0;
    };
    while (done < raw(asked.time)) {
        const double piece = std::min(raw(spot.interval), raw(asked.time) - done);
        bool running = hold(piece);
        if (running) {
            done += piece;
            continue;
        }
        do { // until a restart goes through
            next = until(generator);
            sum.wall_clock += raw(spot.wait);
            running = hold(raw(spot.restart));
        } while (!running);
    }
    return sum;
}

} // namespace

TEST_CASE("a way to pay that the library has never seen drops in") {
    const Charge charged = charge(FlatFee{.fee = 5_M_usd, .provenance = {}}, job);
    CHECK(charged.bill.total().known == 5_M_usd);
    CHECK(raw(*average_price(charged, job)) == relative(5e6 / (1024 * 20 * 86400.0)));
}

TEST_CASE("on demand is price times accelerators times time, in proportion to each") {
    CHECK(paid(cloud) == relative(3.0 * 1024 * 480));
    Job twice = job;
    twice.time *= 2.0;
    CHECK(paid(cloud, twice) == relative(2 * paid(cloud)));
    CHECK(charge(cloud, job).wall_clock == 20_days);
    CHECK(raw(*average_price(charge(cloud, job), job)) == relative(3.0 / 3600));
}

TEST_CASE("energy that the rent leaves out is an item of its own, unknown without a price") {
    OnDemand bare = cloud;
    bare.energy = 0.1_usd_per_kWh;
    CHECK(raw(*charge(bare, job).bill[CostItem::energy]) == relative(50e3));
    bare.energy.reset();
    CHECK_FALSE(charge(bare, job).bill[CostItem::energy].has_value());
    CHECK_FALSE(average_price(charge(bare, job), job).has_value());
    CHECK(raw(charge(bare, job).bill.total().known) == relative(paid(cloud)));
    CHECK_FALSE(charge(OnDemand{.energy = 0_usd_per_kWh}, job).bill.total().complete);
}

TEST_CASE("a commitment is paid whole, used or not, and again for every term that is begun") {
    const double month = 2.0 * 1024 * 720;
    CHECK(paid(year) == relative(month));
    CHECK(paid(year, {.accelerators = 8_accelerators, .time = 1_hours}) == relative(month));
    CHECK(paid(year, {.accelerators = 8_accelerators, .time = 0_s}) == relative(month));
    CHECK(paid(year, {.accelerators = 1024_accelerators, .time = 30_days}) == relative(month));
    CHECK(paid(year, {.accelerators = 1024_accelerators, .time = 30.01_days}) == relative(2 * month));
    CHECK(paid(year, {.accelerators = 1024_accelerators, .time = 75_days}) == relative(3 * month));
    CHECK(charge(year, job).paid > job.accelerator_time());
}

TEST_CASE("a commitment pays off from the use at which both cost the same") {
    const double use = break_even_use(*year.price, *cloud.price);
    CHECK(use == relative(2.0 / 3));
    const Job at{.accelerators = 1024_accelerators, .time = 30.0 * use * 1_days};
    CHECK(paid(year, at) == relative(paid(cloud, at)));
    const Job more{.accelerators = 1024_accelerators, .time = 30.0 * use * 1.01_days};
    CHECK(paid(year, more) < paid(cloud, more));
}

TEST_CASE("spot without interruptions is a rent like another, and the limit is reached smoothly") {
    Spot calm = market;
    calm.interruptions = 0_per_day;
    CHECK(paid(calm) == relative(1024.0 * 480));
    CHECK(charge(calm, job).wall_clock == 20_days);
    CHECK(calm.effective_share(job) == 1.0);
    for (const double rate : {1e-16, 1e-12, 1e-8}) {
        calm.interruptions = make<Frequency>(rate);
        CHECK(calm.effective_share(job) <= 1.0);
        CHECK(calm.effective_share(job) == doctest::Approx(1.0).epsilon(1e6 * rate + 1e-12));
    }
}

TEST_CASE("spot is dearer and slower the more it is interrupted, the more it loses and the larger the job") {
    double cost = 0, days = 0;
    for (double rate = 0; rate < 0.2; rate += 0.01) {
        Spot spot = market;
        spot.interruptions = rate * 1_per_day;
        CHECK(paid(spot) > cost);
        CHECK(raw(charge(spot, job).wall_clock) > days);
        CHECK(raw(charge(spot, job).wall_clock) >= raw(charge(spot, job).paid / job.accelerators));
        cost = paid(spot);
        days = raw(charge(spot, job).wall_clock);
    }
    Spot slow = market;
    slow.interval = 2_hours;
    CHECK(paid(slow) > paid(market));
    slow = market;
    slow.restart = 1_hours;
    CHECK(paid(slow) > paid(market));
    slow = market;
    slow.wait = 1_hours; // nothing is paid while nothing is held
    CHECK(paid(slow) == relative(paid(market)));
    CHECK(charge(slow, job).wall_clock > charge(market, job).wall_clock);
    Job larger = job;
    larger.accelerators *= 4.0;
    larger.energy *= 4.0;
    CHECK(paid(market, larger) > 4 * paid(market));
}

TEST_CASE("a job shorter than the interval loses no more than itself") {
    Spot seldom = market;
    seldom.interval = 10_hours;
    const Job brief{.accelerators = 1024_accelerators, .time = 1_hours};
    Spot often = market;
    often.interval = 1_hours;
    CHECK(paid(seldom, brief) == relative(paid(often, brief)));
    CHECK(paid(seldom) > paid(often));
    CHECK(paid(seldom, {.accelerators = 8_accelerators, .time = 0_s}) == 0.0);
}

TEST_CASE("spot holds and waits as long as an event-by-event simulation does") {
    for (const double rate : {0.02, 0.2, 0.5}) {
        CAPTURE(rate);
        Spot spot = market;
        spot.interruptions = rate * 1_per_day;
        const Job long_job{.accelerators = 1024_accelerators, .time = 2000_days};
        const Held truth = simulated(spot, long_job);
        const Charge model = charge(spot, long_job);
        CHECK(raw(model.paid / long_job.accelerators) == doctest::Approx(truth.held).epsilon(0.02));
        CHECK(raw(model.wall_clock) == doctest::Approx(truth.wall_clock).epsilon(0.02));
    }
}

TEST_CASE("what spot loses multiplies the goodput of other faults") {
    const double share = market.effective_share(job);
    CHECK(share < 0.95);
    CHECK(share > 0.85);
    CHECK(raw(charge(market, job).wall_clock) == relative(20 * 86400.0 / share));
    // To first order: half an interval, a restart and a wait for each interruption.
    const double each = 0.25 + 1.0 / 6 + 0.25;
    CHECK(1 / share - 1 == doctest::Approx(0.02 * 128 / 24 * each).epsilon(0.06));
}

TEST_CASE("jobs and prices that cannot be are refused, all at once") {
    CHECK(try_charge(cloud, job).has_value());
    CHECK_FALSE(try_charge(cloud, Job{}).has_value());
    OnDemand bad = cloud;
    bad.price = make<AcceleratorPrice>(std::numeric_limits<double>::quiet_NaN());
    const auto refused = try_charge(bad, Job{.accelerators = 8_accelerators, .time = make<Seconds>(-1.0)});
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.violations().size() == 2);
    Job larger = job;
    larger.accelerators = 1025_accelerators;
    CHECK(try_charge(year, larger).violations().contains("commitment_holds_job"));
    CHECK(try_charge(Reserved{}, job).violations().size() >= 2);
    Spot hopeless = market;
    hopeless.interruptions = 1_per_hour;
    CHECK(try_charge(hopeless, job).violations().contains("spot_makes_progress"));
    CHECK_FALSE(try_charge(Spot{}, job).has_value());
    CHECK_THROWS_AS((void)charge(hopeless, job), InvalidConfiguration);
}

TEST_CASE("a charge has the derivatives of its prices and rates") {
    using Number = Dual<double, 2>;
    const auto at = [](double price, double rate) {
        Spot spot = market;
        spot.price = price * 1_usd_per_accelerator_hour;
        spot.interruptions = rate * 1_per_day;
        return paid(spot);
    };
    const BasicSpot<Number> spot{.price = make<BasicAcceleratorPrice<Number>>(variable<2>(1.0, 0) * (1.0 / 3600)),
                                 .energy = over_scalar<Number>(0_usd_per_kWh),
                                 .interruptions = make<BasicFrequency<Number>>(variable<2>(0.02, 1) * (1.0 / 86400)),
                                 .instance = 8,
                                 .interval = over_scalar<Number>(30_min),
                                 .restart = over_scalar<Number>(10_min),
                                 .wait = over_scalar<Number>(15_min)};
    const BasicJob<Number> asked{.accelerators = over_scalar<Number>(1024_accelerators),
                                 .time = over_scalar<Number>(20_days),
                                 .energy = over_scalar<Number>(500_MWh)};
    const Number cost = raw(charge(spot, asked).bill.total().known);
    CHECK(cost.value == relative(at(1, 0.02)));
    CHECK(cost.gradient[0] == relative(at(1, 0.02)));
    CHECK(cost.gradient[1] == doctest::Approx((at(1, 0.0201) - at(1, 0.0199)) / 2e-4).epsilon(1e-4));
}

TEST_CASE("a job that uses a part of an instance loses it as often as a whole one") {
    CHECK(raw(market.rate(1_accelerators)) == relative(raw(market.rate(8_accelerators))));
    CHECK(raw(market.rate(9_accelerators)) == relative(raw(market.rate(16_accelerators))));
    CHECK(raw(market.rate(16_accelerators)) == relative(2 * raw(market.interruptions)));
}
