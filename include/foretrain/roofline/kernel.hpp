// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <cstdint>

#include "../hardware/accelerator.hpp"
#include "../math/smooth.hpp"
#include "../workload/operation.hpp"
#include "resource.hpp"

// Time of one operation on one accelerator: a roofline whose ceilings depend on the size of the operation.
//
//   matrix product  t = f + M4(C, B)
//       C = FLOPs of whole tiles / (peak x efficiency) x (1 + K_half / K) x waves up / waves
//       B = bytes / (bandwidth x efficiency)
//   fused attention t = f + M4(FLOPs / (peak x attention efficiency x ramp), B)
//   stream          t = kernels x f + max(B, FLOPs / vector peak)
//
// f is the fixed time of a kernel, M4 a smooth maximum (4-norm), K the inner dimension. A matrix product is cut into
// output tiles that are dealt to the compute units in waves; the last wave is as long as a full one (NVIDIA, "Matrix
// multiplication background", tile and wave quantisation). Below one wave libraries split the inner dimension, which
// recovers part of the idle units: the occupancy counts as at least `least_occupancy`.

namespace foretrain::inline v0 {

/// Time of an operation, the resource that binds, and how far the runner-up is (its time over the binding one's).
template <class Real>
struct BasicKernelTime {
    BasicSeconds<Real> time{};
    Resource bound = Resource::memory;
    Real runner_up{}; ///< 0: nothing else matters; 1: two resources bind equally
};
using KernelTime = BasicKernelTime<double>;

/// Short measurements run at the full clock; training for hours settles at a lower one.
enum class Load : unsigned char { burst, sustained };

/// How good a software's kernels are, relative to the best known ones for the accelerator: 1 for each is the best.
template <class Real>
struct BasicKernelQuality {
    Real matrix{1.0};    ///< rate of matrix products, 0.1 to 1.5
    Real attention{1.0}; ///< rate of fused attention, 0.05 to 2 (1: FlashAttention-2 class; less: an older generation)
    Real stream_traffic{1.0}; ///< memory traffic of elementwise work over that of fused kernels, 0.5 to 10
};
using KernelQuality = BasicKernelQuality<double>;

/// What predicts the time of an operation; a user's own type drops in.
template <class Model, class Real>
concept KernelModel = requires(const Model& model, const Operation& operation) {
    { model.time(operation) } -> std::same_as<BasicKernelTime<Real>>;
};

/// The roofline with size-dependent efficiency described above, for one accelerator and one number format.
template <class Real>
class BasicRooflineKernels {
public:
    /// Occupancy that splitting the inner dimension reaches when there are fewer tiles than compute units.
    static constexpr double least_occupancy = 0.25;
    /// Head dimension at which fused attention reaches half of its rate.
    static constexpr double head_dimension_half = 32.0;
    /// Length of the query block at which fused attention reaches half of its rate.
    static constexpr double query_rows_half = 300.0;
    /// Rate of batched products (unfused attention) whose rows in memory are not multiples of 16 bytes: matrix units
    /// need that alignment. Single large products are padded by the libraries at little cost.
    static constexpr double misaligned_rate = 0.15;

    constexpr BasicRooflineKernels(const BasicAccelerator<Real>& accelerator, NumberFormat operands, Load load,
                                   const BasicKernelQuality<Real>& quality = {}) noexcept
        : fixed_{raw(accelerator.kernel.fixed_time) + raw(accelerator.launch_overhead)},
          inner_half_{accelerator.kernel.inner_dimension_half},
          seconds_per_byte_{Real(1) / (raw(accelerator.memory.bandwidth) * accelerator.kernel.memory_efficiency)},
          seconds_per_stream_byte_{seconds_per_byte_ * quality.stream_traffic},
          seconds_per_vector_flop_{Real(1) / raw(accelerator.vector)},
          compute_units_{static_cast<double>(accelerator.compute_units)},
          tile_rows_{static_cast<double>(accelerator.kernel.tile_rows)},
          tile_columns_{static_cast<double>(accelerator.kernel.tile_columns)} {
        // FP32 leaves the matrix units and their power limit alone.
        const bool throttled = load == Load::sustained && operands != NumberFormat::fp32;
        const Real clock = throttled ? accelerator.kernel.sustained_clock : Real(1);
        const Real peak = raw(accelerator.matrix.of(operands)) * clock;
        // The ramp is a time a tile, fitted in 16 bits: a slower format hides more of it.
        const Real sixteen_bit_peak = raw(maximum(accelerator.matrix.bf16, accelerator.matrix.fp16));
        if (sixteen_bit_peak > Real(0)) inner_half_ *= raw(accelerator.matrix.of(operands)) / sixteen_bit_peak;
        seconds_per_flop_ = Real(1) / (peak * accelerator.kernel.matrix_efficiency * quality.matrix);
        // Fused attention runs in 16 bits also where the products around it use a shorter format.
        const bool sixteen_bits =
            operands == NumberFormat::fp8 || operands == NumberFormat::fp4 || operands == NumberFormat::int8;
        const Real attention_peak = raw(accelerator.matrix.of(sixteen_bits ? NumberFormat::bf16 : operands)) * clock;
        forward_ = Real(1) / (attention_peak * accelerator.kernel.attention_forward * quality.attention);
        backward_ = Real(1) / (attention_peak * accelerator.kernel.attention_backward * quality.attention);
    }

    /// Time of an operation of the workload; finite and positive for any operation of positive size.
    [[nodiscard]] constexpr BasicKernelTime<Real> time(const Operation& operation) const noexcept {
        const Real fixed = fixed_ * Real(static_cast<double>(operation.kernels));
        if (operation.form == OperationForm::stream) {
            const Real memory = Real(raw(operation.bytes)) * seconds_per_stream_byte_;
            const Real vector = Real(raw(operation.flops)) * seconds_per_vector_flop_;
            return judge(fixed, maximum(memory, vector), vector, memory, Resource::vector);
        }
        const Real memory = Real(raw(operation.bytes)) * seconds_per_byte_;
        const Real compute =
            operation.form == OperationForm::matrix_product ? product_time(operation) : attention_time(operation);
        return judge(fixed, smooth_maximum(compute, memory), compute, memory, Resource::matrix);
    }

private:
    [[nodiscard]] static constexpr BasicKernelTime<Real> judge(const Real& fixed, const Real& busy, const Real& compute,
                                                               const Real& memory, Resource computing) noexcept {
        BasicKernelTime<Real> result;
        result.time = make<BasicSeconds<Real>>(fixed + busy);
        const bool compute_binds = compute > memory;
        const Real& binding = compute_binds ? compute : memory;
        if (fixed > binding) {
            result.bound = Resource::device_launch;
            result.runner_up = binding / fixed;
        } else {
            result.bound = compute_binds ? computing : Resource::memory;
            const Real& other = compute_binds ? memory : compute;
            if (binding > Real(0)) result.runner_up = maximum(other, fixed) / binding;
        }
        return result;
    }

    /// ceil(count / each) for whole numbers below 2^53: exact, and faster than dividing integers.
    [[nodiscard]] static constexpr double whole(double count, double each) noexcept {
        return static_cast<double>(static_cast<std::int64_t>((count - 1.0) / each) + 1);
    }

    [[nodiscard]] constexpr Real product_time(const Operation& p) const noexcept {
        // Short sides get smaller tiles, in steps of 32.
        const double rows = static_cast<double>(p.rows);
        const double columns = static_cast<double>(p.columns);
        const double tile_rows = rows < tile_rows_ ? minimum(whole(rows, 32.0) * 32.0, tile_rows_) : tile_rows_;
        const double tile_columns =
            columns < tile_columns_ ? minimum(whole(columns, 32.0) * 32.0, tile_columns_) : tile_columns_;
        const double tiles = whole(rows, tile_rows) * whole(columns, tile_columns) * static_cast<double>(p.batch);
        double occupied = 0; // tiles' worth of time, all units together
        if (tiles >= compute_units_) {
            occupied = whole(tiles, compute_units_) * compute_units_;
        } else {
            occupied = tiles > compute_units_ * least_occupancy ? compute_units_ : tiles / least_occupancy;
        }
        const bool aligned = p.batch == 1 || (p.inner % 8 == 0 && p.columns % 8 == 0);
        const double padded = occupied * tile_rows * tile_columns;
        const double outputs = aligned ? padded : padded / misaligned_rate;
        return Real(2.0 * outputs) * (Real(static_cast<double>(p.inner)) + inner_half_) * seconds_per_flop_;
    }

    [[nodiscard]] constexpr Real attention_time(const Operation& a) const noexcept {
        const double d = static_cast<double>(a.inner);
        const double rows = static_cast<double>(a.rows);
        // Ramps are 1 for head dimension 128 and for long sequences.
        const double head_ramp = d * (128.0 + head_dimension_half) / ((d + head_dimension_half) * 128.0);
        const double row_ramp = rows / (rows + query_rows_half);
        const double ramp = (head_ramp < 1.0 ? head_ramp : 1.0) * row_ramp;
        return Real(raw(a.flops) / ramp) * (a.pass == Pass::forward ? forward_ : backward_);
    }

    Real fixed_{};
    Real inner_half_{};
    Real seconds_per_byte_{};
    Real seconds_per_stream_byte_{};
    Real seconds_per_vector_flop_{};
    Real seconds_per_flop_{};
    Real forward_{};
    Real backward_{};
    double compute_units_ = 1;
    double tile_rows_ = 1;
    double tile_columns_ = 1;
};
using RooflineKernels = BasicRooflineKernels<double>;

} // namespace foretrain::inline v0
