// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "../hardware/cluster.hpp"
#include "hosts.hpp"
#include "kernel_constants.hpp"

// Scale-up fabrics and what systems are put together from.
//
// Bandwidths are per accelerator and direction; NVIDIA prints both directions together. `efficiency` is the rate of
// large messages over the line rate, without in-network reduction and without the copy of a rank's own share
// (`local_copy`). Latency is one hop of NCCL's low-latency protocol, `start` launch and hand-shake over those of H100
// nodes; both come from small messages. All were fitted together with collective/library.hpp to half of the rows of
// public nccl-tests tables; docs/collectives.md has the errors on the other half.

namespace foretrain::inline v0::catalog {

/// A byte copied within a GPU keeps its engines as busy as this many bytes sent over NVLink.
inline constexpr double nvlink_local_copy = 0.58;

/// The hybrid cube mesh of DGX-1: no switch, a pair of GPUs has one or two of six links.
inline constexpr FabricTier nvlink2_mesh{
    .name = "NVLink 2",
    .size = 8,
    .link = {150_GB_per_s, 0.5_us},
    .oversubscription = 1.0,
    .efficiency = 0.94,
    .topology = Topology::mesh,
    .start = 8.0,
    .local_copy = nvlink_local_copy,
    .provenance = {
        "six links of 25 GB/s; efficiency, latency and start fitted to a public nccl-tests log of 8 V100 SXM2",
        "2026-11", Evidence::fitted}};

/// NVSwitch of DGX-2.
inline constexpr FabricTier nvlink2_switched{
    .name = "NVLink 2",
    .size = 16,
    .link = {150_GB_per_s, 0.3_us},
    .oversubscription = 1.0,
    .efficiency = 0.83,
    .start = 10.5,
    .local_copy = nvlink_local_copy,
    .provenance = {
        "NVIDIA DGX-2 datasheet; efficiency, latency and start fitted to a public nccl-tests log of 12 V100 SXM3",
        "2026-11", Evidence::fitted}};

inline constexpr FabricTier nvlink3{
    .name = "NVLink 3",
    .size = 8,
    .link = {300_GB_per_s, 0.92_us},
    .oversubscription = 1.0,
    .efficiency = 0.80,
    .start = 1.9,
    .local_copy = nvlink_local_copy,
    .provenance = {
        "NVIDIA A100 datasheet; efficiency, latency and start fitted to ai-dynamo/aiconfigurator, A100 SXM, NCCL 2.27",
        "2026-11", Evidence::fitted}};

/// A800: eight of twelve links.
inline constexpr FabricTier nvlink3_a800{
    .name = "NVLink 3 (A800)",
    .size = 8,
    .link = {200_GB_per_s, 0.92_us},
    .oversubscription = 1.0,
    .efficiency = 0.80,
    .start = 1.9,
    .local_copy = nvlink_local_copy,
    .provenance = {"A800 has 400 GB/s in both directions together; efficiency as A100", "2026-11", Evidence::assumed}};

/// Without NVLink SHARP reduce-scatter is at 359 GB/s and all-gather at 344 GB/s, own shares included; with it,
/// all-reduce is at 480.
inline constexpr FabricTier nvlink4{.name = "NVLink 4",
                                    .size = 8,
                                    .link = {450_GB_per_s, 0.82_us},
                                    .oversubscription = 1.0,
                                    .efficiency = 0.87,
                                    .in_network_reduction = true,
                                    .local_copy = nvlink_local_copy,
                                    .provenance = {"NVIDIA H100 datasheet; efficiency, latency and start fitted to "
                                                   "ai-dynamo/aiconfigurator, H100 SXM, NCCL 2.23 to 2.29",
                                                   "2026-11", Evidence::fitted}};

/// H800: DeepSeek-V3 (arXiv:2412.19437) reports 160 GB/s of 200.
inline constexpr FabricTier nvlink4_h800{
    .name = "NVLink 4 (H800)",
    .size = 8,
    .link = {200_GB_per_s, 0.82_us},
    .oversubscription = 1.0,
    .efficiency = 0.85,
    .in_network_reduction = true,
    .local_copy = nvlink_local_copy,
    .provenance = {"NVIDIA H800; latency as H100, efficiency for 160 of 200 GB/s in DeepSeek-V3 (arXiv:2412.19437)",
                   "2026-11", Evidence::fitted}};

/// NVLink bridge between two H100 PCIe or NVL boards.
inline constexpr FabricTier nvlink4_bridge{
    .name = "NVLink 4 bridge",
    .size = 2,
    .link = {300_GB_per_s, 0.82_us},
    .oversubscription = 1.0,
    .efficiency = 0.85,
    .local_copy = nvlink_local_copy,
    .provenance = {"NVIDIA H100 NVL product brief (PB-11773-001); efficiency as NVLink 4", "2026-11",
                   Evidence::assumed}};

/// Without NVLink SHARP reduce-scatter is at 695 GB/s and all-gather at 672 GB/s; with it, all-reduce at 843.
inline constexpr FabricTier nvlink5{.name = "NVLink 5",
                                    .size = 8,
                                    .link = {900_GB_per_s, 1.35_us},
                                    .oversubscription = 1.0,
                                    .efficiency = 0.81,
                                    .in_network_reduction = true,
                                    .start = 1.55,
                                    .local_copy = nvlink_local_copy,
                                    .provenance = {"NVIDIA DGX B200 datasheet; efficiency, latency and start fitted to "
                                                   "ai-dynamo/aiconfigurator, B200 SXM, NCCL 2.27 to 2.29",
                                                   "2026-11", Evidence::fitted}};

/// A rack of 18 trays; all-reduce over 72 GPUs at 758 GB/s.
inline constexpr FabricTier nvlink5_rack{.name = "NVLink 5 rack",
                                         .size = 72,
                                         .link = {900_GB_per_s, 1.35_us},
                                         .oversubscription = 1.0,
                                         .efficiency = 0.84,
                                         .in_network_reduction = true,
                                         .start = 1.55,
                                         .local_copy = nvlink_local_copy,
                                         .provenance = {"NVIDIA GB200 NVL72 datasheet; latency and start as B200, "
                                                        "efficiency between B200 and coreweave/nccl-tests of 72",
                                                        "2026-11", Evidence::fitted}};

// Hosts whose GPUs talk over PCI Express. A group that crosses more of the host gets less: one bridge, one socket, two.

/// Eight L40S on PCIe 4 without peer access between bridges: through host memory, and slow between sockets.
inline constexpr Provenance l40s_host{
    "fit to ai-dynamo/aiconfigurator, L40S, NCCL 2.27: busbw 20, 5 and 1.5 GB/s of 2, 4 "
    "and 8 GPUs",
    "2026-11", Evidence::fitted};
inline constexpr Fabric pcie4_host_memory{.tiers = 3,
                                          .tier = {{{.name = "PCIe 4 bridge",
                                                     .size = 2,
                                                     .link = {32_GB_per_s, 1.25_us},
                                                     .oversubscription = 1.0,
                                                     .efficiency = 0.64,
                                                     .start = 0.8,
                                                     .provenance = l40s_host},
                                                    {.name = "PCIe 4 socket",
                                                     .size = 4,
                                                     .link = {32_GB_per_s, 1.25_us},
                                                     .oversubscription = 1.0,
                                                     .efficiency = 0.165,
                                                     .exchange = 1.2,
                                                     .inside_host = true,
                                                     .provenance = l40s_host},
                                                    {.name = "socket to socket",
                                                     .size = 8,
                                                     .link = {32_GB_per_s, 1.25_us},
                                                     .oversubscription = 1.0,
                                                     .efficiency = 0.048,
                                                     .exchange = 2.0,
                                                     .inside_host = true,
                                                     .provenance = l40s_host}}}};

/// Eight RTX PRO 6000 Blackwell Server on PCIe 5 with peer access.
inline constexpr Provenance pcie5_log{
    "fit to ai-dynamo/aiconfigurator, RTX PRO 6000 Blackwell Server, NCCL 2.29: busbw "
    "37, 25 and 22 GB/s of 2, 4 and 8 GPUs",
    "2026-11", Evidence::fitted};
inline constexpr Fabric pcie5_host{.tiers = 2,
                                   .tier = {{{.name = "PCIe 5 bridge",
                                              .size = 2,
                                              .link = {64_GB_per_s, 1.5_us},
                                              .oversubscription = 1.0,
                                              .efficiency = 0.58,
                                              .start = 0.8,
                                              .provenance = pcie5_log},
                                             {.name = "PCIe 5 host",
                                              .size = 8,
                                              .link = {64_GB_per_s, 1.5_us},
                                              .oversubscription = 1.0,
                                              .efficiency = 0.385,
                                              .exchange = 1.3,
                                              .inside_host = true,
                                              .provenance = pcie5_log}}}};

/// Intel Arc Pro B60 on PCIe 5 x8, oneCCL.
inline constexpr Fabric pcie5_x8_host{
    .tiers = 1,
    .tier = {{{.name = "PCIe 5 x8",
               .size = 8,
               .link = {32_GB_per_s, 1.0_us},
               .oversubscription = 1.0,
               .efficiency = 0.59,
               .start = 2.2,
               .provenance = {"fit to ai-dynamo/aiconfigurator, B60, oneCCL 2021.17", "2026-11", Evidence::fitted}}}}};

/// Servers of 2015 to 2018: eight GPUs on PCIe 3, two FDR ports, NCCL 2.0.
inline constexpr Provenance deep_bench{
    "fit to baidu-research/DeepBench: busbw 6 to 12 GB/s in a host, 4 to 5.5 between", "2026-11", Evidence::fitted};
inline constexpr Fabric pcie3_host{.tiers = 2,
                                   .tier = {{{.name = "PCIe 3",
                                              .size = 8,
                                              .link = {16_GB_per_s, 2_us},
                                              .oversubscription = 1.0,
                                              .efficiency = 0.62,
                                              .start = 2.0,
                                              .provenance = deep_bench},
                                             {.name = "InfiniBand FDR",
                                              .size = 8 << 16,
                                              .link = {6.8_GB_per_s, 10_us},
                                              .oversubscription = 1.0,
                                              .efficiency = 0.78,
                                              .provenance = deep_bench}}}};

/// The same with GPUs of before 2017, which reach less.
inline constexpr Fabric pcie3_host_2016{.tiers = 2,
                                        .tier = {{{.name = "PCIe 3",
                                                   .size = 8,
                                                   .link = {16_GB_per_s, 3_us},
                                                   .oversubscription = 1.0,
                                                   .efficiency = 0.38,
                                                   .start = 4.0,
                                                   .provenance = deep_bench},
                                                  {.name = "InfiniBand FDR",
                                                   .size = 8 << 16,
                                                   .link = {6.8_GB_per_s, 10_us},
                                                   .oversubscription = 1.0,
                                                   .efficiency = 0.60,
                                                   .provenance = deep_bench}}}};

/// Xeon Phi nodes on Omni-Path.
inline constexpr Fabric omni_path_nodes{.tiers = 1,
                                        .tier = {{{.name = "Omni-Path 100",
                                                   .size = 1 << 16,
                                                   .link = {12.5_GB_per_s, 5_us},
                                                   .oversubscription = 1.0,
                                                   .efficiency = 0.75,
                                                   .start = 3.0,
                                                   .provenance = deep_bench}}}};

namespace detail {

/// Where the outermost tier ends: a multiple of `unit`, about a million accelerators or 16 units.
[[nodiscard]] constexpr std::int64_t widest(std::int64_t unit) noexcept {
    if (unit < 1) return unit; // left to check_rules
    const std::int64_t units = (std::int64_t{1} << 20) / unit;
    return unit * (units < 16 ? 16 : units);
}

/// Rate of an all-to-all across nodes over that of rings: logs of 2 B200 and 4 MI355X nodes have
/// 0.4 to 0.8, a table of aliyun/SimAI 0.8 to 0.95.
inline constexpr double network_exchange = 0.8;

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
            .exchange = network_exchange,
            .provenance = provenance};
}

/// A cluster of one scale-up tier and one network.
[[nodiscard]] constexpr Cluster assemble(std::string_view name, const Accelerator& accelerator, const Node& node,
                                         const FabricTier& scale_up, const FabricTier& scale_out,
                                         std::int64_t accelerators) noexcept {
    return {.name = name,
            .accelerator = accelerator,
            .node = with_host(node),
            .fabric = {.tiers = 2, .tier = {{scale_up, scale_out}}},
            .accelerators = accelerators};
}

// Networks that several systems share: what large collectives reach of the NICs' line rate.

inline constexpr Provenance infiniband_hdr{
    "fit to public nccl-tests tables (docs/collectives.md); a log of DGX A100 has "
    "all-reduce at 190 of 200 GB/s",
    "2026-11", Evidence::fitted};
inline constexpr Provenance infiniband_ndr{
    "latency fit to public nccl-tests tables (docs/collectives.md); NVIDIA/nccl issue #1229 has 360 of 400 GB/s on 4 "
    "nodes, a log of 2 B200 nodes 308",
    "2026-11", Evidence::fitted};

[[nodiscard]] constexpr FabricTier hdr_network(const Node& node, std::int64_t unit) noexcept {
    return network("InfiniBand HDR", node, unit, 6_us, 0.96, infiniband_hdr);
}
[[nodiscard]] constexpr FabricTier ndr_network(const Node& node, std::int64_t unit) noexcept {
    return network("InfiniBand NDR", node, unit, 7.8_us, 0.92, infiniband_ndr);
}

} // namespace detail

} // namespace foretrain::inline v0::catalog
