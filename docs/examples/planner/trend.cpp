// SPDX-License-Identifier: Apache-2.0
#include <ctime>
#include <iostream>

#include <foretrain/catalog/accelerators.hpp>
#include <foretrain/catalog/models.hpp>
#include <foretrain/report/trend.hpp>

#include "commands.hpp"

namespace planner {

using namespace foretrain;

namespace {

[[nodiscard]] Date today() {
    return Date{make<Seconds>(static_cast<double>(std::time(nullptr)) - 946684800.0)}; // from 1970 to 2000
}

/// A growth that the user states as a factor a year, or the trend's.
[[nodiscard]] Growth growth(Reader& reader, const std::string& option, const Trend* trend) {
    if (const std::optional<double> factor = reader.number(option)) {
        if (*factor > 0) return growth_per_year(*factor);
        reader.refuse(option, detail::significant_text(6, *factor), "a factor above 0", "1 stands still");
        return {};
    }
    if (trend == nullptr) return {};
    reader.assume("--" + option, detail::times(factor_per_year(trend->growth)),
                  "trend of " + std::string{trend->quantity});
    return trend->growth;
}

[[nodiscard]] TrendAnswer question(Reader& reader) {
    TrendAnswer q;
    if (reader.given("compute")) {
        q.today.compute = make<Flops>(reader.number("compute").value_or(0));
        q.what = "a run";
        for (const char* option : {"model", "tokens"})
            if (reader.given(option)) reader.refuse(option, "given", "left out where --compute is given");
    } else {
        std::vector<std::string_view> names;
        for (const Transformer* model : catalog::all_models) names.push_back(model->name);
        const auto model = reader.name("model", names, "models");
        const auto tokens = reader.number("tokens");
        if (!tokens && model) reader.refuse("tokens", "nothing", "given with --model", "as 15T");
        if (model && tokens) {
            const Transformer& m = *catalog::all_models[*model];
            q.today.compute = make<Flops>(6.0 * static_cast<double>(active_parameters(m)) * *tokens);
            q.what = std::string{m.name} + ", " + detail::significant_text(3, *tokens / 1e12) + "T tokens";
        }
    }
    std::vector<std::string_view> chips;
    for (const Accelerator& chip : catalog::all_accelerators) chips.push_back(chip.name);
    const auto chip = reader.name("accelerator", chips, "accelerators");
    const double share = reader.number("utilization", 0.4, "of the dense 16-bit peak, usual for large runs");
    if (!(share > 0 && share <= 1)) reader.refuse("utilization", detail::significant_text(6, share), "from 0 to 1");
    if (chip) {
        q.accelerator = chips[*chip];
        q.today.sustained = sixteen_bit_peak(catalog::all_accelerators[*chip]) * share;
    }
    if (const auto n = reader.number("accelerators")) q.today.accelerators = make<Accelerators>(*n);
    if (const auto price = reader.number("price")) q.today.price = make<AcceleratorPrice>(*price / 3600.0);
    q.today.doubt = reader.number("doubt", 0.2, "standard deviation of the run's speed, in the logarithm");
    if (const auto days = reader.number("days")) q.target.within = make<Seconds>(*days * 86400.0);
    if (const auto budget = reader.number("budget")) q.target.budget = make<Usd>(*budget);
    q.start = today();
    if (reader.given("start")) {
        const std::string_view text = reader.required("start", "");
        if (const auto date = parse_date(text)) q.start = *date;
        else reader.refuse("start", text, "a date", "as 2026-11-21");
    }
    q.progress.chip = growth(reader, "chip-growth", &catalog::chip_peak_trend);
    q.progress.software = growth(reader, "software-growth", &catalog::software_trend);
    q.progress.scale = growth(reader, "scale-growth", nullptr);
    reader.refuse_unless(reader.given("budget"), {"price-growth"}, "left out without --budget",
                         "it says when a budget buys enough");
    q.progress.performance_per_price = growth(reader, "price-growth", &catalog::rented_performance_per_price_trend);
    reader.refuse_unless(reader.given("next-chip"), {"next-date", "next-price"}, "left out without --next-chip",
                         "it says what there is from then, at this price");
    if (reader.given("next-chip")) {
        const auto next = reader.name("next-chip", chips, "accelerators");
        const std::string_view text = reader.required("next-date", "from when one can train on it, as 2027-06-01");
        const std::optional<Date> date = parse_date(text);
        if (!date && !reader.refused("next-date")) reader.refuse("next-date", text, "a date", "as 2027-06-01");
        if (date && *date - q.start < make<Seconds>(0) && !reader.refused("start"))
            reader.refuse("next-date", text, "no earlier than the start of the training",
                          "a chip that is there already is an --accelerator");
        const double price = reader.number("next-price", 1, "price of a time on it over that of today's");
        if (!q.today.accelerators) reader.refuse("accelerators", "nothing", "given with --next-chip");
        if (next && chip && date && q.today.accelerators) {
            const Seconds in = *date - q.start;
            q.next_name = chips[*next];
            const double speed =
                sixteen_bit_peak(catalog::all_accelerators[*next]) / sixteen_bit_peak(catalog::all_accelerators[*chip]);
            q.next = NextChip{{raw(in) > 0 ? in : make<Seconds>(0), speed}, price};
        }
    }
    q.migration.standstill =
        make<Seconds>(86400.0 * reader.number("migration-days", 7, "standstill of a change of machines"));
    q.migration.worth_of_time = make<MoneyRate>(1.0);
    return q;
}

} // namespace

int trend(const Options& options, const Output& output, const std::vector<std::string>& unknown,
          const std::vector<std::string_view>& known) {
    Reader reader(options);
    reader.refuse_unknown(unknown, known);
    std::optional<TrendAnswer> answer;
    if (options.size() > options.count("csv")) { // --csv alone asks for no training
        TrendAnswer q = question(reader);
        if (reader.ok()) {
            const Result<TrendAnswer> result = try_answer(q);
            if (result) answer = *result;
            else reader.refuse(result.violations());
        }
        if (answer)
            for (const Assumption& a : reader.assumed())
                answer->assumed.emplace_back(a.what, a.value + ": " + std::string{a.why});
    }
    if (!reader.ok()) return reader.report("trend");
    if (reader.given("csv"))
        if (const int status = write(options.at("csv"), trend_csv()); status != 0 || options.at("csv") == "-")
            return status;
    if (output.json)
        if (const auto done = write_json(output, trend_json(answer).dump(2) + '\n')) return *done;
    std::cout << trend_text(answer, output.style);
    return 0;
}

} // namespace planner
