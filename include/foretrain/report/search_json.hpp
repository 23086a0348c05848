// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "../planner/search.hpp"
#include "json.hpp"

// Results of searches as JSON, and back: numbers are written in the shortest form that reads back as the same bits, so
// that results of shards merge exactly, whichever machines they come from.

namespace foretrain::inline v0 {

/// A search with what it is about.
struct SearchReport {
    Transformer model{};
    SearchSpace space{};
    SearchQuestion question{};
    SearchResult result{};
    SearchShard shard{};
    std::map<std::string, std::string> options{}; ///< as they were given: they say which search it is
    std::vector<Assumption> assumed{};
};

namespace detail {

[[nodiscard]] inline std::string_view precision_name(const Precision& precision) {
    for (const NamedPrecision& named : named_precisions)
        if (named.precision == precision) return named.name;
    return "custom";
}

/// The fields of a plan that a space varies.
[[nodiscard]] inline Json searched_plan_json(const SearchSpace& space, std::int64_t index) {
    const SearchDigits at = space.digits(index);
    const ParallelPlan plan = space.plan_of(at);
    return {{"system", space.cluster_type(at).name},
            {"accelerators", space.accelerators_of(at)},
            {"tensor", plan.tensor},
            {"sequence_parallel", plan.sequence_parallel},
            {"context", plan.context},
            {"context_exchange", name_of(plan.context_exchange)},
            {"pipeline", plan.pipeline},
            {"schedule", name_of(plan.schedule)},
            {"virtual_stages", plan.virtual_stages},
            {"data", plan.data},
            {"expert", plan.expert},
            {"expert_tensor", plan.expert_tensor},
            {"sharding", name_of(plan.sharding)},
            {"sharding_group", plan.sharding_group},
            {"prefetch_layers", plan.prefetch},
            {"global_batch", plan.global_batch},
            {"micro_batch", plan.micro_batch},
            {"sequence", plan.sequence},
            {"recomputation", name_of(plan.recomputation)},
            {"attention", name_of(plan.attention)},
            {"precision", precision_name(plan.precision)},
            {"offload_weights", plan.offload.weights},
            {"offload_optimizer", plan.offload.optimizer},
            {"offload_activations", plan.offload.activations},
            {"offload_to_drives", plan.offload.to_drives}};
}

[[nodiscard]] inline Json figures_json(const SearchFigures& f) {
    return {{"value", f.value},         {"step_time_s", f.step_time}, {"token_time_s", f.token_time},
            {"memory_bytes", f.memory}, {"run_time_s", f.run_time},   {"cost_usd", f.cost},
            {"energy_j", f.energy},     {"power_w", f.power}};
}
[[nodiscard]] inline SearchFigures figures_from(const Json& json) {
    SearchFigures f;
    f.value = json.at("value").get<double>();
    f.step_time = json.at("step_time_s").get<double>();
    f.token_time = json.at("token_time_s").get<double>();
    f.memory = json.at("memory_bytes").get<double>();
    f.run_time = json.at("run_time_s").get<double>();
    f.cost = json.at("cost_usd").get<double>();
    f.energy = json.at("energy_j").get<double>();
    f.power = json.at("power_w").get<double>();
    return f;
}

} // namespace detail

/// A search as JSON.
[[nodiscard]] inline Json search_json(const SearchReport& report) {
    const SearchResult& r = report.result;
    Json outcomes = Json::object();
    for (std::size_t i = 0; i < search_outcomes; ++i)
        outcomes[std::string{name_of(static_cast<SearchOutcome>(i))}] = r.outcome[i];
    Json best = Json::array();
    for (std::int64_t i = 0; i < r.top.count; ++i) {
        const SearchHit& hit = r.top.hit[static_cast<std::size_t>(i)];
        Json parts = Json::object();
        for (std::size_t part = 0; part < step_parts; ++part)
            parts[std::string{name_of(static_cast<StepPart>(part))}] = hit.parts[part];
        best.push_back({{"index", hit.index},
                        {"accelerators", hit.accelerators},
                        {"plan", detail::searched_plan_json(report.space, hit.index)},
                        {"figures", detail::figures_json(hit.figures)},
                        {"parts_s", std::move(parts)}});
    }
    Json front = Json::array();
    for (std::int64_t i = 0; i < r.front.count; ++i) {
        const SearchPoint& point = r.front.point[static_cast<std::size_t>(i)];
        front.push_back({{"index", point.index},
                         {"accelerators", point.accelerators},
                         {"plan", detail::searched_plan_json(report.space, point.index)},
                         {"figures", detail::figures_json(point.figures)}});
    }
    Json closest = nullptr;
    if (r.closest.index >= 0)
        closest = {{"index", r.closest.index},
                   {"plan", detail::searched_plan_json(report.space, r.closest.index)},
                   {"memory_bytes", r.closest.memory},
                   {"excess", r.closest.excess}};
    return {{"schema", report_schema},
            {"options", report.options},
            {"shard", {{"index", report.shard.index}, {"count", report.shard.count}}},
            {"goal", name_of(report.question.goal)},
            {"plans", r.plans},
            {"done", r.done},
            {"proven", r.complete()},
            {"cancelled", r.cancelled},
            {"outcomes", std::move(outcomes)},
            {"best", std::move(best)},
            {"front", std::move(front)},
            {"front_dropped", r.front.dropped},
            {"does_not_fit_by_least", std::move(closest)}};
}

/// The result in what `search_json` wrote; throws as the JSON library does on anything else.
[[nodiscard]] inline SearchResult search_result_from(const Json& json, const SearchQuestion& question) {
    SearchResult r;
    r.plans = json.at("plans").get<std::int64_t>();
    r.done = json.at("done").get<std::int64_t>();
    r.cancelled = json.at("cancelled").get<bool>();
    for (std::size_t i = 0; i < search_outcomes; ++i)
        r.outcome[i] = json.at("outcomes").at(std::string{name_of(static_cast<SearchOutcome>(i))}).get<std::int64_t>();
    r.top.wanted = question.top;
    for (const Json& each : json.at("best")) {
        SearchHit hit;
        hit.index = each.at("index").get<std::int64_t>();
        hit.accelerators = each.at("accelerators").get<std::int64_t>();
        hit.figures = detail::figures_from(each.at("figures"));
        for (std::size_t part = 0; part < step_parts; ++part)
            hit.parts[part] = each.at("parts_s").at(std::string{name_of(static_cast<StepPart>(part))}).get<double>();
        r.top.add(hit);
    }
    r.front.axes = question.front;
    r.front.dropped = json.at("front_dropped").get<std::int64_t>();
    for (const Json& each : json.at("front"))
        r.front.add({each.at("index").get<std::int64_t>(), each.at("accelerators").get<std::int64_t>(),
                     detail::figures_from(each.at("figures"))});
    if (const Json& closest = json.at("does_not_fit_by_least"); !closest.is_null())
        r.closest = {closest.at("index").get<std::int64_t>(), closest.at("memory_bytes").get<double>(),
                     closest.at("excess").get<double>()};
    return r;
}

} // namespace foretrain::inline v0
