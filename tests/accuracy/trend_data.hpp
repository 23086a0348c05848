// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <foretrain/calibrate/growth.hpp>
#include <foretrain/catalog/accelerators.hpp>
#include <foretrain/catalog/models.hpp>
#include <foretrain/import/published_steps.hpp>
#include <foretrain/planner/trend_factors.hpp>
#include <foretrain/workload/flops.hpp>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// What the trends are fitted to: MLPerf's history, prices and published training runs.

namespace trends {

using namespace foretrain;

/// A result of MLPerf Training, closed division.
struct Result {
    Date date{};
    std::string benchmark; ///< with its target where that changed: `resnet-75.9`
    std::string accelerator;
    double count = 0, minutes = 0;
    std::optional<double> samples;
};

/// A benchmark from the round in which its model and its target are what they are; earlier rounds are not comparable.
struct Generation {
    std::string_view benchmark, from, name;
};
/// Targets by round: mlcommons/training_policies and Mattson et al. 2020 (arXiv:1910.01500), table 1 and section 5.
inline constexpr std::array generations = {
    Generation{"resnet", "2018", "resnet-74.9"}, Generation{"resnet", "2019-07", "resnet-75.9"},
    Generation{"ssd", "2018", "ssd-21.2"},       Generation{"ssd", "2019-07", "ssd-23.0"},
    Generation{"ssd", "2022-06", "retinanet"},   Generation{"gnmt", "2018", "gnmt-21.8"},
    Generation{"gnmt", "2019-07", "gnmt-24.0"},  Generation{"bert", "2020", "bert-0.712"},
    Generation{"bert", "2021-06", "bert-0.720"}, Generation{"minigo", "2018", "minigo-9x9"},
    Generation{"minigo", "2020-07", "minigo"},
};

/// The benchmark with its target at a date (YYYY-MM-DD).
[[nodiscard]] inline std::string generation_of(const std::string& benchmark, const std::string& date) {
    std::string name = benchmark;
    for (const Generation& generation : generations)
        if (generation.benchmark == benchmark && generation.from <= std::string_view{date}) name = generation.name;
    return name;
}

/// MLPerf's rounds by date of publication.
struct Round {
    std::string_view date, name;
};
inline constexpr std::array rounds = {
    Round{"2018-12-12", "v0.5"}, Round{"2019-07-10", "v0.6"}, Round{"2020-07-29", "v0.7"}, Round{"2021-06-30", "v1.0"},
    Round{"2021-12-01", "v1.1"}, Round{"2022-06-29", "v2.0"}, Round{"2022-11-09", "v2.1"}, Round{"2023-06-27", "v3.0"},
    Round{"2023-11-08", "v3.1"}, Round{"2024-06-12", "v4.0"}, Round{"2024-11-13", "v4.1"}, Round{"2025-06-04", "v5.0"},
};
[[nodiscard]] inline std::string round_of(const Date& date) {
    const DateText text = to_text(date);
    for (const Round& round : rounds)
        if (round.date == std::string_view{text}) return std::string{round.name};
    return std::string{std::string_view{text}};
}

[[nodiscard]] inline std::vector<Result> read_results(const std::string& path) {
    foretrain::detail::StepReader<6> file(path);
    file.read_header(io::ignore_extra_column, "date", "benchmark", "accelerator", "accel_count", "ttt_unscaled_min",
                     "samples_to_converge");
    std::vector<Result> results;
    std::string date, benchmark, accelerator, count, minutes, samples;
    while (file.read_row(date, benchmark, accelerator, count, minutes, samples)) {
        const std::optional<Date> day = parse_date(date);
        const auto n = foretrain::detail::number_of(count), t = foretrain::detail::number_of(minutes);
        if (!day || !n || !t || !(*n >= 1) || !(*t > 0)) continue;
        results.push_back(
            {*day, generation_of(benchmark, date), accelerator, *n, *t, foretrain::detail::number_of(samples)});
    }
    return results;
}

/// FP8 where the chip has it and the submissions used it; else the 16-bit formats. TPUs ran bfloat16.
[[nodiscard]] inline std::optional<double> peak_used(const Result& result) {
    const Accelerator* chip = catalog::find_accelerator(result.accelerator);
    if (chip == nullptr) return std::nullopt;
    const bool language =
        result.benchmark.starts_with("bert") || result.benchmark == "gpt3" || result.benchmark.starts_with("llama");
    const double eight = raw(chip->matrix.fp8);
    if (language && eight > 0 && chip->vendor != "Google") return eight;
    const double sixteen = raw(sixteen_bit_peak(*chip));
    return sixteen > 0 ? std::optional{sixteen} : std::nullopt;
}

/// The best result of each round of each benchmark, in the order of rounds.
[[nodiscard]] inline std::map<std::string, std::vector<Result>> best_results(const std::vector<Result>& results) {
    std::map<std::string, std::map<double, Result>> best;
    for (const Result& result : results) {
        if (result.benchmark == "ncf") continue; // one round, mean of successes only
        auto& rounds_of = best[result.benchmark];
        const auto [at, fresh] = rounds_of.try_emplace(raw(result.date.since_2000), result);
        if (!fresh && result.minutes < at->second.minutes) at->second = result;
    }
    std::map<std::string, std::vector<Result>> lists;
    for (auto& [name, by_date] : best)
        for (auto& [date, result] : by_date) lists[name].push_back(result);
    return lists;
}

/// Those that no earlier round of the benchmark had beaten.
[[nodiscard]] inline std::vector<Result> records_of(const std::vector<Result>& best) {
    std::vector<Result> records;
    for (const Result& result : best)
        if (records.empty() || result.minutes < records.back().minutes) records.push_back(result);
    return records;
}

/// A published training run; what is not known is absent.
struct Run {
    Date date{};
    bool language = false;
    std::optional<double> parameters, compute, data, hours, chips, power, cost;
};
[[nodiscard]] inline std::vector<Run> read_runs(const std::string& path) {
    foretrain::detail::StepReader<9> file(path);
    file.read_header(io::ignore_extra_column, "Publication date", "Domain", "Parameters", "Training compute (FLOP)",
                     "Training dataset size (datapoints)", "Training time (hours)", "Hardware quantity",
                     "Training power draw (W)", "amortized_hw_plus_energy_cost_USD");
    std::vector<Run> runs;
    std::string date, domain;
    std::array<std::string, 7> texts;
    while (file.read_row(date, domain, texts[0], texts[1], texts[2], texts[3], texts[4], texts[5], texts[6])) {
        const std::optional<Date> day = parse_date(date);
        if (!day) continue;
        const auto number = [&](std::size_t i) {
            const std::optional<double> x = foretrain::detail::number_of(texts.at(i));
            return x && *x > 0 ? x : std::nullopt;
        };
        runs.push_back({*day, domain.find("Language") != std::string::npos, number(0), number(1), number(2), number(3),
                        number(4), number(5), number(6)});
    }
    return runs;
}

/// What one accelerator cost at a date: bought, or rented for an hour on demand.
struct Price {
    bool rent = false;
    Date date{};
    std::string accelerator;
    double usd = 0;
};
[[nodiscard]] inline std::vector<Price> read_prices(const std::string& path) {
    foretrain::detail::StepReader<4> file(path);
    file.read_header(io::ignore_extra_column, "kind", "date", "accelerator", "usd");
    std::vector<Price> prices;
    std::string kind, date, accelerator, usd;
    while (file.read_row(kind, date, accelerator, usd))
        if (const auto day = parse_date(date); day)
            if (const auto price = foretrain::detail::number_of(usd); price && *price > 0)
                prices.push_back({kind == "rent", *day, accelerator, *price});
    return prices;
}

/// Numbers names in the order in which they come up.
class Numbers {
public:
    [[nodiscard]] std::size_t operator()(const std::string& name) {
        return at_.try_emplace(name, at_.size()).first->second;
    }

private:
    std::map<std::string, std::size_t> at_;
};

} // namespace trends
