// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <foretrain/step/estimate.hpp>

#include "random_plans.hpp"

using namespace foretrain;

TEST_CASE("parts computed once serve another number of micro-batches, bit for bit") {
    int served = 0;
    for (std::uint64_t i = 0; i < 500; ++i) {
        random_plans::Configuration c = random_plans::configuration(i);
        const RooflineKernels kernels{c.cluster.accelerator, c.plan.precision.compute, Load::sustained,
                                      c.plan.stack.kernels};
        const HeldParts held = held_parts(*c.model, c.plan);
        const auto passes = time_passes<double>(kernels, *c.model, c.plan);
        const auto send = time_communication(*c.model, c.cluster, c.plan, held);
        const auto layer = detail::layer_times(*c.model, c.plan, passes, detail::PassTotals<double>{passes}, send);
        const auto stages = detail::stage_times(*c.model, c.plan, passes, send, layer);
        const auto optimizer = detail::optimizer_work(*c.model, c.plan, held, stages.layers, kernels);
        c.plan.global_batch *= 2;
        const auto whole = try_estimate_step(*c.model, c.cluster, c.plan);
        if (!whole) continue;
        ++served;
        const auto times = detail::combine_times(*c.model, c.cluster, c.plan, passes, send, layer, stages, optimizer,
                                                 detail::node_doublings(c.cluster));
        CHECK(raw(times.time) == raw(whole->time));
        for (std::size_t part = 0; part < step_parts; ++part)
            CHECK(raw(times.breakdown.time[part]) == raw(whole->breakdown.time[part]));
    }
    CHECK(served > 400);
}

TEST_CASE("a single node synchronises with none, 16 nodes double four times") {
    static_assert(detail::node_doublings(catalog::dgx_h100(8)) == 0.0);
    CHECK(detail::node_doublings(catalog::dgx_h100(128)) == doctest::Approx(4.0).epsilon(1e-12));
}
