// SPDX-License-Identifier: Apache-2.0
#include <foretrain/units/print.hpp>

#include <limits>
#include <ostream>
#include <string_view>

#include <doctest/doctest.h>

#include <foretrain/units/literals.hpp>

using namespace foretrain;
using namespace foretrain::literals;

namespace {

constexpr double inf = std::numeric_limits<double>::infinity();
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

struct Case {
    Text text;
    std::string_view expected;
};

// A function rather than a constant, so that the run-time test prints at run time.
constexpr auto cases() {
    return std::to_array<Case>({
        {to_text(0_s), "0 s"},
        {to_text(-0.0_s), "0 s"},
        {to_text(0.5_ns), "0.50 ns"},
        {to_text(0.123_ns), "0.123 ns"},
        {to_text(0.0123_ns), "0.0123 ns"},
        {to_text(0.000123_ns), "1.23e-4 ns"},
        {to_text(1_ns), "1.00 ns"},
        {to_text(4.5_us), "4.50 us"},
        {to_text(999.4_us), "999 us"},
        {to_text(999.6_us), "1.00 ms"},
        {to_text(12.34_ms), "12.3 ms"},
        {to_text(9.994_s), "9.99 s"},
        {to_text(9.996_s), "10.0 s"},
        {to_text(59.94_s), "59.9 s"},
        {to_text(59.96_s), "1.00 min"},
        {to_text(59.94_min), "59.9 min"},
        {to_text(59.97_min), "1.00 h"},
        {to_text(23.94_hours), "23.9 h"},
        {to_text(23.96_hours), "1.00 days"},
        {to_text(54.2_days), "54.2 days"},
        {to_text(-54.2_days), "-54.2 days"},
        {to_text(123456_days), "123456 days"},
        {to_text(1e30_s), "1.16e25 days"},
        {to_text(make<Seconds>(nan)), "nan s"},
        {to_text(make<Seconds>(inf)), "inf s"},
        {to_text(make<Seconds>(-inf)), "-inf s"},
        {to_text(make<Seconds>(5e-324)), "4.94e-315 ns"},
        {to_text(0_per_s), "0 per second"},
        {to_text(5_per_s), "5.00 per second"},
        {to_text(5_per_hour), "5.00 per hour"},
        {to_text(0.5_per_hour), "12.0 per day"},
        {to_text(0.02_per_day), "0.02 per day"},
        {to_text(0_B), "0 B"},
        {to_text(80_GB), "80.0 GB"},
        {to_text(80_GiB), "85.9 GB"},
        {to_text(999_B), "999 B"},
        {to_text(999.6_MB), "1.00 GB"},
        {to_text(1_PB), "1.00 PB"},
        {to_text(2500_PB), "2.50 EB"},
        {to_text(-3_GB), "-3.00 GB"},
        {to_text(-999.6_MB), "-1.00 GB"},
        {to_binary_text(80_GB), "74.5 GiB"},
        {to_binary_text(80_GiB), "80.0 GiB"},
        {to_binary_text(1000_MiB), "1000 MiB"},
        {to_binary_text(1023_MiB), "1023 MiB"},
        {to_binary_text(1023.6_MiB), "1.00 GiB"},
        {to_binary_text(512_B), "512 B"},
        {to_binary_text(3_KiB), "3.00 KiB"},
        {to_binary_text(2_TiB), "2.00 TiB"},
        {to_binary_text(2_PiB), "2.00 PiB"},
        {to_text(640_Gbit), "640 Gbit"},
        {to_text(3.35_TB_per_s), "3.35 TB/s"},
        {to_text(450_GB_per_s), "450 GB/s"},
        {to_text(55_PB_per_s), "55.0 PB/s"},
        {to_text(BidirectionalBandwidth{900_GB_per_s}), "900 GB/s both ways"},
        {to_text(400_Gbit_per_s), "400 Gbit/s"},
        {to_text(12345_FLOP), "12.3 kFLOP"},
        {to_text(38.0_YFLOP), "38.0 YFLOP"},
        {to_text(3.8e25_FLOP), "38.0 YFLOP"},
        {to_text(989.4_TFLOP_per_s), "989 TFLOP/s"},
        {to_text(430_TFLOP_per_s), "430 TFLOP/s"},
        {to_text(16.2_EFLOP_per_s), "16.2 EFLOP/s"},
        {to_text(295.3_FLOP_per_B), "295 FLOP/B"},
        {to_text(0.25_FLOP_per_B), "0.25 FLOP/B"},
        {to_text(15.6_T_tokens), "15.6T tokens"},
        {to_text(8192_tokens), "8.19k tokens"},
        {to_text(500_tokens), "500 tokens"},
        {to_text(2.87e6_tokens_per_s), "2.87M tokens/s"},
        {to_text(1.28_M_samples), "1.28M samples"},
        {to_text(3000_samples_per_s), "3.00k samples/s"},
        {to_text(8192_tokens_per_sample), "8192 tokens/sample"},
        {to_text(70_B_parameters), "70.0B parameters"},
        {to_text(768_parameters), "768 parameters"},
        {to_text(1.8172_nats_per_token), "1.8172 nats/token"},
        {to_text(20_tokens_per_parameter), "20.0 tokens/parameter"},
        {to_text(make<FlopsPerToken>(6.0 * 405e9)), "2.43 TFLOP/token"},
        {to_text(make<BytesPerToken>(524288.0)), "524 kB/token"},
        {to_text(0_J), "0 J"},
        {to_text(500_J), "500 J"},
        {to_text(3600_J), "1.00 Wh"},
        {to_text(39.3_GWh), "39.3 GWh"},
        {to_text(700_W), "700 W"},
        {to_text(24.5_MW), "24.5 MW"},
        {to_text(make<EnergyEfficiency>(1.41e12)), "1.41 TFLOP/J"},
        {to_text(make<TokenEnergy>(3.1)), "3.10 J/token"},
        {to_text(make<SampleEnergy>(4200.0)), "4.20 kJ/sample"},
        {to_text(16384_accelerators), "16384 accelerators"},
        {to_text(0_accelerator_hours), "0 accelerator-hours"},
        {to_text(30.84_M_accelerator_hours), "30.8M accelerator-hours"},
        {to_text(0.5_accelerator_hours), "0.50 accelerator-hours"},
        {to_text(0_usd), "$0"},
        {to_text(92.4_M_usd), "$92.4M"},
        {to_text(-92.4_M_usd), "-$92.4M"},
        {to_text(0.05_usd), "$0.05"},
        {to_text(1234_usd), "$1.23K"},
        {to_text(999.6_usd), "$1.00K"},
        {to_text(make<Usd>(nan)), "$nan"},
        {to_text(2.5_usd_per_accelerator_hour), "$2.50/accelerator-hour"},
        {to_text(0.08_usd_per_kWh), "$0.08/kWh"},
        {to_text(0.0793_usd_per_kWh), "$0.0793/kWh"},
        {to_text(30000_usd_per_accelerator), "$30.0K/accelerator"},
        {to_text(50000_usd_per_week), "$2.61M/year"},
        {to_text(60_B * 1_years), "720 B-months"},
        {to_text(0.023_usd_per_GB_month), "$0.023/GB-month"},
        {to_text(0.09_usd_per_GB), "$0.09/GB"},
        {to_text(0.6_usd_per_M_tokens), "$0.60/M tokens"},
        {to_text(110_kB_per_sample), "110 kB/sample"},
        {to_text(11390_tCO2e), "11.4 ktCO2e"},
        {to_text(380_gCO2e_per_kWh), "380 gCO2e/kWh"},
        {to_percent(0.413), "41.3%"},
        {to_percent(1.0), "100.0%"},
        {to_percent(-0.0002), "0.0%"},
        {to_percent(nan), "nan%"},
    });
}

constexpr bool all_right() {
    for (const Case& c : cases())
        if (c.text != c.expected) return false;
    return true;
}
static_assert(all_right());

} // namespace

TEST_CASE("each quantity prints as people say it") {
    for (const Case& c : cases()) CHECK(c.text == c.expected);
}

TEST_CASE("no carry is printed: never 1000 of what has a larger prefix") {
    for (double x = 1.0; x < 1e17; x *= 1.0007) {
        const Text text = to_text(make<Bytes>(x)); // not a string_view, which would outlive it
        CAPTURE(x);
        CHECK((text.view().find("1000") == std::string_view::npos));
        CHECK(text.size() <= 7); // "99.9 GB", "999 GB"
    }
}
