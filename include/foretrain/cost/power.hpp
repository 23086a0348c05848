// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>

#include "../step/estimate.hpp"

// Power of an accelerator from how busy its units are.
//
//   P = P_idle + e_flop x FLOP/s + e_byte x HBM bytes/s + e_link x link bytes/s + P_kernels,   at most rated
//
// Energies follow from datasheet and roofline. A clock that sustained products hold below the boost clock is a clock
// limited by power: at the full sustained rate in a format the board draws what it is rated for, a share x below it as
// governors keep away from their limit, so
//
//   e_flop(format) = x (P_rated - P_idle) / sustained rate(format)
//
// A kernel bound by memory at full bandwidth draws a share m of the same range, a kernel that fills neither a share k,
// communication a share c: four constants for all chips, fitted to measured boards (docs/energy.md). Averages over a
// step: the shares of its time that are spent so sum to at most 1, and what is left waits at idle power.

namespace foretrain::inline v0 {

/// What the units of an accelerator do with the time of a step, as shares of it. The rest waits.
template <class Real>
struct BasicUtilization {
    Real matrix{};  ///< matrix units at the rate that large products sustain
    Real memory{};  ///< kernels bound by memory bandwidth
    Real kernels{}; ///< other kernels: partly filled products, vector work, launches
    Real link{};    ///< communication that nothing hides, and spinning in it for other ranks

    /// Share of the time in which no kernel runs.
    [[nodiscard]] constexpr Real waiting() const noexcept {
        const Real rest = Real(1.0) - (matrix + memory + kernels + link);
        return maximum(rest, Real(0.0)); // shares that fill the step may exceed it by a rounding
    }
};
using Utilization = BasicUtilization<double>;

/// Power of one accelerator by its causes.
template <class Real>
struct BasicAcceleratorPower {
    BasicWatts<Real> idle{};
    BasicWatts<Real> matrix{};
    BasicWatts<Real> memory{};
    BasicWatts<Real> kernels{};
    BasicWatts<Real> link{};

    [[nodiscard]] constexpr BasicWatts<Real> total() const noexcept { return idle + matrix + memory + kernels + link; }
};
using AcceleratorPower = BasicAcceleratorPower<double>;

/// What says how much an accelerator draws; a user's own type drops in.
template <class Model, class Real>
concept PowerModel =
    requires(const Model& model, const BasicUtilization<Real>& busy, const BasicAccelerator<Real>& accelerator) {
        { model.power(busy, accelerator) } -> std::same_as<BasicAcceleratorPower<Real>>;
    };

/// Clock over boost that the matrix units hold for hours in a format; FP32 outside of them holds the boost clock.
template <class Real>
[[nodiscard]] constexpr Real held_clock(const BasicAccelerator<Real>& a, NumberFormat format) noexcept {
    return format == NumberFormat::fp32 ? Real(1.0) : sustained_share(a, format);
}

/// Power by components, as above.
template <class Real>
struct BasicComponentPower {
    Real matrix{};  ///< share of the range between idle and rated power at the full sustained rate, 0 to 1
    Real memory{};  ///< the same at full memory bandwidth
    Real kernels{}; ///< the same while kernels run that neither fill the matrix units nor the memory
    Real link{};    ///< the same while it communicates and waits in communication
    Provenance provenance{};

    /// Energy of a FLOP of the matrix units at their sustained rate; formats must be the accelerator's.
    [[nodiscard]] constexpr BasicFlopEnergy<Real> flop_energy(const BasicAccelerator<Real>& a,
                                                              NumberFormat format) const noexcept {
        return (a.power - a.idle_power) * matrix /
               (a.matrix.of(format) * (a.kernel.efficiency_of(format) * held_clock(a, format)));
    }
    /// Energy of a byte to or from memory, with what the rest of the chip draws meanwhile.
    [[nodiscard]] constexpr BasicByteEnergy<Real> byte_energy(const BasicAccelerator<Real>& a) const noexcept {
        return (a.power - a.idle_power) * memory / (a.memory.bandwidth * a.kernel.memory_efficiency);
    }
    /// Energy of a byte sent over a link that runs at its full rate, with what the chip draws meanwhile.
    [[nodiscard]] constexpr BasicByteEnergy<Real> link_energy(const BasicAccelerator<Real>& a,
                                                              const BasicLink<Real>& wire) const noexcept {
        return (a.power - a.idle_power) * link / wire.bandwidth;
    }
    /// Average power of an accelerator so busy.
    [[nodiscard]] constexpr BasicAcceleratorPower<Real> power(const BasicUtilization<Real>& busy,
                                                              const BasicAccelerator<Real>& a) const noexcept {
        const BasicWatts<Real> range = a.power - a.idle_power;
        return {a.idle_power, range * (matrix * busy.matrix), range * (memory * busy.memory),
                range * (kernels * busy.kernels), range * (link * busy.link)};
    }
};
using ComponentPower = BasicComponentPower<double>;

/// The constants fitted to measured boards; docs/energy.md says how and what remains.
inline constexpr ComponentPower measured_boards{
    .matrix = 0.917,
    .memory = 0.609,
    .kernels = 0.593,
    .link = 0.35,
    .provenance = {"fit to boards and nodes measured by Zeus (NSDI 2023) and in MLPerf Training power", "2026-11",
                   Evidence::fitted}};

/// The simplest model: so much of the range between idle and rated power while it computes, so much while it does not.
template <class Real>
struct BasicActivityPower {
    Real computing{}; ///< 0 to 1
    Real waiting{};   ///< 0 to `computing`: communication, bubbles and waits alike

    [[nodiscard]] constexpr BasicAcceleratorPower<Real> power(const BasicUtilization<Real>& busy,
                                                              const BasicAccelerator<Real>& a) const noexcept {
        const BasicWatts<Real> range = a.power - a.idle_power;
        return {a.idle_power, range * (computing * busy.matrix), range * (computing * busy.memory),
                range * (computing * busy.kernels), range * (waiting * (busy.link + busy.waiting()))};
    }
};
using ActivityPower = BasicActivityPower<double>;

/// Tells `sink` of every share outside 0 to 1, and of shares that together exceed the step.
template <class Real, class Sink>
constexpr void check_rules(const BasicUtilization<Real>& busy, Sink& sink) noexcept {
    detail::require_range(sink, "utilization.matrix", busy.matrix, 0.0, 1.0);
    detail::require_range(sink, "utilization.memory", busy.memory, 0.0, 1.0);
    detail::require_range(sink, "utilization.kernels", busy.kernels, 0.0, 1.0);
    detail::require_range(sink, "utilization.link", busy.link, 0.0, 1.0);
    const Real sum = busy.matrix + busy.memory + busy.kernels + busy.link;
    detail::require(sink, !(sum > Real(1.0 + 1e-6)), "shares_of_a_step", "utilization.matrix", busy.matrix,
                    "so that all shares sum to at most 1, not {}", detail::plain(sum), "shares of the time of a step");
}
/// Tells `sink` of every field of a power model outside its range.
template <class Real, class Sink>
constexpr void check_rules(const BasicComponentPower<Real>& model, Sink& sink) noexcept {
    detail::require_range(sink, "power.matrix", model.matrix, 0.0, 1.0, {}, "share of rated less idle power");
    detail::require_range(sink, "power.memory", model.memory, 0.0, 1.0, {}, "share of rated less idle power");
    detail::require_range(sink, "power.kernels", model.kernels, 0.0, 1.0, {}, "share of rated less idle power");
    detail::require_range(sink, "power.link", model.link, 0.0, 1.0, {}, "share of rated less idle power");
}
/// The same of the simplest model.
template <class Real, class Sink>
constexpr void check_rules(const BasicActivityPower<Real>& model, Sink& sink) noexcept {
    detail::require_range(sink, "power.computing", model.computing, 0.0, 1.0, {}, "share of rated less idle power");
    detail::require_range(sink, "power.waiting", model.waiting, 0.0, 1.0, {}, "share of rated less idle power");
}

/// The model over another scalar.
template <class To, class From>
[[nodiscard]] constexpr BasicComponentPower<To> over_scalar(const BasicComponentPower<From>& model) noexcept {
    return {detail::as_scalar<To>(model.matrix), detail::as_scalar<To>(model.memory),
            detail::as_scalar<To>(model.kernels), detail::as_scalar<To>(model.link), model.provenance};
}

namespace detail {

/// The format whose dense peak a step was estimated with. Formats of one peak share their constants.
template <class Real>
[[nodiscard]] constexpr NumberFormat format_of_peak(const BasicAccelerator<Real>& a,
                                                    const BasicFlopRate<Real>& peak) noexcept {
    for (const NumberFormat format : {NumberFormat::bf16, NumberFormat::fp16, NumberFormat::tf32, NumberFormat::fp8,
                                      NumberFormat::fp4, NumberFormat::int8})
        if (a.matrix.of(format) == peak) return format;
    return NumberFormat::fp32;
}

} // namespace detail

/// What an accelerator does with the time of a step that was estimated on it: the FLOPs it does over what it could
/// sustain, at most the time that its products take; of the rest of the compute, what waits for memory; communication,
/// the bubble and stragglers; the rest, for the host and the software, is idle.
template <class Real>
[[nodiscard]] constexpr BasicUtilization<Real> utilization_of(const BasicStepEstimate<Real>& step,
                                                              const BasicAccelerator<Real>& accelerator) noexcept {
    const BasicStepBreakdown<Real>& parts = step.breakdown;
    const auto computes = [&](std::size_t i) {
        const StepPart part = static_cast<StepPart>(i);
        return i < operation_kinds || part == StepPart::recomputation || part == StepPart::optimizer ||
               part == StepPart::overlap_cost;
    };
    BasicSeconds<Real> products{}, memory{}, others{};
    for (std::size_t i = 0; i < step_parts; ++i) {
        if (!computes(i)) continue;
        if (parts.bound[i] == Resource::matrix) products += parts.time[i];
        else if (parts.bound[i] == Resource::memory) memory += parts.time[i];
        else others += parts.time[i];
    }
    const NumberFormat format = detail::format_of_peak(accelerator, step.peak);
    const Real sustained = accelerator.kernel.efficiency_of(format) * held_clock(accelerator, format);
    const Real in_products = products / step.time;
    const Real full = step.hardware_flops_utilization() / sustained;
    BasicUtilization<Real> busy;
    busy.matrix = minimum(full, in_products);
    busy.memory = memory / step.time;
    busy.kernels = in_products - busy.matrix + others / step.time;
    busy.link = (parts.communication() + parts[StepPart::bubble] + parts[StepPart::stragglers]) / step.time;
    return busy;
}

} // namespace foretrain::inline v0
