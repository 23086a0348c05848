// SPDX-License-Identifier: Apache-2.0
#include <foretrain/cost/right_sizing.hpp>

#include <doctest/doctest.h>
#include <foretrain/math/dual.hpp>
#include <foretrain/units/literals.hpp>

#include "../relative.hpp"

using namespace foretrain;
using namespace foretrain::literals;

namespace {

// 70 billion parameters at 20 tokens each against 30 billion at 100, on H100 at 2 USD an hour: 400 TFLOP/s in training,
// 100 TFLOP/s in serving.
constexpr Offer offer(double parameters, double tokens) {
    return {.training = compute_cost(6 * parameters * tokens * flop, 400_TFLOP_per_s, 2_usd_per_accelerator_hour),
            .serving = serving_price(make<FlopsPerToken>(2 * parameters), 100_TFLOP_per_s, 2_usd_per_accelerator_hour)};
}
constexpr Offer large = offer(70e9, 1.4e12);
constexpr Offer small = offer(30e9, 6e12);

static_assert(large.training < small.training && large.serving > small.serving);
static_assert(large.life(1_T_tokens) < small.life(1_T_tokens) && large.life(5_T_tokens) > small.life(5_T_tokens));

} // namespace

TEST_CASE("training costs its compute, serving its own") {
    CHECK(raw(large.training) == relative(6 * 70e9 * 1.4e12 / 400e12 / 3600 * 2));
    CHECK(raw(large.serving) * 1e6 == relative(2 * 70e9 / 100e12 / 3600 * 2 * 1e6)); // 0.78 USD a million
    CHECK(large.life(0_tokens) == large.training);
    CHECK(raw(large.life(2_T_tokens) - large.life(1_T_tokens)) == relative(raw(large.serving) * 1e12));
}

TEST_CASE("from the break-even on the model that is cheaper to serve is cheaper in all") {
    const auto even = break_even_tokens(large, small);
    REQUIRE(even.has_value());
    CHECK(raw(large.life(*even)) == relative(raw(small.life(*even))));
    CHECK(small.life(*even * 1.01) < large.life(*even * 1.01));
    CHECK(small.life(*even * 0.99) > large.life(*even * 0.99));
    CHECK_FALSE(break_even_tokens(small, large).has_value());
}

TEST_CASE("offers that are dearer in both are never chosen, and those that are not in either always") {
    const Offer worse{.training = large.training * 2.0, .serving = large.serving * 2.0};
    CHECK_FALSE(break_even_tokens(large, worse).has_value());
    CHECK(*break_even_tokens(worse, large) == 0_tokens);
    CHECK(*break_even_tokens(large, large) == 0_tokens);
    CHECK_FALSE(break_even_tokens(large, {large.training * 2.0, large.serving}).has_value());
}

TEST_CASE("a student pays for its teacher's labels, and pays back by what it saves in serving") {
    const Distillation taught{.teacher_training = 0_usd,
                              .labelled = 1_T_tokens,
                              .teacher = large.serving,
                              .student_training = small.training * 0.2,
                              .student = small.serving};
    CHECK(raw(taught.labels()) == relative(raw(large.serving) * 1e12));
    CHECK(raw(taught.offer().training) == relative(raw(taught.labels()) + 0.2 * raw(small.training)));
    Distillation whole = taught;
    whole.teacher_training = large.training;
    CHECK(raw(whole.offer().training - taught.offer().training) == relative(raw(large.training)));
    // Against serving the teacher itself: labels and student's training over the saving a token.
    const Offer teacher{.training = 0_usd, .serving = large.serving};
    CHECK(raw(*break_even_tokens(teacher, taught.offer())) ==
          relative(raw(taught.offer().training) / raw(large.serving - small.serving)));
    Distillation more = taught;
    more.labelled *= 2.0;
    CHECK(*break_even_tokens(teacher, more.offer()) > *break_even_tokens(teacher, taught.offer()));
}

TEST_CASE("the break-even has the derivatives of both offers") {
    using Number = Dual<double, 1>;
    const BasicOffer<Number> a{over_scalar<Number>(large.training), over_scalar<Number>(large.serving)};
    const BasicOffer<Number> b{make<BasicUsd<Number>>(variable<1>(raw(small.training), 0)),
                               over_scalar<Number>(small.serving)};
    CHECK(raw(*break_even_tokens(a, b)).gradient[0] == relative(1 / raw(large.serving - small.serving)));
}
