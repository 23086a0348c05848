// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "accuracy_figures.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

// The tables of the page, in Markdown.

namespace accuracy {

/// Figures as the page prints them: 7.3%, +0.4%.
[[nodiscard]] inline std::string percent(double number, bool with_sign = false) {
    std::array<char, 64> text{};
    const int length = std::snprintf(text.data(), text.size(), with_sign ? "%+.1f%%" : "%.1f%%", number);
    std::string result{text.data(), static_cast<std::size_t>(length)};
    return result == "-0.0%" || result == "+0.0%" ? "0.0%" : result;
}
[[nodiscard]] inline std::string percent(const std::optional<double>& number, bool with_sign = false) {
    return number ? percent(*number, with_sign) : std::string{};
}

/// A cell: what would end it or the row is escaped.
[[nodiscard]] inline std::string cell(const std::string& text) {
    std::string result;
    for (const char c : text) {
        if (c == '|') result += '\\';
        result += c == '\n' ? ' ' : c;
    }
    return result;
}

class Table {
public:
    explicit Table(const std::vector<std::string>& header) {
        add(header);
        text_ += '|';
        for (std::size_t i = 0; i < header.size(); ++i) text_ += "---|";
        text_ += '\n';
    }
    void add(const std::vector<std::string>& row) {
        text_ += '|';
        for (const std::string& entry : row) text_ += (entry.empty() ? " |" : ' ' + cell(entry) + " |");
        text_ += '\n';
    }
    [[nodiscard]] const std::string& text() const { return text_; }

private:
    std::string text_;
};

[[nodiscard]] inline std::string folded(const std::string& title, const std::string& table) {
    return "<details><summary>" + title + "</summary>\n\n" + table + "\n</details>\n";
}

/// A step's figure on unseen points or sources: `steps.dense.mean` to `steps.dense.unseen_point.mean`.
[[nodiscard]] inline std::optional<double> unseen_figure(const Figures& figures, std::string_view figure,
                                                         std::string_view kind) {
    std::string name{figure};
    name.insert(std::min(name.rfind('.'), name.size()), "." + std::string{kind});
    const auto found = figures.find(name);
    return found == figures.end() ? std::nullopt : std::optional{found->second.value};
}

[[nodiscard]] inline std::string targets_table(const Figures& figures) {
    Table table({"target", "wanted", "all points", "unseen points", "unseen sources", ""});
    for (const Target& target : targets) {
        const auto found = figures.find(std::string{target.figure});
        const bool known = found != figures.end();
        const bool ratio = target.figure.ends_with(".ratio");
        const auto shown = [&](double value) {
            if (!ratio) return percent(value);
            std::array<char, 32> text{};
            std::snprintf(text.data(), text.size(), "%.2f times", value / 100.0);
            return std::string{text.data()};
        };
        const auto optional = [&](const std::optional<double>& value) { return value ? shown(*value) : std::string{}; };
        const bool least = known && found->second.more_is_better;
        std::optional<double> point = unseen_figure(figures, target.figure, "unseen_point");
        if (target.unseen > 0) point = target.unseen;
        const bool hit = known && reached({point.value_or(found->second.value), least}, target.bound);
        table.add({std::string{target.what}, (least ? "at least " : "at most ") + shown(target.bound),
                   known ? shown(found->second.value) : "not measured", optional(point),
                   optional(unseen_figure(figures, target.figure, "unseen_source")),
                   !known ? ""
                   : hit  ? "reached"
                          : "**missed**"});
    }
    return table.text();
}

[[nodiscard]] inline std::vector<std::string> row_of(const std::string& name, const ErrorSummary& s) {
    return {name,
            grouped(s.rows),
            grouped(s.predicted),
            percent(s.mape),
            percent(s.median_ape),
            percent(s.p90_ape),
            percent(s.bias, true),
            percent(s.weighted_mape),
            percent(s.weighted_median_ape)};
}

[[nodiscard]] inline std::string overview_table(const Data& data) {
    Table table({"kind", "rows", "predicted", "mean", "median", "90th", "bias", "mean, each configuration once",
                 "median, likewise"});
    for (const char* set : {"published", "vTrain single node", "vTrain multi node"})
        table.add(row_of(std::string{set} == "published" ? "Published training steps" : set,
                         summary(chosen(data.steps, [&](const Step& s) { return s.set == set; }))));
    table.add(row_of("Peak memory", summary(data.peaks)));
    for (const Kernels& kernels : data.kernels) table.add(row_of(kernels.title, summary(kernels.rows)));
    return table.text();
}

[[nodiscard]] inline std::vector<std::string> held_out_row(const std::string& name,
                                                           const std::vector<const Step*>& steps) {
    const ErrorSummary s = summary(steps);
    const ErrorSummary source = summary(steps, &Step::without_source),
                       accelerator = summary(steps, &Step::without_accelerator);
    return {name,
            grouped(s.rows),
            grouped(s.predicted),
            percent(s.mape),
            percent(s.median_ape),
            percent(s.p90_ape),
            percent(s.bias, true),
            percent(s.weighted_mape),
            percent(source.mape),
            percent(source.median_ape),
            percent(accelerator.mape),
            percent(accelerator.median_ape)};
}
inline const std::vector<std::string> held_out_header{"",
                                                      "rows",
                                                      "predicted",
                                                      "mean",
                                                      "median",
                                                      "90th",
                                                      "bias",
                                                      "each configuration once",
                                                      "source unseen",
                                                      "median",
                                                      "accelerator unseen",
                                                      "median"};

[[nodiscard]] inline std::string classes_table(const Data& data) {
    std::vector<std::string> header = held_out_header;
    header[0] = "training steps";
    Table table(header);
    for (const StepClass& c : step_classes)
        if (const auto steps = steps_of(data, c); !steps.empty()) table.add(held_out_row(std::string{c.title}, steps));
    return table.text();
}

/// The order of named groups: the largest first, then by name.
inline constexpr auto larger_first = [](const auto& a, const auto& b) {
    return a.second.size() != b.second.size() ? a.second.size() > b.second.size() : a.first < b.first;
};

/// Steps by what `key` says of them, the largest group first.
template <class Key>
[[nodiscard]] std::string steps_by(const Data& data, const std::string& title, const Key& key) {
    std::map<std::string, std::vector<const Step*>> groups;
    for (const Step& step : data.steps) groups[key(step)].push_back(&step);
    std::vector<std::pair<std::string, std::vector<const Step*>>> sorted(groups.begin(), groups.end());
    std::sort(sorted.begin(), sorted.end(), larger_first);
    std::vector<std::string> header = held_out_header;
    header[0] = title;
    Table table(header);
    for (const auto& [name, steps] : sorted) table.add(held_out_row(name, steps));
    return table.text();
}
[[nodiscard]] inline std::string sources_table(const Data& data) {
    return folded("Training steps by source",
                  steps_by(data, "source", [](const Step& s) { return s.set == "published" ? s.row.source : s.set; }));
}
[[nodiscard]] inline std::string accelerators_table(const Data& data) {
    return folded("Training steps by accelerator",
                  steps_by(data, "accelerator", [](const Step& s) { return s.row.accelerator; }));
}
[[nodiscard]] inline std::string formats_table(const Data& data) {
    return folded("Training steps by number format",
                  steps_by(data, "format", [](const Step& s) { return s.published.precision; }));
}

/// A kind of kernels: by source and by accelerator, groups of fewer than ten rows together.
[[nodiscard]] inline std::string groups_table(const Kernels& kernels) {
    const auto by = [&](const std::string& title, const auto& key) {
        std::map<std::string, std::vector<const PredictedRow*>> groups;
        for (const PredictedRow& row : kernels.rows) groups[key(row)].push_back(&row);
        std::vector<std::pair<std::string, std::vector<const PredictedRow*>>> sorted;
        std::vector<const PredictedRow*> rest;
        std::size_t small = 0;
        for (const auto& [name, rows] : groups) {
            if (rows.size() >= 10) sorted.emplace_back(name.empty() ? "not stated" : name, rows);
            else {
                rest.insert(rest.end(), rows.begin(), rows.end());
                ++small;
            }
        }
        std::sort(sorted.begin(), sorted.end(), larger_first);
        if (small > 0) sorted.emplace_back(std::to_string(small) + " with fewer than ten rows", rest);
        Table table({title, "rows", "predicted", "mean", "median", "90th", "bias"});
        for (const auto& [name, rows] : sorted) {
            std::vector<std::string> row = row_of(name, summary(rows));
            row.resize(7);
            table.add(row);
        }
        return table.text();
    };
    std::string split;
    const auto seen = chosen(kernels.rows, [&](const PredictedRow& row) { return fitted(kernels.kind, row); });
    if (!seen.empty() && seen.size() < kernels.rows.size()) {
        Table table({"", "rows", "predicted", "mean", "median", "90th", "bias"});
        for (const bool in : {true, false}) {
            std::vector<std::string> row = row_of(
                in ? "sources that constants were fitted to" : "other sources",
                summary(chosen(kernels.rows, [&](const PredictedRow& r) { return fitted(kernels.kind, r) == in; })));
            row.resize(7);
            table.add(row);
        }
        split = table.text() + '\n';
    }
    return split + folded(kernels.title + " by source and accelerator",
                          by("source", [](const PredictedRow& row) { return short_source(row.source); }) + '\n' +
                              by("accelerator", [](const PredictedRow& row) { return row.accelerator; }));
}

/// Errors of other methods on the rows that they and we predict.
[[nodiscard]] inline std::string others_table(const Data& data) {
    Table table({"method", "rows", "its mean", "median", "90th", "bias", "our mean", "median", "90th", "bias"});
    for (std::size_t m = 0; m < other_methods.size(); ++m) {
        const auto both =
            chosen(data.steps, [&](const Step& s) { return s.others[m].has_value() && s.row.error().has_value(); });
        const ErrorSummary ours = summary(both);
        const ErrorSummary its = summary(both, [&](const Step* s) {
            Outcome o = outcome(s->row);
            o.error = *s->others[m] / *s->row.measured - 1.0;
            return o;
        });
        if (both.empty()) continue;
        table.add({std::string{other_methods[m]}, grouped(ours.rows), percent(its.mape), percent(its.median_ape),
                   percent(its.p90_ape), percent(its.bias, true), percent(ours.mape), percent(ours.median_ape),
                   percent(ours.p90_ape), percent(ours.bias, true)});
    }
    return table.text();
}

[[nodiscard]] inline std::string memory_table(const Data& data) {
    Table table({"runs", "predicted", "right", "ran out, called fitting", "ran, called too large"});
    std::vector<FitsRow> sweep = data.out_of_memory;
    sweep.insert(sweep.end(), data.siblings.begin(), data.siblings.end());
    for (const auto& [name, rows] : {std::pair{"sweep of Hagemann et al. 2023, 80 GB A100", &std::as_const(sweep)},
                                     std::pair{"all other published steps, which ran", &data.published_ran}}) {
        const FitsScore s = score(*rows);
        table.add({name, grouped(s.ran + s.ran_out), percent(100.0 * s.fits_accuracy()),
                   s.ran_out == 0 ? ""
                                  : grouped(s.false_fits) + " of " + grouped(s.ran_out) + " (" +
                                        percent(100.0 * s.false_fit_rate()) + ")",
                   grouped(s.false_outs) + " of " + grouped(s.ran)});
    }
    std::string text = table.text();
    std::map<std::string, std::vector<const PredictedRow*>> groups;
    for (const PredictedRow& row : data.peaks) groups[row.source].push_back(&row);
    Table peaks({"peak memory", "rows", "predicted", "mean", "median", "90th", "bias"});
    const auto add = [&](const std::string& name, const std::vector<const PredictedRow*>& rows) {
        std::vector<std::string> row = row_of(name, summary(rows));
        row.resize(7);
        peaks.add(row);
    };
    add("all", chosen(data.peaks, [](const PredictedRow&) { return true; }));
    for (const auto& [name, rows] : groups) add(name, rows);
    return text + '\n' + peaks.text();
}

/// Reasons of refusals, a row for each kind and reason.
[[nodiscard]] inline std::string refusals_table(const Data& data) {
    Table table({"kind", "rows", "refused because"});
    const auto add = [&](const std::string& kind, const ErrorSummary& s) {
        std::vector<std::pair<std::int64_t, std::string>> reasons;
        for (const auto& [reason, rows] : s.refusals) reasons.emplace_back(-rows, reason);
        std::sort(reasons.begin(), reasons.end());
        for (const auto& [rows, reason] : reasons) table.add({kind, grouped(-rows), reason});
    };
    add("Training steps", summary(chosen(data.steps, [](const Step&) { return true; })));
    add("Peak memory", summary(data.peaks));
    for (const Kernels& kernels : data.kernels) add(kernels.title, summary(kernels.rows));
    return table.text();
}

} // namespace accuracy
