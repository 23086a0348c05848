// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <array>
#include <cmath>

#include <foretrain/catalog/error_model.hpp>
#include <foretrain/catalog/models.hpp>
#include <foretrain/catalog/stacks.hpp>
#include <foretrain/catalog/systems.hpp>
#include <foretrain/planner/uncertainty_samples.hpp>

#include "../relative.hpp"

using namespace foretrain;

static_assert(name_of(SampledInput::memory_bandwidth) == "memory bandwidth");
static_assert(name_of(SampledOutput::cost) == "cost");

namespace {

struct Case {
    Transformer model = catalog::llama3_8b;
    Cluster cluster = catalog::dgx_h100(64);
    ParallelPlan plan{.tensor = 2,
                      .data = 32,
                      .sequence_parallel = true,
                      .sharding = Sharding::optimizer,
                      .global_batch = 512,
                      .micro_batch = 1,
                      .sequence = 8192,
                      .recomputation = Recomputation::full,
                      .stack = catalog::megatron_core};

    [[nodiscard]] SampledJob step() const { return {model, cluster, plan}; }
    [[nodiscard]] SampledJob run() const {
        return {model, cluster, plan, TokenBudget{make<Tokens>(1e12)},
                RunConditions{.faults = {.effective_share = 0.9},
                              .site = site(1.1),
                              .prices = {.accelerator = make<AcceleratorPrice>(2.5 / 3600.0),
                                         .energy = make<EnergyPrice>(0.1 / 3.6e6)},
                              .power = measured_boards}};
    }
};

constexpr SamplePoints latin{Sampling::latin_hypercube, 2000, 11};

[[nodiscard]] Distribution spread(double width) { return within_band(width); }

} // namespace

TEST_CASE("an error of the model alone gives back the band of the error model") {
    const Case c;
    const StepEstimate step = estimate_step(c.model, c.cluster, c.plan);
    const Band band = estimate_uncertainty(step, c.model, c.cluster, c.plan, catalog::step_errors);
    const std::array inputs{UncertainInput{SampledInput::model, within_band(band.width)}};
    const UncertaintySamples samples = draw_samples(c.step(), inputs, latin);
    CHECK(quantile_of(samples[SampledOutput::step_time], 0.1) == relative(raw(band.p10)).epsilon(0.002));
    CHECK(quantile_of(samples[SampledOutput::step_time], 0.5) == relative(raw(band.p50)).epsilon(0.002));
    CHECK(quantile_of(samples[SampledOutput::step_time], 0.9) == relative(raw(band.p90)).epsilon(0.002));
}

TEST_CASE("narrow ranges of inputs give the linear band of their derivatives") {
    const Case c;
    const std::array ranges{InputRange{StepInput::matrix_rate, 0.05}, InputRange{StepInput::memory_bandwidth, 0.10},
                            InputRange{StepInput::inner_bandwidth, 0.20}};
    std::array<UncertainInput, 3> inputs{};
    for (std::size_t i = 0; i < 3; ++i)
        inputs[i] = {static_cast<SampledInput>(ranges[i].input), spread(std::log1p(ranges[i].relative))};
    const UncertaintySamples samples = draw_samples(c.step(), inputs, latin);
    const double width = 0.5 * std::log(quantile_of(samples[SampledOutput::step_time], 0.9) /
                                        quantile_of(samples[SampledOutput::step_time], 0.1));
    CHECK(width == relative(input_width(c.model, c.cluster, c.plan, ranges)).epsilon(0.05));
}

TEST_CASE("closed form: a product of log-normal factors has the quantiles and the shares of its variances") {
    const Case c;
    const std::array inputs{UncertainInput{SampledInput::model, spread(0.30)},
                            UncertainInput{SampledInput::accelerator_price, spread(0.40)}};
    SampledJob job = c.run();
    job.conditions.prices.energy.reset(); // cost = time x price
    const UncertaintySamples samples = draw_samples(job, inputs, {Sampling::latin_hypercube, 8000, 3});
    const Eigen::ArrayXd& cost = samples[SampledOutput::cost];
    const RunEstimate run =
        estimate_run(estimate_step(c.model, c.cluster, c.plan), c.cluster, *job.budget, job.conditions);
    const double width = 0.5; // of 0.3 and 0.4
    CHECK(quantile_of(cost, 0.5) == relative(raw(run.cost.known)).epsilon(0.01));
    CHECK(quantile_of(cost, 0.9) == relative(raw(run.cost.known) * std::exp(width)).epsilon(0.02));
    CHECK(quantile_of(cost, 0.1) == relative(raw(run.cost.known) * std::exp(-width)).epsilon(0.02));
    const auto shares = contributions_of(samples, inputs, SampledOutput::cost);
    CHECK(shares[0].contribution == relative(0.36).epsilon(0.03));
    CHECK(shares[1].contribution == relative(0.64).epsilon(0.03));
    CHECK(shares[0].correlation == relative(0.6).epsilon(0.03));
    CHECK(shares[1].correlation == relative(0.8).epsilon(0.03));
    // The price does nothing to time.
    const auto of_time = contributions_of(samples, inputs, SampledOutput::wall_clock);
    CHECK(of_time[0].contribution == relative(1.0).epsilon(0.01));
    CHECK(of_time[1].contribution < 0.01);
}

TEST_CASE("signs: faster hardware shortens, a better share of the clock saves, energy prices only cost") {
    const Case c;
    const std::array inputs{UncertainInput{SampledInput::matrix_rate, spread(0.2)},
                            UncertainInput{SampledInput::effective_share, {DistributionKind::uniform, 0.7, 1.0}},
                            UncertainInput{SampledInput::power, spread(0.1)},
                            UncertainInput{SampledInput::energy_price, spread(0.5)}};
    const UncertaintySamples samples = draw_samples(c.run(), inputs, {Sampling::latin_hypercube, 500, 1});
    const auto time = contributions_of(samples, inputs, SampledOutput::wall_clock);
    const auto energy = contributions_of(samples, inputs, SampledOutput::energy);
    const auto cost = contributions_of(samples, inputs, SampledOutput::cost);
    CHECK(time[0].correlation < -0.5);
    CHECK(time[1].correlation < -0.3);
    CHECK(std::abs(time[2].correlation) < 0.15);
    CHECK(energy[2].correlation > 0.2);
    CHECK(std::abs(energy[3].correlation) < 0.15);
    CHECK(cost[3].correlation > 0.1);
    for (const SampledOutput output :
         {SampledOutput::step_time, SampledOutput::wall_clock, SampledOutput::energy, SampledOutput::cost}) {
        CHECK((samples[output] > 0.0).all());
        CHECK(quantile_of(samples[output], 0.1) < quantile_of(samples[output], 0.9));
    }
}

TEST_CASE("nothing uncertain: every sample is the estimate, and nothing contributes") {
    const Case c;
    const std::array inputs{UncertainInput{SampledInput::network_bandwidth, {DistributionKind::uniform, 1.0, 1.0}}};
    const UncertaintySamples samples = draw_samples(c.step(), inputs, {Sampling::independent, 10, 1});
    CHECK((samples[SampledOutput::step_time] == raw(estimate_step(c.model, c.cluster, c.plan).time)).all());
    CHECK(contributions_of(samples, inputs, SampledOutput::step_time)[0].contribution == 0.0);
    CHECK(samples[SampledOutput::cost].size() == 0); // there is no run
}

TEST_CASE("the same question has the same samples, layers beat plain draws") {
    const Case c;
    const std::array inputs{UncertainInput{SampledInput::memory_bandwidth, spread(0.2)}};
    const auto draw = [&](Sampling sampling, std::uint64_t seed) {
        return draw_samples(c.step(), inputs, {sampling, 200, seed})[SampledOutput::step_time];
    };
    CHECK((draw(Sampling::latin_hypercube, 1) == draw(Sampling::latin_hypercube, 1)).all());
    double layered = 0, plain = 0;
    const double truth = detail::mean_of(
        draw_samples(c.step(), inputs, {Sampling::latin_hypercube, 4000, 99})[SampledOutput::step_time]);
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        layered += std::abs(detail::mean_of(draw(Sampling::latin_hypercube, seed)) - truth);
        plain += std::abs(detail::mean_of(draw(Sampling::independent, seed)) - truth);
    }
    CHECK(layered < plain * 0.3);
}

TEST_CASE("a sample whose run breaks the rules repeats the stated job: nothing is zero, infinite or no number") {
    const Case c;
    const std::array inputs{UncertainInput{SampledInput::effective_share, {DistributionKind::log_uniform, 1e-4, 1.0}},
                            UncertainInput{SampledInput::accelerator_price, {DistributionKind::log_uniform, 1.0, 1e6}}};
    const UncertaintySamples samples = draw_samples(c.run(), inputs, {Sampling::latin_hypercube, 200, 5});
    for (const SampledOutput output : {SampledOutput::wall_clock, SampledOutput::energy, SampledOutput::cost}) {
        CHECK((samples[output] > 0.0).all());
        for (const InputContribution& each : contributions_of(samples, inputs, output)) {
            CHECK(std::isfinite(each.correlation));
            CHECK(std::isfinite(each.contribution));
        }
    }
}

TEST_CASE("everything wrong is told") {
    Case c;
    const std::array inputs{UncertainInput{SampledInput::model, {DistributionKind::uniform, 2.0, 1.0}}};
    CHECK(check(c.step(), inputs, {Sampling::independent, 1, 1}).size() == 2);
    SampledJob job = c.run();
    job.conditions.faults.effective_share = 7;
    CHECK_FALSE(check(job, {}, latin).empty());
    CHECK(check(c.run(), {}, latin).empty());
}
