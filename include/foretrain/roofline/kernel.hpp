// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <cstdint>

#include "../hardware/accelerator.hpp"
#include "../math/smooth.hpp"
#include "../workload/operation.hpp"
#include "attention.hpp"
#include "product.hpp"
#include "resource.hpp"

// Time of one operation on one accelerator: a roofline whose ceilings depend on the size of the operation.
//
//   matrix product  t = f + M4(tiles of the result on the compute units, B): product.hpp
//   fused attention t = f + M4(tiles of queries on the compute units, B): attention.hpp
//   stream          t = kernels x f + max(B, FLOPs / vector peak)
//
// f is the fixed time of a kernel, M4 a smooth maximum (4-norm), B = bytes / (bandwidth x efficiency).

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
    Real matrix{1.0};             ///< rate of matrix products, 0.1 to 1.5
    Real attention{1.0};          ///< matrix rate of fused attention, 0.05 to 2; less than 1: an older generation
    Real attention_on_newer{1.0}; ///< the same once more on accelerators with FP8, 0.05 to 2: kernels written before
                                  ///< them (FlashAttention-2, 0.56 by docs/attention.md) miss their instructions
    Real stream_traffic{1.0};     ///< memory traffic of elementwise work over that of fused kernels, 0.5 to 10
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
    /// Rate of batched products (unfused attention) whose rows in memory are not multiples of 16 bytes: matrix units
    /// need that alignment. Single large products are padded by the libraries at little cost.
    static constexpr double misaligned_rate = 0.15;

    constexpr BasicRooflineKernels(const BasicAccelerator<Real>& accelerator, NumberFormat operands, Load load,
                                   const BasicKernelQuality<Real>& quality = {}) noexcept
        : BasicRooflineKernels{accelerator,
                               quality,
                               operands,
                               wide_of(operands),
                               clock_of(accelerator, operands, operands, load),
                               clock_of(accelerator, wide_of(operands), operands, load)} {}

    /// Time of an operation of the workload; finite and positive for any operation of positive size.
    [[nodiscard, gnu::always_inline]] constexpr BasicKernelTime<Real> time(const Operation& operation) const noexcept {
        const Real fixed = fixed_ * Real(static_cast<double>(operation.kernels));
        if (operation.form == OperationForm::stream) {
            const Real memory = Real(raw(operation.bytes)) * seconds_per_stream_byte_;
            const Real vector = Real(raw(operation.flops)) * seconds_per_vector_flop_;
            return judge(fixed, maximum(memory, vector), vector, memory, Resource::vector);
        }
        const Real memory = Real(raw(operation.bytes)) * seconds_per_byte_;
        const Real compute =
            operation.form == OperationForm::matrix_product ? product_time(operation) : attention_.time(operation);
        return judge(fixed, smooth_maximum(compute, memory), compute, memory, Resource::matrix);
    }

private:
    [[nodiscard]] static constexpr bool is_short(NumberFormat format) noexcept {
        return format == NumberFormat::fp8 || format == NumberFormat::fp4 || format == NumberFormat::int8;
    }
    /// Attention and the products that need it run in 16 bits where others use a shorter format.
    [[nodiscard]] static constexpr NumberFormat wide_of(NumberFormat operands) noexcept {
        return is_short(operands) ? NumberFormat::bf16 : operands;
    }
    /// FP32 leaves the matrix units and their power limit alone.
    [[nodiscard]] static constexpr Real clock_of(const BasicAccelerator<Real>& accelerator, NumberFormat format,
                                                 NumberFormat operands, Load load) noexcept {
        return load == Load::sustained && operands != NumberFormat::fp32 ? sustained_share(accelerator, format)
                                                                         : Real(1);
    }
    constexpr BasicRooflineKernels(const BasicAccelerator<Real>& accelerator, const BasicKernelQuality<Real>& quality,
                                   NumberFormat operands, NumberFormat wide, const Real& clock,
                                   const Real& wide_clock) noexcept
        : fixed_{raw(accelerator.kernel.fixed_time) + raw(accelerator.launch_overhead)},
          seconds_per_byte_{Real(1) / (raw(accelerator.memory.bandwidth) * accelerator.kernel.memory_efficiency)},
          seconds_per_stream_byte_{seconds_per_byte_ * quality.stream_traffic},
          seconds_per_vector_flop_{Real(1) / raw(accelerator.vector)},
          product_{accelerator, operands, clock * quality.matrix},
          wide_product_{wide != operands ? BasicProductModel<Real>{accelerator, wide, wide_clock * quality.matrix}
                                         : product_},
          attention_{accelerator, wide, wide_clock,
                     quality.attention *
                         (accelerator.matrix.fp8 > BasicFlopRate<Real>{} ? quality.attention_on_newer : Real(1))},
          matrix_units_{operands != NumberFormat::fp32} {}

    [[nodiscard, gnu::always_inline]] static constexpr BasicKernelTime<Real>
    judge(const Real& fixed, const Real& busy, const Real& compute, const Real& memory, Resource computing) noexcept {
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

    [[nodiscard, gnu::always_inline]] constexpr Real product_time(const Operation& p) const noexcept {
        const bool aligned = !matrix_units_ || p.batch == 1 || (p.inner % 8 == 0 && p.columns % 8 == 0);
        const BasicProductModel<Real>& model = p.wide ? wide_product_ : product_;
        return model.time(p.rows, p.columns, p.inner, p.batch, aligned ? 1.0 : misaligned_rate);
    }

    Real fixed_{};
    Real seconds_per_byte_{};
    Real seconds_per_stream_byte_{};
    Real seconds_per_vector_flop_{};
    BasicProductModel<Real> product_{};
    BasicProductModel<Real> wide_product_{}; ///< of operations marked so: in 16 bits if products run in fewer
    BasicAttentionModel<Real> attention_{};
    bool matrix_units_ = true;
};
using RooflineKernels = BasicRooflineKernels<double>;

} // namespace foretrain::inline v0
