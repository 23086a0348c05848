// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <foretrain/planner/search_bound.hpp>
#include <foretrain/step/estimate.hpp>

#include "../step/random_plans.hpp"

using namespace foretrain;

namespace {

struct Parts {
    BasicPasses<double> passes;
    BasicCommunication<double> send;
    detail::LayerTimes<double> layer;
    detail::StageTimes<double> stages;
};

/// A plan without the communication of its replicas: what a bound knows.
Parts parts_of(const random_plans::Configuration& c) {
    Parts p;
    const RooflineKernels kernels{c.cluster.accelerator, c.plan.precision.compute, Load::sustained,
                                  c.plan.stack.kernels};
    ParallelPlan alone = c.plan;
    alone.sharding = Sharding::none;
    alone.sharding_group = 0;
    p.passes = time_passes<double>(kernels, *c.model, alone);
    add_layer_exchanges(p.send, *c.model, c.cluster, alone, placement_of(alone));
    add_pipeline_send(p.send, *c.model, c.cluster, alone, placement_of(alone));
    p.layer = detail::layer_times(*c.model, alone, p.passes, detail::PassTotals<double>{p.passes}, p.send);
    p.stages = detail::stage_times(*c.model, alone, p.passes, p.send, p.layer);
    return p;
}

} // namespace

TEST_CASE("no step is faster than its bound, and bounds are not idle") {
    double closest = 0;
    for (std::uint64_t i = 0; i < 2000; ++i) {
        const random_plans::Configuration c = random_plans::configuration(i);
        const Parts p = parts_of(c);
        const double growth = 1.0 + c.plan.stack.straggler * detail::node_doublings(c.cluster);
        const double m = static_cast<double>(c.plan.micro_batches());
        const double least = detail::least_step(c.plan, p.layer, p.stages, m, growth);
        const double time = raw(try_estimate_step(*c.model, c.cluster, c.plan)->time);
        CAPTURE(i);
        CHECK(least <= time);
        CHECK(least > 0);
        if (least / time > closest) closest = least / time;
        // Whatever the pipeline: all that a replica does, shared evenly.
        const bool two_ways = c.plan.schedule == Schedule::dual_pipe;
        const double replica = detail::least_replica(*c.model, p.layer, two_ways);
        CHECK(m * replica / static_cast<double>(c.plan.pipeline) * growth * detail::bound_margin <= time);
    }
    CHECK(closest > 0.99);
}

TEST_CASE("no plan needs less memory than the bound on its kind") {
    double closest = 0;
    for (std::uint64_t i = 0; i < 2000; ++i) {
        const random_plans::Configuration c = random_plans::configuration(i);
        const HeldParts held = held_parts(*c.model, c.plan);
        const auto memory = detail::stage_memory(*c.model, PartParameters{*c.model}, c.plan, held);
        const auto constants = memory_constants<double>();
        const double need = raw(peak_footprint(*c.model, c.plan).footprint.total());
        detail::for_each_full_stage(c.plan, memory, [&](std::int64_t stage) {
            const auto load = detail::stage_load(*c.model, c.plan, memory, stage);
            const double least =
                detail::least_memory(c.plan, memory, load, stage, Sharding::parameters, c.plan.offload, constants);
            CHECK(least <= need);
            if (least / need > closest) closest = least / need;
        });
    }
    CHECK(closest > 0.9);
}
