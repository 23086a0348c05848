// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "../run/run.hpp"

// Everything a run is estimated from, in one place, and over another scalar: with dual numbers a run comes with its
// derivatives.

namespace foretrain::inline v0 {

/// Everything a run is estimated from but its faults' model, which is one of the two of the library.
template <class Real, class Losses = BasicFaults<Real>>
struct BasicRunSetup {
    Transformer model{};
    BasicCluster<Real> cluster{};
    BasicParallelPlan<Real> plan{};
    TokenBudget budget{};
    BasicRunConditions<Real, Losses> conditions{};
};
template <class Losses = Faults>
using RunSetup = BasicRunSetup<double, Losses>;

/// The run of a setup.
template <class Real, class Losses>
[[nodiscard]] constexpr Result<BasicRunEstimate<Real>>
try_estimate_run(const BasicRunSetup<Real, Losses>& setup) noexcept {
    const Result<BasicStepEstimate<Real>> step = try_estimate_step(setup.model, setup.cluster, setup.plan);
    if (!step) return step.violations();
    return try_estimate_run(*step, setup.cluster, setup.budget, setup.conditions);
}

namespace detail {

/// An optional over another scalar.
template <class To, class Field>
[[nodiscard]] constexpr auto optional_over(const std::optional<Field>& field) noexcept {
    std::optional<decltype(over_scalar<To>(*field))> result;
    if (field) result = over_scalar<To>(*field);
    return result;
}

} // namespace detail

/// Prices, overheads, input pipelines, faults and conditions over another scalar.
template <class To, class From>
[[nodiscard]] constexpr BasicPrices<To> over_scalar(const BasicPrices<From>& p) noexcept {
    return {detail::optional_over<To>(p.accelerator),
            detail::optional_over<To>(p.energy),
            detail::optional_over<To>(p.storage),
            detail::optional_over<To>(p.egress),
            detail::optional_over<To>(p.network),
            detail::optional_over<To>(p.staff),
            p.provenance};
}
template <class To, class From>
[[nodiscard]] constexpr BasicUsage<To> over_scalar(const BasicUsage<From>& u) noexcept {
    return {over_scalar<To>(u.accelerator_time), over_scalar<To>(u.energy),       over_scalar<To>(u.stored),
            over_scalar<To>(u.egress),           over_scalar<To>(u.network_time), over_scalar<To>(u.staff_time)};
}
template <class To, class From>
[[nodiscard]] constexpr BasicRunOverheads<To> over_scalar(const BasicRunOverheads<From>& o) noexcept {
    return {.start_up = over_scalar<To>(o.start_up),
            .warm_up_steps = o.warm_up_steps,
            .warm_up_slowdown = detail::as_scalar<To>(o.warm_up_slowdown),
            .evaluation_interval = o.evaluation_interval,
            .evaluation = over_scalar<To>(o.evaluation),
            .checkpoint_interval = o.checkpoint_interval,
            .checkpoint_stall = over_scalar<To>(o.checkpoint_stall),
            .shut_down = over_scalar<To>(o.shut_down)};
}
template <class To, class From>
[[nodiscard]] constexpr BasicInputPipeline<To> over_scalar(const BasicInputPipeline<From>& i) noexcept {
    return {.sample_size = over_scalar<To>(i.sample_size),
            .storage = over_scalar<To>(i.storage),
            .node_network = over_scalar<To>(i.node_network),
            .core_decodes = over_scalar<To>(i.core_decodes),
            .cores = i.cores,
            .nodes = i.nodes,
            .prefetch = i.prefetch,
            .variation = detail::as_scalar<To>(i.variation),
            .cache = over_scalar<To>(i.cache),
            .data_set = over_scalar<To>(i.data_set),
            .shuffle = i.shuffle,
            .provenance = i.provenance};
}
template <class To, class From>
[[nodiscard]] constexpr BasicFaults<To> over_scalar(const BasicFaults<From>& f) noexcept {
    return {detail::as_scalar<To>(f.effective_share), f.provenance};
}
template <class To, class From>
[[nodiscard]] constexpr BasicExponentialFailures<To> over_scalar(const BasicExponentialFailures<From>& f) noexcept {
    return {over_scalar<To>(f.mtbf), f.provenance};
}
template <class To, class From>
[[nodiscard]] constexpr BasicCheckpointing<To> over_scalar(const BasicCheckpointing<From>& c) noexcept {
    BasicCheckpointing<To> result{.interval = detail::optional_over<To>(c.interval), .tier = {}, .tiers = c.tiers};
    for (std::size_t i = 0; i < c.tier.size(); ++i)
        result.tier[i] = {c.tier[i].name,
                          c.tier[i].every,
                          over_scalar<To>(c.tier[i].stall),
                          over_scalar<To>(c.tier[i].write),
                          over_scalar<To>(c.tier[i].load),
                          detail::as_scalar<To>(c.tier[i].survives)};
    return result;
}
template <class To, class From>
[[nodiscard]] constexpr BasicSpares<To> over_scalar(const BasicSpares<From>& s) noexcept {
    return {s.nodes, over_scalar<To>(s.repair), detail::as_scalar<To>(s.share)};
}
template <class To, class From>
[[nodiscard]] constexpr BasicStragglers<To> over_scalar(const BasicStragglers<From>& s) noexcept {
    return {over_scalar<To>(s.mtbf), detail::as_scalar<To>(s.slowdown), over_scalar<To>(s.detection)};
}
template <class To, class From>
[[nodiscard]] constexpr BasicPlanned<To> over_scalar(const BasicPlanned<From>& p) noexcept {
    return {over_scalar<To>(p.interval), over_scalar<To>(p.duration)};
}
template <class To, class From>
[[nodiscard]] constexpr BasicRecovery<To> over_scalar(const BasicRecovery<From>& r) noexcept {
    return {.detection = over_scalar<To>(r.detection),
            .restart = over_scalar<To>(r.restart),
            .warm_up = over_scalar<To>(r.warm_up),
            .spares = detail::optional_over<To>(r.spares),
            .stragglers = detail::optional_over<To>(r.stragglers),
            .planned = detail::optional_over<To>(r.planned),
            .provenance = r.provenance};
}
template <class To, class From>
[[nodiscard]] constexpr BasicReliability<To> over_scalar(const BasicReliability<From>& r) noexcept {
    return {detail::optional_over<To>(r.failures), detail::optional_over<To>(r.checkpointing),
            over_scalar<To>(r.recovery)};
}
template <class To, class From, class Losses>
[[nodiscard]] constexpr auto over_scalar(const BasicRunConditions<From, Losses>& c) noexcept {
    using OverTo = decltype(over_scalar<To>(c.faults));
    BasicRunConditions<To, OverTo> result{.faults = over_scalar<To>(c.faults),
                                          .site = over_scalar<To>(c.site),
                                          .prices = over_scalar<To>(c.prices),
                                          .power = over_scalar<To>(c.power),
                                          .power_limit = detail::optional_over<To>(c.power_limit),
                                          .overheads = over_scalar<To>(c.overheads),
                                          .input = detail::optional_over<To>(c.input),
                                          .grid = detail::optional_over<To>(c.grid),
                                          .besides = over_scalar<To>(c.besides)};
    return result;
}
template <class To, class From, class Losses>
[[nodiscard]] constexpr auto over_scalar(const BasicRunSetup<From, Losses>& s) noexcept {
    using OverTo = decltype(over_scalar<To>(s.conditions.faults));
    return BasicRunSetup<To, OverTo>{s.model, over_scalar<To>(s.cluster), over_scalar<To>(s.plan), s.budget,
                                     over_scalar<To>(s.conditions)};
}

} // namespace foretrain::inline v0
