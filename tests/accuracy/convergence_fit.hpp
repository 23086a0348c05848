// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <foretrain/calibrate/nonlinear.hpp>
#include <foretrain/calibrate/robust.hpp>
#include <foretrain/catalog/convergence.hpp>
#include <foretrain/import/convergence_points.hpp>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

// The fit of catalog/convergence.hpp, also without what a prediction is about to be held against.
//
//   ln E = ln E_min + ln(1 + B / B_crit) + noise        ln(B_crit / B_first) ~ normal(median of all benchmarks, width)
//
// Two constants a benchmark. Points of one batch count once, with the geometric mean of what different rounds say.

namespace convergence_fit {

using namespace foretrain;

struct Point {
    double batch = 0;
    double samples = 0;
};
using Points = std::vector<Point>; ///< by batch
using Benchmarks = std::map<std::string, Points>;

/// The prior: how far above its smallest batch a benchmark's critical batch lies.
struct Prior {
    double center = 2.0; ///< of ln(B_crit / B_first)
    static constexpr double width = 1.0;
    static constexpr double noise = 0.04; ///< of ln E about the curve, as the residuals of the fits have it
};

/// Points by the catalogue's names of benchmarks, in samples.
[[nodiscard]] inline Benchmarks read_points(const std::string& path) {
    std::map<std::string, std::map<double, std::vector<double>>> values;
    for (const ConvergencePoint& row : read_convergence_points(path)) {
        const BenchmarkConvergence* benchmark = catalog::find_convergence(row.benchmark, row.round);
        const std::optional<double> batch = detail::number_of(row.batch), measured = measured_convergence(row);
        if (!batch || !measured) continue;
        const std::optional<double> unit = samples_of_unit(row, make<Samples>(*batch), benchmark);
        if (!unit) continue;
        std::vector<double>& same = values[benchmark != nullptr ? std::string{benchmark->name} : row.benchmark][*batch];
        const double samples = *measured * *unit;
        // The same reference in another round, or in another unit, is no further point.
        if (std::none_of(same.begin(), same.end(),
                         [&](double value) { return std::abs(value / samples - 1.0) < 1e-3; }))
            same.push_back(samples);
    }
    Benchmarks benchmarks;
    for (const auto& [name, batches] : values)
        for (const auto& [batch, same] : batches) {
            double sum = 0;
            for (const double value : same) sum += std::log(value);
            benchmarks[name].push_back({batch, std::exp(sum / static_cast<double>(same.size()))});
        }
    return benchmarks;
}

/// The most likely constants of one benchmark.
[[nodiscard]] inline Convergence fit(const Points& points, const Prior& prior) {
    const double first = points.front().batch;
    const auto count = static_cast<Eigen::Index>(points.size() + 1);
    const ResidualFunction residuals = [&](const Eigen::VectorXd& p, Eigen::VectorXd& r) {
        for (std::size_t i = 0; i < points.size(); ++i)
            r[static_cast<Eigen::Index>(i)] =
                (p[0] + std::log1p(points[i].batch / first * std::exp(-p[1])) - std::log(points[i].samples)) /
                Prior::noise;
        r[count - 1] = (p[1] - prior.center) / Prior::width;
    };
    Eigen::VectorXd start(2);
    start << std::log(points.front().samples), prior.center;
    const NonlinearFit found = solve_nonlinear(residuals, start, count);
    return {make<Samples>(std::exp(found.parameters[0])), make<Samples>(first * std::exp(found.parameters[1]))};
}

/// The prior that the benchmarks with two or more points agree on: the median of their own fits, found by iteration.
[[nodiscard]] inline Prior pooled(const Benchmarks& benchmarks) {
    Prior prior;
    for (int round = 0; round < 20; ++round) {
        std::vector<double> ratios;
        for (const auto& [name, points] : benchmarks)
            if (points.size() > 1)
                ratios.push_back(std::log(raw(fit(points, prior).critical_batch) / points.front().batch));
        const double center = median(ratios);
        const bool settled = std::abs(center - prior.center) < 1e-10;
        prior.center = center;
        if (settled) break;
    }
    return prior;
}

[[nodiscard]] inline double log_error(const Convergence& curve, const Point& point) {
    return std::log(raw(curve.samples_to_target(make<Samples>(point.batch))) / point.samples);
}

/// Root mean square of ln E about a curve.
[[nodiscard]] inline double spread(const Convergence& curve, const Points& points) {
    double sum = 0;
    for (const Point& point : points) sum += log_error(curve, point) * log_error(curve, point);
    return std::sqrt(sum / static_cast<double>(points.size()));
}

/// A point that the fit did not see.
struct HeldOut {
    std::string benchmark;
    Point point;
    std::size_t points = 0; ///< of the benchmark that were left
    double reach = 1;       ///< its batch over the largest left
    double error = 0;       ///< predicted over measured, less one
};

/// Each benchmark's largest batch, predicted from the rest of it and a prior from the others without theirs.
[[nodiscard]] inline std::vector<HeldOut> without_largest(const Benchmarks& benchmarks) {
    std::vector<HeldOut> result;
    for (const auto& [name, points] : benchmarks) {
        if (points.size() < 2) continue;
        Benchmarks others;
        for (const auto& [other, rest] : benchmarks)
            if (other != name && rest.size() > 1) others[other] = Points(rest.begin(), rest.end() - 1);
        const Points left(points.begin(), points.end() - 1);
        const Convergence curve = fit(left, pooled(others));
        result.push_back({name, points.back(), left.size(), points.back().batch / left.back().batch,
                          std::expm1(log_error(curve, points.back()))});
    }
    return result;
}

/// All batches but the smallest of each benchmark, predicted from that one and a prior from the other benchmarks: what
/// one measured run of an unknown benchmark is good for.
[[nodiscard]] inline std::vector<HeldOut> without_benchmark(const Benchmarks& benchmarks) {
    std::vector<HeldOut> result;
    for (const auto& [name, points] : benchmarks) {
        Benchmarks others = benchmarks;
        others.erase(name);
        const Convergence curve = fit({points.front()}, pooled(others));
        for (std::size_t i = 1; i < points.size(); ++i)
            result.push_back(
                {name, points[i], 1, points[i].batch / points.front().batch, std::expm1(log_error(curve, points[i]))});
    }
    return result;
}

/// Samples that results of MLPerf Training took, from round 1.0 on, against the constants that ship: no fit saw them.
/// `reach` is the batch over the largest fitted.
[[nodiscard]] inline std::vector<HeldOut> submissions(const std::string& path) {
    detail::StepReader<4> file(path);
    file.read_header(io::ignore_extra_column, "round", "benchmark", "samples_to_converge", "global_batch_size");
    std::vector<HeldOut> result;
    std::string round, name, samples, batch;
    while (file.read_row(round, name, samples, batch)) {
        const BenchmarkConvergence* benchmark = catalog::find_convergence(name, round);
        const std::optional<double> took = detail::number_of(samples), size = detail::number_of(batch);
        if (benchmark == nullptr || major_round(round) < 1 || !took || !size || !(*took > 0)) continue;
        const Point point{*size, *took};
        result.push_back({std::string{benchmark->name}, point, static_cast<std::size_t>(benchmark->points),
                          *size / raw(benchmark->largest_batch), std::expm1(log_error(benchmark->convergence, point))});
    }
    return result;
}

/// Median of |error|.
template <class Counts>
[[nodiscard]] double median_error(const std::vector<HeldOut>& points, Counts&& counts) {
    std::vector<double> errors;
    for (const HeldOut& point : points)
        if (counts(point)) errors.push_back(std::abs(point.error));
    return errors.empty() ? 0.0 : median(errors);
}

/// Mean of |error|.
template <class Counts>
[[nodiscard]] double mean_error(const std::vector<HeldOut>& points, Counts&& counts) {
    double sum = 0;
    int number = 0;
    for (const HeldOut& point : points)
        if (counts(point)) {
            sum += std::abs(point.error);
            ++number;
        }
    return number > 0 ? sum / number : 0.0;
}

/// Error of ln E for each doubling past the largest batch of a fit, root mean square over benchmarks.
[[nodiscard]] inline double error_a_doubling(const std::vector<HeldOut>& points) {
    double sum = 0, doublings = 0;
    for (const HeldOut& point : points) {
        sum += std::log1p(point.error) * std::log1p(point.error);
        doublings += std::log2(point.reach) * std::log2(point.reach);
    }
    return std::sqrt(sum / doublings);
}

} // namespace convergence_fit
