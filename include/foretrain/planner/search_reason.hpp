// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

#include "search_result.hpp"

// Why a plan lost: the parts of its step in which it is slower than the winner, for equal work.
//
//   d_i = t_i T / T' - t'_i       t, t': parts of the loser's and the winner's step; T, T': tokens of the winner's and
//                                 the loser's step, so that plans of different batches are compared for equal work

namespace foretrain::inline v0 {

/// One part of a step, and how much longer it takes than the winner's; below 0: shorter.
struct SearchReason {
    StepPart part = StepPart::embedding;
    double difference = 0; ///< s, in a step of the winner
    constexpr bool operator==(const SearchReason&) const noexcept = default;
};

/// All parts, from that in which the loser loses most to that in which it gains most. They sum to the difference of the
/// steps.
[[nodiscard]] constexpr std::array<SearchReason, step_parts> reasons_of(const SearchHit& loser,
                                                                        const SearchHit& winner) noexcept {
    const SearchFigures& l = loser.figures;
    const SearchFigures& w = winner.figures;
    // Tokens of a step are its time over that of a token.
    const double work = (w.step_time / w.token_time) / (l.step_time / l.token_time);
    std::array<SearchReason, step_parts> reasons{};
    for (std::size_t i = 0; i < step_parts; ++i) {
        const SearchReason one{static_cast<StepPart>(i), loser.parts[i] * work - winner.parts[i]};
        std::size_t at = i;
        for (; at > 0 && one.difference > reasons[at - 1].difference; --at) reasons[at] = reasons[at - 1];
        reasons[at] = one;
    }
    return reasons;
}

} // namespace foretrain::inline v0
