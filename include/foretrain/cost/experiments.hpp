// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "../units/result.hpp"
#include "bill.hpp"

// Many runs: cost by the token, by the successful experiment, and how many experiments a budget buys.
//
//   cost a success  = C (1 + (1/p - 1) f)             C cost of a whole run, p chance that one succeeds,
//   experiments     = min(budget / c, N / a)          f share of C that a failed one takes before it is stopped
//   c = C (p + (1 - p) f),  a = A (p + (1 - p) f)     means over successes and failures; A accelerator-time of a run
//
// Failures before the first success follow the geometric distribution, of mean 1/p - 1.

namespace foretrain::inline v0 {

/// What a run pays by the token: times a trillion, by the trillion tokens. Nothing if a part of the cost is unknown.
template <class Real>
[[nodiscard]] constexpr std::optional<BasicTokenPrice<Real>> price_of_tokens(const BasicCost<Real>& cost,
                                                                             const BasicTokens<Real>& tokens) noexcept {
    if (!cost.complete || !(raw(tokens) > Real(0.0))) return std::nullopt;
    return cost.known / tokens;
}

/// An experiment that may fail.
template <class Real>
struct BasicExperiment {
    BasicCost<Real> cost{};                        ///< of a whole run
    BasicAcceleratorTime<Real> accelerator_time{}; ///< of a whole run
    Real success{};                                ///< probability, 1e-6 to 1
    Real failed_share{}; ///< of a whole run that a failed one takes; 1 where one sees at the end only
};
using Experiment = BasicExperiment<double>;

/// Tells `sink` of everything wrong with an experiment.
template <class Real, class Sink>
constexpr void check_rules(const BasicExperiment<Real>& experiment, Sink& sink) noexcept {
    detail::require_range(sink, "experiment.cost", experiment.cost.known, 0.0, 1e15, "USD");
    detail::require_range(sink, "experiment.accelerator_time", experiment.accelerator_time, 1e-3, 1e18,
                          "accelerator s");
    detail::require_range(sink, "experiment.success", experiment.success, 1e-6, 1.0, {}, "probability");
    detail::require_range(sink, "experiment.failed_share", experiment.failed_share, 0.0, 1.0, {},
                          "of a whole run, until a failure is seen");
}

/// The expected cost until one succeeds, failures included; of an experiment that was checked.
template <class Real>
[[nodiscard]] constexpr BasicCost<Real> cost_per_success(const BasicExperiment<Real>& experiment) noexcept {
    return experiment.cost * Real(Real(1.0) + (Real(1.0) / experiment.success - Real(1.0)) * experiment.failed_share);
}

/// What limits a rate of experiments.
enum class ExperimentLimit : unsigned char { budget, accelerators };

/// `budget` or `accelerators`.
[[nodiscard]] constexpr std::string_view name_of(ExperimentLimit limit) noexcept {
    return limit == ExperimentLimit::budget ? "budget" : "accelerators";
}

/// How often one can try, and succeed.
template <class Real>
struct BasicExperimentRate {
    BasicFrequency<Real> attempts{};
    BasicFrequency<Real> successes{};
    ExperimentLimit limit = ExperimentLimit::budget;
    bool budget_known = false; ///< false: the cost is unknown in part, only the accelerators limit
};
using ExperimentRate = BasicExperimentRate<double>;

/// Experiments that a budget pays and that accelerators can do, or everything wrong.
template <class Real>
[[nodiscard]] constexpr Result<BasicExperimentRate<Real>>
try_experiment_rate(const BasicExperiment<Real>& experiment, const BasicMoneyRate<Real>& budget,
                    const BasicAccelerators<Real>& accelerators) noexcept {
    Violations violations;
    check_rules(experiment, violations);
    detail::require_range(violations, "budget", raw(budget) * Real(604800.0), 0.0, 1e15, "USD/week");
    detail::require_range(violations, "accelerators", accelerators, 1.0, 1e8);
    if (!violations.empty()) return violations;
    const Real mean = experiment.success + (Real(1.0) - experiment.success) * experiment.failed_share;
    BasicExperimentRate<Real> rate;
    rate.attempts = accelerators / (experiment.accelerator_time * mean);
    rate.limit = ExperimentLimit::accelerators;
    rate.budget_known = experiment.cost.complete;
    const BasicUsd<Real> each = experiment.cost.known * mean;
    // What is known of a cost already bounds what the budget can pay.
    if (budget < each * rate.attempts) {
        rate.attempts = budget / each;
        rate.limit = ExperimentLimit::budget;
    }
    rate.successes = rate.attempts * experiment.success;
    return rate;
}

#if defined(__cpp_exceptions)
/// Experiments that a budget pays and that accelerators can do; throws `InvalidConfiguration` on bad input.
template <class Real>
[[nodiscard]] constexpr BasicExperimentRate<Real> experiment_rate(const BasicExperiment<Real>& experiment,
                                                                  const BasicMoneyRate<Real>& budget,
                                                                  const BasicAccelerators<Real>& accelerators) {
    return detail::value_or_throw(try_experiment_rate(experiment, budget, accelerators));
}
#endif

} // namespace foretrain::inline v0
