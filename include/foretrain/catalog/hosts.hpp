// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string_view>

#include "../hardware/node.hpp"
#include "../units/literals.hpp"

// Host memory, links to it and drives of the catalogue's nodes, by the node's name.
//
// A PCIe link of 16 lanes carries 15.75, 31.5 and 63 GB/s each way in generations 3 to 5. Where two accelerators share
// a switch they share its link to the processor: eight have four links. Host memory bandwidth is channels times rate.
// None of it was read off a datasheet line by line or measured: every row counts as assumed, and its source says what
// it should be checked against.

namespace foretrain::inline v0::catalog {

/// What a node has beside its accelerators.
struct Host {
    std::string_view node;
    Bandwidth links{}; ///< of all accelerators to host memory together, one direction
    Bytes memory{};
    Bandwidth memory_bandwidth{};
    Bandwidth drives{}; ///< NVMe, together, one direction; 0: none or unknown
    Provenance provenance{};
};

using literals::operator""_GB;
using literals::operator""_GiB;
using literals::operator""_TB;
using literals::operator""_TiB;
using literals::operator""_GB_per_s;

inline constexpr std::array all_hosts = {
    Host{"dgx-1",
         63_GB_per_s,
         512_GB,
         136.5_GB_per_s,
         0_GB_per_s,
         {"NVIDIA DGX-1 white paper: 4 PCIe 3 switches, 8 channels of DDR4-2133", "2017", Evidence::assumed}},
    Host{"jean-zay-v100",
         63_GB_per_s,
         192_GB,
         281.6_GB_per_s,
         0_GB_per_s,
         {"IDRIS, Jean Zay: 12 channels of DDR4-2933; links assumed", "2019", Evidence::assumed}},
    Host{"dgx-2",
         63_GB_per_s,
         1.5_TB,
         256_GB_per_s,
         25_GB_per_s,
         {"NVIDIA DGX-2 datasheet: 12 channels of DDR4-2666, 8 drives; four links and drives' rate assumed", "2018",
          Evidence::assumed}},
    Host{"dgx-2h", 63_GB_per_s, 1.5_TB, 256_GB_per_s, 25_GB_per_s, {"as DGX-2", "2018-11", Evidence::assumed}},
    Host{"dgx-a100",
         126_GB_per_s,
         2_TB,
         409.6_GB_per_s,
         25_GB_per_s,
         {"NVIDIA DGX A100 datasheet: 4 PCIe 4 switches, 16 channels of DDR4-3200 (40 GB: 1 TB); drives' rate assumed",
          "2020", Evidence::assumed}},
    Host{"jean-zay-a100",
         126_GB_per_s,
         512_GB,
         409.6_GB_per_s,
         0_GB_per_s,
         {"IDRIS, Jean Zay; links as DGX A100", "2022", Evidence::assumed}},
    Host{"p4d.24xlarge",
         63_GB_per_s,
         1152_GiB,
         281.6_GB_per_s,
         16_GB_per_s,
         {"AWS EC2 P4 page; PCIe 3 of its processors, links as DGX A100", "2020-11", Evidence::assumed}},
    Host{"h100-pcie",
         252_GB_per_s,
         1_TB,
         614.4_GB_per_s,
         0_GB_per_s,
         {"a typical server: 4 PCIe 5 links, 16 channels of DDR5-4800", "2026-11", Evidence::assumed}},
    Host{"dgx-h100",
         252_GB_per_s,
         2_TB,
         614.4_GB_per_s,
         25_GB_per_s,
         {"NVIDIA DGX H100 datasheet: 16 channels of DDR5-4800, 8 drives; four PCIe 5 links and drives' rate assumed",
          "2022", Evidence::assumed}},
    Host{"p5.48xlarge",
         126_GB_per_s,
         2_TiB,
         409.6_GB_per_s,
         25_GB_per_s,
         {"AWS EC2 P5 page; PCIe 4 of its processors, links and drives' rate assumed", "2023-07", Evidence::assumed}},
    Host{"a3-megagpu-8g",
         252_GB_per_s,
         1872_GB,
         614.4_GB_per_s,
         10_GB_per_s,
         {"Google Cloud A3 machine types; links as DGX H100, drives' rate assumed", "2024-03", Evidence::assumed}},
    Host{"hgx-h200", 252_GB_per_s, 2_TB, 614.4_GB_per_s, 25_GB_per_s, {"as DGX H100", "2024", Evidence::assumed}},
    Host{"dgx-h800", 252_GB_per_s, 2_TB, 614.4_GB_per_s, 25_GB_per_s, {"as DGX H100", "2024-12", Evidence::assumed}},
    Host{"hgx-h20", 252_GB_per_s, 2_TB, 614.4_GB_per_s, 25_GB_per_s, {"as DGX H100", "2023-11", Evidence::assumed}},
    Host{"dgx-b200",
         252_GB_per_s,
         2_TB,
         716.8_GB_per_s,
         25_GB_per_s,
         {"NVIDIA DGX B200 datasheet: 16 channels of DDR5-5600; the rest as DGX H100", "2024", Evidence::assumed}},
    Host{"hgx-b300",
         504_GB_per_s,
         2_TB,
         819.2_GB_per_s,
         25_GB_per_s,
         {"16 channels of DDR5-6400; a PCIe 5 link a GPU assumed", "2025", Evidence::assumed}},
    Host{"gb200-tray",
         900_GB_per_s,
         960_GB,
         1024_GB_per_s,
         25_GB_per_s,
         {"NVIDIA GB200: NVLink-C2C 900 GB/s both directions a superchip, two Grace of 480 GB and 512 GB/s; drives "
          "assumed",
          "2024", Evidence::assumed}},
    Host{"gb300-tray", 900_GB_per_s, 960_GB, 1024_GB_per_s, 25_GB_per_s, {"as GB200", "2025", Evidence::assumed}},
    Host{"dgx1-p100", 63_GB_per_s, 512_GB, 136.5_GB_per_s, 0_GB_per_s, {"as DGX-1", "2016-04", Evidence::assumed}},
    Host{"gh200-node",
         450_GB_per_s,
         480_GB,
         512_GB_per_s,
         0_GB_per_s,
         {"NVIDIA GH200 datasheet: NVLink-C2C 900 GB/s both directions, LPDDR5X of one Grace", "2023",
          Evidence::assumed}},
    Host{"mi250-node",
         126_GB_per_s,
         512_GB,
         409.6_GB_per_s,
         0_GB_per_s,
         {"a PCIe 4 link a module, 16 channels of DDR4-3200", "2026-11", Evidence::assumed}},
    Host{"mi308x-node", 504_GB_per_s, 2_TB, 921.6_GB_per_s, 25_GB_per_s, {"as MI300X", "2026-11", Evidence::assumed}},
    Host{"mi350x-node", 504_GB_per_s, 2_TB, 1152_GB_per_s, 25_GB_per_s, {"as MI355X", "2025-06", Evidence::assumed}},
    Host{"gaudi1-node",
         63_GB_per_s,
         512_GB,
         281.6_GB_per_s,
         0_GB_per_s,
         {"4 PCIe 3 links, 12 channels of DDR4-2933", "2026-11", Evidence::assumed}},
    Host{"ascend-910a-node",
         126_GB_per_s,
         1_TB,
         750.8_GB_per_s,
         0_GB_per_s,
         {"Atlas 800: four processors of 8 channels of DDR4-2933; 4 PCIe 4 links", "2026-11", Evidence::assumed}},
    Host{"ascend-910b-node",
         126_GB_per_s,
         1_TB,
         750.8_GB_per_s,
         0_GB_per_s,
         {"as Ascend 910A", "2026-11", Evidence::assumed}},
    Host{"mi250x",
         288_GB_per_s,
         512_GB,
         204.8_GB_per_s,
         4_GB_per_s,
         {"OLCF Frontier user guide: 36 GB/s a die, two drives that write 2 GB/s", "2022", Evidence::assumed}},
    Host{"mi300x",
         504_GB_per_s,
         2_TB,
         921.6_GB_per_s,
         25_GB_per_s,
         {"a PCIe 5 link a GPU, 24 channels of DDR5-4800; drives assumed", "2023-12", Evidence::assumed}},
    Host{"mi325x", 504_GB_per_s, 2_TB, 921.6_GB_per_s, 25_GB_per_s, {"as MI300X", "2024-10", Evidence::assumed}},
    Host{"mi355x",
         504_GB_per_s,
         2_TB,
         1152_GB_per_s,
         25_GB_per_s,
         {"as MI300X with 24 channels of DDR5-6000", "2025-06", Evidence::assumed}},
    Host{"gaudi2",
         126_GB_per_s,
         1_TB,
         409.6_GB_per_s,
         0_GB_per_s,
         {"4 PCIe 4 links, 16 channels of DDR4-3200", "2022-05", Evidence::assumed}},
    Host{"gaudi3",
         252_GB_per_s,
         2_TB,
         614.4_GB_per_s,
         0_GB_per_s,
         {"4 PCIe 5 links, 16 channels of DDR5-4800", "2024-09", Evidence::assumed}},
    Host{"trn1.32xlarge",
         126_GB_per_s,
         512_GiB,
         409.6_GB_per_s,
         16_GB_per_s,
         {"AWS EC2 Trn1 page for the memory; links and drives' rate assumed", "2022-10", Evidence::assumed}},
    Host{"trn2.48xlarge",
         252_GB_per_s,
         2_TiB,
         614.4_GB_per_s,
         16_GB_per_s,
         {"AWS EC2 Trn2 page for the memory; links and drives' rate assumed", "2024-12", Evidence::assumed}},
    Host{"tpu-v2-pod",
         32_GB_per_s,
         340_GB,
         200_GB_per_s,
         0_GB_per_s,
         {"8 GB/s a chip; all of it assumed", "2026-11", Evidence::assumed}},
    Host{"tpu-v3-pod",
         32_GB_per_s,
         340_GB,
         200_GB_per_s,
         0_GB_per_s,
         {"8 GB/s a chip; all of it assumed", "2026-11", Evidence::assumed}},
    Host{"tpu-v4-pod",
         64_GB_per_s,
         400_GB,
         200_GB_per_s,
         0_GB_per_s,
         {"16 GB/s a chip; all of it assumed", "2026-11", Evidence::assumed}},
    Host{"tpu-v5e-pod",
         128_GB_per_s,
         384_GB,
         300_GB_per_s,
         0_GB_per_s,
         {"16 GB/s a chip; all of it assumed", "2026-11", Evidence::assumed}},
    Host{"tpu-v5p-pod",
         64_GB_per_s,
         448_GB,
         300_GB_per_s,
         0_GB_per_s,
         {"16 GB/s a chip; all of it assumed", "2026-11", Evidence::assumed}},
    Host{"tpu-v6e-pod",
         256_GB_per_s,
         1440_GB,
         400_GB_per_s,
         0_GB_per_s,
         {"32 GB/s a chip; all of it assumed", "2026-11", Evidence::assumed}},
    Host{"tpu-v7-pod",
         128_GB_per_s,
         960_GB,
         400_GB_per_s,
         0_GB_per_s,
         {"32 GB/s a chip; all of it assumed", "2026-11", Evidence::assumed}},
};

/// The node with what `all_hosts` says of it; unchanged if it is not in there.
[[nodiscard]] constexpr Node with_host(const Node& node) noexcept {
    Node whole = node;
    for (const Host& host : all_hosts) {
        if (host.node != node.name) continue;
        whole.host_link = host.links * (1.0 / static_cast<double>(node.accelerators));
        whole.host_memory = host.memory;
        whole.host_memory_bandwidth = host.memory_bandwidth;
        whole.drive_bandwidth = host.drives;
    }
    return whole;
}

} // namespace foretrain::inline v0::catalog
