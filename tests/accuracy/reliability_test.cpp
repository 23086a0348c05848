// SPDX-License-Identifier: Apache-2.0
// What the catalogue says of fleets, against the figures it was read from and against organisations a fit did not see.

#include "start_up_fit.hpp"

#include <foretrain/catalog/fleets.hpp>

#include <doctest/doctest.h>

using namespace foretrain;
using namespace start_up_fit;

namespace {

const char* const path = FORETRAIN_DATA_DIR "/reliability.csv";

} // namespace

TEST_CASE("the start-up constants that ship are those of the fit, to its flat bottom") {
    const std::vector<Point> points = read_points(path);
    CHECK(points.size() == 88);
    const Constants fitted = fit(points);
    const Constants shipped{std::log(raw(catalog::start_up.base)),
                            std::log(raw(catalog::start_up.per_billion_parameters)),
                            std::log(raw(catalog::start_up.per_root_accelerator))};
    CHECK(loss(shipped, points) < 1.005 * loss(fitted, points));
    // Neither term can be spared.
    CHECK(loss({fitted[0], -20.0, fitted[2]}, points) > 1.3 * loss(fitted, points));
    CHECK(loss({fitted[0], fitted[1], -20.0}, points) > 1.02 * loss(fitted, points));
}

TEST_CASE("start-ups of organisations that the fit did not see: within the band eight times in ten") {
    const std::vector<double> errors = unseen_errors(read_points(path));
    CHECK(errors.size() == 88);
    const double eight_in_ten = quantile(errors, 0.8, [](double error) { return std::log1p(error); });
    CHECK(eight_in_ten == doctest::Approx(catalog::start_up.width).epsilon(0.05));
    CHECK(quantile(errors, 0.5, [](double error) { return error; }) < 0.5);
}

TEST_CASE("rates of the catalogue are those of the table") {
    std::size_t found = 0;
    for (const PredictedRow& row : predict_reliability_table(path)) {
        if (row.source != "failure rate") continue;
        for (const catalog::Fleet* fleet : catalog::all_fleets)
            found += fleet->mtbf && std::abs(raw(*fleet->mtbf) / 3600 / *row.measured - 1.0) < 0.005;
    }
    CHECK(found >= 8); // of nine with a rate: RSC-1's is a projection, Crusoe's a number of failures
}
