// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "tokens_to_loss.hpp"

// How far laws lie apart: tokens to a target by each of them, and low, mid and high of those that reach it.
//
// Losses of laws fitted on other text differ by tenths of a nat for the same model, so tokens to one loss only compare
// between fits of the same text (Hoffmann et al. and the refits of their runs). `tokens_to_match` compares across
// texts: it asks each law for the tokens that give one model the loss which that law gives another model of a known
// training.

namespace foretrain::inline v0 {

/// What one law says.
struct TokensByLaw {
    std::string_view law;
    Tokens tokens{};
    bool reached = false; ///< false: by this law, never
    bool fitted = false;  ///< whether model and tokens lie in the range it was fitted on
};

/// What several laws say; low, mid and high are of those by which the target is reached.
template <std::size_t Count>
struct TokensSpread {
    std::array<TokensByLaw, Count> laws{};
    std::size_t reached = 0;
    Tokens low{};
    Tokens mid{}; ///< the median; of two in the middle, their geometric mean
    Tokens high{};
};

namespace detail {

template <std::size_t Count>
[[nodiscard]] constexpr TokensSpread<Count> spread_of(const std::array<TokensByLaw, Count>& laws) noexcept {
    TokensSpread<Count> spread;
    spread.laws = laws;
    std::array<Tokens, Count> sorted{};
    for (const TokensByLaw& law : laws) {
        if (!law.reached) continue;
        std::size_t at = spread.reached++;
        for (; at > 0 && law.tokens < sorted[at - 1]; --at) sorted[at] = sorted[at - 1];
        sorted[at] = law.tokens;
    }
    if (spread.reached == 0) return spread;
    spread.low = sorted[0];
    spread.high = sorted[spread.reached - 1];
    const double below = raw(sorted[(spread.reached - 1) / 2]);
    const double above = raw(sorted[spread.reached / 2]);
    spread.mid = make<Tokens>(below == above ? below : sqrt(below) * sqrt(above));
    return spread;
}

template <class Law>
[[nodiscard]] constexpr TokensByLaw tokens_by(const PublishedLaw<Law>& published, const Parameters& parameters,
                                              const Result<Tokens>& tokens) noexcept {
    if (!tokens) return {published.name, {}, false, false};
    return {published.name, *tokens, true, published.fitted.contains(parameters, *tokens)};
}

} // namespace detail

/// Tokens to one loss by each law, for laws of the same text.
template <class... Laws>
[[nodiscard]] constexpr TokensSpread<sizeof...(Laws)>
tokens_spread(const Parameters& parameters, const CrossEntropy& target, const PublishedLaw<Laws>&... laws) noexcept {
    return detail::spread_of(std::array<TokensByLaw, sizeof...(Laws)>{
        detail::tokens_by(laws, parameters, try_tokens_to_loss(laws.law, parameters, target))...});
}

/// Tokens after which a model is as good as another one after `reference_tokens`, by each law, for laws of any text.
template <class... Laws>
[[nodiscard]] constexpr TokensSpread<sizeof...(Laws)>
tokens_to_match(const Parameters& parameters, const Parameters& reference, const Tokens& reference_tokens,
                const PublishedLaw<Laws>&... laws) noexcept {
    const auto matched = [&](const auto& law) -> Result<Tokens> {
        const Result<LossParts> target = try_estimate_loss(law, reference, reference_tokens);
        if (!target) return target.violations();
        return try_tokens_to_loss(law, parameters, target->total());
    };
    return detail::spread_of(
        std::array<TokensByLaw, sizeof...(Laws)>{detail::tokens_by(laws, parameters, matched(laws.law))...});
}

} // namespace foretrain::inline v0
