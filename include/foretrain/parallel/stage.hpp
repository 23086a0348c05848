// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

// How layers spread over pipeline stages.
//
// Layers are dealt in chunks of k = ceil(L / (p v)), of which M = p v k - L layers are missing. The stages that also
// hold the head and the embedding go without first, in this order, as Llama 3 (126 layers, 16 stages) and Megatron do;
// then the others in turn, and round again. So no stage holds more than v k - floor(M / p), a plan has at most three
// kinds of stage, and the cost of an estimate does not depend on the number of layers or stages.

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
[[nodiscard]] constexpr StageLayers stage_layers(std::int64_t layers, std::int64_t stages,
                                                 std::int64_t chunks) noexcept {
    if (stages == 1) return {layers, layers, layers};
    const std::int64_t slots = stages * chunks;
    const std::int64_t per_chunk = (layers + slots - 1) / slots;
    const std::int64_t most = per_chunk * chunks;
    const std::int64_t missing = per_chunk * slots - layers;
    // Taken in turn by the last stage, the first, and the rest.
    return {most - (missing + stages - 2) / stages, most - missing / stages, most - (missing + stages - 1) / stages};
}

/// The kind of stage `index` of `stages`.
[[nodiscard]] constexpr StageKind stage_kind(std::int64_t index, std::int64_t stages) noexcept {
    return stages == 1           ? StageKind::only
           : index == 0          ? StageKind::first
           : index == stages - 1 ? StageKind::last
                                 : StageKind::middle;
}

} // namespace foretrain::inline v0
