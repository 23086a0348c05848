// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include "../math/dual.hpp"
#include "../units/date.hpp"
#include "../units/evidence.hpp"
#include "../units/result.hpp"

// How fast things move: exponential growth with the uncertainty of its rate.
//
//   x(t) = x(0) exp(g t)        factor a year exp(g year)        doubling time ln 2 / g
//   ln x(t) / x(0) = g t +- z sqrt(s^2 + (e t)^2)
//
// g: growth, 1/s; e: its standard error, 1/s; s: scatter of single things around the trend, in the logarithm;
// z = 1.2816 for the band that holds eight in ten. A process made of several grows with the sum of their rates, and
// with the root of the sum of squared errors if they are independent. catalog/trends.hpp has fitted rates.

namespace foretrain::inline v0 {

/// Standard deviations on either side of the middle of a normal distribution that hold eight in ten.
inline constexpr double eight_in_ten = 1.2815515655446004;

/// A rate of exponential growth; negative for what falls.
template <class Real>
struct BasicGrowth {
    BasicFrequency<Real> rate{};  ///< of the natural logarithm
    BasicFrequency<Real> error{}; ///< standard error of `rate`; 0 if it is taken as known

    /// Both together: the rates add, the errors as independent.
    friend constexpr BasicGrowth operator+(const BasicGrowth& a, const BasicGrowth& b) noexcept {
        const Real x = raw(a.error), y = raw(b.error);
        // Without an error there is nothing to add in squares, and no slope of the root at 0.
        const Real together = !(y > Real(0)) ? x : !(x > Real(0)) ? y : sqrt(x * x + y * y);
        return {a.rate + b.rate, make<BasicFrequency<Real>>(together)};
    }
    /// The fall of what grows.
    friend constexpr BasicGrowth operator-(const BasicGrowth& a) noexcept { return {-a.rate, a.error}; }
};
using Growth = BasicGrowth<double>;

namespace detail {
/// Nothing of a quantity; scalars of other libraries may not start at zero.
template <class Q>
[[nodiscard]] constexpr Q zero() noexcept {
    return make<Q>(typename Q::value_type(0));
}
template <class Real>
[[nodiscard]] constexpr BasicFrequency<Real> a_year(const Real& logarithm) noexcept {
    return make<BasicFrequency<Real>>(logarithm / Real(raw(julian_year)));
}
} // namespace detail

/// Growth by a factor (above 0) each year: 1.35 is 35% more.
template <class Real>
[[nodiscard]] constexpr BasicGrowth<Real> growth_per_year(const Real& factor) noexcept {
    return {detail::a_year<Real>(log(factor)), detail::zero<BasicFrequency<Real>>()};
}
/// The same with the bounds of a confidence interval in which the truth lies nine times in ten, as Epoch gives them.
template <class Real>
[[nodiscard]] constexpr BasicGrowth<Real> growth_per_year(const Real& factor, const Real& p5,
                                                          const Real& p95) noexcept {
    return {detail::a_year<Real>(log(factor)), detail::a_year<Real>(log(p95 / p5) / Real(2 * 1.6448536269514722))};
}
/// Growth by orders of magnitude a year: 0.14 is 38% more each year.
template <class Real>
[[nodiscard]] constexpr BasicGrowth<Real> growth_in_orders_of_magnitude(const Real& a_year) noexcept {
    return {detail::a_year<Real>(a_year * Real(2.302585092994046)), detail::zero<BasicFrequency<Real>>()};
}
/// Growth that doubles in a time, which must not be 0.
template <class Real>
[[nodiscard]] constexpr BasicGrowth<Real> growth_doubling_in(const BasicSeconds<Real>& time) noexcept {
    return {make<BasicFrequency<Real>>(Real(0.6931471805599453) / raw(time)), detail::zero<BasicFrequency<Real>>()};
}

/// The factor by which a thing grows in a time.
template <class Real>
[[nodiscard]] constexpr Real growth_over(const BasicGrowth<Real>& growth, const BasicSeconds<Real>& time) noexcept {
    return exp(raw(growth.rate) * raw(time));
}
/// The factor of a year.
template <class Real>
[[nodiscard]] constexpr Real factor_per_year(const BasicGrowth<Real>& growth) noexcept {
    return growth_over(growth, make<BasicSeconds<Real>>(Real(raw(julian_year))));
}
/// The growth `deviations` standard errors above its middle (below for negative ones), taken as known.
template <class Real>
[[nodiscard]] constexpr BasicGrowth<Real> growth_at(const BasicGrowth<Real>& growth, double deviations) noexcept {
    return {growth.rate + growth.error * Real(deviations), detail::zero<BasicFrequency<Real>>()};
}
/// Half width in the logarithm of the band that holds eight in ten after a time, with the scatter of single things.
template <class Real>
[[nodiscard]] constexpr Real growth_width(const BasicGrowth<Real>& growth, const BasicSeconds<Real>& time,
                                          const Real& scatter) noexcept {
    const Real drift = raw(growth.error) * raw(time);
    const Real square = drift * drift + scatter * scatter;
    return square > Real(0) ? Real(sqrt(square) * Real(eight_in_ten)) : Real(0);
}

/// Tells `sink` of a growth that is not between thousandfold and a thousandth a year or has a negative error.
template <class Real, class Sink>
constexpr void check_rules(const BasicGrowth<Real>& growth, std::string_view field, Sink& sink) noexcept {
    const double year = raw(julian_year);
    detail::require_range(sink, field, detail::plain(growth.rate) * year, -7.0, 7.0, "a year, in the logarithm",
                          "growth_per_year(1.3) is 30% more a year");
    detail::require_range(sink, field, detail::plain(growth.error) * year, 0.0, 7.0, "a year, in the logarithm",
                          "the standard error of a growth");
}

/// A fitted growth and what it was fitted to.
struct Trend {
    std::string_view name;     ///< `matrix_peak`
    std::string_view quantity; ///< in words, with its unit
    Growth growth{};
    double scatter = 0;      ///< robust standard deviation of single points around the trend, in the logarithm
    std::int64_t points = 0; ///< that the fit saw
    Date from{};             ///< of the first point
    Date to{};               ///< of the last point
    Provenance provenance{};
};

/// A share of the quantity of a trend at one date that it has at another, with its band.
struct TrendFactor {
    double p10 = 0;
    double p50 = 0;
    double p90 = 0;
};

/// By what factor a trend grows in a time: its line alone, or with the scatter of single things.
[[nodiscard]] constexpr TrendFactor trend_over(const Trend& trend, const Seconds& time, bool with_scatter) noexcept {
    const double middle = raw(trend.growth.rate) * raw(time);
    const double width = growth_width(trend.growth, time, with_scatter ? trend.scatter : 0.0);
    return {exp(middle - width), exp(middle), exp(middle + width)};
}

} // namespace foretrain::inline v0
