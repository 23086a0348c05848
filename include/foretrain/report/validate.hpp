// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <fstream>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "../calibrate/profile.hpp"
#include "../catalog/error_model.hpp"
#include "../import/configuration.hpp"
#include "../import/published_steps.hpp"
#include "../step/uncertainty.hpp"
#include "accuracy.hpp"
#include "prediction.hpp"
#include "validate_attention.hpp"
#include "validate_bandwidth.hpp"
#include "validate_collectives.hpp"
#include "validate_conv.hpp"
#include "validate_convergence.hpp"
#include "validate_energy.hpp"
#include "validate_gemm.hpp"
#include "validate_memory.hpp"
#include "validate_power.hpp"
#include "validate_reliability.hpp"
#include "validate_rnn.hpp"
#include "validate_runs.hpp"
#include "validate_time_to_train.hpp"

// Predictions for a whole table of measurements: every row is predicted, or refused with a reason. What a table
// measures is told from its header.

namespace foretrain::inline v0 {

/// What a table is validated with.
struct ValidationOptions {
    const Profile* profile = nullptr;     ///< fitted constants in place of the catalogue's
    const SoftwareStack* stack = nullptr; ///< software of all training steps; null: what each row's source ran
    // Tables of anything but training steps and MLPerf results take neither and are refused with them.
};

/// A quantity of a table besides the one it is scored by.
struct FurtherQuantity {
    std::string_view key;      ///< in JSON: `step`
    std::string_view quantity; ///< `step time`
    std::string_view unit;
    std::vector<PredictedRow> rows;
};

/// A table of measurements, predicted.
struct ValidatedTable {
    std::string_view kind;     ///< `published`, `vtrain`, `memory`, `gemm`, ...
    std::string_view quantity; ///< what is compared: `step time`
    std::string_view unit;     ///< of what is measured and predicted: `s`, `B`
    std::vector<PredictedRow> rows;
    std::vector<PredictedRow> peaks; ///< peak memory, B, of the training steps that have one
    std::vector<FitsRow> outcomes;   ///< of training runs: whether they fit
    std::vector<FurtherQuantity> further{};
};

namespace detail {

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

} // namespace detail

/// The prediction for one row of a table; on a stack if one is given, whatever software the row's source is known to
/// run. Throws `CalibrationError` if a profile has constants that are out of range.
[[nodiscard]] inline PredictedRow predict_row(const PublishedStep& row, const ValidationOptions& options = {}) {
    ImportedStep step = import_step(row);
    if (options.stack != nullptr) {
        step.plan.stack = *options.stack;
        step.assumptions.push_back("software " + std::string{options.stack->name});
    }
    if (options.profile != nullptr && step.refusal.empty() &&
        apply_profile(*options.profile, step.cluster, step.plan.stack) > 0)
        step.assumptions.emplace_back("constants of a profile");
    PredictedRow result;
    result.id = step.id;
    result.source = step.source;
    result.accelerator = step.accelerator;
    result.model = row.model_name;
    result.quality = step.quality;
    result.configuration = step.configuration;
    result.complete = step.complete;
    result.assumptions = step.assumptions;
    if (step.measured) result.measured = raw(*step.measured);
    if (!step.refusal.empty()) {
        result.reason = result.refusal = step.refusal;
        return result;
    }
    if (!(*result.measured > 0)) {
        result.reason = result.refusal = "measured step time is not above 0";
        return result;
    }
    const Result<StepEstimate> estimate = try_estimate_step(step.model, step.cluster, step.plan);
    if (estimate) {
        const double time = raw(estimate->time);
        if (!(time > 0 && std::isfinite(time))) {
            result.reason = result.refusal = "the estimate is not a time";
            return result;
        }
        const Band band = estimate_uncertainty(*estimate, step.model, step.cluster, step.plan, catalog::step_errors,
                                               static_cast<std::int64_t>(step.assumptions.size()));
        result.predicted = time;
        result.low = raw(band.p10);
        result.high = raw(band.p90);
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

namespace detail {

/// Throws `UnreadableTable` where a kind of table is predicted with the catalogue's constants only.
inline void refuse_options(std::string_view kind, const ValidationOptions& options) {
    const auto refuse = [&](std::string_view what) {
        throw UnreadableTable("a table of kind " + std::string{kind} +
                              " is predicted with the catalogue's constants: " + std::string{what} +
                              " has no say in it; leave it out");
    };
    if (options.stack != nullptr) refuse("a software stack");
    if (options.profile != nullptr) refuse("a profile");
}

/// Training steps: times of all rows, peaks of those that have one; or, where rows tell of runs that ran out of memory,
/// whether each fits.
inline void predict_steps(const std::vector<PublishedStep>& steps, const ValidationOptions& options,
                          ValidatedTable& table) {
    MemoryTable memory = predict_memory(steps);
    table.peaks = std::move(memory.peaks);
    table.outcomes = std::move(memory.outcomes);
    // Both come in the order of the rows they are of.
    auto peak = table.peaks.begin();
    for (const PublishedStep& step : steps)
        if (!step.peak_memory.empty() && peak != table.peaks.end()) (peak++)->configuration = configuration_key(step);
    if (tells_outcomes(steps)) {
        refuse_options("memory", options);
        table.kind = "memory";
        table.quantity = "memory";
        table.unit = "B";
        for (const FitsRow& outcome : table.outcomes) table.rows.push_back(outcome.row);
    } else {
        for (const PublishedStep& row : steps) table.rows.push_back(predict_row(row, options));
    }
}

inline void predict_published(const std::string& path, const ValidationOptions& options, ValidatedTable& table) {
    predict_steps(read_published_steps(path), options, table);
}
inline void predict_vtrain(const std::string& path, const ValidationOptions& options, ValidatedTable& table) {
    for (const PublishedStep& row : read_vtrain_steps(path)) table.rows.push_back(predict_row(row, options));
}
inline void predict_mlperf(const std::string& path, const ValidationOptions& options, ValidatedTable& table) {
    PredictedResults results = predict_mlperf_table(path, {.stack = options.stack, .profile = options.profile});
    table.rows = std::move(results.time);
    std::vector<PredictedRow> language, others;
    for (const PredictedRow& row : table.rows)
        (catalog::find_benchmark(row.benchmark) != nullptr ? language : others).push_back(row);
    table.further = {
        {"language", "time to train, language models and BERT", "s", std::move(language)},
        {"other_benchmarks", "time to train, other benchmarks", "s", std::move(others)},
        {"time_by_convergence_model", "time to train with modelled samples", "s", std::move(results.by_model)},
        {"step", "step time", "s", std::move(results.step)},
        {"samples", "samples to converge", "samples", std::move(results.samples)}};
}
/// Tables of kernels and of collectives, on which no training software has a say; `width` is half of the 80% band.
template <auto Predict, double KernelErrorModel::* Width = nullptr>
void predict_rows(const std::string& path, const ValidationOptions& options, ValidatedTable& table) {
    refuse_options(table.kind, options);
    table.rows = Predict(path);
    if constexpr (Width != nullptr) {
        for (PredictedRow& row : table.rows) {
            if (!row.predicted) continue;
            const Interval<Seconds> band = interval_of(make<Seconds>(*row.predicted), catalog::kernel_errors.*Width);
            row.low = raw(band.p10);
            row.high = raw(band.p90);
        }
    }
}

/// Power of single boards under limits, and the time of an epoch.
inline void predict_power(const std::string& path, const ValidationOptions& options, ValidatedTable& table) {
    refuse_options(table.kind, options);
    PowerTable predicted = predict_power_table(path);
    table.rows = std::move(predicted.powers);
    table.further.push_back({"time", "time of an epoch", "s", std::move(predicted.times)});
}

/// A kind of table: how it is told and how it is predicted.
struct TableKind {
    std::string_view kind, quantity, unit;
    std::span<const char* const> columns; ///< without which it is not of this kind
    void (*predict)(const std::string& path, const ValidationOptions& options, ValidatedTable& table);
};
/// The more particular first.
inline constexpr std::array table_kinds = {
    TableKind{"vtrain", "step time", "s", vtrain_columns, predict_vtrain},
    TableKind{"runs", "accelerator time", "h", run_columns, predict_rows<predict_run_table>},
    TableKind{"published", "step time", "s", published_columns, predict_published},
    TableKind{"mlperf plans", "time to train", "s", mlperf_plan_columns, predict_mlperf},
    TableKind{"mlperf", "time to train", "s", mlperf_columns, predict_mlperf},
    TableKind{"attention", "kernel time", "s", attention_columns,
              predict_rows<predict_attention_table, &KernelErrorModel::attention>},
    TableKind{"conv", "layer time", "s", conv_columns, predict_rows<predict_conv_table>},
    TableKind{"rnn", "layer time", "s", rnn_columns, predict_rows<predict_rnn_table>},
    TableKind{"gemm", "kernel time", "s", gemm_columns, predict_rows<predict_gemm_table, &KernelErrorModel::product>},
    TableKind{"collectives", "collective time", "s", collective_columns,
              predict_rows<predict_collectives_table, &KernelErrorModel::collective>},
    TableKind{"collective efficiency", "share of the link", "", collective_efficiency_columns,
              predict_rows<predict_collective_efficiency_table>},
    TableKind{"nccl constants", "constant", "", nccl_constant_columns, predict_rows<predict_nccl_constants_table>},
    TableKind{"convergence", "samples, epochs or tokens to converge", "", convergence_columns,
              predict_rows<predict_convergence_table>},
    TableKind{"power", "average power", "W", power_columns, predict_power},
    TableKind{"energy", "average power", "W", energy_columns, predict_rows<predict_energy_table>},
    TableKind{"epochs to a target", "epochs", "", epochs_columns, predict_rows<refuse_epochs_table>},
    TableKind{"bandwidth", "copy time", "s", bandwidth_columns, predict_rows<predict_bandwidth_table>},
    TableKind{"reliability", "start-up time (s), MTBF (accelerator-hours), goodput (share)", "", reliability_columns,
              predict_rows<predict_reliability_table>},
};

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
[[nodiscard]] inline std::vector<std::string> missing(std::span<const char* const> columns,
                                                      const std::vector<std::string>& header) {
    std::vector<std::string> names;
    for (const char* column : columns)
        if (std::find(header.begin(), header.end(), column) == header.end()) names.emplace_back(column);
    return names;
}

/// The kind of a table by its header line. Throws `UnreadableTable` if it is none.
[[nodiscard]] inline const TableKind& recognize_table(std::string_view header_line) {
    const std::vector<std::string> header = header_names(header_line);
    for (const TableKind& kind : table_kinds)
        if (missing(kind.columns, header).empty()) return kind;
    std::string expected;
    for (const TableKind& kind : table_kinds) {
        // More than half of the columns: one of this kind was meant.
        const std::vector<std::string> lacking = missing(kind.columns, header);
        if (2 * lacking.size() < kind.columns.size())
            throw UnreadableTable("header of a table of kind " + std::string{kind.kind} + " lacks the columns " +
                                  listed(lacking));
        expected += "\n  " + std::string{kind.kind} + ": " + listed(kind.columns);
    }
    throw UnreadableTable("header not recognised: expected the columns of one of these kinds" + expected);
}

} // namespace detail

/// What kind of table has this header line: `published`, `vtrain`, ... Throws `UnreadableTable` if it is none.
[[nodiscard]] inline std::string_view table_kind(std::string_view header_line) {
    return detail::recognize_table(header_line).kind;
}

/// Predicts every row of a table. Throws `UnreadableTable` if the file is not one, or is broken.
[[nodiscard]] inline ValidatedTable validate_table(const std::string& path, const ValidationOptions& options = {}) {
    std::string header;
    {
        std::ifstream file(path);
        if (!file) throw UnreadableTable(path + ": cannot be opened");
        if (!std::getline(file, header)) throw UnreadableTable(path + ": is empty");
    }
    try {
        const detail::TableKind& kind = detail::recognize_table(header);
        ValidatedTable table{kind.kind, kind.quantity, kind.unit, {}, {}, {}};
        kind.predict(path, options, table);
        return table;
    } catch (const UnreadableTable& error) {
        const std::string_view what = error.what();
        throw UnreadableTable(what.substr(0, path.size()) == path ? std::string{what}
                                                                  : path + ": " + std::string{what});
    } catch (const io::error::base& error) {
        throw UnreadableTable(path + ": " + error.what());
    }
}

/// Error statistics of predicted rows.
[[nodiscard]] inline Accuracy accuracy_of(const std::vector<PredictedRow>& rows) {
    std::vector<Outcome> outcomes;
    for (const PredictedRow& row : rows)
        outcomes.push_back({row.source, row.accelerator, row.quality, row.complete, row.error(), row.reason,
                            row.configuration, row.covered(), row.benchmark, row.round});
    return summarize(outcomes);
}

} // namespace foretrain::inline v0
