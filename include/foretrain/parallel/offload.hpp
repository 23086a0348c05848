// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "../hardware/node.hpp"
#include "../math/scalar.hpp"
#include "../units/quantity.hpp"
#include "plan.hpp"

// Training state and activations in host memory or on drives: what crosses the link in a step, what of it shows, and
// the bandwidth that would hide it.
//
// With shares w, o, a of a plan's offload, m micro-batches, and of one accelerator the bytes W of weights, G of
// gradients, S of master weights and moments, A of activations of a micro-batch:
//
//   forward    in  m w W                 out  m a A
//   backward   in  m w W + m a A         out  o G      (G once: accumulated on the accelerator)
//   update     in  max(o - w, 0) W       out  max(w - o, 0) W
//
// The two directions of a link are independent. A pass hides what fits into its compute; the update hides nothing, for
// the next step needs it, but runs while weights return. It is bound by memory where it runs, for Adam does about one
// FLOP for two bytes and processors ten a byte: states are read and written, gradients read and weights written,
// 2 o S + o G + o W, at one accelerator's share of host memory bandwidth; with the states on drives, o S read while as
// much is written, at its share of the drives. Shares of the same kind of state are the same parameters.
//
// Sources: Ren et al. 2021, ZeRO-Offload, arXiv 2101.06840; Rajbhandari et al. 2021, ZeRO-Infinity, arXiv 2104.07857,
// section 4 (bandwidth needed as a function of arithmetic intensity).

namespace foretrain::inline v0 {

/// What large pinned copies reach of a link's rated bandwidth (12 to 13 of 15.75 GB/s over PCIe 3, 25 to 26 of 31.5
/// over PCIe 4 are typical), and streams of host memory's. Assumed.
inline constexpr double host_transfer_efficiency = 0.8;

/// Way from one accelerator to where state is kept, while all accelerators of the node use theirs.
template <class Real>
struct BasicHostPath {
    BasicBandwidth<Real> link{};   ///< one direction; the drives' share where it is less and state is on drives
    BasicBandwidth<Real> update{}; ///< one direction to the states; of host memory, reads and writes together
    bool to_drives = false;
};
using HostPath = BasicHostPath<double>;

/// The path of a node's accelerator. Bandwidths the node lacks are 0: `can_offload`.
template <class Real>
[[nodiscard]] constexpr BasicHostPath<Real> host_path(const BasicNode<Real>& node, bool to_drives) noexcept {
    const Real share = Real(1.0 / static_cast<double>(node.accelerators));
    const BasicBandwidth<Real> link = node.host_link * Real(host_transfer_efficiency);
    const BasicBandwidth<Real> drives = node.drive_bandwidth * share;
    if (to_drives) return {minimum(link, drives), drives, true};
    return {link, node.host_memory_bandwidth * (share * Real(host_transfer_efficiency)), false};
}

/// Whether a path can carry what the plan moves.
template <class Real>
[[nodiscard]] constexpr bool can_offload(const BasicHostPath<Real>& path, const BasicOffload<Real>& offload) noexcept {
    return raw(path.link) > Real(0.0) && (!(offload.optimizer > Real(0.0)) || raw(path.update) > Real(0.0));
}

/// Whole tensors of one accelerator, before any share is moved, and the compute that may hide their transfer.
template <class Real>
struct BasicOffloadLoad {
    BasicBytes<Real> weights{};     ///< the copy that forward and backward read
    BasicBytes<Real> gradients{};   ///< as handed to the optimizer
    BasicBytes<Real> states{};      ///< master weights and moments
    BasicBytes<Real> activations{}; ///< kept for the backward pass of one micro-batch
    std::int64_t micro_batches = 1;
    BasicSeconds<Real> forward{};  ///< compute of all forward passes of a step
    BasicSeconds<Real> backward{}; ///< the same backward, with what is computed again
};
using OffloadLoad = BasicOffloadLoad<double>;

/// What crosses the link of one accelerator in a step.
template <class Real>
struct BasicOffloadTraffic {
    BasicBytes<Real> forward_in{};
    BasicBytes<Real> forward_out{};
    BasicBytes<Real> backward_in{};
    BasicBytes<Real> backward_out{};
    BasicBytes<Real> update_in{};
    BasicBytes<Real> update_out{};

    [[nodiscard]] constexpr BasicBytes<Real> total() const noexcept {
        return forward_in + forward_out + backward_in + backward_out + update_in + update_out;
    }
};
using OffloadTraffic = BasicOffloadTraffic<double>;

/// What crosses the link of one accelerator in a step.
template <class Real>
[[nodiscard]] constexpr BasicOffloadTraffic<Real> offload_traffic(const BasicOffload<Real>& offload,
                                                                  const BasicOffloadLoad<Real>& load) noexcept {
    const Real m = Real(static_cast<double>(load.micro_batches));
    const Real none = Real(0.0);
    const BasicBytes<Real> weights = load.weights * (offload.weights * m);
    const BasicBytes<Real> activations = load.activations * (offload.activations * m);
    return {.forward_in = weights,
            .forward_out = activations,
            .backward_in = weights + activations,
            .backward_out = load.gradients * offload.optimizer,
            .update_in = load.weights * maximum(Real(offload.optimizer - offload.weights), none),
            .update_out = load.weights * maximum(Real(offload.weights - offload.optimizer), none)};
}

/// What one accelerator keeps off its memory, with the activations of `in_flight` micro-batches: weights, states and
/// the gradients on their way to them. The node's host memory or drives must hold this for each of its accelerators.
template <class Real>
[[nodiscard]] constexpr BasicBytes<Real>
offloaded_bytes(const BasicOffload<Real>& offload, const BasicOffloadLoad<Real>& load, double in_flight) noexcept {
    return load.weights * offload.weights + (load.states + load.gradients) * offload.optimizer +
           load.activations * (offload.activations * Real(in_flight));
}

/// Times of one step on one accelerator, and what would hide them.
template <class Real>
struct BasicOffloadTime {
    BasicSeconds<Real> forward{};        ///< transfers of the forward passes, hidden or not
    BasicSeconds<Real> backward{};       ///< of the backward passes
    BasicSeconds<Real> update{};         ///< the optimizer where its states are, and weights on their way; shows whole
    BasicSeconds<Real> exposed_passes{}; ///< of forward and backward transfers
    BasicBandwidth<Real> needed{};       ///< of the link, one direction, to hide all transfers of the passes
    BasicBandwidth<Real> available{};    ///< of the link, one direction

    [[nodiscard]] constexpr BasicSeconds<Real> exposed() const noexcept { return exposed_passes + update; }
};
using OffloadTime = BasicOffloadTime<double>;

/// Time of the transfers and of the update; the path must be one that `can_offload`, the compute above 0.
template <class Real>
[[nodiscard]] constexpr BasicOffloadTime<Real> offload_time(const BasicOffload<Real>& offload,
                                                            const BasicOffloadLoad<Real>& load,
                                                            const BasicHostPath<Real>& path) noexcept {
    using Time = BasicSeconds<Real>;
    BasicOffloadTime<Real> time;
    const BasicOffloadTraffic<Real> traffic = offload_traffic(offload, load);
    if (!(raw(traffic.total()) > Real(0.0))) return time;
    const BasicBytes<Real> forward = maximum(traffic.forward_in, traffic.forward_out);
    const BasicBytes<Real> backward = maximum(traffic.backward_in, traffic.backward_out);
    time.available = path.link;
    time.needed = maximum(forward / load.forward, backward / load.backward);
    time.forward = forward / path.link;
    time.backward = backward / path.link;
    time.exposed_passes = maximum(time.forward - load.forward, Time{}) + maximum(time.backward - load.backward, Time{});
    const Time returned = maximum(traffic.update_in, traffic.update_out) / path.link;
    Time updated{};
    if (offload.optimizer > Real(0.0)) {
        const BasicBytes<Real> states = load.states * offload.optimizer;
        const BasicBytes<Real> beside = (load.gradients + load.weights) * offload.optimizer;
        // Drives read and write at once; memory does one after the other.
        updated = (path.to_drives ? states : states * Real(2.0) + beside) / path.update;
    }
    time.update = maximum(returned, updated);
    return time;
}

/// Bandwidth at which a transfer costs as much as to leave the share `efficiency` of the peak rate, when nothing
/// overlaps: intensity is the compute for each byte moved (ZeRO-Infinity, equation 6). 0 < efficiency < 1.
template <class Real>
[[nodiscard]] constexpr BasicBandwidth<Real> bandwidth_for_efficiency(const BasicFlopRate<Real>& peak,
                                                                      const BasicIntensity<Real>& intensity,
                                                                      const Real& efficiency) noexcept {
    return peak / intensity * (efficiency / (Real(1.0) - efficiency));
}

} // namespace foretrain::inline v0
