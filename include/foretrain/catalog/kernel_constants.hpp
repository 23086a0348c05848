// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "../hardware/accelerator.hpp"
#include "../units/literals.hpp"

// How much of a datasheet kernels reach, one set of constants per chip family: the one place to refit.
//
// Time of a matrix product = fixed_time + FLOPs (1 + inner_dimension_half / K) / (peak x matrix_efficiency x
// sustained_clock), bounded below by bytes / (bandwidth x memory_efficiency); docs/roofline.md has the model.
// Fitted: matrix efficiency, fixed time and inner dimension to half of 972 BF16 shapes per chip, scored on the other
// half (median error 4-9%); `sustained_clock` and `memory_efficiency` to published training steps together with the
// stacks (docs/accuracy.md); attention shares to FlashAttention-2 and -3 tables at long sequences. The rest is assumed.

namespace foretrain::inline v0::catalog {

// The literals that the catalogue is written in; a using-declaration each, because headers have no using-directives.
using literals::operator""_us;
using literals::operator""_GB;
using literals::operator""_GiB;
using literals::operator""_MiB;
using literals::operator""_Gbit_per_s;
using literals::operator""_GB_per_s;
using literals::operator""_TFLOP_per_s;
using literals::operator""_W;
using literals::operator""_kW;

/// Gap between dependent kernels of a captured graph or a full launch queue on a GPU (assumed).
inline constexpr Seconds gpu_launch_overhead = 2_us;
/// The same where the compiler has scheduled the whole program ahead of time: TPU, Gaudi, Trainium (assumed).
inline constexpr Seconds compiled_launch_overhead = 1_us;

/// V100. Nothing is fitted: the Ampere shape with what DeepBench and Megatron-LM of 2019 make plausible.
inline constexpr KernelConstants volta{.matrix_efficiency = 0.85,
                                       .sustained_clock = 0.822,
                                       .memory_efficiency = 0.853,
                                       .attention_forward = 0.35,
                                       .attention_backward = 0.30,
                                       .inner_dimension_half = 300.0,
                                       .fixed_time = 2.5_us,
                                       .tile_rows = 128,
                                       .tile_columns = 128,
                                       .provenance = {"by analogy with Ampere", "2026-11", Evidence::assumed}};

/// A100, A800. MAMF of stas00/ml-engineering@744d01e is 0.869 of the dense peak: matrix_efficiency x sustained_clock.
inline constexpr KernelConstants ampere{
    .matrix_efficiency = 0.95,
    .sustained_clock = 0.801,
    .memory_efficiency = 0.755,
    .attention_forward = 0.63,
    .attention_backward = 0.56,
    .inner_dimension_half = 328.0,
    .fixed_time = 1.8_us,
    .tile_rows = 128,
    .tile_columns = 128,
    .provenance = {"fit to BF16 GEMM timings of a100_sxm in ai-dynamo/aiconfigurator (Apache-2.0)", "2026-11",
                   Evidence::fitted}};

/// H100, H200, H800, H20. H200 alone fits at 0.90, 0.87, 2.3 us, 161. MAMF of H100 is 0.803 of the dense peak.
inline constexpr KernelConstants hopper{
    .matrix_efficiency = 0.90,
    .sustained_clock = 0.63,
    .memory_efficiency = 0.75,
    .attention_forward = 0.66,
    .attention_backward = 0.53,
    .inner_dimension_half = 175.0,
    .fixed_time = 2.5_us,
    .tile_rows = 128,
    .tile_columns = 128,
    .provenance = {"fit to BF16 GEMM timings of h100_sxm in ai-dynamo/aiconfigurator (Apache-2.0)", "2026-11",
                   Evidence::fitted}};

/// B200, B300, GB200, GB300. MAMF is 0.776 (B200), 0.786 (B300) and 0.729 (GB200) of the dense peak.
inline constexpr KernelConstants blackwell{
    .matrix_efficiency = 0.78,
    .sustained_clock = 0.499,
    .memory_efficiency = 0.75,
    .attention_forward = 0.6,
    .attention_backward = 0.5,
    .inner_dimension_half = 59.0,
    .fixed_time = 2.4_us,
    .tile_rows = 128,
    .tile_columns = 128,
    .provenance = {"fit to BF16 GEMM timings of b200_sxm in ai-dynamo/aiconfigurator (Apache-2.0)", "2026-11",
                   Evidence::fitted}};

/// TPU v2 to v7x. AI-Hypercomputer/tpu-recipes@c8cfe2f measures 0.90 (v6e, 8192^3) and 0.82 (v7x, 16384^3) of the
/// dense peak and 0.87 of the HBM bandwidth (v7x copy).
inline constexpr KernelConstants tpu{
    .matrix_efficiency = 0.90,
    .sustained_clock = 1.0,
    .memory_efficiency = 0.95,
    .attention_forward = 0.589,
    .attention_backward = 0.501,
    .inner_dimension_half = 128.0,
    .fixed_time = 1_us,
    .tile_rows = 128,
    .tile_columns = 128,
    .provenance = {"large products and copies of AI-Hypercomputer/tpu-recipes@c8cfe2f; the rest by analogy", "2026-11",
                   Evidence::assumed}};

/// MI250X to MI355X. MAMF is 0.51 (MI300X), 0.60 (MI325X) and 0.63-0.68 (MI355X) of the dense peak.
inline constexpr KernelConstants cdna{
    .matrix_efficiency = 0.66,
    .sustained_clock = 0.85,
    .memory_efficiency = 0.80,
    .attention_forward = 0.40,
    .attention_backward = 0.33,
    .inner_dimension_half = 300.0,
    .fixed_time = 4_us,
    .tile_rows = 128,
    .tile_columns = 128,
    .provenance = {"MAMF of stas00/ml-engineering@744d01e; the rest by analogy with Ampere", "2026-11",
                   Evidence::assumed}};

/// Gaudi2, Gaudi3. MAMF is 0.97 (Gaudi2) and 0.74 (Gaudi3) of the dense peak.
inline constexpr KernelConstants gaudi{
    .matrix_efficiency = 0.90,
    .sustained_clock = 0.85,
    .memory_efficiency = 0.80,
    .attention_forward = 0.40,
    .attention_backward = 0.33,
    .inner_dimension_half = 200.0,
    .fixed_time = 3_us,
    .tile_rows = 128,
    .tile_columns = 128,
    .provenance = {"MAMF of stas00/ml-engineering@744d01e; the rest by analogy with Hopper", "2026-11",
                   Evidence::assumed}};

/// Trainium1, Trainium2: nothing public to fit to.
inline constexpr KernelConstants trainium{.matrix_efficiency = 0.85,
                                          .sustained_clock = 0.555,
                                          .memory_efficiency = 0.75,
                                          .attention_forward = 0.75,
                                          .attention_backward = 0.637,
                                          .inner_dimension_half = 200.0,
                                          .fixed_time = 2_us,
                                          .tile_rows = 128,
                                          .tile_columns = 128,
                                          .provenance = {"by analogy with the TPU", "2026-11", Evidence::assumed}};

} // namespace foretrain::inline v0::catalog
