// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <foretrain/catalog/models_gpt.hpp>
#include <foretrain/catalog/models_llama.hpp>
#include <foretrain/catalog/models_megatron.hpp>
#include <foretrain/math/dual.hpp>
#include <foretrain/memory/states.hpp>
#include <foretrain/units/literals.hpp>

using namespace foretrain;
using namespace foretrain::literals;

namespace {

constexpr Sharding stages_of_zero[] = {Sharding::none, Sharding::optimizer, Sharding::gradients, Sharding::parameters};

constexpr ParallelPlan zero_plan(Sharding sharding) {
    ParallelPlan plan;
    plan.data = 64;
    plan.sharding = sharding;
    plan.precision = precision::mixed_fp16;
    return plan;
}

} // namespace

TEST_CASE("ZeRO, figure 1: 7.5B parameters on 64 ranks take 120, 31.4, 16.6 and 1.9 GB") {
    constexpr double published_gb[] = {120.0, 31.4, 16.6, 1.9};
    for (int i = 0; i < 4; ++i) {
        const Bytes total = training_states(7.5e9, zero_plan(stages_of_zero[i])).total();
        const double difference = raw(total) / 1e9 - published_gb[i];
        CHECK(-0.05 < difference); // to the digit they print
        CHECK(difference < 0.05);
    }
    static_assert(training_states(7.5e9, zero_plan(Sharding::none)).total() == 120_GB);
    static_assert(training_states(7.5e9, zero_plan(Sharding::parameters)).total() == 1.875_GB);
}

TEST_CASE("recipes keep the bytes a parameter they are known for") {
    ParallelPlan plan;
    CHECK(raw(training_states(1.0, plan).total()) == 18.0);
    plan.precision = precision::mixed_bf16_reduced;
    CHECK(raw(training_states(1.0, plan).total()) == 16.0);
    plan.precision = precision::fp32;
    CHECK(raw(training_states(1.0, plan).total()) == 16.0);
    CHECK(raw(training_states(1.0, plan).master_weights) == 0.0);
    plan.optimizer = Optimizer::sgd;
    CHECK(raw(training_states(1.0, plan).total()) == 8.0);
    plan.optimizer = Optimizer::momentum;
    CHECK(raw(training_states(1.0, plan).optimizer_states) == 4.0);
}

TEST_CASE("a sharding group below data parallelism keeps as many copies as there are groups") {
    ParallelPlan whole = zero_plan(Sharding::parameters);
    ParallelPlan hybrid = whole;
    hybrid.sharding_group = 8;
    CHECK(raw(training_states(7.5e9, hybrid).total()) ==
          doctest::Approx(8.0 * raw(training_states(7.5e9, whole).total())));
}

TEST_CASE("the stages of a pipeline hold the model once, and a tied embedding twice") {
    for (const Transformer* model : {&catalog::megatron_175b, &catalog::llama3_70b}) {
        for (std::int64_t pipeline : {1, 2, 4, 8}) {
            ParallelPlan plan;
            plan.pipeline = pipeline;
            double held = 0;
            for (std::int64_t stage = 0; stage < pipeline; ++stage)
                held += parameters_on_accelerator(*model, plan, stage);
            double expected = static_cast<double>(parameters(*model));
            if (model->tied_embeddings && pipeline > 1)
                expected += static_cast<double>(model->vocabulary * model->hidden);
            CHECK(held == expected);
        }
    }
}

TEST_CASE("a tensor-parallel group holds matrices once and norms on every rank") {
    const Transformer& model = catalog::megatron_22b;
    const auto layer = [&](std::int64_t tensor) { return layer_buckets(model, tensor).per_accelerator(tensor); };
    // Each rank has the scale and bias of both norms and the biases after the two row-parallel products: 6 h.
    CHECK(8.0 * layer(8) - layer(1) == doctest::Approx(7.0 * 6.0 * 6144.0));
    static_assert(layer_buckets(catalog::megatron_22b, 8).replicated == 6 * 6144);
    // Learned positions, 2048 x h, are on every rank of the first stage only.
    static_assert(boundary_buckets(catalog::megatron_22b, 8, 0).replicated == 2048 * 6144);
    static_assert(boundary_buckets(catalog::megatron_22b, 8, 3) == ParameterBuckets{});
}

TEST_CASE("ranks beyond the key-value heads keep copies of them") {
    const Transformer& model = catalog::llama3_70b; // 8 key-value heads
    const auto layer = [&](std::int64_t tensor) { return layer_buckets(model, tensor); };
    CHECK(layer(8) == layer(1));
    const double one_pair_of_heads = 2.0 * 128.0 * 8192.0;
    const double queries_output_and_block = static_cast<double>(layer(1).tensor_split) - 8.0 * one_pair_of_heads;
    CHECK(layer(16).per_accelerator(16) ==
          doctest::Approx(queries_output_and_block / 16.0 + one_pair_of_heads + 2.0 * 8192.0));
}

TEST_CASE("states never grow with sharding, tensor or pipeline parallelism") {
    ParallelPlan plan;
    plan.data = 8;
    for (std::int64_t pipeline : {1, 2, 4, 8, 16}) {
        plan.pipeline = pipeline;
        for (std::int64_t stage : {std::int64_t{0}, pipeline - 1}) {
            double before_tensor = 1e300;
            for (std::int64_t tensor : {1, 2, 4, 8, 16}) {
                plan.tensor = tensor;
                double before = 1e300;
                for (Sharding sharding : stages_of_zero) {
                    plan.sharding = sharding;
                    const double total = raw(training_states(catalog::llama3_70b, plan, stage).total());
                    CHECK(total < before);
                    before = total;
                }
                CHECK(before < before_tensor);
                before_tensor = before;
            }
        }
    }
}

TEST_CASE("float and dual numbers give the same states") {
    const ParallelPlan plan = zero_plan(Sharding::gradients);
    const double total = raw(training_states(catalog::megatron_22b, plan, 0).total());
    const auto single = training_states(catalog::megatron_22b, over_scalar<float>(plan), 0);
    CHECK(static_cast<double>(raw(single.total())) == doctest::Approx(total).epsilon(1e-6));
    const auto dual = training_states(catalog::megatron_22b, over_scalar<Dual<double, 1>>(plan), 0);
    CHECK(value_of(raw(dual.total())) == total);
}
