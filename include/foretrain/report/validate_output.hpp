// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "csv.hpp"
#include "json.hpp"
#include "validate.hpp"

// A validated table as text, as JSON and row by row as CSV.

namespace foretrain::inline v0 {

namespace detail {

/// A number, or nothing.
[[nodiscard]] inline std::string csv_number(const std::optional<double>& number) {
    return number ? decimal(*number) : std::string{};
}

/// `ran` or `oom`, or nothing.
[[nodiscard]] inline std::string_view outcome_word(const std::optional<bool>& fits) {
    return !fits ? "" : *fits ? "ran" : "oom";
}

} // namespace detail

/// Statistics of a validated table as JSON: those of its rows with their groups, what was compared, and of training
/// steps the errors of peak memory (`memory`) and how often the library is right about what fits.
[[nodiscard]] inline Json validation_json(const ValidatedTable& table) {
    Json json = {{"kind", table.kind}, {"quantity", table.quantity}, {"unit", table.unit}};
    json.update(accuracy_json(accuracy_of(table.rows)));
    const auto add_fits = [&](Json& target) {
        const FitsScore fits = score(table.outcomes);
        if (fits.ran + fits.ran_out > 0) target["fits_accuracy"] = fits.fits_accuracy();
        if (fits.ran_out > 0) target["false_fit_rate"] = fits.false_fit_rate();
        target["predicted_runs"] = fits.ran + fits.ran_out;
        target["ran_out_of_memory"] = fits.ran_out;
    };
    if (table.kind == "memory") add_fits(json);
    if (!table.peaks.empty()) {
        Json memory = {{"unit", "B"}};
        memory.update(accuracy_json(accuracy_of(table.peaks)));
        add_fits(memory);
        json["memory"] = std::move(memory);
    }
    for (const FurtherQuantity& further : table.further) {
        if (further.rows.empty()) continue;
        Json other = {{"quantity", further.quantity}, {"unit", further.unit}};
        other.update(accuracy_json(accuracy_of(further.rows)));
        json[std::string{further.key}] = std::move(other);
    }
    return json;
}

/// The same for a terminal.
[[nodiscard]] inline std::string validation_text(const ValidatedTable& table) {
    const auto percent = [](double share) {
        Text text;
        text.append_fixed(100.0 * share, 1).append('%');
        return std::string{text.view()};
    };
    std::string text = accuracy_text(accuracy_of(table.rows), table.quantity);
    if (!table.peaks.empty()) text += '\n' + accuracy_text(accuracy_of(table.peaks), "peak memory");
    for (const FurtherQuantity& further : table.further)
        if (!further.rows.empty()) text += '\n' + accuracy_text(accuracy_of(further.rows), further.quantity);
    const FitsScore fits = score(table.outcomes);
    if (fits.ran + fits.ran_out > 0) {
        text += '\n' + grouped(fits.ran) + " runs that fit: " + grouped(fits.false_outs) + " predicted not to\n";
        if (fits.ran_out > 0)
            text += grouped(fits.ran_out) + " that ran out of memory: " + grouped(fits.false_fits) +
                    " predicted to fit (" + percent(fits.false_fit_rate()) +
                    ")\nright: " + percent(fits.fits_accuracy()) + '\n';
    }
    return text;
}

/// Predictions as CSV, a row each, with a header; of training steps with peak memory and outcome where there are any.
[[nodiscard]] inline std::string predictions_csv(const ValidatedTable& table) {
    std::string text =
        "id,source,accelerator,model,measured,predicted,unit,error_pct,complete,quality,refusal,assumptions";
    const bool peaks = !table.peaks.empty();
    const bool outcomes = table.kind == "memory";
    if (peaks) text += ",measured_peak_bytes,predicted_peak_bytes";
    if (outcomes) text += ",outcome,predicted_outcome";
    text += '\n';
    std::map<std::string_view, const PredictedRow*> peak_of;
    for (const PredictedRow& peak : table.peaks) peak_of[peak.id] = &peak;
    for (std::size_t i = 0; i < table.rows.size(); ++i) {
        const PredictedRow& row = table.rows[i];
        std::string assumptions;
        for (const std::string& assumption : row.assumptions)
            assumptions += (assumptions.empty() ? "" : "; ") + assumption;
        const std::optional<double> error = row.error();
        std::vector<std::string> fields = {row.id,
                                           row.source,
                                           row.accelerator,
                                           row.model,
                                           detail::csv_number(row.measured),
                                           detail::csv_number(row.predicted),
                                           std::string{table.unit},
                                           detail::csv_number(error ? std::optional{100.0 * *error} : std::nullopt),
                                           row.complete ? "1" : "0",
                                           row.quality,
                                           row.refusal,
                                           assumptions};
        if (peaks) {
            const auto peak = peak_of.find(row.id);
            const bool known = peak != peak_of.end();
            fields.push_back(detail::csv_number(known ? peak->second->measured : std::nullopt));
            fields.push_back(detail::csv_number(known ? peak->second->predicted : std::nullopt));
        }
        if (outcomes) {
            fields.emplace_back(detail::outcome_word(!table.outcomes[i].ran_out));
            fields.emplace_back(detail::outcome_word(table.outcomes[i].predicted_fits()));
        }
        for (std::size_t f = 0; f < fields.size(); ++f) {
            if (f > 0) text += ',';
            text += detail::csv_field(fields[f]);
        }
        text += '\n';
    }
    return text;
}

} // namespace foretrain::inline v0
