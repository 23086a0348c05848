// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "../units/evidence.hpp"
#include "../units/quantity.hpp"

// What the memory model cannot derive: the few constants of drivers, libraries and allocators.
//
// What one training software does and another does not is a property of the stack (parallel/stack.hpp); everything else
// follows from the model and the plan. How each constant was obtained is in docs/memory.md.

namespace foretrain::inline v0 {

/// Constants of the memory model; the same for every model, plan and accelerator unless a caller knows better.
template <class Real>
struct BasicMemoryConstants {
    BasicBytes<Real> context{};           ///< driver reserve, context and loaded kernels of one process
    BasicBytes<Real> communicators{};     ///< buffers of the communication library; none on a single accelerator
    BasicBytes<Real> library_workspace{}; ///< scratch of the matrix and attention libraries
    BasicBytes<Real> reduction_bucket{};  ///< ZeRO-2: gradients gathered before they are reduced
    Real fragmentation{};                 ///< share of what comes and goes in a step that the allocator cannot use
    Real moment_overlap{};                ///< share of the lesser of two moments that does not fit into the room that
                                          ///< the other left, because what is kept was allocated in between
    Real cached{}; ///< what the allocator holds unused while memory is not short, as a share of what comes and goes
    Provenance provenance{};
};
using MemoryConstants = BasicMemoryConstants<double>;

/// The values whose accuracy docs/memory.md reports. `context`, `communicators`, `fragmentation` and `moment_overlap`
/// were chosen together on runs that did or did not fit into 80 GiB; the sum of the first two is known better than
/// each. The workspace is assumed, the bucket is DeepSpeed's default.
template <class Real = double>
[[nodiscard]] constexpr BasicMemoryConstants<Real> memory_constants() noexcept {
    constexpr double mebibyte = 1048576.0;
    const auto bytes = [](double count) { return make<BasicBytes<Real>>(Real(count)); };
    return {.context = bytes(1024.0 * mebibyte),
            .communicators = bytes(2048.0 * mebibyte),
            .library_workspace = bytes(128.0 * mebibyte),
            .reduction_bucket = bytes(1e9),
            .fragmentation = Real(0.04),
            .moment_overlap = Real(0.5),
            .cached = Real(0.35),
            .provenance = {"Hagemann et al. 2023, arXiv 2311.05610, published runs", "2024-01", Evidence::fitted}};
}

} // namespace foretrain::inline v0
