// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "algorithm.hpp"

// Direct exchange: every rank talks to all others at once, so one step does.
//
//   all-to-all, reduce-scatter, all-gather   a + X S/n      point to point     a + S / B of one pair
//   all-reduce, one shot                     a + X S        in two shots     2 (a + X S/n)
//   broadcast, reduce                        a + (n-1) S / B
//
// X is the time a byte takes when every pair exchanges one: on a switch (n-1)/B. Where u ranks sit behind a port of
// bandwidth B, u (n-u) bytes leave through it; nothing is added up on the way, so direct all-reduce wastes scarce
// ports. The n-1 messages of an all-to-all are posted one after the other, each costing the library's
// posting latency; a lone transfer to another node uses one rank's share of the node's ports. Source: Thakur et al.
// 2005 (scattered sends); one- and two-shot as in custom all-reduce kernels for NVLink.

namespace foretrain::inline v0 {

/// The way of all-to-all and point to point everywhere, and of small all-reduces inside a switch.
struct Direct {
    static constexpr std::string_view name = "direct";
    static constexpr Algorithm id = Algorithm::direct;

    [[nodiscard]] static constexpr bool supports(Collective) noexcept { return true; }

    template <class Real>
    [[nodiscard]] static constexpr BasicSeconds<Real> time(Collective collective, const BasicGroup<Real>& group,
                                                           const BasicBytes<Real>& size) noexcept {
        if (group.ranks <= 1) return BasicSeconds<Real>{};
        Real hop{};
        detail::for_each_tier(
            group, [&](std::int64_t, const BasicGroupTier<Real>& tier) { hop = maximum(hop, raw(tier.link.latency)); });
        const Real ranks = detail::count<Real>(group.ranks);
        switch (collective) {
        case Collective::all_reduce: {
            const Real pairs = detail::all_pairs(group);
            const BasicSeconds<Real> one_shot = detail::time_of(group, {hop, pairs, Real(0.0)}, size);
            const BasicSeconds<Real> two_shots =
                detail::time_of(group, {Real(hop * Real(2.0)), Real(pairs * Real(2.0)) / ranks, Real(0.0)}, size);
            return minimum(one_shot, two_shots);
        }
        case Collective::reduce_scatter:
        case Collective::all_gather:
            return detail::time_of(group, {hop, detail::all_pairs(group) / ranks, Real(0.0)}, size);
        case Collective::all_to_all: {
            // Posting to another node is dearer, as all that its network cards do.
            const Real inside = detail::count<Real>(group.network ? group.tier[0].members : group.ranks);
            const Real posting = raw(group.peer_latency) * (inside - Real(1.0) + (ranks - inside) * group.bulk_latency);
            const Real per_byte = detail::all_pairs(group) / ranks + detail::own_share(group);
            return detail::time_of(group, {hop + posting, per_byte, Real(0.0)}, size);
        }
        case Collective::broadcast:
        case Collective::reduce: return detail::time_of(group, {hop, from_one(group), Real(0.0)}, size);
        case Collective::point_to_point: {
            // The outermost boundary gates a chain of stages: its link is the slowest and every stage waits for it.
            const BasicGroupTier<Real>& tier = group.tier[static_cast<std::size_t>(group.tiers - 1)];
            const Real per_byte = Real(1.0) / (raw(tier.link.bandwidth) * tier.pair_share * tier.lone_share);
            return detail::time_of(group, {raw(tier.link.latency), per_byte, Real(0.0)}, size);
        }
        }
        return BasicSeconds<Real>{};
    }

private:
    /// Seconds a byte if one rank sends to each other, or each other sends to it.
    template <class Real>
    [[nodiscard]] static constexpr Real from_one(const BasicGroup<Real>& group) noexcept {
        Real worst{};
        std::int64_t inside = 1;
        for (std::int64_t k = 0; k < group.tiers; ++k) {
            const BasicGroupTier<Real>& tier = group.tier[static_cast<std::size_t>(k)];
            const std::int64_t members = detail::ranks_inside(group, k, inside);
            const std::int64_t partners = k == 0 ? members - 1 : group.ranks - inside;
            worst = maximum(worst, Real(detail::count<Real>(partners) / raw(tier.link.bandwidth)));
            inside = members;
        }
        return worst;
    }
};

} // namespace foretrain::inline v0
