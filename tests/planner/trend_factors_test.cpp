// SPDX-License-Identifier: Apache-2.0
#include <foretrain/planner/trend_factors.hpp>
#include <foretrain/units/literals.hpp>

#include <doctest/doctest.h>

using namespace foretrain;
using namespace foretrain::literals;
using doctest::Approx;

namespace {

// MLPerf, ResNet-50: 640 V100 of NVIDIA in v0.5, 3584 H100 of CoreWeave and NVIDIA in v3.0.
constexpr TrainingResult v100{6.2417_min, make<Accelerators>(640), 125_TFLOP_per_s, make<Samples>(1.0377e8), {}};
constexpr TrainingResult h100{0.18298_min, make<Accelerators>(3584), 989.4_TFLOP_per_s, make<Samples>(9.865e7), {}};
constexpr SpeedUp resnet = speed_up(v100, h100, 0.7);
static_assert(resnet.total > 34 && resnet.total < 34.2);

} // namespace

TEST_CASE("the factors multiply to the whole") {
    for (const double elasticity : {0.0, 0.5, 0.8, 1.0})
        for (const double samples : {1e6, 4.6e6, 2e7})
            for (const double work : {1e12, 3e15}) {
                const TrainingResult one{90_min, make<Accelerators>(64), 312_TFLOP_per_s, make<Samples>(4.6e6),
                                         make<Flops>(1e12)};
                const TrainingResult other{7_min, make<Accelerators>(5000), 2500_TFLOP_per_s, make<Samples>(samples),
                                           make<Flops>(work)};
                const SpeedUp up = speed_up(one, other, elasticity);
                CHECK(up.product() == Approx(up.total).epsilon(1e-12));
                CHECK(up.total == Approx(90.0 / 7.0));
                // There and back.
                const SpeedUp down = speed_up(other, one, elasticity);
                CHECK(down.software * up.software == Approx(1.0));
                CHECK(down.scaling * up.scaling == Approx(1.0));
            }
}

TEST_CASE("each factor answers to its own cause alone") {
    const TrainingResult base{60_min, make<Accelerators>(100), 100_TFLOP_per_s, make<Samples>(1e6), {}};
    TrainingResult later = base;
    CHECK(speed_up(base, later, 0.8).software == Approx(1.0));
    later.peak = 200_TFLOP_per_s;
    later.time = 30_min;
    SpeedUp up = speed_up(base, later, 0.8);
    CHECK(up.chip == Approx(2.0));
    CHECK(up.software == Approx(1.0));
    // Four times the accelerators, as fast as the elasticity has it: software did nothing.
    later = base;
    later.accelerators = make<Accelerators>(400);
    later.time = 60_min / 3.0314331330207961; // 4^0.8
    up = speed_up(base, later, 0.8);
    CHECK(up.accelerators == Approx(4.0));
    CHECK(up.scaling == Approx(0.757858283255199)); // 4^-0.2
    CHECK(up.software == Approx(1.0));
    // Half the samples in half the time.
    later = base;
    later.samples = make<Samples>(5e5);
    later.time = 30_min;
    up = speed_up(base, later, 0.8);
    CHECK(up.samples == Approx(2.0));
    CHECK(up.software == Approx(1.0));
    // A model of ten times the work in the time of the small one: ten times the software.
    TrainingResult small = base, large = base;
    small.work_of_sample = make<Flops>(1e12);
    large.work_of_sample = make<Flops>(1e13);
    up = speed_up(small, large, 0.8);
    CHECK(up.total == Approx(1.0));
    CHECK(up.model == Approx(0.1));
    CHECK(up.software == Approx(10.0));
}

TEST_CASE("unknown samples are not taken for equal ones without saying so") {
    TrainingResult unknown = h100;
    unknown.samples.reset();
    const SpeedUp up = speed_up(v100, unknown, 0.7);
    CHECK_FALSE(up.samples_known);
    CHECK(up.samples == 1.0);
    CHECK(up.product() == Approx(up.total));
    CHECK(up.software == Approx(resnet.software * resnet.samples));
}

TEST_CASE("derivatives come through") {
    using Number = Dual<double, 1>;
    const BasicTrainingResult<Number> one{BasicSeconds<Number>::from_value(3600.0),
                                          BasicAccelerators<Number>::from_value(10.0),
                                          BasicFlopRate<Number>::from_value(1e14), std::nullopt, std::nullopt};
    BasicTrainingResult<Number> other = one;
    other.accelerators = BasicAccelerators<Number>::from_value(variable<1>(40.0, 0));
    const auto up = speed_up(one, other, Number(0.8));
    CHECK(up.accelerators.gradient[0] == Approx(0.1));
    CHECK(up.product().gradient[0] == Approx(0.0).epsilon(1e-12)); // the times are what they are
}

TEST_CASE("bad results are refused, and work that only one of them states") {
    TrainingResult bad = v100;
    bad.time = 0_s;
    bad.peak = 0_TFLOP_per_s;
    bad.accelerators = make<Accelerators>(0);
    bad.samples = make<Samples>(-1);
    bad.work_of_sample = make<Flops>(1e12);
    const auto result = try_speed_up(bad, h100, 3.0);
    REQUIRE_FALSE(result);
    CHECK(result.violations().size() == 6);
    CHECK(result.violations().contains("work_of_both"));
}
