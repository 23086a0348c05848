// SPDX-License-Identifier: Apache-2.0
#include <foretrain/roofline/attention.hpp>

#include <array>
#include <cstdint>

#include <doctest/doctest.h>

#include <foretrain/catalog/accelerators.hpp>
#include <foretrain/math/dual.hpp>

#include "../relative.hpp"

using namespace foretrain;

namespace {

/// Heads of `queries` over `keys`, of which a query sees `kept`.
constexpr Operation attend(std::int64_t queries, std::int64_t keys, double kept, std::int64_t head, std::int64_t heads,
                           Pass pass = Pass::forward) {
    const double scores = static_cast<double>(queries * heads) * kept;
    return {.form = OperationForm::fused_attention,
            .pass = pass,
            .rows = queries,
            .columns = keys,
            .inner = head,
            .batch = heads,
            .flops = make<Flops>((pass == Pass::forward ? 4.0 : 10.0) * scores * static_cast<double>(head))};
}
constexpr Operation full(std::int64_t length, std::int64_t head, std::int64_t heads, Pass pass = Pass::forward) {
    return attend(length, length, static_cast<double>(length), head, heads, pass);
}
constexpr Operation causal(std::int64_t length, std::int64_t head, std::int64_t heads, Pass pass = Pass::forward) {
    return attend(length, length, 0.5 * static_cast<double>(length), head, heads, pass);
}
constexpr AttentionModel model_of(const Accelerator& a, NumberFormat format = NumberFormat::bf16, double rate = 1.0) {
    return {a, format, 1.0, rate};
}
double teraflops(const AttentionModel& model, const Operation& a) { return raw(a.flops) / model.time(a) * 1e-12; }

constexpr std::array passes = {Pass::forward, Pass::backward};

static_assert(model_of(catalog::h100_sxm).time(full(4096, 128, 64)) > 0.0);

} // namespace

TEST_CASE("published rates of FlashAttention-2 and -3 at 16k tokens") {
    // Dao 2023, figures 4 to 6, A100: 2048 wide, in TFLOP/s.
    const AttentionModel a100 = model_of(catalog::a100_sxm_80gb);
    CHECK(teraflops(a100, full(16384, 64, 32)) == relative(192).epsilon(0.10));
    CHECK(teraflops(a100, full(8192, 128, 2 * 16, Pass::backward)) == relative(196).epsilon(0.10));
    CHECK(teraflops(a100, causal(16384, 64, 32)) == relative(185).epsilon(0.15));
    // Shah et al. 2024, figures 5 to 7, H100.
    const AttentionModel h100 = model_of(catalog::h100_sxm);
    CHECK(teraflops(h100, full(16384, 128, 16)) == relative(649).epsilon(0.12));
    CHECK(teraflops(h100, full(16384, 256, 8)) == relative(756).epsilon(0.10));
    CHECK(teraflops(h100, full(16384, 128, 16, Pass::backward)) == relative(581).epsilon(0.10));
    CHECK(teraflops(model_of(catalog::h100_sxm, NumberFormat::fp8), full(16384, 256, 8)) ==
          relative(1171).epsilon(0.10));
}

TEST_CASE("no attention beats the matrix peak, and more work never takes less time") {
    for (const Accelerator& accelerator : catalog::all_accelerators) {
        CAPTURE(accelerator.name);
        const NumberFormat format = raw(accelerator.matrix.bf16) > 0   ? NumberFormat::bf16
                                    : raw(accelerator.matrix.fp16) > 0 ? NumberFormat::fp16
                                                                       : NumberFormat::fp32;
        const AttentionModel model = model_of(accelerator, format);
        for (const Pass pass : passes)
            for (const std::int64_t head : {32, 64, 128, 192, 256}) {
                double last = 0;
                for (const std::int64_t length : {1, 64, 127, 128, 129, 1000, 4096, 32768}) {
                    const double time = model.time(full(length, head, 16, pass));
                    CHECK(time >= last);
                    CHECK(raw(full(length, head, 16, pass).flops) < raw(accelerator.matrix.of(format)) * time);
                    CHECK(model.time(full(length, head, 17, pass)) >= time);
                    CHECK(model.time(full(length, head + 1, 16, pass)) >= time);
                    last = time;
                }
            }
    }
}

TEST_CASE("a causal mask saves less than half, and ever closer to it") {
    const AttentionModel model = model_of(catalog::h100_sxm);
    for (const Pass pass : passes) {
        double last = 2.0;
        for (const std::int64_t length : {256, 1024, 4096, 16384, 131072}) {
            const double share =
                model.time(causal(length, 128, 4096, pass)) / model.time(full(length, 128, 4096, pass));
            CHECK(share > 0.5);
            CHECK(share < last);
            last = share;
        }
        CHECK(last < 0.51);
    }
}

TEST_CASE("a window costs what it keeps, not what the sequence is long") {
    const AttentionModel model = model_of(catalog::h100_sxm);
    for (const Pass pass : passes) {
        const double once = model.time(attend(32768, 1024, 1024, 128, 64, pass));
        CHECK(model.time(attend(65536, 1024, 1024, 128, 64, pass)) == relative(2.0 * once).epsilon(0.01));
        CHECK(once < 0.1 * model.time(causal(32768, 128, 64, pass)));
        // The same window given as a mask over the whole sequence.
        CHECK(model.time(attend(32768, 32768, 1024, 128, 64, pass)) == relative(once).epsilon(0.10));
    }
}

TEST_CASE("few heads leave compute units idle until the sequence is long") {
    const AttentionModel model = model_of(catalog::h100_sxm);
    CHECK(teraflops(model, causal(1024, 128, 8)) < 0.5 * teraflops(model, causal(1024, 128, 512)));
    CHECK(teraflops(model, causal(65536, 128, 8)) > 0.9 * teraflops(model, causal(65536, 128, 512)));
    // One tile is never faster than a unit can walk along the keys.
    const double one = model.time(full(128, 128, 1));
    CHECK(model.time(full(128, 128, catalog::h100_sxm.compute_units)) == relative(one));
}

TEST_CASE("the softmax binds short heads and short formats") {
    Accelerator no_softmax = catalog::b200_sxm;
    no_softmax.kernel.attention_softmax = 0;
    const auto gain = [&](std::int64_t head, NumberFormat format) {
        const Operation a = full(16384, head, 128);
        return model_of(catalog::b200_sxm, format).time(a) / model_of(no_softmax, format).time(a);
    };
    CHECK(gain(64, NumberFormat::bf16) > 1.2);
    CHECK(gain(256, NumberFormat::bf16) < 1.05);
    CHECK(gain(128, NumberFormat::fp8) > gain(128, NumberFormat::bf16));
    // So eight bits are worth less than twice sixteen.
    const double speedup = teraflops(model_of(catalog::b200_sxm, NumberFormat::fp8), full(16384, 128, 128)) /
                           teraflops(model_of(catalog::b200_sxm), full(16384, 128, 128));
    CHECK(speedup > 1.1);
    CHECK(speedup < 1.7);
}

TEST_CASE("decoding splits the keys over all units") {
    const AttentionModel model = model_of(catalog::h100_sxm);
    // One query of 8 heads: the units walk along 65536 keys together.
    const double time = model.time(attend(1, 65536, 65536, 128, 8));
    CHECK(time < 0.1 * model.time(attend(128, 65536, 65536, 128, 8)));
    CHECK(model.time(attend(1, 131072, 131072, 128, 8)) == relative(2.0 * time).epsilon(0.05));
}

TEST_CASE("the clock and the rate of older kernels scale what is bound by the matrix units") {
    const Operation a = full(16384, 256, 64);
    const double best = model_of(catalog::a100_sxm_80gb).time(a);
    CHECK(model_of(catalog::a100_sxm_80gb, NumberFormat::bf16, 0.5).time(a) == relative(2.0 * best).epsilon(0.02));
    const AttentionModel slow{catalog::a100_sxm_80gb, NumberFormat::bf16, 0.8, 1.0};
    CHECK(slow.time(a) == relative(best / 0.8).epsilon(0.01));
}

TEST_CASE("derivatives: faster units help, slower tiles do not") {
    using Number = Dual<double, 2>;
    BasicAccelerator<Number> accelerator = over_scalar<Number>(catalog::h100_sxm);
    accelerator.matrix.bf16 = make<BasicFlopRate<Number>>(variable<2>(989.4e12, 0));
    accelerator.kernel.attention_tile = make<BasicSeconds<Number>>(variable<2>(3.4e-6, 1));
    const BasicAttentionModel<Number> model{accelerator, NumberFormat::bf16, Number(1.0), Number(1.0)};
    for (const Pass pass : passes) {
        const Number time = model.time(causal(2048, 128, 32, pass));
        CHECK(time.gradient[0] < 0.0);
        CHECK(time.gradient[1] > 0.0);
        CHECK(time.value == relative(model_of(catalog::h100_sxm).time(causal(2048, 128, 32, pass))));
    }
}
