// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <cstdint>

#include "../math/scalar.hpp"
#include "../units/quantity.hpp"

// One optimizer step's pipeline: what it has to do, where its time goes, and what a schedule of it must be able to say.
//
//   T = m t + bubble + e c        busy + bubble + exposed sends
//
// m micro-batches, t forward and backward of one micro-batch on the slowest stage, c one send between neighbouring
// stages, e the sends on the critical path, interpolated between those if all run under compute and those if each
// occupies its sender. Bubble and e are the schedule's (parallel/schedule.hpp, parallel/zero_bubble.hpp).

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
    BasicSeconds<Real> slowest_weights{};  ///< of slowest_backward, the gradients of weights; only schedules that put
                                           ///< them off read it: 0 means that nothing can wait
    BasicSeconds<Real> all_weights{};      ///< the same of all_backward
    BasicSeconds<Real> pair_saving{}; ///< DualPipe: what a forward and a backward pass at once save over one by one
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

/// Time of one micro-batch on all stages but the slowest. Sums in another order may differ in the last bit: never
/// below 0.
template <class Real>
struct OtherStages {
    Real forward{};
    Real inputs{}; ///< gradients of inputs: backward without what can wait
    Real weights{};

    constexpr explicit OtherStages(const BasicPipelineLoad<Real>& load) noexcept
        : forward{maximum(Real(raw(load.all_forward) - raw(load.slowest_forward)), Real(0.0))},
          inputs{maximum(Real(raw(load.all_backward) - raw(load.slowest_backward) -
                              (raw(load.all_weights) - raw(load.slowest_weights))),
                         Real(0.0))},
          weights{maximum(Real(raw(load.all_weights) - raw(load.slowest_weights)), Real(0.0))} {}

    [[nodiscard]] constexpr Real least() const noexcept { return minimum(minimum(forward, inputs), weights); }
    [[nodiscard]] constexpr Real greatest() const noexcept { return maximum(maximum(forward, inputs), weights); }
};

/// Busy time, the bubble, and sends from the critical path's number of them if all hide and if none does.
template <class Real>
[[nodiscard]] constexpr BasicPipelineTime<Real> pipeline_parts(const BasicPipelineLoad<Real>& load, const Real& bubble,
                                                               std::int64_t hidden_sends,
                                                               std::int64_t blocking_sends) noexcept {
    BasicPipelineTime<Real> time;
    time.busy = (load.slowest_forward + load.slowest_backward) * Real(static_cast<double>(load.micro_batches));
    if (load.stages <= 1) return time;
    time.bubble = make<BasicSeconds<Real>>(maximum(bubble, Real(0.0)));
    const double fixed = static_cast<double>(hidden_sends);
    const double steady = static_cast<double>(blocking_sends - hidden_sends);
    time.exposed_send = load.send * (Real(fixed) + Real(steady) * (Real(1.0) - load.send_overlap));
    return time;
}

/// What the other stages take for one micro-batch: the bubble of a schedule in which each waits for all.
template <class Real>
[[nodiscard]] constexpr Real passage(const BasicPipelineLoad<Real>& load) noexcept {
    const Real slowest = raw(load.slowest_forward) + raw(load.slowest_backward);
    return raw(load.all_forward) + raw(load.all_backward) - slowest;
}

/// Share of `all` that `some` reach, at most 1.
[[nodiscard]] constexpr double part_of_all(std::int64_t some, std::int64_t all) noexcept {
    return some >= all ? 1.0 : static_cast<double>(some) / static_cast<double>(all);
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
[[nodiscard]] constexpr std::int64_t greater(std::int64_t a, std::int64_t b) noexcept { return a < b ? b : a; }

} // namespace detail

} // namespace foretrain::inline v0
