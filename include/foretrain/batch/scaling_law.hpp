// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <string_view>

#include "../math/dual.hpp"
#include "../units/evidence.hpp"
#include "../units/result.hpp"
#include "../workload/parameters.hpp"

// What a scaling law is: the loss of a language model from its parameters N and its training tokens D.
//
//   L(N, D) = irreducible + model + data + scarcity     [nats a token]        C = 6 N D     [FLOP]
//
// irreducible: what remains with unlimited parameters and fresh data. model: what a larger model would remove. data:
// what more fresh tokens would remove. scarcity: what tokens seen for the first time would remove, where they repeat.
// C counts six operations a parameter and token, forward and backward: the convention in which all laws here are
// published (J. Kaplan et al., "Scaling Laws for Neural Language Models", arXiv 2001.08361, section 2.1).
//
// Losses of different laws belong to the text and the tokens they were fitted on and do not compare with each other,
// nor with a loss on other text. Ratios of tokens or of compute for the same law do.

namespace foretrain::inline v0 {

/// A loss, by what would remove it.
template <class Real>
struct BasicLossParts {
    BasicCrossEntropy<Real> irreducible{}; ///< nothing does: the entropy of the text, as the law has it
    BasicCrossEntropy<Real> model{};       ///< a larger model
    BasicCrossEntropy<Real> data{};        ///< more tokens
    BasicCrossEntropy<Real> scarcity{};    ///< fresh tokens in place of repeated ones
    [[nodiscard]] constexpr BasicCrossEntropy<Real> total() const noexcept {
        return irreducible + model + data + scarcity;
    }
};
using LossParts = BasicLossParts<double>;

/// A law: an object with the scalar of its constants as `Number`, whose `loss(N, D)` never grows in either, and whose
/// `limit(N)` is what the loss of N parameters tends to as training goes on for ever. Both are templates over the
/// scalar, so that estimates come with derivatives; a law that only takes `Number` works too, for plain numbers.
///
/// A law may offer closed forms, else roots are bracketed: `tokens_to(N, loss)`, `optimal_parameters(compute)`,
/// `parameters_of_frontier(loss)`, and `parameters_for(tokens)`, the model for which those tokens are compute-optimal.
template <class L>
concept ScalingLaw = requires(const L& law, const BasicParameters<typename L::Number>& parameters,
                              const BasicTokens<typename L::Number>& tokens) {
    { law.loss(parameters, tokens) } -> std::same_as<BasicLossParts<typename L::Number>>;
    { law.limit(parameters) } -> std::same_as<BasicCrossEntropy<typename L::Number>>;
};

/// Which parameters a law counts.
enum class ParameterCount : unsigned char {
    all,               ///< those a token visits, embeddings included
    without_embedding, ///< those a token visits, without tables and projection to the vocabulary (Kaplan)
};

[[nodiscard]] constexpr std::string_view name_of(ParameterCount count) noexcept {
    switch (count) {
    case ParameterCount::all: return "all parameters";
    case ParameterCount::without_embedding: return "parameters without embeddings";
    }
    return "all parameters";
}

/// The N of a model. Of experts, those a token visits: see batch/routed_law.hpp for what the others add.
[[nodiscard]] constexpr Parameters law_parameters(ParameterCount count, const Transformer& model) noexcept {
    return make<Parameters>(static_cast<double>(count == ParameterCount::all ? active_parameters(model)
                                                                             : parameters_without_embedding(model)));
}

/// The models and budgets a law was fitted on: outside, it extrapolates.
struct FittedRange {
    Parameters least_parameters{};
    Parameters most_parameters{};
    Tokens least_tokens{};
    Tokens most_tokens{};
    [[nodiscard]] constexpr bool contains(const Parameters& parameters) const noexcept {
        return least_parameters <= parameters && parameters <= most_parameters;
    }
    [[nodiscard]] constexpr bool contains(const Tokens& tokens) const noexcept {
        return least_tokens <= tokens && tokens <= most_tokens;
    }
    [[nodiscard]] constexpr bool contains(const Parameters& parameters, const Tokens& tokens) const noexcept {
        return contains(parameters) && contains(tokens);
    }
};

/// A law with what one must know to use it.
template <ScalingLaw Law>
struct PublishedLaw {
    std::string_view name;
    Law law;
    ParameterCount counts = ParameterCount::all;
    FittedRange fitted;
    std::string_view text; ///< what it was fitted on: losses belong to it
    Provenance provenance;
};

/// Operations of training N parameters on D tokens, by the convention of the laws.
template <class Real>
[[nodiscard]] constexpr BasicFlops<Real> training_compute(const BasicParameters<Real>& parameters,
                                                          const BasicTokens<Real>& tokens) noexcept {
    return make<BasicFlops<Real>>(Real(Real(6.0) * raw(parameters) * raw(tokens)));
}

namespace detail {

inline constexpr double most_law_parameters = 1e16;
inline constexpr double most_law_tokens = 1e20;
inline constexpr double most_law_compute = 6e36;

template <class Sink, class Real>
constexpr void require_parameters(Sink& sink, const BasicParameters<Real>& parameters) noexcept {
    require_range(sink, "law.parameters", parameters, 1.0, most_law_parameters, "parameters",
                  "of the model, as the law counts them");
}
template <class Sink, class Real>
constexpr void require_tokens(Sink& sink, const BasicTokens<Real>& tokens) noexcept {
    require_range(sink, "law.tokens", tokens, 1.0, most_law_tokens, "tokens", "of the whole training, all epochs");
}
template <class Sink, class Real>
constexpr void require_compute(Sink& sink, const BasicFlops<Real>& compute) noexcept {
    require_range(sink, "law.compute", compute, 6.0, most_law_compute, "FLOP", "6 x parameters x tokens");
}
template <class Sink, class Real>
constexpr void require_loss(Sink& sink, const BasicCrossEntropy<Real>& loss) noexcept {
    require_range(sink, "target.loss", loss, 1e-3, 30.0, "nats/token", "bits a token times 0.6931");
}

/// The rules of the law's own constants, if it has a `check_rules(law, sink)`.
template <class Law, class Sink>
constexpr void check_law(const Law& law, Sink& sink) noexcept {
    if constexpr (requires { check_rules(law, sink); }) check_rules(law, sink);
}

/// A constant of a law as the scalar of an argument, which may carry derivatives beside those of the constant.
template <class To, class From>
[[nodiscard]] constexpr To lift(const From& number) noexcept {
    return To(number);
}
/// base^exponent, the exponent a constant of a law.
template <class S, class Real>
[[nodiscard]] constexpr S raised(const S& base, const Real& exponent) noexcept {
    using foretrain::pow; // not detail::pow, which is of doubles
    return pow(base, lift<S>(exponent));
}

} // namespace detail

/// The loss of N parameters after D tokens, part by part, or what is wrong with the two.
template <ScalingLaw Law, class Real = typename Law::Number>
[[nodiscard]] constexpr Result<BasicLossParts<Real>>
try_estimate_loss(const Law& law, const BasicParameters<Real>& parameters, const BasicTokens<Real>& tokens) noexcept {
    Violations violations;
    detail::check_law(law, violations);
    detail::require_parameters(violations, parameters);
    detail::require_tokens(violations, tokens);
    if (!violations.empty()) return violations;
    return law.loss(parameters, tokens);
}

#if defined(__cpp_exceptions)
/// The same; throws `InvalidConfiguration` on bad input.
template <ScalingLaw Law, class Real = typename Law::Number>
[[nodiscard]] constexpr BasicLossParts<Real> estimate_loss(const Law& law, const BasicParameters<Real>& parameters,
                                                           const BasicTokens<Real>& tokens) {
    return detail::value_or_throw(try_estimate_loss(law, parameters, tokens));
}
#endif

} // namespace foretrain::inline v0
