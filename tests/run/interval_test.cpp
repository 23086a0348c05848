// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <cmath>

#include <foretrain/math/dual.hpp>
#include <foretrain/run/interval.hpp>
#include <foretrain/units/literals.hpp>

#include "../relative.hpp"

using namespace foretrain;
using namespace foretrain::literals;

namespace {

constexpr Seconds best = exact_interval(60_s, 3_hours);
static_assert(best < young_interval(60_s, 3_hours));

double cost(double interval, double stall, double mtbf) { return std::expm1((interval + stall) / mtbf) / interval; }

} // namespace

TEST_CASE(
    "a minute's checkpoint, an MTBF of 3 hours, 300 s of restart: 86.68% with rework, 91.95% where it is forgotten") {
    // A planning tool in use reports 1 - d/tau - R/M = 91.95%: it forgets the work that each failure destroys.
    const Seconds interval = young_interval(60_s, 3_hours);
    CHECK(raw(interval) == relative(1138.42).epsilon(1e-5));
    const double rework = raw(interval) / (2.0 * 10800.0);
    CHECK(first_order_goodput(interval, 60_s, 3_hours, 300_s) == relative(0.8668).epsilon(1e-4));
    CHECK(first_order_goodput(interval, 60_s, 3_hours, 300_s) + rework == relative(0.9195).epsilon(1e-4));
}

TEST_CASE("the exact interval is where the expected time is least") {
    for (const double stall : {0.1, 10.0, 300.0, 5000.0, 20'000.0}) {
        for (const double mtbf : {1000.0, 10'800.0, 1e6}) {
            CAPTURE(stall);
            CAPTURE(mtbf);
            const double at = raw(exact_interval(make<Seconds>(stall), make<Seconds>(mtbf)));
            CHECK(at > 0.0);
            CHECK(at < mtbf);
            CHECK(cost(at, stall, mtbf) <= cost(at * 1.001, stall, mtbf));
            CHECK(cost(at, stall, mtbf) <= cost(at * 0.999, stall, mtbf));
        }
    }
}

TEST_CASE("higher orders come nearer to the exact interval, and all agree where checkpoints cost little") {
    for (const double stall : {1.0, 10.0, 60.0, 300.0, 1000.0}) {
        CAPTURE(stall);
        const Seconds d = make<Seconds>(stall);
        const double exact = raw(exact_interval(d, 3_hours));
        const double young = std::abs(raw(young_interval(d, 3_hours)) / exact - 1.0);
        const double first = std::abs(raw(daly_interval(d, 3_hours, 300_s)) / exact - 1.0);
        const double higher = std::abs(raw(daly_higher_interval(d, 3_hours)) / exact - 1.0);
        CHECK(higher < young);
        CHECK(young < first); // the restart does not move the optimum of the exact formula
        CHECK(higher < 2e-3);
    }
    CHECK(raw(young_interval(1_ms, 1000_hours)) == relative(raw(exact_interval(1_ms, 1000_hours))).epsilon(1e-4));
    CHECK(daly_higher_interval(7_hours, 3_hours) == 3_hours); // beyond its range: the MTBF itself
}

TEST_CASE("the interval with an asynchronous write is not shorter than the write") {
    Checkpointing policy{.interval = {}, .tier = {}, .tiers = 1};
    policy.tier[0] = {.name = "", .every = 1, .stall = 1_s, .write = 100_s, .load = 100_s, .survives = 1.0};
    const ExponentialFailures failures{3_accelerator_hours, {}};
    const double shortest = detail::best_interval(1e6, 300.0, policy, failures, 1);
    CHECK(shortest == relative(raw(exact_interval(1_s, 3_hours)))); // 146 s
    policy.tier[0].write = 500_s;
    CHECK(detail::best_interval(1e6, 300.0, policy, failures, 1) == 500.0);
}

TEST_CASE("the search for several tiers finds what the root finds for one") {
    Checkpointing two{.interval = {}, .tier = {}, .tiers = 2};
    two.tier[0] = {.name = "", .every = 1, .stall = 30_s, .write = 0_s, .load = 30_s, .survives = 1.0};
    two.tier[1] = {.name = "", .every = 1, .stall = 30_s, .write = 0_s, .load = 30_s, .survives = 1.0};
    const ExponentialFailures failures{3_accelerator_hours, {}};
    CHECK(detail::best_interval(1e6, 300.0, two, failures, 1) ==
          relative(raw(exact_interval(60_s, 3_hours))).epsilon(2e-3));
    Checkpointing one{.interval = {}, .tier = {}, .tiers = 1};
    one.tier[0] = {.name = "", .every = 1, .stall = 60_s, .write = 0_s, .load = 60_s, .survives = 1.0};
    CHECK(detail::best_interval(1e6, 300.0, one, WeibullFailures{3_accelerator_hours, 1.0, {}}, 1) ==
          relative(raw(exact_interval(60_s, 3_hours))).epsilon(2e-3));
    CHECK(detail::best_interval(500.0, 300.0, one, failures, 1) == 500.0); // never more than the whole
    CHECK(detail::best_interval(1e6, 300.0, one, NoFailures{}, 1) == 1e6);
}

TEST_CASE("formulas carry derivatives") {
    using Number = Dual<double, 1>;
    const auto seconds = [](const Number& x) { return make<BasicSeconds<Number>>(x); };
    const Number young = raw(young_interval(seconds(variable<1>(60.0, 0)), seconds(Number(10'800.0))));
    CHECK(young.gradient[0] == relative(young.value / 120.0)); // d sqrt(d)/dd = 1 / (2 sqrt d)
    CHECK(raw(young_interval(make<BasicSeconds<float>>(60.0F), make<BasicSeconds<float>>(10800.0F))) ==
          relative(1138.42).epsilon(1e-5));
}

TEST_CASE("the exact interval has no step where its series takes over, and none for failures that hardly come") {
    for (const double mtbf : {1e10, 1.9e10, 2.1e10, 1e15, 1e28}) { // delta is 2 s over it
        const double young = std::sqrt(2.0 * 2.0 * mtbf);
        CHECK(raw(exact_interval(2_s, make<Seconds>(mtbf))) == doctest::Approx(young).epsilon(1e-5));
    }
}
