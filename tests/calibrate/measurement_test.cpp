// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <foretrain/calibrate/measurement.hpp>

#include "../relative.hpp"

using namespace foretrain;

TEST_CASE("a product's FLOPs do not depend on the format, its bytes do") {
    const Operation wide = product_operation(256, 512, 1024, 2, NumberFormat::bf16);
    const Operation narrow = product_operation(256, 512, 1024, 2, NumberFormat::fp8);
    CHECK(raw(wide.flops) == relative(2.0 * 256 * 512 * 1024 * 2));
    CHECK(raw(narrow.flops) == relative(raw(wide.flops)));
    CHECK(raw(wide.bytes) == relative(2.0 * 2 * (256.0 * 1024 + 1024.0 * 512 + 256.0 * 512)));
    // Operands of one byte, results of two.
    CHECK(raw(narrow.bytes) == relative(2.0 * (256.0 * 1024 + 1024.0 * 512 + 2 * 256.0 * 512)));
}

TEST_CASE("attention: a causal mask halves the work but not the tensors, backward is two and a half times forward") {
    AttentionShape shape{.batch = 2, .queries = 1024, .keys = 1024, .heads = 16, .kv_heads = 4};
    const Operation full = attention_operation(shape, Pass::forward, NumberFormat::bf16);
    CHECK(raw(full.flops) == relative(4.0 * 2 * 16 * 1024.0 * 1024.0 * 128));
    shape.causal = true;
    const Operation causal = attention_operation(shape, Pass::forward, NumberFormat::bf16);
    CHECK(raw(causal.flops) == relative(0.5 * raw(full.flops)));
    CHECK(raw(causal.bytes) == relative(raw(full.bytes)));
    const Operation backward = attention_operation(shape, Pass::backward, NumberFormat::bf16);
    CHECK(raw(backward.flops) == relative(2.5 * raw(causal.flops)));
    CHECK(backward.pass == Pass::backward);
    shape.kv_heads = 16; // more keys and values to read
    CHECK(raw(attention_operation(shape, Pass::forward, NumberFormat::bf16).bytes) > raw(causal.bytes));
}
