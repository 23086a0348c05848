// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "../planner/solve.hpp"
#include "csv.hpp"
#include "json.hpp"
#include "plot.hpp"
#include "report.hpp"
#include "table.hpp"

// The answer to an inverse question as text, JSON, CSV and figure: what was asked, the answer, the neighbour that
// fails, and what other values of the unknown come to.

namespace foretrain::inline v0 {

/// A value of the unknown and what it comes to, in the units of the report.
struct SolvedPoint {
    double at = 0;
    std::optional<double> measure{}; ///< absent: it cannot be had
    std::string at_text;
    std::string measure_text; ///< or why it cannot be had
};

/// An inverse question and its answer.
struct SolveReport {
    std::string question;     ///< in words
    std::string job;          ///< in words
    std::string unknown;      ///< what was asked for, `accelerators`
    std::string unknown_unit; ///< empty: a number
    std::string measure;      ///< what is limited, `wall clock`
    std::string measure_unit;
    double limit = 0;
    std::string limit_text;
    bool at_least = false; ///< the measure may not fall below the limit
    SolveStatus status = SolveStatus::none;
    std::optional<SolvedPoint> answer{};    ///< of `none`: the nearest miss
    std::optional<SolvedPoint> neighbour{}; ///< the certificate
    double missed_by = 0;
    int trials = 0;
    std::string note{};                                         ///< what an answer at the end of the range means, ...
    std::vector<std::pair<std::string, std::string>> details{}; ///< what the answer looks like
    std::vector<SolvedPoint> curve{};                           ///< by plain estimates
    bool log_unknown = true;
    std::vector<Assumption> assumed{};
};

/// Takes over status, answer and certificate. `at` and `measure` turn a value into a number of the report's units and a
/// text: `std::pair<double, std::string>`; `why(unknown)` says why a value cannot be had.
template <class Unknown, class Measure, class At, class Measured, class Why>
void take(SolveReport& report, const Solution<Unknown, Measure>& solution, const At& at, const Measured& measure,
          const Why& why) {
    const auto point = [&](const Trial<Unknown, Measure>& trial) {
        SolvedPoint result;
        std::tie(result.at, result.at_text) = at(trial.at);
        if (trial.known) {
            double value = 0;
            std::tie(value, result.measure_text) = measure(trial.measure);
            result.measure = value;
        } else {
            result.measure_text = why(trial.at);
        }
        return result;
    };
    report.status = solution.status;
    report.missed_by = solution.missed_by();
    report.trials = solution.trials;
    std::tie(report.limit, report.limit_text) = measure(solution.goal.limit);
    report.at_least = solution.goal.at_least;
    if (solution.trials > 0) report.answer = point(solution.answer);
    if (solution.has_neighbour) report.neighbour = point(solution.neighbour);
}

namespace detail {

[[nodiscard]] inline std::string with_unit(std::string_view name, std::string_view unit) {
    std::string text{name};
    for (char& c : text)
        if (c == ' ' || c == '-') c = '_';
    return unit.empty() ? text : text + '_' + std::string{unit};
}
[[nodiscard]] inline Json solved_json(const std::optional<SolvedPoint>& point) {
    if (!point) return nullptr;
    return {{"at", point->at},
            {"measure", point->measure ? Json(*point->measure) : Json(nullptr)},
            {"reason", point->measure ? Json(nullptr) : Json(point->measure_text)}};
}

} // namespace detail

/// The answer as JSON; what cannot be had is null.
[[nodiscard]] inline Json solve_json(const SolveReport& report) {
    Json details = Json::object(), curve = Json::array(), assumed = Json::array();
    for (const auto& [name, value] : report.details) details[name] = value;
    for (const SolvedPoint& point : report.curve) curve.push_back(detail::solved_json(point));
    for (const Assumption& assumption : report.assumed)
        assumed.push_back({{"what", assumption.what}, {"value", assumption.value}, {"why", assumption.why}});
    return {{"schema", report_schema},
            {"question", report.question},
            {"job", report.job},
            {"unknown", {{"name", report.unknown}, {"unit", report.unknown_unit}}},
            {"measure",
             {{"name", report.measure},
              {"unit", report.measure_unit},
              {"limit", report.limit},
              {"limit_is", report.at_least ? "least" : "most"}}},
            {"status", name_of(report.status)},
            {"answer", report.status == SolveStatus::found ? detail::solved_json(report.answer) : Json(nullptr)},
            {"nearest_miss", report.status == SolveStatus::none ? detail::solved_json(report.answer) : Json(nullptr)},
            {"missed_by", report.status == SolveStatus::none ? Json(report.missed_by) : Json(nullptr)},
            {"certificate", detail::solved_json(report.neighbour)},
            {"trials", report.trials},
            {"details", details},
            {"curve", curve},
            {"assumed", assumed}};
}

/// What values of the unknown come to, as CSV.
[[nodiscard]] inline std::string solve_csv(const SolveReport& report) {
    const std::string at = detail::with_unit(report.unknown, report.unknown_unit),
                      measure = detail::with_unit(report.measure, report.measure_unit);
    CsvTable table({at, measure, "keeps_limit", "role", "reason"});
    const auto add = [&](const SolvedPoint& point, std::string_view role) {
        const bool kept =
            point.measure && (report.at_least ? *point.measure >= report.limit : *point.measure <= report.limit);
        table.add(point.at, point.measure, kept, role, point.measure ? std::string{} : point.measure_text);
    };
    if (report.answer) add(*report.answer, report.status == SolveStatus::none ? "nearest miss" : "answer");
    if (report.neighbour) add(*report.neighbour, "certificate");
    for (const SolvedPoint& point : report.curve) add(point, "curve");
    return table.text();
}

/// What values of the unknown come to, as a figure, with the limit and the answer.
[[nodiscard]] inline Plot solve_plot(const SolveReport& report) {
    const auto axis = [](std::string_view name, std::string_view unit) {
        return unit.empty() ? std::string{name} : std::string{name} + " (" + std::string{unit} + ')';
    };
    Plot plot{.title = report.question,
              .x_axis = axis(report.unknown, report.unknown_unit),
              .y_axis = axis(report.measure, report.measure_unit),
              .log_x = report.log_unknown};
    PlotSeries curve{.name = report.measure}, limit{.name = "limit", .style = PlotStyle::line},
        answer{.name = report.status == SolveStatus::none ? "nearest miss" : "answer", .style = PlotStyle::points};
    for (const SolvedPoint& point : report.curve)
        if (point.measure) {
            curve.x.push_back(point.at);
            curve.y.push_back(*point.measure);
            limit.x.push_back(point.at);
            limit.y.push_back(report.limit);
        }
    if (report.answer && report.answer->measure) {
        answer.x.push_back(report.answer->at);
        answer.y.push_back(*report.answer->measure);
    }
    plot.series = {std::move(curve), std::move(limit), std::move(answer)};
    return plot;
}

/// The answer for a terminal of `style.width` columns.
[[nodiscard]] inline std::string solve_text(const SolveReport& report, const TextStyle& style = {}) {
    using detail::joined;
    const std::string_view bound = report.at_least ? "at least " : "at most ";
    std::string out = wrapped("", report.question, 2, style.width) + wrapped("  ", report.job, 2, style.width);
    out += "\nANSWER\n";
    TextTable table("ll", 2);
    const auto measured = [&](const SolvedPoint& point) {
        return point.measure ? joined(report.measure, " ", point.measure_text) : point.measure_text;
    };
    if (report.status == SolveStatus::found && report.answer) {
        table.add({report.unknown, report.answer->at_text});
        table.add({report.measure, joined(report.answer->measure_text, ", ", bound, report.limit_text)});
        if (report.neighbour)
            table.add(
                {"certificate", joined(report.neighbour->at_text, ": ", measured(*report.neighbour), ", which fails")});
        else
            table.add({"certificate",
                       "none: the answer is the end of the range, " +
                           std::string{report.note.empty() ? "nothing beyond it was looked at" : report.note}});
    } else if (report.status == SolveStatus::not_monotone && report.answer && report.neighbour) {
        table.add({report.unknown, "no single answer"});
        table.add({"kept at", joined(report.answer->at_text, ": ", measured(*report.answer))});
        table.add({"not at", joined(report.neighbour->at_text, ": ", measured(*report.neighbour))});
    } else {
        table.add({report.unknown, "none"});
        table.add({"wanted", joined(report.measure, " ", bound, report.limit_text)});
        if (report.answer && report.answer->measure)
            table.add({"nearest", joined(report.answer->at_text, ": ", measured(*report.answer), ", off by ",
                                         to_percent(report.missed_by))});
        else table.add({"nearest", report.answer ? measured(*report.answer) : "no value of the range can be had"});
    }
    for (const auto& [name, value] : report.details) table.add({name, value});
    out += table.text(style.width);
    if (!report.curve.empty()) {
        out += joined("\n", "OTHER VALUES\n");
        TextTable curve("rrl", 2);
        curve.add({report.unknown, report.measure, ""});
        for (const SolvedPoint& point : report.curve) {
            const bool kept =
                point.measure && (report.at_least ? *point.measure >= report.limit : *point.measure <= report.limit);
            curve.add({point.at_text, point.measure ? point.measure_text : "",
                       kept            ? "kept"
                       : point.measure ? ""
                                       : point.measure_text});
        }
        out += curve.text(style.width);
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
