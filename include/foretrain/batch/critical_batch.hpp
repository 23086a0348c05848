// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <optional>
#include <string_view>

#include "../math/dual.hpp"
#include "../math/pow.hpp"
#include "../math/sqrt.hpp"
#include "../units/evidence.hpp"
#include "convergence.hpp"

// Critical batches of language models, from what is known before training: loss, tokens or compute.
//
//   by loss      B = B* L^(-1/alpha)                 B* = 2e8 tokens, alpha = 0.21, L in nats a token
//
//   by tokens    B = 22.91 (D / 1e6)^0.47 sequences of 512 tokens
//
//   by compute   B = 0.2920 C^0.3271 tokens          C in FLOP
//
//   by compute   B = 2^22 sqrt(E) (C / 3e23)^(1/6)   E total over active parameters
//
// In this order: Kaplan et al. 2020, arXiv:2001.08361 (5.3); Zhang et al. 2024, arXiv:2410.21676, which calls critical
// what takes 20% more samples than tiny batches; DeepSeek LLM 2024, arXiv:2401.02954 (section 3.1), the batch of least
// loss; Erdil and Schneider-Joseph 2024 (Epoch AI), a default of their code. They disagree up to tenfold: docs/batch.md
// compares them with what was measured. `as_double_samples` brings their meanings to that of convergence.hpp.

namespace foretrain::inline v0 {

/// What a law may look at. Laws refuse what they lack or what makes no sense; `covers` tells extrapolation.
template <class Real>
struct BasicTrainingScale {
    BasicFlops<Real> compute{};                    ///< of the whole run, 6 N D
    BasicTokens<Real> tokens{};                    ///< of the whole run
    Real sparsity{};                               ///< total over active parameters, 1 for dense models
    std::optional<BasicCrossEntropy<Real>> loss{}; ///< only some laws need it
};
using TrainingScale = BasicTrainingScale<double>;

/// What a law means by critical.
enum class CriticalBatchMeaning : unsigned char {
    double_samples, ///< twice the samples of tiny batches (McCandlish)
    fifth_more,     ///< 20% more samples
    least_loss,     ///< the least loss for the compute; taken as double_samples, which is an assumption
};

/// `twice the samples`, `20% more samples` or `least loss`.
[[nodiscard]] constexpr std::string_view name_of(CriticalBatchMeaning meaning) noexcept {
    switch (meaning) {
    case CriticalBatchMeaning::double_samples: return "twice the samples";
    case CriticalBatchMeaning::fifth_more: return "20% more samples";
    case CriticalBatchMeaning::least_loss: return "least loss";
    }
    return "twice the samples";
}

/// A law: a name, what it means by critical, the batch in tokens, and whether a scale is one it was made from.
template <class Law, class Real = double>
concept CriticalBatchLaw = requires(const Law& law, const BasicTrainingScale<Real>& scale) {
    { law.name } -> std::convertible_to<std::string_view>;
    { law.meaning } -> std::convertible_to<CriticalBatchMeaning>;
    { law.critical_batch(scale) } noexcept -> std::convertible_to<BasicTokens<Real>>;
    { law.covers(scale) } noexcept -> std::convertible_to<bool>;
};

namespace detail {
[[nodiscard]] constexpr bool within(double low, double x, double high) noexcept { return low <= x && x <= high; }
} // namespace detail

/// By loss. `covers`: the losses of its figure 10, 2.3 to 10 nats.
struct CriticalBatchOfLoss {
    std::string_view name = "kaplan";
    CriticalBatchMeaning meaning = CriticalBatchMeaning::double_samples;
    Tokens at_one_nat = 2e8 * token; ///< B*
    double alpha = 0.21;
    bool needs_loss = true;
    Provenance provenance{"Kaplan et al. 2020, arXiv:2001.08361, equation 5.3", "2020-01", Evidence::fitted};

    template <class Real>
    [[nodiscard]] constexpr BasicTokens<Real> critical_batch(const BasicTrainingScale<Real>& scale) const noexcept {
        return over_scalar<Real>(at_one_nat) * pow(scale.loss ? raw(*scale.loss) : Real(1.0), -1.0 / alpha);
    }
    template <class Real>
    [[nodiscard]] constexpr bool covers(const BasicTrainingScale<Real>& scale) const noexcept {
        return scale.loss && detail::within(2.3, detail::plain(*scale.loss), 10.0);
    }
};

/// By tokens; the size of the model does not matter. `covers`: up to 26B tokens, which its largest models saw.
struct CriticalBatchOfTokens {
    std::string_view name = "zhang";
    CriticalBatchMeaning meaning = CriticalBatchMeaning::fifth_more;
    double sequences = 22.91; ///< at 1 million tokens
    double exponent = 0.47;
    Tokens sequence = 512.0 * token;
    bool needs_loss = false;
    Provenance provenance{"Zhang et al. 2024, arXiv:2410.21676, table of fits", "2024-10", Evidence::fitted};

    template <class Real>
    [[nodiscard]] constexpr BasicTokens<Real> critical_batch(const BasicTrainingScale<Real>& scale) const noexcept {
        return over_scalar<Real>(sequence) * Real(sequences * pow(Real(raw(scale.tokens) / 1e6), exponent));
    }
    template <class Real>
    [[nodiscard]] constexpr bool covers(const BasicTrainingScale<Real>& scale) const noexcept {
        return detail::within(1e8, detail::plain(scale.tokens), 2.6e10);
    }
};

/// By compute: `batch (C / compute)^exponent sparsity^(1/2 or 0)`.
struct CriticalBatchOfCompute {
    std::string_view name;
    CriticalBatchMeaning meaning;
    Tokens batch{}; ///< at that compute
    Flops compute{};
    double exponent = 0;
    bool grows_with_sparsity = false; ///< with its square root
    Flops least{}, most{};            ///< compute of what it was made from
    Provenance provenance{};
    bool needs_loss = false;

    template <class Real>
    [[nodiscard]] constexpr BasicTokens<Real> critical_batch(const BasicTrainingScale<Real>& scale) const noexcept {
        const Real ratio = raw(scale.compute) / raw(compute);
        const Real dense = pow(ratio, exponent);
        return over_scalar<Real>(batch) * Real(grows_with_sparsity ? Real(dense * sqrt(scale.sparsity)) : dense);
    }
    template <class Real>
    [[nodiscard]] constexpr bool covers(const BasicTrainingScale<Real>& scale) const noexcept {
        return detail::within(raw(least), detail::plain(scale.compute), raw(most));
    }
};

inline constexpr CriticalBatchOfLoss kaplan_critical_batch{};
inline constexpr CriticalBatchOfTokens zhang_critical_batch{};
/// Fitted on grids of 1e17 to 2e19 FLOP, confirmed at 1e20 and used up to 3e24; ours at 1 FLOP.
inline constexpr CriticalBatchOfCompute deepseek_batch{
    "deepseek",
    CriticalBatchMeaning::least_loss,
    0.2920 * token,
    1.0 * flop,
    0.3271,
    false,
    1e17 * flop,
    3e24 * flop,
    {"DeepSeek LLM 2024, arXiv:2401.02954, equation 1", "2024-01", Evidence::fitted}};
/// Not a fit: GPT-3's neighbourhood (4 Mi tokens at 3e23 FLOP) and an exponent of 1/6.
inline constexpr CriticalBatchOfCompute epoch_critical_batch{
    "epoch",
    CriticalBatchMeaning::double_samples,
    4194304.0 * token,
    3e23 * flop,
    1.0 / 6.0,
    true,
    1e22 * flop,
    1e26 * flop,
    {"Erdil and Schneider-Joseph 2024, optimal_parallelism.ipynb, defaults", "2024-11", Evidence::assumed}};

/// Everything wrong with a scale, for a law that may need the loss.
template <class Real, class Sink>
constexpr void check_rules(const BasicTrainingScale<Real>& scale, bool needs_loss, Sink& sink) noexcept {
    detail::require_range(sink, "scale.compute", scale.compute, 1e9, 1e32, "FLOP", "of the whole run: 6 N D");
    detail::require_range(sink, "scale.tokens", scale.tokens, 1e3, 1e18, "tokens", "of the whole run");
    detail::require_range(sink, "scale.sparsity", scale.sparsity, 1.0, 1e4, {},
                          "total over active parameters, 1 for a dense model");
    if (scale.loss) detail::require_range(sink, "scale.loss", *scale.loss, 0.1, 20.0, "nats/token");
    else if (needs_loss)
        detail::require(sink, false, "loss_is_known", "scale.loss", 0.0, "given: this law goes by the loss", 0.0,
                        "give the loss that is aimed at, or take a law by tokens or compute");
}

/// A law's batch as the one that takes twice the samples of tiny batches, by E = E_min (1 + B / B_crit).
template <class Real>
[[nodiscard]] constexpr BasicTokens<Real> as_double_samples(const BasicTokens<Real>& batch,
                                                            CriticalBatchMeaning meaning) noexcept {
    return BasicTokens<Real>(batch * Real(meaning == CriticalBatchMeaning::fifth_more ? 5.0 : 1.0));
}

/// The critical batch of a law in tokens, in its own meaning, or everything wrong with the inputs.
template <class Law, class Real>
    requires CriticalBatchLaw<Law, Real>
[[nodiscard]] constexpr Result<BasicTokens<Real>> try_critical_batch(const Law& law,
                                                                     const BasicTrainingScale<Real>& scale) noexcept {
    Violations violations;
    bool needs_loss = false;
    if constexpr (requires { law.needs_loss; }) needs_loss = law.needs_loss;
    check_rules(scale, needs_loss, violations);
    if (!violations.empty()) return violations;
    return BasicTokens<Real>(law.critical_batch(scale));
}

/// The convergence of a model that takes `least` tokens at tiny batches, with sequences of one length.
template <class Real>
[[nodiscard]] constexpr BasicConvergence<Real>
convergence_of_tokens(const BasicTokens<Real>& least, const BasicTokens<Real>& critical_batch,
                      const BasicTokensPerSample<Real>& sequence) noexcept {
    return {BasicSamples<Real>(least / sequence), BasicSamples<Real>(critical_batch / sequence)};
}

#if defined(__cpp_exceptions)
/// The critical batch of a law in tokens; throws `InvalidConfiguration` on bad input.
template <class Law, class Real>
    requires CriticalBatchLaw<Law, Real>
[[nodiscard]] constexpr BasicTokens<Real> critical_batch(const Law& law, const BasicTrainingScale<Real>& scale) {
    return detail::value_or_throw(try_critical_batch(law, scale));
}
#endif

} // namespace foretrain::inline v0
