// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <limits>

#include "search_bound.hpp"
#include "search_shared.hpp"

// The walk of a search over its space: what plans share is computed once, where the last knob that it depends on is
// fixed.
//
//   unit      cluster ... micro-batch, recomputation    rules, passes, exchanges of a layer, what a layer keeps
//   depth     pipeline                                  data-parallel ranks, held parameters, the send between stages
//   shape     schedule, chunks                          stages, what each stage holds
//   group     sharding, sharding group, prefetch        gradients and sharded parameters, the optimizer
//   leaf      offload, global batch                     memory of the fullest stage, time of the step
//
// Every figure of a leaf has the bits of `estimate_step`. Memory does not depend on the number of plans.

namespace foretrain::inline v0::detail {

/// What a walk must beat: the value of the plan wanted last, and how close the closest plan that does not fit comes.
struct SearchCutoff {
    double value = std::numeric_limits<double>::infinity();
    double excess = -1.0; ///< below 0: plans that do not fit need not be told apart
};

template <SearchObjective Objective, SearchWatch Watch>
class SearchWalk : private SearchShared {
public:
    constexpr SearchWalk(const Transformer& model, const SearchSpace& space, const SearchQuestion& question,
                         const Objective& objective, Watch& watch, const SearchCutoff& cutoff, bool bounding,
                         const SearchShard& shard) noexcept
        : SearchShared{model, space, question}, objective_{objective}, watch_{watch}, cutoff_{cutoff},
          bounding_{bounding}, shard_{shard},
          units_{space.combinations(SearchKnob::cluster, SearchKnob::recomputation)},
          inner_{space.combinations(SearchKnob::pipeline, SearchKnob::global_batch)},
          leaves_{space.combinations(SearchKnob::offload, SearchKnob::global_batch)},
          groups_{space.combinations(SearchKnob::sharding, SearchKnob::prefetch)} {
        result.plans = space.size();
        result.top.wanted = local_.wanted = question.top;
        result.front.axes = question.front;
        const std::int64_t mine = (units_ - shard.index + shard.count - 1) / shard.count;
        progress_.total = (mine > 0 ? mine : 0) * inner_;
        for (const Sharding sharding : space.sharding)
            if (sharding > most_shared_) most_shared_ = sharding;
        for (const BasicOffload<double>& moved : space.offload) {
            most_moved_.weights = maximum(most_moved_.weights, moved.weights);
            most_moved_.optimizer = maximum(most_moved_.optimizer, moved.optimizer);
            most_moved_.activations = maximum(most_moved_.activations, moved.activations);
        }
        for (const Schedule schedule : space.schedule) two_ways_ = two_ways_ || schedule == Schedule::dual_pipe;
        for (const std::int64_t p : space.pipeline) deepest_ = maximum(deepest_, p);
    }

    /// Looks at every unit of the shard.
    constexpr void run() noexcept {
        for (std::int64_t unit = shard_.index; unit < units_ && !result.cancelled; unit += shard_.count) {
            local_.count = 0;
            miss_ = {};
            walk_unit(unit);
            for (std::int64_t i = 0; i < local_.count; ++i) result.top.add(local_.hit[static_cast<std::size_t>(i)]);
            if (!result.cancelled) tell(false);
        }
        tell(true);
    }

    /// Plans of the shard.
    [[nodiscard]] constexpr std::int64_t plans() const noexcept { return progress_.total; }

    SearchResult result{};

private:
    constexpr void count(SearchOutcome outcome, std::int64_t plans) noexcept {
        result.outcome[static_cast<std::size_t>(outcome)] += plans;
        result.done += plans;
    }
    /// Tells the watch how far the walk is, now and then.
    constexpr void tell(bool last) noexcept {
        constexpr std::int64_t often = 1 << 16;
        if (!last && result.done - told_ < often) return;
        told_ = progress_.done = result.done;
        if (!watch_(progress_) && !last) result.cancelled = true;
    }
    [[nodiscard]] constexpr std::size_t place(SearchKnob knob) const noexcept {
        return static_cast<std::size_t>(at_[static_cast<std::size_t>(knob)]);
    }
    /// Whether a bound shows that plans are neither wanted nor within the limits.
    [[nodiscard]] constexpr bool beyond(double step_time, double token_time) const noexcept {
        if constexpr (BoundedObjective<Objective>) {
            const SearchFigures least = least_figures(question_, needs_, price_, cluster_.accelerators, step_time,
                                                      token_time * bound_margin, least_power_);
            if (outcome_of(least, question_) != SearchOutcome::feasible) return true;
            return static_cast<double>(objective_.bound(least, cluster_.accelerators)) >
                   minimum(cutoff_.value, local_.worst(std::numeric_limits<double>::infinity()));
        } else {
            return false;
        }
    }
    /// Whether plans that need at least so much cannot fit, and need not be told apart.
    [[nodiscard]] constexpr bool too_large(double memory) const noexcept {
        if (memory <= room_) return false;
        if (cutoff_.excess < 0) return true;
        const double excess = (memory / room_ - 1.0) * bound_margin;
        return excess > cutoff_.excess || (miss_.index >= 0 && excess > miss_.excess);
    }

    // ---- unit

    constexpr void walk_unit(std::int64_t unit) noexcept {
        at_ = space_.digits(unit * inner_);
        index_ = unit * inner_;
        if (space_.repeats_exchange(at_)) return count(SearchOutcome::repeated, inner_);
        set_cluster();
        plan_ = space_.plan_of(at_);
        if (!unit_is_valid()) return count(SearchOutcome::refused, inner_);

        const BasicRooflineKernels<double> kernels{cluster_.accelerator, plan_.precision.compute, Load::sustained,
                                                   plan_.stack.kernels};
        neutral();
        enter_unit(kernels);
        if (bounding_ && unit_is_beyond()) return count(SearchOutcome::bounded, inner_);

        enter_unit_memory();
        const std::int64_t each = inner_ / space_.length(SearchKnob::pipeline);
        for (std::size_t i = 0; i < space_.pipeline.size() && !result.cancelled; ++i) {
            index_ = unit * inner_ + static_cast<std::int64_t>(i) * each;
            walk_depth(space_.pipeline[i], each, kernels);
        }
    }
    [[nodiscard]] constexpr bool unit_is_beyond() const noexcept {
        const double inside = static_cast<double>(plan_.tensor * plan_.context);
        const double ranks = static_cast<double>(cluster_.accelerators) / inside; // data x pipeline
        const double replica = least_replica(model_, layer_, two_ways_);
        const double sample = replica / (ranks * static_cast<double>(plan_.micro_batch)) * growth_ * bound_margin;
        // Without the batch: at least one micro-batch on the deepest pipeline.
        double step = replica / static_cast<double>(deepest_) * growth_ * bound_margin;
        std::int64_t least = space_.global_batch[0];
        for (const std::int64_t batch : space_.global_batch) least = minimum(least, batch);
        if (space_.largest_batch) least -= static_cast<std::int64_t>(ranks) * plan_.micro_batch;
        if (least > 0) step = maximum(step, sample * static_cast<double>(least));
        return beyond(step, sample / static_cast<double>(plan_.sequence));
    }

    // ---- depth

    constexpr void walk_depth(std::int64_t pipeline, std::int64_t plans,
                              const BasicRooflineKernels<double>& kernels) noexcept {
        neutral();
        plan_.gathered_layers = space_.base.gathered_layers;
        plan_.pipeline = pipeline;
        const std::int64_t inside = plan_.tensor * plan_.context;
        if (pipeline < 1 || pipeline > 1024 || cluster_.accelerators % (inside * pipeline) != 0)
            return count(SearchOutcome::refused, plans);
        plan_.data = cluster_.accelerators / (inside * pipeline);
        AnyViolation any;
        const PlanRanges ranges = check_ranges(plan_, any);
        check_experts(model_, plan_, ranges, any);
        if (!any.empty()) return count(SearchOutcome::refused, plans);
        std::int64_t whole = 0;
        for (std::size_t i = 0; i < space_.global_batch.size(); ++i) {
            batch_[i] = space_.batch_of(space_.global_batch[i], plan_);
            batch_divides_[i] =
                batch_[i] >= 1 && batch_[i] <= 1000000000 && batch_[i] % (plan_.data * plan_.micro_batch) == 0;
            if (batch_divides_[i]) ++whole;
        }
        if (whole == 0) return count(SearchOutcome::refused, plans);

        const HeldParts& held = enter_depth();
        const std::int64_t first = index_;
        const std::int64_t each = groups_ * leaves_;
        std::int64_t shape = 0;
        for (const Schedule schedule : space_.schedule)
            for (const std::int64_t chunks : space_.virtual_stages) {
                index_ = first + each * shape++;
                if ((schedule == Schedule::interleaved) != (chunks > 1)) {
                    count(SearchOutcome::refused, each);
                    continue;
                }
                plan_.schedule = schedule;
                plan_.virtual_stages = chunks;
                if (!result.cancelled) walk_shape(held, each, kernels);
            }
    }

    // ---- shape

    constexpr void walk_shape(const HeldParts& held, std::int64_t plans,
                              const BasicRooflineKernels<double>& kernels) noexcept {
        neutral_groups();
        AnyViolation any;
        if (plan_.virtual_stages > 256 || plan_.virtual_stages < 1) return count(SearchOutcome::refused, plans);
        check_pipeline(model_, plan_, false, any);
        if (!any.empty()) return count(SearchOutcome::refused, plans);
        bool some = false;
        const std::size_t batches = space_.global_batch.size();
        for (std::size_t i = 0; i < batches; ++i) {
            const std::int64_t m = batch_[i] / (plan_.data * plan_.micro_batch);
            batch_is_valid_[i] =
                batch_divides_[i] && (plan_.schedule != Schedule::dual_pipe || (m % 2 == 0 && m >= 2 * plan_.pipeline));
            some = some || batch_is_valid_[i];
        }
        if (!some) return count(SearchOutcome::refused, plans);
        stages_ = stage_times(model_, plan_, passes_, sent_, layer_);
        if (bounding_ && all_beyond(layer_, stages_)) return count(SearchOutcome::bounded, plans);

        enter_shape_memory(held);
        if (bounding_ && all_too_large()) return count(SearchOutcome::bounded, plans);

        const std::int64_t first = index_;
        const std::int64_t prefetches = space_.length(SearchKnob::prefetch);
        std::int64_t group = 0;
        for (const Sharding sharding : space_.sharding)
            for (const std::int64_t ranks : space_.sharding_group) {
                neutral_groups();
                plan_.sharding = sharding;
                plan_.sharding_group = ranks;
                at_[static_cast<std::size_t>(SearchKnob::sharding_group)] =
                    group % space_.length(SearchKnob::sharding_group);
                index_ = first + leaves_ * prefetches * group++;
                walk_group(held, leaves_ * prefetches, kernels);
            }
    }
    [[nodiscard]] constexpr bool all_beyond(const LayerTimes<double>& layer,
                                            const StageTimes<double>& stages) const noexcept {
        for (std::size_t i = 0; i < space_.global_batch.size(); ++i)
            if (batch_is_valid_[i] && !batch_is_beyond(layer, stages, batch_[i])) return false;
        return true;
    }
    [[nodiscard]] constexpr bool batch_is_beyond(const LayerTimes<double>& layer, const StageTimes<double>& stages,
                                                 std::int64_t batch) const noexcept {
        const double m = static_cast<double>(batch / (plan_.data * plan_.micro_batch));
        const double least = least_step(plan_, layer, stages, m, growth_);
        return beyond(least, least / (static_cast<double>(batch) * static_cast<double>(plan_.sequence)));
    }
    [[nodiscard]] constexpr bool all_too_large() noexcept {
        for (std::size_t i = 0; i < space_.global_batch.size(); ++i) {
            if (!batch_is_valid_[i]) continue;
            plan_.global_batch = batch_[i];
            double most = 0;
            for (std::size_t s = 0; s < full_stages_; ++s)
                most = maximum(
                    most, least_memory(plan_, memory_, load_[s], stage_[s], most_shared_, most_moved_, constants_));
            if (!too_large(most)) return false;
        }
        return true;
    }

    // ---- group

    constexpr void walk_group(const HeldParts& held, std::int64_t plans,
                              const BasicRooflineKernels<double>& kernels) noexcept {
        const bool gathers = plan_.sharding == Sharding::parameters;
        if ((plan_.sharding_group != 0 && !gathers) || plan_.sharding_group < 0 || plan_.sharding_group > 10000000)
            return count(SearchOutcome::refused, plans);
        AnyViolation any; // of the group alone: prefetch comes next
        check_sharding(plan_, true, any);
        if (!any.empty()) return count(SearchOutcome::refused, plans);
        const bool repeats = space_.repeats_group(model_, at_, plan_);
        const Placement placement = placement_of(plan_);
        const bool outside = !keeps_groups(question_.limits, cluster_, placement);
        const bool crosses = gathers || (plan_.sharding == Sharding::gradients && plan_.pipeline > 1);
        bool known = false;
        const std::int64_t first = index_;
        std::int64_t at = 0;
        for (const std::int64_t ahead : space_.prefetch) {
            index_ = first + leaves_ * at++;
            plan_.prefetch = ahead;
            plan_.offload = {};
            if (ahead < 0 || ahead > 10000 || (!gathers && ahead != 1)) {
                count(SearchOutcome::refused, leaves_);
                continue;
            }
            if (!known && !repeats && !outside) {
                known = true;
                enter_group(held, placement, kernels);
            }
            if (crosses && known) {
                group_layer_ = layer_times(model_, plan_, passes_, totals_, all_sent_);
                group_stages_ = stage_times(model_, plan_, passes_, all_sent_, group_layer_);
            }
            walk_leaves(crosses ? group_layer_ : layer_, crosses ? group_stages_ : stages_, repeats, outside);
        }
    }

    // ---- leaves

    constexpr void walk_leaves(const LayerTimes<double>& layer, const StageTimes<double>& stages, bool repeats,
                               bool outside) noexcept {
        const std::size_t offloads = space_.offload.size(), batches = space_.global_batch.size();
        const bool none_ahead = plan_.sharding == Sharding::parameters && plan_.gathered_ahead() == 0;
        const auto allowed = [&](std::size_t o) {
            return offload_is_valid_[o] && !(none_ahead && space_.offload[o].weights > 0.0);
        };
        std::int64_t some = 0;
        for (std::size_t o = 0; o < offloads; ++o) some += allowed(o) ? 1 : 0;
        const std::int64_t none = static_cast<std::int64_t>(offloads) - some;
        for (std::size_t i = 0; i < batches; ++i) {
            plan_.global_batch = batch_[i];
            if (!batch_is_valid_[i]) count(SearchOutcome::refused, none + some);
            else {
                count(SearchOutcome::refused, none);
                if (repeats) count(SearchOutcome::repeated, some);
                else if (outside) count(SearchOutcome::group, some);
                else if (bounding_ && batch_is_beyond(layer, stages, batch_[i])) count(SearchOutcome::bounded, some);
                else {
                    enter_leaves();
                    timed_ = false;
                    for (std::size_t o = 0; o < offloads; ++o)
                        if (allowed(o))
                            count(leaf(layer, stages, space_.offload[o],
                                       index_ + static_cast<std::int64_t>(o * batches + i)),
                                  1);
                }
            }
        }
    }
    constexpr SearchOutcome leaf(const LayerTimes<double>& layer, const StageTimes<double>& stages,
                                 const BasicOffload<double>& moved, std::int64_t index) noexcept {
        plan_.offload = moved;
        const double memory = peak_memory();
        if (memory > room_) {
            const SearchMiss miss{index, memory, memory / room_ - 1.0};
            if (!bounding_ || cutoff_.excess >= 0) {
                miss_.consider(miss);
                result.closest.consider(miss);
            }
            return SearchOutcome::memory;
        }
        if (needs_.priced && !price_) return SearchOutcome::unpriced;
        if (!timed_) {
            time_work(layer, stages);
            timed_ = true;
        }
        Seconds shown{};
        if (moved.weights + moved.optimizer + moved.activations > 0.0)
            shown = offload_time(moved, load_off_, path_[moved.to_drives ? 1 : 0]).exposed();
        const OnceTimes<double> once{before_, plan_, optimizer_, shown, doublings_};
        const bool whole = needs_.power || !std::same_as<Objective, GoalObjective>;
        if (whole) finish_parts(once, shown);
        SearchFigures figures;
        figures.memory = memory;
        set_times(figures, question_, needs_, price_, cluster_.accelerators, plan_, raw(once.time),
                  needs_.power ? power(once.time) : 0.0);
        const SearchOutcome outcome = outcome_of(figures, question_);
        if (outcome != SearchOutcome::feasible) return outcome;
        figures.value = value_or_worst(objective_.value(SearchCandidate{model_, cluster_, plan_, figures, breakdown_}));
        if (question_.front.any()) result.front.add({index, cluster_.accelerators, figures});
        if (figures.value > local_.worst(std::numeric_limits<double>::infinity())) return SearchOutcome::feasible;
        if (!whole) finish_parts(once, shown);
        SearchHit hit{.index = index, .accelerators = cluster_.accelerators, .figures = figures, .parts = {}};
        for (std::size_t part = 0; part < step_parts; ++part) hit.parts[part] = raw(breakdown_.time[part]);
        local_.add(hit);
        return SearchOutcome::feasible;
    }

    const Objective& objective_;
    Watch& watch_;
    SearchCutoff cutoff_;
    bool bounding_;
    SearchShard shard_;
    std::int64_t units_, inner_, leaves_, groups_;
    SearchProgress progress_{};
    std::int64_t told_ = 0;
    Sharding most_shared_ = Sharding::none;
    BasicOffload<double> most_moved_{};
    std::int64_t deepest_ = 1;
    SearchTop local_{}; ///< of the unit: what is bounded away must not depend on other units
    SearchMiss miss_{};
    std::int64_t index_ = 0;
    std::array<bool, 32> batch_divides_{}, batch_is_valid_{};
    std::array<std::int64_t, 32> batch_{};
    bool timed_ = false;
    bool two_ways_ = false;
};

} // namespace foretrain::inline v0::detail
