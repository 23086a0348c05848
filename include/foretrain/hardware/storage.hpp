// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "../math/scalar.hpp"
#include "../units/evidence.hpp"
#include "../units/violation.hpp"

// Storage that a job reads data from and writes checkpoints to: drives in the nodes, or a system that all nodes share.
//
//   bandwidth(n nodes) = min(n B_node, B_shared)      t = latency + size / bandwidth(n)
//
// B_node is what one node moves, one direction, with all its accelerators at once; B_shared what the whole system moves
// for all its clients together. Drives in the nodes are not shared: leave B_shared out.

namespace foretrain::inline v0 {

/// Where bytes are kept. Rates are of one direction.
template <class Real>
struct BasicStorage {
    std::string_view name;
    BasicBandwidth<Real> node_write{};                  ///< of one node
    BasicBandwidth<Real> node_read{};                   ///< of one node
    std::optional<BasicBandwidth<Real>> shared_write{}; ///< of all nodes together; absent: each node has its own
    std::optional<BasicBandwidth<Real>> shared_read{};  ///< of all nodes together
    BasicSeconds<Real> latency{};                       ///< of one transfer: open, synchronise, commit
    Provenance provenance{};
};
using Storage = BasicStorage<double>;

/// Tells `sink` of every field of a storage outside its range.
template <class Real, class Sink>
constexpr void check_rules(const BasicStorage<Real>& storage, Sink& sink) noexcept {
    using detail::require_range;
    require_range(sink, "storage.node_write", storage.node_write, 1e3, 1e14, "B/s", "of one node, one direction");
    require_range(sink, "storage.node_read", storage.node_read, 1e3, 1e14, "B/s", "of one node, one direction");
    constexpr std::string_view hint = "of all nodes together; leave it out for drives in the nodes";
    if (storage.shared_write)
        require_range(sink, "storage.shared_write", *storage.shared_write, 1e3, 1e17, "B/s", hint);
    if (storage.shared_read) require_range(sink, "storage.shared_read", *storage.shared_read, 1e3, 1e17, "B/s", hint);
    require_range(sink, "storage.latency", storage.latency, 0.0, 1e4, "s");
}

namespace detail {

template <class Real>
[[nodiscard]] constexpr BasicBandwidth<Real> of_nodes(const BasicBandwidth<Real>& node,
                                                      const std::optional<BasicBandwidth<Real>>& shared,
                                                      std::int64_t nodes) noexcept {
    const BasicBandwidth<Real> all = node * Real(static_cast<double>(nodes));
    return shared ? minimum(all, *shared) : all;
}

} // namespace detail

/// What `nodes` nodes write together; at least one node.
template <class Real>
[[nodiscard]] constexpr BasicBandwidth<Real> write_bandwidth(const BasicStorage<Real>& storage,
                                                             std::int64_t nodes) noexcept {
    return detail::of_nodes(storage.node_write, storage.shared_write, nodes);
}

/// What `nodes` nodes read together; at least one node.
template <class Real>
[[nodiscard]] constexpr BasicBandwidth<Real> read_bandwidth(const BasicStorage<Real>& storage,
                                                            std::int64_t nodes) noexcept {
    return detail::of_nodes(storage.node_read, storage.shared_read, nodes);
}

/// Time of `nodes` nodes to write `size` bytes, an even share each.
template <class Real>
[[nodiscard]] constexpr BasicSeconds<Real> write_time(const BasicStorage<Real>& storage, const BasicBytes<Real>& size,
                                                      std::int64_t nodes) noexcept {
    return storage.latency + size / write_bandwidth(storage, nodes);
}

/// Time of `nodes` nodes to read `size` bytes, an even share each.
template <class Real>
[[nodiscard]] constexpr BasicSeconds<Real> read_time(const BasicStorage<Real>& storage, const BasicBytes<Real>& size,
                                                     std::int64_t nodes) noexcept {
    return storage.latency + size / read_bandwidth(storage, nodes);
}

} // namespace foretrain::inline v0
