// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "accuracy_tables.hpp"
#include "accuracy_worst.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

// The points of each kind of measurement that are predicted worst, with what is known of the reason (worst_kinds.csv).
//
// Rows of a kind share reasons: a line of the file says which rows it is about by words that all occur in a row's id,
// source, accelerator or configuration, and by whether the prediction is above or below. The first line that fits
// speaks.

namespace accuracy {

/// A reason, and the rows it holds for.
struct Reason {
    std::string kind;
    std::string sign; ///< "+": predicted too long or too much; "-": too little; empty: either
    std::vector<std::string> words;
    std::string text;
};

/// Throws `io::error::base` if the file is no such table.
[[nodiscard]] inline std::vector<Reason> read_reasons(const std::string& path) {
    detail::StepReader<4> file(path);
    file.read_header(io::ignore_no_column, "kind", "sign", "words", "explanation");
    std::vector<Reason> reasons;
    std::string words;
    for (Reason reason; file.read_row(reason.kind, reason.sign, words, reason.text); reason = {}) {
        for (std::size_t at = 0; at <= words.size();) {
            const std::size_t end = std::min(words.find('&', at), words.size());
            reason.words.push_back(words.substr(at, end - at));
            at = end + 1;
        }
        reasons.push_back(reason);
    }
    return reasons;
}

/// A point: what it is, and how it was predicted.
struct WorstPoint {
    std::string id, what, measured, predicted;
    double error = 0; ///< or, of a run that fits or does not, the distance of the prediction from the capacity
    std::string searched;
};

/// The reason for a point, or nothing.
[[nodiscard]] inline const Reason* reason_for(const WorstPoint& point, const std::string& kind,
                                              const std::vector<Reason>& reasons) {
    for (const Reason& reason : reasons) {
        if (reason.kind != kind || (!reason.sign.empty() && (reason.sign == "+") != (point.error > 0))) continue;
        if (std::all_of(reason.words.begin(), reason.words.end(),
                        [&](const std::string& word) { return point.searched.find(word) != std::string::npos; }))
            return &reason;
    }
    return nullptr;
}

/// Two or three digits with a unit, as the quantity of a kind prints.
[[nodiscard]] inline std::string amount(const std::string& kind, double value) {
    if (kind == "peak" || kind == "fits") return std::string{to_binary_text(make<Bytes>(value)).view()};
    if (kind == "efficiency") return percent(100.0 * value);
    return std::string{to_text(make<Seconds>(value)).view()};
}

/// The largest errors of some rows, each configuration once.
[[nodiscard]] inline std::vector<WorstPoint> worst_rows(const std::string& kind,
                                                        const std::vector<PredictedRow>& rows) {
    std::vector<const PredictedRow*> sorted =
        chosen(rows, [](const PredictedRow& row) { return row.error().has_value(); });
    std::sort(sorted.begin(), sorted.end(), [](const PredictedRow* a, const PredictedRow* b) {
        const double one = std::fabs(*a->error()), other = std::fabs(*b->error());
        return one != other ? one > other : a->id < b->id;
    });
    std::set<std::string> configurations;
    std::vector<WorstPoint> points;
    for (const PredictedRow* row : sorted) {
        if (points.size() == worst_count) break;
        if (!row->configuration.empty() && !configurations.insert(row->configuration).second) continue;
        const bool named = row->id.find(' ') != std::string::npos; // the id is the shape
        points.push_back(
            {named ? short_source(row->source) : row->id, named ? row->id : row->accelerator + ", " + row->model,
             amount(kind, *row->measured), amount(kind, *row->predicted), *row->error(),
             row->id + '|' + row->source + '|' + row->accelerator + '|' + row->model + '|' + row->configuration});
    }
    return points;
}

/// The largest errors of vTrain's runs on one node, or on several.
[[nodiscard]] inline std::vector<WorstPoint> worst_of_vtrain(const Data& data, const std::string& set) {
    std::vector<const Step*> steps =
        chosen(data.steps, [&](const Step& step) { return step.set == set && step.row.error().has_value(); });
    std::sort(steps.begin(), steps.end(), [](const Step* a, const Step* b) {
        const double one = std::fabs(*a->row.error()), other = std::fabs(*b->row.error());
        return one != other ? one > other : id_of(*a) < id_of(*b);
    });
    std::vector<WorstPoint> points;
    for (const Step* step : steps) {
        if (points.size() == worst_count) break;
        const PublishedStep& p = step->published;
        points.push_back({id_of(*step), described(*step) + ", " + p.layers + " layers of " + p.hidden,
                          amount("", *step->row.measured), amount("", *step->row.predicted), *step->row.error(),
                          id_of(*step) + '|' + described(*step) + "|hidden " + p.hidden + '|'});
    }
    return points;
}

/// Runs whose outcome is predicted wrong, those farthest from the capacity first.
[[nodiscard]] inline std::vector<WorstPoint> wrong_outcomes(const Data& data) {
    std::vector<WorstPoint> points;
    for (const std::vector<FitsRow>* rows : {&data.out_of_memory, &data.siblings, &data.published_ran})
        for (const FitsRow& row : *rows) {
            const std::optional<bool> fits = row.predicted_fits();
            if (!fits || *fits != row.ran_out) continue;
            points.push_back({row.row.id, row.row.source + ", " + row.row.accelerator + ", " + row.row.model,
                              row.ran_out ? "ran out" : "ran", amount("fits", *row.row.predicted),
                              *row.row.predicted / row.capacity - 1.0, row.row.id + '|' + row.row.source});
        }
    std::sort(points.begin(), points.end(), [](const WorstPoint& a, const WorstPoint& b) {
        const double one = std::fabs(a.error), other = std::fabs(b.error);
        return one != other ? one > other : a.id < b.id;
    });
    if (points.size() > worst_count) points.resize(worst_count);
    return points;
}

/// The points of a kind: `vtrain_single`, `vtrain_multi`, `peak`, `fits`, or a kind of kernels.
[[nodiscard]] inline std::vector<WorstPoint> worst_of_kind(const Data& data, const std::string& kind) {
    if (kind == "vtrain_single") return worst_of_vtrain(data, "vTrain single node");
    if (kind == "vtrain_multi") return worst_of_vtrain(data, "vTrain multi node");
    if (kind == "peak") return worst_rows(kind, data.peaks);
    if (kind == "fits") return wrong_outcomes(data);
    for (const Kernels& kernels : data.kernels)
        if (kernels.kind == kind) return worst_rows(kind, kernels.rows);
    return {};
}

/// The table of a kind, folded away; a reason that several rows share is told once. `unexplained` collects the rest.
[[nodiscard]] inline std::string worst_kind_table(const Data& data, const std::string& kind,
                                                  const std::vector<Reason>& reasons,
                                                  std::vector<std::string>& unexplained) {
    const std::vector<WorstPoint> points = worst_of_kind(data, kind);
    Table table({"row", "what", "measured", "predicted", kind == "fits" ? "over capacity" : "error", "why"});
    std::map<const Reason*, char> letters;
    std::string told;
    for (const WorstPoint& point : points) {
        const Reason* reason = reason_for(point, kind, reasons);
        std::string why = "?";
        if (reason == nullptr) unexplained.push_back(kind + ' ' + point.id + " (" + point.searched + ')');
        else {
            const auto [known, is_new] = letters.emplace(reason, static_cast<char>('a' + letters.size()));
            why = std::string{known->second};
            if (is_new) told += "- **" + why + "** " + reason->text + '\n';
        }
        table.add({point.id, point.what, point.measured, point.predicted, percent(100.0 * point.error, true), why});
    }
    const std::string count = std::to_string(points.size());
    return folded(kind == "fits" ? "The " + count + " wrong answers farthest from the capacity, with reasons"
                                 : "The worst " + count + ", with reasons",
                  table.text() + '\n' + told);
}

} // namespace accuracy
