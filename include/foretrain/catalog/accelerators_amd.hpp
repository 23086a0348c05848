// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernel_constants.hpp"

// AMD Instinct accelerators, CDNA 2 to CDNA 4. Peaks are dense; cache is the Infinity Cache where there is one;
// capacities are GiB, as the driver reports them. Idle power and launch overhead are assumed.

namespace foretrain::inline v0::catalog {

/// One package; software sees two devices (GCDs), each half of this.
inline constexpr Accelerator mi250x{
    .name = "mi250x",
    .vendor = "AMD",
    .matrix = {.fp32 = 95.7_TFLOP_per_s, .fp16 = 383_TFLOP_per_s, .bf16 = 383_TFLOP_per_s, .int8 = 383_TFLOP_per_s},
    .vector = 47.9_TFLOP_per_s,
    .memory = {128_GiB, 3277_GB_per_s},
    .cache = 16_MiB,
    .compute_units = 220,
    .launch_overhead = gpu_launch_overhead,
    .power = 560_W,
    .idle_power = 90_W,
    .kernel = cdna,
    .provenance = {"AMD Instinct MI250X datasheet", "2021-11-08", Evidence::datasheet}};

inline constexpr Accelerator mi300x{.name = "mi300x",
                                    .vendor = "AMD",
                                    .matrix = {.fp32 = 163.4_TFLOP_per_s,
                                               .tf32 = 653.7_TFLOP_per_s,
                                               .fp16 = 1307_TFLOP_per_s,
                                               .bf16 = 1307_TFLOP_per_s,
                                               .fp8 = 2615_TFLOP_per_s,
                                               .int8 = 2615_TFLOP_per_s},
                                    .vector = 163.4_TFLOP_per_s,
                                    .memory = {192_GiB, 5300_GB_per_s},
                                    .cache = 256_MiB,
                                    .compute_units = 304,
                                    .launch_overhead = gpu_launch_overhead,
                                    .power = 750_W,
                                    .idle_power = 140_W,
                                    .kernel = cdna,
                                    .provenance = {"AMD Instinct MI300X datasheet", "2023-12-06", Evidence::datasheet}};

inline constexpr Accelerator mi325x{
    .name = "mi325x",
    .vendor = "AMD",
    .matrix = {.fp32 = 163.4_TFLOP_per_s,
               .tf32 = 653.7_TFLOP_per_s,
               .fp16 = 1307_TFLOP_per_s,
               .bf16 = 1307_TFLOP_per_s,
               .fp8 = 2615_TFLOP_per_s,
               .int8 = 2615_TFLOP_per_s},
    .vector = 163.4_TFLOP_per_s,
    .memory = {256_GiB, 6000_GB_per_s},
    .cache = 256_MiB,
    .compute_units = 304,
    .launch_overhead = gpu_launch_overhead,
    .power = 1000_W,
    .idle_power = 150_W,
    .kernel = cdna,
    .provenance = {"AMD Instinct MI325X product page", "2024-10-10", Evidence::datasheet}};

inline constexpr Accelerator mi355x{
    .name = "mi355x",
    .vendor = "AMD",
    .matrix = {.fp32 = 157.3_TFLOP_per_s,
               .fp16 = 2500_TFLOP_per_s,
               .bf16 = 2500_TFLOP_per_s,
               .fp8 = 5000_TFLOP_per_s,
               .fp4 = 10100_TFLOP_per_s,
               .int8 = 5000_TFLOP_per_s},
    .vector = 157.3_TFLOP_per_s,
    .memory = {288_GiB, 8000_GB_per_s},
    .cache = 256_MiB,
    .compute_units = 256,
    .launch_overhead = gpu_launch_overhead,
    .power = 1400_W,
    .idle_power = 180_W,
    .kernel = cdna,
    .provenance = {"AMD Instinct MI355X datasheet, as tabulated in stas00/ml-engineering@744d01e", "2025-06",
                   Evidence::datasheet}};

} // namespace foretrain::inline v0::catalog
