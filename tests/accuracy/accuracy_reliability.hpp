// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "accuracy_figures.hpp"
#include "accuracy_tables.hpp"
#include "start_up_fit.hpp"

#include <foretrain/run/break_even.hpp>

#include <cmath>
#include <string>
#include <vector>

// Start-ups, failure rates and goodput on the accuracy page.

namespace accuracy {

struct ReliabilityData {
    std::vector<PredictedRow> rows;      ///< as `foretrain validate` has them
    std::vector<double> start_up_unseen; ///< errors of start-ups without their organisation
};

[[nodiscard]] inline ReliabilityData load_reliability(const std::string& directory) {
    const std::string path = directory + "/reliability.csv";
    return {predict_reliability_table(path), start_up_fit::unseen_errors(start_up_fit::read_points(path))};
}

[[nodiscard]] inline std::vector<PredictedRow> reliability_of(const ReliabilityData& data, std::string_view kind) {
    std::vector<PredictedRow> rows;
    for (const PredictedRow& row : data.rows)
        if (row.source == kind && row.predicted) rows.push_back(row);
    return rows;
}

/// Mean of |ln(predicted / measured)| as a factor.
[[nodiscard]] inline double mean_factor(const std::vector<PredictedRow>& rows) {
    double sum = 0;
    for (const PredictedRow& row : rows) sum += std::abs(std::log(*row.predicted / *row.measured));
    return std::exp(sum / static_cast<double>(rows.size()));
}

inline void add_reliability(Figures& figures, const ReliabilityData& data) {
    detail_of_figures::add(figures, "reliability.start_up", summary(reliability_of(data, "start-up time")));
    detail_of_figures::add(figures, "reliability.goodput", summary(reliability_of(data, "goodput")));
    figures["reliability.start_up_unseen.median"] = {
        100 * start_up_fit::quantile(data.start_up_unseen, 0.5, [](double error) { return error; })};
    figures["reliability.rate.factor"] = {100 * mean_factor(reliability_of(data, "failure rate"))};
    // Beside Ant's two, whose losses no failure rate explains; chosen after seeing them.
    std::vector<PredictedRow> automatic;
    for (const PredictedRow& row : reliability_of(data, "goodput"))
        if (row.model.rfind("Ant", 0) != 0) automatic.push_back(row);
    figures["reliability.goodput_automatic.mean"] = {*summary(automatic).mape};
}

[[nodiscard]] inline std::string reliability_table(const ReliabilityData& data) {
    Table table({"kind", "figure", "reported", "predicted", "error"});
    const auto number = [](double x) {
        Text text;
        foretrain::detail::append_significant(text, x);
        return std::string{text.view()};
    };
    for (const char* kind : {"failure rate", "goodput"})
        for (const PredictedRow& row : reliability_of(data, kind))
            table.add(
                {kind, row.model, number(*row.measured), number(*row.predicted), percent(100 * *row.error(), true)});
    return table.text();
}

} // namespace accuracy
