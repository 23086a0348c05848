// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <charconv>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../catalog/mlperf_best.hpp"
#include "../catalog/trends.hpp"
#include "../planner/trend_outlook.hpp"
#include "../planner/trend_projection.hpp"
#include "../planner/trend_upgrade.hpp"
#include "../units/print.hpp"
#include "json.hpp"
#include "table.hpp"

// The treadmill as text, JSON and CSV: growth rates, the curve of best times and why it falls, and what follows for one
// training: when it can be had, whether to wait, how long it may run, when to change machines.

namespace foretrain::inline v0 {

/// One benchmark between its first round and its record.
struct BenchmarkProgress {
    const catalog::BenchmarkBest* first = nullptr;
    const catalog::BenchmarkBest* record = nullptr;
    SpeedUp up{};
};

/// Every benchmark of `catalog::mlperf_best` that was run in at least two rounds.
[[nodiscard]] inline std::vector<BenchmarkProgress> benchmark_progress() {
    std::vector<BenchmarkProgress> list;
    for (const catalog::BenchmarkBest& best : catalog::mlperf_best) {
        if (list.empty() || list.back().first->benchmark != best.benchmark) list.push_back({&best, &best, {}});
        else if (best.result.time < list.back().record->result.time) list.back().record = &best;
    }
    std::erase_if(list, [](const BenchmarkProgress& p) { return p.first == p.record; });
    for (BenchmarkProgress& p : list)
        p.up = *try_speed_up(p.first->result, p.record->result, catalog::scaling_elasticity.value);
    return list;
}

/// A question about one training, and what follows from the trends.
struct TrendAnswer {
    std::string what;        ///< `llama3-8b, 15T tokens`
    std::string accelerator; ///< name of today's
    Date start{};            ///< the day that numbers of today are of
    TrainingToday today{};
    Progress progress{};
    TrainingTarget target{};
    Migration migration{};
    Projection projection{};
    Seconds longest{};                            ///< sensible run, by machines and software
    Seconds longest_with_money{};                 ///< the same with spending that grows as it has
    std::optional<Start> wait{};                  ///< of the run on the accelerators one has
    std::optional<Interval<Seconds>> wait_band{}; ///< of its wait, by the error of the rates
    std::optional<Upgrade> upgrade{};
    std::string next_name; ///< of the chip to wait for
    std::optional<NextChip> next{};
    std::optional<NextChipChoice> choice{};
    std::vector<std::pair<std::string, std::string>> assumed; ///< option and value, with the reason
};

/// Answers; throws `InvalidConfiguration` with everything that is wrong. Fields that follow are filled in.
[[nodiscard]] inline Result<TrendAnswer> try_answer(TrendAnswer question) {
    const Result<Projection> projection = try_project(question.today, question.progress, question.target);
    if (!projection) return projection.violations();
    question.projection = *projection;
    const Growth speed = question.progress.chip + question.progress.software;
    if (raw(speed.rate) > 0) {
        const Result<Seconds> longest = try_longest_sensible_run(speed);
        const Result<Seconds> with_money = try_longest_sensible_run(speed + catalog::cost_trend.growth);
        if (longest) question.longest = *longest;
        if (with_money) question.longest_with_money = *with_money;
    }
    if (question.projection.duration_now) {
        const Seconds duration = *question.projection.duration_now;
        const Result<Start> wait = try_start_or_wait(duration, speed);
        if (!wait) return wait.violations();
        question.wait = *wait;
        const auto at = [&](double deviations) {
            const Result<Start> other = try_start_or_wait(duration, growth_at(speed, deviations));
            return other ? other->wait : Seconds{};
        };
        Seconds low = at(-eight_in_ten), high = at(eight_in_ten);
        if (high < low) std::swap(low, high);
        question.wait_band = Interval<Seconds>{low, wait->wait, high};
        const Result<Upgrade> upgrade = try_mid_run_upgrade(duration, speed, question.migration);
        if (!upgrade) return upgrade.violations();
        question.upgrade = *upgrade;
        if (question.next) {
            const Result<NextChipChoice> choice =
                try_next_chip(duration, *question.next, question.migration.standstill);
            if (!choice) return choice.violations();
            question.choice = *choice;
        }
    }
    return question;
}

namespace detail {

[[nodiscard]] inline std::string chars_text(double number, std::chars_format format, int precision) {
    std::array<char, 400> text{};
    const auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), number, format, precision);
    return {text.data(), end};
}
/// With decimals.
[[nodiscard]] inline std::string fixed_text(int decimals, double number) {
    return chars_text(number, std::chars_format::fixed, decimals);
}
/// With significant digits.
[[nodiscard]] inline std::string significant_text(int digits, double number) {
    return chars_text(number, std::chars_format::general, digits);
}
[[nodiscard]] inline std::string times(double factor) {
    return (factor >= 99.5   ? fixed_text(0, factor)
            : factor >= 9.95 ? fixed_text(1, factor)
                             : fixed_text(2, factor)) +
           "x";
}
[[nodiscard]] inline std::string text_of(const auto& text) { return std::string{std::string_view{text}}; }
/// Days up to a year, then years.
[[nodiscard]] inline std::string span_text(const Seconds& time) {
    const double years = raw(time) / raw(julian_year);
    return years < 1 ? fixed_text(0, 365.25 * years) + " days" : fixed_text(1, years) + " years";
}
[[nodiscard]] inline std::string when_text(const Date& start, const std::optional<Seconds>& wait) {
    if (!wait || *wait > julian_year * 100.0) return "not within a century";
    return *wait > Seconds{} ? text_of(to_text(start + *wait)) : "now";
}
[[nodiscard]] inline std::string band_text(const Growth& growth) {
    return times(factor_per_year(growth_at(growth, -eight_in_ten))) + " to " +
           times(factor_per_year(growth_at(growth, eight_in_ten)));
}

inline void rates_text(std::string& out, const TextStyle& style) {
    out += "HOW FAST THINGS MOVE\n";
    TextTable table("lrlrll", 2);
    table.add({"trend", "a year", "8 in 10", "points", "years", "of"});
    for (const Trend& trend : catalog::all_trends)
        table.add({std::string{trend.name}, times(factor_per_year(trend.growth)), band_text(trend.growth),
                   grouped(trend.points),
                   text_of(to_text(trend.from)).substr(0, 4) + "-" + text_of(to_text(trend.to)).substr(0, 4),
                   std::string{trend.quantity}});
    out += table.text(style.width);
    const ScalingElasticity& e = catalog::scaling_elasticity;
    out +=
        wrapped("  ",
                "Twice the accelerators are " + times(exp2(e.value)) + " as fast (exponent " + fixed_text(2, e.value) +
                    " +- " + fixed_text(2, eight_in_ten * e.error) + ", " + grouped(e.points) + " results of MLPerf).",
                2, style.width);
}

inline void curve_text(std::string& out, const TextStyle& style) {
    out += "\nBEST TIME TO TRAIN, FIRST ROUND TO RECORD: WHAT IT IS MADE OF\n";
    TextTable table("lrrrrrrrrr", 2);
    table.add({"benchmark", "rounds", "minutes", "faster", "a year", "chip", "scale", "loss", "software", "samples"});
    for (const BenchmarkProgress& p : benchmark_progress()) {
        const double years = raw(p.record->date - p.first->date) / raw(julian_year);
        table.add({std::string{p.first->benchmark}, std::string{p.first->round} + "-" + std::string{p.record->round},
                   significant_text(3, raw(p.first->result.time) / 60) + "-" +
                       significant_text(3, raw(p.record->result.time) / 60),
                   times(p.up.total), times(exp(log(p.up.total) / years)), times(p.up.chip), times(p.up.accelerators),
                   times(p.up.scaling), times(p.up.software), p.up.samples_known ? times(p.up.samples) : "-"});
    }
    out += table.text(style.width);
    out += wrapped("  ",
                   "faster = chip x scale x loss x software x samples. chip: dense peak in the format used; scale: "
                   "accelerators; loss: what imperfect scaling takes; software: what is left, memory and links "
                   "included; samples: below 1 where larger batches need more of them.",
                   2, style.width);
}

inline void answer_text(std::string& out, const TrendAnswer& a, const TextStyle& style) {
    const auto line = [&](std::string_view label, const std::string& text) {
        out += wrapped(padded("  " + std::string{label}, 22), text, 22, style.width);
    };
    const auto usd = [](const Usd& money) { return text_of(to_text(money)); };
    const auto count = [](const Accelerators& n) { return grouped(static_cast<std::int64_t>(raw(n) + 0.5)); };
    const Projection& p = a.projection;
    out += "\nWHEN\n";
    line("training", a.what + ": " + text_of(to_text(a.today.compute)) + " at " + text_of(to_text(a.today.sustained)) +
                         " an accelerator (" + a.accelerator + ")");
    if (p.duration_now) line("today", span_text(*p.duration_now) + " on " + count(*a.today.accelerators));
    if (p.needed_now)
        line("in " + span_text(*a.target.within),
             count(*p.needed_now) + " accelerators today" +
                 (p.needed_then && p.bound != TrendBound::nothing ? ", " + count(*p.needed_then) + " by then" : ""));
    if (p.cost_now) line("costs today", usd(*p.cost_now));
    const auto band = [&](const WaitBand& wait) {
        const std::string middle = when_text(a.start, wait.p50);
        const std::string low = when_text(a.start, wait.p10), high = when_text(a.start, wait.p90);
        return low == high ? middle : middle + ", eight in ten from " + low + " to " + high;
    };
    if (a.target.within && a.today.accelerators) line("within the time", band(p.wait_for_time));
    if (a.target.budget) line("within " + usd(*a.target.budget), band(p.wait_for_money));
    line("possible", band(p.wait) + (p.bound == TrendBound::nothing ? std::string{}
                                                                    : "; " + std::string{name_of(p.bound)} + " binds"));
    out += "\nSTART NOW OR WAIT\n";
    if (raw(a.longest) > 0) {
        line("longest sensible", span_text(a.longest) + " as machines and software move (" +
                                     times(factor_per_year(a.progress.chip + a.progress.software)) + " a year), " +
                                     span_text(a.longest_with_money) + " if spending keeps growing too");
    } else {
        line("longest sensible", "any: nothing gets faster");
    }
    if (a.wait) {
        if (a.wait->wait > Seconds{})
            line("wait", span_text(a.wait->wait) + " (eight in ten " + span_text(a.wait_band->p10) + " to " +
                             span_text(a.wait_band->p90) + "), then train " + span_text(a.wait->duration) + ": done " +
                             span_text(a.wait->saved()) + " earlier");
        else
            line("wait",
                 "no: started now it ends first" +
                     std::string{a.wait_band->p90 > Seconds{} ? ", unless machines move at the upper end of their band"
                                                              : ""});
    }
    if (a.upgrade) {
        const Upgrade& u = *a.upgrade;
        if (raw(u.at) > 0)
            line("upgrade in mid-run",
                 std::string{u.worthwhile ? "" : "no: "} + "after " + span_text(u.at) + " it ends " +
                     (u.finish() < u.stay ? span_text(u.stay - u.finish()) + " earlier"
                                          : span_text(u.finish() - u.stay) + " later") +
                     " with " + span_text(u.standstill) + " of standstill; breaks even at " + span_text(u.break_even));
        else line("upgrade in mid-run", "no: nothing gets faster");
    }
    if (a.choice) {
        const auto option = [&](const BasicChipOption<double>& way) {
            return "ends after " + span_text(way.finish) + ", at " + fixed_text(0, 100 * way.cost) + "% of the cost";
        };
        out += "\nWAIT FOR " + a.next_name + ": " + times(a.next->release.speed) + " as fast at " +
               times(a.next->price) + " the price in " + span_text(a.next->release.in) + "\n";
        line("stay", option(a.choice->stay));
        line("wait", option(a.choice->wait));
        line("start now and move", option(a.choice->move));
    }
    if (!a.assumed.empty()) {
        out += "\nASSUMED\n";
        for (const auto& [name, why] : a.assumed) line(name, why);
    }
}

} // namespace detail

/// Rates, the curve, and an answer if there is one, as text.
[[nodiscard]] inline std::string trend_text(const std::optional<TrendAnswer>& answer, const TextStyle& style) {
    std::string out;
    detail::rates_text(out, style);
    detail::curve_text(out, style);
    if (answer) detail::answer_text(out, *answer, style);
    return out;
}

namespace detail {
[[nodiscard]] inline Json growth_json(const Growth& growth) {
    return {{"factor_per_year", factor_per_year(growth)},
            {"p10", factor_per_year(growth_at(growth, -eight_in_ten))},
            {"p90", factor_per_year(growth_at(growth, eight_in_ten))}};
}
[[nodiscard]] inline Json seconds_json(const std::optional<Seconds>& time) {
    return time ? Json(raw(*time)) : Json(nullptr);
}
[[nodiscard]] inline Json wait_json(const WaitBand& wait) {
    return {{"p10_s", raw(wait.p10) < 1e17 ? Json(raw(wait.p10)) : Json(nullptr)},
            {"p50_s", seconds_json(wait.p50)},
            {"p90_s", seconds_json(wait.p90)}};
}
} // namespace detail

/// The same as JSON.
[[nodiscard]] inline Json trend_json(const std::optional<TrendAnswer>& answer) {
    Json rates = Json::array(), curve = Json::array();
    for (const Trend& t : catalog::all_trends) {
        Json entry = {{"name", t.name}, {"quantity", t.quantity}};
        entry.update(detail::growth_json(t.growth));
        entry["scatter"] = t.scatter;
        entry["points"] = t.points;
        entry["from"] = detail::text_of(to_text(t.from));
        entry["to"] = detail::text_of(to_text(t.to));
        entry["provenance"] = provenance_json(t.provenance);
        rates.push_back(std::move(entry));
    }
    for (const BenchmarkProgress& p : benchmark_progress())
        curve.push_back({{"benchmark", p.first->benchmark},
                         {"first_round", p.first->round},
                         {"record_round", p.record->round},
                         {"first_time_s", raw(p.first->result.time)},
                         {"record_time_s", raw(p.record->result.time)},
                         {"speed_up", p.up.total},
                         {"chip", p.up.chip},
                         {"accelerators", p.up.accelerators},
                         {"scaling", p.up.scaling},
                         {"software", p.up.software},
                         {"samples", p.up.samples_known ? Json(p.up.samples) : Json(nullptr)}});
    Json json = {{"schema", report_schema},
                 {"rates", std::move(rates)},
                 {"scaling_elasticity", catalog::scaling_elasticity.value},
                 {"curve", std::move(curve)},
                 {"answer", nullptr}};
    if (!answer) return json;
    const TrendAnswer& a = *answer;
    const Projection& p = a.projection;
    Json& out = json["answer"] = {
        {"training", a.what},
        {"compute_flop", raw(a.today.compute)},
        {"accelerator", a.accelerator},
        {"start", detail::text_of(to_text(a.start))},
        {"duration_now_s", detail::seconds_json(p.duration_now)},
        {"accelerators_needed_now", p.needed_now ? Json(raw(*p.needed_now)) : Json(nullptr)},
        {"accelerators_needed_then", p.needed_then ? Json(raw(*p.needed_then)) : Json(nullptr)},
        {"cost_now_usd", p.cost_now ? Json(raw(*p.cost_now)) : Json(nullptr)},
        {"wait_for_time", detail::wait_json(p.wait_for_time)},
        {"wait_for_money", detail::wait_json(p.wait_for_money)},
        {"wait", detail::wait_json(p.wait)},
        {"possible_from",
         p.wait.p50 ? Json(detail::when_text(a.start, p.wait.p50) == "now" ? detail::text_of(to_text(a.start))
                                                                           : detail::when_text(a.start, p.wait.p50))
                    : Json(nullptr)},
        {"bound", name_of(p.bound)},
        {"longest_sensible_run_s", raw(a.longest) > 0 ? Json(raw(a.longest)) : Json(nullptr)},
        {"longest_sensible_run_with_money_s", raw(a.longest) > 0 ? Json(raw(a.longest_with_money)) : Json(nullptr)},
        {"start_or_wait", nullptr},
        {"upgrade", nullptr}};
    if (a.wait)
        out["start_or_wait"] = {{"wait_s", raw(a.wait->wait)},
                                {"wait_p10_s", raw(a.wait_band->p10)},
                                {"wait_p90_s", raw(a.wait_band->p90)},
                                {"duration_s", raw(a.wait->duration)},
                                {"saved_s", raw(a.wait->saved())}};
    if (a.upgrade)
        out["upgrade"] = {{"worthwhile", a.upgrade->worthwhile},
                          {"at_s", raw(a.upgrade->at)},
                          {"standstill_s", raw(a.upgrade->standstill)},
                          {"finish_s", raw(a.upgrade->finish())},
                          {"break_even_standstill_s", raw(a.upgrade->break_even)}};
    out["next_chip"] = nullptr;
    if (a.choice) {
        const auto option = [](const BasicChipOption<double>& way) {
            return Json{{"finish_s", raw(way.finish)}, {"cost_over_staying", way.cost}};
        };
        out["next_chip"] = {{"name", a.next_name},
                            {"speed", a.next->release.speed},
                            {"available_in_s", raw(a.next->release.in)},
                            {"stay", option(a.choice->stay)},
                            {"wait", option(a.choice->wait)},
                            {"move", option(a.choice->move)}};
    }
    for (const auto& [name, why] : a.assumed) out["assumed"][name] = why;
    return json;
}

/// The curve as CSV, a line for each benchmark and round: what plots need.
[[nodiscard]] inline std::string trend_csv() {
    std::string out = "benchmark,round,date,accelerator,accelerators,peak_flop_per_s,minutes,samples,speed_up,chip,"
                      "scale,scaling,software,sample_factor\n";
    const catalog::BenchmarkBest* first = nullptr;
    for (const catalog::BenchmarkBest& best : catalog::mlperf_best) {
        if (first == nullptr || first->benchmark != best.benchmark) first = &best;
        const TrainingResult& r = best.result;
        const SpeedUp up = *try_speed_up(first->result, r, catalog::scaling_elasticity.value);
        out += std::string{best.benchmark} + ',' + std::string{best.round} + ',' + detail::text_of(to_text(best.date)) +
               ',' + std::string{best.accelerator};
        for (const double x : {raw(r.accelerators), raw(r.peak), raw(r.time) / 60})
            out += ',' + detail::significant_text(6, x);
        out += ',' + (r.samples ? detail::significant_text(6, raw(*r.samples)) : std::string{});
        for (const double x : {up.total, up.chip, up.accelerators, up.scaling, up.software})
            out += ',' + detail::significant_text(6, x);
        out += ',' + (up.samples_known ? detail::significant_text(6, up.samples) : std::string{}) + '\n';
    }
    return out;
}

} // namespace foretrain::inline v0
