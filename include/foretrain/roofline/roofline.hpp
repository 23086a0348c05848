// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "../math/scalar.hpp"
#include "../units/quantity.hpp"

// The classic roofline (Williams, Waterman, Patterson 2009): attainable rate = min(peak, intensity x bandwidth).
//
// Three questions in one line each: where is the ridge, what rate can a kernel of this intensity attain, what intensity
// does this rate need. No efficiencies: a bound that no kernel passes.

namespace foretrain::inline v0 {

/// A peak rate and a bandwidth; both positive and finite.
template <class Real>
struct BasicRoofline {
    BasicFlopRate<Real> peak{};
    BasicBandwidth<Real> bandwidth{};

    /// Intensity above which the peak binds.
    [[nodiscard]] constexpr BasicIntensity<Real> ridge_point() const noexcept { return peak / bandwidth; }

    /// The highest rate at `intensity`.
    [[nodiscard]] constexpr BasicFlopRate<Real> attainable_rate(BasicIntensity<Real> intensity) const noexcept {
        const BasicFlopRate<Real> fed = intensity * bandwidth;
        return minimum(fed, peak);
    }

    /// The least intensity at which `rate` is attainable; `rate` must not exceed the peak.
    [[nodiscard]] constexpr BasicIntensity<Real> required_intensity(BasicFlopRate<Real> rate) const noexcept {
        return rate / bandwidth;
    }

    /// The least time for so many FLOPs and bytes.
    [[nodiscard]] constexpr BasicSeconds<Real> least_time(BasicFlops<Real> flops,
                                                          BasicBytes<Real> bytes) const noexcept {
        const BasicSeconds<Real> compute = flops / peak;
        const BasicSeconds<Real> memory = bytes / bandwidth;
        return maximum(compute, memory);
    }

    /// True where memory binds: the intensity is below the ridge.
    [[nodiscard]] constexpr bool memory_bound(BasicIntensity<Real> intensity) const noexcept {
        return intensity < ridge_point();
    }
};
using Roofline = BasicRoofline<double>;

} // namespace foretrain::inline v0
