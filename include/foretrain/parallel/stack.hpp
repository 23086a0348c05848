// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include "../collective/library.hpp"
#include "../hardware/number_format.hpp"
#include "../roofline/kernel.hpp"
#include "../roofline/launch.hpp"
#include "../units/evidence.hpp"
#include "../units/violation.hpp"

// What the training software does with the hardware: few constants a stack, never one a configuration.

namespace foretrain::inline v0 {

/// How the loss treats logits.
enum class Loss : unsigned char {
    vocabulary_parallel, ///< each tensor rank its part of the vocabulary, FP32 softmax in place (Megatron-LM, fused
                         ///< kernels)
    whole_vocabulary, ///< framework kernels on logits that are gathered first: a new FP32 tensor each step of the way
};

[[nodiscard]] constexpr std::string_view name_of(Loss loss) noexcept {
    return loss == Loss::whole_vocabulary ? "whole_vocabulary" : "vocabulary_parallel";
}

/// What the software keeps in memory beyond what the mathematics asks for. The defaults are those of Megatron-LM.
struct StackMemory {
    Loss loss = Loss::vocabulary_parallel;
    NumberFormat gradients = NumberFormat::fp32; ///< BF16 training adds gradients up in it; what importers assume
    std::int64_t norm_copies = 0;                ///< bytes a norm keeps of each element besides its input
    std::int64_t softmax_copies = 0;  ///< bytes unfused attention keeps of each score besides its softmax's output
    std::int64_t gradient_copies = 0; ///< flat copies of all gradients, in the weights' format
    bool staged_whole = false;        ///< new weight gradients of all layers, not of one, wait for their accumulation
    bool gathered_inputs = false;     ///< under sequence parallelism, inputs of products are kept whole on every rank
    bool transposed_casts = true;     ///< products in 8 bits read a transposed copy of weights too (Hopper; Blackwell
                                      ///< only with scales of blocks)
    constexpr bool operator==(const StackMemory&) const noexcept = default;
};

/// How the software runs experts.
struct StackExperts {
    bool grouped = false;       ///< one product for all experts of a rank; else a launch for each
    bool once_per_node = false; ///< a token crosses the network once for all its experts of a node (DeepEP)
    constexpr bool operator==(const StackExperts&) const noexcept = default;
};

/// A training software stack (Megatron-LM, FSDP, ...). Shares are of the time that could hide at best.
template <class Real>
struct BasicSoftwareStack {
    std::string_view name;
    Execution execution = Execution::eager;
    BasicSeconds<Real> host_per_kernel{}; ///< host time to issue one kernel, framework included
    BasicSeconds<Real>
        step_overhead{};     ///< once a step: data loading hand-over, logging, gradient norm, synchronisation
    Real data_overlap{};     ///< share of data-parallel communication that may run under compute, 0 to 1
    Real tensor_overlap{};   ///< the same for tensor-parallel communication
    Real pipeline_overlap{}; ///< the same for sends between stages
    Real expert_overlap{};   ///< the same for tokens sent to experts and back
    Real contention{};       ///< slow-down of compute while communication runs beside it (its share of units and HBM)
    Real straggler{};        ///< relative growth of the step with each doubling of the nodes that synchronise
    bool fused_elementwise = false;            ///< bias, activation, dropout and residual in fused kernels
    BasicKernelQuality<Real> kernels{};        ///< relative to the best kernels for the accelerator
    BasicCommunicationLibrary<Real> library{}; ///< what carries its collectives
    StackMemory memory{};                      ///< what it keeps beyond what it must
    StackExperts experts{};
    Provenance provenance{};
};
using SoftwareStack = BasicSoftwareStack<double>;

/// Tells `sink` of every field of a stack outside its range.
template <class Real, class Sink>
constexpr void check_rules(const BasicSoftwareStack<Real>& stack, Sink& sink) noexcept {
    using detail::require_range;
    require_range(sink, "stack.host_per_kernel", stack.host_per_kernel, 0.0, 1.0, "s", "about 1e-5 s in eager PyTorch");
    require_range(sink, "stack.step_overhead", stack.step_overhead, 0.0, 1e4, "s");
    require_range(sink, "stack.data_overlap", stack.data_overlap, 0.0, 1.0);
    require_range(sink, "stack.tensor_overlap", stack.tensor_overlap, 0.0, 1.0);
    require_range(sink, "stack.pipeline_overlap", stack.pipeline_overlap, 0.0, 1.0);
    require_range(sink, "stack.expert_overlap", stack.expert_overlap, 0.0, 1.0);
    require_range(sink, "stack.contention", stack.contention, 0.0, 1.0);
    require_range(sink, "stack.straggler", stack.straggler, 0.0, 1.0);
    require_range(sink, "stack.kernels.matrix", stack.kernels.matrix, 0.1, 1.5, {}, "1 is the best known kernel");
    require_range(sink, "stack.kernels.attention", stack.kernels.attention, 0.05, 2.0, {},
                  "1 is the best known kernel");
    require_range(sink, "stack.kernels.attention_on_newer", stack.kernels.attention_on_newer, 0.05, 2.0, {},
                  "1 for kernels that use what new accelerators have");
    require_range(sink, "stack.kernels.stream_traffic", stack.kernels.stream_traffic, 0.5, 10.0, {},
                  "1 for fused kernels");
    require_range(sink, "stack.memory.norm_copies", stack.memory.norm_copies, 0, 16, "B", "FP32 copies of an element");
    require_range(sink, "stack.memory.softmax_copies", stack.memory.softmax_copies, 0, 32, "B");
    require_range(sink, "stack.memory.gradient_copies", stack.memory.gradient_copies, 0, 8);
    check_rules(stack.library, sink);
}

/// The same stack over another scalar.
template <class To, class From>
[[nodiscard]] constexpr BasicSoftwareStack<To> over_scalar(const BasicSoftwareStack<From>& stack) noexcept {
    return {stack.name,
            stack.execution,
            over_scalar<To>(stack.host_per_kernel),
            over_scalar<To>(stack.step_overhead),
            static_cast<To>(stack.data_overlap),
            static_cast<To>(stack.tensor_overlap),
            static_cast<To>(stack.pipeline_overlap),
            static_cast<To>(stack.expert_overlap),
            static_cast<To>(stack.contention),
            static_cast<To>(stack.straggler),
            stack.fused_elementwise,
            {static_cast<To>(stack.kernels.matrix), static_cast<To>(stack.kernels.attention),
             static_cast<To>(stack.kernels.attention_on_newer), static_cast<To>(stack.kernels.stream_traffic)},
            over_scalar<To>(stack.library),
            stack.memory,
            stack.experts,
            stack.provenance};
}

} // namespace foretrain::inline v0
