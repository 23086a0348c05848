// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "constant.hpp"
#include "cross_validation.hpp"
#include "fit.hpp"
#include "measurement.hpp"
#include "outcome.hpp"

// Fits constants of the library to measured times: minimises a robust loss of log(predicted / measured).
//
// Relative errors count alike over six decades of time. The outcome says how sure each constant is, what the fit
// leaves over, how far it is off on sources or accelerators it has not seen, and how far constants move between such
// refits: model error makes measurements of one source alike, so that spread is often wider than the interval.

namespace foretrain::inline v0 {

/// What to fit to what: constants of `base`, and a prediction of each measurement for any values of them.
template <class Target>
struct CalibrationTask {
    Target base{};
    std::vector<Constant<Target>> constants;
    std::vector<Measurement> measurements;
    std::function<Seconds(const Target&, std::size_t row)> predict;
};

struct CalibrationOptions {
    FitOptions fit{};
    HoldOut hold_out = HoldOut::source; ///< what is left out to measure the error on unseen data
};

template <class Target>
struct Calibration {
    Target target{}; ///< the base with the fitted constants
    std::vector<CalibratedConstant> constants;
    ErrorStatistics before, after;
    double scale = 0; ///< robust standard deviation of log(predicted / measured)
    double condition = 1;
    double degrees_of_freedom = 0;
    std::size_t outliers = 0; ///< measurements that count less than half
    std::optional<CrossValidation> held_out;
    HoldOut held_out_by = HoldOut::nothing;
    std::vector<std::string> warnings;
};

namespace detail {

template <class Target>
[[nodiscard]] double relative_error(const CalibrationTask<Target>& task, const Target& target, std::size_t row) {
    return raw(task.predict(target, row)) / raw(task.measurements[row].time) - 1;
}

/// The fit to some of the rows.
template <class Target>
[[nodiscard]] Fit fit_rows(const CalibrationTask<Target>& task, const std::vector<std::size_t>& rows,
                           const FitOptions& options) {
    std::vector<Parameter> parameters;
    for (const Constant<Target>& constant : task.constants)
        parameters.push_back({std::string{constant.name},
                              std::min(std::max(constant.get(task.base), constant.lower), constant.upper),
                              constant.lower, constant.upper});
    std::vector<double> weights;
    for (const std::size_t row : rows) weights.push_back(task.measurements[row].weight);
    const MeasuredResiduals residuals = [&](const std::vector<double>& values, std::vector<double>& result) {
        Target target = task.base;
        for (std::size_t j = 0; j < values.size(); ++j) task.constants[j].set(target, values[j]);
        for (std::size_t i = 0; i < rows.size(); ++i)
            result[i] = std::log(raw(task.predict(target, rows[i])) / raw(task.measurements[rows[i]].time));
    };
    return fit_parameters(parameters, residuals, weights, options);
}

/// The base with fitted constants; those held keep the value of the base, to the bit.
template <class Target>
[[nodiscard]] Target with_constants(const CalibrationTask<Target>& task, const Fit& fit) {
    Target target = task.base;
    for (std::size_t j = 0; j < task.constants.size(); ++j) {
        const Determination how = fit.parameters[j].determination;
        if (how == Determination::fitted || how == Determination::at_bound)
            task.constants[j].set(target, fit.parameters[j].value);
    }
    return target;
}

template <class Target>
void add_warnings(Calibration<Target>& result, const Fit& fit, std::size_t rows) {
    for (const CalibratedConstant& c : result.constants) {
        if (c.determination == Determination::no_influence)
            result.warnings.push_back(c.name + ": no measurement depends on it; kept");
        else if (c.determination == Determination::undetermined)
            result.warnings.push_back(c.name + ": the measurements do not determine it; kept");
        else if (c.determination == Determination::at_bound)
            result.warnings.push_back(c.name + ": ends at the bound of its range, without an interval");
    }
    if (const std::size_t few = 5 * result.constants.size(); rows < few)
        result.warnings.push_back("only " + std::to_string(rows) + " measurements for " +
                                  std::to_string(result.constants.size()) + " constants");
    if (!fit.converged) result.warnings.emplace_back("the fit has not converged");
    if (fit.condition > 1000)
        result.warnings.emplace_back("some constants can hardly be told apart (condition above 1000): vary sizes more");
    if (5 * result.outliers > rows)
        result.warnings.emplace_back("more than a fifth of the measurements are outliers to the fit");
    if (result.after.median > 0.25)
        result.warnings.emplace_back("half of the measurements are off by more than 25% after the fit: "
                                     "check units, hardware and columns");
}

} // namespace detail

/// Fits the constants of a task. Throws `CalibrationError` if there are no measurements, fewer than constants that
/// matter, or one is not a positive time. Without two groups to hold out there is no held-out error, and a warning.
template <class Target>
[[nodiscard]] Calibration<Target> calibrate(const CalibrationTask<Target>& task,
                                            const CalibrationOptions& options = {}) {
    const std::size_t rows = task.measurements.size();
    std::vector<std::size_t> all(rows);
    for (std::size_t i = 0; i < rows; ++i) {
        all[i] = i;
        if (!(raw(task.measurements[i].time) > 0))
            throw CalibrationError("measurement " + std::to_string(i + 1) + " is not a time above 0");
    }
    const Fit fit = detail::fit_rows(task, all, options.fit);
    Calibration<Target> result;
    result.target = detail::with_constants(task, fit);
    result.scale = fit.scale;
    result.condition = fit.condition;
    result.degrees_of_freedom = fit.degrees_of_freedom;
    for (const double weight : fit.weights) result.outliers += weight < 0.5;
    std::vector<double> before, after;
    for (const std::size_t i : all) {
        before.push_back(detail::relative_error(task, task.base, i));
        after.push_back(detail::relative_error(task, result.target, i));
    }
    result.before = error_statistics(before);
    result.after = error_statistics(after);
    for (std::size_t j = 0; j < task.constants.size(); ++j) {
        const Constant<Target>& constant = task.constants[j];
        const FittedParameter& p = fit.parameters[j];
        const double value = constant.get(result.target);
        const bool sure = p.determination == Determination::fitted;
        result.constants.push_back({std::string{constant.name}, std::string{constant.unit}, constant.get(task.base),
                                    value, sure ? p.low : value, sure ? p.high : value, value, value, p.determination});
    }

    if (options.hold_out != HoldOut::nothing) {
        std::vector<std::string> groups;
        for (const Measurement& m : task.measurements)
            groups.push_back(options.hold_out == HoldOut::source ? m.source : m.accelerator);
        const bool several = std::any_of(groups.begin(), groups.end(), [&](const auto& g) { return g != groups[0]; });
        if (!several) {
            result.warnings.push_back("all measurements are of one " + std::string{name_of(options.hold_out)} +
                                      ": the error on others is unknown");
        } else {
            result.held_out_by = options.hold_out;
            const auto refit = [&](const std::vector<std::size_t>& kept) {
                const Target target = detail::with_constants(task, detail::fit_rows(task, kept, options.fit));
                if (kept.size() < rows)
                    for (std::size_t j = 0; j < task.constants.size(); ++j) {
                        CalibratedConstant& c = result.constants[j];
                        c.refit_low = std::min(c.refit_low, task.constants[j].get(target));
                        c.refit_high = std::max(c.refit_high, task.constants[j].get(target));
                    }
                return target;
            };
            result.held_out = leave_one_group_out(groups, refit, [&](const Target& target, std::size_t row) {
                return std::abs(detail::relative_error(task, target, row));
            });
        }
    }
    detail::add_warnings(result, fit, rows);
    return result;
}

} // namespace foretrain::inline v0
