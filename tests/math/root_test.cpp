// SPDX-License-Identifier: Apache-2.0
#include <foretrain/math/root.hpp>

#include <cmath>
#include <limits>

#include <doctest/doctest.h>

#include <foretrain/math/exp.hpp>
#include <foretrain/math/pow.hpp>

#include "reference.hpp"

namespace ft = foretrain;
using ft::RootStatus;
using reference::bits;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

struct RootCase {
    double (*f)(double);
    double lo;
    double hi;
    double tolerance;
    double root; // of what double arithmetic makes of f
    int at_most; // evaluations
};

// at_most is about bisection's count for the hard ones, and far below it for the smooth ones.
constexpr RootCase cases[] = {
    {[](double x) { return x * x - 2; }, 0, 2, 1e-12, 0x1.6a09e667f3bcdp0, 12},
    {[](double x) { return 2 - x * x; }, 0, 2, 1e-12, 0x1.6a09e667f3bcdp0, 12},
    {[](double x) { return ft::exp(x) - 10; }, -10, 10, 1e-12, 0x1.26bb1bbb55516p1, 20},
    {[](double x) { return x * x * x; }, -1, 2, 1e-12, 0, 42},                // flat at its root
    {[](double x) { return x < 0.3 ? -1.0 : 1.0; }, 0, 1, 1e-12, 0.3, 41},    // a jump
    {[](double x) { return x - 1e-9; }, 0, 1e6, 1e-12, 1e-9, 61},             // tiny against its bracket
    {[](double x) { return ft::power<9>(x) - 1e-9; }, 0, 10, 1e-12, 0.1, 45}, // regula falsi crawls here
    {[](double x) { return 1 / (x - 0.5) - 4; }, 0.6, 10, 1e-13, 0.75, 47},
    {[](double x) { return x; }, -1, 1, 1e-300, 0, 2},
    {[](double x) { return x - 1; }, 1, 5, 1e-9, 1, 0}, // at an end
    {[](double x) { return x - 5; }, 1, 5, 1e-9, 5, 0},
};

constexpr bool solves(const RootCase& c) {
    const auto r = ft::find_root(c.f, c.lo, c.hi, c.tolerance);
    const double error = r.root < c.root ? c.root - r.root : r.root - c.root;
    return r.converged() && error <= c.tolerance * 1.001 && r.iterations <= c.at_most && r.lo <= r.root &&
           r.root <= r.hi;
}
constexpr bool all_solved() {
    for (const auto& c : cases) {
        if (!solves(c)) return false;
    }
    return true;
}
static_assert(all_solved());

constexpr auto roots_at_compile_time = [] {
    std::array<double, std::size(cases)> roots{};
    for (std::size_t i = 0; i < roots.size(); ++i) {
        roots[i] = ft::find_root(cases[i].f, cases[i].lo, cases[i].hi, cases[i].tolerance).root;
    }
    return roots;
}();

constexpr auto identity = [](double x) { return x; };
static_assert(ft::find_root(identity, 1.0, 2.0, 1e-9).status == RootStatus::no_sign_change);
static_assert(ft::find_root(identity, 2.0, -1.0, 1e-9).status == RootStatus::invalid_bracket);
static_assert(ft::find_root(identity, -infinity, 1.0, 1e-9).status == RootStatus::invalid_bracket);
static_assert(ft::find_root(identity, not_a_number, 1.0, 1e-9).status == RootStatus::invalid_bracket);
static_assert(ft::find_root(identity, -1.0, 1.0, 0.0).status == RootStatus::invalid_tolerance);
static_assert(ft::find_root(identity, -1.0, 1.0, not_a_number).status == RootStatus::invalid_tolerance);
static_assert(ft::find_root([](double) { return not_a_number; }, -1.0, 1.0, 1e-9).status == RootStatus::not_finite);
static_assert(ft::find_root([](double x) { return x < 0 ? -infinity : 1.0; }, -1.0, 1.0, 1e-9).status ==
              RootStatus::not_finite);
static_assert(ft::find_root([](double x) { return x == -1 || x == 1 ? x : not_a_number; }, -1.0, 1.0, 1e-9).status ==
              RootStatus::not_finite);

constexpr bool first_true_holds() {
    const auto above = [](int bound) { return [bound](int n) { return n >= bound; }; };
    if (*ft::first_true(0, 100, above(37)) != 37 || *ft::first_true(0, 100, above(0)) != 0) return false;
    if (*ft::first_true(0, 100, above(100)) != 100 || ft::first_true(0, 100, above(101))) return false;
    if (ft::first_true(5, 4, above(0)) || ft::first_true(0, 1, above(9)).value_or(-7) != -7) return false;
    constexpr int least = std::numeric_limits<int>::min();
    constexpr int most = std::numeric_limits<int>::max();
    if (*ft::first_true(least, most, above(12345)) != 12345) return false;
    if (*ft::first_true(least, most, above(most)) != most) return false;
    if (*ft::first_true(least, most, above(least)) != least) return false;
    using Small = signed char;
    const auto large =
        ft::first_true(std::uint64_t{0}, ~std::uint64_t{0}, [](std::uint64_t n) { return n >= 0xfedcba9876543210; });
    const auto little = ft::first_true(Small{-128}, Small{127}, [](Small n) { return n > 3; });
    return *large == 0xfedcba9876543210 && *little == 4;
}
static_assert(first_true_holds());

} // namespace

TEST_CASE("find_root: same answers at compile time and at run time, within its bound of evaluations") {
    for (std::size_t i = 0; i < std::size(cases); ++i) {
        CAPTURE(i);
        const volatile RootCase& hidden = cases[i];
        const auto r = ft::find_root(cases[i].f, static_cast<double>(hidden.lo), hidden.hi, hidden.tolerance);
        CAPTURE(r.root);
        CAPTURE(r.iterations);
        CHECK(solves(cases[i]));
        CHECK(bits(r.root) == bits(roots_at_compile_time[i]));
    }
}

TEST_CASE("find_root: on powers with any exponent never more than bisection and one") {
    for (int k = 1; k <= 60; ++k) {
        const double target = ft::exp2(-k * 0.7);
        for (const double tolerance : {1e-3, 1e-6, 1e-9, 1e-12}) {
            const auto bound = static_cast<int>(std::ceil(std::log2(1 / tolerance))) + 1;
            const auto steep_function = [=](double x) { return ft::pow(x, 0.1) - ft::pow(target, 0.1); };
            const auto flat_function = [=](double x) { return ft::power<15>(x) - ft::power<15>(target); };
            const auto steep = ft::find_root(steep_function, 0.0, 1.0, tolerance);
            const auto flat = ft::find_root(flat_function, 0.0, 1.0, tolerance);
            CHECK(steep.converged());
            CHECK(flat.converged());
            CHECK(std::fabs(steep.root - target) <= tolerance * 1.001);
            CHECK(steep.iterations <= bound);
            CHECK(flat.iterations <= bound);
        }
    }
}

TEST_CASE("find_root: a tolerance below the last bit ends at adjacent numbers") {
    const auto r = ft::find_root([](double x) { return x * x - 2; }, 1.0, 2.0, 1e-300);
    CHECK(r.converged());
    CHECK(r.root == doctest::Approx(std::sqrt(2.0)).epsilon(1e-15));
    const auto f = ft::find_root([](float x) { return x * x - 2; }, 1.0F, 2.0F, 1e-30F);
    CHECK(f.converged());
    CHECK(static_cast<double>(f.root) == doctest::Approx(std::sqrt(2.0)).epsilon(1e-6));
}

TEST_CASE("first_true: at run time too") { CHECK(first_true_holds()); }
