// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

#include "../units/print.hpp"

// A bill: what a job costs, item by item, and which items have no price.
//
//   total = sum of the known amounts, complete only if no item is unknown
//
// An unknown price is unknown, never zero: the total of a bill states the part that is known and names the rest.

namespace foretrain::inline v0 {

/// What money goes to.
enum class CostItem : unsigned char {
    accelerators, ///< rent of accelerators with their nodes, or the value that owned ones lose
    energy,       ///< electricity, where the rent does not include it
    network,      ///< the interconnect of the cluster, where it is paid apart
    storage,      ///< checkpoints and data sets kept
    egress,       ///< bytes moved out
    staff,
};
inline constexpr std::size_t cost_items = 6;

/// `accelerators`, `energy`, `network`, `storage`, `egress` or `staff`.
[[nodiscard]] constexpr std::string_view name_of(CostItem item) noexcept {
    constexpr std::array<std::string_view, cost_items> names{"accelerators", "energy", "network",
                                                             "storage",      "egress", "staff"};
    return names[static_cast<std::size_t>(item)];
}

/// A set of items.
struct CostItems {
    unsigned char bits = 0;

    constexpr void add(CostItem item) noexcept {
        bits = static_cast<unsigned char>(bits | (1u << static_cast<unsigned>(item)));
    }
    [[nodiscard]] constexpr bool has(CostItem item) const noexcept {
        return ((static_cast<unsigned>(bits) >> static_cast<unsigned>(item)) & 1u) != 0;
    }
    [[nodiscard]] constexpr bool empty() const noexcept { return bits == 0; }
    /// What is in either.
    [[nodiscard]] friend constexpr CostItems operator|(CostItems a, CostItems b) noexcept {
        return {static_cast<unsigned char>(a.bits | b.bits)};
    }
    friend constexpr bool operator==(CostItems, CostItems) noexcept = default;
};

/// A sum of money of which some part may be unknown.
template <class Real>
struct BasicCost {
    BasicUsd<Real> known{};
    bool complete = false; ///< false: some price was not given, the total is more than `known`
    CostItems unknown{};   ///< the items without a price, where the cost came from a bill

    /// True only if the whole cost is known and below `limit`.
    friend constexpr bool operator<(const BasicCost& cost, const BasicUsd<Real>& limit) noexcept {
        return cost.complete && cost.known < limit;
    }
    /// True if even the known part is above `limit`.
    friend constexpr bool operator>(const BasicCost& cost, const BasicUsd<Real>& limit) noexcept {
        return cost.known > limit;
    }
    /// Two costs together: complete if both are.
    [[nodiscard]] friend constexpr BasicCost operator+(const BasicCost& a, const BasicCost& b) noexcept {
        return {a.known + b.known, a.complete && b.complete, a.unknown | b.unknown};
    }
    /// A multiple of a cost; no share of an unknown part is known.
    [[nodiscard]] friend constexpr BasicCost operator*(const BasicCost& cost, const Real& factor) noexcept {
        return {cost.known * factor, cost.complete, cost.unknown};
    }
};
using Cost = BasicCost<double>;

/// Items of a cost. An item may be known in part: what is known of it counts, and it is unknown all the same.
template <class Real>
struct BasicBill {
    std::array<BasicUsd<Real>, cost_items> known{};
    CostItems unknown{};

    /// The amount of an item; nothing if a part of it is unknown.
    [[nodiscard]] constexpr std::optional<BasicUsd<Real>> operator[](CostItem item) const noexcept {
        if (unknown.has(item)) return std::nullopt;
        return known[static_cast<std::size_t>(item)];
    }
    /// Adds to an item.
    constexpr void add(CostItem item, const BasicUsd<Real>& amount) noexcept {
        known[static_cast<std::size_t>(item)] += amount;
    }
    /// Adds to an item an amount that nobody knows.
    constexpr void add_unknown(CostItem item) noexcept { unknown.add(item); }
    /// The sum of the known amounts, and what is missing from it.
    [[nodiscard]] constexpr BasicCost<Real> total() const noexcept {
        BasicCost<Real> cost{.known = {}, .complete = unknown.empty(), .unknown = unknown};
        for (const BasicUsd<Real>& amount : known) cost.known += amount;
        return cost;
    }
    /// Two bills together, item by item.
    [[nodiscard]] friend constexpr BasicBill operator+(const BasicBill& a, const BasicBill& b) noexcept {
        BasicBill sum = a;
        for (std::size_t i = 0; i < cost_items; ++i) sum.known[i] += b.known[i];
        sum.unknown = a.unknown | b.unknown;
        return sum;
    }
};
using Bill = BasicBill<double>;

/// The currency of every amount in the library: those of other currencies must be converted by who reads them in.
inline constexpr std::string_view currency = "USD";

/// `$92.4M`, `more than $92.4M (unknown: energy, staff)` or `unknown`.
[[nodiscard]] constexpr BasicText<127> to_text(const Cost& cost) noexcept {
    BasicText<127> text;
    if (cost.complete) return text.append(to_text(cost.known));
    if (raw(cost.known) > 0) text.append("more than ").append(to_text(cost.known));
    else text.append("unknown");
    if (cost.unknown.empty()) return text;
    text.append(raw(cost.known) > 0 ? " (unknown: " : " (no price of ");
    bool first = true;
    for (std::size_t i = 0; i < cost_items; ++i) {
        if (!cost.unknown.has(static_cast<CostItem>(i))) continue;
        if (!first) text.append(", ");
        text.append(name_of(static_cast<CostItem>(i)));
        first = false;
    }
    return text.append(')');
}

} // namespace foretrain::inline v0
