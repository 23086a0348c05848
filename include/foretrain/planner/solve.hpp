// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>

#include "../math/scalar.hpp"
#include "../math/sqrt.hpp"
#include "../units/result.hpp"

// Inverse questions: the least (or most) of an unknown for which a limit is kept, with a certificate.
//
//   least    x* = min { x in [lo, hi] : measure(x) keeps the limit }     fails below, holds from there on
//   most     x* = max { x in [lo, hi] : measure(x) keeps the limit }     holds up to there, fails above
//
// The certificate is the neighbour: the next smaller (larger) value of the unknown, which fails, with its measure. A
// bracketed search (bisection; of a positive real in equal ratios) assumes that whether the limit is kept changes once.
// It looks at both ends and at points between them first, and refuses where these contradict it. A scan of whole
// numbers assumes nothing: it tries every one. Where nothing keeps the limit, the best that was seen is reported.

namespace foretrain::inline v0 {

/// What is asked for.
enum class Aim : unsigned char { least, most };
/// How whole numbers are searched.
enum class SolveBy : unsigned char {
    bracket, ///< halving: few trials, needs that the limit is kept on one side only
    scan,    ///< every value up to the answer (from the other end for `Aim::most`): needs nothing
};
/// What came of a question.
enum class SolveStatus : unsigned char {
    found,
    none,         ///< no value of the range keeps the limit
    not_monotone, ///< kept, not kept and kept again: narrow the range, or scan
};

[[nodiscard]] constexpr std::string_view name_of(SolveStatus status) noexcept {
    switch (status) {
    case SolveStatus::found: return "found";
    case SolveStatus::none: return "none";
    case SolveStatus::not_monotone: return "not monotone";
    }
    return "none";
}

/// A limit that is not to be passed.
template <class Measure>
struct Goal {
    Measure limit{};
    bool at_least = false; ///< the measure may not fall below the limit; else it may not exceed it

    [[nodiscard]] constexpr bool kept_by(const Measure& measure) const noexcept {
        return at_least ? measure >= limit : measure <= limit;
    }
};

/// What a value of the unknown comes to.
template <class Measure>
struct Tried {
    Measure measure{};
    bool known = false; ///< false: it cannot be had (a plan that does not fit, ...), so it fails
    bool exists = true; ///< false: there is no such value at all, a scan passes over it

    constexpr Tried() = default;
    /// A value that was measured.
    constexpr explicit Tried(const Measure& value) noexcept : measure{value}, known{true} {}
    /// A value that a scan passes over.
    [[nodiscard]] static constexpr Tried absent() noexcept {
        Tried tried;
        tried.exists = false;
        return tried;
    }
};

/// A value of the unknown and what it comes to.
template <class Unknown, class Measure>
struct Trial {
    Unknown at{};
    Measure measure{};  ///< if `known`
    bool known = false; ///< false: it cannot be had (a plan that does not fit, ...)
    bool holds = false;
};

/// The answer to an inverse question.
template <class Unknown, class Measure>
struct Solution {
    using Point = Trial<Unknown, Measure>;
    SolveStatus status = SolveStatus::none;
    Aim aim = Aim::least;
    Goal<Measure> goal{};
    /// `found`: what was asked for. `none`: the value that comes nearest to the limit. `not_monotone`: one that holds.
    Point answer{};
    /// The certificate, if there is one. `found`: the next value, which fails. `not_monotone`: a value that fails
    /// though it should hold.
    Point neighbour{};
    bool has_neighbour = false;
    int trials = 0; ///< values of the unknown that were looked at

    [[nodiscard]] constexpr bool found() const noexcept { return status == SolveStatus::found; }
    /// Every value of the range keeps the limit: the answer is its end, the question has a better one beyond it.
    [[nodiscard]] constexpr bool end_of_range() const noexcept { return found() && !has_neighbour; }
    /// By how much the best misses the limit, relative to it, where there is no answer; 0 where nothing can be had.
    [[nodiscard]] constexpr double missed_by() const noexcept {
        if (status != SolveStatus::none || !answer.known) return 0.0;
        const double measure = detail::plain(answer.measure), limit = detail::plain(goal.limit);
        const double miss = goal.at_least ? limit - measure : measure - limit;
        return limit > 0 ? miss / limit : limit < 0 ? miss / -limit : miss;
    }
};

namespace detail {

/// Keeps what a search has seen.
template <class Unknown, class Measure>
struct Search {
    using Point = Trial<Unknown, Measure>;
    Solution<Unknown, Measure> solution{};

    [[nodiscard]] constexpr bool better(const Point& one, const Point& other) const noexcept {
        if (!one.known || !other.known) return one.known;
        return solution.goal.at_least ? one.measure > other.measure : one.measure < other.measure;
    }
    constexpr Point note(const Unknown& at, const Tried<Measure>& tried) noexcept {
        const Point point{at, tried.measure, tried.known, tried.known && solution.goal.kept_by(tried.measure)};
        if (solution.trials == 0 || (!solution.answer.holds && better(point, solution.answer))) solution.answer = point;
        ++solution.trials;
        return point;
    }
    constexpr Solution<Unknown, Measure> finish(SolveStatus status, const Point& holds) noexcept {
        solution.status = status;
        solution.answer = holds;
        return solution;
    }
    constexpr Solution<Unknown, Measure> finish(SolveStatus status, const Point& holds, const Point& fails) noexcept {
        solution.neighbour = fails;
        solution.has_neighbour = true;
        return finish(status, holds);
    }
};

/// Bisection between two points of which one holds. `middle(a, b, m)` sets m strictly between them, or is false.
template <class Unknown, class Measure, class Measured, class Middle>
constexpr Solution<Unknown, Measure> narrow(Search<Unknown, Measure>& search, Trial<Unknown, Measure> holds,
                                            Trial<Unknown, Measure> fails, const Measured& measured,
                                            const Middle& middle) noexcept {
    Unknown between{};
    while (middle(holds.at, fails.at, between)) {
        const Trial<Unknown, Measure> point = search.note(between, measured(between));
        (point.holds ? holds : fails) = point;
    }
    return search.finish(SolveStatus::found, holds, fails);
}

inline constexpr std::size_t solve_probes = 9; // both ends and seven points between them

/// Looks at the ends and at points between them, then narrows the step in which the limit ceases to be kept.
template <class Unknown, class Measure, class Measured, class Middle>
constexpr Solution<Unknown, Measure> bracketed(Search<Unknown, Measure>& search,
                                               const std::array<Unknown, solve_probes>& probes,
                                               const Measured& measured, const Middle& middle) noexcept {
    using Point = Trial<Unknown, Measure>;
    const bool least = search.solution.aim == Aim::least;
    Point holds{}, fails{}, last{};
    bool any_holds = false, any_fails = false;
    for (std::size_t i = 0; i < solve_probes; ++i) { // from the end that should hold
        const Unknown& at = probes[least ? solve_probes - 1 - i : i];
        if (i > 0 && at == last.at) continue; // a narrow range
        last = search.note(at, measured(at));
        if (last.holds && any_fails) return search.finish(SolveStatus::not_monotone, last, fails);
        if (last.holds) holds = last;
        else if (!any_fails) fails = last;
        (last.holds ? any_holds : any_fails) = true;
    }
    if (!any_holds) return search.solution; // the best that was seen is there
    if (!any_fails) return search.finish(SolveStatus::found, holds);
    return narrow(search, holds, fails, measured, middle);
}

} // namespace detail

/// The least or most whole number of [lo, hi] whose measure keeps the goal. `measured(n)` gives a `Tried<Measure>`.
/// A scan passes over numbers that do not exist; a bracket takes them for failures.
template <class Measure, class Measured>
    requires std::same_as<std::invoke_result_t<const Measured&, std::int64_t>, Tried<Measure>>
[[nodiscard]] constexpr Result<Solution<std::int64_t, Measure>> try_solve(Aim aim, SolveBy by, std::int64_t lo,
                                                                          std::int64_t hi, const Goal<Measure>& goal,
                                                                          const Measured& measured) noexcept {
    using Point = Trial<std::int64_t, Measure>;
    Violations violations;
    constexpr double most = 1e15;
    detail::require_range(violations, "solve.lowest", lo, -most, most, {}, "of the range that is searched");
    detail::require_range(violations, "solve.highest", hi, -most, most, {}, "of the range that is searched");
    detail::require(violations, lo <= hi, "range_is_not_empty", "solve.highest", hi, "at least solve.lowest = {}",
                    static_cast<double>(lo), "of the range that is searched");
    detail::require_range(violations, "solve.limit", goal.limit, -1e300, 1e300);
    if (!violations.empty()) return violations;
    detail::Search<std::int64_t, Measure> search;
    search.solution.aim = aim;
    search.solution.goal = goal;
    if (by == SolveBy::scan) {
        Point before{};
        const std::int64_t step = aim == Aim::least ? 1 : -1;
        for (std::int64_t n = aim == Aim::least ? lo : hi; lo <= n && n <= hi; n += step) {
            const Tried<Measure> tried = measured(n);
            if (!tried.exists) continue;
            const bool first = search.solution.trials == 0;
            const Point point = search.note(n, tried);
            if (point.holds)
                return first ? search.finish(SolveStatus::found, point)
                             : search.finish(SolveStatus::found, point, before);
            before = point;
        }
        return search.solution;
    }
    std::array<std::int64_t, detail::solve_probes> probes{};
    constexpr auto parts = static_cast<std::int64_t>(detail::solve_probes - 1);
    for (std::size_t i = 0; i < detail::solve_probes; ++i) {
        const auto k = static_cast<std::int64_t>(i);
        probes[i] = lo + (hi - lo) / parts * k + (hi - lo) % parts * k / parts;
    }
    return detail::bracketed(search, probes, measured, [](std::int64_t a, std::int64_t b, std::int64_t& middle) {
        const std::int64_t low = a < b ? a : b, width = a < b ? b - a : a - b;
        middle = low + width / 2;
        return width > 1;
    });
}

/// The least or most of a positive unknown of [lo, hi] whose measure keeps the goal: the answer keeps it, and its
/// neighbour, which does not, is within `tolerance` of it, relatively. `measured(x)` gives a `Tried<Measure>`.
template <class Measure, class Unknown, class Measured>
    requires std::same_as<std::invoke_result_t<const Measured&, Unknown>, Tried<Measure>> &&
             PlainReal<typename Unknown::value_type>
[[nodiscard]] constexpr Result<Solution<Unknown, Measure>>
try_solve(Aim aim, const Unknown& lo, const Unknown& hi, const Goal<Measure>& goal, const Measured& measured,
          double tolerance = 1e-6) noexcept {
    using Real = typename Unknown::value_type;
    Violations violations;
    const double low = raw(lo), high = raw(hi);
    detail::require_range(violations, "solve.lowest", low, 1e-30, 1e30, {}, "of the range that is searched");
    detail::require_range(violations, "solve.highest", high, 1e-30, 1e30, {}, "of the range that is searched");
    detail::require(violations, low <= high, "range_is_not_empty", "solve.highest", high, "at least solve.lowest = {}",
                    low, "of the range that is searched");
    detail::require_range(violations, "solve.tolerance", tolerance, 1e-15, 1.0, {}, "relative");
    detail::require_range(violations, "solve.limit", goal.limit, -1e300, 1e300);
    if (!violations.empty()) return violations;
    detail::Search<Unknown, Measure> search;
    search.solution.aim = aim;
    search.solution.goal = goal;
    // The geometric mean, by roots that cannot overflow.
    const auto mean = [](const Unknown& a, const Unknown& b) {
        return make<Unknown>(Real(sqrt(raw(a)) * sqrt(raw(b))));
    };
    std::array<Unknown, detail::solve_probes> probes{};
    probes[0] = lo;
    probes[8] = hi;
    for (const std::size_t step : {std::size_t{4}, std::size_t{2}, std::size_t{1}})
        for (std::size_t i = step; i < 8; i += 2 * step) {
            const Unknown middle = mean(probes[i - step], probes[i + step]);
            probes[i] = probes[i - step] < middle && middle < probes[i + step] ? middle : probes[i - step];
        }
    return detail::bracketed(search, probes, measured, [&](const Unknown& a, const Unknown& b, Unknown& middle) {
        const Unknown& small = a < b ? a : b;
        const Unknown& large = a < b ? b : a;
        middle = mean(small, large);
        return raw(large) > raw(small) * Real(1.0 + tolerance) && small < middle && middle < large;
    });
}

} // namespace foretrain::inline v0
