// SPDX-License-Identifier: Apache-2.0
#include <foretrain/foretrain.hpp>

// The promise of the README: questions about a training run, asked of the compiler. Llama 3.1 405B as published
// (arXiv 2407.21783, table 4 and section 3.3) on 16,384 H100.

using namespace foretrain;
using namespace foretrain::literals;

namespace {

constexpr auto cluster = catalog::dgx_h100(16'384); // accelerators, nodes, fabric: all of it data
constexpr auto plan = ParallelPlan{.tensor = 8,
                                   .pipeline = 16,
                                   .data = 128,
                                   .virtual_stages = 4,
                                   .schedule = Schedule::interleaved,
                                   .sequence_parallel = true,
                                   .sharding = Sharding::optimizer,
                                   .global_batch = 2048,
                                   .micro_batch = 1,
                                   .sequence = 8192,
                                   .recomputation = Recomputation::elementwise,
                                   .stack = catalog::megatron_core};
constexpr auto step = estimate_step(catalog::llama3_405b, cluster, plan);

static_assert(step.memory.peak < cluster.accelerator.memory.capacity); // does it fit? asked of the compiler
static_assert(step.model_flops_utilization() > 0.38);

constexpr auto run =
    estimate_run(step, cluster, TokenBudget{15.6_T_tokens}, Faults{.effective_share = 0.9},
                 Prices{.accelerator = 2_usd_per_accelerator_hour, .energy = 0_usd_per_kWh}, site(1.1));
static_assert(run.wall_clock < 80.0_days && run.cost < 150.0_M_usd);

// The step is of the published size: 2048 samples of 8192 tokens, 38 to 43% of the peak.
static_assert(step.tokens == 16'777'216_tokens);
static_assert(step.model_flops_utilization() < 0.5);
static_assert(step.time == step.breakdown.total());

// A bad plan is a compile error (tests/rejected); its reasons can be asked for, too.
constexpr auto bad_plan = [] {
    ParallelPlan p = plan;
    p.tensor = 7;
    return p;
}();
static_assert(check(catalog::llama3_405b, cluster, bad_plan).contains("heads_divide_by_tensor"));

} // namespace
