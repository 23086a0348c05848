// SPDX-License-Identifier: Apache-2.0
#include <foretrain/import/collectives.hpp>

#include <doctest/doctest.h>

#include "temporary_file.hpp"

using namespace foretrain;

TEST_CASE("a table of collectives is read as it is, in any order of columns and without the optional ones") {
    const TemporaryFile file(
        "gpus,bytes,hardware,collective,time_us,else\n8,1048576,\"H100, SXM\",all_reduce,27.37,x\n");
    const auto rows = read_collectives(file.path());
    REQUIRE(rows.size() == 1);
    CHECK(rows[0].hardware == "H100, SXM");
    CHECK(rows[0].bytes == "1048576");
    CHECK(rows[0].time_us == "27.37");
    CHECK(rows[0].nodes.empty());
    CHECK(rows[0].bus_bandwidth.empty());
}

TEST_CASE("a file without the columns of such a table is refused") {
    const TemporaryFile file("gpus,hardware,collective,time_us\n8,H100,all_reduce,27\n");
    CHECK_THROWS_AS((void)read_collectives(file.path()), io::error::base);
    CHECK_THROWS_AS((void)read_collectives("/nonexistent/table.csv"), io::error::base);
}
