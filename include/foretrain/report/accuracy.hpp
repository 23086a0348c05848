// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../units/print.hpp"
#include "table.hpp"

// How far predictions lie from measurements.
//
//   e = (predicted - measured) / measured     bias = mean of e, mape = mean of |e|, both in per cent
//
// Weighted figures count each configuration once, with the mean |e| of its rows: sources that publish one configuration
// with every release do not outweigh others.
//
// A percentile of n sorted values is read at position q (n - 1), counted from 0, with linear interpolation between
// neighbours (NumPy's default; type 7 of Hyndman and Fan 1996); the median is q = 0.5.

namespace foretrain::inline v0 {

/// What became of one measured row.
struct Outcome {
    std::string source;
    std::string accelerator;
    std::string quality;
    bool complete = false;         ///< the source left no needed field open
    std::optional<double> error;   ///< e; nothing if the row was refused, or has nothing to compare with
    std::string reason;            ///< why it was refused; empty: it was not
    std::string configuration{};   ///< equal for rows that measure the same again; empty: unlike any other
    std::optional<bool> covered{}; ///< whether the measurement lies in the prediction's 80% band, if it has one
    std::string benchmark{};       ///< and `round`: of a benchmark's results, which are grouped by them too
    std::string round{};
};

/// Statistics over rows; errors in per cent, nothing where no row was predicted.
struct ErrorSummary {
    std::string by; ///< what the group has in common: `source`, `accelerator`, `configuration`, `quality`
    std::string name;
    std::int64_t rows = 0;
    std::int64_t predicted = 0;
    std::int64_t refused = 0;
    std::optional<double> mape, median_ape, p90_ape, bias;
    std::optional<double> weighted_mape, weighted_median_ape; ///< a repeated configuration counts once
    std::optional<double> coverage;                           ///< of rows with an 80% band, per cent inside it
    std::int64_t configurations = 0;                          ///< that were predicted
    std::map<std::string, std::int64_t> refusals;             ///< reason to rows
};

/// Statistics over all rows and over groups of them.
struct Accuracy {
    ErrorSummary all;
    std::vector<ErrorSummary> groups; ///< by source, by accelerator, by configuration, by quality; the largest first
};

/// The value below which a share `q` (0 to 1) of the sorted values lies; they must not be empty.
[[nodiscard]] inline double percentile(const std::vector<double>& sorted, double q) {
    const double position = q * static_cast<double>(sorted.size() - 1);
    const auto below = static_cast<std::size_t>(position);
    if (below + 1 >= sorted.size()) return sorted.back();
    const double weight = position - static_cast<double>(below);
    return sorted[below] + weight * (sorted[below + 1] - sorted[below]);
}

namespace detail {

/// The statistics of the rows `outcomes` points to.
[[nodiscard]] inline ErrorSummary summary_of(std::string by, std::string name,
                                             const std::vector<const Outcome*>& outcomes) {
    ErrorSummary summary;
    summary.by = std::move(by);
    summary.name = std::move(name);
    std::vector<double> absolute, once;
    std::map<std::string, std::pair<double, int>> repeated; // configuration: sum of |e|, rows
    double sum = 0, signed_sum = 0;
    std::int64_t banded = 0, inside = 0;
    for (const Outcome* outcome : outcomes) {
        ++summary.rows;
        if (outcome->error && outcome->covered) {
            ++banded;
            if (*outcome->covered) ++inside;
        }
        if (!outcome->error) {
            if (outcome->reason.empty()) {
                ++summary.predicted;
            } else {
                ++summary.refused;
                ++summary.refusals[outcome->reason];
            }
            continue;
        }
        ++summary.predicted;
        const double error = 100.0 * std::abs(*outcome->error);
        absolute.push_back(error);
        sum += error;
        signed_sum += 100.0 * *outcome->error;
        if (outcome->configuration.empty()) {
            once.push_back(error);
        } else {
            auto& [total, rows] = repeated[outcome->configuration];
            total += error;
            ++rows;
        }
    }
    if (banded > 0) summary.coverage = 100.0 * static_cast<double>(inside) / static_cast<double>(banded);
    if (absolute.empty()) return summary;
    for (const auto& [configuration, rows] : repeated) once.push_back(rows.first / rows.second);
    std::sort(absolute.begin(), absolute.end());
    std::sort(once.begin(), once.end());
    summary.mape = sum / static_cast<double>(absolute.size());
    summary.bias = signed_sum / static_cast<double>(absolute.size());
    summary.median_ape = percentile(absolute, 0.5);
    summary.p90_ape = percentile(absolute, 0.9);
    summary.configurations = static_cast<std::int64_t>(once.size());
    double mean = 0;
    for (const double error : once) mean += error;
    summary.weighted_mape = mean / static_cast<double>(once.size());
    summary.weighted_median_ape = percentile(once, 0.5);
    return summary;
}

} // namespace detail

/// Statistics over all rows, and by source, accelerator, completeness of the configuration, and quality; of a
/// benchmark's results by benchmark and round too.
[[nodiscard]] inline Accuracy summarize(const std::vector<Outcome>& outcomes) {
    std::vector<const Outcome*> all;
    for (const Outcome& outcome : outcomes) all.push_back(&outcome);
    Accuracy accuracy;
    accuracy.all = detail::summary_of("", "all", all);
    const auto group = [&](std::string_view by, auto&& key) {
        std::map<std::string, std::vector<const Outcome*>> groups;
        for (const Outcome& outcome : outcomes) groups[key(outcome)].push_back(&outcome);
        std::vector<ErrorSummary> summaries;
        for (const auto& [name, rows] : groups)
            summaries.push_back(detail::summary_of(std::string{by}, name.empty() ? "not stated" : name, rows));
        std::sort(summaries.begin(), summaries.end(), [](const ErrorSummary& a, const ErrorSummary& b) {
            return a.rows != b.rows ? a.rows > b.rows : a.name < b.name;
        });
        for (ErrorSummary& summary : summaries) accuracy.groups.push_back(std::move(summary));
    };
    group("source", [](const Outcome& o) { return o.source; });
    group("accelerator", [](const Outcome& o) { return o.accelerator; });
    group("configuration", [](const Outcome& o) { return std::string{o.complete ? "complete" : "partial"}; });
    group("quality", [](const Outcome& o) { return o.quality; });
    const auto any = [&](std::string Outcome::* field) {
        return std::any_of(outcomes.begin(), outcomes.end(), [&](const Outcome& o) { return !(o.*field).empty(); });
    };
    if (any(&Outcome::benchmark)) group("benchmark", [](const Outcome& o) { return o.benchmark; });
    if (any(&Outcome::round)) group("round", [](const Outcome& o) { return o.round; });
    return accuracy;
}

/// The statistics of a quantity as tables for a terminal.
[[nodiscard]] inline std::string accuracy_text(const Accuracy& accuracy, std::string_view quantity = "step time") {
    const auto percent = [](const std::optional<double>& number, bool with_sign) {
        if (!number) return std::string{"-"};
        Text text;
        text.append_fixed(*number, 1).append('%');
        return std::string{with_sign && *number >= 0.05 ? "+" : ""} + std::string{text.view()};
    };
    const auto row = [&](const ErrorSummary& s, std::string name) {
        return std::vector<std::string>{std::move(name),           grouped(s.rows),        grouped(s.predicted),
                                        grouped(s.refused),        percent(s.mape, false), percent(s.median_ape, false),
                                        percent(s.p90_ape, false), percent(s.bias, true)};
    };
    // One table, so that the columns of all groups line up.
    TextTable table("lrrrrrrr");
    table.add({std::string{quantity}, "rows", "predicted", "refused", "mean", "median", "p90", "bias"});
    table.add(row(accuracy.all, "all"));
    const ErrorSummary& all = accuracy.all;
    if (all.weighted_mape && all.configurations < all.predicted)
        table.add({"each configuration once", grouped(all.configurations), "", "", percent(all.weighted_mape, false),
                   percent(all.weighted_median_ape, false), "", ""});
    std::string_view by;
    for (const ErrorSummary& group : accuracy.groups) {
        if (group.by != by) {
            by = group.by;
            table.add({});
            table.add({"by " + group.by});
        }
        table.add(row(group, "  " + group.name));
    }
    std::string text = table.text();
    if (all.coverage) text += "\n" + percent(all.coverage, false) + " of measurements lie in their 80% band\n";
    if (!accuracy.all.refusals.empty()) {
        std::vector<std::pair<std::int64_t, std::string>> reasons;
        for (const auto& [reason, count] : accuracy.all.refusals) reasons.emplace_back(count, reason);
        std::sort(reasons.begin(), reasons.end(), [](const auto& a, const auto& b) {
            return a.first != b.first ? a.first > b.first : a.second < b.second;
        });
        TextTable refusals("rl", 2);
        for (const auto& [count, reason] : reasons) refusals.add({grouped(count), reason});
        text += "\nrefused\n" + refusals.text();
    }
    return text;
}

} // namespace foretrain::inline v0
