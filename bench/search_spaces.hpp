// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <foretrain/foretrain.hpp>

// The spaces that searches are timed on.

namespace search_spaces {

using namespace foretrain;

inline constexpr Cluster a100_5128 = catalog::dgx_a100(5128);
inline constexpr Cluster h100_16384 = catalog::dgx_h100(16384);

/// All combinations of three shares that are 0 or 1: what Calculon's three switches of offloading are.
constexpr void add_offloads(SearchSpace& space) {
    space.offload = {};
    for (int bits = 0; bits < 8; ++bits)
        space.offload.add(
            {.weights = bits & 1 ? 1.0 : 0.0, .optimizer = bits & 2 ? 1.0 : 0.0, .activations = bits & 4 ? 1.0 : 0.0});
}

/// Calculon's example, `calculon llm-optimal-execution`: Turing-NLG 530B on 5,128 accelerators of 80 GB, the largest
/// batch up to 2,520. Its knobs as far as they are ours: degrees that divide the accelerators, micro-batches that
/// divide the batch, every interleaving, recomputation (none, attention, full), sequence parallelism, a sharded
/// optimizer, offloading of weights, optimizer and activations. Ours beside: GPipe and the zero-bubble schedules, two
/// more kinds of recomputation, ZeRO-2 and 3, FSDP's prefetch.
constexpr SearchSpace calculon() {
    SearchSpace space;
    space.base.sequence = 2048;
    space.base.stack = catalog::megatron_core;
    space.clusters = {&a100_5128};
    space.attention = {AttentionKernel::unfused, AttentionKernel::fused};
    space.tensor = {1, 2, 4, 8};
    space.sequence_parallel = {false, true};
    space.micro_batch = {1, 2, 3};
    space.recomputation = {Recomputation::none, Recomputation::elementwise, Recomputation::feed_forward,
                           Recomputation::selective, Recomputation::full};
    space.pipeline = {1, 2, 4, 8};
    space.schedule = {Schedule::gpipe,          Schedule::one_f_one_b,    Schedule::interleaved,
                      Schedule::zero_bubble_h1, Schedule::zero_bubble_h2, Schedule::zero_bubble_v};
    space.virtual_stages = {1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 13, 15, 18, 21, 27, 35, 53};
    space.sharding = {Sharding::none, Sharding::optimizer, Sharding::gradients, Sharding::parameters};
    space.prefetch = {1, 0, 2};
    add_offloads(space);
    space.largest_batch = true;
    space.global_batch = {2520};
    return space;
}

/// Llama 3.1 405B on 16,384 H100, every knob: 3.4 x 10^9 combinations, of which more than 10^8
/// keep all rules.
constexpr SearchSpace llama() {
    SearchSpace space;
    space.base.sequence = 8192;
    space.base.stack = catalog::megatron_core;
    space.clusters = {&h100_16384};
    space.precision = {precision::mixed_bf16, precision::mixed_bf16_reduced};
    space.tensor = {1, 2, 4, 8, 16};
    space.sequence_parallel = {false, true};
    space.context = {1, 2, 4, 8, 16};
    space.context_exchange = {ContextExchange::all_gather, ContextExchange::ring, ContextExchange::all_to_all};
    space.micro_batch = {1, 2, 4, 8};
    space.recomputation = {Recomputation::none, Recomputation::elementwise, Recomputation::feed_forward,
                           Recomputation::selective, Recomputation::full};
    space.pipeline = {1, 2, 4, 8, 16, 32, 64};
    space.schedule = {Schedule::gpipe,          Schedule::one_f_one_b,    Schedule::interleaved,
                      Schedule::zero_bubble_h1, Schedule::zero_bubble_h2, Schedule::zero_bubble_v,
                      Schedule::dual_pipe};
    space.virtual_stages = {1, 2, 4, 8, 16};
    space.sharding = {Sharding::none, Sharding::optimizer, Sharding::gradients, Sharding::parameters};
    space.sharding_group = {0, 8, 64};
    space.prefetch = {1, 0, 2};
    add_offloads(space);
    space.global_batch = {1024, 1280, 1536, 1792, 2048, 2304, 2560, 3072};
    return space;
}

} // namespace search_spaces
