// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <foretrain/catalog/models.hpp>
#include <foretrain/catalog/systems.hpp>
#include <foretrain/run/checkpoint.hpp>
#include <foretrain/units/literals.hpp>

#include "../relative.hpp"

using namespace foretrain;
using namespace foretrain::literals;

namespace {

constexpr ParallelPlan llama_plan{
    .tensor = 8, .pipeline = 16, .data = 128, .global_batch = 2048, .micro_batch = 1, .sequence = 8192};
constexpr CheckpointSize llama = checkpoint_size(catalog::llama3_405b, llama_plan);
static_assert(llama.total() > 5_TB && llama.total() < 6_TB);

constexpr Storage shared{.name = "shared",
                         .node_write = 10_GB_per_s,
                         .node_read = 10_GB_per_s,
                         .shared_write = 1_TB_per_s,
                         .shared_read = 2_TB_per_s,
                         .latency = 0_s};

} // namespace

TEST_CASE("BLOOM 176B wrote 2.3 TB: weights, master weights and two moments, 14 bytes a parameter") {
    // bigscience-workshop/bigscience, chronicles of tr11-176B-ml: "2.3TB", as `du` prints binary units.
    const ParallelPlan plan{.tensor = 4,
                            .pipeline = 12,
                            .data = 8,
                            .sharding = Sharding::optimizer,
                            .global_batch = 2048,
                            .micro_batch = 2,
                            .sequence = 2048};
    const CheckpointSize size = checkpoint_size(catalog::bloom_176b, plan);
    CHECK(raw(size.total()) / 0x1p40 == relative(2.3).epsilon(0.03));
    CHECK(raw(size.total()) == relative(14.0 * static_cast<double>(parameters(catalog::bloom_176b))));
}

TEST_CASE("the parts are those of the memory model, and sharding does not change what is kept") {
    CHECK(raw(llama.total()) == raw(llama.weights) + raw(llama.master_weights) + raw(llama.optimizer_states));
    CHECK(raw(llama.optimizer_states) == relative(4.0 * raw(llama.weights))); // two FP32 moments, BF16 weights
    for (const Sharding sharding : {Sharding::none, Sharding::optimizer, Sharding::parameters}) {
        ParallelPlan plan = llama_plan;
        plan.sharding = sharding;
        CHECK(checkpoint_size(catalog::llama3_405b, plan).total() == llama.total());
        CHECK(checkpoint_size(catalog::llama3_405b, plan).per_accelerator == llama.per_accelerator);
    }
    ParallelPlan offloaded = llama_plan; // what is in host memory is kept, too
    offloaded.offload = {.weights = 0.5, .optimizer = 1.0, .activations = 0.0};
    CHECK(checkpoint_size(catalog::llama3_405b, offloaded).per_accelerator == llama.per_accelerator);
    ParallelPlan sgd = llama_plan;
    sgd.optimizer = Optimizer::sgd;
    CHECK(checkpoint_size(catalog::llama3_405b, sgd).optimizer_states == 0_B);
}

TEST_CASE("accelerators write even shares, the fullest stage a little more") {
    const double even = raw(llama.total()) / 16'384;
    CHECK(raw(llama.per_accelerator) >= even);
    CHECK(raw(llama.per_accelerator) < 1.25 * even);
    // Llama 3: 1 MB to 4 GB an accelerator (arXiv 2407.21783, section 3.3.1).
    CHECK(llama.per_accelerator > 1_MB);
    CHECK(llama.per_accelerator < 4_GB);
}

TEST_CASE("with LoRA only the adapters are kept") {
    ParallelPlan plan{.tensor = 8, .global_batch = 8, .micro_batch = 1, .sequence = 8192, .adapter_rank = 16};
    const CheckpointSize adapters = checkpoint_size(catalog::llama2_70b, plan);
    CHECK(adapters.total() > 0_B);
    CHECK(adapters.total() < 5_GB);
    plan.tensor = 1;
    CHECK(checkpoint_size(catalog::llama2_70b, plan).total() == adapters.total());
}

TEST_CASE("blocking waits for the write, asynchronous for the copy, tiers for the copy in memory") {
    const Checkpointing blocking = blocking_checkpoints(shared, 5_TB, 2048);
    CHECK(raw(blocking.tier[0].stall) == 5.0);
    CHECK(raw(blocking.tier[0].load) == 2.5);
    CHECK(raw(blocking.tier[0].write) == 0.0);
    const Seconds copy = host_copy_time(350_MB, catalog::dgx_h100(16'384).node);
    CHECK(copy > 1_ms);
    CHECK(copy < 100_ms);
    const Checkpointing behind = asynchronous_checkpoints(shared, 5_TB, 2048, copy, std::optional{100_s});
    CHECK(behind.tier[0].stall == copy);
    CHECK(raw(behind.tier[0].write) == 5.0);
    CHECK(*behind.interval == 100_s);
    const Checkpointing tiers = tiered_checkpoints(shared, 5_TB, 2048, copy, 0.9, 20);
    CHECK(tiers.tiers == 2);
    CHECK(tiers.tier[1].every == 20);
    CHECK(raw(tiers.tier[1].stall) == 0.0);
    for (const Checkpointing& policy : {blocking, behind, tiers}) {
        Violations none;
        check_rules(policy, none);
        CHECK(none.empty());
    }
    // fewer nodes than saturate the file system write in proportion
    CHECK(raw(blocking_checkpoints(shared, 5_TB, 50).tier[0].stall) == 10.0);
}

TEST_CASE("a policy that could not work is refused") {
    Checkpointing policy = tiered_checkpoints(shared, 5_TB, 2048, 1_s, 0.9, 20);
    policy.tiers = 3;
    policy.tier[2] = {.name = "far", .every = 30, .stall = 0_s, .write = 0_s, .load = 0_s, .survives = 0.95};
    Violations violations;
    check_rules(policy, violations);
    CHECK(violations.contains("tiers_nest")); // 30 is no multiple of 20
    CHECK(violations.contains("survival_grows"));
    CHECK(violations.contains("last_tier_survives"));
    CHECK(violations.size() == 3);
    policy.tier[0].every = 2;
    policy.tier[1].stall = make<Seconds>(-1.0);
    policy.interval = 0_s;
    Violations more;
    check_rules(policy, more);
    CHECK(more.contains("first_tier_takes_all"));
    CHECK(more.size() == 6);
    Violations none_at_all;
    check_rules(Checkpointing{}, none_at_all);
    CHECK(none_at_all.size() == 1);
}
