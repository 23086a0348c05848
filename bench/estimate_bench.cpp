// SPDX-License-Identifier: Apache-2.0
// Time of one estimate and of its parts. Quote ratios: machines differ, and Debian's library calls itself a debug
// build.

#include <benchmark/benchmark.h>

#include <foretrain/foretrain.hpp>

#include <cstdint>

using namespace foretrain;

namespace {

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

/// A fixed amount of arithmetic, to set the others in proportion.
void calibration(benchmark::State& state) {
    double x = 1.0;
    for (auto _ : state) {
        for (int i = 0; i < 100; ++i) x = 1.0 / (x + 1.0);
        benchmark::DoNotOptimize(x);
    }
}
BENCHMARK(calibration);

void estimate(benchmark::State& state) {
    Configuration c;
    for (auto _ : state) {
        benchmark::DoNotOptimize(c);
        benchmark::DoNotOptimize(try_estimate_step(c.model, c.cluster, c.plan));
    }
}
BENCHMARK(estimate);

void check_only(benchmark::State& state) {
    Configuration c;
    for (auto _ : state) {
        benchmark::DoNotOptimize(c);
        benchmark::DoNotOptimize(is_valid(c.model, c.cluster, c.plan));
    }
}
BENCHMARK(check_only);

void memory_only(benchmark::State& state) {
    Configuration c;
    for (auto _ : state) {
        benchmark::DoNotOptimize(c);
        benchmark::DoNotOptimize(peak_footprint(c.model, c.plan));
    }
}
BENCHMARK(memory_only);

void communication_only(benchmark::State& state) {
    Configuration c;
    for (auto _ : state) {
        benchmark::DoNotOptimize(c);
        benchmark::DoNotOptimize(time_communication(c.model, c.cluster, c.plan));
    }
}
BENCHMARK(communication_only);

void passes_only(benchmark::State& state) {
    Configuration c;
    for (auto _ : state) {
        benchmark::DoNotOptimize(c);
        const RooflineKernels kernels{c.cluster.accelerator, c.plan.precision.compute, Load::sustained,
                                      c.plan.stack.kernels};
        benchmark::DoNotOptimize(time_passes<double>(kernels, c.model, c.plan));
    }
}
BENCHMARK(passes_only);

void refusal(benchmark::State& state) {
    Configuration c;
    c.plan.tensor = 3;
    for (auto _ : state) {
        benchmark::DoNotOptimize(c);
        benchmark::DoNotOptimize(try_estimate_step(c.model, c.cluster, c.plan));
    }
}
BENCHMARK(refusal);

/// One estimate with its derivatives by four inputs.
void estimate_with_gradient(benchmark::State& state) {
    using Number = Dual<double, 4>;
    const Configuration c;
    auto cluster = over_scalar<Number>(c.cluster);
    const auto plan = over_scalar<Number>(c.plan);
    cluster.accelerator.memory.bandwidth =
        make<BasicBandwidth<Number>>(variable<4>(raw(c.cluster.accelerator.memory.bandwidth), 0));
    cluster.accelerator.matrix.bf16 =
        make<BasicFlopRate<Number>>(variable<4>(raw(c.cluster.accelerator.matrix.bf16), 1));
    cluster.fabric.tier[0].link.bandwidth =
        make<BasicBandwidth<Number>>(variable<4>(raw(c.cluster.fabric.tier[0].link.bandwidth), 2));
    cluster.fabric.tier[1].link.bandwidth =
        make<BasicBandwidth<Number>>(variable<4>(raw(c.cluster.fabric.tier[1].link.bandwidth), 3));
    for (auto _ : state) {
        benchmark::DoNotOptimize(cluster);
        benchmark::DoNotOptimize(try_estimate_step(c.model, cluster, plan));
    }
}
BENCHMARK(estimate_with_gradient);

} // namespace
