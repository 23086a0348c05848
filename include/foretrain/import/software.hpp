// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include "../catalog/stacks.hpp"
#include "../hardware/cluster.hpp"
#include "words.hpp"

// Which software stack a published row ran: that of its source where known, else the framework its words name, else
// what its plan and its accelerators suggest.

namespace foretrain::inline v0::detail {

/// What a source's family says of the software it ran, first match first.
struct StackAlias {
    std::string_view family;
    const SoftwareStack* stack;
};
inline constexpr std::array stack_aliases = {
    StackAlias{"maxtext", &catalog::jax_gpu},
    StackAlias{"JAX", &catalog::jax_gpu},
    StackAlias{"levanter", &catalog::jax_gpu},
    StackAlias{"vTrain", &catalog::megatron_deepspeed_2023},
    StackAlias{"bigscience", &catalog::megatron_deepspeed},
    StackAlias{"Megatron-DeepSpeed", &catalog::megatron_deepspeed},
    StackAlias{"DeepSpeed", &catalog::deepspeed_zero3},
    StackAlias{"2311.05610", &catalog::torch_model_parallel},
    StackAlias{"llm-foundry", &catalog::llm_foundry},
    StackAlias{"torchtitan", &catalog::fsdp},
    StackAlias{"fms-fsdp", &catalog::fsdp},
    StackAlias{"DeepLearningExamples", &catalog::bert_reference},
    StackAlias{"Korthikanti", &catalog::megatron_2022},
    StackAlias{"Narayanan", &catalog::megatron_2021},
    StackAlias{"MT-NLG", &catalog::megatron_deepspeed},
    StackAlias{"Megatron", &catalog::megatron_core},
    StackAlias{"NeMo", &catalog::megatron_core},
    StackAlias{"dgxc", &catalog::megatron_core},
    StackAlias{"MLCommons", &catalog::megatron_mlperf},
    StackAlias{"SimuMax", &catalog::megatron_core},
    StackAlias{"metaseq", &catalog::fsdp},          // fairscale's, which PyTorch took over
    StackAlias{"Llama 3", &catalog::generic_stack}, // Meta's own
};

/// What the notes of a row say of the kernels or the release, more exact than the family.
inline constexpr std::array release_aliases = {
    StackAlias{"RMS kernel", &catalog::torch_model_parallel_fused},
    StackAlias{"flash_attentionv1", &catalog::torch_model_parallel_flash1},
    StackAlias{"v0 (Dec 2022", &catalog::llm_foundry_2022},
    StackAlias{"v1 (Mar 2023", &catalog::llm_foundry_2022},
    StackAlias{"MaxText;", &catalog::jax_gpu},
    StackAlias{"Paxml;", &catalog::jax_gpu},
};

/// Words that name a framework wherever a row has them, in lower case, the more telling first. Null: one that runs
/// sharded data parallelism, of the time that the attention kernel tells.
inline constexpr std::array framework_words = {
    StackAlias{"maxtext", &catalog::jax_gpu},
    StackAlias{"paxml", &catalog::jax_gpu},
    StackAlias{"t5x", &catalog::jax_gpu},
    StackAlias{"axlearn", &catalog::jax_gpu},
    StackAlias{"easylm", &catalog::jax_gpu},
    StackAlias{"jax", &catalog::jax_gpu},
    StackAlias{"foundry", &catalog::llm_foundry},
    StackAlias{"mosaic", &catalog::llm_foundry},
    StackAlias{"megatron-deepspeed", &catalog::megatron_deepspeed},
    StackAlias{"gpt-neox", &catalog::megatron_deepspeed},
    StackAlias{"torchtitan", &catalog::fsdp},
    StackAlias{"mlperf", &catalog::megatron_mlperf},
    StackAlias{"mlcommons", &catalog::megatron_mlperf},
    StackAlias{"megatron", &catalog::megatron_core},
    StackAlias{"nemo", &catalog::megatron_core},
    StackAlias{"primus", &catalog::megatron_core},
    StackAlias{"flagscale", &catalog::megatron_core},
    StackAlias{"zero bubble", &catalog::megatron_core},
    StackAlias{"zero-bubble", &catalog::megatron_core},
    StackAlias{"transformer engine", &catalog::megatron_core},
    StackAlias{"paddle", &catalog::generic_stack},
    StackAlias{"colossal", &catalog::generic_stack},
    StackAlias{"alpa", &catalog::generic_stack},
    StackAlias{"deepspeed", nullptr},
    StackAlias{"fsdp", nullptr},
    StackAlias{"accelerate", nullptr},
    StackAlias{"axolotl", nullptr},
    StackAlias{"huggingface", nullptr},
    StackAlias{"llama-factory", nullptr},
    StackAlias{"litgpt", nullptr},
    StackAlias{"torchtune", nullptr},
};

/// A stack and whether the source names it.
struct StackChoice {
    const SoftwareStack* stack = &catalog::generic_stack;
    bool named = false;
};

/// Whether notes name a NeMo container from 26.05 on: "NeMo 26.06.01 container".
[[nodiscard]] inline bool released_since_2026(std::string_view notes) {
    const std::size_t at = notes.find("NeMo ");
    if (at == std::string_view::npos) return false;
    const std::optional<double> release = number_of(notes.substr(at + 5, 5));
    return release && *release >= 26.05;
}

/// The software stack a row ran on accelerators of a cluster.
[[nodiscard]] inline StackChoice stack_of(const PublishedStep& row, const Cluster& cluster) {
    const std::string_view vendor = cluster.accelerator.vendor;
    const std::string_view system = cluster.name;
    const bool gaudi = contains(system, "gaudi");
    const bool sharded = row.sharding == "fsdp" || row.sharding == "zero3" || row.sharding == "hsdp";
    const bool unfused = row.flash_attention == "0";
    // Before Hopper: the time of Megatron without fused attention and of DeepSpeed without prefetching.
    const bool early = contains(system, "v100") || contains(system, "a100") || contains(system, "a800");
    const auto parallel = [](std::string_view degree) {
        const std::optional<double> number = number_of(degree);
        return number && *number > 1;
    };
    const SoftwareStack* sharding = early && unfused ? &catalog::deepspeed_zero3 : &catalog::fsdp;
    // Unfused attention dates Megatron before 2023. It had no ZeRO-3 then: such rows are measurements of DeepSpeed.
    const auto dated = [&](const SoftwareStack* stack) {
        if (stack == &catalog::megatron_core && unfused && early)
            return sharded                            ? &catalog::deepspeed_zero3
                   : contains(row.family, "Megatron") ? &catalog::megatron_2021
                                                      : &catalog::megatron_2022;
        return sharded && stack == &catalog::megatron_2021 ? &catalog::deepspeed_zero3 : stack;
    };

    // TPUs and Trainium run nothing but compiled programs, whatever writes them.
    if (contains(system, "tpu")) return {&catalog::xla, true};
    if (contains(system, "trn")) return {&catalog::neuron, true};
    for (const StackAlias& alias : release_aliases)
        if (contains(row.notes, alias.family)) return {alias.stack, true};
    // Whole steps are captured in graphs on Blackwell only.
    const bool blackwell = contains(system, "b200") || contains(system, "b300");
    if (blackwell && released_since_2026(row.notes)) return {&catalog::megatron_core_2026, true};
    for (const StackAlias& alias : stack_aliases)
        if (contains(row.family, alias.family) || contains(row.source_family, alias.family))
            return {dated(alias.stack), true};
    const std::string text = lower_case(row.family + " " + row.source_family + " " + row.source + " " + row.notes);
    for (const StackAlias& alias : framework_words)
        if (contains(text, alias.family)) return {dated(alias.stack != nullptr ? alias.stack : sharding), true};
    if (gaudi) return {&catalog::xla, false};
    const bool encoder = contains(row.row_type, "encoder") || contains(letters_of(row.model_name), "bert");
    if (encoder && !parallel(row.tensor) && !parallel(row.pipeline) && early) return {&catalog::bert_reference, false};
    if (sharded) return {sharding, false};
    if (parallel(row.tensor) || parallel(row.pipeline) || parallel(row.context) || parallel(row.expert)) {
        if (early && unfused)
            return {row.sequence_parallel == "1" ? &catalog::megatron_2022 : &catalog::megatron_2021, false};
        if (vendor == "NVIDIA" || vendor == "AMD") return {&catalog::megatron_core, false};
    }
    return {&catalog::generic_stack, false};
}

} // namespace foretrain::inline v0::detail
