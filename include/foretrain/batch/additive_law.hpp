// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scaling_law.hpp"

// The additive law of Chinchilla, with its closed forms.
//
//   L = E + A / N^alpha + B / D^beta
//
// At a given compute C = 6 N D the loss is least where alpha A / N^alpha = beta B / D^beta:
//
//   N = G (C/6)^a     a = beta / (alpha + beta)     G = (alpha A / (beta B))^(1 / (alpha + beta))
//
// E: irreducible loss; A, B: nats a token at N = 1 and D = 1, alpha, beta: exponents, all fitted.
// Source: J. Hoffmann et al., "Training Compute-Optimal Large Language Models", arXiv 2203.15556, equations 2 to 4.

namespace foretrain::inline v0 {

/// Approach 3 of Hoffmann et al., with the constants of any fit.
template <class Real>
struct BasicAdditiveLaw {
    using Number = Real;

    BasicCrossEntropy<Real> irreducible{}; ///< E
    Real model_scale{};                    ///< A, nats a token for a model of one parameter
    Real model_exponent{};                 ///< alpha
    Real data_scale{};                     ///< B, nats a token after one token
    Real data_exponent{};                  ///< beta

    /// The law over another scalar, its constants without derivatives.
    template <class To>
    [[nodiscard]] constexpr BasicAdditiveLaw<To> over() const noexcept {
        return {over_scalar<To>(irreducible), To(model_scale), To(model_exponent), To(data_scale), To(data_exponent)};
    }

    template <class S>
    [[nodiscard]] constexpr BasicLossParts<S> loss(const BasicParameters<S>& parameters,
                                                   const BasicTokens<S>& tokens) const noexcept {
        return {make<BasicCrossEntropy<S>>(detail::lift<S>(raw(irreducible))),
                make<BasicCrossEntropy<S>>(model_loss(raw(parameters))),
                make<BasicCrossEntropy<S>>(S(detail::lift<S>(data_scale) / detail::raised(raw(tokens), data_exponent))),
                {}};
    }

    template <class S>
    [[nodiscard]] constexpr BasicCrossEntropy<S> limit(const BasicParameters<S>& parameters) const noexcept {
        return make<BasicCrossEntropy<S>>(S(detail::lift<S>(raw(irreducible)) + model_loss(raw(parameters))));
    }

    /// Tokens after which N parameters have a loss above their `limit`.
    template <class S>
    [[nodiscard]] constexpr BasicTokens<S> tokens_to(const BasicParameters<S>& parameters,
                                                     const BasicCrossEntropy<S>& target) const noexcept {
        const S left = raw(target) - raw(limit(parameters));
        return make<BasicTokens<S>>(root(S(detail::lift<S>(data_scale) / left), data_exponent));
    }

    /// The N of least loss at a compute.
    template <class S>
    [[nodiscard]] constexpr BasicParameters<S> optimal_parameters(const BasicFlops<S>& compute) const noexcept {
        const Real sum = model_exponent + data_exponent;
        const S product = raw(compute) * S(1.0 / 6.0);
        return make<BasicParameters<S>>(
            S(detail::raised(product, Real(data_exponent / sum)) * detail::lift<S>(root(balance(), sum))));
    }

    /// The N that is compute-optimal where it reaches a loss above the irreducible one: the data's part of what is
    /// left is alpha / (alpha + beta), the model's beta / (alpha + beta).
    template <class S>
    [[nodiscard]] constexpr BasicParameters<S>
    parameters_of_frontier(const BasicCrossEntropy<S>& target) const noexcept {
        const S left = raw(target) - detail::lift<S>(raw(irreducible));
        const S part = left * detail::lift<S>(Real(data_exponent / (model_exponent + data_exponent)));
        return make<BasicParameters<S>>(root(S(detail::lift<S>(model_scale) / part), model_exponent));
    }

    /// The N for which D tokens are compute-optimal.
    template <class S>
    [[nodiscard]] constexpr BasicParameters<S> parameters_for(const BasicTokens<S>& tokens) const noexcept {
        return make<BasicParameters<S>>(
            root(S(detail::lift<S>(balance()) * detail::raised(raw(tokens), data_exponent)), model_exponent));
    }

private:
    template <class S>
    [[nodiscard]] constexpr S model_loss(const S& parameters) const noexcept {
        return detail::lift<S>(model_scale) / detail::raised(parameters, model_exponent);
    }
    [[nodiscard]] constexpr Real balance() const noexcept {
        return model_exponent * model_scale / (data_exponent * data_scale);
    }
    template <class S>
    [[nodiscard]] static constexpr S root(const S& x, const Real& order) noexcept {
        return detail::raised(x, Real(Real(1.0) / order));
    }
};
using AdditiveLaw = BasicAdditiveLaw<double>;

/// Everything out of range in the constants of a law.
template <class Real, class Sink>
constexpr void check_rules(const BasicAdditiveLaw<Real>& law, Sink& sink) noexcept {
    detail::require_range(sink, "law.irreducible", law.irreducible, 0.0, 20.0, "nats/token", "0 if the law has none");
    detail::require_range(sink, "law.model_scale", law.model_scale, 1e-3, 1e9, "nats/token", "A of A / N^alpha");
    detail::require_range(sink, "law.model_exponent", law.model_exponent, 0.01, 2.0, {}, "alpha of A / N^alpha");
    detail::require_range(sink, "law.data_scale", law.data_scale, 1e-3, 1e9, "nats/token", "B of B / D^beta");
    detail::require_range(sink, "law.data_exponent", law.data_exponent, 0.01, 2.0, {}, "beta of B / D^beta");
}

/// Standard errors of the constants, as a fit publishes them.
struct AdditiveLawErrors {
    CrossEntropy irreducible{};
    double model_scale = 0;
    double model_exponent = 0;
    double data_scale = 0;
    double data_exponent = 0;
};

/// Standard error of a loss from those of the constants, in quadrature by exact derivatives: as if they were
/// independent. Fits publish no correlations, and scale and exponent of one term err together, so this is more than the
/// truth within the fitted range.
[[nodiscard]] constexpr CrossEntropy loss_standard_error(const AdditiveLaw& law, const AdditiveLawErrors& errors,
                                                         const Parameters& parameters, const Tokens& tokens) noexcept {
    using Gradient = Dual<double, 5>;
    const BasicAdditiveLaw<Gradient> varied{make<BasicCrossEntropy<Gradient>>(variable<5>(raw(law.irreducible), 0)),
                                            variable<5>(law.model_scale, 1), variable<5>(law.model_exponent, 2),
                                            variable<5>(law.data_scale, 3), variable<5>(law.data_exponent, 4)};
    const Gradient loss = raw(varied.loss(over_scalar<Gradient>(parameters), over_scalar<Gradient>(tokens)).total());
    const double error[] = {raw(errors.irreducible), errors.model_scale, errors.model_exponent, errors.data_scale,
                            errors.data_exponent};
    double squares = 0;
    for (std::size_t i = 0; i < 5; ++i) squares += loss.gradient[i] * loss.gradient[i] * error[i] * error[i];
    return make<CrossEntropy>(sqrt(squares));
}

} // namespace foretrain::inline v0
