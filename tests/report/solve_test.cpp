// SPDX-License-Identifier: Apache-2.0
#include <foretrain/report/solve.hpp>

#include <cstdint>
#include <string>
#include <utility>

#include <doctest/doctest.h>

using namespace foretrain;

namespace {

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// The least n whose square is at least a limit; 7 cannot be had.
SolveReport report_of(double limit, std::int64_t highest) {
    SolveReport report;
    report.question = "Least number with a square of at least " + std::to_string(static_cast<int>(limit));
    report.job = "numbers";
    report.unknown = "n";
    report.measure = "square";
    report.measure_unit = "m2";
    const auto found = try_solve(Aim::least, SolveBy::scan, 1, highest, Goal<double>{limit, true}, [](std::int64_t n) {
        return n == 7 ? Tried<double>{} : Tried<double>{static_cast<double>(n * n)};
    });
    const auto named = [](auto number) {
        return std::pair{static_cast<double>(number), std::to_string(static_cast<int>(number))};
    };
    take(report, *found, named, named, [](std::int64_t) { return std::string{"seven, is out"}; });
    report.details.emplace_back("detail", "of the answer");
    report.curve = {{5, 25.0, "5", "25"}, {7, std::nullopt, "7", "seven, is out"}};
    report.assumed.push_back({"--x", "1", "why"});
    return report;
}

} // namespace

TEST_CASE("an answer stands beside its certificate") {
    const std::string text = solve_text(report_of(30, 20));
    CHECK(has(text, "Least number with a square of at least 30\n"));
    CHECK(has(text, "n            6\n"));
    CHECK(has(text, "square       36, at least 30\n"));
    CHECK(has(text, "certificate  5: square 25, which fails\n"));
    CHECK(has(text, "detail       of the answer\n"));
    CHECK(has(text, "OTHER VALUES"));
    CHECK(has(text, "ASSUMED"));
    CHECK(has(solve_text(report_of(50, 20)), "certificate  7: seven, is out, which fails\n"));
}

TEST_CASE("no answer and an answer at the end of the range are said to be that") {
    const std::string none = solve_text(report_of(500, 20));
    CHECK(has(none, "none\n"));
    CHECK(has(none, "20: square 400, off by 20.0%"));
    CHECK(has(solve_text(report_of(1, 20)), "none: the answer is the end of the range"));
    SolveReport valley = report_of(30, 20);
    valley.status = SolveStatus::not_monotone;
    CHECK(has(solve_text(valley), "no single answer"));
}

TEST_CASE("JSON has numbers, and null for what is not there") {
    const Json found = solve_json(report_of(50, 20));
    CHECK(found["status"] == "found");
    CHECK(found["answer"]["at"] == 8.0);
    CHECK(found["answer"]["measure"] == 64.0);
    CHECK(found["certificate"]["measure"].is_null());
    CHECK(found["certificate"]["reason"] == "seven, is out");
    CHECK(found["measure"]["limit_is"] == "least");
    CHECK(found["missed_by"].is_null());
    const Json none = solve_json(report_of(500, 20));
    CHECK(none["answer"].is_null());
    CHECK(none["nearest_miss"]["at"] == 20.0);
    CHECK(none["missed_by"] == doctest::Approx(0.2));
    CHECK(none["certificate"].is_null());
}

TEST_CASE("CSV has a row for each value, with its role") {
    CHECK(solve_csv(report_of(50, 20)) == "n,square_m2,keeps_limit,role,reason\n"
                                          "8,64,true,answer,\n"
                                          "7,,false,certificate,\"seven, is out\"\n"
                                          "5,25,false,curve,\n"
                                          "7,,false,curve,\"seven, is out\"\n");
}

TEST_CASE("the figure has the values, the limit and the answer") {
    const Plot plot = solve_plot(report_of(30, 20));
    REQUIRE(plot.series.size() == 3);
    CHECK(plot.y_axis == "square (m2)");
    CHECK(plot.series[0].x.size() == 1); // what cannot be had is no point
    CHECK(plot.series[1].y[0] == 30.0);
    CHECK(plot.series[2].x[0] == 6.0);
    CHECK(solve_plot(report_of(500, 20)).series[2].name == "nearest miss");
}
