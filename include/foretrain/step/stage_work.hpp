// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "../math/scalar.hpp"
#include "../units/quantity.hpp"
#include "breakdown.hpp"
#include "passes.hpp"

// One micro-batch on one pipeline stage: what computes, what communication hides under it, and the price of hiding.

namespace foretrain::inline v0::detail {

/// Device time of one micro-batch, pass by pass.
template <class Real>
struct StageWork {
    BasicSeconds<Real> forward{};
    BasicSeconds<Real> backward{};
    [[nodiscard]] constexpr BasicSeconds<Real> total() const noexcept { return forward + backward; }
};

/// One micro-batch on one kind of pipeline stage.
template <class Real>
struct Stage {
    StageWork<Real> work{};
    BasicSeconds<Real> weight_gradients{}; ///< part of the backward pass, with its share of `waited`
    BasicSeconds<Real> waited{};           ///< for the host
    double kernels = 0;                    ///< that the host issues
    std::int64_t depth = 0;                ///< layers
    bool has_embedding = false;
    bool has_head = false;
    [[nodiscard]] constexpr BasicSeconds<Real> total() const noexcept { return work.total() + waited; }
};

/// Communication that hides under compute: hidden, exposed, and the price of hiding.
template <class Real>
struct Overlapped {
    BasicSeconds<Real> hidden{};
    BasicSeconds<Real> exposed{};
    BasicSeconds<Real> cost{};
};

/// Of `communication`, the share `overlap` may hide under `window` of compute, which then slows by `contention`.
template <class Real>
[[nodiscard]] constexpr Overlapped<Real> overlapped(BasicSeconds<Real> communication, BasicSeconds<Real> window,
                                                    const Real& overlap, const Real& contention) noexcept {
    const BasicSeconds<Real> willing = communication * overlap;
    const BasicSeconds<Real> hidden = minimum(willing, window);
    return {hidden, communication - hidden, hidden * contention};
}

/// What a layer sends in one pass, hidden and not.
template <class Real>
struct LayerOverlap {
    Overlapped<Real> tensor{};
    Overlapped<Real> expert{};
    Overlapped<Real> data{};
    [[nodiscard]] constexpr BasicSeconds<Real> exchange_cost() const noexcept { return tensor.cost + expert.cost; }
    /// Of tensor and expert groups: shown, and the price of hiding the rest.
    [[nodiscard]] constexpr BasicSeconds<Real> exchange() const noexcept {
        return tensor.exposed + expert.exposed + exchange_cost();
    }
    /// Of all groups.
    [[nodiscard]] constexpr BasicSeconds<Real> exposed_and_cost() const noexcept {
        return exchange() + data.exposed + data.cost;
    }
};

/// Sets the parts of a breakdown that compute: each kind of operation, forward and backward, on one stage. The largest
/// operation of a kind names its bound.
template <class Real, class Breakdown>
constexpr void set_compute(Breakdown& parts, const BasicPasses<Real>& passes, const Stage<Real>& stage,
                           const Real& per_layer, const Real& per_edge) noexcept {
    for (std::size_t i = 0; i < operation_kinds; ++i) {
        const auto in_layer = passes.layer_forward.time[i] + passes.layer_backward.time[i];
        BasicSeconds<Real> time = in_layer * per_layer;
        const bool forward_is_larger = passes.layer_forward.largest[i] > passes.layer_backward.largest[i];
        BasicSeconds<Real> largest =
            forward_is_larger ? passes.layer_forward.largest[i] : passes.layer_backward.largest[i];
        Resource bound = forward_is_larger ? passes.layer_forward.bound[i] : passes.layer_backward.bound[i];
        if (stage.has_embedding) {
            time += (passes.embedding_forward.time[i] + passes.embedding_backward.time[i]) * per_edge;
            if (passes.embedding_backward.largest[i] > largest) {
                largest = passes.embedding_backward.largest[i];
                bound = passes.embedding_backward.bound[i];
            }
        }
        if (stage.has_head) {
            time += (passes.head_forward.time[i] + passes.head_backward.time[i]) * per_edge;
            if (passes.head_backward.largest[i] > largest) bound = passes.head_backward.bound[i];
        }
        parts.set(static_cast<StepPart>(i), time, bound);
    }
}

} // namespace foretrain::inline v0::detail
