// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "accuracy_plots.hpp"
#include "accuracy_tables.hpp"

#include <foretrain/report/validate.hpp>

#include <array>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// Power and energy on the accuracy page: boards under limits and jobs as they ship, and boards and networks that a fit
// did not see (held_out_power.csv, which `fit_power held-out` writes).

namespace accuracy {

struct PowerData {
    PowerTable boards;
    std::vector<PredictedRow> jobs;
    std::vector<PredictedRow> slowdowns; ///< time over that at the same row's highest limit
    std::vector<PredictedRow> unseen_board, unseen_board_time, unseen_network;
};

namespace detail_of_power {

/// A row whose error under another fit is known.
[[nodiscard]] inline PredictedRow with_error(PredictedRow row, const std::string& error) {
    row.predicted = *row.measured * (1 + detail::number_of(error).value_or(0));
    return row;
}

/// The job and batch of a row, without its limit: what comes before " limit".
[[nodiscard]] inline std::string without_limit(const PredictedRow& row) {
    return row.configuration.substr(0, row.configuration.find(" limit"));
}
[[nodiscard]] inline double limit_of(const PredictedRow& row) {
    return detail::number_after(row.configuration, "limit ").value_or(0);
}

} // namespace detail_of_power

[[nodiscard]] inline PowerData load_power(const std::string& directory) {
    PowerData data;
    data.boards = predict_power_table(directory + "/power_by_batch_and_limit.csv");
    data.jobs = predict_energy_table(directory + "/energy_power.csv");
    std::map<std::string, const PredictedRow*> highest;
    for (const PredictedRow& row : data.boards.times) {
        const PredictedRow*& best = highest[detail_of_power::without_limit(row)];
        if (best == nullptr || detail_of_power::limit_of(row) > detail_of_power::limit_of(*best)) best = &row;
    }
    for (const PredictedRow& row : data.boards.times) {
        const PredictedRow& free = *highest[detail_of_power::without_limit(row)];
        if (&free == &row || !row.predicted || !free.predicted) continue;
        PredictedRow slowdown = row;
        slowdown.measured = *row.measured / *free.measured;
        slowdown.predicted = *row.predicted / *free.predicted;
        data.slowdowns.push_back(slowdown);
    }
    detail::StepReader<4> file(directory + "/held_out_power.csv");
    file.read_header(io::ignore_no_column, "row", "power_without_board", "time_without_board", "power_without_network");
    std::string id, board, time, network;
    std::size_t i = 0;
    while (file.read_row(id, board, time, network) && i < data.boards.powers.size()) {
        data.unseen_board.push_back(detail_of_power::with_error(data.boards.powers[i], board));
        data.unseen_board_time.push_back(detail_of_power::with_error(data.boards.times[i], time));
        data.unseen_network.push_back(detail_of_power::with_error(data.boards.powers[i], network));
        ++i;
    }
    return data;
}

inline void add_power(Figures& figures, const PowerData& data) {
    using detail_of_figures::add;
    add(figures, "power", summary(data.boards.powers));
    add(figures, "power.time", summary(data.boards.times));
    add(figures, "power.slowdown", summary(data.slowdowns));
    add(figures, "power.unseen_board", summary(data.unseen_board));
    add(figures, "power.unseen_board_time", summary(data.unseen_board_time));
    add(figures, "power.unseen_network", summary(data.unseen_network));
    add(figures, "energy", summary(data.jobs));
    for (const bool mlperf : {true, false})
        add(figures, mlperf ? "energy.mlperf" : "energy.other", summary(chosen(data.jobs, [&](const PredictedRow& row) {
                return (row.source.find("mlcommons") != std::string::npos) == mlperf;
            })));
}

[[nodiscard]] inline std::string power_table(const PowerData& data) {
    Table table({"board or network", "rows", "power, mean", "median", "bias", "time, mean", "slowdown by a limit, mean",
                 "power, board unseen", "power, network unseen"});
    const auto add = [&](const std::string& name, const auto& of) {
        const auto mean = [&](const std::vector<PredictedRow>& rows) {
            return percent(summary(chosen(rows, of)).mape);
        };
        const ErrorSummary s = summary(chosen(data.boards.powers, of));
        table.add({name, grouped(s.rows), percent(s.mape), percent(s.median_ape), percent(s.bias, true),
                   mean(data.boards.times), mean(data.slowdowns), mean(data.unseen_board), mean(data.unseen_network)});
    };
    for (const std::string_view board : {"V100", "A40", "Quadro RTX6000", "P100"})
        add(std::string{board}, [&](const PredictedRow& row) { return row.accelerator == board; });
    for (const std::string_view network : {"bert_base_uncased", "deepspeech2", "ncf", "resnet50", "shufflenetv2"})
        add(std::string{network}, [&](const PredictedRow& row) { return row.model.starts_with(network); });
    add("all", [](const PredictedRow&) { return true; });
    return table.text();
}

[[nodiscard]] inline std::string jobs_table(const PowerData& data) {
    Table table({"job", "on", "measured, W", "predicted, W", "error", "how busy"});
    for (const PredictedRow& row : data.jobs) {
        if (!row.predicted) continue;
        const std::size_t results = row.model.find("/results/");
        std::string name = row.model;
        if (results != std::string::npos) name.replace(results, 9, ", ");
        table.add({name, row.accelerator, detail_of_plots::fixed(*row.measured, 0),
                   detail_of_plots::fixed(*row.predicted, 0), percent(100 * *row.error(), true),
                   row.assumptions.front()});
    }
    return folded("Each job", table.text());
}

[[nodiscard]] inline Plot power_plot(const PowerData& data) {
    const auto all = [](const PredictedRow&) { return true; };
    Plot plot{"power", "Average power", "W", 1, {}};
    plot.series.push_back({"boards under limits", chosen(data.boards.powers, all)});
    plot.series.push_back({"board unseen", chosen(data.unseen_board, all)});
    plot.series.push_back(
        {"jobs", chosen(data.jobs, [](const PredictedRow& row) { return row.predicted.has_value(); })});
    detail_of_plots::draw(plot);
    return plot;
}

} // namespace accuracy
