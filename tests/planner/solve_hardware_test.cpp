// SPDX-License-Identifier: Apache-2.0
#include <foretrain/planner/solve_hardware.hpp>

#include <cmath>
#include <cstdint>
#include <limits>

#include <doctest/doctest.h>

#include <foretrain/catalog/models.hpp>
#include <foretrain/catalog/stacks.hpp>
#include <foretrain/catalog/systems.hpp>
#include <foretrain/math/dual.hpp>
#include <foretrain/units/literals.hpp>

using namespace foretrain;
using namespace foretrain::literals;

namespace {

constexpr const Transformer& model = catalog::llama3_70b;
constexpr Cluster cluster = catalog::dgx_h100(1024);
constexpr ParallelPlan plan{.data = 1024,
                            .sharding = Sharding::parameters,
                            .global_batch = 2048,
                            .micro_batch = 1,
                            .sequence = 8192,
                            .recomputation = Recomputation::full,
                            .stack = catalog::fsdp};
constexpr Bandwidth slow = 1_GB_per_s, fast = 100'000_GB_per_s;

double share_at(const Bandwidth& bandwidth, std::size_t tier = 1) {
    Cluster with = cluster;
    with.fabric.tier[tier].link.bandwidth = bandwidth;
    return communication_share(estimate_step(model, with, plan));
}
Bytes peak_of(std::int64_t micro_batch, ParallelPlan with = plan) {
    with.micro_batch = micro_batch;
    return estimate_step(model, cluster, with).memory.peak;
}

} // namespace

TEST_CASE("exposed communication never takes a larger share of a step with more bandwidth") {
    for (const std::size_t tier : {std::size_t{0}, std::size_t{1}}) {
        double before = 1.0;
        for (double gb = 1; gb < 1e5; gb *= 1.5) {
            const double share = share_at(gb * 1e9 * make<Bandwidth>(1), tier);
            CHECK(share <= before * (1 + 1e-12));
            before = share;
        }
    }
}

TEST_CASE("the bandwidth that hides communication: a little less does not") {
    for (const double share : {0.5, 0.2, 0.1}) {
        const auto least = bandwidth_to_hide(model, cluster, plan, 1, share, slow, fast);
        REQUIRE((least.found() && least.has_neighbour));
        CHECK(share_at(least.answer.at) <= share);
        CHECK(share_at(least.answer.at) == least.answer.measure);
        CHECK(share_at(least.neighbour.at) > share);
        CHECK(least.neighbour.at < least.answer.at);
        CHECK(raw(least.answer.at) <= raw(least.neighbour.at) * (1 + 1e-4));
    }
    // Less to hide takes no more.
    CHECK(bandwidth_to_hide(model, cluster, plan, 1, 0.5, slow, fast).answer.at <=
          bandwidth_to_hide(model, cluster, plan, 1, 0.2, slow, fast).answer.at);
}

TEST_CASE("what no bandwidth hides is told, and what this tier is to blame for goes away") {
    const double remains = share_at(fast);
    REQUIRE(remains > 0);
    const auto none = bandwidth_to_hide(model, cluster, plan, 1, 0.5 * remains, slow, fast);
    CHECK(none.status == SolveStatus::none);
    CHECK(none.answer.at == fast);
    CHECK(none.answer.measure == remains);
    CHECK(none.missed_by() == doctest::Approx(1.0));
    const auto removable = bandwidth_to_hide(model, cluster, plan, 1, 0.5 * remains, slow, fast, Exposed::removable);
    REQUIRE(removable.found());
    Cluster best = cluster;
    best.fabric.tier[1].link.bandwidth = fast;
    const Seconds floor = estimate_step(model, best, plan).breakdown.communication();
    Cluster with = cluster;
    with.fabric.tier[1].link.bandwidth = removable.answer.at;
    const StepEstimate at = estimate_step(model, with, plan);
    CHECK((at.breakdown.communication() - floor) / at.time <= 0.5 * remains * (1 + 1e-12));
}

TEST_CASE("the memory that keeps activations is the peak without recomputation, and buys time") {
    const MemoryToKeep keep = memory_to_keep(model, cluster, plan);
    ParallelPlan without = plan;
    without.recomputation = Recomputation::none;
    const StepEstimate step = estimate_step(model, cluster, without);
    CHECK(keep.needed == step.memory.peak);
    CHECK(keep.faster == step.time);
    CHECK(keep.faster < keep.time);
    CHECK(keep.needed > keep.peak);
    CHECK_FALSE(keep.fits());
    // The certificate: with this capacity the plan fits, with a byte less it does not.
    const DataParallelGrowth growth{cluster, without};
    auto on = growth;
    on.cluster.accelerator.memory.capacity = keep.needed;
    CHECK(step_on<double>(model, on, 1024).missing == NoStep::none);
    on.cluster.accelerator.memory.capacity = keep.needed - make<Bytes>(1.0);
    CHECK(step_on<double>(model, on, 1024).missing == NoStep::memory);
    // What keeps everything already needs nothing more.
    const MemoryToKeep same = memory_to_keep(model, cluster, without);
    CHECK(same.peak == same.needed);
    CHECK(same.time == same.faster);
    // The more of the batch at once, the more there is to keep.
    ParallelPlan two = plan;
    two.micro_batch = 2;
    CHECK(memory_to_keep(model, cluster, two).needed > keep.needed);
}

TEST_CASE("the largest micro-batch that fits: the next does not") {
    ParallelPlan wide = plan;
    wide.global_batch = 1024 * 48; // micro-batches of 1, 2, 3, 4, 6, 8, 12, 16, 24, 48
    const auto largest = largest_micro_batch(model, cluster, wide);
    REQUIRE((largest.found() && largest.has_neighbour));
    const Bytes capacity = cluster.accelerator.memory.capacity;
    CHECK(largest.answer.measure == peak_of(largest.answer.at, wide));
    CHECK(peak_of(largest.answer.at, wide) <= capacity);
    CHECK(peak_of(largest.neighbour.at, wide) > capacity);
    Bytes before{};
    for (const std::int64_t m : {1, 2, 3, 4, 6, 8, 12, 16, 24, 48}) {
        CHECK(peak_of(m, wide) >= before);
        before = peak_of(m, wide);
        CHECK((m <= largest.answer.at) == (peak_of(m, wide) <= capacity));
        if (m > largest.answer.at) CHECK(m >= largest.neighbour.at);
    }
    // More memory takes no smaller one; too little takes none, and tells by how much one sample misses.
    Cluster more = cluster;
    more.accelerator.memory.capacity = 2.0 * capacity;
    CHECK(largest_micro_batch(model, more, wide).answer.at >= largest.answer.at);
    Cluster little = cluster;
    little.accelerator.memory.capacity = peak_of(1, wide) * 0.5;
    const auto none = largest_micro_batch(model, little, wide);
    CHECK(none.status == SolveStatus::none);
    CHECK(none.answer.at == 1);
    CHECK(none.missed_by() == doctest::Approx(1.0));
}

TEST_CASE("the answers are those of other scalars, and bad input is refused whole") {
    using D = Dual<double, 1>;
    const auto keep = memory_to_keep(model, over_scalar<D>(cluster), over_scalar<D>(plan));
    CHECK(value_of(raw(keep.needed)) == raw(memory_to_keep(model, cluster, plan).needed));
    const auto in_float = bandwidth_to_hide(model, over_scalar<float>(cluster), over_scalar<float>(plan), 1, 0.2F,
                                            BasicBandwidth<float>(slow), BasicBandwidth<float>(fast));
    REQUIRE(in_float.found());
    CHECK(static_cast<double>(raw(in_float.answer.at)) ==
          doctest::Approx(raw(bandwidth_to_hide(model, cluster, plan, 1, 0.2, slow, fast).answer.at)).epsilon(1e-3));
    constexpr double nan = std::numeric_limits<double>::quiet_NaN();
    const auto refused = try_bandwidth_to_hide(model, cluster, plan, 2, nan, make<Bandwidth>(0), fast);
    REQUIRE_FALSE(refused);
    CHECK(refused.violations().size() == 3);
    ParallelPlan broken = plan;
    broken.data = 3;
    CHECK_FALSE(try_memory_to_keep(model, cluster, broken));
    CHECK_FALSE(try_largest_micro_batch(model, cluster, broken));
    CHECK_THROWS_AS(static_cast<void>(largest_micro_batch(model, cluster, broken)), InvalidConfiguration);
}
