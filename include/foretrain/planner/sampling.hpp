// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "../math/exp.hpp"
#include "../math/log.hpp"
#include "../math/normal.hpp"
#include "../units/violation.hpp"

// Random numbers that are the same everywhere: number `index` of dimension `dimension` is a pure function of both and
// of the seed. Nothing is stored, so samples can be drawn in any order and on any number of threads.
//
//   u = mix(seed, index, dimension) / 2^64              independent (Monte Carlo)
//   u = (pi(index) + mix(...) / 2^64) / count           Latin hypercube: one sample in each of `count` layers
//
// mix is the finaliser of SplitMix64 (Steele, Lea, Flood 2014). pi is a permutation of 0 to count - 1 of its own for
// each dimension: a Feistel network of four rounds on the next even number of bits, walked until it lands below count
// (Black, Rogaway 2002). Latin hypercube: McKay, Beckman, Conover 1979.

namespace foretrain::inline v0 {

/// How samples lie.
enum class Sampling : unsigned char {
    independent,
    latin_hypercube, ///< each input's range is covered evenly: fewer samples for the same error of means
};

namespace detail {

[[nodiscard]] constexpr std::uint64_t mix(std::uint64_t z) noexcept {
    z += 0x9e3779b97f4a7c15U;
    z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31U);
}

/// Between 0 and 1, neither included.
[[nodiscard]] constexpr double unit_interval(std::uint64_t bits) noexcept {
    return (static_cast<double>(bits >> 12U) + 0.5) * 0x1p-52;
}

/// Where `index` goes in a permutation of 0 to `count` - 1 that belongs to `key`.
[[nodiscard]] constexpr std::uint64_t permuted(std::uint64_t index, std::uint64_t count, std::uint64_t key) noexcept {
    unsigned half = 1;
    while ((std::uint64_t{1} << (2U * half)) < count) ++half;
    const std::uint64_t mask = (std::uint64_t{1} << half) - 1U;
    do {
        std::uint64_t left = index >> half, right = index & mask;
        for (std::uint64_t round = 0; round < 4; ++round) {
            const std::uint64_t next = left ^ (mix(right ^ mix(key + round)) & mask);
            left = right;
            right = next;
        }
        index = (left << half) | right;
    } while (index >= count);
    return index;
}

/// Where `inside`, between 0 and 1, lies in layer `layer` of `count`: no rounding takes it out of the layer, or to 1.
[[nodiscard]] constexpr double within_layer(std::uint64_t layer, double inside, std::uint64_t count) noexcept {
    const double low = static_cast<double>(layer), all = static_cast<double>(count);
    const double at = (low + inside) / all;
    return at < (low + 1.0) / all && at * all < low + 1.0 ? at : (low + 0.5) / all;
}

} // namespace detail

/// Points of the unit hypercube.
struct SamplePoints {
    Sampling sampling = Sampling::latin_hypercube;
    std::int64_t count = 0;
    std::uint64_t seed = 0;

    /// Coordinate `dimension` of point `index`, from 0 to `count` - 1; between 0 and 1.
    [[nodiscard]] constexpr double operator()(std::int64_t index, std::size_t dimension) const noexcept {
        const std::uint64_t at = static_cast<std::uint64_t>(index), all = static_cast<std::uint64_t>(count);
        const std::uint64_t key = detail::mix(detail::mix(seed) ^ (static_cast<std::uint64_t>(dimension) << 1U));
        const double inside = detail::unit_interval(detail::mix(key ^ detail::mix(at)));
        if (sampling == Sampling::independent) return inside;
        return detail::within_layer(detail::permuted(at, all, key), inside, all);
    }
};

/// What is known of a number.
enum class DistributionKind : unsigned char {
    uniform,     ///< from `low` to `high`
    log_uniform, ///< its logarithm is uniform
    normal,      ///< eight times in ten from `low` to `high`; cut off at twice that distance from the middle
    log_normal,  ///< its logarithm is normal, eight times in ten from `low` to `high`
};

/// A distribution of positive numbers. `low` and `high`: ends, or the quantiles of 10% and 90% of a normal one.
struct Distribution {
    DistributionKind kind = DistributionKind::log_normal;
    double low = 1;
    double high = 1;

    /// The number below which a share `p` lies, 0 < p < 1. A normal one puts what it cuts off back inside.
    [[nodiscard]] constexpr double quantile(double p) const noexcept {
        constexpr double ninety = 1.2815515655446004; // quantile of 90%
        constexpr double outside = 0.0051873;         // of a normal beyond twice that: Phi(-2.5631)
        const bool logarithmic = kind == DistributionKind::log_uniform || kind == DistributionKind::log_normal;
        const double a = logarithmic ? log(low) : low, b = logarithmic ? log(high) : high;
        double x = a + p * (b - a);
        const double middle = 0.5 * (a + b), deviation = 0.5 * (b - a) / ninety;
        if (kind == DistributionKind::log_normal) x = middle + deviation * normal_quantile(p);
        if (kind == DistributionKind::normal)
            x = middle + deviation * normal_quantile(outside + p * (1.0 - 2.0 * outside));
        return logarithmic ? exp(x) : x;
    }
};

/// The distribution of a factor with the band of half width `width` in the logarithm (step/uncertainty.hpp).
[[nodiscard]] constexpr Distribution within_band(double width) noexcept {
    return {DistributionKind::log_normal, exp(-width), exp(width)};
}

/// Tells `sink` of a distribution that has an end outside 1e-6 to 1e6, or whose ends are not in order. A normal one
/// must stay above 0 where it is cut off.
template <class Sink>
constexpr void check_rules(const Distribution& d, Sink& sink) noexcept {
    detail::require_range(sink, "distribution.low", d.low, 1e-6, 1e6);
    detail::require_range(sink, "distribution.high", d.high, 1e-6, 1e6);
    detail::require(sink, d.low <= d.high, "ends_in_order", "distribution.low", d.low, "at most the high end, {}",
                    d.high, "the lower end first");
    const double cut = 0.5 * (d.low + d.high) - (d.high - d.low);
    detail::require(sink, d.kind != DistributionKind::normal || cut > 0, "normal_above_zero", "distribution.low", d.low,
                    "close enough to {} that the cut-off stays above 0", d.high, "take a log-normal one");
}

} // namespace foretrain::inline v0
