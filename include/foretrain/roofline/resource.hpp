// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

// What can hold a training step back. Every part of an estimate names one of these as its bound.

namespace foretrain::inline v0 {

/// The resource that a part of a step waits for.
enum class Resource : unsigned char {
    matrix,        ///< matrix throughput
    vector,        ///< throughput outside the matrix units
    memory,        ///< HBM bandwidth
    device_launch, ///< kernels too short to fill the device
    host,          ///< the host issues kernels more slowly than the device runs them
    scale_up,      ///< bandwidth or latency inside a node or scale-up domain
    scale_out,     ///< bandwidth or latency between nodes
    dependency,    ///< waiting for another stage: the pipeline bubble
    software,      ///< fixed costs of the training software
};
inline constexpr std::size_t resources = 9;

[[nodiscard]] constexpr std::string_view name_of(Resource resource) noexcept {
    switch (resource) {
    case Resource::matrix: return "matrix throughput";
    case Resource::vector: return "vector throughput";
    case Resource::memory: return "memory bandwidth";
    case Resource::device_launch: return "kernel launch";
    case Resource::host: return "host";
    case Resource::scale_up: return "scale-up network";
    case Resource::scale_out: return "scale-out network";
    case Resource::dependency: return "pipeline dependency";
    case Resource::software: return "software overhead";
    }
    return "software overhead";
}

} // namespace foretrain::inline v0
