// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <limits>

#include "../parallel/check.hpp"
#include "search_bound.hpp"

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
class SearchWalk {
public:
    constexpr SearchWalk(const Transformer& model, const SearchSpace& space, const SearchQuestion& question,
                         const Objective& objective, Watch& watch, const SearchCutoff& cutoff, bool bounding,
                         const SearchShard& shard) noexcept
        : model_{model}, space_{space}, question_{question}, objective_{objective}, watch_{watch}, cutoff_{cutoff},
          bounding_{bounding}, needs_{question}, shard_{shard},
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
            offloads_ = offloads_ || moved.weights + moved.optimizer + moved.activations > 0.0;
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
        passes_ = time_passes<double>(kernels, model_, plan_);
        totals_ = PassTotals<double>{passes_};
        exchanges_ = {};
        add_layer_exchanges(exchanges_, model_, cluster_, plan_, placement_of(plan_));
        layer_ = layer_times(model_, plan_, passes_, totals_, exchanges_);
        if (bounding_ && unit_is_beyond()) return count(SearchOutcome::bounded, inner_);

        shape_ = activation_shape(model_, plan_);
        memory_ = {};
        add_layer_memory(memory_, model_, parameters_, plan_, shape_);
        held_known_ = {false, false};
        if (needs_.power) count_flops();
        if (offloads_) kept_ = kept_activations(model_, plan_);
        const std::int64_t each = inner_ / space_.length(SearchKnob::pipeline);
        for (std::size_t i = 0; i < space_.pipeline.size() && !result.cancelled; ++i) {
            index_ = unit * inner_ + static_cast<std::int64_t>(i) * each;
            walk_depth(space_.pipeline[i], each, kernels);
        }
    }
    constexpr void set_cluster() noexcept {
        const std::array<std::int64_t, 2> now{at_[0], at_[1]};
        if (now == cluster_digits_) return;
        cluster_digits_ = now;
        cluster_ = space_.cluster_of(at_);
        AnyViolation any;
        check_rules(cluster_, any);
        cluster_is_valid_ = any.empty();
        if (!cluster_is_valid_) return;
        doublings_ = node_doublings(cluster_);
        growth_ = 1.0 + space_.base.stack.straggler * doublings_;
        room_ = raw(cluster_.accelerator.memory.capacity) * question_.limits.memory_share;
        price_ = price_of(question_, at_[0]);
        least_power_ = least_power(question_, needs_, cluster_);
        path_ = {host_path(cluster_.node, false), host_path(cluster_.node, true)};
        for (std::size_t o = 0; o < space_.offload.size(); ++o) {
            const BasicOffload<double>& moved = space_.offload[o];
            const auto share = [](double x) { return 0.0 <= x && x <= 1.0; };
            const bool shares = share(moved.weights) && share(moved.optimizer) && share(moved.activations);
            const bool moves = moved.weights + moved.optimizer + moved.activations > 0.0;
            offload_is_valid_[o] = shares && (!moves || can_offload(path_[moved.to_drives ? 1 : 0], moved));
        }
    }
    /// Fields that are decided further in, at values that keep every rule.
    constexpr void neutral() noexcept {
        plan_.pipeline = 1;
        plan_.virtual_stages = 1;
        plan_.schedule = Schedule::one_f_one_b;
        plan_.sharding = Sharding::none;
        plan_.sharding_group = 0;
        plan_.prefetch = 1;
        plan_.gathered_layers = 0;
        plan_.offload = {};
        plan_.data = 1;
        plan_.global_batch = plan_.micro_batch;
    }
    /// The rules that no knob further in can mend.
    [[nodiscard]] constexpr bool unit_is_valid() noexcept {
        if (!cluster_is_valid_) return false;
        const std::int64_t inside = plan_.tensor * plan_.context;
        if (inside < 1 || cluster_.accelerators % inside != 0) return false;
        const Experts& experts = model_.experts;
        const bool deals = plan_.expert > 1 || plan_.expert_tensor > 1;
        if (plan_.expert < 1 || plan_.expert_tensor < 1 || (deals && !model_.has_experts())) return false;
        if (model_.has_experts() && (experts.routed % plan_.expert != 0 || experts.width % plan_.expert_tensor != 0 ||
                                     experts.shared_width % plan_.tensor != 0))
            return false;
        const ParallelPlan plan = plan_;
        neutral();
        plan_.expert = plan_.expert_tensor = 1;
        plan_.first_stage_layers = plan_.last_stage_layers = 0;
        const std::int64_t all = cluster_.accelerators;
        cluster_.accelerators = inside;
        const bool valid = is_valid(model_, cluster_, plan_);
        cluster_.accelerators = all;
        plan_ = plan;
        return valid;
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

    /// Operations of a sample, for power.
    constexpr void count_flops() noexcept {
        const RecomputedShare again =
            plan_.recomputation == Recomputation::full           ? RecomputedShare::layers
            : plan_.recomputation == Recomputation::feed_forward ? RecomputedShare::feed_forward
            : plan_.recomputation == Recomputation::selective    ? RecomputedShare::attention_core
                                                                 : RecomputedShare::nothing;
        flops_ = every_model_flops(model_, parameters_, plan_.sequence, again);
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

        const std::size_t piped = pipeline > 1 ? 1 : 0;
        if (!held_known_[piped]) {
            held_[piped] = held_parts(model_, parameters_, plan_);
            held_known_[piped] = true;
        }
        sent_ = with_send();
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
                if (!result.cancelled) walk_shape(held_[piped], each, kernels);
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

        add_stage_layout(memory_, model_, plan_, held);
        full_stages_ = 0;
        for_each_full_stage(plan_, memory_, [&](std::int64_t stage) {
            stage_[full_stages_] = stage;
            load_[full_stages_++] = stage_load(model_, plan_, memory_, stage);
        });
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
    constexpr void neutral_groups() noexcept {
        plan_.sharding = Sharding::none;
        plan_.sharding_group = 0;
        plan_.prefetch = 1;
        plan_.offload = {};
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
        const bool repeats = space_.repeats_group(at_, plan_);
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
                all_sent_ = with_data(held, placement);
                optimizer_ = optimizer_work(model_, plan_, held, stages_.layers, kernels);
                add_staging(memory_, model_, plan_, shape_);
            }
            if (crosses && known) {
                group_layer_ = layer_times(model_, plan_, passes_, totals_, all_sent_);
                group_stages_ = stage_times(model_, plan_, passes_, all_sent_, group_layer_);
            }
            walk_leaves(crosses ? group_layer_ : layer_, crosses ? group_stages_ : stages_, repeats, outside);
        }
    }

    // By value: g++ 12 at -O2 loses an addition to a member that was copied just before.
    /// Exchanges of layers and the send between stages.
    [[nodiscard]] constexpr BasicCommunication<double> with_send() const noexcept {
        BasicCommunication<double> all = exchanges_;
        add_pipeline_send(all, model_, cluster_, plan_, placement_of(plan_));
        return all;
    }
    /// All communication of the group.
    [[nodiscard]] constexpr BasicCommunication<double> with_data(const HeldParts& held,
                                                                 const Placement& placement) const noexcept {
        BasicCommunication<double> all = sent_;
        add_data_communication(all, model_, cluster_, plan_, held, placement);
        return all;
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
                    for (std::size_t s = 0; s < full_stages_; ++s)
                        room_of_[s] = stage_room(plan_, memory_, load_[s], stage_[s], constants_);
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
    [[nodiscard]] constexpr double peak_memory() const noexcept {
        double most = 0;
        for (std::size_t i = 0; i < full_stages_; ++i)
            most = maximum(most, raw(room_of_[i].under(plan_.offload, constants_).total()));
        return most;
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
            const StageWork<double> passes = add_work(breakdown_, plan_, passes_, all_sent_, layer, stages);
            before_ = time_before_optimizer<double>(breakdown_.time);
            load_off_ = offload_load(plan_, optimizer_, kept_, stages.slowest.depth);
            load_off_.micro_batches = plan_.micro_batches();
            load_off_.forward = passes.forward;
            load_off_.backward = passes.backward;
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
        figures.value =
            static_cast<double>(objective_.value(SearchCandidate{model_, cluster_, plan_, figures, breakdown_}));
        if (question_.front.any()) result.front.add({index, cluster_.accelerators, figures});
        if (figures.value > local_.worst(std::numeric_limits<double>::infinity())) return SearchOutcome::feasible;
        if (!whole) finish_parts(once, shown);
        SearchHit hit{.index = index, .accelerators = cluster_.accelerators, .figures = figures, .parts = {}};
        for (std::size_t part = 0; part < step_parts; ++part) hit.parts[part] = raw(breakdown_.time[part]);
        local_.add(hit);
        return SearchOutcome::feasible;
    }
    constexpr void finish_parts(const OnceTimes<double>& once, const Seconds& shown) noexcept {
        breakdown_.set(StepPart::optimizer, once.optimizer, optimizer_.time.bound);
        breakdown_.set(StepPart::offload, shown, Resource::host);
        breakdown_.set(StepPart::overhead, plan_.stack.step_overhead, Resource::software);
        breakdown_.set(StepPart::stragglers, once.stragglers, Resource::scale_out);
    }
    /// Power of the job, for which operations are counted too.
    [[nodiscard]] constexpr double power(const Seconds& time) const noexcept {
        StepEstimate step;
        step.time = time;
        step.breakdown = breakdown_;
        step.accelerators = cluster_.accelerators;
        step.peak = cluster_.accelerator.matrix.of(plan_.precision.compute);
        step.flops = flops_;
        for (Flops& flops : step.flops) flops *= static_cast<double>(plan_.global_batch);
        return power_of(question_, cluster_, step);
    }

    const Transformer& model_;
    PartParameters parameters_{model_};
    std::array<Flops, 5> flops_{};
    const SearchSpace& space_;
    const SearchQuestion& question_;
    const Objective& objective_;
    Watch& watch_;
    SearchCutoff cutoff_;
    bool bounding_;
    SearchNeeds needs_;
    SearchShard shard_;
    std::int64_t units_, inner_, leaves_, groups_;
    SearchProgress progress_{};
    std::int64_t told_ = 0;
    BasicMemoryConstants<double> constants_ = memory_constants<double>();
    Sharding most_shared_ = Sharding::none;
    BasicOffload<double> most_moved_{};
    bool two_ways_ = false, offloads_ = false;
    std::int64_t deepest_ = 1;

    SearchTop local_{}; ///< of the unit: what is bounded away must not depend on other units
    SearchMiss miss_{};
    SearchDigits at_{};
    std::int64_t index_ = 0;
    std::array<std::int64_t, 2> cluster_digits_{-1, -1};
    Cluster cluster_{};
    bool cluster_is_valid_ = false;
    double doublings_ = 0, growth_ = 1, room_ = 0, least_power_ = 0;
    std::optional<AcceleratorPrice> price_{};
    ParallelPlan plan_{};
    BasicPasses<double> passes_{};
    PassTotals<double> totals_{};
    BasicCommunication<double> exchanges_{}, sent_{}, all_sent_{};
    LayerTimes<double> layer_{}, group_layer_{};
    StageTimes<double> stages_{}, group_stages_{};
    ActivationShape<double> shape_{};
    StageMemory<double> memory_{};
    std::array<HeldParts, 2> held_{};
    std::array<bool, 2> held_known_{};
    std::array<std::int64_t, 32> batch_{};
    std::array<bool, 32> batch_divides_{}, batch_is_valid_{};
    std::size_t full_stages_ = 0;
    std::array<std::int64_t, 5> stage_{};
    std::array<StageLoad<double>, 5> load_{};
    OptimizerWork<double> optimizer_{};
    Bytes kept_{}; ///< activations that the average layer keeps of a micro-batch
    std::array<BasicHostPath<double>, 2> path_{};
    std::array<bool, 16> offload_is_valid_{};
    std::array<StageRoom<double>, 5> room_of_{};
    bool timed_ = false;
    StepBreakdown breakdown_{};
    Seconds before_{};
    BasicOffloadLoad<double> load_off_{};
};

} // namespace foretrain::inline v0::detail
