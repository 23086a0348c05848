// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "../units/quantity.hpp"

// Number formats of stored values and of the operands of matrix products.

namespace foretrain::inline v0 {

/// A format a matrix unit multiplies in or a tensor is stored in.
enum class NumberFormat : unsigned char { fp32, tf32, fp16, bf16, fp8, fp4, int8 };

/// Storage of one element; TF32 is stored as FP32. Scales of block formats are not included.
[[nodiscard]] constexpr Bytes size_of(NumberFormat format) noexcept {
    switch (format) {
    case NumberFormat::fp32:
    case NumberFormat::tf32: return make<Bytes>(4.0);
    case NumberFormat::fp16:
    case NumberFormat::bf16: return make<Bytes>(2.0);
    case NumberFormat::fp8:
    case NumberFormat::int8: return make<Bytes>(1.0);
    case NumberFormat::fp4: return make<Bytes>(0.5);
    }
    return make<Bytes>(4.0);
}

/// `fp32`, `tf32`, `fp16`, `bf16`, `fp8`, `fp4`, `int8`.
[[nodiscard]] constexpr std::string_view name_of(NumberFormat format) noexcept {
    switch (format) {
    case NumberFormat::fp32: return "fp32";
    case NumberFormat::tf32: return "tf32";
    case NumberFormat::fp16: return "fp16";
    case NumberFormat::bf16: return "bf16";
    case NumberFormat::fp8: return "fp8";
    case NumberFormat::fp4: return "fp4";
    case NumberFormat::int8: return "int8";
    }
    return "fp32";
}

} // namespace foretrain::inline v0
