// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "algorithm.hpp"

// Binary tree, pipelined in chunks: up the tree to reduce, down to broadcast, both ways at once for an all-reduce.
//
//   broadcast, reduce   h a + f S / B + 2 sqrt((h-1) a f S / B)     f = 1 for two ranks, else 2 (two children)
//   all-reduce          2 h a + ...                                 f = 1, 2 for three or four ranks, else 3
//
// h = floor(log2 n) hops from the root to the deepest leaf. An inner rank receives from two children and from its
// parent and sends as much, hence f. Over tiers: trees of units, with the gateway's work spread over a unit's ranks.
// Source: Chan et al. 2007, collective communication: theory, practice, and experience; Sanders et al. 2009, section 2.

namespace foretrain::inline v0 {

/// Few hops, but inner ranks send up to 3 S where a ring sends less than 2 S: for small sizes on many ranks.
struct Tree {
    static constexpr std::string_view name = "tree";
    static constexpr Algorithm id = Algorithm::tree;

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
            factor[static_cast<std::size_t>(k)] = Real(m == 2 ? 1.0 : both_ways && m > 4 ? 3.0 : 2.0);
            depth += detail::count<Real>(detail::floor_log2(m)) * raw(tier.link.latency);
            slowest_hop = maximum(slowest_hop, raw(tier.link.latency));
        });
        const Real latency = both_ways ? Real(depth * Real(2.0)) : depth;
        return detail::time_of(group, {latency, detail::busiest_port(group, factor), latency - slowest_hop}, size);
    }
};

} // namespace foretrain::inline v0
