// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include <foretrain/catalog/error_model.hpp>
#include <foretrain/planner/uncertainty_samples.hpp>
#include <foretrain/report/uncertainty.hpp>

#include "commands.hpp"
#include "configuration.hpp"
#include "many.hpp"

namespace planner {

using namespace foretrain;

namespace {

const std::vector<std::string_view> input_words{
    "matrix-rate", "memory-bandwidth", "scale-up", "node-network", "network-latency", "host-time", "step-overhead",
    "model",       "effective-share",  "power",    "price",        "energy-price"};
const std::vector<std::string_view> kind_words{"uniform", "log-uniform", "normal", "log-normal"};

/// --uncertain NAME=LOW..HIGH or NAME=N%, with :KIND behind.
[[nodiscard]] std::vector<UncertainInput> read_inputs(Reader& read) {
    std::vector<UncertainInput> inputs;
    for_each_named(
        read, "uncertain", input_words, [&](std::size_t index, std::string_view value, std::string_view item) {
            UncertainInput input{static_cast<SampledInput>(index), {}};
            if (const std::size_t colon = value.find(':'); colon != std::string_view::npos) {
                std::size_t kind = 0;
                while (kind < kind_words.size() && kind_words[kind] != value.substr(colon + 1)) ++kind;
                if (kind == kind_words.size())
                    return read.refuse("uncertain", item, "of kind uniform, log-uniform, normal or log-normal",
                                       "as price=0.8..1.5:uniform");
                input.factor.kind = static_cast<DistributionKind>(kind);
                value = value.substr(0, colon);
            }
            if (!value.empty() && value.back() == '%') {
                const auto percent = parse_number(value.substr(0, value.size() - 1));
                if (percent && 0.0 <= *percent && *percent <= 900.0) {
                    input.factor.low = 1.0 / (1.0 + *percent / 100.0);
                    input.factor.high = 1.0 + *percent / 100.0;
                    inputs.push_back(input);
                    return;
                }
            } else if (const auto factors = parse_factors(value)) {
                input.factor.low = factors->low;
                input.factor.high = factors->high;
                inputs.push_back(input);
                return;
            }
            read.refuse("uncertain", item, "NAME=LOW..HIGH, factors from 0.01 to 100, or NAME=N%",
                        "on what is stated, as node-network=0.6..1.1 or price=20%");
        });
    return inputs;
}

[[nodiscard]] std::string words(const Distribution& d) {
    return std::string{kind_words[static_cast<std::size_t>(d.kind)]} + ", " +
           std::string{Text{}.append_fixed(d.low, 3).view()} + " to " +
           std::string{Text{}.append_fixed(d.high, 3).view()};
}

} // namespace

int uncertainty(const Options& options, const Output& output, const std::vector<std::string>& unknown,
                const std::vector<std::string_view>& known) {
    Reader read{options};
    read.refuse_unknown(unknown, known);
    check_output(read, output);
    Configuration job;
    if (!read_configuration(read, "uncertainty", job)) return 2;
    std::vector<UncertainInput> inputs = read_inputs(read);
    bool own_error = false;
    for (const UncertainInput& input : inputs) own_error = own_error || input.input == SampledInput::model;
    if (job.step && !own_error && !read.given("no-model-error")) {
        const Band band = estimate_uncertainty(*job.step, job.model, job.cluster, job.plan, catalog::step_errors);
        inputs.insert(inputs.begin(), {SampledInput::model, within_band(band.width)});
        read.assume("--uncertain model", words(inputs.front().factor), "the error model's band of this job");
    }
    read.refuse_unless(!own_error, {"no-model-error"}, "left out where --uncertain model is given",
                       "that is the error of the model");
    if (inputs.empty() && read.ok())
        (void)read.required("uncertain", "what is uncertain, as price=0.8..1.5; or leave out --no-model-error");
    const std::int64_t draws = read.integer("draws", 2000, "samples");
    if (draws < 20 || draws > 1000000) read.refuse("draws", std::to_string(draws), "from 20 to 1000000");
    const std::int64_t seed = read.integer("seed", 1, {});
    const Sampling sampling = read.given("independent") ? Sampling::independent : Sampling::latin_hypercube;

    RunConditions conditions;
    std::optional<TokenBudget> budget;
    if (const auto tokens = read.number("tokens")) {
        budget = TokenBudget{make<Tokens>(*tokens)};
        conditions.power = measured_boards;
        conditions.site = site(read.number("pue", 1.0, "machines alone, without the building"));
        conditions.faults.effective_share = read.number("effective-share", 1.0, "no time lost");
        if (const auto price = read.number("price"))
            conditions.prices.accelerator = make<AcceleratorPrice>(*price / 3600.0);
        if (const auto price = read.number("energy-price"))
            conditions.prices.energy = make<EnergyPrice>(*price / 3.6e6);
    }
    read.refuse_unless(budget.has_value(), {"price", "energy-price", "effective-share", "pue"},
                       "left out without --tokens", "a run needs a budget");
    for (const UncertainInput& input : inputs) {
        const bool run_only = input.input >= SampledInput::effective_share;
        const bool priced = input.input == SampledInput::accelerator_price ? conditions.prices.accelerator.has_value()
                            : input.input == SampledInput::energy_price    ? conditions.prices.energy.has_value()
                                                                           : true;
        if (run_only && (!budget || !priced))
            read.refuse("uncertain", input_words[static_cast<std::size_t>(input.input)],
                        budget ? "left out without its price" : "left out without --tokens", "it would change nothing");
    }
    const SamplePoints points{sampling, draws, static_cast<std::uint64_t>(seed)};
    if (job.step && read.ok()) {
        const SampledJob asked{job.model, job.cluster, job.plan, budget, conditions};
        read.refuse(check(asked, inputs, points));
    }
    if (!read.ok() || !job.step) return read.report("uncertainty");

    const SampledJob asked{job.model, job.cluster, job.plan, budget, conditions};
    const UncertaintySamples samples = draw_samples(asked, inputs, points);
    const UncertaintySamples stated = draw_samples(asked, {}, {Sampling::independent, 1, 1});
    UncertaintyReport report;
    report.job = std::string{job.model.name} + " on " + std::to_string(job.cluster.accelerators) + " x " +
                 std::string{job.cluster.accelerator.name} + " (" + std::string{job.cluster.name} + ")";
    report.points = std::to_string(draws) +
                    (sampling == Sampling::independent ? " independent samples" : " samples, a Latin hypercube") +
                    ", seed " + std::to_string(seed);
    for (const UncertainInput& input : inputs) {
        report.inputs.emplace_back(name_of(input.input));
        report.distributions.push_back(words(input.factor));
    }
    constexpr std::array<const char*, sampled_outputs> units{"s", "s", "j", "usd"};
    for (std::size_t o = 0; o < sampled_outputs; ++o) {
        const SampledOutput which = static_cast<SampledOutput>(o);
        if (samples[which].size() == 0 || !(stated[which][0] > 0)) continue; // no run, or no price
        SampledColumn column{.name = name_of(which), .unit = units[o], .stated = stated[which][0]};
        for (std::size_t q = 0; q < sampled_quantiles.size(); ++q)
            column.quantiles[q] = quantile_of(samples[which], sampled_quantiles[q]);
        column.samples.assign(samples[which].data(), samples[which].data() + samples[which].size());
        for (const InputContribution& one : contributions_of(samples, inputs, which)) {
            column.contribution.push_back(one.contribution);
            column.correlation.push_back(one.correlation);
        }
        report.outputs.push_back(std::move(column));
    }
    report.assumed = read.assumed();
    return deliver(output, {.text = [&] { return uncertainty_text(report, output.style); },
                            .json = [&] { return uncertainty_json(report).dump(2) + '\n'; },
                            .csv = [&] { return uncertainty_csv(report); },
                            .plot = [&] { return uncertainty_plot(report); }});
}

} // namespace planner
