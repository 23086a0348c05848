// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "../units/result.hpp"
#include "search_seed.hpp"

// The best plans of a space, proven: every plan is decided, one by one or, by a bound, with all its like.
//
// Branch and bound gives the plans that looking at each of them gives, in the same order: a plan is left out only if a
// bound on it (search_bound.hpp) exceeds the value of the plan wanted last. Bounds of a unit of the walk
// (search_walk.hpp) look at no other unit, so neither plans nor counts depend on shards or threads.

namespace foretrain::inline v0 {

namespace detail {

/// Whether plans may be left out by bounds; else each is looked at.
template <SearchObjective Objective>
[[nodiscard]] constexpr bool bounds_plans(const SearchQuestion& question) noexcept {
    return BoundedObjective<Objective> && question.method == SearchMethod::branch_and_bound && !question.front.any();
}

/// What all shards of a search have to beat.
template <SearchObjective Objective>
[[nodiscard]] constexpr SearchCutoff cutoff_of(const Transformer& model, const SearchSpace& space,
                                               const SearchQuestion& question, const Objective& objective) noexcept {
    if (!bounds_plans<Objective>(question)) return {};
    return SearchSeed<Objective>{model, space, question, objective}.cutoff();
}

/// Searches a shard of a space that `check_rules` accepts.
template <SearchObjective Objective, SearchWatch Watch>
[[nodiscard]] constexpr SearchResult
search_shard(const Transformer& model, const SearchSpace& space, const SearchQuestion& question,
             const Objective& objective, const SearchCutoff& cutoff, const SearchShard& shard, Watch& watch) noexcept {
    SearchWalk<Objective, Watch> walk{
        model, space, question, objective, watch, cutoff, bounds_plans<Objective>(question), shard};
    walk.run();
    return walk.result;
}

/// Everything wrong with a search.
[[nodiscard]] constexpr Violations check_search(const Transformer& model, const SearchSpace& space,
                                                const SearchQuestion& question, const SearchShard& shard) noexcept {
    Violations violations;
    check_rules(model, space, question, violations);
    require_range(violations, "shard.count", shard.count, 1, 1e9);
    require_range(violations, "shard.index", shard.index, 0, static_cast<double>(shard.count - 1), {},
                  "shards are counted from 0");
    return violations;
}

} // namespace detail

/// The best plans by an objective of the user's, or everything wrong with space and question. `watch` is told of
/// progress now and then and may cancel.
template <SearchObjective Objective, SearchWatch Watch>
[[nodiscard]] constexpr Result<SearchResult> try_search(const Transformer& model, const SearchSpace& space,
                                                        const SearchQuestion& question, const Objective& objective,
                                                        const SearchShard& shard, Watch&& watch) noexcept {
    const Violations violations = detail::check_search(model, space, question, shard);
    if (!violations.empty()) return violations;
    return detail::search_shard(model, space, question, objective, detail::cutoff_of(model, space, question, objective),
                                shard, watch);
}
/// The best plans by the goal of the question.
[[nodiscard]] constexpr Result<SearchResult> try_search(const Transformer& model, const SearchSpace& space,
                                                        const SearchQuestion& question,
                                                        const SearchShard& shard = {}) noexcept {
    return try_search(model, space, question, GoalObjective{question.goal}, shard, NoWatch{});
}

#if defined(__cpp_exceptions)
/// The best plans by the goal of the question; throws `InvalidConfiguration` on a question that makes no sense.
[[nodiscard]] constexpr SearchResult search(const Transformer& model, const SearchSpace& space,
                                            const SearchQuestion& question, const SearchShard& shard = {}) {
    return detail::value_or_throw(try_search(model, space, question, shard));
}
#endif

} // namespace foretrain::inline v0
