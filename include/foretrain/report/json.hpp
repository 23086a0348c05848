// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "accuracy.hpp"
#include "advice.hpp"
#include "report.hpp"

// Reports as JSON. Units are part of the keys (`time_s`, `peak_bytes`); keys keep their order and their meaning within
// a `schema`; what is unknown is null. Numbers are complete: a reader gets the same bits back.

namespace foretrain::inline v0 {

/// Raised whenever a key changes its name or its meaning; new keys do not raise it.
inline constexpr int report_schema = 1;

/// Keys keep the order in which they are written.
using Json = nlohmann::ordered_json;

[[nodiscard]] inline Json provenance_json(const Provenance& provenance) {
    return {{"evidence", name_of(provenance.evidence)}, {"source", provenance.source}, {"as_of", provenance.as_of}};
}

[[nodiscard]] inline Json model_json(const Transformer& m) {
    return {{"name", m.name},
            {"parameters", parameters(m)},
            {"layers", m.layers},
            {"hidden", m.hidden},
            {"feed_forward", m.feed_forward},
            {"heads", m.heads},
            {"kv_heads", m.kv_heads},
            {"head_dimension", m.head_dimension},
            {"vocabulary", m.vocabulary},
            {"provenance", provenance_json(m.provenance)}};
}

[[nodiscard]] inline Json accelerator_json(const Accelerator& a) {
    Json peaks = Json::object();
    for (const NumberFormat format : {NumberFormat::fp32, NumberFormat::tf32, NumberFormat::fp16, NumberFormat::bf16,
                                      NumberFormat::fp8, NumberFormat::fp4, NumberFormat::int8})
        if (raw(a.matrix.of(format)) > 0) peaks[std::string{name_of(format)}] = raw(a.matrix.of(format));
    return {{"name", a.name},
            {"vendor", a.vendor},
            {"dense_peak_flop_per_s", peaks},
            {"memory_bytes", raw(a.memory.capacity)},
            {"memory_bytes_per_s", raw(a.memory.bandwidth)},
            {"power_w", raw(a.power)},
            {"provenance", provenance_json(a.provenance)}};
}

[[nodiscard]] inline Json cluster_json(const Cluster& cluster) {
    Json tiers = Json::array();
    for (std::int64_t i = 0; i < cluster.fabric.tiers; ++i) {
        const FabricTier& tier = cluster.fabric.tier[static_cast<std::size_t>(i)];
        tiers.push_back({{"name", tier.name},
                         {"accelerators", tier.size},
                         {"bytes_per_s", raw(tier.link.bandwidth)},
                         {"latency_s", raw(tier.link.latency)},
                         {"efficiency", tier.efficiency},
                         {"oversubscription", tier.oversubscription},
                         {"provenance", provenance_json(tier.provenance)}});
    }
    return {{"name", cluster.name},
            {"accelerators", cluster.accelerators},
            {"accelerators_per_node", cluster.node.accelerators},
            {"accelerator", accelerator_json(cluster.accelerator)},
            {"fabric", std::move(tiers)}};
}

[[nodiscard]] inline Json stack_json(const SoftwareStack& stack) {
    return {{"name", stack.name},
            {"captured", stack.execution == Execution::captured},
            {"host_s_per_kernel", raw(stack.host_per_kernel)},
            {"step_overhead_s", raw(stack.step_overhead)},
            {"data_overlap", stack.data_overlap},
            {"tensor_overlap", stack.tensor_overlap},
            {"pipeline_overlap", stack.pipeline_overlap},
            {"contention", stack.contention},
            {"straggler", stack.straggler},
            {"provenance", provenance_json(stack.provenance)}};
}

namespace detail {

[[nodiscard]] inline Json plan_json(const ParallelPlan& p) {
    return {{"tensor", p.tensor},
            {"pipeline", p.pipeline},
            {"data", p.data},
            {"context", p.context},
            {"virtual_stages", p.virtual_stages},
            {"schedule", name_of(p.schedule)},
            {"sequence_parallel", p.sequence_parallel},
            {"sharding", name_of(p.sharding)},
            {"shards", p.shards()},
            {"prefetch_layers", p.sharding == Sharding::parameters ? Json(p.gathered_ahead()) : Json()},
            {"context_balance", name_of(p.context_balance)},
            {"global_batch_samples", p.global_batch},
            {"micro_batch_samples", p.micro_batch},
            {"micro_batches", p.micro_batches()},
            {"sequence_tokens", p.sequence},
            {"recomputation", name_of(p.recomputation)},
            {"attention", name_of(p.attention)},
            {"precision", name_of(p.precision)},
            {"optimizer", name_of(p.optimizer)},
            {"software", p.stack.name}};
}

[[nodiscard]] inline Json band_json(const Band& band, const std::vector<StatedRange>& ranges) {
    Json reasons = Json::array();
    for (std::size_t i = 0; i < doubts; ++i)
        if (band.reasons.has(static_cast<Doubt>(i))) reasons.push_back(name_of(static_cast<Doubt>(i)));
    Json stated = Json::array();
    for (const StatedRange& range : ranges)
        stated.push_back({{"input", name_of(range.input)},
                          {"stated", range.stated},
                          {"relative", range.relative},
                          {"half_width", range.effect}});
    return {{"p10_s", raw(band.p10)},      {"p50_s", raw(band.p50)},        {"p90_s", raw(band.p90)},
            {"in_domain", band.in_domain}, {"reasons", std::move(reasons)}, {"ranges", std::move(stated)}};
}

/// Null where nothing is offloaded.
[[nodiscard]] inline Json offload_json(const Report& report) {
    const OffloadTime& o = report.step.offload;
    const BasicOffload<double>& moved = report.plan.offload;
    if (!(moved.weights + moved.optimizer + moved.activations > 0)) return {};
    return {{"to", moved.to_drives ? "drives" : "host"},
            {"available_bytes_per_s", raw(o.available)},
            {"hiding_bytes_per_s", raw(o.needed)},
            {"forward_s", raw(o.forward)},
            {"backward_s", raw(o.backward)},
            {"update_s", raw(o.update)},
            {"exposed_s", raw(o.exposed())}};
}

[[nodiscard]] inline Json step_json(const Report& report) {
    const StepEstimate& step = report.step;
    Json flops = Json::object(), utilization = Json::object(), rate = Json::object(), breakdown = Json::array(),
         gains = Json::array();
    for (std::size_t i = 0; i < step.flops.size(); ++i) {
        const auto convention = static_cast<FlopConvention>(i);
        const std::string key{name_of(convention)};
        flops[key] = raw(step.flops[i]);
        rate[key] = raw(step.rate(convention));
        utilization[key] = step.model_flops_utilization(convention);
    }
    for (std::size_t i = 0; i < step_parts; ++i)
        breakdown.push_back({{"part", name_of(static_cast<StepPart>(i))},
                             {"time_s", raw(step.breakdown.time[i])},
                             {"share", raw(step.breakdown.time[i]) / raw(step.time)},
                             {"waits_for", name_of(step.breakdown.bound[i])}});
    for (const Lever& lever : levers(report.model, report.cluster, report.plan, step))
        gains.push_back({{"resource", lever.resource}, {"saved_share", lever.saved}});
    const Resource bottleneck = step.bottleneck();
    return {
        {"time_s", raw(step.time)},
        {"uncertainty", report.band ? band_json(*report.band, report.ranges) : Json()},
        {"samples", raw(step.samples)},
        {"tokens", raw(step.tokens)},
        {"tokens_per_s", raw(step.tokens_per_second())},
        {"tokens_per_s_per_accelerator", raw(step.tokens_per_second()) / static_cast<double>(step.accelerators)},
        {"dense_peak_flop_per_s", raw(step.peak)},
        {"flops", std::move(flops)},
        {"flop_per_s_per_accelerator", std::move(rate)},
        {"utilization", std::move(utilization)},
        {"breakdown", std::move(breakdown)},
        {"offload", offload_json(report)},
        {"bottleneck", {{"resource", name_of(bottleneck)}, {"time_s", raw(step.breakdown.waiting_for(bottleneck))}}},
        {"longest_part", name_of(step.breakdown.largest())},
        {"ten_percent_more", std::move(gains)}};
}

[[nodiscard]] inline Json memory_json(const Report& report) {
    const StepMemory& memory = report.step.memory;
    Json items = Json::array();
    for (const auto& item : memory.footprint.items())
        items.push_back({{"item", item.name}, {"bytes", raw(item.bytes)}});
    return {{"peak_bytes", raw(memory.peak)},
            {"capacity_bytes", raw(report.cluster.accelerator.memory.capacity)},
            {"fits", memory.peak <= report.cluster.accelerator.memory.capacity},
            {"stage", memory.stage},
            {"items", std::move(items)}};
}

template <class Q>
[[nodiscard]] Json interval_json(const Interval<Q>& interval, double unit = 1.0) {
    return {{"p10", raw(interval.p10) / unit}, {"p50", raw(interval.p50) / unit}, {"p90", raw(interval.p90) / unit}};
}

/// Bands of a run, by that of its step.
[[nodiscard]] inline Json run_band_json(const RunBand& band) {
    return {{"wall_clock_s", interval_json(band.wall_clock)},
            {"accelerator_hours", interval_json(band.accelerator_time, 3600.0)},
            {"energy_j", interval_json(band.energy)},
            {"known_cost_usd", interval_json(band.known_cost)}};
}

[[nodiscard]] inline Json run_json(const ReportedRun& run, const std::optional<Band>& band) {
    const RunEstimate& r = run.estimate;
    const Prices& prices = run.prices;
    Json parts = Json::object(), bill = Json::object();
    for (const auto& part : parts_of(r)) parts[std::string{part.name}] = raw(part.time);
    for (std::size_t i = 0; i < cost_items; ++i) {
        const auto item = static_cast<CostItem>(i);
        bill[std::string{name_of(item)}] = r.bill[item] ? Json(raw(*r.bill[item])) : Json();
    }
    return {{"budget", run.budget},
            {"steps", r.steps},
            {"training_time_s", raw(r.training_time)},
            {"power_limit_slowdown", r.slowdown},
            {"wall_clock_s", raw(r.wall_clock)},
            {"effective_share", r.effective_share()},
            {"parts_s", std::move(parts)},
            {"accelerator_hours", raw(r.accelerator_time) / 3600.0},
            {"power_w", raw(r.power)},
            {"energy_j", raw(r.energy)},
            {"idle_power_w", raw(r.idle_power)},
            {"power_usage_effectiveness", run.site.power_usage_effectiveness},
            {"carbon_g", r.carbon ? Json(raw(*r.carbon)) : Json()},
            {"grid", run.grid.empty() ? Json() : Json(run.grid)},
            {"price_usd_per_accelerator_hour", prices.accelerator ? Json(raw(*prices.accelerator) * 3600.0) : Json()},
            {"price_usd_per_kwh", prices.energy ? Json(raw(*prices.energy) * 3.6e6) : Json()},
            {"cost_usd", r.cost.complete ? Json(raw(r.cost.known)) : Json()},
            {"known_cost_usd", raw(r.cost.known)},
            {"bill_usd", std::move(bill)},
            {"price_date", prices.provenance.as_of.empty() ? Json() : Json(prices.provenance.as_of)},
            {"uncertainty", band ? run_band_json(run_band(r, *band)) : Json()}};
}

[[nodiscard]] inline Json summary_json(const ErrorSummary& s) {
    const auto or_null = [](const std::optional<double>& number) { return number ? Json(*number) : Json(); };
    Json refusals = Json::object();
    for (const auto& [reason, count] : s.refusals) refusals[reason] = count;
    return {{"rows", s.rows},
            {"predicted", s.predicted},
            {"refused", s.refused},
            {"mape", or_null(s.mape)},
            {"median_ape", or_null(s.median_ape)},
            {"p90_ape", or_null(s.p90_ape)},
            {"bias", or_null(s.bias)},
            {"coverage_80", or_null(s.coverage)},
            {"configurations", s.configurations},
            {"weighted_mape", or_null(s.weighted_mape)},
            {"weighted_median_ape", or_null(s.weighted_median_ape)},
            {"refusals", std::move(refusals)}};
}

} // namespace detail

/// Everything in a report. `run` is null if none was asked for, `cost_usd` if a price is unknown.
[[nodiscard]] inline Json report_json(const Report& report) {
    Json published = Json::array(), assumed = Json::array(), inputs = Json::array();
    for (const Comparison& c : report.published)
        published.push_back({{"configuration", c.configuration},
                             {"quantity", c.quantity},
                             {"unit", c.unit},
                             {"predicted", c.predicted},
                             {"published", c.published},
                             {"deviation", c.deviation()},
                             {"provenance", provenance_json(c.provenance)}});
    for (const Assumption& a : report.assumed)
        assumed.push_back({{"what", a.what}, {"value", a.value}, {"why", a.why}});
    for (const ReportedInput& input : inputs_of(report))
        inputs.push_back(
            {{"what", input.what}, {"value", input.value}, {"provenance", provenance_json(input.provenance)}});
    return {{"foretrain", FORETRAIN_VERSION_STRING},
            {"schema", report_schema},
            {"model", model_json(report.model)},
            {"cluster", cluster_json(report.cluster)},
            {"plan", detail::plan_json(report.plan)},
            {"step", detail::step_json(report)},
            {"memory", detail::memory_json(report)},
            {"run", report.run ? detail::run_json(*report.run, report.band) : Json()},
            {"published", std::move(published)},
            {"assumed", std::move(assumed)},
            {"inputs", std::move(inputs)}};
}

/// Error statistics, in per cent: of all rows, then of each group with the same keys, its name and what it groups by.
[[nodiscard]] inline Json accuracy_json(const Accuracy& accuracy) {
    Json result = detail::summary_json(accuracy.all);
    Json groups = Json::array();
    for (const ErrorSummary& group : accuracy.groups) {
        Json entry = {{"name", group.name}, {"by", group.by}};
        entry.update(detail::summary_json(group));
        groups.push_back(std::move(entry));
    }
    result["groups"] = std::move(groups);
    return result;
}

} // namespace foretrain::inline v0
