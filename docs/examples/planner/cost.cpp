// SPDX-License-Identifier: Apache-2.0
#include <iostream>

#include <foretrain/foretrain.hpp>
#include <foretrain/report/cost.hpp>

#include "commands.hpp"
#include "configuration.hpp"
#include "paying.hpp"

namespace planner {

using namespace foretrain;
using namespace foretrain::literals;

namespace {

constexpr Provenance stated{"stated on the command line", "", Evidence::assumed};

/// A number of an option within a range, else noted as refused.
[[nodiscard]] std::optional<double> within(Reader& read, const std::string& option, double lowest, double highest) {
    const std::optional<double> number = read.number(option);
    if (!number || (lowest <= *number && *number <= highest)) return number;
    BasicText<63> range;
    range.append("from ").append_number(lowest).append(" to ").append_number(highest);
    read.refuse(option, std::to_string(*number), range);
    return std::nullopt;
}

/// The job as accelerators, hours and power.
void stated_job(Reader& read, CostReport& report) {
    read.refuse_unless(false, {"tokens", "samples", "effective-share", "pue"}, "left out without --model",
                       "or leave out --hours");
    refuse_configuration(read, "without one, the job is --accelerator, --accelerators and --hours");
    std::vector<std::string_view> names;
    for (const Accelerator& a : catalog::all_accelerators) names.push_back(a.name);
    const auto index = read.name("accelerator", names, "accelerators");
    const std::int64_t count = read.required_integer("accelerators", "how many the job uses");
    if (count < 1 && !read.refused("accelerators")) read.refuse("accelerators", std::to_string(count), "at least 1");
    read.required("hours", "how long it uses them; or describe the job by --model, --system and --tokens");
    const std::optional<double> hours = within(read, "hours", 0.001, 1e6);
    if (!index || count < 1 || !hours) return;
    const Accelerator& accelerator = catalog::all_accelerators[*index];
    report.accelerator = accelerator.name;
    report.job.accelerators = static_cast<double>(count) * one_accelerator;
    report.job.time = *hours * 1_hours;
    Watts power = accelerator.power;
    if (const auto watts = within(read, "power", 0, 1e6)) power = *watts * 1_W;
    else read.assume("--power", std::string{to_text(power)}, "rated, without host, switches and building");
    report.job.energy = power * raw(report.job.accelerators) * report.job.time;
}

/// The job as a run of a model. False if a profile cannot be read.
[[nodiscard]] bool estimated_job(Reader& read, CostReport& report) {
    read.refuse_unless(false, {"accelerator", "hours", "power"}, "left out with --model", "the run says it");
    Configuration job;
    if (!read_configuration(read, "cost", job)) return false;
    const Faults faults{.effective_share =
                            read.number("effective-share", 1.0, "no time lost to faults, restarts, checkpoints")};
    const Site place = site(read.number("pue", 1.0, "machines alone, without the building"));
    if (read.given("tokens") == read.given("samples")) {
        read.refuse("tokens", read.given("tokens") ? "given with --samples" : "", "given, or --samples instead of it",
                    "a run needs one budget");
        return true;
    }
    const auto tokens = read.number("tokens");
    const auto samples = read.number("samples");
    if (!job.step || (!tokens && !samples)) return true;
    const auto run =
        tokens
            ? try_estimate_run(*job.step, job.cluster, TokenBudget{make<Tokens>(*tokens)}, faults, Prices{}, place)
            : try_estimate_run(*job.step, job.cluster, SampleBudget{make<Samples>(*samples)}, faults, Prices{}, place);
    if (!run) {
        read.refuse(run.violations());
        return true;
    }
    report.accelerator = job.cluster.accelerator.name;
    report.job = run->job();
    if (tokens) report.tokens = make<Tokens>(*tokens);
    return true;
}

} // namespace

bool read_paid_job(Reader& read, CostReport& report) {
    if (read.given("model")) return estimated_job(read, report);
    stated_job(read, report);
    return true;
}

namespace {

template <class Model>
void add_offer(Reader& read, CostReport& report, const Model& model, std::string way, std::string offer,
               const std::optional<AcceleratorPrice>& price, std::string note = {}) {
    if (report.accelerator.empty()) { // no job: what is wrong with the rest is still told
        if constexpr (requires(Violations& v) { model.check(report.job, v); }) {
            Violations violations;
            model.check({.accelerators = one_accelerator, .time = 1_hours}, violations);
            read.refuse(violations);
        }
        return;
    }
    const auto charged = try_charge(model, report.job);
    if (!charged) return read.refuse(charged.violations());
    report.offers.push_back({std::move(way), std::move(offer), price, *charged, model.provenance, std::move(note)});
}

[[nodiscard]] std::string who(const catalog::Rent& rent) {
    return std::string{rent.provider} + (rent.region.empty() ? "" : ", " + std::string{rent.region});
}

/// Cheapest and dearest offers of each kind of rent.
void add_rents(Reader& read, CostReport& report) {
    const auto both = [&](const std::optional<catalog::RentRange>& range, auto add) {
        if (!range) return;
        add(*range->cheapest);
        if (range->dearest != range->cheapest) add(*range->dearest);
    };
    if (const auto price = read.number("price"))
        add_offer(
            read, report,
            OnDemand{.price = make<AcceleratorPrice>(*price / 3600.0), .energy = EnergyPrice{}, .provenance = stated},
            "on demand", "yours", make<AcceleratorPrice>(*price / 3600.0));
    const auto demand = catalog::rents_of(report.accelerator, catalog::RentKind::on_demand);
    both(demand, [&](const catalog::Rent& rent) {
        add_offer(read, report, catalog::on_demand_model(rent), "on demand", who(rent), rent.price);
    });
    for (const Seconds& term : {1_days, 1_years, 3_years})
        both(catalog::rents_of(report.accelerator, catalog::RentKind::reserved, term), [&](const catalog::Rent& rent) {
            // Against the same provider, as far as it is known: a commitment is a discount on its own prices.
            const catalog::Rent* against = demand ? demand->cheapest : nullptr;
            for (const catalog::Rent& other : catalog::all_rents)
                if (other.accelerator == rent.accelerator && other.kind == catalog::RentKind::on_demand &&
                    other.provider == rent.provider)
                    against = &other;
            std::string note;
            if (against != nullptr) {
                const double use = break_even_use(rent.price, against->price);
                note = use < 1 ? "cheaper than " + who(*against) + " on demand from " + std::string{to_percent(use)} +
                                     " of use"
                               : "dearer than " + who(*against) + " on demand at any use";
            }
            const std::string length = term == 1_days ? "1 day" : term == 1_years ? "1 year" : "3 years";
            add_offer(read, report, catalog::reserved_model(rent, report.job.accelerators), "reserved " + length,
                      who(rent), rent.price, note);
        });
    const bool interrupted = read.given("interruptions");
    const auto minutes = [&](const std::string& option, double otherwise, std::string_view why) {
        return read.number(option, otherwise, interrupted ? why : "") * 1_min;
    };
    Spot spot{.energy = EnergyPrice{},
              .interruptions = within(read, "interruptions", 0, 86400).value_or(0) * 1_per_day,
              .instance = read.integer("instance", 8, interrupted ? "accelerators that are lost together" : ""),
              .interval = minutes("interval", 30, "minutes of work between checkpoints"),
              .restart = minutes("restart", 10, "minutes until work goes on, paid"),
              .wait = minutes("wait", 10, "minutes until there is room again, not paid")};
    read.refuse_unless(interrupted, {"instance", "interval", "restart", "wait"}, "left out without --interruptions",
                       "it says how often a spot instance is lost");
    const auto spots = catalog::rents_of(report.accelerator, catalog::RentKind::spot);
    read.refuse_unless(spots || report.accelerator.empty(), {"interruptions"}, "left out where no spot price is known",
                       "the catalogue has none of this accelerator");
    both(spots, [&](const catalog::Rent& rent) {
        spot.price = rent.price;
        spot.provenance = rent.provenance;
        add_offer(read, report, spot, "spot", who(rent), rent.price,
                  interrupted ? "" : "if never interrupted: --interruptions not stated");
    });
}

} // namespace

OwnedChoice read_owned(Reader& read, const CostReport& report) {
    const catalog::Purchase* purchase = catalog::purchase_of(report.accelerator);
    const auto price = within(read, "purchase", 0, 1e8);
    const bool with_server =
        price ? read.given("server-factor") == false : purchase != nullptr && purchase->with_server;
    const auto years = [&](const std::string& option) {
        const auto number = within(read, option, 0, 300);
        return number ? std::optional{*number * 1_years} : std::nullopt;
    };
    const auto life = years("life");
    const auto age = years("age");
    read.refuse_unless(read.given("life"), {"residual"}, "left out without --life",
                       "it is what a straight line ends at; --decline has no end");
    read.refuse_unless(!read.given("life"), {"decline"}, "left out where --life is given", "one depreciation");
    read.refuse_unless(read.given("staff"), {"cluster"}, "left out without --staff",
                       "a job bears the share of them that it has of the cluster");
    read.refuse_unless(read.given("energy-price"), {"idle-power"}, "left out without --energy-price",
                       "a kWh of accelerators that idle has its price");
    OwnedChoice choice; // filled in place: g++ 12 takes copies of absent prices for uninitialised
    Owned& owned = choice.declining;
    owned = Owned{
        .server_factor = read.number("server-factor", with_server ? 1.0 : catalog::server_factor_of(report.accelerator),
                                     with_server ? "the price has its share of a server" : "Cottier et al. 2024"),
        .interconnect_share = read.number("interconnect-share", catalog::interconnect_share, "Cottier et al. 2024"),
        .depreciation = {.decades_per_year =
                             life ? 0.0 : read.number("decline", 0.14, "orders of magnitude a year, Epoch AI")},
        .age = age.value_or(0_s),
        .utilisation = read.number("utilisation", 1.0, "the cluster is never idle"),
        .accelerators =
            read.given("cluster") ? read.number("cluster").value_or(1.0) * one_accelerator : report.job.accelerators,
        .idle_power = within(read, "idle-power", 0, 1e6).value_or(0) * 1_W,
        .provenance = price                 ? stated
                      : purchase != nullptr ? purchase->provenance
                                            : Provenance{}};
    if (price) owned.accelerator = *price * 1_usd_per_accelerator;
    else if (purchase != nullptr) owned.accelerator = purchase->price;
    if (const auto energy = read.number("energy-price")) owned.energy = *energy * 1_usd_per_kWh;
    if (const auto staff = read.number("staff")) owned.staff = *staff * 1_usd_per_year;
    if (report.accelerator.empty()) owned.accelerators = one_accelerator;
    choice.offer = price ? "yours" : purchase != nullptr ? "catalogue" : "no offer known";
    if (life)
        choice.straight_line.emplace(OwnedStraightLine{
            .accelerator = owned.accelerator,
            .server_factor = owned.server_factor,
            .interconnect_share = owned.interconnect_share,
            .depreciation = {.life = *life, .residual = read.number("residual", 0.0, "worth nothing at the end")},
            .age = owned.age,
            .utilisation = owned.utilisation,
            .accelerators = owned.accelerators,
            .idle_power = owned.idle_power,
            .energy = owned.energy,
            .staff = owned.staff,
            .provenance = owned.provenance});
    return choice;
}

namespace {

/// The cluster that could be owned beside the rents.
void add_owned(Reader& read, CostReport& report) {
    const OwnedChoice choice = read_owned(read, report);
    const auto finish = [&](const auto& model) {
        add_offer(read, report, model, "owned", choice.offer, std::nullopt);
        if (report.accelerator.empty() || !read.ok()) return;
        report.owned = owned_price(model, report.job);
        for (const CostOffer& offer : report.offers)
            if (offer.way == "on demand" && offer.price)
                if (const auto even = break_even_utilisation(model, report.job, *offer.price))
                    report.break_even.push_back({offer.offer, *offer.price, *even});
    };
    if (choice.straight_line) finish(*choice.straight_line);
    else finish(choice.declining);
}

/// Storage and egress, which every way to pay adds.
void add_beside(Reader& read, CostReport& report) {
    Prices prices;
    if (const auto price = read.number("storage-price")) prices.storage = *price * 1_usd_per_GB_month;
    if (const auto price = read.number("egress-price")) prices.egress = *price * 1_usd_per_GB;
    read.refuse_unless(read.given("stored"), {"storage-price"}, "left out without --stored", "how much is kept");
    read.refuse_unless(read.given("egress"), {"egress-price"}, "left out without --egress", "how much is moved out");
    Usage usage;
    if (const auto bytes = read.bytes("stored")) usage.stored = *bytes * report.job.time;
    if (const auto bytes = read.bytes("egress")) usage.egress = *bytes;
    const auto bill = try_bill(prices, usage);
    if (!bill) return read.refuse(bill.violations());
    report.beside = *bill;
}

/// `100x84,300x72`: accelerators and hours.
[[nodiscard]] std::optional<std::vector<Demand>> parse_demand(std::string_view text) {
    std::vector<Demand> demand;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(','), text.size());
        const std::string_view period = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        const std::size_t by = period.find('x');
        if (by == std::string_view::npos) return std::nullopt;
        const auto accelerators = parse_number(period.substr(0, by));
        const auto hours = parse_number(period.substr(by + 1));
        if (!accelerators || !hours) return std::nullopt;
        demand.push_back({*accelerators * one_accelerator, *hours * 1_hours});
    }
    return demand;
}

/// The cheapest rent on demand, yours or of the catalogue.
[[nodiscard]] const CostOffer* cheapest_rent(const CostReport& report) {
    const CostOffer* best = nullptr;
    for (const CostOffer& offer : report.offers)
        if (offer.way == "on demand" && offer.price && (best == nullptr || *offer.price < *best->price)) best = &offer;
    return best;
}

void add_hybrid(Reader& read, CostReport& report) {
    if (!read.given("demand")) return;
    const auto demand = parse_demand(read.required("demand", ""));
    if (!demand) return read.refuse("demand", read.required("demand", ""), "accelerators x hours, as 100x84,300x72");
    const CostOffer* rent = cheapest_rent(report);
    if (!report.owned || rent == nullptr) {
        if (read.ok())
            read.refuse("demand", "given", "left out where the price of owning or renting is unknown",
                        "give --purchase, --energy-price, --staff (0 for nobody) and --price");
        return;
    }
    const HybridPrices prices{.owned = *report.owned, .burst = *rent->price};
    const auto best = try_best_hybrid(std::span<const Demand>{*demand}, prices);
    if (!best) return read.refuse(best.violations());
    report.hybrid = *best;
    report.hybrid_prices = prices;
}

void add_experiments(Reader& read, CostReport& report) {
    read.refuse_unless(read.given("success"), {"failed-share"}, "left out without --success",
                       "it says how many experiments fail");
    if (!read.given("success") && !read.given("budget")) return;
    const double success = read.number("success", 1.0, "every experiment succeeds");
    const double failed = read.number("failed-share", 1.0, "a failure shows at the end only");
    const auto budget = read.number("budget");
    const CostOffer* rent = cheapest_rent(report);
    if (report.accelerator.empty()) return;
    if (rent == nullptr)
        return read.refuse("success", "given", "left out where no rent on demand is known", "give --price");
    const Experiment experiment{.cost = report.bill(*rent).total(),
                                .accelerator_time = report.job.accelerator_time(),
                                .success = success,
                                .failed_share = failed};
    const auto rate = try_experiment_rate(experiment, budget.value_or(0) * 1_usd_per_week, report.job.accelerators);
    if (!rate) return read.refuse(rate.violations());
    if (budget) report.experiments = *rate;
    report.per_success = cost_per_success(experiment);
    report.experiments_by = "on demand by " + rent->offer;
}

} // namespace

int cost(const Options& options, const Output& output, const std::vector<std::string>& unknown,
         const std::vector<std::string_view>& known) {
    Reader read{options};
    read.refuse_unknown(unknown, known);
    CostReport report;
    if (!read_paid_job(read, report)) return 2;
    add_rents(read, report);
    add_owned(read, report);
    add_beside(read, report);
    add_hybrid(read, report);
    add_experiments(read, report);
    if (!read.ok()) return read.report("cost");
    report.assumed = read.assumed();
    if (output.json)
        if (const auto done = write_json(output, cost_report_json(report).dump(2) + '\n')) return *done;
    std::cout << cost_text(report, output.style);
    return 0;
}

} // namespace planner
