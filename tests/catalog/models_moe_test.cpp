// SPDX-License-Identifier: Apache-2.0
#include <foretrain/catalog/models_moe.hpp>

#include <doctest/doctest.h>
#include <foretrain/workload/parameters.hpp>

#include <cstdint>

using namespace foretrain;

namespace {

struct Published {
    const Transformer& model;
    std::int64_t total;   ///< of the public checkpoint, by its safetensors
    std::int64_t missing; ///< of which the model here leaves out
};

// What is left out: correction biases of the router, one an expert (DeepSeek-V3, Kimi K2, Nemotron 3); the router's
// biases of GPT-OSS; the gate of Qwen's shared expert; norms of queries and keys over all heads of OLMoE.
constexpr Published published[] = {
    {catalog::mixtral_8x7b, 46'702'792'704, 0},
    {catalog::mixtral_8x22b, 140'620'634'112, 0},
    {catalog::deepseek_v2_lite, 15'706'484'224, 0},
    {catalog::deepseek_v2, 235'741'434'880, 0},
    {catalog::deepseek_v3, 671'026'419'200, std::int64_t{58} * 256},
    {catalog::kimi_k2, 1'026'408'232'448, std::int64_t{60} * 384},
    {catalog::qwen1_5_moe_a2_7b, 14'315'784'192, std::int64_t{24} * 2048},
    {catalog::qwen3_30b_a3b, 30'532'122'624, 0},
    {catalog::qwen3_235b_a22b, 235'093'634'560, 0},
    {catalog::dbrx, 131'596'523'520, 0},
    {catalog::olmoe_1b_7b, 6'919'161'856, std::int64_t{16} * 2 * (2048 - 128)},
    {catalog::phi3_5_moe, 41'873'153'344, 0},
    {catalog::nemotron3_nano, 31'577'940'288, std::int64_t{23} * 128},
};

/// Without the modules of multi-token prediction, which checkpoints count apart.
constexpr std::int64_t main_parameters(const Transformer& model) {
    return parameters(model) - count_parameters(model).prediction;
}
constexpr bool all_exact() {
    for (const Published& row : published)
        if (main_parameters(row.model) != row.total - row.missing) return false;
    return true;
}
static_assert(all_exact());

double billions(const Transformer& model) { return 1e-9 * static_cast<double>(main_parameters(model)); }
double active(const Transformer& model) { return 1e-9 * static_cast<double>(active_parameters(model)); }

} // namespace

TEST_CASE("parameter counts equal the public checkpoints' of models with experts") {
    for (const Published& row : published) {
        CAPTURE(row.model.name);
        CHECK(main_parameters(row.model) == row.total - row.missing);
    }
}

TEST_CASE("sizes as announced, where the checkpoint has parts that are not modelled") {
    CHECK(billions(catalog::gpt_oss_20b) == doctest::Approx(20.9).epsilon(0.002));
    CHECK(billions(catalog::gpt_oss_120b) == doctest::Approx(116.8).epsilon(0.001));
    CHECK(billions(catalog::qwen2_57b_a14b) == doctest::Approx(57.4).epsilon(0.001));
    CHECK(billions(catalog::grok_1) == doctest::Approx(314).epsilon(0.01));
    CHECK(billions(catalog::skywork_moe) == doctest::Approx(146).epsilon(0.005));
    CHECK(billions(catalog::llama4_scout) == doctest::Approx(109).epsilon(0.015)); // with its vision tower
    CHECK(billions(catalog::llama4_maverick) == doctest::Approx(400).epsilon(0.005));
    CHECK(billions(catalog::glm4_5) == doctest::Approx(355).epsilon(0.01));
    CHECK(billions(catalog::glm4_5_air) == doctest::Approx(106).epsilon(0.01));
    CHECK(billions(catalog::nemotron3_super) == doctest::Approx(120.6).epsilon(0.001));
}

TEST_CASE("active parameters as announced") {
    CHECK(active(catalog::mixtral_8x7b) == doctest::Approx(12.9).epsilon(0.005));
    CHECK(active(catalog::mixtral_8x22b) == doctest::Approx(39).epsilon(0.01));
    CHECK(active(catalog::deepseek_v2) == doctest::Approx(21).epsilon(0.02));
    CHECK(active(catalog::kimi_k2) == doctest::Approx(32.6).epsilon(0.02));
    CHECK(active(catalog::qwen3_30b_a3b) == doctest::Approx(3.3).epsilon(0.02));
    CHECK(active(catalog::qwen3_235b_a22b) == doctest::Approx(22).epsilon(0.02));
    CHECK(active(catalog::dbrx) == doctest::Approx(36).epsilon(0.02));
}

TEST_CASE("each layer of Nemotron 3 is one block") {
    for (const Transformer* model : {&catalog::nemotron3_nano, &catalog::nemotron3_super})
        CHECK(model->count(LayerPart::attention) + model->count(LayerPart::state_space) +
                  model->count(LayerPart::experts) ==
              model->layers);
}
