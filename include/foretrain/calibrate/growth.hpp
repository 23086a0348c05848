// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstddef>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <Eigen/Core>

#include "../planner/trend.hpp"
#include "linear.hpp"
#include "robust.hpp"
#include "student_t.hpp"

// Log-linear fits: rates of growth with errors that can be believed.
//
//   ln y_i = a_group(i) + x_i b + r_i,   minimise sum rho(r_i / s)
//
// Huber's loss by reweighting, s the robust scale of the residuals; a constant of its own for each group ("the same
// chip, the same benchmark"), taken out by weighted means. Points of one cluster (a chip family, a benchmark) err
// alike, so the error is that of the jackknife over clusters: e^2 = (G-1)/G sum_c (b - b without c)^2, G clusters, at
// the weights of the whole. It is widened by Student's quantile with G - 1 degrees over the normal one, so that
// +-1.2816 errors hold eight in ten. (The sandwich of Liang and Zeger was tried first: seven in ten, with a dozen
// clusters.) Sources: P. J. Huber, E. M. Ronchetti, "Robust Statistics", 2nd ed., 2009, chapter 7; A. C. Cameron, D. L.
// Miller, "A Practitioner's Guide to Cluster-Robust Inference", J. Human Resources 50 (2015) 317-372.

namespace foretrain::inline v0 {

/// One observation: regressors and what share its error.
struct LogPoint {
    std::vector<double> x;
    double value = 0;        ///< above 0
    std::size_t group = 0;   ///< has a constant of its own
    std::size_t cluster = 0; ///< errs alike
};

/// Slopes of a log-linear fit and how sure they are.
struct LogLinearFit {
    Eigen::VectorXd slopes;
    Eigen::VectorXd errors; ///< +-1.2816 of them hold eight in ten
    double scatter = 0;     ///< robust standard deviation of the residuals
    std::vector<double> residuals;
    std::map<std::size_t, double> constants; ///< by group
    std::size_t points = 0, groups = 0, clusters = 0;
};

/// Fits slopes; groups of one point say nothing and are left out. Throws `CalibrationError` where nothing can be said:
/// values that are not positive, fewer than three points more than constants, a single cluster.
[[nodiscard]] inline LogLinearFit fit_log_linear(const std::vector<LogPoint>& all) {
    std::map<std::size_t, std::size_t> sizes;
    for (const LogPoint& point : all) ++sizes[point.group];
    std::vector<const LogPoint*> points;
    std::map<std::size_t, std::size_t> group_at, cluster_at;
    for (const LogPoint& point : all) {
        if (!(point.value > 0) || !std::isfinite(point.value))
            throw CalibrationError("a logarithm needs values above 0");
        if (point.x.size() != all.front().x.size()) throw CalibrationError("as many regressors a point are needed");
        if (sizes[point.group] < 2) continue;
        points.push_back(&point);
        group_at.try_emplace(point.group, group_at.size());
        cluster_at.try_emplace(point.cluster, cluster_at.size());
    }
    const auto n = static_cast<Eigen::Index>(points.size());
    const auto k = static_cast<Eigen::Index>(points.empty() ? 0 : points.front()->x.size());
    const auto groups = static_cast<Eigen::Index>(group_at.size());
    if (n < k + groups + 2 || cluster_at.size() < 2)
        throw CalibrationError(std::to_string(n) + " points in " + std::to_string(groups) + " groups and " +
                               std::to_string(cluster_at.size()) + " clusters say nothing about " + std::to_string(k) +
                               " slopes");
    Eigen::MatrixXd design(n, k);
    Eigen::VectorXd observed(n), weights = Eigen::VectorXd::Ones(n);
    std::vector<Eigen::Index> group(points.size()), cluster(points.size());
    for (Eigen::Index i = 0; i < n; ++i) {
        const LogPoint& point = *points[static_cast<std::size_t>(i)];
        for (Eigen::Index j = 0; j < k; ++j) design(i, j) = point.x[static_cast<std::size_t>(j)];
        observed[i] = std::log(point.value);
        group[static_cast<std::size_t>(i)] = static_cast<Eigen::Index>(group_at[point.group]);
        cluster[static_cast<std::size_t>(i)] = static_cast<Eigen::Index>(cluster_at[point.cluster]);
    }
    // Columns less their weighted mean in each group; `means` keeps the means.
    const auto within = [&](const Eigen::MatrixXd& columns, const Eigen::VectorXd& weight, Eigen::MatrixXd& means) {
        means = Eigen::MatrixXd::Zero(groups, columns.cols());
        Eigen::VectorXd sums = Eigen::VectorXd::Zero(groups);
        for (Eigen::Index i = 0; i < n; ++i) {
            const Eigen::Index g = group[static_cast<std::size_t>(i)];
            means.row(g) += weight[i] * columns.row(i);
            sums[g] += weight[i];
        }
        for (Eigen::Index g = 0; g < groups; ++g)
            if (sums[g] > 0) means.row(g) /= sums[g];
        Eigen::MatrixXd rest = columns;
        for (Eigen::Index i = 0; i < n; ++i) rest.row(i) -= means.row(group[static_cast<std::size_t>(i)]);
        return rest;
    };
    LogLinearFit fit;
    Eigen::MatrixXd x_means, y_means;
    Eigen::VectorXd residuals;
    const auto slopes_by = [&](const Eigen::VectorXd& weight) {
        const Eigen::MatrixXd x = within(design, weight, x_means);
        const Eigen::VectorXd y = within(observed, weight, y_means);
        const Eigen::VectorXd slopes = solve_linear(x, y, weight).parameters;
        residuals = y - x * slopes;
        return slopes;
    };
    for (int round = 0; round < 100; ++round) {
        const Eigen::VectorXd before = fit.slopes;
        fit.slopes = slopes_by(weights);
        const std::vector<double> list(residuals.data(), residuals.data() + n);
        // A constant a group eats freedom that the median does not know of.
        fit.scatter = robust_scale(list) * std::sqrt(static_cast<double>(n) / static_cast<double>(n - groups - k + 1));
        if (!(fit.scatter > 0)) break;
        for (Eigen::Index i = 0; i < n; ++i) weights[i] = loss_weight(RobustLoss::huber, residuals[i] / fit.scatter);
        if (before.size() == k && (before - fit.slopes).norm() <= 1e-12 * (1 + fit.slopes.norm())) break;
    }
    const auto clusters = static_cast<Eigen::Index>(cluster_at.size());
    Eigen::VectorXd squares = Eigen::VectorXd::Zero(k);
    for (Eigen::Index c = 0; c < clusters; ++c) {
        Eigen::VectorXd without = weights;
        for (Eigen::Index i = 0; i < n; ++i)
            if (cluster[static_cast<std::size_t>(i)] == c) without[i] = 0;
        squares += (slopes_by(without) - fit.slopes).cwiseAbs2();
    }
    const double g = static_cast<double>(clusters);
    const double wider = student_t_interval(0.8, g - 1) / eight_in_ten;
    fit.errors = (squares * ((g - 1) / g)).cwiseSqrt() * wider;
    fit.slopes = slopes_by(weights); // the means and residuals of all points again
    fit.residuals.assign(residuals.data(), residuals.data() + n);
    for (const auto& [name, at] : group_at) {
        const auto row = static_cast<Eigen::Index>(at);
        fit.constants[name] = y_means(row, 0) - x_means.row(row).dot(fit.slopes);
    }
    fit.points = points.size();
    fit.groups = group_at.size();
    fit.clusters = cluster_at.size();
    return fit;
}

/// A thing of some value at a date.
struct DatedValue {
    Date date{};
    double value = 0;
    std::size_t group = 0;   ///< has a level of its own
    std::size_t cluster = 0; ///< errs alike
};

/// The growth that runs through dated values.
[[nodiscard]] inline Trend fit_growth(const std::vector<DatedValue>& values, const Trend& described) {
    std::vector<LogPoint> points;
    Trend trend = described;
    for (const DatedValue& value : values) {
        if (points.empty() || value.date < trend.from) trend.from = value.date;
        if (points.empty() || trend.to < value.date) trend.to = value.date;
        points.push_back({{raw(value.date.since_2000) / raw(julian_year)}, value.value, value.group, value.cluster});
    }
    const LogLinearFit fit = fit_log_linear(points);
    trend.growth = {make<Frequency>(fit.slopes[0] / raw(julian_year)),
                    make<Frequency>(fit.errors[0] / raw(julian_year))};
    trend.scatter = fit.scatter;
    trend.points = static_cast<std::int64_t>(fit.points);
    return trend;
}

} // namespace foretrain::inline v0
