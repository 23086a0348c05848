// SPDX-License-Identifier: Apache-2.0
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <foretrain/foretrain.hpp>
#include <foretrain/report/sensitivity.hpp>

#include "commands.hpp"
#include "configuration.hpp"
#include "run.hpp"
#include "scaling.hpp"

namespace planner {

using namespace foretrain;

namespace {

/// Every input by this factor to both sides, but for those whose range is stated.
[[nodiscard]] std::vector<InputSpan> spans(const Configuration& job, double relative) {
    std::vector<InputSpan> all;
    const auto stated = [&](const EstimateInput& input) {
        const auto of = [&](StepInput range) {
            switch (range) {
            case StepInput::matrix_rate: return input.field == InputField::sustained_clock;
            case StepInput::memory_bandwidth: return input.field == InputField::memory_bandwidth;
            case StepInput::inner_bandwidth: return input.field == InputField::link_bandwidth && input.tier == 0;
            case StepInput::network_bandwidth: return input.field == InputField::link_bandwidth && input.tier > 0;
            case StepInput::network_latency: return input.field == InputField::link_latency && input.tier > 0;
            case StepInput::host_time: return input.field == InputField::host_per_kernel;
            case StepInput::step_overhead: return input.field == InputField::step_overhead;
            }
            return false;
        };
        for (const StatedRange& range : job.ranges)
            if (of(range.input)) return range.relative;
        return relative;
    };
    for (const EstimateInput& input : all_inputs)
        if (!input.of_tier() || input.tier < job.cluster.fabric.tiers)
            all.push_back(relative_span(input, job.cluster, job.plan, stated(input)));
    return all;
}

/// The run's sensitivities under faults of either kind.
template <class Losses>
void add_run_of(Reader& read, const Configuration& job, const Budget& stated, const RunConditions& c,
                const Losses& faults, SensitivityReport& report) {
    const TokenBudget budget =
        stated.tokens
            ? *stated.tokens
            : TokenBudget{make<Tokens>(raw(stated.samples->samples) * static_cast<double>(job.plan.sequence))};
    const RunSetup<Losses> setup{.model = job.model,
                                 .cluster = job.cluster,
                                 .plan = job.plan,
                                 .budget = budget,
                                 .conditions = {.faults = faults,
                                                .site = c.site,
                                                .prices = c.prices,
                                                .power = c.power,
                                                .power_limit = c.power_limit,
                                                .overheads = c.overheads,
                                                .input = c.input,
                                                .grid = c.grid}};
    const Result<RunSensitivity> run = try_sensitivity(setup);
    if (!run) return read.refuse(run.violations());
    report.run = *run;
    report.budget = stated.words;
}

} // namespace

int sensitivity(const Options& options, const Output& output, const std::vector<std::string>& unknown,
                const std::vector<std::string_view>& known) {
    Reader read{options};
    read.refuse_unknown(unknown, known);
    check_output(read, output);
    Configuration job;
    if (!read_configuration(read, "sensitivity", job)) return 2;
    SensitivityReport report{.model = job.model, .cluster = job.cluster, .plan = job.plan};
    const double by = read.number("by", 10.0, {});
    if (!(by > 0 && by <= 1000)) read.refuse("by", options.at("by"), "above 0 and at most 1000", "percent");
    const std::int64_t rows = read.integer("rows", 15, {});
    if (rows < 1 || rows > 1000) read.refuse("rows", options.at("rows"), "1 to 1000");
    else report.rows = static_cast<std::size_t>(rows);
    if (has_budget(read)) {
        ReportedRun words;
        const std::optional<Budget> budget = read_budget(read, job);
        const RunSurroundings meets = read_surroundings(read, job, RunDetail::whole, words);
        if (!read.given("target-loss"))
            for (const char* option : target_loss_options)
                if (read.given(option)) read.refuse(option, "given", "left out without --target-loss");
        if (budget && job.step && read.ok()) {
            if (meets.reliability)
                add_run_of(read, job, *budget, meets.conditions, meets.reliability->at(job.step->accelerators), report);
            else add_run_of(read, job, *budget, meets.conditions, meets.conditions.faults, report);
        }
    } else {
        refuse_run_options(read);
    }
    if (!read.ok()) return read.report("sensitivity");
    report.step = *job.step;
    report.inputs = *try_sensitivity(job.model, job.cluster, job.plan);
    const std::vector<InputSpan> ranges = spans(job, by / 100.0);
    report.bars.resize(ranges.size());
    report.bars.resize(tornado(job.model, job.cluster, job.plan, ranges, std::span<TornadoBar>{report.bars}));
    report.neighbours = *try_neighbours(job.model, job.cluster, job.plan);
    report.assumed = read.assumed();
    return deliver(output, {.text = [&] { return sensitivity_text(report, output.style); },
                            .json = [&] { return sensitivity_json(report).dump(2) + '\n'; },
                            .csv = [&] { return sensitivity_csv(report); },
                            .plot = [&] { return sensitivity_plot(report); }});
}

} // namespace planner
