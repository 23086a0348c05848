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
