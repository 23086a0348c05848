// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "../math/dual.hpp"
#include "inputs.hpp"
#include "run_inputs.hpp"
#include "sensitivity.hpp"

// What the wall clock, the energy and the cost of a run owe to each input: of the step, of the machines' reliability,
// of input, power and prices. Exact derivatives, as planner/sensitivity.hpp has them of a step.
//
// Where the checkpoint interval is chosen by the library it is the best one for the wall clock, so what an input does
// by way of it is nothing to first order (run/goodput.hpp); what it does to energy by way of it is left out.

namespace foretrain::inline v0 {

/// An input of a run: of its step, or beside it.
struct InputOfRun {
    bool beside_step = false;
    EstimateInput of_step{};
    RunInput of_run{};

    friend constexpr bool operator==(const InputOfRun&, const InputOfRun&) noexcept = default;
};

/// The name of an input; of the fabric's, without the tier.
[[nodiscard]] constexpr std::string_view name_of(const InputOfRun& input) noexcept {
    return input.beside_step ? name_of(input.of_run) : name_of(input.of_step.field);
}

/// What one input does to a run: % for 1% more of it, and units for each base unit.
struct RunInputSensitivity {
    InputOfRun input{};
    double value = 0;
    double wall_clock = 0; ///< elasticities
    double energy = 0;
    double cost = 0; ///< of what has a price
    double wall_clock_slope = 0;
    double energy_slope = 0;
    double cost_slope = 0;

    [[nodiscard]] constexpr bool matters() const noexcept {
        return wall_clock_slope != 0 || energy_slope != 0 || cost_slope != 0;
    }
};

/// All inputs of a run, those with the strongest effect on wall clock, energy or cost first.
struct RunSensitivity {
    static constexpr std::size_t most = most_inputs + run_inputs;
    Seconds wall_clock{};
    Joules energy{};
    Cost cost{};
    std::size_t size = 0;
    std::array<RunInputSensitivity, most> ranked{};

    [[nodiscard]] constexpr const RunInputSensitivity* begin() const noexcept { return ranked.data(); }
    [[nodiscard]] constexpr const RunInputSensitivity* end() const noexcept { return ranked.data() + size; }
    /// What an input does; nothing of one that the run does not have.
    [[nodiscard]] constexpr RunInputSensitivity of(const InputOfRun& input) const noexcept {
        for (const RunInputSensitivity& each : *this)
            if (each.input == input) return each;
        return {.input = input};
    }
};

namespace detail {

/// Calls `visit` with every field that an input of a run moves.
template <class Setup, class Visit>
constexpr void visit_input(const InputOfRun& input, Setup& setup, const Visit& visit) noexcept {
    if (input.beside_step) foretrain::visit_input(input.of_run, setup, visit);
    else foretrain::visit_input(input.of_step, setup.cluster, setup.plan, visit);
}

} // namespace detail

/// A run with its derivatives by N inputs: all of it has them, in the order of `inputs`.
template <std::size_t N, class Losses>
[[nodiscard]] constexpr Result<BasicRunEstimate<Dual<double, N>>>
try_differentiate(const BasicRunSetup<double, Losses>& setup, const std::array<InputOfRun, N>& inputs) noexcept {
    using Number = Dual<double, N>;
    auto seeded = over_scalar<Number>(setup);
    for (std::size_t i = 0; i < N; ++i) {
        bool first = true;
        double value = 0;
        detail::visit_input(inputs[i], seeded, [&](auto& field) {
            Number number = detail::number_in(field);
            if (first) value = number.value;
            number.gradient[i] = first ? 1.0 : value != 0 ? number.value / value : 0.0;
            first = false;
            detail::put_number(field, number);
        });
    }
    return try_estimate_run(seeded);
}

/// Sensitivities of a run to all of its inputs, or everything wrong with it.
template <class Losses>
[[nodiscard]] constexpr Result<RunSensitivity> try_sensitivity(const BasicRunSetup<double, Losses>& setup) noexcept {
    constexpr std::size_t at_once = 16;
    RunSensitivity result;
    const auto add = [&](const InputOfRun& input) {
        bool present = false;
        RunInputSensitivity& each = result.ranked[result.size];
        each = {.input = input};
        detail::visit_input(input, setup, [&](const auto& field) {
            if (!present) each.value = detail::number_in(field);
            present = true;
        });
        if (present) ++result.size;
    };
    for (const EstimateInput& input : all_inputs)
        if (is_smooth(input.field) &&
            (!input.of_tier() || static_cast<std::int64_t>(input.tier) < setup.cluster.fabric.tiers))
            add({false, input, {}});
    for (std::size_t i = 0; i < run_inputs; ++i) add({true, {}, static_cast<RunInput>(i)});
    for (std::size_t start = 0; start < result.size; start += at_once) {
        std::array<InputOfRun, at_once> some{};
        for (std::size_t i = 0; i < at_once && start + i < result.size; ++i) some[i] = result.ranked[start + i].input;
        const auto run = try_differentiate(setup, some);
        if (!run) return run.violations();
        const auto time = raw(run->wall_clock), energy = raw(run->energy), cost = raw(run->cost.known);
        result.wall_clock = make<Seconds>(time.value);
        result.energy = make<Joules>(energy.value);
        result.cost = {make<Usd>(cost.value), run->cost.complete, run->cost.unknown};
        for (std::size_t i = 0; i < at_once && start + i < result.size; ++i) {
            RunInputSensitivity& each = result.ranked[start + i];
            each.wall_clock_slope = time.gradient[i];
            each.energy_slope = energy.gradient[i];
            each.cost_slope = cost.gradient[i];
            each.wall_clock = each.value * time.gradient[i] / time.value;
            each.energy = energy.value > 0 ? each.value * energy.gradient[i] / energy.value : 0.0;
            each.cost = cost.value > 0 ? each.value * cost.gradient[i] / cost.value : 0.0;
        }
    }
    const auto strength = [](const RunInputSensitivity& each) {
        const auto size_of_it = [](double x) { return x < 0 ? -x : x; };
        return maximum(size_of_it(each.wall_clock), maximum(size_of_it(each.energy), size_of_it(each.cost)));
    };
    for (std::size_t i = 1; i < result.size; ++i)
        for (std::size_t j = i; j > 0 && strength(result.ranked[j]) > strength(result.ranked[j - 1]); --j) {
            const RunInputSensitivity other = result.ranked[j];
            result.ranked[j] = result.ranked[j - 1];
            result.ranked[j - 1] = other;
        }
    return result;
}

} // namespace foretrain::inline v0
