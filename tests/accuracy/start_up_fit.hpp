// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <set>
#include <string>
#include <vector>

#include <foretrain/report/validate_reliability.hpp>

// The fit of catalog::start_up: t = base + per_billion P + per_root sqrt(N) by least absolute logarithms, and how far
// it is from organisations that it did not see.

namespace start_up_fit {

struct Point {
    std::string organisation;
    double billions = 0, accelerators = 0, seconds = 0;
};

/// Logarithms of base, per billion parameters and per root of accelerators, s.
using Constants = std::array<double, 3>;

[[nodiscard]] inline std::vector<Point> read_points(const std::string& path) {
    using namespace foretrain;
    detail::StepReader<5> file(path);
    file.read_header(io::ignore_extra_column, "system", "org", "accel_count", "metric", "value");
    std::vector<Point> points;
    std::string system, organisation, accelerators, metric, value;
    while (file.read_row(system, organisation, accelerators, metric, value)) {
        const auto parameters = detail::parameters_in(system);
        const auto count = detail::number_of(accelerators), seconds = detail::number_of(value);
        if (metric.rfind("startup_time", 0) != 0 || !parameters || !count || !seconds || *seconds < 1.0) continue;
        points.push_back({organisation, *parameters / 1e9, *count, *seconds});
    }
    return points;
}

[[nodiscard]] inline double predicted(const Constants& c, const Point& point) {
    return std::exp(c[0]) + std::exp(c[1]) * point.billions + std::exp(c[2]) * std::sqrt(point.accelerators);
}

[[nodiscard]] inline double loss(const Constants& c, const std::vector<Point>& points) {
    double sum = 0;
    for (const Point& point : points) sum += std::abs(std::log(predicted(c, point) / point.seconds));
    return sum;
}

/// Pattern search with steps along the axes and the diagonals: the loss has corners, on which gradients are no help.
[[nodiscard]] inline Constants fit(const std::vector<Point>& points) {
    Constants best{4.0, 0.0, 0.0};
    double least = loss(best, points);
    for (double step = 0.5; step > 1e-4;) {
        Constants next = best;
        double lower = least;
        for (int way = 0; way < 27; ++way) {
            const Constants here{best[0] + step * (way % 3 - 1), best[1] + step * (way / 3 % 3 - 1),
                                 best[2] + step * (way / 9 - 1)};
            if (const double there = loss(here, points); there < lower) {
                lower = there;
                next = here;
            }
        }
        if (lower < least) {
            best = next;
            least = lower;
        } else {
            step /= 2;
        }
    }
    return best;
}

/// The error of each point, (predicted - measured) / measured, by a fit without its organisation.
[[nodiscard]] inline std::vector<double> unseen_errors(const std::vector<Point>& points) {
    std::set<std::string> organisations;
    for (const Point& point : points) organisations.insert(point.organisation);
    std::vector<double> errors;
    for (const std::string& organisation : organisations) {
        std::vector<Point> others, own;
        for (const Point& point : points) (point.organisation == organisation ? own : others).push_back(point);
        const Constants constants = fit(others);
        for (const Point& point : own) errors.push_back(predicted(constants, point) / point.seconds - 1.0);
    }
    return errors;
}

/// Quantile of absolute values.
template <class Transform>
[[nodiscard]] double quantile(const std::vector<double>& errors, double share, Transform transform) {
    std::vector<double> sizes;
    for (const double error : errors) sizes.push_back(std::abs(transform(error)));
    std::sort(sizes.begin(), sizes.end());
    return sizes[static_cast<std::size_t>(share * static_cast<double>(sizes.size()))];
}

} // namespace start_up_fit
