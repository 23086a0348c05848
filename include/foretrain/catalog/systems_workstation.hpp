// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "accelerators_2016.hpp"
#include "accelerators_amd.hpp"
#include "accelerators_other.hpp"
#include "accelerators_pcie.hpp"
#include "accelerators_workstation.hpp"
#include "fabrics.hpp"

// Servers and workstations of boards on PCI Express, superchips, and older or regional nodes.
//
// Boards on PCIe send through the host. Two logs of ai-dynamo/aiconfigurator give bus bandwidths of all-reduce: L40S on
// PCIe 4 without peer access at 5 GB/s of four boards (1.5 of eight), RTX PRO 6000 on PCIe 5 at 22 GB/s of eight. The
// others are put at 0.4 of the slot. NICs, host power and every other efficiency here are assumed; so are hosts: eight
// boards share four links, and each board brings 128 GB of host memory on two channels of DDR4-3200.

namespace foretrain::inline v0::catalog {

namespace detail {

inline constexpr Provenance assumed_server{"a typical server: NICs, power and efficiency assumed", "2026-11",
                                           Evidence::assumed};

/// So many boards on slots of one direction's `slot` bandwidth, one NIC of `nic` for `share` boards.
[[nodiscard]] constexpr Cluster pcie_server(std::string_view name, const Accelerator& accelerator, std::int64_t boards,
                                            std::string_view bus, Bandwidth slot, std::int64_t nics, Bandwidth nic,
                                            Watts host_power, std::int64_t accelerators,
                                            double efficiency = 0.40) noexcept {
    const double count = static_cast<double>(boards);
    const Node node{.name = name,
                    .accelerators = boards,
                    .nics = nics,
                    .nic_bandwidth = nic,
                    .host_power = host_power,
                    .host_link = slot * (boards > 4 ? 0.5 : 1.0),
                    .host_memory = 128_GB * count,
                    .host_memory_bandwidth = 51.2_GB_per_s * count,
                    .provenance = assumed_server};
    const FabricTier slots{.name = bus,
                           .size = boards,
                           .link = {slot, 4_us},
                           .oversubscription = 1.0,
                           .efficiency = efficiency,
                           .provenance = assumed_server};
    return assemble(name, accelerator, node, slots,
                    network("Ethernet or InfiniBand", node, boards, 10_us, 0.85, assumed_server), accelerators);
}
inline constexpr Bandwidth pcie3 = 15.75_GB_per_s;
inline constexpr Bandwidth pcie4 = 31.5_GB_per_s;
inline constexpr Bandwidth pcie5 = 63_GB_per_s;

} // namespace detail

/// 8 x P100 PCIe, PCIe 3, 2 x 100 Gbit/s.
[[nodiscard]] constexpr Cluster p100_pcie_node(std::int64_t accelerators) noexcept {
    return detail::pcie_server("p100-pcie-node", p100_pcie, 8, "PCIe 3", detail::pcie3, 2, to_bytes(100_Gbit_per_s),
                               0.6_kW, accelerators);
}
/// 8 x V100 PCIe 32 GB, PCIe 3, 2 x 100 Gbit/s.
[[nodiscard]] constexpr Cluster v100_pcie_node(std::int64_t accelerators) noexcept {
    return detail::pcie_server("v100-pcie-node", v100_pcie_32gb, 8, "PCIe 3", detail::pcie3, 2,
                               to_bytes(100_Gbit_per_s), 0.7_kW, accelerators);
}
/// 8 x T4, PCIe 3, 100 Gbit/s.
[[nodiscard]] constexpr Cluster t4_node(std::int64_t accelerators) noexcept {
    return detail::pcie_server("t4-node", t4, 8, "PCIe 3", detail::pcie3, 1, to_bytes(100_Gbit_per_s), 0.5_kW,
                               accelerators);
}
/// 8 x A100 PCIe 80 GB, PCIe 4, 4 x 200 Gbit/s.
[[nodiscard]] constexpr Cluster a100_pcie_node(std::int64_t accelerators) noexcept {
    return detail::pcie_server("a100-pcie-node", a100_pcie_80gb, 8, "PCIe 4", detail::pcie4, 4,
                               to_bytes(200_Gbit_per_s), 1.0_kW, accelerators);
}
/// 8 x A100 PCIe 40 GB, PCIe 4, 4 x 200 Gbit/s.
[[nodiscard]] constexpr Cluster a100_pcie_40gb_node(std::int64_t accelerators) noexcept {
    return detail::pcie_server("a100-pcie-40gb-node", a100_pcie_40gb, 8, "PCIe 4", detail::pcie4, 4,
                               to_bytes(200_Gbit_per_s), 1.0_kW, accelerators);
}
/// 8 x A30, PCIe 4, 2 x 100 Gbit/s.
[[nodiscard]] constexpr Cluster a30_node(std::int64_t accelerators) noexcept {
    return detail::pcie_server("a30-node", a30, 8, "PCIe 4", detail::pcie4, 2, to_bytes(100_Gbit_per_s), 0.8_kW,
                               accelerators);
}
/// 8 x A40, PCIe 4, 2 x 100 Gbit/s.
[[nodiscard]] constexpr Cluster a40_node(std::int64_t accelerators) noexcept {
    return detail::pcie_server("a40-node", a40, 8, "PCIe 4", detail::pcie4, 2, to_bytes(100_Gbit_per_s), 0.9_kW,
                               accelerators);
}
/// 8 x A10, PCIe 4, 2 x 100 Gbit/s.
[[nodiscard]] constexpr Cluster a10_node(std::int64_t accelerators) noexcept {
    return detail::pcie_server("a10-node", a10, 8, "PCIe 4", detail::pcie4, 2, to_bytes(100_Gbit_per_s), 0.7_kW,
                               accelerators);
}
/// 8 x L4, PCIe 4, 2 x 100 Gbit/s.
[[nodiscard]] constexpr Cluster l4_node(std::int64_t accelerators) noexcept {
    return detail::pcie_server("l4-node", l4, 8, "PCIe 4", detail::pcie4, 2, to_bytes(100_Gbit_per_s), 0.6_kW,
                               accelerators);
}
/// 8 x L40, PCIe 4, 4 x 200 Gbit/s.
[[nodiscard]] constexpr Cluster l40_node(std::int64_t accelerators) noexcept {
    return detail::pcie_server("l40-node", l40, 8, "PCIe 4", detail::pcie4, 4, to_bytes(200_Gbit_per_s), 1.0_kW,
                               accelerators);
}
/// 8 x L40S, PCIe 4 without peer access, 4 x 200 Gbit/s.
[[nodiscard]] constexpr Cluster l40s_node(std::int64_t accelerators) noexcept {
    return detail::pcie_server("l40s-node", l40s, 8, "PCIe 4", detail::pcie4, 4, to_bytes(200_Gbit_per_s), 1.0_kW,
                               accelerators, 0.165);
}
/// 8 x RTX PRO 6000 Blackwell, PCIe 5, 8 x 400 Gbit/s.
[[nodiscard]] constexpr Cluster rtx_pro_6000_node(std::int64_t accelerators) noexcept {
    return detail::pcie_server("rtx-pro-6000-node", rtx_pro_6000_blackwell, 8, "PCIe 5", detail::pcie5, 8,
                               to_bytes(400_Gbit_per_s), 1.5_kW, accelerators, 0.385);
}
/// 8 x H200 NVL, PCIe 5, 8 x 400 Gbit/s.
[[nodiscard]] constexpr Cluster h200_nvl_node(std::int64_t accelerators) noexcept {
    return detail::pcie_server("h200-nvl-node", h200_nvl, 8, "PCIe 5", detail::pcie5, 8, to_bytes(400_Gbit_per_s),
                               1.8_kW, accelerators);
}
/// 4 x RTX 3090, PCIe 4, 10 Gbit/s.
[[nodiscard]] constexpr Cluster rtx_3090_workstation(std::int64_t accelerators) noexcept {
    return detail::pcie_server("rtx-3090-workstation", rtx_3090, 4, "PCIe 4", detail::pcie4, 1, to_bytes(10_Gbit_per_s),
                               0.3_kW, accelerators);
}
/// 4 x RTX A5000, PCIe 4, 10 Gbit/s.
[[nodiscard]] constexpr Cluster rtx_a5000_workstation(std::int64_t accelerators) noexcept {
    return detail::pcie_server("rtx-a5000-workstation", rtx_a5000, 4, "PCIe 4", detail::pcie4, 1,
                               to_bytes(10_Gbit_per_s), 0.3_kW, accelerators);
}
/// 4 x RTX A6000, PCIe 4, 10 Gbit/s.
[[nodiscard]] constexpr Cluster rtx_a6000_workstation(std::int64_t accelerators) noexcept {
    return detail::pcie_server("rtx-a6000-workstation", rtx_a6000, 4, "PCIe 4", detail::pcie4, 1,
                               to_bytes(10_Gbit_per_s), 0.3_kW, accelerators);
}
/// 4 x RTX 4090, PCIe 4, 10 Gbit/s.
[[nodiscard]] constexpr Cluster rtx_4090_workstation(std::int64_t accelerators) noexcept {
    return detail::pcie_server("rtx-4090-workstation", rtx_4090, 4, "PCIe 4", detail::pcie4, 1, to_bytes(10_Gbit_per_s),
                               0.3_kW, accelerators);
}
/// 4 x RTX 6000 Ada, PCIe 4, 10 Gbit/s.
[[nodiscard]] constexpr Cluster rtx_6000_ada_workstation(std::int64_t accelerators) noexcept {
    return detail::pcie_server("rtx-6000-ada-workstation", rtx_6000_ada, 4, "PCIe 4", detail::pcie4, 1,
                               to_bytes(10_Gbit_per_s), 0.3_kW, accelerators);
}
/// 4 x RTX 5090, PCIe 5, 10 Gbit/s.
[[nodiscard]] constexpr Cluster rtx_5090_workstation(std::int64_t accelerators) noexcept {
    return detail::pcie_server("rtx-5090-workstation", rtx_5090, 4, "PCIe 5", detail::pcie5, 1, to_bytes(10_Gbit_per_s),
                               0.3_kW, accelerators);
}
/// 8 x MI210, PCIe 4, 4 x 200 Gbit/s.
[[nodiscard]] constexpr Cluster mi210_node(std::int64_t accelerators) noexcept {
    return detail::pcie_server("mi210-node", mi210, 8, "PCIe 4", detail::pcie4, 4, to_bytes(200_Gbit_per_s), 1.0_kW,
                               accelerators);
}

/// Eight P100 SXM2 on NVLink 1, four ports of 100 Gbit/s: the DGX-1 of 2016.
[[nodiscard]] constexpr Cluster dgx_p100(std::int64_t accelerators) noexcept {
    constexpr Node node{
        .name = "dgx1-p100",
        .accelerators = 8,
        .nics = 4,
        .nic_bandwidth = to_bytes(100_Gbit_per_s),
        .host_power = 0.8_kW,
        .provenance = {"NVIDIA DGX-1 datasheet; power of the host assumed", "2016-04", Evidence::datasheet}};
    constexpr FabricTier nvlink1{
        .name = "NVLink 1",
        .size = 8,
        .link = {80_GB_per_s, 2_us},
        .oversubscription = 1.0,
        .efficiency = 0.80,
        .topology = Topology::mesh,
        .provenance = {"four links of 20 GB/s; efficiency assumed", "2026-11", Evidence::assumed}};
    return detail::assemble("dgx-p100", p100_sxm2, node, nvlink1,
                            detail::network("InfiniBand EDR", node, 8, 10_us, 0.85, detail::assumed_server),
                            accelerators);
}

/// One GH200 a node, one port of 400 Gbit/s.
[[nodiscard]] constexpr Cluster gh200_node(std::int64_t accelerators) noexcept {
    return detail::pcie_server("gh200-node", gh200_96gb, 1, "none inside a node", 450_GB_per_s, 1,
                               to_bytes(400_Gbit_per_s), 0.3_kW, accelerators);
}

namespace detail {
/// Accelerators with wires of their own between every pair.
[[nodiscard]] constexpr Cluster mesh_server(std::string_view name, const Accelerator& accelerator, std::int64_t boards,
                                            std::string_view links, Bandwidth bandwidth, double efficiency,
                                            std::int64_t nics, Bandwidth nic, Watts host_power,
                                            std::int64_t accelerators) noexcept {
    const Node node{.name = name,
                    .accelerators = boards,
                    .nics = nics,
                    .nic_bandwidth = nic,
                    .host_power = host_power,
                    .provenance = assumed_server};
    const FabricTier mesh{.name = links,
                          .size = boards,
                          .link = {bandwidth, 1_us},
                          .oversubscription = 1.0,
                          .efficiency = efficiency,
                          .topology = Topology::mesh,
                          .provenance = assumed_server};
    return assemble(name, accelerator, node, mesh,
                    network("RoCE or Slingshot", node, boards, 12_us, 0.85, assumed_server), accelerators);
}
} // namespace detail

/// 4 x MI250, Infinity Fabric, 4 x 200 Gbit/s; inside: xGMI: 7 links of 50 GB/s.
[[nodiscard]] constexpr Cluster mi250_node(std::int64_t accelerators) noexcept {
    return detail::mesh_server("mi250-node", mi250, 4, "Infinity Fabric", 350_GB_per_s, 0.70, 4,
                               to_bytes(200_Gbit_per_s), 0.8_kW, accelerators);
}
/// 4 x MI300A, Infinity Fabric, Slingshot 4 x 200 Gbit/s; inside: 3 pairs of links of 128 GB/s.
[[nodiscard]] constexpr Cluster mi300a_node(std::int64_t accelerators) noexcept {
    return detail::mesh_server("mi300a-node", mi300a, 4, "Infinity Fabric", 384_GB_per_s, 0.70, 4,
                               to_bytes(200_Gbit_per_s), 0.3_kW, accelerators);
}
/// 8 x MI308X, Infinity Fabric, 8 x 400 Gbit/s; inside: 7 links of 64 GB/s.
[[nodiscard]] constexpr Cluster mi308x_node(std::int64_t accelerators) noexcept {
    return detail::mesh_server("mi308x-node", mi308x, 8, "Infinity Fabric", 448_GB_per_s, 0.70, 8,
                               to_bytes(400_Gbit_per_s), 4.0_kW, accelerators);
}
/// 8 x MI350X, Infinity Fabric, 8 x 400 Gbit/s; inside: 7 links of 76.5 GB/s.
[[nodiscard]] constexpr Cluster mi350x_node(std::int64_t accelerators) noexcept {
    return detail::mesh_server("mi350x-node", mi350x, 8, "Infinity Fabric", 535.5_GB_per_s, 0.68, 8,
                               to_bytes(400_Gbit_per_s), 4.5_kW, accelerators);
}
/// 8 x Gaudi, RoCE mesh, 24 x 100 Gbit/s out; inside: 7 of 10 ports of 100 Gbit/s.
[[nodiscard]] constexpr Cluster gaudi1_node(std::int64_t accelerators) noexcept {
    return detail::mesh_server("gaudi1-node", gaudi1, 8, "RoCE mesh", 87.5_GB_per_s, 0.80, 24, to_bytes(100_Gbit_per_s),
                               2.0_kW, accelerators);
}
/// 8 x Ascend 910A, HCCS, 8 x 100 Gbit/s; inside: Atlas 800, a mesh of four.
[[nodiscard]] constexpr Cluster ascend_910a_node(std::int64_t accelerators) noexcept {
    return detail::mesh_server("ascend-910a-node", ascend_910a, 8, "HCCS", 30_GB_per_s, 0.70, 8,
                               to_bytes(100_Gbit_per_s), 2.0_kW, accelerators);
}
/// 8 x Ascend 910B, HCCS, 8 x 200 Gbit/s; inside: Atlas 800T A2, 7 links of 28 GB/s.
[[nodiscard]] constexpr Cluster ascend_910b_node(std::int64_t accelerators) noexcept {
    return detail::mesh_server("ascend-910b-node", ascend_910b, 8, "HCCS", 196_GB_per_s, 0.70, 8,
                               to_bytes(200_Gbit_per_s), 2.5_kW, accelerators);
}

} // namespace foretrain::inline v0::catalog
