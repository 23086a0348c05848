// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include "../hardware/cluster.hpp"
#include "../workload/transformer.hpp"
#include "plan.hpp"
#include "schedule.hpp"
#include "stack.hpp"

// Whether a model, a cluster and a plan go together: every range and every rule that joins several fields.
//
// A rule over fields that are themselves out of range is not tested: the range is what is wrong, and no product
// overflows.

namespace foretrain::inline v0 {

namespace detail {

/// Rule `range` of an integer field, and whether it holds.
template <class Sink>
constexpr bool ranged(Sink& sink, std::string_view field, std::int64_t value, std::int64_t lowest, std::int64_t highest,
                      std::string_view hint = {}) noexcept {
    require_range(sink, field, value, static_cast<double>(lowest), static_cast<double>(highest), {}, hint);
    return lowest <= value && value <= highest;
}

/// A rule on a choice: the message gives its ordinal and its name.
template <class Sink, class Choice>
constexpr void require_choice(Sink& sink, bool holds, std::string_view rule, std::string_view field, Choice choice,
                              std::string_view requirement, double related, std::string_view hint) noexcept {
    if (!holds)
        sink.add(Violation{rule, field, static_cast<double>(static_cast<int>(choice)), name_of(choice), 0, 0,
                           requirement, related, hint});
}

/// Number formats: what the accelerator multiplies and what the models cover.
template <class Real, class Sink>
constexpr void check_precision(const BasicAccelerator<Real>& accelerator, const Precision& precision,
                               Sink& sink) noexcept {
    const auto modelled = [&](std::string_view field, NumberFormat format) {
        const bool holds = format == NumberFormat::fp32 || format == NumberFormat::tf32 ||
                           format == NumberFormat::fp16 || format == NumberFormat::bf16;
        require_choice(sink, holds, "number_format_not_modelled", field, format, "fp32, tf32, fp16 or bf16", 0,
                       "training in shorter formats comes later");
        return holds;
    };
    const bool known = modelled("plan.precision.compute", precision.compute);
    modelled("plan.precision.activations", precision.activations);
    modelled("plan.precision.weights", precision.weights);
    modelled("plan.precision.gradients", precision.gradients);
    modelled("plan.precision.gradient_reduction", precision.gradient_reduction);
    if (known)
        require_choice(sink, plain(accelerator.matrix.of(precision.compute)) > 0, "format_supported",
                       "plan.precision.compute", precision.compute, "a format whose accelerator.matrix rate is above 0",
                       0, "V100 has no bf16 and no tf32: use precision::mixed_fp16");
}

/// Ranges of the plan's fields. The results say which of them the cross-field rules may use.
struct PlanRanges {
    bool degrees = false;
    bool tensor = false;
    bool chunks = false; ///< pipeline and virtual_stages
    bool batch = false;  ///< data and both batches
    bool sequence = false;
    bool sharding = false;
};

template <class Real, class Sink>
[[nodiscard]] constexpr PlanRanges check_ranges(const BasicParallelPlan<Real>& plan, Sink& sink) noexcept {
    const bool tensor = ranged(sink, "plan.tensor", plan.tensor, 1, 1024, "1: no tensor parallelism");
    const bool pipeline = ranged(sink, "plan.pipeline", plan.pipeline, 1, 1024, "1: no pipeline parallelism");
    const bool data = ranged(sink, "plan.data", plan.data, 1, 10000000, "1: no data parallelism");
    const bool context = ranged(sink, "plan.context", plan.context, 1, 1024, "1: no context parallelism");
    ranged(sink, "plan.expert", plan.expert, 1, 1024, "1: no expert parallelism");
    const bool chunks = ranged(sink, "plan.virtual_stages", plan.virtual_stages, 1, 256, "1: no interleaving");
    const bool group =
        ranged(sink, "plan.sharding_group", plan.sharding_group, 0, 10000000, "0: all data-parallel ranks");
    const bool global =
        ranged(sink, "plan.global_batch", plan.global_batch, 1, 1000000000, "samples an optimizer step");
    const bool micro = ranged(sink, "plan.micro_batch", plan.micro_batch, 1, 1000000, "samples processed at once");
    const bool sequence = ranged(sink, "plan.sequence", plan.sequence, 1, 100000000, "tokens a sample");
    return {.degrees = tensor && pipeline && data && context,
            .tensor = tensor,
            .chunks = pipeline && chunks,
            .batch = data && global && micro,
            .sequence = sequence,
            .sharding = data && context && group};
}

/// What tensor and sequence parallelism cut must come out even. The vocabulary is padded instead.
template <class Real, class Sink>
constexpr void check_cuts(const Transformer& model, const BasicParallelPlan<Real>& plan, bool sequence,
                          Sink& sink) noexcept {
    const std::int64_t t = plan.tensor;
    require(sink, model.heads % t == 0, "heads_divide_by_tensor", "plan.tensor", t, "a divisor of model.heads = {}",
            static_cast<double>(model.heads), "each rank computes whole query heads");
    require(sink, model.kv_heads < 1 || model.kv_heads % t == 0 || t % model.kv_heads == 0, "kv_heads_divide_by_tensor",
            "plan.tensor", t, "a divisor or a multiple of model.kv_heads = {}", static_cast<double>(model.kv_heads),
            "each rank holds whole key-value heads, or several ranks a copy of one");
    require(sink, model.feed_forward % t == 0, "feed_forward_divides_by_tensor", "plan.tensor", t,
            "a divisor of model.feed_forward = {}", static_cast<double>(model.feed_forward),
            "each rank holds equally many columns");
    require(sink, !plan.sequence_parallel || t > 1, "sequence_parallel_needs_tensor", "plan.sequence_parallel",
            plan.sequence_parallel, "false where plan.tensor is 1", 0,
            "sequence parallelism cuts over the tensor group");
    if (sequence)
        require(sink, !plan.sequence_parallel || plan.sequence % t == 0, "sequence_divides_by_tensor", "plan.sequence",
                plan.sequence, "a multiple of plan.tensor = {} with sequence parallelism", static_cast<double>(t),
                "each rank holds equally many tokens");
}

/// Stages, chunks and micro-batches of the pipeline.
template <class Real, class Sink>
constexpr void check_pipeline(const Transformer& model, const BasicParallelPlan<Real>& plan, bool whole_batches,
                              Sink& sink) noexcept {
    const std::int64_t p = plan.pipeline;
    const bool interleaved = plan.schedule == Schedule::interleaved;
    // The first chunk may hold the embedding alone and the last chunk the head alone, as in Llama 3 405B.
    const std::int64_t slots = interleaved ? model.layers + 2 : model.layers;
    require(sink, p * plan.virtual_stages <= slots, "layers_cover_stages", "plan.pipeline", p,
            interleaved ? "at most (model.layers + 2) / plan.virtual_stages = {}" : "at most model.layers = {}",
            static_cast<double>(slots / plan.virtual_stages),
            "each chunk of a stage needs a layer, or the embedding or the head");
    require(sink, interleaved == (plan.virtual_stages > 1), "chunks_need_interleaving", "plan.virtual_stages",
            plan.virtual_stages, "above 1 exactly when plan.schedule is interleaved", 0,
            "other schedules run one chunk a stage");
    require(sink, !interleaved || p > 1, "interleaving_needs_pipeline", "plan.pipeline", p,
            "above 1 with the interleaved schedule", 0, "a single stage has no bubble to shrink");
    if (whole_batches)
        require(sink, !interleaved || plan.micro_batches() % p == 0, "interleaving_needs_whole_groups",
                "plan.global_batch", plan.global_batch,
                "such that micro-batches are a multiple of plan.pipeline with the interleaved schedule; they are {}",
                static_cast<double>(plan.micro_batches()), "chunks take turns in groups of one micro-batch a stage");
}

/// Who shares out what.
template <class Real, class Sink>
constexpr void check_sharding(const BasicParallelPlan<Real>& plan, bool ranges_hold, Sink& sink) noexcept {
    const std::int64_t group = plan.sharding_group;
    require(sink, group == 0 || plan.sharding == Sharding::parameters, "sharding_group_needs_zero3",
            "plan.sharding_group", group, "0 unless plan.sharding is parameters", 0,
            "only HSDP keeps several sharded copies");
    if (ranges_hold && group != 0)
        require(sink, plan.data * plan.context % group == 0, "sharding_group_divides_data", "plan.sharding_group",
                group, "a divisor of plan.data x plan.context = {}", static_cast<double>(plan.data * plan.context),
                "each copy is shared out over equally many ranks");
    const bool sums_once = plan.sharding == Sharding::none || plan.sharding == Sharding::optimizer;
    require_choice(sink, sums_once || plan.pipeline <= 1, "sharding_with_pipeline", "plan.sharding", plan.sharding,
                   "none or zero1 where plan.pipeline = {} is above 1", static_cast<double>(plan.pipeline),
                   "sharded gradients would be reduced, sharded parameters gathered, once a micro-batch");
}

} // namespace detail

/// Tells `sink` of everything wrong with a model, a cluster, a plan, and with the three together.
template <class Real, class Sink>
constexpr void check_rules(const Transformer& model, const BasicCluster<Real>& cluster,
                           const BasicParallelPlan<Real>& plan, Sink& sink) noexcept {
    using detail::require;
    check_rules(model, sink);
    check_rules(cluster, sink);
    check_rules(plan.stack, sink);
    const detail::PlanRanges in_range = detail::check_ranges(plan, sink);

    require(sink, plan.context == 1, "not_yet_supported", "plan.context", plan.context, "1", 0,
            "context parallelism comes later");
    require(sink, plan.expert == 1, "not_yet_supported", "plan.expert", plan.expert, "1", 0,
            "expert parallelism comes later");
    if (in_range.degrees) {
        const std::int64_t product = plan.replica() * plan.data;
        require(sink, product == cluster.accelerators, "product_equals_accelerators", "cluster.accelerators",
                cluster.accelerators, "plan.tensor x plan.pipeline x plan.context x plan.data = {}",
                static_cast<double>(product), "change plan.data or use another number of accelerators");
    }

    const std::int64_t samples = in_range.batch ? plan.data * plan.micro_batch : 1;
    const bool whole_batches = in_range.batch && plan.global_batch % samples == 0;
    require(sink, whole_batches || !in_range.batch, "batch_divides", "plan.global_batch", plan.global_batch,
            "a multiple of plan.data x plan.micro_batch = {}", static_cast<double>(samples),
            "each replica processes equally many whole micro-batches");

    if (in_range.tensor) detail::check_cuts(model, plan, in_range.sequence, sink);
    if (in_range.chunks) detail::check_pipeline(model, plan, whole_batches, sink);
    detail::check_sharding(plan, in_range.sharding, sink);
    require(sink, model.positions != Positions::learned || plan.sequence <= model.position_rows,
            "sequence_fits_positions", "plan.sequence", plan.sequence,
            "at most model.position_rows = {} with learned positions", static_cast<double>(model.position_rows),
            "the table of positions ends there");
    require(sink, plan.attention != AttentionKernel::fused || model.head_dimension <= 256,
            "fused_attention_head_dimension", "model.head_dimension", model.head_dimension,
            "at most 256 with fused attention", 0, "larger heads do not fit on chip: use AttentionKernel::unfused");
    detail::check_precision(cluster.accelerator, plan.precision, sink);
}

/// Every violation of a model, a cluster and a plan; empty if an estimate can be made.
template <class Real>
[[nodiscard]] constexpr Violations check(const Transformer& model, const BasicCluster<Real>& cluster,
                                         const BasicParallelPlan<Real>& plan) noexcept {
    Violations violations;
    check_rules(model, cluster, plan, violations);
    return violations;
}

/// Whether `check` would find nothing; the fast path of every estimate.
template <class Real>
[[nodiscard]] constexpr bool is_valid(const Transformer& model, const BasicCluster<Real>& cluster,
                                      const BasicParallelPlan<Real>& plan) noexcept {
    AnyViolation any;
    check_rules(model, cluster, plan, any);
    return any.empty();
}

} // namespace foretrain::inline v0
