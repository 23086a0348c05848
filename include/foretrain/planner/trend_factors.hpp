// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "trend.hpp"

// Why one result is faster than another: chip, scale, software and work, whose product is the whole.
//
//   t = S F / (n^e p q)
//   t0 / t1 = (p1/p0) (n1/n0) (n1/n0)^(e-1) (q1/q0) (S0/S1) (F0/F1)
//             chip    count   scaling loss   software samples  model
//
// t: time to train, s; S: samples to the target; F: work of a sample, FLOP; n: accelerators; p: dense peak of one in
// the format used, FLOP/s; e: elasticity of speed to scale within one round and chip (1: perfect; fitted, see
// catalog/trends.hpp); q: what is left, the share of that peak which software makes of one chip. q carries whatever
// the other factors do not: faster memory and links, numerics, and samples where they are not published.

namespace foretrain::inline v0 {

/// How speed answers to scale within one round and chip: n times the accelerators are n^value times as fast.
struct ScalingElasticity {
    double value = 0;
    double error = 0;        ///< standard error of `value`
    double scatter = 0;      ///< robust standard deviation of single results, in the logarithm
    std::int64_t points = 0; ///< that the fit saw
    Provenance provenance{};
};

/// One result: how long, with what, how much work.
template <class Real>
struct BasicTrainingResult {
    BasicSeconds<Real> time{};
    BasicAccelerators<Real> accelerators{};
    BasicFlopRate<Real> peak{};                       ///< dense, of one accelerator, in the format used
    std::optional<BasicSamples<Real>> samples{};      ///< to the target; nothing where not published
    std::optional<BasicFlops<Real>> work_of_sample{}; ///< forward and backward; nothing: the same model in both
};
using TrainingResult = BasicTrainingResult<double>;

/// By what factor a result is faster than an earlier one, and why.
template <class Real>
struct BasicSpeedUp {
    Real total{};               ///< earlier time over later time
    Real chip{};                ///< peak of one accelerator
    Real accelerators{};        ///< their number, as if scaling were perfect
    Real scaling{};             ///< loss to imperfect scaling: below 1 where the number grew
    Real software{};            ///< what is left
    Real samples{};             ///< fewer samples to the target; below 1 where larger batches needed more
    Real model{};               ///< less work a sample; below 1 where the model grew
    bool samples_known = false; ///< if not, `samples` is 1 and its part is in `software`

    /// The factors together: `total`.
    [[nodiscard]] constexpr Real product() const noexcept {
        return chip * accelerators * scaling * software * samples * model;
    }
};
using SpeedUp = BasicSpeedUp<double>;

/// Tells `sink` of every field of a result outside its range.
template <class Real, class Sink>
constexpr void check_rules(const BasicTrainingResult<Real>& result, Sink& sink) noexcept {
    detail::require_range(sink, "result.time", result.time, 1e-3, 1e12, "s");
    detail::require_range(sink, "result.accelerators", result.accelerators, 1.0, 1e9);
    detail::require_range(sink, "result.peak", result.peak, 1e9, 1e18, "FLOP/s", "dense, of one accelerator");
    if (result.samples)
        detail::require_range(sink, "result.samples", *result.samples, 1.0, 1e18, {}, "leave it out if not known");
    if (result.work_of_sample)
        detail::require_range(sink, "result.work_of_sample", *result.work_of_sample, 1.0, 1e24, "FLOP",
                              "leave it out of both results of one benchmark");
}

/// Why `later` is faster than `earlier`. `elasticity`: of speed to scale, 0 to 1.2.
template <class Real>
[[nodiscard]] constexpr Result<BasicSpeedUp<Real>> try_speed_up(const BasicTrainingResult<Real>& earlier,
                                                                const BasicTrainingResult<Real>& later,
                                                                const Real& elasticity) noexcept {
    Violations violations;
    check_rules(earlier, violations);
    check_rules(later, violations);
    detail::require_range(violations, "elasticity", elasticity, 0.0, 1.2, {}, "1: twice the chips are twice as fast");
    detail::require(violations, earlier.work_of_sample.has_value() == later.work_of_sample.has_value(), "work_of_both",
                    "result.work_of_sample", 0, "given for both results or for neither", 0,
                    "without it both are taken to train the same model");
    if (!violations.empty()) return violations;
    BasicSpeedUp<Real> up;
    up.samples_known = earlier.samples.has_value() && later.samples.has_value();
    const auto work = [&](const BasicTrainingResult<Real>& result) {
        const Real samples = up.samples_known ? raw(*result.samples) : Real(1);
        return samples * (result.work_of_sample ? raw(*result.work_of_sample) : Real(1));
    };
    // The share q of a result, by its own numbers.
    const auto quality = [&](const BasicTrainingResult<Real>& result) {
        return work(result) / raw(result.time) / raw(result.peak) / exp(elasticity * log(raw(result.accelerators)));
    };
    up.total = earlier.time / later.time;
    up.chip = later.peak / earlier.peak;
    up.accelerators = later.accelerators / earlier.accelerators;
    up.scaling = exp((elasticity - Real(1)) * log(up.accelerators));
    up.software = quality(later) / quality(earlier);
    up.samples = up.samples_known ? Real(raw(*earlier.samples) / raw(*later.samples)) : Real(1);
    up.model = earlier.work_of_sample ? Real(raw(*earlier.work_of_sample) / raw(*later.work_of_sample)) : Real(1);
    return up;
}

#if defined(__cpp_exceptions)
/// Why a result is faster than an earlier one; throws `InvalidConfiguration` on bad input.
template <class Real>
[[nodiscard]] constexpr BasicSpeedUp<Real> speed_up(const BasicTrainingResult<Real>& earlier,
                                                    const BasicTrainingResult<Real>& later, const Real& elasticity) {
    return detail::value_or_throw(try_speed_up(earlier, later, elasticity));
}
#endif

} // namespace foretrain::inline v0
