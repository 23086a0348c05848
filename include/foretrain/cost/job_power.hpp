// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "power.hpp"

// Power of a whole job: its accelerators, its hosts, the network between them and the building around them.
//
//   P = (accelerators x P_accelerator + nodes x h x P_host + ports x P_port) x PUE
//
// P_host is what a node is rated for beside its accelerators, of which hosts draw a share h while they feed them; a
// part of a node pays for its part of the host. Switches and optics are counted for each scale-out port of a job that
// leaves a node; network cards belong to the host. PUE multiplies all of it: cooling and power conversion.

namespace foretrain::inline v0 {

/// Where the machines stand, and what surrounds the accelerators.
template <class Real>
struct BasicSite {
    Real power_usage_effectiveness{}; ///< building over machines: 1.1 in large data centres, 1 to 3
    Real host_load{};                 ///< average power of a host over `node.host_power`, 0 to 1
    BasicWatts<Real> port_power{};    ///< switches and optics for each scale-out port
    Provenance provenance{};
};
using Site = BasicSite<double>;

/// Hosts and network as measured in MLPerf Training power, in a building of this overhead.
[[nodiscard]] constexpr Site site(double power_usage_effectiveness) noexcept {
    return {.power_usage_effectiveness = power_usage_effectiveness,
            .host_load = 0.4,
            .port_power = make<Watts>(116.0),
            .provenance = {
                "fit to nodes of MLPerf Training v4.0 power; switches as estimated there: 59.57 kW for 512 ports",
                "2024-06", Evidence::fitted}};
}

/// Power of a job by its causes, all accelerators and nodes together.
template <class Real>
struct BasicJobPower {
    BasicAcceleratorPower<Real> accelerators{};
    BasicWatts<Real> hosts{};
    BasicWatts<Real> network{};
    BasicWatts<Real> facility{}; ///< what the building adds

    /// At the machines' plugs.
    [[nodiscard]] constexpr BasicWatts<Real> machines() const noexcept {
        return accelerators.total() + hosts + network;
    }
    /// At the building's meter.
    [[nodiscard]] constexpr BasicWatts<Real> total() const noexcept { return machines() + facility; }
};
using JobPower = BasicJobPower<double>;

/// Tells `sink` of every field of a site outside its range.
template <class Real, class Sink>
constexpr void check_rules(const BasicSite<Real>& site, Sink& sink) noexcept {
    detail::require_range(sink, "site.power_usage_effectiveness", site.power_usage_effectiveness, 1.0, 3.0, {},
                          "facility power over machine power; 1.1 to 1.3 is usual");
    detail::require_range(sink, "site.host_load", site.host_load, 0.0, 1.0, {}, "of node.host_power");
    detail::require_range(sink, "site.port_power", site.port_power, 0.0, 1e5, "W", "switches and optics of a port");
}

/// The same site over another scalar.
template <class To, class From>
[[nodiscard]] constexpr BasicSite<To> over_scalar(const BasicSite<From>& site) noexcept {
    return {detail::as_scalar<To>(site.power_usage_effectiveness), detail::as_scalar<To>(site.host_load),
            over_scalar<To>(site.port_power), site.provenance};
}

/// Power of a job whose accelerators are so busy.
template <class Real, PowerModel<Real> Model>
[[nodiscard]] constexpr BasicJobPower<Real> job_power(const BasicUtilization<Real>& busy,
                                                      const BasicCluster<Real>& cluster, const BasicSite<Real>& site,
                                                      const Model& model) noexcept {
    const Real count = Real(static_cast<double>(cluster.accelerators));
    const Real nodes = Real(static_cast<double>(cluster.accelerators) / static_cast<double>(cluster.node.accelerators));
    const BasicAcceleratorPower<Real> each = model.power(busy, cluster.accelerator);
    BasicJobPower<Real> power;
    power.accelerators = {each.idle * count, each.matrix * count, each.memory * count, each.kernels * count,
                          each.link * count};
    power.hosts = cluster.node.host_power * (site.host_load * nodes);
    if (cluster.accelerators > cluster.node.accelerators)
        power.network = site.port_power * (nodes * Real(static_cast<double>(cluster.node.nics)));
    power.facility = power.machines() * (site.power_usage_effectiveness - Real(1.0));
    return power;
}

/// Average power of a job while it trains, step after step.
template <class Real, PowerModel<Real> Model>
[[nodiscard]] constexpr BasicJobPower<Real> job_power(const BasicStepEstimate<Real>& step,
                                                      const BasicCluster<Real>& cluster, const BasicSite<Real>& site,
                                                      const Model& model) noexcept {
    return job_power(utilization_of(step, cluster.accelerator), cluster, site, model);
}

} // namespace foretrain::inline v0
