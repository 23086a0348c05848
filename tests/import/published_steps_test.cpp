// SPDX-License-Identifier: Apache-2.0
#include <foretrain/import/published_steps.hpp>

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "temporary_file.hpp"

using namespace foretrain;

TEST_CASE("columns are found by name, in any order") {
    const TemporaryFile file("step_time_s,surprise,id,gpus,hardware\n1.5,x,one,8,H100\n2.5,y,two,16,A100\n");
    const std::vector<PublishedStep> rows = read_published_steps(file.path());
    REQUIRE(rows.size() == 2);
    CHECK(rows[0].id == "one");
    CHECK(rows[1].gpus == "16");
    CHECK(rows[1].hardware == "A100");
    CHECK(rows[1].step_time == "2.5");
    CHECK(rows[0].layers.empty()); // the file has no such column
}

TEST_CASE("quotes protect commas, and double to one") {
    const TemporaryFile file("id,hardware,notes\n1,\"V100, SXM2\",\"said \"\"fast\"\"\"\n2, spaces around ,\n");
    const std::vector<PublishedStep> rows = read_published_steps(file.path());
    REQUIRE(rows.size() == 2);
    CHECK(rows[0].hardware == "V100, SXM2");
    CHECK(rows[0].notes == "said \"fast\"");
    CHECK(rows[1].hardware == "spaces around");
    CHECK(rows[1].notes.empty());
}

TEST_CASE("a carriage return before the line break and empty lines do not matter") {
    const TemporaryFile file("id,hardware\r\n1,H100\r\n\r\n2,A100\r\n");
    const std::vector<PublishedStep> rows = read_published_steps(file.path());
    REQUIRE(rows.size() == 2);
    CHECK(rows[0].hardware == "H100");
    CHECK(rows[1].hardware == "A100");
}

TEST_CASE("broken tables are refused with file and line") {
    const TemporaryFile few("id,hardware,gpus\n1,H100,8\n2,H100\n");
    try {
        (void)read_published_steps(few.path());
        FAIL("accepted a short row");
    } catch (const io::error::base& error) {
        CHECK(std::string{error.what()}.find("3") != std::string::npos);
    }
    CHECK_THROWS_AS((void)read_published_steps("/nowhere.csv"), io::error::can_not_open_file);
}

TEST_CASE("numbers are whole texts") {
    CHECK(detail::number_of("1.5e3") == 1500.0);
    CHECK_FALSE(detail::number_of("").has_value());
    CHECK_FALSE(detail::number_of("12 GPUs").has_value());
    CHECK_FALSE(detail::number_of("nan").has_value());
    CHECK_FALSE(detail::number_of("inf").has_value());
    CHECK_FALSE(detail::number_of("1e999").has_value());
    CHECK(detail::integer_of("1024") == 1024);
    CHECK(detail::integer_of("8.0") == 8);
    CHECK_FALSE(detail::integer_of("8.5").has_value());
    CHECK_FALSE(detail::integer_of("-8").has_value());
    CHECK_FALSE(detail::integer_of("1e12").has_value());
    CHECK(detail::number_of(detail::decimal(0.1)) == 0.1);
}

TEST_CASE("vTrain's tables, single and multi-node, become rows of the same kind") {
    const std::string columns =
        "# GPUs,global batch,micro batch,hidden size,attention heads,# layers,sequence length,tensor parallelism,"
        "data parallelism,pipeline parallelism,iteration time (ms)\n";
    const TemporaryFile single(columns + "8,32,4,1024,16,24,1024,2,2,2,219.732754\n");
    const TemporaryFile multi("Parameters (billion)," + columns + "3.6,64,512,4,3072,32,30,2048,1,64,1,3638.3\n");
    const PublishedStep a = read_vtrain_steps(single.path()).at(0);
    const PublishedStep b = read_vtrain_steps(multi.path()).at(0);
    CHECK(a.feed_forward == "4096");
    CHECK(a.head_dimension == "64");
    CHECK(detail::number_of(a.step_time) == doctest::Approx(0.219732754).epsilon(1e-14));
    CHECK(b.gpus == "64");
    CHECK(b.step_time == "3.6383");
    CHECK(b.id == "vtrain-1");
    CHECK(b.source_family == "VIA-Research/vTrain");
    CHECK(b.recompute == "full");
}

TEST_CASE("vTrain's tables keep what is no number for the importer to refuse") {
    const TemporaryFile file(
        "# GPUs,global batch,micro batch,hidden size,attention heads,# layers,sequence length,tensor parallelism,"
        "data parallelism,pipeline parallelism,iteration time (ms)\n8,32,4,wide,0,24,1024,2,2,2,soon\n");
    const PublishedStep row = read_vtrain_steps(file.path()).at(0);
    CHECK(row.hidden == "wide");
    CHECK(row.feed_forward == "wide");
    CHECK(row.step_time == "soon");
    const TemporaryFile lacking("# GPUs,global batch\n8,32\n");
    CHECK_THROWS_AS((void)read_vtrain_steps(lacking.path()), io::error::missing_column_in_header);
}
