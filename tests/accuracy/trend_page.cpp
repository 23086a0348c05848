// SPDX-License-Identifier: Apache-2.0
// Writes docs/trend.md from trend_page.md and the data, and a script that draws its figures.
//
//   write_trend_page write    writes the page, and trend.gp into the current folder
//   write_trend_page check    fails if the page or a figure is not what the data say
//
// In the template, {{name}} is a table, {{rate:x}} and {{band:x}} a growth and its band, {{figure:x}} a figure.

#include "trend_plots.hpp"

#include <cstdio>
#include <exception>
#include <fstream>
#include <iterator>
#include <stdexcept>

using namespace trends;

namespace {

const std::string here = FORETRAIN_ACCURACY_DIR;
const std::string page_path = FORETRAIN_DOCS_DIR "/trend.md";
const std::string figures_path = FORETRAIN_DOCS_DIR "/figures/trend";

using foretrain::detail::fixed_text;
using foretrain::detail::significant_text;
using foretrain::detail::times;

std::string read(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}
std::string percent(double share) { return fixed_text(0, 100 * share) + "%"; }
std::string years_of(const Trend& trend) {
    return std::string{std::string_view{to_text(trend.from)}}.substr(0, 4) + "-" +
           std::string{std::string_view{to_text(trend.to)}}.substr(0, 4);
}

std::string rates_table() {
    std::string table =
        "| trend | what | a year | eight in ten | scatter | points | years |\n|---|---|---|---|---|---|---|\n";
    for (const Trend& t : catalog::all_trends)
        table += "| `" + std::string{t.name} + "` | " + std::string{t.quantity} + " | " +
                 times(factor_per_year(t.growth)) + " | " + foretrain::detail::band_text(t.growth) + " | " +
                 fixed_text(2, t.scatter) + " | " + std::to_string(t.points) + " | " + years_of(t) + " |\n";
    return table;
}

std::string curve_table() {
    std::string table =
        "| benchmark | rounds | minutes | faster | chip | number | scaling loss | software | samples |\n"
        "|---|---|---|---|---|---|---|---|---|\n";
    for (const BenchmarkProgress& p : benchmark_progress())
        table += "| " + std::string{p.first->benchmark} + " | " + std::string{p.first->round} + " to " +
                 std::string{p.record->round} + " | " + significant_text(3, raw(p.first->result.time) / 60) + " to " +
                 significant_text(3, raw(p.record->result.time) / 60) + " | " + times(p.up.total) + " | " +
                 times(p.up.chip) + " | " + times(p.up.accelerators) + " | " + times(p.up.scaling) + " | " +
                 times(p.up.software) + " | " + (p.up.samples_known ? times(p.up.samples) : "not published") + " |\n";
    return table;
}

/// From the record of one benchmark to the first result of the one that took its place.
std::string generations_table() {
    struct Work {
        std::string_view benchmark, round;
        Flops sample;
    };
    const std::array works = {Work{"bert-0.720", "v1.0", palm_flops(catalog::bert_large, 512)},
                              Work{"gpt3", "v3.0", causal_flops(catalog::gpt3_175b, 2048)},
                              Work{"llama31_405b", "v5.0", causal_flops(*catalog::find_model("llama3.1-405b"), 8192)}};
    std::string table = "| from | to | time | chip | number | scaling loss | software | samples | model |\n"
                        "|---|---|---|---|---|---|---|---|---|\n";
    for (std::size_t i = 1; i < works.size(); ++i) {
        std::array<TrainingResult, 2> results;
        for (std::size_t k = 0; k < 2; ++k)
            for (const catalog::BenchmarkBest& best : catalog::mlperf_best)
                if (best.benchmark == works.at(i - 1 + k).benchmark && best.round == works.at(i - 1 + k).round) {
                    results.at(k) = best.result;
                    results.at(k).work_of_sample = works.at(i - 1 + k).sample;
                }
        const SpeedUp up = speed_up(results[0], results[1], catalog::scaling_elasticity.value);
        table += "| " + std::string{works.at(i - 1).benchmark} + ", " + std::string{works.at(i - 1).round} + " | " +
                 std::string{works.at(i).benchmark} + ", " + std::string{works.at(i).round} + " | " +
                 significant_text(2, 1 / up.total) + "x longer | " + times(up.chip) + " | " + times(up.accelerators) +
                 " | " + times(up.scaling) + " | " + times(up.software) + " | " + times(up.samples) + " | 1/" +
                 grouped(std::int64_t(1 / up.model + 0.5)) + " |\n";
    }
    return table;
}

std::string backtest_table(const Data& data) {
    std::string table = "| fitted up to | exponent | horizon | projections | off by, median | mean | \"stays as it "
                        "is\", median | bias | in "
                        "the band |\n|---|---|---|---|---|---|---|---|---|\n";
    double inside = 0, count = 0;
    for (const Round& round : rounds) {
        const Date cut = *parse_date(round.date);
        if (cut < calendar_date(2021, 1, 1)) continue;
        const RecordCurve curve = fit_record_curve(record_points(data.results, cut));
        for (const auto& [low, high, name] : {std::tuple{0.0, 1.1, "to 1.1 years"}, std::tuple{1.1, 2.2, "1.1 to 2.2"},
                                              std::tuple{2.2, 9.0, "beyond"}}) {
            const std::optional<BackTest> test = back_test(data.results, cut, low, high);
            if (!test) continue;
            table += "| " + std::string{round.name} + " | " + fixed_text(2, curve.exponent) + " | " + name + " | " +
                     std::to_string(test->points) + " | " + percent(test->median) + " | " + percent(test->mean) +
                     " | " + percent(test->unchanged) + " | " + (test->bias > 0 ? "+" : "") +
                     percent(std::expm1(test->bias)) + " | " + percent(test->coverage) + " |\n";
            inside += test->coverage * static_cast<double>(test->points);
            count += static_cast<double>(test->points);
        }
    }
    return table + "\nOf all " + std::to_string(std::int64_t(count)) + " projections " + percent(inside / count) +
           " lie in the band that should hold 80%.\n";
}

/// Benchmarks that did not exist when the curve was fitted, from their first result on.
std::string newborn_table(const Data& data) {
    std::string table = "| fitted up to | benchmarks after that | projections | off by, median | mean | \"stays as it "
                        "is\", median | in "
                        "the band |\n|---|---|---|---|---|---|---|\n";
    const std::vector<RecordPoint> all = record_points(data.results, calendar_date(2100, 1, 1));
    for (const char* date : {"2020-07-29", "2021-06-30", "2022-06-29", "2022-11-09"}) {
        const Date cut = *parse_date(date);
        const std::optional<NewBornTest> test = test_new_benchmarks(data.results, cut);
        if (!test) continue;
        table += "| " + round_of(cut) + " | " + std::to_string(test->benchmarks) + " | " +
                 std::to_string(test->points) + " | " + percent(test->median) + " | " + percent(test->mean) + " | " +
                 percent(test->unchanged) + " | " + percent(test->coverage) + " |\n";
    }
    return table;
}

std::string next_table(const Data& data) {
    std::string table = "| benchmark | record | round | a year on | eight in ten |\n|---|---|---|---|---|\n";
    for (const auto& [name, best] : best_results(data.results)) {
        if (best.back().date < calendar_date(2024, 6, 1)) continue;
        const trends::Result record = records_of(best).back();
        const Seconds age = best.back().date - best.front().date;
        const Interval<Seconds> next =
            project_record(catalog::record_curve, make<Seconds>(60 * record.minutes), age, age + julian_year);
        const auto minutes = [](const Seconds& time) { return significant_text(2, raw(time) / 60); };
        table += "| " + name + " | " + significant_text(3, record.minutes) + " min | " + round_of(record.date) + " | " +
                 minutes(next.p50) + " min | " + minutes(next.p10) + " to " + minutes(next.p90) + " |\n";
    }
    return table;
}

class Page {
public:
    explicit Page(const Data& data) : data_{data}, figures_{figures_of(data)} {}

    [[nodiscard]] std::string text() const {
        const std::string form = read(here + "/trend_page.md");
        std::string page;
        for (std::size_t at = 0;;) {
            const std::size_t begin = form.find("{{", at), end = form.find("}}", begin);
            if (begin == std::string::npos || end == std::string::npos) return page + form.substr(at);
            page += form.substr(at, begin - at) + value(form.substr(begin + 2, end - begin - 2));
            at = end + 2;
        }
    }
    [[nodiscard]] const std::vector<Figure>& figures() const { return figures_; }

private:
    [[nodiscard]] std::string value(const std::string& name) const {
        if (name == "rates") return rates_table();
        if (name == "curve") return curve_table();
        if (name == "generations") return generations_table();
        if (name == "backtest") return backtest_table(data_);
        if (name == "newborn") return newborn_table(data_);
        if (name == "next") return next_table(data_);
        if (name == "exponent") return fixed_text(2, catalog::record_curve.exponent);
        if (name == "elasticity") return fixed_text(2, catalog::scaling_elasticity.value);
        if (name == "doubled") return times(exp2(catalog::scaling_elasticity.value));
        const Growth speed = catalog::chip_peak_trend.growth + catalog::software_trend.growth;
        if (name == "speed") return times(factor_per_year(speed));
        if (name == "longest") return foretrain::detail::span_text(longest_sensible_run(speed));
        if (name == "longest:money")
            return foretrain::detail::span_text(longest_sensible_run(speed + catalog::cost_trend.growth));
        if (name.starts_with("figure:"))
            for (const Figure& figure : figures_)
                if (figure.name == name.substr(7))
                    return "![" + figure.title + "](figures/trend/" + figure.name + ".svg)";
        const Trend* trend = catalog::find_trend(name.substr(std::min(name.size(), name.find(':') + 1)));
        if (trend != nullptr && name.starts_with("rate:")) return times(factor_per_year(trend->growth));
        if (trend != nullptr && name.starts_with("band:")) return foretrain::detail::band_text(trend->growth);
        throw std::runtime_error("the template asks for " + name + ", which is not known");
    }

    const Data& data_;
    std::vector<Figure> figures_;
};

} // namespace

int main(int count, char** arguments) try {
    const std::string command = count == 2 ? arguments[1] : "";
    if (command != "write" && command != "check") {
        std::fprintf(stderr, "usage: write_trend_page (write | check)\n");
        return 2;
    }
    const Data data = load(here + "/data");
    const Page page(data);
    const std::string text = page.text();
    if (command == "write") {
        std::ofstream(page_path, std::ios::binary) << text;
        std::ofstream("trend.gp", std::ios::binary) << script_of(page.figures());
        return 0;
    }
    int wrong = 0;
    if (read(page_path) != text) {
        std::printf("docs/trend.md is not what the data say: build the target trend_page\n");
        ++wrong;
    }
    for (const Figure& figure : page.figures())
        if (read(figures_path + '/' + figure.name + ".svg").find(figure.mark) == std::string::npos) {
            std::printf("%s.svg is not of these data: build the target trend_page where gnuplot is installed\n",
                        figure.name.c_str());
            ++wrong;
        }
    return wrong == 0 ? 0 : 1;
} catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
}
