// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "../units/evidence.hpp"
#include "../units/violation.hpp"

// What a communication library adds to the wires: launch, hand-shakes, chunking.
//
//   t = L + W + ramp sqrt(L W),   L = base latency + latencies of the hops,   W = bytes on the busiest link / bandwidth
//
// A transfer cut into k chunks and pipelined over hops costs L + W + L'k + W'/k; the best k leaves a cross term
// 2 sqrt(L W) (e.g. Chan et al. 2007, section 4), so `ramp` lies between 0 (chunks cost nothing) and about 2.
// One number for all fabrics; it is why collectives of 1 to 100 MB stay below the bandwidth of large ones.

namespace foretrain::inline v0 {

/// Constants of a library, not of a fabric; docs/collectives.md tells how they were fitted.
template <class Real>
struct BasicCommunicationLibrary {
    std::string_view name;
    BasicSeconds<Real> base_latency{};       ///< launch and hand-shake of any collective
    Real ramp{};                             ///< weight of the cross term
    BasicSeconds<Real> in_network_latency{}; ///< set-up of a reduction in the switches
    Real in_network_efficiency{1.0};         ///< rate of such a reduction relative to the plain efficiency of the links
    Provenance provenance{};
};
using CommunicationLibrary = BasicCommunicationLibrary<double>;

/// Tells `sink` of every field of a library outside its range.
template <class Real, class Sink>
constexpr void check_rules(const BasicCommunicationLibrary<Real>& library, Sink& sink) noexcept {
    using detail::require_range;
    require_range(sink, "library.base_latency", library.base_latency, 0.0, 1.0, "s", "about 1e-5 s");
    require_range(sink, "library.ramp", library.ramp, 0.0, 10.0, {}, "0 is the pure alpha-beta model");
    require_range(sink, "library.in_network_latency", library.in_network_latency, 0.0, 1.0, "s");
    require_range(sink, "library.in_network_efficiency", library.in_network_efficiency, 0.01, 1.0);
}

/// The same library over another scalar.
template <class To, class From>
[[nodiscard]] constexpr BasicCommunicationLibrary<To>
over_scalar(const BasicCommunicationLibrary<From>& library) noexcept {
    return {library.name,
            over_scalar<To>(library.base_latency),
            static_cast<To>(library.ramp),
            over_scalar<To>(library.in_network_latency),
            static_cast<To>(library.in_network_efficiency),
            library.provenance};
}

namespace libraries {

/// No library: wires only, the textbook alpha-beta model.
inline constexpr CommunicationLibrary wires{.name = "wires"};

/// NCCL 2.18 to 2.29 on NVLink 3 to 5 and InfiniBand.
inline constexpr CommunicationLibrary nccl{
    .name = "NCCL",
    .base_latency = make<Seconds>(8e-6),
    .ramp = 1.5,
    .in_network_latency = make<Seconds>(10e-6),
    .in_network_efficiency = 0.85,
    .provenance = {"fit to nccl-tests tables on A100, H100 and B200, docs/collectives.md", "2026-11",
                   Evidence::fitted}};

} // namespace libraries

} // namespace foretrain::inline v0
