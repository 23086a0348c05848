// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <cstdint>
#include <optional>

#include <foretrain/foretrain.hpp>
#include <foretrain/report/scale.hpp>

#include "commands.hpp"
#include "configuration.hpp"
#include "solve_questions.hpp"

namespace planner {

using namespace foretrain;

int scale(const Options& options, const Output& output, const std::vector<std::string>& unknown,
          const std::vector<std::string_view>& known) {
    Options given = options;
    // The layouts of a curve are all looked for: the plan is read as one replica.
    std::optional<std::int64_t> first;
    const bool best = given.count("layout") > 0 && given.at("layout") == "best";
    if (best && given.count("accelerators") > 0) {
        const double number = parse_number(given.at("accelerators")).value_or(0.0);
        const auto context = given.find("context");
        const double replica = context == given.end() ? 1.0 : parse_number(context->second).value_or(1.0);
        if (number >= 1 && number <= 1e7 && std::floor(number) == number && replica >= 1 && replica <= 1e6 &&
            given.emplace("data", "1").second) {
            first = static_cast<std::int64_t>(number);
            given["accelerators"] = std::to_string(static_cast<std::int64_t>(replica));
        }
    }
    Reader read{given};
    read.refuse_unknown(unknown, known);
    check_output(read, output);
    Configuration job;
    if (!read_configuration(read, "scale", job)) return 2;
    if (first) job.cluster.accelerators = *first;
    if (best && options.count("data") > 0)
        read.refuse("data", options.at("data"), "left out with --layout best", "it is what the accelerators leave");
    const bool grows = read.choice("batch", {"fixed", "grows"}, 0, "strong scaling: the same global batch") == 1;
    const Growth growth = read_growth(read, job, grows ? BatchGrowth::with_the_job : BatchGrowth::fixed);
    const std::int64_t most = read.integer("most-accelerators", 131'072, {});
    if (!(most >= job.cluster.accelerators && most <= 10'000'000) && !read.refused("most-accelerators"))
        read.refuse("most-accelerators", std::to_string(most), "from --accelerators to 10000000");
    ScaleReport report;
    report.threshold = read.number("threshold", 0.5, "efficiency that is still worth having");
    if (!(report.threshold >= 0 && report.threshold <= 1))
        read.refuse("threshold", digits(report.threshold, 6), "from 0 to 1");
    if (!read.ok() || !job.step) return read.report("scale");
    report.weak = grows;
    report.best_layouts = growth.best;
    report.model = job.model.name;
    report.system = std::string{job.cluster.accelerator.name} + " (" + std::string{job.cluster.name} + ")";
    report.plan = plan_words(job.plan);
    const auto curve =
        try_scaling_curve<double>(job.model, growth, doubled(job.cluster.accelerators, most).all(), report.threshold);
    if (!curve) {
        read.refuse(curve.violations());
        return read.report("scale");
    }
    report.curve = *curve;
    for (const ScalePoint& point : report.curve.all())
        report.plans.push_back(point.runs() ? plan_words(point.plan) : std::string{});
    if (growth.best && report.curve.first < report.plans.size()) report.plan = report.plans[report.curve.first];
    report.assumed = assumed_of(read, best);
    return deliver(output, {.text = [&] { return scale_text(report, output.style); },
                            .json = [&] { return scale_json(report).dump(2) + '\n'; },
                            .csv = [&] { return scale_csv(report); },
                            .plot = [&] { return scale_plot(report); }});
}

} // namespace planner
