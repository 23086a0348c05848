// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "algorithm.hpp"

// Recursive halving and doubling: in step i ranks at distance 2^i swap halves of what is left.
//
//   reduce-scatter, all-gather   log2(n) a + (n-1)/n S / B          all-reduce, broadcast, reduce   twice that
//   all-to-all (Bruck)           log2(n) a + log2(n)/2 S / B
//
// For n not a power of two log2 is rounded up; an all-reduce first folds the n - 2^k extra ranks into partners and
// hands them the result at the end: 2 (a + S / B) more. Nearest partners, and the largest halves, come first, so over
// tiers each tier costs as if alone. A step talks to one partner: on a mesh or torus over that pair's wires only.
// Source: Thakur, Rabenseifner, Gropp 2005, optimization of collective communication operations in MPICH; Bruck et al.
// 1997.

namespace foretrain::inline v0 {

/// As few bytes as the ring at logarithmic latency, if any pair of ranks has full bandwidth.
struct HalvingDoubling {
    static constexpr std::string_view name = "halving-doubling";
    static constexpr Algorithm id = Algorithm::halving_doubling;

    [[nodiscard]] static constexpr bool supports(Collective collective) noexcept {
        return collective != Collective::point_to_point;
    }

    template <class Real>
    [[nodiscard]] static constexpr BasicSeconds<Real> time(Collective collective, const BasicGroup<Real>& group,
                                                           const BasicBytes<Real>& size) noexcept {
        if (group.ranks <= 1) return BasicSeconds<Real>{};
        detail::CollectiveCost<Real> cost;
        std::int64_t inside = 1; // ranks in a unit of the tier below
        detail::for_each_tier(group, [&](std::int64_t k, const BasicGroupTier<Real>& tier) {
            const std::int64_t m = tier.members;
            const std::int64_t steps = detail::ceil_log2(m);
            double hops = static_cast<double>(steps);
            double share = static_cast<double>(m - 1) / static_cast<double>(m);
            if (collective == Collective::all_to_all) {
                share = 0.5 * hops * static_cast<double>(inside);
            } else if (collective == Collective::all_reduce && (m & (m - 1)) != 0) {
                const double power = static_cast<double>(std::int64_t{1} << (steps - 1));
                share = 2.0 * ((power - 1.0) / power) + 2.0;
                hops = 2.0 * (hops - 1.0) + 2.0;
            } else if (collective != Collective::reduce_scatter && collective != Collective::all_gather) {
                share *= 2.0;
                hops *= 2.0;
            }
            cost.latency += raw(tier.link.latency) * Real(hops);
            cost.per_byte += Real(share) / (raw(tier.link.bandwidth) * tier.pair_share);
            inside = detail::ranks_inside(group, k, inside);
        });
        return detail::time_of(group, cost, size);
    }
};

} // namespace foretrain::inline v0
