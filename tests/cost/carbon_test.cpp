// SPDX-License-Identifier: Apache-2.0
#include <foretrain/cost/carbon.hpp>

#include <doctest/doctest.h>

#include <foretrain/math/dual.hpp>
#include <foretrain/units/literals.hpp>

#include "../relative.hpp"

using namespace foretrain;
using namespace foretrain::literals;

namespace {

constexpr Grid iowa{.name = "iowa", .average = 400_gCO2e_per_kWh};
constexpr Grid unknown{.name = "nowhere"};
constexpr Grid hydro{.name = "hydro", .average = 0_gCO2e_per_kWh};

/// Sun at noon: half of the average from 10 to 16, the rest above it.
constexpr Grid sunny = [] {
    Grid grid{.name = "sunny", .average = 300_gCO2e_per_kWh};
    std::array<double, 24> profile{};
    for (std::size_t i = 0; i < 24; ++i) profile[i] = i >= 10 && i < 16 ? 0.5 : 7.0 / 6.0;
    grid.profile = profile;
    return grid;
}();

// OLMo 2 7B: 157 MWh and, at 332 g/kWh, 52 t (Morrison et al. 2025, table 2).
static_assert(*operational_carbon(157_MWh, Grid{.name = "olmo", .average = 332_gCO2e_per_kWh}) < 53_tCO2e);
static_assert(*operational_carbon(157_MWh, Grid{.name = "olmo", .average = 332_gCO2e_per_kWh}) > 51_tCO2e);

template <class Thing>
Violations wrong(const Thing& thing) {
    Violations violations;
    check_rules(thing, violations);
    return violations;
}

} // namespace

TEST_CASE("a clean grid emits nothing, an unknown one nothing that is known") {
    CHECK(raw(*carbon_of(1_GWh, 1_accelerator_hours, hydro).operational) == 0.0);
    const Carbon nothing = carbon_of(1_GWh, 1_accelerator_hours, unknown);
    CHECK_FALSE(nothing.operational.has_value());
    CHECK_FALSE(nothing.complete());
    CHECK(raw(nothing.known()) == 0.0);
}

TEST_CASE("operational and embodied carbon add up") {
    const Carbon carbon = carbon_of(2_kWh, 100_accelerator_hours, iowa, std::optional{h100_embodied});
    CHECK(raw(*carbon.operational) == relative(800.0));
    // 0.013 kg an accelerator-hour, as the same source rounds it.
    CHECK(raw(*carbon.embodied) == doctest::Approx(1300.0).epsilon(0.02));
    CHECK(raw(carbon.known()) == relative(raw(*carbon.operational) + raw(*carbon.embodied)));
    CHECK(carbon.complete());
}

TEST_CASE("hours follow the profile and average to the average") {
    CHECK(raw(*sunny.at(12)) == relative(0.5 * raw(*sunny.average)));
    CHECK(*sunny.at(3) > *sunny.at(12));
    double sum = 0;
    for (std::size_t hour = 0; hour < 24; ++hour) sum += raw(*sunny.at(hour));
    CHECK(sum / 24.0 == relative(raw(*sunny.average)));
    CHECK_FALSE(sunny.at(24).has_value());
    CHECK_FALSE(iowa.at(12).has_value()); // nobody said how its day goes
}

TEST_CASE("carbon has a derivative with respect to the grid") {
    using Number = Dual<double, 1>;
    const BasicGrid<Number> grid{.name = "dual", .average = make<BasicCarbonIntensity<Number>>(variable<1>(1e-4, 0))};
    const auto carbon = operational_carbon(make<BasicJoules<Number>>(Number(3.6e6)), grid);
    CHECK(raw(*carbon).gradient[0] == relative(3.6e6));
}

TEST_CASE("grids and lives that cannot be are refused") {
    CHECK(wrong(iowa).empty());
    CHECK(wrong(unknown).empty());
    CHECK(wrong(sunny).empty());
    CHECK(wrong(h100_embodied).empty());
    CHECK(wrong(Grid{.name = "a", .average = -1_gCO2e_per_kWh}).contains("range"));
    CHECK(wrong(Grid{.name = "a", .average = 6000_gCO2e_per_kWh}).contains("range"));
    Grid grid = sunny;
    grid.profile->fill(2.0);
    CHECK(wrong(grid).contains("profile_of_one"));
    grid.profile->fill(-1.0);
    CHECK(wrong(grid).contains("range"));
    CHECK(wrong(EmbodiedCarbon{.accelerator = 1_kgCO2e}).contains("range"));
}
