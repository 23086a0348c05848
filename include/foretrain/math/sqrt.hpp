// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <cstdint>
#include <limits>
#include <type_traits>

#include "scalar.hpp"

// Square root, correctly rounded, with the same bits at compile time and at run time.
//
// At run time the processor's instruction does it: IEEE 754 (clause 5.4.1) requires it to be correctly rounded. At
// compile time Newton's iteration y <- (y + z/y)/2 gives an integer Y within a few units of sqrt(M), where x = M 4^e
// and 2^104 <= M < 2^106; the exact residual M - Y^2 then decides the last bit: (Y + 1/2)^2 < M exactly if
// M - Y^2 > Y. The residual is small, so arithmetic modulo 2^64 suffices for it.

namespace foretrain::inline v0 {

namespace detail {

// sqrt of a positive finite number, without the processor's help.
constexpr double sqrt_positive(double x) noexcept {
    int halved_exponent = 0;
    if (x < std::numeric_limits<double>::min()) {
        x *= 0x1p108;
        halved_exponent = -54;
    }
    const auto bits = std::bit_cast<std::uint64_t>(x);
    int exponent = static_cast<int>(bits >> 52) - 1023;
    std::uint64_t mantissa = (bits & 0xfffffffffffffu) | 0x10000000000000u;
    if (exponent & 1) {
        mantissa <<= 1;
        --exponent;
    }
    halved_exponent += exponent / 2;

    const double z = static_cast<double>(mantissa) * 0x1p-52; // in [1, 4)
    double y = 0.5 + 0.5 * z;
    for (int i = 0; i < 5; ++i) y = 0.5 * (y + z / y); // error 0.25, 0.025, 3e-4, 5e-8, 1e-15

    auto root = static_cast<std::uint64_t>(y * 0x1p52);
    const std::uint64_t square = mantissa << 52; // modulo 2^64, as is every product below
    while (static_cast<std::int64_t>(square - root * root) > static_cast<std::int64_t>(root)) ++root;
    while (static_cast<std::int64_t>(square - root * root) <= -static_cast<std::int64_t>(root)) --root;
    const auto scale = std::bit_cast<double>(static_cast<std::uint64_t>(halved_exponent - 52 + 1023) << 52);
    return static_cast<double>(root) * scale;
}

} // namespace detail

// Square root. Domain: x >= 0, where the result is correctly rounded; +-0 and +infinity give themselves. A negative
// number or NaN gives a quiet NaN.
//
// A template, as all functions of this layer are, so that a program that is `using namespace foretrain` and calls
// the C library's sqrt(double) gets that one and no ambiguity.
template <PlainReal Real>
[[nodiscard]] constexpr Real sqrt(Real x) noexcept {
    if (!(x >= Real(0))) return std::numeric_limits<Real>::quiet_NaN();
    if (std::is_constant_evaluated()) {
        if (x == Real(0) || x > std::numeric_limits<Real>::max()) return x;
        // For float, rounding twice is harmless: 53 >= 2 * 24 + 2 (Figueroa, 1995).
        return static_cast<Real>(detail::sqrt_positive(static_cast<double>(x)));
    }
    if constexpr (std::is_same_v<Real, float>) {
        return __builtin_sqrtf(x);
    } else {
        return __builtin_sqrt(x);
    }
}

} // namespace foretrain::inline v0
