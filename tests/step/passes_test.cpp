// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <foretrain/step/passes.hpp>
#include <foretrain/workload/flops.hpp>

#include "../relative.hpp"
#include "random_plans.hpp"

using namespace foretrain;
using random_plans::Configuration;
using random_plans::configuration;

namespace {

/// One second a FLOP on the matrix units, nothing for the rest.
struct CountFlops {
    [[nodiscard]] constexpr KernelTime time(const Operation& operation) const noexcept {
        const double flops = operation.form == OperationForm::stream ? 0.0 : raw(operation.flops);
        return {.time = make<Seconds>(flops), .bound = Resource::matrix, .runner_up = 0.0};
    }
};
/// One second a kernel.
struct CountKernels {
    [[nodiscard]] constexpr KernelTime time(const Operation& operation) const noexcept {
        return {
            .time = make<Seconds>(static_cast<double>(operation.kernels)), .bound = Resource::host, .runner_up = 0.0};
    }
};

RooflineKernels roofline(const Configuration& c) {
    return {c.cluster.accelerator, c.plan.precision.compute, Load::sustained};
}
double total(const BasicPassTimes<double>& times) { return raw(times.total()); }

constexpr std::uint64_t cases = 300;

} // namespace

TEST_CASE("all passes of a sample are the model's matrix products") {
    int compared = 0;
    int with_experts = 0;
    for (std::uint64_t i = 0; i < cases; ++i) {
        Configuration c = configuration(i);
        const Transformer& m = *c.model;
        // Replicated key-value heads, narrow projections that are not cut and padded vocabularies do more than the
        // model has; the scan of a state-space block is no matrix product.
        if (m.head == Head::masked_language_model || m.kv_heads % c.plan.tensor != 0 ||
            m.vocabulary % c.plan.tensor != 0 || m.state_space.layers > 0 ||
            ((m.has_latent_attention() || m.prediction_layers > 0) && c.plan.tensor > 1 && !c.plan.sequence_parallel))
            continue;
        c.plan.attention = AttentionKernel::unfused;
        c.plan.adapter_rank = 0;
        c.plan.expert_capacity = 0.0;
        c.plan.expert_imbalance = 1.0;
        if (m.has_experts()) { // and experts with a fraction of a token, or of a tile of them
            const Share share = share_of(c.plan);
            const ExpertSizes sizes{m, share, LayerSizes{m, share}};
            if (static_cast<double>(sizes.groups * sizes.tokens_each) != sizes.received) continue;
            ++with_experts;
        }
        CAPTURE(i);
        const BasicPasses<double> passes = time_passes<double>(CountFlops{}, m, c.plan);
        const double layers =
            static_cast<double>(m.layers) * (total(passes.layer_forward) + total(passes.layer_backward));
        const double edges = total(passes.embedding_forward) + total(passes.embedding_backward) +
                             total(passes.head_forward) + total(passes.head_backward);
        const double exact =
            raw(matrix_flops(m, c.plan.sequence, AttentionCount::full)) * static_cast<double>(c.plan.micro_batch);
        CHECK(static_cast<double>(c.plan.tensor * c.plan.context) * (layers + edges) == relative(exact).epsilon(1e-12));
        ++compared;
    }
    CHECK(compared > 50);
    CHECK(with_experts > 10);
}

TEST_CASE("full recomputation runs the forward pass of a layer, selective the attention core") {
    for (std::uint64_t i = 0; i < cases; ++i) {
        Configuration c = configuration(i);
        CAPTURE(i);
        const RooflineKernels kernels = roofline(c);
        const auto passes = [&](Recomputation recomputation, AttentionKernel attention) {
            c.plan.recomputation = recomputation;
            c.plan.attention = attention;
            return time_passes<double>(kernels, *c.model, c.plan);
        };
        for (const AttentionKernel attention : {AttentionKernel::fused, AttentionKernel::unfused}) {
            const BasicPasses<double> none = passes(Recomputation::none, attention);
            const BasicPasses<double> full = passes(Recomputation::full, attention);
            CHECK(total(none.recomputed) == 0.0);
            CHECK(none.recomputed.kernels == 0);
            CHECK(total(full.recomputed) == total(none.layer_forward));
            CHECK(full.recomputed.kernels == none.layer_forward.kernels);
            // What is recomputed does not change what is computed.
            CHECK(total(full.layer_forward) == total(none.layer_forward));
            CHECK(total(full.layer_backward) == total(none.layer_backward));
            const BasicPasses<double> cheap = passes(Recomputation::elementwise, attention);
            CHECK(total(cheap.recomputed) > 0.0);
            CHECK(total(cheap.recomputed) < total(full.recomputed));
        }
        const BasicPasses<double> selective = passes(Recomputation::selective, AttentionKernel::unfused);
        const std::size_t attention = static_cast<std::size_t>(OperationKind::attention);
        if (c.model->state_space.layers == 0) // whose scan counts as attention and is kept
            CHECK(raw(selective.recomputed.time[attention]) == raw(selective.layer_forward.time[attention]));
        CHECK(total(selective.recomputed) == raw(selective.recomputed.time[attention]));
        // A fused kernel computes its scores again by itself.
        CHECK(total(passes(Recomputation::selective, AttentionKernel::fused).recomputed) == 0.0);
    }
}

TEST_CASE("kernels are counted as they are timed") {
    for (std::uint64_t i = 0; i < 50; ++i) {
        const Configuration c = configuration(i);
        const BasicPasses<double> passes = time_passes<double>(CountKernels{}, *c.model, c.plan);
        for (const BasicPassTimes<double>* times :
             {&passes.layer_forward, &passes.layer_backward, &passes.embedding_forward, &passes.embedding_backward,
              &passes.head_forward, &passes.head_backward}) {
            CHECK(total(*times) == relative(times->kernels));
            CHECK(times->kernels > 0);
        }
        // Routing runs forward alone.
        if (!c.model->has_experts()) CHECK(passes.layer_backward.kernels >= passes.layer_forward.kernels);
    }
}

TEST_CASE("each kind names what binds its longest operation") {
    const Configuration c{&catalog::llama3_70b,
                          catalog::dgx_h100(8),
                          {.tensor = 8, .global_batch = 1, .micro_batch = 1, .sequence = 8192}};
    const BasicPasses<double> passes = time_passes<double>(roofline(c), *c.model, c.plan);
    const auto bound = [&](OperationKind kind) { return passes.layer_forward.bound[static_cast<std::size_t>(kind)]; };
    CHECK(bound(OperationKind::feed_forward) == Resource::matrix);
    CHECK(bound(OperationKind::attention) == Resource::matrix);
    CHECK(bound(OperationKind::norm) == Resource::memory);
    CHECK(bound(OperationKind::elementwise) == Resource::memory);
    for (std::size_t i = 0; i < operation_kinds; ++i)
        CHECK(passes.layer_forward.largest[i] <= passes.layer_forward.time[i]);
}

namespace {

double time_of(const BasicPassTimes<double>& times, OperationKind kind) {
    return raw(times.time[static_cast<std::size_t>(kind)]);
}

/// Llama 3 8B with feed-forward blocks of experts, all of the model's width together what the dense one has.
Transformer mixture(std::int64_t dense_layers = 0) {
    Transformer model = catalog::llama3_8b;
    model.experts = {.routed = 64, .active = 8, .width = 1792, .shared_width = 3584, .dense_layers = dense_layers};
    return model;
}

ParallelPlan single(std::int64_t sequence = 8192) {
    return {.global_batch = 1, .micro_batch = 1, .sequence = sequence};
}

BasicPasses<double> flops_of(const Transformer& model, const ParallelPlan& plan) {
    return time_passes<double>(CountFlops{}, model, plan);
}

RooflineKernels kernels_of(const Accelerator& accelerator, const ParallelPlan& plan) {
    return {accelerator, plan.precision.compute, Load::burst};
}

} // namespace

TEST_CASE("layers that differ in kind count as their average") {
    // 8 dense layers of 32, the others with experts.
    const Accelerator chip = catalog::dgx_h100(8).accelerator;
    const ParallelPlan plan = single();
    const auto forward = [&](const Transformer& m) {
        return total(time_passes<double>(kernels_of(chip, plan), m, plan).layer_forward);
    };
    CHECK(forward(mixture(8)) ==
          relative(0.25 * forward(catalog::llama3_8b) + 0.75 * forward(mixture())).epsilon(1e-12));
    // A window for every other layer, and one as long as the sequence for all.
    Transformer all = catalog::llama3_8b;
    all.window = 1024;
    all.windowed_layers = all.layers;
    Transformer half = all;
    half.windowed_layers = half.layers / 2;
    CHECK(forward(half) == relative(0.5 * forward(catalog::llama3_8b) + 0.5 * forward(all)).epsilon(1e-12));
    CHECK(forward(all) < forward(catalog::llama3_8b));
    all.window = plan.sequence;
    CHECK(forward(all) == relative(forward(catalog::llama3_8b)).epsilon(1e-12));
}

TEST_CASE("dealing experts out changes who computes, not how much") {
    ParallelPlan plan = single();
    plan.data = 64;
    const double once = total(flops_of(mixture(), plan).layer_forward);
    for (const std::int64_t ranks : {2, 8, 64}) {
        plan.expert = ranks;
        CHECK(total(flops_of(mixture(), plan).layer_forward) == relative(once).epsilon(1e-12));
    }
    // The busiest rank has twice its share of the routed tokens, of 8 x 1792 columns.
    plan.expert_imbalance = 2.0;
    const double routed = 3.0 * 2.0 * 8192.0 * 4096.0 * (8.0 * 1792.0);
    CHECK(total(flops_of(mixture(), plan).layer_forward) == relative(once + routed).epsilon(1e-12));
    // A capacity takes its place.
    plan.expert_capacity = 1.5;
    CHECK(total(flops_of(mixture(), plan).layer_forward) == relative(once + 0.5 * routed).epsilon(1e-12));
}

TEST_CASE("a context group shares out the sequence's work, whichever way it exchanges") {
    ParallelPlan plan = single(65536);
    for (const Transformer* m : {&catalog::llama3_8b, &catalog::deepseek_v3, &catalog::gpt_oss_20b}) {
        plan.context = 1;
        const BasicPasses<double> whole = flops_of(*m, plan);
        for (const ContextExchange exchange :
             {ContextExchange::all_gather, ContextExchange::ring, ContextExchange::all_to_all}) {
            plan.context_exchange = exchange;
            plan.context = 8;
            const BasicPasses<double> part = flops_of(*m, plan);
            CHECK(8.0 * total(part.layer_forward) == relative(total(whole.layer_forward)).epsilon(1e-12));
            CHECK(8.0 * total(part.layer_backward) == relative(total(whole.layer_backward)).epsilon(1e-12));
        }
    }
}

TEST_CASE("a short format halves the products of layers and leaves attention and head alone") {
    Accelerator chip = catalog::dgx_h100(8).accelerator;
    chip.matrix.fp8 = chip.matrix.bf16 * 2.0;
    chip.kernel.eight_bit_efficiency = chip.kernel.matrix_efficiency;
    chip.kernel.fixed_time = chip.launch_overhead = make<Seconds>(0.0);
    ParallelPlan plan = single();
    plan.micro_batch = plan.global_batch = 8;
    const BasicPasses<double> wide = time_passes<double>(kernels_of(chip, plan), catalog::llama3_405b, plan);
    plan.precision = precision::fp8_block;
    const BasicPasses<double> narrow = time_passes<double>(kernels_of(chip, plan), catalog::llama3_405b, plan);
    for (const OperationKind kind : {OperationKind::feed_forward, OperationKind::attention_projection}) {
        CHECK(time_of(narrow.layer_forward, kind) / time_of(wide.layer_forward, kind) > 0.49);
        CHECK(time_of(narrow.layer_forward, kind) / time_of(wide.layer_forward, kind) < 0.56);
    }
    CHECK(time_of(narrow.layer_forward, OperationKind::attention) ==
          time_of(wide.layer_forward, OperationKind::attention));
    CHECK(time_of(narrow.head_forward, OperationKind::head) == time_of(wide.head_forward, OperationKind::head));
    // Each product's input is read and written twice in the short format, once transposed: four linear layers a layer.
    const double elements = 8.0 * 8192.0 * (16384.0 + 16384.0 + 16384.0 + 53248.0);
    const double casts = elements * (2.0 + 2.0) / (raw(chip.memory.bandwidth) * chip.kernel.memory_efficiency);
    CHECK(time_of(narrow.layer_forward, OperationKind::elementwise) -
              time_of(wide.layer_forward, OperationKind::elementwise) >=
          0.99 * casts);
}

TEST_CASE("frozen weights have no gradients, their adapters small ones") {
    ParallelPlan plan = single();
    const BasicPasses<double> all = flops_of(catalog::llama3_8b, plan);
    plan.adapter_rank = 16;
    const BasicPasses<double> adapted = flops_of(catalog::llama3_8b, plan);
    CHECK(raw(adapted.layer_backward.weight_gradients) < 0.02 * raw(all.layer_backward.weight_gradients));
    CHECK(raw(adapted.layer_backward.weight_gradients) > 0.0);
    // Forward, the adapters are on top: rank x (inputs + outputs) of each linear layer, here as in the count of
    // parameters; queries, keys and values are one product.
    const double more = total(adapted.layer_forward) - total(all.layer_forward);
    CHECK(more > 0.0);
    CHECK(more < 0.02 * total(all.layer_forward));
    // Backward without attention: half of the products.
    const auto products = [](const BasicPassTimes<double>& times) {
        return time_of(times, OperationKind::feed_forward) + time_of(times, OperationKind::attention_projection);
    };
    CHECK(products(adapted.layer_backward) / products(all.layer_backward) == relative(0.5).epsilon(0.05));
}

TEST_CASE("a module of multi-token prediction is a layer, a projection and a head more") {
    for (const Transformer& model : {catalog::llama3_8b, mixture()}) {
        const ParallelPlan plan = single();
        const BasicPasses<double> without = flops_of(model, plan);
        Transformer predicting = model;
        predicting.prediction_layers = 1;
        const BasicPasses<double> with = flops_of(predicting, plan);
        CHECK(total(with.layer_forward) == total(without.layer_forward));
        const double projection = 2.0 * 8192.0 * 4096.0 * (2.0 * 4096.0);
        CHECK(total(with.head_forward) ==
              relative(2.0 * total(without.head_forward) + total(without.layer_forward) + projection).epsilon(1e-12));
        CHECK(total(with.head_backward) ==
              relative(2.0 * total(without.head_backward) + total(without.layer_backward) + 2.0 * projection)
                  .epsilon(1e-12));
    }
}

TEST_CASE("weight gradients are half of the products of a backward pass") {
    // What zero-bubble schedules put off: each linear layer has two products backward, attention none for weights.
    const BasicPasses<double> passes = flops_of(catalog::llama3_8b, single());
    const double products = time_of(passes.layer_backward, OperationKind::feed_forward) +
                            time_of(passes.layer_backward, OperationKind::attention_projection);
    CHECK(raw(passes.layer_backward.weight_gradients) == relative(0.5 * products));
    CHECK(raw(passes.layer_forward.weight_gradients) == 0.0);
}

TEST_CASE("modules of multi-token prediction take what their operations take one by one") {
    int compared = 0;
    for (std::uint64_t i = 0; i < cases; ++i) {
        const Configuration c = configuration(i);
        Transformer m = *c.model;
        if (m.prediction_layers == 0) continue;
        m.prediction_layers = 1 + static_cast<std::int64_t>(i % 3);
        const RooflineKernels kernels = roofline(c);
        const BasicPasses<double> passes = time_passes<double>(kernels, m, c.plan);
        const Share share = share_of(c.plan);
        const LayerSizes sizes{m, share};
        for (const Pass pass : {Pass::forward, Pass::backward}) {
            BasicPassTimes<double> alone;
            const detail::Stopwatch<double, RooflineKernels> watch{kernels, alone};
            add_head(watch, m, share, sizes, pass);
            add_prediction(watch, m, share, sizes, pass);
            const BasicPassTimes<double>& head = pass == Pass::forward ? passes.head_forward : passes.head_backward;
            CAPTURE(i);
            for (std::size_t k = 0; k < operation_kinds; ++k) {
                CHECK(raw(head.time[k]) == doctest::Approx(raw(alone.time[k])).epsilon(1e-13));
                CHECK(head.largest[k] == alone.largest[k]);
                CHECK(head.bound[k] == alone.bound[k]);
            }
            CHECK(head.kernels == doctest::Approx(alone.kernels));
            CHECK(raw(head.weight_gradients) == doctest::Approx(raw(alone.weight_gradients)).epsilon(1e-13));
        }
        ++compared;
    }
    CHECK(compared > 5);
}
