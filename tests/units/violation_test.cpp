// SPDX-License-Identifier: Apache-2.0
#include <foretrain/units/violation.hpp>

#include <cstdint>
#include <limits>
#include <ostream>
#include <string_view>

#include <doctest/doctest.h>

#include <Eigen/Core>
#include <unsupported/Eigen/AutoDiff>

#include <foretrain/math/dual.hpp>
#include <foretrain/units/literals.hpp>

using namespace foretrain;
using namespace foretrain::literals;

namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

struct Case {
    Violation violation;
    std::string_view text;
};
constexpr Case cases[] = {
    {{"range", "plan.tensor", 0, {}, 1, 1024, {}, 0, {}}, "plan.tensor = 0: must be from 1 to 1024 [range]"},
    {{"range", "accelerator.power", -1, "W", 1, 1e5, {}, 0, "rated board power"},
     "accelerator.power = -1 W: must be from 1 to 100000 W [range]; hint: rated board power"},
    {{"range", "link.latency", not_a_number, "s", 0, 1, {}, 0, {}},
     "link.latency = nan s: must be from 0 to 1 s [range]"},
    {{"range", "link.latency", infinite, "s", 0, 1, {}, 0, {}}, "link.latency = inf s: must be from 0 to 1 s [range]"},
    {{"range", "link.latency", -infinite, "s", 0, 1, {}, 0, {}},
     "link.latency = -inf s: must be from 0 to 1 s [range]"},
    {{"range", "torus_dimensions", 3, {}, 0, 0, {}, 0, {}}, "torus_dimensions = 3: must be 0 [range]"},
    // A value that reads like the bound it misses says by how much it does.
    {{"range", "efficiency", 1.0000001, {}, 0.01, 1, {}, 0, {}},
     "efficiency = 1 + 1e-7: must be from 0.01 to 1 [range]"},
    {{"range", "efficiency", 0.01 - 0x1p-40, {}, 0.01, 1, {}, 0, {}},
     "efficiency = 0.01 - 9.0949e-13: must be from 0.01 to 1 [range]"},
    {{"tiers_nest", "fabric.tier[1].size", 12, {}, 0, 0, "a multiple of {}", 8, "innermost first"},
     "fabric.tier[1].size = 12: must be a multiple of 8 [tiers_nest]; hint: innermost first"},
    {{"heads", "heads", 12, {}, 0, 0, "{} or its multiple", 8, {}}, "heads = 12: must be 8 or its multiple [heads]"},
    {{"even", "heads", 7, {}, 0, 0, "even", 0, {}}, "heads = 7: must be even [even]"},
};

constexpr bool all_right() {
    for (const Case& c : cases)
        if (to_text(c.violation) != c.text) return false;
    return true;
}
static_assert(all_right());

using Gradient = Dual<double, 3>;
using detail::plain;
static_assert(plain(3) == 3.0 && plain(std::int64_t{-3}) == -3.0 && plain(2.5) == 2.5 && plain(2.5f) == 2.5);
static_assert(plain(2.5_s) == 2.5 && plain(make<BasicSeconds<float>>(2.5f)) == 2.5);
static_assert(plain(Gradient{2.5, {1.0, 2.0, 3.0}}) == 2.5);
static_assert(plain(make<BasicSeconds<Gradient>>(Gradient{2.5})) == 2.5);
static_assert(plain(Dual<float, 1>{2.5f}) == 2.5 && plain(Dual<Dual<double, 1>, 1>{2.5}) == 2.5);

template <class Number>
constexpr bool within(const Number& x, double lowest, double highest) {
    AnyViolation any;
    Violations all;
    detail::require_range(any, "x", x, lowest, highest);
    detail::require_range(all, "x", x, lowest, highest);
    return any.empty() && all.empty();
}
static_assert(within(1.0, 1.0, 2.0) && within(2.0, 1.0, 2.0), "both ends belong to the range");
static_assert(!within(0.999, 1.0, 2.0) && !within(2.001, 1.0, 2.0));
static_assert(!within(not_a_number, 1.0, 2.0) && !within(infinite, 1.0, 2.0) && !within(-infinite, 1.0, 2.0));
static_assert(within(1_s, 1.0, 2.0) && !within(make<Seconds>(not_a_number), 1.0, 2.0));
static_assert(!within(Gradient{not_a_number}, 1.0, 2.0));

} // namespace

TEST_CASE("a violation reads as one line") {
    for (const Case& c : cases) CHECK(to_text(c.violation) == c.text);
}

TEST_CASE("a line that is too long is marked as cut") {
    const BasicText<600> hint{[] {
        BasicText<600> text;
        for (int i = 0; i < 600; ++i) text.append('x');
        return text;
    }()};
    const ViolationText text = to_text(Violation{.rule = "range", .field = "x", .hint = hint});
    CHECK(text.is_cut());
    CHECK((text.view().substr(text.size() - 4) == "x..."));
}

TEST_CASE("the plain number of whatever a field holds") {
    CHECK(plain(std::int64_t{16384}) == 16384.0);
    CHECK(plain(80_GB) == 80e9);
    CHECK(plain(make<BasicBytes<Gradient>>(Gradient{4.0, {1.0, 0.0, 0.0}})) == 4.0);
    using Auto = Eigen::AutoDiffScalar<Eigen::Vector2d>;
    CHECK(plain(Auto{4.0, Eigen::Vector2d{1.0, 0.0}}) == 4.0);
    CHECK(plain(make<BasicBytes<Auto>>(Auto{4.0})) == 4.0);
}

TEST_CASE("ranges include their ends and exclude all that is not a number") {
    CHECK(within(1.0, 1.0, 2.0));
    CHECK(within(2.0, 1.0, 2.0));
    CHECK(!within(0.999, 1.0, 2.0));
    CHECK(!within(not_a_number, -infinite, infinite));
    CHECK(!within(std::int64_t{0}, 1, 4));
    CHECK(within(std::int64_t{4}, 1, 4));
}

TEST_CASE("a rule across fields is reported only when it does not hold") {
    Violations list;
    detail::require(list, true, "fits", "x", 3, "at most {}", 4, "");
    CHECK(list.empty());
    detail::require(list, false, "fits", "x", 5, "at most {}", 4, "use less");
    REQUIRE(list.size() == 1);
    CHECK(to_text(list[0]) == "x = 5: must be at most 4 [fits]; hint: use less");
    CHECK(list.contains("fits"));
    CHECK(!list.contains("range"));
}

TEST_CASE("violations keep their order, up to the capacity, and count the rest") {
    Violations list;
    CHECK(list.empty());
    CHECK(list.begin() == list.end());
    for (std::size_t i = 0; i < Violations::capacity + 3; ++i)
        list.add(Violation{.rule = "range", .field = "x", .value = static_cast<double>(i)});
    CHECK(list.size() == Violations::capacity);
    CHECK(list.omitted() == 3);
    double expected = 0;
    for (const Violation& violation : list) CHECK(violation.value == expected++);
    CHECK(list[Violations::capacity - 1].value == static_cast<double>(Violations::capacity - 1));
}

TEST_CASE("the fast sink only remembers that there was one") {
    AnyViolation any;
    CHECK(any.empty());
    any.add(Violation{});
    CHECK(!any.empty());
}

TEST_CASE("copies of a list hold what it holds, also over a longer or shorter one") {
    const auto list_of = [](int count) {
        Violations list;
        for (int i = 0; i < count; ++i) detail::require_range(list, "n", i + 10, 0.0, 1.0);
        return list;
    };
    Violations list = list_of(3);
    const Violations copy = list;
    CHECK(copy.size() == 3);
    CHECK(copy[2].value == 12);
    list = list_of(1);
    CHECK(list.size() == 1);
    list = copy;
    CHECK(list.size() == 3);
    CHECK(list[0].value == 10);
    const Violations& same = list;
    list = same;
    CHECK(list.size() == 3);
    list = list_of(static_cast<int>(Violations::capacity) + 2);
    const Violations full = list;
    CHECK(full.size() == Violations::capacity);
    CHECK(full.omitted() == 2);
}

// Integers are compared as such, also where a double would round them.
static_assert(detail::in_range(std::int64_t{4}, 1.0, 4.0) && !detail::in_range(std::int64_t{5}, 1.0, 4.0));
static_assert(!detail::in_range(std::int64_t{-1}, 0.0, 4.0));
static_assert(!detail::in_range(std::int64_t{9007199254740993}, 0.0, 9007199254740992.0)); // 2^53 + 1
