// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
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

namespace detail {

/// So many tokens at a global batch, in samples.
struct RampPhase {
    std::int64_t batch = 0;
    double tokens = 0;
};

/// The phases of a run: "512:52e9 1024:189e9" trains with batches of 512 until 52e9 tokens, of 1,024 until 189e9, and
/// with the batch of the row from then on. Nothing if the text is not of this form or does not rise.
[[nodiscard]] inline std::optional<std::vector<RampPhase>> batch_phases(std::string_view ramp, std::int64_t batch,
                                                                        double tokens) {
    std::vector<RampPhase> phases;
    double before = 0;
    while (!ramp.empty()) {
        const std::string_view item = ramp.substr(0, ramp.find(' '));
        ramp.remove_prefix(std::min(item.size() + 1, ramp.size()));
        const std::size_t colon = item.find(':');
        if (colon == std::string_view::npos) return std::nullopt;
        const std::optional<std::int64_t> samples = integer_of(item.substr(0, colon));
        const std::optional<double> until = number_of(item.substr(colon + 1));
        if (!samples || *samples < 1 || !until || !(*until > before && *until < tokens)) return std::nullopt;
        phases.push_back({*samples, *until - before});
        before = *until;
    }
    phases.push_back({batch, tokens - before});
    return phases;
}

/// The plan with another batch: micro-batches as large as before, or the largest that come out even.
[[nodiscard]] inline ParallelPlan with_batch(ParallelPlan plan, std::int64_t batch) {
    const std::int64_t samples = plan.data > 0 ? batch / plan.data : 0;
    while (plan.micro_batch > 1 && samples % plan.micro_batch != 0) --plan.micro_batch;
    plan.global_batch = batch;
    return plan;
}

} // namespace detail

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
    const auto phases = detail::batch_phases(row.batch_ramp, run.plan.global_batch, tokens.value_or(1.0));
    if (!phases) read.refuse("batch_ramp is not of the form 512:52e9 1024:189e9: " + row.batch_ramp);
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
    double hours = 0;
    for (const detail::RampPhase& phase : *phases) {
        const ParallelPlan plan = detail::with_batch(run.plan, phase.batch);
        const Result<StepEstimate> step = try_estimate_step(run.model, run.cluster, plan);
        const Result<RunEstimate> part =
            step ? try_estimate_run(*step, run.cluster, TokenBudget{make<Tokens>(phase.tokens)}, faults, Prices{},
                                    site(1.0))
                 : Result<RunEstimate>{step.violations()};
        if (part) {
            hours += raw(part->accelerator_time) / 3600.0;
            continue;
        }
        const Violations& violations = part.violations();
        result.reason = std::string{violations[0].field} + " [" + std::string{violations[0].rule} + "]";
        for (const Violation& violation : violations) {
            if (!result.refusal.empty()) result.refusal += "; ";
            result.refusal += to_text(violation).view();
        }
        return result;
    }
    result.predicted = hours;
    return result;
}

/// Predicts every run of a table, in accelerator-hours. Throws `io::error::base` if the file is not a table of runs.
[[nodiscard]] inline std::vector<PredictedRow> predict_run_table(const std::string& path) {
    std::vector<PredictedRow> rows;
    for (const PublishedStep& row : read_published_steps(path)) rows.push_back(predict_run(row));
    return rows;
}

} // namespace foretrain::inline v0
