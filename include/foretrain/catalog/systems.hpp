// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <optional>
#include <string_view>

#include "systems_google.hpp"
#include "systems_nvidia.hpp"
#include "systems_other.hpp"
#include "systems_workstation.hpp"

// Every system of the catalogue, and clusters of it by name.

namespace foretrain::inline v0::catalog {

/// A kind of cluster: `make(n)` gives the cluster that a job on n accelerators sees.
struct System {
    std::string_view name; ///< kebab-case, also the name of the cluster that `make` returns
    std::string_view description;
    Cluster (*make)(std::int64_t accelerators) noexcept = nullptr;
};

/// By vendor, then by date; then those of boards, superchips and older nodes.
inline constexpr std::array all_systems = {
    System{"dgx-v100", "DGX-1: 8 x V100 SXM2 32 GB, NVLink 2 mesh, 4 x 100 Gbit/s", dgx_v100},
    System{"jean-zay-v100", "4 x V100 SXM2 32 GB, NVLink 2 mesh, Omni-Path 4 x 100 Gbit/s", jean_zay_v100},
    System{"dgx2-v100", "DGX-2: 16 x V100 SXM3 350 W, NVSwitch, 8 x 100 Gbit/s", dgx2_v100},
    System{"dgx2h-v100", "DGX-2H: 16 x V100 SXM3 450 W, NVSwitch, 8 x 100 Gbit/s", dgx2h_v100},
    System{"dgx-a100", "8 x A100 SXM 80 GB, NVLink 3, 8 x 200 Gbit/s", dgx_a100},
    System{"dgx-a100-40gb", "8 x A100 SXM 40 GB, NVLink 3, 8 x 200 Gbit/s", dgx_a100_40gb},
    System{"hgx-a800", "8 x A800 SXM 80 GB, NVLink 3 at 200 GB/s, 8 x 200 Gbit/s", hgx_a800},
    System{"jean-zay-a100", "8 x A100 SXM 80 GB, NVLink 3, Omni-Path 4 x 100 Gbit/s", jean_zay_a100},
    System{"aws-p4d", "p4d.24xlarge: 8 x A100 SXM 40 GB, NVLink 3, EFA 400 Gbit/s", aws_p4d},
    System{"h100-pcie-node", "8 x H100 PCIe, NVLink bridges of two, PCIe 5, 8 x 200 Gbit/s", h100_pcie_node},
    System{"dgx-h100", "8 x H100 SXM, NVLink 4, 8 x 400 Gbit/s", dgx_h100},
    System{"aws-p5", "p5.48xlarge: 8 x H100 SXM, NVLink 4, EFA 3200 Gbit/s", aws_p5},
    System{"gcp-a3-mega", "8 x H100 SXM, NVLink 4, GPUDirect-TCPXO 8 x 200 Gbit/s", gcp_a3_mega},
    System{"hgx-h200", "8 x H200 SXM, NVLink 4, 8 x 400 Gbit/s", hgx_h200},
    System{"dgx-h800", "8 x H800 SXM, NVLink 4 at 200 GB/s, 8 x 400 Gbit/s", dgx_h800},
    System{"hgx-h20", "8 x H20, NVLink 4, 8 x 400 Gbit/s", hgx_h20},
    System{"dgx-b200", "8 x B200 SXM, NVLink 5, 8 x 400 Gbit/s", dgx_b200},
    System{"hgx-b300", "8 x B300 SXM, NVLink 5, 8 x 800 Gbit/s", hgx_b300},
    System{"gb200-nvl72", "racks of 72 x GB200 on NVLink 5, 400 Gbit/s a GPU between racks", gb200_nvl72},
    System{"gb300-nvl72", "racks of 72 x GB300 on NVLink 5, 800 Gbit/s a GPU between racks", gb300_nvl72},
    System{"tpu-v2-pod", "pods of 256 TPU v2 chips, 2-D torus", tpu_v2_pod},
    System{"tpu-v3-pod", "pods of 1024 TPU v3 chips, 2-D torus", tpu_v3_pod},
    System{"tpu-v4-pod", "pods of 4096 TPU v4 chips, 3-D torus", tpu_v4_pod},
    System{"tpu-v5e-pod", "pods of 256 TPU v5e chips, 2-D torus", tpu_v5e_pod},
    System{"tpu-v5p-pod", "pods of 8960 TPU v5p chips, 3-D torus", tpu_v5p_pod},
    System{"tpu-v6e-pod", "pods of 256 TPU v6e chips, 2-D torus", tpu_v6e_pod},
    System{"tpu-v7-pod", "pods of 9216 TPU v7x chips, 3-D torus", tpu_v7_pod},
    System{"mi250x-node", "4 x MI250X, Infinity Fabric, Slingshot 4 x 200 Gbit/s", mi250x_node},
    System{"mi300x-node", "8 x MI300X, Infinity Fabric, 8 x 400 Gbit/s", mi300x_node},
    System{"mi325x-node", "8 x MI325X, Infinity Fabric, 8 x 400 Gbit/s", mi325x_node},
    System{"mi355x-node", "8 x MI355X, Infinity Fabric, 8 x 400 Gbit/s", mi355x_node},
    System{"gaudi2-node", "8 x Gaudi2, RoCE mesh, 24 x 100 Gbit/s out", gaudi2_node},
    System{"gaudi3-node", "8 x Gaudi3, RoCE mesh, 24 x 200 Gbit/s out", gaudi3_node},
    System{"trn1", "trn1.32xlarge: 16 x Trainium1, NeuronLink, EFA 800 Gbit/s", trn1},
    System{"trn1-neuroncores", "trn1.32xlarge counted in 32 NeuronCores", trn1_neuroncores},
    System{"trn2", "trn2.48xlarge: 16 x Trainium2, NeuronLink, EFA 3200 Gbit/s", trn2},
    System{"p100-pcie-node", "8 x P100 PCIe, PCIe 3, 2 x 100 Gbit/s", p100_pcie_node},
    System{"v100-pcie-node", "8 x V100 PCIe 32 GB, PCIe 3, 2 x 100 Gbit/s", v100_pcie_node},
    System{"t4-node", "8 x T4, PCIe 3, 100 Gbit/s", t4_node},
    System{"a100-pcie-node", "8 x A100 PCIe 80 GB, PCIe 4, 4 x 200 Gbit/s", a100_pcie_node},
    System{"a100-pcie-40gb-node", "8 x A100 PCIe 40 GB, PCIe 4, 4 x 200 Gbit/s", a100_pcie_40gb_node},
    System{"a30-node", "8 x A30, PCIe 4, 2 x 100 Gbit/s", a30_node},
    System{"a40-node", "8 x A40, PCIe 4, 2 x 100 Gbit/s", a40_node},
    System{"a10-node", "8 x A10, PCIe 4, 2 x 100 Gbit/s", a10_node},
    System{"l4-node", "8 x L4, PCIe 4, 2 x 100 Gbit/s", l4_node},
    System{"l40-node", "8 x L40, PCIe 4, 4 x 200 Gbit/s", l40_node},
    System{"h200-nvl-node", "8 x H200 NVL, PCIe 5, 8 x 400 Gbit/s", h200_nvl_node},
    System{"rtx-3090-workstation", "4 x RTX 3090, PCIe 4, 10 Gbit/s", rtx_3090_workstation},
    System{"rtx-a5000-workstation", "4 x RTX A5000, PCIe 4, 10 Gbit/s", rtx_a5000_workstation},
    System{"rtx-a6000-workstation", "4 x RTX A6000, PCIe 4, 10 Gbit/s", rtx_a6000_workstation},
    System{"rtx-4090-workstation", "4 x RTX 4090, PCIe 4, 10 Gbit/s", rtx_4090_workstation},
    System{"rtx-6000-ada-workstation", "4 x RTX 6000 Ada, PCIe 4, 10 Gbit/s", rtx_6000_ada_workstation},
    System{"rtx-5090-workstation", "4 x RTX 5090, PCIe 5, 10 Gbit/s", rtx_5090_workstation},
    System{"mi210-node", "8 x MI210, PCIe 4, 4 x 200 Gbit/s", mi210_node},
    System{"mi250-node", "4 x MI250, Infinity Fabric, 4 x 200 Gbit/s", mi250_node},
    System{"mi300a-node", "4 x MI300A, Infinity Fabric, Slingshot 4 x 200 Gbit/s", mi300a_node},
    System{"mi308x-node", "8 x MI308X, Infinity Fabric, 8 x 400 Gbit/s", mi308x_node},
    System{"mi350x-node", "8 x MI350X, Infinity Fabric, 8 x 400 Gbit/s", mi350x_node},
    System{"gaudi1-node", "8 x Gaudi, RoCE mesh, 24 x 100 Gbit/s out", gaudi1_node},
    System{"ascend-910a-node", "8 x Ascend 910A, HCCS, 8 x 100 Gbit/s", ascend_910a_node},
    System{"ascend-910b-node", "8 x Ascend 910B, HCCS, 8 x 200 Gbit/s", ascend_910b_node},
    System{"dgx-p100", "DGX-1: 8 x P100 SXM2, NVLink 1 mesh, 4 x 100 Gbit/s", dgx_p100},
    System{"gh200-node", "1 x GH200 96 GB, 400 Gbit/s", gh200_node},
    System{"l40s-node", "8 x L40S, PCIe 4 without peer access, 4 x 200 Gbit/s", l40s_node},
    System{"rtx-pro-6000-node", "8 x RTX PRO 6000 Blackwell, PCIe 5, 8 x 400 Gbit/s", rtx_pro_6000_node},
};

/// The system of this name ("dgx-h100"), or null.
[[nodiscard]] constexpr const System* find_system(std::string_view name) noexcept {
    for (const System& system : all_systems)
        if (system.name == name) return &system;
    return nullptr;
}

/// A cluster of so many accelerators of the named system, or nothing if there is no such system. The count is not
/// checked here: `check_rules` of the cluster does.
[[nodiscard]] constexpr std::optional<Cluster> make_system(std::string_view name, std::int64_t accelerators) noexcept {
    for (const System& system : all_systems)
        if (system.name == name) return system.make(accelerators);
    return std::nullopt;
}

} // namespace foretrain::inline v0::catalog
