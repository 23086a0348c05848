// SPDX-License-Identifier: Apache-2.0
// What the core allocates: every operator new of this program is counted, also those of other benchmarks. The counter
// `allocations` is what all iterations together asked for.

#include <benchmark/benchmark.h>

#include <foretrain/foretrain.hpp>

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <new>

#include "configuration.hpp"
#include "search_spaces.hpp"

namespace {

std::atomic<std::int64_t> allocations{0};

void* counted(std::size_t size) {
    allocations.fetch_add(1, std::memory_order_relaxed);
    if (void* memory = std::malloc(size ? size : 1)) return memory;
    throw std::bad_alloc{};
}

} // namespace

void* operator new(std::size_t size) { return counted(size); }
void* operator new[](std::size_t size) { return counted(size); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }

using namespace foretrain;

namespace {

/// Counts what `work` allocates, over all iterations.
template <class Work>
void count(benchmark::State& state, Work&& work) {
    std::int64_t sum = 0;
    for (auto _ : state) {
        const std::int64_t before = allocations.load(std::memory_order_relaxed);
        work();
        sum += allocations.load(std::memory_order_relaxed) - before;
    }
    state.counters["allocations"] = static_cast<double>(sum);
}

const ParallelPlan plan = bench::Configuration{}.plan;

/// An estimate, a refusal with its reasons, derivatives.
void allocations_of_estimates(benchmark::State& state) {
    const Cluster cluster = catalog::dgx_h100(16384);
    ParallelPlan refused = plan;
    refused.tensor = 3;
    using Number = Dual<double, 4>;
    const auto other_cluster = over_scalar<Number>(cluster);
    const auto other_plan = over_scalar<Number>(plan);
    count(state, [&] {
        benchmark::DoNotOptimize(try_estimate_step(catalog::llama3_405b, cluster, plan));
        benchmark::DoNotOptimize(try_estimate_step(catalog::llama3_405b, cluster, refused));
        benchmark::DoNotOptimize(try_estimate_step(catalog::llama3_405b, other_cluster, other_plan));
    });
}
BENCHMARK(allocations_of_estimates);

/// A whole search: as many plans as Calculon's example has.
void allocations_of_search(benchmark::State& state) {
    const SearchSpace space = search_spaces::calculon();
    count(state, [&] {
        benchmark::DoNotOptimize(try_search(catalog::megatron_530b, space, {.goal = SearchGoal::token_time}));
    });
}
BENCHMARK(allocations_of_search)->Unit(benchmark::kMillisecond);

/// That the count counts.
void allocations_of_new(benchmark::State& state) {
    count(state, [] {
        int* number = new int{1};
        benchmark::DoNotOptimize(number);
        delete number;
    });
}
BENCHMARK(allocations_of_new)->Iterations(7);

} // namespace
