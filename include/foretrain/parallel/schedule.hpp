// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "../math/sqrt.hpp"
#include "pipeline.hpp"
#include "plan.hpp"
#include "zero_bubble.hpp"

// Schedules of a pipeline in closed form: its time, and the activations each stage keeps meanwhile.
//
// With C - t forward and backward of one micro-batch on all stages but the slowest, p stages, v chunks a stage:
//
//                bubble                                     sends hide under compute (o = 1)
//   GPipe        C - t                                      2(p-1)
//   1F1B         C - t                                      2(p-1) + 2(m-1 - ceil((m-1)/p))
//   interleaved  (C - t)/v (1 + (v-1) max(0, p-m)/(p-1))    2(pv-1); 2(p-1) in groups of more than p
//
//                sends occupy the sender (o = 0)
//   GPipe        2(p-1) + 2(m-1)
//   1F1B         2(p-1) + 2m - 3 (m - 1 for p = 2), 2(p-1) for m = 1
//   interleaved  2(p-1) + 2vm - 3 ((2v-1)m - 1 for p = 2), 2(pv-1) + 2(m-1) for m < p
//
// with the share o of overlap interpolated between the two. For equal stages the bubble is (p-1)(f+b)/v. Sources:
// Huang et al. 2019 (GPipe), Narayanan et al. 2021 (1F1B, interleaving), Korthikanti et al. 2022 section 4.2 (memory of
// interleaving); the counts of sends are derived from an exact event simulation
// (tests/parallel/pipeline_simulation.hpp). Exact for equal stages and when the last stage is the slowest, an upper
// bound otherwise; docs/parallel.md has the bounds.

namespace foretrain::inline v0 {

/// All micro-batches forward, then all backward (Huang et al. 2019).
struct GPipe {
    [[nodiscard]] static constexpr bool accepts(std::int64_t stages, std::int64_t micro_batches,
                                                std::int64_t chunks) noexcept {
        return stages >= 1 && micro_batches >= 1 && chunks == 1;
    }
    template <class Real>
    [[nodiscard]] static constexpr BasicPipelineTime<Real> time(const BasicPipelineLoad<Real>& load) noexcept {
        const std::int64_t crossing = 2 * (load.stages - 1);
        return detail::pipeline_parts(load, detail::passage(load), crossing, crossing + 2 * (load.micro_batches - 1));
    }
    /// All of them.
    [[nodiscard]] static constexpr double in_flight(std::int64_t, std::int64_t, std::int64_t micro_batches,
                                                    std::int64_t) noexcept {
        return static_cast<double>(micro_batches);
    }
};

/// One forward, one backward in turn after a warm-up of p - 1 - stage forwards (Narayanan et al. 2021,
/// PipeDream-flush). A stage has no micro-batch to spare, so even sends that run beside compute delay it: p
/// micro-batches make a round trip of 2(p-1) sends.
struct OneForwardOneBackward {
    [[nodiscard]] static constexpr bool accepts(std::int64_t stages, std::int64_t micro_batches,
                                                std::int64_t chunks) noexcept {
        return stages >= 1 && micro_batches >= 1 && chunks == 1;
    }
    template <class Real>
    [[nodiscard]] static constexpr BasicPipelineTime<Real> time(const BasicPipelineLoad<Real>& load) noexcept {
        const std::int64_t p = load.stages;
        const std::int64_t later = load.micro_batches - 1;
        const std::int64_t round_trips = (later + p - 1) / p; // ceil(later / p)
        return detail::pipeline_parts(load, detail::passage(load), 2 * (p - 1) + 2 * (later - round_trips),
                                      detail::alternating_sends(p, load.micro_batches, 1));
    }
    /// min(m, p - stage).
    [[nodiscard]] static constexpr double in_flight(std::int64_t stage, std::int64_t stages, std::int64_t micro_batches,
                                                    std::int64_t) noexcept {
        return static_cast<double>(detail::lesser(micro_batches, stages - stage));
    }
};

/// 1F1B over v model chunks a stage in groups of micro-batches that pass a chunk one after another (Narayanan et al.
/// 2021), warm-up as in Megatron-LM: 2(p - 1 - stage) + (v - 1) x group chunks. The longer warm-up is what lets sends
/// hide.
struct Interleaved {
    /// Micro-batches a group: p where they are a multiple of p. Otherwise whole groups of m / floor(m/p) as in PyTorch,
    /// or a size that Megatron-Core accepts: what remains for the last group is nothing or at least p.
    [[nodiscard]] static constexpr std::int64_t group(std::int64_t stages, std::int64_t micro_batches) noexcept {
        const std::int64_t most = detail::greater(1, micro_batches / stages);
        if (most * stages == micro_batches) return stages;
        if (micro_batches % most == 0) return micro_batches / most;
        // The most groups g with g^2 + (p-1) g <= m: between m/g and (m-p)/(g-1) then lies a whole number.
        const double beyond = static_cast<double>(stages - 1);
        const double root = sqrt(beyond * beyond + 4.0 * static_cast<double>(micro_batches));
        const auto groups = static_cast<std::int64_t>((root - beyond) / 2.0);
        return (micro_batches + groups - 1) / groups;
    }
    [[nodiscard]] static constexpr bool accepts(std::int64_t stages, std::int64_t micro_batches,
                                                std::int64_t chunks) noexcept {
        return stages > 1 && chunks > 1 && micro_batches >= 1;
    }
    /// With fewer micro-batches than stages a chunk waits for the one before. Groups above p hide sends behind the
    /// micro-batches that they have beyond p.
    template <class Real>
    [[nodiscard]] static constexpr BasicPipelineTime<Real> time(const BasicPipelineLoad<Real>& load) noexcept {
        const std::int64_t p = load.stages;
        const std::int64_t v = load.chunks;
        const std::int64_t m = load.micro_batches;
        const std::int64_t whole = group(p, m);
        const std::int64_t last = m % whole; // the smallest group, if there is a remainder
        const std::int64_t beyond = (last > 0 ? last : whole) - p;
        const std::int64_t missing = detail::greater(0, p - m);
        const double waits = p > 1 ? static_cast<double>((v - 1) * missing) / static_cast<double>(p - 1) : 0.0;
        const Real bubble = detail::passage(load) * Real((1.0 + waits) / static_cast<double>(v));
        const std::int64_t crossing = 2 * (p * v - 1);
        const std::int64_t few = missing > 0 ? crossing + 2 * (m - 1) : 0;
        const std::int64_t blocking = detail::greater(few, detail::alternating_sends(p, m, v));
        if (beyond <= 0) return detail::pipeline_parts(load, bubble, crossing, blocking);
        BasicPipelineTime<Real> time = detail::pipeline_parts(load, bubble, 2 * (p - 1), blocking);
        const BasicSeconds<Real> sends = load.send * Real(static_cast<double>(p));
        const Real hides = Real(static_cast<double>(beyond) / static_cast<double>(v));
        const BasicSeconds<Real> forward = maximum(sends - load.slowest_forward * hides, BasicSeconds<Real>{});
        const BasicSeconds<Real> backward = maximum(sends - load.slowest_backward * hides, BasicSeconds<Real>{});
        time.exposed_send += (forward + backward) * (load.send_overlap * Real(static_cast<double>(v - 1)));
        return time;
    }
    /// min(m v, 2(p - 1 - stage) + (v - 1) x group + 1) / v; on the first stage p (1 + (p-1)/(p v)) in groups of p,
    /// Korthikanti et al. 2022.
    [[nodiscard]] static constexpr double in_flight(std::int64_t stage, std::int64_t stages, std::int64_t micro_batches,
                                                    std::int64_t chunks) noexcept {
        const std::int64_t kept = 2 * (stages - 1 - stage) + (chunks - 1) * group(stages, micro_batches) + 1;
        return static_cast<double>(detail::lesser(micro_batches * chunks, kept)) / static_cast<double>(chunks);
    }
};

/// Time of the pipeline under any schedule, the library's or a user's.
template <class Real, PipelineSchedule<Real> Policy>
[[nodiscard]] constexpr BasicPipelineTime<Real> pipeline_time(const Policy& policy,
                                                              const BasicPipelineLoad<Real>& load) noexcept {
    return policy.time(load);
}
/// Time of the pipeline under the plan's schedule, which must accept the load (`check` sees to it).
template <class Real>
[[nodiscard]] constexpr BasicPipelineTime<Real> pipeline_time(Schedule schedule,
                                                              const BasicPipelineLoad<Real>& load) noexcept {
    switch (schedule) {
    case Schedule::gpipe: return GPipe::time(load);
    case Schedule::one_f_one_b: return OneForwardOneBackward::time(load);
    case Schedule::interleaved: return Interleaved::time(load);
    case Schedule::zero_bubble_h1: return ZeroBubbleH1::time(load);
    case Schedule::zero_bubble_h2: return ZeroBubbleH2::time(load);
    case Schedule::zero_bubble_v: return ZeroBubbleV::time(load);
    case Schedule::dual_pipe: return DualPipe::time(load);
    }
    return OneForwardOneBackward::time(load);
}

/// Most micro-batches whose activations a stage keeps at once; fractions are chunks.
[[nodiscard]] constexpr double in_flight(Schedule schedule, std::int64_t stage, std::int64_t stages,
                                         std::int64_t micro_batches, std::int64_t chunks) noexcept {
    switch (schedule) {
    case Schedule::gpipe: return GPipe::in_flight(stage, stages, micro_batches, chunks);
    case Schedule::one_f_one_b: return OneForwardOneBackward::in_flight(stage, stages, micro_batches, chunks);
    case Schedule::interleaved: return Interleaved::in_flight(stage, stages, micro_batches, chunks);
    case Schedule::zero_bubble_h1: return ZeroBubbleH1::in_flight(stage, stages, micro_batches, chunks);
    case Schedule::zero_bubble_h2: return ZeroBubbleH2::in_flight(stage, stages, micro_batches, chunks);
    case Schedule::zero_bubble_v: return ZeroBubbleV::in_flight(stage, stages, micro_batches, chunks);
    case Schedule::dual_pipe: return DualPipe::in_flight(stage, stages, micro_batches, chunks);
    }
    return OneForwardOneBackward::in_flight(stage, stages, micro_batches, chunks);
}

/// Whether a schedule can run so many stages, micro-batches and chunks a stage.
[[nodiscard]] constexpr bool accepts(Schedule schedule, std::int64_t stages, std::int64_t micro_batches,
                                     std::int64_t chunks) noexcept {
    switch (schedule) {
    case Schedule::gpipe: return GPipe::accepts(stages, micro_batches, chunks);
    case Schedule::one_f_one_b: return OneForwardOneBackward::accepts(stages, micro_batches, chunks);
    case Schedule::interleaved: return Interleaved::accepts(stages, micro_batches, chunks);
    case Schedule::zero_bubble_h1: return ZeroBubbleH1::accepts(stages, micro_batches, chunks);
    case Schedule::zero_bubble_h2: return ZeroBubbleH2::accepts(stages, micro_batches, chunks);
    case Schedule::zero_bubble_v: return ZeroBubbleV::accepts(stages, micro_batches, chunks);
    case Schedule::dual_pipe: return DualPipe::accepts(stages, micro_batches, chunks);
    }
    return false;
}

/// Copies of the parameters, and of their gradients and states, that a replica holds: 2 with DualPipe.
[[nodiscard]] constexpr std::int64_t parameter_copies(Schedule schedule) noexcept {
    return schedule == Schedule::dual_pipe ? 2 : 1;
}

} // namespace foretrain::inline v0
