// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <limits>

#include <foretrain/cost/price.hpp>
#include <foretrain/units/literals.hpp>

#include "../relative.hpp"

using namespace foretrain;
using namespace foretrain::literals;

namespace {

constexpr bool accepted(const Prices& prices) {
    Violations violations;
    check_rules(prices, violations);
    return violations.empty();
}

constexpr Prices all_known{.accelerator = 2_usd_per_accelerator_hour,
                           .energy = 0.08_usd_per_kWh,
                           .storage = 0.02_usd_per_GB_month,
                           .egress = 0.09_usd_per_GB,
                           .network = 0.25_usd_per_accelerator_hour,
                           .staff = 120_usd_per_hour};
constexpr Usage month{.accelerator_time = 1_M_accelerator_hours,
                      .energy = 1.2_GWh,
                      .stored = 500_TB * 1_years / 12.0,
                      .egress = 10_TB,
                      .network_time = 1_M_accelerator_hours,
                      .staff_time = 3.0 * 160_hours};

// An unknown price is no price of zero.
static_assert(!Prices{}.accelerator.has_value());
static_assert(Prices{.energy = 0_usd_per_kWh}.energy.has_value());
static_assert(accepted(Prices{}));
static_assert(bill(all_known, month).total() < 2.5_M_usd);

/// `all_known` without the price of an item.
Prices without(CostItem item) {
    Prices prices = all_known;
    switch (item) {
    case CostItem::accelerators: prices.accelerator.reset(); break;
    case CostItem::energy: prices.energy.reset(); break;
    case CostItem::network: prices.network.reset(); break;
    case CostItem::storage: prices.storage.reset(); break;
    case CostItem::egress: prices.egress.reset(); break;
    case CostItem::staff: prices.staff.reset(); break;
    }
    return prices;
}

} // namespace

TEST_CASE("each item is its price times what was used") {
    const Bill bill = bill_of(all_known, month);
    CHECK(raw(*bill[CostItem::accelerators]) == relative(2e6));
    CHECK(raw(*bill[CostItem::energy]) == relative(96e3));
    CHECK(raw(*bill[CostItem::network]) == relative(0.25e6));
    CHECK(raw(*bill[CostItem::storage]) == relative(10e3)); // 500,000 GB for a month
    CHECK(raw(*bill[CostItem::egress]) == relative(900.0));
    CHECK(raw(*bill[CostItem::staff]) == relative(57.6e3));
    CHECK(raw(bill.total().known) == relative(2e6 + 96e3 + 0.25e6 + 10e3 + 900 + 57.6e3));
    CHECK(bill.total().complete);
}

TEST_CASE("what is used and has no price makes the total unknown by that item alone") {
    const Usd whole = bill_of(all_known, month).total().known;
    for (std::size_t i = 0; i < cost_items; ++i) {
        const auto item = static_cast<CostItem>(i);
        CAPTURE(name_of(item));
        const Bill partial = bill_of(without(item), month);
        CHECK_FALSE(partial.total().complete);
        CHECK_FALSE(partial.total() < 1_B_usd);
        for (std::size_t j = 0; j < cost_items; ++j)
            CHECK(partial.total().unknown.has(static_cast<CostItem>(j)) == (i == j));
        CHECK(raw(partial.total().known) == relative(raw(whole - *bill_of(all_known, month)[item])));
    }
}

TEST_CASE("what is not used costs nothing, though its price is unknown") {
    const Cost idle = bill_of(Prices{}, Usage{}).total();
    CHECK(idle.complete);
    CHECK(idle.known == 0_usd);
    const Cost rent =
        bill_of(Prices{.accelerator = 2_usd_per_accelerator_hour}, Usage{.accelerator_time = 10_accelerator_hours})
            .total();
    CHECK(rent.complete);
    CHECK(raw(rent.known) == relative(20.0));
}

TEST_CASE("prices have ranges, absent ones none") {
    CHECK(accepted({.accelerator = 2_usd_per_accelerator_hour, .energy = 0.08_usd_per_kWh}));
    CHECK(accepted({.accelerator = 0_usd_per_accelerator_hour}));
    CHECK(accepted({.accelerator = 99999_usd_per_accelerator_hour}));
    CHECK_FALSE(accepted({.accelerator = make<AcceleratorPrice>(-1e-9)}));
    CHECK_FALSE(accepted({.accelerator = 100001_usd_per_accelerator_hour}));
    CHECK_FALSE(accepted({.energy = 101_usd_per_kWh}));
    CHECK_FALSE(accepted({.energy = make<EnergyPrice>(std::numeric_limits<double>::quiet_NaN())}));
    CHECK_FALSE(accepted({.accelerator = make<AcceleratorPrice>(std::numeric_limits<double>::infinity())}));
    CHECK_FALSE(accepted({.storage = 1001_usd_per_GB_month}));
    CHECK_FALSE(accepted({.egress = 1001_usd_per_GB}));
    CHECK_FALSE(accepted({.network = make<AcceleratorPrice>(-1.0)}));
    CHECK_FALSE(accepted({.staff = make<MoneyRate>(-1.0)}));
}

TEST_CASE("a refused price is quoted in the unit people pay in") {
    Violations violations;
    check_rules(Prices{.accelerator = 200000_usd_per_accelerator_hour,
                       .energy = 200_usd_per_kWh,
                       .storage = 2000_usd_per_GB_month},
                violations);
    REQUIRE(violations.size() == 3);
    CHECK(violations[0].field == "prices.accelerator");
    CHECK(violations[0].unit == "USD/accelerator-hour");
    CHECK(violations[0].value == relative(200000.0));
    CHECK(violations[1].field == "prices.energy");
    CHECK(violations[1].unit == "USD/kWh");
    CHECK(violations[1].value == relative(200.0));
    CHECK(violations[2].unit == "USD/GB-month");
    CHECK(violations[2].value == relative(2000.0));
}

TEST_CASE("use that cannot be is refused with every price that cannot be") {
    Usage bad = month;
    bad.energy = make<Joules>(-1.0);
    bad.stored = make<ByteTime>(std::numeric_limits<double>::quiet_NaN());
    Prices prices = all_known;
    prices.egress = 5000_usd_per_GB;
    const auto refused = try_bill(prices, bad);
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.violations().size() == 3);
    CHECK_THROWS_AS((void)bill(prices, bad), InvalidConfiguration);
    CHECK(try_bill(all_known, month).has_value());
}

TEST_CASE("bills over float agree with those over double") {
    const BasicPrices<float> prices{.accelerator = over_scalar<float>(2_usd_per_accelerator_hour),
                                    .storage = over_scalar<float>(0.02_usd_per_GB_month)};
    const BasicUsage<float> usage{.accelerator_time = over_scalar<float>(1_M_accelerator_hours),
                                  .stored = over_scalar<float>(500_TB * 1_years / 12.0)};
    CHECK(static_cast<double>(raw(bill_of(prices, usage).total().known)) == doctest::Approx(2.01e6).epsilon(1e-5));
}
