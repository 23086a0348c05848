// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "accelerators_amd.hpp"
#include "accelerators_other.hpp"
#include "fabrics.hpp"

// Systems of AMD, Intel and AWS accelerators. In AMD and Gaudi nodes every pair has its own wires (a mesh); Trainium
// chips sit on a two-dimensional torus. host_power is assumed, by analogy with NVIDIA nodes of the same year.

namespace foretrain::inline v0::catalog {

namespace detail {
[[nodiscard]] constexpr FabricTier mesh_tier(std::string_view name, std::int64_t size, Bandwidth bandwidth,
                                             double efficiency, const Provenance& provenance) noexcept {
    return {.name = name,
            .size = size,
            .link = {bandwidth, 1_us},
            .oversubscription = 1.0,
            .efficiency = efficiency,
            .topology = Topology::mesh,
            .provenance = provenance};
}
inline constexpr Provenance xgmi_mi300x{
    "7 links of 64 GB/s; efficiency: stas00/ml-engineering@744d01e, 8 MI300X, all-reduce at 313 GB/s", "2026-11",
    Evidence::measured};
inline constexpr Provenance rail_network{
    "oracle-quickstart/oci-hpc-oke, 2 MI300X nodes on RoCE, all-reduce at 358 of 400 GB/s; latency assumed", "2026-11",
    Evidence::measured};
} // namespace detail

/// Four MI250X (eight dies), four Slingshot ports of 200 Gbit/s: a node of Frontier or LUMI.
[[nodiscard]] constexpr Cluster mi250x_node(std::int64_t accelerators) noexcept {
    constexpr Node node{
        .name = "mi250x",
        .accelerators = 4,
        .nics = 4,
        .nic_bandwidth = to_bytes(200_Gbit_per_s),
        .host_power = 0.8_kW,
        .provenance = {"OLCF Frontier user guide; power assumed", "2022", Evidence::assumed},
    };
    return detail::assemble(
        "mi250x-node", mi250x, node,
        detail::mesh_tier("Infinity Fabric", 4, 350_GB_per_s, 0.70,
                          {"7 links of 50 GB/s; efficiency as MI300X", "2026-11", Evidence::assumed}),
        detail::network("Slingshot 11", node, 4, 8_us, 0.85,
                        {"efficiency and latency assumed", "2026-11", Evidence::assumed}),
        accelerators);
}

/// Eight MI300X, eight ports of 400 Gbit/s.
[[nodiscard]] constexpr Cluster mi300x_node(std::int64_t accelerators) noexcept {
    constexpr Node node{
        .name = "mi300x",
        .accelerators = 8,
        .nics = 8,
        .nic_bandwidth = to_bytes(400_Gbit_per_s),
        .host_power = 4.0_kW,
        .provenance = {"NICs and power as servers with eight H100", "2023-12", Evidence::assumed},
    };
    return detail::assemble("mi300x-node", mi300x, node,
                            detail::mesh_tier("Infinity Fabric", 8, 448_GB_per_s, 0.70, detail::xgmi_mi300x),
                            detail::network("RoCE 400G", node, 8, 8_us, 0.90, detail::rail_network), accelerators);
}

/// Eight MI325X, eight ports of 400 Gbit/s.
[[nodiscard]] constexpr Cluster mi325x_node(std::int64_t accelerators) noexcept {
    constexpr Node node{
        .name = "mi325x",
        .accelerators = 8,
        .nics = 8,
        .nic_bandwidth = to_bytes(400_Gbit_per_s),
        .host_power = 4.0_kW,
        .provenance = {"NICs and power as servers with eight H200", "2024-10", Evidence::assumed},
    };
    return detail::assemble("mi325x-node", mi325x, node,
                            detail::mesh_tier("Infinity Fabric", 8, 448_GB_per_s, 0.70, detail::xgmi_mi300x),
                            detail::network("RoCE 400G", node, 8, 8_us, 0.90, detail::rail_network), accelerators);
}

/// Eight MI355X, eight ports of 400 Gbit/s.
[[nodiscard]] constexpr Cluster mi355x_node(std::int64_t accelerators) noexcept {
    constexpr Node node{
        .name = "mi355x",
        .accelerators = 8,
        .nics = 8,
        .nic_bandwidth = to_bytes(400_Gbit_per_s),
        .host_power = 5.0_kW,
        .provenance = {"NICs and power as servers with eight B200", "2025-06", Evidence::assumed},
    };
    return detail::assemble(
        "mi355x-node", mi355x, node,
        detail::mesh_tier(
            "Infinity Fabric", 8, 535.5_GB_per_s, 0.68,
            {"7 links of 76.5 GB/s; efficiency: public rccl-tests log of 8 MI355X, all-to-all at 361 GB/s", "2026-11",
             Evidence::measured}),
        detail::network("RoCE 400G", node, 8, 8_us, 0.92,
                        {"public rccl-tests log of 4 MI355X nodes, all-reduce at 371 of 400 GB/s; latency assumed",
                         "2026-11", Evidence::measured}),
        accelerators);
}

/// Eight Gaudi2: of 24 ports of 100 Gbit/s each, 21 go to the other seven and 3 out.
[[nodiscard]] constexpr Cluster gaudi2_node(std::int64_t accelerators) noexcept {
    constexpr Node node{
        .name = "gaudi2",
        .accelerators = 8,
        .nics = 24,
        .nic_bandwidth = to_bytes(100_Gbit_per_s),
        .host_power = 2.7_kW,
        .provenance = {"Intel Gaudi 2 white paper; power assumed", "2022-05", Evidence::assumed},
    };
    return detail::assemble(
        "gaudi2-node", gaudi2, node,
        detail::mesh_tier("RoCE mesh", 8, 262.5_GB_per_s, 0.85,
                          {"21 ports of 100 Gbit/s; efficiency assumed", "2026-11", Evidence::assumed}),
        detail::network("RoCE 100G", node, 8, 8_us, 0.85,
                        {"efficiency and latency assumed", "2026-11", Evidence::assumed}),
        accelerators);
}

/// Eight Gaudi3: of 24 ports of 200 Gbit/s each, 21 go to the other seven and 3 out.
[[nodiscard]] constexpr Cluster gaudi3_node(std::int64_t accelerators) noexcept {
    constexpr Node node{
        .name = "gaudi3",
        .accelerators = 8,
        .nics = 24,
        .nic_bandwidth = to_bytes(200_Gbit_per_s),
        .host_power = 3.5_kW,
        .provenance = {"Intel Gaudi 3 white paper; power assumed", "2024-09", Evidence::assumed},
    };
    return detail::assemble(
        "gaudi3-node", gaudi3, node,
        detail::mesh_tier("RoCE mesh", 8, 525_GB_per_s, 0.85,
                          {"21 ports of 200 Gbit/s; efficiency assumed", "2026-11", Evidence::assumed}),
        detail::network("RoCE 200G", node, 8, 8_us, 0.85,
                        {"efficiency and latency assumed", "2026-11", Evidence::assumed}),
        accelerators);
}

namespace detail {
[[nodiscard]] constexpr FabricTier neuronlink(std::string_view name, std::int64_t size, Bandwidth bandwidth) noexcept {
    return {.name = name,
            .size = size,
            .link = {bandwidth, 2_us},
            .oversubscription = 1.0,
            .efficiency = 0.70,
            .topology = Topology::torus,
            .torus_dimensions = 2,
            .provenance = {"AWS Neuron documentation; efficiency and latency assumed", "2026-11", Evidence::assumed}};
}
inline constexpr Provenance efa_trainium{"efficiency and latency by analogy with p5en", "2026-11", Evidence::assumed};
} // namespace detail

/// AWS trn1.32xlarge: sixteen Trainium chips, 800 Gbit/s of EFA.
[[nodiscard]] constexpr Cluster trn1(std::int64_t accelerators) noexcept {
    constexpr Node node{
        .name = "trn1.32xlarge",
        .accelerators = 16,
        .nics = 8,
        .nic_bandwidth = to_bytes(100_Gbit_per_s),
        .host_power = 2.0_kW,
        .provenance = {"AWS EC2 Trn1 page; power assumed", "2022-10", Evidence::assumed},
    };
    return detail::assemble("trn1", trainium1, node, detail::neuronlink("NeuronLink 2", 16, 192_GB_per_s),
                            detail::network("EFA", node, 16, 30_us, 0.85, detail::efa_trainium), accelerators);
}

/// The same counted in NeuronCores, 32 a node, as published results do; a core has half of its chip's links.
[[nodiscard]] constexpr Cluster trn1_neuroncores(std::int64_t accelerators) noexcept {
    constexpr Node node{
        .name = "trn1.32xlarge",
        .accelerators = 32,
        .nics = 8,
        .nic_bandwidth = to_bytes(100_Gbit_per_s),
        .host_power = 2.0_kW,
        .provenance = {"AWS EC2 Trn1 page; power assumed", "2022-10", Evidence::assumed},
    };
    return detail::assemble("trn1-neuroncores", trainium1_neuroncore, node,
                            detail::neuronlink("NeuronLink 2", 32, 96_GB_per_s),
                            detail::network("EFA", node, 32, 30_us, 0.85, detail::efa_trainium), accelerators);
}

/// AWS trn2.48xlarge: sixteen Trainium2 chips, 3200 Gbit/s of EFA.
[[nodiscard]] constexpr Cluster trn2(std::int64_t accelerators) noexcept {
    constexpr Node node{
        .name = "trn2.48xlarge",
        .accelerators = 16,
        .nics = 16,
        .nic_bandwidth = to_bytes(200_Gbit_per_s),
        .host_power = 4.0_kW,
        .provenance = {"AWS EC2 Trn2 page; power assumed", "2024-12", Evidence::assumed},
    };
    return detail::assemble("trn2", trainium2, node, detail::neuronlink("NeuronLink 3", 16, 640_GB_per_s),
                            detail::network("EFA", node, 16, 30_us, 0.85, detail::efa_trainium), accelerators);
}

} // namespace foretrain::inline v0::catalog
