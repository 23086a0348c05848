// SPDX-License-Identifier: Apache-2.0
// Fits what MLPerf submissions add to steps and samples (`SubmissionConstants`) on early rounds and reports the errors
// of later ones:
//
//   fit_time_to_train [TABLE...]    tables of results, as `foretrain validate` reads them; without any, those in data/
//
// BERT's two constants are fitted on rounds v1.0 to v3.1 (v0.7 is padded), the start-up of language models on v4.0, the
// first round of LoRA, with the steps that the results log in place of predicted ones. The loss is the mean of
// |ln(predicted / measured)|, each at most 0.3, so that results of accelerators that the library gets wrong do not
// pull. One constant after the other, on a grid, until none moves.

#include <algorithm>
#include <cmath>
#include <iostream>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <foretrain/report/validate_time_to_train.hpp>

namespace {

using namespace foretrain;

double loss_of(const std::vector<MlperfResult>& rows, const catalog::SubmissionConstants& constants,
               bool logged_steps) {
    double sum = 0;
    int count = 0;
    for (const MlperfResult& result : rows) {
        PredictedResults results;
        predict_result(result, results, {.constants = constants});
        const PredictedRow& row = results.time[0];
        if (!row.predicted || !row.measured) continue;
        double time = *row.predicted;
        if (logged_steps) {
            if (results.step.empty() || !results.step[0].error()) continue;
            const double steps = *detail::number_of(result.samples) / *detail::number_of(result.batch);
            time += steps * (*results.step[0].measured - *results.step[0].predicted);
        }
        sum += std::fmin(std::abs(std::log(time / *row.measured)), 0.3);
        ++count;
    }
    return count > 0 ? sum / count : 0.0;
}

/// The value of one constant with the least loss.
template <class Set>
double best_of(const std::vector<MlperfResult>& rows, catalog::SubmissionConstants& constants, double from, double to,
               double step, Set set, bool logged_steps = false) {
    double best = from, least = 1e9;
    for (double value = from; value <= to + 0.5 * step; value += step) {
        set(constants, value);
        if (const double loss = loss_of(rows, constants, logged_steps); loss < least) least = loss, best = value;
    }
    set(constants, best);
    return best;
}

/// Mean |ln(predicted / measured)|, each at most 0.5, of results of one benchmark by the totals of a sample.
double sample_loss(const std::vector<MlperfResult>& rows, const SampleWork& work) {
    double sum = 0;
    int count = 0;
    for (const MlperfResult& row : rows) {
        const SampleRun run = import_sample_run(row, &work);
        const std::optional<double> minutes = detail::number_of(row.unscaled_minutes);
        if (!run.step || !run.samples || !minutes || !(*minutes > 0)) continue;
        const double time = raw(run.step->total()) * raw(*run.samples) / raw(run.batch);
        sum += std::fmin(std::abs(std::log(time / (*minutes * 60.0))), 0.5);
        ++count;
    }
    return count > 0 ? sum / count : 0.0;
}

/// Efficiency and floor of the benchmarks of catalog/benchmarks_other.hpp, on their first rounds.
void fit_samples(const std::vector<MlperfResult>& all) {
    for (const catalog::SampleBenchmark& benchmark : catalog::sample_benchmarks) {
        std::vector<MlperfResult> rows;
        for (const MlperfResult& row : all)
            if (catalog::find_sample_benchmark(row.benchmark, detail::round_of(row)) == &benchmark &&
                detail::round_of(row) <= benchmark.last_fitted)
                rows.push_back(row);
        if (rows.empty()) continue; // a later name of the same model
        SampleWork best = benchmark.work, work = best;
        double least = 1e9;
        for (double efficiency = 0.005; efficiency < 2.0; efficiency *= 1.05)
            for (const double milliseconds : {0.0, 0.5, 1.0, 2.0, 3.0, 5.0, 8.0, 12.0, 20.0, 30.0, 50.0, 80.0}) {
                work.efficiency = efficiency;
                work.step_floor = make<Seconds>(1e-3 * milliseconds);
                if (const double loss = sample_loss(rows, work); loss < least) least = loss, best = work;
            }
        std::cout << benchmark.name << ' ' << benchmark.work.name << ": efficiency " << best.efficiency << ", floor "
                  << raw(best.step_floor) << " s, " << rows.size() << " rows, loss " << least << '\n';
    }
}

} // namespace

int main(int count, char** arguments) {
    std::vector<MlperfResult> all, bert, language;
    std::vector<std::string> tables(arguments + 1, arguments + count);
    if (tables.empty())
        tables = {FORETRAIN_DATA_DIR "/mlperf_training.csv", FORETRAIN_DATA_DIR "/mlperf_llm_configs.csv"};
    for (const std::string& table : tables)
        for (const MlperfResult& row : read_mlperf_results(table)) {
            all.push_back(row);
            const double round = detail::round_of(row);
            if (row.benchmark == "bert" && round > 0.95 && round < 3.15) bert.push_back(row);
            if (row.benchmark != "bert" && round > 3.95 && round < 4.05) language.push_back(row);
        }
    fit_samples(all);
    catalog::SubmissionConstants constants = catalog::mlperf_submissions;
    for (int pass = 0; pass < 2; ++pass) {
        best_of(bert, constants, 1.0, 1.2, 0.01, [](auto& c, double x) { c.encoder_imbalance = x; });
        best_of(bert, constants, 0.0, 0.02, 0.001,
                [](auto& c, double x) { c.encoder_step_overhead = make<Seconds>(x); });
    }
    best_of(
        language, constants, 0.0, 60.0, 2.0, [](auto& c, double x) { c.start_across_nodes = make<Seconds>(x); }, true);
    std::cout << "encoder_imbalance " << constants.encoder_imbalance << "\nencoder_step_overhead "
              << raw(constants.encoder_step_overhead) << " s\nstart_across_nodes " << raw(constants.start_across_nodes)
              << " s\n";

    std::map<std::pair<std::string, std::string>, std::pair<double, int>> errors;
    PredictedResults results;
    for (const MlperfResult& row : all) predict_result(row, results, {.constants = constants});
    for (const PredictedRow& row : results.time)
        if (const std::optional<double> error = row.error()) {
            auto& [sum, rows] = errors[{row.benchmark, row.round}];
            sum += std::abs(*error);
            ++rows;
        }
    for (const auto& [key, error] : errors)
        std::cout << key.first << ' ' << key.second << ": " << error.second << " rows, mean error "
                  << 100.0 * error.first / error.second << "%\n";
}
