// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "accuracy_plots.hpp"
#include "accuracy_tables.hpp"

#include <foretrain/report/validate_time_to_train.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

// Time to train on the accuracy page: MLPerf results by benchmark and by round, rounds that constants were fitted to
// apart from later ones.

namespace accuracy {

/// Both tables of results; the second has the plans of language models, so those of the first count where it has none.
struct TimeToTrainData {
    PredictedResults results;
};

[[nodiscard]] inline TimeToTrainData load_time_to_train(const std::string& directory) {
    TimeToTrainData data;
    std::set<std::string> planned; // results of which the plan is known
    const auto key = [](const MlperfResult& r) {
        return r.round + '|' + r.benchmark + '|' + r.submitter + '|' + r.system;
    };
    for (const MlperfResult& row : read_mlperf_results(directory + "/mlperf_llm_configs.csv")) {
        planned.insert(key(row));
        predict_result(row, data.results);
    }
    for (const MlperfResult& row : read_mlperf_results(directory + "/mlperf_training.csv"))
        if (!planned.contains(key(row))) predict_result(row, data.results);
    return data;
}

namespace detail_of_time_to_train {

[[nodiscard]] inline double round_number(const PredictedRow& row) {
    MlperfResult result;
    result.round = row.round;
    return detail::round_of(result);
}
[[nodiscard]] inline bool is_language(const PredictedRow& row) {
    return catalog::find_benchmark(row.benchmark) != nullptr;
}
/// Whether a constant of this module was fitted to the benchmark in this round.
[[nodiscard]] inline bool is_fitted(const PredictedRow& row) {
    const double round = round_number(row);
    if (row.benchmark == "bert") return round < 3.15;
    if (is_language(row)) return round < 4.05;
    const catalog::SampleBenchmark* benchmark = catalog::find_sample_benchmark(row.benchmark, round);
    return benchmark != nullptr && round <= benchmark->last_fitted;
}

template <class Has>
[[nodiscard]] ErrorSummary of(const std::vector<PredictedRow>& rows, Has has) {
    return summary(chosen(rows, has));
}

} // namespace detail_of_time_to_train

inline void add_time_to_train(Figures& figures, const TimeToTrainData& data) {
    using namespace detail_of_time_to_train;
    const auto add = [&](const std::string& name, const std::vector<PredictedRow>& rows, auto has) {
        detail_of_figures::add(figures, "time_to_train." + name, of(rows, has));
    };
    const PredictedResults& r = data.results;
    add("language", r.time, is_language);
    add("language_fitted", r.time, [](const PredictedRow& x) { return is_language(x) && is_fitted(x); });
    add("language_later", r.time, [](const PredictedRow& x) { return is_language(x) && !is_fitted(x); });
    add("language_by_model", r.by_model, is_language);
    add("language_later_by_model", r.by_model, [](const PredictedRow& x) { return is_language(x) && !is_fitted(x); });
    add("language_step", r.step, is_language);
    add("language_samples", r.samples, is_language);
    add("others", r.time, [](const PredictedRow& x) { return !is_language(x); });
    add("others_fitted", r.time, [](const PredictedRow& x) { return !is_language(x) && is_fitted(x); });
    add("others_later", r.time, [](const PredictedRow& x) { return !is_language(x) && !is_fitted(x); });
    add("others_step", r.step, [](const PredictedRow& x) { return !is_language(x); });
    add("others_samples", r.samples, [](const PredictedRow& x) { return !is_language(x); });
}

/// A line for each benchmark: time with the rows' samples, of fitted and of later rounds, time with modelled samples,
/// step and samples.
[[nodiscard]] inline std::string time_to_train_benchmarks(const TimeToTrainData& data) {
    using namespace detail_of_time_to_train;
    Table table({"benchmark", "results", "predicted", "time", "bias", "fitted rounds", "later rounds",
                 "with modelled samples", "step", "samples"});
    std::map<std::string, std::int64_t> names;
    for (const PredictedRow& row : data.results.time) ++names[row.benchmark];
    for (const bool language : {true, false})
        for (const auto& entry : names) {
            const std::string& name = entry.first;
            const auto here = [&](const PredictedRow& row) { return row.benchmark == name; };
            const ErrorSummary time = of(data.results.time, here);
            if (time.predicted == 0 || (catalog::find_benchmark(name) != nullptr) != language) continue;
            const auto mean = [](const ErrorSummary& s) { return percent(s.mape); };
            table.add({name, grouped(entry.second), grouped(time.predicted), mean(time), percent(time.bias, true),
                       mean(of(data.results.time, [&](const PredictedRow& x) { return here(x) && is_fitted(x); })),
                       mean(of(data.results.time, [&](const PredictedRow& x) { return here(x) && !is_fitted(x); })),
                       mean(of(data.results.by_model, here)), mean(of(data.results.step, here)),
                       mean(of(data.results.samples, here))});
        }
    return table.text();
}

/// A line for each round, language models and BERT apart from the rest.
[[nodiscard]] inline std::string time_to_train_rounds(const TimeToTrainData& data) {
    using namespace detail_of_time_to_train;
    Table table({"round", "language models", "BERT", "their steps", "their samples", "other benchmarks"});
    std::set<std::string> rounds;
    for (const PredictedRow& row : data.results.time) rounds.insert(row.round);
    for (const std::string& round : rounds) {
        const auto cell = [&](const std::vector<PredictedRow>& rows, auto has) {
            const ErrorSummary s = of(rows, [&](const PredictedRow& x) { return x.round == round && has(x); });
            if (!s.mape) return std::string{};
            return percent(s.mape) + " of " + grouped(s.predicted);
        };
        const auto bert = [](const PredictedRow& x) { return x.benchmark == "bert"; };
        const auto other = [](const PredictedRow& x) { return !is_language(x); };
        table.add({round, cell(data.results.time, [&](const PredictedRow& x) { return is_language(x) && !bert(x); }),
                   cell(data.results.time, bert), cell(data.results.step, is_language),
                   cell(data.results.samples, is_language), cell(data.results.time, other)});
    }
    return table.text();
}

/// The worst results of language models and BERT, each configuration once, with what is known of the reason.
[[nodiscard]] inline std::string time_to_train_worst(const TimeToTrainData& data,
                                                     const std::map<std::string, std::string>& explanations,
                                                     std::vector<std::string>& unexplained) {
    using namespace detail_of_time_to_train;
    std::vector<const PredictedRow*> rows =
        chosen(data.results.time, [](const PredictedRow& x) { return is_language(x) && x.error().has_value(); });
    std::sort(rows.begin(), rows.end(), [](const PredictedRow* a, const PredictedRow* b) {
        const double one = std::fabs(*a->error()), other = std::fabs(*b->error());
        return one != other ? one > other : a->id < b->id;
    });
    const auto seconds = [](double value) { return std::string{to_text(make<Seconds>(value)).view()}; };
    Table table({"result", "accelerators", "measured", "predicted", "error", "why"});
    std::set<std::string> configurations;
    std::map<std::string, std::string> first; // explanation: the row that has it first
    std::size_t count = 0;
    for (const PredictedRow* row : rows) {
        if (!configurations.insert(row->configuration).second) continue;
        if (++count > 20) break;
        std::string why = "not explained yet";
        const auto found = explanations.find(row->id);
        if (found == explanations.end()) unexplained.push_back(row->id);
        else if (const auto [above, is_new] = first.emplace(found->second, row->id); is_new) why = found->second;
        else why = "As " + above->second + '.';
        table.add({row->id, row->accelerator, seconds(*row->measured), seconds(*row->predicted),
                   percent(100.0 * *row->error(), true), why});
    }
    return table.text();
}

/// Refusals by reason.
[[nodiscard]] inline std::string time_to_train_refusals(const TimeToTrainData& data) {
    std::map<std::string, std::int64_t> reasons;
    for (const PredictedRow& row : data.results.time)
        if (!row.reason.empty()) ++reasons[row.reason];
    std::vector<std::pair<std::string, std::int64_t>> sorted(reasons.begin(), reasons.end());
    std::sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) {
        return a.second != b.second ? a.second > b.second : a.first < b.first;
    });
    Table table({"results", "refused because"});
    for (const auto& [reason, count] : sorted) table.add({grouped(count), reason});
    return table.text();
}

[[nodiscard]] inline Plot time_to_train_plot(const TimeToTrainData& data) {
    using namespace detail_of_time_to_train;
    Plot plot{"time_to_train", "Time to train", "minutes", 1.0 / 60.0, {}};
    plot.series.push_back({"language models", chosen(data.results.time, [](const PredictedRow& x) {
                               return is_language(x) && x.benchmark != "bert" && x.error();
                           })});
    plot.series.push_back(
        {"BERT", chosen(data.results.time, [](const PredictedRow& x) { return x.benchmark == "bert" && x.error(); })});
    plot.series.push_back(
        {"others", chosen(data.results.time, [](const PredictedRow& x) { return !is_language(x) && x.error(); })});
    detail_of_plots::draw(plot);
    return plot;
}

} // namespace accuracy
