// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <concepts>
#include <cstddef>
#include <limits>
#include <span>
#include <type_traits>

#include "dual.hpp"
#include "exp.hpp"
#include "log.hpp"
#include "pow.hpp"
#include "scalar.hpp"
#include "smooth.hpp"
#include "sqrt.hpp"

// Reverse mode: the exact gradient of one result by all of its inputs at the cost of a few evaluations, however many
// inputs there are.
//
//   forward    z = f(x, y): remember df/dx and df/dy        backward    x' += z' df/dx, y' += z' df/dy,  z' = dr/dz
//
// A number is a value, the node of the tape that it descends from, and its slope there: what takes one argument, or a
// constant besides, multiplies the slope and leaves the tape alone; only where two numbers meet a node is written. In
// an estimate that is less than half of all operations.
//
// Source: A. Griewank, A. Walther, "Evaluating Derivatives", 2nd ed., SIAM 2008, chapters 3 and 4. The nodes are the
// caller's, their number known beforehand; math/dual.hpp has the gradient of every result by a few inputs instead.

namespace foretrain::inline v0 {

template <class T>
struct TapeNode;

/// A number whose way from the inputs a tape remembers. Constants convert implicitly; comparison is by value only;
/// values are those of plain arithmetic on T, bit for bit.
template <class T>
struct Traced {
    T value{};
    TapeNode<T>* node{}; ///< none: a constant
    T slope{};           ///< by the node

    constexpr Traced() noexcept = default;
    // Member by member: a copy in one piece would wait for the members that have just been stored.
    constexpr Traced(const Traced& other) noexcept : value(other.value), node(other.node), slope(other.slope) {}
    [[gnu::always_inline]] constexpr Traced& operator=(const Traced& other) noexcept {
        value = other.value;
        node = other.node;
        slope = other.slope;
        return *this;
    }
    constexpr ~Traced() = default;
    constexpr Traced(const T& constant) noexcept : value(constant) {} // NOLINT(google-explicit-constructor)
    template <class S>
        requires(std::is_arithmetic_v<S> && !std::same_as<S, T>)
    constexpr Traced(S constant) noexcept : value(static_cast<T>(constant)) {} // NOLINT(google-explicit-constructor)
    constexpr Traced(const T& value_, const T& slope_, TapeNode<T>* node_) noexcept
        : value(value_), node(node_), slope(slope_) {}

    /// This number under a function that has the given result and finite slope here.
    [[nodiscard, gnu::always_inline]] constexpr Traced scaled(const T& result, const T& by) const noexcept {
        return {result, slope * by, node};
    }

    [[gnu::always_inline]] constexpr Traced& operator+=(const Traced& b) noexcept { return *this = *this + b; }
    [[gnu::always_inline]] constexpr Traced& operator-=(const Traced& b) noexcept { return *this = *this - b; }
    [[gnu::always_inline]] constexpr Traced& operator*=(const Traced& b) noexcept { return *this = *this * b; }
    [[gnu::always_inline]] constexpr Traced& operator/=(const Traced& b) noexcept { return *this = *this / b; }

    [[gnu::always_inline]] friend constexpr Traced operator+(const Traced& a) noexcept { return a; }
    [[gnu::always_inline]] friend constexpr Traced operator-(const Traced& a) noexcept {
        return {-a.value, -a.slope, a.node};
    }
    [[gnu::always_inline]] friend constexpr Traced operator+(const Traced& a, const Traced& b) noexcept {
        return join(a.value + b.value, a, a.slope, b, b.slope);
    }
    [[gnu::always_inline]] friend constexpr Traced operator-(const Traced& a, const Traced& b) noexcept {
        return join(a.value - b.value, a, a.slope, b, -b.slope);
    }
    [[gnu::always_inline]] friend constexpr Traced operator*(const Traced& a, const Traced& b) noexcept {
        return join(a.value * b.value, a, a.slope * b.value, b, b.slope * a.value);
    }
    [[gnu::always_inline]] friend constexpr Traced operator/(const Traced& a, const Traced& b) noexcept {
        const T quotient = a.value / b.value;
        if (b.node == nullptr) return {quotient, a.slope / b.value, a.node};
        return join(quotient, a, a.slope / b.value, b, -b.slope * (quotient / b.value));
    }

    template <detail::DualConstant<T> S>
    [[gnu::always_inline]] friend constexpr Traced operator+(const Traced& a, const S& b) noexcept {
        return {a.value + static_cast<T>(b), a.slope, a.node};
    }
    template <detail::DualConstant<T> S>
    [[gnu::always_inline]] friend constexpr Traced operator+(const S& a, const Traced& b) noexcept {
        return {static_cast<T>(a) + b.value, b.slope, b.node};
    }
    template <detail::DualConstant<T> S>
    [[gnu::always_inline]] friend constexpr Traced operator-(const Traced& a, const S& b) noexcept {
        return {a.value - static_cast<T>(b), a.slope, a.node};
    }
    template <detail::DualConstant<T> S>
    [[gnu::always_inline]] friend constexpr Traced operator-(const S& a, const Traced& b) noexcept {
        return {static_cast<T>(a) - b.value, -b.slope, b.node};
    }
    template <detail::DualConstant<T> S>
    [[gnu::always_inline]] friend constexpr Traced operator*(const Traced& a, const S& b) noexcept {
        return a.scaled(a.value * static_cast<T>(b), static_cast<T>(b));
    }
    template <detail::DualConstant<T> S>
    [[gnu::always_inline]] friend constexpr Traced operator*(const S& a, const Traced& b) noexcept {
        return b.scaled(static_cast<T>(a) * b.value, static_cast<T>(a));
    }
    template <detail::DualConstant<T> S>
    [[gnu::always_inline]] friend constexpr Traced operator/(const Traced& a, const S& b) noexcept {
        return {a.value / static_cast<T>(b), a.slope / static_cast<T>(b), a.node};
    }
    template <detail::DualConstant<T> S>
    [[gnu::always_inline]] friend constexpr Traced operator/(const S& a, const Traced& b) noexcept {
        const T quotient = static_cast<T>(a) / b.value;
        return b.scaled(quotient, -quotient / b.value);
    }

    friend constexpr bool operator==(const Traced& a, const Traced& b) noexcept { return a.value == b.value; }
    friend constexpr auto operator<=>(const Traced& a, const Traced& b) noexcept { return a.value <=> b.value; }
    template <detail::DualConstant<T> S>
    friend constexpr bool operator==(const Traced& a, const S& b) noexcept {
        return a.value == static_cast<T>(b);
    }
    template <detail::DualConstant<T> S>
    friend constexpr auto operator<=>(const Traced& a, const S& b) noexcept {
        return a.value <=> static_cast<T>(b);
    }

    /// A result whose slopes by two numbers, their own slopes included, are known: one node for all that made it.
    [[gnu::always_inline]] static constexpr Traced join(const T& result, const Traced& a, const T& by_a,
                                                        const Traced& b, const T& by_b) noexcept {
        if (b.node == nullptr) return {result, by_a, a.node};
        if (a.node == nullptr) return {result, by_b, b.node};
        if (a.node == b.node) return {result, by_a + by_b, a.node};
        return {result, T(1), a.node->tape->add(a.node, by_a, b.node, by_b)};
    }
};

template <class T>
class Tape;

/// One meeting of two numbers.
template <class T>
struct TapeNode {
    T slope_a;
    TapeNode* a;
    T slope_b;
    TapeNode* b;
    T adjoint;
    Tape<T>* tape;
};

/// Remembers meetings in nodes that the caller owns. The first ones are the inputs.
template <class T>
class Tape {
public:
    constexpr explicit Tape(std::span<TapeNode<T>> nodes) noexcept
        : nodes_{nodes.data()}, end_{nodes.data() + nodes.size()}, next_{nodes.data()} {}
    Tape(const Tape&) = delete; // numbers point to it
    Tape& operator=(const Tape&) = delete;
    constexpr ~Tape() = default;

    /// An input; all of them come before anything else.
    [[nodiscard]] constexpr Traced<T> input(const T& value) noexcept {
        return {value, T(1), add(nullptr, T(0), nullptr, T(0))};
    }
    /// A new node; one too many is not written, but makes `complete` false.
    constexpr TapeNode<T>* add(TapeNode<T>* a, const T& by_a, TapeNode<T>* b, const T& by_b) noexcept {
        if (next_ == end_) {
            complete_ = false;
            return a;
        }
        TapeNode<T>* const node = next_++;
        node->slope_a = by_a;
        node->a = a;
        node->slope_b = by_b;
        node->b = b;
        node->adjoint = T(0);
        node->tape = this;
        return node;
    }
    /// Nodes so far, inputs included.
    [[nodiscard]] constexpr std::size_t size() const noexcept { return static_cast<std::size_t>(next_ - nodes_); }
    /// Whether there was room for every node; gradients are wrong otherwise.
    [[nodiscard]] constexpr bool complete() const noexcept { return complete_; }

    /// Derivatives of a result by as many inputs, the first ones, as `out` has room for: all of them or none.
    constexpr void gradient(const Traced<T>& result, std::span<T> out) noexcept {
        for (T& each : out) each = T(0);
        if (result.node == nullptr) return;
        TapeNode<T>* const first = nodes_ + out.size();
        result.node->adjoint = result.slope;
        for (TapeNode<T>* node = result.node; node >= first; --node) {
            const T here = node->adjoint;
            node->adjoint = T(0); // for the next result
            node->a->adjoint += here * node->slope_a;
            node->b->adjoint += here * node->slope_b;
        }
        for (std::size_t i = 0; i < out.size(); ++i) {
            out[i] = nodes_[i].adjoint;
            nodes_[i].adjoint = T(0);
        }
    }

private:
    TapeNode<T>* nodes_;
    TapeNode<T>* end_;
    TapeNode<T>* next_;
    bool complete_ = true;
};

template <class T>
[[nodiscard]] constexpr auto value_of(const Traced<T>& x) {
    return value_of(x.value);
}

/// The P-norm of math/smooth.hpp as one node: by each number (number / norm)^(P-1).
template <unsigned P = 4, class T>
[[nodiscard]] constexpr Traced<T> smooth_maximum(const Traced<T>& a, const Traced<T>& b) noexcept {
    const T norm = smooth_maximum<P>(a.value, b.value);
    if (value_of(norm) == 0 || value_of(a.value) == 0 || value_of(b.value) == 0) return a < b ? b : a;
    const T inverse = T(1) / norm;
    return Traced<T>::join(norm, a, a.slope * power<static_cast<int>(P) - 1>(T(a.value * inverse)), b,
                           b.slope * power<static_cast<int>(P) - 1>(T(b.value * inverse)));
}

/// Functions with the domains and errors of those of T; where a slope is infinite (a root at 0) it is infinite here
/// too.
template <class T>
[[nodiscard]] constexpr Traced<T> sqrt(const Traced<T>& x) {
    const T root = sqrt(x.value);
    if (x.node == nullptr || value_of(x.slope) == 0) return x.scaled(root, T(0));
    return x.scaled(root, value_of(root) == 0 ? std::numeric_limits<T>::infinity() : T(0.5) / root);
}
template <class T>
[[nodiscard]] constexpr Traced<T> exp(const Traced<T>& x) {
    const T y = exp(x.value);
    return x.scaled(y, y);
}
template <class T>
[[nodiscard]] constexpr Traced<T> exp2(const Traced<T>& x) {
    const T y = exp2(x.value);
    return x.scaled(y, y * T(0x1.62e42fefa39efp-1)); // ln2
}
template <class T>
[[nodiscard]] constexpr Traced<T> expm1(const Traced<T>& x) {
    const T y = expm1(x.value);
    return x.scaled(y, y + T(1));
}
template <class T>
[[nodiscard]] constexpr Traced<T> log(const Traced<T>& x) {
    return x.scaled(log(x.value), T(1) / x.value);
}
template <class T>
[[nodiscard]] constexpr Traced<T> log2(const Traced<T>& x) {
    return x.scaled(log2(x.value), T(0x1.71547652b82fep0) / x.value); // 1/ln2
}
template <class T>
[[nodiscard]] constexpr Traced<T> log1p(const Traced<T>& x) {
    return x.scaled(log1p(x.value), T(1) / (T(1) + x.value));
}
/// x^y for a constant y, and a^y for a constant a > 0.
template <class T, detail::DualConstant<T> S>
[[nodiscard]] constexpr Traced<T> pow(const Traced<T>& x, const S& y) {
    const T exponent = static_cast<T>(y);
    const T result = pow(x.value, exponent);
    if (value_of(x.value) != 0) return x.scaled(result, exponent * result / x.value);
    if (value_of(exponent) == 0 || value_of(exponent) > 1) return Traced<T>(result);
    return x.scaled(result, value_of(exponent) == 1 ? T(1) : std::numeric_limits<T>::infinity());
}
template <class T, detail::DualConstant<T> S>
[[nodiscard]] constexpr Traced<T> pow(const S& a, const Traced<T>& y) {
    const T base = static_cast<T>(a);
    const T result = pow(base, y.value);
    return value_of(result) == 0 ? Traced<T>(result) : y.scaled(result, result * log(base));
}
/// x^y for x > 0.
template <class T>
[[nodiscard]] constexpr Traced<T> pow(const Traced<T>& x, const Traced<T>& y) {
    if (y.node == nullptr) return pow(x, y.value);
    Traced<T> result = exp(log(x) * y);
    result.value = pow(x.value, y.value);
    return result;
}

} // namespace foretrain::inline v0

// As for the value.
template <class T>
class std::numeric_limits<foretrain::Traced<T>> : public std::numeric_limits<T> {
    using Number = foretrain::Traced<T>;
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
