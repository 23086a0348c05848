// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "search_space.hpp"

// Lists of every sensible value of a knob: a space to begin with, from which a user takes away.
//
//   tensor t | heads, t <= 64      context c | sequence, sequence / c >= 2048      pipeline p <= layers
//   all of them divide the accelerators of one cluster at least       micro-batch b | batch, b <= 16

namespace foretrain::inline v0 {

namespace detail {

/// Whether a degree divides the accelerators of a combination of cluster and count.
[[nodiscard]] constexpr bool divides_accelerators(const SearchSpace& space, std::int64_t degree) noexcept {
    for (const Cluster* cluster : space.clusters)
        for (const std::int64_t count : space.accelerators)
            if ((count > 0 ? count : cluster->accelerators) % degree == 0) return true;
    return false;
}

/// Divisors of `number` up to `most`.
template <class Holds>
[[nodiscard]] constexpr SearchSpace::Counts divisors(std::int64_t number, std::int64_t most,
                                                     const Holds& holds) noexcept {
    SearchSpace::Counts list;
    for (std::int64_t d = 1; d <= most && d <= number; ++d)
        if (number % d == 0 && holds(d) && !list.add(d)) break;
    return list;
}

} // namespace detail

/// Every tensor-parallel degree that cuts the heads of a model evenly.
[[nodiscard]] constexpr SearchSpace::Counts every_tensor(const Transformer& model, const SearchSpace& space) noexcept {
    return detail::divisors(model.heads, 64, [&](std::int64_t t) {
        return detail::divides_accelerators(space, t) && model.feed_forward % t == 0 &&
               model.experts.shared_width % t == 0 && (model.kv_heads % t == 0 || t % model.kv_heads == 0);
    });
}
/// Every context-parallel degree that leaves a rank 2,048 tokens of a sequence.
[[nodiscard]] constexpr SearchSpace::Counts every_context(const SearchSpace& space) noexcept {
    const std::int64_t most = space.base.sequence / 2048;
    return detail::divisors(space.base.sequence, most > 1 ? (most < 64 ? most : 64) : 1,
                            [&](std::int64_t c) { return detail::divides_accelerators(space, c); });
}
/// Every pipeline that has a layer for each stage.
[[nodiscard]] constexpr SearchSpace::Counts every_pipeline(const Transformer& model,
                                                           const SearchSpace& space) noexcept {
    SearchSpace::Counts list;
    for (std::int64_t p = 1; p <= model.layers && p <= 1024; ++p)
        if (detail::divides_accelerators(space, p) && !list.add(p)) break;
    return list;
}
/// 1 to 16 chunks a stage, as far as there are layers.
[[nodiscard]] constexpr SearchSpace::Counts every_chunk(const Transformer& model) noexcept {
    SearchSpace::Counts list;
    for (const std::int64_t v : {1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16})
        if (2 * v <= model.layers + 2) list.add(v);
    return list;
}
/// Every division of the experts of a model; 1 of a dense one.
[[nodiscard]] constexpr SearchSpace::Counts every_expert(const Transformer& model) noexcept {
    if (!model.has_experts()) return {1};
    return detail::divisors(model.experts.routed, 512, [](std::int64_t) { return true; });
}
[[nodiscard]] constexpr SearchSpace::Counts every_expert_tensor(const Transformer& model) noexcept {
    if (!model.has_experts()) return {1};
    return detail::divisors(model.experts.width, 8, [](std::int64_t t) { return (t & (t - 1)) == 0; });
}
/// Every micro-batch up to 16 that divides the first batch of a space.
[[nodiscard]] constexpr SearchSpace::Counts every_micro_batch(const SearchSpace& space) noexcept {
    const std::int64_t batch = space.global_batch.size() > 0 ? space.global_batch[0] : 1;
    return detail::divisors(space.largest_batch ? 5040 : batch, 16, [](std::int64_t) { return true; });
}

inline constexpr Choices<Schedule, 7> every_schedule{
    Schedule::one_f_one_b,    Schedule::interleaved,   Schedule::gpipe,    Schedule::zero_bubble_h1,
    Schedule::zero_bubble_h2, Schedule::zero_bubble_v, Schedule::dual_pipe};
inline constexpr Choices<Sharding, 4> every_sharding{Sharding::none, Sharding::optimizer, Sharding::gradients,
                                                     Sharding::parameters};
inline constexpr Choices<Recomputation, 5> every_recomputation{Recomputation::none, Recomputation::elementwise,
                                                               Recomputation::selective, Recomputation::feed_forward,
                                                               Recomputation::full};
inline constexpr Choices<ContextExchange, 3> every_exchange{ContextExchange::all_gather, ContextExchange::ring,
                                                            ContextExchange::all_to_all};

/// Every way to train a model on a cluster: degrees, schedules, sharding, micro-batch and recomputation. Software,
/// precision, optimizer, offloading and the batch stay as `base` and `batch` have them. The cluster is not copied.
[[nodiscard]] constexpr SearchSpace every_plan(const Transformer& model, const Cluster& cluster,
                                               const ParallelPlan& base, std::int64_t batch) noexcept {
    SearchSpace space;
    space.base = base;
    space.clusters = {&cluster};
    space.global_batch = {batch};
    space.precision = {base.precision};
    space.attention = {model.head_dimension > 256 ? AttentionKernel::unfused : base.attention};
    space.tensor = every_tensor(model, space);
    space.sequence_parallel = {false, true};
    space.context = every_context(space);
    space.context_exchange = every_exchange;
    space.expert = every_expert(model);
    space.expert_tensor = every_expert_tensor(model);
    space.micro_batch = every_micro_batch(space);
    space.recomputation = every_recomputation;
    space.pipeline = every_pipeline(model, space);
    space.schedule = every_schedule;
    space.virtual_stages = every_chunk(model);
    space.sharding = every_sharding;
    space.sharding_group = {0, cluster.fabric.tier[0].size};
    space.prefetch = {1, 0, 2};
    space.offload = {base.offload};
    return space;
}

} // namespace foretrain::inline v0
