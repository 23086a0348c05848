// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include <foretrain/catalog/models.hpp>
#include <foretrain/catalog/stacks.hpp>
#include <foretrain/catalog/systems.hpp>
#include <foretrain/planner/search_every.hpp>
#include <foretrain/report/search.hpp>

using namespace foretrain;

namespace {

SearchReport report_of(const Cluster& cluster, SearchQuestion question) {
    ParallelPlan base;
    base.sequence = 8192;
    base.stack = catalog::fsdp;
    SearchReport report{.model = catalog::llama3_8b, .space = every_plan(catalog::llama3_8b, cluster, base, 128)};
    report.question = question;
    report.result = *try_search(report.model, report.space, question);
    report.options = {{"stack", "fsdp"}};
    return report;
}
bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

} // namespace

TEST_CASE("the text names the best plans, why others lost, what became of all, and a command for the winner") {
    const Cluster cluster = catalog::dgx_h100(32);
    const SearchReport report = report_of(cluster, {.top = 4});
    const std::string text = search_text(report);
    CHECK(has(text, "all decided"));
    CHECK(has(text, "BEST PLANS by step-time"));
    CHECK(has(text, "WHY THE OTHERS LOST"));
    CHECK(has(text, "foretrain predict --model llama3-8b --system dgx-h100 --accelerators 32"));
    CHECK(has(text, "--stack fsdp"));
    CHECK(has(text, "broken rule"));
    CHECK(has(text, std::string{grouped(report.result.count(SearchOutcome::refused))}));
}

TEST_CASE("a space in which nothing fits says by how much") {
    Cluster cluster = catalog::dgx_h100(8);
    cluster.accelerator.memory.capacity = make<Bytes>(6e9);
    const SearchReport report = report_of(cluster, {});
    REQUIRE(!report.result.found());
    const std::string text = search_text(report);
    CHECK(has(text, "NOTHING IS FEASIBLE"));
    CHECK(has(text, "closest to fitting"));
    CHECK(has(text, "% too much"));
    CHECK(has(text, "foretrain predict"));
}

TEST_CASE("CSV has a row a plan, the figure a series a part of the step") {
    const Cluster cluster = catalog::dgx_h100(32);
    const SearchReport report = report_of(cluster, {.top = 4});
    const std::string csv = search_csv(report);
    CHECK(std::count(csv.begin(), csv.end(), '\n') == 5);
    const Plot plot = search_plot(report);
    CHECK(plot.series.size() > 3);
    for (const PlotSeries& series : plot.series) CHECK(series.y.size() == 4);
}

TEST_CASE("a front is told and drawn") {
    const Cluster cluster = catalog::dgx_h100(32);
    ParallelPlan base;
    base.sequence = 8192;
    base.stack = catalog::fsdp;
    SearchReport report{.model = catalog::llama3_8b, .space = every_plan(catalog::llama3_8b, cluster, base, 128)};
    report.space.accelerators = {8, 16, 32};
    report.space.pipeline = {1};
    report.space.virtual_stages = {1};
    report.question = {.goal = SearchGoal::token_time, .front = {.time = true, .accelerators = true}};
    report.result = *try_search(report.model, report.space, report.question);
    CHECK(report.result.front.count == 3); // fewer accelerators, longer steps
    CHECK(has(search_text(report), "FRONT"));
    CHECK(search_plot(report).series[0].x.size() == 3);
}
