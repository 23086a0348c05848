// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "csv.hpp"

// Figures: what is to be drawn, and the script that draws it. gnuplot reads the script with its data and writes the
// figure to its output; running it is left to the program.

namespace foretrain::inline v0 {

/// How the points of a series are drawn.
enum class PlotStyle { line, points, line_points, bars, stacked };

/// Points of a figure that belong together. Bars stand at the place of their label.
struct PlotSeries {
    std::string name; ///< in the key; empty: not in it
    PlotStyle style = PlotStyle::line_points;
    std::vector<double> x{};
    std::vector<double> y{};
    std::vector<std::string> labels{}; ///< of the bars, or beside the points; else none
    bool second_axis = false;          ///< by the axis on the right
};

/// A figure. Series that are bars or stacked need labels, the same for all of them.
struct Plot {
    std::string title;
    std::string x_axis; ///< with the unit
    std::string y_axis;
    std::string second_axis{}; ///< on the right; empty: none
    bool log_x = false;
    bool log_y = false;
    std::vector<PlotSeries> series{};
};

/// Whether figures can be written under this name: .svg or .png.
[[nodiscard]] inline bool is_figure_name(std::string_view path) {
    return path.size() > 4 && (path.ends_with(".svg") || path.ends_with(".png"));
}

namespace detail {

/// A text in gnuplot's double quotes, in which nothing is a command, an escape or mark-up.
[[nodiscard]] inline std::string plot_text(std::string_view text) {
    std::string quoted = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') quoted += '\\';
        if (c == '`') quoted += "\\140"; // its contents would be run by a shell
        else quoted += static_cast<unsigned char>(c) >= 0x20 ? c : ' ';
    }
    return quoted + '"';
}

/// The same among data, where a quote cannot be escaped.
[[nodiscard]] inline std::string plot_label(std::string text) {
    std::replace(text.begin(), text.end(), '"', '\'');
    return plot_text(text);
}

/// A number of gnuplot; `NaN` is left out of the figure.
[[nodiscard]] inline std::string plot_number(double number) {
    const std::string text = shortest(number);
    return text.empty() ? "NaN" : text;
}

[[nodiscard]] inline std::string_view plot_with(PlotStyle style) {
    switch (style) {
    case PlotStyle::line: return "lines lw 2";
    case PlotStyle::points: return "points pt 7 ps 0.6";
    case PlotStyle::line_points: return "linespoints lw 2 pt 7 ps 0.6";
    default: return "histograms";
    }
}

} // namespace detail

/// The script that draws a figure in the format of the name's suffix; gnuplot writes it to its standard output.
[[nodiscard]] inline std::string plot_script(const Plot& plot, std::string_view path) {
    using detail::plot_text;
    std::string out = path.ends_with(".png") ? "set terminal png size 900,600 noenhanced\n"
                                             : "set terminal svg size 900,600 noenhanced dynamic background 'white'\n";
    out += "set encoding utf8\nset grid\nset key outside below\n";
    out += "set title " + plot_text(plot.title) + "\nset xlabel " + plot_text(plot.x_axis) + "\nset ylabel " +
           plot_text(plot.y_axis) + '\n';
    if (!plot.second_axis.empty())
        out += "set y2label " + plot_text(plot.second_axis) + "\nset y2tics\nset ytics nomirror\n";
    if (plot.log_x) out += "set logscale x\n";
    if (plot.log_y) out += "set logscale y\n";
    bool bars = false;
    bool stacked = false;
    bool below_zero = false;
    std::size_t labels = 0;
    std::string draw;
    for (std::size_t s = 0; s < plot.series.size(); ++s) {
        const PlotSeries& series = plot.series[s];
        if (series.y.empty()) continue;
        const bool bar = series.style == PlotStyle::bars || series.style == PlotStyle::stacked;
        const std::string block = "$s" + std::to_string(s);
        out += block + " << EOD\n";
        for (std::size_t i = 0; i < series.y.size(); ++i) {
            out += detail::plot_number(i < series.x.size() ? series.x[i] : static_cast<double>(i)) + ' ' +
                   detail::plot_number(series.y[i]);
            out += ' ' + (i < series.labels.size() ? detail::plot_label(series.labels[i]) : std::string{"\"\""}) + '\n';
        }
        out += "EOD\n";
        bars = bars || bar;
        below_zero = below_zero || *std::min_element(series.y.begin(), series.y.end()) < 0;
        stacked = stacked || series.style == PlotStyle::stacked;
        if (bar && series.labels.size() > labels) labels = series.labels.size();
        const std::string title =
            series.name.empty() ? std::string{" notitle"} : " title " + detail::plot_text(series.name);
        draw += draw.empty() ? "plot " : ", \\\n     ";
        draw += block + (bar ? " using 2:xtic(3)" : " using 1:2") + " with " +
                std::string{detail::plot_with(series.style)} + (series.second_axis ? " axes x1y2" : "") + title;
        if (!bar && !series.labels.empty())
            draw += ", \\\n     " + block + " using 1:2:3 with labels offset 0,0.8 font ',9' notitle";
    }
    if (bars) {
        out += std::string{"set style data histograms\nset style histogram "} +
               (stacked ? "rowstacked" : "clustered gap 1") +
               "\nset style fill solid 0.9 noborder\nset boxwidth 0.8\n" +
               (below_zero ? "set xzeroaxis lt -1\n" : "set yrange [0:*]\n");
        if (labels > 6) out += "set xtics rotate by -40\n";
    }
    return out + (draw.empty() ? std::string{"set xrange [0:1]\nset yrange [0:1]\nplot NaN notitle"} : draw) + '\n';
}

} // namespace foretrain::inline v0
