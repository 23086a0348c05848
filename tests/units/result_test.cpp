// SPDX-License-Identifier: Apache-2.0
#include <foretrain/units/result.hpp>

#include <csignal>
#include <exception>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <sys/wait.h>
#include <unistd.h>

#include <doctest/doctest.h>

#include <foretrain/units/literals.hpp>

using namespace foretrain;
using namespace foretrain::literals;

namespace {

struct Estimate {
    Seconds time{};
    int steps = 0;
};

constexpr Violations broken(double value) {
    Violations list;
    detail::require_range(list, "time", make<Seconds>(value), 0.0, 1.0, "s");
    return list;
}

constexpr Result<Estimate> try_estimate(double seconds) noexcept {
    if (!(0.0 <= seconds && seconds <= 1.0)) return broken(seconds);
    return Estimate{make<Seconds>(seconds), 7};
}
constexpr Estimate estimate(double seconds) { return detail::value_or_throw(try_estimate(seconds)); }

constexpr Result<Estimate> good = try_estimate(0.5);
constexpr Result<Estimate> bad = try_estimate(2.0);
static_assert(good && good.has_value() && good->steps == 7 && (*good).time == 0.5_s && good.value().time == 0.5_s);
static_assert(!bad && bad.violations().size() == 1 && bad.violations()[0].value == 2.0);
static_assert(estimate(0.5).time == 0.5_s);
static_assert(noexcept(try_estimate(0.5)));
static_assert(std::is_nothrow_copy_constructible_v<Result<Estimate>> &&
              std::is_nothrow_copy_assignable_v<Result<Estimate>>);
static_assert(std::is_trivially_destructible_v<Result<Estimate>>);
static_assert(!std::is_convertible_v<Result<Estimate>, bool>, "only where a condition is asked for");

// Every change of state, in a constant expression too.
constexpr bool assignments() {
    Result<Estimate> result = good;
    const Result<Estimate> copy_of_bad = bad;
    result = good;
    bool right = result.has_value() && result->steps == 7;
    result = copy_of_bad;
    right = right && !result && result.violations()[0].value == 2.0;
    result = copy_of_bad;
    right = right && !result;
    result = Estimate{0.25_s, 3};
    right = right && result && result->time == 0.25_s;
    result = broken(-1.0);
    right = right && !result && result.violations()[0].value == -1.0;
    const Result<Estimate>& itself = result;
    result = itself;
    return right && !result && result.violations()[0].value == -1.0;
}
static_assert(assignments());

// From a temporary, value and violations are copies: neither loop nor reference dangles.
constexpr double sum_of_values() {
    double sum = 0;
    for (const Violation& violation : try_estimate(3.0).violations()) sum += violation.value;
    const Estimate& kept = *try_estimate(0.5);
    return sum + raw(kept.time);
}
static_assert(sum_of_values() == 3.5);
static_assert(std::is_same_v<decltype(std::declval<Result<Estimate>>().value()), Estimate>);
static_assert(std::is_same_v<decltype(std::declval<Result<Estimate>&>().value()), const Estimate&>);

} // namespace

TEST_CASE("a result holds a value or violations, and changes between them") {
    CHECK(good.has_value());
    CHECK(!bad.has_value());
    CHECK(assignments());
    CHECK(sum_of_values() == 3.5);
}

TEST_CASE("a value with a destructor is destroyed once, and copied deeply") {
    static int alive = 0;
    struct Counted {
        std::string name = std::string(100, 'x');
        Counted() { ++alive; }
        Counted(const Counted& other) : name(other.name) { ++alive; }
        Counted& operator=(const Counted&) = default;
        ~Counted() { --alive; }
    };
    {
        Result<Counted> result{Counted{}};
        const Result<Counted> copy = result;
        CHECK(alive == 2);
        result = broken(2.0);
        CHECK(alive == 1);
        result = copy;
        CHECK(alive == 2);
        CHECK(result->name == copy->name);
        CHECK(std::move(result).value().name.size() == 100);
    }
    CHECK(alive == 0);
}

TEST_CASE("estimate_* returns the value or throws all violations") {
    CHECK(estimate(0.5).steps == 7);
    try {
        static_cast<void>(estimate(2.0));
        FAIL("did not throw");
    } catch (const InvalidConfiguration& error) {
        CHECK(std::string{error.what()} == "invalid configuration:\n  time = 2 s: must be from 0 to 1 s [range]");
        CHECK(error.violations().size() == 1);
        CHECK(error.violations()[0].value == 2.0);
    }
    CHECK_THROWS_AS(static_cast<void>(estimate(2.0)), std::exception);
    static_assert(std::is_nothrow_copy_constructible_v<InvalidConfiguration>);
}

TEST_CASE("what() has one line for each violation, whole lines only, and counts those left out") {
    for (std::size_t count = 1; count <= Violations::capacity + 5; ++count) {
        Violations list;
        for (std::size_t i = 0; i < count; ++i)
            list.add(Violation{.rule = "range",
                               .field = "accelerator.matrix.bf16",
                               .value = -1,
                               .unit = "FLOP/s",
                               .lowest = 1e9,
                               .highest = 1e18,
                               .hint = "dense, without sparsity"});
        const std::string line = "\n  accelerator.matrix.bf16 = -1 FLOP/s: must be from 1000000000 to 1e18 FLOP/s "
                                 "[range]; hint: dense, without sparsity";
        const InvalidConfiguration error{list};
        const std::string what = error.what();
        std::size_t lines = 0;
        std::size_t at = std::string{"invalid configuration:"}.size();
        while (what.compare(at, line.size(), line) == 0) {
            ++lines;
            at += line.size();
        }
        CAPTURE(count);
        CHECK(lines >= (count < 30 ? count : 30));
        const std::string rest = what.substr(at);
        if (lines == count) CHECK(rest.empty());
        else CHECK(rest == "\n  ... and " + std::to_string(count - lines) + " more");
    }
}

TEST_CASE("asking for what is not there ends the program") {
    // In a child process; `_exit(0)` is only reached if it did not.
    const auto ends = [](auto ask) {
        const pid_t child = fork();
        if (child == 0) {
            // doctest and sanitizers would report the expected death.
            std::signal(SIGILL, SIG_DFL);
            std::signal(SIGTRAP, SIG_DFL);
            close(STDERR_FILENO);
            ask();
            _exit(0);
        }
        int status = 0;
        waitpid(child, &status, 0);
        return !(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    };
    CHECK(!ends([] {}));
    CHECK(!ends([] { static_cast<void>(good.value()); }));
    CHECK(ends([] { static_cast<void>(bad.value()); }));
    CHECK(ends([] { static_cast<void>(bad->steps); }));
    CHECK(ends([] { static_cast<void>(good.violations()); }));
}

namespace {

/// Counts how often it is copied.
struct Copied {
    int copies = 0;
    constexpr explicit Copied(int before) noexcept : copies{before} {}
    constexpr Copied(const Copied& other) noexcept : copies{other.copies + 1} {}
    constexpr Copied& operator=(const Copied&) noexcept = default;
};

} // namespace

TEST_CASE("a value or violations made in place are not copied") {
    constexpr auto made = Result<Copied>::made_by([] { return Copied{0}; });
    static_assert(made.has_value() && made.value().copies == 0);
    constexpr Result<Copied> taken = Copied{0};
    static_assert(taken.value().copies > 0); // what making in place avoids
    const auto refused = Result<Copied>::made_by([] { return broken(2.0); });
    REQUIRE(!refused.has_value());
    CHECK(refused.violations().size() == 1);
    CHECK(refused.violations()[0].value == 2.0);
}
