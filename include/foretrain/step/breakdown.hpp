// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "../roofline/resource.hpp"
#include "../workload/operation.hpp"

// Where the time of an optimizer step goes: named parts that sum to the total, each with the resource it waits for.
//
// The parts lie end to end on the critical path of the slowest pipeline stage; what hides under something else is not
// in them.

namespace foretrain::inline v0 {

/// Parts of a step. The first eight are the operation kinds, forward and backward together.
enum class StepPart : unsigned char {
    embedding,
    norm,
    attention_projection,
    attention,
    feed_forward,
    elementwise,
    head,
    loss,
    recomputation,          ///< forward operations repeated in the backward pass
    host_wait,              ///< the device waits for the host to issue kernels
    tensor_communication,   ///< exposed
    context_communication,  ///< exposed
    expert_communication,   ///< exposed: tokens sent to their experts and back
    data_communication,     ///< exposed, sharded parameters included
    pipeline_communication, ///< exposed sends between stages
    overlap_cost,           ///< compute slowed down by communication that runs beside it
    bubble,                 ///< filling and draining the pipeline, and waiting for a slower stage
    optimizer,
    offload,    ///< exposed transfers to and from host memory or drives
    overhead,   ///< fixed software cost of a step
    stragglers, ///< waiting for the slowest of many nodes
};
inline constexpr std::size_t step_parts = 21;

[[nodiscard]] constexpr StepPart part_of(OperationKind kind) noexcept { return static_cast<StepPart>(kind); }

[[nodiscard]] constexpr std::string_view name_of(StepPart part) noexcept {
    switch (part) {
    case StepPart::recomputation: return "recomputation";
    case StepPart::host_wait: return "waiting for the host";
    case StepPart::tensor_communication: return "tensor communication";
    case StepPart::context_communication: return "context communication";
    case StepPart::expert_communication: return "expert communication";
    case StepPart::data_communication: return "data communication";
    case StepPart::pipeline_communication: return "pipeline communication";
    case StepPart::overlap_cost: return "cost of overlap";
    case StepPart::bubble: return "pipeline bubble";
    case StepPart::optimizer: return "optimizer";
    case StepPart::offload: return "offload";
    case StepPart::overhead: return "step overhead";
    case StepPart::stragglers: return "stragglers";
    default: return name_of(static_cast<OperationKind>(part));
    }
}

/// Time of each part and what it waits for.
template <class Real>
struct BasicStepBreakdown {
    std::array<BasicSeconds<Real>, step_parts> time{};
    std::array<Resource, step_parts> bound{};

    [[nodiscard]] constexpr const BasicSeconds<Real>& operator[](StepPart part) const noexcept {
        return time[static_cast<std::size_t>(part)];
    }
    constexpr void set(StepPart part, BasicSeconds<Real> seconds, Resource resource) noexcept {
        time[static_cast<std::size_t>(part)] = seconds;
        bound[static_cast<std::size_t>(part)] = resource;
    }
    /// The sum of all parts, added in the order of `StepPart`.
    [[nodiscard]] constexpr BasicSeconds<Real> total() const noexcept {
        BasicSeconds<Real> sum{};
        for (const BasicSeconds<Real>& part : time) sum += part;
        return sum;
    }
    /// Operations that compute, forward and backward, without recomputation.
    [[nodiscard]] constexpr BasicSeconds<Real> compute() const noexcept {
        BasicSeconds<Real> sum{};
        for (std::size_t i = 0; i < operation_kinds; ++i) sum += time[i];
        return sum;
    }
    /// Exposed communication of all groups.
    [[nodiscard]] constexpr BasicSeconds<Real> communication() const noexcept {
        return (*this)[StepPart::tensor_communication] + (*this)[StepPart::context_communication] +
               (*this)[StepPart::expert_communication] + (*this)[StepPart::data_communication] +
               (*this)[StepPart::pipeline_communication];
    }
    /// Time waiting for one resource.
    [[nodiscard]] constexpr BasicSeconds<Real> waiting_for(Resource resource) const noexcept {
        BasicSeconds<Real> sum{};
        for (std::size_t i = 0; i < step_parts; ++i)
            if (bound[i] == resource) sum += time[i];
        return sum;
    }
    /// The part that takes longest.
    [[nodiscard]] constexpr StepPart largest() const noexcept {
        std::size_t best = 0;
        for (std::size_t i = 1; i < step_parts; ++i)
            if (time[i] > time[best]) best = i;
        return static_cast<StepPart>(best);
    }
};
using StepBreakdown = BasicStepBreakdown<double>;

} // namespace foretrain::inline v0
