// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <foretrain/foretrain.hpp>
#include <foretrain/report/report.hpp>

// A report that the tests of report/ share: a model small enough to fit, with a run whose energy price is not known.

namespace example {

inline foretrain::Report report() {
    using namespace foretrain;
    Report report;
    report.model = catalog::llama3_8b;
    report.cluster = catalog::dgx_h100(64);
    report.plan = {.tensor = 2,
                   .pipeline = 2,
                   .data = 16,
                   .sequence_parallel = true,
                   .sharding = Sharding::optimizer,
                   .global_batch = 512,
                   .micro_batch = 1,
                   .sequence = 8192,
                   .stack = catalog::generic_stack};
    report.step = estimate_step(report.model, report.cluster, report.plan);
    ReportedRun run;
    run.budget = "1.00T tokens";
    constexpr Faults faults{0.95, {"a fleet", "2025", Evidence::measured}};
    run.faults = "95% of the wall clock trains";
    run.faults_from = faults.provenance;
    run.prices.accelerator = make<AcceleratorPrice>(2.0 / 3600.0);
    run.site = site(1.2);
    run.estimate =
        estimate_run(report.step, report.cluster, TokenBudget{make<Tokens>(1e12)}, faults, run.prices, run.site);
    report.run = run;
    report.published = {{"64 GPUs", "MFU", 44.0, 40.0, "%", {"a paper", "2024", Evidence::measured}}};
    report.assumed = {{"--attention", "fused", "it was not stated"}};
    return report;
}

} // namespace example
