// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "accuracy_data.hpp"
#include "figure_mark.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <utility>
#include <vector>

// A script for gnuplot that draws, for each kind, predictions over measurements and a histogram of errors.

namespace accuracy {

/// Points of one colour.
struct Series {
    std::string title;
    std::vector<const PredictedRow*> rows;
};
struct Plot {
    std::string name, title, unit;
    double scale = 1; ///< of the unit in that of the rows
    std::vector<Series> series;
    std::string script{}; ///< for gnuplot, without terminal and output
    std::string mark{};   ///< of the script's text: the drawn file bears it
};

namespace detail_of_plots {

inline constexpr std::size_t most_points = 1000; ///< of a figure; more are thinned out evenly
inline constexpr double pixel = 400;             ///< steps of an axis; points on the same one are drawn once
inline constexpr std::array colours = {"#2060a0", "#d07020", "#308040", "#a03060"};

inline std::string digits(double number, std::chars_format format, int precision) {
    std::array<char, 64> text{};
    const auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), number, format, precision);
    return {text.data(), end};
}
/// With decimals, or with four significant digits.
inline std::string fixed(double number, int decimals) { return digits(number, std::chars_format::fixed, decimals); }
inline std::string four(double number) { return digits(number, std::chars_format::general, 4); }

inline void draw(Plot& plot) {
    double low = 1e300, high = 0;
    std::size_t count = 0;
    for (const Series& series : plot.series)
        for (const PredictedRow* row : series.rows)
            if (row->error()) {
                for (const double value : {*row->measured, *row->predicted}) {
                    low = std::min(low, value * plot.scale);
                    high = std::max(high, value * plot.scale);
                }
                ++count;
            }
    if (count == 0) return;
    const double span = std::max(std::log(high / low), 1e-9);
    std::string data, parts, bars;
    // Points on the grid of the figure, each once, then evenly thinned out.
    std::vector<std::vector<std::pair<int, int>>> places;
    std::size_t total = 0;
    std::set<std::pair<int, int>> taken;
    for (const Series& series : plot.series) {
        std::vector<std::pair<int, int>> list;
        for (const PredictedRow* row : series.rows) {
            if (!row->error()) continue;
            const auto place = [&](double v) {
                return static_cast<int>(std::lround(pixel * std::log(v * plot.scale / low) / span));
            };
            const std::pair at{place(*row->measured), place(*row->predicted)};
            if (taken.insert(at).second) list.push_back(at);
        }
        std::sort(list.begin(), list.end());
        total += list.size();
        places.push_back(std::move(list));
    }
    const std::size_t keep = std::min(total, most_points);
    std::size_t seen = 0;
    for (std::size_t s = 0; s < places.size(); ++s) {
        data += "$points" + std::to_string(s) + " << EOD\n";
        for (const auto& [x, y] : places[s]) {
            ++seen;
            if (seen * keep / total == (seen - 1) * keep / total) continue;
            data += four(low * std::exp(x * span / pixel)) + " " + four(low * std::exp(y * span / pixel)) + "\n";
        }
        data += "EOD\n";
        if (!places[s].empty())
            parts += std::string{", $points"} + std::to_string(s) + " with points pt 7 ps 0.25 lc rgb '" +
                     colours.at(s) + "' title '" + plot.series[s].title + "'";
    }
    // Shares of the points by error; what lies outside counts in the outermost bars.
    std::array<int, 20> bins{};
    for (const Series& series : plot.series)
        for (const PredictedRow* row : series.rows)
            if (const std::optional<double> error = row->error())
                ++bins.at(static_cast<std::size_t>(std::clamp(std::floor(*error / 0.05) + 10.0, 0.0, 19.0)));
    for (std::size_t b = 0; b < bins.size(); ++b)
        bars += fixed(-47.5 + 5.0 * static_cast<double>(b), 1) + " " +
                fixed(100.0 * bins.at(b) / static_cast<double>(count), 2) + "\n";
    const std::string from = four(low / 1.2), to = four(high * 1.2);
    plot.script =
        data + "$bars << EOD\n" + bars + "EOD\nset multiplot layout 1,2\nset key top left Left reverse\n" +
        "set title '" + plot.title + "'\nset logscale xy\nset xrange [" + from + ":" + to + "]\nset yrange [" + from +
        ":" + to + "]\nset format xy '10^{%L}'\nset xlabel 'measured, " + plot.unit + "'\nset ylabel 'predicted, " +
        plot.unit +
        "'\nplot x with lines lc rgb '#606060' notitle, 1.2*x with lines dt 2 lc rgb '#a0a0a0' title "
        "'20% off', x/1.2 with lines dt 2 lc rgb '#a0a0a0' notitle" +
        parts + "\nunset logscale\nset format xy '%g'\nset title '" + plot.title +
        ": errors'\nset xrange [-50:50]\nset yrange [0:*]\nset xlabel '(predicted - measured) / measured, %'\n" +
        "set ylabel 'share of the points, %'\nset boxwidth 4.6\nset style fill solid 0.8\n" +
        "plot $bars with boxes lc rgb '" + colours[0] + "' notitle\nunset multiplot\n";
    plot.mark = mark_of(plot.script);
}

} // namespace detail_of_plots

/// Every figure of the page; none for a kind without data.
[[nodiscard]] inline std::vector<Plot> plots_of(const Data& data) {
    std::vector<Plot> plots;
    const auto steps = [&](const auto& condition) {
        std::vector<const PredictedRow*> rows;
        for (const Step& step : data.steps)
            if (condition(step)) rows.push_back(&step.row);
        return rows;
    };
    const auto is_partial = [](const Step& s) { return !s.row.complete || !s.trusted(); };
    plots.push_back(
        {"steps",
         "Training steps",
         "s",
         1,
         {{"dense, complete",
           steps([&](const Step& s) { return s.set == "published" && !s.experts() && !is_partial(s); })},
          {"fields assumed or inferred",
           steps([&](const Step& s) { return s.set == "published" && !s.experts() && is_partial(s); })},
          {"mixture of experts", steps([](const Step& s) { return s.set == "published" && s.experts(); })}}});
    plots.push_back({"vtrain",
                     "vTrain",
                     "s",
                     1,
                     {{"single nodes", steps([](const Step& s) { return s.set == "vTrain single node"; })},
                      {"several nodes", steps([](const Step& s) { return s.set == "vTrain multi node"; })}}});
    plots.push_back({"memory",
                     "Peak memory",
                     "GiB",
                     1.0 / 1073741824.0,
                     {{"published peaks", chosen(data.peaks, [](const PredictedRow&) { return true; })}}});
    for (const Kernels& table : data.kernels) {
        const bool ratio = table.kind == "efficiency";
        Plot plot{table.kind, table.title, ratio ? "share of the link" : "us", ratio ? 1.0 : 1e6, {}};
        plot.series.push_back({"sources of the fit",
                               chosen(table.rows, [&](const PredictedRow& row) { return fitted(table.kind, row); })});
        plot.series.push_back(
            {"other sources", chosen(table.rows, [&](const PredictedRow& row) { return !fitted(table.kind, row); })});
        plots.push_back(std::move(plot));
    }
    for (Plot& plot : plots) detail_of_plots::draw(plot);
    std::erase_if(plots, [](const Plot& plot) { return plot.script.empty(); });
    return plots;
}

/// The whole script; gnuplot is to be called with the variable `to`, a folder.
[[nodiscard]] inline std::string script_of(const std::vector<Plot>& plots) {
    std::string script;
    for (const Plot& plot : plots)
        script += "reset\nset encoding utf8\nset terminal svg size 900,400 font 'sans-serif,12' background rgb "
                  "'white' name '" +
                  plot.mark + "'\nset output to.'/" + plot.name + ".svg'\n" + plot.script + "unset output\n";
    return script;
}

} // namespace accuracy
