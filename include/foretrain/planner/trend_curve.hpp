// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "../step/error_model.hpp"
#include "trend.hpp"

// The curve everyone talks about: a new benchmark starts slow, falls fast while people learn to run it and bring their
// largest machines, then ever slower.
//
//   t(a) = t(0) (1 + a / T)^-b         t(a'): x exp(+-w (a' - a)^(1/2)) for eight records in ten
//
// t: best time of a benchmark at age a, s; T: time between rounds, s, so that 1 + a / T counts the tries; b: the
// exponent of the learning curve (T. P. Wright, "Factors affecting the cost of airplanes", J. Aeronautical Sciences 3
// (1936) 122-128, with tries for units built); w: width of the band after a year. Records come in jumps, at rounds in
// which somebody brings a larger machine, so the band opens with the root of time like that of a random walk. Fitted
// over all benchmarks of MLPerf (catalog/trends.hpp), back-tested in docs/trend.md. An exponential fall beside an
// exponential learning, and a T fitted too, were tried: both were further off on later rounds.

namespace foretrain::inline v0 {

/// How best times fall with the age of their benchmark.
template <class Real>
struct BasicRecordCurve {
    Real exponent{};                    ///< b
    BasicSeconds<Real> learning_time{}; ///< T
    Real width{};                       ///< w, of a band that holds eight in ten after a year
    Real exponent_error{};              ///< standard error of b, for information: the band has it
    Provenance provenance{};
};
using RecordCurve = BasicRecordCurve<double>;

/// By what factor a record is faster at one age of its benchmark than at an earlier one.
template <class Real>
[[nodiscard]] constexpr Real record_speed_up(const BasicRecordCurve<Real>& curve, const BasicSeconds<Real>& from,
                                             const BasicSeconds<Real>& to) noexcept {
    const Real older = Real((curve.learning_time + to) / (curve.learning_time + from));
    return exp(curve.exponent * log(older));
}

/// The record of a benchmark at the age `to`, given that of the age `from`, or what is wrong with the question.
template <class Real>
[[nodiscard]] constexpr Result<Interval<BasicSeconds<Real>>>
try_project_record(const BasicRecordCurve<Real>& curve, const BasicSeconds<Real>& record,
                   const BasicSeconds<Real>& from, const BasicSeconds<Real>& to) noexcept {
    Violations violations;
    detail::require_range(violations, "curve.exponent", curve.exponent, 0.0, 10.0);
    detail::require_range(violations, "curve.learning_time", curve.learning_time, 86400.0, 1e10, "s");
    detail::require_range(violations, "curve.width", curve.width, 0.0, 10.0);
    detail::require_range(violations, "record", record, 1e-3, 1e12, "s");
    detail::require_range(violations, "from", from, 0.0, 1e10, "s", "age of the benchmark at its record");
    detail::require_range(violations, "to", to, detail::plain(from), 1e10, "s", "age to project to, not before");
    if (!violations.empty()) return violations;
    const Real years = raw(to - from) / Real(raw(julian_year));
    const Real half = years > Real(0) ? Real(curve.width * sqrt(years)) : Real(0);
    const BasicSeconds<Real> middle = record / record_speed_up(curve, from, to);
    return Interval<BasicSeconds<Real>>{middle * Real(exp(-half)), middle, middle * Real(exp(half))};
}

#if defined(__cpp_exceptions)
/// The record of a benchmark at a later age; throws `InvalidConfiguration` on bad input.
template <class Real>
[[nodiscard]] constexpr Interval<BasicSeconds<Real>>
project_record(const BasicRecordCurve<Real>& curve, const BasicSeconds<Real>& record, const BasicSeconds<Real>& from,
               const BasicSeconds<Real>& to) {
    return detail::value_or_throw(try_project_record(curve, record, from, to));
}
#endif

} // namespace foretrain::inline v0
