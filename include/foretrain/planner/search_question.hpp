// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>

#include "../cost/job_power.hpp"
#include "../cost/price.hpp"
#include "search_result.hpp"
#include "search_space.hpp"

// What a search is asked: which plan is best, for which run, within which limits.
//
//   token time = step time / (global batch x sequence)         run time = ceil(tokens / (global batch x sequence)) x
//   step time / effective share                                energy = power of the job x run time
//   cost = price of an accelerator x accelerators x run time + price of energy x energy
//
// Run time, energy and cost are those of `estimate_run` with faults as a share and nothing beside the steps.

namespace foretrain::inline v0 {

/// What is to be as small as possible.
enum class SearchGoal : unsigned char { step_time, token_time, run_time, cost, energy };

[[nodiscard]] constexpr std::string_view name_of(SearchGoal goal) noexcept {
    switch (goal) {
    case SearchGoal::step_time: return "step-time";
    case SearchGoal::token_time: return "token-time";
    case SearchGoal::run_time: return "run-time";
    case SearchGoal::cost: return "cost";
    case SearchGoal::energy: return "energy";
    }
    return "step-time";
}

/// The run that a plan is for. What is left out is unknown; asking for what follows from it is refused.
struct SearchRun {
    Tokens tokens{};                                       ///< to train on; 0: steps only
    double effective_share = 1.0;                          ///< of the wall clock that trains, 0.01 to 1
    Choices<std::optional<AcceleratorPrice>, 16> prices{}; ///< rent, by the place of the cluster in the space
    std::optional<EnergyPrice> energy_price{};             ///< where the rent does not include energy
    std::optional<Site> site{};                            ///< energy and power are unknown without it
    ComponentPower power = measured_boards;
};

/// What a plan must keep beside the rules of `check`.
struct SearchLimits {
    double memory_share = 1.0; ///< of an accelerator's memory that a plan may fill; above 1: memory may be exceeded
    std::optional<Seconds> deadline{};             ///< of the run
    std::optional<Usd> budget{};                   ///< of the run
    std::optional<Watts> power{};                  ///< of the job while it trains
    Choices<ParallelGroup, 10> within_innermost{}; ///< groups that must not reach beyond a unit of the innermost tier
};

/// How a search decides a plan.
enum class SearchMethod : unsigned char {
    branch_and_bound, ///< leaves out what a bound proves worse than the best: the same best plans, much faster
    exhaustive,       ///< looks at every plan: exact counts of every outcome
};

/// A question to a search.
struct SearchQuestion {
    SearchGoal goal = SearchGoal::step_time;
    SearchRun run{};
    SearchLimits limits{};
    SearchMethod method = SearchMethod::branch_and_bound;
    std::int64_t top = 1; ///< plans wanted, best first; 1 to 64
    SearchAxes front{};   ///< of the front of plans that nothing beats; with one, every plan is looked at
};

/// Part `index` of `count`, from 0: every part decides other plans, all parts together decide all.
struct SearchShard {
    std::int64_t index = 0;
    std::int64_t count = 1;
};

/// A plan in the hands of an objective.
struct SearchCandidate {
    const Transformer& model;
    const Cluster& cluster;
    const ParallelPlan& plan;
    const SearchFigures& figures; ///< `value` is not set yet
    const StepBreakdown& breakdown;
};

/// What a user's own objective must be able to do; less is better, NaN the worst of all. With
/// `bound(const SearchFigures&, std::int64_t accelerators)` beside it, which is no more than the value of any plan
/// whose figures are no less than those given, branch and bound is possible; without one, every plan is looked at.
template <class Objective>
concept SearchObjective = requires(const Objective& objective, const SearchCandidate& candidate) {
    { objective.value(candidate) } -> std::convertible_to<double>;
};
template <class Objective>
concept BoundedObjective = SearchObjective<Objective> &&
                           requires(const Objective& objective, const SearchFigures& least, std::int64_t accelerators) {
                               { objective.bound(least, accelerators) } -> std::convertible_to<double>;
                           };

namespace detail {
/// What an objective says; a plan that it has no number for comes after all others, so that order stays total.
[[nodiscard]] constexpr double value_or_worst(double value) noexcept {
    return value == value ? value : std::numeric_limits<double>::infinity();
}
} // namespace detail

/// The objective that a goal names.
struct GoalObjective {
    SearchGoal goal = SearchGoal::step_time;

    [[nodiscard]] constexpr double of(const SearchFigures& f) const noexcept {
        switch (goal) {
        case SearchGoal::step_time: return f.step_time;
        case SearchGoal::token_time: return f.token_time;
        case SearchGoal::run_time: return f.run_time;
        case SearchGoal::cost: return f.cost;
        case SearchGoal::energy: return f.energy;
        }
        return f.step_time;
    }
    [[nodiscard]] constexpr double value(const SearchCandidate& candidate) const noexcept {
        return of(candidate.figures);
    }
    [[nodiscard]] constexpr double bound(const SearchFigures& least, std::int64_t) const noexcept { return of(least); }
};

/// How far a search is, told now and then; the caller has the clock.
struct SearchProgress {
    std::int64_t done = 0;  ///< plans decided, of this shard
    std::int64_t total = 0; ///< of this shard

    /// Plans a second, after so long.
    [[nodiscard]] constexpr double rate(Seconds elapsed) const noexcept {
        return raw(elapsed) > 0 ? static_cast<double>(done) / raw(elapsed) : 0.0;
    }
    /// What is left to wait at the rate so far; no answer before the first plan is done.
    [[nodiscard]] constexpr std::optional<Seconds> remaining(Seconds elapsed) const noexcept {
        if (done <= 0) return std::nullopt;
        return elapsed * (static_cast<double>(total - done) / static_cast<double>(done));
    }
};

/// Called now and then during a search; false cancels it.
template <class Watch>
concept SearchWatch = requires(Watch& watch, const SearchProgress& progress) {
    { watch(progress) } -> std::convertible_to<bool>;
};

/// Watches nothing.
struct NoWatch {
    [[nodiscard]] constexpr bool operator()(const SearchProgress&) const noexcept { return true; }
};

/// Tells `sink` of everything wrong with a space and a question; single plans that break rules are counted instead.
template <class Sink>
constexpr void check_rules(const Transformer& model, const SearchSpace& space, const SearchQuestion& question,
                           Sink& sink) noexcept {
    using detail::require;
    using detail::require_range;
    check_rules(model, sink);
    check_rules(space.base.stack, sink);
    bool empty = false, overflowed = false, absent = false;
    for (const Cluster* cluster : space.clusters) {
        if (cluster) check_rules(*cluster, sink);
        else absent = true;
    }
    require(sink, !absent, "clusters_exist", "space.clusters", 0.0, "clusters, none of them null", 0,
            "the space does not own them: they must outlive it");
    double plans = 1;
    for (std::size_t knob = 0; knob < search_knobs; ++knob) {
        const std::int64_t length = space.length(static_cast<SearchKnob>(knob));
        if (length == 0) empty = true;
        plans *= static_cast<double>(length);
    }
    const auto over = [&](const auto& list) { overflowed = overflowed || list.overflowed; };
    over(space.clusters), over(space.accelerators), over(space.precision), over(space.tensor), over(space.context);
    over(space.expert), over(space.expert_tensor), over(space.micro_batch), over(space.pipeline);
    over(space.virtual_stages), over(space.sharding_group), over(space.prefetch), over(space.offload);
    over(space.global_batch), over(space.attention), over(space.sequence_parallel), over(space.context_exchange);
    over(space.recomputation), over(space.schedule), over(space.sharding);
    over(question.run.prices), over(question.limits.within_innermost);
    // Beyond these, products of degrees overflow. Degrees that are only too large for a plan are counted, not refused.
    const auto within = [&](std::string_view field, const SearchSpace::Counts& list, double most) {
        for (const std::int64_t value : list) require_range(sink, field, value, -most, most);
    };
    within("space.accelerators", space.accelerators, 1e7);
    within("space.tensor", space.tensor, 1e5);
    within("space.context", space.context, 1e5);
    within("space.pipeline", space.pipeline, 1e5);
    within("space.expert", space.expert, 1e6);
    within("space.expert_tensor", space.expert_tensor, 1e6);
    within("space.micro_batch", space.micro_batch, 1e9);
    within("space.virtual_stages", space.virtual_stages, 1e6);
    within("space.sharding_group", space.sharding_group, 1e9);
    within("space.prefetch", space.prefetch, 1e9);
    within("space.global_batch", space.global_batch, 1e12);
    for (const BasicOffload<double>& moved : space.offload) {
        require_range(sink, "space.offload.weights", moved.weights, 0.0, 1.0);
        require_range(sink, "space.offload.optimizer", moved.optimizer, 0.0, 1.0);
        require_range(sink, "space.offload.activations", moved.activations, 0.0, 1.0);
    }
    require(sink, !empty, "every_list_has_a_value", "space", 0.0, "a value at least in each list", 0,
            "give global_batch and clusters");
    require(sink, !overflowed, "lists_have_room", "space", 0.0, "no more values than a list holds, 32 of degrees", 0,
            "search parts of the space one after another and merge them");
    require_range(sink, "space.size", plans, empty ? 0.0 : 1.0, 9e18, {}, "plans, valid or not");
    require_range(sink, "question.top", question.top, 1, static_cast<double>(SearchTop::capacity));
    require_range(sink, "run.tokens", question.run.tokens, 0.0, 1e18, "tokens", "0: steps only");
    require_range(sink, "run.effective_share", question.run.effective_share, 0.01, 1.0);
    require_range(sink, "limits.memory_share", question.limits.memory_share, 0.01, 1e9);
    if (question.limits.deadline) require_range(sink, "limits.deadline", *question.limits.deadline, 0.0, 1e18, "s");
    if (question.limits.budget) require_range(sink, "limits.budget", *question.limits.budget, 0.0, 1e18, "USD");
    if (question.limits.power) require_range(sink, "limits.power", *question.limits.power, 0.0, 1e18, "W");
    for (const std::optional<AcceleratorPrice>& price : question.run.prices)
        if (price) require_range(sink, "run.prices", raw(*price) * 3600.0, 0.0, 1e5, "USD/accelerator-hour");
    if (question.run.energy_price)
        require_range(sink, "run.energy_price", raw(*question.run.energy_price) * 3.6e6, 0.0, 100.0, "USD/kWh");
    if (question.run.site) check_rules(*question.run.site, sink);
    check_rules(question.run.power, sink);
    const bool run = raw(question.run.tokens) > 0;
    const SearchGoal goal = question.goal;
    require(sink, run || goal == SearchGoal::step_time || goal == SearchGoal::token_time, "goal_needs_tokens",
            "run.tokens", raw(question.run.tokens), "above 0 for run time, cost and energy", 0, "a run trains on them");
    require(sink,
            run ||
                !(question.limits.deadline || question.limits.budget || question.front.cost || question.front.energy),
            "limit_needs_tokens", "run.tokens", raw(question.run.tokens),
            "above 0 for a deadline, a budget, cost and energy", 0, "a run trains on them");
    const bool powered =
        goal == SearchGoal::energy || question.front.energy || question.limits.power || question.run.energy_price;
    require(sink, !powered || question.run.site, "energy_needs_site", "run.site", 0.0,
            "given for energy, power and a price of energy", 0, "use site(1.1)");
    const bool priced = goal == SearchGoal::cost || question.front.cost || question.limits.budget;
    bool known = false;
    for (const std::optional<AcceleratorPrice>& price : question.run.prices) known = known || price.has_value();
    require(sink, !priced || known, "cost_needs_price", "run.prices", 0.0, "known of a cluster at least", 0,
            "an unknown price is never zero");
}

} // namespace foretrain::inline v0
