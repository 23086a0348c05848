// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <foretrain/catalog/models.hpp>
#include <foretrain/units/literals.hpp>
#include <foretrain/workload/flops.hpp>
#include <foretrain/workload/layer.hpp>

#include "../relative.hpp"
#include "operations.hpp"

using namespace foretrain;
using namespace foretrain::literals;
using namespace operations;

namespace {

constexpr Share whole(std::int64_t sequence, std::int64_t samples = 1) {
    return {.samples = samples, .sequence = sequence, .element = make<Bytes>(2.0), .operand = make<Bytes>(2.0)};
}

/// Forward matrix FLOPs of a whole model: its parts, as often as it has them.
double forward_flops(const Transformer& model, const Share& share) {
    double sum = matrix_flops_of(head_operations(model, share, Pass::forward));
    for (const LayerPart part : layer_parts)
        if (model.count(part) > 0)
            sum += static_cast<double>(model.count(part)) *
                   matrix_flops_of(part_operations(model, share, Pass::forward, part));
    Operations modules;
    add_prediction(modules, model, share, LayerSizes{model, share}, Pass::forward);
    return sum + matrix_flops_of(modules);
}

/// So many samples of 2048 tokens give every expert of the catalogue whole tiles of tokens, on up to 16 ranks.
constexpr std::int64_t even_samples = 480;

constexpr std::int64_t sequence_of(const Transformer& model) {
    return model.position_rows > 0 ? (model.position_rows < 2048 ? model.position_rows : 2048) : 2048;
}

} // namespace

TEST_CASE("forward operations of every catalogue model are its matrix products") {
    std::size_t causal = 0;
    for (const Transformer* model : catalog::all_models) {
        if (model->head == Head::masked_language_model) continue; // projects only masked tokens: below
        CAPTURE(model->name);
        const std::int64_t s = sequence_of(*model);
        Share share = whole(s, even_samples);
        const double samples = static_cast<double>(even_samples);
        // The scan of a state-space block counts as model FLOPs, but runs on no matrix unit.
        const StateSpace& block = model->state_space;
        const double scan =
            samples * static_cast<double>(4 * block.layers * block.heads * block.head_dimension * block.state * s);
        const double fused = forward_flops(*model, share);
        CHECK(3.0 * (fused + scan) ==
              relative(samples * raw(matrix_flops(*model, s, AttentionCount::causal))).epsilon(1e-12));
        share.fused_attention = false;
        const double unfused = forward_flops(*model, share);
        CHECK(3.0 * (unfused + scan) ==
              relative(samples * raw(matrix_flops(*model, s, AttentionCount::full))).epsilon(1e-12));
        causal += model->causal ? 1 : 0;
        if (!model->causal) CHECK(fused == unfused);
    }
    CHECK(causal > 50);
}

TEST_CASE("a masked language model projects only its masked tokens") {
    const std::int64_t s = 512;
    const Operations head = head_operations(catalog::bert_large, whole(s, 8), Pass::forward);
    const double h = 1024;
    const double projected = matrix_flops_of(head) / (2.0 * h * (h + 30522.0)); // dense layer and decoder, a token
    CHECK(projected / (8.0 * 512.0) == relative(masked_share).epsilon(1e-3));
    // Layers see all tokens, both ways, fused or not.
    Share share = whole(s, 8);
    const double fused = matrix_flops_of(layer_operations(catalog::bert_large, share, Pass::forward));
    CHECK(fused == relative(8.0 * (24.0 * 512.0 * h * h + 4.0 * 512.0 * 512.0 * h)).epsilon(1e-12));
}

TEST_CASE("backward is twice forward, and fused attention runs its scores again") {
    for (const Transformer* model : catalog::all_models) {
        CAPTURE(model->name);
        Share share = whole(sequence_of(*model), 2);
        for (const bool fused : {true, false}) {
            share.fused_attention = fused;
            const Operations forward = layer_operations(*model, share, Pass::forward);
            const Operations backward = layer_operations(*model, share, Pass::backward);
            for (const OperationKind kind : {OperationKind::attention_projection, OperationKind::feed_forward})
                CHECK(matrix_flops_of(backward, kind) == relative(2.0 * matrix_flops_of(forward, kind)).epsilon(1e-12));
            // Four products of the backward pass; a fifth, the scores, where they were not kept.
            const double ratio = fused ? 5.0 / 2.0 : 4.0 / 2.0;
            CHECK(matrix_flops_of(backward, OperationKind::attention) ==
                  relative(ratio * matrix_flops_of(forward, OperationKind::attention)).epsilon(1e-12));
        }
        CHECK(matrix_flops_of(head_operations(*model, share, Pass::backward)) ==
              relative(2.0 * matrix_flops_of(head_operations(*model, share, Pass::forward))).epsilon(1e-12));
    }
}

TEST_CASE("tensor parallel shares add up to the whole") {
    for (const Transformer* model : catalog::all_models)
        for (const std::int64_t t : {2, 4, 8, 16}) {
            if (model->heads % t != 0 || model->kv_heads % t != 0 || model->feed_forward % t != 0 ||
                model->experts.shared_width % t != 0)
                continue;
            CAPTURE(model->name);
            CAPTURE(t);
            const Share all = whole(sequence_of(*model), even_samples);
            Share part = all;
            part.tensor = t;
            part.sequence_parallel = true; // narrow projections of latent attention are cut by tokens or not at all
            for (const Pass pass : {Pass::forward, Pass::backward})
                CHECK(static_cast<double>(t) * matrix_flops_of(layer_operations(*model, part, pass)) ==
                      relative(matrix_flops_of(layer_operations(*model, all, pass))).epsilon(1e-12));
            // The vocabulary is cut in parts of equal size, the last one padded.
            const double head = static_cast<double>(t) * matrix_flops_of(head_operations(*model, part, Pass::forward));
            const double exact = matrix_flops_of(head_operations(*model, all, Pass::forward));
            if (model->head == Head::language_model) {
                CHECK(head >= exact);
                CHECK(head <=
                      exact * (1.0 + static_cast<double>(t) / static_cast<double>(model->vocabulary)) * (1 + 1e-12));
                if (model->vocabulary % t == 0) CHECK(head == relative(exact).epsilon(1e-12));
            }
        }
}

TEST_CASE("key-value heads fewer than ranks are kept by several of them") {
    // PaLM has one key-value head: each of 4 ranks projects it whole.
    const Share all = whole(2048);
    Share part = all;
    part.tensor = 4;
    const auto projection = [](const Share& share) {
        return matrix_flops_of(layer_operations(catalog::palm_8b, share, Pass::forward),
                               OperationKind::attention_projection);
    };
    const double key_value = 2.0 * 2048.0 * 4096.0 * 2.0 * 256.0;
    CHECK(4.0 * projection(part) == relative(projection(all) + 3.0 * key_value));
}

TEST_CASE("context parallel shares add up to the whole") {
    for (const Transformer* model : {&catalog::llama3_8b, &catalog::gpt3_13b, &catalog::bert_large}) {
        const Share all = whole(sequence_of(*model));
        Share part = all;
        part.context = 4;
        CHECK(4.0 * matrix_flops_of(layer_operations(*model, part, Pass::forward)) ==
              relative(matrix_flops_of(layer_operations(*model, all, Pass::forward))).epsilon(1e-12));
    }
}

TEST_CASE("sequence parallelism cuts norms and residuals and nothing else") {
    for (const Transformer* model : {&catalog::llama3_405b, &catalog::megatron_175b, &catalog::palm_540b}) {
        CAPTURE(model->name);
        Share plain = whole(2048, 2);
        plain.tensor = 8;
        plain.fused_elementwise = true;
        Share cut = plain;
        cut.sequence_parallel = true;
        for (const Pass pass : {Pass::forward, Pass::backward}) {
            const Operations before = layer_operations(*model, plain, pass);
            const Operations after = layer_operations(*model, cut, pass);
            REQUIRE(before.size() == after.size());
            CHECK(kernels_of(before) == kernels_of(after));
            std::size_t cuts = 0;
            for (std::size_t i = 0; i < before.size(); ++i) {
                if (before[i].kernels == 0) continue; // launches nothing
                if (before[i].bytes == after[i].bytes) {
                    CHECK(before[i].flops == after[i].flops);
                    CHECK(before[i].kind != OperationKind::norm);
                    continue;
                }
                ++cuts;
                CHECK(before[i].form == OperationForm::stream);
                CHECK((before[i].kind == OperationKind::norm || before[i].kind == OperationKind::elementwise));
                CHECK(raw(before[i].bytes) == relative(8.0 * raw(after[i].bytes)).epsilon(1e-12));
                CHECK(raw(before[i].flops) == relative(8.0 * raw(after[i].flops)).epsilon(1e-12));
            }
            CHECK(cuts >= 1);
            CHECK(cuts <= 4); // two norms and two residuals
        }
    }
}

TEST_CASE("operations are linear in samples") {
    const Share one = whole(1024, 1);
    const Share five = whole(1024, 5);
    for (const Transformer* model : {&catalog::llama3_8b, &catalog::bloom_560m, &catalog::gpt_j_6b})
        for (const Pass pass : {Pass::forward, Pass::backward}) {
            const Operations a = layer_operations(*model, one, pass);
            const Operations b = layer_operations(*model, five, pass);
            REQUIRE(a.size() == b.size());
            for (std::size_t i = 0; i < a.size(); ++i) {
                CHECK(raw(b[i].flops) == relative(5.0 * raw(a[i].flops)).epsilon(1e-12));
                CHECK(a[i].kernels == b[i].kernels);
                // Weights are read once, however many samples there are.
                if (a[i].form != OperationForm::matrix_product)
                    CHECK(raw(b[i].bytes) == relative(5.0 * raw(a[i].bytes)).epsilon(1e-12));
                else CHECK(b[i].bytes <= 5.0 * a[i].bytes * (1 + 1e-12));
            }
        }
}

TEST_CASE("a sequence of twice the length attends four times as much") {
    for (const bool fused : {true, false}) {
        Share once = whole(2048);
        Share twice = whole(4096);
        once.fused_attention = twice.fused_attention = fused;
        for (const Pass pass : {Pass::forward, Pass::backward}) {
            const Operations a = layer_operations(catalog::llama3_8b, once, pass);
            const Operations b = layer_operations(catalog::llama3_8b, twice, pass);
            CHECK(matrix_flops_of(b, OperationKind::attention) == 4.0 * matrix_flops_of(a, OperationKind::attention));
            CHECK(matrix_flops_of(b, OperationKind::feed_forward) ==
                  2.0 * matrix_flops_of(a, OperationKind::feed_forward));
            CHECK(matrix_flops_of(b, OperationKind::attention_projection) ==
                  2.0 * matrix_flops_of(a, OperationKind::attention_projection));
        }
    }
}

TEST_CASE("fused attention does the same work without the scores' traffic") {
    Share fused = whole(2048);
    Share unfused = fused;
    unfused.fused_attention = false;
    const Transformer& model = catalog::bert_large; // nothing is masked out, so the FLOPs agree
    const auto attention = [&](const Share& share) { return layer_operations(model, share, Pass::forward); };
    CHECK(matrix_flops_of(attention(fused)) == matrix_flops_of(attention(unfused)));
    CHECK(kernels_of(attention(fused)) < kernels_of(attention(unfused)));
    // The scores of 16 heads are written and read at least once.
    const double scores = 16.0 * 2048.0 * 2048.0 * 2.0;
    CHECK(bytes_of(attention(unfused), OperationKind::attention) >
          bytes_of(attention(fused), OperationKind::attention) + 2.0 * scores);
    // Fused traffic is linear in the sequence, separate kernels' traffic goes with its square.
    Share fused_long = fused, unfused_long = unfused;
    fused_long.sequence = unfused_long.sequence = 4096;
    CHECK(bytes_of(attention(fused_long), OperationKind::attention) ==
          relative(2.0 * bytes_of(attention(fused), OperationKind::attention)));
    CHECK(bytes_of(attention(unfused_long), OperationKind::attention) >
          3.5 * bytes_of(attention(unfused), OperationKind::attention));
}

TEST_CASE("a gated block has three matrices, a plain one two") {
    Transformer plain = catalog::gpt3_13b;
    Transformer gated = plain;
    gated.feed_forward_kind = FeedForward::gated;
    const Share share = whole(2048);
    for (const Pass pass : {Pass::forward, Pass::backward}) {
        const Operations a = layer_operations(plain, share, pass);
        const Operations b = layer_operations(gated, share, pass);
        CHECK(matrix_flops_of(b, OperationKind::feed_forward) == 1.5 * matrix_flops_of(a, OperationKind::feed_forward));
        CHECK(matrix_flops_of(b, OperationKind::attention) == matrix_flops_of(a, OperationKind::attention));
        CHECK(bytes_of(b, OperationKind::elementwise) > bytes_of(a, OperationKind::elementwise));
    }
}

TEST_CASE("grouped queries with as many key-value heads as heads are multi-head attention") {
    Transformer model = catalog::llama3_8b;
    model.kv_heads = model.heads;
    const Share share = whole(1024);
    // Four square projections of the hidden width.
    const double h = static_cast<double>(model.hidden);
    CHECK(matrix_flops_of(layer_operations(model, share, Pass::forward), OperationKind::attention_projection) ==
          4.0 * 2.0 * 1024.0 * h * h);
    // Fewer key-value heads project less and read less, and score as much.
    const Operations multi = layer_operations(model, share, Pass::forward);
    const Operations grouped = layer_operations(catalog::llama3_8b, share, Pass::forward);
    CHECK(matrix_flops_of(grouped, OperationKind::attention_projection) ==
          relative(matrix_flops_of(multi, OperationKind::attention_projection) * (2.0 + 2.0 * 8.0 / 32.0) / 4.0));
    CHECK(matrix_flops_of(grouped, OperationKind::attention) == matrix_flops_of(multi, OperationKind::attention));
    CHECK(bytes_of(grouped, OperationKind::attention) < bytes_of(multi, OperationKind::attention));
}

TEST_CASE("fused elementwise kernels are fewer and move less") {
    Transformer model = catalog::megatron_22b; // biases and dropout
    REQUIRE(model.dropout);
    REQUIRE(model.feed_forward_bias);
    Share separate = whole(2048);
    Share together = separate;
    together.fused_elementwise = true;
    for (const Pass pass : {Pass::forward, Pass::backward}) {
        const Operations a = layer_operations(model, separate, pass);
        const Operations b = layer_operations(model, together, pass);
        CHECK(bytes_of(b, OperationKind::elementwise) < bytes_of(a, OperationKind::elementwise));
        CHECK(kernels_of(b) <= kernels_of(a));
        CHECK(matrix_flops_of(a) == matrix_flops_of(b));
    }
}

TEST_CASE("dropout costs bytes and no matrix work") {
    Transformer without = catalog::megatron_22b;
    without.dropout = false;
    Share share = whole(2048);
    share.fused_attention = false;
    for (const Pass pass : {Pass::forward, Pass::backward}) {
        const Operations with_it = layer_operations(catalog::megatron_22b, share, pass);
        const Operations without_it = layer_operations(without, share, pass);
        CHECK(matrix_flops_of(with_it) == matrix_flops_of(without_it));
        for (const OperationKind kind : {OperationKind::attention, OperationKind::elementwise})
            CHECK(bytes_of(with_it, kind) > bytes_of(without_it, kind));
    }
}

TEST_CASE("the embedding is a gather of tokens by hidden, more with position tables") {
    const Share share = whole(1024, 2);
    const Operations plain = embedding_operations(catalog::llama3_8b, share, Pass::forward);
    const double elements = 2.0 * 1024.0 * 4096.0;
    CHECK(bytes_of(plain, OperationKind::embedding) == 2.0 * elements * 2.0); // read and write, 2 bytes each
    CHECK(matrix_flops_of(plain) == 0.0);
    Transformer learned = catalog::llama3_8b;
    learned.positions = Positions::learned;
    learned.position_rows = 8192;
    CHECK(bytes_of(embedding_operations(learned, share, Pass::forward), OperationKind::embedding) >
          bytes_of(plain, OperationKind::embedding));
    CHECK(bytes_of(embedding_operations(catalog::bloom_560m, share, Pass::forward), OperationKind::norm) > 0.0);
}

TEST_CASE("a larger vocabulary makes the head larger and leaves layers alone") {
    Transformer larger = catalog::llama3_8b;
    larger.vocabulary *= 2;
    const Share share = whole(1024);
    for (const Pass pass : {Pass::forward, Pass::backward}) {
        CHECK(matrix_flops_of(head_operations(larger, share, pass)) ==
              2.0 * matrix_flops_of(head_operations(catalog::llama3_8b, share, pass)));
        CHECK(bytes_of(head_operations(larger, share, pass), OperationKind::loss) ==
              2.0 * bytes_of(head_operations(catalog::llama3_8b, share, pass), OperationKind::loss));
        CHECK(bytes_of(layer_operations(larger, share, pass), OperationKind::feed_forward) ==
              bytes_of(layer_operations(catalog::llama3_8b, share, pass), OperationKind::feed_forward));
    }
}

TEST_CASE("no model comes near the capacity of a list, and each operation has a size") {
    for (const Transformer* model : catalog::all_models)
        for (const Pass pass : {Pass::forward, Pass::backward})
            for (const bool fused : {true, false}) {
                Share share = whole(sequence_of(*model));
                share.fused_attention = share.fused_elementwise = fused;
                for (const Operations& list :
                     {layer_operations(*model, share, pass), head_operations(*model, share, pass),
                      embedding_operations(*model, share, pass)}) {
                    CHECK(list.size() < Operations::capacity);
                    for (const Operation& o : list) {
                        CHECK(o.pass == pass);
                        CHECK(raw(o.bytes) >= 0.0);
                        CHECK(raw(o.flops) >= 0.0);
                        if (o.kernels > 0) CHECK(raw(o.bytes) > 0.0);
                    }
                }
            }
}

// One layer of GPT-3, forward, 2048 tokens, by hand: 24 s h^2 + 2 s^2 h (causal).
static_assert(matrix_flops_of(layer_operations(catalog::gpt3_175b, whole(2048), Pass::forward)) ==
              24.0 * 2048.0 * 12288.0 * 12288.0 + 2.0 * 2048.0 * 2048.0 * 12288.0);
