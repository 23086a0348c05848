// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <foretrain/catalog/models_llama.hpp>
#include <foretrain/catalog/models_moe.hpp>
#include <foretrain/memory/stage_memory.hpp>

using namespace foretrain;

namespace {

constexpr std::size_t dense = static_cast<std::size_t>(LayerPart::feed_forward);
constexpr std::size_t experts = static_cast<std::size_t>(LayerPart::experts);
constexpr std::size_t attention = static_cast<std::size_t>(LayerPart::attention);

constexpr ParallelPlan plan_of(std::int64_t pipeline) {
    ParallelPlan plan;
    plan.pipeline = pipeline;
    plan.micro_batch = 1;
    plan.global_batch = 64;
    plan.sequence = 4096;
    return plan;
}

detail::PartCounts counts_of(const Transformer& model, const ParallelPlan& plan, std::int64_t stage) {
    const detail::StageMemory<double> m = detail::stage_memory(model, plan);
    return detail::stage_parts(m, static_cast<double>(m.layers.of(stage_kind(stage, plan.pipeline))), stage);
}

} // namespace

TEST_CASE("few dense layers come first, many alternate with experts") {
    Transformer model = catalog::deepseek_v3;
    model.layers = 64;
    for (const std::int64_t leading : {3, 10}) {
        model.experts.dense_layers = leading;
        double sum = 0;
        for (std::int64_t stage = 0; stage < 8; ++stage) {
            const detail::PartCounts counts = counts_of(model, plan_of(8), stage);
            CHECK(counts[dense] + counts[experts] == 8.0);
            CHECK(counts[attention] == 8.0);
            sum += counts[dense];
        }
        CHECK(sum == static_cast<double>(leading));
        CHECK(counts_of(model, plan_of(8), 0)[dense] == (leading < 8 ? 3.0 : 8.0));
        CHECK(counts_of(model, plan_of(8), 7)[dense] == 0.0);
    }
    model.experts.dense_layers = 32; // every other layer, as Llama 4 Maverick
    CHECK(counts_of(model, plan_of(8), 0)[dense] == 4.0);
    CHECK(counts_of(model, plan_of(8), 7)[dense] == 4.0);
}

TEST_CASE("parts of a layer add up to what it has") {
    const ParallelPlan plan = plan_of(1);
    const detail::StageMemory<double> m = detail::stage_memory(catalog::llama3_8b, plan);
    CHECK(m.held[attention].total() + m.held[dense].total() ==
          static_cast<double>(layer_parameters(catalog::llama3_8b).total()));
    CHECK(m.held[experts].total() == 0);
    CHECK(32 * (m.held[attention].total() + m.held[dense].total()) + m.embedding.total() ==
          static_cast<double>(parameters(catalog::llama3_8b)));
    CHECK(m.head.total() == 0); // with one stage both ends are one
    CHECK(raw(m.kept[attention] + m.kept[dense]) == raw(layer_activations(catalog::llama3_8b, plan).total()));
}

TEST_CASE("context parallelism: gathered keys and values exceed those that pass by, and both what stays at home") {
    ParallelPlan plan = plan_of(1);
    plan.context = 8;
    plan.sequence *= 8; // as many tokens a rank
    const auto gradients = [&](ContextExchange exchange) {
        plan.context_exchange = exchange;
        return detail::stage_memory(catalog::llama3_8b, plan).gradients[attention];
    };
    const Bytes alone = detail::stage_memory(catalog::llama3_8b, plan_of(1)).gradients[attention];
    CHECK(alone < gradients(ContextExchange::ring));
    CHECK(gradients(ContextExchange::ring) < gradients(ContextExchange::all_gather));
    CHECK(alone < gradients(ContextExchange::all_to_all));
}

TEST_CASE("weight gradients are staged where they are added up in another format or shared out") {
    ParallelPlan plan = plan_of(1);
    const auto staged = [&] { return detail::stage_memory(catalog::llama3_8b, plan).staged_bytes; };
    CHECK(staged() == 2.0); // made in BF16, added up in FP32
    plan.precision = precision::mixed_bf16_reduced;
    CHECK(staged() == 0.0);
    plan.sharding = Sharding::parameters;
    CHECK(staged() == 2.0);
    plan.sharding = Sharding::none;
    plan.precision.weights = NumberFormat::fp8; // products give BF16 all the same
    CHECK(staged() == 0.0);
    plan.precision.gradients = NumberFormat::fp32;
    CHECK(staged() == 2.0);
}
