// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernel_constants.hpp"

// NVIDIA data-centre boards beside the SXM modules: PCIe cards, and the superchip of one Grace and one Hopper.
//
// As accelerators_nvidia.hpp: dense peaks, capacities in GiB. Idle power is assumed, and so are the kernel constants of
// boards without public product timings: Ampere's for graphics Ampere and Ada.

namespace foretrain::inline v0::catalog {

inline constexpr Accelerator v100_pcie_16gb{
    .name = "v100-pcie-16gb",
    .vendor = "NVIDIA",
    .matrix = {.fp32 = 14_TFLOP_per_s, .fp16 = 112_TFLOP_per_s, .int8 = 56_TFLOP_per_s},
    .vector = 14_TFLOP_per_s,
    .memory = {16_GiB, 900_GB_per_s},
    .cache = 6_MiB,
    .compute_units = 80,
    .launch_overhead = gpu_launch_overhead,
    .power = 250_W,
    .idle_power = 35_W,
    .kernel = volta,
    .provenance = {"NVIDIA V100 datasheet, PCIe 16 GB; Epoch AI training-cost-trends@263c40a", "2017-06-21",
                   Evidence::datasheet}};

inline constexpr Accelerator v100_pcie_32gb{
    .name = "v100-pcie-32gb",
    .vendor = "NVIDIA",
    .matrix = {.fp32 = 14_TFLOP_per_s, .fp16 = 112_TFLOP_per_s, .int8 = 56_TFLOP_per_s},
    .vector = 14_TFLOP_per_s,
    .memory = {32_GiB, 900_GB_per_s},
    .cache = 6_MiB,
    .compute_units = 80,
    .launch_overhead = gpu_launch_overhead,
    .power = 250_W,
    .idle_power = 35_W,
    .kernel = volta,
    .provenance = {"NVIDIA V100 datasheet, PCIe 32 GB; Epoch AI training-cost-trends@263c40a", "2018-03-27",
                   Evidence::datasheet}};

inline constexpr Accelerator v100s_pcie{
    .name = "v100s-pcie",
    .vendor = "NVIDIA",
    .matrix = {.fp32 = 16.4_TFLOP_per_s, .fp16 = 130_TFLOP_per_s, .int8 = 65.6_TFLOP_per_s},
    .vector = 16.4_TFLOP_per_s,
    .memory = {32_GiB, 1134_GB_per_s},
    .cache = 6_MiB,
    .compute_units = 80,
    .launch_overhead = gpu_launch_overhead,
    .power = 250_W,
    .idle_power = 35_W,
    .kernel = volta,
    .provenance = {"NVIDIA V100 datasheet, V100S; Epoch AI training-cost-trends@263c40a", "2019-11-26",
                   Evidence::datasheet}};

inline constexpr Accelerator t4{
    .name = "t4",
    .vendor = "NVIDIA",
    .matrix = {.fp32 = 8.1_TFLOP_per_s, .fp16 = 65_TFLOP_per_s, .int8 = 130_TFLOP_per_s},
    .vector = 8.1_TFLOP_per_s,
    .memory = {16_GiB, 320_GB_per_s},
    .cache = 4_MiB,
    .compute_units = 40,
    .launch_overhead = gpu_launch_overhead,
    .power = 70_W,
    .idle_power = 10_W,
    .kernel = turing,
    .provenance = {"NVIDIA T4 datasheet; Epoch AI training-cost-trends@263c40a", "2018-09-13", Evidence::datasheet}};

inline constexpr Accelerator a100_pcie_40gb{
    .name = "a100-pcie-40gb",
    .vendor = "NVIDIA",
    .matrix = {.fp32 = 19.5_TFLOP_per_s,
               .tf32 = 156_TFLOP_per_s,
               .fp16 = 312_TFLOP_per_s,
               .bf16 = 312_TFLOP_per_s,
               .int8 = 624_TFLOP_per_s},
    .vector = 19.5_TFLOP_per_s,
    .memory = {40_GiB, 1555_GB_per_s},
    .cache = 40_MiB,
    .compute_units = 108,
    .launch_overhead = gpu_launch_overhead,
    .power = 250_W,
    .idle_power = 45_W,
    .kernel = ampere,
    .provenance = {"NVIDIA A100 datasheet, PCIe 40 GB; Epoch AI training-cost-trends@263c40a", "2020-06-22",
                   Evidence::datasheet}};

inline constexpr Accelerator a100_pcie_80gb{
    .name = "a100-pcie-80gb",
    .vendor = "NVIDIA",
    .matrix = {.fp32 = 19.5_TFLOP_per_s,
               .tf32 = 156_TFLOP_per_s,
               .fp16 = 312_TFLOP_per_s,
               .bf16 = 312_TFLOP_per_s,
               .int8 = 624_TFLOP_per_s},
    .vector = 19.5_TFLOP_per_s,
    .memory = {80_GiB, 1935_GB_per_s},
    .cache = 40_MiB,
    .compute_units = 108,
    .launch_overhead = gpu_launch_overhead,
    .power = 300_W,
    .idle_power = 50_W,
    .kernel = ampere,
    .provenance = {"NVIDIA A100 datasheet, PCIe 80 GB; stas00/ml-engineering@744d01e", "2021-06-28",
                   Evidence::datasheet}};

inline constexpr Accelerator a30{.name = "a30",
                                 .vendor = "NVIDIA",
                                 .matrix = {.fp32 = 10.3_TFLOP_per_s,
                                            .tf32 = 82_TFLOP_per_s,
                                            .fp16 = 165_TFLOP_per_s,
                                            .bf16 = 165_TFLOP_per_s,
                                            .int8 = 330_TFLOP_per_s},
                                 .vector = 10.3_TFLOP_per_s,
                                 .memory = {24_GiB, 933_GB_per_s},
                                 .cache = 24_MiB,
                                 .compute_units = 56,
                                 .launch_overhead = gpu_launch_overhead,
                                 .power = 165_W,
                                 .idle_power = 30_W,
                                 .kernel = ampere,
                                 .provenance = {"NVIDIA A30 datasheet", "2021-04-12", Evidence::datasheet}};

inline constexpr Accelerator a40{
    .name = "a40",
    .vendor = "NVIDIA",
    .matrix = {.fp32 = 37.4_TFLOP_per_s,
               .tf32 = 74.8_TFLOP_per_s,
               .fp16 = 149.7_TFLOP_per_s,
               .bf16 = 149.7_TFLOP_per_s,
               .int8 = 299.3_TFLOP_per_s},
    .vector = 37.4_TFLOP_per_s,
    .memory = {48_GiB, 696_GB_per_s},
    .cache = 6_MiB,
    .compute_units = 84,
    .launch_overhead = gpu_launch_overhead,
    .power = 300_W,
    .idle_power = 82_W, // with a job's memory clock, which GDDR6 keeps up: Zeus traces; 30 W without any job
    .kernel = ampere,
    .provenance = {"NVIDIA A40 datasheet; Epoch AI training-cost-trends@263c40a", "2020-10-05", Evidence::datasheet}};

inline constexpr Accelerator a10{
    .name = "a10",
    .vendor = "NVIDIA",
    .matrix = {.fp32 = 31.2_TFLOP_per_s,
               .tf32 = 62.5_TFLOP_per_s,
               .fp16 = 125_TFLOP_per_s,
               .bf16 = 125_TFLOP_per_s,
               .int8 = 250_TFLOP_per_s},
    .vector = 31.2_TFLOP_per_s,
    .memory = {24_GiB, 600_GB_per_s},
    .cache = 6_MiB,
    .compute_units = 72,
    .launch_overhead = gpu_launch_overhead,
    .power = 150_W,
    .idle_power = 20_W,
    .kernel = ampere,
    .provenance = {"NVIDIA A10 datasheet; Epoch AI training-cost-trends@263c40a", "2021-04-12", Evidence::datasheet}};

inline constexpr Accelerator l4{
    .name = "l4",
    .vendor = "NVIDIA",
    .matrix = {.fp32 = 30.3_TFLOP_per_s,
               .tf32 = 60_TFLOP_per_s,
               .fp16 = 121_TFLOP_per_s,
               .bf16 = 121_TFLOP_per_s,
               .fp8 = 242_TFLOP_per_s,
               .int8 = 242_TFLOP_per_s},
    .vector = 30.3_TFLOP_per_s,
    .memory = {24_GiB, 300_GB_per_s},
    .cache = 48_MiB,
    .compute_units = 58,
    .launch_overhead = gpu_launch_overhead,
    .power = 72_W,
    .idle_power = 16_W,
    .kernel = ampere,
    .provenance = {"NVIDIA L4 datasheet; Epoch AI training-cost-trends@263c40a", "2023-03-21", Evidence::datasheet}};

inline constexpr Accelerator l40{
    .name = "l40",
    .vendor = "NVIDIA",
    .matrix = {.fp32 = 90.5_TFLOP_per_s,
               .tf32 = 90.5_TFLOP_per_s,
               .fp16 = 181_TFLOP_per_s,
               .bf16 = 181_TFLOP_per_s,
               .fp8 = 362_TFLOP_per_s,
               .int8 = 362_TFLOP_per_s},
    .vector = 90.5_TFLOP_per_s,
    .memory = {48_GiB, 864_GB_per_s},
    .cache = 96_MiB,
    .compute_units = 142,
    .launch_overhead = gpu_launch_overhead,
    .power = 300_W,
    .idle_power = 30_W,
    .kernel = ampere,
    .provenance = {"NVIDIA L40 datasheet; Epoch AI training-cost-trends@263c40a", "2022-10-13", Evidence::datasheet}};

inline constexpr Accelerator l40s{
    .name = "l40s",
    .vendor = "NVIDIA",
    .matrix = {.fp32 = 91.6_TFLOP_per_s,
               .tf32 = 183_TFLOP_per_s,
               .fp16 = 362_TFLOP_per_s,
               .bf16 = 362_TFLOP_per_s,
               .fp8 = 733_TFLOP_per_s,
               .int8 = 733_TFLOP_per_s},
    .vector = 91.6_TFLOP_per_s,
    .memory = {48_GiB, 864_GB_per_s},
    .cache = 96_MiB,
    .compute_units = 142,
    .launch_overhead = gpu_launch_overhead,
    .power = 350_W,
    .idle_power = 35_W,
    .kernel = ampere,
    .provenance = {"NVIDIA L40S datasheet; stas00/ml-engineering@744d01e", "2023-08-08", Evidence::datasheet}};

inline constexpr Accelerator h200_nvl{.name = "h200-nvl",
                                      .vendor = "NVIDIA",
                                      .matrix = {.fp32 = 60_TFLOP_per_s,
                                                 .tf32 = 417.5_TFLOP_per_s,
                                                 .fp16 = 835.5_TFLOP_per_s,
                                                 .bf16 = 835.5_TFLOP_per_s,
                                                 .fp8 = 1670.5_TFLOP_per_s,
                                                 .int8 = 1670.5_TFLOP_per_s},
                                      .vector = 60_TFLOP_per_s,
                                      .memory = {141_GiB, 4800_GB_per_s}, // as NVIDIA prints it
                                      .cache = 50_MiB,
                                      .compute_units = 132,
                                      .launch_overhead = gpu_launch_overhead,
                                      .power = 600_W,
                                      .idle_power = 60_W,
                                      .kernel = hopper,
                                      .provenance = {"NVIDIA H200 datasheet, NVL", "2024-11-18", Evidence::datasheet}};

/// The Hopper GPU of a superchip with 96 GB; the power is of this GPU, not of the superchip.
inline constexpr Accelerator gh200_96gb{
    .name = "gh200-96gb",
    .vendor = "NVIDIA",
    .matrix = {.fp32 = 67_TFLOP_per_s,
               .tf32 = 494.5_TFLOP_per_s,
               .fp16 = 989.5_TFLOP_per_s,
               .bf16 = 989.5_TFLOP_per_s,
               .fp8 = 1979_TFLOP_per_s,
               .int8 = 1979_TFLOP_per_s},
    .vector = 67_TFLOP_per_s,
    .memory = {96_GiB, 4000_GB_per_s}, // as NVIDIA prints it
    .cache = 50_MiB,
    .compute_units = 132,
    .launch_overhead = gpu_launch_overhead,
    .power = 700_W,
    .idle_power = 75_W,
    .kernel = hopper,
    .provenance = {"NVIDIA GH200 datasheet; stas00/ml-engineering@744d01e", "2023-08-08", Evidence::datasheet}};

/// The Hopper GPU of a superchip with 144 GB of HBM3e.
inline constexpr Accelerator gh200_144gb{
    .name = "gh200-144gb",
    .vendor = "NVIDIA",
    .matrix = {.fp32 = 67_TFLOP_per_s,
               .tf32 = 494.5_TFLOP_per_s,
               .fp16 = 989.5_TFLOP_per_s,
               .bf16 = 989.5_TFLOP_per_s,
               .fp8 = 1979_TFLOP_per_s,
               .int8 = 1979_TFLOP_per_s},
    .vector = 67_TFLOP_per_s,
    .memory = {144_GiB, 4900_GB_per_s}, // as NVIDIA prints it
    .cache = 50_MiB,
    .compute_units = 132,
    .launch_overhead = gpu_launch_overhead,
    .power = 700_W,
    .idle_power = 75_W,
    .kernel = hopper,
    .provenance = {"NVIDIA GH200 datasheet, HBM3e; Epoch AI training-cost-trends@263c40a", "2023-08-08",
                   Evidence::datasheet}};

inline constexpr Accelerator b100_sxm{.name = "b100-sxm",
                                      .vendor = "NVIDIA",
                                      .matrix = {.fp32 = 60_TFLOP_per_s,
                                                 .tf32 = 875_TFLOP_per_s,
                                                 .fp16 = 1750_TFLOP_per_s,
                                                 .bf16 = 1750_TFLOP_per_s,
                                                 .fp8 = 3500_TFLOP_per_s,
                                                 .fp4 = 7000_TFLOP_per_s,
                                                 .int8 = 3500_TFLOP_per_s},
                                      .vector = 60_TFLOP_per_s,
                                      .memory = {180_GiB, 8000_GB_per_s}, // as B200
                                      .cache = 126_MiB,
                                      .compute_units = 148,
                                      .launch_overhead = gpu_launch_overhead,
                                      .power = 700_W,
                                      .idle_power = 120_W,
                                      .kernel = blackwell,
                                      .provenance = {"NVIDIA B100 as quoted by Epoch AI training-cost-trends@263c40a",
                                                     "2024-03-18", Evidence::datasheet}};

} // namespace foretrain::inline v0::catalog
