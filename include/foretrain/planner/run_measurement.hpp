// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "step_constraints.hpp"

// What somebody measured on a run of their own: how fast it is, and whatever is known of where its time goes.
//
//   step time = samples of a step / (samples/s) = tokens of a step / (tokens/s) = FLOPs of a step / (u peak n)
//
// u is a utilisation under a stated convention. Component times are of a mean step, on the critical path: what hides
// under something else is not in them. All of them may be left out.

namespace foretrain::inline v0 {

/// Parts of a step that profilers and logs tell apart.
enum class RunComponent : unsigned char {
    compute,       ///< all operations, forward and backward, what is computed again included
    products,      ///< matrix products of layers and head, forward and backward
    attention,     ///< the attention kernels, forward and backward
    memory_bound,  ///< norms, activation functions, residuals, embedding, loss
    recomputation, ///< forward operations repeated in the backward pass
    communication, ///< exposed, of all groups
    tensor_communication,
    context_communication,
    expert_communication,
    data_communication,
    pipeline_communication,
    bubble,
    optimizer,
    offload,
    host_wait,  ///< the device idles between kernels
    stragglers, ///< waiting for slower nodes
    input_wait, ///< for samples
    pauses,     ///< logging, evaluation, checkpoints, garbage collection: all else, a mean step
};
inline constexpr std::size_t run_components = 18;

[[nodiscard]] constexpr std::string_view name_of(RunComponent component) noexcept {
    constexpr std::array<std::string_view, run_components> names{"compute",
                                                                 "products",
                                                                 "attention",
                                                                 "memory-bound",
                                                                 "recomputation",
                                                                 "communication",
                                                                 "tensor-communication",
                                                                 "context-communication",
                                                                 "expert-communication",
                                                                 "data-communication",
                                                                 "pipeline-communication",
                                                                 "bubble",
                                                                 "optimizer",
                                                                 "offload",
                                                                 "host-wait",
                                                                 "stragglers",
                                                                 "input-wait",
                                                                 "pauses"};
    return names[static_cast<std::size_t>(component)];
}

/// Times of the parts of a step, and of what comes on top.
struct StepProfile {
    static constexpr std::size_t power = step_parts, input = step_parts + 1, pauses = step_parts + 2;
    static constexpr std::size_t entries = step_parts + 3;
    std::array<double, entries> seconds{};

    [[nodiscard]] constexpr double total() const noexcept {
        double sum = 0;
        for (const double part : seconds) sum += part;
        return sum;
    }
};

/// The entries of a profile that a component is made of, as bits.
[[nodiscard]] constexpr std::uint32_t entries_of(RunComponent component) noexcept {
    const auto of = [](StepPart part) { return std::uint32_t{1} << static_cast<unsigned>(part); };
    const auto extra = [](std::size_t entry) { return std::uint32_t{1} << entry; };
    const std::uint32_t products = of(StepPart::attention_projection) | of(StepPart::feed_forward) | of(StepPart::head);
    const std::uint32_t streams =
        of(StepPart::embedding) | of(StepPart::norm) | of(StepPart::elementwise) | of(StepPart::loss);
    switch (component) {
    case RunComponent::compute:
        return products | streams | of(StepPart::attention) | of(StepPart::recomputation) | of(StepPart::overlap_cost) |
               extra(StepProfile::power);
    case RunComponent::products: return products;
    case RunComponent::attention: return of(StepPart::attention);
    case RunComponent::memory_bound: return streams;
    case RunComponent::recomputation: return of(StepPart::recomputation);
    case RunComponent::communication:
        return of(StepPart::tensor_communication) | of(StepPart::context_communication) |
               of(StepPart::expert_communication) | of(StepPart::data_communication) |
               of(StepPart::pipeline_communication);
    case RunComponent::tensor_communication: return of(StepPart::tensor_communication);
    case RunComponent::context_communication: return of(StepPart::context_communication);
    case RunComponent::expert_communication: return of(StepPart::expert_communication);
    case RunComponent::data_communication: return of(StepPart::data_communication);
    case RunComponent::pipeline_communication: return of(StepPart::pipeline_communication);
    case RunComponent::bubble: return of(StepPart::bubble);
    case RunComponent::optimizer: return of(StepPart::optimizer);
    case RunComponent::offload: return of(StepPart::offload);
    case RunComponent::host_wait: return of(StepPart::host_wait);
    case RunComponent::stragglers: return of(StepPart::stragglers);
    case RunComponent::input_wait: return extra(StepProfile::input);
    case RunComponent::pauses: return extra(StepProfile::pauses) | of(StepPart::overhead);
    }
    return 0;
}

/// The time of a component, or of any entries.
[[nodiscard]] constexpr double time_of(const StepProfile& profile, std::uint32_t entries) noexcept {
    double sum = 0;
    for (std::size_t i = 0; i < StepProfile::entries; ++i)
        if ((entries >> i & 1U) != 0) sum += profile.seconds[i];
    return sum;
}

/// A utilisation and what it counts: 6 N, with attention, ... (MFU), or `hardware` (HFU).
struct MeasuredUtilization {
    double share;
    FlopConvention convention;
};

/// A measurement. At least one of the first four must be given; several must agree.
struct RunMeasurement {
    std::optional<Seconds> step_time{};
    std::optional<TokenRate> tokens_per_second{};   ///< of the whole job
    std::optional<SampleRate> samples_per_second{}; ///< of the whole job
    std::optional<MeasuredUtilization> utilization{};
    std::array<std::optional<Seconds>, run_components> components{};
    std::optional<Watts> board_power{}; ///< of an accelerator, mean of a step
    std::optional<double> clock{};      ///< of the matrix units under load over boost, 0 to 1
    std::optional<Bytes> memory{};      ///< of an accelerator, peak, reserved

    [[nodiscard]] constexpr const std::optional<Seconds>& operator[](RunComponent component) const noexcept {
        return components[static_cast<std::size_t>(component)];
    }
    [[nodiscard]] constexpr std::optional<Seconds>& operator[](RunComponent component) noexcept {
        return components[static_cast<std::size_t>(component)];
    }
};

namespace detail {

/// The step times that a measurement states, in the order of its fields; nothing where a field is not given.
[[nodiscard]] constexpr std::array<std::optional<double>, 4> stated_times(const RunMeasurement& m,
                                                                          const StepEstimate& step) noexcept {
    std::array<std::optional<double>, 4> times{};
    if (m.step_time) times[0] = raw(*m.step_time);
    if (m.tokens_per_second) times[1] = raw(step.tokens) / raw(*m.tokens_per_second);
    if (m.samples_per_second) times[2] = raw(step.samples) / raw(*m.samples_per_second);
    if (m.utilization) {
        const double flops = raw(step.flops[static_cast<std::size_t>(m.utilization->convention)]);
        times[3] = flops / (m.utilization->share * raw(step.peak) * static_cast<double>(step.accelerators));
    }
    return times;
}

} // namespace detail

/// The step time of a measurement in its ranges, by the first field that states one; 0 if none does.
[[nodiscard]] constexpr Seconds measured_time(const RunMeasurement& measurement, const StepEstimate& step) noexcept {
    for (const std::optional<double>& time : detail::stated_times(measurement, step))
        if (time) return make<Seconds>(*time);
    return {};
}

/// Tells `sink` of everything wrong with a measurement of a run whose step was estimated. Rules: `one_speed` (there is
/// one), `speeds_agree` (to 5%), `components_apart` (none twice), `components_in_step` (together at most the step).
template <class Sink>
constexpr void check_rules(const RunMeasurement& m, const StepEstimate& step, Sink& sink) noexcept {
    const auto range = [&](std::string_view field, const auto& value, double lowest, double highest,
                           std::string_view unit, std::string_view hint = {}) {
        if (value) detail::require_range(sink, field, *value, lowest, highest, unit, hint);
        return !value || (lowest <= detail::plain(*value) && detail::plain(*value) <= highest);
    };
    bool sound = range("measured.step_time", m.step_time, 1e-6, 1e6, "s");
    sound =
        range("measured.tokens_per_second", m.tokens_per_second, 1e-3, 1e15, "token/s", "of the whole job") && sound;
    sound = range("measured.samples_per_second", m.samples_per_second, 1e-6, 1e15, "samples/s", "of the whole job") &&
            sound;
    std::optional<double> share;
    if (m.utilization) share = m.utilization->share;
    sound = range("measured.utilization", share, 1e-4, 1.0, {}, "a share of the dense peak: 0.4 is 40%") && sound;
    (void)range("measured.board_power", m.board_power, 1.0, 1e5, "W", "of one accelerator");
    (void)range("measured.clock", m.clock, 0.01, 1.0, {}, "over boost");
    (void)range("measured.memory", m.memory, 1e6, 1e15, "B", "of one accelerator");
    bool parts_sound = true;
    for (const std::optional<Seconds>& part : m.components)
        parts_sound = range("measured.components", part, 0.0, 1e6, "s", "of a mean step") && parts_sound;

    std::optional<double> first;
    double sum = 0;
    if (sound)
        for (const std::optional<double>& time : detail::stated_times(m, step)) {
            if (!time) continue;
            if (!first) first = time;
            detail::require(sink, *time <= *first * 1.05 && *first <= *time * 1.05, "speeds_agree",
                            "measured.step_time", *first, "within 5% of what another speed says, {} s", *time,
                            "leave out all but one, or correct batch, sequence or convention");
        }
    detail::require(sink, !sound || first.has_value(), "one_speed", "measured.step_time", 0.0,
                    "given, or a throughput, or a utilisation", 0.0, "what was seen of the run");
    std::uint32_t seen = 0;
    bool apart = true;
    for (std::size_t i = 0; i < run_components; ++i) {
        if (!m.components[i]) continue;
        const std::uint32_t entries = entries_of(static_cast<RunComponent>(i));
        apart = apart && (seen & entries) == 0;
        seen |= entries;
        sum += raw(*m.components[i]);
    }
    detail::require(sink, apart, "components_apart", "measured.components", 0.0,
                    "either a whole (compute, communication) or its parts", 0, "no time may be in two components");
    if (sound && parts_sound && first)
        detail::require(sink, sum <= *first * 1.001, "components_in_step", "measured.components", sum,
                        "together at most the step, {} s", *first, "only what is exposed, of one mean step");
}

} // namespace foretrain::inline v0
