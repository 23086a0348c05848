// SPDX-License-Identifier: Apache-2.0
#include <iostream>

#include <foretrain/catalog/fleets.hpp>
#include <foretrain/catalog/grids.hpp>
#include <foretrain/foretrain.hpp>
#include <foretrain/report/json.hpp>
#include <foretrain/report/text.hpp>

#include "commands.hpp"

namespace planner {

using namespace foretrain;
using namespace foretrain::literals;

namespace {

constexpr Provenance llama3_table_4{
    "Llama Team, The Llama 3 Herd of Models, arXiv 2407.21783, table 4; MFU as rounded there", "2024-07",
    Evidence::measured};
constexpr Provenance llama3_fleet_share{"The Llama 3 Herd of Models, section 3.3.4: more than 90% of 54 days",
                                        "2024-07", Evidence::measured};
constexpr Provenance llama3_card{"Llama 3.1 model card: all training of the 405B, restarts and other runs included",
                                 "2024-07", Evidence::measured};

/// What Meta ran and measured; the batch of 16M tokens is the same in all rows.
struct PublishedRun {
    std::string_view name;
    std::int64_t accelerators;
    std::int64_t context;
    std::int64_t sequence;
    double tflops; ///< of one accelerator, model FLOPs with full attention
    double utilization;
};
constexpr PublishedRun published_runs[] = {
    {"8,192 GPUs", 8192, 1, 8192, 430, 0.43},
    {"16,384 GPUs", 16384, 1, 8192, 400, 0.41},
    {"16,384 GPUs, 131,072 tokens", 16384, 16, 131072, 380, 0.38},
};

[[nodiscard]] constexpr ParallelPlan plan_of(const PublishedRun& run) {
    return {.tensor = 8,
            .pipeline = 16,
            .data = run.accelerators / (8 * 16 * run.context),
            .context = run.context,
            .virtual_stages = 8,
            .schedule = Schedule::interleaved,
            .sequence_parallel = true,
            .sharding = Sharding::optimizer,
            .global_batch = 2048 * 8192 / run.sequence,
            .micro_batch = 1,
            .sequence = run.sequence,
            .recomputation = Recomputation::elementwise,
            .precision = precision::mixed_bf16,
            .stack = catalog::generic_stack};
}

[[nodiscard]] std::vector<Assumption> assumptions() {
    return {{"chunks a stage", "8", "interleaved, to a depth that is not published: one layer a chunk"},
            {"micro-batch", "1", "not published"},
            {"sharding", "zero1", "FSDP that keeps parameters gathered through a step"},
            {"recomputation", "elementwise",
             "published as none of whole layers; with none at all the prediction would not fit"},
            {"software", "generic", "Meta's own is in no profile of the catalogue"},
            {"network", "dgx-h100", "400 Gbit/s a GPU over RoCE, spine of 1:7, as InfiniBand without oversubscription"},
            {"price", "$2/accelerator-hour", "an example, energy included; put yours"},
            {"checkpoints", "500 GB/s, blocking", "the model of goodput, with the fleet's own failures"},
            {"PUE, grid", "1.1, us-central1", "an example: the building is not published"}};
}

} // namespace

int demo(const Output& output) {
    std::vector<Comparison> comparisons;
    std::string left_out;
    Report report{.model = catalog::llama3_405b};
    for (const PublishedRun& published : published_runs) {
        const Cluster cluster = catalog::dgx_h100(published.accelerators);
        const ParallelPlan plan = plan_of(published);
        const Result<StepEstimate> step = try_estimate_step(report.model, cluster, plan);
        if (!step) {
            left_out += "  left out: " + std::string{published.name} + ", refused\n";
            for (const Violation& violation : step.violations())
                left_out += wrapped("    ", to_text(violation), 6, output.style.width);
            continue;
        }
        // The paper does not define its FLOPs; its rates agree with 6 N and full attention.
        const double rate = raw(step->rate(FlopConvention::six_n_attention)) / 1e12;
        const double percent = 100.0 * step->model_flops_utilization(FlopConvention::six_n_attention);
        const std::string name{published.name};
        comparisons.push_back({name, "rate of a GPU", rate, published.tflops, "TFLOP/s", llama3_table_4});
        comparisons.push_back({name, "MFU", percent, 100.0 * published.utilization, "%", llama3_table_4});
        if (published.accelerators != 16384 || published.context != 1) continue;
        report.cluster = cluster;
        report.plan = plan;
        report.step = *step;
        report.band = estimate_uncertainty(*step, report.model, cluster, plan, catalog::step_errors);
    }
    if (comparisons.empty()) {
        std::cerr << left_out;
        return 2;
    }

    const catalog::Fleet& fleet = catalog::llama3_fleet;
    const Grid* grid = catalog::find_grid("us-central1");
    const double parameters_count = static_cast<double>(parameters(report.model));
    const std::int64_t accelerators = report.cluster.accelerators;
    const BasicRunConditions<double, Reliability> conditions{
        .faults = catalog::usual_reliability(catalog::failures_of(fleet), parameters_count, accelerators),
        .site = site(1.1),
        .prices = {.accelerator = make<AcceleratorPrice>(2.0 / 3600.0),
                   .energy = make<EnergyPrice>(0.0),
                   .provenance = {"an example, energy included", "2026-11", Evidence::assumed}},
        .power = measured_boards,
        .overheads = {.start_up = catalog::start_up(parameters_count, accelerators)},
        .grid = grid->average};
    ReportedRun run;
    run.budget = to_text(15.6_T_tokens).view();
    run.faults = "419 interruptions in 54 days on 16,384, checkpoints at the best interval to a shared file system";
    run.faults_from = fleet.provenance;
    run.prices = conditions.prices;
    run.site = conditions.site;
    run.grid = std::string{grid->name} + ", yearly average " + std::string{to_text(*grid->average).view()};
    run.grid_from = grid->provenance;
    run.estimate = estimate_run(report.step, report.cluster, TokenBudget{15.6_T_tokens}, conditions);
    comparisons.push_back({"15.6T tokens", "effective time", 100.0 * run.estimate.effective_share(), 90, "%, or more",
                           llama3_fleet_share});
    comparisons.push_back(
        {"15.6T tokens", "GPU-hours", raw(run.estimate.accelerator_time) / 3.6e9, 30.84, "million", llama3_card});
    report.run = run;
    report.published = comparisons;
    report.assumed = assumptions();

    if (output.json)
        if (const auto done = write_json(output, report_json(report).dump(2) + '\n')) return *done;
    std::cout << "Llama 3.1 405B on H100, predicted and published\n\n"
              << comparison_text(comparisons, output.style) << left_out << "\n"
              << std::string(output.style.width, '-') << "\n";
    report.published.clear(); // shown above
    std::cout << report_text(report, output.style);
    return 0;
}

} // namespace planner
