// SPDX-License-Identifier: Apache-2.0
#include <foretrain/units/date.hpp>
#include <foretrain/units/literals.hpp>

#include <doctest/doctest.h>

using namespace foretrain;
using namespace foretrain::literals;

static_assert(raw(calendar_date(2000, 1, 1).since_2000) == 0);
static_assert(calendar_date(2024, 3, 1) - calendar_date(2024, 2, 28) == 2_days, "2024 is a leap year");
static_assert(calendar_date(2100, 3, 1) - calendar_date(2100, 2, 28) == 1_days, "2100 is not");
static_assert(calendar_date(2018, 12, 12) < calendar_date(2019, 7, 10));
static_assert(calendar_date(1970, 1, 1) + 10957_days == calendar_date(2000, 1, 1), "the time of Unix");
static_assert(to_text(*parse_date("2024-11-13")) == "2024-11-13");
static_assert(*parse_date("2025-08") == calendar_date(2025, 8, 15) && *parse_date("2025") == calendar_date(2025, 7, 1));

TEST_CASE("every day of four centuries reads back as it is written") {
    Date date = calendar_date(1899, 12, 31);
    for (int day = 0; day < 146100; ++day, date = date + 1_days) {
        const DateText text = to_text(date);
        const std::optional<Date> again = parse_date(text);
        REQUIRE(again);
        REQUIRE(*again == date);
    }
    CHECK(to_text(date + 0.5_days) == to_text(date));
}

TEST_CASE("what is no date is refused") {
    for (const char* text : {"", "24-11-13", "2024-13-01", "2024-00-10", "2023-02-29", "2024-04-31", "2024-1-131",
                             "2024/11/13", "2024-11-1x", "2024-11-"})
        CHECK_FALSE_MESSAGE(parse_date(text).has_value(), text);
    CHECK(parse_date("2024-02-29").has_value());
}

TEST_CASE("a year of trends is 365.25 days") {
    CHECK(julian_year == 1_years);
    CHECK(raw(calendar_date(2004, 1, 1) - calendar_date(2000, 1, 1)) == raw(4_years));
}
