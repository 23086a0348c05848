// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <limits>

#include <foretrain/math/dual.hpp>
#include <foretrain/run/time_to_train.hpp>
#include <foretrain/units/literals.hpp>

#include "../relative.hpp"

using namespace foretrain;
using namespace foretrain::literals;

namespace {

constexpr Samples samples(double count) { return make<Samples>(count); }

// GPT-3 of MLPerf: evaluated every 24,576 samples, in batches of 2,048.
constexpr EvaluationCadence gpt3{.first = samples(24576), .every = samples(24576)};
static_assert(steps_to_target(samples(589824), samples(2048), gpt3).steps == 288);
static_assert(steps_to_target(samples(589824), samples(2048), gpt3).evaluations == 24);
static_assert(steps_to_target(samples(589825), samples(2048), gpt3).evaluations == 25);

constexpr RunOverheads overheads{.start_up = 20_s, .evaluation = 5_s, .shut_down = 1_s};

} // namespace

TEST_CASE("a benchmark stops at the first evaluation at or after its target") {
    for (double target = 1; target < 200000; target = target * 1.7 + 13) {
        const StepsToTarget run = steps_to_target(samples(target), samples(96), gpt3);
        CHECK(run.steps * 96 >= target);
        const double end = 24576.0 * run.evaluations;
        CHECK(end >= target);
        CHECK((run.evaluations == 1 || end - 24576.0 < target));
        CHECK(run.steps * 96 >= end);
        CHECK((run.steps - 1) * 96 < end);
    }
}

TEST_CASE("where the run may end anywhere, evaluations passed are counted and no step is added") {
    constexpr EvaluationCadence anywhere{.first = samples(1000), .every = samples(100), .ends_there = false};
    CHECK(steps_to_target(samples(999), samples(10), anywhere).evaluations == 0);
    CHECK(steps_to_target(samples(1000), samples(10), anywhere).evaluations == 1);
    CHECK(steps_to_target(samples(1250), samples(10), anywhere).evaluations == 3);
    CHECK(steps_to_target(samples(1251), samples(10), anywhere).steps == 126);
}

TEST_CASE("a larger batch never takes more steps, and a further target never fewer") {
    double before = 1e18;
    for (const double batch : {1.0, 7.0, 64.0, 1000.0, 1e6}) {
        const double steps = steps_to_target(samples(1e6), samples(batch), gpt3).steps;
        CHECK(steps <= before);
        before = steps;
    }
    before = 0;
    for (double target = 1; target < 1e6; target *= 1.5) {
        const double steps = steps_to_target(samples(target), samples(64), gpt3).steps;
        CHECK(steps >= before);
        before = steps;
    }
}

TEST_CASE("time to train is the steps and what comes beside them") {
    const RunPhases run = time_to_train(10_s, samples(589824), samples(2048), gpt3, overheads);
    CHECK(raw(run.total()) == relative(288 * 10.0 + 24 * 5.0 + 20 + 1));
    Seconds sum{};
    for (const Seconds& phase : run.time) sum += phase;
    CHECK(sum == run.total());
    static_assert(time_to_train(10_s, samples(589824), samples(2048), gpt3, overheads).steps == 288);
}

TEST_CASE("its derivative with the time of an evaluation is their number") {
    using D = Dual<double, 1>;
    BasicRunOverheads<D> dual;
    dual.evaluation = make<BasicSeconds<D>>(variable<1>(5.0, 0));
    const auto run = time_to_train(make<BasicSeconds<D>>(D(10.0)), samples(589824), samples(2048), gpt3, dual);
    CHECK(raw(run.total()).gradient[0] == relative(24.0));
    CHECK(raw(time_to_train(make<BasicSeconds<float>>(10.0F), samples(589824), samples(2048), gpt3,
                            BasicRunOverheads<float>{})
                  .total()) == 2880.0F);
}

TEST_CASE("bad input is refused whole") {
    const auto refused = try_time_to_train(make<Seconds>(std::numeric_limits<double>::infinity()), samples(0),
                                           samples(0), EvaluationCadence{}, overheads);
    REQUIRE(!refused);
    CHECK(refused.violations().size() == 4);
    CHECK_THROWS_AS((void)time_to_train(10_s, samples(-1), samples(1), gpt3, overheads), InvalidConfiguration);
}
