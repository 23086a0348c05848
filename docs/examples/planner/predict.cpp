// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <iostream>
#include <vector>

#include <foretrain/catalog/error_model.hpp>
#include <foretrain/foretrain.hpp>
#include <foretrain/report/json.hpp>
#include <foretrain/report/text.hpp>

#include "commands.hpp"
#include "configuration.hpp"

namespace planner {

using namespace foretrain;

namespace {

/// The run, if a budget is given.
void add_run(Reader& read, const Cluster& cluster, Report& report) {
    if (!read.given("tokens") && !read.given("samples")) {
        for (const char* option : {"price", "energy-price", "effective-share", "pue"})
            if (read.given(option))
                read.refuse(option, "given", "left out without --tokens or --samples", "a run needs a budget");
        return;
    }
    if (read.given("tokens") && read.given("samples")) {
        read.refuse("samples", "given", "left out where --tokens is given", "one budget a run");
        return;
    }
    ReportedRun run;
    constexpr Provenance stated{"stated on the command line", "", Evidence::assumed};
    constexpr Provenance defaulted{"not stated", "", Evidence::assumed};
    const Faults faults{.effective_share =
                            read.number("effective-share", 1.0, "no time lost to faults, restarts, checkpoints")};
    run.faults_from = read.given("effective-share") ? stated : defaulted;
    run.faults = std::string{to_percent(faults.effective_share)} + " of the wall clock trains";
    run.site = site(read.number("pue", 1.0, "machines alone, without the building"));
    if (const auto price = read.number("price")) run.prices.accelerator = make<AcceleratorPrice>(*price / 3600.0);
    if (const auto price = read.number("energy-price")) run.prices.energy = make<EnergyPrice>(*price / 3.6e6);
    run.prices.provenance = read.given("price") || read.given("energy-price") ? stated : defaulted;
    const bool by_tokens = read.given("tokens");
    const std::optional<double> budget = read.number(by_tokens ? "tokens" : "samples");
    if (raw(report.step.time) == 0) { // no step to run: what is wrong with the rest is still told
        StepEstimate none;
        none.accelerators = cluster.accelerators;
        if (cluster.accelerators > 0)
            read.refuse(check(
                none, cluster, 1.0,
                RunConditions{.faults = faults, .site = run.site, .prices = run.prices, .power = measured_boards}));
        return;
    }
    if (!budget) return;
    const auto estimate = by_tokens ? try_estimate_run(report.step, cluster, TokenBudget{make<Tokens>(*budget)}, faults,
                                                       run.prices, run.site)
                                    : try_estimate_run(report.step, cluster, SampleBudget{make<Samples>(*budget)},
                                                       faults, run.prices, run.site);
    if (!estimate) return read.refuse(estimate.violations());
    run.budget = by_tokens ? to_text(make<Tokens>(*budget)).view() : to_text(make<Samples>(*budget)).view();
    run.estimate = *estimate;
    report.run = run;
}

} // namespace

int predict(const Options& options, const Output& output, const std::vector<std::string>& unknown,
            const std::vector<std::string_view>& known) {
    Reader read{options};
    read.refuse_unknown(unknown, known);
    Configuration job;
    if (!read_configuration(read, "predict", job)) return 2;
    Report report{.model = job.model, .cluster = job.cluster, .plan = job.plan};
    if (job.step) {
        report.step = *job.step;
        std::vector<InputRange> ranges;
        report.ranges = job.ranges;
        for (StatedRange& range : report.ranges) {
            const std::array one{InputRange{range.input, range.relative}};
            range.effect = input_width(job.model, job.cluster, job.plan, one);
            ranges.push_back(one[0]);
        }
        report.band = estimate_uncertainty(*job.step, job.model, job.cluster, job.plan, catalog::step_errors, ranges);
    }
    add_run(read, report.cluster, report);
    if (!read.ok()) return read.report("predict");
    report.assumed = read.assumed();

    if (output.json)
        if (const auto done = write_json(output, report_json(report).dump(2) + '\n')) return *done;
    std::cout << report_text(report, output.style);
    return 0;
}

} // namespace planner
