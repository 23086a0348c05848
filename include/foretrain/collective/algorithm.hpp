// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <bit>
#include <concepts>
#include <cstdint>
#include <string_view>

#include "../math/scalar.hpp"
#include "../math/sqrt.hpp"
#include "collective.hpp"
#include "group.hpp"

// What a collective algorithm is, and the arithmetic they share.
//
//   t = min(L + q W,  b L + U + W + C)      C = ramp sqrt((b L + U) W) if the library has a ramp, else 2 sqrt(F W)
//
// L: base latency plus the latencies of the hops one after the other; W: bytes on the busiest link over its bandwidth;
// U: set-up of a reduction in the switches, which only the second protocol has; q, b: collective/library.hpp.
// F: latency of filling the pipeline, for algorithms that send chunks down a chain or tree. Sending k chunks over h
// hops of latency a takes (h-1+k)(a + W/k), least at k = sqrt((h-1)W/a): (h-1)a + W + 2 sqrt((h-1) a W). Libraries cut
// chunks of fixed sizes and overlap their latencies; the ramp is what that leaves, measured.

namespace foretrain::inline v0 {

/// A policy that says which collectives it performs and how long one takes: never negative, never less for a larger
/// size, exactly zero for a group of one. A policy may also have a static `available(group)`: false where the group's
/// fabric cannot run it, and a static `id` if it is one of the library's own.
template <class A>
concept CollectiveAlgorithm =
    requires(Collective collective, const BasicGroup<double>& group, const BasicBytes<double>& size) {
        { A::name } -> std::convertible_to<std::string_view>;
        { A::supports(collective) } -> std::same_as<bool>;
        { A::time(collective, group, size) } -> std::same_as<BasicSeconds<double>>;
    };

/// The library's algorithms; `custom` is everybody else's.
enum class Algorithm : unsigned char {
    ring,
    tree,
    double_binary_tree,
    halving_doubling,
    direct,
    hierarchical,
    in_network,
    custom,
};

[[nodiscard]] constexpr std::string_view name_of(Algorithm algorithm) noexcept {
    switch (algorithm) {
    case Algorithm::ring: return "ring";
    case Algorithm::tree: return "tree";
    case Algorithm::double_binary_tree: return "double binary tree";
    case Algorithm::halving_doubling: return "halving-doubling";
    case Algorithm::direct: return "direct";
    case Algorithm::hierarchical: return "hierarchical";
    case Algorithm::in_network: return "in-network";
    case Algorithm::custom: return "custom";
    }
    return "custom";
}

namespace detail {

/// Seconds of latency, seconds a byte of the collective's size, seconds of latency that chunks have to fill, seconds of
/// setting up switches that add (negative: none, so that the low-latency protocol is there too).
template <class Real>
struct CollectiveCost {
    Real latency{};
    Real per_byte{};
    Real fill{};
    Real set_up{-1.0};
};

/// The formula at the top of this header.
template <class Real>
[[nodiscard]] constexpr BasicSeconds<Real> time_of(const BasicGroup<Real>& group, const CollectiveCost<Real>& cost,
                                                   const BasicBytes<Real>& size) noexcept {
    if (group.ranks <= 1) return BasicSeconds<Real>{};
    const Real latency = raw(group.base_latency) + cost.latency;
    const Real work = raw(size) * cost.per_byte;
    const bool switches = cost.set_up >= Real(0.0);
    Real bulk = latency * group.bulk_latency;
    if (switches) bulk += cost.set_up;
    const Real cross =
        group.ramp > Real(0.0) ? Real(group.ramp * group.ramp * bulk * work) : Real(cost.fill * Real(4.0) * work);
    Real total = bulk + work;
    if (cross > Real(0.0)) total += sqrt(cross); // at zero the root has no derivative
    if (group.quick_bytes > Real(0.0) && !switches) total = minimum(total, Real(latency + work * group.quick_bytes));
    return make<BasicSeconds<Real>>(total);
}

/// ceil(log2(n)) for n >= 1.
[[nodiscard]] constexpr std::int64_t ceil_log2(std::int64_t n) noexcept {
    return static_cast<std::int64_t>(std::bit_width(static_cast<std::uint64_t>(n - 1)));
}

/// A policy's `id` and `available(group)`, or what their absence means.
template <class A>
[[nodiscard]] consteval Algorithm id_of() noexcept {
    if constexpr (requires { A::id; }) return A::id;
    else return Algorithm::custom;
}

template <class A, class Real>
[[nodiscard]] constexpr bool available(const BasicGroup<Real>& group) noexcept {
    if constexpr (requires { A::available(group); }) return A::available(group);
    else return true;
}

/// floor(log2(n)) for n >= 1.
[[nodiscard]] constexpr std::int64_t floor_log2(std::int64_t n) noexcept {
    return static_cast<std::int64_t>(std::bit_width(static_cast<std::uint64_t>(n))) - 1;
}

/// An integer as the scalar.
template <class Real>
[[nodiscard]] constexpr Real count(std::int64_t n) noexcept {
    return Real(static_cast<double>(n));
}

/// Calls visit(k, tier) for each tier in which the group has more than one member, innermost first.
template <class Real, class Visit>
constexpr void for_each_tier(const BasicGroup<Real>& group, Visit visit) noexcept {
    for (std::int64_t k = 0; k < group.tiers; ++k) {
        const BasicGroupTier<Real>& tier = group.tier[static_cast<std::size_t>(k)];
        if (tier.members > 1) visit(k, tier);
    }
}

/// Ranks in the fullest unit of tier k, given those in the fullest unit of the tier below.
template <class Real>
[[nodiscard]] constexpr std::int64_t ranks_inside(const BasicGroup<Real>& group, std::int64_t k,
                                                  std::int64_t below) noexcept {
    const std::int64_t others = k + 1 < group.tiers ? group.tier[static_cast<std::size_t>(k + 1)].units - 1 : 0;
    return minimum(below * group.tier[static_cast<std::size_t>(k)].members, group.ranks - others);
}

/// Seconds a byte on the busiest port if tier k needs factor[k] x S through each of its units, all tiers at once.
/// Ports from tier 1 up nest: what a unit of tier 2 sends passes the ports of its own units, an even share each.
template <class Real>
[[nodiscard]] constexpr Real busiest_port(const BasicGroup<Real>& group,
                                          const std::array<Real, BasicFabric<Real>::most_tiers>& factor) noexcept {
    Real worst{};
    Real passing{};
    for (std::int64_t k = group.tiers - 1; k >= 0; --k) {
        const BasicGroupTier<Real>& tier = group.tier[static_cast<std::size_t>(k)];
        if (k == 0) passing = Real(0.0); // accelerators' inner links and the node's ports are different wires
        const Real load = factor[static_cast<std::size_t>(k)] + passing;
        worst = maximum(worst, Real(load / raw(tier.link.bandwidth)));
        if (k > 1) passing = load / count<Real>(group.tier[static_cast<std::size_t>(k - 1)].members);
    }
    return worst;
}

/// Seconds a byte that ranks spend copying the 1/n of the data that is their own.
template <class Real>
[[nodiscard]] constexpr Real own_share(const BasicGroup<Real>& group) noexcept {
    if (!(group.local_copy > Real(0.0))) return Real(0.0);
    return group.local_copy / (count<Real>(group.ranks) * raw(group.tier[0].link.bandwidth));
}

/// Seconds a byte if every pair of ranks exchanges one byte directly: tier k carries all that leaves a unit.
template <class Real>
[[nodiscard]] constexpr Real all_pairs(const BasicGroup<Real>& group) noexcept {
    Real worst{};
    std::int64_t inside = 1; // ranks in a unit of the tier below
    for (std::int64_t k = 0; k < group.tiers; ++k) {
        const BasicGroupTier<Real>& tier = group.tier[static_cast<std::size_t>(k)];
        const std::int64_t members = ranks_inside(group, k, inside);
        const std::int64_t partners = k == 0 ? members - 1 : group.ranks - inside;
        const Real bandwidth = raw(tier.link.bandwidth) * tier.exchange_share;
        worst = maximum(worst, Real(count<Real>(inside * partners) / bandwidth));
        inside = members;
    }
    return worst;
}

} // namespace detail

/// An algorithm limited to some collectives, for libraries that implement it for no others.
template <class A, Collective... Supported>
struct Only {
    static constexpr std::string_view name = A::name;
    static constexpr Algorithm id = detail::id_of<A>();
    [[nodiscard]] static constexpr bool supports(Collective collective) noexcept {
        return ((collective == Supported) || ...) && A::supports(collective);
    }
    template <class Real>
    [[nodiscard]] static constexpr bool available(const BasicGroup<Real>& group) noexcept {
        return detail::available<A>(group);
    }
    template <class Real>
    [[nodiscard]] static constexpr BasicSeconds<Real> time(Collective collective, const BasicGroup<Real>& group,
                                                           const BasicBytes<Real>& size) noexcept {
        return A::time(collective, group, size);
    }
};

} // namespace foretrain::inline v0
