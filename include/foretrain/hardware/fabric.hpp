// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "../units/evidence.hpp"
#include "../units/violation.hpp"

// The fabric of a cluster as nested tiers: NVLink inside a node, InfiniBand between nodes, an oversubscribed spine
// between pods. Each tier joins units of the tier below (tier 0 joins accelerators) into a larger unit.

namespace foretrain::inline v0 {

/// A point-to-point connection of one unit, per direction (alpha-beta: time = latency + bytes / bandwidth).
template <class Real>
struct BasicLink {
    BasicBandwidth<Real> bandwidth{}; ///< one direction
    BasicSeconds<Real> latency{};     ///< one hop, software included
};

/// How the units of a tier are wired. It decides how much of a unit's bandwidth one pair of units can use.
enum class Topology : unsigned char {
    switched, ///< any pair at full rate (NVSwitch, InfiniBand)
    mesh,     ///< every pair has its own wire (MI300X, Gaudi): a pair uses 1/(units - 1) of a unit's bandwidth
    torus,    ///< neighbours in 2 or 3 dimensions (TPU): a pair uses 1/(2 x dimensions)
};

/// `switched`, `mesh` or `torus`.
[[nodiscard]] constexpr std::string_view name_of(Topology topology) noexcept {
    switch (topology) {
    case Topology::switched: return "switched";
    case Topology::mesh: return "mesh";
    case Topology::torus: return "torus";
    }
    return "switched";
}

/// One tier. `size` counts the accelerators that one unit of this tier joins.
template <class Real>
struct BasicFabricTier {
    std::string_view name;
    std::int64_t size = 0;   ///< accelerators joined by one unit of the tier
    BasicLink<Real> link{};  ///< of each unit of the tier below, one direction: a GPU's NVLink, a node's NICs together
    Real oversubscription{}; ///< 1: full bisection; 3: a third of the bandwidth when all units talk
    Real efficiency{};       ///< share of the line rate that large collectives reach (fitted)
    Topology topology = Topology::switched;
    std::int64_t torus_dimensions = 0; ///< of a torus, 1 to 6 (TPUs: 2 or 3); else 0
    bool in_network_reduction = false; ///< switches can add (NVLink SHARP, SHARP)
    Real start{1.0};          ///< of a collective on machines with this innermost tier, over the library's base latency
    Real local_copy{};        ///< time of a byte that a rank copies to itself over that of a byte sent
    Real exchange{1.0};       ///< rate of an all-to-all through the tier over the rate of a ring
    bool inside_host = false; ///< over the host's own buses: no network card between the units
    Provenance provenance{};
};

using Link = BasicLink<double>;
using FabricTier = BasicFabricTier<double>;

/// The tiers of a cluster, innermost first; at most four. Those from `tiers` on are not looked at.
template <class Real>
struct BasicFabric {
    static constexpr std::int64_t most_tiers = 4;
    std::int64_t tiers = 0;
    std::array<BasicFabricTier<Real>, 4> tier{};
};
using Fabric = BasicFabric<double>;

namespace detail {

/// What messages call the fields of a tier.
struct TierFields {
    std::string_view size, bandwidth, latency, oversubscription, efficiency, torus_dimensions, start, local_copy,
        exchange;
};
#define FORETRAIN_TIER_FIELDS(index)                                                                                   \
    TierFields{"fabric.tier[" #index "].size",         "fabric.tier[" #index "].link.bandwidth",                       \
               "fabric.tier[" #index "].link.latency", "fabric.tier[" #index "].oversubscription",                     \
               "fabric.tier[" #index "].efficiency",   "fabric.tier[" #index "].torus_dimensions",                     \
               "fabric.tier[" #index "].start",        "fabric.tier[" #index "].local_copy",                           \
               "fabric.tier[" #index "].exchange"}
inline constexpr std::array<TierFields, 4> tier_fields{FORETRAIN_TIER_FIELDS(0), FORETRAIN_TIER_FIELDS(1),
                                                       FORETRAIN_TIER_FIELDS(2), FORETRAIN_TIER_FIELDS(3)};
#undef FORETRAIN_TIER_FIELDS

} // namespace detail

/// Tells `sink` of every field of a fabric outside its range, and of tiers that do not nest (rule `tiers_nest`: the
/// size of a tier is a multiple of the size of the tier below).
template <class Real, class Sink>
constexpr void check_rules(const BasicFabric<Real>& fabric, Sink& sink) noexcept {
    using detail::require;
    using detail::require_range;
    require_range(sink, "fabric.tiers", fabric.tiers, 1, 4, {}, "innermost first");
    std::int64_t inner = 1;
    for (std::int64_t i = 0; i < fabric.tiers && i < BasicFabric<Real>::most_tiers; ++i) {
        const BasicFabricTier<Real>& tier = fabric.tier[static_cast<std::size_t>(i)];
        const detail::TierFields& fields = detail::tier_fields[static_cast<std::size_t>(i)];
        require_range(sink, fields.size, tier.size, 1, 100000000, {}, "accelerators that one unit of the tier joins");
        require_range(sink, fields.bandwidth, tier.link.bandwidth, 1e6, 1e16, "B/s",
                      "one direction, per unit of the tier below");
        require_range(sink, fields.latency, tier.link.latency, 0.0, 1.0, "s");
        require_range(sink, fields.oversubscription, tier.oversubscription, 1.0, 1000.0, {}, "1 is full bisection");
        require_range(sink, fields.efficiency, tier.efficiency, 0.01, 1.0);
        const bool torus = tier.topology == Topology::torus;
        require_range(sink, fields.torus_dimensions, tier.torus_dimensions, torus ? 1 : 0, torus ? 6 : 0, {},
                      "0 unless the topology is a torus");
        require_range(sink, fields.start, tier.start, 0.0, 1000.0, {}, "1 unless measured");
        require_range(sink, fields.local_copy, tier.local_copy, 0.0, 100.0);
        require_range(sink, fields.exchange, tier.exchange, 0.01, 100.0, {}, "1 unless measured");
        require(sink, tier.size % inner == 0 && tier.size >= inner, "tiers_nest", fields.size, tier.size,
                "a multiple of the size of the tier below, {}", static_cast<double>(inner),
                "list tiers innermost first");
        inner = tier.size > 0 ? tier.size : 1;
    }
}

/// The same tier over another scalar.
template <class To, class From>
[[nodiscard]] constexpr BasicFabricTier<To> over_scalar(const BasicFabricTier<From>& tier) noexcept {
    return {.name = tier.name,
            .size = tier.size,
            .link = {.bandwidth = over_scalar<To>(tier.link.bandwidth), .latency = over_scalar<To>(tier.link.latency)},
            .oversubscription = detail::as_scalar<To>(tier.oversubscription),
            .efficiency = detail::as_scalar<To>(tier.efficiency),
            .topology = tier.topology,
            .torus_dimensions = tier.torus_dimensions,
            .in_network_reduction = tier.in_network_reduction,
            .start = detail::as_scalar<To>(tier.start),
            .local_copy = detail::as_scalar<To>(tier.local_copy),
            .exchange = detail::as_scalar<To>(tier.exchange),
            .inside_host = tier.inside_host,
            .provenance = tier.provenance};
}

/// The same fabric over another scalar.
template <class To, class From>
[[nodiscard]] constexpr BasicFabric<To> over_scalar(const BasicFabric<From>& fabric) noexcept {
    BasicFabric<To> result;
    result.tiers = fabric.tiers;
    for (std::size_t i = 0; i < result.tier.size(); ++i) result.tier[i] = over_scalar<To>(fabric.tier[i]);
    return result;
}

} // namespace foretrain::inline v0
