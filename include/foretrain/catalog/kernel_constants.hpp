// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "../hardware/accelerator.hpp"
#include "../units/literals.hpp"

// How much of a datasheet kernels reach, one set of constants per chip family: the one place to refit.
//
// Products of matrices reach `matrix_efficiency` of the 16-bit peak, less where tiles, waves or memory bind; roofline/
// has the model. matrix_efficiency, the efficiencies of other formats, memory_efficiency, inner_dimension_half and
// fixed_time (with the gap between kernels) of Ampere, Hopper and Blackwell are least squares of the logarithm of 8993
// timings of ai-dynamo/aiconfigurator (docs/roofline.md); FP32 and older chips are those of DeepBench and
// sitar-lab/NeuSight; `sustained_clock` is fitted to published training steps together with the stacks
// (docs/accuracy.md), attention to 4338 kernel timings (docs/attention.md). What says so is assumed.

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
inline constexpr Seconds gpu_launch_overhead = 1_us;
/// The same where the compiler has scheduled the whole program ahead of time: TPU, Gaudi, Trainium (assumed).
inline constexpr Seconds compiled_launch_overhead = 1_us;

/// V100.
inline constexpr KernelConstants volta{
    .matrix_efficiency = 0.84,
    .sustained_clock = 0.852,
    .sustained_energy = make<FlopEnergy>(300.0 / 125e12),
    .memory_efficiency = 0.75,
    .attention_forward = 0.35,
    .attention_backward = 0.3,
    .attention_softmax = 12.0,
    .attention_tile = 3.4_us,
    .inner_dimension_half = 109.0,
    .fixed_time = 5.3_us,
    .tile_rows = 128,
    .tile_columns = 128,
    .fp32_efficiency = 0.92,
    .provenance = {"fit to products of baidu-research/DeepBench and sitar-lab/NeuSight, V100", "2026-11",
                   Evidence::fitted}};

/// A100, A800, boards of 250 to 400 W alike (SimuMax times one of 300 W). The best of all shapes (MAMF of
/// stas00/ml-engineering@744d01e) reaches 0.869 of the dense peak.
inline constexpr KernelConstants ampere{
    .matrix_efficiency = 0.834,
    .sustained_clock = 0.847,
    .memory_efficiency = 0.795,
    .attention_forward = 0.63,
    .attention_backward = 0.63,
    .attention_softmax = 12.0,
    .attention_tile = 3.4_us,
    .inner_dimension_half = 126.0,
    .fixed_time = 4_us,
    .tile_rows = 128,
    .tile_columns = 128,
    .fp32_efficiency = 0.83,
    .eight_bit_efficiency = 0.89,
    .provenance = {"fit to GEMM timings of a100_sxm in ai-dynamo/aiconfigurator (Apache-2.0)", "2026-11",
                   Evidence::fitted}};

/// H100, H200, H800, H20. MAMF of H100 is 0.803 of the dense peak.
inline constexpr KernelConstants hopper{
    .matrix_efficiency = 0.835,
    .sustained_clock = 0.741,
    .sustained_energy = make<FlopEnergy>(700.0 / 989.4e12),
    .memory_efficiency = 0.86,
    .attention_forward = 0.75,
    .attention_backward = 0.6,
    .attention_softmax = 29.5,
    .attention_tile = 3.4_us,
    .inner_dimension_half = 91.0,
    .fixed_time = 1.5_us,
    .tile_rows = 128,
    .tile_columns = 128,
    .fp32_efficiency = 0.72,
    .eight_bit_efficiency = 0.736,
    .provenance = {"fit to GEMM timings of h100_sxm in ai-dynamo/aiconfigurator (Apache-2.0)", "2026-11",
                   Evidence::fitted}};

/// B200, B300, GB200, GB300. MAMF is 0.776 (B200), 0.786 (B300) and 0.729 (GB200) of the dense peak.
inline constexpr KernelConstants blackwell{
    .matrix_efficiency = 0.736,
    .sustained_clock = 0.675,
    .sustained_energy = make<FlopEnergy>(1200.0 / 2500e12),
    .memory_efficiency = 0.74,
    .attention_forward = 0.66,
    .attention_backward = 0.61,
    .attention_softmax = 22.0,
    .attention_tile = 3.4_us,
    .inner_dimension_half = 112.0,
    .fixed_time = 1.2_us,
    .tile_rows = 128,
    .tile_columns = 128,
    .eight_bit_efficiency = 0.66,
    .four_bit_efficiency = 0.51,
    .provenance = {"fit to GEMM timings of b200_sxm and gb200 in ai-dynamo/aiconfigurator (Apache-2.0)", "2026-11",
                   Evidence::fitted}};

/// Any GPU that nothing is known of but its datasheet: the geometric mean of Ampere, Hopper and Blackwell.
inline constexpr KernelConstants unknown_gpu{
    .matrix_efficiency = 0.80,
    .sustained_clock = 0.69,
    .sustained_energy = make<FlopEnergy>(700.0 / 989.4e12),
    .memory_efficiency = 0.80,
    .attention_forward = 0.68,
    .attention_backward = 0.61,
    .attention_softmax = 20.0,
    .attention_tile = 3.4_us,
    .inner_dimension_half = 108.0,
    .fixed_time = 2_us,
    .tile_rows = 128,
    .tile_columns = 128,
    .provenance = {"mean of Ampere, Hopper and Blackwell", "2026-11", Evidence::assumed}};

/// T4, limited by its 70 W; attention as on Volta.
inline constexpr KernelConstants turing = [] {
    KernelConstants k = volta;
    k.matrix_efficiency = 0.65;
    k.memory_efficiency = 0.82;
    k.fp32_efficiency = 0.49;
    k.provenance = {"fit to products of baidu-research/DeepBench and sitar-lab/NeuSight, T4", "2026-11",
                    Evidence::fitted};
    return k;
}();

/// GPUs without matrix units, the rest as on Volta: `fp32_efficiency` is that of the FP32 units.
constexpr KernelConstants without_matrix_units(double fp32_efficiency, std::string_view source) noexcept {
    KernelConstants k = volta;
    k.matrix_efficiency = fp32_efficiency;
    k.fp32_efficiency = fp32_efficiency;
    k.inner_dimension_half = 16.0; // a sixteenth of the rate hides the ramp of a tile
    k.provenance = {source, "2026-11", Evidence::fitted};
    return k;
}
/// P100, P4, GTX 1080 Ti, Titan X (Pascal).
inline constexpr KernelConstants pascal =
    without_matrix_units(0.87, "fit to products of baidu-research/DeepBench and sitar-lab/NeuSight, Pascal");
/// M40, Titan X (Maxwell).
inline constexpr KernelConstants maxwell = without_matrix_units(0.58, "fit to products of baidu-research/DeepBench");
/// MI25, Vega Frontier Edition, MI50, MI60.
inline constexpr KernelConstants vega = without_matrix_units(0.63, "fit to products of baidu-research/DeepBench");
/// Xeon Phi 7250.
inline constexpr KernelConstants knights_landing =
    without_matrix_units(0.72, "fit to products of baidu-research/DeepBench");

/// TPU v2 to v7x. AI-Hypercomputer/tpu-recipes@c8cfe2f measures 0.90 (v6e, 8192^3) and 0.82 (v7x, 16384^3) of the
/// dense peak and 0.87 of the HBM bandwidth (v7x copy).
inline constexpr KernelConstants tpu{
    .matrix_efficiency = 0.90,
    .sustained_clock = 0.867,
    .memory_efficiency = 0.87,
    .attention_forward = 0.589,
    .attention_backward = 0.501,
    .inner_dimension_half = 128.0,
    .fixed_time = 1_us,
    .tile_rows = 128,
    .tile_columns = 128,
    .provenance = {"large products and copies of AI-Hypercomputer/tpu-recipes@c8cfe2f; the rest by analogy", "2026-11",
                   Evidence::assumed}};

/// MI250X to MI355X. MAMF is 0.51 (MI300X), 0.60 (MI325X) and 0.63-0.68 (MI355X) of the dense peak. The clock is such
/// that products sustain about 0.75 of that, as A100, H100 and B200 do of theirs.
inline constexpr KernelConstants cdna{
    .matrix_efficiency = 0.66,
    .sustained_clock = 0.62,
    .sustained_energy = make<FlopEnergy>(750.0 / 1307.4e12),
    .memory_efficiency = 0.80,
    .attention_forward = 0.4,
    .attention_backward = 0.33,
    .attention_softmax = 25.0,
    .attention_tile = 3.4_us,
    .inner_dimension_half = 300.0,
    .fixed_time = 4_us,
    .tile_rows = 128,
    .tile_columns = 128,
    .fp32_efficiency = 0.62,
    .provenance = {"MAMF of stas00/ml-engineering@744d01e; the rest by analogy with Ampere", "2026-11",
                   Evidence::assumed}};

/// Gaudi2, Gaudi3. MAMF is 0.97 (Gaudi2) and 0.74 (Gaudi3) of the dense peak.
inline constexpr KernelConstants gaudi{
    .matrix_efficiency = 0.90,
    .sustained_clock = 0.754,
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
                                          .sustained_clock = 0.608,
                                          .memory_efficiency = 0.75,
                                          .attention_forward = 0.75,
                                          .attention_backward = 0.637,
                                          .inner_dimension_half = 200.0,
                                          .fixed_time = 2_us,
                                          .tile_rows = 128,
                                          .tile_columns = 128,
                                          .provenance = {"by analogy with the TPU", "2026-11", Evidence::assumed}};

} // namespace foretrain::inline v0::catalog
