// SPDX-License-Identifier: Apache-2.0
#include <foretrain/batch/learning_rate.hpp>

#include <limits>

#include <doctest/doctest.h>
#include <foretrain/math/dual.hpp>
#include <foretrain/units/literals.hpp>

#include "../relative.hpp"

using namespace foretrain;
using namespace foretrain::literals;

namespace {
// Goyal et al. 2017: 0.1 at 256 images, 3.2 at 8192.
constexpr TunedRate imagenet{.rate = 0.1, .batch = 256_samples};
} // namespace

static_assert(learning_rate(imagenet, 8192_samples, 15_k_samples).linear == 3.2);

TEST_CASE("all rules keep the rate at the batch it was tuned at") {
    const LearningRateAdvice same = learning_rate(imagenet, 256_samples, 15_k_samples);
    CHECK(same.linear == relative(0.1));
    CHECK(same.square_root == relative(0.1));
    CHECK(same.noise_scale == relative(0.1));
    CHECK_FALSE(same.beyond_critical);
}

TEST_CASE("the rule of the noise scale is linear far below it and flat far above") {
    const LearningRateAdvice below = learning_rate(TunedRate{0.1, 1_samples}, 10_samples, 1e9 * sample);
    CHECK(below.noise_scale == relative(below.linear).epsilon(1e-6));
    const LearningRateAdvice above = learning_rate(TunedRate{0.1, 1e9 * sample}, 4e9 * sample, 1_samples);
    CHECK(above.noise_scale == relative(0.1).epsilon(1e-6));
    CHECK(above.beyond_critical);
    CHECK(above.linear == relative(0.4));
    CHECK(above.square_root == relative(0.2));
    // SVHN (McCandlish et al.): 0.27 B / (96 + B).
    const TunedRate svhn{0.27 * 64 / (96 + 64), 64_samples};
    for (const double batch : {16.0, 256.0, 4096.0})
        CHECK(learning_rate(svhn, batch * sample, 96_samples).noise_scale == relative(0.27 * batch / (96 + batch)));
}

TEST_CASE("DeepSeek LLM 7B and 67B used 4.2e-4 and 3.2e-4") {
    CHECK(learning_rate_of_compute(6.0 * 6.9e9 * 2e12 * flop) == doctest::Approx(4.2e-4).epsilon(0.1));
    CHECK(learning_rate_of_compute(6.0 * 67e9 * 2e12 * flop) == doctest::Approx(3.2e-4).epsilon(0.1));
}

TEST_CASE("a larger batch never asks for a smaller rate") {
    LearningRateAdvice before{};
    for (double batch = 1; batch < 1e7; batch *= 3) {
        const LearningRateAdvice now = learning_rate(imagenet, batch * sample, 15_k_samples);
        CHECK(now.linear > before.linear);
        CHECK(now.square_root > before.square_root);
        CHECK(now.noise_scale > before.noise_scale);
        before = now;
    }
}

TEST_CASE("nonsense is refused") {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    CHECK(try_learning_rate(TunedRate{nan, 1_samples}, nan * sample, 0.0 * sample).violations().size() == 3);
    CHECK_THROWS_AS((void)learning_rate(TunedRate{}, 1_samples, 1_samples), InvalidConfiguration);
}
