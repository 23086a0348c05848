// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernel_constants.hpp"

// Google TPUs, one entry a chip (a chip of v2, v3, v4, v5p and v7x has two cores; software since v4 sees one device).
//
// compute_units counts matrix units (MXUs of 128 x 128; 256 x 256 in v6e and v7x, counted so that clock x MXUs gives
// the peak). vector = 2 operations x 1024 lanes x cores x clock (4 operations from v5 on), assumed. There is no FP16,
// TF32 or FP32 in the MXU: FP32 products run as several BF16 passes. Capacities are GiB, as the runtime reports them.
// cache is the vector memory (plus common memory in v4). Idle power is measured for v3 and v4 (Jouppi et al. 2023,
// arXiv:2304.01433, Table 4) and assumed for the others.

namespace foretrain::inline v0::catalog {

inline constexpr Accelerator tpu_v2{
    .name = "tpu-v2",
    .vendor = "Google",
    .matrix = {.bf16 = 45_TFLOP_per_s},
    .vector = 3_TFLOP_per_s,
    .memory = {16_GiB, 600_GB_per_s},
    .cache = 32_MiB,
    .compute_units = 2,
    .launch_overhead = compiled_launch_overhead,
    .power = 163_W, // assumed: as far below its TDP of 280 W as TPU v3's highest is below 450 W
    .idle_power = 80_W,
    .kernel = tpu,
    .provenance = {"Jouppi et al. 2020 (doi:10.1145/3360307); TDP of Patterson et al. 2021 (arXiv:2104.10350) Table 4",
                   "2017-05-01", Evidence::datasheet}};

inline constexpr Accelerator tpu_v3{
    .name = "tpu-v3",
    .vendor = "Google",
    .matrix = {.bf16 = 123_TFLOP_per_s},
    .vector = 4_TFLOP_per_s,
    .memory = {32_GiB, 900_GB_per_s},
    .cache = 32_MiB,
    .compute_units = 4,
    .launch_overhead = compiled_launch_overhead,
    .power = 262_W,
    .idle_power = 123_W,
    .kernel = tpu,
    .provenance = {"Google Cloud TPU system architecture; power is the highest measured in production, Jouppi et al. "
                   "2023 (arXiv:2304.01433) Table 4 (TDP: 450 W)",
                   "2018-05-18", Evidence::datasheet}};

inline constexpr Accelerator tpu_v4{
    .name = "tpu-v4",
    .vendor = "Google",
    .matrix = {.bf16 = 275_TFLOP_per_s, .int8 = 275_TFLOP_per_s},
    .vector = 4.3_TFLOP_per_s,
    .memory = {32_GiB, 1200_GB_per_s},
    .cache = 160_MiB,
    .compute_units = 8,
    .launch_overhead = compiled_launch_overhead,
    .power = 192_W,
    .idle_power = 90_W,
    .kernel = tpu,
    .provenance = {"Jouppi et al. 2023 (arXiv:2304.01433) Table 4; power is the highest measured", "2021-05-20",
                   Evidence::datasheet}};

inline constexpr Accelerator tpu_v5e{
    .name = "tpu-v5e",
    .vendor = "Google",
    .matrix = {.bf16 = 197_TFLOP_per_s, .int8 = 394_TFLOP_per_s},
    .vector = 6.1_TFLOP_per_s,
    .memory = {16_GiB, 819_GB_per_s},
    .cache = 128_MiB,
    .compute_units = 4,
    .launch_overhead = compiled_launch_overhead,
    .power = 140_W, // not published; the estimate of Epoch AI, training-cost-trends@263c40a
    .idle_power = 50_W,
    .kernel = tpu,
    .provenance = {"Google Cloud documentation, cloud.google.com/tpu/docs/v5e", "2023-08-29", Evidence::datasheet}};

inline constexpr Accelerator tpu_v5p{
    .name = "tpu-v5p",
    .vendor = "Google",
    .matrix = {.bf16 = 459_TFLOP_per_s, .int8 = 918_TFLOP_per_s},
    .vector = 14.3_TFLOP_per_s,
    .memory = {95_GiB, 2765_GB_per_s},
    .cache = 128_MiB, // assumed
    .compute_units = 8,
    .launch_overhead = compiled_launch_overhead,
    .power = 400_W, // assumed: not published
    .idle_power = 120_W,
    .kernel = tpu,
    .provenance = {"Google Cloud documentation, cloud.google.com/tpu/docs/v5p", "2023-12-06", Evidence::datasheet}};

/// Trillium.
inline constexpr Accelerator tpu_v6e{
    .name = "tpu-v6e",
    .vendor = "Google",
    .matrix = {.bf16 = 918_TFLOP_per_s,
               .fp8 = 918_TFLOP_per_s, // assumed: FP8 runs at the BF16 rate
               .int8 = 1836_TFLOP_per_s},
    .vector = 7.2_TFLOP_per_s,
    .memory = {32_GiB, 1640_GB_per_s},
    .cache = 128_MiB,   // assumed
    .compute_units = 4, // assumed: 4 x 65536 x 2 x 1.75 GHz is the peak
    .launch_overhead = compiled_launch_overhead,
    .power = 390_W, // assumed: Google's "67% more energy-efficient than v5e"
    .idle_power = 100_W,
    .kernel = tpu,
    .provenance = {"Google Cloud documentation, cloud.google.com/tpu/docs/v6e", "2024-05-14", Evidence::datasheet}};

/// Ironwood.
inline constexpr Accelerator tpu_v7x{
    .name = "tpu-v7x",
    .vendor = "Google",
    .matrix = {.bf16 = 2307_TFLOP_per_s, .fp8 = 4614_TFLOP_per_s},
    .vector = 18_TFLOP_per_s,
    .memory = {192_GiB, 7370_GB_per_s},
    .cache = 128_MiB,   // assumed
    .compute_units = 8, // assumed: 8 x 65536 x 2 x 2.2 GHz is the peak
    .launch_overhead = compiled_launch_overhead,
    .power = 980_W, // the estimate of Epoch AI, training-cost-trends@263c40a
    .idle_power = 200_W,
    .kernel = tpu,
    .provenance = {"Google Cloud documentation, cloud.google.com/tpu/docs/tpu7x", "2025-04-09", Evidence::datasheet}};

} // namespace foretrain::inline v0::catalog
