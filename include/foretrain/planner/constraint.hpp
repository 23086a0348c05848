// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "../hardware/cluster.hpp"
#include "../math/scalar.hpp"
#include "../parallel/plan.hpp"

// The constraints that hold training back, and the knobs of a job that they act through.
//
// A knob is a group of inputs that are times for a unit of work: seconds a FLOP, a byte, a hop, a kernel. The time of a
// step is homogeneous of degree one in all knobs together (with every one of them k times as slow, a step takes k times
// as long), so by Euler's theorem T = sum of x_i dT/dx_i: exact derivatives split a step without remainder. One time is
// no input: the latency of an inner step of the matrix units (roofline/product.hpp), which binds where products are
// tiny.

namespace foretrain::inline v0 {

/// What can hold back the training of a model; the set is complete.
enum class Constraint : unsigned char {
    memory_capacity,        ///< recomputation and offload for want of room
    memory_bandwidth,       ///< of HBM
    matrix_throughput,      ///< of the accelerator at its boost clock, vector units included
    interconnect_bandwidth, ///< inside and between nodes
    interconnect_latency,   ///< hops, hand-shakes and launches of collectives
    power,                  ///< clocks below boost because of the board's power
    input_pipeline,         ///< waiting for samples
    software,               ///< host, kernel launches, schedules, waiting for one another
};
inline constexpr std::size_t constraints = 8;

[[nodiscard]] constexpr std::string_view name_of(Constraint constraint) noexcept {
    constexpr std::array<std::string_view, constraints> names{
        "memory capacity", "memory bandwidth", "matrix throughput", "interconnect bandwidth", "interconnect latency",
        "power",           "input pipeline",   "software"};
    return names[static_cast<std::size_t>(constraint)];
}

/// A time by constraint.
template <class Real>
struct BasicConstraintTimes {
    std::array<BasicSeconds<Real>, constraints> time{};

    [[nodiscard]] constexpr const BasicSeconds<Real>& operator[](Constraint constraint) const noexcept {
        return time[static_cast<std::size_t>(constraint)];
    }
    [[nodiscard]] constexpr BasicSeconds<Real>& operator[](Constraint constraint) noexcept {
        return time[static_cast<std::size_t>(constraint)];
    }
    /// The sum, added in the order of `Constraint`.
    [[nodiscard]] constexpr BasicSeconds<Real> total() const noexcept {
        BasicSeconds<Real> sum{};
        for (const BasicSeconds<Real>& one : time) sum += one;
        return sum;
    }
    /// The constraint with the longest time.
    [[nodiscard]] constexpr Constraint largest() const noexcept {
        std::size_t best = 0;
        for (std::size_t i = 1; i < constraints; ++i)
            if (time[i] > time[best]) best = i;
        return static_cast<Constraint>(best);
    }
};
using ConstraintTimes = BasicConstraintTimes<double>;

/// Groups of inputs that are times for a unit of work.
enum class StepKnob : unsigned char {
    matrix,        ///< peaks of the matrix units; the share of their clock that power leaves stays
    vector,        ///< peak outside of them
    memory,        ///< HBM bandwidth
    scale_up,      ///< bandwidth of the innermost tier
    scale_out,     ///< bandwidth of all other tiers
    latency,       ///< of all tiers, and of the communication library
    launch,        ///< device side of starting and ending kernels
    host,          ///< host time to issue a kernel
    step_overhead, ///< once a step
    host_path,     ///< from the accelerator to host memory and drives
};
inline constexpr std::size_t step_knobs = 10;

/// Slow-downs by knob: 1 leaves it, 2 takes twice the time for a unit of work.
template <class Real>
struct BasicSlowdowns {
    std::array<Real, step_knobs> factor{Real(1.0), Real(1.0), Real(1.0), Real(1.0), Real(1.0),
                                        Real(1.0), Real(1.0), Real(1.0), Real(1.0), Real(1.0)};

    [[nodiscard]] constexpr const Real& operator[](StepKnob knob) const noexcept {
        return factor[static_cast<std::size_t>(knob)];
    }
    [[nodiscard]] constexpr Real& operator[](StepKnob knob) noexcept { return factor[static_cast<std::size_t>(knob)]; }
};
using Slowdowns = BasicSlowdowns<double>;

/// Slows a job down, in place. Factors above 0.
template <class Real>
constexpr void slow_down(BasicCluster<Real>& cluster, BasicParallelPlan<Real>& plan,
                         const BasicSlowdowns<Real>& by) noexcept {
    BasicAccelerator<Real>& chip = cluster.accelerator;
    for (BasicFlopRate<Real>* peak : {&chip.matrix.fp32, &chip.matrix.tf32, &chip.matrix.fp16, &chip.matrix.bf16,
                                      &chip.matrix.fp8, &chip.matrix.fp4, &chip.matrix.int8})
        *peak = *peak / by[StepKnob::matrix];
    // Power over peak decides about the sustained clock: the energy of a FLOP goes along.
    chip.kernel.sustained_energy = chip.kernel.sustained_energy * by[StepKnob::matrix];
    chip.vector = chip.vector / by[StepKnob::vector];
    chip.memory.bandwidth = chip.memory.bandwidth / by[StepKnob::memory];
    for (std::size_t i = 0; i < cluster.fabric.tier.size(); ++i) {
        BasicLink<Real>& link = cluster.fabric.tier[i].link;
        link.bandwidth = link.bandwidth / by[i == 0 ? StepKnob::scale_up : StepKnob::scale_out];
        link.latency = link.latency * by[StepKnob::latency];
    }
    BasicCommunicationLibrary<Real>& library = plan.stack.library;
    library.network_quick_rate = library.network_quick_rate / by[StepKnob::scale_out];
    library.base_latency = library.base_latency * by[StepKnob::latency];
    library.in_network_latency = library.in_network_latency * by[StepKnob::latency];
    library.peer_latency = library.peer_latency * by[StepKnob::latency];
    chip.launch_overhead = chip.launch_overhead * by[StepKnob::launch];
    chip.kernel.fixed_time = chip.kernel.fixed_time * by[StepKnob::launch];
    chip.kernel.attention_tile = chip.kernel.attention_tile * by[StepKnob::launch];
    plan.stack.host_per_kernel = plan.stack.host_per_kernel * by[StepKnob::host];
    plan.stack.step_overhead = plan.stack.step_overhead * by[StepKnob::step_overhead];
    BasicNode<Real>& node = cluster.node;
    node.nic_bandwidth = node.nic_bandwidth / by[StepKnob::scale_out];
    node.host_link = node.host_link / by[StepKnob::host_path];
    node.host_memory_bandwidth = node.host_memory_bandwidth / by[StepKnob::host_path];
    node.drive_bandwidth = node.drive_bandwidth / by[StepKnob::host_path];
}

/// The constraint that a knob belongs to. Power has none of its own: it is a share of the time of the matrix units.
[[nodiscard]] constexpr Constraint constraint_of(StepKnob knob) noexcept {
    switch (knob) {
    case StepKnob::matrix:
    case StepKnob::vector: return Constraint::matrix_throughput;
    case StepKnob::memory: return Constraint::memory_bandwidth;
    case StepKnob::scale_up:
    case StepKnob::scale_out: return Constraint::interconnect_bandwidth;
    case StepKnob::latency: return Constraint::interconnect_latency;
    case StepKnob::host_path: return Constraint::memory_capacity;
    default: return Constraint::software;
    }
}

} // namespace foretrain::inline v0
