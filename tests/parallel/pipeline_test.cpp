// SPDX-License-Identifier: Apache-2.0
#include <foretrain/parallel/pipeline.hpp>

#include <doctest/doctest.h>

#include <cstdint>

#include <foretrain/math/dual.hpp>
#include <foretrain/parallel/schedule.hpp>
#include <foretrain/units/literals.hpp>

using namespace foretrain;
using namespace foretrain::literals;

namespace {

/// A schedule the library has never seen: no bubble at all, everything kept.
struct WithoutBubble {
    double kept = 1.0;
    [[nodiscard]] constexpr bool accepts(std::int64_t, std::int64_t, std::int64_t) const noexcept { return true; }
    template <class Real>
    [[nodiscard]] constexpr BasicPipelineTime<Real> time(const BasicPipelineLoad<Real>& load) const noexcept {
        BasicPipelineTime<Real> time;
        time.busy = Real(static_cast<double>(load.micro_batches)) * (load.slowest_forward + load.slowest_backward);
        return time;
    }
    [[nodiscard]] constexpr double in_flight(std::int64_t, std::int64_t, std::int64_t m, std::int64_t) const noexcept {
        return kept * static_cast<double>(m);
    }
};
struct NotASchedule {
    [[nodiscard]] constexpr double in_flight(std::int64_t, std::int64_t, std::int64_t, std::int64_t) const noexcept {
        return 1;
    }
};
using Dual1 = Dual<double, 1>;

static_assert(PipelineSchedule<WithoutBubble> && PipelineSchedule<WithoutBubble, float> &&
              PipelineSchedule<WithoutBubble, Dual1>);
static_assert(!PipelineSchedule<NotASchedule> && !PipelineSchedule<int>);

constexpr PipelineLoad load{.stages = 4,
                            .micro_batches = 8,
                            .slowest_forward = 1_s,
                            .slowest_backward = 2_s,
                            .all_forward = 4_s,
                            .all_backward = 8_s};
static_assert(pipeline_time(WithoutBubble{}, load).total() == 24_s);

} // namespace

TEST_CASE("the parts of the pipeline's time sum to it, and the bubble counts against compute") {
    constexpr PipelineTime time{.busy = 8_s, .bubble = 2_s, .exposed_send = 1_s};
    static_assert(time.total() == 11_s);
    CHECK(time.bubble_fraction() == 0.25);
}

TEST_CASE("a schedule of one's own runs beside the library's, and beats all of them without a bubble") {
    const PipelineTime own = pipeline_time(WithoutBubble{}, load);
    CHECK(own.total() < pipeline_time(Schedule::one_f_one_b, load).total());
    CHECK(own.busy == pipeline_time(Schedule::gpipe, load).busy);
    CHECK(WithoutBubble{}.in_flight(0, 4, 8, 1) == in_flight(Schedule::gpipe, 0, 4, 8, 1));
}
