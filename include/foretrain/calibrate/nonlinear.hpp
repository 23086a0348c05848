// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <functional>
#include <limits>
#include <string>

#include <Eigen/Core>
#include <Eigen/SVD>

#include "linear.hpp"

// Non-linear least squares by the method of Levenberg and Marquardt: minimise |r(p)|^2.
//
//   step d solves  min |J d + r|  within  |D d| <= radius,   D = lengths of the columns of J, never decreasing
//
// The radius follows the ratio of achieved and predicted gain; where it does not bind, the step is that of Gauss and
// Newton. Source: More, "The Levenberg-Marquardt algorithm: implementation and theory", 1978, as in MINPACK; the step
// comes from the singular values of J D^-1. Steps depend on the arguments only.

namespace foretrain::inline v0 {

/// Writes r(p), as many as asked for. A residual that is not finite makes the solver take a shorter step.
using ResidualFunction = std::function<void(const Eigen::VectorXd& parameters, Eigen::VectorXd& residuals)>;
/// Writes dr/dp, a row each residual.
using JacobianFunction = std::function<void(const Eigen::VectorXd& parameters, Eigen::MatrixXd& jacobian)>;

struct NonlinearOptions {
    int iterations = 1000; ///< accepted and rejected steps together
    double radius = 1;     ///< of the first step, as a share of the length of D p
    double step = 1e-11;   ///< stop where a step changes no parameter by more than this share
    double gain = 1e-15;   ///< stop where a step can gain no more than this share of the sum of squares
};

namespace detail {

struct BoundedStep {
    Eigen::VectorXd change;
    double length = 0; ///< in units of the scale
    double predicted_gain = 0;
};

/// J D^-1 = U S V^T, from which the step of any damping follows: D d = -V S (S^2 + lambda)^-1 U^T r.
class ScaledJacobian {
public:
    ScaledJacobian() = default;
    ScaledJacobian(const Eigen::MatrixXd& jacobian, const Eigen::VectorXd& residuals, const Eigen::VectorXd& scale)
        : scale_{scale} {
        const Eigen::MatrixXd scaled = jacobian * scale.cwiseInverse().asDiagonal();
        const Eigen::JacobiSVD<Eigen::MatrixXd> svd(scaled, Eigen::ComputeThinU | Eigen::ComputeThinV);
        values_ = svd.singularValues();
        directions_ = svd.matrixV();
        projected_ = svd.matrixU().transpose() * residuals;
    }

    /// The best step of at most this length.
    [[nodiscard]] BoundedStep step_within(double radius) const {
        const double least = 1e-16 * values_[0] * values_[0]; // what double arithmetic can tell from zero
        double low = least, high = least;
        if (coordinates(low).norm() > radius) {
            do high = high > 0 ? 10 * high : 1e-300;
            while (coordinates(high).norm() > radius && high < 1e300);
            for (int i = 0; i < 100 && high > 1.01 * low; ++i) {
                const double middle = std::sqrt(low * high);
                (coordinates(middle).norm() > radius ? low : high) = middle;
            }
        }
        const Eigen::VectorXd z = coordinates(high);
        BoundedStep step;
        step.length = z.norm();
        step.change = (directions_ * z).cwiseQuotient(scale_);
        step.predicted_gain = projected_.squaredNorm() - (projected_ + values_.cwiseProduct(z)).squaredNorm();
        return step;
    }

private:
    [[nodiscard]] Eigen::VectorXd coordinates(double damping) const {
        Eigen::VectorXd z = Eigen::VectorXd::Zero(values_.size());
        for (Eigen::Index k = 0; k < z.size(); ++k)
            if (const double divisor = values_[k] * values_[k] + damping; divisor > 0)
                z[k] = -values_[k] * projected_[k] / divisor;
        return z;
    }

    Eigen::VectorXd scale_, values_, projected_;
    Eigen::MatrixXd directions_;
};

} // namespace detail

/// The parameters and how sure they are.
struct NonlinearFit {
    Eigen::VectorXd parameters;
    Eigen::VectorXd residuals;
    Eigen::MatrixXd jacobian;
    Eigen::MatrixXd covariance; ///< s^2 (J^T J)^-1; zero if there are no degrees of freedom
    double residual_squares = 0;
    double degrees_of_freedom = 0;
    Identifiability identifiability;
    int iterations = 0;
    bool converged = false; ///< false: the limit of iterations came first
};

/// dr/dp by central differences: steps of `relative` |p|, at least of `relative` `typical` (1 for parameters of size
/// 1).
[[nodiscard]] inline JacobianFunction numerical_jacobian(ResidualFunction residuals, Eigen::Index count,
                                                         double relative = 6e-6, double typical = 0) {
    return [=](const Eigen::VectorXd& parameters, Eigen::MatrixXd& jacobian) {
        jacobian.resize(count, parameters.size());
        Eigen::VectorXd point = parameters, above(count), below(count);
        for (Eigen::Index j = 0; j < parameters.size(); ++j) {
            const double size = std::max(std::abs(parameters[j]), typical);
            const double h = relative * (size > 0 ? size : 1.0);
            point[j] = parameters[j] + h;
            const double high = point[j];
            residuals(point, above);
            point[j] = parameters[j] - h;
            residuals(point, below);
            jacobian.col(j) = (above - below) / (high - point[j]);
            point[j] = parameters[j];
        }
    };
}

/// Minimises the sum of squares of `count` residuals from `start`. Throws `CalibrationError` if there are fewer
/// residuals than parameters, or residuals or derivatives at the start are not finite.
[[nodiscard]] inline NonlinearFit solve_nonlinear(const ResidualFunction& residuals, const JacobianFunction& jacobian,
                                                  const Eigen::VectorXd& start, Eigen::Index count,
                                                  const NonlinearOptions& options = {}) {
    const Eigen::Index size = start.size();
    if (count < size)
        throw CalibrationError(std::to_string(count) + " measurements for " + std::to_string(size) + " parameters");
    NonlinearFit fit;
    fit.parameters = start;
    fit.residuals.resize(count);
    fit.jacobian.resize(count, size);
    residuals(fit.parameters, fit.residuals);
    detail::require_finite(fit.residuals, "residuals at the start");
    jacobian(fit.parameters, fit.jacobian);
    detail::require_finite(fit.jacobian, "derivatives at the start");
    fit.residual_squares = fit.residuals.squaredNorm();

    Eigen::VectorXd scale = Eigen::VectorXd::Zero(size);
    Eigen::VectorXd trial_residuals(count);
    detail::ScaledJacobian scaled;
    double radius = 0;
    bool moved = true;
    while (size > 0 && !fit.converged && fit.iterations < options.iterations) {
        ++fit.iterations;
        if (moved) {
            scale = scale.cwiseMax(detail::column_norms(fit.jacobian));
            const Eigen::VectorXd units = scale.unaryExpr([](double s) { return s > 0 ? s : 1.0; });
            scaled = detail::ScaledJacobian(fit.jacobian, fit.residuals, units);
            if (!(radius > 0)) {
                const double length = units.cwiseProduct(fit.parameters).norm();
                radius = options.radius * (length > 0 ? length : 1.0);
            }
        }
        const detail::BoundedStep step = scaled.step_within(radius);
        const Eigen::VectorXd trial = fit.parameters + step.change;
        residuals(trial, trial_residuals);
        const double infinity = std::numeric_limits<double>::infinity();
        const double squares = trial_residuals.allFinite() ? trial_residuals.squaredNorm() : infinity;
        const double gained = fit.residual_squares - squares;
        const double ratio = step.predicted_gain > 0 ? gained / step.predicted_gain : 0;
        if (!(ratio > 0.25)) radius = 0.25 * std::min(radius, step.length);
        else if (ratio > 0.75) radius = std::max(radius, 2 * step.length);
        fit.converged = step.predicted_gain <= options.gain * fit.residual_squares ||
                        (step.change.array().abs() <= options.step * fit.parameters.array().abs()).all();
        moved = gained > 0 && std::isfinite(squares);
        if (!moved) continue;
        fit.parameters = trial;
        fit.residuals = trial_residuals;
        fit.residual_squares = squares;
        jacobian(fit.parameters, fit.jacobian);
        detail::require_finite(fit.jacobian, "derivatives");
    }
    if (size == 0) fit.converged = true;
    fit.identifiability = identifiability(fit.jacobian);
    fit.degrees_of_freedom = static_cast<double>(count - fit.identifiability.rank);
    fit.covariance = Eigen::MatrixXd::Zero(size, size);
    if (fit.degrees_of_freedom > 0 && size > 0)
        fit.covariance = detail::inverse_normal_matrix(fit.jacobian) * (fit.residual_squares / fit.degrees_of_freedom);
    return fit;
}

/// The same with numerical derivatives.
[[nodiscard]] inline NonlinearFit solve_nonlinear(const ResidualFunction& residuals, const Eigen::VectorXd& start,
                                                  Eigen::Index count, const NonlinearOptions& options = {}) {
    return solve_nonlinear(residuals, numerical_jacobian(residuals, count), start, count, options);
}

} // namespace foretrain::inline v0
