// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <cstdint>
#include <limits>

#include "exp.hpp"
#include "scalar.hpp"

// Logarithms: ln x, log2 x and ln(1 + x), with the same bits at compile time and at run time.
//
//   x = 2^k z,  0.69 <= z < 1.39;   r = z c - 1,  |r| < 2^-6.8;   ln x = k ln2 - ln c + ln(1 + r)
//
// c is 1/z to 9 bits, from a table of 64 with -ln c in two words; around z = 1 it is 1, so that nothing cancels. z is
// split so that r = r1 + r2 exactly and r1 - r1^2/2 is exact; the remaining terms are small and summed in double. The
// result is a sum of two doubles with a relative error below 2^-66, which is what pow needs. Sources: P. T. P. Tang,
// "Table-driven implementation of the logarithm function", ACM TOMS 16 (1990) 378-400; the split without fused
// multiply-add follows ARM's optimized-routines. On bits and fused multiply-add see exp.hpp.

namespace foretrain::inline v0 {

namespace detail {

struct LogEntry {
    double reciprocal;    // c
    double minus_log;     // -ln c, a multiple of 2^-42
    double minus_log_low; // what it lacks
};

inline constexpr std::uint64_t log_table_origin = 0x3fe6200000000000; // the bits of 0.69140625

// One entry for each 64th of the octave from 0.69140625, computed with 80 decimal digits.
inline constexpr LogEntry log_table[64] = {
    {0x1.7p0, -0x1.739d7f6bbdp-2, -0x1.a7389314feb5p-52},    {0x1.6cp0, -0x1.686c81e9b1p-2, -0x1.2bb110af84054p-44},
    {0x1.68p0, -0x1.5d1bdbf581p-2, 0x1.8d6bdc9c7c238p-44},   {0x1.64p0, -0x1.51aad872ep-2, 0x1.f4bd8db0a7cc1p-44},
    {0x1.608p0, -0x1.478cd5959bp-2, -0x1.ec89bf0c8d098p-45}, {0x1.5c8p0, -0x1.3bdd24eb15p-2, 0x1.257b4970e6ed9p-44},
    {0x1.59p0, -0x1.31871c9544p-2, -0x1.84fab94cecfd9p-46},  {0x1.558p0, -0x1.27161913f8p-2, -0x1.4f4f1f61564b4p-44},
    {0x1.52p0, -0x1.1c898c169ap-2, 0x1.81410e5c62affp-44},   {0x1.4e8p0, -0x1.11e0e2dadap-2, 0x1.a47f88fcce5bap-45},
    {0x1.4bp0, -0x1.071b85fcd6p-2, 0x1.bcb8ba3e01a11p-44},   {0x1.478p0, -0x1.f871b28956p-3, 0x1.f75fd6a526efep-44},
    {0x1.448p0, -0x1.e598ed5a88p-3, 0x1.d134bcf1e98a1p-47},  {0x1.418p0, -0x1.d293581b6cp-3, 0x1.83270128aaa5fp-44},
    {0x1.3ep0, -0x1.bc286742d8p-3, -0x1.9ac53f39d121cp-44},  {0x1.3bp0, -0x1.a8becfc882p-3, -0x1.e3185cf21b9cfp-44},
    {0x1.38p0, -0x1.9525a9cf46p-3, 0x1.297137d9f158fp-44},   {0x1.35p0, -0x1.815c0a1436p-3, 0x1.02a52f9201ce8p-44},
    {0x1.32p0, -0x1.6d60fe719ep-3, 0x1.bc6e557134767p-44},   {0x1.2f8p0, -0x1.5c94007598p-3, 0x1.a8d948cd23322p-44},
    {0x1.2c8p0, -0x1.483bccce6ep-3, -0x1.eea52723f6369p-46}, {0x1.2ap0, -0x1.371fc201e8p-3, -0x1.ee8779b2d8abcp-44},
    {0x1.27p0, -0x1.2266f190a6p-3, 0x1.4d20ab840e7f6p-45},   {0x1.248p0, -0x1.10f8e42254p-3, 0x1.93b3843396307p-45},
    {0x1.22p0, -0x1.fec9131dcp-4, 0x1.54555d1ae6607p-44},    {0x1.1f8p0, -0x1.db5270187cp-4, -0x1.9277856ae181fp-44},
    {0x1.1dp0, -0x1.b78c82bb1p-4, 0x1.25ef7bc3987e7p-44},    {0x1.1a8p0, -0x1.9375e55594p-4, -0x1.eddc37380c364p-44},
    {0x1.18p0, -0x1.6f0d28ae58p-4, 0x1.4b4641b664613p-44},   {0x1.158p0, -0x1.4a50d3aa1cp-4, 0x1.f7fe1308973e2p-45},
    {0x1.138p0, -0x1.2cb0283f5cp-4, -0x1.e1ee2ca657021p-44}, {0x1.11p0, -0x1.075983599p-4, 0x1.b8ecfe4b59987p-44},
    {0x1.0fp0, -0x1.d276b8adbp-5, -0x1.6a423c78a64bp-46},    {0x1.0c8p0, -0x1.868a83084p-5, 0x1.2623a134ac693p-46},
    {0x1.0a8p0, -0x1.494acc34d8p-5, -0x1.11c78a56fd247p-45}, {0x1.088p0, -0x1.0b94f7c198p-5, 0x1.e89896f022783p-45},
    {0x1.06p0, -0x1.7b91b07d6p-6, 0x1.3b955b602ace4p-44},    {0x1.04p0, -0x1.fc0a8b0fcp-7, -0x1.f1e7cf6d3a69cp-50},
    {0x1.02p0, -0x1.fe02a6b1p-8, -0x1.9e23f0dda40e4p-46},    {0x1p0, 0.0, 0.0},
    {0x1.f8p-1, 0x1.020565893p-6, 0x1.611d27c8e8417p-44},    {0x1.fp-1, 0x1.0415d89e78p-5, -0x1.dddc7f461c516p-44},
    {0x1.e9p-1, 0x1.788595a358p-5, -0x1.08b0d083b3a4cp-46},  {0x1.e2p-1, 0x1.eea31c0068p-5, 0x1.c3dd83606d891p-44},
    {0x1.dbp-1, 0x1.333d7f8184p-4, -0x1.692b6a81b8848p-49},  {0x1.d4p-1, 0x1.700d30aeacp-4, 0x1.c1e8da99ded32p-49},
    {0x1.cep-1, 0x1.a4e7640b1cp-4, -0x1.e42b6b94407c8p-47},  {0x1.c7p-1, 0x1.e3707ee304p-4, 0x1.0f684e6766abdp-45},
    {0x1.c1p-1, 0x1.0ce7ecdcccp-3, 0x1.4652dabff5447p-46},   {0x1.bbp-1, 0x1.28753bc11ap-3, 0x1.7494e359302e6p-44},
    {0x1.b5p-1, 0x1.4462b9dc9cp-3, -0x1.84858a711b062p-44},  {0x1.afp-1, 0x1.60b3100b0ap-3, -0x1.71456c988f814p-44},
    {0x1.aap-1, 0x1.7898d85444p-3, 0x1.8e67be3dbaf3fp-44},   {0x1.a4p-1, 0x1.95a5adcf7p-3, 0x1.7f22858a0ff6fp-47},
    {0x1.9fp-1, 0x1.ae2ca6f672p-3, 0x1.7a8d5ae54f55p-44},    {0x1.9ap-1, 0x1.c6ffbc6fp-3, 0x1.ee138d3a69d43p-44},
    {0x1.95p-1, 0x1.e020cc6236p-3, -0x1.52b00adb91424p-45},  {0x1.9p-1, 0x1.f991c6cb3cp-3, -0x1.90d04cd7cc834p-44},
    {0x1.8bp-1, 0x1.09aa572e6cp-2, 0x1.b50a1e1734342p-44},   {0x1.86p-1, 0x1.16b5ccbadp-2, -0x1.23299042d74bfp-44},
    {0x1.82p-1, 0x1.214456d0ecp-2, -0x1.caf0428b728a3p-44},  {0x1.7dp-1, 0x1.2e9e2bce12p-2, 0x1.4300c128d1dc2p-45},
    {0x1.79p-1, 0x1.396ce359bcp-2, -0x1.5839c5663663dp-47},  {0x1.74p-1, 0x1.4718dc271cp-2, 0x1.06c18fb4c14c5p-44},
};

// ln2: the first word is a multiple of 2^-42, so that k ln2 - ln c is exact in it.
inline constexpr TwoDoubles ln2{0x1.62e42fefa38p-1, 0x1.ef35793c7673p-45};

// a + b exactly, as its rounding and the error of that; for |a| >= |b| or a = 0.
constexpr TwoDoubles ordered_sum(double a, double b) noexcept {
    const double sum = a + b;
    return {sum, (a - sum) + b};
}

// The leading 26 bits: products of two such are exact.
constexpr double leading_bits(double x) noexcept {
    return std::bit_cast<double>(std::bit_cast<std::uint64_t>(x) & ~std::uint64_t{0x7ffffff});
}

// ln x of a positive finite x as a sum of two doubles, |lo| <= 2^-14 |hi|.
constexpr TwoDoubles log_parts(double x) noexcept {
    int k = 0;
    if (x < std::numeric_limits<double>::min()) {
        x *= 0x1p54;
        k = -54;
    }
    const auto bits = std::bit_cast<std::uint64_t>(x);
    const std::uint64_t offset = bits - log_table_origin;
    const LogEntry& entry = log_table[(offset >> 46) & 63u];
    const auto octave = static_cast<int>(static_cast<std::int64_t>(offset) >> 52);
    const std::uint64_t z_bits = bits - (offset & (std::uint64_t{0xfff} << 52));
    const auto z = std::bit_cast<double>(z_bits);
    const auto z1 = std::bit_cast<double>((z_bits + 0x100000000u) & ~std::uint64_t{0x1ffffffff}); // z to 19 bits
    const double count = k + octave;

    const double r1 = z1 * entry.reciprocal - 1;   // exact
    const double r2 = (z - z1) * entry.reciprocal; // exact
    const double r = r1 + r2;
    const TwoDoubles main = ordered_sum(count * ln2.hi + entry.minus_log, r1 - 0.5 * r1 * r1); // both terms exact
    const TwoDoubles sum = ordered_sum(main.hi, r2);

    const double square = r * r;
    const double tail = ((1.0 / 3 - r * (1.0 / 4)) + square * (1.0 / 5 - r * (1.0 / 6))) +
                        square * square * ((1.0 / 7 - r * (1.0 / 8)) + square * (1.0 / 9 - r * (1.0 / 10)));
    const double rest = r * square * tail - r2 * (r1 + 0.5 * r2);
    return {sum.hi, (sum.lo + main.lo) + ((count * ln2.lo + entry.minus_log_low) + rest)};
}

// What a logarithm gives outside ]0, infinity[.
template <PlainReal Real>
constexpr Real log_outside(Real x) noexcept {
    if (x == Real(0)) return -std::numeric_limits<Real>::infinity();
    return x > Real(0) ? x : std::numeric_limits<Real>::quiet_NaN();
}

} // namespace detail

// ln x, within 0.51 ulp. Domain: x > 0; 0 gives -infinity, +infinity itself, a negative number or NaN gives NaN.
template <PlainReal Real>
[[nodiscard]] constexpr Real log(Real x) noexcept {
    if (!(Real(0) < x && x <= std::numeric_limits<Real>::max())) return detail::log_outside(x);
    const detail::TwoDoubles l = detail::log_parts(static_cast<double>(x));
    return static_cast<Real>(l.hi + l.lo);
}

// log2 x, within 0.51 ulp, exact for powers of two. Domain and special values as for log.
template <PlainReal Real>
[[nodiscard]] constexpr Real log2(Real x) noexcept {
    if (!(Real(0) < x && x <= std::numeric_limits<Real>::max())) return detail::log_outside(x);
    const detail::TwoDoubles l = detail::log_parts(static_cast<double>(x));
    constexpr detail::TwoDoubles per_ln2{0x1.7154768p0, -0x1.6a3e80f444178p-27}; // 1/ln2, the first word of 26 bits
    const double hi = detail::leading_bits(l.hi);
    const double lo = (l.hi - hi) + l.lo;
    return static_cast<Real>(hi * per_ln2.hi + (lo * per_ln2.hi + (hi + lo) * per_ln2.lo));
}

// ln(1 + x), within 0.80 ulp also where x is tiny. Domain: x > -1; -1 gives -infinity, less or NaN gives NaN.
template <PlainReal Real>
[[nodiscard]] constexpr Real log1p(Real x) noexcept {
    if (x == Real(0)) return x;
    if (!(Real(-1) < x && x <= std::numeric_limits<Real>::max())) {
        if (x == Real(-1)) return -std::numeric_limits<Real>::infinity();
        return x > Real(0) ? x : std::numeric_limits<Real>::quiet_NaN();
    }
    const auto y = static_cast<double>(x);
    const double sum = 1 + y;
    const double lost = y < 1 ? (1 - sum) + y : (y - sum) + 1;
    const detail::TwoDoubles l = detail::log_parts(sum);
    return static_cast<Real>(l.hi + (l.lo + lost / sum));
}

} // namespace foretrain::inline v0
