// SPDX-License-Identifier: Apache-2.0
#include <foretrain/report/validate_output.hpp>

#include <sstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace foretrain;

namespace {

PredictedRow predicted(std::string id, double measured, double prediction) {
    PredictedRow row;
    row.id = std::move(id);
    row.source = "source";
    row.accelerator = "a100";
    row.model = "GPT, 22B";
    row.quality = "A";
    row.complete = true;
    row.measured = measured;
    row.predicted = prediction;
    return row;
}

ValidatedTable steps() {
    ValidatedTable table{"published", "step time", "s", {}, {}, {}};
    table.rows = {predicted("one", 2.0, 2.2), predicted("two", 4.0, 3.0)};
    PredictedRow refused;
    refused.id = "three";
    refused.measured = 1.1;
    refused.reason = refused.refusal = "why";
    refused.assumptions = {"first", "a \"second\", quoted"};
    table.rows.push_back(refused);
    return table;
}

FitsRow outcome(std::string id, double bytes, bool ran_out) {
    FitsRow row;
    row.row = predicted(std::move(id), 1.0, bytes);
    row.row.measured = std::nullopt;
    row.capacity = 100.0;
    row.ran_out = ran_out;
    return row;
}

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines(1);
    std::istringstream in(text);
    while (std::getline(in, lines.back())) lines.emplace_back();
    lines.pop_back();
    return lines;
}

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

} // namespace

TEST_CASE("predictions as CSV keep commas and quotes, and say the unit") {
    const std::vector<std::string> lines = lines_of(predictions_csv(steps()));
    REQUIRE(lines.size() == 4);
    CHECK(lines[0] ==
          "id,source,accelerator,model,measured,predicted,unit,error_pct,complete,quality,refusal,assumptions");
    CHECK(lines[1].rfind("one,source,a100,\"GPT, 22B\",2,2.2,s,", 0) == 0);
    CHECK(has(lines[3], ",1.1,,s,,0,,why,\"first; a \"\"second\"\", quoted\""));
    CHECK(detail::csv_field("plain") == "plain");
    CHECK(detail::csv_field(" edge") == "\" edge\"");
    CHECK(detail::csv_field("two\nlines") == "\"two\nlines\"");
}

TEST_CASE("JSON keeps the keys of every table and says what was compared") {
    const Json json = validation_json(steps());
    CHECK(json["kind"] == "published");
    CHECK(json["unit"] == "s");
    CHECK(json["rows"] == 3);
    CHECK(json["refused"] == 1);
    CHECK(json["mape"].get<double>() == doctest::Approx(17.5));
    CHECK(json["weighted_mape"].get<double>() == doctest::Approx(17.5));
    CHECK(json["groups"].size() > 0);
    CHECK_FALSE(json.contains("memory"));
}

TEST_CASE("peak memory of training steps has statistics of its own") {
    ValidatedTable table = steps();
    table.peaks = {predicted("two", 50e9, 55e9)};
    const Json json = validation_json(table);
    CHECK(json["memory"]["rows"] == 1);
    CHECK(json["memory"]["mape"].get<double>() == doctest::Approx(10.0));
    CHECK(json["mape"].get<double>() == doctest::Approx(17.5));
    CHECK(has(validation_text(table), "peak memory"));
    const std::vector<std::string> lines = lines_of(predictions_csv(table));
    CHECK(has(lines[0], ",measured_peak_bytes,predicted_peak_bytes"));
    CHECK(lines[1].substr(lines[1].size() - 2) == ",,");
    CHECK(has(lines[2], ",5e+10,5.5e+10"));
}

TEST_CASE("tables of outcomes say how often the library is right about what fits") {
    ValidatedTable table{"memory", "memory", "B", {}, {}, {}};
    table.outcomes = {outcome("fits", 90, false), outcome("oom", 110, true), outcome("false fit", 95, true),
                      outcome("other oom", 120, true)};
    for (const FitsRow& row : table.outcomes) table.rows.push_back(row.row);
    const Json json = validation_json(table);
    CHECK(json["predicted"] == 4);
    CHECK(json["mape"].is_null());
    CHECK(json["fits_accuracy"].get<double>() == doctest::Approx(0.75));
    CHECK(json["false_fit_rate"].get<double>() == doctest::Approx(1.0 / 3.0));
    CHECK(has(validation_text(table), "75.0%"));
    const std::vector<std::string> lines = lines_of(predictions_csv(table));
    CHECK(has(lines[1], ",ran,ran"));
    CHECK(has(lines[3], ",oom,ran"));
}
