// SPDX-License-Identifier: Apache-2.0
#include <foretrain/catalog/accelerators_other.hpp>

#include <doctest/doctest.h>

using namespace foretrain;
using namespace foretrain::literals;

static_assert(catalog::gaudi2.matrix.bf16 == 432_TFLOP_per_s);

TEST_CASE("two NeuronCores are a Trainium chip") {
    const Accelerator& core = catalog::trainium1_neuroncore;
    const Accelerator& chip = catalog::trainium1;
    CHECK(2.0 * raw(core.matrix.bf16) == doctest::Approx(raw(chip.matrix.bf16)));
    CHECK(2.0 * raw(core.matrix.fp32) == doctest::Approx(raw(chip.matrix.fp32)));
    CHECK(2.0 * raw(core.vector) == doctest::Approx(raw(chip.vector)));
    CHECK(2.0 * raw(core.memory.capacity) == doctest::Approx(raw(chip.memory.capacity)));
    CHECK(2.0 * raw(core.memory.bandwidth) == doctest::Approx(raw(chip.memory.bandwidth)));
    CHECK(2.0 * raw(core.cache) == doctest::Approx(raw(chip.cache)));
    CHECK(2.0 * raw(core.power) == doctest::Approx(raw(chip.power)));
    CHECK(2 * core.compute_units == chip.compute_units);
}

TEST_CASE("published numbers") {
    CHECK(catalog::gaudi2.memory.capacity == 96_GiB);
    CHECK(catalog::gaudi2.power == 600_W);
    CHECK(catalog::gaudi3.matrix.bf16 == 1677_TFLOP_per_s);
    CHECK(catalog::gaudi3.matrix.fp8 == catalog::gaudi3.matrix.bf16);
    CHECK(catalog::gaudi3.power == 900_W);
    CHECK(catalog::trainium1.matrix.bf16 == 190_TFLOP_per_s);
    CHECK(catalog::trainium2.matrix.bf16 == 667_TFLOP_per_s);
    CHECK(catalog::trainium2.memory.bandwidth == 2.9_TB_per_s);
}

// MAMF of stas00/ml-engineering@744d01e: nothing measured exceeds the dense peak.
TEST_CASE("measured products stay below the peaks") {
    CHECK(418.7_TFLOP_per_s < catalog::gaudi2.matrix.bf16);
    CHECK(826.5_TFLOP_per_s < catalog::gaudi2.matrix.fp8);
    CHECK(1243_TFLOP_per_s < catalog::gaudi3.matrix.bf16);
}
