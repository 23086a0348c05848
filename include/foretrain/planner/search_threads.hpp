// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <mutex>
#include <thread>
#include <vector>

#include "search.hpp"

// A search on the threads of one machine: shards that threads take one after another, merged.
//
// The result is that of one thread, bit for bit. Opted into, for it needs the threads of the standard library; the
// umbrella header does not include it.

namespace foretrain::inline v0 {

/// The best plans by an objective, on so many threads; `watch` is called by one thread at a time and told of all.
template <SearchObjective Objective, SearchWatch Watch>
[[nodiscard]] Result<SearchResult> search_on_threads(const Transformer& model, const SearchSpace& space,
                                                     const SearchQuestion& question, const Objective& objective,
                                                     int threads, Watch&& watch, const SearchShard& shard = {}) {
    const Violations violations = detail::check_search(model, space, question, shard);
    if (!violations.empty()) return violations;
    const detail::SearchCutoff cutoff = detail::cutoff_of(model, space, question, objective);
    // More parts than threads: some are done sooner than others. Parts of a shard are shards of the whole.
    const std::int64_t parts = threads > 1 ? std::int64_t{threads} * 16 : 1;
    SearchResult merged;
    merged.plans = space.size();
    merged.top.wanted = question.top;
    merged.front.axes = question.front;
    std::mutex lock;
    std::atomic<std::int64_t> next{0};
    std::atomic<bool> cancelled{false};
    SearchProgress all{};
    const auto work = [&] {
        for (std::int64_t part = next++; part < parts && !cancelled; part = next++) {
            std::int64_t told = 0;
            auto watching = [&](const SearchProgress& progress) {
                const std::lock_guard<std::mutex> guard{lock};
                all.done += progress.done - told;
                told = progress.done;
                if (!watch(static_cast<const SearchProgress&>(all))) cancelled = true;
                return !cancelled.load();
            };
            const SearchResult result =
                detail::search_shard(model, space, question, objective, cutoff,
                                     SearchShard{shard.index + part * shard.count, shard.count * parts}, watching);
            const std::lock_guard<std::mutex> guard{lock};
            merge(merged, result);
        }
    };
    auto silent = NoWatch{};
    for (std::int64_t part = 0; part < parts; ++part)
        all.total +=
            detail::SearchWalk<Objective, NoWatch>{
                model,  space,  question, objective,
                silent, cutoff, false,    {shard.index + part * shard.count, shard.count * parts}}
                .plans();
    std::vector<std::thread> others;
    for (int i = 1; i < threads; ++i) others.emplace_back(work);
    work();
    for (std::thread& other : others) other.join();
    merged.cancelled = merged.cancelled || cancelled;
    return merged;
}
/// The best plans by the goal of the question.
[[nodiscard]] inline Result<SearchResult> search_on_threads(const Transformer& model, const SearchSpace& space,
                                                            const SearchQuestion& question, int threads) {
    return search_on_threads(model, space, question, GoalObjective{question.goal}, threads, NoWatch{});
}

} // namespace foretrain::inline v0
