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

// An unknown price is no price of zero.
static_assert(!Prices{}.accelerator.has_value());
static_assert(Prices{.energy = 0_usd_per_kWh}.energy.has_value());
static_assert(accepted(Prices{}));

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

TEST_CASE("prices have ranges, absent ones none") {
    CHECK(accepted({.accelerator = 2_usd_per_accelerator_hour, .energy = 0.08_usd_per_kWh}));
    CHECK(accepted({.accelerator = 0_usd_per_accelerator_hour}));
    CHECK(accepted({.accelerator = 99999_usd_per_accelerator_hour}));
    CHECK_FALSE(accepted({.accelerator = make<AcceleratorPrice>(-1e-9)}));
    CHECK_FALSE(accepted({.accelerator = 100001_usd_per_accelerator_hour}));
    CHECK_FALSE(accepted({.energy = 101_usd_per_kWh}));
    CHECK_FALSE(accepted({.energy = make<EnergyPrice>(std::numeric_limits<double>::quiet_NaN())}));
    CHECK_FALSE(accepted({.accelerator = make<AcceleratorPrice>(std::numeric_limits<double>::infinity())}));
}

TEST_CASE("a refused price is quoted in the unit people pay in") {
    Violations violations;
    check_rules(Prices{.accelerator = 200000_usd_per_accelerator_hour, .energy = 200_usd_per_kWh}, violations);
    REQUIRE(violations.size() == 2);
    CHECK(violations[0].field == "prices.accelerator");
    CHECK(violations[0].unit == "USD/accelerator-hour");
    CHECK(violations[0].value == relative(200000.0));
    CHECK(violations[1].field == "prices.energy");
    CHECK(violations[1].unit == "USD/kWh");
    CHECK(violations[1].value == relative(200.0));
}
