// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <cmath>
#include <random>

#include <foretrain/calibrate/kernels.hpp>
#include <foretrain/catalog/accelerators.hpp>

#include "../relative.hpp"

using namespace foretrain;

namespace {

/// What an accelerator would be measured at, with relative noise of 2%.
std::vector<KernelMeasurement> timed(const Accelerator& accelerator, const std::vector<Operation>& operations) {
    std::mt19937_64 random(12);
    std::normal_distribution<double> noise(0, 0.02);
    std::vector<KernelMeasurement> rows;
    for (const Operation& operation : operations) {
        const double seconds = raw(RooflineKernels{accelerator, NumberFormat::bf16, Load::burst}.time(operation).time);
        const double error = std::exp(noise(random));
        rows.push_back({operation,
                        NumberFormat::bf16,
                        {make<Seconds>(seconds * error), rows.size() % 2 == 0 ? "even" : "odd", "planted"}});
    }
    return rows;
}

std::vector<Operation> products() {
    std::vector<Operation> list;
    for (const std::int64_t m : {16, 128, 1024, 4096, 8192})
        for (const std::int64_t n : {1024, 4096, 16384})
            for (const std::int64_t k : {64, 512, 4096, 16384})
                list.push_back(product_operation(m, n, k, 1, NumberFormat::bf16));
    return list;
}

template <class Target>
const CalibratedConstant& constant(const Calibration<Target>& fitted, std::string_view name) {
    for (const CalibratedConstant& c : fitted.constants)
        if (c.name == name) return c;
    FAIL("no such constant");
    return fitted.constants[0];
}

} // namespace

TEST_CASE("constants planted in synthetic products come back within their intervals") {
    Accelerator truth = catalog::h100_sxm;
    truth.kernel.matrix_efficiency = 0.71;
    truth.kernel.inner_dimension_half = 260;
    truth.kernel.fixed_time = make<Seconds>(5e-6);
    truth.kernel.memory_efficiency = 0.64;
    const auto fitted = calibrate(kernel_task(catalog::h100_sxm, timed(truth, products())));
    const auto check = [&](const char* name, double value) {
        const CalibratedConstant& c = constant(fitted, name);
        CAPTURE(name);
        CHECK(c.determination == Determination::fitted);
        // Half as wide again: four intervals of 95% are all met by chance only four times in five.
        const double slack = 0.25 * (c.high - c.low);
        CHECK(c.low - slack < value);
        CHECK(c.high + slack > value);
        CHECK(c.value == relative(value).epsilon(0.1));
    };
    check("kernel.matrix_efficiency", 0.71);
    check("kernel.inner_dimension_half", 260);
    check("kernel.fixed_time", 5e-6);
    check("kernel.memory_efficiency", 0.64);
    CHECK(fitted.after.mean < 0.025); // the noise, no more
    CHECK(fitted.held_out->held_out < 0.03);
    CHECK(constant(fitted, "kernel.four_bit_efficiency").determination == Determination::no_influence);
    CHECK(fitted.target.kernel.four_bit_efficiency == catalog::h100_sxm.kernel.four_bit_efficiency);
}

TEST_CASE("products of one size cannot tell the constants apart, and the fit says so") {
    std::vector<Operation> same(20, product_operation(4096, 4096, 4096, 1, NumberFormat::bf16));
    const auto fitted = calibrate(kernel_task(catalog::h100_sxm, timed(catalog::h100_sxm, same)));
    std::size_t determined = 0;
    for (const CalibratedConstant& c : fitted.constants) determined += c.determination == Determination::fitted;
    CHECK(determined <= 1);
    CHECK_FALSE(fitted.warnings.empty());
    CHECK(fitted.after.mean < 0.03); // what was measured is predicted all the same
}

TEST_CASE("attention shares come back, each from its own pass") {
    Accelerator truth = catalog::a100_sxm_80gb;
    truth.kernel.attention_forward = 0.5;
    truth.kernel.attention_backward = 0.4;
    std::vector<Operation> passes;
    for (const std::int64_t length : {512, 2048, 8192, 16384})
        for (const std::int64_t width : {64, 128})
            for (const bool causal : {false, true})
                for (const Pass pass : {Pass::forward, Pass::backward})
                    passes.push_back(attention_operation({.batch = 4,
                                                          .queries = length,
                                                          .keys = length,
                                                          .heads = 16,
                                                          .kv_heads = 16,
                                                          .head_dimension = width,
                                                          .value_dimension = width,
                                                          .causal = causal},
                                                         pass, NumberFormat::bf16));
    const auto fitted = calibrate(kernel_task(catalog::a100_sxm_80gb, timed(truth, passes),
                                              {attention_constants.begin(), attention_constants.end()}));
    CHECK(constant(fitted, "kernel.attention_forward").value == relative(0.5).epsilon(0.05));
    CHECK(constant(fitted, "kernel.attention_backward").value == relative(0.4).epsilon(0.05));
    CHECK(fitted.after.mean < 0.03);
}

TEST_CASE("measurements in a format the accelerator does not have are refused") {
    auto rows = timed(catalog::a100_sxm_80gb, products());
    rows[3].operands = NumberFormat::fp8;
    CHECK_THROWS_WITH_AS((void)kernel_task(catalog::a100_sxm_80gb, rows),
                         "a100-sxm-80gb has no fp8: such measurements cannot have been made on it", CalibrationError);
}
