// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <cmath>

#include <foretrain/run/spread.hpp>
#include <foretrain/units/literals.hpp>

#include "../relative.hpp"
#include "fault_simulator.hpp"

using namespace foretrain;

static_assert(detail::loss_quantile(0.5, 0.0, 0.0, 1.0) == 0.0);

TEST_CASE("moments of a time to a failure that comes early, against draws") {
    simulator::Random random(7);
    for (const double limit : {0.0005, 0.3, 2.0, 8.0}) {
        double mean = 0, square = 0, count = 0;
        for (int i = 0; i < 200'000; ++i) {
            // drawn below the limit by the inverse of the truncated distribution
            const double t = -std::log1p(-random.uniform() * -std::expm1(-limit));
            mean += t;
            square += t * t;
            ++count;
        }
        mean /= count;
        const detail::EarlyFailure<double> early = detail::early_failure(1.0, limit);
        CHECK(early.mean == relative(mean).epsilon(0.01));
        CHECK(early.variance == relative(square / count - mean * mean).epsilon(0.02));
        CHECK(early.probability == relative(-std::expm1(-limit)));
    }
}

TEST_CASE("the formula for small limits joins the other smoothly") {
    const auto below = detail::early_failure(1.0, 0.99999e-3), above = detail::early_failure(1.0, 1.00001e-3);
    CHECK(below.mean == relative(above.mean).epsilon(1e-3));
    CHECK(below.variance == relative(above.variance).epsilon(1e-2));
}

TEST_CASE("variance of the wall clock against the simulator") {
    for (const double interval : {100.0, 3000.0, 12'000.0}) {
        for (const double restart : {0.0, 3000.0}) {
            const double work = 5 * 12'000.0;
            const simulator::Job job{.work = work,
                                     .interval = interval,
                                     .mtbf = 10'000,
                                     .tiers = {{1, 0.05 * interval, 0, 100, 1}},
                                     .restart = restart,
                                     .detection = 200};
            const simulator::Sample simulated = simulator::sample(job, 20'000, 3);
            Checkpointing policy{.interval = {}, .tier = {}, .tiers = 1};
            policy.tier[0] = {"", 1, make<Seconds>(0.05 * interval), make<Seconds>(0.0), make<Seconds>(100.0), 1.0};
            const auto renewal = detail::renewal(work, restart, policy, interval);
            const ExponentialFailures failures{make<AcceleratorTime>(10'000.0), {}};
            const auto expected = detail::expected_time(renewal, failures, 1);
            const double variance =
                detail::wall_clock_variance(renewal, expected, failures, 1, 200.0, BasicSpareWait<double>{});
            CAPTURE(interval);
            CAPTURE(restart);
            CHECK(std::sqrt(variance) == relative(simulated.error * std::sqrt(20'000.0)).epsilon(0.03));
        }
    }
}

TEST_CASE("variance with bursts, and with waiting for spares, against the simulator") {
    Checkpointing policy{.interval = {}, .tier = {}, .tiers = 1};
    policy.tier[0] = {"", 1, make<Seconds>(5.0), make<Seconds>(0.0), make<Seconds>(100.0), 1.0};
    const double work = 2e6;
    const auto renewal = detail::renewal(work, 300.0, policy, 200.0);
    simulator::Job job{.work = work,
                       .interval = 200,
                       .mtbf = 10'000,
                       .shape = 0.7,
                       .tiers = {{1, 5, 0, 100, 1}},
                       .restart = 300,
                       .detection = 600};
    const WeibullFailures bursts{make<AcceleratorTime>(10'000.0), 0.7, {}};
    auto expected = detail::expected_time(renewal, bursts, 1);
    double variance = detail::wall_clock_variance(renewal, expected, bursts, 1, 600.0, BasicSpareWait<double>{});
    CHECK(std::sqrt(variance) == relative(simulator::sample(job, 2000, 29).error * std::sqrt(2000.0)).epsilon(0.08));

    // No spare; half of the failures take a node, which is back after 3,000 s in the mean.
    job.shape = 1.0;
    job.spares_matter = true;
    job.spares = 0;
    job.repair = 3000;
    job.node_share = 0.5;
    const ExponentialFailures steady{make<AcceleratorTime>(10'000.0), {}};
    expected = detail::expected_time(renewal, steady, 1);
    const Recovery recovery{.spares = Spares{.nodes = 0, .repair = make<Seconds>(3000.0), .share = 0.5}};
    const auto spare = spare_wait(recovery, steady.rate(1));
    variance = detail::wall_clock_variance(renewal, expected, steady, 1, 600.0, spare);
    CHECK(std::sqrt(variance) == relative(simulator::sample(job, 2000, 31).error * std::sqrt(2000.0)).epsilon(0.06));
}

TEST_CASE("quantiles: nothing lost as often as nothing fails, then those of a gamma distribution") {
    CHECK(detail::loss_quantile(0.3, 10.0, 50.0, 0.4) == 0.0);
    CHECK(detail::loss_quantile(0.5, 10.0, 50.0, 0.4) > 0.0);
    // Gamma of shape 4, scale 1: P10, P50 and P90 of tables of chi-squared with 8 degrees of freedom, halved.
    CHECK(detail::loss_quantile(0.1, 4.0, 4.0, 0.0) == relative(1.7448).epsilon(0.01));
    CHECK(detail::loss_quantile(0.5, 4.0, 4.0, 0.0) == relative(3.6721).epsilon(0.01));
    CHECK(detail::loss_quantile(0.9, 4.0, 4.0, 0.0) == relative(6.6808).epsilon(0.01));
    CHECK(detail::loss_quantile(0.1, 1.0, 4.0, 0.0) >= 0.0);
}

TEST_CASE("of a spread without measure the median is not nothing") {
    for (const double variance : {16.0, 100.0, 1e6}) {
        const double p10 = detail::loss_quantile(0.1, 1.0, variance, 0.0);
        const double p50 = detail::loss_quantile(0.5, 1.0, variance, 0.0);
        CHECK(p10 > 0.0);
        CHECK(p50 > p10);
        CHECK(detail::loss_quantile(0.9, 1.0, variance, 0.0) > p50);
    }
}
