// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>

#include "../parallel/plan.hpp"

// The continuous inputs of a step, by name: what derivatives, ranges and what-ifs are asked of.
//
// Each is a field of the cluster or the plan, but for the 16-bit rate, which moves the peaks of FP16 and BF16 together:
// they are one set of units. Integers (degrees of parallelism, batches, accelerators) are no inputs here; their
// neighbours are estimates of their own. Left out is what no step reads: the cache, the NICs (the fabric has their
// bandwidth) and the size of host memory. Names of a family are kept in one table so that none is forgotten.

namespace foretrain::inline v0 {

/// How an input enters a time if the clock ran twice as fast: rates double, times halve, the rest stays.
enum class InputDimension : unsigned char { ratio, rate, time };

// X(enumerator, name, dimension, lowest, highest, fields...): of the accelerator, the node, the stack and the plan.
#define FORETRAIN_INPUTS(X)                                                                                            \
    X(fp32_rate, "FP32 matrix rate", rate, 0.0, 1e18, cluster.accelerator.matrix.fp32)                                 \
    X(tf32_rate, "TF32 matrix rate", rate, 0.0, 1e18, cluster.accelerator.matrix.tf32)                                 \
    X(sixteen_bit_rate, "16-bit matrix rate", rate, 0.0, 1e18, cluster.accelerator.matrix.bf16,                        \
      cluster.accelerator.matrix.fp16)                                                                                 \
    X(fp8_rate, "FP8 matrix rate", rate, 0.0, 1e18, cluster.accelerator.matrix.fp8)                                    \
    X(fp4_rate, "FP4 matrix rate", rate, 0.0, 1e18, cluster.accelerator.matrix.fp4)                                    \
    X(int8_rate, "INT8 matrix rate", rate, 0.0, 1e18, cluster.accelerator.matrix.int8)                                 \
    X(vector_rate, "vector rate", rate, 1e9, 1e17, cluster.accelerator.vector)                                         \
    X(memory_capacity, "memory capacity", ratio, 1e6, 1e15, cluster.accelerator.memory.capacity)                       \
    X(memory_bandwidth, "memory bandwidth", rate, 1e8, 1e16, cluster.accelerator.memory.bandwidth)                     \
    X(launch_overhead, "launch overhead", time, 0.0, 1.0, cluster.accelerator.launch_overhead)                         \
    X(power, "rated power", rate, 1.0, 1e5, cluster.accelerator.power)                                                 \
    X(matrix_efficiency, "matrix efficiency", ratio, 0.01, 1.0, cluster.accelerator.kernel.matrix_efficiency)          \
    X(sustained_clock, "sustained clock", ratio, 0.01, 1.0, cluster.accelerator.kernel.sustained_clock)                \
    X(sustained_energy, "sustained energy", ratio, 0.0, 1e-9, cluster.accelerator.kernel.sustained_energy)             \
    X(memory_efficiency, "memory efficiency", ratio, 0.01, 1.0, cluster.accelerator.kernel.memory_efficiency)          \
    X(attention_forward, "attention efficiency forward", ratio, 0.01, 1.0,                                             \
      cluster.accelerator.kernel.attention_forward)                                                                    \
    X(attention_backward, "attention efficiency backward", ratio, 0.01, 1.0,                                           \
      cluster.accelerator.kernel.attention_backward)                                                                   \
    X(attention_softmax, "softmax work", ratio, 0.0, 1e4, cluster.accelerator.kernel.attention_softmax)                \
    X(attention_tile, "attention tile time", time, 0.0, 1.0, cluster.accelerator.kernel.attention_tile)                \
    X(inner_dimension_half, "inner dimension half", ratio, 0.0, 1e6, cluster.accelerator.kernel.inner_dimension_half)  \
    X(fixed_time, "fixed kernel time", time, 0.0, 1.0, cluster.accelerator.kernel.fixed_time)                          \
    X(fp32_efficiency, "FP32 efficiency", ratio, 0.01, 1.0, cluster.accelerator.kernel.fp32_efficiency)                \
    X(eight_bit_efficiency, "8-bit efficiency", ratio, 0.01, 1.0, cluster.accelerator.kernel.eight_bit_efficiency)     \
    X(four_bit_efficiency, "4-bit efficiency", ratio, 0.01, 1.0, cluster.accelerator.kernel.four_bit_efficiency)       \
    X(host_link, "host link bandwidth", rate, 0.0, 1e13, cluster.node.host_link)                                       \
    X(host_memory_bandwidth, "host memory bandwidth", rate, 0.0, 1e14, cluster.node.host_memory_bandwidth)             \
    X(drive_bandwidth, "drive bandwidth", rate, 0.0, 1e13, cluster.node.drive_bandwidth)                               \
    X(host_per_kernel, "host time a kernel", time, 0.0, 1.0, plan.stack.host_per_kernel)                               \
    X(step_overhead, "step overhead", time, 0.0, 1e4, plan.stack.step_overhead)                                        \
    X(data_overlap, "data overlap", ratio, 0.0, 1.0, plan.stack.data_overlap)                                          \
    X(tensor_overlap, "tensor overlap", ratio, 0.0, 1.0, plan.stack.tensor_overlap)                                    \
    X(pipeline_overlap, "pipeline overlap", ratio, 0.0, 1.0, plan.stack.pipeline_overlap)                              \
    X(expert_overlap, "expert overlap", ratio, 0.0, 1.0, plan.stack.expert_overlap)                                    \
    X(contention, "contention", ratio, 0.0, 1.0, plan.stack.contention)                                                \
    X(straggler, "stragglers", ratio, 0.0, 1.0, plan.stack.straggler)                                                  \
    X(matrix_quality, "matrix kernel quality", ratio, 0.1, 1.5, plan.stack.kernels.matrix)                             \
    X(attention_quality, "attention kernel quality", ratio, 0.05, 2.0, plan.stack.kernels.attention)                   \
    X(attention_on_newer, "attention quality on newer chips", ratio, 0.05, 2.0, plan.stack.kernels.attention_on_newer) \
    X(stream_traffic, "stream traffic", ratio, 0.5, 10.0, plan.stack.kernels.stream_traffic)                           \
    X(base_latency, "collective base latency", time, 0.0, 1.0, plan.stack.library.base_latency)                        \
    X(ramp, "collective ramp", ratio, 0.0, 10.0, plan.stack.library.ramp)                                              \
    X(in_network_latency, "in-network latency", time, 0.0, 1.0, plan.stack.library.in_network_latency)                 \
    X(in_network_efficiency, "in-network efficiency", ratio, 0.01, 1.0, plan.stack.library.in_network_efficiency)      \
    X(quick_bytes, "low-latency protocol bytes", ratio, 0.0, 100.0, plan.stack.library.quick_bytes)                    \
    X(bulk_latency, "bulk protocol latency", ratio, 1.0, 100.0, plan.stack.library.bulk_latency)                       \
    X(network_bulk_latency, "bulk protocol latency across nodes", ratio, 1.0, 100.0,                                   \
      plan.stack.library.network_bulk_latency)                                                                         \
    X(peer_latency, "peer latency", time, 0.0, 1.0, plan.stack.library.peer_latency)                                   \
    X(network_quick_rate, "low-latency protocol rate", rate, 0.0, 1e16, plan.stack.library.network_quick_rate)         \
    X(own_copy, "own copy", ratio, 0.0, 10.0, plan.stack.library.own_copy)                                             \
    X(start, "start factor of collectives", ratio, 0.0, 1000.0, cluster.fabric.tier[0].start)                          \
    X(local_copy, "local copy", ratio, 0.0, 100.0, cluster.fabric.tier[0].local_copy)                                  \
    X(expert_capacity, "expert capacity", ratio, 0.0, 1e3, plan.expert_capacity)                                       \
    X(expert_imbalance, "expert imbalance", ratio, 1.0, 1e3, plan.expert_imbalance)                                    \
    X(offload_weights, "offloaded weights", ratio, 0.0, 1.0, plan.offload.weights)                                     \
    X(offload_optimizer, "offloaded optimizer", ratio, 0.0, 1.0, plan.offload.optimizer)                               \
    X(offload_activations, "offloaded activations", ratio, 0.0, 1.0, plan.offload.activations)
// The same of a tier of the fabric.
#define FORETRAIN_TIER_INPUTS(X)                                                                                       \
    X(link_bandwidth, "bandwidth", rate, 1e6, 1e16, tier.link.bandwidth)                                               \
    X(link_latency, "latency", time, 0.0, 1.0, tier.link.latency)                                                      \
    X(oversubscription, "oversubscription", ratio, 1.0, 1000.0, tier.oversubscription)                                 \
    X(link_efficiency, "efficiency", ratio, 0.01, 1.0, tier.efficiency)                                                \
    X(exchange, "exchange rate", ratio, 0.01, 100.0, tier.exchange)
#define FORETRAIN_INPUT_NAME(enumerator, ...) enumerator,
#define FORETRAIN_INPUT_ROW(enumerator, text, dimension_, low, high, ...)                                              \
    InputRow{text, InputDimension::dimension_, low, high},

/// A continuous input; those from `link_bandwidth` on are of a tier of the fabric.
enum class InputField : unsigned char {
    FORETRAIN_INPUTS(FORETRAIN_INPUT_NAME) FORETRAIN_TIER_INPUTS(FORETRAIN_INPUT_NAME)
};

namespace detail {
struct InputRow {
    std::string_view name;
    InputDimension dimension;
    double lowest;
    double highest;
};
inline constexpr std::array input_rows{FORETRAIN_INPUTS(FORETRAIN_INPUT_ROW)
                                           FORETRAIN_TIER_INPUTS(FORETRAIN_INPUT_ROW)};
} // namespace detail

/// Fields, those of a tier counted once.
inline constexpr std::size_t input_fields = detail::input_rows.size();

/// An input of an estimate: a field and, for those of the fabric, the tier it belongs to, 0 the innermost.
struct EstimateInput {
    InputField field{};
    unsigned char tier = 0;

    [[nodiscard]] constexpr bool of_tier() const noexcept { return field >= InputField::link_bandwidth; }
    friend constexpr bool operator==(const EstimateInput&, const EstimateInput&) noexcept = default;
};

[[nodiscard]] constexpr std::string_view name_of(InputField field) noexcept {
    return detail::input_rows[static_cast<std::size_t>(field)].name;
}
[[nodiscard]] constexpr InputDimension dimension_of(InputField field) noexcept {
    return detail::input_rows[static_cast<std::size_t>(field)].dimension;
}
/// The least and the largest value that an input may have.
[[nodiscard]] constexpr double lowest_of(InputField field) noexcept {
    return detail::input_rows[static_cast<std::size_t>(field)].lowest;
}
[[nodiscard]] constexpr double highest_of(InputField field) noexcept {
    return detail::input_rows[static_cast<std::size_t>(field)].highest;
}

/// Whether a step changes smoothly with an input. Tokens of an expert are counted whole, so of its load only finite
/// changes (planner/tornado.hpp) say what it does.
[[nodiscard]] constexpr bool is_smooth(InputField field) noexcept {
    return field != InputField::expert_capacity && field != InputField::expert_imbalance;
}

/// All inputs of a step, those of the fabric for each of four tiers.
inline constexpr std::size_t most_inputs = static_cast<std::size_t>(InputField::link_bandwidth) +
                                           (input_fields - static_cast<std::size_t>(InputField::link_bandwidth)) * 4;
inline constexpr std::array<EstimateInput, most_inputs> all_inputs = [] {
    std::array<EstimateInput, most_inputs> all{};
    std::size_t i = 0;
    for (std::size_t field = 0; field < input_fields; ++field) {
        EstimateInput input{static_cast<InputField>(field)};
        for (unsigned char tier = 0; tier < (input.of_tier() ? 4 : 1); ++tier) {
            input.tier = tier;
            all[i++] = input;
        }
    }
    return all;
}();

namespace detail {
template <class Visit, class... Fields>
constexpr void visit_fields(Visit&& visit, Fields&... fields) noexcept {
    (visit(fields), ...);
}
} // namespace detail

/// Calls `visit` with each field that an input moves, a quantity or a ratio; the first one that is not 0 has its value
/// (a chip may lack one of two formats).
template <class AnyCluster, class AnyPlan, class Visit>
constexpr void visit_input(const EstimateInput& input, AnyCluster& cluster, AnyPlan& plan, Visit&& visit) noexcept {
    auto& tier = cluster.fabric.tier[input.tier < 4 ? input.tier : 3u];
    switch (input.field) {
#define FORETRAIN_INPUT_CASE(enumerator, text, dimension, low, high, ...)                                              \
    case InputField::enumerator: return detail::visit_fields(visit, __VA_ARGS__);
        FORETRAIN_INPUTS(FORETRAIN_INPUT_CASE)
        FORETRAIN_TIER_INPUTS(FORETRAIN_INPUT_CASE)
#undef FORETRAIN_INPUT_CASE
    }
}
#undef FORETRAIN_INPUT_NAME
#undef FORETRAIN_INPUT_ROW
#undef FORETRAIN_INPUTS
#undef FORETRAIN_TIER_INPUTS

namespace detail {

/// The number in a quantity or a ratio.
template <class Number>
[[nodiscard]] constexpr auto number_in(const Number& number) noexcept {
    if constexpr (requires { raw(number); }) return raw(number);
    else return number;
}
template <class Number, class Real>
constexpr void put_number(Number& field, const Real& value) noexcept {
    if constexpr (requires { Number::from_value(value); }) field = Number::from_value(value);
    else field = value;
}

} // namespace detail

/// The value of an input in base units.
template <class Real>
[[nodiscard]] constexpr Real value_of(const EstimateInput& input, const BasicCluster<Real>& cluster,
                                      const BasicParallelPlan<Real>& plan) noexcept {
    Real value{};
    visit_input(input, cluster, plan, [&](const auto& field) {
        if (value == Real(0.0)) value = detail::number_in(field);
    });
    return value;
}

/// Gives an input another value, in base units; what moves with it keeps its proportion.
template <class Real>
constexpr void set_value(const EstimateInput& input, BasicCluster<Real>& cluster, BasicParallelPlan<Real>& plan,
                         const Real& value) noexcept {
    const Real before = value_of(input, cluster, plan);
    visit_input(input, cluster, plan, [&](auto& field) {
        const Real own = detail::number_in(field);
        detail::put_number(field, own == before ? value : Real(own * (value / before)));
    });
}

} // namespace foretrain::inline v0
