// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <iostream>

#include <foretrain/catalog/convergence.hpp>
#include <foretrain/foretrain.hpp>
#include <foretrain/report/batch.hpp>

#include "commands.hpp"
#include "configuration.hpp"

namespace planner {

using namespace foretrain;

namespace {

constexpr std::array law_names{std::string_view{"kaplan"}, std::string_view{"zhang"}, std::string_view{"deepseek"},
                               std::string_view{"epoch"}};

/// Whether the samples of a benchmark are text, as those of the models of the catalogue are.
[[nodiscard]] bool of_language(const BenchmarkConvergence& benchmark) {
    // Text, but how many tokens a sample has is not in the catalogue.
    constexpr std::array others{std::string_view{"deepseekv3_671b"}, std::string_view{"gpt_oss_20b"},
                                std::string_view{"qwen35_397b_grpo"}};
    return benchmark.sample_tokens || std::find(others.begin(), others.end(), benchmark.name) != others.end();
}

/// Convergence of a benchmark of the catalogue.
void of_benchmark(Reader& read, const Configuration& job, BatchReport& report) {
    const std::string name{read.required("benchmark", "")};
    const BenchmarkConvergence* found = catalog::find_convergence(name);
    if (found == nullptr) {
        std::string all;
        for (const BenchmarkConvergence& entry : catalog::all_convergence)
            all += (all.empty() ? "" : ", ") + std::string{entry.name};
        return read.refuse("benchmark", name, "a benchmark with constants", "one of " + all);
    }
    if (!of_language(*found))
        return read.refuse("benchmark", name, "of a language model",
                           "its samples are not those of " + std::string{job.model.name});
    report.target = "benchmark " + std::string{found->name};
    report.convergence = found->convergence;
    report.origin = "fitted to " + std::to_string(found->points) + " batches from " +
                    grouped(static_cast<std::int64_t>(raw(found->smallest_batch))) + " to " +
                    grouped(static_cast<std::int64_t>(raw(found->largest_batch))) + ", " +
                    std::string{found->provenance.source};
    if (found->points == 1)
        report.notes.emplace_back("one batch is known: the critical batch is what other benchmarks have");
    if (found->sample_tokens && raw(*found->sample_tokens) != static_cast<double>(job.plan.sequence))
        report.notes.push_back("the benchmark's samples have " +
                               grouped(static_cast<std::int64_t>(raw(*found->sample_tokens))) +
                               " tokens, those of --sequence " + grouped(job.plan.sequence));
}

/// What a law says of the critical batch, in its own meaning.
struct LawBatch {
    Result<Tokens> batch;
    CriticalBatchMeaning meaning;
    bool covered;
    std::string_view source;
};
[[nodiscard]] LawBatch batch_by(std::size_t law, const TrainingScale& scale) {
    const auto by = [&](const auto& l) {
        return LawBatch{try_critical_batch(l, scale), l.meaning, l.covers(scale), l.provenance.source};
    };
    switch (law) {
    case 0: return by(kaplan_critical_batch);
    case 1: return by(zhang_critical_batch);
    case 2: return by(deepseek_batch);
    default: return by(epoch_critical_batch);
    }
}

/// Convergence of a language model that would take so many tokens at tiny batches.
void of_tokens(Reader& read, const Configuration& job, BatchReport& report) {
    const std::optional<double> tokens = read.number("tokens");
    const std::size_t law = read.choice("law", std::vector<std::string_view>(law_names.begin(), law_names.end()), 1,
                                        "goes by tokens alone");
    if (!tokens || !job.step) return;
    TrainingScale scale;
    scale.tokens = make<Tokens>(*tokens);
    const auto active = static_cast<double>(active_parameters(job.model));
    scale.compute = make<Flops>(6.0 * active * *tokens);
    scale.sparsity = static_cast<double>(parameters(job.model)) / active;
    if (const std::optional<double> loss = read.number("loss")) scale.loss = make<CrossEntropy>(*loss);
    const LawBatch found = batch_by(law, scale);
    if (!found.batch) {
        if (found.batch.violations().contains("loss_is_known"))
            return read.refuse("loss", "not given", "given: the law `kaplan` goes by the loss",
                               "nats a token that the run ends at; or another --law");
        return read.refuse(found.batch.violations());
    }
    const TokensPerSample sequence = make<TokensPerSample>(static_cast<double>(job.plan.sequence));
    report.convergence = convergence_of_tokens(scale.tokens, as_double_samples(*found.batch, found.meaning), sequence);
    report.target = std::string{to_text(scale.tokens).view()} + " at tiny batches";
    report.origin = "law `" + std::string{law_names[law]} + "`, which means " + std::string{name_of(found.meaning)} +
                    " at " + std::string{to_text(*found.batch).view()} + "; " + std::string{found.source};
    if (!found.covered) report.notes.emplace_back("this run is outside of what the law was made from");
}

/// Convergence as the user states it.
void of_constants(Reader& read, BatchReport& report) {
    const std::optional<double> least = read.number("least-samples"), critical = read.number("critical-batch");
    if (!read.given("least-samples")) read.required("least-samples", "to the target at tiny batches");
    if (!read.given("critical-batch")) read.required("critical-batch", "samples: needs twice those of tiny batches");
    if (!least || !critical) return;
    report.convergence = {make<Samples>(*least), make<Samples>(*critical)};
    Violations violations;
    check_rules(report.convergence, violations);
    if (!violations.empty()) return read.refuse(violations);
    report.target = grouped(static_cast<std::int64_t>(*least)) + " samples at tiny batches";
    report.origin = "stated on the command line";
}

/// Steps of one job at other batches and on other numbers of accelerators.
class Steps {
public:
    Steps(const Options& options, const Configuration& job, std::int64_t most)
        : options_{options}, job_{job}, most_batch_{most} {}

    /// The job on so many accelerators; nothing if the plan does not divide.
    [[nodiscard]] std::optional<Configuration> on(std::int64_t accelerators) const {
        if (accelerators == job_.cluster.accelerators) return job_;
        Options changed = options_;
        changed["accelerators"] = std::to_string(accelerators);
        changed.erase("data");
        const std::int64_t replica = job_.plan.replica();
        if (replica < 1 || accelerators % replica != 0) return std::nullopt;
        changed["global-batch"] = std::to_string(accelerators / replica * job_.plan.micro_batch);
        Reader read{changed};
        Configuration other;
        if (!read_configuration(read, "batch", other) || !read.ok()) return std::nullopt;
        return other;
    }

    /// Batches that a plan divides: one micro-batch a rank and its doublings.
    [[nodiscard]] std::vector<std::int64_t> batches(const Configuration& job) const {
        std::vector<std::int64_t> all;
        for (std::int64_t batch = job.plan.data * job.plan.micro_batch; all.empty() || batch <= most_batch_; batch *= 2)
            all.push_back(batch);
        if (job.cluster.accelerators == job_.cluster.accelerators) {
            all.push_back(job_.plan.global_batch);
            std::sort(all.begin(), all.end());
            all.erase(std::unique(all.begin(), all.end()), all.end());
        }
        return all;
    }

    /// The step at a batch, with the parts that may not scale.
    [[nodiscard]] static ScaledStep step(const Configuration& job, std::int64_t batch) {
        ParallelPlan plan = job.plan;
        plan.global_batch = batch;
        ScaledStep result{.batch = make<Samples>(static_cast<double>(batch))};
        const Result<StepEstimate> estimate = try_estimate_step(job.model, job.cluster, plan);
        if (!estimate) {
            result.refused = ScalingLimit::divisibility;
            return result;
        }
        if (estimate->memory.peak > job.cluster.accelerator.memory.capacity) {
            result.refused = ScalingLimit::memory;
            return result;
        }
        const StepBreakdown& parts = estimate->breakdown;
        result.time = estimate->time;
        result.communication = parts.communication() + parts[StepPart::overlap_cost];
        result.fixed = parts[StepPart::bubble] + parts[StepPart::optimizer] + parts[StepPart::overhead] +
                       parts[StepPart::host_wait] + parts[StepPart::stragglers] + parts[StepPart::offload];
        return result;
    }

private:
    const Options& options_;
    const Configuration& job_;
    std::int64_t most_batch_;
};

/// Fills the table, the optima and the scaling.
void sweep(Reader& read, const Options& options, const Configuration& job, BatchReport& report) {
    const auto unit = static_cast<double>(job.plan.data * job.plan.micro_batch);
    const double largest = read.number("max-batch", 4.0 * raw(report.convergence.critical_batch), {});
    if (read.given("max-batch") && !(largest >= unit && largest <= 1e9))
        read.refuse("max-batch", read.required("max-batch", ""), "from data x micro-batch to 1e9");
    const auto most = static_cast<std::int64_t>(std::clamp(largest, unit, 1e9));
    const std::int64_t most_accelerators =
        read.integer("max-accelerators", std::min<std::int64_t>(256 * job.cluster.accelerators, 1'000'000), {});
    if (most_accelerators < job.cluster.accelerators)
        return read.refuse("max-accelerators", std::to_string(most_accelerators), "at least --accelerators");
    report.worth = read.number("worth", 0.5, "elasticity from which another accelerator is worth having");
    if (!read.ok()) return;

    const Steps steps(options, job, most);
    for (const std::int64_t batch : steps.batches(job)) {
        const ScaledStep step = Steps::step(job, batch);
        BatchRow row;
        row.choice.batch = step.batch;
        if (step.refused != ScalingLimit::none) {
            row.refused = name_of(step.refused);
        } else {
            row.choice = batch_choice<double>(report.convergence, step.batch,
                                              {static_cast<double>(job.cluster.accelerators), step.time});
            row.data_efficiency = report.convergence.data_efficiency(step.batch);
        }
        report.rows.push_back(row);
    }

    std::vector<std::int64_t> counts;
    for (std::int64_t n = job.cluster.accelerators; n >= 1; n /= 2) {
        counts.push_back(n);
        if (n % 2 != 0 || n <= job.plan.replica() || counts.size() > 6) break;
    }
    std::reverse(counts.begin(), counts.end());
    while (counts.back() <= most_accelerators / 2) counts.push_back(2 * counts.back());
    std::vector<BatchChoice> all;
    const auto best_at = [&](std::int64_t accelerators) {
        ScaledStep best{.refused = ScalingLimit::divisibility};
        const std::optional<Configuration> other = steps.on(accelerators);
        if (!other) return best;
        double least = 0;
        for (const std::int64_t batch : steps.batches(*other)) {
            const ScaledStep step = Steps::step(*other, batch);
            if (step.refused != ScalingLimit::none) {
                if (least == 0) best = step;
                continue;
            }
            const BatchChoice choice =
                batch_choice<double>(report.convergence, step.batch, {static_cast<double>(accelerators), step.time});
            all.push_back(choice);
            if (least > 0 && raw(choice.time) >= least) continue;
            least = raw(choice.time);
            best = step;
        }
        return best;
    };
    const Result<BatchScaling> scaling = try_scaling<double>(report.convergence, counts, report.worth, best_at);
    if (!scaling) return read.refuse(scaling.violations());
    report.scaling = *scaling;
    for (std::size_t i = 0; i < report.best.size(); ++i)
        report.best[i] = all[best_choice(all, static_cast<BatchObjective>(i))];
}

/// Learning rates to try, if one is known.
void add_rates(Reader& read, const Configuration& job, BatchReport& report) {
    const std::optional<double> rate = read.number("learning-rate");
    if (!rate) return;
    BatchRates rates;
    rates.tuned = {*rate, make<Samples>(read.number("tuned-batch", static_cast<double>(job.plan.global_batch),
                                                    "the rate was tuned at --global-batch"))};
    for (std::size_t i = 0; i < report.best.size(); ++i) {
        const Result<LearningRateAdvice> advice =
            try_learning_rate(rates.tuned, report.best[i].batch, report.convergence.critical_batch);
        if (!advice) return read.refuse(advice.violations());
        rates.advice[i] = *advice;
    }
    report.rates = rates;
}

/// A ramp of the batch as Megatron-LM has it, if one is asked for.
void add_ramp(Reader& read, const Configuration& job, BatchReport& report) {
    if (!read.given("ramp-from")) return;
    const Samples last = make<Samples>(static_cast<double>(job.plan.global_batch));
    const std::int64_t unit = job.plan.data * job.plan.micro_batch;
    const auto increment = static_cast<double>(read.integer("ramp-increment", unit, "one micro-batch a rank more"));
    const std::int64_t from = read.integer("ramp-from", unit, {});
    if (from < 1 || from > job.plan.global_batch || from % unit != 0)
        read.refuse("ramp-from", std::to_string(from),
                    "a multiple of data x micro-batch = " + std::to_string(unit) + " up to --global-batch");
    if (!(increment >= 1) || static_cast<std::int64_t>(increment) % unit != 0)
        read.refuse("ramp-increment", std::to_string(static_cast<std::int64_t>(increment)),
                    "a multiple of data x micro-batch = " + std::to_string(unit));
    const Samples total = report.convergence.samples_to_target(last);
    const double over = read.number("ramp-samples", 0.04 * raw(total), "4% of the run, as 12B of GPT-3's 300B tokens");
    if (!read.ok()) return;
    if (!(over >= 0 && over <= 1e18)) return read.refuse("ramp-samples", std::to_string(over), "from 0 to 1e18");
    const RampedBatch ramp{make<Samples>(static_cast<double>(from)), last, make<Samples>(increment),
                           make<Samples>(over)};
    bool whole = true;
    const auto time = [&](const Samples& batch) noexcept {
        const ScaledStep step = Steps::step(job, static_cast<std::int64_t>(raw(batch)));
        whole = whole && step.refused == ScalingLimit::none;
        return step.refused == ScalingLimit::none ? step.time : 1.0 * second;
    };
    const Result<ScheduledRun> run = try_run_schedule(ramp, total, time);
    if (!run) return read.refuse(run.violations());
    if (!whole) return read.refuse("ramp-from", std::to_string(from), "a ramp of batches that the plan divides");
    report.schedule = *run;
}

} // namespace

int batch(const Options& options, const Output& output, const std::vector<std::string>& unknown,
          const std::vector<std::string_view>& known) {
    Reader read{options};
    read.refuse_unknown(unknown, known);
    Configuration job;
    if (!read_configuration(read, "batch", job)) return 2;
    BatchReport report;
    const bool benchmark = read.given("benchmark"), tokens = read.given("tokens"),
               constants = read.given("critical-batch") || read.given("least-samples");
    if (benchmark + tokens + constants > 1)
        read.refuse(benchmark ? "benchmark" : "tokens", "given", "the only target",
                    "one of --benchmark, --tokens, or --least-samples with --critical-batch");
    else if (benchmark) of_benchmark(read, job, report);
    else if (tokens) of_tokens(read, job, report);
    else if (constants) of_constants(read, report);
    else
        read.refuse("benchmark", "not given", "given, or --tokens, or --least-samples and --critical-batch",
                    "what the run aims at");
    read.refuse_unless(tokens, {"law", "loss"}, "left out without --tokens");
    read.refuse_unless(read.given("learning-rate"), {"tuned-batch"}, "left out without --learning-rate");
    read.refuse_unless(read.given("ramp-from"), {"ramp-increment", "ramp-samples"}, "left out without --ramp-from");
    if (const auto price = read.number("price")) {
        report.price = make<AcceleratorPrice>(*price / 3600.0);
        if (!(*price >= 0 && *price <= 1e5)) read.refuse("price", std::to_string(*price), "from 0 to 100000");
    }
    // What is wrong with the rest is told at once; it is read where it is used.
    for (const char* option : {"max-batch", "worth", "learning-rate", "tuned-batch", "ramp-samples"})
        (void)read.number(option);
    for (const char* option : {"max-accelerators", "ramp-from", "ramp-increment"})
        if (read.given(option)) (void)read.integer(option, 1, {});
    if (read.ok()) {
        report.model = job.model.name;
        report.system = std::string{job.cluster.accelerator.name} + " (" + std::string{job.cluster.name} + ")";
        report.accelerators = job.cluster.accelerators;
        sweep(read, options, job, report);
        if (read.ok()) add_rates(read, job, report);
        if (read.ok()) add_ramp(read, job, report);
    }
    if (!read.ok()) return read.report("batch");
    report.assumed = read.assumed();
    if (output.json)
        if (const auto done = write_json(output, batch_json(report).dump(2) + '\n')) return *done;
    std::cout << batch_text(report, output.style);
    return 0;
}

} // namespace planner
