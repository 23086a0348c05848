// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "../catalog/convergence.hpp"
#include "../catalog/error_model.hpp"
#include "../import/mlperf_run.hpp"
#include "../run/time_to_train.hpp"
#include "../step/uncertainty.hpp"
#include "prediction.hpp"

// MLPerf results beside predictions: the time to train with the samples the row tells, the same with the samples that
// the convergence model gives, the time of a step, and the samples. Time is that of the runs themselves: the scaling by
// which a result is made slower if it converged sooner than the reference (`ttt_unscaled_min`) is no physics.

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
    if (training && rate && *rate > 0 && batch && *batch > 0) return *batch / *rate;
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

/// Predicts one result of a language benchmark into the four quantities.
inline void predict_result(const MlperfResult& text, PredictedResults& results,
                           const catalog::SubmissionConstants& constants = catalog::mlperf_submissions) {
    PredictedRow row = detail::result_row(text);
    const std::optional<double> minutes = detail::number_of(text.minutes),
                                unscaled = detail::number_of(text.unscaled_minutes);
    const std::optional<double> measured = unscaled && *unscaled > 0 ? unscaled : minutes;
    if (measured) row.measured = *measured * 60.0;
    const ImportedRun run = import_run(text, constants);
    row.assumptions = run.step.assumptions;
    const Samples batch = make<Samples>(detail::number_of(text.batch).value_or(0.0));
    const std::optional<Samples> modelled = modelled_samples(text.benchmark, text.round, batch);
    PredictedRow by_model = row, step_row = row, samples = row;
    step_row.measured = detail::logged_step(text);
    samples.measured = detail::number_of(text.samples);
    if (modelled) samples.predicted = raw(*modelled);
    else detail::refuse_result(samples, "no convergence constants for " + text.benchmark);

    std::string refusal = run.step.refusal;
    std::optional<StepEstimate> step;
    if (run.benchmark == nullptr) {
        refusal = "no model of the benchmark " + text.benchmark;
    } else if (refusal.empty()) {
        const Result<StepEstimate> estimate = estimate_partly_recomputed(run.step, run.recomputed);
        if (estimate) step = *estimate;
        else
            refusal =
                std::string{estimate.violations()[0].field} + " [" + std::string{estimate.violations()[0].rule} + "]";
    }
    if (step) {
        step_row.predicted = raw(step->time) * raw(run.batch) / raw(step->samples);
        if (modelled) detail::predict_time(by_model, run, *step, *modelled);
        else detail::refuse_result(by_model, samples.reason);
        if (run.samples) detail::predict_time(row, run, *step, *run.samples);
        else row = by_model;
    } else {
        for (PredictedRow* each : {&row, &by_model, &step_row}) detail::refuse_result(*each, refusal);
    }
    if (!row.measured && row.reason.empty()) detail::refuse_result(row, "no time to train");
    results.time.push_back(row);
    if (by_model.measured) results.by_model.push_back(by_model);
    if (step_row.measured) results.step.push_back(step_row);
    if (samples.measured) results.samples.push_back(samples);
}

/// Predicts a table of MLPerf results. Throws `io::error::base` if the file is not one.
[[nodiscard]] inline PredictedResults predict_mlperf_table(const std::string& path) {
    PredictedResults results;
    for (const MlperfResult& row : read_mlperf_results(path)) predict_result(row, results);
    return results;
}

} // namespace foretrain::inline v0
