// SPDX-License-Identifier: Apache-2.0
#include <foretrain/math/dual.hpp>

#include <cmath>
#include <limits>
#include <type_traits>

#include <boost/units/base_dimension.hpp>
#include <boost/units/base_unit.hpp>
#include <boost/units/make_system.hpp>
#include <boost/units/quantity.hpp>
#include <doctest/doctest.h>

#include "reference.hpp"

namespace ft = foretrain;
using reference::bits, reference::Points;
using Dual2 = ft::Dual<double, 2>;

// two units of the test's own
struct length_dimension : boost::units::base_dimension<length_dimension, 990001> {};
struct duration_dimension : boost::units::base_dimension<duration_dimension, 990002> {};
struct metre_base : boost::units::base_unit<metre_base, length_dimension::dimension_type, 990001> {};
struct second_base : boost::units::base_unit<second_base, duration_dimension::dimension_type, 990002> {};
using test_system = boost::units::make_system<metre_base, second_base>::type;
using metre = boost::units::unit<length_dimension::dimension_type, test_system>;
using second = boost::units::unit<duration_dimension::dimension_type, test_system>;

static_assert(std::is_trivially_copyable_v<Dual2>);
static_assert(sizeof(Dual2) == 3 * sizeof(double));
static_assert(std::is_same_v<std::common_type_t<double, Dual2>, Dual2>);
static_assert(std::is_convertible_v<int, Dual2>);
static_assert(!std::is_convertible_v<Dual2, double>); // derivatives are not dropped by accident
static_assert(std::is_same_v<decltype(Dual2() * 2), Dual2>);
static_assert(std::is_same_v<decltype(2.0F / Dual2()), Dual2>);
static_assert(std::numeric_limits<Dual2>::is_specialized);
static_assert(std::numeric_limits<Dual2>::digits == 53);
static_assert(std::numeric_limits<Dual2>::max().value == std::numeric_limits<double>::max());

namespace {

struct Derivative {
    const char* name;
    Dual2 (*f)(const Dual2&, const Dual2&);
    double (*value)(double, double);
    double (*by_x)(double, double);
    double (*by_y)(double, double);
};

using D = const Dual2&;

// Written once; evaluated at compile time and at run time, compared with closed forms and with central differences.
constexpr Derivative derivatives[] = {
    {"x + y", [](D x, D y) { return x + y; }, [](double x, double y) { return x + y; },
     [](double, double) { return 1.0; }, [](double, double) { return 1.0; }},
    {"3 + x - 2 - y", [](D x, D y) { return 3 + x - 2 - y; }, [](double x, double y) { return 3 + x - 2 - y; },
     [](double, double) { return 1.0; }, [](double, double) { return -1.0; }},
    {"x y", [](D x, D y) { return x * y; }, [](double x, double y) { return x * y; },
     [](double, double y) { return y; }, [](double x, double) { return x; }},
    {"x / y", [](D x, D y) { return x / y; }, [](double x, double y) { return x / y; },
     [](double, double y) { return 1 / y; }, [](double x, double y) { return -x / (y * y); }},
    {"2 / x - y / 4", [](D x, D y) { return 2 / x - y / 4; }, [](double x, double y) { return 2 / x - y / 4; },
     [](double x, double) { return -2 / (x * x); }, [](double, double) { return -0.25; }},
    {"1 - x * 2.5f", [](D x, D) { return 1 - x * 2.5F; }, [](double x, double) { return 1 - x * 2.5; },
     [](double, double) { return -2.5; }, [](double, double) { return 0.0; }},
    {"-x^5", [](D x, D) { return -ft::power<5>(x); }, [](double x, double) { return -ft::power<5>(x); },
     [](double x, double) { return -5 * ft::power<4>(x); }, [](double, double) { return 0.0; }},
    {"sqrt(x y)", [](D x, D y) { return sqrt(x * y); }, [](double x, double y) { return ft::sqrt(x * y); },
     [](double x, double y) { return 0.5 * ft::sqrt(y / x); },
     [](double x, double y) { return 0.5 * ft::sqrt(x / y); }},
    {"exp(x / y)", [](D x, D y) { return exp(x / y); }, [](double x, double y) { return ft::exp(x / y); },
     [](double x, double y) { return ft::exp(x / y) / y; },
     [](double x, double y) { return -ft::exp(x / y) * x / (y * y); }},
    {"exp2(x)", [](D x, D) { return exp2(x); }, [](double x, double) { return ft::exp2(x); },
     [](double x, double) { return ft::exp2(x) * ft::log(2.0); }, [](double, double) { return 0.0; }},
    {"expm1(x)", [](D x, D) { return expm1(x); }, [](double x, double) { return ft::expm1(x); },
     [](double x, double) { return ft::exp(x); }, [](double, double) { return 0.0; }},
    {"log(x y)", [](D x, D y) { return log(x * y); }, [](double x, double y) { return ft::log(x * y); },
     [](double x, double) { return 1 / x; }, [](double, double y) { return 1 / y; }},
    {"log2(x)", [](D x, D) { return log2(x); }, [](double x, double) { return ft::log2(x); },
     [](double x, double) { return 1 / (x * ft::log(2.0)); }, [](double, double) { return 0.0; }},
    {"log1p(y)", [](D, D y) { return log1p(y); }, [](double, double y) { return ft::log1p(y); },
     [](double, double) { return 0.0; }, [](double, double y) { return 1 / (1 + y); }},
    {"x^1.7", [](D x, D) { return pow(x, 1.7); }, [](double x, double) { return ft::pow(x, 1.7); },
     [](double x, double) { return 1.7 * ft::pow(x, 0.7); }, [](double, double) { return 0.0; }},
    {"x^3", [](D x, D) { return pow(x, 3); }, [](double x, double) { return ft::pow(x, 3.0); },
     [](double x, double) { return 3 * x * x; }, [](double, double) { return 0.0; }},
    {"3^y", [](D, D y) { return pow(3, y); }, [](double, double y) { return ft::pow(3.0, y); },
     [](double, double) { return 0.0; }, [](double, double y) { return ft::log(3.0) * ft::pow(3.0, y); }},
    {"x^y", [](D x, D y) { return pow(x, y); }, [](double x, double y) { return ft::pow(x, y); },
     [](double x, double y) { return y * ft::pow(x, y - 1); },
     [](double x, double y) { return ft::log(x) * ft::pow(x, y); }},
};

constexpr bool near(double a, double b, double tolerance) {
    const double difference = a < b ? b - a : a - b;
    const double size = (a < 0 ? -a : a) + (b < 0 ? -b : b) + 0.1;
    return difference <= tolerance * size;
}

constexpr bool matches(const Derivative& d, double x, double y) {
    const Dual2 r = d.f(ft::variable<2>(x, 0), ft::variable<2>(y, 1));
    return near(r.value, d.value(x, y), 1e-14) && near(r.gradient[0], d.by_x(x, y), 1e-14) &&
           near(r.gradient[1], d.by_y(x, y), 1e-14);
}
constexpr bool all_match() {
    for (const auto& d : derivatives) {
        if (!matches(d, 2.5, 0.7) || !matches(d, 0.3, 3.1)) return false;
    }
    return true;
}
static_assert(all_match());

constexpr bool comparisons_hold() {
    const Dual2 x(2.0, {1.0, 5.0});
    const Dual2 y(2.0, {7.0, 0.0});
    const Dual2 z = 3;
    return x == y && x == 2 && 2.0 == x && x < z && z > x && x <= 2 && 1 < x && x != z && x >= y && !(x < 2.0F) &&
           ft::value_of(x) == 2.0;
}
static_assert(comparisons_hold());

constexpr bool compound_holds() {
    Dual2 x = ft::variable<2>(3.0, 0);
    x += 1;
    x *= x; // 16, slope 8
    if (x.value != 16 || x.gradient[0] != 8) return false;
    x /= ft::variable<2>(2.0, 1); // 8, 4, -8/... by y: -16/4 = -4
    if (x.value != 8 || x.gradient[0] != 4 || x.gradient[1] != -4) return false;
    x -= x;
    return x.value == 0 && x.gradient[0] == 0 && x.gradient[1] == 0;
}
static_assert(compound_holds());

constexpr bool edges_hold() {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    const Dual2 zero = ft::variable<2>(0.0, 0);
    return sqrt(zero).gradient[0] == infinity && sqrt(zero).gradient[1] == 0 && pow(zero, 2).gradient[0] == 0 &&
           pow(zero, 1).gradient[0] == 1 && pow(zero, 0).value == 1 && pow(zero, 0.5).gradient[0] == infinity &&
           sqrt(-zero).gradient[0] == -infinity;
}
static_assert(edges_hold());

// second derivatives by nesting: d^2/dx^2 x^3 = 6 x
constexpr bool nesting_holds() {
    using Inner = ft::Dual<double, 1>;
    const Inner seed = ft::variable<1>(2.0, 0);
    const auto x = ft::variable<1>(seed, 0);
    const auto cube = x * x * x;
    const auto root = sqrt(x);
    return cube.gradient[0].gradient[0] == 12 && ft::value_of(cube) == 8 &&
           near(root.gradient[0].gradient[0], -0.25 / (2 * ft::sqrt(2.0)), 1e-15);
}
static_assert(nesting_holds());

using Dual3 = ft::Dual<double, 3>;
using Length = boost::units::quantity<metre, Dual3>;
using Duration = boost::units::quantity<second, Dual3>;
using Speed = decltype(Length() / Duration());
using PlainDuration = boost::units::quantity<second, double>;

constexpr bool quantities_hold() {
    const Length length = Length::from_value(ft::variable<3>(6.0, 0));
    const Duration duration = Duration::from_value(ft::variable<3>(2.0, 1));
    const PlainDuration plain = PlainDuration::from_value(4.0);
    const Speed speed = length / duration;
    if (speed.value().value != 3 || speed.value().gradient[0] != 0.5 || speed.value().gradient[1] != -1.5) return false;
    const Length back = speed * duration;
    const Length travelled = speed * plain;
    const Length sum = length + travelled - back;
    if (sum.value().value != 12 || travelled.value().gradient[0] != 2) return false;
    const Length doubled = length * Dual3(2.0); // Boost.Units scales by the value type alone
    const Length tripled = Dual3(3.0) * length;
    if (doubled.value().value != 12 || tripled.value().gradient[0] != 3) return false;
    Length total = length;
    total += doubled;
    const Dual3 ratio = total / length; // a dimensionless quantity is its value
    return ratio.value == 3 && length < doubled && doubled == sum && !(tripled <= doubled) &&
           ft::maximum(length, tripled).value().value == 18;
}
static_assert(quantities_hold());

} // namespace

TEST_CASE("dual: gradients equal closed forms and central differences") {
    Points points(1);
    for (const auto& d : derivatives) {
        CAPTURE(d.name);
        bool closed = true;
        bool differences = true;
        for (int i = 0; i < 1000; ++i) {
            const double x = points.uniform(0.3, 5);
            const double y = points.uniform(0.3, 3);
            closed = closed && matches(d, x, y);
            const double h = 1e-5;
            const Dual2 r = d.f(ft::variable<2>(x, 0), ft::variable<2>(y, 1));
            differences = differences && near(r.gradient[0], (d.value(x + h, y) - d.value(x - h, y)) / (2 * h), 1e-6) &&
                          near(r.gradient[1], (d.value(x, y + h) - d.value(x, y - h)) / (2 * h), 1e-6);
        }
        CHECK(closed);
        CHECK(differences);
    }
}

TEST_CASE("dual: the value has the bits of the plain computation, at compile time too") {
    constexpr Dual2 at_compile_time = pow(sqrt(ft::variable<2>(2.5, 0)) + exp(ft::variable<2>(0.7, 1)), 1.7);
    const Dual2 x = ft::variable<2>(reference::opaque(2.5), 0);
    const Dual2 y = ft::variable<2>(reference::opaque(0.7), 1);
    const Dual2 at_run_time = pow(sqrt(x) + exp(y), 1.7);
    CHECK(bits(at_run_time.value) == bits(at_compile_time.value));
    CHECK(bits(at_run_time.gradient[0]) == bits(at_compile_time.gradient[0]));
    CHECK(bits(at_run_time.gradient[1]) == bits(at_compile_time.gradient[1]));
    CHECK(bits(at_run_time.value) == bits(ft::pow(ft::sqrt(2.5) + ft::exp(0.7), 1.7)));
}

TEST_CASE("dual: the rest, at run time") {
    CHECK(comparisons_hold());
    CHECK(compound_holds());
    CHECK(edges_hold());
    CHECK(nesting_holds());
    CHECK(quantities_hold());
}

TEST_CASE("dual: over float") {
    using F = ft::Dual<float, 1>;
    const F x = ft::variable<1>(4.0F, 0);
    const F y = sqrt(x) * 2.0 + 1;
    CHECK(y.value == 5.0F);
    CHECK(y.gradient[0] == 0.5F);
}
