// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "../import/configuration.hpp"
#include "../import/published_steps.hpp"
#include "../run/run.hpp"
#include "../step/estimate.hpp"
#include "prediction.hpp"

// Whole training runs beside predictions: accelerator-hours for so many tokens, from the configuration of the run as
// for a step. Hours of a fleet's job comprise what it lost to faults, restarts and checkpoints (`losses` "included"):
// the share of time that trained is the row's where it is published.

namespace foretrain::inline v0 {

/// Columns without which a table is not one of whole runs, besides those of training steps.
inline constexpr std::array run_columns = {
    "id",      "hardware",          "gpus",      "layers",       "hidden",         "heads", "vocab",
    "seq_len", "global_batch_seqs", "precision", "total_tokens", "total_gpu_hours"};

/// Share of the wall clock that trained, of runs that publish hours with their losses but not how large they were.
inline constexpr double usual_effective_share = 0.90;

/// The prediction for a whole run, in accelerator-hours.
[[nodiscard]] inline PredictedRow predict_run(const PublishedStep& row) {
    ImportedStep run = import_configuration(row);
    PredictedRow result;
    result.id = run.id;
    result.source = run.source;
    result.accelerator = run.accelerator;
    result.model = row.model_name;
    result.quality = run.quality;
    result.configuration = run.configuration + row.losses + row.total_tokens;
    result.complete = run.complete;
    result.measured = detail::number_of(row.total_hours);
    detail::RowReader read{run};
    const std::optional<double> tokens = detail::number_of(row.total_tokens);
    if (!tokens || !(*tokens > 0)) read.refuse("total_tokens is not a number above 0");
    if (!result.measured || !(*result.measured > 0)) read.refuse("total_gpu_hours is not a number above 0");
    Faults faults{.effective_share = 1.0};
    if (!row.effective_share.empty()) {
        faults.effective_share = detail::number_of(row.effective_share).value_or(-1.0);
    } else if (row.losses == "included") {
        faults.effective_share = usual_effective_share;
        read.assume("90% of the time effective");
    } else if (row.losses != "excluded") {
        read.refuse("losses is neither included nor excluded: " + row.losses);
    }
    result.assumptions = run.assumptions;
    if (!run.refusal.empty()) {
        result.reason = result.refusal = run.refusal;
        return result;
    }
    const Result<StepEstimate> step = try_estimate_step(run.model, run.cluster, run.plan);
    const Result<RunEstimate> whole =
        step ? try_estimate_run(*step, run.cluster, TokenBudget{make<Tokens>(*tokens)}, faults, Prices{}, site(1.0))
             : Result<RunEstimate>{step.violations()};
    if (whole) {
        result.predicted = raw(whole->accelerator_time) / 3600.0;
        return result;
    }
    result.reason = std::string{whole.violations()[0].field} + " [" + std::string{whole.violations()[0].rule} + "]";
    for (const Violation& violation : whole.violations()) {
        if (!result.refusal.empty()) result.refusal += "; ";
        result.refusal += to_text(violation).view();
    }
    return result;
}

/// Predicts every run of a table, in accelerator-hours. Throws `io::error::base` if the file is not a table of runs.
[[nodiscard]] inline std::vector<PredictedRow> predict_run_table(const std::string& path) {
    std::vector<PredictedRow> rows;
    for (const PublishedStep& row : read_published_steps(path)) rows.push_back(predict_run(row));
    return rows;
}

} // namespace foretrain::inline v0
