// SPDX-License-Identifier: Apache-2.0
#include <foretrain/import/convergence_points.hpp>

#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <foretrain/units/literals.hpp>

#include "../relative.hpp"
#include "temporary_file.hpp"

using namespace foretrain;
using namespace foretrain::literals;

namespace {

ConvergencePoint row_of(std::string unit, std::string mean, std::string samples = {}) {
    ConvergencePoint row;
    row.unit = std::move(unit);
    row.mean = std::move(mean);
    row.samples_mean = std::move(samples);
    return row;
}

} // namespace

TEST_CASE("columns are found by name, whatever else a table has") {
    const TemporaryFile file(
        "unit_meaning,hyperparams,benchmark,round,rcp_name,global_batch_size,converge_mean\n"
        "samples,\"{\"\"lr\"\": 0.1, \"\"decay\"\": [1, 2]}\",bert,v1.0.0,bert_ref_256,256,3.0e6\n");
    const std::vector<ConvergencePoint> rows = read_convergence_points(file.path());
    REQUIRE(rows.size() == 1);
    CHECK(rows[0].benchmark == "bert");
    CHECK(rows[0].batch == "256");
    CHECK(*measured_convergence(rows[0]) == 3.0e6);
}

TEST_CASE("one run gone wrong does not count where the olympic mean is given") {
    // gpt3_ref_3072 of round 4.1: one of seven runs has a number ten times too large.
    ConvergencePoint row = row_of("tokens", "3.0127086e+09", "1471049");
    row.olympic_mean = "1.2180259e+09";
    CHECK(*measured_convergence(row) == 1.2180259e9);
    row.olympic_mean = "";
    CHECK(*measured_convergence(row) == 3.0127086e9);
}

TEST_CASE("a row's unit in samples") {
    BenchmarkConvergence benchmark{.name = "x", .epoch = 1000_samples, .sample_tokens = 2048_tokens_per_sample};
    // What the table says of both counts before its words.
    CHECK(*samples_of_unit(row_of("epoch fraction(4195197692)", "1.9", "3.8e9"), 1_samples, nullptr) == relative(2e9));
    CHECK(*samples_of_unit(row_of("samples or steps", "2769.2308", "2835692.3"), 1024_samples, nullptr) ==
          relative(1024).epsilon(1e-6));
    CHECK(*samples_of_unit(row_of("epochs(117266)", "14"), 1_samples, nullptr) == 117266.0);
    CHECK(*samples_of_unit(row_of("epochs", "14"), 1_samples, &benchmark) == 1000.0);
    CHECK(*samples_of_unit(row_of("epochs", "88832"), 1_samples, nullptr) == 1.0);
    CHECK(*samples_of_unit(row_of("samples(8192 tok)", "14"), 1_samples, nullptr) == 1.0);
    CHECK(*samples_of_unit(row_of("tokens", "14"), 1_samples, &benchmark) == relative(1.0 / 2048));
    CHECK(*samples_of_unit(row_of("steps", "14"), 64_samples, nullptr) == 64.0);
    CHECK_FALSE(samples_of_unit(row_of("tokens", "14"), 1_samples, nullptr).has_value());
    CHECK_FALSE(samples_of_unit(row_of("fortnights", "14"), 1_samples, &benchmark).has_value());
}
