// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <foretrain/catalog/models.hpp>
#include <foretrain/workload/layer.hpp>

#include "../relative.hpp"
#include "operations.hpp"

using namespace foretrain;
using namespace operations;

namespace {

constexpr Share whole(double element = 2.0, double operand = 2.0) {
    return {.samples = 2, .sequence = 1024, .element = make<Bytes>(element), .operand = make<Bytes>(operand)};
}

Operations linear(Pass pass, const Share& share, bool wide = false, std::int64_t batch = 1) {
    Operations list;
    detail::add_linear(list, OperationKind::feed_forward, pass, 512, 300, 200, share, batch, wide);
    return list;
}

} // namespace

TEST_CASE("a linear layer backward is two products as large as the forward one") {
    const double forward = product_flops_of(linear(Pass::forward, whole()));
    CHECK(forward == 2.0 * 512 * 300 * 200);
    CHECK(product_flops_of(linear(Pass::backward, whole())) == 2.0 * forward);
    CHECK(product_flops_of(linear(Pass::forward, whole(), false, 7)) == 7.0 * forward);
}

TEST_CASE("half of the backward products make gradients of weights") {
    double all = 0, weights = 0;
    for (const Operation& o : linear(Pass::backward, whole())) {
        all += raw(o.flops);
        if (o.weight_gradient) weights += raw(o.flops);
    }
    CHECK(weights == 0.5 * all);
    for (const Operation& o : linear(Pass::forward, whole())) CHECK_FALSE(o.weight_gradient);
}

TEST_CASE("operands of a shorter format are cast, those of wide products are not") {
    CHECK(stream_bytes_of(linear(Pass::forward, whole())) == 0.0);
    const Share short_format = whole(2.0, 1.0);
    // The input is read in 16 bits and written twice in 8, once transposed.
    CHECK(stream_bytes_of(linear(Pass::forward, short_format)) == 512.0 * 200 * (2 + 2 * 1));
    CHECK(stream_bytes_of(linear(Pass::backward, short_format)) == 512.0 * 300 * (2 + 2 * 1));
    CHECK(stream_bytes_of(linear(Pass::forward, short_format, true)) == 0.0);
    for (const Operation& o : linear(Pass::forward, short_format, true)) CHECK(o.wide);

    Share fused = short_format;
    fused.fused_casts = true;
    CHECK(stream_bytes_of(linear(Pass::forward, fused)) == 512.0 * 200 * 2);
    for (const Operation& o : linear(Pass::forward, fused))
        if (o.form == OperationForm::stream) CHECK(o.kernels == 0);
}

TEST_CASE("frozen weights with adapters have no gradient of their own") {
    Share share = whole();
    share.adapter_rank = 4;
    const double thin = 2.0 * 512 * 4 * (300 + 200);
    CHECK(product_flops_of(linear(Pass::forward, share)) == 2.0 * 512 * 300 * 200 + thin);
    CHECK(product_flops_of(linear(Pass::backward, share)) == 2.0 * 512 * 300 * 200 + 2.0 * thin);
}

TEST_CASE("a tensor group shares out heads and inner width, and replicates key-value heads it outnumbers") {
    const Transformer& model = catalog::llama3_70b; // 64 heads, 8 of keys
    Share share = whole();
    const LayerSizes one{model, share};
    share.tensor = 16;
    const LayerSizes sixteen{model, share};
    CHECK(sixteen.query_columns * 16 == one.query_columns);
    CHECK(sixteen.feed_forward_columns * 16 == one.feed_forward_columns);
    CHECK(sixteen.kv_width == 128.0);
    CHECK(sixteen.norm_tokens == one.norm_tokens);
    share.sequence_parallel = true;
    CHECK(LayerSizes{model, share}.norm_tokens == one.norm_tokens / 16);
    share.context = 4;
    CHECK(LayerSizes{model, share}.rows == one.rows / 4);
}

TEST_CASE("scales of MX formats are laid out anew for both operands of each short product") {
    Share swizzled = whole(2.0, 1.0);
    const double kernels = kernels_of(linear(Pass::backward, swizzled));
    swizzled.swizzled_scales = true;
    CHECK(kernels_of(linear(Pass::backward, swizzled)) == kernels + 2.0 * 2.0);
    CHECK(kernels_of(linear(Pass::backward, swizzled, true)) == 2.0); // wide products have no scales
}

TEST_CASE("an RMS norm as a chain of kernels passes FP32 copies on and a layer norm has a kernel of its own") {
    Share fused = whole(), chained = whole();
    chained.chained_norms = true;
    const auto norms = [](const Transformer& model, Pass pass, const Share& share) {
        Operations list;
        detail::add_norms(list, model, 2, share, LayerSizes{model, share}, pass);
        return list;
    };
    for (const Pass pass : {Pass::forward, Pass::backward}) {
        const Operations one = norms(catalog::llama3_8b, pass, fused), many = norms(catalog::llama3_8b, pass, chained);
        CHECK(stream_bytes_of(many) > 8.0 * stream_bytes_of(one));
        CHECK(kernels_of(many) == 6.0 * kernels_of(one));
        const Operations layer = norms(catalog::gpt3_175b, pass, chained);
        CHECK(stream_bytes_of(layer) == stream_bytes_of(norms(catalog::gpt3_175b, pass, fused)));
    }
    // Six passes over 16 bits and six over 32, for each token and hidden value of two norms.
    const double places = 2.0 * 2 * 1024 * static_cast<double>(catalog::llama3_8b.hidden);
    CHECK(stream_bytes_of(norms(catalog::llama3_8b, Pass::forward, chained)) == places * (6 * 2 + 6 * 4));
}

TEST_CASE("a gated activation that is not fused writes the activated half and reads it back") {
    Share apart = whole(), fused = whole();
    fused.fused_elementwise = true;
    const auto activation = [](const Transformer& model, const Share& share) {
        Operations list;
        detail::add_activation(list, model, share, 1000.0, Pass::forward);
        return list;
    };
    const Transformer& gated = catalog::llama3_8b; // no biases
    CHECK(stream_bytes_of(activation(gated, apart)) - stream_bytes_of(activation(gated, fused)) == 1000.0 * 2 * 2);
    CHECK(kernels_of(activation(gated, apart)) == 2.0);
    CHECK(kernels_of(activation(gated, fused)) == 1.0);
    CHECK(stream_bytes_of(activation(gated, fused)) == 1000.0 * 3 * 2);
}
