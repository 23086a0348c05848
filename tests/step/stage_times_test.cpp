// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <foretrain/step/stage_times.hpp>

#include "random_plans.hpp"

using namespace foretrain;

namespace {

detail::StageTimes<double> stages_of(const random_plans::Configuration& c) {
    const RooflineKernels kernels{c.cluster.accelerator, c.plan.precision.compute, Load::sustained,
                                  c.plan.stack.kernels};
    const auto passes = time_passes<double>(kernels, *c.model, c.plan);
    const auto send = time_communication(*c.model, c.cluster, c.plan);
    const auto layer = detail::layer_times(*c.model, c.plan, passes, detail::PassTotals<double>{passes}, send);
    return detail::stage_times(*c.model, c.plan, passes, send, layer);
}

} // namespace

TEST_CASE("the slowest stage is no faster than the first nor than the average one") {
    for (std::uint64_t i = 0; i < 500; ++i) {
        const random_plans::Configuration c = random_plans::configuration(i);
        const auto stages = stages_of(c);
        CHECK(stages.slowest.total() >= stages.first.total());
        CHECK(raw(stages.slowest.total()) * static_cast<double>(c.plan.pipeline) >= raw(stages.all) * (1 - 1e-12));
        if (c.plan.pipeline == 1) CHECK(raw(stages.all) == raw(stages.first.total()));
    }
}

TEST_CASE("the number of micro-batches does not matter to a stage") {
    for (std::uint64_t i = 0; i < 200; ++i) {
        random_plans::Configuration c = random_plans::configuration(i);
        const auto before = stages_of(c);
        c.plan.global_batch *= 3;
        const auto after = stages_of(c);
        CHECK(raw(before.slowest.total()) == raw(after.slowest.total()));
        CHECK(raw(before.all) == raw(after.all));
    }
}
