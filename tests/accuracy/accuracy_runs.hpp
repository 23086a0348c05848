// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "accuracy_figures.hpp"
#include "accuracy_plots.hpp"
#include "accuracy_tables.hpp"

#include <foretrain/report/validate_runs.hpp>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

// Whole runs on the accuracy page: accelerator-hours predicted beside published ones. No constant is fitted to them.

namespace accuracy {

struct RunsData {
    std::vector<PublishedStep> published;
    std::vector<PredictedRow> rows; ///< in the order of `published`
};

[[nodiscard]] inline RunsData load_runs(const std::string& directory) {
    RunsData data{read_published_steps(directory + "/training_runs.csv"), {}};
    for (const PublishedStep& row : data.published) data.rows.push_back(predict_run(row));
    return data;
}

/// The runs that a planner is asked about first.
inline constexpr std::array well_known_runs = {"GPT-3-175B",   "OPT-175B",      "BLOOM-176B",     "PaLM-540B",
                                               "Llama-2-7B",   "Llama-2-13B",   "Llama-2-34B",    "Llama-2-70B",
                                               "Llama-3.1-8B", "Llama-3.1-70B", "Llama-3.1-405B", "DeepSeek-V3"};

inline void add_runs(Figures& figures, const RunsData& data) {
    detail_of_figures::add(figures, "runs", summary(data.rows));
    const auto group = [&](const std::string& name, auto&& chooses) {
        std::vector<PredictedRow> rows;
        for (std::size_t i = 0; i < data.rows.size(); ++i)
            if (chooses(data.published[i])) rows.push_back(data.rows[i]);
        detail_of_figures::add(figures, "runs." + name, summary(rows));
    };
    group("well_known", [](const PublishedStep& row) {
        return std::find(well_known_runs.begin(), well_known_runs.end(), std::string_view{row.model_name}) !=
               well_known_runs.end();
    });
    group("without_losses", [](const PublishedStep& row) { return row.losses == "excluded"; });
    group("with_losses", [](const PublishedStep& row) { return row.losses == "included"; });
    group("layout_published", [](const PublishedStep& row) { return row.quality == "B"; });
}

[[nodiscard]] inline std::string runs_table(const RunsData& data) {
    Table table({"run", "accelerators", "tokens", "hours, published", "predicted", "error", "losses", "assumed"});
    for (std::size_t i = 0; i < data.rows.size(); ++i) {
        const PublishedStep& run = data.published[i];
        const PredictedRow& row = data.rows[i];
        std::string assumed = run.memory_fields;
        for (std::size_t bar; (bar = assumed.find('|')) != std::string::npos;) assumed.replace(bar, 1, ", ");
        for (const std::string& more : row.assumptions) assumed += (assumed.empty() ? "" : "; ") + more;
        const auto hours = [](double x) { return detail_of_plots::fixed(x / 1e3, x < 1e5 ? 1 : 0) + "k"; };
        table.add({run.model_name, run.gpus + " " + run.hardware,
                   detail_of_plots::fixed(*detail::number_of(run.total_tokens) / 1e12, 2) + "T", hours(*row.measured),
                   row.predicted ? hours(*row.predicted) : "refused",
                   row.error() ? percent(100 * *row.error(), true) : "", run.losses, assumed});
    }
    return table.text();
}

[[nodiscard]] inline Plot runs_plot(const RunsData& data) {
    Plot plot{"runs", "Whole runs", "accelerator-hours", 1.0, {}};
    plot.series.push_back({"runs", chosen(data.rows, [](const PredictedRow&) { return true; })});
    detail_of_plots::draw(plot);
    return plot;
}

} // namespace accuracy
