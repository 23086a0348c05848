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
//   context   all-gather of keys and values forward, again backward, and reduce-scatter of their gradients (Llama 3, 3.3.2)
//   data      gradients: all-reduce, or reduce-scatter and all-gather of weights (ZeRO-1/2), once a step; sharded parameters:
//             all-gather of each layer forward and backward and reduce-scatter of its gradients, every micro-batch (ZeRO-3, FSDP);
//             hybrid sharding all-reduces the shards over the replicas once a step
//   pipeline  the activation of one micro-batch to the next stage, its gradient back

namespace foretrain::inline v0 {

/// Communication of one accelerator, none of it hidden yet.
template <class Real>
struct BasicCommunication {
    BasicSeconds<Real> tensor_layer{};      ///< one layer, one pass, one micro-batch
    BasicSeconds<Real> tensor_edge{};       ///< embedding or head, one pass, one micro-batch
    BasicSeconds<Real> context_forward{};   ///< one layer, one micro-batch
    BasicSeconds<Real> context_backward{};
    BasicSeconds<Real> gather_layer{};      ///< sharded parameters: one layer's weights
    BasicSeconds<Real> scatter_layer{};     ///< sharded parameters: one layer's gradients
    BasicSeconds<Real> gather_edge{};       ///< the same of embedding and head
    BasicSeconds<Real> scatter_edge{};
    BasicSeconds<Real> gradients_step{};    ///< once a step: reduction of gradients
    BasicSeconds<Real> weights_step{};      ///< once a step: gathering updated weights
    BasicSeconds<Real> send{};              ///< one hop of the pipeline
    Resource tensor_resource = Resource::scale_up;
    Resource context_resource = Resource::scale_up;
    Resource data_resource = Resource::scale_up;
    Resource pipeline_resource = Resource::scale_up;
};

namespace detail {

/// A communicator of a plan on a cluster: collectives over it, and the network it crosses.
template <class Real>
struct Communicator {
    BasicGroup<Real> group{};
    Resource resource = Resource::scale_up;

    constexpr Communicator(const BasicCluster<Real>& cluster, const GroupShape& layout) noexcept
        : group{make_group(cluster.fabric, cluster.accelerators, layout.ranks, layout.stride)},
          resource{crosses_nodes(cluster, layout) ? Resource::scale_out : Resource::scale_up} {}

    [[nodiscard]] static constexpr bool crosses_nodes(const BasicCluster<Real>& cluster, const GroupShape& layout) noexcept {
        return (layout.ranks - 1) * layout.stride >= cluster.fabric.tier[0].size;
    }
    [[nodiscard]] constexpr BasicSeconds<Real> time(Collective collective, double bytes) const noexcept {
        return collective_time(collective, group, make<BasicBytes<Real>>(Real(bytes)));
    }
};

} // namespace detail

/// Communication of stage 0, whose gradients are ready last.
template <class Real>
[[nodiscard]] constexpr BasicCommunication<Real> time_communication(const Transformer& model, const BasicCluster<Real>& cluster,
                                                                    const BasicParallelPlan<Real>& plan) noexcept {
    BasicCommunication<Real> result;
    const Placement placement = placement_of(plan);
    const double tokens = static_cast<double>(plan.micro_batch * plan.sequence) / static_cast<double>(plan.context);
    const double activation = tokens * static_cast<double>(model.hidden) * raw(size_of(plan.precision.activations));
    const double tensor = static_cast<double>(plan.tensor);

    if (plan.tensor > 1) {
        const detail::Communicator<Real> group{cluster, placement.tensor};
        result.tensor_resource = group.resource;
        const BasicSeconds<Real> once =
            plan.sequence_parallel
                ? group.time(Collective::all_gather, activation) + group.time(Collective::reduce_scatter, activation)
                : group.time(Collective::all_reduce, activation);
        result.tensor_layer = once * Real(model.norms_per_layer == 1 ? 1.0 : 2.0);
        result.tensor_edge = once * Real(plan.sequence_parallel ? 0.5 : 1.0);
    }
    if (plan.context > 1) {
        const detail::Communicator<Real> group{cluster, placement.context};
        result.context_resource = group.resource;
        const std::int64_t kv_heads = model.kv_heads >= plan.tensor ? model.kv_heads / plan.tensor : 1;
        const double keys_and_values = static_cast<double>(plan.micro_batch * plan.sequence) * 2.0 *
                                       static_cast<double>(kv_heads * model.head_dimension) *
                                       raw(size_of(plan.precision.activations));
        result.context_forward = group.time(Collective::all_gather, keys_and_values);
        result.context_backward = result.context_forward + group.time(Collective::reduce_scatter, keys_and_values);
    }
    if (plan.data * plan.context > 1) {
        const double all = parameters_on_accelerator(model, plan, 0);
        const double gradient = raw(size_of(plan.precision.gradient_reduction));
        const double weight = raw(size_of(plan.precision.weights));
        const detail::Communicator<Real> group{cluster, placement.data};
        result.data_resource = group.resource;
        switch (plan.sharding) {
        case Sharding::none:
            result.gradients_step = group.time(Collective::all_reduce, all * gradient);
            break;
        case Sharding::optimizer:
        case Sharding::gradients:
            result.gradients_step = group.time(Collective::reduce_scatter, all * gradient);
            result.weights_step = group.time(Collective::all_gather, all * weight);
            break;
        case Sharding::parameters: {
            const detail::Communicator<Real> shard{cluster, placement.shard};
            const double one = layer_buckets(model, plan.tensor).per_accelerator(plan.tensor);
            const double edge = boundary_buckets(model, plan.pipeline, 0).per_accelerator(plan.tensor);
            result.gather_layer = shard.time(Collective::all_gather, one * weight);
            result.scatter_layer = shard.time(Collective::reduce_scatter, one * gradient);
            if (edge > 0) {
                result.gather_edge = shard.time(Collective::all_gather, edge * weight);
                result.scatter_edge = shard.time(Collective::reduce_scatter, edge * gradient);
            }
            if (placement.replicate.ranks > 1) {
                const detail::Communicator<Real> replicas{cluster, placement.replicate};
                result.gradients_step =
                    replicas.time(Collective::all_reduce, all * gradient / static_cast<double>(placement.shard.ranks));
            }
            break;
        }
        }
    }
    if (plan.pipeline > 1) {
        const detail::Communicator<Real> neighbours{cluster, GroupShape{2, placement.pipeline.stride}};
        result.pipeline_resource = neighbours.resource;
        // Sequence parallelism holds a share of the activation; interleaved Megatron sends a share and gathers it on arrival.
        const bool share = plan.sequence_parallel || plan.schedule == Schedule::interleaved;
        result.send = neighbours.time(Collective::point_to_point, share ? activation / tensor : activation);
        if (model.tied_embeddings) {
            const detail::Communicator<Real> ends{cluster, placement.embedding};
            result.gradients_step += ends.time(Collective::all_reduce, static_cast<double>(model.vocabulary * model.hidden) / tensor *
                                                                          raw(size_of(plan.precision.gradients)));
        }
    }
    return result;
}

} // namespace foretrain::inline v0
