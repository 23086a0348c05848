// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <foretrain/math/dual.hpp>

#include "../relative.hpp"
#include "run_cases.hpp"

using namespace foretrain;

static_assert(try_estimate_run(run_cases::reported()).has_value());

TEST_CASE("a setup is the run of its parts") {
    const auto s = run_cases::modelled();
    const auto run = try_estimate_run(s);
    REQUIRE(run);
    const StepEstimate step = estimate_step(s.model, s.cluster, s.plan);
    CHECK(run->wall_clock == estimate_run(step, s.cluster, s.budget, s.conditions).wall_clock);
    auto wrong = s;
    wrong.plan.tensor = 3;
    CHECK_FALSE(try_estimate_run(wrong));
    wrong = s;
    wrong.conditions.overheads.start_up = make<Seconds>(-1.0);
    CHECK_FALSE(try_estimate_run(wrong));
}

TEST_CASE("over another scalar it is the same run") {
    const auto same = [](const auto& s) {
        const auto run = try_estimate_run(s);
        const auto dual = try_estimate_run(over_scalar<Dual<double, 1>>(s));
        const auto narrow = try_estimate_run(over_scalar<float>(s));
        REQUIRE(run);
        REQUIRE(dual);
        REQUIRE(narrow);
        CHECK(raw(dual->wall_clock).value == raw(run->wall_clock)); // bit for bit
        CHECK(raw(dual->energy).value == raw(run->energy));
        CHECK(raw(dual->cost.known).value == raw(run->cost.known));
        CHECK(raw(*dual->carbon).value == raw(*run->carbon));
        CHECK(static_cast<double>(raw(narrow->wall_clock)) == doctest::Approx(raw(run->wall_clock)).epsilon(1e-4));
        CHECK(static_cast<double>(raw(narrow->cost.known)) == doctest::Approx(raw(run->cost.known)).epsilon(1e-4));
    };
    same(run_cases::reported());
    same(run_cases::modelled());
    auto bare = run_cases::modelled();
    bare.conditions.input.reset();
    bare.conditions.power_limit.reset();
    bare.conditions.faults.checkpointing->interval.reset();
    bare.conditions.faults.recovery.spares.reset();
    bare.conditions.faults.recovery.stragglers.reset();
    bare.conditions.faults.recovery.planned.reset();
    same(bare);
}
