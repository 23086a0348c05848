// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include "../workload/transformer.hpp"

// Decoders in the line of Llama: gated feed-forward blocks, RMS norms, rotary positions, no biases, grouped queries.
// Llama, TinyLlama, Mistral, Qwen and Gemma. Every shape is what the authors' paper or `config.json` states; each
// model's parameter count is exact. Models whose attention sees a window (Mistral 7B before v0.3, Gemma 2) are left
// out.

namespace foretrain::inline v0::catalog {

namespace detail {

/// What the family shares; heads of 128 unless said otherwise.
[[nodiscard]] constexpr Transformer llama(std::string_view name, std::int64_t layers, std::int64_t hidden,
                                          std::int64_t feed_forward, std::int64_t heads, std::int64_t kv_heads,
                                          std::int64_t vocabulary, const Provenance& provenance,
                                          std::int64_t head_dimension = 128, bool tied_embeddings = false) noexcept {
    return {.name = name,
            .layers = layers,
            .hidden = hidden,
            .feed_forward = feed_forward,
            .heads = heads,
            .kv_heads = kv_heads,
            .head_dimension = head_dimension,
            .vocabulary = vocabulary,
            .feed_forward_kind = FeedForward::gated,
            .norm = Norm::rms_norm,
            .positions = Positions::rotary,
            .tied_embeddings = tied_embeddings,
            .provenance = provenance};
}

/// Llama with biases of queries, keys and values.
[[nodiscard]] constexpr Transformer qwen2(std::string_view name, std::int64_t layers, std::int64_t hidden,
                                          std::int64_t feed_forward, std::int64_t heads, std::int64_t kv_heads,
                                          std::int64_t vocabulary, const Provenance& provenance,
                                          std::int64_t head_dimension = 128, bool tied_embeddings = false) noexcept {
    Transformer model = llama(name, layers, hidden, feed_forward, heads, kv_heads, vocabulary, provenance,
                              head_dimension, tied_embeddings);
    model.qkv_bias = true;
    return model;
}

/// Llama with norms of queries and keys.
[[nodiscard]] constexpr Transformer qwen3(std::string_view name, std::int64_t layers, std::int64_t hidden,
                                          std::int64_t feed_forward, std::int64_t heads, const Provenance& provenance,
                                          bool tied_embeddings = false) noexcept {
    Transformer model = llama(name, layers, hidden, feed_forward, heads, 8, 151936, provenance, 128, tied_embeddings);
    model.query_key_norm = true;
    return model;
}

inline constexpr Provenance llama_paper{"Touvron et al. 2023, arXiv 2302.13971, table 2", "2023-02",
                                        Evidence::datasheet};
inline constexpr Provenance llama2_paper{"Touvron et al. 2023, arXiv 2307.09288; meta-llama/Llama-2 model cards",
                                         "2023-07", Evidence::datasheet};
inline constexpr Provenance code_llama_paper{
    "Roziere et al. 2023, arXiv 2308.12950; codellama/CodeLlama-34b model card", "2023-08", Evidence::datasheet};
inline constexpr Provenance llama3_card{"Meta 2024, meta-llama/Meta-Llama-3 model cards", "2024-04",
                                        Evidence::datasheet};
inline constexpr Provenance llama3_paper{"Llama Team 2024, arXiv 2407.21783, table 3", "2024-07", Evidence::datasheet};
inline constexpr Provenance llama3_2_card{"Meta 2024, meta-llama/Llama-3.2 model cards", "2024-09",
                                          Evidence::datasheet};
inline constexpr Provenance tiny_llama_paper{"Zhang et al. 2024, arXiv 2401.02385, table 1", "2024-01",
                                             Evidence::datasheet};
inline constexpr Provenance mistral_card{"Mistral AI 2024, mistralai/Mistral-7B-v0.3 model card", "2024-05",
                                         Evidence::datasheet};
inline constexpr Provenance mistral_nemo_card{"Mistral AI 2024, mistralai/Mistral-Nemo-Base-2407 model card", "2024-07",
                                              Evidence::datasheet};
inline constexpr Provenance mistral_large_card{"Mistral AI 2024, mistralai/Mistral-Large-Instruct-2407 model card",
                                               "2024-07", Evidence::datasheet};
inline constexpr Provenance qwen2_5_report{"Qwen Team 2024, arXiv 2412.15115, table 1; Qwen/Qwen2.5 model cards",
                                           "2024-12", Evidence::datasheet};
inline constexpr Provenance qwen3_report{"Qwen Team 2025, arXiv 2505.09388, table 1; Qwen/Qwen3 model cards", "2025-05",
                                         Evidence::datasheet};
inline constexpr Provenance gemma_report{"Gemma Team 2024, arXiv 2403.08295, tables 1 and 2", "2024-03",
                                         Evidence::datasheet};

} // namespace detail

// Name, layers, width, inner width, heads, key-value heads, vocabulary, source, width of a head, tied embeddings.
inline constexpr Transformer llama1_7b =
    detail::llama("llama1-7b", 32, 4096, 11008, 32, 32, 32000, detail::llama_paper);
inline constexpr Transformer llama1_13b =
    detail::llama("llama1-13b", 40, 5120, 13824, 40, 40, 32000, detail::llama_paper);
inline constexpr Transformer llama1_33b =
    detail::llama("llama1-33b", 60, 6656, 17920, 52, 52, 32000, detail::llama_paper);
inline constexpr Transformer llama1_65b =
    detail::llama("llama1-65b", 80, 8192, 22016, 64, 64, 32000, detail::llama_paper);

inline constexpr Transformer llama2_7b =
    detail::llama("llama2-7b", 32, 4096, 11008, 32, 32, 32000, detail::llama2_paper);
inline constexpr Transformer llama2_13b =
    detail::llama("llama2-13b", 40, 5120, 13824, 40, 40, 32000, detail::llama2_paper);
inline constexpr Transformer llama2_70b =
    detail::llama("llama2-70b", 80, 8192, 28672, 64, 8, 32000, detail::llama2_paper);
/// Code Llama 34B, whose shape is that of the unreleased Llama 2 34B.
inline constexpr Transformer llama2_34b =
    detail::llama("llama2-34b", 48, 8192, 22016, 64, 8, 32000, detail::code_llama_paper);

inline constexpr Transformer llama3_8b =
    detail::llama("llama3-8b", 32, 4096, 14336, 32, 8, 128256, detail::llama3_card);
inline constexpr Transformer llama3_70b =
    detail::llama("llama3-70b", 80, 8192, 28672, 64, 8, 128256, detail::llama3_card);
// Llama 3.1: the smaller two have the shapes of Llama 3; only 3.1 has a 405B, hence its short name.
inline constexpr Transformer llama3_1_8b =
    detail::llama("llama3.1-8b", 32, 4096, 14336, 32, 8, 128256, detail::llama3_paper);
inline constexpr Transformer llama3_1_70b =
    detail::llama("llama3.1-70b", 80, 8192, 28672, 64, 8, 128256, detail::llama3_paper);
inline constexpr Transformer llama3_405b =
    detail::llama("llama3.1-405b", 126, 16384, 53248, 128, 8, 128256, detail::llama3_paper);
inline constexpr Transformer llama3_2_1b =
    detail::llama("llama3.2-1b", 16, 2048, 8192, 32, 8, 128256, detail::llama3_2_card, 64, true);
inline constexpr Transformer llama3_2_3b =
    detail::llama("llama3.2-3b", 28, 3072, 8192, 24, 8, 128256, detail::llama3_2_card, 128, true);

inline constexpr Transformer tiny_llama_1_1b =
    detail::llama("tinyllama-1.1b", 22, 2048, 5632, 32, 4, 32000, detail::tiny_llama_paper, 64);

inline constexpr Transformer mistral_7b =
    detail::llama("mistral-7b-v0.3", 32, 4096, 14336, 32, 8, 32768, detail::mistral_card);
inline constexpr Transformer mistral_nemo_12b =
    detail::llama("mistral-nemo-12b", 40, 5120, 14336, 32, 8, 131072, detail::mistral_nemo_card);
inline constexpr Transformer mistral_large_2 =
    detail::llama("mistral-large-2", 88, 12288, 28672, 96, 8, 32768, detail::mistral_large_card);

inline constexpr Transformer qwen2_5_0_5b =
    detail::qwen2("qwen2.5-0.5b", 24, 896, 4864, 14, 2, 151936, detail::qwen2_5_report, 64, true);
inline constexpr Transformer qwen2_5_1_5b =
    detail::qwen2("qwen2.5-1.5b", 28, 1536, 8960, 12, 2, 151936, detail::qwen2_5_report, 128, true);
inline constexpr Transformer qwen2_5_3b =
    detail::qwen2("qwen2.5-3b", 36, 2048, 11008, 16, 2, 151936, detail::qwen2_5_report, 128, true);
inline constexpr Transformer qwen2_5_7b =
    detail::qwen2("qwen2.5-7b", 28, 3584, 18944, 28, 4, 152064, detail::qwen2_5_report);
inline constexpr Transformer qwen2_5_14b =
    detail::qwen2("qwen2.5-14b", 48, 5120, 13824, 40, 8, 152064, detail::qwen2_5_report);
inline constexpr Transformer qwen2_5_32b =
    detail::qwen2("qwen2.5-32b", 64, 5120, 27648, 40, 8, 152064, detail::qwen2_5_report);
inline constexpr Transformer qwen2_5_72b =
    detail::qwen2("qwen2.5-72b", 80, 8192, 29568, 64, 8, 152064, detail::qwen2_5_report);

inline constexpr Transformer qwen3_0_6b = detail::qwen3("qwen3-0.6b", 28, 1024, 3072, 16, detail::qwen3_report, true);
inline constexpr Transformer qwen3_1_7b = detail::qwen3("qwen3-1.7b", 28, 2048, 6144, 16, detail::qwen3_report, true);
inline constexpr Transformer qwen3_4b = detail::qwen3("qwen3-4b", 36, 2560, 9728, 32, detail::qwen3_report, true);
inline constexpr Transformer qwen3_8b = detail::qwen3("qwen3-8b", 36, 4096, 12288, 32, detail::qwen3_report);
inline constexpr Transformer qwen3_14b = detail::qwen3("qwen3-14b", 40, 5120, 17408, 40, detail::qwen3_report);
inline constexpr Transformer qwen3_32b = detail::qwen3("qwen3-32b", 64, 5120, 25600, 64, detail::qwen3_report);

// Gemma's feed-forward block is gated with GELU; its heads are of 256.
inline constexpr Transformer gemma_2b =
    detail::llama("gemma-2b", 18, 2048, 16384, 8, 1, 256000, detail::gemma_report, 256, true);
inline constexpr Transformer gemma_7b =
    detail::llama("gemma-7b", 28, 3072, 24576, 16, 16, 256000, detail::gemma_report, 256, true);

} // namespace foretrain::inline v0::catalog
