// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include "../collective/select.hpp"
#include "../hardware/cluster.hpp"
#include "../units/evidence.hpp"
#include "../units/result.hpp"
#include "../units/violation.hpp"

// A step of a model that is known by its totals alone, trained data parallel: images, speech, graphs, recommendation.
//
//   t = b (F / R + Q / beta) / eta + max(t_r - omega b (F / R + Q / beta) / eta, 0) + t_0       b = B / N
//   F, Q   operations and bytes of memory traffic of a sample, forward and backward;  B, N  batch, accelerators
//   R, beta  peak rates;  eta  the share of both that the model's kernels reach;  t_r  all-reduce of the gradients
//   omega  share of the compute under which it may hide;  t_0  what a step takes at least: launches, synchronisation
//
// Layers that compute and layers that stream follow each other, so their times add (the roofline of Williams et al.
// 2009, one layer at a time). Coarse by intent: one share for all layers, one floor for all scales. Networks whose
// layers are known are better served by workload/convolution.hpp and workload/transformer.hpp.

namespace foretrain::inline v0 {

/// What one sample of a model takes.
template <class Real>
struct BasicSampleWork {
    std::string_view name;
    BasicFlops<Real> flops{};        ///< forward and backward
    BasicBytes<Real> traffic{};      ///< to and from memory, forward and backward, in the training format
    BasicBytes<Real> gradients{};    ///< reduced over all accelerators each step
    BasicBytes<Real> exchange{};     ///< of a sample, all to all: embedding tables that are dealt out
    Real efficiency{};               ///< share of both peak rates, 0.001 to 2
    BasicSeconds<Real> step_floor{}; ///< of any step
    Provenance provenance{};
};
using SampleWork = BasicSampleWork<double>;

/// A step by its parts, which sum to the total.
template <class Real>
struct BasicSampleStep {
    BasicSeconds<Real> compute{};
    BasicSeconds<Real> memory{};
    BasicSeconds<Real> communication{}; ///< exposed
    BasicSeconds<Real> floor{};

    [[nodiscard]] constexpr BasicSeconds<Real> total() const noexcept {
        return compute + memory + communication + floor;
    }
};
using SampleStep = BasicSampleStep<double>;

/// Tells `sink` of every field of a sample's work outside its range.
template <class Real, class Sink>
constexpr void check_rules(const BasicSampleWork<Real>& work, Sink& sink) noexcept {
    using detail::require_range;
    require_range(sink, "work.flops", work.flops, 0.0, 1e18, "FLOP", "of one sample, forward and backward");
    require_range(sink, "work.traffic", work.traffic, 0.0, 1e15, "B");
    require_range(sink, "work.gradients", work.gradients, 0.0, 1e14, "B");
    require_range(sink, "work.exchange", work.exchange, 0.0, 1e12, "B");
    require_range(sink, "work.efficiency", work.efficiency, 1e-3, 2.0, {}, "share of the peak rates");
    require_range(sink, "work.step_floor", work.step_floor, 0.0, 1e3, "s");
}

/// A step of `batch` samples on all accelerators of a cluster, computing in `format`; less than a sample each is a
/// sample cut over several. `overlap` (0 to 1): share of the compute under which gradients may be reduced.
template <class Real>
[[nodiscard]] constexpr Result<BasicSampleStep<Real>>
try_sample_step(const BasicSampleWork<Real>& work, const BasicCluster<Real>& cluster, double batch, NumberFormat format,
                const Real& overlap, const BasicCommunicationLibrary<Real>& library) noexcept {
    Violations violations;
    check_rules(work, violations);
    check_rules(cluster, violations);
    check_rules(library, violations);
    detail::require_range(violations, "batch", batch, 1.0, 1e12, "samples");
    detail::require_range(violations, "overlap", overlap, 0.0, 1.0);
    detail::require(violations, raw(cluster.accelerator.matrix.of(format)) > Real(0.0), "format_has_a_rate", "format",
                    0.0, "one that the accelerator computes in", 0.0, "see the rates of the accelerator");
    if (!violations.empty()) return violations;
    const Real share = Real(batch / static_cast<double>(cluster.accelerators));
    BasicSampleStep<Real> step;
    step.compute = work.flops / cluster.accelerator.matrix.of(format) * (share / work.efficiency);
    step.memory = work.traffic / cluster.accelerator.memory.bandwidth * (share / work.efficiency);
    step.floor = work.step_floor;
    if (cluster.accelerators > 1) {
        const BasicGroup<Real> all =
            make_group(cluster.fabric, cluster.accelerators, cluster.accelerators, std::int64_t{1}, library);
        const BasicSeconds<Real> reduction = time<NcclAlgorithms>(Collective::all_reduce, all, work.gradients);
        step.communication = maximum(reduction - (step.compute + step.memory) * overlap, BasicSeconds<Real>{});
        if (work.exchange > BasicBytes<Real>{}) // there and back again, forward and backward
            step.communication += time<NcclAlgorithms>(Collective::all_to_all, all, work.exchange * share) * Real(2.0);
    }
    return step;
}

#if defined(__cpp_exceptions)
/// The same; throws `InvalidConfiguration` on bad input.
template <class Real>
[[nodiscard]] constexpr BasicSampleStep<Real>
sample_step(const BasicSampleWork<Real>& work, const BasicCluster<Real>& cluster, double batch, NumberFormat format,
            const Real& overlap, const BasicCommunicationLibrary<Real>& library) {
    return detail::value_or_throw(try_sample_step(work, cluster, batch, format, overlap, library));
}
#endif

} // namespace foretrain::inline v0
