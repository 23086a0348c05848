// SPDX-License-Identifier: Apache-2.0
// Fits the constants of catalog/convergence.hpp and tells how far they are from points that a fit did not see.
//
//   fit_convergence               prints constants, residuals and held-out errors
//   fit_convergence HEADER        also writes the constants between the marks of the header

#include "convergence_fit.hpp"

#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>
#include <sstream>

using namespace convergence_fit;

namespace {

std::string digits(double number, int significant = 4) {
    char text[32];
    std::snprintf(text, sizeof text, "%.*g", significant, number);
    std::string shown = text;
    return shown.find_first_of(".e") == std::string::npos ? shown + ".0" : shown;
}

void print(const char* title, const std::vector<HeldOut>& points, bool all) {
    std::printf("\n%s\n", title);
    if (all)
        for (const HeldOut& p : points)
            std::printf("  %-18s batch %8.0f, %4.2f times the largest of %zu: %+6.1f%%\n", p.benchmark.c_str(),
                        p.point.batch, p.reach, p.points, 100 * p.error);
    std::printf("  mean of %zu: %.1f%%; of those from two points or more: %.1f%%; up to twice the batch: %.1f%%\n",
                points.size(), 100 * mean_error(points, [](const HeldOut&) { return true; }),
                100 * mean_error(points, [](const HeldOut& p) { return p.points > 1; }),
                100 * mean_error(points, [](const HeldOut& p) { return p.reach <= 2; }));
}

} // namespace

int main(int count, char** arguments) {
    const Benchmarks benchmarks = read_points(FORETRAIN_DATA_DIR "/reference_convergence_points.csv");
    const Prior prior = pooled(benchmarks);
    std::ostringstream out;
    double squares = 0;
    std::size_t freedom = 0;
    std::printf("prior: ln(B_crit / B_first) = %.3f +- %.1f\n", prior.center, Prior::width);
    for (const auto& [name, points] : benchmarks) {
        const Convergence curve = fit(points, prior);
        const double residual = spread(curve, points);
        std::printf("%-18s %2zu points, batch %7.0f to %7.0f: E_min %.4g, B_crit %.4g, rms %.3f\n", name.c_str(),
                    points.size(), points.front().batch, points.back().batch, raw(curve.least_samples),
                    raw(curve.critical_batch), residual);
        if (points.size() > 2) {
            squares += residual * residual * static_cast<double>(points.size());
            freedom += points.size() - 2;
        }
        // Two constants through one or two points leave no residual worth the name.
        const double shown = std::max(residual, Prior::noise);
        out << "    Fitted{\"" << name << "\", " << digits(raw(curve.least_samples)) << ", "
            << digits(raw(curve.critical_batch)) << ", " << digits(points.front().batch, 9) << ", "
            << digits(points.back().batch, 9) << ", " << points.size() << ", " << digits(shown, 2) << "},\n";
    }
    std::printf("noise about the curves: %.3f\n", std::sqrt(squares / static_cast<double>(freedom)));
    const std::vector<HeldOut> largest = without_largest(benchmarks);
    print("without each benchmark's largest batch", largest, true);
    print("without each benchmark but its smallest batch", without_benchmark(benchmarks), false);
    std::printf("\nerror of ln E for each doubling past the largest batch: %.3f\n", error_a_doubling(largest));
    const std::vector<HeldOut> results = submissions(FORETRAIN_DATA_DIR "/mlperf_training.csv");
    for (const bool within : {true, false}) {
        const auto counts = [&](const HeldOut& p) { return (p.reach <= 1) == within; };
        std::printf("%td results of MLPerf %s the batches fitted to: mean %.1f%%, median %.1f%%\n",
                    std::count_if(results.begin(), results.end(), counts), within ? "within" : "beyond",
                    100 * mean_error(results, counts), 100 * median_error(results, counts));
    }
    if (count < 2) return 0;

    std::string page;
    {
        std::ifstream in(arguments[1]);
        page.assign(std::istreambuf_iterator<char>(in), {});
    }
    const std::string open = "// <fitted>\n", close = "// </fitted>";
    const std::size_t from = page.find(open), to = page.find(close);
    if (from == std::string::npos || to == std::string::npos) {
        std::fprintf(stderr, "no marks in %s\n", arguments[1]);
        return 1;
    }
    std::ostringstream text;
    text << "inline constexpr PooledConvergence pooled_convergence_prior{" << digits(std::exp(prior.center), 3) << ", "
         << digits(Prior::width, 2) << ", " << digits(Prior::noise, 2) << ", " << digits(error_a_doubling(largest), 2)
         << ",\n    {\"tests/accuracy/fit_convergence.cpp\", \"2026-11\", Evidence::fitted}};\n\n"
         << "inline constexpr std::array fitted_convergence = {\n"
         << out.str() << "};\n";
    page.replace(from + open.size(), to - from - open.size(), text.str());
    std::ofstream(arguments[1]) << page;
    return 0;
}
