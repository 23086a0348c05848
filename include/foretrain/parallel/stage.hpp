// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

// How layers spread over pipeline stages.
//
// Layers are dealt in chunks of ceil(L / (p v)). Where they do not come out even, the chunks that also hold the head and
// the embedding get one layer less, in this order, as Llama 3 (126 layers, 16 stages) and Megatron do; further missing
// layers are spread over other stages and do not change the slowest one. So a plan has at most three kinds of stage,
// and the cost of an estimate does not depend on the number of layers or stages.

namespace foretrain::inline v0 {

/// Kinds of pipeline stage that can differ. With one stage, `only` holds everything.
enum class StageKind : unsigned char { first, middle, last, only };

/// Layers on each kind of stage.
struct StageLayers {
    std::int64_t first = 0;
    std::int64_t middle = 0; ///< the most any stage holds
    std::int64_t last = 0;

    [[nodiscard]] constexpr std::int64_t of(StageKind kind) const noexcept {
        return kind == StageKind::first ? first : kind == StageKind::last ? last : middle;
    }
};

/// Layers per stage for a model cut into `stages` x `chunks`.
[[nodiscard]] constexpr StageLayers stage_layers(std::int64_t layers, std::int64_t stages, std::int64_t chunks) noexcept {
    if (stages == 1) return {layers, layers, layers};
    const std::int64_t slots = stages * chunks;
    const std::int64_t per_chunk = (layers + slots - 1) / slots;
    const std::int64_t most = per_chunk * chunks;
    const std::int64_t missing = per_chunk * slots - layers;
    return {most - (missing >= 2 ? 1 : 0), most, most - (missing >= 1 ? 1 : 0)};
}

/// The kind of stage `index` of `stages`.
[[nodiscard]] constexpr StageKind stage_kind(std::int64_t index, std::int64_t stages) noexcept {
    return stages == 1 ? StageKind::only
           : index == 0 ? StageKind::first
           : index == stages - 1 ? StageKind::last
                                 : StageKind::middle;
}

} // namespace foretrain::inline v0
