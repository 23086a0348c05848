// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../catalog/benchmarks.hpp"
#include "configuration.hpp"
#include "mlperf.hpp"

// From an MLPerf result of a language model to a configuration the estimator understands. What a result does not tell
// is chosen by rule, never by its time:
//
//   number format  what the row's columns say; else by accelerator and round (`mlperf_format`)
//   plan           the row's; else, of all that fit into memory by the library's own model, the one whose step the
//                  library predicts shortest: submitters tune theirs for months; LoRA without a pipeline if that fits
//   BERT           data parallelism alone; a micro-batch of all a rank has between two reductions (`grad_accum`)
//   recomputation  none if that fits, else of as many layers as must be (Megatron-Core's `block` method)
//   padding        computed up to v0.7; packed away or skipped since
//   LoRA           the frozen base is kept in FP8 where products run in FP8, as no update needs more

namespace foretrain::inline v0 {

/// A result of a language benchmark, ready to be estimated.
struct ImportedRun {
    const catalog::Benchmark* benchmark = nullptr;
    ImportedStep step;              ///< its refusal is that of the run
    double recomputed = 1.0;        ///< share of the layers that are computed again, where the plan says `full`
    Samples batch{};                ///< of the row; that of the plan may be rounded to equal micro-batches
    Seconds start_up{};             ///< within the time to train
    std::optional<Samples> samples; ///< to converge, as the row tells
};

/// The step of a configuration that computes a share of its layers again where its plan says `full`: the mean of the
/// two estimates, with the memory of the larger.
[[nodiscard]] inline Result<StepEstimate> estimate_partly_recomputed(const ImportedStep& step, double share) {
    Result<StepEstimate> full = try_estimate_step(step.model, step.cluster, step.plan);
    if (!full || share >= 1.0 || step.plan.recomputation != Recomputation::full) return full;
    ParallelPlan none = step.plan;
    none.recomputation = Recomputation::none;
    const Result<StepEstimate> bare = try_estimate_step(step.model, step.cluster, none);
    if (!bare) return bare;
    StepEstimate mixed = *full;
    for (std::size_t i = 0; i < step_parts; ++i)
        mixed.breakdown.time[i] = bare->breakdown.time[i] + (full->breakdown.time[i] - bare->breakdown.time[i]) * share;
    mixed.time = mixed.breakdown.total();
    return mixed;
}

namespace detail {

/// The number format of a result: FP8 on Hopper and newer, Gaudi2 since v3.1, MI300 and L40S; NVFP4 on Blackwell since
/// v5.1; INT8 where Google trains GPT-3 (AQT); BF16 on other TPUs, on Ampere for language models; FP16 for BERT.
[[nodiscard]] inline std::string mlperf_format(const MlperfResult& row, std::string_view hardware) {
    const auto says = [](std::string_view flag) { return flag == "True" || flag == "1" || flag == "true"; };
    const std::string name = letters_of(hardware), system = letters_of(row.system);
    const auto is = [&](auto... words) { return (contains(name, words) || ...); };
    const bool blackwell = is_blackwell(name);
    if (says(row.fp4)) return "nvfp4";
    if (contains(system, "deepspeed") && !says(row.fp8)) return "bf16"; // the reference code
    if (blackwell && round_of(row) > 5.05 && row.fp4.empty() && row.benchmark != "bert") return "nvfp4";
    if (says(row.fp8)) return "fp8";
    if (is("tpu", "trillium", "ironwood")) return row.benchmark == "gpt3" ? "int8" : "bf16";
    if (is("gaudi1")) return "bf16";
    if (is("gaudi2") && round_of(row) < 3.05) return "bf16";
    if (is("h100", "h200", "h800", "gaudi", "mi30", "mi32", "mi35", "l40") || blackwell) return "fp8";
    return row.benchmark == "bert" ? "fp16" : "bf16";
}

/// The row as one of a training step, without a plan.
[[nodiscard]] inline PublishedStep step_row_of(const MlperfResult& row, const catalog::Benchmark& benchmark,
                                               const catalog::SubmissionConstants& constants) {
    PublishedStep step;
    step.id = row.round + " " + row.system + " " + row.benchmark;
    step.family = step.source_family = "MLCommons training results";
    if (contains(letters_of(row.system), "deepspeed")) step.family = step.source_family = "DeepSpeed reference";
    step.hardware = hardware_of(row);
    step.gpus = row.accelerators;
    step.gpus_per_node = row.per_node;
    step.model_name = std::string{benchmark.model};
    const bool padded = round_of(row) < 0.95;
    const bool uneven = !padded && benchmark.filled < 1.0;
    const double tokens = static_cast<double>(benchmark.sequence) * (padded ? 1.0 : benchmark.filled) *
                          (uneven ? constants.encoder_imbalance : 1.0);
    step.sequence = std::to_string(static_cast<std::int64_t>(tokens));
    step.precision = mlperf_format(row, step.hardware);
    step.global_batch = row.batch;
    if (benchmark.sequence >= 4096) step.micro_batch = "1"; // where the row does not say
    step.row_type = benchmark.adapter_rank > 0 ? "finetune-lora" : "pretrain";
    if (benchmark.adapter_rank > 0) step.notes = "rank " + std::to_string(benchmark.adapter_rank);
    step.complete = row.tensor.empty() ? "0" : "1";
    step.quality = row.confidence;
    step.step_time = "1"; // a step's time is no input
    return step;
}

/// Degrees worth trying for a model on so many accelerators: of two, up to what there is.
[[nodiscard]] inline std::vector<std::int64_t> powers_up_to(std::int64_t most) {
    std::vector<std::int64_t> degrees;
    for (std::int64_t degree = 1; degree <= most; degree *= 2) degrees.push_back(degree);
    return degrees;
}

/// The share of layers that must be computed again for a plan of full recomputation to fit.
[[nodiscard]] inline double recomputed_share(const ImportedStep& step) {
    if (step.plan.recomputation != Recomputation::full || !is_valid(step.model, step.cluster, step.plan)) return 1.0;
    ParallelPlan none = step.plan;
    none.recomputation = Recomputation::none;
    const double most = raw(peak_footprint(step.model, none).footprint.total());
    const double least = raw(peak_footprint(step.model, step.plan).footprint.total());
    const double room = raw(step.cluster.accelerator.memory.capacity) * 1.15; // the slack of `may_fit`
    return most > least ? std::clamp((most - room) / (most - least), 0.0, 1.0) : 1.0;
}

/// Adapts what the importer of steps assumes to what submissions are known to do.
[[nodiscard]] inline ImportedStep submitted_step(const PublishedStep& row) {
    ImportedStep step = import_step(row);
    if (!step.refusal.empty()) return step;
    const bool frozen_short = step.plan.adapter_rank > 0 && step.plan.precision.compute == NumberFormat::fp8;
    if (!frozen_short) return step;
    step.plan.precision.weights = NumberFormat::fp8;
    step.plan.stack.memory.transposed_casts = false; // nor is a transposed copy cached: one would not fit on H200
    step.plan.recomputation = Recomputation::none;
    if (!may_fit(step.model, step.cluster, step.plan)) step.plan.recomputation = Recomputation::full;
    return step;
}

/// The plan for a row that tells none: of those that fit, the one that is predicted fastest.
[[nodiscard]] inline ImportedStep planned_step(PublishedStep row, const ImportedStep& first) {
    const std::int64_t accelerators = first.cluster.accelerators;
    const std::int64_t node = std::min<std::int64_t>(first.cluster.fabric.tier[0].size, 8);
    const std::int64_t batch = integer_of(row.global_batch).value_or(0);
    const std::int64_t layers = first.model.layers;
    const bool compiled = runs(first.plan, catalog::xla);
    const std::vector<std::int64_t> tensors = powers_up_to(compiled ? std::min<std::int64_t>(accelerators, 16) : node);
    const std::vector<std::int64_t> experts =
        first.model.has_experts() ? powers_up_to(std::min<std::int64_t>(accelerators, 64)) : powers_up_to(1);
    std::vector<std::int64_t> pipelines = powers_up_to(compiled ? 1 : std::min<std::int64_t>(16, layers));
    if (!compiled) // what 96 and 126 layers also divide into
        for (const std::int64_t stages : {3, 6, 12})
            if (layers % stages == 0) pipelines.push_back(stages);
    ImportedStep best;
    std::string reason = "no plan that divides accelerators and batch fits";
    double shortest = 0;
    const auto consider = [&](std::int64_t tensor, std::int64_t pipeline) {
        for (const std::int64_t context : powers_up_to(first.plan.sequence >= 4096 ? 8 : 1))
            for (const std::int64_t expert : experts)
                for (const std::int64_t micro : {1, 2, 4}) {
                    const std::int64_t replica = tensor * pipeline * context;
                    if (accelerators % replica != 0) continue;
                    const std::int64_t data = accelerators / replica;
                    if (batch % (data * micro) != 0) continue;
                    row.tensor = std::to_string(tensor);
                    row.pipeline = std::to_string(pipeline);
                    row.context = std::to_string(context);
                    row.expert = std::to_string(expert);
                    row.micro_batch = std::to_string(micro);
                    ImportedStep step = submitted_step(row);
                    if (!step.refusal.empty()) continue;
                    const Result<StepEstimate> estimate = estimate_partly_recomputed(step, recomputed_share(step));
                    if (!estimate || !fits(estimate->memory.footprint, step.cluster.accelerator)) continue;
                    const double time = raw(estimate->time);
                    if (shortest > 0 && !(time < shortest)) continue;
                    shortest = time;
                    best = std::move(step);
                }
    };
    // Adapters leave no states to cut up: nobody runs them in a pipeline that need not.
    if (first.plan.adapter_rank > 0)
        for (const std::int64_t tensor : tensors) consider(tensor, 1);
    if (!(shortest > 0))
        for (const std::int64_t tensor : tensors)
            for (const std::int64_t pipeline : pipelines) consider(tensor, pipeline);
    if (shortest > 0) {
        const ParallelPlan& plan = best.plan;
        best.assumptions.push_back("plan = TP " + std::to_string(plan.tensor) + " PP " + std::to_string(plan.pipeline) +
                                   " CP " + std::to_string(plan.context) + " MBS " + std::to_string(plan.micro_batch) +
                                   ", the fastest that fits");
        return best;
    }
    best = first;
    if (best.refusal.empty()) best.refusal = reason;
    return best;
}

/// The plan of BERT: data parallelism, all of a rank's samples at once or in as many parts as gradients are accumulated
/// over, in more where they do not fit.
[[nodiscard]] inline ImportedStep encoder_step(PublishedStep row, const MlperfResult& result, const ImportedStep& first,
                                               const catalog::SubmissionConstants& constants) {
    const std::int64_t accelerators = std::max<std::int64_t>(first.cluster.accelerators, 1);
    const std::int64_t batch = integer_of(row.global_batch).value_or(0);
    const std::int64_t parts = std::max<std::int64_t>(integer_of(result.accumulation).value_or(1), 1);
    std::int64_t micro = std::max<std::int64_t>(batch / (accelerators * parts), 1);
    row.tensor = row.pipeline = row.context = "1";
    row.sharding = "none"; // a ring through all ranks would wait longer than the update takes
    for (;; micro = (micro + 1) / 2) {
        row.micro_batch = std::to_string(micro);
        ImportedStep step = import_step(row);
        if (!step.refusal.empty()) return step;
        step.plan.stack.step_overhead = constants.encoder_step_overhead;
        // Gradients are kept and reduced in 16 bits, without which the largest results would wait for the network.
        if (step.plan.precision.weights == NumberFormat::bf16) reduce_in_short_format(step.plan.precision);
        if (micro == 1 || may_fit(step.model, step.cluster, step.plan)) return step;
    }
}

/// What a run spends before its first step at full speed: on one node communicators are there at once, BERT's code and
/// NVIDIA's since v5.0 (Blackwell) open them before the clock starts.
[[nodiscard]] inline Seconds start_of(const MlperfResult& row, const ImportedRun& run,
                                      const catalog::SubmissionConstants& constants) {
    const Cluster& cluster = run.step.cluster;
    const bool across = cluster.accelerators > cluster.node.accelerators;
    const bool before =
        run.benchmark == &catalog::mlperf_bert || (round_of(row) > 4.95 && is_blackwell(letters_of(hardware_of(row))));
    return across && !before ? constants.start_across_nodes : Seconds{};
}

} // namespace detail

/// The configuration of a result of a language benchmark. Without a benchmark, it is none of those.
[[nodiscard]] inline ImportedRun
import_run(const MlperfResult& row, const catalog::SubmissionConstants& constants = catalog::mlperf_submissions) {
    ImportedRun run;
    run.benchmark = catalog::find_benchmark(row.benchmark);
    if (run.benchmark == nullptr) return run;
    PublishedStep text = detail::step_row_of(row, *run.benchmark, constants);
    run.batch = make<Samples>(detail::number_of(row.batch).value_or(0.0));
    const std::optional<double> samples = detail::number_of(row.samples);
    if (samples && *samples > 0) run.samples = make<Samples>(*samples);
    ImportedStep first = detail::submitted_step(text);
    if (!first.refusal.empty()) {
        run.step = std::move(first);
    } else if (run.benchmark == &catalog::mlperf_bert) {
        run.step = detail::encoder_step(std::move(text), row, first, constants);
    } else if (!row.tensor.empty()) {
        text.tensor = row.tensor;
        text.pipeline = row.pipeline;
        text.virtual_stages = row.virtual_stages;
        text.context = row.context;
        text.data = row.data;
        if (!row.micro_batch.empty()) text.micro_batch = row.micro_batch;
        run.step = detail::submitted_step(text);
    } else {
        run.step = detail::planned_step(std::move(text), first);
    }
    run.start_up = detail::start_of(row, run, constants);
    run.recomputed = detail::recomputed_share(run.step);
    run.step.accelerator = row.accelerator;
    run.step.source = "MLPerf " + row.round;
    run.step.configuration = row.benchmark + '|' + row.accelerator + '|' + row.accelerators + '|' + row.batch + '|' +
                             row.tensor + '|' + row.pipeline + '|' + row.context;
    return run;
}

} // namespace foretrain::inline v0
