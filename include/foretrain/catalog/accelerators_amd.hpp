// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernel_constants.hpp"

// AMD Instinct accelerators, CDNA to CDNA 4. Peaks are dense; cache is the Infinity Cache where there is one;
// capacities are GiB, as the driver reports them. Idle power and launch overhead are assumed.

namespace foretrain::inline v0::catalog {

inline constexpr Accelerator mi100{.name = "mi100",
                                   .vendor = "AMD",
                                   .matrix = {.fp32 = 46.1_TFLOP_per_s,
                                              .fp16 = 184.6_TFLOP_per_s,
                                              .bf16 = 92.3_TFLOP_per_s,
                                              .int8 = 184.6_TFLOP_per_s},
                                   .vector = 23.1_TFLOP_per_s,
                                   .memory = {32_GiB, 1229_GB_per_s},
                                   .cache = 8_MiB,
                                   .compute_units = 120,
                                   .launch_overhead = gpu_launch_overhead,
                                   .power = 300_W,
                                   .idle_power = 40_W,
                                   .kernel = cdna,
                                   .provenance = {"AMD Instinct MI100 datasheet", "2020-11-16", Evidence::datasheet}};

/// One die of the MI250 on a PCIe card.
inline constexpr Accelerator mi210{
    .name = "mi210",
    .vendor = "AMD",
    .matrix = {.fp32 = 45.3_TFLOP_per_s, .fp16 = 181_TFLOP_per_s, .bf16 = 181_TFLOP_per_s, .int8 = 181_TFLOP_per_s},
    .vector = 22.6_TFLOP_per_s,
    .memory = {64_GiB, 1638_GB_per_s},
    .cache = 8_MiB,
    .compute_units = 104,
    .launch_overhead = gpu_launch_overhead,
    .power = 300_W,
    .idle_power = 45_W,
    .kernel = cdna,
    .provenance = {"AMD Instinct MI210 datasheet", "2022-03-22", Evidence::datasheet}};

/// One package, two devices (GCDs).
inline constexpr Accelerator mi250{
    .name = "mi250",
    .vendor = "AMD",
    .matrix = {.fp32 = 90.5_TFLOP_per_s, .fp16 = 362_TFLOP_per_s, .bf16 = 362_TFLOP_per_s, .int8 = 362_TFLOP_per_s},
    .vector = 45.3_TFLOP_per_s,
    .memory = {128_GiB, 3277_GB_per_s},
    .cache = 16_MiB,
    .compute_units = 208,
    .launch_overhead = gpu_launch_overhead,
    .power = 500_W,
    .idle_power = 85_W,
    .kernel = cdna,
    .provenance = {"AMD Instinct MI250 datasheet; stas00/ml-engineering@744d01e", "2021-11-08", Evidence::datasheet}};

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

/// Processor and accelerator in one package; memory and power are shared by both.
inline constexpr Accelerator mi300a{
    .name = "mi300a",
    .vendor = "AMD",
    .matrix = {.fp32 = 122.6_TFLOP_per_s,
               .tf32 = 490.3_TFLOP_per_s,
               .fp16 = 980.6_TFLOP_per_s,
               .bf16 = 980.6_TFLOP_per_s,
               .fp8 = 1961_TFLOP_per_s,
               .int8 = 1961_TFLOP_per_s},
    .vector = 122.6_TFLOP_per_s,
    .memory = {128_GiB, 5300_GB_per_s},
    .cache = 256_MiB,
    .compute_units = 228,
    .launch_overhead = gpu_launch_overhead,
    .power = 760_W,
    .idle_power = 140_W,
    .kernel = cdna,
    .provenance = {"AMD Instinct MI300A datasheet; Epoch AI training-cost-trends@263c40a", "2023-12-06",
                   Evidence::datasheet}};

/// The MI300X sold in China.
inline constexpr Accelerator mi308x{
    .name = "mi308x",
    .vendor = "AMD",
    .matrix = {.fp32 = 43_TFLOP_per_s,
               .tf32 = 172_TFLOP_per_s,
               .fp16 = 344_TFLOP_per_s,
               .bf16 = 344_TFLOP_per_s,
               .fp8 = 688_TFLOP_per_s,
               .int8 = 688_TFLOP_per_s},
    .vector = 43_TFLOP_per_s,
    .memory = {192_GiB, 5300_GB_per_s},
    .cache = 256_MiB,
    .compute_units = 80,
    .launch_overhead = gpu_launch_overhead,
    .power = 650_W,
    .idle_power = 120_W,
    .kernel = cdna,
    .provenance = {"MI300X with 80 of 304 compute units, in proportion; power assumed", "2024", Evidence::assumed}};

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

inline constexpr Accelerator mi350x{.name = "mi350x",
                                    .vendor = "AMD",
                                    .matrix = {.fp32 = 144.2_TFLOP_per_s,
                                               .fp16 = 2300_TFLOP_per_s,
                                               .bf16 = 2300_TFLOP_per_s,
                                               .fp8 = 4600_TFLOP_per_s,
                                               .fp4 = 9200_TFLOP_per_s,
                                               .int8 = 4600_TFLOP_per_s},
                                    .vector = 144.2_TFLOP_per_s,
                                    .memory = {288_GiB, 8000_GB_per_s},
                                    .cache = 256_MiB,
                                    .compute_units = 256,
                                    .launch_overhead = gpu_launch_overhead,
                                    .power = 1000_W,
                                    .idle_power = 160_W,
                                    .kernel = cdna,
                                    .provenance = {"AMD Instinct MI350X datasheet", "2025-06-12", Evidence::datasheet}};

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
