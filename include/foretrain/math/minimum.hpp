// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>

#include "scalar.hpp"

// Where a function is least.
//
//   golden_section keeps lo < left < right < hi with left = hi - g (hi - lo), right = lo + g (hi - lo), g = (sqrt 5 -
//   1) / 2: of the two inner points the worse becomes an end, the better one stays an inner point
//
// Source: J. Kiefer, "Sequential minimax search for a maximum", Proc. AMS 4 (1953) 502-506. Exact where the function
// falls to its minimum and rises after it; otherwise a local minimum of the bracket.

namespace foretrain::inline v0 {

/// The point of [lo, hi] where `f` is least, to within `tolerance`; at most 100 evaluations, each 0.618 of the bracket
/// before. `f` may return anything that `<` orders.
template <PlainReal Real, std::invocable<Real> Function>
[[nodiscard]] constexpr Real golden_section(Function f, Real lo, Real hi, Real tolerance) {
    constexpr Real golden = static_cast<Real>(0.61803398874989484820);
    Real left = hi - golden * (hi - lo);
    Real right = lo + golden * (hi - lo);
    auto at_left = f(left);
    auto at_right = f(right);
    for (int i = 0; i < 98 && hi - lo > tolerance; ++i) {
        if (at_right < at_left) {
            lo = left;
            left = right;
            at_left = at_right;
            right = lo + golden * (hi - lo);
            at_right = f(right);
        } else {
            hi = right;
            right = left;
            at_right = at_left;
            left = hi - golden * (hi - lo);
            at_left = f(left);
        }
    }
    return (lo + hi) / Real(2);
}

} // namespace foretrain::inline v0
