// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <type_traits>

#include "../step/estimate.hpp"
#include "inputs.hpp"

// A tornado: how far each input moves a step between the ends of its range, the widest bar first.
//
// Both ends are estimates of their own, not the derivative times the range: bars are not symmetric, and a part that
// hides under another at one end shows at the other.

namespace foretrain::inline v0 {

/// An input and the range it may lie in, base units.
struct InputSpan {
    EstimateInput input{};
    double low = 0;
    double high = 0;
};

/// From x / (1 + relative) to x (1 + relative), as far as the input may go; `relative` at least 0.
template <class Real>
[[nodiscard]] constexpr InputSpan relative_span(const EstimateInput& input, const BasicCluster<Real>& cluster,
                                                const BasicParallelPlan<Real>& plan, double relative) noexcept {
    const double value = static_cast<double>(value_of(value_of(input, cluster, plan)));
    return {input, maximum(value / (1.0 + relative), minimum(value, lowest_of(input.field))),
            minimum(value * (1.0 + relative), maximum(value, highest_of(input.field)))};
}

/// A bar: the step time at both ends of a range, where that end is a valid configuration; else that of the middle.
template <class Real>
struct BasicTornadoBar {
    InputSpan range{};
    BasicSeconds<Real> at_low{};
    BasicSeconds<Real> at_high{};
    bool valid_low = false;
    bool valid_high = false;

    /// Length of the bar, with the middle in it; of a step of `time`.
    [[nodiscard]] constexpr BasicSeconds<Real> swing(const BasicSeconds<Real>& time) const noexcept {
        return maximum(maximum(at_low, at_high), time) - minimum(minimum(at_low, at_high), time);
    }
};
using TornadoBar = BasicTornadoBar<double>;

/// The time of a step with one input changed, everything else as it is; nothing if that is invalid.
template <class Real>
[[nodiscard]] constexpr std::optional<BasicSeconds<Real>>
time_with(const Transformer& model, BasicCluster<Real> cluster, BasicParallelPlan<Real> plan,
          const EstimateInput& input, double value) noexcept {
    set_value(input, cluster, plan, Real(value));
    const Result<BasicStepEstimate<Real>> step = try_estimate_step(model, cluster, plan);
    if (!step) return std::nullopt;
    return step->time;
}

/// One bar for each range, widest first. `bars` takes the first so many, as far as it has room; their number is
/// returned, 0 if the configuration itself is invalid.
template <class Real>
constexpr std::size_t tornado(const Transformer& model, const BasicCluster<Real>& cluster,
                              const BasicParallelPlan<Real>& plan, std::span<const InputSpan> ranges,
                              std::span<BasicTornadoBar<std::type_identity_t<Real>>> bars) noexcept {
    using Time = BasicSeconds<Real>;
    const Result<BasicStepEstimate<Real>> middle = try_estimate_step(model, cluster, plan);
    if (!middle) return 0;
    std::size_t size = 0;
    for (const InputSpan& range : ranges) {
        const std::optional<Time> low = time_with(model, cluster, plan, range.input, range.low);
        const std::optional<Time> high = time_with(model, cluster, plan, range.input, range.high);
        const BasicTornadoBar<Real> bar{range, low ? *low : middle->time, high ? *high : middle->time, low.has_value(),
                                        high.has_value()};
        std::size_t at = size;
        while (at > 0 && bar.swing(middle->time) > bars[at - 1].swing(middle->time)) --at;
        if (at >= bars.size()) continue;
        if (size < bars.size()) ++size;
        for (std::size_t i = size - 1; i > at; --i) bars[i] = bars[i - 1];
        bars[at] = bar;
    }
    return size;
}

} // namespace foretrain::inline v0
