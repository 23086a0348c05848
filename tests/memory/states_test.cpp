// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <foretrain/catalog/models_gpt.hpp>
#include <foretrain/catalog/models_llama.hpp>
#include <foretrain/catalog/models_megatron.hpp>
#include <foretrain/catalog/models_moe.hpp>
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
        const Bytes total = training_states(HeldParameters{7.5e9, 0}, zero_plan(stages_of_zero[i])).total();
        const double difference = raw(total) / 1e9 - published_gb[i];
        CHECK(-0.05 < difference); // to the digit they print
        CHECK(difference < 0.05);
    }
    static_assert(training_states(HeldParameters{7.5e9, 0}, zero_plan(Sharding::none)).total() == 120_GB);
    static_assert(training_states(HeldParameters{7.5e9, 0}, zero_plan(Sharding::parameters)).total() == 1.875_GB);
}

TEST_CASE("recipes keep the bytes a parameter they are known for") {
    ParallelPlan plan;
    CHECK(raw(training_states(HeldParameters{1, 0}, plan).total()) == 18.0);
    plan.precision = precision::mixed_bf16_reduced;
    CHECK(raw(training_states(HeldParameters{1, 0}, plan).total()) == 16.0);
    plan.precision = precision::fp32;
    CHECK(raw(training_states(HeldParameters{1, 0}, plan).total()) == 16.0);
    CHECK(raw(training_states(HeldParameters{1, 0}, plan).master_weights) == 0.0);
    plan.optimizer = Optimizer::sgd;
    CHECK(raw(training_states(HeldParameters{1, 0}, plan).total()) == 8.0);
    plan.optimizer = Optimizer::momentum;
    CHECK(raw(training_states(HeldParameters{1, 0}, plan).optimizer_states) == 4.0);
}

TEST_CASE("a sharding group below data parallelism keeps as many copies as there are groups") {
    ParallelPlan whole = zero_plan(Sharding::parameters);
    ParallelPlan hybrid = whole;
    hybrid.sharding_group = 8;
    CHECK(raw(training_states(HeldParameters{7.5e9, 0}, hybrid).total()) ==
          doctest::Approx(8.0 * raw(training_states(HeldParameters{7.5e9, 0}, whole).total())));
}

TEST_CASE("the stages of a pipeline hold the model once, and a tied embedding twice") {
    for (const Transformer* model : {&catalog::megatron_175b, &catalog::llama3_70b}) {
        for (std::int64_t pipeline : {1, 2, 4, 8}) {
            ParallelPlan plan;
            plan.pipeline = pipeline;
            double held = 0;
            for (std::int64_t stage = 0; stage < pipeline; ++stage)
                held += held_parameters(*model, plan, stage).total();
            double expected = static_cast<double>(parameters(*model));
            if (model->tied_embeddings && pipeline > 1)
                expected += static_cast<double>(model->vocabulary * model->hidden);
            CHECK(held == expected);
        }
    }
}

TEST_CASE("experts: their states are shared out over the replicas of an expert") {
    // 61 layers of 256 experts over 64 ranks; each expert on 2048 / 64 = 32 ranks.
    ParallelPlan plan;
    plan.data = 2048;
    plan.expert = 64;
    plan.sharding = Sharding::optimizer;
    const HeldParameters held = held_parameters(catalog::deepseek_v3, plan, 0);
    const double experts = static_cast<double>(all_layer_parameters(catalog::deepseek_v3).experts +
                                               prediction_parameters(catalog::deepseek_v3).experts);
    CHECK(held.experts == doctest::Approx(experts / 64));
    const TrainingStates states = training_states<double>(held, plan);
    CHECK(raw(states.weights) == doctest::Approx(2 * held.total()));
    CHECK(raw(states.master_weights) == doctest::Approx(4 * (held.dense / 2048 + held.experts / 32)));
    plan.expert = 1; // without expert parallelism every rank has all experts, shared out over all
    CHECK(raw(training_states(catalog::deepseek_v3, plan, 0).weights) > 20 * raw(states.weights));
}

TEST_CASE("LoRA: frozen weights have neither gradients nor moments") {
    ParallelPlan plan;
    const TrainingStates all = training_states<double>(HeldParameters{1e9, 0}, plan);
    plan.adapter_rank = 16;
    const HeldParameters adapters{1e6, 0};
    const TrainingStates few = training_states<double>(HeldParameters{1e9, 0}, plan, adapters);
    CHECK(raw(few.weights) == raw(all.weights) + 2e6);
    CHECK(raw(few.gradients) == 4e6);
    CHECK(raw(few.optimizer_states) == 8e6);
    // Llama 3 8B, rank 16 on all seven matrices of a layer: 41,943,040 trained parameters (unsloth's notebook prints
    // it).
    double count = 0;
    for (const LayerPart part : {LayerPart::attention, LayerPart::feed_forward})
        count += 32 * adapter_parameters(catalog::llama3_8b, plan, part).total();
    CHECK(count == 41943040.0);
    plan.tensor = 8; // what is cut is less, what is narrow is on every rank
    CHECK(adapter_parameters(catalog::llama3_8b, plan, LayerPart::feed_forward).total() * 8 * 32 > count / 2);
    plan.adapter_rank = 0;
    CHECK(adapter_parameters(catalog::llama3_8b, plan, LayerPart::feed_forward).total() == 0);
}

TEST_CASE("what is offloaded is gone, and a software's own copies are not") {
    ParallelPlan plan = zero_plan(Sharding::none);
    const HeldParameters held{1e9, 0};
    const TrainingStates here = training_states<double>(held, plan);
    plan.offload.optimizer = 1.0;
    const TrainingStates there = training_states<double>(held, plan);
    CHECK(raw(there.master_weights + there.optimizer_states) == 0);
    CHECK(there.weights + there.gradients == here.weights + here.gradients);
    plan.offload.weights = 0.25;
    CHECK(raw(training_states<double>(held, plan).weights) == 0.75 * raw(here.weights));
    plan.stack.memory.gradient_copies = 1; // in FP16, as the weights
    CHECK(raw(training_states<double>(held, plan).gradients) == raw(here.gradients) + 2e9);
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
