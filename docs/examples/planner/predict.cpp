// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include <foretrain/catalog/error_model.hpp>
#include <foretrain/foretrain.hpp>
#include <foretrain/report/json.hpp>
#include <foretrain/report/text.hpp>

#include "commands.hpp"
#include "configuration.hpp"
#include "run.hpp"

namespace planner {

using namespace foretrain;

namespace {

/// A report on a job and its run, by `text` or as JSON.
int report_job(std::string_view command, RunDetail detail, std::string (*text)(const Report&, const TextStyle&),
               const Options& options, const Output& output, const std::vector<std::string>& unknown,
               const std::vector<std::string_view>& known) {
    Reader read{options};
    read.refuse_unknown(unknown, known);
    Configuration job;
    if (!read_configuration(read, command, job)) return 2;
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
    add_run(read, job, report, detail);
    if (!read.ok()) return read.report(command);
    report.assumed = read.assumed();

    if (output.json)
        if (const auto done = write_json(output, report_json(report).dump(2) + '\n')) return *done;
    std::cout << text(report, output.style);
    return 0;
}

} // namespace

int predict(const Options& options, const Output& output, const std::vector<std::string>& unknown,
            const std::vector<std::string_view>& known) {
    return report_job("predict", RunDetail::simple, report_text, options, output, unknown, known);
}

int run(const Options& options, const Output& output, const std::vector<std::string>& unknown,
        const std::vector<std::string_view>& known) {
    return report_job("run", RunDetail::whole, run_text, options, output, unknown, known);
}

} // namespace planner
