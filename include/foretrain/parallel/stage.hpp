// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "plan.hpp"

// How layers spread over pipeline stages, and which stages hold the ends of the model.
//
// Layers are dealt in chunks of k = ceil(L / (p v)), of which M = p v k - L layers are missing. The stages that also
// hold the head and the embedding go without first, in this order, as Llama 3 (126 layers, 16 stages) and Megatron do;
// then the others in turn, and round again. So no stage holds more than v k - floor(M / p), a plan has at most three
// kinds of stage, and the cost of an estimate does not depend on the number of layers or stages. Where a plan says how
// many layers the first or the last stage holds, the others share the rest evenly, as with Megatron-LM's
// --decoder-first-pipeline-num-layers and --decoder-last-pipeline-num-layers.

namespace foretrain::inline v0 {

/// Kinds of pipeline stage that can differ. With one stage, `only` holds everything.
enum class StageKind : unsigned char { first, middle, last, only };

/// Layers on each kind of stage.
struct StageLayers {
    std::int64_t first = 0;
    std::int64_t middle = 0; ///< the most any stage holds that is neither first nor last
    std::int64_t last = 0;

    [[nodiscard]] constexpr std::int64_t of(StageKind kind) const noexcept {
        return kind == StageKind::first ? first : kind == StageKind::last ? last : middle;
    }
};

/// Layers per stage for a model cut evenly into `stages` x `chunks`.
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

/// Model chunks a stage holds under the plan's schedule: the two of ZB-V are not counted in `virtual_stages`.
template <class Real>
[[nodiscard]] constexpr std::int64_t model_chunks(const BasicParallelPlan<Real>& plan) noexcept {
    return plan.schedule == Schedule::zero_bubble_v ? 2 : plan.virtual_stages;
}

/// Layers per stage under a plan that `check` accepts. With DualPipe, of the stages of one direction: a rank holds the
/// layers of one stage from each, parameter_copies = 2 (parallel/schedule.hpp).
template <class Real>
[[nodiscard]] constexpr StageLayers stage_layers(std::int64_t layers, const BasicParallelPlan<Real>& plan) noexcept {
    const std::int64_t p = plan.pipeline;
    const std::int64_t first = plan.first_stage_layers;
    const std::int64_t last = plan.last_stage_layers;
    if (p == 1 || (first == 0 && last == 0)) {
        StageLayers dealt = stage_layers(layers, p, model_chunks(plan));
        // The V brings both ends to the first stage: what the last goes without, it goes without.
        if (plan.schedule == Schedule::zero_bubble_v && p > 1) dealt = {dealt.last, dealt.middle, dealt.first};
        return dealt;
    }
    const std::int64_t others = p - (first > 0 ? 1 : 0) - (last > 0 ? 1 : 0);
    const std::int64_t share = others > 0 ? (layers - first - last) / others : 0;
    // With two stages there is no middle; it counts as the larger.
    const std::int64_t middle = others > 0 ? share : first > last ? first : last;
    return {first > 0 ? first : share, middle, last > 0 ? last : share};
}

/// The kind of stage `index` of `stages`.
[[nodiscard]] constexpr StageKind stage_kind(std::int64_t index, std::int64_t stages) noexcept {
    return stages == 1           ? StageKind::only
           : index == 0          ? StageKind::first
           : index == stages - 1 ? StageKind::last
                                 : StageKind::middle;
}

/// The ends of the model that a stage holds.
struct StageEnds {
    bool embedding = false;
    bool head = false;
    constexpr bool operator==(const StageEnds&) const noexcept = default;
};

/// Which ends stage `index` of `stages` holds: the embedding is on the first, the head on the last; ZB-V folds both
/// onto the first, DualPipe has both on either.
[[nodiscard]] constexpr StageEnds stage_ends(Schedule schedule, std::int64_t index, std::int64_t stages) noexcept {
    const bool first = index == 0;
    const bool last = index == stages - 1;
    if (schedule == Schedule::zero_bubble_v) return {first, first};
    if (schedule == Schedule::dual_pipe) return {first || last, first || last};
    return {first, last};
}

} // namespace foretrain::inline v0
