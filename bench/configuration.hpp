// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <foretrain/foretrain.hpp>

// What most benchmarks estimate: Llama 3.1 405B on 16,384 H100.

namespace bench {

using namespace foretrain;

struct Configuration {
    Transformer model = catalog::llama3_405b;
    Cluster cluster = catalog::dgx_h100(16384);
    ParallelPlan plan{.tensor = 8,
                      .pipeline = 16,
                      .data = 128,
                      .virtual_stages = 8,
                      .schedule = Schedule::interleaved,
                      .sequence_parallel = true,
                      .sharding = Sharding::optimizer,
                      .global_batch = 2048,
                      .micro_batch = 1,
                      .sequence = 8192,
                      .stack = catalog::fsdp};
};

} // namespace bench
