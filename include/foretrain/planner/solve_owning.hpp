// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "../cost/ownership.hpp"
#include "solve.hpp"

// At which price owning beats renting.
//
//   rent       r* = min { r : charge(owned) <= charge(rented at r) }    the lowest rent at which owning is no dearer
//   purchase   p* = max { p : charge(owned at p) <= charge(rented) }    the highest price to buy at which it is
//
// A charge is all that a way to pay asks for the same job (cost/price_model.hpp): value lost, network, staff, energy,
// idle hours. Rented: on demand, energy included.

namespace foretrain::inline v0 {

namespace detail {

/// The sum of a charge; it cannot be had where a price is unknown.
template <class Model, class Real>
[[nodiscard]] constexpr Tried<BasicUsd<Real>> charged(const Model& model, const BasicJob<Real>& job) noexcept {
    const auto charge = try_charge(model, job);
    if (!charge) return {};
    const BasicCost<Real> cost = charge->bill.total();
    return cost.complete ? Tried<BasicUsd<Real>>{cost.known} : Tried<BasicUsd<Real>>{};
}

template <class Real>
[[nodiscard]] constexpr Tried<BasicUsd<Real>> rented(const BasicAcceleratorPrice<Real>& rent,
                                                     const BasicJob<Real>& job) noexcept {
    BasicOnDemand<Real> model;
    model.price = rent;
    model.energy = BasicEnergyPrice<Real>{};
    return charged(model, job);
}

/// What is wrong with a job, and prices of owning that are not known (but for those of the question).
template <class Real, class Rule>
[[nodiscard]] constexpr Violations check_owning(const BasicOwned<Real, Rule>& owned, const BasicJob<Real>& job,
                                                bool price_needed) noexcept {
    Violations violations;
    check_rules(job, violations);
    owned.check(job, violations);
    require_range(violations, "job.time", job.time, 1e-3, 1e10, "s");
    require(violations, !price_needed || owned.accelerator.has_value(), "owning_needs_prices", "owned.accelerator", 0.0,
            "known", 0.0, "what an accelerator costs to buy");
    require(violations, owned.energy.has_value(), "owning_needs_prices", "owned.energy", 0.0, "known", 0.0,
            "the price of energy");
    require(violations, owned.staff.has_value(), "owning_needs_prices", "owned.staff", 0.0, "known", 0.0,
            "0 for nobody");
    return violations;
}

} // namespace detail

/// The lowest rent of an accelerator-hour, energy included, at which owning costs a job no more; the measure is what
/// the rented job costs, the limit what the owned one does. Or everything wrong.
template <PlainReal Real, class Rule>
[[nodiscard]] constexpr Result<Solution<BasicAcceleratorPrice<Real>, BasicUsd<Real>>>
try_rent_that_owning_beats(const BasicOwned<Real, Rule>& owned, const BasicJob<Real>& job) noexcept {
    using Price = BasicAcceleratorPrice<Real>;
    const Violations violations = detail::check_owning(owned, job, true);
    if (!violations.empty()) return violations;
    const Goal<BasicUsd<Real>> goal{detail::charged(owned, job).measure, true};
    return try_solve(Aim::least, make<Price>(Real(1e-6 / 3600.0)), make<Price>(Real(1e5 / 3600.0)), goal,
                     [&](const Price& rent) noexcept { return detail::rented(rent, job); });
}

/// The highest price to buy an accelerator at which owning costs a job no more than a rent; what `owned` has for it
/// does not matter. The measure is what the owned job costs, the limit what the rented one does. Or everything wrong.
template <PlainReal Real, class Rule>
[[nodiscard]] constexpr Result<Solution<BasicPurchasePrice<Real>, BasicUsd<Real>>>
try_purchase_that_beats_rent(const BasicOwned<Real, Rule>& owned, const BasicJob<Real>& job,
                             const BasicAcceleratorPrice<Real>& rent) noexcept {
    using Price = BasicPurchasePrice<Real>;
    Violations violations = detail::check_owning(owned, job, false);
    detail::require_range(violations, "solve.rent", raw(rent) * Real(3600.0), 1e-6, 1e5, "USD/accelerator-hour");
    if (!violations.empty()) return violations;
    return try_solve(Aim::most, make<Price>(Real(1e-3)), make<Price>(Real(1e8)),
                     Goal<BasicUsd<Real>>{detail::rented(rent, job).measure}, [&](const Price& price) noexcept {
                         BasicOwned<Real, Rule> at = owned;
                         at.accelerator = price;
                         return detail::charged(at, job);
                     });
}

#if defined(__cpp_exceptions)
/// The same; throws `InvalidConfiguration` on bad input.
template <PlainReal Real, class Rule>
[[nodiscard]] constexpr Solution<BasicAcceleratorPrice<Real>, BasicUsd<Real>>
rent_that_owning_beats(const BasicOwned<Real, Rule>& owned, const BasicJob<Real>& job) {
    return detail::value_or_throw(try_rent_that_owning_beats(owned, job));
}
template <PlainReal Real, class Rule>
[[nodiscard]] constexpr Solution<BasicPurchasePrice<Real>, BasicUsd<Real>>
purchase_that_beats_rent(const BasicOwned<Real, Rule>& owned, const BasicJob<Real>& job,
                         const BasicAcceleratorPrice<Real>& rent) {
    return detail::value_or_throw(try_purchase_that_beats_rent(owned, job, rent));
}
#endif

} // namespace foretrain::inline v0
