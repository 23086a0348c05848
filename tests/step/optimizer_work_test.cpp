// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <foretrain/step/optimizer_work.hpp>

#include "random_plans.hpp"

using namespace foretrain;

TEST_CASE("what the optimizer owns is what the first stage holds, shared out") {
    for (std::uint64_t i = 0; i < 300; ++i) {
        const random_plans::Configuration c = random_plans::configuration(i);
        const RooflineKernels kernels{c.cluster.accelerator, c.plan.precision.compute, Load::sustained,
                                      c.plan.stack.kernels};
        const HeldParts parts = held_parts(*c.model, c.plan);
        const StageLayers layers = stage_layers(c.model->layers, c.plan);
        const auto work = detail::optimizer_work(*c.model, c.plan, parts, layers, kernels);
        const HeldParameters held = held_parameters(*c.model, c.plan, 0);
        CHECK(work.whole == held);
        CHECK(work.time.time > Seconds{});
        CHECK(work.owned <= held.total());
        if (c.plan.adapter_rank == 0 && held.experts == 0)
            CHECK(work.owned * static_cast<double>(c.plan.shards()) == doctest::Approx(held.dense).epsilon(1e-12));
    }
}

TEST_CASE("the optimizer moves 12 + 16 + 8 + 2 bytes a parameter of mixed BF16 with Adam and FP32 gradients") {
    // Gradient thrice 4, two moments of 4 read and written, master weight of 4 read and written, BF16 weight written.
    static_assert(detail::optimizer_bytes(precision::mixed_bf16, Optimizer::adam) == 12 + 16 + 8 + 2);
    CHECK(detail::optimizer_bytes(precision::mixed_bf16, Optimizer::adam) == 38.0);
}
