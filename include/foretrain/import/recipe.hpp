// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "row.hpp"
#include "software.hpp"
#include "words.hpp"

// The training recipe of a published row: number formats, optimizer, adapters, routing of experts, offloading.

namespace foretrain::inline v0::detail {

/// Tokens of the busiest expert rank over the mean: benchmarks force balance or start from routers that are close to
/// it; an untrained router that decides freely is what Megatron-MoE-ModelZoo measured beside forced balance (1.5, from
/// its pairs of throughputs).
inline constexpr double usual_imbalance = 1.0;
inline constexpr double untrained_imbalance = 1.5;

/// Rank of LoRA adapters where a row does not say (NeMo's fine-tuning recipes).
inline constexpr std::int64_t usual_adapter_rank = 16;

/// The precision a table means: "bf16", "amp_bf16", "fp8-blockwise", "MXFP8", ...; refused if none.
inline void import_precision(const PublishedStep& row, RowReader& read, Precision& result) {
    const std::string text = letters_of(row.precision);
    const auto says = [&](auto... words) { return (contains(text, words) || ...); };
    if (says("nvfp4", "mxfp4", "fp4")) result = precision::nvfp4;
    else if (says("mxfp8", "fp8mx")) result = precision::mxfp8;
    else if (says("block", "subchannel", "fp8sc")) result = precision::fp8_block;
    else if (says("fp8", "float8")) result = precision::fp8;
    else if (says("int8")) result = precision::int8;
    else if (says("bf16", "bfloat16")) result = precision::mixed_bf16;
    else if (says("fp16", "float16", "half", "amp", "mixed")) result = precision::mixed_fp16;
    else if (says("tf32")) result = precision::tf32;
    else if (says("fp32", "float32", "single")) result = precision::fp32;
    else read.refuse(row.precision.empty() ? "precision not published" : "number format not known: " + row.precision);
    // Block scaling alone does not shorten the moments, as DeepSeek-V3's own recipe does.
    if (result == precision::fp8_block && !contains(row.family, "deepseek")) {
        result.optimizer_state = NumberFormat::fp32;
        result.dispatch = NumberFormat::bf16;
    }
}

/// FSDP reduces gradients in the format of the weights.
inline void reduce_in_short_format(Precision& precision) {
    if (precision.weights != NumberFormat::bf16) return;
    precision.gradients = NumberFormat::bf16;
    precision.gradient_reduction = NumberFormat::bf16;
}

/// What notes say is kept in host memory; shares of activations are of half the modules, as recipes do.
inline void import_offload(const PublishedStep& row, RowReader& read, ParallelPlan& plan) {
    const std::string notes = lower_case(row.notes);
    if (!contains(notes, "offload") && !contains(notes, "infinity")) return;
    if (contains(notes, "not stated")) return;
    const auto says = [&](auto... words) { return (contains(notes, words) || ...); };
    if (says("activation offload", "offloads activations", "offload activations", "activations offloaded",
             "offloading (expert", "offload of qkv"))
        plan.offload.activations = 0.5;
    else if (says("zero-infinity", "infinity", "nvme", "parameter offload", "param offload"))
        plan.offload.weights = plan.offload.optimizer = 1.0;
    else if (says("zero-offload", "optimizer offload", "optimizer state", "offloaded optimizer", "cpu offload",
                  "cpu-offload", "cpu_offload"))
        plan.offload.optimizer = 1.0;
    else return;
    plan.offload.to_drives = says("nvme");
    read.assume("shares offloaded: activations " + decimal(plan.offload.activations) + ", optimizer " +
                decimal(plan.offload.optimizer) + ", weights " + decimal(plan.offload.weights));
}

/// How tokens fall on experts.
inline void import_routing(const PublishedStep& row, RowReader& read, const Transformer& m, ParallelPlan& plan) {
    if (!m.has_experts()) return;
    const std::string notes = lower_case(row.notes);
    const std::optional<double> capacity = number_after(notes, "capacity factor");
    if (capacity && *capacity >= 0.1 && *capacity <= 100) plan.expert_capacity = *capacity;
    else if (contains(notes, "tokendrop") || contains(notes, "token drop")) plan.expert_capacity = 1.0;
    else if (contains(letters_of(notes), "forcebalanced") || contains(letters_of(notes), "forcedbalance"))
        plan.expert_imbalance = 1.0;
    else {
        plan.expert_imbalance = contains(notes, "real routing") ? untrained_imbalance : usual_imbalance;
        read.assume("busiest expert rank at " + decimal(plan.expert_imbalance) + " of the mean");
    }
}

/// Reads precision, optimizer, adapters, routing and offloading into the plan; its stack is set already.
inline void import_recipe(const PublishedStep& row, RowReader& read, const Transformer& m, ParallelPlan& plan) {
    import_precision(row, read, plan.precision);
    const std::string notes = lower_case(row.notes);
    if (contains(notes, "muon") || contains(notes, "momentum")) plan.optimizer = Optimizer::momentum;
    else if (contains(notes, "adafactor")) plan.optimizer = Optimizer::adafactor;
    else if (number_after(notes, "lion") || contains(notes, "lion optimizer")) plan.optimizer = Optimizer::lion;
    if (contains(row.row_type, "lora") || contains(row.row_type, "peft")) {
        std::optional<double> rank = number_after(notes, "rank");
        if (!rank) rank = number_after(notes, "r");
        if (!(rank && *rank >= 1 && *rank <= 4096)) {
            rank = static_cast<double>(usual_adapter_rank);
            read.assume("adapters of rank " + std::to_string(usual_adapter_rank));
        }
        plan.adapter_rank = static_cast<std::int64_t>(*rank);
    }
    if (contains(notes, "cuda graph") || contains(notes, "cudagraph")) plan.stack.execution = Execution::captured;
    import_routing(row, read, m, plan);
    import_offload(row, read, plan);
}

} // namespace foretrain::inline v0::detail
