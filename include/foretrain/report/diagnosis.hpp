// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../planner/diagnosis.hpp"
#include "../units/print.hpp"
#include "json.hpp"
#include "plot.hpp"
#include "report.hpp"
#include "table.hpp"

// A diagnosis as text, JSON, CSV and figure: what was measured beside what was expected, the gap by constraint, the
// single causes that could make it, what to attack first, and where to look.

namespace foretrain::inline v0 {

/// A diagnosis with what it is about.
struct DiagnosisReport {
    std::string job; ///< model, accelerators, system
    RunMeasurement measurement{};
    Diagnosis diagnosis{};
    FaultPriors priors = usual_faults;
    std::vector<Assumption> assumed{};
};

/// Where to look for a fault.
[[nodiscard]] constexpr std::string_view advice_on(Fault fault) noexcept {
    switch (fault) {
    case Fault::recomputation:
        return "is more computed again than planned, is the allocator short (retries, fragmentation)? peak memory "
               "tells";
    case Fault::memory_bandwidth:
        return "time a copy of HBM: ECC retirement, a neighbour on the board, unfused kernels";
    case Fault::matrix_rate:
        return "time the largest products alone: shapes, alignment, library version, number format";
    case Fault::scale_up:
        return "run a collective inside one node: a link that is down, peer access off, traffic by the host";
    case Fault::scale_out:
        return "run a collective between nodes: a port or rail that is down, TCP instead of RDMA, congestion, "
               "placement";
    case Fault::latency: return "time small messages: many small buckets, far placement, wrong protocol";
    case Fault::clock: return "read clocks and throttle reasons under load: power limit, heat, a weak board";
    case Fault::input: return "time the loader alone: storage, decoding cores, workers, prefetching";
    case Fault::host:
        return "look for gaps between kernels: Python, synchronisations, small kernels; capture or compile";
    case Fault::pauses: return "look between steps: logging, checkpoints, garbage collection, evaluation";
    case Fault::overlap: return "look whether communication runs beside compute: streams, buckets, launch order";
    }
    return {};
}

namespace detail {

[[nodiscard]] inline std::string_view name_of_gap(GapKind kind) {
    return kind == GapKind::inside_band ? "inside_band" : kind == GapKind::slower ? "slower" : "faster";
}

[[nodiscard]] inline std::string ratio_of(double a, double b) {
    return b > 0 ? std::string{Text{}.append_fixed(a / b, 2).view()} : std::string{"-"};
}

class DiagnosisWriter {
public:
    DiagnosisWriter(const DiagnosisReport& report, const TextStyle& style)
        : report_{report}, d_{report.diagnosis}, style_{style} {}

    [[nodiscard]] std::string text() {
        head();
        constraints_table();
        causes();
        components();
        first();
        assumptions();
        return std::move(out_);
    }

private:
    void line(std::string_view label, std::string_view text) {
        out_ += wrapped(padded(label, 20), text, 20, style_.width);
    }
    void section(std::string_view title) { out_ += joined("\n", title, "\n"); }

    void head() {
        out_ += wrapped("", report_.job, 2, style_.width);
        const double ratio = d_.measured / d_.predicted;
        const std::string more{to_percent(ratio > 1 ? ratio - 1 : 1 - ratio).view()};
        line("  measured", joined(to_text(d_.measured), " a step, ", more, ratio > 1 ? " more" : " less",
                                  " than expected; ", to_percent(d_.utilization), " of the peak (6 N, attention)"));
        line("  expected", joined(to_text(d_.predicted), ", eight times in ten from ", to_text(d_.band.p10), " to ",
                                  to_text(d_.band.p90)));
        switch (d_.kind) {
        case GapKind::inside_band:
            line("  verdict", "as expected: the difference is no more than the model's own error; nothing to explain");
            break;
        case GapKind::slower:
            line("  verdict", joined("slower than the model allows for, by ", to_text(d_.measured - d_.band.p90),
                                     " beyond its band"));
            break;
        case GapKind::faster:
            line("  verdict", "faster than the model: its constants are too cautious for this job; calibrate them");
            break;
        }
        if (d_.systems_problem())
            line("  utilisation", joined("below 40%: the system is in the way, most of all ", name_of(d_.loss)));
        else if (d_.borderline())
            line("  utilisation", joined("40% to 50%: what is lost is lost most of all to ", name_of(d_.loss)));
    }

    void constraints_table() {
        section("BY CONSTRAINT");
        TextTable rows("lrrrrr", 2);
        rows.add({"", "expected", "gap", "from", "to", "lifted saves"});
        for (std::size_t k = 0; k < constraints; ++k)
            rows.add({std::string{name_of(static_cast<Constraint>(k))}, seconds(d_.model.spent.time[k]),
                      seconds(d_.gap.time[k]), seconds(d_.least.time[k]), seconds(d_.most.time[k]),
                      seconds(d_.model.saved.time[k])});
        rows.add({"sum", seconds(d_.predicted), seconds(d_.measured - d_.predicted), "", "", ""});
        out_ += rows.text(style_.width);
        out_ += wrapped("  ", "Lifting constraints saves what it says one at a time, on a run as expected.", 2,
                        style_.width);
    }
    [[nodiscard]] static std::string seconds(const Seconds& time) {
        return raw(time) == 0 ? std::string{"0"} : std::string{to_text(time).view()};
    }

    void causes() {
        if (d_.kind == GapKind::faster) return;
        section("SINGLE CAUSES: how much worse each would have to be to explain all of it");
        TextTable rows("llrll", 2);
        std::vector<FaultFit> fits(d_.fits.begin(), d_.fits.end());
        std::sort(fits.begin(), fits.end(), [](const FaultFit& a, const FaultFit& b) {
            return a.probability > b.probability || (a.probability == b.probability && a.fault < b.fault);
        });
        rows.add({"cause", "constraint", "chance", "factor", ""});
        for (const FaultFit& fit : fits)
            rows.add({std::string{name_of(fit.fault)}, std::string{name_of(constraint_of(fit.fault))},
                      std::string{to_percent(fit.probability).view()},
                      fit.possible ? std::string{Text{}.append_fixed(fit.factor, 2).view()} : "-",
                      !fit.possible   ? "cannot explain it alone"
                      : fit.plausible ? ""
                                      : "hardly that bad"});
        out_ += rows.text(style_.width);
        bool any = false;
        for (const auto& component : report_.measurement.components) any = any || component.has_value();
        if (!any)
            out_ += wrapped("  ",
                            "No component times were given: chances are priors alone, and every cause that is "
                            "possible stays open. Time the compute and the exposed communication of a step.",
                            2, style_.width);
    }

    void components() {
        TextTable rows("lrrr", 2);
        rows.add({"", "measured", "expected", "ratio"});
        bool any = false;
        for (std::size_t i = 0; i < run_components; ++i) {
            const auto& measured = report_.measurement.components[i];
            if (!measured) continue;
            any = true;
            const Seconds expected = make<Seconds>(d_.modelled[i]);
            rows.add({std::string{name_of(static_cast<RunComponent>(i))}, seconds(*measured), seconds(expected),
                      ratio_of(raw(*measured), raw(expected))});
        }
        if (!any) return;
        section("COMPONENTS");
        out_ += rows.text(style_.width);
    }

    void first() {
        section("ATTACK FIRST");
        if (d_.kind == GapKind::slower) {
            line("  constraint",
                 joined(name_of(d_.first), ": buys ", to_text(d_.buys), " a step, ", to_percent(d_.buys / d_.measured),
                        " (", to_text(d_.least[d_.first]), " to ", to_text(d_.most[d_.first]), "), ",
                        to_percent(d_.confidence), " sure that it is the largest cause"));
            const FaultFit* likely = nullptr;
            for (const FaultFit& fit : d_.fits)
                if (constraint_of(fit.fault) == d_.first && (likely == nullptr || fit.gap > likely->gap)) likely = &fit;
            if (likely != nullptr) line("  look", advice_on(likely->fault));
        } else {
            line("  constraint", joined(name_of(d_.first), ": lifting it altogether would buy ", to_text(d_.buys),
                                        " a step, ", to_percent(d_.buys / d_.predicted), " of the expected one"));
        }
    }

    void assumptions() {
        if (report_.assumed.empty()) return;
        section("ASSUMED, because it was not stated");
        TextTable rows("lll", 2);
        for (const Assumption& a : report_.assumed) rows.add({a.what, a.value, a.why});
        out_ += rows.text(style_.width);
    }

    const DiagnosisReport& report_;
    const Diagnosis& d_;
    TextStyle style_;
    std::string out_;
};

} // namespace detail

/// The diagnosis for a terminal.
[[nodiscard]] inline std::string diagnosis_text(const DiagnosisReport& report, const TextStyle& style = {}) {
    return detail::DiagnosisWriter(report, style).text();
}

/// The diagnosis as JSON.
[[nodiscard]] inline Json diagnosis_json(const DiagnosisReport& report) {
    const Diagnosis& d = report.diagnosis;
    Json by = Json::array(), causes = Json::array(), parts = Json::array(), assumed = Json::array();
    for (std::size_t k = 0; k < constraints; ++k)
        by.push_back({{"constraint", name_of(static_cast<Constraint>(k))},
                      {"expected_s", raw(d.model.spent.time[k])},
                      {"gap_s", raw(d.gap.time[k])},
                      {"gap_least_s", raw(d.least.time[k])},
                      {"gap_most_s", raw(d.most.time[k])},
                      {"lifted_saves_s", raw(d.model.saved.time[k])}});
    for (const FaultFit& fit : d.fits)
        causes.push_back({{"cause", name_of(fit.fault)},
                          {"constraint", name_of(constraint_of(fit.fault))},
                          {"possible", fit.possible},
                          {"plausible", fit.plausible},
                          {"factor", fit.possible ? Json(fit.factor) : Json()},
                          {"probability", fit.probability},
                          {"gap_s", raw(fit.gap)}});
    for (std::size_t i = 0; i < run_components; ++i)
        if (const auto& measured = report.measurement.components[i])
            parts.push_back({{"component", name_of(static_cast<RunComponent>(i))},
                             {"measured_s", raw(*measured)},
                             {"expected_s", d.modelled[i]}});
    for (const Assumption& a : report.assumed)
        assumed.push_back({{"what", a.what}, {"value", a.value}, {"why", a.why}});
    return {{"schema", report_schema},
            {"job", report.job},
            {"measured_s", raw(d.measured)},
            {"expected_s", raw(d.predicted)},
            {"expected_p10_s", raw(d.band.p10)},
            {"expected_p90_s", raw(d.band.p90)},
            {"verdict", detail::name_of_gap(d.kind)},
            {"utilization", d.utilization},
            {"systems_problem", d.systems_problem()},
            {"largest_loss", name_of(d.loss)},
            {"attack_first", name_of(d.first)},
            {"buys_s", raw(d.buys)},
            {"confidence", d.confidence},
            {"constraints", std::move(by)},
            {"causes", std::move(causes)},
            {"components", std::move(parts)},
            {"priors", provenance_json(report.priors.provenance)},
            {"assumed", std::move(assumed)}};
}

/// The table by constraint as CSV.
[[nodiscard]] inline std::string diagnosis_csv(const DiagnosisReport& report) {
    const Diagnosis& d = report.diagnosis;
    CsvTable table{"constraint", "expected_s", "gap_s", "gap_least_s", "gap_most_s", "measured_s", "lifted_saves_s"};
    for (std::size_t k = 0; k < constraints; ++k) {
        const Constraint constraint = static_cast<Constraint>(k);
        table.add(name_of(constraint), raw(d.model.spent[constraint]), raw(d.gap[constraint]), raw(d.least[constraint]),
                  raw(d.most[constraint]), raw(d.whole(constraint)), raw(d.model.saved[constraint]));
    }
    return table.text();
}

/// Expected and measured step by constraint, as two bars.
[[nodiscard]] inline Plot diagnosis_plot(const DiagnosisReport& report) {
    const Diagnosis& d = report.diagnosis;
    Plot plot{.title = report.job, .x_axis = "", .y_axis = "seconds a step"};
    for (std::size_t k = 0; k < constraints; ++k) {
        const Constraint constraint = static_cast<Constraint>(k);
        plot.series.push_back({.name = std::string{name_of(constraint)},
                               .style = PlotStyle::stacked,
                               .y = {raw(d.model.spent[constraint]), raw(d.whole(constraint))},
                               .labels = {"expected", "measured"}});
    }
    return plot;
}

} // namespace foretrain::inline v0
