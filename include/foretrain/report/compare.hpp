// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "../planner/attribution.hpp"
#include "../planner/compare.hpp"
#include "../units/print.hpp"
#include "csv.hpp"
#include "json.hpp"
#include "plot.hpp"
#include "report.hpp"
#include "sensitivity.hpp"
#include "table.hpp"

// Two jobs side by side as text, JSON, CSV and a figure: where the difference goes, and which change makes it.

namespace foretrain::inline v0 {

/// Two jobs, what was found of each, and their difference.
struct ComparisonReport {
    struct Job {
        std::string options; ///< as the user wrote it
        StepSetup setup{};
        StepEstimate step{};
        std::optional<RunEstimate> run{};
        std::vector<Assumption> assumed{};
    };
    Job a, b;
    StepComparison step{};
    std::optional<RunComparison> run{};
    std::optional<Attribution<Seconds, setup_changes>> causes{}; ///< absent: the changes cannot be told apart
    std::optional<Attribution<Bytes, setup_changes>> memory_causes{};
};

/// The difference of two jobs: of steps for equal work if their tokens differ, of runs if both have one.
inline void answer(ComparisonReport& report) {
    const bool same_work = report.a.step.tokens == report.b.step.tokens;
    report.step = compare(report.a.step, report.b.step, same_work ? ComparedWork::step : ComparedWork::tokens);
    if (report.a.run && report.b.run) report.run = compare(*report.a.run, *report.b.run);
    const Tokens work = same_work ? Tokens{} : report.a.step.tokens;
    constexpr unsigned everything = (1u << setup_changes) - 1u;
    report.causes = attribute_step_time(report.a.setup, report.b.setup, everything, work);
    report.memory_causes = attribute_peak_memory(report.a.setup, report.b.setup);
}

namespace detail {

/// A quantity with its sign; zero without.
template <class Quantity>
[[nodiscard]] std::string signed_text(const Quantity& quantity) {
    const double number = raw(quantity);
    if (number == 0) return "0";
    const Quantity size = number < 0 ? Quantity::from_value(-number) : quantity;
    return (number < 0 ? "-" : "+") + std::string{to_text(size).view()};
}
[[nodiscard]] inline std::string signed_binary_text(const Bytes& bytes) {
    if (raw(bytes) == 0) return "0";
    const Bytes size = raw(bytes) < 0 ? Bytes::from_value(-raw(bytes)) : bytes;
    return (raw(bytes) < 0 ? "-" : "+") + std::string{to_binary_text(size).view()};
}

inline void compared_steps_text(std::string& out, const ComparisonReport& r, const TextStyle& style) {
    const StepComparison& s = r.step;
    out += "\nSTEP: " + std::string{to_text(s.before).view()} + " and " + std::string{to_text(s.after).view()} +
           (s.scale == 1.0 ? "" : " for the tokens of a step of A") + ": B is " +
           (s.speed_up() >= 1.0 ? number_text(std::round(s.speed_up() * 1000) / 1000) + " times as fast"
                                : number_text(std::round(1000 / s.speed_up()) / 1000) + " times as slow") +
           "\n";
    TextTable table("lrrrrl", 2);
    table.add({"part", "A", "B", "difference", "of A", "bound by"});
    for (const StepTerm& term : s.terms) {
        if (std::abs(raw(term.difference())) < 1e-6 * raw(s.before)) break;
        table.add({std::string{term.name}, std::string{to_text(term.before).view()},
                   std::string{to_text(term.after).view()}, signed_text(term.difference()),
                   signed_percent(100.0 * (term.difference() / s.before)),
                   std::string{name_of(term.bound_before)} +
                       (term.bound_before == term.bound_after || raw(term.before) == 0 || raw(term.after) == 0
                            ? ""
                            : ", then " + std::string{name_of(term.bound_after)})});
    }
    table.add(
        {"all", std::string{to_text(s.before).view()}, std::string{to_text(s.after).view()},
         signed_text(s.difference()), signed_percent(100.0 * (s.difference() / s.before)),
         std::string{name_of(s.bottleneck_before)} +
             (s.bottleneck_before == s.bottleneck_after ? "" : ", then " + std::string{name_of(s.bottleneck_after)})});
    out += table.text(style.width);
}

inline void compared_causes_text(std::string& out, const ComparisonReport& r, const TextStyle& style) {
    if (!r.causes) {
        out += "\nWHICH CHANGE MAKES IT cannot be told: none of the changes is possible without another.\n";
        return;
    }
    out += wrapped("\n", "WHICH CHANGE MAKES IT: its share, the mean over the orders in which the changes can be made",
                   2, style.width);
    TextTable table("lrrr", 2);
    table.add({"change", "step time", "alone", "peak memory"});
    for (std::size_t i = 0; i < setup_changes; ++i) {
        const Seconds share = r.causes->share[i];
        const Bytes bytes = r.memory_causes ? r.memory_causes->share[i] : Bytes{};
        if (raw(share) == 0 && raw(bytes) == 0) continue;
        const bool alone = ((r.causes->valid_alone >> i) & 1u) != 0;
        table.add({std::string{name_of(static_cast<SetupChange>(i))}, signed_text(share),
                   alone ? signed_text(r.causes->alone[i]) : std::string{"not possible"},
                   r.memory_causes ? signed_binary_text(bytes) : std::string{"?"}});
    }
    table.add({"all", signed_text(r.causes->total()), "",
               r.memory_causes ? signed_binary_text(r.memory_causes->total()) : std::string{"?"}});
    out += table.text(style.width);
}

inline void compared_memory_text(std::string& out, const ComparisonReport& r, const TextStyle& style) {
    const auto fits = [](const ComparisonReport::Job& job) {
        return job.step.memory.peak > job.setup.cluster.accelerator.memory.capacity ? " (does not fit)" : "";
    };
    out += "\nPEAK MEMORY: " + std::string{to_binary_text(r.a.step.memory.peak).view()} + fits(r.a) + " and " +
           std::string{to_binary_text(r.b.step.memory.peak).view()} + fits(r.b) + "\n";
    TextTable table("lrrr", 2);
    for (const auto& item : r.step.memory) {
        if (std::abs(raw(item.difference())) < 1e6) break;
        table.add({std::string{item.name}, std::string{to_binary_text(item.before).view()},
                   std::string{to_binary_text(item.after).view()}, signed_binary_text(item.difference())});
    }
    table.add({"all", std::string{to_binary_text(r.a.step.memory.peak).view()},
               std::string{to_binary_text(r.b.step.memory.peak).view()},
               signed_binary_text(r.step.memory_difference())});
    out += table.text(style.width);
}

inline void compared_runs_text(std::string& out, const ComparisonReport& r, const TextStyle& style) {
    if (!r.run) return;
    const RunComparison& c = *r.run;
    out += "\nRUN\n";
    TextTable table("lrrr", 2);
    table.add({"", "A", "B", "difference"});
    const auto rows = [&](const auto& terms, double least) {
        for (const auto& term : terms) {
            if (std::abs(raw(term.difference())) <= least) break;
            table.add({"  " + std::string{term.name}, std::string{to_text(term.before).view()},
                       std::string{to_text(term.after).view()}, signed_text(term.difference())});
        }
    };
    table.add({"wall clock", std::string{to_text(c.before).view()}, std::string{to_text(c.after).view()},
               signed_text(c.difference())});
    rows(c.terms, 1e-6 * raw(c.before));
    table.add({"energy", std::string{to_text(r.a.run->energy).view()}, std::string{to_text(r.b.run->energy).view()},
               signed_text(c.energy_difference())});
    rows(c.energy, 0);
    const auto cost = [](const Cost& all) {
        return (all.complete ? "" : "> ") + std::string{to_text(all.known).view()};
    };
    table.add({"cost", cost(r.a.run->cost), cost(r.b.run->cost),
               c.cost_known ? signed_text(c.cost_difference()) : std::string{"unknown in part"}});
    for (const auto& item : c.bill) {
        if (item.known && raw(item.difference()) == 0) continue;
        table.add({"  " + std::string{item.name}, item.known ? std::string{to_text(item.before).view()} : "no price",
                   item.known ? std::string{to_text(item.after).view()} : "no price",
                   item.known ? signed_text(item.difference()) : std::string{"unknown"}});
    }
    out += table.text(style.width);
}

} // namespace detail

/// The comparison as text.
[[nodiscard]] inline std::string comparison_text(const ComparisonReport& r, const TextStyle& style = {}) {
    std::string out;
    const auto job = [&](std::string_view letter, const ComparisonReport::Job& j) {
        out += std::string{letter} + "  " + std::string{j.setup.model.name} + " on " +
               grouped(j.setup.cluster.accelerators) + (style.ascii ? " x " : " × ") +
               std::string{j.setup.cluster.accelerator.name} + " (" + std::string{j.setup.cluster.name} + "), " +
               std::string{j.setup.plan.stack.name} + ": " + j.options + '\n';
    };
    job("A", r.a);
    job("B", r.b);
    detail::compared_steps_text(out, r, style);
    detail::compared_causes_text(out, r, style);
    detail::compared_memory_text(out, r, style);
    detail::compared_runs_text(out, r, style);
    return out;
}

/// The comparison as JSON.
[[nodiscard]] inline Json comparison_json(const ComparisonReport& r) {
    Json terms = Json::array(), memory = Json::array(), causes = Json(nullptr);
    for (const StepTerm& term : r.step.terms)
        terms.push_back({{"part", term.name},
                         {"a_s", raw(term.before)},
                         {"b_s", raw(term.after)},
                         {"difference_s", raw(term.difference())},
                         {"bound_a", name_of(term.bound_before)},
                         {"bound_b", name_of(term.bound_after)}});
    for (const auto& item : r.step.memory)
        memory.push_back({{"item", item.name},
                          {"a_bytes", raw(item.before)},
                          {"b_bytes", raw(item.after)},
                          {"difference_bytes", raw(item.difference())}});
    if (r.causes) {
        causes = Json::array();
        for (std::size_t i = 0; i < setup_changes; ++i)
            causes.push_back(
                {{"change", name_of(static_cast<SetupChange>(i))},
                 {"time_s", raw(r.causes->share[i])},
                 {"alone_s", ((r.causes->valid_alone >> i) & 1u) != 0 ? Json(raw(r.causes->alone[i])) : Json(nullptr)},
                 {"peak_bytes", r.memory_causes ? Json(raw(r.memory_causes->share[i])) : Json(nullptr)}});
    }
    Json json = {{"schema", report_schema},
                 {"a", r.a.options},
                 {"b", r.b.options},
                 {"step",
                  {{"a_s", raw(r.step.before)},
                   {"b_s", raw(r.step.after)},
                   {"scale", r.step.scale},
                   {"difference_s", raw(r.step.difference())},
                   {"speed_up", r.step.speed_up()},
                   {"bottleneck_a", name_of(r.step.bottleneck_before)},
                   {"bottleneck_b", name_of(r.step.bottleneck_after)},
                   {"terms", std::move(terms)}}},
                 {"memory",
                  {{"a_bytes", raw(r.a.step.memory.peak)},
                   {"b_bytes", raw(r.b.step.memory.peak)},
                   {"items", std::move(memory)}}},
                 {"causes", std::move(causes)},
                 {"run", nullptr}};
    if (r.run) {
        const auto list = [](const auto& compared, const char* unit) {
            Json array = Json::array();
            for (const auto& term : compared)
                array.push_back({{"part", term.name},
                                 {std::string{"a_"} + unit, raw(term.before)},
                                 {std::string{"b_"} + unit, raw(term.after)},
                                 {std::string{"difference_"} + unit, raw(term.difference())}});
            return array;
        };
        json["run"] = {{"wall_clock_difference_s", raw(r.run->difference())},
                       {"energy_difference_J", raw(r.run->energy_difference())},
                       {"cost_difference_usd", r.run->cost_known ? Json(raw(r.run->cost_difference())) : Json(nullptr)},
                       {"wall_clock", list(r.run->terms, "s")},
                       {"energy", list(r.run->energy, "J")},
                       {"bill", list(r.run->bill, "usd")}};
    }
    return json;
}

/// One row for each part of the step.
[[nodiscard]] inline std::string comparison_csv(const ComparisonReport& r) {
    CsvTable table{"part", "a_s", "b_s", "difference_s", "bound_a", "bound_b"};
    for (const StepTerm& term : r.step.terms)
        table.add(term.name, raw(term.before), raw(term.after), raw(term.difference()), name_of(term.bound_before),
                  name_of(term.bound_after));
    return table.text();
}

/// The parts that differ, side by side.
[[nodiscard]] inline Plot comparison_plot(const ComparisonReport& r) {
    Plot plot{.title = "Where the difference of two steps goes", .x_axis = "part of the step", .y_axis = "time, s"};
    PlotSeries a{.name = "A", .style = PlotStyle::bars}, b{.name = "B", .style = PlotStyle::bars};
    for (const StepTerm& term : r.step.terms) {
        if (std::abs(raw(term.difference())) < 1e-6 * raw(r.step.before)) break;
        a.labels.emplace_back(term.name);
        a.y.push_back(raw(term.before));
        b.y.push_back(raw(term.after));
    }
    b.labels = a.labels;
    plot.series = {a, b};
    return plot;
}

} // namespace foretrain::inline v0
