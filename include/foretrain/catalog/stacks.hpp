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
    .host_per_kernel = make<Seconds>(2.17e-05),
    .step_overhead = make<Seconds>(0.0162),
    .data_overlap = 0.497,
    .tensor_overlap = 0.125,
    .pipeline_overlap = 0.525,
    .expert_overlap = 0.216,
    .contention = 0.0668,
    .straggler = 0.00348,
    .fused_elementwise = true,
    .kernels = {.matrix = 1.05, .attention = 0.971, .attention_on_newer = 0.56, .stream_traffic = 1.23},
    .library = libraries::nccl,
    .provenance = {"NVIDIA/Megatron-LM v2 to v3; Narayanan et al. 2021; Korthikanti et al. 2022", "2022-05",
                   Evidence::fitted}};

/// Megatron-LM and NeMo of 2022: the all-reduce of the backward pass runs beside the weight gradients.
inline constexpr SoftwareStack megatron_2022{
    .name = "megatron-2022",
    .execution = Execution::eager,
    .host_per_kernel = make<Seconds>(2.17e-05),
    .step_overhead = make<Seconds>(0.0187),
    .data_overlap = 0.255,
    .tensor_overlap = 0.575,
    .pipeline_overlap = 0.562,
    .expert_overlap = 0.216,
    .contention = 0.0656,
    .straggler = 0.00298,
    .fused_elementwise = true,
    .kernels = {.matrix = 1.09, .attention = 0.971, .attention_on_newer = 0.56, .stream_traffic = 1.71},
    .library = libraries::nccl,
    .provenance = {"NVIDIA/Megatron-LM v2 to v3; Narayanan et al. 2021; Korthikanti et al. 2022", "2022-05",
                   Evidence::fitted}};

/// Megatron-Core and NeMo of 2023 to 2025: gradients and weights overlapped, tensor communication partly, sends mostly.
inline constexpr SoftwareStack megatron_core{
    .name = "megatron-core",
    .execution = Execution::eager,
    .host_per_kernel = make<Seconds>(2.36e-05),
    .step_overhead = make<Seconds>(0.0787),
    .data_overlap = 0.826,
    .tensor_overlap = 0.587,
    .pipeline_overlap = 0.56,
    .expert_overlap = 0.173,
    .contention = 0.0579,
    .straggler = 0.00226,
    .fused_elementwise = true,
    .kernels = {.matrix = 1.07, .attention = 0.736, .stream_traffic = 0.968},
    .library = libraries::nccl,
    .experts = {.once_per_node = true},
    .provenance = {"NVIDIA/Megatron-LM core, NeMo user guide on communication overlap", "2024", Evidence::fitted}};

/// Megatron-Core and NeMo of mid 2026: captured graphs, grouped products of experts.
inline constexpr SoftwareStack megatron_core_2026{
    .name = "megatron-core-2026",
    .execution = Execution::captured,
    .host_per_kernel = make<Seconds>(2.17e-05),
    .step_overhead = make<Seconds>(0.0167),
    .data_overlap = 0.643,
    .tensor_overlap = 0.232,
    .pipeline_overlap = 0.609,
    .expert_overlap = 0.287,
    .contention = 0.0658,
    .straggler = 0.00317,
    .fused_elementwise = true,
    .kernels = {.matrix = 1.16, .attention = 1.01, .stream_traffic = 1.07},
    .library = libraries::nccl,
    .experts = {.grouped = true, .once_per_node = true},
    .provenance = {"NVIDIA-NeMo/Megatron-Bridge, releases 26.06 and 26.08", "2026-08", Evidence::fitted}};

/// Submissions to MLPerf Training since 2023: Megatron-Core tuned for one model, captured graphs.
inline constexpr SoftwareStack megatron_mlperf{
    .name = "megatron-mlperf",
    .execution = Execution::captured,
    .host_per_kernel = make<Seconds>(2.17e-05),
    .step_overhead = make<Seconds>(0.0117),
    .data_overlap = 0.576,
    .tensor_overlap = 0.556,
    .pipeline_overlap = 0.492,
    .expert_overlap = 0.216,
    .contention = 0.0642,
    .straggler = 0.00267,
    .fused_elementwise = true,
    .kernels = {.matrix = 1.1, .attention = 1.0, .stream_traffic = 1.19},
    .library = libraries::nccl,
    .experts = {.grouped = true, .once_per_node = true},
    .provenance = {"mlcommons/training_results_v3.0 to v5.1", "2025-11", Evidence::fitted}};

/// Megatron-DeepSpeed of 2021 and 2022 (BLOOM, MT-NLG): a slower host, little overlapped.
inline constexpr SoftwareStack megatron_deepspeed{
    .name = "megatron-deepspeed",
    .execution = Execution::eager,
    .host_per_kernel = make<Seconds>(2.17e-05),
    .step_overhead = make<Seconds>(0.0181),
    .data_overlap = 0.586,
    .tensor_overlap = 0.0879,
    .pipeline_overlap = 0.537,
    .expert_overlap = 0.216,
    .contention = 0.0667,
    .straggler = 0.00444,
    .fused_elementwise = true,
    .kernels = {.matrix = 0.863, .attention = 0.981, .attention_on_newer = 0.56, .stream_traffic = 0.947},
    .library = libraries::nccl,
    .memory = {.gradient_copies = 1, .staged_whole = true},
    .provenance = {"bigscience-workshop/Megatron-DeepSpeed", "2022", Evidence::fitted}};

/// Megatron-DeepSpeed of 2023 (vTrain's measurements): a slow host, little overlapped.
inline constexpr SoftwareStack megatron_deepspeed_2023{
    .name = "megatron-deepspeed-2023",
    .execution = Execution::eager,
    .host_per_kernel = make<Seconds>(7.45e-05),
    .step_overhead = make<Seconds>(0.00603),
    .data_overlap = 0.292,
    .tensor_overlap = 0.0518,
    .pipeline_overlap = 0.533,
    .expert_overlap = 0.216,
    .contention = 0.0673,
    .straggler = 0.00385,
    .fused_elementwise = true,
    .kernels = {.matrix = 1.19, .attention = 0.971, .attention_on_newer = 0.56, .stream_traffic = 1.47},
    .library = libraries::nccl,
    .memory = {.gradient_copies = 1, .staged_whole = true},
    .provenance = {"VIA-Research/vTrain, measured times", "2023", Evidence::fitted}};

/// DeepSpeed ZeRO-3 of 2021 to 2022, without tensor parallelism: parameters gathered one by one, partly overlapped.
inline constexpr SoftwareStack deepspeed_zero3{
    .name = "deepspeed-zero3",
    .execution = Execution::eager,
    .host_per_kernel = make<Seconds>(1.5e-05),
    .step_overhead = make<Seconds>(0.0238),
    .data_overlap = 0.0367,
    .tensor_overlap = 0.2,
    .pipeline_overlap = 0.5,
    .expert_overlap = 0.2,
    .contention = 0.0861,
    .straggler = 0.00952,
    .fused_elementwise = true,
    .kernels = {.matrix = 0.781, .attention = 0.771, .attention_on_newer = 0.56, .stream_traffic = 2.82},
    .library = libraries::nccl,
    .memory = {.loss = Loss::whole_vocabulary, .gradients = NumberFormat::bf16},
    .provenance = {"DeepSpeed blog of 2022-07 on Azure; Narayanan et al. 2021, table 2", "2022-07", Evidence::fitted}};

/// Plain PyTorch layers with tensor, pipeline and ZeRO-1 parallelism (Aleph Alpha 2023): norms and activations in eager
/// kernels.
inline constexpr SoftwareStack torch_model_parallel{
    .name = "torch-model-parallel",
    .execution = Execution::eager,
    .host_per_kernel = make<Seconds>(2.17e-05),
    .step_overhead = make<Seconds>(0.0181),
    .data_overlap = 0.48,
    .tensor_overlap = 0.181,
    .pipeline_overlap = 0.537,
    .expert_overlap = 0.216,
    .contention = 0.0667,
    .straggler = 0.00334,
    .fused_elementwise = false,
    .kernels = {.matrix = 1.12, .attention = 1.07, .attention_on_newer = 0.56, .stream_traffic = 2.1},
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
    .host_per_kernel = make<Seconds>(2.17e-05),
    .step_overhead = make<Seconds>(0.0183),
    .data_overlap = 0.476,
    .tensor_overlap = 0.168,
    .pipeline_overlap = 0.536,
    .expert_overlap = 0.216,
    .contention = 0.0667,
    .straggler = 0.00345,
    .fused_elementwise = false,
    .kernels = {.matrix = 1.05, .attention = 0.96, .attention_on_newer = 0.56, .stream_traffic = 2.12},
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
    .host_per_kernel = make<Seconds>(2.17e-05),
    .step_overhead = make<Seconds>(0.0184),
    .data_overlap = 0.488,
    .tensor_overlap = 0.108,
    .pipeline_overlap = 0.535,
    .expert_overlap = 0.216,
    .contention = 0.0669,
    .straggler = 0.0036,
    .fused_elementwise = false,
    .kernels = {.matrix = 0.978, .attention = 0.981, .attention_on_newer = 0.56, .stream_traffic = 1.64},
    .library = libraries::nccl,
    .memory = {.loss = Loss::whole_vocabulary,
               .gradients = NumberFormat::bf16,
               .norm_copies = 2,
               .gathered_inputs = true},
    .provenance = {"Hagemann et al. 2023 (arXiv:2311.05610)", "2023-11", Evidence::fitted}};

/// MosaicML llm-foundry of 2022 to 2024: FSDP with prefetching, eager elementwise kernels, Triton attention.
inline constexpr SoftwareStack llm_foundry{
    .name = "llm-foundry",
    .execution = Execution::eager,
    .host_per_kernel = make<Seconds>(1.5e-05),
    .step_overhead = make<Seconds>(0.0233),
    .data_overlap = 0.37,
    .tensor_overlap = 0.2,
    .pipeline_overlap = 0.5,
    .expert_overlap = 0.2,
    .contention = 0.0852,
    .straggler = 0.00551,
    .fused_elementwise = false,
    .kernels = {.matrix = 1.09, .attention = 0.642, .attention_on_newer = 0.56, .stream_traffic = 1.38},
    .library = libraries::nccl,
    .memory = {.gradients = NumberFormat::bf16},
    .provenance = {"mosaicml/llm-foundry", "2024-01", Evidence::fitted}};

/// llm-foundry up to March 2023, on PyTorch 1.13.
inline constexpr SoftwareStack llm_foundry_2022{
    .name = "llm-foundry-2022",
    .execution = Execution::eager,
    .host_per_kernel = make<Seconds>(1.5e-05),
    .step_overhead = make<Seconds>(0.0188),
    .data_overlap = 0.404,
    .tensor_overlap = 0.2,
    .pipeline_overlap = 0.5,
    .expert_overlap = 0.2,
    .contention = 0.0851,
    .straggler = 0.00555,
    .fused_elementwise = false,
    .kernels = {.matrix = 0.968, .attention = 0.518, .attention_on_newer = 0.56, .stream_traffic = 2.08},
    .library = libraries::nccl,
    .memory = {.gradients = NumberFormat::bf16},
    .provenance = {"mosaicml/llm-foundry", "2024-01", Evidence::fitted}};

/// PyTorch FSDP with prefetching and compiled layers (torchtitan, fms-fsdp).
inline constexpr SoftwareStack fsdp{
    .name = "fsdp",
    .execution = Execution::eager,
    .host_per_kernel = make<Seconds>(1.5e-05),
    .step_overhead = make<Seconds>(0.0242),
    .data_overlap = 0.903,
    .tensor_overlap = 0.2,
    .pipeline_overlap = 0.5,
    .expert_overlap = 0.2,
    .contention = 0.0782,
    .straggler = 0.00519,
    .fused_elementwise = true,
    .kernels = {.matrix = 1.16, .attention = 0.632, .attention_on_newer = 0.56, .stream_traffic = 2.18},
    .library = libraries::nccl,
    .memory = {.gradients = NumberFormat::bf16},
    .provenance = {"pytorch/torchtitan, foundation-model-stack/fms-fsdp", "2024", Evidence::fitted}};

/// BERT reference code of 2019 to 2021 (DeepLearningExamples): data parallel, eager or graph, LAMB.
inline constexpr SoftwareStack bert_reference{
    .name = "bert-reference",
    .execution = Execution::eager,
    .host_per_kernel = make<Seconds>(1.5e-05),
    .step_overhead = make<Seconds>(0.0323),
    .data_overlap = 0.486,
    .tensor_overlap = 0.2,
    .pipeline_overlap = 0.5,
    .expert_overlap = 0.2,
    .contention = 0.085,
    .straggler = 0.00579,
    .fused_elementwise = false,
    .kernels = {.matrix = 1.01, .attention = 0.771, .attention_on_newer = 0.56, .stream_traffic = 1.82},
    .library = libraries::nccl,
    .provenance = {"NVIDIA/DeepLearningExamples", "2021", Evidence::fitted}};

/// XLA: compiled whole programs (MaxText, JAX): no host cost, fused elementwise work, scheduled overlap.
inline constexpr SoftwareStack xla{.name = "xla",
                                   .execution = Execution::captured,
                                   .host_per_kernel = make<Seconds>(1.5e-05),
                                   .step_overhead = make<Seconds>(0.0228),
                                   .data_overlap = 0.736,
                                   .tensor_overlap = 0.797,
                                   .pipeline_overlap = 0.5,
                                   .expert_overlap = 0.2,
                                   .contention = 0.0823,
                                   .straggler = 0.0034,
                                   .fused_elementwise = true,
                                   .kernels = {.matrix = 1.11, .attention = 1.02, .stream_traffic = 0.962},
                                   .library = libraries::wires,
                                   .provenance = {"AI-Hypercomputer/maxtext", "2024", Evidence::fitted}};

/// JAX on GPUs (T5X, Paxml of JAX-Toolbox).
inline constexpr SoftwareStack jax_gpu{.name = "jax-gpu",
                                       .execution = Execution::captured,
                                       .host_per_kernel = make<Seconds>(1.5e-05),
                                       .step_overhead = make<Seconds>(0.0251),
                                       .data_overlap = 0.224,
                                       .tensor_overlap = 0.358,
                                       .pipeline_overlap = 0.5,
                                       .expert_overlap = 0.2,
                                       .contention = 0.0884,
                                       .straggler = 0.00365,
                                       .fused_elementwise = true,
                                       .kernels = {.matrix = 0.988, .attention = 0.988, .stream_traffic = 1.74},
                                       .library = libraries::nccl,
                                       .provenance = {"AI-Hypercomputer/maxtext", "2024", Evidence::fitted}};

/// AWS Neuron with NeMo-Megatron or neuronx-distributed.
inline constexpr SoftwareStack neuron{.name = "neuron",
                                      .execution = Execution::captured,
                                      .host_per_kernel = make<Seconds>(1.5e-05),
                                      .step_overhead = make<Seconds>(0.0211),
                                      .data_overlap = 0.604,
                                      .tensor_overlap = 0.288,
                                      .pipeline_overlap = 0.499,
                                      .expert_overlap = 0.2,
                                      .contention = 0.088,
                                      .straggler = 0.0038,
                                      .fused_elementwise = true,
                                      .kernels = {.matrix = 0.918, .attention = 0.993, .stream_traffic = 1.26},
                                      .library = libraries::wires,
                                      .provenance = {"aws-neuron/aws-neuron-sdk", "2024", Evidence::fitted}};

/// A stack of which nothing is known: middling in everything.
inline constexpr SoftwareStack generic_stack{
    .name = "generic",
    .execution = Execution::eager,
    .host_per_kernel = make<Seconds>(2.17e-05),
    .step_overhead = make<Seconds>(0.018),
    .data_overlap = 0.565,
    .tensor_overlap = 0.173,
    .pipeline_overlap = 0.536,
    .expert_overlap = 0.216,
    .contention = 0.0665,
    .straggler = 0.00335,
    .fused_elementwise = true,
    .kernels = {.matrix = 0.911, .attention = 0.962, .attention_on_newer = 0.75, .stream_traffic = 1.72},
    .library = libraries::nccl,
    .provenance = {"between the stacks above", "2026-11", Evidence::assumed}};

/// Every stack.
inline constexpr std::array<const SoftwareStack*, 19> all_stacks{&megatron_2021,
                                                                 &megatron_2022,
                                                                 &megatron_core,
                                                                 &megatron_core_2026,
                                                                 &megatron_mlperf,
                                                                 &megatron_deepspeed,
                                                                 &megatron_deepspeed_2023,
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
