// SPDX-License-Identifier: Apache-2.0
#include <foretrain/report/validate_collectives.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <doctest/doctest.h>
#include <vector>

using namespace foretrain;

namespace {

double median(std::vector<double> errors) {
    REQUIRE(errors.size() > 10);
    std::sort(errors.begin(), errors.end());
    return errors[errors.size() / 2];
}

} // namespace

TEST_CASE("collectives: median error of 3988 rows, and of messages below and from 1 MiB") {
    const auto measured = read_collectives(FORETRAIN_DATA_DIR "/collectives.csv");
    const auto rows = predict_collectives_table(FORETRAIN_DATA_DIR "/collectives.csv");
    REQUIRE(measured.size() == rows.size());
    std::vector<double> large, small, across;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (!rows[i].error()) continue;
        const double error = std::abs(*rows[i].error());
        const double bytes = detail::number_of(measured[i].bytes).value_or(0x1p33);
        (bytes >= 0x1p20 ? large : small).push_back(error);
        if (bytes >= 0x1p20 && detail::number_of(measured[i].nodes).value_or(1) > 1) across.push_back(error);
    }
    CHECK(large.size() + small.size() > 3900);
    CHECK(median(large) < 0.08);
    CHECK(median(small) < 0.08);
    CHECK(median(across) < 0.18);
}

TEST_CASE("collectives: rates relative to links from 2 to 128 nodes") {
    std::vector<double> errors;
    for (const PredictedRow& row : predict_collective_efficiency_table(FORETRAIN_DATA_DIR "/efficiency_by_scale.csv"))
        if (row.error()) errors.push_back(std::abs(*row.error()));
    CHECK(median(errors) < 0.2);
}
