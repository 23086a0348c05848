// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "../cost/experiments.hpp"
#include "../cost/hybrid.hpp"
#include "json.hpp"
#include "table.hpp"

// What a job costs, as text and JSON: ways to pay side by side, each with its date; what is owned, item by item; when
// owning pays; a hybrid fleet; experiments. All in US dollars.

namespace foretrain::inline v0 {

/// One way to pay for the job.
struct CostOffer {
    std::string way;                         ///< "on demand", "reserved 1.00 years", "owned"
    std::string offer;                       ///< who asks it
    std::optional<AcceleratorPrice> price{}; ///< as quoted, if it is
    Charge charge{};
    Provenance provenance{};
    std::string note;
};

/// The rent at which an owned cluster is compared.
struct CostAgainst {
    std::string against;
    AcceleratorPrice rent{};
    OwningBreakEven even{};
};

/// All that is shown of a job's cost.
struct CostReport {
    std::string accelerator;
    Job job{};
    std::optional<Tokens> tokens{};
    std::vector<CostOffer> offers{};
    Bill beside{}; ///< storage and egress, which each way to pay adds
    std::optional<OwnedPrice> owned{};
    std::vector<CostAgainst> break_even{};
    std::optional<HybridCost> hybrid{};
    std::optional<HybridPrices> hybrid_prices{};
    std::optional<ExperimentRate> experiments{};
    std::optional<Cost> per_success{};
    std::string experiments_by; ///< the way to pay that experiments are counted with
    std::vector<Assumption> assumed{};

    /// An offer with storage and egress.
    [[nodiscard]] Bill bill(const CostOffer& offer) const noexcept { return offer.charge.bill + beside; }
};

namespace detail {

[[nodiscard]] inline std::string or_unknown(const std::optional<AcceleratorPrice>& price) {
    if (!price) return "unknown";
    std::string text{to_text(*price)};
    return text.substr(0, text.find('/'));
}

/// Cells of an offer in the table of ways to pay.
[[nodiscard]] inline std::vector<std::string> offer_cells(const CostReport& report, const CostOffer& offer) {
    const Cost total = report.bill(offer).total();
    std::vector<std::string> cells{
        offer.way,
        total.complete || raw(total.known) > 0 ? joined(total.complete ? "" : "> ", to_text(total.known)) : "unknown",
        or_unknown(average_price(offer.charge, report.job)),
        or_unknown(offer.price),
        std::string{offer.provenance.as_of.empty() ? "not stated" : offer.provenance.as_of},
        offer.offer};
    if (report.tokens) {
        const auto price = price_of_tokens(total, *report.tokens);
        cells.insert(cells.begin() + 2, price ? std::string{to_text(*price * make<Tokens>(1e12))} : "unknown");
    }
    return cells;
}

/// What else is to be said of an offer; empty: nothing.
[[nodiscard]] inline std::string offer_note(const CostReport& report, const CostOffer& offer) {
    const Cost total = report.bill(offer).total();
    std::vector<std::string> notes;
    std::string missing;
    for (std::size_t i = 0; i < cost_items; ++i)
        if (total.unknown.has(static_cast<CostItem>(i)))
            missing += joined(missing.empty() ? "" : ", ", name_of(static_cast<CostItem>(i)));
    if (!missing.empty()) notes.push_back(joined("no price of ", missing));
    if (offer.charge.wall_clock > report.job.time) notes.push_back(joined("takes ", to_text(offer.charge.wall_clock)));
    if (!offer.note.empty()) notes.push_back(offer.note);
    std::string text;
    for (const std::string& note : notes) text += (text.empty() ? "" : "; ") + note;
    return text;
}

} // namespace detail

/// The report as text.
[[nodiscard]] inline std::string cost_text(const CostReport& report, const TextStyle& style) {
    using detail::joined;
    const Job& job = report.job;
    std::string out = joined(grouped(static_cast<std::int64_t>(raw(job.accelerators))), style.ascii ? " x " : " × ",
                             report.accelerator, " for ", to_text(job.time), ": ", to_text(job.accelerator_time()),
                             ", ", to_text(job.energy), "\n");
    out += joined("amounts in ", currency, "; list prices of the date beside them, taxes and discounts left out\n");
    out += "\nWAYS TO PAY\n";
    TextTable table(report.tokens ? "lrrrrll" : "lrrrll", 2);
    std::vector<std::string> head{"", "total", "used hour", "list hour", "as of", "offer"};
    if (report.tokens) head.insert(head.begin() + 2, "T tokens");
    table.add(head);
    for (const CostOffer& offer : report.offers) table.add(detail::offer_cells(report, offer));
    out += table.text(style.width);
    for (const CostOffer& offer : report.offers)
        if (const std::string note = detail::offer_note(report, offer); !note.empty())
            out += wrapped("  ", joined(offer.way, ", ", offer.offer, ": ", note), 4, style.width);
    if (std::none_of(report.offers.begin(), report.offers.end(),
                     [](const CostOffer& o) { return o.price.has_value(); }))
        out += "  no rent of it is in the catalogue, and no offer of yours was stated\n";
    const auto item = [&](const Bill& bill, std::size_t i) {
        const auto what = static_cast<CostItem>(i);
        const auto amount = bill[what];
        if (amount && raw(*amount) == 0) return;
        out += joined("  ", padded(name_of(what), 16), amount ? to_text(*amount) : Text{"unknown: no price"}, "\n");
    };
    for (const CostOffer& offer : report.offers) {
        if (offer.way != "owned") continue;
        out += "\nOWNED, ITEM BY ITEM\n";
        const Bill bill = report.bill(offer);
        for (std::size_t i = 0; i < cost_items; ++i) item(bill, i);
        out += joined("  ", padded("total", 16), to_text(bill.total()), "\n");
    }
    if (report.owned)
        out += joined("  an hour costs ", to_text(report.owned->fixed * one_accelerator * make<Seconds>(3600.0)),
                      " whether it works or not, and ",
                      to_text(report.owned->running * one_accelerator * make<Seconds>(3600.0)), " more if it works\n");
    for (const CostAgainst& b : report.break_even)
        out += wrapped(joined("  against ", b.against, " at ", to_text(b.rent), ": "),
                       b.even.utilisation
                           ? joined("owning is cheaper from a utilisation of ", to_percent(*b.even.utilisation), " on")
                           : joined("renting is cheaper; owning pays above ", to_text(b.even.always_busy)),
                       4, style.width);
    if (report.hybrid) {
        const HybridCost& h = *report.hybrid;
        out += joined("\nHYBRID\n  own ", to_text(h.base), ", ", to_percent(h.utilisation), " busy; rent ",
                      to_text(h.burst_time), "\n");
        out += joined("  owned ", to_text(h.owned), " + running ", to_text(h.running), " + rented ", to_text(h.burst),
                      " = ", to_text(h.total()), "\n");
    }
    if (report.per_success)
        out += joined("\nEXPERIMENTS, paid ", report.experiments_by, "\n  a success costs ",
                      to_text(*report.per_success), ", failures included\n");
    if (report.experiments) {
        const ExperimentRate& r = *report.experiments;
        const auto weekly = [](const Frequency& rate) { return detail::number_text(raw(rate) * 604800.0); };
        out += joined("  ", weekly(r.attempts), " experiments a week, ", weekly(r.successes),
                      " of them succeed; limited by ", name_of(r.limit),
                      r.budget_known ? "" : ", and part of the cost is unknown", "\n");
    }
    if (!report.assumed.empty()) out += "\nASSUMED, because it was not stated\n";
    std::size_t what = 0, value = 0;
    for (const Assumption& a : report.assumed) {
        what = std::max(what, display_width(a.what));
        value = std::max(value, display_width(a.value));
    }
    for (const Assumption& a : report.assumed)
        out += wrapped(joined("  ", padded(a.what, what + 2), padded(a.value, value + 2)), a.why, what + value + 6,
                       style.width);
    out += "\nWHERE THE PRICES COME FROM\n";
    std::vector<std::string> sources;
    for (const CostOffer& offer : report.offers) {
        std::string source = joined(offer.provenance.source.empty() ? "not stated" : offer.provenance.source);
        if (std::find(sources.begin(), sources.end(), source) == sources.end()) sources.push_back(std::move(source));
    }
    for (const std::string& source : sources) out += wrapped("  ", source, 4, style.width);
    return out;
}

namespace detail {

[[nodiscard]] inline Json cost_json(const Cost& cost) {
    Json unknown = Json::array();
    for (std::size_t i = 0; i < cost_items; ++i)
        if (cost.unknown.has(static_cast<CostItem>(i))) unknown.push_back(name_of(static_cast<CostItem>(i)));
    return {{"total", cost.complete ? Json(raw(cost.known)) : Json()},
            {"known", raw(cost.known)},
            {"unknown", std::move(unknown)}};
}

/// Amounts by item, null where unknown.
[[nodiscard]] inline Json bill_json(const Bill& bill) {
    Json items = Json::object();
    for (std::size_t i = 0; i < cost_items; ++i) {
        const auto amount = bill[static_cast<CostItem>(i)];
        items[std::string{name_of(static_cast<CostItem>(i))}] = amount ? Json(raw(*amount)) : Json();
    }
    return items;
}

[[nodiscard]] inline Json hourly_json(const std::optional<AcceleratorPrice>& price) {
    return price ? Json(raw(*price) * 3600.0) : Json();
}

} // namespace detail

/// The report as JSON; amounts in the unit of the key `currency`.
[[nodiscard]] inline Json cost_report_json(const CostReport& report) {
    using detail::hourly_json;
    Json offers = Json::array(), even = Json::array(), assumed = Json::array();
    for (const CostOffer& offer : report.offers) {
        const Bill bill = report.bill(offer);
        const auto tokens = report.tokens ? price_of_tokens(bill.total(), *report.tokens) : std::nullopt;
        offers.push_back({{"way", offer.way},
                          {"offer", offer.offer},
                          {"price_per_accelerator_hour", hourly_json(offer.price)},
                          {"price_per_used_accelerator_hour", hourly_json(average_price(offer.charge, report.job))},
                          {"wall_clock_s", raw(offer.charge.wall_clock)},
                          {"paid_accelerator_hours", raw(offer.charge.paid) / 3600.0},
                          {"price_per_trillion_tokens", tokens ? Json(raw(*tokens) * 1e12) : Json()},
                          {"items", detail::bill_json(bill)},
                          {"cost", detail::cost_json(bill.total())},
                          {"note", offer.note},
                          {"provenance", provenance_json(offer.provenance)}});
    }
    for (const CostAgainst& b : report.break_even)
        even.push_back({{"against", b.against},
                        {"rent_per_accelerator_hour", hourly_json(b.rent)},
                        {"owned_always_busy_per_accelerator_hour", hourly_json(b.even.always_busy)},
                        {"utilisation", b.even.utilisation ? Json(*b.even.utilisation) : Json()}});
    for (const Assumption& a : report.assumed)
        assumed.push_back({{"what", a.what}, {"value", a.value}, {"why", a.why}});
    Json hybrid;
    if (report.hybrid)
        hybrid = {{"base_accelerators", raw(report.hybrid->base)},
                  {"utilisation", report.hybrid->utilisation},
                  {"owned", raw(report.hybrid->owned)},
                  {"running", raw(report.hybrid->running)},
                  {"rented", raw(report.hybrid->burst)},
                  {"total", raw(report.hybrid->total())},
                  {"rented_accelerator_hours", raw(report.hybrid->burst_time) / 3600.0}};
    Json experiments;
    if (report.per_success)
        experiments = {{"paid", report.experiments_by}, {"per_success", detail::cost_json(*report.per_success)}};
    if (report.experiments) {
        experiments["attempts_per_week"] = raw(report.experiments->attempts) * 604800.0;
        experiments["successes_per_week"] = raw(report.experiments->successes) * 604800.0;
        experiments["limit"] = name_of(report.experiments->limit);
    }
    return {{"foretrain", FORETRAIN_VERSION_STRING},
            {"schema", report_schema},
            {"currency", currency},
            {"accelerator", report.accelerator},
            {"job",
             {{"accelerators", raw(report.job.accelerators)},
              {"time_s", raw(report.job.time)},
              {"accelerator_hours", raw(report.job.accelerator_time()) / 3600.0},
              {"energy_j", raw(report.job.energy)},
              {"tokens", report.tokens ? Json(raw(*report.tokens)) : Json()}}},
            {"offers", std::move(offers)},
            {"break_even", std::move(even)},
            {"hybrid", std::move(hybrid)},
            {"experiments", std::move(experiments)},
            {"assumed", std::move(assumed)}};
}

} // namespace foretrain::inline v0
