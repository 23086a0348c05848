// SPDX-License-Identifier: Apache-2.0
#include <foretrain/catalog/accelerators_workstation.hpp>

#include <doctest/doctest.h>

using namespace foretrain;
using namespace foretrain::literals;

static_assert(catalog::rtx_4090.compute_units == 128);

TEST_CASE("published numbers") {
    CHECK(catalog::rtx_3090.memory.bandwidth == 936_GB_per_s);
    CHECK(catalog::rtx_4090.power == 450_W);
    CHECK(catalog::rtx_5090.memory.capacity == 32_GiB);
    CHECK(catalog::rtx_pro_6000_blackwell.memory.capacity == 96_GiB);
    CHECK(catalog::rtx_a6000.memory.capacity == 48_GiB);
}

TEST_CASE("GeForce boards halve products with FP32 accumulation, professional ones do not") {
    const auto gain = [](const Accelerator& a) { return raw(a.matrix.fp16) / raw(a.vector); };
    for (const Accelerator* a : {&catalog::rtx_3090, &catalog::rtx_4090, &catalog::rtx_5090})
        CHECK(gain(*a) == doctest::Approx(2.0).epsilon(0.01));
    for (const Accelerator* a :
         {&catalog::rtx_a5000, &catalog::rtx_a6000, &catalog::rtx_6000_ada, &catalog::rtx_pro_6000_blackwell})
        CHECK(gain(*a) == doctest::Approx(4.0).epsilon(0.01));
    CHECK(gain(catalog::quadro_rtx_6000) == doctest::Approx(2.0 * gain(catalog::rtx_2080_ti)).epsilon(0.01));
}
