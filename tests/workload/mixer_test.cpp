// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <foretrain/catalog/models.hpp>
#include <foretrain/workload/layer.hpp>

#include "../relative.hpp"
#include "operations.hpp"

using namespace foretrain;
using namespace operations;

namespace {

constexpr Share whole(std::int64_t sequence, std::int64_t samples = 1) {
    return {.samples = samples, .sequence = sequence, .element = make<Bytes>(2.0), .operand = make<Bytes>(2.0)};
}

double core_flops(const Transformer& model, const Share& share, LayerPart part = LayerPart::attention,
                  Pass pass = Pass::forward) {
    Operations list;
    detail::add_attention_core(list, model, share, LayerSizes{model, share}, pass, part);
    for (const Operation& o : list) CHECK(o.kind == OperationKind::attention);
    return matrix_flops_of(list);
}

constexpr Transformer windowed(std::int64_t window) {
    Transformer model = catalog::llama3_8b;
    model.window = window;
    model.windowed_layers = model.layers / 2;
    return model;
}

/// DeepSeek-V3's attention (its config.json): 128 heads of 128 + 64 rotated, values of 128.
constexpr Transformer latent() {
    Transformer model = catalog::llama3_8b;
    model.hidden = 7168;
    model.heads = model.kv_heads = 128;
    model.head_dimension = 192;
    model.latent = {.query_rank = 1536, .key_value_rank = 512, .rotary_dimension = 64, .value_dimension = 128};
    return model;
}

constexpr Transformer hybrid() {
    Transformer model = catalog::llama3_8b;
    model.state_space = {.layers = 24, .heads = 128, .head_dimension = 64, .groups = 8, .state = 128};
    return model;
}

} // namespace

TEST_CASE("a window of the whole sequence is no window") {
    const Share share = whole(4096);
    CHECK(core_flops(windowed(4096), share, LayerPart::windowed_attention) == core_flops(catalog::llama3_8b, share));
    CHECK(core_flops(windowed(100000), share, LayerPart::windowed_attention) == core_flops(catalog::llama3_8b, share));
}

TEST_CASE("attention in a window grows with the sequence, not with its square") {
    const Transformer model = windowed(512);
    const double at_8k = core_flops(model, whole(8192), LayerPart::windowed_attention);
    const double at_64k = core_flops(model, whole(65536), LayerPart::windowed_attention);
    CHECK(at_64k / at_8k == relative(8.0).epsilon(0.04));
    CHECK(core_flops(model, whole(65536)) / core_flops(model, whole(8192)) == relative(64.0));
    // A causal query sees 512 tokens, except the first ones.
    CHECK(at_64k == relative(2.0 * 65536 * 512 * 2 * 4096).epsilon(0.01));
}

TEST_CASE("latent attention costs its narrow projections and a core over keys and values of two widths") {
    const Transformer model = latent();
    const Share share = whole(4096);
    double projections = 0;
    for (const Operation& o : part_operations(model, share, Pass::forward, LayerPart::attention))
        if (o.kind == OperationKind::attention_projection) projections += raw(o.flops);
    const double numbers = 7168.0 * 1536 + 1536.0 * 128 * 192 + 7168.0 * (512 + 64) + 512.0 * 128 * (128 + 128) +
                           128.0 * 128 * 7168; // DeepSeek-V3: 187 million a layer
    CHECK(numbers == relative(187.1e6).epsilon(1e-3));
    CHECK(projections == relative(2.0 * 4096 * numbers));
    CHECK(core_flops(model, share) == relative(2.0 * 4096 * 2048 * 128 * (192 + 128)));
}

TEST_CASE("the ways a context group splits attention are the same work") {
    Share share = whole(32768);
    share.context = 8;
    const double by_rows = core_flops(catalog::llama3_8b, share);
    share.heads_for_tokens = true;
    CHECK(core_flops(catalog::llama3_8b, share) == by_rows);
    CHECK(by_rows * 8 == core_flops(catalog::llama3_8b, whole(32768)));
}

TEST_CASE("a fused backward pass computes the scores again") {
    const Share share = whole(2048);
    CHECK(core_flops(catalog::llama3_8b, share, LayerPart::attention, Pass::backward) ==
          2.5 * core_flops(catalog::llama3_8b, share));
    Share unfused = share;
    unfused.fused_attention = false;
    CHECK(core_flops(catalog::llama3_8b, unfused, LayerPart::attention, Pass::backward) ==
          2.0 * core_flops(catalog::llama3_8b, unfused));
}

TEST_CASE("a state-space block is linear in the sequence and cheaper than attention on long ones") {
    const Transformer model = hybrid();
    const auto block = [&](std::int64_t s) {
        return matrix_flops_of(part_operations(model, whole(s), Pass::forward, LayerPart::state_space));
    };
    CHECK(block(65536) / block(4096) == relative(16.0));
    CHECK(block(65536) < matrix_flops_of(part_operations(model, whole(65536), Pass::forward, LayerPart::attention)));
    CHECK(model.count(LayerPart::attention) + model.count(LayerPart::state_space) == model.layers);
}

TEST_CASE("a causal sequence cut in order: scores of the last rank, counted one by one") {
    Transformer m = catalog::llama3_8b;
    for (const std::int64_t context : {1, 2, 4, 8})
        for (const std::int64_t window : {0, 64, 900, 1000, 4096}) {
            m.window = window;
            const LayerPart part = window > 0 ? LayerPart::windowed_attention : LayerPart::attention;
            Share share{.samples = 1, .sequence = 1024, .context = context, .contiguous_context = true};
            // The keys of each query of the last rank, half a key short on the diagonal as everywhere else.
            double sum = 0;
            for (std::int64_t query = 1024 - 1024 / context; query < 1024; ++query) {
                const double keys = static_cast<double>(query) + 0.5;
                sum += window > 0 && keys > static_cast<double>(window) ? static_cast<double>(window) : keys;
            }
            const double mean = sum / (1024.0 / static_cast<double>(context));
            CAPTURE(context);
            CAPTURE(window);
            CHECK(detail::scores_a_query(m, share, part) == doctest::Approx(mean).epsilon(1e-6));
            // Nobody waits where heads are exchanged, where all see all, where all scores are computed anyway.
            const auto even = [&](auto change) {
                Share other = share;
                Transformer same = m;
                change(other, same);
                Share zigzag = other;
                zigzag.contiguous_context = false;
                return detail::scores_a_query(same, other, part) == detail::scores_a_query(same, zigzag, part);
            };
            CHECK(even([](Share& s, Transformer&) { s.heads_for_tokens = true; }));
            CHECK(even([](Share&, Transformer& t) { t.causal = false; }));
            CHECK(even([](Share& s, Transformer&) { s.fused_attention = false; }));
            CHECK(even([](Share& s, Transformer&) { s.context = 1; }));
        }
}
