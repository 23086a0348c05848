// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>

#include <Eigen/Core>

#include "../cost/job_power.hpp"
#include "sampling.hpp"
#include "step_constraints.hpp"

// Hardware co-design: thousands of hypothetical accelerators, each a base machine with some of its figures multiplied,
// and what a training step is on each of them.
//
//   design = base x factors           power = P_base (1 - sum s_i + sum s_i f_i), price likewise, or the user's model
//   tokens per joule = tokens of a step / (job power x step time)
//   tokens per USD   = tokens of a step / (accelerators x price x step time)
//
// f_i is the factor of a figure, s_i the share of the base's power or price that goes with it. Row i of a sweep is bit
// for bit the single estimate of its design. Needs Eigen: not part of foretrain.hpp.

namespace foretrain::inline v0 {

/// Figures of an accelerator that a designer may choose.
enum class DesignFigure : unsigned char {
    matrix_rate, ///< matrix and vector units
    memory_bandwidth,
    memory_capacity,
    scale_up_bandwidth,
    scale_up_domain, ///< accelerators in the innermost tier; rounded to whole ones
    scale_out_bandwidth,
};
inline constexpr std::size_t design_figures = 6;

[[nodiscard]] constexpr std::string_view name_of(DesignFigure figure) noexcept {
    constexpr std::array<std::string_view, design_figures> names{"matrix-rate", "memory-bandwidth", "memory-capacity",
                                                                 "scale-up",    "scale-up-domain",  "scale-out"};
    return names[static_cast<std::size_t>(figure)];
}

/// Factors on the figures of the base.
struct Design {
    std::array<double, design_figures> factor{1.0, 1.0, 1.0, 1.0, 1.0, 1.0};

    [[nodiscard]] constexpr double operator[](DesignFigure figure) const noexcept {
        return factor[static_cast<std::size_t>(figure)];
    }
    [[nodiscard]] constexpr double& operator[](DesignFigure figure) noexcept {
        return factor[static_cast<std::size_t>(figure)];
    }
};

/// What a design draws and costs.
struct DesignCost {
    Watts power{};            ///< rated, of an accelerator
    AcceleratorPrice price{}; ///< of an accelerator's time
    double area = 1;          ///< of silicon, over that of the base
};

/// Power, price and area linear in the factors: shares of the base that go with each figure; the rest is fixed.
struct LinearDesignCost {
    Watts power{};
    AcceleratorPrice price{};
    std::array<double, design_figures> power_share{}; ///< each from 0, together at most 1
    std::array<double, design_figures> price_share{};
    std::array<double, design_figures> area_share{};

    [[nodiscard]] constexpr DesignCost operator()(const Design& design) const noexcept {
        const auto grown = [&](const std::array<double, design_figures>& shares) {
            double sum = 1.0;
            for (std::size_t i = 0; i < design_figures; ++i) sum += shares[i] * (design.factor[i] - 1.0);
            return sum;
        };
        return {power * grown(power_share), price * grown(price_share), grown(area_share)};
    }
};

/// Tells what a design costs; a user's own callable drops in.
template <class Model>
concept DesignCostModel = requires(const Model& model, const Design& design) {
    { model(design) } -> std::same_as<DesignCost>;
};

/// The base with the factors of a design, and a rated power.
[[nodiscard]] constexpr Cluster design_cluster(const Cluster& base, const Design& design, const Watts& power) noexcept {
    Cluster cluster = base;
    ParallelPlan unused;
    Slowdowns by;
    by[StepKnob::matrix] = by[StepKnob::vector] = 1.0 / design[DesignFigure::matrix_rate];
    by[StepKnob::memory] = 1.0 / design[DesignFigure::memory_bandwidth];
    by[StepKnob::scale_up] = 1.0 / design[DesignFigure::scale_up_bandwidth];
    by[StepKnob::scale_out] = 1.0 / design[DesignFigure::scale_out_bandwidth];
    slow_down(cluster, unused, by);
    Accelerator& chip = cluster.accelerator;
    // What a design draws is what its units need: they hold the clock of the base.
    const double drawn = power / base.accelerator.power;
    chip.kernel.sustained_energy =
        base.accelerator.kernel.sustained_energy * (drawn / design[DesignFigure::matrix_rate]);
    chip.power = power;
    chip.idle_power = base.accelerator.idle_power * drawn;
    chip.memory.capacity = base.accelerator.memory.capacity * design[DesignFigure::memory_capacity];

    const double wanted = static_cast<double>(base.fabric.tier[0].size) * design[DesignFigure::scale_up_domain];
    // Beyond any range: the rules of a fabric refuse it.
    std::int64_t inner = wanted < 1.0 ? 1 : wanted < 1e9 ? static_cast<std::int64_t>(wanted + 0.5) : 1000000000;
    for (std::size_t i = 0; i < static_cast<std::size_t>(base.fabric.tiers); ++i) {
        auto& tier = cluster.fabric.tier[i];
        // A unit of more accelerators brings more links: the bandwidth of an accelerator stays.
        if (i == 1)
            tier.link.bandwidth =
                tier.link.bandwidth * (static_cast<double>(inner) / static_cast<double>(base.fabric.tier[0].size));
        if (i == 0) tier.size = inner;
        else tier.size = (tier.size + inner - 1) / inner * inner; // whole units
        inner = tier.size;
    }
    return cluster;
}

/// Designs as rows.
struct DesignTable {
    Eigen::Array<double, Eigen::Dynamic, static_cast<int>(design_figures)> factors{};

    [[nodiscard]] std::int64_t size() const noexcept { return factors.rows(); }
    [[nodiscard]] Design operator[](std::int64_t row) const noexcept {
        Design design;
        for (std::size_t i = 0; i < design_figures; ++i) design.factor[i] = factors(row, static_cast<Eigen::Index>(i));
        return design;
    }
};

/// The range of a factor; the same end twice leaves it alone. Positive, `low` at most `high`.
struct FactorRange {
    double low = 1;
    double high = 1;
};
using DesignRanges = std::array<FactorRange, design_figures>;

/// Every combination of `levels` (at least 2) factors of each figure that varies, in equal steps of the logarithm.
[[nodiscard]] inline DesignTable design_grid(const DesignRanges& ranges, std::int64_t levels) {
    std::int64_t rows = 1;
    for (const FactorRange& range : ranges)
        if (range.low < range.high) rows *= levels;
    DesignTable table;
    table.factors.resize(rows, static_cast<Eigen::Index>(design_figures));
    for (std::int64_t row = 0; row < rows; ++row) {
        std::int64_t rest = row;
        for (std::size_t i = 0; i < design_figures; ++i) {
            double factor = ranges[i].low;
            if (ranges[i].low < ranges[i].high) {
                const double share = static_cast<double>(rest % levels) / static_cast<double>(levels - 1);
                factor = ranges[i].low * exp(share * log(ranges[i].high / ranges[i].low));
                rest /= levels;
            }
            table.factors(row, static_cast<Eigen::Index>(i)) = factor;
        }
    }
    return table;
}

/// So many designs, log-uniform within the ranges; the same for the same points everywhere.
[[nodiscard]] inline DesignTable design_samples(const DesignRanges& ranges, const SamplePoints& points) {
    DesignTable table;
    table.factors.resize(points.count, static_cast<Eigen::Index>(design_figures));
    for (std::int64_t row = 0; row < points.count; ++row)
        for (std::size_t i = 0; i < design_figures; ++i) {
            const FactorRange& range = ranges[i];
            const Distribution spread{DistributionKind::log_uniform, range.low, range.high};
            table.factors(row, static_cast<Eigen::Index>(i)) =
                range.low < range.high ? spread.quantile(points(row, i)) : range.low;
        }
    return table;
}

/// What each design makes of a step: arrays with a row a design, in base units. Where a design has no valid estimate,
/// or its price or area is no number from 0, `valid` is 0 and so is everything else.
struct DesignSweep {
    Eigen::ArrayXd seconds{};     ///< a step
    Eigen::ArrayXd utilization{}; ///< model FLOPs, of the design's own peak
    Eigen::ArrayXd watts{};       ///< of the job
    Eigen::ArrayXd tokens_per_joule{};
    Eigen::ArrayXd tokens_per_usd{}; ///< 0 where the price is 0
    Eigen::ArrayXd rated_watts{};    ///< of an accelerator
    Eigen::ArrayXd usd_per_second{}; ///< of an accelerator
    Eigen::ArrayXd area{};           ///< over that of the base
    Eigen::ArrayXi bottleneck{};     ///< `Resource`
    Eigen::Array<bool, Eigen::Dynamic, 1> fits{};
    Eigen::Array<bool, Eigen::Dynamic, 1> valid{};

    explicit DesignSweep(std::int64_t rows) {
        for (Eigen::ArrayXd* column :
             {&seconds, &utilization, &watts, &tokens_per_joule, &tokens_per_usd, &rated_watts, &usd_per_second, &area})
            column->setZero(rows);
        bottleneck.setZero(rows);
        fits.setConstant(rows, false);
        valid.setConstant(rows, false);
    }
    [[nodiscard]] std::int64_t size() const noexcept { return seconds.size(); }
};

/// Estimates a step on every design. `plan_for(design, cluster)` gives the plan of each, e.g. with less recomputation
/// where there is more memory; `others` is what runs beside the accelerators.
template <DesignCostModel Cost, class PlanFor>
    requires std::is_invocable_r_v<ParallelPlan, PlanFor, const Design&, const Cluster&>
[[nodiscard]] DesignSweep sweep_designs(const Transformer& model, const Cluster& base, const DesignTable& designs,
                                        const Cost& cost, const Site& others, PlanFor plan_for) {
    DesignSweep sweep(designs.size());
    for (std::int64_t row = 0; row < designs.size(); ++row) {
        const Design design = designs[row];
        const DesignCost costs = cost(design);
        if (!(raw(costs.price) >= 0.0 && raw(costs.price) < 1e9 && costs.area >= 0.0 && costs.area < 1e9)) continue;
        const Cluster cluster = design_cluster(base, design, costs.power);
        const ParallelPlan plan = plan_for(design, cluster);
        const Result<StepEstimate> step = try_estimate_step(model, cluster, plan);
        if (!step) continue;
        const double time = raw(step->time), tokens = raw(step->tokens);
        const double power = raw(job_power(*step, cluster, others, measured_boards).total());
        const double price = raw(costs.price) * static_cast<double>(step->accelerators);
        sweep.seconds[row] = time;
        sweep.utilization[row] = step->model_flops_utilization();
        sweep.watts[row] = power;
        sweep.tokens_per_joule[row] = tokens / (power * time);
        sweep.tokens_per_usd[row] = price > 0 ? tokens / (price * time) : 0.0;
        sweep.rated_watts[row] = raw(costs.power);
        sweep.usd_per_second[row] = raw(costs.price);
        sweep.area[row] = costs.area;
        sweep.bottleneck[row] = static_cast<int>(step->bottleneck());
        sweep.fits[row] = step->memory.peak <= cluster.accelerator.memory.capacity;
        sweep.valid[row] = true;
    }
    return sweep;
}

/// The same with one plan for all.
template <DesignCostModel Cost>
[[nodiscard]] DesignSweep sweep_designs(const Transformer& model, const Cluster& base, const ParallelPlan& plan,
                                        const DesignTable& designs, const Cost& cost, const Site& others) {
    return sweep_designs(model, base, designs, cost, others, [&](const Design&, const Cluster&) { return plan; });
}

/// What the best design may need at most; absent: any.
struct DesignLimits {
    std::optional<Watts> power{};
    std::optional<AcceleratorPrice> price{};
    std::optional<double> area{}; ///< over that of the base
};

/// The design with the highest score among those that fit and keep the limits; the first of equals, none if none does.
/// `score`: a column of the sweep, or any expression of them, as `1.0 / sweep.seconds`.
template <class Derived>
[[nodiscard]] std::optional<std::int64_t> best_design(const DesignSweep& sweep, const Eigen::ArrayBase<Derived>& score,
                                                      const DesignLimits& limits = {}) {
    const Eigen::ArrayXd values = score;
    std::optional<std::int64_t> best;
    for (std::int64_t row = 0; row < sweep.size(); ++row) {
        if (!sweep.valid[row] || !sweep.fits[row]) continue;
        if (limits.power && !(sweep.rated_watts[row] <= raw(*limits.power))) continue;
        if (limits.price && !(sweep.usd_per_second[row] <= raw(*limits.price))) continue;
        if (limits.area && !(sweep.area[row] <= *limits.area)) continue;
        if (!best || values[row] > values[*best]) best = row;
    }
    return best;
}

} // namespace foretrain::inline v0
