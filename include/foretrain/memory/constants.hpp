// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "../units/evidence.hpp"
#include "../units/quantity.hpp"
#include "activations.hpp"

// What the memory model cannot derive: the few constants of frameworks and drivers.
//
// Everything else follows from the model and the plan. How each was obtained is in docs/memory.md.

namespace foretrain::inline v0 {

/// Constants of the memory model; the same for every model, plan and accelerator unless a caller knows better.
template <class Real>
struct BasicMemoryConstants {
    BasicBytes<Real> context{};            ///< driver reserve, context and loaded kernels of one process
    BasicBytes<Real> communicators{};      ///< buffers of the communication library; none on a single accelerator
    BasicBytes<Real> library_workspace{};  ///< scratch of the matrix and attention libraries
    BasicBytes<Real> reduction_bucket{};   ///< ZeRO-2: gradients gathered before they are reduced
    std::int64_t gathered_layers = 0;      ///< FSDP, ZeRO-3: layers whose weights are whole at once
    Loss loss = Loss::vocabulary_parallel; ///< what the framework's loss keeps of the logits
    Real fragmentation{};                  ///< share of what comes and goes in a step that the allocator cannot use
    Provenance provenance{};
};
using MemoryConstants = BasicMemoryConstants<double>;

/// The values whose accuracy docs/memory.md reports. `context`, `communicators` and `fragmentation` were chosen
/// together on half of 682 runs that did or did not fit into 80 GiB and half of 121 nvidia-smi readings; their sum is
/// known better than each. The workspace is assumed, the bucket is DeepSpeed's default, the gathered layers follow from
/// FSDP's prefetch of one.
template <class Real = double>
[[nodiscard]] constexpr BasicMemoryConstants<Real> memory_constants() noexcept {
    constexpr double mebibyte = 1048576.0;
    const auto bytes = [](double count) { return make<BasicBytes<Real>>(Real(count)); };
    return {.context = bytes(1024.0 * mebibyte),
            .communicators = bytes(2048.0 * mebibyte),
            .library_workspace = bytes(128.0 * mebibyte),
            .reduction_bucket = bytes(1e9),
            .gathered_layers = 2,
            .loss = Loss::vocabulary_parallel,
            .fragmentation = Real(0.15),
            .provenance = {"Hagemann et al. 2023, arXiv 2311.05610, published runs; FlagPerf and BigScience logs",
                           "2024-01", Evidence::fitted}};
}

} // namespace foretrain::inline v0
