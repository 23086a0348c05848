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
    for (std::uint64_t i = 0; i < cases; ++i) {
        Configuration c = configuration(i);
        const Transformer& m = *c.model;
        // Replicated key-value heads and padded vocabularies do more than the model has.
        if (m.head == Head::masked_language_model || m.kv_heads % c.plan.tensor != 0 ||
            m.vocabulary % c.plan.tensor != 0)
            continue;
        c.plan.attention = AttentionKernel::unfused;
        CAPTURE(i);
        const BasicPasses<double> passes = time_passes<double>(CountFlops{}, m, c.plan);
        const double layers =
            static_cast<double>(m.layers) * (total(passes.layer_forward) + total(passes.layer_backward));
        const double edges = total(passes.embedding_forward) + total(passes.embedding_backward) +
                             total(passes.head_forward) + total(passes.head_backward);
        const double exact =
            raw(matrix_flops(m, c.plan.sequence, AttentionCount::full)) * static_cast<double>(c.plan.micro_batch);
        CHECK(static_cast<double>(c.plan.tensor) * (layers + edges) == relative(exact).epsilon(1e-12));
        ++compared;
    }
    CHECK(compared > 50);
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
            CHECK(total(*times) == static_cast<double>(times->kernels));
            CHECK(times->kernels > 0);
        }
        CHECK(passes.layer_backward.kernels >= passes.layer_forward.kernels);
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

TEST_CASE("a share follows the plan") {
    ParallelPlan plan;
    plan.tensor = 4;
    plan.micro_batch = 3;
    plan.sequence = 1024;
    plan.sequence_parallel = true;
    plan.attention = AttentionKernel::unfused;
    plan.precision = precision::tf32;
    plan.stack.fused_elementwise = true;
    const Share share = share_of(plan);
    CHECK(share.samples == 3);
    CHECK(share.sequence == 1024);
    CHECK(share.tensor == 4);
    CHECK(share.context == 1);
    CHECK(share.sequence_parallel);
    CHECK_FALSE(share.fused_attention);
    CHECK(share.fused_elementwise);
    CHECK(raw(share.element) == 4.0);
    CHECK(raw(share.operand) == 4.0);
}
