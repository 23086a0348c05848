// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>

#include "../math/exp.hpp"
#include "../math/log.hpp"
#include "../math/root.hpp"
#include "fault.hpp"

// Hypotheses about a gap: one fault or two, made so bad that they explain it, and how well they fit what was measured.
// The formulas are in diagnosis.hpp.

namespace foretrain::inline v0 {

namespace detail {

/// Components that were measured, and the rest of the step; as differences to the model.
struct Observations {
    static constexpr std::size_t most = run_components + 1;
    std::size_t count = 0;
    std::array<std::uint32_t, most> entries{};
    std::array<double, most> gap{};
    std::array<double, most> weight{}; ///< 1 / variance
};

[[nodiscard]] constexpr Observations observe(const RunMeasurement& m, double measured,
                                             const StepProfile& healthy) noexcept {
    Observations result;
    std::uint32_t seen = 0;
    double rest = measured;
    const auto add = [&](std::uint32_t entries, double seconds) {
        const double modelled = time_of(healthy, entries);
        const double model_error = 0.03 * modelled, share_error = 0.01 * measured;
        result.entries[result.count] = entries;
        result.gap[result.count] = seconds - modelled;
        result.weight[result.count++] = 1.0 / (model_error * model_error + share_error * share_error);
    };
    for (std::size_t i = 0; i < run_components; ++i) {
        if (!m.components[i]) continue;
        const std::uint32_t entries = entries_of(static_cast<RunComponent>(i));
        seen |= entries;
        rest -= raw(*m.components[i]);
        add(entries, raw(*m.components[i]));
    }
    add(~seen, rest);
    return result;
}

/// What a fault does to each observation when it explains the gap, as far as it can.
struct FaultEffect {
    bool reaches = false;
    double factor = 1;
    double total = 0;
    std::array<double, Observations::most> on{};
};

template <std::same_as<HealthyJob> Job>
[[nodiscard]] constexpr FaultEffect effect_of(const Job& job, const StepProfile& healthy, Fault fault, double gap,
                                              const Observations& observed) noexcept {
    const double wanted = healthy.total() + gap;
    const auto missing = [&](double x) { return faulty_profile(job, healthy, fault, exp(x)).total() - wanted; };
    FaultEffect effect;
    effect.factor = largest_factor(fault);
    if (const auto root = find_root<double>(missing, 0.0, log(effect.factor), 1e-5); root.converged()) {
        effect.reaches = true;
        effect.factor = exp(root.root);
    }
    const StepProfile faulty = faulty_profile(job, healthy, fault, effect.factor);
    effect.total = faulty.total() - healthy.total();
    for (std::size_t c = 0; c < observed.count; ++c)
        effect.on[c] = time_of(faulty, observed.entries[c]) - time_of(healthy, observed.entries[c]);
    return effect;
}

/// One fault, or two to degrees of effects that are half of the gap.
struct Hypothesis {
    std::size_t first = 0, second = fault_kinds; ///< `fault_kinds`: none
    double of_first = 1, of_second = 0;
    double score = 0; ///< logarithm of its probability, up to a constant
    bool holds = false;
};

/// Logarithm of the prior of a fault so bad.
[[nodiscard]] constexpr double prior_score(const FaultPrior& prior, double factor) noexcept {
    const double x = log(factor) / prior.spread;
    return log(prior.rate / prior.spread) - log1p(x * x) - (factor > prior.most ? 2.0 : 0.0);
}

[[nodiscard]] constexpr double misfit(const Observations& observed, const FaultEffect& a, double x,
                                      const FaultEffect& b, double y) noexcept {
    double sum = 0;
    for (std::size_t c = 0; c < observed.count; ++c) {
        const double left = observed.gap[c] - x * a.on[c] - y * b.on[c];
        sum += left * left * observed.weight[c];
    }
    return sum;
}

/// The best degrees of two faults whose effects are half of the gap; does not hold where one of them is not needed.
[[nodiscard]] constexpr Hypothesis both(const Observations& observed, const FaultEffect& a,
                                        const FaultEffect& b) noexcept {
    double aa = 0, ab = 0, bb = 0, ag = 0, bg = 0;
    for (std::size_t c = 0; c < observed.count; ++c) {
        const double w = observed.weight[c];
        aa += w * a.on[c] * a.on[c];
        ab += w * a.on[c] * b.on[c];
        bb += w * b.on[c] * b.on[c];
        ag += w * a.on[c] * observed.gap[c];
        bg += w * b.on[c] * observed.gap[c];
    }
    Hypothesis h;
    const double determinant = aa * bb - ab * ab;
    if (!(determinant > 1e-6 * aa * bb)) return h; // they look the same
    h.of_first = (ag * bb - bg * ab) / determinant;
    h.of_second = (bg * aa - ag * ab) / determinant;
    h.holds = h.of_first > 0.02 && h.of_second > 0.02 && h.of_first <= 2.2 && h.of_second <= 2.2;
    return h;
}

/// Every hypothesis with its score; those that hold.
template <class Each>
constexpr void for_each_hypothesis(const Observations& observed, const std::array<FaultEffect, fault_kinds>& effects,
                                   const std::array<FaultEffect, fault_kinds>& halves, const FaultPriors& priors,
                                   double gap, Each each) noexcept {
    const double least = 1e-4 * gap;
    for (std::size_t i = 0; i < fault_kinds; ++i) {
        if (!(effects[i].total > least)) continue;
        Hypothesis alone{i, fault_kinds, 1.0, 0.0, 0.0, true};
        alone.score =
            prior_score(priors.fault[i], effects[i].factor) - 0.5 * misfit(observed, effects[i], 1.0, effects[i], 0.0);
        each(alone);
        if (observed.count < 2) continue;
        for (std::size_t j = i + 1; j < fault_kinds; ++j) {
            if (!(halves[j].total > least)) continue;
            Hypothesis h = both(observed, halves[i], halves[j]);
            if (!h.holds) continue;
            h.first = i;
            h.second = j;
            const auto factor = [&](std::size_t k, double degree) { return 1.0 + degree * (halves[k].factor - 1.0); };
            h.score = prior_score(priors.fault[i], factor(i, h.of_first)) +
                      prior_score(priors.fault[j], factor(j, h.of_second)) -
                      0.5 * misfit(observed, halves[i], h.of_first, halves[j], h.of_second);
            each(h);
        }
    }
}

} // namespace detail

} // namespace foretrain::inline v0
