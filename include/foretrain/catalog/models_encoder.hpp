// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include "../workload/transformer.hpp"

// Encoders: every token sees every other, and masked tokens are predicted. The counts include the heads BERT is trained
// with (masked tokens and next sentence), which checkpoints of the encoder alone do not have.

namespace foretrain::inline v0::catalog {

namespace detail {

[[nodiscard]] constexpr Transformer bert(std::string_view name, std::int64_t layers, std::int64_t hidden,
                                         std::int64_t heads) noexcept {
    return {.name = name,
            .layers = layers,
            .hidden = hidden,
            .feed_forward = 4 * hidden,
            .heads = heads,
            .kv_heads = heads,
            .head_dimension = hidden / heads,
            .vocabulary = 30522,
            .position_rows = 512,
            .segment_rows = 2,
            .positions = Positions::learned,
            .head = Head::masked_language_model,
            .causal = false,
            .tied_embeddings = true,
            .qkv_bias = true,
            .attention_output_bias = true,
            .feed_forward_bias = true,
            .embedding_norm = true,
            .final_norm = false, // each norm follows its block
            .dropout = true,
            .provenance = {"Devlin et al. 2018, arXiv 1810.04805, section 3; google-bert/bert-uncased model cards",
                           "2018-10", Evidence::datasheet}};
}

} // namespace detail

inline constexpr Transformer bert_base = detail::bert("bert-base", 12, 768, 12);
inline constexpr Transformer bert_large = detail::bert("bert-large", 24, 1024, 16);

} // namespace foretrain::inline v0::catalog
