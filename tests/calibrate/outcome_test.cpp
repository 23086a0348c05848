// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <set>

#include <foretrain/calibrate/outcome.hpp>

#include "../relative.hpp"

using namespace foretrain;

TEST_CASE("statistics of relative errors") {
    const ErrorStatistics s = error_statistics({0.1, -0.2, 0.3, -0.4, 0.5});
    CHECK(s.rows == 5);
    CHECK(s.mean == relative(0.3));
    CHECK(s.median == relative(0.3));
    CHECK(s.bias == relative(0.06));
    CHECK(s.p90 == relative(0.46));
    CHECK(error_statistics({}).rows == 0);
    CHECK(error_statistics({-0.5}).p90 == relative(0.5));
}

TEST_CASE("every outcome has a name of its own") {
    std::set<std::string_view> names;
    for (const Determination d :
         {Determination::fitted, Determination::at_bound, Determination::no_influence, Determination::undetermined})
        names.insert(name_of(d));
    CHECK(names.size() == 4);
    CHECK(name_of(HoldOut::source) == "source");
    CHECK(name_of(HoldOut::accelerator) == "accelerator");
    CHECK(name_of(HoldOut::nothing) == "nothing");
}
