// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "../catalog/models.hpp"
#include "../catalog/stacks.hpp"
#include "../catalog/systems.hpp"
#include "../cost/job_power.hpp"
#include "../import/aliases.hpp"
#include "../import/published_steps.hpp"
#include "../parallel/recipe.hpp"
#include "prediction.hpp"

// Published average power of jobs beside predictions, each in its own scope: a board, an accelerator with its share of
// the node, a node, a whole job. Rows that nobody measured (hours x TDP, ratings, assumed figures) are refused.
//
// MLPerf's language models run through the step estimator under the plan of their submissions. Other workloads count
// as busy as their kind usually is, which the assumptions of the row name. What strong scaling takes from a benchmark
// of fixed size on n nodes is a share n^-0.2 of that, fitted to the same rows (docs/energy.md).

namespace foretrain::inline v0 {

/// Columns without which a table is not one of published power and energy.
inline constexpr std::array energy_columns = {"record_type", "name",        "hardware",
                                              "accel_count", "avg_power_W", "measured_or_derived"};

/// Columns without which a table is not one of epochs to a target by batch, which stands beside tables of power.
inline constexpr std::array epochs_columns = {"dataset", "network", "batch_size", "target_metric", "epochs_mean"};

namespace detail {

/// What a stated power is of.
enum class PowerScope : unsigned char { accelerator, accelerator_with_host, node, job };

/// How busy accelerators usually are, by kind of workload.
struct TypicalActivity {
    std::string_view kind;
    Utilization busy{};
};
inline constexpr TypicalActivity tuned_benchmark{"tuned benchmark", {.matrix = 0.85, .memory = 0.1, .kernels = 0.05}};
inline constexpr TypicalActivity large_training{"large training run",
                                                {.matrix = 0.55, .memory = 0.15, .kernels = 0.05, .link = 0.2}};
inline constexpr TypicalActivity research_code{"research code", {.matrix = 0.25, .memory = 0.2, .kernels = 0.1}};

/// One row of a table of published power.
struct PowerRow {
    std::string type, name, org, hardware, count, hours, accelerator_hours, energy, power, scope, pue, kind, notes,
        source, confidence;
};

/// Busy shares of n nodes that share a benchmark of fixed size: the rest of the time goes to communication.
[[nodiscard]] inline Utilization strongly_scaled(const Utilization& one, double nodes) {
    const double kept = nodes > 1.0 ? pow(nodes, -0.2) : 1.0;
    const double busy = (one.matrix + one.memory + one.kernels) * kept;
    return {one.matrix * kept, one.memory * kept, one.kernels * kept, 1.0 - busy};
}

/// The same of a short fine-tuning run on n nodes: samples over the run are n^-0.07 as many, beside those over its
/// steps alone, as on one node (throughput of llama2_70b_lora in MLPerf Training v4.0 on 1, 8 and 64 nodes: evaluations
/// and the start). What else it does hardly works the accelerators.
[[nodiscard]] inline Utilization while_training(const Utilization& busy, double nodes) {
    const double share = nodes > 1.0 ? pow(nodes, -0.07) : 1.0;
    return {busy.matrix * share, busy.memory * share, busy.kernels * share, busy.link * share};
}

/// MLPerf's language models under the plan of NVIDIA's submissions, as far as this number of accelerators allows.
[[nodiscard]] inline std::optional<StepEstimate> mlperf_step(std::string_view benchmark, const Cluster& cluster) {
    const std::int64_t n = cluster.accelerators;
    ParallelPlan plan{.stack = catalog::megatron_mlperf};
    const Transformer* model = nullptr;
    const bool fp8 = raw(cluster.accelerator.matrix.fp8) > 0;
    plan.precision = fp8 ? precision::fp8 : precision::mixed_bf16;
    if (benchmark == "llama2_70b_lora" && n % 8 == 0) {
        model = &catalog::llama2_70b;
        plan.tensor = 4;
        plan.context = n > 8 ? 2 : 1;
        plan.data = n / (plan.tensor * plan.context);
        plan.global_batch = std::max<std::int64_t>(8 / plan.data, 1) * plan.data;
        plan.sequence = 8192;
        plan.adapter_rank = 16;
    } else if (benchmark == "gpt3" && n % 64 == 0) {
        model = &catalog::gpt3_175b;
        plan.tensor = 4;
        plan.pipeline = 8;
        plan.virtual_stages = 6;
        plan.schedule = Schedule::interleaved;
        plan.data = n / 32;
        plan.micro_batch = 2;
        plan.global_batch = std::max<std::int64_t>(1536 / (2 * plan.data), 1) * 2 * plan.data;
        plan.sequence = 2048;
        plan.sharding = Sharding::optimizer;
    } else if (benchmark == "bert") {
        model = &catalog::bert_large;
        plan.data = n;
        plan.micro_batch = 48;
        plan.global_batch = 48 * n;
        plan.sequence = 512;
    } else {
        return std::nullopt;
    }
    plan.sequence_parallel = plan.tensor > 1;
    plan.micro_batch = std::max<std::int64_t>(plan.micro_batch, 1);
    const Result<StepEstimate> step = try_estimate_step(*model, cluster, plan);
    if (!step) return std::nullopt;
    return *step;
}

/// The scope that words of a table mean, or nothing for figures that are no averages of measurements.
[[nodiscard]] inline std::optional<PowerScope> power_scope(std::string_view text) {
    const std::string words = lower_case(text);
    for (const std::string_view no : {"tdp", "rating", "assumed", "max observed", "ratio"})
        if (contains(words, no) && !contains(words, "average")) return std::nullopt;
    if (contains(words, "whole job")) return PowerScope::job;
    if (contains(words, "node")) return PowerScope::node;
    if (contains(words, "system") || contains(words, "host")) return PowerScope::accelerator_with_host;
    if (contains(words, "gpu") || contains(words, "accelerator") || contains(words, "socket"))
        return PowerScope::accelerator;
    return std::nullopt;
}

/// Nodes of a row: "8 nodes" in its notes, else as its accelerators fill them.
[[nodiscard]] inline double nodes_of(const PowerRow& row, const Cluster& cluster) {
    if (const std::optional<double> stated = number_before(row.notes, " nodes"); stated && *stated >= 1) return *stated;
    const double filled = static_cast<double>(cluster.accelerators) / static_cast<double>(cluster.node.accelerators);
    return filled > 1.0 ? filled : 1.0;
}

/// "6B" or "175B" stands in the name of a model of so many billion parameters.
[[nodiscard]] inline bool names_billions(std::string_view name) {
    for (std::size_t i = 1; i < name.size(); ++i)
        if (name[i] == 'B' && name[i - 1] >= '0' && name[i - 1] <= '9') return true;
    return false;
}

/// How busy a row's accelerators are, and what was assumed for it.
[[nodiscard]] inline Utilization activity_of(const PowerRow& row, const Cluster& cluster,
                                             std::vector<std::string>& assumptions) {
    const std::string_view name = row.name;
    const std::size_t slash = name.rfind('/');
    const std::string_view benchmark = slash == std::string_view::npos ? name : name.substr(slash + 1);
    if (contains(row.type, "mlperf")) {
        if (const std::optional<StepEstimate> step = mlperf_step(benchmark, cluster)) {
            assumptions.emplace_back("plan of NVIDIA's submissions");
            const Utilization busy = utilization_of(*step, cluster.accelerator);
            return benchmark == "llama2_70b_lora" ? while_training(busy, nodes_of(row, cluster)) : busy;
        }
        assumptions.emplace_back("busy as a " + std::string{tuned_benchmark.kind});
        return strongly_scaled(tuned_benchmark.busy, nodes_of(row, cluster));
    }
    const bool industry = !row.org.empty() && !contains(row.org, "AI2") &&
                          (contains(row.org, "Google") || contains(row.org, "OpenAI") || contains(row.org, "Meta") ||
                           contains(row.org, "NVIDIA"));
    const bool loaded =
        contains(row.notes, "load") || contains(row.name, "load power") || contains(lower_case(row.name), "intensive");
    if (loaded) {
        assumptions.emplace_back("busy as a " + std::string{tuned_benchmark.kind});
        return tuned_benchmark.busy;
    }
    if (industry || names_billions(name) || contains(name, "average") || contains(name, "OLMo") ||
        contains(row.type, "node")) {
        assumptions.emplace_back("busy as a " + std::string{large_training.kind});
        return large_training.busy;
    }
    assumptions.emplace_back("busy as " + std::string{research_code.kind});
    return research_code.busy;
}

/// Average power that a row states, or that its energy over its accelerator-hours is; nothing if neither is there.
[[nodiscard]] inline std::optional<double> stated_power(const PowerRow& row) {
    if (const std::optional<double> power = number_of(row.power); power && *power > 0) return power;
    return std::nullopt;
}

/// Why a row is not compared; empty if it is.
[[nodiscard]] inline std::string energy_refusal(const PowerRow& row, const std::optional<PowerScope>& scope) {
    if (!starts_with(row.kind, "measured"))
        return row.kind.empty() ? "not said to be measured" : "not measured: " + row.kind;
    if (contains(row.kind, "/model")) return "partly modelled: " + row.kind;
    if (!stated_power(row)) return "states no average power";
    if (contains(lower_case(row.scope), "max observed")) return "a maximum, not an average";
    if (!scope) return "power of what is not clear: " + row.scope;
    return {};
}

} // namespace detail

/// Predicts the average power (W) of every row of a table of published power and energy. Throws `io::error::base` if
/// the file cannot be read as a table.
[[nodiscard]] inline std::vector<PredictedRow> predict_energy_table(const std::string& path) {
    detail::StepReader<15> file(path);
    file.read_header(io::ignore_extra_column | io::ignore_missing_column, "record_type", "name", "org", "hardware",
                     "accel_count", "wall_hours", "accel_hours", "energy_MWh", "avg_power_W", "power_scope", "PUE",
                     "measured_or_derived", "notes", "source", "confidence");
    std::vector<PredictedRow> rows;
    detail::PowerRow in;
    while (file.read_row(in.type, in.name, in.org, in.hardware, in.count, in.hours, in.accelerator_hours, in.energy,
                         in.power, in.scope, in.pue, in.kind, in.notes, in.source, in.confidence)) {
        PredictedRow row;
        row.id = in.name + (in.hardware.empty() ? "" : " on " + in.hardware);
        row.source = in.source;
        row.accelerator = in.hardware;
        row.model = in.name;
        row.quality = in.confidence == "read" ? "A" : "B";
        const std::optional<detail::PowerScope> scope = detail::power_scope(in.scope);
        std::string refusal = detail::energy_refusal(in, scope);
        const std::optional<std::string_view> system = detail::system_of(in.hardware);
        // "P100" alone is the board of the DGX-1; of other names, what stands in parentheses may tell:
        // "(B200-SXM-180GB)".
        const std::optional<std::string_view> inner =
            in.hardware == "P100" ? std::optional<std::string_view>{"dgx-p100"}
            : system              ? system
                                  : detail::system_of(in.hardware.substr(in.hardware.find('(') + 1));
        if (refusal.empty() && !inner) refusal = "accelerator not in the catalogue: " + in.hardware;
        if (!refusal.empty()) {
            row.reason = row.refusal = refusal;
            rows.push_back(row);
            continue;
        }
        row.measured = detail::stated_power(in);
        Cluster cluster = *catalog::make_system(*inner, 1);
        const std::int64_t usual = cluster.node.accelerators;
        const std::int64_t count = std::min<std::int64_t>(detail::integer_of(in.count).value_or(usual), 10000000);
        cluster = *catalog::make_system(*inner, std::max<std::int64_t>(count, 1));
        const Utilization busy = detail::activity_of(in, cluster, row.assumptions);
        const bool building = detail::contains(in.scope, "PUE");
        const double pue = detail::number_of(in.pue).value_or(1.2);
        if (building && in.pue.empty()) row.assumptions.emplace_back("PUE of 1.2");
        const JobPower job = job_power(busy, cluster, site(1.0), measured_boards);
        const double accelerators = static_cast<double>(cluster.accelerators);
        const double boards = raw(job.accelerators.total());
        double watts = boards / accelerators;
        switch (*scope) {
        case detail::PowerScope::accelerator: break;
        case detail::PowerScope::accelerator_with_host: watts = (boards + raw(job.hosts)) / accelerators; break;
        case detail::PowerScope::node: {
            const double nodes = detail::nodes_of(in, cluster);
            const double hosts = raw(cluster.node.host_power) * site(1.0).host_load;
            watts = boards / nodes + hosts;
            break;
        }
        case detail::PowerScope::job: watts = boards + raw(job.hosts); break;
        }
        row.predicted = building ? watts * pue : watts;
        rows.push_back(row);
    }
    return rows;
}

/// A table of epochs to a target states no energy: its rows are refused with that reason, all of them. The energy to a
/// target is its epochs times the energy of one, which tables of power by limit have. Throws `io::error::base` if the
/// file cannot be read as a table.
[[nodiscard]] inline std::vector<PredictedRow> refuse_epochs_table(const std::string& path) {
    detail::StepReader<6> file(path);
    file.read_header(io::ignore_extra_column | io::ignore_missing_column, "dataset", "network", "batch_size",
                     "target_metric", "epochs_mean", "source");
    std::vector<PredictedRow> rows;
    std::string dataset, network, batch, target, epochs, source;
    while (file.read_row(dataset, network, batch, target, epochs, source)) {
        PredictedRow row;
        row.id = network + ' ' + dataset + " batch " + batch + " to " + target;
        row.source = source;
        row.model = network;
        row.reason = row.refusal = "states epochs to a target, neither energy nor power";
        rows.push_back(row);
    }
    return rows;
}

} // namespace foretrain::inline v0
