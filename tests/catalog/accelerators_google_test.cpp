// SPDX-License-Identifier: Apache-2.0
#include <foretrain/catalog/accelerators_google.hpp>

#include <doctest/doctest.h>

using namespace foretrain;
using namespace foretrain::literals;

namespace {

// A matrix unit of side s does 2 s^2 operations a cycle, so peak / units / that is the clock. Clocks of v2 to v4:
// Jouppi et al. 2023 (arXiv:2304.01433) Table 4; of v5e and v5p: jax-ml/scaling-book.
struct Clock {
    Accelerator chip;
    double side;
    double gigahertz;
};
constexpr Clock clocks[] = {
    {catalog::tpu_v2, 128, 0.70},  {catalog::tpu_v3, 128, 0.94},  {catalog::tpu_v4, 128, 1.05},
    {catalog::tpu_v5e, 128, 1.50}, {catalog::tpu_v5p, 128, 1.75},
};

constexpr bool at_stated_clock(const Clock& c) {
    const double clock = raw(c.chip.matrix.bf16) / (static_cast<double>(c.chip.compute_units) * 2.0 * c.side * c.side);
    return clock > c.gigahertz * 0.98e9 && clock < c.gigahertz * 1.02e9;
}
static_assert([] {
    for (const Clock& c : clocks)
        if (!at_stated_clock(c)) return false;
    return true;
}());

} // namespace

TEST_CASE("matrix units, clock and peak agree") {
    for (const Clock& c : clocks) {
        CAPTURE(c.chip.name);
        CHECK(at_stated_clock(c));
    }
}

TEST_CASE("a TPU multiplies BF16 and no FP16") {
    for (const Accelerator& chip : {catalog::tpu_v2, catalog::tpu_v3, catalog::tpu_v4, catalog::tpu_v5e,
                                    catalog::tpu_v5p, catalog::tpu_v6e, catalog::tpu_v7x}) {
        CAPTURE(chip.name);
        CHECK(chip.vendor == "Google");
        CHECK(raw(chip.matrix.bf16) > 0.0);
        CHECK(raw(chip.matrix.fp16) == 0.0);
    }
}

TEST_CASE("published numbers") {
    CHECK(catalog::tpu_v4.matrix.bf16 == 275_TFLOP_per_s);
    CHECK(catalog::tpu_v4.memory.bandwidth == 1200_GB_per_s);
    CHECK(catalog::tpu_v4.idle_power == 90_W);
    CHECK(catalog::tpu_v5p.matrix.bf16 == 459_TFLOP_per_s);
    CHECK(catalog::tpu_v5p.memory.capacity == 95_GiB);
    CHECK(catalog::tpu_v7x.matrix.fp8 == 4614_TFLOP_per_s);
}
