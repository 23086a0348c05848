// SPDX-License-Identifier: Apache-2.0
#include <foretrain/catalog/models_llama.hpp>

#include <doctest/doctest.h>
#include <foretrain/workload/parameters.hpp>

#include <cstdint>

using namespace foretrain;

namespace {

struct Published {
    const Transformer& model;
    std::int64_t total;
};

// Parameters of the public checkpoints of these names, counted by their safetensors or model cards.
constexpr Published published[] = {
    {catalog::llama1_7b, 6'738'415'616},         {catalog::llama1_13b, 13'015'864'320},
    {catalog::llama1_33b, 32'528'943'616},       {catalog::llama1_65b, 65'285'660'672},
    {catalog::llama2_7b, 6'738'415'616},         {catalog::llama2_13b, 13'015'864'320},
    {catalog::llama2_34b, 33'743'970'304},       {catalog::llama2_70b, 68'976'648'192},
    {catalog::llama3_8b, 8'030'261'248},         {catalog::llama3_70b, 70'553'706'496},
    {catalog::llama3_1_8b, 8'030'261'248},       {catalog::llama3_1_70b, 70'553'706'496},
    {catalog::llama3_405b, 405'853'388'800},     {catalog::llama3_2_1b, 1'235'814'400},
    {catalog::llama3_2_3b, 3'212'749'824},       {catalog::tiny_llama_1_1b, 1'100'048'384},
    {catalog::mistral_7b, 7'248'023'552},        {catalog::mistral_nemo_12b, 12'247'782'400},
    {catalog::mistral_large_2, 122'610'069'504}, {catalog::qwen2_5_0_5b, 494'032'768},
    {catalog::qwen2_5_1_5b, 1'543'714'304},      {catalog::qwen2_5_3b, 3'085'938'688},
    {catalog::qwen2_5_7b, 7'615'616'512},        {catalog::qwen2_5_14b, 14'770'033'664},
    {catalog::qwen2_5_32b, 32'763'876'352},      {catalog::qwen2_5_72b, 72'706'203'648},
    {catalog::qwen3_0_6b, 596'049'920},          {catalog::qwen3_1_7b, 1'720'574'976},
    {catalog::qwen3_4b, 4'022'468'096},          {catalog::qwen3_8b, 8'190'735'360},
    {catalog::qwen3_14b, 14'768'307'200},        {catalog::qwen3_32b, 32'762'123'264},
    {catalog::gemma_2b, 2'506'172'416},          {catalog::gemma_7b, 8'537'680'896},
};

constexpr bool all_exact() {
    for (const Published& row : published)
        if (parameters(row.model) != row.total) return false;
    return true;
}
static_assert(all_exact());

} // namespace

TEST_CASE("parameter counts equal the public checkpoints' of Llama and its line") {
    for (const Published& row : published) {
        CAPTURE(row.model.name);
        CHECK(parameters(row.model) == row.total);
    }
}

TEST_CASE("Gemma's published split into embedding and the rest") {
    // Gemma Team 2024, table 2
    CHECK(count_parameters(catalog::gemma_2b).embedding == 524'288'000);
    CHECK(parameters_without_embedding(catalog::gemma_2b) == 1'981'884'416);
    CHECK(count_parameters(catalog::gemma_7b).embedding == 786'432'000);
    CHECK(parameters_without_embedding(catalog::gemma_7b) == 7'751'248'896);
}

TEST_CASE("Qwen's published non-embedding parameters") {
    // Qwen model cards, "Number of Parameters (Non-Embedding)", in billions to two or three digits
    const auto billions = [](const Transformer& m) {
        return 1e-9 * static_cast<double>(parameters_without_embedding(m));
    };
    CHECK(billions(catalog::qwen2_5_0_5b) == doctest::Approx(0.36).epsilon(0.01));
    CHECK(billions(catalog::qwen2_5_7b) == doctest::Approx(6.53).epsilon(0.001));
    CHECK(billions(catalog::qwen2_5_72b) == doctest::Approx(70.0).epsilon(0.005));
    CHECK(billions(catalog::qwen3_8b) == doctest::Approx(6.95).epsilon(0.001));
    CHECK(billions(catalog::qwen3_32b) == doctest::Approx(31.2).epsilon(0.001));
}
