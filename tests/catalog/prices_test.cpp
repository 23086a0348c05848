// SPDX-License-Identifier: Apache-2.0
#include <foretrain/catalog/prices.hpp>

#include <doctest/doctest.h>
#include <foretrain/catalog/accelerators.hpp>
#include <foretrain/units/literals.hpp>

#include "../relative.hpp"

using namespace foretrain;
using namespace foretrain::literals;
using catalog::RentKind;

namespace {

constexpr bool dated(const Provenance& from) {
    return !from.source.empty() && from.as_of.size() >= 4 && from.as_of >= "2016" && from.as_of < "2027";
}
constexpr bool all_dated() {
    for (const auto& rent : catalog::all_rents)
        if (!dated(rent.provenance)) return false;
    for (const auto& purchase : catalog::all_purchases)
        if (!dated(purchase.provenance)) return false;
    for (const auto& electricity : catalog::all_electricity)
        if (!dated(electricity.provenance)) return false;
    return true;
}
static_assert(all_dated());
static_assert(catalog::rents_of("h100-sxm", RentKind::spot)->cheapest->price < 1_usd_per_accelerator_hour);

} // namespace

TEST_CASE("prices are of accelerators of the catalogue, positive, and each is listed once") {
    for (const auto& rent : catalog::all_rents) {
        CAPTURE(rent.accelerator);
        CAPTURE(rent.provider);
        CHECK(catalog::find_accelerator(rent.accelerator) != nullptr);
        CHECK(rent.price > 0.1_usd_per_accelerator_hour);
        CHECK(rent.price < 20_usd_per_accelerator_hour);
        CHECK((rent.kind == RentKind::reserved) == (rent.term > 0_s));
        int same = 0;
        for (const auto& other : catalog::all_rents)
            same += other.accelerator == rent.accelerator && other.provider == rent.provider &&
                            other.region == rent.region && other.kind == rent.kind && other.term == rent.term &&
                            other.provenance.as_of == rent.provenance.as_of
                        ? 1
                        : 0;
        CHECK(same == 1);
    }
    for (const auto& purchase : catalog::all_purchases) {
        CAPTURE(purchase.accelerator);
        CHECK(catalog::find_accelerator(purchase.accelerator) != nullptr);
        CHECK(purchase.price > 1000_usd_per_accelerator);
        CHECK(purchase.price < 60000_usd_per_accelerator);
    }
    for (const auto& electricity : catalog::all_electricity) {
        CHECK(electricity.price > 0.03_usd_per_kWh);
        CHECK(electricity.price < 0.3_usd_per_kWh);
    }
}

TEST_CASE("with one provider on one date, a longer commitment is cheaper and any is cheaper than on demand") {
    int compared = 0;
    for (const auto& a : catalog::all_rents)
        for (const auto& b : catalog::all_rents) {
            if (a.accelerator != b.accelerator || a.provider != b.provider || a.region != b.region ||
                a.provenance.as_of != b.provenance.as_of || a.kind == RentKind::spot || b.kind == RentKind::spot)
                continue;
            if (!(a.term < b.term)) continue;
            CAPTURE(a.accelerator);
            CAPTURE(a.provider);
            CHECK(a.price > b.price);
            ++compared;
        }
    CHECK(compared > 20);
}

TEST_CASE("rents are looked up by accelerator and kind, of the latest year, and what nobody offers is not there") {
    const auto demand = catalog::rents_of("h100-sxm", RentKind::on_demand);
    REQUIRE(demand.has_value());
    CHECK(demand->offers == 3);
    CHECK(demand->cheapest->provider == "Verda");
    CHECK(demand->cheapest->provenance.as_of == "2026");
    CHECK(raw(demand->dearest->price) * 3600 == relative(10.0));
    const auto three_years = catalog::rents_of("h100-sxm", RentKind::reserved, 3_years);
    REQUIRE(three_years.has_value());
    CHECK(raw(three_years->cheapest->price) * 3600 == relative(4.86));
    CHECK_FALSE(catalog::rents_of("h100-sxm", RentKind::reserved).has_value()); // which term?
    CHECK_FALSE(catalog::rents_of("gb300", RentKind::spot).has_value());
    CHECK_FALSE(catalog::rents_of("no such chip", RentKind::on_demand).has_value());
}

TEST_CASE("purchases are the latest, and servers cost more than what is in them") {
    CHECK(catalog::purchase_of("a100-sxm-80gb")->provenance.as_of == "2025-03-04");
    CHECK(catalog::purchase_of("no such chip") == nullptr);
    CHECK(catalog::server_factor_of("a100-sxm-80gb") == 1.66);
    CHECK(catalog::server_factor_of("h100-sxm") == 1.64);
    CHECK(raw(catalog::electricity_of("Iowa")->price) * 3.6e6 == relative(0.0604));
    CHECK(catalog::electricity_of("Atlantis") == nullptr);
}

TEST_CASE("an offer makes a price model of its price and date") {
    const auto& rent = *catalog::rents_of("h100-sxm", RentKind::on_demand)->cheapest;
    const Job job{.accelerators = 64_accelerators, .time = 10_days, .energy = 10_MWh};
    const Charge rented = charge(catalog::on_demand_model(rent), job);
    CHECK(rented.bill.total().complete); // energy is included
    CHECK(raw(rented.bill.total().known) == relative(2.29 * 64 * 240));
    const auto& year = *catalog::rents_of("h100-sxm", RentKind::reserved, 1_years)->cheapest;
    CHECK(raw(charge(catalog::reserved_model(year, 64_accelerators), job).bill.total().known) ==
          relative(7.67 * 64 * 8766));
    CHECK(catalog::reserved_model(year, 64_accelerators).provenance.as_of == "2025-03-17");
}
