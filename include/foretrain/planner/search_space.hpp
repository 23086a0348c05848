// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string_view>

#include "../parallel/check.hpp"

// The plans that a search looks at: lists of values for every knob, of which each combination is one plan.
//
//   index = (...(d_cluster n_accelerators + d_accelerators) n_precision + ...) n_global_batch + d_global_batch
//
// d is the place of a value in its list, n the length of the list: a number in mixed radix, from 0 to size() - 1, that
// names the same plan in every search of the same space. Data-parallel ranks follow from the rest: accelerators /
// (tensor x pipeline x context). Combinations that `check` refuses have an index too; a search counts them.

namespace foretrain::inline v0 {

/// A few values of a knob, in the order in which they are tried.
template <class Value, std::size_t Capacity>
struct Choices {
    static constexpr std::size_t capacity = Capacity;
    std::array<Value, Capacity> values{};
    std::size_t count = 0;

    constexpr Choices() noexcept = default;
    constexpr Choices(std::initializer_list<Value> list) noexcept {
        for (const Value& value : list) add(value);
    }
    /// False, and nothing added, where the list is full.
    constexpr bool add(const Value& value) noexcept {
        if (count == Capacity) {
            overflowed = true;
            return false;
        }
        values[count++] = value;
        return true;
    }
    [[nodiscard]] constexpr std::size_t size() const noexcept { return count; }
    [[nodiscard]] constexpr const Value& operator[](std::size_t place) const noexcept { return values[place]; }
    [[nodiscard]] constexpr const Value* begin() const noexcept { return values.data(); }
    [[nodiscard]] constexpr const Value* end() const noexcept { return values.data() + count; }

    bool overflowed = false; ///< more values were given than there is room for: `check` refuses that
};

/// What varies over a space, outermost first: the digits of a plan's index.
enum class SearchKnob : unsigned char {
    cluster,
    accelerators,
    precision,
    attention,
    tensor,
    sequence_parallel,
    context,
    context_exchange,
    expert,
    expert_tensor,
    micro_batch,
    recomputation,
    pipeline,
    schedule,
    virtual_stages,
    sharding,
    sharding_group,
    prefetch,
    offload,
    global_batch,
};
inline constexpr std::size_t search_knobs = 20;

[[nodiscard]] constexpr std::string_view name_of(SearchKnob knob) noexcept {
    constexpr std::array<std::string_view, search_knobs> names{
        "cluster",  "accelerators", "precision",     "attention",   "tensor",        "sequence-parallel", "context",
        "exchange", "expert",       "expert-tensor", "micro-batch", "recomputation", "pipeline",          "schedule",
        "chunks",   "sharding",     "group",         "prefetch",    "offload",       "global-batch"};
    return names[static_cast<std::size_t>(knob)];
}

/// A place in each list.
using SearchDigits = std::array<std::int64_t, search_knobs>;

/// The plans to look at. What is not varied (sequence, software stack, optimizer, ...) is in `base`; the fields of
/// `base` that have a list here are not read.
struct SearchSpace {
    using Counts = Choices<std::int64_t, 32>;

    ParallelPlan base{};
    Choices<const Cluster*, 16> clusters{}; ///< not owned; accelerator types side by side
    Counts accelerators{0};                 ///< 0: those of the cluster
    Choices<Precision, 8> precision{Precision{}};
    Choices<AttentionKernel, 2> attention{AttentionKernel::fused};
    Counts tensor{1};
    Choices<bool, 2> sequence_parallel{false};
    Counts context{1};
    Choices<ContextExchange, 3> context_exchange{ContextExchange::all_gather};
    Counts expert{1};
    Counts expert_tensor{1};
    Counts micro_batch{1};
    Choices<Recomputation, 5> recomputation{Recomputation::none};
    Counts pipeline{1};
    Choices<Schedule, 7> schedule{Schedule::one_f_one_b};
    Counts virtual_stages{1};
    Choices<Sharding, 4> sharding{Sharding::none};
    Counts sharding_group{0};
    Counts prefetch{1};
    Choices<BasicOffload<double>, 16> offload{BasicOffload<double>{}};
    Counts global_batch{};
    bool largest_batch = false; ///< a value of `global_batch` is a maximum: the largest multiple of data x micro-batch
                                ///< up to it is taken, as Calculon does

    /// Length of a list.
    [[nodiscard]] constexpr std::int64_t length(SearchKnob knob) const noexcept {
        const auto of = [](const auto& list) { return static_cast<std::int64_t>(list.size()); };
        switch (knob) {
        case SearchKnob::cluster: return of(clusters);
        case SearchKnob::accelerators: return of(accelerators);
        case SearchKnob::precision: return of(precision);
        case SearchKnob::attention: return of(attention);
        case SearchKnob::tensor: return of(tensor);
        case SearchKnob::sequence_parallel: return of(sequence_parallel);
        case SearchKnob::context: return of(context);
        case SearchKnob::context_exchange: return of(context_exchange);
        case SearchKnob::expert: return of(expert);
        case SearchKnob::expert_tensor: return of(expert_tensor);
        case SearchKnob::micro_batch: return of(micro_batch);
        case SearchKnob::recomputation: return of(recomputation);
        case SearchKnob::pipeline: return of(pipeline);
        case SearchKnob::schedule: return of(schedule);
        case SearchKnob::virtual_stages: return of(virtual_stages);
        case SearchKnob::sharding: return of(sharding);
        case SearchKnob::sharding_group: return of(sharding_group);
        case SearchKnob::prefetch: return of(prefetch);
        case SearchKnob::offload: return of(offload);
        case SearchKnob::global_batch: return of(global_batch);
        }
        return 0;
    }
    /// Combinations of the knobs from `first` to `last`, both included.
    [[nodiscard]] constexpr std::int64_t combinations(SearchKnob first, SearchKnob last) const noexcept {
        std::int64_t product = 1;
        for (std::size_t knob = static_cast<std::size_t>(first); knob <= static_cast<std::size_t>(last); ++knob)
            product *= length(static_cast<SearchKnob>(knob));
        return product;
    }
    /// Plans, valid or not.
    [[nodiscard]] constexpr std::int64_t size() const noexcept {
        return combinations(SearchKnob::cluster, SearchKnob::global_batch);
    }
    [[nodiscard]] constexpr SearchDigits digits(std::int64_t index) const noexcept {
        SearchDigits result{};
        for (std::size_t knob = search_knobs; knob-- > 0;) {
            const std::int64_t n = length(static_cast<SearchKnob>(knob));
            result[knob] = index % n;
            index /= n;
        }
        return result;
    }
    [[nodiscard]] constexpr std::int64_t index(const SearchDigits& digits) const noexcept {
        std::int64_t result = 0;
        for (std::size_t knob = 0; knob < search_knobs; ++knob)
            result = result * length(static_cast<SearchKnob>(knob)) + digits[knob];
        return result;
    }

    /// The cluster of a plan, without its number of accelerators.
    [[nodiscard]] constexpr const Cluster& cluster_type(const SearchDigits& at) const noexcept {
        return *clusters[place(at, SearchKnob::cluster)];
    }
    /// Accelerators of a plan.
    [[nodiscard]] constexpr std::int64_t accelerators_of(const SearchDigits& at) const noexcept {
        const std::int64_t given = accelerators[place(at, SearchKnob::accelerators)];
        return given > 0 ? given : cluster_type(at).accelerators;
    }
    /// The cluster of a plan.
    [[nodiscard]] constexpr Cluster cluster_of(const SearchDigits& at) const noexcept {
        Cluster cluster = cluster_type(at);
        cluster.accelerators = accelerators_of(at);
        return cluster;
    }
    /// The plan at a place. Where the degrees do not divide the accelerators, `data` is rounded down and `check`
    /// refuses the plan.
    [[nodiscard]] constexpr ParallelPlan plan_of(const SearchDigits& at) const noexcept {
        ParallelPlan plan = base;
        plan.precision = precision[place(at, SearchKnob::precision)];
        plan.attention = attention[place(at, SearchKnob::attention)];
        plan.tensor = tensor[place(at, SearchKnob::tensor)];
        plan.sequence_parallel = sequence_parallel[place(at, SearchKnob::sequence_parallel)];
        plan.context = context[place(at, SearchKnob::context)];
        plan.context_exchange = context_exchange[place(at, SearchKnob::context_exchange)];
        plan.expert = expert[place(at, SearchKnob::expert)];
        plan.expert_tensor = expert_tensor[place(at, SearchKnob::expert_tensor)];
        plan.micro_batch = micro_batch[place(at, SearchKnob::micro_batch)];
        plan.recomputation = recomputation[place(at, SearchKnob::recomputation)];
        plan.pipeline = pipeline[place(at, SearchKnob::pipeline)];
        plan.schedule = schedule[place(at, SearchKnob::schedule)];
        plan.virtual_stages = virtual_stages[place(at, SearchKnob::virtual_stages)];
        plan.sharding = sharding[place(at, SearchKnob::sharding)];
        plan.sharding_group = sharding_group[place(at, SearchKnob::sharding_group)];
        plan.prefetch = prefetch[place(at, SearchKnob::prefetch)];
        plan.offload = offload[place(at, SearchKnob::offload)];
        plan.data = data_ranks(accelerators_of(at), plan);
        plan.global_batch = batch_of(global_batch[place(at, SearchKnob::global_batch)], plan);
        return plan;
    }
    /// Samples a step for a value of `global_batch`.
    [[nodiscard]] constexpr std::int64_t batch_of(std::int64_t given, const ParallelPlan& plan) const noexcept {
        if (!largest_batch || plan.data < 1 || plan.micro_batch < 1) return given;
        const std::int64_t samples = plan.data * plan.micro_batch;
        return given / samples * samples;
    }
    /// Data-parallel ranks that other degrees leave.
    [[nodiscard]] static constexpr std::int64_t data_ranks(std::int64_t accelerators,
                                                           const ParallelPlan& plan) noexcept {
        const std::int64_t replica = plan.replica();
        return replica > 0 ? accelerators / replica : 0;
    }
    /// Whether plans equal those of a smaller index because a context group of one exchanges nothing.
    [[nodiscard]] constexpr bool repeats_exchange(const SearchDigits& at) const noexcept {
        return context[place(at, SearchKnob::context)] == 1 && place(at, SearchKnob::context_exchange) > 0;
    }
    /// The same because a sharding group of all ranks is listed beside the 0 that means them. Experts may be shared out
    /// over more ranks than those: then a group ends where 0 does not.
    [[nodiscard]] constexpr bool repeats_group(const Transformer& model, const SearchDigits& at,
                                               const ParallelPlan& plan) const noexcept {
        if (plan.sharding_group == 0 || plan.sharding_group != plan.data * plan.context) return false;
        if (model.has_experts() && plan.expert_data() > plan.sharding_group) return false;
        for (std::size_t i = 0; i < place(at, SearchKnob::sharding_group); ++i)
            if (sharding_group[i] == 0) return true;
        return false;
    }

private:
    [[nodiscard]] static constexpr std::size_t place(const SearchDigits& at, SearchKnob knob) noexcept {
        return static_cast<std::size_t>(at[static_cast<std::size_t>(knob)]);
    }
};

} // namespace foretrain::inline v0
