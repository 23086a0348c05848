// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "../math/sqrt.hpp"
#include "convergence.hpp"

// Batch-size schedules: what batch is in force after so many samples, and what each phase takes.
//
//   steps of a phase = samples of the phase / its batch        time = steps x time of a step at that batch
//   hardware efficiency = time of a sample at the best phase / time of a sample at this one
//
// Three schedules, each a policy: the ramp in equal increments that GPT-3's script has (Megatron-LM
// `--rampup-batch-size START INCREMENT SAMPLES`: every size for the same number of samples), stages given one by one
// (Llama 3, DeepSeek-V3), and a batch that follows a critical batch as the loss falls (Merrill et al. 2025,
// arXiv:2505.23971; the law and the loss come from a callable). The time of a step is a callable too: this layer knows
// no hardware.

namespace foretrain::inline v0 {

/// What is in force at some point of a run.
struct BatchPhase {
    Samples batch{};
    Samples until{}; ///< samples trained on when it may change next
};

/// A schedule: what batch is in force after so many samples. `until` lies beyond them.
template <class Schedule>
concept BatchSchedule = requires(const Schedule& schedule, const Samples& done) {
    { schedule.phase(done) } noexcept -> std::same_as<BatchPhase>;
};

/// One batch to the end.
struct ConstantBatch {
    Samples batch{};
    [[nodiscard]] constexpr BatchPhase phase(const Samples& done) const noexcept {
        return {batch, done + 1e18 * sample};
    }
};

/// From `first` to `last` in steps of `increment`, each size for the same samples, `samples` in all; then `last`.
struct RampedBatch {
    Samples first{};
    Samples last{};
    Samples increment{};
    Samples samples{}; ///< until `last` is in force

    [[nodiscard]] constexpr BatchPhase phase(const Samples& done) const noexcept {
        const double levels = raw(last - first) / raw(increment);
        const auto count = static_cast<std::int64_t>(levels + 0.999999);
        if (count < 1 || !(done < samples)) return {last, done + 1e18 * sample};
        const Samples each = samples * (1.0 / static_cast<double>(count));
        auto level = static_cast<std::int64_t>(raw(done) / raw(each) + 1e-9); // what rounding left of a boundary
        level = level < count ? level : count - 1;
        return {minimum(Samples(first + increment * static_cast<double>(level)), last),
                each * static_cast<double>(level + 1)};
    }
};

/// Up to `Count` stages; the last one holds to the end.
template <std::size_t Count>
struct StagedBatch {
    struct Stage {
        Samples from{}; ///< samples trained on when it begins; 0 for the first, rising
        Samples batch{};
    };
    std::array<Stage, Count> stages{};

    [[nodiscard]] constexpr BatchPhase phase(const Samples& done) const noexcept {
        BatchPhase now{stages[0].batch, done + 1e18 * sample};
        for (const Stage& stage : stages) {
            if (done < stage.from) {
                now.until = stage.from;
                break;
            }
            now.batch = stage.batch;
        }
        return now;
    }
};

/// A share of the critical batch, which `critical_batch(done)` gives in samples, looked at every `interval` and held
/// between two bounds. Doublings only: the largest `least` times a power of two that the share allows.
template <class CriticalBatch>
struct LossDrivenBatch {
    CriticalBatch critical_batch;
    double share = 0;
    Samples least{};
    Samples most{};
    Samples interval{};

    [[nodiscard]] constexpr BatchPhase phase(const Samples& done) const noexcept {
        const auto looks = static_cast<std::int64_t>(raw(done) / raw(interval) + 1e-9);
        const Samples wanted = critical_batch(interval * static_cast<double>(looks)) * share;
        Samples batch = least;
        for (int i = 0; i < 60 && batch * 2.0 <= wanted && batch * 2.0 <= most; ++i) batch *= 2.0;
        return {batch, interval * static_cast<double>(looks + 1)};
    }
};

/// A phase of a schedule and what it takes.
template <class Real>
struct BasicScheduledPhase {
    Samples from{};
    Samples samples{};
    Samples batch{};
    double steps = 0;
    BasicSeconds<Real> step_time{};
    BasicSeconds<Real> time{};
    Real hardware_efficiency{}; ///< of a sample, relative to the best phase
};

/// A run under a schedule; phases of the same batch that follow each other are one.
template <class Real>
struct BasicScheduledRun {
    static constexpr std::size_t capacity = 96;
    std::array<BasicScheduledPhase<Real>, capacity> phase{};
    std::size_t phases = 0;
    double steps = 0;
    BasicSeconds<Real> time{};
    Real hardware_efficiency{}; ///< over the run
};
using ScheduledRun = BasicScheduledRun<double>;

namespace detail {

template <class StepTime>
using step_time_scalar = typename std::invoke_result_t<const StepTime&, const Samples&>::value_type;

/// The phases of a schedule, or what is wrong with it.
template <class Real, BatchSchedule Schedule, class Sink>
constexpr void lay_out(const Schedule& schedule, const Samples& total, BasicScheduledRun<Real>& run,
                       Sink& sink) noexcept {
    Samples done{};
    while (done < total) {
        const BatchPhase now = schedule.phase(done);
        const double batch = raw(now.batch);
        if (!(1e-3 <= batch && batch <= 1e15) || !(done < now.until)) {
            require_range(sink, "schedule.batch", batch, 1e-3, 1e15, "samples");
            require(sink, done < now.until, "schedule_goes_on", "schedule.until", now.until,
                    "after {} samples, where it was asked", raw(done), "a phase must end after it begins");
            return;
        }
        const Samples end = minimum(now.until, total);
        if (run.phases > 0 && run.phase[run.phases - 1].batch == now.batch) {
            run.phase[run.phases - 1].samples += end - done;
        } else {
            if (run.phases == BasicScheduledRun<Real>::capacity) {
                require(sink, false, "phases_fit", "schedule.phases", static_cast<double>(run.phases + 1), "at most {}",
                        static_cast<double>(BasicScheduledRun<Real>::capacity), "take larger increments");
                return;
            }
            auto& phase = run.phase[run.phases++];
            phase.from = done;
            phase.samples = end - done;
            phase.batch = now.batch;
        }
        done = end;
    }
}

} // namespace detail

/// A run of `total` samples under a schedule, phase by phase, or everything wrong with the inputs. `step_time(batch)`
/// gives the time of an optimizer step of that many samples.
template <BatchSchedule Schedule, class StepTime, class Real = detail::step_time_scalar<StepTime>>
[[nodiscard]] constexpr Result<BasicScheduledRun<Real>> try_run_schedule(const Schedule& schedule, const Samples& total,
                                                                         const StepTime& step_time) noexcept {
    Violations violations;
    detail::require_range(violations, "total", total, 1.0, 1e18, "samples", "of the whole run");
    BasicScheduledRun<Real> run;
    if (violations.empty()) detail::lay_out(schedule, total, run, violations);
    BasicSeconds<Real> best{}; // time of a sample, scaled as seconds
    for (std::size_t i = 0; i < run.phases && violations.empty(); ++i) {
        auto& phase = run.phase[i];
        phase.step_time = step_time(phase.batch);
        detail::require_range(violations, "step_time", phase.step_time, 1e-12, 1e9, "s",
                              "of a step at a phase's batch");
        phase.steps = raw(phase.samples) / raw(phase.batch);
        phase.time = phase.step_time * Real(phase.steps);
        run.steps += phase.steps;
        run.time += phase.time;
        const BasicSeconds<Real> each(phase.step_time / Real(raw(phase.batch)));
        if (i == 0 || each < best) best = each;
    }
    if (!violations.empty()) return violations;
    for (std::size_t i = 0; i < run.phases; ++i) {
        auto& phase = run.phase[i];
        phase.hardware_efficiency = Real(raw(best) * raw(phase.batch) / raw(phase.step_time));
    }
    run.hardware_efficiency = Real(raw(best) * raw(total) / raw(run.time));
    return run;
}

#if defined(__cpp_exceptions)
/// A run of `total` samples under a schedule; throws `InvalidConfiguration` on bad input.
template <BatchSchedule Schedule, class StepTime>
[[nodiscard]] constexpr auto run_schedule(const Schedule& schedule, const Samples& total, const StepTime& step_time) {
    return detail::value_or_throw(try_run_schedule(schedule, total, step_time));
}
#endif

} // namespace foretrain::inline v0
