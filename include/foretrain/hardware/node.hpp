// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include "../units/evidence.hpp"
#include "../units/violation.hpp"

// A node: the server that holds accelerators, its NICs and what the rest of it draws.

namespace foretrain::inline v0 {

/// A server. Its scale-out bandwidth appears in the fabric tier above it as `nics` x `nic_bandwidth`.
template <class Real>
struct BasicNode {
    std::string_view name;
    std::int64_t accelerators = 0;        ///< accelerators in one server
    std::int64_t nics = 0;                ///< scale-out ports; 0 for a single machine without network
    BasicBandwidth<Real> nic_bandwidth{}; ///< of one NIC, one direction
    BasicWatts<Real> host_power{};        ///< processors, NICs, fans and switches: all but the accelerators, under load
    Provenance provenance{};
};
using Node = BasicNode<double>;

/// Tells `sink` of every field of a node outside its range.
template <class Real, class Sink>
constexpr void check_rules(const BasicNode<Real>& node, Sink& sink) noexcept {
    using detail::require_range;
    require_range(sink, "node.accelerators", node.accelerators, 1, 10000, {}, "accelerators in one server");
    require_range(sink, "node.nics", node.nics, 0, 10000);
    require_range(sink, "node.nic_bandwidth", node.nic_bandwidth, 0.0, 1e13, "B/s", "one direction of one NIC");
    require_range(sink, "node.host_power", node.host_power, 0.0, 1e6, "W");
}

/// The same node over another scalar.
template <class To, class From>
[[nodiscard]] constexpr BasicNode<To> over_scalar(const BasicNode<From>& node) noexcept {
    return {node.name,
            node.accelerators,
            node.nics,
            over_scalar<To>(node.nic_bandwidth),
            over_scalar<To>(node.host_power),
            node.provenance};
}

} // namespace foretrain::inline v0
