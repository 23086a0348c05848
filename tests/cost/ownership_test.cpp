// SPDX-License-Identifier: Apache-2.0
#include <foretrain/cost/ownership.hpp>

#include <doctest/doctest.h>

#include <limits>

#include <foretrain/math/dual.hpp>
#include <foretrain/units/literals.hpp>

#include "../relative.hpp"

using namespace foretrain;
using namespace foretrain::literals;

namespace {

// 1024 H100 at 25,000 USD, servers 1.64 times that, a fifth of the whole for the network.
constexpr Owned cluster{.accelerator = 25000_usd_per_accelerator,
                        .server_factor = 1.64,
                        .interconnect_share = 0.2,
                        .depreciation = {.decades_per_year = 0.14},
                        .age = 0_s,
                        .utilisation = 0.8,
                        .accelerators = 1024_accelerators,
                        .idle_power = 300_W,
                        .energy = 0.08_usd_per_kWh,
                        .staff = 1_M_usd / 1_years,
                        .provenance = {}};
constexpr Job job{.accelerators = 512_accelerators, .time = 30_days, .energy = 400_MWh};

static_assert(PriceModel<Owned> && PriceModel<OwnedStraightLine> && PriceModel<BasicOwned<float>, float>);
static_assert(*cluster.capital() > 52_M_usd && *cluster.capital() < 53_M_usd);
static_assert(charge(cluster, job).bill.total() < 1_M_usd);

Usd item(const Owned& owned, CostItem what) { return *owned.charge(job).bill[what]; }
Owned at(double utilisation) {
    Owned owned = cluster;
    owned.utilisation = utilisation;
    return owned;
}
double hourly(const auto& owned, const Job& asked = job) {
    return raw(*average_price(owned.charge(asked), asked)) * 3600;
}

} // namespace

TEST_CASE("each item is what the formula says") {
    const double lost = cluster.depreciation.loss(0_s, 30_days) / 0.8;
    CHECK(raw(item(cluster, CostItem::accelerators)) == relative(512 * 25000 * 1.64 * lost));
    CHECK(raw(item(cluster, CostItem::network)) == relative(512 * 25000 * 1.64 * 0.25 * lost));
    const double idle_kwh = 0.3 * 512 * 720 * 0.25;
    CHECK(raw(item(cluster, CostItem::energy)) == relative(0.08 * (400e3 + idle_kwh)));
    CHECK(raw(item(cluster, CostItem::staff)) == relative(1e6 * 30 / 365.25 * 0.5 / 0.8));
    CHECK(cluster.charge(job).bill.total().complete);
}

TEST_CASE("jobs that fill a cluster for its life pay for all of it") {
    OwnedStraightLine owned{.accelerator = 25000_usd_per_accelerator,
                            .server_factor = 1.64,
                            .interconnect_share = 0.2,
                            .depreciation = {.life = 4_years, .residual = 0},
                            .age = 0_s,
                            .utilisation = 1.0,
                            .accelerators = 1024_accelerators,
                            .idle_power = 0_W,
                            .energy = 0_usd_per_kWh,
                            .staff = make<MoneyRate>(0.0)};
    Usd paid{};
    for (int month = 0; month < 48; ++month) {
        owned.age = 1_years * (month / 12.0);
        paid += owned.charge({.accelerators = 1024_accelerators, .time = 1_years / 12.0}).bill.total().known;
    }
    CHECK(raw(paid) == relative(raw(*owned.capital())));
    // A cluster that works half of its life asks twice of each job.
    owned.age = 4_years;
    const double full = hourly(owned);
    owned.age = 0_s;
    CHECK(full == 0.0); // written off
    const double fresh = hourly(owned);
    owned.utilisation = 0.5;
    CHECK(hourly(owned) == relative(2 * fresh));
}

TEST_CASE("younger, busier, cheaper clusters ask the right way") {
    double before = 1e9;
    for (double utilisation = 0.05; utilisation <= 1.0; utilisation += 0.05) {
        CHECK(hourly(at(utilisation)) < before);
        before = hourly(at(utilisation));
    }
    Owned old = cluster;
    old.age = 2_years;
    CHECK(hourly(old) < hourly(cluster)); // what is worth less loses less
    Owned dear = cluster;
    dear.accelerator = 30000_usd_per_accelerator;
    CHECK(hourly(dear) > hourly(cluster));
    Job longer = job;
    longer.time *= 12.0;
    longer.energy *= 12.0;
    CHECK(hourly(cluster, longer) < hourly(cluster)); // the value falls while it works
    // An H100 with its server and network, 80% busy, is around 2 USD an hour.
    CHECK(hourly(cluster) > 1.5);
    CHECK(hourly(cluster) < 3.0);
}

TEST_CASE("what is not known of a cluster is unknown in the bill by name") {
    Owned owned = cluster;
    owned.staff.reset();
    CHECK(owned.charge(job).bill.total().unknown.has(CostItem::staff));
    owned.accelerator.reset();
    CHECK_FALSE(owned.capital().has_value());
    CHECK(owned.charge(job).bill.total().unknown.has(CostItem::accelerators));
    CHECK(owned.charge(job).bill.total().unknown.has(CostItem::network));
    owned.energy.reset();
    CHECK(owned.charge(job).bill.total().unknown.has(CostItem::energy));
    CHECK(owned.charge(job).bill.total().known == 0_usd);
    CHECK_FALSE(break_even_utilisation(owned, job, 2_usd_per_accelerator_hour).has_value());
}

TEST_CASE("at the break-even utilisation owning and renting cost the same, above it owning wins") {
    const auto even = break_even_utilisation(cluster, job, 3_usd_per_accelerator_hour);
    REQUIRE(even.has_value());
    REQUIRE(even->utilisation.has_value());
    CHECK(*even->utilisation < 0.8);
    CHECK(hourly(at(*even->utilisation)) == relative(3.0));
    CHECK(hourly(at(*even->utilisation * 1.01)) < 3.0);
    CHECK(hourly(at(*even->utilisation * 0.99)) > 3.0);
    CHECK(raw(even->always_busy) * 3600 == relative(hourly(at(1.0))));
    // At the price of a cluster that is always busy, the utilisation is 1; below it, owning never pays.
    CHECK(*break_even_utilisation(cluster, job, even->always_busy)->utilisation == relative(1.0));
    CHECK_FALSE(break_even_utilisation(cluster, job, even->always_busy * 0.999)->utilisation.has_value());
    double before = 1.1;
    for (double rent = 2; rent < 20; rent += 0.5) {
        const auto u = break_even_utilisation(cluster, job, rent * 1_usd_per_accelerator_hour)->utilisation;
        if (!u) continue;
        CHECK(*u < before);
        before = *u;
    }
    CHECK(before < 0.2);
}

TEST_CASE("the price of an hour there is and of an hour that works make up the price at any utilisation") {
    const OwnedPrice price = *owned_price(cluster, job);
    for (const double utilisation : {0.05, 0.3, 0.8, 1.0})
        CHECK(raw(price.at(utilisation)) * 3600 == relative(hourly(at(utilisation))));
    // 400 MWh in 30 days are 1085 W an accelerator, 785 W above idle.
    CHECK(raw(price.running) * 3600 == doctest::Approx(0.08 * 0.785).epsilon(1e-3));
}

TEST_CASE("clusters that cannot be are refused, every field at once") {
    CHECK(try_charge(cluster, job).has_value());
    CHECK(try_charge(Owned{}, job).violations().size() == 4);
    Job larger = job;
    larger.accelerators = 2000_accelerators;
    CHECK(try_charge(cluster, larger).violations().contains("cluster_holds_job"));
    Owned bad = cluster;
    bad.utilisation = std::numeric_limits<double>::quiet_NaN();
    bad.interconnect_share = 1.0;
    bad.depreciation.decades_per_year = -1;
    CHECK(try_charge(bad, job).violations().size() == 3);
}

TEST_CASE("the price of owning has the derivatives of what it is made of") {
    using Number = Dual<double, 2>;
    BasicOwned<Number> owned{.accelerator = make<BasicPurchasePrice<Number>>(variable<2>(25000.0, 0)),
                             .server_factor = Number(1.64),
                             .interconnect_share = Number(0.2),
                             .depreciation = {.decades_per_year = Number(0.14)},
                             .age = over_scalar<Number>(0_s),
                             .utilisation = variable<2>(0.8, 1),
                             .accelerators = over_scalar<Number>(1024_accelerators),
                             .idle_power = over_scalar<Number>(300_W),
                             .energy = over_scalar<Number>(0.08_usd_per_kWh),
                             .staff = over_scalar<Number>(*cluster.staff)};
    const BasicJob<Number> asked{.accelerators = over_scalar<Number>(job.accelerators),
                                 .time = over_scalar<Number>(job.time),
                                 .energy = over_scalar<Number>(job.energy)};
    const Number price = raw(*average_price(owned.charge(asked), asked)) * 3600.0;
    CHECK(price.value == relative(hourly(cluster)));
    Owned dearer = cluster;
    dearer.accelerator = 25001_usd_per_accelerator;
    CHECK(price.gradient[0] == doctest::Approx(hourly(dearer) - hourly(cluster)).scale(1e-9).epsilon(1e-6));
    CHECK(price.gradient[1] == doctest::Approx((hourly(at(0.8001)) - hourly(at(0.7999))) / 2e-4).epsilon(1e-6));
}
