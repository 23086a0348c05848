// SPDX-License-Identifier: Apache-2.0
#include <foretrain/import/recipe.hpp>

#include <doctest/doctest.h>

#include "published_row.hpp"

using namespace foretrain;

TEST_CASE("precisions are read in the words of tables") {
    struct Word {
        const char* text;
        Precision precision;
    };
    for (const Word& word :
         {Word{"bf16", precision::mixed_bf16}, Word{"amp_bf16", precision::mixed_bf16},
          Word{"bfloat16", precision::mixed_bf16}, Word{"FP16", precision::mixed_fp16}, Word{"fp8", precision::fp8},
          Word{"float8", precision::fp8}, Word{"amp_fp8", precision::fp8}, Word{"MXFP8", precision::mxfp8},
          Word{"nvfp4", precision::nvfp4}, Word{"int8", precision::int8}, Word{"tf32", precision::tf32},
          Word{"fp32", precision::fp32}}) {
        CAPTURE(word.text);
        ImportedStep step;
        detail::RowReader read{step};
        PublishedStep row;
        row.precision = word.text;
        Precision result{};
        detail::import_precision(row, read, result);
        CHECK(result == word.precision);
        CHECK(step.refusal.empty());
    }
    CHECK(imported([](PublishedStep& r) { r.precision = "fp8-blockwise"; }).plan.precision.scaling == Scaling::block);
    CHECK(imported([](PublishedStep& r) { r.precision = "posit"; }).refusal == "number format not known: posit");
    CHECK(imported([](PublishedStep& r) { r.precision = ""; }).refusal == "precision not published");
}

TEST_CASE("FSDP reduces gradients in the short format") {
    const auto gradients = [](const char* sharding) {
        return imported([&](PublishedStep& r) {
                   r.precision = "bf16";
                   r.pipeline = "1";
                   r.sharding = sharding;
               })
            .plan.precision.gradient_reduction;
    };
    CHECK(gradients("fsdp") == NumberFormat::bf16);
    CHECK(gradients("none") == NumberFormat::fp32);
}

TEST_CASE("adapters, optimizers and captured graphs are read") {
    CHECK(imported([](PublishedStep& r) { r.row_type = "finetune-lora"; }).plan.adapter_rank ==
          detail::usual_adapter_rank);
    CHECK(imported([](PublishedStep& r) {
              r.row_type = "finetune-lora";
              r.notes = "rank 64";
          }).plan.adapter_rank == 64);
    CHECK(imported().plan.adapter_rank == 0);
    CHECK(imported([](PublishedStep& r) { r.notes = "Muon optimizer"; }).plan.optimizer == Optimizer::momentum);
    CHECK(imported([](PublishedStep& r) { r.notes = "CUDA graphs"; }).plan.stack.execution == Execution::captured);
    CHECK(imported().plan.stack.execution == Execution::eager);
}

TEST_CASE("how tokens fall on experts is read from notes") {
    const auto plan = [](const char* notes) {
        return imported([&](PublishedStep& r) { r.notes = notes; }, expert_row()).plan;
    };
    CHECK(plan("MoE force-balanced dropless").expert_imbalance == 1.0);
    CHECK(plan("forced balanced routing").expert_imbalance == 1.0);
    CHECK(plan("tokendrop").expert_capacity == 1.0);
    CHECK(plan("MoE capacity factor 1.25 (token drop, padded)").expert_capacity == 1.25);
    CHECK(plan("dropless real routing").expert_imbalance > plan("").expert_imbalance);
    CHECK(plan("").expert_imbalance == 1.0);
    CHECK(plan("").expert_capacity == 0.0);
}

TEST_CASE("offloading is read where it is stated, not where it is left open") {
    const auto offload = [](const char* notes) {
        return imported([&](PublishedStep& r) { r.notes = notes; }).plan.offload;
    };
    CHECK(offload("activation offloading (expert_fc1, moe_act)").activations > 0);
    CHECK(offload("ZeRO-Offload").optimizer == 1.0);
    CHECK(offload("ZeRO-Infinity, NVMe").to_drives);
    CHECK(offload("ZeRO-Infinity, NVMe").weights == 1.0);
    CHECK(offload("CPU offload use not stated per point").optimizer == 0.0);
    CHECK(offload("").activations == 0.0);
}
