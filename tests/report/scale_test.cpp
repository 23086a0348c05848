// SPDX-License-Identifier: Apache-2.0
#include <foretrain/report/scale.hpp>

#include <string>

#include <doctest/doctest.h>

#include <foretrain/catalog/models.hpp>
#include <foretrain/catalog/stacks.hpp>
#include <foretrain/catalog/systems.hpp>

using namespace foretrain;

namespace {

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

ScaleReport report_of(BatchGrowth batch) {
    const DataParallelGrowth growth{catalog::dgx_h100(16),
                                    {.tensor = 8,
                                     .pipeline = 2,
                                     .data = 1,
                                     .sequence_parallel = true,
                                     .sharding = Sharding::optimizer,
                                     .global_batch = 64,
                                     .micro_batch = 1,
                                     .sequence = 4096,
                                     .stack = catalog::megatron_core},
                                    batch};
    ScaleReport report;
    report.model = "llama2-13b";
    report.system = "h100-sxm (dgx-h100)";
    report.plan = "the plan, in words";
    report.weak = batch == BatchGrowth::with_the_job;
    report.curve = scaling_curve<double>(catalog::llama2_13b, growth, doubled(8, 2048).all());
    for (std::size_t i = 0; i < report.curve.points; ++i) report.plans.push_back("plan " + std::to_string(i));
    report.assumed.push_back({"--x", "1", "why"});
    return report;
}
const ScaleReport strong = report_of(BatchGrowth::fixed);

} // namespace

TEST_CASE("text has a row for each number, the knee, and where the efficiency goes") {
    const std::string text = scale_text(strong);
    CHECK(has(text, "strong scaling"));
    CHECK(has(scale_text(report_of(BatchGrowth::with_the_job)), "weak scaling"));
    CHECK(has(text, "no plan divides")); // 8 are no replica of 16, 2,048 have more replicas than samples
    CHECK(has(text, "1,024"));
    CHECK(has(text, "pipeline bubble"));
    CHECK(has(text, "KNEE"));
    CHECK(has(text, "WHERE THE EFFICIENCY OF 1,024 ACCELERATORS GOES"));
    CHECK(has(text, "ASSUMED"));
    TextStyle ascii;
    ascii.ascii = true;
    for (const char c : scale_text(strong, ascii)) CHECK(static_cast<unsigned char>(c) < 0x80);
}

TEST_CASE("JSON has the losses of each point, which sum, and null where nothing runs") {
    const Json json = scale_json(strong);
    CHECK(json["scaling"] == "strong");
    CHECK(json["points"].size() == strong.curve.points);
    CHECK(json["points"][0]["missing"] == "no plan divides");
    CHECK_FALSE(json["points"][0].contains("step_time_s"));
    const Json& last = json["points"][strong.curve.last];
    double sum = last["efficiency"];
    for (const auto& [name, loss] : last["losses"].items()) sum += loss.get<double>();
    CHECK(sum == doctest::Approx(1.0));
    CHECK(last["elasticity"].is_null());
    CHECK(json["knee_accelerators"] == strong.curve.point[strong.curve.knee].accelerators);
}

TEST_CASE("CSV has as many fields in each row as in its header") {
    const std::string csv = scale_csv(strong);
    CHECK(csv.starts_with("accelerators,step_time_s,tokens_per_s,"));
    CHECK(has(csv, "\n8,,,,,,,,,,,no plan divides\n"));
    std::size_t lines = 0;
    for (const char c : csv) lines += c == '\n';
    CHECK(lines == strong.curve.points + 1);
}

TEST_CASE("the figure has efficiency, communication, utilisation and the knee") {
    const Plot plot = scale_plot(strong);
    REQUIRE(plot.series.size() == 4);
    CHECK(plot.log_x);
    CHECK(plot.series[0].y.front() == 1.0);
    CHECK(plot.series[0].x.size() == plot.series[1].y.size());
    CHECK(plot.series[3].x.front() == static_cast<double>(strong.curve.point[strong.curve.knee].accelerators));
}
