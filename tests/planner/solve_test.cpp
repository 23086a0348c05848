// SPDX-License-Identifier: Apache-2.0
#include <foretrain/planner/solve.hpp>

#include <cstdint>
#include <limits>

#include <doctest/doctest.h>

#include <foretrain/units/literals.hpp>

using namespace foretrain;
using namespace foretrain::literals;

namespace {

/// The least n with n * n at least `square`.
constexpr auto root_of(std::int64_t square, std::int64_t highest, SolveBy by = SolveBy::bracket) {
    return try_solve(Aim::least, by, 1, highest, Goal<double>{static_cast<double>(square), true},
                     [](std::int64_t n) { return Tried<double>{static_cast<double>(n * n)}; });
}
static_assert(root_of(1000, 1'000'000)->answer.at == 32);    // 32^2 = 1024
static_assert(root_of(1000, 1'000'000)->neighbour.at == 31); // 31^2 = 961
static_assert(root_of(1024, 1'000'000)->answer.at == 32);

/// The most seconds whose double is at most a minute.
constexpr auto half_a_minute(double tolerance = 1e-6) {
    return try_solve(
        Aim::most, 1_s, 3600_s, Goal<Seconds>{60_s}, [](const Seconds& time) { return Tried<Seconds>{time + time}; },
        tolerance);
}
static_assert(half_a_minute()->found() && half_a_minute()->answer.at <= 30_s);

} // namespace

TEST_CASE("a bracket finds what a scan finds, at each limit, with far fewer trials") {
    for (std::int64_t square = 1; square <= 400; ++square) {
        const auto bracket = root_of(square, 40), scan = root_of(square, 40, SolveBy::scan);
        REQUIRE(bracket);
        REQUIRE(scan);
        CHECK(bracket->found());
        CHECK(bracket->answer.at == scan->answer.at);
        CHECK(bracket->answer.holds);
        CHECK(bracket->has_neighbour == scan->has_neighbour);
        if (!bracket->has_neighbour) continue;
        CHECK(bracket->neighbour.at == bracket->answer.at - 1);
        CHECK_FALSE(bracket->neighbour.holds);
        CHECK(bracket->neighbour.measure < static_cast<double>(square));
    }
    CHECK(root_of(200'000'000, 1'000'000)->trials <= 9 + 17);
    CHECK(root_of(360'000'000'000, 1'000'000)->trials <= 9 + 17); // 600,000: within an eighth of the range
}

TEST_CASE("the most of an unknown is the mirror of the least") {
    for (std::int64_t limit = 1; limit <= 50; ++limit)
        for (const SolveBy by : {SolveBy::bracket, SolveBy::scan}) {
            const auto most = try_solve(Aim::most, by, 1, 20, Goal<double>{static_cast<double>(limit)},
                                        [](std::int64_t n) { return Tried<double>{static_cast<double>(3 * n)}; });
            REQUIRE(most);
            CHECK(most->found() == (limit >= 3));
            if (!most->found()) continue;
            CHECK(most->answer.at == (limit / 3 > 20 ? 20 : limit / 3));
            CHECK(most->has_neighbour == (most->answer.at < 20));
            if (most->has_neighbour) CHECK(most->neighbour.at == most->answer.at + 1);
        }
}

TEST_CASE("where nothing keeps the limit, the nearest miss is told") {
    for (const SolveBy by : {SolveBy::bracket, SolveBy::scan}) {
        const auto none = root_of(500, 20, by);
        REQUIRE(none);
        CHECK(none->status == SolveStatus::none);
        CHECK_FALSE(none->has_neighbour);
        CHECK(none->answer.at == 20);
        CHECK(none->missed_by() == doctest::Approx(0.2)); // 400 of 500
    }
}

TEST_CASE("an answer at the end of the range says that the question goes on beyond it") {
    const auto all = root_of(0, 20);
    REQUIRE(all);
    CHECK(all->answer.at == 1);
    CHECK(all->end_of_range());
    CHECK_FALSE(root_of(4, 20)->end_of_range());
}

TEST_CASE("what is kept, not kept and kept again is refused by a bracket, not by a scan") {
    const auto valley = [](std::int64_t n) { return Tried<double>{static_cast<double>((n - 50) * (n - 50))}; };
    const auto bracket = try_solve(Aim::least, SolveBy::bracket, 1, 100, Goal<double>{900.0}, valley);
    REQUIRE(bracket);
    CHECK(bracket->status == SolveStatus::not_monotone);
    CHECK(bracket->answer.holds);
    CHECK_FALSE(bracket->neighbour.holds);
    CHECK(bracket->neighbour.at > bracket->answer.at); // it should hold from the answer on
    const auto scan = try_solve(Aim::least, SolveBy::scan, 1, 100, Goal<double>{900.0}, valley);
    CHECK(scan->found());
    CHECK(scan->answer.at == 20);
    CHECK(scan->neighbour.at == 19);
    // A valley between the ends is seen too.
    const auto hill = try_solve(Aim::least, SolveBy::bracket, 1, 100, Goal<double>{-900.0}, [](std::int64_t n) {
        return Tried<double>{-static_cast<double>((n - 50) * (n - 50))};
    });
    CHECK(hill->status == SolveStatus::not_monotone);
}

TEST_CASE("a scan passes over what does not exist, and what cannot be had fails") {
    const auto even = try_solve(Aim::least, SolveBy::scan, 1, 100, Goal<double>{9.0, true}, [](std::int64_t n) {
        if (n % 2 != 0) return Tried<double>::absent();
        if (n < 8) return Tried<double>{};
        return Tried<double>{static_cast<double>(n)};
    });
    REQUIRE(even);
    CHECK(even->answer.at == 10);
    CHECK(even->neighbour.at == 8);
    CHECK(even->trials == 5);
    const auto missing = try_solve(Aim::least, SolveBy::scan, 1, 9, Goal<double>{9.0, true},
                                   [](std::int64_t) { return Tried<double>::absent(); });
    CHECK(missing->status == SolveStatus::none);
    CHECK(missing->trials == 0);
    CHECK_FALSE(missing->answer.known);
}

TEST_CASE("of a real unknown, answer and certificate are as near as asked for") {
    for (const double tolerance : {1e-2, 1e-6, 1e-12}) {
        const auto found = half_a_minute(tolerance);
        REQUIRE(found);
        CHECK(found->found());
        CHECK(found->answer.at <= 30_s);
        CHECK(found->neighbour.at > 30_s);
        CHECK(raw(found->neighbour.at) <= raw(found->answer.at) * (1 + tolerance));
        CHECK(found->answer.measure <= 60_s);
        CHECK(found->neighbour.measure > 60_s);
    }
    // Over 20 orders of magnitude no further than its logarithm is long.
    const auto wide = try_solve(Aim::least, 1e-10 * make<Bandwidth>(1), 1e10 * make<Bandwidth>(1), Goal<double>{0.5},
                                [](const Bandwidth& b) { return Tried<double>{1.0 / (1.0 + raw(b))}; });
    CHECK(raw(wide->answer.at) == doctest::Approx(1.0).epsilon(1e-6));
    CHECK(wide->trials < 50);
}

TEST_CASE("an empty or endless range and a limit that is no number are refused, all at once") {
    constexpr double nan = std::numeric_limits<double>::quiet_NaN();
    const auto measured = [](std::int64_t n) { return Tried<double>{static_cast<double>(n)}; };
    const auto whole = try_solve(Aim::least, SolveBy::bracket, 5, 4, Goal<double>{nan}, measured);
    REQUIRE_FALSE(whole);
    CHECK(whole.violations().size() == 2);
    CHECK(whole.violations().contains("range_is_not_empty"));
    const auto real =
        try_solve(Aim::most, 0_s, 1_s / 0.0, Goal<double>{nan}, [](const Seconds&) { return Tried<double>{1.0}; }, 0.0);
    REQUIRE_FALSE(real);
    CHECK(real.violations().size() == 4);
}
