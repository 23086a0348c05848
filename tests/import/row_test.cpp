// SPDX-License-Identifier: Apache-2.0
#include <foretrain/import/row.hpp>

#include <doctest/doctest.h>

using namespace foretrain;

TEST_CASE("required fields refuse the row, others are assumed and said so") {
    ImportedStep step;
    detail::RowReader read{step};
    CHECK(read.required("gpus", "64") == 64);
    CHECK(read.otherwise("tp", "8", 1) == 8);
    CHECK(read.otherwise("cp", "", 1, true) == 1);
    CHECK(step.assumptions.empty());
    CHECK(read.otherwise("pp", "", 2) == 2);
    CHECK(step.assumptions == std::vector<std::string>{"pp = 2"});
    CHECK(step.refusal.empty());
    CHECK(read.required("layers", "") == 1);
    CHECK(step.refusal == "layers not published");
}

TEST_CASE("the first refusal stands, and nonsense is quoted") {
    ImportedStep step;
    detail::RowReader read{step};
    CHECK(read.otherwise("tp", "-8", 1) == 1);
    CHECK(read.required("gpus", "64.5") == 1);
    read.refuse("later");
    CHECK(step.refusal == "tp is not a whole number above 0: -8");
}
