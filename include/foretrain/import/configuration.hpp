// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "../workload/flops.hpp"
#include "cluster.hpp"
#include "model.hpp"
#include "plan.hpp"
#include "row.hpp"

// From a published row to a configuration the estimator understands: every assumption is written down, and what the
// library cannot express is refused by name.

namespace foretrain::inline v0 {

namespace detail {

/// Equal for rows that describe the same configuration, whenever and with whatever release it was measured.
[[nodiscard]] inline std::string configuration_key(const PublishedStep& r) {
    std::string key;
    for (const std::string* field :
         {&r.source_family,  &r.hardware,        &r.gpus,         &r.model_name,  &r.layers,   &r.hidden,
          &r.sequence,       &r.precision,       &r.global_batch, &r.micro_batch, &r.tensor,   &r.pipeline,
          &r.virtual_stages, &r.context,         &r.expert,       &r.data,        &r.sharding, &r.sequence_parallel,
          &r.recompute,      &r.flash_attention, &r.row_type})
        key += *field + '|';
    return key;
}

/// Operations of a sample as the row's source counts them.
[[nodiscard]] inline Flops counted_flops(const PublishedStep& row, const Transformer& m, std::int64_t sequence) {
    if (row.flop_convention == "6ND") return six_n_flops(m, sequence);
    if (row.flop_convention == "megatron formula") return megatron_flops(m, sequence);
    return row.attention_flops == "causal" ? causal_flops(m, sequence) : palm_flops(m, sequence);
}

/// Step time: given; of a throughput; derived by the table; or of a rate of operations.
inline void import_measurement(const PublishedStep& row, ImportedStep& step) {
    const auto positive = [](const std::optional<double>& number) { return number && *number > 0; };
    const double accelerators = static_cast<double>(step.cluster.accelerators);
    const double samples = static_cast<double>(step.plan.global_batch);
    const std::optional<double> given = number_of(row.step_time), rate = number_of(row.tokens_per_second),
                                derived = number_of(row.derived_step_time), flops = number_of(row.model_tflops),
                                utilization = number_of(row.utilization);
    if (given) {
        step.measured = make<Seconds>(*given);
    } else if (positive(rate)) {
        step.measured = make<Seconds>(samples * static_cast<double>(step.plan.sequence) / (*rate * accelerators));
    } else if (derived) {
        step.measured = make<Seconds>(*derived);
    } else if (step.refusal.empty() && (positive(flops) || positive(utilization)) &&
               is_valid(step.model, step.cluster, step.plan)) {
        // Utilisation is of the dense rate of 16-bit products.
        const double counted = raw(counted_flops(row, step.model, step.plan.sequence)) * samples;
        const double peak = raw(step.cluster.accelerator.matrix.of(NumberFormat::fp16));
        const double speed = positive(flops) ? *flops * 1e12 : *utilization * 0.01 * peak;
        if (counted > 0 && speed > 0) step.measured = make<Seconds>(counted / (speed * accelerators));
    }
}

} // namespace detail

/// The configuration of a published row without what was measured of it, or its refusal. Cross-field rules are left to
/// `check`.
[[nodiscard]] inline ImportedStep import_configuration(const PublishedStep& row) {
    ImportedStep step;
    step.id = row.id;
    step.source = row.source_family.empty() ? row.family : row.source_family;
    step.accelerator = row.hardware;
    step.configuration = detail::configuration_key(row);
    step.complete = row.complete != "0";
    step.quality = row.quality;
    detail::RowReader read{step};
    if (row.row_type == "production-total") read.refuse("a whole run, not a step (production-total)");
    detail::import_model(row, read, step.model);
    detail::import_cluster(row, read, step.cluster);
    if (step.cluster.accelerators == 0) return step;
    if (step.model.positions == Positions::learned)
        step.model.position_rows = detail::integer_of(row.sequence).value_or(1);
    detail::import_plan(row, read, step.model, step.cluster, step.plan);
    return step;
}

/// The configuration of a published row with its measured step, or its refusal.
[[nodiscard]] inline ImportedStep import_step(const PublishedStep& row) {
    ImportedStep step = import_configuration(row);
    if (step.cluster.accelerators == 0) return step;
    detail::import_measurement(row, step);
    if (!step.measured) detail::RowReader{step}.refuse("no step time given or derivable");
    if (const std::optional<double> memory = detail::number_of(row.peak_memory))
        step.measured_memory = make<Bytes>(*memory * 1073741824.0);
    return step;
}

} // namespace foretrain::inline v0
