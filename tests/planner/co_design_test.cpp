// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <set>

#include <foretrain/catalog/models.hpp>
#include <foretrain/catalog/stacks.hpp>
#include <foretrain/catalog/systems.hpp>
#include <foretrain/planner/co_design.hpp>

#include "../relative.hpp"

using namespace foretrain;

static_assert(name_of(DesignFigure::scale_out_bandwidth) == "scale-out");
static_assert(DesignCostModel<LinearDesignCost>);

namespace {

constexpr DesignRanges wide{{{0.25, 4.0}, {0.25, 4.0}, {0.5, 4.0}, {0.25, 4.0}, {0.5, 8.0}, {0.25, 4.0}}};

struct Job {
    Cluster cluster = catalog::dgx_h100(512);
    ParallelPlan plan{.tensor = 8,
                      .pipeline = 4,
                      .data = 16,
                      .sequence_parallel = true,
                      .sharding = Sharding::optimizer,
                      .global_batch = 256,
                      .micro_batch = 1,
                      .sequence = 8192,
                      .stack = catalog::megatron_core};
    LinearDesignCost cost{.power = make<Watts>(700.0),
                          .price = make<AcceleratorPrice>(2.5 / 3600.0),
                          .power_share = {0.6, 0.15, 0.05, 0.05, 0.0, 0.05},
                          .price_share = {0.4, 0.2, 0.2, 0.05, 0.0, 0.1},
                          .area_share = {0.6, 0.1, 0.0, 0.1, 0.0, 0.05}};
    [[nodiscard]] DesignSweep sweep(const DesignTable& table) const {
        return sweep_designs(catalog::llama3_70b, cluster, plan, table, cost, site(1.1));
    }
};

[[nodiscard]] DesignTable one(const Design& design) {
    DesignTable table;
    table.factors.resize(1, static_cast<Eigen::Index>(design_figures));
    for (std::size_t i = 0; i < design_figures; ++i) table.factors(0, static_cast<Eigen::Index>(i)) = design.factor[i];
    return table;
}

/// A cost model the library has never seen: what memory costs grows faster than memory.
struct DearMemory {
    [[nodiscard]] DesignCost operator()(const Design& d) const noexcept {
        const double memory = d[DesignFigure::memory_capacity];
        return {make<Watts>(700.0), make<AcceleratorPrice>(1e-3 * memory * memory), 1.0};
    }
};

} // namespace

TEST_CASE("the base itself is the single estimate, bit for bit") {
    const Job job;
    const DesignSweep sweep = job.sweep(one({}));
    const StepEstimate step = estimate_step(catalog::llama3_70b, job.cluster, job.plan);
    REQUIRE(sweep.valid[0]);
    CHECK(sweep.seconds[0] == raw(step.time));
    CHECK(sweep.utilization[0] == step.model_flops_utilization());
    CHECK(sweep.bottleneck[0] == static_cast<int>(step.bottleneck()));
    CHECK(sweep.fits[0] == (step.memory.peak <= job.cluster.accelerator.memory.capacity));
}

TEST_CASE("every row of a sweep is the single estimate of its design, bit for bit, and its figures follow") {
    const Job job;
    const DesignTable table = design_samples(wide, {Sampling::latin_hypercube, 300, 1});
    const DesignSweep sweep = job.sweep(table);
    for (std::int64_t row = 0; row < table.size(); ++row) {
        CAPTURE(row);
        const Cluster cluster = design_cluster(job.cluster, table[row], job.cost(table[row]).power);
        const Result<StepEstimate> step = try_estimate_step(catalog::llama3_70b, cluster, job.plan);
        REQUIRE(step);
        REQUIRE(sweep.valid[row]);
        CHECK(sweep.seconds[row] == raw(step->time));
        CHECK(sweep.utilization[row] == step->model_flops_utilization());
        CHECK(sweep.tokens_per_joule[row] * sweep.watts[row] * sweep.seconds[row] == relative(raw(step->tokens)));
        CHECK(sweep.tokens_per_usd[row] * sweep.usd_per_second[row] * 512 * sweep.seconds[row] ==
              relative(raw(step->tokens)));
    }
    // Again, and the whole of it: the same bits.
    CHECK((job.sweep(table).seconds == sweep.seconds).all());
}

TEST_CASE("better figures never make a step slower, capacity decides about fitting alone") {
    const Job job;
    const double base = job.sweep(one({})).seconds[0];
    for (std::size_t i = 0; i < design_figures; ++i) {
        CAPTURE(name_of(static_cast<DesignFigure>(i)));
        double last = 1e300;
        for (const double factor : {0.5, 1.0, 2.0, 4.0}) {
            Design design;
            design.factor[i] = factor;
            const DesignSweep sweep = job.sweep(one(design));
            REQUIRE(sweep.valid[0]);
            CHECK(sweep.seconds[0] <= last * 1.001);
            last = sweep.seconds[0];
        }
        if (static_cast<DesignFigure>(i) == DesignFigure::memory_capacity) CHECK(last == base);
        else CHECK(last <= base);
    }
    Design tiny;
    tiny[DesignFigure::memory_capacity] = 0.05;
    CHECK_FALSE(job.sweep(one(tiny)).fits[0]);
}

TEST_CASE("a larger scale-up domain keeps each accelerator's way out, and other tiers hold whole units") {
    const Job job;
    Design large;
    large[DesignFigure::scale_up_domain] = 4.5; // 36
    const Cluster cluster = design_cluster(job.cluster, large, job.cluster.accelerator.power);
    CHECK(cluster.fabric.tier[0].size == 36);
    CHECK(cluster.fabric.tier[1].size % 36 == 0);
    CHECK(raw(cluster.fabric.tier[1].link.bandwidth) / 36 ==
          relative(raw(job.cluster.fabric.tier[1].link.bandwidth) / 8));
    CHECK(check(catalog::llama3_70b, cluster, job.plan).empty());
}

TEST_CASE("a design holds the clock of its base, whatever its matrix rate and power") {
    const Job job;
    const double clock = sustained_share(job.cluster.accelerator, NumberFormat::bf16);
    CHECK(clock < 1.0);
    for (const double rate : {0.5, 1.0, 3.0})
        for (const double watts : {350.0, 700.0, 1400.0}) {
            Design design;
            design[DesignFigure::matrix_rate] = rate;
            const Cluster cluster = design_cluster(job.cluster, design, make<Watts>(watts));
            CHECK(sustained_share(cluster.accelerator, NumberFormat::bf16) == relative(clock).epsilon(1e-12));
            CHECK(cluster.accelerator.power == make<Watts>(watts));
            CHECK(check(catalog::llama3_70b, cluster, job.plan).empty());
        }
}

TEST_CASE("grids have every combination once, samples stay in their ranges, what does not vary stays") {
    DesignRanges two;
    two[0] = {0.5, 2.0};
    two[3] = {1.0, 4.0};
    const DesignTable grid = design_grid(two, 3);
    REQUIRE(grid.size() == 9);
    std::set<std::pair<double, double>> seen;
    for (std::int64_t row = 0; row < 9; ++row) {
        seen.insert({grid[row].factor[0], grid[row].factor[3]});
        CHECK(grid[row].factor[1] == 1.0);
    }
    CHECK(seen.size() == 9);
    CHECK(grid[8].factor[0] == relative(2.0).epsilon(1e-12));
    const DesignTable samples = design_samples(two, {Sampling::latin_hypercube, 100, 3});
    for (std::int64_t row = 0; row < 100; ++row) {
        CHECK(samples[row].factor[0] >= 0.5);
        CHECK(samples[row].factor[0] <= 2.0);
        CHECK(samples[row].factor[2] == 1.0);
    }
    CHECK((samples.factors == design_samples(two, {Sampling::latin_hypercube, 100, 3}).factors).all());
}

TEST_CASE("the best design is the best by brute force, within the limits, a cost model of the user's decides") {
    const Job job;
    const DesignTable table = design_samples(wide, {Sampling::latin_hypercube, 500, 5});
    const DesignSweep sweep = job.sweep(table);
    DesignLimits limits;
    limits.power = make<Watts>(900.0);
    limits.area = 1.5;
    const auto best = best_design(sweep, sweep.tokens_per_usd, limits);
    REQUIRE(best);
    CHECK(sweep.rated_watts[*best] <= 900.0);
    CHECK(sweep.area[*best] <= 1.5);
    for (std::int64_t row = 0; row < sweep.size(); ++row)
        if (sweep.valid[row] && sweep.fits[row] && sweep.rated_watts[row] <= 900.0 && sweep.area[row] <= 1.5)
            CHECK(sweep.tokens_per_usd[row] <= sweep.tokens_per_usd[*best]);
    CHECK(best_design(sweep, sweep.utilization) != best_design(sweep, sweep.tokens_per_usd)); // the score decides
    limits.power = make<Watts>(1.0);
    CHECK_FALSE(best_design(sweep, sweep.tokens_per_usd, limits));

    // Dear memory makes the best design by money one with little more than it needs.
    const DesignSweep dear = sweep_designs(catalog::llama3_70b, job.cluster, job.plan, table, DearMemory{}, site(1.1));
    const auto frugal = best_design(dear, dear.tokens_per_usd);
    REQUIRE(frugal);
    CHECK(table[*frugal][DesignFigure::memory_capacity] < table[*best][DesignFigure::memory_capacity] * 1.5);
    CHECK(dear.usd_per_second[*frugal] < 1.5e-3);
}

TEST_CASE("a plan for each design: more memory drops recomputation") {
    Job job;
    job.plan.recomputation = Recomputation::full;
    const auto plan_for = [&](const Design& design, const Cluster&) {
        ParallelPlan plan = job.plan;
        if (design[DesignFigure::memory_capacity] > 2.0) plan.recomputation = Recomputation::none;
        return plan;
    };
    Design roomy;
    roomy[DesignFigure::memory_capacity] = 3.0;
    const DesignTable table = one(roomy);
    const DesignSweep fixed = job.sweep(table);
    const DesignSweep planned = sweep_designs(catalog::llama3_70b, job.cluster, table, job.cost, site(1.1), plan_for);
    CHECK(planned.seconds[0] < fixed.seconds[0] * 0.9);
}

TEST_CASE("a design without a valid estimate is marked, and nothing is NaN or infinite") {
    Job job;
    job.plan.micro_batch = 3; // does not divide
    const DesignSweep sweep = job.sweep(design_samples(wide, {Sampling::latin_hypercube, 5, 1}));
    CHECK_FALSE(sweep.valid.any());
    CHECK((sweep.seconds == 0.0).all());
    CHECK_FALSE(best_design(sweep, sweep.tokens_per_joule));
}

TEST_CASE("factors and prices that are none are marked too") {
    const Job job;
    constexpr double none = std::numeric_limits<double>::quiet_NaN();
    for (std::size_t figure = 0; figure < design_figures; ++figure)
        for (const double factor : {none, 0.0, -1.0, 1e30, std::numeric_limits<double>::infinity()}) {
            Design design;
            design.factor[figure] = factor;
            const DesignSweep sweep = job.sweep(one(design));
            CAPTURE(figure);
            CAPTURE(factor);
            // A domain of less than one accelerator is one of one.
            if (factor != 0.0 && factor != -1.0) CHECK_FALSE(sweep.valid[0]);
            CHECK(std::isfinite(sweep.seconds[0]));
            CHECK(std::isfinite(sweep.usd_per_second[0]));
            CHECK(sweep.usd_per_second[0] >= 0.0);
        }
    for (const double price : {none, -1.0, std::numeric_limits<double>::infinity()}) {
        const auto cost = [&](const Design&) {
            return DesignCost{make<Watts>(700.0), make<AcceleratorPrice>(price), 1.0};
        };
        const DesignSweep sweep =
            sweep_designs(catalog::llama3_70b, job.cluster, job.plan, one(Design{}), cost, site(1.1));
        CHECK_FALSE(sweep.valid[0]);
        CHECK(sweep.usd_per_second[0] == 0.0);
    }
}
