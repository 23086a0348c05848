// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <foretrain/catalog/models_gpt.hpp>
#include <foretrain/catalog/models_llama.hpp>
#include <foretrain/catalog/models_megatron.hpp>
#include <foretrain/catalog/models_moe.hpp>
#include <foretrain/math/dual.hpp>
#include <foretrain/memory/activations.hpp>

using namespace foretrain;

namespace {

/// The setting of Korthikanti et al. 2022: 16 bit, dropout, attention that stores its scores.
constexpr ParallelPlan korthikanti(std::int64_t tensor, bool sequence_parallel, Recomputation recomputation,
                                   std::int64_t micro_batch = 1) {
    ParallelPlan plan;
    plan.tensor = tensor;
    plan.sequence_parallel = sequence_parallel;
    plan.micro_batch = micro_batch;
    plan.sequence = 2048;
    plan.recomputation = recomputation;
    plan.attention = AttentionKernel::unfused;
    plan.precision = precision::mixed_fp16;
    return plan;
}

constexpr double kept(const Transformer& model, const ParallelPlan& plan) {
    return raw(layer_activations(model, plan).kept(plan.recomputation));
}

constexpr const Transformer* megatrons[] = {&catalog::megatron_22b, &catalog::megatron_175b, &catalog::megatron_530b,
                                            &catalog::megatron_1t};

} // namespace

TEST_CASE("Korthikanti et al. 2022, table 2: all rows, exactly") {
    for (const Transformer* model : megatrons) {
        for (std::int64_t tensor : {1, 2, 8}) {
            for (std::int64_t micro_batch : {1, 4}) {
                const double s = 2048, b = static_cast<double>(micro_batch), h = static_cast<double>(model->hidden);
                const double a = static_cast<double>(model->heads), t = static_cast<double>(tensor);
                const double sbh = s * b * h;
                const double scores = 5 * a * s * s * b; // sbh 5 a s / h without a division that rounds
                const auto plan = [&](bool sequence_parallel, Recomputation recomputation) {
                    return korthikanti(tensor, sequence_parallel, recomputation, micro_batch);
                };
                CHECK(kept(*model, plan(false, Recomputation::none)) == sbh * (10 + 24 / t) + scores / t);
                CHECK(kept(*model, plan(true, Recomputation::none)) == (sbh * 34 + scores) / t);
                CHECK(kept(*model, plan(false, Recomputation::selective)) == sbh * (10 + 24 / t));
                CHECK(kept(*model, plan(true, Recomputation::selective)) == sbh / t * 34);
                CHECK(kept(*model, plan(false, Recomputation::full)) == 2 * sbh);
                CHECK(kept(*model, plan(true, Recomputation::full)) == 2 * sbh / t);
            }
        }
    }
    static_assert(kept(catalog::megatron_22b, korthikanti(8, true, Recomputation::selective)) ==
                  2048.0 * 6144 * 34 / 8);
}

TEST_CASE("Korthikanti et al. 2022, section 4.1: attention 11 sbh + 5 as2b, block 19 sbh, norms 4 sbh") {
    const Transformer& model = catalog::megatron_22b;
    const LayerActivations layer = layer_activations(model, korthikanti(1, false, Recomputation::none));
    const double sbh = 2048.0 * 6144.0;
    const double half_the_masks = raw(layer.dropout_masks) / 2;
    CHECK(raw(layer.attention_input + layer.queries_keys_values + layer.attention_output) + half_the_masks == 11 * sbh);
    CHECK(raw(layer.scores) == 5.0 * 64 * 2048 * 2048);
    CHECK(raw(layer.feed_forward_input + layer.feed_forward_inner + layer.feed_forward_activated) + half_the_masks ==
          19 * sbh);
    CHECK(raw(layer.norm_inputs) == 4 * sbh);
}

TEST_CASE("Korthikanti et al. 2022, figure 7: sequence parallelism with selective recomputation leaves about a fifth") {
    double mean = 0;
    for (const Transformer* model : megatrons) {
        const double baseline = kept(*model, korthikanti(8, false, Recomputation::none));
        const double share = kept(*model, korthikanti(8, true, Recomputation::selective)) / baseline;
        CHECK(share < 0.205);
        CHECK(kept(*model, korthikanti(8, true, Recomputation::none)) / baseline > share);
        mean += share / 4;
    }
    CHECK(mean < 0.2);
}

TEST_CASE("Korthikanti et al. 2022, section 4.3: embedding and head") {
    const Transformer& model = catalog::megatron_22b;
    const BoundaryActivations boundary = boundary_activations(model, korthikanti(8, true, Recomputation::none));
    const double sbh = 2048.0 * 6144.0, sbv = 2048.0 * 51200.0;
    CHECK(raw(boundary.embedding) == sbh / 8);
    CHECK(raw(boundary.head) == 4 * sbh / 8);
    CHECK(raw(boundary.logits) == (4 + 2) * sbv / 8); // the paper's FP32 and the 16-bit output of the product
}

TEST_CASE("framework kernels on gathered logits keep several times as much, and tensor parallelism does not help") {
    const Transformer& model = catalog::llama3_8b;
    const auto logits = [&](std::int64_t tensor, Loss loss) {
        ParallelPlan plan = korthikanti(tensor, false, Recomputation::none);
        plan.stack.memory.loss = loss;
        return raw(boundary_activations(model, plan).logits);
    };
    CHECK(logits(1, Loss::whole_vocabulary) > 3 * logits(1, Loss::vocabulary_parallel));
    CHECK(logits(8, Loss::whole_vocabulary) > logits(1, Loss::whole_vocabulary));
    CHECK(logits(8, Loss::vocabulary_parallel) == logits(1, Loss::vocabulary_parallel) / 8);
}

TEST_CASE("experts keep a token for each that it visits, on the busiest rank") {
    const Transformer& model = catalog::deepseek_v3; // 8 of 256 experts of width 2048, one shared, hidden 7168
    ParallelPlan plan = korthikanti(1, false, Recomputation::none);
    plan.attention = AttentionKernel::fused;
    plan.stack.fused_elementwise = true;
    const auto part = [&](LayerPart which) { return layer_activations(model, plan, which); };
    const double tokens = 2048;
    const LayerActivations even = part(LayerPart::experts);
    CHECK(raw(even.expert_inner) == tokens * 8 * 2 * 2048 * 2);
    CHECK(raw(even.expert_activated) == tokens * 8 * 2048 * 2);
    CHECK(raw(even.expert_input) > tokens * 8 * 7168 * 2); // and what the router said
    CHECK(raw(even.feed_forward_activated) == tokens * 2048 * 2);
    CHECK(raw(part(LayerPart::attention).expert_input) == 0);

    plan.expert_imbalance = 1.5;
    CHECK(raw(part(LayerPart::experts).expert_inner) == 1.5 * raw(even.expert_inner));
    plan.expert_capacity = 1.0; // tokens beyond it are dropped
    CHECK(raw(part(LayerPart::experts).expert_inner) == raw(even.expert_inner));
    plan.expert_capacity = 0;
    plan.expert_imbalance = 1.0;
    plan.tensor = plan.expert_tensor = 8; // cut likewise, so that a rank has every token but an eighth of each expert
    plan.sequence_parallel = true;
    CHECK(raw(part(LayerPart::experts).expert_inner) == raw(even.expert_inner) / 8);
    CHECK(raw(part(LayerPart::experts).expert_input) > 0.9 * tokens * 8 * 7168 * 2);
}

TEST_CASE("latent attention: keys and values at full width, unless the narrow latents are expanded again") {
    const Transformer& model = catalog::deepseek_v3; // 128 heads, 192 for queries and keys, 128 for values
    ParallelPlan plan = korthikanti(1, false, Recomputation::none);
    plan.attention = AttentionKernel::fused;
    const LayerActivations layer = layer_activations(model, plan, LayerPart::attention);
    CHECK(raw(layer.queries_keys_values) == 2048.0 * 128 * (192 + 192 + 128) * 2);
    CHECK(raw(layer.attention_output) == 2048.0 * 128 * 128 * 2);
    CHECK(raw(layer.latents) > 2048.0 * (1536 + 512 + 64) * 2);
    CHECK(layer.latents < layer.queries_keys_values * 0.1);
    CHECK(raw(layer.kept(Recomputation::none) - layer.kept(Recomputation::selective)) ==
          doctest::Approx(raw(layer.queries_keys_values + layer.attention_statistics)));
    CHECK(layer.kept(Recomputation::elementwise) < layer.kept(Recomputation::selective));
}

TEST_CASE("products in 8 bits keep their operands in 8 bits, attention and norms do not") {
    ParallelPlan plan = korthikanti(1, false, Recomputation::none);
    plan.attention = AttentionKernel::fused;
    plan.stack.fused_elementwise = true;
    plan.precision = precision::mixed_bf16;
    const LayerActivations wide = layer_activations(catalog::llama3_70b, plan);
    plan.precision = precision::fp8;
    const LayerActivations narrow = layer_activations(catalog::llama3_70b, plan);
    CHECK(narrow.feed_forward_input == wide.feed_forward_input * 0.5);
    CHECK(narrow.feed_forward_activated == wide.feed_forward_activated * 0.5);
    CHECK(narrow.norm_inputs == wide.norm_inputs);
    CHECK(narrow.queries_keys_values == wide.queries_keys_values);
    CHECK(narrow.attention_output > wide.attention_output); // attention reads it as it was, the projection its cast
    CHECK(narrow.total() < wide.total());
    plan.precision = precision::mxfp8; // a scale of 8 bits for 32 values
    CHECK(layer_activations(catalog::llama3_70b, plan).feed_forward_input == narrow.feed_forward_input * (33.0 / 32.0));
    plan.precision.casts_kept = false;
    CHECK(layer_activations(catalog::llama3_70b, plan).total() == wide.total());
}

TEST_CASE("context parallelism cuts all that a layer keeps, a state-space block keeps no scores") {
    ParallelPlan plan = korthikanti(2, true, Recomputation::none);
    const double whole = kept(catalog::llama3_70b, plan);
    plan.context = 4;
    CHECK(kept(catalog::llama3_70b, plan) == doctest::Approx(whole / 4));
    Transformer model = catalog::llama3_70b;
    model.state_space = {.layers = 80, .heads = 128, .head_dimension = 64, .groups = 8, .state = 128};
    const LayerActivations block = layer_activations(model, plan, LayerPart::state_space);
    CHECK(raw(block.scores) == 0);
    plan.sequence *= 2;
    CHECK(raw(layer_activations(model, plan, LayerPart::state_space).total()) == 2 * raw(block.total()));
}

TEST_CASE("fused attention keeps a number a row instead of scores") {
    ParallelPlan plan = korthikanti(8, true, Recomputation::none);
    const Transformer& model = catalog::megatron_175b;
    const double unfused_selective = kept(model, korthikanti(8, true, Recomputation::selective));
    plan.attention = AttentionKernel::fused;
    CHECK(kept(model, plan) == unfused_selective + 4.0 * 2048 * 96 / 8);
    plan.sequence *= 2; // linear in the sequence
    CHECK(kept(model, plan) == 2 * (unfused_selective + 4.0 * 2048 * 96 / 8));
}

TEST_CASE("llama: grouped queries, a gated block, no dropout") {
    ParallelPlan plan = korthikanti(1, false, Recomputation::none);
    plan.attention = AttentionKernel::fused;
    plan.stack.fused_elementwise = true;
    plan.sequence = 4096;
    const Transformer& model = catalog::llama3_70b;
    const LayerActivations layer = layer_activations(model, plan);
    const double sbh = 4096.0 * 8192;
    CHECK(raw(layer.queries_keys_values) == 2 * sbh * (1 + 2.0 / 8));
    CHECK(raw(layer.feed_forward_inner) == 2 * 2 * sbh * 3.5);
    CHECK(raw(layer.dropout_masks) == 0);
    CHECK(raw(layer.total() - layer.attention_statistics) == sbh * (4 + 2 + 2.5 + 2 + 2 + 14 + 7));
    // Separate framework kernels: the activated gate, and copies of each norm's input in FP32.
    plan.stack.fused_elementwise = false;
    CHECK(raw(layer_activations(model, plan).total() - layer.total()) == sbh * 2 * 3.5);
    plan.stack.memory.norm_copies = 8;
    CHECK(raw(layer_activations(model, plan).total() - layer.total()) == sbh * (2 * 8 + 2 * 3.5));
    // A key-value head is not cut: beyond 8 ranks each keeps one pair.
    const auto pairs = [&](std::int64_t tensor) {
        plan.tensor = tensor;
        return raw(layer_activations(model, plan).queries_keys_values) - 2 * sbh / static_cast<double>(tensor);
    };
    CHECK(pairs(16) == pairs(8));
}

TEST_CASE("attention beside the feed-forward block shares its input") {
    Transformer model = catalog::megatron_22b;
    const ParallelPlan plan = korthikanti(1, false, Recomputation::none);
    const double sbh = 2048.0 * 6144;
    const double serial = raw(layer_activations(model, plan).total());
    model.norms_per_layer = 1;
    CHECK(serial - raw(layer_activations(model, plan).total()) == 4 * sbh); // a norm's input and a product's
}

TEST_CASE("items sum to the total bit for bit, and what is kept and recomputed is the whole") {
    for (const Transformer* model : {&catalog::megatron_22b, &catalog::llama3_70b, &catalog::gpt3_175b}) {
        for (AttentionKernel kernel : {AttentionKernel::fused, AttentionKernel::unfused}) {
            for (std::int64_t tensor : {1, 4, 12}) {
                ParallelPlan plan = korthikanti(tensor, tensor > 1, Recomputation::none, 3);
                plan.attention = kernel;
                const LayerActivations layer = layer_activations(*model, plan);
                double sum = 0;
                for (const MemoryItem& item : layer.items()) sum += raw(item.bytes);
                CHECK(sum == raw(layer.total()));
                for (Recomputation r : {Recomputation::none, Recomputation::selective, Recomputation::full})
                    CHECK(raw(layer.kept(r) + layer.recomputed(r)) == doctest::Approx(sum).epsilon(1e-14));
                CHECK(layer.kept(Recomputation::full) < layer.kept(Recomputation::selective));
                CHECK(layer.kept(Recomputation::selective) < layer.kept(Recomputation::none));
            }
        }
    }
}

TEST_CASE("more to a micro-batch keeps more, more ranks keep less, narrower numbers keep less") {
    double before = 0;
    for (std::int64_t micro_batch : {1, 2, 3, 8}) {
        const double bytes = kept(catalog::llama3_70b, korthikanti(4, false, Recomputation::none, micro_batch));
        CHECK(bytes > before);
        before = bytes;
    }
    before = 1e300;
    for (std::int64_t tensor : {1, 2, 4, 8, 16}) {
        const double bytes = kept(catalog::llama3_70b, korthikanti(tensor, false, Recomputation::none));
        CHECK(bytes < before);
        if (tensor > 1) CHECK(kept(catalog::llama3_70b, korthikanti(tensor, true, Recomputation::none)) < bytes);
        before = bytes;
    }
    ParallelPlan wide = korthikanti(1, false, Recomputation::none);
    wide.precision = precision::fp32;
    CHECK(kept(catalog::llama3_70b, wide) > kept(catalog::llama3_70b, korthikanti(1, false, Recomputation::none)));
}

TEST_CASE("float and dual numbers give the same activations") {
    const ParallelPlan plan = korthikanti(8, true, Recomputation::none);
    const double total = raw(layer_activations(catalog::megatron_22b, plan).total());
    const auto single = layer_activations(catalog::megatron_22b, over_scalar<float>(plan));
    CHECK(static_cast<double>(raw(single.total())) == doctest::Approx(total).epsilon(1e-6));
    const auto dual = layer_activations(catalog::megatron_22b, over_scalar<Dual<double, 1>>(plan));
    CHECK(value_of(raw(dual.total())) == total);
}
