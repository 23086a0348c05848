// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <foretrain/catalog/models.hpp>
#include <foretrain/catalog/stacks.hpp>
#include <foretrain/catalog/systems.hpp>
#include <foretrain/planner/run_setup.hpp>

// Runs in which every input is there: one whose losses are reported as a share, one whose failures are modelled.

namespace run_cases {

using namespace foretrain;

template <class Losses>
constexpr RunSetup<Losses> common() {
    RunSetup<Losses> s{.model = catalog::llama3_8b,
                       .cluster = catalog::dgx_h100(256),
                       .plan = {.tensor = 2,
                                .data = 128,
                                .sequence_parallel = true,
                                .sharding = Sharding::optimizer,
                                .global_batch = 512,
                                .micro_batch = 1,
                                .sequence = 8192,
                                .stack = catalog::megatron_core},
                       .budget = {make<Tokens>(1e12)},
                       .conditions = {}};
    auto& c = s.conditions;
    c.site = site(1.2);
    c.power = measured_boards;
    c.power_limit = make<Watts>(500.0);
    c.prices = {.accelerator = make<AcceleratorPrice>(2.5 / 3600),
                .energy = make<EnergyPrice>(0.1 / 3.6e6),
                .storage = make<StoragePrice>(1e-17),
                .egress = make<TransferPrice>(1e-10),
                .network = make<AcceleratorPrice>(0.2 / 3600),
                .staff = make<MoneyRate>(0.02)};
    c.overheads = {.start_up = make<Seconds>(600.0),
                   .warm_up_steps = 50,
                   .warm_up_slowdown = 1.5,
                   .evaluation_interval = 1000,
                   .evaluation = make<Seconds>(60.0),
                   .shut_down = make<Seconds>(30.0)};
    // Shards of half of the data set are kept; storage is slower than the step in the first epoch.
    c.input = InputPipeline{.sample_size = make<BytesPerSample>(16384.0),
                            .storage = make<Bandwidth>(2e6),
                            .node_network = make<Bandwidth>(1e9),
                            .core_decodes = make<SampleRate>(100.0),
                            .cores = 8,
                            .nodes = 32,
                            .prefetch = 2,
                            .variation = 0.5,
                            .cache = make<Bytes>(1e11),
                            .data_set = make<Bytes>(4e11)};
    c.grid = make<CarbonIntensity>(300.0 / 3.6e6);
    c.besides = {.stored = make<Bytes>(1e14) * make<Seconds>(1e6),
                 .egress = make<Bytes>(1e13),
                 .staff_time = make<Seconds>(1e6)};
    return s;
}

constexpr RunSetup<Faults> reported() {
    RunSetup<Faults> s = common<Faults>();
    s.conditions.faults.effective_share = 0.9;
    s.conditions.overheads.checkpoint_interval = 200;
    s.conditions.overheads.checkpoint_stall = make<Seconds>(20.0);
    return s;
}

constexpr RunSetup<Reliability> modelled() {
    RunSetup<Reliability> s = common<Reliability>();
    Reliability& f = s.conditions.faults;
    f.failures = ExponentialFailures{make<AcceleratorTime>(2e7)};
    f.checkpointing = Checkpointing{.interval = make<Seconds>(1800.0), .tier = {}, .tiers = 2};
    f.checkpointing->tier[0] = {"memory", 1, make<Seconds>(3.0), make<Seconds>(2.0), make<Seconds>(20.0), 0.8};
    f.checkpointing->tier[1] = {"storage", 4, make<Seconds>(1.0), make<Seconds>(120.0), make<Seconds>(180.0), 1.0};
    f.recovery = {.detection = make<Seconds>(120.0),
                  .restart = make<Seconds>(240.0),
                  .warm_up = make<Seconds>(60.0),
                  .spares = Spares{1, make<Seconds>(86400.0), 0.5},
                  .stragglers = Stragglers{make<AcceleratorTime>(1e9), 0.2, make<Seconds>(7200.0)},
                  .planned = Planned{make<Seconds>(604800.0), make<Seconds>(3600.0)}};
    return s;
}

} // namespace run_cases
