// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "search_walk.hpp"

// A good plan to begin with: branch and bound leaves out more, the better the plan it has to beat.
//
// A few plans of the space are drawn at random; from the best, one knob or a pair of neighbouring knobs at a time is
// set to the value that serves best, until none does. It only ever speeds the search up: what is left out is still
// proven worse, and the best plans are found again on the way. The same plans are drawn in every shard, so that all
// shards leave out the same.

namespace foretrain::inline v0::detail {

template <SearchObjective Objective>
class SearchSeed {
public:
    constexpr SearchSeed(const Transformer& model, const SearchSpace& space, const SearchQuestion& question,
                         const Objective& objective) noexcept
        : model_{model}, space_{space}, question_{question}, objective_{objective} {
        best_.wanted = question.top;
    }

    /// What the plans found here leave to beat.
    [[nodiscard]] constexpr SearchCutoff cutoff() noexcept {
        const std::int64_t size = space_.size();
        left_ = size / 16 < most ? size / 16 : most;
        const std::int64_t draws = left_ / 2;
        std::array<Start, starts> start{};
        std::uint64_t state = 0x9e3779b97f4a7c15U;
        for (std::int64_t i = 0; i < draws && left_ > 0; ++i) {
            SearchDigits at{};
            for (std::size_t knob = 0; knob < search_knobs; ++knob) {
                state = state * 6364136223846793005U + 1442695040888963407U;
                at[knob] = static_cast<std::int64_t>((state >> 33U) %
                                                     static_cast<std::uint64_t>(space_.length(SearchKnob(knob))));
            }
            const Start one{at, rank(at)};
            std::size_t place = starts;
            for (; place > 0 && one.rank < start[place - 1].rank; --place)
                if (place < starts) start[place] = start[place - 1];
            if (place < starts) start[place] = one;
        }
        for (Start& one : start)
            if (one.rank < refused) descend(one);
        SearchCutoff result;
        result.value = best_.worst(std::numeric_limits<double>::infinity());
        if (best_.count == 0) result.excess = closest_.index < 0 ? std::numeric_limits<double>::max() : closest_.excess;
        return result;
    }

private:
    static constexpr std::int64_t most = 12000; ///< plans to look at
    static constexpr std::size_t starts = 4;
    static constexpr double refused = 1e300, too_large = 1e200;
    struct Start {
        SearchDigits at{};
        double rank = refused;
    };

    /// What a descent lowers: the value of a feasible plan; above all of those, how far a plan is from fitting.
    constexpr double rank(const SearchDigits& at) noexcept {
        --left_;
        const std::int64_t index = space_.index(at);
        const SearchVerdict verdict = judge_plan(model_, space_, question_, objective_, index);
        if (verdict.outcome == SearchOutcome::memory) {
            closest_.consider(verdict.miss);
            return too_large * (1.0 + verdict.miss.excess);
        }
        if (verdict.outcome != SearchOutcome::feasible) return refused;
        for (std::int64_t i = 0; i < best_.count; ++i)
            if (best_.hit[static_cast<std::size_t>(i)].index == index) return verdict.hit.figures.value;
        best_.add(verdict.hit);
        return verdict.hit.figures.value;
    }
    constexpr void descend(Start& from) noexcept {
        for (bool better = true; better && left_ > 0;) {
            better = false;
            for (std::size_t knob = 0; knob < search_knobs; ++knob) better = improve(from, knob, knob) || better;
            for (const auto& [one, other] : pairs)
                better = improve(from, static_cast<std::size_t>(one), static_cast<std::size_t>(other)) || better;
        }
    }
    /// Every pair of values of two knobs, or every value of one.
    constexpr bool improve(Start& from, std::size_t one, std::size_t other) noexcept {
        const std::int64_t n = space_.length(SearchKnob(one));
        const std::int64_t k = one == other ? 1 : space_.length(SearchKnob(other));
        if (n * k == 1) return false;
        bool better = false;
        for (std::int64_t i = 0; i < n * k && left_ > 0; ++i) {
            Start to = from;
            to.at[one] = i / k;
            if (one != other) to.at[other] = i % k;
            if (to.at == from.at) continue;
            to.rank = rank(to.at);
            if (to.rank < from.rank) {
                from = to;
                better = true;
            }
        }
        return better;
    }

    struct Pair {
        SearchKnob one, other;
    };
    /// Knobs that only change together, or trade memory for time.
    static constexpr std::array pairs{Pair{SearchKnob::schedule, SearchKnob::virtual_stages},
                                      Pair{SearchKnob::tensor, SearchKnob::pipeline},
                                      Pair{SearchKnob::tensor, SearchKnob::sequence_parallel},
                                      Pair{SearchKnob::pipeline, SearchKnob::virtual_stages},
                                      Pair{SearchKnob::pipeline, SearchKnob::micro_batch},
                                      Pair{SearchKnob::tensor, SearchKnob::recomputation},
                                      Pair{SearchKnob::pipeline, SearchKnob::recomputation},
                                      Pair{SearchKnob::micro_batch, SearchKnob::recomputation},
                                      Pair{SearchKnob::sharding, SearchKnob::prefetch},
                                      Pair{SearchKnob::expert, SearchKnob::expert_tensor}};

    const Transformer& model_;
    const SearchSpace& space_;
    const SearchQuestion& question_;
    const Objective& objective_;
    SearchTop best_{};
    SearchMiss closest_{};
    std::int64_t left_ = 0;
};

} // namespace foretrain::inline v0::detail
