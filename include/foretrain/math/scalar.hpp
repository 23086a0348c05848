// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <limits>
#include <type_traits>

#include "../version.hpp"

// What a continuous number must be able to do, and how numbers are compared, whatever they carry besides a value.
//
// Every model is a template over its scalar. A plain number (double, float) gives an estimate; a number that carries
// derivatives (foretrain::Dual, Eigen::AutoDiffScalar) gives the estimate with its sensitivities. Such numbers
// compare by value, and functions on them (sqrt, exp, ...) are found by argument-dependent look-up.

namespace foretrain::inline v0 {

// A built-in number: what every scalar boils down to when only its value matters.
template <class T>
concept PlainReal = std::same_as<T, double> || std::same_as<T, float>;

// The plain value of a number. Overload it beside your own type, or give the type a member value().
template <PlainReal Real>
[[nodiscard]] constexpr Real value_of(Real x) noexcept {
    return x;
}

// For a type with a member value(), such as Eigen::AutoDiffScalar. A quantity with a unit is not constructible from
// a double and so is not accepted: its unit cannot be dropped by accident.
template <class T>
    requires(!PlainReal<T> && std::constructible_from<T, double> && requires(const T& x) { x.value(); })
[[nodiscard]] constexpr auto value_of(const T& x) {
    return value_of(x.value());
}

// A continuous number: made from a double, closed under arithmetic (also with a double), ordered by value.
template <class T>
concept Scalar =
    std::copyable<T> && std::constructible_from<T, double> && requires(const T& a, const T& b, T& c, double real) {
        { a + b } -> std::convertible_to<T>;
        { a - b } -> std::convertible_to<T>;
        { a* b } -> std::convertible_to<T>;
        { a / b } -> std::convertible_to<T>;
        { a* real } -> std::convertible_to<T>;
        { real* a } -> std::convertible_to<T>;
        { -a } -> std::convertible_to<T>;
        c += a;
        c -= a;
        c *= a;
        c /= a;
        { a < b } -> std::convertible_to<bool>;
        { a > b } -> std::convertible_to<bool>;
        { a <= b } -> std::convertible_to<bool>;
        { a >= b } -> std::convertible_to<bool>;
        { a == b } -> std::convertible_to<bool>;
        { value_of(a) } -> PlainReal;
    };

namespace detail {

// Two types one can order without surprises: the same type, or two with a common type that are not both integers.
template <class A, class B>
concept Orderable = requires(const A& a, const B& b) {
    typename std::common_type_t<A, B>;
    { a < b } -> std::convertible_to<bool>;
} && (std::same_as<A, B> || !(std::integral<A> && std::integral<B>));

// A double as Real. What is too large for a float becomes an infinity, also in a constant expression.
template <PlainReal Real>
constexpr Real round_to(double x) noexcept {
    if constexpr (std::same_as<Real, float>) {
        // halfway between the largest float and the next power of two; ties go up, to infinity
        if (x >= 0x1.ffffffp127) return std::numeric_limits<float>::infinity();
        if (x <= -0x1.ffffffp127) return -std::numeric_limits<float>::infinity();
    }
    return static_cast<Real>(x);
}

} // namespace detail

// The larger of two, by value; the first if they are equal or if either is NaN. Works on quantities and integers too.
template <class A, class B>
    requires detail::Orderable<A, B>
[[nodiscard]] constexpr std::common_type_t<A, B> maximum(const A& a, const B& b) {
    using Common = std::common_type_t<A, B>;
    const auto first = static_cast<Common>(a);
    const auto other = static_cast<Common>(b);
    return first < other ? other : first;
}

// The smaller of two, by value; the first if they are equal or if either is NaN. Works on quantities and integers too.
template <class A, class B>
    requires detail::Orderable<A, B>
[[nodiscard]] constexpr std::common_type_t<A, B> minimum(const A& a, const B& b) {
    using Common = std::common_type_t<A, B>;
    const auto first = static_cast<Common>(a);
    const auto other = static_cast<Common>(b);
    return other < first ? other : first;
}

// x held within [lo, hi], where lo <= hi; x itself if it is NaN.
template <class T>
[[nodiscard]] constexpr T limit(const T& x, const std::type_identity_t<T>& lo, const std::type_identity_t<T>& hi) {
    return x < lo ? lo : hi < x ? hi : x;
}

} // namespace foretrain::inline v0
