// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernel_constants.hpp"

// Accelerators of 2014 to 2017, without matrix units: NVIDIA Kepler to Pascal, AMD Vega, Intel Knights Landing.
//
// matrix.fp32 is the FP32 rate of the vector units, at boost clock for GPUs. matrix.fp16 is the packed rate where there
// is one (P100, Vega) and zero where FP16 arithmetic is a token. Idle power is assumed. Numbers that the named
// collection lacks are those of the vendor's datasheet.

namespace foretrain::inline v0::catalog {

/// One of the two GPUs of a board.
inline constexpr Accelerator k80{
    .name = "k80",
    .vendor = "NVIDIA",
    .matrix = {.fp32 = 4.1_TFLOP_per_s},
    .vector = 4.1_TFLOP_per_s,
    .memory = {12_GiB, 240_GB_per_s},
    .cache = 1.5_MiB,
    .compute_units = 13,
    .launch_overhead = gpu_launch_overhead,
    .power = 150_W,
    .idle_power = 30_W,
    .kernel = maxwell,
    .provenance = {"NVIDIA Tesla K80 datasheet, half of the board", "2014-11-17", Evidence::datasheet}};

inline constexpr Accelerator m40{.name = "m40",
                                 .vendor = "NVIDIA",
                                 .matrix = {.fp32 = 6.8_TFLOP_per_s},
                                 .vector = 6.8_TFLOP_per_s,
                                 .memory = {12_GiB, 288_GB_per_s},
                                 .cache = 3_MiB,
                                 .compute_units = 24,
                                 .launch_overhead = gpu_launch_overhead,
                                 .power = 250_W,
                                 .idle_power = 16_W,
                                 .kernel = maxwell,
                                 .provenance = {"NVIDIA Tesla M40 datasheet; Epoch AI training-cost-trends@263c40a",
                                                "2015-11-10", Evidence::datasheet}};

inline constexpr Accelerator titan_x_maxwell{
    .name = "titan-x-maxwell",
    .vendor = "NVIDIA",
    .matrix = {.fp32 = 6.6_TFLOP_per_s},
    .vector = 6.6_TFLOP_per_s,
    .memory = {12_GiB, 336.5_GB_per_s},
    .cache = 3_MiB,
    .compute_units = 24,
    .launch_overhead = gpu_launch_overhead,
    .power = 250_W,
    .idle_power = 15_W,
    .kernel = maxwell,
    .provenance = {"NVIDIA GeForce GTX TITAN X specifications", "2015-03-17", Evidence::datasheet}};

inline constexpr Accelerator p100_pcie{
    .name = "p100-pcie",
    .vendor = "NVIDIA",
    .matrix = {.fp32 = 9.5_TFLOP_per_s, .fp16 = 19.1_TFLOP_per_s},
    .vector = 9.5_TFLOP_per_s,
    .memory = {16_GiB, 732_GB_per_s},
    .cache = 4_MiB,
    .compute_units = 56,
    .launch_overhead = gpu_launch_overhead,
    .power = 250_W,
    .idle_power = 32_W, // with a job: Zeus traces
    .kernel = pascal,
    .provenance = {"NVIDIA Tesla P100 PCIe 16 GB datasheet; Epoch AI training-cost-trends@263c40a", "2016-06-20",
                   Evidence::datasheet}};

inline constexpr Accelerator p100_sxm2{
    .name = "p100-sxm2",
    .vendor = "NVIDIA",
    .matrix = {.fp32 = 10.6_TFLOP_per_s, .fp16 = 21.2_TFLOP_per_s},
    .vector = 10.6_TFLOP_per_s,
    .memory = {16_GiB, 732_GB_per_s},
    .cache = 4_MiB,
    .compute_units = 56,
    .launch_overhead = gpu_launch_overhead,
    .power = 300_W,
    .idle_power = 30_W,
    .kernel = pascal,
    .provenance = {"NVIDIA Tesla P100 SXM2 datasheet; Epoch AI training-cost-trends@263c40a", "2016-04-05",
                   Evidence::datasheet}};

inline constexpr Accelerator p40{.name = "p40",
                                 .vendor = "NVIDIA",
                                 .matrix = {.fp32 = 11.76_TFLOP_per_s},
                                 .vector = 11.76_TFLOP_per_s,
                                 .memory = {24_GiB, 346_GB_per_s},
                                 .cache = 3_MiB,
                                 .compute_units = 30,
                                 .launch_overhead = gpu_launch_overhead,
                                 .power = 250_W,
                                 .idle_power = 10_W,
                                 .kernel = pascal,
                                 .provenance = {"NVIDIA Tesla P40 datasheet; Epoch AI training-cost-trends@263c40a",
                                                "2016-09-13", Evidence::datasheet}};

inline constexpr Accelerator p4{.name = "p4",
                                .vendor = "NVIDIA",
                                .matrix = {.fp32 = 5.5_TFLOP_per_s},
                                .vector = 5.5_TFLOP_per_s,
                                .memory = {8_GiB, 192_GB_per_s},
                                .cache = 2_MiB,
                                .compute_units = 20,
                                .launch_overhead = gpu_launch_overhead,
                                .power = 75_W,
                                .idle_power = 7_W,
                                .kernel = pascal,
                                .provenance = {"NVIDIA Tesla P4 datasheet", "2016-09-13", Evidence::datasheet}};

inline constexpr Accelerator titan_x_pascal{
    .name = "titan-x-pascal",
    .vendor = "NVIDIA",
    .matrix = {.fp32 = 11_TFLOP_per_s},
    .vector = 11_TFLOP_per_s,
    .memory = {12_GiB, 480_GB_per_s},
    .cache = 3_MiB,
    .compute_units = 28,
    .launch_overhead = gpu_launch_overhead,
    .power = 250_W,
    .idle_power = 10_W,
    .kernel = pascal,
    .provenance = {"NVIDIA TITAN X (Pascal) specifications", "2016-08-02", Evidence::datasheet}};

inline constexpr Accelerator gtx_1080_ti{
    .name = "gtx-1080-ti",
    .vendor = "NVIDIA",
    .matrix = {.fp32 = 11.3_TFLOP_per_s},
    .vector = 11.3_TFLOP_per_s,
    .memory = {11_GiB, 484_GB_per_s},
    .cache = 2.75_MiB,
    .compute_units = 28,
    .launch_overhead = gpu_launch_overhead,
    .power = 250_W,
    .idle_power = 10_W,
    .kernel = pascal,
    .provenance = {"NVIDIA GeForce GTX 1080 Ti specifications", "2017-03-10", Evidence::datasheet}};

inline constexpr Accelerator mi25{
    .name = "mi25",
    .vendor = "AMD",
    .matrix = {.fp32 = 12.3_TFLOP_per_s, .fp16 = 24.6_TFLOP_per_s},
    .vector = 12.3_TFLOP_per_s,
    .memory = {16_GiB, 484_GB_per_s},
    .cache = 4_MiB,
    .compute_units = 64,
    .launch_overhead = gpu_launch_overhead,
    .power = 300_W,
    .idle_power = 15_W,
    .kernel = vega,
    .provenance = {"AMD Radeon Instinct MI25 datasheet", "2017-06-20", Evidence::datasheet}};

/// The air-cooled board.
inline constexpr Accelerator vega_fe{
    .name = "vega-fe",
    .vendor = "AMD",
    .matrix = {.fp32 = 13.1_TFLOP_per_s, .fp16 = 26.2_TFLOP_per_s},
    .vector = 13.1_TFLOP_per_s,
    .memory = {16_GiB, 483_GB_per_s},
    .cache = 4_MiB,
    .compute_units = 64,
    .launch_overhead = gpu_launch_overhead,
    .power = 300_W,
    .idle_power = 15_W,
    .kernel = vega,
    .provenance = {"AMD Radeon Vega Frontier Edition specifications", "2017-06-27", Evidence::datasheet}};

/// Knights Landing; memory is the on-package MCDRAM.
inline constexpr Accelerator xeon_phi_7250{
    .name = "xeon-phi-7250",
    .vendor = "Intel",
    .matrix = {.fp32 = 6.1_TFLOP_per_s},
    .vector = 6.1_TFLOP_per_s,
    .memory = {16_GiB, 400_GB_per_s},
    .cache = 34_MiB,
    .compute_units = 68,
    .launch_overhead = gpu_launch_overhead,
    .power = 215_W,
    .idle_power = 80_W,
    .kernel = knights_landing,
    .provenance = {"Intel Xeon Phi 7250 specifications; STREAM of the on-package memory", "2016-06-20",
                   Evidence::datasheet}};

} // namespace foretrain::inline v0::catalog
