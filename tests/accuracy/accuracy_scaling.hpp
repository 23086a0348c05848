// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "accuracy_figures.hpp"
#include "accuracy_tables.hpp"

#include <foretrain/batch/over_training.hpp>
#include <foretrain/catalog/convergence.hpp>
#include <foretrain/catalog/models.hpp>
#include <foretrain/catalog/scaling_laws.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

// Scaling laws on the accuracy page: tokens to a loss of two benchmarks that train from scratch, by laws that have not
// seen them, and published language models beside the optimum of their compute.

namespace accuracy {

/// A benchmark that trains from random weights until a loss: MLPerf Training v5.1 and later, on C4, sequences of 8192.
struct FromScratch {
    std::string_view benchmark, model;
    CrossEntropy target; ///< training policies of MLPerf: 3.3 for Llama 3.1 8B, 3.34 for GPT-OSS 20B
};
inline constexpr std::array from_scratch{FromScratch{"llama31_8b", "llama3.1-8b", make<CrossEntropy>(3.3)},
                                         FromScratch{"gpt_oss_20b", "gpt-oss-20b", make<CrossEntropy>(3.34)}};

/// What one law says of one of them.
struct FromScratchError {
    std::string_view benchmark, law;
    double measured = 0; ///< tokens at tiny batches, of the benchmark's convergence
    double predicted = 0;
    [[nodiscard]] double error() const { return predicted / measured - 1; }
};

/// A published language model.
struct LanguageModel {
    int year = 0;
    std::string name;
    double parameters = 0, tokens = 0, compute = 0;
    /// Those a token visits, as compute and tokens imply.
    [[nodiscard]] double active() const { return compute / (6 * tokens); }
    [[nodiscard]] double tokens_per_parameter() const { return tokens / active(); }
    [[nodiscard]] double extra_compute() const {
        return over_training(catalog::besiroglu_2024.law, make<Parameters>(active()), make<Tokens>(tokens))
            .extra_compute();
    }
};

struct ScalingData {
    std::vector<FromScratchError> from_scratch;
    std::map<int, std::vector<LanguageModel>> models; ///< by year
    std::size_t left_out =
        0; ///< whose compute is not that of the model on its tokens: fine-tuned, or counted otherwise
};

namespace detail_of_scaling {

template <class Law>
void add(std::vector<FromScratchError>& errors, const PublishedLaw<Law>& published) {
    for (const FromScratch& benchmark : from_scratch) {
        const BenchmarkConvergence* convergence = catalog::find_convergence(benchmark.benchmark);
        const Transformer* model = catalog::find_model(benchmark.model);
        if (convergence == nullptr || model == nullptr) continue;
        const Parameters parameters = law_parameters(published.counts, *model);
        const auto tokens = try_tokens_to_loss(published.law, parameters, benchmark.target);
        errors.push_back({benchmark.benchmark, published.name, 8192 * raw(convergence->convergence.least_samples),
                          tokens ? raw(*tokens) : 0});
    }
}

[[nodiscard]] inline double median(std::vector<double> values) {
    if (values.empty()) return 0;
    std::sort(values.begin(), values.end());
    const std::size_t half = values.size() / 2;
    return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

template <class Of>
[[nodiscard]] double median_of(const std::vector<LanguageModel>& models, Of of) {
    std::vector<double> values;
    for (const LanguageModel& model : models) values.push_back((model.*of)());
    return median(std::move(values));
}

} // namespace detail_of_scaling

[[nodiscard]] inline ScalingData load_scaling(const std::string& directory) {
    ScalingData data;
    detail_of_scaling::add(data.from_scratch, catalog::muennighoff_2023);
    detail_of_scaling::add(data.from_scratch, catalog::besiroglu_2024);
    detail_of_scaling::add(data.from_scratch, catalog::hoffmann_2022);
    detail_of_scaling::add(data.from_scratch, catalog::kaplan_2020);
    std::ifstream file(directory + "/language_models.csv");
    std::string line;
    std::getline(file, line); // date,parameters,tokens,epochs,compute_flop,model
    while (std::getline(file, line)) {
        std::istringstream cells(line);
        std::array<std::string, 6> cell;
        for (std::string& text : cell) std::getline(cells, text, ',');
        const LanguageModel model{std::stoi(cell[0].substr(0, 4)), cell[5], std::stod(cell[1]),
                                  std::stod(cell[2]) * std::stod(cell[3]), std::stod(cell[4])};
        // Compute that includes what the model was fine-tuned from implies more parameters than it has.
        const double share = model.active() / model.parameters;
        if (share < 0.005 || share > 1.5) ++data.left_out;
        else data.models[model.year].push_back(model);
    }
    return data;
}

inline void add_scaling(Figures& figures, const ScalingData& data) {
    for (const FromScratchError& error : data.from_scratch)
        figures["scaling." + std::string{error.law} + '.' + std::string{error.benchmark}] = {100 * error.error()};
}

[[nodiscard]] inline std::string scaling_table(const ScalingData& data) {
    Table table({"from random weights to a loss", "law", "tokens, measured", "by the law", "error"});
    for (const FromScratchError& error : data.from_scratch)
        table.add({std::string{error.benchmark}, std::string{error.law},
                   std::string{to_text(make<Tokens>(error.measured)).view()},
                   std::string{to_text(make<Tokens>(error.predicted)).view()}, percent(100 * error.error(), true)});
    Table years({"language models of", "number", "tokens a parameter, median", "optimum at their compute, median",
                 "compute beyond what their loss takes, median"});
    for (const auto& [year, models] : data.models) {
        std::vector<double> optima;
        for (const LanguageModel& model : models)
            optima.push_back(raw(
                optimal_allocation(catalog::besiroglu_2024.law, make<Flops>(model.compute)).tokens_per_parameter()));
        years.add({std::to_string(year), std::to_string(models.size()),
                   grouped(std::lround(detail_of_scaling::median_of(models, &LanguageModel::tokens_per_parameter))),
                   grouped(std::lround(detail_of_scaling::median(optima))),
                   percent(100 * detail_of_scaling::median_of(models, &LanguageModel::extra_compute), true)});
    }
    return table.text() + '\n' + years.text();
}

} // namespace accuracy
