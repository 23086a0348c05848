// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "accelerators_google.hpp"
#include "fabrics.hpp"

// TPU slices: chips on a torus (ICI), slices joined by the data centre network (DCN).
//
// A chip's ICI bandwidth is all of its links in one direction: 4 links on a two-dimensional torus, 6 on a
// three-dimensional one. DCN gives a host 25 GB/s (jax-ml/scaling-book@0819a7d), shared by its 4 or 8 chips. Torus
// efficiency is measured on v7x (AI-Hypercomputer/tpu-recipes@c8cfe2f: all-gather at 179 of 200 GB/s over 2 x 2 chips)
// and taken for all. `tpu_*_pod` are whole pods as slices; `tpu_*_slices` take the chips of one slice.

namespace foretrain::inline v0::catalog {

namespace detail {

/// What differs between generations.
struct TpuGeneration {
    std::string_view name;
    std::int64_t pod = 0; ///< chips of the largest slice
    std::int64_t torus_dimensions = 0;
    Bandwidth link{}; ///< one ICI link, one direction
    std::int64_t chips_per_host = 0;
    Watts host_power{};
    Provenance provenance{};
};

[[nodiscard]] constexpr Cluster tpu_cluster(const TpuGeneration& generation, const Accelerator& chip,
                                            std::int64_t accelerators, std::int64_t slice) noexcept {
    const Node node{
        .name = generation.name,
        .accelerators = generation.chips_per_host,
        .nics = 1,
        .nic_bandwidth = to_bytes(200_Gbit_per_s),
        .host_power = generation.host_power,
        .provenance =
            {"jax-ml/scaling-book@0819a7d for the network; power assumed, from 378.5 W a TPU v4 chip with its "
             "share of the host in PaLM (arXiv:2204.02311)",
             "2026-11", Evidence::assumed},
    };
    const FabricTier ici{.name = "ICI",
                         .size = slice,
                         .link = {generation.link * (2.0 * static_cast<double>(generation.torus_dimensions)), 1_us},
                         .oversubscription = 1.0,
                         .efficiency = 0.89,
                         .topology = Topology::torus,
                         .torus_dimensions = generation.torus_dimensions,
                         .provenance = generation.provenance};
    return assemble(
        generation.name, chip, node, ici,
        network("DCN", node, slice, 25_us, 0.70, {"efficiency and latency assumed", "2026-11", Evidence::assumed}),
        accelerators);
}

inline constexpr TpuGeneration tpu_v2_generation{
    .name = "tpu-v2-pod",
    .pod = 256,
    .torus_dimensions = 2,
    .link = 31_GB_per_s,
    .chips_per_host = 4,
    .host_power = 700_W,
    .provenance = {"4 links, 496 Gbit/s both directions together; not from a datasheet; efficiency as v7x", "2017",
                   Evidence::assumed},
};
inline constexpr TpuGeneration tpu_v3_generation{
    .name = "tpu-v3-pod",
    .pod = 1024,
    .torus_dimensions = 2,
    .link = 41_GB_per_s, // jax-ml/scaling-book has 100 GB/s a link
    .chips_per_host = 4,
    .host_power = 700_W,
    .provenance = {"4 links, 656 Gbit/s both directions together; not from a datasheet; efficiency as v7x", "2018",
                   Evidence::assumed},
};
inline constexpr TpuGeneration tpu_v4_generation{
    .name = "tpu-v4-pod",
    .pod = 4096,
    .torus_dimensions = 3,
    .link = 45_GB_per_s,
    .chips_per_host = 4,
    .host_power = 750_W,
    .provenance = {"jax-ml/scaling-book@0819a7d: 6 links; efficiency as v7x", "2021", Evidence::assumed},
};
inline constexpr TpuGeneration tpu_v5e_generation{
    .name = "tpu-v5e-pod",
    .pod = 256,
    .torus_dimensions = 2,
    .link = 45_GB_per_s,
    .chips_per_host = 8,
    .host_power = 700_W,
    .provenance = {"jax-ml/scaling-book@0819a7d: 4 links; efficiency as v7x", "2023", Evidence::assumed},
};
inline constexpr TpuGeneration tpu_v5p_generation{
    .name = "tpu-v5p-pod",
    .pod = 8960,
    .torus_dimensions = 3,
    .link = 90_GB_per_s,
    .chips_per_host = 4,
    .host_power = 750_W,
    .provenance = {"jax-ml/scaling-book@0819a7d: 6 links; efficiency as v7x", "2023", Evidence::assumed},
};
inline constexpr TpuGeneration tpu_v6e_generation{
    .name = "tpu-v6e-pod",
    .pod = 256,
    .torus_dimensions = 2,
    .link = 90_GB_per_s,
    .chips_per_host = 8,
    .host_power = 700_W,
    .provenance = {"jax-ml/scaling-book@0819a7d: 4 links; efficiency as v7x", "2024", Evidence::assumed},
};
inline constexpr TpuGeneration tpu_v7_generation{
    .name = "tpu-v7-pod",
    .pod = 9216,
    .torus_dimensions = 3,
    .link = 100_GB_per_s,
    .chips_per_host = 4,
    .host_power = 900_W,
    .provenance = {"Google Cloud documentation: 1200 GB/s both directions together, 6 links; efficiency: "
                   "AI-Hypercomputer/tpu-recipes@c8cfe2f",
                   "2025", Evidence::measured},
};

} // namespace detail

/// TPU v2 pods of 256 chips, 16 x 16.
[[nodiscard]] constexpr Cluster tpu_v2_pod(std::int64_t accelerators) noexcept {
    return detail::tpu_cluster(detail::tpu_v2_generation, tpu_v2, accelerators, detail::tpu_v2_generation.pod);
}
/// TPU v3 pods of 1024 chips, 32 x 32.
[[nodiscard]] constexpr Cluster tpu_v3_pod(std::int64_t accelerators) noexcept {
    return detail::tpu_cluster(detail::tpu_v3_generation, tpu_v3, accelerators, detail::tpu_v3_generation.pod);
}
/// TPU v4 slices of `slice` chips (at most 4096) on a three-dimensional torus.
[[nodiscard]] constexpr Cluster tpu_v4_slices(std::int64_t accelerators, std::int64_t slice) noexcept {
    return detail::tpu_cluster(detail::tpu_v4_generation, tpu_v4, accelerators, slice);
}
/// TPU v4 pods of 4096 chips.
[[nodiscard]] constexpr Cluster tpu_v4_pod(std::int64_t accelerators) noexcept {
    return tpu_v4_slices(accelerators, detail::tpu_v4_generation.pod);
}
/// TPU v5e slices of `slice` chips (at most 256) on a two-dimensional torus.
[[nodiscard]] constexpr Cluster tpu_v5e_slices(std::int64_t accelerators, std::int64_t slice) noexcept {
    return detail::tpu_cluster(detail::tpu_v5e_generation, tpu_v5e, accelerators, slice);
}
/// TPU v5e pods of 256 chips, 16 x 16.
[[nodiscard]] constexpr Cluster tpu_v5e_pod(std::int64_t accelerators) noexcept {
    return tpu_v5e_slices(accelerators, detail::tpu_v5e_generation.pod);
}
/// TPU v5p slices of `slice` chips (at most 8960) on a three-dimensional torus.
[[nodiscard]] constexpr Cluster tpu_v5p_slices(std::int64_t accelerators, std::int64_t slice) noexcept {
    return detail::tpu_cluster(detail::tpu_v5p_generation, tpu_v5p, accelerators, slice);
}
/// TPU v5p pods of 8960 chips, 16 x 20 x 28.
[[nodiscard]] constexpr Cluster tpu_v5p_pod(std::int64_t accelerators) noexcept {
    return tpu_v5p_slices(accelerators, detail::tpu_v5p_generation.pod);
}
/// TPU v6e (Trillium) pods of 256 chips, 16 x 16.
[[nodiscard]] constexpr Cluster tpu_v6e_pod(std::int64_t accelerators) noexcept {
    return detail::tpu_cluster(detail::tpu_v6e_generation, tpu_v6e, accelerators, detail::tpu_v6e_generation.pod);
}
/// TPU v7x (Ironwood) pods of 9216 chips.
[[nodiscard]] constexpr Cluster tpu_v7_pod(std::int64_t accelerators) noexcept {
    return detail::tpu_cluster(detail::tpu_v7_generation, tpu_v7x, accelerators, detail::tpu_v7_generation.pod);
}

} // namespace foretrain::inline v0::catalog
