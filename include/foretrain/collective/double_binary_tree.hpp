// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "algorithm.hpp"

// Double binary tree: two trees, each for half of the data, in which every rank is inner in at most one.
//
//   broadcast, reduce   h a + S / B,      all-reduce   2 h a + 2 S / B (S / B for two ranks), pipelined in chunks
//
// h = floor(log2 n) + 1 hops. An inner rank of one tree is a leaf of the other: S/2 up and S down in the first, S/2 up
// in the second, so 2 S leave each rank, n/(n-1) times the ring's bytes. Two ranks just swap. Over tiers: trees of
// units, all tiers at once; inside the units of tier 0 a chain of m - 1 hops, as NCCL builds them. Source: Sanders,
// Speck, Traeff 2009, two-tree algorithms for full bandwidth broadcast, reduction and scan; NCCL 2.4 and later.

namespace foretrain::inline v0 {

/// Nearly the ring's bandwidth at logarithmic latency: what NCCL uses for all-reduce across many nodes.
struct DoubleBinaryTree {
    static constexpr std::string_view name = "double binary tree";
    static constexpr Algorithm id = Algorithm::double_binary_tree;

    [[nodiscard]] static constexpr bool supports(Collective collective) noexcept {
        return collective == Collective::all_reduce || collective == Collective::broadcast ||
               collective == Collective::reduce;
    }

    template <class Real>
    [[nodiscard]] static constexpr BasicSeconds<Real> time(Collective collective, const BasicGroup<Real>& group,
                                                           const BasicBytes<Real>& size) noexcept {
        if (group.ranks <= 1) return BasicSeconds<Real>{};
        const bool both_ways = collective == Collective::all_reduce;
        std::array<Real, BasicFabric<Real>::most_tiers> factor{};
        Real depth{};
        Real slowest_hop{};
        detail::for_each_tier(group, [&](std::int64_t k, const BasicGroupTier<Real>& tier) {
            const std::int64_t m = tier.members;
            factor[static_cast<std::size_t>(k)] = Real(both_ways && m > 2 ? 2.0 : 1.0);
            const bool chain = k == 0 && group.tiers > 1;
            const std::int64_t hops = m == 2 ? 1 : chain ? m - 1 : detail::floor_log2(m) + 1;
            depth += detail::count<Real>(hops) * raw(tier.link.latency);
            slowest_hop = maximum(slowest_hop, raw(tier.link.latency));
        });
        const Real latency = both_ways ? Real(depth * Real(2.0)) : depth;
        return detail::time_of(group, {latency, detail::busiest_port(group, factor), latency - slowest_hop}, size);
    }
};

} // namespace foretrain::inline v0
