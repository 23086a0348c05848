// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "quantity.hpp"
#include "text.hpp"

// Days of the calendar: when a part came out, a price held, a result was published.
//
// A date is a time since 2000-01-01, so that the difference of two is `Seconds`. Days are counted in the proleptic
// Gregorian calendar by eras of 400 years. Source: H. Hinnant, "chrono-Compatible Low-Level Date Algorithms", 2014.

namespace foretrain::inline v0 {

/// The mean year of the Gregorian calendar is 365.2425 days; growth rates here count 365.25 (Julian).
inline constexpr Seconds julian_year = Seconds::from_value(365.25 * 86400.0);

/// A day, as the time from the start of 2000 to its start.
struct Date {
    Seconds since_2000{};

    friend constexpr Seconds operator-(const Date& later, const Date& earlier) noexcept {
        return later.since_2000 - earlier.since_2000;
    }
    friend constexpr Date operator+(const Date& date, const Seconds& time) noexcept { return {date.since_2000 + time}; }
    friend constexpr bool operator==(const Date& a, const Date& b) noexcept { return a.since_2000 == b.since_2000; }
    friend constexpr bool operator<(const Date& a, const Date& b) noexcept { return a.since_2000 < b.since_2000; }
};

namespace detail {

/// Days from 2000-01-01.
[[nodiscard]] constexpr std::int64_t days_from_civil(std::int64_t year, int month, int day) noexcept {
    year -= month <= 2;
    const std::int64_t era = (year >= 0 ? year : year - 399) / 400;
    const std::int64_t year_of_era = year - era * 400;
    const std::int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 730425;
}

struct Civil {
    std::int64_t year;
    int month, day;
};
[[nodiscard]] constexpr Civil civil_from_days(std::int64_t days) noexcept {
    days += 730425;
    const std::int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    const std::int64_t day_of_era = days - era * 146097;
    const std::int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    const std::int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    const std::int64_t shifted = (5 * day_of_year + 2) / 153; // months from March
    const int month = static_cast<int>(shifted < 10 ? shifted + 3 : shifted - 9);
    return {year_of_era + era * 400 + (month <= 2), month, static_cast<int>(day_of_year - (153 * shifted + 2) / 5 + 1)};
}

[[nodiscard]] constexpr int days_of_month(std::int64_t year, int month) noexcept {
    if (month == 2) return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 ? 29 : 28;
    return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

} // namespace detail

/// A day by year, month (1 to 12) and day of the month.
[[nodiscard]] constexpr Date calendar_date(std::int64_t year, int month, int day) noexcept {
    return {make<Seconds>(86400.0 * static_cast<double>(detail::days_from_civil(year, month, day)))};
}

/// Reads YYYY-MM-DD; of YYYY-MM and YYYY the middle. Nothing for anything else.
[[nodiscard]] constexpr std::optional<Date> parse_date(std::string_view text) noexcept {
    if (text.size() != 4 && text.size() != 7 && text.size() != 10) return std::nullopt;
    int parts[3] = {0, 0, 0};
    int part = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (i == 4 || i == 7) {
            if (text[i] != '-') return std::nullopt;
            ++part;
            continue;
        }
        if (text[i] < '0' || text[i] > '9') return std::nullopt;
        parts[part] = 10 * parts[part] + (text[i] - '0');
    }
    if (text.size() == 4) return calendar_date(parts[0], 7, 1);
    if (parts[1] < 1 || parts[1] > 12) return std::nullopt;
    if (text.size() == 7) return calendar_date(parts[0], parts[1], 15);
    if (parts[2] < 1 || parts[2] > detail::days_of_month(parts[0], parts[1])) return std::nullopt;
    return calendar_date(parts[0], parts[1], parts[2]);
}

using DateText = BasicText<15>;

/// The day as YYYY-MM-DD; years from 0 to 9999.
[[nodiscard]] constexpr DateText to_text(const Date& date) noexcept {
    const double days = raw(date.since_2000) / 86400.0;
    auto whole = static_cast<std::int64_t>(days);
    if (static_cast<double>(whole) > days) --whole;
    const detail::Civil civil = detail::civil_from_days(whole);
    DateText text;
    const auto pad = [&text](std::int64_t number, std::int64_t least) {
        for (std::int64_t size = 10; size <= least; size *= 10)
            if (number < size) text.append('0');
        text.append_number(static_cast<double>(number));
    };
    pad(civil.year, 1000);
    text.append('-');
    pad(civil.month, 10);
    text.append('-');
    pad(civil.day, 10);
    return text;
}

} // namespace foretrain::inline v0
