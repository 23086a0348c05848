// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include <foretrain/step/estimate.hpp>

#include "../step/random_plans.hpp"

// Fingerprints of estimates, for a comparison of compile time with run time: every bit of every result counts.
//
// Compile time has a limit on the steps of one constant expression (clang: 1,048,576 by default), so plans are
// estimated in chunks of a few, each a constant of its own; and files of chunks compile side by side.

namespace same_bits {

using namespace foretrain;

inline constexpr std::size_t plans_a_chunk = 8;
inline constexpr std::size_t chunks_a_file = 32;
inline constexpr std::size_t files = 4;
inline constexpr std::size_t plans_a_file = plans_a_chunk * chunks_a_file;
inline constexpr std::size_t plans = plans_a_file * files;
static_assert(plans >= 1000);

class Hash {
public:
    constexpr void add(std::uint64_t word) noexcept {
        value_ = (value_ ^ word) * 0x9e3779b97f4a7c15U;
        value_ ^= value_ >> 32U;
    }
    constexpr void add(double number) noexcept { add(std::bit_cast<std::uint64_t>(number)); }
    [[nodiscard]] constexpr std::uint64_t value() const noexcept { return value_; }

private:
    std::uint64_t value_ = 0;
};

constexpr std::uint64_t fingerprint(const StepEstimate& step) noexcept {
    Hash hash;
    hash.add(raw(step.time));
    for (std::size_t i = 0; i < step_parts; ++i) {
        hash.add(raw(step.breakdown.time[i]));
        hash.add(static_cast<std::uint64_t>(step.breakdown.bound[i]));
    }
    hash.add(raw(step.memory.peak));
    hash.add(static_cast<std::uint64_t>(step.memory.stage));
    for (const MemoryItem& item : step.memory.footprint.items()) hash.add(raw(item.bytes));
    hash.add(raw(step.samples));
    hash.add(raw(step.tokens));
    hash.add(raw(step.peak));
    for (const Flops& flops : step.flops) hash.add(raw(flops));
    return hash.value();
}

/// Fingerprint of the estimate of random plan `number`; 0 if it were refused.
constexpr std::uint64_t fingerprint(std::uint64_t number) noexcept {
    const random_plans::Configuration c = random_plans::configuration(number);
    const auto step = try_estimate_step(*c.model, c.cluster, c.plan);
    return step.has_value() ? fingerprint(*step) : 0;
}

using Chunk = std::array<std::uint64_t, plans_a_chunk>;

/// Chunk `Index`, worked out by the compiler.
template <std::size_t Index>
inline constexpr Chunk chunk = [] {
    Chunk list{};
    for (std::size_t i = 0; i < plans_a_chunk; ++i) list[i] = fingerprint(Index * plans_a_chunk + i);
    return list;
}();

using File = std::array<Chunk, chunks_a_file>;

/// The chunks of one file.
template <std::size_t Index, std::size_t... Chunks>
constexpr File file(std::index_sequence<Chunks...>) {
    return {chunk<Index * chunks_a_file + Chunks>...};
}

// Worked out by the compiler in same_bits_0.cpp to same_bits_3.cpp.
extern const File file_0, file_1, file_2, file_3;

} // namespace same_bits
