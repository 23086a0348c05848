// SPDX-License-Identifier: Apache-2.0
#include <foretrain/catalog/grids.hpp>

#include <doctest/doctest.h>

#include <foretrain/units/literals.hpp>

#include "../relative.hpp"

using namespace foretrain;
using namespace foretrain::literals;

namespace {

constexpr bool all_good() {
    for (std::size_t i = 0; i < catalog::all_grids.size(); ++i) {
        const Grid& grid = catalog::all_grids[i];
        AnyViolation wrong;
        check_rules(grid, wrong);
        if (!wrong.empty() || !grid.average || grid.name.empty()) return false;
        if (grid.provenance.source.empty() || grid.provenance.as_of.empty()) return false;
        for (std::size_t j = 0; j < i; ++j)
            if (catalog::all_grids[j].name == grid.name) return false;
    }
    return true;
}
static_assert(all_good(), "every grid is sourced, dated, in range and named once");

// The same run is tens of times cleaner in Sweden than in Poland: an assertion that a deployment can hold.
static_assert(*catalog::find_grid("europe-north2")->average < 0.05 * *catalog::find_grid("europe-central2")->average);

} // namespace

TEST_CASE("grids are found by region, country or source of energy") {
    CHECK(*catalog::find_grid("us-central1")->average == 412.72_gCO2e_per_kWh);
    CHECK(*catalog::find_grid("france")->average < 100_gCO2e_per_kWh);
    CHECK(*catalog::find_grid("coal")->average > *catalog::find_grid("wind")->average);
    CHECK(catalog::find_grid("atlantis") == nullptr);
}

TEST_CASE("hours of the day are known of no grid") {
    for (const Grid& grid : catalog::all_grids) CHECK_FALSE(grid.at(12).has_value());
}
