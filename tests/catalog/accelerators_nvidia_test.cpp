// SPDX-License-Identifier: Apache-2.0
#include <foretrain/catalog/accelerators_nvidia.hpp>

#include <doctest/doctest.h>

using namespace foretrain;
using namespace foretrain::literals;

namespace {

// A multiprocessor's tensor cores do a fixed number of FP16 operations a cycle: 1024 in Volta, 2048 in Ampere, 4096 in
// Hopper, 8192 in Blackwell. Peak / multiprocessors / that = the clock that the vendor states with the peak. A sparse
// number gives twice the clock.
struct Clock {
    Accelerator accelerator;
    double operations_per_cycle;
    double megahertz;
};
constexpr Clock clocks[] = {
    {catalog::v100_16gb, 1024, 1530},     {catalog::v100_32gb, 1024, 1530},     {catalog::v100_sxm3_32gb, 1024, 1530},
    {catalog::a100_sxm_40gb, 2048, 1410}, {catalog::a100_sxm_80gb, 2048, 1410}, {catalog::a800_sxm_80gb, 2048, 1410},
    {catalog::h100_sxm, 4096, 1830},      {catalog::h100_pcie, 4096, 1620},     {catalog::h200_sxm, 4096, 1830},
    {catalog::h800_sxm, 4096, 1830},      {catalog::gb200, 8192, 2062},
};

constexpr bool at_stated_clock(const Clock& c) {
    const double clock =
        raw(c.accelerator.matrix.fp16) / (static_cast<double>(c.accelerator.compute_units) * c.operations_per_cycle);
    return clock > c.megahertz * 0.99e6 && clock < c.megahertz * 1.01e6;
}

static_assert([] {
    for (const Clock& c : clocks)
        if (!at_stated_clock(c)) return false;
    return true;
}());

} // namespace

TEST_CASE("multiprocessors, clock and peak agree") {
    for (const Clock& c : clocks) {
        CAPTURE(c.accelerator.name);
        CHECK(at_stated_clock(c));
    }
}

TEST_CASE("TF32 runs at half of BF16") {
    for (const Accelerator& a : {catalog::a100_sxm_40gb, catalog::a100_sxm_80gb, catalog::a800_sxm_80gb,
                                 catalog::h100_sxm, catalog::h100_pcie, catalog::h100_nvl, catalog::h200_sxm,
                                 catalog::h20, catalog::b200_sxm, catalog::gb200, catalog::b300_sxm, catalog::gb300}) {
        CAPTURE(a.name);
        CHECK(raw(a.matrix.tf32) == doctest::Approx(0.5 * raw(a.matrix.bf16)).epsilon(0.01));
    }
}

TEST_CASE("Volta has FP16 tensor cores and neither BF16 nor TF32 nor FP8") {
    const MatrixPeaks& m = catalog::v100_32gb.matrix;
    CHECK(m.fp16 == 125_TFLOP_per_s);
    CHECK(raw(m.bf16) == 0.0);
    CHECK(raw(m.tf32) == 0.0);
    CHECK(raw(m.fp8) == 0.0);
}

TEST_CASE("DGX-2 and DGX-2H reach the PFLOP/s on their datasheets") {
    CHECK(16.0 * raw(catalog::v100_sxm3_32gb.matrix.fp16) == doctest::Approx(2.0e15).epsilon(0.01));
    CHECK(16.0 * raw(catalog::v100_sxm3_32gb_450w.matrix.fp16) == doctest::Approx(2.1e15).epsilon(0.01));
    CHECK(catalog::v100_sxm3_32gb_450w.power == 450_W);
}

// ai-dynamo/aiconfigurator systems/*.yaml, mem_capacity in bytes.
TEST_CASE("memory is what the driver reports, not decimal gigabytes") {
    CHECK(raw(catalog::a100_sxm_80gb.memory.capacity) == doctest::Approx(85'899'345'920.0).epsilon(1e-4));
    CHECK(raw(catalog::h100_sxm.memory.capacity) == doctest::Approx(85'899'345'920.0).epsilon(1e-4));
    CHECK(raw(catalog::h200_sxm.memory.capacity) == doctest::Approx(151'397'597'184.0).epsilon(1e-4));
    CHECK(raw(catalog::b200_sxm.memory.capacity) == doctest::Approx(193'273'528'320.0).epsilon(1e-4));
    CHECK(raw(catalog::gb200.memory.capacity) == doctest::Approx(198'674'743'296.0).epsilon(1e-4));
    CHECK(raw(catalog::b300_sxm.memory.capacity) == doctest::Approx(288'400'343'040.0).epsilon(1e-4));
    CHECK(raw(catalog::gb300.memory.capacity) == doctest::Approx(298'013'687'808.0).epsilon(1e-4));
}

TEST_CASE("published bandwidths and powers") {
    CHECK(catalog::a100_sxm_40gb.memory.bandwidth == 1555_GB_per_s);
    CHECK(catalog::a100_sxm_80gb.memory.bandwidth == 2039_GB_per_s);
    CHECK(catalog::h100_sxm.memory.bandwidth == 3.35_TB_per_s);
    CHECK(catalog::h200_sxm.memory.bandwidth == 4.8_TB_per_s);
    CHECK(catalog::a100_sxm_80gb.power == 400_W);
    CHECK(catalog::h100_sxm.power == 700_W);
    CHECK(catalog::b200_sxm.power == 1000_W);
}

TEST_CASE("the A800 is an A100 but for its name and links") {
    CHECK(catalog::a800_sxm_80gb.name == "a800-sxm-80gb");
    CHECK(catalog::a800_sxm_80gb.matrix.bf16 == 312_TFLOP_per_s);
    CHECK(catalog::a800_sxm_80gb.memory.capacity == 80_GiB);
}
