// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>

#include "../cost/job_power.hpp"
#include "../cost/price.hpp"
#include "goodput.hpp"
#include "input_pipeline.hpp"
#include "overheads.hpp"

// What a run is asked for and what it meets beside its steps: a budget; start-up, evaluations and stalls; input;
// faults; power and carbon; prices. Everything but the site may be left out: then it takes no time, or is unknown.
//
//   faults, as a fleet reports them:  wall clock = time without them / effective share
//   faults, as a model of failures:   run/goodput.hpp

namespace foretrain::inline v0 {

/// So many tokens to train on.
struct TokenBudget {
    Tokens tokens{};
};
/// So many samples to train on (encoders, images).
struct SampleBudget {
    Samples samples{};
};

/// What is lost to faults, restarts and checkpoints: the share of wall clock that trains, as a fleet reports it.
template <class Real>
struct BasicFaults {
    Real effective_share{}; ///< 0.01 to 1; Llama 3 405B reports more than 0.90 over 54 days
    Provenance provenance{};
};
using Faults = BasicFaults<double>;

/// Tells `sink` of a share outside its range.
template <class Real, class Sink>
constexpr void check_rules(const BasicFaults<Real>& faults, Sink& sink) noexcept {
    detail::require_range(sink, "faults.effective_share", faults.effective_share, 0.01, 1.0, {},
                          "1 if nothing is ever lost");
}

/// What a reported share makes of a time that trains. No spread is known: the band is a point.
template <class Real>
[[nodiscard]] constexpr Result<BasicGoodput<Real>> try_goodput(const BasicSeconds<Real>& productive, std::int64_t,
                                                               const BasicFaults<Real>& faults) noexcept {
    Violations violations;
    check_rules(faults, violations);
    if (!violations.empty()) return violations;
    BasicGoodput<Real> result;
    const BasicSeconds<Real> wall_clock = productive / faults.effective_share;
    const auto set = [&](WallClockPart part, const BasicSeconds<Real>& time) {
        result.time[static_cast<std::size_t>(part)] = time;
    };
    set(WallClockPart::productive, productive);
    set(WallClockPart::reported, wall_clock - productive);
    result.wall_clock = {wall_clock, wall_clock, wall_clock};
    return result;
}

/// What turns the time of a run into wall clock: `Faults`, a `Reliability`, or a type of the user's with a
/// `try_goodput`.
template <class Losses, class Real>
concept LossModel = requires(const BasicSeconds<Real>& productive, std::int64_t accelerators, const Losses& losses) {
    { try_goodput(productive, accelerators, losses) } -> std::same_as<Result<BasicGoodput<Real>>>;
};

/// All that a run meets beside its steps.
template <class Real, class Losses = BasicFaults<Real>, class Power = BasicComponentPower<Real>>
struct BasicRunConditions {
    Losses faults{};
    BasicSite<Real> site{};
    BasicPrices<Real> prices{};
    Power power{};                                    ///< of an accelerator
    std::optional<BasicWatts<Real>> power_limit{};    ///< of each accelerator; absent: its rated power
    BasicRunOverheads<Real> overheads{};              ///< start-up, slow first steps, evaluations, ...
    std::optional<BasicInputPipeline<Real>> input{};  ///< absent: no step ever waits for samples
    std::optional<BasicCarbonIntensity<Real>> grid{}; ///< absent: carbon is unknown
    BasicUsage<Real> besides{};                       ///< storage, egress and staff; time and energy come from the run
};
using RunConditions = BasicRunConditions<double>;

/// Tells `sink` of everything wrong with the conditions of a run but its faults, which their model judges. Rules:
/// `one_checkpoint_model`: checkpoints are an overhead or a policy against failures, not both; `counted_by_the_run`.
template <class Real, class Losses, class Power, class Sink>
constexpr void check_rules(const BasicRunConditions<Real, Losses, Power>& conditions, Sink& sink) noexcept {
    check_rules(conditions.site, sink);
    check_rules(conditions.prices, sink);
    check_rules(conditions.overheads, sink);
    check_rules(conditions.besides, sink);
    if constexpr (requires { check_rules(conditions.power, sink); }) check_rules(conditions.power, sink);
    if (conditions.input) check_rules(*conditions.input, sink);
    if constexpr (!std::same_as<Power, BasicComponentPower<Real>>)
        detail::require(sink, !conditions.power_limit, "limit_needs_component_power", "conditions.power_limit", 0.0,
                        "absent", 0, "what a limit slows down is known of BasicComponentPower only");
    if (conditions.grid)
        detail::require_range(sink, "conditions.grid", raw(*conditions.grid) * Real(3.6e6), 0.0, 1e5, "gCO2e/kWh",
                              "leave it out if it is not known");
    if constexpr (requires { conditions.faults.checkpointing.has_value(); })
        detail::require(
            sink, !(conditions.faults.checkpointing.has_value() && conditions.overheads.checkpoint_interval > 0),
            "one_checkpoint_model", "overheads.checkpoint_interval", conditions.overheads.checkpoint_interval,
            "0 where faults.checkpointing is given", 0, "the policy against failures has the stalls");
    const bool counted = raw(conditions.besides.accelerator_time) == Real(0.0) &&
                         raw(conditions.besides.energy) == Real(0.0) &&
                         raw(conditions.besides.network_time) == Real(0.0);
    detail::require(sink, counted, "counted_by_the_run", "besides.accelerator_time",
                    detail::plain(raw(conditions.besides.accelerator_time)), "0, as energy and network time", 0,
                    "the run counts its own");
}

} // namespace foretrain::inline v0
