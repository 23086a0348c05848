// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <string>

#include <foretrain/calibrate/calibration.hpp>

#include "../relative.hpp"

using namespace foretrain;

namespace {

/// A target the library does not know: t = start + size / rate.
struct Pipe {
    double start = 1e-3;
    double rate = 1.0;
    double unused = 7.0;
};
const std::vector<Constant<Pipe>> pipe_constants{{"start", "s", [](const Pipe& p) noexcept { return p.start; },
                                                  [](Pipe& p, double x) noexcept { p.start = x; }, 1e-6, 1.0},
                                                 {"rate", "", [](const Pipe& p) noexcept { return p.rate; },
                                                  [](Pipe& p, double x) noexcept { p.rate = x; }, 0.01, 100.0},
                                                 {"unused", "", [](const Pipe& p) noexcept { return p.unused; },
                                                  [](Pipe& p, double x) noexcept { p.unused = x; }, 0.0, 10.0}};

/// Sizes 2^0 to 2^11 from each of `sources`, whose rates differ by the given factors.
CalibrationTask<Pipe> pipe_task(const std::vector<double>& sources, double noise) {
    CalibrationTask<Pipe> task;
    task.constants = pipe_constants;
    std::mt19937_64 random(4);
    std::normal_distribution<double> normal(0, noise);
    std::vector<double> sizes;
    for (std::size_t s = 0; s < sources.size(); ++s)
        for (int i = 0; i < 12; ++i) {
            const double size = std::ldexp(1.0, i);
            const double error = normal(random);
            task.measurements.push_back({make<Seconds>((0.02 + size / (4.0 * sources[s])) * std::exp(error)),
                                         "source " + std::to_string(s), "machine " + std::to_string(s % 2)});
            sizes.push_back(size);
        }
    task.predict = [sizes](const Pipe& p, std::size_t row) { return make<Seconds>(p.start + sizes[row] / p.rate); };
    return task;
}

bool warned(const std::vector<std::string>& warnings, std::string_view part) {
    return std::any_of(warnings.begin(), warnings.end(),
                       [&](const std::string& w) { return w.find(part) != std::string::npos; });
}

} // namespace

TEST_CASE("planted constants of any target come back within their intervals") {
    const auto fitted = calibrate(pipe_task({1, 1, 1}, 0.02));
    REQUIRE(fitted.constants.size() == 3);
    CHECK(fitted.constants[0].low < 0.02);
    CHECK(fitted.constants[0].high > 0.02);
    CHECK(fitted.constants[1].low < 4.0);
    CHECK(fitted.constants[1].high > 4.0);
    CHECK(fitted.target.rate == fitted.constants[1].value);
    CHECK(fitted.constants[2].determination == Determination::no_influence);
    CHECK(fitted.target.unused == 7.0);
    CHECK(warned(fitted.warnings, "unused: no measurement depends on it"));
    CHECK(fitted.before.mean > 0.5);
    CHECK(fitted.after.mean < 0.03);
    CHECK(fitted.scale == relative(0.02).epsilon(0.3));
    REQUIRE(fitted.held_out);
    CHECK(fitted.held_out->ratio() < 1.3); // sources alike: nothing to be surprised by
}

TEST_CASE("sources that differ show in the held-out error and in the spread of refits, not in the interval") {
    const auto fitted = calibrate(pipe_task({0.7, 1, 1.4, 1}, 0.005));
    REQUIRE(fitted.held_out);
    CHECK(fitted.held_out->held_out > 1.1 * fitted.held_out->in_sample);
    CHECK(fitted.held_out->groups.size() == 4);
    const CalibratedConstant& rate = fitted.constants[1];
    CHECK(rate.refit_low < rate.value);
    CHECK(rate.refit_high > rate.value);
    const auto by_machine =
        calibrate(pipe_task({0.7, 1, 1.4, 1}, 0.005), CalibrationOptions{.hold_out = HoldOut::accelerator});
    REQUIRE(by_machine.held_out);
    CHECK(by_machine.held_out->groups.size() == 2);
}

TEST_CASE("with one source the error on others is said to be unknown") {
    const auto fitted = calibrate(pipe_task({1}, 0.02));
    CHECK_FALSE(fitted.held_out);
    CHECK(warned(fitted.warnings, "one source: the error on others is unknown"));
    CHECK(warned(fitted.warnings, "12 measurements for 3 constants"));
}

TEST_CASE("times in wrong units are noticed") {
    CalibrationTask<Pipe> task = pipe_task({1, 1}, 0.02);
    for (std::size_t i = 0; i < task.measurements.size(); i += 2)
        task.measurements[i].time = task.measurements[i].time * 1000.0;
    CHECK(warned(calibrate(task).warnings, "check units"));
}

TEST_CASE("measurements that are no times are refused by number") {
    CalibrationTask<Pipe> task = pipe_task({1}, 0.02);
    task.measurements[4].time = make<Seconds>(0.0);
    CHECK_THROWS_WITH_AS((void)calibrate(task), "measurement 5 is not a time above 0", CalibrationError);
    task.measurements.clear();
    CHECK_THROWS_WITH_AS((void)calibrate(task), "no measurements to fit to", CalibrationError);
}
