// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include <foretrain/planner/co_design.hpp>
#include <foretrain/report/co_design.hpp>

#include "commands.hpp"
#include "configuration.hpp"
#include "many.hpp"

namespace planner {

using namespace foretrain;

namespace {

constexpr double most_designs = 1e6; // what a table of designs may have at most

[[nodiscard]] std::vector<std::string_view> figure_names() {
    std::vector<std::string_view> names;
    for (std::size_t i = 0; i < design_figures; ++i) names.push_back(name_of(static_cast<DesignFigure>(i)));
    return names;
}

[[nodiscard]] DesignRanges read_ranges_of_designs(Reader& read) {
    DesignRanges ranges{};
    if (!read.given("vary")) {
        for (const DesignFigure figure :
             {DesignFigure::matrix_rate, DesignFigure::memory_bandwidth, DesignFigure::memory_capacity,
              DesignFigure::scale_up_bandwidth, DesignFigure::scale_out_bandwidth})
            ranges[static_cast<std::size_t>(figure)] = {0.5, 2.0};
        read.assume("--vary", "0.5..2", "half to twice the base, of all but scale-up-domain");
    }
    for_each_named(read, "vary", figure_names(), [&](std::size_t index, std::string_view value, std::string_view item) {
        if (const auto factors = parse_factors(value)) ranges[index] = {factors->low, factors->high};
        else read.refuse("vary", item, "NAME=LOW..HIGH, factors from 0.01 to 100", "as matrix-rate=0.5..4");
    });
    return ranges;
}

/// --price-share NAME=SHARE, --power-share NAME=SHARE; else what is assumed.
[[nodiscard]] std::array<double, design_figures> read_shares(Reader& read, const std::string& option,
                                                             std::array<double, design_figures> usual) {
    if (!read.given(option)) {
        for (std::size_t i = 0; i < design_figures; ++i)
            if (usual[i] > 0)
                read.assume("--" + option,
                            std::string{figure_names()[i]} + "=" + std::string{Text{}.append_fixed(usual[i], 2).view()},
                            "of the base grows with it; the rest is fixed");
        return usual;
    }
    std::array<double, design_figures> shares{};
    double sum = 0;
    for_each_named(read, option, figure_names(), [&](std::size_t index, std::string_view value, std::string_view item) {
        const auto share = parse_number(value);
        if (!share || !(0.0 <= *share && *share <= 1.0))
            return read.refuse(option, item, "NAME=SHARE, from 0 to 1", "as matrix-rate=0.5");
        sum += *share - shares[index];
        shares[index] = *share;
    });
    if (sum > 1.0 + 1e-9)
        read.refuse(option, detail::number_text(sum), "at most 1 together", "the rest of the base is fixed");
    return shares;
}

/// Percent of the goal for a percent of each figure, over the designs: slopes of logarithms, of all figures together by
/// least squares. Slopes of one figure at a time would take what the others happen to do in the same designs for its
/// own.
[[nodiscard]] std::vector<double> elasticities(const DesignTable& table, const DesignSweep& sweep,
                                               const Eigen::ArrayXd& score) {
    constexpr std::size_t n = design_figures;
    std::array<double, n + 1> mean{}; // the last is the goal
    double count = 0;
    const auto for_each = [&](const auto& visit) {
        for (std::int64_t row = 0; row < sweep.size(); ++row) {
            if (!sweep.valid[row] || !(score[row] > 0)) continue;
            std::array<double, n + 1> logs{};
            for (std::size_t f = 0; f < n; ++f) logs[f] = log(table[row].factor[f]);
            logs[n] = log(score[row]);
            visit(logs);
        }
    };
    for_each([&](const std::array<double, n + 1>& logs) {
        ++count;
        for (std::size_t f = 0; f <= n; ++f) mean[f] += logs[f];
    });
    std::array<std::array<double, n + 1>, n> sums{}; // of products of what differs from the mean
    for_each([&](const std::array<double, n + 1>& logs) {
        for (std::size_t f = 0; f < n; ++f)
            for (std::size_t g = 0; g <= n; ++g)
                sums[f][g] += (logs[f] - mean[f] / count) * (logs[g] - mean[g] / count);
    });
    // Gauss and Jordan; the matrix is positive definite but for figures that do not vary by themselves.
    std::array<bool, n> varies{};
    for (std::size_t f = 0; f < n; ++f) {
        varies[f] = sums[f][f] > 1e-9 * count;
        if (!varies[f]) continue;
        for (std::size_t row = 0; row < n; ++row) {
            if (row == f) continue;
            const double times = sums[row][f] / sums[f][f];
            for (std::size_t g = 0; g <= n; ++g) sums[row][g] -= times * sums[f][g];
        }
    }
    std::vector<double> result;
    for (std::size_t f = 0; f < n; ++f) result.push_back(varies[f] ? sums[f][n] / sums[f][f] : 0.0);
    return result;
}

} // namespace

int sweep(const Options& options, const Output& output, const std::vector<std::string>& unknown,
          const std::vector<std::string_view>& known) {
    Reader read{options};
    read.refuse_unknown(unknown, known);
    check_output(read, output);
    Configuration job;
    if (!read_configuration(read, "sweep", job)) return 2;
    const DesignRanges ranges = read_ranges_of_designs(read);
    const std::int64_t levels = read.integer("grid", 0, {});
    if (read.given("grid") && (levels < 2 || levels > 1000))
        read.refuse("grid", std::to_string(levels), "from 2 to 1000", "levels of each figure that varies");
    read.refuse_unless(!read.given("grid"), {"designs", "seed"}, "left out where --grid is given",
                       "a grid has every combination");
    const std::int64_t count = read.given("grid") ? 1000 : read.integer("designs", 1000, "a Latin hypercube");
    if (count < 1 || static_cast<double>(count) > most_designs)
        read.refuse("designs", std::to_string(count), "from 1 to 1000000");
    const std::int64_t seed = read.integer("seed", 1, {});
    std::int64_t varied = 0;
    double combinations = 1;
    for (const FactorRange& range : ranges)
        if (range.low < range.high) {
            ++varied;
            combinations *= static_cast<double>(levels);
        }
    if (read.given("grid") && combinations > most_designs)
        read.refuse("grid", std::to_string(levels), "coarser: at most 1000000 designs",
                    std::to_string(varied) + " figures vary");

    LinearDesignCost cost;
    cost.power_share = read_shares(read, "power-share", {0.55, 0.15, 0.02, 0.05, 0.0, 0.05});
    const auto price = read.number("price");
    if (price && !(*price > 0 && *price <= 1e5))
        read.refuse("price", std::to_string(*price), "above 0, at most 100000");
    read.refuse_unless(price.has_value(), {"price-share", "max-price"}, "left out without --price");
    if (price) {
        cost.price = make<AcceleratorPrice>(*price / 3600.0);
        cost.price_share = read_shares(read, "price-share", {0.35, 0.15, 0.20, 0.05, 0.0, 0.10});
    }
    const std::vector<std::string_view> goals{"time", "energy", "money"};
    const std::size_t goal = read.choice("for", goals, price ? 2 : 0, price ? "a price is given" : "no price is given");
    if (goal == 2 && !price) read.refuse("for", "money", "time or energy without --price");
    DesignLimits limits;
    if (const auto watts = read.number("max-power")) limits.power = make<Watts>(*watts);
    if (const auto usd = read.number("max-price")) limits.price = make<AcceleratorPrice>(*usd / 3600.0);
    const double pue = read.number("pue", 1.0, "machines alone, without the building");
    if (!(1.0 <= pue && pue <= 3.0)) read.refuse("pue", std::to_string(pue), "from 1 to 3");
    const bool drop = read.given("drop-recomputation");
    if (job.step && job.plan.recomputation == Recomputation::none)
        read.refuse_unless(false, {"drop-recomputation"}, "left out without --recompute", "nothing is recomputed");
    if (!read.ok() || !job.step) return read.report("sweep");

    cost.power = job.cluster.accelerator.power;
    const DesignTable table =
        read.given("grid")
            ? design_grid(ranges, levels)
            : design_samples(ranges, {Sampling::latin_hypercube, count, static_cast<std::uint64_t>(seed)});
    const auto plan_for = [&](const Design&, const Cluster& cluster) {
        if (!drop || job.plan.recomputation == Recomputation::none) return job.plan;
        ParallelPlan roomy = job.plan;
        roomy.recomputation = Recomputation::none;
        return peak_footprint(job.model, roomy).footprint.total() <= cluster.accelerator.memory.capacity ? roomy
                                                                                                         : job.plan;
    };
    const DesignSweep swept = sweep_designs(job.model, job.cluster, table, cost, site(pue), plan_for);
    Eigen::ArrayXd score = Eigen::ArrayXd::Zero(swept.size());
    for (std::int64_t row = 0; row < swept.size(); ++row)
        if (swept.valid[row])
            score[row] = goal == 0   ? 1.0 / swept.seconds[row]
                         : goal == 1 ? swept.tokens_per_joule[row]
                                     : swept.tokens_per_usd[row];

    DesignSweepReport report;
    report.job = std::string{job.model.name} + " on " + std::to_string(job.cluster.accelerators) + " x " +
                 std::string{job.cluster.accelerator.name} + " (" + std::string{job.cluster.name} +
                 ") and designs from it";
    report.points = std::to_string(table.size()) + " designs, " +
                    (read.given("grid") ? "a grid of " + std::to_string(levels) + " levels"
                                        : "a Latin hypercube, seed " + std::to_string(seed));
    constexpr std::array<std::string_view, 3> goal_names{"STEP TIME", "TOKENS PER JOULE", "TOKENS PER USD"};
    report.goal = goal_names[goal];
    report.figures = figure_names();
    report.elasticity = elasticities(table, swept, score);
    report.priced = price.has_value();
    for (std::int64_t row = 0; row < swept.size(); ++row) {
        const Design design = table[row];
        report.rows.push_back({.factors = {design.factor.begin(), design.factor.end()},
                               .time = make<Seconds>(swept.seconds[row]),
                               .utilization = swept.utilization[row],
                               .job_power = make<Watts>(swept.watts[row]),
                               .power = make<Watts>(swept.rated_watts[row]),
                               .price = make<AcceleratorPrice>(swept.usd_per_second[row]),
                               .tokens_per_joule = swept.tokens_per_joule[row],
                               .tokens_per_usd = swept.tokens_per_usd[row],
                               .bottleneck = static_cast<Resource>(swept.bottleneck[row]),
                               .fits = swept.fits[row],
                               .valid = swept.valid[row]});
    }
    constexpr std::size_t shown = 10;
    Eigen::ArrayXd left = score;
    DesignSweep rest = swept;
    while (report.best.size() < shown) {
        const auto best = best_design(rest, left, limits);
        if (!best) break;
        report.best.push_back(static_cast<std::size_t>(*best));
        rest.valid[*best] = false;
    }
    report.assumed = read.assumed();
    return deliver(output, {.text = [&] { return design_sweep_text(report, output.style); },
                            .json = [&] { return design_sweep_json(report).dump(2) + '\n'; },
                            .csv = [&] { return design_sweep_csv(report); },
                            .plot = [&] { return design_sweep_plot(report); }});
}

} // namespace planner
