// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "../collective/library.hpp"
#include "../hardware/accelerator.hpp"
#include "../hardware/fabric.hpp"
#include "../parallel/stack.hpp"

// The library's own constants as lists: a name, how to read and write it, and the range in which a fit may look for it.
//
// A name is the path of the member. Ranges are what hardware or software could plausibly have, narrower
// than what `check_rules` admits. A new constant of a model becomes calibrated by adding its line here.

namespace foretrain::inline v0 {

/// One constant of a `Target`, as a number in `unit`.
template <class Target>
struct Constant {
    std::string_view name;
    std::string_view unit; ///< empty: a ratio or a count
    double (*get)(const Target&) noexcept = nullptr;
    void (*set)(Target&, double) noexcept = nullptr;
    double lower = 0;
    double upper = 0;
};

/// Wires and what carries collectives over them: what a table of collectives tells of.
struct Network {
    Fabric fabric{};
    CommunicationLibrary library{};
};

#define FORETRAIN_CONSTANT(target, member, unit, lower, upper)                                                         \
    Constant<target> {                                                                                                 \
        #member, unit, [](const target& t) noexcept { return detail::plain(t.member); },                               \
            [](target& t, double x) noexcept { detail::assign(t.member, x); }, lower, upper                            \
    }

namespace detail {

constexpr void assign(double& member, double value) noexcept { member = value; }
template <class Quantity>
constexpr void assign(Quantity& member, double value) noexcept {
    member = make<Quantity>(value);
}

} // namespace detail

/// Of `Accelerator`: what a table of matrix products determines.
inline constexpr std::array product_constants{
    FORETRAIN_CONSTANT(Accelerator, kernel.matrix_efficiency, "", 0.05, 1.0),
    FORETRAIN_CONSTANT(Accelerator, kernel.inner_dimension_half, "", 1.0, 5000.0),
    FORETRAIN_CONSTANT(Accelerator, kernel.fixed_time, "s", 1e-7, 1e-3),
    FORETRAIN_CONSTANT(Accelerator, kernel.memory_efficiency, "", 0.05, 1.0),
    FORETRAIN_CONSTANT(Accelerator, kernel.fp32_efficiency, "", 0.05, 1.0),
    FORETRAIN_CONSTANT(Accelerator, kernel.eight_bit_efficiency, "", 0.05, 1.0),
    FORETRAIN_CONSTANT(Accelerator, kernel.four_bit_efficiency, "", 0.05, 1.0),
};

/// Of `Accelerator`: what a table of fused attention determines.
inline constexpr std::array attention_constants{
    FORETRAIN_CONSTANT(Accelerator, kernel.attention_forward, "", 0.02, 1.0),
    FORETRAIN_CONSTANT(Accelerator, kernel.attention_backward, "", 0.02, 1.0),
    FORETRAIN_CONSTANT(Accelerator, kernel.attention_softmax, "", 1.0, 1000.0),
    FORETRAIN_CONSTANT(Accelerator, kernel.attention_tile, "s", 1e-8, 1e-4),
};

/// Of `Network`: what a table of collectives determines. Line rates are given, their efficiencies fitted.
inline constexpr std::array network_constants{
    FORETRAIN_CONSTANT(Network, library.base_latency, "s", 1e-7, 1e-3),
    FORETRAIN_CONSTANT(Network, library.ramp, "", 0.0, 4.0),
    FORETRAIN_CONSTANT(Network, library.quick_bytes, "", 1.0, 10.0),
    FORETRAIN_CONSTANT(Network, library.bulk_latency, "", 1.0, 10.0),
    FORETRAIN_CONSTANT(Network, library.network_bulk_latency, "", 1.0, 20.0),
    FORETRAIN_CONSTANT(Network, library.peer_latency, "s", 1e-8, 1e-4),
    FORETRAIN_CONSTANT(Network, library.in_network_latency, "s", 1e-7, 1e-3),
    FORETRAIN_CONSTANT(Network, library.in_network_efficiency, "", 0.05, 1.0),
    FORETRAIN_CONSTANT(Network, fabric.tier[0].link.latency, "s", 1e-8, 1e-3),
    FORETRAIN_CONSTANT(Network, fabric.tier[0].efficiency, "", 0.02, 1.0),
    FORETRAIN_CONSTANT(Network, fabric.tier[1].link.latency, "s", 1e-8, 1e-2),
    FORETRAIN_CONSTANT(Network, fabric.tier[1].efficiency, "", 0.02, 1.0),
    FORETRAIN_CONSTANT(Network, fabric.tier[2].link.latency, "s", 1e-8, 1e-2),
    FORETRAIN_CONSTANT(Network, fabric.tier[2].efficiency, "", 0.02, 1.0),
};

/// Of `SoftwareStack`: what a table of training steps determines.
inline constexpr std::array stack_constants{
    FORETRAIN_CONSTANT(SoftwareStack, host_per_kernel, "s", 1e-7, 1e-3),
    FORETRAIN_CONSTANT(SoftwareStack, step_overhead, "s", 1e-5, 10.0),
    FORETRAIN_CONSTANT(SoftwareStack, data_overlap, "", 0.0, 1.0),
    FORETRAIN_CONSTANT(SoftwareStack, tensor_overlap, "", 0.0, 1.0),
    FORETRAIN_CONSTANT(SoftwareStack, pipeline_overlap, "", 0.0, 1.0),
    FORETRAIN_CONSTANT(SoftwareStack, contention, "", 0.0, 0.5),
    FORETRAIN_CONSTANT(SoftwareStack, straggler, "", 0.0, 0.2),
    FORETRAIN_CONSTANT(SoftwareStack, kernels.matrix, "", 0.2, 1.5),
    FORETRAIN_CONSTANT(SoftwareStack, kernels.attention, "", 0.1, 2.0),
    FORETRAIN_CONSTANT(SoftwareStack, kernels.stream_traffic, "", 0.5, 8.0),
};

#undef FORETRAIN_CONSTANT

/// The constant of this name in a list, or null.
template <class Target, std::size_t N>
[[nodiscard]] constexpr const Constant<Target>* find_constant(const std::array<Constant<Target>, N>& list,
                                                              std::string_view name) noexcept {
    for (const Constant<Target>& constant : list)
        if (constant.name == name) return &constant;
    return nullptr;
}

} // namespace foretrain::inline v0
