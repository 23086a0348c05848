// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>

#include "../math/dual.hpp"
#include "../step/estimate.hpp"
#include "constraint.hpp"
#include "inputs.hpp"

// What a step owes to each of its inputs: exact derivatives, elasticities in order, and the constraint that binds.
//
//   elasticity of input x:  e = (x / t) dt/dx        1% more of x changes the step time t by e %
//   share of x:  -e if x is a rate (FLOP/s, B/s, W), e if x is a time (latency, overhead), nothing if x is a ratio
//
// Derivatives are those of the estimate itself, by dual numbers (math/dual.hpp), not of an approximation. At a kink
// (two parts take equally long) they are of the side that the estimate takes.
//
// Shares of all inputs sum to 1, but for a rest that is told: a step is a function of rates, times and ratios alone, so
// if all rates fell and all times rose by one factor, so would the step, and Euler's theorem on homogeneous functions
// splits it up (planner/constraint.hpp). The constraint with the largest share binds: there 1% buys most.

namespace foretrain::inline v0 {

/// A step with its derivatives by N inputs: every time, byte and ratio of it has them, in the order of `inputs`. Of an
/// input that moves two fields it is the derivative by the first, the other moving in proportion.
template <std::size_t N>
[[nodiscard]] constexpr Result<BasicStepEstimate<Dual<double, N>>>
try_differentiate(const Transformer& model, const Cluster& cluster, const ParallelPlan& plan,
                  const std::array<EstimateInput, N>& inputs) noexcept {
    using Number = Dual<double, N>;
    auto machine = over_scalar<Number>(cluster);
    auto layout = over_scalar<Number>(plan);
    for (std::size_t i = 0; i < N; ++i) {
        const double value = value_of(inputs[i], cluster, plan);
        visit_input(inputs[i], machine, layout, [&](auto& field) {
            Number number = detail::number_in(field);
            if (number.value == value) number.gradient[i] = 1.0;
            else if (value != 0) number.gradient[i] = number.value / value;
            detail::put_number(field, number);
        });
    }
    return try_estimate_step(model, machine, layout);
}

/// The constraint whose share an input counts to; of ratios, which have no share, matrix throughput.
[[nodiscard]] constexpr Constraint constraint_of(InputField field) noexcept {
    switch (field) {
    case InputField::memory_bandwidth: return Constraint::memory_bandwidth;
    case InputField::link_bandwidth:
    case InputField::network_quick_rate: return Constraint::interconnect_bandwidth;
    case InputField::link_latency:
    case InputField::base_latency:
    case InputField::in_network_latency:
    case InputField::peer_latency: return Constraint::interconnect_latency;
    case InputField::power: return Constraint::power;
    case InputField::launch_overhead:
    case InputField::fixed_time:
    case InputField::attention_tile:
    case InputField::host_per_kernel:
    case InputField::step_overhead: return Constraint::software;
    case InputField::host_link:
    case InputField::host_memory_bandwidth:
    case InputField::drive_bandwidth: return Constraint::memory_capacity; // what is offloaded for want of room
    default: return Constraint::matrix_throughput;
    }
}

/// What one input does to a step.
struct InputSensitivity {
    EstimateInput input{};
    double value = 0;      ///< of the input, base units
    double time_slope = 0; ///< seconds for each base unit more of it
    double peak_slope = 0; ///< bytes of peak memory for each base unit more of it
    double elasticity = 0; ///< % of step time for 1% more of it; 0 where it is 0
    double peak_elasticity = 0;

    /// Whether it does anything here, to time or memory. The capacity does: it decides what fits.
    [[nodiscard]] constexpr bool matters() const noexcept {
        return time_slope != 0 || peak_slope != 0 || input.field == InputField::memory_capacity;
    }
    /// Share of the step that goes with it.
    [[nodiscard]] constexpr double share() const noexcept {
        switch (dimension_of(input.field)) {
        case InputDimension::rate: return -elasticity;
        case InputDimension::time: return elasticity;
        case InputDimension::ratio: break;
        }
        return 0;
    }
};

/// All inputs of a step, ranked by elasticity, those that slow it down most or speed it up most first.
struct StepSensitivity {
    Seconds time{};
    Bytes peak{};
    Bytes capacity{};
    std::size_t size = 0; ///< smooth inputs, but for those of absent tiers
    std::array<InputSensitivity, most_inputs> ranked{};

    [[nodiscard]] constexpr const InputSensitivity* begin() const noexcept { return ranked.data(); }
    [[nodiscard]] constexpr const InputSensitivity* end() const noexcept { return ranked.data() + size; }

    /// What an input does; nothing of one that is not in the list.
    [[nodiscard]] constexpr InputSensitivity of(const EstimateInput& input) const noexcept {
        for (const InputSensitivity& each : *this)
            if (each.input == input) return each;
        return {.input = input};
    }
    [[nodiscard]] constexpr bool fits() const noexcept { return !(peak > capacity); }
    /// Share of the step that no input has: the latency of an inner step of the matrix units, a constant of the library
    /// (roofline/product.hpp), where products are tiny.
    [[nodiscard]] constexpr double rest() const noexcept {
        double sum = 0;
        for (const InputSensitivity& each : *this) sum += each.share();
        return 1.0 - sum;
    }
    /// Share of the step that goes with a constraint; those of all sum to 1. The rest is matrix throughput's.
    [[nodiscard]] constexpr double share(Constraint constraint) const noexcept {
        double sum = constraint == Constraint::matrix_throughput ? rest() : 0;
        for (const InputSensitivity& each : *this)
            if (constraint_of(each.input.field) == constraint) sum += each.share();
        return sum;
    }
    /// What to relax first: memory capacity if the step does not fit, else the constraint with the largest share.
    [[nodiscard]] constexpr Constraint binding() const noexcept {
        if (!fits()) return Constraint::memory_capacity;
        Constraint best = Constraint::matrix_throughput;
        double most = share(best);
        for (std::size_t i = 0; i < constraints; ++i) {
            const double here = share(static_cast<Constraint>(i));
            if (here > most) {
                most = here;
                best = static_cast<Constraint>(i);
            }
        }
        return best;
    }
};

/// Sensitivities of a step to all of its inputs, or everything wrong with the configuration. `at_once`: derivatives of
/// one estimate; the answer does not depend on it.
template <std::size_t at_once = 16, class Real = double> // Real: nothing is instantiated before somebody calls it
[[nodiscard]] constexpr Result<StepSensitivity> try_sensitivity(const Transformer& model, const Cluster& cluster,
                                                                const ParallelPlan& plan) noexcept {
    if (!is_valid<Real>(model, cluster, plan)) return check<Real>(model, cluster, plan);
    StepSensitivity result;
    std::array<EstimateInput, most_inputs + at_once> inputs{};
    for (const EstimateInput& input : all_inputs)
        if (is_smooth(input.field) &&
            (!input.of_tier() || static_cast<std::int64_t>(input.tier) < cluster.fabric.tiers))
            inputs[result.size++] = input;
    result.capacity = cluster.accelerator.memory.capacity;
    for (std::size_t start = 0; start < result.size; start += at_once) {
        std::array<EstimateInput, at_once> some{};
        for (std::size_t i = 0; i < at_once; ++i) some[i] = inputs[start + i];
        const auto step = try_differentiate(model, cluster, plan, some);
        if (!step) return step.violations();
        const auto time = raw(step->time);
        const auto peak = raw(step->memory.peak);
        result.time = make<Seconds>(time.value);
        result.peak = make<Bytes>(peak.value);
        for (std::size_t i = 0; i < at_once && start + i < result.size; ++i) {
            InputSensitivity& each = result.ranked[start + i];
            each.input = some[i];
            each.value = value_of(some[i], cluster, plan);
            each.time_slope = time.gradient[i];
            each.peak_slope = peak.gradient[i];
            each.elasticity = each.time_slope * each.value / time.value;
            each.peak_elasticity = each.peak_slope * each.value / peak.value;
        }
    }
    const auto size_of_it = [](double x) { return x < 0 ? -x : x; };
    for (std::size_t i = 1; i < result.size; ++i)
        for (std::size_t j = i;
             j > 0 && size_of_it(result.ranked[j].elasticity) > size_of_it(result.ranked[j - 1].elasticity); --j) {
            const InputSensitivity other = result.ranked[j];
            result.ranked[j] = result.ranked[j - 1];
            result.ranked[j - 1] = other;
        }
    return result;
}

#if defined(__cpp_exceptions)
/// The same; throws `InvalidConfiguration` on bad input.
template <std::size_t at_once = 16>
[[nodiscard]] constexpr StepSensitivity sensitivity(const Transformer& model, const Cluster& cluster,
                                                    const ParallelPlan& plan) {
    return detail::value_or_throw(try_sensitivity<at_once>(model, cluster, plan));
}
#endif

} // namespace foretrain::inline v0
