// SPDX-License-Identifier: Apache-2.0
#include <foretrain/report/prediction.hpp>

#include <doctest/doctest.h>

#include "../relative.hpp"

using namespace foretrain;

TEST_CASE("an error is relative to the measurement, and has its sign") {
    PredictedRow row;
    row.measured = 2.0;
    row.predicted = 2.5;
    CHECK(*row.error() == relative(0.25));
    row.predicted = 1.0;
    CHECK(*row.error() == relative(-0.5));
}

TEST_CASE("without a measurement or a prediction there is no error") {
    PredictedRow row;
    CHECK_FALSE(row.error().has_value());
    row.measured = 2.0;
    CHECK_FALSE(row.error().has_value());
    row.measured.reset();
    row.predicted = 2.0;
    CHECK_FALSE(row.error().has_value());
}

TEST_CASE("a band covers its ends, without one nobody can say") {
    PredictedRow row;
    row.measured = 2.0;
    row.predicted = 2.5;
    CHECK_FALSE(row.covered().has_value());
    row.low = 2.0;
    CHECK_FALSE(row.covered().has_value());
    row.high = 3.0;
    CHECK(*row.covered());
    row.low = 2.1;
    CHECK_FALSE(*row.covered());
    row.measured = 3.0;
    CHECK(*row.covered());
    row.measured = 3.1;
    CHECK_FALSE(*row.covered());
    row.measured.reset();
    CHECK_FALSE(row.covered().has_value());
}

TEST_CASE("a table that cannot be read says why") {
    try {
        throw UnreadableTable("no column 'time_s'");
    } catch (const std::runtime_error& error) {
        CHECK(std::string(error.what()) == "no column 'time_s'");
    }
}
