// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <cmath>
#include <random>

#include <foretrain/calibrate/fit.hpp>

#include "../relative.hpp"

using namespace foretrain;

namespace {

/// y = a exp(-b x), 40 points with normal noise, some of them wrong.
struct Decay {
    std::vector<double> x, y;

    Decay(unsigned seed, double noise, int wrong = 0) {
        std::mt19937_64 random(seed);
        std::normal_distribution<double> normal(0, noise);
        for (int i = 0; i < 40; ++i) {
            x.push_back(0.1 * i);
            const double error = normal(random);
            y.push_back(2.0 * std::exp(-0.7 * x.back()) + error + (i % 10 < wrong ? 3.0 : 0.0));
        }
    }
    [[nodiscard]] MeasuredResiduals residuals() const {
        return [this](const std::vector<double>& p, std::vector<double>& r) {
            for (std::size_t i = 0; i < x.size(); ++i) r[i] = p[0] * std::exp(-p[1] * x[i]) - y[i];
        };
    }
    [[nodiscard]] std::vector<double> weights() const { return std::vector<double>(x.size(), 1.0); }
};
const std::vector<Parameter> decay_parameters{{"a", 1, 0.1, 50}, {"b", 0.3, 0.01, 20}};

} // namespace

TEST_CASE("the interval of 95 per cent holds the truth in about 95 of 100 experiments") {
    for (const RobustLoss loss : {RobustLoss::squares, RobustLoss::huber, RobustLoss::tukey}) {
        CAPTURE(name_of(loss));
        int inside = 0, trials = 0;
        double squares = 0, promised = 0;
        for (unsigned seed = 1; seed <= 300; ++seed) {
            const Decay data(seed, 0.05);
            const Fit fit = fit_parameters(decay_parameters, data.residuals(), data.weights(), {.loss = loss});
            const FittedParameter& b = fit.parameters[1];
            ++trials;
            inside += b.low <= 0.7 && 0.7 <= b.high;
            squares += (b.value - 0.7) * (b.value - 0.7);
            promised += b.standard_error * b.standard_error;
        }
        CHECK(inside > 0.91 * trials);
        CHECK(inside < 0.985 * trials);
        CHECK(squares == relative(promised).epsilon(0.25)); // the covariance agrees with the spread of the experiments
    }
}

TEST_CASE("a fifth of wrong measurements ruins least squares but not the robust losses") {
    const Decay data(3, 0.02, 2);
    const auto error = [&](RobustLoss loss) {
        const Fit fit = fit_parameters(decay_parameters, data.residuals(), data.weights(), {.loss = loss});
        return std::abs(fit.parameters[0].value / 2.0 - 1);
    };
    CHECK(error(RobustLoss::squares) > 0.2);
    CHECK(error(RobustLoss::huber) < 0.1);
    CHECK(error(RobustLoss::cauchy) < 0.03);
    CHECK(error(RobustLoss::tukey) < 0.02);
    const Fit fit = fit_parameters(decay_parameters, data.residuals(), data.weights(), {.loss = RobustLoss::tukey});
    for (std::size_t i = 0; i < fit.weights.size(); ++i) CHECK((fit.weights[i] < 0.01) == (i % 10 < 2));
}

TEST_CASE("bounds hold, and what is pushed against one is told") {
    const Decay data(5, 0.01);
    const std::vector<Parameter> tight{{"a", 1, 0.1, 50}, {"b", 0.3, 0.01, 0.5}}; // the truth is 0.7
    const Fit fit = fit_parameters(tight, data.residuals(), data.weights());
    CHECK(fit.parameters[1].value == 0.5);
    CHECK(fit.parameters[1].determination == Determination::at_bound);
    CHECK(fit.parameters[0].determination == Determination::fitted);
}

TEST_CASE("constants the data do not determine keep their start") {
    const Decay data(9, 0.01);
    const MeasuredResiduals twice = [&](const std::vector<double>& p, std::vector<double>& r) {
        // b and c only act together; d does nothing.
        data.residuals()({p[0], p[1] * p[2]}, r);
    };
    const std::vector<Parameter> parameters{
        {"a", 1, 0.1, 50}, {"b", 0.3, 0.01, 20}, {"c", 1, 0.01, 100}, {"d", 5, 0, 10}};
    const Fit fit = fit_parameters(parameters, twice, data.weights());
    CHECK(fit.parameters[3].determination == Determination::no_influence);
    CHECK(fit.parameters[3].value == 5);
    const bool b_held = fit.parameters[1].determination == Determination::undetermined;
    const bool c_held = fit.parameters[2].determination == Determination::undetermined;
    CHECK(b_held != c_held); // one of the two is enough
    CHECK(fit.parameters[1].value * fit.parameters[2].value == relative(0.7).epsilon(0.02));
    CHECK(fit.parameters[0].value == relative(2).epsilon(0.02));
}

TEST_CASE("weights count like repeated measurements") {
    Decay data(11, 0.05);
    std::vector<double> weights = data.weights();
    weights[0] = 3;
    const Fit weighted = fit_parameters(decay_parameters, data.residuals(), weights, {.loss = RobustLoss::squares});
    for (int i = 0; i < 2; ++i) {
        data.x.push_back(data.x[0]);
        data.y.push_back(data.y[0]);
    }
    const Fit repeated =
        fit_parameters(decay_parameters, data.residuals(), data.weights(), {.loss = RobustLoss::squares});
    CHECK(weighted.parameters[0].value == relative(repeated.parameters[0].value).epsilon(1e-6));
}

TEST_CASE("the same input gives the same bits") {
    const Decay data(2, 0.05, 1);
    const Fit once = fit_parameters(decay_parameters, data.residuals(), data.weights());
    const Fit again = fit_parameters(decay_parameters, data.residuals(), data.weights());
    for (std::size_t j = 0; j < 2; ++j) {
        CHECK(once.parameters[j].value == again.parameters[j].value);
        CHECK(once.parameters[j].high == again.parameters[j].high);
    }
}

TEST_CASE("few measurements move few parameters, the most influential first") {
    const MeasuredResiduals line = [](const std::vector<double>& p, std::vector<double>& r) {
        for (std::size_t i = 0; i < r.size(); ++i) r[i] = p[0] + 1e-3 * p[1] * static_cast<double>(i) - 3.0;
    };
    const std::vector<Parameter> both{{"offset", 1, 0, 10}, {"slope", 1, 0, 10}};
    const Fit few = fit_parameters(both, line, {1, 1, 1});
    CHECK(few.parameters[0].determination == Determination::fitted);
    CHECK(few.parameters[1].determination == Determination::undetermined);
    CHECK(few.parameters[1].value == 1);
    CHECK_THROWS_WITH_AS((void)fit_parameters(both, line, {1}), "one measurement is too few to fit to",
                         CalibrationError);
}

TEST_CASE("what cannot be fitted is refused by name") {
    const MeasuredResiduals nonsense = [](const std::vector<double>&, std::vector<double>& r) {
        r.assign(r.size(), NAN);
    };
    CHECK_THROWS_WITH_AS((void)fit_parameters(decay_parameters, nonsense, {}), "no measurements to fit to",
                         CalibrationError);
    CHECK_THROWS_WITH_AS((void)fit_parameters(decay_parameters, nonsense, {1, 1, 1}),
                         "a residual at the start is not finite", CalibrationError);
    CHECK_THROWS_WITH_AS((void)fit_parameters(decay_parameters, nonsense, {1, 0, 1}),
                         "weights must be finite and above 0", CalibrationError);
    const Decay data(1, 0.1);
    CHECK_THROWS_WITH_AS((void)fit_parameters({{"a", 9, 0, 1}}, data.residuals(), data.weights()),
                         "a: starts outside its bounds", CalibrationError);
}
