// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scaling_law.hpp"

// The laws of Kaplan et al. 2020: of one quantity each, and the joint one of parameters and tokens.
//
//   L(N) = (N_c / N)^alpha_N      L(D) = (D_c / D)^alpha_D      L(C) = (C_c / C)^alpha_C
//   L(N, D) = ((N_c / N)^p + D_c / D)^alpha_D       p = alpha_N / alpha_D
//
// N: parameters without embeddings. The laws have no irreducible loss, so losses far below what was measured are
// promised too: the range of the fit matters more than elsewhere. At a given compute C = 6 N D the joint law is least
// at N^(1+p) = p N_c^p C / (6 D_c); the paper's own optimum, N ~ C^0.73, comes from runs that stop long before
// convergence and is `catalog::kaplan_2020_optimum`. Source: J. Kaplan et al., "Scaling Laws for Neural Language
// Models", arXiv 2001.08361, equations 1.1 to 1.5.

namespace foretrain::inline v0 {

/// Loss from one quantity, the others not limiting: L(x) = (scale / x)^exponent.
template <class Quantity>
struct PowerLaw {
    using Number = typename Quantity::value_type;

    Quantity scale{};
    Number exponent{};

    [[nodiscard]] constexpr BasicCrossEntropy<Number> loss(const Quantity& x) const noexcept {
        return make<BasicCrossEntropy<Number>>(pow(Number(raw(scale) / raw(x)), exponent));
    }
    /// How much of it a loss takes.
    [[nodiscard]] constexpr Quantity needed(const BasicCrossEntropy<Number>& target) const noexcept {
        return make<Quantity>(Number(raw(scale) / pow(raw(target), Number(Number(1.0) / exponent))));
    }
};

/// The joint law.
template <class Real>
struct BasicKaplanLaw {
    using Number = Real;

    BasicParameters<Real> model_scale{}; ///< N_c, without embeddings
    Real model_exponent{};               ///< alpha_N
    BasicTokens<Real> data_scale{};      ///< D_c
    Real data_exponent{};                ///< alpha_D

    /// The law over another scalar, its constants without derivatives.
    template <class To>
    [[nodiscard]] constexpr BasicKaplanLaw<To> over() const noexcept {
        return {over_scalar<To>(model_scale), To(model_exponent), over_scalar<To>(data_scale), To(data_exponent)};
    }

    template <class S>
    [[nodiscard]] constexpr BasicLossParts<S> loss(const BasicParameters<S>& parameters,
                                                   const BasicTokens<S>& tokens) const noexcept {
        const S total = detail::raised(S(model_term(raw(parameters)) + detail::lift<S>(raw(data_scale)) / raw(tokens)),
                                       data_exponent);
        const BasicCrossEntropy<S> model = limit(parameters);
        const S data = total - raw(model); // what rounding leaves of nothing is not below it
        return {{}, model, make<BasicCrossEntropy<S>>(maximum(data, S(0.0))), {}};
    }

    template <class S>
    [[nodiscard]] constexpr BasicCrossEntropy<S> limit(const BasicParameters<S>& parameters) const noexcept {
        return make<BasicCrossEntropy<S>>(
            detail::raised(S(detail::lift<S>(raw(model_scale)) / raw(parameters)), model_exponent));
    }

    template <class S>
    [[nodiscard]] constexpr BasicTokens<S> tokens_to(const BasicParameters<S>& parameters,
                                                     const BasicCrossEntropy<S>& target) const noexcept {
        const S left = detail::raised(raw(target), Real(Real(1.0) / data_exponent)) - model_term(raw(parameters));
        return make<BasicTokens<S>>(S(detail::lift<S>(raw(data_scale)) / left));
    }

    template <class S>
    [[nodiscard]] constexpr BasicParameters<S> optimal_parameters(const BasicFlops<S>& compute) const noexcept {
        const Real p = ratio();
        const Real scale = p * pow(raw(model_scale), p) / (Real(6.0) * raw(data_scale));
        return make<BasicParameters<S>>(
            detail::raised(S(raw(compute) * detail::lift<S>(scale)), Real(Real(1.0) / (p + Real(1.0)))));
    }

    template <class S>
    [[nodiscard]] constexpr BasicParameters<S>
    parameters_of_frontier(const BasicCrossEntropy<S>& target) const noexcept {
        const Real p = ratio();
        const S term = detail::raised(raw(target), Real(Real(1.0) / data_exponent)) *
                       detail::lift<S>(Real(Real(1.0) / (p + Real(1.0))));
        return make<BasicParameters<S>>(
            S(detail::lift<S>(raw(model_scale)) / detail::raised(term, Real(Real(1.0) / p))));
    }

    template <class S>
    [[nodiscard]] constexpr BasicParameters<S> parameters_for(const BasicTokens<S>& tokens) const noexcept {
        const Real p = ratio();
        const S of_data = raw(tokens) * detail::lift<S>(Real(p / raw(data_scale)));
        return make<BasicParameters<S>>(
            S(detail::lift<S>(raw(model_scale)) * detail::raised(of_data, Real(Real(1.0) / p))));
    }

private:
    [[nodiscard]] constexpr Real ratio() const noexcept { return model_exponent / data_exponent; }
    template <class S>
    [[nodiscard]] constexpr S model_term(const S& parameters) const noexcept {
        return detail::raised(S(detail::lift<S>(raw(model_scale)) / parameters), ratio());
    }
};
using KaplanLaw = BasicKaplanLaw<double>;

/// Everything out of range in the constants of a law.
template <class Real, class Sink>
constexpr void check_rules(const BasicKaplanLaw<Real>& law, Sink& sink) noexcept {
    detail::require_range(sink, "law.model_scale", law.model_scale, 1.0, 1e18, "parameters", "N_c");
    detail::require_range(sink, "law.model_exponent", law.model_exponent, 0.01, 2.0, {}, "alpha_N");
    detail::require_range(sink, "law.data_scale", law.data_scale, 1.0, 1e18, "tokens", "D_c");
    detail::require_range(sink, "law.data_exponent", law.data_exponent, 0.01, 2.0, {}, "alpha_D");
}

/// An optimum that was published without a loss: N = scale C^exponent, D = C / (6 N).
template <class Real>
struct BasicOptimumLaw {
    BasicFlops<Real> compute{};         ///< a budget
    BasicParameters<Real> parameters{}; ///< the N that is optimal at it
    Real exponent{};                    ///< of N over C

    [[nodiscard]] constexpr BasicParameters<Real> optimal_parameters(const BasicFlops<Real>& budget) const noexcept {
        return parameters * pow(Real(raw(budget) / raw(compute)), exponent);
    }
    [[nodiscard]] constexpr BasicTokens<Real> optimal_tokens(const BasicFlops<Real>& budget) const noexcept {
        return make<BasicTokens<Real>>(Real(raw(budget) / (Real(6.0) * raw(optimal_parameters(budget)))));
    }
};
using OptimumLaw = BasicOptimumLaw<double>;

} // namespace foretrain::inline v0
