// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

#include "../batch/additive_law.hpp"
#include "error.hpp"
#include "fit.hpp"

// The additive scaling law from your own small runs: published constants belong to other text and other tokens.
//
//   minimise sum Huber(ln L(N_i, D_i) - ln L_i)     L = E + a (N_0 / N)^alpha + b (D_0 / D)^beta
//
// N_0 and D_0 are the geometric means of the runs, so that scale and exponent of a term do not move together as A and
// alpha do; A = a N_0^alpha and B = b D_0^beta. Source of the objective: Hoffmann et al. 2022, section 3.3. Give only
// ends of runs whose learning rate decayed to the end, and keep the largest run out: `held_out_error` tells what that
// is worth.

namespace foretrain::inline v0 {

/// The end of one run.
struct MeasuredLoss {
    Parameters parameters{};
    Tokens tokens{};
    CrossEntropy loss{};
    double weight = 1;
};

/// A fitted law and how well it fits.
struct ScalingLawFit {
    AdditiveLaw law{};
    AdditiveLawErrors errors{}; ///< standard errors to first order
    FittedRange fitted{};
    double mean_error = 0; ///< of the losses fitted to, relative
    Fit fit{};             ///< of E, a, alpha, b, beta: intervals, and what the runs leave open
};

namespace detail {

/// exp of the mean of the logarithms.
template <class Of>
[[nodiscard]] double geometric_mean(const std::vector<MeasuredLoss>& runs, Of of) {
    double sum = 0;
    for (const MeasuredLoss& run : runs) sum += std::log(of(run));
    return std::exp(sum / static_cast<double>(runs.size()));
}

inline void check_runs(const std::vector<MeasuredLoss>& runs) {
    if (runs.size() < 5)
        throw CalibrationError("a law of five constants needs five runs or more, and there are " +
                               std::to_string(runs.size()));
    for (const MeasuredLoss& run : runs) {
        Violations violations;
        require_parameters(violations, run.parameters);
        require_tokens(violations, run.tokens);
        require_loss(violations, run.loss);
        if (!violations.empty()) throw CalibrationError(std::string{to_text(violations[0]).view()});
    }
}

} // namespace detail

/// Relative error of a law on a run.
[[nodiscard]] inline double relative_error(const AdditiveLaw& law, const MeasuredLoss& run) {
    return raw(law.loss(run.parameters, run.tokens).total()) / raw(run.loss) - 1;
}

/// Fits the additive law to ends of runs. Throws `CalibrationError` on fewer than five, or on numbers that are none.
[[nodiscard]] inline ScalingLawFit fit_scaling_law(const std::vector<MeasuredLoss>& runs,
                                                   const FitOptions& options = {}) {
    detail::check_runs(runs);
    const double n_0 = detail::geometric_mean(runs, [](const MeasuredLoss& run) { return raw(run.parameters); });
    const double d_0 = detail::geometric_mean(runs, [](const MeasuredLoss& run) { return raw(run.tokens); });
    double least = 30;
    ScalingLawFit result;
    result.fitted = {runs[0].parameters, runs[0].parameters, runs[0].tokens, runs[0].tokens};
    std::vector<double> weights;
    for (const MeasuredLoss& run : runs) {
        least = std::min(least, raw(run.loss));
        weights.push_back(run.weight);
        FittedRange& range = result.fitted;
        range.least_parameters = minimum(range.least_parameters, run.parameters);
        range.most_parameters = maximum(range.most_parameters, run.parameters);
        range.least_tokens = minimum(range.least_tokens, run.tokens);
        range.most_tokens = maximum(range.most_tokens, run.tokens);
    }
    const auto law_of = [&](const std::vector<double>& p) {
        return AdditiveLaw{make<CrossEntropy>(p[0]), p[1] * std::pow(n_0, p[2]), p[2], p[3] * std::pow(d_0, p[4]),
                           p[4]};
    };
    const std::vector<Parameter> parameters{{"irreducible", 0.7 * least, 0.0, least},
                                            {"model part at the mean size", 0.15 * least, 1e-4, 30},
                                            {"model_exponent", 0.35, 0.05, 1.5},
                                            {"data part at the mean tokens", 0.15 * least, 1e-4, 30},
                                            {"data_exponent", 0.35, 0.05, 1.5}};
    result.fit = fit_parameters(
        parameters,
        [&](const std::vector<double>& p, std::vector<double>& residuals) {
            const AdditiveLaw law = law_of(p);
            for (std::size_t i = 0; i < runs.size(); ++i)
                residuals[i] = std::log(raw(law.loss(runs[i].parameters, runs[i].tokens).total()) / raw(runs[i].loss));
        },
        weights, options);
    result.law = law_of(result.fit.values());
    const auto error = [&](std::size_t i) { return result.fit.parameters[i].standard_error; };
    const auto of_scale = [&](std::size_t part, std::size_t exponent, double scale, double mean) {
        return scale * std::hypot(error(part) / result.fit.parameters[part].value, std::log(mean) * error(exponent));
    };
    result.errors = {make<CrossEntropy>(error(0)), of_scale(1, 2, result.law.model_scale, n_0), error(2),
                     of_scale(3, 4, result.law.data_scale, d_0), error(4)};
    for (const MeasuredLoss& run : runs)
        result.mean_error += std::abs(relative_error(result.law, run)) / static_cast<double>(runs.size());
    return result;
}

/// How far a fit to the runs of less compute is off on the `count` of most compute, in the mean: what an extrapolation
/// by as much would be.
[[nodiscard]] inline double held_out_error(std::vector<MeasuredLoss> runs, std::size_t count,
                                           const FitOptions& options = {}) {
    if (count == 0 || count > runs.size())
        throw CalibrationError("hold out at least one run, and not more than there are");
    // Not stable_sort, which warns with clang and libstdc++ 12; of equal compute the larger model is later.
    std::sort(runs.begin(), runs.end(), [](const MeasuredLoss& a, const MeasuredLoss& b) {
        const Flops of_a = training_compute(a.parameters, a.tokens);
        const Flops of_b = training_compute(b.parameters, b.tokens);
        return of_a < of_b || (of_a == of_b && a.parameters < b.parameters);
    });
    const auto held = static_cast<std::ptrdiff_t>(count);
    const ScalingLawFit fit = fit_scaling_law({runs.begin(), runs.end() - held}, options);
    double sum = 0;
    for (auto run = runs.end() - held; run != runs.end(); ++run) sum += std::abs(relative_error(fit.law, *run));
    return sum / static_cast<double>(count);
}

} // namespace foretrain::inline v0
