// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "../hardware/accelerator.hpp"
#include "../math/exp.hpp"
#include "../math/log.hpp"
#include "../units/evidence.hpp"
#include "../units/quantity.hpp"
#include "../workload/operation.hpp"

// What the error of a prediction is made of: reasons to doubt it, the ground that the calibration stands on, and the
// half widths that each reason adds. Bands hold eight measurements in ten:
//
//   P10, P90 = prediction x exp(-w), prediction x exp(+w)
//
// w is the 80% quantile of |ln(measured / predicted)|. No distribution is assumed. The constants are data
// (catalog/error_model.hpp); step/uncertainty.hpp applies them to a step.

namespace foretrain::inline v0 {

/// Why a prediction is less certain than the best, or lies outside calibrated ground.
enum class Doubt : unsigned char {
    software,      ///< no step of this software took part in the calibration
    accelerator,   ///< kernels of its family were timed, no step on it
    kernels,       ///< no step on it, and constants of its kernels are assumed
    combination,   ///< this software was not calibrated on this accelerator
    short_format,  ///< products in 8 or 4 bits
    experts,       ///< mixture of experts
    short_layers,  ///< layers so short that the host's speed decides
    communication, ///< a large share of the step waits for messages
    bubble,        ///< a large share of the step is the pipeline's bubble
    assumptions,   ///< something was not stated and had to be assumed
    inputs,        ///< inputs are given as ranges
    memory,        ///< more memory than the accelerator has
    format_unseen, ///< no step in this number format took part in the calibration
    // Sizes outside the range of the calibration, in the order of `Extent`.
    hidden,
    layers,
    sequence,
    micro_batch_tokens,
    accelerators,
    tensor,
    pipeline,
    context,
    expert,
};
inline constexpr std::size_t doubts = 22;

[[nodiscard]] constexpr std::string_view name_of(Doubt doubt) noexcept {
    switch (doubt) {
    case Doubt::software: return "software without calibrated steps";
    case Doubt::accelerator: return "accelerator without calibrated steps";
    case Doubt::kernels: return "accelerator without timed kernels or calibrated steps";
    case Doubt::combination: return "software not calibrated on this accelerator";
    case Doubt::short_format: return "products in 8 or 4 bits";
    case Doubt::experts: return "mixture of experts";
    case Doubt::short_layers: return "layers short enough for the host to matter";
    case Doubt::communication: return "much exposed communication";
    case Doubt::bubble: return "large pipeline bubble";
    case Doubt::assumptions: return "assumptions where nothing was stated";
    case Doubt::inputs: return "inputs given as ranges";
    case Doubt::memory: return "does not fit in memory";
    case Doubt::format_unseen: return "number format without calibrated steps";
    case Doubt::hidden: return "hidden size outside the calibrated range";
    case Doubt::layers: return "layers outside the calibrated range";
    case Doubt::sequence: return "sequence outside the calibrated range";
    case Doubt::micro_batch_tokens: return "tokens of a micro-batch outside the calibrated range";
    case Doubt::accelerators: return "accelerators outside the calibrated range";
    case Doubt::tensor: return "tensor degree outside the calibrated range";
    case Doubt::pipeline: return "pipeline depth outside the calibrated range";
    case Doubt::context: return "context degree outside the calibrated range";
    case Doubt::expert: return "expert degree outside the calibrated range";
    }
    return {};
}

/// Whether a doubt says that the case lies outside calibrated ground. The others only widen the band.
[[nodiscard]] constexpr bool leaves_domain(Doubt doubt) noexcept {
    return doubt == Doubt::software || doubt == Doubt::accelerator || doubt == Doubt::kernels || doubt >= Doubt::memory;
}

/// A set of doubts.
struct Doubts {
    std::uint32_t bits = 0;
    constexpr void add(Doubt doubt) noexcept { bits |= 1U << static_cast<unsigned>(doubt); }
    [[nodiscard]] constexpr bool has(Doubt doubt) const noexcept {
        return (bits >> static_cast<unsigned>(doubt) & 1U) != 0;
    }
    [[nodiscard]] constexpr bool inside_domain() const noexcept {
        for (std::size_t i = 0; i < doubts; ++i)
            if (has(static_cast<Doubt>(i)) && leaves_domain(static_cast<Doubt>(i))) return false;
        return true;
    }
    constexpr bool operator==(const Doubts&) const noexcept = default;
};

/// A quantity with its band: eight measurements in ten lie between `p10` and `p90`, if the case is as it says.
template <class Q>
struct Interval {
    Q p10{};
    Q p50{};
    Q p90{};
    /// Whether a measurement lies in the band.
    [[nodiscard]] constexpr bool covers(const Q& measured) const noexcept { return p10 <= measured && measured <= p90; }
    friend constexpr bool operator==(const Interval&, const Interval&) = default;
};

/// The interval of half width `width`, in the logarithm, around a quantity; `width` at least 0.
template <class Q>
[[nodiscard]] constexpr Interval<Q> interval_of(const Q& middle, double width) noexcept {
    using Real = typename Q::value_type;
    return {middle * Real(exp(-width)), middle, middle * Real(exp(width))};
}

/// Sizes that have a calibrated range.
enum class Extent : unsigned char {
    hidden,
    layers,
    sequence,
    micro_batch_tokens, ///< of one accelerator: micro-batch x sequence / context degree
    accelerators,
    tensor,
    pipeline,
    context,
    expert,
};
inline constexpr std::size_t extents = 9;

/// The smallest and the largest of a size among calibrated steps.
struct CalibratedRange {
    double low = 0;
    double high = 0;
};

/// A software stack and an accelerator on which steps of it were calibrated; names as in the catalogue.
struct CalibratedPair {
    std::string_view software;
    std::string_view accelerator;
};

/// The error model of step times. Terms are half widths of the 80% band in the logarithm, at least 0.
struct StepErrorModel {
    double base = 0;          ///< of every prediction
    double software = 0;      ///< of unknown software
    double accelerator = 0;   ///< of an accelerator without calibrated steps
    double kernels = 0;       ///< of one whose kernel constants are assumed, too
    double combination = 0;   ///< of software not calibrated on this accelerator
    double short_format = 0;  ///< of products in 8 or 4 bits
    double experts = 0;       ///< of mixtures of experts
    double short_layers = 0;  ///< times the share of a layer's time that the host could need
    double communication = 0; ///< times the share of exposed communication
    double bubble = 0;        ///< times the share of the pipeline's bubble
    double assumption = 0;    ///< of each assumption
    double extrapolation = 0; ///< of each factor of e beyond a calibrated range
    std::array<CalibratedRange, extents> ranges{};
    std::span<const CalibratedPair> pairs{};
    std::span<const NumberFormat> formats{};
    Provenance provenance{};
};

namespace detail {

/// How far a number lies outside a range, as the logarithm of a factor; 0 inside.
[[nodiscard]] constexpr double beyond(double number, const CalibratedRange& range) noexcept {
    if (number < range.low) return log(range.low / number);
    return number > range.high && range.high > 0 ? log(number / range.high) : 0.0;
}

} // namespace detail

/// Errors of single kernels and collectives: half widths of the 80% band in the logarithm.
struct KernelErrorModel {
    double product = 0;    ///< matrix products, on families whose kernels were timed
    double attention = 0;  ///< attention, likewise
    double collective = 0; ///< collectives, on fabrics whose constants are known
    double unknown = 1;    ///< factor on all of them where the constants are assumed
    Provenance provenance{};
};

/// The band around the time of a kernel of a kind on an accelerator.
template <class Real>
[[nodiscard]] constexpr Interval<BasicSeconds<Real>> kernel_band(const BasicSeconds<Real>& time, OperationKind kind,
                                                                 const BasicAccelerator<Real>& accelerator,
                                                                 const KernelErrorModel& errors) noexcept {
    const bool known = accelerator.kernel.provenance.evidence != Evidence::assumed;
    return interval_of(time, (kind == OperationKind::attention ? errors.attention : errors.product) *
                                 (known ? 1.0 : errors.unknown));
}

/// The band around the time of a collective over a fabric whose constants come from `fabric`.
template <class Real>
[[nodiscard]] constexpr Interval<BasicSeconds<Real>>
collective_band(const BasicSeconds<Real>& time, const Provenance& fabric, const KernelErrorModel& errors) noexcept {
    return interval_of(time, errors.collective * (fabric.evidence == Evidence::assumed ? errors.unknown : 1.0));
}

} // namespace foretrain::inline v0
