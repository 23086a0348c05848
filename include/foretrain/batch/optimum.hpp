// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string_view>

#include "../math/exp.hpp"
#include "../math/log.hpp"
#include "../math/minimum.hpp"
#include "convergence.hpp"

// The batch that minimises the time to a target, its cost, or their product.
//
//   T(B) = S(B) t(B)       C(B) = n(B) T(B)       S = E / B steps, t time of a step, n accelerators
//
// Cost is in accelerator-seconds: a price multiplies it and moves no minimum. Hardware comes in as a callable that says
// what a batch runs on and how long a step takes. Two cases have closed forms, which the tests hold the search against:
//
//   n fixed, t = a + b B (steps have a fixed part)            least time at B = sqrt(B_crit a / b)
//   n in proportion to B, t fixed (a step for each batch)     least product at B = B_crit (McCandlish et al. 2018, C.3)
//
// The search scans the range in equal ratios and then narrows the best bracket by golden section.

namespace foretrain::inline v0 {

/// What a batch runs on and how long a step of it takes.
template <class Real>
struct BasicStepOption {
    Real accelerators{};
    BasicSeconds<Real> step_time{};
};
using StepOption = BasicStepOption<double>;

/// What is to be small.
enum class BatchObjective : unsigned char { time, cost, time_times_cost };

/// `time`, `cost` or `time x cost`.
[[nodiscard]] constexpr std::string_view name_of(BatchObjective objective) noexcept {
    switch (objective) {
    case BatchObjective::time: return "time";
    case BatchObjective::cost: return "cost";
    case BatchObjective::time_times_cost: return "time x cost";
    }
    return "time";
}

/// A run to the target at one batch.
template <class Real>
struct BasicBatchChoice {
    BasicSamples<Real> batch{};
    Real accelerators{};
    BasicSamples<Real> samples{};
    Real steps{};
    BasicSeconds<Real> step_time{};
    BasicSeconds<Real> time{};
    BasicAcceleratorTime<Real> accelerator_time{};

    /// What the objective looks at, as a bare number.
    [[nodiscard]] constexpr Real value(BatchObjective objective) const noexcept {
        switch (objective) {
        case BatchObjective::time: return raw(time);
        case BatchObjective::cost: return raw(accelerator_time);
        case BatchObjective::time_times_cost: return Real(raw(time) * raw(accelerator_time));
        }
        return raw(time);
    }
};
using BatchChoice = BasicBatchChoice<double>;

/// A run to the target at one batch.
template <class Real, ConvergenceModel<Real> Model>
[[nodiscard]] constexpr BasicBatchChoice<Real> batch_choice(const Model& model, const BasicSamples<Real>& batch,
                                                            const BasicStepOption<Real>& option) noexcept {
    BasicBatchChoice<Real> choice;
    choice.batch = batch;
    choice.accelerators = option.accelerators;
    choice.samples = model.samples_to_target(batch);
    choice.steps = raw(choice.samples) / raw(batch);
    choice.step_time = option.step_time;
    choice.time = option.step_time * choice.steps;
    choice.accelerator_time = make<BasicAccelerators<Real>>(option.accelerators) * choice.time;
    return choice;
}

/// The index of the least value of an objective, the first of equals; `choices` must not be empty.
template <class Choices>
[[nodiscard]] constexpr std::size_t best_choice(const Choices& choices, BatchObjective objective) noexcept {
    std::size_t best = 0;
    for (std::size_t i = 1; i < choices.size(); ++i)
        if (choices[i].value(objective) < choices[best].value(objective)) best = i;
    return best;
}

namespace detail {

/// The choice at e^x, no further than the bounds, past which rounding may lead.
template <class Real, class Model, class OptionAt>
[[nodiscard]] constexpr BasicBatchChoice<Real> choice_at(const Model& model, const OptionAt& option_at, double x,
                                                         const BasicSamples<Real>& least,
                                                         const BasicSamples<Real>& most) noexcept {
    const BasicSamples<Real> batch = minimum(maximum(make<BasicSamples<Real>>(Real(exp(x))), least), most);
    return batch_choice<Real>(model, batch, option_at(batch));
}

/// Tells `sink` of what is wrong with a model of convergence that knows its own ranges; of others, what they answer is
/// checked.
template <class Model, class Sink>
constexpr void check_model(const Model& model, Sink& sink) noexcept {
    if constexpr (requires { check_rules(model, sink); }) check_rules(model, sink);
}

/// Tells `sink` of what no run to a target can take.
template <class Real, class Sink>
constexpr void check_choice(const BasicBatchChoice<Real>& choice, Sink& sink) noexcept {
    require_range(sink, "step_time", choice.step_time, 1e-12, 1e9, "s", "of a batch in the range");
    require_range(sink, "accelerators", choice.accelerators, 1e-3, 1e9);
    require_range(sink, "samples_to_target", choice.samples, 1e-3, 1e30, "samples",
                  "what the model of convergence answers for a batch in the range");
}

} // namespace detail

/// The best batch between two bounds for an objective, or everything wrong with the inputs. `option_at(batch)` gives a
/// `BasicStepOption`; fractions of samples are allowed.
template <class Real, ConvergenceModel<Real> Model, class OptionAt>
[[nodiscard]] constexpr Result<BasicBatchChoice<Real>>
try_optimal_batch(const Model& model, const BasicSamples<Real>& least, const BasicSamples<Real>& most,
                  BatchObjective objective, const OptionAt& option_at) noexcept {
    Violations violations;
    detail::require_range(violations, "least", least, 1e-3, 1e15, "samples", "the smallest batch to look at");
    detail::require_range(violations, "most", most, 1e-3, 1e15, "samples", "the largest batch to look at");
    detail::require(violations, least <= most, "bounds_in_order", "most", most, "at least `least`, {}",
                    detail::plain(least), "the smaller bound first");
    detail::check_model(model, violations);
    if (!violations.empty()) return violations;
    constexpr int cuts = 64;
    const double low = log(detail::plain(least)), width = log(detail::plain(most)) - low;
    const auto at = [&](double x) { return detail::choice_at<Real>(model, option_at, x, least, most); };
    BasicBatchChoice<Real> best = at(low);
    int place = 0;
    for (int i = 0; i <= cuts; ++i) {
        const BasicBatchChoice<Real> next = at(low + width * i / cuts);
        detail::check_choice(next, violations);
        if (!violations.empty()) return violations;
        if (next.value(objective) < best.value(objective)) {
            best = next;
            place = i;
        }
    }
    const double from = low + width * maximum(place - 1, 0) / cuts, to = low + width * minimum(place + 1, cuts) / cuts;
    const BasicBatchChoice<Real> found =
        at(golden_section([&](double x) { return at(x).value(objective); }, from, to, 1e-9));
    detail::check_choice(found, violations);
    if (!violations.empty()) return violations;
    if (found.value(objective) < best.value(objective)) best = found;
    return best;
}

#if defined(__cpp_exceptions)
/// The best batch between two bounds; throws `InvalidConfiguration` on bad input.
template <class Real, ConvergenceModel<Real> Model, class OptionAt>
[[nodiscard]] constexpr BasicBatchChoice<Real> optimal_batch(const Model& model, const BasicSamples<Real>& least,
                                                             const BasicSamples<Real>& most, BatchObjective objective,
                                                             const OptionAt& option_at) {
    return detail::value_or_throw(try_optimal_batch<Real>(model, least, most, objective, option_at));
}
#endif

} // namespace foretrain::inline v0
