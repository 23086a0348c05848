// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "quantity.hpp"

// Literals: `80_GB` (10^9 bytes) and `80_GiB` (2^30 bytes) are different numbers, `400_Gbit_per_s` is another type
// than `50_GB_per_s`, `15.6_T_tokens` and `92.4_M_usd` read as people say them.
//
// Each accepts an integer and a floating literal. Bring in with `using namespace foretrain::literals;`. The number is
// scaled in long double and rounded once, so that `3_us` is the double 3e-6 and not its neighbour.

namespace foretrain::inline v0::literals {

// A literal is `value` x numerator / denominator in base units, both exact.
// NOLINTBEGIN(bugprone-macro-parentheses): a type cannot be in parentheses
#define FORETRAIN_LITERAL(suffix, Type, numerator, denominator)                                                        \
    [[nodiscard]] constexpr Type operator""_##suffix(long double value) noexcept {                                     \
        return Type::from_value(static_cast<double>(value * (numerator) / (denominator)));                             \
    }                                                                                                                  \
    [[nodiscard]] constexpr Type operator""_##suffix(unsigned long long value) noexcept {                              \
        return operator""_##suffix(static_cast<long double>(value));                                                   \
    }                                                                                                                  \
    static_assert(true)
// NOLINTEND(bugprone-macro-parentheses)

// Time.
FORETRAIN_LITERAL(ns, Seconds, 1.0L, 1e9L);
FORETRAIN_LITERAL(us, Seconds, 1.0L, 1e6L);
FORETRAIN_LITERAL(ms, Seconds, 1.0L, 1e3L);
FORETRAIN_LITERAL(s, Seconds, 1.0L, 1.0L);
FORETRAIN_LITERAL(min, Seconds, 60.0L, 1.0L);
FORETRAIN_LITERAL(hours, Seconds, 3600.0L, 1.0L);
FORETRAIN_LITERAL(days, Seconds, 86400.0L, 1.0L);
FORETRAIN_LITERAL(weeks, Seconds, 604800.0L, 1.0L);
FORETRAIN_LITERAL(years, Seconds, 31557600.0L, 1.0L); // 365.25 days
FORETRAIN_LITERAL(per_s, Frequency, 1.0L, 1.0L);
FORETRAIN_LITERAL(per_hour, Frequency, 1.0L, 3600.0L);
FORETRAIN_LITERAL(per_day, Frequency, 1.0L, 86400.0L);

// Bytes, decimal and binary.
FORETRAIN_LITERAL(B, Bytes, 1.0L, 1.0L);
FORETRAIN_LITERAL(kB, Bytes, 1e3L, 1.0L);
FORETRAIN_LITERAL(MB, Bytes, 1e6L, 1.0L);
FORETRAIN_LITERAL(GB, Bytes, 1e9L, 1.0L);
FORETRAIN_LITERAL(TB, Bytes, 1e12L, 1.0L);
FORETRAIN_LITERAL(PB, Bytes, 1e15L, 1.0L);
FORETRAIN_LITERAL(KiB, Bytes, 0x1p10L, 1.0L);
FORETRAIN_LITERAL(MiB, Bytes, 0x1p20L, 1.0L);
FORETRAIN_LITERAL(GiB, Bytes, 0x1p30L, 1.0L);
FORETRAIN_LITERAL(TiB, Bytes, 0x1p40L, 1.0L);
FORETRAIN_LITERAL(PiB, Bytes, 0x1p50L, 1.0L);

// Bits. A rate in bits becomes a bandwidth by `to_bytes`, explicitly.
FORETRAIN_LITERAL(bit, Bits, 1.0L, 1.0L);
FORETRAIN_LITERAL(Mbit, Bits, 1e6L, 1.0L);
FORETRAIN_LITERAL(Gbit, Bits, 1e9L, 1.0L);
FORETRAIN_LITERAL(Mbit_per_s, BitRate, 1e6L, 1.0L);
FORETRAIN_LITERAL(Gbit_per_s, BitRate, 1e9L, 1.0L);
FORETRAIN_LITERAL(Tbit_per_s, BitRate, 1e12L, 1.0L);

// Bandwidth of one direction.
FORETRAIN_LITERAL(B_per_s, Bandwidth, 1.0L, 1.0L);
FORETRAIN_LITERAL(kB_per_s, Bandwidth, 1e3L, 1.0L);
FORETRAIN_LITERAL(MB_per_s, Bandwidth, 1e6L, 1.0L);
FORETRAIN_LITERAL(GB_per_s, Bandwidth, 1e9L, 1.0L);
FORETRAIN_LITERAL(TB_per_s, Bandwidth, 1e12L, 1.0L);
FORETRAIN_LITERAL(PB_per_s, Bandwidth, 1e15L, 1.0L);
FORETRAIN_LITERAL(MiB_per_s, Bandwidth, 0x1p20L, 1.0L);
FORETRAIN_LITERAL(GiB_per_s, Bandwidth, 0x1p30L, 1.0L);
FORETRAIN_LITERAL(TiB_per_s, Bandwidth, 0x1p40L, 1.0L);

// Operations, their rate, and their number for each byte.
FORETRAIN_LITERAL(FLOP, Flops, 1.0L, 1.0L);
FORETRAIN_LITERAL(MFLOP, Flops, 1e6L, 1.0L);
FORETRAIN_LITERAL(GFLOP, Flops, 1e9L, 1.0L);
FORETRAIN_LITERAL(TFLOP, Flops, 1e12L, 1.0L);
FORETRAIN_LITERAL(PFLOP, Flops, 1e15L, 1.0L);
FORETRAIN_LITERAL(EFLOP, Flops, 1e18L, 1.0L);
FORETRAIN_LITERAL(ZFLOP, Flops, 1e21L, 1.0L);
FORETRAIN_LITERAL(YFLOP, Flops, 1e24L, 1.0L);
FORETRAIN_LITERAL(FLOP_per_s, FlopRate, 1.0L, 1.0L);
FORETRAIN_LITERAL(GFLOP_per_s, FlopRate, 1e9L, 1.0L);
FORETRAIN_LITERAL(TFLOP_per_s, FlopRate, 1e12L, 1.0L);
FORETRAIN_LITERAL(PFLOP_per_s, FlopRate, 1e15L, 1.0L);
FORETRAIN_LITERAL(EFLOP_per_s, FlopRate, 1e18L, 1.0L);
FORETRAIN_LITERAL(FLOP_per_B, Intensity, 1.0L, 1.0L);

// Data.
FORETRAIN_LITERAL(tokens, Tokens, 1.0L, 1.0L);
FORETRAIN_LITERAL(k_tokens, Tokens, 1e3L, 1.0L);
FORETRAIN_LITERAL(M_tokens, Tokens, 1e6L, 1.0L);
FORETRAIN_LITERAL(B_tokens, Tokens, 1e9L, 1.0L);
FORETRAIN_LITERAL(T_tokens, Tokens, 1e12L, 1.0L);
FORETRAIN_LITERAL(tokens_per_s, TokenRate, 1.0L, 1.0L);
FORETRAIN_LITERAL(samples, Samples, 1.0L, 1.0L);
FORETRAIN_LITERAL(k_samples, Samples, 1e3L, 1.0L);
FORETRAIN_LITERAL(M_samples, Samples, 1e6L, 1.0L);
FORETRAIN_LITERAL(B_samples, Samples, 1e9L, 1.0L);
FORETRAIN_LITERAL(samples_per_s, SampleRate, 1.0L, 1.0L);
FORETRAIN_LITERAL(tokens_per_sample, TokensPerSample, 1.0L, 1.0L);
FORETRAIN_LITERAL(B_per_sample, BytesPerSample, 1.0L, 1.0L);
FORETRAIN_LITERAL(kB_per_sample, BytesPerSample, 1e3L, 1.0L);
FORETRAIN_LITERAL(MB_per_sample, BytesPerSample, 1e6L, 1.0L);

// Models and how well they predict.
FORETRAIN_LITERAL(parameters, Parameters, 1.0L, 1.0L);
FORETRAIN_LITERAL(M_parameters, Parameters, 1e6L, 1.0L);
FORETRAIN_LITERAL(B_parameters, Parameters, 1e9L, 1.0L);
FORETRAIN_LITERAL(T_parameters, Parameters, 1e12L, 1.0L);
FORETRAIN_LITERAL(nats_per_token, CrossEntropy, 1.0L, 1.0L);
FORETRAIN_LITERAL(tokens_per_parameter, TokensPerParameter, 1.0L, 1.0L);

// Energy and power.
FORETRAIN_LITERAL(J, Joules, 1.0L, 1.0L);
FORETRAIN_LITERAL(Wh, Joules, 3.6e3L, 1.0L);
FORETRAIN_LITERAL(kWh, Joules, 3.6e6L, 1.0L);
FORETRAIN_LITERAL(MWh, Joules, 3.6e9L, 1.0L);
FORETRAIN_LITERAL(GWh, Joules, 3.6e12L, 1.0L);
FORETRAIN_LITERAL(TWh, Joules, 3.6e15L, 1.0L);
FORETRAIN_LITERAL(W, Watts, 1.0L, 1.0L);
FORETRAIN_LITERAL(kW, Watts, 1e3L, 1.0L);
FORETRAIN_LITERAL(MW, Watts, 1e6L, 1.0L);
FORETRAIN_LITERAL(GW, Watts, 1e9L, 1.0L);

// Accelerators and their time.
FORETRAIN_LITERAL(accelerators, Accelerators, 1.0L, 1.0L);
FORETRAIN_LITERAL(accelerator_hours, AcceleratorTime, 3600.0L, 1.0L);
FORETRAIN_LITERAL(k_accelerator_hours, AcceleratorTime, 3.6e6L, 1.0L);
FORETRAIN_LITERAL(M_accelerator_hours, AcceleratorTime, 3.6e9L, 1.0L);

// Money and prices.
FORETRAIN_LITERAL(usd, Usd, 1.0L, 1.0L);
FORETRAIN_LITERAL(K_usd, Usd, 1e3L, 1.0L);
FORETRAIN_LITERAL(M_usd, Usd, 1e6L, 1.0L);
FORETRAIN_LITERAL(B_usd, Usd, 1e9L, 1.0L);
FORETRAIN_LITERAL(usd_per_accelerator_hour, AcceleratorPrice, 1.0L, 3600.0L);
FORETRAIN_LITERAL(usd_per_kWh, EnergyPrice, 1.0L, 3.6e6L);
FORETRAIN_LITERAL(usd_per_MWh, EnergyPrice, 1.0L, 3.6e9L);
FORETRAIN_LITERAL(usd_per_accelerator, PurchasePrice, 1.0L, 1.0L);
FORETRAIN_LITERAL(usd_per_hour, MoneyRate, 1.0L, 3600.0L);
FORETRAIN_LITERAL(usd_per_week, MoneyRate, 1.0L, 604800.0L);
FORETRAIN_LITERAL(usd_per_year, MoneyRate, 1.0L, 31557600.0L);              // 365.25 days
FORETRAIN_LITERAL(usd_per_GB_month, StoragePrice, 1.0L, 1e9L * 2629800.0L); // a twelfth of that year
FORETRAIN_LITERAL(usd_per_GB, TransferPrice, 1.0L, 1e9L);
FORETRAIN_LITERAL(usd_per_M_tokens, TokenPrice, 1.0L, 1e6L);

// Carbon.
FORETRAIN_LITERAL(gCO2e, GramsCo2e, 1.0L, 1.0L);
FORETRAIN_LITERAL(kgCO2e, GramsCo2e, 1e3L, 1.0L);
FORETRAIN_LITERAL(tCO2e, GramsCo2e, 1e6L, 1.0L);
FORETRAIN_LITERAL(gCO2e_per_kWh, CarbonIntensity, 1.0L, 3.6e6L);

#undef FORETRAIN_LITERAL

} // namespace foretrain::inline v0::literals
