// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "../run/run.hpp"
#include "search_question.hpp"

// From a step to the figures that a question is about, whether they keep its limits, and the least that a bound on the
// step's time implies for them.

namespace foretrain::inline v0 {

namespace detail {

/// What of a question decides which figures are needed.
struct SearchNeeds {
    bool run = false;    ///< run time
    bool power = false;  ///< power and energy: the whole breakdown
    bool priced = false; ///< cost: a plan on a cluster of unknown price is refused

    constexpr explicit SearchNeeds(const SearchQuestion& question) noexcept
        : run{raw(question.run.tokens) > 0}, power{question.goal == SearchGoal::energy || question.front.energy ||
                                                   question.limits.power || question.run.energy_price},
          priced{question.goal == SearchGoal::cost || question.front.cost || question.limits.budget} {}
};

/// The price of a cluster in a space; unknown where the list ends.
[[nodiscard]] constexpr std::optional<AcceleratorPrice> price_of(const SearchQuestion& question,
                                                                 std::int64_t place) noexcept {
    const auto& prices = question.run.prices;
    return place < static_cast<std::int64_t>(prices.size()) ? prices[static_cast<std::size_t>(place)] : std::nullopt;
}

/// Figures of a plan whose step takes so long and whose job draws so much.
constexpr void set_times(SearchFigures& f, const SearchQuestion& question, const SearchNeeds& needs,
                         const std::optional<AcceleratorPrice>& price, std::int64_t accelerators,
                         const ParallelPlan& plan, double step_time, double power) noexcept {
    const double tokens = static_cast<double>(plan.global_batch) * static_cast<double>(plan.sequence);
    f.step_time = step_time;
    f.token_time = step_time / tokens;
    if (needs.power) f.power = power;
    if (!needs.run) return;
    f.run_time = whole_steps(raw(question.run.tokens), tokens) * step_time / question.run.effective_share;
    if (needs.power) f.energy = power * f.run_time;
    if (price) f.cost = raw(*price) * (static_cast<double>(accelerators) * f.run_time);
    if (question.run.energy_price) f.cost += raw(*question.run.energy_price) * f.energy;
}

/// The least figures of plans whose steps take no less than `step_time`, and a token no less than `token_time`.
[[nodiscard]] constexpr SearchFigures least_figures(const SearchQuestion& question, const SearchNeeds& needs,
                                                    const std::optional<AcceleratorPrice>& price,
                                                    std::int64_t accelerators, double step_time, double token_time,
                                                    double power) noexcept {
    SearchFigures f;
    f.step_time = step_time;
    f.token_time = token_time;
    if (needs.power) f.power = power;
    if (!needs.run) return f;
    f.run_time = raw(question.run.tokens) * token_time / question.run.effective_share;
    if (needs.power) f.energy = power * f.run_time;
    if (price) f.cost = raw(*price) * (static_cast<double>(accelerators) * f.run_time);
    if (question.run.energy_price) f.cost += raw(*question.run.energy_price) * f.energy;
    return f;
}

/// Which limit figures break first; `feasible` if none.
[[nodiscard]] constexpr SearchOutcome outcome_of(const SearchFigures& f, const SearchQuestion& question) noexcept {
    const SearchLimits& limits = question.limits;
    if (limits.deadline && f.run_time > raw(*limits.deadline)) return SearchOutcome::deadline;
    if (limits.budget && f.cost > raw(*limits.budget)) return SearchOutcome::budget;
    if (limits.power && f.power > raw(*limits.power)) return SearchOutcome::power;
    return SearchOutcome::feasible;
}

/// Power of a job whose step has this breakdown.
[[nodiscard]] constexpr double power_of(const SearchQuestion& question, const Cluster& cluster,
                                        const StepEstimate& step) noexcept {
    return raw(job_power(step, cluster, *question.run.site, question.run.power).total());
}
/// The least power of a job: its accelerators idle.
[[nodiscard]] constexpr double least_power(const SearchQuestion& question, const SearchNeeds& needs,
                                           const Cluster& cluster) noexcept {
    if (!needs.power) return 0.0;
    return raw(job_power(Utilization{}, cluster, *question.run.site, question.run.power).total());
}

/// Whether groups that must stay within a unit of the innermost tier do.
[[nodiscard]] constexpr bool keeps_groups(const SearchLimits& limits, const Cluster& cluster,
                                          const Placement& placement) noexcept {
    const std::int64_t unit = cluster.fabric.tier[0].size;
    for (const ParallelGroup group : limits.within_innermost) {
        const GroupShape& shape = placement.of(group);
        if (shape.ranks > 1 && shape.ranks * shape.stride > unit) return false;
    }
    return true;
}

} // namespace detail

/// What becomes of one plan, by the plain way: a check and an estimate of it alone.
struct SearchVerdict {
    SearchOutcome outcome = SearchOutcome::refused;
    SearchHit hit{};   ///< of a feasible plan
    SearchMiss miss{}; ///< of one that does not fit
};

/// Looks at plan `index` of a space on its own: what a search says of it, without what plans share. A search that looks
/// at every plan gives the same bits.
template <SearchObjective Objective, class Real = double> // Real: nothing is instantiated before somebody calls it
[[nodiscard]] constexpr SearchVerdict judge_plan(const Transformer& model, const SearchSpace& space,
                                                 const SearchQuestion& question, const Objective& objective,
                                                 std::int64_t index) noexcept {
    SearchVerdict verdict;
    const SearchDigits at = space.digits(index);
    if (space.repeats_exchange(at)) return {SearchOutcome::repeated, {}, {}};
    const BasicCluster<Real> cluster = space.cluster_of(at);
    const BasicParallelPlan<Real> plan = space.plan_of(at);
    const Result<BasicStepEstimate<Real>> step = try_estimate_step(model, cluster, plan);
    if (!step) return verdict;
    if (space.repeats_group(model, at, plan)) return {SearchOutcome::repeated, {}, {}};
    if (!detail::keeps_groups(question.limits, cluster, placement_of(plan))) return {SearchOutcome::group, {}, {}};
    const double memory = raw(step->memory.peak);
    const double room = raw(cluster.accelerator.memory.capacity) * question.limits.memory_share;
    if (memory > room) return {SearchOutcome::memory, {}, {index, memory, memory / room - 1.0}};
    const detail::SearchNeeds needs{question};
    const auto price = detail::price_of(question, at[static_cast<std::size_t>(SearchKnob::cluster)]);
    if (needs.priced && !price) return {SearchOutcome::unpriced, {}, {}};
    SearchHit& hit = verdict.hit;
    hit.index = index;
    hit.accelerators = cluster.accelerators;
    hit.figures.memory = memory;
    detail::set_times(hit.figures, question, needs, price, cluster.accelerators, plan, raw(step->time),
                      needs.power ? detail::power_of(question, cluster, *step) : 0.0);
    verdict.outcome = detail::outcome_of(hit.figures, question);
    if (verdict.outcome != SearchOutcome::feasible) return {verdict.outcome, {}, {}};
    hit.figures.value =
        detail::value_or_worst(objective.value(SearchCandidate{model, cluster, plan, hit.figures, step->breakdown}));
    for (std::size_t part = 0; part < step_parts; ++part) hit.parts[part] = raw(step->breakdown.time[part]);
    return verdict;
}

} // namespace foretrain::inline v0
