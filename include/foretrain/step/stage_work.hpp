// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "../math/scalar.hpp"
#include "../units/quantity.hpp"

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

} // namespace foretrain::inline v0::detail
