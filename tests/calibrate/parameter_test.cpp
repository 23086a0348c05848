// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include <foretrain/calibrate/parameter.hpp>

#include "../relative.hpp"

using namespace foretrain;

namespace {
constexpr double inf = std::numeric_limits<double>::infinity();
const Parameter kinds[] = {{"share", 0.5, 0, 1},
                           {"time", 1e-5, 1e-8, 1e-2},
                           {"above", 3, 2, inf},
                           {"below", -3, -inf, -2},
                           {"any", 4, -inf, inf}};
} // namespace

TEST_CASE("no value of the free coordinate leaves the bounds, and none is skipped") {
    for (const Parameter& p : kinds) {
        CAPTURE(p.name);
        double before = p.value(-30);
        for (double z = -29; z < 30; z += 0.5) {
            const double x = p.value(z);
            CHECK(x >= p.lower);
            CHECK(x <= p.upper);
            CHECK((p.name == "below" ? x <= before : x >= before));
            before = x;
        }
    }
}

TEST_CASE("the free coordinate leads back to the value") {
    for (const Parameter& p : kinds) {
        CAPTURE(p.name);
        CHECK(p.value(p.free(p.start)) == relative(p.start).epsilon(1e-12));
    }
}

TEST_CASE("decades count alike for positive ranges over more than one decade") {
    const Parameter time{"time", 1e-5, 1e-8, 1e-2};
    CHECK(time.value(0) == relative(1e-5).epsilon(1e-12));
    const Parameter share{"share", 0.5, 0, 1};
    CHECK(share.value(0) == relative(0.5));
}

TEST_CASE("a start at a bound is a little inside, so that the fit can leave it") {
    const Parameter p{"overlap", 0, 0, 1};
    CHECK(std::isfinite(p.free(0)));
    CHECK(p.value(p.free(0)) == relative(Parameter::margin));
    CHECK(p.at_bound(0));
    CHECK(p.at_bound(1));
    CHECK_FALSE(p.at_bound(0.01));
    CHECK(p.snapped(1e-9) == 0);
    CHECK(p.snapped(1 - 1e-9) == 1);
    CHECK(p.snapped(0.3) == 0.3);
}

TEST_CASE("bounds that are none and starts outside are refused by name") {
    CHECK_THROWS_WITH_AS(Parameter({"a", 1, 2, 2}).check(), "a: the lower bound must be below the upper one",
                         CalibrationError);
    CHECK_THROWS_WITH_AS(Parameter({"b", 3, 0, 2}).check(), "b: starts outside its bounds", CalibrationError);
    CHECK_THROWS_AS(Parameter({"c", NAN, 0, 2}).check(), CalibrationError);
    CHECK_NOTHROW(Parameter({"d", 2, 0, 2}).check());
}
