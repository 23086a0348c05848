// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "../planner/search_reason.hpp"
#include "../units/print.hpp"
#include "csv.hpp"
#include "plot.hpp"
#include "search_json.hpp"
#include "table.hpp"

// A search as text, CSV and figure: the best plans and why each of the others lost, the front, what became of all
// plans, and the command that predicts the winner.

namespace foretrain::inline v0 {

namespace detail {

[[nodiscard]] inline std::string offload_text(const BasicOffload<double>& moved) {
    std::string text;
    const auto add = [&](double share, const char* what) {
        if (!(share > 0)) return;
        text.append(text.empty() ? "" : "+").append(what);
        if (share < 1) text.append("=").append(shortest(share));
    };
    add(moved.weights, "weights");
    add(moved.optimizer, "optimizer");
    add(moved.activations, "activations");
    if (text.empty()) return "none";
    return moved.to_drives ? text + " to drives" : text;
}

/// What a plan has of a knob, as the command line takes it.
[[nodiscard]] inline std::string knob_text(const SearchSpace& space, const SearchDigits& at, SearchKnob knob) {
    const ParallelPlan plan = space.plan_of(at);
    switch (knob) {
    case SearchKnob::cluster: return std::string{space.cluster_type(at).name};
    case SearchKnob::accelerators: return std::to_string(space.accelerators_of(at));
    case SearchKnob::precision: return std::string{precision_name(plan.precision)};
    case SearchKnob::attention: return std::string{name_of(plan.attention)};
    case SearchKnob::tensor: return std::to_string(plan.tensor);
    case SearchKnob::sequence_parallel: return plan.sequence_parallel ? "on" : "off";
    case SearchKnob::context: return std::to_string(plan.context);
    case SearchKnob::context_exchange: return plan.context > 1 ? std::string{name_of(plan.context_exchange)} : "-";
    case SearchKnob::expert: return std::to_string(plan.expert);
    case SearchKnob::expert_tensor: return std::to_string(plan.expert_tensor);
    case SearchKnob::micro_batch: return std::to_string(plan.micro_batch);
    case SearchKnob::recomputation: return std::string{name_of(plan.recomputation)};
    case SearchKnob::pipeline: return std::to_string(plan.pipeline);
    case SearchKnob::schedule: return plan.pipeline > 1 ? std::string{name_of(plan.schedule)} : "-";
    case SearchKnob::virtual_stages: return std::to_string(plan.virtual_stages);
    case SearchKnob::sharding: return std::string{name_of(plan.sharding)};
    case SearchKnob::sharding_group: return std::to_string(plan.sharding_group);
    case SearchKnob::prefetch: return std::to_string(plan.prefetch);
    case SearchKnob::offload: return offload_text(plan.offload);
    case SearchKnob::global_batch: return std::to_string(plan.global_batch);
    }
    return {};
}

/// What a goal is counted in.
[[nodiscard]] inline std::string value_text(SearchGoal goal, double value) {
    const auto of = [](const auto& text) { return std::string{text.view()}; };
    switch (goal) {
    case SearchGoal::step_time: return of(to_text(make<Seconds>(value)));
    case SearchGoal::token_time: return of(to_text(make<TokenRate>(1.0 / value)));
    case SearchGoal::run_time: return of(to_text(make<Seconds>(value)));
    case SearchGoal::cost: return of(to_text(make<Usd>(value)));
    case SearchGoal::energy: return of(to_text(make<Joules>(value)));
    }
    return {};
}

} // namespace detail

/// The command that predicts a plan of a search.
[[nodiscard]] inline std::string search_command(const SearchReport& report, std::int64_t index) {
    const SearchDigits at = report.space.digits(index);
    const ParallelPlan plan = report.space.plan_of(at);
    std::string text = "foretrain predict --model " + std::string{report.model.name};
    const auto add = [&](const char* option, const std::string& value) {
        text.append(" --").append(option).append(" ").append(value);
    };
    const auto number = [&](const char* option, std::int64_t value, std::int64_t otherwise) {
        if (value != otherwise) add(option, std::to_string(value));
    };
    add("system", std::string{report.space.cluster_type(at).name});
    add("accelerators", std::to_string(report.space.accelerators_of(at)));
    number("tensor", plan.tensor, 1);
    if (plan.sequence_parallel) text += " --sequence-parallel";
    number("context", plan.context, 1);
    if (plan.context > 1) add("context-exchange", std::string{name_of(plan.context_exchange)});
    number("pipeline", plan.pipeline, 1);
    if (plan.pipeline > 1) add("schedule", std::string{name_of(plan.schedule)});
    number("virtual-stages", plan.virtual_stages, 1);
    number("expert", plan.expert, 1);
    number("expert-tensor", plan.expert_tensor, 1);
    add("sharding", std::string{name_of(plan.sharding)});
    number("sharding-group", plan.sharding_group, 0);
    number("prefetch", plan.prefetch, 1);
    add("global-batch", std::to_string(plan.global_batch));
    add("micro-batch", std::to_string(plan.micro_batch));
    add("sequence", std::to_string(plan.sequence));
    add("recompute", std::string{name_of(plan.recomputation)});
    add("attention", std::string{name_of(plan.attention)});
    add("precision", std::string{detail::precision_name(plan.precision)});
    const auto share = [&](const char* option, double value) {
        if (value > 0) add(option, detail::shortest(value));
    };
    share("offload-weights", plan.offload.weights);
    share("offload-optimizer", plan.offload.optimizer);
    share("offload-activations", plan.offload.activations);
    if (plan.offload.to_drives) add("offload-to", "drives");
    for (const char* option : {"stack", "optimizer", "expert-capacity", "expert-imbalance", "adapter-rank", "memory",
                               "tokens", "effective-share", "pue"})
        if (const auto given = report.options.find(option); given != report.options.end())
            add(option, given->second.find(' ') == std::string::npos ? given->second : '"' + given->second + '"');
    return text;
}

namespace detail {

class SearchWriter {
public:
    SearchWriter(const SearchReport& report, const TextStyle& style)
        : report_{report}, r_{report.result}, space_{report.space}, style_{style} {}

    [[nodiscard]] std::string text() {
        out_ = std::string{report_.model.name} + ": " + grouped(r_.plans) + " plans";
        if (report_.shard.count > 1)
            out_ += ", shard " + std::to_string(report_.shard.index) + " of " + std::to_string(report_.shard.count);
        out_ += r_.complete()              ? ", all decided\n"
                : report_.shard.count == 1 ? ", " + grouped(r_.done) + " decided: nothing is proven\n"
                                           : ", " + grouped(r_.done) + " decided here\n";
        if (r_.found()) {
            best();
            losers();
            section(report_.shard.count > 1 ? "BEST OF THE SHARD" : "THE BEST PLAN");
            out_ += wrapped("  ", search_command(report_, r_.best().index), 6, style_.width);
        } else {
            nothing();
        }
        front();
        outcomes();
        if (!report_.assumed.empty()) {
            section("ASSUMED");
            TextTable table{"ll", 2};
            for (const Assumption& a : report_.assumed) table.add({a.what + ' ' + a.value, std::string{a.why}});
            out_ += table.text(style_.width);
        }
        return std::move(out_);
    }

private:
    void section(const std::string& title) { out_ += wrapped("\n", title, 2, style_.width); }

    /// Knobs in which the plans of a list differ, and those that nobody wants to miss.
    template <class Points>
    [[nodiscard]] std::vector<SearchKnob> columns(const Points& points, std::int64_t count) const {
        std::vector<SearchKnob> knobs;
        for (std::size_t k = 0; k < search_knobs; ++k) {
            const SearchKnob knob = static_cast<SearchKnob>(k);
            bool differs = knob == SearchKnob::tensor || knob == SearchKnob::pipeline;
            std::string first;
            for (std::int64_t i = 0; i < count && !differs; ++i) {
                const std::string value =
                    knob_text(space_, space_.digits(points[static_cast<std::size_t>(i)].index), knob);
                if (i == 0) first = value;
                differs = value != first;
            }
            if (differs) knobs.push_back(knob);
        }
        return knobs;
    }
    /// What a plan has of some knobs, in words.
    [[nodiscard]] std::string words(const SearchDigits& at, const std::vector<SearchKnob>& knobs) const {
        std::string text;
        for (const SearchKnob knob : knobs) {
            const std::string value = knob_text(space_, at, knob);
            if (value == "-") continue;
            text.append(text.empty() ? "" : ", ").append(name_of(knob)).append(" ").append(value);
        }
        return text;
    }
    /// Rows of numbers, each with words that may take several lines.
    void add_rows(const TextTable& table, const std::vector<std::string>& said) {
        const std::string numbers = table.text();
        std::size_t from = 0;
        for (const std::string& text : said) {
            const std::size_t end = numbers.find('\n', from);
            const std::string row = padded(numbers.substr(from, end - from), table.width()) + "  ";
            out_ += wrapped(row, text, table.width() + 2, style_.width);
            from = end + 1;
        }
    }
    void best() {
        section("BEST PLANS by " + std::string{name_of(report_.question.goal)});
        const std::vector<SearchKnob> knobs = columns(r_.top.hit, r_.top.count);
        const bool steps = report_.question.goal != SearchGoal::step_time;
        TextTable table{"rrrr", 2};
        std::vector<std::string> said;
        for (std::int64_t i = 0; i < r_.top.count; ++i) {
            const SearchHit& hit = r_.top.hit[static_cast<std::size_t>(i)];
            const SearchDigits at = space_.digits(hit.index);
            std::vector<std::string> row{std::to_string(i + 1), value_text(report_.question.goal, hit.figures.value)};
            if (steps) row.push_back(std::string{to_text(make<Seconds>(hit.figures.step_time)).view()} + " a step");
            row.emplace_back(to_binary_text(make<Bytes>(hit.figures.memory)).view());
            table.add(row);
            said.push_back("data " + std::to_string(space_.plan_of(at).data) + ", " + words(at, knobs));
        }
        add_rows(table, said);
    }
    void losers() {
        if (r_.top.count < 2) return;
        section("WHY THE OTHERS LOST: parts of the step that take longer than the winner's, for equal work");
        TextTable table{"rrl", 2};
        for (std::int64_t i = 1; i < r_.top.count; ++i) {
            const SearchHit& hit = r_.top.hit[static_cast<std::size_t>(i)];
            const double more = hit.figures.value / r_.best().figures.value - 1.0;
            std::string why;
            const auto reasons = reasons_of(hit, r_.best());
            for (std::size_t k = 0; k < 3; ++k) {
                if (!(reasons[k].difference > 1e-6 * hit.figures.step_time)) break;
                why.append(why.empty() ? "" : ", ")
                    .append(name_of(reasons[k].part))
                    .append(" +")
                    .append(to_text(make<Seconds>(reasons[k].difference)).view());
            }
            if (why.empty()) why = more > 0 ? "longer in no part: it does more for the same" : "equal: it comes later";
            table.add(
                {std::to_string(i + 1), '+' + std::string{Text{}.append_fixed(100.0 * more, 2).view()} + '%', why});
        }
        out_ += table.text(style_.width);
    }
    void nothing() {
        section("NOTHING IS FEASIBLE");
        if (r_.closest.index < 0) {
            out_ += "  no plan keeps the rules and the limits; what became of them is below\n";
            return;
        }
        const double room = r_.closest.memory / (1.0 + r_.closest.excess);
        out_ += wrapped("  ",
                        "closest to fitting: " + std::string{to_binary_text(make<Bytes>(r_.closest.memory)).view()} +
                            " of " + std::string{to_binary_text(make<Bytes>(room)).view()} + " an accelerator, " +
                            std::string{Text{}.append_fixed(100.0 * r_.closest.excess, 1).view()} + "% too much:",
                        2, style_.width);
        out_ += wrapped("  ", search_command(report_, r_.closest.index), 6, style_.width);
    }
    void front() {
        if (r_.front.count == 0) return;
        std::vector<SearchPoint> points(r_.front.point.begin(), r_.front.point.begin() + r_.front.count);
        std::sort(points.begin(), points.end(), [](const SearchPoint& a, const SearchPoint& b) {
            return a.figures.token_time < b.figures.token_time;
        });
        section("FRONT: time, cost, energy and accelerators of plans that no other beats in what was asked for");
        const std::vector<SearchKnob> knobs = columns(points, r_.front.count);
        TextTable table{"rrrr", 2};
        std::vector<std::string> said;
        for (const SearchPoint& point : points) {
            const SearchFigures& f = point.figures;
            table.add({std::string{to_text(make<Seconds>(f.run_time > 0 ? f.run_time : f.step_time)).view()},
                       f.cost > 0 ? std::string{to_text(make<Usd>(f.cost)).view()} : "-",
                       f.energy > 0 ? std::string{to_text(make<Joules>(f.energy)).view()} : "-",
                       grouped(point.accelerators)});
            said.push_back(words(space_.digits(point.index), knobs));
        }
        add_rows(table, said);
        if (r_.front.dropped > 0) out_ += "  there was no room for " + grouped(r_.front.dropped) + " more\n";
    }
    void outcomes() {
        section("WHAT BECAME OF ALL PLANS");
        TextTable table{"rl", 2};
        for (std::size_t i = 0; i < search_outcomes; ++i)
            if (r_.outcome[i] > 0)
                table.add({grouped(r_.outcome[i]), std::string{name_of(static_cast<SearchOutcome>(i))}});
        out_ += table.text(style_.width);
    }

    const SearchReport& report_;
    const SearchResult& r_;
    const SearchSpace& space_;
    TextStyle style_;
    std::string out_{};
};

} // namespace detail

/// The search as text for a terminal.
[[nodiscard]] inline std::string search_text(const SearchReport& report, const TextStyle& style = {}) {
    return detail::SearchWriter{report, style}.text();
}

/// The best plans, then the front, one a row.
[[nodiscard]] inline std::string search_csv(const SearchReport& report) {
    CsvTable table{"list",
                   "rank",
                   "index",
                   "system",
                   "accelerators",
                   "tensor",
                   "sequence_parallel",
                   "context",
                   "context_exchange",
                   "pipeline",
                   "schedule",
                   "virtual_stages",
                   "data",
                   "expert",
                   "expert_tensor",
                   "sharding",
                   "sharding_group",
                   "prefetch",
                   "global_batch",
                   "micro_batch",
                   "recomputation",
                   "attention",
                   "precision",
                   "offload",
                   "step_time_s",
                   "token_time_s",
                   "memory_bytes",
                   "run_time_s",
                   "cost_usd",
                   "energy_j",
                   "power_w"};
    const auto add = [&](const char* list, std::int64_t rank, std::int64_t index, const SearchFigures& f) {
        const SearchDigits at = report.space.digits(index);
        const ParallelPlan p = report.space.plan_of(at);
        const auto known = [](double value) { return value > 0 ? std::optional{value} : std::nullopt; };
        table.add(list, rank, index, report.space.cluster_type(at).name, report.space.accelerators_of(at), p.tensor,
                  p.sequence_parallel, p.context, name_of(p.context_exchange), p.pipeline, name_of(p.schedule),
                  p.virtual_stages, p.data, p.expert, p.expert_tensor, name_of(p.sharding), p.sharding_group,
                  p.prefetch, p.global_batch, p.micro_batch, name_of(p.recomputation), name_of(p.attention),
                  detail::precision_name(p.precision), detail::offload_text(p.offload), f.step_time, f.token_time,
                  f.memory, known(f.run_time), known(f.cost), known(f.energy), known(f.power));
    };
    for (std::int64_t i = 0; i < report.result.top.count; ++i) {
        const SearchHit& hit = report.result.top.hit[static_cast<std::size_t>(i)];
        add("best", i + 1, hit.index, hit.figures);
    }
    for (std::int64_t i = 0; i < report.result.front.count; ++i) {
        const SearchPoint& point = report.result.front.point[static_cast<std::size_t>(i)];
        add("front", i + 1, point.index, point.figures);
    }
    return table.text();
}

/// The front, if there is one: cost, energy or accelerators over time; else the parts of the best steps, stacked.
[[nodiscard]] inline Plot search_plot(const SearchReport& report) {
    const SearchResult& r = report.result;
    const SearchAxes& axes = report.question.front;
    if (r.front.count > 0) {
        Plot plot{.title = std::string{report.model.name} + ": plans that no other beats",
                  .x_axis = r.front.point[0].figures.run_time > 0 ? "run time (days)" : "time of a token (us)",
                  .y_axis = axes.cost     ? "cost (USD)"
                            : axes.energy ? "energy (MWh)"
                                          : "accelerators"};
        PlotSeries series{.name = "", .style = PlotStyle::points};
        for (std::int64_t i = 0; i < r.front.count; ++i) {
            const SearchPoint& p = r.front.point[static_cast<std::size_t>(i)];
            series.x.push_back(p.figures.run_time > 0 ? p.figures.run_time / 86400.0 : p.figures.token_time * 1e6);
            series.y.push_back(axes.cost     ? p.figures.cost
                               : axes.energy ? p.figures.energy / 3.6e9
                                             : static_cast<double>(p.accelerators));
        }
        plot.series.push_back(std::move(series));
        return plot;
    }
    Plot plot{.title = std::string{report.model.name} + ": where the time of the best plans goes",
              .x_axis = "place",
              .y_axis = "step (s)"};
    for (std::size_t part = 0; part < step_parts; ++part) {
        PlotSeries series{.name = std::string{name_of(static_cast<StepPart>(part))}, .style = PlotStyle::stacked};
        bool any = false;
        for (std::int64_t i = 0; i < r.top.count; ++i) {
            const double time = r.top.hit[static_cast<std::size_t>(i)].parts[part];
            any = any || time > 0;
            series.y.push_back(time);
            series.labels.push_back(std::to_string(i + 1));
        }
        if (any) plot.series.push_back(std::move(series));
    }
    return plot;
}

} // namespace foretrain::inline v0
