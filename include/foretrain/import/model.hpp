// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "../catalog/models.hpp"
#include "../workload/transformer.hpp"
#include "row.hpp"
#include "words.hpp"

// The model of a published row. What its columns state counts; what they leave out comes from the catalogue's model of
// that name, else from the family of architecture.

namespace foretrain::inline v0::detail {

/// What tables call a model, in letters and digits, and the catalogue's name of it. The longer names come first.
struct ModelAlias {
    std::string_view beginning, name;
};
inline constexpr std::array model_aliases = {
    ModelAlias{"deepseekv2lite", "deepseek-v2-lite"},
    ModelAlias{"deepseekv2", "deepseek-v2"},
    ModelAlias{"deepseekv3", "deepseek-v3"},
    ModelAlias{"deepseekr1", "deepseek-v3"},
    ModelAlias{"deepseek671b", "deepseek-v3"},
    ModelAlias{"moonlight", "deepseek-v2-lite"},
    ModelAlias{"kimik2", "kimi-k2"},
    ModelAlias{"mixtral8x22b", "mixtral-8x22b"},
    ModelAlias{"mixtral8x7b", "mixtral-8x7b"},
    ModelAlias{"mixtral", "mixtral-8x7b"},
    ModelAlias{"qwen15moe", "qwen1.5-moe-a2.7b"},
    ModelAlias{"qwen257b", "qwen2-57b-a14b"},
    ModelAlias{"qwen330b", "qwen3-30b-a3b"},
    ModelAlias{"qwen3moe30b", "qwen3-30b-a3b"},
    ModelAlias{"qwen3235b", "qwen3-235b-a22b"},
    ModelAlias{"qwen3moe235b", "qwen3-235b-a22b"},
    ModelAlias{"gptoss20b", "gpt-oss-20b"},
    ModelAlias{"gptoss", "gpt-oss-120b"},
    ModelAlias{"grok1", "grok-1"},
    ModelAlias{"dbrx", "dbrx"},
    ModelAlias{"skyworkmoe", "skywork-moe"},
    ModelAlias{"llama4maverick", "llama4-maverick"},
    ModelAlias{"llama4400b", "llama4-maverick"},
    ModelAlias{"llama4scout", "llama4-scout"},
    ModelAlias{"llama4", "llama4-scout"},
    ModelAlias{"glm45air", "glm-4.5-air"},
    ModelAlias{"glm45", "glm-4.5"},
    ModelAlias{"olmoe", "olmoe-1b-7b"},
    ModelAlias{"phi35moe", "phi-3.5-moe"},
    ModelAlias{"nemotron3nano", "nemotron3-nano"},
    ModelAlias{"nemotron3super", "nemotron3-super"},
};

/// The catalogue's model that a row means, or null. What the row states of width and kind must be that model's.
[[nodiscard]] inline const Transformer* known_model(const PublishedStep& row) {
    const std::string name = letters_of(row.model_name);
    const std::optional<std::int64_t> hidden = integer_of(row.hidden);
    const auto fits = [&](const Transformer& model) {
        const std::string_view gated = model.feed_forward_kind == FeedForward::gated ? "1" : "0";
        return (!hidden || *hidden == model.hidden) && (row.gated.empty() || row.gated == gated) &&
               (!contains(row.row_type, "encoder") || !model.causal);
    };
    for (const ModelAlias& alias : model_aliases)
        if (starts_with(name, alias.beginning)) {
            const Transformer* model = catalog::find_model(alias.name);
            return model != nullptr && fits(*model) ? model : nullptr;
        }
    // The longest name that the row's begins with; all of it where the row does not confirm it by a width.
    const Transformer* best = nullptr;
    std::size_t length = 0;
    for (const Transformer* model : catalog::all_models) {
        const std::string known = letters_of(model->name);
        if (known.size() > length && fits(*model) && (known == name || (hidden && starts_with(name, known)))) {
            best = model;
            length = known.size();
        }
    }
    return best;
}

/// The architecture that a family shares, without dimensions.
[[nodiscard]] inline Transformer usual_model(const PublishedStep& row, bool gated) {
    Transformer m;
    const std::string name = letters_of(row.model_name);
    if (contains(row.row_type, "encoder") || contains(name, "bert")) {
        m.causal = false;
        m.head = Head::masked_language_model;
        m.segment_rows = 2;
        m.embedding_norm = true;
        m.final_norm = false;
    }
    if (gated || contains(name, "maxtext")) {
        m.norm = Norm::rms_norm;
        m.positions = Positions::rotary;
        m.query_key_norm = starts_with(name, "qwen3");
        m.qkv_bias = starts_with(name, "qwen") && !m.query_key_norm;
    } else if (starts_with(name, "mpt")) {
        m.norm = Norm::layer_norm_without_bias;
        m.positions = Positions::alibi;
        m.tied_embeddings = true;
    } else {
        m.norm = Norm::layer_norm;
        m.positions = Positions::learned;
        m.qkv_bias = m.attention_output_bias = m.feed_forward_bias = true;
        m.tied_embeddings = true;
        m.dropout = true;
    }
    return m;
}

/// Layers of one kind where a row has fewer (or more) than the published model.
[[nodiscard]] inline std::int64_t in_proportion(std::int64_t count, std::int64_t layers, std::int64_t of) {
    return (count * layers + of / 2) / of;
}

/// Fits the counts of each kind of layer to the row's own number of layers.
inline void truncate_layers(Transformer& m, std::int64_t layers, RowReader& read) {
    if (layers == m.layers) return;
    const std::int64_t of = m.layers;
    m.windowed_layers = in_proportion(m.windowed_layers, layers, of);
    if (m.windowed_layers == 0) m.window = 0;
    m.attention_layers = in_proportion(m.attention_layers, layers, of);
    m.state_space.layers = in_proportion(m.state_space.layers, layers, of);
    if (m.feed_forward_layers > 0) m.feed_forward_layers = layers - m.attention_layers - m.state_space.layers;
    // A few dense layers are the first ones; many are every other one.
    std::int64_t& dense = m.experts.dense_layers;
    if (dense > 0) {
        dense = 4 * dense > of ? in_proportion(dense, layers, of) : dense < layers ? dense : layers - 1;
        read.assume("dense layers = " + std::to_string(dense));
    }
    m.prediction_layers = 0;
    m.layers = layers;
}

/// Experts, from columns, from notes such as "shared expert ffn 5632", else from the catalogue's model.
inline void import_experts(const PublishedStep& row, RowReader& read, Transformer& m) {
    const std::optional<std::int64_t> routed = integer_of(row.experts);
    if (!row.experts.empty() && !routed) (void)read.required("experts_total", row.experts);
    if (routed && *routed <= 1) m.experts = {};
    if (routed && *routed > 1) m.experts.routed = *routed;
    if (!m.has_experts()) return;
    m.experts.active = read.otherwise("experts_active", row.experts_active, m.experts.active > 0 ? m.experts.active : 2,
                                      m.experts.active > 0);
    m.experts.width = read.otherwise("expert_ffn_hidden", row.expert_width,
                                     m.experts.width > 0 ? m.experts.width : m.feed_forward, m.experts.width > 0);
    if (row.feed_forward.empty() && m.feed_forward <= 0) m.feed_forward = m.experts.width;
    const std::string notes = lower_case(row.notes);
    const auto count = [](const std::optional<double>& number) {
        return number && *number >= 1 && *number <= 1e6 ? static_cast<std::int64_t>(*number) : 0;
    };
    if (const std::int64_t width = count(number_after(notes, "shared expert ffn")); width > 0)
        m.experts.shared_width = width;
    else if (m.experts.shared_width == 0)
        m.experts.shared_width = count(number_before(notes, "shared expert")) * m.experts.width;
    if (const std::int64_t dense = count(number_before(notes, "dense layer")); dense > 0 && dense < m.layers)
        m.experts.dense_layers = dense;
}

/// Latent attention that notes tell of, for a model that the catalogue does not have.
inline void import_latent_attention(const PublishedStep& row, RowReader& read, Transformer& m) {
    if (m.kv_heads != m.heads) return; // its columns say how queries share keys
    if (m.has_latent_attention() || !(contains(row.notes, "MLA") || contains(row.notes, "latent attention"))) return;
    const std::string notes = lower_case(row.notes);
    const auto dimension = [&](std::string_view word, std::int64_t usual) {
        const std::optional<double> stated = number_after(notes, word);
        if (stated && *stated >= 1 && *stated <= 1e5) return static_cast<std::int64_t>(*stated);
        read.assume(std::string{word} + " = " + std::to_string(usual) + ", as DeepSeek-V3");
        return usual;
    };
    m.latent.value_dimension = m.head_dimension;
    m.latent.query_rank = dimension("q_lora", 1536);
    m.latent.key_value_rank = dimension("kv_lora", 512);
    m.latent.rotary_dimension = dimension("rope dim", 64);
    m.head_dimension += m.latent.rotary_dimension;
    m.kv_heads = m.heads;
}

/// An encoder and a decoder of as many layers (T5), as one stack that takes as much work for each token of the encoder:
/// a decoder layer has a third attention, whose keys and values are of the encoder's tokens, and sees its own tokens.
inline void import_encoder_decoder(const PublishedStep& row, RowReader& read, Transformer& m) {
    const std::optional<double> stated = number_after(row.notes, "decoder length");
    const std::optional<std::int64_t> sequence = integer_of(row.sequence);
    double share = 1.0; // decoder tokens for each of the encoder's
    if (stated && sequence && *stated > 0 && *sequence > 0)
        share = std::fmin(*stated / static_cast<double>(*sequence), 1.0);
    const double projection = static_cast<double>(m.hidden) * static_cast<double>(m.query_width());
    const double feed_forward = static_cast<double>(m.feed_forward_matrices()) * static_cast<double>(m.hidden) *
                                static_cast<double>(m.feed_forward);
    const double encoder = 4 * projection + feed_forward;
    const double decoder = share * (6 * projection + feed_forward) + 2 * projection;
    const double ratio = encoder > 0 ? 1.0 + decoder / encoder : 2.0;
    const auto layers = static_cast<std::int64_t>(std::lround(static_cast<double>(m.layers) * std::fmin(ratio, 3.0)));
    read.assume("encoder and decoder as " + std::to_string(layers) + " layers over the encoder's tokens");
    m.layers = layers;
    m.vocabulary = std::llround(std::fmax(1.0, static_cast<double>(m.vocabulary) * share)); // logits of the decoder
    m.causal = false;
    m.head = Head::language_model;
    m.positions = Positions::none; // a bias of a few numbers a head
    m.norm = Norm::rms_norm;
    m.qkv_bias = m.attention_output_bias = m.feed_forward_bias = false;
    m.segment_rows = 0;
    m.embedding_norm = false;
    m.final_norm = true;
}

/// Reads the model of a row into `m`.
inline void import_model(const PublishedStep& row, RowReader& read, Transformer& m) {
    const std::string name = letters_of(row.model_name);
    const Transformer* known = known_model(row);
    const bool encoder_decoder = known == nullptr && (starts_with(name, "t5") || starts_with(name, "mt5") ||
                                                      starts_with(name, "flant5") || contains(row.row_type, "encdec"));
    if (known == nullptr && row.layers.empty() && contains(name, "mamba"))
        read.refuse("hybrid state-space model whose architecture is not published: " + row.model_name);
    const bool experts = !row.experts.empty() && row.experts != "0" && row.experts != "1";
    const bool gated =
        row.gated == "1" || (row.gated.empty() && (experts || (!row.kv_heads.empty() && row.kv_heads != row.heads)));
    m = known != nullptr ? *known : usual_model(row, gated);
    m.name = "imported";
    const auto field = [&](std::string_view label, std::string_view text, std::int64_t published) {
        return known != nullptr ? read.otherwise(label, text, published, true) : read.required(label, text);
    };
    const std::int64_t layers = field("layers", row.layers, m.layers);
    if (known != nullptr) truncate_layers(m, layers, read);
    m.layers = layers;
    m.hidden = field("hidden", row.hidden, m.hidden);
    m.heads = field("heads", row.heads, m.heads);
    m.kv_heads = read.otherwise("kv_heads", row.kv_heads, known != nullptr ? m.kv_heads : m.heads, known != nullptr);
    if (!m.has_latent_attention()) // the column holds one of its two head dimensions
        m.head_dimension = read.otherwise(
            "head_dim", row.head_dimension,
            known != nullptr && m.heads == known->heads ? m.head_dimension : m.hidden / m.heads, known != nullptr);
    if (known == nullptr && gated) m.feed_forward_kind = FeedForward::gated;
    if (row.gated == "1") m.feed_forward_kind = FeedForward::gated;
    if (row.gated == "0") m.feed_forward_kind = FeedForward::plain;
    if (known != nullptr) m.feed_forward = read.otherwise("ffn_hidden", row.feed_forward, m.feed_forward, true);
    else if (row.feed_forward.empty() && experts && !row.expert_width.empty())
        m.feed_forward = read.required("expert_ffn_hidden", row.expert_width);
    else m.feed_forward = read.required("ffn_hidden", row.feed_forward);
    if (encoder_decoder && row.vocabulary.empty())
        m.vocabulary = read.otherwise("vocab", "", starts_with(name, "mt5") ? 250112 : 32128);
    else m.vocabulary = field("vocab", row.vocabulary, m.vocabulary);
    import_experts(row, read, m);
    import_latent_attention(row, read, m);
    if (contains(row.notes, "w/o MTP") || contains(row.notes, "without MTP")) m.prediction_layers = 0;
    else if (contains(row.notes, "w/ MTP") || contains(row.notes, "with MTP")) m.prediction_layers = 1;
    if (encoder_decoder) import_encoder_decoder(row, read, m);
    // Fused kernels end at heads of 256: twice as many of half the width do the same products.
    while (m.head_dimension > 256 && m.head_dimension % 2 == 0 && m.head_dimension <= 4096 &&
           row.flash_attention != "0" && !m.has_latent_attention()) {
        m.head_dimension /= 2;
        m.heads *= 2;
        m.kv_heads *= 2;
        read.assume("heads of " + std::to_string(m.head_dimension) + " instead of half as many twice as wide");
    }
}

} // namespace foretrain::inline v0::detail
