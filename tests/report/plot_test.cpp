// SPDX-License-Identifier: Apache-2.0
#include <foretrain/report/plot.hpp>

#include <limits>
#include <string>

#include <doctest/doctest.h>

using namespace foretrain;

namespace {

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

Plot efficiency() {
    return {.title = "Say \"efficiency\" \\ `date`",
            .x_axis = "accelerators",
            .y_axis = "efficiency",
            .log_x = true,
            .series = {{.name = "strong", .x = {8, 16}, .y = {1.0, 0.75}},
                       {.name = "limit", .style = PlotStyle::line, .x = {8, 16}, .y = {0.5, 0.5}}}};
}

} // namespace

TEST_CASE("figures are named .svg or .png") {
    CHECK(is_figure_name("out.svg"));
    CHECK(is_figure_name("/a/b.png"));
    CHECK_FALSE(is_figure_name(".svg"));
    CHECK_FALSE(is_figure_name("out.pdf"));
    CHECK_FALSE(is_figure_name("svg"));
    CHECK_FALSE(is_figure_name(""));
}

TEST_CASE("a script has the data, and writes the format of the name") {
    const std::string script = plot_script(efficiency(), "out.svg");
    CHECK(has(script, "set terminal svg"));
    CHECK(has(plot_script(efficiency(), "out.png"), "set terminal png"));
    CHECK(has(script, "set logscale x\n"));
    CHECK_FALSE(has(script, "set logscale y"));
    CHECK(has(script, "8 1 \"\"\n16 0.75 \"\"\n"));
    CHECK(has(script, "title \"strong\""));
    CHECK_FALSE(has(script, "set output")); // gnuplot writes to its output, whatever the name of the file
}

TEST_CASE("texts are no commands of gnuplot") {
    Plot plot = efficiency();
    plot.series[0].labels = {"a\nset output 'x'", "b\"; quit #"};
    const std::string script = plot_script(plot, "out.svg");
    CHECK(has(script, R"(set title "Say \"efficiency\" \\ \140date\140")"));
    CHECK(has(script, R"(8 1 "a set output 'x'")"));
    CHECK(has(script, R"(16 0.75 "b'; quit #")"));
}

TEST_CASE("bars stand at their labels, stacked if they are parts") {
    Plot plot{.title = "t", .x_axis = "x", .y_axis = "y"};
    plot.series.push_back({.name = "one", .style = PlotStyle::bars, .y = {1, 2}, .labels = {"p", "q"}});
    CHECK(has(plot_script(plot, "a.svg"), "set style histogram clustered"));
    CHECK(has(plot_script(plot, "a.svg"), "using 2:xtic(3)"));
    plot.series[0].style = PlotStyle::stacked;
    CHECK(has(plot_script(plot, "a.svg"), "set style histogram rowstacked"));
}

TEST_CASE("what is no number is left out, and a figure may be empty") {
    Plot plot{.title = "t", .x_axis = "x", .y_axis = "y"};
    CHECK(has(plot_script(plot, "a.svg"), "plot NaN notitle\n"));
    plot.series.push_back({.name = "none"});
    CHECK(has(plot_script(plot, "a.svg"), "plot NaN notitle\n"));
    plot.series.push_back({.name = "some", .x = {1, 2}, .y = {std::numeric_limits<double>::quiet_NaN(), 3}});
    CHECK(has(plot_script(plot, "a.svg"), "1 NaN \"\"\n2 3 \"\"\n"));
}

TEST_CASE("a series by the axis on the right is drawn there") {
    Plot plot = efficiency();
    plot.second_axis = "share";
    plot.series[1].second_axis = true;
    const std::string script = plot_script(plot, "a.svg");
    CHECK(has(script, "set y2label \"share\""));
    CHECK(has(script, "with lines lw 2 axes x1y2 title \"limit\""));
}
