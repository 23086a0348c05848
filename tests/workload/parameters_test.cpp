// SPDX-License-Identifier: Apache-2.0
#include <foretrain/workload/parameters.hpp>

#include <doctest/doctest.h>

#include <cstdint>

using namespace foretrain;

namespace {

// Small enough to count by hand: width 8, 4 heads of 3 (so 12 queries), 2 key-value heads (6 keys, 6 values), inner
// width 20.
constexpr Transformer small{.name = "small",
                            .layers = 2,
                            .hidden = 8,
                            .feed_forward = 20,
                            .heads = 4,
                            .kv_heads = 2,
                            .head_dimension = 3,
                            .vocabulary = 100};

template <class Change>
constexpr Transformer with(Change change) {
    Transformer model = small;
    change(model);
    return model;
}
template <class Change>
constexpr std::int64_t added(Change change) {
    return parameters(with(change)) - parameters(small);
}

// 8 x 12 queries, 8 x 6 keys, 8 x 6 values, 12 x 8 output; 8 x 20 and 20 x 8; two norms with scale and bias
static_assert(layer_parameters(small) ==
              LayerParameters{.attention = 96 + 48 + 48 + 96, .feed_forward = 160 + 160, .norms = 32});
static_assert(count_parameters(small) ==
              ParameterCounts{.embedding = 800, .layers = 2 * (288 + 320 + 32), .final_norm = 16, .head = 800});
static_assert(parameters(small) == 800 + 1280 + 16 + 800);

} // namespace

TEST_CASE("each choice adds exactly its own tensors") {
    CHECK(added([](Transformer& m) { m.feed_forward_kind = FeedForward::gated; }) == 2 * 160);
    CHECK(added([](Transformer& m) { m.qkv_bias = true; }) == 2 * (12 + 6 + 6));
    CHECK(added([](Transformer& m) { m.attention_output_bias = true; }) == 2 * 8);
    CHECK(added([](Transformer& m) { m.feed_forward_bias = true; }) == 2 * (20 + 8));
    CHECK(added([](Transformer& m) { m.embedding_norm = true; }) == 16);
    CHECK(added([](Transformer& m) { m.query_key_norm = true; }) == 2 * 2 * 6);
    CHECK(added([](Transformer& m) { m.segment_rows = 2; }) == 16);
    CHECK(added([](Transformer& m) { m.head_bias = true; }) == 100);
    CHECK(added([](Transformer& m) { m.final_norm = false; }) == -16);
    CHECK(added([](Transformer& m) { m.tied_embeddings = true; }) == -800);
    CHECK(added([](Transformer& m) { m.norms_per_layer = 1; }) == -2 * 16);
    CHECK(added([](Transformer& m) { m.norms_per_layer = 4; }) == 2 * 2 * 16);
    CHECK(added([](Transformer& m) { m.kv_heads = 4; }) == 2 * 2 * 8 * 6);
    CHECK(added([](Transformer& m) {
              m.positions = Positions::learned;
              m.position_rows = 16;
          }) == 128);
    // both biases of a gated block's first matrices, and one of its last
    const Transformer gated = with([](Transformer& m) { m.feed_forward_kind = FeedForward::gated; });
    Transformer biased = gated;
    biased.feed_forward_bias = true;
    CHECK(parameters(biased) - parameters(gated) == 2 * (20 + 20 + 8));
}

TEST_CASE("rotary positions, score biases, dropout and the mask have no parameters") {
    CHECK(added([](Transformer& m) { m.positions = Positions::rotary; }) == 0);
    CHECK(added([](Transformer& m) { m.positions = Positions::alibi; }) == 0);
    CHECK(added([](Transformer& m) { m.dropout = true; }) == 0);
    CHECK(added([](Transformer& m) { m.causal = false; }) == 0);
}

TEST_CASE("norms without biases have half the parameters, RMS or not") {
    CHECK(norm_parameters(Norm::layer_norm, 8) == 16);
    CHECK(norm_parameters(Norm::layer_norm_without_bias, 8) == 8);
    CHECK(norm_parameters(Norm::rms_norm, 8) == 8);
    CHECK(added([](Transformer& m) { m.norm = Norm::rms_norm; }) == -(2 * 16 + 8));
    CHECK(parameters(with([](Transformer& m) { m.norm = Norm::layer_norm_without_bias; })) ==
          parameters(with([](Transformer& m) { m.norm = Norm::rms_norm; })));
}

TEST_CASE("a masked language model brings dense, norm, decoder bias, pooler and classifier") {
    CHECK(added([](Transformer& m) {
              m.head = Head::masked_language_model;
              m.causal = false;
          }) == (64 + 8) + 16 + 100 + (64 + 8) + (16 + 2));
}

TEST_CASE("layers add up linearly") {
    const Transformer ten = with([](Transformer& m) { m.layers = 10; });
    CHECK(parameters(ten) - parameters(small) == 8 * layer_parameters(small).total());
}

TEST_CASE("the three counts for 6 N differ by embedding and projection") {
    const Transformer tied = with([](Transformer& m) { m.tied_embeddings = true; });
    // untied: table and projection are two; tied: one tensor, which is both looked up and multiplied with
    CHECK(parameters(small) - parameters_without_input_embedding(small) == 800);
    CHECK(parameters(tied) == parameters_without_input_embedding(tied));
    CHECK(parameters_without_input_embedding(small) == parameters_without_input_embedding(tied));
    CHECK(parameters_without_embedding(small) == parameters_without_embedding(tied));
    CHECK(parameters_without_input_embedding(tied) - parameters_without_embedding(tied) == 800);
    // looked-up tables never count as products
    const Transformer tables = with([](Transformer& m) {
        m.positions = Positions::learned;
        m.position_rows = 16;
        m.segment_rows = 2;
    });
    CHECK(parameters_without_input_embedding(tables) == parameters_without_input_embedding(small));
}

TEST_CASE("the largest model that is accepted is counted without overflow") {
    constexpr Transformer largest{.name = "largest",
                                  .layers = 10'000,
                                  .hidden = 1'000'000,
                                  .feed_forward = 10'000'000,
                                  .heads = 10'000,
                                  .kv_heads = 10'000,
                                  .head_dimension = 10'000,
                                  .vocabulary = 100'000'000,
                                  .position_rows = 100'000'000,
                                  .segment_rows = 1'000'000,
                                  .feed_forward_kind = FeedForward::gated,
                                  .positions = Positions::learned,
                                  .norms_per_layer = 8,
                                  .qkv_bias = true,
                                  .attention_output_bias = true,
                                  .feed_forward_bias = true,
                                  .embedding_norm = true,
                                  .query_key_norm = true};
    AnyViolation any;
    check_rules(largest, any);
    REQUIRE(any.empty());
    constexpr std::int64_t count = parameters(largest); // an overflow would not compile
    CHECK(count > 4'000'000'000'000'000'000);
}

TEST_CASE("parts of layers, counted once, are the layers' parts") {
    constexpr PartParameters plain{small};
    static_assert(plain.count(LayerPart::attention) == 2 && plain.count(LayerPart::feed_forward) == 2);
    static_assert(plain.of(LayerPart::attention) == layer_parameters(small, LayerPart::attention));
    static_assert(plain.of(LayerPart::experts) == LayerParameters{}); // no layer has any
    // Of the last layer's kind: a module needs parts that no layer has.
    constexpr Transformer mixture = with([](Transformer& m) {
        m.experts = {.routed = 4, .active = 2, .width = 5, .dense_layers = 2};
        m.prediction_layers = 1;
    });
    constexpr PartParameters parts{mixture};
    static_assert(parts.count(LayerPart::experts) == 0);
    static_assert(parts.of(LayerPart::experts) == layer_parameters(mixture, LayerPart::experts));
    static_assert(PartParameters::module_block(mixture) == LayerPart::experts);
    static_assert(PartParameters::module_block(small) == LayerPart::feed_forward);
    static_assert(count_parameters(mixture, parts) == count_parameters(mixture));
    CHECK(prediction_parameters(mixture, parts).experts == 4 * 2 * 8 * 5); // two matrices of 8 x 5 each
}
