// SPDX-License-Identifier: Apache-2.0
#include <foretrain/planner/scaling_curve.hpp>

#include <cmath>
#include <cstdint>
#include <vector>

#include <doctest/doctest.h>

#include <foretrain/catalog/models.hpp>
#include <foretrain/catalog/stacks.hpp>
#include <foretrain/catalog/systems.hpp>
#include <foretrain/math/dual.hpp>
#include <foretrain/units/literals.hpp>

using namespace foretrain;

namespace {

constexpr const Transformer& model = catalog::llama3_70b;
constexpr ParallelPlan plan{.tensor = 8,
                            .pipeline = 4,
                            .data = 1,
                            .sequence_parallel = true,
                            .sharding = Sharding::optimizer,
                            .global_batch = 2048,
                            .micro_batch = 1,
                            .sequence = 8192,
                            .recomputation = Recomputation::full,
                            .stack = catalog::megatron_core};
constexpr ParallelPlan small_batch = [] {
    ParallelPlan with = plan;
    with.data = 4;
    with.global_batch = 64; // 16 micro-batches a replica
    return with;
}();
constexpr DataParallelGrowth strong{catalog::dgx_h100(32), plan};
constexpr DataParallelGrowth weak{catalog::dgx_h100(128), small_batch, BatchGrowth::with_the_job};
constexpr AcceleratorCounts counts = doubled(8, 131'072);

static_assert(counts.size == 15 && counts.number[14] == 131'072);
static_assert(doubled(24, 100).size == 3 && doubled(0, 8).size == 0);

// At compile time.
constexpr std::int64_t two[] = {128, 256};
constexpr auto at_compile_time = scaling_curve<double>(model, weak, two);
static_assert(at_compile_time.points == 2 && at_compile_time.point[1].efficiency > 0.9);

double sum_of_losses(const ScalePoint& point) {
    double sum = 0;
    for (const double loss : point.loss) sum += loss;
    return sum;
}

} // namespace

TEST_CASE("losses sum to what efficiency lacks, at every point, and the largest one has the name") {
    for (const DataParallelGrowth& growth : {strong, weak}) {
        const ScalingCurve curve = scaling_curve<double>(model, growth, counts.all());
        CHECK(curve.points == counts.size);
        for (const ScalePoint& point : curve.all()) {
            if (!point.runs()) continue;
            CHECK(sum_of_losses(point) == doctest::Approx(1.0 - point.efficiency).epsilon(1e-9));
            for (const double loss : point.loss)
                if (point.accelerators != curve.point[curve.first].accelerators) CHECK(loss <= point[point.dominant]);
        }
    }
}

TEST_CASE("points are plain estimates") {
    const ScalingCurve curve = scaling_curve<double>(model, strong, counts.all());
    const ScalePoint& first = curve.point[curve.first];
    CHECK(first.efficiency == 1.0);
    CHECK(first.speed_up == 1.0);
    for (const ScalePoint& point : curve.all()) {
        if (!point.runs()) continue;
        const auto job = strong.on(point.accelerators);
        const StepEstimate step = estimate_step(model, job->cluster, job->plan);
        CHECK(point.time == step.time);
        CHECK(point.communication == step.breakdown.communication() / step.time);
        CHECK(point.speed_up == doctest::Approx(first.time / point.time));
        CHECK(point.efficiency == doctest::Approx(point.speed_up * static_cast<double>(first.accelerators) /
                                                  static_cast<double>(point.accelerators)));
        // The utilisation falls with the efficiency: the work is the same.
        CHECK(point.utilization == doctest::Approx(first.utilization * point.efficiency));
    }
}

TEST_CASE("efficiency never grows with more of the same, and a fixed batch loses more than one that grows") {
    const ScalingCurve fixed = scaling_curve<double>(model, strong, counts.all());
    double before = 1.0 + 1e-12;
    for (const ScalePoint& point : fixed.all()) {
        if (!point.runs()) continue;
        CHECK(point.efficiency <= before);
        before = point.efficiency + 1e-12;
    }
    // From the same first point.
    constexpr std::int64_t some[] = {128, 256, 512, 1024, 2048};
    const ScalingCurve strong_small =
        scaling_curve<double>(model, DataParallelGrowth{catalog::dgx_h100(128), small_batch}, some);
    const ScalingCurve weak_small = scaling_curve<double>(model, weak, some);
    for (std::size_t i = 1; i < std::size(some); ++i) {
        REQUIRE((strong_small.point[i].runs() && weak_small.point[i].runs()));
        CHECK(strong_small.point[i].efficiency < weak_small.point[i].efficiency);
    }
    CHECK(strong_small.point[4].dominant == StepPart::bubble); // one micro-batch in four stages
    CHECK(strong_small.point[4][StepPart::bubble] > 0.3);
}

TEST_CASE("where no step runs, the reason is told, and the curve starts at the first that does") {
    const ScalingCurve curve = scaling_curve<double>(model, strong, counts.all());
    CHECK(curve.point[0].missing == NoStep::no_plan); // 8 accelerators are no replica of 32
    CHECK(curve.point[curve.first].accelerators == 32);
    CHECK(curve.point[curve.last].accelerators == 65'536); // 2,048 replicas of one sample
    CHECK(curve.point[14].missing == NoStep::no_plan);
    DataParallelGrowth tight = strong;
    tight.cluster.accelerator.memory.capacity = 30e9 * make<Bytes>(1);
    const auto some = try_scaling_curve<double>(model, tight, counts.all());
    if (some) CHECK(some->point[2].missing == NoStep::memory);
    tight.cluster.accelerator.memory.capacity = 1e9 * make<Bytes>(1);
    const auto none = try_scaling_curve<double>(model, tight, counts.all());
    REQUIRE_FALSE(none);
    CHECK(none.violations().contains("a_plan_exists"));
}

TEST_CASE("the knee is where efficiency over time is best, and elasticity passes one half there") {
    std::vector<std::int64_t> every;
    for (std::int64_t data = 1; data <= 2048; data *= 2) every.push_back(32 * data);
    const ScalingCurve curve = scaling_curve<double>(model, strong, every);
    for (const ScalePoint& point : curve.all())
        CHECK(point.efficiency / raw(point.time) <=
              curve.point[curve.knee].efficiency / raw(curve.point[curve.knee].time) * (1 + 1e-12));
    REQUIRE(curve.knee > 0);
    CHECK(curve.point[curve.knee - 1].elasticity >= 0.5);
    if (!curve.knee_is_last()) CHECK(curve.point[curve.knee].elasticity <= 0.5);
    for (std::size_t i = 0; i + 1 < curve.points; ++i)
        CHECK(curve.point[i].elasticity ==
              doctest::Approx(std::log2(curve.point[i + 1].speed_up / curve.point[i].speed_up)));
    CHECK(curve.point[curve.last].elasticity == 0.0);
}

TEST_CASE("the threshold is passed once, at the first point below it") {
    for (const double threshold : {0.0, 0.5, 0.8, 0.95, 1.0}) {
        const ScalingCurve curve = scaling_curve<double>(model, strong, counts.all(), threshold);
        if (curve.below == ScalingCurve::capacity) {
            CHECK(curve.point[curve.last].efficiency >= threshold);
            continue;
        }
        CHECK(curve.point[curve.below].efficiency < threshold);
        for (std::size_t i = curve.first; i < curve.below; ++i) CHECK(curve.point[i].efficiency >= threshold);
    }
    CHECK(scaling_curve<double>(model, strong, counts.all(), 0.0).below == ScalingCurve::capacity);
}

TEST_CASE("a slower network scales worse, and communication takes more of the step") {
    DataParallelGrowth slow = weak;
    slow.cluster.fabric.tier[1].link.bandwidth = slow.cluster.fabric.tier[1].link.bandwidth * 0.1;
    constexpr std::int64_t some[] = {128, 1024, 16'384};
    const ScalingCurve narrow = scaling_curve<double>(model, slow, some),
                       wide = scaling_curve<double>(model, weak, some);
    for (std::size_t i = 0; i < std::size(some); ++i) {
        CHECK(narrow.point[i].communication > wide.point[i].communication);
        CHECK(narrow.point[i].time > wide.point[i].time);
    }
}

TEST_CASE("curves have derivatives and refuse bad input whole") {
    using D = Dual<double, 1>;
    BasicDataParallelGrowth<D> growth{over_scalar<D>(weak.cluster), over_scalar<D>(weak.plan),
                                      BatchGrowth::with_the_job};
    auto& bandwidth = growth.cluster.fabric.tier[1].link.bandwidth;
    bandwidth = make<BasicBandwidth<D>>(D(raw(weak.cluster.fabric.tier[1].link.bandwidth), {1.0}));
    constexpr std::int64_t some[] = {128, 16'384};
    const auto curve = scaling_curve<D>(model, growth, some);
    CHECK(value_of(curve.point[1].efficiency) == scaling_curve<double>(model, weak, some).point[1].efficiency);
    CHECK(raw(curve.point[1].time).gradient[0] <= 0.0);
    constexpr std::int64_t falling[] = {64, 32, 0};
    const auto refused = try_scaling_curve<double>(model, weak, falling, 1.5);
    REQUIRE_FALSE(refused);
    CHECK(refused.violations().size() == 4); // threshold, 0 accelerators, twice not rising
    CHECK_FALSE(try_scaling_curve<double>(model, weak, std::span<const std::int64_t>{}));
    CHECK_THROWS_AS(static_cast<void>(scaling_curve<double>(model, weak, falling)), InvalidConfiguration);
}
