// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>

#include "../parallel/share_of.hpp"
#include "../roofline/kernel.hpp"
#include "../workload/layer.hpp"
#include "breakdown.hpp"

// Compute time of a layer, the embedding and the head for one micro-batch on one accelerator, by kind of operation.

namespace foretrain::inline v0 {

namespace detail {
/// Zeros that are written one by one: in a constant expression g++ 12 cannot read an element of a class (a dual number)
/// that nobody wrote.
template <class T, std::size_t N>
[[nodiscard]] constexpr std::array<T, N> zeros() noexcept {
    std::array<T, N> all{};
    for (T& each : all) each = T{};
    return all;
}
} // namespace detail

/// Time of a sequence of operations by kind, the kernels it launches, and what binds each kind.
template <class Real>
struct BasicPassTimes {
    std::array<BasicSeconds<Real>, operation_kinds> time = detail::zeros<BasicSeconds<Real>, operation_kinds>();
    std::array<BasicSeconds<Real>, operation_kinds> largest =
        detail::zeros<BasicSeconds<Real>, operation_kinds>(); ///< of one operation of the kind
    std::array<Resource, operation_kinds> bound{};            ///< of that operation
    BasicSeconds<Real> weight_gradients{};                    ///< the part of it that makes gradients of weights
    BasicSeconds<Real> experts{}; ///< the part of it that is the feed-forward block of experts
    double kernels = 0;

    [[nodiscard]] constexpr BasicSeconds<Real> total() const noexcept {
        BasicSeconds<Real> sum{};
        for (const BasicSeconds<Real>& part : time) sum += part;
        return sum;
    }
    /// Adds `times` as often as `weight` says.
    constexpr void add(const BasicPassTimes& times, double weight) noexcept {
        for (std::size_t i = 0; i < operation_kinds; ++i) {
            time[i] += times.time[i] * Real(weight);
            if (times.largest[i] > largest[i]) {
                largest[i] = times.largest[i];
                bound[i] = times.bound[i];
            }
        }
        weight_gradients += times.weight_gradients * Real(weight);
        experts += times.experts * Real(weight);
        kernels += times.kernels * weight;
    }
};

namespace detail {

/// Takes operations one by one and adds up their times under a kernel model.
template <class Real, KernelModel<Real> Kernels>
struct Stopwatch {
    const Kernels& kernels;
    BasicPassTimes<Real>& times;

    [[gnu::always_inline]] constexpr void add(const Operation& operation) const noexcept {
        if (operation.kernels == 0 && !(operation.bytes > Bytes{})) return;
        BasicKernelTime<Real> kernel = kernels.time(operation);
        if (operation.repeats != 1) kernel.time *= Real(static_cast<double>(operation.repeats));
        const std::size_t kind = static_cast<std::size_t>(operation.kind);
        times.time[kind] += kernel.time;
        times.kernels += static_cast<double>(operation.kernels * operation.repeats);
        if (operation.weight_gradient) times.weight_gradients += kernel.time;
        if (kernel.time > times.largest[kind]) {
            times.largest[kind] = kernel.time;
            times.bound[kind] = kernel.bound;
        }
    }
};

} // namespace detail

/// Compute of one micro-batch: one layer, the embedding and the head, each pass; what recomputation repeats of a layer.
template <class Real>
struct BasicPasses {
    BasicPassTimes<Real> layer_forward{};
    BasicPassTimes<Real> layer_backward{};
    BasicPassTimes<Real> recomputed{}; ///< of one layer, in its backward pass
    BasicPassTimes<Real> embedding_forward{};
    BasicPassTimes<Real> embedding_backward{};
    BasicPassTimes<Real> head_forward{};
    BasicPassTimes<Real> head_backward{};
};

/// All passes of a checked configuration. `layer_*` are of the average layer where layers differ in kind.
template <class Real, KernelModel<Real> Kernels>
[[nodiscard]] constexpr BasicPasses<Real> time_passes(const Kernels& kernels, const Transformer& model,
                                                      const BasicParallelPlan<Real>& plan) noexcept {
    const Share share = share_of(plan);
    const LayerSizes sizes{model, share};
    BasicPasses<Real> passes;
    const auto watch = [&kernels](BasicPassTimes<Real>& times) {
        return detail::Stopwatch<Real, Kernels>{kernels, times};
    };
    // Selective recomputation repeats the attention core; a fused kernel computes its scores again by itself.
    const bool cores = plan.recomputation == Recomputation::selective && plan.attention == AttentionKernel::unfused;
    // A module of multi-token prediction runs attention, a block and the head once more. What they take is known, and
    // gathers where the head belongs.
    const bool predicts = model.prediction_layers > 0;
    for (const LayerPart part : layer_parts) {
        const std::int64_t count = model.count(part);
        const bool in_module =
            predicts && (part == LayerPart::attention || part == PartParameters::module_block(model));
        if (count == 0 && !in_module) continue;
        if (count == model.layers && part != LayerPart::experts && !in_module) { // as below with a weight of 1
            add_part(watch(passes.layer_forward), model, share, sizes, Pass::forward, part);
            add_part(watch(passes.layer_backward), model, share, sizes, Pass::backward, part);
            if (cores && part == LayerPart::attention)
                detail::add_attention_core(watch(passes.recomputed), model, share, sizes, Pass::forward, part);
            continue;
        }
        const double weight = static_cast<double>(count) / static_cast<double>(model.layers);
        for (const Pass pass : {Pass::forward, Pass::backward}) {
            BasicPassTimes<Real> times;
            add_part(watch(times), model, share, sizes, pass, part);
            if (in_module) (pass == Pass::forward ? passes.head_forward : passes.head_backward).add(times, 1.0);
            if (part == LayerPart::experts) times.experts = times.total();
            (pass == Pass::forward ? passes.layer_forward : passes.layer_backward).add(times, weight);
        }
        if (cores && (part == LayerPart::attention || part == LayerPart::windowed_attention)) {
            BasicPassTimes<Real> core;
            detail::add_attention_core(watch(core), model, share, sizes, Pass::forward, part);
            passes.recomputed.add(core, weight);
        }
    }
    if (plan.recomputation == Recomputation::full) passes.recomputed = passes.layer_forward;
    const bool blocks = plan.recomputation == Recomputation::feed_forward;
    if (blocks || plan.recomputation == Recomputation::elementwise) {
        for (const OperationKind kind : {OperationKind::norm, OperationKind::elementwise, OperationKind::feed_forward})
            if (blocks || kind != OperationKind::feed_forward)
                passes.recomputed.time[static_cast<std::size_t>(kind)] =
                    passes.layer_forward.time[static_cast<std::size_t>(kind)];
        passes.recomputed.kernels =
            blocks ? 0.7 * passes.layer_forward.kernels : 2.0 * static_cast<double>(model.norms_per_layer);
    }
    add_embedding(watch(passes.embedding_forward), model, share, sizes, Pass::forward);
    add_embedding(watch(passes.embedding_backward), model, share, sizes, Pass::backward);
    if (!predicts) {
        add_head(watch(passes.head_forward), model, share, sizes, Pass::forward);
        add_head(watch(passes.head_backward), model, share, sizes, Pass::backward);
        return passes;
    }
    for (const Pass pass : {Pass::forward, Pass::backward}) {
        BasicPassTimes<Real>& all = pass == Pass::forward ? passes.head_forward : passes.head_backward;
        BasicPassTimes<Real> head;
        add_head(watch(head), model, share, sizes, pass);
        add_prediction_entry(watch(all), model, share, sizes, pass);
        all.add(head, 1.0);
        const BasicPassTimes<Real> module = all;
        if (model.prediction_layers > 1) all.add(module, static_cast<double>(model.prediction_layers - 1));
        all.add(head, 1.0);
    }
    return passes;
}

} // namespace foretrain::inline v0
