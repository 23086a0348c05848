// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include "../hardware/cluster.hpp"
#include "../workload/transformer.hpp"
#include "offload.hpp"
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

/// Whether a format is shorter than 16 bits.
[[nodiscard]] constexpr bool is_short(NumberFormat format) noexcept {
    return format == NumberFormat::fp8 || format == NumberFormat::fp4 || format == NumberFormat::int8;
}

/// Number formats: what the accelerator multiplies, and which tensors may be short.
template <class Real, class Sink>
constexpr void check_precision(const BasicAccelerator<Real>& accelerator, const Precision& precision,
                               Sink& sink) noexcept {
    const auto long_format = [&](std::string_view field, NumberFormat format) {
        require_choice(sink, !is_short(format), "format_too_short", field, format, "fp32, tf32, fp16 or bf16", 0,
                       "sums of many small numbers need 16 bits or more");
    };
    long_format("plan.precision.activations", precision.activations);
    require_choice(sink, !is_short(precision.weights) || precision.master_weights, "short_weights_need_master",
                   "plan.precision.weights", precision.weights, "16 bits or more without plan.precision.master_weights",
                   0, "an update is too small for a short format");
    long_format("plan.precision.gradients", precision.gradients);
    long_format("plan.precision.gradient_reduction", precision.gradient_reduction);
    require_choice(sink, is_short(precision.compute) == (precision.scaling != Scaling::none), "short_formats_scale",
                   "plan.precision.scaling", precision.scaling,
                   "none exactly where plan.precision.compute has 16 bits or more", 0,
                   "use precision::fp8, fp8_block, mxfp8, nvfp4 or int8");
    require_choice(sink, plain(accelerator.matrix.of(precision.compute)) > 0, "format_supported",
                   "plan.precision.compute", precision.compute, "a format whose accelerator.matrix rate is above 0", 0,
                   "V100 has no bf16 and no tf32: use precision::mixed_fp16");
    if (is_short(precision.compute))
        require_choice(sink, plain(accelerator.matrix.of(precision.activations)) > 0, "format_supported",
                       "plan.precision.activations", precision.activations,
                       "a format whose accelerator.matrix rate is above 0", 0,
                       "attention and head run in the format of the activations");
}

/// Ranges of the plan's fields. The results say which of them the cross-field rules may use.
struct PlanRanges {
    bool degrees = false;
    bool tensor = false;
    bool chunks = false; ///< pipeline and virtual_stages
    bool batch = false;  ///< data and both batches
    bool sequence = false;
    bool sharding = false;
    bool experts = false; ///< degrees of expert parallelism, with all others
};

template <class Real, class Sink>
[[nodiscard]] constexpr PlanRanges check_ranges(const BasicParallelPlan<Real>& plan, Sink& sink) noexcept {
    const bool tensor = ranged(sink, "plan.tensor", plan.tensor, 1, 1024, "1: no tensor parallelism");
    const bool pipeline = ranged(sink, "plan.pipeline", plan.pipeline, 1, 1024, "1: no pipeline parallelism");
    const bool data = ranged(sink, "plan.data", plan.data, 1, 10000000, "1: no data parallelism");
    const bool context = ranged(sink, "plan.context", plan.context, 1, 1024, "1: no context parallelism");
    const bool expert = ranged(sink, "plan.expert", plan.expert, 1, 65536, "1: no expert parallelism");
    const bool expert_tensor =
        ranged(sink, "plan.expert_tensor", plan.expert_tensor, 1, 1024, "1: experts are not cut");
    require_range(sink, "plan.expert_capacity", plan.expert_capacity, 0.0, 1000.0, {}, "0: dropless");
    require_range(sink, "plan.expert_imbalance", plan.expert_imbalance, 1.0, 1000.0, {}, "1: even load");
    ranged(sink, "plan.adapter_rank", plan.adapter_rank, 0, 65536, "0: all parameters are trained");
    require_range(sink, "plan.offload.weights", plan.offload.weights, 0.0, 1.0, {}, "share moved off the accelerator");
    require_range(sink, "plan.offload.optimizer", plan.offload.optimizer, 0.0, 1.0);
    require_range(sink, "plan.offload.activations", plan.offload.activations, 0.0, 1.0);
    const bool chunks = ranged(sink, "plan.virtual_stages", plan.virtual_stages, 1, 256, "1: no interleaving");
    const bool group =
        ranged(sink, "plan.sharding_group", plan.sharding_group, 0, 10000000, "0: all data-parallel ranks");
    const bool ahead = ranged(sink, "plan.prefetch", plan.prefetch, 0, 10000, "0: layers are gathered when they run");
    const bool limit = ranged(sink, "plan.gathered_layers", plan.gathered_layers, 0, 10000, "0: 1 + plan.prefetch");
    const bool global =
        ranged(sink, "plan.global_batch", plan.global_batch, 1, 1000000000, "samples an optimizer step");
    const bool micro = ranged(sink, "plan.micro_batch", plan.micro_batch, 1, 1000000, "samples processed at once");
    const bool sequence = ranged(sink, "plan.sequence", plan.sequence, 1, 100000000, "tokens a sample");
    return {.degrees = tensor && pipeline && data && context,
            .tensor = tensor,
            .chunks = pipeline && chunks,
            .batch = data && global && micro,
            .sequence = sequence,
            .sharding = data && context && group && ahead && limit,
            .experts = tensor && pipeline && data && context && expert && expert_tensor};
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
    require(sink,
            plan.context < 1 || plan.context_exchange != ContextExchange::all_to_all || t < 1 ||
                (model.heads / t) % plan.context == 0,
            "heads_divide_by_context", "plan.context", plan.context,
            "a divisor of model.heads / plan.tensor = {} where heads are exchanged for tokens",
            static_cast<double>(t > 0 ? model.heads / t : 0), "use ContextExchange::ring or all_gather");
    require(sink, !plan.sequence_parallel || t > 1, "sequence_parallel_needs_tensor", "plan.sequence_parallel",
            plan.sequence_parallel, "false where plan.tensor is 1", 0,
            "sequence parallelism cuts over the tensor group");
    if (sequence)
        require(sink, !plan.sequence_parallel || plan.sequence % t == 0, "sequence_divides_by_tensor", "plan.sequence",
                plan.sequence, "a multiple of plan.tensor = {} with sequence parallelism", static_cast<double>(t),
                "each rank holds equally many tokens");
    if (sequence)
        require(sink, plan.context < 1 || plan.sequence % plan.context == 0, "sequence_divides_by_context",
                "plan.sequence", plan.sequence, "a multiple of plan.context = {}", static_cast<double>(plan.context),
                "each rank holds equally many tokens");
}

/// Layers that the plan gives to the first and the last stage: the others share the rest evenly.
template <class Real, class Sink>
constexpr void check_stage_layers(const Transformer& model, const BasicParallelPlan<Real>& plan, Sink& sink) noexcept {
    const std::int64_t first = plan.first_stage_layers;
    const std::int64_t last = plan.last_stage_layers;
    const bool first_holds =
        ranged(sink, "plan.first_stage_layers", first, 0, 1000000, "0: an even share of model.layers");
    const bool last_holds =
        ranged(sink, "plan.last_stage_layers", last, 0, 1000000, "0: an even share of model.layers");
    if (!first_holds || !last_holds || (first == 0 && last == 0)) return;
    const std::string_view field = first > 0 ? "plan.first_stage_layers" : "plan.last_stage_layers";
    const std::int64_t value = first > 0 ? first : last;
    const std::int64_t others = plan.pipeline - (first > 0 ? 1 : 0) - (last > 0 ? 1 : 0);
    const std::int64_t rest = model.layers - first - last;
    if (others <= 0) {
        require(sink, plan.pipeline > 1, "stage_layers_need_pipeline", field, value, "0 where plan.pipeline is 1", 0,
                "a single stage holds all layers");
        require(sink, plan.pipeline <= 1 || rest == 0, "stage_layers_add_up", field, value,
                "such that both stages together hold model.layers = {}", static_cast<double>(model.layers),
                "leave one of them at 0");
        return;
    }
    require(sink, rest >= others, "stage_layers_leave_rest", field, value,
            "such that a layer remains for each of the other stages, {}", static_cast<double>(others),
            "first and last stage hold too many");
    require(sink, rest < others || rest % others == 0, "stage_layers_share_evenly", field, value,
            "such that the other stages share the rest evenly; left are {} layers", static_cast<double>(rest),
            "give the last stage its own number too, as with 61 layers: 16 + 2 x 16 + 13");
}

/// Stages, chunks and micro-batches of the pipeline.
template <class Real, class Sink>
constexpr void check_pipeline(const Transformer& model, const BasicParallelPlan<Real>& plan, bool whole_batches,
                              Sink& sink) noexcept {
    const std::int64_t p = plan.pipeline;
    const bool interleaved = plan.schedule == Schedule::interleaved;
    const bool folded = plan.schedule == Schedule::zero_bubble_v;
    const bool dual = plan.schedule == Schedule::dual_pipe;
    // The first chunk may hold the embedding alone and the last chunk the head alone, as in Llama 3 405B.
    const std::int64_t slots = interleaved ? model.layers + 2 : model.layers;
    const std::int64_t chunks = folded ? 2 : plan.virtual_stages;
    require(sink, p * chunks <= slots, "layers_cover_stages", "plan.pipeline", p,
            interleaved ? "at most (model.layers + 2) / plan.virtual_stages = {}"
            : folded    ? "at most model.layers / 2 = {} with the zb-v schedule"
                        : "at most model.layers = {}",
            static_cast<double>(slots / chunks), "each chunk of a stage needs a layer, or the embedding or the head");
    require(sink, interleaved == (plan.virtual_stages > 1), "chunks_need_interleaving", "plan.virtual_stages",
            plan.virtual_stages, "above 1 exactly when plan.schedule is interleaved", 0,
            "other schedules run one chunk a stage");
    require(sink, !interleaved || p > 1, "interleaving_needs_pipeline", "plan.pipeline", p,
            "above 1 with the interleaved schedule", 0, "a single stage has no bubble to shrink");
    const bool puts_off =
        folded || plan.schedule == Schedule::zero_bubble_h1 || plan.schedule == Schedule::zero_bubble_h2;
    require(sink, !puts_off || p > 1, "zero_bubble_needs_pipeline", "plan.pipeline", p,
            "above 1 with a zero-bubble schedule", 0, "a single stage has no bubble to fill");
    require(sink, !dual || p % 2 == 0, "dual_pipe_needs_even_stages", "plan.pipeline", p,
            "even with the dualpipe schedule", 0, "each stage holds the layers of its mirror image too");
    if (whole_batches && dual) {
        const std::int64_t m = plan.micro_batches();
        require(sink, m % 2 == 0 && m >= 2 * p, "dual_pipe_needs_micro_batches", "plan.global_batch", plan.global_batch,
                "such that micro-batches are even and at least 2 x plan.pipeline with the dualpipe schedule; they are "
                "{}",
                static_cast<double>(m), "half of them enter at each end");
    }
    check_stage_layers(model, plan, sink);
}

/// How experts are dealt out.
template <class Real, class Sink>
constexpr void check_experts(const Transformer& model, const BasicParallelPlan<Real>& plan, const PlanRanges& in_range,
                             Sink& sink) noexcept {
    const Experts& experts = model.experts;
    require(sink, model.has_experts() || (plan.expert == 1 && plan.expert_tensor == 1), "experts_to_deal_out",
            "plan.expert", plan.expert, "1, with plan.expert_tensor 1, where model.experts.routed is 0", 0,
            "a dense model has no experts");
    if (!in_range.experts || !model.has_experts()) return;
    require(sink, experts.routed % plan.expert == 0, "experts_divide", "plan.expert", plan.expert,
            "a divisor of model.experts.routed = {}", static_cast<double>(experts.routed),
            "each rank holds equally many experts");
    require(sink, experts.width % plan.expert_tensor == 0, "expert_width_divides", "plan.expert_tensor",
            plan.expert_tensor, "a divisor of model.experts.width = {}", static_cast<double>(experts.width),
            "each rank holds equally many columns of an expert");
    const std::int64_t ranks = plan.tensor * plan.context * plan.data;
    require(sink, ranks % (plan.expert * plan.expert_tensor) == 0, "expert_ranks_divide", "plan.expert", plan.expert,
            "such that plan.expert x plan.expert_tensor divides plan.tensor x plan.context x plan.data = {}",
            static_cast<double>(ranks), "experts are dealt out over the ranks of a stage");
    require(sink, experts.shared_width % plan.tensor == 0, "shared_width_divides", "plan.tensor", plan.tensor,
            "a divisor of model.experts.shared_width = {}", static_cast<double>(experts.shared_width),
            "shared experts are cut over the tensor group");
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
    if (!ranges_hold) return;
    const bool gathers = plan.sharding == Sharding::parameters;
    require(sink, gathers || plan.prefetch == 1, "prefetch_needs_zero3", "plan.prefetch", plan.prefetch,
            "1 unless plan.sharding is parameters", 0, "other sharding gathers no weights while layers run");
    require(sink, gathers || plan.gathered_layers == 0, "gathered_layers_need_zero3", "plan.gathered_layers",
            plan.gathered_layers, "0 unless plan.sharding is parameters", 0,
            "other sharding gathers no weights while layers run");
    require(sink, !gathers || plan.gathered_ahead() > 0 || !(plan.offload.weights > Real(0.0)),
            "offloaded_weights_need_prefetch", "plan.prefetch", plan.prefetch,
            "such that a layer is gathered ahead where plan.offload.weights is above 0", 0,
            "offloaded weights are fetched while the layer before runs");
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

    detail::check_experts(model, plan, in_range, sink);
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
    const Real moved = plan.offload.weights + plan.offload.optimizer + plan.offload.activations;
    require(sink, !(moved > Real(0.0)) || can_offload(host_path(cluster.node, plan.offload.to_drives), plan.offload),
            "offload_needs_a_path", "plan.offload", moved,
            "0 unless the node states host_link and host_memory_bandwidth, or drive_bandwidth", 0,
            "the catalogue's nodes state the link to their host");
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
