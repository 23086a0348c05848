// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <cmath>

#include <foretrain/math/normal.hpp>

#include "../relative.hpp"

using namespace foretrain;

static_assert(normal_quantile(0.5) == 0.0);

TEST_CASE("quantiles of tables") {
    CHECK(normal_quantile(0.9) == relative(1.2815515655446004).epsilon(2e-9));
    CHECK(normal_quantile(0.975) == relative(1.959963984540054).epsilon(2e-9));
    CHECK(normal_quantile(0.999) == relative(3.090232306167813).epsilon(2e-9));
    CHECK(normal_quantile(1e-9) == relative(-5.997807015007773).epsilon(2e-9));
}

TEST_CASE("the distribution function takes a quantile back to its probability, and the halves mirror") {
    for (double p = 0.0005; p < 1.0; p += 0.0073) {
        const double z = normal_quantile(p);
        CHECK(0.5 * std::erfc(-z / std::sqrt(2.0)) == relative(p).epsilon(2e-8));
        CHECK(normal_quantile(1.0 - p) == doctest::Approx(-z).epsilon(1e-9));
    }
}

TEST_CASE("the ends are held, not infinite") {
    CHECK(std::isfinite(normal_quantile(0.0)));
    CHECK(std::isfinite(normal_quantile(1.0)));
    CHECK(normal_quantile(0.0) < -30.0);
    CHECK(normal_quantile(1.0) > 8.0);
}
