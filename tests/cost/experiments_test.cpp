// SPDX-License-Identifier: Apache-2.0
#include <foretrain/cost/experiments.hpp>

#include <doctest/doctest.h>

#include <random>

#include <foretrain/math/dual.hpp>
#include <foretrain/units/literals.hpp>

#include "../relative.hpp"

using namespace foretrain;
using namespace foretrain::literals;

namespace {

constexpr Experiment ablation{.cost = {.known = 6_K_usd, .complete = true},
                              .accelerator_time = 3000_accelerator_hours,
                              .success = 0.25,
                              .failed_share = 0.4};

static_assert(cost_per_success(ablation) < 13.3_K_usd && cost_per_success(ablation) > 13.1_K_usd);
static_assert(experiment_rate(ablation, 50000_usd_per_week, 512_accelerators).limit == ExperimentLimit::budget);

} // namespace

TEST_CASE("the price of tokens is the cost over them, unknown with it") {
    const Cost cost{.known = 60_M_usd, .complete = true};
    CHECK(raw(*price_of_tokens(cost, 15_T_tokens) * 1_T_tokens) == relative(4e6));
    CHECK_FALSE(price_of_tokens(Cost{.known = 60_M_usd, .complete = false}, 15_T_tokens).has_value());
    CHECK_FALSE(price_of_tokens(cost, 0_tokens).has_value());
}

TEST_CASE("a success costs what a simulation of tries until one succeeds takes on average") {
    std::mt19937 generator(11);
    std::bernoulli_distribution succeeds(ablation.success);
    double spent = 0;
    const int successes = 200'000;
    for (int i = 0; i < successes; ++i) {
        while (!succeeds(generator)) spent += 6000 * ablation.failed_share;
        spent += 6000;
    }
    CHECK(raw(cost_per_success(ablation).known) == doctest::Approx(spent / successes).epsilon(0.01));
}

TEST_CASE("certain success costs one run, failures that cost nothing neither more, unlikely ones without bound") {
    Experiment experiment = ablation;
    experiment.success = 1.0;
    CHECK(raw(cost_per_success(experiment).known) == relative(6e3));
    experiment = ablation;
    experiment.failed_share = 0.0;
    CHECK(raw(cost_per_success(experiment).known) == relative(6e3));
    double before = 0;
    for (double success = 1.0; success > 1e-5; success *= 0.8) {
        experiment = ablation;
        experiment.success = success;
        CHECK(raw(cost_per_success(experiment).known) > before);
        before = raw(cost_per_success(experiment).known);
    }
    experiment.cost.complete = false;
    CHECK_FALSE(cost_per_success(experiment).complete);
}

TEST_CASE("budget or accelerators limit the rate, whichever is scarcer, and both grow it until the other binds") {
    const double mean = 0.25 + 0.75 * 0.4;
    const ExperimentRate poor = experiment_rate(ablation, 50000_usd_per_week, 512_accelerators);
    CHECK(raw(poor.attempts) * 604800 == relative(50000 / (6000 * mean)));
    CHECK(raw(poor.successes) * 604800 == relative(50000 / raw(cost_per_success(ablation).known)));
    const ExperimentRate rich = experiment_rate(ablation, 5000000_usd_per_week, 512_accelerators);
    CHECK(rich.limit == ExperimentLimit::accelerators);
    CHECK(raw(rich.attempts) * 604800 == relative(512 * 168 / (3000 * mean)));
    double before = 0;
    for (double budget = 0; budget < 1e6; budget += 2e4) {
        const ExperimentRate rate = experiment_rate(ablation, budget * 1_usd_per_week, 512_accelerators);
        CHECK(rate.attempts >= make<Frequency>(before));
        before = raw(rate.attempts);
    }
    CHECK(make<Frequency>(before) == rich.attempts);
    CHECK(raw(experiment_rate(ablation, 0_usd_per_week, 512_accelerators).attempts) == 0);
}

TEST_CASE("a cost known in part bounds the rate, and says that it is only a bound") {
    Experiment partial = ablation;
    partial.cost.complete = false;
    const ExperimentRate rate = experiment_rate(partial, 50000_usd_per_week, 512_accelerators);
    CHECK_FALSE(rate.budget_known);
    CHECK(rate.attempts == experiment_rate(ablation, 50000_usd_per_week, 512_accelerators).attempts);
    partial.cost = {};
    CHECK(experiment_rate(partial, 1_usd_per_week, 512_accelerators).limit == ExperimentLimit::accelerators);
}

TEST_CASE("experiments that cannot be are refused") {
    CHECK(try_experiment_rate(Experiment{}, make<MoneyRate>(-1.0), 0_accelerators).violations().size() == 4);
    Experiment bad = ablation;
    bad.success = 1.1;
    CHECK_THROWS_AS((void)experiment_rate(bad, 1_usd_per_week, 1_accelerators), InvalidConfiguration);
}

TEST_CASE("the cost of a success has its derivative by the chance of one") {
    using Number = Dual<double, 1>;
    const BasicExperiment<Number> experiment{.cost = {.known = over_scalar<Number>(6_K_usd), .complete = true},
                                             .accelerator_time = over_scalar<Number>(3000_accelerator_hours),
                                             .success = variable<1>(0.25, 0),
                                             .failed_share = Number(0.4)};
    CHECK(raw(cost_per_success(experiment).known).gradient[0] == relative(-6000 * 0.4 / (0.25 * 0.25)));
}
