// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdint>

#include <foretrain/foretrain.hpp>
#include <foretrain/planner/solve_model.hpp>

#include "run.hpp"
#include "solve_questions.hpp"

// Questions about whole runs: accelerators, tokens, model and price.

namespace planner {

using namespace foretrain;

namespace {

using Named = std::pair<double, std::string>;

[[nodiscard]] Named of_count(std::int64_t number, std::string_view what) {
    return {static_cast<double>(number), grouped(number) + ' ' + std::string{what}};
}
[[nodiscard]] Named of_days(const Seconds& time) {
    return {raw(time) / 86400.0, digits(raw(time) / 86400.0, 8) + " days"};
}
[[nodiscard]] Named of_money(const Usd& money) {
    const auto cents =
        static_cast<std::int64_t>(100.0 * raw(money) + 0.5); // neighbours can differ by less than a dollar
    std::string text = dollars(grouped(cents / 100));
    if (cents % 100 != 0) text += (cents % 100 < 10 ? ".0" : ".") + std::to_string(cents % 100);
    return {raw(money), text};
}

/// A limit that was given: a deadline or a budget.
struct Limit {
    std::optional<Seconds> deadline{};
    std::optional<Usd> budget{};
};
[[nodiscard]] Limit read_limit(Reader& read, bool money) {
    Limit limit;
    if (const auto days = read.number("days")) limit.deadline = make<Seconds>(*days * 86400.0);
    if (const auto budget = read.number("budget")) limit.budget = make<Usd>(*budget);
    if (!money && !read.given("days")) (void)read.required("days", "wall clock of the run");
    if (money && read.given("days") && read.given("budget"))
        read.refuse("budget", "given", "left out where --days is given", "one limit a question");
    if (money && !read.given("days") && !read.given("budget"))
        (void)read.required("days", "wall clock of the run; or --budget, what it may cost");
    if (limit.deadline && !(raw(*limit.deadline) >= 1.0 && raw(*limit.deadline) <= 1e10))
        read.refuse("days", digits(raw(*limit.deadline) / 86400.0, 6), "from 1 second to 115,000 days");
    if (limit.budget && !(raw(*limit.budget) >= 1e-3 && raw(*limit.budget) <= 1e15))
        read.refuse("budget", digits(raw(*limit.budget), 6), "from 0.001 to 1e15 USD");
    if (limit.budget) {
        if (!read.given("price")) (void)read.required("price", "USD an accelerator-hour, where money is the limit");
        if (!read.given("energy-price"))
            (void)read.required("energy-price", "USD a kWh; 0 where the price includes it");
    }
    return limit;
}

/// What a run on so many accelerators meets, by a share or by a model of failures: `ask` is called with a callable
/// that gives the conditions at a number of accelerators, which `adapt` changes first.
template <class Adapt, class Ask>
void with_conditions(const RunSurroundings& meets, const Adapt& adapt, const Ask& ask) {
    const auto plain_at = [&](std::int64_t accelerators) {
        RunConditions plain = meets.conditions;
        adapt(plain, accelerators);
        return plain;
    };
    if (!meets.reliability) return ask(plain_at);
    ask([&](std::int64_t accelerators) {
        const RunConditions plain = plain_at(accelerators);
        return BasicRunConditions<double, Reliability>{.faults = meets.reliability->at(accelerators),
                                                       .site = plain.site,
                                                       .prices = plain.prices,
                                                       .power = plain.power,
                                                       .power_limit = plain.power_limit,
                                                       .overheads = plain.overheads,
                                                       .input = plain.input,
                                                       .grid = plain.grid};
    });
}
constexpr auto as_they_are = [](RunConditions&, std::int64_t) {};

/// `ask` with the budget, of tokens or of samples.
template <class Ask>
void with_budget(const Budget& budget, const Ask& ask) {
    if (budget.tokens) ask(*budget.tokens);
    else if (budget.samples) ask(*budget.samples);
}

void add_run_details(SolveReport& report, const StepEstimate& step, const RunEstimate& run) {
    report.details.emplace_back("step", std::string{to_text(step.time)} + ", " +
                                            std::string{to_percent(step.model_flops_utilization())} + " MFU");
    report.details.emplace_back("accelerator-hours", digits(raw(run.accelerator_time) / 3600.0, 4));
    if (run.cost.complete && raw(run.cost.known) > 0)
        report.details.emplace_back("cost", std::string{to_text(run.cost.known)});
}

} // namespace

bool solve_accelerators(Reader& read, SolveReport& report) {
    Configuration job;
    if (!read_configuration(read, "solve", job)) return false;
    const std::optional<Budget> budget = read_budget(read, job);
    if (!read.given("tokens") && !read.given("samples") && !read.given("benchmark") && !read.given("target-loss"))
        (void)read.required("tokens", "to train on; or --samples, --benchmark or --target-loss");
    read.refuse_unless(read.given("target-loss"), {"law", "unique-tokens", "critical-batch"},
                       "left out without --target-loss", "it says how many tokens a loss takes");
    const Limit limit = read_limit(read, false);
    ReportedRun said;
    const RunSurroundings meets = read_surroundings(read, job, RunDetail::whole, said);
    read.refuse_unless(false, {"evaluation-samples"}, "left out for `solve accelerators`",
                       "its time depends on the answer: give --evaluation");
    const bool usual_start = !read.given("start-up");
    const auto adapt = [&](RunConditions& at, std::int64_t accelerators) {
        if (usual_start)
            at.overheads.start_up = catalog::start_up(static_cast<double>(parameters(job.model)), accelerators);
        if (at.input) at.input->nodes = std::max<std::int64_t>(1, accelerators / job.cluster.node.accelerators);
    };
    const Growth growth = read_growth(read, job, BatchGrowth::fixed);
    const std::int64_t most = read.integer("most-accelerators", 131'072, {});
    if (!(most >= 1 && most <= 10'000'000))
        read.refuse("most-accelerators", std::to_string(most), "from 1 to 10000000");
    if (!read.ok() || !budget || !limit.deadline) return true;

    report.unknown = "accelerators";
    report.measure = "wall clock";
    report.measure_unit = "days";
    report.question = "Fewest accelerators for " + budget->words + " in " + of_days(*limit.deadline).second;
    report.job = job_words(job, false) + ", " +
                 (growth.best ? std::string{"fastest layout at each number"}
                              : "data parallelism grows: " + plan_words(job.plan)) +
                 "; " + said.faults;
    with_budget(*budget, [&](const auto& work) {
        with_conditions(meets, adapt, [&](const auto& conditions_at) {
            const auto why = [&](std::int64_t n) {
                return std::string{name_of(step_on<double>(job.model, growth, n).missing)};
            };
            const auto at = [](std::int64_t n) { return of_count(n, "accelerators"); };
            const auto found =
                try_fewest_accelerators<double>(job.model, growth, work, conditions_at, *limit.deadline, 1, most);
            if (!found) return read.refuse(found.violations());
            take(report, *found, at, of_days, why);
            report.note = "no smaller number has a plan";
            if (!found->answer.known) return;
            const auto sized = step_on<double>(job.model, growth, found->answer.at);
            const auto run = try_estimate_run(*sized.step, sized.job->cluster, work, conditions_at(found->answer.at));
            const std::int64_t node = job.cluster.node.accelerators;
            report.details.emplace_back("nodes",
                                        grouped((found->answer.at + node - 1) / node) + " nodes of " + grouped(node));
            report.details.emplace_back("plan", plan_words(sized.job->plan));
            if (run) add_run_details(report, *sized.step, *run);
            for (std::int64_t n = 1; n <= std::min(most, 8 * found->answer.at); n = n < node ? n + 1 : n + node) {
                const auto other = step_on<double>(job.model, growth, n);
                if (!other.runs()) continue;
                const auto there = try_estimate_run(*other.step, other.job->cluster, work, conditions_at(n));
                if (there)
                    report.curve.push_back({static_cast<double>(n), of_days(there->wall_clock).first, grouped(n),
                                            of_days(there->wall_clock).second});
            }
            thin_out(report.curve, static_cast<double>(found->answer.at), 16);
        });
    });
    return true;
}

bool solve_tokens(Reader& read, SolveReport& report) {
    Configuration job;
    if (!read_configuration(read, "solve", job)) return false;
    const Limit limit = read_limit(read, true);
    ReportedRun said;
    const RunSurroundings meets = read_surroundings(read, job, RunDetail::whole, said);
    if (!read.ok() || !job.step) return true;
    const StepEstimate& step = *job.step;
    const double each = raw(step.tokens);
    report.unknown = "tokens";
    report.job = job_words(job) + ", " + plan_words(job.plan) + "; " + said.faults;
    const auto at = [&](std::int64_t steps) {
        return Named{each * static_cast<double>(steps),
                     std::string{to_text(step.tokens * static_cast<double>(steps))} + ", " + grouped(steps) + " steps"};
    };
    const auto ask = [&](const auto& conditions, const auto& most, const auto& name, const char* measure,
                         const char* unit) {
        report.measure = measure;
        report.measure_unit = unit;
        report.question = "Most tokens for " + name(most).second;
        const auto found = try_most_steps(step, job.cluster, conditions, most);
        if (!found) return read.refuse(found.violations());
        take(report, *found, at, name, [](std::int64_t) { return std::string{"cannot be had"}; });
        if (!found->answer.known) return;
        report.details.emplace_back(
            "per parameter",
            digits(at(found->answer.at).first / static_cast<double>(active_parameters(job.model)), 4) + " tokens");
        const auto run_of = [&](std::int64_t steps) {
            return try_estimate_run(step, job.cluster, TokenBudget{step.tokens * static_cast<double>(steps)},
                                    conditions);
        };
        if (const auto run = run_of(found->answer.at)) add_run_details(report, step, *run);
        for (const double factor : {0.1, 0.25, 0.5, 0.9, 1.0, 1.1, 2.0, 4.0}) {
            const auto steps =
                std::max<std::int64_t>(1, static_cast<std::int64_t>(static_cast<double>(found->answer.at) * factor));
            const auto run = run_of(steps);
            if (!run) continue;
            Named value;
            if constexpr (std::is_same_v<std::decay_t<decltype(most)>, Seconds>) value = name(run->wall_clock);
            else value = name(run->cost.known);
            report.curve.push_back({at(steps).first, value.first, at(steps).second, value.second});
        }
    };
    with_conditions(meets, as_they_are, [&](const auto& conditions_at) {
        const auto conditions = conditions_at(job.cluster.accelerators);
        if (limit.deadline) ask(conditions, *limit.deadline, of_days, "wall clock", "days");
        else if (limit.budget) ask(conditions, *limit.budget, of_money, "cost", "USD");
    });
    return true;
}

bool solve_model(Reader& read, SolveReport& report) {
    Configuration job;
    if (!read_configuration(read, "solve", job)) return false;
    const Limit limit = read_limit(read, true);
    ReportedRun said;
    const RunSurroundings meets = read_surroundings(read, job, RunDetail::simple, said);
    TrainingLength length;
    if (read.given("tokens") && read.given("tokens-per-parameter"))
        read.refuse("tokens-per-parameter", "given", "left out where --tokens is given", "one length of the training");
    if (const auto tokens = read.number("tokens")) length.tokens = make<Tokens>(*tokens);
    else
        length.each = make<TokensPerParameter>(
            read.number("tokens-per-parameter", 20.0, "compute-optimal, Hoffmann et al. 2022"));
    if (!read.refused("tokens") && !read.refused("tokens-per-parameter") && !(raw(length.tokens) > 0) &&
        !(raw(length.each) >= 1e-6 && raw(length.each) <= 1e6))
        read.refuse(read.given("tokens") ? "tokens" : "tokens-per-parameter", digits(raw(length.each), 6), "above 0");
    if (!read.ok() || !job.step) return true;
    const ScaledShape family{
        .base = job.model, .unit = head_unit(job.model, job.plan.tensor), .rounding = 256, .stages = job.plan.pipeline};
    report.unknown = "parameters";
    report.job = "Models of the shape of " + job_words(job) + ", " + plan_words(job.plan) + "; " + said.faults;
    const auto at = [&](std::int64_t k) {
        const Transformer model = family.member(k);
        const auto count = static_cast<double>(parameters(model));
        return Named{count, std::string{to_text(make<Parameters>(count))} + " (" + grouped(model.layers) +
                                " layers x " + grouped(model.hidden) + ", " + grouped(model.heads) + " heads)"};
    };
    const auto sized = [&](std::int64_t k) {
        return sized_step<double>(family.member(k), SizedJob{job.cluster, job.plan});
    };
    const auto ask = [&](const auto& conditions, const auto& most, const auto& name, const char* measure,
                         const char* unit) {
        report.measure = measure;
        report.measure_unit = unit;
        report.question = "Largest model for " + name(most).second + ", " +
                          (raw(length.tokens) > 0 ? std::string{to_text(length.tokens)}
                                                  : digits(raw(length.each), 4) + " tokens a parameter");
        const auto found = try_largest_model(family, 512, length, job.cluster, job.plan, conditions, most);
        if (!found) return read.refuse(found.violations());
        take(report, *found, at, name, [&](std::int64_t k) { return std::string{name_of(sized(k).missing)}; });
        report.note = "the largest of the family";
        if (!found->answer.known) return;
        const auto run_of = [&](std::int64_t k) {
            return try_estimate_run(*sized(k).step, job.cluster, TokenBudget{length.of(family.member(k))}, conditions);
        };
        report.details.emplace_back("tokens", std::string{to_text(length.of(family.member(found->answer.at)))});
        if (const auto run = run_of(found->answer.at)) add_run_details(report, *sized(found->answer.at).step, *run);
        for (std::int64_t k = 1; k <= 4 * found->answer.at && k <= 512; ++k) {
            if (!sized(k).runs()) continue;
            const auto run = run_of(k);
            if (!run) continue;
            Named value;
            if constexpr (std::is_same_v<std::decay_t<decltype(most)>, Seconds>) value = name(run->wall_clock);
            else value = name(run->cost.known);
            report.curve.push_back({at(k).first, value.first, at(k).second, value.second});
        }
        thin_out(report.curve, at(found->answer.at).first, 12);
    };
    // Checkpoints are of the base model, so failures are told as a share.
    const RunConditions& conditions = meets.conditions;
    {
        if (limit.deadline) ask(conditions, *limit.deadline, of_days, "wall clock", "days");
        else if (limit.budget) ask(conditions, *limit.budget, of_money, "cost", "USD");
    }
    return true;
}

bool solve_price(Reader& read, SolveReport& report) {
    Configuration job;
    if (!read_configuration(read, "solve", job)) return false;
    const std::optional<Budget> budget = read_budget(read, job);
    if (!read.given("tokens") && !read.given("samples")) (void)read.required("tokens", "to train on; or --samples");
    const auto money = read.number("budget");
    if (!read.given("budget")) (void)read.required("budget", "what the run may cost, as 20M");
    if (money && !(*money >= 1e-3 && *money <= 1e15))
        read.refuse("budget", digits(*money, 6), "from 0.001 to 1e15 USD");
    if (!read.given("energy-price")) (void)read.required("energy-price", "USD a kWh; 0 where the price includes it");
    ReportedRun said;
    const RunSurroundings meets = read_surroundings(read, job, RunDetail::whole, said);
    if (!read.ok() || !job.step || !budget || !money) return true;
    report.unknown = "price";
    report.unknown_unit = "USD_per_hour";
    report.measure = "cost";
    report.measure_unit = "USD";
    report.question = "Highest price of an accelerator-hour for " + budget->words + " at no more than " +
                      of_money(make<Usd>(*money)).second;
    report.job = job_words(job) + ", " + plan_words(job.plan) + "; " + said.faults;
    with_conditions(meets, as_they_are, [&](const auto& conditions_at) {
        with_budget(*budget, [&](const auto& work) {
            const auto conditions = conditions_at(job.cluster.accelerators);
            const auto at = [](const AcceleratorPrice& price) {
                return Named{raw(price) * 3600.0, dollars(digits(raw(price) * 3600.0, 9)) + "/h"};
            };
            const auto found = try_highest_price(*job.step, job.cluster, work, conditions, make<Usd>(*money));
            if (!found) return read.refuse(found.violations());
            take(report, *found, at, of_money, [](const AcceleratorPrice&) { return std::string{"cannot be had"}; });
            if (!found->answer.known) return;
            for (const double factor : {0.5, 0.8, 0.9, 1.0, 1.1, 1.25, 2.0}) {
                auto with = conditions;
                with.prices.accelerator = found->answer.at * factor;
                const auto run = try_estimate_run(*job.step, job.cluster, work, with);
                if (!run) continue;
                if (factor == 1.0) add_run_details(report, *job.step, *run);
                report.curve.push_back({at(*with.prices.accelerator).first, raw(run->cost.known),
                                        at(*with.prices.accelerator).second, of_money(run->cost.known).second});
            }
        });
    });
    return true;
}

} // namespace planner
