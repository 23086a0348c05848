// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <foretrain/math/dual.hpp>
#include <foretrain/roofline/launch.hpp>
#include <foretrain/units/literals.hpp>

#include "../relative.hpp"

using namespace foretrain;
using namespace foretrain::literals;

TEST_CASE("device time and wait together are the slower of device and host") {
    for (const Seconds& device : {1_us, 40_us, 999_us, 1_ms, 1.001_ms, 20_ms})
        for (const double kernels : {1.0, 10.0, 100.0, 1000.0}) {
            const Seconds host = 10_us * kernels;
            const Seconds waited = host_wait(Execution::eager, device, kernels, 10_us);
            CHECK(raw(waited) >= 0.0);
            CHECK(raw(device + waited) == relative(device > host ? raw(device) : raw(host)));
        }
}

TEST_CASE("a captured sequence never waits for the host") {
    CHECK(host_wait(Execution::captured, 1_us, 100000, 10_us) == 0_s);
    CHECK(host_wait(Execution::eager, 1_us, 100000, 10_us) > 0_s);
}

TEST_CASE("a free host never holds the device up") {
    CHECK(host_wait(Execution::eager, 1_us, 100000, 0_s) == 0_s);
    CHECK(host_wait(Execution::eager, 1_us, 0, 10_us) == 0_s);
}

static_assert(host_wait(Execution::eager, 5_us, 3, 10_us) > 24.9_us);
static_assert(host_wait(Execution::eager, 31_us, 3, 10_us) == 0_s);

TEST_CASE("the wait grows with the host time of each kernel") {
    using Number = Dual<double, 1>;
    const auto wait = host_wait(Execution::eager, make<BasicSeconds<Number>>(Number(1e-3)), 200,
                                make<BasicSeconds<Number>>(variable<1>(1e-5, 0)));
    CHECK(raw(wait).value == relative(1e-3));
    CHECK(raw(wait).gradient[0] == relative(200.0));
}
