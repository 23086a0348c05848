// SPDX-License-Identifier: Apache-2.0
#include <foretrain/catalog/models_encoder.hpp>

#include <doctest/doctest.h>
#include <foretrain/workload/parameters.hpp>

#include <cstdint>

using namespace foretrain;

namespace {
/// Encoder with its pooler, as the checkpoints have it: without dense, norm, decoder bias and next-sentence classifier.
constexpr std::int64_t encoder_and_pooler(const Transformer& m) {
    const std::int64_t square = m.hidden * m.hidden + m.hidden;
    return parameters(m) - count_parameters(m).head + square;
}
} // namespace

// Public checkpoints: BertModel and BertForPreTraining of bert-base-uncased and bert-large-uncased.
static_assert(encoder_and_pooler(catalog::bert_base) == 109'482'240);
static_assert(encoder_and_pooler(catalog::bert_large) == 335'141'888);
static_assert(parameters(catalog::bert_base) == 110'106'428);
static_assert(parameters(catalog::bert_large) == 336'226'108);

TEST_CASE("BERT counts as the public checkpoints, with and without its training heads") {
    CHECK(encoder_and_pooler(catalog::bert_base) == 109'482'240);
    CHECK(encoder_and_pooler(catalog::bert_large) == 335'141'888);
    CHECK(parameters(catalog::bert_base) == 110'106'428);
    CHECK(parameters(catalog::bert_large) == 336'226'108);
}

TEST_CASE("BERT's embeddings are those of its checkpoints") {
    const ParameterCounts large = count_parameters(catalog::bert_large);
    CHECK(large.embedding == 31'254'528);
    CHECK(large.positions == 524'288);
    CHECK(large.segments == 2'048);
    CHECK(large.final_norm == 0);
}
