// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "../catalog/fleets.hpp"
#include "../run/break_even.hpp"
#include "../units/print.hpp"
#include "json.hpp"
#include "report.hpp"
#include "table.hpp"

// What faults make of a job, as text and as JSON: wall clock in parts, the best interval by each formula, goodput
// against scale and at the failure rates of known fleets, and the MTBF it takes.

namespace foretrain::inline v0 {

/// Goodput at some size of the cluster; the break-even MTBF where the rate is unknown.
struct GoodputAtScale {
    std::int64_t accelerators = 0;
    std::optional<Goodput> goodput{};      ///< absent: rate unknown, or no progress
    std::optional<AcceleratorTime> mtbf{}; ///< for the wanted goodput
};
/// An interval by some formula and what it reaches.
struct GoodputOfInterval {
    std::string_view formula;
    Seconds interval{};
    std::optional<Goodput> goodput{};
};
/// The job at a fleet's failure rate.
struct GoodputOfFleet {
    const catalog::Fleet* fleet = nullptr;
    std::optional<Goodput> goodput{}; ///< absent: no progress
};

/// Everything a job was asked and what came out.
struct GoodputReport {
    std::string job;      ///< in words
    std::string failures; ///< where the rate comes from
    std::string policy;   ///< of checkpoints
    std::int64_t accelerators = 0;
    Seconds productive{};
    std::optional<Bytes> checkpoint{};
    Reliability reliability{};
    double wanted = 0.9;
    GoodputOutlook outlook{};
    std::optional<AcceleratorTime> wanted_mtbf{};
    std::vector<GoodputOfInterval> intervals{};
    std::vector<GoodputAtScale> scale{};
    std::vector<GoodputOfFleet> fleets{};
    std::vector<Assumption> assumed{};
};

/// A job's reliability on so many accelerators.
using ReliabilityAt = std::function<Reliability(std::int64_t accelerators)>;

/// Fills in all that follows from the job, its size and its wanted goodput; the violations if it is invalid.
[[nodiscard]] inline Violations answer(GoodputReport& report, const ReliabilityAt& reliability) {
    report.reliability = reliability(report.accelerators);
    const Result<GoodputOutlook> outlook =
        try_goodput_outlook(report.productive, report.accelerators, report.reliability);
    if (!outlook) return outlook.violations();
    report.outlook = *outlook;
    report.wanted_mtbf = break_even_mtbf(report.productive, report.accelerators, report.reliability, report.wanted);
    const auto reached = [&](std::int64_t accelerators, const Reliability& job) -> std::optional<Goodput> {
        const Result<Goodput> result = try_goodput(report.productive, accelerators, job);
        return result ? std::optional{*result} : std::nullopt;
    };
    const Reliability& here = report.reliability;
    if (here.failures && here.checkpointing && here.checkpointing->tiers == 1 &&
        here.checkpointing->tier[0].stall > Seconds{}) {
        const Seconds mtbf = make<Seconds>(1.0 / raw(here.failures->rate(report.accelerators)));
        const Seconds stall = here.checkpointing->tier[0].stall;
        const Seconds restart = here.recovery.restart + here.recovery.warm_up + here.checkpointing->tier[0].load;
        const auto add = [&](std::string_view formula, const std::optional<Seconds>& interval) {
            Reliability job = here;
            job.checkpointing->interval = interval;
            const std::optional<Goodput> result = reached(report.accelerators, job);
            report.intervals.push_back({formula, result ? result->interval : interval.value_or(Seconds{}), result});
        };
        add("Young 1974", young_interval(stall, mtbf));
        add("Daly 2003, first order", daly_interval(stall, mtbf, restart));
        add("Daly 2006, higher order", daly_higher_interval(stall, mtbf));
        add("exact", std::nullopt);
    }
    for (const std::int64_t accelerators : {8, 64, 512, 1024, 4096, 8192, 16'384, 32'768, 65'536, 131'072}) {
        const Reliability job = reliability(accelerators);
        report.scale.push_back({accelerators, reached(accelerators, job),
                                break_even_mtbf(report.productive, accelerators, job, report.wanted)});
    }
    for (const catalog::Fleet* fleet : catalog::all_fleets) {
        if (!fleet->mtbf) continue;
        Reliability job = here;
        job.failures = catalog::failures_of(*fleet);
        report.fleets.push_back({fleet, reached(report.accelerators, job)});
    }
    return {};
}

namespace detail {

[[nodiscard]] inline Json goodput_json(const std::optional<Goodput>& goodput) {
    if (!goodput) return nullptr;
    Json parts = Json::object();
    for (std::size_t i = 0; i < wall_clock_parts; ++i)
        parts[std::string{name_of(static_cast<WallClockPart>(i))}] = raw(goodput->time[i]);
    return {{"goodput", goodput->share()},
            {"wall_clock_s", raw(goodput->total())},
            {"wall_clock_p10_s", raw(goodput->wall_clock.p10)},
            {"wall_clock_p50_s", raw(goodput->wall_clock.p50)},
            {"wall_clock_p90_s", raw(goodput->wall_clock.p90)},
            {"failures", goodput->failures},
            {"interval_s", raw(goodput->interval)},
            {"no_spare", goodput->no_spare},
            {"parts_s", parts}};
}

template <class Q>
[[nodiscard]] Json raw_or_null(const std::optional<Q>& quantity) {
    return quantity ? Json(raw(*quantity)) : Json(nullptr);
}

[[nodiscard]] inline std::string share_or(const std::optional<Goodput>& goodput, std::string_view otherwise) {
    return goodput ? std::string{to_percent(goodput->share())} : std::string{otherwise};
}

[[nodiscard]] inline std::string time_between(const AcceleratorTime& mtbf, std::int64_t accelerators) {
    return std::string{to_text(mtbf / make<Accelerators>(static_cast<double>(accelerators)))};
}

} // namespace detail

/// The answers as JSON; what is unknown is null.
[[nodiscard]] inline Json goodput_json(const GoodputReport& report) {
    using detail::raw_or_null;
    Json intervals = Json::array(), scale = Json::array(), fleets = Json::array(), even = Json::array(),
         assumed = Json::array(), tiers = Json::array();
    for (const GoodputOfInterval& at : report.intervals)
        intervals.push_back({{"formula", at.formula},
                             {"interval_s", raw(at.interval)},
                             {"goodput", at.goodput ? Json(at.goodput->share()) : Json(nullptr)}});
    for (const GoodputAtScale& at : report.scale)
        scale.push_back({{"accelerators", at.accelerators},
                         {"expected", detail::goodput_json(at.goodput)},
                         {"mtbf_for_wanted_accelerator_s", raw_or_null(at.mtbf)}});
    for (const GoodputOfFleet& at : report.fleets)
        fleets.push_back({{"name", at.fleet->name},
                          {"mtbf_accelerator_s", raw_or_null(at.fleet->mtbf)},
                          {"goodput", at.goodput ? Json(at.goodput->share()) : Json(nullptr)},
                          {"provenance", provenance_json(at.fleet->provenance)}});
    for (const ReliabilityBreakEven& at : report.outlook.break_even)
        even.push_back({{"share_of_best", at.share},
                        {"goodput", at.goodput},
                        {"mtbf_accelerator_s", raw_or_null(at.mtbf)},
                        {"job_mtbf_s", raw_or_null(at.job_mtbf)}});
    for (const Assumption& assumption : report.assumed)
        assumed.push_back({{"what", assumption.what}, {"value", assumption.value}, {"why", assumption.why}});
    if (report.reliability.checkpointing)
        for (std::size_t i = 0; i < report.reliability.checkpointing->tiers; ++i) {
            const CheckpointTier& tier = report.reliability.checkpointing->tier[i];
            tiers.push_back({{"name", tier.name},
                             {"every", tier.every},
                             {"stall_s", raw(tier.stall)},
                             {"write_s", raw(tier.write)},
                             {"load_s", raw(tier.load)},
                             {"survives", tier.survives}});
        }
    Json mtbf;
    if (report.reliability.failures) mtbf = raw(report.reliability.failures->mtbf);
    return {{"schema", report_schema},
            {"job", report.job},
            {"accelerators", report.accelerators},
            {"productive_s", raw(report.productive)},
            {"checkpoint_bytes", raw_or_null(report.checkpoint)},
            {"mtbf_accelerator_s", std::move(mtbf)},
            {"failures_from", report.failures},
            {"checkpointing", {{"policy", report.policy}, {"tiers", tiers}}},
            {"expected", detail::goodput_json(report.outlook.expected)},
            {"without_failures", detail::goodput_json(report.outlook.without_failures)},
            {"wanted", {{"goodput", report.wanted}, {"mtbf_accelerator_s", raw_or_null(report.wanted_mtbf)}}},
            {"break_even", even},
            {"intervals", intervals},
            {"scale", scale},
            {"fleets", fleets},
            {"assumed", assumed}};
}

/// The answers for a terminal of `style.width` columns.
[[nodiscard]] inline std::string goodput_text(const GoodputReport& report, const TextStyle& style = {}) {
    using detail::joined;
    std::string out = joined(report.job, "\n");
    const std::optional<Goodput>& expected = report.outlook.expected;
    TextTable head("ll", 2);
    head.add({"failures", report.failures});
    if (report.reliability.failures)
        head.add({"", joined("one in ", to_text(report.reliability.failures->mtbf), ": the job fails every ",
                             detail::time_between(report.reliability.failures->mtbf, report.accelerators))});
    std::string checkpoints = report.policy;
    if (report.checkpoint) checkpoints = joined(to_text(*report.checkpoint), ", ", checkpoints);
    head.add({"checkpoints", checkpoints});
    if (report.reliability.checkpointing)
        for (std::size_t i = 0; i < report.reliability.checkpointing->tiers; ++i) {
            const CheckpointTier& tier = report.reliability.checkpointing->tier[i];
            const std::string written =
                tier.write > Seconds{} ? joined(", written in ", to_text(tier.write)) : std::string{};
            head.add({"", joined(tier.name, ": stall ", to_text(tier.stall), written, ", read in ", to_text(tier.load),
                                 tier.every > 1 ? joined(", one checkpoint in ", grouped(tier.every)) : "")});
        }
    if (expected) {
        head.add({"interval", std::string{to_text(expected->interval)}});
        head.add(
            {"goodput", joined(to_percent(expected->share()), ", ", to_text(expected->total()), " of wall clock (P10 ",
                               to_text(expected->wall_clock.p10), ", P90 ", to_text(expected->wall_clock.p90), ")")});
        Text count;
        head.add({"failures", joined(count.append_fixed(expected->failures, 1), " expected")});
        if (expected->no_spare > 0)
            head.add({"spares", joined(to_percent(expected->no_spare), " of failures find none")});
    } else {
        head.add({"goodput", joined("unknown: at most ", to_percent(report.outlook.without_failures.share()),
                                    ", less what failures take; nobody told how often they come")});
    }
    out += head.text(style.width);

    if (expected) {
        out += "\nWHERE THE WALL CLOCK GOES\n";
        TextTable table("lrrl", 2);
        for (std::size_t i = 0; i < wall_clock_parts; ++i) {
            const double share = expected->time[i] / expected->total();
            if (!(share > 0)) continue;
            table.add({std::string{name_of(static_cast<WallClockPart>(i))}, std::string{to_text(expected->time[i])},
                       std::string{to_percent(share)}, bar(share, 40, style)});
        }
        out += table.text(style.width);
    }
    if (!report.intervals.empty()) {
        out += "\nINTERVAL\n";
        TextTable table("lrr", 2);
        for (const GoodputOfInterval& at : report.intervals)
            table.add({std::string{at.formula}, std::string{to_text(at.interval)},
                       detail::share_or(at.goodput, "no progress")});
        out += table.text(style.width);
    }
    out += "\nSCALE\n";
    TextTable scale("rrrr", 2);
    scale.add({"accelerators", expected ? "goodput" : "", expected ? "interval" : "",
               joined("MTBF for ", to_percent(report.wanted))});
    for (const GoodputAtScale& at : report.scale)
        scale.add({grouped(at.accelerators), expected ? detail::share_or(at.goodput, "no progress") : "",
                   at.goodput ? std::string{to_text(at.goodput->interval)} : "",
                   at.mtbf ? std::string{to_text(*at.mtbf)} : "never"});
    out += scale.text(style.width);

    out += "\nAT THE FAILURE RATES OF OTHERS\n";
    TextTable fleets("lrrl", 2);
    for (const GoodputOfFleet& at : report.fleets)
        fleets.add({std::string{at.fleet->name}, std::string{to_text(*at.fleet->mtbf)},
                    detail::share_or(at.goodput, "no progress"), joined(at.fleet->provenance.source)});
    out += fleets.text(style.width);

    out += "\nBREAK-EVEN\n";
    TextTable even("lrl", 2);
    const auto add_even = [&](const std::string& what, const std::optional<AcceleratorTime>& mtbf) {
        even.add({what, mtbf ? std::string{to_text(*mtbf)} : "never",
                  mtbf ? joined("a failure every ", detail::time_between(*mtbf, report.accelerators)) : ""});
    };
    add_even(joined("for a goodput of ", to_percent(report.wanted)), report.wanted_mtbf);
    for (const ReliabilityBreakEven& at : report.outlook.break_even)
        add_even(joined("where failures cost ", to_percent(1.0 - at.share)), at.mtbf);
    out += even.text(style.width);

    if (!report.assumed.empty()) {
        out += "\nASSUMED\n";
        TextTable table("lll", 2);
        for (const Assumption& assumption : report.assumed)
            table.add({assumption.what, assumption.value, assumption.why});
        out += table.text(style.width);
    }
    return out;
}

} // namespace foretrain::inline v0
