// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include "models_llama.hpp"

// Decoders with experts: Mixtral, DeepSeek, Kimi, Qwen, GPT-OSS, Grok, DBRX, Skywork, Llama 4, GLM, OLMoE, Phi and
// Nemotron 3. Every shape is the authors' `config.json` or paper; each model's parameter count is that of the public
// checkpoint. `feed_forward` is the width of dense layers, or of one expert where there are none. A router is a matrix
// without bias. Left out: vision towers (Llama 4) and the correction biases of DeepSeek's router, one number an expert.
// Chunked attention of Llama 4 counts as full: its chunks of 8192 tokens are as long as the sequences it was trained
// on.

namespace foretrain::inline v0::catalog {

namespace detail {

/// A Llama whose feed-forward blocks are experts; the first `dense_layers` are not.
[[nodiscard]] constexpr Transformer mixture(Transformer model, const Experts& experts) noexcept {
    model.experts = experts;
    return model;
}

/// DeepSeek-V2 and its line: latent attention with heads of 128 + 64 rotated, values of 128, keys and values through
/// 512.
[[nodiscard]] constexpr Transformer deepseek(std::string_view name, std::int64_t layers, std::int64_t hidden,
                                             std::int64_t feed_forward, std::int64_t heads, std::int64_t query_rank,
                                             std::int64_t vocabulary, const Experts& experts,
                                             const Provenance& provenance) noexcept {
    Transformer model =
        mixture(llama(name, layers, hidden, feed_forward, heads, heads, vocabulary, provenance, 192), experts);
    model.latent = {.query_rank = query_rank, .key_value_rank = 512, .rotary_dimension = 64, .value_dimension = 128};
    return model;
}

/// Qwen 3 with experts in every layer.
[[nodiscard]] constexpr Transformer qwen3_moe(std::string_view name, std::int64_t layers, std::int64_t hidden,
                                              std::int64_t heads, std::int64_t width,
                                              const Provenance& provenance) noexcept {
    Transformer model = llama(name, layers, hidden, width, heads, 4, 151936, provenance);
    model.query_key_norm = true;
    return mixture(model, {.routed = 128, .active = 8, .width = width});
}

/// GPT-OSS: biases everywhere, every other layer looks back 128 tokens.
[[nodiscard]] constexpr Transformer gpt_oss(std::string_view name, std::int64_t layers, std::int64_t experts,
                                            const Provenance& provenance) noexcept {
    Transformer model = llama(name, layers, 2880, 2880, 64, 8, 201088, provenance, 64);
    model.qkv_bias = model.attention_output_bias = model.feed_forward_bias = true;
    model.window = 128;
    model.windowed_layers = layers / 2;
    return mixture(model, {.routed = experts, .active = 4, .width = 2880});
}

/// Nemotron 3: each layer is one block, Mamba-2, attention or experts of two matrices, behind one norm.
[[nodiscard]] constexpr Transformer nemotron3(std::string_view name, std::int64_t layers, std::int64_t hidden,
                                              std::int64_t attention_layers, const StateSpace& state_space,
                                              const Experts& experts, const Provenance& provenance) noexcept {
    Transformer model = llama(name, layers, hidden, experts.width, 32, 2, 131072, provenance);
    model.feed_forward_kind = FeedForward::plain;
    model.positions = Positions::none;
    model.attention_layers = attention_layers;
    model.feed_forward_layers = layers - attention_layers - state_space.layers;
    model.state_space = state_space;
    return mixture(model, experts);
}

inline constexpr Provenance mixtral_paper{"Jiang et al. 2024, arXiv 2401.04088; mistralai/Mixtral-8x7B-v0.1 config",
                                          "2024-01", Evidence::datasheet};
inline constexpr Provenance mixtral_22b_card{"Mistral AI 2024, mistralai/Mixtral-8x22B-v0.1 config", "2024-04",
                                             Evidence::datasheet};
inline constexpr Provenance deepseek_v2_paper{"DeepSeek-AI 2024, arXiv 2405.04434, section 3.1.2 and appendix B",
                                              "2024-05", Evidence::datasheet};
inline constexpr Provenance deepseek_v3_paper{"DeepSeek-AI 2024, arXiv 2412.19437, section 4.2", "2024-12",
                                              Evidence::datasheet};
inline constexpr Provenance kimi_k2_card{"Moonshot AI 2025, arXiv 2507.20534, table 2; moonshotai/Kimi-K2 config",
                                         "2025-07", Evidence::datasheet};
inline constexpr Provenance qwen_moe_card{"Qwen Team 2024, Qwen/Qwen1.5-MoE-A2.7B config", "2024-03",
                                          Evidence::datasheet};
inline constexpr Provenance qwen2_report{"Qwen Team 2024, arXiv 2407.10671, table 1", "2024-07", Evidence::datasheet};
inline constexpr Provenance gpt_oss_card{"OpenAI 2025, arXiv 2508.10925; openai/gpt-oss configs", "2025-08",
                                         Evidence::datasheet};
inline constexpr Provenance grok_1_release{"xAI 2024, xai-org/grok-1 run.py", "2024-03", Evidence::datasheet};
inline constexpr Provenance dbrx_card{"Databricks 2024, databricks/dbrx-base config", "2024-03", Evidence::datasheet};
inline constexpr Provenance skywork_report{"Wei et al. 2024, arXiv 2406.06563", "2024-06", Evidence::datasheet};
inline constexpr Provenance llama4_card{"Meta 2025, meta-llama/Llama-4 configs", "2025-04", Evidence::datasheet};
inline constexpr Provenance glm_report{"GLM-4.5 Team 2025, arXiv 2508.06471, table 1", "2025-08", Evidence::datasheet};
inline constexpr Provenance olmoe_paper{"Muennighoff et al. 2024, arXiv 2409.02060, table 1", "2024-09",
                                        Evidence::datasheet};
inline constexpr Provenance phi_moe_card{"Microsoft 2024, microsoft/Phi-3.5-MoE-instruct config", "2024-08",
                                         Evidence::datasheet};
inline constexpr Provenance nemotron3_card{"NVIDIA 2025, nvidia/NVIDIA-Nemotron-3 configs", "2025-12",
                                           Evidence::datasheet};

} // namespace detail

inline constexpr Transformer mixtral_8x7b =
    detail::mixture(detail::llama("mixtral-8x7b", 32, 4096, 14336, 32, 8, 32000, detail::mixtral_paper),
                    {.routed = 8, .active = 2, .width = 14336});
inline constexpr Transformer mixtral_8x22b =
    detail::mixture(detail::llama("mixtral-8x22b", 56, 6144, 16384, 48, 8, 32000, detail::mixtral_22b_card),
                    {.routed = 8, .active = 2, .width = 16384});

inline constexpr Transformer deepseek_v2_lite = detail::deepseek(
    "deepseek-v2-lite", 27, 2048, 10944, 16, 0, 102400,
    {.routed = 64, .active = 6, .width = 1408, .shared_width = 2816, .dense_layers = 1}, detail::deepseek_v2_paper);
inline constexpr Transformer deepseek_v2 = detail::deepseek(
    "deepseek-v2", 60, 5120, 12288, 128, 1536, 102400,
    {.routed = 160, .active = 6, .width = 1536, .shared_width = 3072, .dense_layers = 1}, detail::deepseek_v2_paper);
/// Trained with one module of multi-token prediction.
inline constexpr Transformer deepseek_v3 = [] {
    Transformer model =
        detail::deepseek("deepseek-v3", 61, 7168, 18432, 128, 1536, 129280,
                         {.routed = 256, .active = 8, .width = 2048, .shared_width = 2048, .dense_layers = 3},
                         detail::deepseek_v3_paper);
    model.prediction_layers = 1;
    return model;
}();
inline constexpr Transformer kimi_k2 = detail::deepseek(
    "kimi-k2", 61, 7168, 18432, 64, 1536, 163840,
    {.routed = 384, .active = 8, .width = 2048, .shared_width = 2048, .dense_layers = 1}, detail::kimi_k2_card);

inline constexpr Transformer qwen1_5_moe_a2_7b =
    detail::mixture(detail::qwen2("qwen1.5-moe-a2.7b", 24, 2048, 5632, 16, 16, 151936, detail::qwen_moe_card),
                    {.routed = 60, .active = 4, .width = 1408, .shared_width = 5632});
inline constexpr Transformer qwen2_57b_a14b =
    detail::mixture(detail::qwen2("qwen2-57b-a14b", 28, 3584, 18944, 28, 4, 151936, detail::qwen2_report),
                    {.routed = 64, .active = 8, .width = 2560, .shared_width = 20480});
inline constexpr Transformer qwen3_30b_a3b =
    detail::qwen3_moe("qwen3-30b-a3b", 48, 2048, 32, 768, detail::qwen3_report);
inline constexpr Transformer qwen3_235b_a22b =
    detail::qwen3_moe("qwen3-235b-a22b", 94, 4096, 64, 1536, detail::qwen3_report);

inline constexpr Transformer gpt_oss_20b = detail::gpt_oss("gpt-oss-20b", 24, 32, detail::gpt_oss_card);
inline constexpr Transformer gpt_oss_120b = detail::gpt_oss("gpt-oss-120b", 36, 128, detail::gpt_oss_card);

/// Norms before and after each block.
inline constexpr Transformer grok_1 = [] {
    Transformer model =
        detail::mixture(detail::llama("grok-1", 64, 6144, 32768, 48, 8, 131072, detail::grok_1_release, 128, true),
                        {.routed = 8, .active = 2, .width = 32768});
    model.norms_per_layer = 4;
    return model;
}();

inline constexpr Transformer dbrx = [] {
    Transformer model = detail::mixture(detail::llama("dbrx", 40, 6144, 10752, 48, 8, 100352, detail::dbrx_card),
                                        {.routed = 16, .active = 4, .width = 10752});
    model.norm = Norm::layer_norm_without_bias;
    return model;
}();

inline constexpr Transformer skywork_moe =
    detail::mixture(detail::llama("skywork-moe", 52, 4608, 12288, 36, 36, 65536, detail::skywork_report),
                    {.routed = 16, .active = 2, .width = 12288});

inline constexpr Transformer llama4_scout =
    detail::mixture(detail::llama("llama4-scout", 48, 5120, 16384, 40, 8, 202048, detail::llama4_card),
                    {.routed = 16, .active = 1, .width = 8192, .shared_width = 8192});
inline constexpr Transformer llama4_maverick =
    detail::mixture(detail::llama("llama4-maverick", 48, 5120, 16384, 40, 8, 202048, detail::llama4_card),
                    {.routed = 128, .active = 1, .width = 8192, .shared_width = 8192, .dense_layers = 24});

inline constexpr Transformer glm4_5 = [] {
    Transformer model =
        detail::mixture(detail::qwen2("glm-4.5", 92, 5120, 12288, 96, 8, 151552, detail::glm_report),
                        {.routed = 160, .active = 8, .width = 1536, .shared_width = 1536, .dense_layers = 3});
    model.query_key_norm = true;
    model.prediction_layers = 1;
    return model;
}();
inline constexpr Transformer glm4_5_air = [] {
    Transformer model =
        detail::mixture(detail::qwen2("glm-4.5-air", 46, 4096, 10944, 96, 8, 151552, detail::glm_report),
                        {.routed = 128, .active = 8, .width = 1408, .shared_width = 1408, .dense_layers = 1});
    model.prediction_layers = 1;
    return model;
}();

inline constexpr Transformer olmoe_1b_7b = [] {
    Transformer model =
        detail::mixture(detail::llama("olmoe-1b-7b", 16, 2048, 1024, 16, 16, 50304, detail::olmoe_paper),
                        {.routed = 64, .active = 8, .width = 1024});
    model.query_key_norm = true;
    return model;
}();

inline constexpr Transformer phi3_5_moe = [] {
    Transformer model =
        detail::mixture(detail::qwen2("phi-3.5-moe", 32, 4096, 6400, 32, 8, 32064, detail::phi_moe_card),
                        {.routed = 16, .active = 2, .width = 6400});
    model.norm = Norm::layer_norm;
    model.attention_output_bias = true;
    model.head_bias = true;
    return model;
}();

inline constexpr Transformer nemotron3_nano = detail::nemotron3(
    "nemotron3-nano", 52, 2688, 6, {.layers = 23, .heads = 64, .head_dimension = 64, .groups = 8, .state = 128},
    {.routed = 128, .active = 6, .width = 1856, .shared_width = 3712}, detail::nemotron3_card);
/// Tokens reach the routed experts through a projection to 1024.
inline constexpr Transformer nemotron3_super = detail::nemotron3(
    "nemotron3-super", 88, 4096, 8, {.layers = 40, .heads = 128, .head_dimension = 64, .groups = 8, .state = 128},
    {.routed = 512, .active = 22, .width = 2688, .shared_width = 5376, .latent = 1024}, detail::nemotron3_card);

} // namespace foretrain::inline v0::catalog
