// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "../calibrate/profile.hpp"
#include "../catalog/convergence.hpp"
#include "../catalog/error_model.hpp"
#include "../import/mlperf_run.hpp"
#include "../import/mlperf_sample_run.hpp"
#include "../run/time_to_train.hpp"
#include "../step/uncertainty.hpp"
#include "prediction.hpp"

// MLPerf results beside predictions, of language models by the step estimator, of others by the totals of a sample: the
// time to train with the samples the row tells, the same with the samples that the convergence model gives, the time of
// a step, and the samples. Time is that of the runs themselves: the scaling by which a result is made slower if it
// converged sooner than the reference (`ttt_unscaled_min`) is no physics.

namespace foretrain::inline v0 {

/// A table of results, predicted; the vectors have a row for each of the table, refused ones included.
struct PredictedResults {
    std::vector<PredictedRow> time;     ///< s, with the row's samples where given, else those of the convergence model
    std::vector<PredictedRow> by_model; ///< s, with the samples of the convergence model
    std::vector<PredictedRow> step;     ///< s, of rows that log it
    std::vector<PredictedRow> samples;  ///< of the convergence model
};

/// Samples that a benchmark takes to converge at a batch, by the constants shipped; nothing if there are none for it.
[[nodiscard]] inline std::optional<Samples> modelled_samples(std::string_view benchmark, std::string_view round,
                                                             const Samples& batch) {
    const BenchmarkConvergence* convergence = catalog::find_convergence(benchmark, round);
    if (convergence == nullptr || !(raw(batch) >= 1)) return std::nullopt;
    return convergence->samples_to_target(batch);
}

namespace detail {

/// The step time of a result: logged, or of a logged training throughput in samples a second.
[[nodiscard]] inline std::optional<double> logged_step(const MlperfResult& row) {
    const std::optional<double> time = number_of(row.step_time), rate = number_of(row.throughput),
                                batch = number_of(row.batch);
    if (time && *time > 0) return time;
    // GPT-3's early logs have tokens a second of the whole run instead.
    const bool training =
        contains(row.throughput_scope, "samples/s") || (row.throughput_scope.empty() && row.benchmark != "gpt3");
    const double each =
        contains(row.throughput_scope, "per-accelerator") ? number_of(row.accelerators).value_or(0) : 1.0;
    if (training && rate && *rate > 0 && each > 0 && batch && *batch > 0) return *batch / (*rate * each);
    return std::nullopt;
}

/// What all rows of a result have in common.
[[nodiscard]] inline PredictedRow result_row(const MlperfResult& row) {
    PredictedRow result;
    result.id = row.round + ' ' + row.submitter + ' ' + row.system + ' ' + row.benchmark;
    result.source = "MLPerf Training " + row.round;
    result.accelerator = row.accelerator;
    result.model = row.benchmark;
    result.benchmark = row.benchmark;
    result.round = row.round;
    result.quality = row.confidence;
    result.configuration = row.benchmark + '|' + row.accelerator + '|' + row.accelerators + '|' + row.batch + '|' +
                           row.tensor + '|' + row.pipeline + '|' + row.context;
    result.complete = !row.tensor.empty();
    return result;
}

inline void refuse_result(PredictedRow& row, std::string reason) {
    row.reason = row.refusal = std::move(reason);
    row.predicted = row.low = row.high = std::nullopt;
}

/// The time to train of an imported result up to `target`; a refusal if it cannot be had.
inline void predict_time(PredictedRow& row, const ImportedRun& run, const StepEstimate& step, const Samples& target) {
    const Samples batch = run.batch;
    const bool frozen = run.benchmark->adapter_rank > 0;
    const RunOverheads overheads{.start_up = run.start_up,
                                 .evaluation = evaluation_time(step, run.benchmark->evaluated, frozen)};
    EvaluationCadence cadence = catalog::cadence_of(*run.benchmark, batch);
    cadence.ends_there = false; // samples are means over runs, each of which ended at an evaluation
    const Result<RunPhases> phases =
        try_time_to_train(step.time * (raw(batch) / raw(step.samples)), target, batch, cadence, overheads);
    if (!phases) {
        refuse_result(row, std::string{phases.violations()[0].field} + " out of range");
        return;
    }
    row.predicted = raw(phases->total());
    const Band band = estimate_uncertainty(step, run.step.model, run.step.cluster, run.step.plan, catalog::step_errors,
                                           static_cast<std::int64_t>(run.step.assumptions.size()));
    const Interval<Seconds> interval = interval_of(phases->total(), band.width);
    row.low = raw(interval.p10);
    row.high = raw(interval.p90);
}

} // namespace detail

namespace detail {

/// The rows of one result, before they are predicted.
struct ResultRows {
    PredictedRow time, by_model, step, samples;
    std::optional<Samples> modelled;
};
[[nodiscard]] inline ResultRows result_rows(const MlperfResult& text) {
    ResultRows rows;
    PredictedRow& row = rows.time;
    row = result_row(text);
    const std::optional<double> minutes = number_of(text.minutes), unscaled = number_of(text.unscaled_minutes);
    const std::optional<double> measured = unscaled && *unscaled > 0 ? unscaled : minutes;
    if (measured && *measured > 0) row.measured = *measured * 60.0;
    rows.by_model = rows.step = rows.samples = row;
    rows.step.measured = logged_step(text);
    rows.samples.measured = number_of(text.samples);
    rows.modelled = modelled_samples(text.benchmark, text.round, make<Samples>(number_of(text.batch).value_or(0.0)));
    if (rows.modelled) rows.samples.predicted = raw(*rows.modelled);
    else refuse_result(rows.samples, "no convergence constants for " + text.benchmark);
    return rows;
}

/// Adds the rows of a result to a table's; what has nothing to compare with is left out, but for the time itself.
inline void add_result(PredictedResults& results, ResultRows&& rows) {
    if (!rows.time.measured && rows.time.reason.empty()) refuse_result(rows.time, "no time to train");
    results.time.push_back(std::move(rows.time));
    if (rows.by_model.measured) results.by_model.push_back(std::move(rows.by_model));
    if (rows.step.measured) results.step.push_back(std::move(rows.step));
    if (rows.samples.measured) results.samples.push_back(std::move(rows.samples));
}

/// A result of a benchmark of images, speech, graphs or recommendation.
inline void predict_sample_result(const MlperfResult& text, PredictedResults& results) {
    ResultRows rows = result_rows(text);
    const SampleRun run = import_sample_run(text);
    if (!run.step) {
        for (PredictedRow* each : {&rows.time, &rows.by_model, &rows.step}) refuse_result(*each, run.refusal);
    } else {
        const double step = raw(run.step->total());
        rows.time.assumptions.emplace_back("a model known by the totals of a sample");
        rows.step.predicted = step;
        if (rows.modelled) rows.by_model.predicted = step * raw(*rows.modelled) / raw(run.batch);
        else refuse_result(rows.by_model, rows.samples.reason);
        if (run.samples) rows.time.predicted = step * raw(*run.samples) / raw(run.batch);
        else rows.time = rows.by_model;
    }
    add_result(results, std::move(rows));
}

} // namespace detail

/// What results are predicted with.
struct ResultOptions {
    catalog::SubmissionConstants constants = catalog::mlperf_submissions;
    const SoftwareStack* stack = nullptr; ///< of all language models and BERT; null: what submissions run
    const Profile* profile = nullptr;     ///< fitted constants in place of the catalogue's
};

/// Predicts one result into the four quantities. Throws `CalibrationError` if a profile has constants out of range.
inline void predict_result(const MlperfResult& text, PredictedResults& results, const ResultOptions& options = {}) {
    if (detail::lower_case(text.division) == "open") {
        detail::ResultRows rows = detail::result_rows(text);
        for (PredictedRow* each : {&rows.time, &rows.by_model, &rows.step, &rows.samples})
            detail::refuse_result(*each, "open division: model, method and target are the submitter's own");
        detail::add_result(results, std::move(rows));
        return;
    }
    if (catalog::find_benchmark(text.benchmark) == nullptr) {
        detail::predict_sample_result(text, results);
        return;
    }
    detail::ResultRows rows = detail::result_rows(text);
    ImportedRun run = import_run(text, options.constants);
    if (options.stack != nullptr) {
        run.step.plan.stack = *options.stack;
        run.step.assumptions.push_back("software " + std::string{options.stack->name});
    }
    if (options.profile != nullptr && run.step.refusal.empty() &&
        apply_profile(*options.profile, run.step.cluster, run.step.plan.stack) > 0)
        run.step.assumptions.emplace_back("constants of a profile");
    for (PredictedRow* each : {&rows.time, &rows.by_model, &rows.step}) each->assumptions = run.step.assumptions;
    std::string refusal = run.step.refusal;
    const Result<StepEstimate> step =
        refusal.empty() ? estimate_partly_recomputed(run.step, run.recomputed) : Result<StepEstimate>{Violations{}};
    if (refusal.empty() && !step)
        refusal = std::string{step.violations()[0].field} + " [" + std::string{step.violations()[0].rule} + "]";
    if (refusal.empty()) {
        rows.step.predicted = raw(step->time) * raw(run.batch) / raw(step->samples);
        if (rows.modelled) detail::predict_time(rows.by_model, run, *step, *rows.modelled);
        else detail::refuse_result(rows.by_model, rows.samples.reason);
        if (run.samples) detail::predict_time(rows.time, run, *step, *run.samples);
        else rows.time = rows.by_model;
    } else {
        for (PredictedRow* each : {&rows.time, &rows.by_model, &rows.step}) detail::refuse_result(*each, refusal);
    }
    detail::add_result(results, std::move(rows));
}

/// Predicts a table of MLPerf results. Throws `io::error::base` if the file is not one.
[[nodiscard]] inline PredictedResults predict_mlperf_table(const std::string& path, const ResultOptions& options = {}) {
    PredictedResults results;
    for (const MlperfResult& row : read_mlperf_results(path)) predict_result(row, results, options);
    return results;
}

} // namespace foretrain::inline v0
