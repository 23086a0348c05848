// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "../collective/select.hpp"
#include "../memory/states.hpp"
#include "../parallel/placement.hpp"
#include "../roofline/resource.hpp"

// What each kind of parallelism sends, and how long that takes if nothing hides it.
//
//   tensor    two all-reduces of b s h a layer and pass, or all-gather + reduce-scatter each with sequence parallelism
//             (Shoeybi et al. 2019; Korthikanti et al. 2022). The all-gather that sequence parallelism repeats for the
//             weight gradients hides under the product that precedes it.
//   context   all-gather of keys and values forward, again backward, and reduce-scatter of their gradients (Llama
//   3, 3.3.2) data      gradients: all-reduce, or reduce-scatter and all-gather of weights (ZeRO-1/2), once a step;
//   sharded parameters:
//             all-gather of each layer forward and backward and reduce-scatter of its gradients, every micro-batch
//             (ZeRO-3, FSDP); hybrid sharding all-reduces the shards over the replicas once a step
//   pipeline  the activation of one micro-batch to the next stage, its gradient back

namespace foretrain::inline v0 {

/// Communication of one accelerator, none of it hidden yet.
template <class Real>
struct BasicCommunication {
    BasicSeconds<Real> tensor_layer{};    ///< one layer, one pass, one micro-batch
    BasicSeconds<Real> tensor_edge{};     ///< embedding or head, one pass, one micro-batch
    BasicSeconds<Real> context_forward{}; ///< one layer, one micro-batch
    BasicSeconds<Real> context_backward{};
    BasicSeconds<Real> gather_layer{};  ///< sharded parameters: one layer's weights
    BasicSeconds<Real> scatter_layer{}; ///< sharded parameters: one layer's gradients
    BasicSeconds<Real> gather_edge{};   ///< the same of embedding and head
    BasicSeconds<Real> scatter_edge{};
    BasicSeconds<Real> gradients_step{}; ///< once a step: reduction of gradients
    BasicSeconds<Real> weights_step{};   ///< once a step: gathering updated weights
    BasicSeconds<Real> send{};           ///< one hop of the pipeline
    Resource tensor_resource = Resource::scale_up;
    Resource context_resource = Resource::scale_up;
    Resource data_resource = Resource::scale_up;
    Resource pipeline_resource = Resource::scale_up;
};

namespace detail {

/// The network a group uses: scale-out once it reaches beyond one unit of the innermost tier.
template <class Real>
[[nodiscard]] constexpr Resource network_of(const BasicCluster<Real>& cluster, const GroupShape& shape) noexcept {
    const bool inside = (shape.ranks - 1) * shape.stride < cluster.fabric.tier[0].size;
    return inside ? Resource::scale_up : Resource::scale_out;
}

/// The communicator of one of a plan's groups. The two ends of a pipeline within one unit of the innermost tier stay
/// inside.
template <class Real>
[[nodiscard]] constexpr BasicGroup<Real>
communicator(const BasicCluster<Real>& cluster, const BasicParallelPlan<Real>& plan, const GroupShape& shape) noexcept {
    const std::int64_t unit = cluster.fabric.tier[0].size;
    const bool inside =
        (shape.ranks - 1) * shape.stride < unit && shape.ranks * shape.stride > unit && shape.ranks <= unit;
    return make_group(cluster.fabric, cluster.accelerators, shape.ranks, inside ? unit / shape.ranks : shape.stride,
                      plan.stack.library);
}

/// The best of the algorithms that communication libraries for training choose from.
template <class Real>
[[nodiscard]] constexpr BasicSeconds<Real> time_on(const BasicGroup<Real>& group, Collective collective,
                                                   double bytes) noexcept {
    return time<NcclAlgorithms>(collective, group, make<BasicBytes<Real>>(Real(bytes)));
}

} // namespace detail

/// Communication of stage 0, whose gradients are ready last.
template <class Real>
[[nodiscard]] constexpr BasicCommunication<Real> time_communication(const Transformer& model,
                                                                    const BasicCluster<Real>& cluster,
                                                                    const BasicParallelPlan<Real>& plan) noexcept {
    BasicCommunication<Real> result;
    const Placement placement = placement_of(plan);
    const double tokens = static_cast<double>(plan.micro_batch * plan.sequence) / static_cast<double>(plan.context);
    const double activation = tokens * static_cast<double>(model.hidden) * raw(size_of(plan.precision.activations));
    const double tensor = static_cast<double>(plan.tensor);

    if (plan.tensor > 1) {
        const BasicGroup<Real> group = detail::communicator(cluster, plan, placement.tensor);
        result.tensor_resource = detail::network_of(cluster, placement.tensor);
        const BasicSeconds<Real> once = plan.sequence_parallel
                                            ? detail::time_on(group, Collective::all_gather, activation) +
                                                  detail::time_on(group, Collective::reduce_scatter, activation)
                                            : detail::time_on(group, Collective::all_reduce, activation);
        result.tensor_layer = once * Real(model.norms_per_layer == 1 ? 1.0 : 2.0);
        result.tensor_edge = once * Real(plan.sequence_parallel ? 0.5 : 1.0);
    }
    if (plan.context > 1) {
        const BasicGroup<Real> group = detail::communicator(cluster, plan, placement.context);
        result.context_resource = detail::network_of(cluster, placement.context);
        const std::int64_t kv_heads = model.kv_heads >= plan.tensor ? model.kv_heads / plan.tensor : 1;
        const double keys_and_values = static_cast<double>(plan.micro_batch * plan.sequence) * 2.0 *
                                       static_cast<double>(kv_heads * model.head_dimension) *
                                       raw(size_of(plan.precision.activations));
        result.context_forward = detail::time_on(group, Collective::all_gather, keys_and_values);
        result.context_backward =
            result.context_forward + detail::time_on(group, Collective::reduce_scatter, keys_and_values);
    }
    if (plan.data * plan.context > 1) {
        const double all = parameters_on_accelerator(model, plan, 0);
        const double gradient = raw(size_of(plan.precision.gradient_reduction));
        const double weight = raw(size_of(plan.precision.weights));
        const BasicGroup<Real> group = detail::communicator(cluster, plan, placement.data);
        result.data_resource = detail::network_of(cluster, placement.data);
        switch (plan.sharding) {
        case Sharding::none:
            result.gradients_step = detail::time_on(group, Collective::all_reduce, all * gradient);
            break;
        case Sharding::optimizer:
        case Sharding::gradients:
            result.gradients_step = detail::time_on(group, Collective::reduce_scatter, all * gradient);
            result.weights_step = detail::time_on(group, Collective::all_gather, all * weight);
            break;
        case Sharding::parameters: {
            const BasicGroup<Real> shard = detail::communicator(cluster, plan, placement.shard);
            const double one = layer_buckets(model, plan.tensor).per_accelerator(plan.tensor);
            const double edge = boundary_buckets(model, plan.pipeline, 0).per_accelerator(plan.tensor);
            result.gather_layer = detail::time_on(shard, Collective::all_gather, one * weight);
            result.scatter_layer = detail::time_on(shard, Collective::reduce_scatter, one * gradient);
            if (edge > 0) {
                result.gather_edge = detail::time_on(shard, Collective::all_gather, edge * weight);
                result.scatter_edge = detail::time_on(shard, Collective::reduce_scatter, edge * gradient);
            }
            if (placement.replicate.ranks > 1) {
                const BasicGroup<Real> replicas = detail::communicator(cluster, plan, placement.replicate);
                result.gradients_step = detail::time_on(replicas, Collective::all_reduce,
                                                        all * gradient / static_cast<double>(placement.shard.ranks));
            }
            break;
        }
        }
    }
    if (plan.pipeline > 1) {
        const BasicGroup<Real> neighbours =
            detail::communicator(cluster, plan, GroupShape{2, placement.pipeline.stride});
        result.pipeline_resource = detail::network_of(cluster, GroupShape{2, placement.pipeline.stride});
        // Each tensor rank sends its share; without sequence parallelism the whole is gathered on arrival (Narayanan et
        // al. 2021, section 4.1).
        result.send = detail::time_on(neighbours, Collective::point_to_point, activation / tensor);
        if (plan.tensor > 1 && !plan.sequence_parallel)
            result.send += detail::time_on(detail::communicator(cluster, plan, placement.tensor),
                                           Collective::all_gather, activation);
        if (model.tied_embeddings) {
            const BasicGroup<Real> ends = detail::communicator(cluster, plan, placement.embedding);
            result.gradients_step += detail::time_on(ends, Collective::all_reduce,
                                                     static_cast<double>(model.vocabulary * model.hidden) / tensor *
                                                         raw(size_of(plan.precision.gradients)));
        }
    }
    return result;
}

} // namespace foretrain::inline v0
