// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "robust.hpp"

// What a calibration says of a constant and of its errors: plain data, without the means to fit anything.

namespace foretrain::inline v0 {

/// How a constant got its value.
enum class Determination : unsigned char {
    fitted,       ///< by the measurements, with an interval
    at_bound,     ///< the fit pushes it to a bound
    no_influence, ///< held: no measurement depends on it
    undetermined, ///< held: measurements do not tell its value, or not apart from another's
};

[[nodiscard]] constexpr std::string_view name_of(Determination determination) noexcept {
    switch (determination) {
    case Determination::fitted: return "fitted";
    case Determination::at_bound: return "at its bound";
    case Determination::no_influence: return "no influence";
    case Determination::undetermined: return "undetermined";
    }
    return "undetermined";
}

/// What is left out to measure the error on unseen data.
enum class HoldOut : unsigned char { nothing, source, accelerator };

[[nodiscard]] constexpr std::string_view name_of(HoldOut what) noexcept {
    switch (what) {
    case HoldOut::nothing: return "nothing";
    case HoldOut::source: return "source";
    case HoldOut::accelerator: return "accelerator";
    }
    return "nothing";
}

/// Relative errors |predicted / measured - 1|, and their mean with sign.
struct ErrorStatistics {
    std::size_t rows = 0;
    double mean = 0;
    double median = 0;
    double p90 = 0;
    double bias = 0;
};

/// A constant before and after.
struct CalibratedConstant {
    std::string name;
    std::string unit;
    double before = 0;
    double value = 0;
    double low = 0; ///< confidence interval; both the value itself unless fitted
    double high = 0;
    double refit_low = 0; ///< least and largest over the refits that leave out a group; the value itself without any
    double refit_high = 0;
    Determination determination = Determination::fitted;
};

/// Statistics of predictions for measurements, row by row.
[[nodiscard]] inline ErrorStatistics error_statistics(const std::vector<double>& relative_errors) {
    ErrorStatistics result;
    result.rows = relative_errors.size();
    if (result.rows == 0) return result;
    std::vector<double> sizes;
    for (const double error : relative_errors) {
        sizes.push_back(std::abs(error));
        result.mean += std::abs(error) / static_cast<double>(result.rows);
        result.bias += error / static_cast<double>(result.rows);
    }
    std::sort(sizes.begin(), sizes.end());
    result.median = median(sizes);
    const double position = 0.9 * static_cast<double>(sizes.size() - 1);
    const auto below = static_cast<std::size_t>(position);
    const std::size_t above = std::min(below + 1, sizes.size() - 1);
    result.p90 = sizes[below] + (position - static_cast<double>(below)) * (sizes[above] - sizes[below]);
    return result;
}

} // namespace foretrain::inline v0
