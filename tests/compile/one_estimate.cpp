// SPDX-License-Identifier: Apache-2.0
// The smallest program that uses the library: what it costs to compile is watched (instantiations.csv, bench_table).

#include <foretrain/foretrain.hpp>

#include <cstdio>

using namespace foretrain;

int main() {
    const ParallelPlan plan{.tensor = 8,
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
    const StepEstimate step = estimate_step(catalog::llama3_405b, catalog::dgx_h100(16384), plan);
    std::printf("%s\n", to_text(step.time).c_str());
}
