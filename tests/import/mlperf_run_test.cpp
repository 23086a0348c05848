// SPDX-License-Identifier: Apache-2.0
#include <foretrain/import/mlperf_run.hpp>

#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include "../relative.hpp"

using namespace foretrain;

namespace {

MlperfResult result(std::string_view benchmark, std::string_view round, std::string_view accelerator,
                    std::string_view accelerators, std::string_view batch) {
    MlperfResult row;
    row.benchmark = benchmark;
    row.round = round;
    row.accelerator = accelerator;
    row.accelerators = accelerators;
    row.batch = batch;
    row.per_node = "8";
    return row;
}

std::string format(std::string_view benchmark, std::string_view round, std::string_view accelerator,
                   std::string_view fp4 = "") {
    MlperfResult row = result(benchmark, round, accelerator, "8", "8");
    row.fp4 = fp4;
    return detail::mlperf_format(row, detail::hardware_of(row));
}

} // namespace

TEST_CASE("the plan of a row is taken as it is") {
    MlperfResult row = result("llama31_405b", "v5.0", "NVIDIA Blackwell GPU (GB200)", "512", "896");
    row.tensor = "4";
    row.pipeline = "8";
    row.virtual_stages = "8";
    row.context = "2";
    row.data = "8";
    row.micro_batch = "1";
    const ImportedRun run = import_run(row);
    REQUIRE(run.step.refusal == "");
    CHECK(run.step.plan.tensor == 4);
    CHECK(run.step.plan.pipeline == 8);
    CHECK(run.step.plan.virtual_stages == 8);
    CHECK(run.step.plan.context == 2);
    CHECK(run.step.plan.data == 8);
    CHECK(run.step.plan.sequence == 8192);
    CHECK(run.step.cluster.accelerators == 512);
    // 19.433 s logged (mlcommons/training_results_v5.0, NVIDIA tyche_ngpu512)
    const Result<StepEstimate> step = estimate_partly_recomputed(run.step, run.recomputed);
    REQUIRE(step);
    CHECK(raw(step->time) == relative(19.433).epsilon(0.10));
}

TEST_CASE("a plan that is not told fits into memory and is about as fast as the one that NVIDIA chose") {
    const ImportedRun run = import_run(result("gpt3", "v4.1", "NVIDIA H100-SXM5-80GB", "512", "2048"));
    REQUIRE(run.step.refusal == "");
    const Result<StepEstimate> chosen = estimate_partly_recomputed(run.step, run.recomputed);
    REQUIRE(chosen);
    CHECK(fits(chosen->memory.footprint, run.step.cluster.accelerator));
    MlperfResult nvidia = result("gpt3", "v4.1", "NVIDIA H100-SXM5-80GB", "512", "2048");
    nvidia.tensor = "4";
    nvidia.pipeline = "8";
    nvidia.virtual_stages = "6";
    nvidia.micro_batch = "2";
    const ImportedRun told = import_run(nvidia);
    CHECK(raw(chosen->time) <= raw(estimate_partly_recomputed(told.step, told.recomputed)->time) * 1.05);
    CHECK(run.step.assumptions.back().find("the fastest that fits") != std::string::npos);
}

TEST_CASE("BERT is data parallel, computes padding in v0.7 alone, and follows the stated accumulation") {
    const ImportedRun packed = import_run(result("bert", "v2.0", "NVIDIA A100-SXM4-80GB", "8", "448"));
    const ImportedRun padded = import_run(result("bert", "v0.7", "NVIDIA A100-SXM4-80GB", "8", "448"));
    REQUIRE(packed.step.refusal == "");
    CHECK(packed.step.plan.data == 8);
    CHECK(packed.step.plan.micro_batch == 56);
    CHECK(padded.step.plan.sequence == 512);
    CHECK(packed.step.plan.sequence < 300);
    CHECK(!packed.step.model.causal);
    MlperfResult accumulated = result("bert", "v2.0", "NVIDIA A100-SXM4-80GB", "8", "448");
    accumulated.accumulation = "2";
    CHECK(import_run(accumulated).step.plan.micro_batch == 28);
}

TEST_CASE("LoRA trains adapters on a frozen base in FP8") {
    const ImportedRun run = import_run(result("llama2_70b_lora", "v4.1", "NVIDIA H100-SXM5-80GB", "8", "8"));
    REQUIRE(run.step.refusal == "");
    CHECK(run.step.plan.adapter_rank == 16);
    CHECK(run.step.plan.precision.compute == NumberFormat::fp8);
    CHECK(run.step.plan.precision.weights == NumberFormat::fp8);
    CHECK(raw(run.start_up) == 0.0); // one node
    CHECK(raw(import_run(result("llama2_70b_lora", "v4.1", "NVIDIA H100-SXM5-80GB", "64", "8")).start_up) ==
          raw(catalog::mlperf_submissions.start_across_nodes));
}

TEST_CASE("number formats follow accelerator and round") {
    CHECK(format("gpt3", "v3.1", "NVIDIA H100-SXM5-80GB") == "fp8");
    CHECK(format("bert", "v2.0", "NVIDIA A100-PCIE-80GB (300W)") == "fp16");
    CHECK(format("llama2_70b_lora", "v4.0", "NVIDIA A100-SXM4-80GB") == "bf16");
    CHECK(format("gpt3", "v3.0", "Habana Gaudi2") == "bf16");
    CHECK(format("gpt3", "v3.1", "Intel Gaudi2") == "fp8");
    CHECK(format("gpt3", "v4.0", "TPU-v5p") == "int8");
    CHECK(format("bert", "v2.0", "TPU-v4") == "bf16");
    CHECK(format("llama2_70b_lora", "v5.0", "AMD Instinct MI325X 256GB HBM3e") == "fp8");
    CHECK(format("llama31_405b", "v5.1", "NVIDIA GB300") == "nvfp4");
    CHECK(format("llama31_405b", "v5.1", "NVIDIA GB300", "False") == "fp8");
    CHECK(format("llama31_405b", "v5.0", "NVIDIA GB200", "True") == "nvfp4");
}

TEST_CASE("what is computed again in part lies between none and all") {
    MlperfResult row = result("llama2_70b_lora", "v5.0", "NVIDIA Blackwell GPU (B200-SXM-180GB)", "8", "8");
    row.tensor = row.pipeline = "1";
    row.micro_batch = "1";
    ImportedRun run = import_run(row);
    REQUIRE(run.step.refusal == "");
    run.step.plan.recomputation = Recomputation::full;
    const double all = raw(estimate_partly_recomputed(run.step, 1.0)->time);
    const double half = raw(estimate_partly_recomputed(run.step, 0.5)->time);
    const double none = raw(estimate_partly_recomputed(run.step, 0.0)->time);
    CHECK(half == relative(0.5 * (all + none)));
    CHECK(all > 1.1 * none);
}

TEST_CASE("what cannot be estimated is refused by name") {
    CHECK(import_run(result("resnet", "v4.0", "NVIDIA H100-SXM5-80GB", "8", "1024")).benchmark == nullptr);
    CHECK(import_run(result("bert", "v1.0", "Graphcore IPU GC200", "16", "3072")).step.refusal ==
          "accelerator not in the catalogue: Graphcore IPU GC200");
    CHECK(import_run(result("bert", "v1.0", "NVIDIA A100-SXM4-80GB", "8", "")).step.refusal ==
          "global_batch_seqs not published");
    CHECK(import_run(result("gpt3", "v3.0", "NVIDIA A30", "1", "8")).step.refusal ==
          "no plan that divides accelerators and batch fits");
}
