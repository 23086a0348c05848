// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernel_constants.hpp"

// NVIDIA accelerators, Volta to Blackwell Ultra.
//
// Peaks are dense (half of what a datasheet prints with sparsity) and rounded as the source rounds them. matrix.fp32
// is the rate of an FP32 product, which runs outside the matrix units; B300 and GB300 have little INT8. HBM that
// NVIDIA calls "80 GB" is 80 GiB to the driver: capacities are what ai-dynamo/aiconfigurator lists in bytes, GiB all.
// Idle power, launch overhead and, for Blackwell, L2 and multiprocessors are assumed; a comment marks other values
// that are not the datasheet's. `provenance` names the document behind the rest.

namespace foretrain::inline v0::catalog {

inline constexpr Accelerator v100_16gb{
    .name = "v100-16gb",
    .vendor = "NVIDIA",
    .matrix = {.fp32 = 15.7_TFLOP_per_s,
               .fp16 = 125_TFLOP_per_s,
               .int8 = 62.8_TFLOP_per_s}, // assumed: four times FP32, on the CUDA cores
    .vector = 15.7_TFLOP_per_s,
    .memory = {16_GiB, 900_GB_per_s},
    .cache = 6_MiB,
    .compute_units = 80,
    .launch_overhead = gpu_launch_overhead,
    .power = 300_W,
    .idle_power = 40_W, // assumed; Zeus traces go down to 36 W
    .kernel = volta,
    .provenance = {"NVIDIA Tesla V100 GPU Accelerator datasheet (437317-Volta-V100-DS-NV-US-WEB), SXM2", "2017-06-21",
                   Evidence::datasheet}};

inline constexpr Accelerator v100_32gb{
    .name = "v100-32gb",
    .vendor = "NVIDIA",
    .matrix = {.fp32 = 15.7_TFLOP_per_s,
               .fp16 = 125_TFLOP_per_s,
               .int8 = 62.8_TFLOP_per_s}, // assumed: four times FP32, on the CUDA cores
    .vector = 15.7_TFLOP_per_s,
    .memory = {32_GiB, 900_GB_per_s},
    .cache = 6_MiB,
    .compute_units = 80,
    .launch_overhead = gpu_launch_overhead,
    .power = 300_W,
    .idle_power = 40_W,
    .kernel = volta,
    .provenance = {"NVIDIA Tesla V100 GPU Accelerator datasheet, SXM2 32 GB", "2018-03-27", Evidence::datasheet}};

/// V100-SXM3 of the DGX-2: 2 PFLOP/s and 10 kW a system of 16.
inline constexpr Accelerator v100_sxm3_32gb{
    .name = "v100-sxm3-32gb",
    .vendor = "NVIDIA",
    .matrix = {.fp32 = 15.7_TFLOP_per_s,
               .fp16 = 125_TFLOP_per_s,
               .int8 = 62.8_TFLOP_per_s}, // assumed: four times FP32, on the CUDA cores
    .vector = 15.7_TFLOP_per_s,
    .memory = {32_GiB, 900_GB_per_s},
    .cache = 6_MiB,
    .compute_units = 80,
    .launch_overhead = gpu_launch_overhead,
    .power = 350_W,
    .idle_power = 45_W,
    .kernel = volta,
    .provenance = {"NVIDIA DGX-2 datasheet, a sixteenth of the system", "2018-03-27", Evidence::datasheet}};

/// V100-SXM3 of the DGX-2H: 2.1 PFLOP/s a system of 16, 450 W each.
inline constexpr Accelerator v100_sxm3_32gb_450w{
    .name = "v100-sxm3-32gb-450w",
    .vendor = "NVIDIA",
    .matrix = {.fp32 = 16.4_TFLOP_per_s, // derived: the higher clock of the FP16 rate
               .fp16 = 131_TFLOP_per_s,
               .int8 = 65.6_TFLOP_per_s}, // assumed: four times FP32, on the CUDA cores
    .vector = 16.4_TFLOP_per_s,           // derived, as FP32
    .memory = {32_GiB, 900_GB_per_s},
    .cache = 6_MiB,
    .compute_units = 80,
    .launch_overhead = gpu_launch_overhead,
    .power = 450_W,
    .idle_power = 50_W,
    .kernel = volta,
    .provenance = {"NVIDIA DGX-2H datasheet, a sixteenth of the system", "2018-11", Evidence::datasheet}};

inline constexpr Accelerator a100_sxm_40gb{
    .name = "a100-sxm-40gb",
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
    .power = 400_W,
    .idle_power = 55_W,
    .kernel = ampere,
    .provenance = {"NVIDIA A100 Tensor Core GPU datasheet, SXM4 40 GB", "2020-05-14", Evidence::datasheet}};

inline constexpr Accelerator a100_sxm_80gb{
    .name = "a100-sxm-80gb",
    .vendor = "NVIDIA",
    .matrix = {.fp32 = 19.5_TFLOP_per_s,
               .tf32 = 156_TFLOP_per_s,
               .fp16 = 312_TFLOP_per_s,
               .bf16 = 312_TFLOP_per_s,
               .int8 = 624_TFLOP_per_s},
    .vector = 19.5_TFLOP_per_s,
    .memory = {80_GiB, 2039_GB_per_s},
    .cache = 40_MiB,
    .compute_units = 108,
    .launch_overhead = gpu_launch_overhead,
    .power = 400_W,
    .idle_power = 60_W,
    .kernel = ampere,
    .provenance = {"NVIDIA A100 Tensor Core GPU datasheet, SXM4 80 GB", "2020-11-16", Evidence::datasheet}};

/// A100 with NVLink cut to 400 GB/s (both directions); the chip itself is unchanged.
inline constexpr Accelerator a800_sxm_80gb{
    .name = "a800-sxm-80gb",
    .vendor = "NVIDIA",
    .matrix = a100_sxm_80gb.matrix,
    .vector = a100_sxm_80gb.vector,
    .memory = a100_sxm_80gb.memory,
    .cache = 40_MiB,
    .compute_units = 108,
    .launch_overhead = gpu_launch_overhead,
    .power = 400_W,
    .idle_power = 60_W,
    .kernel = ampere,
    .provenance = {"NVIDIA A800 SXM4 80 GB, as listed by TechPowerUp (gpu-specs/a800-sxm4-80-gb.c3966)", "2022-08-11",
                   Evidence::datasheet}};

inline constexpr Accelerator h100_sxm{
    .name = "h100-sxm",
    .vendor = "NVIDIA",
    .matrix = {.fp32 = 66.9_TFLOP_per_s,
               .tf32 = 494.7_TFLOP_per_s,
               .fp16 = 989.4_TFLOP_per_s,
               .bf16 = 989.4_TFLOP_per_s,
               .fp8 = 1979_TFLOP_per_s,
               .int8 = 1979_TFLOP_per_s},
    .vector = 66.9_TFLOP_per_s,
    .memory = {80_GiB, 3350_GB_per_s},
    .cache = 50_MiB,
    .compute_units = 132,
    .launch_overhead = gpu_launch_overhead,
    .power = 700_W,
    .idle_power = 70_W,
    .kernel = hopper,
    .provenance = {"NVIDIA H100 Tensor Core GPU datasheet, SXM5", "2022-09-20", Evidence::datasheet}};

inline constexpr Accelerator h100_pcie{
    .name = "h100-pcie",
    .vendor = "NVIDIA",
    .matrix = {.fp32 = 51.2_TFLOP_per_s,
               .tf32 = 378_TFLOP_per_s,
               .fp16 = 756_TFLOP_per_s,
               .bf16 = 756_TFLOP_per_s,
               .fp8 = 1513_TFLOP_per_s,
               .int8 = 1513_TFLOP_per_s},
    .vector = 51.2_TFLOP_per_s,
    .memory = {80_GiB, 2000_GB_per_s},
    .cache = 50_MiB,
    .compute_units = 114,
    .launch_overhead = gpu_launch_overhead,
    .power = 350_W,
    .idle_power = 50_W,
    .kernel = hopper,
    .provenance = {"NVIDIA H100 Tensor Core GPU datasheet, PCIe", "2022-09-20", Evidence::datasheet}};

inline constexpr Accelerator h100_nvl{
    .name = "h100-nvl",
    .vendor = "NVIDIA",
    .matrix = {.fp32 = 60_TFLOP_per_s,  // assumed
               .tf32 = 418_TFLOP_per_s, // assumed: half of BF16
               .fp16 = 835_TFLOP_per_s,
               .bf16 = 835_TFLOP_per_s,
               .fp8 = 1671_TFLOP_per_s,
               .int8 = 1671_TFLOP_per_s},
    .vector = 60_TFLOP_per_s, // assumed, as FP32
    .memory = {94_GiB, 3938_GB_per_s},
    .cache = 50_MiB,
    .compute_units = 132,
    .launch_overhead = gpu_launch_overhead,
    .power = 400_W,
    .idle_power = 60_W,
    .kernel = hopper,
    .provenance = {"NVIDIA H100 NVL product brief (PB-11773-001)", "2024-03-14", Evidence::datasheet}};

inline constexpr Accelerator h200_sxm{
    .name = "h200-sxm",
    .vendor = "NVIDIA",
    .matrix = {.fp32 = 66.9_TFLOP_per_s,
               .tf32 = 494.5_TFLOP_per_s,
               .fp16 = 989.5_TFLOP_per_s,
               .bf16 = 989.5_TFLOP_per_s,
               .fp8 = 1979_TFLOP_per_s,
               .int8 = 1979_TFLOP_per_s},
    .vector = 66.9_TFLOP_per_s,
    .memory = {141_GiB, 4800_GB_per_s},
    .cache = 50_MiB,
    .compute_units = 132,
    .launch_overhead = gpu_launch_overhead,
    .power = 700_W,
    .idle_power = 75_W,
    .kernel = hopper,
    .provenance = {"NVIDIA H200 Tensor Core GPU datasheet (hpc-datasheet-sc23-h200), SXM", "2024-11-18",
                   Evidence::datasheet}};

/// H100 with NVLink cut to 400 GB/s (both directions).
inline constexpr Accelerator h800_sxm{
    .name = "h800-sxm",
    .vendor = "NVIDIA",
    .matrix = {.fp32 = 59.3_TFLOP_per_s,
               .tf32 = 454.5_TFLOP_per_s,
               .fp16 = 989_TFLOP_per_s,
               .bf16 = 989_TFLOP_per_s,
               .fp8 = 1979_TFLOP_per_s,
               .int8 = 1979_TFLOP_per_s},
    .vector = 59.3_TFLOP_per_s,
    .memory = {80_GiB, 3360_GB_per_s},
    .cache = 50_MiB,
    .compute_units = 132,
    .launch_overhead = gpu_launch_overhead,
    .power = 700_W,
    .idle_power = 70_W,
    .kernel = hopper,
    .provenance = {"NVIDIA H800 SXM5, as listed by TechPowerUp (gpu-specs/h800-sxm5.c3975)", "2023-03-21",
                   Evidence::datasheet}};

inline constexpr Accelerator h20{
    .name = "h20",
    .vendor = "NVIDIA",
    .matrix = {.fp32 = 44_TFLOP_per_s,
               .tf32 = 74_TFLOP_per_s,
               .fp16 = 148_TFLOP_per_s,
               .bf16 = 148_TFLOP_per_s,
               .fp8 = 296_TFLOP_per_s,
               .int8 = 296_TFLOP_per_s},
    .vector = 44_TFLOP_per_s,
    .memory = {96_GiB, 4000_GB_per_s},
    .cache = 60_MiB, // assumed
    .compute_units = 78,
    .launch_overhead = gpu_launch_overhead,
    .power = 400_W,
    .idle_power = 60_W,
    .kernel = hopper,
    .provenance = {"NVIDIA HGX H20 specification as quoted by resellers (Epoch AI, training-cost-trends@263c40a)",
                   "2023-11-09", Evidence::datasheet}};

inline constexpr Accelerator b200_sxm{
    .name = "b200-sxm",
    .vendor = "NVIDIA",
    .matrix = {.fp32 = 80_TFLOP_per_s,
               .tf32 = 1125_TFLOP_per_s,
               .fp16 = 2250_TFLOP_per_s,
               .bf16 = 2250_TFLOP_per_s,
               .fp8 = 4500_TFLOP_per_s,
               .fp4 = 9000_TFLOP_per_s,
               .int8 = 4500_TFLOP_per_s},
    .vector = 80_TFLOP_per_s,
    .memory = {180_GiB, 8000_GB_per_s}, // aiconfigurator has 7.7 TB/s
    .cache = 126_MiB,
    .compute_units = 148,
    .launch_overhead = gpu_launch_overhead,
    .power = 1000_W,
    .idle_power = 140_W,
    .kernel = blackwell,
    .provenance = {"NVIDIA DGX B200 datasheet, an eighth; as tabulated in stas00/ml-engineering@744d01e", "2024-03-18",
                   Evidence::datasheet}};

/// One of the two GPUs of a GB200 superchip, 1200 W each.
inline constexpr Accelerator gb200{
    .name = "gb200",
    .vendor = "NVIDIA",
    .matrix = {.fp32 = 80_TFLOP_per_s,
               .tf32 = 1250_TFLOP_per_s,
               .fp16 = 2500_TFLOP_per_s,
               .bf16 = 2500_TFLOP_per_s,
               .fp8 = 5000_TFLOP_per_s,
               .fp4 = 10000_TFLOP_per_s,
               .int8 = 5000_TFLOP_per_s},
    .vector = 80_TFLOP_per_s,
    .memory = {185.03_GiB, 8000_GB_per_s}, // "186 GB"; 189471 MiB in aiconfigurator
    .cache = 126_MiB,
    .compute_units = 148,
    .launch_overhead = gpu_launch_overhead,
    .power = 1200_W,
    .idle_power = 150_W,
    .kernel = blackwell,
    .provenance = {"NVIDIA GB200 NVL72 datasheet, per GPU; as tabulated in stas00/ml-engineering@744d01e", "2024-06-02",
                   Evidence::datasheet}};

inline constexpr Accelerator b300_sxm{
    .name = "b300-sxm",
    .vendor = "NVIDIA",
    .matrix = {.fp32 = 80_TFLOP_per_s,
               .tf32 = 1125_TFLOP_per_s,
               .fp16 = 2250_TFLOP_per_s,
               .bf16 = 2250_TFLOP_per_s,
               .fp8 = 4500_TFLOP_per_s,
               .fp4 = 14000_TFLOP_per_s,   // sources say 12.6 to 15 PFLOP/s
               .int8 = 153.5_TFLOP_per_s}, // aiconfigurator; stas00/ml-engineering repeats B200's 4500
    .vector = 80_TFLOP_per_s,
    .memory = {268.59_GiB, 8000_GB_per_s}, // "288 GB", decimal for once; aiconfigurator has 7.75 TB/s
    .cache = 126_MiB,
    .compute_units = 148,
    .launch_overhead = gpu_launch_overhead,
    .power = 1100_W,
    .idle_power = 150_W,
    .kernel = blackwell,
    .provenance = {"NVIDIA DGX B300 datasheet, an eighth; ai-dynamo/aiconfigurator b300_sxm.yaml", "2025-08-15",
                   Evidence::datasheet}};

/// One of the two GPUs of a GB300 superchip, 1400 W each.
inline constexpr Accelerator gb300{
    .name = "gb300",
    .vendor = "NVIDIA",
    .matrix = {.fp32 = 80_TFLOP_per_s,
               .tf32 = 1250_TFLOP_per_s,
               .fp16 = 2500_TFLOP_per_s,
               .bf16 = 2500_TFLOP_per_s,
               .fp8 = 5000_TFLOP_per_s,
               .fp4 = 15000_TFLOP_per_s,
               .int8 = 165_TFLOP_per_s}, // aiconfigurator; stas00/ml-engineering repeats GB200's 5000
    .vector = 80_TFLOP_per_s,
    .memory = {277.55_GiB, 8000_GB_per_s}, // "288 GB"; 298.0e9 bytes in aiconfigurator
    .cache = 126_MiB,
    .compute_units = 148,
    .launch_overhead = gpu_launch_overhead,
    .power = 1400_W,
    .idle_power = 160_W,
    .kernel = blackwell,
    .provenance = {"NVIDIA GB300 NVL72 datasheet, per GPU; ai-dynamo/aiconfigurator gb300.yaml", "2025-08",
                   Evidence::datasheet}};

} // namespace foretrain::inline v0::catalog
