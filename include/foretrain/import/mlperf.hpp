// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "published_steps.hpp"
#include "words.hpp"

// Tables of MLPerf Training results: a row is one result, as text, exactly as the file has it. Two kinds are read: all
// results (`global_batch_size`, ...) and results of language models joined with their parallel plans (`TP`, `GBS`,
// ...).

namespace foretrain::inline v0 {

/// One row of a table of results; a column the file does not have stays empty.
struct MlperfResult {
    std::string round, benchmark, submitter, system, division, accelerator, accelerators, nodes, per_node, tensor,
        pipeline, virtual_stages, context, data, micro_batch, batch, sequence, fp8, fp4, minutes, unscaled_minutes,
        samples, step_time, throughput, throughput_scope, accumulation, evaluations, samples_rule, confidence;
};

/// Columns without which a table is not one of results.
inline constexpr std::array mlperf_columns = {
    "round",       "benchmark",         "submitter",           "system",           "accelerator",
    "accel_count", "time_to_train_min", "samples_to_converge", "global_batch_size"};
inline constexpr std::array mlperf_plan_columns = {
    "round", "benchmark", "submitter", "system", "accelerator", "accel_count", "TP", "GBS", "time_to_train_min"};

/// Reads such a table. Throws `io::error::base` with file and line where the file is not a table of this kind.
[[nodiscard]] inline std::vector<MlperfResult> read_mlperf_results(const std::string& path) {
    detail::StepReader<31> file(path);
    file.read_header(io::ignore_extra_column | io::ignore_missing_column, "round", "benchmark", "submitter", "system",
                     "division", "accelerator", "accel_count", "nodes", "accel_per_node", "TP", "PP", "VPP", "CP", "DP",
                     "MBS", "GBS", "global_batch_size", "seq_len", "FP8", "FP4", "time_to_train_min",
                     "ttt_unscaled_min", "samples_to_converge", "step_time_s_logged", "step_time_s_logged_median",
                     "throughput_logged", "throughput_scope", "grad_accum", "n_evals", "samples_rule", "confidence");
    std::vector<MlperfResult> rows;
    MlperfResult r;
    std::string batch, median;
    while (file.read_row(r.round, r.benchmark, r.submitter, r.system, r.division, r.accelerator, r.accelerators,
                         r.nodes, r.per_node, r.tensor, r.pipeline, r.virtual_stages, r.context, r.data, r.micro_batch,
                         r.batch, batch, r.sequence, r.fp8, r.fp4, r.minutes, r.unscaled_minutes, r.samples,
                         r.step_time, median, r.throughput, r.throughput_scope, r.accumulation, r.evaluations,
                         r.samples_rule, r.confidence)) {
        rows.push_back(r); // a column that the file lacks keeps what it had: the copy alone takes the other's place
        if (r.batch.empty()) rows.back().batch = batch;
        if (r.step_time.empty()) rows.back().step_time = median;
    }
    return rows;
}

namespace detail {

/// The number of a round: 3.1 of "v3.1"; 0 if it has none.
[[nodiscard]] inline double round_of(const MlperfResult& row) {
    const std::string text = lower_case(row.round);
    return number_at(text, starts_with(text, "v") ? 1 : 0).value_or(0.0);
}

/// Whether a name in letters and digits is of NVIDIA's Blackwell: `b200` of "NVIDIA Blackwell GPU (B200-SXM-180GB)",
/// not that of "A100-PCIE-80GB (300W)".
[[nodiscard]] inline bool is_blackwell(std::string_view name) {
    if (contains(name, "blackwell")) return true;
    for (const std::string_view product : {"gb300", "gb200", "b300", "b200"})
        for (std::size_t at = name.find(product); at != std::string_view::npos; at = name.find(product, at + 1)) {
            std::size_t before = at;
            if (before > 0 && product[0] == 'b' && name[before - 1] == 'g') --before;
            if (before == 0 || name[before - 1] < '0' || name[before - 1] > '9') return true; // not "80 GB 300"
        }
    return false;
}

/// What the importer of steps calls the accelerators of a result.
[[nodiscard]] inline std::string hardware_of(const MlperfResult& row) {
    const std::string name = letters_of(row.accelerator), system = letters_of(row.system);
    // Marketing names come first, the product in parentheses.
    if (is_blackwell(name))
        for (const std::string* text : {&name, &system})
            for (const std::string_view product : {"gb300", "gb200", "b300", "b200"})
                if (contains(*text, product)) return std::string{product};
    if (starts_with(name, "cpu")) return row.accelerator;
    if (const std::size_t at = name.find("gaudi"); at != std::string::npos) {
        const bool marked = name.substr(at + 5, 1) == "r"; // "Gaudi(R) 2"
        const std::string generation = name.substr(at + (marked ? 6 : 5), 1);
        return "gaudi" + (generation == "2" || generation == "3" ? generation : std::string{"1"});
    }
    if (name == "tpu" || name.empty()) {
        if (const std::size_t at = system.find("tpuv"); at != std::string::npos) return system.substr(at, 5);
        return row.accelerator.empty() ? row.system : row.accelerator;
    }
    if (contains(name, "v100") && contains(system, "dgx2h")) return "V100 DGX2H";
    return row.accelerator;
}

} // namespace detail

} // namespace foretrain::inline v0
