// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "../batch/learning_rate.hpp"
#include "../batch/scaling_limit.hpp"
#include "../batch/schedule.hpp"
#include "json.hpp"
#include "report.hpp"
#include "table.hpp"

// The report of batch scaling: what a target takes at each batch, the best batch for each objective, and how far more
// accelerators help.

namespace foretrain::inline v0 {

/// A batch, or why it cannot be.
struct BatchRow {
    BatchChoice choice{};
    double data_efficiency = 0; ///< what a sample is worth
    std::string refused;        ///< empty: the numbers count
};

/// The learning rates to try at the batch of each objective.
struct BatchRates {
    TunedRate tuned{};
    std::array<LearningRateAdvice, 3> advice{};
};

struct BatchReport {
    std::string model, system;
    std::int64_t accelerators = 0;
    std::string target;        ///< in words
    Convergence convergence{}; ///< in samples of the job
    std::string origin;        ///< of the convergence
    std::vector<std::string> notes;
    std::optional<AcceleratorPrice> price{};
    std::vector<BatchRow> rows;        ///< on the accelerators that were given
    std::array<BatchChoice, 3> best{}; ///< for each objective, over all accelerators that were looked at
    BatchScaling scaling{};
    double worth = 0;
    std::optional<BatchRates> rates{};
    std::optional<ScheduledRun> schedule{};
    std::vector<Assumption> assumed;

    [[nodiscard]] std::optional<Usd> cost(const BatchChoice& choice) const {
        if (!price) return std::nullopt;
        return *price * choice.accelerator_time;
    }
};

namespace detail {

/// Lays a batch report out.
class BatchText {
public:
    BatchText(const BatchReport& report, const TextStyle& style) : report_{report}, style_{style} {}

    [[nodiscard]] std::string text() {
        out_ = report_.model + " on " + grouped(report_.accelerators) + (style_.ascii ? " x " : " × ") +
               report_.system + "\n";
        item("target", report_.target);
        item("critical batch", count(report_.convergence.critical_batch) + " samples: " + report_.origin);
        item("at least", count(report_.convergence.least_samples) + " samples at tiny batches, " +
                             whole(report_.convergence.least_steps()) + " steps at huge ones");
        for (const std::string& note : report_.notes) item("note", note);
        batches();
        optima();
        scaling();
        if (report_.rates) rates();
        if (report_.schedule) schedule();
        if (!report_.assumed.empty()) {
            section("ASSUMED");
            TextTable table("lll", 2);
            for (const Assumption& a : report_.assumed) table.add({a.what, a.value, a.why});
            out_ += table.text(style_.width);
        }
        return out_;
    }

private:
    void section(std::string_view title) { out_ += '\n' + std::string{title} + '\n'; }
    void item(std::string_view label, const std::string& words) {
        out_ += wrapped("  " + padded(label, 16), words, 18, style_.width);
    }
    [[nodiscard]] static std::string whole(double x) {
        return x < 9e15 ? grouped(static_cast<std::int64_t>(x + 0.5)) : std::string{"more than 9e15"};
    }
    [[nodiscard]] static std::string count(Samples samples) { return whole(raw(samples)); }
    [[nodiscard]] static std::string percent(double share) { return std::string{to_percent(share).view()}; }
    /// Accelerator-hours, without saying so.
    [[nodiscard]] static std::string hours(AcceleratorTime time) {
        const std::string text{to_text(time).view()};
        const std::size_t number = text.find_first_not_of("0123456789.,kMBT");
        return text.substr(0, number);
    }
    [[nodiscard]] std::string money(const BatchChoice& choice) const {
        const std::optional<Usd> cost = report_.cost(choice);
        return cost ? std::string{to_text(*cost).view()} : std::string{};
    }
    [[nodiscard]] std::vector<std::string> cells(const BatchChoice& c) const {
        return {count(c.batch),
                count(c.samples),
                whole(c.steps),
                std::string{to_text(c.step_time).view()},
                std::string{to_text(c.time).view()},
                std::string{to_text(c.accelerator_time).view()},
                money(c)};
    }

    void batches() {
        section("BATCHES");
        double best = 0; // samples a second
        for (const BatchRow& row : report_.rows)
            if (row.refused.empty()) best = std::max(best, raw(row.choice.batch) / raw(row.choice.step_time));
        TextTable table("rrrrrrrrr", 2);
        table.add({"batch", "samples", "steps", "a step", "time", "accel.-hours", report_.price ? "cost" : "", "worth",
                   "hardware"});
        std::string refused;
        for (const BatchRow& row : report_.rows) {
            if (!row.refused.empty()) {
                refused += (refused.empty() ? "" : ", ") + count(row.choice.batch) + " (" + row.refused + ")";
                continue;
            }
            std::vector<std::string> line = cells(row.choice);
            line.push_back(percent(row.data_efficiency));
            line.push_back(percent(raw(row.choice.batch) / raw(row.choice.step_time) / best));
            table.add(line);
        }
        out_ += table.text(style_.width);
        if (!refused.empty()) out_ += wrapped("  not possible: ", refused, 4, style_.width);
    }

    void optima() {
        section("BEST");
        TextTable table("lrrrrrrrr", 2);
        table.add({"least", "accelerators", "batch", "samples", "steps", "a step", "time", "accel.-hours",
                   report_.price ? "cost" : ""});
        for (std::size_t i = 0; i < report_.best.size(); ++i) {
            std::vector<std::string> line = cells(report_.best[i]);
            line.insert(line.begin(),
                        {std::string{name_of(static_cast<BatchObjective>(i))}, whole(report_.best[i].accelerators)});
            table.add(line);
        }
        out_ += table.text(style_.width);
    }

    void scaling() {
        const BatchScaling& s = report_.scaling;
        section("MORE ACCELERATORS");
        TextTable table("rrrrrrl", 2);
        table.add({"accelerators", "batch", "time", report_.price ? "cost" : "", "elasticity", "saved each", "limit"});
        for (std::size_t i = 0; i < s.points; ++i) {
            const BasicScalingPoint<double>& p = s.point[i];
            const bool last = i + 1 == s.points;
            std::array<char, 32> elasticity{};
            std::snprintf(elasticity.data(), elasticity.size(), "%.2f", p.elasticity);
            table.add({whole(p.choice.accelerators), count(p.choice.batch), std::string{to_text(p.choice.time).view()},
                       money(p.choice), last ? "" : elasticity.data(),
                       last ? ""
                            : (raw(p.saved_each) < 0 ? "-" : "") +
                                  std::string{to_text(raw(p.saved_each) < 0 ? -p.saved_each : p.saved_each).view()},
                       std::string{name_of(p.limit)}});
        }
        out_ += table.text(style_.width);
        const auto at = [&](std::size_t i) { return whole(s.point[i].choice.accelerators); };
        const bool ends = s.limit == ScalingLimit::range;
        item("stop helping", ends ? "not up to " + at(s.fastest) + ", where the search ends"
                                  : "past " + at(s.fastest) + ": " + std::string{name_of(s.limit)});
        std::array<char, 32> worth{};
        std::snprintf(worth.data(), worth.size(), "%.2g", report_.worth);
        item("worth having", (s.worth_limit == ScalingLimit::range
                                  ? "up to " + at(s.last_worth) + " at least"
                                  : "up to " + at(s.last_worth) + ", then " + std::string{name_of(s.worth_limit)}) +
                                 " (elasticity from " + worth.data() + ")");
    }

    void rates() {
        section("LEARNING RATES TO TRY");
        TextTable table("lrrrrl", 2);
        table.add({"least", "batch", "linear", "square root", "noise scale", ""});
        for (std::size_t i = 0; i < report_.best.size(); ++i) {
            const LearningRateAdvice& a = report_.rates->advice[i];
            const auto rate = [](double x) {
                std::array<char, 32> text{};
                std::snprintf(text.data(), text.size(), "%.3g", x);
                return std::string{text.data()};
            };
            table.add({std::string{name_of(static_cast<BatchObjective>(i))}, count(report_.best[i].batch),
                       rate(a.linear), rate(a.square_root), rate(a.noise_scale),
                       a.beyond_critical ? "past the critical batch: linear may diverge" : ""});
        }
        out_ += table.text(style_.width);
    }

    void schedule() {
        const ScheduledRun& s = *report_.schedule;
        section("SCHEDULE");
        item("steps", whole(s.steps) + " in " + grouped(static_cast<std::int64_t>(s.phases)) + " phases");
        item("time",
             std::string{to_text(s.time).view()} + " of steps, hardware efficiency " + percent(s.hardware_efficiency));
        TextTable table("rrrrrr", 2);
        table.add({"from", "samples", "batch", "steps", "time", "hardware"});
        const std::size_t shown = 12;
        for (std::size_t i = 0; i < s.phases; ++i) {
            if (s.phases > shown && i >= shown / 2 && i + shown / 2 < s.phases) {
                if (i == shown / 2) table.add({"..."});
                continue;
            }
            const auto& p = s.phase[i];
            table.add({count(p.from), count(p.samples), count(p.batch), whole(p.steps),
                       std::string{to_text(p.time).view()}, percent(p.hardware_efficiency)});
        }
        out_ += table.text(style_.width);
    }

    const BatchReport& report_;
    TextStyle style_;
    std::string out_;
};

[[nodiscard]] inline Json choice_json(const BatchReport& report, const BatchChoice& c) {
    const std::optional<Usd> cost = report.cost(c);
    return {{"batch", raw(c.batch)},
            {"accelerators", c.accelerators},
            {"samples", raw(c.samples)},
            {"steps", c.steps},
            {"step_time_s", raw(c.step_time)},
            {"time_s", raw(c.time)},
            {"accelerator_hours", raw(c.accelerator_time) / 3600.0},
            {"cost_usd", cost ? Json(raw(*cost)) : Json()}};
}

} // namespace detail

/// The report as text for a terminal.
[[nodiscard]] inline std::string batch_text(const BatchReport& report, const TextStyle& style = {}) {
    return detail::BatchText(report, style).text();
}

/// The report as JSON.
[[nodiscard]] inline Json batch_json(const BatchReport& report) {
    Json batches = Json::array(), points = Json::array(), best = Json::object(), assumed = Json::array(),
         phases = Json::array(), rates = Json::object();
    for (const BatchRow& row : report.rows) {
        Json entry = row.refused.empty() ? detail::choice_json(report, row.choice)
                                         : Json{{"batch", raw(row.choice.batch)}, {"refused", row.refused}};
        if (row.refused.empty()) entry["data_efficiency"] = row.data_efficiency;
        batches.push_back(std::move(entry));
    }
    for (std::size_t i = 0; i < report.best.size(); ++i) {
        constexpr std::array names{"time", "cost", "time_times_cost"};
        best[names.at(i)] = detail::choice_json(report, report.best[i]);
        if (report.rates) {
            const LearningRateAdvice& a = report.rates->advice[i];
            rates[names.at(i)] = {{"linear", a.linear},
                                  {"square_root", a.square_root},
                                  {"noise_scale", a.noise_scale},
                                  {"beyond_critical", a.beyond_critical}};
        }
    }
    const BatchScaling& s = report.scaling;
    for (std::size_t i = 0; i < s.points; ++i) {
        Json entry = detail::choice_json(report, s.point[i].choice);
        const bool last = i + 1 == s.points;
        entry["elasticity"] = last ? Json() : Json(s.point[i].elasticity);
        entry["time_saved_each_s"] = last ? Json() : Json(raw(s.point[i].saved_each));
        entry["extra_accelerator_hours"] = last ? Json() : Json(raw(s.point[i].paid_extra) / 3600.0);
        entry["limit"] = name_of(s.point[i].limit);
        points.push_back(std::move(entry));
    }
    for (const Assumption& a : report.assumed)
        assumed.push_back({{"what", a.what}, {"value", a.value}, {"why", a.why}});
    Json schedule;
    if (report.schedule) {
        for (std::size_t i = 0; i < report.schedule->phases; ++i) {
            const auto& p = report.schedule->phase[i];
            phases.push_back({{"from_samples", raw(p.from)},
                              {"samples", raw(p.samples)},
                              {"batch", raw(p.batch)},
                              {"steps", p.steps},
                              {"time_s", raw(p.time)},
                              {"hardware_efficiency", p.hardware_efficiency}});
        }
        schedule = {{"steps", report.schedule->steps},
                    {"time_s", raw(report.schedule->time)},
                    {"hardware_efficiency", report.schedule->hardware_efficiency},
                    {"phases", std::move(phases)}};
    }
    const auto accelerators_at = [&](std::size_t i) {
        return s.points > 0 ? Json(s.point[i].choice.accelerators) : Json();
    };
    return {{"foretrain", FORETRAIN_VERSION_STRING},
            {"schema", report_schema},
            {"model", report.model},
            {"system", report.system},
            {"accelerators", report.accelerators},
            {"target", report.target},
            {"convergence",
             {{"least_samples", raw(report.convergence.least_samples)},
              {"critical_batch", raw(report.convergence.critical_batch)},
              {"origin", report.origin}}},
            {"notes", report.notes},
            {"batches", std::move(batches)},
            {"best", std::move(best)},
            {"scaling",
             {{"points", std::move(points)},
              {"fastest_accelerators", accelerators_at(s.fastest)},
              {"limit", name_of(s.limit)},
              {"worth", report.worth},
              {"worth_accelerators", accelerators_at(s.last_worth)},
              {"worth_limit", name_of(s.worth_limit)}}},
            {"learning_rates", report.rates ? std::move(rates) : Json()},
            {"schedule", std::move(schedule)},
            {"assumed", std::move(assumed)}};
}

} // namespace foretrain::inline v0
