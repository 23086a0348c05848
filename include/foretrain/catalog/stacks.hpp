// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>

#include "../parallel/stack.hpp"
#include "../units/literals.hpp"

// Training software stacks: what each overlaps, fuses and costs on the host. Few constants a stack, the same for every
// configuration it runs; none is chosen for a single published point.

namespace foretrain::inline v0::catalog {

/// Megatron-LM as of 2021 to 2022: fused softmax, bias-activation and bias-dropout-residual kernels, nothing overlapped.
inline constexpr SoftwareStack megatron_2021{
    .name = "megatron-2021",
    .execution = Execution::eager,
    .host_per_kernel = Seconds::from_value(12e-6),
    .step_overhead = Seconds::from_value(0.01),
    .data_overlap = 0.0,
    .tensor_overlap = 0.0,
    .pipeline_overlap = 0.0,
    .contention = 0.0,
    .straggler = 0.0,
    .fused_elementwise = true,
    .provenance = {"NVIDIA/Megatron-LM v2 to v3; Narayanan et al. 2021, Korthikanti et al. 2022", "2022-05", Evidence::assumed}};

/// Megatron-Core and NeMo since 2023: gradients and weights overlapped, tensor communication partly, sends mostly.
inline constexpr SoftwareStack megatron_core{
    .name = "megatron-core",
    .execution = Execution::eager,
    .host_per_kernel = Seconds::from_value(6e-6),
    .step_overhead = Seconds::from_value(0.01),
    .data_overlap = 0.9,
    .tensor_overlap = 0.5,
    .pipeline_overlap = 0.8,
    .contention = 0.1,
    .straggler = 0.005,
    .fused_elementwise = true,
    .provenance = {"NVIDIA/Megatron-LM core and NeMo user guide on communication overlap", "2024", Evidence::assumed}};

/// Megatron-DeepSpeed of 2021 to 2023 (BLOOM, vTrain's measurements): slower host, no overlap.
inline constexpr SoftwareStack megatron_deepspeed{
    .name = "megatron-deepspeed",
    .execution = Execution::eager,
    .host_per_kernel = Seconds::from_value(40e-6),
    .step_overhead = Seconds::from_value(0.02),
    .data_overlap = 0.0,
    .tensor_overlap = 0.0,
    .pipeline_overlap = 0.0,
    .contention = 0.0,
    .straggler = 0.005,
    .fused_elementwise = true,
    .provenance = {"bigscience-workshop/Megatron-DeepSpeed", "2022", Evidence::assumed}};

/// PyTorch FSDP with prefetching (llm-foundry, torchtitan): elementwise kernels not fused, communication overlapped.
inline constexpr SoftwareStack fsdp{
    .name = "fsdp",
    .execution = Execution::eager,
    .host_per_kernel = Seconds::from_value(10e-6),
    .step_overhead = Seconds::from_value(0.02),
    .data_overlap = 0.9,
    .tensor_overlap = 0.0,
    .pipeline_overlap = 0.0,
    .contention = 0.1,
    .straggler = 0.005,
    .fused_elementwise = false,
    .provenance = {"mosaicml/llm-foundry, pytorch/torchtitan", "2024", Evidence::assumed}};

/// XLA: compiled whole programs (MaxText, JAX, Neuron): no host cost, fused elementwise work, scheduled overlap.
inline constexpr SoftwareStack xla{
    .name = "xla",
    .execution = Execution::captured,
    .host_per_kernel = Seconds::from_value(0.0),
    .step_overhead = Seconds::from_value(0.01),
    .data_overlap = 0.9,
    .tensor_overlap = 0.5,
    .pipeline_overlap = 0.5,
    .contention = 0.1,
    .straggler = 0.005,
    .fused_elementwise = true,
    .provenance = {"AI-Hypercomputer/maxtext", "2024", Evidence::assumed}};

/// A stack of which nothing is known: middling in everything.
inline constexpr SoftwareStack generic_stack{
    .name = "generic",
    .execution = Execution::eager,
    .host_per_kernel = Seconds::from_value(10e-6),
    .step_overhead = Seconds::from_value(0.01),
    .data_overlap = 0.7,
    .tensor_overlap = 0.2,
    .pipeline_overlap = 0.5,
    .contention = 0.1,
    .straggler = 0.005,
    .fused_elementwise = true,
    .provenance = {"between the stacks above", "2026-11", Evidence::assumed}};

/// Every stack by name.
inline constexpr std::array<const SoftwareStack*, 6> all_stacks{&generic_stack, &megatron_2021, &megatron_core,
                                                                &megatron_deepspeed, &fsdp, &xla};

/// The stack called `name`, or a null pointer.
[[nodiscard]] constexpr const SoftwareStack* find_stack(std::string_view name) noexcept {
    for (const SoftwareStack* stack : all_stacks)
        if (stack->name == name) return stack;
    return nullptr;
}

} // namespace foretrain::inline v0::catalog
