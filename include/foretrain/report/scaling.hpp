// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../batch/law_spread.hpp"
#include "../batch/over_training.hpp"
#include "../run/time_to_loss.hpp"
#include "../units/print.hpp"
#include "json.hpp"
#include "report.hpp"
#include "table.hpp"

// What a scaling law says of a training, as text and as JSON: the optimum, the loss in its parts, tokens to a target by
// this law and by others, what models of other sizes would take, and the run.

namespace foretrain::inline v0 {

/// A model of another size that reaches the same loss; no training where it never does.
struct ModelOfShare {
    double share = 0; ///< of the optimum's parameters
    Parameters parameters{};
    std::optional<OverTraining> training{};
};

/// What others would do with the same compute.
struct OtherOptimum {
    std::string_view name;
    Parameters parameters{};
    Tokens tokens{};
    Provenance provenance{};
};

/// The run to the loss, with the price it was asked at.
struct ScalingRun {
    RunToLoss estimate{};
    Prices prices{};
    std::string configuration;     ///< model, accelerators and system, in words
    std::optional<RunBand> band{}; ///< by that of the step, for the tokens of the law
};

/// Everything a law was asked and what it answered.
struct ScalingReport {
    std::string_view law;
    std::string_view text; ///< that it was fitted on
    ParameterCount counts = ParameterCount::all;
    FittedRange fitted{};
    Provenance provenance{};
    double experts = 1;
    std::optional<Tokens> unique{};               ///< where data repeat
    Allocation optimum{};                         ///< at the compute, or for the loss, that was asked about
    std::optional<OverTraining> training{};       ///< of the model that was asked about
    std::optional<CrossEntropy> limit{};          ///< what that model tends to
    std::optional<CrossEntropy> standard_error{}; ///< of the loss, where a fit publishes it
    std::vector<ModelOfShare> shares{};
    std::vector<OtherOptimum> others{};
    std::vector<TokensByLaw> tokens_by_law{}; ///< to the same loss, laws of the same text
    Tokens low{}, mid{}, high{};              ///< of those
    std::optional<ScalingRun> run{};
    std::vector<Assumption> assumed{};

    /// What the report is about: the training asked for, else the optimum.
    [[nodiscard]] const Allocation& subject() const noexcept { return training ? training->chosen : optimum; }
};

namespace detail {

[[nodiscard]] inline std::string ratio_text(const TokensPerParameter& ratio) {
    return std::string{Text{}.append_fixed(raw(ratio), raw(ratio) < 10 ? 1 : 0).view()};
}

class ScalingWriter {
public:
    ScalingWriter(const ScalingReport& report, const TextStyle& style) : report_{report}, style_{style} {}

    [[nodiscard]] std::string text() {
        law();
        loss();
        optimum();
        shares();
        by_law();
        run();
        assumptions();
        return std::move(out_);
    }

private:
    void line(std::string_view label, std::string_view text) {
        out_ += wrapped(padded(label, 20), text, 20, style_.width);
    }
    void section(std::string_view title) { out_ += joined("\n", title, "\n"); }
    void table(const TextTable& table) { out_ += table.text(style_.width); }

    [[nodiscard]] static std::string model_of(const Allocation& a) {
        return joined(to_text(a.parameters), " on ", to_text(a.tokens), ", ", ratio_text(a.tokens_per_parameter()),
                      " a parameter, ", to_text(a.compute));
    }

    void law() {
        const ScalingReport& r = report_;
        out_ += wrapped("", joined(r.law, " on ", r.text, ": ", model_of(r.subject())), 2, style_.width);
        line("  source", joined(r.provenance.source, ", ", r.provenance.as_of, ", ", name_of(r.provenance.evidence)));
        line("  fitted on", joined(to_text(r.fitted.least_parameters), " to ", to_text(r.fitted.most_parameters), ", ",
                                   to_text(r.fitted.least_tokens), " to ", to_text(r.fitted.most_tokens), "; counts ",
                                   name_of(r.counts)));
        const Allocation& subject = r.subject();
        if (!r.fitted.contains(subject.parameters, subject.tokens))
            line("  OUTSIDE", joined("of that range: this extrapolates by a factor of ", beyond(subject)));
        if (r.unique) line("  unique tokens", joined(to_text(*r.unique), ", ", epochs(subject), " epochs"));
        if (r.experts > 1) line("  experts", joined(number_text(r.experts), ", parameters are those a token visits"));
    }
    /// How many times the fitted range has to be widened.
    [[nodiscard]] std::string beyond(const Allocation& a) const {
        const FittedRange& f = report_.fitted;
        double most = 1;
        for (const double factor : {a.parameters / f.most_parameters, f.least_parameters / a.parameters,
                                    a.tokens / f.most_tokens, f.least_tokens / a.tokens})
            most = maximum(most, factor);
        return std::string{Text{}.append_fixed(most, most < 10 ? 1 : 0).view()};
    }
    [[nodiscard]] std::string epochs(const Allocation& a) const {
        return std::string{Text{}.append_fixed(a.tokens / *report_.unique, 1).view()};
    }

    void loss() {
        section("LOSS");
        const LossParts& parts = report_.subject().loss;
        TextTable rows("lrl", 2);
        const auto add = [&](std::string_view name, const CrossEntropy& part, std::string_view what) {
            rows.add({std::string{name}, std::string{to_text(part).view()}, std::string{what}});
        };
        add("irreducible", parts.irreducible, "no model and no data go below");
        add("model", parts.model, "a larger model would remove");
        add("data", parts.data, "more tokens would remove");
        if (raw(parts.scarcity) > 0)
            add("scarcity", parts.scarcity, "fresh tokens in place of repeated ones would remove");
        add("total", parts.total(), "");
        table(rows);
        if (report_.standard_error)
            line("  standard error",
                 joined(to_text(*report_.standard_error), " from those of the constants, as if they were independent"));
        if (report_.limit)
            line("  limit", joined(to_text(*report_.limit), ", what this model tends to however long it trains"));
    }

    void optimum() {
        section("COMPUTE-OPTIMAL");
        if (!report_.training) {
            line("  optimum", joined(model_of(report_.optimum), ", ", to_text(report_.optimum.loss.total())));
        } else {
            const OverTraining& t = *report_.training;
            line("  same compute", joined(model_of(t.same_compute), ", ", to_text(t.same_compute.loss.total()), ", ",
                                          to_text(t.loss_forgone()), " less"));
            line("  same loss", joined(model_of(t.same_loss)));
            line("  this training", joined(to_percent(t.extra_compute()), " more compute than its loss takes; worth ",
                                           to_percent(t.quality()), " of what it spends"));
        }
        TextTable rows("lrrrl", 2);
        for (const OtherOptimum& other : report_.others)
            rows.add({std::string{other.name}, std::string{to_text(other.parameters).view()},
                      std::string{to_text(other.tokens).view()}, ratio_text(other.tokens / other.parameters),
                      std::string{name_of(other.provenance.evidence)}});
        if (!report_.others.empty()) {
            out_ += "  others at the same compute, tokens a parameter:\n";
            table(rows);
        }
    }

    void shares() {
        if (report_.shares.empty()) return;
        section("OTHER SIZES TO THE SAME LOSS");
        TextTable rows("rrrrrr", 2);
        rows.add({"of the optimum", "parameters", "tokens", "a parameter", "compute", "of the least"});
        for (const ModelOfShare& model : report_.shares) {
            std::vector<std::string> row{std::string{to_percent(model.share).view()},
                                         std::string{to_text(model.parameters).view()}};
            if (model.training) {
                const Allocation& a = model.training->chosen;
                for (const std::string& cell :
                     {std::string{to_text(a.tokens).view()}, ratio_text(a.tokens_per_parameter()),
                      std::string{to_text(a.compute).view()},
                      joined(number_text(static_cast<double>(static_cast<std::int64_t>(
                                             100.0 * model.training->extra_compute() + 100.5)) /
                                         100.0),
                             " x")})
                    row.push_back(cell);
            } else {
                row.emplace_back("never");
            }
            rows.add(std::move(row));
        }
        table(rows);
    }

    void by_law() {
        if (report_.tokens_by_law.size() < 2) return;
        section("TOKENS TO THIS LOSS BY OTHER FITS OF THE SAME TEXT");
        TextTable rows("lrl", 2);
        for (const TokensByLaw& law : report_.tokens_by_law)
            rows.add({std::string{law.law}, law.reached ? std::string{to_text(law.tokens).view()} : "never",
                      law.reached && !law.fitted ? "outside of its range" : ""});
        table(rows);
        if (raw(report_.high) > 0)
            line("  low, mid, high",
                 joined(to_text(report_.low), ", ", to_text(report_.mid), ", ", to_text(report_.high)));
    }

    void run() {
        if (!report_.run) return;
        const RunToLoss& to = report_.run->estimate;
        const Prices& prices = report_.run->prices;
        section("RUN");
        line("  on", report_.run->configuration);
        std::string tokens{to_text(to.tokens).view()};
        if (raw(to.penalty_tokens) > 0)
            tokens += joined(", ", to_text(to.penalty_tokens), " of them for the size of the batch");
        line("  tokens", tokens);
        line("  wall clock", to_text(to.run.wall_clock));
        if (report_.run->band)
            line("  80% band", joined(to_text(report_.run->band->wall_clock.p10), " to ",
                                      to_text(report_.run->band->wall_clock.p90), " for so many tokens"));
        if (raw(report_.high) > 0) {
            const double tokens_of_law = raw(to.law_tokens);
            line("  by other fits", joined(to_text(to.run.wall_clock * (raw(report_.low) / tokens_of_law)), " to ",
                                           to_text(to.run.wall_clock * (raw(report_.high) / tokens_of_law))));
        }
        line("  accelerator time", to_text(to.run.accelerator_time));
        line("  energy", to_text(to.run.energy));
        if (!prices.accelerator && !prices.energy) line("  cost", "unknown: no price given");
        else line("  cost", joined(to.run.cost.complete ? "" : "more than ", to_text(to.run.cost.known)));
    }

    void assumptions() {
        if (report_.assumed.empty()) return;
        section("ASSUMED, because it was not stated");
        TextTable rows("lll", 2);
        for (const Assumption& a : report_.assumed) rows.add({a.what, a.value, a.why});
        table(rows);
    }

    const ScalingReport& report_;
    TextStyle style_;
    std::string out_;
};

[[nodiscard]] inline Json loss_json(const LossParts& parts) {
    return {{"irreducible", raw(parts.irreducible)},
            {"model", raw(parts.model)},
            {"data", raw(parts.data)},
            {"scarcity", raw(parts.scarcity)},
            {"total", raw(parts.total())}};
}

[[nodiscard]] inline Json allocation_json(const Allocation& a) {
    return {{"parameters", raw(a.parameters)},
            {"tokens", raw(a.tokens)},
            {"tokens_per_parameter", raw(a.tokens_per_parameter())},
            {"compute_flop", raw(a.compute)},
            {"loss_nats_per_token", loss_json(a.loss)}};
}

[[nodiscard]] inline Json over_training_json(const OverTraining& t) {
    Json result = allocation_json(t.chosen);
    result["extra_compute"] = t.extra_compute();
    result["quality"] = t.quality();
    result["loss_forgone_nats_per_token"] = raw(t.loss_forgone());
    result["same_compute"] = allocation_json(t.same_compute);
    result["same_loss"] = allocation_json(t.same_loss);
    return result;
}

[[nodiscard]] inline Json scaling_run_json(const ScalingRun& run) {
    const RunToLoss& to = run.estimate;
    return {{"configuration", run.configuration},
            {"law_tokens", raw(to.law_tokens)},
            {"penalty_tokens", raw(to.penalty_tokens)},
            {"tokens", raw(to.tokens)},
            {"steps", to.run.steps},
            {"wall_clock_s", raw(to.run.wall_clock)},
            {"wall_clock_p10_s", run.band ? Json(raw(run.band->wall_clock.p10)) : Json()},
            {"wall_clock_p90_s", run.band ? Json(raw(run.band->wall_clock.p90)) : Json()},
            {"accelerator_hours", raw(to.run.accelerator_time) / 3600.0},
            {"energy_j", raw(to.run.energy)},
            {"cost_usd", to.run.cost.complete ? Json(raw(to.run.cost.known)) : Json()},
            {"known_cost_usd", raw(to.run.cost.known)}};
}

} // namespace detail

/// The report for a terminal.
[[nodiscard]] inline std::string scaling_text(const ScalingReport& report, const TextStyle& style = {}) {
    return detail::ScalingWriter(report, style).text();
}

/// The report as JSON; `training`, `run`, ... are null where they were not asked for.
[[nodiscard]] inline Json scaling_json(const ScalingReport& r) {
    const auto loss_or_null = [](const std::optional<CrossEntropy>& loss) { return loss ? Json(raw(*loss)) : Json(); };
    Json shares = Json::array(), others = Json::array(), laws = Json::array(), assumed = Json::array();
    for (const ModelOfShare& model : r.shares)
        shares.push_back({{"share", model.share},
                          {"parameters", raw(model.parameters)},
                          {"training", model.training ? detail::over_training_json(*model.training) : Json()}});
    for (const OtherOptimum& other : r.others)
        others.push_back({{"name", other.name},
                          {"parameters", raw(other.parameters)},
                          {"tokens", raw(other.tokens)},
                          {"provenance", provenance_json(other.provenance)}});
    for (const TokensByLaw& law : r.tokens_by_law)
        laws.push_back(
            {{"law", law.law}, {"tokens", law.reached ? Json(raw(law.tokens)) : Json()}, {"fitted", law.fitted}});
    for (const Assumption& a : r.assumed) assumed.push_back({{"what", a.what}, {"value", a.value}, {"why", a.why}});
    const Allocation& subject = r.subject();
    return {{"schema", report_schema},
            {"law", r.law},
            {"text", r.text},
            {"counts", name_of(r.counts)},
            {"provenance", provenance_json(r.provenance)},
            {"in_fitted_range", r.fitted.contains(subject.parameters, subject.tokens)},
            {"experts", r.experts},
            {"unique_tokens", r.unique ? Json(raw(*r.unique)) : Json()},
            {"loss_nats_per_token", detail::loss_json(subject.loss)},
            {"standard_error_nats_per_token", loss_or_null(r.standard_error)},
            {"limit_nats_per_token", loss_or_null(r.limit)},
            {"optimum", detail::allocation_json(r.optimum)},
            {"training", r.training ? detail::over_training_json(*r.training) : Json()},
            {"other_sizes", std::move(shares)},
            {"other_optima", std::move(others)},
            {"tokens_by_law", std::move(laws)},
            {"tokens_low", raw(r.high) > 0 ? Json(raw(r.low)) : Json()},
            {"tokens_mid", raw(r.high) > 0 ? Json(raw(r.mid)) : Json()},
            {"tokens_high", raw(r.high) > 0 ? Json(raw(r.high)) : Json()},
            {"run", r.run ? detail::scaling_run_json(*r.run) : Json()},
            {"assumed", std::move(assumed)}};
}

} // namespace foretrain::inline v0
