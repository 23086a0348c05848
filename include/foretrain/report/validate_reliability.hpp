// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cctype>
#include <cmath>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "../catalog/fleets.hpp"
#include "../import/published_steps.hpp"
#include "../run/goodput.hpp"
#include "prediction.hpp"
#include "validate_bandwidth.hpp"

// What fleets report of their reliability beside predictions. A table has a figure a row; three kinds are predicted:
//
//   start-up time, s      catalog::start_up of the model's parameters and the accelerators
//   failure rate, h       accelerator-hours for each failure: the typical fleet's of other organisations
//   goodput, share        a usual job that recovers by itself, at the MTBF that the same system, else the same
//                         organisation, reports in the table; else at the typical one of other organisations
//
// Errors differ by kind: the kind stands for the source in summaries. Other figures are inputs, and are refused.

namespace foretrain::inline v0 {

/// Columns without which a table is not one of reliability figures.
inline constexpr std::array reliability_columns = {"system", "org", "accel_count", "metric", "value", "unit"};

namespace detail {

/// One figure as text.
struct ReliabilityRow {
    std::string system, organisation, hardware, accelerators, metric, value, unit, source, confidence;
};

[[nodiscard]] inline bool begins_with(std::string_view text, std::string_view start) {
    return text.substr(0, start.size()) == start;
}

/// Parameters of a model by the number before a "b" in a name: "llama31_405b", "BLOOM-176B"; GPT-3 by its name.
[[nodiscard]] inline std::optional<double> parameters_in(std::string_view name) {
    const std::string text = joined_lower(name);
    if (text.find("gpt3") != std::string::npos) return 175e9;
    for (const std::string_view small :
         {"bert", "resnet", "unet", "ssd", "retinanet", "maskrcnn", "rnnt", "dlrm", "gnn", "stable-diffusion"})
        if (text.find(small) != std::string::npos) return 1e9;
    for (std::size_t b = 1; b < text.size(); ++b) {
        const auto digit = [&](std::size_t i) { return std::isdigit(static_cast<unsigned char>(text[i])) != 0; };
        if (text[b] != 'b' || !digit(b - 1)) continue;
        if (b + 1 < text.size() && std::isalnum(static_cast<unsigned char>(text[b + 1]))) continue;
        std::size_t first = b;
        while (first > 0 && (digit(first - 1) || text[first - 1] == '.')) --first;
        if (const std::optional<double> billions = number_of(text.substr(first, b - first))) return *billions * 1e9;
    }
    return std::nullopt;
}

/// Seconds in a unit of time, or nothing.
[[nodiscard]] inline std::optional<double> seconds_in(std::string_view unit) {
    if (begins_with(unit, "s")) return 1.0;
    if (begins_with(unit, "min")) return 60.0;
    if (begins_with(unit, "h")) return 3600.0;
    if (begins_with(unit, "day")) return 86'400.0;
    return std::nullopt;
}

/// Accelerator-time for each failure that a row states, s, or nothing if it is about something else.
[[nodiscard]] inline std::optional<double> stated_mtbf(const ReliabilityRow& row) {
    const std::optional<double> value = number_of(row.value), accelerators = number_of(row.accelerators);
    if (!value || !(*value > 0)) return std::nullopt;
    const std::string metric = joined_lower(row.metric);
    const bool gap = begins_with(metric, "mtti") || begins_with(metric, "mttf") || begins_with(metric, "mtbf") ||
                     begins_with(metric, "mean-time-between-fail") || metric == "gpu-failure-interval";
    if (gap) {
        const std::optional<double> seconds = seconds_in(row.unit);
        if (!seconds || !accelerators) return std::nullopt;
        return *value * *seconds * *accelerators;
    }
    if (metric == "failure-rate-per-node" && row.unit.find("1000 node-days") != std::string::npos)
        return raw(catalog::detail::of_node_days(*value));
    if (metric == "failure-rate-per-gpu" && row.unit.find("1e6 GPU-days") != std::string::npos)
        return raw(catalog::detail::of_accelerator_days(*value));
    if (metric == "gpu-failure-rate-daily") return 86'400.0 / *value;
    if (metric == "gpu-failure-rate-monthly") return 30.4 * 86'400.0 / *value;
    if (metric == "gpu-annualised-failure-rate") return 365.25 * 86'400.0 / *value;
    return std::nullopt;
}

[[nodiscard]] inline bool states_goodput(const ReliabilityRow& row) {
    const std::string metric = joined_lower(row.metric);
    return row.unit.find("fraction") != std::string::npos &&
           (begins_with(metric, "effective-training-time") || metric == "ettr" || begins_with(metric, "goodput") ||
            metric == "job-uptime");
}

/// MTBF that a table states, s, by system or by organisation: the geometric mean of several.
class StatedRates {
public:
    void add(const std::string& name, double mtbf) {
        Mean& mean = means_[name];
        mean.sum += std::log(mtbf);
        mean.count += 1;
    }
    [[nodiscard]] std::optional<double> of(const std::string& name) const {
        const auto found = means_.find(name);
        if (found == means_.end()) return std::nullopt;
        return std::exp(found->second.sum / found->second.count);
    }

private:
    struct Mean {
        double sum = 0, count = 0;
    };
    std::map<std::string, Mean> means_;
};

inline void predict_start_up(const ReliabilityRow& text, PredictedRow& row) {
    row.source = "start-up time";
    const std::optional<double> accelerators = number_of(text.accelerators), seconds = seconds_in(text.unit);
    const std::optional<double> parameters = parameters_in(text.system);
    if (!accelerators) row.refusal = "number of accelerators not told";
    else if (!seconds) row.refusal = "unit of time not known: " + text.unit;
    else if (!parameters) row.refusal = "size of the model not told";
    else if (!(*row.measured * *seconds >= 1.0)) row.refusal = "below a second: no start-up was timed";
    if (!row.refusal.empty()) return;
    row.measured = *row.measured * *seconds;
    row.predicted = raw(catalog::start_up(*parameters, static_cast<std::int64_t>(*accelerators)));
    row.low = *row.predicted * std::exp(-catalog::start_up.width);
    row.high = *row.predicted * std::exp(catalog::start_up.width);
}

inline void predict_rate(const ReliabilityRow& text, double measured, PredictedRow& row) {
    row.source = "failure rate";
    row.measured = measured / 3600;
    row.predicted = raw(catalog::typical_mtbf(text.organisation)) / 3600;
    row.low = *row.predicted / catalog::fleet_spread();
    row.high = *row.predicted * catalog::fleet_spread();
}

inline void predict_goodput(const ReliabilityRow& text, const StatedRates& by_system,
                            const StatedRates& by_organisation, PredictedRow& row) {
    row.source = "goodput";
    const std::optional<double> accelerators = number_of(text.accelerators);
    if (!accelerators || !(*accelerators >= 1)) {
        row.refusal = "number of accelerators not told";
        return;
    }
    double mtbf = raw(catalog::typical_mtbf(text.organisation)), spread = catalog::fleet_spread();
    if (const auto own = by_system.of(text.system)) {
        mtbf = *own;
        spread = 1;
    } else if (const auto near = by_organisation.of(text.organisation)) {
        mtbf = *near;
        row.assumptions.emplace_back("MTBF of other systems of the organisation");
    } else {
        row.assumptions.emplace_back("MTBF of a typical fleet");
    }
    const std::optional<double> parameters = parameters_in(text.system);
    if (!parameters) row.assumptions.emplace_back("a model of 100B parameters");
    const auto share = [&](double of) -> std::optional<double> {
        const auto count = static_cast<std::int64_t>(*accelerators);
        const Result<Goodput> result =
            try_goodput(make<Seconds>(30 * 86'400.0), count,
                        catalog::usual_reliability(ExponentialFailures{make<AcceleratorTime>(of), {}},
                                                   parameters.value_or(100e9), count));
        if (!result) return std::nullopt;
        return result->share();
    };
    row.predicted = share(mtbf);
    if (!row.predicted) row.refusal = "no progress at that failure rate";
    if (spread > 1) {
        row.low = share(mtbf / spread);
        row.high = share(mtbf * spread);
    }
}

} // namespace detail

/// Predicts every figure of a table of reliability figures that is one of the three kinds. Throws `io::error::base` if
/// the file cannot be read as a table.
[[nodiscard]] inline std::vector<PredictedRow> predict_reliability_table(const std::string& path) {
    detail::StepReader<9> file(path);
    file.read_header(io::ignore_extra_column | io::ignore_missing_column, "system", "org", "hardware", "accel_count",
                     "metric", "value", "unit", "source", "confidence");
    std::vector<detail::ReliabilityRow> texts;
    detail::StatedRates by_system, by_organisation;
    detail::ReliabilityRow text;
    while (file.read_row(text.system, text.organisation, text.hardware, text.accelerators, text.metric, text.value,
                         text.unit, text.source, text.confidence)) {
        texts.push_back(text);
        if (const std::optional<double> mtbf = detail::stated_mtbf(text)) {
            by_system.add(text.system, *mtbf);
            by_organisation.add(text.organisation, *mtbf);
        }
    }
    std::vector<PredictedRow> rows;
    for (const detail::ReliabilityRow& figure : texts) {
        PredictedRow row;
        row.id = std::to_string(rows.size() + 2); // the line in the file
        row.accelerator = figure.hardware;
        row.model = figure.system + ", " + figure.metric;
        row.quality = figure.confidence;
        row.measured = detail::number_of(figure.value);
        const std::string metric = detail::joined_lower(figure.metric);
        if (!row.measured) {
            row.refusal = "not a number";
        } else if (detail::begins_with(metric, "startup-time")) {
            detail::predict_start_up(figure, row);
        } else if (const std::optional<double> mtbf = detail::stated_mtbf(figure)) {
            detail::predict_rate(figure, *mtbf, row);
        } else if (detail::states_goodput(figure)) {
            detail::predict_goodput(figure, by_system, by_organisation, row);
        } else {
            row.refusal = "a figure that is an input, not a prediction";
        }
        if (row.source.empty()) row.source = "other";
        row.reason = row.refusal;
        rows.push_back(row);
    }
    return rows;
}

} // namespace foretrain::inline v0
