// SPDX-License-Identifier: Apache-2.0
#include <foretrain/planner/solve_owning.hpp>

#include <doctest/doctest.h>

#include <foretrain/units/literals.hpp>

using namespace foretrain;
using namespace foretrain::literals;

namespace {

constexpr Owned owned{.accelerator = 25000_usd_per_accelerator,
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

constexpr Usd cost_owned(const Owned& way = owned) { return charge(way, job).bill.total().known; }
constexpr Usd cost_rented(const AcceleratorPrice& price) {
    return charge(OnDemand{.price = price, .energy = EnergyPrice{}}, job).bill.total().known;
}
constexpr Owned bought_at(const PurchasePrice& price) {
    Owned way = owned;
    way.accelerator = price;
    return way;
}

constexpr auto rent = rent_that_owning_beats(owned, job);
static_assert(rent.found() && cost_rented(rent.answer.at) >= cost_owned());

} // namespace

TEST_CASE("the rent at which owning is no dearer: below it renting is cheaper") {
    REQUIRE(rent.has_neighbour);
    CHECK(rent.goal.limit == cost_owned());
    CHECK(cost_rented(rent.answer.at) >= cost_owned());
    CHECK(cost_rented(rent.neighbour.at) < cost_owned());
    CHECK(raw(rent.answer.at) <= raw(rent.neighbour.at) * (1 + 1e-6));
    // It is the average price of an owned hour.
    CHECK(raw(rent.answer.at) == doctest::Approx(raw(*average_price(charge(owned, job), job))).epsilon(2e-6));
    // At this rent the break-even utilisation is the cluster's own.
    const auto even = break_even_utilisation(owned, job, rent.answer.at);
    REQUIRE((even && even->utilisation));
    CHECK(*even->utilisation == doctest::Approx(0.8).epsilon(1e-5));
}

TEST_CASE("the price to buy at which owning is no dearer: a little more is") {
    for (const double hourly : {1.0, 2.0, 4.0}) {
        const AcceleratorPrice at = hourly * 1_usd_per_accelerator_hour;
        const auto price = purchase_that_beats_rent(owned, job, at);
        REQUIRE((price.found() && price.has_neighbour));
        CHECK(cost_owned(bought_at(price.answer.at)) <= cost_rented(at));
        CHECK(cost_owned(bought_at(price.neighbour.at)) > cost_rented(at));
        CHECK(raw(price.neighbour.at) <= raw(price.answer.at) * (1 + 1e-6));
        // The two questions are inverse to each other.
        const auto back = rent_that_owning_beats(bought_at(price.answer.at), job);
        CHECK(raw(back.answer.at) == doctest::Approx(raw(at)).epsilon(1e-5));
    }
    // Energy and staff alone are dearer than this rent, whatever the machines cost.
    const auto none = purchase_that_beats_rent(owned, job, 0.01_usd_per_accelerator_hour);
    CHECK(none.status == SolveStatus::none);
    CHECK(none.missed_by() > 0);
}

TEST_CASE("an idler cluster or a dearer one takes a higher rent") {
    double before = 0;
    for (const double utilisation : {1.0, 0.8, 0.5, 0.2}) {
        Owned way = owned;
        way.utilisation = utilisation;
        const double at = raw(rent_that_owning_beats(way, job).answer.at);
        CHECK(at > before);
        before = at;
    }
    CHECK(rent_that_owning_beats(bought_at(50000_usd_per_accelerator), job).answer.at > rent.answer.at);
}

TEST_CASE("a price that is not known is no zero: the question is refused, whole") {
    Owned unknown = owned;
    unknown.accelerator.reset();
    unknown.energy.reset();
    unknown.staff.reset();
    const auto refused = try_rent_that_owning_beats(unknown, job);
    REQUIRE_FALSE(refused);
    CHECK(refused.violations().size() == 3);
    CHECK(try_purchase_that_beats_rent(unknown, job, 2_usd_per_accelerator_hour).violations().size() == 2);
    CHECK_FALSE(try_purchase_that_beats_rent(owned, job, AcceleratorPrice{}));
    CHECK_THROWS_AS(static_cast<void>(rent_that_owning_beats(unknown, job)), InvalidConfiguration);
}
