// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <cstdint>
#include <limits>

#include "scalar.hpp"

// Exponentials: e^x, 2^x and e^x - 1, with the same bits at compile time and at run time.
//
//   x = k ln2/32 + r,  |r| <= ln2/64;   e^x = 2^(k div 32) * 2^((k mod 32)/32) * e^r
//
// k ln2/32 is subtracted in two words (Cody and Waite), 2^(j/32) is tabulated in two words, and e^r - 1 is its Taylor
// polynomial of degree 7 (truncation below 2^-67). Source: P. T. P. Tang, "Table-driven implementation of the
// exponential function in IEEE floating-point arithmetic", ACM TOMS 15 (1989) 144-157. A float is computed in double.
//
// Bits are those of IEEE double arithmetic rounded to nearest, one operation at a time. Where the target has fused
// multiply-add (-march=haswell, ...), compile with -ffp-contract=off to get them; without it the accuracy stays.

namespace foretrain::inline v0 {

namespace detail {

struct TwoDoubles {
    double hi; // the number rounded to double
    double lo; // what rounding lost
};

// 2^(j/32) for j = 0 ... 31, computed with 80 decimal digits.
inline constexpr TwoDoubles exp2_table[32] = {
    {0x1p0, 0.0},
    {0x1.059b0d3158574p0, 0x1.d73e2a475b465p-55},
    {0x1.0b5586cf9890fp0, 0x1.8a62e4adc610bp-54},
    {0x1.11301d0125b51p0, -0x1.6c51039449b3ap-54},
    {0x1.172b83c7d517bp0, -0x1.19041b9d78a76p-55},
    {0x1.1d4873168b9aap0, 0x1.e016e00a2643cp-54},
    {0x1.2387a6e756238p0, 0x1.9b07eb6c70573p-54},
    {0x1.29e9df51fdee1p0, 0x1.612e8afad1255p-55},
    {0x1.306fe0a31b715p0, 0x1.6f46ad23182e4p-55},
    {0x1.371a7373aa9cbp0, -0x1.63aeabf42eae2p-54},
    {0x1.3dea64c123422p0, 0x1.ada0911f09ebcp-55},
    {0x1.44e086061892dp0, 0x1.89b7a04ef80dp-59},
    {0x1.4bfdad5362a27p0, 0x1.d4397afec42e2p-56},
    {0x1.5342b569d4f82p0, -0x1.07abe1db13cadp-55},
    {0x1.5ab07dd485429p0, 0x1.6324c054647adp-54},
    {0x1.6247eb03a5585p0, -0x1.383c17e40b497p-54},
    {0x1.6a09e667f3bcdp0, -0x1.bdd3413b26456p-54},
    {0x1.71f75e8ec5f74p0, -0x1.16e4786887a99p-55},
    {0x1.7a11473eb0187p0, -0x1.41577ee04992fp-55},
    {0x1.82589994cce13p0, -0x1.d4c1dd41532d8p-54},
    {0x1.8ace5422aa0dbp0, 0x1.6e9f156864b27p-54},
    {0x1.93737b0cdc5e5p0, -0x1.75fc781b57ebcp-57},
    {0x1.9c49182a3f09p0, 0x1.c7c46b071f2bep-56},
    {0x1.a5503b23e255dp0, -0x1.d2f6edb8d41e1p-54},
    {0x1.ae89f995ad3adp0, 0x1.7a1cd345dcc81p-54},
    {0x1.b7f76f2fb5e47p0, -0x1.5584f7e54ac3bp-56},
    {0x1.c199bdd85529cp0, 0x1.11065895048ddp-55},
    {0x1.cb720dcef9069p0, 0x1.503cbd1e949dbp-56},
    {0x1.d5818dcfba487p0, 0x1.2ed02d75b3707p-55},
    {0x1.dfc97337b9b5fp0, -0x1.1a5cd4f184b5cp-54},
    {0x1.ea4afa2a490dap0, -0x1.e9c23179c2893p-54},
    {0x1.f50765b6e454p0, 0x1.9d3e12dd8a18bp-54},
};

// 2^exponent for -1022 <= exponent <= 1023.
constexpr double power_of_two(int exponent) noexcept {
    return std::bit_cast<double>(static_cast<std::uint64_t>(exponent + 1023) << 52);
}

// A number as 32ths of a power of two: nearest k, split as k = 32 exponent + index. For |scaled| < 60000.
struct Octave {
    explicit constexpr Octave(double scaled) noexcept {
        const auto shifted = static_cast<std::int32_t>(scaled + 65536.5); // positive, so truncation rounds to nearest
        index = static_cast<std::uint32_t>(shifted) & 31u;
        exponent = (shifted >> 5) - 2048;
        k = static_cast<double>(shifted - 65536);
    }
    double k{};
    int exponent{};
    std::uint32_t index{};
};

// (e^r - 1 - r) / r^2 for |r| <= 0.011.
constexpr double exp_tail(double r) noexcept {
    const double r2 = r * r;
    return (0.5 + r * (1.0 / 6)) + r2 * ((1.0 / 24 + r * (1.0 / 120)) + r2 * (1.0 / 720 + r * (1.0 / 5040)));
}

// significand * 2^exponent, with 0.98 < significand < 2, rounded once, to infinity or zero where it must.
constexpr double scale_extreme(double significand, int exponent) noexcept {
    if (exponent > 1024) return std::numeric_limits<double>::infinity();
    if (exponent > 1000) {
        const double half = significand * power_of_two(exponent - 1);
        return half >= 0x1p1023 ? std::numeric_limits<double>::infinity() : half * 2;
    }
    if (exponent < -1100) return 0.0;
    return significand * power_of_two(exponent + 128) * 0x1p-128;
}

// 2^(octave) * e^r, where the low word of r is already added.
constexpr double assemble_exp(const Octave& octave, double r, bool extreme) noexcept {
    const TwoDoubles& power = exp2_table[octave.index];
    const double growth = r + r * r * exp_tail(r);
    const double significand = power.hi + (power.lo + power.hi * growth);
    if (extreme) return scale_extreme(significand, octave.exponent);
    return significand * power_of_two(octave.exponent);
}

// ln2/32: the first word has 37 bits, so that its product with k is exact.
inline constexpr TwoDoubles ln2_32{0x1.62e42fefap-6, 0x1.cf79abc9e3b3ap-45};

// e^(hi + lo) for any hi but NaN, |lo| <= 2^-13 |hi|.
constexpr double exp_of_sum(double hi, double lo) noexcept {
    const double sum = hi + lo;
    const bool extreme = !(-708.0 < sum && sum < 709.0);
    if (extreme) {
        if (sum > 710.0) return std::numeric_limits<double>::infinity();
        if (sum < -746.0) return 0.0;
    }
    const Octave octave(sum * 0x1.71547652b82fep5); // 32/ln2
    const double r = (hi - octave.k * ln2_32.hi) + (lo - octave.k * ln2_32.lo);
    return assemble_exp(octave, r, extreme);
}

} // namespace detail

// e^x, within 0.55 ulp (0.8 where the result is subnormal). Domain: all; overflows to infinity above 709.78, underflows
// to 0 below -745.13 (gradually from -708.40); NaN gives NaN.
template <PlainReal Real>
[[nodiscard]] constexpr Real exp(Real x) noexcept {
    if (x != x) return std::numeric_limits<Real>::quiet_NaN();
    return detail::round_to<Real>(detail::exp_of_sum(static_cast<double>(x), -0.0));
}

// 2^x, within 0.55 ulp (0.8 where the result is subnormal), exact for integers. Domain: all; overflows to infinity from
// 1024, underflows to 0 below -1075 (gradually from -1022); NaN gives NaN.
template <PlainReal Real>
[[nodiscard]] constexpr Real exp2(Real x) noexcept {
    if (x != x) return std::numeric_limits<Real>::quiet_NaN();
    const auto y = static_cast<double>(x);
    const bool extreme = !(-1021.0 < y && y < 1023.0);
    if (extreme) {
        if (y >= 1024.0) return std::numeric_limits<Real>::infinity();
        if (y < -1076.0) return Real(0);
    }
    const detail::Octave octave(y * 32);
    const double r = (y - octave.k * (1.0 / 32)) * 0x1.62e42fefa39efp-1; // the difference is exact
    return detail::round_to<Real>(detail::assemble_exp(octave, r, extreme));
}

// e^x - 1, within 0.55 ulp also where x is tiny. Domain: all; overflows to infinity above 709.78; NaN gives NaN.
template <PlainReal Real>
[[nodiscard]] constexpr Real expm1(Real x) noexcept {
    if (x != x) return std::numeric_limits<Real>::quiet_NaN();
    const auto y = static_cast<double>(x);
    if (y == 0) return x;
    if (y > 700.0) return exp(x); // the difference is far below the last bit
    if (y < -40.0) return Real(-1);
    const detail::Octave octave(y * 0x1.71547652b82fep5);
    const double first = y - octave.k * detail::ln2_32.hi; // exact
    const double k_low = octave.k * detail::ln2_32.lo;
    const double r = first - k_low;
    const double r_low = (first - r) - k_low;
    // 2^k e^r - 1 = (2^k - 1) + r + [(2^k - 1) r + 2^k (r_low + r^2 tail) + low words], the first sum kept exact.
    const double scale = detail::power_of_two(octave.exponent);
    const double power = detail::exp2_table[octave.index].hi * scale;
    const double power_low = detail::exp2_table[octave.index].lo * scale;
    const double less_one = power - 1;
    const double less_one_low = power > 1 ? (power - less_one) - 1 : power - (less_one + 1);
    const double sum = less_one + r;
    const double carried = sum - less_one;
    const double sum_low = (less_one - (sum - carried)) + (r - carried);
    const double rest = less_one * r + power * (r_low + r * r * detail::exp_tail(r));
    return detail::round_to<Real>(sum + (sum_low + (rest + ((power_low + power_low * r) + less_one_low))));
}

} // namespace foretrain::inline v0
