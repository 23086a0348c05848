// SPDX-License-Identifier: Apache-2.0
// Costs of published runs as Epoch AI gives them, beside owning and renting by our models.

#include "accuracy_costs.hpp"

#include <doctest/doctest.h>

using namespace accuracy;

namespace {
const std::vector<CostRun>& runs() {
    static const std::vector<CostRun> all = load_costs(FORETRAIN_DATA_DIR);
    return all;
}
} // namespace

TEST_CASE("owned clusters cost a run what Epoch says, within 10% in the mean and 20% each") {
    Figures figures;
    add_costs(figures, runs());
    CHECK(runs().size() == 24);
    CHECK(figures.at("costs.amortised.mean").value < 10);
    for (const CostRun& run : runs()) {
        CAPTURE(run.model);
        REQUIRE(run.amortised.error().has_value());
        CHECK(std::fabs(*run.amortised.error()) < 0.2);
    }
}

TEST_CASE("clusters cost what Epoch says by prices of chips, servers and networks of the catalogue") {
    Figures figures;
    add_costs(figures, runs());
    CHECK(figures.at("costs.acquisition.mean").value < 10);
}

TEST_CASE("three-year commitments of the catalogue are what Epoch takes for the cloud") {
    Figures figures;
    add_costs(figures, runs());
    CHECK(figures.at("costs.cloud.mean").value < 5);
}
