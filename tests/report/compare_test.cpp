// SPDX-License-Identifier: Apache-2.0
#include <foretrain/report/compare.hpp>

#include <algorithm>
#include <string>

#include <doctest/doctest.h>

#include <foretrain/planner/run_setup.hpp>

#include "../planner/run_cases.hpp"

using namespace foretrain;

namespace {

ComparisonReport report_of(const RunSetup<Faults>& a, const RunSetup<Faults>& b) {
    ComparisonReport r;
    const auto fill = [](ComparisonReport::Job& job, const RunSetup<Faults>& s, const char* options) {
        job.options = options;
        job.setup = {s.model, s.cluster, s.plan};
        job.step = estimate_step(s.model, s.cluster, s.plan);
        job.run = *try_estimate_run(s);
    };
    fill(r.a, a, "--tensor 2");
    fill(r.b, b, "--tensor 8");
    answer(r);
    return r;
}

const RunSetup<Faults> narrow = run_cases::reported();
const RunSetup<Faults> wide = [] {
    RunSetup<Faults> s = narrow;
    s.plan.tensor = 8;
    s.plan.data = 32;
    s.plan.stack = catalog::generic_stack;
    return s;
}();
const ComparisonReport report = report_of(narrow, wide);
bool says(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

} // namespace

TEST_CASE("the text has both jobs, the terms, the changes, memory and the run") {
    const std::string text = comparison_text(report);
    for (const char* part :
         {"A  llama3-8b on 256", "--tensor 8", "times as slow", "tensor communication", "WHICH CHANGE MAKES IT",
          "plan and scale", "software", "PEAK MEMORY", "RUN", "wall clock", "energy", "cost"})
        CHECK_MESSAGE(says(text, part), part);
    CHECK_FALSE(says(text, "node and network")); // it did not change
    CHECK_FALSE(says(text, "for the tokens"));
    CHECK(says(comparison_text(report_of(wide, narrow)), "times as fast"));
    for (const char c : comparison_text(report, {.width = 100, .ascii = true}))
        CHECK(static_cast<unsigned char>(c) < 0x80);
}

TEST_CASE("steps of different batches are set side by side for equal work") {
    RunSetup<Faults> larger = narrow;
    larger.plan.global_batch *= 2;
    const ComparisonReport r = report_of(narrow, larger);
    CHECK(r.step.scale == 0.5);
    CHECK(says(comparison_text(r), "for the tokens of a step of A"));
    REQUIRE(r.causes);
    CHECK(raw(r.causes->total()) == doctest::Approx(raw(r.step.difference())));
}

TEST_CASE("JSON and CSV have every term, and they sum up") {
    const Json json = comparison_json(report);
    double sum = 0, causes = 0;
    for (const auto& term : json["step"]["terms"]) sum += term["difference_s"].get<double>();
    for (const auto& change : json["causes"]) causes += change["time_s"].get<double>();
    const double difference = raw(report.b.step.time) - raw(report.a.step.time);
    CHECK(sum == doctest::Approx(difference));
    CHECK(causes == doctest::Approx(difference));
    CHECK(json["run"]["wall_clock"].size() == RunComparison::parts);
    const std::string csv = comparison_csv(report);
    CHECK(static_cast<std::size_t>(std::count(csv.begin(), csv.end(), '\n')) == step_parts + 1);
    ComparisonReport steps = report;
    steps.run.reset();
    CHECK(comparison_json(steps)["run"].is_null());
    CHECK_FALSE(says(comparison_text(steps), "wall clock"));
}

TEST_CASE("changes that cannot be told apart are said to be so") {
    ComparisonReport r = report;
    r.causes.reset();
    CHECK(says(comparison_text(r), "cannot be told"));
    CHECK(comparison_json(r)["causes"].is_null());
}

TEST_CASE("the figure has both jobs, and only what differs") {
    const Plot plot = comparison_plot(report);
    REQUIRE(plot.series.size() == 2);
    CHECK(plot.series[0].labels.front() == report.step.terms[0].name);
    CHECK(plot.series[0].y.size() < step_parts);
    CHECK(comparison_plot(report_of(narrow, narrow)).series[0].y.empty());
}
