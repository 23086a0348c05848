// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <span>

#include "../math/dual.hpp"
#include "../math/tape.hpp"
#include "../step/estimate.hpp"
#include "constraint.hpp"
#include "inputs.hpp"

// What a step owes to each of its inputs: exact derivatives, elasticities in order, and the constraint that binds.
//
//   elasticity of input x:  e = (x / t) dt/dx        1% more of x changes the step time t by e %
//   share of x:  -e if x is a rate (FLOP/s, B/s, W), e if x is a time (latency, overhead), nothing if x is a ratio
//
// Derivatives are those of the estimate itself, not of an approximation: of everything by a few inputs with dual
// numbers (math/dual.hpp), of time and memory by all inputs at once backwards (math/tape.hpp). At a kink (two parts
// take equally long) they are of the side that the estimate takes.
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

namespace detail {

/// Nodes of a tape that a step needs at most; dense steps take 300 of them, those with everything 700.
inline constexpr std::size_t step_nodes = 2048;

/// Fills in the slopes of time and memory by one backward sweep each. False if there were too few nodes.
template <std::size_t nodes, class Real = double> // Real: nothing is instantiated before somebody calls it
[[nodiscard]] constexpr bool trace_step(const Transformer& model, const Cluster& cluster, const ParallelPlan& plan,
                                        StepSensitivity& result) noexcept {
    using Number = Traced<Real>;
    std::array<TapeNode<Real>, nodes> room;
    Tape<Real> tape{room};
    auto machine = over_scalar<Number>(cluster);
    auto layout = over_scalar<Number>(plan);
    for (std::size_t i = 0; i < result.size; ++i) {
        const Number input = tape.input(result.ranked[i].value);
        visit_input(result.ranked[i].input, machine, layout, [&](auto& field) {
            const double own = number_in(field).value;
            const double slope = own == input.value ? 1.0 : input.value != 0 ? own / input.value : 0.0;
            put_number(field, input.scaled(own, slope));
        });
    }
    const Result<BasicStepEstimate<Number>> step = try_estimate_step(model, machine, layout);
    if (!step || !tape.complete()) return false;
    std::array<double, most_inputs> slopes{};
    const std::span<double> some{slopes.data(), result.size};
    tape.gradient(raw(step->time), some);
    for (std::size_t i = 0; i < result.size; ++i) result.ranked[i].time_slope = slopes[i];
    tape.gradient(raw(step->memory.peak), some);
    for (std::size_t i = 0; i < result.size; ++i) result.ranked[i].peak_slope = slopes[i];
    result.time = make<Seconds>(raw(step->time).value);
    result.peak = make<Bytes>(raw(step->memory.peak).value);
    return true;
}

/// The same one by one, without a tape.
template <std::size_t at_once>
constexpr void differentiate_step(const Transformer& model, const Cluster& cluster, const ParallelPlan& plan,
                                  StepSensitivity& result) noexcept {
    for (std::size_t i = 0; i < result.size; ++i) {
        InputSensitivity& each = result.ranked[i];
        const auto step = try_differentiate<at_once>(model, cluster, plan, {each.input});
        if (!step) return;
        each.time_slope = raw(step->time).gradient[0];
        each.peak_slope = raw(step->memory.peak).gradient[0];
        result.time = make<Seconds>(raw(step->time).value);
        result.peak = make<Bytes>(raw(step->memory.peak).value);
    }
}

} // namespace detail

/// Sensitivities of a step to all of its inputs, or everything wrong with the configuration. `nodes`: room on the stack
/// for the way back from the result (48 bytes each); with too little of it the answer is the same, only slower.
template <std::size_t nodes = detail::step_nodes, class Real = double>
[[nodiscard]] constexpr Result<StepSensitivity> try_sensitivity(const Transformer& model, const Cluster& cluster,
                                                                const ParallelPlan& plan) noexcept {
    if (!is_valid<Real>(model, cluster, plan)) return check<Real>(model, cluster, plan);
    StepSensitivity result;
    for (const EstimateInput& input : all_inputs)
        if (is_smooth(input.field) &&
            (!input.of_tier() || static_cast<std::int64_t>(input.tier) < cluster.fabric.tiers))
            result.ranked[result.size++] = {.input = input, .value = value_of(input, cluster, plan)};
    result.capacity = cluster.accelerator.memory.capacity;
    if (!detail::trace_step<nodes, Real>(model, cluster, plan, result))
        detail::differentiate_step<sizeof(Real) / sizeof(Real)>(model, cluster, plan, result);
    for (std::size_t i = 0; i < result.size; ++i) {
        InputSensitivity& each = result.ranked[i];
        each.elasticity = each.time_slope * each.value / raw(result.time);
        each.peak_elasticity = each.peak_slope * each.value / raw(result.peak);
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
template <std::size_t nodes = detail::step_nodes>
[[nodiscard]] constexpr StepSensitivity sensitivity(const Transformer& model, const Cluster& cluster,
                                                    const ParallelPlan& plan) {
    return detail::value_or_throw(try_sensitivity<nodes>(model, cluster, plan));
}
#endif

} // namespace foretrain::inline v0
