// SPDX-License-Identifier: Apache-2.0
#include <foretrain/report/trend.hpp>
#include <foretrain/units/literals.hpp>

#include <doctest/doctest.h>

#include <algorithm>

using namespace foretrain;
using namespace foretrain::literals;
using doctest::Approx;

namespace {

TrendAnswer frontier() {
    TrendAnswer question;
    question.what = "a run";
    question.accelerator = "h100-sxm";
    question.start = calendar_date(2026, 11, 21);
    question.today = {make<Flops>(1e26), 400_TFLOP_per_s, make<Accelerators>(16384),
                      2.0 * usd / (one_accelerator * 1_hours), 0.2};
    question.progress = {catalog::chip_peak_trend.growth,
                         catalog::software_trend.growth,
                         {},
                         catalog::rented_performance_per_price_trend.growth};
    question.target = {90_days, 50_M_usd};
    question.migration = {7_days, 0_usd, make<MoneyRate>(1.0)};
    return question;
}

} // namespace

TEST_CASE("an answer is what the planner says, under a longest run that growing spending shortens") {
    const Result<TrendAnswer> answer = try_answer(frontier());
    REQUIRE(answer);
    const TrendAnswer& a = *answer;
    const Growth speed = a.progress.chip + a.progress.software;
    CHECK(raw(a.longest) == Approx(1 / raw(speed.rate)));
    CHECK(a.longest_with_money < a.longest);
    REQUIRE(a.wait);
    CHECK(a.wait->wait == 0_s); // 177 days are shorter than that
    CHECK(a.wait_band->p10 <= a.wait_band->p50);
    CHECK(a.wait_band->p50 <= a.wait_band->p90);
    REQUIRE(a.upgrade);
    CHECK(a.upgrade->worthwhile == (a.upgrade->finish() < a.upgrade->stay));
}

TEST_CASE("text has every trend and every benchmark, fits the width, and says what was asked") {
    const TrendAnswer answer = *try_answer(frontier());
    for (const std::size_t width : {80U, 100U, 160U}) {
        const std::string text = trend_text(answer, {.width = width});
        for (const Trend& trend : catalog::all_trends) CHECK(text.find(std::string{trend.name}) != std::string::npos);
        for (const BenchmarkProgress& p : benchmark_progress())
            CHECK(text.find(std::string{p.first->benchmark}) != std::string::npos);
        for (const char* part : {"HOW FAST", "BEST TIME", "WHEN", "START NOW OR WAIT", "in 90 days", "money binds"})
            CHECK_MESSAGE(text.find(part) != std::string::npos, part);
        std::size_t column = 0, longest = 0;
        for (const char c : text) {
            column = c == '\n' ? 0 : column + 1;
            longest = std::max(longest, column);
            CHECK(static_cast<unsigned char>(c) < 128);
        }
        CHECK(longest <= width);
    }
    CHECK(trend_text(std::nullopt, {}).find("WHEN") == std::string::npos);
}

TEST_CASE("JSON has the numbers, and null for what never comes") {
    const TrendAnswer answer = *try_answer(frontier());
    const Json json = trend_json(answer);
    CHECK(json["rates"].size() == catalog::all_trends.size());
    CHECK(json["answer"]["bound"] == "money");
    CHECK(json["answer"]["wait"]["p50_s"].get<double>() == raw(*answer.projection.wait.p50));
    CHECK(json["answer"]["possible_from"] ==
          std::string{std::string_view{to_text(answer.start + *answer.projection.wait.p50)}});
    for (const Json& entry : json["curve"])
        CHECK(entry["speed_up"].get<double>() ==
              Approx(entry["chip"].get<double>() * entry["accelerators"].get<double>() *
                     entry["scaling"].get<double>() * entry["software"].get<double>() *
                     (entry["samples"].is_null() ? 1.0 : entry["samples"].get<double>())));
    TrendAnswer still = frontier();
    still.progress = {};
    const Json never = trend_json(*try_answer(still));
    CHECK(never["answer"]["wait"]["p50_s"].is_null());
    CHECK(never["answer"]["longest_sensible_run_s"].is_null());
    CHECK(trend_json(std::nullopt)["answer"].is_null());
}

TEST_CASE("the next chip stands beside staying, in text and JSON") {
    TrendAnswer question = frontier();
    question.next_name = "b200-sxm";
    question.next = NextChip{{100_days, 2.274}, 1.6};
    const TrendAnswer answer = *try_answer(question);
    REQUIRE(answer.choice);
    const Json json = trend_json(answer);
    CHECK(json["answer"]["next_chip"]["wait"]["finish_s"].get<double>() == raw(answer.choice->wait.finish));
    CHECK(json["answer"]["next_chip"]["stay"]["cost_over_staying"] == 1.0);
    const std::string text = trend_text(answer, {});
    CHECK(text.find("WAIT FOR b200-sxm: 2.27x as fast at 1.60x the price in 100 days") != std::string::npos);
    CHECK(text.find("start now and move") != std::string::npos);
    CHECK(trend_json(*try_answer(frontier()))["answer"]["next_chip"].is_null());
}

TEST_CASE("CSV has a line for each best time, with as many cells") {
    const std::string csv = trend_csv();
    std::size_t lines = 0, at = 0;
    const auto commas = [](const std::string& line) { return std::count(line.begin(), line.end(), ','); };
    const auto header = commas(csv.substr(0, csv.find('\n')));
    while (at < csv.size()) {
        const std::size_t end = csv.find('\n', at);
        CHECK(commas(csv.substr(at, end - at)) == header);
        at = end + 1;
        ++lines;
    }
    CHECK(lines == catalog::mlperf_best.size() + 1);
}

TEST_CASE("bad questions come back with everything that is wrong") {
    TrendAnswer bad = frontier();
    bad.today.compute = make<Flops>(0);
    bad.today.price.reset();
    const Result<TrendAnswer> answer = try_answer(bad);
    REQUIRE_FALSE(answer);
    CHECK(answer.violations().size() == 2);
}
