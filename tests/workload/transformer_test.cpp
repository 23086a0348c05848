// SPDX-License-Identifier: Apache-2.0
#include <foretrain/workload/transformer.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <string_view>

using namespace foretrain;

namespace {

constexpr Transformer small{.name = "small",
                            .layers = 2,
                            .hidden = 8,
                            .feed_forward = 32,
                            .heads = 4,
                            .kv_heads = 2,
                            .head_dimension = 3,
                            .vocabulary = 100};

template <class Change>
constexpr Violations violations_after(Change change) {
    Transformer model = small;
    change(model);
    Violations found;
    check_rules(model, found);
    return found;
}

constexpr bool accepted(const Transformer& model) {
    AnyViolation any;
    check_rules(model, any);
    return any.empty();
}

static_assert(accepted(small));
static_assert(!accepted(Transformer{})); // no dimension has a usable default
static_assert(small.query_width() == 12 && small.key_value_width() == 6);

} // namespace

TEST_CASE("each dimension is refused at zero, by name") {
    struct Field {
        std::string_view name;
        std::int64_t Transformer::* member;
    };
    for (const Field field :
         {Field{"model.layers", &Transformer::layers}, Field{"model.hidden", &Transformer::hidden},
          Field{"model.feed_forward", &Transformer::feed_forward}, Field{"model.heads", &Transformer::heads},
          Field{"model.kv_heads", &Transformer::kv_heads}, Field{"model.head_dimension", &Transformer::head_dimension},
          Field{"model.vocabulary", &Transformer::vocabulary}}) {
        CAPTURE(field.name);
        for (const std::int64_t value : {std::int64_t{0}, std::int64_t{-1}, std::int64_t{1} << 60}) {
            const Violations found = violations_after([&](Transformer& m) { m.*field.member = value; });
            bool named = false;
            for (const Violation& violation : found)
                named = named || (violation.rule == "range" && violation.field == field.name);
            CHECK(named);
        }
    }
}

TEST_CASE("key-value heads must divide the query heads") {
    CHECK(violations_after([](Transformer& m) { m.kv_heads = 3; }).contains("kv_heads_divide_heads"));
    CHECK(violations_after([](Transformer& m) { m.kv_heads = 8; }).contains("kv_heads_divide_heads"));
    CHECK(violations_after([](Transformer& m) { m.kv_heads = 4; }).empty());
    CHECK(violations_after([](Transformer& m) { m.kv_heads = 1; }).empty());
}

TEST_CASE("learned positions and their table come together") {
    CHECK(violations_after([](Transformer& m) { m.position_rows = 16; }).contains("position_table"));
    CHECK(violations_after([](Transformer& m) { m.positions = Positions::learned; }).contains("position_table"));
    CHECK(violations_after([](Transformer& m) {
              m.positions = Positions::learned;
              m.position_rows = 16;
          }).empty());
}

TEST_CASE("a masked language model sees both ways and has a bias of its own") {
    const auto masked = [](Transformer& m) {
        m.head = Head::masked_language_model;
        m.causal = false;
    };
    CHECK(violations_after(masked).empty());
    CHECK(violations_after([](Transformer& m) {
              m.head = Head::masked_language_model;
          }).contains("masked_head_sees_both_ways"));
    CHECK(violations_after([&](Transformer& m) {
              masked(m);
              m.head_bias = true;
          }).contains("head_bias_of_language_model"));
    CHECK(violations_after([](Transformer& m) { m.head_bias = true; }).empty());
}

TEST_CASE("violations say what is wrong in words") {
    const Violations found = violations_after([](Transformer& m) { m.kv_heads = 3; });
    REQUIRE(found.size() == 1);
    CHECK(to_text(found[0]).view() ==
          "model.kv_heads = 3: must be a divisor of model.heads = 4 [kv_heads_divide_heads]; "
          "hint: each key-value head serves equally many query heads");
}

TEST_CASE("choices have names") {
    CHECK(name_of(FeedForward::plain) == "plain");
    CHECK(name_of(FeedForward::gated) == "gated");
    CHECK(name_of(Norm::layer_norm) == "layer_norm");
    CHECK(name_of(Norm::layer_norm_without_bias) == "layer_norm_without_bias");
    CHECK(name_of(Norm::rms_norm) == "rms_norm");
    CHECK(name_of(Positions::none) == "none");
    CHECK(name_of(Positions::learned) == "learned");
    CHECK(name_of(Positions::rotary) == "rotary");
    CHECK(name_of(Positions::alibi) == "alibi");
    CHECK(name_of(Head::language_model) == "language_model");
    CHECK(name_of(Head::masked_language_model) == "masked_language_model");
}
