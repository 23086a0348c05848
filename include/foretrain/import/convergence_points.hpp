// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "../batch/benchmark.hpp"
#include "published_steps.hpp"

// Tables of convergence: what a benchmark took to its target at a batch, in the unit that its results count. Each
// column that a row needs is found by name; others do not matter.

namespace foretrain::inline v0 {

/// Columns without which a table is not one of convergence.
inline constexpr std::array convergence_columns = {"round",        "benchmark",    "rcp_name", "global_batch_size",
                                                   "unit_meaning", "converge_mean"};

/// A row, as the table has it.
struct ConvergencePoint {
    std::string suite, round, benchmark, name, batch, unit, mean, olympic_mean, samples_mean, source;
};

/// Reads such a table. Throws `io::error::base` if the file cannot be read as one.
[[nodiscard]] inline std::vector<ConvergencePoint> read_convergence_points(const std::string& path) {
    detail::StepReader<10> file(path);
    file.read_header(io::ignore_extra_column | io::ignore_missing_column, "suite", "round", "benchmark", "rcp_name",
                     "global_batch_size", "unit_meaning", "converge_mean", "converge_olympic_mean", "samples_mean",
                     "source");
    std::vector<ConvergencePoint> rows;
    ConvergencePoint r;
    while (file.read_row(r.suite, r.round, r.benchmark, r.name, r.batch, r.unit, r.mean, r.olympic_mean, r.samples_mean,
                         r.source))
        rows.push_back(r);
    return rows;
}

/// What the runs of a row took in its unit: the olympic mean (without the fastest and the slowest run, as MLPerf
/// scores) where there is one, which one run gone wrong does not move.
[[nodiscard]] inline std::optional<double> measured_convergence(const ConvergencePoint& row) {
    const std::optional<double> olympic = detail::number_of(row.olympic_mean);
    return olympic ? olympic : detail::number_of(row.mean);
}

/// Samples in one of a row's unit: what the table says of both, or else its words (`epochs(1281167)`, `epochs`,
/// `samples`, `tokens`, `steps`) with the benchmark's sizes; nothing if they are not understood. Epochs of a size that
/// neither the row nor the benchmark tells are taken for samples, as OpenFold's are.
[[nodiscard]] inline std::optional<double> samples_of_unit(const ConvergencePoint& row, const Samples& batch,
                                                           const BenchmarkConvergence* benchmark) {
    const std::optional<double> mean = detail::number_of(row.mean), samples = detail::number_of(row.samples_mean);
    if (mean && samples && *mean > 0 && *samples > 0) return *samples / *mean;
    const std::string_view unit = row.unit;
    const auto starts = [&](std::string_view word) { return unit.substr(0, word.size()) == word; };
    if (starts("epoch")) {
        const std::size_t open = unit.find('(');
        const std::string_view inside = open == std::string_view::npos ? std::string_view{} : unit.substr(open + 1);
        const std::string_view digits = inside.substr(0, inside.find_first_not_of("0123456789"));
        if (const std::optional<double> size = detail::number_of(digits); size && *size > 0) return *size;
        if (benchmark != nullptr && benchmark->epoch) return raw(*benchmark->epoch);
        return 1.0;
    }
    if (starts("samples")) return 1.0;
    if (starts("steps")) return raw(batch);
    if (starts("tokens") && benchmark != nullptr && benchmark->sample_tokens)
        return 1.0 / raw(*benchmark->sample_tokens);
    return std::nullopt;
}

} // namespace foretrain::inline v0
