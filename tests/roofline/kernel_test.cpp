// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <cmath>

#include <foretrain/catalog/accelerators.hpp>
#include <foretrain/math/dual.hpp>
#include <foretrain/roofline/kernel.hpp>
#include <foretrain/roofline/roofline.hpp>
#include <foretrain/units/literals.hpp>

#include "../relative.hpp"

using namespace foretrain;
using namespace foretrain::literals;

namespace {

constexpr Operation product(std::int64_t m, std::int64_t n, std::int64_t k, std::int64_t batch = 1) {
    return matrix_product(OperationKind::feed_forward, Pass::forward, m, n, k, batch, 2_B);
}
constexpr Operation attention(std::int64_t rows, std::int64_t columns, std::int64_t head, std::int64_t batch,
                              Pass pass) {
    const double pairs = static_cast<double>(rows) * static_cast<double>(columns) * static_cast<double>(batch);
    const double length = static_cast<double>(2 * rows + 2 * columns) * static_cast<double>(batch);
    return {.kind = OperationKind::attention,
            .form = OperationForm::fused_attention,
            .pass = pass,
            .rows = rows,
            .columns = columns,
            .inner = head,
            .batch = batch,
            .flops = make<Flops>(4.0 * pairs * static_cast<double>(head)),
            .bytes = make<Bytes>(length * static_cast<double>(head) * 2.0),
            .kernels = 1};
}
constexpr Operation copy(Bytes bytes) {
    return stream(OperationKind::elementwise, Pass::forward, bytes, make<Flops>(raw(bytes)));
}

/// The 16-bit format of an accelerator, or FP32 where it has none.
NumberFormat format_of(const Accelerator& accelerator) {
    if (raw(accelerator.matrix.bf16) > 0) return NumberFormat::bf16;
    return raw(accelerator.matrix.fp16) > 0 ? NumberFormat::fp16 : NumberFormat::fp32;
}
RooflineKernels kernels_of(const Accelerator& accelerator, Load load = Load::burst, const KernelQuality& quality = {}) {
    return {accelerator, format_of(accelerator), load, quality};
}
double peak_of(const Accelerator& accelerator) { return raw(accelerator.matrix.of(format_of(accelerator))); }
double seconds(const RooflineKernels& kernels, const Operation& operation) { return raw(kernels.time(operation).time); }

constexpr std::int64_t sizes[] = {1, 16, 64, 100, 128, 129, 512, 1000, 4096, 5000, 16384};

/// A kernel model the library has never seen.
struct ConstantRate {
    [[nodiscard]] constexpr KernelTime time(const Operation& operation) const noexcept {
        return {.time = operation.flops / 100_TFLOP_per_s, .bound = Resource::matrix, .runner_up = 0.0};
    }
};
struct NoKernelModel {
    [[nodiscard]] constexpr Seconds time(const Operation& operation) const noexcept {
        return operation.flops / 1_TFLOP_per_s;
    }
};
static_assert(KernelModel<RooflineKernels, double>);
static_assert(KernelModel<BasicRooflineKernels<float>, float>);
static_assert(KernelModel<ConstantRate, double>);
static_assert(!KernelModel<NoKernelModel, double>);
static_assert(!KernelModel<RooflineKernels, float>);

} // namespace

TEST_CASE("no operation beats the classic roofline of the datasheet") {
    for (const Accelerator& listed : catalog::all_accelerators) {
        const Accelerator* const accelerator = &listed;
        CAPTURE(accelerator->name);
        const RooflineKernels kernels = kernels_of(*accelerator);
        const Roofline bound{make<FlopRate>(peak_of(*accelerator)), accelerator->memory.bandwidth};
        for (const std::int64_t m : sizes)
            for (const std::int64_t n : sizes)
                for (const std::int64_t k : sizes) {
                    const Operation p = product(m, n, k);
                    const KernelTime time = kernels.time(p);
                    CHECK(time.time > bound.least_time(p.flops, p.bytes));
                    CHECK(std::isfinite(raw(time.time)));
                    CHECK(time.runner_up >= 0.0);
                    CHECK(time.runner_up <= 1.0);
                }
        for (const std::int64_t s : {64, 512, 2048, 32768})
            for (const std::int64_t d : {32, 64, 80, 128, 192, 256})
                for (const Pass pass : {Pass::forward, Pass::backward}) {
                    const Operation a = attention(s, s, d, 16, pass);
                    CHECK(kernels.time(a).time > bound.least_time(a.flops, a.bytes));
                }
        const Operation moved = copy(1_GB);
        CHECK(kernels.time(moved).time > 1_GB / accelerator->memory.bandwidth);
    }
}

TEST_CASE("a larger product never takes less time") {
    for (const Accelerator* accelerator : {&catalog::a100_sxm_80gb, &catalog::h100_sxm}) {
        const RooflineKernels kernels = kernels_of(*accelerator);
        for (const std::int64_t a : sizes)
            for (const std::int64_t b : sizes) {
                double rows = 0, columns = 0, inner = 0, batch = 0;
                for (const std::int64_t c : sizes) {
                    CHECK(seconds(kernels, product(c, a, b)) >= rows);
                    CHECK(seconds(kernels, product(a, c, b)) >= columns);
                    CHECK(seconds(kernels, product(a, b, c)) >= inner);
                    CHECK(seconds(kernels, product(a, b, 128, c)) >= batch);
                    rows = seconds(kernels, product(c, a, b));
                    columns = seconds(kernels, product(a, c, b));
                    inner = seconds(kernels, product(a, b, c));
                    batch = seconds(kernels, product(a, b, 128, c));
                }
            }
    }
}

TEST_CASE("a better accelerator or better kernels are never slower") {
    const Accelerator& base = catalog::a100_sxm_80gb;
    const auto variants = [&] {
        std::array<Accelerator, 9> list;
        list.fill(base);
        list[0].matrix.bf16 = base.matrix.bf16 * 1.3;
        list[1].memory.bandwidth = base.memory.bandwidth * 1.3;
        list[2].vector = base.vector * 1.3;
        list[3].kernel.matrix_efficiency = 1.0;
        list[4].kernel.memory_efficiency = 1.0;
        list[5].kernel.inner_dimension_half = 0.0;
        list[6].kernel.fixed_time = 0_s;
        list[7].launch_overhead = 0_s;
        list[8].kernel.attention_forward = list[8].kernel.attention_backward = 0.9;
        return list;
    }();
    std::array<bool, 9> matters{};
    const RooflineKernels before = kernels_of(base);
    for (std::size_t i = 0; i < variants.size(); ++i) {
        CAPTURE(i);
        const RooflineKernels after = kernels_of(variants[i]);
        const auto compare = [&](const Operation& operation) {
            CHECK(seconds(after, operation) <= seconds(before, operation));
            matters[i] = matters[i] || seconds(after, operation) < 0.999 * seconds(before, operation);
        };
        for (const std::int64_t m : sizes)
            for (const std::int64_t k : sizes) compare(product(m, 4096, k));
        compare(attention(2048, 2048, 128, 32, Pass::forward));
        compare(attention(2048, 2048, 128, 32, Pass::backward));
        compare(copy(1_GB));
        compare(stream(OperationKind::norm, Pass::forward, 1_MB, 1_TFLOP));
    }
    for (std::size_t i = 0; i < matters.size(); ++i) {
        CAPTURE(i);
        CHECK(matters[i]);
    }
    for (const KernelQuality& worse :
         {KernelQuality{.matrix = 0.5}, KernelQuality{.attention = 0.5}, KernelQuality{.stream_traffic = 2.0}}) {
        const RooflineKernels slow = kernels_of(base, Load::burst, worse);
        const double sum_before = seconds(before, product(4096, 4096, 4096)) + seconds(before, copy(1_GB)) +
                                  seconds(before, attention(2048, 2048, 128, 32, Pass::forward));
        const double sum_after = seconds(slow, product(4096, 4096, 4096)) + seconds(slow, copy(1_GB)) +
                                 seconds(slow, attention(2048, 2048, 128, 32, Pass::forward));
        CHECK(sum_after > 1.1 * sum_before);
    }
}

TEST_CASE("large aligned products reach the matrix efficiency and no more") {
    for (const Accelerator& listed : catalog::all_accelerators) {
        const Accelerator* const accelerator = &listed;
        CAPTURE(accelerator->name);
        const RooflineKernels kernels = kernels_of(*accelerator);
        const double most = accelerator->kernel.efficiency_of(format_of(*accelerator));
        // Whole waves of whole tiles, large both ways.
        const std::int64_t wave = accelerator->kernel.tile_rows * accelerator->compute_units;
        const std::int64_t m = wave * (1 + 16384 / wave);
        const std::int64_t n = accelerator->kernel.tile_columns * 128;
        double last = 0;
        for (const std::int64_t k : {256, 1024, 4096, 16384, 65536}) {
            const Operation p = product(m, n, k);
            const double efficiency = raw(p.flops) / seconds(kernels, p) / peak_of(*accelerator);
            CHECK(efficiency > last);
            CHECK(efficiency < most);
            last = efficiency;
        }
        CHECK(last > 0.97 * most);
    }
}

TEST_CASE("each number format has its own efficiency") {
    for (const Accelerator* accelerator : {&catalog::a100_sxm_80gb, &catalog::b200_sxm})
        for (const NumberFormat format : {NumberFormat::fp32, NumberFormat::tf32, NumberFormat::bf16, NumberFormat::fp8,
                                          NumberFormat::fp4, NumberFormat::int8}) {
            const double peak = raw(accelerator->matrix.of(format));
            if (peak == 0) continue;
            Operation p = product(32768, 32768, 65536);
            p.bytes = 1_B;
            const double rate = raw(p.flops) / seconds({*accelerator, format, Load::burst}, p) / peak;
            CHECK(rate == relative(accelerator->kernel.efficiency_of(format)).epsilon(0.02));
        }
}

TEST_CASE("the same FLOPs over a shorter inner dimension take longer") {
    const RooflineKernels kernels = kernels_of(catalog::h100_sxm);
    double last = 0;
    for (const std::int64_t k : {16384, 4096, 1024, 256, 64}) {
        const std::int64_t m = 4096 * (16384 / k);
        const double time = seconds(kernels, product(m, 16384, k));
        CHECK(time > last);
        last = time;
    }
}

TEST_CASE("tiny kernels take the fixed time and say so") {
    for (const Accelerator& listed : catalog::all_accelerators) {
        const Accelerator* const accelerator = &listed;
        CAPTURE(accelerator->name);
        const RooflineKernels kernels = kernels_of(*accelerator);
        const Seconds floor = accelerator->kernel.fixed_time + accelerator->launch_overhead;
        for (const Operation& tiny : {product(1, 1, 1), copy(4_B)}) {
            const KernelTime time = kernels.time(tiny);
            CHECK(time.bound == Resource::device_launch);
            CHECK(time.time >= floor);
            CHECK(time.time < 1.5 * floor); // the ramp of one tile
        }
        CHECK(raw(kernels.time(copy(4_B)).time) == relative(raw(floor)).epsilon(1e-4));
        // Twenty kernels pay it twenty times.
        const KernelTime many = kernels.time(stream(OperationKind::norm, Pass::forward, 4_B, 1_FLOP, 20));
        CHECK(raw(many.time) == relative(20.0 * raw(floor)).epsilon(0.02));
    }
}

TEST_CASE("what binds is named") {
    const RooflineKernels kernels = kernels_of(catalog::a100_sxm_80gb);
    CHECK(kernels.time(product(8192, 8192, 8192)).bound == Resource::matrix);
    // 64 FLOPs a byte of the result, where an H100 wants some 300.
    CHECK(kernels_of(catalog::h100_sxm).time(product(16384, 16384, 64)).bound == Resource::memory);
    CHECK(kernels.time(copy(1_GB)).bound == Resource::memory);
    CHECK(kernels.time(stream(OperationKind::loss, Pass::forward, 1_GB, 100_TFLOP)).bound == Resource::vector);
    CHECK(kernels.time(attention(8192, 8192, 128, 64, Pass::forward)).bound == Resource::matrix);
    CHECK(kernels.time(attention(1, 65536, 128, 64, Pass::forward)).bound != Resource::vector);
    // Far from the ridge the runner-up does not matter, at it both do.
    CHECK(kernels.time(product(16384, 16384, 16384)).runner_up < 0.2);
    double closest = 0;
    for (std::int64_t m = 1; m <= 2048; m *= 2)
        closest = std::fmax(closest, kernels.time(product(m, 16384, 16384)).runner_up);
    CHECK(closest > 0.3);
}

TEST_CASE("sustained load is slower than a burst where the matrix units bind, and only there") {
    for (const Accelerator* accelerator : {&catalog::a100_sxm_80gb, &catalog::h100_sxm}) {
        const RooflineKernels burst = kernels_of(*accelerator, Load::burst);
        const RooflineKernels sustained = kernels_of(*accelerator, Load::sustained);
        const Operation large = product(16384, 16384, 16384);
        CHECK(seconds(burst, large) / seconds(sustained, large) ==
              relative(accelerator->kernel.sustained_clock).epsilon(0.02));
        CHECK(seconds(sustained, copy(1_GB)) == seconds(burst, copy(1_GB)));
    }
}

TEST_CASE("fused attention is slower with short heads, in short sequences and backward") {
    const RooflineKernels kernels = kernels_of(catalog::h100_sxm);
    const auto rate = [&](std::int64_t s, std::int64_t d, Pass pass) {
        Operation a = attention(s, s, d, 4096 / d * (1048576 / s), pass);
        if (pass == Pass::backward) a.flops = a.flops * 2.5;
        return raw(a.flops) / seconds(kernels, a);
    };
    CHECK(rate(4096, 64, Pass::forward) < rate(4096, 128, Pass::forward));
    CHECK(rate(512, 128, Pass::forward) < 0.9 * rate(4096, 128, Pass::forward));
    CHECK(rate(4096, 128, Pass::backward) < rate(4096, 128, Pass::forward));
    CHECK(rate(65536, 128, Pass::forward) / peak_of(catalog::h100_sxm) < catalog::h100_sxm.kernel.attention_forward);
    CHECK(rate(65536, 256, Pass::forward) / peak_of(catalog::h100_sxm) >
          0.97 * catalog::h100_sxm.kernel.attention_forward);
}

TEST_CASE("attention kernels written before FP8 are slower where it is, and nowhere else") {
    const Operation forward = attention(8192, 8192, 128, 64, Pass::forward);
    const KernelQuality older{.attention_on_newer = 0.5};
    const auto ratio = [&](const Accelerator& accelerator, const Operation& operation) {
        return seconds(kernels_of(accelerator, Load::burst, older), operation) /
               seconds(kernels_of(accelerator), operation);
    };
    CHECK(ratio(catalog::a100_sxm_80gb, forward) == 1.0);
    // Half the rate doubles the time of the work, not what a kernel takes to begin and to end.
    CHECK(ratio(catalog::h100_sxm, forward) > 1.8);
    CHECK(ratio(catalog::h100_sxm, forward) < 2.0);
    CHECK(ratio(catalog::h100_sxm, product(8192, 8192, 8192)) == 1.0);
}

TEST_CASE("derivatives have the signs of physics") {
    using Number = Dual<double, 3>;
    BasicAccelerator<Number> accelerator = over_scalar<Number>(catalog::a100_sxm_80gb);
    accelerator.matrix.bf16 = make<BasicFlopRate<Number>>(variable<3>(312e12, 0));
    accelerator.memory.bandwidth = make<BasicBandwidth<Number>>(variable<3>(2.039e12, 1));
    accelerator.kernel.fixed_time = make<BasicSeconds<Number>>(variable<3>(2e-6, 2));
    const BasicRooflineKernels<Number> kernels{accelerator, NumberFormat::bf16, Load::sustained};
    const Number time = raw(kernels.time(product(4096, 4096, 512)).time);
    CHECK(time.gradient[0] < 0.0);
    CHECK(time.gradient[1] < 0.0);
    CHECK(time.gradient[2] == relative(1.0));
    // A stream does not know of the matrix units.
    CHECK(raw(kernels.time(copy(1_GB)).time).gradient[0] == 0.0);
}

TEST_CASE("float agrees with double") {
    const BasicRooflineKernels<float> kernels{over_scalar<float>(catalog::h100_sxm), NumberFormat::bf16, Load::burst};
    const RooflineKernels exact = kernels_of(catalog::h100_sxm);
    for (const Operation& o : {product(4096, 4096, 4096), copy(1_GB), attention(2048, 2048, 64, 8, Pass::backward)})
        CHECK(static_cast<double>(raw(kernels.time(o).time)) == relative(seconds(exact, o)).epsilon(1e-5));
}
