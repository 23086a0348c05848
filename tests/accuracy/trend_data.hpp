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

[[nodiscard]] inline std::optional<Date> date_of_round(std::string_view name) {
    for (const Round& round : rounds)
        if (round.name == name) return parse_date(round.date);
    return std::nullopt;
}

/// What results call accelerators, in capitals and without spaces, and what the catalogue calls them: the first line
/// of which both parts are in the name (of TPUs: in that of the system) holds.
struct ChipName {
    std::string_view part, other, name;
};
inline constexpr std::array chip_names = {
    ChipName{"TPU", "V5E", "tpu-v5e"},
    ChipName{"TPU", "V5P", "tpu-v5p"},
    ChipName{"TPU", "TRILLIUM", "tpu-v6e"},
    ChipName{"TPU", "V4", "tpu-v4"},
    ChipName{"TPU", "V3", "tpu-v3"},
    ChipName{"TPU", "V2", "tpu-v2"},
    ChipName{"GB200", "", "gb200"},
    ChipName{"MI300X", "", "mi300x"},
    ChipName{"MI325X", "", "mi325x"},
    ChipName{"B200", "", "b200-sxm"},
    ChipName{"H200", "NVL", "h200-nvl"},
    ChipName{"H200", "", "h200-sxm"},
    ChipName{"H100", "NVL", "h100-nvl"},
    ChipName{"H100", "PCIE", "h100-pcie"},
    ChipName{"H100", "", "h100-sxm"},
    ChipName{"A100PCIE40", "", "a100-pcie-40gb"},
    ChipName{"A100-PCIE-40", "", "a100-pcie-40gb"},
    ChipName{"A100", "PCIE", "a100-pcie-80gb"},
    ChipName{"A100", "40GB", "a100-sxm-40gb"},
    ChipName{"A100", "", "a100-sxm-80gb"},
    ChipName{"V100S", "", "v100s-pcie"},
    ChipName{"V100-SXM3", "450W", "v100-sxm3-32gb-450w"},
    ChipName{"V100-SXM3", "-H", "v100-sxm3-32gb-450w"},
    ChipName{"V100-SXM3", "", "v100-sxm3-32gb"},
    ChipName{"V100", "32GB", "v100-32gb"},
    ChipName{"V100", "", "v100-16gb"},
    ChipName{"A30", "", "a30"},
    ChipName{"A40", "", "a40"},
    ChipName{"A5000", "", "rtx-a5000"},
    ChipName{"L40S", "", "l40s"},
    ChipName{"L40", "", "l40"},
    ChipName{"L4", "", "l4"},
    ChipName{"GAUDI2", "", "gaudi2"},
    ChipName{"GAUDI(R)2", "", "gaudi2"},
    ChipName{"GAUDI", "", "gaudi1"},
    ChipName{"BOWIPU", "", "graphcore-bow"},
    ChipName{"GC200", "", "graphcore-gc200"},
    ChipName{"ASCEND", "", "ascend-910a"},
    ChipName{"RX7900", "", "rx-7900-xtx"},
};

/// The name in the catalogue (or one that it does not have); empty for processors and what is not stated.
[[nodiscard]] inline std::string chip_of(const std::string& accelerator, const std::string& system) {
    const auto packed = [](const std::string& text) {
        std::string result;
        for (const char c : text)
            if (c != ' ') result += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
        return result;
    };
    std::string name = packed(accelerator);
    if (name.starts_with("CPU")) return {};
    if (name.find("TPU") != std::string::npos) name += packed(system);
    for (const ChipName& chip : chip_names)
        if (name.find(chip.part) != std::string::npos && name.find(chip.other) != std::string::npos)
            return std::string{chip.name};
    return {};
}

/// Results of the closed division, as measured. A table without divisions is all of it.
[[nodiscard]] inline std::vector<Result> read_results(const std::string& path) {
    foretrain::detail::StepReader<9> file(path);
    file.read_header(io::ignore_extra_column | io::ignore_missing_column, "round", "benchmark", "system", "division",
                     "accelerator", "accel_count", "time_to_train_min", "ttt_unscaled_min", "samples_to_converge");
    std::vector<Result> results;
    std::string round, benchmark, system, division = "closed", accelerator, count, scaled, minutes, samples;
    while (file.read_row(round, benchmark, system, division, accelerator, count, scaled, minutes, samples)) {
        const std::optional<Date> day = date_of_round(round);
        const std::string chip = chip_of(accelerator, system);
        const auto n = foretrain::detail::number_of(count);
        const auto t = foretrain::detail::number_of(minutes.empty() ? scaled : minutes);
        const bool closed = division == "closed" || division == "Closed" || division == "close";
        if (!closed || !day || !n || !t || !(*n >= 1) || !(*t > 0) || chip.empty()) continue;
        results.push_back({*day, generation_of(benchmark, std::string{std::string_view{to_text(*day)}}), chip, *n, *t,
                           foretrain::detail::number_of(samples)});
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
