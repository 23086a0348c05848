// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "../catalog/accelerators.hpp"
#include "../catalog/training_jobs.hpp"
#include "../cost/power_limit.hpp"
#include "../import/aliases.hpp"
#include "../import/published_steps.hpp"
#include "prediction.hpp"

// Measured power and time of single boards under power limits (Zeus's traces) beside predictions.
//
// An epoch of a known job follows from its work and the board's datasheet (catalog/training_jobs.hpp); its shares of
// products, memory and waits give the power, and the limit what both become (cost/power_limit.hpp). Nothing measured
// of a row enters its prediction.

namespace foretrain::inline v0 {

/// Columns without which a table is not one of power by limit.
inline constexpr std::array power_columns = {"gpu",         "dataset",        "network",      "batch_size",
                                             "power_limit", "time_per_epoch", "average_power"};

/// What is predicted for a job on a board: average power, and the time of an epoch where the job is known.
struct PredictedJob {
    Watts power{};
    std::optional<Seconds> time;      ///< nothing: the work of the job is unknown
    std::optional<Seconds> unlimited; ///< without a power limit
    std::vector<std::string> assumptions;
};

namespace detail {

/// Boards as traces name them. The V100 of a 250 W limit is the PCIe board.
[[nodiscard]] inline const Accelerator* traced_accelerator(std::string_view name) {
    std::string wanted = letters_of(name);
    if (wanted == "v100") wanted = "v100pcie16gb";
    if (wanted == "p100") wanted = "p100pcie";
    const Accelerator* best = nullptr;
    for (const Accelerator& a : catalog::all_accelerators) {
        const std::string known = letters_of(a.name);
        if (known == wanted || known == "quadro" + wanted) return &a;
        if (best == nullptr && starts_with(known, wanted)) best = &a;
    }
    if (best != nullptr) return best;
    const std::optional<std::string_view> system = system_of(name);
    if (!system) return nullptr;
    const Cluster cluster = *catalog::make_system(*system, 1);
    for (const Accelerator& a : catalog::all_accelerators)
        if (a.name == cluster.accelerator.name) return &a;
    return nullptr;
}

} // namespace detail

/// A job whose work is known, at a batch size on a board under a limit, beside a host of this slowness.
[[nodiscard]] inline PredictedJob predict_known_job(const Accelerator& a, const catalog::TrainingJob& job,
                                                    double slowness, double batch, Watts limit,
                                                    const ComponentPower& model, const ClockCurve& curve) {
    const double matrix = raw(job.work) / (raw(a.vector) * catalog::job_rate);
    const double memory = raw(job.traffic) / (raw(a.memory.bandwidth) * catalog::job_bandwidth);
    const double kernels = raw(job.device) / batch;
    const double host = (raw(job.host) / batch + raw(job.data)) * slowness;
    // The board runs beside its host: a limit lengthens what the board does, and first eats what it would wait. No
    // driver accepts a limit below the idle power.
    const double device = matrix + memory + kernels;
    const Utilization busy{.matrix = matrix / device, .memory = memory / device, .kernels = kernels / device};
    const LimitedPower held =
        limit_checked_power(busy, a, NumberFormat::fp32, maximum(limit, a.idle_power), model, curve);
    const double works = device * held.slowdown, epoch = smooth_maximum(works, host);
    PredictedJob result;
    result.power = a.idle_power + (held.power.total() - a.idle_power) * (works / epoch);
    result.unlimited = make<Seconds>(smooth_maximum(device, host));
    result.time = make<Seconds>(epoch);
    return result;
}

/// Predicts a job by its name at a batch size on a board under a limit.
[[nodiscard]] inline PredictedJob predict_job(const Accelerator& a, std::string_view network, std::string_view dataset,
                                              double batch, Watts limit) {
    const catalog::TrainingJob* job = nullptr;
    bool same_data = false;
    for (const catalog::TrainingJob& known : catalog::training_jobs) {
        if (known.network != network || same_data) continue;
        job = &known;
        same_data = known.dataset == dataset;
    }
    if (job == nullptr) {
        PredictedJob result;
        result.assumptions.emplace_back("network not known: busy as a typical one");
        result.power = limit_checked_power({.matrix = 0.4, .memory = 0.35, .kernels = 0.05}, a, NumberFormat::fp32,
                                           maximum(limit, a.idle_power), measured_boards, measured_clocks)
                           .power.total();
        return result;
    }
    double slowness = 0;
    for (const catalog::TracedHost& host : catalog::traced_hosts)
        if (host.accelerator == a.name) slowness = host.slowness;
    PredictedJob result = predict_known_job(a, *job, slowness > 0 ? slowness : catalog::usual_slowness, batch, limit,
                                            measured_boards, measured_clocks);
    if (!(slowness > 0)) result.assumptions.emplace_back("host of usual speed");
    if (!same_data) {
        result.time.reset();
        result.unlimited.reset();
        result.assumptions.emplace_back("work of a sample as on " + std::string{job->dataset});
    }
    return result;
}

/// Power (W) and time of an epoch (s) of every row of a table of power by limit.
struct PowerTable {
    std::vector<PredictedRow> powers;
    std::vector<PredictedRow> times; ///< of the rows with a time, under the same ids
};

/// Predicts every row of a table of power by batch size and limit. Throws `io::error::base` if the file cannot be read
/// as a table.
[[nodiscard]] inline PowerTable predict_power_table(const std::string& path) {
    detail::StepReader<11> file(path);
    file.read_header(io::ignore_extra_column | io::ignore_missing_column, "gpu", "dataset", "network", "batch_size",
                     "optimizer", "power_limit", "time_per_epoch", "average_power", "source", "confidence", "id");
    PowerTable table;
    std::string gpu, dataset, network, batch, optimizer, limit, time, power, source, confidence, id;
    std::size_t line = 1;
    while (file.read_row(gpu, dataset, network, batch, optimizer, limit, time, power, source, confidence, id)) {
        ++line;
        PredictedRow row;
        row.id = id.empty() ? std::to_string(line) : id;
        row.source = source;
        row.accelerator = gpu;
        row.model = network + ' ' + dataset + " batch " + batch + " limit " + limit + " W";
        row.configuration = gpu + ' ' + row.model;
        row.quality = confidence == "read" ? "A" : "B";
        row.complete = true;
        row.measured = detail::number_of(power);
        PredictedRow epoch = row;
        epoch.measured = detail::number_of(time);
        const Accelerator* a = detail::traced_accelerator(gpu);
        const std::optional<double> count = detail::number_of(batch), watts = detail::number_of(limit);
        const auto in_range = [](const std::optional<double>& x, double lowest, double highest) {
            return x && lowest <= *x && *x <= highest;
        };
        const auto refuse = [&](const std::string& reason) { row.reason = row.refusal = reason; };
        if (a == nullptr) refuse("accelerator not in the catalogue: " + gpu);
        else if (!in_range(count, 1.0, 1e9)) refuse("batch_size is not a number from 1");
        else if (!in_range(watts, 1.0, 1e5)) refuse("power_limit is not a power in watts");
        else if (!in_range(row.measured, 1e-3, 1e5)) refuse("average_power is not a power in watts");
        if (!row.refusal.empty()) {
            row.measured.reset();
            table.powers.push_back(row);
            continue;
        }
        const PredictedJob job = predict_job(*a, network, dataset, *count, make<Watts>(*watts));
        row.predicted = raw(job.power);
        row.assumptions = job.assumptions;
        table.powers.push_back(row);
        epoch.assumptions = job.assumptions;
        if (!in_range(epoch.measured, 1e-9, 1e12)) continue;
        if (job.time) epoch.predicted = raw(*job.time);
        else epoch.reason = epoch.refusal = "work of an epoch not known: " + network + " on " + dataset;
        table.times.push_back(epoch);
    }
    return table;
}

} // namespace foretrain::inline v0
