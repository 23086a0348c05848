// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "../run/time_to_train.hpp"
#include "models.hpp"

// MLPerf Training benchmarks of language models: what is trained, how long a sample is, when it is evaluated and on how
// much. Image, speech, graph and recommendation benchmarks: benchmarks_other.hpp.
//
// Rules are those of mlcommons/training_policies (training_rules.adoc, table of benchmarks) and of the reference
// implementations in mlcommons/training.

namespace foretrain::inline v0::catalog {

/// A benchmark: a model trained to a target that is looked at in evaluations.
struct Benchmark {
    std::string_view name;       ///< as results name it
    std::string_view model;      ///< in the catalogue of models
    std::int64_t sequence;       ///< tokens of a sample, padding included
    double filled;               ///< share of them that is no padding, which is what packed or un-padded training runs
    std::int64_t adapter_rank;   ///< LoRA; 0: everything is trained
    Samples evaluated;           ///< of one evaluation
    Samples evaluate_every;      ///< before rounding to whole steps or to `evaluate_grain`
    double evaluate_every_batch; ///< added to it for each sample of the batch
    Samples evaluate_grain;      ///< rounded down to a multiple of it; 0: rounded up to whole steps
    std::int64_t evaluations_skipped; ///< first evaluations that are left out
    Provenance provenance;
};

namespace detail {
inline constexpr std::string_view mlperf_rules = "mlcommons/training_policies training_rules.adoc; mlcommons/training";
} // namespace detail

/// GPT-3 175B on C4, from a checkpoint; v3.0 to v4.1.
inline constexpr Benchmark mlperf_gpt3{.name = "gpt3",
                                       .model = "gpt3-175b",
                                       .sequence = 2048,
                                       .filled = 1.0,
                                       .adapter_rank = 0,
                                       .evaluated = make<Samples>(5760.0), // 11,590,004 tokens
                                       .evaluate_every = make<Samples>(24576.0),
                                       .evaluate_every_batch = 0.0,
                                       .evaluate_grain = make<Samples>(0.0),
                                       .evaluations_skipped = 0,
                                       .provenance = {detail::mlperf_rules, "2023-06", Evidence::datasheet}};

/// Llama 2 70B fine-tuned with LoRA on GovReport, packed to 8192 tokens; since v4.0.
inline constexpr Benchmark mlperf_llama2_70b_lora{.name = "llama2_70b_lora",
                                                  .model = "llama2-70b",
                                                  .sequence = 8192,
                                                  .filled = 1.0,
                                                  .adapter_rank = 16,
                                                  .evaluated = make<Samples>(173.0),
                                                  .evaluate_every = make<Samples>(384.0),
                                                  .evaluate_every_batch = 0.0,
                                                  .evaluate_grain = make<Samples>(0.0),
                                                  .evaluations_skipped = 3,
                                                  .provenance = {detail::mlperf_rules, "2024-06", Evidence::datasheet}};

/// Llama 3.1 405B on C4, from a checkpoint; since v5.0.
inline constexpr Benchmark mlperf_llama31_405b{.name = "llama31_405b",
                                               .model = "llama3.1-405b",
                                               .sequence = 8192,
                                               .filled = 1.0,
                                               .adapter_rank = 0,
                                               .evaluated = make<Samples>(5760.0),
                                               .evaluate_every = make<Samples>(46080.0),
                                               .evaluate_every_batch = 0.0,
                                               .evaluate_grain = make<Samples>(0.0),
                                               .evaluations_skipped = 0,
                                               .provenance = {detail::mlperf_rules, "2025-06", Evidence::datasheet}};

/// Llama 3.1 8B on C4, from scratch; since v5.1.
inline constexpr Benchmark mlperf_llama31_8b{.name = "llama31_8b",
                                             .model = "llama3.1-8b",
                                             .sequence = 8192,
                                             .filled = 1.0,
                                             .adapter_rank = 0,
                                             .evaluated = make<Samples>(1024.0),
                                             .evaluate_every = make<Samples>(12288.0),
                                             .evaluate_every_batch = 0.0,
                                             .evaluate_grain = make<Samples>(0.0),
                                             .evaluations_skipped = 0,
                                             .provenance = {detail::mlperf_rules, "2025-11", Evidence::datasheet}};

/// BERT-large on Wikipedia, phase 2, from a checkpoint; v0.7 to v4.1. Half of the 512 tokens are padding (Krell et al.
/// 2021, arXiv 2107.02027, table 1: packing holds 1.998 sequences), which submissions since v1.0 do not compute.
inline constexpr Benchmark mlperf_bert{.name = "bert",
                                       .model = "bert-large",
                                       .sequence = 512,
                                       .filled = 0.5,
                                       .adapter_rank = 0,
                                       .evaluated = make<Samples>(10000.0),
                                       .evaluate_every = make<Samples>(0.05 * 3000000.0),
                                       .evaluate_every_batch = 0.05 * 230.23,
                                       .evaluate_grain = make<Samples>(25000.0),
                                       .evaluations_skipped = 0,
                                       .provenance = {detail::mlperf_rules, "2020-07", Evidence::datasheet}};

/// GPT-OSS 20B on C4. Its rules are not published in what this catalogue was made from: those of Llama 3.1 8B stand in.
inline constexpr Benchmark mlperf_gpt_oss_20b{.name = "gpt_oss_20b",
                                              .model = "gpt-oss-20b",
                                              .sequence = 8192,
                                              .filled = 1.0,
                                              .adapter_rank = 0,
                                              .evaluated = make<Samples>(1024.0),
                                              .evaluate_every = make<Samples>(12288.0),
                                              .evaluate_every_batch = 0.0,
                                              .evaluate_grain = make<Samples>(0.0),
                                              .evaluations_skipped = 0,
                                              .provenance = {"as llama31_8b", "2026", Evidence::assumed}};

/// DeepSeek-V3 pre-training, likewise with the evaluations of Llama 3.1 8B.
inline constexpr Benchmark mlperf_deepseek_v3{.name = "deepseekv3",
                                              .model = "deepseek-v3",
                                              .sequence = 4096,
                                              .filled = 1.0,
                                              .adapter_rank = 0,
                                              .evaluated = make<Samples>(1024.0),
                                              .evaluate_every = make<Samples>(12288.0),
                                              .evaluate_every_batch = 0.0,
                                              .evaluate_grain = make<Samples>(0.0),
                                              .evaluations_skipped = 0,
                                              .provenance = {"as llama31_8b", "2026", Evidence::assumed}};

/// What submissions add to the steps and samples as such. Fitted by tests/accuracy/fit_time_to_train.cpp on early
/// rounds: BERT up to v3.1, language models up to v4.0 (docs/time_to_train.md).
struct SubmissionConstants {
    Seconds start_across_nodes;    ///< language models, on more than a node: communicators, first steps
    double encoder_imbalance;      ///< tokens of the fullest rank of BERT over the mean, as samples differ in length
    Seconds encoder_step_overhead; ///< of BERT's captured or compiled step; stacks have that of large models
    Provenance provenance;
};
inline constexpr SubmissionConstants mlperf_submissions{
    .start_across_nodes = make<Seconds>(32.0),
    .encoder_imbalance = 1.08,
    .encoder_step_overhead = make<Seconds>(0.007),
    .provenance = {"mlcommons/training_results_v0.7 to v4.0", "2024-06", Evidence::fitted}};

inline constexpr std::array all_benchmarks = {
    &mlperf_gpt3, &mlperf_llama2_70b_lora, &mlperf_llama31_405b, &mlperf_llama31_8b,
    &mlperf_bert, &mlperf_gpt_oss_20b,     &mlperf_deepseek_v3,
};

/// The benchmark that a result calls so, or null; "deepseekv3_671b" is `deepseekv3`.
[[nodiscard]] constexpr const Benchmark* find_benchmark(std::string_view name) noexcept {
    for (const Benchmark* benchmark : all_benchmarks)
        if (name.substr(0, benchmark->name.size()) == benchmark->name) return benchmark;
    return nullptr;
}

/// When a benchmark is evaluated at a batch; at least a step apart.
[[nodiscard]] constexpr EvaluationCadence cadence_of(const Benchmark& benchmark, const Samples& batch) noexcept {
    const double samples = raw(benchmark.evaluate_every) + benchmark.evaluate_every_batch * raw(batch);
    const double grain = raw(benchmark.evaluate_grain);
    const auto whole = [](double count) { return static_cast<double>(static_cast<std::int64_t>(count)); };
    const double steps = whole(samples / raw(batch));
    const double every =
        grain > 0 ? whole(samples / grain) * grain : (steps * raw(batch) < samples ? steps + 1.0 : steps) * raw(batch);
    return {.first = make<Samples>(every * static_cast<double>(benchmark.evaluations_skipped + 1)),
            .every = make<Samples>(every)};
}

} // namespace foretrain::inline v0::catalog
