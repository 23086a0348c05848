// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "../hardware/cluster.hpp"
#include "kernel_constants.hpp"

// Scale-up fabrics and what systems are put together from.
//
// Bandwidths are per accelerator and direction; NVIDIA prints both directions together. `efficiency` is the bus
// bandwidth of the largest messages over the line rate (nccl-tests conventions), without in-network reduction where
// that can be told apart. Latencies are one hop under NCCL (collective/library.hpp), fitted together with it to public
// nccl-tests tables of NVLink 3 to 5, set by eye for NVLink 2 and networks; docs/collectives.md has both and the
// errors.

namespace foretrain::inline v0::catalog {

/// The hybrid cube mesh of DGX-1: no switch, a pair of GPUs has one or two of six links.
inline constexpr FabricTier nvlink2_mesh{
    .name = "NVLink 2",
    .size = 8,
    .link = {150_GB_per_s, 1.5_us},
    .oversubscription = 1.0,
    .efficiency = 0.86,
    .topology = Topology::mesh,
    .provenance = {"six links of 25 GB/s; efficiency: public nccl-tests log of 8 V100-SXM2, all-reduce at 129 GB/s",
                   "2026-11", Evidence::measured}};

/// NVSwitch of DGX-2.
inline constexpr FabricTier nvlink2_switched{
    .name = "NVLink 2",
    .size = 16,
    .link = {150_GB_per_s, 1.5_us},
    .oversubscription = 1.0,
    .efficiency = 0.82,
    .provenance = {
        "NVIDIA DGX-2 datasheet; efficiency: public nccl-tests log of 12 V100-SXM3, all-reduce at 123.6 GB/s",
        "2026-11", Evidence::measured}};

inline constexpr FabricTier nvlink3{
    .name = "NVLink 3",
    .size = 8,
    .link = {300_GB_per_s, 0.75_us},
    .oversubscription = 1.0,
    .efficiency = 0.78,
    .provenance = {"NVIDIA A100 datasheet; efficiency: stas00/ml-engineering@744d01e, all-reduce at 234.6 GB/s",
                   "2026-11", Evidence::measured}};

/// A800: eight of twelve links.
inline constexpr FabricTier nvlink3_a800{
    .name = "NVLink 3 (A800)",
    .size = 8,
    .link = {200_GB_per_s, 0.75_us},
    .oversubscription = 1.0,
    .efficiency = 0.78,
    .provenance = {"A800 has 400 GB/s in both directions together; efficiency as A100", "2026-11", Evidence::assumed}};

/// Efficiency without NVLink SHARP: reduce-scatter at 359 GB/s, all-gather at 344 GB/s. With it, all-reduce is at 480.
inline constexpr FabricTier nvlink4{
    .name = "NVLink 4",
    .size = 8,
    .link = {450_GB_per_s, 0.3_us},
    .oversubscription = 1.0,
    .efficiency = 0.78,
    .in_network_reduction = true,
    .provenance = {"NVIDIA H100 datasheet; efficiency: MooreThreads/SimuMax measurements of 8 H100 SXM", "2026-11",
                   Evidence::measured}};

/// H800: DeepSeek-V3 (arXiv:2412.19437) reports 160 GB/s of 200.
inline constexpr FabricTier nvlink4_h800{
    .name = "NVLink 4 (H800)",
    .size = 8,
    .link = {200_GB_per_s, 0.3_us},
    .oversubscription = 1.0,
    .efficiency = 0.80,
    .in_network_reduction = true,
    .provenance = {"NVIDIA H800; efficiency: DeepSeek-V3 (arXiv:2412.19437), 160 of 200 GB/s", "2024-12",
                   Evidence::measured}};

/// NVLink bridge between two H100 PCIe or NVL boards.
inline constexpr FabricTier nvlink4_bridge{
    .name = "NVLink 4 bridge",
    .size = 2,
    .link = {300_GB_per_s, 0.3_us},
    .oversubscription = 1.0,
    .efficiency = 0.78,
    .provenance = {"NVIDIA H100 NVL product brief (PB-11773-001); efficiency as NVLink 4", "2026-11",
                   Evidence::assumed}};

/// Efficiency without NVLink SHARP: reduce-scatter at 695 GB/s, all-gather at 672 GB/s; with it, all-reduce at 843.
inline constexpr FabricTier nvlink5{
    .name = "NVLink 5",
    .size = 8,
    .link = {900_GB_per_s, 0.6_us},
    .oversubscription = 1.0,
    .efficiency = 0.76,
    .in_network_reduction = true,
    .provenance = {"NVIDIA DGX B200 datasheet; efficiency: public nccl-tests log of HGX B200", "2026-11",
                   Evidence::measured}};

/// A rack of 18 trays; all-reduce over 72 GPUs at 758 GB/s.
inline constexpr FabricTier nvlink5_rack{
    .name = "NVLink 5 rack",
    .size = 72,
    .link = {900_GB_per_s, 0.6_us},
    .oversubscription = 1.0,
    .efficiency = 0.76,
    .in_network_reduction = true,
    .provenance = {"NVIDIA GB200 NVL72 datasheet; efficiency: coreweave/nccl-tests, and as HGX B200", "2026-11",
                   Evidence::measured}};

namespace detail {

/// Where the outermost tier ends: a multiple of `unit`, about a million accelerators or 16 units.
[[nodiscard]] constexpr std::int64_t widest(std::int64_t unit) noexcept {
    if (unit < 1) return unit; // left to check_rules
    const std::int64_t units = (std::int64_t{1} << 20) / unit;
    return unit * (units < 16 ? 16 : units);
}

/// The network between units of `unit` accelerators (a node, a rack, a slice): the NICs of a unit's nodes together.
[[nodiscard]] constexpr FabricTier network(std::string_view name, const Node& node, std::int64_t unit, Seconds latency,
                                           double efficiency, const Provenance& provenance) noexcept {
    const double nics =
        static_cast<double>(node.nics) * static_cast<double>(unit) / static_cast<double>(node.accelerators);
    return {.name = name,
            .size = widest(unit),
            .link = {node.nic_bandwidth * nics, latency},
            .oversubscription = 1.0,
            .efficiency = efficiency,
            .provenance = provenance};
}

/// A cluster of one scale-up tier and one network.
[[nodiscard]] constexpr Cluster assemble(std::string_view name, const Accelerator& accelerator, const Node& node,
                                         const FabricTier& scale_up, const FabricTier& scale_out,
                                         std::int64_t accelerators) noexcept {
    return {.name = name,
            .accelerator = accelerator,
            .node = node,
            .fabric = {.tiers = 2, .tier = {{scale_up, scale_out}}},
            .accelerators = accelerators};
}

// Networks that several systems share: what large collectives reach of the NICs' line rate.

inline constexpr Provenance infiniband_hdr{"set by eye to public nccl-tests tables together with NCCL's own constants "
                                           "(docs/collectives.md); a log of DGX A100 has all-reduce at 190 of 200 GB/s",
                                           "2026-11", Evidence::assumed};
inline constexpr Provenance infiniband_ndr{
    "set by eye to public nccl-tests tables together with NCCL's own constants "
    "(docs/collectives.md); NVIDIA/nccl issue #1229 has 360 of 400 GB/s on 4 nodes",
    "2026-11", Evidence::assumed};

[[nodiscard]] constexpr FabricTier hdr_network(const Node& node, std::int64_t unit) noexcept {
    return network("InfiniBand HDR", node, unit, 12_us, 0.96, infiniband_hdr);
}
[[nodiscard]] constexpr FabricTier ndr_network(const Node& node, std::int64_t unit) noexcept {
    return network("InfiniBand NDR", node, unit, 12_us, 0.96, infiniband_ndr);
}

} // namespace detail

} // namespace foretrain::inline v0::catalog
