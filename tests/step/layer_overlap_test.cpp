// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <foretrain/math/dual.hpp>
#include <foretrain/step/layer_overlap.hpp>
#include <foretrain/units/literals.hpp>

#include "../relative.hpp"

using namespace foretrain;
using namespace foretrain::literals;
using detail::LayerOverlap;
using detail::LayerTraffic;

namespace {

constexpr SoftwareStack software(double expert_overlap = 0.0) {
    SoftwareStack stack;
    stack.execution = Execution::captured;
    stack.data_overlap = 1.0;
    stack.tensor_overlap = 0.5;
    stack.expert_overlap = expert_overlap;
    stack.contention = 0.1;
    return stack;
}

/// Forward and backward pass of a layer; the forward pass is short of compute for its exchange.
constexpr LayerTraffic<double> forward_pass{
    .tensor = 2_ms, .expert = 6_ms, .data = 1_ms, .at_once = 0_s, .compute = 4_ms};
constexpr LayerTraffic<double> backward_pass{
    .tensor = 2_ms, .expert = 6_ms, .data = 1_ms, .at_once = 0_s, .compute = 20_ms};

ParallelPlan dual_pipe(const SoftwareStack& stack) {
    return {.pipeline = 8,
            .schedule = Schedule::dual_pipe,
            .global_batch = 32,
            .micro_batch = 1,
            .sequence = 4096,
            .stack = stack};
}

detail::PairedStage<double> paired(const ParallelPlan& plan, const detail::Stage<double>& stage) {
    return paired_stage(forward_pass, hidden_in_pass(forward_pass, plan.stack), backward_pass,
                        hidden_in_pass(backward_pass, plan.stack), stage, plan, 0.0);
}

} // namespace

TEST_CASE("in a pass each second of compute hides one of communication: tensor, experts, then data") {
    const LayerOverlap<double> all = hidden_in_pass(forward_pass, software(1.0));
    CHECK(raw(all.tensor.hidden) == relative(0.001)); // half of it may
    CHECK(raw(all.expert.hidden) == relative(0.003)); // what is left of 4 ms
    CHECK(raw(all.data.hidden) == 0.0);
    const LayerOverlap<double> some = hidden_in_pass(forward_pass, software(0.0));
    CHECK(raw(some.expert.hidden) == 0.0);
    CHECK(raw(some.data.hidden) == relative(0.001));
    LayerTraffic<double> needed = forward_pass;
    needed.at_once = 3_ms;
    CHECK(raw(hidden_in_pass(needed, software(0.0)).data.exposed - some.data.exposed) == relative(0.003));
    CHECK(hidden_in_pass(needed, software(0.0)).data.hidden == some.data.hidden);
}

TEST_CASE("a pair hides the exchange of both passes under the compute of both, and no more than that") {
    const SoftwareStack stack = software(0.0);
    const LayerOverlap<double> forward = hidden_in_pass(forward_pass, stack);
    const LayerOverlap<double> backward = hidden_in_pass(backward_pass, stack);
    const LayerOverlap<double> pair = hidden_in_pair(forward_pass, forward, backward_pass, backward, stack);
    CHECK(raw(pair.expert.hidden) == relative(0.012)); // 24 ms of compute hide 2 ms of the tensor group
    CHECK(raw(pair.expert.exposed) == 0.0);
    CHECK(raw(pair.data.hidden) == relative(0.002));
    LayerTraffic<double> slow = forward_pass;
    slow.expert = 100_ms;
    const LayerOverlap<double> bound = hidden_in_pair(slow, forward, backward_pass, backward, stack);
    CHECK(raw(bound.expert.hidden) == relative(0.022)); // compute less what hides the tensor group
    CHECK(raw(bound.data.hidden) == 0.0);
    // Never less than apart.
    for (const double overlap : {0.0, 0.3, 1.0}) {
        const SoftwareStack s = software(overlap);
        const LayerOverlap<double> f = hidden_in_pass(forward_pass, s), b = hidden_in_pass(backward_pass, s);
        CHECK(hidden_in_pair(forward_pass, f, backward_pass, b, s).exposed_and_cost() <=
              f.exposed_and_cost() + b.exposed_and_cost());
    }
}

TEST_CASE("a stage saves in pairs what its layers do, and nothing where the host is no faster") {
    ParallelPlan plan = dual_pipe(software(0.0));
    detail::Stage<double> stage;
    stage.work = {100_ms, 200_ms};
    stage.depth = 4;
    stage.kernels = 1000;
    const detail::PairedStage<double> saved = paired(plan, stage);
    // 12 ms less shown, 1.2 ms of contention more, in each of four layers.
    CHECK(raw(saved.saving) == relative(4 * (0.012 - 0.0012)));
    CHECK(saved.share == relative(static_cast<double>(DualPipe::pairs(8, 32)) / 32.0));
    CHECK(raw(saved.expert_shown) == relative(0.012 * saved.share));
    CHECK(raw(saved.waited) == 0.0);
    plan.stack.execution = Execution::eager;
    plan.stack.host_per_kernel = 280_us; // 280 ms of 300
    const detail::PairedStage<double> half = paired(plan, stage);
    CHECK(raw(half.saving) == relative(0.020));
    CHECK(raw(half.waited) == relative((0.0432 - 0.020) * half.share));
    plan.stack.host_per_kernel = 400_us;
    stage.waited = 100_ms;
    CHECK(raw(paired(plan, stage).saving) == 0.0);
    // Exchange that each pass hides by itself leaves nothing to save.
    LayerTraffic<double> idle = forward_pass;
    idle.expert = 0_s;
    const LayerOverlap<double> alone = hidden_in_pass(idle, plan.stack);
    stage.waited = 0_s;
    plan.stack.execution = Execution::captured;
    CHECK(raw(paired_stage(idle, alone, idle, alone, stage, plan, 1.0).saving) < 4 * 0.001); // of data, if any
}

TEST_CASE("what is no layer hides under what layers gathered ahead leave of their compute") {
    const SoftwareStack stack = software(1.0);
    const LayerOverlap<double> backward = hidden_in_pass(backward_pass, stack);
    // 20 ms less 1, 6 and 1 ms.
    CHECK(raw(hidden_ahead(50_ms, backward_pass, backward, 1.0, stack).hidden) == relative(0.012));
    CHECK(raw(hidden_ahead(50_ms, backward_pass, backward, 3.0, stack).hidden) == relative(0.036));
    CHECK(raw(hidden_ahead(50_ms, backward_pass, backward, 9.0, stack).hidden) == relative(0.050));
    const LayerOverlap<double> forward = hidden_in_pass(forward_pass, stack); // nothing left
    CHECK(raw(hidden_ahead(50_ms, forward_pass, forward, 9.0, stack).hidden) == 0.0);
}

TEST_CASE("derivatives pass through") {
    using Number = Dual<double, 1>;
    const auto seconds = [](const Number& number) { return make<BasicSeconds<Number>>(number); };
    BasicSoftwareStack<Number> stack = over_scalar<Number>(software(0.0));
    const LayerTraffic<Number> pass{seconds(0.0), seconds(variable<1>(0.006, 0)), seconds(0.0), seconds(0.0),
                                    seconds(0.010)};
    const auto alone = hidden_in_pass(pass, stack);
    const auto pair = hidden_in_pair(pass, alone, pass, alone, stack);
    CHECK(raw(pair.expert.hidden).gradient[0] == relative(2.0));
    CHECK(raw(pair.expert.cost).gradient[0] == relative(0.2));
}
