// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "../run/run.hpp"

// The difference of two estimates, term by term: what of it each part is, largest first, and what bound it before and
// binds it now.
//
//   t' - t = sum over parts i of (w t'_i - t_i)      w = 1, or tokens of the first step over those of the second, so
//                                                    that steps of different batches are compared for equal work
//
// Parts of an estimate sum to it, hence their differences sum to the difference, up to the rounding of the last bit.
// It says where the time goes, not which change of the input sent it there: planner/attribution.hpp.

namespace foretrain::inline v0 {

/// One part of two estimates, of the quantity `Value`.
template <class Value>
struct ComparedTerm {
    std::string_view name;
    Value before{};
    Value after{};

    /// What the second has more.
    [[nodiscard]] constexpr Value difference() const noexcept { return after - before; }
};

namespace detail {

/// Orders terms by the size of their difference, largest first; equal ones stay in order.
template <class Terms>
constexpr void rank_terms(Terms& terms) noexcept {
    const auto size_of_difference = [](const auto& term) {
        const auto difference = raw(term.difference());
        return difference < decltype(difference)(0.0) ? decltype(difference)(-difference) : difference;
    };
    for (std::size_t i = 1; i < terms.size(); ++i)
        for (std::size_t j = i; j > 0 && size_of_difference(terms[j]) > size_of_difference(terms[j - 1]); --j) {
            const auto other = terms[j];
            terms[j] = terms[j - 1];
            terms[j - 1] = other;
        }
}

/// The sum of all differences, in the order of the terms.
template <class Value, class Terms>
[[nodiscard]] constexpr Value sum_of_differences(const Terms& terms) noexcept {
    Value sum{};
    for (const auto& term : terms) sum += term.difference();
    return sum;
}

} // namespace detail

/// A part of two steps, with what it waits for in each.
template <class Real>
struct BasicStepTerm : ComparedTerm<BasicSeconds<Real>> {
    StepPart part{};
    Resource bound_before{};
    Resource bound_after{};
};
using StepTerm = BasicStepTerm<double>;

/// Two steps. Terms come with the largest difference first.
template <class Real>
struct BasicStepComparison {
    BasicSeconds<Real> before{}; ///< the first step
    BasicSeconds<Real> after{};  ///< the second, for as many tokens if equal work was asked for
    Real scale{1.0};             ///< what all times of the second step were multiplied by
    std::array<BasicStepTerm<Real>, step_parts> terms{};
    std::array<ComparedTerm<BasicBytes<Real>>, BasicFootprint<Real>::size> memory{};
    Resource bottleneck_before{};
    Resource bottleneck_after{};

    /// Time that the second takes more: the sum of all terms.
    [[nodiscard]] constexpr BasicSeconds<Real> difference() const noexcept {
        return detail::sum_of_differences<BasicSeconds<Real>>(terms);
    }
    /// Peak memory that the second needs more: the sum of all items.
    [[nodiscard]] constexpr BasicBytes<Real> memory_difference() const noexcept {
        return detail::sum_of_differences<BasicBytes<Real>>(memory);
    }
    /// Time of the first over that of the second: above 1 if the second is faster.
    [[nodiscard]] constexpr Real speed_up() const noexcept { return before / after; }
    /// The part that grew most; the first in rank of those that did not grow if none did.
    [[nodiscard]] constexpr const BasicStepTerm<Real>& largest_increase() const noexcept {
        for (const BasicStepTerm<Real>& term : terms)
            if (term.after > term.before) return term;
        return terms[0];
    }
    /// The part that shrank most; the first in rank if none did.
    [[nodiscard]] constexpr const BasicStepTerm<Real>& largest_decrease() const noexcept {
        for (const BasicStepTerm<Real>& term : terms)
            if (term.after < term.before) return term;
        return terms[0];
    }
};
using StepComparison = BasicStepComparison<double>;

/// What steps are compared for.
enum class ComparedWork : unsigned char {
    step,   ///< each as it is
    tokens, ///< the second as if it processed as many tokens as the first, at its rate
};

/// Two steps, term by term.
template <class Real>
[[nodiscard]] constexpr BasicStepComparison<Real> compare(const BasicStepEstimate<Real>& before,
                                                          const BasicStepEstimate<Real>& after,
                                                          ComparedWork work = ComparedWork::step) noexcept {
    BasicStepComparison<Real> result;
    if (work == ComparedWork::tokens && raw(after.tokens) > 0)
        result.scale = Real(raw(before.tokens) / raw(after.tokens));
    result.before = before.time;
    result.after = after.time * result.scale;
    for (std::size_t i = 0; i < step_parts; ++i) {
        BasicStepTerm<Real>& term = result.terms[i];
        term.part = static_cast<StepPart>(i);
        term.name = name_of(term.part);
        term.before = before.breakdown.time[i];
        term.after = after.breakdown.time[i] * result.scale;
        term.bound_before = before.breakdown.bound[i];
        term.bound_after = after.breakdown.bound[i];
    }
    detail::rank_terms(result.terms);
    const auto items_before = before.memory.footprint.items();
    const auto items_after = after.memory.footprint.items();
    for (std::size_t i = 0; i < items_before.size(); ++i)
        result.memory[i] = {items_before[i].name, items_before[i].bytes, items_after[i].bytes};
    detail::rank_terms(result.memory);
    result.bottleneck_before = before.bottleneck();
    result.bottleneck_after = after.bottleneck();
    return result;
}

/// An item of two bills. Where a part of it is unknown in either, so is the difference.
template <class Real>
struct BasicBillTerm : ComparedTerm<BasicUsd<Real>> {
    bool known = true;
};

/// Two runs. Terms come with the largest difference first.
template <class Real>
struct BasicRunComparison {
    static constexpr std::size_t parts = 14;
    BasicSeconds<Real> before{}; ///< wall clock
    BasicSeconds<Real> after{};
    std::array<ComparedTerm<BasicSeconds<Real>>, parts> terms{};
    std::array<ComparedTerm<BasicJoules<Real>>, 2> energy{}; ///< while it trains, while accelerators wait
    std::array<BasicBillTerm<Real>, cost_items> bill{};
    bool cost_known = true; ///< no item of either bill is unknown

    /// Wall clock that the second takes more: the sum of all terms.
    [[nodiscard]] constexpr BasicSeconds<Real> difference() const noexcept {
        return detail::sum_of_differences<BasicSeconds<Real>>(terms);
    }
    /// Energy that the second takes more.
    [[nodiscard]] constexpr BasicJoules<Real> energy_difference() const noexcept {
        return detail::sum_of_differences<BasicJoules<Real>>(energy);
    }
    /// What the second costs more: the sum of the known items, all of it if `cost_known`.
    [[nodiscard]] constexpr BasicUsd<Real> cost_difference() const noexcept {
        BasicUsd<Real> sum{};
        for (const BasicBillTerm<Real>& term : bill)
            if (term.known) sum += term.difference();
        return sum;
    }
    /// Wall clock of the first over that of the second: above 1 if the second is faster.
    [[nodiscard]] constexpr Real speed_up() const noexcept { return before / after; }
};
using RunComparison = BasicRunComparison<double>;

/// Two runs, term by term. Each has its own budget: compare runs that reach the same goal.
template <class Real>
[[nodiscard]] constexpr BasicRunComparison<Real> compare(const BasicRunEstimate<Real>& before,
                                                         const BasicRunEstimate<Real>& after) noexcept {
    BasicRunComparison<Real> result;
    result.before = before.wall_clock;
    result.after = after.wall_clock;
    const auto parts_before = parts_of(before);
    const auto parts_after = parts_of(after);
    static_assert(parts_before.size() == BasicRunComparison<Real>::parts);
    for (std::size_t i = 0; i < result.terms.size(); ++i)
        result.terms[i] = {parts_before[i].name, parts_before[i].time, parts_after[i].time};
    detail::rank_terms(result.terms);
    const BasicSeconds<Real> idle_before = detail::idle_time(before);
    const BasicSeconds<Real> idle_after = detail::idle_time(after);
    result.energy[0] = {"while it trains", before.power * (before.wall_clock - idle_before),
                        after.power * (after.wall_clock - idle_after)};
    result.energy[1] = {"while accelerators wait", before.idle_power * idle_before, after.idle_power * idle_after};
    detail::rank_terms(result.energy);
    for (std::size_t i = 0; i < cost_items; ++i) {
        const CostItem item = static_cast<CostItem>(i);
        BasicBillTerm<Real>& term = result.bill[i];
        term.name = name_of(item);
        term.before = before.bill.known[i];
        term.after = after.bill.known[i];
        term.known = !before.bill.unknown.has(item) && !after.bill.unknown.has(item);
        result.cost_known = result.cost_known && term.known;
    }
    detail::rank_terms(result.bill);
    return result;
}

} // namespace foretrain::inline v0
