// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cmath>
#include <set>
#include <span>

#include <foretrain/planner/layout_growth.hpp>
#include <foretrain/report/trend.hpp>

#include "commands.hpp"
#include "options.hpp"
#include "solve_questions.hpp"

namespace planner {

using namespace foretrain;

namespace {

using Names = std::vector<std::string_view>;

/// A question, and the options that bear on it beside those of a configuration.
struct Question {
    std::string_view name;
    bool (*answer)(Reader&, SolveReport&);
    bool configured; ///< takes the options of a configuration
    std::vector<std::span<const OptionText>> lists;
    std::vector<std::string_view> others;
    bool target = false; ///< takes a benchmark or a loss instead of a budget
};

const std::vector<Question>& questions() {
    static const std::vector<Question> all{
        {"accelerators",
         solve_accelerators,
         true,
         {budget_options, conditions_options, input_options, reliability_options},
         {"days", "layout", "most-accelerators", "effective-share", "price", "energy-price", "pue"},
         true},
        {"tokens",
         solve_tokens,
         true,
         {conditions_options, input_options, reliability_options},
         {"days", "budget", "effective-share", "price", "energy-price", "pue"}},
        {"model",
         solve_model,
         true,
         {},
         {"days", "budget", "tokens", "tokens-per-parameter", "effective-share", "price", "energy-price", "pue"}},
        {"price",
         solve_price,
         true,
         {budget_options, conditions_options, input_options, reliability_options},
         {"budget", "effective-share", "energy-price", "pue"}},
        {"bandwidth", solve_bandwidth, true, {}, {"share", "tier", "exposed"}},
        {"memory", solve_memory, true, {}, {}},
        {"micro-batch", solve_micro_batch, true, {}, {}},
        {"rent",
         solve_rent,
         true,
         {budget_options, stated_job_options, owning_options},
         {"effective-share", "energy-price", "pue"}},
        {"purchase",
         solve_purchase,
         true,
         {budget_options, stated_job_options, owning_options},
         {"price", "effective-share", "energy-price", "pue"}},
    };
    return all;
}

/// What a whole run is told of beside its budget, which only some questions have.
constexpr const char* targets[] = {"benchmark", "target-loss", "law", "unique-tokens", "critical-batch"};

/// Refuses what has no bearing on a question: nothing is ignored.
void refuse_others(Reader& read, const Question& question, const Options& options) {
    std::set<std::string, std::less<>> allowed{"QUESTION"};
    const auto allow = [&](const std::span<const OptionText>& list) {
        for (const OptionText& option : list) allowed.insert(option.name + 2);
    };
    if (question.configured) allow(configuration_options);
    for (const auto& list : question.lists) allow(list);
    if (!question.target)
        for (const char* target : targets) allowed.erase(target);
    for (const std::string_view other : question.others) allowed.emplace(other);
    for (const auto& [name, value] : options)
        if ((question.name == "micro-batch" && name == "micro-batch") ||
            (question.name == "accelerators" && (name == "accelerators" || name == "data")))
            read.refuse(name, value, "left out for `solve " + std::string{question.name} + "`", "it is the question");
        else if (allowed.count(name) == 0)
            read.refuse(name, value, "left out for `solve " + std::string{question.name} + "`",
                        "it has no bearing on this question");
}

/// What `--layout best` looks for.
constexpr std::array laid_out{"tensor",   "pipeline",           "virtual-stages",   "sequence-parallel",
                              "schedule", "first-stage-layers", "last-stage-layers"};

} // namespace

std::string digits(double number, int significant) { return foretrain::detail::significant_text(significant, number); }

std::string plan_words(const ParallelPlan& plan) {
    std::string text = "tensor " + grouped(plan.tensor) + " x pipeline " + grouped(plan.pipeline) + " x ";
    if (plan.context > 1) text += "context " + grouped(plan.context) + " x ";
    text += "data " + grouped(plan.data);
    if (plan.virtual_stages > 1) text += ", " + grouped(plan.virtual_stages) + " chunks";
    if (plan.sharding != Sharding::none) text += ", " + std::string{name_of(plan.sharding)};
    if (plan.recomputation != Recomputation::none) text += ", recompute " + std::string{name_of(plan.recomputation)};
    return text + ", batch " + grouped(plan.global_batch) + ", micro-batch " + grouped(plan.micro_batch);
}

std::string job_words(const Configuration& job, bool with_count) {
    return std::string{job.model.name} + " on " + (with_count ? grouped(job.cluster.accelerators) + " x " : "") +
           std::string{job.cluster.accelerator.name} + " (" + std::string{job.cluster.name} + ")";
}

std::optional<SizedJob> Growth::on(std::int64_t accelerators) const noexcept {
    if (best) return LayoutGrowth{model, cluster, plan, batch, same_recomputation, true}.on(accelerators);
    return DataParallelGrowth{cluster, plan, batch}.on(accelerators);
}

Growth read_growth(Reader& read, const Configuration& job, BatchGrowth batch) {
    const bool best = read.choice("layout", Names{"fixed", "best"}, 0, "data parallelism grows, all else stays") == 1;
    if (best)
        read.refuse_unless(false,
                           {laid_out[0], laid_out[1], laid_out[2], laid_out[3], laid_out[4], laid_out[5], laid_out[6]},
                           "left out with --layout best", "it is looked for; `foretrain search` takes ranges of it");
    return {job.model, job.cluster, job.plan, batch, best, read.given("recompute")};
}

std::vector<Assumption> assumed_of(const Reader& read, bool best_layout) {
    std::vector<Assumption> kept;
    for (const Assumption& each : read.assumed()) {
        const bool searched = each.what == "--recompute" || each.what == "--data" ||
                              std::any_of(laid_out.begin(), laid_out.end(),
                                          [&](const char* option) { return each.what == "--" + std::string{option}; });
        if (!best_layout || !searched) kept.push_back(each);
    }
    return kept;
}

void thin_out(std::vector<SolvedPoint>& points, double answer, std::size_t count) {
    if (points.size() <= count) return;
    std::vector<std::size_t> order(points.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    const auto distance = [&](std::size_t i) { return std::abs(std::log(points[i].at / answer)); };
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return distance(a) != distance(b) ? distance(a) < distance(b) : a < b;
    });
    order.resize(count);
    std::sort(order.begin(), order.end());
    std::vector<SolvedPoint> kept;
    for (const std::size_t i : order) kept.push_back(std::move(points[i]));
    points = std::move(kept);
}

int solve(const Options& options, const Output& output, const std::vector<std::string>& unknown,
          const std::vector<std::string_view>& known) {
    Options given = options;
    const auto asked = given.find("QUESTION");
    const auto fill = [&](const char* option, const std::string& value) { given.emplace(option, value); };
    if (asked != given.end() && asked->second == "accelerators") {
        // How many is the question: the plan is read as one replica.
        double replica = 1;
        for (const char* degree : {"tensor", "pipeline", "context"})
            if (const auto at = given.find(degree); at != given.end())
                replica *= parse_number(at->second).value_or(1.0);
        if (!(replica >= 1 && replica <= 1e6)) replica = 1; // refused below
        given["accelerators"] = std::to_string(static_cast<std::int64_t>(replica));
        given["data"] = "1";
    }
    if (asked != given.end() && asked->second == "micro-batch") fill("micro-batch", "1");
    Reader read{given};
    read.refuse_unknown(unknown, known);
    check_output(read, output);
    Names names;
    for (const Question& question : questions()) names.push_back(question.name);
    const std::optional<std::size_t> which = read.name("QUESTION", names, {});
    if (!which) return read.report("solve");
    const Question& question = questions()[*which];
    refuse_others(read, question, options);
    for (const char* amount : {"tokens", "samples"})
        if (const auto at = options.find(amount); at != options.end())
            if (const auto value = parse_number(at->second); value && !(*value >= 1 && *value <= 1e18))
                read.refuse(amount, at->second, "from 1 to 1e18");
    SolveReport report;
    if (!question.answer(read, report)) return 2;
    if (!read.ok()) return read.report("solve");
    report.assumed = assumed_of(read, read.given("layout") && given.at("layout") == "best");
    if (question.target) // it is told of one replica, where the number of accelerators is the question
        for (Assumption& assumption : report.assumed)
            if (assumption.what == "--start-up") assumption.value = "by size";
    return deliver(output, {.text = [&] { return solve_text(report, output.style); },
                            .json = [&] { return solve_json(report).dump(2) + '\n'; },
                            .csv = [&] { return solve_csv(report); },
                            .plot = [&] { return solve_plot(report); }});
}

} // namespace planner
