// SPDX-License-Identifier: Apache-2.0
#include <foretrain/catalog/accelerators_2016.hpp>

#include <doctest/doctest.h>

using namespace foretrain;
using namespace foretrain::literals;

static_assert(catalog::p100_sxm2.matrix.fp32 == 10.6_TFLOP_per_s);

TEST_CASE("published numbers") {
    CHECK(catalog::m40.memory.bandwidth == 288_GB_per_s);
    CHECK(catalog::p100_sxm2.memory.bandwidth == 732_GB_per_s);
    CHECK(catalog::p100_sxm2.compute_units == 56);
    CHECK(catalog::gtx_1080_ti.power == 250_W);
    CHECK(catalog::mi25.compute_units == 64);
    CHECK(catalog::xeon_phi_7250.compute_units == 68);
}

TEST_CASE("packed half precision doubles single precision where there is any") {
    for (const Accelerator* a : {&catalog::p100_pcie, &catalog::p100_sxm2, &catalog::mi25, &catalog::vega_fe})
        CHECK(raw(a->matrix.fp16) == doctest::Approx(2.0 * raw(a->matrix.fp32)).epsilon(0.01));
    for (const Accelerator* a : {&catalog::k80, &catalog::m40, &catalog::p40, &catalog::p4, &catalog::gtx_1080_ti})
        CHECK(raw(a->matrix.fp16) == 0.0);
}

TEST_CASE("there are no matrix units") {
    for (const Accelerator* a : {&catalog::k80, &catalog::m40, &catalog::p100_pcie, &catalog::mi25, &catalog::p4,
                                 &catalog::xeon_phi_7250, &catalog::titan_x_maxwell, &catalog::titan_x_pascal})
        CHECK(a->matrix.fp32 == a->vector);
}

// The best products of baidu-research/DeepBench. Boards raise their clock above the rated one: 1080 Ti passes 11.3.
TEST_CASE("measured products stay below the peaks") {
    CHECK(4.94_TFLOP_per_s < catalog::m40.matrix.fp32);
    CHECK(5.29_TFLOP_per_s < catalog::titan_x_maxwell.matrix.fp32);
    CHECK(9.08_TFLOP_per_s < catalog::p100_pcie.matrix.fp32);
    CHECK(10.71_TFLOP_per_s < catalog::titan_x_pascal.matrix.fp32);
    CHECK(4.97_TFLOP_per_s < catalog::p4.matrix.fp32);
    CHECK(10.4_TFLOP_per_s < catalog::mi25.matrix.fp32);
    CHECK(4.57_TFLOP_per_s < catalog::xeon_phi_7250.matrix.fp32);
}
