// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "accuracy_plots.hpp"
#include "accuracy_tables.hpp"
#include "convergence_fit.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

// Convergence on the accuracy page: rows under the constants that ship, and batches that a fit did not see, each
// predicted by a fit made here and now.

namespace accuracy {

struct ConvergenceData {
    convergence_fit::Benchmarks points;
    std::vector<PredictedRow> rows;                ///< as `foretrain validate` has them
    std::vector<convergence_fit::HeldOut> largest; ///< without each benchmark's largest batch
    std::vector<convergence_fit::HeldOut> alone;   ///< from each benchmark's smallest batch alone
    std::vector<PredictedRow> seen, unseen;        ///< in samples, for the figure
};

[[nodiscard]] inline ConvergenceData load_convergence(const std::string& directory) {
    const std::string path = directory + "/reference_convergence_points.csv";
    ConvergenceData data;
    data.points = convergence_fit::read_points(path);
    data.rows = predict_convergence_table(path);
    data.largest = convergence_fit::without_largest(data.points);
    data.alone = convergence_fit::without_benchmark(data.points);
    for (const auto& [name, points] : data.points)
        for (const convergence_fit::Point& point : points) {
            PredictedRow row;
            row.measured = point.samples;
            const BenchmarkConvergence* benchmark = catalog::find_convergence(name);
            if (benchmark != nullptr) row.predicted = raw(benchmark->samples_to_target(make<Samples>(point.batch)));
            data.seen.push_back(row);
        }
    for (const convergence_fit::HeldOut& point : data.largest) {
        PredictedRow row;
        row.measured = point.point.samples;
        row.predicted = point.point.samples * (1 + point.error);
        data.unseen.push_back(row);
    }
    return data;
}

inline void add_convergence(Figures& figures, const ConvergenceData& data) {
    using convergence_fit::HeldOut;
    detail_of_figures::add(figures, "convergence", summary(data.rows));
    const auto add = [&](const std::string& name, const std::vector<HeldOut>& points, auto&& counts) {
        figures["convergence." + name + ".mean"] = {100 * convergence_fit::mean_error(points, counts)};
    };
    add("next_batch", data.largest, [](const HeldOut&) { return true; });
    add("next_batch_from_two", data.largest, [](const HeldOut& p) { return p.points > 1; });
    add("next_batch_from_one", data.largest, [](const HeldOut& p) { return p.points == 1; });
    add("one_run", data.alone, [](const HeldOut& p) { return p.reach <= 2; });
    add("one_run_far", data.alone, [](const HeldOut& p) { return p.reach > 2; });
}

[[nodiscard]] inline std::string convergence_table(const ConvergenceData& data) {
    Table table({"benchmark", "batches", "from", "to", "critical batch", "mean error", "largest batch unseen",
                 "times the next smaller"});
    const auto number = [](double x) { return grouped(static_cast<std::int64_t>(std::lround(x))); };
    for (const auto& [name, points] : data.points) {
        const BenchmarkConvergence* benchmark = catalog::find_convergence(name);
        if (benchmark == nullptr) continue;
        double sum = 0;
        for (const convergence_fit::Point& point : points)
            sum += std::abs(std::expm1(convergence_fit::log_error(benchmark->convergence, point)));
        std::string error, reach;
        for (const convergence_fit::HeldOut& point : data.largest)
            if (point.benchmark == name) {
                error = percent(100 * point.error, true);
                reach = detail_of_plots::fixed(point.reach, 2);
            }
        table.add({name, number(static_cast<double>(points.size())), number(points.front().batch),
                   number(points.back().batch), number(raw(benchmark->convergence.critical_batch)),
                   percent(100 * sum / static_cast<double>(points.size())), error, reach});
    }
    return table.text();
}

[[nodiscard]] inline Plot convergence_plot(const ConvergenceData& data) {
    const auto all = [](const PredictedRow&) { return true; };
    Plot plot{"convergence", "Samples to the target", "million samples", 1e-6, {}};
    plot.series.push_back({"seen", chosen(data.seen, all)});
    plot.series.push_back({"largest batch, unseen", chosen(data.unseen, all)});
    detail_of_plots::draw(plot);
    return plot;
}

} // namespace accuracy
