// SPDX-License-Identifier: Apache-2.0
#include <iostream>

#include <foretrain/foretrain.hpp>
#include <foretrain/report/goodput.hpp>

#include "commands.hpp"
#include "configuration.hpp"
#include "reliability.hpp"

namespace planner {

using namespace foretrain;

int goodput(const Options& options, const Output& output, const std::vector<std::string>& unknown,
            const std::vector<std::string_view>& known) {
    Reader read{options};
    read.refuse_unknown(unknown, known);
    GoodputReport report;
    Configuration job;
    const bool by_model = read.given("model") || read.given("system");
    if (by_model && !read_configuration(read, "goodput", job)) return 2;
    if (!by_model) refuse_configuration(read, "without one, the job is its --accelerators");
    const std::int64_t accelerators =
        by_model ? job.cluster.accelerators : read.required_integer("accelerators", "how many the job uses");
    if (!by_model && accelerators < 1) read.refuse("accelerators", std::to_string(accelerators), "at least 1");
    report.accelerators = accelerators;
    const ReliabilityChoice reliability = read_reliability(read, job, by_model, accelerators);
    report.checkpoint = reliability.checkpoint;
    report.policy = reliability.policy;
    report.failures = reliability.failures_from;
    report.wanted = read.number("wanted", 0.9, "goodput that the break-even is for");
    if (!(report.wanted > 0 && report.wanted < 1))
        read.refuse("wanted", read.required("wanted", {}), "above 0 and below 1", "the share of time that trains");

    read.refuse_unless(by_model, {"tokens"}, "left out without --model", "a time takes a step; or give --days");
    read.refuse_unless(!by_model || !read.given("tokens"), {"days"}, "left out where --tokens is given",
                       "one length of the training");
    if (by_model && read.given("tokens")) {
        if (const auto tokens = read.number("tokens"); tokens && job.step)
            report.productive = job.step->time * (*tokens / raw(job.step->tokens));
    } else {
        report.productive = make<Seconds>(86'400.0 * read.number("days", 30.0, "of training, were nothing lost"));
    }
    if (!read.ok()) return read.report("goodput");

    const std::string subject = by_model ? std::string{job.model.name} + " on " + grouped(accelerators) + " x " +
                                               std::string{job.cluster.accelerator.name}
                                         : grouped(accelerators) + " accelerators";
    report.job = std::string{to_text(report.productive)} + " of steps, " + subject;
    const Violations violations = answer(report, reliability.at);
    if (!violations.empty()) {
        read.refuse(violations);
        return read.report("goodput");
    }
    report.assumed = read.assumed();
    if (output.json)
        if (const auto done = write_json(output, goodput_json(report).dump(2) + '\n')) return *done;
    std::cout << goodput_text(report, output.style);
    return 0;
}

} // namespace planner
