// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "accuracy_tables.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

// The training steps that are predicted worst, with what is known of the reason (worst_points.csv).

namespace accuracy {

inline constexpr std::size_t worst_count = 20;

/// The id of a row; those of vTrain's two tables are told apart.
[[nodiscard]] inline std::string id_of(const Step& step) {
    if (step.set == "published") return step.row.id;
    return (step.set == "vTrain multi node" ? "multi-" : "single-") + step.row.id.substr(step.row.id.find('-') + 1);
}

/// The largest errors by size, each configuration once.
[[nodiscard]] inline std::vector<const Step*> worst_steps(const Data& data, std::size_t count = worst_count) {
    std::vector<const Step*> steps = chosen(data.steps, [](const Step& s) { return s.row.error().has_value(); });
    std::sort(steps.begin(), steps.end(), [](const Step* a, const Step* b) {
        const double one = std::fabs(*a->row.error()), other = std::fabs(*b->row.error());
        return one != other ? one > other : id_of(*a) < id_of(*b);
    });
    std::set<std::string> configurations;
    std::vector<const Step*> worst;
    for (const Step* step : steps)
        if (worst.size() < count &&
            (step->row.configuration.empty() || configurations.insert(step->row.configuration).second))
            worst.push_back(step);
    return worst;
}

/// Explanations by id. Throws `io::error::base` if the file is no such table.
[[nodiscard]] inline std::map<std::string, std::string> read_explanations(const std::string& path) {
    detail::StepReader<2> file(path);
    file.read_header(io::ignore_no_column, "id", "explanation");
    std::map<std::string, std::string> explanations;
    std::string id, explanation;
    while (file.read_row(id, explanation)) explanations[id] = explanation;
    return explanations;
}

/// The configuration in short: accelerators, tensor x pipeline x data parallelism, batch, format.
[[nodiscard]] inline std::string described(const Step& step) {
    const PublishedStep& p = step.published;
    std::string text = p.model_name + ", " + p.gpus + " x " + p.hardware;
    const auto add = [&](const char* name, const std::string& value) {
        if (!value.empty() && value != "1" && value != "0") text += std::string{", "} + name + ' ' + value;
    };
    add("tensor", p.tensor);
    add("pipeline", p.pipeline);
    add("context", p.context);
    add("experts over", p.expert);
    add("batch", p.global_batch);
    add("micro", p.micro_batch);
    return text + ", " + p.precision;
}

/// `unexplained` collects the ids that no explanation is known for.
[[nodiscard]] inline std::string worst_table(const Data& data, const std::map<std::string, std::string>& explanations,
                                             std::vector<std::string>& unexplained) {
    const auto seconds = [](double value) { return std::string{to_text(make<Seconds>(value)).view()}; };
    Table table({"row", "source", "configuration", "measured", "predicted", "error", "why"});
    std::map<std::string, std::string> first; // explanation: the row that has it first
    for (const Step* step : worst_steps(data)) {
        const std::string id = id_of(*step);
        const auto found = explanations.find(id);
        std::string why = "not explained yet";
        if (found == explanations.end()) unexplained.push_back(id);
        else if (const auto [above, is_new] = first.emplace(found->second, id); is_new) why = found->second;
        else why = "As " + above->second + '.';
        table.add({id, step->row.source, described(*step), seconds(*step->row.measured), seconds(*step->row.predicted),
                   percent(100.0 * *step->row.error(), true), why});
    }
    return table.text();
}

/// Llama 3 405B under software that it may have run on; rates as the paper counts them, FLOP/s an accelerator.
[[nodiscard]] inline std::string llama_table(const Data& data) {
    std::vector<std::string> header{"software"}, measured{"measured"};
    const std::vector<const Step*> rows = chosen(data.steps, [](const Step& s) {
        return s.set == "published" && (s.row.id == "MSC0223" || s.row.id == "MSC0224" || s.row.id == "MSC0225");
    });
    const auto teraflops = [](double rate) { return std::to_string(std::lround(rate * 1e-12)); };
    for (const Step* step : rows) {
        header.push_back(grouped(detail::integer_of(step->published.gpus).value_or(0)) + " H100, " +
                         grouped(detail::integer_of(step->published.sequence).value_or(0)) + " tokens, TFLOP/s");
        header.emplace_back("error");
        measured.push_back(step->published.model_tflops);
        measured.emplace_back();
    }
    Table table(header);
    table.add(measured);
    for (const SoftwareStack* stack :
         {&catalog::generic_stack, &catalog::fsdp, &catalog::megatron_core, &catalog::megatron_2022}) {
        std::vector<std::string> cells{std::string{stack->name}};
        for (const Step* step : rows) {
            ImportedStep imported = import_step(step->published);
            imported.plan.stack = *stack;
            const Result<StepEstimate> estimate = try_estimate_step(imported.model, imported.cluster, imported.plan);
            const std::optional<double> published = detail::number_of(step->published.model_tflops);
            if (!estimate || !published) return "Not predicted.\n";
            const double rate = raw(estimate->rate(FlopConvention::six_n_attention));
            cells.push_back(teraflops(rate));
            cells.push_back(percent(100.0 * (rate / (*published * 1e12) - 1.0), true));
        }
        table.add(cells);
    }
    return table.text();
}

} // namespace accuracy
