// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <cstdint>
#include <limits>
#include <type_traits>

#include "scalar.hpp"

// Where a function changes sign, and where a monotone predicate starts to hold.
//
// find_root keeps a bracket [a, b] and the point c it dropped last. Where inverse quadratic interpolation through the
// three is safe, (xi, phi) = ((a - b)/(c - b), (fa - fb)/(fc - fb)) with phi^2 < xi and (1 - phi)^2 < 1 - xi, it takes
// that step, otherwise it halves. Source: T. R. Chandrupatla, "A new hybrid quadratic/bisection algorithm for finding
// the zero of a nonlinear function without using derivatives", Advances in Engineering Software 28 (1997) 145-149.
// Halving also after three steps that together did not halve the bracket bounds the work by four times bisection's.

namespace foretrain::inline v0 {

enum class RootStatus : std::uint8_t {
    converged,         // the root lies in [lo, hi], no wider than the tolerance or than two adjacent numbers
    no_sign_change,    // f(lo) and f(hi) have the same sign
    not_finite,        // f was NaN, infinite or beyond a quarter of the largest number somewhere
    invalid_bracket,   // not lo <= hi, or an end not finite or beyond a quarter of the largest number
    invalid_tolerance, // not positive and finite
};

template <PlainReal Real>
struct RootResult {
    Real root{};        // the best estimate; NaN unless converged
    Real lo{};          // the last bracket
    Real hi{};          //
    int iterations = 0; // evaluations of f, without those at the two ends
    RootStatus status = RootStatus::converged;

    [[nodiscard]] constexpr bool converged() const noexcept { return status == RootStatus::converged; }
};

namespace detail {

template <PlainReal Real>
constexpr Real absolute(Real x) noexcept {
    return x < 0 ? -x : x;
}

} // namespace detail

// A root of a continuous f in [lo, hi], to +-tolerance, where f(lo) and f(hi) differ in sign (or one is 0). Where f
// jumps across zero, the jump is found. Refuses by status; nothing is thrown unless f throws.
template <PlainReal Real, std::invocable<Real> Function>
    requires std::convertible_to<std::invoke_result_t<Function&, Real>, Real>
[[nodiscard]] constexpr RootResult<Real> find_root(Function f, Real lo, std::type_identity_t<Real> hi,
                                                   std::type_identity_t<Real> tolerance) {
    using detail::absolute;
    constexpr Real nan = std::numeric_limits<Real>::quiet_NaN();
    constexpr Real most = std::numeric_limits<Real>::max() / 4; // so that hi - lo and differences of f are finite
    const auto finite = [=](Real y) { return -most <= y && y <= most; };
    if (!(-most <= lo && lo <= hi && hi <= most)) return {nan, lo, hi, 0, RootStatus::invalid_bracket};
    if (!(0 < tolerance && tolerance <= most)) return {nan, lo, hi, 0, RootStatus::invalid_tolerance};

    const Real f_lo = f(lo);
    const Real f_hi = f(hi);
    if (!finite(f_lo) || !finite(f_hi)) return {nan, lo, hi, 0, RootStatus::not_finite};
    if (f_lo == 0) return {lo, lo, lo, 0, RootStatus::converged};
    if (f_hi == 0) return {hi, hi, hi, 0, RootStatus::converged};
    if ((f_lo < 0) == (f_hi < 0)) return {nan, lo, hi, 0, RootStatus::no_sign_change};

    // a is the newest point, b the other end of the bracket, c the point dropped last (at first b again).
    Real a = lo;
    Real b = hi;
    Real c = hi;
    Real f_a = f_lo;
    Real f_b = f_hi;
    Real f_c = f_hi;
    Real width_before[3] = {hi - lo, hi - lo, hi - lo}; // after each of the last three steps
    Real step = Real(0.5);
    int iterations = 0;
    for (;;) {
        const Real width = absolute(b - a);
        const Real middle = a + (b - a) / 2;
        if (width <= tolerance || middle == a || middle == b) break; // the latter: adjacent numbers

        if (iterations >= 3 && width > width_before[iterations % 3] / 2) step = Real(0.5);
        width_before[iterations % 3] = width;
        const Real least = tolerance / (2 * width); // so that a good estimate is overtaken and the bracket closes
        Real x = a + limit(step, least, 1 - least) * (b - a);
        if (!((a < x && x < b) || (b < x && x < a))) x = middle;

        const Real f_x = f(x);
        ++iterations;
        if (!finite(f_x)) return {nan, minimum(a, b), maximum(a, b), iterations, RootStatus::not_finite};
        if (f_x == 0) return {x, x, x, iterations, RootStatus::converged};
        if ((f_x < 0) == (f_a < 0)) {
            c = a;
            f_c = f_a;
        } else {
            c = b;
            f_c = f_b;
            b = a;
            f_b = f_a;
        }
        a = x;
        f_a = f_x;

        step = Real(0.5);
        if (f_c != f_a && f_c != f_b) {
            const Real xi = (a - b) / (c - b);
            const Real phi = (f_a - f_b) / (f_c - f_b);
            if (phi * phi < xi && (1 - phi) * (1 - phi) < 1 - xi) {
                step = (f_a / (f_b - f_a)) * (f_c / (f_b - f_c)) +
                       (c - a) / (b - a) * (f_a / (f_c - f_a)) * (f_b / (f_c - f_b));
            }
        }
    }
    return {absolute(f_a) < absolute(f_b) ? a : b, minimum(a, b), maximum(a, b), iterations, RootStatus::converged};
}

// The outcome of first_true: empty if the predicate holds nowhere.
template <std::integral Integer>
struct FirstTrue {
    bool found = false;
    Integer value{}; // only if found

    [[nodiscard]] constexpr explicit operator bool() const noexcept { return found; }
    [[nodiscard]] constexpr Integer operator*() const noexcept { return value; }
    [[nodiscard]] constexpr Integer value_or(Integer other) const noexcept { return found ? value : other; }
};

// The least n in [lo, hi], both ends included, for which a predicate holds that never turns false again once true.
// Empty if it holds nowhere or lo > hi. At most log2(hi - lo) + 2 evaluations.
template <std::integral Integer, std::predicate<Integer> Predicate>
[[nodiscard]] constexpr FirstTrue<Integer> first_true(Integer lo, std::type_identity_t<Integer> hi, Predicate holds) {
    if (lo > hi || !holds(hi)) return {};
    using Unsigned = std::make_unsigned_t<Integer>;
    while (lo < hi) {
        const auto width = static_cast<Unsigned>(static_cast<Unsigned>(hi) - static_cast<Unsigned>(lo));
        const auto middle = static_cast<Integer>(static_cast<Unsigned>(lo) + width / 2u); // no overflow; below hi
        if (holds(middle)) {
            hi = middle;
        } else {
            lo = static_cast<Integer>(middle + 1);
        }
    }
    return {true, hi};
}

} // namespace foretrain::inline v0
