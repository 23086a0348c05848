// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "../collective/select.hpp"
#include "../parallel/placement.hpp"
#include "../parallel/shard.hpp"
#include "../parallel/share_of.hpp"
#include "../roofline/resource.hpp"

// What each kind of parallelism sends, and how long that takes if nothing hides it.
//
//   tensor    two all-reduces of b s h a layer and pass, or all-gather + reduce-scatter each with sequence parallelism
//             (Shoeybi et al. 2019; Korthikanti et al. 2022). The all-gather that sequence parallelism repeats for the
//             weight gradients hides under the product that precedes it.
//   context   all-gather: keys and values forward, again backward, and reduce-scatter of their gradients (Llama 3,
//             3.3.2); ring: the same bytes in n - 1 sends to a neighbour, which attention hides (Liu et al. 2023);
//             all-to-all: queries, keys, values and outputs change places with heads (DeepSpeed-Ulysses)
//   expert    every copy of a token to its expert's rank and back, forward and backward: all-to-all (GShard); where
//             experts are cut over a tensor group, copies are gathered there and results summed
//   data      gradients: all-reduce, or reduce-scatter and all-gather of weights (ZeRO-1/2), once a step; sharded
//             parameters: all-gather of each layer forward and backward and reduce-scatter of its gradients, every
//             micro-batch (ZeRO-3, FSDP); hybrid sharding all-reduces the shards over the replicas once a step. ZeRO-2
//             within a pipeline reduces the gradients of each layer every micro-batch: later ones find no room.
//             Routed experts do the same among the ranks that hold the same ones
//   pipeline  the activation of one micro-batch to the next stage, its gradient back

namespace foretrain::inline v0 {

/// Communication of one accelerator, none of it hidden yet.
template <class Real>
struct BasicCommunication {
    BasicSeconds<Real> tensor_layer{};    ///< one layer, one pass, one micro-batch
    BasicSeconds<Real> tensor_edge{};     ///< embedding or head, one pass, one micro-batch
    BasicSeconds<Real> context_forward{}; ///< one layer, one micro-batch
    BasicSeconds<Real> context_backward{};
    BasicSeconds<Real> expert_forward{}; ///< the average layer, one micro-batch: there and back
    BasicSeconds<Real> expert_backward{};
    BasicSeconds<Real> gather_layer{};  ///< sharded parameters: one layer's weights
    BasicSeconds<Real> scatter_layer{}; ///< sharded parameters: one layer's gradients
    BasicSeconds<Real> gather_edge{};   ///< the same of embedding and head; within a pipeline of the embedding
    BasicSeconds<Real> scatter_edge{};
    BasicSeconds<Real> gather_head{}; ///< within a pipeline: of what is beside layers on the last stage
    BasicSeconds<Real> scatter_head{};
    BasicSeconds<Real> gradients_step{}; ///< once a step: reduction of gradients
    BasicSeconds<Real> weights_step{};   ///< once a step: gathering updated weights
    BasicSeconds<Real> send{};           ///< one hop of the pipeline
    Resource tensor_resource = Resource::scale_up;
    Resource context_resource = Resource::scale_up;
    Resource expert_resource = Resource::scale_up;
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

/// Bytes of the activation of one micro-batch between layers.
template <class Real>
[[nodiscard]] constexpr double activation_bytes(const Transformer& model,
                                                const BasicParallelPlan<Real>& plan) noexcept {
    const double tokens = static_cast<double>(plan.micro_batch * plan.sequence) / static_cast<double>(plan.context);
    return tokens * static_cast<double>(model.hidden) * raw(size_of(plan.precision.activations));
}

/// Blocks of the average layer after which a tensor group communicates: mixers, dense feed-forward blocks and shared
/// experts. Attention and feed-forward side by side share one.
[[nodiscard]] constexpr double tensor_blocks(const Transformer& model) noexcept {
    if (model.norms_per_layer == 1 && model.feed_forward_layers == 0 && !model.has_experts()) return 1.0;
    std::int64_t blocks = model.count(LayerPart::attention) + model.count(LayerPart::windowed_attention) +
                          model.count(LayerPart::state_space) + model.count(LayerPart::feed_forward);
    if (model.experts.shared_width > 0) blocks += model.count(LayerPart::experts);
    return static_cast<double>(blocks) / static_cast<double>(model.layers);
}

/// Keys and values, or tokens for heads, among the ranks of a context group.
template <class Real>
constexpr void add_context(BasicCommunication<Real>& result, const Transformer& model,
                           const BasicCluster<Real>& cluster, const BasicParallelPlan<Real>& plan,
                           const GroupShape& shape) noexcept {
    const BasicGroup<Real> group = communicator(cluster, plan, shape);
    result.context_resource = network_of(cluster, shape);
    const LayerSizes z{model, share_of(plan)};
    const double element = raw(size_of(plan.precision.activations));
    const double ranks = static_cast<double>(plan.context);
    const double attending =
        static_cast<double>(model.count(LayerPart::attention) + model.count(LayerPart::windowed_attention)) /
        static_cast<double>(model.layers);
    // Values of latent attention are as many as queries, one for each head.
    const double value_width = model.has_latent_attention() ? z.value_width : z.kv_width;
    const double keys_and_values = z.tokens * (z.kv_width + value_width) * element;
    BasicSeconds<Real> forward{}, backward{};
    switch (plan.context_exchange) {
    case ContextExchange::all_gather:
        forward = time_on(group, Collective::all_gather, keys_and_values * ranks);
        backward = forward + time_on(group, Collective::reduce_scatter, keys_and_values * ranks);
        break;
    case ContextExchange::ring:
        forward = time_on(group, Collective::point_to_point, keys_and_values) * Real(ranks - 1.0);
        backward = forward * Real(2.0);
        break;
    case ContextExchange::all_to_all: {
        const double all = z.tokens * (z.query_width + z.kv_width + value_width + z.value_width) * element;
        forward = time_on(group, Collective::all_to_all, all);
        backward = forward;
        break;
    }
    }
    result.context_forward = forward * Real(attending);
    result.context_backward = backward * Real(attending);
}

/// The exchange of token copies among expert ranks: one all-to-all, or two levels that work side by side. Of those, the
/// outer one sends a token once to each node that has any of its k experts, n (1 - (1 - 1/n)^k) of n nodes on average,
/// and the inner one hands copies on (DeepEP).
template <class Real>
class ExpertExchange {
public:
    constexpr ExpertExchange(const Transformer& model, const BasicCluster<Real>& cluster,
                             const BasicParallelPlan<Real>& plan, const GroupShape& shape) noexcept
        : whole_{communicator(cluster, plan, shape)} {
        const std::int64_t unit = cluster.fabric.tier[0].size;
        const std::int64_t inside = unit / shape.stride;
        if (!plan.stack.experts.once_per_node || inside < 2 || shape.ranks <= inside || shape.ranks % inside != 0)
            return;
        levels_ = true;
        inner_ = communicator(cluster, plan, GroupShape{inside, shape.stride});
        const std::int64_t nodes = shape.ranks / inside;
        outer_ = communicator(cluster, plan, GroupShape{nodes, shape.stride * inside});
        double missed = 1.0;
        for (std::int64_t k = 0; k < model.experts.active && k < 64; ++k)
            missed *= 1.0 - 1.0 / static_cast<double>(nodes);
        crossing_ = static_cast<double>(nodes) * (1.0 - missed) / static_cast<double>(model.experts.active);
    }
    /// `bytes` are those of all copies of one rank.
    [[nodiscard]] constexpr BasicSeconds<Real> time(double bytes) const noexcept {
        if (!levels_) return time_on(whole_, Collective::all_to_all, bytes);
        return maximum(time_on(inner_, Collective::all_to_all, bytes),
                       time_on(outer_, Collective::all_to_all, bytes * crossing_));
    }

private:
    BasicGroup<Real> whole_;
    BasicGroup<Real> inner_{};
    BasicGroup<Real> outer_{};
    double crossing_ = 1.0; ///< copies that cross to each node over all copies
    bool levels_ = false;
};

/// Tokens to their experts and back.
template <class Real>
constexpr void add_expert_exchange(BasicCommunication<Real>& result, const Transformer& model,
                                   const BasicCluster<Real>& cluster, const BasicParallelPlan<Real>& plan,
                                   const Placement& placement) noexcept {
    const Share share = share_of(plan);
    const ExpertSizes x{model, share, LayerSizes{model, share}};
    const double copies = x.received / static_cast<double>(plan.expert_tensor) * static_cast<double>(x.width);
    const double there = copies * raw(size_of(plan.precision.dispatch));
    const double back = copies * raw(size_of(plan.precision.activations));
    BasicSeconds<Real> one_way{}, other_way{}, cut{};
    if (plan.expert > 1) {
        result.expert_resource = network_of(cluster, placement.expert);
        const ExpertExchange<Real> exchange{model, cluster, plan, placement.expert};
        one_way = exchange.time(there);
        other_way = exchange.time(back);
    }
    if (plan.expert_tensor > 1) {
        const BasicGroup<Real> group = communicator(cluster, plan, placement.expert_tensor);
        const double gathered = back * static_cast<double>(plan.expert_tensor);
        cut = time_on(group, Collective::all_gather, gathered) + time_on(group, Collective::reduce_scatter, gathered);
    }
    const Real share_of_layers =
        Real(static_cast<double>(model.count(LayerPart::experts)) / static_cast<double>(model.layers));
    result.expert_forward = (one_way + other_way + cut) * share_of_layers;
    result.expert_backward = (other_way + other_way + cut) * share_of_layers; // gradients stay in 16 bits
}

/// Gradients, weights and sharded parameters among the replicas.
template <class Real>
constexpr void add_data(BasicCommunication<Real>& result, const Transformer& model, const BasicCluster<Real>& cluster,
                        const BasicParallelPlan<Real>& plan, const HeldParts& held_by_parts,
                        const Placement& placement) noexcept {
    const double gradient = raw(size_of(plan.precision.gradient_reduction));
    const double weight = raw(size_of(plan.precision.weight_gather));
    result.data_resource = network_of(cluster, placement.data);
    const bool dealt = plan.expert * plan.expert_tensor > 1 && model.has_experts();
    // Experts that every tensor rank holds a part of, or all of, are summed with the rest.
    const auto split = [&](HeldParameters held) {
        return dealt ? held : HeldParameters{held.dense + held.experts, 0.0};
    };
    const BasicGroup<Real> replicas = communicator(cluster, plan, GroupShape{plan.data * plan.context, plan.tensor});
    const BasicGroup<Real> expert_replicas =
        model.has_experts() ? communicator(cluster, plan, placement.expert_data) : BasicGroup<Real>{};
    // Once a step, unless parameters are shared out.
    const auto once = [&](Collective collective, HeldParameters held, double bytes) {
        BasicSeconds<Real> time = time_on(replicas, collective, held.dense * bytes);
        if (held.experts > 0 && placement.expert_data.ranks > 1)
            time += time_on(expert_replicas, collective, held.experts * bytes);
        return time;
    };
    const std::int64_t depth = stage_layers(model.layers, plan).first;
    HeldParameters all = split(held_by_parts.first_stage(depth));
    if (plan.adapter_rank > 0) all = adapters_on_accelerator(model, plan, 0);
    // Every micro-batch: layers and what is beside them on the first and the last stage.
    struct Parts {
        HeldParameters layer, edge, head;
    };
    const auto trained_parts = [&]() -> Parts {
        return {split(held_by_parts.layer), split(held_by_parts.edge), split(held_by_parts.head)};
    };
    switch (plan.sharding) {
    case Sharding::none: result.gradients_step = once(Collective::all_reduce, all, gradient); break;
    case Sharding::gradients:
        if (plan.pipeline > 1) {
            result.weights_step = once(Collective::all_gather, all, weight);
            Parts parts = trained_parts();
            if (plan.adapter_rank > 0) {
                parts = {all * (1.0 / maximum(static_cast<double>(depth), 1.0)), {}, {}};
            }
            result.scatter_layer = once(Collective::reduce_scatter, parts.layer, gradient);
            if (parts.edge.total() > 0) result.scatter_edge = once(Collective::reduce_scatter, parts.edge, gradient);
            if (parts.head.total() > 0) result.scatter_head = once(Collective::reduce_scatter, parts.head, gradient);
            break;
        }
        [[fallthrough]];
    case Sharding::optimizer:
        result.gradients_step = once(Collective::reduce_scatter, all, gradient);
        result.weights_step = once(Collective::all_gather, all, weight);
        break;
    case Sharding::parameters: {
        const BasicGroup<Real> shard = communicator(cluster, plan, placement.shard);
        const std::int64_t expert_ranks = plan.expert_shards();
        const BasicGroup<Real> expert_shard =
            model.has_experts() ? communicator(cluster, plan, GroupShape{expert_ranks, placement.expert_data.stride})
                                : BasicGroup<Real>{};
        const auto each = [&](Collective collective, HeldParameters held, double bytes) {
            BasicSeconds<Real> time{};
            if (held.dense > 0) time += time_on(shard, collective, held.dense * bytes);
            if (held.experts > 0 && expert_ranks > 1) time += time_on(expert_shard, collective, held.experts * bytes);
            return time;
        };
        const Parts parts = trained_parts();
        result.gather_layer = each(Collective::all_gather, parts.layer, weight);
        result.gather_edge = each(Collective::all_gather, parts.edge, weight);
        result.gather_head = each(Collective::all_gather, parts.head, weight);
        // Frozen weights have no gradients to reduce.
        if (plan.adapter_rank == 0) {
            result.scatter_layer = each(Collective::reduce_scatter, parts.layer, gradient);
            result.scatter_edge = each(Collective::reduce_scatter, parts.edge, gradient);
            result.scatter_head = each(Collective::reduce_scatter, parts.head, gradient);
        }
        if (placement.replicate.ranks > 1)
            result.gradients_step = time_on(communicator(cluster, plan, placement.replicate), Collective::all_reduce,
                                            all.total() * gradient / static_cast<double>(placement.shard.ranks));
        break;
    }
    }
}

} // namespace detail

/// What the layers of a stage exchange with tensor, context and expert ranks: the fields of `result` for these groups.
/// It depends on the micro-batch and on those three degrees, not on pipeline, data or sharding.
template <class Real>
constexpr void add_layer_exchanges(BasicCommunication<Real>& result, const Transformer& model,
                                   const BasicCluster<Real>& cluster, const BasicParallelPlan<Real>& plan,
                                   const Placement& placement) noexcept {
    if (plan.tensor > 1) {
        const double activation = detail::activation_bytes(model, plan);
        const BasicGroup<Real> group = detail::communicator(cluster, plan, placement.tensor);
        result.tensor_resource = detail::network_of(cluster, placement.tensor);
        const BasicSeconds<Real> once = plan.sequence_parallel
                                            ? detail::time_on(group, Collective::all_gather, activation) +
                                                  detail::time_on(group, Collective::reduce_scatter, activation)
                                            : detail::time_on(group, Collective::all_reduce, activation);
        result.tensor_layer = once * Real(detail::tensor_blocks(model));
        result.tensor_edge = once * Real(plan.sequence_parallel ? 0.5 : 1.0);
    }
    if (plan.context > 1) detail::add_context(result, model, cluster, plan, placement.context);
    if (model.has_experts() && plan.expert * plan.expert_tensor > 1)
        detail::add_expert_exchange(result, model, cluster, plan, placement);
}

/// One hop of the pipeline: `send` of `result`. It depends on all degrees (its neighbours are a stage apart), not on
/// batch size or sharding.
template <class Real>
constexpr void add_pipeline_send(BasicCommunication<Real>& result, const Transformer& model,
                                 const BasicCluster<Real>& cluster, const BasicParallelPlan<Real>& plan,
                                 const Placement& placement) noexcept {
    if (plan.pipeline <= 1) return;
    const double activation = detail::activation_bytes(model, plan);
    const GroupShape shape{2, placement.pipeline.stride};
    const BasicGroup<Real> neighbours = detail::communicator(cluster, plan, shape);
    result.pipeline_resource = detail::network_of(cluster, shape);
    // Each tensor rank sends its share; without sequence parallelism the whole is gathered on arrival (Narayanan et
    // al. 2021, section 4.1).
    result.send =
        detail::time_on(neighbours, Collective::point_to_point, activation / static_cast<double>(plan.tensor));
    if (plan.tensor > 1 && !plan.sequence_parallel)
        result.send +=
            detail::time_on(detail::communicator(cluster, plan, placement.tensor), Collective::all_gather, activation);
}

/// Gradients, weights and sharded parameters among replicas, and tied embeddings between the ends of a pipeline: the
/// fields of `result` for these, which are zero before. `held`: `held_parts(model, plan)`. Sizes of batches and
/// micro-batches do not matter here.
template <class Real>
constexpr void add_data_communication(BasicCommunication<Real>& result, const Transformer& model,
                                      const BasicCluster<Real>& cluster, const BasicParallelPlan<Real>& plan,
                                      const HeldParts& held, const Placement& placement) noexcept {
    if (plan.data * plan.context > 1) detail::add_data(result, model, cluster, plan, held, placement);
    if (plan.pipeline > 1 && model.tied_embeddings) {
        const BasicGroup<Real> ends = detail::communicator(cluster, plan, placement.embedding);
        result.gradients_step +=
            detail::time_on(ends, Collective::all_reduce,
                            static_cast<double>(model.vocabulary * model.hidden) / static_cast<double>(plan.tensor) *
                                raw(size_of(plan.precision.gradients)));
    }
}

/// Communication of stage 0, whose gradients are ready last. `held`: `held_parts(model, plan)`.
template <class Real>
[[nodiscard]] constexpr BasicCommunication<Real>
time_communication(const Transformer& model, const BasicCluster<Real>& cluster, const BasicParallelPlan<Real>& plan,
                   const HeldParts& held) noexcept {
    BasicCommunication<Real> result;
    const Placement placement = placement_of(plan);
    add_layer_exchanges(result, model, cluster, plan, placement);
    add_pipeline_send(result, model, cluster, plan, placement);
    add_data_communication(result, model, cluster, plan, held, placement);
    return result;
}
template <class Real>
[[nodiscard]] constexpr BasicCommunication<Real> time_communication(const Transformer& model,
                                                                    const BasicCluster<Real>& cluster,
                                                                    const BasicParallelPlan<Real>& plan) noexcept {
    return time_communication(model, cluster, plan, held_parts(model, plan));
}

} // namespace foretrain::inline v0
