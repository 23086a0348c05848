// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <fstream>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "../import/configuration.hpp"
#include "../import/published_steps.hpp"
#include "../step/estimate.hpp"
#include "accuracy.hpp"

// Predictions for a whole table of measured steps: every row is predicted, or refused with a reason.

namespace foretrain::inline v0 {

/// A file that cannot be read as a table of measured steps; `what()` says why and what was expected.
class UnreadableTable : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// The kinds of table that are understood.
enum class StepTable : unsigned char {
    published, ///< one row a published configuration: id, family, hardware, gpus, ... step_time_s
    vtrain,    ///< VIA-Research/vTrain: "# GPUs", "global batch", ... "iteration time (ms)"
};

/// A measured row and its prediction.
struct PredictedRow {
    std::string id, source, accelerator, model, quality;
    bool complete = false;
    std::optional<Seconds> measured;
    std::optional<Seconds> predicted; ///< nothing: refused
    std::string reason;               ///< of a refusal, without the row's own numbers, so that it can be counted
    std::string refusal;              ///< in full
    std::vector<std::string> assumptions;

    /// (predicted - measured) / measured.
    [[nodiscard]] std::optional<double> error() const {
        if (!predicted || !measured) return std::nullopt;
        return (raw(*predicted) - raw(*measured)) / raw(*measured);
    }
};

namespace detail {

/// The names in a header line; quotes around them are dropped.
[[nodiscard]] inline std::vector<std::string> header_names(std::string_view line) {
    if (line.substr(0, 3) == "\xEF\xBB\xBF") line.remove_prefix(3); // byte order mark
    std::vector<std::string> names(1);
    bool quoted = false;
    for (const char c : line) {
        if (c == '"') quoted = !quoted;
        else if (c == ',' && !quoted) names.emplace_back();
        else if (c != '\r') names.back() += c;
    }
    for (std::string& name : names) {
        name.erase(0, std::min(name.find_first_not_of(" \t"), name.size()));
        name.erase(name.find_last_not_of(" \t") + 1);
    }
    return names;
}

/// Columns without which a table is not one of a kind.
inline constexpr std::array published_columns = {
    "id", "hardware", "gpus", "layers", "hidden", "heads", "vocab", "seq_len", "global_batch_seqs", "precision"};
inline constexpr std::array vtrain_columns = {"# GPUs",
                                              "global batch",
                                              "micro batch",
                                              "hidden size",
                                              "attention heads",
                                              "# layers",
                                              "sequence length",
                                              "tensor parallelism",
                                              "data parallelism",
                                              "pipeline parallelism",
                                              "iteration time (ms)"};

template <class Columns>
[[nodiscard]] std::string listed(const Columns& columns) {
    std::string text;
    for (const auto& column : columns) {
        if (!text.empty()) text += ", ";
        text += column;
    }
    return text;
}

/// The columns that a header lacks.
template <class Columns>
[[nodiscard]] std::vector<std::string> missing(const Columns& columns, const std::vector<std::string>& header) {
    std::vector<std::string> names;
    for (const char* column : columns)
        if (std::find(header.begin(), header.end(), column) == header.end()) names.emplace_back(column);
    return names;
}

} // namespace detail

/// The kind of a table by its header line. Throws `UnreadableTable` if it is none.
[[nodiscard]] inline StepTable recognize_table(std::string_view header_line) {
    const std::vector<std::string> header = detail::header_names(header_line);
    const std::vector<std::string> not_published = detail::missing(detail::published_columns, header);
    const std::vector<std::string> not_vtrain = detail::missing(detail::vtrain_columns, header);
    if (not_published.empty()) return StepTable::published;
    if (not_vtrain.empty()) return StepTable::vtrain;
    if (not_published.size() < detail::published_columns.size() / 2)
        throw UnreadableTable("header lacks the columns " + detail::listed(not_published));
    if (not_vtrain.size() < detail::vtrain_columns.size() / 2)
        throw UnreadableTable("header of a vTrain table lacks the columns " + detail::listed(not_vtrain));
    throw UnreadableTable("header not recognised: expected the columns of published steps (" +
                          detail::listed(detail::published_columns) + ", ...) or of a vTrain table (" +
                          detail::listed(detail::vtrain_columns) + ")");
}

/// The prediction for one row of a table; on `stack` if given, whatever software the row's source is known to run.
[[nodiscard]] inline PredictedRow predict_row(const PublishedStep& row, const SoftwareStack* stack = nullptr) {
    ImportedStep step = import_step(row);
    if (stack != nullptr) {
        step.plan.stack = *stack;
        step.assumptions.push_back("software " + std::string{stack->name});
    }
    PredictedRow result;
    result.id = step.id;
    result.source = step.source;
    result.accelerator = step.accelerator;
    result.model = row.model_name;
    result.quality = step.quality;
    result.complete = step.complete;
    result.measured = step.measured;
    result.assumptions = step.assumptions;
    if (!step.refusal.empty()) {
        result.reason = result.refusal = step.refusal;
        return result;
    }
    if (!(raw(*step.measured) > 0)) {
        result.reason = result.refusal = "measured step time is not above 0";
        return result;
    }
    const Result<StepEstimate> estimate = try_estimate_step(step.model, step.cluster, step.plan);
    if (estimate) {
        result.predicted = estimate->time;
        return result;
    }
    const Violations& violations = estimate.violations();
    result.reason = std::string{violations[0].field} + " [" + std::string{violations[0].rule} + "]";
    for (const Violation& violation : violations) {
        if (!result.refusal.empty()) result.refusal += "; ";
        result.refusal += to_text(violation).view();
    }
    return result;
}

/// Predicts every row of a table, all on `stack` if given. Throws `UnreadableTable` if the file is not one, or is
/// broken.
[[nodiscard]] inline std::vector<PredictedRow> validate_table(const std::string& path,
                                                              const SoftwareStack* stack = nullptr) {
    std::string header;
    {
        std::ifstream file(path);
        if (!file) throw UnreadableTable(path + ": cannot be opened");
        if (!std::getline(file, header)) throw UnreadableTable(path + ": is empty");
    }
    try {
        std::vector<PredictedRow> rows;
        const bool published = recognize_table(header) == StepTable::published;
        for (const PublishedStep& row : published ? read_published_steps(path) : read_vtrain_steps(path))
            rows.push_back(predict_row(row, stack));
        return rows;
    } catch (const UnreadableTable& error) {
        throw UnreadableTable(path + ": " + error.what());
    } catch (const io::error::base& error) {
        throw UnreadableTable(path + ": " + error.what());
    }
}

/// Error statistics of predicted rows.
[[nodiscard]] inline Accuracy accuracy_of(const std::vector<PredictedRow>& rows) {
    std::vector<Outcome> outcomes;
    for (const PredictedRow& row : rows)
        outcomes.push_back({row.source, row.accelerator, row.quality, row.complete, row.error(), row.reason});
    return summarize(outcomes);
}

namespace detail {

/// A field of a CSV file: in quotes if it has a comma, a quote, a line break or spaces at its ends.
[[nodiscard]] inline std::string csv_field(std::string_view text) {
    const bool spaces = !text.empty() && (text.front() == ' ' || text.back() == ' ');
    if (!spaces && text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string{text};
    std::string quoted = "\"";
    for (const char c : text) {
        if (c == '"') quoted += '"';
        quoted += c;
    }
    return quoted + '"';
}

/// A number, or nothing.
[[nodiscard]] inline std::string csv_number(const std::optional<double>& number) {
    return number ? decimal(*number) : std::string{};
}

} // namespace detail

/// Predictions as CSV, a row each, with a header.
[[nodiscard]] inline std::string predictions_csv(const std::vector<PredictedRow>& rows) {
    std::string text =
        "id,source,accelerator,model,measured_s,predicted_s,error_pct,complete,quality,refusal,assumptions\n";
    const auto seconds = [](const std::optional<Seconds>& time) {
        return detail::csv_number(time ? std::optional{raw(*time)} : std::nullopt);
    };
    for (const PredictedRow& row : rows) {
        std::string assumptions;
        for (const std::string& assumption : row.assumptions)
            assumptions += (assumptions.empty() ? "" : "; ") + assumption;
        const std::optional<double> error = row.error();
        const std::array<std::string, 11> fields = {
            row.id,
            row.source,
            row.accelerator,
            row.model,
            seconds(row.measured),
            seconds(row.predicted),
            detail::csv_number(error ? std::optional{100.0 * *error} : std::nullopt),
            row.complete ? "1" : "0",
            row.quality,
            row.refusal,
            assumptions};
        for (std::size_t i = 0; i < fields.size(); ++i) {
            if (i > 0) text += ',';
            text += detail::csv_field(fields[i]);
        }
        text += '\n';
    }
    return text;
}

} // namespace foretrain::inline v0
