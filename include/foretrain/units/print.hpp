// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "quantity.hpp"
#include "text.hpp"

// How each quantity prints: `3.35 TB/s`, `54.2 days`, `$92.4M`, `430 TFLOP/s`; bytes both ways, `80.0 GB` or `74.5
// GiB`.
//
// Three significant digits and the prefix a person would choose: the largest in which the rounded number is at least
// one, so 999.6 MB reads `1.00 GB` and 59.97 s reads `1.00 min`. No locale, no streams; constexpr. For `double`.

namespace foretrain::inline v0 {

using Text = BasicText<47>;

namespace detail {

struct Scale {
    double factor;
    std::string_view suffix;
};

/// Decimals that leave three significant digits of a magnitude from 1 on (two after the first digit in scientific
/// notation, from 10^15).
[[nodiscard]] constexpr int decimals_of_three(double magnitude) noexcept {
    return magnitude < 9.995 || magnitude >= 1e15 ? 2 : magnitude < 99.95 ? 1 : 0;
}

/// Three significant digits: 3.35, 54.2, 430; larger numbers in full. Below one, which only the smallest prefix sees,
/// zeros from the third decimal on are dropped (0.123, 0.50); below a thousandth scientific (1.23e-4). Finite numbers.
constexpr void append_significant(Text& text, double number) noexcept {
    const double magnitude = number < 0 ? -number : number;
    if (magnitude >= 0.9995) {
        text.append_fixed(number, decimals_of_three(magnitude));
        return;
    }
    if (number < 0) text.append('-');
    if (magnitude == 0) {
        text.append('0');
    } else if (magnitude < 1e-3) {
        text.append(scientific_digits(magnitude, 2, 2).view());
    } else {
        Digits digits = fixed_digits(magnitude, magnitude < 1e-2 ? 5 : magnitude < 1e-1 ? 4 : 3);
        digits.trim(2);
        text.append(digits.view());
    }
}

[[nodiscard]] constexpr bool is_finite(double number) noexcept {
    return std::numeric_limits<double>::lowest() <= number && number <= std::numeric_limits<double>::max();
}

/// Prints in the largest scale (ascending list) in which the rounded number is at least one. Zero, NaN and infinities
/// get the plain unit, and no arithmetic: clang refuses NaN operations in constant expressions.
template <std::size_t Count>
[[nodiscard]] constexpr Text in_best_scale(double number, const Scale (&scales)[Count]) noexcept {
    Text text;
    std::size_t best = 0;
    if (number == 0 || !is_finite(number)) {
        while (best + 1 < Count && scales[best].factor < 1.0) ++best;
        return text.append_number(number).append(scales[best].suffix);
    }
    double magnitude = number < 0 ? -number : number;
    for (; best + 1 < Count; ++best) {
        const double next = scales[best + 1].factor;
        if (magnitude >= next) continue;
        const double here = magnitude / scales[best].factor;
        const double digits = static_cast<double>(power_of_ten(decimals_of_three(here)));
        // Counted in whole last digits, because 1e-3 / 1e-6 is not quite 1000.
        const std::uint64_t rounded = round_half_up(here * digits);
        if (rounded < round_half_up(next / scales[best].factor * digits)) break;
        magnitude = next; // rounds up to one of the next scale
    }
    append_significant(text, (number < 0 ? -magnitude : magnitude) / scales[best].factor);
    return text.append(scales[best].suffix);
}

template <std::size_t Count>
[[nodiscard]] constexpr Text money_in_best_scale(double number, const Scale (&scales)[Count]) noexcept {
    Text text;
    if (number < 0) text.append('-');
    return text.append('$').append(in_best_scale(number < 0 ? -number : number, scales));
}

} // namespace detail

/// Time: ns, us, ms, s, min, h, days.
[[nodiscard]] constexpr Text to_text(const Seconds& time) noexcept {
    constexpr detail::Scale scales[] = {{1e-9, " ns"},  {1e-6, " us"},  {1e-3, " ms"},     {1.0, " s"},
                                        {60.0, " min"}, {3600.0, " h"}, {86400.0, " days"}};
    return detail::in_best_scale(raw(time), scales);
}

/// A rate of events: per second, hour or day, whichever is at least one (the smallest of them is a day).
[[nodiscard]] constexpr Text to_text(const Frequency& rate) noexcept {
    constexpr detail::Scale scales[] = {{1.0 / 86400.0, " per day"}, {1.0 / 3600.0, " per hour"}, {1.0, " per second"}};
    return detail::in_best_scale(raw(rate), scales);
}

/// Decimal bytes: B, kB, MB, GB, TB, PB, EB.
[[nodiscard]] constexpr Text to_text(const Bytes& bytes) noexcept {
    constexpr detail::Scale scales[] = {{1.0, " B"},   {1e3, " kB"},  {1e6, " MB"}, {1e9, " GB"},
                                        {1e12, " TB"}, {1e15, " PB"}, {1e18, " EB"}};
    return detail::in_best_scale(raw(bytes), scales);
}

/// Binary bytes: B, KiB, MiB, GiB, TiB, PiB; what memory allocators report.
[[nodiscard]] constexpr Text to_binary_text(const Bytes& bytes) noexcept {
    constexpr detail::Scale scales[] = {{1.0, " B"},      {1024.0, " KiB"}, {1048576.0, " MiB"}, {1073741824.0, " GiB"},
                                        {0x1p40, " TiB"}, {0x1p50, " PiB"}};
    return detail::in_best_scale(raw(bytes), scales);
}

/// Bits, decimal: bit, kbit, Mbit, Gbit, Tbit.
[[nodiscard]] constexpr Text to_text(const Bits& bits) noexcept {
    constexpr detail::Scale scales[] = {{1.0, " bit"}, {1e3, " kbit"}, {1e6, " Mbit"}, {1e9, " Gbit"}, {1e12, " Tbit"}};
    return detail::in_best_scale(raw(bits), scales);
}

/// Bandwidth of one direction, decimal.
[[nodiscard]] constexpr Text to_text(const Bandwidth& bandwidth) noexcept {
    constexpr detail::Scale scales[] = {{1.0, " B/s"},  {1e3, " kB/s"},  {1e6, " MB/s"},
                                        {1e9, " GB/s"}, {1e12, " TB/s"}, {1e15, " PB/s"}};
    return detail::in_best_scale(raw(bandwidth), scales);
}

/// Both directions together, and said so: `900 GB/s both ways`.
[[nodiscard]] constexpr Text to_text(const BidirectionalBandwidth& bandwidth) noexcept {
    return to_text(2.0 * bandwidth.per_direction()).append(" both ways");
}

[[nodiscard]] constexpr Text to_text(const BitRate& rate) noexcept {
    constexpr detail::Scale scales[] = {
        {1.0, " bit/s"}, {1e3, " kbit/s"}, {1e6, " Mbit/s"}, {1e9, " Gbit/s"}, {1e12, " Tbit/s"}};
    return detail::in_best_scale(raw(rate), scales);
}

[[nodiscard]] constexpr Text to_text(const Flops& flops) noexcept {
    constexpr detail::Scale scales[] = {{1.0, " FLOP"},   {1e3, " kFLOP"},  {1e6, " MFLOP"},
                                        {1e9, " GFLOP"},  {1e12, " TFLOP"}, {1e15, " PFLOP"},
                                        {1e18, " EFLOP"}, {1e21, " ZFLOP"}, {1e24, " YFLOP"}};
    return detail::in_best_scale(raw(flops), scales);
}

[[nodiscard]] constexpr Text to_text(const FlopRate& rate) noexcept {
    constexpr detail::Scale scales[] = {{1.0, " FLOP/s"},   {1e3, " kFLOP/s"},  {1e6, " MFLOP/s"},  {1e9, " GFLOP/s"},
                                        {1e12, " TFLOP/s"}, {1e15, " PFLOP/s"}, {1e18, " EFLOP/s"}, {1e21, " ZFLOP/s"}};
    return detail::in_best_scale(raw(rate), scales);
}

/// Arithmetic intensity: operations for each byte moved.
[[nodiscard]] constexpr Text to_text(const Intensity& intensity) noexcept {
    constexpr detail::Scale scales[] = {{1.0, " FLOP/B"}};
    return detail::in_best_scale(raw(intensity), scales);
}

[[nodiscard]] constexpr Text to_text(const Tokens& tokens) noexcept {
    constexpr detail::Scale scales[] = {
        {1.0, " tokens"}, {1e3, "k tokens"}, {1e6, "M tokens"}, {1e9, "B tokens"}, {1e12, "T tokens"}};
    return detail::in_best_scale(raw(tokens), scales);
}

[[nodiscard]] constexpr Text to_text(const TokenRate& rate) noexcept {
    constexpr detail::Scale scales[] = {
        {1.0, " tokens/s"}, {1e3, "k tokens/s"}, {1e6, "M tokens/s"}, {1e9, "B tokens/s"}};
    return detail::in_best_scale(raw(rate), scales);
}

[[nodiscard]] constexpr Text to_text(const Samples& samples) noexcept {
    constexpr detail::Scale scales[] = {
        {1.0, " samples"}, {1e3, "k samples"}, {1e6, "M samples"}, {1e9, "B samples"}, {1e12, "T samples"}};
    return detail::in_best_scale(raw(samples), scales);
}

[[nodiscard]] constexpr Text to_text(const SampleRate& rate) noexcept {
    constexpr detail::Scale scales[] = {{1.0, " samples/s"}, {1e3, "k samples/s"}, {1e6, "M samples/s"}};
    return detail::in_best_scale(raw(rate), scales);
}

[[nodiscard]] constexpr Text to_text(const TokensPerSample& length) noexcept {
    constexpr detail::Scale scales[] = {{1.0, " tokens/sample"}};
    return detail::in_best_scale(raw(length), scales);
}

[[nodiscard]] constexpr Text to_text(const Parameters& parameters) noexcept {
    constexpr detail::Scale scales[] = {
        {1.0, " parameters"}, {1e6, "M parameters"}, {1e9, "B parameters"}, {1e12, "T parameters"}};
    return detail::in_best_scale(raw(parameters), scales);
}

/// A loss, with four decimals: models differ in the third.
[[nodiscard]] constexpr Text to_text(const CrossEntropy& loss) noexcept {
    return Text{}.append_fixed(raw(loss), 4).append(" nats/token");
}

[[nodiscard]] constexpr Text to_text(const TokensPerParameter& ratio) noexcept {
    constexpr detail::Scale scales[] = {{1.0, " tokens/parameter"}};
    return detail::in_best_scale(raw(ratio), scales);
}

[[nodiscard]] constexpr Text to_text(const FlopsPerToken& work) noexcept {
    constexpr detail::Scale scales[] = {{1.0, " FLOP/token"},  {1e3, " kFLOP/token"},  {1e6, " MFLOP/token"},
                                        {1e9, " GFLOP/token"}, {1e12, " TFLOP/token"}, {1e15, " PFLOP/token"}};
    return detail::in_best_scale(raw(work), scales);
}

[[nodiscard]] constexpr Text to_text(const BytesPerToken& bytes) noexcept {
    constexpr detail::Scale scales[] = {
        {1.0, " B/token"}, {1e3, " kB/token"}, {1e6, " MB/token"}, {1e9, " GB/token"}, {1e12, " TB/token"}};
    return detail::in_best_scale(raw(bytes), scales);
}

[[nodiscard]] constexpr Text to_text(const BytesPerSample& bytes) noexcept {
    constexpr detail::Scale scales[] = {
        {1.0, " B/sample"}, {1e3, " kB/sample"}, {1e6, " MB/sample"}, {1e9, " GB/sample"}, {1e12, " TB/sample"}};
    return detail::in_best_scale(raw(bytes), scales);
}

/// Energy in watt-hours, as bills are written; joules below one of them.
[[nodiscard]] constexpr Text to_text(const Joules& energy) noexcept {
    constexpr detail::Scale scales[] = {{1.0, " J"},     {3.6e3, " Wh"},   {3.6e6, " kWh"},
                                        {3.6e9, " MWh"}, {3.6e12, " GWh"}, {3.6e15, " TWh"}};
    return detail::in_best_scale(raw(energy), scales);
}

[[nodiscard]] constexpr Text to_text(const Watts& power) noexcept {
    constexpr detail::Scale scales[] = {{1.0, " W"}, {1e3, " kW"}, {1e6, " MW"}, {1e9, " GW"}};
    return detail::in_best_scale(raw(power), scales);
}

/// Energy of a token: `3.10 J/token`.
[[nodiscard]] constexpr Text to_text(const TokenEnergy& energy) noexcept {
    constexpr detail::Scale scales[] = {{1e-3, " mJ/token"}, {1.0, " J/token"}, {1e3, " kJ/token"}};
    return detail::in_best_scale(raw(energy), scales);
}

/// Energy of a sample.
[[nodiscard]] constexpr Text to_text(const SampleEnergy& energy) noexcept {
    constexpr detail::Scale scales[] = {{1e-3, " mJ/sample"}, {1.0, " J/sample"}, {1e3, " kJ/sample"}};
    return detail::in_best_scale(raw(energy), scales);
}

/// Work for energy: `1.41 TFLOP/J`, which is also TFLOP/s for each watt.
[[nodiscard]] constexpr Text to_text(const EnergyEfficiency& efficiency) noexcept {
    constexpr detail::Scale scales[] = {{1.0, " FLOP/J"},  {1e3, " kFLOP/J"},  {1e6, " MFLOP/J"},
                                        {1e9, " GFLOP/J"}, {1e12, " TFLOP/J"}, {1e15, " PFLOP/J"}};
    return detail::in_best_scale(raw(efficiency), scales);
}

/// A number of accelerators, in full below 10^15.
[[nodiscard]] constexpr Text to_text(const Accelerators& accelerators) noexcept {
    Text text;
    return text.append_number(raw(accelerators)).append(" accelerators");
}

/// Accelerator-hours.
[[nodiscard]] constexpr Text to_text(const AcceleratorTime& time) noexcept {
    constexpr detail::Scale scales[] = {
        {3600.0, " accelerator-hours"}, {3.6e6, "k accelerator-hours"}, {3.6e9, "M accelerator-hours"}};
    return detail::in_best_scale(raw(time), scales);
}

/// Money: `$92.4M`.
[[nodiscard]] constexpr Text to_text(const Usd& money) noexcept {
    constexpr detail::Scale scales[] = {{1.0, ""}, {1e3, "K"}, {1e6, "M"}, {1e9, "B"}, {1e12, "T"}};
    return detail::money_in_best_scale(raw(money), scales);
}

/// `$2.50/accelerator-hour`.
[[nodiscard]] constexpr Text to_text(const AcceleratorPrice& price) noexcept {
    constexpr detail::Scale scales[] = {{1.0 / 3600.0, "/accelerator-hour"}};
    return detail::money_in_best_scale(raw(price), scales);
}

/// `$0.08/kWh`.
[[nodiscard]] constexpr Text to_text(const EnergyPrice& price) noexcept {
    constexpr detail::Scale scales[] = {{1.0 / 3.6e6, "/kWh"}};
    return detail::money_in_best_scale(raw(price), scales);
}

/// `$30.0K/accelerator`, to buy it.
[[nodiscard]] constexpr Text to_text(const PurchasePrice& price) noexcept {
    return to_text(price * one_accelerator).append("/accelerator");
}

/// Wages, rents and budgets by the year: `$2.60M/year`.
[[nodiscard]] constexpr Text to_text(const MoneyRate& rate) noexcept {
    return to_text(rate * make<Seconds>(31557600.0)).append("/year");
}

/// Bytes kept for a time: `1.50 TB-months`, months of a twelfth of 365.25 days.
[[nodiscard]] constexpr Text to_text(const ByteTime& kept) noexcept {
    return to_text(kept / make<Seconds>(2629800.0)).append("-months");
}

/// `$0.02/GB-month`.
[[nodiscard]] constexpr Text to_text(const StoragePrice& price) noexcept {
    constexpr detail::Scale scales[] = {{1.0 / 2.6298e15, "/GB-month"}};
    return detail::money_in_best_scale(raw(price), scales);
}

/// `$0.09/GB`.
[[nodiscard]] constexpr Text to_text(const TransferPrice& price) noexcept {
    constexpr detail::Scale scales[] = {{1e-9, "/GB"}};
    return detail::money_in_best_scale(raw(price), scales);
}

/// `$0.60/M tokens`.
[[nodiscard]] constexpr Text to_text(const TokenPrice& price) noexcept {
    constexpr detail::Scale scales[] = {{1e-6, "/M tokens"}};
    return detail::money_in_best_scale(raw(price), scales);
}

/// Carbon: gCO2e, kgCO2e, tonnes as tCO2e, thousands of tonnes as ktCO2e.
[[nodiscard]] constexpr Text to_text(const GramsCo2e& carbon) noexcept {
    constexpr detail::Scale scales[] = {{1.0, " gCO2e"}, {1e3, " kgCO2e"}, {1e6, " tCO2e"}, {1e9, " ktCO2e"}};
    return detail::in_best_scale(raw(carbon), scales);
}

/// `380 gCO2e/kWh`.
[[nodiscard]] constexpr Text to_text(const CarbonIntensity& intensity) noexcept {
    constexpr detail::Scale scales[] = {{1.0 / 3.6e6, " gCO2e/kWh"}};
    return detail::in_best_scale(raw(intensity), scales);
}

/// A pure ratio as a percentage with one decimal: `41.3%`.
[[nodiscard]] constexpr Text to_percent(double ratio) noexcept {
    Text text;
    return text.append_fixed(detail::is_finite(ratio) ? ratio * 100.0 : ratio, 1).append('%');
}

} // namespace foretrain::inline v0
