// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "../step/estimate.hpp"

// Energy of a step: what accelerators and the rest of their nodes draw, times the overhead of the building.
//
//   E = t x (accelerators x (P_idle + (P_rated - P_idle) (floor + (1 - floor) a)) + nodes x P_host) x PUE
//
// a is the share of the step in which the accelerator computes; while it waits or communicates it still draws `floor`
// of its dynamic power. First order only: no clocks, no power cap.

namespace foretrain::inline v0 {

/// Where the machines stand.
template <class Real>
struct BasicFacility {
    Real power_usage_effectiveness{}; ///< building over machines: 1.1 in large data centres, 1 to 3
    Real waiting_power{};             ///< share of the dynamic power drawn while waiting or communicating, 0 to 1
    Provenance provenance{};
};
using Facility = BasicFacility<double>;

/// Tells `sink` of every field of a facility outside its range.
template <class Real, class Sink>
constexpr void check_rules(const BasicFacility<Real>& facility, Sink& sink) noexcept {
    detail::require_range(sink, "facility.power_usage_effectiveness", facility.power_usage_effectiveness, 1.0, 3.0, {},
                          "facility power over machine power; 1.1 to 1.3 is usual");
    detail::require_range(sink, "facility.waiting_power", facility.waiting_power, 0.0, 1.0);
}

/// Average power of the job while it trains, building included.
template <class Real>
[[nodiscard]] constexpr BasicWatts<Real> average_power(const BasicStepEstimate<Real>& step,
                                                       const BasicCluster<Real>& cluster,
                                                       const BasicFacility<Real>& facility) noexcept {
    const BasicSeconds<Real> computing = step.breakdown.compute() + step.breakdown[StepPart::recomputation];
    const Real active = computing / step.time;
    const Real drawn = facility.waiting_power + (Real(1.0) - facility.waiting_power) * active;
    const BasicAccelerator<Real>& accelerator = cluster.accelerator;
    const BasicWatts<Real> dynamic = accelerator.power - accelerator.idle_power;
    const BasicWatts<Real> each = accelerator.idle_power + dynamic * drawn;
    // A part of a node pays for its part of the host.
    const Real nodes = Real(static_cast<double>(cluster.accelerators) / static_cast<double>(cluster.node.accelerators));
    const BasicWatts<Real> machines =
        each * Real(static_cast<double>(cluster.accelerators)) + cluster.node.host_power * nodes;
    return machines * facility.power_usage_effectiveness;
}

} // namespace foretrain::inline v0
