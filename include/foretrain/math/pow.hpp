// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <cstdint>
#include <limits>
#include <type_traits>

#include "exp.hpp"
#include "log.hpp"
#include "scalar.hpp"

// Powers: x^y for real exponents, and x^N by squaring for integers known at compile time.
//
//   x^y = e^(y ln x)
//
// An error of the exponent becomes a relative error of the result, up to 745 times enlarged; so ln x, y ln x and the
// reduction in e^x all carry a second word. Source: Tang's methods as in log.hpp and exp.hpp; special values as in
// IEEE 754-2019, clause 9.2.1. On bits and fused multiply-add see exp.hpp.

namespace foretrain::inline v0 {

namespace detail {

// x^y for positive finite x and any y but NaN.
constexpr double pow_positive(double x, double y) noexcept {
    // Beyond 2^65 only the side of 1 that x is on matters, and nothing below overflows.
    y = limit(y, -0x1p65, 0x1p65);
    const TwoDoubles l = log_parts(x);
    const double y1 = leading_bits(y);
    const double l1 = leading_bits(l.hi);
    const double l2 = (l.hi - l1) + l.lo;
    return exp_of_sum(y1 * l1, (y - y1) * l1 + y * l2); // the first product is exact
}

constexpr bool is_integer(double y) noexcept {
    if (!(-0x1p53 < y && y < 0x1p53)) return true; // without NaN, which callers exclude
    return static_cast<double>(static_cast<long long>(y)) == y;
}

constexpr bool is_odd(double y) noexcept {
    return -0x1p53 < y && y < 0x1p53 && is_integer(y) && static_cast<long long>(y) % 2 != 0;
}

constexpr double pow_special(double x, double y) noexcept {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    if (y == 0 || x == 1) return 1;
    if (x != x || y != y) return std::numeric_limits<double>::quiet_NaN();
    if (x == -1 && (y == infinity || y == -infinity)) return 1;
    const bool negative = std::bit_cast<std::uint64_t>(x) >> 63 != 0;
    const double size = negative ? -x : x;
    double result = 0;
    if (size == 0) {
        result = y < 0 ? infinity : 0.0;
    } else if (size == infinity) {
        result = y < 0 ? 0.0 : infinity;
    } else {
        if (negative && !is_integer(y)) return std::numeric_limits<double>::quiet_NaN();
        result = pow_positive(size, y);
    }
    return negative && is_odd(y) ? -result : result;
}

constexpr double pow(double x, double y) noexcept {
    if (0 < x && x <= std::numeric_limits<double>::max() && y == y) return pow_positive(x, y);
    return pow_special(x, y);
}

} // namespace detail

// x^y, within 0.55 ulp (0.8 where the result is subnormal). Domain: x > 0; also x < 0 with an integer y, and 0 and
// infinity as IEEE 754 has them. x^0 and 1^y are 1 whatever the other; x < 0 with another y gives NaN, as does any
// other NaN.
template <PlainReal Real>
[[nodiscard]] constexpr Real pow(Real x, std::type_identity_t<Real> y) noexcept {
    return detail::round_to<Real>(detail::pow(static_cast<double>(x), static_cast<double>(y)));
}

// x^N by squaring, for an integer N of either sign and anything that multiplies (and divides 1, if N < 0). About
// log2 N roundings; x^0 is 1.
template <int N, class T>
[[nodiscard]] constexpr T power(const T& x) {
    if constexpr (N < 0) {
        return T(T(1) / power<-N>(x));
    } else if constexpr (N == 0) {
        return T(1);
    } else if constexpr (N == 1) {
        return x;
    } else {
        const T half = power<N / 2>(x);
        const T square = half * half;
        if constexpr (N % 2 == 0) {
            return square;
        } else {
            return T(square * x);
        }
    }
}

} // namespace foretrain::inline v0
