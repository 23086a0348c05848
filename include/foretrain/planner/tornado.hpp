// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>

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
[[nodiscard]] constexpr InputSpan relative_span(const EstimateInput& input, const Cluster& cluster,
                                                const ParallelPlan& plan, double relative) noexcept {
    const double value = value_of(input, cluster, plan);
    return {input, maximum(value / (1.0 + relative), minimum(value, lowest_of(input.field))),
            minimum(value * (1.0 + relative), maximum(value, highest_of(input.field)))};
}

/// A bar: the step time at both ends of a range, where that end is a valid configuration; else that of the middle.
struct TornadoBar {
    InputSpan range{};
    Seconds at_low{};
    Seconds at_high{};
    bool valid_low = false;
    bool valid_high = false;

    /// Length of the bar, with the middle in it; of a step of `time`.
    [[nodiscard]] constexpr Seconds swing(const Seconds& time) const noexcept {
        return maximum(maximum(at_low, at_high), time) - minimum(minimum(at_low, at_high), time);
    }
};

/// The time of a step with one input changed, everything else as it is; nothing if that is invalid.
[[nodiscard]] constexpr std::optional<Seconds> time_with(const Transformer& model, Cluster cluster, ParallelPlan plan,
                                                         const EstimateInput& input, double value) noexcept {
    set_value(input, cluster, plan, value);
    const Result<StepEstimate> step = try_estimate_step(model, cluster, plan);
    if (!step) return std::nullopt;
    return step->time;
}

/// One bar for each range, widest first. `bars` takes the first so many, as far as it has room; their number is
/// returned, 0 if the configuration itself is invalid.
constexpr std::size_t tornado(const Transformer& model, const Cluster& cluster, const ParallelPlan& plan,
                              std::span<const InputSpan> ranges, std::span<TornadoBar> bars) noexcept {
    const Result<StepEstimate> middle = try_estimate_step(model, cluster, plan);
    if (!middle) return 0;
    std::size_t size = 0;
    for (const InputSpan& range : ranges) {
        const std::optional<Seconds> low = time_with(model, cluster, plan, range.input, range.low);
        const std::optional<Seconds> high = time_with(model, cluster, plan, range.input, range.high);
        const TornadoBar bar{range, low ? *low : middle->time, high ? *high : middle->time, low.has_value(),
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
