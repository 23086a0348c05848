// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "../math/scalar.hpp"
#include "../units/quantity.hpp"
#include "resource.hpp"

// The launch floor: a sequence of kernels takes at least as long as the host needs to issue them.
//
//   time = max(device time, kernels x host time a kernel)   eager
//   time = device time                                      captured in a graph or compiled
//
// The host runs ahead of the device, so only the sums over a sequence compare, not single kernels.

namespace foretrain::inline v0 {

/// How kernels reach the accelerator.
enum class Execution : unsigned char {
    eager,    ///< the host issues each kernel; a sequence cannot be faster than the host
    captured, ///< graphs or a compiler: the host is out of the way
};

/// Host time that the device waits for, given the device's own time for the same sequence.
template <class Real>
[[nodiscard]] constexpr BasicSeconds<Real> host_wait(Execution execution, BasicSeconds<Real> device, double kernels,
                                                     BasicSeconds<Real> host_per_kernel) noexcept {
    const BasicSeconds<Real> host = host_per_kernel * Real(kernels);
    if (execution == Execution::captured || !(host > device)) return BasicSeconds<Real>{};
    return host - device;
}

} // namespace foretrain::inline v0
