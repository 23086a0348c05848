// SPDX-License-Identifier: Apache-2.0
// Fits the error model of catalog/error_model.hpp and tells how often its bands hold.
//
//   fit_error_model ERRORS           prints terms and coverage; ERRORS is what `fit_constants held-out` wrote
//   fit_error_model ERRORS HEADER [PAGE]
//                                    also writes the header, and coverage into the page (docs/uncertainty.md)

#include "error_model.hpp"

#include <foretrain/report/validate.hpp>

#include <cstdio>
#include <fstream>
#include <sstream>

using namespace error_model;

namespace {

std::string digits(double number) {
    char text[32];
    std::snprintf(text, sizeof text, "%.3g", number);
    std::string shown = text;
    return shown.find_first_of(".e") == std::string::npos ? shown + ".0" : shown;
}

/// Classes of cases and their coverage.
struct Line {
    std::string name;
    Coverage coverage;
};

std::vector<Line> coverage_lines(const std::vector<Case>& cases, const std::vector<double>& widths) {
    std::vector<Line> lines;
    const auto line = [&](const std::string& name, auto counts) {
        const Coverage c = coverage_of(cases, widths, counts);
        if (c.rows > 0) lines.push_back({name, c});
    };
    const auto has = [](const Case& c, double StepErrorModel::* member) {
        for (std::size_t k = 0; k < terms.size(); ++k)
            if (terms[k].member == member) return c.amounts[k] > 0;
        return false;
    };
    const auto known = [&](const Case& c) {
        return !has(c, &StepErrorModel::software) && !has(c, &StepErrorModel::accelerator) &&
               !has(c, &StepErrorModel::kernels) && !has(c, &StepErrorModel::combination);
    };
    line("all", [](const Case&) { return true; });
    for (const bool by_source : {true, false}) {
        const std::string without = by_source ? "source left out: " : "accelerator left out: ";
        line(without + "all", [&](const Case& c) { return c.by_source == by_source; });
        line(without + "software on this accelerator still known",
             [&](const Case& c) { return c.by_source == by_source && known(c); });
        line(without + "software unknown",
             [&](const Case& c) { return c.by_source == by_source && has(c, &StepErrorModel::software); });
        line(without + "accelerator without steps",
             [&](const Case& c) { return c.by_source == by_source && has(c, &StepErrorModel::accelerator); });
        line(without + "accelerator by datasheet",
             [&](const Case& c) { return c.by_source == by_source && has(c, &StepErrorModel::kernels); });
        line(without + "mixture of experts",
             [&](const Case& c) { return c.by_source == by_source && has(c, &StepErrorModel::experts); });
        line(without + "8 or 4 bits",
             [&](const Case& c) { return c.by_source == by_source && has(c, &StepErrorModel::short_format); });
        line(without + "outside a range",
             [&](const Case& c) { return c.by_source == by_source && has(c, &StepErrorModel::extrapolation); });
        line(without + "all but vTrain",
             [&](const Case& c) { return c.by_source == by_source && c.step->source.find("vTrain") != 0; });
    }
    for (const bool by_source : {true, false}) {
        const std::string without = by_source ? "without source " : "without accelerator ";
        std::set<std::string> groups;
        const auto group = [&](const Case& c) -> const std::string& {
            return by_source ? c.step->source : c.step->step.accelerator;
        };
        for (const Case& c : cases) groups.insert(group(c));
        for (const std::string& name : groups)
            line(without + name, [&](const Case& c) { return c.by_source == by_source && group(c) == name; });
    }
    return lines;
}

void print(const std::vector<Line>& lines) {
    std::printf("    rows  in band  weighted  half width (median)\n");
    for (const auto& [name, c] : lines)
        std::printf("%8zu  %6.1f%%  %7.1f%%  %6.3f  %s\n", c.rows, 100 * c.share, 100 * c.weighted, c.median_width,
                    name.c_str());
}

/// Replaces what stands in a page between the marks `<!-- fitted -->` and `<!-- end -->`.
void write_page(const std::string& path, const std::vector<Line>& lines, const Coverage& seen) {
    std::string page;
    {
        std::ifstream in(path);
        page.assign(std::istreambuf_iterator<char>(in), {});
    }
    const std::string open = "<!-- fitted -->\n", close = "<!-- end -->";
    const std::size_t from = page.find(open), to = page.find(close);
    if (from == std::string::npos || to == std::string::npos) {
        std::fprintf(stderr, "no marks in %s\n", path.c_str());
        return;
    }
    std::string table = "| | rows | in band | weighted | half width, median |\n|---|---|---|---|---|\n";
    const auto row = [&table](const std::string& name, const Coverage& c) {
        char text[256];
        std::snprintf(text, sizeof text, "| %s | %zu | %.1f%% | %.1f%% | %.2f |\n", name.c_str(), c.rows, 100 * c.share,
                      100 * c.weighted, c.median_width);
        table += text;
    };
    for (const auto& [name, coverage] : lines) row(name, coverage);
    row("rows that the calibration saw, for comparison", seen);
    page.replace(from + open.size(), to - from - open.size(), table);
    std::ofstream(path) << page;
}

/// The quantile of |ln(measured / predicted)| over the rows of a table that `counts`.
double kernel_width(const std::vector<PredictedRow>& rows) {
    std::vector<double> errors;
    for (const PredictedRow& row : rows)
        if (row.predicted && row.measured && *row.predicted > 0 && *row.measured > 0)
            errors.push_back(std::fabs(std::log(*row.measured / *row.predicted)));
    std::sort(errors.begin(), errors.end());
    return errors.empty() ? 0 : percentile(errors, quantile);
}

void write_header(const std::string& path, const Amounts& values, const Ground& ground, std::size_t rows) {
    std::ostringstream out;
    out << "// SPDX-License-Identifier: Apache-2.0\n#pragma once\n\n#include <array>\n\n"
           "#include \"../step/uncertainty.hpp\"\n\n"
           "// The calibrated error models, written by tests/accuracy/fit_error_model.cpp: do not edit. What the "
           "terms\n"
           "// mean is in step/uncertainty.hpp, how they were fitted and how often the bands hold in\n"
           "// docs/uncertainty.md.\n\n"
           "namespace foretrain::inline v0::catalog {\n\n"
           "/// Software and accelerators with at least "
        << enough << " calibrated configurations.\ninline constexpr std::array<CalibratedPair, " << ground.pairs.size()
        << "> calibrated_pairs{{\n";
    for (const CalibratedPair& pair : ground.pairs)
        out << "    {\"" << pair.software << "\", \"" << pair.accelerator << "\"},\n";
    out << "}};\n\n/// Number formats of matrix products with as many.\ninline constexpr std::array<NumberFormat, "
        << ground.formats.size() << "> calibrated_formats{";
    for (std::size_t i = 0; i < ground.formats.size(); ++i)
        out << (i > 0 ? ", " : "") << "NumberFormat::" << name_of(ground.formats[i]);
    out << "};\n\n/// Errors of step times, fitted to " << rows
        << " published steps, each predicted without its source and without its accelerator.\n"
           "inline constexpr StepErrorModel step_errors{\n";
    for (std::size_t k = 0; k < terms.size(); ++k)
        out << "    ." << terms[k].name << " = " << digits(values[k]) << ",\n";
    out << "    .ranges = {{";
    for (std::size_t i = 0; i < extents; ++i)
        out << (i > 0 ? ", " : "") << "{" << static_cast<std::int64_t>(std::floor(ground.ranges[i].low)) << ", "
            << static_cast<std::int64_t>(std::ceil(ground.ranges[i].high)) << "}";
    out << "}},\n    .pairs = calibrated_pairs,\n    .formats = calibrated_formats,\n"
           "    .provenance = {\"tests/accuracy/fit_error_model.cpp\", \"2026-11\", Evidence::fitted}};\n\n"
           "/// Errors of kernels and collectives: the 80% quantile over the tables in tests/accuracy/data.\n"
           "inline constexpr KernelErrorModel kernel_errors{\n";
    const auto table = [](const char* name) { return std::string{FORETRAIN_DATA_DIR "/"} + name; };
    out << "    .product = " << digits(kernel_width(predict_gemm_table(table("gemm.csv"))))
        << ",\n    .attention = " << digits(kernel_width(predict_attention_table(table("attention.csv"))))
        << ",\n    .collective = " << digits(kernel_width(predict_collectives_table(table("collectives.csv"))))
        << ",\n    .unknown = 1.8, // families left out: medians grow 1.5 to 2.2-fold (docs/roofline.md, "
           "attention.md)\n"
           "    .provenance = {\"tests/accuracy/fit_error_model.cpp\", \"2026-11\", Evidence::fitted}};\n\n"
           "} // namespace foretrain::inline v0::catalog\n";
    std::ofstream(path) << out.str();
}

} // namespace

int main(int count, char** arguments) {
    if (count < 2) {
        std::fprintf(stderr, "usage: fit_error_model ERRORS [HEADER [PAGE]]\n");
        return 2;
    }
    const std::vector<HeldOutStep> steps = read_held_out(FORETRAIN_DATA_DIR, arguments[1]);
    const std::vector<Case> cases = cases_of(steps);
    std::vector<const Case*> all;
    for (const Case& c : cases) all.push_back(&c);
    Amounts values = fit_terms(all);
    const std::vector<double> widths = cross_validated_widths(cases);
    const double factor = factor_of(cases, widths);
    for (double& value : values) value *= factor;
    std::printf("%zu steps, factor %.3f\n", steps.size(), factor);
    for (std::size_t k = 0; k < terms.size(); ++k)
        std::printf("%-14s %.3f  (prior %.2f)\n", terms[k].name, values[k], terms[k].prior);
    std::printf("each case under terms fitted without its source\n");
    const std::vector<Line> lines = coverage_lines(cases, unseen_widths_of(cases, widths));
    print(lines);

    // Rows that the calibration saw, on the ground that ships.
    const Ground ground = ground_of(steps, [](const HeldOutStep&) { return true; });
    std::vector<Case> seen;
    std::vector<double> seen_widths;
    for (const HeldOutStep& s : steps) {
        seen.push_back({&s, true, s.seen, s.weight, amounts_of(s, ground)});
        seen_widths.push_back(width(seen.back(), squares_of(values)));
    }
    const Coverage c = coverage_of(seen, seen_widths, [](const Case&) { return true; });
    std::printf("rows that the calibration saw: %.1f%% in band, half width %.3f\n", 100 * c.share, c.median_width);
    if (count > 3) write_page(arguments[3], lines, c);
    if (count > 2) write_header(arguments[2], values, ground, steps.size());
    return 0;
}
