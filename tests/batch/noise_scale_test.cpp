// SPDX-License-Identifier: Apache-2.0
#include <foretrain/batch/noise_scale.hpp>

#include <array>
#include <cstdint>

#include <doctest/doctest.h>
#include <foretrain/math/dual.hpp>
#include <foretrain/units/literals.hpp>

#include "../relative.hpp"

using namespace foretrain;
using namespace foretrain::literals;

namespace {

/// What a gradient of square 4 with noise of trace 800 shows at two batches.
constexpr GradientNorms of_known(double small, double large) {
    return {small * sample, large * sample, 4.0 + 800.0 / small, 4.0 + 800.0 / large};
}

/// Uniform numbers from -1 to 1 (a linear congruential generator of 64 bits).
struct Noise {
    std::uint64_t state = 42;
    double operator()() {
        state = state * 6364136223846793005ULL + 1442695040888963407ULL;
        return static_cast<double>(state >> 11) / 9007199254740992.0 * 2.0 - 1.0;
    }
};

} // namespace

static_assert(try_gradient_noise(of_known(8, 1024)).has_value());

TEST_CASE("two batches give back the gradient and the noise") {
    for (const double small : {1.0, 8.0, 64.0}) {
        const GradientNoise noise = gradient_noise(of_known(small, 2048));
        CHECK(noise.gradient_square == doctest::Approx(4.0));
        CHECK(noise.noise == doctest::Approx(800.0));
        CHECK(raw(noise.noise_scale) == doctest::Approx(200.0));
    }
}

TEST_CASE("noisy gradients of many steps give the scale of their samples") {
    // Ten coordinates of mean 0.5 and variance 1/3 each: |G|^2 = 2.5, trace 10/3, scale 4/3.
    Noise noise;
    GradientNorms norms{.small_batch = 4_samples, .large_batch = 64_samples};
    const int steps = 4000;
    for (int step = 0; step < steps; ++step) {
        std::array<double, 10> all{}, first{};
        for (int s = 0; s < 64; ++s)
            for (std::size_t i = 0; i < all.size(); ++i) {
                const double gradient = 0.5 + noise();
                all[i] += gradient / 64;
                if (s < 4) first[i] += gradient / 4;
            }
        for (std::size_t i = 0; i < all.size(); ++i) {
            norms.large_square += all[i] * all[i] / steps;
            norms.small_square += first[i] * first[i] / steps;
        }
    }
    CHECK(raw(gradient_noise(norms).noise_scale) == doctest::Approx(4.0 / 3.0).epsilon(0.03));
}

TEST_CASE("more noise is a larger critical batch") {
    using Real = Dual<double, 1>;
    BasicGradientNorms<Real> norms{make<BasicSamples<Real>>(Real(8.0)), make<BasicSamples<Real>>(Real(1024.0)),
                                   Real(104.0), Real(4.78125)};
    norms.small_square.gradient[0] = 1.0;
    CHECK(raw(gradient_noise(norms).noise_scale).gradient[0] > 0);
}

TEST_CASE("lengths that no gradient can have are refused") {
    CHECK(try_gradient_noise(GradientNorms{8_samples, 8_samples, 5.0, 4.0}).violations().contains("batches_differ"));
    CHECK(try_gradient_noise(GradientNorms{8_samples, 64_samples, 4.0, 5.0}).violations().contains("noise_shrinks"));
    CHECK(
        try_gradient_noise(GradientNorms{8_samples, 64_samples, 80.0, 4.0}).violations().contains("gradient_is_seen"));
    CHECK_THROWS_AS((void)gradient_noise(GradientNorms{}), InvalidConfiguration);
}
