// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "../catalog/accelerators.hpp"
#include "../catalog/systems.hpp"
#include "../parallel/plan.hpp"
#include "../workload/transformer.hpp"
#include "aliases.hpp"
#include "published_steps.hpp"

// From a published row to a configuration the estimator understands: every assumption is written down, and what the
// library cannot express yet is refused by name.

namespace foretrain::inline v0 {

/// A configuration read from a row, or the reason why there is none.
struct ImportedStep {
    std::string id;
    std::string source;      ///< source family
    std::string accelerator; ///< as the table names it
    Transformer model{};
    Cluster cluster{};
    ParallelPlan plan{};
    std::optional<Seconds> measured;      ///< step time, given or derived
    std::optional<Bytes> measured_memory; ///< peak of one accelerator
    bool complete = false;                ///< the source leaves no needed field unpublished
    std::string quality;
    std::string refusal;                  ///< empty: the configuration is usable
    std::vector<std::string> assumptions; ///< fields the row leaves open and what was taken
};

namespace detail {

/// Above the largest degree that `check` admits, and small enough that three of them multiply.
inline constexpr std::int64_t most_degree = 100000;

/// Reads fields of one row, notes what was assumed and why a row is refused; the first refusal stands.
class RowReader {
public:
    explicit RowReader(ImportedStep& step) : step_{step} {}

    void refuse(std::string reason) {
        if (step_.refusal.empty()) step_.refusal = std::move(reason);
    }
    void assume(std::string text) { step_.assumptions.push_back(std::move(text)); }

    /// A field without which nothing can be predicted.
    [[nodiscard]] std::int64_t required(std::string_view field, std::string_view text) {
        const std::optional<std::int64_t> value = integer_of(text);
        if (value && *value > 0) return *value;
        refuse(text.empty() ? std::string{field} + " not published"
                            : std::string{field} + " is not a whole number above 0: " + std::string{text});
        return 1;
    }
    /// A field with a sensible assumption.
    [[nodiscard]] std::int64_t otherwise(std::string_view field, std::string_view text, std::int64_t assumed,
                                         bool neutral = false) {
        if (!text.empty()) {
            const std::optional<std::int64_t> value = integer_of(text);
            if (value && *value > 0) return *value;
            refuse(std::string{field} + " is not a whole number above 0: " + std::string{text});
            return 1;
        }
        if (!neutral) assume(std::string{field} + " = " + std::to_string(assumed));
        return assumed;
    }

private:
    ImportedStep& step_;
};

/// Refuses by name what the library cannot express. Comes first: such rows leave fields open that they have no use for.
inline void refuse_unmodelled(const PublishedStep& row, RowReader& read) {
    if (!row.experts.empty() && row.experts != "1" && row.experts != "0")
        read.refuse("mixture of experts is not modelled yet");
    if (contains(row.model_name, "Mamba")) read.refuse("state-space models are not modelled yet");
    if (row.row_type == "finetune-lora") read.refuse("LoRA is not modelled yet");
    if (contains(row.model_name, "T5")) read.refuse("encoder-decoder models are not modelled yet");
    if (row.row_type == "production-total") read.refuse("a whole run, not a step (production-total)");
}

inline void import_model(const PublishedStep& row, RowReader& read, Transformer& m) {
    m.layers = read.required("layers", row.layers);
    m.hidden = read.required("hidden", row.hidden);
    m.heads = read.required("heads", row.heads);
    m.feed_forward = read.required("ffn_hidden", row.feed_forward);
    m.kv_heads = read.otherwise("kv_heads", row.kv_heads, m.heads);
    m.head_dimension = read.otherwise("head_dim", row.head_dimension, m.hidden / m.heads);
    m.vocabulary = read.required("vocab", row.vocabulary);
    const bool gated = row.gated == "1";
    m.feed_forward_kind = gated ? FeedForward::gated : FeedForward::plain;
    m.name = "imported";
    // What tables leave out moves the answer little; it follows the two families of architecture.
    const bool encoder = contains(row.row_type, "encoder") || contains(row.model_name, "BERT");
    const bool mpt = contains(row.model_name, "MPT") || contains(row.model_name, "mpt");
    if (gated) {
        m.norm = Norm::rms_norm;
        m.positions = Positions::rotary;
    } else if (mpt) {
        m.norm = Norm::layer_norm_without_bias;
        m.positions = Positions::alibi;
        m.tied_embeddings = true;
    } else {
        m.norm = Norm::layer_norm;
        m.positions = Positions::learned;
        m.qkv_bias = m.attention_output_bias = m.feed_forward_bias = true;
        m.tied_embeddings = true;
        m.dropout = true;
    }
    if (encoder) {
        m.causal = false;
        m.head = Head::masked_language_model;
        m.segment_rows = 2;
        m.embedding_norm = true;
        m.final_norm = false;
    }
}

inline void import_cluster(const PublishedStep& row, RowReader& read, Cluster& cluster) {
    const std::int64_t accelerators = read.required("gpus", row.gpus);
    for (const HardwareAlias& alias : hardware_aliases) {
        if (row.hardware.rfind(alias.prefix, 0) != 0) continue;
        cluster = *catalog::make_system(alias.system, accelerators);
        if (row.hardware == "V100-SXM2-16GB") cluster.accelerator = catalog::v100_16gb;
        break;
    }
    if (cluster.accelerators == 0) {
        read.refuse("accelerator not in the catalogue: " + row.hardware);
        return;
    }
    const bool gpu_node = cluster.fabric.tiers == 2 && cluster.fabric.tier[0].size == cluster.node.accelerators;
    const std::int64_t node = cluster.node.accelerators;
    if (const std::optional<std::int64_t> stated = integer_of(row.gpus_per_node);
        gpu_node && stated && *stated > 0 && *stated < node && accelerators > *stated) {
        // Smaller nodes than the usual system: fewer accelerators share the same network ports.
        cluster.node.accelerators = cluster.fabric.tier[0].size = *stated;
        cluster.fabric.tier[1].size = *stated * (1 << 20);
    }
    if (cluster.fabric.tiers > 1 && accelerators > cluster.fabric.tier[0].size) {
        if (const std::optional<Bandwidth> stated = node_network(row.interconnect, cluster.node.accelerators)) {
            const double nodes =
                static_cast<double>(cluster.fabric.tier[0].size) / static_cast<double>(cluster.node.accelerators);
            cluster.fabric.tier[1].link.bandwidth = *stated * nodes;
        } else {
            read.assume("interconnect of " + std::string{cluster.name});
        }
    }
}

/// Samples a micro-batch where a row does not say: all a rank has, up to 16,384 tokens; one within a pipeline.
[[nodiscard]] inline std::int64_t usual_micro_batch(const ParallelPlan& plan) {
    if (plan.pipeline > 1 || plan.data < 1 || plan.global_batch % plan.data != 0) return 1;
    const std::int64_t samples = plan.global_batch / plan.data;
    const std::int64_t most = plan.sequence > 0 ? 16384 / plan.sequence : 1;
    for (std::int64_t count = samples < most ? samples : most; count > 1; --count)
        if (samples % count == 0) return count;
    return 1;
}

inline void import_plan(const PublishedStep& row, RowReader& read, const Transformer& m, const Cluster& cluster,
                        ParallelPlan& plan) {
    plan.tensor = read.otherwise("tp", row.tensor, 1);
    plan.pipeline = read.otherwise("pp", row.pipeline, 1);
    plan.context = read.otherwise("cp", row.context, 1, true);
    if (plan.tensor > most_degree || plan.pipeline > most_degree || plan.context > most_degree) {
        read.refuse("a degree of parallelism above " + std::to_string(most_degree));
        plan.tensor = plan.pipeline = plan.context = 1;
    }
    const std::int64_t expert = read.otherwise("ep", row.expert, 1, true);
    const bool interleaved = plan.pipeline > 1 && contains(row.notes, "interleaved");
    plan.virtual_stages = read.otherwise("virtual_pp", row.virtual_stages, 1, plan.pipeline == 1 || interleaved);
    if (row.virtual_stages.empty() && interleaved) {
        // Interleaved to an unstated depth: as deep as layers, embedding and head allow.
        plan.virtual_stages = (m.layers + 2) / plan.pipeline;
        read.assume("virtual_pp = " + std::to_string(plan.virtual_stages) + ", one layer a chunk");
    }
    plan.data = read.otherwise("dp", row.data, cluster.accelerators / (plan.tensor * plan.pipeline * plan.context));
    plan.sequence = read.required("seq_len", row.sequence);
    plan.global_batch = read.required("global_batch_seqs", row.global_batch);
    if (row.data.empty() && plan.data > plan.global_batch)
        read.refuse("dp not published, and the batch is too small to assume plain data parallelism");
    plan.micro_batch = read.otherwise("micro_batch_seqs", row.micro_batch, usual_micro_batch(plan));
    plan.schedule = plan.virtual_stages > 1 ? Schedule::interleaved : Schedule::one_f_one_b;
    plan.sequence_parallel = row.sequence_parallel == "1" && plan.tensor > 1;
    if (plan.virtual_stages > 1 && plan.pipeline == 1) plan.virtual_stages = 1, plan.schedule = Schedule::one_f_one_b;
    if (row.sequence_parallel.empty() && plan.tensor > 1) read.assume("sequence_parallel = 0");

    if (expert > 1 && row.experts.empty()) read.assume("ep ignored for a dense model");

    if (row.sharding == "zero1") plan.sharding = Sharding::optimizer;
    else if (row.sharding == "zero2") plan.sharding = Sharding::gradients;
    else if (plan.pipeline > 1 && (row.sharding == "fsdp" || row.sharding == "zero2")) {
        // Stages keep the parameters of a step gathered: what is left of sharding is that of optimizer states.
        plan.sharding = Sharding::optimizer;
        read.assume("sharding = zero1 for " + row.sharding + " within a pipeline");
    } else if (row.sharding == "zero3" || row.sharding == "fsdp" || row.sharding == "hsdp")
        plan.sharding = Sharding::parameters;
    else if (row.sharding.empty()) read.assume("sharding = none");
    else if (row.sharding != "none") read.refuse("sharding not known: " + row.sharding);
    if (row.sharding == "hsdp") {
        const std::int64_t unit = cluster.fabric.tier[0].size / (plan.tensor * plan.context);
        if (unit >= 1 && unit < plan.data && plan.data % unit == 0) {
            plan.sharding_group = unit;
            read.assume("hsdp shards within " + std::to_string(unit) + " ranks");
        }
    }

    if (row.recompute == "full") plan.recomputation = Recomputation::full;
    else if (row.recompute == "elementwise") plan.recomputation = Recomputation::elementwise;
    else if (row.recompute == "selective") plan.recomputation = Recomputation::selective;
    else if (row.recompute.empty()) read.assume("recompute = none");
    else if (row.recompute != "none") read.refuse("recompute not known: " + row.recompute);

    plan.attention =
        row.flash_attention == "0" || m.head_dimension > 256 ? AttentionKernel::unfused : AttentionKernel::fused;
    if (row.flash_attention.empty()) read.assume("flash_attention = 1");

    const bool compiled =
        contains(cluster.name, "tpu") || contains(cluster.name, "trn") || contains(cluster.name, "gaudi");
    plan.stack = stack_of(row, compiled);
    if (row.precision == "bf16")
        plan.precision = plan.sharding == Sharding::parameters ? precision::mixed_bf16_reduced : precision::mixed_bf16;
    else if (row.precision == "fp16") plan.precision = precision::mixed_fp16;
    else if (row.precision == "tf32") plan.precision = precision::tf32;
    else if (row.precision == "fp32") plan.precision = precision::fp32;
    else read.refuse("number format is not modelled yet: " + row.precision);

    // XLA's tables state the batch a device; a replica runs all of its samples at once.
    if ((plan.stack.name == catalog::xla.name || plan.stack.name == catalog::jax_gpu.name) && plan.data >= 1 &&
        plan.global_batch % plan.data == 0 && plan.pipeline == 1)
        plan.micro_batch = plan.global_batch / plan.data;

    // A batch that does not come out even runs one smaller micro-batch; the same work in equal micro-batches stands for
    // it.
    if (plan.data >= 1 && plan.micro_batch >= 1 && plan.global_batch >= 1 &&
        plan.global_batch % (plan.data * plan.micro_batch) != 0) {
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
            const std::int64_t rounded = (plan.global_batch + per_rank / 2) / per_rank * per_rank;
            read.assume("global_batch_seqs = " + std::to_string(rounded > 0 ? rounded : per_rank) +
                        " instead of an uneven " + std::to_string(plan.global_batch));
            plan.global_batch = rounded > 0 ? rounded : per_rank;
        }
    }
}

} // namespace detail

/// The configuration of a published row, or its refusal. Cross-field rules are left to `check`.
[[nodiscard]] inline ImportedStep import_step(const PublishedStep& row) {
    ImportedStep step;
    step.id = row.id;
    step.source = row.source_family.empty() ? row.family : row.source_family;
    step.accelerator = row.hardware;
    step.complete = row.complete != "0";
    step.quality = row.quality;
    detail::RowReader read{step};
    detail::refuse_unmodelled(row, read);
    detail::import_model(row, read, step.model);
    detail::import_cluster(row, read, step.cluster);
    if (step.cluster.accelerators == 0) return step;
    detail::import_plan(row, read, step.model, step.cluster, step.plan);
    if (step.model.positions == Positions::learned) step.model.position_rows = step.plan.sequence;

    if (const std::optional<double> given = detail::number_of(row.step_time)) {
        step.measured = make<Seconds>(*given);
    } else if (const std::optional<double> rate = detail::number_of(row.tokens_per_second); rate && *rate > 0) {
        const std::optional<double> batch = detail::number_of(row.global_batch);
        if (batch)
            step.measured = make<Seconds>(*batch * static_cast<double>(step.plan.sequence) /
                                          (*rate * static_cast<double>(step.cluster.accelerators)));
    }
    if (!step.measured)
        if (const std::optional<double> derived = detail::number_of(row.derived_step_time))
            step.measured = make<Seconds>(*derived);
    if (!step.measured) read.refuse("no step time given or derivable");
    if (const std::optional<double> memory = detail::number_of(row.peak_memory))
        step.measured_memory = make<Bytes>(*memory * 1073741824.0);
    return step;
}

} // namespace foretrain::inline v0
