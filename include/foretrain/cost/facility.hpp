// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "job_power.hpp"

// What a site's power allows, and energy for what is trained.
//
//   accelerators <= site power / (power of a node with its ports, building included) x accelerators of a node
//   energy of a token = P_job x t_step / tokens of a step
//
// Whole nodes only: half a node does not exist. Energies count the building, like the power they are made of.

namespace foretrain::inline v0 {

/// The most accelerators, in whole nodes, that work so busy within a site's power; 0 if not even one node can.
template <class Real, PowerModel<Real> Model>
[[nodiscard]] constexpr std::int64_t
largest_cluster(const BasicWatts<Real>& available, const BasicUtilization<Real>& busy,
                const BasicCluster<Real>& cluster, const BasicSite<Real>& site, const Model& model) noexcept {
    BasicCluster<Real> some = cluster;
    some.accelerators = cluster.node.accelerators;
    const double alone = detail::plain(job_power(busy, some, site, model).total());
    some.accelerators = 2 * cluster.node.accelerators;
    const double networked = 0.5 * detail::plain(job_power(busy, some, site, model).total());
    const double watts = detail::plain(available);
    if (!(watts >= alone)) return 0;
    const double nodes = watts / networked;
    // More nodes than can be counted are not built either.
    const std::int64_t whole = nodes < 1e12 ? static_cast<std::int64_t>(nodes) : 1000000000000;
    return (whole > 1 ? whole : 1) * cluster.node.accelerators;
}

/// The same with the activity of a step on that cluster.
template <class Real, PowerModel<Real> Model>
[[nodiscard]] constexpr std::int64_t
largest_cluster(const BasicWatts<Real>& available, const BasicStepEstimate<Real>& step,
                const BasicCluster<Real>& cluster, const BasicSite<Real>& site, const Model& model) noexcept {
    return largest_cluster(available, utilization_of(step, cluster.accelerator), cluster, site, model);
}

/// The same of a cluster built to run anything: all accelerators at the power that they are rated for.
template <class Real>
[[nodiscard]] constexpr std::int64_t largest_cluster(const BasicWatts<Real>& available,
                                                     const BasicCluster<Real>& cluster,
                                                     const BasicSite<Real>& site) noexcept {
    return largest_cluster(available, BasicUtilization<Real>{.matrix = Real(1.0)}, cluster, site,
                           BasicActivityPower<Real>{Real(1.0), Real(1.0)});
}

/// Energy of one step at an average power.
template <class Real>
[[nodiscard]] constexpr BasicJoules<Real> step_energy(const BasicStepEstimate<Real>& step,
                                                      const BasicJobPower<Real>& power) noexcept {
    return power.total() * step.time;
}
/// Energy of a token trained on.
template <class Real>
[[nodiscard]] constexpr BasicTokenEnergy<Real> energy_per_token(const BasicStepEstimate<Real>& step,
                                                                const BasicJobPower<Real>& power) noexcept {
    return step_energy(step, power) / BasicTokens<Real>(step.tokens);
}
/// Energy of a sample trained on.
template <class Real>
[[nodiscard]] constexpr BasicSampleEnergy<Real> energy_per_sample(const BasicStepEstimate<Real>& step,
                                                                  const BasicJobPower<Real>& power) noexcept {
    return step_energy(step, power) / BasicSamples<Real>(step.samples);
}
/// Useful operations for each joule, counted by a convention.
template <class Real>
[[nodiscard]] constexpr BasicEnergyEfficiency<Real>
energy_efficiency(const BasicStepEstimate<Real>& step, const BasicJobPower<Real>& power,
                  FlopConvention convention = FlopConvention::six_n_attention) noexcept {
    return step.rate(convention) * Real(static_cast<double>(step.accelerators)) / power.total();
}

} // namespace foretrain::inline v0
