// SPDX-License-Identifier: Apache-2.0
#include "run.hpp"

#include <string>
#include <vector>

#include <foretrain/catalog/convergence.hpp>
#include <foretrain/catalog/fleets.hpp>
#include <foretrain/catalog/grids.hpp>
#include <foretrain/foretrain.hpp>

#include "options.hpp"
#include "reliability.hpp"
#include "scaling.hpp"

namespace planner {

using namespace foretrain;

namespace {

constexpr Provenance stated{"stated on the command line", "", Evidence::assumed};
constexpr Provenance defaulted{"not stated", "", Evidence::assumed};

} // namespace

std::optional<Budget> read_budget(Reader& read, const Configuration& job) {
    std::vector<std::string> given;
    for (const char* option : {"tokens", "samples", "benchmark", "target-loss"})
        if (read.given(option)) given.emplace_back(option);
    if (given.size() > 1) {
        read.refuse(given[1], "given", "left out where --" + given[0] + " is given", "one budget a run");
        return std::nullopt;
    }
    Budget budget;
    if (const auto tokens = read.number("tokens")) {
        budget.tokens = TokenBudget{make<Tokens>(*tokens)};
        budget.words = to_text(budget.tokens->tokens).view();
    } else if (const auto samples = read.number("samples")) {
        budget.samples = SampleBudget{make<Samples>(*samples)};
        budget.words = to_text(budget.samples->samples).view();
    } else if (read.given("benchmark")) {
        std::vector<std::string_view> names;
        for (const BenchmarkConvergence& benchmark : catalog::all_convergence) names.push_back(benchmark.name);
        const auto index = read.name("benchmark", names, {});
        if (!index || !job.step) return std::nullopt;
        const BenchmarkConvergence& benchmark = catalog::all_convergence[*index];
        if (!benchmark.sample_tokens) {
            read.refuse("benchmark", benchmark.name, "one of language models",
                        "its samples are no sequences of tokens");
            return std::nullopt;
        }
        // In sequences of the benchmark's own length.
        const Samples batch = job.step->tokens / *benchmark.sample_tokens;
        const Samples needed = benchmark.samples_to_target(batch);
        budget.tokens = TokenBudget{needed * *benchmark.sample_tokens};
        const auto whole = [](double number) { return std::to_string(static_cast<std::int64_t>(number)); };
        budget.words = std::string{to_text(needed).view()} + " to the target of " + std::string{benchmark.name} +
                       " at a batch of " + whole(raw(batch));
        if (raw(*benchmark.sample_tokens) != static_cast<double>(job.plan.sequence))
            budget.words += ", sequences of " + whole(raw(*benchmark.sample_tokens)) + " tokens";
        if (!benchmark.covers(batch))
            budget.words += " (fitted from " + whole(raw(benchmark.smallest_batch)) + " to " +
                            whole(raw(benchmark.largest_batch)) + ")";
    } else if (read.given("target-loss")) {
        const std::optional<TokensToLoss> to_loss = read_target_loss(read, job);
        if (!to_loss) return std::nullopt;
        budget.tokens = TokenBudget{to_loss->tokens};
        budget.words = to_loss->words;
    } else {
        return std::nullopt;
    }
    return budget;
}

namespace {

/// Site, prices and grid.
void read_prices_and_site(Reader& read, ReportedRun& run, RunConditions& conditions) {
    conditions.power = measured_boards;
    conditions.site = site(read.number("pue", 1.0, "machines alone, without the building"));
    if (const auto price = read.number("price"))
        conditions.prices.accelerator = make<AcceleratorPrice>(*price / 3600.0);
    if (const auto price = read.number("energy-price")) conditions.prices.energy = make<EnergyPrice>(*price / 3.6e6);
    conditions.prices.provenance = read.given("price") || read.given("energy-price") ? stated : defaulted;
    if (const auto watts = read.number("power-limit")) conditions.power_limit = make<Watts>(*watts);
    if (read.given("grid") && read.given("carbon"))
        read.refuse("carbon", "given", "left out where --grid is given", "one intensity");
    else if (read.given("grid")) {
        std::vector<std::string_view> names;
        for (const Grid& grid : catalog::all_grids) names.push_back(grid.name);
        if (const auto index = read.name("grid", names, {})) {
            const Grid& grid = catalog::all_grids[*index];
            conditions.grid = grid.average;
            run.grid = std::string{grid.name};
            if (grid.average) run.grid += ", yearly average " + std::string{to_text(*grid.average).view()};
            run.grid_from = grid.provenance;
        }
    } else if (const auto grams = read.number("carbon")) {
        conditions.grid = make<CarbonIntensity>(*grams / 3.6e6);
        run.grid = std::string{to_text(*conditions.grid).view()};
        run.grid_from = stated;
    }
    run.prices = conditions.prices;
    run.site = conditions.site;
}

/// Start-up, slow first steps and evaluations.
void read_overheads(Reader& read, const Configuration& job, RunOverheads& overheads) {
    const double parameters_count = job.step ? static_cast<double>(parameters(job.model)) : 0.0;
    const Seconds usual = job.step ? catalog::start_up(parameters_count, job.step->accelerators) : Seconds{};
    overheads.start_up = make<Seconds>(read.number("start-up", raw(usual), "s, start-ups of MLPerf at this size"));
    overheads.warm_up_steps = read.integer("slow-steps", 0, {});
    overheads.warm_up_slowdown = read.number("slow-steps-factor", 1.0, {});
    if (read.given("slow-steps") != read.given("slow-steps-factor"))
        (void)read.required(read.given("slow-steps") ? "slow-steps-factor" : "slow-steps",
                            "how many steps are slow, and by which factor, go together");
    if (!read.given("evaluation-interval"))
        for (const char* option : {"evaluation", "evaluation-samples"})
            if (read.given(option)) read.refuse(option, "given", "left out without --evaluation-interval");
    if (read.given("evaluation") && read.given("evaluation-samples"))
        read.refuse("evaluation-samples", "given", "left out where --evaluation is given", "one time an evaluation");
    overheads.evaluation_interval = read.integer("evaluation-interval", 0, "steps; no evaluations");
    if (read.given("evaluation-interval") && !read.given("evaluation") && !read.given("evaluation-samples"))
        (void)read.required("evaluation-samples", "of one evaluation; or --evaluation, its seconds");
    if (const auto seconds = read.number("evaluation")) overheads.evaluation = make<Seconds>(*seconds);
    else if (const auto samples = read.number("evaluation-samples"); samples && job.step)
        overheads.evaluation = evaluation_time(*job.step, make<Samples>(*samples));
}

/// The run under faults of either kind.
template <class Losses>
void estimate(Reader& read, const Configuration& job, const Budget& budget, const RunConditions& plain,
              const Losses& faults, ReportedRun& run, Report& report) {
    const BasicRunConditions<double, Losses> conditions{.faults = faults,
                                                        .site = plain.site,
                                                        .prices = plain.prices,
                                                        .power = plain.power,
                                                        .power_limit = plain.power_limit,
                                                        .overheads = plain.overheads,
                                                        .input = plain.input,
                                                        .grid = plain.grid};
    const auto result = budget.tokens ? try_estimate_run(*job.step, job.cluster, *budget.tokens, conditions)
                                      : try_estimate_run(*job.step, job.cluster, *budget.samples, conditions);
    if (!result) return read.refuse(result.violations());
    run.budget = budget.words;
    run.estimate = *result;
    report.run = run;
}

} // namespace

std::optional<InputPipeline> read_input(Reader& read, const Configuration& job) {
    bool any = false;
    for (const char* option : {"sample-size", "data-bandwidth", "data-network", "decode-rate", "decode-cores",
                               "prefetch-batches", "data-variation", "data-cache", "data-set"})
        any = any || read.given(option);
    if (!any) return std::nullopt;
    const auto size = [&](const std::string& option, std::string_view hint) {
        const auto bytes = read.bytes(option);
        if (!bytes && !read.given(option)) (void)read.required(option, hint);
        return bytes.value_or(Bytes{});
    };
    const auto rate = [&](const std::string& option, std::string_view hint) {
        const auto bandwidth = read.bandwidth(option);
        if (!bandwidth && !read.given(option)) (void)read.required(option, hint);
        return bandwidth.value_or(Bandwidth{});
    };
    InputPipeline input;
    input.sample_size = size("sample-size", "stored bytes of a sample, as 16kB") / sample;
    input.storage = rate("data-bandwidth", "of the storage, all nodes together, as 100GB/s");
    input.data_set = size("data-set", "stored bytes of an epoch, as 60TB");
    const auto network = read.bandwidth("data-network");
    input.node_network = network.value_or(make<Bandwidth>(12.5e9));
    if (!network) read.assume("--data-network", "100 Gbit/s", "of a node, for data");
    input.core_decodes =
        make<SampleRate>(read.number("decode-rate", 1e6, "samples a core decodes in a second: tokens are ready"));
    input.cores = read.integer("decode-cores", 8, "of a node");
    input.nodes = job.cluster.accelerators > job.cluster.node.accelerators && job.cluster.node.accelerators > 0
                      ? job.cluster.accelerators / job.cluster.node.accelerators
                      : 1;
    input.prefetch = read.integer("prefetch-batches", 2, "prepared ahead");
    input.variation = read.number("data-variation", 0.0, "of the time to prepare a batch: a steady loader");
    input.cache = read.bytes("data-cache").value_or(Bytes{});
    input.provenance = stated;
    return input;
}

RunSurroundings read_surroundings(Reader& read, const Configuration& job, RunDetail detail, ReportedRun& run) {
    RunSurroundings result;
    RunConditions& conditions = result.conditions;
    read_prices_and_site(read, run, conditions);
    if (detail == RunDetail::whole) {
        read_overheads(read, job, conditions.overheads);
        conditions.input = read_input(read, job);
        bool modelled = false;
        for (const char* option : {"fleet", "mtbf", "job-mtbf"}) modelled = modelled || read.given(option);
        if (modelled && read.given("effective-share"))
            read.refuse("effective-share", "given", "left out where a failure rate is given", "reported or modelled");
        if (!modelled)
            for (const OptionText& option : reliability_options)
                if (read.given(option.name + 2))
                    read.refuse(option.name + 2, "given", "left out without --fleet, --mtbf or --job-mtbf",
                                "it matters where machines fail, and how often is not known");
        if (modelled) {
            result.reliability = read_reliability(read, job, true, job.cluster.accelerators);
            const ReliabilityChoice& choice = *result.reliability;
            run.faults = "failures " + choice.failures_from + "; " + std::string{choice.policy} + " checkpoints";
            run.faults_from = choice.failures ? choice.failures->provenance : stated;
        }
    }
    if (!result.reliability || !read.ok() || !job.step) {
        conditions.faults.effective_share =
            read.number("effective-share", 1.0,
                        detail == RunDetail::whole ? "no time lost: how often the machines fail is not known"
                                                   : "no time lost to faults, restarts, checkpoints");
        if (run.faults.empty()) {
            run.faults =
                std::string{to_percent(conditions.faults.effective_share).view()} + " of the wall clock trains";
            run.faults_from = read.given("effective-share") ? stated : defaulted;
        }
    }
    return result;
}

bool has_budget(const Reader& read) {
    for (const char* option : {"tokens", "samples", "benchmark", "target-loss"})
        if (read.given(option)) return true;
    return false;
}

void refuse_run_options(Reader& read) {
    const auto refuse = [&](const auto& list) {
        for (const OptionText& option : list)
            read.refuse_unless(false, {option.name + 2}, "left out without --tokens or --samples",
                               "a run needs a budget");
    };
    refuse(cost_options);
    refuse(conditions_options);
    refuse(input_options);
    refuse(reliability_options);
}

void add_run(Reader& read, const Configuration& job, Report& report, RunDetail detail) {
    const bool budgeted = has_budget(read);
    if (!read.given("target-loss"))
        for (const char* option : target_loss_options)
            if (read.given(option))
                read.refuse(option, "given", "left out without --target-loss", "it says how many tokens a loss takes");
    if (!budgeted) {
        if (detail == RunDetail::whole)
            (void)read.required(
                "tokens", "to train on; or --samples; or --benchmark, whose target is to be reached, or --target-loss");
        else
            for (const char* option : {"price", "energy-price", "effective-share", "pue"})
                if (read.given(option))
                    read.refuse(option, "given", "left out without --tokens or --samples", "a run needs a budget");
        if (detail == RunDetail::simple) return;
    }
    ReportedRun run;
    const std::optional<Budget> budget = read_budget(read, job);
    const RunSurroundings meets = read_surroundings(read, job, detail, run);
    const RunConditions& conditions = meets.conditions;
    std::optional<Reliability> reliability;
    if (meets.reliability && read.ok() && job.step) reliability = meets.reliability->at(job.step->accelerators);
    if (!job.step || !read.ok()) { // no step to run: what is wrong with the rest is still told
        Violations violations;
        check_rules(conditions, violations);
        if (!reliability) check_rules(conditions.faults, violations);
        return read.refuse(violations);
    }
    if (!budget) return;
    if (reliability) estimate(read, job, *budget, conditions, *reliability, run, report);
    else estimate(read, job, *budget, conditions, conditions.faults, run, report);
}

} // namespace planner
