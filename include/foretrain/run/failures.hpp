// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <concepts>
#include <cstdint>
#include <optional>
#include <string_view>

#include "../math/exp.hpp"
#include "../math/log.hpp"
#include "../math/pow.hpp"
#include "../math/scalar.hpp"
#include "../units/evidence.hpp"
#include "../units/violation.hpp"

// How often a job of N accelerators is interrupted.
//
//   rate(N) = N / M      1 / M = sum over components c of 1 / m_c      m_c = (time of one component to fail) / (its
//   number
//                                                                           for each accelerator)
//   P(no failure within t of a start)  exponential: e^(-rate t)    Weibull: e^(-(t Gamma(1 + 1/k) rate)^k)
//
// M, m_c are accelerator-time for each failure. Rates of independent components add, hence failures of a job come N
// times as often as those of one accelerator; failures of many components together come like a Poisson process
// whatever each one's ages do (Grigelionis 1963). A Weibull shape k below 1 says that failures come in bursts: gaps
// between failures of whole systems fit k = 0.7 to 0.8 (Schroeder & Gibson, "A large-scale study of failures in
// high-performance computing systems", DSN 2006, section 5.2).
//
// A component whose MTBF is unknown leaves that of the job unknown.

namespace foretrain::inline v0 {

/// A policy that says how often a job fails while it runs, and how likely it is to run on for a while after a start.
/// `survival` falls from 1 at time 0 with the mean 1 / `rate`; a rate of 0 means never. A policy whose failures do not
/// depend on the time since the last one also has `static constexpr bool memoryless = true`.
template <class F, class Real = double>
concept FailureModel = requires(const F& failures, std::int64_t accelerators, const BasicSeconds<Real>& time) {
    { F::name } -> std::convertible_to<std::string_view>;
    { failures.rate(accelerators) } -> std::same_as<BasicFrequency<Real>>;
    { failures.survival(accelerators, time) } -> std::convertible_to<Real>;
};

namespace detail {

template <class F>
[[nodiscard]] consteval bool memoryless() noexcept {
    if constexpr (requires { F::memoryless; }) return F::memoryless;
    else return false;
}

/// Gamma(x) for 1 <= x <= 21, to 1e-14: Stirling's series at x + 12, then downwards.
[[nodiscard]] constexpr double gamma_function(double x) noexcept {
    double product = 1.0;
    double y = x;
    for (int i = 0; i < 12; ++i) {
        product *= y;
        y += 1.0;
    }
    const double s = 1.0 / (y * y);
    const double series = (1.0 / 12.0 - s * (1.0 / 360.0 - s * (1.0 / 1260.0 - s * (1.0 / 1680.0)))) / y;
    constexpr double half_log_two_pi = 0.91893853320467274178;
    return exp((y - 0.5) * log(y) - y + half_log_two_pi + series) / product;
}

inline constexpr double least_mtbf = 3600.0; // one failure an accelerator-hour
inline constexpr double most_mtbf = 1e30;

} // namespace detail

/// Never fails.
template <class Real>
struct BasicNoFailures {
    static constexpr std::string_view name = "none";
    static constexpr bool memoryless = true;
    [[nodiscard]] constexpr BasicFrequency<Real> rate(std::int64_t) const noexcept { return {}; }
    [[nodiscard]] constexpr Real survival(std::int64_t, const BasicSeconds<Real>&) const noexcept { return Real(1.0); }
};
using NoFailures = BasicNoFailures<double>;

/// Fails at a constant rate, whatever happened before.
template <class Real>
struct BasicExponentialFailures {
    static constexpr std::string_view name = "exponential";
    static constexpr bool memoryless = true;
    BasicAcceleratorTime<Real> mtbf{}; ///< accelerator-time for each failure
    Provenance provenance{};

    [[nodiscard]] constexpr BasicFrequency<Real> rate(std::int64_t accelerators) const noexcept {
        return make<BasicAccelerators<Real>>(Real(static_cast<double>(accelerators))) / mtbf;
    }
    [[nodiscard]] constexpr Real survival(std::int64_t accelerators, const BasicSeconds<Real>& time) const noexcept {
        return exp(Real(-(raw(rate(accelerators)) * raw(time))));
    }
};
using ExponentialFailures = BasicExponentialFailures<double>;

/// Fails in bursts (shape below 1) or by wear (above 1): gaps between failures of the job are Weibull distributed and
/// start anew with each restart.
template <class Real>
struct BasicWeibullFailures {
    static constexpr std::string_view name = "Weibull";
    BasicAcceleratorTime<Real> mtbf{}; ///< accelerator-time for each failure, in the mean
    double shape = 0;                  ///< 0.4 to 5; 1 is exponential, 0.7 to 0.8 what systems show
    Provenance provenance{};

    [[nodiscard]] constexpr BasicFrequency<Real> rate(std::int64_t accelerators) const noexcept {
        return make<BasicAccelerators<Real>>(Real(static_cast<double>(accelerators))) / mtbf;
    }
    [[nodiscard]] constexpr Real survival(std::int64_t accelerators, const BasicSeconds<Real>& time) const noexcept {
        const Real scaled = raw(rate(accelerators)) * raw(time) * Real(detail::gamma_function(1.0 + 1.0 / shape));
        return scaled > Real(0.0) ? Real(exp(Real(-pow(scaled, Real(shape))))) : Real(1.0);
    }
};
using WeibullFailures = BasicWeibullFailures<double>;

/// Tells `sink` of every field of a failure model outside its range; a model of the user's may have its own.
template <class Real, class Sink>
constexpr void check_rules(const BasicNoFailures<Real>&, Sink&) noexcept {}
template <class Real, class Sink>
constexpr void check_rules(const BasicExponentialFailures<Real>& failures, Sink& sink) noexcept {
    detail::require_range(sink, "failures.mtbf", failures.mtbf, detail::least_mtbf, detail::most_mtbf,
                          "accelerator-seconds", "accelerators x time / failures; leave it out if it is not known");
}
template <class Real, class Sink>
constexpr void check_rules(const BasicWeibullFailures<Real>& failures, Sink& sink) noexcept {
    detail::require_range(sink, "failures.mtbf", failures.mtbf, detail::least_mtbf, detail::most_mtbf,
                          "accelerator-seconds", "accelerators x time / failures; leave it out if it is not known");
    detail::require_range(sink, "failures.shape", failures.shape, 0.4, 5.0, {}, "1 is exponential");
}

/// What can interrupt a job.
enum class Component : unsigned char {
    accelerator, ///< board, its processors, its links to the others
    memory,      ///< HBM
    network,     ///< NICs, cables, optics, switches
    host,        ///< processors, host memory, power supplies, fans
    storage,     ///< drives and file systems
    software,    ///< bugs, hangs, libraries
    other,       ///< unplanned maintenance, dependencies, what was not told apart
};
inline constexpr std::size_t components = 7;

[[nodiscard]] constexpr std::string_view name_of(Component component) noexcept {
    switch (component) {
    case Component::accelerator: return "accelerator";
    case Component::memory: return "memory";
    case Component::network: return "network";
    case Component::host: return "host";
    case Component::storage: return "storage";
    case Component::software: return "software";
    case Component::other: return "other";
    }
    return "other";
}

/// How often components of one kind interrupt jobs.
template <class Real>
struct BasicComponentFailures {
    Component component{};
    std::optional<BasicAcceleratorTime<Real>> mtbf{}; ///< accelerator-time for each failure; absent: unknown
};
using ComponentFailures = BasicComponentFailures<double>;

/// MTBF in accelerator-time of a component that fails once in `each` of its own time and of which there are
/// `per_accelerator` for each accelerator: 1/8 for hosts of eight, 1 for NICs.
template <class Real>
[[nodiscard]] constexpr BasicAcceleratorTime<Real> component_mtbf(const BasicSeconds<Real>& each,
                                                                  const Real& per_accelerator) noexcept {
    return each * make<BasicAccelerators<Real>>(Real(Real(1.0) / per_accelerator));
}

/// The accelerator-time for each failure of a fleet that was watched.
template <class Real>
[[nodiscard]] constexpr BasicAcceleratorTime<Real>
observed_mtbf(std::int64_t accelerators, const BasicSeconds<Real>& time, const Real& failures) noexcept {
    return make<BasicAccelerators<Real>>(Real(Real(static_cast<double>(accelerators)) / failures)) * time;
}

/// Failures of a fleet by component; entries whose component is listed twice add up.
template <class Real>
struct BasicFailureBreakdown {
    static constexpr std::size_t most = 12;
    std::array<BasicComponentFailures<Real>, most> list{};
    std::size_t size = 0;

    /// MTBF of all together: 1 / sum of 1 / m_c. Absent if a component's is unknown, or there are none.
    [[nodiscard]] constexpr std::optional<BasicAcceleratorTime<Real>> mtbf() const noexcept {
        for (std::size_t i = 0; i < size; ++i)
            if (!list[i].mtbf) return std::nullopt;
        return mtbf_of_known();
    }
    /// MTBF of those that are known, an upper bound of the whole; absent if none is.
    [[nodiscard]] constexpr std::optional<BasicAcceleratorTime<Real>> mtbf_of_known() const noexcept {
        Real rate(0.0);
        for (std::size_t i = 0; i < size; ++i)
            if (list[i].mtbf) rate += Real(1.0) / raw(*list[i].mtbf);
        if (!(rate > Real(0.0))) return std::nullopt;
        return make<BasicAcceleratorTime<Real>>(Real(Real(1.0) / rate));
    }
    /// Share of a component in all failures; absent unless all are known.
    [[nodiscard]] constexpr std::optional<Real> share(Component component) const noexcept {
        const auto all = mtbf();
        if (!all) return std::nullopt;
        Real rate(0.0);
        for (std::size_t i = 0; i < size; ++i)
            if (list[i].component == component) rate += Real(1.0) / raw(*list[i].mtbf);
        return Real(rate * raw(*all));
    }
};
using FailureBreakdown = BasicFailureBreakdown<double>;

/// A breakdown from a list.
template <class Real, std::size_t N>
    requires(N <= BasicFailureBreakdown<Real>::most)
[[nodiscard]] constexpr BasicFailureBreakdown<Real>
failure_breakdown(const std::array<BasicComponentFailures<Real>, N>& list) noexcept {
    BasicFailureBreakdown<Real> breakdown;
    for (const BasicComponentFailures<Real>& entry : list) breakdown.list[breakdown.size++] = entry;
    return breakdown;
}

/// Failures at the constant rate of all components together; absent where one is unknown.
template <class Real>
[[nodiscard]] constexpr std::optional<BasicExponentialFailures<Real>>
exponential_failures(const BasicFailureBreakdown<Real>& breakdown) noexcept {
    const auto mtbf = breakdown.mtbf();
    if (!mtbf) return std::nullopt;
    return BasicExponentialFailures<Real>{*mtbf, {}};
}

/// Tells `sink` of every known MTBF of a breakdown outside its range.
template <class Real, class Sink>
constexpr void check_rules(const BasicFailureBreakdown<Real>& breakdown, Sink& sink) noexcept {
    for (std::size_t i = 0; i < breakdown.size; ++i)
        if (breakdown.list[i].mtbf)
            detail::require_range(sink, "breakdown.mtbf", *breakdown.list[i].mtbf, detail::least_mtbf,
                                  detail::most_mtbf, "accelerator-seconds", "leave it out if it is not known");
}

} // namespace foretrain::inline v0
