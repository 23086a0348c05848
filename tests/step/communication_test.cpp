// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <foretrain/step/communication.hpp>
#include <foretrain/units/literals.hpp>

#include "../relative.hpp"
#include "random_plans.hpp"

using namespace foretrain;
using namespace foretrain::literals;
using random_plans::Configuration;
using random_plans::configuration;

namespace {

using Communication = BasicCommunication<double>;

Communication communication(const Configuration& c) { return time_communication(*c.model, c.cluster, c.plan); }

/// Wires without latency, software or switches that add: time is bytes over bandwidth.
Configuration ideal(std::int64_t tensor, std::int64_t pipeline, std::int64_t data, std::int64_t context = 1) {
    Configuration c{&catalog::llama2_7b, catalog::dgx_h100(tensor * pipeline * context * data), {}};
    c.plan = {.tensor = tensor,
              .pipeline = pipeline,
              .data = data,
              .context = context,
              .global_batch = 16 * data,
              .micro_batch = 2,
              .sequence = 4096,
              .stack = catalog::megatron_core};
    c.plan.stack.library = libraries::wires;
    for (FabricTier& tier : c.cluster.fabric.tier) {
        tier.link.latency = 0_s;
        tier.in_network_reduction = false;
        tier.local_copy = 0.0;
        tier.exchange = 1.0;
    }
    return c;
}
double up(const Configuration& c) {
    return raw(c.cluster.fabric.tier[0].link.bandwidth) * c.cluster.fabric.tier[0].efficiency;
}

std::array<Seconds, 13> all_of(const Communication& c) {
    return {c.tensor_layer,  c.tensor_edge,    c.context_forward, c.context_backward, c.gather_layer,
            c.scatter_layer, c.gather_edge,    c.scatter_edge,    c.gradients_step,   c.weights_step,
            c.send,          c.expert_forward, c.expert_backward};
}

/// 64 experts, of which each token visits 8.
Transformer mixture() {
    Transformer model = catalog::llama2_7b;
    model.experts = {.routed = 64, .active = 8, .width = 1024};
    return model;
}

} // namespace

TEST_CASE("a single accelerator sends nothing") {
    for (const Sharding s : {Sharding::none, Sharding::optimizer, Sharding::gradients, Sharding::parameters}) {
        Configuration c = ideal(1, 1, 1);
        c.plan.sharding = s;
        for (const Seconds& time : all_of(communication(c))) CHECK(time == 0_s);
    }
}

TEST_CASE("tensor parallelism moves 2 (t-1)/t activations an all-reduce, two a layer") {
    for (const std::int64_t t : {2, 4, 8}) {
        Configuration c = ideal(t, 1, 1);
        const double activation = 2.0 * 4096.0 * 4096.0 * 2.0;
        const double share = static_cast<double>(t - 1) / static_cast<double>(t);
        const Communication plain = communication(c);
        CHECK(raw(plain.tensor_layer) == relative(2.0 * 2.0 * share * activation / up(c)).epsilon(1e-9));
        // An all-gather and a reduce-scatter are an all-reduce in two halves.
        c.plan.sequence_parallel = true;
        const Communication cut = communication(c);
        CHECK(raw(cut.tensor_layer) == relative(raw(plain.tensor_layer)).epsilon(1e-9));
        CHECK(plain.tensor_resource == Resource::scale_up);
        // One norm: attention and feed-forward side by side share their all-reduce.
        Configuration parallel = c;
        Transformer side_by_side = *c.model;
        side_by_side.norms_per_layer = 1;
        parallel.model = &side_by_side;
        CHECK(raw(communication(parallel).tensor_layer) == relative(raw(cut.tensor_layer) / 2.0));
    }
}

TEST_CASE("data parallelism moves 2 (d-1)/d of all gradients once a step") {
    Configuration c = ideal(1, 1, 8);
    const double parameters_held = static_cast<double>(parameters(*c.model));
    const Communication plain = communication(c);
    CHECK(raw(plain.gradients_step) == relative(2.0 * 7.0 / 8.0 * parameters_held * 4.0 / up(c)).epsilon(1e-6));
    CHECK(plain.weights_step == 0_s);
    // ZeRO-1: half of that for gradients, and weights of two bytes instead of gradients of four.
    c.plan.sharding = Sharding::optimizer;
    const Communication zero = communication(c);
    CHECK(raw(zero.gradients_step) == relative(raw(plain.gradients_step) / 2.0).epsilon(1e-9));
    CHECK(raw(zero.weights_step) == relative(raw(plain.gradients_step) / 4.0).epsilon(1e-9));
    // FSDP: the same weights layer by layer, nothing once a step.
    c.plan.sharding = Sharding::parameters;
    const Communication fsdp = communication(c);
    CHECK(32.0 * raw(fsdp.gather_layer) + raw(fsdp.gather_edge) == relative(raw(zero.weights_step)).epsilon(1e-9));
    CHECK(32.0 * raw(fsdp.scatter_layer) + raw(fsdp.scatter_edge) == relative(raw(zero.gradients_step)).epsilon(1e-9));
    CHECK(fsdp.gradients_step == 0_s);
    CHECK(fsdp.weights_step == 0_s);
}

TEST_CASE("hybrid sharding gathers among few and sums among copies") {
    Configuration c = ideal(1, 1, 32);
    c.plan.sharding = Sharding::parameters;
    const Communication all = communication(c);
    c.plan.sharding_group = 8;
    const Communication hybrid = communication(c);
    CHECK(hybrid.gather_layer < all.gather_layer); // within a node
    CHECK(hybrid.gradients_step > 0_s);
    CHECK(all.gradients_step == 0_s);
}

TEST_CASE("a pipeline sends one micro-batch's activation to its neighbour, a share of it with sequence parallelism") {
    Configuration c = ideal(2, 4, 1);
    const double activation = 2.0 * 4096.0 * 4096.0 * 2.0;
    const Communication whole = communication(c);
    CHECK(raw(whole.send) == relative(activation / up(c)).epsilon(1e-9));
    c.plan.sequence_parallel = true;
    CHECK(raw(communication(c).send) == relative(raw(whole.send) / 2.0).epsilon(1e-9));
}

TEST_CASE("tied embeddings are summed over both ends of the pipeline") {
    Configuration c = ideal(1, 2, 1);
    REQUIRE_FALSE(c.model->tied_embeddings);
    CHECK(communication(c).gradients_step == 0_s);
    Transformer tied = *c.model;
    tied.tied_embeddings = true;
    c.model = &tied;
    // Two ranks exchange the table's gradients.
    const double table = 32000.0 * 4096.0 * 4.0;
    CHECK(raw(communication(c).gradients_step) == relative(table / up(c)).epsilon(0.01));
}

TEST_CASE("groups within a node use the scale-up network, larger ones the network between nodes") {
    Configuration inside = ideal(8, 1, 4);
    CHECK(communication(inside).tensor_resource == Resource::scale_up);
    CHECK(communication(inside).data_resource == Resource::scale_out);
    Configuration beyond = ideal(16, 1, 1);
    CHECK(communication(beyond).tensor_resource == Resource::scale_out);
    CHECK(communication(beyond).tensor_layer > communication(inside).tensor_layer);
    Configuration piped = ideal(4, 2, 1);
    CHECK(communication(piped).pipeline_resource == Resource::scale_up);
    piped = ideal(8, 2, 1);
    CHECK(communication(piped).pipeline_resource == Resource::scale_out);
    // On 72 accelerators of one domain, 16 are still inside.
    Configuration domain = beyond;
    domain.cluster = catalog::gb200_nvl72(16);
    CHECK(communication(domain).tensor_resource == Resource::scale_up);
}

TEST_CASE("experts: every copy of a token goes to its rank and back, (n-1)/n of them over the wire") {
    const Transformer model = mixture();
    for (const std::int64_t n : {2, 4, 8}) {
        Configuration c = ideal(1, 1, 8);
        c.model = &model;
        c.plan.expert = n;
        const double copies = 2.0 * 4096.0 * 8.0 * 4096.0 * 2.0; // samples, tokens, experts of each, width, bytes
        const double one_way = static_cast<double>(n - 1) / static_cast<double>(n) * copies / up(c);
        CHECK(raw(communication(c).expert_forward) == relative(2.0 * one_way).epsilon(1e-9));
        CHECK(raw(communication(c).expert_backward) == relative(2.0 * one_way).epsilon(1e-9));
        CHECK(communication(c).expert_resource == Resource::scale_up);
        // Tokens sent in 8 bits, answers and gradients in 16.
        Configuration narrow = c;
        narrow.plan.precision.dispatch = NumberFormat::fp8;
        CHECK(raw(communication(narrow).expert_forward) == relative(1.5 * one_way).epsilon(1e-9));
        CHECK(raw(communication(narrow).expert_backward) == relative(2.0 * one_way).epsilon(1e-9));
        // The busiest rank receives more, and more experts of each token are more copies.
        Configuration uneven = c;
        uneven.plan.expert_imbalance = 1.5;
        CHECK(raw(communication(uneven).expert_forward) == relative(3.0 * one_way).epsilon(1e-9));
        Transformer twice = model;
        twice.experts.active = 16;
        uneven.model = &twice;
        CHECK(raw(communication(uneven).expert_forward) == relative(6.0 * one_way).epsilon(1e-9));
        // Half of the layers have experts; tokens that are projected to a quarter of their width before are smaller.
        twice = model;
        twice.experts.dense_layers = 16;
        c.model = &twice;
        CHECK(raw(communication(c).expert_forward) == relative(one_way).epsilon(1e-9));
        twice.experts.latent = 1024;
        CHECK(raw(communication(c).expert_forward) == relative(0.25 * one_way).epsilon(1e-9));
    }
}

TEST_CASE("a tensor group sends each token to experts once, and gathers where experts are cut") {
    const Transformer model = mixture();
    Configuration c = ideal(4, 1, 2);
    c.model = &model;
    c.plan.expert = 8;
    const double copies = 2.0 * 4096.0 / 4.0 * 8.0 * 4096.0 * 2.0;
    CHECK(raw(communication(c).expert_forward) == relative(2.0 * 7.0 / 8.0 * copies / up(c)).epsilon(1e-9));
    // Experts cut over two ranks: two copies gathered before, summed after, and half of the exchange's partners.
    c.plan.expert = 4;
    c.plan.expert_tensor = 2;
    const double gathered = 2.0 * copies;
    CHECK(raw(communication(c).expert_forward) ==
          relative((2.0 * 3.0 / 4.0 * copies + 2.0 * 0.5 * gathered) / up(c)).epsilon(1e-9));
    // Neither: every rank has all experts.
    c.plan.expert = c.plan.expert_tensor = 1;
    CHECK(communication(c).expert_forward == 0_s);
}

TEST_CASE("gradients of an expert are summed by the ranks that hold it") {
    const Transformer model = mixture();
    Configuration c = ideal(1, 1, 8);
    c.model = &model;
    const double all = raw(communication(c).gradients_step);
    const double routed = 32.0 * 64.0 * 3.0 * 4096.0 * 1024.0;
    const double dense = static_cast<double>(parameters(model)) - routed;
    CHECK(all == relative(2.0 * 7.0 / 8.0 * (dense + routed) * 4.0 / up(c)).epsilon(1e-6));
    // Each expert on two ranks, of which each holds a quarter of the experts.
    c.plan.expert = 4;
    CHECK(raw(communication(c).gradients_step) ==
          relative((2.0 * 7.0 / 8.0 * dense + 2.0 * 0.5 * routed / 4.0) * 4.0 / up(c)).epsilon(1e-6));
    // Each expert on one: nothing to sum.
    c.plan.expert = 8;
    CHECK(raw(communication(c).gradients_step) == relative(2.0 * 7.0 / 8.0 * dense * 4.0 / up(c)).epsilon(1e-6));
    // Sharded optimizer states: the same bytes in two halves, weights of two bytes.
    c.plan.sharding = Sharding::optimizer;
    CHECK(raw(communication(c).gradients_step) == relative(7.0 / 8.0 * dense * 4.0 / up(c)).epsilon(1e-6));
    CHECK(raw(communication(c).weights_step) == relative(7.0 / 8.0 * dense * 2.0 / up(c)).epsilon(1e-6));
}

TEST_CASE("context: keys and values are gathered, passed around, or exchanged for heads") {
    Transformer model = catalog::llama2_7b;
    model.kv_heads = 8; // of 32
    for (const std::int64_t n : {2, 4, 8}) {
        Configuration c = ideal(1, 1, 1, n);
        c.model = &model;
        const double tokens = 2.0 * 4096.0 / static_cast<double>(n);
        const double keys_and_values = 2.0 * 1024.0;
        const double others = static_cast<double>(n - 1);
        const double gathered = others * tokens * keys_and_values * 2.0 / up(c);
        Communication sent = communication(c);
        CHECK(raw(sent.context_forward) == relative(gathered).epsilon(1e-9));
        // Keys and values again, and the gradients of both summed.
        CHECK(raw(sent.context_backward) == relative(2.0 * gathered).epsilon(1e-9));
        CHECK(sent.context_resource == Resource::scale_up);
        c.plan.context_exchange = ContextExchange::ring;
        sent = communication(c);
        CHECK(raw(sent.context_forward) == relative(gathered).epsilon(1e-9));
        CHECK(raw(sent.context_backward) == relative(2.0 * gathered).epsilon(1e-9));
        // Queries, keys, values and outputs: the more ranks the less.
        c.plan.context_exchange = ContextExchange::all_to_all;
        sent = communication(c);
        const double exchanged = tokens * (2.0 * 4096.0 + keys_and_values) * 2.0;
        CHECK(raw(sent.context_forward) == relative(others / static_cast<double>(n) * exchanged / up(c)).epsilon(1e-9));
        CHECK(sent.context_backward == sent.context_forward);
    }
    for (const ContextExchange exchange :
         {ContextExchange::all_gather, ContextExchange::ring, ContextExchange::all_to_all}) {
        Configuration c = ideal(2, 1, 2);
        c.plan.context_exchange = exchange;
        CHECK(communication(c).context_forward == 0_s);
        CHECK(communication(c).context_backward == 0_s);
    }
}

TEST_CASE("a context group sums gradients with the data-parallel ranks") {
    // Cut by sequence or by sample: each rank has seen its own tokens with the same weights.
    const Communication by_sample = communication(ideal(1, 1, 8));
    const Communication by_sequence = communication(ideal(1, 1, 2, 4));
    CHECK(raw(by_sequence.gradients_step) == relative(raw(by_sample.gradients_step)).epsilon(1e-12));
}

TEST_CASE("frozen weights send no gradients, gathered they are all the same") {
    Configuration c = ideal(1, 1, 8);
    const Communication all = communication(c);
    c.plan.adapter_rank = 16;
    CHECK(raw(communication(c).gradients_step) < 0.02 * raw(all.gradients_step));
    CHECK(raw(communication(c).gradients_step) > 0.0);
    c.plan.sharding = Sharding::parameters;
    const Communication frozen = communication(c);
    c.plan.adapter_rank = 0;
    CHECK(raw(frozen.gather_layer) == raw(communication(c).gather_layer));
    CHECK(frozen.scatter_layer == 0_s);
}

TEST_CASE("every send is finite, never negative, and never slower on a faster fabric") {
    for (std::uint64_t i = 0; i < 500; ++i) {
        CAPTURE(i);
        const Configuration c = configuration(i);
        const auto before = all_of(communication(c));
        Configuration faster = c;
        for (FabricTier& tier : faster.cluster.fabric.tier) {
            tier.link.bandwidth *= 2.0;
            tier.link.latency *= 0.5;
        }
        const auto after = all_of(communication(faster));
        for (std::size_t k = 0; k < before.size(); ++k) {
            CHECK(raw(before[k]) >= 0.0);
            CHECK(raw(before[k]) < 1e9);
            CHECK(raw(after[k]) <= raw(before[k]) * (1 + 1e-12));
            if (raw(before[k]) > 0.0) CHECK(after[k] < before[k]);
        }
        CHECK((raw(before[0]) > 0.0) == (c.plan.tensor > 1));
        CHECK((raw(before[10]) > 0.0) == (c.plan.pipeline > 1));
        CHECK((raw(before[11]) > 0.0) == (c.plan.expert * c.plan.expert_tensor > 1));
        // A model of state-space blocks and experts alone would exchange nothing.
        CHECK((raw(before[2]) > 0.0) == (c.plan.context > 1));
    }
}
