// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

#include "../hardware/fabric.hpp"
#include "../math/scalar.hpp"
#include "library.hpp"

// A communicator: which tiers of the fabric it crosses, with how many members, and the bandwidth it has left there.
//
// `ranks` accelerators spaced `stride` apart in the linear order of accelerators (innermost tier first) form a group;
// `stride` interleaved sibling groups fill a block of ranks x stride accelerators, and equal blocks fill the machine.
// All of them communicate at once and share ports. In a tier whose lower units join g accelerators each:
//
//   bandwidth = link x efficiency / oversubscription x wired share / groups that share a port
//
// A port is shared by min(stride, g) groups: all siblings with a member behind it. Where blocks and units do not
// align (6 ranks over nodes of 4), the worst placed group counts: it spans as many units as any does, its fullest
// unit sets the members, and the ports are shared with the neighbouring block too (twice as many groups).

namespace foretrain::inline v0 {

/// A group's part in one tier of the fabric.
template <class Real>
struct BasicGroupTier {
    std::int64_t members = 1; ///< units of the tier below, in the fullest unit of this tier, that hold ranks
    std::int64_t units = 1;   ///< units of the tier below that hold ranks, in the whole group
    BasicLink<Real> link{};   ///< of each such unit: bandwidth left to this group one way, latency of a hop
    Real pair_share{1.0};     ///< share of that bandwidth that one pair of units can use
    Real exchange_share{1.0}; ///< share of it that each unit keeps when all talk to all (less than 1 on a torus)
    Real lone_share{1.0};     ///< share of it that one rank can use alone: its own network card of a node's
    bool in_network_reduction = false; ///< the switches add
};

/// A communicator of `ranks`. Only tiers 0 to `tiers` - 1 are crossed; one may have a single member (stride >= node).
template <class Real>
struct BasicGroup {
    std::int64_t ranks = 1;
    std::int64_t tiers = 0;
    std::array<BasicGroupTier<Real>, BasicFabric<Real>::most_tiers> tier{};
    BasicSeconds<Real> base_latency{}; ///< paid once by every collective
    Real ramp{};                       ///< see BasicCommunicationLibrary
    BasicSeconds<Real> in_network_latency{};
    Real in_network_efficiency{1.0};
    Real quick_bytes{};                ///< see BasicCommunicationLibrary; 0: no low-latency protocol
    Real bulk_latency{1.0};            ///< latency of the bandwidth protocol over that of the low-latency one
    BasicSeconds<Real> peer_latency{}; ///< posting one more message of an all-to-all
    Real local_copy{};                 ///< time of a byte that a rank copies to itself over that of a byte sent
    bool network = false;              ///< crosses network cards
};
using GroupTier = BasicGroupTier<double>;
using Group = BasicGroup<double>;

namespace detail {

[[nodiscard]] constexpr std::int64_t ceil_divide(std::int64_t a, std::int64_t b) noexcept { return (a + b - 1) / b; }

/// Units of `g` accelerators that hold ranks of the worst placed group.
[[nodiscard]] constexpr std::int64_t units_spanned(std::int64_t in_use, std::int64_t ranks, std::int64_t stride,
                                                   std::int64_t g) noexcept {
    const std::int64_t block = ranks * stride;
    if (g % block == 0) return 1;
    if (block % g == 0) return minimum(block / g, ranks);
    std::int64_t a = g;
    for (std::int64_t b = block; b != 0;) { // a becomes gcd(block, g), the step between offsets of blocks in units
        const std::int64_t rest = a % b;
        a = b;
        b = rest;
    }
    const std::int64_t spanned = block >= in_use ? ceil_divide(block, g) : ceil_divide(g - a + block, g);
    return minimum(minimum(spanned, ranks), maximum(ceil_divide(in_use, g), std::int64_t{1}));
}

/// Smallest l with l^power >= n.
[[nodiscard]] constexpr std::int64_t integer_root(std::int64_t n, std::int64_t power) noexcept {
    if (power <= 1) return n;
    const auto reaches = [n, power](std::int64_t l) {
        std::int64_t volume = 1;
        for (std::int64_t i = 0; i < power && volume < n; ++i) volume *= l;
        return volume >= n;
    };
    std::int64_t low = 0;
    std::int64_t high = 1;
    while (!reaches(high)) {
        low = high;
        high *= 2;
    }
    while (high - low > 1) {
        const std::int64_t middle = low + (high - low) / 2;
        (reaches(middle) ? high : low) = middle;
    }
    return high;
}

/// What a wiring leaves to `members` of `all` units: of a unit's bandwidth, of that to one pair, of that in an
/// all-to-all.
struct WiredShares {
    double group = 1.0;
    double pair = 1.0;
    double exchange = 1.0;
};
[[nodiscard]] constexpr WiredShares wired_shares(Topology topology, std::int64_t dimensions, std::int64_t members,
                                                 std::int64_t all) noexcept {
    if (members <= 1 || topology == Topology::switched) return {};
    if (topology == Topology::mesh) {
        // Only wires to other members carry data: members - 1 of a unit's all - 1.
        const double partners = static_cast<double>(members - 1);
        return {all > members ? partners / static_cast<double>(all - 1) : 1.0, 1.0 / partners, 1.0};
    }
    // Torus: rings along as many axes as the members fill, both ways round; two members have one wire.
    const double axes_in_all = static_cast<double>(dimensions > 0 ? dimensions : 1);
    if (members == 2) return {0.5 / axes_in_all, 1.0, 1.0};
    const std::int64_t side = integer_root(all, dimensions);
    std::int64_t axes = 1;
    for (std::int64_t reach = side; reach < members && axes < dimensions; reach *= side) ++axes;
    const double used = static_cast<double>(axes);
    // Uniform traffic travels length/4 hops along each axis on average, over the two links each axis has.
    const double length = static_cast<double>(integer_root(members, axes));
    return {used / axes_in_all, 0.5 / used, minimum(1.0, 4.0 / (used * length))};
}

} // namespace detail

/// The communicator of `ranks` >= 1 accelerators `stride` >= 1 apart on a checked fabric of which a job uses
/// `accelerators_in_use` >= ranks x stride, with what `library` adds. Never refuses a shape; see above for groups that
/// straddle units unevenly.
template <class Real>
[[nodiscard]] constexpr BasicGroup<Real> make_group(const BasicFabric<Real>& fabric, std::int64_t accelerators_in_use,
                                                    std::int64_t ranks, std::int64_t stride,
                                                    const BasicCommunicationLibrary<Real>& library) noexcept {
    BasicGroup<Real> group;
    group.base_latency = make<BasicSeconds<Real>>(raw(library.base_latency) * fabric.tier[0].start);
    group.ramp = library.ramp;
    group.in_network_latency = library.in_network_latency;
    group.in_network_efficiency = library.in_network_efficiency;
    group.quick_bytes = library.quick_bytes;
    group.peer_latency = library.peer_latency;
    if (ranks <= 1) return group;
    group.ranks = ranks;
    const std::int64_t block = ranks * stride;
    const std::int64_t in_use = maximum(accelerators_in_use, block);

    Real narrowest{};           // bandwidth of the tiers so far, zero before the first
    std::int64_t lower = 1;     // accelerators in a unit of the tier below
    std::int64_t units = ranks; // such units that hold ranks
    for (std::int64_t k = 0; k < fabric.tiers && units > 1; ++k) {
        const BasicFabricTier<Real>& from = fabric.tier[static_cast<std::size_t>(k)];
        BasicGroupTier<Real>& to = group.tier[static_cast<std::size_t>(k)];
        const bool outermost = k + 1 == fabric.tiers;
        const std::int64_t above = outermost ? 1 : detail::units_spanned(in_use, ranks, stride, from.size);
        to.units = units;
        // Each further unit above holds at least one, so the fullest holds at most units - (above - 1).
        to.members =
            above == 1 ? units : minimum(detail::ceil_divide(from.size, maximum(stride, lower)), units - (above - 1));
        to.in_network_reduction = from.in_network_reduction;

        std::int64_t sharing = minimum(stride, lower);
        if (block < in_use && block % lower != 0) sharing = minimum(2 * sharing, lower);
        const detail::WiredShares shares =
            from.topology == Topology::switched
                ? detail::WiredShares{}
                : detail::wired_shares(from.topology, from.torus_dimensions, to.members, from.size / lower);
        to.pair_share = Real(shares.pair);
        to.exchange_share = from.exchange * Real(shares.exchange);
        if (k > 0 && !from.inside_host) {
            to.lone_share = Real(static_cast<double>(sharing) / static_cast<double>(lower));
            group.network = group.network || to.members > 1;
        }
        to.link.latency = from.link.latency;
        Real bandwidth = raw(from.link.bandwidth) * from.efficiency / from.oversubscription *
                         Real(shares.group / static_cast<double>(sharing));
        if (k >= 2) { // what leaves a unit here has left one of its own units below
            const BasicGroupTier<Real>& inner = group.tier[static_cast<std::size_t>(k - 1)];
            bandwidth = minimum(bandwidth, Real(raw(inner.link.bandwidth) * Real(static_cast<double>(inner.members))));
        }
        to.link.bandwidth = make<BasicBandwidth<Real>>(bandwidth);
        if (to.members > 1) {
            narrowest = narrowest > Real(0.0) ? minimum(narrowest, bandwidth) : bandwidth;
            // The low-latency protocol has a rate of its own on network cards, or that of slower wires on the way.
            const Real rate = raw(library.network_quick_rate) * Real(static_cast<double>(lower));
            if (k > 0 && !from.inside_host && rate > Real(0.0) && group.quick_bytes > Real(0.0))
                group.quick_bytes =
                    maximum(group.quick_bytes, Real(narrowest * Real(static_cast<double>(sharing)) / rate));
        }
        group.tiers = k + 1;
        units = above;
        lower = from.size;
    }
    group.bulk_latency = group.network ? library.network_bulk_latency : library.bulk_latency;
    if (group.tiers == 1)
        group.local_copy = fabric.tier[0].local_copy * library.own_copy; // elsewhere it hides behind slower wires
    return group;
}

/// The same with the wires only.
template <class Real>
[[nodiscard]] constexpr BasicGroup<Real> make_group(const BasicFabric<Real>& fabric, std::int64_t accelerators_in_use,
                                                    std::int64_t ranks, std::int64_t stride) noexcept {
    return make_group(fabric, accelerators_in_use, ranks, stride, over_scalar<Real>(libraries::wires));
}

} // namespace foretrain::inline v0
