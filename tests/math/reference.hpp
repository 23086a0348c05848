// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the tests of math/ share: repeatable points, errors in ulp, and the comparison of compile time with run time.

#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace reference {

constexpr std::uint64_t bits(double x) { return std::bit_cast<std::uint64_t>(x); }
constexpr std::uint32_t bits(float x) { return std::bit_cast<std::uint32_t>(x); }

// SplitMix64 (Steele, Lea, Flood 2014): the same points everywhere.
class Points {
public:
    explicit constexpr Points(std::uint64_t seed) : state(seed) {}

    constexpr std::uint64_t next() {
        std::uint64_t z = (state += 0x9e3779b97f4a7c15);
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
        z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
        return z ^ (z >> 31);
    }
    // evenly spread over [lo, hi[
    constexpr double uniform(double lo, double hi) {
        return lo + (hi - lo) * (static_cast<double>(next() >> 11) * 0x1p-53);
    }
    // positive, about evenly spread over the logarithm: every bit pattern between the two is as likely
    constexpr double across_magnitudes(double lo, double hi) {
        return std::bit_cast<double>(bits(lo) + next() % (bits(hi) - bits(lo)));
    }

private:
    std::uint64_t state;
};

// The error of a result in units of the last place of the exact one.
inline long double error_in_ulp(double result, long double exact) {
    const int exponent = std::ilogb(exact) < -1022 ? -1022 : std::ilogb(exact);
    return std::fabs(static_cast<long double>(result) - exact) / std::ldexp(1.0L, exponent - 52);
}

// The largest error over `count` points drawn by draw(points).
template <class Draw, class Function, class Exact>
double largest_error(std::uint64_t seed, int count, Draw draw, Function function, Exact exact) {
    Points points(seed);
    long double largest = 0;
    for (int i = 0; i < count; ++i) {
        const auto x = draw(points);
        const long double error = error_in_ulp(function(x), exact(x));
        if (!(error <= largest)) largest = error; // also if NaN
    }
    return static_cast<double>(largest);
}

// FNV-1a over the bits of the results: one number that differs if any bit of any result does.
template <class Draw, class Function>
std::uint64_t fingerprint(std::uint64_t seed, int count, Draw draw, Function function) {
    Points points(seed);
    std::uint64_t hash = 0xcbf29ce484222325;
    for (int i = 0; i < count; ++i) hash = (hash ^ bits(function(draw(points)))) * 0x100000001b3;
    return hash;
}

// A number the compiler knows nothing about, so that what is computed from it is computed at run time.
template <class T>
T opaque(T x) {
    volatile T hidden = x;
    return hidden;
}

template <std::size_t N, class Draw>
constexpr auto table(std::uint64_t seed, Draw draw) {
    Points points(seed);
    std::array<decltype(draw(points)), N> xs{};
    for (auto& x : xs) x = draw(points);
    return xs;
}

template <class X, std::size_t N, class Function>
constexpr auto map(const std::array<X, N>& xs, Function function) {
    std::array<decltype(function(xs[0])), N> ys{};
    for (std::size_t i = 0; i < N; ++i) ys[i] = function(xs[i]);
    return ys;
}

// An argument and the exact bits the function must give for it.
template <class T>
struct Case {
    T x;
    T expected;
};

template <class T, std::size_t N, class Function>
constexpr bool all_hold(const Case<T> (&cases)[N], Function function) {
    for (const auto& c : cases) {
        if (bits(function(c.x)) != bits(c.expected)) return false;
    }
    return true;
}

} // namespace reference
