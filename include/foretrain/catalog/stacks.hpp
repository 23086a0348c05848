// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>

#include "../parallel/stack.hpp"

// Training software stacks: what each overlaps, fuses and costs on the host. Few constants a stack, the same for every
// configuration it runs; none is chosen for a single published point.
//
// `generic` is assumed. The others are fitted to published steps by tests/accuracy/fit_constants.cpp, which prints them
// (docs/accuracy.md); a constant that the steps say nothing about kept its starting value, such as the host's cost
// where it never binds. Matrix rates are relative to Megatron-LM of 2021.

namespace foretrain::inline v0::catalog {

/// Megatron-LM of 2020 to 2022: fused softmax, bias-activation and bias-dropout-residual kernels, nothing overlapped.
inline constexpr SoftwareStack megatron_2021{
    .name = "megatron-2021",
    .execution = Execution::eager,
    .host_per_kernel = make<Seconds>(12.0e-6),
    .step_overhead = make<Seconds>(1.21e-3),
    .data_overlap = 0.0,
    .tensor_overlap = 0.0,
    .pipeline_overlap = 0.0,
    .contention = 0.0,
    .straggler = 0.0,
    .fused_elementwise = true,
    .kernels = {.matrix = 1.0, .attention = 1.0, .stream_traffic = 0.821},
    .library = libraries::nccl,
    .provenance = {"NVIDIA/Megatron-LM v2 to v3; Narayanan et al. 2021; Korthikanti et al. 2022", "2022-05",
                   Evidence::fitted}};

/// Megatron-LM and NeMo of 2022: the all-reduce of the backward pass runs beside the weight gradients.
inline constexpr SoftwareStack megatron_2022{
    .name = "megatron-2022",
    .execution = Execution::eager,
    .host_per_kernel = make<Seconds>(12.0e-6),
    .step_overhead = make<Seconds>(1.5e-3),
    .data_overlap = 0.0,
    .tensor_overlap = 0.5,
    .pipeline_overlap = 0.0,
    .contention = 0.0,
    .straggler = 0.0,
    .fused_elementwise = true,
    .kernels = {.matrix = 1.06, .attention = 1.0, .stream_traffic = 1.34},
    .library = libraries::nccl,
    .provenance = {"NVIDIA/Megatron-LM v2 to v3; Narayanan et al. 2021; Korthikanti et al. 2022", "2022-05",
                   Evidence::fitted}};

/// Megatron-Core and NeMo since 2023: gradients and weights overlapped, tensor communication partly, sends mostly.
inline constexpr SoftwareStack megatron_core{
    .name = "megatron-core",
    .execution = Execution::eager,
    .host_per_kernel = make<Seconds>(6.0e-6),
    .step_overhead = make<Seconds>(30.0e-3),
    .data_overlap = 0.6,
    .tensor_overlap = 1.0,
    .pipeline_overlap = 0.8,
    .contention = 0.1,
    .straggler = 0.0,
    .fused_elementwise = true,
    .kernels = {.matrix = 1.13, .attention = 0.999, .stream_traffic = 1.0},
    .library = libraries::nccl,
    .provenance = {"NVIDIA/Megatron-LM core, NeMo user guide on communication overlap", "2024", Evidence::fitted}};

/// Megatron-DeepSpeed of 2021 to 2023 (BLOOM, vTrain): a slower host, nothing overlapped.
inline constexpr SoftwareStack megatron_deepspeed{
    .name = "megatron-deepspeed",
    .execution = Execution::eager,
    .host_per_kernel = make<Seconds>(73.5e-6),
    .step_overhead = make<Seconds>(8.93e-3),
    .data_overlap = 1.0,
    .tensor_overlap = 0.0,
    .pipeline_overlap = 0.0,
    .contention = 0.0,
    .straggler = 0.0249,
    .fused_elementwise = true,
    .kernels = {.matrix = 1.03, .attention = 1.0, .stream_traffic = 0.8},
    .library = libraries::nccl,
    .memory = {.gradient_copies = 1, .staged_whole = true},
    .provenance = {"bigscience-workshop/Megatron-DeepSpeed", "2022", Evidence::fitted}};

/// DeepSpeed ZeRO-3 of 2021 to 2022, without tensor parallelism: parameters gathered one by one, partly overlapped.
inline constexpr SoftwareStack deepspeed_zero3{
    .name = "deepspeed-zero3",
    .execution = Execution::eager,
    .host_per_kernel = make<Seconds>(20.0e-6),
    .step_overhead = make<Seconds>(30.0e-3),
    .data_overlap = 0.0,
    .tensor_overlap = 0.0,
    .pipeline_overlap = 0.0,
    .contention = 0.1,
    .straggler = 0.05,
    .fused_elementwise = true,
    .kernels = {.matrix = 0.948, .attention = 1.0, .stream_traffic = 1.0},
    .library = libraries::nccl,
    .memory = {.loss = Loss::whole_vocabulary, .gradients = NumberFormat::bf16},
    .provenance = {"DeepSpeed blog of 2022-07 on Azure; Narayanan et al. 2021, table 2", "2022-07", Evidence::fitted}};

/// Plain PyTorch layers with tensor, pipeline and ZeRO-1 parallelism (Aleph Alpha 2023): norms and activations in eager
/// kernels.
inline constexpr SoftwareStack torch_model_parallel{
    .name = "torch-model-parallel",
    .execution = Execution::eager,
    .host_per_kernel = make<Seconds>(10.0e-6),
    .step_overhead = make<Seconds>(30.0e-3),
    .data_overlap = 0.0,
    .tensor_overlap = 0.0,
    .pipeline_overlap = 0.0,
    .contention = 0.0,
    .straggler = 0.05,
    .fused_elementwise = false,
    .kernels = {.matrix = 0.952, .attention = 1.0, .stream_traffic = 1.48},
    .library = libraries::nccl,
    .memory = {.loss = Loss::whole_vocabulary,
               .gradients = NumberFormat::bf16,
               .norm_copies = 8,
               .softmax_copies = 4,
               .gathered_inputs = true},
    .provenance = {"Hagemann et al. 2023 (arXiv:2311.05610)", "2023-11", Evidence::fitted}};

/// The same with FlashAttention-1.
inline constexpr SoftwareStack torch_model_parallel_flash1{
    .name = "torch-model-parallel-flash1",
    .execution = Execution::eager,
    .host_per_kernel = make<Seconds>(10.0e-6),
    .step_overhead = make<Seconds>(30.0e-3),
    .data_overlap = 0.0,
    .tensor_overlap = 0.0,
    .pipeline_overlap = 0.0,
    .contention = 0.0,
    .straggler = 0.05,
    .fused_elementwise = false,
    .kernels = {.matrix = 0.867, .attention = 1.0, .stream_traffic = 1.0},
    .library = libraries::nccl,
    .memory = {.loss = Loss::whole_vocabulary,
               .gradients = NumberFormat::bf16,
               .norm_copies = 8,
               .gathered_inputs = true},
    .provenance = {"Hagemann et al. 2023 (arXiv:2311.05610)", "2023-11", Evidence::fitted}};

/// The same with FlashAttention-2 and a fused RMSNorm kernel.
inline constexpr SoftwareStack torch_model_parallel_fused{
    .name = "torch-model-parallel-fused",
    .execution = Execution::eager,
    .host_per_kernel = make<Seconds>(10.0e-6),
    .step_overhead = make<Seconds>(30.0e-3),
    .data_overlap = 0.0,
    .tensor_overlap = 0.0,
    .pipeline_overlap = 0.0,
    .contention = 0.0,
    .straggler = 0.0413,
    .fused_elementwise = false,
    .kernels = {.matrix = 1.04, .attention = 1.0, .stream_traffic = 1.0},
    .library = libraries::nccl,
    .memory = {.loss = Loss::whole_vocabulary,
               .gradients = NumberFormat::bf16,
               .norm_copies = 2,
               .gathered_inputs = true},
    .provenance = {"Hagemann et al. 2023 (arXiv:2311.05610)", "2023-11", Evidence::fitted}};

/// MosaicML llm-foundry of 2022 to 2024: FSDP with prefetching, eager elementwise kernels, Triton attention.
inline constexpr SoftwareStack llm_foundry{.name = "llm-foundry",
                                           .execution = Execution::eager,
                                           .host_per_kernel = make<Seconds>(10.0e-6),
                                           .step_overhead = make<Seconds>(30.0e-3),
                                           .data_overlap = 0.463,
                                           .tensor_overlap = 0.0,
                                           .pipeline_overlap = 0.0,
                                           .contention = 0.1,
                                           .straggler = 0.0,
                                           .fused_elementwise = false,
                                           .kernels = {.matrix = 1.02, .attention = 0.699, .stream_traffic = 0.976},
                                           .library = libraries::nccl,
                                           .memory = {.gradients = NumberFormat::bf16},
                                           .provenance = {"mosaicml/llm-foundry", "2024-01", Evidence::fitted}};

/// llm-foundry up to March 2023, on PyTorch 1.13.
inline constexpr SoftwareStack llm_foundry_2022{
    .name = "llm-foundry-2022",
    .execution = Execution::eager,
    .host_per_kernel = make<Seconds>(10.0e-6),
    .step_overhead = make<Seconds>(24.5e-3),
    .data_overlap = 0.0,
    .tensor_overlap = 0.0,
    .pipeline_overlap = 0.0,
    .contention = 0.1,
    .straggler = 0.0,
    .fused_elementwise = false,
    .kernels = {.matrix = 0.913, .attention = 0.507, .stream_traffic = 1.29},
    .library = libraries::nccl,
    .memory = {.gradients = NumberFormat::bf16},
    .provenance = {"mosaicml/llm-foundry", "2024-01", Evidence::fitted}};

/// PyTorch FSDP with prefetching and compiled layers (torchtitan, fms-fsdp).
inline constexpr SoftwareStack fsdp{
    .name = "fsdp",
    .execution = Execution::eager,
    .host_per_kernel = make<Seconds>(10.0e-6),
    .step_overhead = make<Seconds>(30.0e-3),
    .data_overlap = 0.932,
    .tensor_overlap = 0.2,
    .pipeline_overlap = 0.5,
    .contention = 0.1,
    .straggler = 0.0,
    .fused_elementwise = true,
    .kernels = {.matrix = 1.0, .attention = 1.0, .stream_traffic = 1.0},
    .library = libraries::nccl,
    .memory = {.gradients = NumberFormat::bf16},
    .provenance = {"pytorch/torchtitan, foundation-model-stack/fms-fsdp", "2024", Evidence::fitted}};

/// BERT reference code of 2019 to 2021 (DeepLearningExamples): data parallel, eager or graph, LAMB.
inline constexpr SoftwareStack bert_reference{.name = "bert-reference",
                                              .execution = Execution::eager,
                                              .host_per_kernel = make<Seconds>(8.0e-6),
                                              .step_overhead = make<Seconds>(30.0e-3),
                                              .data_overlap = 0.0,
                                              .tensor_overlap = 0.0,
                                              .pipeline_overlap = 0.0,
                                              .contention = 0.1,
                                              .straggler = 0.00803,
                                              .fused_elementwise = false,
                                              .kernels = {.matrix = 1.18, .attention = 1.0, .stream_traffic = 1.75},
                                              .library = libraries::nccl,
                                              .provenance = {"NVIDIA/DeepLearningExamples", "2021", Evidence::fitted}};

/// XLA: compiled whole programs (MaxText, JAX): no host cost, fused elementwise work, scheduled overlap.
inline constexpr SoftwareStack xla{.name = "xla",
                                   .execution = Execution::captured,
                                   .host_per_kernel = make<Seconds>(0e-6),
                                   .step_overhead = make<Seconds>(30.0e-3),
                                   .data_overlap = 0.0,
                                   .tensor_overlap = 0.951,
                                   .pipeline_overlap = 0.5,
                                   .contention = 0.1,
                                   .straggler = 0.0,
                                   .fused_elementwise = true,
                                   .kernels = {.matrix = 0.974, .attention = 1.0, .stream_traffic = 1.0},
                                   .library = libraries::wires,
                                   .provenance = {"AI-Hypercomputer/maxtext", "2024", Evidence::fitted}};

/// JAX on GPUs (T5X, Paxml of JAX-Toolbox).
inline constexpr SoftwareStack jax_gpu{.name = "jax-gpu",
                                       .execution = Execution::captured,
                                       .host_per_kernel = make<Seconds>(0e-6),
                                       .step_overhead = make<Seconds>(18.3e-3),
                                       .data_overlap = 0.106,
                                       .tensor_overlap = 0.5,
                                       .pipeline_overlap = 0.5,
                                       .contention = 0.1,
                                       .straggler = 0.05,
                                       .fused_elementwise = true,
                                       .kernels = {.matrix = 1.0, .attention = 0.999, .stream_traffic = 0.998},
                                       .library = libraries::nccl,
                                       .provenance = {"AI-Hypercomputer/maxtext", "2024", Evidence::fitted}};

/// AWS Neuron with NeMo-Megatron or neuronx-distributed.
inline constexpr SoftwareStack neuron{.name = "neuron",
                                      .execution = Execution::captured,
                                      .host_per_kernel = make<Seconds>(0e-6),
                                      .step_overhead = make<Seconds>(30.0e-3),
                                      .data_overlap = 0.0,
                                      .tensor_overlap = 0.0,
                                      .pipeline_overlap = 0.5,
                                      .contention = 0.1,
                                      .straggler = 0.0,
                                      .fused_elementwise = true,
                                      .kernels = {.matrix = 1.0, .attention = 1.0, .stream_traffic = 1.0},
                                      .library = libraries::wires,
                                      .provenance = {"aws-neuron/aws-neuron-sdk", "2024", Evidence::fitted}};

/// A stack of which nothing is known: middling in everything.
inline constexpr SoftwareStack generic_stack{.name = "generic",
                                             .execution = Execution::eager,
                                             .host_per_kernel = make<Seconds>(10.0e-6),
                                             .step_overhead = make<Seconds>(10.0e-3),
                                             .data_overlap = 0.7,
                                             .tensor_overlap = 0.2,
                                             .pipeline_overlap = 0.5,
                                             .contention = 0.1,
                                             .straggler = 0.005,
                                             .fused_elementwise = true,
                                             .kernels = {.matrix = 0.95, .attention = 0.8, .stream_traffic = 1.3},
                                             .library = libraries::nccl,
                                             .provenance = {"between the stacks above", "2026-11", Evidence::assumed}};

/// Every stack.
inline constexpr std::array<const SoftwareStack*, 16> all_stacks{&megatron_2021,
                                                                 &megatron_2022,
                                                                 &megatron_core,
                                                                 &megatron_deepspeed,
                                                                 &deepspeed_zero3,
                                                                 &torch_model_parallel,
                                                                 &torch_model_parallel_flash1,
                                                                 &torch_model_parallel_fused,
                                                                 &llm_foundry,
                                                                 &llm_foundry_2022,
                                                                 &fsdp,
                                                                 &bert_reference,
                                                                 &xla,
                                                                 &jax_gpu,
                                                                 &neuron,
                                                                 &generic_stack};

/// The stack called `name`, or null.
[[nodiscard]] constexpr const SoftwareStack* find_stack(std::string_view name) noexcept {
    for (const SoftwareStack* stack : all_stacks)
        if (stack->name == name) return stack;
    return nullptr;
}

} // namespace foretrain::inline v0::catalog
