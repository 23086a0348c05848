// SPDX-License-Identifier: Apache-2.0
#include <foretrain/batch/tokens_to_loss.hpp>

#include <doctest/doctest.h>

#include <limits>

#include <foretrain/catalog/scaling_laws.hpp>
#include <foretrain/units/literals.hpp>

#include "../relative.hpp"

using namespace foretrain;
using namespace foretrain::literals;

namespace {

constexpr AdditiveLaw law = catalog::besiroglu_2024.law;
static_assert(tokens_to_loss(law, 7_B_parameters, 2.2_nats_per_token) < 1_T_tokens);

/// The same law without its closed forms, over any scalar.
struct Plain {
    using Number = double;
    template <class S>
    [[nodiscard]] constexpr BasicLossParts<S> loss(const BasicParameters<S>& n,
                                                   const BasicTokens<S>& d) const noexcept {
        return law.loss(n, d);
    }
    template <class S>
    [[nodiscard]] constexpr BasicCrossEntropy<S> limit(const BasicParameters<S>& n) const noexcept {
        return law.limit(n);
    }
};

} // namespace

TEST_CASE("tokens to a loss give that loss, by closed form and by bracketing alike") {
    for (const double n : {1e8, 7e9, 4e11})
        for (const double d : {1e10, 1e12, 1e15}) {
            const CrossEntropy loss = law.loss(make<Parameters>(n), make<Tokens>(d)).total();
            CHECK(raw(tokens_to_loss(law, make<Parameters>(n), loss)) == relative(d).epsilon(1e-7));
            CHECK(raw(tokens_to_loss(Plain{}, make<Parameters>(n), loss)) == relative(d).epsilon(1e-7));
        }
}

TEST_CASE("a larger model needs fewer tokens, a lower loss more") {
    double last = 1e30;
    for (double n = 3e9; n < 1e12; n *= 2) {
        const double tokens = raw(tokens_to_loss(law, make<Parameters>(n), 2.1_nats_per_token));
        CHECK(tokens < last);
        last = tokens;
    }
    CHECK(tokens_to_loss(law, 70_B_parameters, 2.0_nats_per_token) >
          tokens_to_loss(law, 70_B_parameters, 2.1_nats_per_token));
}

TEST_CASE("never is said, not counted: to the law's floor, and to the model's own") {
    const auto floor = try_tokens_to_loss(law, 70_B_parameters, 1.8_nats_per_token);
    REQUIRE_FALSE(floor);
    REQUIRE(floor.violations().size() == 1);
    CHECK(to_text(floor.violations()[0]) ==
          "target.loss = 1.8: must be above 1.817 nats/token, which no model and no data go below [irreducible]; hint: "
          "this law has no lower loss on its text");
    const auto model = try_tokens_to_loss(law, 7_B_parameters, 1.9_nats_per_token);
    REQUIRE_FALSE(model);
    REQUIRE(model.violations().size() == 1);
    CHECK(to_text(model.violations()[0]) ==
          "target.loss = 1.9: must be above 1.998 nats/token, which this model only tends to however long it trains "
          "[reachable]; hint: a larger model, more unique data or a higher loss");
    // At the limit itself, and so little above it that the tokens have no sense.
    const CrossEntropy limit = law.limit(7_B_parameters);
    CHECK(try_tokens_to_loss(law, 7_B_parameters, limit).violations().contains("reachable"));
    for (const auto& refused : {try_tokens_to_loss(law, 7_B_parameters, limit + 1e-6_nats_per_token),
                                try_tokens_to_loss(Plain{}, 7_B_parameters, limit + 1e-6_nats_per_token)}) {
        REQUIRE_FALSE(refused);
        CHECK(refused.violations()[0].field == "tokens_to_loss");
    }
    // Above what it has before it has seen anything.
    for (const auto& refused : {try_tokens_to_loss(catalog::kaplan_2020.law, 1_B_parameters, 29_nats_per_token)}) {
        REQUIRE_FALSE(refused);
        CHECK(refused.violations()[0].field == "tokens_to_loss");
    }
    CHECK_THROWS_AS((void)tokens_to_loss(law, 7_B_parameters, 1.9_nats_per_token), InvalidConfiguration);
}

TEST_CASE("numbers that are none are refused by range, without guesses about reach") {
    const auto refused =
        try_tokens_to_loss(law, make<Parameters>(0.0), make<CrossEntropy>(std::numeric_limits<double>::quiet_NaN()));
    REQUIRE_FALSE(refused);
    REQUIRE(refused.violations().size() == 2);
    CHECK(refused.violations()[0].field == "law.parameters");
    CHECK(to_text(refused.violations()[1]) ==
          "target.loss = nan nats/token: must be from 0.001 to 30 nats/token [range]; "
          "hint: bits a token times 0.6931");
}

TEST_CASE("derivatives of a bracketed root are those of the closed form") {
    using Gradient = Dual<double, 2>;
    const auto n = make<BasicParameters<Gradient>>(variable<2>(7e9, 0));
    const auto target = make<BasicCrossEntropy<Gradient>>(variable<2>(2.2, 1));
    const auto closed = try_tokens_to_loss(law, n, target);
    const auto bracketed = try_tokens_to_loss(Plain{}, n, target);
    REQUIRE(closed);
    REQUIRE(bracketed);
    CHECK(raw(*bracketed).value == relative(raw(*closed).value).epsilon(1e-9));
    CHECK(raw(*bracketed).gradient[0] == relative(raw(*closed).gradient[0]).epsilon(1e-7));
    CHECK(raw(*bracketed).gradient[1] == relative(raw(*closed).gradient[1]).epsilon(1e-7));
    CHECK(raw(*closed).gradient[1] < 0);
}
