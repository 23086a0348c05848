// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "../step/breakdown.hpp"

// What a search found: the best plans, why others were refused, the front of plans that nothing beats; and how results
// of shards merge.
//
// All of it is numbers of fixed size that can be sent between processes byte by byte, and merging is exact: whatever
// the number of shards, the merged result equals that of one search, bit for bit. Equal values are ordered by the index
// of the plan.

namespace foretrain::inline v0 {

/// What became of a plan.
enum class SearchOutcome : unsigned char {
    feasible, ///< keeps every constraint: its value counts
    bounded,  ///< cannot be among the best: decided by a bound on it and its like
    refused,  ///< breaks a rule of `check`
    repeated, ///< equals another plan of the space
    group,    ///< a group reaches beyond the innermost tier of the fabric, which was not allowed
    memory,   ///< does not fit
    unpriced, ///< the price of its accelerators is not known, and was asked for
    deadline, ///< the run takes too long
    budget,   ///< costs too much
    power,    ///< draws too much
};
inline constexpr std::size_t search_outcomes = 10;

[[nodiscard]] constexpr std::string_view name_of(SearchOutcome outcome) noexcept {
    constexpr std::array<std::string_view, search_outcomes> names{
        "feasible",     "bounded away",  "broken rule",       "repeated",        "group beyond a node",
        "does not fit", "price unknown", "past the deadline", "over the budget", "over the power"};
    return names[static_cast<std::size_t>(outcome)];
}

/// The figures of a plan, in base units (s, B, USD, J, W), so that they can be sent byte by byte. What was not asked
/// for is 0: run time without tokens, cost without prices, energy and power without a site.
struct SearchFigures {
    double value = 0;      ///< of the objective
    double step_time = 0;  ///< s
    double token_time = 0; ///< s a token, of the whole job
    double memory = 0;     ///< B, of the fullest accelerator
    double run_time = 0;   ///< s
    double cost = 0;       ///< USD
    double energy = 0;     ///< J
    double power = 0;      ///< W, of the whole job
    constexpr bool operator==(const SearchFigures&) const noexcept = default;
};

/// A plan that was found.
struct SearchHit {
    std::int64_t index = -1; ///< in the space
    std::int64_t accelerators = 0;
    SearchFigures figures{};
    std::array<double, step_parts> parts{}; ///< of the step, s

    /// Better, or equal and first in the space.
    [[nodiscard]] constexpr bool before(const SearchHit& other) const noexcept {
        return figures.value < other.figures.value || (figures.value == other.figures.value && index < other.index);
    }
    constexpr bool operator==(const SearchHit&) const noexcept = default;
};

/// The best so many plans, best first.
struct SearchTop {
    static constexpr std::size_t capacity = 64;
    std::array<SearchHit, capacity> hit{};
    std::int64_t count = 0;
    std::int64_t wanted = 1; ///< at most `capacity`

    constexpr void add(const SearchHit& one) noexcept {
        if (full() && !one.before(hit[static_cast<std::size_t>(count - 1)])) return;
        std::size_t at = static_cast<std::size_t>(full() ? count - 1 : count);
        for (; at > 0 && one.before(hit[at - 1]); --at) hit[at] = hit[at - 1];
        hit[at] = one;
        if (!full()) ++count;
    }
    [[nodiscard]] constexpr bool full() const noexcept { return count >= wanted; }
    /// A plan of a greater value is not among them.
    [[nodiscard]] constexpr double worst(double otherwise) const noexcept {
        return full() && count > 0 ? hit[static_cast<std::size_t>(count - 1)].figures.value : otherwise;
    }
    constexpr bool operator==(const SearchTop&) const noexcept = default;
};

/// A plan that keeps every rule but does not fit, and by how much.
struct SearchMiss {
    std::int64_t index = -1; ///< none
    double memory = 0;       ///< B, that it needs
    double excess = 0;       ///< need over what there is, less 1

    constexpr void consider(const SearchMiss& other) noexcept {
        if (other.index < 0) return;
        if (index < 0 || other.excess < excess || (other.excess == excess && other.index < index)) *this = other;
    }
    constexpr bool operator==(const SearchMiss&) const noexcept = default;
};

/// What plans of a front are compared by.
struct SearchAxes {
    bool time = false; ///< of the run where tokens are given, else of a token
    bool cost = false;
    bool energy = false;
    bool accelerators = false;
    [[nodiscard]] constexpr bool any() const noexcept { return time || cost || energy || accelerators; }
    constexpr bool operator==(const SearchAxes&) const noexcept = default;
};

/// A plan of a front.
struct SearchPoint {
    std::int64_t index = -1;
    std::int64_t accelerators = 0;
    SearchFigures figures{};

    /// No worse on any axis, and better on one or, if equal on all, first in the space.
    [[nodiscard]] constexpr bool beats(const SearchPoint& other, const SearchAxes& axes) const noexcept {
        bool better = false, worse = false;
        const auto compare = [&](bool counts, double mine, double theirs) {
            if (!counts) return;
            if (mine < theirs) better = true;
            if (mine > theirs) worse = true;
        };
        const auto time = [](const SearchFigures& f) { return f.run_time > 0 ? f.run_time : f.token_time; };
        compare(axes.time, time(figures), time(other.figures));
        compare(axes.cost, figures.cost, other.figures.cost);
        compare(axes.energy, figures.energy, other.figures.energy);
        compare(axes.accelerators, static_cast<double>(accelerators), static_cast<double>(other.accelerators));
        return !worse && (better || index < other.index);
    }
    constexpr bool operator==(const SearchPoint&) const noexcept = default;
};

/// Plans that no other beats on all axes at once, in the order of their index. Where there are more than it holds,
/// `dropped` says how many were left out: then it is a part of the front, and which part depends on shards.
struct SearchFront {
    static constexpr std::size_t capacity = 256;
    SearchAxes axes{};
    std::array<SearchPoint, capacity> point{};
    std::int64_t count = 0;
    std::int64_t dropped = 0;

    constexpr void add(const SearchPoint& one) noexcept {
        const std::size_t n = static_cast<std::size_t>(count);
        for (std::size_t i = 0; i < n; ++i)
            if (point[i].beats(one, axes)) return;
        std::size_t kept = 0;
        for (std::size_t i = 0; i < n; ++i)
            if (!one.beats(point[i], axes)) point[kept++] = point[i];
        for (std::size_t i = kept; i < n; ++i) point[i] = {};
        count = static_cast<std::int64_t>(kept);
        if (kept == capacity) {
            ++dropped;
            return;
        }
        std::size_t at = kept;
        for (; at > 0 && one.index < point[at - 1].index; --at) point[at] = point[at - 1];
        point[at] = one;
        ++count;
    }
    constexpr bool operator==(const SearchFront&) const noexcept = default;
};

/// The result of a search, or of a shard of one.
struct SearchResult {
    std::int64_t plans = 0; ///< of the space, valid or not
    std::int64_t done = 0;  ///< of them decided here; fewer than `plans`: a shard, or cancelled
    std::array<std::int64_t, search_outcomes> outcome{}; ///< how many of each; they sum to `done`
    SearchTop top{};
    SearchFront front{};
    SearchMiss closest{}; ///< of the plans that do not fit, the one that comes closest
    bool cancelled = false;

    /// Every plan was decided: the best are proven to be.
    [[nodiscard]] constexpr bool complete() const noexcept { return done == plans && !cancelled; }
    [[nodiscard]] constexpr bool found() const noexcept { return top.count > 0; }
    [[nodiscard]] constexpr const SearchHit& best() const noexcept { return top.hit[0]; }
    [[nodiscard]] constexpr std::int64_t count(SearchOutcome what) const noexcept {
        return outcome[static_cast<std::size_t>(what)];
    }
    constexpr bool operator==(const SearchResult&) const noexcept = default;
};

/// Puts the result of another shard of the same search into `into`. The order of shards does not matter.
constexpr void merge(SearchResult& into, const SearchResult& other) noexcept {
    into.done += other.done;
    for (std::size_t i = 0; i < search_outcomes; ++i) into.outcome[i] += other.outcome[i];
    for (std::int64_t i = 0; i < other.top.count; ++i) into.top.add(other.top.hit[static_cast<std::size_t>(i)]);
    into.front.dropped += other.front.dropped;
    for (std::int64_t i = 0; i < other.front.count; ++i) into.front.add(other.front.point[static_cast<std::size_t>(i)]);
    into.closest.consider(other.closest);
    into.cancelled = into.cancelled || other.cancelled;
}

} // namespace foretrain::inline v0
