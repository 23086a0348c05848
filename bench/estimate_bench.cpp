// SPDX-License-Identifier: Apache-2.0
// Time of one estimate and of its parts. Quote ratios: machines differ, and Debian's library calls itself a debug
// build.

#include <benchmark/benchmark.h>

#include <foretrain/foretrain.hpp>

#include <cstdint>

#include "configuration.hpp"
#include "twin/dense_twin.hpp"

using namespace foretrain;
using bench::Configuration;

namespace {

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

/// The same formulas by hand, in plain doubles (twin/dense_twin.hpp).
void estimate_by_hand(benchmark::State& state) {
    Configuration c;
    const Result<StepEstimate> library = try_estimate_step(c.model, c.cluster, c.plan);
    twin::Step step;
    if (!library || !twin::in_family(c.model, c.cluster, c.plan) || !twin::estimate(c.model, c.cluster, c.plan, step) ||
        !(twin::difference(step, *library) < 1e-12)) {
        state.SkipWithError("the twin does not agree with the library");
        return;
    }
    for (auto _ : state) {
        benchmark::DoNotOptimize(c);
        benchmark::DoNotOptimize(twin::estimate(c.model, c.cluster, c.plan, step));
        benchmark::DoNotOptimize(step);
    }
}
BENCHMARK(estimate_by_hand);

void check_by_hand(benchmark::State& state) {
    Configuration c;
    for (auto _ : state) {
        benchmark::DoNotOptimize(c);
        benchmark::DoNotOptimize(twin::valid(c.model, c.cluster, c.plan));
    }
}
BENCHMARK(check_by_hand);

/// DeepSeek-V3 in FP8 with every parallelism: tensor, sequence, context, expert, pipeline, data, sharded states.
void estimate_of_experts(benchmark::State& state) {
    Configuration c{.model = catalog::deepseek_v3,
                    .cluster = catalog::dgx_h100(2048),
                    .plan = {.tensor = 2,
                             .pipeline = 16,
                             .data = 32,
                             .context = 2,
                             .expert = 32,
                             .sequence_parallel = true,
                             .sharding = Sharding::optimizer,
                             .global_batch = 3840,
                             .micro_batch = 1,
                             .sequence = 4096,
                             .precision = precision::fp8_block,
                             .stack = catalog::fsdp}};
    if (!is_valid(c.model, c.cluster, c.plan)) state.SkipWithError("refused");
    for (auto _ : state) {
        benchmark::DoNotOptimize(c);
        benchmark::DoNotOptimize(try_estimate_step(c.model, c.cluster, c.plan));
    }
}
BENCHMARK(estimate_of_experts);

/// Growing models: as many layers as the argument says, all else equal.
void estimate_of_layers(benchmark::State& state) {
    Configuration c;
    c.model.layers = state.range(0);
    c.plan.virtual_stages = 1;
    c.plan.schedule = Schedule::one_f_one_b;
    if (!is_valid(c.model, c.cluster, c.plan)) state.SkipWithError("refused");
    for (auto _ : state) {
        benchmark::DoNotOptimize(c);
        benchmark::DoNotOptimize(try_estimate_step(c.model, c.cluster, c.plan));
    }
}
BENCHMARK(estimate_of_layers)->Arg(16)->Arg(128)->Arg(1024)->Arg(8192);

/// Growing clusters: data parallelism over as many accelerators as the argument says.
void estimate_of_accelerators(benchmark::State& state) {
    Configuration c;
    c.cluster = catalog::dgx_h100(state.range(0));
    c.plan.data = state.range(0) / 128;
    c.plan.global_batch = 16 * c.plan.data;
    if (!is_valid(c.model, c.cluster, c.plan)) state.SkipWithError("refused");
    for (auto _ : state) {
        benchmark::DoNotOptimize(c);
        benchmark::DoNotOptimize(try_estimate_step(c.model, c.cluster, c.plan));
    }
}
BENCHMARK(estimate_of_accelerators)->Arg(1024)->Arg(8192)->Arg(65536)->Arg(524288);

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
