// SPDX-License-Identifier: Apache-2.0
#include <foretrain/cost/bill.hpp>

#include <doctest/doctest.h>
#include <foretrain/math/dual.hpp>
#include <foretrain/units/literals.hpp>

#include "../relative.hpp"

using namespace foretrain;
using namespace foretrain::literals;

namespace {

constexpr Bill bill_with_gap() {
    Bill bill;
    bill.add(CostItem::accelerators, 10_M_usd);
    bill.add(CostItem::storage, 50_K_usd);
    bill.add_unknown(CostItem::staff);
    return bill;
}

static_assert(bill_with_gap().total().known == 10.05_M_usd && !bill_with_gap().total().complete);
static_assert(!bill_with_gap()[CostItem::staff].has_value() && bill_with_gap()[CostItem::energy] == 0_usd);
static_assert(!(bill_with_gap().total() < 1_B_usd) && bill_with_gap().total() > 10_M_usd);
static_assert(Bill{}.total().complete, "nothing was used: that costs nothing, and we know it");

} // namespace

TEST_CASE("a cost of which a part is unknown is below nothing") {
    const Cost complete{.known = 10_M_usd, .complete = true};
    const Cost partial{.known = 10_M_usd, .complete = false};
    CHECK(complete < 11_M_usd);
    CHECK_FALSE(complete < 10_M_usd);
    CHECK_FALSE(partial < 11_M_usd);
    CHECK_FALSE(Cost{} < 1_usd);
}

TEST_CASE("what is known can already be too much") {
    const Cost complete{.known = 10_M_usd, .complete = true};
    const Cost partial{.known = 10_M_usd, .complete = false};
    CHECK(complete > 9_M_usd);
    CHECK(partial > 9_M_usd);
    CHECK_FALSE(partial > 10_M_usd);
    CHECK_FALSE(partial > 11_M_usd);
}

TEST_CASE("the items of a bill sum to its total, and adding an item moves the total by as much") {
    Bill bill;
    Usd before = bill.total().known;
    for (std::size_t i = 0; i < cost_items; ++i) {
        const Usd amount = 1000.0 * static_cast<double>(i + 1) * usd;
        bill.add(static_cast<CostItem>(i), amount);
        CHECK(raw(bill.total().known - before) == relative(raw(amount)));
        CHECK(bill[static_cast<CostItem>(i)] == amount);
        before = bill.total().known;
    }
    CHECK(bill.total().complete);
    CHECK(raw(before) == relative(21000.0));
}

TEST_CASE("an item known in part counts by that part and is unknown all the same") {
    Bill bill = bill_with_gap();
    bill.add(CostItem::staff, 200_K_usd);
    CHECK_FALSE(bill[CostItem::staff].has_value());
    CHECK(raw(bill.total().known) == relative(10.25e6));
    CHECK(bill.total().unknown.has(CostItem::staff));
    CHECK_FALSE(bill.total().unknown.has(CostItem::energy));
}

TEST_CASE("bills and costs add up, and what is unknown in one is unknown in both together") {
    Bill other;
    other.add(CostItem::accelerators, 1_M_usd);
    other.add_unknown(CostItem::energy);
    const Cost both = (bill_with_gap() + other).total();
    const Cost sum = bill_with_gap().total() + other.total();
    CHECK(raw(both.known) == relative(11.05e6));
    CHECK(both.known == sum.known);
    CHECK(both.unknown == sum.unknown);
    CHECK(both.unknown.has(CostItem::energy));
    CHECK(both.unknown.has(CostItem::staff));
    CHECK_FALSE((Cost{.known = 1_usd, .complete = true} + Cost{}).complete);
    CHECK((Cost{.known = 1_usd, .complete = true} * 3.0) < 3.1_usd);
    CHECK_FALSE((bill_with_gap().total() * 2.0).complete);
}

TEST_CASE("a cost says what is missing from it") {
    CHECK(to_text(Cost{.known = 92.4_M_usd, .complete = true}) == "$92.4M");
    CHECK(to_text(bill_with_gap().total()) == "more than $10.1M (unknown: staff)");
    Bill unknown;
    unknown.add_unknown(CostItem::accelerators);
    unknown.add_unknown(CostItem::energy);
    CHECK(to_text(unknown.total()) == "unknown (no price of accelerators, energy)");
    CHECK(to_text(Cost{}) == "unknown");
    for (std::size_t i = 0; i < cost_items; ++i) unknown.add_unknown(static_cast<CostItem>(i));
    unknown.add(CostItem::accelerators, 1_M_usd);
    CHECK_FALSE(to_text(unknown.total()).is_cut());
}

TEST_CASE("a total has the derivatives of its items") {
    using Number = Dual<double, 2>;
    BasicBill<Number> bill;
    bill.add(CostItem::accelerators, make<BasicUsd<Number>>(variable<2>(5.0, 0)) * Number(3.0));
    bill.add(CostItem::energy, make<BasicUsd<Number>>(variable<2>(7.0, 1)));
    CHECK(raw(bill.total().known).value == relative(22.0));
    CHECK(raw(bill.total().known).gradient[0] == relative(3.0));
    CHECK(raw(bill.total().known).gradient[1] == relative(1.0));
}
