// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include "../math/sqrt.hpp"
#include "../units/evidence.hpp"
#include "../units/violation.hpp"
#include "number_format.hpp"

// One accelerator: what its datasheet promises and the few fitted constants that say how much of it kernels reach.

namespace foretrain::inline v0 {

/// Dense matrix throughput by operand format. Zero: the accelerator has no such format.
template <class Real>
struct BasicMatrixPeaks {
    BasicFlopRate<Real> fp32{};
    BasicFlopRate<Real> tf32{};
    BasicFlopRate<Real> fp16{};
    BasicFlopRate<Real> bf16{};
    BasicFlopRate<Real> fp8{};
    BasicFlopRate<Real> fp4{};
    BasicFlopRate<Real> int8{};

    /// The peak of one format; zero if the accelerator does not have it.
    [[nodiscard]] constexpr const BasicFlopRate<Real>& of(NumberFormat format) const noexcept {
        switch (format) {
        case NumberFormat::fp32: return fp32;
        case NumberFormat::tf32: return tf32;
        case NumberFormat::fp16: return fp16;
        case NumberFormat::bf16: return bf16;
        case NumberFormat::fp8: return fp8;
        case NumberFormat::fp4: return fp4;
        case NumberFormat::int8: return int8;
        }
        return fp32;
    }
};

/// A level of memory: its capacity and the bandwidth of reads and writes together.
template <class Real>
struct BasicMemoryTier {
    BasicBytes<Real> capacity{};
    BasicBandwidth<Real> bandwidth{};
};

/// How kernels behave on an accelerator: few constants, fitted once per chip family (docs/roofline.md says how).
template <class Real>
struct BasicKernelConstants {
    Real matrix_efficiency{}; ///< share of the dense 16-bit or TF32 peak that a large product reaches on a cool chip
    Real sustained_clock{};   ///< share of that which holds for hours under a training power load
    BasicFlopEnergy<Real>
        sustained_energy{};    ///< rated power over 16-bit peak of the board that `sustained_clock` is of:
                               ///< boards with less power for their peak clock lower; 0: it holds for all
    Real memory_efficiency{};  ///< share of the memory bandwidth that a large streaming kernel reaches
    Real attention_forward{};  ///< share of the dense peak that fused attention reaches forward, its softmax hidden
    Real attention_backward{}; ///< the same backward
    Real attention_softmax{};  ///< FLOPs of the vector units for each score of attention; 0: always hidden
    BasicSeconds<Real> attention_tile{}; ///< start and end of a tile of queries in fused attention
    Real inner_dimension_half{};         ///< inner steps that starting and ending an output tile costs, in 16 bits
    BasicSeconds<Real> fixed_time{};     ///< ramp-up and drain of one kernel on the device
    std::int64_t tile_rows = 0;          ///< rows and columns of the largest output tile a compute unit works on
    std::int64_t tile_columns = 0;
    Real fp32_efficiency =
        Real(0.80); ///< as `matrix_efficiency`, of the FP32 peak; defaults: near the mean of what is fitted
    Real eight_bit_efficiency = Real(0.76); ///< the same of the FP8 and INT8 peaks
    Real four_bit_efficiency = Real(0.55);  ///< the same of the FP4 peak
    Provenance provenance{};

    /// Share of its dense peak that a large product in this format reaches on a cool chip.
    [[nodiscard]] constexpr const Real& efficiency_of(NumberFormat format) const noexcept {
        switch (format) {
        case NumberFormat::fp32: return fp32_efficiency;
        case NumberFormat::fp8:
        case NumberFormat::int8: return eight_bit_efficiency;
        case NumberFormat::fp4: return four_bit_efficiency;
        case NumberFormat::tf32:
        case NumberFormat::fp16:
        case NumberFormat::bf16: break;
        }
        return matrix_efficiency;
    }
};

/// One accelerator, as the software sees it (a TPU chip, half a Trainium chip, one GPU of a superchip).
template <class Real>
struct BasicAccelerator {
    std::string_view name;
    std::string_view vendor;
    BasicMatrixPeaks<Real> matrix{};      ///< dense peak of the matrix units
    BasicFlopRate<Real> vector{};         ///< FP32 peak outside the matrix units
    BasicMemoryTier<Real> memory{};       ///< HBM
    BasicBytes<Real> cache{};             ///< last-level on-chip cache
    std::int64_t compute_units = 0;       ///< multiprocessors, compute units or cores that tiles are dealt to
    BasicSeconds<Real> launch_overhead{}; ///< device-side gap between two dependent kernels
    BasicWatts<Real> power{};             ///< rated board power (TDP)
    BasicWatts<Real> idle_power{};        ///< board power without load
    BasicKernelConstants<Real> kernel{};
    Provenance provenance{};
};

using MatrixPeaks = BasicMatrixPeaks<double>;
using MemoryTier = BasicMemoryTier<double>;
using KernelConstants = BasicKernelConstants<double>;
using Accelerator = BasicAccelerator<double>;

namespace detail {
/// A dense peak is zero (no such format) or a rate that divides safely.
template <class Real, class Sink>
constexpr void check_peak(Sink& sink, std::string_view field, const BasicFlopRate<Real>& peak) noexcept {
    require_range(sink, field, peak, plain(peak) == 0 ? 0.0 : 1e9, 1e18, "FLOP/s",
                  "dense, without sparsity; 0 where the format is not supported");
}
} // namespace detail

/// Dense peak in the better of the 16-bit formats.
template <class Real>
[[nodiscard]] constexpr const BasicFlopRate<Real>& sixteen_bit_peak(const BasicAccelerator<Real>& a) noexcept {
    return a.matrix.bf16 > a.matrix.fp16 ? a.matrix.bf16 : a.matrix.fp16;
}

/// Share of the boost clock that the matrix units hold for hours in a format. Products at full rate draw more than a
/// board may: what it sustains goes with the 3/4th power of its rated one (voltage follows the clock, but not down to
/// the lowest; GB300 beside GB200 asks for more, PCIe boards beside SXM for less), at most all. Energy goes with the
/// bits of a FLOP, so a format whose kernels reach less of their peak heats less.
template <class Real>
[[nodiscard]] constexpr Real sustained_share(const BasicAccelerator<Real>& a, NumberFormat format) noexcept {
    const Real clock = a.kernel.sustained_clock;
    const BasicFlopRate<Real> peak = sixteen_bit_peak(a);
    if (!(raw(a.kernel.sustained_energy) > Real(0)) || !(raw(peak) > Real(0))) return clock;
    const Real power = raw(a.power) / (raw(peak) * raw(a.kernel.sustained_energy));
    const Real root = sqrt(power);
    const Real share = clock * root * sqrt(root) * (a.kernel.matrix_efficiency / a.kernel.efficiency_of(format));
    return share < Real(1) ? share : Real(1);
}

/// Tells `sink` of every field of an accelerator outside its range, and of an idle power above the rated one.
template <class Real, class Sink>
constexpr void check_rules(const BasicAccelerator<Real>& accelerator, Sink& sink) noexcept {
    using detail::check_peak;
    using detail::require_range;
    const auto& a = accelerator;
    check_peak(sink, "accelerator.matrix.fp32", a.matrix.fp32);
    check_peak(sink, "accelerator.matrix.tf32", a.matrix.tf32);
    check_peak(sink, "accelerator.matrix.fp16", a.matrix.fp16);
    check_peak(sink, "accelerator.matrix.bf16", a.matrix.bf16);
    check_peak(sink, "accelerator.matrix.fp8", a.matrix.fp8);
    check_peak(sink, "accelerator.matrix.fp4", a.matrix.fp4);
    check_peak(sink, "accelerator.matrix.int8", a.matrix.int8);
    require_range(sink, "accelerator.vector", a.vector, 1e9, 1e17, "FLOP/s", "peak FP32 rate outside the matrix units");
    require_range(sink, "accelerator.memory.capacity", a.memory.capacity, 1e6, 1e15, "B", "HBM of one accelerator");
    require_range(sink, "accelerator.memory.bandwidth", a.memory.bandwidth, 1e8, 1e16, "B/s",
                  "HBM bandwidth of one accelerator");
    require_range(sink, "accelerator.cache", a.cache, 0.0, 1e13, "B");
    require_range(sink, "accelerator.compute_units", a.compute_units, 1, 100000, {}, "multiprocessors or cores");
    require_range(sink, "accelerator.launch_overhead", a.launch_overhead, 0.0, 1.0, "s");
    require_range(sink, "accelerator.power", a.power, 1.0, 1e5, "W", "rated board power");
    require_range(sink, "accelerator.idle_power", a.idle_power, 0.0, 1e5, "W");
    detail::require(sink, !(a.idle_power > a.power), "idle_below_rated", "accelerator.idle_power", a.idle_power,
                    "at most the rated power, {} W", detail::plain(a.power), "idle_power is the board without load");
    const auto& k = a.kernel;
    require_range(sink, "accelerator.kernel.matrix_efficiency", k.matrix_efficiency, 0.01, 1.0);
    require_range(sink, "accelerator.kernel.sustained_clock", k.sustained_clock, 0.01, 1.0);
    require_range(sink, "accelerator.kernel.sustained_energy", k.sustained_energy, 0.0, 1e-9, "J/FLOP",
                  "rated power over dense 16-bit peak");
    require_range(sink, "accelerator.kernel.memory_efficiency", k.memory_efficiency, 0.01, 1.0);
    require_range(sink, "accelerator.kernel.attention_forward", k.attention_forward, 0.01, 1.0);
    require_range(sink, "accelerator.kernel.attention_backward", k.attention_backward, 0.01, 1.0);
    require_range(sink, "accelerator.kernel.attention_softmax", k.attention_softmax, 0.0, 1e4, "FLOP");
    require_range(sink, "accelerator.kernel.attention_tile", k.attention_tile, 0.0, 1.0, "s");
    require_range(sink, "accelerator.kernel.inner_dimension_half", k.inner_dimension_half, 0.0, 1e6);
    require_range(sink, "accelerator.kernel.fixed_time", k.fixed_time, 0.0, 1.0, "s");
    require_range(sink, "accelerator.kernel.tile_rows", k.tile_rows, 1, 65536);
    require_range(sink, "accelerator.kernel.tile_columns", k.tile_columns, 1, 65536);
    require_range(sink, "accelerator.kernel.fp32_efficiency", k.fp32_efficiency, 0.01, 1.0);
    require_range(sink, "accelerator.kernel.eight_bit_efficiency", k.eight_bit_efficiency, 0.01, 1.0);
    require_range(sink, "accelerator.kernel.four_bit_efficiency", k.four_bit_efficiency, 0.01, 1.0);
}

/// The same accelerator over another scalar.
template <class To, class From>
[[nodiscard]] constexpr BasicAccelerator<To> over_scalar(const BasicAccelerator<From>& a) noexcept {
    const auto number = [](const From& x) { return detail::as_scalar<To>(x); };
    const BasicMatrixPeaks<From>& m = a.matrix;
    const BasicKernelConstants<From>& k = a.kernel;
    return {
        .name = a.name,
        .vendor = a.vendor,
        .matrix = {.fp32 = over_scalar<To>(m.fp32),
                   .tf32 = over_scalar<To>(m.tf32),
                   .fp16 = over_scalar<To>(m.fp16),
                   .bf16 = over_scalar<To>(m.bf16),
                   .fp8 = over_scalar<To>(m.fp8),
                   .fp4 = over_scalar<To>(m.fp4),
                   .int8 = over_scalar<To>(m.int8)},
        .vector = over_scalar<To>(a.vector),
        .memory = {.capacity = over_scalar<To>(a.memory.capacity), .bandwidth = over_scalar<To>(a.memory.bandwidth)},
        .cache = over_scalar<To>(a.cache),
        .compute_units = a.compute_units,
        .launch_overhead = over_scalar<To>(a.launch_overhead),
        .power = over_scalar<To>(a.power),
        .idle_power = over_scalar<To>(a.idle_power),
        .kernel = {.matrix_efficiency = number(k.matrix_efficiency),
                   .sustained_clock = number(k.sustained_clock),
                   .sustained_energy = over_scalar<To>(k.sustained_energy),
                   .memory_efficiency = number(k.memory_efficiency),
                   .attention_forward = number(k.attention_forward),
                   .attention_backward = number(k.attention_backward),
                   .attention_softmax = number(k.attention_softmax),
                   .attention_tile = over_scalar<To>(k.attention_tile),
                   .inner_dimension_half = number(k.inner_dimension_half),
                   .fixed_time = over_scalar<To>(k.fixed_time),
                   .tile_rows = k.tile_rows,
                   .tile_columns = k.tile_columns,
                   .fp32_efficiency = number(k.fp32_efficiency),
                   .eight_bit_efficiency = number(k.eight_bit_efficiency),
                   .four_bit_efficiency = number(k.four_bit_efficiency),
                   .provenance = k.provenance},
        .provenance = a.provenance};
}

} // namespace foretrain::inline v0
