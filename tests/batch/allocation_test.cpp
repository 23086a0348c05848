// SPDX-License-Identifier: Apache-2.0
#include <foretrain/batch/allocation.hpp>

#include <doctest/doctest.h>

#include <foretrain/catalog/scaling_laws.hpp>
#include <foretrain/units/literals.hpp>

#include "../relative.hpp"

using namespace foretrain;
using namespace foretrain::literals;

namespace {

constexpr AdditiveLaw law = catalog::besiroglu_2024.law;
static_assert(optimal_allocation(law, 576_ZFLOP).tokens > 1_T_tokens);
static_assert(least_compute(law, 2_nats_per_token).compute < 1_YFLOP);

/// A law without closed forms, over any scalar.
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
static_assert(optimal_allocation(Plain{}, 576_ZFLOP).tokens > 1_T_tokens, "a root is bracketed at compile time, too");

template <class Law>
void beats_its_neighbours(const Law& of, double compute) {
    const Allocation best = optimal_allocation(of, make<Flops>(compute));
    CHECK(raw(training_compute(best.parameters, best.tokens)) == relative(compute));
    for (const double factor : {0.1, 0.5, 0.9, 0.99, 1.01, 1.1, 2.0, 10.0})
        CHECK(of.loss(best.parameters * factor, best.tokens / factor).total() > best.loss.total());
}

} // namespace

TEST_CASE("an optimal allocation spends the compute and beats its neighbours") {
    for (const double compute : {1e19, 1e22, 5.76e23, 1e27}) {
        beats_its_neighbours(law, compute);
        beats_its_neighbours(catalog::hoffmann_2022.law, compute);
        beats_its_neighbours(catalog::kaplan_2020.law, compute);
        beats_its_neighbours(Plain{}, compute);
    }
}

TEST_CASE("bracketed and closed optima agree") {
    for (const double compute : {1e19, 1e24, 1e27})
        CHECK(raw(optimal_allocation(Plain{}, make<Flops>(compute)).parameters) ==
              relative(raw(law.optimal_parameters(make<Flops>(compute)))).epsilon(1e-8));
}

TEST_CASE("least compute for a loss is the inverse of least loss for a compute") {
    for (const double compute : {1e19, 1e24, 1e27}) {
        const Allocation best = optimal_allocation(law, make<Flops>(compute));
        const Allocation back = least_compute(law, best.loss.total());
        CHECK(raw(back.compute) == relative(compute).epsilon(1e-6));
        CHECK(raw(back.parameters) == relative(raw(best.parameters)).epsilon(1e-6));
        CHECK(raw(least_compute(Plain{}, best.loss.total()).compute) == relative(compute).epsilon(1e-6));
        CHECK(raw(least_compute(catalog::kaplan_2020.law,
                                optimal_allocation(catalog::kaplan_2020.law, make<Flops>(compute)).loss.total())
                      .compute) == relative(compute).epsilon(1e-6));
    }
}

TEST_CASE("more compute buys a lower loss, never below the floor") {
    double last = 100;
    for (double compute = 1e18; compute < 1e30; compute *= 10) {
        const double loss = raw(optimal_allocation(law, make<Flops>(compute)).loss.total());
        CHECK(loss < last);
        CHECK(loss > raw(law.irreducible));
        last = loss;
    }
    const auto refused = try_least_compute(law, 1.8_nats_per_token);
    REQUIRE_FALSE(refused);
    CHECK(refused.violations().contains("irreducible"));
}

TEST_CASE("no model below the smallest reaches a loss, the ones above it do") {
    const Result<Parameters> smallest = try_smallest_model(law, 2_nats_per_token);
    REQUIRE(smallest);
    CHECK_FALSE(try_tokens_to_loss(law, *smallest * 0.999, 2_nats_per_token));
    CHECK(try_tokens_to_loss(law, *smallest * 1.01, 2_nats_per_token));
    CHECK(*smallest < least_compute(law, 2_nats_per_token).parameters);
    CHECK_FALSE(try_smallest_model(law, 1.7_nats_per_token));
}

TEST_CASE("the slope of the optimal loss over compute is exact, bracketed or closed") {
    using Gradient = Dual<double, 1>;
    const auto compute = make<BasicFlops<Gradient>>(variable<1>(1e24, 0));
    const auto closed = try_optimal_allocation(law, compute);
    const auto bracketed = try_optimal_allocation(Plain{}, compute);
    REQUIRE(closed);
    REQUIRE(bracketed);
    const double difference = (raw(optimal_allocation(law, make<Flops>(1.001e24)).loss.total()) -
                               raw(optimal_allocation(law, make<Flops>(0.999e24)).loss.total())) /
                              2e21;
    CHECK(raw(closed->loss.total()).gradient[0] == relative(difference).epsilon(1e-5));
    CHECK(raw(bracketed->loss.total()).gradient[0] == relative(difference).epsilon(1e-5));
    CHECK(raw(bracketed->parameters).gradient[0] == relative(raw(closed->parameters).gradient[0]).epsilon(1e-6));
    const auto least = try_least_compute(Plain{}, make<BasicCrossEntropy<Gradient>>(variable<1>(2.0, 0)));
    REQUIRE(least);
    const double by_loss = (raw(least_compute(law, 2.0001_nats_per_token).compute) -
                            raw(least_compute(law, 1.9999_nats_per_token).compute)) /
                           2e-4;
    CHECK(raw(least->compute).gradient[0] == relative(by_loss).epsilon(1e-5));
}

TEST_CASE("a compute out of range is refused") {
    const auto refused = try_optimal_allocation(law, make<Flops>(1.0));
    REQUIRE_FALSE(refused);
    CHECK(to_text(refused.violations()[0]) ==
          "law.compute = 1 FLOP: must be from 6 to 6e36 FLOP [range]; hint: 6 x parameters x tokens");
    CHECK_THROWS_AS((void)optimal_allocation(law, make<Flops>(-1.0)), InvalidConfiguration);
    CHECK_THROWS_AS((void)least_compute(law, 1_nats_per_token), InvalidConfiguration);
}
