// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "accelerators_nvidia.hpp"
#include "fabrics.hpp"

// Systems of NVIDIA accelerators: each function gives the cluster that a job on so many accelerators sees.
//
// Fewer accelerators than a node has is a part of a node. host_power is the system's rated maximum less the rated
// power of its accelerators, an upper bound: Supermicro's H100 nodes in MLPerf Training v4.0 draw 6.7 to 7.2 kW on
// average at the wall, which leaves about 2 kW beside the GPUs. Scale-out is full bisection; set `oversubscription`
// of tier 1 where yours is not.

namespace foretrain::inline v0::catalog {

/// DGX-1: eight V100 SXM2 32 GB, four EDR ports.
[[nodiscard]] constexpr Cluster dgx_v100(std::int64_t accelerators) noexcept {
    constexpr Node node{
        .name = "dgx-1",
        .accelerators = 8,
        .nics = 4,
        .nic_bandwidth = to_bytes(100_Gbit_per_s),
        .host_power = 1.1_kW,
        .provenance = {"NVIDIA DGX-1 datasheet: 3.5 kW", "2017", Evidence::datasheet},
    };
    return detail::assemble("dgx-v100", v100_32gb, node, nvlink2_mesh,
                            detail::network("InfiniBand EDR", node, 8, 7_us, 0.63,
                                            {"fit to a public nccl-tests log of 2 nodes, all-reduce at 54 GB/s",
                                             "2026-11", Evidence::fitted}),
                            accelerators);
}

/// The V100 partition of Jean Zay: four V100 SXM2 32 GB, four Omni-Path ports.
[[nodiscard]] constexpr Cluster jean_zay_v100(std::int64_t accelerators) noexcept {
    constexpr Node node{
        .name = "jean-zay-v100",
        .accelerators = 4,
        .nics = 4,
        .nic_bandwidth = to_bytes(100_Gbit_per_s),
        .host_power = 0.8_kW,
        .provenance = {"IDRIS, Jean Zay hardware description; power assumed", "2019", Evidence::assumed},
    };
    FabricTier nvlink = nvlink2_mesh;
    nvlink.size = 4;
    return detail::assemble(
        "jean-zay-v100", v100_32gb, node, nvlink,
        detail::network("Omni-Path 100", node, 4, 7_us, 0.85,
                        {"efficiency and latency by analogy with EDR", "2026-11", Evidence::assumed}),
        accelerators);
}

/// DGX-2: sixteen V100 SXM3 of 350 W, eight EDR ports.
[[nodiscard]] constexpr Cluster dgx2_v100(std::int64_t accelerators) noexcept {
    constexpr Node node{
        .name = "dgx-2",
        .accelerators = 16,
        .nics = 8,
        .nic_bandwidth = to_bytes(100_Gbit_per_s),
        .host_power = 4.4_kW,
        .provenance = {"NVIDIA DGX-2 datasheet: 10 kW", "2018", Evidence::datasheet},
    };
    return detail::assemble(
        "dgx2-v100", v100_sxm3_32gb, node, nvlink2_switched,
        detail::network("InfiniBand EDR", node, 16, 7_us, 0.92,
                        {"efficiency and latency by analogy with HDR", "2026-11", Evidence::assumed}),
        accelerators);
}

/// DGX-2H: sixteen V100 SXM3 of 450 W, eight EDR ports.
[[nodiscard]] constexpr Cluster dgx2h_v100(std::int64_t accelerators) noexcept {
    constexpr Node node{
        .name = "dgx-2h",
        .accelerators = 16,
        .nics = 8,
        .nic_bandwidth = to_bytes(100_Gbit_per_s),
        .host_power = 4.8_kW,
        .provenance = {"NVIDIA DGX-2H datasheet: 12 kW", "2018-11", Evidence::datasheet},
    };
    return detail::assemble(
        "dgx2h-v100", v100_sxm3_32gb_450w, node, nvlink2_switched,
        detail::network("InfiniBand EDR", node, 16, 7_us, 0.92,
                        {"efficiency and latency by analogy with HDR", "2026-11", Evidence::assumed}),
        accelerators);
}

namespace detail {
inline constexpr Node dgx_a100_node{
    .name = "dgx-a100",
    .accelerators = 8,
    .nics = 8,
    .nic_bandwidth = to_bytes(200_Gbit_per_s),
    .host_power = 3.3_kW,
    .provenance = {"NVIDIA DGX A100 datasheet: 6.5 kW", "2020", Evidence::datasheet},
};
inline constexpr Node dgx_h100_node{
    .name = "dgx-h100",
    .accelerators = 8,
    .nics = 8,
    .nic_bandwidth = to_bytes(400_Gbit_per_s),
    .host_power = 4.6_kW,
    .provenance = {"NVIDIA DGX H100 datasheet: 10.2 kW", "2022", Evidence::datasheet},
};
} // namespace detail

/// DGX A100 80 GB: eight HDR ports of 200 Gbit/s. Selene, NDm A100 v4.
[[nodiscard]] constexpr Cluster dgx_a100(std::int64_t accelerators) noexcept {
    constexpr const Node& node = detail::dgx_a100_node;
    return detail::assemble("dgx-a100", a100_sxm_80gb, node, nvlink3, detail::hdr_network(node, 8), accelerators);
}

/// DGX A100 40 GB.
[[nodiscard]] constexpr Cluster dgx_a100_40gb(std::int64_t accelerators) noexcept {
    constexpr const Node& node = detail::dgx_a100_node;
    return detail::assemble("dgx-a100-40gb", a100_sxm_40gb, node, nvlink3, detail::hdr_network(node, 8), accelerators);
}

/// Eight A800: NVLink at two thirds, eight HDR ports.
[[nodiscard]] constexpr Cluster hgx_a800(std::int64_t accelerators) noexcept {
    constexpr const Node& node = detail::dgx_a100_node;
    return detail::assemble("hgx-a800", a800_sxm_80gb, node, nvlink3_a800, detail::hdr_network(node, 8), accelerators);
}

/// The A100 partition of Jean Zay: eight A100 80 GB, four Omni-Path ports.
[[nodiscard]] constexpr Cluster jean_zay_a100(std::int64_t accelerators) noexcept {
    constexpr Node node{
        .name = "jean-zay-a100",
        .accelerators = 8,
        .nics = 4,
        .nic_bandwidth = to_bytes(100_Gbit_per_s),
        .host_power = 2.0_kW,
        .provenance = {"IDRIS, Jean Zay hardware description; power assumed", "2022", Evidence::assumed},
    };
    return detail::assemble(
        "jean-zay-a100", a100_sxm_80gb, node, nvlink3,
        detail::network("Omni-Path 100", node, 8, 7_us, 0.85,
                        {"efficiency and latency by analogy with EDR", "2026-11", Evidence::assumed}),
        accelerators);
}

/// AWS p4d.24xlarge: eight A100 40 GB, 400 Gbit/s of EFA.
[[nodiscard]] constexpr Cluster aws_p4d(std::int64_t accelerators) noexcept {
    constexpr Node node{
        .name = "p4d.24xlarge",
        .accelerators = 8,
        .nics = 4,
        .nic_bandwidth = to_bytes(100_Gbit_per_s),
        .host_power = 3.3_kW,
        .provenance = {"AWS EC2 P4 page; power as DGX A100", "2020-11", Evidence::datasheet},
    };
    return detail::assemble(
        "aws-p4d", a100_sxm_40gb, node, nvlink3,
        detail::network(
            "EFA", node, 8, 30_us, 0.65,
            {"public nccl-tests log, all-reduce over 16 ranks at 32.7 of 50 GB/s, instance inferred; latency assumed",
             "2026-11", Evidence::assumed}),
        accelerators);
}

/// Two H100 PCIe behind each NVLink bridge, eight on PCIe 5, eight ports of 200 Gbit/s.
[[nodiscard]] constexpr Cluster h100_pcie_node(std::int64_t accelerators) noexcept {
    constexpr Node node{
        .name = "h100-pcie",
        .accelerators = 8,
        .nics = 8,
        .nic_bandwidth = to_bytes(200_Gbit_per_s),
        .host_power = 1.5_kW,
        .provenance = {"a typical server: NICs and power assumed", "2026-11", Evidence::assumed},
    };
    constexpr FabricTier pcie{
        .name = "PCIe 5",
        .size = 8,
        .link = {126_GB_per_s, 4_us},
        .oversubscription = 1.0,
        .efficiency = 0.40,
        .provenance = {
            "63 GB/s a board, two a bridge; efficiency: ai-dynamo/aiconfigurator, 8 boards on PCIe 5 at 24 GB/s",
            "2026-11", Evidence::measured}};
    return {.name = "h100-pcie-node",
            .accelerator = h100_pcie,
            .node = with_host(node),
            .fabric = {.tiers = 3, .tier = {{nvlink4_bridge, pcie, detail::ndr_network(node, 8)}}},
            .accelerators = accelerators};
}

/// DGX H100: eight NDR ports of 400 Gbit/s.
[[nodiscard]] constexpr Cluster dgx_h100(std::int64_t accelerators) noexcept {
    constexpr const Node& node = detail::dgx_h100_node;
    return detail::assemble("dgx-h100", h100_sxm, node, nvlink4, detail::ndr_network(node, 8), accelerators);
}

/// AWS p5.48xlarge: eight H100, 3200 Gbit/s of EFA.
[[nodiscard]] constexpr Cluster aws_p5(std::int64_t accelerators) noexcept {
    constexpr Node node{
        .name = "p5.48xlarge",
        .accelerators = 8,
        .nics = 32,
        .nic_bandwidth = to_bytes(100_Gbit_per_s),
        .host_power = 4.6_kW,
        .provenance = {"AWS EC2 P5 page; power as DGX H100", "2023-07", Evidence::datasheet},
    };
    return detail::assemble("aws-p5", h100_sxm, node, nvlink4,
                            detail::network("EFA", node, 8, 29_us, 0.95,
                                            {"fit to aws-samples/awsome-distributed-training, 2 nodes; p5en has "
                                             "all-reduce at 370 of 400 GB/s on 16",
                                             "2026-11", Evidence::fitted}),
                            accelerators);
}

/// Google Cloud A3 Mega: eight H100, 1600 Gbit/s of Ethernet (TCPXO).
[[nodiscard]] constexpr Cluster gcp_a3_mega(std::int64_t accelerators) noexcept {
    constexpr Node node{
        .name = "a3-megagpu-8g",
        .accelerators = 8,
        .nics = 8,
        .nic_bandwidth = to_bytes(200_Gbit_per_s),
        .host_power = 4.6_kW,
        .provenance = {"Google Cloud A3 machine types; power as DGX H100", "2024-03", Evidence::datasheet},
    };
    return detail::assemble(
        "gcp-a3-mega", h100_sxm, node, nvlink4,
        detail::network("GPUDirect-TCPXO", node, 8, 65_us, 0.92,
                        {"fit to a public nccl-tests log of 2 nodes, all-reduce at 331 GB/s of twice "
                         "200",
                         "2026-11", Evidence::fitted}),
        accelerators);
}

/// HGX H200: eight NDR ports.
[[nodiscard]] constexpr Cluster hgx_h200(std::int64_t accelerators) noexcept {
    constexpr Node node{
        .name = "hgx-h200",
        .accelerators = 8,
        .nics = 8,
        .nic_bandwidth = to_bytes(400_Gbit_per_s),
        .host_power = 4.6_kW,
        .provenance = {"NVIDIA DGX H200 datasheet: 10.2 kW", "2024", Evidence::datasheet},
    };
    return detail::assemble("hgx-h200", h200_sxm, node, nvlink4, detail::ndr_network(node, 8), accelerators);
}

/// Eight H800: NVLink at 200 GB/s each way, eight NDR ports.
[[nodiscard]] constexpr Cluster dgx_h800(std::int64_t accelerators) noexcept {
    constexpr Node node{
        .name = "dgx-h800",
        .accelerators = 8,
        .nics = 8,
        .nic_bandwidth = to_bytes(400_Gbit_per_s),
        .host_power = 4.6_kW,
        .provenance = {"DeepSeek-V3 (arXiv:2412.19437) for the network; power as DGX H100", "2024-12",
                       Evidence::assumed},
    };
    return detail::assemble("dgx-h800", h800_sxm, node, nvlink4_h800, detail::ndr_network(node, 8), accelerators);
}

/// HGX H20: eight NDR ports.
[[nodiscard]] constexpr Cluster hgx_h20(std::int64_t accelerators) noexcept {
    constexpr Node node{
        .name = "hgx-h20",
        .accelerators = 8,
        .nics = 8,
        .nic_bandwidth = to_bytes(400_Gbit_per_s),
        .host_power = 4.6_kW,
        .provenance = {"NICs and power as DGX H100", "2023-11", Evidence::assumed},
    };
    return detail::assemble("hgx-h20", h20, node, nvlink4, detail::ndr_network(node, 8), accelerators);
}

/// DGX B200: eight ports of 400 Gbit/s.
[[nodiscard]] constexpr Cluster dgx_b200(std::int64_t accelerators) noexcept {
    constexpr Node node{
        .name = "dgx-b200",
        .accelerators = 8,
        .nics = 8,
        .nic_bandwidth = to_bytes(400_Gbit_per_s),
        .host_power = 6.3_kW,
        .provenance = {"NVIDIA DGX B200 datasheet: 14.3 kW", "2024", Evidence::datasheet},
    };
    return detail::assemble("dgx-b200", b200_sxm, node, nvlink5, detail::ndr_network(node, 8), accelerators);
}

/// HGX B300: eight ports of 800 Gbit/s.
[[nodiscard]] constexpr Cluster hgx_b300(std::int64_t accelerators) noexcept {
    constexpr Node node{
        .name = "hgx-b300",
        .accelerators = 8,
        .nics = 8,
        .nic_bandwidth = to_bytes(800_Gbit_per_s),
        .host_power = 5.2_kW,
        .provenance = {"NVIDIA DGX B300 datasheet: 14 kW", "2025", Evidence::datasheet},
    };
    return detail::assemble(
        "hgx-b300", b300_sxm, node, nvlink5,
        detail::network("InfiniBand XDR", node, 8, 7.8_us, 0.92,
                        {"efficiency and latency by analogy with NDR", "2026-11", Evidence::assumed}),
        accelerators);
}

/// Racks of 72 GPUs on one NVLink, 18 trays of four; a 400 Gbit/s port a GPU between racks.
[[nodiscard]] constexpr Cluster gb200_nvl72(std::int64_t accelerators) noexcept {
    constexpr Node node{
        .name = "gb200-tray",
        .accelerators = 4,
        .nics = 4,
        .nic_bandwidth = to_bytes(400_Gbit_per_s),
        .host_power = 2.5_kW,
        .provenance = {"NVIDIA GB200 NVL72: 132 kW a rack, an 18th", "2024", Evidence::datasheet},
    };
    return detail::assemble("gb200-nvl72", gb200, node, nvlink5_rack, detail::ndr_network(node, 72), accelerators);
}

/// Racks of 72 GPUs on one NVLink; an 800 Gbit/s port a GPU between racks.
[[nodiscard]] constexpr Cluster gb300_nvl72(std::int64_t accelerators) noexcept {
    constexpr Node node{
        .name = "gb300-tray",
        .accelerators = 4,
        .nics = 4,
        .nic_bandwidth = to_bytes(800_Gbit_per_s),
        .host_power = 2.3_kW,
        .provenance = {"NVIDIA DGX GB300: 142 kW a rack, an 18th", "2025", Evidence::datasheet},
    };
    return detail::assemble(
        "gb300-nvl72", gb300, node, nvlink5_rack,
        detail::network("InfiniBand XDR", node, 72, 7.8_us, 0.92,
                        {"efficiency and latency by analogy with NDR", "2026-11", Evidence::assumed}),
        accelerators);
}

} // namespace foretrain::inline v0::catalog
