// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>

#include "../step/uncertainty.hpp"

// The calibrated error models, written by tests/accuracy/fit_error_model.cpp: do not edit. What the terms
// mean is in step/uncertainty.hpp, how they were fitted and how often the bands hold in
// docs/uncertainty.md.

namespace foretrain::inline v0::catalog {

/// Software and accelerators with at least 5 calibrated configurations.
inline constexpr std::array<CalibratedPair, 39> calibrated_pairs{{
    {"bert-reference", "a100-sxm-40gb"},
    {"bert-reference", "a100-sxm-80gb"},
    {"bert-reference", "v100-16gb"},
    {"bert-reference", "v100-32gb"},
    {"bert-reference", "v100-sxm3-32gb"},
    {"bert-reference", "v100-sxm3-32gb-450w"},
    {"deepspeed-zero3", "a100-sxm-80gb"},
    {"fsdp", "h100-sxm"},
    {"jax-gpu", "h100-sxm"},
    {"llm-foundry", "a100-sxm-40gb"},
    {"llm-foundry", "a100-sxm-80gb"},
    {"llm-foundry", "h100-sxm"},
    {"llm-foundry-2022", "a100-sxm-40gb"},
    {"llm-foundry-2022", "a100-sxm-80gb"},
    {"megatron-2021", "a100-sxm-40gb"},
    {"megatron-2021", "a100-sxm-80gb"},
    {"megatron-2022", "a100-sxm-80gb"},
    {"megatron-core", "a100-sxm-80gb"},
    {"megatron-core", "b200-sxm"},
    {"megatron-core", "b300-sxm"},
    {"megatron-core", "gb200"},
    {"megatron-core", "gb300"},
    {"megatron-core", "h100-sxm"},
    {"megatron-core-2026", "b300-sxm"},
    {"megatron-core-2026", "gb200"},
    {"megatron-core-2026", "gb300"},
    {"megatron-deepspeed", "a100-sxm-80gb"},
    {"megatron-deepspeed", "v100-16gb"},
    {"megatron-deepspeed", "v100-32gb"},
    {"megatron-deepspeed-2023", "a100-sxm-80gb"},
    {"megatron-mlperf", "gb200"},
    {"megatron-mlperf", "h100-sxm"},
    {"neuron", "trainium1-neuroncore"},
    {"torch-model-parallel", "a100-sxm-80gb"},
    {"torch-model-parallel-flash1", "a100-sxm-80gb"},
    {"torch-model-parallel-fused", "a100-sxm-80gb"},
    {"xla", "tpu-v4"},
    {"xla", "tpu-v5e"},
    {"xla", "tpu-v5p"},
}};

/// Number formats of matrix products with as many.
inline constexpr std::array<NumberFormat, 6> calibrated_formats{NumberFormat::fp32, NumberFormat::tf32,
                                                                NumberFormat::fp16, NumberFormat::bf16,
                                                                NumberFormat::fp8,  NumberFormat::fp4};

/// Errors of step times, fitted to 2509 published steps, each predicted without its source and without its accelerator.
inline constexpr StepErrorModel step_errors{
    .base = 0.15,
    .software = 0.129,
    .accelerator = 0.0809,
    .kernels = 0.275,
    .combination = 0.0761,
    .short_format = 0.0905,
    .experts = 0.243,
    .short_layers = 0.894,
    .communication = 0.415,
    .bubble = 0.235,
    .assumption = 0.0539,
    .extrapolation = 0.094,
    .ranges = {{{768, 32768}, {2, 160}, {128, 131072}, {512, 98304}, {1, 16384}, {1, 32}, {1, 64}, {1, 16}, {1, 64}}},
    .pairs = calibrated_pairs,
    .formats = calibrated_formats,
    .provenance = {"tests/accuracy/fit_error_model.cpp", "2026-11", Evidence::fitted}};

/// Errors of kernels and collectives: the 80% quantile over the tables in tests/accuracy/data.
inline constexpr KernelErrorModel kernel_errors{
    .product = 0.154,
    .attention = 0.12,
    .collective = 0.181,
    .unknown = 1.8, // families left out: medians grow 1.5 to 2.2-fold (docs/roofline.md, attention.md)
    .provenance = {"tests/accuracy/fit_error_model.cpp", "2026-11", Evidence::fitted}};

} // namespace foretrain::inline v0::catalog
