// SPDX-License-Identifier: Apache-2.0
#include <foretrain/report/uncertainty.hpp>

#include <doctest/doctest.h>

#include <string>

using namespace foretrain;

namespace {

bool says(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

UncertaintyReport report() {
    UncertaintyReport r{.job = "a model", .points = "4 samples"};
    r.inputs = {"model error", "accelerator price"};
    r.distributions = {"log-normal, 0.8 to 1.25", "uniform, 0.5 to 2"};
    r.outputs.push_back({.name = "step time",
                         .unit = "s",
                         .quantiles = {1.0, 1.5, 2.0, 2.5, 3.0},
                         .stated = 2.0,
                         .samples = {3.0, 1.0, 2.0, 2.5},
                         .contribution = {0.9, 0.05},
                         .correlation = {0.95, -0.2}});
    r.outputs.push_back({.name = "cost",
                         .unit = "usd",
                         .quantiles = {10.0, 15.0, 20.0, 25.0, 30.0},
                         .stated = 20.0,
                         .samples = {30.0, 10.0, 20.0, 25.0},
                         .contribution = {0.3, 0.7},
                         .correlation = {0.5, 0.8}});
    return r;
}

} // namespace

TEST_CASE("quantiles with their units, and each input's share") {
    const std::string text = uncertainty_text(report());
    CHECK(says(text, "1.50 s"));
    CHECK(says(text, "$25"));
    CHECK(says(text, "WHAT MAKES ITS SPREAD: cost"));
    CHECK(says(text, "70.0%"));
    CHECK(says(text, "uniform, 0.5 to 2"));
    const std::string ascii = uncertainty_text(report(), {.width = 100, .ascii = true});
    for (const char c : ascii) CHECK(static_cast<unsigned char>(c) < 0x80);
}

TEST_CASE("JSON and CSV: all numbers, nothing where there is no output") {
    const Json json = uncertainty_json(report());
    CHECK(json["outputs"][1]["quantiles"][1]["share"] == 0.1);
    CHECK(json["outputs"][1]["quantiles"][1]["value"] == 15.0);
    CHECK(json["outputs"][0]["inputs"][1]["correlation"] == -0.2);
    const std::string csv = uncertainty_csv(report());
    CHECK(says(csv, "sample,step_time_s,wall_clock_s,energy_j,cost_usd\n0,3,,,30\n"));
    CHECK(says(csv, "\n3,2.5,,,25\n"));
}

TEST_CASE("the figure rises from few samples to all, in the order of values") {
    const Plot plot = uncertainty_plot(report());
    REQUIRE(plot.series.size() == 2);
    CHECK(plot.series[0].x == std::vector<double>{0.5, 1.0, 1.25, 1.5});
    CHECK(plot.series[0].y.front() == doctest::Approx(0.125));
    CHECK(plot.series[0].y.back() == doctest::Approx(0.875));
}
