// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "../planner/neighbours.hpp"
#include "../planner/run_sensitivity.hpp"
#include "../planner/sensitivity.hpp"
#include "../planner/tornado.hpp"
#include "../units/print.hpp"
#include "csv.hpp"
#include "json.hpp"
#include "plot.hpp"
#include "report.hpp"
#include "table.hpp"

// Sensitivities as text, JSON, CSV and as a tornado figure.

namespace foretrain::inline v0 {

/// What was asked and what came out.
struct SensitivityReport {
    Transformer model{};
    Cluster cluster{};
    ParallelPlan plan{};
    StepEstimate step{};
    StepSensitivity inputs{};
    std::vector<TornadoBar> bars{}; ///< widest first
    PlanNeighbours neighbours{};
    std::optional<RunSensitivity> run{};
    std::string budget{};  ///< of the run, in words
    std::size_t rows = 15; ///< of each table of the text
    std::vector<Assumption> assumed{};
};

namespace detail {

/// The name of an input with the tier it is of.
[[nodiscard]] inline std::string input_text(const EstimateInput& input, const Cluster& cluster) {
    if (!input.of_tier()) return std::string{name_of(input.field)};
    return std::string{cluster.fabric.tier[input.tier].name} + ' ' + std::string{name_of(input.field)};
}
[[nodiscard]] inline std::string input_text(const InputOfRun& input, const Cluster& cluster) {
    return input.beside_step ? std::string{name_of(input.of_run)} : input_text(input.of_step, cluster);
}

/// A quantity as it is printed; a number of base units of one that has no form of its own.
template <class Number>
[[nodiscard]] std::string number_in_text(const Number& number) {
    if constexpr (requires { std::string{to_text(number).view()}; }) return std::string{to_text(number).view()};
    else {
        char text[32];
        std::snprintf(text, sizeof text, "%.4g", static_cast<double>(detail::number_in(number)));
        return text;
    }
}

/// The value of an input with its unit, at `value` base units.
[[nodiscard]] inline std::string input_value_text(const EstimateInput& input, double value, const Cluster& cluster,
                                                  const ParallelPlan& plan) {
    Cluster machine = cluster;
    ParallelPlan layout = plan;
    set_value(input, machine, layout, value);
    std::string text;
    visit_input(input, machine, layout, [&](const auto& field) {
        if (text.empty()) text = number_in_text(field);
    });
    return text;
}

/// +0.31% or -0.31%.
[[nodiscard]] inline std::string signed_percent(double percent) {
    if (percent == 0) return "0";
    char text[32];
    std::snprintf(text, sizeof text, std::abs(percent) < 0.01 ? "%+.1g%%" : "%+.2f%%", percent);
    return text;
}

inline void shares_text(std::string& out, const SensitivityReport& r, const TextStyle& style) {
    out += "\nWHAT THE STEP GOES WITH: its time, split by constraint\n";
    std::vector<Constraint> order;
    for (std::size_t i = 0; i < constraints; ++i) order.push_back(static_cast<Constraint>(i));
    // Not stable_sort, which warns with clang and libstdc++ 12.
    std::sort(order.begin(), order.end(), [&](Constraint a, Constraint b) {
        const double one = r.inputs.share(a), other = r.inputs.share(b);
        return one != other ? one > other : a < b;
    });
    TextTable table("lrl", 2);
    for (const Constraint constraint : order) {
        const double share = r.inputs.share(constraint);
        if (std::abs(share) < 5e-5) continue;
        table.add({std::string{name_of(constraint)}, std::string{to_percent(share).view()}, bar(share, 40, style)});
    }
    out += table.text(style.width);
    if (!r.inputs.fits())
        out += "  It does not fit: memory capacity binds before anything else, " +
               std::string{to_binary_text(r.inputs.peak).view()} + " of " +
               std::string{to_binary_text(r.inputs.capacity).view()} + ".\n";
    else out += "  What binds: " + std::string{name_of(r.inputs.binding())} + ".\n";
    if (r.inputs.binding() == Constraint::power)
        out += "  (More rated power lifts the clock of all products: `predict` counts them as matrix throughput.)\n";
}

inline void elasticities_text(std::string& out, const SensitivityReport& r, const TextStyle& style) {
    out += "\n1% MORE OF AN INPUT, strongest first\n";
    TextTable table("lrrr", 2);
    table.add({"input", "is", "step time", "peak memory"});
    std::size_t rows = 0;
    for (const InputSensitivity& each : r.inputs) {
        if (rows == r.rows) break;
        if (each.elasticity == 0 && each.peak_elasticity == 0) continue;
        ++rows;
        table.add({input_text(each.input, r.cluster), input_value_text(each.input, each.value, r.cluster, r.plan),
                   signed_percent(each.elasticity), signed_percent(each.peak_elasticity)});
    }
    out += table.text(style.width);
}

inline void bars_text(std::string& out, const SensitivityReport& r, const TextStyle& style) {
    out += wrapped("\n",
                   "TORNADO: step time with one input at each end of its range, " +
                       std::string{to_text(r.step.time).view()} + " in the middle",
                   2, style.width);
    const double widest = r.bars.empty() ? 0.0 : raw(r.bars[0].swing(r.step.time));
    // Narrow terminals get the times without the values of the input; bars take what is left.
    const auto set = [&](bool values, std::size_t columns) {
        TextTable table(values ? "lrrrrl" : "lrrl", 2);
        const auto add = [&](std::string name, std::string low, std::string high, std::string at_low,
                             std::string at_high, const std::string& drawn) {
            std::vector<std::string> row{std::move(name)};
            if (values) row.insert(row.end(), {std::move(low), std::move(high)});
            row.insert(row.end(), {std::move(at_low), std::move(at_high)});
            if (columns > 0) row.push_back(drawn);
            table.add(std::move(row));
        };
        add("input", "from", "to", "step at from", "step at to", "");
        for (std::size_t i = 0; i < std::min(r.rows, r.bars.size()); ++i) {
            const TornadoBar& b = r.bars[i];
            const double swing = raw(b.swing(r.step.time));
            if (!(swing > 0)) break;
            const auto end = [](bool valid, const Seconds& time) {
                return valid ? std::string{to_text(time).view()} : std::string{"invalid"};
            };
            add(input_text(b.range.input, r.cluster), input_value_text(b.range.input, b.range.low, r.cluster, r.plan),
                input_value_text(b.range.input, b.range.high, r.cluster, r.plan), end(b.valid_low, b.at_low),
                end(b.valid_high, b.at_high), bar(swing / widest, columns, style));
        }
        return table;
    };
    const bool values = set(true, 0).width() <= style.width;
    const std::size_t plain = set(values, 0).width() + 2;
    const std::size_t left = style.width > plain ? std::min<std::size_t>(style.width - plain, 12) : 0;
    out += set(values, left > 3 ? left : 0).text(style.width);
}

inline void neighbours_text(std::string& out, const SensitivityReport& r, const TextStyle& style) {
    if (r.neighbours.size == 0) return;
    out += wrapped("\n",
                   "NEXT VALUES of what is counted, with everything else kept and data parallelism taking what is left",
                   2, style.width);
    TextTable table("lrrrrl", 2);
    table.add({"count", "is", "next", "speed", "peak memory", ""});
    for (const PlanNeighbour& n : r.neighbours)
        table.add({std::string{name_of(n.count)}, grouped(n.before), grouped(n.value),
                   signed_percent(100.0 * (n.speed - 1.0)), std::string{to_binary_text(n.peak).view()},
                   n.fits ? "" : "does not fit"});
    out += table.text(style.width);
}

inline void run_sensitivity_text(std::string& out, const SensitivityReport& r, const TextStyle& style) {
    if (!r.run) return;
    out += wrapped("\n",
                   "THE RUN: " + r.budget + ", " + std::string{to_text(r.run->wall_clock).view()} + ", " +
                       std::string{to_text(r.run->energy).view()} + ", " + std::string{to_text(r.run->cost).view()} +
                       "; 1% more of an input, strongest first",
                   2, style.width);
    TextTable table("lrrrr", 2);
    table.add({"input", "wall clock", "energy", "cost"});
    std::size_t rows = 0;
    for (const RunInputSensitivity& each : *r.run) {
        if (rows == r.rows || !each.matters()) break;
        ++rows;
        table.add({input_text(each.input, r.cluster), signed_percent(each.wall_clock), signed_percent(each.energy),
                   signed_percent(each.cost)});
    }
    out += table.text(style.width);
}

} // namespace detail

/// "1% more memory bandwidth buys 0.31% time".
[[nodiscard]] inline std::string sensitivity_sentence(const InputSensitivity& each, const Cluster& cluster) {
    char percent[32];
    std::snprintf(percent, sizeof percent, "%.2g%%", std::abs(each.elasticity));
    return "1% more " + detail::input_text(each.input, cluster) + (each.elasticity < 0 ? " buys " : " costs ") +
           percent + " of the time";
}

/// Everything as text.
[[nodiscard]] inline std::string sensitivity_text(const SensitivityReport& r, const TextStyle& style = {}) {
    std::string out = std::string{r.model.name} + " on " + grouped(r.cluster.accelerators) +
                      (style.ascii ? " x " : " × ") + std::string{r.cluster.accelerator.name} + " (" +
                      std::string{r.cluster.name} + "): a step takes " + std::string{to_text(r.step.time).view()} +
                      '\n';
    if (r.inputs.size > 0 && r.inputs.ranked[0].elasticity != 0)
        out += sensitivity_sentence(r.inputs.ranked[0], r.cluster) + ".\n";
    detail::shares_text(out, r, style);
    detail::elasticities_text(out, r, style);
    detail::bars_text(out, r, style);
    detail::neighbours_text(out, r, style);
    detail::run_sensitivity_text(out, r, style);
    if (!r.assumed.empty()) {
        out += "\nASSUMED, because it was not stated\n";
        TextTable table("lll", 2);
        for (const Assumption& a : r.assumed) table.add({a.what, a.value, a.why});
        out += table.text(style.width);
    }
    return out;
}

/// Everything as JSON: all inputs, not only the strongest.
[[nodiscard]] inline Json sensitivity_json(const SensitivityReport& r) {
    Json shares = Json::object(), inputs = Json::array(), bars = Json::array(), next = Json::array();
    for (std::size_t i = 0; i < constraints; ++i)
        shares[std::string{name_of(static_cast<Constraint>(i))}] = r.inputs.share(static_cast<Constraint>(i));
    const auto name = [&](const EstimateInput& input) { return detail::input_text(input, r.cluster); };
    for (const InputSensitivity& each : r.inputs)
        inputs.push_back({{"input", name(each.input)},
                          {"value", each.value},
                          {"elasticity", each.elasticity},
                          {"time_slope_s", each.time_slope},
                          {"peak_elasticity", each.peak_elasticity},
                          {"peak_slope_bytes", each.peak_slope}});
    for (const TornadoBar& b : r.bars)
        bars.push_back({{"input", name(b.range.input)},
                        {"low", b.range.low},
                        {"high", b.range.high},
                        {"time_at_low_s", b.valid_low ? Json(raw(b.at_low)) : Json(nullptr)},
                        {"time_at_high_s", b.valid_high ? Json(raw(b.at_high)) : Json(nullptr)}});
    for (const PlanNeighbour& n : r.neighbours)
        next.push_back({{"count", name_of(n.count)},
                        {"is", n.before},
                        {"next", n.value},
                        {"speed", n.speed},
                        {"time_s", raw(n.time)},
                        {"peak_bytes", raw(n.peak)},
                        {"fits", n.fits}});
    Json json = {{"schema", report_schema},
                 {"model", r.model.name},
                 {"step",
                  {{"time_s", raw(r.step.time)},
                   {"peak_bytes", raw(r.inputs.peak)},
                   {"capacity_bytes", raw(r.inputs.capacity)},
                   {"fits", r.inputs.fits()}}},
                 {"binding", name_of(r.inputs.binding())},
                 {"shares", std::move(shares)},
                 {"inputs", std::move(inputs)},
                 {"tornado", std::move(bars)},
                 {"next_values", std::move(next)},
                 {"run", nullptr}};
    if (r.run) {
        Json list = Json::array();
        for (const RunInputSensitivity& each : *r.run)
            list.push_back({{"input", detail::input_text(each.input, r.cluster)},
                            {"value", each.value},
                            {"wall_clock_elasticity", each.wall_clock},
                            {"energy_elasticity", each.energy},
                            {"cost_elasticity", each.cost},
                            {"wall_clock_slope_s", each.wall_clock_slope},
                            {"energy_slope_J", each.energy_slope},
                            {"cost_slope_usd", each.cost_slope}});
        json["run"] = {{"budget", r.budget},
                       {"wall_clock_s", raw(r.run->wall_clock)},
                       {"energy_J", raw(r.run->energy)},
                       {"cost_usd", raw(r.run->cost.known)},
                       {"cost_complete", r.run->cost.complete},
                       {"inputs", std::move(list)}};
    }
    Json assumed = Json::array();
    for (const Assumption& a : r.assumed) assumed.push_back({{"what", a.what}, {"value", a.value}, {"why", a.why}});
    json["assumed"] = std::move(assumed);
    return json;
}

/// One row for each input of the step, with its bar.
[[nodiscard]] inline std::string sensitivity_csv(const SensitivityReport& r) {
    CsvTable table{"input", "value", "elasticity",    "time_slope_s",  "peak_elasticity", "peak_slope_bytes",
                   "low",   "high",  "time_at_low_s", "time_at_high_s"};
    for (const InputSensitivity& each : r.inputs) {
        std::optional<double> low, high, at_low, at_high;
        for (const TornadoBar& b : r.bars) {
            if (!(b.range.input == each.input)) continue;
            low = b.range.low;
            high = b.range.high;
            if (b.valid_low) at_low = raw(b.at_low);
            if (b.valid_high) at_high = raw(b.at_high);
        }
        table.add(detail::input_text(each.input, r.cluster), each.value, each.elasticity, each.time_slope,
                  each.peak_elasticity, each.peak_slope, low, high, at_low, at_high);
    }
    return table.text();
}

/// The tornado: for each of the widest bars the change of the step time at both ends.
[[nodiscard]] inline Plot sensitivity_plot(const SensitivityReport& r) {
    Plot plot{.title = std::string{r.model.name} + " on " + grouped(r.cluster.accelerators) + " " +
                       std::string{r.cluster.accelerator.name} + ": what moves the step time",
              .x_axis = "input, from one end of its range to the other",
              .y_axis = "change of the step time, %"};
    PlotSeries low{.name = "low end", .style = PlotStyle::bars}, high{.name = "high end", .style = PlotStyle::bars};
    for (std::size_t i = 0; i < std::min(r.rows, r.bars.size()); ++i) {
        const TornadoBar& b = r.bars[i];
        if (!(b.swing(r.step.time) > Seconds{})) break;
        low.labels.push_back(detail::input_text(b.range.input, r.cluster));
        low.y.push_back(b.valid_low ? 100.0 * (b.at_low / r.step.time - 1.0) : 0.0); // an end that is none has no bar
        high.y.push_back(b.valid_high ? 100.0 * (b.at_high / r.step.time - 1.0) : 0.0);
    }
    high.labels = low.labels;
    plot.series = {low, high};
    return plot;
}

} // namespace foretrain::inline v0
