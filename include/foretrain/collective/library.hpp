// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "../units/evidence.hpp"
#include "../units/violation.hpp"

// What a communication library adds to the wires: launch, hand-shakes, chunking.
//
//   t = min(L + q W,  b L + W + ramp sqrt(b L W))
//
// L = base latency + latencies of the hops, W = bytes on the busiest link / bandwidth. The first protocol sends a flag
// with each word or line, so that the receiver needs no hand-shake: q bytes on the wire for a byte (NCCL's LL, LL128),
// more where a network's share of it has a limit of its own. The second fills whole buffers and hands them over by
// flags of their own: full bandwidth, b times the latency (NCCL's Simple). NCCL's src/graph/tuning.cc has 0.6, 1.9 and
// 3.4 us a hop of NVLink and 2.7, 4 and 14 us of a network for the three; for LL half of the bandwidth, and at most 20
// to 90 GB/s of bus bandwidth between nodes of eight. A transfer cut into k chunks costs L + W + L'k + W'/k; the best k
// leaves a cross term 2 sqrt(L W) (Chan et al. 2007, section 4), so `ramp` lies between 0 (chunks cost nothing) and
// about 2.

namespace foretrain::inline v0 {

/// Constants of a library, not of a fabric; docs/collectives.md tells how they were fitted.
template <class Real>
struct BasicCommunicationLibrary {
    std::string_view name;
    BasicSeconds<Real> base_latency{};       ///< launch and hand-shake of any collective
    Real ramp{};                             ///< weight of the cross term
    BasicSeconds<Real> in_network_latency{}; ///< set-up of a reduction in the switches
    Real in_network_efficiency{1.0};         ///< rate of such a reduction relative to the plain efficiency of the links
    Real quick_bytes{};             ///< bytes on the wire for a byte sent by the low-latency protocol; 0: there is none
    Real bulk_latency{1.0};         ///< latency of the bandwidth protocol over that of the low-latency one
    Real network_bulk_latency{1.0}; ///< the same for groups that cross network cards
    BasicSeconds<Real> peer_latency{};         ///< posting one more message of an all-to-all
    BasicBandwidth<Real> network_quick_rate{}; ///< most it carries across nodes, an accelerator; 0: no limit
    Real own_copy{}; ///< share of a fabric's `local_copy` that counts: 1 where kernels both copy and send
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
    require_range(sink, "library.quick_bytes", library.quick_bytes, 0.0, 100.0, {}, "2 where half of a word is a flag");
    require_range(sink, "library.bulk_latency", library.bulk_latency, 1.0, 100.0);
    require_range(sink, "library.network_bulk_latency", library.network_bulk_latency, 1.0, 100.0);
    require_range(sink, "library.peer_latency", library.peer_latency, 0.0, 1.0, "s");
    require_range(sink, "library.network_quick_rate", library.network_quick_rate, 0.0, 1e16, "B/s");
    require_range(sink, "library.own_copy", library.own_copy, 0.0, 10.0);
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
            static_cast<To>(library.quick_bytes),
            static_cast<To>(library.bulk_latency),
            static_cast<To>(library.network_bulk_latency),
            over_scalar<To>(library.peer_latency),
            over_scalar<To>(library.network_quick_rate),
            static_cast<To>(library.own_copy),
            library.provenance};
}

namespace libraries {

/// No library: wires only, the textbook alpha-beta model.
inline constexpr CommunicationLibrary wires{.name = "wires"};

/// NCCL 2.18 to 2.29; LL and LL128 are the low-latency protocol, Simple the other.
inline constexpr CommunicationLibrary nccl{
    .name = "NCCL",
    .base_latency = make<Seconds>(5.2e-6),
    .ramp = 0.42,
    .in_network_latency = make<Seconds>(44e-6),
    .in_network_efficiency = 0.76,
    .quick_bytes = 2.5,
    .bulk_latency = 1.75,
    .network_bulk_latency = 3.2,
    .peer_latency = make<Seconds>(0.5e-6),
    .network_quick_rate = make<Bandwidth>(2.6e9),
    .own_copy = 1.0,
    .provenance = {"fit to half of public nccl-tests rows, V100 to B200, 2 to 128 ranks, docs/collectives.md",
                   "2026-11", Evidence::fitted}};

/// All-reduce kernels of inference engines (vLLM, TensorRT-LLM): every rank reads its peers' memory directly.
inline constexpr CommunicationLibrary peer_memory{
    .name = "peer-memory kernels",
    .base_latency = make<Seconds>(1.9e-6),
    .ramp = 0.8,
    .provenance = {"fit to half of the custom all-reduce rows of ai-dynamo/aiconfigurator, docs/collectives.md",
                   "2026-11", Evidence::fitted}};

} // namespace libraries

} // namespace foretrain::inline v0
