// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../units/print.hpp"
#include "json.hpp"
#include "plot.hpp"
#include "report.hpp"
#include "table.hpp"

// Samples of an uncertain job as text, JSON, CSV and figure: quantiles of each output, and which input makes its
// spread. Plain columns, so that reports need no Eigen.

namespace foretrain::inline v0 {

/// An output with its samples, in base units.
struct SampledColumn {
    std::string_view name;
    std::string unit;                  ///< of the samples, for headers: `s`, `j`, `usd`
    std::array<double, 5> quantiles{}; ///< of 5%, 10%, 50%, 90%, 95%
    double stated = 0;                 ///< with every input as stated
    std::vector<double> samples{};
    std::vector<double> contribution{}; ///< of the inputs
    std::vector<double> correlation{};
};
inline constexpr std::array sampled_quantiles{0.05, 0.10, 0.50, 0.90, 0.95};

/// A question and its samples.
struct UncertaintyReport {
    std::string job;
    std::string points; ///< how they were drawn
    std::vector<std::string> inputs{};
    std::vector<std::string> distributions{}; ///< of the inputs, in words
    std::vector<SampledColumn> outputs{};
    std::vector<Assumption> assumed{};
};

namespace detail {

[[nodiscard]] inline std::string sampled_text(const SampledColumn& column, double value) {
    if (column.unit == "s") return std::string{to_text(make<Seconds>(value)).view()};
    if (column.unit == "j") return std::string{to_text(make<Joules>(value)).view()};
    return std::string{to_text(make<Usd>(value)).view()};
}

} // namespace detail

/// The samples for a terminal.
[[nodiscard]] inline std::string uncertainty_text(const UncertaintyReport& report, const TextStyle& style = {}) {
    std::string out = wrapped("", report.job, 2, style.width);
    out += wrapped("  ", report.points, 2, style.width);
    out += "\nOUTPUTS\n";
    TextTable table("lrrrrrr", 2);
    table.add({"", "stated", "5%", "10%", "50%", "90%", "95%"});
    for (const SampledColumn& column : report.outputs) {
        std::vector<std::string> row{std::string{column.name}, detail::sampled_text(column, column.stated)};
        for (const double quantile : column.quantiles) row.push_back(detail::sampled_text(column, quantile));
        table.add(std::move(row));
    }
    out += table.text(style.width);
    for (const SampledColumn& column : report.outputs) {
        out += detail::joined("\nWHAT MAKES ITS SPREAD: ", column.name, "\n");
        TextTable shares("lrll", 2);
        for (std::size_t i = 0; i < report.inputs.size(); ++i)
            shares.add({report.inputs[i], std::string{to_percent(column.contribution[i]).view()},
                        bar(column.contribution[i], 30, style), report.distributions[i]});
        out += shares.text(style.width);
    }
    if (!report.assumed.empty()) {
        out += "\nASSUMED, because it was not stated\n";
        TextTable rows("lll", 2);
        for (const Assumption& a : report.assumed) rows.add({a.what, a.value, a.why});
        out += rows.text(style.width);
    }
    return out;
}

/// Quantiles and contributions as JSON.
[[nodiscard]] inline Json uncertainty_json(const UncertaintyReport& report) {
    Json outputs = Json::array(), assumed = Json::array();
    for (const SampledColumn& column : report.outputs) {
        Json shares = Json::array(), quantiles = Json::array();
        for (std::size_t i = 0; i < report.inputs.size(); ++i)
            shares.push_back({{"input", report.inputs[i]},
                              {"distribution", report.distributions[i]},
                              {"contribution", column.contribution[i]},
                              {"correlation", column.correlation[i]}});
        for (std::size_t q = 0; q < sampled_quantiles.size(); ++q)
            quantiles.push_back({{"share", sampled_quantiles[q]}, {"value", column.quantiles[q]}});
        outputs.push_back({{"output", column.name},
                           {"unit", column.unit},
                           {"stated", column.stated},
                           {"quantiles", std::move(quantiles)},
                           {"inputs", std::move(shares)}});
    }
    for (const Assumption& a : report.assumed)
        assumed.push_back({{"what", a.what}, {"value", a.value}, {"why", a.why}});
    return {{"schema", report_schema},
            {"job", report.job},
            {"points", report.points},
            {"outputs", std::move(outputs)},
            {"assumed", std::move(assumed)}};
}

/// All samples as CSV, a row each; outputs that were not asked for stay empty.
[[nodiscard]] inline std::string uncertainty_csv(const UncertaintyReport& report) {
    CsvTable table{"sample", "step_time_s", "wall_clock_s", "energy_j", "cost_usd"};
    const auto at = [&](std::size_t output, std::size_t row) -> std::optional<double> {
        constexpr std::array<std::string_view, 4> names{"step time", "wall clock", "energy", "cost"};
        for (const SampledColumn& column : report.outputs)
            if (column.name == names[output]) return column.samples[row];
        return std::nullopt;
    };
    const std::size_t rows = report.outputs.empty() ? 0 : report.outputs.front().samples.size();
    for (std::size_t row = 0; row < rows; ++row) table.add(row, at(0, row), at(1, row), at(2, row), at(3, row));
    return table.text();
}

/// How the outputs are distributed: the share of samples below each value over the stated one.
[[nodiscard]] inline Plot uncertainty_plot(const UncertaintyReport& report) {
    Plot plot{.title = report.job, .x_axis = "value over the stated one", .y_axis = "share of samples below"};
    for (const SampledColumn& column : report.outputs) {
        PlotSeries series{.name = std::string{column.name}, .style = PlotStyle::line};
        std::vector<double> sorted = column.samples;
        std::sort(sorted.begin(), sorted.end());
        const std::size_t step = sorted.size() > 500 ? sorted.size() / 500 : 1;
        for (std::size_t i = 0; i < sorted.size(); i += step) {
            series.x.push_back(column.stated > 0 ? sorted[i] / column.stated : sorted[i]);
            series.y.push_back((static_cast<double>(i) + 0.5) / static_cast<double>(sorted.size()));
        }
        plot.series.push_back(std::move(series));
    }
    return plot;
}

} // namespace foretrain::inline v0
