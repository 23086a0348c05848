// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "growth.hpp"
#include "solve.hpp"

// Inverse questions about one step: the bandwidth that hides communication, the memory without recomputation, the
// largest micro-batch that fits.
//
//   bandwidth     b* = min { b : exposed(b) / t(b) <= share }            of one tier of the fabric; t time of a step
//   memory        M* = peak footprint of the plan without recomputation  (closed: a plan fits where peak <= capacity)
//   micro-batch   m* = max { m : d m divides B, peak(m) <= capacity }    d data-parallel degree, B global batch
//
// Exposed communication is what a step waits for beside its computation, of all groups of the plan. Latency, other
// tiers and transfers with nothing to hide under do not shrink with the bandwidth of one tier: then there is no answer,
// and the share that remains at the largest bandwidth says so. `removable` is the same less that remainder: what this
// tier is to blame for.

namespace foretrain::inline v0 {

/// Which exposed communication is to be hidden.
enum class Exposed : unsigned char {
    all,      ///< of all groups, whatever they wait for
    removable ///< less what would be left at the largest bandwidth of the range
};

/// The share of a step that is exposed communication.
template <class Real>
[[nodiscard]] constexpr Real communication_share(const BasicStepEstimate<Real>& step) noexcept {
    return step.breakdown.communication() / step.time;
}

/// The least bandwidth of a tier's links (one direction, a unit of the tier below) with which exposed communication
/// takes at most `share` of a step; or everything wrong with the inputs.
template <PlainReal Real>
[[nodiscard]] constexpr Result<Solution<BasicBandwidth<Real>, Real>>
try_bandwidth_to_hide(const Transformer& model, const BasicCluster<Real>& cluster, const BasicParallelPlan<Real>& plan,
                      std::int64_t tier, Real share, const BasicBandwidth<Real>& lowest,
                      const BasicBandwidth<Real>& highest, Exposed which = Exposed::all) noexcept {
    Violations violations;
    check_rules(model, cluster, plan, violations);
    detail::require_range(violations, "solve.share", share, 0.0, 1.0, {},
                          "of a step that may be exposed communication");
    detail::require_range(violations, "solve.tier", tier, 0, static_cast<double>(cluster.fabric.tiers - 1), {},
                          "of cluster.fabric, innermost first");
    detail::require_range(violations, "solve.lowest", lowest, 1e6, 1e16, "B/s", "of the range that is searched");
    detail::require_range(violations, "solve.highest", highest, 1e6, 1e16, "B/s", "of the range that is searched");
    if (!violations.empty()) return violations;
    BasicCluster<Real> with = cluster;
    const auto step_at = [&](const BasicBandwidth<Real>& bandwidth) noexcept {
        with.fabric.tier[static_cast<std::size_t>(tier)].link.bandwidth = bandwidth;
        return try_estimate_step(model, with, plan);
    };
    Real remainder{};
    if (which == Exposed::removable)
        if (const auto best = step_at(highest)) remainder = raw(best->breakdown.communication());
    return try_solve(
        Aim::least, lowest, highest, Goal<Real>{share},
        [&](const BasicBandwidth<Real>& bandwidth) noexcept {
            const auto step = step_at(bandwidth);
            if (!step) return Tried<Real>{};
            return Tried<Real>{maximum(Real(raw(step->breakdown.communication()) - remainder), Real(0)) /
                               raw(step->time)};
        },
        1e-4);
}

/// What a plan needs to keep its activations instead of computing them again, and what that buys.
template <class Real>
struct BasicMemoryToKeep {
    BasicBytes<Real> capacity{}; ///< of an accelerator, as it is
    BasicBytes<Real> peak{};     ///< of the plan as it is
    BasicBytes<Real> needed{};   ///< without recomputation: the least capacity that fits, every byte less does not
    BasicSeconds<Real> time{};   ///< of a step of the plan as it is
    BasicSeconds<Real> faster{}; ///< of a step without recomputation

    /// The plan without recomputation fits already.
    [[nodiscard]] constexpr bool fits() const noexcept { return needed <= capacity; }
};
using MemoryToKeep = BasicMemoryToKeep<double>;

/// The memory that a plan needs without recomputation, or everything wrong with the inputs.
template <class Real>
[[nodiscard]] constexpr Result<BasicMemoryToKeep<Real>>
try_memory_to_keep(const Transformer& model, const BasicCluster<Real>& cluster,
                   const BasicParallelPlan<Real>& plan) noexcept {
    BasicParallelPlan<Real> keeps = plan;
    keeps.recomputation = Recomputation::none;
    const auto as_it_is = try_estimate_step(model, cluster, plan);
    if (!as_it_is) return as_it_is.violations();
    const auto without = try_estimate_step(model, cluster, keeps);
    if (!without) return without.violations();
    return BasicMemoryToKeep<Real>{.capacity = cluster.accelerator.memory.capacity,
                                   .peak = as_it_is->memory.peak,
                                   .needed = without->memory.peak,
                                   .time = as_it_is->time,
                                   .faster = without->time};
}

/// The largest micro-batch with which a plan fits in memory; the measure is the peak. The global batch stays: only
/// micro-batches that divide it count. Or everything wrong with the inputs.
template <class Real>
[[nodiscard]] constexpr Result<Solution<std::int64_t, BasicBytes<Real>>>
try_largest_micro_batch(const Transformer& model, const BasicCluster<Real>& cluster,
                        const BasicParallelPlan<Real>& plan) noexcept {
    using Size = BasicBytes<Real>;
    BasicParallelPlan<Real> with = plan;
    with.micro_batch = 1;
    const Violations violations = check(model, cluster, with);
    if (!violations.empty()) return violations;
    const std::int64_t samples = plan.global_batch / plan.data;
    const std::int64_t most = samples < 1000000 ? samples : 1000000;
    return try_solve(Aim::most, SolveBy::scan, 1, most, Goal<Size>{cluster.accelerator.memory.capacity},
                     [&](std::int64_t micro_batch) noexcept {
                         if (samples % micro_batch != 0) return Tried<Size>::absent();
                         with.micro_batch = micro_batch;
                         if (!is_valid(model, cluster, with)) return Tried<Size>::absent();
                         return Tried<Size>{peak_footprint(model, with).footprint.total()};
                     });
}

#if defined(__cpp_exceptions)
/// The same; throws `InvalidConfiguration` on bad input.
template <PlainReal Real>
[[nodiscard]] constexpr Solution<BasicBandwidth<Real>, Real>
bandwidth_to_hide(const Transformer& model, const BasicCluster<Real>& cluster, const BasicParallelPlan<Real>& plan,
                  std::int64_t tier, Real share, const BasicBandwidth<Real>& lowest,
                  const BasicBandwidth<Real>& highest, Exposed which = Exposed::all) {
    return detail::value_or_throw(try_bandwidth_to_hide(model, cluster, plan, tier, share, lowest, highest, which));
}
template <class Real>
[[nodiscard]] constexpr BasicMemoryToKeep<Real>
memory_to_keep(const Transformer& model, const BasicCluster<Real>& cluster, const BasicParallelPlan<Real>& plan) {
    return detail::value_or_throw(try_memory_to_keep(model, cluster, plan));
}
template <class Real>
[[nodiscard]] constexpr Solution<std::int64_t, BasicBytes<Real>>
largest_micro_batch(const Transformer& model, const BasicCluster<Real>& cluster, const BasicParallelPlan<Real>& plan) {
    return detail::value_or_throw(try_largest_micro_batch(model, cluster, plan));
}
#endif

} // namespace foretrain::inline v0
