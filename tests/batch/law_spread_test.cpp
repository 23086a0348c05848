// SPDX-License-Identifier: Apache-2.0
#include <foretrain/batch/law_spread.hpp>

#include <doctest/doctest.h>

#include <foretrain/catalog/scaling_laws.hpp>
#include <foretrain/units/literals.hpp>

#include "../relative.hpp"

using namespace foretrain;
using namespace foretrain::literals;

namespace {

constexpr auto spread = tokens_spread(30_B_parameters, 2.1_nats_per_token, catalog::hoffmann_2022,
                                      catalog::besiroglu_2024, catalog::miri_2025);
static_assert(spread.reached == 3 && spread.low <= spread.mid && spread.mid <= spread.high);

} // namespace

TEST_CASE("low, mid and high are of the laws' own answers, in order") {
    for (const TokensByLaw& law : spread.laws) {
        CHECK(law.reached);
        CHECK(law.tokens >= spread.low);
        CHECK(law.tokens <= spread.high);
    }
    CHECK(spread.laws[1].law == "besiroglu-2024");
    CHECK(spread.laws[1].tokens == tokens_to_loss(catalog::besiroglu_2024.law, 30_B_parameters, 2.1_nats_per_token));
    // The order in which laws are given changes nothing, and neither does a law given twice.
    const auto other = tokens_spread(30_B_parameters, 2.1_nats_per_token, catalog::miri_2025, catalog::hoffmann_2022,
                                     catalog::besiroglu_2024);
    CHECK(other.low == spread.low);
    CHECK(other.mid == spread.mid);
    CHECK(other.high == spread.high);
    const auto one = tokens_spread(30_B_parameters, 2.1_nats_per_token, catalog::miri_2025);
    CHECK(one.low == one.high);
}

TEST_CASE("of two in the middle, the mean of their logarithms") {
    const auto two =
        tokens_spread(30_B_parameters, 2.1_nats_per_token, catalog::hoffmann_2022, catalog::besiroglu_2024);
    CHECK(raw(two.mid) * raw(two.mid) == relative(raw(two.low) * raw(two.high)));
}

TEST_CASE("a law by which it never comes is counted apart, not as a large number") {
    // 1.75 nats is above the floor of approach 3 and below that of its refits.
    const auto some =
        tokens_spread(700_B_parameters, 1.78_nats_per_token, catalog::besiroglu_2024, catalog::hoffmann_2022);
    CHECK(some.reached == 1);
    CHECK_FALSE(some.laws[0].reached);
    CHECK(some.low == some.laws[1].tokens);
    CHECK(some.high == some.low);
    const auto none = tokens_spread(1_M_parameters, 1.5_nats_per_token, catalog::besiroglu_2024);
    CHECK(none.reached == 0);
    CHECK(none.mid == Tokens{});
}

TEST_CASE("what lies outside of a law's runs is marked") {
    const auto inside = tokens_spread(7_B_parameters, 2.3_nats_per_token, catalog::besiroglu_2024);
    CHECK(inside.laws[0].fitted);
    CHECK_FALSE(tokens_spread(70_B_parameters, 2.3_nats_per_token, catalog::besiroglu_2024).laws[0].fitted);
}

TEST_CASE("matching another training compares laws of different text") {
    const auto same = tokens_to_match(8_B_parameters, 8_B_parameters, 1_T_tokens, catalog::hoffmann_2022,
                                      catalog::besiroglu_2024, catalog::muennighoff_2023, catalog::kaplan_2020);
    REQUIRE(same.reached == 4);
    CHECK(raw(same.low) == relative(1e12).epsilon(1e-8));
    CHECK(raw(same.high) == relative(1e12).epsilon(1e-8));
    const auto larger = tokens_to_match(16_B_parameters, 8_B_parameters, 1_T_tokens, catalog::hoffmann_2022,
                                        catalog::besiroglu_2024, catalog::muennighoff_2023, catalog::kaplan_2020);
    CHECK(larger.high < 1_T_tokens);
    CHECK(larger.low < larger.high);
    const auto bad = tokens_to_match(16_B_parameters, make<Parameters>(0.0), 1_T_tokens, catalog::hoffmann_2022);
    CHECK(bad.reached == 0);
}
