// SPDX-License-Identifier: Apache-2.0
#include <foretrain/batch/scaling_law.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include <foretrain/batch/law_spread.hpp>
#include <foretrain/batch/over_training.hpp>
#include <foretrain/catalog/models.hpp>
#include <foretrain/catalog/scaling_laws.hpp>
#include <foretrain/units/literals.hpp>

#include "../relative.hpp"

using namespace foretrain;
using namespace foretrain::literals;

namespace {

/// A law of somebody else, without closed forms or derivatives: E + (A/N + B/D) with a root over it.
struct RootLaw {
    using Number = double;
    double scale = 0;

    [[nodiscard]] constexpr LossParts loss(const Parameters& n, const Tokens& d) const noexcept {
        const double model = scale / foretrain::sqrt(raw(n));
        return {1.5_nats_per_token,
                make<CrossEntropy>(model),
                make<CrossEntropy>(foretrain::sqrt(model * model + scale * scale / raw(d)) - model),
                {}};
    }
    [[nodiscard]] constexpr CrossEntropy limit(const Parameters& n) const noexcept {
        return 1.5_nats_per_token + make<CrossEntropy>(scale / foretrain::sqrt(raw(n)));
    }
};
static_assert(ScalingLaw<RootLaw> && ScalingLaw<AdditiveLaw> && ScalingLaw<KaplanLaw>);
static_assert(ScalingLaw<RepeatedDataLaw<AdditiveLaw>> && ScalingLaw<RoutedLaw<KaplanLaw>>);
static_assert(!ScalingLaw<int> && !ScalingLaw<Routing>);

constexpr RootLaw foreign{3e4};
static_assert(tokens_to_loss(foreign, 1_B_parameters, 3.5_nats_per_token) > 250_M_tokens);

} // namespace

TEST_CASE("a law of somebody else drops in: loss, tokens, allocation, over-training, spread") {
    // L - 1.5 = 3e4 sqrt(1/N + 1/D): at C = 6 N D least for N = D.
    CHECK(raw(estimate_loss(foreign, 1_B_parameters, 1_B_tokens).total()) == relative(1.5 + 3e4 * std::sqrt(2e-9)));
    const Tokens tokens = tokens_to_loss(foreign, 1_B_parameters, 3.5_nats_per_token);
    CHECK(raw(tokens) == relative(1.0 / (4.0 / 9e8 - 1e-9)));
    const Allocation best = optimal_allocation(foreign, make<Flops>(6e20));
    CHECK(raw(best.parameters) == relative(1e10).epsilon(1e-5));
    CHECK(raw(best.loss.total()) == relative(1.5 + 3e4 * std::sqrt(2e-10)));
    CHECK(raw(least_compute(foreign, best.loss.total()).compute) == relative(6e20).epsilon(1e-6));
    const Result<Parameters> smallest = try_smallest_model(foreign, 1.8_nats_per_token);
    REQUIRE(smallest);
    CHECK(raw(*smallest) == relative(1e10));
    CHECK(over_training(foreign, 1_B_parameters, 100_B_tokens).extra_compute() > 10.0);
    const PublishedLaw<RootLaw> published{"mine", foreign, ParameterCount::all, {}, "", {}};
    CHECK(tokens_spread(1_B_parameters, 3.5_nats_per_token, published).mid == tokens);
}

TEST_CASE("parts of a loss sum, whatever the law") {
    const RepeatedDataLaw<AdditiveLaw> repeated{catalog::muennighoff_2023.law, 10_B_tokens,
                                                catalog::muennighoff_2023_decay};
    const auto sums = [](const auto& law) {
        const LossParts parts = estimate_loss(law, 3_B_parameters, 300_B_tokens);
        CHECK(raw(parts.irreducible) >= 0);
        CHECK(raw(parts.model) > 0);
        CHECK(raw(parts.data) > 0);
        CHECK(raw(parts.total()) ==
              relative(raw(parts.irreducible) + raw(parts.model) + raw(parts.data) + raw(parts.scarcity)));
        return parts;
    };
    CHECK(raw(sums(repeated).scarcity) > 0.01);
    CHECK(raw(sums(catalog::besiroglu_2024.law).scarcity) == 0.0);
    CHECK(raw(sums(catalog::kaplan_2020.law).irreducible) == 0.0);
}

namespace {

template <class Law>
void stays_finite(const Law& law) {
    using Real = typename Law::Number;
    const auto sound = [](const BasicAllocation<Real>& a) {
        for (const Real number : {raw(a.parameters), raw(a.tokens), raw(a.compute), raw(a.loss.irreducible),
                                  raw(a.loss.model), raw(a.loss.data), raw(a.loss.scarcity)}) {
            CHECK(number >= Real(0));
            CHECK(number <= std::numeric_limits<Real>::max());
        }
    };
    int answered = 0;
    for (int i = 0; i <= 16; ++i)
        for (int j = 0; j <= 20; ++j) {
            const auto n = make<BasicParameters<Real>>(static_cast<Real>(std::pow(10.0, i)));
            const auto d = make<BasicTokens<Real>>(static_cast<Real>(std::pow(10.0, j)));
            if (const auto training = try_over_training(law, n, d)) {
                ++answered;
                sound(training->chosen);
                sound(training->same_compute);
                sound(training->same_loss);
                CHECK(training->extra_compute() >= Real(0));
                CHECK(training->loss_forgone() >= BasicCrossEntropy<Real>{});
            }
            const auto target = make<BasicCrossEntropy<Real>>(static_cast<Real>(0.3 + 0.1 * j));
            if (const auto tokens = try_tokens_to_loss(law, n, target))
                CHECK(raw(law.loss(n, *tokens).total()) ==
                      doctest::Approx(raw(target)).epsilon(sizeof(Real) == sizeof(double) ? 1e-6 : 1e-3));
            if (const auto least = try_least_compute(law, target)) sound(*least);
            if (const auto smallest = try_smallest_model(law, target)) CHECK(raw(*smallest) >= Real(1));
        }
    CHECK(answered > 50);
}

} // namespace

TEST_CASE("whatever is accepted gives finite numbers, none below zero, in double and single precision") {
    for (const auto& published : catalog::additive_laws) {
        stays_finite(published.law);
        stays_finite(published.law.over<float>());
    }
    stays_finite(catalog::kaplan_2020.law);
    stays_finite(catalog::kaplan_2020.law.over<float>());
    for (const double unique : {1e6, 1e12})
        stays_finite(RepeatedDataLaw<AdditiveLaw>{catalog::muennighoff_2023.law, make<Tokens>(unique),
                                                  catalog::muennighoff_2023_decay});
    stays_finite(RoutedLaw<KaplanLaw>{catalog::kaplan_2020.law, catalog::clark_2022_hash, 64});
    stays_finite(foreign);
}

TEST_CASE("compute is six operations a parameter and token") {
    // GPT-3, 175 B parameters on 300 B tokens: 3.15e23 FLOP (arXiv 2005.14165, appendix D: 3.14e23).
    CHECK(raw(training_compute(175_B_parameters, 300_B_tokens)) == relative(3.15e23));
    static_assert(training_compute(1_B_parameters, 1_B_tokens) == 6_EFLOP);
}

TEST_CASE("the N of a law is that of the model as the law counts") {
    CHECK(law_parameters(ParameterCount::all, catalog::llama3_8b) == make<Parameters>(8030261248.0));
    // Without 2 x 128256 x 4096 of embeddings.
    CHECK(law_parameters(ParameterCount::without_embedding, catalog::llama3_8b) ==
          make<Parameters>(8030261248.0 - 2.0 * 128256 * 4096));
    CHECK(name_of(ParameterCount::all) != name_of(ParameterCount::without_embedding));
    // Of a mixture of experts, what a token visits.
    CHECK(raw(law_parameters(ParameterCount::all, catalog::deepseek_v3)) < 50e9);
}

TEST_CASE("what is out of range is refused, all of it") {
    const auto refused = try_estimate_loss(catalog::besiroglu_2024.law, make<Parameters>(0.0),
                                           make<Tokens>(std::numeric_limits<double>::quiet_NaN()));
    REQUIRE_FALSE(refused);
    REQUIRE(refused.violations().size() == 2);
    CHECK(to_text(refused.violations()[0]) ==
          "law.parameters = 0 parameters: must be from 1 to 1e16 parameters [range]; hint: "
          "of the model, as the law counts them");
    CHECK(to_text(refused.violations()[1]) ==
          "law.tokens = nan tokens: must be from 1 to 1e20 tokens [range]; hint: of the "
          "whole training, all epochs");
    CHECK_THROWS_AS((void)estimate_loss(foreign, make<Parameters>(-1.0), 1_B_tokens), InvalidConfiguration);
}

TEST_CASE("a range contains its ends and neither side of them") {
    const FittedRange range{1_M_parameters, 2_M_parameters, 10_tokens, 20_tokens};
    CHECK(range.contains(1_M_parameters, 20_tokens));
    CHECK_FALSE(range.contains(make<Parameters>(999999.0), 20_tokens));
    CHECK_FALSE(range.contains(2_M_parameters, 21_tokens));
    CHECK_FALSE(range.contains(3_M_parameters));
    CHECK_FALSE(range.contains(9_tokens));
}
