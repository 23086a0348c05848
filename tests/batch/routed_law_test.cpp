// SPDX-License-Identifier: Apache-2.0
#include <foretrain/batch/routed_law.hpp>

#include <doctest/doctest.h>

#include <cmath>

#include <foretrain/batch/allocation.hpp>
#include <foretrain/catalog/scaling_laws.hpp>
#include <foretrain/units/literals.hpp>

#include "../relative.hpp"

using namespace foretrain;
using namespace foretrain::literals;

namespace {

constexpr AdditiveLaw base = catalog::besiroglu_2024.law;
constexpr RoutedLaw<AdditiveLaw> routed(double experts) { return {base, catalog::clark_2022_s_base, experts}; }
static_assert(routed(64).effective_parameters(1_B_parameters) > 2_B_parameters);

} // namespace

TEST_CASE("one expert is the dense model") {
    for (const Routing& routing :
         {catalog::clark_2022_s_base, catalog::clark_2022_reinforced, catalog::clark_2022_hash}) {
        const RoutedLaw<AdditiveLaw> one{base, routing, 1};
        for (const double n : {1e7, 1e9, 1e12})
            CHECK(raw(one.effective_parameters(make<Parameters>(n))) == relative(n).epsilon(1e-9));
    }
}

TEST_CASE("the effective count has the loss that the unified law gives the routed model") {
    // arXiv 2202.01169, equations 1 and 5, worked by hand in logarithms to base 10: L(N, E) = L(N_eff, 1).
    const Routing& k = catalog::clark_2022_s_base;
    const auto lg_loss = [&](double n, double experts) {
        const double saturated = 1 / (1 / (experts - 1 + 1 / (1 / k.least - 1 / k.most)) + 1 / k.most);
        const double lg_n = std::log10(n);
        const double lg_e = std::log10(saturated);
        return k.parameters * lg_n + k.experts * lg_e + k.interaction * lg_n * lg_e;
    };
    for (const double n : {1.5e7, 1.3e8, 1.3e9})
        for (const double experts : {2.0, 64.0, 512.0}) {
            const double effective = raw(routed(experts).effective_parameters(make<Parameters>(n)));
            CHECK(lg_loss(effective, 1) == doctest::Approx(lg_loss(n, experts)).epsilon(1e-9));
        }
}

TEST_CASE("more experts help, less and less, and larger models less") {
    double last = 1e9;
    double gain = 10;
    for (double experts = 2; experts <= 8192; experts *= 2) {
        const double n = raw(routed(experts).effective_parameters(1_B_parameters));
        CHECK(n > last);
        if (experts > 100) CHECK(n / last < gain);
        gain = n / last;
        last = n;
    }
    double share = 100;
    for (double n = 1e7; n < 1e12; n *= 10) {
        const double now = raw(routed(64).effective_parameters(make<Parameters>(n))) / n;
        CHECK(now < share);
        CHECK(now >= 1.0);
        share = now;
    }
}

TEST_CASE("routing stops to help at the published size, and never harms") {
    // arXiv 2202.01169, section 5.1: S-BASE helps up to about 937 B parameters; its rounded constants give 10^(b/c).
    const double n = 1e11;
    const auto gain = [](double x) { return raw(routed(512).effective_parameters(make<Parameters>(x))) / x; };
    CHECK(gain(n) > 1.1);
    CHECK(gain(8e11) > 1.0);
    CHECK(gain(1.1e12) == 1.0);
    CHECK(gain(1e15) == 1.0);
}

TEST_CASE("a routed model reaches a loss with fewer tokens, and its optimum beats its neighbours") {
    const CrossEntropy target = base.loss(1_B_parameters, 500_B_tokens).total();
    CHECK(tokens_to_loss(routed(64), 1_B_parameters, target) < 300_B_tokens);
    const Allocation best = optimal_allocation(routed(64), make<Flops>(1e22));
    CHECK(best.parameters < base.optimal_parameters(make<Flops>(1e22)));
    for (const double factor : {0.8, 0.95, 1.05, 1.3})
        CHECK(routed(64).loss(best.parameters * factor, best.tokens / factor).total() > best.loss.total());
    CHECK(raw(least_compute(routed(64), best.loss.total()).compute) == relative(1e22).epsilon(1e-6));
}

TEST_CASE("a number of experts below one is refused") {
    const auto refused = try_estimate_loss(routed(0.5), 1_B_parameters, 1_B_tokens);
    REQUIRE_FALSE(refused);
    CHECK(to_text(refused.violations()[0]) ==
          "law.experts = 0.5: must be from 1 to 1000000 [range]; hint: 1 for a dense model");
}
