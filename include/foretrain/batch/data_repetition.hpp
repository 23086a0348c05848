// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scaling_law.hpp"

// Training on data that repeats: what the further epochs over U unique tokens are still worth.
//
//   D' = U (1 + R_D* (1 - exp(-R_D / R_D*)))      R_D = D / U - 1      D' = D where nothing repeats
//   N' = V (1 + R_N* (1 - exp(-R_N / R_N*)))      R_N = N / V - 1      V = min(N, the N for which U is compute-optimal)
//   L  = base law at (N', D')
//
// D' of fresh tokens is what D tokens are worth. It never exceeds U (1 + R_D*), so a loss can be out of reach however
// long the training. Parameters beyond what U can teach are worth less in the same way, from the first epoch on.
// Source: N. Muennighoff et al., "Scaling Data-Constrained Language Models", arXiv 2305.16264, equations 5 to 7. The
// constants were fitted with the law of the same paper; with another base law they are an extrapolation.

namespace foretrain::inline v0 {

/// Decay constants of repeated tokens and of parameters beyond the data's optimum.
template <class Real>
struct BasicRepetitionDecay {
    Real tokens{};     ///< R_D*: epochs after the first count in full for few, by 1 - 1/e of this in all at this many
    Real parameters{}; ///< R_N*
};
using RepetitionDecay = BasicRepetitionDecay<double>;

/// A law whose optimum for a given number of tokens is known, as repetition needs it.
template <class L>
concept LawWithOptimum = ScalingLaw<L> && requires(const L& law, const BasicTokens<typename L::Number>& tokens) {
    { law.parameters_for(tokens) } -> std::same_as<BasicParameters<typename L::Number>>;
};

/// A law on `unique` tokens, seen as often as the training takes.
template <LawWithOptimum Base>
struct RepeatedDataLaw {
    using Number = typename Base::Number;

    Base base;
    BasicTokens<Number> unique{};
    BasicRepetitionDecay<Number> decay{};

    /// Fresh tokens that teach as much as D tokens of the unique ones do.
    template <class S>
    [[nodiscard]] constexpr BasicTokens<S> effective_tokens(const BasicTokens<S>& tokens) const noexcept {
        return make<BasicTokens<S>>(worth(raw(tokens), detail::lift<S>(raw(unique)), detail::lift<S>(decay.tokens)));
    }
    /// Parameters that, with unlimited data, are worth as much as N are here.
    template <class S>
    [[nodiscard]] constexpr BasicParameters<S>
    effective_parameters(const BasicParameters<S>& parameters) const noexcept {
        const S full = detail::lift<S>(raw(base.parameters_for(unique)));
        return make<BasicParameters<S>>(worth(raw(parameters), full, detail::lift<S>(decay.parameters)));
    }

    template <class S>
    [[nodiscard]] constexpr BasicLossParts<S> loss(const BasicParameters<S>& parameters,
                                                   const BasicTokens<S>& tokens) const noexcept {
        BasicLossParts<S> parts = base.loss(parameters, tokens);
        if (raw(tokens) <= detail::lift<S>(raw(unique)) &&
            raw(parameters) <= detail::lift<S>(raw(base.parameters_for(unique))))
            return parts; // exactly the base law, without a difference of rounding
        const S scarcity =
            raw(base.loss(effective_parameters(parameters), effective_tokens(tokens)).total() - parts.total());
        parts.scarcity = make<BasicCrossEntropy<S>>(maximum(scarcity, S(0.0)));
        return parts;
    }

    template <class S>
    [[nodiscard]] constexpr BasicCrossEntropy<S> limit(const BasicParameters<S>& parameters) const noexcept {
        const S most = detail::lift<S>(Number(raw(unique) * (Number(1.0) + decay.tokens)));
        return base.loss(effective_parameters(parameters), make<BasicTokens<S>>(most)).total();
    }

    template <class S>
        requires requires(const Base& law, const BasicParameters<S>& n, const BasicCrossEntropy<S>& l) {
            law.tokens_to(n, l);
        }
    [[nodiscard]] constexpr BasicTokens<S> tokens_to(const BasicParameters<S>& parameters,
                                                     const BasicCrossEntropy<S>& target) const noexcept {
        const S fresh = raw(base.tokens_to(effective_parameters(parameters), target));
        const S once = detail::lift<S>(raw(unique));
        if (fresh <= once) return make<BasicTokens<S>>(fresh);
        const S rate = detail::lift<S>(decay.tokens);
        const S repeats = (fresh / once - S(1.0)) / rate; // below 1 where the target is within reach
        return make<BasicTokens<S>>(S(once * (S(1.0) - rate * log1p(S(-repeats)))));
    }

private:
    template <class S>
    [[nodiscard]] static constexpr S worth(const S& amount, const S& full, const S& rate) noexcept {
        if (amount <= full) return amount;
        const S repeats = amount / full - S(1.0);
        return full * (S(1.0) - rate * expm1(S(-repeats / rate)));
    }
};

/// Everything out of range in the data of a law and in its base.
template <LawWithOptimum Base, class Sink>
constexpr void check_rules(const RepeatedDataLaw<Base>& law, Sink& sink) noexcept {
    detail::check_law(law.base, sink);
    detail::require_range(sink, "law.unique", law.unique, 1.0, detail::most_law_tokens, "tokens",
                          "all different tokens there are");
    detail::require_range(sink, "law.decay.tokens", law.decay.tokens, 0.1, 1e4, "epochs", "R_D*, 15.4 in the source");
    detail::require_range(sink, "law.decay.parameters", law.decay.parameters, 0.1, 1e4, {}, "R_N*, 5.31 in the source");
}

} // namespace foretrain::inline v0
