// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "accelerator.hpp"
#include "fabric.hpp"
#include "node.hpp"

// A cluster: so many equal accelerators in equal nodes, joined by a fabric.

namespace foretrain::inline v0 {

/// What a job runs on. `accelerators` counts those the job uses; the fabric may join more.
template <class Real>
struct BasicCluster {
    std::string_view name;
    BasicAccelerator<Real> accelerator{};
    BasicNode<Real> node{};
    BasicFabric<Real> fabric{};
    std::int64_t accelerators = 0;
};
using Cluster = BasicCluster<double>;

/// Tells `sink` of everything wrong with a cluster and its parts. Rule `fabric_reaches_all`: the outermost tier joins
/// at least the accelerators that are used.
template <class Real, class Sink>
constexpr void check_rules(const BasicCluster<Real>& cluster, Sink& sink) noexcept {
    check_rules(cluster.accelerator, sink);
    check_rules(cluster.node, sink);
    check_rules(cluster.fabric, sink);
    detail::require_range(sink, "cluster.accelerators", cluster.accelerators, 1, 10000000, {},
                          "accelerators the job uses");
    const std::int64_t tiers = cluster.fabric.tiers;
    if (tiers >= 1 && tiers <= BasicFabric<Real>::most_tiers) {
        const std::int64_t joined = cluster.fabric.tier[static_cast<std::size_t>(tiers - 1)].size;
        detail::require(sink, cluster.accelerators <= joined, "fabric_reaches_all", "cluster.accelerators",
                        cluster.accelerators, "at most what the outermost tier joins, {}", static_cast<double>(joined),
                        "enlarge the outermost tier or use fewer accelerators");
    }
}

/// The same cluster over another scalar (float, a dual number), or from a dual number back to its values.
template <class To, class From>
[[nodiscard]] constexpr BasicCluster<To> over_scalar(const BasicCluster<From>& cluster) noexcept {
    return {.name = cluster.name,
            .accelerator = over_scalar<To>(cluster.accelerator),
            .node = over_scalar<To>(cluster.node),
            .fabric = over_scalar<To>(cluster.fabric),
            .accelerators = cluster.accelerators};
}

} // namespace foretrain::inline v0
