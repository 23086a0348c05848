// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include <foretrain/math/dual.hpp>
#include <foretrain/run/expected_time.hpp>
#include <foretrain/units/literals.hpp>

#include "../relative.hpp"
#include "fault_simulator.hpp"

using namespace foretrain;
using namespace foretrain::literals;

namespace {

constexpr double mtbf = 10'000; // s, of the job
constexpr ExponentialFailures failures{make<AcceleratorTime>(mtbf), {}};

struct Case {
    double interval = 0, intervals = 0, restart = 0;
    std::vector<simulator::Tier> tiers{};
};

detail::Renewal<double> renewal_of(const Case& c) {
    Checkpointing policy{.interval = {}, .tier = {}, .tiers = c.tiers.size()};
    for (std::size_t i = 0; i < c.tiers.size(); ++i)
        policy.tier[i] = {.name = "",
                          .every = c.tiers[i].every,
                          .stall = make<Seconds>(c.tiers[i].stall),
                          .write = make<Seconds>(c.tiers[i].write),
                          .load = make<Seconds>(c.tiers[i].load),
                          .survives = c.tiers[i].survives};
    return detail::renewal(c.interval * c.intervals, c.restart, policy, c.interval);
}

simulator::Job job_of(const Case& c, double shape = 1.0) {
    return {.work = c.interval * c.intervals,
            .interval = c.interval,
            .mtbf = mtbf,
            .shape = shape,
            .tiers = c.tiers,
            .restart = c.restart};
}

// Within four standard errors of the simulation; `bias`: how far the formula is from exact.
template <class Model>
void agrees(const Case& c, const Model& model, int runs, double bias, double shape = 1.0) {
    const ExpectedTime expected = detail::expected_time(renewal_of(c), model, 1);
    const simulator::Sample simulated = simulator::sample(job_of(c, shape), runs, 20'261'121);
    CAPTURE(c.interval);
    CAPTURE(c.intervals);
    CAPTURE(c.restart);
    CAPTURE(simulated.mean);
    CAPTURE(raw(expected.running));
    CHECK(std::abs(raw(expected.running) - simulated.mean) < 4 * simulated.error + bias * simulated.mean);
    CHECK(std::abs(expected.failures / simulated.failures - 1.0) < 0.06 + bias);
    CHECK(std::abs(raw(expected.restart) - simulated.restart) < (0.08 + bias) * simulated.restart + 1e-9);
    CHECK(raw(expected.rework) >= 0.0);
}

} // namespace

TEST_CASE("one tier at a constant rate: the simulator's mean, from rare failures to several in an interval") {
    for (const double interval : {100.0, 1000.0, 5000.0, 15'000.0})
        for (const double restart : {0.0, 500.0, 5000.0})
            for (const double stall : {0.01, 0.2})
                agrees({interval, std::round(30'000 / interval), restart, {{1, stall * interval, 0, 300, 1}}}, failures,
                       3000, 0.0);
}

TEST_CASE("asynchronous writes: a checkpoint counts once it is written, the last one need not be") {
    for (const double write : {0.1, 0.5, 1.0})
        for (const double interval : {100.0, 1000.0, 5000.0})
            agrees({interval, std::round(50'000 / interval), 400, {{1, 0.02 * interval, write * interval, 300, 1}}},
                   failures, 3000, 0.0);
    // A write longer than the interval makes the next checkpoint wait; ends of the run are told to half a per cent.
    agrees({100, 500, 400, {{1, 2, 150, 300, 1}}}, failures, 3000, 0.005);
}

TEST_CASE("tiers: recovery from the first that survived") {
    for (const double survives : {0.0, 0.5, 0.9, 1.0})
        for (const double write : {0.0, 400.0})
            agrees({100, 1000, 300, {{1, 2, 0, 10, survives}, {20, 0, write, 200, 1}}}, failures, 2000, 0.005);
    agrees({100, 1000, 300, {{1, 2, 0, 10, 0.6}, {5, 5, 0, 60, 0.9}, {50, 30, 0, 300, 1}}}, failures, 2000, 0.0);
    // Even where the outer tier is written once in an MTBF.
    agrees({500, 200, 1000, {{1, 10, 0, 10, 0.7}, {20, 100, 0, 500, 1}}}, failures, 2000, 0.0);
}

TEST_CASE("tiers of which only one ever serves are that one") {
    const Case one{100, 500, 300, {{1, 5, 0, 200, 1}}};
    const ExpectedTime single = detail::expected_time(renewal_of(one), failures, 1);
    const Case inner{100, 500, 300, {{1, 5, 0, 200, 1}, {10, 0, 0, 900, 1}}};
    const Case outer{100, 500, 300, {{1, 0, 0, 900, 0}, {1, 5, 0, 200, 1}}};
    for (const Case& c : {inner, outer}) {
        const ExpectedTime two = detail::expected_time(renewal_of(c), failures, 1);
        CHECK(raw(two.running) == relative(raw(single.running)).epsilon(1e-10));
        CHECK(two.failures == relative(single.failures).epsilon(1e-10));
        CHECK(raw(two.restart) == relative(raw(single.restart)).epsilon(1e-10));
    }
}

TEST_CASE("any failure distribution: Weibull of shape 1 is the closed form, others the simulator's mean") {
    for (const double interval : {50.0, 1000.0, 8000.0}) {
        const Case c{interval, std::round(1e6 / interval), 700, {{1, 0.03 * interval, 0.4 * interval, 300, 1}}};
        const ExpectedTime closed = detail::expected_time(renewal_of(c), failures, 1);
        const ExpectedTime sum =
            detail::expected_time(renewal_of(c), WeibullFailures{make<AcceleratorTime>(mtbf), 1.0, {}}, 1);
        CAPTURE(interval);
        CHECK(raw(sum.running) == relative(raw(closed.running)).epsilon(5e-3)); // the last write: one of many
        CHECK(raw(sum.restart) == relative(raw(closed.restart)).epsilon(5e-3));
        // Renewal reward leaves out how a run begins: long runs.
        for (const double shape : {0.7, 1.5})
            agrees(c, WeibullFailures{make<AcceleratorTime>(mtbf), shape, {}}, 400, 0.01, shape);
    }
}

TEST_CASE("sums over long gaps are as exact as the closed form") {
    // Thousands of checkpoints a failure: the tail of the sum is an integral.
    for (const double interval : {0.5, 5.0, 50.0, 156.0, 300.0}) {
        detail::Renewal<double> job = renewal_of({interval, 1000, 500, {{1, 0.1 * interval, 0, 0, 1}}});
        const double cycle = 1.1 * interval / mtbf;
        CHECK(detail::restorable(job, failures, 1) == relative(std::exp(-0.05) / std::expm1(cycle)).epsilon(1e-9));
    }
    CHECK(detail::mean_up_to(3000.0, failures, 1) == relative(-mtbf * std::expm1(-0.3)).epsilon(1e-12));
}

TEST_CASE("without failures nothing is lost but stalls, parts sum") {
    const Case c{100, 50, 300, {{1, 5, 0, 200, 1}}};
    const ExpectedTime none = detail::expected_time(renewal_of(c), NoFailures{}, 1000);
    CHECK(raw(none.running) == relative(5000.0 + 250.0));
    CHECK(none.failures == 0.0);
    CHECK(raw(none.rework) + raw(none.restart) == 0.0);
    const ExpectedTime some = detail::expected_time(renewal_of(c), failures, 1);
    CHECK(raw(some.running) ==
          relative(5000.0 + raw(some.stalls) + raw(some.rework) + raw(some.restart)).epsilon(1e-15));
}

TEST_CASE("the first order of the expected time is Young's: stalls and half an interval for each failure") {
    const double rate = 1e-7; // a failure in four months
    const ExponentialFailures rare{make<AcceleratorTime>(1.0 / rate), {}};
    const ExpectedTime expected = detail::expected_time(renewal_of({1000, 100, 300, {{1, 10, 0, 0, 1}}}), rare, 1);
    CHECK(raw(expected.rework) == relative(100 * 1010 * rate * 505).epsilon(1e-3));
    CHECK(raw(expected.restart) == relative(100 * 1010 * rate * 300).epsilon(1e-3));
}

TEST_CASE("derivatives agree with differences, tiers and Weibull too") {
    using Number = Dual<double, 1>;
    const auto running = [](auto mean, bool tiers) {
        using Real = decltype(mean);
        BasicCheckpointing<Real> policy{.interval = {}, .tier = {}, .tiers = tiers ? 2u : 1u};
        const auto seconds = [](double x) { return make<BasicSeconds<Real>>(Real(x)); };
        policy.tier[0] = {"", 1, seconds(5), seconds(0), seconds(10), Real(tiers ? 0.8 : 1.0)};
        policy.tier[1] = {"", 10, seconds(0), seconds(50), seconds(100), Real(1.0)};
        const auto job = detail::renewal(Real(1e5), Real(300.0), policy, Real(100.0));
        if (tiers)
            return raw(detail::expected_time(
                           job, BasicExponentialFailures<Real>{make<BasicAcceleratorTime<Real>>(mean), {}}, 1)
                           .running);
        return raw(
            detail::expected_time(job, BasicWeibullFailures<Real>{make<BasicAcceleratorTime<Real>>(mean), 0.8, {}}, 1)
                .running);
    };
    for (const bool tiers : {false, true}) {
        const Number dual = running(variable<1>(mtbf, 0), tiers);
        const double difference = (running(mtbf * 1.001, tiers) - running(mtbf * 0.999, tiers)) / (0.002 * mtbf);
        CHECK(dual.value == relative(running(mtbf, tiers)));
        CHECK(dual.gradient[0] == relative(difference).epsilon(1e-4));
        CHECK(dual.gradient[0] < 0.0);
    }
}
