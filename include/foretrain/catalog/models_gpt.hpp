// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include "../workload/transformer.hpp"

// Decoders in the line of GPT: plain feed-forward blocks of four times the width, layer norms, multi-head attention.
// Every shape is what its authors state; the vocabulary includes their padding. Each model's parameter count is exact.

namespace foretrain::inline v0::catalog {

namespace detail {

/// What the family shares: biases everywhere, learned positions, tied embeddings.
[[nodiscard]] constexpr Transformer gpt(std::string_view name, std::int64_t layers, std::int64_t hidden,
                                        std::int64_t heads, std::int64_t vocabulary, std::int64_t position_rows,
                                        bool dropout, const Provenance& provenance) noexcept {
    return {.name = name,
            .layers = layers,
            .hidden = hidden,
            .feed_forward = 4 * hidden,
            .heads = heads,
            .kv_heads = heads,
            .head_dimension = hidden / heads,
            .vocabulary = vocabulary,
            .position_rows = position_rows,
            .positions = Positions::learned,
            .tied_embeddings = true,
            .qkv_bias = true,
            .attention_output_bias = true,
            .feed_forward_bias = true,
            .dropout = dropout,
            .provenance = provenance};
}

/// GPT with scores biased by distance instead of a table of positions, and a norm after the embedding.
[[nodiscard]] constexpr Transformer bloom(std::string_view name, std::int64_t layers, std::int64_t hidden,
                                          std::int64_t heads, const Provenance& provenance) noexcept {
    Transformer model = gpt(name, layers, hidden, heads, 250880, 0, false, provenance);
    model.positions = Positions::alibi;
    model.embedding_norm = true;
    return model;
}

/// GPT with rotary positions and a projection of its own; attention and feed-forward side by side, each with its norm.
[[nodiscard]] constexpr Transformer neox(std::string_view name, std::int64_t layers, std::int64_t hidden,
                                         std::int64_t heads, std::int64_t vocabulary,
                                         const Provenance& provenance) noexcept {
    Transformer model = gpt(name, layers, hidden, heads, vocabulary, 0, false, provenance);
    model.positions = Positions::rotary;
    model.tied_embeddings = false;
    return model;
}

/// Multi-query attention and a gated feed-forward block side by side behind one norm, no biases.
[[nodiscard]] constexpr Transformer palm(std::string_view name, std::int64_t layers, std::int64_t hidden,
                                         std::int64_t heads, const Provenance& provenance) noexcept {
    return {.name = name,
            .layers = layers,
            .hidden = hidden,
            .feed_forward = 4 * hidden,
            .heads = heads,
            .kv_heads = 1,
            .head_dimension = 256,
            .vocabulary = 256000,
            .feed_forward_kind = FeedForward::gated,
            .norm = Norm::layer_norm_without_bias,
            .positions = Positions::rotary,
            .norms_per_layer = 1,
            .tied_embeddings = true,
            .provenance = provenance};
}

/// GPT without biases or table of positions: the MPT that was released.
[[nodiscard]] constexpr Transformer mpt(std::string_view name, std::int64_t layers, std::int64_t hidden,
                                        std::int64_t heads, const Provenance& provenance) noexcept {
    Transformer model = gpt(name, layers, hidden, heads, 50432, 0, false, provenance);
    model.norm = Norm::layer_norm_without_bias;
    model.positions = Positions::alibi;
    model.qkv_bias = false;
    model.attention_output_bias = false;
    model.feed_forward_bias = false;
    return model;
}

inline constexpr Provenance gpt2_card{"Radford et al. 2019, table 2; openai-community/gpt2 model cards", "2019-02",
                                      Evidence::datasheet};
inline constexpr Provenance gpt3_paper{"Brown et al. 2020, arXiv 2005.14165, table 2.1", "2020-05",
                                       Evidence::datasheet};
inline constexpr Provenance opt_paper{"Zhang et al. 2022, arXiv 2205.01068, table 1; facebook/opt model cards",
                                      "2022-05", Evidence::datasheet};
inline constexpr Provenance bloom_paper{"BigScience 2022, arXiv 2211.05100, table 3; bigscience/bloom model cards",
                                        "2022-11", Evidence::datasheet};
inline constexpr Provenance gpt_j_card{"Wang and Komatsuzaki 2021, EleutherAI/gpt-j-6b model card", "2021-06",
                                       Evidence::datasheet};
inline constexpr Provenance neox_paper{
    "Black et al. 2022, arXiv 2204.06745, section 2.1; EleutherAI/gpt-neox-20b model card", "2022-04",
    Evidence::datasheet};
inline constexpr Provenance pythia_paper{
    "Biderman et al. 2023, arXiv 2304.01373, table 1; EleutherAI/pythia model cards", "2023-04", Evidence::datasheet};
inline constexpr Provenance palm_paper{"Chowdhery et al. 2022, arXiv 2204.02311, table 1", "2022-04",
                                       Evidence::datasheet};
inline constexpr Provenance mpt_card{"MosaicML 2023, mosaicml/mpt model cards", "2023-06", Evidence::datasheet};
inline constexpr Provenance mpt_benchmark{
    "mosaicml/llm-foundry, scripts/train/benchmarking: positions learned for the benchmark's sequence, here 2048",
    "2024-01", Evidence::datasheet};
inline constexpr Provenance phi2_card{"Microsoft 2023, microsoft/phi-2 model card", "2023-12", Evidence::datasheet};

} // namespace detail

// Name, layers, width, heads, vocabulary, positions, dropout, source.
inline constexpr Transformer gpt2_124m = detail::gpt("gpt2-124m", 12, 768, 12, 50257, 1024, true, detail::gpt2_card);
inline constexpr Transformer gpt2_355m = detail::gpt("gpt2-355m", 24, 1024, 16, 50257, 1024, true, detail::gpt2_card);
inline constexpr Transformer gpt2_774m = detail::gpt("gpt2-774m", 36, 1280, 20, 50257, 1024, true, detail::gpt2_card);
inline constexpr Transformer gpt2_1558m = detail::gpt("gpt2-1558m", 48, 1600, 25, 50257, 1024, true, detail::gpt2_card);

// The paper's table gives 24 heads of 128 for the model of 1.3B and a width of 5140 for that of 13B, neither of which
// yields its own parameter counts (1,320M and 12,850M); 16 heads and 5120 do. It does not mention dropout.
inline constexpr Transformer gpt3_125m = detail::gpt("gpt3-125m", 12, 768, 12, 50257, 2048, false, detail::gpt3_paper);
inline constexpr Transformer gpt3_350m = detail::gpt("gpt3-350m", 24, 1024, 16, 50257, 2048, false, detail::gpt3_paper);
inline constexpr Transformer gpt3_760m = detail::gpt("gpt3-760m", 24, 1536, 16, 50257, 2048, false, detail::gpt3_paper);
inline constexpr Transformer gpt3_1_3b = detail::gpt("gpt3-1.3b", 24, 2048, 16, 50257, 2048, false, detail::gpt3_paper);
inline constexpr Transformer gpt3_2_7b = detail::gpt("gpt3-2.7b", 32, 2560, 32, 50257, 2048, false, detail::gpt3_paper);
inline constexpr Transformer gpt3_6_7b = detail::gpt("gpt3-6.7b", 32, 4096, 32, 50257, 2048, false, detail::gpt3_paper);
inline constexpr Transformer gpt3_13b = detail::gpt("gpt3-13b", 40, 5120, 40, 50257, 2048, false, detail::gpt3_paper);
inline constexpr Transformer gpt3_175b =
    detail::gpt("gpt3-175b", 96, 12288, 96, 50257, 2048, false, detail::gpt3_paper);

// The table of positions has two rows more than the sequence; OPT-350M has a narrower embedding and is left out.
inline constexpr Transformer opt_125m = detail::gpt("opt-125m", 12, 768, 12, 50272, 2050, true, detail::opt_paper);
inline constexpr Transformer opt_1_3b = detail::gpt("opt-1.3b", 24, 2048, 32, 50272, 2050, true, detail::opt_paper);
inline constexpr Transformer opt_2_7b = detail::gpt("opt-2.7b", 32, 2560, 32, 50272, 2050, true, detail::opt_paper);
inline constexpr Transformer opt_6_7b = detail::gpt("opt-6.7b", 32, 4096, 32, 50272, 2050, true, detail::opt_paper);
inline constexpr Transformer opt_13b = detail::gpt("opt-13b", 40, 5120, 40, 50272, 2050, true, detail::opt_paper);
inline constexpr Transformer opt_30b = detail::gpt("opt-30b", 48, 7168, 56, 50272, 2050, true, detail::opt_paper);
inline constexpr Transformer opt_66b = detail::gpt("opt-66b", 64, 9216, 72, 50272, 2050, true, detail::opt_paper);
inline constexpr Transformer opt_175b = detail::gpt("opt-175b", 96, 12288, 96, 50272, 2050, true, detail::opt_paper);

inline constexpr Transformer bloom_560m = detail::bloom("bloom-560m", 24, 1024, 16, detail::bloom_paper);
inline constexpr Transformer bloom_1_1b = detail::bloom("bloom-1.1b", 24, 1536, 16, detail::bloom_paper);
inline constexpr Transformer bloom_1_7b = detail::bloom("bloom-1.7b", 24, 2048, 16, detail::bloom_paper);
inline constexpr Transformer bloom_3b = detail::bloom("bloom-3b", 30, 2560, 32, detail::bloom_paper);
inline constexpr Transformer bloom_7_1b = detail::bloom("bloom-7.1b", 30, 4096, 32, detail::bloom_paper);
inline constexpr Transformer bloom_176b = detail::bloom("bloom-176b", 70, 14336, 112, detail::bloom_paper);

inline constexpr Transformer gpt_j_6b = [] {
    Transformer model = detail::neox("gpt-j-6b", 28, 4096, 16, 50400, detail::gpt_j_card);
    model.norms_per_layer = 1;
    model.qkv_bias = false;
    model.attention_output_bias = false;
    model.head_bias = true;
    return model;
}();
inline constexpr Transformer gpt_neox_20b = detail::neox("gpt-neox-20b", 44, 6144, 64, 50432, detail::neox_paper);
inline constexpr Transformer phi_2 = [] {
    Transformer model = detail::neox("phi-2", 32, 2560, 32, 51200, detail::phi2_card);
    model.norms_per_layer = 1;
    model.head_bias = true;
    model.dropout = true;
    return model;
}();

inline constexpr Transformer pythia_70m = detail::neox("pythia-70m", 6, 512, 8, 50304, detail::pythia_paper);
inline constexpr Transformer pythia_160m = detail::neox("pythia-160m", 12, 768, 12, 50304, detail::pythia_paper);
inline constexpr Transformer pythia_410m = detail::neox("pythia-410m", 24, 1024, 16, 50304, detail::pythia_paper);
inline constexpr Transformer pythia_1b = detail::neox("pythia-1b", 16, 2048, 8, 50304, detail::pythia_paper);
inline constexpr Transformer pythia_1_4b = detail::neox("pythia-1.4b", 24, 2048, 16, 50304, detail::pythia_paper);
inline constexpr Transformer pythia_2_8b = detail::neox("pythia-2.8b", 32, 2560, 32, 50304, detail::pythia_paper);
inline constexpr Transformer pythia_6_9b = detail::neox("pythia-6.9b", 32, 4096, 32, 50432, detail::pythia_paper);
inline constexpr Transformer pythia_12b = detail::neox("pythia-12b", 36, 5120, 40, 50688, detail::pythia_paper);

inline constexpr Transformer palm_8b = detail::palm("palm-8b", 32, 4096, 16, detail::palm_paper);
inline constexpr Transformer palm_62b = detail::palm("palm-62b", 64, 8192, 32, detail::palm_paper);
inline constexpr Transformer palm_540b = detail::palm("palm-540b", 118, 18432, 48, detail::palm_paper);

inline constexpr Transformer mpt_7b = detail::mpt("mpt-7b", 32, 4096, 32, detail::mpt_card);
inline constexpr Transformer mpt_30b = detail::mpt("mpt-30b", 48, 7168, 64, detail::mpt_card);

// The models of MosaicML's benchmark tables: biases, learned positions, a vocabulary padded to 50368, unlike those
// released.
inline constexpr Transformer mpt_125m = detail::gpt("mpt-125m", 12, 768, 12, 50368, 2048, false, detail::mpt_benchmark);
inline constexpr Transformer mpt_350m =
    detail::gpt("mpt-350m", 24, 1024, 16, 50368, 2048, false, detail::mpt_benchmark);
inline constexpr Transformer mpt_760m =
    detail::gpt("mpt-760m", 24, 1536, 12, 50368, 2048, false, detail::mpt_benchmark);
inline constexpr Transformer mpt_1b = detail::gpt("mpt-1b", 24, 2048, 16, 50368, 2048, false, detail::mpt_benchmark);
inline constexpr Transformer mpt_3b = detail::gpt("mpt-3b", 32, 2560, 20, 50368, 2048, false, detail::mpt_benchmark);
inline constexpr Transformer mpt_7b_benchmark =
    detail::gpt("mpt-7b-benchmark", 32, 4096, 32, 50368, 2048, false, detail::mpt_benchmark);
inline constexpr Transformer mpt_13b = detail::gpt("mpt-13b", 40, 5120, 40, 50368, 2048, false, detail::mpt_benchmark);
inline constexpr Transformer mpt_30b_benchmark =
    detail::gpt("mpt-30b-benchmark", 48, 7168, 56, 50368, 2048, false, detail::mpt_benchmark);
inline constexpr Transformer mpt_70b = detail::gpt("mpt-70b", 80, 8192, 64, 50368, 2048, false, detail::mpt_benchmark);

} // namespace foretrain::inline v0::catalog
