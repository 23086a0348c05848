// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "run_setup.hpp"

// The continuous inputs of a run beside those of its step (planner/inputs.hpp), by name.
//
// Inputs that a run's conditions leave out (a price that is not known, failures that are not modelled) are absent:
// they are no inputs of that run.

namespace foretrain::inline v0 {

// X(enumerator, name, field): `s` is the setup, `i` its input pipeline, `f` its faults.
#define FORETRAIN_CONDITION_INPUTS(X)                                                                                  \
    X(idle_power, "idle power", s.cluster.accelerator.idle_power)                                                      \
    X(host_power, "host power", s.cluster.node.host_power)                                                             \
    X(power_usage_effectiveness, "PUE", s.conditions.site.power_usage_effectiveness)                                   \
    X(host_load, "host load", s.conditions.site.host_load)                                                             \
    X(port_power, "port power", s.conditions.site.port_power)                                                          \
    X(matrix_power, "power of matrix units", s.conditions.power.matrix)                                                \
    X(memory_power, "power of memory", s.conditions.power.memory)                                                      \
    X(kernel_power, "power of other kernels", s.conditions.power.kernels)                                              \
    X(link_power, "power of links", s.conditions.power.link)                                                           \
    X(power_limit, "power limit", s.conditions.power_limit)                                                            \
    X(accelerator_price, "price of an accelerator-hour", s.conditions.prices.accelerator)                              \
    X(energy_price, "price of energy", s.conditions.prices.energy)                                                     \
    X(storage_price, "price of storage", s.conditions.prices.storage)                                                  \
    X(egress_price, "price of egress", s.conditions.prices.egress)                                                     \
    X(network_price, "price of the network", s.conditions.prices.network)                                              \
    X(staff_price, "price of staff", s.conditions.prices.staff)                                                        \
    X(stored, "bytes stored", s.conditions.besides.stored)                                                             \
    X(egress, "bytes moved out", s.conditions.besides.egress)                                                          \
    X(staff_time, "staff time", s.conditions.besides.staff_time)                                                       \
    X(start_up, "start-up", s.conditions.overheads.start_up)                                                           \
    X(warm_up_slowdown, "slow-down of first steps", s.conditions.overheads.warm_up_slowdown)                           \
    X(evaluation, "evaluation", s.conditions.overheads.evaluation)                                                     \
    X(checkpoint_stall, "stall of a checkpoint", s.conditions.overheads.checkpoint_stall)                              \
    X(shut_down, "shut-down", s.conditions.overheads.shut_down)                                                        \
    X(carbon_intensity, "carbon intensity", s.conditions.grid)
#define FORETRAIN_PIPELINE_INPUTS(X)                                                                                   \
    X(sample_size, "sample size", i.sample_size)                                                                       \
    X(data_bandwidth, "data bandwidth", i.storage)                                                                     \
    X(data_network, "data network of a node", i.node_network)                                                          \
    X(decode_rate, "decode rate", i.core_decodes)                                                                      \
    X(data_variation, "variation of the loader", i.variation)                                                          \
    X(data_cache, "data cache", i.cache)                                                                               \
    X(data_set, "data set", i.data_set)
#define FORETRAIN_FAULT_INPUTS(X) X(effective_share, "effective share", f.effective_share)
#define FORETRAIN_FAILURE_INPUTS(X)                                                                                    \
    X(mtbf, "MTBF", f.failures->mtbf)                                                                                  \
    X(checkpoint_interval, "checkpoint interval", f.checkpointing->interval)                                           \
    X(checkpoint_stand_still, "stall of the first checkpoint tier", f.checkpointing->tier[0].stall)                    \
    X(checkpoint_write, "write time of a checkpoint", f.checkpointing->tier[0].write)                                  \
    X(checkpoint_load, "load time of a checkpoint", f.checkpointing->tier[0].load)                                     \
    X(checkpoint_survives, "survival of the first checkpoint tier", f.checkpointing->tier[0].survives)                 \
    X(second_write, "write time of the second tier", f.checkpointing->tier[1].write)                                   \
    X(second_load, "load time of the second tier", f.checkpointing->tier[1].load)                                      \
    X(detection, "failure detection", f.recovery.detection)                                                            \
    X(restart, "restart", f.recovery.restart)                                                                          \
    X(restart_warm_up, "warm-up after a restart", f.recovery.warm_up)                                                  \
    X(repair, "repair of a node", f.recovery.spares->repair)                                                           \
    X(node_failures, "share of failures that take a node", f.recovery.spares->share)                                   \
    X(straggler_mtbf, "MTBF of stragglers", f.recovery.stragglers->mtbf)                                               \
    X(straggler_slowdown, "slow-down by a straggler", f.recovery.stragglers->slowdown)                                 \
    X(straggler_detection, "detection of a straggler", f.recovery.stragglers->detection)                               \
    X(planned_interval, "interval of planned interruptions", f.recovery.planned->interval)                             \
    X(planned_duration, "planned interruption", f.recovery.planned->duration)
#define FORETRAIN_RUN_INPUT_NAME(enumerator, ...) enumerator,
#define FORETRAIN_RUN_INPUT_TEXT(enumerator, text, ...) std::string_view{text},

/// A continuous input of a run beside those of its step.
enum class RunInput : unsigned char {
    FORETRAIN_CONDITION_INPUTS(FORETRAIN_RUN_INPUT_NAME) FORETRAIN_PIPELINE_INPUTS(FORETRAIN_RUN_INPUT_NAME)
        FORETRAIN_FAULT_INPUTS(FORETRAIN_RUN_INPUT_NAME) FORETRAIN_FAILURE_INPUTS(FORETRAIN_RUN_INPUT_NAME)
};

namespace detail {
inline constexpr std::array run_input_names{
    FORETRAIN_CONDITION_INPUTS(FORETRAIN_RUN_INPUT_TEXT) FORETRAIN_PIPELINE_INPUTS(FORETRAIN_RUN_INPUT_TEXT)
        FORETRAIN_FAULT_INPUTS(FORETRAIN_RUN_INPUT_TEXT) FORETRAIN_FAILURE_INPUTS(FORETRAIN_RUN_INPUT_TEXT)};

/// Visits a field, or what an optional one holds.
template <class Field, class Visit>
constexpr void visit_present(Field& field, const Visit& visit) noexcept {
    if constexpr (requires { field.has_value(); }) {
        if (field.has_value()) visit(*field);
    } else {
        visit(field);
    }
}
} // namespace detail

inline constexpr std::size_t run_inputs = detail::run_input_names.size();

[[nodiscard]] constexpr std::string_view name_of(RunInput input) noexcept {
    return detail::run_input_names[static_cast<std::size_t>(input)];
}

/// Calls `visit` with the field of an input; not at all if the run has no such thing.
template <class Setup, class Visit>
constexpr void visit_input(RunInput input, Setup& s, const Visit& visit) noexcept {
#define FORETRAIN_RUN_INPUT_CASE(enumerator, text, field)                                                              \
    case RunInput::enumerator: return detail::visit_present(field, visit);
    switch (input) {
        FORETRAIN_CONDITION_INPUTS(FORETRAIN_RUN_INPUT_CASE)
    default: break;
    }
    if (s.conditions.input) {
        auto& i = *s.conditions.input;
        switch (input) {
            FORETRAIN_PIPELINE_INPUTS(FORETRAIN_RUN_INPUT_CASE)
        default: break;
        }
    }
    auto& f = s.conditions.faults;
    if constexpr (requires { f.effective_share; }) {
        switch (input) {
            FORETRAIN_FAULT_INPUTS(FORETRAIN_RUN_INPUT_CASE)
        default: break;
        }
    }
    if constexpr (requires { f.recovery; }) {
        const auto among = [&](RunInput first, RunInput last) { return first <= input && input <= last; };
        if (input == RunInput::mtbf && !f.failures) return;
        if (among(RunInput::checkpoint_interval, RunInput::second_load) && !f.checkpointing) return;
        if (among(RunInput::second_write, RunInput::second_load) && f.checkpointing->tiers < 2) return;
        if (among(RunInput::repair, RunInput::node_failures) && !f.recovery.spares) return;
        if (among(RunInput::straggler_mtbf, RunInput::straggler_detection) && !f.recovery.stragglers) return;
        if (among(RunInput::planned_interval, RunInput::planned_duration) && !f.recovery.planned) return;
        switch (input) {
            FORETRAIN_FAILURE_INPUTS(FORETRAIN_RUN_INPUT_CASE)
        default: break;
        }
    }
#undef FORETRAIN_RUN_INPUT_CASE
}
#undef FORETRAIN_RUN_INPUT_NAME
#undef FORETRAIN_RUN_INPUT_TEXT
#undef FORETRAIN_CONDITION_INPUTS
#undef FORETRAIN_PIPELINE_INPUTS
#undef FORETRAIN_FAULT_INPUTS
#undef FORETRAIN_FAILURE_INPUTS

} // namespace foretrain::inline v0
