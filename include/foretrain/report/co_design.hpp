// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../roofline/resource.hpp"
#include "../units/print.hpp"
#include "json.hpp"
#include "plot.hpp"
#include "report.hpp"
#include "table.hpp"

// A co-design sweep as text, JSON, CSV and figure: the best designs, what binds, what each figure is worth. Plain rows,
// so that reports need no Eigen.

namespace foretrain::inline v0 {

/// A design and what it makes of a step.
struct DesignRow {
    std::vector<double> factors{}; ///< in the order of the names
    Seconds time{};
    double utilization = 0;
    Watts job_power{};
    Watts power{}; ///< of an accelerator, rated
    AcceleratorPrice price{};
    double tokens_per_joule = 0;
    double tokens_per_usd = 0; ///< 0: no price
    Resource bottleneck = Resource::matrix;
    bool fits = false;
    bool valid = false;
};

/// A sweep. `best`, `elasticity`: of the goal.
struct DesignSweepReport {
    std::string job;
    std::string points; ///< how the designs were drawn
    std::string_view goal;
    std::vector<std::string_view> figures{};
    std::vector<double>
        elasticity{}; ///< percent of the goal for a percent of a figure, over all designs; 0: not varied
    std::vector<DesignRow> rows{};
    std::vector<std::size_t> best{}; ///< rows, the best first, those that fit and keep the limits
    bool priced = false;
    std::vector<Assumption> assumed{};
};

namespace detail {

[[nodiscard]] inline std::string fixed_text(double number, int digits) {
    return std::string{Text{}.append_fixed(number, digits).view()};
}
[[nodiscard]] inline std::array<std::int64_t, resources> bottleneck_counts(const DesignSweepReport& report) {
    std::array<std::int64_t, resources> counts{};
    for (const DesignRow& row : report.rows)
        if (row.valid) ++counts[static_cast<std::size_t>(row.bottleneck)];
    return counts;
}

/// Whether a figure is not the same in all designs.
[[nodiscard]] inline bool varies(const DesignSweepReport& report, std::size_t figure) {
    for (const DesignRow& row : report.rows)
        if (row.factors[figure] != report.rows.front().factors[figure]) return true;
    return false;
}

} // namespace detail

/// The sweep for a terminal.
[[nodiscard]] inline std::string design_sweep_text(const DesignSweepReport& report, const TextStyle& style = {}) {
    using detail::fixed_text;
    std::int64_t valid = 0, fits = 0;
    for (const DesignRow& row : report.rows) {
        valid += row.valid;
        fits += row.valid && row.fits;
    }
    std::string out = wrapped("", report.job, 2, style.width);
    out += wrapped(
        "  ", detail::joined(report.points, "; ", grouped(valid), " can be estimated, ", grouped(fits), " of them fit"),
        2, style.width);
    out += detail::joined("\nBEST BY ", report.goal, ", factors on the base\n");
    constexpr std::array<std::string_view, 6> short_names{"matrix",   "HBM",    "capacity",
                                                          "scale-up", "domain", "scale-out"};
    TextTable table("rrrrrrrrrrrrr", 2);
    std::vector<std::string> head;
    for (std::size_t i = 0; i < report.figures.size(); ++i)
        if (detail::varies(report, i)) head.emplace_back(i < short_names.size() ? short_names[i] : report.figures[i]);
    for (const char* name : {"step", "MFU", "power", "tokens/J"}) head.emplace_back(name);
    if (report.priced) head.emplace_back("tokens/USD");
    table.add(std::move(head));
    for (const std::size_t index : report.best) {
        const DesignRow& row = report.rows[index];
        std::vector<std::string> cells;
        for (std::size_t i = 0; i < row.factors.size(); ++i)
            if (detail::varies(report, i)) cells.push_back(fixed_text(row.factors[i], 2));
        for (const std::string& cell :
             {std::string{to_text(row.time).view()}, std::string{to_percent(row.utilization).view()},
              std::string{to_text(row.power).view()}, fixed_text(row.tokens_per_joule, 3)})
            cells.push_back(cell);
        if (report.priced) cells.push_back(grouped(static_cast<std::int64_t>(row.tokens_per_usd)));
        table.add(std::move(cells));
    }
    out += report.best.empty() ? std::string{"  none fits and keeps the limits\n"} : table.text(style.width);

    out += wrapped("\n", "WHAT A FIGURE IS WORTH: percent of the goal for a percent more of it, over all designs", 2,
                   style.width);
    TextTable worth("lrl", 2);
    for (std::size_t i = 0; i < report.figures.size(); ++i)
        if (detail::varies(report, i))
            worth.add({std::string{report.figures[i]}, fixed_text(report.elasticity[i], 2),
                       bar(report.elasticity[i] > 0 ? report.elasticity[i] : 0.0, 30, style)});
    out += worth.text(style.width);

    out += "\nWHAT DESIGNS WAIT FOR\n";
    TextTable waits("lr", 2);
    const auto counts = detail::bottleneck_counts(report);
    for (std::size_t i = 0; i < resources; ++i)
        if (counts[i] > 0) waits.add({std::string{name_of(static_cast<Resource>(i))}, grouped(counts[i])});
    out += waits.text(style.width);

    if (!report.assumed.empty()) {
        out += "\nASSUMED, because it was not stated\n";
        TextTable rows("lll", 2);
        for (const Assumption& a : report.assumed) rows.add({a.what, a.value, a.why});
        out += rows.text(style.width);
    }
    return out;
}

/// One design as JSON.
[[nodiscard]] inline Json design_json(const DesignSweepReport& report, const DesignRow& row) {
    Json factors = Json::object();
    for (std::size_t i = 0; i < report.figures.size(); ++i) factors[std::string{report.figures[i]}] = row.factors[i];
    return {{"factors", std::move(factors)},
            {"time_s", raw(row.time)},
            {"utilization", row.utilization},
            {"job_power_w", raw(row.job_power)},
            {"power_w", raw(row.power)},
            {"usd_per_accelerator_hour", report.priced ? Json(raw(row.price) * 3600.0) : Json()},
            {"tokens_per_joule", row.tokens_per_joule},
            {"tokens_per_usd", report.priced ? Json(row.tokens_per_usd) : Json()},
            {"waits_for", name_of(row.bottleneck)},
            {"fits", row.fits}};
}

/// The sweep as JSON: the best designs, and sums over all.
[[nodiscard]] inline Json design_sweep_json(const DesignSweepReport& report) {
    Json best = Json::array(), worth = Json::object(), waits = Json::object(), assumed = Json::array();
    for (const std::size_t index : report.best) best.push_back(design_json(report, report.rows[index]));
    for (std::size_t i = 0; i < report.figures.size(); ++i)
        worth[std::string{report.figures[i]}] = report.elasticity[i];
    const auto counts = detail::bottleneck_counts(report);
    std::int64_t valid = 0, fits = 0;
    for (const DesignRow& row : report.rows) {
        valid += row.valid;
        fits += row.valid && row.fits;
    }
    for (std::size_t i = 0; i < resources; ++i)
        if (counts[i] > 0) waits[std::string{name_of(static_cast<Resource>(i))}] = counts[i];
    for (const Assumption& a : report.assumed)
        assumed.push_back({{"what", a.what}, {"value", a.value}, {"why", a.why}});
    return {{"schema", report_schema},
            {"job", report.job},
            {"points", report.points},
            {"goal", report.goal},
            {"designs", report.rows.size()},
            {"valid", valid},
            {"fit", fits},
            {"best", std::move(best)},
            {"elasticity", std::move(worth)},
            {"waits_for", std::move(waits)},
            {"assumed", std::move(assumed)}};
}

/// All designs as CSV.
[[nodiscard]] inline std::string design_sweep_csv(const DesignSweepReport& report) {
    CsvTable table{"matrix_rate",
                   "memory_bandwidth",
                   "memory_capacity",
                   "scale_up",
                   "scale_up_domain",
                   "scale_out",
                   "valid",
                   "fits",
                   "time_s",
                   "utilization",
                   "job_power_w",
                   "power_w",
                   "usd_per_accelerator_hour",
                   "tokens_per_joule",
                   "tokens_per_usd",
                   "waits_for"};
    for (const DesignRow& row : report.rows) {
        const auto when = [](bool known, double number) { return known ? std::optional{number} : std::nullopt; };
        const bool priced = row.valid && report.priced;
        table.add(row.factors[0], row.factors[1], row.factors[2], row.factors[3], row.factors[4], row.factors[5],
                  row.valid, row.fits, when(row.valid, raw(row.time)), when(row.valid, row.utilization),
                  when(row.valid, raw(row.job_power)), when(row.valid, raw(row.power)),
                  when(priced, raw(row.price) * 3600.0), when(row.valid, row.tokens_per_joule),
                  when(priced, row.tokens_per_usd), row.valid ? name_of(row.bottleneck) : std::string_view{});
    }
    return table.text();
}

/// Step time over rated power; the best designs apart.
[[nodiscard]] inline Plot design_sweep_plot(const DesignSweepReport& report) {
    Plot plot{.title = report.job, .x_axis = "rated power of an accelerator, W", .y_axis = "step time, s"};
    plot.log_y = true;
    PlotSeries all{.name = "designs that fit", .style = PlotStyle::points},
        best{.name = "best", .style = PlotStyle::points};
    for (const DesignRow& row : report.rows) {
        if (!row.valid || !row.fits) continue;
        all.x.push_back(raw(row.power));
        all.y.push_back(raw(row.time));
    }
    for (const std::size_t index : report.best) {
        best.x.push_back(raw(report.rows[index].power));
        best.y.push_back(raw(report.rows[index].time));
    }
    plot.series = {std::move(all), std::move(best)};
    return plot;
}

} // namespace foretrain::inline v0
