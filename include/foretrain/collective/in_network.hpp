// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "algorithm.hpp"

// In-network reduction and multicast: switches add and copy, so data crosses a link once (NVLink SHARP, SHARP).
//
//   all-reduce                     2 a + f S / (e B)    f = 1 + 1/m in tier 0, where each rank owns 1/m of the sums it
//                                                       asks the switch for; 1 above, where the switch owns them
//   broadcast, reduce              2 a + S / (e B)
//   reduce-scatter, all-gather     2 a + (m-1)/m S / (e B)
//
// Up to the switch and down again: 2 a, plus the set-up time of the library once. e is the rate relative to plain
// transfers. A tier whose switches cannot add uses a double binary tree (a ring's bytes for reduce-scatter and
// all-gather) among its units; all tiers work at once. Source: Graham et al. 2016, SHARP; NCCL NVLS and NVLSTree,
// src/graph/tuning.cc. f = 1 + 1/m fits 6, 7 and 8 B200 to 1% (docs/collectives.md).

namespace foretrain::inline v0 {

/// Half of the ring's bytes for an all-reduce, where the switches can.
struct InNetwork {
    static constexpr std::string_view name = "in-network";
    static constexpr Algorithm id = Algorithm::in_network;

    [[nodiscard]] static constexpr bool supports(Collective collective) noexcept {
        return collective != Collective::all_to_all && collective != Collective::point_to_point;
    }

    /// True if the switches of some tier that the group crosses can add.
    template <class Real>
    [[nodiscard]] static constexpr bool available(const BasicGroup<Real>& group) noexcept {
        bool any = false;
        detail::for_each_tier(
            group, [&](std::int64_t, const BasicGroupTier<Real>& tier) { any = any || tier.in_network_reduction; });
        return any;
    }

    template <class Real>
    [[nodiscard]] static constexpr BasicSeconds<Real> time(Collective collective, const BasicGroup<Real>& group,
                                                           const BasicBytes<Real>& size) noexcept {
        if (group.ranks <= 1) return BasicSeconds<Real>{};
        const bool pieces = collective == Collective::reduce_scatter || collective == Collective::all_gather;
        const bool both_ways = collective == Collective::all_reduce;
        std::array<Real, BasicFabric<Real>::most_tiers> factor{};
        Real latency{};
        Real fill{};
        bool set_up = false;
        detail::for_each_tier(group, [&](std::int64_t k, const BasicGroupTier<Real>& tier) {
            const double m = static_cast<double>(tier.members);
            const Real hop = raw(tier.link.latency);
            Real& load = factor[static_cast<std::size_t>(k)];
            load = Real(pieces ? (m - 1.0) / m : 1.0);
            if (tier.in_network_reduction) {
                set_up = true;
                latency += hop * Real(2.0);
                if (both_ways && k == 0) load = Real(1.0 + 1.0 / m);
                load = load / group.in_network_efficiency;
            } else {
                const double passes = both_ways ? 2.0 : 1.0;
                if (both_ways && tier.members > 2) load = Real(2.0);
                const std::int64_t depth = detail::floor_log2(tier.members) + (tier.members > 2 ? 1 : 0);
                const double hops = pieces ? m - 1.0 : passes * static_cast<double>(depth);
                latency += hop * Real(hops);
                if (!pieces) fill += hop * Real(hops - 1.0);
            }
        });
        const Real start = set_up ? raw(group.in_network_latency) : Real(-1.0);
        return detail::time_of(group, {latency, detail::busiest_port(group, factor), fill, start}, size);
    }
};

} // namespace foretrain::inline v0
