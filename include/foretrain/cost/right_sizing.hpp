// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "../units/quantity.hpp"

// The right size of a model: training it once against serving it to the end of its life.
//
//   life(n) = training + serving n                            n tokens served
//   break-even n* = (T_b - T_a) / (s_a - s_b)                 from n* on, b is the cheaper of a and b
//   serving = F / R x price of an accelerator-hour            F = 2 N FLOP a token forward, N active parameters
//   distilled: training = teacher + labels x s_teacher + student
//
// T training cost, s price of serving a token, R the rate at which an accelerator serves. A smaller model trained on
// more tokens (batch/scaling laws) or taught by a larger one costs more to make and less to serve. Sources: Sardana et
// al. 2024, Beyond Chinchilla-optimal; Kaplan et al. 2020 for 2 N; Hinton et al. 2015 for distillation.

namespace foretrain::inline v0 {

/// A model on offer: what it takes to make it, once, and to serve it, by the token.
template <class Real>
struct BasicOffer {
    BasicUsd<Real> training{};
    BasicTokenPrice<Real> serving{};

    /// All of it over a life of so many tokens served.
    [[nodiscard]] constexpr BasicUsd<Real> life(const BasicTokens<Real>& served) const noexcept {
        return training + serving * served;
    }
};
using Offer = BasicOffer<double>;

/// What computing costs on accelerators of the given rate (achieved, of one) and price.
template <class Real>
[[nodiscard]] constexpr BasicUsd<Real> compute_cost(const BasicFlops<Real>& work, const BasicFlopRate<Real>& achieved,
                                                    const BasicAcceleratorPrice<Real>& price) noexcept {
    return make<BasicUsd<Real>>(raw(work) / raw(achieved) * raw(price));
}

/// What serving a token costs where each takes `work`; 2 FLOP for each active parameter, and attention beside.
template <class Real>
[[nodiscard]] constexpr BasicTokenPrice<Real> serving_price(const BasicFlopsPerToken<Real>& work,
                                                            const BasicFlopRate<Real>& achieved,
                                                            const BasicAcceleratorPrice<Real>& price) noexcept {
    return make<BasicTokenPrice<Real>>(raw(work) / raw(achieved) * raw(price));
}

/// A student taught by a teacher.
template <class Real>
struct BasicDistillation {
    BasicUsd<Real> teacher_training{}; ///< 0 for a teacher that is there anyway
    BasicTokens<Real> labelled{};      ///< tokens that the teacher reads or writes for the student
    BasicTokenPrice<Real> teacher{};   ///< of the teacher, a token
    BasicUsd<Real> student_training{};
    BasicTokenPrice<Real> student{}; ///< of serving the student

    /// What teaching costs beside the teacher itself and the student's own training.
    [[nodiscard]] constexpr BasicUsd<Real> labels() const noexcept { return teacher * labelled; }
    /// The student as an offer.
    [[nodiscard]] constexpr BasicOffer<Real> offer() const noexcept {
        return {teacher_training + labels() + student_training, student};
    }
};
using Distillation = BasicDistillation<double>;

/// The tokens served from which `b` is the cheaper: 0 where it always is, nothing where it never is. Equal offers: 0.
template <class Real>
[[nodiscard]] constexpr std::optional<BasicTokens<Real>> break_even_tokens(const BasicOffer<Real>& a,
                                                                           const BasicOffer<Real>& b) noexcept {
    if (b.serving > a.serving) return std::nullopt; // cheaper for few tokens at most, not from any number on
    if (b.training <= a.training) return BasicTokens<Real>{};
    if (b.serving == a.serving) return std::nullopt;
    return (b.training - a.training) / (a.serving - b.serving);
}

} // namespace foretrain::inline v0
