// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "accelerators_pcie.hpp"

// NVIDIA workstation and consumer boards, Turing to Blackwell.
//
// As accelerators_nvidia.hpp: dense peaks with FP32 accumulation, which GeForce boards run at half of the rate they
// print for FP16 accumulation. Idle power is assumed; kernel constants as accelerators_pcie.hpp, and for graphics
// Blackwell those of an unknown GPU.

namespace foretrain::inline v0::catalog {

inline constexpr Accelerator rtx_2080_ti{
    .name = "rtx-2080-ti",
    .vendor = "NVIDIA",
    .matrix = {.fp32 = 13.4_TFLOP_per_s, .fp16 = 53.8_TFLOP_per_s, .int8 = 215_TFLOP_per_s},
    .vector = 13.4_TFLOP_per_s,
    .memory = {11_GiB, 616_GB_per_s},
    .cache = 5.5_MiB,
    .compute_units = 68,
    .launch_overhead = gpu_launch_overhead,
    .power = 250_W,
    .idle_power = 15_W,
    .kernel = turing,
    .provenance = {"NVIDIA Turing GPU architecture white paper, reference board", "2018-09-20", Evidence::datasheet}};

inline constexpr Accelerator quadro_rtx_6000{
    .name = "quadro-rtx-6000",
    .vendor = "NVIDIA",
    .matrix = {.fp32 = 16.3_TFLOP_per_s, .fp16 = 130.5_TFLOP_per_s, .int8 = 261_TFLOP_per_s},
    .vector = 16.3_TFLOP_per_s,
    .memory = {24_GiB, 672_GB_per_s},
    .cache = 6_MiB,
    .compute_units = 72,
    .launch_overhead = gpu_launch_overhead,
    .power = 295_W,
    .idle_power = 62_W, // with a job's memory clock, which GDDR6 keeps up: Zeus traces; 20 W without any job
    .kernel = turing,
    .provenance = {"NVIDIA Turing GPU architecture white paper", "2018-08-13", Evidence::datasheet}};

inline constexpr Accelerator rtx_3090{
    .name = "rtx-3090",
    .vendor = "NVIDIA",
    .matrix = {.fp32 = 35.6_TFLOP_per_s,
               .tf32 = 35.6_TFLOP_per_s,
               .fp16 = 71_TFLOP_per_s,
               .bf16 = 71_TFLOP_per_s,
               .int8 = 284_TFLOP_per_s},
    .vector = 35.6_TFLOP_per_s,
    .memory = {24_GiB, 936_GB_per_s},
    .cache = 6_MiB,
    .compute_units = 82,
    .launch_overhead = gpu_launch_overhead,
    .power = 350_W,
    .idle_power = 20_W,
    .kernel = ampere,
    .provenance = {"NVIDIA Ampere GA102 GPU architecture white paper", "2020-09-24", Evidence::datasheet}};

inline constexpr Accelerator rtx_a5000{
    .name = "rtx-a5000",
    .vendor = "NVIDIA",
    .matrix = {.fp32 = 27.8_TFLOP_per_s,
               .tf32 = 55.6_TFLOP_per_s,
               .fp16 = 111_TFLOP_per_s,
               .bf16 = 111_TFLOP_per_s,
               .int8 = 222_TFLOP_per_s},
    .vector = 27.8_TFLOP_per_s,
    .memory = {24_GiB, 768_GB_per_s},
    .cache = 6_MiB,
    .compute_units = 64,
    .launch_overhead = gpu_launch_overhead,
    .power = 230_W,
    .idle_power = 20_W,
    .kernel = ampere,
    .provenance = {"NVIDIA RTX A5000 datasheet, half of the sparse rate", "2021-04-12", Evidence::datasheet}};

inline constexpr Accelerator rtx_a6000{
    .name = "rtx-a6000",
    .vendor = "NVIDIA",
    .matrix = {.fp32 = 38.7_TFLOP_per_s,
               .tf32 = 77.4_TFLOP_per_s,
               .fp16 = 154.8_TFLOP_per_s,
               .bf16 = 154.8_TFLOP_per_s,
               .int8 = 309.7_TFLOP_per_s},
    .vector = 38.7_TFLOP_per_s,
    .memory = {48_GiB, 768_GB_per_s},
    .cache = 6_MiB,
    .compute_units = 84,
    .launch_overhead = gpu_launch_overhead,
    .power = 300_W,
    .idle_power = 22_W,
    .kernel = ampere,
    .provenance = {"NVIDIA RTX A6000 datasheet, half of the sparse rate", "2020-12-14", Evidence::datasheet}};

inline constexpr Accelerator rtx_4090{
    .name = "rtx-4090",
    .vendor = "NVIDIA",
    .matrix = {.fp32 = 82.6_TFLOP_per_s,
               .tf32 = 82.6_TFLOP_per_s,
               .fp16 = 165.2_TFLOP_per_s,
               .bf16 = 165.2_TFLOP_per_s,
               .fp8 = 330.3_TFLOP_per_s,
               .int8 = 660.6_TFLOP_per_s},
    .vector = 82.6_TFLOP_per_s,
    .memory = {24_GiB, 1008_GB_per_s},
    .cache = 72_MiB,
    .compute_units = 128,
    .launch_overhead = gpu_launch_overhead,
    .power = 450_W,
    .idle_power = 25_W,
    .kernel = ampere,
    .provenance = {"NVIDIA Ada GPU architecture white paper", "2022-10-12", Evidence::datasheet}};

inline constexpr Accelerator rtx_6000_ada{
    .name = "rtx-6000-ada",
    .vendor = "NVIDIA",
    .matrix = {.fp32 = 91.1_TFLOP_per_s,
               .tf32 = 182.1_TFLOP_per_s,
               .fp16 = 364.2_TFLOP_per_s,
               .bf16 = 364.2_TFLOP_per_s,
               .fp8 = 728.5_TFLOP_per_s,
               .int8 = 728.5_TFLOP_per_s},
    .vector = 91.1_TFLOP_per_s,
    .memory = {48_GiB, 960_GB_per_s},
    .cache = 96_MiB,
    .compute_units = 142,
    .launch_overhead = gpu_launch_overhead,
    .power = 300_W,
    .idle_power = 25_W,
    .kernel = ampere,
    .provenance = {"NVIDIA RTX 6000 Ada Generation datasheet, half of the sparse rate", "2022-12-03",
                   Evidence::datasheet}};

inline constexpr Accelerator rtx_5090{
    .name = "rtx-5090",
    .vendor = "NVIDIA",
    .matrix = {.fp32 = 104.8_TFLOP_per_s,
               .tf32 = 104.8_TFLOP_per_s,
               .fp16 = 209.5_TFLOP_per_s,
               .bf16 = 209.5_TFLOP_per_s,
               .fp8 = 419_TFLOP_per_s,
               .fp4 = 1676_TFLOP_per_s,
               .int8 = 838_TFLOP_per_s},
    .vector = 104.8_TFLOP_per_s,
    .memory = {32_GiB, 1792_GB_per_s},
    .cache = 96_MiB,
    .compute_units = 170,
    .launch_overhead = gpu_launch_overhead,
    .power = 575_W,
    .idle_power = 30_W,
    .kernel = unknown_gpu,
    .provenance = {"NVIDIA RTX Blackwell GPU architecture white paper", "2025-01-30", Evidence::datasheet}};

inline constexpr Accelerator rtx_pro_6000_blackwell{
    .name = "rtx-pro-6000-blackwell",
    .vendor = "NVIDIA",
    .matrix = {.fp32 = 125_TFLOP_per_s,
               .tf32 = 251.9_TFLOP_per_s,
               .fp16 = 503.8_TFLOP_per_s,
               .bf16 = 503.8_TFLOP_per_s,
               .fp8 = 1007.6_TFLOP_per_s,
               .fp4 = 2015.2_TFLOP_per_s,
               .int8 = 1007.6_TFLOP_per_s},
    .vector = 125_TFLOP_per_s,
    .memory = {96_GiB, 1792_GB_per_s},
    .cache = 128_MiB,
    .compute_units = 188,
    .launch_overhead = gpu_launch_overhead,
    .power = 600_W,
    .idle_power = 35_W,
    .kernel = unknown_gpu,
    .provenance = {"NVIDIA RTX Blackwell GPU architecture white paper, RTX PRO, 600 W", "2025-03-18",
                   Evidence::datasheet}};

} // namespace foretrain::inline v0::catalog
