// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "accuracy_figures.hpp"
#include "accuracy_plots.hpp"
#include "accuracy_tables.hpp"

#include <foretrain/catalog/accelerators.hpp>
#include <foretrain/catalog/prices.hpp>
#include <foretrain/cost/ownership.hpp>
#include <foretrain/import/measured_tables.hpp>
#include <foretrain/units/date.hpp>

#include <string>
#include <string_view>
#include <vector>

// What Epoch AI says that published runs cost, beside the models of owning and renting. No constant is fitted to it;
// rates, shares and most prices are Epoch's own, so this checks the arithmetic, and what integrating over a run
// changes.

namespace accuracy {

struct CostRun {
    std::string model, accelerator, published, released;
    double hours = 0, accelerators = 0, accelerator_hours = 0;
    PredictedRow amortised, acquisition, cloud;
};

namespace detail_of_costs {

using namespace foretrain::literals;

/// The cluster as Epoch prices it, when the run began.
[[nodiscard]] inline Owned owned(const CostRun& run, double acquisition) {
    constexpr Seconds delivered = 90_days;  // after the release
    constexpr Seconds written_up = 60_days; // from the end of a run to its publication; Epoch's dates follow from it
    Seconds age = *parse_date(run.published) - *parse_date(run.released) - delivered - written_up - run.hours * 1_hours;
    if (raw(age) < 0) age = 0_s;
    return {.accelerator = acquisition / run.accelerators * 1_usd_per_accelerator,
            .server_factor = 1.0,
            .interconnect_share = 0.0,
            .depreciation = {.decades_per_year = 0.14},
            .age = age,
            .utilisation = 1.0,
            .accelerators = run.accelerators * one_accelerator,
            .idle_power = 0_W,
            .energy = 0.0771_usd_per_kWh, // industrial, United States 2024
            .staff = make<MoneyRate>(0.0),
            .provenance = {}};
}

/// Power of an accelerator with its share of a server, building included: rated, times the mean load.
[[nodiscard]] inline Watts power(std::string_view accelerator) {
    const Watts rated = catalog::find_accelerator(accelerator)->power;
    const bool tpu = accelerator.starts_with("tpu");
    const double server = accelerator.starts_with("a100") ? 6.5 / 8 / 0.4 : 10.2 / 8 / 0.7;
    return rated * server * (tpu ? 0.43 : 0.75) * 1.1;
}

/// What a cluster costs by the first price of its accelerator in the catalogue.
[[nodiscard]] inline std::optional<Usd> acquisition(const CostRun& run) {
    for (const catalog::Purchase& purchase : catalog::all_purchases) {
        if (purchase.accelerator != run.accelerator) continue;
        const double server = purchase.with_server ? 1.0 : catalog::server_factor_of(run.accelerator);
        return purchase.price * (run.accelerators * one_accelerator) * (server / (1.0 - catalog::interconnect_share));
    }
    return std::nullopt;
}

/// Commitments of three years, which Epoch takes for cloud prices.
[[nodiscard]] inline std::optional<AcceleratorPrice> committed(std::string_view accelerator) {
    const auto range = catalog::rents_of(accelerator, catalog::RentKind::reserved, 3_years);
    return range ? std::optional{range->cheapest->price} : std::nullopt;
}

} // namespace detail_of_costs

[[nodiscard]] inline std::vector<CostRun> load_costs(const std::string& directory) {
    using namespace detail_of_costs;
    std::vector<CostRun> runs;
    detail::StepReader<10> file(directory + "/epoch_costs.csv");
    file.read_header(io::ignore_no_column, "model", "published", "accelerator", "released", "hours", "accelerators",
                     "accelerator_hours", "acquisition_usd", "amortised_usd", "cloud_usd");
    CostRun run;
    std::string hours, accelerators, accelerator_hours, acquired, amortised, cloud;
    while (file.read_row(run.model, run.published, run.accelerator, run.released, hours, accelerators,
                         accelerator_hours, acquired, amortised, cloud)) {
        run.hours = *detail::number_of(hours);
        run.accelerators = *detail::number_of(accelerators);
        run.accelerator_hours = detail::number_of(accelerator_hours).value_or(run.hours * run.accelerators);
        // Accelerator-hours are what is known best: a job of all accelerators for as long as that takes.
        Job job{.accelerators = run.accelerators * one_accelerator,
                .time = run.accelerator_hours / run.accelerators * 1_hours};
        job.energy = power(run.accelerator) * run.accelerators * job.time;
        PredictedRow row;
        row.id = row.model = run.model;
        row.source = "Epoch AI";
        run.amortised = run.acquisition = run.cloud = row;
        run.acquisition.measured = detail::number_of(acquired);
        run.amortised.measured = detail::number_of(amortised);
        run.cloud.measured = detail::number_of(cloud);
        run.amortised.predicted = raw(charge(owned(run, *run.acquisition.measured), job).bill.total().known);
        if (const auto price = detail_of_costs::acquisition(run)) run.acquisition.predicted = raw(*price);
        if (const auto price = committed(run.accelerator)) run.cloud.predicted = raw(*price * job.accelerator_time());
        runs.push_back(run);
    }
    return runs;
}

inline void add_costs(Figures& figures, const std::vector<CostRun>& runs) {
    std::vector<PredictedRow> amortised, acquisition, cloud;
    for (const CostRun& run : runs) {
        amortised.push_back(run.amortised);
        if (run.acquisition.predicted) acquisition.push_back(run.acquisition);
        if (run.cloud.predicted) cloud.push_back(run.cloud);
    }
    detail_of_figures::add(figures, "costs.amortised", summary(amortised));
    detail_of_figures::add(figures, "costs.acquisition", summary(acquisition));
    detail_of_figures::add(figures, "costs.cloud", summary(cloud));
}

[[nodiscard]] inline std::string costs_table(const std::vector<CostRun>& runs) {
    Table table({"run", "accelerators", "owned, Epoch", "ours", "error", "cluster, Epoch", "ours", "error",
                 "cloud, Epoch", "ours", "error"});
    const auto money = [](const std::optional<double>& amount) {
        return amount ? std::string{to_text(*amount * usd)} : std::string{};
    };
    const auto error = [](const PredictedRow& row) { return row.error() ? percent(100 * *row.error(), true) : ""; };
    for (const CostRun& run : runs)
        table.add({run.model, grouped(static_cast<std::int64_t>(run.accelerators)) + " " + run.accelerator,
                   money(run.amortised.measured), money(run.amortised.predicted), error(run.amortised),
                   money(run.acquisition.measured), money(run.acquisition.predicted), error(run.acquisition),
                   money(run.cloud.measured), money(run.cloud.predicted), error(run.cloud)});
    return table.text();
}

} // namespace accuracy
