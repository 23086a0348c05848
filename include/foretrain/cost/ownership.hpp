// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "depreciation.hpp"
#include "price_model.hpp"

// Owned clusters: what a job costs on accelerators that were bought, and when that beats renting.
//
//   servers = p f     network = p f s / (1 - s)                                       an accelerator
//   loss    = value(a) - value(a + t)
//   cost    = n [ (servers + network) loss / u + e (W t + P_idle t (1/u - 1)) ] + staff (n / N) t / u
//
// p price of an accelerator, f that of a server over those of its accelerators, s share of the interconnect in the
// cluster's price, a age, t time of the job, n its accelerators of the cluster's N, u share of the hours in which the
// cluster works for anybody: jobs bear the idle hours too. e price of energy, W the power of the job an accelerator,
// P_idle that of an idle one, building included. Source: Epoch AI, Cottier et al. 2024 (s = 0.19 below 4096
// accelerators; f = 1.66 for A100, 1.69 V100, 1.54 P100, else 1.64), which has u = 1 and no staff here.

namespace foretrain::inline v0 {

/// A cluster that was bought. Leave out what is not known.
template <class Real, class Rule = BasicEconomicDecline<Real>>
struct BasicOwned {
    static constexpr std::string_view name = "owned";
    std::optional<BasicPurchasePrice<Real>> accelerator{}; ///< of one
    Real server_factor{};      ///< price of a server over that of its accelerators; 1 where `accelerator` has its share
    Real interconnect_share{}; ///< of the price of the cluster, 0 where `accelerator` has its share
    Rule depreciation{};
    BasicSeconds<Real> age{};               ///< of the cluster when the job starts
    Real utilisation{};                     ///< share of the hours in which it works, for whomever: 0.01 to 1
    BasicAccelerators<Real> accelerators{}; ///< of the cluster
    BasicWatts<Real> idle_power{};          ///< of an accelerator with its share of all else, building included
    std::optional<BasicEnergyPrice<Real>> energy{};
    std::optional<BasicMoneyRate<Real>> staff{}; ///< all who run the cluster; 0 for nobody
    Provenance provenance{};

    /// Price of all there is, bought new.
    [[nodiscard]] constexpr std::optional<BasicUsd<Real>> capital() const noexcept {
        if (!accelerator) return std::nullopt;
        return *accelerator * accelerators * Real(server_factor / (Real(1.0) - interconnect_share));
    }
    [[nodiscard]] constexpr BasicCharge<Real> charge(const BasicJob<Real>& job) const noexcept {
        BasicCharge<Real> charge{.bill = {}, .wall_clock = job.time, .paid = job.accelerator_time() / utilisation};
        if (accelerator) {
            const BasicUsd<Real> servers = *accelerator * job.accelerators * server_factor;
            const Real lost = depreciation.loss(age, job.time) / utilisation;
            const Real beside = interconnect_share / (Real(1.0) - interconnect_share);
            charge.bill.add(CostItem::accelerators, servers * lost);
            charge.bill.add(CostItem::network, servers * Real(lost * beside));
        } else {
            charge.bill.add_unknown(CostItem::accelerators);
            if (interconnect_share > Real(0.0)) charge.bill.add_unknown(CostItem::network);
        }
        const BasicJoules<Real> idle =
            idle_power * raw(job.accelerators) * job.time * Real(Real(1.0) / utilisation - Real(1.0));
        const BasicJoules<Real> drawn = job.energy + idle;
        // By `value_or`, because g++ 12 takes the value of an empty optional for uninitialised.
        charge.bill.add(CostItem::energy, energy.value_or(BasicEnergyPrice<Real>{}) * drawn);
        if (!energy && raw(drawn) > Real(0.0)) charge.bill.add_unknown(CostItem::energy);
        charge.bill.add(CostItem::staff, staff.value_or(BasicMoneyRate<Real>{}) * job.time *
                                             Real(job.accelerators / accelerators) / utilisation);
        if (!staff) charge.bill.add_unknown(CostItem::staff);
        return charge;
    }
    /// Rule `cluster_holds_job`: no more accelerators than there are.
    template <class Sink>
    constexpr void check(const BasicJob<Real>& job, Sink& sink) const noexcept {
        if (accelerator)
            detail::require_range(sink, "owned.accelerator", *accelerator, 0.0, 1e8, "USD/accelerator",
                                  "leave it out if it is not known");
        detail::require_range(sink, "owned.server_factor", server_factor, 1.0, 10.0, {}, "1.64 is usual");
        detail::require_range(sink, "owned.interconnect_share", interconnect_share, 0.0, 0.9, {}, "0.19 is usual");
        check_rules(depreciation, sink);
        detail::require_range(sink, "owned.age", age, 0.0, 1e10, "s");
        detail::require_range(sink, "owned.utilisation", utilisation, 0.01, 1.0);
        detail::require_range(sink, "owned.accelerators", accelerators, 1.0, 1e8);
        detail::require_range(sink, "owned.idle_power", idle_power, 0.0, 1e6, "W");
        detail::check_rent<Real>(std::nullopt, energy, sink);
        if (staff)
            detail::require_range(sink, "owned.staff", raw(*staff) * Real(31557600.0), 0.0, 1e12, "USD/year",
                                  "leave it out if it is not known");
        detail::require(sink, job.accelerators <= accelerators, "cluster_holds_job", "job.accelerators",
                        job.accelerators, "at most the {} of the cluster",
                        static_cast<double>(value_of(raw(accelerators))), "own more or rent the rest, cost/hybrid.hpp");
    }
};
/// Owned, losing value as the market does.
using Owned = BasicOwned<double>;
/// Owned, written off in a straight line.
using OwnedStraightLine = BasicOwned<double, StraightLine>;

/// The price of an owned accelerator-hour, taken apart: of every hour there is, and on top of it of an hour that works.
template <class Real>
struct BasicOwnedPrice {
    BasicAcceleratorPrice<Real> fixed{};   ///< value lost, staff, idle power
    BasicAcceleratorPrice<Real> running{}; ///< power beyond the idle one

    /// Of an hour that works in a cluster of this utilisation.
    [[nodiscard]] constexpr BasicAcceleratorPrice<Real> at(const Real& utilisation) const noexcept {
        return fixed / utilisation + running;
    }
};
using OwnedPrice = BasicOwnedPrice<double>;

/// What an hour costs, whether it works or not, averaged over the time of a job; nothing if a price is unknown.
template <class Real, class Rule>
[[nodiscard]] constexpr std::optional<BasicOwnedPrice<Real>> owned_price(const BasicOwned<Real, Rule>& owned,
                                                                         const BasicJob<Real>& job) noexcept {
    BasicOwned<Real, Rule> always = owned;
    always.utilisation = Real(1.0);
    const auto busy = average_price(always.charge(job), job);
    BasicJob<Real> waiting = job; // as long, at idle power
    waiting.energy = owned.idle_power * raw(job.accelerators) * job.time;
    const auto idle = average_price(always.charge(waiting), waiting);
    if (!busy || !idle) return std::nullopt;
    return BasicOwnedPrice<Real>{*idle, *busy - *idle};
}

/// When owning pays.
template <class Real>
struct BasicOwningBreakEven {
    BasicAcceleratorPrice<Real> always_busy{}; ///< price owned at full utilisation: a lower rent always wins
    std::optional<Real> utilisation{};         ///< from which owning is no dearer; nothing: not even if always busy
};
using OwningBreakEven = BasicOwningBreakEven<double>;

/// The utilisation from which owning a cluster costs a job no more than the given rent; nothing if a price is unknown.
template <class Real, class Rule>
[[nodiscard]] constexpr std::optional<BasicOwningBreakEven<Real>>
break_even_utilisation(const BasicOwned<Real, Rule>& owned, const BasicJob<Real>& job,
                       const BasicAcceleratorPrice<Real>& rent) noexcept {
    const auto price = owned_price(owned, job);
    if (!price) return std::nullopt;
    BasicOwningBreakEven<Real> result{.always_busy = price->at(Real(1.0)), .utilisation = {}};
    if (rent >= result.always_busy && rent > price->running)
        result.utilisation = Real(price->fixed / (rent - price->running));
    return result;
}

} // namespace foretrain::inline v0
