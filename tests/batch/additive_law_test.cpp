// SPDX-License-Identifier: Apache-2.0
#include <foretrain/batch/additive_law.hpp>

#include <doctest/doctest.h>

#include <cmath>

#include <foretrain/batch/allocation.hpp>
#include <foretrain/catalog/scaling_laws.hpp>
#include <foretrain/units/literals.hpp>

#include "../relative.hpp"

using namespace foretrain;
using namespace foretrain::literals;

namespace {

constexpr AdditiveLaw law = catalog::besiroglu_2024.law;
static_assert(law.loss(70_B_parameters, 1.4_T_tokens).total() < 2_nats_per_token);
static_assert(law.limit(70_B_parameters) < law.loss(70_B_parameters, 1_T_tokens).total());

} // namespace

TEST_CASE("loss falls with parameters and with tokens, to its limits") {
    double last = 100;
    for (double n = 1e6; n < 1e15; n *= 10) {
        const double loss = raw(law.loss(make<Parameters>(n), 1_T_tokens).total());
        CHECK(loss < last);
        last = loss;
    }
    for (double d = 1e6; d < 1e15; d *= 10)
        CHECK(law.loss(1_B_parameters, make<Tokens>(10 * d)).total() <
              law.loss(1_B_parameters, make<Tokens>(d)).total());
    CHECK(raw(law.loss(1_B_parameters, make<Tokens>(1e60)).total()) == relative(raw(law.limit(1_B_parameters))));
    CHECK(raw(law.limit(make<Parameters>(1e60))) == relative(raw(law.irreducible)));
}

TEST_CASE(
    "Chinchilla: 67 B on 1.5 T is some twenty tokens a parameter, and the refit agrees where approach 3 does not") {
    // arXiv 2203.15556, table 3: at 5.76e23 FLOP approaches 1 and 2 give 67 B and 63 B parameters. arXiv 2404.10102:
    // the refit is consistent with 20 tokens a parameter, the published constants of approach 3 are not (about 70 and
    // more).
    const Allocation refit = optimal_allocation(law, 576_ZFLOP);
    CHECK(raw(refit.parameters) > 60e9);
    CHECK(raw(refit.parameters) < 80e9);
    CHECK(raw(refit.tokens_per_parameter()) > 17.0);
    CHECK(raw(refit.tokens_per_parameter()) < 23.0);
    CHECK(raw(optimal_allocation(catalog::hoffmann_2022.law, 576_ZFLOP).tokens_per_parameter()) > 70.0);
}

TEST_CASE("N grows with compute as the refit publishes: a = 0.513") {
    // epoch-research/analyzing-chinchilla@9225883: a = beta / (alpha + beta) = 0.513 +- 0.020
    const double grown =
        raw(law.optimal_parameters(make<Flops>(1e24))) / raw(law.optimal_parameters(make<Flops>(1e22)));
    CHECK(std::log10(grown) / 2 == doctest::Approx(0.513).epsilon(0.002));
}

TEST_CASE("MIRI's 25.6 tokens a parameter is what its constants give at 1e18 FLOP, not at the frontier") {
    const AdditiveLaw miri = catalog::miri_2025.law;
    CHECK(raw(optimal_allocation(miri, make<Flops>(1.2e18)).tokens_per_parameter()) ==
          doctest::Approx(25.6).epsilon(0.01));
    CHECK(raw(optimal_allocation(miri, make<Flops>(1e26)).tokens_per_parameter()) < 17.0);
}

TEST_CASE("closed forms are inverse to the loss") {
    for (const double d : {1e9, 3e11, 2e13}) {
        const CrossEntropy loss = law.loss(7_B_parameters, make<Tokens>(d)).total();
        CHECK(raw(law.tokens_to(7_B_parameters, loss)) == relative(d).epsilon(1e-9));
    }
    for (const double c : {1e20, 1e24, 1e27}) {
        const Parameters n = law.optimal_parameters(make<Flops>(c));
        const Tokens d = make<Tokens>(c / 6 / raw(n));
        CHECK(raw(law.parameters_for(d)) == relative(raw(n)).epsilon(1e-9));
        CHECK(raw(law.parameters_of_frontier(law.loss(n, d).total())) == relative(raw(n)).epsilon(1e-7));
    }
}

TEST_CASE("derivatives by N, D and by the constants agree with differences") {
    using Gradient = Dual<double, 3>;
    BasicAdditiveLaw<Gradient> varied = law.over<Gradient>();
    varied.data_exponent = variable<3>(law.data_exponent, 2);
    const Gradient loss = raw(varied
                                  .loss(make<BasicParameters<Gradient>>(variable<3>(7e9, 0)),
                                        make<BasicTokens<Gradient>>(variable<3>(1e12, 1)))
                                  .total());
    const auto at = [](double n, double d, double beta) {
        AdditiveLaw moved = law;
        moved.data_exponent = beta;
        return raw(moved.loss(make<Parameters>(n), make<Tokens>(d)).total());
    };
    const double beta = law.data_exponent;
    CHECK(loss.value == relative(at(7e9, 1e12, beta)));
    CHECK(loss.gradient[0] == relative((at(7.001e9, 1e12, beta) - at(6.999e9, 1e12, beta)) / 2e6).epsilon(1e-5));
    CHECK(loss.gradient[1] == relative((at(7e9, 1.0001e12, beta) - at(7e9, 0.9999e12, beta)) / 2e8).epsilon(1e-5));
    CHECK(loss.gradient[2] == relative((at(7e9, 1e12, beta + 1e-6) - at(7e9, 1e12, beta - 1e-6)) / 2e-6).epsilon(1e-5));
    CHECK(loss.gradient[0] < 0);
    CHECK(loss.gradient[1] < 0);
}

TEST_CASE("in single precision, too") {
    const BasicAdditiveLaw<float> single = law.over<float>();
    const float loss = raw(single.loss(make<BasicParameters<float>>(7e10f), make<BasicTokens<float>>(1.4e12f)).total());
    CHECK(loss == doctest::Approx(raw(law.loss(70_B_parameters, 1.4_T_tokens).total())).epsilon(1e-5));
    const auto best = try_optimal_allocation(single, make<BasicFlops<float>>(5.76e23f));
    REQUIRE(best);
    CHECK(raw(best->parameters) == doctest::Approx(raw(law.optimal_parameters(576_ZFLOP))).epsilon(1e-4));
}

TEST_CASE("errors of the constants make an error of the loss, each its own") {
    const AdditiveLawErrors& errors = catalog::besiroglu_2024_errors;
    const CrossEntropy all = loss_standard_error(law, errors, 70_B_parameters, 1.4_T_tokens);
    CHECK(all > errors.irreducible);
    CHECK(raw(all) < 0.15);
    const AdditiveLawErrors only{errors.irreducible};
    CHECK(raw(loss_standard_error(law, only, 70_B_parameters, 1.4_T_tokens)) == relative(raw(errors.irreducible)));
    const AdditiveLawErrors of_model{{}, 100.0};
    CHECK(raw(loss_standard_error(law, of_model, 70_B_parameters, 1.4_T_tokens)) ==
          relative(100.0 * std::pow(70e9, -law.model_exponent)));
    CHECK(raw(loss_standard_error(law, {}, 70_B_parameters, 1.4_T_tokens)) == 0.0);
}

TEST_CASE("constants out of range are refused by name") {
    AdditiveLaw bad = law;
    bad.model_exponent = 0;
    bad.data_scale = -1;
    const auto refused = try_optimal_allocation(bad, 1_ZFLOP);
    REQUIRE_FALSE(refused);
    REQUIRE(refused.violations().size() == 2);
    CHECK(to_text(refused.violations()[0]) ==
          "law.model_exponent = 0: must be from 0.01 to 2 [range]; hint: alpha of A / N^alpha");
    CHECK(refused.violations()[1].field == "law.data_scale");
}
