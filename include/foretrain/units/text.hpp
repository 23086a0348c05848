// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>
#include <type_traits>

// Text in a fixed buffer, built in constant expressions, without allocation or locale.
//
// What does not fit is cut and marked by "..." so that nothing is lost silently.

// Lets clang warn of a view that outlives its text: `std::string_view name = to_text(x);`.
#if defined(__clang__)
#define FORETRAIN_LIFETIME_BOUND [[clang::lifetimebound]]
#else
#define FORETRAIN_LIFETIME_BOUND
#endif

namespace foretrain::inline v0 {

namespace detail {

/// `x` >= 0 below 2^63, rounded half up. Not `x + 0.5`, which rounds 0.49999999999999994 up.
[[nodiscard]] constexpr std::uint64_t round_half_up(double x) noexcept {
    const auto whole = static_cast<std::uint64_t>(x);
    return whole + (x - static_cast<double>(whole) >= 0.5 ? 1u : 0u);
}

[[nodiscard]] constexpr std::uint64_t power_of_ten(int exponent) noexcept {
    std::uint64_t power = 1;
    for (int i = 0; i < exponent; ++i) power *= 10;
    return power;
}

/// The digits of a number on their way into a text, which may be too short for them.
class Digits {
public:
    constexpr void add(char c) noexcept { characters_[size_++] = c; }

    constexpr void add_integer(std::uint64_t number) noexcept {
        std::array<char, 20> reversed{};
        std::size_t count = 0;
        do {
            reversed[count++] = static_cast<char>('0' + number % 10);
            number /= 10;
        } while (number != 0);
        while (count > 0) add(reversed[--count]);
    }

    /// `whole`.`fraction`, where `fraction` counts 10^-decimals.
    constexpr void add_decimal(std::uint64_t whole, std::uint64_t fraction, int decimals) noexcept {
        add_integer(whole);
        if (decimals == 0) return;
        add('.');
        for (std::uint64_t digit = power_of_ten(decimals - 1); digit > 0; digit /= 10)
            add(static_cast<char>('0' + fraction / digit % 10));
    }

    /// Drops zeros at the end, but none of the first `kept` digits after the point.
    constexpr void trim(std::size_t kept) noexcept {
        const std::size_t point = view().find('.');
        if (point == std::string_view::npos) return;
        while (size_ > point + 1 + kept && characters_[size_ - 1] == '0') --size_;
        if (size_ == point + 1) --size_;
    }

    [[nodiscard]] constexpr bool is_zero() const noexcept {
        return view().find_first_not_of("0.") == std::string_view::npos;
    }
    [[nodiscard]] constexpr std::string_view view() const noexcept { return {characters_.data(), size_}; }

private:
    std::array<char, 40> characters_{};
    std::size_t size_ = 0;
};

/// `number` in [0, 10^15] with `decimals` digits after the point.
[[nodiscard]] constexpr Digits fixed_digits(double number, int decimals) noexcept {
    const std::uint64_t scale = power_of_ten(decimals);
    auto whole = static_cast<std::uint64_t>(number);
    std::uint64_t fraction = round_half_up((number - static_cast<double>(whole)) * static_cast<double>(scale));
    if (fraction >= scale) {
        fraction -= scale;
        ++whole;
    }
    Digits digits;
    digits.add_decimal(whole, fraction, decimals);
    return digits;
}

/// A finite `number` > 0 as mantissa and power of ten: `1.25e-7`; zeros at the end beyond `kept` decimals dropped.
[[nodiscard]] constexpr Digits scientific_digits(double number, int decimals, std::size_t kept) noexcept {
    constexpr double powers[] = {1e256, 1e128, 1e64, 1e32, 1e16, 1e8, 1e4, 1e2, 1e1};
    int exponent = 0;
    int step = 256;
    for (const double power : powers) {
        if (number >= power) {
            number /= power;
            exponent += step;
        } else if (number < 10.0 / power) { // also brings denormals into the normal range first
            number *= power;
            exponent -= step;
        }
        step /= 2;
    }
    if (number < 1) {
        number *= 10;
        --exponent;
    }
    const std::uint64_t scale = power_of_ten(decimals);
    std::uint64_t mantissa = round_half_up(number * static_cast<double>(scale));
    if (mantissa >= 10 * scale) { // 9.9996 reads 1.000e1
        mantissa /= 10;
        ++exponent;
    }
    Digits digits;
    digits.add_decimal(mantissa / scale, mantissa % scale, decimals);
    digits.trim(kept);
    digits.add('e');
    if (exponent < 0) digits.add('-');
    digits.add_integer(static_cast<std::uint64_t>(exponent < 0 ? -exponent : exponent));
    return digits;
}

} // namespace detail

/// A string of at most `Capacity` characters, by value.
template <std::size_t Capacity>
class BasicText {
    static_assert(Capacity >= 3, "a cut text ends in three dots");

public:
    static constexpr std::size_t capacity = Capacity;

    constexpr BasicText() noexcept = default;
    constexpr explicit BasicText(std::string_view text) noexcept { append(text); }

    constexpr BasicText& append(std::string_view text) noexcept {
        for (const char c : text) append(c);
        return *this;
    }

    constexpr BasicText& append(char c) noexcept {
        if (size_ < Capacity) {
            characters_[size_++] = c;
        } else {
            cut_ = true;
            for (std::size_t i = Capacity - 3; i < Capacity; ++i) characters_[i] = '.';
        }
        return *this;
    }

    /// An integer in full.
    template <class Integer>
        requires(std::is_integral_v<Integer> && !std::is_same_v<Integer, bool>)
    constexpr BasicText& append(Integer number) noexcept {
        detail::Digits digits;
        auto magnitude = static_cast<std::uint64_t>(number);
        if constexpr (std::is_signed_v<Integer>) {
            if (number < 0) {
                append('-');
                magnitude = 0 - magnitude; // right for the most negative number too
            }
        }
        digits.add_integer(magnitude);
        return append(digits.view());
    }

    /// Not a `double`: say how with `append_fixed` or `append_number`. Not a `bool`: it would become a character.
    template <class Number>
        requires(std::is_floating_point_v<Number> || std::is_same_v<Number, bool>)
    constexpr BasicText& append(Number) = delete;

    /// A number with `decimals` (0 to 9) digits after the point, rounded half away from zero, trailing zeros kept, no
    /// sign before a zero. From 10^15 on in scientific notation, `1.50e17`; NaN and infinities as `nan`, `inf`, `-inf`.
    constexpr BasicText& append_fixed(double number, int decimals) noexcept {
        if (append_special(number)) return *this;
        decimals = decimals < 0 ? 0 : decimals > 9 ? 9 : decimals;
        const double magnitude = number < 0 ? -number : number;
        const detail::Digits digits =
            magnitude < 1e15 ? detail::fixed_digits(magnitude, decimals)
                             : detail::scientific_digits(magnitude, decimals, static_cast<std::size_t>(decimals));
        return append_signed(number, digits);
    }

    /// A number as people write it: an integer below 10^15 in full, else with at least four significant digits
    /// (`0.125`, `1234.5`, `1.2346e7`, `4e-6`), zeros at the end dropped.
    constexpr BasicText& append_number(double number) noexcept {
        if (append_special(number)) return *this;
        const double magnitude = number < 0 ? -number : number;
        if (magnitude < 1e15 && magnitude == static_cast<double>(static_cast<std::uint64_t>(magnitude)))
            return append_signed(number, detail::fixed_digits(magnitude, 0));
        if (magnitude >= 1e6 || magnitude < 1e-3)
            return append_signed(number, detail::scientific_digits(magnitude, 4, 0));
        detail::Digits digits = detail::fixed_digits(magnitude, magnitude >= 100 ? 1 : magnitude >= 1 ? 3 : 6);
        digits.trim(0);
        return append_signed(number, digits);
    }

    [[nodiscard]] constexpr std::string_view view() const noexcept FORETRAIN_LIFETIME_BOUND {
        return {characters_.data(), size_};
    }
    constexpr operator std::string_view() const noexcept FORETRAIN_LIFETIME_BOUND { return view(); }
    [[nodiscard]] constexpr std::size_t size() const noexcept { return size_; }
    [[nodiscard]] constexpr bool empty() const noexcept { return size_ == 0; }
    /// Whether something did not fit; the text then ends in "...".
    [[nodiscard]] constexpr bool is_cut() const noexcept { return cut_; }
    /// Null-terminated, valid as long as the text; for `what()` and C interfaces.
    [[nodiscard]] constexpr const char* c_str() const noexcept FORETRAIN_LIFETIME_BOUND { return characters_.data(); }

    friend constexpr bool operator==(const BasicText& a, const BasicText& b) noexcept { return a.view() == b.view(); }
    friend constexpr bool operator==(const BasicText& a, std::string_view b) noexcept { return a.view() == b; }

    /// To whatever takes a `string_view`, such as a `std::ostream` (for which this header includes nothing).
    template <class Stream>
    friend Stream& operator<<(Stream& stream, const BasicText& text)
        requires requires { stream << text.view(); }
    {
        stream << text.view();
        return stream;
    }

private:
    constexpr bool append_special(double number) noexcept {
        if (number != number) append("nan");
        else if (number > std::numeric_limits<double>::max()) append("inf");
        else if (number < std::numeric_limits<double>::lowest()) append("-inf");
        else return false;
        return true;
    }

    constexpr BasicText& append_signed(double number, const detail::Digits& digits) noexcept {
        if (number < 0 && !digits.is_zero()) append('-');
        return append(digits.view());
    }

    std::array<char, Capacity + 1> characters_{};
    std::size_t size_ = 0;
    bool cut_ = false;
};

} // namespace foretrain::inline v0

#undef FORETRAIN_LIFETIME_BOUND
