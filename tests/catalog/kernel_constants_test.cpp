// SPDX-License-Identifier: Apache-2.0
#include <foretrain/catalog/kernel_constants.hpp>

#include <algorithm>
#include <array>

#include <doctest/doctest.h>

using namespace foretrain;
using namespace foretrain::literals;

namespace {

constexpr std::array families = {catalog::volta,  catalog::ampere,         catalog::hopper, catalog::blackwell,
                                 catalog::tpu,    catalog::cdna,           catalog::gaudi,  catalog::trainium,
                                 catalog::turing, catalog::unknown_gpu,    catalog::pascal, catalog::maxwell,
                                 catalog::vega,   catalog::knights_landing};

constexpr bool is_share(double x) { return 0.1 <= x && x <= 1.0; }

constexpr bool plausible(const KernelConstants& k) {
    return is_share(k.matrix_efficiency) && is_share(k.sustained_clock) && is_share(k.memory_efficiency) &&
           // fused attention never beats a plain product, and its backward pass never its forward pass
           is_share(k.fp32_efficiency) && is_share(k.eight_bit_efficiency) && is_share(k.four_bit_efficiency) &&
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
    for (const KernelConstants* family :
         {&catalog::volta, &catalog::turing, &catalog::ampere, &catalog::hopper, &catalog::blackwell, &catalog::pascal,
          &catalog::maxwell, &catalog::vega, &catalog::knights_landing})
        CHECK(family->provenance.evidence == Evidence::fitted);
    for (const KernelConstants* family :
         {&catalog::unknown_gpu, &catalog::tpu, &catalog::cdna, &catalog::gaudi, &catalog::trainium})
        CHECK(family->provenance.evidence == Evidence::assumed);
}

// The best of all shapes (MAMF of stas00/ml-engineering@744d01e, compute/accelerator/README.md, as a share of the dense
// BF16 peak) is a few per cent above what large products reach on average, and never far below.
TEST_CASE("matrix efficiency is near the best measured rates") {
    const auto near = [](double efficiency, double best) {
        return 0.9 * best <= efficiency && efficiency <= 1.1 * best;
    };
    CHECK(near(catalog::ampere.matrix_efficiency, 271.2 / 312.0));
    CHECK(near(catalog::hopper.matrix_efficiency, 794.5 / 989.4));
    CHECK(near(catalog::blackwell.matrix_efficiency, 1745.0 / 2250.0));
    CHECK(near(catalog::cdna.matrix_efficiency, 1565.0 / 2500.0));
    // AI-Hypercomputer/tpu-recipes@c8cfe2f, v7x at 16384^3
    CHECK(catalog::tpu.matrix_efficiency >= 950.1 / (2307.0 / 2.0));
}

TEST_CASE("a compiled program leaves no larger gaps than a launch queue") {
    CHECK(catalog::compiled_launch_overhead <= catalog::gpu_launch_overhead);
    CHECK(catalog::gpu_launch_overhead >= 0.5_us);
    CHECK(catalog::gpu_launch_overhead <= 10_us);
}

TEST_CASE("an unknown GPU lies between the families that are fitted") {
    const auto between = [](auto member) {
        const auto [least, most] =
            std::minmax({catalog::ampere.*member, catalog::hopper.*member, catalog::blackwell.*member});
        return least <= catalog::unknown_gpu.*member && catalog::unknown_gpu.*member <= most;
    };
    CHECK(between(&KernelConstants::matrix_efficiency));
    CHECK(between(&KernelConstants::memory_efficiency));
    CHECK(between(&KernelConstants::eight_bit_efficiency));
    CHECK(between(&KernelConstants::inner_dimension_half));
}
