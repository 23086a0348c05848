// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "models_encoder.hpp"
#include "models_gpt.hpp"
#include "models_llama.hpp"
#include "models_megatron.hpp"

// All models of the catalogue in one list, and look-up by name.

namespace foretrain::inline v0::catalog {

/// Every model, family by family.
inline constexpr const Transformer* all_models[] = {
    &gpt2_124m,       &gpt2_355m,     &gpt2_774m,        &gpt2_1558m,      &gpt3_125m,
    &gpt3_350m,       &gpt3_760m,     &gpt3_1_3b,        &gpt3_2_7b,       &gpt3_6_7b,
    &gpt3_13b,        &gpt3_175b,     &opt_125m,         &opt_1_3b,        &opt_2_7b,
    &opt_6_7b,        &opt_13b,       &opt_30b,          &opt_66b,         &opt_175b,
    &bloom_560m,      &bloom_1_1b,    &bloom_1_7b,       &bloom_3b,        &bloom_7_1b,
    &bloom_176b,      &gpt_j_6b,      &gpt_neox_20b,     &phi_2,           &pythia_70m,
    &pythia_160m,     &pythia_410m,   &pythia_1b,        &pythia_1_4b,     &pythia_2_8b,
    &pythia_6_9b,     &pythia_12b,    &palm_8b,          &palm_62b,        &palm_540b,
    &mpt_7b,          &mpt_30b,       &mpt_125m,         &mpt_350m,        &mpt_760m,
    &mpt_1b,          &mpt_3b,        &mpt_7b_benchmark, &mpt_13b,         &mpt_30b_benchmark,
    &mpt_70b,         &megatron_1_7b, &megatron_3_6b,    &megatron_7_5b,   &megatron_18b,
    &megatron_39b,    &megatron_76b,  &megatron_145b,    &megatron_310b,   &megatron_530b,
    &megatron_1t,     &megatron_22b,  &megatron_175b,    &nemotron4_15b,   &nemotron4_340b,
    &llama1_7b,       &llama1_13b,    &llama1_33b,       &llama1_65b,      &llama2_7b,
    &llama2_13b,      &llama2_70b,    &llama2_34b,       &llama3_8b,       &llama3_70b,
    &llama3_1_8b,     &llama3_1_70b,  &llama3_405b,      &llama3_2_1b,     &llama3_2_3b,
    &tiny_llama_1_1b, &mistral_7b,    &mistral_nemo_12b, &mistral_large_2, &qwen2_5_0_5b,
    &qwen2_5_1_5b,    &qwen2_5_3b,    &qwen2_5_7b,       &qwen2_5_14b,     &qwen2_5_32b,
    &qwen2_5_72b,     &qwen3_0_6b,    &qwen3_1_7b,       &qwen3_4b,        &qwen3_8b,
    &qwen3_14b,       &qwen3_32b,     &gemma_2b,         &gemma_7b,        &bert_base,
    &bert_large,
};

/// The model of that name (`llama3.1-405b`), or null.
[[nodiscard]] constexpr const Transformer* find_model(std::string_view name) noexcept {
    for (const Transformer* model : all_models)
        if (model->name == name) return model;
    return nullptr;
}

} // namespace foretrain::inline v0::catalog
