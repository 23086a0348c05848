// SPDX-License-Identifier: Apache-2.0
#include <foretrain/batch/over_training.hpp>

#include <doctest/doctest.h>

#include <foretrain/catalog/scaling_laws.hpp>
#include <foretrain/units/literals.hpp>

#include "../relative.hpp"

using namespace foretrain;
using namespace foretrain::literals;

namespace {

constexpr AdditiveLaw law = catalog::besiroglu_2024.law;
constexpr OverTraining llama = over_training(law, 8_B_parameters, 15_T_tokens);
static_assert(llama.smaller() && llama.extra_compute() > 1.0);

} // namespace

TEST_CASE("the optimum costs nothing beyond itself") {
    const Allocation best = optimal_allocation(law, 1_YFLOP);
    const OverTraining same = over_training(law, best.parameters, best.tokens);
    CHECK(same.extra_compute() == doctest::Approx(0).epsilon(1e-6));
    CHECK(same.quality() == doctest::Approx(1));
    CHECK(raw(same.loss_forgone()) == doctest::Approx(0).epsilon(1e-9));
}

TEST_CASE("everything else costs compute and loss, more the farther it lies") {
    double extra = 1e9;
    for (const double share : {0.25, 0.5, 0.8}) {
        const auto model = try_model_of_share(law, 576_ZFLOP, share);
        REQUIRE(model);
        CHECK(model->smaller());
        CHECK(model->extra_compute() > 0);
        CHECK(model->extra_compute() < extra);
        extra = model->extra_compute();
        // Its loss is that of the optimum at the compute asked about.
        CHECK(raw(model->chosen.loss.total()) == relative(raw(optimal_allocation(law, 576_ZFLOP).loss.total())));
        CHECK(raw(model->same_loss.compute) == relative(5.76e23).epsilon(1e-6));
        CHECK(model->loss_forgone() > CrossEntropy{});
        CHECK(model->quality() == relative(1.0 / (1.0 + model->extra_compute())));
    }
    const auto larger = try_model_of_share(law, 576_ZFLOP, 2.0);
    REQUIRE(larger);
    CHECK_FALSE(larger->smaller());
    CHECK(larger->extra_compute() > 0);
}

TEST_CASE("Llama 3 8B on 15 T tokens spends several times the compute its loss takes") {
    // 1875 tokens a parameter, arXiv 2407.21783; the optimum at its compute is a model ten times the size.
    CHECK(llama.same_compute.parameters > 60_B_parameters);
    CHECK(llama.extra_compute() > 3.0);
    CHECK(llama.extra_compute() < 7.0);
    CHECK(raw(llama.same_loss.loss.total()) == relative(raw(llama.chosen.loss.total())));
    CHECK(llama.same_compute.loss.total() < llama.chosen.loss.total());
}

TEST_CASE("a model too small for the loss is refused, and so is a share of nothing") {
    const auto tiny = try_model_of_share(law, 576_ZFLOP, 0.05);
    REQUIRE_FALSE(tiny);
    CHECK(tiny.violations().contains("reachable"));
    const auto none = try_model_of_share(law, 576_ZFLOP, 0.0);
    REQUIRE_FALSE(none);
    CHECK(to_text(none.violations()[0]) ==
          "share = 0: must be from 1e-6 to 1000000 [range]; hint: parameters over those of the optimum");
    CHECK_THROWS_AS((void)over_training(law, make<Parameters>(0.0), 1_T_tokens), InvalidConfiguration);
}
