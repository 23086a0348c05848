// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <vector>

#include <foretrain/planner/sampling.hpp>

#include "../relative.hpp"

using namespace foretrain;

namespace {
constexpr SamplePoints points{Sampling::latin_hypercube, 1000, 7};
constexpr SamplePoints plain{Sampling::independent, 1000, 7};
} // namespace

// The same at compile time and on every compiler.
static_assert(points(123, 4) == 0x1.e7f369a1f37efp-2);
static_assert(within_band(0.3).quantile(points(123, 4)) == 0x1.f8fd14136a6dcp-1);
static_assert(points(0, 0) != points(0, 1));
static_assert(plain(3, 2) > 0.0 && plain(3, 2) < 1.0);
static_assert(detail::mix(0) == 0xe220a8397b1dcdafU); // first output of SplitMix64 with seed 0 (Vigna's reference)

TEST_CASE("a Latin hypercube has one point in each layer of each dimension") {
    for (const std::int64_t count : {1, 2, 3, 10, 64, 65, 1000}) {
        const SamplePoints latin{Sampling::latin_hypercube, count, 42};
        for (std::size_t d = 0; d < 5; ++d) {
            std::vector<int> seen(static_cast<std::size_t>(count), 0);
            for (std::int64_t i = 0; i < count; ++i) {
                const double u = latin(i, d);
                CHECK(u > 0.0);
                CHECK(u < 1.0);
                ++seen[static_cast<std::size_t>(u * static_cast<double>(count))];
            }
            for (const int times : seen) CHECK(times == 1);
        }
    }
}

TEST_CASE("no point leaves its layer by rounding, however many there are") {
    constexpr double least = 0x1p-53, most = 1.0 - 0x1p-53; // what a draw can be
    for (const std::uint64_t count : {1U, 2U, 3U, 1000U, 100000000U})
        for (const std::uint64_t layer : {std::uint64_t{0}, std::uint64_t{count / 2}, std::uint64_t{count - 1}})
            for (const double inside : {least, 0.5, most}) {
                const double u = detail::within_layer(layer, inside, count);
                CHECK(u > 0.0);
                CHECK(u < 1.0);
                CHECK(u < static_cast<double>(layer + 1) / static_cast<double>(count));
                CHECK(u >= static_cast<double>(layer) / static_cast<double>(count));
            }
}

TEST_CASE("run time has the bits of compile time") {
    volatile std::int64_t index = 123;
    CHECK(points(index, 4) == 0x1.e7f369a1f37efp-2);
    CHECK(within_band(0.3).quantile(points(index, 4)) == 0x1.f8fd14136a6dcp-1);
}

TEST_CASE("dimensions and seeds have nothing to do with each other, and layers make means better") {
    double sum = 0, product = 0, other = 0, independent = 0;
    const SamplePoints seeded{Sampling::latin_hypercube, 1000, 8};
    for (std::int64_t i = 0; i < 1000; ++i) {
        sum += points(i, 0);
        independent += plain(i, 0);
        product += (points(i, 0) - 0.5) * (points(i, 1) - 0.5);
        other += (points(i, 0) - 0.5) * (seeded(i, 0) - 0.5);
    }
    CHECK(sum / 1000 == doctest::Approx(0.5).epsilon(2e-4));
    CHECK(independent / 1000 == doctest::Approx(0.5).epsilon(0.05));
    CHECK(std::abs(product) / 1000 * 12 < 0.1);
    CHECK(std::abs(other) / 1000 * 12 < 0.1);
}

TEST_CASE("distributions: ends, middles and the 80% between their quantiles") {
    const Distribution uniform{DistributionKind::uniform, 2.0, 6.0};
    CHECK(uniform.quantile(0.25) == relative(3.0));
    const Distribution log_uniform{DistributionKind::log_uniform, 0.25, 4.0};
    CHECK(log_uniform.quantile(0.5) == relative(1.0).epsilon(1e-12));
    CHECK(log_uniform.quantile(0.75) == relative(2.0).epsilon(1e-12));
    const Distribution band = within_band(0.3);
    CHECK(band.quantile(0.5) == relative(1.0).epsilon(1e-9));
    CHECK(band.quantile(0.9) == relative(exp(0.3)).epsilon(1e-6));
    CHECK(band.quantile(0.1) == relative(exp(-0.3)).epsilon(1e-6));
    // A normal one ends at twice the distance of its quantiles from the middle.
    const Distribution normal{DistributionKind::normal, 9.0, 11.0};
    CHECK(normal.quantile(1e-12) == doctest::Approx(8.0).epsilon(1e-3));
    CHECK(normal.quantile(1.0 - 1e-12) == doctest::Approx(12.0).epsilon(1e-3));
    CHECK(normal.quantile(0.9) == doctest::Approx(11.0).epsilon(0.01));
    for (const Distribution& d : {uniform, log_uniform, band, normal}) {
        double last = 0;
        for (int p = 1; p < 100; ++p) {
            CHECK(d.quantile(0.01 * p) > last);
            last = d.quantile(0.01 * p);
        }
    }
}

TEST_CASE("what no distribution of positive numbers can be is refused") {
    const auto wrong = [](const Distribution& d) {
        Violations violations;
        check_rules(d, violations);
        return violations;
    };
    CHECK(wrong({DistributionKind::uniform, 1.0, 2.0}).empty());
    CHECK(wrong({DistributionKind::uniform, 2.0, 1.0}).contains("ends_in_order"));
    CHECK(wrong({DistributionKind::log_normal, 0.0, 1.0}).contains("range"));
    CHECK(wrong({DistributionKind::normal, 1.0, 5.0}).contains("normal_above_zero"));
}
