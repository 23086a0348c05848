// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <optional>
#include <string>
#include <vector>

#include "../catalog/convergence.hpp"
#include "../import/convergence_points.hpp"
#include "prediction.hpp"

// Measured convergence beside predictions: what a benchmark took to its target at a row's batch, in the unit that the
// row counts (samples, epochs, tokens, steps), from the catalogue's constants of that benchmark. The batch is all that
// the prediction looks at; the round only tells two references of one name apart.

namespace foretrain::inline v0 {

/// The prediction for one row, in the row's unit, or why there is none.
[[nodiscard]] inline PredictedRow predict_convergence(const ConvergencePoint& point) {
    PredictedRow row;
    const BenchmarkConvergence* benchmark = catalog::find_convergence(point.benchmark, point.round);
    row.id = point.round + ' ' + (point.name.empty() ? point.benchmark + ' ' + point.batch : point.name);
    row.source = "MLPerf " + (benchmark != nullptr ? std::string{benchmark->name} : point.benchmark);
    row.model = point.benchmark;
    row.configuration = row.source + ' ' + point.batch;
    row.quality = "A";
    row.complete = true;
    const auto refuse = [&row](const std::string& reason, const std::string& value) {
        row.reason = reason;
        row.refusal = value.empty() ? reason : reason + ": " + value;
    };
    const std::optional<double> batch = detail::number_of(point.batch), measured = measured_convergence(point);
    if (measured && *measured > 0) row.measured = *measured;
    if (!batch || !(*batch >= 1 && *batch <= 1e12)) refuse("global_batch_size is not from 1 to 1e12", point.batch);
    else if (!row.measured) refuse("convergence is not a number above 0", point.mean);
    else if (benchmark == nullptr) refuse("benchmark without constants", point.benchmark);
    else {
        const Samples size = make<Samples>(*batch);
        const std::optional<double> unit = samples_of_unit(point, size, benchmark);
        if (!unit) {
            refuse("unit not understood", point.unit);
        } else {
            row.predicted = raw(benchmark->samples_to_target(size)) / *unit;
            const double width = half_width(*benchmark, catalog::benchmark_pool, size);
            row.low = *row.predicted * std::exp(-width);
            row.high = *row.predicted * std::exp(width);
            if (!benchmark->covers(size)) row.assumptions.emplace_back("batch outside of those fitted to");
            if (benchmark->points == 1)
                row.assumptions.emplace_back("critical batch of other benchmarks: one batch was fitted to");
        }
    }
    return row;
}

/// Predicts every row of a table of convergence. Throws `io::error::base` if the file cannot be read as one.
[[nodiscard]] inline std::vector<PredictedRow> predict_convergence_table(const std::string& path) {
    std::vector<PredictedRow> rows;
    for (const ConvergencePoint& point : read_convergence_points(path)) rows.push_back(predict_convergence(point));
    return rows;
}

} // namespace foretrain::inline v0
