// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "log.hpp"
#include "sqrt.hpp"

// The quantile of the normal distribution: z with P(Z <= z) = p, relative error below 1.2e-9.
//
//   |p - 1/2| <= 0.47575: z = q A(q^2) / B(q^2), q = p - 1/2      else  z = -+C(r) / D(r), r = sqrt(-2 ln min(p, 1-p))
//
// Source of the polynomials: P. J. Acklam, "An algorithm for computing the inverse normal cumulative distribution
// function" (2003).

namespace foretrain::inline v0 {

namespace detail {

/// Lower tail of the normal quantile, 0 < p < 0.02425.
[[nodiscard]] constexpr double normal_quantile_of_tail(double p) noexcept {
    const double r = sqrt(-2.0 * log(p));
    const double above = ((((-7.784894002430293e-03 * r - 3.223964580411365e-01) * r - 2.400758277161838e+00) * r -
                           2.549732539343734e+00) *
                              r +
                          4.374664141464968e+00) *
                             r +
                         2.938163982698783e+00;
    const double below = (((7.784695709041462e-03 * r + 3.224671290700398e-01) * r + 2.445134137142996e+00) * r +
                          3.754408661907416e+00) *
                             r +
                         1.0;
    return above / below;
}

} // namespace detail

/// The normal quantile; `p` is held to 1e-300 ... 1 - 1e-16.
[[nodiscard]] constexpr double normal_quantile(double p) noexcept {
    constexpr double tail = 0.02425;
    if (p < tail) return detail::normal_quantile_of_tail(p < 1e-300 ? 1e-300 : p);
    if (p > 1.0 - tail) return -detail::normal_quantile_of_tail(1.0 - p < 1e-16 ? 1e-16 : 1.0 - p);
    const double q = p - 0.5;
    const double r = q * q;
    const double above = (((((-3.969683028665376e+01 * r + 2.209460984245205e+02) * r - 2.759285104469687e+02) * r +
                            1.383577518672690e+02) *
                               r -
                           3.066479806614716e+01) *
                              r +
                          2.506628277459239e+00);
    const double below = (((((-5.447609879822406e+01 * r + 1.615858368580409e+02) * r - 1.556989798598866e+02) * r +
                            6.680131188771972e+01) *
                               r -
                           1.328068155288572e+01) *
                              r +
                          1.0);
    return q * above / below;
}

} // namespace foretrain::inline v0
