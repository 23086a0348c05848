// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <type_traits>

#include "pow.hpp"
#include "scalar.hpp"
#include "sqrt.hpp"

// Smooth stand-ins for the corners of a model: a maximum without a kink, and a saturating ramp.
//
//   smooth maximum   (a^P + b^P)^(1/P) = m (1 + (s/m)^P)^(1/P),   m = max(a, b), s = min(a, b)
//   harmonic ramp    x / (x + h)
//
// Where two resources work side by side, the slower one sets the time, but near a tie they disturb each other: the
// P-norm is never below the maximum and at most 2^(1/P) of it (1.189 for P = 4, 1.414 for P = 2, at a tie). The ramp
// is what an efficiency does when x units of useful work pay a fixed overhead worth h units (Hockney's n_1/2: R. W.
// Hockney, C. R. Jesshope, "Parallel Computers 2", 1988, chapter 1).

namespace foretrain::inline v0 {

namespace detail {

// x^(1/P) for P a power of two.
template <unsigned P, Scalar T>
constexpr T root_of(const T& x) {
    if constexpr (P == 1) {
        return x;
    } else {
        const T root = sqrt(x);
        return root_of<P / 2, T>(root);
    }
}

} // namespace detail

// The P-norm of two numbers, P a power of two. Domain: finite a, b >= 0; 0, 0 gives 0. At least the maximum, and with
// equality where one of them is 0; the derivatives are the norm's own (at 0, 0 those of the
// maximum). Within 3 ulp of the exact norm for P = 4.
template <unsigned P = 4, Scalar T>
    requires(P >= 2 && (P & (P - 1)) == 0)
[[nodiscard, gnu::always_inline]] constexpr T smooth_maximum(const T& a, const T& b) {
    const bool b_is_larger = a < b;
    const T& larger = b_is_larger ? b : a;
    const T& smaller = b_is_larger ? a : b;
    if (value_of(smaller) == 0) return larger;
    const T ratio = smaller / larger;
    const T ratio_to_p = power<static_cast<int>(P)>(ratio);
    const T one_and_more = T(1.0) + ratio_to_p;
    const T factor = detail::root_of<P, T>(one_and_more);
    return T(larger * factor);
}

// x / (x + half): rises from 0 over 1/2 at x = half to 1. Domain: x >= 0, half > 0, with a finite sum.
template <Scalar T>
[[nodiscard]] constexpr T harmonic_ramp(const T& x, const std::type_identity_t<T>& half) {
    const T sum = x + half;
    return T(x / sum);
}

} // namespace foretrain::inline v0
