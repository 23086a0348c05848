// SPDX-License-Identifier: Apache-2.0
#include <foretrain/report/diagnosis.hpp>

#include <doctest/doctest.h>

#include <string>

#include <foretrain/catalog/error_model.hpp>
#include <foretrain/catalog/models.hpp>
#include <foretrain/catalog/stacks.hpp>
#include <foretrain/catalog/systems.hpp>
#include <foretrain/import/configuration.hpp>

using namespace foretrain;

static_assert(!advice_on(Fault::overlap).empty());

namespace {

bool says(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

DiagnosisReport report_of(double times, bool with_input) {
    const Cluster cluster = catalog::dgx_h100(64);
    const ParallelPlan plan{.data = 64,
                            .sharding = Sharding::parameters,
                            .global_batch = 512,
                            .micro_batch = 1,
                            .sequence = 8192,
                            .stack = catalog::megatron_core};
    const StepConditions conditions;
    const HealthyJob job{catalog::llama3_8b, cluster, plan, conditions};
    const double time = healthy_profile(job).total();
    DiagnosisReport report{.job = "llama3-8b on 64"};
    report.measurement.step_time = make<Seconds>(times * time);
    if (with_input) {
        report.measurement[RunComponent::input_wait] = make<Seconds>((times - 1.0) * time);
        report.measurement[RunComponent::communication] =
            make<Seconds>(time_of(healthy_profile(job), entries_of(RunComponent::communication)));
    }
    report.diagnosis = diagnose(job, report.measurement, catalog::step_errors);
    return report;
}

} // namespace

TEST_CASE("a slow run: the cause, what it buys, where to look, without component times it says that all stays open") {
    const std::string told = diagnosis_text(report_of(2.0, true), {.width = 300});
    CHECK(says(told, "slower than the model allows for"));
    CHECK(says(told, "constraint        input pipeline: buys"));
    CHECK(says(told, std::string{advice_on(Fault::input)}.substr(0, 20)));
    CHECK(says(told, "COMPONENTS"));
    CHECK_FALSE(says(told, "No component times were given"));
    CHECK(says(diagnosis_text(report_of(2.0, false)), "No component times were given"));
}

TEST_CASE("a run as expected has nothing to explain, one that is faster says so") {
    CHECK(says(diagnosis_text(report_of(1.01, false), {.width = 300}), "nothing to explain"));
    CHECK(says(diagnosis_text(report_of(0.5, false), {.width = 300}), "faster than the model"));
}

TEST_CASE("JSON and CSV sum to what was measured, and the figure has both steps") {
    const DiagnosisReport report = report_of(1.7, true);
    const Json json = diagnosis_json(report);
    double sum = 0;
    for (const Json& row : json["constraints"]) sum += row["expected_s"].get<double>() + row["gap_s"].get<double>();
    CHECK(sum == doctest::Approx(json["measured_s"].get<double>()).epsilon(1e-9));
    CHECK(json["constraints"].size() == constraints);
    CHECK(json["causes"].size() == fault_kinds);
    CHECK(json["components"].size() == 2);
    CHECK(json["verdict"] == "slower");
    const std::string csv = diagnosis_csv(report);
    CHECK(says(csv, "constraint,expected_s,gap_s"));
    CHECK(says(csv, "\ninput pipeline,0,"));
    const Plot plot = diagnosis_plot(report);
    REQUIRE(plot.series.size() == constraints);
    double measured = 0;
    for (const PlotSeries& series : plot.series) measured += series.y[1];
    CHECK(measured == doctest::Approx(raw(report.diagnosis.measured)).epsilon(1e-9));
}

TEST_CASE("ASCII of any width") {
    const std::string text = diagnosis_text(report_of(2.0, true), {.width = 80, .ascii = true});
    std::size_t start = 0;
    for (std::size_t end = 0; (end = text.find('\n', start)) != std::string::npos; start = end + 1)
        CHECK(display_width(text.substr(start, end - start)) <= 80);
    for (const char c : text) CHECK(static_cast<unsigned char>(c) < 0x80);
}

TEST_CASE("published steps that recompute, against the job without: memory capacity, if component times are known") {
    int known = 0, named = 0, sure_without = 0, inside = 0, all = 0;
    for (const PublishedStep& row : read_published_steps(FORETRAIN_ACCURACY_DATA_DIR "/published_steps.csv")) {
        const ImportedStep step = import_step(row);
        if (!step.refusal.empty() || !step.measured || !try_estimate_step(step.model, step.cluster, step.plan))
            continue;
        const StepConditions conditions;
        const HealthyJob truth{step.model, step.cluster, step.plan, conditions};
        RunMeasurement m;
        m.step_time = *step.measured;
        const auto itself = try_diagnose(truth, m, catalog::step_errors, usual_faults,
                                         static_cast<std::int64_t>(step.assumptions.size()));
        REQUIRE(itself);
        ++all;
        inside += itself->kind == GapKind::inside_band;
        if (step.plan.recomputation != Recomputation::full) continue;
        ParallelPlan without = step.plan;
        without.recomputation = Recomputation::none;
        const HealthyJob claimed{step.model, step.cluster, without, conditions};
        const Diagnosis alone = diagnose(claimed, m, catalog::step_errors);
        if (!(alone.measured > alone.predicted)) continue;
        ++known;
        sure_without += alone.confidence > 0.8 && alone.gap.largest() != Constraint::memory_capacity;
        // No published step has component times: those of its model, scaled to what was measured.
        const StepProfile profile = healthy_profile(truth);
        for (const RunComponent c :
             {RunComponent::products, RunComponent::attention, RunComponent::memory_bound, RunComponent::recomputation,
              RunComponent::communication, RunComponent::bubble, RunComponent::optimizer, RunComponent::host_wait})
            m[c] = *step.measured * (time_of(profile, entries_of(c)) / profile.total());
        named += diagnose(claimed, m, catalog::step_errors).gap.largest() == Constraint::memory_capacity;
    }
    CAPTURE(known);
    CAPTURE(named);
    CAPTURE(inside);
    CAPTURE(all);
    CHECK(known > 300);
    CHECK(named > 0.95 * known);
    CHECK(sure_without < 0.05 * known);
    CHECK(inside > 0.8 * all);
}
