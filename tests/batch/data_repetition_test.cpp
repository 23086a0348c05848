// SPDX-License-Identifier: Apache-2.0
#include <foretrain/batch/data_repetition.hpp>

#include <doctest/doctest.h>

#include <cmath>

#include <foretrain/batch/allocation.hpp>
#include <foretrain/catalog/scaling_laws.hpp>
#include <foretrain/units/literals.hpp>

#include "../relative.hpp"

using namespace foretrain;
using namespace foretrain::literals;

namespace {

constexpr AdditiveLaw fresh = catalog::muennighoff_2023.law;
constexpr RepeatedDataLaw<AdditiveLaw> law{fresh, 100_B_tokens, catalog::muennighoff_2023_decay};
static_assert(law.effective_tokens(100_B_tokens) == 100_B_tokens);
static_assert(law.effective_tokens(400_B_tokens) < 400_B_tokens);

constexpr Tokens epochs(double n) { return n * 100_B_tokens; }

} // namespace

TEST_CASE("four epochs are nearly worth four, forty are not worth eighteen") {
    // arXiv 2305.16264, abstract and section 6: up to 4 epochs of repeated data make a negligible difference to fresh
    // data, the value of repeating decays with R_D* = 15.4 and is gone by some 40 epochs.
    CHECK(law.effective_tokens(epochs(4)) / epochs(4) > 0.9);
    CHECK(law.effective_tokens(epochs(40)) / epochs(1) < 16.4);
    CHECK(law.effective_tokens(epochs(40)) / epochs(1) > 14.0);
    // After R_D* repeats, the share 1 - 1/e of what further epochs can ever be worth.
    const double at_decay = law.effective_tokens(epochs(1 + 15.387756)) / epochs(1);
    CHECK((at_decay - 1) / 15.387756 == doctest::Approx(1 - std::exp(-1.0)));
}

TEST_CASE("repetition never beats fresh data, and never harms") {
    double last = 100;
    for (double n = 0.5; n < 1e4; n *= 1.7) {
        const LossParts parts = law.loss(1_B_parameters, epochs(n));
        CHECK(parts.total() >= fresh.loss(1_B_parameters, epochs(n)).total());
        CHECK(raw(parts.total()) <= last);
        last = raw(parts.total());
        CHECK(raw(parts.scarcity) >= 0);
        // Within the first epoch nothing repeats: the base law to the bit.
        if (n <= 1) CHECK(parts.total() == fresh.loss(1_B_parameters, epochs(n)).total());
    }
    CHECK(raw(law.loss(1_B_parameters, epochs(1e6)).total()) == relative(raw(law.limit(1_B_parameters))).epsilon(1e-9));
}

TEST_CASE("with data without end it is the base law") {
    const RepeatedDataLaw<AdditiveLaw> endless{fresh, make<Tokens>(1e19), catalog::muennighoff_2023_decay};
    for (const double d : {1e9, 1e12, 1e15})
        CHECK(endless.loss(70_B_parameters, make<Tokens>(d)).total() ==
              fresh.loss(70_B_parameters, make<Tokens>(d)).total());
}

TEST_CASE("parameters beyond what the data can teach are worth less") {
    const Parameters taught = fresh.parameters_for(law.unique);
    CHECK(law.effective_parameters(taught) == taught);
    CHECK(law.effective_parameters(taught * 2.0) < taught * 2.0);
    CHECK(law.effective_parameters(taught * 1e6) / taught == doctest::Approx(1 + 5.309743));
    CHECK(law.loss(taught * 4.0, epochs(10)).total() < law.loss(taught, epochs(10)).total());
}

TEST_CASE("tokens to a loss count the repetition, or say that it never comes") {
    const CrossEntropy target = fresh.loss(1_B_parameters, epochs(3)).total();
    const Tokens repeated = tokens_to_loss(law, 1_B_parameters, target);
    CHECK(repeated > epochs(3));
    CHECK(repeated < epochs(4));
    CHECK(raw(law.loss(1_B_parameters, repeated).total()) == relative(raw(target)));
    const CrossEntropy within = fresh.loss(1_B_parameters, epochs(0.5)).total();
    CHECK(raw(tokens_to_loss(law, 1_B_parameters, within)) == relative(raw(epochs(0.5))).epsilon(1e-9));
    // Fresh data get there, these do not.
    const CrossEntropy far = fresh.loss(1_B_parameters, epochs(20)).total();
    const auto never = try_tokens_to_loss(law, 1_B_parameters, far);
    REQUIRE_FALSE(never);
    CHECK(never.violations().contains("reachable"));
}

TEST_CASE("where data are scarce the optimum trains longer on a smaller model") {
    const Flops much = make<Flops>(1e24);
    const Allocation scarce = optimal_allocation(law, much);
    const Allocation plenty = optimal_allocation(fresh, much);
    CHECK(scarce.parameters < plenty.parameters);
    CHECK(scarce.tokens > plenty.tokens);
    CHECK(scarce.loss.total() > plenty.loss.total());
    for (const double factor : {0.7, 0.95, 1.05, 1.5})
        CHECK(law.loss(scarce.parameters * factor, scarce.tokens / factor).total() > scarce.loss.total());
    // With little compute nothing is scarce.
    CHECK(raw(optimal_allocation(law, make<Flops>(1e20)).parameters) ==
          relative(raw(optimal_allocation(fresh, make<Flops>(1e20)).parameters)).epsilon(1e-9));
}

TEST_CASE("the derivative of tokens to a loss is that of differences, by target and by unique tokens") {
    using Gradient = Dual<double, 2>;
    const BasicAdditiveLaw<Gradient> base = fresh.over<Gradient>();
    const RepeatedDataLaw<BasicAdditiveLaw<Gradient>> varied{
        base, make<BasicTokens<Gradient>>(variable<2>(1e11, 1)), {Gradient(15.387756), Gradient(5.309743)}};
    const auto tokens = try_tokens_to_loss(varied, make<BasicParameters<Gradient>>(Gradient(1e9)),
                                           make<BasicCrossEntropy<Gradient>>(variable<2>(2.4, 0)));
    REQUIRE(tokens);
    const auto at = [](double target, double unique) {
        return raw(tokens_to_loss(RepeatedDataLaw<AdditiveLaw>{fresh, make<Tokens>(unique), law.decay}, 1_B_parameters,
                                  make<CrossEntropy>(target)));
    };
    CHECK(raw(*tokens).value == relative(at(2.4, 1e11)));
    CHECK(raw(*tokens).gradient[0] == relative((at(2.4 + 1e-6, 1e11) - at(2.4 - 1e-6, 1e11)) / 2e-6).epsilon(1e-4));
    CHECK(raw(*tokens).gradient[1] == relative((at(2.4, 1.0001e11) - at(2.4, 0.9999e11)) / 2e7).epsilon(1e-4));
    CHECK(raw(*tokens).gradient[1] < 0);
}

TEST_CASE("decay constants out of range are refused, beside what is wrong with the base") {
    RepeatedDataLaw<AdditiveLaw> bad = law;
    bad.decay.tokens = 0;
    bad.base.model_scale = -1;
    const auto refused = try_estimate_loss(bad, 1_B_parameters, 1_B_tokens);
    REQUIRE_FALSE(refused);
    REQUIRE(refused.violations().size() == 2);
    CHECK(to_text(refused.violations()[1]) ==
          "law.decay.tokens = 0 epochs: must be from 0.1 to 10000 epochs [range]; hint: R_D*, 15.4 in the source");
}
