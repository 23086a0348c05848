// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include <foretrain/batch/allocation.hpp>
#include <foretrain/calibrate/scaling_law.hpp>
#include <foretrain/catalog/scaling_laws.hpp>
#include <foretrain/units/literals.hpp>

#include "../relative.hpp"

using namespace foretrain;
using namespace foretrain::literals;

namespace {

/// Runs of 60 million to 4 billion parameters with the losses of a law, their noise, and some that went wrong.
std::vector<MeasuredLoss> runs_of(const AdditiveLaw& law, double noise, unsigned seed, int wrong = 0) {
    std::mt19937_64 random(seed);
    std::normal_distribution<double> normal(0, noise);
    std::vector<MeasuredLoss> runs;
    for (double n = 6e7; n < 5e9; n *= 2)
        for (double ratio = 5; ratio < 200; ratio *= 2.5) {
            const auto parameters = make<Parameters>(n);
            const auto tokens = make<Tokens>(n * ratio);
            double loss = raw(law.loss(parameters, tokens).total()) * std::exp(normal(random));
            if (wrong > 0 && static_cast<int>(runs.size()) % 7 == 3 && wrong-- > 0) loss *= 1.3;
            runs.push_back({parameters, tokens, make<CrossEntropy>(loss)});
        }
    return runs;
}

} // namespace

TEST_CASE("losses of a law give its constants back") {
    for (const auto& published : catalog::additive_laws) {
        CAPTURE(published.name);
        const ScalingLawFit fit = fit_scaling_law(runs_of(published.law, 0, 1));
        CHECK(raw(fit.law.irreducible) == relative(raw(published.law.irreducible)).epsilon(0.005));
        CHECK(fit.law.model_exponent == relative(published.law.model_exponent).epsilon(0.01));
        CHECK(fit.law.data_exponent == relative(published.law.data_exponent).epsilon(0.01));
        CHECK(fit.law.model_scale == relative(published.law.model_scale).epsilon(0.1));
        CHECK(fit.mean_error < 1e-4);
        CHECK(fit.fitted.least_parameters == 60_M_parameters);
    }
}

TEST_CASE("noise of half a per cent leaves the optimum where it is, and the errors say how sure it is") {
    const AdditiveLaw& law = catalog::besiroglu_2024.law;
    int inside = 0;
    for (unsigned seed = 1; seed <= 20; ++seed) {
        const ScalingLawFit fit = fit_scaling_law(runs_of(law, 0.005, seed));
        CHECK(fit.mean_error < 0.006);
        CHECK(fit.mean_error > 0.002);
        CHECK(raw(fit.law.loss(7_B_parameters, 1_T_tokens).total()) ==
              relative(raw(law.loss(7_B_parameters, 1_T_tokens).total())).epsilon(0.04));
        const FittedParameter& exponent = fit.fit.parameters[4];
        inside += exponent.low <= law.data_exponent && law.data_exponent <= exponent.high;
        CHECK(fit.errors.data_exponent > 0);
        CHECK(fit.errors.data_exponent == exponent.standard_error);
    }
    CHECK(inside >= 16); // of intervals that hold 95 in 100
}

TEST_CASE("a few runs that went wrong do not move the fit") {
    const AdditiveLaw& law = catalog::besiroglu_2024.law;
    const ScalingLawFit fit = fit_scaling_law(runs_of(law, 0.002, 3, 3), {.loss = RobustLoss::tukey});
    CHECK(raw(fit.law.loss(3_B_parameters, 100_B_tokens).total()) ==
          relative(raw(law.loss(3_B_parameters, 100_B_tokens).total())).epsilon(0.01));
}

TEST_CASE("the largest runs are held out and predicted by the others") {
    const AdditiveLaw& law = catalog::besiroglu_2024.law;
    CHECK(held_out_error(runs_of(law, 0, 1), 5) < 1e-3);
    const double noisy = held_out_error(runs_of(law, 0.005, 2), 5);
    CHECK(noisy > 1e-3);
    CHECK(noisy < 0.03);
    // A law of another form is found out where the fit does not reach.
    std::vector<MeasuredLoss> bent = runs_of(law, 0, 1);
    for (MeasuredLoss& run : bent)
        if (raw(run.parameters) > 1.5e9) run.loss = run.loss * 1.05;
    CHECK(held_out_error(bent, 5) > 0.01);
    CHECK_THROWS_AS((void)held_out_error(bent, 0), CalibrationError);
    CHECK_THROWS_AS((void)held_out_error(bent, bent.size() + 1), CalibrationError);
}

TEST_CASE("too few runs, and numbers that are none, are refused") {
    std::vector<MeasuredLoss> runs = runs_of(catalog::besiroglu_2024.law, 0, 1);
    runs.resize(4);
    CHECK_THROWS_WITH_AS((void)fit_scaling_law(runs),
                         "a law of five constants needs five runs or more, and there are 4", CalibrationError);
    runs = runs_of(catalog::besiroglu_2024.law, 0, 1);
    runs[2].loss = make<CrossEntropy>(std::numeric_limits<double>::quiet_NaN());
    CHECK_THROWS_WITH_AS(
        (void)fit_scaling_law(runs),
        "target.loss = nan nats/token: must be from 0.001 to 30 nats/token [range]; hint: bits a token "
        "times 0.6931",
        CalibrationError);
}
