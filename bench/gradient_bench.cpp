// SPDX-License-Identifier: Apache-2.0
// Estimates with derivatives: backwards (time and memory by all inputs at once), forwards (everything by a few).

#include <benchmark/benchmark.h>

#include <array>
#include <cstddef>

#include <foretrain/foretrain.hpp>

#include "configuration.hpp"

using namespace foretrain;
using bench::Configuration;

namespace {

constexpr std::array<EstimateInput, 16> sixteen{{{InputField::memory_bandwidth},
                                                 {InputField::sixteen_bit_rate},
                                                 {InputField::vector_rate},
                                                 {InputField::matrix_efficiency},
                                                 {InputField::sustained_clock},
                                                 {InputField::memory_efficiency},
                                                 {InputField::fixed_time},
                                                 {InputField::host_per_kernel},
                                                 {InputField::step_overhead},
                                                 {InputField::data_overlap},
                                                 {InputField::contention},
                                                 {InputField::straggler},
                                                 {InputField::base_latency},
                                                 {InputField::link_bandwidth, 0},
                                                 {InputField::link_bandwidth, 1},
                                                 {InputField::link_latency, 1}}};

/// Step time and peak memory with their derivatives by 16 inputs, one estimate and two sweeps back.
void estimate_with_gradient_of_16(benchmark::State& state) {
    using Number = Traced<double>;
    Configuration c;
    std::array<TapeNode<double>, 2048> nodes;
    std::array<double, 16> time{}, peak{};
    for (auto _ : state) {
        benchmark::DoNotOptimize(c);
        Tape<double> tape{nodes};
        auto cluster = over_scalar<Number>(c.cluster);
        auto plan = over_scalar<Number>(c.plan);
        for (const EstimateInput& input : sixteen) {
            const Number number = tape.input(value_of(input, c.cluster, c.plan));
            visit_input(input, cluster, plan, [&](auto& field) {
                const double own = detail::number_in(field).value;
                detail::put_number(field, number.scaled(own, own / number.value));
            });
        }
        const auto step = try_estimate_step(c.model, cluster, plan);
        tape.gradient(raw(step->time), time);
        tape.gradient(raw(step->memory.peak), peak);
        benchmark::DoNotOptimize(time);
        benchmark::DoNotOptimize(peak);
    }
}
BENCHMARK(estimate_with_gradient_of_16);

/// The same by every input there is, ranked.
void sensitivity_by_all_inputs(benchmark::State& state) {
    Configuration c;
    for (auto _ : state) {
        benchmark::DoNotOptimize(c);
        benchmark::DoNotOptimize(try_sensitivity(c.model, c.cluster, c.plan));
    }
}
BENCHMARK(sensitivity_by_all_inputs);

/// Every number of the estimate with its derivatives by 16 inputs, forwards.
void everything_with_gradient_of_16(benchmark::State& state) {
    Configuration c;
    for (auto _ : state) {
        benchmark::DoNotOptimize(c);
        benchmark::DoNotOptimize(try_differentiate(c.model, c.cluster, c.plan, sixteen));
    }
}
BENCHMARK(everything_with_gradient_of_16);

} // namespace
