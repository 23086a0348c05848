// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <optional>

#include "../cost/price_model.hpp"

// Prices as they were published, each with its date: rents of accelerators by provider and kind, purchase prices of
// accelerators, industrial electricity. All in US dollars, list prices, taxes and discounts left out.
//
// A rent is of one accelerator with its share of the node, its network and its energy. Prices of a kind differ
// sevenfold between providers and fall by the month: look at the date, and put your own offer in the place of these.
// There are no prices of storage or egress here, because no dated public table of them was at hand: they are unknown
// until given.

namespace foretrain::inline v0::catalog {

/// How accelerators are rented.
enum class RentKind : unsigned char { on_demand, reserved, spot };

/// `on demand`, `reserved` or `spot`.
[[nodiscard]] constexpr std::string_view name_of(RentKind kind) noexcept {
    switch (kind) {
    case RentKind::on_demand: return "on demand";
    case RentKind::reserved: return "reserved";
    case RentKind::spot: return "spot";
    }
    return "on demand";
}

/// A rent on offer.
struct Rent {
    std::string_view accelerator; ///< by its name in the catalogue
    std::string_view provider;
    std::string_view region; ///< empty where the source names none
    RentKind kind = RentKind::on_demand;
    Seconds term{}; ///< of a reservation, else 0
    AcceleratorPrice price{};
    Provenance provenance{};
};

/// A price to buy an accelerator.
struct Purchase {
    std::string_view accelerator;
    bool with_server = false; ///< its share of a server of eight or so included
    PurchasePrice price{};
    Provenance provenance{};
};

/// A price of electricity.
struct Electricity {
    std::string_view region;
    EnergyPrice price{};
    Provenance provenance{};
};

namespace detail {
inline constexpr Seconds one_day = make<Seconds>(86400.0), one_year = make<Seconds>(31557600.0),
                         three_years = make<Seconds>(3.0 * 31557600.0);

inline constexpr std::string_view epoch = "Epoch AI, training-cost-trends@263c40a, Hardware prices.csv";
inline constexpr std::string_view skypilot = "SkyPilot catalogue v8";
inline constexpr std::string_view dstack = "dstack documentation, offers listed";
inline constexpr std::string_view aws = "AWS EC2 Capacity Blocks, pricing page";
inline constexpr std::string_view cottier = "Cottier et al. 2024, arXiv:2405.21015, table 3: estimated";
inline constexpr std::string_view eia = "EIA Electric Power Monthly, table 5.6.A, industrial";

[[nodiscard]] consteval Rent on_demand(std::string_view accelerator, std::string_view provider, std::string_view region,
                                       double hourly, std::string_view date, std::string_view source) {
    return {accelerator,
            provider,
            region,
            RentKind::on_demand,
            {},
            make<AcceleratorPrice>(hourly / 3600.0),
            {source, date, Evidence::datasheet}};
}
[[nodiscard]] consteval Rent reserved(std::string_view accelerator, std::string_view provider, std::string_view region,
                                      double hourly, Seconds term, std::string_view date, std::string_view source) {
    return {accelerator,
            provider,
            region,
            RentKind::reserved,
            term,
            make<AcceleratorPrice>(hourly / 3600.0),
            {source, date, Evidence::datasheet}};
}
[[nodiscard]] consteval Rent spot(std::string_view accelerator, std::string_view provider, std::string_view region,
                                  double hourly, std::string_view date, std::string_view source) {
    return {accelerator,
            provider,
            region,
            RentKind::spot,
            {},
            make<AcceleratorPrice>(hourly / 3600.0),
            {source, date, Evidence::datasheet}};
}
[[nodiscard]] consteval Purchase bought(std::string_view accelerator, double price, bool with_server,
                                        std::string_view date, std::string_view source,
                                        Evidence evidence = Evidence::datasheet) {
    return {accelerator, with_server, make<PurchasePrice>(price), {source, date, evidence}};
}
[[nodiscard]] consteval Electricity grid(std::string_view region, double per_kwh, std::string_view date) {
    return {region, make<EnergyPrice>(per_kwh / 3.6e6), {eia, date, Evidence::measured}};
}

inline constexpr std::array all_rents_{
    on_demand("a100-sxm-40gb", "Lambda", "", 1.29, "2025-02-28", epoch),
    on_demand("a100-sxm-40gb", "Amazon Web Services", "us-east-1", 4.1, "2025-03-02", epoch),
    on_demand("a100-sxm-40gb", "Oracle Cloud", "", 3.05, "2026", skypilot),
    reserved("a100-sxm-40gb", "Amazon Web Services", "US", 1.8438, one_day, "2025-01-01", aws),
    reserved("a100-sxm-40gb", "Amazon Web Services", "us-east-1", 2.4, one_year, "2025-03-02", epoch),
    reserved("a100-sxm-40gb", "Amazon Web Services", "us-east-1", 1.45, three_years, "2025-03-02", epoch),
    on_demand("a100-sxm-80gb", "Amazon Web Services", "us-east-1", 5.12, "2025-03-02", epoch),
    on_demand("a100-sxm-80gb", "Microsoft Azure", "us-east", 3.67, "2025-03-02", epoch),
    on_demand("a100-sxm-80gb", "Oracle Cloud", "", 4, "2026", skypilot),
    on_demand("a100-sxm-80gb", "Verda", "Finland", 1.29, "2026", skypilot),
    reserved("a100-sxm-80gb", "Amazon Web Services", "us-east-1", 3, one_year, "2025-03-02", epoch),
    reserved("a100-sxm-80gb", "Microsoft Azure", "us-east", 3.06, one_year, "2025-03-02", epoch),
    reserved("a100-sxm-80gb", "Amazon Web Services", "us-east-1", 1.81, three_years, "2025-03-02", epoch),
    reserved("a100-sxm-80gb", "Microsoft Azure", "us-east", 2.27, three_years, "2025-03-02", epoch),
    spot("a100-sxm-80gb", "Verda", "Finland", 0.4515, "2026", skypilot),
    on_demand("a100-pcie-80gb", "Hyperstack", "Canada", 1.35, "2025", skypilot),
    on_demand("h100-sxm", "Google Cloud", "", 8.034, "2025", dstack),
    on_demand("h100-sxm", "Lambda", "", 3.29, "2025-02-28", epoch),
    on_demand("h100-sxm", "Amazon Web Services", "us-east", 12.29, "2025-03-17", epoch),
    on_demand("h100-sxm", "Google Cloud", "us-central1", 11.06, "2025-03-17", epoch),
    on_demand("h100-sxm", "Nebius", "", 2.95, "2026", skypilot),
    on_demand("h100-sxm", "Oracle Cloud", "", 10, "2026", skypilot),
    on_demand("h100-sxm", "Verda", "Finland", 2.29, "2026", skypilot),
    reserved("h100-sxm", "Amazon Web Services", "US", 4.9162, one_day, "2025-01-01", aws),
    reserved("h100-sxm", "Google Cloud", "us-central1", 7.67, one_year, "2025-03-17", epoch),
    reserved("h100-sxm", "Google Cloud", "us-central1", 4.86, three_years, "2025-03-17", epoch),
    spot("h100-sxm", "Google Cloud", "", 2.7691, "2025", dstack),
    spot("h100-sxm", "Nebius", "", 1.25, "2026", skypilot),
    spot("h100-sxm", "Verda", "Finland", 0.8015, "2026", skypilot),
    on_demand("h100-pcie", "Hyperstack", "Canada", 1.9, "2025", skypilot),
    on_demand("h100-pcie", "Lambda", "", 2.49, "2025-02-28", epoch),
    on_demand("h100-nvl", "Microsoft Azure", "us-east", 6.98, "2025-03-17", epoch),
    reserved("h100-nvl", "Microsoft Azure", "us-east", 5.81, one_year, "2025-03-17", epoch),
    reserved("h100-nvl", "Microsoft Azure", "us-east", 4.31, three_years, "2025-03-17", epoch),
    on_demand("h200-sxm", "Amazon Web Services", "us-east", 10.6, "2025-03-17", epoch),
    on_demand("h200-sxm", "Nebius", "", 3.5, "2026", skypilot),
    on_demand("h200-sxm", "Oracle Cloud", "", 10, "2026", skypilot),
    on_demand("h200-sxm", "Verda", "Finland", 3.39, "2026", skypilot),
    reserved("h200-sxm", "Amazon Web Services", "US", 5.4075, one_day, "2025-01-01", aws),
    spot("h200-sxm", "Nebius", "", 1.45, "2026", skypilot),
    spot("h200-sxm", "Verda", "Finland", 1.1865, "2026", skypilot),
    on_demand("h800-sxm", "CR8DL", "", 3.42, "2025-03-03", epoch),
    on_demand("b200-sxm", "Nebius", "", 5.5, "2026", skypilot),
    on_demand("b200-sxm", "Oracle Cloud", "", 14, "2026", skypilot),
    on_demand("b200-sxm", "Verda", "Finland", 4.89, "2026", skypilot),
    spot("b200-sxm", "Google Cloud", "", 6.444, "2025", dstack),
    spot("b200-sxm", "Verda", "Finland", 1.712, "2026", skypilot),
    on_demand("b300-sxm", "Oracle Cloud", "", 15, "2026", skypilot),
    on_demand("b300-sxm", "Verda", "Finland", 6.99, "2026", skypilot),
    spot("b300-sxm", "Verda", "Finland", 2.447, "2026", skypilot),
    on_demand("gb200", "Oracle Cloud", "", 16, "2026", skypilot),
    on_demand("gb300", "Oracle Cloud", "", 18, "2026", skypilot),
    on_demand("mi300x", "Hot Aisle", "", 1.99, "2024", dstack),
    on_demand("mi300x", "RunPod", "", 3.99, "2024", dstack),
    on_demand("mi300x", "Oracle Cloud", "", 6, "2026", skypilot),
    on_demand("mi355x", "Oracle Cloud", "", 8.6, "2026", skypilot),
    on_demand("tpu-v3", "Google Cloud", "us-central1", 2, "2021-11-17", epoch),
    reserved("tpu-v3", "Google Cloud", "us-central1", 1.26, one_year, "2021-11-17", epoch),
    reserved("tpu-v3", "Google Cloud", "us-central1", 0.9, three_years, "2021-11-17", epoch),
    on_demand("tpu-v4", "Google Cloud", "us-central2", 3.22, "2025-03-03", epoch),
    reserved("tpu-v4", "Google Cloud", "us-central2", 2.03, one_year, "2025-03-03", epoch),
    reserved("tpu-v4", "Google Cloud", "us-central2", 1.45, three_years, "2025-03-03", epoch),
    on_demand("tpu-v5e", "Google Cloud", "us-central1", 1.2, "2025-03-03", epoch),
    reserved("tpu-v5e", "Google Cloud", "us-central1", 0.84, one_year, "2025-03-03", epoch),
    reserved("tpu-v5e", "Google Cloud", "us-central1", 0.54, three_years, "2025-03-03", epoch),
    on_demand("tpu-v5p", "Google Cloud", "us-central1", 4.2, "2026", skypilot),
    spot("tpu-v5p", "Google Cloud", "us-central1", 0.8357, "2026", skypilot),
    on_demand("tpu-v6e", "Google Cloud", "us-east", 2.7, "2025-03-03", epoch),
    on_demand("tpu-v6e", "Google Cloud", "us-central1", 2.7, "2026", skypilot),
    reserved("tpu-v6e", "Google Cloud", "us-east", 1.89, one_year, "2025-03-03", epoch),
    reserved("tpu-v6e", "Google Cloud", "us-east", 1.22, three_years, "2025-03-03", epoch),
    spot("tpu-v6e", "Google Cloud", "us-central1", 0.54421, "2026", skypilot),
    reserved("trainium1", "Amazon Web Services", "US", 0.9681, one_day, "2025-01-01", aws),
    on_demand("l40s", "Nebius", "", 1.5484, "2026", skypilot),
    on_demand("l40s", "Oracle Cloud", "", 3.5, "2026", skypilot),
    on_demand("v100-16gb", "Google Cloud", "us-central1", 2.48, "2025-03-03", epoch),
    reserved("v100-16gb", "Google Cloud", "us-central1", 1.56, one_year, "2025-03-03", epoch),
    reserved("v100-16gb", "Google Cloud", "us-central1", 1.12, three_years, "2025-03-03", epoch),
    on_demand("rtx-4090", "RunPod", "", 0.69, "2025-03-03", epoch),
    on_demand("rtx-4090", "vast.ai", "", 0.35, "2025-03-03", epoch),
};

inline constexpr std::array all_purchases_{
    bought("v100-16gb", 18625, true, "2017-07-01", epoch),
    bought("v100-sxm3-32gb", 13700, false, "2020-07-01", epoch),
    bought("v100-sxm3-32gb", 9527.49, true, "2025-03-03", epoch),
    bought("a100-sxm-40gb", 24875, true, "2020-05-21", epoch),
    bought("a100-sxm-40gb", 15000, false, "2020-07-01", epoch),
    bought("a100-sxm-80gb", 17500, false, "2020-07-01", epoch),
    bought("a100-sxm-80gb", 20875, true, "2022-01-20", epoch),
    bought("a100-sxm-80gb", 18548.75, true, "2023-09-23", epoch),
    bought("a100-sxm-80gb", 17348.56, true, "2025-03-04", epoch),
    bought("a100-pcie-40gb", 15000, false, "2020-07-01", epoch),
    bought("h100-sxm", 44489.88, true, "2022-09-29", epoch),
    bought("h100-sxm", 33750, true, "2023-05-29", epoch),
    bought("h100-sxm", 37080.5, true, "2024-03-21", epoch),
    bought("h100-sxm", 31904.63, true, "2025-01-31", epoch),
    bought("h100-pcie", 24500, false, "2025-03-03", epoch),
    bought("h200-sxm", 33820.65, true, "2024-03-27", epoch),
    bought("h200-sxm", 39083.38, true, "2025-01-31", epoch),
    bought("h800-sxm", 44750, true, "2025-02-21", epoch),
    bought("h20", 12000, false, "2023-11-09", epoch),
    bought("b200-sxm", 47409.13, true, "2024-12-17", epoch),
    bought("mi250x", 14500, false, "2021-11-08", epoch),
    bought("mi300x", 25733.71, true, "2025-02-10", epoch),
    bought("gaudi2", 8125, false, "2024-06-09", epoch),
    bought("tpu-v3", 5276, false, "2018-05-18", cottier, Evidence::assumed),
    bought("tpu-v4", 5176, false, "2021-05-20", cottier, Evidence::assumed),
    bought("rtx-4090", 1417.2, false, "2025-03-03", epoch),
};

inline constexpr std::array all_electricity_{
    grid("New England", 0.1729, "2025-04"), grid("Pennsylvania", 0.0859, "2025-04"),
    grid("Illinois", 0.0981, "2025-04"),    grid("Ohio", 0.079, "2025-04"),
    grid("Iowa", 0.0604, "2025-04"),        grid("Minnesota", 0.0837, "2025-04"),
};

} // namespace detail

/// Rents, by accelerator, kind, term and date.
inline constexpr const auto& all_rents = detail::all_rents_;
/// Purchase prices, by accelerator and date.
inline constexpr const auto& all_purchases = detail::all_purchases_;
/// Industrial electricity of regions of the United States.
inline constexpr const auto& all_electricity = detail::all_electricity_;

/// What is on offer of a kind.
struct RentRange {
    const Rent* cheapest = nullptr;
    const Rent* dearest = nullptr;
    std::size_t offers = 0;
};

/// The offers of a kind for an accelerator from the year of the latest one; nothing if there is none. `term` selects
/// reservations of that length.
[[nodiscard]] constexpr std::optional<RentRange> rents_of(std::string_view accelerator, RentKind kind,
                                                          const Seconds& term = {}) noexcept {
    const auto fits = [&](const Rent& rent) {
        return rent.accelerator == accelerator && rent.kind == kind && rent.term == term;
    };
    std::string_view year;
    for (const Rent& rent : all_rents)
        if (fits(rent) && rent.provenance.as_of.substr(0, 4) > year) year = rent.provenance.as_of.substr(0, 4);
    RentRange range;
    for (const Rent& rent : all_rents) {
        if (!fits(rent) || rent.provenance.as_of.substr(0, 4) != year) continue;
        ++range.offers;
        if (range.cheapest == nullptr || rent.price < range.cheapest->price) range.cheapest = &rent;
        if (range.dearest == nullptr || rent.price > range.dearest->price) range.dearest = &rent;
    }
    if (range.offers == 0) return std::nullopt;
    return range;
}

/// The latest price to buy an accelerator, or null.
[[nodiscard]] constexpr const Purchase* purchase_of(std::string_view accelerator) noexcept {
    const Purchase* latest = nullptr;
    for (const Purchase& purchase : all_purchases)
        if (purchase.accelerator == accelerator &&
            (latest == nullptr || purchase.provenance.as_of > latest->provenance.as_of))
            latest = &purchase;
    return latest;
}

/// The electricity of a region, or null.
[[nodiscard]] constexpr const Electricity* electricity_of(std::string_view region) noexcept {
    for (const Electricity& entry : all_electricity)
        if (entry.region == region) return &entry;
    return nullptr;
}

/// A rent on demand as a price model; energy is included.
[[nodiscard]] constexpr OnDemand on_demand_model(const Rent& rent) noexcept {
    return {.price = rent.price, .energy = EnergyPrice{}, .provenance = rent.provenance};
}
/// A reservation as a price model: of so many accelerators.
[[nodiscard]] constexpr Reserved reserved_model(const Rent& rent, const Accelerators& accelerators) noexcept {
    return {.price = rent.price,
            .energy = EnergyPrice{},
            .accelerators = accelerators,
            .term = rent.term,
            .provenance = rent.provenance};
}

/// What a server costs over the accelerators in it (Cottier et al. 2024: DGX over eight single ones).
[[nodiscard]] constexpr double server_factor_of(std::string_view accelerator) noexcept {
    if (accelerator.starts_with("a100")) return 1.66;
    if (accelerator.starts_with("v100")) return 1.69;
    if (accelerator.starts_with("p100")) return 1.54;
    return 1.64;
}
/// Share of the interconnect in the price of a cluster below 4096 accelerators (the same source).
inline constexpr double interconnect_share = 0.19;

} // namespace foretrain::inline v0::catalog
