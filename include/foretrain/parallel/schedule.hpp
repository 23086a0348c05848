// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <cstdint>

#include "../math/scalar.hpp"
#include "../units/quantity.hpp"
#include "plan.hpp"

// Time of one optimizer step's pipeline in closed form, and the activations each stage keeps meanwhile.
//
//   T = m t + (C - t) / v + e c        busy + bubble + exposed sends
//
// m micro-batches, p stages, v chunks a stage, t forward and backward of one micro-batch on the slowest stage, C the
// same summed over all stages, c one send between neighbours, e the sends on the critical path:
//
//                sends hide under compute (o = 1)         sends occupy the sender (o = 0)
//   GPipe        2(p-1)                                   2(p-1) + 2(m-1)
//   1F1B         2(p-1) + 2(m-1 - ceil((m-1)/p))          2(p-1) + 2m - 3 (m - 1 for p = 2), 2(p-1) for m = 1
//   interleaved  2(pv-1)                                  2(p-1) + 2vm - 3 ((2v-1)m - 1 for p = 2)
//
// with the share o of overlap interpolated between the columns. For equal stages the bubble is (p-1)(f+b)/v. Sources:
// Huang et al. 2019 (GPipe), Narayanan et al. 2021 (1F1B, interleaving), Korthikanti et al. 2022 section 4.2 (memory of
// interleaving); the counts of sends are derived from an exact event simulation
// (tests/parallel/pipeline_simulation.hpp). Exact for equal stages and when the last stage is the slowest, an upper
// bound otherwise; docs/parallel.md has the bounds.

namespace foretrain::inline v0 {

/// What one replica's pipeline has to do in a step. Times are positive and finite, counts at least 1.
template <class Real>
struct BasicPipelineLoad {
    std::int64_t stages = 1;
    std::int64_t micro_batches = 1;
    std::int64_t chunks = 1;               ///< model chunks (virtual stages) a stage
    BasicSeconds<Real> slowest_forward{};  ///< one micro-batch on the slowest stage, all its chunks
    BasicSeconds<Real> slowest_backward{}; ///< the same backward, with what is computed again
    BasicSeconds<Real> all_forward{};      ///< one micro-batch through all stages, sends left out
    BasicSeconds<Real> all_backward{};     ///< the same backward
    BasicSeconds<Real> send{}; ///< an activation or its gradient to the neighbouring stage; at most a chunk's forward
    Real send_overlap{};       ///< share of a send that runs under compute, 0 to 1
};
using PipelineLoad = BasicPipelineLoad<double>;

/// Where the time of the pipeline goes; the parts sum to it.
template <class Real>
struct BasicPipelineTime {
    BasicSeconds<Real> busy{};         ///< the slowest stage computes
    BasicSeconds<Real> bubble{};       ///< it waits while the pipeline fills and drains
    BasicSeconds<Real> exposed_send{}; ///< it waits for sends, or sends

    [[nodiscard]] constexpr BasicSeconds<Real> total() const noexcept { return busy + bubble + exposed_send; }
    /// Bubble over busy time, as Narayanan et al. 2021 state it: (p-1)/(v m) for equal stages.
    [[nodiscard]] constexpr Real bubble_fraction() const noexcept { return raw(bubble) / raw(busy); }
};
using PipelineTime = BasicPipelineTime<double>;

/// A pipeline schedule: its time, the activations stage `stage` (from 0) of `stages` keeps at most, in units of one
/// micro-batch's activations of the whole stage, and whether it can run at all. A user's own type drops in.
template <class Policy, class Real = double>
concept PipelineSchedule = requires(const Policy& policy, const BasicPipelineLoad<Real>& load, std::int64_t n) {
    { policy.time(load) } -> std::same_as<BasicPipelineTime<Real>>;
    { policy.in_flight(n, n, n, n) } -> std::same_as<double>; // stage, stages, micro_batches, chunks
    { policy.accepts(n, n, n) } -> std::same_as<bool>;        // stages, micro_batches, chunks
};

namespace detail {

/// Busy time, bubble and sends from the critical path's number of sends if all hide and if none does.
template <class Real>
[[nodiscard]] constexpr BasicPipelineTime<Real> pipeline_parts(const BasicPipelineLoad<Real>& load, std::int64_t chunks,
                                                               std::int64_t hidden_sends,
                                                               std::int64_t blocking_sends) noexcept {
    const Real slowest = raw(load.slowest_forward) + raw(load.slowest_backward);
    BasicPipelineTime<Real> time;
    time.busy = make<BasicSeconds<Real>>(Real(static_cast<double>(load.micro_batches)) * slowest);
    if (load.stages <= 1) return time;
    const Real others = raw(load.all_forward) + raw(load.all_backward) - slowest;
    const Real bubble = maximum(others, Real(0.0)); // sums in another order may differ in the last bit
    time.bubble = make<BasicSeconds<Real>>(chunks > 1 ? Real(bubble / Real(static_cast<double>(chunks))) : bubble);
    const double fixed = static_cast<double>(hidden_sends);
    const double steady = static_cast<double>(blocking_sends - hidden_sends);
    time.exposed_send =
        make<BasicSeconds<Real>>(raw(load.send) * (Real(fixed) + Real(steady) * (Real(1.0) - load.send_overlap)));
    return time;
}

/// Sends on the critical path of a schedule that alternates forward and backward, if each occupies its sender. A
/// middle stage sends twice a chunk and micro-batch; with two stages each is an end of the pipeline and sends once
/// less.
[[nodiscard]] constexpr std::int64_t alternating_sends(std::int64_t stages, std::int64_t micro_batches,
                                                       std::int64_t chunks) noexcept {
    const std::int64_t steady = stages == 2 ? (2 * chunks - 1) * micro_batches - 1 : 2 * chunks * micro_batches - 3;
    return 2 * (stages - 1) + (steady > 0 ? steady : 0);
}

[[nodiscard]] constexpr std::int64_t lesser(std::int64_t a, std::int64_t b) noexcept { return a < b ? a : b; }

} // namespace detail

/// All micro-batches forward, then all backward (Huang et al. 2019).
struct GPipe {
    [[nodiscard]] static constexpr bool accepts(std::int64_t stages, std::int64_t micro_batches,
                                                std::int64_t chunks) noexcept {
        return stages >= 1 && micro_batches >= 1 && chunks == 1;
    }
    template <class Real>
    [[nodiscard]] static constexpr BasicPipelineTime<Real> time(const BasicPipelineLoad<Real>& load) noexcept {
        const std::int64_t crossing = 2 * (load.stages - 1);
        return detail::pipeline_parts(load, 1, crossing, crossing + 2 * (load.micro_batches - 1));
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
        return detail::pipeline_parts(load, 1, 2 * (p - 1) + 2 * (later - round_trips),
                                      detail::alternating_sends(p, load.micro_batches, 1));
    }
    /// min(m, p - stage).
    [[nodiscard]] static constexpr double in_flight(std::int64_t stage, std::int64_t stages, std::int64_t micro_batches,
                                                    std::int64_t) noexcept {
        return static_cast<double>(detail::lesser(micro_batches, stages - stage));
    }
};

/// 1F1B over v model chunks a stage in groups of p micro-batches (Narayanan et al. 2021), warm-up as in Megatron-LM:
/// 2(p - 1 - stage) + (v - 1) p chunks. The longer warm-up is what lets sends hide.
struct Interleaved {
    [[nodiscard]] static constexpr bool accepts(std::int64_t stages, std::int64_t micro_batches,
                                                std::int64_t chunks) noexcept {
        return stages > 1 && chunks > 1 && micro_batches >= 1 && micro_batches % stages == 0;
    }
    template <class Real>
    [[nodiscard]] static constexpr BasicPipelineTime<Real> time(const BasicPipelineLoad<Real>& load) noexcept {
        return detail::pipeline_parts(load, load.chunks, 2 * (load.stages * load.chunks - 1),
                                      detail::alternating_sends(load.stages, load.micro_batches, load.chunks));
    }
    /// min(m v, 2(p - 1 - stage) + (v - 1) p + 1) / v; on the first stage p (1 + (p-1)/(p v)), Korthikanti et al. 2022.
    [[nodiscard]] static constexpr double in_flight(std::int64_t stage, std::int64_t stages, std::int64_t micro_batches,
                                                    std::int64_t chunks) noexcept {
        const std::int64_t kept = 2 * (stages - 1 - stage) + (chunks - 1) * stages + 1;
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
    }
    return false;
}

} // namespace foretrain::inline v0
