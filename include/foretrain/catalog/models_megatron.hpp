// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include "models_gpt.hpp"

// NVIDIA's models: the GPTs of the Megatron papers, named by the parameters those papers state, and Nemotron-4.
// All have 2048 positions and a vocabulary of 51200 except Nemotron, and were trained with dropout.

namespace foretrain::inline v0::catalog {

namespace detail {

inline constexpr Provenance narayanan_2021{"Narayanan et al. 2021, arXiv 2104.04473, table 1", "2021-04",
                                           Evidence::datasheet};
inline constexpr Provenance korthikanti_2022{"Korthikanti et al. 2022, arXiv 2205.05198, table 3", "2022-05",
                                             Evidence::datasheet};

[[nodiscard]] constexpr Transformer megatron(std::string_view name, std::int64_t layers, std::int64_t hidden,
                                             std::int64_t heads, const Provenance& provenance) noexcept {
    return gpt(name, layers, hidden, heads, 51200, 2048, true, provenance);
}

/// Grouped queries, rotary positions, plain feed-forward blocks, no biases but those of the norms.
[[nodiscard]] constexpr Transformer nemotron(std::string_view name, std::int64_t layers, std::int64_t hidden,
                                             std::int64_t heads, const Provenance& provenance) noexcept {
    return {.name = name,
            .layers = layers,
            .hidden = hidden,
            .feed_forward = 4 * hidden,
            .heads = heads,
            .kv_heads = 8,
            .head_dimension = hidden / heads,
            .vocabulary = 256000,
            .positions = Positions::rotary,
            .provenance = provenance};
}

} // namespace detail

// The ten models of Narayanan et al. 2021; the last two are also the 530B and 1T of Korthikanti et al. 2022.
inline constexpr Transformer megatron_1_7b = detail::megatron("megatron-1.7b", 24, 2304, 24, detail::narayanan_2021);
inline constexpr Transformer megatron_3_6b = detail::megatron("megatron-3.6b", 30, 3072, 32, detail::narayanan_2021);
inline constexpr Transformer megatron_7_5b = detail::megatron("megatron-7.5b", 36, 4096, 32, detail::narayanan_2021);
inline constexpr Transformer megatron_18b = detail::megatron("megatron-18b", 40, 6144, 48, detail::narayanan_2021);
inline constexpr Transformer megatron_39b = detail::megatron("megatron-39b", 48, 8192, 64, detail::narayanan_2021);
inline constexpr Transformer megatron_76b = detail::megatron("megatron-76b", 60, 10240, 80, detail::narayanan_2021);
inline constexpr Transformer megatron_145b = detail::megatron("megatron-145b", 80, 12288, 96, detail::narayanan_2021);
inline constexpr Transformer megatron_310b = detail::megatron("megatron-310b", 96, 16384, 128, detail::narayanan_2021);
inline constexpr Transformer megatron_530b = detail::megatron("megatron-530b", 105, 20480, 128, detail::narayanan_2021);
inline constexpr Transformer megatron_1t = detail::megatron("megatron-1t", 128, 25600, 160, detail::narayanan_2021);

inline constexpr Transformer megatron_22b = detail::megatron("megatron-22b", 48, 6144, 64, detail::korthikanti_2022);
inline constexpr Transformer megatron_175b = detail::megatron("megatron-175b", 96, 12288, 96, detail::korthikanti_2022);

inline constexpr Transformer nemotron4_15b = detail::nemotron(
    "nemotron4-15b", 32, 6144, 48, {"Parmar et al. 2024, arXiv 2402.16819, table 1", "2024-02", Evidence::datasheet});
inline constexpr Transformer nemotron4_340b = detail::nemotron(
    "nemotron4-340b", 96, 18432, 96, {"NVIDIA 2024, arXiv 2406.11704, table 1", "2024-06", Evidence::datasheet});

} // namespace foretrain::inline v0::catalog
