// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <new>
#include <string>

#include <foretrain/math/dual.hpp>
#include <foretrain/roofline/roofline.hpp>
#include <foretrain/step/estimate.hpp>
#include <foretrain/units/literals.hpp>

#include "../relative.hpp"
#include "random_plans.hpp"

using namespace foretrain;
using namespace foretrain::literals;
using random_plans::Configuration;
using random_plans::configuration;

// Counts what is allocated while `counting`; the rest of the program allocates as it likes.
namespace {
bool counting = false;
std::size_t allocations = 0;
} // namespace
void* operator new(std::size_t size) {
    if (counting) ++allocations;
    if (void* memory = std::malloc(size == 0 ? 1 : size)) return memory;
    throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace {

constexpr std::uint64_t cases = 600;
constexpr double slack = 1e-12; // rounding of sums in another order

StepEstimate estimate(const Configuration& c) { return estimate_step(*c.model, c.cluster, c.plan); }
double seconds(const Configuration& c) { return raw(estimate(c).time); }
double part(const StepEstimate& step, StepPart which) { return raw(step.breakdown[which]); }

template <class Check>
void for_each_configuration(Check check, std::uint64_t count = cases) {
    for (std::uint64_t i = 0; i < count; ++i) {
        CAPTURE(i);
        check(configuration(i));
    }
}

/// The number of accelerators that a changed plan needs, on the same fabric.
void fit_cluster(Configuration& c) { c.cluster.accelerators = c.plan.replica() * c.plan.data; }

/// All layers on one stage.
void take_pipeline_away(Configuration& c) {
    c.plan.pipeline = c.plan.virtual_stages = 1;
    c.plan.first_stage_layers = c.plan.last_stage_layers = 0;
    c.plan.schedule = Schedule::one_f_one_b;
    fit_cluster(c);
}

/// Whether gradients of weights wait until nothing else is to be done.
bool puts_weights_off(Schedule schedule) {
    return schedule != Schedule::gpipe && schedule != Schedule::one_f_one_b && schedule != Schedule::interleaved;
}

/// Whether every part of the model is exact. Schedules that put weights off are an upper bound where stages are unequal
/// (docs/parallel.md), and what of a transfer to the host shows depends on how the host's time splits over the passes:
/// there a faster part can cost a little more bubble or exposed transfer than it saves.
bool exactly_timed(const Configuration& c) {
    const BasicOffload<double>& moved = c.plan.offload;
    return !puts_weights_off(c.plan.schedule) && moved.weights + moved.optimizer + moved.activations == 0.0;
}

/// Nothing hides under anything else.
void overlap_nothing(Configuration& c) {
    c.plan.stack.data_overlap = c.plan.stack.tensor_overlap = c.plan.stack.expert_overlap = 0;
    if (c.plan.context_exchange == ContextExchange::ring) c.plan.context_exchange = ContextExchange::all_gather;
}

Configuration llama(std::int64_t accelerators = 64) {
    Configuration c{&catalog::llama3_8b, catalog::dgx_h100(accelerators), {}};
    c.plan = {.tensor = 4,
              .pipeline = 4,
              .data = accelerators / 16,
              .sequence_parallel = true,
              .sharding = Sharding::optimizer,
              .global_batch = accelerators * 4,
              .micro_batch = 1,
              .sequence = 8192,
              .stack = catalog::megatron_core};
    return c;
}

/// Seconds a step waits for `resource`, over the step.
double share(const StepEstimate& step, Resource resource) {
    return raw(step.breakdown.waiting_for(resource)) / raw(step.time);
}

} // namespace

TEST_CASE("random plans are valid, and what comes out is finite and adds up") {
    for_each_configuration(
        [](const Configuration& c) {
            const auto result = try_estimate_step(*c.model, c.cluster, c.plan);
            REQUIRE(result.has_value());
            const StepEstimate& step = *result;
            CHECK(step.time == step.breakdown.total()); // every bit
            double sum = 0;
            for (const Seconds& time : step.breakdown.time) {
                CHECK(std::isfinite(raw(time)));
                CHECK(raw(time) >= 0.0);
                sum += raw(time);
            }
            CHECK(raw(step.time) == sum);
            CHECK(raw(step.time) > 0.0);
            double shares = 0;
            for (std::size_t i = 0; i < resources; ++i) shares += share(step, static_cast<Resource>(i));
            CHECK(shares == relative(1.0).epsilon(1e-12));

            double bytes = 0;
            for (const MemoryItem& item : step.memory.footprint.items()) {
                CHECK(std::isfinite(raw(item.bytes)));
                CHECK(raw(item.bytes) >= 0.0);
                bytes += raw(item.bytes);
            }
            CHECK(raw(step.memory.peak) == relative(bytes).epsilon(1e-12));
            CHECK(step.memory.stage >= 0);
            CHECK(step.memory.stage < c.plan.pipeline);
            for (const Flops& flops : step.flops) CHECK(raw(flops) > 0.0);
            CHECK(raw(step.tokens_per_second()) > 0.0);
            CHECK(step.accelerators == c.plan.replica() * c.plan.data);
            CHECK(raw(step.tokens) == static_cast<double>(c.plan.global_batch * c.plan.sequence));
        },
        3 * cases);
}

TEST_CASE("no step is faster than its matrix products at the dense peak") {
    for_each_configuration(
        [](const Configuration& c) {
            const StepEstimate step = estimate(c);
            // BERT's head projects masked tokens only, and frozen weights have no gradients: no convention knows.
            if (c.model->head == Head::masked_language_model || c.plan.adapter_rank > 0) return;
            const double flops =
                raw(matrix_flops(*c.model, c.plan.sequence, AttentionCount::causal)) * raw(step.samples);
            CHECK(raw(step.time) > flops / (raw(step.peak) * static_cast<double>(step.accelerators)));
            CHECK(step.model_flops_utilization(FlopConvention::six_n_causal_attention) <= 1.0);
            CHECK(step.model_flops_utilization(FlopConvention::six_n_causal_attention) > 0.0);
        },
        3 * cases);
}

TEST_CASE("utilisation of the hardware counts what is computed again") {
    for_each_configuration([](const Configuration& c) {
        const StepEstimate step = estimate(c);
        const double model = step.model_flops_utilization(FlopConvention::megatron);
        const double hardware = step.hardware_flops_utilization();
        // Norms and activations run again on no matrix unit.
        const bool products_again =
            c.plan.recomputation != Recomputation::none && c.plan.recomputation != Recomputation::elementwise;
        if (products_again) CHECK(hardware > model);
        else CHECK(hardware == model);
        // All layers again is at most a third more.
        CHECK(hardware <= model * (4.0 / 3.0) * (1 + slack));
        CHECK(step.model_flops_utilization() >= step.model_flops_utilization(FlopConvention::six_n_causal_attention));
        // A rate over the peak, whatever is counted.
        CHECK(raw(step.rate(FlopConvention::megatron)) == relative(model * raw(step.peak)));
    });
}

TEST_CASE("better hardware or software is never slower, and each improvement helps some plan") {
    struct Improvement {
        std::string_view what;
        void (*apply)(Configuration&);
    };
    static constexpr Improvement improvements[] = {
        {"matrix peak",
         [](Configuration& c) {
             MatrixPeaks& matrix = c.cluster.accelerator.matrix;
             for (FlopRate* peak : {&matrix.fp16, &matrix.bf16, &matrix.fp8, &matrix.fp4, &matrix.int8}) *peak *= 1.5;
             c.cluster.accelerator.power *= 1.5;
         }},
        {"power", [](Configuration& c) { c.cluster.accelerator.power *= 1.2; }},
        {"matrix efficiency", [](Configuration& c) { c.cluster.accelerator.kernel.matrix_efficiency = 1.0; }},
        {"sustained clock", [](Configuration& c) { c.cluster.accelerator.kernel.sustained_clock = 1.0; }},
        {"attention forward", [](Configuration& c) { c.cluster.accelerator.kernel.attention_forward *= 1.2; }},
        {"attention backward", [](Configuration& c) { c.cluster.accelerator.kernel.attention_backward *= 1.2; }},
        {"inner dimension", [](Configuration& c) { c.cluster.accelerator.kernel.inner_dimension_half *= 0.5; }},
        {"HBM bandwidth", [](Configuration& c) { c.cluster.accelerator.memory.bandwidth *= 1.5; }},
        {"memory efficiency", [](Configuration& c) { c.cluster.accelerator.kernel.memory_efficiency = 1.0; }},
        {"fixed time", [](Configuration& c) { c.cluster.accelerator.kernel.fixed_time = 0_s; }},
        {"launch overhead", [](Configuration& c) { c.cluster.accelerator.launch_overhead = 0_s; }},
        {"scale-up bandwidth", [](Configuration& c) { c.cluster.fabric.tier[0].link.bandwidth *= 1.5; }},
        {"scale-out bandwidth", [](Configuration& c) { c.cluster.fabric.tier[1].link.bandwidth *= 1.5; }},
        {"scale-up latency", [](Configuration& c) { c.cluster.fabric.tier[0].link.latency = 0_s; }},
        {"scale-out latency", [](Configuration& c) { c.cluster.fabric.tier[1].link.latency = 0_s; }},
        {"collective latency", [](Configuration& c) { c.plan.stack.library.base_latency = 0_s; }},
        {"collective ramp", [](Configuration& c) { c.plan.stack.library.ramp *= 0.5; }},
        {"host", [](Configuration& c) { c.plan.stack.host_per_kernel *= 0.5; }},
        {"captured", [](Configuration& c) { c.plan.stack.execution = Execution::captured; }},
        {"overhead", [](Configuration& c) { c.plan.stack.step_overhead = 0_s; }},
        {"stragglers", [](Configuration& c) { c.plan.stack.straggler = 0.0; }},
        {"contention", [](Configuration& c) { c.plan.stack.contention = 0.0; }},
        {"data overlap", [](Configuration& c) { c.plan.stack.data_overlap = 1.0; }},
        {"tensor overlap", [](Configuration& c) { c.plan.stack.tensor_overlap = 1.0; }},
        {"pipeline overlap", [](Configuration& c) { c.plan.stack.pipeline_overlap = 1.0; }},
        {"expert overlap", [](Configuration& c) { c.plan.stack.expert_overlap = 1.0; }},
        {"host link",
         [](Configuration& c) {
             c.cluster.node.host_link *= 2.0;
             c.cluster.node.host_memory_bandwidth *= 2.0;
         }},
        {"even load", [](Configuration& c) { c.plan.expert_imbalance = 1.0; }},
        {"stream traffic", [](Configuration& c) { c.plan.stack.kernels.stream_traffic *= 0.8; }},
    };
    for (const Improvement& improvement : improvements) {
        CAPTURE(improvement.what);
        bool helped = false;
        for_each_configuration([&](const Configuration& before) {
            Configuration after = before;
            improvement.apply(after);
            if (!is_valid(*after.model, after.cluster, after.plan)) return;
            const double was = seconds(before);
            const double is = seconds(after);
            CHECK(is <= was * (1 + (exactly_timed(before) ? slack : 0.04)));
            helped = helped || is < was * (1 - 1e-4);
        });
        CHECK(helped);
    }
}

TEST_CASE("a single accelerator communicates nothing and waits for nobody") {
    for_each_configuration(
        [](Configuration c) {
            c.plan.tensor = c.plan.context = c.plan.expert = c.plan.expert_tensor = 1;
            c.plan.global_batch /= c.plan.data;
            c.plan.data = 1;
            c.plan.sequence_parallel = false;
            c.plan.sharding_group = 0;
            take_pipeline_away(c);
            for (const Sharding sharding :
                 {Sharding::none, Sharding::optimizer, Sharding::gradients, Sharding::parameters}) {
                c.plan.sharding = sharding;
                const StepEstimate step = estimate(c);
                CHECK(raw(step.breakdown.communication()) == 0.0);
                CHECK(part(step, StepPart::overlap_cost) == 0.0);
                CHECK(part(step, StepPart::bubble) == 0.0);
                CHECK(part(step, StepPart::stragglers) == 0.0);
            }
        },
        200);
}

TEST_CASE("parallelism that is not there costs nothing") {
    for_each_configuration([](const Configuration& c) {
        const StepEstimate step = estimate(c);
        if (c.plan.tensor == 1) CHECK(part(step, StepPart::tensor_communication) == 0.0);
        if (c.plan.context == 1) CHECK(part(step, StepPart::context_communication) == 0.0);
        if (c.plan.expert * c.plan.expert_tensor == 1) CHECK(part(step, StepPart::expert_communication) == 0.0);
        if (c.plan.data * c.plan.context == 1 && c.plan.pipeline == 1)
            CHECK(part(step, StepPart::data_communication) == 0.0);
        const BasicOffload<double>& moved = c.plan.offload;
        if (moved.weights + moved.optimizer + moved.activations == 0.0) CHECK(part(step, StepPart::offload) == 0.0);
        if (c.plan.pipeline == 1) {
            CHECK(part(step, StepPart::pipeline_communication) == 0.0);
            CHECK(part(step, StepPart::bubble) == 0.0);
        } else {
            CHECK(part(step, StepPart::pipeline_communication) > 0.0);
            if (!puts_weights_off(c.plan.schedule)) CHECK(part(step, StepPart::bubble) > 0.0);
        }
        if (c.plan.recomputation == Recomputation::none) CHECK(part(step, StepPart::recomputation) == 0.0);
        if (c.plan.recomputation == Recomputation::full) CHECK(part(step, StepPart::recomputation) > 0.0);
        if (c.plan.stack.execution == Execution::captured) CHECK(part(step, StepPart::host_wait) == 0.0);
    });
}

TEST_CASE("twice the layers are twice the layers' work, embedding and head aside") {
    constexpr StepPart only_in_layers[] = {StepPart::attention_projection, StepPart::attention, StepPart::feed_forward,
                                           StepPart::elementwise, StepPart::recomputation};
    constexpr StepPart only_outside[] = {StepPart::head, StepPart::loss, StepPart::embedding};
    for_each_configuration(
        [&](Configuration c) {
            c.plan.global_batch = c.plan.data * c.plan.micro_batch * 4;
            take_pipeline_away(c);
            Transformer model = *c.model;
            model.prediction_layers = 0; // whose layers are not among the model's
            c.model = &model;
            Transformer deeper = model;
            deeper.layers *= 2;
            for (std::int64_t* count : {&deeper.windowed_layers, &deeper.attention_layers, &deeper.feed_forward_layers,
                                        &deeper.experts.dense_layers, &deeper.state_space.layers})
                *count *= 2;
            const StepEstimate once = estimate(c);
            c.model = &deeper;
            const StepEstimate twice = estimate(c);
            for (const StepPart p : only_in_layers)
                CHECK(part(twice, p) == relative(2.0 * part(once, p)).epsilon(slack));
            for (const StepPart p : only_outside) CHECK(part(twice, p) == part(once, p));
            CHECK(twice.time > once.time);
            CHECK(twice.memory.peak > once.memory.peak);
        },
        300);
}

TEST_CASE("a larger vocabulary takes longer and needs more memory") {
    for_each_configuration(
        [](Configuration c) {
            Transformer larger = *c.model;
            larger.vocabulary += larger.vocabulary / 2;
            const StepEstimate before = estimate(c);
            c.model = &larger;
            const StepEstimate after = estimate(c);
            if (exactly_timed(c)) CHECK(after.time >= before.time * (1 - slack));
            CHECK(after.memory.peak >= before.memory.peak);
        },
        300);
}

TEST_CASE("recomputation trades time for memory") {
    for_each_configuration([](Configuration c) {
        c.plan.offload = {}; // what is computed again need not be fetched
        const auto with = [&](Recomputation recomputation) {
            c.plan.recomputation = recomputation;
            return estimate(c);
        };
        const StepEstimate none = with(Recomputation::none);
        const StepEstimate full = with(Recomputation::full);
        for (const Recomputation r :
             {Recomputation::elementwise, Recomputation::feed_forward, Recomputation::selective}) {
            const StepEstimate some = with(r);
            // Pairs hide more under more compute, and a bound on unequal stages may gain by that.
            const double bound = c.plan.schedule == Schedule::dual_pipe ? 0.01 : slack;
            CHECK(raw(some.time) >= raw(none.time) * (1 - bound));
            CHECK(raw(full.time) >= raw(some.time) * (1 - bound));
            // Of a single layer, what is kept and what comes back are about the same: the trade is over several.
            if (c.model->layers < 8 * c.plan.pipeline) continue;
            CHECK(raw(some.memory.peak) <= raw(none.memory.peak) * (1 + slack));
            CHECK(raw(full.memory.peak) <= raw(some.memory.peak) * (1 + slack));
        }
    });
}

TEST_CASE("a higher ZeRO stage keeps less of the training state, and sends as much or more") {
    for_each_configuration([](Configuration c) {
        if (c.plan.pipeline > 1) return;
        c.plan.sharding_group = 0;
        double states = std::numeric_limits<double>::infinity();
        for (const Sharding s : {Sharding::none, Sharding::optimizer, Sharding::gradients, Sharding::parameters}) {
            c.plan.sharding = s;
            const double kept = raw(estimate(c).memory.footprint.states());
            CHECK(kept <= states);
            states = kept;
        }
        // Parameters gathered for each micro-batch cost no less than once a step, if nothing hides either.
        c.plan.stack.data_overlap = 0;
        c.plan.sharding = Sharding::optimizer;
        const double once = part(estimate(c), StepPart::data_communication);
        c.plan.sharding = Sharding::parameters;
        CHECK(part(estimate(c), StepPart::data_communication) >= 0.9 * once);
    });
}

TEST_CASE("more micro-batches shrink the bubble's share and not the bubble") {
    for_each_configuration([](Configuration c) {
        if (c.plan.pipeline == 1) return;
        double last = 1;
        double last_bubble = -1;
        std::int64_t once = c.plan.data * c.plan.micro_batch;
        if (c.plan.schedule == Schedule::interleaved) once *= c.plan.pipeline;
        if (c.plan.schedule == Schedule::dual_pipe) once *= 2 * c.plan.pipeline;
        for (const std::int64_t k : {1, 2, 4, 16, 64}) {
            c.plan.global_batch = once * k;
            const StepEstimate step = estimate(c);
            const double bubble = part(step, StepPart::bubble);
            CHECK(bubble / raw(step.time) < last + (bubble > 0 ? 0.0 : slack));
            if (last_bubble < 0) last_bubble = bubble;
            // More micro-batches have more gradients of weights to fill it with.
            if (puts_weights_off(c.plan.schedule)) CHECK(bubble <= last_bubble * (1 + 1e-9));
            else CHECK(bubble == relative(last_bubble).epsilon(1e-9));
            last = bubble / raw(step.time);
            last_bubble = bubble;
        }
    });
}

TEST_CASE("equal stages have the textbook bubble") {
    // (p - 1) / (v m) of the time that stages work, Narayanan et al. 2021; no head to make the last stage slower.
    Configuration c = llama();
    Transformer headless = *c.model;
    headless.vocabulary = 1;
    c.model = &headless;
    const auto fraction = [&] {
        const StepEstimate step = estimate(c);
        const double beside = raw(step.breakdown.communication()) - part(step, StepPart::tensor_communication) +
                              part(step, StepPart::optimizer) + part(step, StepPart::overhead) +
                              part(step, StepPart::stragglers) + part(step, StepPart::bubble);
        return part(step, StepPart::bubble) / (raw(step.time) - beside);
    };
    c.plan.global_batch = c.plan.data * 32;
    CHECK(fraction() == relative(3.0 / 32.0).epsilon(0.02));
    c.plan.schedule = Schedule::interleaved;
    c.plan.virtual_stages = 4;
    CHECK(fraction() == relative(3.0 / (4.0 * 32.0)).epsilon(0.02));
    c.plan.global_batch *= 2;
    CHECK(fraction() == relative(3.0 / (8.0 * 32.0)).epsilon(0.02));
}

TEST_CASE("without overlap communication adds to the step, with full overlap it hides under compute") {
    for_each_configuration([](Configuration c) {
        take_pipeline_away(c);
        c.plan.global_batch = c.plan.data * c.plan.micro_batch;
        c.plan.stack.contention = 0;
        c.plan.stack.straggler = 0;
        c.plan.stack.execution = Execution::captured;
        c.plan.offload = {};
        overlap_nothing(c);
        const StepEstimate serial = estimate(c);
        CHECK(part(serial, StepPart::overlap_cost) == 0.0);
        const double compute = raw(serial.breakdown.compute()) + part(serial, StepPart::recomputation);
        const double sent = raw(serial.breakdown.communication());
        const double rest = part(serial, StepPart::optimizer) + part(serial, StepPart::overhead);
        CHECK(raw(serial.time) == relative(compute + sent + rest).epsilon(1e-9));

        c.plan.stack.data_overlap = c.plan.stack.tensor_overlap = c.plan.stack.expert_overlap = 1;
        const StepEstimate parallel = estimate(c);
        // What hides, hides under compute: never more than there is of it.
        CHECK(raw(parallel.time) >= (compute > sent ? compute : sent) * (1 - 1e-9));
        CHECK(parallel.time <= serial.time);
        CHECK(raw(parallel.breakdown.compute()) == raw(serial.breakdown.compute()));
        // In between, the more overlap the less time.
        double last = raw(serial.time);
        for (const double overlap : {0.25, 0.5, 0.75, 1.0}) {
            c.plan.stack.data_overlap = c.plan.stack.tensor_overlap = c.plan.stack.expert_overlap = overlap;
            CHECK(seconds(c) <= last * (1 + slack));
            last = seconds(c);
        }
    });
}

TEST_CASE("what overlap hides slows compute by the contention") {
    Configuration c = llama();
    c.plan.stack.tensor_overlap = c.plan.stack.data_overlap = 0.5;
    c.plan.stack.contention = 0;
    const StepEstimate free = estimate(c);
    CHECK(part(free, StepPart::overlap_cost) == 0.0);
    c.plan.stack.contention = 0.1;
    const double some = part(estimate(c), StepPart::overlap_cost);
    c.plan.stack.contention = 0.2;
    CHECK(some > 0.0);
    CHECK(part(estimate(c), StepPart::overlap_cost) == relative(2.0 * some));
    // What does not hide costs nothing, what hides does so under compute.
    for_each_configuration(
        [](Configuration plan) {
            plan.plan.stack.contention = 0.25;
            const StepEstimate step = estimate(plan);
            CHECK(part(step, StepPart::overlap_cost) <= 0.25 * raw(step.time));
            if (plan.plan.schedule == Schedule::dual_pipe) return; // whose two directions overlap in any stack
            overlap_nothing(plan);
            CHECK(part(estimate(plan), StepPart::overlap_cost) == 0.0);
        },
        200);
    // Hiding never costs more than it saves.
    c.plan.stack.contention = 1.0;
    const double costly = seconds(c);
    c.plan.stack.tensor_overlap = c.plan.stack.data_overlap = 0;
    CHECK(costly <= seconds(c) * (1 + slack));
}

TEST_CASE("weak scaling never gets faster") {
    for_each_configuration([](Configuration c) {
        // On a mesh or a torus a larger group has more wires: two accelerators of eight use one of seven. Switches that
        // add help only groups large enough to pay for their set-up. Groups of 16 straddle nodes of 72 now and then.
        for (FabricTier& tier : c.cluster.fabric.tier) {
            if (tier.topology != Topology::switched) return;
            tier.in_network_reduction = false;
        }
        if (c.cluster.fabric.tier[0].size % 16 != 0 && c.cluster.fabric.tier[0].size != 8) return;
        if (c.plan.sharding == Sharding::parameters) c.plan.sharding = Sharding::gradients;
        c.plan.sharding_group = 0;
        c.plan.expert = c.plan.expert_tensor = 1;
        c.plan.offload = {}; // more ranks share the update elsewhere too
        const std::int64_t per_replica = c.plan.global_batch / c.plan.data;
        double last = 0;
        for (const std::int64_t data : {1, 2, 4, 8, 16, 64}) {
            c.plan.data = data;
            c.plan.global_batch = per_replica * data;
            fit_cluster(c);
            const StepEstimate step = estimate(c);
            // The optimizer's own work shrinks as more ranks share it: all else can only grow.
            const double rest = raw(step.time) - part(step, StepPart::optimizer);
            CHECK(rest >= last * (1 - 1e-9));
            last = rest;
        }
    });
}

TEST_CASE("work is linear in micro-batches") {
    for_each_configuration(
        [](Configuration c) {
            const StepEstimate once = estimate(c);
            c.plan.global_batch *= 3;
            const StepEstimate thrice = estimate(c);
            CHECK(raw(thrice.breakdown.compute()) == relative(3.0 * raw(once.breakdown.compute())).epsilon(slack));
            CHECK(part(thrice, StepPart::recomputation) ==
                  relative(3.0 * part(once, StepPart::recomputation)).epsilon(slack));
            if (c.plan.schedule != Schedule::dual_pipe || c.plan.expert * c.plan.expert_tensor == 1)
                CHECK(part(thrice, StepPart::host_wait) ==
                      relative(3.0 * part(once, StepPart::host_wait)).epsilon(1e-9));
            CHECK(part(thrice, StepPart::tensor_communication) ==
                  relative(3.0 * part(once, StepPart::tensor_communication)).epsilon(slack));
            CHECK(part(thrice, StepPart::context_communication) ==
                  relative(3.0 * part(once, StepPart::context_communication)).epsilon(slack));
            // Of more micro-batches a greater share runs in pairs, which show less.
            const double exchanged = 3.0 * part(once, StepPart::expert_communication);
            if (c.plan.schedule != Schedule::dual_pipe)
                CHECK(part(thrice, StepPart::expert_communication) == relative(exchanged).epsilon(slack));
            else CHECK(part(thrice, StepPart::expert_communication) <= exchanged * (1 + slack));
            CHECK(part(thrice, StepPart::optimizer) == part(once, StepPart::optimizer));
            CHECK(raw(thrice.tokens) == 3.0 * raw(once.tokens));
            CHECK(raw(thrice.flops[0]) == relative(3.0 * raw(once.flops[0])));
        },
        300);
}

TEST_CASE("grouped queries with as many key-value heads as heads are multi-head attention") {
    Configuration c = llama();
    Transformer multi = catalog::llama2_7b;
    multi.kv_heads = multi.heads;
    c.model = &multi;
    const StepEstimate a = estimate(c);
    c.model = &catalog::llama2_7b;
    CHECK(a.time == estimate(c).time);
    // Fewer key-value heads are less work.
    multi.kv_heads = 8;
    c.model = &multi;
    CHECK(estimate(c).time < a.time);
    CHECK(estimate(c).memory.peak < a.memory.peak);
}

TEST_CASE("names and notes change nothing") {
    Configuration c = llama();
    const StepEstimate before = estimate(c);
    Transformer renamed = *c.model;
    renamed.name = "something else";
    renamed.provenance = {};
    c.model = &renamed;
    c.cluster.name = c.cluster.accelerator.name = c.cluster.node.name = c.plan.stack.name = "x";
    CHECK(estimate(c).time == before.time);
}

TEST_CASE("the bottleneck is what most of the time waits for") {
    for_each_configuration(
        [](const Configuration& c) {
            const StepEstimate step = estimate(c);
            const double most = share(step, step.bottleneck());
            for (std::size_t i = 0; i < resources; ++i) CHECK(share(step, static_cast<Resource>(i)) <= most);
        },
        100);
    // A fabric of a hundredth of the bandwidth is what everything waits for.
    Configuration c = llama(1024);
    for (auto& tier : c.cluster.fabric.tier) tier.link.bandwidth *= 0.01;
    const Resource slow = estimate(c).bottleneck();
    CHECK((slow == Resource::scale_up || slow == Resource::scale_out));
    c = llama();
    c.plan.stack.step_overhead = 1000_s;
    CHECK(estimate(c).bottleneck() == Resource::software);
    c = llama();
    c.plan.stack.host_per_kernel = 10_ms;
    CHECK(estimate(c).bottleneck() == Resource::host);
    CHECK(estimate(llama()).bottleneck() == Resource::matrix);
}

namespace {

/// A kernel model the library has never seen: a constant rate, nothing else.
struct ConstantRate {
    [[nodiscard]] constexpr KernelTime time(const Operation& operation) const noexcept {
        const Seconds time = operation.form == OperationForm::stream ? 0_s : operation.flops / 100_TFLOP_per_s;
        return {.time = time, .bound = Resource::matrix, .runner_up = 0.0};
    }
};

} // namespace

TEST_CASE("a user's own kernel model drops in") {
    Configuration c = llama(16);
    c.plan.stack.execution = Execution::captured;
    const StepEstimate step = estimate_checked_step<double>(*c.model, c.cluster, c.plan, ConstantRate{});
    // Llama's 32 layers on 4 stages of 4 ranks: the last has 8 layers and the head.
    const double s = 8192;
    const double layer = 4096.0 * (2.0 * 4096.0 + 2.0 * 1024.0) + 3.0 * 4096.0 * 14336.0;
    const double core = 0.5 * 4.0 * s * s * 4096.0; // causal
    const double products = 3.0 * 2.0 * s * (8.0 * layer + 4096.0 * 128256.0) / 4.0;
    const double attention = 3.5 * 8.0 * core / 4.0; // the backward pass runs the scores again
    const double micro_batches = 64;
    CHECK(raw(step.breakdown.compute()) == relative(micro_batches * (products + attention) / 100e12));
    CHECK(part(step, StepPart::optimizer) == 0.0);
    CHECK(step.time == step.breakdown.total());
}

TEST_CASE("the slowest stage is followed, whichever it is") {
    // 126 layers on 16 stages: 7 on the first and the last, 8 between.
    Configuration c{&catalog::llama3_405b, catalog::dgx_h100(128), {}};
    c.plan = {.tensor = 8,
              .pipeline = 16,
              .global_batch = 32,
              .micro_batch = 1,
              .sequence = 8192,
              .stack = catalog::megatron_core};
    c.plan.stack.execution = Execution::captured;
    Transformer model = *c.model;
    c.model = &model;
    const auto layers_followed = [&] {
        const StepEstimate step = estimate_checked_step<double>(model, c.cluster, c.plan, ConstantRate{});
        const Operations forward = layer_operations(model, share_of(c.plan), Pass::forward);
        const Operations backward = layer_operations(model, share_of(c.plan), Pass::backward);
        double flops = 0;
        for (const Operations* list : {&forward, &backward})
            for (const Operation& o : *list)
                if (o.kind == OperationKind::feed_forward) flops += raw(o.flops);
        return part(step, StepPart::feed_forward) / (32.0 * flops / 100e12);
    };
    model.vocabulary = 8;
    CHECK(layers_followed() == relative(8.0)); // between
    CHECK(part(estimate(c), StepPart::head) == 0.0);
    model.vocabulary = 8'000'000;
    CHECK(layers_followed() == relative(7.0)); // the last, for its head
    CHECK(part(estimate(c), StepPart::head) > 0.0);
}

TEST_CASE("a step that the host issues takes its kernels times the host") {
    for_each_configuration(
        [](Configuration c) {
            take_pipeline_away(c);
            c.plan.stack.execution = Execution::eager;
            c.plan.stack.host_per_kernel = 0.9_s;
            c.plan.stack.straggler = 0;
            const RooflineKernels kernels{c.cluster.accelerator, c.plan.precision.compute, Load::sustained};
            const BasicPasses<double> passes = time_passes<double>(kernels, *c.model, c.plan);
            const double layer =
                passes.layer_forward.kernels + passes.layer_backward.kernels + passes.recomputed.kernels;
            const double edges = passes.embedding_forward.kernels + passes.embedding_backward.kernels +
                                 passes.head_forward.kernels + passes.head_backward.kernels;
            const double issued = 0.9 * static_cast<double>(c.plan.micro_batches()) *
                                  (static_cast<double>(c.model->layers) * layer + edges);
            const StepEstimate step = estimate(c);
            const double once =
                part(step, StepPart::optimizer) + part(step, StepPart::overhead) + part(step, StepPart::offload);
            CHECK(raw(step.time) >= issued);
            // Beside it, only what is sent once a step.
            const BasicCommunication<double> send = time_communication(*c.model, c.cluster, c.plan);
            CHECK(raw(step.time) <= (issued + once + 2.0 * raw(send.gradients_step + send.weights_step)) * (1 + slack));
        },
        200);
}

TEST_CASE("full recomputation repeats the forward pass's tensor communication") {
    Configuration c = llama();
    c.plan.stack.tensor_overlap = 0;
    const double once = part(estimate(c), StepPart::tensor_communication);
    c.plan.recomputation = Recomputation::full;
    // Three passes instead of two; embedding and head are not repeated.
    CHECK(part(estimate(c), StepPart::tensor_communication) / once == relative(1.5).epsilon(0.1));
}

TEST_CASE("gradients that hide slow compute, and ranks that share the optimizer share its work") {
    Configuration c{&catalog::llama3_8b, catalog::dgx_h100(64), {}};
    c.plan = {.data = 64, .global_batch = 64, .micro_batch = 1, .sequence = 8192, .stack = catalog::megatron_core};
    c.plan.stack.data_overlap = 0.5;
    c.plan.stack.contention = 0.2;
    const StepEstimate plain = estimate(c);
    const BasicCommunication<double> send = time_communication(*c.model, c.cluster, c.plan);
    // Half of the gradients hides, which a backward pass of 8192 tokens has room for.
    CHECK(part(plain, StepPart::data_communication) == relative(0.5 * raw(send.gradients_step)));
    CHECK(part(plain, StepPart::overlap_cost) == relative(0.2 * 0.5 * raw(send.gradients_step)));
    c.plan.sharding = Sharding::optimizer;
    const double shared = part(estimate(c), StepPart::optimizer);
    CHECK(shared < part(plain, StepPart::optimizer) / 30.0);
    CHECK(shared > part(plain, StepPart::optimizer) / 64.0); // kernels have a fixed time

    // Gradients exist from the backward pass on: a forward pass hides none of them.
    c.plan.sharding = Sharding::none;
    c.plan.stack.data_overlap = 1;
    for (FabricTier& tier : c.cluster.fabric.tier) tier.link.bandwidth *= 0.01;
    const StepEstimate slow = estimate(c);
    const double reduced = raw(time_communication(*c.model, c.cluster, c.plan).gradients_step);
    const double hidden = reduced - part(slow, StepPart::data_communication);
    CHECK(hidden / raw(slow.breakdown.compute()) > 0.5);
    CHECK(hidden / raw(slow.breakdown.compute()) < 0.8);
}

TEST_CASE("sharded parameters are gathered twice and their gradients scattered once a micro-batch") {
    Configuration c{&catalog::llama3_8b, catalog::dgx_h100(64), {}};
    c.plan = {.data = 64,
              .sharding = Sharding::parameters,
              .global_batch = 192,
              .micro_batch = 1,
              .sequence = 8192,
              .stack = catalog::fsdp};
    c.plan.stack.data_overlap = 0;
    const BasicCommunication<double> send = time_communication(*c.model, c.cluster, c.plan);
    const double layers = 32.0 * raw(2.0 * send.gather_layer + send.scatter_layer);
    const double edges = raw(2.0 * send.gather_edge + send.scatter_edge);
    CHECK(part(estimate(c), StepPart::data_communication) == relative(3.0 * (layers + edges)));
}

namespace {

/// DeepSeek-V3's shape on 256 accelerators: 8 stages, 32 ranks that deal out 256 experts.
Configuration experts() {
    Configuration c{&catalog::deepseek_v3, catalog::dgx_h100(256), {}};
    c.plan = {.pipeline = 8,
              .data = 32,
              .expert = 32,
              .sharding = Sharding::optimizer,
              .global_batch = 1024,
              .micro_batch = 1,
              .sequence = 4096,
              .recomputation = Recomputation::elementwise,
              .stack = catalog::megatron_core};
    c.plan.stack.execution = Execution::captured;
    c.plan.stack.expert_overlap = 0;
    return c;
}

/// Llama 3 8B cut by sequence over 8 ranks.
Configuration long_context(std::int64_t sequence, ContextExchange exchange) {
    Configuration c{&catalog::llama3_8b, catalog::dgx_h100(8), {}};
    c.plan = {.context = 8,
              .context_exchange = exchange,
              .global_batch = 1,
              .micro_batch = 1,
              .sequence = sequence,
              .stack = catalog::megatron_core};
    return c;
}

} // namespace

TEST_CASE("experts: tokens on the way to them are a part of the step, more of it the more they visit") {
    Configuration c = experts();
    const StepEstimate dealt = estimate(c);
    CHECK(part(dealt, StepPart::expert_communication) > 0.0);
    // Every rank with all experts: nothing is sent, and memory holds 32 times the experts.
    c.plan.expert = 1;
    const StepEstimate copies = estimate(c);
    CHECK(part(copies, StepPart::expert_communication) == 0.0);
    CHECK(copies.memory.peak > 3.0 * dealt.memory.peak);
    // The same tokens meet the same number of experts. Fewer on a rank get longer products of their weights.
    CHECK(part(dealt, StepPart::feed_forward) <= part(copies, StepPart::feed_forward));

    c = experts();
    Transformer model = catalog::deepseek_v3;
    c.model = &model;
    double last = 0;
    for (const std::int64_t active : {2, 4, 8, 16}) {
        model.experts.active = active;
        c.plan.stack.experts.once_per_node = false;
        const double sent = part(estimate(c), StepPart::expert_communication);
        CHECK(sent > 1.5 * last);
        CHECK(sent < 2.1 * (last > 0 ? last : sent));
        last = sent;
        // A token that crosses the network once for all its experts of a node crosses it less often.
        c.plan.stack.experts.once_per_node = true;
        CHECK(part(estimate(c), StepPart::expert_communication) < sent);
    }
}

TEST_CASE("an uneven load slows the step and fills memory, a capacity bounds both") {
    Configuration c = experts();
    StepEstimate last = estimate(c);
    for (const double imbalance : {1.25, 1.5, 2.0}) {
        c.plan.expert_imbalance = imbalance;
        const StepEstimate step = estimate(c);
        CHECK(step.time > last.time);
        CHECK(step.memory.peak > last.memory.peak);
        CHECK(part(step, StepPart::attention) == part(last, StepPart::attention));
        last = step;
    }
    c.plan.expert_capacity = 1.0;
    const StepEstimate bounded = estimate(c);
    c.plan.expert_capacity = 0.0;
    c.plan.expert_imbalance = 1.0;
    CHECK(bounded.time == estimate(c).time);
}

TEST_CASE("the load of experts: memory carries its derivative, products are a staircase that a secant measures") {
    using Loaded = Dual<double, 1>;
    const Configuration c = experts();
    auto plan = over_scalar<Loaded>(c.plan);
    plan.expert_imbalance = variable<1>(1.25, 0);
    const auto carried = *try_estimate_step(*c.model, over_scalar<Loaded>(c.cluster), plan);
    const auto with = [&](double load) {
        Configuration other = c;
        other.plan.expert_imbalance = load;
        return estimate(other);
    };
    const double slope = (raw(with(1.5).memory.peak) - raw(with(1.25).memory.peak)) / 0.25;
    CHECK(raw(carried.memory.peak).gradient[0] == relative(slope).epsilon(0.01));
    CHECK(raw(carried.time).gradient[0] == 0.0);
    CHECK(part(with(1.25), StepPart::feed_forward) == part(with(1.25 + 1e-9), StepPart::feed_forward)); // a tread
    CHECK(raw(with(1.5).time) > 1.01 * raw(with(1.25).time));
}

TEST_CASE("two directions at once hide the tokens' way to experts") {
    Configuration c = experts();
    const StepEstimate one_way = estimate(c);
    c.plan.schedule = Schedule::dual_pipe;
    const StepEstimate both = estimate(c);
    CHECK(part(both, StepPart::expert_communication) < 0.5 * part(one_way, StepPart::expert_communication));
    CHECK(part(both, StepPart::overlap_cost) > part(one_way, StepPart::overlap_cost));
    CHECK(both.memory.peak > one_way.memory.peak); // two copies of the parameters
    // An end of the model is on two ranks, each of which sees half of the samples.
    CHECK(part(both, StepPart::head) <= part(one_way, StepPart::head) * (1 + slack));
}

TEST_CASE("pairs of micro-batches: what runs in pairs shows no exchange, what fills and drains the pipeline does") {
    // No module of multi-token prediction, layers alike, as many on each stage.
    Configuration c{&catalog::mixtral_8x7b, catalog::dgx_h100(64), {}};
    c.plan = {.pipeline = 8,
              .data = 8,
              .expert = 8,
              .sharding = Sharding::optimizer,
              .micro_batch = 1,
              .sequence = 4096,
              .stack = catalog::megatron_core};
    c.plan.stack.execution = Execution::captured;
    c.plan.stack.expert_overlap = 0;
    c.plan.stack.contention = 0.1;
    for (const std::int64_t micro_batches : {16, 32, 128}) {
        c.plan.global_batch = 8 * micro_batches;
        c.plan.schedule = Schedule::one_f_one_b;
        const StepEstimate one_way = estimate(c);
        c.plan.schedule = Schedule::dual_pipe;
        const StepEstimate both = estimate(c);
        const double alone =
            1.0 - static_cast<double>(DualPipe::pairs(8, micro_batches)) / static_cast<double>(micro_batches);
        const double shown = part(one_way, StepPart::expert_communication);
        CHECK(shown > 0.0);
        CHECK(part(both, StepPart::expert_communication) == relative(shown * alone).epsilon(1e-9));
        CHECK(part(both, StepPart::overlap_cost) - part(one_way, StepPart::overlap_cost) ==
              relative(0.1 * shown * (1.0 - alone)).epsilon(1e-9));
        // Compute is not saved.
        CHECK(raw(both.time) > raw(both.breakdown.compute()));
    }
    // Exchange that takes longer than the compute of both passes shows beyond it, pair or not.
    for (FabricTier& tier : c.cluster.fabric.tier) tier.link.bandwidth *= 1e-3;
    const StepEstimate slow = estimate(c);
    CHECK(part(slow, StepPart::expert_communication) > 10.0 * raw(slow.breakdown.compute()));
    c.plan.schedule = Schedule::one_f_one_b;
    CHECK(raw(slow.time) > 0.5 * seconds(c)); // two times as fast at the very best
}

TEST_CASE("pairs never make a step slower, on random plans") {
    int paired = 0;
    for_each_configuration(
        [&](Configuration c) {
            if (c.plan.schedule != Schedule::dual_pipe || c.plan.expert == 1) return;
            ++paired;
            // More that may hide outside of pairs leaves less to save in them; all of it leaves what the pass is short
            // of.
            double last = 1e300;
            for (const double overlap : {0.0, 0.5, 1.0}) {
                c.plan.stack.expert_overlap = overlap;
                const StepEstimate step = estimate(c);
                CHECK(raw(step.time) <= last * (1 + 1e-2)); // the bubble is a bound where stages are unequal
                CHECK(raw(step.time) >= raw(step.breakdown.compute()));
                last = raw(step.time);
            }
        },
        3 * cases);
    CHECK(paired > 5);
}

namespace {

/// 70 billion parameters, sharded: over one stage, or several.
Configuration sharded(Sharding sharding, std::int64_t stages = 1) {
    Configuration c{&catalog::llama3_70b, catalog::dgx_h100(128), {}};
    c.plan = {.pipeline = stages,
              .data = 128 / stages,
              .sharding = sharding,
              .global_batch = 128 * 4,
              .micro_batch = 1,
              .sequence = 4096,
              .stack = catalog::fsdp};
    c.plan.stack.execution = Execution::captured;
    return c;
}

} // namespace

TEST_CASE("prefetching: more is never slower and never takes less memory, none shows every gather") {
    int hidden = 0;
    for_each_configuration(
        [&](Configuration c) {
            if (c.plan.data * c.plan.context < 2 || c.plan.offload.weights > 0) return;
            c.plan.sharding = Sharding::parameters;
            c.plan.prefetch = 0;
            const StepEstimate none = estimate(c);
            const BasicCommunication<double> send = time_communication(*c.model, c.cluster, c.plan);
            const double micro_batches = static_cast<double>(c.plan.micro_batches());
            const auto least = stage_layers(c.model->layers, c.plan);
            const double depth = static_cast<double>(std::min({least.first, least.middle, least.last}));
            CHECK(part(none, StepPart::data_communication) >=
                  2.0 * micro_batches * depth * raw(send.gather_layer) * (1 - slack));
            StepEstimate last = none;
            for (const std::int64_t ahead : {1, 2, 4, 1000}) {
                c.plan.prefetch = ahead;
                c.plan.gathered_layers = 0;
                const StepEstimate step = estimate(c);
                if (exactly_timed(c)) CHECK(raw(step.time) <= raw(last.time) * (1 + slack));
                CHECK(raw(step.memory.peak) >= raw(last.memory.peak) * (1 - slack));
                hidden += raw(step.time) < raw(last.time) * (1 - 1e-6);
                c.plan.prefetch = 1000; // the limit on gathered layers is as good as asking for no more
                c.plan.gathered_layers = ahead + 1;
                CHECK(estimate(c).time == step.time);
                CHECK(estimate(c).memory.peak == step.memory.peak);
                last = step;
            }
        },
        300);
    CHECK(hidden > 50);
}

TEST_CASE("one layer ahead hides layers, more hide embedding and head too") {
    Configuration c = sharded(Sharding::parameters);
    c.plan.stack.data_overlap = 1.0;
    c.plan.stack.contention = 0.0;
    const BasicCommunication<double> send = time_communication(*c.model, c.cluster, c.plan);
    const double micro_batches = static_cast<double>(c.plan.micro_batches());
    const auto shown = [&](std::int64_t ahead) {
        c.plan.prefetch = ahead;
        return part(estimate(c), StepPart::data_communication);
    };
    const double layers = 80.0 * raw(2.0 * send.gather_layer);
    const double edges = raw(2.0 * send.gather_edge + send.scatter_edge);
    CHECK(shown(0) == relative(micro_batches * (layers + edges)));
    CHECK(shown(1) == relative(micro_batches * edges));
    CHECK(shown(20) == relative(micro_batches * raw(send.scatter_edge)));
    CHECK(shown(2) > shown(3));
}

TEST_CASE("ZeRO-2 and ZeRO-3 within a pipeline send every micro-batch what ZeRO-1 sends once") {
    int compared = 0;
    for_each_configuration([&](Configuration c) {
        if (c.plan.pipeline == 1 || c.plan.data * c.plan.context < 2 || c.plan.adapter_rank > 0) return;
        ++compared;
        overlap_nothing(c);
        c.plan.offload = {};
        c.plan.stack.execution = Execution::captured; // where the host is waited for, sends may cost nothing
        const double micro_batches = static_cast<double>(c.plan.micro_batches());
        const double depth = static_cast<double>(stage_layers(c.model->layers, c.plan).first);
        double sent = 0, time = 0;
        for (const Sharding sharding : {Sharding::optimizer, Sharding::gradients, Sharding::parameters}) {
            c.plan.sharding = sharding;
            const BasicCommunication<double> s = time_communication(*c.model, c.cluster, c.plan);
            const double each = depth * raw(2.0 * s.gather_layer + s.scatter_layer) +
                                raw(2.0 * s.gather_edge + s.scatter_edge); // of the first stage
            const double all = micro_batches * each + raw(s.gradients_step + s.weights_step);
            CHECK(all >= sent * (1 - slack));
            sent = all;
            const double now = seconds(c);
            CHECK(now >= time * (1 - (exactly_timed(c) ? slack : 0.04)));
            time = now;
            CHECK((raw(s.scatter_layer) > 0.0) == (sharding != Sharding::optimizer));
        }
    });
    CHECK(compared > 100);
}

TEST_CASE("sharding within a pipeline: traffic by the micro-batch, less memory, and of one stage what it was") {
    for (const Sharding sharding : {Sharding::gradients, Sharding::parameters}) {
        Configuration c = sharded(sharding, 4);
        const auto shown = [&](std::int64_t micro_batches) {
            c.plan.stack.data_overlap = 0.0;
            c.plan.global_batch = 32 * micro_batches;
            return part(estimate(c), StepPart::data_communication);
        };
        const double more = shown(64) - shown(32);
        CHECK(more == relative(shown(96) - shown(64)));
        const BasicCommunication<double> send = time_communication(*c.model, c.cluster, c.plan);
        const double layer = raw(2.0 * send.gather_layer + send.scatter_layer);
        const double head = raw(2.0 * send.gather_head + send.scatter_head);
        CHECK(more == relative(32.0 * (20.0 * layer + head))); // the last stage is the slowest
        c.plan.sharding = Sharding::optimizer;
        const StepEstimate once = estimate(c);
        c.plan.sharding = sharding;
        CHECK(estimate(c).memory.peak < once.memory.peak);
        CHECK(estimate(c).time > once.time);
    }
    // One stage: ZeRO-2 reduces once a step, as ZeRO-1 does.
    const Configuration one = sharded(Sharding::optimizer), two = sharded(Sharding::gradients);
    CHECK(estimate(one).time == estimate(two).time);
    CHECK(raw(time_communication(*two.model, two.cluster, two.plan).scatter_layer) == 0.0);
}

TEST_CASE("a causal sequence cut in order: all wait for the last rank's attention") {
    for (const ContextExchange exchange : {ContextExchange::all_gather, ContextExchange::ring}) {
        Configuration c = long_context(131072, exchange);
        const StepEstimate even = estimate(c);
        c.plan.context_balance = ContextBalance::contiguous;
        const StepEstimate ordered = estimate(c);
        const double ratio = part(ordered, StepPart::attention) / part(even, StepPart::attention);
        CHECK(ratio > 1.7);
        CHECK(ratio < 2.0 - 1.0 / 8.0);
        CHECK(ordered.time > even.time);
        CHECK(part(ordered, StepPart::feed_forward) == part(even, StepPart::feed_forward));
        CHECK(ordered.memory.peak == even.memory.peak);
        CHECK(ordered.flops == even.flops); // the model does not compute more, the others wait
    }
    // Where each rank has the whole sequence for some heads, and where every token sees every other, nobody waits.
    Configuration c = long_context(32768, ContextExchange::all_to_all);
    Configuration encoder = long_context(8192, ContextExchange::ring);
    Transformer both_ways = *encoder.model;
    both_ways.causal = false;
    encoder.model = &both_ways;
    for (Configuration* same : {&c, &encoder}) {
        const Seconds before = estimate(*same).time;
        same->plan.context_balance = ContextBalance::contiguous;
        CHECK(estimate(*same).time == before);
    }
}

TEST_CASE("recomputed feed-forward blocks count as work of the hardware, not of the model") {
    Configuration c = llama();
    const StepEstimate kept = estimate(c);
    CHECK(kept.hardware_flops_utilization() == kept.model_flops_utilization(FlopConvention::megatron));
    c.plan.recomputation = Recomputation::feed_forward;
    const StepEstimate again = estimate(c);
    const double more = raw(again.rate(FlopConvention::hardware) - again.rate(FlopConvention::megatron)) *
                        raw(again.time) * static_cast<double>(again.accelerators);
    const double tokens = raw(again.tokens);
    CHECK(more == relative(tokens * 32 * 3 * 2.0 * 4096 * 14336).epsilon(1e-9));
    c.plan.recomputation = Recomputation::full;
    CHECK(estimate(c).hardware_flops_utilization() * raw(estimate(c).time) >
          again.hardware_flops_utilization() * raw(again.time));
}

TEST_CASE("schedules that put weights off shrink the bubble, to nothing with enough memory") {
    Configuration c = llama();
    c.plan.stack.execution = Execution::captured;
    const auto with = [&](Schedule schedule) {
        c.plan.schedule = schedule;
        return estimate(c);
    };
    const StepEstimate plain = with(Schedule::one_f_one_b);
    const StepEstimate h1 = with(Schedule::zero_bubble_h1);
    const StepEstimate h2 = with(Schedule::zero_bubble_h2);
    const StepEstimate v = with(Schedule::zero_bubble_v);
    const auto bubble = [](const StepEstimate& step) { return part(step, StepPart::bubble); };
    CHECK(bubble(h1) < 0.8 * bubble(plain));
    CHECK(bubble(h2) < bubble(h1));
    CHECK(bubble(v) < bubble(h1));
    for (const StepEstimate* step : {&h1, &h2, &v}) CHECK(step->time < plain.time);
    CHECK(raw(h1.memory.peak) == relative(raw(plain.memory.peak)).epsilon(0.1));
    CHECK(h2.memory.peak > h1.memory.peak);
}

TEST_CASE("a ring of keys and values hides under long attention") {
    const auto shown = [](std::int64_t sequence, ContextExchange exchange) {
        return part(estimate(long_context(sequence, exchange)), StepPart::context_communication);
    };
    CHECK(shown(131072, ContextExchange::ring) == 0.0);
    CHECK(shown(2048, ContextExchange::ring) > 0.0);
    for (const std::int64_t sequence : {2048, 8192, 32768, 131072}) {
        CHECK(shown(sequence, ContextExchange::all_gather) > 0.0);
        CHECK(shown(sequence, ContextExchange::all_to_all) > 0.0);
        CHECK(shown(sequence, ContextExchange::ring) <= shown(sequence, ContextExchange::all_gather) * 1.5);
    }
    // What the ring hides does not hide a second time: with everything else allowed to overlap, no exchange is free.
    Configuration c = long_context(16384, ContextExchange::ring);
    c.plan.tensor = 2;
    fit_cluster(c);
    for (FabricTier& tier : c.cluster.fabric.tier) tier.link.bandwidth *= 0.05;
    c.plan.stack.tensor_overlap = 1.0;
    const BasicCommunication<double> send = time_communication(*c.model, c.cluster, c.plan);
    const double sent = 32.0 * raw(send.context_forward + send.context_backward + 2.0 * send.tensor_layer);
    CHECK(raw(estimate(c).time) >= sent);
}

TEST_CASE("a context of one is none") {
    for (const ContextExchange exchange :
         {ContextExchange::all_gather, ContextExchange::ring, ContextExchange::all_to_all}) {
        Configuration c = llama();
        const StepEstimate before = estimate(c);
        c.plan.context_exchange = exchange;
        CHECK(estimate(c).time == before.time);
        CHECK(estimate(c).memory.peak == before.memory.peak);
    }
}

TEST_CASE("cut by sequence or by batch, the work is the same") {
    // Full attention of one 65536-token sample on 8 ranks, and of 8 such samples on 8 ranks each alone.
    Configuration cut = long_context(65536, ContextExchange::ring);
    Configuration apart = cut;
    apart.plan.context = 1;
    apart.plan.data = 8;
    apart.plan.global_batch = 8;
    CHECK(raw(estimate(cut).breakdown.compute()) ==
          relative(raw(estimate(apart).breakdown.compute()) / 8.0).epsilon(0.1));
    CHECK(estimate(cut).memory.peak < estimate(apart).memory.peak);
}

TEST_CASE("short formats are faster, by less than their peak, and save some memory") {
    Configuration c{&catalog::llama3_70b, catalog::dgx_h100(64), {}};
    c.plan = {.tensor = 8,
              .data = 8,
              .sequence_parallel = true,
              .sharding = Sharding::optimizer,
              .global_batch = 64,
              .micro_batch = 2,
              .sequence = 8192,
              .stack = catalog::megatron_core};
    const StepEstimate wide = estimate(c);
    for (const Precision& precision : {precision::fp8, precision::fp8_block, precision::mxfp8}) {
        c.plan.precision = precision;
        const StepEstimate narrow = estimate(c);
        CHECK(narrow.time < wide.time);
        CHECK(narrow.time > 0.55 * wide.time);
        CHECK(part(narrow, StepPart::feed_forward) < 0.75 * part(wide, StepPart::feed_forward));
        CHECK(part(narrow, StepPart::attention) == part(wide, StepPart::attention));
        CHECK(part(narrow, StepPart::head) == part(wide, StepPart::head));
        CHECK(part(narrow, StepPart::elementwise) >= part(wide, StepPart::elementwise));
        // Utilisation is of the format's own peak.
        CHECK(raw(narrow.peak) == relative(2.0 * raw(wide.peak)).epsilon(0.01));
        CHECK(narrow.model_flops_utilization() < wide.model_flops_utilization());
        CHECK(narrow.memory.footprint.activations < wide.memory.footprint.activations);
    }
    // A scale for a short format, none for a long one; a format that the accelerator lacks.
    const auto refused = [&](const Precision& precision, const Cluster& cluster) {
        c.plan.precision = precision;
        return !is_valid(*c.model, cluster, c.plan);
    };
    Precision unscaled = precision::fp8;
    unscaled.scaling = Scaling::none;
    CHECK(refused(unscaled, c.cluster));
    Precision scaled = precision::mixed_bf16;
    scaled.scaling = Scaling::block;
    CHECK(refused(scaled, c.cluster));
    CHECK(refused(precision::fp8, catalog::dgx_a100(64)));
    CHECK(refused(precision::nvfp4, catalog::dgx_h100(64)));
    CHECK_FALSE(refused(precision::nvfp4, catalog::dgx_b200(64)));
}

TEST_CASE("LoRA trains little: almost a third less work, hardly any states, gradients and updates") {
    Configuration c{&catalog::llama3_8b, catalog::dgx_h100(8), {}};
    c.plan = {.data = 8, .global_batch = 32, .micro_batch = 1, .sequence = 4096, .stack = catalog::fsdp};
    c.plan.stack.execution = Execution::captured;
    const StepEstimate all = estimate(c);
    c.plan.adapter_rank = 16;
    const StepEstimate adapted = estimate(c);
    // Two products of three are left, and the thin ones of the adapters, which leave most of the matrix units idle.
    const double left = part(adapted, StepPart::feed_forward) / part(all, StepPart::feed_forward);
    CHECK(left > 2.0 / 3.0);
    CHECK(left < 0.8);
    CHECK(adapted.time < 0.85 * all.time);
    CHECK(part(adapted, StepPart::optimizer) < 0.05 * part(all, StepPart::optimizer));
    // 16 bits of weights are left of 18 bytes a parameter.
    const double states = raw(adapted.memory.footprint.states());
    CHECK(states / raw(all.memory.footprint.states()) == relative(2.0 / 18.0).epsilon(0.1));
    double last = raw(adapted.time);
    for (const std::int64_t rank : {32, 64, 256}) {
        c.plan.adapter_rank = rank;
        CHECK(seconds(c) > last);
        last = seconds(c);
    }
}

TEST_CASE("multi-token prediction makes the last stage the slowest") {
    Configuration c = experts();
    Transformer model = catalog::deepseek_v3;
    model.prediction_layers = 0;
    c.model = &model;
    const StepEstimate without = estimate(c);
    model.prediction_layers = 1;
    const StepEstimate with = estimate(c);
    CHECK(with.time > without.time);
    CHECK(part(without, StepPart::head) == 0.0); // a stage between is followed
    CHECK(part(with, StepPart::head) > 0.0);
    CHECK(with.flops[static_cast<std::size_t>(FlopConvention::six_n)] >
          without.flops[static_cast<std::size_t>(FlopConvention::six_n)]);
    // On a single stage its layer sends to experts as the 61 others do on average.
    take_pipeline_away(c);
    const double sixty_two = part(estimate(c), StepPart::expert_communication);
    model.prediction_layers = 0;
    CHECK(sixty_two / part(estimate(c), StepPart::expert_communication) == relative(62.0 / 61.0).epsilon(1e-9));
}

TEST_CASE("windows, latents and state-space blocks shorten long sequences") {
    Configuration c{&catalog::llama3_8b, catalog::dgx_h100(8), {}};
    c.plan = {.tensor = 8,
              .sequence_parallel = true,
              .global_batch = 1,
              .micro_batch = 1,
              .sequence = 131072,
              .stack = catalog::megatron_core};
    const double all = part(estimate(c), StepPart::attention);
    Transformer windows = catalog::llama3_8b;
    windows.window = 4096;
    windows.windowed_layers = 24;
    c.model = &windows;
    // A quarter of the layers sees everything, the rest next to nothing.
    CHECK(part(estimate(c), StepPart::attention) / all == relative(0.28).epsilon(0.15));
    Transformer scans = catalog::llama3_8b;
    scans.state_space = {.layers = 28, .heads = 64, .head_dimension = 64, .groups = 8, .state = 128};
    c.model = &scans;
    const double hybrid = part(estimate(c), StepPart::attention);
    CHECK(hybrid < 0.4 * all);
    // Twice the sequence is twice the scan, not four times.
    scans.attention_layers = 0;
    scans.state_space.layers = 32;
    const double once = part(estimate(c), StepPart::attention);
    c.plan.sequence *= 2;
    CHECK(part(estimate(c), StepPart::attention) / once == relative(2.0).epsilon(0.05));
}

TEST_CASE("what is moved to the host makes room, and shows only where a pass is too short for it") {
    Configuration c{&catalog::llama3_8b, catalog::dgx_h100(8), {}};
    c.plan = {.tensor = 2,
              .data = 4,
              .sequence_parallel = true,
              .sharding = Sharding::optimizer,
              .global_batch = 64,
              .micro_batch = 1,
              .sequence = 8192,
              .stack = catalog::megatron_core};
    const StepEstimate here = estimate(c);
    CHECK(part(here, StepPart::offload) == 0.0);
    // The update runs where the states are, and shows whole.
    c.plan.offload.optimizer = 1.0;
    const StepEstimate states = estimate(c);
    CHECK(states.memory.peak < here.memory.peak);
    CHECK(part(states, StepPart::offload) > 0.0);
    CHECK(part(states, StepPart::optimizer) == 0.0);
    CHECK(states.time > here.time);
    c.cluster.node.host_memory_bandwidth *= 2.0;
    CHECK(part(estimate(c), StepPart::offload) < part(states, StepPart::offload));
    // Activations: hidden under compute over a fast link, not over a slow one.
    c.plan.offload = {.weights = 0.0, .optimizer = 0.0, .activations = 0.5};
    c.cluster.node.host_link *= 100.0;
    CHECK(part(estimate(c), StepPart::offload) == 0.0);
    CHECK(estimate(c).memory.peak < here.memory.peak);
    c.cluster.node.host_link *= 0.0001;
    const StepEstimate slow = estimate(c);
    CHECK(part(slow, StepPart::offload) > 0.5 * raw(here.time));
    // The bandwidth that the estimate says would hide it does; a little less does not.
    CHECK(part(slow, StepPart::offload) == raw(slow.offload.exposed()));
    CHECK(slow.offload.needed > slow.offload.available);
    c.cluster.node.host_link *= (slow.offload.needed / slow.offload.available) * 1.001;
    CHECK(part(estimate(c), StepPart::offload) == 0.0);
    c.cluster.node.host_link *= 0.99;
    CHECK(part(estimate(c), StepPart::offload) > 0.0);
    // Drives are slower than memory, and their rate counts.
    c.cluster.node.host_link *= 10.0;
    c.cluster.node.drive_bandwidth = make<Bandwidth>(10e9);
    c.plan.offload.to_drives = true;
    const StepEstimate drives = estimate(c);
    CHECK(raw(drives.offload.available) == relative(10e9 / 8.0));
    CHECK(part(drives, StepPart::offload) > 0.0);
    c.cluster.node.drive_bandwidth *= 1.001 * (drives.offload.needed / drives.offload.available);
    CHECK(part(estimate(c), StepPart::offload) == 0.0);
    c.plan.offload.to_drives = false;
    // A node that does not say how fast its host is cannot offload.
    c.cluster.node.host_link = make<Bandwidth>(0.0);
    CHECK_FALSE(is_valid(*c.model, c.cluster, c.plan));
}

TEST_CASE("every violation comes back, none is thrown by the try form") {
    Configuration c = llama();
    c.plan.tensor = 3;
    c.plan.micro_batch = 0;
    c.plan.stack.data_overlap = 2.0;
    c.cluster.accelerator.memory.bandwidth = make<Bandwidth>(std::numeric_limits<double>::quiet_NaN());
    const auto result = try_estimate_step(*c.model, c.cluster, c.plan);
    REQUIRE_FALSE(result.has_value());
    const Violations& violations = result.violations();
    const auto has = [&](std::string_view field) {
        for (const Violation& v : violations)
            if (v.field == field) return true;
        return false;
    };
    CHECK(has("plan.tensor"));
    CHECK(has("plan.micro_batch"));
    CHECK(has("stack.data_overlap"));
    CHECK(has("accelerator.memory.bandwidth"));
    CHECK(violations.size() == check(*c.model, c.cluster, c.plan).size());
    CHECK(noexcept(try_estimate_step(*c.model, c.cluster, c.plan)));

    bool thrown = false;
    try {
        (void)estimate_step(*c.model, c.cluster, c.plan);
    } catch (const InvalidConfiguration& error) {
        thrown = true;
        CHECK(error.violations().size() == violations.size());
        for (const Violation& v : violations) CHECK(std::string(error.what()).find(v.field) != std::string::npos);
    }
    CHECK(thrown);
}

TEST_CASE("bad numbers anywhere are refused, not estimated") {
    const double bad_values[] = {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity(),
                                 -1.0};
    for (const double bad : bad_values) {
        const auto refused = [&](auto change) {
            Configuration c = llama();
            change(c);
            CHECK_FALSE(try_estimate_step(*c.model, c.cluster, c.plan).has_value());
        };
        refused([&](Configuration& c) { c.cluster.accelerator.matrix.bf16 = make<FlopRate>(bad); });
        refused([&](Configuration& c) { c.cluster.accelerator.kernel.fixed_time = make<Seconds>(bad); });
        refused([&](Configuration& c) { c.cluster.accelerator.power = make<Watts>(bad); });
        refused([&](Configuration& c) { c.cluster.fabric.tier[0].link.bandwidth = make<Bandwidth>(bad); });
        refused([&](Configuration& c) { c.cluster.fabric.tier[1].oversubscription = bad; });
        refused([&](Configuration& c) { c.plan.stack.straggler = bad; });
        refused([&](Configuration& c) { c.plan.stack.host_per_kernel = make<Seconds>(bad); });
        refused([&](Configuration& c) { c.plan.stack.library.ramp = bad; });
    }
}

TEST_CASE("an estimate allocates nothing, neither does a refusal") {
    Configuration good = llama();
    Configuration bad = llama();
    bad.plan.tensor = 3;
    double sum = 0;
    allocations = 0;
    counting = true;
    for (int i = 0; i < 10; ++i) {
        sum += raw(try_estimate_step(*good.model, good.cluster, good.plan)->time);
        sum += static_cast<double>(try_estimate_step(*bad.model, bad.cluster, bad.plan).violations().size());
        sum += raw(estimate_step(*good.model, good.cluster, good.plan).time);
    }
    counting = false;
    CHECK(allocations == 0);
    CHECK(sum > 0.0);
    counting = true;
    int* volatile counted = new int(1); // the counter counts
    delete counted;
    counting = false;
    CHECK(allocations == 1);
}

TEST_CASE("float agrees with double") {
    int compared = 0;
    for_each_configuration(
        [&](const Configuration& c) {
            const auto result = try_estimate_step(*c.model, over_scalar<float>(c.cluster), over_scalar<float>(c.plan));
            if (!result.has_value()) return; // a number at the very end of its range may round beyond it
            ++compared;
            CHECK(static_cast<double>(raw(result->time)) == relative(seconds(c)).epsilon(1e-4));
            CHECK(static_cast<double>(raw(result->memory.peak)) ==
                  relative(raw(estimate(c).memory.peak)).epsilon(1e-4));
        },
        200);
    CHECK(compared > 100);
}

namespace {

using Number = Dual<double, 1>;

/// Relative derivative of the step time with respect to one input: its gradient against central differences, its sign
/// (-1 or 1), and whether it moves any plan. `scale` multiplies the input.
template <class Scale>
void check_derivative(std::string_view input, int sign, Scale scale) {
    CAPTURE(input);
    constexpr double h = 1e-5;
    int moved = 0;
    int kinks = 0;
    for (std::uint64_t i = 0; i < 150; ++i) {
        CAPTURE(i);
        const Configuration c = configuration(i);
        const auto time_at = [&](double factor) {
            Configuration changed = c;
            scale(changed.cluster, changed.plan, factor);
            const auto result = try_estimate_step(*changed.model, changed.cluster, changed.plan);
            return result.has_value() ? raw(result->time) : 0.0;
        };
        const double time = time_at(1.0);
        const double above = time_at(1.0 + h);
        const double below = time_at(1.0 - h);
        if (above == 0.0 || below == 0.0) continue; // at the end of the input's range

        auto cluster = over_scalar<Number>(c.cluster);
        auto plan = over_scalar<Number>(c.plan);
        scale(cluster, plan, variable<1>(1.0, 0));
        const auto result = try_estimate_step(*c.model, cluster, plan);
        REQUIRE(result.has_value());
        const double gradient = raw(result->time).gradient[0];
        CHECK(raw(result->time).value == relative(time).epsilon(1e-13));
        CHECK(std::isfinite(gradient));

        const double central = (above - below) / (2.0 * h);
        const double tolerance = 1e-6 * std::fabs(gradient) + 1e-9 * time;
        if (std::fabs(gradient - central) > tolerance) {
            // Only where two resources change places: then the derivative is one of the two sides'.
            const double up = (above - time) / h;
            const double down = (time - below) / h;
            CHECK(gradient >= std::fmin(up, down) - 1e-4 * std::fabs(gradient) - tolerance);
            CHECK(gradient <= std::fmax(up, down) + 1e-4 * std::fabs(gradient) + tolerance);
            ++kinks;
        }
        if (exactly_timed(c)) CHECK(static_cast<double>(sign) * gradient >= -1e-12 * time);
        if (static_cast<double>(sign) * gradient > 1e-6 * time) ++moved;
    }
    CHECK(moved > 0);
    CHECK(kinks <= 3);
}

} // namespace

TEST_CASE("every continuous input moves the step in the right direction, by its exact derivative") {
    check_derivative("matrix peak", -1, [](auto& c, auto&, const auto& s) {
        auto& matrix = c.accelerator.matrix;
        for (auto* peak : {&matrix.fp16, &matrix.bf16, &matrix.fp8, &matrix.fp4, &matrix.int8}) *peak *= s;
        c.accelerator.power *= s;
    });
    check_derivative("power", -1, [](auto& c, auto&, const auto& s) { c.accelerator.power *= s * 0.9; });
    check_derivative("HBM bandwidth", -1, [](auto& c, auto&, const auto& s) { c.accelerator.memory.bandwidth *= s; });
    check_derivative("launch overhead", 1, [](auto& c, auto&, const auto& s) { c.accelerator.launch_overhead *= s; });
    check_derivative("matrix efficiency", -1,
                     [](auto& c, auto&, const auto& s) { c.accelerator.kernel.matrix_efficiency *= s; });
    check_derivative("sustained clock", -1,
                     [](auto& c, auto&, const auto& s) { c.accelerator.kernel.sustained_clock *= s; });
    check_derivative("memory efficiency", -1,
                     [](auto& c, auto&, const auto& s) { c.accelerator.kernel.memory_efficiency *= s; });
    check_derivative("attention forward", -1,
                     [](auto& c, auto&, const auto& s) { c.accelerator.kernel.attention_forward *= s; });
    check_derivative("attention backward", -1,
                     [](auto& c, auto&, const auto& s) { c.accelerator.kernel.attention_backward *= s; });
    check_derivative("inner dimension", 1,
                     [](auto& c, auto&, const auto& s) { c.accelerator.kernel.inner_dimension_half *= s; });
    check_derivative("fixed time", 1, [](auto& c, auto&, const auto& s) { c.accelerator.kernel.fixed_time *= s; });
    // Vector units bind where they are far slower than any accelerator's.
    check_derivative("vector peak", -1, [](auto& c, auto&, const auto& s) { c.accelerator.vector *= s * 1e-3; });
    check_derivative("scale-up bandwidth", -1,
                     [](auto& c, auto&, const auto& s) { c.fabric.tier[0].link.bandwidth *= s; });
    check_derivative("scale-up latency", 1, [](auto& c, auto&, const auto& s) { c.fabric.tier[0].link.latency *= s; });
    check_derivative("scale-up efficiency", -1,
                     [](auto& c, auto&, const auto& s) { c.fabric.tier[0].efficiency *= s; });
    check_derivative("scale-out bandwidth", -1,
                     [](auto& c, auto&, const auto& s) { c.fabric.tier[1].link.bandwidth *= s; });
    check_derivative("scale-out latency", 1, [](auto& c, auto&, const auto& s) { c.fabric.tier[1].link.latency *= s; });
    check_derivative("scale-out efficiency", -1,
                     [](auto& c, auto&, const auto& s) { c.fabric.tier[1].efficiency *= s; });
    check_derivative("oversubscription", 1,
                     [](auto& c, auto&, const auto& s) { c.fabric.tier[1].oversubscription *= s * 2.0; });
    check_derivative("host", 1, [](auto&, auto& p, const auto& s) { p.stack.host_per_kernel *= s; });
    check_derivative("overhead", 1, [](auto&, auto& p, const auto& s) { p.stack.step_overhead *= s; });
    check_derivative("data overlap", -1, [](auto&, auto& p, const auto& s) { p.stack.data_overlap *= s; });
    check_derivative("tensor overlap", -1, [](auto&, auto& p, const auto& s) { p.stack.tensor_overlap *= s; });
    check_derivative("pipeline overlap", -1, [](auto&, auto& p, const auto& s) { p.stack.pipeline_overlap *= s; });
    check_derivative("expert overlap", -1, [](auto&, auto& p, const auto& s) { p.stack.expert_overlap *= s; });
    check_derivative("host link", -1, [](auto& c, auto&, const auto& s) { c.node.host_link *= s; });
    check_derivative("host memory", -1, [](auto& c, auto&, const auto& s) { c.node.host_memory_bandwidth *= s; });
    check_derivative("contention", 1, [](auto&, auto& p, const auto& s) { p.stack.contention *= s; });
    check_derivative("straggler", 1, [](auto&, auto& p, const auto& s) { p.stack.straggler *= s; });
    check_derivative("matrix kernels", -1, [](auto&, auto& p, const auto& s) { p.stack.kernels.matrix *= s; });
    check_derivative("attention kernels", -1, [](auto&, auto& p, const auto& s) { p.stack.kernels.attention *= s; });
    check_derivative("stream traffic", 1, [](auto&, auto& p, const auto& s) { p.stack.kernels.stream_traffic *= s; });
    check_derivative("library latency", 1, [](auto&, auto& p, const auto& s) { p.stack.library.base_latency *= s; });
    check_derivative("library ramp", 1, [](auto&, auto& p, const auto& s) { p.stack.library.ramp *= s; });
    check_derivative("in-network latency", 1,
                     [](auto&, auto& p, const auto& s) { p.stack.library.in_network_latency *= s; });
    check_derivative("in-network efficiency", -1,
                     [](auto&, auto& p, const auto& s) { p.stack.library.in_network_efficiency *= s; });
}

TEST_CASE("what is capacity, or power beside the accelerator's own, moves no time") {
    for_each_configuration(
        [](const Configuration& c) {
            const double time = seconds(c);
            Configuration other = c;
            other.cluster.accelerator.idle_power *= 0.9;
            other.cluster.node.host_power *= 2.0;
            other.cluster.accelerator.memory.capacity *= 0.5;
            CHECK(seconds(other) == time);
        },
        50);
}

TEST_CASE("the same input gives the same bits") {
    for_each_configuration(
        [](const Configuration& c) {
            const StepEstimate a = estimate(c);
            const StepEstimate b = estimate(c);
            CHECK(a.time == b.time);
            CHECK(a.memory.peak == b.memory.peak);
        },
        50);
}
