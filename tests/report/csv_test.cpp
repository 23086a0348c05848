// SPDX-License-Identifier: Apache-2.0
#include <foretrain/report/csv.hpp>

#include <cstdint>
#include <cstdlib>
#include <limits>
#include <optional>
#include <string>

#include <doctest/doctest.h>

using namespace foretrain;

TEST_CASE("fields are quoted where RFC 4180 says so") {
    CsvTable table({"name", "time_s", "with,comma"});
    table.add("a", 1.5, std::string{"x"});
    table.add("say \"no\"", 2, "two\nlines");
    table.add(" spaces ", true, false);
    CHECK(table.text() == "name,time_s,\"with,comma\"\n"
                          "a,1.5,x\n"
                          "\"say \"\"no\"\"\",2,\"two\nlines\"\n"
                          "\" spaces \",true,false\n");
}

TEST_CASE("numbers read back as the same number, in as few digits as do") {
    for (const double number : {0.1, 1.0 / 3.0, 6.02214076e23, 5e-324, -0.0, 1e15, 123456789.0}) {
        CsvTable table({"x"});
        table.add(number);
        const std::string digits = table.text().substr(2);
        CHECK(std::strtod(digits.c_str(), nullptr) == number);
        CHECK(digits.size() <= 24);
    }
    CsvTable table({"x", "n"});
    table.add(0.1, std::int64_t{9'007'199'254'740'993}); // no double has this value
    CHECK(table.text() == "x,n\n0.1,9007199254740993\n");
}

TEST_CASE("what is not known is an empty field, and rows are as long as the header") {
    CsvTable table({"a", "b", "c"});
    table.add(std::optional<double>{}, std::numeric_limits<double>::infinity(), std::optional{2.5});
    table.add("only one");
    table.add(1, 2, 3, 4);
    CHECK(table.text() == "a,b,c\n,,2.5\nonly one,,\n1,2,3\n");
}
