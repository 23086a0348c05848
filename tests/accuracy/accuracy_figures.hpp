// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "accuracy_data.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// The headline figures, by name, all in per cent: what targets, pins and the text of the page refer to.

namespace accuracy {

/// A figure of the page. Biases are worse the further they are from 0.
struct Figure {
    double value = 0;
    bool more_is_better = false;

    /// How much worse than another, in points.
    [[nodiscard]] double worse_than(double pinned) const {
        return more_is_better ? pinned - value : std::fabs(value) - std::fabs(pinned);
    }
};
using Figures = std::map<std::string, Figure>;

/// How much worse a figure may get before the guard fails: 0.3 points or 3% of it, for later rounding of constants.
[[nodiscard]] inline double margin(double pinned) { return std::max(0.3, 0.03 * std::fabs(pinned)); }

/// The classes that training steps are told apart by, in the order of the page. They overlap.
struct StepClass {
    std::string_view name, title;
    bool (*has)(const Step&);
};
inline constexpr std::array step_classes = {
    StepClass{"all", "all published steps", [](const Step& s) { return s.set == "published"; }},
    StepClass{"dense", "dense pre-training, complete, quality A and B",
              [](const Step& s) { return s.complete_dense(); }},
    StepClass{"dense_16_bits", "of these, 16 and 32 bits",
              [](const Step& s) { return s.complete_dense() && !s.few_bits(); }},
    StepClass{"dense_few_bits", "of these, FP8 and less",
              [](const Step& s) { return s.complete_dense() && s.few_bits(); }},
    StepClass{"experts", "mixture of experts", [](const Step& s) { return s.set == "published" && s.experts(); }},
    StepClass{"experts_complete", "of these, complete, quality A and B",
              [](const Step& s) { return s.set == "published" && s.experts() && s.row.complete && s.trusted(); }},
    StepClass{
        "encoders", "encoders and encoder-decoders",
        [](const Step& s) { return s.set == "published" && s.published.row_type.find("enc") != std::string::npos; }},
    StepClass{
        "finetuning", "fine-tuning",
        [](const Step& s) { return s.set == "published" && s.published.row_type.find("tune") != std::string::npos; }},
    StepClass{"partial", "a needed field had to be assumed",
              [](const Step& s) { return s.set == "published" && !s.row.complete; }},
    StepClass{"quality_c", "quality C and D: several fields inferred",
              [](const Step& s) { return s.set == "published" && !s.trusted(); }},
    StepClass{"vtrain_single", "vTrain, single nodes", [](const Step& s) { return s.set == "vTrain single node"; }},
    StepClass{"vtrain_multi", "vTrain, up to 512 accelerators",
              [](const Step& s) { return s.set == "vTrain multi node"; }},
};

[[nodiscard]] inline std::vector<const Step*> steps_of(const Data& data, const StepClass& c) {
    return chosen(data.steps, c.has);
}

namespace detail_of_figures {

inline void add(Figures& figures, const std::string& name, const ErrorSummary& s) {
    if (!s.mape) return;
    figures[name + ".mean"] = {*s.mape};
    figures[name + ".median"] = {*s.median_ape};
    figures[name + ".p90"] = {*s.p90_ape};
    figures[name + ".bias"] = {*s.bias};
}

inline void add_steps(Figures& figures, const Data& data) {
    for (const StepClass& c : step_classes) {
        const std::vector<const Step*> steps = steps_of(data, c);
        const std::string name = "steps." + std::string{c.name};
        add(figures, name, summary(steps));
        add(figures, name + ".unseen_point", summary(steps, &Step::without_point));
        add(figures, name + ".unseen_source", summary(steps, &Step::without_source));
        if (const ErrorSummary s = summary(steps, &Step::without_source); s.mape)
            figures[name + ".without_source"] = {*s.mape};
        if (const ErrorSummary s = summary(steps, &Step::without_accelerator); s.mape)
            figures[name + ".without_accelerator"] = {*s.mape};
    }
    add(figures, "steps.generic", summary(data.generic));
    // How far measurements of one configuration are apart, largest over smallest.
    std::map<std::string, std::pair<double, double>> repeated;
    std::map<std::string, int> count;
    for (const Step& step : data.steps) {
        if (step.set != "published" || !step.row.measured) continue;
        const double time = *step.row.measured;
        auto& [low, high] = repeated.try_emplace(step.row.configuration, time, time).first->second;
        low = std::min(low, time);
        high = std::max(high, time);
        ++count[step.row.configuration];
    }
    std::vector<double> spread;
    for (const auto& [configuration, times] : repeated)
        if (count[configuration] > 1) spread.push_back(100.0 * (times.second / times.first - 1.0));
    std::sort(spread.begin(), spread.end());
    if (!spread.empty()) {
        figures["noise.median"] = {percentile(spread, 0.5)};
        figures["noise.p90"] = {percentile(spread, 0.9)};
    }
    const std::vector<const Step*> every = chosen(data.steps, [](const Step&) { return true; });
    const ErrorSummary seen = summary(every, &Step::seen), source = summary(every, &Step::without_source),
                       accelerator = summary(every, &Step::without_accelerator);
    if (seen.mape) {
        figures["steps.without_source.ratio"] = {100.0 * *source.mape / *seen.mape};
        figures["steps.without_accelerator.ratio"] = {100.0 * *accelerator.mape / *seen.mape};
    }
    const ErrorSummary published = summary(chosen(data.steps, [](const Step& s) { return s.set == "published"; }));
    if (published.rows > 0)
        figures["steps.predicted"] = {
            100.0 * static_cast<double>(published.predicted) / static_cast<double>(published.rows), true};
}

inline void add_memory(Figures& figures, const Data& data) {
    add(figures, "memory.peak", summary(data.peaks));
    add(figures, "memory.simumax", summary(chosen(data.peaks, [](const PredictedRow& row) {
            return row.source.find("SimuMax") != std::string::npos;
        })));
    std::vector<FitsRow> sweep = data.out_of_memory;
    sweep.insert(sweep.end(), data.siblings.begin(), data.siblings.end());
    const FitsScore s = score(sweep), ran = score(data.published_ran);
    if (s.ran_out > 0) {
        figures["memory.fits"] = {100.0 * s.fits_accuracy(), true};
        figures["memory.false_fits"] = {100.0 * s.false_fit_rate()};
    }
    if (ran.ran > 0) figures["memory.published_fit"] = {100.0 * ran.fits_accuracy(), true};
}

inline void add_kernels(Figures& figures, const Data& data) {
    for (const Kernels& table : data.kernels) {
        add(figures, table.kind, summary(table.rows));
        const auto unseen = chosen(table.rows, [&](const PredictedRow& row) { return !fitted(table.kind, row); });
        if (table.kind == "gemm") {
            add(figures, "gemm.calibrated", summary(chosen(table.rows, [](const PredictedRow& row) {
                    return short_source(row.source) == "ai-dynamo/aiconfigurator";
                })));
            add(figures, "gemm.unseen", summary(unseen));
            add(figures, "gemm.datasheet", summary(data.datasheet));
        }
        if (table.kind == "collectives")
            for (const bool large : {true, false})
                add(figures, large ? "collectives.large" : "collectives.small",
                    summary(chosen(table.rows, [&](const PredictedRow& row) {
                        return (bytes_of(row) == 0 || bytes_of(row) >= 1048576) == large;
                    })));
    }
}

} // namespace detail_of_figures

[[nodiscard]] inline Figures figures_of(const Data& data) {
    Figures figures;
    detail_of_figures::add_steps(figures, data);
    detail_of_figures::add_memory(figures, data);
    detail_of_figures::add_kernels(figures, data);
    return figures;
}

/// What we set out to reach.
struct Target {
    std::string_view what, figure;
    double bound; ///< per cent: at most, or at least where more is better
    double unseen =
        0.0; ///< on points left out of the fit, as the page of the model states it; 0: computed, or none were
};
inline constexpr std::array targets = {
    Target{"matrix products of measured chips, mean", "gemm.calibrated.mean", 8, 7.8},
    Target{"the same, median", "gemm.calibrated.median", 4, 5.5},
    Target{"matrix products of chips known by datasheet only, median", "gemm.datasheet.median", 12},
    Target{"attention kernels, median", "attention.median", 7, 5.3},
    Target{"attention kernels, mean", "attention.mean", 14, 7.1},
    Target{"collectives from 1 MiB, median", "collectives.large.median", 8, 7.3},
    Target{"collectives below 1 MiB, median", "collectives.small.median", 20, 6.6},
    Target{"vTrain, single nodes, mean", "steps.vtrain_single.mean", 8},
    Target{"vTrain, several nodes, mean", "steps.vtrain_multi.mean", 9},
    Target{"dense pre-training steps, complete, mean", "steps.dense.mean", 9},
    Target{"the same, median", "steps.dense.median", 6.5},
    Target{"the same, 90th percentile", "steps.dense.p90", 20},
    Target{"the same, bias", "steps.dense.bias", 2},
    Target{"steps of mixtures of experts, mean", "steps.experts.mean", 13},
    Target{"published rows that are predicted", "steps.predicted", 97},
    Target{"mean error with a row's source left out of the fit, relative to that with it", "steps.without_source.ratio",
           150},
    Target{"peak memory, mean", "memory.peak.mean", 5},
    Target{"peak memory on B200 (SimuMax), mean", "memory.simumax.mean", 1.5},
    Target{"samples to a target at the next larger batch, unseen, mean", "convergence.next_batch.mean", 10},
    Target{"accelerator-hours of well-known whole runs, mean", "runs.well_known.mean", 15},
    Target{"time to train of language models and BERT on later rounds, mean", "time_to_train.language_later.mean", 15},
    Target{"power of boards under limits, board unseen, mean", "power.unseen_board.mean", 12},
    Target{"power of jobs as measured, mean", "energy.mean", 12},
    Target{"fits or does not, right", "memory.fits", 96, 97.5},
    Target{"runs out of memory, but is called fitting", "memory.false_fits", 2, 1.5},
};

[[nodiscard]] inline bool reached(const Figure& figure, double bound) {
    return figure.more_is_better ? figure.value >= bound : std::fabs(figure.value) <= bound;
}

/// Reads `pins.csv`.
[[nodiscard]] inline std::map<std::string, double> read_pins(const std::string& path) {
    detail::StepReader<2> file(path);
    file.read_header(io::ignore_no_column, "figure", "pinned");
    std::map<std::string, double> pins;
    std::string name, value;
    while (file.read_row(name, value)) pins[name] = detail::number_of(value).value();
    return pins;
}

} // namespace accuracy
