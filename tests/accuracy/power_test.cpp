// SPDX-License-Identifier: Apache-2.0
// Power against measured boards and jobs, as it ships and with what a fit did not see.

#include "accuracy_power.hpp"
#include "power_fit.hpp"

#include <doctest/doctest.h>

using namespace accuracy;

namespace {

const std::string folder = FORETRAIN_DATA_DIR;
const PowerData& data() {
    static const PowerData all = load_power(folder);
    return all;
}
double mean(const std::vector<PredictedRow>& rows) { return summary(rows).mape.value(); }

} // namespace

TEST_CASE("the constants of power that ship are those of the fit") {
    const std::vector<power_fit::Trace> traces = power_fit::read_traces(folder + "/power_by_batch_and_limit.csv");
    REQUIRE(traces.size() > 1000);
    const power_fit::Constants fitted = power_fit::fit(traces, [](const power_fit::Trace&) { return true; });
    const Eigen::VectorXd there = power_fit::pack(fitted), here = power_fit::pack(power_fit::Constants{});
    for (Eigen::Index i = 0; i < here.size(); ++i) {
        CAPTURE(i);
        CHECK(here[i] == doctest::Approx(there[i]).epsilon(0.01).scale(1.0));
    }
}

TEST_CASE("power is within 12% in the mean on boards, networks and jobs, also those not fitted") {
    CHECK(mean(data().boards.powers) < 7.0);
    CHECK(data().unseen_board.size() == data().boards.powers.size());
    CHECK(mean(data().unseen_board) < 12.0);
    CHECK(mean(data().unseen_network) < 12.0);
    CHECK(mean(data().jobs) < 12.0);
}

TEST_CASE("a power limit slows jobs down as measured, better than if clocks went with power") {
    CHECK(mean(data().slowdowns) < 10.0);
    // Time in proportion to the limit, or not at all: what is easily assumed.
    std::vector<PredictedRow> proportional = data().slowdowns, none = data().slowdowns;
    for (PredictedRow& row : none) row.predicted = 1.0;
    for (PredictedRow& row : proportional) row.predicted = 250.0 / std::min(250.0, detail_of_power::limit_of(row));
    CHECK(mean(data().slowdowns) < mean(none));
    CHECK(mean(data().slowdowns) < mean(proportional));
}
