// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <string_view>
#include <vector>

// Losses that a few wrong measurements cannot dominate, as weights of iteratively reweighted least squares.
//
//   u = residual / scale,   weight w(u) = psi(u) / u,   scale = 1.4826 median |residual|
//
//   squares  w = 1                                  every residual counts fully
//   huber    w = min(1, k / |u|)          k = 1.345 large ones count like absolute values
//   cauchy   w = 1 / (1 + (u/k)^2)        k = 2.385 large ones fade
//   tukey    w = (1 - (u/k)^2)^2, |u| < k k = 4.685 beyond k not at all
//
// The constants give 95% efficiency on normal residuals. Source: Holland, Welsch, "Robust regression using iteratively
// reweighted least-squares", Communications in Statistics A6 (1977).

namespace foretrain::inline v0 {

enum class RobustLoss : unsigned char { squares, huber, cauchy, tukey };

[[nodiscard]] constexpr std::string_view name_of(RobustLoss loss) noexcept {
    switch (loss) {
    case RobustLoss::squares: return "squares";
    case RobustLoss::huber: return "huber";
    case RobustLoss::cauchy: return "cauchy";
    case RobustLoss::tukey: return "tukey";
    }
    return "squares";
}

/// Weight of a residual of u scales.
[[nodiscard]] inline double loss_weight(RobustLoss loss, double u) {
    const double size = std::abs(u);
    switch (loss) {
    case RobustLoss::squares: return 1;
    case RobustLoss::huber: return size <= 1.345 ? 1 : 1.345 / size;
    case RobustLoss::cauchy: return 1 / (1 + (size / 2.385) * (size / 2.385));
    case RobustLoss::tukey: {
        const double inside = 1 - (size / 4.685) * (size / 4.685);
        return inside > 0 ? inside * inside : 0;
    }
    }
    return 1;
}

/// rho(u), the integral of u w(u): what a residual of u scales costs; u^2/2 for small ones.
[[nodiscard]] inline double loss_value(RobustLoss loss, double u) {
    const double size = std::abs(u);
    switch (loss) {
    case RobustLoss::squares: return 0.5 * u * u;
    case RobustLoss::huber: return size <= 1.345 ? 0.5 * u * u : 1.345 * (size - 0.5 * 1.345);
    case RobustLoss::cauchy: return 0.5 * 2.385 * 2.385 * std::log1p((size / 2.385) * (size / 2.385));
    case RobustLoss::tukey: {
        const double square = (size / 4.685) * (size / 4.685);
        return square < 1 ? 4.685 * 4.685 / 6 * (1 - (1 - square) * (1 - square) * (1 - square)) : 4.685 * 4.685 / 6;
    }
    }
    return 0.5 * u * u;
}

/// Derivative of psi(u) = u w(u): how much a residual of u scales still pulls.
[[nodiscard]] inline double loss_slope(RobustLoss loss, double u) {
    const double size = std::abs(u);
    switch (loss) {
    case RobustLoss::squares: return 1;
    case RobustLoss::huber: return size <= 1.345 ? 1 : 0;
    case RobustLoss::cauchy: {
        const double square = (size / 2.385) * (size / 2.385);
        return (1 - square) / ((1 + square) * (1 + square));
    }
    case RobustLoss::tukey: {
        const double square = (size / 4.685) * (size / 4.685);
        return square < 1 ? (1 - square) * (1 - 5 * square) : 0;
    }
    }
    return 1;
}

/// The middle of the values; 0 of none.
[[nodiscard]] inline double median(std::vector<double> values) {
    if (values.empty()) return 0;
    std::sort(values.begin(), values.end());
    const std::size_t half = values.size() / 2;
    return values.size() % 2 == 1 ? values[half] : 0.5 * (values[half - 1] + values[half]);
}

/// Standard deviation that normal residuals around zero with this median size would have.
[[nodiscard]] inline double robust_scale(const std::vector<double>& residuals) {
    std::vector<double> sizes;
    for (const double residual : residuals) sizes.push_back(std::abs(residual));
    return 1.4826 * median(sizes);
}

} // namespace foretrain::inline v0
