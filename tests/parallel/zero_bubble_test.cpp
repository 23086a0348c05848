// SPDX-License-Identifier: Apache-2.0
#include <foretrain/parallel/zero_bubble.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <vector>

#include <foretrain/math/dual.hpp>
#include <foretrain/parallel/schedule.hpp>
#include <foretrain/units/literals.hpp>

#include "pipeline_simulation.hpp"

using namespace foretrain;
using namespace foretrain::literals;
using namespace pipeline_simulation;

namespace {

struct Shape {
    Schedule schedule;
    std::int64_t stages;
    std::int64_t micro_batches;
};

/// Times of a pass: forward, gradients of inputs, gradients of weights.
struct Times {
    double f = 1, b = 1, w = 1;
};

constexpr Schedule split_schedules[] = {Schedule::zero_bubble_h1, Schedule::zero_bubble_h2, Schedule::zero_bubble_v,
                                        Schedule::dual_pipe};

std::vector<Shape> shapes() {
    std::vector<Shape> list;
    for (const Schedule schedule : split_schedules)
        for (const std::int64_t p : {2, 3, 4, 5, 6, 8, 12, 16})
            for (std::int64_t m = 1; m <= 4 * p + 2; ++m)
                if (accepts(schedule, p, m, 1)) list.push_back({schedule, p, m});
    return list;
}

/// Enough micro-batches for the bubbles that the papers state.
bool long_run(const Shape& shape) { return shape.micro_batches >= 2 * shape.stages; }

Pipeline pipeline_with(const Shape& shape, const Times& t, const std::vector<double>& slower = {}) {
    std::vector<double> f(at(shape.stages), t.f);
    std::vector<double> b(at(shape.stages), t.b + t.w);
    std::vector<double> w(at(shape.stages), t.w);
    for (std::size_t s = 0; s < slower.size(); ++s) {
        f[s] *= slower[s];
        b[s] *= slower[s];
        w[s] *= slower[s];
    }
    return pipeline_of(shape.schedule, shape.micro_batches, 1, f, b, w);
}

PipelineLoad load_of(const Pipeline& pipeline, double send_overlap) {
    PipelineLoad load{.stages = pipeline.stages,
                      .micro_batches = pipeline.micro_batches,
                      .pair_saving = make<Seconds>(pipeline.pair_saving),
                      .send = make<Seconds>(pipeline.send),
                      .send_overlap = send_overlap};
    // Each direction of DualPipe has the stage's whole time.
    const double share = pipeline.schedule == Schedule::dual_pipe ? 0.5 : 1.0;
    const auto sum = [&](const std::vector<double>& parts) {
        return make<Seconds>(share * std::accumulate(parts.begin(), parts.end(), 0.0));
    };
    for (std::size_t s = 0; s < pipeline.forward.size(); ++s) {
        const Seconds f = sum(pipeline.forward[s]);
        const Seconds b = sum(pipeline.backward[s]);
        const Seconds w = sum(pipeline.weights[s]);
        load.all_forward += f;
        load.all_backward += b;
        load.all_weights += w;
        if (f + b > load.slowest_forward + load.slowest_backward) {
            load.slowest_forward = f;
            load.slowest_backward = b;
            load.slowest_weights = w;
        }
    }
    return load;
}

PipelineTime predicted(const Pipeline& pipeline, double send_overlap = 1.0) {
    return pipeline_time(pipeline.schedule, load_of(pipeline, send_overlap));
}

/// Prediction over simulation, less one.
double deviation(const Pipeline& pipeline, double send_overlap = 1.0) {
    return raw(predicted(pipeline, send_overlap).total()) / simulate(pipeline).longest - 1.0;
}

PipelineLoad even_load(std::int64_t p, std::int64_t m, const Times& t) {
    return load_of(pipeline_with({Schedule::zero_bubble_h1, p, m}, t), 1.0);
}

double bubble_of(Schedule schedule, std::int64_t p, std::int64_t m, const Times& t) {
    return raw(pipeline_time(schedule, even_load(p, m, t)).bubble);
}

using Dual1 = Dual<double, 1>;
static_assert(PipelineSchedule<ZeroBubbleH1> && PipelineSchedule<ZeroBubbleH2> && PipelineSchedule<ZeroBubbleV> &&
              PipelineSchedule<DualPipe>);
static_assert(PipelineSchedule<ZeroBubbleH1, float> && PipelineSchedule<ZeroBubbleH2, Dual1> &&
              PipelineSchedule<ZeroBubbleV, Dual1> && PipelineSchedule<DualPipe, float>);

constexpr PipelineLoad equal_times{.stages = 4,
                                   .micro_batches = 12,
                                   .slowest_forward = 1_s,
                                   .slowest_backward = 2_s,
                                   .all_forward = 4_s,
                                   .all_backward = 8_s,
                                   .slowest_weights = 1_s,
                                   .all_weights = 4_s};
// Qi et al. 2023: with F = B = W the bubble of ZB-H1 is a third of 1F1B's, that of ZB-H2 and ZB-V is none.
static_assert(pipeline_time(Schedule::one_f_one_b, equal_times).bubble == 9_s);
static_assert(pipeline_time(Schedule::zero_bubble_h1, equal_times).bubble == 3_s);
static_assert(pipeline_time(Schedule::zero_bubble_h2, equal_times).bubble == 0_s);
static_assert(pipeline_time(Schedule::zero_bubble_v, equal_times).bubble == 0_s);
// DeepSeek-V3, table 2: (p/2 - 1)(F&B + B - 3W) with F&B = 3, B = 2, W = 1.
static_assert(pipeline_time(Schedule::dual_pipe, equal_times).bubble == 2_s);
static_assert(parameter_copies(Schedule::dual_pipe) == 2 && parameter_copies(Schedule::zero_bubble_v) == 1);

} // namespace

TEST_CASE("the simulation itself: two stages, two micro-batches of ZB-H1, by hand") {
    // f = b = w = 1. Stage 0: F0 0-1, F1 1-2, waits, B0 3-4, W0, B1 5-6, W1 6-7. Stage 1: F0 1-2, B0 2-3, F1 3-4,
    // B1 4-5, W0, W1 6-7.
    const Outcome outcome = simulate(pipeline_with({Schedule::zero_bubble_h1, 2, 2}, {}));
    CHECK(outcome.time == 7.0);
    CHECK(outcome.longest == 7.0);
    CHECK(outcome.peak == std::vector<std::int64_t>{2, 2});
}

TEST_CASE("the papers' bubbles, for any times with w <= f <= b") {
    for (const std::int64_t p : {2, 4, 8, 16})
        for (const Times& t : {Times{1, 1, 1}, Times{1, 1.3, 0.9}, Times{1, 2, 0.5}, Times{1, 1.1, 0}}) {
            const double hops = static_cast<double>(p - 1);
            const std::int64_t m = 4 * p;
            CHECK(bubble_of(Schedule::one_f_one_b, p, m, t) == doctest::Approx(hops * (t.f + t.b + t.w)));
            CHECK(bubble_of(Schedule::zero_bubble_h1, p, m, t) == doctest::Approx(hops * (t.f + t.b - t.w)));
            CHECK(bubble_of(Schedule::zero_bubble_h2, p, m, t) == doctest::Approx(hops * (t.f + t.b - 2 * t.w)));
            const double pair = t.f + t.b + t.w;
            CHECK(bubble_of(Schedule::dual_pipe, p, m, t) ==
                  doctest::Approx((static_cast<double>(p) / 2 - 1) * (pair + (t.b + t.w) - 3 * t.w)));
        }
}

TEST_CASE("nothing runs into a deadlock, and activations kept are the simulation's peak on every stage") {
    for (const Shape& shape : shapes()) {
        CAPTURE(name_of(shape.schedule));
        CAPTURE(shape.stages);
        CAPTURE(shape.micro_batches);
        const Outcome outcome = simulate(pipeline_with(shape, {}));
        REQUIRE_FALSE(outcome.deadlock);
        const double chunks = shape.schedule == Schedule::zero_bubble_v ? 2.0 : 1.0;
        for (std::int64_t stage = 0; stage < shape.stages; ++stage) {
            CAPTURE(stage);
            CHECK(in_flight(shape.schedule, stage, shape.stages, shape.micro_batches, 1) ==
                  static_cast<double>(outcome.peak[at(stage)]) / chunks);
        }
    }
}

TEST_CASE("equal stages, w <= f <= b: the formula is the simulation, DualPipe's at most 3% above it") {
    double worst = 0;
    for (const Shape& shape : shapes()) {
        CAPTURE(name_of(shape.schedule));
        CAPTURE(shape.stages);
        CAPTURE(shape.micro_batches);
        for (const Times& t :
             {Times{1, 1, 1}, Times{1, 1.25, 0.75}, Times{1, 1.6, 0.5}, Times{1, 2, 1}, Times{1, 1, 0}}) {
            CAPTURE(t.b);
            CAPTURE(t.w);
            const double excess = deviation(pipeline_with(shape, t));
            CHECK(excess > -1e-12);
            if (shape.schedule == Schedule::dual_pipe && t.b > t.f) worst = std::max(worst, excess);
            else if (shape.schedule != Schedule::zero_bubble_v || long_run(shape) || (t.b == 1.0 && t.w == 1.0))
                CHECK(excess < 1e-12);
            else CHECK(excess < 0.16); // ZB-V with few micro-batches
        }
    }
    CHECK(worst < 0.03);
    CHECK(worst > 0.02); // docs/parallel.md states 3%
    MESSAGE("largest excess of DualPipe: ", worst);
}

TEST_CASE("any times: never below the simulation, and ZB-H1 is exact") {
    for (const Shape& shape : shapes()) {
        CAPTURE(name_of(shape.schedule));
        CAPTURE(shape.stages);
        CAPTURE(shape.micro_batches);
        for (const Times& t : {Times{1, 0.5, 0.4}, Times{1, 0.8, 1.2}, Times{1, 1.5, 1.25}, Times{0.4, 1, 0.9},
                               Times{0.3, 1, 2}, Times{1, 0.2, 0.1}}) {
            CAPTURE(t.b);
            CAPTURE(t.w);
            const double excess = deviation(pipeline_with(shape, t));
            CHECK(excess > -1e-12);
            if (shape.schedule == Schedule::zero_bubble_h1) CHECK(excess < 1e-12);
        }
    }
}

TEST_CASE("sends: exact where the schedule has no slack, never below the simulation") {
    for (const Shape& shape : shapes()) {
        CAPTURE(name_of(shape.schedule));
        CAPTURE(shape.stages);
        CAPTURE(shape.micro_batches);
        for (const double send : {0.01, 0.1, 0.25}) {
            for (const Times& t : {Times{1, 1, 1}, Times{1, 1.25, 0.75}, Times{1, 1.6, 0.5}}) {
                Pipeline pipeline = pipeline_with(shape, t);
                pipeline.send = send * t.w; // a quarter of the weights' time of a stage at most
                const double hidden = deviation(pipeline);
                CAPTURE(t.w);
                CAPTURE(send);
                CHECK(hidden > -1e-12);
                if (shape.schedule == Schedule::zero_bubble_h1 || shape.schedule == Schedule::zero_bubble_h2)
                    CHECK(hidden < 1e-12);
                pipeline.sends = Sends::blocking;
                const double blocking = deviation(pipeline, 0.0);
                CHECK(blocking > -1e-12);
                if (shape.schedule == Schedule::zero_bubble_h1) CHECK(blocking < 1e-12);
            }
        }
    }
}

TEST_CASE("one stage 10% slower: never below the simulation, at most 12% above it") {
    double worst = 0;
    for (const Shape& shape : shapes()) {
        if (!long_run(shape)) continue;
        CAPTURE(name_of(shape.schedule));
        CAPTURE(shape.stages);
        CAPTURE(shape.micro_batches);
        for (const std::int64_t slow : {std::int64_t{0}, shape.stages / 2, shape.stages - 1}) {
            CAPTURE(slow);
            std::vector<double> slower(at(shape.stages), 1.0);
            slower[at(slow)] = 1.1;
            const double excess = deviation(pipeline_with(shape, {1, 1.25, 0.75}, slower));
            CHECK(excess > -1e-12);
            worst = std::max(worst, excess);
        }
    }
    CHECK(worst < 0.12);
    MESSAGE("largest excess with one stage 10% slower: ", worst);
}

TEST_CASE("what a pair saves counts for each pair") {
    for (const Shape& shape : shapes()) {
        if (shape.schedule != Schedule::dual_pipe) continue;
        CAPTURE(shape.stages);
        CAPTURE(shape.micro_batches);
        for (const double saving : {0.1, 0.5, 0.8}) {
            Pipeline pipeline = pipeline_with(shape, {1, 1.25, 0.75});
            const double none = simulate(pipeline).longest;
            pipeline.pair_saving = saving;
            const double excess = deviation(pipeline);
            CHECK(excess > -1e-12);
            CHECK(excess < 0.08);
            CHECK(raw(predicted(pipeline).total()) < none);
        }
    }
}

TEST_CASE("without gradients that can wait, ZB-H1 and ZB-H2 are 1F1B") {
    for (const std::int64_t m : {4, 16}) {
        const PipelineLoad load = even_load(4, m, {1, 2, 0});
        const Seconds plain = pipeline_time(Schedule::one_f_one_b, load).total();
        CHECK(pipeline_time(Schedule::zero_bubble_h1, load).total() == plain);
        CHECK(pipeline_time(Schedule::zero_bubble_h2, load).total() == plain);
    }
}

TEST_CASE("less bubble costs memory: H1 keeps what 1F1B's first stage keeps, H2 nearly twice that, DualPipe one more") {
    for (const std::int64_t p : {2, 4, 8, 16}) {
        const std::int64_t m = 4 * p;
        const double base = in_flight(Schedule::one_f_one_b, 0, p, m, 1);
        for (std::int64_t stage = 0; stage < p; ++stage) {
            CHECK(in_flight(Schedule::zero_bubble_h1, stage, p, m, 1) == base);
            CHECK(in_flight(Schedule::zero_bubble_v, stage, p, m, 1) == base);
            CHECK(in_flight(Schedule::zero_bubble_h2, stage, p, m, 1) == 2 * base - 1);
            CHECK(in_flight(Schedule::dual_pipe, stage, p, m, 1) == base + 1);
        }
        const Times t{1, 1.25, 0.75};
        CHECK(bubble_of(Schedule::zero_bubble_h1, p, m, t) < bubble_of(Schedule::one_f_one_b, p, m, t));
        CHECK(bubble_of(Schedule::zero_bubble_h2, p, m, t) < bubble_of(Schedule::zero_bubble_h1, p, m, t));
        CHECK(bubble_of(Schedule::zero_bubble_v, p, m, t) <= bubble_of(Schedule::zero_bubble_h2, p, m, t));
    }
}

TEST_CASE("what a schedule cannot run it does not accept") {
    for (const Schedule schedule : split_schedules) {
        CHECK(accepts(schedule, 4, 8, 1));
        CHECK_FALSE(accepts(schedule, 1, 8, 1)); // no pipeline
        CHECK_FALSE(accepts(schedule, 4, 0, 1));
        CHECK_FALSE(accepts(schedule, 4, 8, 2)); // chunks are part of the schedule
        CHECK(accepts(schedule, 3, 7, 1) == (schedule != Schedule::dual_pipe));
    }
    CHECK_FALSE(accepts(Schedule::dual_pipe, 4, 6, 1)); // fewer than 2p
    CHECK_FALSE(accepts(Schedule::dual_pipe, 4, 9, 1)); // both directions take as many
    CHECK(accepts(Schedule::zero_bubble_h2, 8, 1, 1));
}

TEST_CASE("derivatives are exact, and float agrees with double") {
    // ZB-H1: dT/dw = m - (p - 1) through the weights' part of backward alone.
    const auto at_weights = [](const Dual1& w) {
        using Time = BasicSeconds<Dual1>;
        const BasicPipelineLoad<Dual1> load{.stages = 4,
                                            .micro_batches = 10,
                                            .slowest_forward = make<Time>(Dual1(1.0)),
                                            .slowest_backward = make<Time>(w + 1.5),
                                            .all_forward = make<Time>(Dual1(4.0)),
                                            .all_backward = make<Time>((w + 1.5) * 4.0),
                                            .slowest_weights = make<Time>(w),
                                            .all_weights = make<Time>(w * 4.0)};
        return raw(pipeline_time(Schedule::zero_bubble_h1, load).total());
    };
    CHECK(at_weights(Dual1{0.75, {1.0}}).gradient[0] == doctest::Approx(10.0 - 3.0));
    for (const Schedule schedule : split_schedules) {
        const BasicPipelineLoad<float> single{.stages = 4,
                                              .micro_batches = 12,
                                              .slowest_forward = make<BasicSeconds<float>>(1.0f),
                                              .slowest_backward = make<BasicSeconds<float>>(2.0f),
                                              .all_forward = make<BasicSeconds<float>>(4.0f),
                                              .all_backward = make<BasicSeconds<float>>(8.0f),
                                              .slowest_weights = make<BasicSeconds<float>>(1.0f),
                                              .all_weights = make<BasicSeconds<float>>(4.0f)};
        CHECK(static_cast<double>(raw(pipeline_time(schedule, single).total())) ==
              doctest::Approx(raw(pipeline_time(schedule, equal_times).total())).epsilon(1e-6));
    }
}
