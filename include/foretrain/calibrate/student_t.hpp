// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <limits>

#include "error.hpp"

// Student's t distribution, for confidence intervals of fitted parameters.
//
//   P(T <= t) = 1 - I_x(v/2, 1/2) / 2,   x = v / (v + t^2),   t >= 0
//
// I is the regularised incomplete beta function, here by its continued fraction (Lentz's method). Source: Press et
// al., "Numerical Recipes", 3rd ed., sections 6.4 and 6.14.

namespace foretrain::inline v0 {

namespace detail {

/// I_x(a, b) for a, b > 0 and 0 <= x <= 1, to about 1e-14.
[[nodiscard]] inline double incomplete_beta(double a, double b, double x) {
    if (x <= 0) return 0;
    if (x >= 1) return 1;
    if (x > (a + 1) / (a + b + 2)) return 1 - incomplete_beta(b, a, 1 - x);
    constexpr double tiny = 1e-300;
    const auto away_from_zero = [](double value) { return std::abs(value) < tiny ? tiny : value; };
    double c = 1, d = 1 / away_from_zero(1 - (a + b) * x / (a + 1)), fraction = d;
    for (int i = 1; i < 10000; ++i) {
        const double m = i;
        const double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
        const double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
        for (const double term : {even, odd}) {
            d = 1 / away_from_zero(1 + term * d);
            c = away_from_zero(1 + term / c);
            fraction *= d * c;
        }
        if (std::abs(d * c - 1) < 1e-15) break;
    }
    const double front =
        std::exp(std::lgamma(a + b) - std::lgamma(a) - std::lgamma(b) + a * std::log(x) + b * std::log1p(-x));
    return front * fraction / a;
}

} // namespace detail

/// P(T <= t) with `degrees` > 0 degrees of freedom.
[[nodiscard]] inline double student_t_probability(double t, double degrees) {
    const double tail = 0.5 * detail::incomplete_beta(0.5 * degrees, 0.5, degrees / (degrees + t * t));
    return t < 0 ? tail : 1 - tail;
}

/// How many standard errors on either side hold the given share, 0 < confidence < 1. Throws `CalibrationError`
/// outside that range or without degrees of freedom.
[[nodiscard]] inline double student_t_interval(double confidence, double degrees) {
    if (!(confidence > 0 && confidence < 1)) throw CalibrationError("confidence must lie between 0 and 1");
    if (!(degrees > 0)) throw CalibrationError("no degrees of freedom: as many parameters as measurements");
    double low = 0, high = 1;
    while (2 * student_t_probability(high, degrees) - 1 < confidence && high < 1e100) high *= 2;
    for (int i = 0; i < 200; ++i) {
        const double middle = 0.5 * (low + high);
        (2 * student_t_probability(middle, degrees) - 1 < confidence ? low : high) = middle;
    }
    return 0.5 * (low + high);
}

} // namespace foretrain::inline v0
