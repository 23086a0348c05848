// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <limits>
#include <string>

#include "error.hpp"

// A parameter that must stay within bounds, moved freely by a solver: x between bounds is a smooth function of any z.
//
//   0 < lower < upper, upper / lower > 10   log x = log l + (log u - log l) s(z)     times, sizes: decades count alike
//   lower < upper, both finite              x = l + (u - l) s(z)                     shares
//   lower finite, upper infinite            x = l + exp z      (and likewise x = u - exp z)
//   neither                                 x = z
//
// s(z) = 1 / (1 + exp -z). An interval in z maps to one in x that respects the bounds, and need not be symmetric.

namespace foretrain::inline v0 {

/// A named parameter of a fit. Bounds may be infinite; the start must lie between them.
struct Parameter {
    std::string name;
    double start = 0;
    double lower = -std::numeric_limits<double>::infinity();
    double upper = std::numeric_limits<double>::infinity();

    /// Share of the way between finite bounds that counts as being at one of them.
    static constexpr double margin = 1e-3;

    /// x(z).
    [[nodiscard]] double value(double z) const {
        if (decades()) return lower * std::exp(std::log(upper / lower) * sigmoid(z));
        if (std::isfinite(lower) && std::isfinite(upper)) return lower + (upper - lower) * sigmoid(z);
        if (std::isfinite(lower)) return lower + std::exp(z);
        if (std::isfinite(upper)) return upper - std::exp(z);
        return z;
    }

    /// z(x); values at a bound or beyond count as a `margin` inside.
    [[nodiscard]] double free(double x) const {
        if (std::isfinite(lower) && std::isfinite(upper)) {
            const double share = std::fmin(std::fmax(position(x), margin), 1 - margin);
            return std::log(share / (1 - share));
        }
        if (std::isfinite(lower)) return std::log(std::fmax(x - lower, std::numeric_limits<double>::min()));
        if (std::isfinite(upper)) return std::log(std::fmax(upper - x, std::numeric_limits<double>::min()));
        return x;
    }

    /// True if x is at one of two finite bounds, within the margin.
    [[nodiscard]] bool at_bound(double x) const {
        if (!std::isfinite(lower) || !std::isfinite(upper)) return false;
        const double share = position(x);
        return share <= margin || share >= 1 - margin;
    }

    /// The bound that x is at, or x.
    [[nodiscard]] double snapped(double x) const {
        if (!at_bound(x)) return x;
        return position(x) < 0.5 ? lower : upper;
    }

    /// Throws `CalibrationError` unless lower < upper and the start lies between them.
    void check() const {
        if (!(lower < upper)) throw CalibrationError(name + ": the lower bound must be below the upper one");
        if (!(start >= lower && start <= upper) || !std::isfinite(start))
            throw CalibrationError(name + ": starts outside its bounds");
    }

private:
    [[nodiscard]] static double sigmoid(double z) { return 1 / (1 + std::exp(-z)); }
    [[nodiscard]] bool decades() const { return std::isfinite(upper) && lower > 0 && upper / lower > 10; }
    [[nodiscard]] double position(double x) const {
        return decades() ? std::log(x / lower) / std::log(upper / lower) : (x - lower) / (upper - lower);
    }
};

} // namespace foretrain::inline v0
