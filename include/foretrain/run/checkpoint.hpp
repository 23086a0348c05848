// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "../hardware/cluster.hpp"
#include "../hardware/storage.hpp"
#include "../memory/states.hpp"

// Checkpoints: their size, how long training stands still for one, when it can be restored from, and where it survives.
//
//   size of the whole = parameters x (w + 4 m + n_o o)      w, o: bytes of a weight, a moment; m: 1 with master weights
//   blocking:      stall = write = latency + size / bandwidth            restorable at once
//   asynchronous:  stall = copy to host memory; restorable `write` later, and the next one waits for it: an interval
//                  shorter than the write is stretched to it
//   tiers: every checkpoint goes to the first; each `every`-th one also to that tier; a failure is recovered from the
//          first tier that survived it
//
// Gradients are not kept. With LoRA only adapters and their states are. Each accelerator writes what no other does,
// an even share of what its stage holds (distributed checkpoints of Megatron-Core and PyTorch). Sources: BLOOM wrote
// 2.3 TB for 176B parameters (bigscience-workshop/bigscience, chronicles of tr11); asynchronous and in memory: Wang et
// al., "Gemini: fast failure recovery in distributed training with in-memory checkpoints", SOSP 2023; tiers: Moody et
// al., "Design, modeling, and evaluation of a scalable multi-level checkpointing system", SC 2010.

namespace foretrain::inline v0 {

/// Bytes of one checkpoint.
template <class Real>
struct BasicCheckpointSize {
    BasicBytes<Real> weights{};
    BasicBytes<Real> master_weights{};
    BasicBytes<Real> optimizer_states{};
    BasicBytes<Real> per_accelerator{}; ///< what the accelerator with most of it writes

    /// The whole checkpoint.
    [[nodiscard]] constexpr BasicBytes<Real> total() const noexcept {
        return weights + master_weights + optimizer_states;
    }
};
using CheckpointSize = BasicCheckpointSize<double>;

/// The checkpoint of a model trained under a plan, which must be valid (parallel/check.hpp).
template <class Real>
[[nodiscard]] constexpr BasicCheckpointSize<Real> checkpoint_size(const Transformer& model,
                                                                  const BasicParallelPlan<Real>& plan) noexcept {
    double trained = static_cast<double>(parameters(model));
    if (plan.adapter_rank > 0) {
        BasicParallelPlan<Real> uncut = plan;
        uncut.tensor = uncut.expert = uncut.expert_tensor = 1;
        trained = 0;
        for (const LayerPart part : layer_parts)
            trained += adapter_parameters(model, uncut, part).total() * static_cast<double>(model.count(part));
    }
    const double moments =
        static_cast<double>(states_of(plan.optimizer)) * raw(size_of(plan.precision.optimizer_state));
    BasicCheckpointSize<Real> size;
    size.weights = make<BasicBytes<Real>>(Real(trained * raw(size_of(plan.precision.weights))));
    size.master_weights = make<BasicBytes<Real>>(Real(plan.precision.master_weights ? trained * 4.0 : 0.0));
    size.optimizer_states = make<BasicBytes<Real>>(Real(trained * moments));

    BasicParallelPlan<Real> shared = plan; // every state cut over all ranks that have it
    shared.sharding = Sharding::parameters;
    shared.sharding_group = 0;
    shared.offload = {};
    for (std::int64_t stage = 0; stage < plan.pipeline; ++stage) {
        if (stage > 1 && stage < plan.pipeline - 1) continue; // as the second
        const HeldParameters here =
            plan.adapter_rank > 0 ? adapters_on_accelerator(model, plan, stage) : held_parameters(model, plan, stage);
        shared.adapter_rank = 0;
        const BasicTrainingStates<Real> states = training_states<Real>(here, shared);
        size.per_accelerator = maximum(
            size.per_accelerator, BasicBytes<Real>(states.weights + states.master_weights + states.optimizer_states));
    }
    return size;
}

/// One place that checkpoints go to.
template <class Real>
struct BasicCheckpointTier {
    std::string_view name;
    std::int64_t every = 1;     ///< one checkpoint in so many goes here
    BasicSeconds<Real> stall{}; ///< training stands still
    BasicSeconds<Real> write{}; ///< from then until it can be restored from; training runs on
    BasicSeconds<Real> load{};  ///< to read it back
    Real survives{};            ///< share of failures after which it is still there
};
using CheckpointTier = BasicCheckpointTier<double>;

/// When and where a job checkpoints. Tiers come in the order in which a failure tries them.
template <class Real>
struct BasicCheckpointing {
    static constexpr std::size_t most_tiers = 3;
    std::optional<BasicSeconds<Real>> interval{}; ///< training between two checkpoints; absent: what is best
    std::array<BasicCheckpointTier<Real>, most_tiers> tier{};
    std::size_t tiers = 0;
};
using Checkpointing = BasicCheckpointing<double>;

/// Tells `sink` of everything wrong with a checkpoint policy. Rules: `tiers_nest`: a later tier is written at a
/// multiple of the cadence of the one before; `first_tier_takes_all`; `survival_grows`: no later tier is lost more
/// often; `last_tier_survives`: some tier is there after every failure.
template <class Real, class Sink>
constexpr void check_rules(const BasicCheckpointing<Real>& checkpointing, Sink& sink) noexcept {
    using detail::require, detail::require_range;
    if (checkpointing.interval)
        require_range(sink, "checkpointing.interval", *checkpointing.interval, 1e-3, 1e9, "s",
                      "leave it out for the best one");
    require_range(sink, "checkpointing.tiers", static_cast<std::int64_t>(checkpointing.tiers), 1,
                  static_cast<double>(BasicCheckpointing<Real>::most_tiers));
    if (checkpointing.tiers < 1 || checkpointing.tiers > BasicCheckpointing<Real>::most_tiers) return;
    for (std::size_t i = 0; i < checkpointing.tiers; ++i) {
        const BasicCheckpointTier<Real>& tier = checkpointing.tier[i];
        require_range(sink, "checkpointing.tier.every", tier.every, 1, 4096, {}, "one checkpoint in so many");
        require_range(sink, "checkpointing.tier.stall", tier.stall, 0.0, 1e6, "s");
        require_range(sink, "checkpointing.tier.write", tier.write, 0.0, 1e6, "s");
        require_range(sink, "checkpointing.tier.load", tier.load, 0.0, 1e6, "s");
        require_range(sink, "checkpointing.tier.survives", tier.survives, 0.0, 1.0, {}, "share of failures");
        if (i == 0) {
            require(sink, tier.every == 1, "first_tier_takes_all", "checkpointing.tier.every", tier.every,
                    "1 in the first tier", 0, "the interval is that of the first tier");
            continue;
        }
        const BasicCheckpointTier<Real>& before = checkpointing.tier[i - 1];
        require(sink, before.every >= 1 && tier.every % before.every == 0, "tiers_nest", "checkpointing.tier.every",
                tier.every, "a multiple of that of the tier before, {}", static_cast<double>(before.every), {});
        require(sink, tier.survives >= before.survives, "survival_grows", "checkpointing.tier.survives", tier.survives,
                "at least that of the tier before, {}", detail::plain(before.survives), {});
    }
    const Real last = checkpointing.tier[checkpointing.tiers - 1].survives;
    require(sink, last == Real(1.0), "last_tier_survives", "checkpointing.tier.survives", last, "1 in the last tier", 0,
            "training could not go on after a failure that no checkpoint survives");
}

/// Checkpoints that training waits for, in one place.
template <class Real>
[[nodiscard]] constexpr BasicCheckpointing<Real>
blocking_checkpoints(const BasicStorage<Real>& storage, const BasicBytes<Real>& size, std::int64_t nodes,
                     const std::optional<BasicSeconds<Real>>& interval = {}) noexcept {
    BasicCheckpointing<Real> result{.interval = interval, .tier = {}, .tiers = 1};
    result.tier[0] = {.name = storage.name,
                      .every = 1,
                      .stall = write_time(storage, size, nodes),
                      .write = {},
                      .load = read_time(storage, size, nodes),
                      .survives = Real(1.0)};
    return result;
}

/// Time of all accelerators to copy a checkpoint to host memory, or back; the node must have a host link.
template <class Real>
[[nodiscard]] constexpr BasicSeconds<Real> host_copy_time(const BasicBytes<Real>& per_accelerator,
                                                          const BasicNode<Real>& node) noexcept {
    return per_accelerator / node.host_link;
}

/// Checkpoints that training waits for only while they are copied to host memory, in `copy`.
template <class Real>
[[nodiscard]] constexpr BasicCheckpointing<Real>
asynchronous_checkpoints(const BasicStorage<Real>& storage, const BasicBytes<Real>& size, std::int64_t nodes,
                         const BasicSeconds<Real>& copy,
                         const std::optional<BasicSeconds<Real>>& interval = {}) noexcept {
    BasicCheckpointing<Real> result = blocking_checkpoints(storage, size, nodes, interval);
    result.tier[0].write = result.tier[0].stall;
    result.tier[0].stall = copy;
    return result;
}

/// Checkpoints that stay in host memory, where a share `survives` of failures leaves them (with copies in the memory
/// of other nodes nearly all), and of which each `every`-th is written to storage meanwhile.
template <class Real>
[[nodiscard]] constexpr BasicCheckpointing<Real>
tiered_checkpoints(const BasicStorage<Real>& storage, const BasicBytes<Real>& size, std::int64_t nodes,
                   const BasicSeconds<Real>& copy, const Real& survives, std::int64_t every,
                   const std::optional<BasicSeconds<Real>>& interval = {}) noexcept {
    BasicCheckpointing<Real> result{.interval = interval, .tier = {}, .tiers = 2};
    result.tier[0] = {.name = "memory", .every = 1, .stall = copy, .write = {}, .load = copy, .survives = survives};
    result.tier[1] = {.name = storage.name,
                      .every = every,
                      .stall = {},
                      .write = write_time(storage, size, nodes),
                      .load = read_time(storage, size, nodes),
                      .survives = Real(1.0)};
    return result;
}

} // namespace foretrain::inline v0
