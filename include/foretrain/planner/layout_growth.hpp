// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "growth.hpp"

// A job at other sizes, laid out anew at each: the fastest of the usual layouts.
//
//   tensor      1, 2, 4, ... up to the accelerators of a node          pipeline    1, 2, 4, ... up to the layers
//   chunks      1, and 2, 4, ... where a pipeline is interleaved       micro-batch 1, 2, 4 (as far as it divides);
//                                                                      or as the plan has it
//   recompute   nothing, element-wise operations, everything; or as the plan has it
//   data        what is left: n / (tensor x pipeline x context)
//
// Everything else is the plan's: sharding, precision, software, context and expert degrees. Sequence
// parallelism goes with tensor parallelism. Of equally fast layouts the first one in the order above is taken. This is
// a small list for questions that ask for the best plan at many sizes; planner/search_space.hpp has every knob.

namespace foretrain::inline v0 {

/// The fastest of the usual layouts that fit, at each size. The batch stays, or grows with the accelerators from
/// `plan.global_batch` on `cluster.accelerators`.
template <class Real>
struct BasicLayoutGrowth {
    Transformer model{};
    BasicCluster<Real> cluster{};
    BasicParallelPlan<Real> plan{};
    BatchGrowth batch = BatchGrowth::fixed;
    bool same_recomputation = false; ///< what is computed again is the plan's
    bool same_micro_batch = false;   ///< so is the micro-batch

    [[nodiscard]] constexpr std::optional<BasicSizedJob<Real>> on(std::int64_t accelerators) const noexcept {
        if (!whole_nodes(accelerators, cluster.node.accelerators) || plan.context < 1) return std::nullopt;
        BasicSizedJob<Real> job{cluster, plan};
        job.cluster.accelerators = accelerators;
        if (batch == BatchGrowth::with_the_job) {
            if (cluster.accelerators < 1 || plan.global_batch > 1000000000 ||
                plan.global_batch * accelerators % cluster.accelerators != 0)
                return std::nullopt;
            job.plan.global_batch = plan.global_batch * accelerators / cluster.accelerators;
        }
        bool any = false, fits = false;
        BasicParallelPlan<Real> best = plan;
        BasicSeconds<Real> least{};
        for_each(job.plan, accelerators, [&](const BasicParallelPlan<Real>& candidate) {
            const auto step = try_estimate_step(model, job.cluster, candidate);
            if (!step) return;
            const bool now = !(step->memory.peak > cluster.accelerator.memory.capacity);
            // One that does not fit is kept where none does: it says that memory is why.
            if (any && (fits && !now)) return;
            if (any && fits == now && !(step->time < least)) return;
            any = true;
            fits = now;
            best = candidate;
            least = step->time;
        });
        if (!any) return std::nullopt;
        job.plan = best;
        return job;
    }

private:
    template <class Visit>
    constexpr void recompute(BasicParallelPlan<Real> at, Visit& visit) const noexcept {
        if (same_recomputation) return visit(at);
        for (const Recomputation kind : {Recomputation::none, Recomputation::elementwise, Recomputation::full}) {
            at.recomputation = kind;
            visit(at);
        }
    }
    template <class Visit>
    constexpr void for_each(BasicParallelPlan<Real> at, std::int64_t accelerators, Visit visit) const noexcept {
        for (at.tensor = 1; at.tensor <= cluster.node.accelerators; at.tensor *= 2) {
            at.sequence_parallel = at.tensor > 1;
            for (at.pipeline = 1; at.pipeline <= model.layers; at.pipeline *= 2) {
                if (accelerators % at.replica() != 0) continue;
                at.data = accelerators / at.replica();
                for (at.virtual_stages = 1; at.virtual_stages * at.pipeline <= model.layers; at.virtual_stages *= 2) {
                    if (at.virtual_stages > 1 && at.pipeline == 1) break;
                    at.schedule = at.virtual_stages > 1 ? Schedule::interleaved : Schedule::one_f_one_b;
                    at.first_stage_layers = at.last_stage_layers = 0;
                    if (same_micro_batch) {
                        if (at.micro_batch > 0 && at.global_batch % at.data == 0 &&
                            at.global_batch / at.data % at.micro_batch == 0)
                            recompute(at, visit);
                        continue;
                    }
                    for (at.micro_batch = 1; at.micro_batch <= 4; at.micro_batch *= 2)
                        if (at.global_batch % (at.data * at.micro_batch) == 0) recompute(at, visit);
                }
            }
        }
    }
};
using LayoutGrowth = BasicLayoutGrowth<double>;

} // namespace foretrain::inline v0
