// SPDX-License-Identifier: Apache-2.0
#include <foretrain/foretrain.hpp>

#include <doctest/doctest.h>

// One include is all a user needs. It is first here, so it needs nothing before it; that it stays light is checked by
// `layout: light`.

using namespace foretrain;
using namespace foretrain::literals;

TEST_CASE("one include gives catalogue, estimates, units and text") {
    const Cluster cluster = catalog::dgx_a100(8);
    const ParallelPlan plan{
        .tensor = 8, .global_batch = 8, .micro_batch = 1, .sequence = 2048, .stack = catalog::megatron_core};
    const StepEstimate step = estimate_step(catalog::llama2_7b, cluster, plan);
    const RunEstimate run =
        estimate_run(step, cluster, TokenBudget{1_B_tokens}, Faults{.effective_share = 0.95},
                     Prices{.accelerator = 2_usd_per_accelerator_hour, .energy = 0_usd_per_kWh}, site(1.2));
    CHECK(run.wall_clock > 1_hours);
    CHECK(run.cost > 1_usd);
    CHECK_FALSE(to_text(run.wall_clock).empty());
    CHECK(try_estimate_step(catalog::llama2_7b, cluster, ParallelPlan{}).has_value() == false);
}

TEST_CASE("derivatives come with the same include") {
    const auto cluster = over_scalar<Dual<double, 1>>(catalog::dgx_a100(8));
    const auto plan = over_scalar<Dual<double, 1>>(ParallelPlan{
        .tensor = 8, .global_batch = 8, .micro_batch = 1, .sequence = 2048, .stack = catalog::megatron_core});
    CHECK(try_estimate_step(catalog::llama2_7b, cluster, plan).has_value());
}
