// SPDX-License-Identifier: Apache-2.0
#include <foretrain/units/text.hpp>

#include <cstdint>
#include <limits>
#include <ostream>
#include <sstream>
#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include "../relative.hpp"

using namespace foretrain;

namespace {

using Line = BasicText<47>;
constexpr double inf = std::numeric_limits<double>::infinity();
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

struct Fixed {
    double number;
    int decimals;
    std::string_view text;
};
constexpr Fixed fixed_cases[] = {
    {0.0, 0, "0"},
    {0.0, 2, "0.00"},
    {-0.0, 2, "0.00"},
    {1.0, 3, "1.000"},
    {2.5, 0, "3"},
    {-2.5, 0, "-3"},
    {0.125, 2, "0.13"},
    {-0.125, 2, "-0.13"},
    {0.49999999999999994, 0, "0"}, // + 0.5 rounds to 1 in doubles
    {9.995, 2, "9.99"},            // the double is just below
    {9.996, 2, "10.00"},
    {99.96, 1, "100.0"},
    {999.95, 0, "1000"},
    {-0.001, 2, "0.00"}, // no sign before a zero
    {-0.006, 2, "-0.01"},
    {123456789.987654321, 3, "123456789.988"},
    {999999999999999.0, 0, "999999999999999"},
    {1.0 / 3.0, 9, "0.333333333"},
    {1.0 / 3.0, 12, "0.333333333"}, // at most nine
    {1.75, -3, "2"},                // at least none
    {1e15, 0, "1e15"},
    {1e15, 2, "1.00e15"},
    {9.999e15, 2, "1.00e16"}, // the carry moves the exponent
    {-1.5e17, 1, "-1.5e17"},
    {1e24, 3, "1.000e24"},
    {1.7976931348623157e308, 4, "1.7977e308"},
    {5e-324, 2, "0.00"},
    {nan, 2, "nan"},
    {inf, 2, "inf"},
    {-inf, 2, "-inf"},
};

struct Number {
    double number;
    std::string_view text;
};
constexpr Number number_cases[] = {
    {0.0, "0"},
    {-0.0, "0"},
    {1.0, "1"},
    {-1.0, "-1"},
    {16384.0, "16384"},
    {3350000000000.0, "3350000000000"},
    {999999999999999.0, "999999999999999"},
    {1e15, "1e15"},
    {1e18, "1e18"},
    {1e24, "1e24"},
    {1e300, "1e300"},
    {1.7976931348623157e308, "1.7977e308"},
    {0.5, "0.5"},
    {0.1 + 0.2, "0.3"},
    {0.01, "0.01"},
    {0.001, "0.001"},
    {0.0012345678, "0.001235"},
    {0.00099999999, "1e-3"},
    {1.5, "1.5"},
    {3.14159, "3.142"},
    {123.456, "123.5"},
    {99.99999, "100"},
    {999999.97, "1000000"},
    {1234567.5, "1.2346e6"},
    {9999999.5, "1e7"}, // the carry moves the exponent
    {4.5e-6, "4.5e-6"},
    {-1.602e-19, "-1.602e-19"},
    {2.2250738585072014e-308, "2.2251e-308"},
    {5e-324, "4.9407e-324"}, // the smallest denormal
    {nan, "nan"},
    {inf, "inf"},
    {-inf, "-inf"},
};

constexpr Line fixed(const Fixed& c) {
    Line text;
    text.append_fixed(c.number, c.decimals);
    return text;
}
constexpr Line number(const Number& c) {
    Line text;
    text.append_number(c.number);
    return text;
}

constexpr bool all_right() {
    for (const Fixed& c : fixed_cases)
        if (fixed(c) != c.text) return false;
    for (const Number& c : number_cases)
        if (number(c) != c.text) return false;
    return true;
}
static_assert(all_right());

constexpr BasicText<40> integers() {
    BasicText<40> text;
    return text.append(0).append(' ').append(std::int64_t{-42}).append(' ').append(7u);
}
static_assert(integers() == "0 -42 7");

template <class T>
concept Appendable = requires(Line line, T value) { line.append(value); };
static_assert(Appendable<int> && Appendable<std::size_t> && Appendable<char> && Appendable<const char*>);
static_assert(!Appendable<double> && !Appendable<float> && !Appendable<bool>, "each would silently become a character");

} // namespace

TEST_CASE("fixed notation") {
    for (const Fixed& c : fixed_cases) CHECK(fixed(c) == c.text);
}

TEST_CASE("numbers as people write them") {
    for (const Number& c : number_cases) CHECK(number(c) == c.text);
}

TEST_CASE("scientific notation agrees with the standard library's over all magnitudes") {
    for (int exponent = -307; exponent <= 308; exponent += 3) {
        const double x = std::stod("1.23456789e" + std::to_string(exponent));
        Line text;
        text.append_number(x);
        CHECK(std::stod(std::string{text.view()}) == relative(x).epsilon(5e-4));
    }
}

TEST_CASE("integers of every width and sign") {
    CHECK(integers() == "0 -42 7");
    CHECK(Line{}.append(std::numeric_limits<std::int64_t>::min()) == "-9223372036854775808");
    CHECK(Line{}.append(std::numeric_limits<std::uint64_t>::max()) == "18446744073709551615");
    CHECK(Line{}.append(std::int8_t{-128}) == "-128");
}

TEST_CASE("what does not fit is cut and marked") {
    BasicText<8> text{"12345678"};
    CHECK(text == "12345678");
    CHECK(!text.is_cut());
    text.append('9');
    CHECK(text == "12345...");
    CHECK(text.is_cut());
    text.append("more").append_fixed(1.0, 2).append_number(2.0);
    CHECK(text == "12345...");
    CHECK(text.size() == 8);
    // A number that is cut keeps the mark and what stood before it.
    BasicText<8> number{"abc0 "};
    number.append_number(0.1);
    CHECK(number == "abc0 0.1");
    BasicText<8> cut{"abcdef0"};
    cut.append_number(1.25);
    CHECK(cut == "abcde...");
}

TEST_CASE("a text is a null-terminated string and a string_view") {
    const BasicText<15> text{"16 GB"};
    CHECK(std::string{text.c_str()} == "16 GB");
    const std::string_view view = text;
    CHECK((view == "16 GB"));
    CHECK(BasicText<15>{}.empty());
    CHECK(std::string{BasicText<15>{}.c_str()}.empty());
    CHECK(text == BasicText<15>{"16 GB"});
    CHECK(text != BasicText<15>{"16 G"});
}

TEST_CASE("a text goes to a stream, though its header knows none") {
    std::ostringstream stream;
    stream << BasicText<15>{"3.35"} << ' ' << BasicText<7>{"TB/s"};
    CHECK(stream.str() == "3.35 TB/s");
}
