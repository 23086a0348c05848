// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include "../units/evidence.hpp"
#include "../units/violation.hpp"

// A node: the server that holds accelerators, its NICs, what the rest of it draws, and the memory and drives that
// training state can be moved to (parallel/offload.hpp).

namespace foretrain::inline v0 {

/// A server. Its scale-out bandwidth appears in the fabric tier above it as `nics` x `nic_bandwidth`.
template <class Real>
struct BasicNode {
    std::string_view name;
    std::int64_t accelerators = 0;        ///< accelerators in one server
    std::int64_t nics = 0;                ///< scale-out ports; 0 for a single machine without network
    BasicBandwidth<Real> nic_bandwidth{}; ///< of one NIC, one direction
    BasicWatts<Real> host_power{};        ///< processors, NICs, fans and switches: all but the accelerators, under load
    BasicBandwidth<Real> host_link{};     ///< of one accelerator to host memory, one direction, all at once; 0: none
    BasicBytes<Real> host_memory{};       ///< of the server; 0: unknown, nothing can be moved there
    BasicBandwidth<Real> host_memory_bandwidth{}; ///< of the server's processors to that memory; 0: unknown
    BasicBandwidth<Real> drive_bandwidth{};       ///< of the server's NVMe drives together, one direction; 0: none
    Provenance provenance{};                      ///< of accelerators, network and power
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
    require_range(sink, "node.host_link", node.host_link, 0.0, 1e13, "B/s", "one direction of one accelerator");
    require_range(sink, "node.host_memory", node.host_memory, 0.0, 1e16, "B");
    require_range(sink, "node.host_memory_bandwidth", node.host_memory_bandwidth, 0.0, 1e14, "B/s");
    require_range(sink, "node.drive_bandwidth", node.drive_bandwidth, 0.0, 1e13, "B/s", "all drives together");
}

/// The same node over another scalar.
template <class To, class From>
[[nodiscard]] constexpr BasicNode<To> over_scalar(const BasicNode<From>& node) noexcept {
    return {node.name,
            node.accelerators,
            node.nics,
            over_scalar<To>(node.nic_bandwidth),
            over_scalar<To>(node.host_power),
            over_scalar<To>(node.host_link),
            over_scalar<To>(node.host_memory),
            over_scalar<To>(node.host_memory_bandwidth),
            over_scalar<To>(node.drive_bandwidth),
            node.provenance};
}

} // namespace foretrain::inline v0
