// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "../math/log.hpp"
#include "scaling_law.hpp"

// Mixtures of experts: the dense model that a routed one is worth, in any base law.
//
//   lg L(N, E) = a lg N + b lg E' + c lg N lg E' + d      1/E' = 1 / (E - 1 + 1/(1/E_start - 1/E_max)) + 1/E_max
//   lg N_eff   = ((a + c lg E') lg N + b lg (E' / E_start)) / (a + c lg E_start)            lg: log to base 10
//
// N: parameters a token visits. E: experts, 1 for a dense model. N_eff: the dense model of the same loss, which the
// source calls effective parameter count; where it is below N (past the size where the fit says that routing stops to
// help) N counts. L itself held for a fixed budget of 130 billion tokens, so only N_eff is taken over, and that it
// holds at other budgets is an assumption. Fitted on one expert a token in every other layer; the fine-grained and
// shared experts of later models are outside of it. Source: A. Clark et al., "Unified Scaling Laws for Routed Language
// Models", arXiv 2202.01169, equations 1, 2 and 5.

namespace foretrain::inline v0 {

/// The constants of a way of routing.
template <class Real>
struct BasicRouting {
    Real parameters{};  ///< a
    Real experts{};     ///< b
    Real interaction{}; ///< c
    Real least{};       ///< E_start
    Real most{};        ///< E_max: more experts are worth this many
    Real most_fitted{}; ///< experts of the largest model fitted
};
using Routing = BasicRouting<double>;

/// A law for models that route each token to one of `experts`; its N are the parameters a token visits.
template <ScalingLaw Base>
struct RoutedLaw {
    using Number = typename Base::Number;

    Base base;
    BasicRouting<Number> routing{};
    Number experts{}; ///< 1: dense

    /// The dense model that routed N are worth.
    template <class S>
    [[nodiscard]] constexpr BasicParameters<S>
    effective_parameters(const BasicParameters<S>& parameters) const noexcept {
        const Number saturated = raw_saturated();
        const Number of_all = routing.parameters + routing.interaction * lg(saturated);
        const Number of_one = routing.parameters + routing.interaction * lg(routing.least);
        const Number gain = routing.experts * lg(Number(saturated / routing.least)) / of_one;
        const S exponent = detail::lift<S>(Number(of_all / of_one));
        const S n = pow(raw(parameters), exponent) * detail::lift<S>(pow(Number(10.0), gain));
        return make<BasicParameters<S>>(maximum(n, raw(parameters)));
    }

    template <class S>
    [[nodiscard]] constexpr BasicLossParts<S> loss(const BasicParameters<S>& parameters,
                                                   const BasicTokens<S>& tokens) const noexcept {
        return base.loss(effective_parameters(parameters), tokens);
    }
    template <class S>
    [[nodiscard]] constexpr BasicCrossEntropy<S> limit(const BasicParameters<S>& parameters) const noexcept {
        return base.limit(effective_parameters(parameters));
    }
    template <class S>
        requires requires(const Base& law, const BasicParameters<S>& n, const BasicCrossEntropy<S>& l) {
            law.tokens_to(n, l);
        }
    [[nodiscard]] constexpr BasicTokens<S> tokens_to(const BasicParameters<S>& parameters,
                                                     const BasicCrossEntropy<S>& target) const noexcept {
        return base.tokens_to(effective_parameters(parameters), target);
    }

private:
    [[nodiscard]] static constexpr Number lg(const Number& x) noexcept {
        return log(x) * Number(0.43429448190325182765);
    }
    /// E': E held between `least`, its value for one expert, and `most`.
    [[nodiscard]] constexpr Number raw_saturated() const noexcept {
        const Number one(1.0);
        const Number offset = one / (one / routing.least - one / routing.most);
        return one / (one / (experts - one + offset) + one / routing.most);
    }
};

/// Everything out of range in the experts of a law.
template <ScalingLaw Base, class Sink>
constexpr void check_rules(const RoutedLaw<Base>& law, Sink& sink) noexcept {
    detail::check_law(law.base, sink);
    detail::require_range(sink, "law.experts", law.experts, 1.0, 1e6, {}, "1 for a dense model");
}

} // namespace foretrain::inline v0
