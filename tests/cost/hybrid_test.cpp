// SPDX-License-Identifier: Apache-2.0
#include <foretrain/cost/hybrid.hpp>

#include <doctest/doctest.h>

#include <array>
#include <random>
#include <vector>

#include <foretrain/units/literals.hpp>

#include "../relative.hpp"

using namespace foretrain;
using namespace foretrain::literals;

namespace {

constexpr HybridPrices prices{.owned = {.fixed = 1.5_usd_per_accelerator_hour, .running = 0.1_usd_per_accelerator_hour},
                              .burst = 4_usd_per_accelerator_hour};
// A week: nights, days, and a deadline.
constexpr std::array week{Demand{100_accelerators, 84_hours}, Demand{300_accelerators, 72_hours},
                          Demand{1000_accelerators, 12_hours}};
constexpr std::span<const Demand> curve{week};

static_assert(best_hybrid(curve, prices).base == 300_accelerators);
static_assert(best_hybrid(curve, prices).total() < hybrid_cost(curve, prices, 0_accelerators).total());

std::vector<Demand> random_demand(std::mt19937& generator) {
    std::uniform_int_distribution<int> level(0, 60), count(1, 25), hours(1, 9);
    std::vector<Demand> demand;
    for (int i = count(generator); i > 0; --i) {
        const double wanted = level(generator);
        const double lasting = hours(generator);
        demand.push_back({wanted * one_accelerator, lasting * 1_hours});
    }
    return demand;
}

} // namespace

TEST_CASE("the parts of a hybrid are what the demand takes of each, and sum to the total") {
    const HybridCost cost = hybrid_cost(curve, prices, 200_accelerators);
    CHECK(raw(cost.owned) == relative(1.5 * 200 * 168));
    CHECK(raw(cost.running) == relative(0.1 * (100 * 84 + 200 * 84)));
    CHECK(raw(cost.burst) == relative(4.0 * (100 * 72 + 800 * 12)));
    CHECK(raw(cost.total()) == relative(raw(cost.owned) + raw(cost.running) + raw(cost.burst)));
    CHECK(cost.utilisation == relative((100.0 * 84 + 200 * 84) / (200 * 168)));
    // Every accelerator-hour that is wanted is had.
    CHECK(raw(cost.base_time + cost.burst_time) == relative(3600.0 * (100 * 84 + 300 * 72 + 1000 * 12)));
}

TEST_CASE("no other base is cheaper than the best, in whatever order the demand comes") {
    std::mt19937 generator(3);
    std::uniform_real_distribution<double> price(0.0, 5.0);
    for (int trial = 0; trial < 300; ++trial) {
        const std::vector<Demand> demand = random_demand(generator);
        const double fixed = price(generator);
        const double running = price(generator) * 0.2;
        const double burst = price(generator);
        const HybridPrices drawn{
            .owned = {.fixed = fixed * 1_usd_per_accelerator_hour, .running = running * 1_usd_per_accelerator_hour},
            .burst = burst * 1_usd_per_accelerator_hour};
        const HybridCost best = best_hybrid(std::span<const Demand>{demand}, drawn);
        for (double base = 0; base <= 62; base += 0.5) {
            const HybridCost other = hybrid_cost(std::span<const Demand>{demand}, drawn, base * one_accelerator);
            CHECK(raw(other.total()) >= raw(best.total()) * (1 - 1e-12));
        }
    }
}

TEST_CASE("the base grows with the price of bursting and shrinks with that of owning") {
    std::mt19937 generator(5);
    for (int trial = 0; trial < 50; ++trial) {
        const std::vector<Demand> demand = random_demand(generator);
        HybridPrices at = prices;
        Accelerators before{};
        for (double burst = 0; burst < 40; burst += 0.5) {
            at.burst = burst * 1_usd_per_accelerator_hour;
            const Accelerators base = best_hybrid(std::span<const Demand>{demand}, at).base;
            CHECK(base >= before);
            before = base;
        }
        before = 100_accelerators;
        for (double fixed = 0; fixed < 45; fixed += 0.5) {
            at.owned.fixed = fixed * 1_usd_per_accelerator_hour;
            const Accelerators base = best_hybrid(std::span<const Demand>{demand}, at).base;
            CHECK(base <= before);
            before = base;
        }
        CHECK(before == 0_accelerators);
    }
}

TEST_CASE("a steady demand is owned whole or rented whole") {
    const std::array steady{Demand{64_accelerators, 1_years}};
    const std::span<const Demand> demand{steady};
    CHECK(best_hybrid(demand, prices).base == 64_accelerators);
    CHECK(best_hybrid(demand, prices).utilisation == 1.0);
    HybridPrices cheap = prices;
    cheap.burst = 1.59_usd_per_accelerator_hour; // less than 1.5 + 0.1
    CHECK(best_hybrid(demand, cheap).base == 0_accelerators);
    cheap.burst = 1.61_usd_per_accelerator_hour;
    CHECK(best_hybrid(demand, cheap).base == 64_accelerators);
    HybridPrices gift = prices;
    gift.owned = {};
    CHECK(best_hybrid(curve, gift).base == 1000_accelerators);
}

TEST_CASE("of bases that cost the same, the least is chosen") {
    const std::array levels{Demand{20_accelerators, 1_hours}, Demand{10_accelerators, 1_hours}};
    const std::span<const Demand> demand{levels};
    const HybridPrices even{.owned = {.fixed = 1_usd_per_accelerator_hour, .running = {}},
                            .burst = 2_usd_per_accelerator_hour}; // the second ten work half of the time
    CHECK(best_hybrid(demand, even).base == 10_accelerators);
    CHECK(raw(best_hybrid(demand, even).total()) == relative(raw(hybrid_cost(demand, even, 20_accelerators).total())));
}

TEST_CASE("demand and prices that cannot be are refused") {
    CHECK_FALSE(try_best_hybrid(std::span<const Demand>{}, prices).has_value());
    const std::array bad{Demand{make<Accelerators>(-1.0), 1_hours}, Demand{1_accelerators, 0_s}};
    CHECK(try_best_hybrid(std::span<const Demand>{bad}, prices).violations().size() == 2);
    HybridPrices negative = prices;
    negative.burst = make<AcceleratorPrice>(-1.0);
    CHECK_THROWS_AS((void)best_hybrid(curve, negative), InvalidConfiguration);
}

TEST_CASE("a hybrid over float chooses the same base") {
    std::array<BasicDemand<float>, 3> demand;
    for (std::size_t i = 0; i < 3; ++i)
        demand[i] = {over_scalar<float>(week[i].accelerators), over_scalar<float>(week[i].time)};
    const BasicHybridPrices<float> at{
        .owned = {over_scalar<float>(prices.owned.fixed), over_scalar<float>(prices.owned.running)},
        .burst = over_scalar<float>(prices.burst)};
    CHECK(raw(best_hybrid(std::span<const BasicDemand<float>>{demand}, at).base) == 300.0f);
}
