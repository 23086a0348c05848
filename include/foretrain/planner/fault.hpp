// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <concepts>
#include <string_view>

#include "run_measurement.hpp"

// What can be wrong with a run, as changes of a job whose step can be estimated anew: each fault has a factor, 1 for
// none, and belongs to one constraint.
//
//   time for a unit of work x f      memory bandwidth, matrix units, links, latency, clock, host
//   step + (f - 1) x step            waiting for input, pauses
//   share f - 1 of it, at most all   forward passes computed again; overlap lost

namespace foretrain::inline v0 {

/// A single cause.
enum class Fault : unsigned char {
    recomputation,    ///< more is computed again than the plan says, for want of memory
    memory_bandwidth, ///< HBM slower
    matrix_rate,      ///< matrix units or their kernels slower at the same clock
    scale_up,         ///< bandwidth inside a node
    scale_out,        ///< bandwidth between nodes
    latency,          ///< of messages
    clock,            ///< lower, by power or heat
    input,            ///< waiting for samples
    host,             ///< issues kernels more slowly
    pauses,           ///< fixed time a step: logging, checkpoints, synchronisation
    overlap,          ///< communication that should hide does not
};
inline constexpr std::size_t fault_kinds = 11;

[[nodiscard]] constexpr std::string_view name_of(Fault fault) noexcept {
    constexpr std::array<std::string_view, fault_kinds> names{
        "more recomputation", "slow memory",   "slow products", "slow scale-up links",
        "slow network",       "slow messages", "low clock",     "slow input",
        "slow host",          "pauses",        "lost overlap"};
    return names[static_cast<std::size_t>(fault)];
}

/// The constraint that a fault tightens.
[[nodiscard]] constexpr Constraint constraint_of(Fault fault) noexcept {
    switch (fault) {
    case Fault::recomputation: return Constraint::memory_capacity;
    case Fault::memory_bandwidth: return Constraint::memory_bandwidth;
    case Fault::matrix_rate: return Constraint::matrix_throughput;
    case Fault::scale_up:
    case Fault::scale_out: return Constraint::interconnect_bandwidth;
    case Fault::latency: return Constraint::interconnect_latency;
    case Fault::clock: return Constraint::power;
    case Fault::input: return Constraint::input_pipeline;
    case Fault::host:
    case Fault::pauses:
    case Fault::overlap: break;
    }
    return Constraint::software;
}

/// How common a fault is and how bad it gets: what decides where measurements do not.
struct FaultPrior {
    double rate;   ///< relative frequency, above 0
    double spread; ///< of the logarithm of its factor, above 0
    double most;   ///< factor beyond which it is not credible
};

/// One prior for each fault, in the order of `Fault`.
struct FaultPriors {
    std::array<FaultPrior, fault_kinds> fault{};
    Provenance provenance{};

    [[nodiscard]] constexpr const FaultPrior& operator[](Fault which) const noexcept {
        return fault[static_cast<std::size_t>(which)];
    }
};

/// Judgement, not statistics: hardware that is specified varies by tenths, networks and hosts by factors.
inline constexpr FaultPriors usual_faults{
    .fault = {{{0.05, 0.7, 2.0},
               {0.02, 0.15, 3.0},
               {0.10, 0.20, 3.0},
               {0.05, 0.35, 10.0},
               {0.18, 0.70, 30.0},
               {0.05, 0.70, 30.0},
               {0.12, 0.20, 4.0},
               {0.13, 0.50, 100.0},
               {0.15, 0.70, 30.0},
               {0.05, 0.25, 100.0},
               {0.10, 0.70, 2.0}}},
    .provenance = {"assumed: how often and how far runs fall short", "2026-11", Evidence::assumed}};

/// Tells `sink` of priors outside their ranges.
template <class Sink>
constexpr void check_rules(const FaultPriors& priors, Sink& sink) noexcept {
    for (const FaultPrior& prior : priors.fault) {
        detail::require_range(sink, "priors.rate", prior.rate, 1e-9, 1e9);
        detail::require_range(sink, "priors.spread", prior.spread, 1e-3, 10.0);
        detail::require_range(sink, "priors.most", prior.most, 1.0, 1e6);
    }
}

/// The largest factor that a fault can have: shares end at all.
[[nodiscard]] constexpr double largest_factor(Fault fault) noexcept {
    return fault == Fault::recomputation || fault == Fault::overlap ? 2.0 : 1e4;
}

/// A healthy job and what it meets; references must outlive it. What takes one is a template so that only those who
/// call it pay for its compilation.
struct HealthyJob {
    const Transformer& model;
    const Cluster& cluster;
    const ParallelPlan& plan;
    const StepConditions& conditions;
};

namespace detail {

[[nodiscard]] constexpr StepProfile profile_of(const ConditionedStep& step) noexcept {
    StepProfile profile;
    for (std::size_t i = 0; i < step_parts; ++i) profile.seconds[i] = raw(step.step.breakdown.time[i]);
    profile.seconds[StepProfile::power] = raw(step.power);
    profile.seconds[StepProfile::input] = raw(step.input);
    return profile;
}

template <std::same_as<HealthyJob> Job>
[[nodiscard]] constexpr StepProfile profile_of(const Job& job, const Cluster& cluster,
                                               const ParallelPlan& plan) noexcept {
    return profile_of(conditioned_step(job.model, cluster, plan, job.conditions));
}

} // namespace detail

/// The step of a healthy job.
template <std::same_as<HealthyJob> Job>
[[nodiscard]] constexpr StepProfile healthy_profile(const Job& job) noexcept {
    return detail::profile_of(job, job.cluster, job.plan);
}

/// The step of a job with a fault; `factor` from 1 to `largest_factor`.
template <std::same_as<HealthyJob> Job>
[[nodiscard]] constexpr StepProfile faulty_profile(const Job& job, const StepProfile& healthy, Fault fault,
                                                   double factor) noexcept {
    Cluster cluster = job.cluster;
    ParallelPlan plan = job.plan;
    Slowdowns by;
    switch (fault) {
    case Fault::recomputation: {
        plan.recomputation = Recomputation::full;
        const StepProfile full = detail::profile_of(job, cluster, plan);
        StepProfile mixed = healthy;
        for (std::size_t i = 0; i < StepProfile::entries; ++i)
            mixed.seconds[i] += (factor - 1.0) * maximum(full.seconds[i] - healthy.seconds[i], 0.0);
        return mixed;
    }
    case Fault::memory_bandwidth: by[StepKnob::memory] = factor; break;
    case Fault::matrix_rate: by[StepKnob::matrix] = factor; break;
    case Fault::scale_up: by[StepKnob::scale_up] = factor; break;
    case Fault::scale_out: by[StepKnob::scale_out] = factor; break;
    case Fault::latency: by[StepKnob::latency] = factor; break;
    case Fault::clock: by[StepKnob::matrix] = by[StepKnob::vector] = factor; break;
    case Fault::input:
    case Fault::pauses: {
        StepProfile longer = healthy;
        longer.seconds[fault == Fault::input ? StepProfile::input : StepProfile::pauses] +=
            (factor - 1.0) * healthy.total();
        return longer;
    }
    case Fault::host: by[StepKnob::host] = factor; break;
    case Fault::overlap: {
        const double left = 2.0 - factor;
        plan.stack.data_overlap *= left;
        plan.stack.tensor_overlap *= left;
        plan.stack.pipeline_overlap *= left;
        plan.stack.expert_overlap *= left;
        break;
    }
    }
    slow_down(cluster, plan, by);
    return detail::profile_of(job, cluster, plan);
}

} // namespace foretrain::inline v0
