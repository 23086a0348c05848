// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <limits>

#include <foretrain/catalog/models.hpp>
#include <foretrain/catalog/stacks.hpp>
#include <foretrain/catalog/systems.hpp>
#include <foretrain/math/dual.hpp>
#include <foretrain/run/overheads.hpp>
#include <foretrain/units/literals.hpp>

#include "../relative.hpp"

using namespace foretrain;
using namespace foretrain::literals;

namespace {

constexpr RunOverheads overheads{.start_up = 120_s,
                                 .warm_up_steps = 5,
                                 .warm_up_slowdown = 3.0,
                                 .evaluation_interval = 100,
                                 .evaluation = 7_s,
                                 .checkpoint_interval = 250,
                                 .checkpoint_stall = 11_s,
                                 .shut_down = 4_s};
constexpr RunPhases run = phases_of(2.0_s, 1000.0, overheads);
// 120 + 2000 + 5 x 2 x 2 + 10 x 7 + 4 x 11 + 4
static_assert(run.total() == make<Seconds>(2258.0));
static_assert(run.evaluations == 10 && run.checkpoints == 4);

constexpr Cluster cluster = catalog::dgx_h100(64);
constexpr ParallelPlan plan{
    .tensor = 2, .data = 32, .global_batch = 64, .micro_batch = 1, .sequence = 8192, .stack = catalog::megatron_core};
constexpr StepEstimate step = estimate_step(catalog::llama3_8b, cluster, plan);
static_assert(forward_time(step) < step.time);

} // namespace

TEST_CASE("without overheads a run takes its steps") {
    for (const double steps : {0.0, 1.0, 12345.0}) {
        const RunPhases bare = phases_of(0.25_s, steps, RunOverheads{});
        CHECK(raw(bare.total()) == 0.25 * steps);
        CHECK(raw(bare.beside_steps()) == 0.0);
    }
}

TEST_CASE("phases sum to the total, and those beside the steps are the rest") {
    Seconds sum{};
    for (const Seconds& phase : run.time) sum += phase;
    CHECK(sum == run.total());
    CHECK(raw(run.beside_steps()) == relative(raw(run.total()) - 2000.0));
    CHECK(raw(run[RunPhase::warm_up]) == 20.0);
    CHECK(name_of(RunPhase::checkpoint) == "checkpoints");
}

TEST_CASE("every overhead that grows lengthens the run by its own count") {
    const auto with = [](auto change) {
        RunOverheads changed = overheads;
        change(changed);
        return raw(phases_of(2.0_s, 1000.0, changed).total()) - raw(run.total());
    };
    CHECK(with([](RunOverheads& o) { o.start_up += 1_s; }) == relative(1.0));
    CHECK(with([](RunOverheads& o) { o.evaluation += 1_s; }) == relative(10.0));
    CHECK(with([](RunOverheads& o) { o.checkpoint_stall += 1_s; }) == relative(4.0));
    CHECK(with([](RunOverheads& o) { o.warm_up_steps += 1; }) == relative(4.0));
    CHECK(with([](RunOverheads& o) { o.shut_down += 1_s; }) == relative(1.0));
    CHECK(with([](RunOverheads& o) { o.evaluation_interval *= 2; }) == relative(-35.0));
}

TEST_CASE("a run shorter than its warm-up is slow throughout, and never evaluates before its time") {
    const RunPhases brief = phases_of(2.0_s, 3.0, overheads);
    CHECK(raw(brief[RunPhase::steps] + brief[RunPhase::warm_up]) == 3.0 * 2.0 * 3.0);
    CHECK(phases_of(2.0_s, 99.0, overheads).evaluations == 0);
    CHECK(phases_of(2.0_s, 100.0, overheads).evaluations == 1);
}

TEST_CASE("the derivative of a run's time with that of its step is the steps, slow ones at their weight") {
    using D = Dual<double, 1>;
    BasicRunOverheads<D> dual;
    dual.warm_up_steps = 5;
    dual.warm_up_slowdown = D(3.0);
    const auto phases = phases_of(make<BasicSeconds<D>>(variable<1>(2.0, 0)), 1000.0, dual);
    CHECK(raw(phases.total()).gradient[0] == relative(1010.0));
}

TEST_CASE("a forward pass takes less than half of a step, and more of one with a frozen base") {
    CHECK(raw(forward_time(step)) > 0.2 * raw(step.time));
    CHECK(raw(forward_time(step)) < 0.5 * raw(step.time));
    CHECK(forward_time(step, true) > forward_time(step));
    CHECK(raw(evaluation_time(step, make<Samples>(640.0))) == relative(10.0 * raw(forward_time(step))));
}

TEST_CASE("overheads out of range are all told") {
    RunOverheads bad = overheads;
    bad.start_up = make<Seconds>(-1.0);
    bad.warm_up_slowdown = 0.5;
    bad.evaluation = make<Seconds>(std::numeric_limits<double>::quiet_NaN());
    bad.evaluation_interval = -1;
    Violations violations;
    check_rules(bad, violations);
    CHECK(violations.size() == 4);
    CHECK(to_text(violations[1]).view() == "overheads.warm_up_slowdown = 0.5: must be from 1 to 10000 [range]; hint: 1 "
                                           "if first steps are as fast as later ones");
    Violations none;
    check_rules(overheads, none);
    CHECK(none.empty());
}
