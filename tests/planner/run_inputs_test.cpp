// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <array>

#include <foretrain/planner/run_inputs.hpp>

#include "run_cases.hpp"

using namespace foretrain;

namespace {

template <class Setup>
std::array<bool, run_inputs> present_in(Setup setup) {
    std::array<bool, run_inputs> present{};
    for (std::size_t i = 0; i < run_inputs; ++i)
        visit_input(static_cast<RunInput>(i), setup, [&](const auto&) { present[i] = true; });
    return present;
}
std::size_t index_of(RunInput input) { return static_cast<std::size_t>(input); }

} // namespace

TEST_CASE("every input has a name of its own and a field in one of the two kinds of run") {
    const auto reported = present_in(run_cases::reported()), modelled = present_in(run_cases::modelled());
    for (std::size_t i = 0; i < run_inputs; ++i) {
        CHECK_MESSAGE((reported[i] || modelled[i]), name_of(static_cast<RunInput>(i)));
        for (std::size_t j = 0; j < i; ++j)
            CHECK(name_of(static_cast<RunInput>(i)) != name_of(static_cast<RunInput>(j)));
    }
    CHECK(reported[index_of(RunInput::effective_share)]);
    CHECK_FALSE(modelled[index_of(RunInput::effective_share)]);
    CHECK_FALSE(reported[index_of(RunInput::mtbf)]);
    CHECK(name_of(RunInput::planned_duration) == "planned interruption"); // the last one
}

TEST_CASE("what a run leaves out is no input of it") {
    auto bare = run_cases::modelled();
    bare.conditions.input.reset();
    bare.conditions.prices.staff.reset();
    bare.conditions.faults.checkpointing->interval.reset();
    bare.conditions.faults.checkpointing->tiers = 1;
    bare.conditions.faults.recovery.spares.reset();
    const auto present = present_in(bare);
    for (const RunInput input : {RunInput::sample_size, RunInput::data_set, RunInput::staff_price,
                                 RunInput::checkpoint_interval, RunInput::second_load, RunInput::repair})
        CHECK_FALSE(present[index_of(input)]);
    for (const RunInput input : {RunInput::energy_price, RunInput::checkpoint_write, RunInput::mtbf,
                                 RunInput::straggler_mtbf, RunInput::idle_power})
        CHECK(present[index_of(input)]);
    bare.conditions.faults.checkpointing.reset();
    bare.conditions.faults.failures.reset();
    bare.conditions.faults.recovery.stragglers.reset();
    bare.conditions.faults.recovery.planned.reset();
    const auto less = present_in(bare);
    for (const RunInput input :
         {RunInput::mtbf, RunInput::checkpoint_write, RunInput::straggler_mtbf, RunInput::planned_duration})
        CHECK_FALSE(less[index_of(input)]);
}
