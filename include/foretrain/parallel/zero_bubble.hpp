// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "../math/scalar.hpp"
#include "pipeline.hpp"

// Schedules that put off the gradients of weights, with which nobody waits for them.
//
// f forward, b gradients of inputs, w gradients of weights of one micro-batch on all stages but the slowest, lo and hi
// the least and the greatest of them, p stages, m micro-batches:
//
//             bubble                                     sends that hide under compute    that occupy the sender
//   ZB-H1     f + b - min(w, f) min(1, (m-1)/(p-1))      2(p-1) + 2 min(m-2, p-1)         as 1F1B
//   ZB-H2     f + b - 2 lo min(1, (m-1)/(2p-2))          2(p-1)                           as 1F1B
//   ZB-V      f + b - (f+b-hi+lo) min(1, (m-1)/(2p-2))   4(p-1) + 2 min(m-p-1, p-2)       2(p-1) + 4m - 3
//   DualPipe  (f + b + max(f, b) - lo) (p/2-1)/(p-1)     ceil(m (p-1)/p) + 2p - 3         m + 2p - 3
//
// For equal stages with times F, B, W, enough micro-batches and W the least: (p-1)(F+B-W), (p-1)(F+B-2W),
// (p-1)(max(F,B)-W) and (p/2-1)(F+B+max(F,B)-W).
//
// Sources: Qi et al. 2023, arXiv 2401.10241 (ZB-H1, ZB-H2, ZB-V) and 2024, arXiv 2405.15362 (V-shaped schedules);
// DeepSeek-V3, arXiv 2412.19437, table 2, whose B = B + W here and whose F&B = F + B + W less what a pair saves. What
// they leave open (few micro-batches, unequal times, sends) is derived from an exact event simulation of published
// orders (tests/parallel/pipeline_simulation.hpp). Exact for equal stages with w <= f <= b (ZB-V: and m >= 2p - 1;
// DualPipe: F = B), an upper bound otherwise; docs/parallel.md has the bounds.
//
// The time is that of a stage from its first pass to its last: the next step starts on the first stage while the last
// still works, which takes an optimizer that does not wait for all stages (Qi et al. 2023, section 4). What waits
// counts as kept whole, though the gradient of a weight needs a little less (32 of 34 bytes a token and hidden unit,
// their table 1).

namespace foretrain::inline v0 {

/// ZB-H1 (Qi et al. 2023): 1F1B in which stage k puts off the gradients of weights of k micro-batches.
struct ZeroBubbleH1 {
    [[nodiscard]] static constexpr bool accepts(std::int64_t stages, std::int64_t micro_batches,
                                                std::int64_t chunks) noexcept {
        return stages > 1 && micro_batches >= 1 && chunks == 1;
    }
    template <class Real>
    [[nodiscard]] static constexpr BasicPipelineTime<Real> time(const BasicPipelineLoad<Real>& load) noexcept {
        const detail::OtherStages<Real> other{load};
        const std::int64_t hops = load.stages - 1;
        const std::int64_t waiting = detail::greater(0, detail::lesser(load.micro_batches - 2, hops));
        const Real filled =
            minimum(other.weights, other.forward) * Real(detail::part_of_all(load.micro_batches - 1, hops));
        return detail::pipeline_parts(load, Real(other.forward + other.inputs - filled), 2 * hops + 2 * waiting,
                                      detail::alternating_sends(load.stages, load.micro_batches, 1));
    }
    /// min(m, p) on every stage: later stages keep for their weights what the first keeps for its backward passes.
    [[nodiscard]] static constexpr double in_flight(std::int64_t, std::int64_t stages, std::int64_t micro_batches,
                                                    std::int64_t) noexcept {
        return static_cast<double>(detail::lesser(micro_batches, stages));
    }
};

/// ZB-H2 (Qi et al. 2023): a warm-up of 2(p - stage) - 1 forward passes; stage k puts off 2k micro-batches.
struct ZeroBubbleH2 {
    [[nodiscard]] static constexpr bool accepts(std::int64_t stages, std::int64_t micro_batches,
                                                std::int64_t chunks) noexcept {
        return ZeroBubbleH1::accepts(stages, micro_batches, chunks);
    }
    template <class Real>
    [[nodiscard]] static constexpr BasicPipelineTime<Real> time(const BasicPipelineLoad<Real>& load) noexcept {
        const detail::OtherStages<Real> other{load};
        const std::int64_t hops = load.stages - 1;
        const Real filled = other.least() * Real(2.0 * detail::part_of_all(load.micro_batches - 1, 2 * hops));
        return detail::pipeline_parts(load, Real(other.forward + other.inputs - filled), 2 * hops,
                                      detail::alternating_sends(load.stages, load.micro_batches, 1));
    }
    /// min(m, 2p - 1) on every stage.
    [[nodiscard]] static constexpr double in_flight(std::int64_t, std::int64_t stages, std::int64_t micro_batches,
                                                    std::int64_t) noexcept {
        return static_cast<double>(detail::lesser(micro_batches, 2 * stages - 1));
    }
};

/// ZB-V (Qi et al. 2023, section 6; the order is PyTorch's): of 2p chunks, stage k holds those k and 2p - 1 - k, so
/// that the first stage holds both ends of the model and the last sends to itself. `chunks` counts 1: the two are part
/// of the schedule.
struct ZeroBubbleV {
    [[nodiscard]] static constexpr bool accepts(std::int64_t stages, std::int64_t micro_batches,
                                                std::int64_t chunks) noexcept {
        return ZeroBubbleH1::accepts(stages, micro_batches, chunks);
    }
    template <class Real>
    [[nodiscard]] static constexpr BasicPipelineTime<Real> time(const BasicPipelineLoad<Real>& load) noexcept {
        const detail::OtherStages<Real> other{load};
        const std::int64_t p = load.stages;
        const std::int64_t m = load.micro_batches;
        const std::int64_t hops = p - 1;
        const Real both = other.forward + other.inputs;
        const Real filled = (both - other.greatest() + other.least()) * Real(detail::part_of_all(m - 1, 2 * hops));
        const std::int64_t waiting = detail::greater(0, detail::lesser(m - p - 1, p - 2));
        const std::int64_t few = 4 * hops + 2 * (m - 1);
        return detail::pipeline_parts(load, Real(both - filled), 4 * hops + 2 * waiting,
                                      p == 2 ? few : detail::greater(few, 2 * hops + 4 * m - 3));
    }
    /// min(2m, m + 1 + stage, 2p) / 2, in chunks of half a stage: that of 1F1B's first stage at most.
    [[nodiscard]] static constexpr double in_flight(std::int64_t stage, std::int64_t stages, std::int64_t micro_batches,
                                                    std::int64_t) noexcept {
        const std::int64_t filling = detail::lesser(2 * micro_batches, micro_batches + 1 + stage);
        return static_cast<double>(detail::lesser(filling, 2 * stages)) / 2.0;
    }
};

/// DualPipe (DeepSeek-V3): half of the micro-batches enter at each end. A stage holds the layers of its place from both
/// ends, two copies of parameters in all, and runs forward passes of one direction beside backward passes of the other.
struct DualPipe {
    /// As its code demands: stages and micro-batches even, at least two micro-batches a stage.
    [[nodiscard]] static constexpr bool accepts(std::int64_t stages, std::int64_t micro_batches,
                                                std::int64_t chunks) noexcept {
        return stages > 1 && stages % 2 == 0 && micro_batches % 2 == 0 && micro_batches >= 2 * stages && chunks == 1;
    }
    /// Passes in pairs on the stage that has the fewest, the first.
    [[nodiscard]] static constexpr std::int64_t pairs(std::int64_t stages, std::int64_t micro_batches) noexcept {
        return micro_batches - 3 * stages / 2 + (stages == 2 ? 0 : 1);
    }
    template <class Real>
    [[nodiscard]] static constexpr BasicPipelineTime<Real> time(const BasicPipelineLoad<Real>& load) noexcept {
        const detail::OtherStages<Real> other{load};
        const std::int64_t p = load.stages;
        const std::int64_t m = load.micro_batches;
        const double hops = static_cast<double>(p / 2 - 1);
        const Real passed = other.forward + other.inputs + maximum(other.forward, other.inputs) - other.least();
        const Real bubble =
            passed * Real(p > 1 ? hops / static_cast<double>(p - 1) : 0.0) - raw(load.pair_saving) * Real(hops);
        const std::int64_t returns = m - m / p; // ceil(m (p-1) / p)
        BasicPipelineTime<Real> time =
            detail::pipeline_parts(load, bubble, returns + 2 * p - 3, m + 2 * p - (p == 2 ? 2 : 3));
        time.busy -= load.pair_saving * Real(static_cast<double>(pairs(p, m)));
        return time;
    }
    /// p + 1 on every stage.
    [[nodiscard]] static constexpr double in_flight(std::int64_t, std::int64_t stages, std::int64_t,
                                                    std::int64_t) noexcept {
        return static_cast<double>(stages + 1);
    }
};

} // namespace foretrain::inline v0
