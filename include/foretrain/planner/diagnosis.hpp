// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <concepts>
#include <cstddef>

#include "../math/exp.hpp"
#include "../step/uncertainty.hpp"
#include "hypothesis.hpp"

// Why a run is slower than it should be: the gap between a measured step and the modelled one, by constraint.
//
//   P(h) ~ exp(-1/2 sum_c ((g_c - d_c(h)) / s_c)^2) x product over faults of h: r_i / (v_i (1 + (ln f_i / v_i)^2))
//   s_c^2 = (0.03 m_c)^2 + (0.01 T)^2                        gap of a constraint = sum over h of P(h) d(h)
//
// g_c is measured less modelled time of a component c, the part of the step that no component covers being one more; d
// is what a hypothesis h does to it, by estimating the step anew with its faults, which are made so bad that they
// explain the whole gap; m_c modelled, T measured. A hypothesis is one fault or two. r and v say how common a fault is
// and how far it goes (fault.hpp): with nothing but a step time measured they alone decide, and `least` to `most` says
// how much is open. A measured clock is no hypothesis: its effect is computed. Gaps sum to the whole; where the run is
// faster than modelled, they are shares of the step. A gap within the band that holds measurements eight times in ten
// (step/uncertainty.hpp) is the model's own error as likely as anything else: there is nothing to explain.

namespace foretrain::inline v0 {

/// Where a measurement lies.
enum class GapKind : unsigned char {
    inside_band,
    slower,
    faster,
};

/// A single fault as the only cause.
struct FaultFit {
    Fault fault = Fault::recomputation;
    bool possible = false;  ///< it can make a step as long as the measured one
    bool plausible = false; ///< and need not be worse for it than such faults get
    double factor = 1;      ///< it would need, if possible
    double probability = 0; ///< that it takes part, alone or with another
    Seconds gap{};          ///< expected part of the gap
};

/// What is found.
struct Diagnosis {
    StepConstraints model{}; ///< where the modelled step goes, and what lifting each constraint would save
    Seconds measured{};
    Seconds predicted{};
    Interval<Seconds> band{}; ///< of the prediction
    GapKind kind = GapKind::inside_band;
    ConstraintTimes gap{};   ///< expected; sums to `measured` - `predicted`
    ConstraintTimes least{}; ///< of each constraint, among the hypotheses that remain
    ConstraintTimes most{};  ///< the same; sums do not matter
    double confidence = 0;   ///< chance that `gap.largest()` is the largest cause
    std::array<FaultFit, fault_kinds> fits{};
    std::array<double, run_components> modelled{}; ///< seconds of the components that were measured
    double utilization = 0;                        ///< model FLOPs over peak as measured, 6 N with attention
    Constraint first = Constraint::software;       ///< to attack
    Seconds buys{};                                ///< a step, expected
    Constraint loss = Constraint::software;        ///< what most of the measured step is lost to, matrix products apart

    /// Most of the peak is idle: below 40% something in the system, not the accelerator, is in the way.
    [[nodiscard]] constexpr bool systems_problem() const noexcept { return utilization < 0.4; }
    /// Between 40% and 50% it may be.
    [[nodiscard]] constexpr bool borderline() const noexcept { return utilization >= 0.4 && utilization < 0.5; }
    /// All of the measured step by constraint: modelled and gap.
    [[nodiscard]] constexpr Seconds whole(Constraint constraint) const noexcept {
        return model.spent[constraint] + gap[constraint];
    }
};

namespace detail {

/// Divides a gap above 0 over the faults and constraints.
template <std::same_as<HealthyJob> Job>
constexpr void divide_gap(Diagnosis& result, const Job& job, const StepProfile& healthy, double gap,
                          const Observations& observed, const FaultPriors& priors, const Seconds& by_clock) noexcept {
    std::array<FaultEffect, fault_kinds> effects{}, halves{};
    for (std::size_t i = 0; i < fault_kinds; ++i) {
        if (!(priors.fault[i].rate > 0)) continue;
        effects[i] = effect_of(job, healthy, static_cast<Fault>(i), gap, observed);
        halves[i] =
            observed.count < 2 ? effects[i] : effect_of(job, healthy, static_cast<Fault>(i), 0.5 * gap, observed);
        FaultFit& fit = result.fits[i];
        fit.possible = effects[i].reaches;
        fit.factor = effects[i].factor;
        fit.plausible =
            fit.possible && fit.factor <= priors.fault[i].most && log(fit.factor) <= 4.0 * priors.fault[i].spread;
    }
    double best = 0;
    bool any = false;
    for_each_hypothesis(observed, effects, halves, priors, gap, [&](const Hypothesis& h) {
        if (!any || h.score > best) best = h.score;
        any = true;
    });
    if (!any) return;
    constexpr double negligible = 20.0; // e^-20 of the best
    const auto all = [&](auto each) {
        for_each_hypothesis(observed, effects, halves, priors, gap, [&](const Hypothesis& h) {
            if (h.score > best - negligible) each(h);
        });
    };
    double sum = 0;
    all([&](const Hypothesis& h) { sum += exp(h.score - best); });

    constexpr double remains = 0.05; // of the best: what is less probable no longer widens the bounds
    std::array<double, constraints> chance{};
    bool bounded = false;
    all([&](const Hypothesis& h) {
        const double likely = exp(h.score - best), probability = likely / sum;
        ConstraintTimes by;
        const bool single = h.second == fault_kinds;
        const auto& from = single ? effects : halves;
        double one = h.of_first * from[h.first].total, two = single ? 0.0 : h.of_second * from[h.second].total;
        const double scale = gap / (one + two); // what they leave over goes along
        one *= scale;
        two *= scale;
        const auto add = [&](std::size_t fault, double seconds) {
            by[constraint_of(static_cast<Fault>(fault))] += make<Seconds>(seconds);
            result.fits[fault].probability += probability;
            result.fits[fault].gap += make<Seconds>(probability * seconds);
        };
        add(h.first, one);
        if (!single) add(h.second, two);
        by[Constraint::power] += by_clock;
        chance[static_cast<std::size_t>(by.largest())] += probability;
        for (std::size_t k = 0; k < constraints; ++k) {
            result.gap.time[k] += by.time[k] * probability;
            if (!(likely >= remains)) continue;
            if (!bounded || by.time[k] < result.least.time[k]) result.least.time[k] = by.time[k];
            if (!bounded || by.time[k] > result.most.time[k]) result.most.time[k] = by.time[k];
        }
        bounded = bounded || likely >= remains;
    });
    for (std::size_t k = 0; k < constraints; ++k) {
        result.least.time[k] = minimum(result.least.time[k], result.gap.time[k]);
        result.most.time[k] = maximum(result.most.time[k], result.gap.time[k]);
    }
    result.confidence = chance[static_cast<std::size_t>(result.gap.largest())];
}

/// Priors after what power and memory say.
[[nodiscard]] constexpr FaultPriors informed(FaultPriors priors, const RunMeasurement& m, const Cluster& cluster,
                                             const StepConditions& conditions) noexcept {
    const auto times = [&](Fault fault, double factor) {
        priors.fault[static_cast<std::size_t>(fault)].rate *= factor;
    };
    if (m.board_power && !m.clock) {
        const Watts limit = conditions.power_limit ? *conditions.power_limit : cluster.accelerator.power;
        const double drawn = *m.board_power / limit;
        // A board that keeps clear of its limit is not held back by it; one that is near may be.
        times(Fault::clock, drawn < 0.85 ? 0.05 : drawn < 0.95 ? 1.0 : 3.0);
    }
    if (m.clock) times(Fault::clock, 0.0); // known, not supposed
    if (m.memory) {
        const double filled = *m.memory / cluster.accelerator.memory.capacity;
        times(Fault::recomputation, filled < 0.8 ? 0.25 : filled < 0.95 ? 1.0 : 4.0);
    }
    return priors;
}

} // namespace detail

/// Why a measured step is not the modelled one; of a job, conditions and a measurement that `try_diagnose` accepts.
template <std::same_as<HealthyJob> Job>
[[nodiscard]] constexpr Diagnosis
diagnose_checked(const Job& job, const RunMeasurement& measurement, const StepErrorModel& errors,
                 const FaultPriors& priors = usual_faults, std::int64_t assumptions = 0) noexcept {
    Diagnosis result;
    result.model = step_constraints_checked(job.model, job.cluster, job.plan, job.conditions);
    const StepEstimate& step = result.model.step.step;
    result.measured = measured_time(measurement, step);
    result.predicted = result.model.step.time();
    result.band = interval_of(result.predicted,
                              estimate_uncertainty(step, job.model, job.cluster, job.plan, errors, assumptions).width);
    result.kind = result.band.covers(result.measured) ? GapKind::inside_band
                  : result.measured > result.band.p50 ? GapKind::slower
                                                      : GapKind::faster;
    const StepProfile healthy = healthy_profile(job);
    for (std::size_t i = 0; i < run_components; ++i)
        if (measurement.components[i]) result.modelled[i] = time_of(healthy, entries_of(static_cast<RunComponent>(i)));
    for (std::size_t i = 0; i < fault_kinds; ++i) result.fits[i].fault = static_cast<Fault>(i);

    const double seconds = raw(result.measured), gap = raw(result.measured - result.predicted);
    if (!(gap > 0)) {
        for (std::size_t k = 0; k < constraints; ++k)
            result.gap.time[k] = result.model.spent.time[k] * (gap / raw(result.predicted));
        result.least = result.most = result.gap;
    } else {
        // A measured clock: the job is what it is at that clock.
        Cluster cluster = job.cluster;
        ParallelPlan plan = job.plan;
        if (measurement.clock) {
            const double modelled = sustained_share(cluster.accelerator, plan.precision.compute) *
                                    (step.time / (step.time + result.model.step.power));
            Slowdowns by;
            if (modelled > *measurement.clock)
                by[StepKnob::matrix] = by[StepKnob::vector] = modelled / *measurement.clock;
            slow_down(cluster, plan, by);
        }
        const Job clocked{job.model, cluster, plan, job.conditions};
        StepProfile base = healthy_profile(clocked);
        if (base.total() < healthy.total()) { // the limit on power holds the model back as far already
            cluster = job.cluster;
            plan = job.plan;
            base = healthy;
        }
        const double clock_gap = base.total() - healthy.total();
        const double left = gap - clock_gap;
        FaultFit& clock = result.fits[static_cast<std::size_t>(Fault::clock)];
        if (left > 1e-6 * seconds) {
            const detail::Observations observed = detail::observe(measurement, seconds, base);
            detail::divide_gap(result, clocked, base, left, observed,
                               detail::informed(priors, measurement, job.cluster, job.conditions),
                               make<Seconds>(clock_gap));
        } else {
            result.gap[Constraint::power] = result.least[Constraint::power] = result.most[Constraint::power] =
                make<Seconds>(gap);
            result.confidence = 1;
        }
        if (measurement.clock) {
            clock.possible = clock.plausible = clock_gap > 0;
            clock.probability = clock_gap > 0 ? 1.0 : 0.0;
            clock.gap = make<Seconds>(minimum(clock_gap, gap));
        }
    }

    result.utilization = step.model_flops_utilization() * (step.time / result.measured);
    const auto better = [](const Seconds& a, const Seconds& b) { return a > b; };
    if (result.kind == GapKind::slower) {
        result.first = result.gap.largest();
        result.buys = result.gap[result.first];
    } else {
        ConstraintTimes saved = result.model.saved;
        saved[Constraint::matrix_throughput] = {}; // what a training is for
        result.first = saved.largest();
        result.buys = saved[result.first];
    }
    for (std::size_t k = 0; k < constraints; ++k) {
        const Constraint constraint = static_cast<Constraint>(k);
        if (constraint != Constraint::matrix_throughput && better(result.whole(constraint), result.whole(result.loss)))
            result.loss = constraint;
    }
    return result;
}

/// Why a measured step is not the modelled one, or everything that is wrong with the inputs. `assumptions`: things
/// about the job that were not stated and had to be assumed; they widen the band.
template <std::same_as<HealthyJob> Job>
[[nodiscard]] constexpr Result<Diagnosis>
try_diagnose(const Job& job, const RunMeasurement& measurement, const StepErrorModel& errors,
             const FaultPriors& priors = usual_faults, std::int64_t assumptions = 0) noexcept {
    const Result<StepConstraints> model = try_step_constraints(job.model, job.cluster, job.plan, job.conditions);
    Violations violations;
    if (model) check_rules(measurement, model->step.step, violations);
    else violations = model.violations();
    check_rules(priors, violations);
    if (!violations.empty()) return violations;
    return diagnose_checked(job, measurement, errors, priors, assumptions);
}

#if defined(__cpp_exceptions)
/// As `try_diagnose`; throws `InvalidConfiguration` on bad input.
template <std::same_as<HealthyJob> Job>
[[nodiscard]] constexpr Diagnosis diagnose(const Job& job, const RunMeasurement& measurement,
                                           const StepErrorModel& errors, const FaultPriors& priors = usual_faults,
                                           std::int64_t assumptions = 0) {
    return detail::value_or_throw(try_diagnose(job, measurement, errors, priors, assumptions));
}
#endif

} // namespace foretrain::inline v0
