// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <string>

#include <foretrain/calibrate/error.hpp>

using namespace foretrain;

TEST_CASE("a calibration error is caught as any run-time error, with its text") {
    std::string text;
    try {
        throw CalibrationError("no measurements");
    } catch (const std::runtime_error& error) {
        text = error.what();
    }
    CHECK(text == "no measurements");
}
