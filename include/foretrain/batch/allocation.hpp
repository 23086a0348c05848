// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "../math/minimum.hpp"
#include "tokens_to_loss.hpp"

// Compute-optimal training: the model and the tokens of least loss at a compute, and of least compute for a loss.
//
//   min over N of L(N, C / (6 N)):   closed form where the law has one, else the root of dL/d ln N
//   min over N of 6 N D(N, loss):    the same allocation, at the compute where it reaches the loss
//
// Source: Hoffmann et al. 2022, section 3 and equation 4 (batch/additive_law.hpp).

namespace foretrain::inline v0 {

/// A model, its training and what comes of it.
template <class Real>
struct BasicAllocation {
    BasicParameters<Real> parameters{};
    BasicTokens<Real> tokens{};
    BasicFlops<Real> compute{};
    BasicLossParts<Real> loss{};
    [[nodiscard]] constexpr BasicTokensPerParameter<Real> tokens_per_parameter() const noexcept {
        return make<BasicTokensPerParameter<Real>>(Real(raw(tokens) / raw(parameters)));
    }
};
using Allocation = BasicAllocation<double>;

namespace detail {

/// The largest model a law is asked about, below the end of the range in single precision, too.
template <class Real>
[[nodiscard]] constexpr BasicParameters<Real> largest_model() noexcept {
    return make<BasicParameters<Real>>(Real(0.999 * most_law_parameters));
}

/// N and D with their compute and loss, unchecked.
template <class Law, class Real>
[[nodiscard]] constexpr BasicAllocation<Real> allocation_of(const Law& law, const BasicParameters<Real>& parameters,
                                                            const BasicTokens<Real>& tokens) noexcept {
    return {parameters, tokens, training_compute(parameters, tokens), law.loss(parameters, tokens)};
}

/// Tokens of a compute.
template <class Real>
[[nodiscard]] constexpr BasicTokens<Real> tokens_of(const BasicFlops<Real>& compute,
                                                    const BasicParameters<Real>& parameters) noexcept {
    return make<BasicTokens<Real>>(Real(raw(compute) / (Real(6.0) * raw(parameters))));
}

/// Whether a law takes numbers that carry derivatives.
template <class Law, class S>
concept DifferentiableLaw = requires(const Law& law, const BasicParameters<Dual<S, 1>>& parameters,
                                     const BasicTokens<Dual<S, 1>>& tokens) { law.loss(parameters, tokens); };

/// The N of least loss at a compute. dL/d ln N at constant compute rises, from a model too small to one too large.
template <class Law, class S>
[[nodiscard]] constexpr BasicParameters<S> best_parameters(const Law& law, const BasicFlops<S>& compute) noexcept {
    if constexpr (requires { law.optimal_parameters(compute); }) {
        return law.optimal_parameters(compute);
    } else {
        using foretrain::exp; // not detail::exp, which is of doubles
        const double whole = plain(compute) / 6.0;
        const double most = foretrain::log(minimum(whole, most_law_parameters));
        const double least = foretrain::log(maximum(1.0, whole / most_law_tokens));
        if constexpr (DifferentiableLaw<Law, S>) {
            const auto slope = [&]<class T>(const T& x) {
                using Slope = Dual<T, 1>;
                const Slope n = exp(Slope(x, {T(1.0)}));
                const Slope d = Slope(T(raw(compute) / T(6.0))) / n;
                return T(
                    raw(law.loss(make<BasicParameters<Slope>>(n), make<BasicTokens<Slope>>(d)).total()).gradient[0]);
            };
            if (!(slope(S(least)) < S(0.0))) return make<BasicParameters<S>>(S(foretrain::exp(least)));
            if (!(slope(S(most)) > S(0.0))) return make<BasicParameters<S>>(S(foretrain::exp(most)));
            return make<BasicParameters<S>>(exp(root_of<S>(slope, least, most)));
        } else {
            const auto loss = [&](S x) {
                const BasicParameters<S> n = make<BasicParameters<S>>(exp(x));
                return raw(law.loss(n, tokens_of(compute, n)).total());
            };
            return make<BasicParameters<S>>(exp(golden_section(loss, S(least), S(most), S((most - least) * 1e-9))));
        }
    }
}

} // namespace detail

/// The least loss that a compute can buy.
template <ScalingLaw Law, class Real = typename Law::Number>
[[nodiscard]] constexpr Result<BasicAllocation<Real>> try_optimal_allocation(const Law& law,
                                                                             const BasicFlops<Real>& compute) noexcept {
    Violations violations;
    detail::check_law(law, violations);
    detail::require_compute(violations, compute);
    if (!violations.empty()) return violations;
    const BasicParameters<Real> parameters = detail::best_parameters(law, compute);
    const BasicTokens<Real> tokens = detail::tokens_of(compute, parameters);
    detail::require_parameters(violations, parameters);
    detail::require_tokens(violations, tokens);
    if (!violations.empty()) return violations;
    BasicAllocation<Real> best = detail::allocation_of(law, parameters, tokens);
    best.compute = compute;
    return best;
}

/// The least compute that buys a loss, or why none does.
template <ScalingLaw Law, class Real = typename Law::Number>
[[nodiscard]] constexpr Result<BasicAllocation<Real>>
try_least_compute(const Law& law, const BasicCrossEntropy<Real>& target) noexcept {
    const BasicParameters<Real> largest = detail::largest_model<Real>();
    Violations violations = detail::why_never(law, largest, target);
    if (!violations.empty()) return violations;
    if constexpr (requires { law.parameters_of_frontier(target); }) {
        const BasicParameters<Real> parameters = law.parameters_of_frontier(target);
        detail::require_parameters(violations, parameters);
        if (!violations.empty()) return violations;
        const Result<BasicTokens<Real>> tokens = try_tokens_to_loss(law, parameters, target);
        if (!tokens) return tokens.violations();
        return detail::allocation_of(law, parameters, *tokens);
    } else {
        const auto excess = [&]<class S>(const S& x) {
            const BasicFlops<S> compute = make<BasicFlops<S>>(exp(x));
            const BasicParameters<S> n = detail::best_parameters(law, compute);
            return S(raw(law.loss(n, detail::tokens_of(compute, n)).total()) - S(raw(target)));
        };
        const Real x = detail::root_of<Real>(excess, 14.0, 83.0); // 10^6 to 10^36 FLOP
        if (!(x == x)) {
            detail::require_range(violations, "compute_to_loss", excess(Real(14.0)) < Real(0.0) ? 6.0 : 1e37, 1e6, 1e36,
                                  "FLOP", "a loss this close to the lowest, or that far above, is beyond any law");
            return violations;
        }
        return try_optimal_allocation(law, make<BasicFlops<Real>>(exp(x)));
    }
}

/// The smallest model that can reach a loss, with tokens without end: any smaller one never does.
template <ScalingLaw Law>
    requires PlainReal<typename Law::Number>
[[nodiscard]] constexpr Result<BasicParameters<typename Law::Number>>
try_smallest_model(const Law& law, const BasicCrossEntropy<typename Law::Number>& target) noexcept {
    using Real = typename Law::Number;
    const auto of = [](Real x) { return make<BasicParameters<Real>>(exp(x)); };
    Violations violations = detail::why_never(law, detail::largest_model<Real>(), target);
    if (!violations.empty()) return violations;
    const auto excess = [&](Real x) { return Real(raw(law.limit(of(x))) - raw(target)); };
    const Real least(0.0);
    if (!(excess(least) > Real(0.0))) return of(least);
    return of(detail::root_of<Real>(excess, 0.0, foretrain::log(detail::most_law_parameters)));
}

#if defined(__cpp_exceptions)
/// The least loss that a compute can buy; throws `InvalidConfiguration` on bad input.
template <ScalingLaw Law, class Real = typename Law::Number>
[[nodiscard]] constexpr BasicAllocation<Real> optimal_allocation(const Law& law, const BasicFlops<Real>& compute) {
    return detail::value_or_throw(try_optimal_allocation(law, compute));
}
/// The least compute that buys a loss; throws `InvalidConfiguration` where none does.
template <ScalingLaw Law, class Real = typename Law::Number>
[[nodiscard]] constexpr BasicAllocation<Real> least_compute(const Law& law, const BasicCrossEntropy<Real>& target) {
    return detail::value_or_throw(try_least_compute(law, target));
}
#endif

} // namespace foretrain::inline v0
