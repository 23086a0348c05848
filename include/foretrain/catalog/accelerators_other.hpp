// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernel_constants.hpp"

// Intel Gaudi, AWS Trainium and Huawei Ascend. Peaks are dense; cache is on-chip SRAM; capacities are GiB; a zero
// matrix rate means that no dense rate is published. Idle power is assumed.

namespace foretrain::inline v0::catalog {

inline constexpr Accelerator gaudi1{
    .name = "gaudi1",
    .vendor = "Intel",
    .matrix = {.bf16 = 116_TFLOP_per_s},
    .vector = 3_TFLOP_per_s, // assumed
    .memory = {32_GiB, 1000_GB_per_s},
    .cache = 24_MiB,
    .compute_units = 1,
    .launch_overhead = compiled_launch_overhead,
    .power = 300_W,
    .idle_power = 60_W,
    .kernel = gaudi,
    .provenance = {"Habana Gaudi HL-205 product brief; it states no peak: the one here is assumed", "2019-06-17",
                   Evidence::assumed}};

inline constexpr Accelerator gaudi2{
    .name = "gaudi2",
    .vendor = "Intel",
    .matrix = {.bf16 = 432_TFLOP_per_s, .fp8 = 865_TFLOP_per_s},
    .vector = 5.5_TFLOP_per_s, // half of the 11 TFLOP/s that Intel's Gaudi 3 white paper gives for BF16
    .memory = {96_GiB, 2450_GB_per_s},
    .cache = 48_MiB,
    .compute_units = 2, // matrix engines; 24 tensor processors beside them
    .launch_overhead = compiled_launch_overhead,
    .power = 600_W,
    .idle_power = 120_W,
    .kernel = gaudi,
    .provenance = {"Intel Gaudi 2 white paper, as tabulated in stas00/ml-engineering@744d01e", "2022-05-10",
                   Evidence::datasheet}};

inline constexpr Accelerator gaudi3{
    .name = "gaudi3",
    .vendor = "Intel",
    .matrix = {.fp32 = 229_TFLOP_per_s,
               .tf32 = 459_TFLOP_per_s,
               .fp16 = 459_TFLOP_per_s,
               .bf16 = 1677_TFLOP_per_s,
               .fp8 = 1677_TFLOP_per_s}, // FP8 runs at the BF16 rate
    .vector = 14.3_TFLOP_per_s,
    .memory = {128_GiB, 3700_GB_per_s},
    .cache = 96_MiB,
    .compute_units = 8, // matrix engines; 64 tensor processors beside them
    .launch_overhead = compiled_launch_overhead,
    .power = 900_W,
    .idle_power = 150_W,
    .kernel = gaudi,
    .provenance = {"Intel Gaudi 3 white paper, as tabulated in stas00/ml-engineering@744d01e", "2024-09-24",
                   Evidence::datasheet}};

/// A Trainium chip, two NeuronCore-v2. AWS publishes no power.
inline constexpr Accelerator trainium1{
    .name = "trainium1",
    .vendor = "AWS",
    .matrix = {.fp32 = 47.5_TFLOP_per_s,
               .tf32 = 190_TFLOP_per_s,
               .fp16 = 190_TFLOP_per_s,
               .bf16 = 190_TFLOP_per_s,
               .int8 = 380_TFLOP_per_s},
    .vector = 4.6_TFLOP_per_s,
    .memory = {32_GiB, 820_GB_per_s}, // assumed: not from a datasheet
    .cache = 48_MiB,
    .compute_units = 2,
    .launch_overhead = compiled_launch_overhead,
    .power = 200_W,
    .idle_power = 50_W, // assumed, both
    .kernel = trainium,
    .provenance = {"AWS Neuron documentation, Trainium architecture and NeuronCore-v2", "2022-10-15",
                   Evidence::datasheet}};

/// Half a Trainium chip: what published Trainium1 results count.
inline constexpr Accelerator trainium1_neuroncore{
    .name = "trainium1-neuroncore",
    .vendor = "AWS",
    .matrix = {.fp32 = 23.75_TFLOP_per_s,
               .tf32 = 95_TFLOP_per_s,
               .fp16 = 95_TFLOP_per_s,
               .bf16 = 95_TFLOP_per_s,
               .int8 = 190_TFLOP_per_s},
    .vector = 2.3_TFLOP_per_s,
    .memory = {16_GiB, 410_GB_per_s}, // assumed: half a chip
    .cache = 24_MiB,
    .compute_units = 1,
    .launch_overhead = compiled_launch_overhead,
    .power = 100_W,
    .idle_power = 25_W, // assumed, both
    .kernel = trainium,
    .provenance = {"AWS Neuron documentation, NeuronCore-v2", "2022-10-15", Evidence::datasheet}};

/// A Trainium2 chip, eight NeuronCore-v3.
inline constexpr Accelerator trainium2{
    .name = "trainium2",
    .vendor = "AWS",
    .matrix = {.fp32 = 181_TFLOP_per_s,
               .tf32 = 667_TFLOP_per_s,
               .fp16 = 667_TFLOP_per_s,
               .bf16 = 667_TFLOP_per_s,
               .fp8 = 1299_TFLOP_per_s},
    .vector = 8_TFLOP_per_s,
    .memory = {96_GiB, 2900_GB_per_s},
    .cache = 224_MiB,
    .compute_units = 8,
    .launch_overhead = compiled_launch_overhead,
    .power = 500_W, // the estimate of SemiAnalysis, 2024-12-03
    .idle_power = 100_W,
    .kernel = trainium,
    .provenance = {"AWS EC2 Trn2 page and Neuron documentation, as tabulated in stas00/ml-engineering@744d01e",
                   "2024-12-03", Evidence::datasheet}};

inline constexpr Accelerator ascend_910a{
    .name = "ascend-910a",
    .vendor = "Huawei",
    .matrix = {.fp16 = 256_TFLOP_per_s, .int8 = 512_TFLOP_per_s},
    .vector = 16_TFLOP_per_s, // assumed
    .memory = {32_GiB, 1200_GB_per_s},
    .cache = 32_MiB,
    .compute_units = 32,
    .launch_overhead = compiled_launch_overhead,
    .power = 310_W,
    .idle_power = 60_W,
    .kernel = unknown_gpu,
    .provenance = {"Huawei Ascend 910; Epoch AI training-cost-trends@263c40a", "2019-08-23", Evidence::datasheet}};

inline constexpr Accelerator ascend_910b{
    .name = "ascend-910b",
    .vendor = "Huawei",
    .matrix = {.fp32 = 94_TFLOP_per_s, .fp16 = 376_TFLOP_per_s, .bf16 = 376_TFLOP_per_s, .int8 = 752_TFLOP_per_s},
    .vector = 23.5_TFLOP_per_s, // assumed
    .memory = {64_GiB, 1600_GB_per_s},
    .cache = 192_MiB,
    .compute_units = 24,
    .launch_overhead = compiled_launch_overhead,
    .power = 400_W,
    .idle_power = 80_W,
    .kernel = unknown_gpu,
    .provenance = {"Huawei Ascend 910B2 (CSET, Pushing the limits); Epoch AI training-cost-trends@263c40a",
                   "2022-03-17", Evidence::datasheet}};

} // namespace foretrain::inline v0::catalog
