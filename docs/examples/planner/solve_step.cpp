// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cmath>

#include <foretrain/foretrain.hpp>
#include <foretrain/planner/solve_hardware.hpp>
#include <foretrain/planner/solve_owning.hpp>

#include "paying.hpp"
#include "solve_questions.hpp"

// Questions about a step and about owning: bandwidth, memory, micro-batch, rent and purchase.

namespace planner {

using namespace foretrain;
using namespace foretrain::literals;

namespace {

using Named = std::pair<double, std::string>;

[[nodiscard]] Named of_share(double share) { return {share, digits(100.0 * share, 6) + "% of a step"}; }
[[nodiscard]] Named of_size(const Bytes& size) { return {raw(size) / 0x1p30, std::string{to_binary_text(size)}}; }
[[nodiscard]] Named of_money(const Usd& money) {
    return {raw(money), dollars(grouped(static_cast<std::int64_t>(raw(money) + 0.5)))};
}

[[nodiscard]] std::string faster(const Seconds& than, const Seconds& time) {
    const double saved = 1.0 - time / than;
    return std::string{to_text(time)} + " a step instead of " + std::string{to_text(than)} + ": " +
           std::string{to_percent(std::abs(saved))} + (saved < 0 ? " more" : " less");
}

} // namespace

bool solve_bandwidth(Reader& read, SolveReport& report) {
    Configuration job;
    if (!read_configuration(read, "solve", job)) return false;
    const double share = read.number("share", 0.05, "of a step that may be exposed communication");
    if (!(share >= 0 && share <= 1)) read.refuse("share", digits(share, 6), "from 0 to 1");
    const std::size_t tier = read.choice("tier", {"scale-up", "scale-out"}, 1, "the network between nodes gets faster");
    const std::size_t which = read.choice("exposed", {"all", "removable"}, 0, "whatever it waits for");
    if (!read.ok() || !job.step) return true;
    const auto index = static_cast<std::int64_t>(tier);
    if (index >= job.cluster.fabric.tiers) {
        read.refuse("tier", tier == 0 ? "scale-up" : "scale-out", "one that the system has",
                    std::string{job.cluster.name} + " has one network");
        return true;
    }
    const FabricTier& network = job.cluster.fabric.tier[tier];
    // Of the scale-out network the bandwidth of a node is told, as --node-network takes it.
    const double units = tier == 0 ? 1.0
                                   : static_cast<double>(job.cluster.fabric.tier[0].size) /
                                         static_cast<double>(job.cluster.node.accelerators);
    const double nodes = units > 1 ? units : 1.0;
    const double unit = tier == 0 ? 1e9 : 1e9 / 8.0 * nodes;
    const std::string_view per = tier == 0 ? " GB/s" : " Gbit/s";
    const auto at = [&](const Bandwidth& rate) {
        return Named{raw(rate) / unit,
                     digits(raw(rate) / unit, 6) + std::string{per} + (tier == 0 ? " an accelerator" : " a node")};
    };
    const Bandwidth today = network.link.bandwidth;
    const Bandwidth lowest = maximum(today * 1e-3, make<Bandwidth>(1e6)),
                    highest = minimum(today * 1e3, make<Bandwidth>(1e16));
    const auto found = try_bandwidth_to_hide(job.model, job.cluster, job.plan, index, share, lowest, highest,
                                             which == 0 ? Exposed::all : Exposed::removable);
    if (!found) {
        read.refuse(found.violations());
        return true;
    }
    report.unknown = tier == 0 ? "scale-up bandwidth" : "scale-out bandwidth";
    report.unknown_unit = tier == 0 ? "GB_per_s" : "Gbit_per_s_a_node";
    report.measure = "exposed communication";
    report.question =
        std::string{"Bandwidth of "} + std::string{network.name} + " with which " +
        (which == 0 ? "exposed communication" : "the exposed communication that this network can remove") +
        " takes at most " + of_share(share).second;
    report.job = job_words(job) + ", " + plan_words(job.plan);
    report.note = "a thousandth of today's";
    take(report, *found, at, of_share, [](const Bandwidth&) { return std::string{"cannot be had"}; });
    const auto step_at = [&](const Bandwidth& rate) {
        Cluster with = job.cluster;
        with.fabric.tier[tier].link.bandwidth = rate;
        return try_estimate_step(job.model, with, job.plan);
    };
    const auto best = step_at(highest);
    report.details.emplace_back("today", at(today).second + ": " + of_share(communication_share(*job.step)).second +
                                             ", " + std::string{to_text(job.step->time)});
    if (best)
        report.details.emplace_back("no bandwidth hides", of_share(communication_share(*best)).second +
                                                              ": latency, the other network, nothing to hide under");
    if (const auto with = step_at(found->answer.at); with && found->found())
        report.details.emplace_back("with it", faster(job.step->time, with->time));
    const double floor = which == 1 && best ? raw(best->breakdown.communication()) : 0.0;
    for (int k = -8; k <= 8; ++k) {
        const Bandwidth rate = today * std::exp2(k);
        if (rate < lowest || rate > highest) continue;
        if (const auto step = step_at(rate)) {
            const double exposed = std::max(raw(step->breakdown.communication()) - floor, 0.0) / raw(step->time);
            report.curve.push_back({at(rate).first, exposed, at(rate).second, of_share(exposed).second});
        }
    }
    return true;
}

bool solve_memory(Reader& read, SolveReport& report) {
    Configuration job;
    if (!read_configuration(read, "solve", job)) return false;
    if (!read.ok() || !job.step) return true;
    const auto keep = try_memory_to_keep(job.model, job.cluster, job.plan);
    if (!keep) {
        read.refuse(keep.violations());
        return true;
    }
    report.question = "Memory of an accelerator that keeps all activations, with nothing computed again";
    report.job = job_words(job) + ", " + plan_words(job.plan) + ", recomputation " +
                 std::string{name_of(job.plan.recomputation)};
    report.unknown = "capacity";
    report.unknown_unit = "GiB";
    report.measure = "peak";
    report.measure_unit = "GiB";
    report.status = SolveStatus::found;
    report.trials = 1;
    const Named needed = of_size(keep->needed);
    std::tie(report.limit, report.limit_text) = Named{needed.first, "the capacity"};
    report.answer = {needed.first, needed.first, needed.second, needed.second};
    const double less = raw(keep->needed - make<Bytes>(1.0)) / 0x1p30;
    report.neighbour = {less, std::nullopt, "a byte less", "the peak of " + needed.second + " does not fit"};
    report.details.emplace_back(
        "today", of_size(keep->capacity).second +
                     (keep->fits() ? ", enough" : ", " + of_size(keep->needed - keep->capacity).second + " short"));
    report.details.emplace_back("buys", faster(keep->time, keep->faster));
    report.log_unknown = false;
    for (const Recomputation kind : {Recomputation::full, Recomputation::feed_forward, Recomputation::selective,
                                     Recomputation::elementwise, Recomputation::none}) {
        ParallelPlan with = job.plan;
        with.recomputation = kind;
        const auto step = try_estimate_step(job.model, job.cluster, with);
        if (!step) continue;
        report.details.emplace_back(name_of(kind), of_size(step->memory.peak).second + ", " +
                                                       std::string{to_text(step->time)} + " a step");
    }
    return true;
}

bool solve_micro_batch(Reader& read, SolveReport& report) {
    Configuration job;
    if (!read_configuration(read, "solve", job)) return false;
    if (!read.ok() || !job.step) return true;
    const auto found = try_largest_micro_batch(job.model, job.cluster, job.plan);
    if (!found) {
        read.refuse(found.violations());
        return true;
    }
    report.question = "Largest micro-batch that fits in " + of_size(job.cluster.accelerator.memory.capacity).second;
    report.job = job_words(job) + ", " + plan_words(job.plan);
    report.unknown = "micro-batch";
    report.measure = "peak";
    report.measure_unit = "GiB";
    report.note = "all of a replica's samples at once";
    const auto at = [](std::int64_t n) {
        return Named{static_cast<double>(n), grouped(n) + (n == 1 ? " sample" : " samples")};
    };
    take(report, *found, at, of_size, [](std::int64_t) { return std::string{"cannot be had"}; });
    const std::int64_t most = job.plan.global_batch / job.plan.data;
    const std::int64_t from = std::max<std::int64_t>(found->answer.at, 1);
    for (std::int64_t n = 1; n <= std::min(most, 64 * from); ++n) {
        ParallelPlan with = job.plan;
        with.micro_batch = n;
        if (most % n != 0) continue;
        const auto step = try_estimate_step(job.model, job.cluster, with);
        if (!step) continue;
        report.curve.push_back(
            {at(n).first, of_size(step->memory.peak).first, at(n).second, of_size(step->memory.peak).second});
        if (n == found->answer.at)
            report.details.emplace_back("step", std::string{to_text(step->time)} + ", " +
                                                    std::string{to_percent(step->model_flops_utilization())} + " MFU");
    }
    thin_out(report.curve, static_cast<double>(from), 16);
    return true;
}

namespace {

/// Reads the job and the cluster that could be owned, and calls `ask` with it.
template <class Ask>
[[nodiscard]] bool with_owned(Reader& read, SolveReport& report, bool price_known, const Ask& ask) {
    CostReport paid;
    if (!read_paid_job(read, paid)) return false;
    const OwnedChoice owned = read_owned(read, paid);
    if (!read.given("energy-price")) (void)read.required("energy-price", "USD a kWh, of what the owned cluster draws");
    if (!read.given("staff")) (void)read.required("staff", "USD a year of all who run the cluster; 0 for nobody");
    if (price_known && !owned.declining.accelerator && !read.given("purchase"))
        (void)read.required("purchase", "USD an accelerator; the catalogue has no price of this one");
    if (!read.ok()) return true;
    report.job = grouped(static_cast<std::int64_t>(raw(paid.job.accelerators) + 0.5)) + " x " + paid.accelerator +
                 " for " + std::string{to_text(paid.job.time)};
    const auto finish = [&](const auto& way) {
        if (way.accelerator && price_known)
            report.details.emplace_back("purchase", std::string{to_text(*way.accelerator)} + ", " + owned.offer);
        ask(way, paid.job);
    };
    if (owned.straight_line) finish(*owned.straight_line);
    else finish(owned.declining);
    return true;
}

constexpr std::array factors{0.25, 0.5, 0.8, 0.9, 1.0, 1.1, 1.25, 2.0, 4.0};

} // namespace

bool solve_rent(Reader& read, SolveReport& report) {
    report.question = "Rent of an accelerator-hour from which owning is no dearer";
    report.unknown = "rent";
    report.unknown_unit = "USD_per_hour";
    report.measure = "cost rented";
    report.measure_unit = "USD";
    return with_owned(read, report, true, [&](const auto& owned, const Job& job) {
        const auto at = [](const AcceleratorPrice& price) {
            return Named{raw(price) * 3600.0, dollars(digits(raw(price) * 3600.0, 8)) + "/h"};
        };
        const auto found = try_rent_that_owning_beats(owned, job);
        if (!found) return read.refuse(found.violations());
        take(report, *found, at, of_money, [](const AcceleratorPrice&) { return std::string{"cannot be had"}; });
        report.details.emplace_back("cost owned", of_money(found->goal.limit).second);
        for (const double factor : factors) {
            const AcceleratorPrice rent = found->answer.at * factor;
            const auto rented = try_charge(OnDemand{.price = rent, .energy = EnergyPrice{}}, job);
            if (!rented) continue;
            const Usd cost = rented->bill.total().known;
            report.curve.push_back({at(rent).first, raw(cost), at(rent).second, of_money(cost).second});
        }
    });
}

bool solve_purchase(Reader& read, SolveReport& report) {
    report.question = "Highest price to buy an accelerator at which owning is no dearer than renting";
    report.unknown = "purchase price";
    report.unknown_unit = "USD_per_accelerator";
    report.measure = "cost owned";
    report.measure_unit = "USD";
    const auto price = read.number("price");
    if (!read.given("price")) (void)read.required("price", "USD an accelerator-hour, of the rent, energy included");
    if (price && !(*price >= 1e-6 && *price <= 1e5)) read.refuse("price", digits(*price, 6), "from 0.000001 to 100000");
    return with_owned(read, report, false, [&](const auto& owned, const Job& job) {
        const AcceleratorPrice rent = make<AcceleratorPrice>(*price / 3600.0);
        const auto at = [](const PurchasePrice& each) { return Named{raw(each), dollars(digits(raw(each), 9))}; };
        const auto found = try_purchase_that_beats_rent(owned, job, rent);
        if (!found) return read.refuse(found.violations());
        take(report, *found, at, of_money, [](const PurchasePrice&) { return std::string{"cannot be had"}; });
        report.details.emplace_back("rent", dollars(digits(*price, 6)) + "/h: " + of_money(found->goal.limit).second);
        for (const double factor : factors) {
            auto way = owned;
            way.accelerator = found->answer.at * factor;
            const auto charged = try_charge(way, job);
            if (!charged) continue;
            const Usd cost = charged->bill.total().known;
            report.curve.push_back(
                {at(*way.accelerator).first, raw(cost), at(*way.accelerator).second, of_money(cost).second});
        }
    });
}

} // namespace planner
