// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <foretrain/catalog/models.hpp>
#include <foretrain/parallel/shard.hpp>

#include "../relative.hpp"

using namespace foretrain;

namespace {

constexpr Transformer mixture() {
    Transformer model = catalog::llama3_8b;
    model.experts = {.routed = 64, .active = 8, .width = 1792, .shared_width = 1792, .dense_layers = 2};
    return model;
}

/// Parameters of all accelerators together, copies counted.
double everywhere(const Transformer& model, const ParallelPlan& plan) {
    double sum = 0;
    for (std::int64_t stage = 0; stage < plan.pipeline; ++stage)
        sum += held_parameters(model, plan, stage).total() * static_cast<double>(plan.tensor * plan.data);
    return sum;
}

} // namespace

TEST_CASE("one accelerator holds every parameter") {
    for (const Transformer& model : {catalog::llama3_8b, catalog::gpt3_175b, mixture()})
        CHECK(held_parameters(model, ParallelPlan{}, 0).total() ==
              relative(static_cast<double>(parameters(model))).epsilon(1e-12));
}

TEST_CASE("expert parallelism deals out experts and copies the rest") {
    const Transformer model = mixture();
    const ParallelPlan copies{.data = 16};
    const ParallelPlan dealt{.data = 16, .expert = 16};
    const HeldParameters all = held_parameters(model, copies, 0);
    const HeldParameters part = held_parameters(model, dealt, 0);
    CHECK(part.dense == all.dense);
    CHECK(part.experts == all.experts / 16);
    CHECK(everywhere(model, dealt) == relative(16.0 * all.dense + all.experts));
    CHECK(dealt.expert_data() == 1);
    CHECK(ParallelPlan{.tensor = 4, .data = 16, .expert = 8, .expert_tensor = 2}.expert_data() == 4);
}

TEST_CASE("a layer of experts cut by tensor parallelism holds the same share of every expert") {
    const Transformer model = mixture();
    const ParallelPlan cut{.tensor = 4, .expert_tensor = 4};
    CHECK(held_parameters(model, cut, 0).experts == held_parameters(model, ParallelPlan{}, 0).experts / 4);
    CHECK(held_parameters(model, ParallelPlan{.tensor = 4}, 0).experts ==
          held_parameters(model, ParallelPlan{}, 0).experts);
}

TEST_CASE("modules of multi-token prediction sit on the last stage with an embedding of their own") {
    Transformer model = mixture();
    const ParallelPlan plan{.pipeline = 4};
    const double before = held_parameters(model, plan, 3).total();
    model.prediction_layers = 1;
    const double table = static_cast<double>(model.vocabulary * model.hidden);
    CHECK(held_parameters(model, plan, 3).total() - before ==
          relative(static_cast<double>(prediction_parameters(model).total()) + table));
    CHECK(held_parameters(model, plan, 0).total() == held_parameters(mixture(), plan, 0).total());
}

TEST_CASE("adapters are few: rank times the sides of every linear layer") {
    const ParallelPlan plan{.adapter_rank = 16};
    const double adapters = adapters_on_accelerator(catalog::llama3_8b, plan, 0).total();
    // Llama 3 8B, all linear layers, rank 16: 42 million trained parameters (41.9M reported by common tools).
    CHECK(adapters == relative(41.94e6).epsilon(1e-3));
}
