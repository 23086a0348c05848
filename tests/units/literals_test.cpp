// SPDX-License-Identifier: Apache-2.0
#include <foretrain/units/literals.hpp>

#include <doctest/doctest.h>

#include <array>
#include <string_view>
#include <type_traits>

using namespace foretrain;
using namespace foretrain::literals;

namespace {

struct Case {
    std::string_view written;
    double base_units; ///< by definition of the unit
    double literal;
    double integer_literal; ///< the same as a literal of 2, divided by the literal of 1.0: must be 2
};

#define CASE(suffix, base)                                                                                             \
    Case { "1.0_" #suffix, base, raw(1.0_##suffix), raw(2_##suffix) / raw(1.0_##suffix) }
constexpr std::array cases{
    CASE(ns, 1e-9),
    CASE(us, 1e-6),
    CASE(ms, 1e-3),
    CASE(s, 1.0),
    CASE(min, 60.0),
    CASE(hours, 3600.0),
    CASE(days, 86400.0),
    CASE(weeks, 604800.0),
    CASE(years, 365.25 * 86400.0),
    CASE(per_s, 1.0),
    CASE(per_hour, 1.0 / 3600.0),
    CASE(per_day, 1.0 / 86400.0),
    CASE(B, 1.0),
    CASE(kB, 1e3),
    CASE(MB, 1e6),
    CASE(GB, 1e9),
    CASE(TB, 1e12),
    CASE(PB, 1e15),
    CASE(KiB, 1024.0),
    CASE(MiB, 1048576.0),
    CASE(GiB, 1073741824.0),
    CASE(TiB, 1099511627776.0),
    CASE(PiB, 1125899906842624.0),
    CASE(bit, 1.0),
    CASE(Mbit, 1e6),
    CASE(Gbit, 1e9),
    CASE(Mbit_per_s, 1e6),
    CASE(Gbit_per_s, 1e9),
    CASE(Tbit_per_s, 1e12),
    CASE(B_per_s, 1.0),
    CASE(kB_per_s, 1e3),
    CASE(MB_per_s, 1e6),
    CASE(GB_per_s, 1e9),
    CASE(TB_per_s, 1e12),
    CASE(PB_per_s, 1e15),
    CASE(MiB_per_s, 1048576.0),
    CASE(GiB_per_s, 1073741824.0),
    CASE(TiB_per_s, 1099511627776.0),
    CASE(FLOP, 1.0),
    CASE(MFLOP, 1e6),
    CASE(GFLOP, 1e9),
    CASE(TFLOP, 1e12),
    CASE(PFLOP, 1e15),
    CASE(EFLOP, 1e18),
    CASE(ZFLOP, 1e21),
    CASE(YFLOP, 1e24),
    CASE(FLOP_per_s, 1.0),
    CASE(GFLOP_per_s, 1e9),
    CASE(TFLOP_per_s, 1e12),
    CASE(PFLOP_per_s, 1e15),
    CASE(EFLOP_per_s, 1e18),
    CASE(FLOP_per_B, 1.0),
    CASE(tokens, 1.0),
    CASE(k_tokens, 1e3),
    CASE(M_tokens, 1e6),
    CASE(B_tokens, 1e9),
    CASE(T_tokens, 1e12),
    CASE(tokens_per_s, 1.0),
    CASE(samples, 1.0),
    CASE(k_samples, 1e3),
    CASE(M_samples, 1e6),
    CASE(B_samples, 1e9),
    CASE(samples_per_s, 1.0),
    CASE(tokens_per_sample, 1.0),
    CASE(B_per_sample, 1.0),
    CASE(kB_per_sample, 1e3),
    CASE(MB_per_sample, 1e6),
    CASE(parameters, 1.0),
    CASE(M_parameters, 1e6),
    CASE(B_parameters, 1e9),
    CASE(T_parameters, 1e12),
    CASE(nats_per_token, 1.0),
    CASE(tokens_per_parameter, 1.0),
    CASE(J, 1.0),
    CASE(Wh, 3600.0),
    CASE(kWh, 3.6e6),
    CASE(MWh, 3.6e9),
    CASE(GWh, 3.6e12),
    CASE(TWh, 3.6e15),
    CASE(W, 1.0),
    CASE(kW, 1e3),
    CASE(MW, 1e6),
    CASE(GW, 1e9),
    CASE(accelerators, 1.0),
    CASE(accelerator_hours, 3600.0),
    CASE(k_accelerator_hours, 3.6e6),
    CASE(M_accelerator_hours, 3.6e9),
    CASE(usd, 1.0),
    CASE(K_usd, 1e3),
    CASE(M_usd, 1e6),
    CASE(B_usd, 1e9),
    CASE(usd_per_accelerator_hour, 1.0 / 3600.0),
    CASE(usd_per_kWh, 1.0 / 3.6e6),
    CASE(usd_per_MWh, 1.0 / 3.6e9),
    CASE(usd_per_accelerator, 1.0),
    CASE(usd_per_hour, 1.0 / 3600.0),
    CASE(usd_per_week, 1.0 / 604800.0),
    CASE(usd_per_year, 1.0 / (365.25 * 86400.0)),
    CASE(usd_per_GB_month, 1.0 / (1e9 * 365.25 / 12.0 * 86400.0)),
    CASE(usd_per_GB, 1e-9),
    CASE(usd_per_M_tokens, 1e-6),
    CASE(gCO2e, 1.0),
    CASE(kgCO2e, 1e3),
    CASE(tCO2e, 1e6),
    CASE(gCO2e_per_kWh, 1.0 / 3.6e6),
};
#undef CASE

constexpr bool all_right() {
    for (const Case& c : cases)
        if (c.literal != c.base_units || c.integer_literal != 2.0) return false;
    return true;
}
static_assert(all_right());

static_assert(std::is_same_v<decltype(80_GB), Bytes> && std::is_same_v<decltype(80_GB_per_s), Bandwidth>);
static_assert(std::is_same_v<decltype(400_Gbit_per_s), BitRate> && std::is_same_v<decltype(1_Gbit), Bits>);
static_assert(std::is_same_v<decltype(1_TFLOP), Flops> && std::is_same_v<decltype(1_TFLOP_per_s), FlopRate>);
static_assert(std::is_same_v<decltype(1_kWh), Joules> && std::is_same_v<decltype(1_kW), Watts>);
static_assert(std::is_same_v<decltype(1_usd), Usd> && std::is_same_v<decltype(1_tCO2e), GramsCo2e>);
static_assert(std::is_same_v<decltype(1_tokens), Tokens> && std::is_same_v<decltype(1_samples), Samples>);
static_assert(std::is_same_v<decltype(1_accelerator_hours), AcceleratorTime>);
static_assert(std::is_same_v<decltype(1_B_parameters), Parameters> &&
              std::is_same_v<decltype(2_nats_per_token), CrossEntropy>);
static_assert(std::is_same_v<decltype(1_per_day), Frequency> && std::is_same_v<decltype(1_days), Seconds>);

// Rounded once: the double a reader would write for it, not a neighbour (3 * 1e-6 is not 3e-6 in doubles).
static_assert(raw(3_us) == 3e-6 && raw(7_ns) == 7e-9 && raw(4.5_us) == 4.5e-6 && raw(15.6_T_tokens) == 15.6e12);
static_assert(raw(3.35_TB_per_s) == 3.35e12 && raw(989.4_TFLOP_per_s) == 989.4e12 && raw(92.4_M_usd) == 92.4e6);

} // namespace

TEST_CASE("each literal is the unit's number of base units, for integers and fractions") {
    for (const Case& c : cases) {
        CAPTURE(c.written);
        CHECK(c.literal == c.base_units);
        CHECK(c.integer_literal == 2.0);
    }
}

TEST_CASE("decimal and binary bytes differ as they should") {
    CHECK(80_GB < 80_GiB);
    CHECK(raw(80_GiB) / raw(80_GB) == doctest::Approx(1.073741824));
    CHECK(1_GiB == 1024_MiB);
}

TEST_CASE("400 Gbit/s is 50 GB/s, by a conversion that is written out") {
    CHECK(to_bytes(400_Gbit_per_s) == 50_GB_per_s);
    CHECK(to_bits(50_GB_per_s) == 400_Gbit_per_s);
}

TEST_CASE("prices bill what they say") {
    const Usd rent = 2.5_usd_per_accelerator_hour * (16384_accelerators * 1_hours);
    CHECK(raw(rent) == doctest::Approx(40960.0).epsilon(1e-15));
    const Usd power = 0.08_usd_per_kWh * 1_MWh;
    CHECK(raw(power) == doctest::Approx(80.0).epsilon(1e-15));
    const GramsCo2e carbon = 380_gCO2e_per_kWh * 1_MWh;
    CHECK(raw(carbon) == doctest::Approx(380e3).epsilon(1e-15));
    CHECK(1_kW * 1_hours == 1_kWh);
}
