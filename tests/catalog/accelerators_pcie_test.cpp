// SPDX-License-Identifier: Apache-2.0
#include <foretrain/catalog/accelerators_nvidia.hpp>
#include <foretrain/catalog/accelerators_pcie.hpp>

#include <doctest/doctest.h>

using namespace foretrain;
using namespace foretrain::literals;

static_assert(catalog::t4.matrix.fp16 == 65_TFLOP_per_s);

TEST_CASE("published numbers") {
    CHECK(catalog::t4.power == 70_W);
    CHECK(catalog::l4.power == 72_W);
    CHECK(catalog::l40s.matrix.fp16 == 362_TFLOP_per_s);
    CHECK(catalog::l40s.memory.capacity == 48_GiB);
    CHECK(catalog::a100_pcie_80gb.memory.bandwidth == 1935_GB_per_s);
    CHECK(catalog::gh200_96gb.memory.bandwidth == 4000_GB_per_s);
}

TEST_CASE("a card is the chip of its module, with less power") {
    CHECK(catalog::a100_pcie_80gb.matrix.bf16 == catalog::a100_sxm_80gb.matrix.bf16);
    CHECK(catalog::a100_pcie_80gb.compute_units == catalog::a100_sxm_80gb.compute_units);
    CHECK(catalog::a100_pcie_80gb.power < catalog::a100_sxm_80gb.power);
    CHECK(catalog::v100_pcie_32gb.matrix.fp16 < catalog::v100_32gb.matrix.fp16);
    CHECK(catalog::v100_pcie_32gb.memory.bandwidth == catalog::v100_32gb.memory.bandwidth);
    CHECK(catalog::h200_nvl.matrix.bf16 < catalog::h200_sxm.matrix.bf16);
    CHECK(raw(catalog::gh200_96gb.matrix.bf16) == doctest::Approx(raw(catalog::h100_sxm.matrix.bf16)).epsilon(0.001));
}

TEST_CASE("half a chip has half of the rate") {
    CHECK(raw(catalog::a30.matrix.bf16) ==
          doctest::Approx(0.5 * raw(catalog::a100_sxm_80gb.matrix.bf16)).epsilon(0.06));
    CHECK(2 * catalog::l40.compute_units > 4 * catalog::l4.compute_units);
}
