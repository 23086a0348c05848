// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include <foretrain/catalog/error_model.hpp>
#include <foretrain/report/diagnosis.hpp>

#include "commands.hpp"
#include "configuration.hpp"
#include "run.hpp"

namespace planner {

using namespace foretrain;

namespace {

/// --component NAME=SECONDS, as often as there are.
void read_components(Reader& read, RunMeasurement& m) {
    if (!read.given("component")) return;
    std::vector<std::string_view> names;
    for (std::size_t i = 0; i < run_components; ++i) names.push_back(name_of(static_cast<RunComponent>(i)));
    std::string_view rest = read.required("component", "");
    while (!rest.empty()) {
        const std::string_view item = rest.substr(0, rest.find('\n'));
        rest.remove_prefix(std::min(item.size() + 1, rest.size()));
        const std::size_t equals = item.find('=');
        const std::string_view name = item.substr(0, equals);
        const auto known = std::find(names.begin(), names.end(), name);
        if (known == names.end()) {
            std::string all = "NAME=SECONDS with NAME one of ";
            for (std::size_t i = 0; i < names.size(); ++i) all.append(i > 0 ? ", " : "").append(names[i]);
            const std::string_view close = nearest(name, names);
            read.refuse("component", item, all,
                        close.empty() ? std::string{} : "did you mean " + std::string{close} + "?");
            continue;
        }
        const auto component = static_cast<std::size_t>(known - names.begin());
        if (m.components[component]) {
            read.refuse("component", item, "one for each NAME", "an earlier one says something else");
            continue;
        }
        const std::string_view text = equals == std::string_view::npos ? "" : item.substr(equals + 1);
        std::optional<double> value = parse_number(text);
        if (!value)
            if (const auto time = parse_seconds(text)) value = raw(*time);
        if (!value || !(*value >= 0)) {
            read.refuse("component", item, "NAME=SECONDS, at least 0",
                        "of a mean step, exposed, as compute=3.2 or 150 ms");
            continue;
        }
        m.components[component] = make<Seconds>(*value);
    }
}

[[nodiscard]] RunMeasurement read_measurement(Reader& read) {
    RunMeasurement m;
    if (const auto value = read.number("step-time")) m.step_time = make<Seconds>(*value);
    if (const auto value = read.number("tokens-per-second")) m.tokens_per_second = make<TokenRate>(*value);
    if (const auto value = read.number("samples-per-second")) m.samples_per_second = make<SampleRate>(*value);
    constexpr std::array conventions{FlopConvention::six_n, FlopConvention::six_n_attention,
                                     FlopConvention::six_n_causal_attention, FlopConvention::megatron};
    const std::vector<std::string_view> names{"6n", "6n-attention", "6n-causal-attention", "megatron"};
    const std::size_t convention = read.choice(
        "mfu-convention", names, 1, read.given("mfu") ? "6 N and full attention, as PaLM counts; sources differ" : "");
    if (const auto value = read.number("mfu")) m.utilization = {*value, conventions[convention]};
    read.refuse_unless(read.given("mfu"), {"mfu-convention"}, "left out without --mfu");
    read.refuse_unless(!read.given("mfu"), {"hfu"}, "left out where --mfu is given", "one utilisation");
    if (const auto value = read.number("hfu")) m.utilization = {*value, FlopConvention::hardware};
    bool any = false;
    for (const char* option : {"step-time", "tokens-per-second", "samples-per-second", "mfu", "hfu"})
        any = any || read.given(option);
    if (!any)
        (void)read.required("step-time", "what was measured: seconds a step, or --tokens-per-second, "
                                         "--samples-per-second, --mfu, --hfu");
    if (const auto value = read.number("board-power")) m.board_power = make<Watts>(*value);
    m.clock = read.number("clock");
    m.memory = read.bytes("peak-memory");
    read_components(read, m);
    return m;
}

} // namespace

int diagnose(const Options& options, const Output& output, const std::vector<std::string>& unknown,
             const std::vector<std::string_view>& known) {
    Reader read{options};
    read.refuse_unknown(unknown, known);
    check_output(read, output);
    Configuration job;
    if (!read_configuration(read, "diagnose", job)) return 2;
    DiagnosisReport report;
    report.measurement = read_measurement(read);
    StepConditions conditions;
    conditions.input = read_input(read, job);
    if (const auto watts = read.number("power-limit")) conditions.power_limit = make<Watts>(*watts);
    bool readable = true; // what was no number is not said to be missing
    for (const char* speed : {"step-time", "tokens-per-second", "samples-per-second", "mfu", "hfu"})
        readable = readable && !read.refused(speed);
    if (job.step && readable) {
        const HealthyJob healthy{job.model, job.cluster, job.plan, conditions};
        const Result<Diagnosis> found = try_diagnose(healthy, report.measurement, catalog::step_errors, report.priors);
        if (found) report.diagnosis = *found;
        else read.refuse(found.violations()); // but of what is refused already
    }
    if (!read.ok()) return read.report("diagnose");
    report.job = std::string{job.model.name} + " on " + std::to_string(job.cluster.accelerators) + " x " +
                 std::string{job.cluster.accelerator.name} + " (" + std::string{job.cluster.name} + "), " +
                 std::string{job.plan.stack.name};
    report.assumed = read.assumed();
    return deliver(output, {.text = [&] { return diagnosis_text(report, output.style); },
                            .json = [&] { return diagnosis_json(report).dump(2) + '\n'; },
                            .csv = [&] { return diagnosis_csv(report); },
                            .plot = [&] { return diagnosis_plot(report); }});
}

} // namespace planner
