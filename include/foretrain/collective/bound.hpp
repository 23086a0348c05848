// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "algorithm.hpp"

// What no algorithm of the library can beat: the bytes that must pass the ports, and one hop.
//
// Seen from a port behind which a unit of the group sits, with m such units: a reduce-scatter or all-gather must bring
// (m-1)/m S through it, an all-reduce 2 (m-1)/m S, or S if the switches add; a broadcast or reduce S; an all-to-all
// u (n-u)/n S with u ranks in the unit. Source: Patarasuk and Yuan 2009; Chan et al. 2007, table 1.
//
// Inner wires of a group that spans several units give no bound: its ranks may also reach each other over the ports.

namespace foretrain::inline v0 {

/// One hop of the cheapest tier that the group crosses; zero for a group of one.
template <class Real>
[[nodiscard]] constexpr BasicSeconds<Real> latency_bound(const BasicGroup<Real>& group) noexcept {
    BasicSeconds<Real> least{};
    bool first = true;
    detail::for_each_tier(group, [&](std::int64_t, const BasicGroupTier<Real>& tier) {
        least = first ? tier.link.latency : minimum(least, tier.link.latency);
        first = false;
    });
    return least;
}

/// Time that the bytes alone take at best.
template <class Real>
[[nodiscard]] constexpr BasicSeconds<Real> bandwidth_bound(Collective collective, const BasicGroup<Real>& group,
                                                           const BasicBytes<Real>& size) noexcept {
    if (group.ranks <= 1) return BasicSeconds<Real>{};
    bool adds = false;
    detail::for_each_tier(
        group, [&](std::int64_t, const BasicGroupTier<Real>& tier) { adds = adds || tier.in_network_reduction; });
    Real worst{};
    std::int64_t inside = 1;
    for (std::int64_t k = 0; k < group.tiers; ++k) {
        const BasicGroupTier<Real>& tier = group.tier[static_cast<std::size_t>(k)];
        const std::int64_t members = detail::ranks_inside(group, k, inside);
        if (k > 0 || group.tiers == 1) {
            double factor = bus_factor(collective, tier.units);
            if (collective == Collective::all_reduce && adds) factor = minimum(factor, 1.0);
            if (collective == Collective::all_to_all)
                factor = static_cast<double>(inside * (group.ranks - inside)) / static_cast<double>(group.ranks);
            if (collective != Collective::point_to_point || k + 1 == group.tiers)
                worst = maximum(worst, Real(Real(factor) / raw(tier.link.bandwidth)));
        }
        inside = members;
    }
    return make<BasicSeconds<Real>>(raw(size) * worst);
}

} // namespace foretrain::inline v0
