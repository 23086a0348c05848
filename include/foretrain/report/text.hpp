// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "advice.hpp"
#include "report.hpp"
#include "table.hpp"

// A report as text: headline, where the time goes, memory against capacity, what binds, the run, published numbers
// beside the predicted ones, and what all of it rests on.

namespace foretrain::inline v0 {

namespace detail {

/// Writes the sections of one report.
class ReportWriter {
public:
    ReportWriter(const Report& report, const TextStyle& style) : report_{report}, step_{report.step}, style_{style} {}

    [[nodiscard]] std::string text() {
        configuration();
        headline();
        waterfall();
        memory();
        binding();
        if (report_.run) run(*report_.run);
        comparisons();
        assumptions();
        inputs();
        return std::move(out_);
    }

    /// The run alone, with what it is of and rests on.
    [[nodiscard]] std::string run_text() {
        configuration();
        items("step", {time_and_band(step_.time, report_.band)});
        certainty();
        ranges();
        if (report_.run) run(*report_.run);
        comparisons();
        assumptions();
        inputs();
        return std::move(out_);
    }

private:
    [[nodiscard]] std::string_view dot() const noexcept { return style_.ascii ? " | " : " · "; }
    [[nodiscard]] std::string_view by() const noexcept { return style_.ascii ? " x " : " × "; }

    /// Items with a separator, on as many lines as they need, the first after `label`.
    void items(std::string_view label, const std::vector<std::string>& items) {
        constexpr std::size_t indent = 20;
        std::string line = padded(joined("  ", label), indent);
        bool fresh = true;
        for (const std::string& item : items) {
            if (!fresh && display_width(line) + display_width(dot()) + display_width(item) > style_.width) {
                out_ += line + '\n';
                line.assign(indent, ' ');
                fresh = true;
            }
            if (!fresh) line += dot();
            line += item;
            fresh = false;
        }
        out_ += line + '\n';
    }
    void section(std::string_view title) { out_ += joined("\n", title, "\n"); }

    void configuration() {
        const ParallelPlan& p = report_.plan;
        out_ += joined(report_.model.name, " on ", grouped(report_.cluster.accelerators), by(),
                       report_.cluster.accelerator.name, " (", report_.cluster.name, ")\n");
        const std::string replicas = grouped(p.data);
        std::string degrees = joined("tensor ", grouped(p.tensor), by(), "pipeline ", grouped(p.pipeline), by());
        if (p.context > 1) degrees += joined("context ", grouped(p.context), by());
        std::vector<std::string> plan{joined(degrees, "data ", replicas)};
        if (p.pipeline > 1)
            plan.push_back(joined(name_of(p.schedule), p.virtual_stages > 1
                                                           ? joined(", ", grouped(p.virtual_stages), " chunks a stage")
                                                           : ""));
        if (p.sequence_parallel) plan.emplace_back("sequence parallel");
        plan.push_back(p.sharding == Sharding::none ? "no sharding"
                                                    : joined(name_of(p.sharding), " over ", grouped(p.shards())));
        if (p.sharding == Sharding::parameters && p.gathered_ahead() != 1)
            plan.push_back(joined(grouped(p.gathered_ahead()), " layers gathered ahead"));
        if (p.context > 1 && p.context_balance != ContextBalance::zigzag)
            plan.push_back(joined(name_of(p.context_balance), " context"));
        items("plan", plan);
        items("batch",
              {joined(grouped(p.global_batch), " samples of ", grouped(p.sequence), " tokens"),
               joined("micro-batches of ", grouped(p.micro_batch), ", ", grouped(p.micro_batches()), " a replica")});
        items("recipe", {std::string{name_of(p.precision)}, std::string{name_of(p.optimizer)},
                         joined("recomputation ", name_of(p.recomputation)), joined(name_of(p.attention), " attention"),
                         joined("software ", p.stack.name)});
    }

    void headline() {
        const double n = static_cast<double>(step_.accelerators);
        const auto use = [&](FlopConvention convention) {
            return joined(to_percent(step_.model_flops_utilization(convention)), " by ", name_of(convention));
        };
        section("STEP");
        items("time", {time_and_band(step_.time, report_.band)});
        certainty();
        ranges();
        items("throughput", {std::string{to_text(step_.tokens_per_second())},
                             joined(to_text(step_.tokens_per_second() / n), " an accelerator"),
                             joined(to_text(step_.rate(FlopConvention::six_n_attention)), " an accelerator")});
        items("MFU", {use(FlopConvention::six_n_attention), use(FlopConvention::six_n_causal_attention),
                      use(FlopConvention::six_n), use(FlopConvention::megatron)});
        items("HFU", {joined(to_percent(step_.hardware_flops_utilization()), " of ", to_text(step_.peak), " dense ",
                             name_of(report_.plan.precision.compute))});
        const Bytes capacity = report_.cluster.accelerator.memory.capacity;
        const Bytes peak = step_.memory.peak;
        const bool fits = peak <= capacity;
        items("memory",
              {joined(fits ? "fits: " : "DOES NOT FIT: ", to_binary_text(peak), " of ", to_binary_text(capacity), ", ",
                      to_binary_text(fits ? capacity - peak : peak - capacity), fits ? " free" : " too much")});
        offload();
    }
    /// What crosses to the host or to drives, and the bandwidth at which none of it would show but the update.
    void offload() {
        const OffloadTime& o = step_.offload;
        const BasicOffload<double>& moved = report_.plan.offload;
        if (!(moved.weights + moved.optimizer + moved.activations > 0)) return;
        const std::string_view place = moved.to_drives ? "drives" : "host memory";
        items("offload", {joined(to_text(o.available), " to ", place, ", an accelerator, one direction"),
                          joined(to_text(o.needed), " would hide the passes' transfers"),
                          joined(to_text(o.exposed_passes), " of ", to_text(o.forward + o.backward), " shows"),
                          joined("update ", to_text(o.update))});
    }
    /// What is known as a range, and how far it alone moves the time.
    void ranges() {
        std::vector<std::string> list;
        for (const StatedRange& range : report_.ranges)
            list.push_back(joined(name_of(range.input), " ", range.stated, ": ", style_.ascii ? "+-" : "±",
                                  to_percent(expm1(range.effect))));
        if (!list.empty()) items("ranges", list);
    }

    /// `4.21 s (3.90 s to 4.60 s, 80%)`.
    [[nodiscard]] static std::string time_and_band(Seconds time, const std::optional<Band>& band) {
        if (!band) return std::string{to_text(time)};
        return joined(to_text(time), " (", to_text(band->p10), " to ", to_text(band->p90), ", 80%)");
    }
    /// What widens the band, and what the prediction has no calibration for.
    void certainty() {
        if (!report_.band) return;
        std::vector<std::string> outside, wider;
        for (std::size_t i = 0; i < doubts; ++i) {
            const auto doubt = static_cast<Doubt>(i);
            if (report_.band->reasons.has(doubt)) (leaves_domain(doubt) ? outside : wider).emplace_back(name_of(doubt));
        }
        if (!outside.empty()) items("NOT CALIBRATED", outside);
        if (!wider.empty()) items("less certain", wider);
    }

    /// Room for a bar: what labels, numbers and the column after it leave.
    [[nodiscard]] std::size_t bar_width(std::size_t taken) const noexcept {
        return style_.width > taken + 10 ? std::min<std::size_t>(style_.width - taken, 48) : 10;
    }

    void waterfall() {
        constexpr std::size_t label = 24;
        const std::size_t width = bar_width(2 + label + 10 + 9 + 2 + 21);
        const double total = raw(step_.time);
        section("WHERE THE TIME GOES");
        out_ += joined("  ", padded("", label + 21 + width), "  waits for\n");
        double hidden = 0, before = 0;
        for (std::size_t i = 0; i < step_parts; ++i) {
            const double share = raw(step_.breakdown.time[i]) / total;
            if (share < 0.0005) { // would read 0.0%
                hidden += raw(step_.breakdown.time[i]);
                continue;
            }
            row(name_of(static_cast<StepPart>(i)), step_.breakdown.time[i], share, bar(share, width, style_, before),
                width, name_of(step_.breakdown.bound[i]));
            before += share;
        }
        if (hidden > 0) row("smaller parts", make<Seconds>(hidden), hidden / total, "", width, "");
        row("step", step_.time, 1.0, bar(1.0, width, style_), width, "");
    }
    void row(std::string_view name, Seconds time, double share, const std::string& drawn, std::size_t width,
             std::string_view bound) {
        std::string line = joined("  ", padded(name, 24), padded(to_text(time), 10, true),
                                  padded(to_percent(share), 9, true), "  ", padded(drawn, width), "  ", bound);
        line.erase(line.find_last_not_of(' ') + 1);
        out_ += line + '\n';
    }

    void memory() {
        const Bytes capacity = report_.cluster.accelerator.memory.capacity;
        const ParallelPlan& p = report_.plan;
        const std::size_t width = bar_width(2 + 24 + 10 + 9 + 2);
        section("MEMORY");
        out_ += joined("  fullest accelerator: pipeline stage ", grouped(step_.memory.stage + 1), " of ",
                       grouped(p.pipeline), "; bars are shares of ", to_binary_text(capacity), "\n");
        const auto line = [&](std::string_view name, Bytes bytes, bool drawn) {
            const double share = raw(bytes) / raw(capacity);
            std::string text = joined("  ", padded(name, 24), padded(to_binary_text(bytes), 10, true),
                                      padded(to_percent(share), 9, true), "  ", drawn ? bar(share, width, style_) : "");
            text.erase(text.find_last_not_of(' ') + 1);
            out_ += text + '\n';
        };
        for (const auto& item : step_.memory.footprint.items())
            if (raw(item.bytes) > 0) line(item.name, item.bytes, true);
        line("peak", step_.memory.peak, true);
        if (step_.memory.peak <= capacity) line("free", capacity - step_.memory.peak, false);
        else line("beyond capacity", step_.memory.peak - capacity, false);
        if (step_.memory.peak > capacity) fitting();
    }
    void fitting() {
        std::vector<std::string> ways;
        for (const Alternative& way : ways_to_fit(report_.model, report_.cluster, report_.plan))
            ways.push_back(joined(way.change, ": ", to_binary_text(way.peak), ", step ", to_text(way.time)));
        if (ways.empty()) out_ += "  nothing simpler than cutting the model over more accelerators makes it fit\n";
        else items("would fit with", ways);
    }

    void binding() {
        constexpr std::size_t indent = 20;
        const StepBreakdown& parts = step_.breakdown;
        const auto time_and_share = [&](Seconds time) {
            return joined(to_text(time), " (", to_percent(time / step_.time), ")");
        };
        const Resource resource = step_.bottleneck();
        section("WHAT BINDS");
        out_ += joined(padded("  bottleneck", indent), name_of(resource), ": ",
                       time_and_share(parts.waiting_for(resource)), " of the step waits for it\n");
        out_ += wrapped(padded("  longest part", indent),
                        joined(name_of(parts.largest()), ", ", time_and_share(parts[parts.largest()]),
                               "; to shorten it: ", advice(parts.largest())),
                        indent, style_.width);
        bool first = true;
        for (const StepPart part : largest_losses(parts, 3)) {
            out_ += wrapped(padded(first ? "  largest losses" : "", indent),
                            joined(name_of(part), ", ", time_and_share(parts[part]), "; to shrink it: ", advice(part)),
                            indent, style_.width);
            first = false;
        }
        std::vector<std::string> gains;
        for (const Lever& lever : levers(report_.model, report_.cluster, report_.plan, step_))
            if (lever.saved >= 0.0005)
                gains.push_back(joined(lever.resource, " ", style_.ascii ? "-" : "−", to_percent(lever.saved)));
        if (!gains.empty()) items("10% more of", gains);
    }

    void run(const ReportedRun& run) {
        const RunEstimate& r = run.estimate;
        section("RUN");
        items("budget", {run.budget, joined(grouped(static_cast<std::int64_t>(r.steps)), " steps")});
        items("wall clock",
              {std::string{to_text(r.wall_clock)},
               joined(to_text(r.training_time), " of steps",
                      r.slowdown > 1 ? joined(" slowed by ", to_percent(r.slowdown - 1), " under the power limit, ")
                                     : std::string{", "},
                      to_percent(r.effective_share()), " of the time effective")});
        if (r.wall_clock > r.training_time) run_parts(r);
        items("accelerator time", {std::string{to_text(r.accelerator_time)}});
        items("energy", {std::string{to_text(r.energy)}, joined(to_text(r.power), " while it trains at PUE ",
                                                                number_text(run.site.power_usage_effectiveness))});
        if (r.carbon) items("carbon", {std::string{to_text(*r.carbon)}, run.grid});
        else items("carbon", {"unknown: grid not given"});
        items("cost", cost(run));
        if (!report_.band) return;
        const RunBand band = run_band(r, *report_.band);
        std::vector<std::string> bands{joined(to_text(band.wall_clock.p10), " to ", to_text(band.wall_clock.p90)),
                                       joined(to_text(band.energy.p10), " to ", to_text(band.energy.p90))};
        if (raw(r.cost.known) > 0)
            bands.push_back(joined(to_text(band.known_cost.p10), " to ", to_text(band.known_cost.p90)));
        items("80% bands", bands);
    }
    void run_parts(const RunEstimate& run) {
        const std::size_t width = bar_width(4 + 24 + 10 + 9 + 2);
        double before = 0;
        for (const auto& part : parts_of(run)) {
            const double share = part.time / run.wall_clock;
            if (share <= 0) continue;
            std::string line =
                joined("    ", padded(part.name, 24), padded(to_text(part.time), 10, true),
                       padded(to_percent(share), 9, true), "  ", padded(bar(share, width, style_, before), width));
            line.erase(line.find_last_not_of(' ') + 1);
            out_ += line + '\n';
            before += share;
        }
    }
    [[nodiscard]] static std::vector<std::string> cost(const ReportedRun& run) {
        const Prices& prices = run.prices;
        if (!prices.accelerator && !prices.energy) return {"unknown: no price given"};
        std::vector<std::string> parts{std::string{to_text(run.estimate.cost).view()}};
        if (prices.accelerator) parts.push_back(joined("accelerators at ", to_text(*prices.accelerator)));
        if (prices.energy)
            parts.push_back(raw(*prices.energy) == 0 ? "energy included"
                                                     : joined("energy at ", to_text(*prices.energy)));
        for (std::size_t i = 0; i < cost_items; ++i) {
            const auto item = static_cast<CostItem>(i);
            const Usd amount = run.estimate.bill.known[i];
            if (raw(amount) > 0 && raw(amount) < raw(run.estimate.cost.known))
                parts.push_back(joined(name_of(item), " ", to_text(amount)));
        }
        if (!prices.provenance.as_of.empty()) parts.push_back(joined(currency, " of ", prices.provenance.as_of));
        return parts;
    }

    void comparisons() {
        if (report_.published.empty()) return;
        section("BESIDE WHAT WAS PUBLISHED");
        out_ += comparison_text(report_.published, style_);
    }

    void assumptions() {
        if (report_.assumed.empty()) return;
        section("ASSUMED, because it was not stated");
        std::size_t what = 0, value = 0;
        for (const Assumption& a : report_.assumed) {
            what = std::max(what, display_width(a.what));
            value = std::max(value, display_width(a.value));
        }
        for (const Assumption& a : report_.assumed)
            out_ += wrapped(joined("  ", padded(a.what, what + 2), padded(a.value, value + 2)), a.why, what + value + 6,
                            style_.width);
    }

    void inputs() {
        section("WHERE THE INPUTS COME FROM");
        for (const ReportedInput& input : inputs_of(report_)) {
            const Provenance& from = input.provenance;
            out_ += wrapped(joined("  ", padded(name_of(from.evidence), 11)), joined(input.what, ": ", input.value), 15,
                            style_.width);
            if (!from.source.empty())
                out_ += wrapped(std::string(15, ' '),
                                joined(from.source, from.as_of.empty() ? "" : joined(" (", from.as_of, ")")), 15,
                                style_.width);
        }
    }

public:
    [[nodiscard]] static std::string comparison_text(const std::vector<Comparison>& comparisons,
                                                     const TextStyle& style) {
        const auto three_digits = [](double number) {
            Text text;
            append_significant(text, number);
            return std::string{text.view()};
        };
        TextTable table("llrrlr", 2);
        table.add({"", "", "predicted", "published", "", "deviation"});
        std::vector<Provenance> sources;
        for (const Comparison& c : comparisons) {
            const double percent = 100.0 * c.deviation();
            Text deviation;
            if (percent > 0) deviation.append('+');
            deviation.append_fixed(percent, 1).append('%');
            table.add({c.configuration, c.quantity, three_digits(c.predicted), three_digits(c.published), c.unit,
                       std::string{deviation}});
            const bool known = std::any_of(sources.begin(), sources.end(),
                                           [&](const Provenance& p) { return p.source == c.provenance.source; });
            if (!known) sources.push_back(c.provenance);
        }
        std::string text = table.text();
        for (const Provenance& source : sources)
            text += wrapped("  published: ", joined(source.source, " (", source.as_of, ")"), 13, style.width);
        return text;
    }

private:
    const Report& report_;
    const StepEstimate& step_;
    TextStyle style_;
    std::string out_;
};

} // namespace detail

/// A report for a terminal of `style.width` columns.
[[nodiscard]] inline std::string report_text(const Report& report, const TextStyle& style = {}) {
    return detail::ReportWriter{report, style}.text();
}

/// The run of a report for a terminal: wall clock by parts, energy, carbon, cost, and what all of it rests on.
[[nodiscard]] inline std::string run_text(const Report& report, const TextStyle& style = {}) {
    return detail::ReportWriter{report, style}.run_text();
}

/// Predicted beside published numbers, with the relative deviation and the sources.
[[nodiscard]] inline std::string comparison_text(const std::vector<Comparison>& comparisons,
                                                 const TextStyle& style = {}) {
    return detail::ReportWriter::comparison_text(comparisons, style);
}

} // namespace foretrain::inline v0
