// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "../units/evidence.hpp"
#include "../units/result.hpp"
#include "../units/violation.hpp"
#include "bill.hpp"

// Prices, what a job uses, and the bill that they make.
//
//   amount of an item = price x what is used of it
//
// What is not used costs nothing, whatever its price. What is used and has no price is unknown, never zero.

namespace foretrain::inline v0 {

/// What a job pays for. Leave out what is not known; give 0 for what is free, such as energy within a rent.
template <class Real>
struct BasicPrices {
    std::optional<BasicAcceleratorPrice<Real>> accelerator{}; ///< rent of one accelerator, node and network included
    std::optional<BasicEnergyPrice<Real>> energy{};           ///< 0 where the rent includes it
    std::optional<BasicStoragePrice<Real>> storage{};
    std::optional<BasicTransferPrice<Real>> egress{};
    std::optional<BasicAcceleratorPrice<Real>> network{}; ///< where it is paid apart, by the accelerator
    std::optional<BasicMoneyRate<Real>> staff{};          ///< one person
    Provenance provenance{};
};
using Prices = BasicPrices<double>;

/// What a job uses. What is left out is not used.
template <class Real>
struct BasicUsage {
    BasicAcceleratorTime<Real> accelerator_time{}; ///< paid for, whether they train, restart or wait
    BasicJoules<Real> energy{};                    ///< building included
    BasicByteTime<Real> stored{};
    BasicBytes<Real> egress{};
    BasicAcceleratorTime<Real> network_time{}; ///< of accelerators whose network is paid apart
    BasicSeconds<Real> staff_time{};           ///< people x time
};
using Usage = BasicUsage<double>;

/// Tells `sink` of every price outside its range.
template <class Real, class Sink>
constexpr void check_rules(const BasicPrices<Real>& prices, Sink& sink) noexcept {
    constexpr std::string_view hint = "leave it out if it is not known";
    const auto price = [&](const auto& given, std::string_view field, double per, double most, std::string_view unit) {
        if (given) detail::require_range(sink, field, raw(*given) * Real(per), 0.0, most, unit, hint);
    };
    price(prices.accelerator, "prices.accelerator", 3600.0, 1e5, "USD/accelerator-hour");
    price(prices.energy, "prices.energy", 3.6e6, 100.0, "USD/kWh");
    price(prices.storage, "prices.storage", 1e9 * 2629800.0, 1e3, "USD/GB-month");
    price(prices.egress, "prices.egress", 1e9, 1e3, "USD/GB");
    price(prices.network, "prices.network", 3600.0, 1e5, "USD/accelerator-hour");
    price(prices.staff, "prices.staff", 3600.0, 1e5, "USD/hour");
}

/// Tells `sink` of every use outside its range.
template <class Real, class Sink>
constexpr void check_rules(const BasicUsage<Real>& usage, Sink& sink) noexcept {
    detail::require_range(sink, "usage.accelerator_time", usage.accelerator_time, 0.0, 1e18, "accelerator s");
    detail::require_range(sink, "usage.energy", usage.energy, 0.0, 1e21, "J");
    detail::require_range(sink, "usage.stored", usage.stored, 0.0, 1e30, "B s", "bytes times how long they are kept");
    detail::require_range(sink, "usage.egress", usage.egress, 0.0, 1e21, "B");
    detail::require_range(sink, "usage.network_time", usage.network_time, 0.0, 1e18, "accelerator s");
    detail::require_range(sink, "usage.staff_time", usage.staff_time, 0.0, 1e15, "s", "people times their time");
}

/// The bill of what was used, at prices that were checked.
template <class Real>
[[nodiscard]] constexpr BasicBill<Real> bill_of(const BasicPrices<Real>& prices,
                                                const BasicUsage<Real>& usage) noexcept {
    BasicBill<Real> bill;
    const auto item = [&](CostItem what, const auto& price, const auto& used) {
        if (price) bill.add(what, *price * used);
        else if (raw(used) > Real(0.0)) bill.add_unknown(what);
    };
    item(CostItem::accelerators, prices.accelerator, usage.accelerator_time);
    item(CostItem::energy, prices.energy, usage.energy);
    item(CostItem::network, prices.network, usage.network_time);
    item(CostItem::storage, prices.storage, usage.stored);
    item(CostItem::egress, prices.egress, usage.egress);
    item(CostItem::staff, prices.staff, usage.staff_time);
    return bill;
}

/// The bill of what was used, or everything wrong with prices and use.
template <class Real>
[[nodiscard]] constexpr Result<BasicBill<Real>> try_bill(const BasicPrices<Real>& prices,
                                                         const BasicUsage<Real>& usage) noexcept {
    Violations violations;
    check_rules(prices, violations);
    check_rules(usage, violations);
    if (!violations.empty()) return violations;
    return bill_of(prices, usage);
}

#if defined(__cpp_exceptions)
/// The bill of what was used; throws `InvalidConfiguration` on bad input.
template <class Real>
[[nodiscard]] constexpr BasicBill<Real> bill(const BasicPrices<Real>& prices, const BasicUsage<Real>& usage) {
    return detail::value_or_throw(try_bill(prices, usage));
}
#endif

} // namespace foretrain::inline v0
