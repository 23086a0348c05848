// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "../memory/footprint.hpp"
#include "../parallel/check.hpp"
#include "../step/combine.hpp"
#include "search_figures.hpp"

// What the plans of a walk share (search_walk.hpp): the state of its levels, and how each is entered. Every number has
// the bits that `estimate_step` gives it.

namespace foretrain::inline v0::detail {

/// Parts of estimates, each computed where the last knob that it depends on is fixed.
class SearchShared {
protected:
    constexpr SearchShared(const Transformer& model, const SearchSpace& space, const SearchQuestion& question) noexcept
        : model_{model}, space_{space}, question_{question}, needs_{question} {
        for (const BasicOffload<double>& moved : space.offload)
            offloads_ = offloads_ || moved.weights + moved.optimizer + moved.activations > 0.0;
    }
    /// Passes, exchanges of a layer and what it keeps, for `plan_` at neutral inner fields.
    constexpr void enter_unit(const BasicRooflineKernels<double>& kernels) noexcept {
        passes_ = time_passes<double>(kernels, model_, plan_);
        totals_ = PassTotals<double>{passes_};
        exchanges_ = {};
        add_layer_exchanges(exchanges_, model_, cluster_, plan_, placement_of(plan_));
        layer_ = layer_times(model_, plan_, passes_, totals_, exchanges_);
    }
    constexpr void enter_unit_memory() noexcept {
        shape_ = activation_shape(model_, plan_);
        memory_ = {};
        add_layer_memory(memory_, model_, parameters_, plan_, shape_);
        held_known_ = {false, false};
        if (needs_.power) count_flops();
        if (offloads_) kept_ = kept_activations(model_, plan_);
    }
    /// Parameters held before sharding, and the send between stages.
    constexpr const HeldParts& enter_depth() noexcept {
        const std::size_t piped = plan_.pipeline > 1 ? 1 : 0;
        if (!held_known_[piped]) {
            held_[piped] = held_parts(model_, parameters_, plan_);
            held_known_[piped] = true;
        }
        sent_ = with_send();
        return held_[piped];
    }
    constexpr void enter_shape_memory(const HeldParts& held) noexcept {
        add_stage_layout(memory_, model_, plan_, held);
        full_stages_ = 0;
        for_each_full_stage(plan_, memory_, [&](std::int64_t stage) {
            stage_[full_stages_] = stage;
            load_[full_stages_++] = stage_load(model_, plan_, memory_, stage);
        });
    }
    /// Gradients and sharded parameters, the optimizer, copies of weights.
    constexpr void enter_group(const HeldParts& held, const Placement& placement,
                               const BasicRooflineKernels<double>& kernels) noexcept {
        all_sent_ = with_data(held, placement);
        optimizer_ = optimizer_work(model_, plan_, held, stages_.layers, kernels);
        add_staging(memory_, model_, plan_, shape_);
    }
    /// Memory of the stages before offloading.
    constexpr void enter_leaves() noexcept {
        for (std::size_t s = 0; s < full_stages_; ++s)
            room_of_[s] = stage_room(plan_, memory_, load_[s], stage_[s], constants_);
    }
    /// The step up to the optimizer.
    constexpr void time_work(const LayerTimes<double>& layer, const StageTimes<double>& stages) noexcept {
        const StageWork<double> passes = add_work(breakdown_, plan_, passes_, all_sent_, layer, stages);
        before_ = time_before_optimizer<double>(breakdown_.time);
        load_off_ = offload_load(plan_, optimizer_, kept_, stages.slowest.depth);
        load_off_.micro_batches = plan_.micro_batches();
        load_off_.forward = passes.forward;
        load_off_.backward = passes.backward;
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

    /// Operations of a sample, for power.
    constexpr void count_flops() noexcept {
        const RecomputedShare again =
            plan_.recomputation == Recomputation::full           ? RecomputedShare::layers
            : plan_.recomputation == Recomputation::feed_forward ? RecomputedShare::feed_forward
            : plan_.recomputation == Recomputation::selective    ? RecomputedShare::attention_core
                                                                 : RecomputedShare::nothing;
        flops_ = every_model_flops(model_, parameters_, plan_.sequence, again);
    }

    constexpr void neutral_groups() noexcept {
        plan_.sharding = Sharding::none;
        plan_.sharding_group = 0;
        plan_.prefetch = 1;
        plan_.offload = {};
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

    [[nodiscard]] constexpr double peak_memory() const noexcept {
        double most = 0;
        for (std::size_t i = 0; i < full_stages_; ++i)
            most = maximum(most, raw(room_of_[i].under(plan_.offload, constants_).total()));
        return most;
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
    SearchNeeds needs_;
    BasicMemoryConstants<double> constants_ = memory_constants<double>();
    bool offloads_ = false;
    SearchDigits at_{};
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
    std::size_t full_stages_ = 0;
    std::array<std::int64_t, 5> stage_{};
    std::array<StageLoad<double>, 5> load_{};
    OptimizerWork<double> optimizer_{};
    Bytes kept_{}; ///< activations that the average layer keeps of a micro-batch
    std::array<BasicHostPath<double>, 2> path_{};
    std::array<bool, 16> offload_is_valid_{};
    std::array<StageRoom<double>, 5> room_of_{};
    StepBreakdown breakdown_{};
    Seconds before_{};
    BasicOffloadLoad<double> load_off_{};
};

} // namespace foretrain::inline v0::detail
