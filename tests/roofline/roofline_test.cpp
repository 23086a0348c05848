// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <foretrain/math/dual.hpp>
#include <foretrain/roofline/roofline.hpp>
#include <foretrain/units/literals.hpp>

#include "../relative.hpp"

using namespace foretrain;
using namespace foretrain::literals;

namespace {

// Dense peaks and bandwidths of the datasheets.
constexpr Roofline a100{312_TFLOP_per_s, 2.039_TB_per_s};
constexpr Roofline v100{125_TFLOP_per_s, 900_GB_per_s};
constexpr Roofline h100{989.4_TFLOP_per_s, 3.35_TB_per_s};

static_assert(a100.ridge_point() > 153_FLOP_per_B && a100.ridge_point() < 153.1_FLOP_per_B);

} // namespace

TEST_CASE("ridge points are the published ones") {
    CHECK(raw(a100.ridge_point()) == relative(153.0).epsilon(1e-3));
    // NVIDIA, "GPU performance background": V100, 125 TFLOP/s over 900 GB/s, 138.9 FLOP/B.
    CHECK(raw(v100.ridge_point()) == relative(138.9).epsilon(1e-3));
    CHECK(raw(h100.ridge_point()) == relative(295.3).epsilon(1e-3));
}

TEST_CASE("below the ridge the bandwidth decides, above it the peak") {
    CHECK(raw(a100.attainable_rate(10_FLOP_per_B)) == relative(20.39e12));
    CHECK(a100.attainable_rate(1000_FLOP_per_B) == 312_TFLOP_per_s);
    CHECK(raw(a100.attainable_rate(a100.ridge_point())) == relative(312e12));
    CHECK(a100.memory_bound(152_FLOP_per_B));
    CHECK_FALSE(a100.memory_bound(154_FLOP_per_B));
    double last = 0;
    for (double intensity = 0.25; intensity < 1e4; intensity *= 1.5) {
        const double rate = raw(a100.attainable_rate(make<Intensity>(intensity)));
        CHECK(rate >= last);
        CHECK(rate <= 312e12);
        CHECK(rate <= intensity * 2.039e12 * (1 + 1e-12));
        last = rate;
    }
}

TEST_CASE("the intensity a rate needs attains that rate") {
    for (const FlopRate& rate : {1_TFLOP_per_s, 40_TFLOP_per_s, 150_TFLOP_per_s, 312_TFLOP_per_s})
        CHECK(raw(a100.attainable_rate(a100.required_intensity(rate))) == relative(raw(rate)));
    CHECK(raw(a100.required_intensity(312_TFLOP_per_s)) == relative(raw(a100.ridge_point())));
}

TEST_CASE("the least time is that of the slower resource") {
    CHECK(raw(a100.least_time(312_TFLOP, 1_GB)) == relative(1.0));
    CHECK(raw(a100.least_time(1_GFLOP, 2.039_TB)) == relative(1.0));
    // FLOPs over least time is the attainable rate at their intensity.
    const Flops work = 4_TFLOP;
    const Bytes traffic = 100_GB;
    CHECK(raw(work / a100.least_time(work, traffic)) == relative(raw(a100.attainable_rate(work / traffic))));
}

TEST_CASE("only the binding resource has a derivative") {
    using Number = Dual<double, 2>;
    const BasicRoofline<Number> roofline{make<BasicFlopRate<Number>>(variable<2>(312e12, 0)),
                                         make<BasicBandwidth<Number>>(variable<2>(2.039e12, 1))};
    const Number low = raw(roofline.attainable_rate(make<BasicIntensity<Number>>(Number(10.0))));
    CHECK(low.gradient[0] == 0.0);
    CHECK(low.gradient[1] == relative(10.0));
    const Number high = raw(roofline.attainable_rate(make<BasicIntensity<Number>>(Number(1000.0))));
    CHECK(high.gradient[0] == relative(1.0));
    CHECK(high.gradient[1] == 0.0);
}
