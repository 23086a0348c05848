// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "figure_mark.hpp"
#include "trend_backtest.hpp"

#include <foretrain/catalog/trends.hpp>
#include <foretrain/report/trend.hpp>

// Scripts for gnuplot that draw the figures of docs/trend.md.

namespace trends {

/// One figure: its script without terminal and output, and the mark of that text, which the drawn file bears.
struct Figure {
    std::string name, title, script, mark;
    int height = 460;
};

inline const std::array<const char*, 8> colours = {"#2060a0", "#d07020", "#308040", "#a03060",
                                                   "#7050b0", "#806020", "#2090a0", "#505050"};

[[nodiscard]] inline std::string digits(double x) { return foretrain::detail::significant_text(5, x); }
[[nodiscard]] inline std::string year_of(const Date& date) {
    return foretrain::detail::fixed_text(3, 2000 + raw(date.since_2000) / raw(julian_year));
}

/// Records of every benchmark of several rounds, and the first of those that have only one yet; names at their start.
[[nodiscard]] inline Figure curve_figure(const Data& data) {
    Figure figure{"curve", "Best time to train by benchmark", "", "", 560};
    std::string parts, labels;
    std::size_t number = 0;
    std::vector<Result> starts;
    const auto lists = best_results(data.results);
    const auto shown = [](const std::vector<Result>& best) {
        return best.size() > 1 || best.front().benchmark == "llama31_405b" || best.front().benchmark == "resnet-74.9";
    };
    for (const auto& [name, best] : lists)
        if (shown(best)) starts.push_back(best.front());
    for (const auto& [name, best] : lists) {
        if (!shown(best)) continue;
        const std::string line = "$line" + std::to_string(number), colour = colours[number % colours.size()];
        figure.script += line + " << EOD\n";
        for (const Result& r : records_of(best)) figure.script += year_of(r.date) + " " + digits(r.minutes) + "\n";
        figure.script += "EOD\n";
        // Two that start near each other: the lower name goes below its point.
        bool lower = false;
        for (const Result& other : starts)
            lower = lower || (other.date == best.front().date && other.minutes > best.front().minutes &&
                              other.minutes < 1.4 * best.front().minutes);
        labels += "set label '" + name + "' at " + year_of(best.front().date) + "," + digits(best.front().minutes) +
                  " right offset -0.5," + (lower ? "-0.6" : "0.6") + " noenhanced tc rgb '" + colour + "'\n";
        parts += (number > 0 ? ", " : "") + line + " with linespoints lw 2 pt 7 ps 0.6 lc rgb '" + colour + "' notitle";
        ++number;
    }
    figure.script += labels +
                     "set logscale y\nset yrange [0.08:40]\nset xrange [2017.7:2025.7]\nset format x '%.0f'\n"
                     "set ylabel 'record, minutes'\nset grid y lc rgb '#e0e0e0'\nplot " +
                     parts + "\n";
    return figure;
}

/// What the speed-up of each benchmark is made of, in doublings.
[[nodiscard]] inline Figure factors_figure() {
    Figure figure{"factors", "From the first round to the record, in doublings", "", "", 460};
    figure.script = "$factors << EOD\n";
    const auto doublings = [](double factor) { return digits(log2(factor)); };
    for (const BenchmarkProgress& p : benchmark_progress()) {
        const SpeedUp& up = p.up;
        figure.script += "\"" + std::string{p.first->benchmark} + "\" " + doublings(up.chip) + " " +
                         doublings(up.accelerators) + " " + doublings(up.scaling) + " " + doublings(up.software) + " " +
                         doublings(up.samples) + " " + doublings(up.total) + "\n";
    }
    figure.script +=
        "EOD\nset style data histogram\nset style histogram clustered gap 2\nset style fill solid 0.85 noborder\n"
        "set xtics rotate by -40 noenhanced\nset ylabel 'doublings of speed'\nset key top right\n"
        "set grid y lc rgb '#e0e0e0'\nset yrange [-3:9]\nplot ";
    const char* names[] = {"chip", "number of chips", "scaling loss", "software", "samples", "together"};
    for (std::size_t i = 0; i < 6; ++i)
        figure.script += std::string{i > 0 ? ", $factors" : "$factors"} + " using " + std::to_string(i + 2) +
                         (i == 0 ? ":xtic(1)" : "") + " lc rgb '" + (i == 5 ? "#202020" : colours[i]) + "' title '" +
                         names[i] + "'";
    figure.script += "\n";
    return figure;
}

/// Rates with their bands.
[[nodiscard]] inline Figure rates_figure() {
    Figure figure{"rates", "Growth a year, and the band that holds eight in ten", "", "", 480};
    figure.script = "$rates << EOD\n";
    std::size_t row = catalog::all_trends.size();
    for (const Trend& t : catalog::all_trends)
        figure.script += digits(factor_per_year(t.growth)) + " " + std::to_string(row--) + " " +
                         digits(factor_per_year(growth_at(t.growth, -eight_in_ten))) + " " +
                         digits(factor_per_year(growth_at(t.growth, eight_in_ten))) + " \"" + std::string{t.name} +
                         "\"\n";
    figure.script +=
        "EOD\nset logscale x 2\nset xrange [1:6]\nset xtics (1, 1.2, 1.5, 2, 3, 4, 5, 6)\nset yrange [0.3:" +
        std::to_string(catalog::all_trends.size()) +
        ".7]\nset xlabel 'factor a year'\nset ytics noenhanced\nset grid x lc rgb '#e0e0e0'\nset lmargin 30\n"
        "plot $rates using 1:2:3:4:ytic(5) with xerrorbars pt 7 ps 0.6 lw 2 lc rgb '#2060a0' notitle\n";
    return figure;
}

/// The chips behind the rate that matters most, and the line through them.
[[nodiscard]] inline Figure chips_figure() {
    Figure figure{"chips", "Dense 16-bit peak of training accelerators", "", "", 420};
    double sum = 0, count = 0;
    const Growth growth = catalog::chip_peak_trend.growth;
    std::string nvidia, others;
    for (const Chip& chip : training_chips()) {
        const double peak = raw(sixteen_bit_peak(*chip.accelerator));
        if (!(peak > 0)) continue;
        (chip.accelerator->vendor == "NVIDIA" ? nvidia : others) +=
            year_of(chip.date) + " " + digits(peak / 1e12) + "\n";
        sum += std::log(peak / 1e12) - raw(growth.rate) * raw(chip.date.since_2000);
        ++count;
    }
    const auto line = [&](double year) {
        return digits(std::exp(sum / count + raw(growth.rate) * (year - 2000) * raw(julian_year)));
    };
    figure.script =
        "$nvidia << EOD\n" + nvidia + "EOD\n$others << EOD\n" + others + "EOD\n$line << EOD\n2016 " + line(2016) +
        "\n2026 " + line(2026) +
        "\nEOD\nset logscale y\nset xrange [2015.7:2026]\nset format x '%.0f'\nset ylabel 'TFLOP/s'\nset key top left\n"
        "set grid y lc rgb '#e0e0e0'\nplot $nvidia with points pt 7 lc rgb '#308040' title 'NVIDIA', $others with "
        "points pt 5 lc rgb '#d07020' title 'others', $line with lines lw 2 dt 2 lc rgb '#404040' title 'x" +
        foretrain::detail::fixed_text(2, factor_per_year(growth)) + " a year'\n";
    return figure;
}

/// When a run ends by when it starts.
[[nodiscard]] inline Figure wait_figure() {
    Figure figure{"wait", "When a run ends that would take so long today", "", "", 420};
    const Growth speed = catalog::chip_peak_trend.growth + catalog::software_trend.growth;
    std::string parts, best = "$best << EOD\n";
    std::size_t colour = 0;
    for (const double years : {1.0, 2.0, 4.0, 8.0, 16.0}) {
        figure.script += "$run" + std::to_string(colour) + " << EOD\n";
        for (double start = 0; start <= 8.001; start += 0.1)
            figure.script +=
                digits(start) + " " + digits(start + years / growth_over(speed, julian_year * start)) + "\n";
        figure.script += "EOD\n";
        parts += (colour > 0 ? ", $run" : "$run") + std::to_string(colour) + " with lines lw 2 lc rgb '" +
                 colours[colour] + "' title '" + digits(years) + (years > 1 ? " years'" : " year'");
        const Start start = start_or_wait(julian_year * years, speed);
        best += digits(raw(start.wait) / raw(julian_year)) + " " + digits(raw(start.finish) / raw(julian_year)) + "\n";
        ++colour;
    }
    figure.script +=
        best +
        "EOD\nset xrange [0:8]\nset yrange [0:16]\nset xlabel 'start, years from now'\nset ylabel "
        "'end, years from now'\nset key top right title 'if started now'\nset grid lc rgb '#e0e0e0'\nplot " +
        parts + ", $best with points pt 7 ps 1.1 lc rgb '#202020' title 'best start'\n";
    return figure;
}

/// Projections of two cuts beside what came.
[[nodiscard]] inline Figure backtest_figure(const Data& data) {
    Figure figure{"backtest", "Records projected from v2.0 and from v3.0", "", "", 460};
    const std::vector<RecordPoint> all = record_points(data.results, calendar_date(2100, 1, 1));
    figure.script.clear();
    std::string plots;
    for (const char* round : {"2022-06-29", "2023-06-27"}) {
        const Date cut = *parse_date(round);
        const std::vector<RecordPoint> known = record_points(data.results, cut);
        const RecordCurve curve = fit_record_curve(known);
        const std::string name = "$from" + std::string{round}.substr(0, 4);
        figure.script += name + " << EOD\n";
        for (std::size_t i = 0; i < known.size(); ++i) {
            if (i + 1 < known.size() && known[i + 1].benchmark == known[i].benchmark) continue;
            for (const RecordPoint& point : all) {
                if (point.benchmark != known[i].benchmark || !(cut < point.date)) continue;
                const Interval<Seconds> band =
                    project_record(curve, make<Seconds>(60 * known[i].minutes), known[i].age, point.age);
                figure.script += digits(point.minutes) + " " + digits(raw(band.p50) / 60) + " " +
                                 digits(raw(band.p10) / 60) + " " + digits(raw(band.p90) / 60) + "\n";
            }
        }
        figure.script += "EOD\n";
        plots += (plots.empty() ? "" : ", ") + name + " with yerrorbars pt 7 ps 0.6 lc rgb '" +
                 (plots.empty() ? colours[0] : colours[1]) + "' title 'fitted up to " + round_of(cut) + "'";
    }
    figure.script +=
        "set logscale xy\nset xrange [0.05:30]\nset yrange [0.05:30]\nset xlabel 'record of the later round, minutes'\n"
        "set ylabel 'projected, with the band of eight in ten'\nset key top left\nplot x with lines lc rgb "
        "'#606060' notitle, " +
        plots + "\n";
    return figure;
}

[[nodiscard]] inline std::vector<Figure> figures_of(const Data& data) {
    std::vector<Figure> figures{curve_figure(data), factors_figure(), rates_figure(),
                                chips_figure(),     wait_figure(),    backtest_figure(data)};
    for (Figure& figure : figures) figure.mark = accuracy::detail_of_plots::mark_of(figure.script);
    return figures;
}

/// The whole script; gnuplot is to be called with the variable `to`, a folder.
[[nodiscard]] inline std::string script_of(const std::vector<Figure>& figures) {
    std::string script;
    for (const Figure& figure : figures)
        script += "reset\nset encoding utf8\nset terminal svg size 900," + std::to_string(figure.height) +
                  " font 'sans-serif,12' background rgb 'white' name '" + figure.mark + "'\nset output to.'/" +
                  figure.name + ".svg'\nset title '" + figure.title + "'\n" + figure.script + "unset output\n";
    return script;
}

} // namespace trends
