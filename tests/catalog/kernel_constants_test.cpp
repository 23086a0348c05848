// SPDX-License-Identifier: Apache-2.0
#include <foretrain/catalog/kernel_constants.hpp>

#include <array>

#include <doctest/doctest.h>

using namespace foretrain;
using namespace foretrain::literals;

namespace {

constexpr std::array families = {catalog::volta, catalog::ampere, catalog::hopper, catalog::blackwell,
                                 catalog::tpu,   catalog::cdna,   catalog::gaudi,  catalog::trainium};

constexpr bool is_share(double x) { return 0.1 <= x && x <= 1.0; }

constexpr bool plausible(const KernelConstants& k) {
    return is_share(k.matrix_efficiency) && is_share(k.sustained_clock) && is_share(k.memory_efficiency) &&
           // fused attention never beats a plain product, and its backward pass never its forward pass
           is_share(k.attention_backward) && k.attention_backward <= k.attention_forward &&
           k.attention_forward <= k.matrix_efficiency && k.fixed_time >= 0.5_us && k.fixed_time <= 20_us &&
           k.inner_dimension_half >= 16.0 && k.inner_dimension_half <= 1024.0 && k.tile_rows >= 16 &&
           k.tile_columns >= 16;
}

constexpr bool sourced(const KernelConstants& k) {
    return !k.provenance.source.empty() && k.provenance.as_of.size() >= 4;
}

constexpr bool all_of(bool (*holds)(const KernelConstants&)) {
    for (const KernelConstants& family : families)
        if (!holds(family)) return false;
    return true;
}

static_assert(all_of(plausible));
static_assert(all_of(sourced));

} // namespace

TEST_CASE("the constants of every family are plausible and sourced") {
    for (const KernelConstants& family : families) {
        CAPTURE(family.provenance.source);
        CHECK(plausible(family));
        CHECK(sourced(family));
    }
}

TEST_CASE("only families with public GEMM timings call themselves fitted") {
    CHECK(catalog::ampere.provenance.evidence == Evidence::fitted);
    CHECK(catalog::hopper.provenance.evidence == Evidence::fitted);
    CHECK(catalog::blackwell.provenance.evidence == Evidence::fitted);
    for (const KernelConstants* family :
         {&catalog::volta, &catalog::tpu, &catalog::cdna, &catalog::gaudi, &catalog::trainium})
        CHECK(family->provenance.evidence == Evidence::assumed);
}

// A burst on a cool chip cannot be slower than the largest sustained product that somebody has measured: MAMF of
// stas00/ml-engineering@744d01e (compute/accelerator/README.md), as a share of the dense BF16 peak.
TEST_CASE("matrix efficiency is no less than measured achievable rates") {
    CHECK(catalog::ampere.matrix_efficiency >= 271.2 / 312.0);
    CHECK(catalog::hopper.matrix_efficiency >= 794.5 / 989.4);
    CHECK(catalog::blackwell.matrix_efficiency >= 1745.0 / 2250.0);
    CHECK(catalog::cdna.matrix_efficiency >= 1565.0 / 2500.0);
    // AI-Hypercomputer/tpu-recipes@c8cfe2f, v7x at 16384^3
    CHECK(catalog::tpu.matrix_efficiency >= 950.1 / (2307.0 / 2.0));
}

TEST_CASE("a compiled program leaves no larger gaps than a launch queue") {
    CHECK(catalog::compiled_launch_overhead <= catalog::gpu_launch_overhead);
    CHECK(catalog::gpu_launch_overhead >= 0.5_us);
    CHECK(catalog::gpu_launch_overhead <= 10_us);
}
