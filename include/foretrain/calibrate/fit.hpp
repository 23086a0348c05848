// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "nonlinear.hpp"
#include "outcome.hpp"
#include "parameter.hpp"
#include "robust.hpp"
#include "student_t.hpp"

// A robust, bounded, weighted non-linear fit that says how sure each parameter is, and which ones the data leave open.
//
//   minimise sum w_i rho(r_i / scale)   by iteratively reweighted least squares
//   covariance = s^2 [sum w psi^2 / (n - p)] / [mean psi']^2 (J^T W J)^-1
//
// which is the usual s^2 (J^T J)^-1 for plain squares (Huber, Ronchetti, "Robust Statistics", 2nd ed., section 7.6).
// A parameter is held at its start, and said to be: if it does not move any residual; if its interval spans nearly all
// that its bounds allow; if it is among the least influential and there are fewer than two measurements a parameter; or
// if the fit pushes it to a bound without gaining more than chance would (twice the gain in rho below 3.84, the 95%
// point of chi-squared). One that gains more stays at its bound, without an interval. Intervals take residuals as
// independent; where a model's own error makes them alike within a source, the spread over refits without a source
// (cross_validation.hpp) is the better measure.

namespace foretrain::inline v0 {

struct FittedParameter {
    std::string name;
    double start = 0;
    double value = 0;
    double standard_error = 0; ///< to first order; 0 unless fitted
    double low = 0;            ///< confidence interval; the value itself unless fitted
    double high = 0;
    Determination determination = Determination::fitted;
};

struct FitOptions {
    RobustLoss loss = RobustLoss::huber;
    double confidence = 0.95;
    int rounds = 30;                ///< of reweighting
    double undetermined_span = 0.9; ///< share of the bounds' range that an interval of nothing known spans
    NonlinearOptions solver{.iterations = 200, .radius = 1, .step = 1e-8, .gain = 1e-12};
};

struct Fit {
    std::vector<FittedParameter> parameters;
    std::vector<double> residuals; ///< at the solution
    std::vector<double> weights;   ///< of the robust loss, 0 to 1: small for outliers
    double scale = 0;              ///< robust standard deviation of the residuals
    double degrees_of_freedom = 0;
    double condition = 1; ///< of the derivatives by the fitted parameters
    bool converged = false;

    [[nodiscard]] std::vector<double> values() const {
        std::vector<double> list;
        for (const FittedParameter& parameter : parameters) list.push_back(parameter.value);
        return list;
    }
};

/// Writes a residual for each measurement, given all parameters.
using MeasuredResiduals = std::function<void(const std::vector<double>& parameters, std::vector<double>& residuals)>;

namespace detail {

/// The fit with some parameters free and the others held; `fit` has the values to start from.
class FreeFit {
public:
    FreeFit(const std::vector<Parameter>& parameters, const MeasuredResiduals& residuals,
            const std::vector<double>& weights, const FitOptions& options)
        : parameters_{parameters}, residuals_{residuals}, weights_{weights}, options_{options} {}

    void run(Fit& fit, const std::vector<bool>& held) const {
        const std::size_t rows = weights_.size();
        std::vector<std::size_t> moving;
        for (std::size_t j = 0; j < held.size(); ++j)
            if (!held[j]) moving.push_back(j);
        const auto count = static_cast<Eigen::Index>(rows);
        const auto size = static_cast<Eigen::Index>(moving.size());
        std::vector<double> values = fit.values(), plain(rows);
        Eigen::VectorXd free(size), root(count);
        for (std::size_t k = 0; k < moving.size(); ++k)
            free[static_cast<Eigen::Index>(k)] = parameters_[moving[k]].free(values[moving[k]]);
        const auto evaluate = [&](const Eigen::VectorXd& z) {
            for (std::size_t k = 0; k < moving.size(); ++k)
                values[moving[k]] = parameters_[moving[k]].value(z[static_cast<Eigen::Index>(k)]);
            residuals_(values, plain);
        };
        const ResidualFunction weighted = [&](const Eigen::VectorXd& z, Eigen::VectorXd& r) {
            evaluate(z);
            for (std::size_t i = 0; i < rows; ++i) {
                const auto at = static_cast<Eigen::Index>(i);
                r[at] = plain[i] * root[at];
            }
        };
        evaluate(free);
        fit.weights.assign(rows, 1.0);
        NonlinearFit solved;
        double before = std::numeric_limits<double>::infinity();
        for (int round = 0; round < (options_.loss == RobustLoss::squares ? 1 : options_.rounds); ++round) {
            fit.scale = robust_scale(scaled_residuals(plain));
            // The first solution is Huber's whatever the loss: those that forget outliers need a good start.
            const RobustLoss loss =
                round == 0 && options_.loss != RobustLoss::squares ? RobustLoss::huber : options_.loss;
            for (std::size_t i = 0; i < rows; ++i) {
                fit.weights[i] = loss_weight(loss, scaled(plain[i], i, fit.scale));
                root[static_cast<Eigen::Index>(i)] = std::sqrt(weights_[i] * fit.weights[i]);
            }
            solved =
                solve_nonlinear(weighted, numerical_jacobian(weighted, count, 6e-6, 1.0), free, count, options_.solver);
            const double change = (solved.parameters - free).cwiseAbs().maxCoeff();
            free = solved.parameters;
            evaluate(free);
            if (round > 0 && (change < 1e-6 || std::abs(solved.residual_squares - before) <= 1e-10 * before)) break;
            before = solved.residual_squares;
        }
        fit.converged = solved.converged;
        fit.residuals = plain;
        fit.condition = solved.identifiability.condition;
        describe(fit, values, moving, free, solved, root);
    }

    /// Twice the loss at the solution, in units of `scale`.
    [[nodiscard]] double twice_loss(const Fit& fit, double scale) const {
        double sum = 0;
        for (std::size_t i = 0; i < fit.residuals.size(); ++i)
            sum += 2 * loss_value(options_.loss, scaled(fit.residuals[i], i, scale));
        return sum;
    }

private:
    [[nodiscard]] double scaled(double residual, std::size_t row, double scale) const {
        return scale > 0 ? residual * std::sqrt(weights_[row]) / scale : 0;
    }
    [[nodiscard]] std::vector<double> scaled_residuals(const std::vector<double>& residuals) const {
        std::vector<double> list;
        for (std::size_t i = 0; i < residuals.size(); ++i) list.push_back(scaled(residuals[i], i, 1));
        return list;
    }

    /// Variance of the residuals in the covariance above.
    [[nodiscard]] double variance(const Fit& fit, double degrees) const {
        if (!(degrees > 0)) return 0;
        const RobustLoss loss = options_.loss;
        double squares = 0, slope = 0;
        const double scale = loss == RobustLoss::squares ? 1 : fit.scale;
        if (!(scale > 0)) return 0;
        for (std::size_t i = 0; i < fit.residuals.size(); ++i) {
            const double u = scaled(fit.residuals[i], i, scale);
            const double psi = u * loss_weight(loss, u);
            squares += psi * psi;
            slope += loss_slope(loss, u);
        }
        slope /= static_cast<double>(fit.residuals.size());
        return slope > 0 ? scale * scale * squares / degrees / (slope * slope) : 0;
    }

    void describe(Fit& fit, const std::vector<double>& values, const std::vector<std::size_t>& moving,
                  const Eigen::VectorXd& free, const NonlinearFit& solved, const Eigen::VectorXd& root) const {
        // Derivatives of the unweighted loss: prior weights only.
        Eigen::MatrixXd jacobian = solved.jacobian;
        for (Eigen::Index i = 0; i < jacobian.rows(); ++i) {
            const double full = std::sqrt(weights_[static_cast<std::size_t>(i)]);
            if (root[i] > 1e-3 * full) jacobian.row(i) *= full / root[i];
        }
        // Those at a bound do not move any more, and say nothing about the others.
        std::vector<Eigen::Index> inside;
        for (std::size_t k = 0; k < moving.size(); ++k) {
            const std::size_t j = moving[k];
            FittedParameter& p = fit.parameters[j];
            p.value = p.low = p.high = parameters_[j].snapped(values[j]);
            p.standard_error = 0;
            p.determination = parameters_[j].at_bound(p.value) ? Determination::at_bound : Determination::fitted;
            if (p.determination == Determination::fitted) inside.push_back(static_cast<Eigen::Index>(k));
        }
        Eigen::MatrixXd active(jacobian.rows(), static_cast<Eigen::Index>(inside.size()));
        for (std::size_t k = 0; k < inside.size(); ++k)
            active.col(static_cast<Eigen::Index>(k)) = jacobian.col(inside[k]);
        const Identifiability known = identifiability(active, 1e-6);
        fit.condition = known.condition;
        fit.degrees_of_freedom = static_cast<double>(jacobian.rows() - known.rank);
        if (inside.empty() || !(fit.degrees_of_freedom > 0)) return;
        const Eigen::MatrixXd covariance = inverse_normal_matrix(active, 1e-6) * variance(fit, fit.degrees_of_freedom);
        const double reach = student_t_interval(options_.confidence, fit.degrees_of_freedom);
        for (std::size_t k = 0; k < inside.size(); ++k) {
            const Eigen::Index at = inside[k];
            const std::size_t j = moving[static_cast<std::size_t>(at)];
            const Parameter& parameter = parameters_[j];
            FittedParameter& p = fit.parameters[j];
            const auto diagonal = static_cast<Eigen::Index>(k);
            const double error = std::sqrt(covariance(diagonal, diagonal));
            const double z = free[at];
            const double below = parameter.value(z - reach * error), above = parameter.value(z + reach * error);
            p.low = std::min(below, above);
            p.high = std::max(below, above);
            p.standard_error = error * std::abs(parameter.value(z + 1e-5) - parameter.value(z - 1e-5)) / 2e-5;
            if (!known.determined[k] || spans_bounds(parameter, p)) p.determination = Determination::undetermined;
        }
    }

    [[nodiscard]] bool spans_bounds(const Parameter& parameter, const FittedParameter& p) const {
        if (!std::isfinite(parameter.lower) || !std::isfinite(parameter.upper)) return false;
        const auto share = [&](double x) { // of the way between the bounds, as the solver sees it
            return 1 / (1 + std::exp(-parameter.free(x)));
        };
        return share(p.high) - share(p.low) > options_.undetermined_span;
    }

    const std::vector<Parameter>& parameters_;
    const MeasuredResiduals& residuals_;
    const std::vector<double>& weights_;
    const FitOptions& options_;
};

} // namespace detail

/// Fits `parameters` to as many residuals as there are `weights` (positive, inverse variances up to a factor). Throws
/// `CalibrationError` for bad bounds or weights, fewer than two measurements, or
/// residuals at the start that are not finite.
[[nodiscard]] inline Fit fit_parameters(const std::vector<Parameter>& parameters, const MeasuredResiduals& residuals,
                                        const std::vector<double>& weights, const FitOptions& options = {}) {
    if (weights.empty()) throw CalibrationError("no measurements to fit to");
    if (weights.size() < 2) throw CalibrationError("one measurement is too few to fit to");
    for (const double weight : weights)
        if (!(weight > 0) || !std::isfinite(weight)) throw CalibrationError("weights must be finite and above 0");
    Fit fit;
    for (const Parameter& parameter : parameters) {
        parameter.check();
        FittedParameter p;
        p.name = parameter.name;
        p.start = p.value = p.low = p.high = parameter.start;
        fit.parameters.push_back(p);
    }
    // What moves nothing is held from the beginning.
    std::vector<bool> held(parameters.size(), false);
    std::vector<double> values = fit.values(), at_start(weights.size()), moved(weights.size());
    residuals(values, at_start);
    for (const double r : at_start)
        if (!std::isfinite(r)) throw CalibrationError("a residual at the start is not finite");
    std::vector<double> influence;
    for (std::size_t j = 0; j < parameters.size(); ++j) {
        double largest = 0;
        const double z = parameters[j].free(values[j]), before = values[j];
        for (const double reach : {-1.0, 1.0}) {
            values[j] = parameters[j].value(z + reach);
            residuals(values, moved);
            for (std::size_t i = 0; i < moved.size(); ++i)
                if (std::isfinite(moved[i])) largest = std::max(largest, std::abs(moved[i] - at_start[i]));
        }
        values[j] = before;
        influence.push_back(largest);
        if (largest <= 1e-9) {
            held[j] = true;
            fit.parameters[j].determination = Determination::no_influence;
        }
    }
    // At least two measurements a parameter: the most influential ones move.
    for (auto moving = static_cast<std::size_t>(std::count(held.begin(), held.end(), false));
         2 * moving > weights.size() && moving > 1; --moving) {
        std::size_t least = parameters.size();
        for (std::size_t j = 0; j < parameters.size(); ++j)
            if (!held[j] && (least == parameters.size() || influence[j] < influence[least])) least = j;
        held[least] = true;
        fit.parameters[least].determination = Determination::undetermined;
    }
    const detail::FreeFit solver(parameters, residuals, weights, options);
    // A bounded parameter may have run away onto a plateau, where it moves nothing: what looks lost starts again from
    // within its range.
    const auto search = [&] {
        for (std::size_t j = 0; j < parameters.size(); ++j) {
            if (held[j] || fit.parameters[j].determination == Determination::fitted) continue;
            const Fit before = fit;
            for (const double z : {-2.0, 0.0, 2.0}) {
                Fit again = before;
                again.parameters[j].value = parameters[j].value(z);
                solver.run(again, held);
                if (solver.twice_loss(again, before.scale) < solver.twice_loss(fit, before.scale) - 1e-6)
                    fit = std::move(again);
            }
        }
    };
    const auto hold = [&](Fit& at, std::size_t j) {
        held[j] = true;
        FittedParameter& p = at.parameters[j];
        p.value = p.low = p.high = p.start;
        p.standard_error = 0;
        p.determination = Determination::undetermined;
    };
    solver.run(fit, held);
    search();
    for (;;) {
        // The least sure one goes first: without it others may be sure.
        std::size_t worst = parameters.size();
        double widest = -1;
        for (std::size_t j = 0; j < parameters.size(); ++j) {
            if (held[j] || fit.parameters[j].determination != Determination::undetermined) continue;
            const double width = parameters[j].free(fit.parameters[j].high) - parameters[j].free(fit.parameters[j].low);
            if (width > widest) {
                widest = width;
                worst = j;
            }
        }
        if (worst == parameters.size()) break;
        hold(fit, worst);
        solver.run(fit, held);
    }
    // Those at a bound must earn it.
    for (std::size_t j = 0; j < parameters.size(); ++j) {
        if (held[j] || fit.parameters[j].determination != Determination::at_bound) continue;
        Fit without = fit;
        hold(without, j);
        solver.run(without, held);
        const double gained = solver.twice_loss(without, fit.scale) - solver.twice_loss(fit, fit.scale);
        if (gained < 3.84) fit = std::move(without);
        else held[j] = false;
    }
    return fit;
}

} // namespace foretrain::inline v0
