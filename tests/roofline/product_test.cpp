// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>

#include <foretrain/catalog/accelerators.hpp>
#include <foretrain/math/dual.hpp>
#include <foretrain/roofline/product.hpp>

#include "../relative.hpp"

using namespace foretrain;

namespace {

constexpr std::int64_t sizes[] = {1, 16, 31, 64, 100, 127, 128, 129, 512, 1000, 4096, 5000, 16384};

ProductModel model_of(const Accelerator& a) { return {a, NumberFormat::bf16, 1.0}; }
/// FLOPs over the time and the efficiency of large products.
double share(const Accelerator& a, std::int64_t m, std::int64_t n, std::int64_t k, std::int64_t batch = 1) {
    const double flops = 2.0 * static_cast<double>(m) * static_cast<double>(n) * static_cast<double>(k * batch);
    return flops / model_of(a).time(m, n, k, batch) / (raw(a.matrix.bf16) * a.kernel.matrix_efficiency);
}

constexpr ProductModel at_compile_time{catalog::a100_sxm_80gb, NumberFormat::bf16, 1.0};
static_assert(at_compile_time.time(4096, 4096, 4096, 1) > 0.0);

} // namespace

TEST_CASE("no product beats the efficiency of large products, and more work never takes less time") {
    for (const Accelerator* a : {&catalog::a100_sxm_80gb, &catalog::b200_sxm, &catalog::mi300x, &catalog::tpu_v5p}) {
        const ProductModel model = model_of(*a);
        for (const std::int64_t p : sizes)
            for (const std::int64_t q : sizes) {
                double rows = 0, columns = 0, inner = 0, batch = 0;
                for (const std::int64_t r : sizes) {
                    CHECK(share(*a, r, p, q) < 1.0);
                    CHECK(model.time(r, p, q, 1) >= rows);
                    CHECK(model.time(p, r, q, 1) >= columns);
                    CHECK(model.time(p, q, r, 1) >= inner);
                    CHECK(model.time(p, q, 256, r) >= batch);
                    rows = model.time(r, p, q, 1);
                    columns = model.time(p, r, q, 1);
                    inner = model.time(p, q, r, 1);
                    batch = model.time(p, q, 256, r);
                }
            }
    }
}

TEST_CASE("many whole waves approach the efficiency, the ramp of a tile apart") {
    const Accelerator& a = catalog::h100_sxm;
    const double rest = share(a, a.kernel.tile_rows * a.compute_units, a.kernel.tile_columns * 64, 8192);
    CHECK(rest == relative(8192.0 / (8192.0 + a.kernel.inner_dimension_half)).epsilon(1e-12));
    CHECK(share(a, a.kernel.tile_rows * a.compute_units, a.kernel.tile_columns * 64, 65536) > 0.99);
    CHECK(share(a, a.kernel.tile_rows * a.compute_units, a.kernel.tile_columns * 64, 64) < 0.5);
}

TEST_CASE("a row more than whole tiles starts a row of tiles") {
    const ProductModel model = model_of(catalog::h100_sxm);
    // Whatever the tile, the next multiple of the largest one costs the same as all rows of a tile's step before it.
    CHECK(model.time(10 * 128 + 65, 16384, 4096, 1) > model.time(10 * 128, 16384, 4096, 1));
    CHECK(model.time(10 * 128 + 97, 16384, 4096, 1) == relative(model.time(11 * 128, 16384, 4096, 1)).epsilon(1e-9));
}

TEST_CASE("a tile more than a wave costs more than its share, and less than a wave") {
    const Accelerator& a = catalog::a100_sxm_80gb; // 108 units
    const ProductModel model = model_of(a);
    const double wave = model.time(128 * 12, 128 * 9, 16384, 1);
    const double more = model.time(128 * 12, 128 * 10, 16384, 1);
    CHECK(more / wave > 1.0 + 12.0 / 108.0 + 0.1);
    CHECK(more / wave < 1.9);
    CHECK(model.time(128 * 12, 128 * 18, 16384, 1) == relative(2.0 * wave).epsilon(1e-9));
    // With many waves the remainder does not matter.
    CHECK(share(a, 128 * 120 * 9, 128 * 10 + 128, 16384) > 0.98);
}

TEST_CASE("a few tiles leave units idle, unless the inner dimension is long enough to be split") {
    const Accelerator& a = catalog::h100_sxm;
    CHECK(share(a, 256, 256, 1024) < 0.2);
    CHECK(share(a, 512, 512, 4096) < share(a, 1024, 1024, 4096));
    CHECK(share(a, 1024, 1024, 4096) < share(a, 4096, 4096, 4096));
    // Without splitting the time would be proportional to the inner dimension.
    const ProductModel model = model_of(a);
    CHECK(model.time(256, 256, 131072, 1) < 3.0 * model.time(256, 256, 16384, 1));
    CHECK(model.time(256, 256, 8192, 1) == relative(2.0 * model.time(256, 256, 4096, 1)).epsilon(0.1));
}

TEST_CASE("groups in one kernel share its waves") {
    for (const Accelerator* a : {&catalog::h100_sxm, &catalog::b200_sxm}) {
        const ProductModel model = model_of(*a);
        // Experts of few tokens: together they fill the units that one of them leaves idle.
        CHECK(model.time(128, 2048, 2048, 64) < 0.75 * 64.0 * model.time(128, 2048, 2048, 1));
        // Groups are not packed into common tiles: 154 rows each cost more than as many rows in one product.
        CHECK(model.time(154, 4096, 4096, 64) > 1.15 * model.time(154 * 64, 4096, 4096, 1));
        CHECK(model.time(33, 4096, 4096, 64) == relative(model.time(64, 4096, 4096, 64)).epsilon(1e-12));
        // Many large groups are as good as one product.
        CHECK(share(*a, 4096, 4096, 4096, 64) == relative(share(*a, 4096 * 64, 4096, 4096)).epsilon(0.01));
    }
}

TEST_CASE("rows and columns are alike") {
    const ProductModel model = model_of(catalog::h100_sxm);
    CHECK(model.time(8192, 2048, 4096, 1) == relative(model.time(2048, 8192, 4096, 1)).epsilon(1e-12));
    CHECK(model.time(16, 8192, 4096, 1) < 1.5 * model.time(8192, 16, 4096, 1));
    CHECK(model.time(8192, 16, 4096, 1) < 1.5 * model.time(16, 8192, 4096, 1));
}

TEST_CASE("a shorter format is faster, but a short inner dimension holds it back") {
    const Accelerator& a = catalog::b200_sxm;
    const auto time = [&](NumberFormat format, std::int64_t k) {
        return ProductModel(a, format, 1.0).time(16384, 16384, k, 1);
    };
    for (const std::int64_t k : {512, 16384}) {
        CHECK(time(NumberFormat::fp8, k) < time(NumberFormat::bf16, k));
        CHECK(time(NumberFormat::fp4, k) < time(NumberFormat::fp8, k));
        CHECK(time(NumberFormat::bf16, k) < time(NumberFormat::tf32, k));
    }
    CHECK(time(NumberFormat::bf16, 512) / time(NumberFormat::fp4, 512) <
          0.9 * time(NumberFormat::bf16, 16384) / time(NumberFormat::fp4, 16384));
}

TEST_CASE("half of the speed takes twice the time, and so does half of the rate") {
    const Accelerator& a = catalog::a100_sxm_80gb;
    const double once = ProductModel(a, NumberFormat::bf16, 1.0).time(8192, 8192, 8192, 1);
    CHECK(ProductModel(a, NumberFormat::bf16, 0.5).time(8192, 8192, 8192, 1) == relative(2.0 * once).epsilon(1e-12));
    CHECK(model_of(a).time(8192, 8192, 8192, 1, 0.5) == relative(2.0 * once).epsilon(1e-12));
}

TEST_CASE("products too large to count tiles of are finite") {
    const ProductModel model = model_of(catalog::h100_sxm);
    const std::int64_t huge = 1'000'000'000;
    CHECK(std::isfinite(model.time(huge, huge, huge, huge)));
    CHECK(model.time(huge, huge, huge, huge) > model.time(huge, huge, huge, 1));
}

TEST_CASE("gradients follow the tile that was chosen") {
    using Number = Dual<double, 2>;
    BasicAccelerator<Number> a = over_scalar<Number>(catalog::a100_sxm_80gb);
    a.kernel.matrix_efficiency = variable<2>(catalog::a100_sxm_80gb.kernel.matrix_efficiency, 0);
    a.kernel.inner_dimension_half = variable<2>(catalog::a100_sxm_80gb.kernel.inner_dimension_half, 1);
    const BasicProductModel<Number> model{a, NumberFormat::bf16, Number(1.0)};
    for (const std::int64_t m : {64, 300, 4096}) {
        const Number time = model.time(m, 4096, 1024, 1);
        CHECK(time.value == relative(model_of(catalog::a100_sxm_80gb).time(m, 4096, 1024, 1)).epsilon(1e-12));
        // The time is inversely proportional to the efficiency.
        CHECK(time.gradient[0] * catalog::a100_sxm_80gb.kernel.matrix_efficiency ==
              relative(-time.value).epsilon(1e-9));
        CHECK(time.gradient[1] > 0.0);
    }
}
