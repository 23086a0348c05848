// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "algorithm.hpp"

// Ring: every rank passes pieces to its successor.
//
//   all-reduce                   2 sum(a) + 2 (n-1)/n S / B        reduce-scatter, all-gather   half of that
//   broadcast, reduce            sum(a) + S / B, pipelined in chunks
//
// n ranks, S bytes, sum(a) the latencies of the n-1 hops, B the slowest link the ring sees. The ring enters and leaves
// each node once, over as many channels as the node has ports, so a node's whole share counts as one link.
// Source: Patarasuk and Yuan 2009, bandwidth optimal all-reduce algorithms; hops as in NCCL, src/graph/tuning.cc.

namespace foretrain::inline v0 {

/// Best for large sizes: no algorithm of point-to-point messages sends fewer bytes over the slowest link.
struct Ring {
    static constexpr std::string_view name = "ring";
    static constexpr Algorithm id = Algorithm::ring;

    [[nodiscard]] static constexpr bool supports(Collective collective) noexcept {
        return collective != Collective::all_to_all && collective != Collective::point_to_point;
    }

    template <class Real>
    [[nodiscard]] static constexpr BasicSeconds<Real> time(Collective collective, const BasicGroup<Real>& group,
                                                           const BasicBytes<Real>& size) noexcept {
        Real around{};
        Real slowest_hop{};
        Real slowest{}; // bandwidth of the slowest link, zero before the first
        for (std::int64_t k = 0; k < group.tiers; ++k) {
            const BasicGroupTier<Real>& tier = group.tier[static_cast<std::size_t>(k)];
            const std::int64_t outside = k + 1 < group.tiers ? group.tier[static_cast<std::size_t>(k + 1)].units : 1;
            const std::int64_t hops = tier.units - outside;
            if (tier.members <= 1) continue; // what passes here is counted at the next tier
            const Real latency = raw(tier.link.latency);
            around += detail::count<Real>(hops) * latency; // none in this tier if the group straddles the next
            if (hops > 0) slowest_hop = maximum(slowest_hop, latency);
            const Real bandwidth = raw(tier.link.bandwidth);
            slowest = slowest > Real(0.0) ? minimum(slowest, bandwidth) : bandwidth;
        }
        if (group.ranks <= 1) return BasicSeconds<Real>{};
        detail::CollectiveCost<Real> cost;
        if (collective == Collective::broadcast || collective == Collective::reduce) {
            cost = {around, Real(1.0) / slowest, around - slowest_hop};
        } else {
            const double passes = collective == Collective::all_reduce ? 2.0 : 1.0;
            const double n = static_cast<double>(group.ranks);
            cost = {around * Real(passes), Real(Real(passes * ((n - 1.0) / n)) / slowest + detail::own_share(group)),
                    Real(0.0)};
        }
        return detail::time_of(group, cost, size);
    }
};

} // namespace foretrain::inline v0
