// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <foretrain/report/validate.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// Everything the accuracy page and its guard are about: the tables under data/, predicted, and what stands beside them.

namespace accuracy {

using namespace foretrain;

/// Whose predictions `peer_predictions.csv` has, in the order of its columns.
inline constexpr std::array<std::string_view, 6> other_methods = {"constant utilisation of 0.40",
                                                                  "one utilisation an accelerator",
                                                                  "one utilisation a source and accelerator",
                                                                  "Calculon",
                                                                  "llm-analysis, 0.5 and 0.9",
                                                                  "SimuMax, tables with NVLink"};

/// A training step: its row in the table, the prediction, and its errors under fits that never saw its group.
struct Step {
    PublishedStep published;
    PredictedRow row;
    std::string set;                      ///< `published`, `vTrain single node`, `vTrain multi node`
    std::optional<double> seen;           ///< error under the fit that `held_out_steps.csv` was written by
    std::optional<double> without_point;  ///< under the fit without a fifth of all configurations, the row's included
    std::optional<double> without_source; ///< under the fit without the row's source
    std::optional<double> without_accelerator;                      ///< under the fit without its accelerator
    std::array<std::optional<double>, other_methods.size()> others; ///< seconds that they predict

    [[nodiscard]] bool experts() const { return detail::number_of(published.experts).value_or(0) > 1; }
    [[nodiscard]] bool trusted() const { return row.quality == "A" || row.quality == "B"; }
    [[nodiscard]] bool pretraining() const { return published.row_type == "pretrain"; }
    [[nodiscard]] bool few_bits() const {
        const std::string& format = published.precision;
        return format.find("fp8") != std::string::npos || format.find("fp4") != std::string::npos ||
               format.find("int8") != std::string::npos;
    }
    /// What the targets for dense models speak of.
    [[nodiscard]] bool complete_dense() const {
        return set == "published" && row.complete && trusted() && pretraining() && !experts();
    }
};

/// A table of kernels, layers or collectives, predicted.
struct Kernels {
    std::string kind; ///< `gemm`, as figures and plots are called
    std::string title;
    std::string file;
    std::vector<PredictedRow> rows;
};

struct Data {
    std::vector<Step> steps;
    std::vector<Kernels> kernels;
    std::vector<PredictedRow> peaks;     ///< peak memory of published steps
    std::vector<FitsRow> out_of_memory;  ///< runs that ran out
    std::vector<FitsRow> siblings;       ///< runs of the same sweep that did not
    std::vector<FitsRow> published_ran;  ///< all other published steps
    std::vector<PredictedRow> generic;   ///< published steps as if no software were known
    std::vector<PredictedRow> datasheet; ///< products, each with constants of other chip families only
    std::size_t fitted_stacks = 0, fitted_families = 0;
    std::vector<std::string> missing; ///< files, and what is wrong with those that are there
};

/// The source without its path: `ai-dynamo/aiconfigurator:systems/...` and `...@commit ...` are one source each.
[[nodiscard]] inline std::string short_source(const std::string& source) {
    const std::size_t hub = source.find(" (via"), paper = source.find("paper");
    if (paper != std::string::npos) return source.substr(0, paper + 5);
    return source.substr(0, std::min({source.find(':'), source.find('@'), hub, source.find(" issue")}));
}

/// Bytes of a row of collectives, which its configuration ends with; 0 if not stated.
[[nodiscard]] inline double bytes_of(const PredictedRow& row) {
    return detail::number_of(row.configuration.substr(row.configuration.rfind('|') + 1)).value_or(0);
}

/// Sources whose rows took part in fitting the constants of a kind, wholly or by a half of the shapes.
[[nodiscard]] inline bool fitted(const std::string& kind, const PredictedRow& row) {
    const std::string source = short_source(row.source);
    if (kind == "gemm")
        return source == "ai-dynamo/aiconfigurator" || source == "sitar-lab/NeuSight" ||
               source == "baidu-research/DeepBench";
    if (kind == "efficiency") return false;
    if (kind == "bandwidth") return row.accelerator.find("v7x") != std::string::npos;
    return true;
}

/// The outcomes of rows, for `summarize`.
template <class Rows, class Error>
[[nodiscard]] ErrorSummary summary(const Rows& rows, const Error& error) {
    std::vector<Outcome> outcomes;
    for (const auto& row : rows) outcomes.push_back(error(row));
    return summarize(outcomes).all;
}
[[nodiscard]] inline Outcome outcome(const PredictedRow& row) {
    return {row.source, row.accelerator, row.quality, row.complete, row.error(), row.reason, row.configuration};
}
[[nodiscard]] inline ErrorSummary summary(const std::vector<PredictedRow>& rows) {
    return summary(rows, [](const PredictedRow& row) { return outcome(row); });
}
[[nodiscard]] inline ErrorSummary summary(const std::vector<const PredictedRow*>& rows) {
    return summary(rows, [](const PredictedRow* row) { return outcome(*row); });
}
[[nodiscard]] inline ErrorSummary summary(const std::vector<const Step*>& steps) {
    return summary(steps, [](const Step* step) { return outcome(step->row); });
}
/// The same with the errors of another fit; steps it says nothing of are left out.
[[nodiscard]] inline ErrorSummary summary(const std::vector<const Step*>& steps, std::optional<double> Step::* error) {
    std::vector<const Step*> known;
    for (const Step* step : steps)
        if (step->*error) known.push_back(step);
    return summary(known, [&](const Step* step) {
        Outcome o = outcome(step->row);
        o.error = step->*error;
        o.reason = {};
        return o;
    });
}

template <class Rows, class Condition>
[[nodiscard]] auto chosen(const Rows& rows, const Condition& condition) {
    std::vector<const typename Rows::value_type*> list;
    for (const auto& row : rows)
        if (condition(row)) list.push_back(&row);
    return list;
}

namespace detail_of_data {

/// Products of aiconfigurator, each with the geometric means of the constants of the other two families: what a chip
/// that nobody has measured gets. Constants that all families share stay as they are.
[[nodiscard]] inline std::vector<PredictedRow> without_family(const std::string& path) {
    const auto mean = [](const KernelConstants& a, const KernelConstants& b, const KernelConstants& own) {
        const auto middle = [](double x, double y) { return std::sqrt(x * y); };
        KernelConstants k = own;
        k.matrix_efficiency = middle(a.matrix_efficiency, b.matrix_efficiency);
        k.memory_efficiency = middle(a.memory_efficiency, b.memory_efficiency);
        k.inner_dimension_half = middle(a.inner_dimension_half, b.inner_dimension_half);
        k.fixed_time = make<Seconds>(middle(raw(a.fixed_time), raw(b.fixed_time)));
        k.fp32_efficiency = middle(a.fp32_efficiency, b.fp32_efficiency);
        k.eight_bit_efficiency = middle(a.eight_bit_efficiency, b.eight_bit_efficiency);
        k.four_bit_efficiency = middle(a.four_bit_efficiency, b.four_bit_efficiency);
        return k;
    };
    using catalog::ampere, catalog::hopper, catalog::blackwell;
    const std::pair<std::string, KernelConstants> families[] = {{"a100_sxm", mean(hopper, blackwell, ampere)},
                                                                {"h100_sxm", mean(ampere, blackwell, hopper)},
                                                                {"b200_sxm", mean(ampere, hopper, blackwell)},
                                                                {"gb200", mean(ampere, hopper, blackwell)}};
    detail::StepReader<14> file(path);
    file.read_header(io::ignore_extra_column | io::ignore_missing_column, "source", "hardware", "dtype", "op", "M", "N",
                     "K", "batch_or_groups", "layout", "time_us", "tflops", "kernel_or_fw", "note", "confidence");
    std::vector<PredictedRow> rows;
    detail::GemmText t;
    while (file.read_row(t.source, t.hardware, t.type, t.op, t.m, t.n, t.k, t.batch, t.layout, t.microseconds, t.tflops,
                         t.software, t.note, t.confidence)) {
        if (short_source(t.source) != "ai-dynamo/aiconfigurator") continue;
        PredictedRow row;
        detail::GemmCall call;
        if (!detail::read_gemm(t, call, row.assumptions).empty()) continue;
        for (const auto& [name, constants] : families) {
            if (name != t.hardware) continue;
            call.accelerator.kernel = constants;
            row.accelerator = name == "gb200" || name == "b200_sxm" ? "B200 and GB200"
                              : name == "h100_sxm"                  ? "H100"
                                                                    : "A100";
            row.model = t.type;
            row.measured = detail::measured_gemm(t, call);
            if (row.measured) row.predicted = raw(detail::gemm_time(call));
            rows.push_back(row);
        }
    }
    return rows;
}

inline void read_held_out(const std::string& path, Data& data) {
    detail::StepReader<6> file(path);
    file.read_header(io::ignore_extra_column, "id", "source", "error", "error_without_point", "error_without_source",
                     "error_without_accelerator");
    std::map<std::string, std::array<std::optional<double>, 4>> errors;
    std::string id, source, seen, without_point, without_source, without_accelerator;
    const auto key = [](const std::string& set, const std::string& row) {
        return (set.substr(0, 6) == "vTrain" ? set : "published") + '|' + row;
    };
    while (file.read_row(id, source, seen, without_point, without_source, without_accelerator))
        errors[key(source, id)] = {detail::number_of(seen), detail::number_of(without_point),
                                   detail::number_of(without_source), detail::number_of(without_accelerator)};
    std::size_t compared = 0, differ = 0;
    for (Step& step : data.steps) {
        const auto found = errors.find(key(step.set, step.row.id));
        const std::optional<double> now = step.row.error();
        compared += now || found != errors.end();
        if (found == errors.end()) {
            differ += now.has_value();
            continue;
        }
        step.seen = found->second[0];
        step.without_point = found->second[1];
        step.without_source = found->second[2];
        step.without_accelerator = found->second[3];
        differ += !now || !step.seen || std::fabs(*now - *step.seen) > 0.02;
    }
    if (differ * 20 > compared)
        data.missing.push_back("held_out_steps.csv is not of these constants: " + std::to_string(differ) + " of " +
                               std::to_string(compared) +
                               " rows differ by more than 2 points; run `fit_constants held-out`");
}

inline void read_others(const std::string& path, Data& data) {
    detail::StepReader<7> file(path);
    file.read_header(io::ignore_extra_column, "id", "mfu_040", "mfu_accelerator", "mfu_source_accelerator", "calculon",
                     "llm_analysis", "simumax");
    std::map<std::string, Step*> by_id;
    for (Step& step : data.steps)
        if (step.set == "published") by_id[step.row.id] = &step;
    std::string id;
    std::array<std::string, other_methods.size()> time;
    while (file.read_row(id, time[0], time[1], time[2], time[3], time[4], time[5])) {
        const auto step = by_id.find(id);
        if (step == by_id.end()) continue;
        for (std::size_t i = 0; i < time.size(); ++i)
            if (const std::optional<double> seconds = detail::number_of(time[i])) step->second->others[i] = *seconds;
    }
}

} // namespace detail_of_data

/// Reads and predicts everything below `directory`. What is absent or broken is listed in `missing`.
[[nodiscard]] inline Data load(const std::string& directory) {
    Data data;
    const auto with = [&](const std::string& file, const auto& use) {
        const std::string path = directory + '/' + file;
        try {
            if (std::filesystem::exists(path)) use(path);
            else data.missing.push_back(file + " is missing");
        } catch (const std::exception& error) {
            data.missing.push_back(file + ": " + error.what());
        }
    };
    std::vector<FitsRow> ran;
    const auto add_steps = [&](const std::string& set, const std::vector<PublishedStep>& published,
                               ValidatedTable table) {
        for (std::size_t i = 0; i < table.rows.size(); ++i)
            data.steps.push_back({published[i], std::move(table.rows[i]), set, {}, {}, {}, {}, {}});
        if (set != "published") return;
        data.peaks = std::move(table.peaks);
        ran = std::move(table.outcomes);
    };
    with("published_steps.csv", [&](const std::string& path) {
        add_steps("published", read_published_steps(path), validate_table(path));
        data.generic = validate_table(path, {.stack = &catalog::generic_stack}).rows;
    });
    for (const auto& [file, set] : {std::pair{"vtrain_a100_single.csv", "vTrain single node"},
                                    std::pair{"vtrain_a100_multi.csv", "vTrain multi node"}})
        with(file, [&, name = set](const std::string& path) {
            add_steps(name, read_vtrain_steps(path), validate_table(path));
        });
    with("held_out_steps.csv", [&](const std::string& path) { detail_of_data::read_held_out(path, data); });
    with("peer_predictions.csv", [&](const std::string& path) { detail_of_data::read_others(path, data); });
    with("fits_or_not.csv",
         [&](const std::string& path) { data.out_of_memory = std::move(validate_table(path).outcomes); });
    for (FitsRow& row : ran)
        (row.row.source.find("Aleph Alpha") != std::string::npos ? data.siblings : data.published_ran)
            .push_back(std::move(row));
    for (const auto& [kind, title, file] :
         {std::array{"gemm", "Matrix products", "gemm.csv"}, std::array{"attention", "Attention", "attention.csv"},
          std::array{"conv", "Convolution layers", "conv.csv"}, std::array{"rnn", "Recurrent layers", "rnn.csv"},
          std::array{"bandwidth", "Copies in memory", "hbm_bandwidth.csv"},
          std::array{"collectives", "Collectives", "collectives.csv"},
          std::array{"efficiency", "Rates relative to links", "efficiency_by_scale.csv"}})
        with(file, [&, k = kind, t = title, f = file](const std::string& path) {
            data.kernels.push_back({k, t, f, validate_table(path).rows});
        });
    with("gemm.csv", [&](const std::string& path) { data.datasheet = detail_of_data::without_family(path); });

    std::set<std::string_view> stacks;
    std::set<double> clocks;
    for (const Step& step : data.steps) {
        if (!step.row.predicted) continue;
        const ImportedStep imported = import_step(step.published);
        stacks.insert(imported.plan.stack.name);
        clocks.insert(imported.cluster.accelerator.kernel.sustained_clock);
    }
    data.fitted_stacks = stacks.size();
    data.fitted_families = clocks.size();
    return data;
}

} // namespace accuracy
