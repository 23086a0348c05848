// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

#include "../step/estimate.hpp"

// Which of several changes makes the difference between two estimates.
//
//   share of change g = mean over the orders in which the changes can be made of  v(S + g) - v(S)
//
// S is what was changed before g; v is evaluated with the changes S made and the others not. Shares sum to v(all) -
// v(none), whatever interacts (Shapley 1953, "A value for n-person games"). Where some combination of changes is no
// valid configuration (a plan for more accelerators than the old fabric joins), only orders that pass around it count:
// each order's parts still sum to the whole, hence so does their mean.

namespace foretrain::inline v0 {

/// A difference shared out among `N` changes.
template <class Value, std::size_t N>
struct Attribution {
    Value before{};
    Value after{};
    std::array<Value, N> share{};
    std::array<Value, N> alone{}; ///< what the change does to the first configuration by itself, where that is valid
    unsigned valid_alone = 0;     ///< bit g: it is
    double orders = 0;            ///< in which the changes can be made one by one

    /// The sum of all shares: `after` - `before`, up to the last bits.
    [[nodiscard]] constexpr Value total() const noexcept {
        Value sum{};
        for (const Value& part : share) sum += part;
        return sum;
    }
};

/// Shares out a difference. `value(mask)`, by bits of the changes that are made, is a `std::optional<Value>`: nothing
/// where the combination is invalid; it is asked once for each subset of `changed`. Nothing if one of the ends is
/// invalid, or every order passes through an invalid combination: then the changes cannot be told apart.
template <class Value, std::size_t N, class Function>
    requires(N <= 8)
[[nodiscard]] constexpr std::optional<Attribution<Value, N>> attribute(const Function& value,
                                                                       unsigned changed = (1u << N) - 1u) noexcept {
    constexpr std::size_t subsets = std::size_t{1} << N;
    std::array<Value, subsets> at{};
    std::array<double, subsets> from{}; // orders from nothing changed to the subset, through valid ones
    std::array<double, subsets> to{};   // from the subset to everything changed
    std::array<bool, subsets> valid{};
    for (unsigned mask = 0; mask < subsets; ++mask) {
        if ((mask & ~changed) != 0) continue;
        const std::optional<Value> here = value(mask);
        valid[mask] = here.has_value();
        if (here) at[mask] = *here;
    }
    if (!valid[0] || !valid[changed]) return std::nullopt;
    from[0] = to[changed] = 1.0;
    const auto each_change = [&](unsigned mask, auto act) {
        for (std::size_t g = 0; g < N; ++g)
            if (((changed >> g) & 1u) != 0 && ((mask >> g) & 1u) == 0 && valid[mask] && valid[mask | (1u << g)])
                act(g, mask | (1u << g));
    };
    for (unsigned mask = 0; mask < subsets; ++mask)
        if ((mask & ~changed) == 0) each_change(mask, [&](std::size_t, unsigned next) { from[next] += from[mask]; });
    for (unsigned mask = subsets; mask-- > 0;)
        if ((mask & ~changed) == 0) each_change(mask, [&](std::size_t, unsigned next) { to[mask] += to[next]; });
    if (!(to[0] > 0)) return std::nullopt;
    Attribution<Value, N> result{.before = at[0], .after = at[changed], .orders = to[0]};
    for (unsigned mask = 0; mask < subsets; ++mask)
        if ((mask & ~changed) == 0)
            each_change(mask, [&](std::size_t g, unsigned next) {
                result.share[g] += (at[next] - at[mask]) * (from[mask] * to[next] / to[0]);
                if (mask == 0) {
                    result.alone[g] = at[next] - at[0];
                    result.valid_alone |= 1u << g;
                }
            });
    return result;
}

/// What a step is estimated for.
template <class Real>
struct BasicStepSetup {
    Transformer model{};
    BasicCluster<Real> cluster{};
    BasicParallelPlan<Real> plan{};
};
using StepSetup = BasicStepSetup<double>;

/// What can differ between two setups.
enum class SetupChange : unsigned char {
    model,
    accelerator, ///< the chip with its kernels
    network,     ///< node and fabric
    software,    ///< the stack
    plan,        ///< parallelism, batch, precision, recomputation, and the number of accelerators
};
inline constexpr std::size_t setup_changes = 5;

[[nodiscard]] constexpr std::string_view name_of(SetupChange change) noexcept {
    constexpr std::array<std::string_view, setup_changes> names{"model", "accelerator", "node and network", "software",
                                                                "plan and scale"};
    return names[static_cast<std::size_t>(change)];
}

/// The first setup with some of what the second has: bits of `SetupChange`.
template <class Real>
[[nodiscard]] constexpr BasicStepSetup<Real> mixed_setup(const BasicStepSetup<Real>& before,
                                                         const BasicStepSetup<Real>& after, unsigned mask) noexcept {
    const auto from = [&](SetupChange change) -> const BasicStepSetup<Real>& {
        return ((mask >> static_cast<unsigned>(change)) & 1u) != 0 ? after : before;
    };
    BasicStepSetup<Real> setup = from(SetupChange::plan);
    setup.model = from(SetupChange::model).model;
    setup.cluster.accelerator = from(SetupChange::accelerator).cluster.accelerator;
    setup.cluster.node = from(SetupChange::network).cluster.node;
    setup.cluster.fabric = from(SetupChange::network).cluster.fabric;
    setup.plan.stack = from(SetupChange::software).plan.stack;
    return setup;
}

/// The difference of two step times, shared out among what changed. `changed`: bits of `SetupChange` that may differ;
/// the fewer, the fewer estimates. Times are those of a step or, where `work` is above 0, of so many tokens.
template <class Real>
[[nodiscard]] constexpr std::optional<Attribution<BasicSeconds<Real>, setup_changes>>
attribute_step_time(const BasicStepSetup<Real>& before, const BasicStepSetup<Real>& after,
                    unsigned changed = (1u << setup_changes) - 1u, Tokens work = {}) noexcept {
    return attribute<BasicSeconds<Real>, setup_changes>(
        [&](unsigned mask) -> std::optional<BasicSeconds<Real>> {
            const BasicStepSetup<Real> setup = mixed_setup(before, after, mask);
            const Result<BasicStepEstimate<Real>> step = try_estimate_step(setup.model, setup.cluster, setup.plan);
            if (!step) return std::nullopt;
            if (raw(work) > 0) return step->time * Real(raw(work) / raw(step->tokens));
            return step->time;
        },
        changed);
}

/// The same of peak memory.
template <class Real>
[[nodiscard]] constexpr std::optional<Attribution<BasicBytes<Real>, setup_changes>>
attribute_peak_memory(const BasicStepSetup<Real>& before, const BasicStepSetup<Real>& after,
                      unsigned changed = (1u << setup_changes) - 1u) noexcept {
    return attribute<BasicBytes<Real>, setup_changes>(
        [&](unsigned mask) -> std::optional<BasicBytes<Real>> {
            const BasicStepSetup<Real> setup = mixed_setup(before, after, mask);
            if (!is_valid(setup.model, setup.cluster, setup.plan)) return std::nullopt;
            return peak_footprint(setup.model, setup.plan).footprint.total();
        },
        changed);
}

} // namespace foretrain::inline v0
