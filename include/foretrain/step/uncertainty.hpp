// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "../math/dual.hpp"
#include "error_model.hpp"
#include "estimate.hpp"

// How sure a prediction is: P10, P50 and P90, whether the case lies on calibrated ground, and why it is less certain.
//
//   P10, P90 = time x exp(-w), time x exp(+w)        w^2 = sum (s_k x_k)^2 + sum (d ln t / d ln i  ln(1 + r_i))^2
//
// w is the half width, in the logarithm, of the band that holds the measurement eight times in ten. The first sum is
// the model's own error: s_k is fitted to errors of steps whose source or accelerator the calibration did not see
// (catalog/error_model.hpp), x_k says how far the case lies from calibrated ground: 0 or 1 for what is not known, the
// share of the step for parts that are harder to predict, the distance for sizes outside the calibrated range. The
// second sum is what the stated ranges r_i of inputs do to the time, by exact derivatives. Contributions are taken as
// independent. No distribution is assumed: s_k is a quantile, not a deviation.

namespace foretrain::inline v0 {

/// The band of a step time.
template <class Real>
struct BasicBand : Interval<BasicSeconds<Real>> {
    double width = 0; ///< half of it in the logarithm: 0.2 is about -18% and +22%
    bool in_domain = true;
    Doubts reasons{};
};
using Band = BasicBand<double>;

/// Whether a measured step time lies in a band.
template <class Real>
[[nodiscard]] constexpr bool covered(const BasicBand<Real>& band, const BasicSeconds<Real>& measured) noexcept {
    return band.covers(measured);
}

/// Host time to issue the kernels of one layer, forward and backward, by a slow eager framework: some 60 kernels at
/// 30 us. Layers not much longer than this wait for a host whose speed depends on the machine and the framework.
inline constexpr double slow_issue_of_a_layer = 2e-3;

/// Inputs of an estimate that may be given as a range.
enum class StepInput : unsigned char {
    matrix_rate,       ///< clock under load, hence peak rate
    memory_bandwidth,  ///< HBM
    inner_bandwidth,   ///< innermost tier of the fabric
    network_bandwidth, ///< all other tiers
    network_latency,   ///< of all tiers but the innermost
    host_time,         ///< to issue a kernel
    step_overhead,     ///< once a step
};
inline constexpr std::size_t step_inputs = 7;

[[nodiscard]] constexpr std::string_view name_of(StepInput input) noexcept {
    switch (input) {
    case StepInput::matrix_rate: return "matrix rate";
    case StepInput::memory_bandwidth: return "memory bandwidth";
    case StepInput::inner_bandwidth: return "scale-up bandwidth";
    case StepInput::network_bandwidth: return "network bandwidth";
    case StepInput::network_latency: return "network latency";
    case StepInput::host_time: return "host time a kernel";
    case StepInput::step_overhead: return "step overhead";
    }
    return "matrix rate";
}

/// An input known to lie between x / (1 + relative) and x (1 + relative), eight times in ten. `relative` at least 0.
struct InputRange {
    StepInput input;
    double relative = 0;
};

namespace detail {

template <class Real>
[[nodiscard]] constexpr std::array<double, extents>
extents_of(const Transformer& model, const BasicCluster<Real>& cluster, const BasicParallelPlan<Real>& plan) noexcept {
    const auto real = [](std::int64_t number) { return static_cast<double>(number); };
    return {real(model.hidden),         real(model.layers),
            real(plan.sequence),        real(plan.micro_batch * plan.sequence) / real(plan.context),
            real(cluster.accelerators), real(plan.tensor),
            real(plan.pipeline),        real(plan.context),
            real(plan.expert)};
}

/// Share of a layer's time that a slow host could need to issue it, 0 to 1; programs compiled ahead have no host.
template <class Real>
[[nodiscard]] constexpr double issue_share(const BasicStepEstimate<Real>& step, const Transformer& model,
                                           const BasicParallelPlan<Real>& plan) noexcept {
    if (plan.stack.execution == Execution::captured) return 0.0;
    const double computing = value_of(raw(step.breakdown.compute() + step.breakdown[StepPart::recomputation]));
    const double layers = static_cast<double>(plan.micro_batches()) * static_cast<double>(model.layers) /
                          static_cast<double>(plan.pipeline);
    return slow_issue_of_a_layer / (slow_issue_of_a_layer + computing / layers);
}

} // namespace detail

/// Half width of the band, in the logarithm, by the model's own error, and what speaks for a wide one. `step` is the
/// estimate for the model, the cluster and the plan; `assumptions`: things that were not stated and had to be assumed.
template <class Real>
[[nodiscard]] constexpr double model_width(const BasicStepEstimate<Real>& step, const Transformer& model,
                                           const BasicCluster<Real>& cluster, const BasicParallelPlan<Real>& plan,
                                           const StepErrorModel& errors, Doubts& reasons,
                                           std::int64_t assumptions = 0) noexcept {
    double square = errors.base * errors.base;
    const auto add = [&](Doubt doubt, double term, double amount, double tell_from) {
        square += term * amount * term * amount;
        if (amount > tell_from) reasons.add(doubt);
    };
    bool software = false, accelerator = false, both = false;
    for (const CalibratedPair& pair : errors.pairs) {
        const bool same_software = pair.software == plan.stack.name;
        const bool same_accelerator = pair.accelerator == cluster.accelerator.name;
        software = software || same_software;
        accelerator = accelerator || same_accelerator;
        both = both || (same_software && same_accelerator);
    }
    const bool timed = cluster.accelerator.kernel.provenance.evidence != Evidence::assumed;
    const auto when = [](bool condition) { return condition ? 1.0 : 0.0; };
    add(Doubt::software, errors.software, when(!software), 0.0);
    add(Doubt::accelerator, errors.accelerator, when(!accelerator && timed), 0.0);
    add(Doubt::kernels, errors.kernels, when(!accelerator && !timed), 0.0);
    add(Doubt::combination, errors.combination, when(software && accelerator && !both), 0.0);
    const NumberFormat format = plan.precision.compute;
    add(Doubt::short_format, errors.short_format, when(plan.precision.scaling != Scaling::none), 0.0);
    bool seen = false;
    for (const NumberFormat calibrated : errors.formats) seen = seen || calibrated == format;
    if (!seen) reasons.add(Doubt::format_unseen);
    add(Doubt::experts, errors.experts, when(model.has_experts()), 0.0);

    const double time = value_of(raw(step.time));
    const double communication = value_of(raw(step.breakdown.communication())) / time;
    const double bubble = value_of(raw(step.breakdown[StepPart::bubble])) / time;
    add(Doubt::short_layers, errors.short_layers, detail::issue_share(step, model, plan), 0.25);
    add(Doubt::communication, errors.communication, communication, 0.25);
    add(Doubt::bubble, errors.bubble, bubble, 0.25);
    square += errors.assumption * errors.assumption * static_cast<double>(assumptions);
    if (assumptions > 0) reasons.add(Doubt::assumptions);

    const std::array<double, extents> sizes = detail::extents_of(model, cluster, plan);
    for (std::size_t i = 0; i < extents; ++i)
        add(static_cast<Doubt>(static_cast<std::size_t>(Doubt::hidden) + i), errors.extrapolation,
            detail::beyond(sizes[i], errors.ranges[i]), 0.0);
    if (step.memory.peak > cluster.accelerator.memory.capacity) reasons.add(Doubt::memory);
    return sqrt(square);
}

/// Half width of the band, in the logarithm, that stated ranges of inputs make; 0 if the configuration is invalid.
/// `ranges` may name an input more than once: they add up as independent.
/// A template for the sake of those who include this and do not call it: what it instantiates is the whole estimator.
template <class Real = double>
[[nodiscard]] constexpr Real input_width(const Transformer& model, const Cluster& cluster, const ParallelPlan& plan,
                                         std::span<const InputRange> ranges) noexcept {
    using Number = Dual<Real, step_inputs>;
    if (ranges.empty()) return 0.0;
    const auto factor = [](StepInput input) { return variable<step_inputs>(1.0, static_cast<std::size_t>(input)); };
    auto machine = over_scalar<Number>(cluster);
    auto layout = over_scalar<Number>(plan);
    auto& chip = machine.accelerator;
    chip.kernel.sustained_clock *= factor(StepInput::matrix_rate);
    chip.memory.bandwidth *= factor(StepInput::memory_bandwidth);
    for (std::size_t i = 0; i < machine.fabric.tier.size(); ++i) {
        auto& link = machine.fabric.tier[i].link;
        link.bandwidth *= factor(i == 0 ? StepInput::inner_bandwidth : StepInput::network_bandwidth);
        if (i > 0) link.latency *= factor(StepInput::network_latency);
    }
    layout.stack.host_per_kernel *= factor(StepInput::host_time);
    layout.stack.step_overhead *= factor(StepInput::step_overhead);
    const Result<BasicStepEstimate<Number>> estimate = try_estimate_step(model, machine, layout);
    if (!estimate) return 0.0;
    const Number time = raw(estimate->time);
    double square = 0;
    for (const InputRange& range : ranges) {
        const double slope = time.gradient[static_cast<std::size_t>(range.input)] / time.value;
        const double width = slope * log1p(range.relative);
        square += width * width;
    }
    return sqrt(square);
}

/// The band around an estimate by the error model alone.
template <class Real>
[[nodiscard]] constexpr BasicBand<Real>
estimate_uncertainty(const BasicStepEstimate<Real>& step, const Transformer& model, const BasicCluster<Real>& cluster,
                     const BasicParallelPlan<Real>& plan, const StepErrorModel& errors,
                     std::int64_t assumptions = 0) noexcept {
    BasicBand<Real> band;
    band.width = model_width(step, model, cluster, plan, errors, band.reasons, assumptions);
    static_cast<Interval<BasicSeconds<Real>>&>(band) = interval_of(step.time, band.width);
    band.in_domain = band.reasons.inside_domain();
    return band;
}

/// The same with inputs that are known as ranges.
template <class Real = double>
[[nodiscard]] constexpr Band estimate_uncertainty(const StepEstimate& step, const Transformer& model,
                                                  const Cluster& cluster, const ParallelPlan& plan,
                                                  const StepErrorModel& errors, std::span<const InputRange> ranges,
                                                  std::int64_t assumptions = 0) noexcept {
    Band band = estimate_uncertainty(step, model, cluster, plan, errors, assumptions);
    const double inputs = input_width<Real>(model, cluster, plan, ranges);
    if (inputs > 0) band.reasons.add(Doubt::inputs);
    band.width = sqrt(band.width * band.width + inputs * inputs);
    static_cast<Interval<Seconds>&>(band) = interval_of(step.time, band.width);
    return band;
}

} // namespace foretrain::inline v0
