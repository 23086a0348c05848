// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "../catalog/systems.hpp"
#include "../units/quantity.hpp"
#include "words.hpp"

// What tables of measurements call hardware, and what the catalogue calls it.

namespace foretrain::inline v0::detail {

/// How tables of measurements name accelerators, and the system each sits in.
struct HardwareAlias {
    std::string_view prefix;
    std::string_view system;
};
inline constexpr std::array hardware_aliases = {
    HardwareAlias{"A100-SXM-80GB", "dgx-a100"},
    HardwareAlias{"A100-SXM-40GB", "dgx-a100-40gb"},
    HardwareAlias{"A100", "dgx-a100"},
    HardwareAlias{"A800", "hgx-a800"},
    HardwareAlias{"H100-PCIe", "h100-pcie-node"},
    HardwareAlias{"H100", "dgx-h100"},
    HardwareAlias{"H200", "hgx-h200"},
    HardwareAlias{"H800", "dgx-h800"},
    HardwareAlias{"H20", "hgx-h20"},
    HardwareAlias{"B200", "dgx-b200"},
    HardwareAlias{"B300", "hgx-b300"},
    HardwareAlias{"GB200", "gb200-nvl72"},
    HardwareAlias{"GB300", "gb300-nvl72"},
    HardwareAlias{"V100-SXM3-32GB (DGX-2H", "dgx2h-v100"},
    HardwareAlias{"V100-SXM3", "dgx2-v100"},
    HardwareAlias{"V100", "dgx-v100"},
    HardwareAlias{"TPUv2", "tpu-v2-pod"},
    HardwareAlias{"TPUv3", "tpu-v3-pod"},
    HardwareAlias{"TPUv4", "tpu-v4-pod"},
    HardwareAlias{"TPUv5e", "tpu-v5e-pod"},
    HardwareAlias{"TPUv5lite", "tpu-v5e-pod"},
    HardwareAlias{"TPUv5p", "tpu-v5p-pod"},
    HardwareAlias{"TPUv6", "tpu-v6e-pod"},
    HardwareAlias{"TPU Trillium", "tpu-v6e-pod"},
    HardwareAlias{"Trillium", "tpu-v6e-pod"},
    HardwareAlias{"TPUv7", "tpu-v7-pod"},
    HardwareAlias{"TPU Ironwood", "tpu-v7-pod"},
    HardwareAlias{"Ironwood", "tpu-v7-pod"},
    HardwareAlias{"MI250X", "mi250x-node"},
    HardwareAlias{"MI300X", "mi300x-node"},
    HardwareAlias{"MI325", "mi325x-node"},
    HardwareAlias{"MI355", "mi355x-node"},
    HardwareAlias{"Gaudi2", "gaudi2-node"},
    HardwareAlias{"Gaudi3", "gaudi3-node"},
    HardwareAlias{"Trainium1-NeuronCore", "trn1-neuroncores"},
    HardwareAlias{"Trainium1", "trn1"},
    HardwareAlias{"Trn1", "trn1"},
    HardwareAlias{"Trainium2", "trn2"},
    HardwareAlias{"Trn2", "trn2"},
    HardwareAlias{"Trainium", "trn1"},
};

/// Names whose system depends on words further on: "A100 40GB PCIe".
struct HardwareVariant {
    std::string_view prefix;
    std::array<std::string_view, 2> words; ///< all of which the name has
    std::string_view system;
};
inline constexpr std::array hardware_variants = {
    HardwareVariant{"A100", {"PCIe", "40GB"}, "a100-pcie-40gb-node"},
    HardwareVariant{"A100", {"PCIe", ""}, "a100-pcie-node"},
    HardwareVariant{"A100", {"40GB", ""}, "dgx-a100-40gb"},
    HardwareVariant{"H100", {"PCIe", ""}, "h100-pcie-node"},
    HardwareVariant{"H100", {"NVL", ""}, "h100-pcie-node"},
    HardwareVariant{"H200", {"NVL", ""}, "h200-nvl-node"},
    HardwareVariant{"V100", {"PCIe", ""}, "v100-pcie-node"},
    HardwareVariant{"V100", {"DGX2H", ""}, "dgx2h-v100"},
    HardwareVariant{"V100", {"DGX2", ""}, "dgx2-v100"},
    HardwareVariant{"V100", {"SXM3", ""}, "dgx2-v100"},
    HardwareVariant{"Trainium1", {"NeuronCore", ""}, "trn1-neuroncores"},
};

/// The catalogue's name of the system that accelerators named so sit in, whatever the spelling; nothing if unknown.
[[nodiscard]] inline std::optional<std::string_view> system_of(std::string_view hardware) {
    // What follows a parenthesis or a plus is the fabric: "H100-SXM (NVLink4) + 8x400G IB".
    const std::string_view accelerator_words = hardware.substr(0, hardware.find_first_of("(+"));
    std::string name = letters_of(contains(hardware, "DGX-2H") ? hardware : accelerator_words);
    // Vendors and brands in front say nothing more.
    for (bool again = true; again;) {
        again = false;
        for (const std::string_view brand : {"nvidia", "amd", "intel", "habana", "huawei", "google", "cloud", "aws",
                                             "tesla", "geforce", "instinct", "hgx", "dgx"})
            if (name.size() > brand.size() && starts_with(name, brand)) {
                name.erase(0, brand.size());
                again = true;
            }
    }
    for (const HardwareVariant& variant : hardware_variants)
        if (starts_with(name, letters_of(variant.prefix)) && contains(name, letters_of(variant.words[0])) &&
            contains(name, letters_of(variant.words[1])) && catalog::find_system(variant.system) != nullptr)
            return variant.system;
    for (const HardwareAlias& alias : hardware_aliases)
        if (starts_with(name, letters_of(alias.prefix)) && catalog::find_system(alias.system) != nullptr)
            return alias.system;
    // The catalogue's own names: of a system, else of its accelerator, the longest that the text begins with, else one
    // that begins with the text.
    if (name.empty()) return std::nullopt;
    const catalog::System* best = nullptr;
    std::size_t length = 0;
    for (const bool shorter : {false, true}) {
        for (const catalog::System& system : catalog::all_systems) {
            const std::string known = letters_of(system.name);
            if (known == name || known == letters_of(hardware)) return system.name;
            const std::string accelerator = letters_of(system.make(1).accelerator.name);
            const bool match = shorter ? starts_with(accelerator, name) : starts_with(name, accelerator);
            if (match && accelerator.size() > length && (!shorter || best == nullptr)) {
                best = &system;
                length = accelerator.size();
            }
        }
        if (best != nullptr) return best->name;
    }
    return std::nullopt;
}

/// Bandwidth of a node's network read from words such as "8x200 Gb/s HDR", "RoCE 1600 Gbps/node" or "Storage: 2x
/// ConnectX-7 400Gb/s, Compute: 8x ConnectX-7 400Gb/s" (the most of what is listed); nothing if none is stated.
[[nodiscard]] inline std::optional<Bandwidth> node_network(std::string_view text, std::int64_t node) {
    struct Generation {
        std::string_view name;
        double gigabits;
    };
    constexpr std::array generations = {Generation{"EDR", 100}, Generation{"HDR", 200}, Generation{"NDR", 400},
                                        Generation{"XDR", 800}};
    const bool each = contains(text, "per GPU") || contains(text, "per accelerator") || contains(text, "/GPU");
    std::optional<double> most; // Gbit/s
    while (!text.empty()) {
        const std::size_t end = std::min(text.find_first_of(",;+"), text.size());
        const std::string_view clause = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        // A number before "Gb", "GB/s" or "G", else a generation of InfiniBand.
        std::optional<double> rate;
        std::size_t at = 0;
        for (const std::string_view unit : {"Gb", "GB/s", "G"}) {
            at = clause.find(unit);
            if (at == std::string_view::npos) continue;
            rate = number_before(clause.substr(0, at + unit.size()), unit);
            if (rate && unit == "GB/s") *rate *= 8.0;
            if (rate) break;
        }
        if (!rate)
            for (const Generation& generation : generations)
                if (at = clause.find(generation.name); at != std::string_view::npos) {
                    rate = generation.gigabits;
                    break;
                }
        if (!rate) continue;
        // A factor "8x" before it.
        std::optional<double> count;
        for (std::size_t x = clause.find('x'); x < at; x = clause.find('x', x + 1))
            if (!count) count = number_before(clause.substr(0, x + 1), "x");
        // A generation without a factor is a link, not a node.
        if (!count && clause.substr(at, 1) != "G" && !each) continue;
        const double gigabits = *rate * (count ? *count : each ? static_cast<double>(node) : 1.0);
        if (gigabits > 0 && gigabits < 1e6 && (!most || gigabits > *most)) most = gigabits;
    }
    if (!most) return std::nullopt;
    return make<Bandwidth>(*most * 1e9 / 8.0);
}

} // namespace foretrain::inline v0::detail
