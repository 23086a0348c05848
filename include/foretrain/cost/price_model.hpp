// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <cstdint>
#include <string_view>

#include "../math/exp.hpp"
#include "price.hpp"

// Ways to pay for accelerators: on demand, reserved, on the spot market; owned ones are in cost/ownership.hpp.
//
//   on demand   p n t
//   reserved    p N ceil(t / term) term          the whole commitment of N, used or not
//   spot        p n h,  h = t / tau e^(L r) (e^(L tau) - 1) / L,  wall clock = h (1 + L w)
//
// p price of an accelerator, n accelerators, t time of the job without interruptions, h time for which spot
// accelerators are held: L interruptions a second of any of the job's instances, each of which ends the work since the
// last checkpoint (every tau seconds of work); then w seconds until there is room again, not paid, and r seconds of
// restart, paid. Source: J. T. Daly 2006, A higher order estimate of the optimum checkpoint interval, the complete
// model.

namespace foretrain::inline v0 {

/// What is to be paid for: accelerators, for the time the job takes on them without interruption by their owner, and
/// the energy that they draw in this time, building included.
template <class Real>
struct BasicJob {
    BasicAccelerators<Real> accelerators{};
    BasicSeconds<Real> time{};
    BasicJoules<Real> energy{};

    [[nodiscard]] constexpr BasicAcceleratorTime<Real> accelerator_time() const noexcept { return accelerators * time; }
};
using Job = BasicJob<double>;

/// What a way to pay asks for a job.
template <class Real>
struct BasicCharge {
    BasicBill<Real> bill{};
    BasicSeconds<Real> wall_clock{};   ///< longer than the job's time where its owner takes accelerators away
    BasicAcceleratorTime<Real> paid{}; ///< at least what the job uses
};
using Charge = BasicCharge<double>;

/// A way to pay for accelerators. A model may also have a `check(job, sink)` that tells of jobs it cannot price.
template <class Model, class Real = double>
concept PriceModel = requires(const Model& model, const BasicJob<Real>& job) {
    { Model::name } -> std::convertible_to<std::string_view>;
    { model.charge(job) } noexcept -> std::same_as<BasicCharge<Real>>;
    { model.provenance } -> std::convertible_to<Provenance>;
};

/// Tells `sink` of everything wrong with a job.
template <class Real, class Sink>
constexpr void check_rules(const BasicJob<Real>& job, Sink& sink) noexcept {
    detail::require_range(sink, "job.accelerators", job.accelerators, 1.0, 1e8);
    detail::require_range(sink, "job.time", job.time, 0.0, 1e10, "s");
    detail::require_range(sink, "job.energy", job.energy, 0.0, 1e21, "J", "building included");
}

/// What `model` asks for a job, or everything wrong.
template <class Model, class Real>
    requires PriceModel<Model, Real>
[[nodiscard]] constexpr Result<BasicCharge<Real>> try_charge(const Model& model, const BasicJob<Real>& job) noexcept {
    Violations violations;
    check_rules(job, violations);
    if constexpr (requires { model.check(job, violations); }) model.check(job, violations);
    if (!violations.empty()) return violations;
    return model.charge(job);
}

#if defined(__cpp_exceptions)
/// What `model` asks for a job; throws `InvalidConfiguration` on bad input.
template <class Model, class Real>
    requires PriceModel<Model, Real>
[[nodiscard]] constexpr BasicCharge<Real> charge(const Model& model, const BasicJob<Real>& job) {
    return detail::value_or_throw(try_charge(model, job));
}
#endif

/// What a job pays by the accelerator-hour that it uses, all items of the charge together; nothing if one is unknown.
template <class Real>
[[nodiscard]] constexpr std::optional<BasicAcceleratorPrice<Real>> average_price(const BasicCharge<Real>& charge,
                                                                                 const BasicJob<Real>& job) noexcept {
    const BasicCost<Real> total = charge.bill.total();
    if (!total.complete || !(raw(job.accelerator_time()) > Real(0.0))) return std::nullopt;
    return total.known / job.accelerator_time();
}

namespace detail {

/// The bill of accelerators paid for and of energy.
template <class Real>
[[nodiscard]] constexpr BasicBill<Real> rent_of(const std::optional<BasicAcceleratorPrice<Real>>& price,
                                                const std::optional<BasicEnergyPrice<Real>>& energy_price,
                                                const BasicAcceleratorTime<Real>& paid,
                                                const BasicJoules<Real>& energy) noexcept {
    return bill_of(BasicPrices<Real>{.accelerator = price, .energy = energy_price},
                   BasicUsage<Real>{.accelerator_time = paid, .energy = energy});
}

template <class Real, class Sink>
constexpr void check_rent(const std::optional<BasicAcceleratorPrice<Real>>& price,
                          const std::optional<BasicEnergyPrice<Real>>& energy, Sink& sink) noexcept {
    check_rules(BasicPrices<Real>{.accelerator = price, .energy = energy}, sink);
}

} // namespace detail

/// Paid for as long as it is used.
template <class Real>
struct BasicOnDemand {
    static constexpr std::string_view name = "on demand";
    std::optional<BasicAcceleratorPrice<Real>> price{};
    std::optional<BasicEnergyPrice<Real>> energy{}; ///< 0 where the rent includes it
    Provenance provenance{};

    [[nodiscard]] constexpr BasicCharge<Real> charge(const BasicJob<Real>& job) const noexcept {
        const BasicAcceleratorTime<Real> paid = job.accelerator_time();
        return {detail::rent_of(price, energy, paid, job.energy), job.time, paid};
    }
    template <class Sink>
    constexpr void check(const BasicJob<Real>&, Sink& sink) const noexcept {
        detail::check_rent(price, energy, sink);
    }
};
using OnDemand = BasicOnDemand<double>;

/// A commitment, paid whether it is used or not, and renewed until the job is done. The job bears all of it.
template <class Real>
struct BasicReserved {
    static constexpr std::string_view name = "reserved";
    std::optional<BasicAcceleratorPrice<Real>> price{};
    std::optional<BasicEnergyPrice<Real>> energy{}; ///< 0 where the rent includes it
    BasicAccelerators<Real> accelerators{};         ///< committed to
    BasicSeconds<Real> term{};
    Provenance provenance{};

    [[nodiscard]] constexpr BasicCharge<Real> charge(const BasicJob<Real>& job) const noexcept {
        const double whole =
            static_cast<double>(static_cast<std::int64_t>(static_cast<double>(value_of(Real(job.time / term)))));
        const bool left = job.time > term * Real(whole);
        const double terms = whole + (left || whole < 1.0 ? 1.0 : 0.0);
        const BasicAcceleratorTime<Real> paid = accelerators * (term * Real(terms));
        return {detail::rent_of(price, energy, paid, job.energy), job.time, paid};
    }
    /// Rule `commitment_holds_job`: no more accelerators than committed to; rent the rest on demand, cost/hybrid.hpp.
    template <class Sink>
    constexpr void check(const BasicJob<Real>& job, Sink& sink) const noexcept {
        detail::check_rent(price, energy, sink);
        detail::require_range(sink, "reserved.accelerators", accelerators, 1.0, 1e8);
        detail::require_range(sink, "reserved.term", term, 3600.0, 1e9, "s");
        detail::require(sink, job.accelerators <= accelerators, "commitment_holds_job", "job.accelerators",
                        job.accelerators, "at most the {} committed to",
                        static_cast<double>(value_of(raw(accelerators))), "commit to more or rent the rest on demand");
    }
};
using Reserved = BasicReserved<double>;

/// The share of a commitment that must be used for it to cost no more than renting on demand; above 1 it never does.
template <class Real>
[[nodiscard]] constexpr Real break_even_use(const BasicAcceleratorPrice<Real>& reserved,
                                            const BasicAcceleratorPrice<Real>& on_demand) noexcept {
    return reserved / on_demand;
}

/// Cheap accelerators that their owner may take back at any time.
template <class Real>
struct BasicSpot {
    static constexpr std::string_view name = "spot";
    std::optional<BasicAcceleratorPrice<Real>> price{};
    std::optional<BasicEnergyPrice<Real>> energy{}; ///< 0 where the rent includes it
    BasicFrequency<Real> interruptions{};           ///< of one instance while it is held
    std::int64_t instance = 0;                      ///< accelerators of an instance; losing one stops the job
    BasicSeconds<Real> interval{};                  ///< of work between checkpoints
    BasicSeconds<Real> restart{};                   ///< until work goes on, paid
    BasicSeconds<Real> wait{};                      ///< for instances to be had again, not paid
    Provenance provenance{};

    /// Interruptions of a job of so many accelerators.
    [[nodiscard]] constexpr BasicFrequency<Real> rate(const BasicAccelerators<Real>& accelerators) const noexcept {
        const double needed = detail::plain(accelerators) / static_cast<double>(instance);
        if (!(needed > 0.0 && needed < 1e15)) return interruptions * Real(needed); // refused by `check`
        const double whole = static_cast<double>(static_cast<std::int64_t>(needed));
        // A part of an instance is lost as often as a whole one; rounding makes no part.
        return interruptions * Real(needed > whole + 1e-9 ? whole + 1.0 : whole);
    }
    /// Time held over time of work: 1 without interruptions.
    [[nodiscard]] constexpr Real held(const BasicJob<Real>& job) const noexcept {
        const BasicSeconds<Real> piece = minimum(interval, job.time); // a shorter job writes no checkpoint
        const Real expected = rate(job.accelerators) * piece;
        const Real restarted = exp(Real(rate(job.accelerators) * restart));
        if (expected < Real(1e-9)) return restarted * Real(Real(1.0) + Real(0.5) * expected); // e^x - 1 over x, near 0
        return restarted * Real(expm1(expected) / expected);
    }
    /// The share of the wall clock that works; it multiplies the goodput of other faults, which strike independently.
    [[nodiscard]] constexpr Real effective_share(const BasicJob<Real>& job) const noexcept {
        return Real(1.0) / (held(job) * Real(Real(1.0) + Real(rate(job.accelerators) * wait)));
    }
    [[nodiscard]] constexpr BasicCharge<Real> charge(const BasicJob<Real>& job) const noexcept {
        const Real longer = held(job);
        const BasicAcceleratorTime<Real> paid = job.accelerator_time() * longer;
        return {detail::rent_of(price, energy, paid, BasicJoules<Real>(job.energy * longer)),
                job.time / effective_share(job), paid};
    }
    /// Rule `spot_makes_progress`: at most 10 interruptions expected between two checkpoints and in a restart.
    template <class Sink>
    constexpr void check(const BasicJob<Real>& job, Sink& sink) const noexcept {
        detail::check_rent(price, energy, sink);
        detail::require_range(sink, "spot.interruptions", interruptions, 0.0, 1.0, "1/s", "of one instance");
        detail::require_range(sink, "spot.instance", instance, 1, 1000000, "accelerators");
        detail::require_range(sink, "spot.interval", interval, 1e-3, 1e9, "s", "of work between checkpoints");
        detail::require_range(sink, "spot.restart", restart, 0.0, 1e9, "s");
        detail::require_range(sink, "spot.wait", wait, 0.0, 1e9, "s");
        if (instance < 1) return;
        const Real expected = rate(job.accelerators) * (minimum(interval, job.time) + restart);
        detail::require(sink, expected <= Real(10.0), "spot_makes_progress", "spot.interval", interval,
                        "so short that 10 interruptions or fewer are expected, now {}",
                        static_cast<double>(value_of(expected)), "write checkpoints more often or use fewer instances");
    }
};
using Spot = BasicSpot<double>;

} // namespace foretrain::inline v0
