// SPDX-License-Identifier: Apache-2.0
#include <foretrain/batch/kaplan_law.hpp>

#include <doctest/doctest.h>

#include <cmath>

#include <foretrain/batch/allocation.hpp>
#include <foretrain/catalog/scaling_laws.hpp>
#include <foretrain/units/literals.hpp>

#include "../relative.hpp"

using namespace foretrain;
using namespace foretrain::literals;

namespace {

constexpr KaplanLaw law = catalog::kaplan_2020.law;
static_assert(law.loss(1_B_parameters, 10_B_tokens).total() > law.limit(1_B_parameters));

} // namespace

TEST_CASE("loss from one quantity: doubling the parameters takes five per cent off, the published factor") {
    // arXiv 2001.08361, section 1.2: 2^-0.076 = 0.95, and with data 2^-0.095 = 0.94.
    const PowerLaw<Parameters>& by_parameters = catalog::kaplan_2020_parameters;
    CHECK(by_parameters.loss(2_B_parameters) / by_parameters.loss(1_B_parameters) ==
          doctest::Approx(0.95).epsilon(0.005));
    const PowerLaw<Tokens>& by_tokens = catalog::kaplan_2020_tokens;
    CHECK(by_tokens.loss(2_B_tokens) / by_tokens.loss(1_B_tokens) == doctest::Approx(0.94).epsilon(0.005));
    // The scales are where the laws give one nat a token.
    CHECK(raw(by_parameters.loss(make<Parameters>(8.8e13))) == relative(1.0));
    CHECK(raw(by_tokens.loss(make<Tokens>(5.4e13))) == relative(1.0));
    // GPT-3's 3640 PFLOP/s-days: arXiv 2005.14165, figure 3.1, L = 2.57 C^-0.048 = 1.73.
    const double gpt3 = raw(catalog::kaplan_2020_compute.loss(make<Flops>(3640 * 8.64e19)));
    CHECK(gpt3 == doctest::Approx(1.73).epsilon(0.03));
    CHECK(raw(by_tokens.needed(by_tokens.loss(3_B_tokens))) == relative(3e9));
}

TEST_CASE("the joint law tends to those of one quantity") {
    CHECK(raw(law.loss(1_B_parameters, make<Tokens>(1e40)).total()) == relative(raw(law.limit(1_B_parameters))));
    CHECK(raw(law.loss(make<Parameters>(1e60), 1_B_tokens).total()) ==
          relative(std::pow(raw(law.data_scale) / 1e9, law.data_exponent)));
    CHECK(raw(law.limit(1_B_parameters)) == relative(std::pow(raw(law.model_scale) / 1e9, law.model_exponent)));
}

TEST_CASE("loss falls in both, and the closed forms are its inverse") {
    for (double x = 1e6; x < 1e13; x *= 10) {
        CHECK(law.loss(make<Parameters>(10 * x), 1_T_tokens).total() <
              law.loss(make<Parameters>(x), 1_T_tokens).total());
        CHECK(law.loss(1_B_parameters, make<Tokens>(10 * x)).total() <
              law.loss(1_B_parameters, make<Tokens>(x)).total());
    }
    const CrossEntropy loss = law.loss(1_B_parameters, 22_B_tokens).total();
    CHECK(raw(law.tokens_to(1_B_parameters, loss)) == relative(22e9).epsilon(1e-9));
    const Parameters best = law.optimal_parameters(make<Flops>(1e21));
    const Tokens tokens = make<Tokens>(1e21 / 6 / raw(best));
    CHECK(raw(law.parameters_for(tokens)) == relative(raw(best)).epsilon(1e-9));
    CHECK(raw(law.parameters_of_frontier(law.loss(best, tokens).total())) == relative(raw(best)).epsilon(1e-9));
    for (const double factor : {0.5, 0.9, 1.1, 2.0})
        CHECK(law.loss(best * factor, tokens / factor).total() > law.loss(best, tokens).total());
}

TEST_CASE("data grow more slowly than the model: D ~ N^0.74 keeps overfitting away") {
    // arXiv 2001.08361, section 4.2: D >= 5e3 N^0.74 avoids overfitting; 0.74 = alpha_N / alpha_D of the joint fit.
    const double ratio = raw(law.parameters_for(2_T_tokens)) / raw(law.parameters_for(1_T_tokens));
    CHECK(1.0 / std::log2(ratio) == doctest::Approx(0.74).epsilon(0.005));
}

TEST_CASE("an optimum without a loss spends the compute it is given") {
    const OptimumLaw& kaplan = catalog::optimum_laws[0].law;
    // N ~ C^0.73: ten times the compute, 5.4 times the model (arXiv 2001.08361, section 6.1 says 5.37).
    CHECK(kaplan.optimal_parameters(make<Flops>(1e22)) / kaplan.optimal_parameters(make<Flops>(1e21)) ==
          doctest::Approx(5.37).epsilon(0.01));
    for (const catalog::PublishedOptimum& optimum : catalog::optimum_laws) {
        const Flops compute = make<Flops>(3e23);
        CHECK(raw(training_compute(optimum.law.optimal_parameters(compute), optimum.law.optimal_tokens(compute))) ==
              relative(3e23));
    }
}

TEST_CASE("derivatives of the joint law agree with differences") {
    using Gradient = Dual<double, 2>;
    const BasicKaplanLaw<Gradient> varied = law.over<Gradient>();
    const auto best = try_optimal_allocation(varied, make<BasicFlops<Gradient>>(variable<2>(1e21, 0)));
    REQUIRE(best);
    const double up = raw(optimal_allocation(law, make<Flops>(1.001e21)).loss.total());
    const double down = raw(optimal_allocation(law, make<Flops>(0.999e21)).loss.total());
    CHECK(raw(best->loss.total()).gradient[0] == relative((up - down) / 2e18).epsilon(1e-5));
    CHECK(raw(best->loss.total()).gradient[1] == 0.0);
}

TEST_CASE("constants of a Kaplan law out of range are refused by name") {
    KaplanLaw bad = law;
    bad.data_exponent = 5;
    const auto refused = try_estimate_loss(bad, 1_B_parameters, 1_B_tokens);
    REQUIRE_FALSE(refused);
    CHECK(to_text(refused.violations()[0]) == "law.data_exponent = 5: must be from 0.01 to 2 [range]; hint: alpha_D");
}
