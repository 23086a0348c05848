// SPDX-License-Identifier: Apache-2.0
#include <foretrain/report/sensitivity.hpp>

#include <algorithm>
#include <span>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <foretrain/catalog/models.hpp>
#include <foretrain/catalog/stacks.hpp>
#include <foretrain/catalog/systems.hpp>

#include "../planner/run_cases.hpp"

using namespace foretrain;

namespace {

SensitivityReport report_of(const RunSetup<Faults>& s) {
    SensitivityReport r{.model = s.model, .cluster = s.cluster, .plan = s.plan};
    r.step = estimate_step(s.model, s.cluster, s.plan);
    r.inputs = sensitivity(s.model, s.cluster, s.plan);
    std::vector<InputSpan> ranges;
    for (const EstimateInput& input : all_inputs)
        if (!input.of_tier() || input.tier < s.cluster.fabric.tiers)
            ranges.push_back(relative_span(input, s.cluster, s.plan, 0.1));
    r.bars.resize(ranges.size());
    r.bars.resize(tornado(s.model, s.cluster, s.plan, ranges, std::span<TornadoBar>{r.bars}));
    r.neighbours = *try_neighbours(s.model, s.cluster, s.plan);
    r.run = *try_sensitivity(s);
    r.budget = "1T tokens";
    return r;
}

const SensitivityReport report = report_of(run_cases::reported());
bool says(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

} // namespace

TEST_CASE("the text says what binds, what 1% buys, the tornado, the next values and the run") {
    const std::string text = sensitivity_text(report);
    for (const char* part :
         {"llama3-8b on 256", "What binds: ", "1% MORE OF AN INPUT", "16-bit matrix rate", "TORNADO", "NEXT VALUES",
          "micro-batch", "THE RUN: 1T tokens", "price of an accelerator-hour", "memory bandwidth"})
        CHECK_MESSAGE(says(text, part), part);
    CHECK(says(text, " buys "));
    SensitivityReport alone = report;
    alone.run.reset();
    CHECK_FALSE(says(sensitivity_text(alone), "THE RUN"));
    const std::string ascii = sensitivity_text(report, {.width = 100, .ascii = true});
    for (const char c : ascii) CHECK(static_cast<unsigned char>(c) < 0x80);
}

TEST_CASE("a step that does not fit is bound by its memory") {
    RunSetup<Faults> s = run_cases::reported();
    s.cluster.accelerator.memory.capacity = make<Bytes>(1e9);
    CHECK(says(sensitivity_text(report_of(s)), "It does not fit"));
    CHECK(sensitivity_json(report_of(s))["binding"] == "memory capacity");
}

TEST_CASE("files have every input, the text the strongest") {
    const Json json = sensitivity_json(report);
    CHECK(json["inputs"].size() == report.inputs.size);
    CHECK(json["run"]["inputs"].size() == report.run->size);
    CHECK(json["inputs"][0]["elasticity"].get<double>() == report.inputs.ranked[0].elasticity);
    double sum = 0;
    for (const auto& share : json["shares"]) sum += share.get<double>();
    CHECK(sum == doctest::Approx(1.0));
    const std::string csv = sensitivity_csv(report);
    CHECK(static_cast<std::size_t>(std::count(csv.begin(), csv.end(), '\n')) == report.inputs.size + 1);
    SensitivityReport few = report;
    few.rows = 2;
    CHECK(sensitivity_text(few).size() < sensitivity_text(report).size());
    CHECK(sensitivity_csv(few) == csv);
}

TEST_CASE("the figure has a bar for each end, of opposite signs for the strongest") {
    const Plot plot = sensitivity_plot(report);
    REQUIRE(plot.series.size() == 2);
    CHECK(plot.series[0].labels == plot.series[1].labels);
    CHECK(plot.series[0].y.size() == report.rows);
    CHECK(plot.series[0].y[0] * plot.series[1].y[0] < 0);
    CHECK(says(plot_script(plot, "t.svg"), "xzeroaxis")); // bars below zero are drawn
}
