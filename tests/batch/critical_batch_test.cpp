// SPDX-License-Identifier: Apache-2.0
#include <foretrain/batch/critical_batch.hpp>

#include <doctest/doctest.h>
#include <foretrain/math/dual.hpp>
#include <foretrain/units/literals.hpp>

#include "../relative.hpp"

using namespace foretrain;
using namespace foretrain::literals;

namespace {

constexpr TrainingScale scale_of(double parameters, double tokens) {
    return {6.0 * parameters * tokens * flop, tokens * token, 1.0, std::nullopt};
}
constexpr TrainingScale at_loss(double loss) { return {1e21 * flop, 1e10 * token, 1.0, make<CrossEntropy>(loss)}; }

/// A law that the library has never seen: what everybody does.
struct FourMillion {
    std::string_view name = "habit";
    CriticalBatchMeaning meaning = CriticalBatchMeaning::double_samples;
    template <class Real>
    [[nodiscard]] constexpr BasicTokens<Real> critical_batch(const BasicTrainingScale<Real>&) const noexcept {
        return make<BasicTokens<Real>>(Real(4e6));
    }
    template <class Real>
    [[nodiscard]] constexpr bool covers(const BasicTrainingScale<Real>&) const noexcept {
        return true;
    }
};

} // namespace

static_assert(CriticalBatchLaw<FourMillion> && CriticalBatchLaw<FourMillion, float>);
static_assert(CriticalBatchLaw<CriticalBatchOfLoss> && CriticalBatchLaw<CriticalBatchOfTokens, Dual<double, 1>>);
static_assert(CriticalBatchLaw<CriticalBatchOfCompute, float>);
static_assert(!CriticalBatchLaw<int>);
static_assert(critical_batch(FourMillion{}, scale_of(7e9, 1e12)) == 4_M_tokens);

TEST_CASE("Kaplan: the critical batch doubles for every 13% the loss falls") {
    const Tokens at_three = critical_batch(kaplan_critical_batch, at_loss(3.0));
    const Tokens lower = critical_batch(kaplan_critical_batch, at_loss(3.0 * 0.87));
    CHECK(raw(lower) / raw(at_three) == doctest::Approx(2.0).epsilon(0.04)); // section 5.1
    CHECK(raw(critical_batch(kaplan_critical_batch, at_loss(1.0))) == relative(2e8));
    // MLPerf's Llama 3.1 8B ends at a loss of 3.3; its reference points have a critical batch of 96 x 8192 tokens.
    CHECK(raw(critical_batch(kaplan_critical_batch, at_loss(3.3))) == doctest::Approx(96.0 * 8192.0).epsilon(0.25));
}

TEST_CASE("Zhang et al.: 5000 sequences of 512 tokens or so at 100B tokens, whatever the model") {
    const Tokens small = critical_batch(zhang_critical_batch, scale_of(1e8, 1e11));
    const Tokens large = critical_batch(zhang_critical_batch, scale_of(1e10, 1e11));
    CHECK(small == large);
    CHECK(raw(small) / 512.0 == doctest::Approx(5000.0).epsilon(0.05));
    // Their other fit, 93.20 N^0.47 for N million parameters at 20 tokens each, is the same law.
    CHECK(raw(critical_batch(zhang_critical_batch, scale_of(1e9, 2e10))) / 512.0 ==
          doctest::Approx(93.20 * 25.70).epsilon(0.01)); // 1000^0.47
}

TEST_CASE("laws by compute go through their published points") {
    // GPT-3's compute gives 4 Mi tokens; 16 times the experts, 4 times the batch.
    CHECK(raw(critical_batch(epoch_critical_batch, TrainingScale{3e23 * flop, 3e11 * token, 1.0, {}})) ==
          relative(4194304.0));
    CHECK(raw(critical_batch(epoch_critical_batch, TrainingScale{3e23 * flop, 3e11 * token, 16.0, {}})) ==
          relative(4 * 4194304.0));
    // DeepSeek LLM chose 2304 and 4608 sequences of 4096 for 7B and 67B on 2T tokens (table 2).
    CHECK(raw(critical_batch(deepseek_batch, scale_of(6.9e9, 2e12))) == doctest::Approx(9437184).epsilon(0.15));
    CHECK(raw(critical_batch(deepseek_batch, scale_of(67e9, 2e12))) == doctest::Approx(18874368).epsilon(0.15));
}

TEST_CASE("critical batches grow with tokens and compute and with falling loss") {
    double kaplan = 0, zhang = 0, deepseek = 0, epoch = 0;
    for (double tokens = 1e8; tokens < 1e14; tokens *= 3) {
        const TrainingScale scale = scale_of(tokens / 20, tokens);
        CHECK(raw(critical_batch(zhang_critical_batch, scale)) > zhang);
        CHECK(raw(critical_batch(deepseek_batch, scale)) > deepseek);
        CHECK(raw(critical_batch(epoch_critical_batch, scale)) > epoch);
        zhang = raw(critical_batch(zhang_critical_batch, scale));
        deepseek = raw(critical_batch(deepseek_batch, scale));
        epoch = raw(critical_batch(epoch_critical_batch, scale));
    }
    for (double loss = 9; loss > 1.5; loss *= 0.8) {
        const double batch = raw(critical_batch(kaplan_critical_batch, at_loss(loss)));
        CHECK(batch > kaplan);
        kaplan = batch;
    }
}

TEST_CASE("20% more samples is a fifth of twice the samples") {
    const Tokens batch = critical_batch(zhang_critical_batch, scale_of(1e9, 2e10));
    const Convergence curve = convergence_of_tokens(
        2e10 * token, as_double_samples(batch, zhang_critical_batch.meaning), 512_tokens_per_sample);
    const Samples samples = curve.samples_to_target(Samples(batch / 512_tokens_per_sample));
    CHECK(raw(samples) * 512 == relative(1.2 * 2e10));
}

TEST_CASE("what a law lacks is refused, and extrapolation is told") {
    CHECK(try_critical_batch(kaplan_critical_batch, scale_of(1e9, 2e10)).violations().contains("loss_is_known"));
    CHECK(try_critical_batch(zhang_critical_batch, scale_of(1e9, 2e10)).has_value());
    CHECK(try_critical_batch(zhang_critical_batch, TrainingScale{}).violations().size() == 3);
    CHECK_THROWS_AS((void)critical_batch(kaplan_critical_batch, at_loss(-1.0)), InvalidConfiguration);
    CHECK(zhang_critical_batch.covers(scale_of(1e9, 2e10)));
    CHECK_FALSE(zhang_critical_batch.covers(scale_of(1e9, 2e13)));
    CHECK_FALSE(kaplan_critical_batch.covers(scale_of(1e9, 2e10)));
    CHECK_FALSE(deepseek_batch.covers(scale_of(1e12, 1e14)));
}

TEST_CASE("the elasticity by tokens is the exponent of the law") {
    using Real = Dual<double, 1>;
    Real tokens(2e10);
    tokens.gradient[0] = 1.0;
    const BasicTrainingScale<Real> scale{make<BasicFlops<Real>>(Real(1e21)), make<BasicTokens<Real>>(tokens), Real(1.0),
                                         std::nullopt};
    const Real batch = raw(critical_batch(zhang_critical_batch, scale));
    CHECK(batch.gradient[0] * 2e10 / batch.value == relative(0.47));
}

TEST_CASE("the laws lie where docs/batch.md says, from a tenth to two and a half times what was measured") {
    const auto ratio = [](const auto& law, const TrainingScale& scale, double measured) {
        return raw(as_double_samples(critical_batch(law, scale), law.meaning)) / measured;
    };
    // Merrill et al. 2025: a plateau of 4096 documents of 4096 tokens, OLMo 7B at 608B tokens.
    const TrainingScale olmo = scale_of(6.9e9, 608e9);
    CHECK(ratio(zhang_critical_batch, olmo, 16777216) == doctest::Approx(1.83).epsilon(0.02));
    CHECK(ratio(deepseek_batch, olmo, 16777216) == doctest::Approx(0.37).epsilon(0.02));
    CHECK(ratio(epoch_critical_batch, olmo, 16777216) == doctest::Approx(0.166).epsilon(0.02));
    // MLPerf's Llama 3.1 8B, 161,000 sequences of 8192 tokens at its smallest batch, to 3.3 nats.
    TrainingScale mlperf = scale_of(8.03e9, 161109.0 * 8192);
    mlperf.loss = 3.3_nats_per_token;
    const double measured = 95.8 * 8192;
    CHECK(ratio(kaplan_critical_batch, mlperf, measured) == doctest::Approx(0.86).epsilon(0.02));
    CHECK(ratio(zhang_critical_batch, mlperf, measured) == doctest::Approx(2.18).epsilon(0.02));
    CHECK(ratio(deepseek_batch, mlperf, measured) == doctest::Approx(1.12).epsilon(0.02));
    CHECK(ratio(epoch_critical_batch, mlperf, measured) == doctest::Approx(1.30).epsilon(0.02));
}
