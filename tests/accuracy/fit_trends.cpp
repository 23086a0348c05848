// SPDX-License-Identifier: Apache-2.0
// Fits growth rates and the curve of best times to the tables under data/, and writes them as headers:
//
//   fit_trends                     prints them
//   fit_trends write INCLUDE       writes catalog/trends.hpp and catalog/mlperf_best.hpp below INCLUDE
//   fit_trends check INCLUDE       fails if those are not what the data say

#include "trend_backtest.hpp"

#include <charconv>
#include <cstdio>
#include <exception>
#include <fstream>
#include <iterator>
#include <sstream>

using namespace trends;

namespace {

std::string digits(double number) {
    char text[32];
    const auto [end, error] = std::to_chars(text, text + sizeof text, number, std::chars_format::general, 5);
    std::string result{text, end};
    if (result.find_first_of(".e") == std::string::npos) result += ".0";
    return result;
}

std::string date_text(const Date& date) {
    const detail::Civil civil = detail::civil_from_days(static_cast<std::int64_t>(raw(date.since_2000) / 86400.0));
    return "calendar_date(" + std::to_string(civil.year) + ", " + std::to_string(civil.month) + ", " +
           std::to_string(civil.day) + ")";
}

std::string provenance_text(const Provenance& provenance) {
    return "{\"" + std::string{provenance.source} + "\", \"" + std::string{provenance.as_of} + "\", Evidence::fitted}";
}

std::string trends_header(const Data& data) {
    const std::vector<Trend> list = fit_trends(data);
    const LogLinearFit elasticity = fit_elasticity(data.results);
    const RecordCurve curve = fit_record_curve(record_points(data.results, calendar_date(2100, 1, 1)));
    std::ostringstream out;
    out << "// SPDX-License-Identifier: Apache-2.0\n#pragma once\n\n#include <array>\n#include <string_view>\n\n"
           "#include \"../planner/trend_curve.hpp\"\n#include \"../planner/trend_factors.hpp\"\n\n"
           "// How fast things move, written by tests/accuracy/fit_trends.cpp: do not edit. The fits are in\n"
           "// calibrate/growth.hpp, the data in tests/accuracy/data, the story in docs/trend.md.\n\n"
           "namespace foretrain::inline v0::catalog {\n\n"
           "namespace detail {\n"
           "/// A rate and its standard error, both in the logarithm a year.\n"
           "[[nodiscard]] constexpr Growth yearly(double rate, double error) noexcept {\n"
           "    return {make<Frequency>(rate / raw(julian_year)), make<Frequency>(error / raw(julian_year))};\n}\n"
           "} // namespace detail\n\n";
    const double year = raw(julian_year);
    for (const Trend& trend : list)
        out << "/// x" << digits(factor_per_year(trend.growth)) << " a year.\ninline constexpr Trend " << trend.name
            << "_trend{.name = \"" << trend.name << "\",\n.quantity = \"" << trend.quantity
            << "\",\n.growth = detail::yearly(" << digits(raw(trend.growth.rate) * year) << ", "
            << digits(raw(trend.growth.error) * year) << "),\n.scatter = " << digits(trend.scatter)
            << ",\n.points = " << trend.points << ",\n.from = " << date_text(trend.from)
            << ",\n.to = " << date_text(trend.to) << ",\n.provenance = " << provenance_text(trend.provenance)
            << "};\n\n";
    out << "/// In the order of docs/trend.md.\ninline constexpr std::array all_trends = {\n";
    for (const Trend& trend : list) out << "    " << trend.name << "_trend,\n";
    out << "};\n\n/// The trend of this name, or null.\n"
           "[[nodiscard]] constexpr const Trend* find_trend(std::string_view name) noexcept {\n"
           "    for (const Trend& trend : all_trends)\n        if (trend.name == name) return &trend;\n"
           "    return nullptr;\n}\n\n"
           "/// Best times of MLPerf against the number of accelerators, within a round, benchmark and chip.\n"
           "inline constexpr ScalingElasticity scaling_elasticity{.value = "
        << digits(elasticity.slopes[0]) << ", .error = " << digits(elasticity.errors[0])
        << ", .scatter = " << digits(elasticity.scatter) << ", .points = " << elasticity.points
        << ", .provenance = " << provenance_text(curve.provenance)
        << "};\n\n/// How best times of MLPerf fall with the age of their benchmark.\n"
           "inline constexpr RecordCurve record_curve{.exponent = "
        << digits(curve.exponent) << ", .learning_time = make<Seconds>(" << digits(raw(curve.learning_time) / year)
        << " * raw(julian_year)), .width = " << digits(curve.width)
        << ", .exponent_error = " << digits(curve.exponent_error)
        << ", .provenance = " << provenance_text(curve.provenance)
        << "};\n\n} // namespace foretrain::inline v0::catalog\n";
    return out.str();
}

std::string best_header(const Data& data) {
    std::ostringstream rows;
    std::size_t count = 0;
    for (const auto& [name, list] : best_results(data.results))
        for (const trends::Result& result : list) {
            const std::optional<double> peak = peak_used(result);
            if (!peak) continue;
            ++count;
            rows << "    {\"" << name << "\", \"" << round_of(result.date) << "\", " << date_text(result.date) << ", \""
                 << result.accelerator << "\", detail::best(" << digits(result.minutes) << ", " << digits(result.count)
                 << ", " << digits(*peak / 1e12) << ", "
                 << (result.samples ? digits(*result.samples) : std::string{"0.0"}) << ")},\n";
        }
    std::ostringstream out;
    out << "// SPDX-License-Identifier: Apache-2.0\n#pragma once\n\n#include <array>\n#include <string_view>\n\n"
           "#include \"../planner/trend_factors.hpp\"\n\n"
           "// The best time to train of each benchmark and round of MLPerf Training, closed division, without the\n"
           "// scaling of reference convergence points; written by tests/accuracy/fit_trends.cpp: do not edit. A\n"
           "// benchmark whose model or target changed is another benchmark: `resnet-74.9`, `resnet-75.9`.\n"
           "// Source: mlcommons/training_results_v0.5 to v5.0 (Apache-2.0).\n\n"
           "namespace foretrain::inline v0::catalog {\n\n"
           "/// The fastest submission of a round.\nstruct BenchmarkBest {\n"
           "    std::string_view benchmark, round;\n    Date date{};             ///< of publication\n"
           "    std::string_view accelerator; ///< of the catalogue\n"
           "    TrainingResult result{};      ///< its peak is of the format that was used\n};\n\n"
           "namespace detail {\n/// Minutes, accelerators, TFLOP/s of one, samples to the target or 0 where not "
           "published.\n"
           "[[nodiscard]] constexpr TrainingResult best(double minutes, double accelerators, double peak, double "
           "samples) noexcept {\n"
           "    TrainingResult result{make<Seconds>(60.0 * minutes), make<Accelerators>(accelerators), "
           "make<FlopRate>(1e12 * peak), {}, {}};\n"
           "    if (samples > 0) result.samples = make<Samples>(samples);\n    return result;\n}\n"
           "} // namespace detail\n\n"
           "/// By benchmark, then by date.\ninline constexpr std::array<BenchmarkBest, "
        << count << "> mlperf_best{{\n"
        << rows.str() << "}};\n\n} // namespace foretrain::inline v0::catalog\n";
    return out.str();
}

std::string without_space(const std::string& text) {
    std::string packed;
    for (const char c : text)
        if (c != ' ' && c != '\n') packed += c;
    return packed;
}

/// Writes a header, or compares it but for what clang-format moves; comments that it wraps are compared as well.
int handle(const std::string& path, const std::string& text, bool write) {
    if (write) {
        std::ofstream(path) << text;
        return 0;
    }
    std::ifstream file(path);
    std::string there{std::istreambuf_iterator<char>(file), {}};
    // Wrapped comments and strings carry marks of their own.
    const auto plain = [](std::string s) {
        std::string kept = without_space(s);
        for (const std::string mark : {"//", "\"\""})
            for (std::size_t at; (at = kept.find(mark)) != std::string::npos;) kept.erase(at, mark.size());
        return kept;
    };
    if (plain(there) == plain(text)) return 0;
    std::printf("%s is not what the data say: run fit_trends write\n", path.c_str());
    return 1;
}

} // namespace

int main(int count, char** arguments) try {
    const std::string command = count > 1 ? arguments[1] : "";
    if (count > 1 && (count != 3 || (command != "write" && command != "check"))) {
        std::fprintf(stderr, "usage: fit_trends [(write | check) INCLUDE]\n");
        return 2;
    }
    const Data data = load(FORETRAIN_DATA_DIR);
    const std::string rates = trends_header(data), best = best_header(data);
    if (count == 1) {
        std::printf("%s%s", rates.c_str(), best.c_str());
        return 0;
    }
    const std::string folder = std::string{arguments[2]} + "/foretrain/catalog/";
    return handle(folder + "trends.hpp", rates, command == "write") +
           handle(folder + "mlperf_best.hpp", best, command == "write");
} catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
}
