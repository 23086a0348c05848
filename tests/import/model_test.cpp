// SPDX-License-Identifier: Apache-2.0
#include <foretrain/import/model.hpp>

#include <doctest/doctest.h>

#include <foretrain/workload/parameters.hpp>

#include "published_row.hpp"

using namespace foretrain;

namespace {

template <class Change>
Transformer model_of(Change change, PublishedStep row = complete_row()) {
    return imported(change, row).model;
}

} // namespace

TEST_CASE("every model alias is a model of the catalogue, the longer names first") {
    for (std::size_t i = 0; i < detail::model_aliases.size(); ++i) {
        CAPTURE(detail::model_aliases[i].beginning);
        CHECK(catalog::find_model(detail::model_aliases[i].name) != nullptr);
        for (std::size_t j = i + 1; j < detail::model_aliases.size(); ++j)
            CHECK_FALSE(detail::starts_with(detail::model_aliases[j].beginning, detail::model_aliases[i].beginning));
    }
}

TEST_CASE("architectures follow from the family where the catalogue does not have the model") {
    const Transformer gpt = imported().model;
    CHECK(gpt.positions == Positions::learned);
    CHECK(static_cast<double>(parameters(gpt)) == doctest::Approx(175e9).epsilon(0.01));
    const Transformer llama = model_of([](PublishedStep& r) { r.gated = "1"; });
    CHECK(llama.positions == Positions::rotary);
    CHECK(llama.feed_forward_matrices() == 3);
    const Transformer bert = model_of([](PublishedStep& r) { r.row_type = "pretrain-encoder"; });
    CHECK_FALSE(bert.causal);
    CHECK(bert.head == Head::masked_language_model);
    CHECK(model_of([](PublishedStep& r) { r.model_name = "MPT-9b"; }).positions == Positions::alibi);
}

TEST_CASE("what a row leaves out comes from the catalogue's model of that name") {
    const Transformer deepseek = import_step(expert_row()).model;
    CHECK(deepseek.latent == catalog::deepseek_v3.latent);
    CHECK(deepseek.head_dimension == 192); // the column has 128, that of values
    CHECK(deepseek.experts == catalog::deepseek_v3.experts);
    CHECK(deepseek.prediction_layers == 1);
    CHECK(parameters(deepseek) == parameters(catalog::deepseek_v3));
    const Transformer hybrid = model_of(
        [](PublishedStep& r) {
            r.model_name = "Nemotron-3-Nano (30B-A3B hybrid Mamba-MoE)";
            r.layers = r.hidden = r.feed_forward = r.heads = r.kv_heads = r.head_dimension = r.vocabulary = r.experts =
                r.experts_active = r.expert_width = r.gated = "";
        },
        expert_row());
    CHECK(parameters(hybrid) == parameters(catalog::nemotron3_nano));
    CHECK(model_of([](PublishedStep& r) { r.notes += "; w/o MTP"; }, expert_row()).prediction_layers == 0);
}

TEST_CASE("a row's own columns count more than the catalogue") {
    const Transformer model = model_of(
        [](PublishedStep& r) {
            r.vocabulary = "200000";
            r.experts_active = "4";
        },
        expert_row());
    CHECK(model.vocabulary == 200000);
    CHECK(model.experts.active == 4);
    // Another width is another model of the same name.
    CHECK(model_of([](PublishedStep& r) { r.hidden = "4096"; }, expert_row()).experts.dense_layers == 0);
}

TEST_CASE("truncated models keep the proportions of what they are cut from") {
    const ImportedStep step = imported(
        [](PublishedStep& r) {
            r.model_name = "DeepSeek-V3-proxy-L4";
            r.layers = "4";
            r.notes = "MLA; 1 dense layer (of real 3) in this proxy";
        },
        expert_row());
    CHECK(step.model.layers == 4);
    CHECK(step.model.experts.dense_layers == 1);
    CHECK(step.model.count(LayerPart::experts) == 3);
    CHECK(step.model.prediction_layers == 0);
    const Transformer window = model_of(
        [](PublishedStep& r) {
            r.model_name = "GPT-OSS-120B";
            r.layers = "12";
            r.hidden = "2880";
            r.feed_forward = "";
            r.heads = "64";
            r.kv_heads = "8";
            r.head_dimension = "64";
            r.experts = "128";
            r.expert_width = "2880";
        },
        expert_row());
    CHECK(window.windowed_layers == 6);
    CHECK(window.window == 128);
    CHECK(window.feed_forward == 2880);
}

TEST_CASE("experts of an unknown model come from columns and notes") {
    const Transformer model = model_of([](PublishedStep& r) {
        r.model_name = "unheard of";
        r.feed_forward = "";
        r.gated = "";
        r.experts = "64";
        r.experts_active = "6";
        r.expert_width = "1408";
        r.notes = "2 shared experts; 1 dense layer";
    });
    CHECK(model.feed_forward_kind == FeedForward::gated);
    CHECK(model.experts == Experts{.routed = 64, .active = 6, .width = 1408, .shared_width = 2816, .dense_layers = 1});
    CHECK(model_of([](PublishedStep& r) { r.experts = "1"; }).has_experts() == false);
}

TEST_CASE("latent attention of an unknown model comes from notes") {
    const ImportedStep step = imported([](PublishedStep& r) {
        r.notes = "MLA attention (q_lora 768, kv_lora 256, rope dim 32)";
        r.flash_attention = "1";
    });
    CHECK(step.model.latent == LatentAttention{768, 256, 32, 128});
    CHECK(step.model.head_dimension == 160);
    CHECK_FALSE(assumes(step, "q_lora"));
    CHECK(assumes(imported([](PublishedStep& r) { r.notes = "MLA"; }), "kv_lora = 512"));
}

TEST_CASE("an encoder and a decoder become one stack of as much work") {
    const auto layers = [](const char* notes) {
        const ImportedStep step = imported([&](PublishedStep& r) {
            r.model_name = "T5-3B";
            r.row_type = "pretrain-encoder";
            r.layers = "24";
            r.hidden = "2048";
            r.feed_forward = "5120";
            r.gated = "1";
            r.heads = r.kv_heads = "32";
            r.head_dimension = "64";
            r.vocabulary = "";
            r.sequence = "512";
            r.notes = notes;
        });
        CHECK(assumes(step, "encoder and decoder"));
        CHECK_FALSE(step.model.causal);
        return step.model.layers;
    };
    // With as many tokens on both sides a decoder layer is more than one of the encoder; with few, much less.
    CHECK(layers("") > 48);
    CHECK(layers("decoder length 128") > 24);
    CHECK(layers("decoder length 128") < 48);
}

TEST_CASE("heads wider than fused kernels take become more of less width") {
    const ImportedStep step = imported([](PublishedStep& r) {
        r.heads = "64";
        r.kv_heads = "1";
        r.head_dimension = "512";
        r.flash_attention = "1";
    });
    CHECK(step.model.head_dimension == 256);
    CHECK(step.model.heads == 128);
    CHECK(step.model.query_width() == 64 * 512);
    CHECK(step.model.key_value_width() == 512);
}

TEST_CASE("a hybrid that nobody published is refused by name") {
    const std::string refusal = imported([](PublishedStep& r) {
                                    r.model_name = "New hybrid Mamba";
                                    r.layers = "";
                                }).refusal;
    CHECK(has(refusal, "hybrid state-space model whose architecture is not published"));
}
