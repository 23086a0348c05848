// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "algorithm.hpp"

// Hierarchical: one collective a tier, one after the other, each by a ring among the m units of its tier.
//
//   all-reduce       reduce-scatter inside, all-reduce across, all-gather inside: sum over tiers of 2 (m-1) (a + S / (m
//   B)) reduce-scatter, all-gather       sum over tiers of (m-1) (a + S / (m B)) broadcast, reduce                sum
//   over tiers of (m-1) a + S / B, each pipelined in chunks all-to-all                       sum over tiers of a + u
//   (m-1)/m S / B, u ranks behind each port
//
// After the reduce-scatter inside, the ranks of a unit hold S together, so each tier moves S per unit whatever its
// depth. Source: Thakur et al. 2005; hierarchical all-reduce as in Jia et al. 2018, training ImageNet in four minutes.

namespace foretrain::inline v0 {

/// Latency of the tiers' sums instead of the ring's product, for phases that do not overlap.
struct Hierarchical {
    static constexpr std::string_view name = "hierarchical";
    static constexpr Algorithm id = Algorithm::hierarchical;

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
            const double m = static_cast<double>(tier.members);
            const Real hop = raw(tier.link.latency);
            const Real bandwidth = raw(tier.link.bandwidth);
            switch (collective) {
            case Collective::broadcast:
            case Collective::reduce:
                cost.latency += hop * Real(m - 1.0);
                cost.fill += hop * Real(m - 2.0);
                cost.per_byte += Real(1.0) / bandwidth;
                break;
            case Collective::all_to_all:
                cost.latency += hop;
                cost.per_byte +=
                    Real(static_cast<double>(inside) * ((m - 1.0) / m)) / (bandwidth * tier.exchange_share);
                break;
            default: {
                const double passes = collective == Collective::all_reduce ? 2.0 : 1.0;
                cost.latency += hop * Real(passes * (m - 1.0));
                cost.per_byte += Real(passes * ((m - 1.0) / m)) / bandwidth;
            }
            }
            inside = detail::ranks_inside(group, k, inside);
        });
        return detail::time_of(group, cost, size);
    }
};

} // namespace foretrain::inline v0
