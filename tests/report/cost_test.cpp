// SPDX-License-Identifier: Apache-2.0
#include <foretrain/report/cost.hpp>

#include <doctest/doctest.h>
#include <foretrain/units/literals.hpp>

#include "../relative.hpp"

using namespace foretrain;
using namespace foretrain::literals;

namespace {

CostReport report() {
    CostReport r;
    r.accelerator = "h100-sxm";
    r.job = {.accelerators = 1024_accelerators, .time = 10_days, .energy = 200_MWh};
    r.tokens = 2_T_tokens;
    const OnDemand rent{.price = 2_usd_per_accelerator_hour,
                        .energy = 0_usd_per_kWh,
                        .provenance = {"a price list", "2026-03", Evidence::datasheet}};
    r.offers.push_back({"on demand", "Somebody, somewhere", rent.price, charge(rent, r.job), rent.provenance, ""});
    Owned owned{.accelerator = 30000_usd_per_accelerator,
                .server_factor = 1.0,
                .interconnect_share = 0.2,
                .depreciation = {.decades_per_year = 0.14},
                .age = 0_s,
                .utilisation = 0.9,
                .accelerators = 1024_accelerators,
                .idle_power = 0_W,
                .energy = {},
                .staff = make<MoneyRate>(0.0),
                .provenance = {"an offer", "2026-04", Evidence::assumed}};
    r.offers.push_back({"owned", "yours", std::nullopt, charge(owned, r.job), owned.provenance, ""});
    owned.energy = 0.08_usd_per_kWh;
    r.owned = owned_price(owned, r.job);
    r.break_even.push_back(
        {"Somebody", 2_usd_per_accelerator_hour, *break_even_utilisation(owned, r.job, 2_usd_per_accelerator_hour)});
    return r;
}

bool says(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

} // namespace

TEST_CASE("a report of costs names currency, date and what has no price") {
    const std::string text = cost_text(report(), {});
    CHECK(says(text, "1,024 × h100-sxm for 10.0 days"));
    CHECK(says(text, "amounts in USD"));
    CHECK(says(text, "$492K")); // 245,760 accelerator-hours
    CHECK(says(text, "2026-03"));
    CHECK(says(text, "owned, yours: no price of energy"));
    CHECK(says(text, "energy          unknown: no price"));
    CHECK(says(text, "owning is cheaper from a utilisation of"));
    CHECK(says(text, "a price list"));
    CHECK(says(cost_text(report(), {.width = 100, .ascii = true}), "1,024 x h100-sxm"));
}

TEST_CASE("no column of the table of ways to pay is lost at a hundred columns") {
    CHECK_FALSE(says(cost_text(report(), {.width = 100, .ascii = false}), "..."));
}

TEST_CASE("JSON has the same numbers, null where the text says unknown") {
    const Json json = cost_report_json(report());
    CHECK(json["currency"] == "USD");
    const Json& rent = json["offers"][0];
    CHECK(rent["cost"]["total"].get<double>() == relative(2.0 * 1024 * 240));
    CHECK(rent["price_per_trillion_tokens"].get<double>() == relative(1024.0 * 240));
    CHECK(rent["provenance"]["as_of"] == "2026-03");
    const Json& owned = json["offers"][1];
    CHECK(owned["cost"]["total"].is_null());
    CHECK(owned["cost"]["unknown"] == Json::array({"energy"}));
    CHECK(owned["items"]["energy"].is_null());
    CHECK(owned["price_per_trillion_tokens"].is_null());
    double sum = 0;
    for (const auto& [item, amount] : owned["items"].items()) sum += amount.is_null() ? 0.0 : amount.get<double>();
    CHECK(sum == relative(owned["cost"]["known"].get<double>()));
    CHECK(json["hybrid"].is_null());
    CHECK(json["experiments"].is_null());
}

TEST_CASE("storage and egress come to every way to pay") {
    CostReport r = report();
    r.beside.add(CostItem::storage, 1000_usd);
    r.beside.add_unknown(CostItem::egress);
    const Json json = cost_report_json(r);
    for (const Json& offer : json["offers"]) {
        CHECK(offer["items"]["storage"] == 1000.0);
        CHECK(offer["cost"]["total"].is_null());
    }
    CHECK(json["offers"][0]["cost"]["known"].get<double>() == relative(2.0 * 1024 * 240 + 1000));
}

TEST_CASE("a job without any price is unknown, not free") {
    CostReport r;
    r.accelerator = "trainium2";
    r.job = {.accelerators = 16_accelerators, .time = 10_hours, .energy = 80_kWh};
    const Owned owned{.accelerator = {},
                      .server_factor = 1.64,
                      .interconnect_share = 0.2,
                      .depreciation = {.decades_per_year = 0.14},
                      .age = 0_s,
                      .utilisation = 1.0,
                      .accelerators = 16_accelerators,
                      .idle_power = 0_W,
                      .energy = {},
                      .staff = {},
                      .provenance = {}};
    r.offers.push_back({"owned", "no offer known", std::nullopt, charge(owned, r.job), {}, ""});
    const std::string text = cost_text(r, {});
    CHECK(says(text, "no rent of it is in the catalogue"));
    CHECK(says(text, "unknown (no price of accelerators, energy, network, staff)"));
    CHECK_FALSE(says(text, "$0"));
}
