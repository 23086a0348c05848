// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <compare>
#include <concepts>
#include <cstddef>
#include <limits>
#include <type_traits>

#include "exp.hpp"
#include "log.hpp"
#include "pow.hpp"
#include "scalar.hpp"
#include "sqrt.hpp"

// Dual numbers: a value with its exact gradient, so that any estimate gives its sensitivities (forward mode).
//
//   x = v + g.e,  e_i e_j = 0:   f(x) = f(v) + f'(v) g.e
//
// Source: A. Griewank, A. Walther, "Evaluating Derivatives", 2nd ed., SIAM 2008, chapter 3. The number N of inputs is
// known at compile time; there is nothing on the heap and nothing at run time but the arithmetic.

namespace foretrain::inline v0 {

template <class T, std::size_t N>
struct Dual;

namespace detail {

// What mixes with a Dual over T as a constant: any built-in number, or a T.
template <class S, class T>
concept DualConstant = std::is_arithmetic_v<S> || std::same_as<S, T>;

} // namespace detail

// A value and its derivatives by N inputs. Constants convert implicitly, with a gradient of zero; comparison is by
// value only. Arithmetic and functions have the domains and errors of those of T.
template <class T, std::size_t N>
struct Dual {
    T value{};
    std::array<T, N> gradient{};

    constexpr Dual() = default;
    constexpr Dual(const T& constant) : value(constant) {} // NOLINT(google-explicit-constructor): a constant is a Dual
    template <class S>
        requires(std::is_arithmetic_v<S> && !std::same_as<S, T>)
    constexpr Dual(S constant) : value(static_cast<T>(constant)) {} // NOLINT(google-explicit-constructor)
    constexpr Dual(const T& value_, const std::array<T, N>& gradient_) : value(value_), gradient(gradient_) {}

    constexpr Dual& operator+=(const Dual& b) {
        value += b.value;
        for (std::size_t i = 0; i < N; ++i) gradient[i] += b.gradient[i];
        return *this;
    }
    constexpr Dual& operator-=(const Dual& b) {
        value -= b.value;
        for (std::size_t i = 0; i < N; ++i) gradient[i] -= b.gradient[i];
        return *this;
    }
    constexpr Dual& operator*=(const Dual& b) { return *this = *this * b; }
    constexpr Dual& operator/=(const Dual& b) { return *this = *this / b; }

    template <detail::DualConstant<T> S>
    constexpr Dual& operator+=(const S& b) {
        value += static_cast<T>(b);
        return *this;
    }
    template <detail::DualConstant<T> S>
    constexpr Dual& operator-=(const S& b) {
        value -= static_cast<T>(b);
        return *this;
    }
    template <detail::DualConstant<T> S>
    constexpr Dual& operator*=(const S& b) {
        return *this = scaled(value * static_cast<T>(b), static_cast<T>(b));
    }
    template <detail::DualConstant<T> S>
    constexpr Dual& operator/=(const S& b) {
        value /= static_cast<T>(b);
        for (std::size_t i = 0; i < N; ++i) gradient[i] /= static_cast<T>(b);
        return *this;
    }

    // This number under a function that has the given result and finite slope here.
    [[nodiscard]] constexpr Dual scaled(const T& result, const T& slope) const {
        Dual y(result);
        for (std::size_t i = 0; i < N; ++i) y.gradient[i] = slope * gradient[i];
        return y;
    }

    friend constexpr Dual operator+(const Dual& a) { return a; }
    friend constexpr Dual operator-(const Dual& a) {
        Dual y(-a.value);
        for (std::size_t i = 0; i < N; ++i) y.gradient[i] = -a.gradient[i];
        return y;
    }

    friend constexpr Dual operator+(Dual a, const Dual& b) { return a += b; }
    friend constexpr Dual operator-(Dual a, const Dual& b) { return a -= b; }
    friend constexpr Dual operator*(const Dual& a, const Dual& b) {
        Dual y(a.value * b.value);
        for (std::size_t i = 0; i < N; ++i) y.gradient[i] = a.value * b.gradient[i] + b.value * a.gradient[i];
        return y;
    }
    friend constexpr Dual operator/(const Dual& a, const Dual& b) {
        Dual y(a.value / b.value);
        for (std::size_t i = 0; i < N; ++i) y.gradient[i] = (a.gradient[i] - y.value * b.gradient[i]) / b.value;
        return y;
    }

    template <detail::DualConstant<T> S>
    friend constexpr Dual operator+(Dual a, const S& b) {
        return a += b;
    }
    template <detail::DualConstant<T> S>
    friend constexpr Dual operator+(const S& a, Dual b) {
        return b += a;
    }
    template <detail::DualConstant<T> S>
    friend constexpr Dual operator-(Dual a, const S& b) {
        return a -= b;
    }
    template <detail::DualConstant<T> S>
    friend constexpr Dual operator-(const S& a, const Dual& b) {
        Dual y = -b;
        y.value = static_cast<T>(a) - b.value;
        return y;
    }
    template <detail::DualConstant<T> S>
    friend constexpr Dual operator*(Dual a, const S& b) {
        return a *= b;
    }
    template <detail::DualConstant<T> S>
    friend constexpr Dual operator*(const S& a, Dual b) {
        return b *= a;
    }
    template <detail::DualConstant<T> S>
    friend constexpr Dual operator/(Dual a, const S& b) {
        return a /= b;
    }
    template <detail::DualConstant<T> S>
    friend constexpr Dual operator/(const S& a, const Dual& b) {
        const T quotient = static_cast<T>(a) / b.value;
        return b.scaled(quotient, -quotient / b.value);
    }

    friend constexpr bool operator==(const Dual& a, const Dual& b) { return a.value == b.value; }
    friend constexpr auto operator<=>(const Dual& a, const Dual& b) { return a.value <=> b.value; }
    template <detail::DualConstant<T> S>
    friend constexpr bool operator==(const Dual& a, const S& b) {
        return a.value == static_cast<T>(b);
    }
    template <detail::DualConstant<T> S>
    friend constexpr auto operator<=>(const Dual& a, const S& b) {
        return a.value <=> static_cast<T>(b);
    }
};

template <class T, std::size_t N>
[[nodiscard]] constexpr auto value_of(const Dual<T, N>& x) {
    return value_of(x.value);
}

// The input of the given index (below N): its derivative by itself is 1, by the others 0.
template <std::size_t N, class T>
[[nodiscard]] constexpr Dual<T, N> variable(const T& value, std::size_t index) {
    Dual<T, N> x(value);
    x.gradient[index] = T(1);
    return x;
}

namespace detail {

template <class T, std::size_t N>
constexpr Dual<T, N> at_vertical_tangent(const Dual<T, N>& x, const T& result) {
    Dual<T, N> y(result);
    const T infinity = std::numeric_limits<T>::infinity();
    for (std::size_t i = 0; i < N; ++i) {
        if (value_of(x.gradient[i]) > 0) y.gradient[i] = infinity;
        if (value_of(x.gradient[i]) < 0) y.gradient[i] = -infinity;
    }
    return y;
}

} // namespace detail

// Square root; at 0 its slope is infinite, but an input without influence keeps a derivative of 0.
template <class T, std::size_t N>
[[nodiscard]] constexpr Dual<T, N> sqrt(const Dual<T, N>& x) {
    const T root = sqrt(x.value);
    if (value_of(root) == 0) return detail::at_vertical_tangent(x, root);
    return x.scaled(root, T(0.5) / root);
}

// Exponentials and logarithms; the logarithms for arguments above 0 (log1p: -1), where they have a slope.
template <class T, std::size_t N>
[[nodiscard]] constexpr Dual<T, N> exp(const Dual<T, N>& x) {
    const T y = exp(x.value);
    return x.scaled(y, y);
}
template <class T, std::size_t N>
[[nodiscard]] constexpr Dual<T, N> exp2(const Dual<T, N>& x) {
    const T y = exp2(x.value);
    return x.scaled(y, y * T(0x1.62e42fefa39efp-1)); // ln2
}
template <class T, std::size_t N>
[[nodiscard]] constexpr Dual<T, N> expm1(const Dual<T, N>& x) {
    const T y = expm1(x.value);
    return x.scaled(y, y + T(1));
}
template <class T, std::size_t N>
[[nodiscard]] constexpr Dual<T, N> log(const Dual<T, N>& x) {
    return x.scaled(log(x.value), T(1) / x.value);
}
template <class T, std::size_t N>
[[nodiscard]] constexpr Dual<T, N> log2(const Dual<T, N>& x) {
    return x.scaled(log2(x.value), T(0x1.71547652b82fep0) / x.value); // 1/ln2
}
template <class T, std::size_t N>
[[nodiscard]] constexpr Dual<T, N> log1p(const Dual<T, N>& x) {
    return x.scaled(log1p(x.value), T(1) / (T(1) + x.value));
}

// x^y for a constant y. At x = 0 the slope is 0, 1 or infinite as y is above, at or below 1.
template <class T, std::size_t N, detail::DualConstant<T> S>
[[nodiscard]] constexpr Dual<T, N> pow(const Dual<T, N>& x, const S& y) {
    const T exponent = static_cast<T>(y);
    const T result = pow(x.value, exponent);
    if (value_of(x.value) != 0) return x.scaled(result, exponent * result / x.value);
    if (value_of(exponent) == 0 || value_of(exponent) > 1) return Dual<T, N>(result);
    if (value_of(exponent) == 1) return x.scaled(result, T(1));
    return detail::at_vertical_tangent(x, result);
}
// a^y for a constant a > 0.
template <class T, std::size_t N, detail::DualConstant<T> S>
[[nodiscard]] constexpr Dual<T, N> pow(const S& a, const Dual<T, N>& y) {
    const T base = static_cast<T>(a);
    const T result = pow(base, y.value);
    if (value_of(result) == 0) return Dual<T, N>(result);
    return y.scaled(result, result * log(base));
}
// x^y for x > 0.
template <class T, std::size_t N>
[[nodiscard]] constexpr Dual<T, N> pow(const Dual<T, N>& x, const Dual<T, N>& y) {
    Dual<T, N> result = pow(x, y.value);
    if (value_of(result.value) == 0) return result;
    const T slope = result.value * log(x.value);
    for (std::size_t i = 0; i < N; ++i) {
        if (value_of(y.gradient[i]) != 0) result.gradient[i] += slope * y.gradient[i];
    }
    return result;
}

} // namespace foretrain::inline v0

// As for the value, with a gradient of zero.
template <class T, std::size_t N>
class std::numeric_limits<foretrain::Dual<T, N>> : public std::numeric_limits<T> {
    using Number = foretrain::Dual<T, N>;
    using OfValue = std::numeric_limits<T>;

public:
    static constexpr Number min() noexcept { return OfValue::min(); }
    static constexpr Number max() noexcept { return OfValue::max(); }
    static constexpr Number lowest() noexcept { return OfValue::lowest(); }
    static constexpr Number epsilon() noexcept { return OfValue::epsilon(); }
    static constexpr Number round_error() noexcept { return OfValue::round_error(); }
    static constexpr Number infinity() noexcept { return OfValue::infinity(); }
    static constexpr Number quiet_NaN() noexcept { return OfValue::quiet_NaN(); }
    static constexpr Number signaling_NaN() noexcept { return OfValue::signaling_NaN(); }
    static constexpr Number denorm_min() noexcept { return OfValue::denorm_min(); }
};
