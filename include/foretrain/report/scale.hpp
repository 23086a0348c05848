// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../planner/scaling_curve.hpp"
#include "../units/print.hpp"
#include "csv.hpp"
#include "json.hpp"
#include "plot.hpp"
#include "report.hpp"
#include "table.hpp"

// A scaling curve as text, JSON, CSV and figure.

namespace foretrain::inline v0 {

/// A curve and what it is of.
struct ScaleReport {
    std::string model;
    std::string system;
    std::string plan;          ///< at the first number of accelerators
    bool weak = false;         ///< the batch grows
    bool best_layouts = false; ///< laid out anew at each number
    double threshold = 0.5;
    ScalingCurve curve{};
    std::vector<std::string> plans{}; ///< of each point, in words
    std::vector<Assumption> assumed{};
};

namespace detail {

/// Tokens a second.
[[nodiscard]] inline double rate_of(const ScalePoint& point) noexcept { return raw(point.tokens) / raw(point.time); }

} // namespace detail

/// The curve as JSON; where no step runs, numbers are null.
[[nodiscard]] inline Json scale_json(const ScaleReport& report) {
    Json points = Json::array(), assumed = Json::array();
    const ScalingCurve& curve = report.curve;
    for (std::size_t i = 0; i < curve.points; ++i) {
        const ScalePoint& point = curve.point[i];
        Json entry = {{"accelerators", point.accelerators},
                      {"missing", point.runs() ? Json(nullptr) : Json(name_of(point.missing))}};
        if (point.runs()) {
            Json losses = Json::object();
            for (std::size_t p = 0; p < step_parts; ++p)
                losses[std::string{name_of(static_cast<StepPart>(p))}] = point.loss[p];
            entry.update({{"plan", report.plans[i]},
                          {"step_time_s", raw(point.time)},
                          {"tokens_per_s", detail::rate_of(point)},
                          {"speed_up", point.speed_up},
                          {"efficiency", point.efficiency},
                          {"communication_share", point.communication},
                          {"mfu", point.utilization},
                          {"elasticity", i == curve.last ? Json(nullptr) : Json(point.elasticity)},
                          {"dominant_loss", name_of(point.dominant)},
                          {"losses", std::move(losses)}});
        }
        points.push_back(std::move(entry));
    }
    for (const Assumption& assumption : report.assumed)
        assumed.push_back({{"what", assumption.what}, {"value", assumption.value}, {"why", assumption.why}});
    const bool below = curve.below < ScalingCurve::capacity;
    return {{"schema", report_schema},
            {"model", report.model},
            {"system", report.system},
            {"scaling", report.weak ? "weak" : "strong"},
            {"layout", report.best_layouts ? "best" : "fixed"},
            {"points", std::move(points)},
            {"knee_accelerators", curve.point[curve.knee].accelerators},
            {"knee_is_last", curve.knee_is_last()},
            {"threshold", report.threshold},
            {"below_threshold_accelerators", below ? Json(curve.point[curve.below].accelerators) : Json(nullptr)},
            {"assumed", std::move(assumed)}};
}

/// The points as CSV.
[[nodiscard]] inline std::string scale_csv(const ScaleReport& report) {
    CsvTable table({"accelerators", "step_time_s", "tokens_per_s", "speed_up", "efficiency", "communication_share",
                    "mfu", "elasticity", "dominant_loss", "dominant_loss_share", "plan", "missing"});
    for (std::size_t i = 0; i < report.curve.points; ++i) {
        const ScalePoint& point = report.curve.point[i];
        if (!point.runs()) {
            const std::string_view nothing;
            table.add(point.accelerators, nothing, nothing, nothing, nothing, nothing, nothing, nothing, nothing,
                      nothing, nothing, name_of(point.missing));
            continue;
        }
        table.add(point.accelerators, raw(point.time), detail::rate_of(point), point.speed_up, point.efficiency,
                  point.communication, point.utilization, point.elasticity, name_of(point.dominant),
                  i == report.curve.first ? 0.0 : point[point.dominant], report.plans[i]);
    }
    return table.text();
}

/// Efficiency and the share of communication over accelerators.
[[nodiscard]] inline Plot scale_plot(const ScaleReport& report) {
    Plot plot{.title = report.model + " on " + report.system + (report.weak ? ", weak scaling" : ", strong scaling"),
              .x_axis = "accelerators",
              .y_axis = "share",
              .log_x = true};
    PlotSeries efficiency{.name = "efficiency"}, communication{.name = "exposed communication of a step"},
        utilization{.name = "MFU"}, knee{.name = "knee", .style = PlotStyle::points};
    for (const ScalePoint& point : report.curve.all()) {
        if (!point.runs()) continue;
        const auto n = static_cast<double>(point.accelerators);
        for (auto& [series, value] :
             {std::pair{&efficiency, point.efficiency}, std::pair{&communication, point.communication},
              std::pair{&utilization, point.utilization}}) {
            series->x.push_back(n);
            series->y.push_back(value);
        }
    }
    const ScalePoint& at = report.curve.point[report.curve.knee];
    knee.x = {static_cast<double>(at.accelerators)};
    knee.y = {at.efficiency};
    plot.series = {std::move(efficiency), std::move(communication), std::move(utilization), std::move(knee)};
    return plot;
}

/// The curve for a terminal of `style.width` columns.
[[nodiscard]] inline std::string scale_text(const ScaleReport& report, const TextStyle& style = {}) {
    using detail::joined;
    const ScalingCurve& curve = report.curve;
    std::string out = wrapped("",
                              joined(report.model, " on ", report.system, ": ",
                                     report.weak ? "weak scaling, the batch grows" : "strong scaling, the batch stays"),
                              2, style.width);
    out += wrapped("  ",
                   report.best_layouts ? joined("fastest layout at each number; first ", report.plan)
                                       : joined("data parallelism grows from ", report.plan),
                   2, style.width);
    out += "\nSCALING\n";
    std::vector<std::vector<std::string>> rows{
        {"accelerators", "step", "tokens/s", "speed-up", "efficiency", "exposed", "most is lost to", ""}};
    for (std::size_t i = 0; i < curve.points; ++i) {
        const ScalePoint& point = curve.point[i];
        if (!point.runs()) {
            rows.push_back({grouped(point.accelerators), "", "", "", "", "", std::string{name_of(point.missing)}});
            continue;
        }
        std::string rate{to_text(point.tokens / point.time)};
        rate = rate.substr(0, rate.find(' '));
        const bool first = i == curve.first;
        Text speed_up;
        speed_up.append_fixed(point.speed_up, point.speed_up < 100 ? 2 : 0);
        const bool loses = !first && point[point.dominant] > 0;
        rows.push_back({grouped(point.accelerators), std::string{to_text(point.time)}, rate,
                        std::string{speed_up.view()}, std::string{to_percent(point.efficiency)},
                        std::string{to_percent(point.communication)},
                        first   ? ""
                        : loses ? std::string{name_of(point.dominant)}
                                : "nothing",
                        loses ? std::string{to_percent(point[point.dominant])} : ""});
    }
    // Narrow terminals do without the rate and the speed-up, which the step says too.
    const auto set = [&](bool all) {
        TextTable table(all ? "rrrrrrlr" : "rrrrlr", 2);
        for (std::vector<std::string> row : rows) {
            if (!all) row.erase(row.begin() + 2, row.begin() + 4);
            table.add(std::move(row));
        }
        return table;
    };
    out += set(set(true).width() <= style.width).text(style.width);

    out += "\nKNEE\n";
    TextTable knee("ll", 2);
    const ScalePoint& at = curve.point[curve.knee];
    knee.add({"knee", joined(grouped(at.accelerators), " accelerators, efficiency ", to_percent(at.efficiency),
                             curve.knee_is_last() ? ": the last that runs, it may lie beyond"
                                                  : ": twice as many give less than 1.41 times the speed")});
    knee.add({joined("below ", to_percent(report.threshold)),
              curve.below < ScalingCurve::capacity
                  ? joined("from ", grouped(curve.point[curve.below].accelerators), " accelerators")
                  : std::string{"nowhere"}});
    const ScalePoint& last = curve.point[curve.last];
    if (curve.last != curve.first) {
        // Where the efficiency of the last point went: every part, largest first.
        std::vector<std::pair<double, std::string_view>> parts;
        for (std::size_t p = 0; p < step_parts; ++p)
            if (last.loss[p] > 0.0005 || last.loss[p] < -0.0005)
                parts.emplace_back(last.loss[p], name_of(static_cast<StepPart>(p)));
        std::sort(parts.begin(), parts.end(), [](const auto& a, const auto& b) {
            return a.first != b.first ? a.first > b.first : a.second < b.second;
        });
        out += knee.text(style.width);
        out += joined("\nWHERE THE EFFICIENCY OF ", grouped(last.accelerators), " ACCELERATORS GOES\n");
        TextTable losses("lrl", 2);
        losses.add({"efficiency", std::string{to_percent(last.efficiency)}, bar(last.efficiency, 40, style)});
        for (const auto& [share, name] : parts)
            losses.add({std::string{name}, std::string{to_percent(share)}, bar(share, 40, style)});
        out += losses.text(style.width);
    } else {
        out += knee.text(style.width);
    }
    if (!report.assumed.empty()) {
        out += "\nASSUMED\n";
        TextTable assumed("lll", 2);
        for (const Assumption& assumption : report.assumed)
            assumed.add({assumption.what, assumption.value, assumption.why});
        out += assumed.text(style.width);
    }
    return out;
}

} // namespace foretrain::inline v0
