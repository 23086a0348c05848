// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <iostream>

#include <foretrain/catalog/error_model.hpp>
#include <foretrain/foretrain.hpp>
#include <foretrain/report/scaling.hpp>

#include "commands.hpp"
#include "configuration.hpp"
#include "scaling.hpp"

namespace planner {

using namespace foretrain;

namespace {

/// What is asked of a law.
struct Question {
    std::optional<Parameters> parameters{};
    std::optional<Tokens> tokens{}; ///< to train on, at the batch of the run
    std::optional<Flops> compute{};
    std::optional<CrossEntropy> target{};
    std::optional<Tokens> unique{};
    double experts = 1;
    const Routing* routing = &catalog::clark_2022_s_base;
    Tokens batch{};                   ///< of the run; 0 if there is none
    double sparsity = 1;              ///< of its model
    std::optional<Tokens> critical{}; ///< at which the tokens double, as stated
    int critical_law = -1;            ///< or by which law, of `critical_laws`
};

/// Laws of critical batches, by name.
constexpr std::array<std::string_view, 4> critical_laws{kaplan_critical_batch.name, zhang_critical_batch.name,
                                                        deepseek_batch.name, epoch_critical_batch.name};

/// How many more tokens the batch of the run takes to a loss.
template <class Law>
[[nodiscard]] Result<double> penalty_of(const Law& law, const Question& question, const CrossEntropy& target) {
    const auto by = [&](const auto& critical) {
        return try_batch_penalty(critical, law, *question.parameters, target, question.batch, question.sparsity);
    };
    switch (question.critical_law) {
    case 0: return by(kaplan_critical_batch);
    case 1: return by(zhang_critical_batch);
    case 2: return by(deepseek_batch);
    case 3: return by(epoch_critical_batch);
    default: return question.critical ? batch_penalty(question.batch, *question.critical) : 1.0;
    }
}

template <class Quantity>
[[nodiscard]] std::optional<Quantity> quantity(Reader& read, const std::string& option) {
    const std::optional<double> number = read.number(option);
    return number ? std::optional{make<Quantity>(*number)} : std::nullopt;
}

/// The model and the tokens that the question is about; nothing if it is about the optimum, or if something is refused.
template <class Law>
[[nodiscard]] std::optional<OverTraining> training_of(Reader& read, const Law& law, const Question& question) {
    if (!question.parameters) return std::nullopt;
    const Parameters& n = *question.parameters;
    Tokens tokens{};
    if (question.target) {
        const Result<Tokens> needed = try_tokens_to_loss(law, n, *question.target);
        if (!needed) {
            read.refuse(needed.violations());
            return std::nullopt;
        }
        tokens = *needed;
    } else if (question.tokens) {
        tokens = *question.tokens;
    } else {
        tokens = make<Tokens>(raw(*question.compute) / (6.0 * raw(n)));
    }
    const Result<OverTraining> training = try_over_training(law, n, tokens);
    if (training) return *training;
    read.refuse(training.violations());
    return std::nullopt;
}

/// The run of the training that was asked about, on the hardware that was stated.
template <class Law>
void add_run(Reader& read, const Law& law, const Question& question, const Configuration& job, ScalingReport& report) {
    const Faults faults{.effective_share =
                            read.number("effective-share", 1.0, "no time lost to faults, restarts, checkpoints")};
    const Site place = site(read.number("pue", 1.0, "machines alone, without the building"));
    ScalingRun run;
    if (const auto price = read.number("price")) run.prices.accelerator = make<AcceleratorPrice>(*price / 3600.0);
    if (const auto price = read.number("energy-price")) run.prices.energy = make<EnergyPrice>(*price / 3.6e6);
    if (!job.step || !read.ok()) return;
    const CrossEntropy target = report.training->chosen.loss.total();
    const Result<double> penalty = penalty_of(law, question, target);
    if (!penalty) return read.refuse(penalty.violations());
    const auto estimate =
        try_run_to_loss(law, *question.parameters, target, *penalty, *job.step, job.cluster, faults, run.prices, place);
    if (!estimate) return read.refuse(estimate.violations());
    run.estimate = *estimate;
    run.band = run_band(estimate->run,
                        estimate_uncertainty(*job.step, job.model, job.cluster, job.plan, catalog::step_errors));
    run.configuration = std::string{job.model.name} + " on " + grouped(job.cluster.accelerators) + " x " +
                        std::string{job.cluster.accelerator.name} + " (" + std::string{job.cluster.name} + ")";
    report.run = run;
}

/// Everything that one law answers.
template <class Law>
void answer(Reader& read, const Law& law, const Question& question, const Configuration* job, ScalingReport& report) {
    if (question.parameters) {
        report.training = training_of(read, law, question);
        if (!report.training) return;
        report.optimum = report.training->same_compute;
        report.limit = law.limit(*question.parameters);
        if (job != nullptr) add_run(read, law, question, *job, report);
    } else {
        const auto optimum = question.compute ? try_optimal_allocation(law, *question.compute)
                                              : try_least_compute(law, *question.target);
        if (!optimum) return read.refuse(optimum.violations());
        report.optimum = *optimum;
    }
    // Other sizes to the same loss, from that of the least compute.
    const Allocation& least = report.training ? report.training->same_loss : report.optimum;
    for (const double share : {0.1, 0.2, 0.3, 0.5, 0.7, 1.0, 1.5, 2.0, 4.0}) {
        ModelOfShare model{share, least.parameters * share, {}};
        const auto tokens = try_tokens_to_loss(law, model.parameters, least.loss.total());
        if (tokens)
            if (const auto training = try_over_training(law, model.parameters, *tokens)) model.training = *training;
        report.shares.push_back(model);
    }
}

/// The law with what the question adds to it: data that repeat, experts.
template <class Law>
void answer_with(Reader& read, const PublishedLaw<Law>& published, const Question& question, const Configuration* job,
                 ScalingReport& report) {
    report.law = published.name;
    report.text = published.text;
    report.counts = published.counts;
    report.fitted = published.fitted;
    report.provenance = published.provenance;
    const auto routed = [&](const auto& law) {
        if (question.experts == 1) answer(read, law, question, job, report);
        else answer(read, RoutedLaw{law, *question.routing, question.experts}, question, job, report);
    };
    if (question.unique) routed(RepeatedDataLaw<Law>{published.law, *question.unique, catalog::muennighoff_2023_decay});
    else routed(published.law);
}

/// Options that must not come together, or not without others.
void check_question(Reader& read, const Question& question) {
    if (read.given("model") && read.given("parameters"))
        read.refuse("parameters", "given", "left out where --model is given", "the model's own are taken");
    const int asked = int(read.given("tokens")) + int(read.given("compute")) + int(read.given("target-loss"));
    if (asked != 1)
        read.refuse("target-loss", asked == 0 ? "not given" : "given",
                    asked == 0 ? "given, or --compute, or --tokens" : "the only one of it, --compute and --tokens",
                    "a loss to reach, FLOP to spend, or tokens to train on");
    if (read.given("tokens") && !read.given("parameters") && !read.given("model"))
        read.refuse("tokens", "given", "together with --parameters or --model", "a loss takes both");
    read.refuse_unless(question.experts != 1, {"routing"}, "left out without --experts", "one expert is a dense model");
}

/// The laws that can be chosen: those of one form, and Kaplan's.
[[nodiscard]] std::vector<std::string_view> law_names() {
    std::vector<std::string_view> names;
    for (const auto& law : catalog::additive_laws) names.push_back(law.name);
    names.push_back(catalog::kaplan_2020.name);
    return names;
}

[[nodiscard]] Question read_question(Reader& read, ParameterCount counts, const Transformer* model) {
    Question question;
    question.parameters = quantity<Parameters>(read, "parameters");
    if (model != nullptr) question.parameters = law_parameters(counts, *model);
    question.tokens = quantity<Tokens>(read, "tokens");
    question.compute = quantity<Flops>(read, "compute");
    question.target = quantity<CrossEntropy>(read, "target-loss");
    question.unique = quantity<Tokens>(read, "unique-tokens");
    question.experts = read.number("experts").value_or(1.0);
    constexpr std::array routings{&catalog::clark_2022_s_base, &catalog::clark_2022_reinforced,
                                  &catalog::clark_2022_hash};
    question.routing = routings[read.choice("routing", {"s-base", "reinforced", "hash"}, 0, {})];
    if (question.experts != 1)
        read.assume("--experts", foretrain::detail::number_text(question.experts),
                    "one a token, Clark et al. 2022: fitted up to 1.3B parameters and 130B tokens");
    if (question.unique)
        read.assume("--unique-tokens", std::string{to_text(*question.unique)},
                    "decay of Muennighoff et al. 2023, whatever the law");
    return question;
}

/// Options that need no hardware.
constexpr std::array<std::string_view, 9> of_laws{"law",           "compute", "target-loss", "parameters", "tokens",
                                                  "unique-tokens", "experts", "routing",     "model"};

/// A critical batch in tokens, or the name of a law.
void read_critical_batch(Reader& read, Question& question) {
    if (!read.given("critical-batch")) {
        read.assume("--critical-batch", "far above the batch", "no tokens lost to the size of the batch");
        return;
    }
    const std::string_view value = read.required("critical-batch", {});
    for (std::size_t i = 0; i < critical_laws.size(); ++i)
        if (critical_laws[i] == value) question.critical_law = static_cast<int>(i);
    if (question.critical_law >= 0) return;
    const std::optional<double> tokens = parse_number(value);
    if (tokens && *tokens > 0) question.critical = make<Tokens>(*tokens);
    else
        read.refuse("critical-batch", value, "a number of tokens, or kaplan, zhang, deepseek or epoch",
                    "laws of docs/batch.md");
}

/// Answers of the fits of the same text, and of optima without a law, beside this one.
void add_others(const Question& question, ScalingReport& report) {
    const Allocation& subject = report.subject();
    for (const auto& other : catalog::optimum_laws)
        report.others.push_back({other.name, other.law.optimal_parameters(subject.compute),
                                 other.law.optimal_tokens(subject.compute), other.provenance});
    if (report.text != catalog::hoffmann_2022.text || question.unique || question.experts != 1) return;
    const auto spread =
        tokens_spread(subject.parameters, subject.loss.total(), catalog::hoffmann_2022, catalog::besiroglu_2024);
    report.tokens_by_law.assign(spread.laws.begin(), spread.laws.end());
    report.low = spread.low;
    report.mid = spread.mid;
    report.high = spread.high;
    if (report.law == catalog::besiroglu_2024.name)
        report.standard_error = loss_standard_error(catalog::besiroglu_2024.law, catalog::besiroglu_2024_errors,
                                                    subject.parameters, subject.tokens);
}

/// The batch of a job, as the penalty of its size needs it.
void set_batch(Question& question, const Configuration& job) {
    if (!job.step) return;
    question.batch = make<Tokens>(raw(job.step->tokens));
    question.sparsity = static_cast<double>(parameters(job.model)) / static_cast<double>(active_parameters(job.model));
}

} // namespace

std::optional<TokensToLoss> read_target_loss(Reader& read, const Configuration& job) {
    const std::vector<std::string_view> laws = law_names();
    const std::size_t law = read.choice("law", laws, 1, "the refit of Chinchilla's runs");
    const bool kaplan = law + 1 == laws.size();
    Question question = read_question(read, kaplan ? catalog::kaplan_2020.counts : catalog::additive_laws[law].counts,
                                      job.step ? &job.model : nullptr);
    set_batch(question, job);
    read_critical_batch(read, question);
    std::optional<TokensToLoss> result;
    const auto by = [&](const auto& chosen) {
        const Result<Tokens> tokens = try_tokens_to_loss(chosen, *question.parameters, *question.target);
        if (!tokens) return read.refuse(tokens.violations());
        const Result<double> penalty = penalty_of(chosen, question, *question.target);
        if (!penalty) return read.refuse(penalty.violations());
        result = TokensToLoss{*tokens * *penalty, {}};
        result->words = std::string{to_text(result->tokens).view()} + " to a loss of " +
                        std::string{to_text(*question.target).view()} + " by " + std::string{laws[law]};
    };
    const auto repeated = [&](const auto& base) {
        if (question.unique) by(RepeatedDataLaw{base, *question.unique, catalog::muennighoff_2023_decay});
        else by(base);
    };
    if (!job.step || !question.target || !read.ok()) return std::nullopt;
    if (kaplan) repeated(catalog::kaplan_2020.law);
    else repeated(catalog::additive_laws[law].law);
    return result;
}

int scaling(const Options& options, const Output& output, const std::vector<std::string>& unknown,
            const std::vector<std::string_view>& known) {
    Reader read{options};
    read.refuse_unknown(unknown, known);
    const std::vector<std::string_view> laws = law_names();
    const std::size_t law = read.choice("law", laws, 1, "the refit of Chinchilla's runs");
    const bool kaplan = law + 1 == laws.size();
    const bool has_run = read.given("system") || read.given("accelerators");
    Configuration job;
    const Transformer* model = nullptr;
    if (has_run) {
        if (!read_configuration(read, "scaling", job)) return 2;
        if (job.step) model = &job.model;
    } else if (read.given("model")) {
        std::vector<std::string_view> models;
        for (const Transformer* m : catalog::all_models) models.push_back(m->name);
        if (const auto index = read.name("model", models, "models")) model = catalog::all_models[*index];
    }
    if (!has_run) // what only a run has a use for is not passed over in silence
        for (const auto& [option, value] : options)
            if (std::find(of_laws.begin(), of_laws.end(), option) == of_laws.end())
                read.refuse(option, value, "left out without --system",
                            "a run needs hardware, as for `foretrain predict`");
    Question question =
        read_question(read, kaplan ? catalog::kaplan_2020.counts : catalog::additive_laws[law].counts, model);
    check_question(read, question);
    if (has_run) {
        set_batch(question, job);
        read_critical_batch(read, question);
    }
    ScalingReport report;
    if (read.ok()) {
        report.unique = question.unique;
        report.experts = question.experts;
        const Configuration* run = has_run ? &job : nullptr;
        if (kaplan) answer_with(read, catalog::kaplan_2020, question, run, report);
        else answer_with(read, catalog::additive_laws[law], question, run, report);
    }
    if (!read.ok()) return read.report("scaling");
    add_others(question, report);
    report.assumed = read.assumed();
    if (output.json)
        if (const auto done = write_json(output, scaling_json(report).dump(2) + '\n')) return *done;
    std::cout << scaling_text(report, output.style);
    return 0;
}

} // namespace planner
