// SPDX-License-Identifier: Apache-2.0
// Plans a second of a search. `plans`: combinations of the lists, of which many break a rule and are counted without
// being looked at one by one; `valid`: those that keep all rules, each of which has its memory and, if it fits, its
// time computed in an exhaustive search.

#include <benchmark/benchmark.h>

#include <foretrain/planner/search_threads.hpp>

#include "search_spaces.hpp"

using namespace foretrain;

namespace {

void count(benchmark::State& state, const SearchResult& result) {
    const double runs = static_cast<double>(state.iterations());
    const double valid = static_cast<double>(result.plans - result.count(SearchOutcome::refused) -
                                             result.count(SearchOutcome::repeated));
    state.counters["plans/s"] =
        benchmark::Counter(static_cast<double>(result.plans) * runs, benchmark::Counter::kIsRate);
    state.counters["valid/s"] = benchmark::Counter(valid * runs, benchmark::Counter::kIsRate);
    state.counters["valid"] = valid;
    state.counters["proven"] = result.complete() ? 1 : 0;
}

/// Calculon's example, every plan looked at: memory of all, time of those that fit.
void search_calculon_exhaustive(benchmark::State& state) {
    const SearchSpace space = search_spaces::calculon();
    const SearchQuestion question{.goal = SearchGoal::token_time, .method = SearchMethod::exhaustive};
    SearchResult result;
    for (auto _ : state) result = search(catalog::megatron_530b, space, question);
    count(state, result);
}
BENCHMARK(search_calculon_exhaustive)->Unit(benchmark::kMillisecond);

/// The same with memory computed and not limited: both memory and time of every valid plan.
void search_calculon_all_timed(benchmark::State& state) {
    const SearchSpace space = search_spaces::calculon();
    SearchQuestion question{.goal = SearchGoal::token_time, .method = SearchMethod::exhaustive};
    question.limits.memory_share = 1e9;
    SearchResult result;
    for (auto _ : state) result = search(catalog::megatron_530b, space, question);
    count(state, result);
}
BENCHMARK(search_calculon_all_timed)->Unit(benchmark::kMillisecond);

/// The same by branch and bound. Here `valid/s` is not told: plans that are bounded away with others are not all valid.
void search_calculon_bounds(benchmark::State& state) {
    const SearchSpace space = search_spaces::calculon();
    SearchResult result;
    for (auto _ : state) result = search(catalog::megatron_530b, space, {.goal = SearchGoal::token_time});
    count(state, result);
    state.counters.erase("valid/s");
    state.counters.erase("valid");
}
BENCHMARK(search_calculon_bounds)->Unit(benchmark::kMillisecond);

/// Llama 3.1 405B on 16,384 accelerators, every knob, by branch and bound on so many threads.
void search_llama_bounds(benchmark::State& state) {
    const SearchSpace space = search_spaces::llama();
    SearchResult result;
    for (auto _ : state)
        result = *search_on_threads(catalog::llama3_405b, space, {.goal = SearchGoal::token_time},
                                    static_cast<int>(state.range(0)));
    count(state, result);
    state.counters.erase("valid/s");
    state.counters.erase("valid");
}
BENCHMARK(search_llama_bounds)->Arg(1)->Arg(2)->UseRealTime()->Unit(benchmark::kMillisecond);

} // namespace
