// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "../math/root.hpp"
#include "scaling_law.hpp"

// Tokens until a model reaches a loss, by any law: its closed form, else a bracketed root in ln D.
//
// "Never" is an answer too, and a refusal: rule `irreducible` where no model gets there, rule `reachable` where this
// one does not however long it trains, which the loss itself tells and no large number would.

namespace foretrain::inline v0 {

namespace detail {

/// A root of a falling function as the scalar: the value by bracketing, then one step of Newton's, which is zero in
/// value and carries the derivatives (implicit function theorem). NaN if there is none in the bracket.
template <class Real, class Function>
[[nodiscard]] constexpr Real root_of(Function f, double lo, double hi) noexcept {
    using Plain = decltype(value_of(Real(0.0)));
    const auto tolerance = static_cast<Plain>(sizeof(Plain) == sizeof(double) ? 1e-13 : 1e-6);
    const auto plain_f = [&](Plain x) { return value_of(f(Real(x))); };
    const RootResult<Plain> found = find_root(plain_f, static_cast<Plain>(lo), static_cast<Plain>(hi), tolerance);
    if constexpr (std::same_as<Plain, Real>) {
        return found.root;
    } else {
        const Real x(found.root);
        if (!found.converged()) return x;
        const Dual<Real, 1> y = f(Dual<Real, 1>(x, {Real(1.0)}));
        return x - y.value / y.gradient[0];
    }
}

/// What keeps N parameters from ever reaching a loss. Nothing is added where the input itself is out of range.
template <class Law, class Real>
[[nodiscard]] constexpr Violations why_never(const Law& law, const BasicParameters<Real>& parameters,
                                             const BasicCrossEntropy<Real>& target) noexcept {
    Violations violations;
    check_law(law, violations);
    require_parameters(violations, parameters);
    require_loss(violations, target);
    if (!violations.empty()) return violations;
    const double irreducible = plain(law.loss(parameters, make<BasicTokens<Real>>(Real(1e9))).irreducible);
    const double limit = plain(law.limit(parameters));
    if (!(plain(target) > irreducible))
        require(violations, false, "irreducible", "target.loss", target,
                "above {} nats/token, which no model and no data go below", irreducible,
                "this law has no lower loss on its text");
    else
        require(violations, plain(target) > limit, "reachable", "target.loss", target,
                "above {} nats/token, which this model only tends to however long it trains", limit,
                "a larger model, more unique data or a higher loss");
    return violations;
}

} // namespace detail

/// Tokens until N parameters have the loss; or why they never do.
template <ScalingLaw Law, class Real = typename Law::Number>
[[nodiscard]] constexpr Result<BasicTokens<Real>> try_tokens_to_loss(const Law& law,
                                                                     const BasicParameters<Real>& parameters,
                                                                     const BasicCrossEntropy<Real>& target) noexcept {
    Violations violations = detail::why_never(law, parameters, target);
    if (!violations.empty()) return violations;
    BasicTokens<Real> tokens{};
    if constexpr (requires { law.tokens_to(parameters, target); }) {
        tokens = law.tokens_to(parameters, target);
    } else {
        const auto excess = [&]<class S>(const S& x) {
            const BasicTokens<S> so_many = make<BasicTokens<S>>(exp(x));
            return S(raw(law.loss(make<BasicParameters<S>>(S(raw(parameters))), so_many).total()) - S(raw(target)));
        };
        const Real x = detail::root_of<Real>(excess, 0.0, 46.0); // to e^46, about the most tokens
        if (!(x == x)) tokens = make<BasicTokens<Real>>(Real(excess(Real(0.0)) < Real(0.0) ? 0.0 : 1e21));
        else tokens = make<BasicTokens<Real>>(exp(x));
    }
    detail::require_range(violations, "tokens_to_loss", tokens, 1.0, detail::most_law_tokens, "tokens",
                          "a loss this close to what the model tends to, or that far above, is beyond any law");
    if (!violations.empty()) return violations;
    return tokens;
}

#if defined(__cpp_exceptions)
/// The same; throws `InvalidConfiguration` where the loss is never reached.
template <ScalingLaw Law, class Real = typename Law::Number>
[[nodiscard]] constexpr BasicTokens<Real> tokens_to_loss(const Law& law, const BasicParameters<Real>& parameters,
                                                         const BasicCrossEntropy<Real>& target) {
    return detail::value_or_throw(try_tokens_to_loss(law, parameters, target));
}
#endif

} // namespace foretrain::inline v0
