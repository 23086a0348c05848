// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "../catalog/stacks.hpp"
#include "../units/quantity.hpp"
#include "published_steps.hpp"

// What tables of measurements call hardware and software, and what the catalogue calls them.

namespace foretrain::inline v0::detail {

[[nodiscard]] inline bool contains(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

/// How tables of measurements name accelerators, and the system each sits in.
struct HardwareAlias {
    std::string_view prefix;
    std::string_view system;
};
inline constexpr std::array hardware_aliases = {
    HardwareAlias{"A100-SXM-80GB", "dgx-a100"},
    HardwareAlias{"A100-SXM-40GB", "dgx-a100-40gb"},
    HardwareAlias{"A800", "hgx-a800"},
    HardwareAlias{"H100-PCIe", "h100-pcie-node"},
    HardwareAlias{"H100", "dgx-h100"},
    HardwareAlias{"H200", "hgx-h200"},
    HardwareAlias{"H800", "dgx-h800"},
    HardwareAlias{"H20", "hgx-h20"},
    HardwareAlias{"B200", "dgx-b200"},
    HardwareAlias{"B300", "hgx-b300"},
    HardwareAlias{"GB200", "gb200-nvl72"},
    HardwareAlias{"GB300", "gb300-nvl72"},
    HardwareAlias{"V100-SXM3-32GB (DGX-2H", "dgx2h-v100"},
    HardwareAlias{"V100-SXM3", "dgx2-v100"},
    HardwareAlias{"V100", "dgx-v100"},
    HardwareAlias{"TPUv2", "tpu-v2-pod"},
    HardwareAlias{"TPUv3", "tpu-v3-pod"},
    HardwareAlias{"TPUv4", "tpu-v4-pod"},
    HardwareAlias{"TPUv5e", "tpu-v5e-pod"},
    HardwareAlias{"TPUv5p", "tpu-v5p-pod"},
    HardwareAlias{"TPUv6e", "tpu-v6e-pod"},
    HardwareAlias{"TPUv7", "tpu-v7-pod"},
    HardwareAlias{"MI250", "mi250x-node"},
    HardwareAlias{"MI300", "mi300x-node"},
    HardwareAlias{"MI325", "mi325x-node"},
    HardwareAlias{"MI355", "mi355x-node"},
    HardwareAlias{"Gaudi2", "gaudi2-node"},
    HardwareAlias{"Gaudi3", "gaudi3-node"},
    HardwareAlias{"Trainium1-NeuronCore", "trn1-neuroncores"},
    HardwareAlias{"Trainium1", "trn1"},
    HardwareAlias{"Trainium2", "trn2"},
};

/// Bandwidth of a node's network read from words such as "8x200 Gb/s HDR" or "RoCE 1600 Gbps/node"; nothing if none is
/// stated.
[[nodiscard]] inline std::optional<Bandwidth> node_network(std::string_view text, std::int64_t node) {
    // Digits before "Gb" (or "GB/s"), and a factor "8x" before them.
    for (std::string_view unit : {"Gb", "GB/s", "G"}) {
        const std::size_t at = text.find(unit);
        if (at == std::string_view::npos || at == 0) continue;
        std::size_t end = at;
        while (end > 0 && text[end - 1] == ' ') --end;
        std::size_t begin = end;
        while (begin > 0 && text[begin - 1] >= '0' && text[begin - 1] <= '9') --begin;
        const std::optional<double> rate = number_of(text.substr(begin, end - begin));
        if (!rate) continue;
        double count = 1;
        if (begin > 1 && text[begin - 1] == 'x') {
            std::size_t digits = begin - 1;
            while (digits > 0 && text[digits - 1] >= '0' && text[digits - 1] <= '9') --digits;
            if (const std::optional<double> factor = number_of(text.substr(digits, begin - 1 - digits)))
                count = *factor;
        } else if (contains(text, "per GPU") || contains(text, "per accelerator")) {
            count = static_cast<double>(node);
        }
        const double bits = unit == "GB/s" ? 8.0 : 1.0;
        return make<Bandwidth>(*rate * count * bits * 1e9 / 8.0);
    }
    return std::nullopt;
}

/// What a source's family says of the software it ran, first match first.
struct StackAlias {
    std::string_view family;
    const SoftwareStack* stack;
};
inline constexpr std::array stack_aliases = {
    StackAlias{"maxtext", &catalog::xla},
    StackAlias{"JAX", &catalog::jax_gpu},
    StackAlias{"levanter", &catalog::xla},
    StackAlias{"PaLM", &catalog::xla},
    StackAlias{"neuron", &catalog::neuron},
    StackAlias{"vTrain", &catalog::megatron_deepspeed},
    StackAlias{"bigscience", &catalog::megatron_deepspeed},
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
    StackAlias{"MLCommons", &catalog::megatron_core},
    StackAlias{"SimuMax", &catalog::megatron_core},
    StackAlias{"Llama 3", &catalog::fsdp},
};

/// What the notes of a row say of the kernels or the release, more exact than the family.
inline constexpr std::array release_aliases = {
    StackAlias{"RMS kernel", &catalog::torch_model_parallel_fused},
    StackAlias{"flash_attentionv1", &catalog::torch_model_parallel_flash1},
    StackAlias{"v0 (Dec 2022", &catalog::llm_foundry_2022},
    StackAlias{"v1 (Mar 2023", &catalog::llm_foundry_2022},
};

/// The software stack a row ran: that of its source if known, else the one its sharding and hardware suggest.
[[nodiscard]] inline const SoftwareStack& stack_of(const PublishedStep& row, bool compiled) {
    const bool sharded = row.sharding == "fsdp" || row.sharding == "zero3" || row.sharding == "hsdp";
    for (const StackAlias& alias : release_aliases)
        if (contains(row.notes, alias.family)) return *alias.stack;
    for (const StackAlias& alias : stack_aliases) {
        if (!contains(row.family, alias.family) && !contains(row.source_family, alias.family)) continue;
        // Unfused attention dates Megatron before 2023. It had no ZeRO-3 then: such rows are measurements of DeepSpeed.
        if (alias.stack == &catalog::megatron_core && row.flash_attention == "0")
            return sharded                            ? catalog::deepspeed_zero3
                   : contains(row.family, "Megatron") ? catalog::megatron_2021
                                                      : catalog::megatron_2022;
        return sharded && alias.stack == &catalog::megatron_2021 ? catalog::deepspeed_zero3 : *alias.stack;
    }
    return compiled ? catalog::xla : sharded ? catalog::fsdp : catalog::generic_stack;
}

} // namespace foretrain::inline v0::detail
