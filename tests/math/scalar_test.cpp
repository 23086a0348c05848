// SPDX-License-Identifier: Apache-2.0
#include <foretrain/math/scalar.hpp>

#include <limits>

#include <Eigen/Core>
#include <doctest/doctest.h>
#include <unsupported/Eigen/AutoDiff>

#include <foretrain/math/dual.hpp>
#include <foretrain/math/smooth.hpp>

namespace ft = foretrain;
using Differentiated = Eigen::AutoDiffScalar<Eigen::Vector3d>;

static_assert(ft::Scalar<double>);
static_assert(ft::Scalar<float>);
static_assert(ft::Scalar<ft::Dual<double, 3>>);
static_assert(ft::Scalar<ft::Dual<float, 1>>);
static_assert(ft::Scalar<ft::Dual<ft::Dual<double, 2>, 2>>);
static_assert(ft::Scalar<Differentiated>);
static_assert(!ft::Scalar<int>);
static_assert(!ft::Scalar<bool>);
static_assert(!ft::Scalar<double*>);
static_assert(!ft::Scalar<const char*>);

namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

constexpr bool order_holds() {
    return ft::maximum(1.0, 2.0) == 2.0 && ft::maximum(2.0, 1.0) == 2.0 && ft::minimum(1.0, 2.0) == 1.0 &&
           ft::minimum(2.0, 1.0) == 1.0 && ft::maximum(3, 4) == 4 && ft::minimum(-3L, 4L) == -3L &&
           ft::maximum(1.0F, 2.0) == 2.0 && ft::maximum(0, 2.5) == 2.5 && ft::limit(5.0, 0.0, 1.0) == 1.0 &&
           ft::limit(-5.0, 0.0, 1.0) == 0.0 && ft::limit(0.5, 0.0, 1.0) == 0.5 && ft::limit(7, 0, 9) == 7;
}
static_assert(order_holds());

template <class A, class B>
concept HasMaximum = requires(A a, B b) { ft::maximum(a, b); };
static_assert(!HasMaximum<int, unsigned>); // -1 or 4294967295? Say which
static_assert(HasMaximum<unsigned, unsigned>);
static_assert(HasMaximum<double, ft::Dual<double, 2>>);

constexpr bool dual_order_holds() {
    const auto x = ft::variable<2>(3.0, 0);
    const auto y = ft::variable<2>(4.0, 1);
    return ft::maximum(x, y).gradient[1] == 1 && ft::minimum(x, y).gradient[0] == 1 && ft::maximum(x, 5.0).value == 5 &&
           ft::maximum(5.0, x).gradient[0] == 0 && ft::limit(x, 0.0, 2.0).value == 2 && ft::value_of(x) == 3.0;
}
static_assert(dual_order_holds());

} // namespace

TEST_CASE("scalar: order at run time is that of compile time") {
    CHECK(order_holds());
    CHECK(dual_order_holds());
    CHECK(ft::maximum(not_a_number, 1.0) != ft::maximum(not_a_number, 1.0));
    CHECK(ft::maximum(1.0, not_a_number) == 1.0);
    CHECK(ft::minimum(1.0, not_a_number) == 1.0);
    CHECK(ft::limit(not_a_number, 0.0, 1.0) != ft::limit(not_a_number, 0.0, 1.0));
}

TEST_CASE("scalar: a double becomes a float, or an infinity") {
    constexpr float infinity = std::numeric_limits<float>::infinity();
    static_assert(ft::detail::round_to<float>(1e300) == infinity);
    static_assert(ft::detail::round_to<float>(-1e300) == -infinity);
    static_assert(ft::detail::round_to<float>(0x1.fffffep127) == std::numeric_limits<float>::max());
    volatile double large = 1e300;
    CHECK(ft::detail::round_to<float>(large) == infinity);
}

TEST_CASE("scalar: Eigen's AutoDiffScalar gives the same gradient as Dual") {
    const Differentiated a(3.0, 3, 0);
    const Differentiated b(4.0, 3, 1);
    const Differentiated m = ft::smooth_maximum(a, b);
    const auto d = ft::smooth_maximum(ft::variable<3>(3.0, 0), ft::variable<3>(4.0, 1));
    CHECK(ft::value_of(m) == doctest::Approx(d.value).epsilon(1e-14));
    for (int i = 0; i < 3; ++i) {
        CHECK(m.derivatives()[i] == doctest::Approx(d.gradient[static_cast<std::size_t>(i)]).epsilon(1e-14));
    }
    const Differentiated ramp = ft::harmonic_ramp(a, b);
    CHECK(ramp.derivatives()[0] == doctest::Approx(4.0 / 49).epsilon(1e-14));
    CHECK(ft::value_of(ft::maximum(a, b)) == 4.0);
    const Differentiated cube = ft::power<3>(a);
    CHECK(cube.derivatives()[0] == doctest::Approx(27.0));
}
