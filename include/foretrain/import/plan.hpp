// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numeric>
#include <optional>
#include <string>
#include <string_view>

#include "../step/estimate.hpp"
#include "recipe.hpp"
#include "row.hpp"
#include "software.hpp"
#include "words.hpp"

// The parallel plan of a published row: degrees, batch, schedule, sharding and recomputation. What the row leaves open
// is what its software does by default; where that is memory's choice, the least that fits.

namespace foretrain::inline v0::detail {

[[nodiscard]] inline bool runs(const ParallelPlan& plan, const SoftwareStack& stack) {
    return plan.stack.name == stack.name;
}
/// Megatron-Core of any release.
[[nodiscard]] inline bool runs_megatron_core(const ParallelPlan& plan) {
    return runs(plan, catalog::megatron_core) || runs(plan, catalog::megatron_core_2026) ||
           runs(plan, catalog::megatron_mlperf);
}

/// Samples a micro-batch where a row does not say: all a rank has, up to 16,384 tokens; one within a pipeline.
[[nodiscard]] inline std::int64_t usual_micro_batch(const ParallelPlan& plan) {
    if (plan.pipeline > 1 || plan.data < 1 || plan.global_batch % plan.data != 0) return 1;
    const std::int64_t samples = plan.global_batch / plan.data;
    const std::int64_t most = plan.sequence > 0 ? 16384 / plan.sequence : 1;
    for (std::int64_t count = std::min(samples, most); count > 1; --count)
        if (samples % count == 0) return count;
    return 1;
}

/// Degrees of parallelism; data parallelism is what the others leave.
inline void import_degrees(const PublishedStep& row, RowReader& read, const Transformer& m, const Cluster& cluster,
                           ParallelPlan& plan) {
    plan.tensor = read.otherwise("tp", row.tensor, 1);
    plan.pipeline = read.otherwise("pp", row.pipeline, 1);
    plan.context = read.otherwise("cp", row.context, 1, true);
    plan.expert = read.otherwise("ep", row.expert, 1, !m.has_experts());
    if (std::max({plan.tensor, plan.pipeline, plan.context, plan.expert}) > most_degree) {
        read.refuse("a degree of parallelism above " + std::to_string(most_degree));
        plan.tensor = plan.pipeline = plan.context = plan.expert = 1;
    }
    const std::int64_t replica = plan.replica();
    const std::int64_t left = cluster.accelerators / replica;
    plan.data = read.otherwise("dp", row.data, std::max<std::int64_t>(left, 1));
    if (plan.data != left && left >= 1 && cluster.accelerators % replica == 0) {
        read.assume("dp = " + std::to_string(left) + ", what the other degrees leave, instead of " + row.data);
        plan.data = left;
    }
    if (plan.data > 100 * most_degree) {
        read.refuse("a degree of parallelism above " + std::to_string(most_degree));
        plan.data = 1;
    }
    if (!m.has_experts()) {
        if (plan.expert > 1) read.assume("ep ignored for a dense model");
        plan.expert = 1;
        return;
    }
    // Coarse experts are cut like the rest of the model, fine-grained ones stay whole (Megatron-Core's recipes).
    const std::int64_t ranks = plan.tensor * plan.context * plan.data;
    const std::optional<double> stated = number_after(row.notes, "ETP");
    if (stated && *stated >= 1 && *stated <= 1024) plan.expert_tensor = static_cast<std::int64_t>(*stated);
    else if (plan.tensor > 1) {
        if (m.experts.width > m.hidden || plan.expert == 1) plan.expert_tensor = plan.tensor;
        read.assume("experts cut over " + std::to_string(plan.expert_tensor) + " ranks");
    }
    if (ranks % (plan.expert * plan.expert_tensor) != 0) plan.expert_tensor = 1;
    const std::int64_t dealt = std::gcd(std::gcd(plan.expert, ranks), m.experts.routed);
    if (dealt != plan.expert) read.assume("ep = " + std::to_string(dealt));
    plan.expert = dealt;
}

/// Batch and micro-batch. A batch that is not published cancels out of a throughput: any consistent one will do.
inline void import_batch(const PublishedStep& row, RowReader& read, ParallelPlan& plan) {
    plan.sequence = read.required("seq_len", row.sequence);
    // "below 1" stands for not applicable.
    const std::optional<double> stated = number_of(row.micro_batch);
    const std::string micro = stated && *stated >= 0 && *stated < 1 ? std::string{} : row.micro_batch;
    if (row.global_batch.empty()) {
        const bool throughput = row.step_time.empty() &&
                                !(row.tokens_per_second.empty() && row.model_tflops.empty() && row.utilization.empty());
        std::optional<double> accumulation, tokens;
        for (const std::string_view word :
             {"GAS", "GA", "grad-accum", "grad_accum", "grad accumulation", "gradient accumulation"})
            if (!accumulation) accumulation = number_after(row.notes, word);
        if (contains(row.notes, "GBS")) tokens = number_before(row.notes, "M tokens");
        if (!tokens) tokens = number_before(row.notes, "M-token");
        const std::int64_t samples = micro.empty()
                                         ? std::max<std::int64_t>(1, 8192 / std::max<std::int64_t>(plan.sequence, 1))
                                         : read.otherwise("micro_batch_seqs", micro, 1);
        const auto batch = [&](double count) {
            const double whole = std::round(std::fmin(std::fmax(count, 1.0), 1e9));
            return static_cast<std::int64_t>(whole);
        };
        const double per_pass = static_cast<double>(plan.data) * static_cast<double>(samples);
        if (tokens && *tokens > 0) plan.global_batch = batch(*tokens * 1e6 / static_cast<double>(plan.sequence));
        else if (accumulation && *accumulation >= 1) plan.global_batch = batch(per_pass * *accumulation);
        else if (throughput) // about a million tokens, and enough micro-batches to fill a pipeline
            plan.global_batch =
                batch(std::fmax(per_pass * (plan.pipeline > 1 ? 4.0 * static_cast<double>(plan.pipeline) : 1.0),
                                std::round(1048576.0 / static_cast<double>(plan.sequence) / per_pass) * per_pass));
        else plan.global_batch = read.required("global_batch_seqs", row.global_batch);
        read.assume("global_batch_seqs = " + std::to_string(plan.global_batch));
        if (micro.empty()) {
            plan.micro_batch = samples;
            read.assume("micro_batch_seqs = " + std::to_string(samples));
            return;
        }
    } else {
        plan.global_batch = read.required("global_batch_seqs", row.global_batch);
    }
    // More ranks than samples: the rest cut the sequence.
    if (row.data.empty() && plan.context == 1 && plan.data > plan.global_batch && plan.data % plan.global_batch == 0) {
        plan.context = plan.data / plan.global_batch;
        plan.data = plan.global_batch;
        read.assume("cp = " + std::to_string(plan.context) + ", as the batch is too small for data parallelism");
    }
    plan.micro_batch = read.otherwise("micro_batch_seqs", micro, usual_micro_batch(plan));
}

/// A batch that does not come out even runs one smaller micro-batch; the same work in equal micro-batches stands for
/// it.
inline void even_batch(RowReader& read, ParallelPlan& plan) {
    if (plan.data < 1 || plan.micro_batch < 1 || plan.global_batch < 1 ||
        plan.global_batch % (plan.data * plan.micro_batch) == 0)
        return;
    if (plan.global_batch % plan.data == 0) {
        const std::int64_t samples = plan.global_batch / plan.data;
        const std::int64_t count = (samples + plan.micro_batch - 1) / plan.micro_batch;
        std::int64_t even = samples / count;
        while (even > 1 && samples % even != 0) --even;
        read.assume("micro_batch_seqs = " + std::to_string(even) + " instead of an uneven " +
                    std::to_string(plan.micro_batch));
        plan.micro_batch = even;
    } else {
        const std::int64_t per_rank = plan.data * plan.micro_batch;
        const std::int64_t rounded = std::max(per_rank, (plan.global_batch + per_rank / 2) / per_rank * per_rank);
        read.assume("global_batch_seqs = " + std::to_string(rounded) + " instead of an uneven " +
                    std::to_string(plan.global_batch));
        plan.global_batch = rounded;
    }
}

/// Chunks a stage that leave each about two layers, as Megatron's recipes do; 1 where layers do not come out even.
[[nodiscard]] inline std::int64_t usual_virtual_stages(std::int64_t layers, std::int64_t stages) {
    std::int64_t best = 1, distance = layers;
    for (std::int64_t chunks = 2; chunks <= 256 && chunks * stages <= layers; ++chunks) {
        if (layers % (chunks * stages) != 0) continue;
        const std::int64_t from_two = std::abs(layers / (chunks * stages) - 2);
        if (from_two < distance) distance = from_two, best = chunks;
    }
    return best;
}

/// Schedule and chunks a stage. The batch is read already.
inline void import_schedule(const PublishedStep& row, RowReader& read, const Transformer& m, ParallelPlan& plan) {
    plan.schedule = Schedule::one_f_one_b;
    plan.virtual_stages = 1;
    if (plan.pipeline <= 1) return;
    const std::string notes = letters_of(row.notes);
    const auto says = [&](auto... words) { return (contains(notes, words) || ...); };
    if (says("zbv", "vschedule", "vhalf", "vmin")) plan.schedule = Schedule::zero_bubble_v;
    else if (says("zb2p", "zbh2")) plan.schedule = Schedule::zero_bubble_h2;
    else if (says("zb1p", "zbh1", "zerobubble")) plan.schedule = Schedule::zero_bubble_h1;
    else if (says("dualpipe")) plan.schedule = Schedule::dual_pipe;
    else if (says("gpipe")) plan.schedule = Schedule::gpipe;
    if (plan.schedule != Schedule::one_f_one_b) return;
    const bool stated = says("interleaved", "1f1bi");
    const std::int64_t micro_batches = plan.micro_batches();
    if (!row.virtual_stages.empty()) {
        plan.virtual_stages = read.otherwise("virtual_pp", row.virtual_stages, 1);
    } else if (stated) {
        // Interleaved to an unstated depth: as deep as layers, embedding and head allow.
        plan.virtual_stages = std::max<std::int64_t>((m.layers + 2) / plan.pipeline, 1);
        read.assume("virtual_pp = " + std::to_string(plan.virtual_stages) + ", one layer a chunk");
    } else {
        // Megatron-Core interleaves where the bubble would be felt.
        const bool felt = (plan.pipeline - 1) * 20 > micro_batches;
        if (runs_megatron_core(plan) && felt) plan.virtual_stages = usual_virtual_stages(m.layers, plan.pipeline);
        read.assume("virtual_pp = " + std::to_string(plan.virtual_stages));
    }
    const std::int64_t deepest = (m.layers + 2) / plan.pipeline;
    if (plan.virtual_stages > deepest && deepest >= 1 && plan.virtual_stages <= most_degree) {
        read.assume("virtual_pp = " + std::to_string(deepest) + " instead of " + std::to_string(plan.virtual_stages));
        plan.virtual_stages = deepest;
    }
    if (plan.virtual_stages > 1 && micro_batches % plan.pipeline != 0) {
        read.assume("virtual_pp = 1: micro-batches do not come in groups of one a stage");
        plan.virtual_stages = 1;
    }
    if (plan.virtual_stages > 1) plan.schedule = Schedule::interleaved;
}

/// Whether a plan may have fit into the accelerator's memory, given that predictions of it are some per cent off.
[[nodiscard]] inline bool may_fit(const Transformer& m, const Cluster& cluster, const ParallelPlan& plan) {
    constexpr double slack = 1.15;
    return is_valid(m, cluster, plan) &&
           peak_footprint(m, plan).footprint.total() <= cluster.accelerator.memory.capacity * slack;
}

/// Who shares out the training state.
inline void import_sharding(const PublishedStep& row, RowReader& read, const Transformer& m, const Cluster& cluster,
                            ParallelPlan& plan) {
    const std::string text = letters_of(row.sharding);
    const bool whole = text == "fsdp" || text == "zero3" || text == "hsdp" || text == "fsdp2" || text == "fullshard" ||
                       text == "hybridshard" || text == "megatronfsdp";
    if (text == "none" || text == "ddp" || text == "0" || text == "zero0") plan.sharding = Sharding::none;
    else if (text == "zero1" || text == "1" || text == "distributedoptimizer") plan.sharding = Sharding::optimizer;
    else if (text == "zero2" || text == "2" || text == "shardgradop") plan.sharding = Sharding::gradients;
    else if (whole) plan.sharding = Sharding::parameters;
    else if (!text.empty()) read.refuse("sharding not known: " + row.sharding);
    else if (runs_megatron_core(plan)) {
        plan.sharding = Sharding::optimizer;
        read.assume("sharding = zero1");
    } else {
        for (const Sharding sharding :
             {Sharding::none, Sharding::optimizer, Sharding::gradients, Sharding::parameters}) {
            if (plan.pipeline > 1 && sharding > Sharding::optimizer) break;
            plan.sharding = sharding;
            if (may_fit(m, cluster, plan)) break;
        }
        read.assume("sharding = " + std::string{name_of(plan.sharding)});
    }
    if (plan.pipeline > 1 && plan.sharding > Sharding::optimizer) {
        // Stages keep the parameters of a step gathered: what is left of sharding is that of optimizer states.
        plan.sharding = Sharding::optimizer;
        read.assume("sharding = zero1 for " + row.sharding + " within a pipeline");
    }
    if (plan.sharding != Sharding::parameters) return;
    const std::optional<double> stated = number_after(row.notes, "FSDP=");
    std::int64_t group = 0;
    if (stated && *stated > 1 && *stated < 1e6) group = static_cast<std::int64_t>(*stated);
    else if (text == "hsdp" || text == "hybridshard")
        group = cluster.fabric.tier[0].size / (plan.tensor * plan.context);
    if (group >= 1 && group < plan.data && plan.data % group == 0) {
        plan.sharding_group = group;
        read.assume("hsdp shards within " + std::to_string(group) + " ranks");
    }
}

/// What is computed again. Where it is not published, the least with which the plan fits: it did run.
inline void import_recomputation(const PublishedStep& row, RowReader& read, const Transformer& m,
                                 const Cluster& cluster, ParallelPlan& plan) {
    const std::string text = letters_of(row.recompute);
    if (text == "full" || text == "1" || text == "yes") plan.recomputation = Recomputation::full;
    else if (text == "elementwise") plan.recomputation = Recomputation::elementwise;
    else if (text == "none" || text == "0" || text == "no") plan.recomputation = Recomputation::none;
    else if (text == "selective") {
        // With a fused kernel the scores are never kept; what users then recompute are norms and activations.
        const std::string notes = lower_case(row.notes);
        const bool modules = contains(notes, "norm,act") || contains(notes, "layernorm") ||
                             contains(notes, "moe_act") || contains(notes, "recompute of layernorm") ||
                             contains(notes, "mla_up_proj");
        const bool experts = contains(notes, "expert mlp recomputed") || contains(notes, "layernorm + moe");
        plan.recomputation = experts   ? Recomputation::feed_forward
                             : modules ? Recomputation::elementwise
                                       : Recomputation::selective;
    } else if (!text.empty()) read.refuse("recompute not known: " + row.recompute);
    else {
        plan.recomputation = Recomputation::none;
        const Recomputation middle =
            plan.attention == AttentionKernel::fused ? Recomputation::elementwise : Recomputation::selective;
        if (is_valid(m, cluster, plan))
            for (const Recomputation least : {Recomputation::none, middle, Recomputation::full}) {
                plan.recomputation = least;
                if (may_fit(m, cluster, plan)) break;
                if (least == Recomputation::full) plan.recomputation = Recomputation::none; // nothing to go by
            }
        read.assume("recompute = " + std::string{name_of(plan.recomputation)});
    }
}

/// Megatron-Core lays out models with multi-token prediction by hand, so that the last stage, which has a module and a
/// head more, is not the slowest: the layers of first and last stage with which the step is shortest.
inline void balance_stages(RowReader& read, const Transformer& m, const Cluster& cluster, ParallelPlan& plan) {
    if (m.prediction_layers == 0 || plan.pipeline < 2 || !runs_megatron_core(plan)) return;
    const auto time = [&](const ParallelPlan& candidate) {
        const Result<StepEstimate> estimate = try_estimate_step(m, cluster, candidate);
        return estimate ? raw(estimate->time) : std::numeric_limits<double>::infinity();
    };
    ParallelPlan best = plan;
    double shortest = time(plan);
    const std::int64_t others = plan.pipeline - 2;
    const std::int64_t even = m.layers / plan.pipeline;
    for (std::int64_t middle = others > 0 ? even : 0; middle <= (others > 0 ? even + 2 : 0); ++middle) {
        const std::int64_t ends = m.layers - others * middle;
        for (std::int64_t last = 1; last < ends; ++last) {
            ParallelPlan candidate = plan;
            candidate.first_stage_layers = ends - last;
            candidate.last_stage_layers = last;
            if (const double t = time(candidate); t < shortest) shortest = t, best = candidate;
        }
    }
    if (best.last_stage_layers == plan.last_stage_layers) return;
    plan = best;
    read.assume("first stage of " + std::to_string(plan.first_stage_layers) + " layers, last of " +
                std::to_string(plan.last_stage_layers));
}

/// Reads the plan of a row.
inline void import_plan(const PublishedStep& row, RowReader& read, const Transformer& m, const Cluster& cluster,
                        ParallelPlan& plan) {
    const StackChoice choice = stack_of(row, cluster);
    plan.stack = *choice.stack;
    if (!choice.named) read.assume("software = " + std::string{plan.stack.name});
    import_degrees(row, read, m, cluster, plan);
    import_batch(row, read, plan);
    if (contains(letters_of(row.notes), "deepep") || contains(letters_of(row.notes), "hybridep"))
        plan.stack.experts.once_per_node = true;
    else if (contains(lower_case(row.notes), "a2a dispatcher")) plan.stack.experts.once_per_node = false;
    // XLA's tables state the batch a device; a replica runs all of its samples at once.
    if ((runs(plan, catalog::xla) || runs(plan, catalog::jax_gpu)) && plan.data >= 1 &&
        plan.global_batch % plan.data == 0 && plan.pipeline == 1)
        plan.micro_batch = plan.global_batch / plan.data;
    even_batch(read, plan);
    import_schedule(row, read, m, plan);

    const std::string sequence_parallel = lower_case(row.sequence_parallel);
    plan.sequence_parallel = sequence_parallel == "1" || sequence_parallel == "true" || sequence_parallel == "yes";
    if (sequence_parallel.empty() && plan.tensor > 1) {
        plan.sequence_parallel = runs_megatron_core(plan);
        read.assume(plan.sequence_parallel ? "sequence_parallel = 1" : "sequence_parallel = 0");
    }
    if (plan.tensor <= 1) plan.sequence_parallel = false;

    plan.attention =
        row.flash_attention == "0" || m.head_dimension > 256 ? AttentionKernel::unfused : AttentionKernel::fused;
    // No fused kernel of its time had learned sinks (one more score a head): GPT-OSS ran without.
    if (contains(letters_of(row.model_name), "gptoss")) {
        plan.attention = AttentionKernel::unfused;
        read.assume("flash_attention = 0, as attention has sinks");
    } else if (row.flash_attention.empty()) read.assume("flash_attention = 1");
    import_recipe(row, read, m, plan);
    import_sharding(row, read, m, cluster, plan);
    if (plan.sharding == Sharding::parameters) reduce_in_short_format(plan.precision);
    import_recomputation(row, read, m, cluster, plan);
    balance_stages(read, m, cluster, plan);
}

} // namespace foretrain::inline v0::detail
