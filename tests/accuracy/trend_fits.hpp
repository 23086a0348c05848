// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "trend_data.hpp"

#include <functional>
#include <set>

// Growth rates from the data.

namespace trends {

struct Data {
    std::vector<Result> results;
    std::vector<Run> runs;
    std::vector<Price> prices;
};
[[nodiscard]] inline Data load(const std::string& folder) {
    Data data{read_results(folder + "/mlperf_training.csv"), read_runs(folder + "/epoch_runs.csv"),
              read_prices(folder + "/price_history.csv")};
    // Of v5.0 there are only the language models, in a table of their own.
    for (const Result& result : read_results(folder + "/mlperf_llm_configs.csv"))
        if (round_of(result.date) == "v5.0") data.results.push_back(result);
    return data;
}

/// An accelerator that training clusters are built of, with its date.
struct Chip {
    const Accelerator* accelerator;
    Date date;
};

/// Workstation and inference boards, parts cut down for export, halves and shares of others follow other trends.
inline constexpr std::array<std::string_view, 26> not_for_training = {"titan-x-maxwell",
                                                                      "titan-x-pascal",
                                                                      "p40",
                                                                      "p4",
                                                                      "gtx-1080-ti",
                                                                      "quadro-rtx-6000",
                                                                      "t4",
                                                                      "rtx-2080-ti",
                                                                      "a800-sxm-80gb",
                                                                      "rtx-3090",
                                                                      "a40",
                                                                      "rtx-a6000",
                                                                      "a10",
                                                                      "a30",
                                                                      "rtx-a5000",
                                                                      "h800-sxm",
                                                                      "h20",
                                                                      "rtx-4090",
                                                                      "l40",
                                                                      "rtx-6000-ada",
                                                                      "l4",
                                                                      "l40s",
                                                                      "rtx-5090",
                                                                      "rtx-pro-6000-blackwell",
                                                                      "vega-fe",
                                                                      "mi308x"};

[[nodiscard]] inline std::vector<Chip> training_chips() {
    std::vector<Chip> chips;
    for (const Accelerator& chip : catalog::all_accelerators) {
        const bool other =
            std::find(not_for_training.begin(), not_for_training.end(), chip.name) != not_for_training.end() ||
            chip.name == "xeon-phi-7250" || chip.name == "trainium1-neuroncore";
        const std::optional<Date> date = parse_date(chip.provenance.as_of);
        if (!other && date) chips.push_back({&chip, *date});
    }
    return chips;
}

/// Each quantity of each chip; chips of one vendor and year err alike.
[[nodiscard]] inline std::vector<DatedValue> chip_values(const std::vector<Chip>& chips,
                                                         const std::function<double(const Accelerator&)>& quantity) {
    std::vector<DatedValue> values;
    Numbers family;
    for (const Chip& chip : chips) {
        const double value = quantity(*chip.accelerator);
        if (value > 0)
            values.push_back({chip.date, value, 0,
                              family(std::string{chip.accelerator->vendor} +
                                     std::string{chip.accelerator->provenance.as_of.substr(0, 4)})});
    }
    return values;
}

/// Runs that were among the `most` largest by a quantity when they came out; a quarter errs alike.
[[nodiscard]] inline std::vector<DatedValue>
frontier_values(const std::vector<Run>& runs, const std::function<std::optional<double>(const Run&)>& quantity,
                std::size_t most) {
    std::vector<const Run*> sorted;
    for (const Run& run : runs)
        if (quantity(run)) sorted.push_back(&run);
    std::sort(sorted.begin(), sorted.end(), [](const Run* a, const Run* b) { return a->date < b->date; });
    std::multiset<double> largest;
    std::vector<DatedValue> values;
    Numbers quarter;
    for (const Run* run : sorted) {
        const double value = *quantity(*run);
        const bool in = largest.size() < most || value > *largest.begin();
        largest.insert(value);
        if (largest.size() > most) largest.erase(largest.begin());
        if (in && !(run->date < calendar_date(2012, 1, 1)))
            values.push_back({run->date, value, 0,
                              quarter(std::to_string(std::int64_t(raw(run->date.since_2000) / raw(julian_year) * 4)))});
    }
    return values;
}

/// Best times of a benchmark with the same number of the same chip in several rounds: what is left is software.
[[nodiscard]] inline std::vector<DatedValue> same_chip_speeds(const std::vector<Result>& results) {
    std::map<std::string, std::map<double, const Result*>> best;
    for (const Result& r : results) {
        auto& at = best[r.benchmark + ' ' + r.accelerator + ' ' + std::to_string(std::int64_t(r.count))]
                       [raw(r.date.since_2000)];
        if (at == nullptr || r.minutes < at->minutes) at = &r;
    }
    std::vector<DatedValue> values;
    Numbers group, cluster;
    for (const auto& [name, by_date] : best) {
        if (by_date.size() < 2) continue;
        for (const auto& [date, r] : by_date)
            values.push_back({r->date, 1 / r->minutes, group(name), cluster(r->benchmark)});
    }
    return values;
}

/// Speed against the number of accelerators within one round, benchmark and chip: the best time of each number.
[[nodiscard]] inline LogLinearFit fit_elasticity(const std::vector<Result>& results) {
    std::map<std::string, std::map<double, const Result*>> best;
    for (const Result& r : results) {
        auto& at =
            best[r.benchmark + ' ' + r.accelerator + ' ' + std::string{std::string_view{to_text(r.date)}}][r.count];
        if (at == nullptr || r.minutes < at->minutes) at = &r;
    }
    std::vector<LogPoint> points;
    Numbers group, cluster;
    for (const auto& [name, by_count] : best) {
        if (by_count.size() < 2) continue;
        for (const auto& [count, r] : by_count)
            points.push_back({{std::log(count)}, 1 / r->minutes, group(name), cluster(r->benchmark)});
    }
    return fit_log_linear(points);
}

/// The largest submission of each round.
[[nodiscard]] inline std::vector<DatedValue> largest_submissions(const std::vector<Result>& results) {
    std::map<double, const Result*> most;
    for (const Result& r : results) {
        auto& at = most[raw(r.date.since_2000)];
        if (at == nullptr || r.count > at->count) at = &r;
    }
    std::vector<DatedValue> values;
    for (const auto& [date, r] : most) values.push_back({r->date, r->count, 0, values.size()});
    return values;
}

/// Every growth rate that ships, in the order in which they print.
[[nodiscard]] inline std::vector<Trend> fit_trends(const Data& data) {
    std::vector<Trend> list;
    const auto add = [&](std::string_view name, std::string_view quantity, std::string_view source,
                         const std::vector<DatedValue>& values) {
        Trend described{name, quantity, {}, 0, 0, {}, {}, {source, "2026-11", Evidence::fitted}};
        list.push_back(fit_growth(values, described));
    };
    constexpr std::string_view datasheets = "datasheets in catalog/accelerators.hpp";
    constexpr std::string_view epoch = "Epoch AI, training-cost-trends@263c40a";
    constexpr std::string_view mlperf = "MLPerf Training v0.5 to v5.0, closed division (mlcommons/training_results)";
    constexpr std::string_view priced =
        "Epoch AI, training-cost-trends@263c40a, and cloud price lists; datasheet peaks";
    const std::vector<Chip> chips = training_chips();
    add("chip_peak", "dense 16-bit peak of an accelerator, FLOP/s", datasheets,
        chip_values(chips, [](const Accelerator& a) { return raw(sixteen_bit_peak(a)); }));
    add("chip_peak_any_format", "dense peak in the fastest format, FLOP/s", datasheets,
        chip_values(chips, [](const Accelerator& a) {
            return std::max({raw(sixteen_bit_peak(a)), raw(a.matrix.fp8), raw(a.matrix.fp4), raw(a.matrix.fp32)});
        }));
    add("memory_bandwidth", "memory bandwidth of an accelerator, B/s", datasheets,
        chip_values(chips, [](const Accelerator& a) { return raw(a.memory.bandwidth); }));
    add("memory_capacity", "memory of an accelerator, B", datasheets,
        chip_values(chips, [](const Accelerator& a) { return raw(a.memory.capacity); }));
    add("chip_power", "rated power of an accelerator, W", datasheets,
        chip_values(chips, [](const Accelerator& a) { return raw(a.power); }));
    add("energy_efficiency", "16-bit peak over rated power, FLOP/J", datasheets,
        chip_values(chips, [](const Accelerator& a) { return raw(sixteen_bit_peak(a)) / raw(a.power); }));

    std::vector<DatedValue> bought, rented, same;
    Numbers half, group, chip_cluster;
    for (const Price& price : data.prices) {
        const Accelerator* chip = catalog::find_accelerator(price.accelerator);
        if (chip == nullptr) continue;
        const double peak = std::max(raw(sixteen_bit_peak(*chip)), raw(chip->vector));
        const std::optional<Date> born = parse_date(chip->provenance.as_of);
        const std::size_t family = half(std::string{chip->vendor} + std::string{chip->provenance.as_of.substr(0, 4)});
        if (!price.rent && born && price.date - *born < julian_year * 1.5)
            bought.push_back({price.date, peak / price.usd, 0, family});
        if (price.rent) rented.push_back({price.date, peak / price.usd, 0, family});
        if (price.rent) same.push_back({price.date, 1 / price.usd, group(price.accelerator), family});
    }
    add("bought_performance_per_price", "16-bit peak over purchase price of new accelerators, FLOP/s/USD", priced,
        bought);
    add("rented_performance_per_price", "16-bit peak over rent on demand, FLOP/USD", priced, rented);
    add("rent_of_same_chip", "accelerator-hours a dollar rents, of the same accelerator", priced, same);

    add("software", "speed of MLPerf with the same number of the same accelerator", mlperf,
        same_chip_speeds(data.results));
    add("largest_submission", "accelerators of the largest submission of a round", mlperf,
        largest_submissions(data.results));

    std::vector<Run> language_runs;
    for (const Run& run : data.runs)
        if (run.language) language_runs.push_back(run);
    const auto frontier = [&](std::string_view name, std::string_view quantity, auto member, bool language) {
        add(name, quantity, epoch,
            frontier_values(
                language ? language_runs : data.runs, [member](const Run& run) { return run.*member; }, 10));
    };
    frontier("compute", "training compute of the ten largest runs yet, FLOP", &Run::compute, false);
    frontier("parameters", "parameters of the ten largest language models yet", &Run::parameters, true);
    frontier("training_data", "training data of the ten largest language models yet, tokens", &Run::data, true);
    frontier("accelerators", "accelerators of the ten largest runs yet", &Run::chips, false);
    frontier("power", "power of the ten largest runs yet, W", &Run::power, false);
    frontier("cost", "cost of the ten most expensive runs yet, hardware amortised and energy, USD", &Run::cost, false);
    add("energy", "energy of the ten hungriest runs yet, power x duration, J", epoch,
        frontier_values(
            data.runs,
            [](const Run& run) {
                return run.power && run.hours ? std::optional{*run.power * *run.hours} : std::nullopt;
            },
            10));
    frontier("duration", "duration of the ten longest runs yet, h", &Run::hours, false);
    return list;
}

} // namespace trends
